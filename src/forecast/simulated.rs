//! What may become of a customer: futures drawn for one history, and the intervals read off them.
//!
//! Three things are not known: the parameters, the customer's own habits and mean amount, and what
//! chance will do. Each future draws all three: parameters from the fit's uncertainty ([`crate::fitted::draws`]),
//! habits from what the history says of them, then purchases one by one and their amounts. Quantiles of
//! the futures are those of the predictive distribution, not of the mean.
//!
//! With `ν` ~ Gamma(p x + q, v + x z̄) the amounts `Gamma(p)/ν` scale with `v + x z̄`: the discounted worth
//! of a future is drawn in units of it, so customers who share their purchases share futures, whatever
//! they spend. The random numbers depend on the seed and the history only, in days to nine digits: the same
//! customer gets the same interval, whoever else is scored and whatever the unit of time.

use std::hash::{Hash, Hasher};

use rand::distr::Distribution;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rustc_hash::FxHasher;

use crate::base::{Discounting, Result};
use crate::customers::Customer;
use crate::fitted::PurchaseModel;
use crate::fitted::SpendModel;
use crate::fitted::draws::Draw;
use crate::model::{Amounts, Outlook, Process, Scorer};

/// Futures for each draw of the parameters.
const FUTURES: usize = 10;
/// More purchases than this in one future are drawn in bundles.
pub(crate) const MOST_PURCHASES: f64 = 256.0;

/// Histories that a thread asks the models of all draws about before they forget what they worked out: up to some
/// 250 kB for each age. Customers come in order of their ages, so there is little to remember.
pub(super) const REMEMBERED: usize = 128;

/// The models of all draws, for customers who share their covariates.
pub(super) struct DrawnModels {
    models: Vec<PurchaseModel>,
    scorers: Vec<Box<dyn Scorer>>,
    value: Option<Vec<Box<dyn Scorer>>>,
    spend: Vec<Option<SpendModel>>,
    /// Is the model that of the draw before? Parameters that were given are the same in all draws.
    again: Vec<bool>,
}

/// How far futures go, and what they are worth.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reach {
    pub horizon: f64,
    pub value_horizon: f64,
    pub discounting: Discounting,
    pub seed: u64,
}

/// Futures of one history.
#[derive(Debug, Clone, Default)]
pub(super) struct Futures {
    /// The numbers of the draws of parameters under which futures were drawn.
    drawn: Vec<usize>,
    /// Purchases within the horizon, draw by draw.
    counts: Vec<f64>,
    /// Discounted worth in units of `v + x z̄`, draw by draw.
    worth: Vec<f64>,
    /// What is expected under each draw.
    pub expected: Vec<Outlook>,
}

impl DrawnModels {
    pub fn new(models: Vec<PurchaseModel>, draws: &[Draw], reach: &Reach) -> Self {
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
            spend: draws.iter().map(|draw| draw.spend).collect(),
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

    /// Futures of a customer; `spends` says whether there are amounts to learn from.
    pub fn futures(&mut self, customer: &Customer, spends: bool, reach: &Reach) -> Result<Futures> {
        self.futures_of(customer, spends, reach, |_| true)
    }

    /// The same, drawn under some draws of the parameters only; what is expected is that of all.
    pub fn futures_of(
        &mut self,
        customer: &Customer,
        spends: bool,
        reach: &Reach,
        wanted: impl Fn(usize) -> bool,
    ) -> Result<Futures> {
        let mut rng = ChaCha8Rng::seed_from_u64(own_seed(customer, spends, reach.seed));
        let mut futures = Futures::default();
        let mut ages = Vec::new();
        for d in 0..self.models.len() {
            let outlook = match futures.expected.last() {
                Some(known) if self.again[d] => *known,
                _ => self.outlook(d, customer),
            };
            futures.expected.push(outlook);
            if !wanted(d) {
                continue;
            }
            futures.drawn.push(d);
            let outcome = Outcome {
                p_alive: outlook.p_alive,
                process: self.models[d].future_if_alive(customer)?,
                amounts: self.spend[d].map(|spend| amounts(&spend, customer, spends)).transpose()?,
            };
            let until = reach.until(outlook.purchases.is_finite());
            for _ in 0..FUTURES {
                let (count, worth) = outcome.draw(reach, until, &mut rng, &mut ages);
                futures.counts.push(count);
                futures.worth.push(worth);
            }
        }
        Ok(futures)
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
        Ok(Outcome { p_alive: model.p_alive(customer), process: model.future_if_alive(customer)?, amounts })
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

/// The random numbers of a history.
fn own_seed(customer: &Customer, spends: bool, seed: u64) -> u64 {
    let mut hasher = FxHasher::default();
    (seed, customer.x, customer.t_x.to_bits(), customer.t.to_bits(), spends).hash(&mut hasher);
    hasher.finish()
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

impl Futures {
    /// The number of purchases in each future.
    #[cfg(test)]
    pub fn counts(&self) -> &[f64] {
        &self.counts
    }

    /// Quantiles of the number of purchases.
    pub fn purchases(&self, probability: f64) -> (f64, f64) {
        quantiles(&mut self.counts.clone(), probability)
    }

    /// The worth of each future of a customer whose amounts were `x z̄` in all, draw by draw.
    pub fn values(&self, draws: &[Draw], spent: f64, margin: f64) -> Vec<f64> {
        let unit = |i: usize| margin * draws[i / FUTURES].spend.map_or(spent, |spend| spend.unit(spent));
        self.worth.iter().enumerate().map(|(i, worth)| unit(i) * worth).collect()
    }

    /// Variance of the number of purchases under each draw that futures were drawn under.
    pub fn purchases_variances(&self) -> Vec<(usize, f64)> {
        self.drawn.iter().copied().zip(variances(&self.counts)).collect()
    }

    /// Variance of the discounted worth, in units of `v + x z̄`, under each draw that futures were drawn under.
    pub fn worth_variances(&self) -> Vec<(usize, f64)> {
        self.drawn.iter().copied().zip(variances(&self.worth)).collect()
    }
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

/// The variance of the futures under each draw of the parameters.
pub(super) fn variances(values: &[f64]) -> impl Iterator<Item = f64> {
    values.chunks(FUTURES).map(variance)
}

/// The variance of some futures.
fn variance(futures: &[f64]) -> f64 {
    let mean = futures.iter().sum::<f64>() / futures.len() as f64;
    futures.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (futures.len() - 1) as f64
}
