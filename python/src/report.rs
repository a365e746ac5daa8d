//! What there is to say of a result: text, HTML, and the figures behind them.

use clv::base::shown::shown;
use clv::show::report::{notebook, text};
use pyo3::prelude::*;
use serde::Serialize;
use serde_json::Value;

use crate::errors::{data_error, python_words};

/// What pickle asks of an object: what makes it again, and of what.
pub type Pickled<'py, Parts> = (Bound<'py, PyAny>, Parts);

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

/// Says findings as Python does, as warnings of `clv.ClvWarning` with their codes, each once, but for the first ones if they
/// were said before. What only says how sure figures are is in the report, and no warning.
pub fn warn(py: Python<'_>, report: &clv::show::report::Report, said_before: usize) -> PyResult<()> {
    let findings = report.json.get("warnings").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let mut said: Vec<&str> = Vec::new();
    for finding in findings.iter().skip(said_before) {
        let part = |key: &str| finding.get(key).and_then(Value::as_str).unwrap_or_default();
        let (code, message) = (part("code"), part("message"));
        if clv::base::is_remark(code) || said.contains(&message) {
            continue;
        }
        said.push(message);
        let message = python_words(&shown(message));
        py.import("clv._errors")?.call_method1("warn", (code, message))?;
    }
    Ok(())
}

/// A report as text that travels.
pub fn to_text(report: &clv::show::report::Report) -> String {
    serde_json::to_string(report).unwrap_or_default()
}

/// The report of such a text.
pub fn from_text(text: &str) -> Option<clv::show::report::Report> {
    serde_json::from_str(text).ok()
}

/// The report that was pickled, by the same version.
///
/// Raises ``DataError`` for another text.
#[pyfunction]
pub fn report_from_text(py: Python<'_>, text: &str) -> PyResult<Report> {
    let wrong = || data_error(py, "data: this is no report of this version of clv");
    from_text(text).map(Report::new).ok_or_else(wrong)
}

#[pymethods]
impl Report {
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Pickled<'py, (String,)>> {
        let make = slf.py().import("clv._core")?.getattr("report_from_text")?;
        Ok((make, (to_text(&slf.get().inner),)))
    }

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
