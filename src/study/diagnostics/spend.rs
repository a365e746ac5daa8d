//! Mean amounts against those of gamma-gamma.

use crate::base::{Progress, Result};
use crate::customers::{Counts, SpendTable};
use crate::fitted::{ClvModel, SpendModel};
use crate::history::Summary;

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
fn mixed_quantile(spend: &SpendModel, table: &SpendTable, probability: f64) -> f64 {
    let below = |mean: f64| -> f64 {
        let groups = table.groups.iter().map(|same| same.count * spend.mean_below(f64::from(same.x), mean));
        groups.sum::<f64>() / table.customers
    };
    let (mut low, mut high) = (0.0, spend.unit(0.0));
    while below(high) < probability && high < 1e300 {
        (low, high) = (high, 2.0 * high);
    }
    while high - low > 1e-10 * high {
        let middle = 0.5 * (low + high);
        if below(middle) < probability { low = middle } else { high = middle }
    }
    high
}
