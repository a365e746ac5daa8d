//! Counted rows: equal customers merged, with how many they are, laid out so that what depends on
//! `x` alone, or on one time alone, is computed once.

mod ages;
mod builder;

use std::sync::Arc;

use crate::customers::{Courses, Intensity};
use crate::history::SummaryBatch;
pub use ages::Ages;
pub use builder::{CustomerTableBuilder, SpendTableBuilder};

/// Counted rows that can be summed over in pieces.
pub trait Table: Sync + Sized {
    /// How many distinct rows.
    fn len(&self) -> usize;

    /// Are there none?
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many customers they stand for (the sum of the counts).
    fn customers(&self) -> f64;

    /// A typical size of the one dimension in the data: the mean `T`, or the mean amount. Positive.
    fn typical(&self) -> f64;

    /// Every `step`-th row: a smaller table that looks like this one.
    fn thinned(&self, step: usize) -> Self;

    /// Row by row, how many customers.
    fn counts(&self) -> &[f64];

    /// The same distinct rows with other counts (one a row, in order): for resampling.
    fn with_counts(&self, counts: Vec<f64>) -> Self;
}

/// The purchase history of one customer, as far as any model needs it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Customer {
    /// Repeat purchases.
    pub x: u32,
    /// Age at the last purchase, 0 if `x` is 0 \[units\].
    pub t_x: f64,
    /// Age at the end of observation, the paper's `T` \[units\].
    pub t: f64,
}

impl Customer {
    /// The purchases of one customer of a summary, in the summary's own unit.
    pub fn of(batch: &SummaryBatch, row: usize) -> Customer {
        Customer { x: batch.frequency.value(row), t_x: batch.recency.value(row), t: batch.t.value(row) }
    }

    /// One who has just made the first purchase.
    pub const NEW: Customer = Customer { x: 0, t_x: 0.0, t: 0.0 };

    /// The same customer in a unit in which times are `factor` times as large.
    pub fn scaled(self, factor: f64) -> Self {
        Customer { x: self.x, t_x: self.t_x * factor, t: self.t * factor }
    }
}

/// The spending of one customer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SpendRow {
    /// Repeat purchases.
    pub x: u32,
    /// Their mean amount, the paper's `z̄`; any value if `x` is 0.
    pub mean: f64,
}

impl SpendRow {
    /// Nothing to learn from.
    pub const NONE: SpendRow = SpendRow { x: 0, mean: 0.0 };

    /// What is to be learned from so many repeat purchases of this mean amount: who has none, or paid nothing for
    /// them, says nothing of amounts (`x` is 0).
    pub fn of(x: u32, mean: f64) -> SpendRow {
        SpendRow { x: if mean > 0.0 { x } else { 0 }, mean }
    }

    /// Is there anything to learn from?
    pub fn spends(&self) -> bool {
        self.x > 0
    }

    /// Spent in all, `x z̄`; 0 if nothing is to be learned from it.
    pub fn spent(&self) -> f64 {
        if self.spends() { f64::from(self.x) * self.mean } else { 0.0 }
    }
}

/// Rows that share one `x`: `rows` is their range in the table's columns.
#[derive(Debug, Clone)]
pub struct SameX {
    /// Repeat purchases.
    pub x: u32,
    /// Their rows.
    pub rows: std::ops::Range<usize>,
    /// The sum of their counts.
    pub count: f64,
}

/// Distinct `(x, t_x, T)` with counts, sorted by `x`, then `T`, then `t_x`.
#[derive(Debug, Clone, Default)]
pub struct CustomerTable {
    /// The distinct times (of `t_x` and of `T`), ascending \[units\].
    pub times: Vec<f64>,
    /// Row by row: which of `times` is `t_x`.
    pub t_x: Vec<u32>,
    /// Row by row: which of `times` is `T`.
    pub t: Vec<u32>,
    /// Row by row: how many customers.
    pub count: Vec<f64>,
    /// The rows by `x`, ascending.
    pub groups: Vec<SameX>,
    /// Time by time: how many customers have it as `T`.
    pub t_count: Vec<f64>,
    /// Time by time: how many repeat purchases those customers made.
    pub t_repeats: Vec<f64>,
    /// The sum of all counts.
    pub customers: f64,
    /// The sum over all customers, by their counts, of the logarithms of the gaps between their
    /// purchases; `None` if it is not known. Only models of regular purchases ask for it.
    pub log_gaps: Option<f64>,
    /// Row by row the ages at repeat purchases, which then tell rows apart, too; `None` if they do not.
    pub ages: Option<Arc<Ages>>,
    /// The same customers told apart by their ages at repeat purchases; `None` if these are not known. Only models that
    /// follow customers from purchase to purchase ask for it.
    pub by_ages: Option<Arc<CustomerTable>>,
    /// The exposure of its customers, where their purchases are counted in it and their lifetimes in time.
    pub courses: Option<Courses>,
}

/// `(x, mean)` of customers with at least one repeat purchase and a positive mean, sorted by `x`.
#[derive(Debug, Clone, Default)]
pub struct SpendTable {
    /// Row by row: mean amount.
    pub mean: Vec<f64>,
    /// Row by row: how many customers.
    pub count: Vec<f64>,
    /// The rows by `x`, ascending.
    pub groups: Vec<SameX>,
    /// The sum of all counts.
    pub customers: f64,
}

impl CustomerTable {
    /// Starts a table.
    pub fn builder() -> CustomerTableBuilder {
        CustomerTableBuilder::default()
    }

    /// Repeat purchases per customer and unit of time.
    ///
    /// # Errors
    /// In words, if there are none or no time has passed.
    pub(crate) fn mean_rate(&self) -> Result<f64, String> {
        let repeats: f64 = self.t_repeats.iter().sum();
        let time: f64 = self.times.iter().zip(&self.t_count).map(|(t, count)| t * count).sum();
        if self.customers == 0.0 {
            return Err("there are no customers".to_owned());
        }
        if repeats == 0.0 {
            return Err(
                "no customer made a repeat purchase (frequency is 0 for all), so nothing is known of \
                        how often customers come back. A longer observation is needed, or a finer --grain if \
                        repeat purchases fall within one grain"
                    .to_owned(),
            );
        }
        if time > 0.0 { Ok(repeats / time) } else { Err("T is 0 for all customers".to_owned()) }
    }

    /// Works out all sums of counts from the counts.
    fn set_margins(&mut self) {
        self.t_count = vec![0.0; self.times.len()];
        self.t_repeats = vec![0.0; self.times.len()];
        self.customers = 0.0;
        for group in &mut self.groups {
            group.count = 0.0;
            for row in group.rows.clone() {
                let (count, t) = (self.count[row], self.t[row] as usize);
                group.count += count;
                self.t_count[t] += count;
                self.t_repeats[t] += count * f64::from(group.x);
            }
            self.customers += group.count;
        }
        if let Some(courses) = self.courses.take() {
            self.courses = Some(courses.of(self));
        }
    }

    /// The same customers with rates of purchase that change with age and date: times stay what they are, in units of so
    /// many days, and [`CustomerTable::courses`] says what exposure they are. They are seen so many days after the end of the
    /// observation that the rates were estimated from.
    pub fn in_courses(&self, intensity: &Intensity, now: f64, unit: f64) -> Self {
        let mut table = self.clone();
        table.courses = Some(Courses::new(self, intensity, now, unit));
        table
    }
}

impl SpendTable {
    /// Starts a table.
    pub fn builder() -> SpendTableBuilder {
        SpendTableBuilder::default()
    }

    /// Works out all sums of counts from the counts.
    fn set_margins(&mut self) {
        self.customers = 0.0;
        for group in &mut self.groups {
            group.count = self.count[group.rows.clone()].iter().sum();
            self.customers += group.count;
        }
    }
}

impl Table for CustomerTable {
    fn len(&self) -> usize {
        self.count.len()
    }
    fn customers(&self) -> f64 {
        self.customers
    }
    fn typical(&self) -> f64 {
        let sum: f64 = self.times.iter().zip(&self.t_count).map(|(t, count)| t * count).sum();
        positive(sum / self.customers)
    }
    fn thinned(&self, step: usize) -> Self {
        let mut table = CustomerTable {
            times: self.times.clone(),
            t_x: every(step, &self.t_x),
            t: every(step, &self.t),
            count: every(step, &self.count),
            groups: thinned_groups(step, &self.groups),
            ages: self.ages.as_ref().map(|ages| Arc::new(ages.every(step))),
            courses: self.courses.clone(),
            ..CustomerTable::default()
        };
        table.set_margins();
        table
    }
    fn counts(&self) -> &[f64] {
        &self.count
    }
    /// Of the logarithms of gaps only the sum over all customers is known, so it is not known of these; nor are those told
    /// apart by their ages at purchases, unless this is their table.
    fn with_counts(&self, counts: Vec<f64>) -> Self {
        assert_eq!(counts.len(), self.count.len(), "one count for each row");
        let mut table = CustomerTable { count: counts, log_gaps: None, by_ages: None, ..self.clone() };
        table.set_margins();
        table
    }
}

impl Table for SpendTable {
    fn len(&self) -> usize {
        self.count.len()
    }
    fn customers(&self) -> f64 {
        self.customers
    }
    fn typical(&self) -> f64 {
        let sum: f64 = self.mean.iter().zip(&self.count).map(|(mean, count)| mean * count).sum();
        positive(sum / self.customers)
    }
    fn thinned(&self, step: usize) -> Self {
        let mut table = SpendTable {
            mean: every(step, &self.mean),
            count: every(step, &self.count),
            groups: thinned_groups(step, &self.groups),
            ..SpendTable::default()
        };
        table.set_margins();
        table
    }
    fn counts(&self) -> &[f64] {
        &self.count
    }
    fn with_counts(&self, counts: Vec<f64>) -> Self {
        assert_eq!(counts.len(), self.count.len(), "one count for each row");
        let mut table = SpendTable { count: counts, ..self.clone() };
        table.set_margins();
        table
    }
}

fn every<T: Copy>(step: usize, column: &[T]) -> Vec<T> {
    column.iter().step_by(step).copied().collect()
}

/// The groups when only rows 0, `step`, 2 `step`, ... are left; empty ones go.
fn thinned_groups(step: usize, groups: &[SameX]) -> Vec<SameX> {
    let rows = |group: &SameX| group.rows.start.div_ceil(step)..group.rows.end.div_ceil(step);
    let left = groups.iter().map(|group| SameX { rows: rows(group), ..*group });
    left.filter(|group| !group.rows.is_empty()).collect()
}

/// `value`, or 1 where it is no scale.
fn positive(value: f64) -> f64 {
    if value > 0.0 && value.is_finite() { value } else { 1.0 }
}
