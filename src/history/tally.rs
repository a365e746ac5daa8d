//! What the rows of one block came to, to be added up in the order of the input.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::account::Fate;
use super::fold::Exact;
use super::read::calendar::{Moment, date_of_day};
use super::read::screen::Screened;
use super::read::totals::Sum;
use super::read::watched::Watched;
use crate::base::{BadRow, Error, Place};

/// How many bad rows are listed.
pub(crate) const LISTED: usize = 10;

/// What one block's rows came to.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Tally {
    /// Rows read.
    pub rows: u64,
    /// By fate: rows, the sum of the amounts that can be read, and how many can.
    #[serde(with = "by_fate")]
    pub fates: Fates,
    /// The first bad rows.
    pub bad: Vec<(Fate, BadRow)>,
    /// The number of its file.
    #[serde(skip)]
    pub file: u32,
    /// Rows without a customer and a date, which may be sums of those above.
    #[serde(skip)]
    pub sums: Vec<Sum>,
    /// First and last day of the rows passed on.
    pub days: Days,
    /// The clocks of the rows passed on.
    pub clocks: Clocks,
    /// Purchases of amount zero.
    pub zeros: u64,
    /// Ids with blanks around them.
    pub blank_ids: u64,
    /// Ids that are words for missing.
    pub null_ids: u64,
    /// Ids written `17850.0`.
    pub float_ids: u64,
    /// Ids that are floating-point numbers by the type of their column.
    pub number_ids: u64,
    /// Ids in scientific notation.
    pub scientific_ids: Examples,
    /// Ids of more than 15 digits that end with zeros from there on.
    pub rounded_ids: u64,
    /// Have dates a time of day?
    pub timed: bool,
    /// Different currencies, as many as are told apart.
    pub currencies: Vec<Currency>,
    /// What stands in columns that nobody asked to look at.
    pub watched: Vec<Watched>,
    /// What stands in columns by whose values rows are left out.
    pub screened: Vec<Screened>,
    /// Rows whose id was written otherwise.
    pub rewritten_ids: u64,
    /// What was taken off amounts by a column of refunds, and rows of which nothing is left.
    pub refunds: Exact,
    pub refunded_rows: u64,
    /// Amounts that cannot be read as they are written but look like numbers.
    pub unread: Unread,
    /// What no option can skip.
    #[serde(skip)]
    pub fatal: Option<Arc<Error>>,
    /// Dates that prove day first and month first: an example each.
    pub orders: [Option<Place>; 2],
}

/// By fate: rows, the sum of the amounts that can be read, and how many can.
pub(crate) type Fates = [(u64, Exact, u64); Fate::ALL.len()];

/// Fates by their names: a file that was written before there was one of them stays readable.
mod by_fate {
    use serde::{Deserializer, Serializer};

    use super::{BTreeMap, Deserialize, Exact, Fate, Fates, Serialize};

    pub fn serialize<S: Serializer>(fates: &Fates, to: S) -> Result<S::Ok, S::Error> {
        let all = Fate::ALL.into_iter().map(|fate| (fate, fates[fate as usize]));
        all.filter(|(_, counts)| *counts != Default::default()).collect::<BTreeMap<_, _>>().serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Fates, D::Error> {
        let named = BTreeMap::<Fate, (u64, Exact, u64)>::deserialize(from)?;
        let mut fates = Fates::default();
        named.into_iter().for_each(|(fate, counts)| fates[fate as usize] = counts);
        Ok(fates)
    }
}

impl Tally {
    /// A row that is no purchase after all: it is there already.
    pub fn repeated(&mut self, amount: f64, has_amount: bool) {
        let purchases = &mut self.fates[Fate::Purchase as usize];
        purchases.0 -= 1;
        if has_amount {
            purchases.1.add(-amount);
            self.zeros -= u64::from(amount == 0.0);
        }
        let repeated = &mut self.fates[Fate::RowTwice as usize];
        repeated.0 += 1;
        if has_amount {
            repeated.1.add(amount);
            repeated.2 += 1;
        }
    }
}

/// How many currencies are told apart.
pub(crate) const CURRENCIES: usize = 24;

/// A currency.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Currency {
    /// Its name.
    pub name: String,
    /// Rows in it.
    pub rows: u64,
    /// Where it was first seen.
    pub first: Place,
}

/// Rows, and what stands in the first of them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Examples {
    /// How many rows.
    pub rows: u64,
    /// Different values of the first ones.
    pub first: Vec<String>,
}

impl Examples {
    const KEPT: usize = 3;

    /// One more row.
    #[cold]
    pub fn see(&mut self, value: &[u8]) {
        self.rows += 1;
        if self.first.len() < Self::KEPT {
            self.keep(String::from_utf8_lossy(value).into_owned());
        }
    }

    fn keep(&mut self, value: String) {
        if self.first.len() < Self::KEPT && !self.first.contains(&value) {
            self.first.push(value);
        }
    }

    /// Other rows, further down.
    pub fn add(&mut self, other: Examples) {
        self.rows += other.rows;
        other.first.into_iter().for_each(|value| self.keep(value));
    }
}

/// How many rows are dated by which clock, of those that say so.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Clocks {
    /// UTC's.
    pub utc: u64,
    /// One ahead of UTC or behind it.
    pub others: u64,
    /// Rows of these that fall on another day than in UTC.
    pub moved: u64,
}

impl Clocks {
    /// One more row.
    #[cold]
    pub fn see(&mut self, moment: Moment) {
        let utc = moment.offset == 0;
        self.utc += u64::from(utc);
        self.others += u64::from(!utc);
        self.moved += u64::from(moment.is_other_day_in_utc());
    }

    /// Those of other rows.
    pub fn add(&mut self, other: Clocks) {
        self.utc += other.utc;
        self.others += other.others;
        self.moved += other.moved;
    }
}

/// What amounts look like that cannot be read as they are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Unread {
    /// How many.
    pub rows: u64,
    /// The sum of the positive ones, and of the negative ones (negative).
    pub sums: [f64; 2],
    /// The size of the largest.
    pub largest: f64,
}

impl Unread {
    /// One more.
    pub fn see(&mut self, amount: f64) {
        self.rows += 1;
        self.sums[usize::from(amount < 0.0)] += amount;
        self.largest = self.largest.max(amount.abs());
    }

    /// Others, too.
    pub fn add(&mut self, other: Unread) {
        self.rows += other.rows;
        self.sums = [self.sums[0] + other.sums[0], self.sums[1] + other.sums[1]];
        self.largest = self.largest.max(other.largest);
    }
}

/// A first and a last day; the first is later than the last if there are none.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Days(pub i32, pub i32);

impl Default for Days {
    fn default() -> Self {
        Days(i32::MAX, i32::MIN)
    }
}

impl Days {
    /// Spans others too.
    #[inline]
    pub fn add(&mut self, other: Days) {
        *self = Days(self.0.min(other.0), self.1.max(other.1));
    }

    /// The dates, if there are any.
    pub fn dates(self) -> Option<(Date, Date)> {
        (self.0 <= self.1).then(|| (date_of_day(self.0), date_of_day(self.1)))
    }
}
