//! The lives of a summary's customers, with what is known of them over time: those who are alike in all of it are one.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::base::{Error, Grain, Progress, Result};
use crate::customers::{OverTime, TIME_COVARIATES, Within};
use crate::fit::{BornAlike, Lives};
use crate::history::{Summary, SummaryBatch, first_grain};
use crate::model::Life;

/// Customers by `x`, `t_x` and `T`, these as bits.
type Alike = BTreeMap<(u32, u64, u64), f64>;

/// What is being counted.
struct Counting<'a> {
    over_time: &'a OverTime,
    within: Within,
    /// The end of observation \[days since 1970\].
    end: i32,
    unit: f64,
    /// By what is known and the day of birth.
    alike: BTreeMap<(u32, i32), Alike>,
    at_purchases: Vec<f64>,
}

/// Counts them.
///
/// # Errors
/// If the summary does not say when purchases happened, by day, or something is not known of a customer.
pub(super) fn read(
    summary: &Summary,
    over_time: &Arc<OverTime>,
    within: Within,
    progress: &dyn Progress,
) -> Result<Lives> {
    let meta = &summary.meta;
    let (Some(end), true) = (meta.observed_until, meta.has_purchase_times) else {
        let message = "a summary does not say when purchases happened: fit the purchase log itself";
        return Err(Error::option(TIME_COVARIATES, message));
    };
    if meta.grain.is_some_and(|grain| grain != Grain::Day) {
        return Err(Error::option(TIME_COVARIATES, "purchases are told apart by day: leave --grain out"));
    }
    let unit = meta.unit.days();
    let mut counting = Counting {
        over_time,
        within,
        end: first_grain(Grain::Day, end),
        unit,
        alike: BTreeMap::new(),
        at_purchases: vec![0.0; over_time.names().len()],
    };
    for batch in summary.batches() {
        progress.check()?;
        let batch = batch?;
        (0..batch.len()).try_for_each(|row| counting.add(&batch, row))?;
    }
    let life = |((x, t_x, t), count): ((u32, u64, u64), f64)| Life {
        count,
        x,
        t_x: f64::from_bits(t_x),
        t: f64::from_bits(t),
    };
    let born = counting.alike.into_iter().map(|((known, born), lives)| BornAlike {
        known,
        born,
        lives: lives.into_iter().map(life).collect(),
    });
    Ok(Lives {
        over_time: over_time.clone(),
        within,
        unit,
        born: born.collect(),
        at_purchases: counting.at_purchases,
    })
}

impl Counting<'_> {
    fn add(&mut self, batch: &SummaryBatch, row: usize) -> Result<()> {
        let (t, t_x) = (batch.t.value(row), batch.recency.value(row));
        let days = |time: f64| (time * self.unit).round() as i32;
        let born = self.end - days(t);
        let known = self.over_time.of(batch.customer_id.value(row), (born, self.end), self.within)?;
        let history = (batch.frequency.value(row), t_x.to_bits(), t.to_bits());
        *self.alike.entry((known, born)).or_default().entry(history).or_default() += 1.0;
        let known = &self.over_time.known()[known as usize];
        for age in batch.purchase_times(row) {
            let day = born + days(*age);
            let values = known.at(day).ok_or_else(|| self.unknown_day(batch.customer_id.value(row), day))?;
            self.at_purchases.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
        }
        Ok(())
    }

    /// The day of a purchase at the very end need not be among those that lie between purchases.
    fn unknown_day(&self, id: &str, day: i32) -> Error {
        let day = crate::history::grain_start(Grain::Day, day);
        let message = format!("customer '{id}': {day}, the day of a purchase, is missing. Add a row for it");
        Error::option(TIME_COVARIATES, message)
    }
}
