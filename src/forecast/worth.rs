//! What a given number of purchases is worth: its distribution, for customers of one posterior of amounts.
//!
//! Amounts are `Gamma(p)/ν` with `ν` ~ Gamma(p x + q) in units of `v + x z̄`. So `n` of them have the sum `G/ν` with
//! `G` ~ Gamma(n p), and that is beta-prime distributed. Discounted, `G` is a sum of gammas of unequal weights: it is
//! taken for one gamma of the same mean and variance, which is exact without discounting.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::special::{digamma_difference, trigamma};

/// The logarithm of a beta-prime variable is known at places two fifths of its standard deviation apart, or closer.
const STEP: f64 = 0.4;
/// ... but no further than this, where it falls off suddenly on one side.
const LONGEST: f64 = 0.3;
/// So many standard deviations around the mean.
const AROUND: f64 = 12.0;
/// Shapes are equal whose logarithms are, to 1/64: half of that moves a chance by less than 1e-3, and no mean.
const SHAPES: f64 = 64.0;
/// A shape like this is infinite.
const LARGEST: f64 = 1e6;
/// A shape like this is none.
const SMALLEST: f64 = 1e-3;

/// `P(G/ν <= e^z)` at places of `z`, for one shape of `G`.
#[derive(Debug)]
pub(super) struct Worth {
    from: f64,
    step: f64,
    /// The chance of no more, and what it rises by in a step at the speed it has there.
    below: Vec<[f64; 2]>,
}

impl Worth {
    /// `z` has the density `e^(a z) (1 + e^z)^−(a+b) / B(a, b)`, which is summed up by the trapezium rule with its first
    /// correction; so close, its error is some 1e-4.
    fn new(a: f64, b: f64) -> Self {
        let deviation = (trigamma(a) + trigamma(b)).sqrt();
        let step = (STEP * deviation).min(LONGEST);
        let mean = if a > b { digamma_difference(b, a - b) } else { -digamma_difference(a, b - a) };
        let from = mean - AROUND * deviation;
        let places = (2.0 * AROUND * deviation / step).ceil() as usize + 3;
        // From the mode on, for the sake of large shapes: ln(a/b).
        let mode = (a / b).ln();
        let both = a + b;
        let share = b / both;
        let density = |z: f64| {
            let u = z - mode;
            // ln(density/that at the mode) = a u − (a+b) ln(1 + a/(a+b) (e^u − 1)), from the side that does not overflow.
            let ln = if u < 0.0 {
                a * u - both * ((1.0 - share) * u.exp_m1()).ln_1p()
            } else {
                -b * u - both * (share * (-u).exp_m1()).ln_1p()
            };
            let value = ln.exp();
            (value, value * (a - both / (1.0 + (-z).exp())))
        };
        let mut below = Vec::with_capacity(places);
        let (mut sum, mut last) = (0.0, density(from));
        for i in 0..places {
            let own = density(from + step * i as f64);
            if i > 0 {
                sum += 0.5 * step * (last.0 + own.0) + step * step / 12.0 * (last.1 - own.1);
            }
            below.push([sum.max(0.0), own.0]);
            last = own;
        }
        below.iter_mut().for_each(|place| *place = [place[0] / sum, place[1] * step / sum]);
        Worth { from, step, below }
    }

    /// The chance of no more than `e^z`, and its derivative by `z`: a cubic between places.
    #[inline]
    pub fn below(&self, z: f64) -> (f64, f64) {
        let place = (z - self.from) / self.step;
        if place.is_nan() || place < 0.0 {
            return (0.0, 0.0);
        }
        let at = place as usize;
        let Some([[f, slope], [next, end]]) = self.below.get(at..at + 2).and_then(|two| two.first_chunk())
        else {
            return (1.0, 0.0);
        };
        let u = place - at as f64;
        let rise = next - f;
        let (two, three) = (3.0 * rise - 2.0 * slope - end, slope + end - 2.0 * rise);
        let value = f + u * (slope + u * (two + u * three));
        let speed = slope + u * (2.0 * two + 3.0 * u * three);
        (value.clamp(0.0, 1.0), (speed / self.step).max(0.0))
    }

    /// Where all of it is.
    pub fn ends(&self) -> (f64, f64) {
        (self.from, self.from + self.step * (self.below.len() - 1) as f64)
    }
}

/// The distributions of one posterior of amounts, as they are needed.
#[derive(Debug, Default)]
pub(super) struct Worths {
    /// By the shape of `ν`, and the class of that of `G`.
    known: FxHashMap<u64, FxHashMap<i32, Arc<Worth>>>,
    bytes: usize,
}

/// Of draws, both shapes are equal whose logarithms are, to 1/16: what is said of them is the mean over a hundred.
const DRAWN_SHAPES: f64 = 16.0;

impl Worths {
    /// Of a mean and a variance of `G`, with `ν` of the shape `b`: the distribution, and `ln` of what it is to be
    /// multiplied by.
    pub fn get(&mut self, mean: f64, variance: f64, b: f64) -> (f64, Arc<Worth>) {
        let (ln_factor, shape, class) = nearest(mean, variance, SHAPES);
        (ln_factor, self.keep((b.to_bits(), class), shape, b))
    }

    /// The same for one of many draws of the spend model.
    pub fn get_drawn(&mut self, mean: f64, variance: f64, b: f64) -> (f64, Arc<Worth>) {
        let (ln_factor, shape, class) = nearest(mean, variance, DRAWN_SHAPES);
        let near = ((b.ln() * DRAWN_SHAPES).round() / DRAWN_SHAPES).exp();
        // The mean of ln ν stays what it is.
        let moved =
            if near > b { digamma_difference(b, near - b) } else { -digamma_difference(near, b - near) };
        (ln_factor + moved, self.keep((near.to_bits(), class), shape, near))
    }

    fn keep(&mut self, (nu, class): (u64, i32), shape: f64, b: f64) -> Arc<Worth> {
        let bytes = &mut self.bytes;
        let new = || {
            let worth = Worth::new(shape, b);
            *bytes += size_of::<[f64; 2]>() * worth.below.len() + 128;
            Arc::new(worth)
        };
        self.known.entry(nu).or_default().entry(class).or_insert_with(new).clone()
    }

    /// About how many bytes they take.
    pub fn bytes(&self) -> usize {
        self.bytes
    }
}

/// The class of shapes of a mean and a variance: `ln` of what keeps the mean, the shape, and its number.
fn nearest(mean: f64, variance: f64, shapes: f64) -> (f64, f64, i32) {
    let shape = (mean * (mean / variance)).clamp(SMALLEST, LARGEST);
    let class = (shape.ln() * shapes).round();
    let shape = (class / shapes).exp();
    ((mean / shape).ln(), shape, class as i32)
}

/// The mean of `1/ν²`, `ν` ~ Gamma(b, 1), without the `1e-7` customers who spend most: with them it may be infinite.
pub(super) fn square_of_level(b: f64) -> f64 {
    const FINITE: f64 = 2.5;
    const LEFT_OUT: f64 = 1e-7;
    const PLACES: i32 = 800;
    if b > FINITE {
        return 1.0 / ((b - 1.0) * (b - 2.0));
    }
    let ln_gamma = crate::special::ln_gamma(b);
    let (from, to) = ((LEFT_OUT.ln() + crate::special::ln_gamma(b + 1.0)) / b, 4.0);
    let step = (to - from) / f64::from(PLACES);
    let density = |i: i32| {
        let z = from + step * (f64::from(i) + 0.5);
        ((b - 2.0) * z - z.exp() - ln_gamma).exp()
    };
    step * (0..PLACES).map(density).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::special::incomplete_beta;

    /// Against the incomplete beta function, to 2e-4 of the probability 1; the mean of the worth is what it was made of.
    #[test]
    fn beta_primes() {
        for (a, b) in
            [(0.05, 3.7), (0.9, 1.2), (6.0, 4.0), (60.0, 10.0), (3.0, 600.0), (2000.0, 2.5), (5e5, 40.0)]
        {
            let worth = Worth::new(a, b);
            let (from, to) = worth.ends();
            for i in 0..400 {
                let z = from + (to - from) * f64::from(i) / 400.0;
                let expected = incomplete_beta(a, b, 1.0 / (1.0 + (-z).exp()), 1.0 / (1.0 + z.exp()));
                let found = worth.below(z).0;
                assert!((found - expected).abs() < 2e-4, "{a} {b} {z}: {found} not {expected}");
            }
        }
    }
}
