//! Hands out the input piece by piece, in order: what workers take turns to ask for.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow_array::RecordBatch;

use super::BlockKey;
use super::arrow::{self, Batches};
use super::blocks::{BlockReader, header, hint_length};
use super::inputs::Format;
use super::recognise::{Inputs, Table};
use crate::base::Result;

/// A piece of the input.
pub(crate) struct Work {
    /// Where it stands.
    pub key: BlockKey,
    /// How many pieces come before it, in all files.
    pub number: u32,
    /// Which file it is from.
    pub file: usize,
    /// What it is.
    pub data: Data,
}

/// What a piece of the input is.
pub(crate) enum Data {
    /// Text, in the block handed along: its first line and how many there are (a last one may not count).
    Text { first_line: u64, lines: u64 },
    /// A row group of a Parquet file.
    Group(usize),
    /// Rows, the first of which has this number.
    Batch(RecordBatch, u64),
}

/// Goes through the files in order.
pub(crate) struct Feed<'a> {
    inputs: &'a Inputs,
    file: usize,
    piece: u64,
    number: u32,
    open: Option<Open>,
    bytes: u64,
}

enum Open {
    Text { reader: BlockReader, taken: Arc<AtomicU64>, counted: u64 },
    Groups { sizes: Vec<u64>, next: usize },
    Ipc { batches: Batches, size: u64 },
}

impl<'a> Feed<'a> {
    /// From the first file on.
    pub fn new(inputs: &'a Inputs) -> Self {
        Feed { inputs, file: 0, piece: 0, number: 0, open: None, bytes: 0 }
    }

    /// From this file on.
    pub fn from_file(inputs: &'a Inputs, file: usize) -> Self {
        Feed { file, ..Feed::new(inputs) }
    }

    /// The place of the next piece.
    pub fn key(&self) -> BlockKey {
        (self.file, self.piece, 0)
    }

    /// Bytes taken from the files since the last call.
    pub fn take_bytes(&mut self) -> u64 {
        std::mem::take(&mut self.bytes)
    }

    /// The next piece; text is put into `block`.
    pub fn next(&mut self, block: &mut Vec<u8>) -> Result<Option<Work>> {
        while let Some(table) = self.inputs.tables.get(self.file) {
            let mut open = match self.open.take() {
                Some(open) => open,
                None => open_table(table)?,
            };
            let data = self.advance(table, &mut open, block)?;
            if let Some(data) = data {
                let work = Work { key: self.key(), number: self.number, file: self.file, data };
                self.piece += 1;
                self.number += 1;
                self.open = Some(open);
                return Ok(Some(work));
            }
            self.file += 1;
            self.piece = 0;
        }
        Ok(None)
    }

    fn advance(&mut self, table: &Table, open: &mut Open, block: &mut Vec<u8>) -> Result<Option<Data>> {
        match open {
            Open::Text { reader, taken, counted } => {
                let first = reader.next(block)?;
                let now = taken.load(Ordering::Relaxed);
                self.bytes += now - *counted;
                *counted = now;
                let Some((mut first_line, mut lines)) = first else { return Ok(None) };
                if let (0, Format::Text(separator)) = (self.piece, table.format) {
                    debug_assert!(hint_length(block) < block.len());
                    let (_, start, line) = header(block, first_line, separator, table.above);
                    block.drain(..start);
                    lines = lines.saturating_sub(line - first_line);
                    first_line = line;
                }
                Ok(Some(Data::Text { first_line, lines }))
            }
            Open::Groups { sizes, next } => {
                let Some(size) = sizes.get(*next) else { return Ok(None) };
                self.bytes += size;
                *next += 1;
                Ok(Some(Data::Group(*next - 1)))
            }
            Open::Ipc { batches, size } => match batches.next().transpose()? {
                Some((batch, first_row)) => Ok(Some(Data::Batch(batch, first_row))),
                None => {
                    self.bytes += std::mem::take(size);
                    Ok(None)
                }
            },
        }
    }
}

fn open_table(table: &Table) -> Result<Open> {
    if let Some(arrow) = &table.arrow {
        if table.format == Format::Parquet {
            let sizes = arrow::row_groups(arrow).into_iter().map(|(_, size)| size).collect();
            return Ok(Open::Groups { sizes, next: 0 });
        }
        let batches = match table.source.table() {
            Some(memory) => arrow::open_memory(memory, &table.used()),
            None => arrow::open_ipc(&table.source, table.format, &table.used())?,
        };
        return Ok(Open::Ipc { batches, size: table.source.length });
    }
    let reader = BlockReader::open(&table.source, table.separator())?;
    let taken = reader.bytes_read();
    Ok(Open::Text { reader, taken, counted: 0 })
}

/// Calls `each` with the batches of a piece that is not text: batch, number of its first row, place.
pub(crate) fn for_each_batch(
    inputs: &Inputs,
    work: Work,
    mut each: impl FnMut(&Table, &RecordBatch, u64, BlockKey) -> Result<()>,
) -> Result<()> {
    let table = &inputs.tables[work.file];
    match (work.data, &table.arrow) {
        (Data::Batch(batch, first_row), _) => each(table, &batch, first_row, work.key),
        (Data::Group(group), Some(arrow)) => {
            let batches = arrow::open_group(&table.source, arrow, group, &table.used())?;
            for (sub, batch) in batches.enumerate() {
                let (batch, first_row) = batch?;
                each(table, &batch, first_row, (work.key.0, work.key.1, sub as u64))?;
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// The same as long as it answers yes.
pub(crate) fn batches_while(
    inputs: &Inputs,
    work: Work,
    mut each: impl FnMut(&Table, &RecordBatch) -> Result<bool>,
) -> Result<()> {
    let table = &inputs.tables[work.file];
    match (work.data, &table.arrow) {
        (Data::Batch(batch, _), _) => each(table, &batch).map(drop),
        (Data::Group(group), Some(arrow)) => {
            for batch in arrow::open_group(&table.source, arrow, group, &table.used())? {
                if !each(table, &batch?.0)? {
                    break;
                }
            }
            Ok(())
        }
        _ => Ok(()),
    }
}
