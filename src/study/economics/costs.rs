//! What customers cost: a file of `period, <group>, cost`, one row a month and group.
//!
//! The group's column is named as that of `--by`. What costs hold is the user's decision: fully loaded ones
//! (media, agencies, discounts for new customers, salaries) give a CAC that can be compared with a value.

use std::collections::BTreeMap;
use std::path::Path;

use super::base::month_of;
use crate::base::{Error, Result};
use crate::history::{
    Input,
    small_table::{Bad, MOST_OF_FEW, TextTable},
};

/// Costs of acquisition by month and group.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Costs {
    /// By group and month (since 1970-01); the group is empty if customers are not grouped.
    pub cells: BTreeMap<(String, i32), f64>,
    /// Rows of the file that were added to another of the same month and group.
    pub added_up: u64,
}

impl Costs {
    /// From rows of month, group and cost; equal months and groups add up.
    pub fn from_rows(rows: impl IntoIterator<Item = (i32, String, f64)>) -> Self {
        let mut costs = Costs::default();
        for (month, group, cost) in rows {
            let cell = costs.cells.entry((group, month));
            costs.added_up += u64::from(matches!(cell, std::collections::btree_map::Entry::Occupied(_)));
            *cell.or_default() += cost;
        }
        costs
    }

    /// Reads a file; `by` is the name of the group's column, if customers are grouped.
    ///
    /// # Errors
    /// If a column is missing, a row has no month, no group or no cost of at least 0, or there are more than 16 MB.
    pub fn read(path: &Path, by: Option<&str>) -> Result<Self> {
        Costs::from_table(&TextTable::read(path, MOST_OF_FEW)?, by)
    }

    /// Reads the same from a file or from a table in memory.
    ///
    /// # Errors
    /// See [`Costs::read`].
    pub fn read_input(input: &Input, by: Option<&str>) -> Result<Self> {
        match input {
            Input::Path(path) => Costs::read(path, by),
            Input::Table(table) => Costs::from_table(&TextTable::from_memory(table)?, by),
            Input::Spooled(_) => {
                Err(Error::option("--costs", "costs are read from a file or a table in memory"))
            }
        }
    }

    fn from_table(table: &TextTable, by: Option<&str>) -> Result<Self> {
        let missing = |what: &str| {
            let found = table.names.join(", ");
            Error::columns(&table.file, format!("there is no column {what}; the columns are {found}"))
        };
        let period = table.find(&["period", "month", "date"])?.ok_or_else(|| missing("period"))?;
        let cost = table.find(&["cost", "costs", "spend", "spending"])?.ok_or_else(|| missing("cost"))?;
        let group = match by {
            None => None,
            Some(by) => {
                let words = format!("'{by}', which says whose costs they are (the column of --by)");
                Some(table.find(&[by])?.ok_or_else(|| missing(&words))?)
            }
        };
        let (mut rows, mut bad) = (Vec::new(), Bad::default());
        for at in 0..table.rows() {
            let field = |column: usize| table.field(at, column);
            let month = month_of(field(period));
            if month.is_none() {
                bad.add(table.place(at, period), "this is not a month: write 2025-03");
            }
            let amount = field(cost).parse::<f64>().ok().filter(|cost| cost.is_finite() && *cost >= 0.0);
            if amount.is_none() {
                let words = "a cost is a number of at least 0, with a decimal point and without separators";
                bad.add(table.place(at, cost), words);
            }
            let name = group.map_or("", field);
            if let Some(group) = group.filter(|group| field(*group).is_empty()) {
                bad.add(table.place(at, group), "whose costs these are is missing");
            }
            rows.extend(month.zip(amount).map(|(month, cost)| (month, name.to_owned(), cost)));
        }
        bad.check(rows.len() as u64)?;
        Ok(Costs::from_rows(rows))
    }
}
