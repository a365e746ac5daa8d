//! The forecast of one model for the customers known at an origin.
//!
//! The distribution of the purchases of a customer is that of [`rules`](crate::forecast::rules): a table for all customers
//! of equal `x` and `T`, weighed for each history. Its randomised probability integral transform
//! `P(Y < y) + U · P(Y = y)`, with `U` uniform, is uniform if the distribution is right, discrete as it is
//! (Czado, Gneiting & Held 2009).

use rayon::prelude::*;

use super::cohort::Cohort;
use super::resample::own_uniform;
use crate::base::{Discounting, Progress, Result};
use crate::customers::{Customer, SpendRow};
use crate::fitted::{ClvModel, PurchaseModel, SpendModel};
use crate::forecast::rules::{Foretold, Shared, not_finite};
use crate::model::{Outlook, Scorer};

/// Probabilities of the central intervals that are checked.
pub const LEVELS: [f64; 3] = [0.5, 0.8, 0.9];

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

impl Forecast {
    /// What figures need of some customers.
    pub(super) fn pick(&self, some: &[usize]) -> Forecast {
        let of = |values: &Vec<f64>| some.iter().map(|&i| values[i]).collect();
        let distribution = self.distribution.as_ref().map(|all| Distribution {
            p_buy: of(&all.p_buy),
            crps: of(&all.crps),
            pit: of(&all.pit),
            inside: some.iter().map(|&i| all.inside[i]).collect(),
        });
        Forecast {
            purchases: of(&self.purchases),
            value: self.value.as_ref().map(of),
            distribution,
            until: Vec::new(),
        }
    }
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
    let followed = model.purchase.needs().purchase_times;
    let order = by_age(cohort, followed);
    let customer = |i: &u32| &cohort.customers[*i as usize];
    let times = |i: &u32| if followed { cohort.purchase_times(*i as usize) } else { &[] };
    let over_time = |i: &u32| cohort.followed.get(*i as usize);
    let same = |a: &u32, b: &u32| {
        let (one, other) = (customer(a), customer(b));
        one.x == other.x && one.t == other.t && times(a) == times(b) && over_time(a) == over_time(b)
    };
    let ages: Vec<&[u32]> = order.chunk_by(same).collect();
    let work = Work { model, cohort, horizon, until, seed };
    let answers: Result<Vec<Vec<Answer>>> = ages
        .par_iter()
        .map_init(
            || Scorers::new(&model.purchase, horizon, until),
            |scorers, age| {
                progress.check()?;
                let answers = work.age(age, scorers)?;
                progress.advance(age.len() as u64);
                Ok(answers)
            },
        )
        .collect();
    let n = cohort.len();
    let mut purchases = vec![0.0; n];
    let zeros = || vec![0.0; n];
    let mut found = Distribution { p_buy: zeros(), crps: zeros(), pit: zeros(), inside: vec![0; n] };
    let mut sums = vec![0.0; until.len()];
    for (age, answers) in ages.iter().zip(answers?) {
        for (&at, answer) in age.iter().zip(answers) {
            let at = at as usize;
            purchases[at] = answer.expected;
            found.p_buy[at] = answer.p_buy;
            found.crps[at] = answer.crps;
            found.pit[at] = answer.pit;
            found.inside[at] = answer.inside;
            sums.iter_mut().zip(&answer.until).for_each(|(sum, one)| *sum += one);
        }
    }
    let value = value(model.spend.as_ref(), cohort, &purchases);
    Ok(Forecast { purchases, value, distribution: Some(found), until: sums })
}

/// Calculators for the whole horizon and for its parts.
struct Scorers {
    whole: Box<dyn Scorer>,
    parts: Vec<Box<dyn Scorer>>,
}

impl Scorers {
    fn new(purchase: &PurchaseModel, horizon: f64, until: &[f64]) -> Self {
        let of = |horizon: f64| purchase.scorer(horizon, Discounting::Continuous { delta: 0.0 });
        Scorers { whole: of(horizon), parts: until.iter().map(|until| of(*until)).collect() }
    }
}

/// Customers in an order in which equal ages follow each other, and in those equal histories: those who bought at the
/// same times where the model follows them.
fn by_age(cohort: &Cohort, followed: bool) -> Vec<u32> {
    let mut order: Vec<u32> = (0..cohort.len() as u32).collect();
    let key = |i: u32| {
        let Customer { x, t_x, t } = cohort.customers[i as usize];
        (t.to_bits(), x, t_x.to_bits())
    };
    let times = |i: u32| if followed { cohort.purchase_times(i as usize) } else { &[] };
    order.par_sort_unstable_by(|&a, &b| {
        let later = || times(a).iter().zip(times(b)).map(|(a, b)| a.total_cmp(b)).find(|order| order.is_ne());
        let over_time = |i: u32| cohort.followed.get(i as usize);
        over_time(a)
            .cmp(&over_time(b))
            .then(key(a).cmp(&key(b)))
            .then_with(|| later().unwrap_or(std::cmp::Ordering::Equal))
            .then(a.cmp(&b))
    });
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
    expected: f64,
    p_buy: f64,
    crps: f64,
    pit: f64,
    inside: u8,
    /// What is expected of all customers of its history up to each time; with the first of them only.
    until: Vec<f64>,
}

/// What is to be answered.
struct Work<'a> {
    model: &'a ClvModel,
    cohort: &'a Cohort,
    horizon: f64,
    until: &'a [f64],
    seed: u64,
}

impl Work<'_> {
    /// The forecast of customers of one `x` and `T`.
    fn age(&self, age: &[u32], scorers: &mut Scorers) -> Result<Vec<Answer>> {
        let customer = |i: &u32| &self.cohort.customers[*i as usize];
        let followed = self.model.purchase.needs().purchase_times;
        let ages = if followed { self.cohort.purchase_times(age[0] as usize) } else { &[] };
        let (purchase, first) = match self.cohort.followed.get(age[0] as usize) {
            Some(followed) => (self.model.following(*followed), *customer(&age[0])),
            None => self.model.seen_buying(customer(&age[0]), ages, 0.0),
        };
        let shared = Shared::new(&purchase, &first, self.horizon)?;
        // Where rates change with time each age has a future of its own.
        let average = self.model.purchase.average().is_some();
        let in_time = self.model.in_time().is_some();
        let mut own = (followed || average || in_time || self.model.intensity.is_some())
            .then(|| Scorers::new(&purchase, self.horizon, self.until));
        let scorers = own.as_mut().unwrap_or(scorers);
        let mut answers = Vec::with_capacity(age.len());
        for history in age.chunk_by(|a, b| customer(a) == customer(b)) {
            self.history(history, (&purchase, &shared), scorers, &mut answers)?;
        }
        Ok(answers)
    }

    /// Of those of one history.
    fn history(
        &self,
        history: &[u32],
        (purchase, shared): (&PurchaseModel, &Shared),
        scorers: &mut Scorers,
        answers: &mut Vec<Answer>,
    ) -> Result<()> {
        let customer = &self.cohort.customers[history[0] as usize];
        let Outlook { p_alive, purchases, .. } = scorers.whole.outlook(customer);
        if !(purchases.is_finite() && p_alive.is_finite()) {
            return Err(not_finite(customer, purchases));
        }
        let foretold = Foretold::new(&**purchase, customer, p_alive, &shared.table);
        let ends = LEVELS.map(|level| {
            let tail = 0.5 * (1.0 - level);
            (foretold.quantile(tail), foretold.quantile(1.0 - tail))
        });
        let count = history.len() as f64;
        let parts = scorers.parts.iter_mut();
        let mut until: Vec<f64> = parts.map(|part| count * p_alive * part.if_alive(customer).0).collect();
        for &at in history {
            let bought = self.cohort.bought[at as usize];
            let uniform = own_uniform(self.cohort.key[at as usize], self.seed);
            answers.push(Answer {
                until: std::mem::take(&mut until),
                ..Answer::new(&foretold, purchases, &ends, bought, uniform)
            });
        }
        Ok(())
    }
}

impl Answer {
    fn new(foretold: &Foretold, expected: f64, ends: &[(f64, f64)], bought: f64, uniform: f64) -> Self {
        let score = foretold.score(bought as u32);
        let mut inside = 0;
        for (at, (low, high)) in ends.iter().enumerate() {
            inside |= u8::from(*low <= bought && bought <= *high) << at;
        }
        Answer {
            expected,
            p_buy: foretold.p_buy(),
            crps: score.crps,
            pit: score.less + uniform * (score.at_most - score.less),
            inside,
            until: Vec::new(),
        }
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

    /// Central intervals of P = 1/2, 1/4, 1/4: 50 % is {0, 1}, 80 % and 90 % are {0, 1, 2}.
    #[test]
    fn intervals_of_a_small_distribution() {
        let table =
            crate::model::CountTable { places: vec![0.0, 1.0, 2.0], over: vec![vec![0.5, 0.25, 0.0]] };
        let model = crate::fitted::PurchaseModel::new("nbd", &[1.0, 1.0]).unwrap();
        let foretold = Foretold::new(&*model, &Customer { x: 0, t_x: 0.0, t: 1.0 }, 1.0, &table);
        let ends =
            LEVELS.map(|level| (foretold.quantile(0.5 - 0.5 * level), foretold.quantile(0.5 + 0.5 * level)));
        let answer = Answer::new(&foretold, 0.75, &ends, 1.0, 0.5);
        assert_eq!((answer.p_buy, answer.crps, answer.pit), (0.5, 0.25 + 0.0625, 0.625));
        assert_eq!(answer.inside, 0b111);
        assert_eq!(Answer::new(&foretold, 0.75, &ends, 2.0, 0.0).inside, 0b110);
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
