//! What there is to say of a result: text, HTML, and the figures behind them.

use clv::report::{notebook, text};
use pyo3::prelude::*;
use serde::Serialize;

/// What there is to say of a result, as the command line prints it: ``print(report)``.
#[pyclass(frozen, module = "clv")]
pub struct Report {
    inner: clv::report::Report,
}

impl Report {
    pub fn new(inner: clv::report::Report) -> Self {
        Report { inner }
    }
}

/// Figures as Python's own values.
pub fn to_python<'py>(py: Python<'py>, value: &impl Serialize) -> PyResult<Bound<'py, PyAny>> {
    let json = serde_json::to_string(value).expect("reports are made of text and finite numbers");
    py.import("json")?.call_method1("loads", (json,))
}

/// The findings of a report, each a dictionary with its code and message.
pub fn warnings<'py>(py: Python<'py>, report: &clv::report::Report) -> PyResult<Bound<'py, PyAny>> {
    let none = serde_json::Value::Array(Vec::new());
    to_python(py, report.json.get("warnings").unwrap_or(&none))
}

/// Says findings as Python does, as warnings of `clv.ClvWarning`, but for the first ones if they were said before.
pub fn warn(py: Python<'_>, report: &clv::report::Report, said_before: usize) -> PyResult<()> {
    if report.warnings.len() <= said_before {
        return Ok(());
    }
    let class = py.import("clv._errors")?.getattr("ClvWarning")?;
    for message in &report.warnings[said_before..] {
        let message = crate::errors::python_words(message);
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
        text::plain(&self.inner)
    }

    fn __repr__(&self) -> String {
        text::plain(&self.inner)
    }

    fn _repr_html_(&self) -> String {
        notebook::render(&self.inner)
    }
}
