//! `clv.sql`: the summary as a statement for a warehouse.

use clv::cli::words::{self, Verb};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::errors::raise;
use crate::options;

/// See :func:`clv.sql`.
#[pyfunction]
#[pyo3(signature = (dialect, **options))]
pub fn sql(py: Python<'_>, dialect: &str, options: Option<Bound<'_, PyDict>>) -> PyResult<String> {
    let mut words = options::words(Verb::Sql, &options)?;
    words.push(format!("--dialect={dialect}"));
    let statement = words::sql(&words).and_then(|(options, log)| clv::sql::statement(&options, &log));
    statement.map_err(|error| raise(py, error))
}
