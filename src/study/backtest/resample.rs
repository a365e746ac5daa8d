//! The bootstrap over customers: how far figures would differ with other customers of the same kind.
//!
//! Each replicate gives each customer a Poisson(1) weight, which is drawn from the customer's own number, the
//! replicate and the seed. So weights do not depend on the order of the work, and a customer has the same
//! one at all origins and for all models: differences between models are paired.

use rayon::prelude::*;

use super::metrics::{Scorecard, Values};
use crate::base::{Progress, Result};

/// Probability of the intervals given.
pub const LEVEL: f64 = 0.9;

/// A figure with its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The figure itself, of the customers as they are.
    pub value: f64,
    /// Lower end of the interval; not a number without replicates.
    pub lower: f64,
    /// Upper end of the interval.
    pub upper: f64,
}

impl Estimate {
    /// A figure with the interval that its replicates span: percentiles, interpolated. A replicate can be
    /// infinite, such as what is expected over the purchases of customers none of whom bought; left out, it would make the
    /// interval of a few purchases narrower than they are.
    pub fn new(value: f64, replicates: impl Iterator<Item = f64>) -> Self {
        let mut sorted: Vec<f64> = replicates.filter(|value| !value.is_nan()).collect();
        sorted.sort_by(f64::total_cmp);
        let tail = 0.5 * (1.0 - LEVEL);
        Estimate { value, lower: quantile(&sorted, tail), upper: quantile(&sorted, 1.0 - tail) }
    }

    /// Does the interval leave out zero?
    pub fn beyond_noise(&self) -> bool {
        self.lower > 0.0 || self.upper < 0.0
    }
}

/// A quantile of sorted values, linear between them.
pub(super) fn quantile(sorted: &[f64], probability: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let at = probability * last as f64;
    let (low, part) = (at.floor() as usize, at.fract());
    let high = (low + 1).min(last);
    // Between infinite ones there is nothing.
    if sorted[low] == sorted[high] || part == 0.0 {
        return sorted[low];
    }
    sorted[low] + part * (sorted[high] - sorted[low])
}

/// The figures of each replicate, in order.
///
/// # Errors
/// If `progress` says stop.
pub(super) fn replicates(
    card: &Scorecard,
    keys: &[u64],
    (seed, count): (u64, u32),
    progress: &dyn Progress,
) -> Result<Vec<Values>> {
    (0..u64::from(count))
        .into_par_iter()
        .map(|replicate| {
            progress.check()?;
            let stream = mix(seed ^ mix(replicate.wrapping_add(1)));
            let weights: Vec<f64> = keys.iter().map(|key| poisson(uniform(mix(key ^ stream)))).collect();
            Ok(card.measure(&weights))
        })
        .collect()
}

/// A random number of a customer, for randomised checks.
pub(super) fn own_uniform(key: u64, seed: u64) -> f64 {
    uniform(mix(key ^ mix(seed ^ 0x9e37_79b9_7f4a_7c15)))
}

fn uniform(bits: u64) -> f64 {
    ((bits >> 11) as f64 + 0.5) / (1u64 << 53) as f64
}

/// The finaliser of SplitMix64 (Steele, Lea & Flood 2014).
fn mix(bits: u64) -> u64 {
    let mut z = bits.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Poisson(1) by inversion.
fn poisson(uniform: f64) -> f64 {
    let (mut n, mut chance) = (0.0, (-1f64).exp());
    let mut sum = chance;
    while uniform > sum && n < 20.0 {
        n += 1.0;
        chance /= n;
        sum += chance;
    }
    n
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_poisson() {
        let n = 200_000u64;
        let draw = |i: u64| poisson(uniform(mix(i ^ mix(7))));
        let mean = (0..n).map(draw).sum::<f64>() / n as f64;
        let square = (0..n).map(|i| draw(i).powi(2)).sum::<f64>() / n as f64;
        assert!((mean - 1.0).abs() < 0.01 && (square - 2.0).abs() < 0.04, "{mean} {square}");
    }

    #[test]
    fn quantiles_are_interpolated() {
        assert_eq!(quantile(&[1.0, 2.0, 4.0], 0.75), 3.0);
        assert!(quantile(&[], 0.5).is_nan());
        let endless = Estimate::new(-0.5, [f64::INFINITY, -0.5, f64::NAN, -0.75, f64::INFINITY].into_iter());
        assert!(endless.upper == f64::INFINITY && !endless.beyond_noise(), "{endless:?}");
        let estimate = Estimate::new(1.0, (0..=100).map(f64::from));
        assert!((estimate.lower - 5.0).abs() < 1e-9 && (estimate.upper - 95.0).abs() < 1e-9);
    }
}
