//! Purchases seen and expected by age step and week: all that the regression reads.

use std::collections::BTreeMap;

use ndarray::Array2;

use super::regression::Estimate;
use super::{OLDEST, Seen};
use crate::customers::{AGE_STEPS, Customer, Intensity, Parts, Season};
use crate::model::RatesSeen;

/// Days of a week.
const WEEK: f64 = 7.0;

/// Purchases seen, and expected at `m = 1`.
#[derive(Debug, Clone)]
pub(super) struct Cells {
    /// Expected by age step (rows, the oldest last) and week before the end (columns).
    pub expected: Array2<f64>,
    /// Repeat purchases by age step.
    pub by_step: Vec<f64>,
    /// Repeat purchases by week before the end.
    pub by_week: Vec<f64>,
    /// Each week's waves of the year.
    pub waves: Vec<[f64; 4]>,
}

/// Posterior rates of customers by the day of birth, day by day of their age, as changes from day to day.
pub(super) type Daily = BTreeMap<u64, Vec<f64>>;

/// The step of an age \[days\].
fn step_of(age: f64) -> usize {
    AGE_STEPS.partition_point(|step| WEEK * step < age)
}

/// The week of a moment \[days before the end\].
fn week_of(before: f64) -> usize {
    (before / WEEK).floor().max(0.0) as usize
}

impl Cells {
    /// What was seen; `longest` is the age of the oldest customer \[days\]. Steps of which little is left are one.
    pub fn new(seen: &Seen, longest: f64) -> Self {
        let days = seen.timing.grain.days();
        let weeks = (longest / WEEK).ceil() as usize + 1;
        let (mut by_step, mut by_week) = (vec![0.0; AGE_STEPS.len() + 1], vec![0.0; weeks]);
        // A purchase of a grain lies in its middle.
        for (i, n) in seen.timing.by_age.iter().enumerate() {
            by_step[step_of((i as f64 - 0.5) * days)] += *n as f64;
        }
        for (i, n) in seen.timing.by_past.iter().enumerate() {
            by_week[week_of((i as f64 + 0.5) * days).min(weeks - 1)] += *n as f64;
        }
        let all: f64 = by_step.iter().sum();
        let mut left = all;
        let enough = |n: &f64| {
            let before = left;
            left -= n;
            before <= OLDEST * all
        };
        let steps = by_step.iter().position(enough).unwrap_or(AGE_STEPS.len()).min(AGE_STEPS.len());
        let older = by_step.drain(steps..).sum();
        by_step.push(older);
        let none = Parts::none(seen.end);
        let waves = (0..weeks).map(|week| Season::basis(none.middle(-1 - week as i64))).collect();
        Cells { expected: Array2::zeros((by_step.len(), weeks)), by_step, by_week, waves }
    }

    /// Age steps below the oldest, and weeks.
    pub fn size(&self) -> (usize, usize) {
        (self.by_step.len() - 1, self.by_week.len())
    }

    /// Takes what customers are expected to do, of whom these are a share.
    pub fn expect(&mut self, rates: &Daily, share: f64) {
        let (steps, weeks) = self.size();
        self.expected.fill(0.0);
        for (age, changes) in rates {
            let age = f64::from_bits(*age);
            let mut rate = 0.0;
            for (day, change) in changes.iter().enumerate() {
                rate += change;
                let from = day as f64;
                let length = (age - from).min(1.0);
                if length <= 0.0 {
                    break;
                }
                let step = step_of(from + 0.5 * length).min(steps);
                let week = week_of(age - from - 0.5 * length).min(weeks - 1);
                self.expected[[step, week]] += rate * length / share;
            }
        }
    }
}

impl Cells {
    /// `ln` of the mean of `exp h` over weeks, each counted by what is expected in it without.
    pub fn mean_shock(&self, estimate: &Estimate) -> f64 {
        let by_age: Vec<f64> = estimate.age().iter().map(|f| f.exp()).chain([1.0]).collect();
        let (mut with, mut without) = (0.0, 0.0);
        for (week, shock) in estimate.shocks.iter().enumerate() {
            let expected: f64 = self.expected.column(week).iter().zip(&by_age).map(|(a, f)| a * f).sum();
            let expected = expected * estimate.wave(&self.waves[week]).exp();
            with += expected * shock.exp();
            without += expected;
        }
        if without > 0.0 { (with / without).ln() } else { 0.0 }
    }
}

/// Adds the posterior rates of customers of one history; times are in units of so many days.
pub(super) fn add_rates(
    rates: &mut Daily,
    model: &impl RatesSeen,
    (customer, count): (&Customer, f64),
    intensity: &Intensity,
    unit: f64,
) {
    let [before, since] = model.rates_seen(&intensity.of(customer, 0.0, unit));
    // Rates are per unit of exposure, days are counted.
    let (before, drop) = (count * before / unit, count * (since - before) / unit);
    let age = customer.t * unit;
    let steps = rates.entry(age.to_bits()).or_insert_with(|| vec![0.0; age.ceil() as usize + 2]);
    let last = (customer.t_x * unit).min(age);
    let (day, part) = (last.floor(), last.fract());
    steps[0] += before;
    steps[day as usize] += drop * (1.0 - part);
    steps[day as usize + 1] += drop * part;
}
