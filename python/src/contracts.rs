//! Forecasts and backtests of contracts: what `clv.forecast` and `clv.backtest` give for a table of them.

use arrow_array::RecordBatch;
use clv::cli::words::{Fit, OfContracts, TestOfContracts};
use clv::contracts::book::TableKind;
use clv::contracts::{self, BookModel, BookOptions, book};
use clv::fitted::file::AnyModel;
use clv::history::{self, IdColumn, Input};
use clv::show::report;
use clv::study::contract_backtest;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use serde_json::Value;

use crate::errors::{data_error, raise};
use crate::input::Given;
use crate::model::Model;
use crate::report::{Pickled, Report, from_text, to_python, to_text, warn, warnings};
use crate::run::long;
use crate::table::Table;

/// What travels: both tables, and what is said.
type Parts<'py> = (Bound<'py, PyBytes>, Bound<'py, PyBytes>, String);

/// The contracts that were pickled, by the same version.
///
/// Raises ``DataError`` for other parts.
#[pyfunction]
pub fn contracts_from_parts(
    py: Python<'_>,
    table: &[u8],
    months: &[u8],
    said: &str,
) -> PyResult<Py<Contracts>> {
    let wrong = || data_error(py, "data: these are no contracts of this version of clv");
    let table = Table::from_bytes(table).ok_or_else(wrong)?;
    let months = Py::new(py, Table::from_bytes(months).ok_or_else(wrong)?)?;
    let said = from_text(said).ok_or_else(wrong)?;
    Py::new(py, PyClassInitializer::from(table).add_subclass(Contracts { months, said }))
}

/// A forecast of contracts, a row a contract; or a backtest of them, a row a figure.
#[pyclass(frozen, extends = Table, module = "clv")]
pub struct Contracts {
    months: Py<Table>,
    said: report::Report,
}

#[pymethods]
impl Contracts {
    /// A row a month: contracts, those that leave, MRR and what is billed, with intervals; of a backtest beside what was.
    #[getter]
    fn months(&self, py: Python<'_>) -> Py<Table> {
        self.months.clone_ref(py)
    }

    /// The whole book today and at the horizon; ``None`` for a backtest.
    #[getter]
    fn totals<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, self.of_forecast("totals"))
    }

    /// Plan by plan: the chance to renew next, MRR, the LTV of a new subscriber, survival; ``None`` for a backtest.
    #[getter]
    fn plans<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, self.of_forecast("plans"))
    }

    /// By the quarter of their beginning: how many contracts go on, and how many were expected to; ``None`` for a backtest.
    #[getter]
    fn cohorts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, self.of_forecast("cohorts"))
    }

    /// Why contracts ended in the last twelve months: ``involuntary`` (a payment failed), ``voluntary``, and those that are
    /// ``past_due`` now; ``None`` where the table does not say, and for a backtest.
    #[getter]
    fn departures<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, self.of_forecast("departures"))
    }

    /// What a backtest found, in words; ``None`` for a forecast.
    #[getter]
    fn verdict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let found = self.said.json.get("backtest").and_then(|found| found.get("verdict"));
        to_python(py, found.unwrap_or(&Value::Null))
    }

    /// What looks wrong: each with its ``code`` and ``message``.
    #[getter]
    fn warnings<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        warnings(py, &self.said)
    }

    /// All of it in words and figures.
    #[getter]
    fn report(&self) -> Report {
        Report::new(self.said.clone())
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Pickled<'py, Parts<'py>>> {
        let py = slf.py();
        let own = PyBytes::new(py, &slf.as_super().get().to_bytes()?);
        let months = PyBytes::new(py, &slf.get().months.get().to_bytes()?);
        let make = py.import("clv._core")?.getattr("contracts_from_parts")?;
        Ok((make, (own, months, to_text(&slf.get().said))))
    }
}

impl Contracts {
    fn of_forecast(&self, part: &str) -> &Value {
        self.said.json.get("forecast").and_then(|found| found.get(part)).unwrap_or(&Value::Null)
    }
}

fn made(
    py: Python<'_>,
    table: RecordBatch,
    ids: Option<&IdColumn>,
    months: RecordBatch,
    said: report::Report,
) -> PyResult<Py<Contracts>> {
    warn(py, &said, 0)?;
    let months = Py::new(py, Table::of(months.schema(), vec![months]))?;
    let own = Table::of_customers(table.schema(), vec![table], ids);
    Py::new(py, PyClassInitializer::from(own).add_subclass(Contracts { months, said }))
}

/// What do these tables hold? The inputs again: what can be read once only was kept.
pub fn kind(
    py: Python<'_>,
    model: Option<&str>,
    inputs: &[Input],
    log: &history::LogOptions,
) -> PyResult<(Vec<Input>, TableKind)> {
    long(py, |progress| {
        let (inputs, log) = history::keep(inputs, log, progress)?;
        let kind = book::table_kind(model, &inputs, &log);
        Ok((inputs, kind))
    })
}

/// What a table of contracts holds, without the rows that cannot be used.
pub fn check(py: Python<'_>, inputs: &[Input], log: &history::LogOptions) -> PyResult<report::Report> {
    let lenient = history::LogOptions { skip_bad_rows: true, ..log.clone() };
    let options = BookOptions { observed_until: log.observed_until, ..BookOptions::default() };
    let read = long(py, |progress| book::open(inputs, &lenient, &options, progress))?;
    let mut said = report::book(&read);
    said.extend(report::book_overview(&read));
    Ok(said)
}

/// Fits the models of a book of contracts.
pub fn fit(py: Python<'_>, inputs: &[Input], log: &history::LogOptions, asked: &Fit) -> PyResult<Model> {
    let (reading, plans) = asked.book().map_err(|error| raise(py, error))?;
    let (read, model) = long(py, |progress| {
        let read = book::open(inputs, &plans.asks(log), &reading, progress)?;
        let model = BookModel::train(&read, &plans, progress)?;
        Ok((read, model))
    })?;
    let mut said = report::book(&read);
    said.extend(report::book_file(&model));
    warn(py, &said, 0)?;
    Ok(Model { inner: AnyModel::Book(Box::new(model)), said })
}

/// Forecasts contracts with models that were fitted before.
pub fn score(
    py: Python<'_>,
    model: &BookModel,
    data: &Bound<'_, PyAny>,
    asked: &OfContracts,
) -> PyResult<Py<Contracts>> {
    let Given::Inputs(inputs) = Given::new(data, &asked.log)? else {
        return Err(data_error(
            py,
            "data: a model of contracts forecasts contracts, and this is a summary of purchases",
        ));
    };
    forecast_by(py, Some(model), &inputs, asked)
}

/// Forecasts contracts.
pub fn forecast(py: Python<'_>, inputs: &[Input], asked: &OfContracts) -> PyResult<Py<Contracts>> {
    forecast_by(py, None, inputs, asked)
}

fn forecast_by(
    py: Python<'_>,
    model: Option<&BookModel>,
    inputs: &[Input],
    asked: &OfContracts,
) -> PyResult<Py<Contracts>> {
    let (read, found) = long(py, |progress| {
        let plans = &asked.options.plans;
        let log = model.map_or_else(|| plans.asks(&asked.log), |model| model.asks(&asked.log));
        let read = book::open(inputs, &log, &asked.book, progress)?;
        let found = match model {
            Some(model) => contracts::forecast_with(model, &read, &asked.options, progress)?,
            None => contracts::forecast(&read, &asked.options, progress)?,
        };
        Ok((read, found))
    })?;
    let mut said = report::book(&read);
    said.extend(report::book_model(&found.model));
    said.extend(report::book_forecast(&read, &found, &asked.options));
    let months = contracts::month_table(&found.months, read.has_money);
    made(py, found.table, read.id_column.as_ref(), months, said)
}

/// Tests forecasts of contracts.
pub fn backtest(py: Python<'_>, inputs: &[Input], asked: &TestOfContracts) -> PyResult<Py<Contracts>> {
    let (read, found) = long(py, |progress| {
        let read = book::open(inputs, &asked.options.plans.asks(&asked.log), &asked.book, progress)?;
        let found = contract_backtest(&read, &asked.options, progress)?;
        Ok((read, found))
    })?;
    let mut said = report::book(&read);
    said.extend(report::contract_test(&found));
    made(py, found.table(), None, found.month_table(), said)
}
