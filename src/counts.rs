//! A summary read once for a fit: counted rows for the purchase model, counted rows for the spend
//! model, and what a model file says of its training data. Memory grows with the distinct rows.

use sha2::{Digest, Sha256};

use crate::error::Result;
use crate::model::{CustomerTable, SpendTable};
use crate::progress::Progress;
use crate::summary::{Summary, SummaryBatch};

/// What a fit needs to know of a summary.
pub struct Counts {
    /// Distinct `(x, t_x, T)` with counts.
    pub customers: CustomerTable,
    /// `(x, mean amount)` of repeat customers; `None` if there are no amounts.
    pub spend: Option<SpendTable>,
    /// What a model file says of the data.
    pub trained_on: TrainedOn,
    /// Spending beyond the table, for checks of the spend model's assumptions.
    pub amounts: Amounts,
}

/// What a model was trained on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TrainedOn {
    /// Customers.
    pub customers: u64,
    /// Customers with at least one repeat purchase.
    pub repeat_customers: u64,
    /// Repeat purchases of all.
    pub repeat_purchases: u64,
    /// Rows of the input, log or summary.
    pub rows: u64,
    /// SHA-256 of the summary's values, in hexadecimal.
    pub sha256: String,
}

/// Moments of the mean amounts of repeat customers.
#[derive(Debug, Clone, Copy, Default)]
pub struct Amounts {
    /// Customers, with or without repeat purchases.
    pub all_customers: u64,
    /// Repeat customers with a positive mean amount.
    pub customers: u64,
    /// Repeat customers whose mean amount is zero: left out of the spend fit.
    pub zero: u64,
    /// The mean of their mean amounts.
    pub mean: f64,
    frequency: f64,
    squares: [f64; 3],
}

impl Amounts {
    /// Adds one customer (Welford's update, so that large means lose no digits).
    fn push(&mut self, x: f64, amount: f64) {
        self.customers += 1;
        let n = self.customers as f64;
        let (dx, da) = (x - self.frequency, amount - self.mean);
        self.frequency += dx / n;
        self.mean += da / n;
        self.squares[0] += dx * (x - self.frequency);
        self.squares[1] += da * (amount - self.mean);
        self.squares[2] += dx * (amount - self.mean);
    }

    /// Pearson's correlation of frequency and mean amount over repeat customers.
    pub fn correlation(&self) -> Option<f64> {
        let [xx, aa, xa] = self.squares;
        let correlation = xa / (xx * aa).sqrt();
        correlation.is_finite().then(|| correlation.clamp(-1.0, 1.0))
    }
}

impl Counts {
    /// Reads the summary from its first batch to its last.
    ///
    /// # Errors
    /// What reading it gives.
    pub fn read(summary: &Summary, progress: &dyn Progress) -> Result<Counts> {
        progress.stage("counting customers", None);
        let mut customers = CustomerTable::builder();
        let mut spend = SpendTable::builder();
        let mut trained_on = TrainedOn { rows: summary.meta.account.rows_read, ..TrainedOn::default() };
        let mut amounts = Amounts::default();
        let mut sha256 = Sha256::new();
        let mut log_gaps = CompensatedSum::default();
        for batch in summary.batches() {
            progress.check()?;
            let batch = batch?;
            hash(&batch, &mut sha256);
            let x = batch.frequency.values();
            customers.push_columns(x, batch.recency.values(), batch.t.values());
            trained_on.customers += batch.len() as u64;
            trained_on.repeat_customers += x.iter().filter(|x| **x > 0).count() as u64;
            trained_on.repeat_purchases += x.iter().map(|x| u64::from(*x)).sum::<u64>();
            if let Some(mean) = &batch.monetary_value {
                spend.push_columns(x, mean.values());
                add_amounts(&mut amounts, x, mean.values());
            }
            if let Some(sums) = &batch.log_gaps {
                sums.values().iter().for_each(|&sum| log_gaps.add(sum));
            }
            progress.advance(batch.len() as u64);
        }
        trained_on.sha256 = sha256.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        let spend = summary.meta.has_money.then(|| spend.finish());
        let mut customers = customers.finish();
        customers.log_gaps = summary.meta.has_log_gaps.then(|| log_gaps.value());
        Ok(Counts { customers, spend, trained_on, amounts })
    }
}

/// A sum of many numbers that is as exact as one of a few (Neumaier's).
#[derive(Default)]
struct CompensatedSum {
    sum: f64,
    lost: f64,
}

impl CompensatedSum {
    fn add(&mut self, value: f64) {
        let sum = self.sum + value;
        let (large, small) =
            if self.sum.abs() >= value.abs() { (self.sum, value) } else { (value, self.sum) };
        self.lost += (large - sum) + small;
        self.sum = sum;
    }

    fn value(&self) -> f64 {
        self.sum + self.lost
    }
}

fn add_amounts(amounts: &mut Amounts, x: &[u32], mean: &[f64]) {
    amounts.all_customers += x.len() as u64;
    for (x, mean) in x.iter().zip(mean) {
        match (*x > 0, *mean > 0.0) {
            (true, true) => amounts.push(f64::from(*x), *mean),
            (true, false) => amounts.zero += 1,
            (false, _) => {}
        }
    }
}

/// Feeds the rows to the digest: id with its length, then the numbers' bits, little-endian.
fn hash(batch: &SummaryBatch, sha256: &mut Sha256) {
    let mut bytes = Vec::with_capacity(batch.len() * 48);
    for i in 0..batch.len() {
        let id = batch.customer_id.value(i).as_bytes();
        bytes.extend_from_slice(&(id.len() as u32).to_le_bytes());
        bytes.extend_from_slice(id);
        bytes.extend_from_slice(&batch.frequency.value(i).to_le_bytes());
        bytes.extend_from_slice(&batch.recency.value(i).to_le_bytes());
        bytes.extend_from_slice(&batch.t.value(i).to_le_bytes());
        if let Some(mean) = &batch.monetary_value {
            bytes.extend_from_slice(&mean.value(i).to_le_bytes());
        }
        if let Some(log_gaps) = &batch.log_gaps {
            bytes.extend_from_slice(&log_gaps.value(i).to_le_bytes());
        }
    }
    sha256.update(&bytes);
}
