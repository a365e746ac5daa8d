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

/// Terms below are none, of the last stage and so of all.
const NOTHING: f64 = 1e-250;

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
            if stayed * chance < NOTHING {
                return;
            }
            // All the numbers of stages between this purchase and the next side by side: a term from the last stage of
            // each, and then from the stage before.
            let (first, mut chance) = (k * i + 1.0, chance);
            let inverse: [f64; 2 * MOST] = std::array::from_fn(|ahead| 1.0 / (first + ahead as f64));
            let mut terms = [0.0; MOST];
            for (within, term) in terms.iter_mut().enumerate().take(last + 1) {
                *term = stayed * chance;
                chance *= counts.up(first + within as f64);
            }
            sums[last] += terms.iter().sum::<f64>();
            // In fours, whose sums do not wait for each other.
            let fours = &mut terms[..(last + 1).next_multiple_of(4)];
            for j in (0..last).rev() {
                let rate = (shape + j as f64) * s;
                let mut sum = [0.0; 4];
                for (terms, inverse) in fours.chunks_exact_mut(4).zip(inverse[last - j..].chunks_exact(4)) {
                    for n in 0..4 {
                        terms[n] *= rate * inverse[n];
                        sum[n] += terms[n];
                    }
                }
                sums[j] += (sum[0] + sum[1]) + (sum[2] + sum[3]);
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
