//! What is ahead of a customer: the predictive distributions of its purchases and of its value, as mixtures of known
//! ones.
//!
//! Three things are not known: the parameters, the customer's own habits and mean amount, and what chance will do. Under
//! given parameters the last two make a known distribution ([`Counts`](crate::model::Counts)); it depends on `x` and
//! `T` alone once the customer is alive, so customers who share these share tables ([`Age`]), and P(alive) weighs them.
//! What the fit leaves open of the parameters is a mixture over a few points ([`crate::fitted::draws::Points`]). So
//! quantiles of purchases are exactly those of the mixture; of value they are those of a compound distribution
//! ([`super::worth`]), in units of `v + x z̄`.
//!
//! Nothing is random here, and nothing depends on who else is asked about.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::age::{Age, Sums};
#[cfg(test)]
use super::age::{exceeded, some};
use super::simulated::Reach;
use super::worth::{Worths, square_of_level};
use crate::base::Discounting;
use crate::customers::Customer;
use crate::fitted::draws::Points;
use crate::fitted::{PurchaseModel, SpendModel};
use crate::model::CountTable;

/// Customers of one class: who share their covariates.
pub(super) struct Ahead {
    /// Under the estimates, and under each point.
    models: Vec<PurchaseModel>,
    /// By `x`, `T`, and whether there are amounts to learn from.
    purchases: FxHashMap<(u32, u64, bool), Age>,
    /// Only where value looks elsewhere than counts.
    value: FxHashMap<(u32, u64, bool), Age>,
    worths: Worths,
    /// About so many bytes are kept.
    bytes: usize,
}

/// What the distributions need beside the models of a class.
pub(super) struct Basis<'a> {
    pub points: &'a Points,
    pub spend: Option<&'a SpendModel>,
    pub reach: Reach,
}

/// What is ahead of customers of one history.
#[derive(Debug, Clone, Default)]
pub(super) struct Future {
    /// Expected purchases, under the estimates and under each point; and their variances.
    pub purchases: Vec<(f64, f64)>,
    /// The chance of at least one purchase, and its variance, likewise.
    pub buying: Vec<(f64, f64)>,
    /// The worth, likewise: of one unit of money for each purchase, and the variance of the value in units of `v + x z̄`.
    pub value: Vec<(f64, f64)>,
    /// Quantiles of the number of purchases.
    pub bounds: (f64, f64),
    /// Logarithms of quantiles of the value, in units of `v + x z̄`.
    pub ln_bounds: (f64, f64),
    /// `P(N > n)` within the horizon of the value, from each stage.
    over: Vec<Vec<f64>>,
    age: (u32, u64, bool),
}

#[cfg(test)]
impl Ahead {
    /// `P(N > n)` of a customer at the places of its table: whole numbers from 0 at first.
    pub fn purchases_over(&mut self, customer: &Customer, basis: &Basis) -> Vec<(f64, f64)> {
        self.future(customer, false, basis, 0.5);
        let table = &self.purchases[&(customer.x, customer.t.to_bits(), false)].table;
        let mut stages = Vec::new();
        self.models.iter().for_each(|model| model.stage_chances(customer, &mut stages));
        let alive = self.models.iter().map(|model| model.p_alive(customer)).collect();
        let lines = Lines { alive, stages };
        table.places.iter().copied().zip(lines.mixture(table, 0..lines.each())).collect()
    }

    /// The chance of a value above this.
    pub fn value_over(&self, future: &Future, spent: f64, basis: &Basis, value: f64) -> f64 {
        if value <= 0.0 {
            return some(&future.over);
        }
        let age = self.age_of_value(future, basis);
        let z = (value / basis.spend.map_or(1.0, |spend| spend.unit(spent))).ln();
        match basis.units(spent) {
            Some(units) => exceeded(age.worths_of(true), &future.over, &units, z).0,
            None => exceeded(age.worths_of(false), &future.over, &[0.0], z).0,
        }
    }
}

impl Ahead {
    pub fn new(centre: PurchaseModel, points: Vec<PurchaseModel>) -> Self {
        let models = std::iter::once(centre).chain(points).collect();
        Ahead {
            models,
            purchases: FxHashMap::default(),
            value: FxHashMap::default(),
            worths: Worths::default(),
            bytes: 0,
        }
    }

    /// Throws away what was worked out for single ages.
    pub fn forget(&mut self) {
        self.purchases.clear();
        self.value.clear();
        self.worths = Worths::default();
        self.bytes = 0;
    }

    /// About how many bytes it keeps for them.
    pub fn bytes(&self) -> usize {
        self.bytes + self.worths.bytes()
    }

    /// Of customers with this history; `spends` says whether there are amounts to learn from.
    pub fn future(&mut self, customer: &Customer, spends: bool, basis: &Basis, probability: f64) -> Future {
        let alive: Vec<f64> = self.models.iter().map(|model| model.p_alive(customer)).collect();
        let mut stages = Vec::with_capacity(self.models.len());
        self.models.iter().for_each(|model| model.stage_chances(customer, &mut stages));
        let lines = Lines { alive, stages };
        let (low, high) = (0.5 - 0.5 * probability, 0.5 + 0.5 * probability);
        let mut future = Future::default();
        let key = (customer.x, customer.t.to_bits(), spends);
        let (models, worths, bytes) = (&self.models, &mut self.worths, &mut self.bytes);
        let apart = basis.apart();
        let age = self.purchases.entry(key).or_insert_with(|| {
            let mut age = Age::new(models, customer, basis.reach.horizon);
            if basis.spend.is_some() && !apart {
                age.add_worth(models, customer, spends, basis, worths);
            }
            *bytes += age.bytes();
            age
        });
        let over = lines.mixture(&age.table, 0..lines.each());
        future.bounds = (age.table.quantile(&over, 1.0 - low), age.table.quantile(&over, 1.0 - high));
        future.purchases = lines.moments(&age.sums, |sums| (sums.mean, sums.square));
        let buying = (0..lines.alive.len()).map(|model| lines.mean(model, |line| age.table.over[line][0]));
        future.buying = buying.map(|chance| (chance, (chance * (1.0 - chance)).max(0.0))).collect();
        let Some(spend) = basis.spend else { return future };
        future.age = key;
        let age = match apart {
            false => age,
            true => self.value.entry(key).or_insert_with(|| {
                let mut age = Age::new(models, customer, basis.until());
                age.add_worth(models, customer, spends, basis, worths);
                *bytes += age.bytes();
                age
            }),
        };
        future.over = match lines.each() {
            1 if !apart => vec![over],
            each => (0..each).map(|stage| lines.mixture(&age.table, stage..stage + 1)).collect(),
        };
        let (p, b) = spend.shapes(if spends { customer.x } else { 0 });
        let (level, square) = (1.0 / (b - 1.0), square_of_level(b));
        future.value = lines.values(&age.sums, |sums| {
            (
                sums.worth,
                p * level * sums.worth,
                square * (p * sums.worth_squares + p * p * sums.worth_square),
            )
        });
        let one = |upper: f64| age.solve(&future.over, upper, &[0.0], None);
        future.ln_bounds = (one(1.0 - low), one(1.0 - high));
        future
    }

    fn age_of_value(&self, future: &Future, basis: &Basis) -> &Age {
        let ages = if basis.apart() { &self.value } else { &self.purchases };
        &ages[&future.age]
    }

    /// Bounds of the value of a customer of this history who spent so much in all, in money.
    pub fn value(&self, future: &Future, spent: f64, basis: &Basis, probability: f64) -> (f64, f64) {
        let Some(spend) = basis.spend else { return (0.0, 0.0) };
        let unit = spend.unit(spent);
        let (mut low, mut high) = future.ln_bounds;
        if let Some(units) = basis.units(spent) {
            let age = self.age_of_value(future, basis);
            let moved = |upper: f64, from: f64| {
                if from == f64::NEG_INFINITY {
                    from
                } else {
                    age.solve(&future.over, upper, &units, Some(from))
                }
            };
            (low, high) = (moved(0.5 + 0.5 * probability, low), moved(0.5 - 0.5 * probability, high));
        }
        (unit * low.exp(), unit * high.exp())
    }
}

impl Basis<'_> {
    /// `ln` of the units of amounts under each point of the spend model, beside that under the estimates, of a customer
    /// who spent so much; `None` if they make no difference.
    fn units(&self, spent: f64) -> Option<Vec<f64>> {
        let unit = self.spend.map_or(1.0, |spend| spend.unit(spent));
        let points = &self.points.spend;
        let open = !self.points.spend_is_sure && !points.is_empty();
        open.then(|| points.iter().map(|point| (point.unit(spent) / unit).ln()).collect())
    }

    /// Does value look elsewhere than counts?
    fn apart(&self) -> bool {
        self.until() != self.reach.horizon
    }

    /// How far value reaches: beyond, no money counts any more.
    pub fn until(&self) -> f64 {
        let rate = match self.reach.discounting {
            Discounting::Continuous { delta } => delta,
            Discounting::EndOfStep { d, step } => d.ln_1p() / step,
        };
        self.reach.value_horizon.min(40.0 / rate)
    }
}

/// The lines of one history: for each model its stages.
struct Lines {
    alive: Vec<f64>,
    stages: Vec<f64>,
}

impl Lines {
    /// How many stages there are.
    fn each(&self) -> usize {
        self.stages.len() / self.alive.len()
    }

    /// The weight of each line in the mixture: all points count the same, and the estimates do not if there are points.
    fn weights(&self) -> impl Iterator<Item = (usize, f64)> + '_ {
        let (models, each) = (self.alive.len(), self.each());
        let first = usize::from(models > 1);
        let share = 1.0 / (models - first) as f64;
        (first * each..self.stages.len())
            .map(move |line| (line, share * self.alive[line / each] * self.stages[line]))
    }

    /// `P(N > n)`, alive and at one of these stages.
    fn mixture(&self, table: &CountTable, stages: Range<usize>) -> Vec<f64> {
        let mut over = vec![0.0; table.places.len()];
        let each = self.each();
        let wanted = |line: usize, weight: f64| weight > 0.0 && stages.contains(&(line % each));
        for (line, weight) in self.weights().filter(|(line, weight)| wanted(*line, *weight)) {
            over.iter_mut().zip(&table.over[line]).for_each(|(sum, chance)| *sum += weight * chance);
        }
        over
    }

    /// The mean of something under each model.
    fn mean(&self, model: usize, of: impl Fn(usize) -> f64) -> f64 {
        let each = self.each();
        let lines = model * each..(model + 1) * each;
        self.alive[model] * lines.map(|line| self.stages[line] * of(line)).sum::<f64>()
    }

    /// Means and variances under each model.
    fn moments(&self, sums: &[Sums], of: impl Fn(&Sums) -> (f64, f64)) -> Vec<(f64, f64)> {
        let one = |model| {
            let mean = self.mean(model, |line| of(&sums[line]).0);
            (mean, (self.mean(model, |line| of(&sums[line]).1) - mean * mean).max(0.0))
        };
        (0..self.alive.len()).map(one).collect()
    }

    /// Means of the first, and variances of that whose mean is the second and whose square has the third.
    fn values(&self, sums: &[Sums], of: impl Fn(&Sums) -> (f64, f64, f64)) -> Vec<(f64, f64)> {
        let one = |model| {
            let mean = self.mean(model, |line| of(&sums[line]).1);
            let variance = self.mean(model, |line| of(&sums[line]).2) - mean * mean;
            (self.mean(model, |line| of(&sums[line]).0), variance.max(0.0))
        };
        (0..self.alive.len()).map(one).collect()
    }
}
