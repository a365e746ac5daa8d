//! Purchases seen and expected by age step and column: all that the regression reads. A column is a week, or the days of a
//! week on which all that customers share is the same.

use std::collections::BTreeMap;

use ndarray::Array2;

use super::regression::Estimate;
use super::{OLDEST, Seen};
use crate::customers::{AGE_STEPS, Customer, Intensity, Parts, Regressors, Season};
use crate::model::RatesSeen;

/// Days of a week.
const WEEK: f64 = 7.0;

/// Purchases seen, and expected at `m = 1`.
#[derive(Debug, Clone)]
pub(super) struct Cells {
    /// Expected by age step (rows, the oldest last) and column.
    pub expected: Array2<f64>,
    /// Repeat purchases by age step.
    pub by_step: Vec<f64>,
    /// The columns, the latest first.
    pub columns: Vec<Column>,
    /// How many weeks they are of.
    pub weeks: usize,
    /// The column of each day before the end.
    of_day: Vec<u32>,
    /// The columns' mean and spread over days of what customers share, regressor by regressor.
    pub scales: Vec<(f64, f64)>,
    /// What share of a week's purchases falls on each weekday, times seven, by days before the end.
    weekdays: [f64; 7],
}

/// Days that are alike.
#[derive(Debug, Clone)]
pub(super) struct Column {
    /// The week before the end, 0 the last one.
    pub week: usize,
    /// What is known of `ln m` beforehand.
    pub offset: f64,
    /// What coefficients are multiplied with: the week's waves of the year, then what customers share, in standard deviations
    /// from its mean.
    pub basis: Vec<f64>,
    /// Repeat purchases.
    pub purchases: f64,
}

/// Waves of a year.
pub(super) const WAVES: usize = 4;

/// Posterior rates of customers by the day of birth, day by day of their age, as changes from day to day.
pub(super) type Daily = BTreeMap<u64, Vec<f64>>;

/// The step of an age \[days\].
fn step_of(age: f64) -> usize {
    AGE_STEPS.partition_point(|step| WEEK * step < age)
}

/// The day of a moment \[days before the end\].
fn day_of(before: f64) -> usize {
    before.floor().max(0.0) as usize
}

impl Cells {
    /// What was seen; `longest` is the age of the oldest customer \[days\]. Steps of which little is left are one. The season
    /// is one that is given.
    pub fn new(seen: &Seen, longest: f64, (season, shared): (Option<&Season>, Option<&Regressors>)) -> Self {
        let days = seen.timing.grain.days();
        let weeks = (longest / WEEK).ceil() as usize + 1;
        let mut by_step = vec![0.0; AGE_STEPS.len() + 1];
        // A purchase of a grain lies in its middle.
        for (i, n) in seen.timing.by_age.iter().enumerate() {
            by_step[step_of((i as f64 - 0.5) * days)] += *n as f64;
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
        let (mut columns, of_day, scales) = columns(&Parts::none(seen.end), (longest, weeks), season, shared);
        for (i, n) in seen.timing.by_past.iter().enumerate() {
            let day = day_of((i as f64 + 0.5) * days).min(of_day.len() - 1);
            columns[of_day[day] as usize].purchases += *n as f64;
        }
        let expected = Array2::zeros((by_step.len(), columns.len()));
        Cells { expected, by_step, columns, weeks, of_day, scales, weekdays: [1.0; 7] }
    }

    /// Expects of each day what falls on its weekday: a holiday that is always a weekend is held against weekends. It matters only
    /// where days of a week are told apart, and leaves what is expected of whole weeks as it is; so exposure does without.
    pub fn follow_weekdays(&mut self, seen: &Seen) {
        let days = seen.timing.grain.days();
        if self.scales.is_empty() || days > 1.0 {
            return;
        }
        let mut sums = [0.0; 7];
        for (at, n) in seen.timing.by_past.iter().enumerate() {
            sums[day_of((at as f64 + 0.5) * days) % 7] += *n as f64;
        }
        let mean = sums.iter().sum::<f64>() / WEEK;
        if mean > 0.0 {
            self.weekdays = sums.map(|sum| sum / mean);
        }
    }

    /// Age steps below the oldest, and weeks.
    pub fn size(&self) -> (usize, usize) {
        (self.by_step.len() - 1, self.weeks)
    }

    /// Takes what customers are expected to do, of whom these are a share.
    pub fn expect(&mut self, rates: &Daily, share: f64) {
        let (steps, _) = self.size();
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
                let day = day_of(age - from - 0.5 * length).min(self.of_day.len() - 1);
                self.expected[[step, self.of_day[day] as usize]] +=
                    self.weekdays[day % 7] * (rate * length / share);
            }
        }
    }
}

impl Cells {
    /// `ln` of the mean of `exp h` over weeks, each counted by what is expected in it without.
    pub fn mean_shock(&self, estimate: &Estimate) -> f64 {
        let by_age: Vec<f64> = estimate.age().iter().map(|f| f.exp()).chain([1.0]).collect();
        let (mut with, mut without) = (0.0, 0.0);
        for (at, column) in self.columns.iter().enumerate() {
            let expected: f64 = self.expected.column(at).iter().zip(&by_age).map(|(a, f)| a * f).sum();
            let expected = expected * estimate.linear(column).exp();
            with += expected * estimate.shocks[column.week].exp();
            without += expected;
        }
        if without > 0.0 { (with / without).ln() } else { 0.0 }
    }
}

/// The columns of so many weeks before the end, the column of each day, and the mean and spread of what is shared over the
/// days that customers are seen.
type Columns = (Vec<Column>, Vec<u32>, Vec<(f64, f64)>);

fn columns(
    none: &Parts,
    (longest, weeks): (f64, usize),
    season: Option<&Season>,
    shared: Option<&Regressors>,
) -> Columns {
    let seen = (longest.ceil() as i64 + 1).min(WEEK as i64 * weeks as i64);
    let of = |back: i64| shared.and_then(|shared| shared.at(none.day(-1 - back)));
    let scales = match shared {
        Some(shared) => {
            (0..shared.names().len()).map(|column| scale((0..seen).filter_map(of), column)).collect()
        }
        None => Vec::new(),
    };
    let (mut columns, mut of_day) = (Vec::<Column>::new(), Vec::new());
    for back in 0..WEEK as i64 * weeks as i64 {
        let week = (back / WEEK as i64) as usize;
        let middle = none.middle(-1 - week as i64);
        // Days that are not known have the mean.
        let value = |(i, (mean, spread)): (usize, &(f64, f64))| match of(back) {
            Some(values) if *spread > 0.0 => (values[i] - mean) / spread,
            _ => 0.0,
        };
        let own: Vec<f64> = scales.iter().enumerate().map(value).collect();
        if columns.last().is_none_or(|last| last.week != week || last.basis[WAVES..] != own[..]) {
            let basis = Season::basis(middle).into_iter().chain(own).collect();
            let offset = season.map_or(0.0, |season| season.at(middle));
            columns.push(Column { week, offset, basis, purchases: 0.0 });
        }
        of_day.push(columns.len() as u32 - 1);
    }
    (columns, of_day, scales)
}

/// Mean and standard deviation of a column.
fn scale<'a>(days: impl Iterator<Item = &'a [f64]>, column: usize) -> (f64, f64) {
    let (mut n, mut mean, mut squares) = (0.0, 0.0, 0.0);
    for values in days {
        n += 1.0;
        let off = values[column] - mean;
        mean += off / n;
        squares += off * (values[column] - mean);
    }
    (mean, if n > 0.0 { (squares / n).sqrt() } else { 0.0 })
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
