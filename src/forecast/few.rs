//! Totals of few customers, drawn: the sum of one future of each, again and again.
//!
//! What one customer will spend is far from normal, and may have no variance (`q <= 2` under a draw of the
//! parameters), so the total of few is neither normal nor gamma-distributed. It is cheap to draw, though: up to
//! [`MOST`] customers of a group are kept while they stream by, and at the end all that were kept share [`WORK`]
//! futures. Draws of the parameters are worked through side by side, each with random numbers of its own and the
//! customers in order of their histories, so that threads and the order of rows change nothing.

use std::collections::BTreeMap;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::question::Question;
use super::simulated::{Outcome, Reach};
use crate::base::{Progress, Result};
use crate::customers::Customer;
use crate::fitted::PurchaseModel;
use crate::fitted::draws::{self, Draw};

/// Customers of a group whose total is drawn, at most.
const MOST: usize = 5_000;
/// Customers that are kept, at most: of more, the largest groups are given up.
const TOGETHER: usize = 10_000;
/// Futures of single customers, in all.
const WORK: usize = 5_000_000;
/// Futures of so many purchases on average are what that counts; of longer ones there are fewer, in proportion.
const PURCHASES: f64 = 20.0;
/// Customers who are asked how many theirs are.
const ASKED: usize = 200;
/// Histories under single draws of the parameters, in all: each takes P(alive) to be worked out.
const HISTORIES: usize = 1_000_000;
/// Draws of the parameters for totals: at most as many as a model file keeps of its posterior.
const PARAMETERS: std::ops::RangeInclusive<usize> = draws::DRAWS..=400;
/// Futures under each.
const FUTURES: std::ops::RangeInclusive<usize> = 5..=250;
/// Streams of random numbers below belong to others.
const STREAM: u64 = 1 << 32;

/// A customer, in the unit that intervals are worked out in.
#[derive(Debug, Clone, Copy)]
pub(super) struct One {
    /// Who share their covariates share a class.
    pub class: u32,
    pub customer: Customer,
    pub spends: bool,
    /// Spent in all, `x z̄`; 0 if nothing is to be learned from it.
    pub spent: f64,
}

impl One {
    fn history(&self) -> (u32, u64, u32, u64, bool) {
        let customer = &self.customer;
        (self.class, customer.t.to_bits(), customer.x, customer.t_x.to_bits(), self.spends)
    }
}

/// The customers of small groups.
#[derive(Debug)]
pub(super) struct Few {
    /// By number of the group; `None` if it was given up.
    groups: BTreeMap<u32, Option<Vec<One>>>,
    kept: usize,
    most: usize,
    customers: usize,
}

/// Totals of one group, one for each future.
#[derive(Debug, Clone, Default)]
pub(super) struct Totals {
    /// How many customers buy.
    pub buyers: Vec<f64>,
    pub purchases: Vec<f64>,
    pub value: Vec<f64>,
}

/// Totals by group, and of all if all are few.
pub(super) struct Drawn {
    pub groups: BTreeMap<u32, Totals>,
    pub all: Option<Totals>,
}

impl Default for Few {
    fn default() -> Self {
        Few { groups: BTreeMap::new(), kept: 0, most: MOST, customers: 0 }
    }
}

impl Few {
    pub fn add(&mut self, group: u32, one: One) {
        self.customers += 1;
        let own = self.groups.entry(group).or_insert_with(|| Some(Vec::new()));
        let Some(customers) = own else { return };
        customers.push(one);
        self.kept += 1;
        if customers.len() > self.most {
            self.kept -= customers.len();
            *own = None;
        }
        // A dozen times at most: then no group is small enough.
        while self.kept > TOGETHER {
            self.most /= 2;
            self.give_up();
        }
    }

    /// Groups that are too large now.
    fn give_up(&mut self) {
        let too_large = |own: &&mut Option<Vec<One>>| own.as_ref().is_some_and(|own| own.len() > self.most);
        for own in self.groups.values_mut().filter(too_large) {
            self.kept -= own.take().map_or(0, |customers| customers.len());
        }
    }

    /// Draws the totals; `classes` are the columns of covariates of each class.
    ///
    /// # Errors
    /// If a parameter is out of its domain, or `progress` says stop.
    pub fn draw(&self, question: &Question, classes: &[Vec<f64>], progress: &dyn Progress) -> Result<Drawn> {
        let kept = self.groups.iter().filter_map(|(group, own)| Some((*group, own.as_ref()?)));
        let mut rows: Vec<(u32, One)> =
            kept.flat_map(|(group, own)| own.iter().map(move |one| (group, *one))).collect();
        rows.sort_unstable_by_key(|(group, one)| (one.history(), one.spent.to_bits(), *group));
        let n = rows.len().max(1);
        let parameters = (HISTORIES / n).clamp(*PARAMETERS.start(), *PARAMETERS.end());
        let groups: Vec<u32> = self.groups.iter().filter(|(_, own)| own.is_some()).map(|(g, _)| *g).collect();
        let place: FxHashMap<u32, usize> = groups.iter().enumerate().map(|(i, group)| (*group, i)).collect();
        let draws = draws::draw(question.model(), parameters, question.seed());
        let length = (Under::new(question, &draws[0], classes, 1).length(&rows)? / PURCHASES).max(1.0);
        let work = WORK as f64 / length;
        let futures = ((work / (parameters * n) as f64) as usize).clamp(*FUTURES.start(), *FUTURES.end());
        let one_draw = |(d, draw): (usize, &Draw)| {
            progress.check()?;
            let mut rng = ChaCha8Rng::seed_from_u64(question.seed());
            rng.set_stream(STREAM + d as u64);
            Under::new(question, draw, classes, futures).totals(&rows, &place, &mut rng)
        };
        let drawn: Vec<Vec<[f64; 3]>> = draws.par_iter().enumerate().map(one_draw).collect::<Result<_>>()?;
        let of = |group: usize| {
            let all = || drawn.iter().flat_map(|all| &all[group * futures..(group + 1) * futures]);
            let of = |what: usize| all().map(|sums| sums[what]).collect();
            Totals { buyers: of(0), purchases: of(1), value: of(2) }
        };
        let found: BTreeMap<u32, Totals> = groups.iter().enumerate().map(|(i, g)| (*g, of(i))).collect();
        let all = (self.kept == self.customers && self.customers <= MOST).then(|| sum(found.values()));
        Ok(Drawn { groups: found, all })
    }
}

/// Future by future.
fn sum<'a>(groups: impl Iterator<Item = &'a Totals>) -> Totals {
    let add = |mut sum: Totals, own: &Totals| {
        let add =
            |sum: &mut Vec<f64>, own: &[f64]| sum.iter_mut().zip(own).for_each(|(sum, own)| *sum += own);
        add(&mut sum.buyers, &own.buyers);
        add(&mut sum.purchases, &own.purchases);
        add(&mut sum.value, &own.value);
        sum
    };
    let mut groups = groups;
    let first = groups.next().cloned().unwrap_or_default();
    groups.fold(first, add)
}

/// One draw of the parameters.
struct Under<'a> {
    question: &'a Question<'a>,
    draw: &'a Draw,
    classes: &'a [Vec<f64>],
    reach: Reach,
    futures: usize,
}

impl<'a> Under<'a> {
    fn new(question: &'a Question<'a>, draw: &'a Draw, classes: &'a [Vec<f64>], futures: usize) -> Self {
        Under { question, draw, classes, reach: question.reach(), futures }
    }

    /// How many steps a future takes on average, seen in one of some customers.
    fn length(&self, rows: &[(u32, One)]) -> Result<f64> {
        let mut rng = ChaCha8Rng::seed_from_u64(self.question.seed());
        let (mut ages, mut steps, mut asked) = (Vec::new(), 0, 0);
        for (_, one) in rows.iter().step_by(rows.len().div_ceil(ASKED).max(1)) {
            let model = self.question.under(self.draw, &self.classes[one.class as usize])?;
            let outcome = Outcome::new(&model, None, &one.customer, one.spends)?;
            let until = self.reach.until(model.finite_without_end());
            outcome.draw(&self.reach, until, &mut rng, &mut ages);
            (steps, asked) = (steps + ages.len(), asked + 1);
        }
        Ok(steps as f64 / f64::from(asked.max(1)))
    }

    /// Buyers, purchases and value: group by group, future by future.
    fn totals(
        &self,
        rows: &[(u32, One)],
        place: &FxHashMap<u32, usize>,
        rng: &mut ChaCha8Rng,
    ) -> Result<Vec<[f64; 3]>> {
        let mut sums = vec![[0.0; 3]; place.len() * self.futures];
        let mut models: FxHashMap<u32, PurchaseModel> = FxHashMap::default();
        let mut ages = Vec::new();
        let spend = self.draw.spend.filter(|_| self.question.money);
        for same in rows.chunk_by(|(_, a), (_, b)| a.history() == b.history()) {
            let one = &same[0].1;
            let model = match models.entry(one.class) {
                std::collections::hash_map::Entry::Occupied(known) => known.into_mut(),
                std::collections::hash_map::Entry::Vacant(place) => {
                    place.insert(self.question.under(self.draw, &self.classes[one.class as usize])?)
                }
            };
            let outcome = Outcome::new(model, spend.as_ref(), &one.customer, one.spends)?;
            let until = self.reach.until(model.finite_without_end());
            for (group, one) in same {
                let unit = self.question.margin * spend.map_or(one.spent, |spend| spend.unit(one.spent));
                let first = place[group] * self.futures;
                for sum in &mut sums[first..first + self.futures] {
                    let (purchases, worth) = outcome.draw(&self.reach, until, rng, &mut ages);
                    sum[0] += f64::from(u8::from(purchases > 0.0));
                    sum[1] += purchases;
                    sum[2] += unit * worth;
                }
            }
        }
        Ok(sums)
    }
}
