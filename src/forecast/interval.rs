//! Intervals: of each customer's purchases and value, of their means, and what totals need.

use std::collections::BTreeMap;

use super::ahead::{Ahead, Basis, Future};
use super::simulated::quantiles;
use super::spread::Spread;
use crate::base::{Error, Result};
use crate::customers::SpendRow;
use crate::fitted::SpendModel;
use crate::fitted::draws::Draw;
use crate::history::SummaryBatch;
use crate::model::Outlook;

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
    /// What intervals of totals hold.
    pub of: IntervalOf,
}

impl Default for IntervalOptions {
    fn default() -> Self {
        IntervalOptions { probability: 0.9, of_mean: false, seed: 1, of: IntervalOf::default() }
    }
}

/// What intervals of totals hold besides chance and what is not known of the parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum IntervalOf {
    /// What customers share, too: errors of past totals where the model learned from them, shocks of weeks where it has
    /// any.
    #[default]
    Past,
    /// Nothing else: the model is taken for the truth.
    Model,
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
    /// Expected to buy within the horizon.
    pub buyers: f64,
    /// Expected purchases; `None` if not finite.
    pub purchases: Option<f64>,
    /// Value; `None` without a spend model.
    pub clv: Option<f64>,
    /// What the interval of those who buy needs.
    pub buyers_spread: Spread,
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
        self.buyers += other.buyers;
        let add = |sum: &mut Option<f64>, term: Option<f64>| {
            if let Some(term) = term {
                *sum.get_or_insert(0.0) += term;
            }
        };
        add(&mut self.purchases, other.purchases);
        add(&mut self.clv, other.clv);
        self.buyers_spread.merge(&other.buyers_spread);
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
        let OneCustomer { future, basis, .. } = one;
        groups.iter_mut().for_each(|group| future.add_buying(basis, 1.0, &mut group.buyers_spread));
        if let Some(purchases) = &mut self.purchases {
            purchases.push(future.bounds);
            groups
                .iter_mut()
                .for_each(|group| future.add_purchases(basis, 1.0, one.exact.0, &mut group.purchases_spread));
            if let (Some([Some(of_mean), _]), Some(outlooks)) = (&mut self.means, &one.outlooks) {
                let mut means: Vec<f64> = outlooks.iter().map(|outlook| outlook.purchases).collect();
                of_mean.push(quantiles(&mut means, options.probability));
            }
        }
        if let Some(clv) = &mut self.clv {
            let (low, high) = one.ahead.value(future, one.row.spent(), basis, options.probability);
            clv.push((one.margin * low, one.margin * high));
            let amounts = Amounts::of(basis, one.row, one.spend, one.margin);
            groups
                .iter_mut()
                .for_each(|group| future.add_value(basis, &amounts, one.exact.1, &mut group.clv_spread));
            if let (Some([_, Some(of_mean)]), Some(outlooks)) = (&mut self.means, &one.outlooks) {
                of_mean.push(quantiles(&mut one.expected_values(outlooks), options.probability));
            }
        }
    }
}

/// What the intervals of one customer are made of.
pub(super) struct OneCustomer<'a> {
    pub future: &'a Future,
    pub ahead: &'a Ahead,
    pub basis: &'a Basis<'a>,
    /// What is expected at the estimates: purchases, and the worth of one unit of money for each.
    pub exact: (f64, f64),
    /// What is expected under each draw, where intervals of means are wanted.
    pub outlooks: Option<Vec<Outlook>>,
    pub draws: &'a [Draw],
    pub row: SpendRow,
    pub margin: f64,
    /// The expected spend at the estimates, for a draw of parameters that has none.
    pub spend: f64,
}

impl OneCustomer<'_> {
    /// The expected value under each draw.
    fn expected_values(&self, outlooks: &[Outlook]) -> Vec<f64> {
        let spend = |draw: &Draw| expected(draw.spend.as_ref(), &self.row, self.spend);
        let outlooks = self.draws.iter().zip(outlooks);
        outlooks.map(|(draw, outlook)| self.margin * outlook.discounted * spend(draw)).collect()
    }
}

/// What a customer is expected to pay, or another number where a model expects nothing finite.
fn expected(spend: Option<&SpendModel>, row: &SpendRow, otherwise: f64) -> f64 {
    let expected = spend.map_or(0.0, |spend| spend.expected_spend(row));
    if expected.is_finite() && expected > 0.0 { expected } else { otherwise }
}

/// What the total value of some customers of one history needs of their amounts.
pub(super) struct Amounts {
    /// What all are expected to pay a purchase, at the estimates and under each point, times the margin.
    pub expected: Vec<f64>,
    /// The sum of the squares of their units, times that of the margin.
    pub square: f64,
}

impl Amounts {
    /// Of one customer.
    pub fn of(basis: &Basis, row: SpendRow, spend: f64, margin: f64) -> Self {
        let unit = margin * basis.spend.map_or(0.0, |model| model.unit(row.spent()));
        Amounts::new(basis, &row, (1.0, spend), margin, unit * unit)
    }

    /// Of so many customers, who are expected to pay so much each, and a sum of squares.
    pub fn new(basis: &Basis, row: &SpendRow, (count, spend): (f64, f64), margin: f64, square: f64) -> Self {
        let points = basis.points.spend.iter().map(|point| expected(Some(point), row, spend));
        let expected = std::iter::once(spend).chain(points).map(|spend| count * margin * spend).collect();
        Amounts { expected, square }
    }
}

impl Future {
    /// Adds so many customers of this history, of whom each is expected to make `exact` purchases.
    pub fn add_purchases(&self, basis: &Basis, count: f64, exact: f64, to: &mut Spread) {
        let scale = scale(&self.purchases, exact);
        to.add(
            basis.points,
            self.purchases.iter().map(|(mean, _)| count * scale * mean),
            self.purchases.iter().map(|(_, variance)| count * variance),
        );
    }

    /// Adds how many of so many customers of this history buy.
    pub fn add_buying(&self, basis: &Basis, count: f64, to: &mut Spread) {
        to.add_buying(basis.points, count, &self.buying);
    }

    /// The same of their value, `exact` being the worth of one unit of money for each purchase.
    pub fn add_value(&self, basis: &Basis, amounts: &Amounts, exact: f64, to: &mut Spread) {
        let scale = scale(&self.value, exact);
        let means = self.value.iter().map(|(worth, _)| scale * worth * amounts.expected[0]);
        let beside = amounts.expected[1..].iter().map(|amount| exact * amount);
        let variances = self.value.iter().map(|(_, variance)| amounts.square * variance);
        to.add(basis.points, means.chain(beside), variances);
    }
}

/// What tables leave out beyond their ends: they say how points differ, and the scorer how much it is.
fn scale(found: &[(f64, f64)], exact: f64) -> f64 {
    let own = found.first().map_or(0.0, |(mean, _)| *mean);
    if own > 0.0 && own.is_finite() { exact / own } else { 1.0 }
}

/// The totals of a batch by group, before intervals.
pub(super) fn groups(
    customers: &SummaryBatch,
    by: Option<usize>,
    (p_alive, p_purchase): (&[f64], &[f64]),
    purchases: Option<&[f64]>,
    clv: Option<&[f64]>,
) -> BTreeMap<Option<String>, GroupSums> {
    let mut groups: BTreeMap<Option<String>, GroupSums> = BTreeMap::new();
    for i in 0..customers.len() {
        let sums = GroupSums {
            customers: 1,
            alive: p_alive[i],
            buyers: p_purchase[i],
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
