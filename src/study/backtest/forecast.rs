//! The forecast of one model for the customers known at an origin.
//!
//! The distribution of the purchases of a customer comes from [`Attrition::purchases_pmf`], exactly; it is
//! worked out once for all customers of equal history. Its randomised probability integral transform
//! `P(Y < y) + U · P(Y = y)`, with `U` uniform, is uniform if the distribution is right, discrete as it is
//! (Czado, Gneiting & Held 2009).

use rayon::prelude::*;

use super::cohort::Cohort;
use super::resample::own_uniform;
use crate::base::{Error, ErrorKind, Progress, Result};
use crate::customers::{Customer, SpendRow};
use crate::fitted::{ClvModel, SpendModel};
use crate::model::Attrition;

/// Probabilities of the central intervals that are checked.
pub const LEVELS: [f64; 3] = [0.5, 0.8, 0.9];

/// A distribution of purchases is followed until less than this is left of it.
const TAIL: f64 = 1e-9;
/// ... or this many purchases are reached.
const MOST_PURCHASES: usize = 100_000;

/// What is expected of each customer in the holdout; columns as long as the cohort's.
#[derive(Debug, Clone, Default)]
pub struct Forecast {
    /// Expected purchases.
    pub purchases: Vec<f64>,
    /// Expected spend, undiscounted; `None` without amounts.
    pub value: Option<Vec<f64>>,
    /// What the distribution of purchases says; `None` for forecasts of a number only.
    pub distribution: Option<Distribution>,
    /// Purchases of all up to each time that was asked for; empty for forecasts of a number only.
    pub until: Vec<f64>,
}

/// Distributions of purchases, as far as they are compared with what happened.
#[derive(Debug, Clone, Default)]
pub struct Distribution {
    /// Probability of at least one purchase.
    pub p_buy: Vec<f64>,
    /// Continuous ranked probability score of what happened.
    pub crps: Vec<f64>,
    /// Randomised probability integral transform of what happened.
    pub pit: Vec<f64>,
    /// Bit `i`: is what happened in the central interval of probability `LEVELS[i]`, ends included?
    pub inside: Vec<u8>,
}

/// Forecasts a cohort; `until` are times within the horizon at which its total is wanted, too.
///
/// # Errors
/// If the model gives no finite answer for a customer.
pub(super) fn forecast(
    model: &ClvModel,
    cohort: &Cohort,
    (horizon, until): (f64, &[f64]),
    seed: u64,
    progress: &dyn Progress,
) -> Result<Forecast> {
    progress.stage(&format!("forecasting with {}", model.purchase.name()), Some(cohort.len() as u64));
    let order = by_history(&cohort.customers);
    let same = |a: &u32, b: &u32| cohort.customers[*a as usize] == cohort.customers[*b as usize];
    let groups: Vec<&[u32]> = order.chunk_by(same).collect();
    let answers: Result<Vec<Of>> = groups
        .par_iter()
        .map(|group| {
            progress.check()?;
            let (expected, answers) = answer(model, cohort, group, horizon, seed)?;
            progress.advance(group.len() as u64);
            Ok((expected, answers, sums(model, &cohort.customers[group[0] as usize], until)))
        })
        .collect();
    let n = cohort.len();
    let mut purchases = vec![0.0; n];
    let zeros = || vec![0.0; n];
    let mut found = Distribution { p_buy: zeros(), crps: zeros(), pit: zeros(), inside: vec![0; n] };
    let mut sums = vec![0.0; until.len()];
    for (group, (expected, answers, until)) in groups.iter().zip(answers?) {
        sums.iter_mut().zip(until).for_each(|(sum, one)| *sum += group.len() as f64 * one);
        for (&at, answer) in group.iter().zip(answers) {
            let at = at as usize;
            purchases[at] = expected;
            found.p_buy[at] = answer.p_buy;
            found.crps[at] = answer.crps;
            found.pit[at] = answer.pit;
            found.inside[at] = answer.inside;
        }
    }
    let value = value(model.spend.as_ref(), cohort, &purchases);
    Ok(Forecast { purchases, value, distribution: Some(found), until: sums })
}

/// What is said of customers of one history: expected purchases, the answer for each, and what is expected up to each time.
type Of = (f64, Vec<Answer>, Vec<f64>);

/// Expected purchases up to each time.
fn sums(model: &ClvModel, customer: &Customer, until: &[f64]) -> Vec<f64> {
    let alive = model.purchase.p_alive(customer);
    until.iter().map(|until| alive * model.purchase.expected_if_alive(customer, *until)).collect()
}

/// Customers in an order in which equal histories follow each other.
fn by_history(customers: &[Customer]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..customers.len() as u32).collect();
    let key = |i: u32| {
        let Customer { x, t_x, t } = customers[i as usize];
        (x, t_x.to_bits(), t.to_bits(), i)
    };
    order.sort_unstable_by_key(|&i| key(i));
    order
}

/// Purchases times expected spend.
fn value(spend: Option<&SpendModel>, cohort: &Cohort, purchases: &[f64]) -> Option<Vec<f64>> {
    let (spend, mean) = spend.zip(cohort.mean.as_ref())?;
    let of_all = spend.population_mean();
    let one = |((purchases, customer), mean): ((&f64, &Customer), &f64)| {
        let row = SpendRow::of(customer.x, *mean);
        purchases * if row.spends() { spend.expected_spend(&row) } else { of_all }
    };
    Some(purchases.iter().zip(&cohort.customers).zip(mean).map(one).collect())
}

/// What is said of one customer.
struct Answer {
    p_buy: f64,
    crps: f64,
    pit: f64,
    inside: u8,
}

/// The forecast of customers of equal history.
fn answer(
    model: &ClvModel,
    cohort: &Cohort,
    group: &[u32],
    horizon: f64,
    seed: u64,
) -> Result<(f64, Vec<Answer>)> {
    let customer = &cohort.customers[group[0] as usize];
    let bought = |at: u32| cohort.bought[at as usize];
    let most = group.iter().fold(0.0, |most: f64, &at| most.max(bought(at))) as usize;
    model.purchase.admits(customer).map_err(|words| Error::model(model.purchase.name(), words))?;
    let expected = model.purchase.expected_purchases(customer, horizon);
    let chances = Chances::new(&*model.purchase, customer, horizon, most);
    if !(expected.is_finite() && chances.cumulated.iter().all(|chance| chance.is_finite())) {
        let whose = format!("x = {}, t_x = {}, T = {}", customer.x, customer.t_x, customer.t);
        let column = "expected_purchases";
        return Err(ErrorKind::NotFinite { customer: whose, column, value: expected }.into());
    }
    let one = |&at: &u32| chances.answer(bought(at) as usize, own_uniform(cohort.key[at as usize], seed));
    Ok((expected, group.iter().map(one).collect()))
}

/// The distribution of purchases of one history.
struct Chances {
    /// `P(Y <= n)`, for `n` from 0.
    cumulated: Vec<f64>,
    /// `Σ_{k < n} P(Y <= k)²`, for `n` from 0.
    below: Vec<f64>,
    /// `Σ_{k >= n} P(Y > k)²`, for `n` from 0.
    above: Vec<f64>,
}

impl Chances {
    fn new(model: &dyn Attrition, customer: &Customer, horizon: f64, most: usize) -> Self {
        let mut cumulated = Vec::new();
        let mut sum = 0.0;
        loop {
            let n = cumulated.len();
            // Not `max` and `min`, which take what is not a number for their other argument.
            let chance = model.purchases_pmf(customer, horizon, n as u32);
            sum += if chance < 0.0 { 0.0 } else { chance };
            cumulated.push(if sum > 1.0 { 1.0 } else { sum });
            if (sum >= 1.0 - TAIL && n >= most) || n >= MOST_PURCHASES || sum.is_nan() {
                break;
            }
        }
        let mut below = vec![0.0];
        cumulated.iter().for_each(|f| below.push(below[below.len() - 1] + f * f));
        let mut above = vec![0.0; cumulated.len() + 1];
        for (n, f) in cumulated.iter().enumerate().rev() {
            above[n] = above[n + 1] + (1.0 - f) * (1.0 - f);
        }
        Chances { cumulated, below, above }
    }

    fn answer(&self, y: usize, uniform: f64) -> Answer {
        let below = if y == 0 { 0.0 } else { self.cumulated[y - 1] };
        let pit = below + uniform * (self.cumulated[y] - below);
        let mut inside = 0;
        for (at, level) in LEVELS.into_iter().enumerate() {
            let tail = 0.5 * (1.0 - level);
            let within = self.quantile(tail) <= y && y <= self.quantile(1.0 - tail);
            inside |= u8::from(within) << at;
        }
        Answer { p_buy: 1.0 - self.cumulated[0], crps: self.below[y] + self.above[y], pit, inside }
    }

    /// The least `n` with `P(Y <= n)` at least this.
    fn quantile(&self, probability: f64) -> usize {
        self.cumulated.partition_point(|chance| *chance < probability)
    }
}

/// Kolmogorov and Smirnov's test of uniformity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Uniformity {
    /// The largest distance of the distribution functions.
    pub distance: f64,
    /// How likely at least this distance is by chance.
    pub p: f64,
}

impl Uniformity {
    /// Tests numbers between 0 and 1: `p` by the asymptotic series with Stephens' (1970) correction.
    pub fn of(values: &[f64]) -> Self {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let n = sorted.len() as f64;
        let gap = |(i, u): (usize, &f64)| (u - i as f64 / n).max((i + 1) as f64 / n - u);
        let distance = sorted.iter().enumerate().map(gap).fold(0.0, f64::max);
        let root = n.sqrt();
        let scaled = (root + 0.12 + 0.11 / root) * distance;
        let term =
            |k: i32| (-2.0 * (f64::from(k) * scaled).powi(2)).exp() * if k % 2 == 1 { 2.0 } else { -2.0 };
        // The series converges slowly only where the probability is 1 to all digits.
        let p = if scaled < 0.2 { 1.0 } else { (1..=100).map(term).sum::<f64>().clamp(0.0, 1.0) };
        Uniformity { distance, p }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chances(pmf: &[f64]) -> Chances {
        let mut sum = 0.0;
        let cumulated: Vec<f64> = pmf
            .iter()
            .map(|p| {
                sum += p;
                sum
            })
            .collect();
        let mut below = vec![0.0];
        cumulated.iter().for_each(|f| below.push(below[below.len() - 1] + f * f));
        let above = (0..=cumulated.len()).map(|n| cumulated[n..].iter().map(|f| (1.0 - f).powi(2)).sum());
        Chances { above: above.collect(), cumulated, below }
    }

    #[test]
    fn scores_of_a_small_distribution() {
        // P = 1/2, 1/4, 1/4: CRPS of y = 1 is (1/2)² + (1 − 3/4)².
        let answer = chances(&[0.5, 0.25, 0.25]).answer(1, 0.5);
        assert_eq!((answer.p_buy, answer.crps, answer.pit), (0.5, 0.25 + 0.0625, 0.625));
        // Central intervals: 50 % is {0, 1}, 80 % and 90 % are {0, 1, 2}.
        assert_eq!(answer.inside, 0b111);
        assert_eq!(chances(&[0.5, 0.25, 0.25]).answer(2, 0.0).inside, 0b110);
    }

    #[test]
    fn uniform_numbers_pass() {
        let even: Vec<f64> = (0..1000).map(|i| (f64::from(i) + 0.5) / 1000.0).collect();
        assert!((Uniformity::of(&even).distance - 0.0005).abs() < 1e-12 && Uniformity::of(&even).p == 1.0);
        let low: Vec<f64> = even.iter().map(|u| 0.9 * u).collect();
        assert!(Uniformity::of(&low).p < 1e-6);
        // Kolmogorov's distribution: P(K > 1.3581) = 0.05.
        let n = 1e6f64;
        let shift = 1.3581 / (n.sqrt() + 0.12);
        let shifted: Vec<f64> = (0..1_000_000).map(|i| (f64::from(i) / n + shift).min(1.0)).collect();
        assert!((Uniformity::of(&shifted).p - 0.05).abs() < 2e-4);
    }
}
