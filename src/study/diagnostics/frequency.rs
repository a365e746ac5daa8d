//! Repeat purchases against those expected: by how many, and by when customers came.

use std::collections::BTreeMap;

use super::customers::each;
use crate::base::{Result, Unit};
use crate::fitted::ClvModel;
use crate::history::Summary;

/// How many customers made so many repeat purchases.
#[derive(Debug, Clone, PartialEq)]
pub struct FrequencyBin {
    /// Repeat purchases.
    pub x: u32,
    /// Is it this many or more?
    pub or_more: bool,
    /// Customers who did.
    pub actual: f64,
    /// Customers of whom the model expects it, by when they came.
    pub expected: f64,
    /// The difference in standard deviations: beyond 3 or so is more than chance.
    pub residual: f64,
}

/// Actual against expected numbers of customers by repeat purchases, `0, 1, ..., last` and more:
/// `Σ P(X(T) = x)` over the customers, each with its own `T` (and covariates), and
/// `(actual − expected) / √(Σ P (1 − P))`.
///
/// # Errors
/// If the summary cannot be read.
pub fn frequencies(model: &ClvModel, summary: &Summary, last: u32) -> Result<Vec<FrequencyBin>> {
    let mut actual = vec![0.0; last as usize + 1];
    let mut ages: BTreeMap<(usize, u64), f64> = BTreeMap::new();
    let models = each(model, summary, |kind, _, customer| {
        actual[customer.x.min(last) as usize] += 1.0;
        *ages.entry((kind, customer.t.to_bits())).or_default() += 1.0;
    })?;
    let mut expected = vec![(0.0, 0.0); last as usize + 1];
    for ((kind, age), count) in ages {
        let mut rest = 1.0f64;
        for (x, (sum, variance)) in expected.iter_mut().enumerate() {
            let chance = match x as u32 {
                x if x == last => rest.max(0.0),
                x if age == 0 => f64::from(u8::from(x == 0)),
                x => models[kind].purchases_pmf_new(f64::from_bits(age), x),
            };
            rest -= chance;
            *sum += count * chance;
            *variance += count * chance * (1.0 - chance);
        }
    }
    let bins = actual.into_iter().zip(expected).enumerate();
    let bin = |(x, (actual, (expected, variance))): (usize, (f64, (f64, f64)))| FrequencyBin {
        x: x as u32,
        or_more: x as u32 == last,
        actual,
        expected,
        residual: residual(actual - expected, variance),
    };
    Ok(bins.map(bin).collect())
}

/// Repeat purchases of the customers of some age.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AgeGroup {
    /// Whole months (of 30.4375 days) since the first purchase.
    pub months: u32,
    /// Customers.
    pub customers: u64,
    /// Their repeat purchases.
    pub actual: f64,
    /// The model's expectation: `Σ E[X(T)]`.
    pub expected: f64,
    /// The difference in standard deviations, these from the customers themselves:
    /// `(actual − expected) / √(Σ (x − E[X(T)])²)`.
    pub residual: f64,
}

/// Customers who came on one day and share their covariates.
#[derive(Default)]
struct SameAge {
    customers: f64,
    x: f64,
    squares: f64,
}

/// Repeat purchases by when customers came, the newest first: a trend over cohorts is one that no model of
/// like customers can follow.
///
/// # Errors
/// If the summary cannot be read.
pub fn cohorts(model: &ClvModel, summary: &Summary) -> Result<Vec<AgeGroup>> {
    let month = Unit::Month.days() / model.unit.days();
    let mut ages: BTreeMap<(usize, u64), SameAge> = BTreeMap::new();
    let models = each(model, summary, |kind, _, customer| {
        let (same, x) = (ages.entry((kind, customer.t.to_bits())).or_default(), f64::from(customer.x));
        same.customers += 1.0;
        same.x += x;
        same.squares += x * x;
    })?;
    let mut groups: BTreeMap<u32, (AgeGroup, f64)> = BTreeMap::new();
    for ((kind, age), same) in ages {
        let age = f64::from_bits(age);
        let mean = if age > 0.0 { models[kind].expected_purchases_new(age) } else { 0.0 };
        let months = (age / month).floor() as u32;
        let new = AgeGroup { months, customers: 0, actual: 0.0, expected: 0.0, residual: 0.0 };
        let (group, variance) = groups.entry(months).or_insert((new, 0.0));
        group.customers += same.customers as u64;
        group.actual += same.x;
        group.expected += same.customers * mean;
        *variance += same.squares - 2.0 * mean * same.x + same.customers * mean * mean;
    }
    let with_residual = |(group, variance): (AgeGroup, f64)| AgeGroup {
        residual: residual(group.actual - group.expected, variance),
        ..group
    };
    Ok(groups.into_values().map(with_residual).collect())
}

fn residual(difference: f64, variance: f64) -> f64 {
    if variance > 0.0 { difference / variance.sqrt() } else { 0.0 }
}
