//! What may become of a customer: futures drawn for one history, and the intervals read off them.
//!
//! Three things are not known: the parameters, the customer's own habits and mean amount, and what
//! chance will do. Each future draws all three: parameters from the fit's uncertainty ([`super::draws`]),
//! habits from what the history says of them, then purchases one by one and their amounts. Quantiles of
//! the futures are those of the predictive distribution, not of the mean.
//!
//! With `ν` ~ Gamma(p x + q, v + x z̄) the amounts `Gamma(p)/ν` scale with `v + x z̄`: the discounted worth
//! of a future is drawn in units of it, so customers who share their purchases share futures, whatever
//! they spend. The random numbers depend on the seed and the history only: the same customer gets the
//! same interval, whoever else is scored.

use std::hash::{Hash, Hasher};

use rand::distr::Distribution;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rustc_hash::FxHasher;

use super::draws::Draw;
use crate::error::Result;
use crate::family::PurchaseModel;
use crate::model::{Customer, Discounting, GammaGamma, Outlook, Scorer, rates};

/// Futures for each draw of the parameters.
const FUTURES: usize = 10;
/// More purchases than this in one future are not drawn one by one.
const MOST_PURCHASES: f64 = 1e5;

/// The models of all draws, for customers who share their covariates.
pub(super) struct DrawnModels {
    models: Vec<PurchaseModel>,
    scorers: Vec<Box<dyn Scorer>>,
    value: Option<Vec<Box<dyn Scorer>>>,
    spend: Vec<Option<GammaGamma>>,
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
        let scorers = |horizon: f64| models.iter().map(|m| m.scorer(horizon, reach.discounting)).collect();
        let value = reach.value_horizon != reach.horizon;
        DrawnModels {
            scorers: scorers(reach.horizon),
            value: value.then(|| scorers(reach.value_horizon)),
            spend: draws.iter().map(|draw| draw.spend).collect(),
            models,
        }
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
            let (purchases, mut discounted) = self.scorers[d].if_alive(customer);
            if let Some(value) = &mut self.value {
                discounted = value[d].if_alive(customer).1;
            }
            let outlook = Outlook::new(self.models[d].p_alive(customer), purchases, discounted);
            futures.expected.push(outlook);
            if !wanted(d) {
                continue;
            }
            futures.drawn.push(d);
            let spend = self.spend[d].map(|spend| Amounts::new(&spend, customer, spends)).transpose()?;
            let process = self.models[d].future_if_alive(customer)?;
            let until = reach.until(outlook.purchases);
            for _ in 0..FUTURES {
                ages.clear();
                if rng.random::<f64>() < outlook.p_alive {
                    process.repeats(&mut rng, until, &mut ages);
                }
                let within = ages.partition_point(|age| *age <= reach.horizon);
                futures.counts.push(within as f64);
                let worth = spend.as_ref().map_or(0.0, |spend| spend.worth(&ages, reach, &mut rng));
                futures.worth.push(worth);
            }
        }
        Ok(futures)
    }
}

/// The random numbers of a history.
fn own_seed(customer: &Customer, spends: bool, seed: u64) -> u64 {
    let mut hasher = FxHasher::default();
    (seed, customer.x, customer.t_x.to_bits(), customer.t.to_bits(), spends).hash(&mut hasher);
    hasher.finish()
}

impl Reach {
    /// How far to draw: to the end of both horizons, or to where no money counts any more.
    fn until(&self, purchases: f64) -> f64 {
        let rate = match self.discounting {
            Discounting::Continuous { delta } => delta,
            Discounting::EndOfStep { d, step } => d.ln_1p() / step,
        };
        let far = self.horizon.max(self.value_horizon);
        let counted = if purchases.is_finite() { far } else { self.value_horizon };
        let until = counted.min(40.0 / rate);
        if purchases > MOST_PURCHASES { until.min(far * MOST_PURCHASES / purchases) } else { until }
    }
}

/// Amounts of one customer's future purchases, in units of `v + x z̄`.
struct Amounts {
    nu: rand_distr::Gamma<f64>,
    amount: rand_distr::Gamma<f64>,
}

impl Amounts {
    fn new(spend: &GammaGamma, customer: &Customer, spends: bool) -> Result<Self> {
        let x = if spends { f64::from(customer.x) } else { 0.0 };
        Ok(Amounts { nu: rates(spend.p * x + spend.q, 1.0)?, amount: rates(spend.p, 1.0)? })
    }

    fn worth(&self, ages: &[f64], reach: &Reach, rng: &mut ChaCha8Rng) -> f64 {
        if ages.is_empty() {
            return 0.0;
        }
        let nu = self.nu.sample(rng);
        let ages = ages.iter().take_while(|age| **age <= reach.value_horizon);
        ages.map(|age| reach.discounting.factor(*age, reach.value_horizon) * self.amount.sample(rng))
            .sum::<f64>()
            / nu
    }
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
        let unit = |i: usize| margin * (draws[i / FUTURES].spend.map_or(0.0, |spend| spend.v) + spent);
        self.worth.iter().enumerate().map(|(i, worth)| unit(i) * worth).collect()
    }

    /// Variance of the number of purchases under fixed parameters, over draws of them.
    pub fn purchases_variance(&self) -> f64 {
        variance_within(&self.counts)
    }

    /// Variance of the discounted worth, in units of `v + x z̄`, under each draw that futures were drawn under.
    pub fn worth_variances(&self) -> Vec<(usize, f64)> {
        self.drawn.iter().copied().zip(self.worth.chunks(FUTURES).map(variance)).collect()
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

/// The mean, over draws of the parameters, of the variance of the futures of one.
pub(super) fn variance_within(values: &[f64]) -> f64 {
    values.chunks(FUTURES).map(variance).sum::<f64>() / (values.len() / FUTURES) as f64
}

/// The variance of some futures.
fn variance(futures: &[f64]) -> f64 {
    let mean = futures.iter().sum::<f64>() / futures.len() as f64;
    futures.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (futures.len() - 1) as f64
}
