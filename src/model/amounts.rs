//! Amounts of one customer's purchases to come, drawn: the customer's own level, then one amount after the other.

use rand::Rng;
use rand_distr::{Distribution, Gamma};

use super::rates;
use crate::base::Result;

/// Gamma-distributed amounts around a level of the customer's own, `Gamma(p)/ν` with `ν` gamma-distributed.
#[derive(Debug, Clone, Copy)]
pub struct Amounts {
    p: f64,
    nu: Gamma<f64>,
    one: Gamma<f64>,
}

impl Amounts {
    /// Amounts of shape `p`, and `ν` ~ Gamma(shape, rate).
    ///
    /// # Errors
    /// If no random numbers can be drawn at these parameters.
    pub(crate) fn new(p: f64, shape: f64, rate: f64) -> Result<Self> {
        Ok(Amounts { p, nu: rates(shape, rate)?, one: rates(p, 1.0)? })
    }

    /// Draws a customer's `ν`, which divides its amounts.
    pub fn nu(&self, rng: &mut impl Rng) -> f64 {
        self.nu.sample(rng)
    }

    /// One amount, times `ν`.
    pub fn one(&self) -> Gamma<f64> {
        self.one
    }

    /// The sum of `together` amounts, times `ν`.
    ///
    /// # Errors
    /// If no random numbers can be drawn at these parameters.
    pub fn bundle(&self, together: f64) -> Result<Gamma<f64>> {
        if together > 1.0 { rates(self.p * together, 1.0) } else { Ok(self.one) }
    }
}
