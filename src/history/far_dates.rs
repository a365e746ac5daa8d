//! Dates far outside all others: a year mistyped in one row moves the end of observation, and with it T, P(alive) and
//! every forecast of every customer, although no date lies in the future. Days are counted while customers are folded;
//! only where a handful of rows stands apart is the log read once more, to say which rows these are.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::LogOptions;
use super::account::Fate;
use super::read::calendar::date_of_day;
use super::read::{self, Inputs};
use super::summarize::{first_grain, grain_start};
use crate::base::Progress;
use crate::base::Result;
use crate::base::Warning;
use crate::base::numbers::{count, grouped};
use crate::base::{DAYS_PER_YEAR, Grain};
use crate::history::SummaryMeta;

/// Fewer occasions say nothing of what is usual.
const ENOUGH: u64 = 50;
/// A handful: one of so many occasions, and no more than this.
const HANDFUL: (u64, u64) = (200, 20);
/// Shorter gaps \[days\] are no misprint of a year, and move little.
const SHORTEST: i32 = 90;
/// A gap is absurd if it is so many times as long as any other (a shop may be closed for a season), ...
const TIMES: i32 = 5;
/// ... and if as many days next to it, on the side of all others, have at least so many occasions, and at least this
/// part of all: where sales merely die down, the last ones are far apart, too.
const CROWD: (u64, u64) = (30, 25);
/// Rows that are named.
const NAMED: usize = 3;

/// Counts occasions (purchases and returns of one customer within one grain) by day while customers are folded.
#[derive(Debug, Clone, Default)]
pub(crate) struct DayCounter {
    grain: Grain,
    /// The first grain.
    origin: i32,
    /// A cell has 2^shift days, or grains that are longer.
    shift: u32,
    cells: Vec<u32>,
}

impl DayCounter {
    /// Cells, at most: the days of 179 years.
    const CELLS: u32 = 1 << 16;

    /// For a log of these dates.
    pub fn new(grain: Grain, first: Date, last: Date) -> Self {
        let coarse = grain.max(Grain::Day);
        let length = first_grain(coarse, last).abs_diff(first_grain(coarse, first)) + 1;
        let shift = (0..32).find(|shift| length >> shift < Self::CELLS).unwrap_or(31);
        let cells = vec![0; (length >> shift) as usize + 1];
        DayCounter { grain, origin: first_grain(grain, first), shift, cells }
    }

    /// One occasion.
    #[inline]
    pub fn see(&mut self, when: i32) {
        let grains = when.wrapping_sub(self.origin) as u32;
        let days = if self.grain == Grain::Hour { grains / 24 } else { grains };
        if let Some(cell) = self.cells.get_mut((days >> self.shift) as usize) {
            *cell = cell.saturating_add(1);
        }
    }

    /// What was counted.
    pub fn finish(self) -> DayCounts {
        let coarse = self.grain.max(Grain::Day);
        let origin = if self.grain == Grain::Hour { self.origin / 24 } else { self.origin };
        let day = |cell: usize| {
            first_grain(Grain::Day, grain_start(coarse, origin + ((cell as i32) << self.shift)))
        };
        let filled = self.cells.iter().enumerate().filter(|(_, count)| **count > 0);
        DayCounts(filled.map(|(cell, &count)| (day(cell), u64::from(count))).collect())
    }
}

/// Occasions by day since 1970 (the first of their grain).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct DayCounts(BTreeMap<i32, u64>);

impl DayCounts {
    /// Adds those of other customers.
    pub fn add(&mut self, other: DayCounts) {
        other.0.into_iter().for_each(|(day, count)| *self.0.entry(day).or_default() += count);
    }

    /// What stands apart at the beginning and at the end.
    pub fn far(&self) -> Vec<FarDates> {
        let days: Vec<(i32, u64)> = self.0.iter().map(|(&day, &count)| (day, count)).collect();
        // Read from its end, the beginning is an end.
        let mirrored: Vec<(i32, u64)> = days.iter().rev().map(|&(day, count)| (-day, count)).collect();
        let early = apart(&mirrored).map(|at| {
            let n = days.len() - at;
            FarDates::new(Side::Early, &days[..n], &days[n..])
        });
        let late = apart(&days).map(|at| FarDates::new(Side::Late, &days[at..], &days[..at]));
        early.into_iter().chain(late).collect()
    }
}

/// Where the last days begin that stand apart from all others.
fn apart(days: &[(i32, u64)]) -> Option<usize> {
    let all: u64 = days.iter().map(|day| day.1).sum();
    let handful = (all / HANDFUL.0).clamp(1, HANDFUL.1);
    if all < ENOUGH {
        return None;
    }
    let edge = |mut counts: Box<dyn Iterator<Item = u64> + '_>| {
        let mut sum = 0;
        counts.position(|count| {
            sum += count;
            sum > handful
        })
    };
    let first = edge(Box::new(days.iter().map(|day| day.1)))?;
    let last = days.len() - 1 - edge(Box::new(days.iter().rev().map(|day| day.1)))?;
    let usual = days.get(first..=last)?.windows(2).map(|pair| pair[1].0 - pair[0].0).max().unwrap_or(1);
    let absurd = |at: &usize| {
        let (before, gap) = (days[*at].0, days[at + 1].0 - days[*at].0);
        let near = days[..=*at].iter().rev().take_while(|day| before - day.0 < gap);
        let crowd: u64 = near.map(|day| day.1).sum();
        gap >= SHORTEST && gap >= usual.saturating_mul(TIMES) && crowd >= CROWD.0.max(all / CROWD.1)
    };
    (last..days.len() - 1).find(absurd).map(|at| at + 1)
}

/// Before or after all others?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Side {
    /// Before.
    Early,
    /// After.
    Late,
}

impl Side {
    /// What becomes of such rows where only the dates of all others are allowed.
    fn fate(self) -> Fate {
        match self {
            Side::Early => Fate::DateTooEarly,
            Side::Late => Fate::DateTooLate,
        }
    }
}

/// A handful of dates far outside all others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FarDates {
    /// On which side.
    pub side: Side,
    /// The dates that stand apart, ascending.
    pub dates: Vec<Date>,
    /// Purchases and returns with such a date: by customer and grain, or rows once these are known.
    pub rows: u64,
    /// First and last date of all others.
    pub others: (Date, Date),
    /// The first of the rows, if they are known.
    pub places: Vec<String>,
}

impl FarDates {
    fn new(side: Side, far: &[(i32, u64)], others: &[(i32, u64)]) -> Self {
        let date = |day: &(i32, u64)| date_of_day(day.0);
        FarDates {
            side,
            dates: far.iter().map(date).collect(),
            rows: far.iter().map(|day| day.1).sum(),
            others: (date(&others[0]), date(&others[others.len() - 1])),
            places: Vec::new(),
        }
    }

    /// The date that is nearest to the others, and its distance from them \[days\].
    fn nearest(&self) -> (Date, u32) {
        let (near, edge) = match self.side {
            Side::Early => (self.dates[self.dates.len() - 1], self.others.0),
            Side::Late => (self.dates[0], self.others.1),
        };
        (near, first_grain(Grain::Day, near).abs_diff(first_grain(Grain::Day, edge)))
    }

    /// In words, with what it does and how to repair it.
    pub(crate) fn warn(&self) -> Warning {
        let (first, last) = (self.dates[0], self.dates[self.dates.len() - 1]);
        let (rows, it, them) = match self.rows {
            1 => ("1 row is".to_owned(), "it", "the row"),
            n => (format!("{} rows are", count(n)), "they", "the rows"),
        };
        let dated = if first == last { first.to_string() } else { format!("{first} to {last}") };
        let more = if self.rows > self.places.len() as u64 { ", ..." } else { "" };
        let places = match self.places.is_empty() {
            true => String::new(),
            false => format!(" ({}{more})", self.places.join(", ")),
        };
        let (from, until) = self.others;
        let gap = count(u64::from(self.nearest().1));
        let years = |from: Date, until: Date| {
            let days = first_grain(Grain::Day, until) - first_grain(Grain::Day, from);
            grouped(f64::from(days) / DAYS_PER_YEAR, 1)
        };
        let rest = match self.side {
            Side::Late => format!(
                "after all others, which end on {until}{places}: a typing error? Observation ends with {it}, after {} years and \
                 not {}, so that every customer counts as silent for {gap} days more: that lowers P(alive) and every \
                 forecast. Mend {them}, or end observation with the others: --observed-until {until}",
                years(from, last),
                years(from, until)
            ),
            Side::Early => format!(
                "before all others, which begin on {from}{places}: a typing error? Its customer counts as observed for {} \
                 years, where no other is for more than {}. Mend {them}, or leave out who was first seen then: --since {from}",
                years(first, until),
                years(from, until)
            ),
        };
        Warning::new(CODE, format!("{rows} dated {dated}, {gap} days {rest}"))
    }
}

/// The code of the warning.
const CODE: &str = "dates-far-outside";

/// What is to be said of them. An end of observation that is given is not moved by a date, and `--since` is an answer
/// to a beginning.
pub(crate) fn judge(options: &LogOptions, counts: &DayCounts, meta: &mut SummaryMeta) {
    let answered = |far: &FarDates| match far.side {
        Side::Early => options.since.is_some(),
        Side::Late => options.observed_until.is_some(),
    };
    meta.far_dates = counts.far().into_iter().filter(|far| !answered(far)).collect();
    meta.warnings.extend(meta.far_dates.iter().map(FarDates::warn));
}

/// Says which rows they are: the log is read once more, but only if there are any.
///
/// # Errors
/// If it cannot be read.
pub(super) fn look(
    inputs: &Inputs,
    options: &LogOptions,
    progress: &dyn Progress,
    meta: &mut SummaryMeta,
) -> Result<()> {
    if meta.far_dates.is_empty() {
        return Ok(());
    }
    let mut within = LogOptions { skip_bad_rows: true, attributes: Vec::new(), ..options.clone() };
    for far in &meta.far_dates {
        // Of a grain only the first day is known.
        let grain = |date| first_grain(options.grain(), date);
        match far.side {
            Side::Early => within.dates_from = Some(grain_start(options.grain(), grain(far.others.0))),
            Side::Late => within.dates_until = Some(last_day(options.grain(), far.others.1)),
        }
    }
    let outside = read::outside(inputs, &within, progress)?;
    for far in &mut meta.far_dates {
        let fate = far.side.fate();
        far.rows = outside.rows(fate) - meta.account.rows(fate);
        far.others = outside.others.unwrap_or(far.others);
        let rows = outside.listed.iter().filter(|(known, _)| *known == fate);
        far.places = rows.take(NAMED).map(|(_, place)| place.to_string()).collect();
    }
    meta.warnings.retain(|warning| warning.code != CODE);
    meta.warnings.extend(meta.far_dates.iter().map(FarDates::warn));
    Ok(())
}

fn last_day(grain: Grain, date: Date) -> Date {
    let step = if grain == Grain::Hour { 24 } else { 1 };
    let next = grain_start(grain, first_grain(grain, date) + step);
    next.yesterday().unwrap_or(next)
}
