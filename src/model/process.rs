//! How one customer behaves under a model: what its likelihood is the probability of. Drawing such
//! customers is how a log is simulated, and how formulas are checked against the process itself.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Beta, Distribution, Exp1, Gamma};

use crate::base::{Error, Result};

/// A model as a way to draw purchases of one customer after the other.
pub trait Process: Send + Sync {
    /// Draws a customer and adds the age at each repeat purchase up to the age `until`, ascending.
    fn repeats(&self, rng: &mut ChaCha8Rng, until: f64, ages: &mut Vec<f64>) {
        self.bundles(rng, until, f64::INFINITY, ages);
    }

    /// The same in about `most` steps at most: a customer with more purchases ahead makes them in bundles, and the
    /// age of each bundle is added. Returns the size of the bundles, which is 1 for all but the busiest; the number
    /// of purchases is right to a bundle, less than one in `most`.
    fn bundles(&self, rng: &mut ChaCha8Rng, until: f64, most: f64, ages: &mut Vec<f64>) -> f64;
}

/// The size of bundles in which so many purchases come in `most` steps.
fn bundle(purchases: f64, most: f64) -> f64 {
    // `max` passes over NaN, of nothing in endless time.
    (purchases / most).ceil().clamp(1.0, LARGEST_BUNDLE).max(1.0)
}

/// Bundles of customers who buy without end.
const LARGEST_BUNDLE: f64 = 1e300;
/// Bundles that are drawn in the place of one that was to be the last: chance may take some more.
const SPARE: f64 = 16.0;

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
    fn bundles(&self, rng: &mut ChaCha8Rng, until: f64, most: f64, ages: &mut Vec<f64>) -> f64 {
        let rate = self.rate.sample(rng);
        let leave = self.leave.map_or(0.0, |leave| leave.sample(rng));
        if self.after_first && leaves(leave, rng) {
            return 1.0;
        }
        buy_and_leave(rng, rate, self.stages..self.stages, leave, (until, most), ages)
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
    fn bundles(&self, rng: &mut ChaCha8Rng, until: f64, most: f64, ages: &mut Vec<f64>) -> f64 {
        let behind = one_of(self.begun.iter().map(|(weight, _)| *weight), rng);
        let rate = self.begun[behind].1.sample(rng);
        let leave = self.leave.sample(rng);
        let stages = self.begun.len() as u32;
        buy_and_leave(rng, rate, stages - behind as u32..stages, leave, (until, most), ages)
    }
}

/// Buys after `stages.start` stages, and then after every `stages.end`, until the customer leaves.
fn buy_and_leave(
    rng: &mut ChaCha8Rng,
    rate: f64,
    stages: std::ops::Range<u32>,
    leave: f64,
    (until, most): (f64, f64),
    ages: &mut Vec<f64>,
) -> f64 {
    // Whoever leaves has hardly more than ten times the purchases of the mean, 1/leave, ahead.
    let together = bundle((rate * until / f64::from(stages.end)).min(10.0 / leave), most);
    if together > 1.0 {
        // Of the first gap a part is over: no matter, beside thousands.
        let bundles = Bundles::new(together, f64::from(stages.end), rate);
        let leave = -(together * (-leave).ln_1p()).exp_m1();
        buy_in_bundles(rng, &bundles, leave, (until, most), ages);
        return together;
    }
    let (mut age, mut ahead) = (0.0, stages.start);
    loop {
        for _ in 0..ahead {
            let gap: f64 = Exp1.sample(rng);
            age += gap / rate;
        }
        ahead = stages.end;
        if is_over(age, until) {
            return 1.0;
        }
        ages.push(age);
        if leaves(leave, rng) {
            return 1.0;
        }
    }
}

/// Bundles of purchases.
struct Bundles {
    /// The time that one takes: of so many stages at a rate, gamma-distributed.
    gap: Option<Gamma<f64>>,
    /// The part of a bundle that is full, on average, where it is broken off.
    part: f64,
}

impl Bundles {
    fn new(together: f64, stages: f64, rate: f64) -> Self {
        let gap = Gamma::new(together * stages, rate.recip()).ok();
        Bundles { gap, part: 0.5 * (1.0 - together.recip()) }
    }
}

/// Adds the age at each bundle; after each a coin may say that it was the last.
fn buy_in_bundles(
    rng: &mut ChaCha8Rng,
    bundles: &Bundles,
    leave: f64,
    (until, most): (f64, f64),
    ages: &mut Vec<f64>,
) {
    let mut age = 0.0;
    for _ in 0..(SPARE * most) as usize {
        age += bundles.gap.map_or(f64::NAN, |gap| gap.sample(rng));
        // A bundle that time breaks off, or that holds the last purchase, counts in full or not at all.
        if is_over(age, until) {
            if age > until && rng.random::<f64>() < bundles.part {
                ages.push(until);
            }
            return;
        }
        ages.push(age);
        if leaves(leave, rng) {
            if rng.random::<f64>() < bundles.part {
                ages.pop();
            }
            return;
        }
    }
}

/// Is it too late? A rate that underflowed to zero gives an age that is infinite or no number: never, even without end.
fn is_over(age: f64, until: f64) -> bool {
    !(age <= until && age < f64::INFINITY)
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

/// Adds the ages of purchases at random moments of a steady rate, up to the age `until`, in bundles if there are
/// more than `most`; returns the size of a bundle.
pub(super) fn buy_until(rng: &mut ChaCha8Rng, rate: f64, until: f64, most: f64, ages: &mut Vec<f64>) -> f64 {
    let together = bundle(rate * until, most);
    if together > 1.0 {
        buy_in_bundles(rng, &Bundles::new(together, 1.0, rate), 0.0, (until, most), ages);
        return together;
    }
    let mut age = 0.0;
    loop {
        let gap: f64 = Exp1.sample(rng);
        age += gap / rate;
        if is_over(age, until) {
            return 1.0;
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

/// So many opportunities are gone through one by one; of more only those at which something happens are drawn.
const ONE_BY_ONE: f64 = 10_000.0;

impl Process for Opportunities {
    fn bundles(&self, rng: &mut ChaCha8Rng, until: f64, most: f64, ages: &mut Vec<f64>) -> f64 {
        let (buy, leave) = (self.buy.sample(rng), self.leave.sample(rng));
        if until > ONE_BY_ONE {
            return at_few_of_many(rng, buy, leave, (until, most), ages);
        }
        let mut age = 1.0;
        while age <= until {
            if rng.random::<f64>() < leave {
                break;
            }
            if rng.random::<f64>() < buy {
                ages.push(age);
            }
            age += 1.0;
        }
        1.0
    }
}

/// Buys with the chance `buy` at each opportunity until one is not stayed for: the numbers of opportunities up to the
/// next purchase, and to leaving, are geometric.
fn at_few_of_many(
    rng: &mut ChaCha8Rng,
    buy: f64,
    leave: f64,
    (until, most): (f64, f64),
    ages: &mut Vec<f64>,
) -> f64 {
    let until = until.floor().min(passed_over(leave, rng));
    let together = bundle(until * buy, most);
    if together > 1.0 {
        // Opportunities up to that many purchases: of their mean and variance, and so many that no more matters.
        let passes = (1.0 - buy).max(1e-12);
        let bundles = Bundles {
            gap: Gamma::new(together / passes, passes / buy).ok(),
            part: 0.5 * (1.0 - together.recip()),
        };
        let before = ages.len();
        buy_in_bundles(rng, &bundles, 0.0, (until, most), ages);
        ages[before..].iter_mut().for_each(|age| *age = age.ceil());
        return together;
    }
    let mut age = 0.0;
    loop {
        age += 1.0 + passed_over(buy, rng);
        if is_over(age, until) {
            return 1.0;
        }
        ages.push(age);
    }
}

/// How many opportunities pass before one at which that happens which has this chance at each.
fn passed_over(chance: f64, rng: &mut ChaCha8Rng) -> f64 {
    let uniform = 1.0 - rng.random::<f64>();
    if chance > 0.0 { (uniform.ln() / (-chance).ln_1p()).floor() } else { f64::INFINITY }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    /// Bundles keep mean and variance of the number of purchases: 1,000 at a steady rate; and of customers who leave
    /// after a purchase in 100, 100 with a standard deviation of 100: a bundle's chance to leave is not
    /// that of one purchase.
    #[test]
    fn bundles_are_as_many_purchases() {
        let moments = |leave: f64, until: f64| {
            let mut rng = ChaCha8Rng::seed_from_u64(1);
            let (n, mut ages) = (4_000, Vec::new());
            let mut one = || {
                ages.clear();
                let each = buy_and_leave(&mut rng, 10.0, 1..1, leave, (until, 50.0), &mut ages);
                assert!(each > 1.0 && ages.len() <= 800);
                each * ages.len() as f64
            };
            let counts: Vec<f64> = (0..n).map(|_| one()).collect();
            let mean = counts.iter().sum::<f64>() / f64::from(n);
            (mean, counts.iter().map(|count| (count - mean).powi(2)).sum::<f64>() / f64::from(n))
        };
        // To what 4,000 customers leave open: four standard errors of the means.
        let (mean, variance) = moments(0.0, 100.0);
        assert!((mean / 1000.0 - 1.0).abs() < 0.003, "{mean}");
        assert!((variance.sqrt() / 1000.0_f64.sqrt() - 1.0).abs() < 0.25, "{variance}");
        let (mean, variance) = moments(0.01, 1e6);
        assert!((mean / 100.0 - 1.0).abs() < 0.06, "{mean}");
        assert!((variance.sqrt() / 100.0 - 1.0).abs() < 0.15, "{variance}");
    }
}
