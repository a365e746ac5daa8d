//! A log in parts, for engines that shuffle rows themselves (`clv.spark`): what a worker does with its part, and
//! what is made of all parts where they come together.

use std::str::FromStr;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use clv::cli::words::{self, Verb};
use clv::contracts::ContractMember;
use clv::customers::{Counts, Customer, SpendRow};
use clv::fitted::{choice, file::AnyModel};
use clv::history::{
    LogOptions,
    parts::{self, Part},
};
use clv::show::report;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::errors::{data_error, raise};
use crate::input::{Given, Input, one};
use crate::model::Model;
use crate::options::{self, Keywords};
use crate::report::{Report, warn};
use crate::run::long;
use crate::summary::Summary;
use crate::table::Table;

fn reading(py: Python<'_>, keywords: &Keywords<'_>) -> PyResult<LogOptions> {
    let words = options::words(Verb::Summarize, keywords)?;
    words::summarize(&words).map_err(|error| raise(py, error))
}

fn inputs(py: Python<'_>, data: &Bound<'_, PyAny>, log: &LogOptions) -> PyResult<Vec<Input>> {
    match Given::new(data, log)? {
        Given::Inputs(inputs) => Ok(inputs),
        Given::Summary(_) => Err(data_error(py, "data is a summary, not a log")),
    }
}

/// The columns of a log that are read, by the names of all of its columns: who, when, then the others; with an empty
/// table that has the columns of its summary. ``None`` if these are the columns of a summary themselves. The options
/// are those of ``clv.summarize``.
#[pyfunction]
#[pyo3(signature = (names, **options))]
pub fn log_shape(
    py: Python<'_>,
    names: Vec<String>,
    options: Option<Bound<'_, PyDict>>,
) -> PyResult<Option<(Vec<String>, Table)>> {
    let shape = parts::shape(&names, &reading(py, &options)?).map_err(|error| raise(py, error))?;
    Ok(shape.map(|shape| (shape.columns, Table::of(clv::output::summary_schema(&shape.meta), Vec::new()))))
}

/// What some rows of a log are, as text for ``join_surveys``. The options are those of ``clv.summarize``.
#[pyfunction]
#[pyo3(signature = (data, **options))]
pub fn survey_part(
    py: Python<'_>,
    data: &Bound<'_, PyAny>,
    options: Option<Bound<'_, PyDict>>,
) -> PyResult<String> {
    let log = reading(py, &options)?;
    let inputs = inputs(py, data, &log)?;
    long(py, |progress| parts::survey(&inputs, &log, progress)).map(|part| part.to_json())
}

/// The customers of one part of a log, all of whose rows are in it, and what its rows came to, as text for
/// ``join_parts``. The options are those of ``clv.summarize``, with ``observed_until``; ``row_order`` is a column of
/// numbers that say in which order rows came.
#[pyfunction]
#[pyo3(signature = (data, row_order=None, **options))]
pub fn summarize_part(
    py: Python<'_>,
    data: &Bound<'_, PyAny>,
    row_order: Option<String>,
    options: Option<Bound<'_, PyDict>>,
) -> PyResult<(Py<Summary>, String)> {
    let log = LogOptions { row_order, ..reading(py, &options)? };
    let inputs = inputs(py, data, &log)?;
    let (summary, part) = long(py, |progress| parts::summarize(&inputs, &log, progress))?;
    Ok((Summary::make(py, summary.into())?, part.to_json()))
}

/// Parts in an order of their own, whatever order they came in: sums are the same to the bit.
fn sorted(py: Python<'_>, mut texts: Vec<String>) -> PyResult<Vec<Part>> {
    texts.sort_unstable();
    let parts = texts.iter().map(|text| Part::from_json(text));
    parts.collect::<clv::Result<_>>().map_err(|error| raise(py, error))
}

/// How many rows the surveyed parts have, and the last date that can be used. Raises what ``clv.summarize`` would.
#[pyfunction]
#[pyo3(signature = (parts, **options))]
pub fn join_surveys(
    py: Python<'_>,
    parts: Vec<String>,
    options: Option<Bound<'_, PyDict>>,
) -> PyResult<(u64, Option<String>)> {
    let log = reading(py, &options)?;
    let (rows, last) = parts::surveyed(sorted(py, parts)?, &log).map_err(|error| raise(py, error))?;
    Ok((rows, last.map(|date| date.to_string())))
}

/// What is known of the summary that parts make together: what ``clv.Summary`` says of itself, by name, and
/// ``customers``. Raises and warns as ``clv.summarize`` does; the options are those for the log in one piece.
#[pyfunction]
#[pyo3(signature = (parts, **options))]
pub fn join_parts<'py>(
    py: Python<'py>,
    parts: Vec<String>,
    options: Option<Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyDict>> {
    let log = reading(py, &options)?;
    let whole = parts::whole(sorted(py, parts)?, &log).map_err(|error| raise(py, error))?;
    let mut said = report::input(&whole.meta);
    warn(py, &said, 0)?;
    let summary = Summary { inner: clv::Summary::new(whole.meta, Vec::new()).into() };
    let known = PyDict::new(py);
    known.set_item("account", summary.account(py)?)?;
    known.set_item("assumptions", summary.assumptions())?;
    known.set_item("warnings", summary.warnings(py)?)?;
    known.set_item("unit", summary.unit())?;
    known.set_item("grain", summary.grain())?;
    known.set_item("observed_until", summary.observed_until())?;
    known.set_item("first_purchase", summary.first_purchase())?;
    known.set_item("customers", whole.customers)?;
    said.extend(report::summary(&summary.inner.meta, whole.customers));
    known.set_item("report", Report::new(said))?;
    Ok(known)
}

/// Fits to distinct rows and how many customers have each.
///
/// ``purchases`` is a summary of the distinct ``(frequency, recency, T)`` and ``counts`` a table whose only column
/// says, row by row, how many customers there are; ``spending`` likewise the distinct ``(frequency, monetary_value)``
/// of repeat customers and their counts, if there are amounts. ``about`` has ``rows`` and, if known, ``grain``,
/// ``observed_until`` and ``first_purchase``, for the model file. The options are those of ``clv.fit``.
#[pyfunction]
#[pyo3(signature = (purchases, counts, spending, about, /, **options))]
pub fn fit_counted(
    py: Python<'_>,
    purchases: &Bound<'_, Summary>,
    counts: &Bound<'_, PyAny>,
    spending: Option<(Bound<'_, Summary>, Bound<'_, PyAny>)>,
    about: &Bound<'_, PyDict>,
    options: Option<Bound<'_, PyDict>>,
) -> PyResult<Model> {
    let failed = |error| raise(py, error);
    let words = options::words(Verb::Fit, &options)?;
    let asked = words::fit(&words).map_err(failed)?;
    if asked.model().is_some_and(|name| ContractMember::named(name).is_some()) {
        return Err(data_error(py, "models of contracts are not fitted to counted purchases"));
    }
    let (request, ..) = asked.purchases().map_err(failed)?;
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
    let histories = counted(py, &purchases, counts, Customer::of)?;
    let spending = spending.map(|(summary, counts)| {
        counted(py, &summary.get().inner, &counts, |batch, row| {
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
    counts: &Bound<'_, PyAny>,
    row: impl Fn(&clv::SummaryBatch, usize) -> T,
) -> PyResult<Vec<(T, u64)>> {
    let wrong = || data_error(py, "there must be one whole number of customers for each row");
    let Input::Table(table) = one(counts, "counts", &LogOptions::default())? else { return Err(wrong()) };
    let mut numbers = Vec::new();
    for batch in table.batches() {
        let column = batch.columns().first().and_then(|column| column.as_primitive_opt::<Int64Type>());
        numbers.extend(column.ok_or_else(wrong)?.values().iter().map(|&count| count.max(0) as u64));
    }
    let mut rows = Vec::with_capacity(numbers.len());
    for batch in summary.batches() {
        let batch = batch.map_err(|error| raise(py, error))?;
        rows.extend((0..batch.len()).map(|i| row(&batch, i)));
    }
    if rows.len() != numbers.len() {
        return Err(wrong());
    }
    Ok(rows.into_iter().zip(numbers).collect())
}

/// What scores with these options of ``model.score`` look like, as an empty table, and the attributes that a log of
/// customers must have for it.
#[pyfunction]
#[pyo3(signature = (model, /, **options))]
pub fn scores_shape(
    py: Python<'_>,
    model: &Bound<'_, Model>,
    options: Option<Bound<'_, PyDict>>,
) -> PyResult<(Table, Vec<String>)> {
    let failed = |error| raise(py, error);
    let AnyModel::Purchases(model) = &model.get().inner else {
        return Err(data_error(py, "models of contracts are not for purchases"));
    };
    let asked = words::score(&options::words(Verb::Score, &options)?).map_err(failed)?;
    let log = asked.log(model).map_err(failed)?;
    Ok((Table::of(clv::forecast::schema(&asked.options), Vec::new()), log.attributes))
}
