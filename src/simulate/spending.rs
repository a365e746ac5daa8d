//! How much a customer spends under the spend model.

use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Gamma};

use crate::base::Result;
use crate::model::{GammaGamma, rates};

/// Gamma-Gamma: each customer has a mean of its own, and amounts scatter around it.
pub(super) struct SpendProcess {
    nu: Gamma<f64>,
    amount: Gamma<f64>,
}

impl SpendProcess {
    pub fn new(model: &GammaGamma) -> Result<Self> {
        Ok(SpendProcess { nu: rates(model.q, model.v)?, amount: rates(model.p, 1.0)? })
    }

    /// Draws a customer and adds `n` amounts.
    pub fn amounts(&self, rng: &mut ChaCha8Rng, n: usize, amounts: &mut Vec<f64>) {
        let nu = self.nu.sample(rng);
        amounts.extend((0..n).map(|_| self.amount.sample(rng) / nu));
    }
}
