//! Rows on their way into a state: sorted by day, then customer, whatever the order in which they were read.
//!
//! Days come first since new rows are mostly of the last days: what a state has of these lies together and is found
//! without looking at the rest.

use std::sync::{Mutex, PoisonError};

use super::super::codec::{Mark, Row, Rows};
use super::super::merge::{Cursor, Tournament};
use super::super::read::{IdColumn, Purchases};
use super::super::store::{Block, Store};
use crate::base::Result;

/// Rows of a block of a sorted run.
const BLOCK_ROWS: usize = 4096;

/// A row, with the text of its id.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StateRow {
    /// Who.
    pub id: Box<str>,
    /// Day since 1970.
    pub day: i32,
    /// How much; negative for a return.
    pub amount: f64,
    /// Time of day, place in the input, order, number of its attributes.
    pub mark: Mark,
}

/// Takes rows from the workers of the reader.
pub(crate) struct Sorter<'a> {
    store: &'a Store,
    /// Bytes of rows at which a worker's are sorted into a run.
    most: usize,
    workers: Vec<Mutex<Rows>>,
    runs: Mutex<Vec<Vec<Block>>>,
}

impl<'a> Sorter<'a> {
    /// For so many workers, whose rows may take about `memory` bytes in all.
    pub fn new(store: &'a Store, workers: usize, memory: u64) -> Self {
        let workers: Vec<Mutex<Rows>> = (0..workers.max(1)).map(|_| Mutex::default()).collect();
        let most = (memory as usize / workers.len()).max(1 << 20);
        Sorter { store, most, workers, runs: Mutex::default() }
    }

    /// Takes rows from one of the workers.
    pub fn add(&self, worker: usize, purchases: &Purchases) -> Result<()> {
        let mut rows =
            self.workers[worker % self.workers.len()].lock().unwrap_or_else(PoisonError::into_inner);
        let mut number = itoa::Buffer::new();
        for (i, &when) in purchases.when.iter().enumerate() {
            match &purchases.id {
                IdColumn::Int(ids) => rows.texts.push(number.format(ids[i]).as_bytes()),
                IdColumn::Text(ids) => rows.texts.push(ids.value(i).as_bytes()),
            }
            rows.rows.push(Row { id: 0, amount: purchases.amount.get(i).copied().unwrap_or(0.0), when });
            rows.marks.push(purchases.marks.get(i).copied().unwrap_or_default());
        }
        let bytes = rows.len() * (size_of::<Row>() + size_of::<Mark>() + 40) + rows.texts.bytes.len();
        if bytes > self.most { self.flush(&mut rows) } else { Ok(()) }
    }

    fn flush(&self, rows: &mut Rows) -> Result<()> {
        let order = order_of(rows);
        let (mut run, mut block, mut encoded) = (Vec::new(), Rows::default(), Vec::new());
        for part in order.chunks(BLOCK_ROWS) {
            block.clear();
            for &key in part {
                let at = key as u32 as usize;
                block.texts.push(rows.texts.get(at));
                block.rows.push(rows.rows[at]);
                block.marks.push(rows.marks[at]);
            }
            encoded.clear();
            block.encode(&mut encoded);
            run.push(self.store.put(&encoded)?);
        }
        rows.clear();
        self.runs.lock().unwrap_or_else(PoisonError::into_inner).push(run);
        Ok(())
    }

    /// All rows, sorted.
    pub fn finish(mut self) -> Result<SortedRows<'a>> {
        for worker in std::mem::take(&mut self.workers) {
            let mut rows = worker.into_inner().unwrap_or_else(PoisonError::into_inner);
            if rows.len() > 0 {
                self.flush(&mut rows)?;
            }
        }
        let runs = self.runs.into_inner().unwrap_or_else(PoisonError::into_inner);
        let cursors = runs.into_iter().map(|run| DayCursor::new(self.store, run)).collect::<Result<_>>()?;
        Ok(SortedRows(Tournament::new(cursors)))
    }
}

/// By day and the first bytes of ids as one number, with the row's index in its last 32 bits; then by all that tells rows
/// apart.
fn order_of(rows: &Rows) -> Vec<u128> {
    let key = |i: usize| {
        let (when, id) = (rows.rows[i].when, rows.texts.get(i));
        u128::from(super::super::codec::sortable(when)) << 96 | u128::from(prefix(id)) << 32 | i as u128
    };
    let mut order: Vec<u128> = (0..rows.len()).map(key).collect();
    order.sort_unstable();
    let full = |key: &u128| {
        let at = *key as u32 as usize;
        (rows.texts.get(at), rows.marks[at])
    };
    for tied in order.chunk_by_mut(|a, b| a >> 32 == b >> 32).filter(|tied| tied.len() > 1) {
        tied.sort_unstable_by(|a, b| full(a).cmp(&full(b)));
    }
    order
}

/// The first eight bytes of an id, in the order of ids.
fn prefix(id: &[u8]) -> u64 {
    let mut bytes = [0; 8];
    let n = id.len().min(8);
    bytes[..n].copy_from_slice(&id[..n]);
    u64::from_be_bytes(bytes)
}

/// Sorted rows, one by one.
pub(crate) struct SortedRows<'a>(Tournament<DayCursor<'a>>);

impl SortedRows<'_> {
    /// The day of the next row.
    pub fn day(&self) -> Option<i32> {
        self.0.least().map(|cursor| cursor.rows.rows[cursor.at].when)
    }

    /// The next row.
    ///
    /// # Errors
    /// If the file that rows wait in cannot be read.
    pub fn next(&mut self) -> Result<Option<StateRow>> {
        let Some(cursor) = self.0.least() else { return Ok(None) };
        let Row { amount, when, .. } = cursor.rows.rows[cursor.at];
        // Ids were looked at when they were read.
        let id = String::from_utf8_lossy(cursor.id()).into();
        let row = StateRow { id, day: when, amount, mark: cursor.rows.marks[cursor.at] };
        self.0.advance()?;
        Ok(Some(row))
    }
}

/// A sorted run, read from its first row on.
struct DayCursor<'a> {
    store: &'a Store,
    blocks: std::vec::IntoIter<Block>,
    rows: Rows,
    at: usize,
    exhausted: bool,
}

impl<'a> DayCursor<'a> {
    fn new(store: &'a Store, run: Vec<Block>) -> Result<Self> {
        let (blocks, rows) = (run.into_iter(), Rows::default());
        let mut cursor = DayCursor { store, blocks, rows, at: 0, exhausted: false };
        cursor.load()?;
        Ok(cursor)
    }

    fn id(&self) -> &[u8] {
        self.rows.texts.get(self.at)
    }

    fn load(&mut self) -> Result<()> {
        if self.at >= self.rows.len() {
            let Some(block) = self.blocks.next() else {
                self.exhausted = true;
                return Ok(());
            };
            self.rows.decode(&self.store.get(&block)?);
            self.at = 0;
        }
        Ok(())
    }
}

impl Cursor for DayCursor<'_> {
    fn before(&self, other: &Self) -> bool {
        let (mine, its) = match (self.exhausted, other.exhausted) {
            (false, false) => (self, other),
            (mine, _) => return !mine,
        };
        let day = |cursor: &Self| cursor.rows.rows[cursor.at].when;
        let by_day = day(mine).cmp(&day(its));
        by_day
            .then_with(|| mine.id().cmp(its.id()))
            .then_with(|| mine.rows.marks[mine.at].cmp(&its.rows.marks[its.at]))
            .is_lt()
    }

    fn advance(&mut self) -> Result<()> {
        self.at += 1;
        self.load()
    }

    fn exhausted(&self) -> bool {
        self.exhausted
    }
}
