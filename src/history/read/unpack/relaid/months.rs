//! A column for each month (or year): each cell that is not empty or 0 becomes a row of its own. That this is one purchase
//! is what `--grain month` (or year) says of any table of months, so that it is done only where that is asked for.

use super::super::super::months::periods;
use super::{Head, Row, cells};
use crate::base::shown::shown;
use crate::base::{Grain, numbers::grouped};
use crate::history::explain::is_total;
use crate::history::options::LogOptions;

/// So many columns of months make such a table.
const ENOUGH: usize = 3;
/// This share of their cells must be amounts.
const MOST: f64 = 0.9;

pub(super) struct Months {
    header: usize,
    /// Columns and the first days of what they stand for.
    months: Vec<(usize, String)>,
    /// The columns that say something of the customer.
    others: Vec<usize>,
    names: Vec<String>,
    cells: u64,
}

/// The months of a table that has nothing else for dates.
pub(super) fn found(head: &Head, options: &LogOptions) -> Option<Months> {
    let grain = options.grain();
    if options.date.is_some() || options.no_header || !matches!(grain, Grain::Month | Grain::Year) {
        return None;
    }
    let of = |row: &[String]| periods(row, grain);
    let (header, months) = head.rows.iter().take(super::ABOVE).enumerate().find_map(|(at, row)| {
        let months = of(row);
        (months.len() >= ENOUGH).then_some((at, months))
    })?;
    let names = &head.rows[header];
    let others: Vec<usize> = cells(names)
        .filter(|(at, name)| months.iter().all(|(column, _)| column != at) && !is_total(name))
        .map(|(at, _)| at)
        .collect();
    let rows = head.rows[header + 1..].iter().filter(|row| row.len() == names.len());
    let (mut filled, mut amounts) = (0, 0);
    for row in rows {
        for (at, _) in &months {
            filled += usize::from(!row[*at].is_empty());
            amounts += usize::from(!row[*at].is_empty() && is_amount(&row[*at]));
        }
    }
    let plan = Months { header, months, others, names: names.clone(), cells: 0 };
    (!plan.others.is_empty() && amounts > 0 && amounts as f64 >= MOST * filled as f64).then_some(plan)
}

/// Is it a number, or a sign for none?
fn is_amount(cell: &str) -> bool {
    let letters = cell.chars().filter(|c| c.is_alphabetic()).count();
    cell == "-" || (super::has_digit(cell) && letters <= 3)
}

impl Months {
    pub(super) fn rows(&mut self, row: &Row) -> Vec<Vec<String>> {
        if row.at < self.header {
            return Vec::new();
        }
        let field = |at: usize| row.fields.get(at).cloned().unwrap_or_default();
        let others = self.others.iter().map(|&at| field(at));
        if row.at == self.header {
            return vec![others.chain(["month".to_owned(), "amount".to_owned()]).collect()];
        }
        let others: Vec<String> = others.collect();
        // A sum has as many cells as a customer.
        if others.iter().any(|text| is_total(text)) {
            return Vec::new();
        }
        let filled = self.months.iter().map(|(at, month)| (field(*at), month));
        let bought = filled.filter(|(amount, _)| amount.chars().any(|c| c.is_numeric() && c != '0'));
        let rows: Vec<Vec<String>> = bought
            .map(|(amount, month)| others.iter().cloned().chain([month.clone(), amount]).collect())
            .collect();
        self.cells += rows.len() as u64;
        rows
    }

    pub(super) fn said(&self) -> String {
        let name = |month: Option<&(usize, String)>| month.map_or("", |(at, _)| self.names[*at].as_str());
        format!(
            "columns \"{}\" to \"{}\" are read as one purchase for each of their {} cells that are not empty or 0",
            shown(name(self.months.first())),
            shown(name(self.months.last())),
            grouped(self.cells as f64, 0)
        )
    }
}
