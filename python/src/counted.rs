//! Fitting to customers that were counted elsewhere, and the columns that a log's reader would take: for
//! engines that shuffle rows themselves.

use std::str::FromStr;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use clv::cli::words::{self, Fit, Verb};
use clv::counts::Counts;
use clv::history::{self, Input};
use clv::model::SpendRow;
use clv::model_file::AnyModel;
use clv::{choice, report};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::errors::{data_error, raise};
use crate::input::one;
use crate::model::Model;
use crate::options;
use crate::report::warn;
use crate::run::long;
use crate::summary::Summary;

/// The columns of a log that are read, by the names of all of its columns: who, when, then the others; ``None`` if
/// these are the columns of a summary. The options are those of ``clv.summarize``.
#[pyfunction]
#[pyo3(signature = (names, **options))]
pub fn log_columns(
    py: Python<'_>,
    names: Vec<String>,
    options: Option<Bound<'_, PyDict>>,
) -> PyResult<Option<Vec<String>>> {
    let words = options::words(Verb::Summarize, &options)?;
    let log = words::summarize(&words).map_err(|error| raise(py, error))?;
    history::log_columns(&names, &log).map_err(|error| raise(py, error))
}

/// Fits to distinct rows and how many customers have each.
///
/// ``purchases`` is a summary of the distinct ``(frequency, recency, T)`` and ``customers`` a table whose only column
/// says, row by row, how many there are; ``spending`` likewise the distinct ``(frequency, monetary_value)`` of repeat
/// customers and their counts, if there are amounts. ``about`` has ``rows`` and, if known, ``grain``,
/// ``observed_until`` and ``first_purchase``, for the model file. The options are those of ``clv.fit``.
#[pyfunction]
#[pyo3(signature = (purchases, customers, spending, about, **options))]
pub fn fit_counted(
    py: Python<'_>,
    purchases: &Bound<'_, Summary>,
    customers: &Bound<'_, PyAny>,
    spending: Option<(Bound<'_, Summary>, Bound<'_, PyAny>)>,
    about: &Bound<'_, PyDict>,
    options: Option<Bound<'_, PyDict>>,
) -> PyResult<Model> {
    let failed = |error| raise(py, error);
    let words = options::words(Verb::Fit, &options)?;
    let Fit::Purchases { request, .. } = words::fit(&words).map_err(failed)? else {
        return Err(data_error(py, "models of contracts are not fitted to counted purchases"));
    };
    let known = |name: &str| about.get_item(name)?.map(|value| value.extract::<String>()).transpose();
    let grain = parse(py, known("grain")?)?;
    let (end, first) = (parse(py, known("observed_until")?)?, parse(py, known("first_purchase")?)?);
    let rows: u64 = about.get_item("rows")?.map(|rows| rows.extract()).transpose()?.unwrap_or_default();

    let purchases = purchases.get().inner.clone();
    let summary = purchases.with_meta(|meta| {
        meta.grain = grain;
        meta.observed_until = end;
        meta.first_purchase = first;
    });
    let histories = counted(py, &purchases, customers, |batch, row| batch.customer(row))?;
    let spending = spending.map(|(summary, customers)| {
        counted(py, &summary.get().inner, &customers, |batch, row| {
            let mean = batch.monetary_value.as_ref().map_or(0.0, |mean| mean.value(row));
            SpendRow { x: batch.frequency.value(row), mean }
        })
    });
    let spending: Option<Vec<(SpendRow, u64)>> = spending.transpose()?;
    let (model, comparison) = long(py, |progress| {
        progress.stage("counting customers", None);
        let counts = Counts::of_counted(histories, spending, rows);
        choice::fit_counted(&summary, &counts, &request, progress)
    })?;
    let mut said = comparison.iter().map(report::comparison).next().unwrap_or_default();
    said.extend(report::model(&model));
    warn(py, &said, 0)?;
    Ok(Model { inner: AnyModel::Purchases(Box::new(model)), said })
}

fn parse<T: FromStr>(py: Python<'_>, text: Option<String>) -> PyResult<Option<T>> {
    let parsed = text.map(|text| text.parse()).transpose();
    parsed.map_err(|_| data_error(py, "what is known of the summary cannot be read"))
}

/// The rows of a summary with their counts.
fn counted<T>(
    py: Python<'_>,
    summary: &clv::Summary,
    customers: &Bound<'_, PyAny>,
    row: impl Fn(&clv::SummaryBatch, usize) -> T,
) -> PyResult<Vec<(T, u64)>> {
    let wrong = || data_error(py, "there must be one whole number of customers for each row");
    let Input::Table(table) = one(customers, "customers")? else { return Err(wrong()) };
    let mut counts = Vec::new();
    for batch in table.batches() {
        let column = batch.columns().first().and_then(|column| column.as_primitive_opt::<Int64Type>());
        counts.extend(column.ok_or_else(wrong)?.values().iter().map(|&count| count.max(0) as u64));
    }
    let mut rows = Vec::with_capacity(counts.len());
    for batch in summary.batches() {
        let batch = batch.map_err(|error| raise(py, error))?;
        rows.extend((0..batch.len()).map(|i| row(&batch, i)));
    }
    if rows.len() != counts.len() {
        return Err(wrong());
    }
    Ok(rows.into_iter().zip(counts).collect())
}
