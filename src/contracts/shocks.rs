//! What contracts share in a month.
//!
//! Whole months are better or worse for all (a price rise, an outage, a holiday): if `O` left of `E` expected in a month, the
//! variance of `O/E` beyond that of independent customers is what they share, found by the moments of DerSimonian & Laird
//! (1986). It enters forecasts of totals as a factor of the hazard of each month, and, divided by the number of months that the
//! estimates rest on, `(Σ E)²/Σ E²`, as one of all of them.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rustc_hash::FxHashMap;
use statrs::distribution::{ChiSquared, ContinuousCDF};

use super::book::Book;
use super::kinds::Kinds;
use crate::model::{Contract, ContractRow};

/// Months needed to see what customers share.
const MONTHS: usize = 6;
/// Values that stand for what the deviation may be.
const QUANTILES: usize = 40;
/// A larger deviation is believed of no company: in two months of three hazards would be off by a factor of up to e.
const LARGEST: f64 = 1.0;

/// What contracts share in a month.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Shock {
    /// Standard deviation of the logarithm of the hazard from month to month.
    pub deviation: f64,
    /// What that may be, as far as these months say: [`QUANTILES`] values of equal weight, ascending. Empty if too few were seen.
    pub open: Vec<f64>,
    /// Months that it was seen in; 0: too few to see any.
    pub months: usize,
    /// Months of equally many expected departures that say as much of the mean of all: fewer, as a growing company has most of
    /// its departures of late.
    pub effective: f64,
}

/// What departures of a month share beyond chance.
pub(super) fn shared(kinds: &Kinds, book: &Book) -> Shock {
    let months = departures(kinds, book);
    let seen: Vec<_> = months.into_values().filter(|(_, expected, _)| *expected >= 0.5).collect();
    if seen.len() < MONTHS {
        return Shock::default();
    }
    let weight = |(_, expected, variance): &(f64, f64, f64)| expected * expected / variance;
    let ratio = |(left, expected, _): &(f64, f64, f64)| left / expected;
    let sum = |of: &dyn Fn(&(f64, f64, f64)) -> f64| seen.iter().map(of).sum::<f64>();
    let (w, w2) = (sum(&weight), sum(&|one| weight(one).powi(2)));
    let mean = sum(&|one| weight(one) * ratio(one)) / w;
    let q = sum(&|one| weight(one) * (ratio(one) - mean).powi(2));
    let n = seen.len() as f64;
    let variance = ((q - (n - 1.0)) / (w - w2 / w)).max(0.0);
    // Of a factor with mean 1 and this variance, in its logarithm.
    let in_logs = |variance: f64| (variance / mean.powi(2).max(1e-12)).ln_1p().sqrt().min(LARGEST);
    let (all, squares) = (sum(&|one| one.1), sum(&|one| one.1 * one.1));
    let found: Vec<(f64, f64)> = seen.iter().map(|one| (ratio(one), one.2 / (one.1 * one.1))).collect();
    let open = variances(&found).into_iter().map(in_logs).collect();
    Shock { deviation: in_logs(variance), open, months: seen.len(), effective: all * all / squares }
}

impl Shock {
    /// The deviation that goes with a draw of the parameters.
    pub(crate) fn drawn(&self, draw: usize) -> f64 {
        match self.open.len() {
            0 => self.deviation,
            n => self.open[draw % n],
        }
    }
}

/// What the variance between months may be, given ratios and the variances that chance alone gives them: since
/// `Q(v) = Σ (y − mean)²/(s² + v)` is chi-squared with `n − 1` degrees of freedom under the true `v`, the solution of `Q(v) = u` for
/// each quantile `u` of that distribution (Viechtbauer 2007, "Confidence intervals for the amount of heterogeneity in meta-analysis",
/// Statistics in Medicine 26, 37-52: the Q-profile; all its limits together).
fn variances(seen: &[(f64, f64)]) -> Vec<f64> {
    let q = |variance: f64| {
        let weights = || seen.iter().map(|(_, own)| 1.0 / (own + variance));
        let total: f64 = weights().sum();
        let mean = weights().zip(seen).map(|(w, (y, _))| w * y).sum::<f64>() / total;
        weights().zip(seen).map(|(w, (y, _))| w * (y - mean).powi(2)).sum::<f64>()
    };
    let Ok(law) = ChiSquared::new(seen.len() as f64 - 1.0) else { return Vec::new() };
    let solve = |u: f64| {
        if q(0.0) <= u {
            return 0.0;
        }
        let mut most = 1e-6;
        while q(most) > u && most < 1e6 {
            most *= 4.0;
        }
        let (mut low, mut high) = (0.0, most);
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            if q(middle) > u { low = middle } else { high = middle }
        }
        0.5 * (low + high)
    };
    (0..QUANTILES).map(|i| solve(law.inverse_cdf(1.0 - (i as f64 + 0.5) / QUANTILES as f64))).collect()
}

/// By month since year 0: who left, who was expected to, and the variance of that.
pub(crate) fn departures(kinds: &Kinds, book: &Book) -> BTreeMap<i64, (f64, f64, f64)> {
    // Contracts that began in one month and were seen as long are due in the same months.
    let mut alike: FxHashMap<(usize, i64, u32, ContractRow), f64> = FxHashMap::default();
    for term in &book.terms {
        let cycle = book.plans[term.plan as usize].cycle;
        let month = |date: Date| 12 * i64::from(date.year()) + i64::from(date.month()) - 1;
        if let Some(row) = term.on(book.settled_until(), cycle) {
            let key = (kinds.of(term), month(term.origin), term.entered(cycle), row);
            *alike.entry(key).or_insert(0.0) += 1.0;
        }
    }
    let mut months: BTreeMap<i64, (f64, f64, f64)> = BTreeMap::new();
    if !book.has_calendar {
        return months;
    }
    let mut alike: Vec<_> = alike.into_iter().collect();
    alike.sort_unstable_by_key(|(key, _)| *key);
    let mut kind = usize::MAX;
    let mut hazards: Vec<f64> = Vec::new();
    let mut contract: Option<Box<dyn Contract>> = None;
    for ((of_kind, origin, entered, row), count) in alike {
        if kind != of_kind {
            kind = of_kind;
            hazards.clear();
            contract = Some(kinds.contract(kind));
        }
        let Some(contract) = &contract else { continue };
        while hazards.len() < row.periods as usize {
            hazards.push(1.0 - contract.retention(hazards.len() as u32 + 1));
        }
        let length = book.plans[kinds.plan(kind)].cycle.months();
        for k in entered + 1..=row.periods {
            let month = origin + (f64::from(k) * length).floor() as i64;
            let h = hazards[k as usize - 1];
            let of = months.entry(month).or_insert((0.0, 0.0, 0.0));
            of.0 += if row.ended && k == row.periods { count } else { 0.0 };
            of.1 += count * h;
            of.2 += count * h * (1.0 - h);
        }
    }
    months
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two months of one variance: `Q(v) = (y1 − y2)²/2/(s² + v)` with one degree of freedom, whose quantile at 1 - p is z² at
    /// (1 + (1 - p))/2: v = (y1 − y2)²/2/z² − s². At p = 0.5125 (the 21st of 40): z = 0.6548; (0.4)²/2 = 0.08; s² = 0.01.
    #[test]
    fn what_the_variance_may_be() {
        use statrs::distribution::Normal;
        let found = variances(&[(0.8, 0.01), (1.2, 0.01)]);
        let z = Normal::standard().inverse_cdf((1.0 + (1.0 - 0.5125)) / 2.0);
        let expected = 0.08 / (z * z) - 0.01;
        assert!((found[20] / expected - 1.0).abs() < 1e-6, "{} {expected}", found[20]);
        assert!(found.is_sorted());
        // Months that are as alike as chance makes them leave it at 0 in half of all cases and more.
        let alike = variances(&[(0.99, 0.01), (1.01, 0.01), (1.0, 0.01)]);
        assert!(alike[..20].iter().all(|v| *v == 0.0), "{alike:?}");
    }
}
