//! What may lie ahead of customers: how likely each number of purchases is, futures drawn, and what newcomers are worth.

use arrow_array::RecordBatch;
use clv::cli::words::{self, Verb};
use clv::fitted::{ClvModel, file::AnyModel};
use clv::forecast::{self, FutureOptions, ScoreOptions};
use clv::history::LogOptions;
use clv::show::report;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyTuple};

use crate::errors::raise;
use crate::model::Model;
use crate::options;
use crate::rates::OfDays;
use crate::report::warn;
use crate::run::long;
use crate::scores::{self, Scores};
use crate::summary::{customers, open, said_before};
use crate::table::Table;

/// Purchases of a table of chances, if nobody says.
const MOST: u32 = 10;

/// The model of purchases, if it is one.
pub fn purchases<'a>(model: &'a Bound<'_, Model>, what: &str) -> PyResult<&'a ClvModel> {
    match &model.get().inner {
        AnyModel::Purchases(model) => Ok(model),
        AnyModel::Contracts(_) | AnyModel::Book(_) => {
            Err(PyTypeError::new_err(format!("{what} is for models of purchases, not of contracts")))
        }
    }
}

/// The customers of a log or summary as a model reads them, and what is asked of them.
pub fn read(
    slf: &Bound<'_, Model>,
    model: &ClvModel,
    data: &Bound<'_, PyAny>,
    keywords: &Option<Bound<'_, PyDict>>,
) -> PyResult<(ClvModel, clv::Summary, ScoreOptions)> {
    let py = slf.py();
    let customers = customers(keywords)?;
    let days = OfDays::take(py, keywords)?;
    let asked = words::score(&options::words(Verb::Score, keywords)?).map_err(|error| raise(py, error))?;
    let model = days.known(py, &asked, model)?;
    let log = asked.log(&model).map_err(|error| raise(py, error))?;
    let log = LogOptions { customers: customers.or(log.customers.clone()), ..log };
    let opened = open(py, data, keywords, log)?;
    let summary = model.adopt(&opened);
    let said = report::input(&summary.meta);
    warn(py, &said, said_before(data, &summary))?;
    Ok((model, summary, asked.options))
}

pub fn pmf(
    slf: &Bound<'_, Model>,
    data: Option<Bound<'_, PyAny>>,
    most: Option<u32>,
    keywords: &Option<Bound<'_, PyDict>>,
) -> PyResult<Table> {
    let (py, model) = (slf.py(), purchases(slf, "pmf")?);
    let most = most.unwrap_or(MOST);
    let Some(data) = data else {
        let asked = words::newcomers(&options::words(Verb::Newcomers, keywords)?);
        let horizon = asked.map_err(|error| raise(py, error))?.value.horizon;
        let table = forecast::chances_of_new(model, horizon, most).map_err(|error| raise(py, error))?;
        return Ok(Table::of(forecast::chances_schema(false), vec![table]));
    };
    let (model, summary, asked) = read(slf, model, &data, keywords)?;
    let ids = summary.meta.id_column.clone();
    let batches = gathered(py, |progress, sink| {
        forecast::chances_into(&model, &summary, (asked.value.horizon, most), asked.unseen, progress, sink)
    })?;
    Ok(Table::of_customers(forecast::chances_schema(true), batches, ids.as_ref()))
}

pub fn sample_futures(
    slf: &Bound<'_, Model>,
    data: &Bound<'_, PyAny>,
    draws: Option<u32>,
    seed: Option<u64>,
    keywords: &Option<Bound<'_, PyDict>>,
) -> PyResult<Table> {
    let (py, model) = (slf.py(), purchases(slf, "sample_futures")?);
    let default = FutureOptions::default();
    let wanted = FutureOptions { draws: draws.unwrap_or(default.draws), seed: seed.unwrap_or(default.seed) };
    let (model, summary, asked) = read(slf, model, data, keywords)?;
    let ids = summary.meta.id_column.clone();
    let batches = gathered(py, |progress, sink| {
        forecast::futures_into(&model, &summary, &asked, wanted, progress, sink)
    })?;
    Ok(Table::of_customers(forecast::futures_schema(), batches, ids.as_ref()))
}

/// What takes batches one by one.
type Sink<'a> = &'a mut dyn FnMut(RecordBatch) -> clv::Result<()>;

/// All batches of long work.
fn gathered(
    py: Python<'_>,
    work: impl FnOnce(&dyn clv::Progress, Sink<'_>) -> clv::Result<()> + Send,
) -> PyResult<Vec<RecordBatch>> {
    long(py, |progress| {
        let mut batches = Vec::new();
        work(progress, &mut |batch| {
            batches.push(batch);
            Ok(())
        })?;
        Ok(batches)
    })
}

/// See :func:`clv.newcomers`.
#[pyfunction]
#[pyo3(signature = (model, *, born=None, kinds=None, **options))]
pub fn newcomers(
    model: &Bound<'_, Model>,
    born: Option<Bound<'_, PyAny>>,
    kinds: Option<Bound<'_, PyDict>>,
    options: Option<Bound<'_, PyDict>>,
) -> PyResult<Py<Scores>> {
    let (py, fitted) = (model.py(), purchases(model, "newcomers")?);
    let failed = |error| raise(py, error);
    let asked = words::newcomers(&options::words(Verb::Newcomers, &options)?).map_err(failed)?;
    let born = born.map(|born| options::text(&born)).transpose()?;
    let born = born.map(|born| words::date("--born", &born)).transpose().map_err(failed)?;
    let kinds = kinds.map(|kinds| kinds_of(&kinds)).transpose()?.unwrap_or_default();
    let summary = forecast::newcomers(fitted, born, &kinds).map_err(failed)?;
    scores::of(model, fitted, &summary, &asked, report::scored_with(fitted, &summary.meta), 0)
}

/// The values wanted of each attribute.
fn kinds_of(kinds: &Bound<'_, PyDict>) -> PyResult<Vec<(String, Vec<String>)>> {
    let one = |(name, values): (Bound<'_, PyAny>, Bound<'_, PyAny>)| {
        let several = values.is_instance_of::<PyList>() || values.is_instance_of::<PyTuple>();
        let values = match several && !values.is_instance_of::<PyString>() {
            true => values.try_iter()?.map(|value| options::text(&value?)).collect::<PyResult<_>>()?,
            false => vec![options::text(&values)?],
        };
        Ok((name.extract()?, values))
    };
    kinds.iter().map(one).collect()
}
