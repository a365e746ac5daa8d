//! Who was acquired, at what cost, and what they have brought and will bring: costs joined to customers.
//!
//! Customers belong to the month and group of their first purchase. CAC is of the months for which there are
//! costs, so that CAC x new customers is the cost to the last cent; what does not fit together is counted in
//! the notes.

use std::collections::BTreeMap;

use super::base::{Base, month_name};
use super::costs::Costs;
use crate::base::numbers::grouped;

/// New customers of one group and month.
#[derive(Debug, Clone, PartialEq)]
pub struct AcquiredMonth {
    /// The group; empty if customers are not grouped.
    pub group: String,
    /// Month of the first purchase, since 1970-01.
    pub month: i32,
    /// New customers.
    pub customers: u64,
    /// What was spent on acquiring them; `None` if the costs do not say.
    pub cost: Option<f64>,
    /// Margin on all they have bought so far.
    pub realised: f64,
    /// Their value from today on.
    pub expected: f64,
}

impl AcquiredMonth {
    /// Cost a new customer; infinite if there are costs and no customers.
    pub fn cac(&self) -> Option<f64> {
        self.cost.map(|cost| cost / self.customers as f64)
    }
}

/// New customers of one group, or of all.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Acquired {
    /// New customers.
    pub customers: u64,
    /// Of these in months with costs.
    pub costed: u64,
    /// What those cost; `None` if no month of the group has costs.
    pub cost: Option<f64>,
    /// Margin on all that new customers have bought so far.
    pub realised: f64,
    /// Their value from today on.
    pub expected: f64,
}

impl Acquired {
    /// Cost of acquisition a customer.
    pub fn cac(&self) -> Option<f64> {
        self.cost.map(|cost| cost / self.costed as f64)
    }

    /// Margin so far and value from today on, a customer.
    pub fn worth(&self) -> f64 {
        (self.realised + self.expected) / self.customers as f64
    }

    fn add(&mut self, month: &AcquiredMonth) {
        self.customers += month.customers;
        self.realised += month.realised;
        self.expected += month.expected;
        if let Some(cost) = month.cost {
            self.costed += month.customers;
            *self.cost.get_or_insert(0.0) += cost;
        }
    }
}

/// Everything about who was acquired.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Acquisitions {
    pub months: Vec<AcquiredMonth>,
    pub groups: Vec<Acquired>,
    pub all: Acquired,
    pub notes: Vec<String>,
}

impl Acquisitions {
    /// Joins costs to customers; `values` are those of the customers from today on. `whole` says whether the
    /// last month was observed to its end.
    pub fn new(base: &Base, values: &[f64], costs: Option<&Costs>, whole: bool) -> Self {
        let levels: Vec<&str> =
            base.by.first().map_or(vec![""], |by| by.levels.iter().map(String::as_str).collect());
        let mut cells: BTreeMap<(usize, i32), AcquiredMonth> = BTreeMap::new();
        for (i, value) in values.iter().enumerate() {
            let level = base.by.first().map_or(0, |by| by.of[i] as usize);
            let cell =
                cells.entry((level, base.born[i])).or_insert_with(|| empty(levels[level], base.born[i]));
            cell.customers += 1;
            cell.realised += base.margin[i] * base.paid(i);
            cell.expected += value;
        }
        let mut found = Acquisitions { groups: vec![Acquired::default(); levels.len()], ..Self::default() };
        if let Some(costs) = costs {
            found.join(costs, &levels, &mut cells, base, whole);
        }
        for ((level, _), month) in &cells {
            found.groups[*level].add(month);
            found.all.add(month);
        }
        if costs.is_some() {
            found.say_missing(&levels, &cells);
        }
        found.months = cells.into_values().collect();
        found
    }

    /// Puts costs into the cells; those that no customers stand against are in no CAC.
    fn join(
        &mut self,
        costs: &Costs,
        levels: &[&str],
        cells: &mut BTreeMap<(usize, i32), AcquiredMonth>,
        base: &Base,
        whole: bool,
    ) {
        let (first, last) = base.born.iter().fold((i32::MAX, i32::MIN), |(a, b), m| (a.min(*m), b.max(*m)));
        let (mut outside, mut unknown): ((u64, f64), BTreeMap<&str, f64>) = ((0, 0.0), BTreeMap::new());
        let mut spelled: BTreeMap<(&str, &str), f64> = BTreeMap::new();
        for ((group, month), cost) in &costs.cells {
            if *month < first || *month > last {
                outside = (outside.0 + 1, outside.1 + cost);
            } else if let Some(level) = level_of(levels, group) {
                if levels[level] != group {
                    *spelled.entry((group, levels[level])).or_default() += cost;
                }
                let cell = cells.entry((level, *month)).or_insert_with(|| empty(levels[level], *month));
                *cell.cost.get_or_insert(0.0) += cost;
            } else {
                *unknown.entry(group).or_default() += cost;
            }
        }
        for ((group, level), _) in spelled {
            self.notes.push(format!("costs of '{group}' are taken for those of '{level}'"));
        }
        if !costs.sums.is_empty() {
            let names = costs.sums.join(", ");
            self.notes.push(format!("costs called {names} are the sum of the others and are left out"));
        }
        for (group, cost) in unknown {
            self.notes.push(format!(
                "costs of '{group}' ({}) bought no customer of that name and are in no CAC: write it as in the log, or \
                 share them out among groups, or leave --by out",
                grouped(cost, 2)
            ));
        }
        if outside.0 > 0 {
            self.notes.push(format!(
                "{} rows of costs ({}) are of months without new customers in the log ({} to {}) and are left out",
                outside.0,
                grouped(outside.1, 2),
                month_name(first),
                month_name(last)
            ));
        }
        if costs.added_up > 0 {
            let n = costs.added_up;
            self.notes.push(format!("{n} rows of costs were added to others of the same month and group"));
        }
        if !whole && costs.cells.keys().any(|(_, month)| *month == last) {
            self.notes.push(format!(
                "{} is not observed to its end: its costs stand against the customers of a part of it",
                month_name(last)
            ));
        }
    }

    /// Customers without costs.
    fn say_missing(&mut self, levels: &[&str], cells: &BTreeMap<(usize, i32), AcquiredMonth>) {
        for (level, name) in levels.iter().enumerate() {
            let own = || cells.iter().filter(|((of, _), _)| *of == level).map(|(_, month)| month);
            let missing: Vec<&AcquiredMonth> = own().filter(|month| month.cost.is_none()).collect();
            let customers: u64 = missing.iter().map(|month| month.customers).sum();
            let name = if name.is_empty() { "customers" } else { name };
            if missing.len() == own().count() {
                self.notes.push(format!("{name}: there are no costs, and so no CAC"));
            } else if !missing.is_empty() {
                self.notes.push(format!(
                    "{name}: {} months with {customers} new customers have no costs and are not in the CAC",
                    missing.len()
                ));
            }
        }
    }
}

/// The group that costs of this name belong to: the one that is spelled so, or the only one that is but for capitals and
/// for blanks around it.
fn level_of(levels: &[&str], group: &str) -> Option<usize> {
    let plain = |name: &str| name.trim().to_lowercase();
    let mut close = (0..levels.len()).filter(|level| plain(levels[*level]) == plain(group));
    let exact = levels.iter().position(|level| *level == group);
    exact.or_else(|| close.next().filter(|_| close.next().is_none()))
}

fn empty(group: &str, month: i32) -> AcquiredMonth {
    let group = group.to_owned();
    AcquiredMonth { group, month, customers: 0, cost: None, realised: 0.0, expected: 0.0 }
}
