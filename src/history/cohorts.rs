//! Cohorts: customers by the period of their first purchase, and what they did in each period since, counted while
//! customers are folded: so many cells as periods allow, however many customers there are.
//!
//! How long a period is the log decides: months up to a year, quarters up to five years, beyond that years.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::fold::Exact;
use super::summarize::grain_start;
use crate::base::Grain;

/// Calendar months that are told apart, at most, and quarters \[months\].
const BY_MONTH: usize = 12;
const BY_QUARTER: usize = 60;

/// A period of the calendar. Periods have numbers, from 1970 on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum CohortPeriod {
    /// A month.
    Month,
    /// Three months.
    #[default]
    Quarter,
    /// Twelve months.
    Year,
}

impl CohortPeriod {
    /// That of a log of so many calendar months.
    fn of_months(months: usize) -> Self {
        if months <= BY_MONTH {
            CohortPeriod::Month
        } else if months <= BY_QUARTER {
            CohortPeriod::Quarter
        } else {
            CohortPeriod::Year
        }
    }

    fn months(self) -> i32 {
        match self {
            CohortPeriod::Month => 1,
            CohortPeriod::Quarter => 3,
            CohortPeriod::Year => 12,
        }
    }

    /// The number of the period that a month since 1970-01 lies in.
    pub fn of(self, month: i32) -> i32 {
        month.div_euclid(self.months())
    }

    /// The first and the last day of a period.
    pub fn days(self, period: i32) -> (Date, Date) {
        let start = |period: i32| grain_start(Grain::Month, period * self.months());
        let next = start(period + 1);
        (start(period), next.yesterday().unwrap_or(next))
    }

    /// A period as people write it: `2024-03`, `2024-Q1`, `2024`.
    pub fn name(self, period: i32) -> String {
        let parts = 12 / self.months();
        let (year, part) = (1970 + period.div_euclid(parts), 1 + period.rem_euclid(parts));
        match self {
            CohortPeriod::Month => format!("{year:04}-{part:02}"),
            CohortPeriod::Quarter => format!("{year:04}-Q{part}"),
            CohortPeriod::Year => format!("{year:04}"),
        }
    }

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            CohortPeriod::Month => "month",
            CohortPeriod::Quarter => "quarter",
            CohortPeriod::Year => "year",
        }
    }
}

/// What the customers of one cohort did in one period.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CohortCount {
    /// The period of their first purchase.
    pub cohort: i32,
    /// The period, not before it.
    pub period: i32,
    /// How many of them bought; in the period of the first purchase all.
    pub buyers: u64,
    /// Purchases, the first one included.
    pub purchases: u64,
    /// Their amounts, net of what was returned until the end of observation.
    pub revenue: f64,
}

/// The cohorts of a log.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Cohorts {
    /// How long a period is.
    pub period: CohortPeriod,
    /// Cohort by cohort that has customers, then period by period; only the last may be incomplete.
    pub counts: Vec<CohortCount>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Cell {
    buyers: u64,
    purchases: u64,
    revenue: Exact,
}

/// Counts one customer after the other.
#[derive(Debug, Clone, Default)]
pub(super) struct CohortCounter {
    period: CohortPeriod,
    /// The first period.
    first: i32,
    /// How many there are.
    periods: usize,
    /// The place of each month's period, from the first month on.
    places: Vec<usize>,
    /// Cohort by cohort: period by period.
    cells: Vec<Cell>,
}

/// A customer on the way.
pub(super) struct Member {
    cohort: usize,
    /// The last period with a purchase.
    last: Option<usize>,
}

impl CohortCounter {
    /// For a log of so many months from this one on.
    pub fn new(first: i32, months: usize) -> Self {
        let period = CohortPeriod::of_months(months);
        let places = (0..months as i32).map(|m| (period.of(first + m) - period.of(first)) as usize);
        let places: Vec<usize> = places.collect();
        let periods = places.last().map_or(0, |last| last + 1);
        let cells = vec![Cell::default(); periods * periods];
        CohortCounter { period, first: period.of(first), periods, places, cells }
    }

    /// A customer who was first seen in a month, counted from the first; nobody if that is beyond the log.
    pub fn member(&self, born: usize) -> Option<Member> {
        self.places.get(born).map(|place| Member { cohort: place * self.periods, last: None })
    }

    /// A purchase in a month that the log has. The purchases of one customer come in order.
    pub fn add(&mut self, member: &mut Member, month: usize, amount: f64) {
        let place = self.places[month];
        let cell = &mut self.cells[member.cohort + place];
        cell.buyers += u64::from(member.last != Some(place));
        cell.purchases += 1;
        cell.revenue.add(amount);
        member.last = Some(place);
    }

    /// Adds the counts of other customers.
    pub fn add_all(&mut self, other: &CohortCounter) {
        for (own, other) in self.cells.iter_mut().zip(&other.cells) {
            own.buyers += other.buyers;
            own.purchases += other.purchases;
            own.revenue.add_all(other.revenue);
        }
    }

    /// What was counted.
    pub fn finish(&self) -> Cohorts {
        let mut counts = Vec::new();
        for (c, row) in
            self.cells.chunks(self.periods.max(1)).enumerate().filter(|(c, row)| row[*c].buyers > 0)
        {
            let count = |(p, cell): (usize, &Cell)| CohortCount {
                cohort: self.first + c as i32,
                period: self.first + p as i32,
                buyers: cell.buyers,
                purchases: cell.purchases,
                revenue: cell.revenue.value(),
            };
            counts.extend(row.iter().enumerate().skip(c).map(count));
        }
        Cohorts { period: self.period, counts }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_have_names_and_days() {
        let of = |period: CohortPeriod, month: i32| period.name(period.of(month));
        let names =
            |month| [CohortPeriod::Month, CohortPeriod::Quarter, CohortPeriod::Year].map(|p| of(p, month));
        assert_eq!(names(12 * 54 + 3), ["2024-04", "2024-Q2", "2024"]);
        assert_eq!(names(-1), ["1969-12", "1969-Q4", "1969"]);
        let (first, last) = CohortPeriod::Quarter.days(CohortPeriod::Quarter.of(12 * 54 + 1));
        assert_eq!([first.to_string(), last.to_string()], ["2024-01-01", "2024-03-31"]);
        let of = |months| CohortPeriod::of_months(months).word();
        assert_eq!([of(1), of(12), of(13), of(60), of(61)], ["month", "month", "quarter", "quarter", "year"]);
    }

    /// By hand, over 14 months from 2024-02: five quarters. Seen to fail with all revenue put to the period of the first purchase.
    #[test]
    fn buyers_are_counted_once_a_period() {
        let mut counter = CohortCounter::new(12 * 54 + 1, 14);
        for purchases in
            [vec![(0, 1.0), (1, 2.0), (2, 4.0), (13, 8.0)], vec![(3, 16.0), (4, 32.0)], vec![(0, 64.0)]]
        {
            let mut member = counter.member(purchases[0].0).unwrap();
            purchases.iter().for_each(|(month, amount)| counter.add(&mut member, *month, *amount));
        }
        let found = counter.finish();
        let row = |c: &CohortCount| (c.cohort - 216, c.period - 216, c.buyers, c.purchases, c.revenue);
        let first =
            [(0, 0, 2, 3, 67.0), (0, 1, 1, 1, 4.0), (0, 2, 0, 0, 0.0), (0, 3, 0, 0, 0.0), (0, 4, 1, 1, 8.0)];
        assert_eq!(found.counts.iter().take(5).map(row).collect::<Vec<_>>(), first);
        assert_eq!(row(&found.counts[5]), (1, 1, 1, 2, 48.0));
        assert_eq!((found.counts.len(), found.period), (9, CohortPeriod::Quarter));
    }
}
