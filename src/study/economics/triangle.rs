//! The triangle of cohorts: how many customers of each cohort bought, how often and for how much, period by period as it was seen,
//! and, where that has not come yet, as the model expects it of today's customers, up to the horizon.
//!
//! ```text
//! purchases of a period to come  Σ E[Y_i(to)] − E[Y_i(from)]          over the customers of the cohort
//! buyers                         Σ P(at least one purchase in (from, to])
//! revenue                        Σ amount_i (E[Y_i(to)] − E[Y_i(from)])          undiscounted, margin 1
//! ```
//! A period that the end of observation lies in has two parts, one seen and one expected; whoever bought in the first may buy in
//! the second again, so that buyers do not add up over them. Purchases and revenue do: over cohorts and periods to come they are
//! the forecast's totals of the same horizon.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Date32Array, Float64Array, RecordBatch, StringArray, UInt64Array};
use arrow_schema::{Field, Schema};
use jiff::civil::Date;

use super::alive;
use super::base::Base;
use super::valuation::Outreach;
use crate::base::{Discounting, Grain, Unit};
use crate::fitted::{PurchaseModel, SpendModel};
use crate::history::{Activity, CohortPeriod, SummaryMeta, first_grain};
use crate::model::Scorer;

/// Periods to come end with this month, at most.
const MOST_MONTHS: i32 = 60;
/// A horizon counts months of 365.25/12 days, and ends up to so many days before or after the months of the calendar do: a
/// period that it all but ends with is the last one, and a whole one \[days\].
const SAME: f64 = 3.0;

/// What a cohort did in a period or in a part of one, or is expected to.
#[derive(Debug, Clone, PartialEq)]
pub struct TriangleCell {
    /// The cohort, by the number of its period: see [`CohortPeriod::name`].
    pub cohort: i32,
    /// The period.
    pub period: i32,
    /// The first and the last day of it, or of the part of it that is seen or expected.
    pub from: Date,
    /// The last.
    pub until: Date,
    /// Is it the whole period?
    pub whole: bool,
    /// Customers of the cohort.
    pub customers: u64,
    /// How many of them bought, or are expected to buy at least once.
    pub buyers: f64,
    /// Purchases.
    pub purchases: f64,
    /// Their amounts, before margin and undiscounted.
    pub revenue: f64,
    /// Does the model say so? Else it was seen.
    pub expected: bool,
}

/// All cohorts.
#[derive(Debug, Clone, PartialEq)]
pub struct Triangle {
    /// How long a period is.
    pub period: CohortPeriod,
    /// Cohort by cohort, then by time.
    pub cells: Vec<TriangleCell>,
}

/// A part of the time to come.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Ahead {
    period: i32,
    from: Date,
    until: Date,
    whole: bool,
    /// Its end \[units from the end of observation\].
    to: f64,
}

/// The periods from the end of observation to the horizon \[units\]; the first and the last may be parts of one.
fn ahead(end: Date, horizon: f64, unit: Unit, period: CohortPeriod) -> Vec<Ahead> {
    let mut found: Vec<Ahead> = Vec::new();
    let Ok(mut from) = end.tomorrow() else { return found };
    let last_month = first_grain(Grain::Month, from) + MOST_MONTHS - 1;
    let horizon = horizon * unit.days();
    loop {
        let month = first_grain(Grain::Month, from);
        let number = period.of(month);
        let (first, last) = period.days(number);
        let days = f64::from(end.until(last).map_or(0, |span| span.get_days()));
        let within = days < horizon - SAME;
        let to = if within { days } else { horizon };
        let until = end.saturating_add(jiff::Span::new().days(to.round() as i64)).max(from);
        let whole = from == first && (within || days - horizon <= SAME);
        found.push(Ahead { period: number, from, until, whole, to: to / unit.days() });
        match last.tomorrow() {
            Ok(next) if within && first_grain(Grain::Month, next) <= last_month => from = next,
            _ => return found,
        }
    }
}

/// What customers are looked at with.
pub(super) struct Looking<'a> {
    pub base: &'a Base,
    /// The purchase model of each class.
    pub models: &'a [PurchaseModel],
    pub spend: &'a SpendModel,
    pub outreach: &'a Outreach,
    pub unit: Unit,
    /// Are there purchases only at opportunities, a whole number of units from now?
    pub opportunities: bool,
}

impl Triangle {
    /// `None` if periods were not counted.
    pub(super) fn new(meta: &SummaryMeta, with: &Looking) -> Option<Self> {
        let (activity, end) = (meta.activity.as_ref()?, meta.observed_until?);
        let period = activity.cohorts.period;
        let mut cells = seen(activity, end);
        let sizes: BTreeMap<i32, u64> = cells.iter().map(|cell| (cell.cohort, cell.customers)).collect();
        let mut ahead = ahead(end, with.outreach.horizon, with.unit, period);
        if with.opportunities {
            // Months of the calendar are a little longer or shorter than a month.
            ahead.iter_mut().for_each(|part| part.to = part.to.round().min(with.outreach.horizon));
        }
        cells.extend(expected(&sizes, &ahead, period, with));
        cells.sort_by_key(|cell| (cell.cohort, cell.from));
        Some(Triangle { period, cells })
    }

    /// No cell: of a log whose cohorts were not counted.
    pub(super) fn none() -> Self {
        Triangle { period: CohortPeriod::default(), cells: Vec::new() }
    }

    /// A row a cohort and period: `cohort`, `period`, `from`, `until`, `customers`, `buyers`, `purchases`, `revenue`, `expected`.
    pub fn table(&self) -> RecordBatch {
        let cells = || self.cells.iter();
        let name = |period: i32| self.period.name(period);
        let days = |date: Date| first_grain(Grain::Day, date);
        let number = |of: fn(&TriangleCell) -> f64| -> ArrayRef {
            Arc::new(Float64Array::from_iter_values(cells().map(of)))
        };
        let columns: [(&str, ArrayRef); 9] = [
            ("cohort", Arc::new(StringArray::from_iter_values(cells().map(|cell| name(cell.cohort))))),
            ("period", Arc::new(StringArray::from_iter_values(cells().map(|cell| name(cell.period))))),
            ("from", Arc::new(Date32Array::from_iter_values(cells().map(|cell| days(cell.from))))),
            ("until", Arc::new(Date32Array::from_iter_values(cells().map(|cell| days(cell.until))))),
            ("customers", Arc::new(UInt64Array::from_iter_values(cells().map(|cell| cell.customers)))),
            ("buyers", number(|cell| cell.buyers)),
            ("purchases", number(|cell| cell.purchases)),
            ("revenue", number(|cell| cell.revenue)),
            ("expected", Arc::new(cells().map(|cell| Some(cell.expected)).collect::<BooleanArray>())),
        ];
        let field = |(name, column): &(&str, ArrayRef)| Field::new(*name, column.data_type().clone(), false);
        let schema = Schema::new(columns.iter().map(field).collect::<Vec<Field>>());
        let columns = columns.into_iter().map(|(_, column)| column).collect();
        RecordBatch::try_new(Arc::new(schema), columns).expect("columns of one length")
    }
}

/// What was counted while the log was read.
fn seen(activity: &Activity, end: Date) -> Vec<TriangleCell> {
    let cohorts = &activity.cohorts;
    let mut customers = 0;
    let cell = |count: &crate::history::CohortCount| {
        let (from, last) = cohorts.period.days(count.period);
        if count.cohort == count.period {
            customers = count.buyers;
        }
        TriangleCell {
            cohort: count.cohort,
            period: count.period,
            from,
            until: last.min(end),
            whole: last <= end,
            customers,
            buyers: count.buyers as f64,
            purchases: count.purchases as f64,
            revenue: count.revenue,
            expected: false,
        }
    };
    cohorts.counts.iter().map(cell).collect()
}

/// What the model expects, part by part of what lies ahead. All that depends on the history alone is worked out once for those
/// who share it.
fn expected(
    sizes: &BTreeMap<i32, u64>,
    ahead: &[Ahead],
    period: CohortPeriod,
    with: &Looking,
) -> Vec<TriangleCell> {
    let (histories, models) = (&with.base.histories, with.models);
    let places: BTreeMap<i32, usize> =
        sizes.keys().enumerate().map(|(place, cohort)| (*cohort, place)).collect();
    let place = |month: &i32| places.get(&period.of(*month)).copied().unwrap_or_default();
    let place: Vec<usize> = with.base.cohort_months().iter().map(place).collect();
    let amounts: Vec<f64> = (0..with.base.len()).map(|i| with.base.spend(i, with.spend)).collect();
    let none = Discounting::Continuous { delta: 0.0 };
    let mut scorers: Vec<Box<dyn Scorer>> = models.iter().map(|model| model.scorer(1.0, none)).collect();
    let alive = alive::p_alive(histories, models);
    let mut so_far = vec![0.0; histories.ages.len()];
    let (mut from, mut cells) = (0.0, Vec::new());
    for part in ahead {
        scorers.iter_mut().for_each(|scorer| scorer.look(part.to, none));
        let buys =
            histories.each_age(models, |model, customer| model.buys_if_alive(customer, (from, part.to)));
        let upto = histories.ages.iter().map(|age| scorers[age.class as usize].if_alive(&age.customer).0);
        let more = upto.zip(&mut so_far).map(|(upto, before)| upto - std::mem::replace(before, upto));
        let each: Vec<(f64, f64)> = more.zip(buys).collect();
        let mut sums = vec![[0.0; 3]; sizes.len()];
        for (i, (place, amount)) in place.iter().zip(&amounts).enumerate() {
            let history = with.base.histories.of[i] as usize;
            let (purchases, buys) = each[histories.distinct[history].age as usize];
            let (purchases, buys) = (alive[history] * purchases, alive[history] * buys);
            let sum = &mut sums[*place];
            *sum = [sum[0] + buys, sum[1] + purchases, sum[2] + amount * purchases];
        }
        cells.extend(sizes.iter().zip(sums).map(|((cohort, customers), [buyers, purchases, revenue])| {
            let Ahead { period, from, until, whole, .. } = *part;
            TriangleCell {
                cohort: *cohort,
                period,
                from,
                until,
                whole,
                customers: *customers,
                buyers,
                purchases,
                revenue,
                expected: true,
            }
        }));
        from = part.to;
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rest of a quarter, three whole ones, and the part of a fifth up to a year from the end; none that is empty where the
    /// observation ends with a quarter or the horizon does. Seen to fail with the last part as long as a whole period.
    #[test]
    fn what_lies_ahead_is_cut_by_the_calendar() {
        let days = |end: &str, horizon: f64| -> Vec<(String, String, bool, f64)> {
            let found = ahead(end.parse().unwrap(), horizon / 7.0, Unit::Week, CohortPeriod::Quarter);
            found
                .iter()
                .map(|a| (a.from.to_string(), a.until.to_string(), a.whole, (a.to * 7.0 * 8.0).round() / 8.0))
                .collect()
        };
        let found = days("2024-09-15", 365.25);
        let row = |from: &str, until: &str, whole, to| (from.to_owned(), until.to_owned(), whole, to);
        assert_eq!(found[0], row("2024-09-16", "2024-09-30", false, 15.0));
        assert_eq!(found[1], row("2024-10-01", "2024-12-31", true, 107.0));
        assert_eq!(found[4], row("2025-07-01", "2025-09-15", false, 365.25));
        assert_eq!(found.len(), 5);
        let found = days("2024-09-30", 92.0);
        assert_eq!(found, [row("2024-10-01", "2024-12-31", true, 92.0)]);
        assert_eq!(days("2024-09-30", f64::INFINITY).len(), 20);
        assert_eq!(days("2024-09-15", 10.0), [row("2024-09-16", "2024-09-25", false, 10.0)]);
        // Six months are 182.6 days, and from New Year to the end of June 181; a year may be 366.
        assert_eq!(days("2024-12-31", 182.625)[1..], [row("2025-04-01", "2025-07-02", true, 182.625)]);
        assert_eq!(days("2027-12-31", 365.25)[3..], [row("2028-10-01", "2028-12-30", true, 365.25)]);
    }
}
