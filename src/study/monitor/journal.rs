//! The journal: the totals of every forecast that was ever made, kept in one file so that each can be judged when its time
//! has passed.

use std::path::Path;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, UInt64Type};
use arrow_array::{Array, ArrayRef, Float64Array, RecordBatch, StringArray, UInt64Array};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use jiff::civil::Date;

use super::super::backtest::Cohort;
use crate::base::{Error, Horizon, Place, Result};
use crate::fitted::ClvModel;
use crate::forecast::{GroupSums, ScoreOptions, Spread, Totals};
use crate::history::{Summary, SummaryMeta};
use crate::output::{TableWriter, Target, read_parquet};

/// The totals of a forecast.
#[derive(Debug, Clone, PartialEq)]
pub struct Forecast {
    /// The end of observation of the customers who were forecast.
    pub made: Date,
    /// The end of what was forecast.
    pub until: Date,
    /// The purchase model, and SHA-256 of the model's file.
    pub model: String,
    /// See `model`.
    pub model_sha256: String,
    /// How many customers.
    pub customers: u64,
    /// How many were expected to buy, and how often.
    pub buyers: f64,
    /// See `buyers`.
    pub purchases: Option<f64>,
    /// The probability of the intervals, and these, where they were asked for.
    pub probability: Option<f64>,
    /// Of the buyers.
    pub buyers_interval: Option<(f64, f64)>,
    /// Of the purchases.
    pub purchases_interval: Option<(f64, f64)>,
}

/// A forecast with what happened.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// The forecast.
    pub forecast: Forecast,
    /// How many bought, and how often; `None` if its time has not passed.
    pub buyers: Option<f64>,
    /// See `buyers`.
    pub purchases: Option<f64>,
}

/// Adds a forecast to those that are there; one of the same customers, model and horizon takes the place of the old one.
pub fn add(journal: &mut Vec<Forecast>, forecast: Forecast) {
    let same = |other: &Forecast| {
        (other.made, other.until, &other.model_sha256, other.customers)
            == (forecast.made, forecast.until, &forecast.model_sha256, forecast.customers)
    };
    match journal.iter().position(same) {
        Some(at) => journal[at] = forecast,
        None => journal.push(forecast),
    }
}

/// Judges forecasts; `at` opens the log as of a date, `None` for its end, which is `now`.
pub(super) fn judge(
    journal: &[Forecast],
    end: Date,
    at: impl Fn(Date) -> Result<Option<Summary>>,
    now: &Summary,
) -> Result<Vec<Judged>> {
    let mut judged = Vec::new();
    for forecast in journal {
        if forecast.until > end || forecast.made >= forecast.until {
            judged.push(Judged { forecast: forecast.clone(), buyers: None, purchases: None });
            continue;
        }
        let (known, later) = (at(forecast.made)?, at(forecast.until)?);
        let cohort = Cohort::join(known.as_ref().unwrap_or(now), None, later.as_ref().unwrap_or(now), &())?;
        let buyers = cohort.bought.iter().filter(|bought| **bought > 0.0).count() as f64;
        let purchases = cohort.bought.iter().sum();
        judged.push(Judged { forecast: forecast.clone(), buyers: Some(buyers), purchases: Some(purchases) });
    }
    Ok(judged)
}

/// The columns of the file.
fn schema() -> SchemaRef {
    let text = |name: &str| Field::new(name, DataType::Utf8, false);
    let number = |name: &str| Field::new(name, DataType::Float64, true);
    let mut fields = ["made", "until", "model", "model_sha256"].map(text).to_vec();
    fields.push(Field::new("customers", DataType::UInt64, false));
    fields.extend(NUMBERS.map(number));
    Arc::new(Schema::new(fields))
}

const NUMBERS: [&str; 7] =
    ["buyers", "purchases", "interval", "buyers_lower", "buyers_upper", "purchases_lower", "purchases_upper"];

/// Reads a journal; an empty one if there is no file.
///
/// # Errors
/// If it is no journal.
pub fn read(path: &Path) -> Result<Vec<Forecast>> {
    let mut all = Vec::new();
    for batch in read_parquet(path)?.unwrap_or_default() {
        let of = from_batch(&batch).ok_or_else(|| {
            let message = "this is no journal of forecasts: clv score --journal FILE.parquet begins one";
            Error::input(Place::file(path.display().to_string()), message)
        })?;
        all.extend(of);
    }
    Ok(all)
}

fn from_batch(batch: &RecordBatch) -> Option<Vec<Forecast>> {
    let text = |name: &str| batch.column_by_name(name)?.as_string_opt::<i32>();
    let numbers = NUMBERS.map(|name| batch.column_by_name(name)?.as_primitive_opt::<Float64Type>());
    let [made, until, model, digest] = [text("made")?, text("until")?, text("model")?, text("model_sha256")?];
    let customers = batch.column_by_name("customers")?.as_primitive_opt::<UInt64Type>()?;
    let mut all = Vec::new();
    for row in 0..batch.num_rows() {
        let number =
            |at: usize| numbers[at].filter(|column| column.is_valid(row)).map(|column| column.value(row));
        all.push(Forecast {
            made: made.value(row).parse().ok()?,
            until: until.value(row).parse().ok()?,
            model: model.value(row).to_owned(),
            model_sha256: digest.value(row).to_owned(),
            customers: customers.value(row),
            buyers: number(0)?,
            purchases: number(1),
            probability: number(2),
            buyers_interval: number(3).zip(number(4)),
            purchases_interval: number(5).zip(number(6)),
        });
    }
    Some(all)
}

/// Writes a journal.
///
/// # Errors
/// If it cannot be written; the old one is then as it was.
pub fn write(journal: &[Forecast], path: &Path) -> Result<()> {
    if path.extension().is_none_or(|extension| extension != "parquet") {
        let message = format!(
            "'{}' is a Parquet file to which forecasts are added: name it with .parquet",
            path.display()
        );
        return Err(Error::option("--journal", message));
    }
    let target = Target::table(&path.to_string_lossy())?;
    let texts = |of: &dyn Fn(&Forecast) -> String| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(journal.iter().map(of)))
    };
    let numbers = |of: &dyn Fn(&Forecast) -> Option<f64>| -> ArrayRef {
        Arc::new(journal.iter().map(of).collect::<Float64Array>())
    };
    let columns = vec![
        texts(&|one| one.made.to_string()),
        texts(&|one| one.until.to_string()),
        texts(&|one| one.model.clone()),
        texts(&|one| one.model_sha256.clone()),
        Arc::new(UInt64Array::from_iter_values(journal.iter().map(|one| one.customers))),
        numbers(&|one| Some(one.buyers)),
        numbers(&|one| one.purchases),
        numbers(&|one| one.probability),
        numbers(&|one| one.buyers_interval.map(|interval| interval.0)),
        numbers(&|one| one.buyers_interval.map(|interval| interval.1)),
        numbers(&|one| one.purchases_interval.map(|interval| interval.0)),
        numbers(&|one| one.purchases_interval.map(|interval| interval.1)),
    ];
    let batch = RecordBatch::try_new(schema(), columns).expect("all columns have the forecasts' length");
    let mut writer = TableWriter::create(&target, schema())?;
    writer.write(&batch)?;
    writer.finish()
}

/// Adds the totals of a forecast to the journal in a file, which is begun if there is none.
///
/// # Errors
/// If the customers have no end of observation or the horizon no end, or if the file is no journal.
pub fn record(
    path: &Path,
    model: (&ClvModel, String),
    meta: &SummaryMeta,
    totals: &Totals,
    options: &ScoreOptions,
) -> Result<()> {
    let refuse = |message: &str| Error::option("--journal", message);
    let made = meta.observed_until.ok_or_else(|| {
        refuse("the summary does not say when its observation ended, so no forecast of it can be judged")
    })?;
    let Horizon::Finite(horizon) = options.value.horizon else {
        return Err(refuse("a forecast without end is never judged: give a --horizon"));
    };
    let all = totals.groups.get(&None);
    let probability = options.interval.map(|interval| interval.probability);
    let interval = |spread: fn(&GroupSums) -> &Spread| spread(all?).interval(probability?);
    let forecast = Forecast {
        made,
        until: made.saturating_add(jiff::Span::new().days((horizon.days().round() as i64).min(1_000_000))),
        model: model.0.purchase.name().to_owned(),
        model_sha256: model.1,
        customers: totals.customers,
        buyers: totals.buyers,
        purchases: totals.purchases,
        probability,
        buyers_interval: interval(|sums| &sums.buyers_spread),
        purchases_interval: interval(|sums| &sums.purchases_spread),
    };
    let mut journal = read(path)?;
    add(&mut journal, forecast);
    write(&journal, path)
}
