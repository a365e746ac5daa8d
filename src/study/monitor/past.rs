//! Customers of an earlier day: what was forecast of them, and what they did.

use std::collections::BTreeMap;

use arrow_array::StringArray;
use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use jiff::civil::Date;

use super::{MonitorOptions, joined};
use crate::base::{Grain, Progress, Result, ValueOptions};
use crate::fitted::ClvModel;
use crate::forecast::{GroupSums, IntervalOptions, ScoreOptions, score_into};
use crate::history::{Summary, SummaryBatch, SummaryMeta, first_grain};

/// The attribute that cohorts are told apart by.
const COHORT: &str = "(cohort)";

/// Customers of one day, and the same customers later.
#[derive(Clone, Copy)]
pub(super) struct Part<'a> {
    pub known: &'a Summary,
    pub later: &'a Summary,
    pub until: Date,
    pub grain: Grain,
}

/// The same, of those only who were born after a date.
pub(super) struct Of<'a> {
    part: Part<'a>,
    born_after: Option<Date>,
}

impl<'a> Part<'a> {
    /// All of them.
    pub fn all(self) -> Of<'a> {
        Of { part: self, born_after: None }
    }

    pub fn born_after(self, date: Date) -> Of<'a> {
        Of { part: self, born_after: Some(date) }
    }
}

/// What some customers did.
#[derive(Debug, Clone, Default)]
pub(super) struct Did {
    /// How many bought, and how often.
    pub buyers: f64,
    pub purchases: f64,
    /// What they paid; `None` without amounts.
    pub spent: Option<f64>,
}

/// What was forecast of customers, and what happened.
pub(super) struct Outcome {
    pub from: Date,
    pub until: Date,
    /// By cohort; under `None` all of them.
    pub forecast: BTreeMap<Option<String>, GroupSums>,
    pub did: BTreeMap<Option<String>, Did>,
    /// P(purchase) of each customer, and whether it bought.
    pub chances: Vec<(f64, bool)>,
}

/// When customers were born: their first purchase.
pub(super) fn births(batch: &SummaryBatch, meta: &SummaryMeta) -> Vec<Date> {
    let until = meta.observed_until.unwrap_or_default();
    let days = meta.unit.days();
    let born = |t: &f64| until.saturating_sub(jiff::Span::new().days((t * days).round().min(4e6) as i64));
    batch.t.values().iter().map(born).collect()
}

/// Years where a log is long, else quarters.
fn cohort(born: Date, years: bool) -> String {
    match years {
        true => format!("{}", born.year()),
        false => format!("{}-Q{}", born.year(), (born.month() + 2) / 3),
    }
}

/// Forecasts the customers from the day on which they are known, and counts what they did.
pub(super) fn outcome(
    model: &ClvModel,
    of: Of,
    options: &MonitorOptions,
    progress: &dyn Progress,
) -> Result<Outcome> {
    let Of { part, born_after } = of;
    let meta = &part.known.meta;
    let from = meta.observed_until.unwrap_or_default();
    let first = meta.first_purchase.unwrap_or(from);
    let years = first_grain(Grain::Day, from) - first_grain(Grain::Day, first) > 2 * 366;
    let label = move |born: Date| match born_after {
        Some(date) if born <= date => OTHERS.to_owned(),
        _ => cohort(born, years),
    };
    let labels = {
        let meta = meta.clone();
        move |batch: &SummaryBatch| births(batch, &meta).into_iter().map(&label).collect::<Vec<_>>()
    };
    let mark = labels.clone();
    let known = part.known.map(move |mut batch| {
        batch.attributes.push(StringArray::from_iter_values(mark(&batch)));
        batch
    });
    let known = known.with_meta(|meta| meta.attributes.push(COHORT.to_owned()));
    let step = part.grain.max(Grain::Day);
    let steps = first_grain(step, part.until) - first_grain(step, from);
    let word = match step {
        Grain::Hour | Grain::Day => "d",
        Grain::Week => "w",
        Grain::Month => "mo",
        Grain::Year => "y",
    };
    let value = ValueOptions {
        horizon: format!("{steps}{word}").parse()?,
        discount: "0".parse()?,
        margin: 1.0,
        ..ValueOptions::default()
    };
    let interval =
        IntervalOptions { probability: options.interval, seed: options.seed, ..IntervalOptions::default() };
    let scores = ScoreOptions {
        value,
        interval: Some(interval),
        by: Some(COHORT.to_owned()),
        unseen: crate::customers::UnseenLevel::Reference,
        ..ScoreOptions::default()
    };
    let mut chances = Vec::new();
    let totals = score_into(model, &known, &scores, progress, |table| {
        let column = table.column_by_name("p_purchase").map(|column| column.as_primitive::<Float64Type>());
        chances.extend(column.into_iter().flat_map(|column| column.values().to_vec()));
        Ok(())
    })?;
    let cohort = joined(&part, progress)?;
    let (mut did, mut seen, mut at) = (BTreeMap::<Option<String>, Did>::new(), Vec::new(), 0);
    for batch in part.known.batches() {
        let batch = batch?;
        for name in labels(&batch) {
            let (bought, spent) = (cohort.bought[at], cohort.spent.as_ref().map(|spent| spent[at]));
            let own = born_after.is_none() || name != OTHERS;
            let keys = if own { vec![Some(name), None] } else { Vec::new() };
            for key in keys {
                let did = did.entry(key).or_default();
                did.buyers += f64::from(u8::from(bought > 0.0));
                did.purchases += bought;
                if let Some(spent) = spent {
                    *did.spent.get_or_insert(0.0) += spent;
                }
            }
            if own {
                seen.push((chances[at], bought > 0.0));
            }
            at += 1;
        }
    }
    let mut forecast = totals.groups;
    if born_after.is_some() {
        // All are then those who are meant.
        forecast.remove(&None);
        forecast.remove(&Some(OTHERS.to_owned()));
        let mut all = GroupSums::default();
        forecast.values().for_each(|sums| all.merge(sums));
        forecast.insert(None, all);
    }
    Ok(Outcome { from, until: part.until, forecast, did, chances: seen })
}

/// Customers who are not asked about.
const OTHERS: &str = "(others)";
