//! `clv.backtest`: hide the end of a log, forecast it, compare.

use clv::cli::words::{self, Verb};
use clv::history::LogOptions;
use clv::show::report;
use clv::study::backtest::{schema, table};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::errors::raise;
use crate::input::Given;
use crate::options;
use crate::report::{Report, html, plain, to_python, warn, warnings};
use crate::run::long;
use crate::summary::customers;
use crate::table::Table;

/// All figures of a backtest as one tidy table: origin, model, metric, group, value, lower, upper.
#[pyclass(frozen, extends = Table, module = "clv")]
pub struct Backtest {
    pub inner: clv::study::backtest::Backtest,
    said: report::Report,
}

#[pymethods]
impl Backtest {
    /// What it says, in sentences.
    #[getter]
    fn verdict(&self) -> Vec<String> {
        self.inner.verdict.clone()
    }

    /// The figures by origin and model.
    #[getter]
    fn figures<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, &self.said.json["backtest"])
    }

    /// What looks wrong: each with its ``code`` and ``message``.
    #[getter]
    fn warnings<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        warnings(py, &self.said)
    }

    /// The figures on one screen.
    #[getter]
    fn report(&self) -> Report {
        Report::new(self.said.clone())
    }

    fn __repr__(&self) -> String {
        plain(&report::backtest(&self.inner))
    }

    fn _repr_html_(&self) -> String {
        html(&self.said)
    }
}

/// Hides the end of a log, forecasts it, and compares models with each other and with doing without.
///
/// The options are those of ``clv backtest``: see ``clv.BacktestOptions``.
#[pyfunction]
#[pyo3(signature = (data, **options))]
pub fn backtest(
    py: Python<'_>,
    data: &Bound<'_, PyAny>,
    options: Option<Bound<'_, PyDict>>,
) -> PyResult<Py<Backtest>> {
    let customers = customers(&options)?;
    let words = options::words(Verb::Backtest, &options)?;
    let (log, test) = words::backtest(&words).map_err(|error| raise(py, error))?;
    let log = LogOptions { customers: customers.or(log.customers.clone()), ..log };
    let Given::Inputs(inputs) = Given::new(data, &log)? else {
        let message = "a backtest hides the end of a purchase log, and in a summary nothing can be hidden any more: \
                       give the log";
        return Err(PyTypeError::new_err(message));
    };
    let found = long(py, |progress| clv::study::backtest::run_inputs(&inputs, &log, &test, progress))?;
    let mut said = report::input(&found.meta);
    said.extend(report::backtest(&found));
    warn(py, &said, 0)?;
    let figures = Table::of(schema(), vec![table(&found)]);
    Py::new(py, PyClassInitializer::from(figures).add_subclass(Backtest { inner: found, said }))
}
