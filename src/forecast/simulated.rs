//! What may become of a customer, drawn: purchases one by one and their amounts, with habits from what the history says
//! of them. For totals of few customers ([`super::few`]), and for tests of what is worked out
//! ([`super::ahead`]).
//!
//! With `ν` ~ Gamma(p x + q, v + x z̄) the amounts `Gamma(p)/ν` scale with `v + x z̄`: the discounted worth of a future
//! is drawn in units of it.

use rand::RngExt;
use rand::distr::Distribution;
use rand_chacha::ChaCha8Rng;

use crate::base::{Discounting, Result};
use crate::customers::Customer;
use crate::fitted::PurchaseModel;
use crate::fitted::SpendModel;
use crate::model::{Amounts, Outlook, Process, Scorer};

/// More purchases than this in one future are drawn in bundles.
pub(crate) const MOST_PURCHASES: f64 = 256.0;

/// The models of all draws, for customers who share their covariates.
pub(super) struct DrawnModels {
    models: Vec<PurchaseModel>,
    scorers: Vec<Box<dyn Scorer>>,
    value: Option<Vec<Box<dyn Scorer>>>,
    /// Is the model that of the draw before? Parameters that were given are the same in all draws.
    again: Vec<bool>,
}

/// How far futures go, and what they are worth.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reach {
    pub horizon: f64,
    pub value_horizon: f64,
    pub discounting: Discounting,
}

impl DrawnModels {
    pub fn new(models: Vec<PurchaseModel>, reach: &Reach) -> Self {
        let one = |model: &PurchaseModel, horizon: f64| {
            let mut scorer = model.scorer(horizon, reach.discounting);
            scorer.share_memory(models.len());
            scorer
        };
        let scorers = |horizon: f64| models.iter().map(|model| one(model, horizon)).collect();
        let value = reach.value_horizon != reach.horizon;
        DrawnModels {
            scorers: scorers(reach.horizon),
            value: value.then(|| scorers(reach.value_horizon)),
            again: (0..models.len()).map(|d| d > 0 && models[d].params() == models[d - 1].params()).collect(),
            models,
        }
    }

    /// Throws away what was worked out for single ages.
    pub fn forget(&mut self, reach: &Reach) {
        self.scorers.iter_mut().for_each(|scorer| scorer.look(reach.horizon, reach.discounting));
        let value = self.value.iter_mut().flatten();
        value.for_each(|scorer| scorer.look(reach.value_horizon, reach.discounting));
    }

    /// What is expected of a customer under each draw.
    pub fn outlooks(&mut self, customer: &Customer) -> Vec<Outlook> {
        let mut outlooks: Vec<Outlook> = Vec::with_capacity(self.models.len());
        for d in 0..self.models.len() {
            let outlook = match outlooks.last() {
                Some(known) if self.again[d] => *known,
                _ => self.outlook(d, customer),
            };
            outlooks.push(outlook);
        }
        outlooks
    }

    /// What is expected under one draw.
    fn outlook(&mut self, d: usize, customer: &Customer) -> Outlook {
        let (purchases, mut discounted) = self.scorers[d].if_alive(customer);
        if let Some(value) = &mut self.value {
            discounted = value[d].if_alive(customer).1;
        }
        Outlook::new(self.models[d].p_alive(customer), purchases, discounted)
    }
}

/// What may become of a customer under one draw of the parameters.
pub(super) struct Outcome {
    p_alive: f64,
    process: Box<dyn Process>,
    amounts: Option<Amounts>,
}

impl Outcome {
    /// # Errors
    /// If no random numbers can be drawn at these parameters.
    pub fn new(
        model: &PurchaseModel,
        spend: Option<&SpendModel>,
        customer: &Customer,
        spends: bool,
    ) -> Result<Self> {
        let amounts = spend.map(|spend| amounts(spend, customer, spends)).transpose()?;
        let (p_alive, process) = model.future(customer)?;
        Ok(Outcome { p_alive, process, amounts })
    }

    /// Purchases within the horizon, and their discounted worth in units of `v + x z̄`; `ages` is room to work in.
    pub fn draw(&self, reach: &Reach, until: f64, rng: &mut ChaCha8Rng, ages: &mut Vec<f64>) -> (f64, f64) {
        ages.clear();
        let mut together = 1.0;
        if rng.random::<f64>() < self.p_alive {
            together = self.process.bundles(rng, until, MOST_PURCHASES, ages);
        }
        let within = ages.partition_point(|age| *age <= reach.horizon);
        let amounts = self.amounts.as_ref();
        let worth = amounts.map_or(0.0, |amounts| worth(amounts, ages, together, reach, rng));
        (together * within as f64, worth)
    }
}

impl Reach {
    /// How far to draw: to the end of both horizons (of that of the value, if purchases without end are not finite),
    /// or to where no money counts any more.
    pub(super) fn until(&self, finite: bool) -> f64 {
        let rate = match self.discounting {
            Discounting::Continuous { delta } => delta,
            Discounting::EndOfStep { d, step } => d.ln_1p() / step,
        };
        let far = self.horizon.max(self.value_horizon);
        let counted = if finite { far } else { self.value_horizon };
        counted.min(40.0 / rate)
    }
}

/// Amounts to learn from: a customer who paid nothing says nothing of them.
fn amounts(spend: &SpendModel, customer: &Customer, spends: bool) -> Result<Amounts> {
    spend.amounts(if spends { customer.x } else { 0 })
}

/// The worth of bundles of so many purchases at these ages, in units of [`Spend::unit`](crate::model::Spend::unit).
fn worth(amounts: &Amounts, ages: &[f64], together: f64, reach: &Reach, rng: &mut ChaCha8Rng) -> f64 {
    if ages.is_empty() {
        return 0.0;
    }
    let nu = amounts.nu(rng);
    amounts.bundle(together).map_or(f64::NAN, |amount| discounted(ages, &amount, reach, rng) / nu)
}

/// The sum of amounts at these ages, discounted.
fn discounted(ages: &[f64], amount: &rand_distr::Gamma<f64>, reach: &Reach, rng: &mut ChaCha8Rng) -> f64 {
    let ages = ages.iter().take_while(|age| **age <= reach.value_horizon);
    ages.map(|age| reach.discounting.factor(*age, reach.value_horizon) * amount.sample(rng)).sum()
}

/// Lower and upper bound of the central interval: the smallest values reached with `(1 − p)/2` and
/// `(1 + p)/2` of the futures.
pub(super) fn quantiles(values: &mut [f64], probability: f64) -> (f64, f64) {
    let n = values.len();
    let mut at = |share: f64| {
        let place = ((share * n as f64).ceil() as usize).clamp(1, n) - 1;
        *values.select_nth_unstable_by(place, f64::total_cmp).1
    };
    (at(0.5 - 0.5 * probability), at(0.5 + 0.5 * probability))
}
