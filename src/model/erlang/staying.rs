//! The chance that a customer who is alive is one still, a time `s A` ahead: the mean of `E[q^n]` over
//! the number `n = ⌊(m+j)/k⌋` of purchases that one who never leaves would have made, `m` the number of
//! stages passed.
//!
//! With `M = m + j` the stages since the last purchase, term by term
//! ```text
//! S_j(s) = Σ_M E[q^⌊M/k⌋] h_j(M),   h_j(M) = P(m = M − j),   h_{j+1}/h_j = (M−j) / ((R+j) s)
//! ```

use super::renewal::{ByStage, Panels};
use super::sums::Counts;
use super::{Erlang, MOST, Stages};
use crate::model::weights::Weights;
use crate::special::negative_binomial_pmf;

impl Erlang {
    /// `S_j(s)` for each stage.
    fn staying(&self, x: u32, s: f64) -> ByStage {
        let (k, shape) = (self.stages(), self.shape(x));
        let last = self.k as usize - 1;
        let mut sums = [0.0; MOST];
        for (j, sum) in sums.iter_mut().enumerate().take(last + 1) {
            let before = 0..self.k - j as u32;
            *sum = before.map(|m| negative_binomial_pmf(m, shape + j as f64, s)).sum();
        }
        let counts = Counts { step: k, first: 1.0, shape: shape + k - 1.0, odds: s };
        let mut stays = self.staying_at(x);
        // The first purchase.
        stays.at(0.0);
        counts.visit(k - 1.0, |i, weight, chance| {
            let stayed = weight * stays.at(i + 1.0);
            let mut chance = chance;
            for within in 0..self.k {
                let m = k * i + 1.0 + f64::from(within);
                let mut term = stayed * chance;
                sums[last] += term;
                for j in (0..last).rev() {
                    let stage = j as f64;
                    term *= (shape + stage) * s / (m + (k - 1.0 - stage));
                    sums[j] += term;
                }
                chance *= counts.up(m);
            }
        });
        sums
    }

    /// The chance of one who is alive to be a customer a time `ahead` later.
    pub(super) fn stays_for(&self, x: u32, stages: &Stages, s: f64) -> f64 {
        if s == 0.0 { 1.0 } else { stages.mean(&self.staying(x, s)).clamp(0.0, 1.0) }
    }

    /// The integral of that chance over `s`.
    pub(super) fn stays_in_all(&self, x: u32, stages: &Stages, weights: &mut Weights) -> f64 {
        let mut sum = 0.0;
        Panels::new(self.k, self.shape(x), weights).visit(weights, |panel, weights| {
            let values = panel.nodes().map(|y| self.stays_for(x, stages, y.exp_m1()));
            sum += weights.iter().zip(values).map(|(w, value)| w * value).sum::<f64>();
        });
        sum
    }
}
