//! `clv.economics`: what customers are worth, what they may cost, who they are and what would move them.

use arrow_array::RecordBatch;
use arrow_select::concat::concat_batches;
use clv::cli::words::{self, Verb};
use clv::contracts::BookModel;
use clv::fitted::file::AnyModel;
use clv::history::{IdColumn, LogOptions};
use clv::show::report;
use clv::study::economics::{Costs, schema, segments_schema, segments_tables, table};
use clv::study::subscribers;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};

use crate::errors::{data_error, raise};
use crate::input::{Given, one};
use crate::model::Model;
use crate::options;
use crate::report::{Pickled, Report, from_text, plain, to_python, to_text, warn, warnings};
use crate::run::long;
use crate::selecting::{arrived, of_name, travelling};
use crate::summary::customers;
use crate::table::Table;

/// All figures as one tidy table: topic, group, period, metric, value, lower, upper.
#[pyclass(frozen, extends = Table, module = "clv")]
pub struct Economics {
    /// What figures are drawn of; it does not travel.
    pub(crate) inner: Option<clv::study::economics::Economics>,
    ids: Option<IdColumn>,
    notes: Vec<String>,
    tables: Tables,
    said: report::Report,
}

/// Tables of its figures, by name.
type Tables = Vec<(String, RecordBatch)>;

fn tables(found: &clv::study::economics::Economics) -> Tables {
    let segments: Vec<RecordBatch> = segments_tables(&found.segments).collect();
    let segments = concat_batches(&segments_schema(), &segments).expect("batches of one schema");
    let all = [
        ("channels", found.channels()),
        ("months", found.months()),
        ("cohorts", found.cohorts()),
        ("triangle", found.triangle_table()),
        ("acquired", found.acquired()),
        ("retention", found.retention()),
        ("sensitivity", found.sensitivity()),
        ("scenarios", found.scenarios()),
        ("segments", segments),
    ];
    all.into_iter().map(|(name, table)| (name.to_owned(), table)).collect()
}

#[pymethods]
impl Economics {
    /// The figures by topic, as ``--json`` has them.
    #[getter]
    fn figures<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, &self.said.json["economics"])
    }

    /// One row a customer: segment, value, and the reason in numbers.
    #[getter]
    fn segments(&self) -> PyResult<Table> {
        let found = self.tables.iter().find(|(name, _)| name == "segments");
        if found.is_none() {
            return Err(PyTypeError::new_err("contracts have no segments: model.score has a row a contract"));
        }
        let batch = found.map(|(_, batch)| batch.clone()).into_iter().collect();
        Ok(Table::of_customers(segments_schema(), batch, self.ids.as_ref()))
    }

    /// A row a group, and one of ``all``: what new customers of it are worth and may cost, what was paid for them, whether
    /// it comes back, how loyal they are, and the equity of those there are.
    #[getter]
    fn channels(&self) -> PyResult<Table> {
        of_name(&self.tables, "channels")
    }

    /// Month by month, the revenue to come: of the customers there are (``base``), of planned ones, and of both.
    #[getter]
    fn months(&self) -> PyResult<Table> {
        of_name(&self.tables, "months")
    }

    /// The equity of customers by the month of their first purchase.
    #[getter]
    fn cohorts(&self) -> PyResult<Table> {
        of_name(&self.tables, "cohorts")
    }

    /// Cohort by cohort and period by period: ``customers`` of the cohort, how many bought (``buyers``), ``purchases`` and
    /// ``revenue``, as seen and, where ``expected``, as the model expects it up to the horizon.
    #[getter]
    fn triangle(&self) -> PyResult<Table> {
        of_name(&self.tables, "triangle")
    }

    /// Month by month and group by group, how many customers were won, at what cost, and what they are worth.
    #[getter]
    fn acquired(&self) -> PyResult<Table> {
        of_name(&self.tables, "acquired")
    }

    /// Month by month, how many customers were active, and how many stayed.
    #[getter]
    fn retention(&self) -> PyResult<Table> {
        of_name(&self.tables, "retention")
    }

    /// A row a driver of value, with the percent by which one percent more of it moves equity, and equity at 10 % less and more.
    #[getter]
    fn sensitivity(&self) -> PyResult<Table> {
        of_name(&self.tables, "sensitivity")
    }

    /// A row a scenario that was asked for: equity before and after, and what a new customer is worth.
    #[getter]
    fn scenarios(&self) -> PyResult<Table> {
        of_name(&self.tables, "scenarios")
    }

    /// What does not fit together, or was left out, in sentences.
    #[getter]
    fn notes(&self) -> Vec<String> {
        self.notes.clone()
    }

    /// What looks wrong: each with its ``code`` and ``message``.
    #[getter]
    fn warnings<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        warnings(py, &self.said)
    }

    /// The figures on a few screens.
    #[getter]
    fn report(&self) -> Report {
        Report::new(self.said.clone())
    }

    fn __repr__(&self) -> String {
        plain(&self.said)
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Pickled<'py, Parts<'py>>> {
        let (py, own) = (slf.py(), slf.get());
        let make = py.import("clv._core")?.getattr("economics_from_parts")?;
        let table = PyBytes::new(py, &slf.as_super().get().to_bytes()?);
        let ids = serde_json::to_string(&own.ids).unwrap_or_default();
        Ok((make, (table, travelling(py, &own.tables)?, own.notes.clone(), ids, to_text(&own.said))))
    }

    fn _repr_html_(&self) -> String {
        report::notebook::render(&self.said)
    }
}

/// What travels of economics.
type Parts<'py> = (Bound<'py, PyBytes>, Vec<(String, Bound<'py, PyBytes>)>, Vec<String>, String, String);

/// The economics that were pickled, by the same version.
///
/// Raises ``DataError`` for other parts.
#[pyfunction]
pub fn economics_from_parts(
    py: Python<'_>,
    table: &[u8],
    tables: Vec<(String, Vec<u8>)>,
    notes: Vec<String>,
    ids: &str,
    said: &str,
) -> PyResult<Py<Economics>> {
    let wrong = || data_error(py, "data: these are no parts of economics of this version of clv");
    let table = Table::from_bytes(table).ok_or_else(wrong)?;
    let said = from_text(said).ok_or_else(wrong)?;
    let tables = arrived(&tables).ok_or_else(wrong)?;
    let ids = serde_json::from_str(ids).map_err(|_| wrong())?;
    let own = Economics { inner: None, ids, notes, tables, said };
    Py::new(py, PyClassInitializer::from(table).add_subclass(own))
}

/// Economics of customers under contract.
fn of_contracts(
    py: Python<'_>,
    model: &BookModel,
    data: &Bound<'_, PyAny>,
    costs: Option<Bound<'_, PyAny>>,
    options: &Option<Bound<'_, PyDict>>,
) -> PyResult<Py<Economics>> {
    let words = options::words(Verb::Economics, options)?;
    let (log, reading, asked) =
        words::economics_of_contracts(&words, model).map_err(|error| raise(py, error))?;
    let Given::Inputs(inputs) = Given::new(data, &log)? else {
        return Err(PyTypeError::new_err("a model of contracts needs contracts, not a summary of purchases"));
    };
    let by = asked.by.first().map(String::as_str);
    let costs = costs.map(|costs| one(&costs, "costs", &log)).transpose()?;
    let costs = costs.map(|costs| Costs::read_input(&costs, by)).transpose();
    let costs = costs.map_err(|error| raise(py, error))?;
    let (read, found) = long(py, |progress| {
        let read = clv::contracts::book::open(&inputs, &model.asks(&log), &reading, progress)?;
        let found = subscribers::economics(model, &read, costs.as_ref(), &asked, progress)?;
        Ok((read, found))
    })?;
    let mut said = report::book(&read);
    said.extend(report::subscribers(&found));
    warn(py, &said, 0)?;
    let figures = Table::of(schema(), vec![found.table()]);
    let channels = vec![("channels".to_owned(), found.channels())];
    let (ids, notes) = (read.id_column, found.notes);
    let own = Economics { inner: None, ids, notes, tables: channels, said };
    Py::new(py, PyClassInitializer::from(figures).add_subclass(own))
}

/// See :func:`clv.economics`.
#[pyfunction]
#[pyo3(signature = (model, data, *, costs=None, **options))]
pub fn economics(
    py: Python<'_>,
    model: &Model,
    data: &Bound<'_, PyAny>,
    costs: Option<Bound<'_, PyAny>>,
    options: Option<Bound<'_, PyDict>>,
) -> PyResult<Py<Economics>> {
    let model = match &model.inner {
        AnyModel::Purchases(model) => model,
        AnyModel::Book(model) => return of_contracts(py, model, data, costs, &options),
        AnyModel::Contracts(_) => {
            return Err(PyTypeError::new_err(
                "a model of contracts without prices has no economics: score gives retention and lifetimes of contracts",
            ));
        }
    };
    let customers = customers(&options)?;
    let words = options::words(Verb::Economics, &options)?;
    let (log, asked) = words::economics(&words).map_err(|error| raise(py, error))?;
    let log = LogOptions { customers: customers.or(log.customers.clone()), ..log };
    let Given::Inputs(inputs) = Given::new(data, &log)? else {
        let message = "economics need a purchase log: a summary does not say when customers came and what their \
                       first purchases were worth";
        return Err(PyTypeError::new_err(message));
    };
    let by = asked.by.first().map(String::as_str);
    let costs = costs.map(|costs| one(&costs, "costs", &log)).transpose()?;
    let costs = costs.map(|costs| Costs::read_input(&costs, by)).transpose();
    let costs = costs.map_err(|error| raise(py, error))?;
    let found = long(py, |progress| {
        clv::study::economics::run_inputs(model, &inputs, &log, costs.as_ref(), &asked, progress)
    })?;
    let mut said = report::input(&found.meta);
    said.extend(report::scored_with(model, &found.meta));
    said.extend(report::economics(&found));
    warn(py, &said, 0)?;
    let figures = Table::of(schema(), vec![table(&found)]);
    Py::new(
        py,
        PyClassInitializer::from(figures).add_subclass(Economics {
            ids: found.meta.id_column.clone(),
            notes: found.notes.clone(),
            tables: tables(&found),
            inner: Some(found),
            said,
        }),
    )
}
