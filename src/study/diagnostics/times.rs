//! Repeat purchases against those expected by how old customers were and by month: where a model of steady rates is off.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::customers::each;
use crate::base::{Grain, Result};
use crate::customers::AGE_STEPS;
use crate::fitted::ClvModel;
use crate::history::{Summary, Timing, first_grain, grain_start};

/// Days of a week.
const WEEK: f64 = 7.0;
/// Months that are told apart, the last ones.
const MONTHS: i32 = 60;

/// Repeat purchases at some age.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AgeBin {
    /// Weeks since the first purchase: after so many,
    pub from: f64,
    /// and up to so many; infinite for the last one.
    pub to: f64,
    /// Purchases.
    pub actual: f64,
    /// `Σ E[X(to)] − E[X(from)]` over all who were seen so old.
    pub expected: f64,
}

/// Repeat purchases of a month.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MonthBin {
    /// Its first day.
    pub month: Date,
    /// Purchases.
    pub actual: f64,
    /// Expected of all who had come by then.
    pub expected: f64,
}

/// Repeat purchases by age and by month.
#[derive(Debug, Clone, PartialEq)]
pub struct Times {
    /// By age, the youngest first.
    pub ages: Vec<AgeBin>,
    /// By month, the earliest first.
    pub months: Vec<MonthBin>,
}

/// Actual against expected repeat purchases by age and by month; `None` if it is not known when purchases happened. What is
/// expected rests on the day on which customers came alone: `E[X(t)]` of new customers.
///
/// # Errors
/// If the summary cannot be read.
pub fn times(model: &ClvModel, summary: &Summary) -> Result<Option<Times>> {
    let meta = &summary.meta;
    let (Some(timing), Some(end)) = (&meta.timing, meta.observed_until) else { return Ok(None) };
    if timing.grain > Grain::Week {
        return Ok(None);
    }
    let mut born: BTreeMap<(usize, u64), f64> = BTreeMap::new();
    let models = each(model, summary, |kind, _, customer| {
        *born.entry((kind, customer.t.to_bits())).or_default() += 1.0;
    })?;
    let unit = model.unit.days();
    let (mut ages, mut months) = (seen_by_age(timing), seen_by_month(timing, end));
    for ((kind, age), customers) in born {
        let age = f64::from_bits(age) * unit;
        let upto = |days: f64| match days.min(age) {
            days if days > 0.0 => customers * models[kind].expected_purchases_new(days / unit),
            _ => 0.0,
        };
        let mut before = 0.0;
        for bin in ages.iter_mut().take_while(|bin| bin.from * WEEK < age) {
            let now = upto(bin.to * WEEK);
            bin.expected += now - before;
            before = now;
        }
        let first = months.first().map_or(0.0, |(start, _)| *start);
        let mut before = upto(age - first);
        for (_, bin) in &mut months {
            let behind = days_to(month_after(bin.month), end) + 1;
            let now = upto(age - f64::from(behind.max(0)));
            bin.expected += now - before;
            before = now;
        }
    }
    let months = months.into_iter().map(|(_, bin)| bin).collect();
    Ok(Some(Times { ages, months }))
}

fn days_to(from: Date, end: Date) -> i32 {
    first_grain(Grain::Day, end) - first_grain(Grain::Day, from)
}

fn month_after(month: Date) -> Date {
    grain_start(Grain::Month, first_grain(Grain::Month, month) + 1)
}

/// Ages of which there are any, with what was seen.
fn seen_by_age(timing: &Timing) -> Vec<AgeBin> {
    let days = timing.grain.days();
    let mut bins: Vec<AgeBin> = Vec::new();
    let mut from = 0.0;
    for to in AGE_STEPS.into_iter().chain([f64::INFINITY]) {
        bins.push(AgeBin { from, to, actual: 0.0, expected: 0.0 });
        from = to;
    }
    for (at, purchases) in timing.by_age.iter().enumerate() {
        let age = (at as f64 - 0.5) * days / WEEK;
        let bin = AGE_STEPS.partition_point(|step| *step < age);
        bins[bin].actual += *purchases as f64;
    }
    let last = bins.iter().rposition(|bin| bin.actual > 0.0).map_or(0, |last| last + 1);
    bins.truncate(last);
    bins
}

/// The last months with what was seen, and how many days before the end each begins.
fn seen_by_month(timing: &Timing, end: Date) -> Vec<(f64, MonthBin)> {
    let days = timing.grain.days();
    let last = first_grain(Grain::Month, end);
    let mut bins: BTreeMap<i32, f64> = BTreeMap::new();
    for (at, purchases) in timing.by_past.iter().enumerate().filter(|(_, purchases)| **purchases > 0) {
        let before = ((at as f64 + 0.5) * days).floor() as i32;
        let date = grain_start(Grain::Day, first_grain(Grain::Day, end) - before);
        *bins.entry(first_grain(Grain::Month, date)).or_default() += *purchases as f64;
    }
    let first = bins.keys().next().map_or(last, |first| (*first).max(last - MONTHS + 1));
    let bin = |month: i32| {
        let start = grain_start(Grain::Month, month);
        let actual = bins.get(&month).copied().unwrap_or(0.0);
        (f64::from(days_to(start, end) + 1), MonthBin { month: start, actual, expected: 0.0 })
    };
    (first..=last).map(bin).collect()
}
