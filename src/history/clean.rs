//! One row at a time: is it a purchase, or what else becomes of it?
//!
//! A [`Cleaner`] is one worker's: good rows go to its columns with nothing allocated, all others are
//! counted by [`Fate`] and the first ones of a block kept for the message. Tallies are kept per
//! block and merged in the order of the input, so that sums and lists do not depend on threads.

mod ids;
mod left_out;
mod money;
mod rules;

pub(crate) use self::rules::{Names, Rules, check_window, today};

use arrow_array::StringArray;
use arrow_buffer::{Buffer, OffsetBuffer, ScalarBuffer};

use super::account::Fate;
use super::attributes::Interner;
use super::codec::Mark;
use super::options::Returns;
use super::orders::TAKEN_BACK;
use super::read::amounts;
use super::read::calendar::Moment;
use super::read::look::Writing;
use super::read::recognise::Table;
use super::read::screen::{Paid, Screen, Screened, Verdict};
use super::read::watched::Watched;
use super::read::{IdColumn, Purchases};
use super::scatter::hash_text;
use super::tally::{Days, Tally};
use crate::base::{Grain, Place};

/// Room made for one id [bytes].
const USUAL_ID: usize = 10;

/// Texts of a row's cells, asked for only when the row is not a purchase.
pub(crate) trait Cells {
    /// The date as it is written.
    fn date(&self) -> String;
    /// The amount as it is written; of a product, the part that is wrong.
    fn amount(&self) -> String;
    /// The quantity as it is written.
    fn quantity(&self) -> String;
    /// The place of the row, without column and value.
    fn place(&self) -> Place;
    /// All cells of the row, as far as they are at hand.
    fn all(&self) -> Vec<String> {
        Vec::new()
    }
}

/// Who bought, of one row.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Id<'a> {
    /// Text as given; blank if it is missing.
    Text(&'a [u8]),
    /// What an [`IdColumn::Int`] holds.
    Int(u64),
}

/// One worker's columns and the tally of its block.
pub(crate) struct Cleaner<'a> {
    /// What rows are judged by.
    pub rules: &'a Rules,
    /// How the values of its file are written.
    pub writing: &'a Writing,
    /// What its columns are called.
    pub names: &'a Names,
    /// What the rows of this block came to.
    pub tally: Tally,
    ids: Vec<u8>,
    offsets: Vec<i32>,
    /// The ids of a batch of integers; then there are no others.
    ints: Vec<u64>,
    when: Vec<i32>,
    amounts: Vec<f64>,
    interner: Option<Interner<'a>>,
    /// What goes with the row at hand if there are attributes or orders.
    mark: Mark,
    marked: bool,
    marks: Vec<Mark>,
    /// Does the row at hand say that its order was taken back?
    takes_back: bool,
    /// How many of the rows so far do, and are none.
    taken_back: usize,
}

impl<'a> Cleaner<'a> {
    /// With nothing in it, and room for this many rows of the piece of the input with this number, which is of this file.
    pub fn new(rules: &'a Rules, file: usize, rows: usize, piece: u32) -> Self {
        let mut offsets = Vec::with_capacity(rows + 1);
        offsets.push(0);
        Cleaner {
            rules,
            writing: &rules.writings[file],
            names: &rules.names[file],
            tally: Tally::default(),
            ids: Vec::with_capacity(rows * USUAL_ID),
            offsets,
            ints: Vec::new(),
            when: Vec::with_capacity(rows),
            amounts: Vec::with_capacity(if rules.has_amount { rows } else { 0 }),
            interner: rules.profiles.as_deref().map(Interner::new),
            mark: Mark { place: u64::from(piece) << 32, file: file as u32, ..Mark::default() },
            marked: rules.marked(),
            marks: Vec::new(),
            takes_back: false,
            taken_back: 0,
        }
    }

    /// Takes the number of the row that is judged next; without one, rows are in the order in which they come. Before
    /// [`attributes`](Cleaner::attributes).
    #[inline]
    pub fn place(&mut self, number: Option<u64>) {
        self.mark.place = number.unwrap_or(self.mark.place + 1);
    }

    /// Takes the number of the order of the row that is judged next.
    pub fn order(&mut self, number: &[u8]) {
        let number = number.trim_ascii();
        self.mark.order = if number.is_empty() { 0 } else { hash_text(number) | 1 };
    }

    /// Counts a row that is a further line of an order.
    pub fn order_line(&mut self) {
        self.tally.rows += 1;
        self.count(Fate::OrderLine, None);
    }

    /// Takes the values of the attributes of the row that is judged next.
    pub fn attributes<'v>(&mut self, values: impl Iterator<Item = &'v [u8]>) {
        let Some(interner) = &mut self.interner else { return };
        match interner.code(values) {
            Ok(code) => self.mark.code = code,
            Err(error) => {
                self.mark.code = 1;
                self.tally.fatal.get_or_insert(error.into());
            }
        }
    }

    /// Counts what stands in columns that may say that a row is no purchase.
    pub fn watch<'v>(&mut self, table: &Table, values: impl Iterator<Item = &'v [u8]>, amount: Option<f64>) {
        let watched = &mut self.tally.watched;
        if watched.is_empty() {
            let names = table.log().watched.iter().map(|&index| &table.names[index]);
            watched.extend(names.filter_map(|name| Watched::new(name)));
        }
        let Some(amount) = amount else { return };
        let style = self.writing.number;
        watched.iter_mut().zip(values).for_each(|(watched, value)| watched.see(value, amount, style));
    }

    /// Looks at the columns that decide whether a row is a purchase, and takes off what was paid back: what is left of
    /// its amount; `None` if the row is left out and done with. `refund` is what the column of refunds holds.
    pub fn screen<'v>(
        &mut self,
        table: &Table,
        values: impl Iterator<Item = &'v [u8]>,
        amount: Option<f64>,
        refund: Option<Option<f64>>,
    ) -> Option<Option<f64>> {
        let log = table.log();
        if self.tally.screened.is_empty() {
            let new = |screen: &Screen| Screened::new(&table.names[screen.column], screen.by.clone());
            self.tally.screened.extend(log.screens.iter().map(new));
        }
        let back = refund.flatten().map_or(0.0, f64::abs);
        let left = amount.map(|amount| match back > 0.0 {
            true if amount > 0.0 => amount - back,
            // A row of its own by which something is paid back.
            true if amount == 0.0 => -back,
            _ => amount,
        });
        // What is left below a cent of a thousand is rounding.
        let some_left = back > 0.0 && left.is_some_and(|left| left > 1e-9 * back);
        let (mut negate, mut out) = (false, false);
        self.takes_back = false;
        let paid = Paid { amount: left, some_left, has_amount: self.rules.has_amount };
        for (screened, value) in self.tally.screened.iter_mut().zip(values) {
            match screened.see(value, paid) {
                Verdict::Keep => {}
                Verdict::Negate => negate = true,
                Verdict::LeaveOut => {
                    let text = || String::from_utf8_lossy(value);
                    self.takes_back = self.rules.orders && screened.by.takes_back(&text());
                    out = true;
                    break;
                }
            }
        }
        if out {
            self.tally.rows += 1;
            self.count(Fate::NoPurchase, amount);
            return None;
        }
        if back > 0.0 && amount.is_some_and(|amount| amount > 0.0) {
            self.tally.refunds.add(back.min(amount.unwrap_or(0.0)));
            if !some_left {
                self.tally.rows += 1;
                self.tally.refunded_rows += 1;
                self.takes_back = self.rules.orders;
                self.count(Fate::NoPurchase, amount);
                return None;
            }
        }
        Some(if negate { left.map(|amount| -amount.abs()) } else { left })
    }

    /// Judges one row. `date` and `amount` are `None` where they cannot be read; an amount of -0 is a
    /// return that is worth nothing. The ids of the rows between two calls of [`take`](Cleaner::take)
    /// are all texts or all integers, but for missing ones.
    #[inline]
    pub fn row(&mut self, id: Id, date: Option<Moment>, amount: Option<f64>, cells: &impl Cells) {
        if self.rules.ids.change() {
            return self.changed_row(id, date, amount, cells);
        }
        self.judge(id, date, amount, cells);
    }

    /// Judges a row whose id may have to be written otherwise, or be one that is left out.
    fn changed_row(&mut self, id: Id, date: Option<Moment>, amount: Option<f64>, cells: &impl Cells) {
        let mut number = itoa::Buffer::new();
        let text = match id {
            Id::Int(int) => number.format(int),
            Id::Text(text) => std::str::from_utf8(text).unwrap_or_default(),
        };
        match self.rules.ids.apply(text) {
            // A row without a date is no row of a guest: it is said what it is.
            None if date.is_some() => {
                self.tally.rows += 1;
                self.count(Fate::Guest, amount);
            }
            None => self.judge(id, date, amount, cells),
            Some(changed) if changed.as_ref() != text => {
                self.tally.rewritten_ids += 1;
                self.judge(Id::Text(changed.as_bytes()), date, amount, cells);
            }
            Some(_) => self.judge(id, date, amount, cells),
        }
    }

    #[inline(always)]
    fn judge(&mut self, id: Id, date: Option<Moment>, amount: Option<f64>, cells: &impl Cells) {
        self.tally.rows += 1;
        let rules = self.rules;
        if let (Some(moment), Some(amount)) = (date, amount)
            && moment.day >= rules.from
            && moment.day <= rules.until.min(rules.observed_until)
            && amount.abs() <= amounts::LARGEST
            && (amount.is_sign_positive() || (amount < 0.0 && rules.returns == Returns::Net))
            && self.usable_id(id)
        {
            self.keep(id, moment, amount);
        } else {
            self.leave_out(id, date, amount, cells);
        }
    }

    /// Takes rows up to the first that is no purchase and says how many these are: what [`row`](Cleaner::row)
    /// would do, but column by column, which is many times as fast.
    pub fn purchases(&mut self, ids: &[u64], days: &[i32], amounts: &[f64]) -> usize {
        let (from, until) = (self.rules.from, self.rules.until.min(self.rules.observed_until));
        let good = |(day, amount): (&i32, &f64)| {
            (from..=until).contains(day) && (0.0..=amounts::LARGEST).contains(amount)
        };
        let n = days.iter().zip(amounts).position(|row| !good(row)).unwrap_or(days.len());
        let (days, amounts) = (&days[..n], &amounts[..n]);
        self.ints.extend_from_slice(&ids[..n]);
        let grain = carried(self.rules.grain);
        self.when.extend(days.iter().map(|&day| Moment::of_day(day).grain(grain)));
        // Zero has no sign from here on.
        self.amounts.extend(amounts.iter().map(|amount| amount + 0.0));
        self.tally.rows += n as u64;
        days.iter().for_each(|&day| self.tally.days.add(Days(day, day)));
        n
    }

    /// A row that was left out as its order was taken back goes on without being one: another file may have the order as it was
    /// before, and [`settle`](super::orders::settle) takes that out.
    #[cold]
    pub fn take_back(&mut self, id: Id, date: Option<Moment>) {
        let rules = self.rules;
        let within = |day: i32| (rules.from..=rules.until.min(rules.observed_until)).contains(&day);
        let wanted = self.takes_back && self.mark.order != 0 && rules.has_amount;
        let Some(moment) = date.filter(|moment| wanted && within(moment.day)) else { return };
        let text = match id {
            Id::Int(_) => {
                self.taken_back += 1;
                return self.push(id, moment, TAKEN_BACK);
            }
            Id::Text(text) => std::str::from_utf8(text).unwrap_or_default(),
        };
        let own = if rules.ids.change() { rules.ids.apply(text) } else { Some(text.into()) };
        if let Some(own) = own.filter(|own| !own.trim().is_empty()) {
            self.taken_back += 1;
            self.push(Id::Text(own.as_bytes()), moment, TAKEN_BACK);
        }
    }

    #[inline(always)]
    fn keep(&mut self, id: Id, moment: Moment, amount: f64) {
        self.tally.timed |= moment.second != 0;
        self.tally.days.add(Days(moment.day, moment.day));
        if moment.offset != Moment::CIVIL {
            self.tally.clocks.see(moment);
        }
        self.push(id, moment, amount);
    }

    #[inline(always)]
    fn push(&mut self, id: Id, moment: Moment, amount: f64) {
        match id {
            Id::Int(id) => self.ints.push(id),
            Id::Text(id) => {
                self.ids.extend_from_slice(id);
                self.offsets.push(self.ids.len() as i32);
            }
        }
        self.when.push(moment.grain(carried(self.rules.grain)));
        if self.marked {
            let second = moment.in_grain(self.rules.grain);
            self.marks.push(Mark { second, nano: moment.nano, ..self.mark });
        }
        if self.rules.has_amount {
            self.amounts.push(amount);
        }
    }

    /// The good rows so far, counted, leaving the columns empty; `None` if there are none.
    pub fn take(&mut self) -> Option<Purchases> {
        if self.when.is_empty() {
            return None;
        }
        let purchases = &mut self.tally.fates[Fate::Purchase as usize];
        purchases.0 += (self.when.len() - self.taken_back) as u64;
        match std::mem::take(&mut self.taken_back) {
            0 => purchases.1.add_column(&self.amounts),
            _ => {
                self.amounts.iter().filter(|amount| **amount != TAKEN_BACK).for_each(|a| purchases.1.add(*a))
            }
        }
        self.tally.zeros += self.amounts.iter().filter(|&&amount| amount == 0.0).count() as u64;
        let (room, amounts) = (self.when.len(), self.amounts.len());
        Some(Purchases {
            id: self.take_ids(room),
            when: std::mem::replace(&mut self.when, Vec::with_capacity(room)),
            amount: std::mem::replace(&mut self.amounts, Vec::with_capacity(amounts)),
            marks: std::mem::take(&mut self.marks),
        })
    }

    fn take_ids(&mut self, room: usize) -> IdColumn {
        if !self.ints.is_empty() {
            return IdColumn::Int(std::mem::replace(&mut self.ints, Vec::with_capacity(room)));
        }
        let offsets = std::mem::replace(&mut self.offsets, Vec::with_capacity(room + 1));
        self.offsets.push(0);
        let bytes = self.ids.len();
        let ids = std::mem::replace(&mut self.ids, Vec::with_capacity(bytes));
        let offsets = OffsetBuffer::new(ScalarBuffer::from(offsets));
        IdColumn::Text(StringArray::new(offsets, Buffer::from_vec(ids), None))
    }
}

/// The grain by which a row travels to its customer: where purchases are counted by something longer than days, its
/// day is needed to tell whether it is another row once more.
pub(crate) fn carried(grain: Grain) -> Grain {
    grain.min(Grain::Day)
}
