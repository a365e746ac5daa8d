//! Purchases of one whose rate of stages is Gamma(S, B) and who has `j` of `k` stages behind: `N` stages come within `s B`,
//! negative binomial of odds `s`, and `⌊(N + j)/k⌋` purchases. With `ω = e^(2πi/k)` and `c_l = 1 − ω^l`,
//! ```text
//! E[Y] = (E[N] + j − E[(N+j) mod k])/k,   E[(N+j) mod k] = (k−1)/2 + Σ_{0<l<k} ω^(lj) (1 + s c_l)^−S / (ω^−l − 1)
//! M(s) = S/k Σ_l ω^(l(j+1)) (1 + s c_l)^−(S+1)      the rate of purchases, times B
//! ```
//! Where they are small next to the terms of these sums, chances are added up instead, all of one sign.

use std::f64::consts::TAU;

use crate::base::Discounting;
use crate::model::erlang::Panels;
use crate::model::gamma_poisson::annuity;
use crate::model::weights::Weights;
use crate::special::{negative_binomial_pmf, negative_binomial_tail};

/// See the head of this file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Renewal {
    pub k: u32,
    pub behind: u32,
    pub shape: f64,
    pub scale: f64,
}

/// Closed forms lose what is smaller than this by as many digits.
const SMALL: f64 = 1e-3;
/// Chances that are added up, at most.
const MOST: u32 = 10_000;

impl Renewal {
    /// Expected purchases within a time.
    pub fn expected(&self, within: f64) -> f64 {
        let stages = self.shape / self.scale * within;
        if self.k == 1 || within == 0.0 || stages == f64::INFINITY {
            return stages;
        }
        let odds = within / self.scale;
        let (k, behind) = (f64::from(self.k), f64::from(self.behind));
        let turning = |l: u32| {
            let (re, im) = self.power(l, l * self.behind, odds, self.shape);
            // 1/(ω^−l − 1) = −1/2 + i/2 cot(πl/k), of which the conjugate of l is that of k − l.
            let half_angle = 0.5 * TAU * f64::from(l) / k;
            -0.5 * re - 0.5 * im / half_angle.tan()
        };
        let left_over = 0.5 * (k - 1.0) + (1..self.k).map(turning).sum::<f64>();
        let closed = (stages + behind - left_over) / k;
        if closed > SMALL || odds > 50.0 { closed.max(0.0) } else { self.added_up(odds) }
    }

    /// `Σ_n P(N >= kn − j)`
    fn added_up(&self, odds: f64) -> f64 {
        let mut sum = 0.0;
        for n in 1..MOST {
            let chance = negative_binomial_tail(self.k * n - self.behind, self.shape, odds);
            sum += chance;
            if chance <= 1e-17 * sum {
                break;
            }
        }
        sum
    }

    /// What a unit of money for each purchase is worth now.
    pub fn discounted(&self, horizon: f64, discounting: Discounting) -> f64 {
        if self.k == 1 {
            return self.shape / self.scale * annuity(horizon, discounting);
        }
        if !discounting.is_any() || horizon == 0.0 {
            return self.expected(horizon);
        }
        let mut weights = Weights::new(self.scale, horizon, discounting);
        let panels = Panels::new(self.k, self.shape, &weights);
        let mut sum = 0.0;
        panels.visit(&mut weights, |panel, weights| {
            sum += panel.nodes().zip(weights).map(|(y, weight)| weight * self.rate(y.exp_m1())).sum::<f64>();
        });
        sum
    }

    /// `M(s)`
    fn rate(&self, odds: f64) -> f64 {
        if self.shape * odds < 2.0 && odds < 1.0 {
            let mut sum = 0.0;
            for n in 1..MOST {
                let chance = negative_binomial_pmf(self.k * n - self.behind - 1, self.shape + 1.0, odds);
                sum += chance;
                // Chances rise to their mode before they fall.
                if chance <= 1e-17 * sum && f64::from(self.k * n) > self.shape * odds {
                    break;
                }
            }
            return self.shape * sum;
        }
        let one = |l: u32| self.power(l, l * (self.behind + 1), odds, self.shape + 1.0).0;
        self.shape / f64::from(self.k) * (0..self.k).map(one).sum::<f64>()
    }

    /// `ω^turns (1 + s c_l)^−power`
    fn power(&self, l: u32, turns: u32, odds: f64, power: f64) -> (f64, f64) {
        let k = f64::from(self.k);
        let angle = TAU * f64::from(l % self.k) / k;
        // 1 − cos without its lost digits.
        let (re, im) = (2.0 * odds * (0.5 * angle).sin().powi(2), -odds * angle.sin());
        let ln_length = 0.5 * (re * (2.0 + re) + im * im).ln_1p();
        let length = (-power * ln_length).exp();
        let turned = TAU * f64::from(turns % self.k) / k - power * im.atan2(1.0 + re);
        (length * turned.cos(), length * turned.sin())
    }

    /// `P(Y = n)` within a time.
    pub fn pmf(&self, within: f64, n: u32) -> f64 {
        let reached = self.k.saturating_mul(n);
        let stages = reached.saturating_sub(self.behind)..reached.saturating_add(self.k - self.behind);
        stages.map(|m| negative_binomial_pmf(m, self.shape, within / self.scale)).sum()
    }
}
