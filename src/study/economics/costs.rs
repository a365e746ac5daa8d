//! What customers cost: a file of `period, <group>, cost`, one row a month and group; or a wide one, with a row a month
//! and a column a group, or a row a group and a column a month.
//!
//! The group's column is named as that of `--by`. What costs hold is the user's decision: fully loaded ones
//! (media, agencies, discounts for new customers, salaries) give a CAC that can be compared with a value.

use std::collections::BTreeMap;
use std::path::Path;

use super::base::month_of;
use crate::base::{Error, Result};
use crate::history::{
    Input, NumberStyle,
    small_table::{Bad, MOST_OF_FEW, TextTable},
};

/// Costs of acquisition by month and group.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Costs {
    /// By group and month (since 1970-01); the group is empty if customers are not grouped.
    pub cells: BTreeMap<(String, i32), f64>,
    /// Rows of the file that were added to another of the same month and group.
    pub added_up: u64,
    /// Columns and rows of a wide table that are sums of others, and were left out.
    pub sums: Vec<String>,
}

/// What people call the sum of a wide table.
const SUMS: [&str; 7] = ["total", "sum", "grand total", "all", "gesamt", "summe", "totale"];

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
        let period = table.find(&["period", "month", "date"])?;
        let cost = table.find(&["cost", "costs", "spend", "spending"])?;
        let whose = by.map(|by| table.find(&[by])).transpose()?.flatten();
        match (period, cost) {
            (Some(period), Some(cost)) => Costs::long(table, period, cost, (by, whose)),
            (Some(period), None) if Costs::is_wide(table, period) => {
                Costs::wide(table, by, &|at, column| (table.field(at, period), &table.names[column]), period)
            }
            (None, None) if Costs::has_months(table) => {
                let whose = whose.or((by.is_some() || table.rows() == 1).then_some(0)).unwrap_or(0);
                Costs::wide(table, by, &|at, column| (&table.names[column], table.field(at, whose)), whose)
            }
            (found, _) => {
                let what = if found.is_none() { "period" } else { "cost" };
                Err(missing(table, what))
            }
        }
    }

    /// A row a month and group.
    fn long(
        table: &TextTable,
        period: usize,
        cost: usize,
        (by, group): (Option<&str>, Option<usize>),
    ) -> Result<Self> {
        if let (Some(by), None) = (by, group) {
            let words = format!("'{by}', which says whose costs they are (the column of --by)");
            return Err(missing(table, &words));
        }
        let (mut rows, mut bad) = (Vec::new(), Bad::default());
        let numbers = NumberStyle::proven((0..table.rows()).map(|at| table.field(at, cost)));
        for at in 0..table.rows() {
            let field = |column: usize| table.field(at, column);
            let month = month_of(field(period));
            if month.is_none() {
                bad.add(table.place(at, period), NO_MONTH);
            }
            let amount = amount(numbers, field(cost));
            if amount.is_none() {
                bad.add(table.place(at, cost), NO_COST);
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

    /// Are the columns beside the month's all of costs? One text among them, and the column of costs has another name.
    fn is_wide(table: &TextTable, period: usize) -> bool {
        let others: Vec<usize> = (0..table.names.len()).filter(|column| *column != period).collect();
        let numbers = numbers_beside(table, period);
        let number = |column: &usize| {
            (0..table.rows()).all(|at| {
                let field = table.field(at, *column);
                field.is_empty() || numbers.read(field.as_bytes()).is_some()
            })
        };
        !others.is_empty() && others.iter().all(number)
    }

    /// Are the names of all columns but the first, which says whose costs they are, months?
    fn has_months(table: &TextTable) -> bool {
        let months = table.names.iter().filter(|name| month_of(name).is_some()).count();
        let sums = table.names.iter().filter(|name| is_sum(name)).count();
        months > 0 && months + sums + 1 == table.names.len()
    }

    /// A table of costs by month in one direction and by group in the other: `of` says of a field its month and its group,
    /// `head` is the column that holds no costs. An empty field says nothing of that month.
    fn wide<'t>(
        table: &'t TextTable,
        by: Option<&str>,
        of: &dyn Fn(usize, usize) -> (&'t str, &'t str),
        head: usize,
    ) -> Result<Self> {
        let (mut rows, mut bad, mut sums) = (Vec::new(), Bad::default(), Vec::<String>::new());
        let numbers = numbers_beside(table, head);
        for at in 0..table.rows() {
            for column in (0..table.names.len()).filter(|column| *column != head) {
                let (period, group) = of(at, column);
                if let Some(sum) = [period, group].into_iter().find(|name| is_sum(name)) {
                    sums.push(sum.to_owned());
                    continue;
                }
                let Some(month) = month_of(period) else {
                    bad.add(table.place(at, head), NO_MONTH);
                    continue;
                };
                let field = table.field(at, column);
                match amount(numbers, field) {
                    Some(cost) => rows.push((month, by.map_or("", |_| group).to_owned(), cost)),
                    None if field.is_empty() => {}
                    None => bad.add(table.place(at, column), NO_COST),
                }
            }
        }
        bad.check(rows.len() as u64)?;
        sums.sort_unstable();
        sums.dedup();
        let mut costs = Costs::from_rows(rows);
        // Groups that are not asked for are added up; nothing was there twice.
        costs.added_up = if by.is_some() { costs.added_up } else { 0 };
        Ok(Costs { sums, ..costs })
    }
}

const NO_MONTH: &str = "this is not a month: write 2025-03 or Mar 2025";
const NO_COST: &str =
    "a cost is a number of at least 0, such as 1234.50 or 1.234,50, and all are written alike";

/// How the numbers of all columns but one are written.
fn numbers_beside(table: &TextTable, head: usize) -> NumberStyle {
    let columns = || (0..table.names.len()).filter(move |column| *column != head);
    NumberStyle::proven((0..table.rows()).flat_map(|at| columns().map(move |column| table.field(at, column))))
}

fn amount(numbers: NumberStyle, field: &str) -> Option<f64> {
    numbers.read(field.trim().as_bytes()).filter(|cost| cost.is_finite() && *cost >= 0.0)
}

fn is_sum(name: &str) -> bool {
    SUMS.contains(&name.trim().to_lowercase().as_str())
}

fn missing(table: &TextTable, what: &str) -> Error {
    let found = table.names.join(", ");
    let message = format!(
        "there is no column {what}; the columns are {found}. Costs are a table of period, group and cost, or have a column a \
         group beside the months, or a column a month beside the groups"
    );
    Error::columns(&table.file, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Costs> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("costs.csv");
        std::fs::write(&path, text).unwrap();
        Costs::read(&path, Some("channel"))
    }

    /// Numbers as a spreadsheet of the country writes them are those of the plain table; one that may be two is refused.
    #[test]
    fn costs_are_read_as_logs_are() {
        let plain = read("period,channel,cost\n2023-01,a,1234.5\n2023-01,b,579\n2023-02,a,80.25\n").unwrap();
        let comma = "period;channel;cost\n2023-01;a;1.234,50\n2023-01;b;579,00\n2023-02;a;80,25\n";
        let signs = "period,channel,cost\n2023-01,a,\"$1,234.50\"\n2023-01,b,$579\n2023-02,a,$80.25\n";
        let wide = "channel;2023-01;2023-02\na;1.234,50;80,25\nb;579,00;\n";
        for text in [comma, signs, wide] {
            assert_eq!(read(text).unwrap().cells, plain.cells, "{text}");
        }
        let open = read("period,channel,cost\n2023-01,a,\"1,234\"\n").unwrap_err().to_string();
        assert!(open.contains("all are written alike"), "{open}");
    }
}
