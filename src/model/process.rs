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
        if self.after_first && leaves(leave, rng) {
            return;
        }
        buy_and_leave(rng, rate, self.stages..self.stages, leave, until, ages);
    }
}

/// The same from between two purchases: how many stages are behind is not known, and the fewer, the
/// slower the customer.
pub(super) struct Resuming {
    /// The weight of each number of stages behind, from 0, and the rates that go with it.
    pub begun: Vec<(f64, Gamma<f64>)>,
    /// Chance to leave at a purchase.
    pub leave: Beta<f64>,
}

impl Process for Resuming {
    fn repeats(&self, rng: &mut ChaCha8Rng, until: f64, ages: &mut Vec<f64>) {
        let behind = one_of(self.begun.iter().map(|(weight, _)| *weight), rng);
        let rate = self.begun[behind].1.sample(rng);
        let leave = self.leave.sample(rng);
        let stages = self.begun.len() as u32;
        buy_and_leave(rng, rate, stages - behind as u32..stages, leave, until, ages);
    }
}

/// Buys after `stages.start` stages, and then after every `stages.end`, until the customer leaves.
fn buy_and_leave(
    rng: &mut ChaCha8Rng,
    rate: f64,
    stages: std::ops::Range<u32>,
    leave: f64,
    until: f64,
    ages: &mut Vec<f64>,
) {
    let (mut age, mut ahead) = (0.0, stages.start);
    loop {
        for _ in 0..ahead {
            let gap: f64 = Exp1.sample(rng);
            age += gap / rate;
        }
        ahead = stages.end;
        // A rate that underflowed to zero can give an age that is not a number: never.
        if age.is_nan() || age > until {
            return;
        }
        ages.push(age);
        if leaves(leave, rng) {
            return;
        }
    }
}

fn leaves(chance: f64, rng: &mut ChaCha8Rng) -> bool {
    chance > 0.0 && rng.random::<f64>() < chance
}

/// One of `0, 1, 2, ...` with these weights, which add up to 1.
fn one_of(weights: impl Iterator<Item = f64>, rng: &mut ChaCha8Rng) -> usize {
    let (mut left, mut last) = (rng.random::<f64>(), 0);
    for (i, weight) in weights.enumerate() {
        left -= weight;
        last = i;
        if left < 0.0 {
            break;
        }
    }
    last
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
