//! Retention tables: how many of a cohort are still there after 0, 1, 2, ... periods.

use rustc_hash::FxHashMap;

use super::{Cohort, ContractData, ContractOptions, Contracts};
use crate::base::{Error, Result};
use crate::history::small_table::{Bad, TextTable};

pub(super) fn read(
    table: &TextTable,
    cohort: Option<usize>,
    period: usize,
    count: usize,
    options: &ContractOptions,
) -> Result<Contracts> {
    // Rows by cohort, in order of appearance.
    let mut cohorts: Vec<(String, Vec<Entry>)> = Vec::new();
    let mut bad = Bad::default();
    let mut known: FxHashMap<&str, usize> = FxHashMap::default();
    for row in 0..table.rows() {
        let number = |column: usize| table.field(row, column).parse::<u64>().ok();
        let (Some(period), Some(customers)) = (number(period), number(count)) else {
            let column = if number(period).is_none() { period } else { count };
            bad.add(table.place(row, column), "not a whole number; shares and percentages are no customers");
            continue;
        };
        let name = cohort.map_or("", |column| table.field(row, column));
        let place = *known.entry(name).or_insert(cohorts.len());
        if place == cohorts.len() {
            cohorts.push((name.to_owned(), Vec::new()));
        }
        cohorts[place].1.push(Entry { period, customers, row });
    }
    bad.check(cohorts.iter().map(|(_, entries)| entries.len() as u64).sum())?;
    let cohorts = cohorts.into_iter().map(|(name, mut entries)| {
        entries.sort_by_key(|entry| entry.period);
        check(table, period, count, &entries)?;
        Ok(Cohort { name, survivors: entries.iter().map(|entry| entry.customers).collect() })
    });
    Ok(Contracts {
        id_column: None,
        data: ContractData::Cohorts(cohorts.collect::<Result<_>>()?),
        period: options.period,
        first_start: None,
        observed_until: options.observed_until,
        rows_read: table.rows() as u64,
        remarks: Vec::new(),
        sha256: table.sha256.clone(),
    })
}

/// One row.
struct Entry {
    period: u64,
    customers: u64,
    row: usize,
}

/// Periods are 0, 1, 2, ..., and nobody comes back.
fn check(table: &TextTable, period: usize, count: usize, entries: &[Entry]) -> Result<()> {
    for (expected, entry) in (0..).zip(entries) {
        if entry.period != expected {
            let message = format!(
                "period {expected} of this cohort is missing or there twice: give every period from 0 (all who \
                 began) on, once"
            );
            return Err(Error::input(table.place(entry.row, period), message));
        }
    }
    for pair in entries.windows(2) {
        if pair[1].customers > pair[0].customers {
            let message = format!(
                "more customers than the {} of the period before: count only those of the cohort who never left",
                pair[0].customers
            );
            return Err(Error::input(table.place(pair[1].row, count), message));
        }
    }
    Ok(())
}
