//! `clv.sql`: the summary as a statement for a warehouse.

use clv::cli::words::{self, Verb};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::errors::raise;
use crate::options;

/// The summary as one SQL statement for a warehouse: what ``clv.summarize`` makes of the same rows.
///
/// ``dialect`` is duckdb, postgres, sqlite, datafusion, clickhouse or databricks, whose statements are tested, or
/// snowflake, bigquery, redshift or trino, which were never executed. The options are those of ``clv sql``: see
/// ``clv.SqlOptions``. Columns that are not named are called customer_id, date and amount. The text has no
/// semicolon at its end, so that it fits into ``CREATE TABLE ... AS``.
///
/// Raises ``OptionError``.
#[pyfunction]
#[pyo3(signature = (dialect, **options))]
pub fn sql(py: Python<'_>, dialect: &str, options: Option<Bound<'_, PyDict>>) -> PyResult<String> {
    let mut words = options::words(Verb::Sql, &options)?;
    words.push(format!("--dialect={dialect}"));
    let statement = words::sql(&words).and_then(|(options, log)| clv::sql::statement(&options, &log));
    statement.map_err(|error| raise(py, error))
}
