//! The rows of one customer, in the order of time and amount, to one row of the summary.
//!
//! Purchases within one grain are one occasion whose amount is their sum. A return (a negative
//! amount) is no purchase: it is taken off the same customer's occasions so far, those of its own
//! grain included, newest first, none below zero. Because rows come sorted by amount too, sums are
//! the same to the bit in whatever order the log was.

mod counts;

pub(crate) use self::counts::{Exact, FoldCounts, Size};

use super::activity::ActivityCounter;
use super::attributes::{AttributeCounts, Tracker};
use super::calendar::Calendar;
use super::codec::Mark;
use super::far_dates::{DayCounter, DayCounts};
use super::gaps::LogProduct;
use super::purchase_times::put_gap;
use super::read::calendar::Moment;
use super::spend_drift::DriftCounter;
use super::timing::Timing;
use crate::base::Grain;

/// What is taken for the rounding error of a sum, relative to it: an amount that returns leave
/// below this part of itself is zero.
const ROUNDING: f64 = 1e-12;

/// A row as one number: orders by day (or hour), then amount (IEEE total order). The last 32 bits say which row it is, for
/// whoever needs more of it than that.
pub(crate) fn pack(when: i32, amount: f64, which: u32) -> u128 {
    let bits = amount.to_bits();
    let ordered = if bits >> 63 == 1 { !bits } else { bits | (1 << 63) };
    u128::from(super::codec::sortable(when)) << 96 | u128::from(ordered) << 32 | u128::from(which)
}

/// Undoes [`pack`], but for the last 32 bits.
pub(crate) fn unpack(row: u128) -> (i32, f64) {
    let ordered = (row >> 32) as u64;
    let bits = if ordered >> 63 == 1 { ordered & !(1 << 63) } else { !ordered };
    (super::codec::unsortable((row >> 96) as u64), f64::from_bits(bits))
}

/// A customer's summary, still in grains.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Folded {
    /// Occasions after the first.
    pub x: u32,
    /// Grain of the first occasion.
    pub first: i32,
    /// Grain of the last.
    pub last: i32,
    /// Mean amount of the occasions after the first; 0 if there are none.
    pub mean: f64,
    /// The sum of the logarithms of the gaps between occasions \[grains\]; 0 if it is not asked for.
    pub log_gaps: f64,
    /// What is left of the amount of the first occasion; 0 if it is not asked for.
    pub first_amount: f64,
}

/// All that was counted while customers were folded.
#[derive(Debug, Default)]
pub(crate) struct FoldedCounts {
    /// What became of the rows.
    pub counts: FoldCounts,
    /// What became of attributes.
    pub attributes: Vec<AttributeCounts>,
    /// Purchases by time.
    pub calendar: Option<Calendar>,
    /// Active customers by month.
    pub activity: Option<ActivityCounter>,
    /// Repeat purchases by age and date.
    pub timing: Option<Timing>,
    /// How amounts change with time.
    pub drift: Option<DriftCounter>,
    /// Occasions by day.
    pub days: DayCounts,
}

/// Folds one customer after the other: [`push`](Fold::push) the rows in order, then
/// [`finish`](Fold::finish).
#[derive(Debug, Default)]
pub(crate) struct Fold {
    /// What became of the rows so far.
    pub counts: FoldCounts,
    since: Option<i32>,
    /// What counts as one purchase, if rows come by something shorter.
    coarse: Option<Grain>,
    rows: u64,
    previous: u128,
    left_out: bool,
    first: i32,
    last: i32,
    /// Grain at hand.
    when: i32,
    /// Sum of its purchases, if there are any.
    sum: Option<f64>,
    /// Its purchases one by one, if rows come by something shorter.
    bought: Vec<f64>,
    /// Its returns.
    returns: Vec<f64>,
    /// What is left of the amount of each occasion.
    occasions: Vec<f64>,
    /// Those of them with something left, oldest first; kept from the first return on.
    unreturned: Vec<u32>,
    /// Was there a return?
    returning: bool,
    /// The gaps so far, if they are asked for.
    gaps: Option<LogProduct>,
    /// The gaps of the customer at hand, and of the one finished last, as [`put_gap`] writes them; if they are asked for.
    each_gap: Option<[Vec<u8>; 2]>,
    /// The attributes, if there are any.
    attributes: Option<Tracker>,
    /// Purchases by time, if they are asked for.
    calendar: Option<Calendar>,
    /// Repeat purchases by age and date, if they are asked for.
    timing: Option<Timing>,
    /// Keep the grains of occasions of the customer that was finished last?
    past: bool,
    /// Active customers by month, if they are asked for, and the grains of the occasions at hand.
    activity: Option<ActivityCounter>,
    /// How amounts change with time, if it is asked for.
    drift: Option<DriftCounter>,
    times: Vec<i32>,
    kept: Vec<i32>,
    /// Occasions by day.
    days: DayCounter,
    /// Keep the first amount?
    first_amount: bool,
    /// Returns of the customer at hand that found nothing.
    lost: f64,
    /// How much the customer finished last bought.
    size: Size,
}

impl Fold {
    /// Leaves out customers first seen before the grain `since`; sums the logarithms of gaps and takes
    /// attributes if asked to.
    pub fn new(since: Option<i32>, log_gaps: bool, attributes: Option<Tracker>) -> Self {
        Fold { since, gaps: log_gaps.then(LogProduct::default), attributes, ..Fold::default() }
    }

    /// The attributes of the customer that was finished last, as ranks of their values.
    pub fn taken(&self) -> &[u32] {
        self.attributes.as_ref().map_or(&[], Tracker::taken)
    }

    /// The gaps of the customer that was finished last, one by one, if they are asked for.
    pub fn each_gap(&self) -> &[u8] {
        self.each_gap.as_ref().map_or(&[], |[_, finished]| finished)
    }

    /// How much the customer that was finished last bought; of one with nothing but returns, these.
    pub fn size(&self) -> &Size {
        &self.size
    }

    /// Keeps the gaps between purchases one by one, too.
    pub fn with_each_gap(self, wanted: bool) -> Self {
        Fold { each_gap: wanted.then(Default::default), ..self }
    }

    /// Counts purchases by time, too.
    pub fn with_calendar(self, calendar: Option<Calendar>) -> Self {
        Fold { calendar, ..self }
    }

    /// Counts repeat purchases by age and date, too.
    pub fn with_timing(self, timing: Option<Timing>) -> Self {
        Fold { timing, ..self }
    }

    /// Keeps the occasions of the customer that was finished last, too.
    pub fn with_past(self, past: bool) -> Self {
        Fold { past, ..self }
    }

    /// The occasions of the customer that was finished last, if they are kept.
    pub fn when(&self) -> &[i32] {
        &self.kept
    }

    /// Keeps first amounts and counts active customers, too.
    pub fn with_activity(self, activity: Option<ActivityCounter>, first_amount: bool) -> Self {
        Fold { activity, first_amount, ..self }
    }

    /// Rows come by day, but purchases are counted by this grain if it is longer.
    pub fn by(self, grain: Grain) -> Self {
        Fold { coarse: (grain > Grain::Day).then_some(grain), ..self }
    }

    /// Sees how amounts change with time, too.
    pub fn with_drift(self, drift: Option<DriftCounter>) -> Self {
        Fold { drift, ..self }
    }

    /// Counts occasions by day, too.
    pub fn with_days(self, days: DayCounter) -> Self {
        Fold { days, ..self }
    }

    /// What became of the rows, and of attributes; purchases by time and active customers, if they were
    /// asked for.
    pub fn into_counts(self) -> FoldedCounts {
        FoldedCounts {
            counts: self.counts,
            attributes: self.attributes.map_or_else(Vec::new, Tracker::into_counts),
            calendar: self.calendar,
            activity: self.activity,
            timing: self.timing,
            drift: self.drift,
            days: self.days.finish(),
        }
    }

    /// One more row of the customer at hand, not before the last one in the order of [`pack`]. The mark is asked for
    /// if there are attributes.
    #[inline]
    pub fn push(&mut self, row: u128, mark: impl FnOnce() -> Mark) {
        let (day, amount) = unpack(row);
        let when = self.coarse.map_or(day, |grain| Moment::of_day(day).grain(grain));
        if self.rows == 0 {
            self.left_out = self.since.is_some_and(|since| when < since);
            self.when = when;
            self.attributes.iter_mut().for_each(Tracker::begin);
        } else if (row ^ self.previous) >> 32 == 0 {
            self.counts.duplicates += u64::from(!self.left_out);
        }
        self.rows += 1;
        self.previous = row;
        if self.left_out {
            self.counts.left_out_amount.add(amount);
            return;
        }
        if let Some(attributes) = &mut self.attributes {
            attributes.row(when, mark(), amount >= 0.0);
        }
        if when != self.when {
            self.close();
            self.when = when;
        }
        if amount < 0.0 {
            self.returns.push(-amount);
        } else {
            self.counts.purchases += 1;
            match self.coarse {
                None => self.sum = Some(self.sum.unwrap_or(0.0) + amount),
                Some(_) => self.bought.push(amount),
            }
        }
    }

    /// The customer at hand is complete. `None` if it is not one of the summary.
    pub fn finish(&mut self) -> Option<Folded> {
        let rows = std::mem::take(&mut self.rows);
        if self.left_out {
            self.left_out = false;
            self.size = Size::default();
            self.counts.left_out += 1;
            self.counts.left_out_rows += rows;
            return None;
        }
        self.close();
        let lost = std::mem::take(&mut self.lost);
        if self.returning {
            self.returning = false;
            self.unreturned.clear();
        }
        let Some((first_amount, repeats)) = self.occasions.split_first() else {
            self.counts.only_returns += u64::from(rows > 0);
            self.size = Size { rows, value: -lost, ..Size::default() };
            return None;
        };
        let x = repeats.len() as u32;
        let again = repeats.iter().sum::<f64>();
        let mean = if x == 0 { 0.0 } else { again / f64::from(x) };
        let (value, dearest) = (first_amount + again, repeats.iter().fold(*first_amount, |a, b| a.max(*b)));
        self.size = Size { rows, occasions: u64::from(x) + 1, value, dearest };
        self.counts.customers += 1;
        self.counts.occasions += u64::from(x) + 1;
        self.counts.first = Some(self.counts.first.map_or(self.first, |first| first.min(self.first)));
        let first_amount = if self.first_amount { *first_amount } else { 0.0 };
        if let Some(activity) = &mut self.activity {
            activity.customer(&self.times, &self.occasions);
        }
        if let Some(drift) = &mut self.drift {
            drift.customer(&self.times, &self.occasions);
        }
        if self.past {
            std::mem::swap(&mut self.kept, &mut self.times);
        }
        self.times.clear();
        self.occasions.clear();
        self.attributes.iter_mut().for_each(Tracker::finish);
        let log_gaps = self.gaps.as_mut().map_or(0.0, LogProduct::take);
        if let Some(gaps) = &mut self.each_gap {
            gaps.swap(0, 1);
            gaps[0].clear();
        }
        Some(Folded { x, first: self.first, last: self.last, mean, log_gaps, first_amount })
    }

    /// The grain at hand is complete.
    fn close(&mut self) {
        if self.coarse.is_some() {
            self.close_days();
        }
        if self.sum.is_some() || !self.returns.is_empty() {
            self.days.see(self.when);
        }
        if let Some(sum) = self.sum.take() {
            if self.occasions.is_empty() {
                self.first = self.when;
            } else {
                // Grains may be further apart than their type is wide.
                let gap = i64::from(self.when) - i64::from(self.last);
                if let Some(gaps) = &mut self.gaps {
                    gaps.push(gap as f64);
                }
                if let Some([now, _]) = &mut self.each_gap {
                    put_gap(gap.unsigned_abs(), now);
                }
            }
            if let Some(calendar) = &mut self.calendar {
                calendar.occasion(self.first, self.when);
            }
            if let Some(timing) = &mut self.timing {
                timing.occasion(self.first, self.when);
            }
            self.last = self.when;
            if self.returning && sum > 0.0 {
                self.unreturned.push(self.occasions.len() as u32);
            }
            if self.activity.is_some() || self.drift.is_some() || self.past {
                self.times.push(self.when);
            }
            self.occasions.push(sum);
        }
        if !self.returns.is_empty() {
            self.take_off_all();
        }
    }

    /// The days of the grain at hand together, least amount first, as if they were one.
    fn close_days(&mut self) {
        self.bought.sort_unstable_by(f64::total_cmp);
        self.returns.sort_unstable_by(|a, b| b.total_cmp(a));
        self.sum = self.bought.drain(..).fold(None, |sum, amount| Some(sum.unwrap_or(0.0) + amount));
    }

    #[cold]
    fn take_off_all(&mut self) {
        if !self.returning {
            self.returning = true;
            let something = |&i: &u32| self.occasions[i as usize] > 0.0;
            self.unreturned.extend((0..self.occasions.len() as u32).filter(something));
        }
        let mut returns = std::mem::take(&mut self.returns);
        returns.drain(..).for_each(|amount| self.take_off(amount));
        self.returns = returns;
    }

    /// Takes a return off the occasions, newest first.
    fn take_off(&mut self, amount: f64) {
        let mut left = amount;
        while left > 0.0
            && let Some(&newest) = self.unreturned.last()
        {
            let occasion = &mut self.occasions[newest as usize];
            let before = *occasion;
            let rest = before - left;
            left = if left - before > ROUNDING * amount { left - before } else { 0.0 };
            *occasion = if rest > ROUNDING * before { rest } else { 0.0 };
            if *occasion == 0.0 {
                self.unreturned.pop();
            }
        }
        if left > 0.0 {
            self.counts.unmatched += 1;
            self.counts.unmatched_amount.add(-amount);
            self.lost += amount;
            self.counts.unmatched_rest.add(left);
        } else {
            self.counts.netted += 1;
            self.counts.netted_amount.add(-amount);
        }
    }
}

#[cfg(test)]
mod tests;
