//! Columns whose values stand in the first row of a group only, by the caller's word (`--fill-down`): an empty cell takes
//! what stands above it. Whether a cell is empty because it is unknown, nobody can see, so that it is never done unasked.

use super::{Below, Head, Row};
use crate::base::shown::shown;
use crate::base::{Error, Result, numbers::grouped};
use crate::history::explain::is_total;
use crate::history::options::LogOptions;

pub(super) struct Filled {
    header: usize,
    columns: Vec<usize>,
    names: Vec<String>,
    above: Vec<String>,
    cells: u64,
}

/// The columns that are named, if there are any.
///
/// # Errors
/// If the table has no such column.
pub(super) fn found(head: &Head, options: &LogOptions) -> Result<Option<Filled>> {
    if options.fill_down.is_empty() {
        return Ok(None);
    }
    let Some(Below { header, names, .. }) = head.table() else { return Ok(None) };
    let columns = options.fill_down.iter().map(|wanted| {
        let named = names.iter().position(|name| name == wanted.trim());
        named.ok_or_else(|| {
            let message = format!("there is no column '{wanted}' (columns: {})", names.join(", "));
            Error::option("--fill-down", message)
        })
    });
    let columns: Vec<usize> = columns.collect::<Result<_>>()?;
    let above = vec![String::new(); columns.len()];
    Ok(Some(Filled { header, columns, names: options.fill_down.clone(), above, cells: 0 }))
}

impl Filled {
    pub(super) fn row(&mut self, row: &Row) -> Vec<String> {
        let mut fields = row.fields.to_vec();
        // A sum has no customer, and gets none.
        if row.at <= self.header || fields.iter().any(|cell| is_total(cell)) {
            return fields;
        }
        for (&at, above) in self.columns.iter().zip(&mut self.above) {
            match fields.get_mut(at) {
                Some(cell) if cell.is_empty() && !above.is_empty() => {
                    cell.clone_from(above);
                    self.cells += 1;
                }
                Some(cell) => above.clone_from(cell),
                None => {}
            }
        }
        fields
    }

    pub(super) fn said(&self) -> String {
        let names: Vec<String> = self.names.iter().map(|name| format!("\"{}\"", shown(name))).collect();
        format!(
            "{} empty cells of {} take what stands above them (--fill-down)",
            grouped(self.cells as f64, 0),
            names.join(", ")
        )
    }
}
