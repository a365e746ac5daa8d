//! One partition to one sorted run of customers.
//!
//! Rows are brought together by customer in memory and folded. A partition that does not fit into
//! its share of memory (very many customers, or one customer with very many rows) is taken in
//! pieces: each piece becomes a sorted run of rows, and the runs are merged into the same fold,
//! row by row. Both ways see the rows of a customer in the same order, so that the results are
//! equal to the bit.

use std::collections::HashMap;

use super::codec::{Customers, Rows};
use super::fold::{Fold, FoldCounts, Folded, unpack};
use super::group::Group;
use super::merge::{RowCursor, Run, Tournament};
use super::scatter::hash_id;
use super::store::{Block, Store};
use crate::error::Result;

/// Collapses one partition after the other.
pub(crate) struct Collapse<'a> {
    store: &'a Store,
    /// Memory for the rows being sorted [bytes].
    share: u64,
    block_rows: usize,
    fold: Fold,
    group: Group,
}

impl<'a> Collapse<'a> {
    /// With so much memory for sorting, and `block_rows` customers or rows in a block of a run.
    pub fn new(store: &'a Store, since: Option<i32>, share: u64, block_rows: usize) -> Self {
        Collapse { store, share, block_rows, fold: Fold::new(since), group: Group::default() }
    }

    /// The customers of a partition, and what became of its rows.
    pub fn partition(&mut self, blocks: Vec<Block>) -> Result<(Run, FoldCounts)> {
        self.fold.counts = FoldCounts::default();
        let mut run = RunWriter::new(self.store, self.block_rows);
        let mut pieces = Vec::new();
        let mut piece = Vec::new();
        self.group.clear();
        for block in blocks {
            if self.group.memory() > self.share && self.group.rows() > 0 {
                pieces.push(self.sorted_rows(std::mem::take(&mut piece))?);
                self.group.clear();
            }
            self.group.add_ids(&self.store.get(&block)?);
            piece.push(block);
        }
        if pieces.is_empty() {
            self.fold_group(piece, &mut run)?;
        } else {
            pieces.push(self.sorted_rows(piece)?);
            self.group = Group::default();
            self.fold_merged(pieces, &mut run)?;
        }
        Ok((run.finish()?, self.fold.counts))
    }

    /// Folds what is in the group.
    fn fold_group(&mut self, blocks: Vec<Block>, run: &mut RunWriter) -> Result<()> {
        self.group.place(blocks.iter().map(|block| self.store.get(block)))?;
        drop(blocks);
        self.group.customers(|id, rows| {
            rows.iter().for_each(|&row| self.fold.push(row));
            self.fold.finish().map_or(Ok(()), |customer| run.push(id, customer))
        })
    }

    /// What is in the group as a run of rows sorted by id, grain and amount.
    fn sorted_rows(&mut self, blocks: Vec<Block>) -> Result<Vec<Block>> {
        self.group.place(blocks.iter().map(|block| self.store.get(block)))?;
        drop(blocks);
        let (mut sorted, mut rows, mut encoded) = (Vec::new(), Rows::default(), Vec::new());
        let mut flush = |rows: &mut Rows| -> Result<()> {
            encoded.clear();
            rows.encode(&mut encoded);
            rows.clear();
            sorted.push(self.store.put(&encoded)?);
            Ok(())
        };
        self.group.customers(|id, packed| {
            for &row in packed {
                let (when, amount) = unpack(row);
                rows.texts.push(id);
                rows.when.push(when);
                rows.amount.push(amount);
                if rows.len() >= self.block_rows {
                    flush(&mut rows)?;
                }
            }
            Ok(())
        })?;
        if rows.len() > 0 {
            flush(&mut rows)?;
        }
        Ok(sorted)
    }

    /// Merges runs of rows and folds them.
    fn fold_merged(&mut self, pieces: Vec<Vec<Block>>, run: &mut RunWriter) -> Result<()> {
        let cursors = pieces.into_iter().map(|piece| RowCursor::new(self.store, piece));
        let mut merge = Tournament::new(cursors.collect::<Result<_>>()?);
        let mut id: Vec<u8> = Vec::new();
        let mut begun = false;
        while let Some(cursor) = merge.least() {
            if !begun || cursor.id() != id {
                self.finish_customer(&id, run)?;
                id.clear();
                id.extend_from_slice(cursor.id());
                begun = true;
            }
            self.fold.push(cursor.row());
            merge.advance()?;
        }
        self.finish_customer(&id, run)
    }

    fn finish_customer(&mut self, id: &[u8], run: &mut RunWriter) -> Result<()> {
        self.fold.finish().map_or(Ok(()), |customer| run.push(id, customer))
    }
}

/// Writes a run.
struct RunWriter<'a> {
    store: &'a Store,
    block_rows: usize,
    pending: Customers,
    encoded: Vec<u8>,
    run: Run,
}

impl<'a> RunWriter<'a> {
    fn new(store: &'a Store, block_rows: usize) -> Self {
        RunWriter {
            store,
            block_rows,
            pending: Customers::default(),
            encoded: Vec::new(),
            run: Run::default(),
        }
    }

    fn push(&mut self, id: &[u8], customer: Folded) -> Result<()> {
        if self.run.blocks.is_empty() && self.pending.len() == 0 {
            self.run.first = id.into();
        }
        self.pending.id.push(id);
        self.pending.x.push(customer.x);
        self.pending.first.push(customer.first);
        self.pending.last.push(customer.last);
        self.pending.mean.push(customer.mean);
        if self.pending.len() >= self.block_rows { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<()> {
        self.run.last = self.pending.id.get(self.pending.len() - 1).into();
        self.encoded.clear();
        self.pending.encode(&mut self.encoded);
        self.pending.clear();
        self.run.blocks.push(self.store.put(&self.encoded)?);
        Ok(())
    }

    fn finish(mut self) -> Result<Run> {
        if self.pending.len() > 0 {
            self.flush()?;
        }
        Ok(self.run)
    }
}

/// Ids that differ from others only by blanks around them.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Blanks {
    /// How many ids have such a twin, each set of twins counted once.
    pub sets: u64,
    /// The least of them, without its blanks.
    pub example: Option<String>,
}

impl Blanks {
    /// Those of one partition; ids that differ only by blanks are always in the same one.
    pub fn of(store: &Store, run: &Run) -> Result<Self> {
        let mut seen: HashMap<u64, u32> = HashMap::new();
        each_id(store, run, |id| {
            if id.trim().len() < id.len() {
                seen.insert(hash_id(id.trim()), 0);
            }
        })?;
        let mut found = Blanks::default();
        if seen.is_empty() {
            return Ok(found);
        }
        each_id(store, run, |id| {
            let id = id.trim();
            let Some(count) = seen.get_mut(&hash_id(id)) else { return };
            *count += 1;
            if *count == 2 {
                found.sets += 1;
                if found.example.as_deref().is_none_or(|least| id < least) {
                    found.example = Some(id.to_owned());
                }
            }
        })?;
        Ok(found)
    }

    /// Adds those of another partition.
    pub fn add(&mut self, other: Blanks) {
        self.sets += other.sets;
        self.example = self.example.take().into_iter().chain(other.example).min();
    }
}

fn each_id(store: &Store, run: &Run, mut each: impl FnMut(&str)) -> Result<()> {
    let mut customers = Customers::default();
    for block in &run.blocks {
        customers.decode(&store.get(block)?);
        (0..customers.len()).for_each(|i| each(std::str::from_utf8(customers.id.get(i)).unwrap_or_default()));
    }
    Ok(())
}
