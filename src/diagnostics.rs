//! How well a fitted model agrees with the customers it was fitted to, as tables: where it does not, its
//! forecasts will not either. A backtest says how well it forecasts; this says why.

use std::collections::BTreeMap;

use arrow_array::{Float64Array, StringArray, UInt32Array};
use statrs::function::beta::beta_reg;

use crate::clv_model::{ClvModel, FitRequest};
use crate::counts::Counts;
use crate::error::Result;
use crate::model::{Customer, GammaGamma, SpendTable};
use crate::progress::Progress;
use crate::summary::{Summary, SummaryBatch};
use crate::units::Unit;

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
/// `Σ P(X(T) = x)` over the customers, each with its own `T`, and `(actual − expected) / √(Σ P (1 − P))`.
///
/// # Errors
/// If the summary cannot be read.
pub fn frequencies(model: &ClvModel, summary: &Summary, last: u32) -> Result<Vec<FrequencyBin>> {
    let mut actual = vec![0.0; last as usize + 1];
    let mut ages: BTreeMap<u64, f64> = BTreeMap::new();
    each(model, summary, |customer| {
        actual[customer.x.min(last) as usize] += 1.0;
        *ages.entry(customer.t.to_bits()).or_default() += 1.0;
    })?;
    let mut expected = vec![(0.0, 0.0); last as usize + 1];
    for (age, count) in ages {
        let mut rest = 1.0f64;
        for (x, (sum, variance)) in expected.iter_mut().enumerate() {
            let chance = match x as u32 {
                x if x == last => rest.max(0.0),
                x if age == 0 => f64::from(u8::from(x == 0)),
                x => model.purchase.purchases_pmf_new(f64::from_bits(age), x),
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
        residual: if variance > 0.0 { (actual - expected) / variance.sqrt() } else { 0.0 },
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
}

/// Repeat purchases by when customers came, the newest first: a trend over cohorts is one that no model of
/// like customers can follow.
///
/// # Errors
/// If the summary cannot be read.
pub fn cohorts(model: &ClvModel, summary: &Summary) -> Result<Vec<AgeGroup>> {
    let month = Unit::Month.days() / model.unit.days();
    let mut groups: BTreeMap<u32, AgeGroup> = BTreeMap::new();
    let mut known: BTreeMap<u64, f64> = BTreeMap::new();
    each(model, summary, |customer| {
        let months = (customer.t / month).floor() as u32;
        let new = AgeGroup { months, customers: 0, actual: 0.0, expected: 0.0 };
        let group = groups.entry(months).or_insert(new);
        group.customers += 1;
        group.actual += f64::from(customer.x);
        group.expected += *known.entry(customer.t.to_bits()).or_insert_with(|| match customer.t {
            0.0 => 0.0,
            age => model.purchase.expected_purchases_new(age),
        });
    })?;
    Ok(groups.into_values().collect())
}

/// What the busiest customers do to a fit.
#[derive(Debug, Clone)]
pub struct Influence {
    /// Customers left out: those with the most repeat purchases.
    pub dropped: u64,
    /// The fewest repeat purchases of one of them.
    pub from: u32,
    /// Name, estimate with them, estimate without them.
    pub params: Vec<(&'static str, f64, f64)>,
    /// Purchases expected of the others within the horizon, by the fit with the busiest.
    pub with: f64,
    /// The same by the fit without them.
    pub without: f64,
}

/// Fits again without the `share` of customers with the most repeat purchases (0.001: the top 0.1 %; all who
/// have as many as the last of them go too). If the total moves by more than its uncertainty, a few
/// resellers or test accounts make the forecast.
///
/// # Errors
/// If the summary cannot be read, or what is left cannot be fitted.
pub fn influence(
    model: &ClvModel,
    summary: &Summary,
    request: &FitRequest,
    share: f64,
    horizon: f64,
    progress: &dyn Progress,
) -> Result<Influence> {
    let mut by_x: BTreeMap<u32, u64> = BTreeMap::new();
    each(model, summary, |customer| *by_x.entry(customer.x).or_default() += 1)?;
    let wanted = (share * by_x.values().sum::<u64>() as f64).ceil() as u64;
    let (mut dropped, mut from) = (0, u32::MAX);
    for (x, count) in by_x.iter().rev().take_while(|(x, _)| **x > 0) {
        if dropped >= wanted {
            break;
        }
        (dropped, from) = (dropped + count, *x);
    }
    let rest = without(summary, from)?;
    let again = ClvModel::fit(&rest, &FitRequest { spend: false, ..request.clone() }, progress)?;
    let specs = model.purchase.specs().iter().zip(&model.purchase.params);
    let params = specs.zip(&again.purchase.params).map(|((spec, a), b)| (spec.name, *a, *b)).collect();
    let total = |model: &ClvModel| -> Result<f64> {
        let mut sum = 0.0;
        each(model, &rest, |customer| sum += model.purchase.expected_purchases(&customer, horizon))?;
        Ok(sum)
    };
    Ok(Influence { dropped, from, params, with: total(model)?, without: total(&again)? })
}

/// A quantile of the mean amounts of repeat customers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SpendQuantile {
    /// Its probability.
    pub probability: f64,
    /// Observed.
    pub actual: f64,
    /// Of the fitted model.
    pub expected: f64,
}

/// How well the spend model agrees with the amounts.
#[derive(Debug, Clone, PartialEq)]
pub struct SpendCheck {
    /// Quantiles against quantiles.
    pub quantiles: Vec<SpendQuantile>,
    /// Correlation of mean amount and repeat purchases, which the model takes for 0.
    pub correlation: Option<f64>,
}

/// Quantiles of mean amounts against those of gamma-gamma, under which the mean of `x` amounts is
/// `v/x · B/(1 − B)` with `B ~ Beta(p x, q)` (Fader & Hardie, note 025), customers mixed by their `x`.
/// `None` without a spend model or amounts.
///
/// # Errors
/// If the summary cannot be read.
pub fn spend(model: &ClvModel, summary: &Summary, progress: &dyn Progress) -> Result<Option<SpendCheck>> {
    let counts = Counts::read(summary, progress)?;
    let (Some(spend), Some(table)) = (&model.spend, &counts.spend) else { return Ok(None) };
    if table.customers == 0.0 {
        return Ok(None);
    }
    let mut rows: Vec<(f64, f64)> = table.mean.iter().copied().zip(table.count.iter().copied()).collect();
    rows.sort_by(|a, b| a.0.total_cmp(&b.0));
    let observed = |probability: f64| {
        let mut left = probability * table.customers;
        let found = rows.iter().find(|(_, count)| {
            left -= count;
            left <= 0.0
        });
        found.or(rows.last()).map_or(f64::NAN, |(mean, _)| *mean)
    };
    let probabilities = [0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99];
    let quantile = |probability: f64| SpendQuantile {
        probability,
        actual: observed(probability),
        expected: mixed_quantile(spend, table, probability),
    };
    let quantiles = probabilities.map(quantile).to_vec();
    Ok(Some(SpendCheck { quantiles, correlation: counts.amounts.correlation() }))
}

/// Bisection of the mixture's distribution function.
fn mixed_quantile(spend: &GammaGamma, table: &SpendTable, probability: f64) -> f64 {
    let below = |mean: f64| -> f64 {
        let share = |x: f64| beta_reg(spend.p * x, spend.q, x * mean / (x * mean + spend.v));
        let groups = table.groups.iter().map(|same| same.count * share(f64::from(same.x)));
        groups.sum::<f64>() / table.customers
    };
    let (mut low, mut high) = (0.0, spend.v);
    while below(high) < probability && high < 1e300 {
        (low, high) = (high, 2.0 * high);
    }
    while high - low > 1e-10 * high {
        let middle = 0.5 * (low + high);
        if below(middle) < probability { low = middle } else { high = middle }
    }
    high
}

/// All customers of a summary, in the unit of the model.
fn each(model: &ClvModel, summary: &Summary, mut see: impl FnMut(Customer)) -> Result<()> {
    let same = summary.meta.unit == model.unit;
    let time = if same { 1.0 } else { summary.meta.unit.days() / model.unit.days() };
    for batch in summary.batches() {
        let batch = batch?;
        for row in 0..batch.len() {
            let own = batch.customer(row);
            see(Customer { t_x: own.t_x * time, t: own.t * time, ..own });
        }
    }
    Ok(())
}

/// The customers with fewer repeat purchases, in memory.
fn without(summary: &Summary, from: u32) -> Result<Summary> {
    let mut batches = Vec::new();
    for batch in summary.batches() {
        let batch = batch?;
        let rows: Vec<usize> = (0..batch.len()).filter(|&row| batch.frequency.value(row) < from).collect();
        let numbers = |column: &Float64Array| -> Float64Array {
            Float64Array::from_iter_values(rows.iter().map(|&row| column.value(row)))
        };
        let texts = |column: &StringArray| -> StringArray {
            StringArray::from_iter_values(rows.iter().map(|&row| column.value(row)))
        };
        batches.push(SummaryBatch {
            customer_id: texts(&batch.customer_id),
            frequency: UInt32Array::from_iter_values(rows.iter().map(|&row| batch.frequency.value(row))),
            recency: numbers(&batch.recency),
            t: numbers(&batch.t),
            monetary_value: batch.monetary_value.as_ref().map(numbers),
            log_gaps: batch.log_gaps.as_ref().map(numbers),
            attributes: batch.attributes.iter().map(texts).collect(),
        });
    }
    Ok(Summary::new(summary.meta.clone(), batches))
}
