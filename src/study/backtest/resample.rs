//! The bootstrap over customers: how far figures would differ with other customers of the same kind.
//!
//! Each replicate gives each customer a Poisson(1) weight, which is drawn from the customer's own number, the
//! replicate and the seed. So weights do not depend on the order of the work, and a customer has the same
//! one at all origins and for all models: differences between models are paired.
//!
//! Of more than [`MOST`] customers, about as many are resampled, chosen by their own numbers, and how far a replicate is
//! from the figure of these is scaled to all: figures of n customers vary by 1/√n (the m out of n bootstrap; Bickel,
//! Götze & van Zwet 1997). The figures themselves are of all.

use rayon::prelude::*;

use super::cohort::Cohort;
use super::forecast::Forecast;
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

/// Customers that are resampled, at most.
pub(super) const MOST: usize = 50_000;

/// The figures of each replicate, in order; `values` are those of the customers as they are.
///
/// # Errors
/// If `progress` says stop.
pub(super) fn replicates(
    (card, values): (&Scorecard, &Values),
    cohort: &Cohort,
    forecast: &Forecast,
    (seed, count): (u64, u32),
    progress: &dyn Progress,
) -> Result<Vec<Values>> {
    let Some(some) = part(&cohort.key, MOST) else {
        return measured(card, &cohort.key, (seed, count), progress);
    };
    let scale = (some.len() as f64 / cohort.len() as f64).sqrt();
    let (cohort, forecast) = (cohort.pick(&some), forecast.pick(&some));
    let card = Scorecard::new(&cohort, &forecast);
    let own = card.measure(&vec![1.0; some.len()]);
    let mut found = measured(&card, &cohort.key, (seed, count), progress)?;
    for replicate in &mut found {
        for ((figure, own), all) in replicate.iter_mut().zip(own).zip(values) {
            *figure = all + scale * (*figure - own);
        }
    }
    Ok(found)
}

/// The customers that are resampled, if it is not all: about so many, by their own numbers.
fn part(keys: &[u64], most: usize) -> Option<Vec<usize>> {
    let share = most as f64 / keys.len() as f64;
    let chosen = |key: u64| uniform(mix(key ^ 0x5851_f42d_4c95_7f2d)) < share;
    (share < 1.0).then(|| (0..keys.len()).filter(|i| chosen(keys[*i])).collect())
}

fn measured(
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

    /// Resampling a part of 20,000 customers says what resampling all does: the standard deviations of a sum and of a
    /// median-like rank figure agree to the tenth that 400 replicates leave.
    #[test]
    fn a_part_says_what_all_do() {
        let n = 20_000u64;
        let bought: Vec<f64> = (0..n).map(|i| (8.0 * uniform(mix(i)).powi(4)).floor()).collect();
        let purchases: Vec<f64> =
            (0..n as usize).map(|i| 0.5 + bought[i] * 0.3 + uniform(mix(i as u64 + 7))).collect();
        let cohort = Cohort { key: (0..n).map(mix).collect(), bought, ..Cohort::default() };
        let forecast = Forecast { purchases, ..Forecast::default() };
        let spread = |some: &[usize], scale: f64| {
            let (cohort, forecast) = (cohort.pick(some), forecast.pick(some));
            let card = Scorecard::new(&cohort, &forecast);
            let found = measured(&card, &cohort.key, (1, 400), &()).unwrap();
            [super::super::Metric::TotalBias, super::super::Metric::Auc].map(|metric| {
                let of: Vec<f64> = found.iter().map(|values| values[metric as usize]).collect();
                let mean = of.iter().sum::<f64>() / of.len() as f64;
                scale * (of.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / of.len() as f64).sqrt()
            })
        };
        let all: Vec<usize> = (0..n as usize).collect();
        let some = part(&cohort.key, 5_000).unwrap();
        assert!((some.len() as f64 / 5_000.0 - 1.0).abs() < 0.05);
        let pairs = spread(&all, 1.0).into_iter().zip(spread(&some, (some.len() as f64 / n as f64).sqrt()));
        for (all, part) in pairs {
            assert!((part / all - 1.0).abs() < 0.15, "{all} {part}");
        }
        assert!(part(&cohort.key, 20_000).is_none());
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
