//! Totals of many customers with their intervals.
//!
//! What customers have in common, the parameters, does not average out over them; what is their own
//! does. So for each draw of the parameters the expectations are added up, and for all draws the
//! variances of what is individual; the total under one draw is then a gamma distribution of this mean
//! and variance (normal for many customers, and right-skewed as totals of few are), and the total is
//! the mixture over draws.

use statrs::distribution::{ContinuousCDF, Gamma};

/// Sums over customers, for an interval of their total.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Spread {
    /// The expected total under each draw of the parameters.
    means: Vec<f64>,
    /// The variance of the total under fixed parameters.
    variance: f64,
}

impl Spread {
    /// Adds one customer.
    pub(super) fn add(&mut self, means: impl Iterator<Item = f64>, variance: f64) {
        if self.means.is_empty() {
            self.means = means.collect();
        } else {
            self.means.iter_mut().zip(means).for_each(|(sum, mean)| *sum += mean);
        }
        self.variance += variance;
    }

    /// Adds other customers.
    pub fn merge(&mut self, other: &Spread) {
        if !other.means.is_empty() {
            self.add(other.means.iter().copied(), other.variance);
        }
    }

    /// The central interval of the total with this probability.
    pub fn interval(&self, probability: f64) -> Option<(f64, f64)> {
        let finite = !self.means.is_empty() && self.means.iter().all(|mean| mean.is_finite());
        finite.then(|| (self.quantile(0.5 - 0.5 * probability), self.quantile(0.5 + 0.5 * probability)))
    }

    fn quantile(&self, probability: f64) -> f64 {
        let parts: Vec<(f64, Option<Gamma>)> =
            self.means.iter().map(|mean| (*mean, gamma(*mean, self.variance))).collect();
        let below = |total: f64| {
            let one = |(mean, gamma): &(f64, Option<Gamma>)| match gamma {
                Some(gamma) => gamma.cdf(total),
                None => f64::from(u8::from(total >= *mean)),
            };
            parts.iter().map(one).sum::<f64>() / parts.len() as f64
        };
        let most = self.means.iter().fold(0.0, |most: f64, mean| most.max(*mean));
        let (mut low, mut high) = (0.0, most + 10.0 * self.variance.sqrt());
        while high > 0.0 && below(high) < probability {
            high *= 2.0;
        }
        while high - low > 1e-9 * high {
            let middle = 0.5 * (low + high);
            if below(middle) < probability { low = middle } else { high = middle }
        }
        high
    }
}

/// The gamma distribution of this mean and variance; `None` if it is a point, or nearly.
fn gamma(mean: f64, variance: f64) -> Option<Gamma> {
    let shape = mean * mean / variance;
    (mean > 0.0 && shape.is_finite() && shape < 1e14)
        .then(|| Gamma::new(shape, mean / variance).ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One draw and a large total: the normal interval. Many draws and no variance: their quantiles.
    #[test]
    fn known_intervals() {
        let mut spread = Spread::default();
        spread.add([1e6].into_iter(), 1e4);
        let (low, high) = spread.interval(0.9).unwrap();
        assert!((low - (1e6 - 164.485)).abs() < 0.1 && (high - (1e6 + 164.485)).abs() < 0.1, "{low} {high}");
        let mut spread = Spread::default();
        spread.add((1..=100).map(f64::from), 0.0);
        let (low, high) = spread.interval(0.9).unwrap();
        assert!((low - 5.0).abs() < 1e-6 && (high - 95.0).abs() < 1e-6, "{low} {high}");
        // An exponential total.
        let mut spread = Spread::default();
        spread.add([2.0].into_iter(), 4.0);
        let (low, high) = spread.interval(0.9).unwrap();
        assert!((low + 2.0 * 0.95_f64.ln()).abs() < 1e-6 && (high + 2.0 * 0.05_f64.ln()).abs() < 1e-5);
    }
}
