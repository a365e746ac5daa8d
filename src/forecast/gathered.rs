//! The intervals of totals alone, for those who show aggregates: the same sums as one gets from the intervals of
//! all customers, in a fraction of the time.
//!
//! Customers who share history and group are counted, with the sum of their mean amounts and of its square: the
//! expected amount is a line in the mean amount, and the variance of a customer's value a parabola in it. What is
//! expected is worked out under every draw for each distinct history. Futures, of which totals need nothing but the
//! variance, are drawn under every draw while there are few histories; of many, under some draws each, in turn.
//! Totals of few customers are drawn ([`super::few`]), here and where all customers get intervals of their own.

use std::collections::BTreeMap;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::few::{self, Few, One};
use super::interval::GroupSums;
use super::question::{Question, spend_row};
use super::simulated::{DrawnModels, REMEMBERED, Reach};
use super::{ScoreOptions, Spread};
use crate::base::{Progress, Result};
use crate::customers::{Classes, Customer, SpendRow};
use crate::fitted::{ClvModel, SpendModel};
use crate::history::{Summary, SummaryBatch};

/// Histories whose futures are drawn under every draw.
const SIMULATED: usize = 20_000;
/// Histories that are worked through at a time.
const CHUNK: usize = 2048;

/// Counts customers for the intervals of totals.
pub(crate) struct Gathered<'a> {
    question: Question<'a>,
    classes: Classes,
    groups: Vec<Option<String>>,
    group_of: FxHashMap<String, u32>,
    /// `None` where only totals of few are wanted.
    rows: Option<FxHashMap<Key, Row>>,
    few: Few,
}

/// Customers of one class, history and group; `spends` says whether there are amounts to learn from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Key {
    class: u32,
    t: u64,
    x: u32,
    t_x: u64,
    spends: bool,
    group: u32,
}

impl Key {
    fn customer(&self) -> Customer {
        Customer { x: self.x, t_x: f64::from_bits(self.t_x), t: f64::from_bits(self.t) }
    }

    /// Without the group.
    fn history(&self) -> (u32, u64, u32, u64, bool) {
        (self.class, self.t, self.x, self.t_x, self.spends)
    }
}

/// How many they are, and sums over their mean amounts.
#[derive(Debug, Clone, Copy, Default)]
struct Row {
    count: f64,
    mean: f64,
    square: f64,
}

/// What the totals of a group need.
#[derive(Debug, Clone, Default)]
struct Spreads {
    purchases: Spread,
    clv: Spread,
}

impl<'a> Gathered<'a> {
    /// For the intervals that `options` ask for.
    ///
    /// # Errors
    /// See [`super::score`].
    pub fn new(model: &'a ClvModel, summary: &Summary, options: &ScoreOptions) -> Result<Self> {
        Ok(Gathered {
            question: Question::new(model, summary, options)?,
            classes: Classes::default(),
            groups: vec![None],
            group_of: FxHashMap::default(),
            rows: Some(FxHashMap::default()),
            few: Few::default(),
        })
    }

    /// For totals of few customers alone, where those of many are known from their own intervals.
    ///
    /// # Errors
    /// See [`super::score`].
    pub fn few(model: &'a ClvModel, summary: &Summary, options: &ScoreOptions) -> Result<Self> {
        Ok(Gathered { rows: None, ..Gathered::new(model, summary, options)? })
    }

    /// Adds some customers.
    ///
    /// # Errors
    /// If the model cannot speak of one.
    pub fn add(&mut self, customers: &SummaryBatch) -> Result<()> {
        if self.question.open {
            return Ok(());
        }
        for i in 0..customers.len() {
            let customer = self.question.view.clock.canonical(customers, i);
            let spend = spend_row(customers, i);
            let class = self.classes.number(self.question.view.columns(customers, i)?);
            let group = self.question.by.map_or(0, |by| self.group(customers.attributes[by].value(i)));
            let (spends, mean) = (spend.spends(), if spend.spends() { spend.mean } else { 0.0 });
            self.few.add(group, One { class, customer, spends, spent: spend.spent() });
            let Some(rows) = &mut self.rows else { continue };
            let (t, t_x) = (customer.t.to_bits(), customer.t_x.to_bits());
            let key = Key { class, t, x: customer.x, t_x, spends, group };
            let row = rows.entry(key).or_default();
            row.count += 1.0;
            row.mean += mean;
            row.square += mean * mean;
        }
        Ok(())
    }

    fn group(&mut self, name: &str) -> u32 {
        if let Some(known) = self.group_of.get(name) {
            return *known;
        }
        self.groups.push(Some(name.to_owned()));
        let at = self.groups.len() as u32 - 1;
        self.group_of.insert(name.to_owned(), at);
        at
    }

    /// Puts what intervals need into the sums of all and of each group.
    ///
    /// # Errors
    /// If a parameter is out of its domain, or `progress` says stop.
    pub fn spread(
        self,
        sums: &mut BTreeMap<Option<String>, GroupSums>,
        progress: &dyn Progress,
    ) -> Result<()> {
        self.many(sums, progress)?;
        let drawn = self.few.draw(&self.question, &self.classes.columns, progress)?;
        let mut put = |name: &Option<String>, totals: few::Totals| {
            let Some(group) = sums.get_mut(name) else { return };
            group.purchases_spread.drawn(totals.purchases);
            group.clv_spread.drawn(totals.value);
        };
        for (group, totals) in drawn.groups {
            put(&self.groups[group as usize], totals);
        }
        if let Some(all) = drawn.all {
            put(&None, all);
        }
        Ok(())
    }

    /// By mean and variance.
    fn many(&self, sums: &mut BTreeMap<Option<String>, GroupSums>, progress: &dyn Progress) -> Result<()> {
        let Some(rows) = &self.rows else { return Ok(()) };
        let spreads = self.spreads(rows, progress)?;
        let mut all = Spreads::default();
        for (name, own) in self.groups.iter().zip(spreads) {
            all.purchases.merge(&own.purchases);
            all.clv.merge(&own.clv);
            if let Some(group) = name.as_ref().and_then(|_| sums.get_mut(name)) {
                (group.purchases_spread, group.clv_spread) = (own.purchases, own.clv);
            }
        }
        if let Some(group) = sums.get_mut(&None) {
            (group.purchases_spread, group.clv_spread) = (all.purchases, all.clv);
        }
        Ok(())
    }

    /// Group by group.
    fn spreads(&self, rows: &FxHashMap<Key, Row>, progress: &dyn Progress) -> Result<Vec<Spreads>> {
        let mut rows: Vec<(Key, Row)> = rows.iter().map(|(key, row)| (*key, *row)).collect();
        rows.par_sort_unstable_by_key(|(key, _)| *key);
        let same = |a: &(Key, Row), b: &(Key, Row)| a.0.history() == b.0.history();
        let histories: Vec<&[(Key, Row)]> = rows.chunk_by(same).collect();
        let turns = histories.len().div_ceil(SIMULATED).max(1);
        let lanes = rayon::current_num_threads().max(1);
        let mut lanes: Vec<Lane> = (0..lanes).map(|_| Lane::default()).collect();
        let mut found = vec![Spreads::default(); self.groups.len()];
        progress.stage("intervals", Some(histories.len() as u64));
        let chunks: Vec<&[&[(Key, Row)]]> = histories.chunks(CHUNK).collect();
        for (number, some) in chunks.chunks(lanes.len()).enumerate() {
            progress.check()?;
            let first = number * lanes.len();
            let parts = some.par_iter().zip(lanes.par_iter_mut()).enumerate();
            let parts: Vec<Vec<Spreads>> = parts
                .map(|(k, (chunk, lane))| self.chunk(chunk, lane, ((first + k) * CHUNK, turns)))
                .collect::<Result<_>>()?;
            for part in parts {
                for (sum, own) in found.iter_mut().zip(part) {
                    sum.purchases.merge(&own.purchases);
                    sum.clv.merge(&own.clv);
                }
            }
            progress.advance(some.iter().map(|chunk| chunk.len() as u64).sum());
        }
        Ok(found)
    }

    /// Some histories, the first of which has this number.
    fn chunk(
        &self,
        histories: &[&[(Key, Row)]],
        lane: &mut Lane,
        (first, turns): (usize, usize),
    ) -> Result<Vec<Spreads>> {
        let reach = self.question.reach();
        let mut found = vec![Spreads::default(); self.groups.len()];
        for (at, rows) in histories.iter().enumerate() {
            let key = &rows[0].0;
            let models = lane.models(self, key.class, &reach)?;
            let history = OneHistory::new(models, key, &reach, ((first + at) % turns, turns))?;
            for (key, row) in *rows {
                history.add(&self.question, key, row, &mut found[key.group as usize]);
            }
        }
        Ok(found)
    }
}

/// What a thread keeps from history to history: the models of all draws, for each class.
#[derive(Default)]
struct Lane {
    models: FxHashMap<u32, DrawnModels>,
    /// Histories asked about since models forgot.
    asked: usize,
}

/// Classes whose models are kept, at most.
const KEPT: usize = 64;

impl Lane {
    fn models(&mut self, gathered: &Gathered, class: u32, reach: &Reach) -> Result<&mut DrawnModels> {
        self.asked += 1;
        if self.asked > REMEMBERED {
            self.models.values_mut().for_each(|models| models.forget(reach));
            self.asked = 1;
        }
        if !self.models.contains_key(&class) {
            if self.models.len() >= KEPT {
                self.models.clear();
            }
            self.models.insert(class, gathered.question.drawn(&gathered.classes.columns[class as usize])?);
        }
        Ok(self.models.get_mut(&class).expect("it has just been put there"))
    }
}

/// What is expected of one history under every draw, and its variances.
struct OneHistory {
    /// Purchases, and the same discounted.
    expected: Vec<(f64, f64)>,
    /// Variance of purchases by draw: number of the draw, and variance.
    purchases: Vec<(usize, f64)>,
    /// The same of the worth in units of `v + x z̄`.
    worth: Vec<(usize, f64)>,
    /// One in how many draws futures were drawn under.
    turns: f64,
}

impl OneHistory {
    fn new(
        models: &mut DrawnModels,
        key: &Key,
        reach: &Reach,
        (turn, turns): (usize, usize),
    ) -> Result<Self> {
        let customer = key.customer();
        let futures = models.futures_of(&customer, key.spends, reach, |draw| draw % turns == turn % turns)?;
        Ok(OneHistory {
            expected: futures.expected.iter().map(|one| (one.purchases, one.discounted)).collect(),
            purchases: futures.purchases_variances(),
            worth: futures.worth_variances(),
            turns: turns as f64,
        })
    }

    /// Draw by draw: histories whose turn it is stand for the others.
    fn variances(&self, of: &[(usize, f64)], customers: impl Fn(usize) -> f64) -> Vec<f64> {
        let mut variances = vec![0.0; self.expected.len()];
        for (draw, variance) in of {
            variances[*draw] = self.turns * variance * customers(*draw);
        }
        variances
    }

    /// Adds customers of this history.
    fn add(&self, question: &Question, key: &Key, row: &Row, to: &mut Spreads) {
        if question.counts {
            let means = self.expected.iter().map(|(purchases, _)| row.count * purchases);
            to.purchases.add(means, self.variances(&self.purchases, |_| row.count).into_iter());
        }
        let Some(estimate) = question.model().spend.filter(|_| question.money) else { return };
        let spend_row = SpendRow::of(key.x, row.mean / row.count);
        let amount = |spend: &SpendModel| spend.expected_spend(&spend_row);
        let own = |spend: &SpendModel| Some(amount(spend)).filter(|own| own.is_finite() && *own > 0.0);
        let each = self.expected.iter().zip(&question.draws).map(|((_, discounted), draw)| {
            let amount = draw.spend.as_ref().and_then(own).unwrap_or(amount(&estimate));
            row.count * question.margin * discounted * amount
        });
        // Σ (v + x z̄)², v the unit of who has spent nothing.
        let x = f64::from(key.x);
        let units = |v: f64| row.count * v * v + 2.0 * v * x * row.mean + x * x * row.square;
        let variance = |draw: usize| {
            question.margin.powi(2) * units(question.draws[draw].spend.map_or(0.0, |spend| spend.unit(0.0)))
        };
        to.clv.add(each, self.variances(&self.worth, variance).into_iter());
    }
}
