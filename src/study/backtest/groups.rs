//! Where a forecast is right and where it is not: sums by groups of customers, and chances to buy by tenths.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::cohort::Cohort;
use super::forecast::Forecast;
use super::ranking::Ranking;
use super::windows::Windows;
use crate::history::Calendar;

/// What was expected of some customers, and what they did.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// What customers are grouped by: `frequency`, `cohort` (month of the first purchase), or `decile` (of
    /// the expected spend, or of purchases without amounts; the first is the best). By `month` purchases of all
    /// customers are: those in each calendar month of the holdout, of models only.
    pub by: &'static str,
    /// Which of them.
    pub label: String,
    /// How many customers.
    pub customers: u64,
    /// Expected purchases (spend by `decile`, if there are amounts).
    pub expected: f64,
    /// Actual ones.
    pub actual: f64,
}

/// Customers of like chance to buy.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bin {
    /// How many customers.
    pub customers: u64,
    /// Their mean chance to buy in the holdout.
    pub expected: f64,
    /// The share that did.
    pub actual: f64,
}

/// Sums by frequency, by month of the first purchase, and by decile.
pub(super) fn groups(cohort: &Cohort, forecast: &Forecast, windows: &Windows, origin: Date) -> Vec<Group> {
    let mut frequency: BTreeMap<u32, Sums> = BTreeMap::new();
    let mut month: BTreeMap<(i16, i8), Sums> = BTreeMap::new();
    for (i, customer) in cohort.customers.iter().enumerate() {
        let (expected, actual) = (forecast.purchases[i], cohort.bought[i]);
        frequency.entry(frequency_class(customer.x)).or_default().add(expected, actual);
        let first = windows.first_seen(origin, customer.t);
        month.entry((first.year(), first.month())).or_default().add(expected, actual);
    }
    let frequency = frequency.into_iter().map(|(x, sums)| sums.group("frequency", frequency_label(x)));
    let month = month.into_iter().map(|((y, m), sums)| sums.group("cohort", format!("{y:04}-{m:02}")));
    frequency.chain(month).chain(deciles(cohort, forecast)).collect()
}

/// Expected and actual purchases by calendar month of the holdout; `until` are the expected ones up to the end of
/// each.
pub(super) fn by_month(
    until: &[f64],
    calendar: &Calendar,
    months: &[(i32, i32)],
    customers: usize,
) -> Vec<Group> {
    let (mut before, mut after) = (0.0, 0);
    let mut one = |((month, end), until): (&(i32, i32), &f64)| {
        let actual: u64 = calendar.after.range(after + 1..=*end).map(|(_, n)| n).sum();
        let expected = until - before;
        (before, after) = (*until, *end);
        let label = format!("{:04}-{:02}", 1970 + month.div_euclid(12), 1 + month.rem_euclid(12));
        Group { by: "month", label, customers: customers as u64, expected, actual: actual as f64 }
    };
    months.iter().zip(until).map(&mut one).collect()
}

fn deciles(cohort: &Cohort, forecast: &Forecast) -> Vec<Group> {
    let (expected, actual) = match (&forecast.value, &cohort.spent) {
        (Some(value), Some(spent)) => (value, spent),
        _ => (&forecast.purchases, &cohort.bought),
    };
    let mut sums = vec![Sums::default(); 10];
    let mut above = 0;
    for group in Ranking::new(expected).groups() {
        // Equals stay together, where the first of them is.
        let decile = &mut sums[10 * above / cohort.len().max(1)];
        group.iter().for_each(|&i| decile.add(expected[i as usize], actual[i as usize]));
        above += group.len();
    }
    let filled = sums.into_iter().enumerate().filter(|(_, sums)| sums.customers > 0);
    filled.map(|(at, sums)| sums.group("decile", (at + 1).to_string())).collect()
}

#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    customers: u64,
    expected: f64,
    actual: f64,
}

impl Sums {
    fn add(&mut self, expected: f64, actual: f64) {
        self.customers += 1;
        self.expected += expected;
        self.actual += actual;
    }

    fn group(self, by: &'static str, label: String) -> Group {
        Group { by, label, customers: self.customers, expected: self.expected, actual: self.actual }
    }
}

fn frequency_class(x: u32) -> u32 {
    match x {
        0..=3 => x,
        4..=6 => 4,
        7..=12 => 7,
        _ => 13,
    }
}

fn frequency_label(class: u32) -> String {
    match class {
        4 => "4-6".to_owned(),
        7 => "7-12".to_owned(),
        13 => "13+".to_owned(),
        x => x.to_string(),
    }
}

/// Chances to buy in ten bins of as many customers each, equal chances together, against the shares that did.
pub(super) fn calibration(cohort: &Cohort, p_buy: &[f64]) -> Vec<Bin> {
    let mut sums = vec![Sums::default(); 10];
    let mut above = 0;
    for group in Ranking::new(p_buy).groups() {
        let bin = &mut sums[10 * above / cohort.len().max(1)];
        for &i in group {
            bin.add(p_buy[i as usize], f64::from(u8::from(cohort.bought[i as usize] > 0.0)));
        }
        above += group.len();
    }
    let filled = sums.into_iter().rev().filter(|sums| sums.customers > 0);
    let mean = |sum: f64, n: u64| sum / n as f64;
    filled
        .map(|s| Bin {
            customers: s.customers,
            expected: mean(s.expected, s.customers),
            actual: mean(s.actual, s.customers),
        })
        .collect()
}
