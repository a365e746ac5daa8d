//! Sorted runs to one sorted stream: a tournament over the heads of the runs.
//!
//! Only one block of each run is in memory. The head of a run is compared by a number made of the
//! first bytes in which ids differ at all, and by the whole id only when these are equal. The
//! summary of a log is such a merge, done anew each time it is read.

use std::sync::Arc;

use arrow_array::builder::StringBuilder;
use arrow_array::{Float64Array, StringArray, UInt32Array};
use arrow_buffer::{Buffer, OffsetBuffer, ScalarBuffer};

use super::attributes::Levels;
use super::codec::{Customers, Mark, Rows};
use super::fold::pack;
use super::group::common;
use super::purchase_times::PurchaseTimes;
use super::store::{Block, Store};
use crate::base::{Grain, Result, Unit};
use crate::history::{BATCH_ROWS, Batches, SummaryBatch};

/// One sorted run, read from its least element on.
pub(crate) trait Cursor {
    /// Is the head of this run less than that of the other? An exhausted run comes last.
    fn before(&self, other: &Self) -> bool;

    /// To the next element.
    fn advance(&mut self) -> Result<()>;

    /// Is there none left?
    fn exhausted(&self) -> bool;
}

/// A tree of losers: the least head of all is at the top, the next one is found in log n steps.
pub(crate) struct Tournament<C> {
    cursors: Vec<C>,
    /// At 0 the winner, at each inner node the one that lost there.
    losers: Vec<usize>,
}

impl<C: Cursor> Tournament<C> {
    /// A merge of these runs.
    pub fn new(cursors: Vec<C>) -> Self {
        let losers = vec![0; cursors.len().max(1)];
        let mut tournament = Tournament { cursors, losers };
        if !tournament.cursors.is_empty() {
            tournament.losers[0] = tournament.play(1);
        }
        tournament
    }

    /// The run with the least head; `None` if all are exhausted.
    pub fn least(&self) -> Option<&C> {
        self.cursors.get(self.losers[0]).filter(|cursor| !cursor.exhausted())
    }

    /// Moves the run with the least head on.
    pub fn advance(&mut self) -> Result<()> {
        let mut winner = self.losers[0];
        self.cursors[winner].advance()?;
        let mut node = (winner + self.cursors.len()) / 2;
        while node > 0 {
            let loser = self.losers[node];
            if self.cursors[loser].before(&self.cursors[winner]) {
                self.losers[node] = winner;
                winner = loser;
            }
            node /= 2;
        }
        self.losers[0] = winner;
        Ok(())
    }

    /// Plays out the tree below a node and returns its winner.
    fn play(&mut self, node: usize) -> usize {
        let leaves = self.cursors.len();
        if node >= leaves {
            return node - leaves;
        }
        let (a, b) = (self.play(2 * node), self.play(2 * node + 1));
        let (winner, loser) = if self.cursors[b].before(&self.cursors[a]) { (b, a) } else { (a, b) };
        self.losers[node] = loser;
        winner
    }
}

/// The first 16 bytes of an id from `skip` on, as a number of the same order.
fn prefix(id: &[u8], skip: usize) -> u128 {
    let id = &id[skip.min(id.len())..];
    let mut bytes = [0; 16];
    let n = id.len().min(16);
    bytes[..n].copy_from_slice(&id[..n]);
    u128::from_be_bytes(bytes)
}

/// Rows sorted by id, grain and amount, in blocks of text ids.
pub(crate) struct RowCursor<'a> {
    store: &'a Store,
    blocks: std::vec::IntoIter<Block>,
    rows: Rows,
    at: usize,
    prefix: u128,
    row: u128,
    exhausted: bool,
}

impl<'a> RowCursor<'a> {
    /// At the first row of a run.
    pub fn new(store: &'a Store, run: Vec<Block>) -> Result<Self> {
        let (blocks, rows) = (run.into_iter(), Rows::default());
        let mut cursor = RowCursor { store, blocks, rows, at: 0, prefix: 0, row: 0, exhausted: false };
        cursor.load()?;
        Ok(cursor)
    }

    /// Who.
    pub fn id(&self) -> &[u8] {
        self.rows.texts.get(self.at)
    }

    /// When and how much, packed.
    pub fn row(&self) -> u128 {
        self.row
    }

    /// What goes with it.
    pub fn mark(&self) -> Mark {
        self.rows.marks.get(self.at).copied().unwrap_or_default()
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
        self.prefix = prefix(self.rows.texts.get(self.at), 0);
        let row = self.rows.rows[self.at];
        self.row = pack(row.when, row.amount, 0);
        Ok(())
    }
}

impl Cursor for RowCursor<'_> {
    fn before(&self, other: &Self) -> bool {
        match (self.exhausted, other.exhausted) {
            (false, false) => {
                let by_prefix = self.prefix.cmp(&other.prefix);
                by_prefix.then_with(|| self.id().cmp(other.id())).then(self.row.cmp(&other.row)).is_lt()
            }
            (mine, _) => !mine,
        }
    }

    fn advance(&mut self) -> Result<()> {
        self.at += 1;
        self.load()
    }

    fn exhausted(&self) -> bool {
        self.exhausted
    }
}

/// Customers sorted by id: a finished part of the summary.
#[derive(Default)]
pub(crate) struct Run {
    /// Blocks of [`Customers`].
    pub blocks: Vec<Block>,
    /// The first id.
    pub first: Box<[u8]>,
    /// The last id.
    pub last: Box<[u8]>,
}

/// A [`Run`] being read.
struct RunCursor<'a> {
    store: &'a Store,
    blocks: std::slice::Iter<'a, Block>,
    customers: Customers,
    at: usize,
    /// Bytes that all ids of all runs begin with.
    skip: usize,
    prefix: u128,
    exhausted: bool,
}

impl RunCursor<'_> {
    fn id(&self) -> &[u8] {
        self.customers.id.get(self.at)
    }

    fn load(&mut self) -> Result<()> {
        if self.at >= self.customers.len() {
            let Some(block) = self.blocks.next() else {
                self.exhausted = true;
                return Ok(());
            };
            self.customers.decode(&self.store.get(block)?);
            self.at = 0;
        }
        self.prefix = prefix(self.customers.id.get(self.at), self.skip);
        Ok(())
    }
}

impl Cursor for RunCursor<'_> {
    fn before(&self, other: &Self) -> bool {
        match (self.exhausted, other.exhausted) {
            (false, false) => self.prefix.cmp(&other.prefix).then_with(|| self.id().cmp(other.id())).is_lt(),
            (mine, _) => !mine,
        }
    }

    fn advance(&mut self) -> Result<()> {
        self.at += 1;
        self.load()
    }

    fn exhausted(&self) -> bool {
        self.exhausted
    }
}

/// The summary of a log: runs that are merged as they are read.
pub(crate) struct MergedRuns {
    /// Holds the blocks of the runs.
    pub store: Arc<Store>,
    /// The runs; no customer is in two.
    pub runs: Vec<Run>,
    /// What counted as one purchase.
    pub grain: Grain,
    /// How time is written.
    pub unit: Unit,
    /// Grain of the end of observation.
    pub end: i32,
    /// Are there amounts?
    pub has_money: bool,
    /// Are there logarithms of gaps?
    pub log_gaps: bool,
    /// Are there the ages at each purchase?
    pub purchase_times: bool,
    /// Are there first amounts?
    pub first_amount: bool,
    /// The values of attributes, if there are any.
    pub levels: Option<Arc<Levels>>,
}

impl Batches for MergedRuns {
    fn batches(&self) -> Box<dyn Iterator<Item = Result<SummaryBatch>> + Send + '_> {
        let mut merge = None;
        Box::new(std::iter::from_fn(move || self.next_batch(&mut merge).transpose()))
    }
}

impl MergedRuns {
    /// The next batch of a merge; the first call begins it.
    fn next_batch<'a>(
        &'a self,
        merge: &mut Option<Tournament<RunCursor<'a>>>,
    ) -> Result<Option<SummaryBatch>> {
        if merge.is_none() {
            *merge = Some(self.begin()?);
        }
        let Some(merge) = merge else { return Ok(None) };
        let mut rows = Columns::new(self);
        while rows.x.len() < BATCH_ROWS
            && rows.has_room()
            && let Some(cursor) = merge.least()
        {
            rows.push(&cursor.customers, cursor.at);
            merge.advance()?;
        }
        Ok((!rows.x.is_empty()).then(|| rows.finish()))
    }

    fn begin(&self) -> Result<Tournament<RunCursor<'_>>> {
        let runs = || self.runs.iter().filter(|run| !run.blocks.is_empty());
        let ids = || runs().flat_map(|run| [&run.first, &run.last]);
        let skip = ids().next().and_then(|some| ids().map(|id| common(some, id)).min()).unwrap_or(0);
        let cursors = runs().map(|run| {
            let (store, blocks) = (&*self.store, run.blocks.iter());
            let customers = Customers::default();
            let mut cursor = RunCursor { store, blocks, customers, at: 0, skip, prefix: 0, exhausted: false };
            cursor.load().map(|()| cursor)
        });
        Ok(Tournament::new(cursors.collect::<Result<_>>()?))
    }
}

/// The columns of a batch as it grows.
struct Columns<'a> {
    source: &'a MergedRuns,
    /// The logarithm of a grain in units.
    log_grain: f64,
    ids: Vec<u8>,
    id_ends: Vec<i32>,
    x: Vec<u32>,
    recency: Vec<f64>,
    t: Vec<f64>,
    mean: Vec<f64>,
    log_gaps: Vec<f64>,
    purchase_times: PurchaseTimes,
    first_amount: Vec<f64>,
    attributes: Vec<StringBuilder>,
}

impl<'a> Columns<'a> {
    fn new(source: &'a MergedRuns) -> Self {
        let numbers = || Vec::with_capacity(BATCH_ROWS);
        let mut id_ends = Vec::with_capacity(BATCH_ROWS + 1);
        id_ends.push(0);
        Columns {
            source,
            log_grain: source.grain.in_units(1, source.unit).ln(),
            ids: Vec::with_capacity(BATCH_ROWS * 8),
            id_ends,
            x: Vec::with_capacity(BATCH_ROWS),
            recency: numbers(),
            t: numbers(),
            mean: numbers(),
            log_gaps: if source.log_gaps { numbers() } else { Vec::new() },
            purchase_times: PurchaseTimes::default(),
            first_amount: if source.first_amount { numbers() } else { Vec::new() },
            attributes: source.levels.iter().flat_map(|l| &l.names).map(|_| StringBuilder::new()).collect(),
        }
    }

    /// Is there room for one more text? Offsets have 32 bits.
    fn has_room(&self) -> bool {
        const FULL: usize = 1 << 30;
        let times = self.purchase_times.has_room();
        times
            && self.ids.len() < FULL
            && self.attributes.iter().all(|column| column.values_slice().len() < FULL)
    }

    fn push(&mut self, customers: &Customers, at: usize) {
        let (source, customer) = (self.source, &customers.folded[at]);
        self.ids.extend_from_slice(customers.id.get(at));
        self.id_ends.push(self.ids.len() as i32);
        self.x.push(customer.x);
        self.recency.push(source.grain.in_units(customer.last - customer.first, source.unit));
        self.t.push(source.grain.in_units(source.end - customer.first, source.unit));
        self.mean.push(customer.mean);
        if source.log_gaps {
            self.log_gaps.push(customer.log_gaps + f64::from(customer.x) * self.log_grain);
        }
        if source.purchase_times {
            self.purchase_times.push_gaps(customers.gaps.get(at), source.grain, source.unit);
        }
        if source.first_amount {
            self.first_amount.push(customer.first_amount);
        }
        if let Some(levels) = &source.levels {
            for (i, (column, &rank)) in self.attributes.iter_mut().zip(customers.taken(at)).enumerate() {
                column.append_value(levels.text(i, rank));
            }
        }
    }

    fn finish(mut self) -> SummaryBatch {
        let ends = OffsetBuffer::new(ScalarBuffer::from(self.id_ends));
        SummaryBatch {
            // Ids came as text and their bytes were not touched.
            customer_id: StringArray::new(ends, Buffer::from_vec(self.ids), None),
            frequency: UInt32Array::from(self.x),
            recency: Float64Array::from(self.recency),
            t: Float64Array::from(self.t),
            monetary_value: self.source.has_money.then(|| Float64Array::from(self.mean)),
            log_gaps: self.source.log_gaps.then(|| Float64Array::from(self.log_gaps)),
            purchase_times: self.source.purchase_times.then(|| self.purchase_times.finish()),
            first_amount: self.source.first_amount.then(|| Float64Array::from(self.first_amount)),
            attributes: self.attributes.iter_mut().map(StringBuilder::finish).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Numbers(Vec<u32>, usize);

    impl Cursor for Numbers {
        fn before(&self, other: &Self) -> bool {
            match (self.0.get(self.1), other.0.get(other.1)) {
                (Some(a), Some(b)) => a < b,
                (a, _) => a.is_some(),
            }
        }
        fn advance(&mut self) -> Result<()> {
            self.1 += 1;
            Ok(())
        }
        fn exhausted(&self) -> bool {
            self.1 >= self.0.len()
        }
    }

    #[test]
    fn any_number_of_runs_is_merged() {
        for runs in 0..20u32 {
            let cursors = (0..runs).map(|run| Numbers((0..run * 3).map(|i| i * (run % 5 + 1)).collect(), 0));
            let mut merge = Tournament::new(cursors.collect::<Vec<_>>());
            let mut merged = Vec::new();
            while let Some(cursor) = merge.least() {
                merged.push(cursor.0[cursor.1]);
                merge.advance().unwrap();
            }
            let mut sorted: Vec<u32> =
                (0..runs).flat_map(|run| (0..run * 3).map(move |i| i * (run % 5 + 1))).collect();
            sorted.sort_unstable();
            assert_eq!(merged, sorted);
        }
    }
}
