//! How well a distribution of purchases foretold what happened: proper scoring rules (Gneiting & Raftery 2007) and the
//! probability integral transform, of one distribution and one outcome ([`Foretold`]), and of a model over distinct
//! histories and outcomes ([`mark`]).
//!
//! Distributions are those of [`Counts`](crate::model::Counts), at its places: tables belong to `x`, `T` and the
//! horizon, and are weighed by P(alive) and stages for each history.

mod compared;

use rayon::prelude::*;

use crate::base::{Discounting, Error, ErrorKind, Result};
use crate::customers::Customer;
use crate::fitted::PurchaseModel;
use crate::model::{Attrition, CountTable, Outlook, Scorer};

pub use self::compared::{Compared, Followed, compare};

/// The distribution of the purchases of customers of one history within a horizon.
#[derive(Debug, Clone)]
pub(crate) struct Foretold<'a> {
    table: &'a CountTable,
    /// `P(Y > n)` at the places of the table.
    over: Vec<f64>,
    /// `Σ_{k <= n} P(Y <= k)²` there.
    below: Vec<f64>,
    /// `Σ_{k > n} P(Y > k)²` there.
    above: Vec<f64>,
}

/// What one outcome says of one distribution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Score {
    /// Continuous ranked probability score, `Σ_n (P(Y <= n) − 1[y <= n])²`: less is better.
    pub crps: f64,
    /// `P(Y = y)`
    pub chance: f64,
    /// `P(Y < y)`, and `P(Y <= y)`: the probability integral transform is between them.
    pub less: f64,
    /// See [`Score::less`].
    pub at_most: f64,
}

impl<'a> Foretold<'a> {
    /// Of a history whose `x`, `T` and horizon are those of the table; it is alive with this probability.
    pub fn new(model: &dyn Attrition, customer: &Customer, p_alive: f64, table: &'a CountTable) -> Self {
        let mut stages = Vec::new();
        model.stage_chances(customer, &mut stages);
        let mut over = vec![0.0; table.places.len()];
        for (stage, line) in stages.iter().zip(&table.over) {
            over.iter_mut().zip(line).for_each(|(sum, chance)| *sum += p_alive * stage * chance);
        }
        let n = over.len();
        let (mut below, mut above) = (vec![0.0; n], vec![0.0; n]);
        let first = over.first().copied().unwrap_or(0.0);
        if n > 0 {
            below[0] = (1.0 - first) * (1.0 - first);
        }
        let middle = |at: usize| table.between(&over, at, 0.5 * (table.places[at - 1] + table.places[at]));
        for at in 1..n {
            let gap = table.places[at] - table.places[at - 1];
            below[at] = below[at - 1] + squares(1.0 - over[at - 1], || 1.0 - middle(at), 1.0 - over[at], gap);
        }
        for at in (1..n).rev() {
            let gap = table.places[at] - table.places[at - 1];
            above[at - 1] = above[at] + squares(over[at - 1], || middle(at), over[at], gap);
        }
        Foretold { table, over, below, above }
    }

    /// `P(Y > 0)`
    pub fn p_buy(&self) -> f64 {
        self.over.first().copied().unwrap_or(0.0)
    }

    /// Judges what happened: `y` purchases.
    pub fn score(&self, y: u32) -> Score {
        let y = f64::from(y);
        let (over, crps_above) = self.at(y);
        let (over_less, crps_below) =
            if y > 0.0 { (self.at(y - 1.0).0, self.below_at(y - 1.0)) } else { (1.0, 0.0) };
        let chance = (over_less - over).max(0.0);
        // Σ_{k >= y} P(Y > k)²
        let crps = crps_below + crps_above + over * over;
        Score { crps, chance, less: 1.0 - over_less, at_most: 1.0 - over }
    }

    /// The smallest number with `P(Y <= n)` at least this.
    pub fn quantile(&self, probability: f64) -> f64 {
        self.table.quantile(&self.over, 1.0 - probability)
    }

    fn between(&self, at: usize, n: f64) -> f64 {
        self.table.between(&self.over, at, n)
    }

    /// `P(Y > n)` and `Σ_{k > n} P(Y > k)²`.
    fn at(&self, n: f64) -> (f64, f64) {
        let places = &self.table.places;
        let at = places.partition_point(|place| *place < n);
        match places.get(at) {
            None => (0.0, 0.0),
            Some(place) if *place == n => (self.over[at], self.above[at]),
            Some(place) => {
                let (own, middle) = (self.between(at, n), || self.between(at, 0.5 * (n + place)));
                (own, self.above[at] + squares(own, middle, self.over[at], place - n))
            }
        }
    }

    /// `Σ_{k <= n} P(Y <= k)²`: beyond all places every term is 1.
    fn below_at(&self, n: f64) -> f64 {
        let places = &self.table.places;
        let at = places.partition_point(|place| *place < n);
        match places.get(at) {
            None => self.below.last().copied().unwrap_or(0.0) + n - places.last().copied().unwrap_or(-1.0),
            Some(place) if *place == n => self.below[at],
            Some(_) => {
                let before = places[at - 1];
                let middle = || 1.0 - self.between(at, 0.5 * (before + n));
                self.below[at - 1]
                    + squares(1.0 - self.over[at - 1], middle, 1.0 - self.between(at, n), n - before)
            }
        }
    }
}

/// The sum of squares of what goes smoothly from one number over a middle to another in so many steps, without the first:
/// Simpson's rule, and half the ends.
fn squares(from: f64, middle: impl FnOnce() -> f64, to: f64, steps: f64) -> f64 {
    if steps <= 1.0 {
        return to * to;
    }
    let (from, middle, to) = (from * from, middle().powi(2), to * to);
    steps * (from + 4.0 * middle + to) / 6.0 + 0.5 * (to - from)
}

/// So many customers of one history who bought as often.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Seen {
    /// Their history.
    pub customer: Customer,
    /// How often they bought.
    pub bought: u32,
    /// How many they are.
    pub count: f64,
}

/// Bins of the probability integral transform.
pub const PIT_BINS: usize = 20;

/// What outcomes say of a model: sums over customers.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Marks {
    /// How many customers.
    pub customers: f64,
    /// What was expected of all, and what they bought.
    pub expected: f64,
    /// See [`Marks::expected`].
    pub bought: f64,
    /// Continuous ranked probability scores.
    pub crps: f64,
    /// Logarithmic scores, `−ln P(Y = y)`.
    pub log: f64,
    /// Brier scores of "buys at all".
    pub brier: f64,
    /// How many customers' probability integral transform is in each of as many equal bins, spread evenly between
    /// `P(Y < y)` and `P(Y <= y)` (Czado, Gneiting & Held 2009).
    pub pit: [f64; PIT_BINS],
}

impl Marks {
    fn add(&mut self, other: &Marks) {
        self.customers += other.customers;
        self.expected += other.expected;
        self.bought += other.bought;
        self.crps += other.crps;
        self.log += other.log;
        self.brier += other.brier;
        self.pit.iter_mut().zip(other.pit).for_each(|(sum, own)| *sum += own);
    }

    fn add_one(&mut self, seen: &Seen, score: &Score, p_buy: f64, log: f64) {
        let (count, bought) = (seen.count, f64::from(seen.bought));
        self.customers += count;
        self.bought += count * bought;
        self.crps += count * score.crps;
        self.log += count * log;
        self.brier += count * (f64::from(u8::from(bought > 0.0)) - p_buy).powi(2);
        let width = score.at_most - score.less;
        for (bin, sum) in self.pit.iter_mut().enumerate() {
            let (from, to) = (bin as f64 / PIT_BINS as f64, (bin + 1) as f64 / PIT_BINS as f64);
            let share = if width > 0.0 {
                (score.at_most.min(to) - score.less.max(from)).max(0.0) / width
            } else {
                f64::from(u8::from(
                    score.less >= from && score.less < to || (bin + 1 == PIT_BINS && score.less >= 1.0),
                ))
            };
            *sum += count * share;
        }
    }
}

/// Chances below this are worked out by themselves for the logarithmic score: differences have no digits there.
const SMALL: f64 = 1e-6;

/// Customers of one `x` and `T` under one model and horizon: what they share.
pub(crate) struct Shared {
    pub table: CountTable,
}

impl Shared {
    /// # Errors
    /// If the distribution is not finite.
    pub fn new(model: &PurchaseModel, customer: &Customer, horizon: f64) -> Result<Self> {
        model.admits(customer).map_err(|words| Error::model(model.name(), words))?;
        let table = CountTable::new(&model.counts_if_alive(customer, horizon));
        if table.over.iter().flatten().any(|chance| !chance.is_finite()) {
            return Err(not_finite(customer, f64::NAN));
        }
        Ok(Shared { table })
    }
}

/// No finite answer for a customer.
pub(crate) fn not_finite(customer: &Customer, value: f64) -> Error {
    let whose = format!("x = {}, t_x = {}, T = {}", customer.x, customer.t_x, customer.t);
    ErrorKind::NotFinite { customer: whose, column: "expected_purchases", value }.into()
}

/// Marks a model for what customers did within a horizon; rows in any order. The order of the result's sums is that of
/// the rows.
///
/// # Errors
/// If the model gives no finite answer for a customer.
pub fn mark(model: &PurchaseModel, horizon: f64, rows: &[Seen]) -> Result<Marks> {
    let mut rows: Vec<&Seen> = rows.iter().collect();
    let key =
        |seen: &Seen| (seen.customer.t.to_bits(), seen.customer.x, seen.customer.t_x.to_bits(), seen.bought);
    rows.sort_by_key(|seen| key(seen));
    let ages: Vec<&[&Seen]> =
        rows.chunk_by(|a, b| a.customer.t == b.customer.t && a.customer.x == b.customer.x).collect();
    let one = |scorer: &mut Box<dyn Scorer>, rows: &&[&Seen]| of_age(model, horizon, rows, &mut **scorer);
    let new = || model.scorer(horizon, Discounting::Continuous { delta: 0.0 });
    let parts: Vec<Marks> = ages.par_iter().map_init(new, one).collect::<Result<_>>()?;
    let mut all = Marks::default();
    parts.iter().for_each(|part| all.add(part));
    Ok(all)
}

fn of_age(model: &PurchaseModel, horizon: f64, rows: &[&Seen], scorer: &mut dyn Scorer) -> Result<Marks> {
    let shared = Shared::new(model, &rows[0].customer, horizon)?;
    let mut marks = Marks::default();
    for history in rows.chunk_by(|a, b| a.customer == b.customer) {
        let customer = &history[0].customer;
        let Outlook { p_alive, purchases, .. } = scorer.outlook(customer);
        if !(purchases.is_finite() && p_alive.is_finite()) {
            return Err(not_finite(customer, purchases));
        }
        let foretold = Foretold::new(&**model, customer, p_alive, &shared.table);
        for seen in history {
            let score = foretold.score(seen.bought);
            let chance = if score.chance < SMALL {
                model.purchases_pmf(customer, horizon, seen.bought)
            } else {
                score.chance
            };
            marks.expected += seen.count * purchases;
            marks.add_one(seen, &score, foretold.p_buy(), -chance.ln());
        }
    }
    Ok(marks)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(over: &[f64]) -> CountTable {
        CountTable { places: (0..over.len()).map(|n| n as f64).collect(), over: vec![over.to_vec()] }
    }

    fn foretold(table: &CountTable) -> Foretold<'_> {
        let model = PurchaseModel::new("nbd", &[1.0, 1.0]).unwrap();
        Foretold::new(&*model, &Customer { x: 0, t_x: 0.0, t: 1.0 }, 1.0, table)
    }

    /// P = 1/2, 1/4, 1/4: the CRPS of y = 1 is (1/2)² + (1 − 3/4)².
    #[test]
    fn scores_of_a_small_distribution() {
        let table = table(&[0.5, 0.25, 0.0]);
        let foretold = foretold(&table);
        let score = foretold.score(1);
        assert_eq!((score.crps, score.chance, score.less, score.at_most), (0.25 + 0.0625, 0.25, 0.5, 0.75));
        assert_eq!(foretold.score(0).crps, 0.25 + 0.0625);
        // Beyond the table: 1 for each number more.
        assert_eq!(foretold.score(5).crps, 0.25 + 0.5625 + 1.0 + 1.0 + 1.0);
        assert_eq!(
            (foretold.quantile(0.25), foretold.quantile(0.75), foretold.quantile(0.9)),
            (0.0, 1.0, 2.0)
        );
    }

    /// Scores from tables against those from the probability of each number, with gaps between places (a mean of 1,600)
    /// and without.
    #[test]
    fn tables_score_as_single_probabilities() {
        for (params, x, t, horizon, tolerance) in
            [([0.385, 12.07], 3, 30.0, 26.0, 1e-9), ([40.0, 1.0], 0, 0.0, 40.0, 1e-3)]
        {
            let model = PurchaseModel::new("nbd", &params).unwrap();
            let customer = Customer { x, t_x: t, t };
            let shared = Shared::new(&model, &customer, horizon).unwrap();
            let foretold = Foretold::new(&*model, &customer, 1.0, &shared.table);
            let most = shared.table.places.last().copied().unwrap() as u32 + 2;
            let pmf: Vec<f64> = (0..most).map(|n| model.purchases_pmf(&customer, horizon, n)).collect();
            for y in [0, 1, 4, 20, 900, 1600, 2500].into_iter().filter(|y| *y < most) {
                let (mut sum, mut crps) = (0.0, 0.0);
                for n in 0..most {
                    sum += pmf[n as usize];
                    crps += (sum - f64::from(u8::from(y <= n))).powi(2);
                }
                let found = foretold.score(y);
                assert!(
                    (found.crps - crps).abs() <= tolerance * (1.0 + crps),
                    "{y}: {} not {crps}",
                    found.crps
                );
                let at_most: f64 = pmf[..=y as usize].iter().sum();
                assert!((found.at_most - at_most).abs() < 1e-4, "{y}: {} not {at_most}", found.at_most);
            }
        }
    }

    /// A model marks its own customers as it should: transforms are even, and another model is marked worse.
    #[test]
    fn the_truth_has_the_best_marks() {
        use rand::SeedableRng;
        let truth = PurchaseModel::new("bg-nbd", &[0.6, 5.0, 0.6, 2.4]).unwrap();
        let other = PurchaseModel::new("bg-nbd", &[0.6, 8.0, 0.6, 2.4]).unwrap();
        let (process, mut ages) = (truth.process().unwrap(), Vec::new());
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(3);
        let rows: Vec<Seen> = (0..20_000)
            .map(|i| {
                let t = f64::from(20 + i % 7);
                ages.clear();
                process.repeats(&mut rng, t + 26.0, &mut ages);
                let x = ages.partition_point(|age| *age <= t);
                let t_x = if x > 0 { ages[x - 1] } else { 0.0 };
                let customer = Customer { x: x as u32, t_x, t };
                Seen { customer, bought: (ages.len() - x) as u32, count: 1.0 }
            })
            .collect();
        let (own, worse) = (mark(&truth, 26.0, &rows).unwrap(), mark(&other, 26.0, &rows).unwrap());
        assert!(own.crps < worse.crps && own.log < worse.log && own.brier < worse.brier, "{own:?} {worse:?}");
        // Four standard deviations of a bin of 1,000.
        assert!(own.pit.iter().all(|bin| (bin - 1000.0).abs() < 125.0), "{:?}", own.pit);
        assert!((own.expected / own.bought - 1.0).abs() < 0.03, "{own:?}");
        // A row of two is two rows.
        let twice: Vec<Seen> = rows.iter().map(|seen| Seen { count: 2.0, ..*seen }).collect();
        let again = mark(&truth, 26.0, &twice).unwrap();
        assert!((again.crps / own.crps - 2.0).abs() < 1e-12 && again.customers == 40_000.0);
    }
}
