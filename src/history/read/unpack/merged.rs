//! Cells of a sheet that were merged over several rows: a spreadsheet keeps their value in the first of them. Each row below
//! gets it, too, as who looks at the sheet reads it.

use rustc_hash::FxHashMap;

/// The merged cells of a sheet.
#[derive(Default)]
pub(super) struct Merged {
    /// By the row and column of the first cell: the last row.
    regions: FxHashMap<(u32, u32), u32>,
    /// Those that go on in the row that is written: column, last row, text; by column.
    open: Vec<(u32, u32, String)>,
    /// How many cells were filled.
    pub filled: u64,
}

impl Merged {
    /// Of regions: first row and column, last row.
    pub(super) fn new(regions: impl IntoIterator<Item = ((u32, u32), u32)>) -> Self {
        let several = regions.into_iter().filter(|((row, _), last)| last > row);
        Merged { regions: several.collect(), ..Merged::default() }
    }

    /// A cell that has a value of its own.
    pub(super) fn see(&mut self, row: u32, column: u32, text: &str) {
        if let Some(&last) = self.regions.get(&(row, column)) {
            let at = self.open.partition_point(|(other, ..)| *other < column);
            self.open.insert(at, (column, last, text.to_owned()));
        }
    }

    /// What stands in a row from a column on up to another one, because it was merged: column and text.
    pub(super) fn between(&mut self, row: u32, from: u32, to: u32) -> Vec<(u32, String)> {
        let here = self.open.iter().filter(|(column, last, _)| (from..to).contains(column) && *last >= row);
        let found: Vec<(u32, String)> = here.map(|(column, _, text)| (*column, text.clone())).collect();
        self.filled += found.len() as u64;
        found
    }

    /// The row is written.
    pub(super) fn end_row(&mut self, row: u32) {
        self.open.retain(|(_, last, _)| *last > row);
    }
}
