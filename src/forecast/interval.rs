//! Intervals: of each customer's purchases and value, of their means, and what totals need.

use std::collections::BTreeMap;

use super::simulated::{Futures, quantiles, variances};
use super::spread::Spread;
use crate::base::{Error, Result};
use crate::customers::SpendRow;
use crate::fitted::draws::Draw;
use crate::history::SummaryBatch;

/// Which intervals to give.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IntervalOptions {
    /// The chance that what happens is within them: 0.9 leaves 5 % on either side.
    pub probability: f64,
    /// Also those of the mean, `..._mean_lower` and `..._mean_upper`: how far the expectation itself is
    /// uncertain, because the parameters are.
    pub of_mean: bool,
    /// Equal seeds give equal intervals.
    pub seed: u64,
}

impl Default for IntervalOptions {
    fn default() -> Self {
        IntervalOptions { probability: 0.9, of_mean: false, seed: 1 }
    }
}

impl IntervalOptions {
    /// The same, if the probability is one.
    ///
    /// # Errors
    /// If it is not between 0 and 1.
    pub fn checked(self) -> Result<Self> {
        if self.probability > 0.0 && self.probability < 1.0 {
            return Ok(self);
        }
        let message = format!("{} is not between 0 and 1; write 0.9 for 90 %", self.probability);
        Err(Error::option("--interval", message))
    }

    /// Names of the columns.
    pub(super) fn names(&self) -> Vec<&'static str> {
        let mut names =
            vec!["expected_purchases_lower", "expected_purchases_upper", "clv_lower", "clv_upper"];
        if self.of_mean {
            names.extend([
                "expected_purchases_mean_lower",
                "expected_purchases_mean_upper",
                "clv_mean_lower",
                "clv_mean_upper",
            ]);
        }
        names
    }
}

/// Lower and upper bounds of some customers, column by column.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Bounds {
    /// Lower bounds.
    pub lower: Vec<f64>,
    /// Upper bounds.
    pub upper: Vec<f64>,
}

/// Intervals of some customers; `None` where there is nothing to bound.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Intervals {
    /// Of the number of purchases within the horizon.
    pub purchases: Option<Bounds>,
    /// Of their value.
    pub clv: Option<Bounds>,
    /// Of the expected number of purchases, and of the expected value, if asked for.
    pub means: Option<[Option<Bounds>; 2]>,
}

/// Totals of a group of customers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GroupSums {
    /// Customers.
    pub customers: u64,
    /// Expected to be customers still.
    pub alive: f64,
    /// Expected purchases; `None` if not finite.
    pub purchases: Option<f64>,
    /// Value; `None` without a spend model.
    pub clv: Option<f64>,
    /// What the interval of the purchases needs.
    pub purchases_spread: Spread,
    /// What the interval of the value needs.
    pub clv_spread: Spread,
}

impl GroupSums {
    /// Adds other customers.
    pub fn merge(&mut self, other: &GroupSums) {
        self.customers += other.customers;
        self.alive += other.alive;
        let add = |sum: &mut Option<f64>, term: Option<f64>| {
            if let Some(term) = term {
                *sum.get_or_insert(0.0) += term;
            }
        };
        add(&mut self.purchases, other.purchases);
        add(&mut self.clv, other.clv);
        self.purchases_spread.merge(&other.purchases_spread);
        self.clv_spread.merge(&other.clv_spread);
    }
}

impl Bounds {
    fn push(&mut self, (lower, upper): (f64, f64)) {
        self.lower.push(lower);
        self.upper.push(upper);
    }
}

impl Intervals {
    pub(super) fn new(counts: bool, value: bool, options: &IntervalOptions) -> Self {
        let some = |wanted: bool| wanted.then(Bounds::default);
        Intervals {
            purchases: some(counts),
            clv: some(value),
            means: options.of_mean.then(|| [some(counts), some(value)]),
        }
    }

    /// Puts rows that were added in this order of their numbers in the order of their numbers.
    pub(super) fn sort_back(&mut self, order: &[usize]) {
        let means = self.means.iter_mut().flatten();
        for bounds in [&mut self.purchases, &mut self.clv].into_iter().chain(means).flatten() {
            for column in [&mut bounds.lower, &mut bounds.upper] {
                let mut sorted = vec![0.0; column.len()];
                order.iter().zip(column.iter()).for_each(|(i, value)| sorted[*i] = *value);
                *column = sorted;
            }
        }
    }

    pub(super) fn into_columns(self) -> Vec<Option<Vec<f64>>> {
        let pair = |bounds: Option<Bounds>| {
            let (lower, upper) = bounds.map(|b| (b.lower, b.upper)).unzip();
            [lower, upper]
        };
        let means = self.means.into_iter().flatten().flat_map(pair);
        pair(self.purchases).into_iter().chain(pair(self.clv)).chain(means).collect()
    }

    /// Adds one customer, to the columns and to its groups.
    pub(super) fn add(
        &mut self,
        one: &OneCustomer,
        options: &IntervalOptions,
        groups: &mut [&mut GroupSums],
    ) {
        let probability = options.probability;
        if let Some(purchases) = &mut self.purchases {
            purchases.push(one.futures.purchases(probability));
            let means = || one.futures.expected.iter().map(|outlook| outlook.purchases);
            let variances = one.futures.purchases_variances();
            let variances = || variances.iter().map(|(_, variance)| *variance);
            groups.iter_mut().for_each(|group| group.purchases_spread.add(means(), variances()));
            if let Some([Some(of_mean), _]) = &mut self.means {
                of_mean.push(quantiles(&mut means().collect::<Vec<_>>(), probability));
            }
        }
        if let Some(clv) = &mut self.clv {
            let mut values = one.futures.values(one.draws, one.row.spent(), one.margin);
            let within: Vec<f64> = variances(&values).collect();
            clv.push(quantiles(&mut values, probability));
            let means = one.expected_values();
            let add = |group: &mut GroupSums| {
                group.clv_spread.add(means.iter().copied(), within.iter().copied());
            };
            groups.iter_mut().for_each(|group| add(group));
            if let Some([_, Some(of_mean)]) = &mut self.means {
                of_mean.push(quantiles(&mut means.clone(), probability));
            }
        }
    }
}

/// What the intervals of one customer are made of.
pub(super) struct OneCustomer<'a> {
    pub futures: &'a Futures,
    pub draws: &'a [Draw],
    pub row: SpendRow,
    pub margin: f64,
    /// The expected spend at the estimates, for a draw of parameters that has none.
    pub spend: f64,
}

impl OneCustomer<'_> {
    /// The expected value under each draw.
    fn expected_values(&self) -> Vec<f64> {
        let spend = |draw: &Draw| {
            let expected = draw.spend.map_or(0.0, |spend| spend.expected_spend(&self.row));
            if expected.is_finite() && expected > 0.0 { expected } else { self.spend }
        };
        let outlooks = self.draws.iter().zip(&self.futures.expected);
        outlooks.map(|(draw, outlook)| self.margin * outlook.discounted * spend(draw)).collect()
    }
}

/// The totals of a batch by group, before intervals.
pub(super) fn groups(
    customers: &SummaryBatch,
    by: Option<usize>,
    p_alive: &[f64],
    purchases: Option<&[f64]>,
    clv: Option<&[f64]>,
) -> BTreeMap<Option<String>, GroupSums> {
    let mut groups: BTreeMap<Option<String>, GroupSums> = BTreeMap::new();
    for i in 0..customers.len() {
        let sums = GroupSums {
            customers: 1,
            alive: p_alive[i],
            purchases: purchases.map(|purchases| purchases[i]),
            clv: clv.map(|clv| clv[i]),
            ..GroupSums::default()
        };
        groups.entry(None).or_default().merge(&sums);
        if let Some(by) = by {
            let name = customers.attributes[by].value(i).to_owned();
            groups.entry(Some(name)).or_default().merge(&sums);
        }
    }
    groups
}
