//! Scores: one row a customer, and what they add up to.

use arrow_array::RecordBatch;
use clv::contracts::{self, ContractModel, ContractOptions};
use clv::fitted::ClvModel;
use clv::forecast::{ScoreOptions, score_into};
use clv::history::{IdColumn, LogOptions};
use clv::show::report;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use serde_json::Value;

use crate::errors::data_error;
use crate::input::one;
use crate::model::Model;
use crate::report::{Pickled, Report, from_text, to_python, to_text, warn, warnings};
use crate::run::long;
use crate::table::Table;

/// What travels of scores: the table, the model, what is said.
type Parts<'py> = (Bound<'py, PyBytes>, Py<Model>, String);

/// The scores that were pickled, by the same version.
///
/// Raises ``DataError`` for other parts.
#[pyfunction]
pub fn scores_from_parts(py: Python<'_>, table: &[u8], model: Py<Model>, said: &str) -> PyResult<Py<Scores>> {
    let wrong = || data_error(py, "data: these are no scores of this version of clv");
    let table = Table::from_bytes(table).ok_or_else(wrong)?;
    let said = from_text(said).ok_or_else(wrong)?;
    Py::new(py, PyClassInitializer::from(table).add_subclass(Scores { model, said }))
}

/// One row a customer, and what they add up to.
#[pyclass(frozen, extends = Table, module = "clv")]
pub struct Scores {
    model: Py<Model>,
    said: report::Report,
}

#[pymethods]
impl Scores {
    /// The model that made them.
    #[getter]
    fn model(&self, py: Python<'_>) -> Py<Model> {
        self.model.clone_ref(py)
    }

    /// The sums over all customers, with horizon, discount and margin.
    #[getter]
    fn totals<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, &self.said.json["forecast"])
    }

    /// The sums by the values of the attribute ``by``, with intervals if there are any.
    #[getter]
    fn groups<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, self.said.json.get("totals").unwrap_or(&Value::Null))
    }

    /// What looks wrong: each with its ``code`` and ``message``.
    #[getter]
    fn warnings<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        warnings(py, &self.said)
    }

    /// The forecast in words and figures.
    #[getter]
    fn report(&self) -> Report {
        Report::new(self.said.clone())
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Pickled<'py, Parts<'py>>> {
        let py = slf.py();
        let table = PyBytes::new(py, &slf.as_super().get().to_bytes()?);
        let make = py.import("clv._core")?.getattr("scores_from_parts")?;
        Ok((make, (table, slf.get().model.clone_ref(py), to_text(&slf.get().said))))
    }
}

fn new_scores(
    slf: &Bound<'_, Model>,
    schema: arrow_schema::SchemaRef,
    batches: Vec<RecordBatch>,
    ids: Option<&IdColumn>,
    said: report::Report,
    before: usize,
) -> PyResult<Py<Scores>> {
    warn(slf.py(), &said, before)?;
    let scores = Scores { model: slf.clone().unbind(), said };
    Py::new(
        slf.py(),
        PyClassInitializer::from(Table::of_customers(schema, batches, ids)).add_subclass(scores),
    )
}

/// Customers shown of a forecast.
const FIRST: usize = 5;

/// Scores customers of purchases.
pub fn of(
    slf: &Bound<'_, Model>,
    model: &ClvModel,
    summary: &clv::Summary,
    options: &ScoreOptions,
    mut said: report::Report,
    before: usize,
) -> PyResult<Py<Scores>> {
    let mut batches = Vec::new();
    let totals = long(slf.py(), |progress| {
        score_into(model, summary, options, progress, |batch| {
            batches.push(batch);
            Ok(())
        })
    })?;
    let first = batches.first().map(|batch: &RecordBatch| batch.slice(0, batch.num_rows().min(FIRST)));
    said.extend(report::forecast(model, &totals, first.as_ref(), options));
    let ids = summary.meta.id_column.as_ref();
    new_scores(slf, clv::forecast::schema(options), batches, ids, said, before)
}

/// Scores contracts.
pub fn of_contracts(
    slf: &Bound<'_, Model>,
    model: &ContractModel,
    data: &Bound<'_, PyAny>,
    reading: ContractOptions,
    options: &ScoreOptions,
) -> PyResult<Py<Scores>> {
    let py = slf.py();
    let input = one(data, "data", &LogOptions::default())?;
    let (contracts, scores) = long(py, |_| {
        let contracts = contracts::open_input(&input, &reading)?;
        let scores = model.score(&contracts, &options.value)?;
        Ok((contracts, scores))
    })?;
    let mut said = report::contracts(&contracts);
    said.extend(report::contract_forecast(model, &scores, &options.value));
    new_scores(slf, scores.table.schema(), vec![scores.table], contracts.id_column.as_ref(), said, 0)
}
