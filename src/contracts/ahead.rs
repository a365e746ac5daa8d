//! What lies ahead of a book: contracts, departures, MRR and revenue month by month, with intervals.
//!
//! Renewals of a customer who has renewed `n` times come due on the calendar, and each is made with the chance `S(n+1)/S(n)`:
//! who is left of `N` alike at each is binomial in turn, exactly, since customers are independent given the parameters. So
//! contracts are counted by kind (`kinds.rs`: their plan, and their covariates), age and the months in which they come due, and futures are drawn for those counts and not
//! contract by contract. A draw takes one set of parameters ([`DRAWS`] of them), a factor of the hazard of each month
//! (`contracts/plans.rs`) and who leaves; of prices, what is lost with `L` of `A` contracts varies as in a sample drawn without
//! putting back. Nobody new is won.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::Date;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Binomial, Distribution, StandardNormal};
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use serde::Serialize;

use super::Cycle;
use super::book::{Book, End, Plan};
use super::kinds::{Kinds, Mix, few};
use super::plans::{BookModel, DRAWS};
use crate::base::{Error, Horizon, Progress, Result, Unit};
use crate::customers::UnseenLevel;
use crate::model::Contract;

/// Futures that are drawn of each set of parameters.
const FUTURES: usize = 5;
/// Months that a forecast may look ahead.
const FURTHEST: usize = 1200;
/// Departures vary like a normal number where their variance is larger.
const MANY: f64 = 40.0;

/// A figure with its interval.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Range {
    /// Expected.
    pub expected: f64,
    /// Lower end.
    pub lower: f64,
    /// Upper end.
    pub upper: f64,
}

/// A month to come.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct MonthAhead {
    /// Its last day, or that of the horizon.
    #[serde(serialize_with = "as_text")]
    pub until: Date,
    /// Contracts that are still paid on that day.
    pub contracts: Range,
    /// Contracts that end in it.
    pub leaving: Range,
    /// Monthly recurring revenue on that day; `None` without prices.
    pub mrr: Option<Range>,
    /// What renewals in it are billed; `None` without prices.
    pub revenue: Option<Range>,
}

fn as_text<S: serde::Serializer>(date: &Date, to: S) -> std::result::Result<S::Ok, S::Error> {
    to.collect_str(date)
}

/// When renewals of a contract come due.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Schedule {
    /// Renewals so far.
    pub n: u32,
    /// The next one.
    pub next: Date,
    /// The number of the list of how many come due by the end of each month.
    pub due: u32,
}

/// The months ahead, and when contracts come due in them.
pub(crate) struct Months {
    pub now: Date,
    /// The last day of each.
    pub ends: Vec<Date>,
    known: FxHashMap<(Date, Cycle), Schedule>,
    /// Renewals that come due by the end of each month: all lists that occur.
    pub due: Vec<Vec<u32>>,
    index: FxHashMap<Vec<u32>, u32>,
}

impl Months {
    /// From the day after the end of observation to the horizon.
    ///
    /// # Errors
    /// If that has no end or is too far.
    pub fn new(now: Date, horizon: Horizon) -> Result<Self> {
        let end = end_of(now, horizon)?;
        let mut ends = Vec::new();
        let mut day = now;
        while day < end {
            let next = day.saturating_add(1.day());
            day = next.last_of_month().min(end);
            ends.push(day);
            if ends.len() > FURTHEST {
                return Err(too_far(horizon));
            }
        }
        Ok(Months { now, ends, known: FxHashMap::default(), due: Vec::new(), index: FxHashMap::default() })
    }

    /// When the renewals of a contract come due that began on a day.
    pub fn schedule(&mut self, origin: Date, cycle: Cycle) -> &Schedule {
        if !self.known.contains_key(&(origin, cycle)) {
            let n = cycle.whole(origin, self.now);
            let due: Vec<u32> = self.ends.iter().map(|end| cycle.whole(origin, *end) - n).collect();
            let number = match self.index.get(&due) {
                Some(known) => *known,
                None => {
                    let number = self.due.len() as u32;
                    self.due.push(due.clone());
                    self.index.insert(due, number);
                    number
                }
            };
            let schedule = Schedule { n, next: cycle.after(origin, n + 1), due: number };
            self.known.insert((origin, cycle), schedule);
        }
        &self.known[&(origin, cycle)]
    }
}

/// The last day of a horizon.
fn end_of(now: Date, horizon: Horizon) -> Result<Date> {
    let Horizon::Finite(length) = horizon else {
        let message =
            "months have no end under inf: name a horizon such as 12mo (remaining_value has none anyhow)";
        return Err(Error::option("--horizon", message));
    };
    if length.in_units(Unit::Month) > FURTHEST as f64 {
        return Err(too_far(horizon));
    }
    let whole = length.count.fract() == 0.0;
    Ok(match length.unit {
        unit if whole => Cycle::of(unit).after(now, length.count as u32),
        _ => Cycle::of(Unit::Day).after(now, length.days().round().max(1.0) as u32),
    })
}

fn too_far(horizon: Horizon) -> Error {
    Error::option("--horizon", format!("{horizon} is further than {FURTHEST} months: use a shorter one"))
}

/// Contracts that are alike: kind, age, when they come due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Key {
    kind: u32,
    n: u32,
    due: u32,
    /// Of those that are known to end: the month in which they do, and the renewals before.
    lapse: Option<(u32, u32)>,
    /// Of those whose payment is late: by how many days.
    late: Option<i32>,
}

impl Key {
    /// The chance to renew next, if it is not the model's.
    fn certain(&self) -> Option<f64> {
        self.lapse.map(|(_, renewals)| if renewals > 0 { 1.0 } else { 0.0 })
    }

    /// Do these contracts end in a month?
    fn ends_in(&self, month: usize) -> bool {
        self.lapse.is_some_and(|(last, _)| last as usize == month)
    }
}

/// How many, and what they pay.
#[derive(Debug, Clone, Copy, Default)]
struct Cell {
    contracts: f64,
    prices: f64,
    squares: f64,
    /// The chance that each is there today.
    chance: f64,
}

/// The contracts of a book, counted, with what is to come for them.
pub(crate) struct Ahead<'a> {
    book: &'a Book,
    model: &'a BookModel,
    pub kinds: Kinds<'a>,
    pub months: Months,
    cells: Vec<(Key, Cell)>,
}

/// Figures of all months: contracts, leaving, MRR, revenue.
pub(crate) type Path = Vec<[f64; 4]>;

impl<'a> Ahead<'a> {
    /// Counts contracts.
    ///
    /// # Errors
    /// If the horizon has no end or is too far, or covariates are missing or not to be used.
    pub fn new(book: &'a Book, model: &'a BookModel, horizon: Horizon, unseen: UnseenLevel) -> Result<Self> {
        let kinds = Kinds::new(book, model, unseen)?;
        let mut months = Months::new(book.observed_until, horizon)?;
        let mut cells: FxHashMap<Key, Cell> = FxHashMap::default();
        for (term, chance) in book.there() {
            let cycle = book.plans[term.plan as usize].cycle;
            let Schedule { n, due, .. } = *months.schedule(term.origin, cycle);
            let lapse = term
                .ends_on(cycle, n)
                .map(|(end, renewals)| (months.ends.partition_point(|last| *last < end) as u32, renewals));
            let late = match term.end {
                End::Due(since) => Some(book.days_late(since)),
                _ => None,
            };
            let key = Key { kind: kinds.of(term) as u32, n, due, lapse, late };
            let cell = cells.entry(key).or_default();
            cell.chance = chance;
            cell.contracts += 1.0;
            cell.prices += term.price;
            cell.squares += term.price * term.price;
        }
        let mut cells: Vec<(Key, Cell)> = cells.into_iter().collect();
        cells.sort_by_key(|(key, _)| *key);
        Ok(Ahead { book, model, kinds, months, cells })
    }

    /// Of a contract that began on a day: renewals so far, the day of the next one, and how many come due within the horizon.
    pub fn schedule(&mut self, origin: Date, cycle: Cycle) -> (u32, Date, u32) {
        let Schedule { n, next, due } = *self.months.schedule(origin, cycle);
        (n, next, self.months.due[due as usize].last().copied().unwrap_or(0))
    }

    /// The plan of a kind.
    fn plan(&self, kind: u32) -> &Plan {
        &self.book.plans[self.kinds.plan(kind as usize)]
    }

    /// Of the contracts of a plan that are paid: how many, what they pay a period, and the sum of their chances to renew next.
    pub fn of_plan(&self, plan: usize, contracts: &[Box<dyn Contract>]) -> (f64, f64, f64) {
        let paid = |(key, _): &&(Key, Cell)| self.kinds.plan(key.kind as usize) == plan && key.late.is_none();
        self.cells.iter().filter(paid).fold((0.0, 0.0, 0.0), |(n, prices, renewing), (key, cell)| {
            let own = || contracts[key.kind as usize].retention(key.n + 1);
            let chance = key.certain().unwrap_or_else(own);
            (n + cell.contracts, prices + cell.prices, renewing + cell.contracts * chance)
        })
    }

    /// Contracts of a plan that are there, by kind: few for many, as shares.
    pub fn kinds_of(&self, plan: usize) -> Mix {
        let fit = &self.model.cycles[self.model.plans[plan].cycle];
        let Some(covariates) = &fit.covariates else { return Mix::new() };
        let mut counts: BTreeMap<u32, f64> = BTreeMap::new();
        for (key, cell) in self.cells.iter().filter(|(key, _)| self.kinds.plan(key.kind as usize) == plan) {
            *counts.entry(key.kind).or_default() += cell.contracts;
        }
        let columns = |(kind, n): (u32, f64)| Some((n, self.kinds.columns(kind as usize)?.clone()));
        few(counts.into_iter().filter_map(columns).collect(), covariates)
    }

    /// What is expected at the estimates, of the contracts of these plans, were each renewal so much likelier.
    pub fn expected(&self, of: impl Fn(usize) -> bool, more: f64) -> Path {
        let chance = self.kinds.estimated();
        self.expected_of(of, move |kind, t| chance(kind, t) + more)
    }

    /// What is expected of the contracts of these plans if their kinds renew with these chances.
    pub fn expected_of(&self, of: impl Fn(usize) -> bool, chance: impl FnMut(usize, u32) -> f64) -> Path {
        let mut path = vec![[0.0; 4]; self.months.ends.len()];
        let cells = self.cells.iter().filter(|(key, _)| of(self.kinds.plan(key.kind as usize)));
        let mut known = Retentions::new(self.kinds.len(), chance);
        for (key, cell) in cells {
            let due = &self.months.due[key.due as usize];
            let retention = known.of(key.kind as usize, key.n, due.last().copied().unwrap_or(0));
            let length = self.plan(key.kind).cycle.months();
            let (mut stays, mut before) = (cell.chance, 0);
            if key.late.is_some() {
                // What is late is billed when it comes.
                path[0][3] += cell.prices * stays;
            }
            for (at, (month, due)) in path.iter_mut().zip(due).enumerate() {
                for k in before..*due {
                    let next = match key.lapse {
                        Some((_, renewals)) if k >= renewals => break,
                        Some(_) => stays,
                        None => stays * retention[(key.n + k) as usize],
                    };
                    month[1] += cell.contracts * (stays - next);
                    month[3] += cell.prices * next;
                    stays = next;
                }
                if key.ends_in(at) {
                    month[1] += cell.contracts * stays;
                    stays = 0.0;
                }
                before = *due;
                month[0] += cell.contracts * stays;
                month[2] += cell.prices * stays / length;
            }
        }
        path
    }

    /// Draws futures.
    ///
    /// # Errors
    /// If the caller wants it to stop.
    pub fn futures(&self, seed: u64, progress: &dyn Progress) -> Result<Vec<Path>> {
        progress.stage("drawing futures", None);
        let futures = (0..DRAWS).into_par_iter().map(|draw| {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            rng.set_stream(draw as u64 + 1);
            let contracts: Vec<_> = (0..self.kinds.len()).map(|kind| self.kinds.drawn(kind, draw)).collect();
            let chance = |kind: usize, t| contracts[kind].retention(t);
            let mut known = Retentions::new(self.kinds.len(), chance);
            let shock = self.model.shock.drawn(draw);
            let paths = (0..FUTURES).map(|_| self.future(&mut known, shock, &mut rng));
            paths.collect::<Vec<Path>>()
        });
        let futures: Vec<Vec<Path>> = futures.collect();
        progress.check()?;
        Ok(futures.concat())
    }

    fn future<F: FnMut(usize, u32) -> f64>(
        &self,
        known: &mut Retentions<F>,
        deviation: f64,
        rng: &mut ChaCha8Rng,
    ) -> Path {
        let mut path = vec![[0.0; 4]; self.months.ends.len()];
        let factors = factors(deviation, self.model.shock.effective, path.len(), rng);
        for (key, cell) in &self.cells {
            let due = &self.months.due[key.due as usize];
            let retention = known.of(key.kind as usize, key.n, due.last().copied().unwrap_or(0));
            let length = self.plan(key.kind).cycle.months();
            let mean = cell.prices / cell.contracts;
            let spread = (cell.squares / cell.contracts - mean * mean).max(0.0).sqrt();
            let (mut left, mut prices, mut before) = (cell.contracts, cell.prices, 0);
            if key.late.is_some() {
                let lost = departures(left, 1.0 - cell.chance, rng);
                prices -= lost_prices(left, lost, prices, spread, rng);
                left -= lost;
                path[0][3] += prices;
            }
            for (at, ((month, due), factor)) in path.iter_mut().zip(due).zip(&factors).enumerate() {
                for k in before..*due {
                    if left == 0.0 || key.lapse.is_some_and(|(_, renewals)| k >= renewals) {
                        break;
                    }
                    if key.lapse.is_none() {
                        let stays = retention[(key.n + k) as usize];
                        let lost = departures(left, -(factor * stays.ln()).exp_m1(), rng);
                        prices -= lost_prices(left, lost, prices, spread, rng);
                        left -= lost;
                        month[1] += lost;
                    }
                    month[3] += prices;
                }
                if key.ends_in(at) {
                    month[1] += left;
                    (left, prices) = (0.0, 0.0);
                }
                before = *due;
                month[0] += left;
                month[2] += prices / length;
            }
        }
        path
    }

    /// Months with intervals that hold what happens with this probability.
    pub fn months_ahead(&self, futures: &[Path], probability: f64) -> Vec<MonthAhead> {
        let expected = self.expected(|_| true, 0.0);
        let range = |month: usize, figure: usize| {
            let drawn = futures.iter().map(|path| path[month][figure]).collect();
            range(expected[month][figure], drawn, probability)
        };
        let money = |month, figure| self.book.has_money.then(|| range(month, figure));
        let month = |(at, until): (usize, &Date)| MonthAhead {
            until: *until,
            contracts: range(at, 0),
            leaving: range(at, 1),
            mrr: money(at, 2),
            revenue: money(at, 3),
        };
        self.months.ends.iter().enumerate().map(month).collect()
    }
}

/// Quantiles around what is expected, and no further from it: what is expected at the estimates is plausible, even where nearly all
/// draws lie on one side of it (few departures were seen, and of customers who are very unlike).
pub(crate) fn range(expected: f64, mut drawn: Vec<f64>, probability: f64) -> Range {
    drawn.sort_by(f64::total_cmp);
    let at = |p: f64| {
        let place = p * (drawn.len() - 1) as f64;
        let (below, share) = (place.floor() as usize, place.fract());
        let above = (below + 1).min(drawn.len() - 1);
        drawn[below] + share * (drawn[above] - drawn[below])
    };
    let tail = 0.5 * (1.0 - probability);
    Range { expected, lower: at(tail).min(expected), upper: at(1.0 - tail).max(expected) }
}

/// Factors of the hazard, month by month: mean 1.
fn factors(deviation: f64, effective: f64, months: usize, rng: &mut ChaCha8Rng) -> Vec<f64> {
    if deviation == 0.0 {
        return vec![1.0; months];
    }
    let mut normal = || -> f64 { StandardNormal.sample(rng) };
    let of_all = deviation / effective.max(1.0).sqrt();
    let level = of_all * normal() - 0.5 * of_all * of_all;
    (0..months).map(|_| (level + deviation * normal() - 0.5 * deviation * deviation).exp()).collect()
}

/// How many of `left` leave.
fn departures(left: f64, hazard: f64, rng: &mut ChaCha8Rng) -> f64 {
    if hazard >= 1.0 {
        return left;
    }
    let mean = left * hazard;
    let variance = mean * (1.0 - hazard);
    if variance > MANY {
        let z: f64 = StandardNormal.sample(rng);
        return (mean + z * variance.sqrt()).round().clamp(0.0, left);
    }
    Binomial::new(left as u64, hazard.clamp(0.0, 1.0)).map_or(0.0, |binomial| binomial.sample(rng) as f64)
}

/// What `lost` of `left` contracts paid, if all together paid `prices`.
fn lost_prices(left: f64, lost: f64, prices: f64, spread: f64, rng: &mut ChaCha8Rng) -> f64 {
    if lost >= left {
        return prices;
    }
    let mean = lost * prices / left;
    if spread == 0.0 || lost == 0.0 {
        return mean;
    }
    let variance = spread * spread * lost * (left - lost) / (left - 1.0);
    let z: f64 = StandardNormal.sample(rng);
    (mean + z * variance.sqrt()).clamp(0.0, prices)
}

/// Chances to renew by kind and age, each worked out once.
pub(crate) struct Retentions<F> {
    /// Of a kind's contract to renew for the `t`-th time.
    chance: F,
    kinds: Vec<Vec<f64>>,
}

impl<F: FnMut(usize, u32) -> f64> Retentions<F> {
    pub fn new(kinds: usize, chance: F) -> Self {
        Retentions { chance, kinds: vec![Vec::new(); kinds] }
    }

    /// Those of a kind by how often it was renewed before, up to this many from `n` on.
    pub fn of(&mut self, kind: usize, n: u32, ahead: u32) -> &[f64] {
        let all = &mut self.kinds[kind];
        while all.len() < (n + ahead) as usize {
            let t = all.len() as u32 + 1;
            all.push((self.chance)(kind, t).clamp(0.0, 1.0));
        }
        all
    }
}
