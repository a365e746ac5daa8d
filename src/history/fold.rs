//! The rows of one customer, in the order of time and amount, to one row of the summary.
//!
//! Purchases within one grain are one occasion whose amount is their sum. A return (a negative
//! amount) is no purchase: it is taken off the same customer's occasions so far, those of its own
//! grain included, newest first, none below zero. Because rows come sorted by amount too, sums are
//! the same to the bit in whatever order the log was.

use serde::{Deserialize, Serialize};

use super::activity::ActivityCounter;
use super::attributes::{AttributeCounts, Tracker};
use super::calendar::Calendar;
use super::codec::Mark;
use super::far_dates::{DayCounter, DayCounts};
use super::gaps::LogProduct;
use super::read::calendar::Moment;
use super::spend_drift::DriftCounter;
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

/// A sum of amounts that is the same in whatever order and portions they come: it counts in steps of 1e-10, so that
/// amounts written with a few decimals add up as on paper.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Exact(i128);

impl Exact {
    const STEPS: f64 = 1e10;

    /// One more amount.
    #[inline]
    pub fn add(&mut self, amount: f64) {
        self.0 = self.0.saturating_add(Self::steps(amount));
    }

    /// More amounts, the same as one after the other, in fewer instructions.
    pub fn add_column(&mut self, amounts: &[f64]) {
        let (chunks, rest) = amounts.as_chunks::<64>();
        for chunk in chunks {
            // 64 of fewer than 2^46 steps: sums are exact in 53 bits, in whatever order.
            if chunk.iter().fold(true, |all, amount| all & (amount.abs() < 7_000.0)) {
                let mut sums = [0.0; 4];
                for four in chunk.as_chunks::<4>().0 {
                    sums.iter_mut().zip(four).for_each(|(sum, &amount)| *sum += Self::few_steps(amount));
                }
                self.0 = self.0.saturating_add(i128::from(sums.iter().sum::<f64>() as i64));
            } else {
                chunk.iter().for_each(|&amount| self.add(amount));
            }
        }
        rest.iter().for_each(|&amount| self.add(amount));
    }

    /// [`steps`](Exact::steps) where they are less than 2^51, without a conversion.
    #[inline]
    fn few_steps(amount: f64) -> f64 {
        // Adding and taking off 1.5 x 2^52 rounds to an integer.
        const ROUND: f64 = 6_755_399_441_055_744.0;
        let steps = amount * Self::STEPS;
        let steps = steps + 0.5_f64.copysign(steps);
        let nearest = steps + ROUND - ROUND;
        // Away from zero is one too many.
        let beyond: f64 = if nearest.abs() > steps.abs() { 1.0 } else { 0.0 };
        nearest - beyond.copysign(steps)
    }

    #[inline]
    fn steps(amount: f64) -> i128 {
        let steps = amount * Self::STEPS;
        // What fits into 64 bits is converted by one instruction; rounding would take a call.
        match steps.abs() < 9e18 {
            true => i128::from((steps + 0.5_f64.copysign(steps)) as i64),
            false => steps as i128,
        }
    }

    /// Another sum.
    pub fn add_all(&mut self, other: Exact) {
        self.0 = self.0.saturating_add(other.0);
    }

    /// The sum.
    pub fn value(self) -> f64 {
        self.0 as f64 / Self::STEPS
    }
}

/// How much a customer bought.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Size {
    /// Rows, returns included.
    pub rows: u64,
    /// Occasions.
    pub occasions: u64,
    /// The amount of all occasions, net of returns.
    pub value: f64,
    /// That of the dearest one.
    pub dearest: f64,
}

/// What became of the rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct FoldCounts {
    /// Customers of the summary.
    pub customers: u64,
    /// Their rows that are purchases.
    pub purchases: u64,
    /// Their occasions.
    pub occasions: u64,
    /// Rows equal to another row of the same customer in day (or hour) and amount, beyond the first.
    pub duplicates: u64,
    /// Returns that were wholly taken off earlier purchases.
    pub netted: u64,
    /// The sum of their amounts (negative).
    pub netted_amount: Exact,
    /// Returns that found no earlier purchase, or not enough of it.
    pub unmatched: u64,
    /// The sum of their amounts (negative).
    pub unmatched_amount: Exact,
    /// What of it was not taken off (positive).
    pub unmatched_rest: Exact,
    /// Customers with nothing but returns (their rows are among `unmatched`).
    pub only_returns: u64,
    /// Customers first seen before the date asked for.
    pub left_out: u64,
    /// Their rows.
    pub left_out_rows: u64,
    /// The sum of the amounts of these rows.
    pub left_out_amount: Exact,
    /// The first grain of all occasions; `None` if there are none.
    pub first: Option<i32>,
}

impl FoldCounts {
    /// Adds those of other customers.
    pub fn add(&mut self, other: &FoldCounts) {
        self.customers += other.customers;
        self.purchases += other.purchases;
        self.occasions += other.occasions;
        self.duplicates += other.duplicates;
        self.netted += other.netted;
        self.netted_amount.add_all(other.netted_amount);
        self.unmatched += other.unmatched;
        self.unmatched_amount.add_all(other.unmatched_amount);
        self.unmatched_rest.add_all(other.unmatched_rest);
        self.only_returns += other.only_returns;
        self.left_out += other.left_out;
        self.left_out_rows += other.left_out_rows;
        self.left_out_amount.add_all(other.left_out_amount);
        self.first = self.first.into_iter().chain(other.first).min();
    }
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
    /// The attributes, if there are any.
    attributes: Option<Tracker>,
    /// Purchases by time, if they are asked for.
    calendar: Option<Calendar>,
    /// Active customers by month, if they are asked for, and the grains of the occasions at hand.
    activity: Option<ActivityCounter>,
    /// How amounts change with time, if it is asked for.
    drift: Option<DriftCounter>,
    times: Vec<i32>,
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

    /// How much the customer that was finished last bought; of one with nothing but returns, these.
    pub fn size(&self) -> &Size {
        &self.size
    }

    /// Counts purchases by time, too.
    pub fn with_calendar(self, calendar: Option<Calendar>) -> Self {
        Fold { calendar, ..self }
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
        self.times.clear();
        self.occasions.clear();
        self.attributes.iter_mut().for_each(Tracker::finish);
        let log_gaps = self.gaps.as_mut().map_or(0.0, LogProduct::take);
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
            } else if let Some(gaps) = &mut self.gaps {
                // Grains may be further apart than their type is wide.
                gaps.push((i64::from(self.when) - i64::from(self.last)) as f64);
            }
            if let Some(calendar) = &mut self.calendar {
                calendar.occasion(self.first, self.when);
            }
            self.last = self.when;
            if self.returning && sum > 0.0 {
                self.unreturned.push(self.occasions.len() as u32);
            }
            if self.activity.is_some() || self.drift.is_some() {
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
