//! `clv.check`: what an export holds, and how it is read.

use clv::cli::words::{self, Verb};
use clv::history::{self, LogOptions};
use clv::show::report;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::errors::{data_error, raise};
use crate::input::Given;
use crate::options;
use crate::report::{Pickled, Report, from_text, to_python, to_text, warnings};
use crate::run::long;
use crate::summary::customers;

/// What an export holds, and how it is read.
#[pyclass(frozen, module = "clv")]
pub struct Check {
    said: report::Report,
    toml: Option<String>,
}

#[pymethods]
impl Check {
    /// How it is read: ``files``, ``decisions`` (each with its ``option``, ``value`` and ``evidence``) and what else
    /// was ``found``; ``None`` for a summary.
    #[getter]
    fn reading<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, &self.said.json.get("reading"))
    }

    /// What it comes to: ``customers``, ``purchases``, ``revenue``, ``from`` and ``until``.
    #[getter]
    fn comes_to<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, &self.said.json["comes_to"])
    }

    /// What became of every row; its entries add up to ``rows_read``.
    #[getter]
    fn account<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, &self.said.json["account"])
    }

    /// What looks wrong: each with its ``code`` and ``message``.
    #[getter]
    fn warnings<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        warnings(py, &self.said)
    }

    /// All of it on one screen.
    #[getter]
    fn report(&self) -> Report {
        Report::new(self.said.clone())
    }

    /// The reading as a file of options, for ``config=``.
    fn to_toml(&self) -> PyResult<&str> {
        self.toml
            .as_deref()
            .ok_or_else(|| PyTypeError::new_err("a summary, or a table of contracts, has no such options"))
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Pickled<'py, (String, Option<String>)>> {
        let make = slf.py().import("clv._core")?.getattr("check_from_text")?;
        Ok((make, (to_text(&slf.get().said), slf.get().toml.clone())))
    }

    fn _repr_html_(&self) -> String {
        crate::report::html(&self.said)
    }

    fn __repr__(&self) -> String {
        crate::report::plain(&self.said)
    }
}

/// The check that was pickled, by the same version.
///
/// Raises ``DataError`` for another text.
#[pyfunction]
pub fn check_from_text(py: Python<'_>, said: &str, toml: Option<String>) -> PyResult<Check> {
    let wrong = || data_error(py, "data: this is no check of this version of clv");
    Ok(Check { said: from_text(said).ok_or_else(wrong)?, toml })
}

/// See :func:`clv.check`.
#[pyfunction]
#[pyo3(signature = (data, **options))]
pub fn check(py: Python<'_>, data: &Bound<'_, PyAny>, options: Option<Bound<'_, PyDict>>) -> PyResult<Check> {
    let customers = customers(&options)?;
    let words = options::words(Verb::Summarize, &options)?;
    let log = words::summarize(&words).map_err(|error| raise(py, error))?;
    let log = LogOptions { customers: customers.or(log.customers.clone()), ..log };
    let Given::Inputs(inputs) = Given::new(data, &log)? else {
        return Err(PyTypeError::new_err(
            "this is a summary that has been read already: check what it was made from",
        ));
    };
    let (inputs, kind) = crate::contracts::kind(py, None, &inputs, &log)?;
    let contracts = kind.is_contracts();
    if contracts {
        return Ok(Check { said: crate::contracts::check(py, &inputs, &log)?, toml: None });
    }
    let checked = long(py, |progress| history::check(&inputs, &log, progress))?;
    let toml = checked.reading.as_ref().map(history::Reading::to_toml);
    Ok(Check { said: report::check(&checked), toml })
}
