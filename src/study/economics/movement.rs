//! Movement between two dates: states then and now, whose value fell most, and who buys more or less than was
//! to be expected.
//!
//! What was known at the earlier date is the log cut there, under the same model. Growth and decline are
//! judged by each customer's own predictive distribution as it was then:
//! `P(Y >= y)` or `P(Y <= y)` of the purchases `y` made since. With many customers some are surprising by chance:
//! `expected_by_chance` says how many at most.

use std::collections::HashMap;

use jiff::civil::Date;
use rustc_hash::FxHashMap;

use super::base::{Base, silent_days};
use super::segments::{SegmentRules, Segments, State};
use super::standing::Standing;
use super::valuation::Values;
use crate::base::Unit;
use crate::customers::Customer;
use crate::fitted::PurchaseModel;
use crate::model::Attrition;

/// Customers shown of each kind.
pub(super) const SHOWN: usize = 10;

/// A customer who buys otherwise than expected.
#[derive(Debug, Clone, PartialEq)]
pub struct Surprise {
    /// Who.
    pub id: String,
    /// Purchases since the earlier date.
    pub purchases: u32,
    /// What was expected then.
    pub expected: f64,
    /// Probability of so many, or so few.
    pub p: f64,
    /// Value today.
    pub value: f64,
}

/// A customer whose value fell.
#[derive(Debug, Clone, PartialEq)]
pub struct Fall {
    /// Who.
    pub id: String,
    /// Value at the earlier date.
    pub before: f64,
    /// Value today.
    pub now: f64,
    /// State at the earlier date.
    pub from: State,
    /// State today.
    pub to: State,
}

/// What has changed since an earlier date.
#[derive(Debug, Clone, PartialEq)]
pub struct Movement {
    /// The earlier date.
    pub from: Date,
    /// The end of observation.
    pub to: Date,
    /// Customers by state then (rows) and now (columns), in the order of [`State::ALL`].
    pub matrix: Vec<Vec<u64>>,
    /// Customers first seen since, by state now.
    pub arrived: Vec<u64>,
    /// Of those active by the rule then, the share active now, by group of the first grouping.
    pub retained: Vec<Option<f64>>,
    /// The same of all.
    pub retained_all: Option<f64>,
    /// Value of the customers known then, at that date and today.
    pub value: (f64, f64),
    /// Whose value fell most.
    pub falls: Vec<Fall>,
    /// How many buy more than was to be expected, and those who are worth most.
    pub growing: (u64, Vec<Surprise>),
    /// How many buy less, and those of whom most was expected.
    pub shrinking: (u64, Vec<Surprise>),
    /// Most that chance alone makes of either.
    pub expected_by_chance: f64,
}

/// What was known at the earlier date.
pub(super) struct Before<'a> {
    pub date: Date,
    /// History by history.
    pub standings: &'a [Standing],
    pub base: &'a Base,
    pub values: &'a Values,
    pub models: &'a [PurchaseModel],
}

/// What is needed of today.
pub(super) struct Now<'a> {
    pub date: Date,
    pub base: &'a Base,
    pub segments: &'a Segments,
    pub unit: Unit,
    /// Length of the rule of activity \[days\].
    pub within: f64,
}

impl Movement {
    pub(super) fn new(before: &Before, now: &Now) -> Self {
        let here: HashMap<&str, usize> =
            now.base.id.iter().enumerate().map(|(i, id)| (id.as_str(), i)).collect();
        let mut tally = Tally::new(now);
        for i in 0..before.base.len() {
            // Whoever was known then and is no longer has had all purchases returned since.
            if let Some(&j) = here.get(before.base.id[i].as_str()) {
                tally.add(before, now, i, j);
            }
        }
        tally.finish(before, now)
    }
}

/// What is added up customer by customer.
struct Tally {
    matrix: Vec<Vec<u64>>,
    arrived: Vec<u64>,
    kept: Kept,
    value: (f64, f64),
    /// How far value fell, who that is then and now, and the state then.
    falls: Vec<(f64, usize, usize, State)>,
    growing: Vec<Surprise>,
    shrinking: Vec<Surprise>,
    /// By history then and purchases since: are they surprising?
    surprises: FxHashMap<(u32, u32), Option<(bool, f64)>>,
}

impl Tally {
    fn new(now: &Now) -> Self {
        Tally {
            matrix: vec![vec![0; State::ALL.len()]; State::ALL.len()],
            arrived: now.segments.states.iter().map(|(_, share)| share.customers).collect(),
            kept: Kept::new(now.base),
            value: (0.0, 0.0),
            falls: Vec::new(),
            growing: Vec::new(),
            shrinking: Vec::new(),
            surprises: FxHashMap::default(),
        }
    }

    /// A customer, number `i` then and `j` now.
    fn add(&mut self, before: &Before, now: &Now, i: usize, j: usize) {
        let place = |state: State| State::ALL.iter().position(|s| *s == state).unwrap_or(0);
        let rules = &now.segments.rules;
        let (was, is) = (&before.base.customers[i], &now.segments.customers[j]);
        let worth = before.values.clv[i];
        let state = before.standings[before.base.histories.of[i] as usize].state;
        self.matrix[place(state)][place(is.state)] += 1;
        self.arrived[place(is.state)] -= 1;
        self.kept.add(was, &now.base.customers[j], j, now);
        self.value = (self.value.0 + worth, self.value.1 + is.value);
        self.falls.push((worth - is.value, i, j, state));
        let model = &before.models[before.base.history(i).class as usize];
        let (expected, after) = (before.values.purchases[i], &now.base.customers[j]);
        let purchases = after.x.saturating_sub(was.x);
        // Time passes alike for all, so it is the same for all of one history.
        let known = self.surprises.entry((before.base.histories.of[i], purchases));
        let found =
            *known.or_insert_with(|| surprise(&**model, was, after.t - was.t, expected, purchases, rules));
        if let Some((more, p)) = found {
            let found = Surprise { id: is.id.clone(), purchases, expected, p, value: is.value };
            if more { self.growing.push(found) } else { self.shrinking.push(found) }
        }
    }

    fn finish(mut self, before: &Before, now: &Now) -> Movement {
        self.falls.sort_by(|a, b| b.0.total_cmp(&a.0));
        let fall = |(_, i, j, from): &(f64, usize, usize, State)| {
            let is = &now.segments.customers[*j];
            Fall {
                id: is.id.clone(),
                before: before.values.clv[*i],
                now: is.value,
                from: *from,
                to: is.state,
            }
        };
        self.growing.sort_by(|a, b| b.value.total_cmp(&a.value));
        self.shrinking.sort_by(|a, b| b.expected.total_cmp(&a.expected));
        let first = |mut all: Vec<Surprise>| {
            let count = all.len() as u64;
            all.truncate(SHOWN);
            (count, all)
        };
        Movement {
            from: before.date,
            to: now.date,
            matrix: self.matrix,
            arrived: self.arrived,
            retained: self.kept.groups.iter().map(Kept::share).collect(),
            retained_all: Kept::share(&self.kept.all),
            value: self.value,
            falls: self.falls.iter().filter(|fall| fall.0 > 0.0).take(SHOWN).map(fall).collect(),
            growing: first(self.growing),
            shrinking: first(self.shrinking),
            expected_by_chance: now.segments.rules.surprising * before.base.len() as f64,
        }
    }
}

/// Customers active then, and of them those active now.
struct Kept {
    groups: Vec<(u64, u64)>,
    all: (u64, u64),
}

impl Kept {
    fn new(base: &Base) -> Self {
        Kept { groups: vec![(0, 0); base.by.first().map_or(0, |by| by.levels.len())], all: (0, 0) }
    }

    fn add(&mut self, was: &Customer, is: &Customer, j: usize, now: &Now) {
        let active = |c: &Customer| silent_days(c, now.unit) < now.within;
        if !active(was) {
            return;
        }
        let group = now.base.by.first().map(|by| by.of[j] as usize);
        let sums = group.map(|group| &mut self.groups[group]).into_iter().chain([&mut self.all]);
        sums.for_each(|(then, still)| {
            *then += 1;
            *still += u64::from(active(is));
        });
    }

    fn share((then, still): &(u64, u64)) -> Option<f64> {
        (*then > 0).then(|| *still as f64 / *then as f64)
    }
}

/// Is this number of purchases surprising: more (true) or fewer, and with what probability?
fn surprise(
    model: &dyn Attrition,
    was: &Customer,
    ahead: f64,
    expected: f64,
    y: u32,
    rules: &SegmentRules,
) -> Option<(bool, f64)> {
    let more = f64::from(y) > expected;
    // P(Y = 0) >= exp(-E[Y]) whatever is mixed: few purchases are no surprise where few were expected.
    if ahead <= 0.0 || (!more && (-expected).exp() > rules.surprising) {
        return None;
    }
    let most = if more { y.checked_sub(1)? } else { y };
    let below: f64 = (0..=most).map(|n| model.purchases_pmf(was, ahead, n)).sum();
    let p = if more { (1.0 - below).max(0.0) } else { below };
    (p < rules.surprising).then_some((more, p))
}
