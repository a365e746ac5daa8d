//! How one customer behaves under a model: what its likelihood is the probability of. Drawing such
//! customers is how a log is simulated, and how formulas are checked against the process itself.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Beta, Distribution, Exp1, Gamma};

use crate::error::{Error, Result};

/// A model as a way to draw purchases of one customer after the other.
pub trait Process: Send + Sync {
    /// Draws a customer and adds the age at each repeat purchase up to the age `until`, ascending.
    fn repeats(&self, rng: &mut ChaCha8Rng, until: f64, ages: &mut Vec<f64>);
}

/// Gamma-distributed numbers of this shape and rate.
///
/// # Errors
/// If they cannot be drawn.
pub(crate) fn rates(shape: f64, rate: f64) -> Result<Gamma<f64>> {
    Gamma::new(shape, rate.recip())
        .map_err(|e| Error::model("gamma", format!("cannot draw from Gamma({shape}, {rate}): {e}")))
}

/// Beta-distributed chances.
///
/// # Errors
/// If they cannot be drawn.
pub(super) fn chances(a: f64, b: f64) -> Result<Beta<f64>> {
    Beta::new(a, b).map_err(|e| Error::model("beta", format!("cannot draw from Beta({a}, {b}): {e}")))
}

/// Buys at a steady rate; after each purchase a coin may say that it was the last.
pub(super) struct Leaving {
    /// Rates of purchase, or of stages towards one.
    pub rate: Gamma<f64>,
    /// Stages from one purchase to the next: 1, or more for regular customers.
    pub stages: u32,
    /// Chance to leave at a purchase; `None`: nobody leaves.
    pub leave: Option<Beta<f64>>,
    /// Is the coin thrown after the first purchase, too?
    pub after_first: bool,
}

impl Process for Leaving {
    fn repeats(&self, rng: &mut ChaCha8Rng, until: f64, ages: &mut Vec<f64>) {
        let rate = self.rate.sample(rng);
        let leave = self.leave.map_or(0.0, |leave| leave.sample(rng));
        let leaves = |rng: &mut ChaCha8Rng| leave > 0.0 && rng.random::<f64>() < leave;
        if self.after_first && leaves(rng) {
            return;
        }
        let mut age = 0.0;
        loop {
            for _ in 0..self.stages {
                let gap: f64 = Exp1.sample(rng);
                age += gap / rate;
            }
            // A rate that underflowed to zero can give an age that is not a number: never.
            if age.is_nan() || age > until {
                return;
            }
            ages.push(age);
            if leaves(rng) {
                return;
            }
        }
    }
}

/// Adds the ages of purchases at random moments of a steady rate, up to the age `until`.
pub(super) fn buy_until(rng: &mut ChaCha8Rng, rate: f64, until: f64, ages: &mut Vec<f64>) {
    let mut age = 0.0;
    loop {
        let gap: f64 = Exp1.sample(rng);
        age += gap / rate;
        if age.is_nan() || age > until {
            return;
        }
        ages.push(age);
    }
}

/// Buys at some of the opportunities 1, 2, 3, ...; before each a coin may say that it has left.
pub(super) struct Opportunities {
    /// Chance to buy at one.
    pub buy: Beta<f64>,
    /// Chance to leave before one.
    pub leave: Beta<f64>,
}

impl Process for Opportunities {
    fn repeats(&self, rng: &mut ChaCha8Rng, until: f64, ages: &mut Vec<f64>) {
        let (buy, leave) = (self.buy.sample(rng), self.leave.sample(rng));
        let mut age = 1.0;
        while age <= until {
            if rng.random::<f64>() < leave {
                return;
            }
            if rng.random::<f64>() < buy {
                ages.push(age);
            }
            age += 1.0;
        }
    }
}
