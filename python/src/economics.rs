//! `clv.economics`: what customers are worth, what they may cost, who they are and what would move them.

use clv::cli::words::{self, Verb};
use clv::fitted::file::AnyModel;
use clv::history::LogOptions;
use clv::show::report;
use clv::study::economics::{Costs, schema, segments_schema, segments_tables, table};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::errors::raise;
use crate::input::{Given, one};
use crate::model::Model;
use crate::options;
use crate::report::{Report, to_python, warn, warnings};
use crate::run::long;
use crate::summary::customers;
use crate::table::Table;

/// All figures as one tidy table: topic, group, period, metric, value, lower, upper.
#[pyclass(frozen, extends = Table, module = "clv")]
pub struct Economics {
    pub(crate) inner: clv::study::economics::Economics,
    said: report::Report,
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
    fn segments(&self) -> Table {
        Table::of(segments_schema(), segments_tables(&self.inner.segments).collect())
    }

    /// What does not fit together, or was left out, in sentences.
    #[getter]
    fn notes(&self) -> Vec<String> {
        self.inner.notes.clone()
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
        report::text::plain(&report::economics(&self.inner))
    }

    fn _repr_html_(&self) -> String {
        report::notebook::render(&self.said)
    }
}

/// What customers are worth, what they may cost, who they are and what would move them.
///
/// ``data`` is a purchase log with amounts. ``costs`` has a row a month and group: ``period`` (2025-03), the first
/// column of ``by``, and ``cost``. The other options are those of ``clv economics``: see ``clv.EconomicsOptions``.
#[pyfunction]
#[pyo3(signature = (model, data, *, costs=None, **options))]
pub fn economics(
    py: Python<'_>,
    model: &Model,
    data: &Bound<'_, PyAny>,
    costs: Option<Bound<'_, PyAny>>,
    options: Option<Bound<'_, PyDict>>,
) -> PyResult<Py<Economics>> {
    let AnyModel::Purchases(model) = &model.inner else {
        return Err(PyTypeError::new_err(
            "clv.economics does not do contracts, only purchases: score gives retention and lifetimes of contracts",
        ));
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
    Py::new(py, PyClassInitializer::from(figures).add_subclass(Economics { inner: found, said }))
}
