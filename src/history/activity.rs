//! Who was active when: counts by calendar month, which a summary cannot give.
//!
//! A customer is active at the end of a month who has bought within so
//! many days before it. Months are counted while customers are folded, so a log is read once for all of
//! them; sums of amounts are exact, whatever the order ([`Exact`]).

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::cohorts::{CohortCounter, Cohorts};
use super::fold::Exact;
use super::summarize::{first_grain, grain_start};
use crate::base::{Duration, Grain};

/// One calendar month of a log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct ActivityMonth {
    /// Customers active at its end.
    pub active: u64,
    /// Of these, active at the end of the month before, too.
    pub retained: u64,
    /// Of these, first seen in this month.
    pub new: u64,
    /// Customers first seen in this month, whether active at its end or not.
    pub acquired: u64,
    /// Purchases, those of new customers included.
    pub purchases: u64,
    /// Their amounts, net of what was returned until the end of observation.
    pub revenue: f64,
}

/// The months of a log, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Activity {
    /// How long after a purchase a customer counts as active \[days\].
    pub within: f64,
    /// Months since 1970-01 with what happened in them; only the last may be incomplete.
    pub months: BTreeMap<i32, ActivityMonth>,
    /// Is the last month observed to its end?
    pub last_complete: bool,
    /// The same customers by when they came.
    #[serde(default)]
    pub cohorts: Cohorts,
}

/// The same number of whole months twice: the last ones, and the same of the year before, or those before them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Course {
    /// How many months each.
    pub months: usize,
    /// Are they compared with the same months of the year before?
    pub year_before: bool,
    /// Revenue of the last ones, and of those before.
    pub revenue: (f64, f64),
    /// Customers acquired in them.
    pub acquired: (u64, u64),
}

impl Activity {
    /// How the last year went beside the one before: the same months, as far as the log has them twice, so that no season is
    /// taken for growth. Of a log too short for three of these the last half beside the first; `None` with fewer than six whole
    /// months. The first month of a log, which may have begun before it, is no whole one.
    pub fn course(&self) -> Option<Course> {
        const LEAST: usize = 3;
        let whole = self.months.values().skip(1);
        let mut whole: Vec<&ActivityMonth> = whole.collect();
        if !self.last_complete {
            whole.pop();
        }
        let twice = whole.len().saturating_sub(12).min(12);
        let (months, back) = match twice >= LEAST {
            true => (twice, 12),
            false => (whole.len() / 2, whole.len() / 2),
        };
        let from = whole.len() - months;
        (months >= LEAST).then(|| {
            let (last, before) = (&whole[from..], &whole[from - back..from - back + months]);
            let revenue = |part: &[&ActivityMonth]| part.iter().map(|month| month.revenue).sum();
            let acquired = |part: &[&ActivityMonth]| part.iter().map(|month| month.acquired).sum();
            Course {
                months,
                year_before: back == 12,
                revenue: (revenue(last), revenue(before)),
                acquired: (acquired(last), acquired(before)),
            }
        })
    }
}

/// Counts of a month on their way.
#[derive(Debug, Clone, Copy, Default)]
struct Cell {
    counts: ActivityMonth,
    revenue: Exact,
}

/// Counts one customer after the other.
#[derive(Debug, Clone, Default)]
pub(crate) struct ActivityCounter {
    /// Length of the rule \[grains\], and \[days\].
    within: i32,
    days: f64,
    /// The first month, since 1970-01.
    first: i32,
    /// The last grain of each month from there on.
    ends: Vec<i32>,
    last_complete: bool,
    cells: Vec<Cell>,
    cohorts: CohortCounter,
}

impl ActivityCounter {
    /// For a log of these dates; `None` if its grain is longer than a month.
    pub fn new(within: Duration, grain: Grain, from: Date, until: Date) -> Option<Self> {
        if grain == Grain::Year {
            return None;
        }
        let (first, last) = (first_grain(Grain::Month, from), first_grain(Grain::Month, until));
        let end = |month: i32| {
            let next = grain_start(Grain::Month, month + 1);
            let day = next.yesterday().unwrap_or(next);
            first_grain(grain, day) + if grain == Grain::Hour { 23 } else { 0 }
        };
        let ends: Vec<i32> = (first..=last).map(end).collect();
        Some(ActivityCounter {
            within: (within.days() / grain.days()).floor().clamp(1.0, 1e9) as i32,
            days: within.days(),
            first,
            last_complete: until.tomorrow().is_ok_and(|next| first_grain(Grain::Month, next) > last),
            cells: vec![Cell::default(); ends.len()],
            cohorts: CohortCounter::new(first, ends.len()),
            ends,
        })
    }

    /// One customer: the grains of the occasions, ascending, and what is left of the amount of each.
    pub fn customer(&mut self, times: &[i32], amounts: &[f64]) {
        let (mut last_active, mut next) = (None, 0);
        let Some(&born) = times.first() else { return };
        let born = self.month(born);
        if let Some(cell) = self.cells.get_mut(born) {
            cell.counts.acquired += 1;
        }
        let mut member = self.cohorts.member(born);
        for (&when, &amount) in times.iter().zip(amounts) {
            let from = self.month(when);
            let Some(cell) = self.cells.get_mut(from) else { continue };
            cell.counts.purchases += 1;
            cell.revenue.add(amount);
            if let Some(member) = &mut member {
                self.cohorts.add(member, from, amount);
            }
            let until = self.month(when.saturating_add(self.within));
            for month in from.max(next)..until {
                let counts = &mut self.cells[month].counts;
                counts.active += 1;
                counts.retained += u64::from(month > 0 && last_active == Some(month - 1));
                counts.new += u64::from(month == born);
                last_active = Some(month);
            }
            next = next.max(until);
        }
    }

    /// The month of a grain, from the first on: that which ends with it or first after it.
    fn month(&self, grain: i32) -> usize {
        self.ends.partition_point(|&end| end < grain)
    }

    /// Adds the counts of other customers.
    pub fn add(&mut self, other: &ActivityCounter) {
        if self.cells.is_empty() {
            *self = other.clone();
            return;
        }
        self.cohorts.add_all(&other.cohorts);
        for (own, other) in self.cells.iter_mut().zip(&other.cells) {
            own.revenue.add_all(other.revenue);
            own.counts.active += other.counts.active;
            own.counts.retained += other.counts.retained;
            own.counts.new += other.counts.new;
            own.counts.acquired += other.counts.acquired;
            own.counts.purchases += other.counts.purchases;
        }
    }

    /// What was counted.
    pub fn finish(self) -> Activity {
        let month = |(i, cell): (usize, &Cell)| {
            let counts = ActivityMonth { revenue: cell.revenue.value(), ..cell.counts };
            (self.first + i as i32, counts)
        };
        Activity {
            within: self.days,
            months: self.cells.iter().enumerate().map(month).collect(),
            last_complete: self.last_complete,
            cohorts: self.cohorts.finish(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grains(dates: &[&str]) -> Vec<i32> {
        dates.iter().map(|date| first_grain(Grain::Day, date.parse().unwrap())).collect()
    }

    /// Whole months only, twice as many as fit, a year each at most; the first month and an incomplete last one are left out.
    #[test]
    fn the_course_compares_whole_months() {
        let month = |i: i32| ActivityMonth { revenue: f64::from(i), acquired: 1, ..ActivityMonth::default() };
        let log = |n: i32, last_complete| Activity {
            within: 90.0,
            months: (0..n).map(|i| (600 + i, month(i))).collect(),
            last_complete,
            cohorts: Cohorts::default(),
        };
        let found = log(9, false).course().unwrap();
        // Of 1 to 7 the last six.
        assert_eq!((found.months, found.revenue, found.acquired), (3, (18.0, 9.0), (3, 3)));
        assert!(!found.year_before);
        // Of 1 to 19 the last seven, and those seven a year before.
        let found = log(20, true).course().unwrap();
        assert_eq!((found.months, found.revenue, found.year_before), (7, (112.0, 28.0), true));
        let found = log(40, true).course().unwrap();
        assert_eq!((found.months, found.revenue.0, found.revenue.1), (12, 402.0, 258.0));
        assert_eq!(log(6, true).course(), None);
    }

    /// Counted by hand. Seen to fail with `saturating_add(self.within - 1)`, and with `new` counted in every
    /// month of the first stay.
    #[test]
    fn months_are_counted() {
        let (from, until) = ("2024-01-01".parse().unwrap(), "2024-06-15".parse().unwrap());
        let mut counter = ActivityCounter::new("30d".parse().unwrap(), Grain::Day, from, until).unwrap();
        // Active on 01-31 and 02-29; silent on 03-31; back on 04-30, 30 days after 03-31 is 04-29: not active.
        counter.customer(&grains(&["2024-01-15", "2024-02-03", "2024-04-10"]), &[1.0, 2.0, 4.0]);
        // Bought exactly 29 days before 01-31: still within 30; 02-01 to 03-01 covers 02-29.
        counter.customer(&grains(&["2024-01-02", "2024-02-01"]), &[8.0, 16.0]);
        // 01-01 is 30 days before 01-31: no longer.
        counter.customer(&grains(&["2024-01-01"]), &[32.0]);
        let found = counter.finish();
        let (first, all) = (54 * 12, found.months);
        let of = |month: i32| {
            let m = all[&(first + month)];
            (m.active, m.retained, m.new, m.acquired, m.purchases, m.revenue)
        };
        assert_eq!(of(0), (2, 0, 2, 3, 3, 41.0));
        assert_eq!(of(1), (2, 2, 0, 0, 2, 18.0));
        assert_eq!(of(2), (0, 0, 0, 0, 0, 0.0));
        assert_eq!(of(3), (1, 0, 0, 0, 1, 4.0));
        assert_eq!((all.len(), found.last_complete), (6, false));
    }
}
