//! What there is to say of a result: text, HTML, and the figures behind them.

use clv::base::shown::shown;
use clv::show::report::{notebook, text};
use pyo3::prelude::*;
use serde::Serialize;
use serde_json::Value;

use crate::errors::python_words;

/// What there is to say of a result, as the command line prints it: ``print(report)``.
#[pyclass(frozen, module = "clv")]
pub struct Report {
    inner: clv::show::report::Report,
}

impl Report {
    pub fn new(inner: clv::show::report::Report) -> Self {
        Report { inner }
    }
}

/// Figures as Python's own values.
pub fn to_python<'py>(py: Python<'py>, value: &impl Serialize) -> PyResult<Bound<'py, PyAny>> {
    let json = clv::show::report::plain(value).to_string();
    py.import("json")?.call_method1("loads", (json,))
}

/// The findings of a report, each a dictionary with its code and message.
pub fn warnings<'py>(py: Python<'py>, report: &clv::show::report::Report) -> PyResult<Bound<'py, PyAny>> {
    let findings = report.json.get("warnings").and_then(Value::as_array).cloned().unwrap_or_default();
    let findings: Vec<Value> = findings.into_iter().map(said).collect();
    to_python(py, &findings)
}

/// A finding, with options called as they are in Python.
fn said(mut finding: Value) -> Value {
    if let Some(message) = finding.get_mut("message") {
        *message = python_words(message.as_str().unwrap_or_default()).into();
    }
    finding
}

/// A report as text.
pub fn plain(report: &clv::show::report::Report) -> String {
    python_words(&text::plain(report))
}

/// A report as HTML.
pub fn html(report: &clv::show::report::Report) -> String {
    python_words(&notebook::render(report))
}

/// Says findings as Python does, as warnings of `clv.ClvWarning`, but for the first ones if they were said before.
pub fn warn(py: Python<'_>, report: &clv::show::report::Report, said_before: usize) -> PyResult<()> {
    if report.warnings.len() <= said_before {
        return Ok(());
    }
    let class = py.import("clv._errors")?.getattr("ClvWarning")?;
    for message in &report.warnings[said_before..] {
        let message = python_words(&shown(message));
        py.import("warnings")?.call_method1("warn", (message, &class, 1))?;
    }
    Ok(())
}

#[pymethods]
impl Report {
    /// The same figures as the command line's ``--json``.
    #[getter]
    fn data<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, &self.inner.json)
    }

    /// What looks wrong: each with its ``code`` and ``message``.
    #[getter]
    fn warnings<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        warnings(py, &self.inner)
    }

    fn __str__(&self) -> String {
        plain(&self.inner)
    }

    fn __repr__(&self) -> String {
        plain(&self.inner)
    }

    fn _repr_html_(&self) -> String {
        html(&self.inner)
    }
}
