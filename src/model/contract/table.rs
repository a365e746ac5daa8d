//! Contracts, counted: how long each has lasted, and whether it has ended.

use std::collections::BTreeMap;

use crate::customers::Table;

/// One customer under contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContractRow {
    /// Periods. Of a contract that has ended: how many it lasted, at least 1 (1: not renewed once). Of
    /// one that goes on: how many are complete, that is, how often it was renewed.
    pub periods: u32,
    /// Has it ended?
    pub ended: bool,
}

/// Distinct contracts with counts, by periods. Cohorts need not be kept apart: each customer counts from
/// its own start.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ContractTable {
    /// The distinct contracts, ascending.
    pub rows: Vec<ContractRow>,
    /// Row by row: how many.
    pub count: Vec<f64>,
    /// The sum of all counts.
    pub customers: f64,
}

impl ContractTable {
    /// Counts contracts, each given with how many customers have it. What says nothing (no customers, or
    /// no period observed) only adds to the customers.
    ///
    /// # Panics
    /// If one has ended after no period at all.
    pub fn new(contracts: impl IntoIterator<Item = (ContractRow, f64)>) -> Self {
        let mut counts = BTreeMap::new();
        for (row, count) in contracts {
            assert!(row.periods > 0 || !row.ended, "a contract lasts at least one period");
            *counts.entry(row).or_insert(0.0) += count;
        }
        counts.retain(|_, count| *count > 0.0);
        let customers = counts.values().sum();
        let (rows, count) = counts.into_iter().filter(|(row, _)| row.periods > 0).unzip();
        ContractTable { rows, count, customers }
    }

    /// Counts contracts that are followed only from a renewal on, each given with how many were behind it when it came into
    /// view: what it is known to have passed says nothing, so that `S(t)/S(n)` stands for `S(t)`, and the contracts that it
    /// came from are taken off.
    pub fn entered(contracts: impl IntoIterator<Item = (ContractRow, u32)>) -> Self {
        let mut counts: BTreeMap<ContractRow, f64> = BTreeMap::new();
        let mut customers = 0.0;
        for (row, before) in contracts {
            *counts.entry(row).or_insert(0.0) += 1.0;
            if before > 0 {
                *counts.entry(ContractRow { periods: before, ended: false }).or_insert(0.0) -= 1.0;
            }
            customers += 1.0;
        }
        let (rows, count) =
            counts.into_iter().filter(|(row, count)| row.periods > 0 && *count != 0.0).unzip();
        ContractTable { rows, count, customers }
    }

    /// Several tables as one.
    pub fn together(tables: &[ContractTable]) -> Self {
        let mut counts: BTreeMap<ContractRow, f64> = BTreeMap::new();
        let all = tables.iter().flat_map(|table| table.rows.iter().zip(&table.count));
        all.for_each(|(row, count)| *counts.entry(*row).or_insert(0.0) += count);
        let (rows, count) = counts.into_iter().filter(|(_, count)| *count != 0.0).unzip();
        ContractTable { rows, count, customers: tables.iter().map(|table| table.customers).sum() }
    }

    /// How many contracts have ended.
    pub fn ended(&self) -> f64 {
        self.rows.iter().zip(&self.count).filter(|(row, _)| row.ended).map(|(_, count)| count).sum()
    }

    /// How often a customer could renew, in all.
    pub fn renewals_due(&self) -> f64 {
        self.rows.iter().zip(&self.count).map(|(row, count)| f64::from(row.periods) * count).sum()
    }

    /// The longest contract.
    pub fn longest(&self) -> u32 {
        self.rows.last().map_or(0, |row| row.periods)
    }

    /// For each renewal, from the first on: how many customers were due, and how many renewed.
    pub fn renewals(&self) -> Vec<(f64, f64)> {
        let mut all = vec![(0.0, 0.0); self.longest() as usize];
        for (row, count) in self.rows.iter().zip(&self.count) {
            let renewed = (row.periods - u32::from(row.ended)) as usize;
            for (i, (due, kept)) in all[..row.periods as usize].iter_mut().enumerate() {
                *due += count;
                *kept += if i < renewed { *count } else { 0.0 };
            }
        }
        all
    }
}

impl Table for ContractTable {
    fn len(&self) -> usize {
        self.rows.len()
    }
    fn customers(&self) -> f64 {
        self.customers
    }
    /// Periods have no scale: 1.
    fn typical(&self) -> f64 {
        1.0
    }
    fn thinned(&self, step: usize) -> Self {
        let kept = self.rows.iter().zip(&self.count).step_by(step);
        ContractTable::new(kept.map(|(row, count)| (*row, *count)))
    }
    fn counts(&self) -> &[f64] {
        &self.count
    }
    fn with_counts(&self, counts: Vec<f64>) -> Self {
        assert_eq!(counts.len(), self.rows.len(), "one count for each row");
        ContractTable { rows: self.rows.clone(), customers: counts.iter().sum(), count: counts }
    }
}
