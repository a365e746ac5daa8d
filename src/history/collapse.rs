//! Partitions to sorted runs of customers.
//!
//! A partition is split once more, in memory, into groups so small that bringing their rows together
//! stays in the processor's cache; each customer's rows are folded, and the customers of several
//! partitions are sorted into one run. A partition that does not fit into memory (very many customers,
//! or one customer with very many rows) is sorted in pieces, which are merged row by row into the
//! same fold. Both ways see the rows of a customer in the same order, so that the results are equal
//! to the bit.

use std::sync::Arc;

use super::activity::ActivityCounter;
use super::attributes::{AttributeCounts, Levels, Tracker};
use super::calendar::Calendar;
use super::clean::carried;
use super::codec::{Customers, Row, Rows, row_bytes};
use super::far_dates::{DayCounter, DayCounts};
use super::fold::{Fold, FoldCounts, Folded, FoldedCounts, unpack};
use super::group::{Group, order_of};
use super::merge::{RowCursor, Run, Tournament};
use super::oddities::Oddities;
use super::orders::{Lines, Marked, ORDERS_APART, settle};
use super::past::Past;
use super::scatter::{Partition, Writing, hash_int, hash_text};
use super::spend_drift::DriftCounter;
use super::standout::Leaders;
use super::store::{Block, Store};
use super::timing::Timing;
use super::twins::TwinFinder;
use crate::base::{Grain, Result};

/// Rows of a group, about.
const GROUP_ROWS: usize = 1 << 14;

/// Groups of a partition, at most.
const GROUPS: usize = 64;

/// What a [`Collapse`] goes by.
#[derive(Debug, Clone)]
pub(crate) struct CollapseOptions {
    /// What counts as one purchase.
    pub grain: Grain,
    /// Customers first seen before this grain are left out.
    pub since: Option<i32>,
    /// Sum the logarithms of gaps?
    pub log_gaps: bool,
    /// Keep the gaps one by one?
    pub each_gap: bool,
    /// Purchases by time: an empty count, if they are asked for.
    pub calendar: Option<Calendar>,
    /// Keep first amounts?
    pub first_amount: bool,
    /// Active customers by month: empty counts, if they are asked for.
    pub activity: Option<ActivityCounter>,
    /// Repeat purchases by age and date: an empty count, if they are asked for.
    pub timing: Option<Timing>,
    /// When customers bought: nobody's, if a sample is asked for.
    pub past: Option<Past>,
    /// How amounts change with time: an empty count, if it is asked for.
    pub drift: Option<DriftCounter>,
    /// Occasions by day: an empty count.
    pub days: DayCounter,
    /// The values of attributes, if there are any.
    pub levels: Option<Arc<Levels>>,
    /// Memory for the rows of a partition [bytes].
    pub rows_memory: u64,
    /// Memory for the customers of a run [bytes].
    pub run_memory: u64,
    /// Rows or customers in a block of a run.
    pub block_rows: usize,
    /// What ids could differ by and still be one.
    pub writing: Writing,
    /// How the lines of an order make its amount, if rows have orders.
    pub orders: Option<Lines>,
}

impl CollapseOptions {
    /// Has each row a mark?
    fn is_marked(&self) -> bool {
        self.levels.is_some() || self.orders.is_some()
    }
}

/// Collapses one partition after the other.
pub(crate) struct Collapse<'a> {
    store: &'a Store,
    options: CollapseOptions,
    fold: Fold,
    group: Group,
    /// The partition at hand in groups: rows with integer ids, rows with other ids.
    groups: Vec<[Rows; 2]>,
    block: Rows,
    found: Found<'a>,
    oddities: Oddities,
    /// The rows of the customer at hand, if they have orders.
    rows: Vec<Marked>,
}

/// What came of some partitions.
#[derive(Default)]
pub(crate) struct Collapsed {
    /// Their customers.
    pub runs: Vec<Run>,
    /// What became of their rows.
    pub counts: FoldCounts,
    /// What became of their attributes.
    pub attributes: Vec<AttributeCounts>,
    /// Purchases by time, if they were asked for.
    pub calendar: Option<Calendar>,
    /// Active customers by month, if they were asked for.
    pub activity: Option<ActivityCounter>,
    /// Repeat purchases by age and date, if they were asked for.
    pub timing: Option<Timing>,
    /// When customers of a sample bought, if it was asked for.
    pub past: Option<Past>,
    /// How amounts change with time, if it was asked for.
    pub drift: Option<DriftCounter>,
    /// Their occasions by day.
    pub days: DayCounts,
    /// What is odd about them.
    pub oddities: Oddities,
}

impl Collapsed {
    /// Adds what came of other partitions.
    pub fn add(&mut self, other: Collapsed) {
        self.runs.extend(other.runs);
        self.counts.add(&other.counts);
        AttributeCounts::add_all(&mut self.attributes, &other.attributes);
        self.oddities.add(other.oddities);
        self.days.add(other.days);
        if let Some(calendar) = other.calendar {
            self.calendar.get_or_insert_default().add(&calendar);
        }
        if let Some(activity) = other.activity {
            self.activity.get_or_insert_default().add(&activity);
        }
        if let Some(timing) = other.timing {
            self.timing.get_or_insert_default().add(&timing);
        }
        if let Some(past) = other.past {
            self.past.get_or_insert_default().add(&past);
        }
        if let Some(drift) = other.drift {
            self.drift.get_or_insert_default().add(&drift);
        }
    }
}

impl<'a> Collapse<'a> {
    /// Finished blocks go to `store`.
    pub fn new(store: &'a Store, options: CollapseOptions) -> Self {
        Collapse {
            store,
            fold: Fold::new(options.since, options.log_gaps, options.levels.clone().map(Tracker::new))
                .with_each_gap(options.each_gap)
                .with_calendar(options.calendar.clone())
                .with_activity(options.activity.clone(), options.first_amount)
                .with_timing(options.timing.clone())
                .with_past(options.past.is_some())
                .with_drift(options.drift)
                .with_days(options.days.clone())
                .by(options.grain),
            group: Group::default(),
            groups: Vec::new(),
            block: Rows::default(),
            found: Found::new(store, options.clone()),
            options,
            oddities: Oddities::default(),
            rows: Vec::new(),
        }
    }

    /// Takes the customers of a partition.
    pub fn partition(&mut self, partition: Partition) -> Result<()> {
        if partition.rows as u64 * self.row_bytes() + partition.text <= self.options.rows_memory {
            self.split(partition)?;
            for at in 0..self.groups.len() {
                self.fold_group(at)?;
            }
        } else {
            let pieces = self.sorted_pieces(partition)?;
            self.fold_merged(pieces)?;
        }
        self.oddities.twins.add(self.found.finder.finish());
        Ok(())
    }

    /// Memory of a row of a partition while it is collapsed, without the text of its id \[bytes\].
    fn row_bytes(&self) -> u64 {
        row_bytes(self.options.is_marked()) as u64
    }

    /// What came of all partitions taken.
    pub fn finish(mut self) -> Result<Collapsed> {
        let FoldedCounts { counts, attributes, calendar, activity, timing, drift, days } =
            self.fold.into_counts();
        let mut oddities = self.oddities;
        let past = self.found.options.past.take();
        let runs = self.found.finish(&mut oddities.leaders)?;
        Ok(Collapsed { runs, counts, attributes, calendar, activity, timing, past, drift, days, oddities })
    }

    /// Splits a partition into groups by bits of the hash that tell nothing yet.
    fn split(&mut self, partition: Partition) -> Result<()> {
        let groups = (partition.rows / GROUP_ROWS + 1).next_power_of_two().min(GROUPS);
        self.groups.resize_with(groups, Default::default);
        self.groups.iter_mut().flatten().for_each(Rows::clear);
        let groups = &mut self.groups[..];
        // The number of groups is a power of two; dividing would take longer than all the rest.
        let (shift, mask) = (40, groups.len() - 1);
        for block in partition.blocks {
            self.block.decode(&self.store.get(&block)?);
            let Rows { rows, marks, texts } = &self.block;
            if self.block.of_integers() {
                for (i, &row) in rows.iter().enumerate() {
                    let group = &mut groups[(hash_int(row.id) >> shift) as usize & mask][0];
                    group.rows.push(row);
                    if let Some(&mark) = marks.get(i) {
                        group.marks.push(mark);
                    }
                }
            } else {
                for (i, &row) in rows.iter().enumerate() {
                    let id = texts.get(i);
                    let group = &mut groups[(hash_text(id) >> shift) as usize & mask][1];
                    group.texts.push(id);
                    group.rows.push(row);
                    if let Some(&mark) = marks.get(i) {
                        group.marks.push(mark);
                    }
                }
            }
        }
        Ok(())
    }

    fn fold_group(&mut self, at: usize) -> Result<()> {
        self.group.load(&self.groups[at]);
        for number in 0..self.group.names().len() {
            self.group.sort(number);
            match self.options.orders {
                None => {
                    for &row in self.group.sorted(number) {
                        self.fold.push(row, || self.group.mark(row));
                    }
                }
                Some(lines) => {
                    self.rows
                        .extend(self.group.sorted(number).iter().map(|&row| (row, self.group.mark(row))));
                    if !push_orders(&mut self.fold, &mut self.rows, lines, self.options.grain) {
                        continue;
                    }
                }
            }
            let (id, customer) = (self.group.names().get(number), self.fold.finish());
            match customer {
                Some(customer) => self.found.push(id, customer, &self.fold)?,
                None => self.oddities.returner.see(id, self.fold.size()),
            }
        }
        Ok(())
    }

    /// A partition in pieces, each sorted by id, grain and amount.
    fn sorted_pieces(&mut self, partition: Partition) -> Result<Vec<Vec<Block>>> {
        let mut pieces = Vec::new();
        let mut piece = [Rows::default(), Rows::default()];
        for block in partition.blocks {
            self.block.decode(&self.store.get(&block)?);
            drop(block);
            let part = &mut piece[usize::from(!self.block.of_integers())];
            part.rows.extend_from_slice(&self.block.rows);
            part.marks.extend_from_slice(&self.block.marks);
            (0..self.block.texts.len()).for_each(|i| part.texts.push(self.block.texts.get(i)));
            let rows: usize = piece.iter().map(Rows::len).sum();
            if rows as u64 * 3 * self.row_bytes() + piece[1].texts.bytes.len() as u64
                > self.options.rows_memory
            {
                pieces.push(self.sorted_rows(&piece)?);
                piece.iter_mut().for_each(Rows::clear);
            }
        }
        if piece.iter().any(|rows| rows.len() > 0) {
            pieces.push(self.sorted_rows(&piece)?);
        }
        self.group = Group::default();
        Ok(pieces)
    }

    /// A run of rows sorted by id, grain and amount.
    fn sorted_rows(&mut self, piece: &[Rows]) -> Result<Vec<Block>> {
        self.group.load(piece);
        let mut order = Vec::new();
        let marked = self.options.is_marked();
        order_of(self.group.names(), &mut order);
        let (mut sorted, mut rows, mut encoded) = (Vec::new(), Rows::default(), Vec::new());
        let mut flush = |rows: &mut Rows| -> Result<()> {
            encoded.clear();
            rows.encode(&mut encoded);
            rows.clear();
            sorted.push(self.store.put(&encoded)?);
            Ok(())
        };
        for entry in order {
            let number = entry as u32 as usize;
            self.group.sort(number);
            for &row in self.group.sorted(number) {
                let (when, amount) = unpack(row);
                rows.texts.push(self.group.names().get(number));
                rows.rows.push(Row { id: 0, amount, when });
                rows.marks.extend(marked.then(|| self.group.mark(row)));
                if rows.len() >= self.options.block_rows {
                    flush(&mut rows)?;
                }
            }
        }
        if rows.len() > 0 {
            flush(&mut rows)?;
        }
        Ok(sorted)
    }

    /// Merges runs of rows and folds them.
    fn fold_merged(&mut self, pieces: Vec<Vec<Block>>) -> Result<()> {
        let cursors = pieces.into_iter().map(|piece| RowCursor::new(self.store, piece));
        let mut merge = Tournament::new(cursors.collect::<Result<_>>()?);
        let mut id: Vec<u8> = Vec::new();
        let mut begun = false;
        while let Some(cursor) = merge.least() {
            if !begun || cursor.id() != id {
                self.finish_customer(&id)?;
                id.clear();
                id.extend_from_slice(cursor.id());
                begun = true;
            }
            match self.options.orders {
                None => self.fold.push(cursor.row(), || cursor.mark()),
                Some(_) => self.rows.push((cursor.row(), cursor.mark())),
            }
            merge.advance()?;
        }
        self.finish_customer(&id)
    }

    fn finish_customer(&mut self, id: &[u8]) -> Result<()> {
        if let Some(lines) = self.options.orders
            && !push_orders(&mut self.fold, &mut self.rows, lines, self.options.grain)
        {
            return Ok(());
        }
        match self.fold.finish() {
            Some(customer) => self.found.push(id, customer, &self.fold)?,
            None => self.oddities.returner.see(id, self.fold.size()),
        }
        Ok(())
    }
}

/// Puts the orders of a customer together and folds what comes of them; is there anything?
fn push_orders(fold: &mut Fold, rows: &mut Vec<Marked>, lines: Lines, grain: Grain) -> bool {
    let apart = (ORDERS_APART / carried(grain).days()).round() as i32;
    settle(rows, lines, apart, &mut fold.counts.orders);
    let any = !rows.is_empty();
    rows.drain(..).for_each(|(row, mark)| fold.push(row, || mark));
    any
}

/// Customers on their way to a run.
struct Found<'a> {
    store: &'a Store,
    options: CollapseOptions,
    customers: Customers,
    finder: TwinFinder,
    leaders: Leaders,
    runs: Vec<Run>,
}

impl<'a> Found<'a> {
    fn new(store: &'a Store, options: CollapseOptions) -> Self {
        let (customers, finder, leaders, runs) = Default::default();
        Found { store, options, customers, finder, leaders, runs }
    }

    /// Takes a customer that `fold` has just finished.
    fn push(&mut self, id: &[u8], customer: Folded, fold: &Fold) -> Result<()> {
        let (writing, taken) = (self.options.writing, fold.taken());
        if writing.odd() || (writing.both_cases() && id.iter().any(|byte| *byte > b'9')) {
            self.finder.see(id);
        }
        if let Some(past) = &mut self.options.past {
            past.customer(hash_text(id), fold.when());
        }
        self.leaders.see(id, fold.size());
        self.customers.push(id, customer, taken);
        if self.options.each_gap {
            self.customers.push_gaps(fold.each_gap());
        }
        let per_customer = size_of::<Folded>() + size_of::<usize>() + size_of::<u128>() + size_of_val(taken);
        let texts = self.customers.id.bytes.len() + self.customers.gaps.bytes.len();
        let memory = self.customers.len() * per_customer + texts;
        if memory as u64 > self.options.run_memory { self.flush() } else { Ok(()) }
    }

    /// Sorts what there is into a run.
    fn flush(&mut self) -> Result<()> {
        let mut order = Vec::new();
        order_of(&self.customers.id, &mut order);
        let Customers { id: ids, folded, .. } = &self.customers;
        let number = |entry: &u128| *entry as u32 as usize;
        let id = |entry: Option<&u128>| entry.map_or(Box::default(), |entry| ids.get(number(entry)).into());
        let mut run = Run { blocks: Vec::new(), first: id(order.first()), last: id(order.last()) };
        let (mut block, mut encoded) = (Customers::default(), Vec::new());
        for entries in order.chunks(self.options.block_rows) {
            block.clear();
            for entry in entries {
                let at = number(entry);
                block.push(ids.get(at), folded[at], self.customers.taken(at));
                if self.options.each_gap {
                    block.push_gaps(self.customers.gaps.get(at));
                }
            }
            encoded.clear();
            block.encode(&mut encoded);
            run.blocks.push(self.store.put(&encoded)?);
        }
        self.runs.push(run);
        self.customers.clear();
        Ok(())
    }

    fn finish(mut self, leaders: &mut Leaders) -> Result<Vec<Run>> {
        leaders.add(std::mem::take(&mut self.leaders));
        if self.customers.len() > 0 {
            self.flush()?;
        }
        Ok(self.runs)
    }
}
