//! How one customer buys under each model: what the likelihood is the probability of.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Beta, Distribution, Exp1, Gamma};

use crate::error::{Error, Result};
use crate::family::PurchaseModel;
use crate::model::{BgNbd, GammaGamma, MbgNbd, Model, Nbd};

/// A model as a way to draw purchases of one customer after the other.
pub(super) trait Process: Send + Sync {
    /// Draws a customer and adds the age at each repeat purchase up to the age `until`.
    fn repeats(&self, rng: &mut ChaCha8Rng, until: f64, ages: &mut Vec<f64>);
}

/// The process of a purchase model.
///
/// # Errors
/// If the model cannot be simulated.
pub(super) fn of(model: &PurchaseModel) -> Result<Box<dyn Process>> {
    match model.name {
        BgNbd::NAME => {
            let BgNbd { r, alpha, a, b } = BgNbd::checked(&model.params)?;
            Ok(Box::new(Leaving { rate: rates(r, alpha)?, leave: chances(a, b)?, after_first: false }))
        }
        MbgNbd::NAME => {
            let MbgNbd { r, alpha, a, b } = MbgNbd::checked(&model.params)?;
            Ok(Box::new(Leaving { rate: rates(r, alpha)?, leave: chances(a, b)?, after_first: true }))
        }
        Nbd::NAME => {
            let Nbd { r, alpha } = Nbd::checked(&model.params)?;
            Ok(Box::new(Staying { rate: rates(r, alpha)? }))
        }
        name => Err(Error::model(name, "no way to simulate it is known")),
    }
}

fn rates(shape: f64, rate: f64) -> Result<Gamma<f64>> {
    Gamma::new(shape, rate.recip())
        .map_err(|e| Error::model("gamma", format!("cannot draw from Gamma({shape}, {rate}): {e}")))
}

fn chances(a: f64, b: f64) -> Result<Beta<f64>> {
    Beta::new(a, b).map_err(|e| Error::model("beta", format!("cannot draw from Beta({a}, {b}): {e}")))
}

/// BG/NBD and MBG/NBD: buys at a steady rate; after each purchase a coin says whether it was the last.
struct Leaving {
    rate: Gamma<f64>,
    leave: Beta<f64>,
    /// Is the coin thrown after the first purchase, too?
    after_first: bool,
}

impl Process for Leaving {
    fn repeats(&self, rng: &mut ChaCha8Rng, until: f64, ages: &mut Vec<f64>) {
        let rate = self.rate.sample(rng);
        let leave = self.leave.sample(rng);
        if self.after_first && rng.random::<f64>() < leave {
            return;
        }
        buy(rng, rate, until, ages, |rng| rng.random::<f64>() < leave);
    }
}

/// NBD: buys at a steady rate for ever.
struct Staying {
    rate: Gamma<f64>,
}

impl Process for Staying {
    fn repeats(&self, rng: &mut ChaCha8Rng, until: f64, ages: &mut Vec<f64>) {
        let rate = self.rate.sample(rng);
        buy(rng, rate, until, ages, |_| false);
    }
}

/// Purchases at random moments of a steady rate, until the customer leaves or time is up.
fn buy(
    rng: &mut ChaCha8Rng,
    rate: f64,
    until: f64,
    ages: &mut Vec<f64>,
    mut leaves: impl FnMut(&mut ChaCha8Rng) -> bool,
) {
    let mut age = 0.0;
    loop {
        let gap: f64 = Exp1.sample(rng);
        age += gap / rate;
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
