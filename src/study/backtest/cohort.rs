//! The customers known at an origin: what was known of them then, and what they did next.
//!
//! The log is summarised several times by the library's own rules, each time with another end of
//! observation, and the summaries, which come sorted, are joined by customer. Purchases in the holdout are
//! `x(end) − x(origin)`. Spend in the holdout is the growth of the total of repeat amounts,
//! `x(end) z̄(end) − x(origin) z̄(origin)`: net of the returns that came in the holdout, also of those of
//! earlier repeat purchases, so that it can be negative; what is taken off a first purchase is in no summary
//! and not in it. What is kept takes less than 100 bytes a customer.

use std::cmp::Ordering;

use super::resample::Estimate;
use crate::base::{Progress, Result};
use crate::customers::Customer;
use crate::history::{Summary, SummaryBatch};

/// What was known of a customer one holdout before the origin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Earlier {
    /// Repeat purchases.
    pub x: u32,
    /// Time since the last purchase \[units\].
    pub silence: f64,
    /// Mean amount of the repeat purchases.
    pub mean: f64,
}

/// The customers known at an origin, sorted by id; columns of equal length.
#[derive(Debug, Clone, Default)]
pub struct Cohort {
    /// Number made of the customer's id: the same at all origins.
    pub key: Vec<u64>,
    /// What was known at the origin.
    pub customers: Vec<Customer>,
    /// The ages at their repeat purchases, one customer after the other, and where each one's end; empty if no model
    /// asked for them.
    pub purchase_times: (Vec<f64>, Vec<usize>),
    /// What is known of each over time, with its first day \[days since 1970\]; empty if no model follows it.
    pub followed: Vec<(u32, i32)>,
    /// Mean amount of the repeat purchases, as known at the origin; `None` without amounts.
    pub mean: Option<Vec<f64>>,
    /// What was known one holdout earlier, if the customer was.
    pub earlier: Vec<Option<Earlier>>,
    /// Purchases in the holdout.
    pub bought: Vec<f64>,
    /// Spend in the holdout; `None` without amounts.
    pub spent: Option<Vec<f64>>,
}

/// Fewer customers with purchases on both sides of the origin say nothing of their amounts.
const FEWEST_PAIRS: usize = 20;

impl Cohort {
    /// Joins the summaries of the log up to the origin, one holdout earlier, and one holdout later.
    ///
    /// # Errors
    /// If one cannot be read.
    pub fn join(
        origin: &Summary,
        earlier: Option<&Summary>,
        end: &Summary,
        progress: &dyn Progress,
    ) -> Result<Cohort> {
        progress.stage("joining customers", None);
        let money = origin.meta.has_money;
        let mut cohort =
            Cohort { mean: money.then(Vec::new), spent: money.then(Vec::new), ..Cohort::default() };
        let mut earlier = earlier.map(Cursor::new).transpose()?;
        let mut end = Cursor::new(end)?;
        for batch in origin.batches() {
            progress.check()?;
            let batch = batch?;
            for row in 0..batch.len() {
                let id = batch.customer_id.value(row);
                let before = match &mut earlier {
                    Some(cursor) => cursor.seek(id)?,
                    None => None,
                };
                let after = end.seek(id)?.unwrap_or(Seen::of(&batch, row));
                cohort.push(id, Seen::of(&batch, row), before, after);
                if batch.purchase_times.is_some() {
                    let (ages, ends) = &mut cohort.purchase_times;
                    ages.extend_from_slice(batch.purchase_times(row));
                    ends.push(ages.len());
                }
            }
            progress.advance(batch.len() as u64);
        }
        Ok(cohort)
    }

    fn push(&mut self, id: &str, now: Seen, before: Option<Seen>, after: Seen) {
        self.key.push(key(id));
        self.customers.push(now.customer);
        let early = |seen: Seen| Earlier {
            x: seen.customer.x,
            silence: seen.customer.t - seen.customer.t_x,
            mean: seen.mean,
        };
        self.earlier.push(before.map(early));
        self.bought.push(f64::from(after.customer.x) - f64::from(now.customer.x));
        if let Some(mean) = &mut self.mean {
            mean.push(now.mean);
        }
        if let Some(spent) = &mut self.spent {
            spent.push(growth(now.total(), after.total()));
        }
    }

    /// How amounts change with time within customers: `Σ spent / Σ bought · mean before` less 1, of those who have
    /// bought repeatedly before the origin and bought after it, with its normal interval (of a ratio, by its
    /// residuals). A model of spend that does not know of time takes it for 0.
    pub fn dearer(&self) -> Option<Estimate> {
        let (mean, spent) = self.mean.as_ref().zip(self.spent.as_ref())?;
        let pairs = mean.iter().zip(spent).zip(&self.bought);
        let pairs: Vec<(f64, f64)> = pairs
            .filter(|((mean, _), bought)| **mean > 0.0 && **bought > 0.0)
            .map(|((mean, spent), bought)| (*spent, bought * mean))
            .collect();
        let sum = |of: fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>();
        let (spent, due) = (sum(|pair| pair.0), sum(|pair| pair.1));
        let ratio = spent / due;
        let squares: f64 = pairs.iter().map(|(spent, due)| (spent - ratio * due).powi(2)).sum();
        let half = 1.645 * squares.sqrt() / due;
        let few = pairs.len() < FEWEST_PAIRS || !half.is_finite();
        (!few).then_some(Estimate {
            value: ratio - 1.0,
            lower: ratio - 1.0 - half,
            upper: ratio - 1.0 + half,
        })
    }

    /// The ages of a customer at the repeat purchases; none if they were not asked for.
    pub fn purchase_times(&self, i: usize) -> &[f64] {
        let (ages, ends) = &self.purchase_times;
        match ends.get(i) {
            Some(end) => &ages[if i == 0 { 0 } else { ends[i - 1] }..*end],
            None => &[],
        }
    }

    /// What figures need of some customers.
    pub(super) fn pick(&self, some: &[usize]) -> Cohort {
        Cohort {
            key: some.iter().map(|&i| self.key[i]).collect(),
            bought: some.iter().map(|&i| self.bought[i]).collect(),
            spent: self.spent.as_ref().map(|spent| some.iter().map(|&i| spent[i]).collect()),
            ..Cohort::default()
        }
    }

    /// How many customers.
    pub fn len(&self) -> usize {
        self.customers.len()
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.customers.is_empty()
    }
}

/// The difference of two totals that are products of rounded means: what is left of rounding is nothing.
fn growth(before: f64, after: f64) -> f64 {
    let growth = after - before;
    if growth.abs() <= 1e-9 * before.abs().max(after.abs()) { 0.0 } else { growth }
}

/// A number for an id, the same on every machine (FNV-1a).
fn key(id: &str) -> u64 {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    id.bytes().fold(0xcbf2_9ce4_8422_2325, step)
}

/// One row of a summary.
#[derive(Clone, Copy)]
struct Seen {
    customer: Customer,
    mean: f64,
}

impl Seen {
    fn of(batch: &SummaryBatch, row: usize) -> Seen {
        let mean = batch.monetary_value.as_ref().map_or(0.0, |mean| mean.value(row));
        Seen { customer: Customer::of(batch, row), mean }
    }

    fn total(self) -> f64 {
        f64::from(self.customer.x) * self.mean
    }
}

/// A summary read in the order of its ids.
struct Cursor<'a> {
    batches: Box<dyn Iterator<Item = Result<SummaryBatch>> + Send + 'a>,
    batch: Option<SummaryBatch>,
    row: usize,
}

impl<'a> Cursor<'a> {
    fn new(summary: &'a Summary) -> Result<Self> {
        let mut batches = summary.batches();
        let batch = batches.next().transpose()?;
        Ok(Cursor { batches, batch, row: 0 })
    }

    /// The row of this id, if there is one; ids are sought in ascending order.
    fn seek(&mut self, id: &str) -> Result<Option<Seen>> {
        while let Some(batch) = &self.batch {
            if self.row >= batch.len() {
                self.batch = self.batches.next().transpose()?;
                self.row = 0;
                continue;
            }
            match batch.customer_id.value(self.row).cmp(id) {
                Ordering::Less => self.row += 1,
                Ordering::Equal => return Ok(Some(Seen::of(batch, self.row))),
                Ordering::Greater => return Ok(None),
            }
        }
        Ok(None)
    }
}
