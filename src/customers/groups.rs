//! Customers of a summary counted by the values of one attribute, for models whose groups learn from each other.

use std::collections::BTreeMap;

use super::classes::{Covariate, Kind, MOST_LEVELS, places};
use super::counts::CompensatedSum;
use super::table::{CustomerTable, CustomerTableBuilder};
use crate::base::{Error, Progress, Result};
use crate::customers::Customer;
use crate::history::{Summary, SummaryBatch, SummaryMeta};

/// Customers counted by group.
pub struct GroupTables {
    /// What tells groups apart; its names are in the order of the tables.
    pub covariate: Covariate,
    /// Group by group.
    pub tables: Vec<CustomerTable>,
}

/// The customers of one group so far.
#[derive(Default)]
struct Counting {
    customers: CustomerTableBuilder,
    log_gaps: CompensatedSum,
    by_ages: CustomerTableBuilder,
}

impl Counting {
    fn add(&mut self, batch: &SummaryBatch, row: usize) {
        self.customers.push(Customer::of(batch, row), 1.0);
        if batch.purchase_times.is_some() {
            self.by_ages.push_with_ages(Customer::of(batch, row), batch.purchase_times(row), 1.0);
        }
        if let Some(sums) = &batch.log_gaps {
            self.log_gaps.add(sums.value(row));
        }
    }

    fn finish(mut self, meta: &SummaryMeta) -> CustomerTable {
        if meta.has_purchase_times {
            self.customers.by_ages(self.by_ages.finish());
        }
        if meta.has_log_gaps {
            self.customers.log_gaps(self.log_gaps.value());
        }
        self.customers.finish()
    }
}

impl GroupTables {
    /// Reads a summary and counts its customers by this attribute.
    ///
    /// # Errors
    /// If the summary has no such attribute or cannot be read, or if there are too few or too many groups.
    pub fn read(summary: &Summary, name: &str, progress: &dyn Progress) -> Result<Self> {
        let place = places(std::iter::once(name), &summary.meta)
            .map_err(|_| Error::option("--groups", format!("the customers have no attribute '{name}'")))?[0];
        let mut found: BTreeMap<String, Counting> = BTreeMap::new();
        for batch in summary.batches() {
            progress.check()?;
            let batch = batch?;
            for row in 0..batch.len() {
                let value = batch.attributes[place].value(row);
                if !found.contains_key(value) {
                    found.insert(value.to_owned(), Counting::default());
                    refuse_many(name, found.len())?;
                }
                found.get_mut(value).expect("it has just been put there").add(&batch, row);
            }
        }
        if found.len() < 2 {
            let only = found.keys().next().map_or("", String::as_str);
            let message =
                format!("'{name}' is '{only}' for all customers: there are no groups to tell apart");
            return Err(Error::option("--groups", message));
        }
        let names = found.keys().cloned().collect();
        let tables = found.into_values().map(|group| group.finish(&summary.meta)).collect();
        Ok(GroupTables {
            covariate: Covariate { name: name.to_owned(), kind: Kind::Groups { names } },
            tables,
        })
    }
}

fn refuse_many(name: &str, groups: usize) -> Result<()> {
    if groups <= MOST_LEVELS {
        return Ok(());
    }
    let message = format!(
        "'{name}' has more than {MOST_LEVELS} values: each group is fitted. Merge small groups, or take a number as one of \
         the --covariates"
    );
    Err(Error::option("--groups", message))
}
