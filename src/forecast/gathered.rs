//! The intervals of totals alone, for those who show aggregates: the same sums as one gets from the intervals of
//! all customers, in a fraction of the time.
//!
//! Customers who share history and group are counted, with the sum of their mean amounts and of its square: the
//! expected amount is a line in the mean amount, and the variance of a customer's value a parabola in it. Both are
//! worked out under every point of the parameters for each distinct history ([`super::ahead`]). Totals of few customers
//! are drawn ([`super::few`]), here and where all customers get intervals of their own.

use std::collections::BTreeMap;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::ahead::{Ahead, Basis, Future};
use super::few::{self, Few, One};
use super::interval::{Amounts, GroupSums};
use super::question::{Question, REMEMBERED, spend_row};
use super::simulated::Reach;
use super::{ScoreOptions, Spread};
use crate::base::{Progress, Result};
use crate::customers::{Classes, Customer, SpendRow};
use crate::fitted::{ClvModel, PurchaseModel, draws};
use crate::history::{Summary, SummaryBatch};
use crate::model::{Outlook, Scorer};

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
    buyers: Spread,
    purchases: Spread,
    clv: Spread,
}

impl Spreads {
    fn merge(&mut self, other: &Spreads) {
        self.buyers.merge(&other.buyers);
        self.purchases.merge(&other.purchases);
        self.clv.merge(&other.clv);
    }

    fn put_into(self, group: &mut GroupSums) {
        (group.buyers_spread, group.purchases_spread, group.clv_spread) =
            (self.buyers, self.purchases, self.clv);
    }
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
            group.buyers_spread.drawn(totals.buyers);
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
            all.merge(&own);
            if let Some(group) = name.as_ref().and_then(|_| sums.get_mut(name)) {
                own.put_into(group);
            }
        }
        if let Some(group) = sums.get_mut(&None) {
            all.put_into(group);
        }
        Ok(())
    }

    /// Group by group.
    fn spreads(&self, rows: &FxHashMap<Key, Row>, progress: &dyn Progress) -> Result<Vec<Spreads>> {
        let mut rows: Vec<(Key, Row)> = rows.iter().map(|(key, row)| (*key, *row)).collect();
        rows.par_sort_unstable_by_key(|(key, _)| *key);
        let same = |a: &(Key, Row), b: &(Key, Row)| a.0.history() == b.0.history();
        let histories: Vec<&[(Key, Row)]> = rows.chunk_by(same).collect();
        let lanes = rayon::current_num_threads().max(1);
        let mut lanes: Vec<Lane> = (0..lanes).map(|_| Lane::default()).collect();
        let mut found = vec![Spreads::default(); self.groups.len()];
        progress.stage("intervals", Some(histories.len() as u64));
        let chunks: Vec<&[&[(Key, Row)]]> = histories.chunks(CHUNK).collect();
        for some in chunks.chunks(lanes.len()) {
            progress.check()?;
            let parts = some.par_iter().zip(lanes.par_iter_mut());
            let parts: Vec<Vec<Spreads>> =
                parts.map(|(chunk, lane)| self.chunk(chunk, lane)).collect::<Result<_>>()?;
            for part in parts {
                for (sum, own) in found.iter_mut().zip(part) {
                    sum.merge(&own);
                }
            }
            progress.advance(some.iter().map(|chunk| chunk.len() as u64).sum());
        }
        Ok(found)
    }

    /// Some histories.
    fn chunk(&self, histories: &[&[(Key, Row)]], lane: &mut Lane) -> Result<Vec<Spreads>> {
        let basis = self.question.basis();
        let mut found = vec![Spreads::default(); self.groups.len()];
        for rows in histories {
            let key = &rows[0].0;
            let class = lane.class(self, key.class, &basis.reach)?;
            let customer = key.customer();
            let exact = class.exact(&customer);
            let future = class.ahead.future(&customer, key.spends, &basis, 0.5);
            for (key, row) in *rows {
                self.add_row(&future, &basis, (key, row), exact, &mut found[key.group as usize]);
            }
        }
        Ok(found)
    }

    /// Adds customers of one history.
    fn add_row(
        &self,
        future: &Future,
        basis: &Basis,
        (key, row): (&Key, &Row),
        exact: (f64, f64),
        to: &mut Spreads,
    ) {
        let question = &self.question;
        future.add_buying(basis, row.count, &mut to.buyers);
        if question.counts {
            future.add_purchases(basis, row.count, exact.0, &mut to.purchases);
        }
        let Some(spend) = basis.spend else { return };
        let spend_row = SpendRow::of(key.x, row.mean / row.count);
        // Σ (v + x z̄)², v the unit of who has spent nothing.
        let (v, x) = (spend.unit(0.0), f64::from(key.x));
        let square = row.count * v * v + 2.0 * v * x * row.mean + x * x * row.square;
        let each = (row.count, spend.expected_spend(&spend_row));
        let amounts =
            Amounts::new(basis, &spend_row, each, question.margin, question.margin.powi(2) * square);
        future.add_value(basis, &amounts, exact.1, &mut to.clv);
    }
}

/// What a thread keeps from history to history, for each class.
#[derive(Default)]
struct Lane {
    classes: FxHashMap<u32, Class>,
    /// Histories asked about since classes forgot.
    asked: usize,
}

/// Customers who share their covariates.
struct Class {
    ahead: Ahead,
    estimates: PurchaseModel,
    purchases: Box<dyn Scorer>,
    value: Option<Box<dyn Scorer>>,
}

impl Class {
    /// What is expected at the estimates: purchases, and the worth of one unit of money for each.
    fn exact(&mut self, customer: &Customer) -> (f64, f64) {
        let alive = self.estimates.p_alive(customer);
        let (purchases, mut discounted) = self.purchases.if_alive(customer);
        if let Some(value) = &mut self.value {
            discounted = value.if_alive(customer).1;
        }
        let outlook = Outlook::new(alive, purchases, discounted);
        (outlook.purchases, outlook.discounted)
    }
}

/// Classes that are kept, at most.
const KEPT: usize = 64;

impl Lane {
    fn class(&mut self, gathered: &Gathered, class: u32, reach: &Reach) -> Result<&mut Class> {
        self.asked += 1;
        if self.asked > REMEMBERED {
            self.asked = 1;
            if self.classes.values().map(|class| class.ahead.bytes()).sum::<usize>()
                > gathered.question.tables
            {
                self.classes.values_mut().for_each(|class| class.ahead.forget());
            }
        }
        if !self.classes.contains_key(&class) {
            if self.classes.len() >= KEPT {
                self.classes.clear();
            }
            let question = &gathered.question;
            let columns = &gathered.classes.columns[class as usize];
            let estimates = question.under(&draws::estimate(question.model()), columns)?;
            let value = reach.value_horizon != reach.horizon;
            let new = Class {
                ahead: question.ahead(columns)?,
                purchases: estimates.scorer(reach.horizon, reach.discounting),
                value: value.then(|| estimates.scorer(reach.value_horizon, reach.discounting)),
                estimates,
            };
            self.classes.insert(class, new);
        }
        Ok(self.classes.get_mut(&class).expect("it has just been put there"))
    }
}
