//! Totals of many customers with their intervals.
//!
//! What customers have in common, the parameters, does not average out over them; what is their own
//! does; nor do shocks to come, where rates change with time. So under each point of the parameters ([`crate::fitted::draws::Points`]) the expectations are added up, and
//! the variances of what is individual. The total is then a gamma distribution of the mean and the variance that points
//! and individuals give it (normal for many customers, and right-skewed as totals of fewer are). Where points are draws,
//! it is the mixture of such distributions over draws. Totals of few customers are drawn ([`super::few`]), and their
//! quantiles are those of the draws.

use statrs::function::{
    erf::{erfc, erfc_inv},
    gamma::checked_gamma_lr,
};

use super::simulated::quantiles;
use crate::fitted::draws::Points;

/// Sums over customers, for an interval of their total.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Spread {
    /// The expected total under the estimates, under each point of the purchase model, and each of the spend model.
    means: Vec<f64>,
    /// The variance of the total under the estimates and each point of the purchase model, what is individual.
    variances: Vec<f64>,
    /// Are the points of the purchase model draws, and those of the spend model?
    is_drawn: (bool, bool),
    /// The variance of what all customers share beyond the parameters, relative to the square of the total.
    shared: f64,
    /// Drawn totals, if the customers are few, without what is shared.
    drawn: Vec<f64>,
    /// Of those who buy; `None` of purchases and value, all of which what is shared moves.
    buying: Option<Buying>,
}

/// A number of customers who buy: what is shared moves their rates, not their number.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Buying {
    /// Customers: there cannot be more who buy.
    customers: f64,
    /// By how much their number grows with the logarithm of all rates: `Σ −q ln q`, `q` the chance to buy nothing.
    slope: f64,
}

impl Spread {
    /// Adds one customer, with means and variances under these points.
    pub(super) fn add(
        &mut self,
        points: &Points,
        means: impl Iterator<Item = f64>,
        variances: impl Iterator<Item = f64>,
    ) {
        self.is_drawn = (points.purchase_is_drawn, points.spend_is_drawn);
        self.shared = points.shared;
        self.add_sums(means, variances);
    }

    /// Adds so many customers who buy with these chances each, under these points.
    pub(super) fn add_buying(&mut self, points: &Points, count: f64, chances: &[(f64, f64)]) {
        let means = chances.iter().map(|(mean, _)| count * mean);
        self.add(points, means, chances.iter().map(|(_, variance)| count * variance));
        let none = 1.0 - chances.first().map_or(0.0, |(mean, _)| *mean);
        let slope = if none > 0.0 { -none * none.ln() } else { 0.0 };
        self.add_buyers(Buying { customers: count, slope: count * slope });
    }

    fn add_buyers(&mut self, more: Buying) {
        let sum = self.buying.get_or_insert_default();
        sum.customers += more.customers;
        sum.slope += more.slope;
    }

    /// The variance of what all customers share, relative to the square of this total.
    fn relative(&self) -> f64 {
        match (self.buying, self.means.first()) {
            (Some(buying), Some(mean)) if *mean > 0.0 => self.shared * (buying.slope / mean).powi(2),
            _ => self.shared,
        }
    }

    fn add_sums(&mut self, means: impl Iterator<Item = f64>, variances: impl Iterator<Item = f64>) {
        // What was drawn was drawn without this one.
        self.drawn.clear();
        if self.means.is_empty() {
            (self.means, self.variances) = (means.collect(), variances.collect());
        } else {
            self.means.iter_mut().zip(means).for_each(|(sum, mean)| *sum += mean);
            self.variances.iter_mut().zip(variances).for_each(|(sum, variance)| *sum += variance);
        }
    }

    /// Totals of these same customers, drawn.
    pub(super) fn drawn(&mut self, totals: Vec<f64>) {
        if !self.means.is_empty() {
            self.drawn = totals;
        }
    }

    /// Adds other customers.
    pub fn merge(&mut self, other: &Spread) {
        if !other.means.is_empty() {
            (self.is_drawn, self.shared) = (other.is_drawn, other.shared);
            self.add_sums(other.means.iter().copied(), other.variances.iter().copied());
            other.buying.into_iter().for_each(|buying| self.add_buyers(buying));
        }
    }

    /// The central interval of the total with this probability; `None` if nothing is known or it has no end.
    pub fn interval(&self, probability: f64) -> Option<(f64, f64)> {
        if !self.drawn.is_empty() {
            let (low, high) = quantiles(&mut self.drawn_with_shocks(), probability);
            return high.is_finite().then_some(self.possible((low, high)));
        }
        let finite = !self.means.is_empty() && self.means.iter().all(|mean| mean.is_finite());
        finite.then(|| {
            let parts = self.parts();
            let below =
                |total: f64| parts.iter().map(|part| part.below(total)).sum::<f64>() / parts.len() as f64;
            let quantile = |probability: f64| smallest(|total| below(total) >= probability);
            self.possible((quantile(0.5 - 0.5 * probability), quantile(0.5 + 0.5 * probability)))
        })
    }

    fn possible(&self, (low, high): (f64, f64)) -> (f64, f64) {
        let most = self.buying.map_or(f64::INFINITY, |buying| buying.customers);
        (low.min(most), high.min(most))
    }

    /// The drawn totals, each with a shock that all customers share, log-normal of mean 1: even quantiles, in an order that has
    /// nothing to do with that of the totals.
    fn drawn_with_shocks(&self) -> Vec<f64> {
        const GOLDEN: f64 = 0.618_033_988_749_894_9;
        let variance = self.relative().ln_1p();
        let shock = |i: usize| {
            let z = -std::f64::consts::SQRT_2 * erfc_inv(2.0 * ((i as f64 + 0.5) * GOLDEN).fract());
            (variance.sqrt() * z - 0.5 * variance).exp()
        };
        let one = |(i, total): (usize, &f64)| if variance > 0.0 { total * shock(i) } else { *total };
        self.drawn.iter().enumerate().map(one).collect()
    }

    /// The distributions that the total is a mixture of, all of the same weight: one for each draw of the parameters; a
    /// few points make one.
    ///
    /// What the spend model's parameters leave open multiplies what the purchase model's do.
    fn parts(&self) -> Vec<Total> {
        let (centre, variance) = (self.means[0], self.variances[0]);
        let (purchases, spend) = self.means[1..].split_at(self.variances.len() - 1);
        let totals: Vec<(f64, f64)> = if self.is_drawn.0 && !purchases.is_empty() {
            purchases.iter().copied().zip(self.variances[1..].iter().copied()).collect()
        } else {
            let (mean, open) = moments(purchases, centre);
            vec![(mean, variance + open)]
        };
        let factors: Vec<f64> =
            spend.iter().map(|spend| if centre > 0.0 { spend / centre } else { 1.0 }).collect();
        // Purchases know nothing of spend, however its parameters are said.
        let factors: Vec<(f64, f64)> = if self.is_drawn.1 && !factors.is_empty() {
            factors.iter().map(|factor| (*factor, 0.0)).collect()
        } else {
            vec![moments(&factors, 1.0)]
        };
        let relative = self.relative();
        let one = |((mean, variance), (factor, open)): (&(f64, f64), &(f64, f64))| {
            let shared = if relative > 0.0 { relative * (mean * factor).powi(2) } else { 0.0 };
            Total::new(mean * factor, variance * (factor * factor + open) + mean * mean * open + shared)
        };
        let n = totals.len().max(factors.len());
        totals.iter().cycle().zip(factors.iter().cycle()).take(n).map(one).collect()
    }
}

/// Mean and variance over points, or what is there without any.
fn moments(points: &[f64], otherwise: f64) -> (f64, f64) {
    if points.is_empty() {
        return (otherwise, 0.0);
    }
    let n = points.len() as f64;
    let mean = points.iter().sum::<f64>() / n;
    (mean, points.iter().map(|point| (point - mean).powi(2)).sum::<f64>() / n)
}

/// The smallest number from 0 to the largest there is for which something holds that holds for all greater ones, to
/// nine digits. Doubles that are not negative are in the order of their bits, so halving the bits takes 64 steps at
/// most wherever the answer is, at the smallest double or the largest. Nothing is asked about infinity.
fn smallest(holds: impl Fn(f64) -> bool) -> f64 {
    if holds(0.0) {
        return 0.0;
    }
    let (mut low, mut high) = (0, f64::MAX.to_bits());
    while high - low > NINE_DIGITS {
        let middle = low + (high - low) / 2;
        if holds(f64::from_bits(middle)) { high = middle } else { low = middle }
    }
    // What is too small to have nine digits is nothing.
    if high <= f64::MIN_POSITIVE.to_bits() { 0.0 } else { f64::from_bits(high) }
}

/// Of the 2^52 steps from one power of two to the next, as many as make a billionth.
const NINE_DIGITS: u64 = 1 << 22;

/// A total under known parameters.
enum Total {
    /// Known, or nearly.
    Point(f64),
    /// Gamma-distributed, of this shape and rate.
    Gamma { shape: f64, rate: f64 },
}

impl Total {
    fn new(mean: f64, variance: f64) -> Self {
        let (shape, rate) = (mean * mean / variance, mean / variance);
        let spread = shape > 0.0 && shape < 1e14 && rate > 0.0 && rate.is_finite();
        if spread { Total::Gamma { shape, rate } } else { Total::Point(mean) }
    }

    /// The probability of no more than this.
    fn below(&self, total: f64) -> f64 {
        match *self {
            Total::Point(mean) => f64::from(u8::from(total >= mean)),
            Total::Gamma { shape, rate } => gamma_below(shape, rate * total),
        }
    }
}

/// Shapes above take statrs' series more than a few dozen terms a thousand; the cube root of the gamma distribution
/// (Wilson & Hilferty 1931) is then normal to some 1e-5 in probability.
const LARGE_SHAPE: f64 = 1e4;

/// The distribution function of Gamma(shape, 1), from 0 to infinity.
fn gamma_below(shape: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x == f64::INFINITY {
        return 1.0;
    }
    if shape > LARGE_SHAPE {
        let ninth = 1.0 / (9.0 * shape);
        let z = ((x / shape).cbrt() - (1.0 - ninth)) / ninth.sqrt();
        return 0.5 * erfc(-z / std::f64::consts::SQRT_2);
    }
    checked_gamma_lr(shape, x).unwrap_or(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spread(means: &[f64], variances: &[f64], is_drawn: (bool, bool)) -> Spread {
        let (means, variances) = (means.to_vec(), variances.to_vec());
        Spread { means, variances, is_drawn, ..Spread::default() }
    }

    /// One point and a large total: the normal interval. Many draws and no variance: their quantiles.
    #[test]
    fn known_intervals() {
        let (low, high) = spread(&[1e6], &[1e4], (false, false)).interval(0.9).unwrap();
        assert!((low - (1e6 - 164.485)).abs() < 0.1 && (high - (1e6 + 164.485)).abs() < 0.1, "{low} {high}");
        let draws: Vec<f64> = [50.5].into_iter().chain((1..=100).map(f64::from)).collect();
        let (low, high) = spread(&draws, &[0.0; 101], (true, false)).interval(0.9).unwrap();
        assert!((low - 5.0).abs() < 1e-6 && (high - 95.0).abs() < 1e-6, "{low} {high}");
        // An exponential total.
        let (low, high) = spread(&[2.0], &[4.0], (false, false)).interval(0.9).unwrap();
        assert!((low + 2.0 * 0.95_f64.ln()).abs() < 1e-6 && (high + 2.0 * 0.05_f64.ln()).abs() < 1e-5);
    }

    /// What all customers share does not average out: a total known to 1 % with shocks of 10 % varies by their root mean square.
    /// Seen to fail without it, and with it of one customer only.
    #[test]
    fn shocks_are_shared() {
        let total = Spread { shared: 0.01, ..spread(&[1e6], &[1e8], (false, false)) };
        let (low, high) = total.interval(0.9).unwrap();
        let half = 1.644854 * 1e6 * (0.01_f64 + 0.0001).sqrt();
        assert!(((high - low) / (2.0 * half) - 1.0).abs() < 1e-2, "{low} {high}");
        // Drawn totals have it too: of no other spread, log-normal quantiles.
        let few = Spread { drawn: vec![1e6; 10_000], ..total.clone() };
        let (low, high) = few.interval(0.9).unwrap();
        let end = |z: f64| 1e6 * (z * 0.01_f64.ln_1p().sqrt() - 0.5 * 0.01_f64.ln_1p()).exp();
        assert!(
            (low / end(-1.644854) - 1.0).abs() < 1e-3 && (high / end(1.644854) - 1.0).abs() < 1e-3,
            "{low} {high}"
        );
        let mut twice = total.clone();
        twice.merge(&total);
        let (low, high) = twice.interval(0.9).unwrap();
        let half = 1.644854 * 2e6 * (0.01_f64 + 0.5 * 0.0001).sqrt();
        assert!(((high - low) / (2.0 * half) - 1.0).abs() < 1e-2, "{low} {high}");
    }

    /// Of 1,000 who buy with 90 % each a shock of a half to all rates moves the number by `−q ln q / p`, a quarter, of that, and it
    /// is never more than all.
    #[test]
    fn no_more_buy_than_there_are() {
        let mut buyers = Spread::default();
        buyers.add_buying(&Points { shared: 0.25, ..Points::default() }, 1_000.0, &[(0.9, 0.09)]);
        let (low, high) = buyers.interval(0.9).unwrap();
        let deviation = ((0.5 * 1_000.0 * 0.1 * -(0.1_f64.ln())).powi(2) + 90.0).sqrt();
        assert!((low / (900.0 - 1.644854 * deviation) - 1.0).abs() < 0.02 && high == 1_000.0, "{low} {high}");
        let mut twice = buyers.clone();
        twice.merge(&buyers);
        assert_eq!(twice.interval(0.9).unwrap().1, 2_000.0);
    }

    /// A total that the spend model has no part in has its interval, also where spend parameters are drawn. It was 1.8e308 to
    /// 1.8e308, from no distribution at all.
    #[test]
    fn draws_of_spend_are_no_purchases() {
        let plain = spread(&[1e3, 0.9e3, 1.1e3], &[1e3; 3], (false, false));
        let beside = Spread { is_drawn: (false, true), ..plain.clone() };
        assert_eq!(beside.interval(0.9), plain.interval(0.9));
        assert!(beside.interval(0.9).unwrap().1 < 2e3);
    }

    /// Points of both models: of independent factors 1 ± 0.03 and 1 ± 0.04 the product varies by the square root of
    /// `(1 + 0.03²)(1 + 0.04²) − 1`. Draws of the spend model alone: their quantiles.
    #[test]
    fn both_models_are_open() {
        let points = [1e6, 0.97e6, 1.03e6, 0.96e6, 1.04e6];
        let (low, high) = spread(&points, &[0.0; 3], (false, false)).interval(0.9).unwrap();
        let half = 1.644854 * 1e6 * (1.0009_f64 * 1.0016 - 1.0).sqrt();
        assert!(((high - low) / (2.0 * half) - 1.0).abs() < 2e-3, "{low} {high}");
        let draws: Vec<f64> = [50.5].into_iter().chain((1..=100).map(f64::from)).collect();
        let (low, high) = spread(&draws, &[0.0], (false, true)).interval(0.9).unwrap();
        assert!((low - 5.0).abs() < 1e-6 && (high - 95.0).abs() < 1e-6, "{low} {high}");
    }

    /// A total whose variance is far above the square of its mean has quantiles below the smallest double, and one
    /// near the largest double has bounds beyond it: both have an answer. Seen to fail: with
    /// `while high - low > 1e-9 * high` the first never ended, and the distribution function at infinity panicked.
    #[test]
    fn quantiles_end_at_both_ends_of_the_doubles() {
        let bounds =
            |mean: f64, variance: f64| spread(&[mean], &[variance], (false, false)).interval(0.9).unwrap();
        // Shape 0.002: the 5 % quantile is (0.05 Γ(1.002))^(1/0.002) times the scale, about 1e-651 of it.
        assert_eq!(bounds(0.04, 0.8).0, 0.0);
        for mean in [5e-324, 1e-300, 1e-9, 1.0, 1e9, 1e150, 1e300, f64::MAX] {
            for variance in [0.0, 5e-324, 1e-300, 1e-9, 1.0, 1e9, 1e150, 1e300, f64::MAX, f64::INFINITY] {
                let (low, high) = bounds(mean, variance);
                assert!(0.0 <= low && low <= high && high.is_finite(), "{mean} {variance}: {low} {high}");
            }
        }
    }

    /// The two formulas of the distribution function meet: P(a, x) of mpmath, 30 digits, to the 1e-5 said.
    #[test]
    fn large_shapes() {
        let expected =
            [(2e4, 19_768.0, 0.050034943), (2e4, 20_233.0, 0.949866300), (1e6, 1_001_645.0, 0.949956515)];
        for (shape, x, below) in expected {
            let found = gamma_below(shape, x);
            assert!((found - below).abs() < 2e-5, "{shape} {x}: {found}");
        }
    }
}
