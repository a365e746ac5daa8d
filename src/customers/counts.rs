//! A summary read once for a fit: counted rows for the purchase model, counted rows for the spend
//! model, and what a model file says of its training data. Memory grows with the distinct rows.

use sha2::{Digest, Sha256};

use crate::base::{Progress, Result};
use crate::customers::{Customer, CustomerTable, SpendRow, SpendTable};
use crate::history::{Summary, SummaryBatch};

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
    /// Of the rows of a table, in its order: the same to the bit wherever and however they were counted.
    fn of(table: &SpendTable, all_customers: u64, zero: u64) -> Self {
        let mut amounts = Amounts { all_customers, zero, ..Amounts::default() };
        for group in &table.groups {
            for row in group.rows.clone() {
                amounts.push(f64::from(group.x), table.mean[row], table.count[row]);
            }
        }
        amounts
    }

    /// Adds customers of equal spending (Welford's update, so that large means lose no digits).
    fn push(&mut self, x: f64, amount: f64, count: f64) {
        self.customers += count as u64;
        let part = count / self.customers as f64;
        let (dx, da) = (x - self.frequency, amount - self.mean);
        self.frequency += dx * part;
        self.mean += da * part;
        self.squares[0] += count * dx * (x - self.frequency);
        self.squares[1] += count * da * (amount - self.mean);
        self.squares[2] += count * dx * (amount - self.mean);
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
        Counts::told_apart(summary, summary.meta.has_purchase_times, progress)
    }

    /// The same without telling customers apart by each of their purchases, even if these are known.
    ///
    /// # Errors
    /// What reading it gives.
    pub fn read_alike(summary: &Summary, progress: &dyn Progress) -> Result<Counts> {
        Counts::told_apart(summary, false, progress)
    }

    fn told_apart(summary: &Summary, by_ages: bool, progress: &dyn Progress) -> Result<Counts> {
        progress.stage("counting customers", None);
        let mut customers = CustomerTable::builder();
        let mut spend = SpendTable::builder();
        let mut trained_on = TrainedOn { rows: summary.meta.account.rows_read, ..TrainedOn::default() };
        let mut zero = 0;
        let mut sha256 = Sha256::new();
        let mut log_gaps = CompensatedSum::default();
        let mut by_ages = by_ages.then(CustomerTable::builder);
        for batch in summary.batches() {
            progress.check()?;
            let batch = batch?;
            hash(&batch, &mut sha256);
            let x = batch.frequency.values();
            customers.push_columns(x, batch.recency.values(), batch.t.values());
            if let Some(by_ages) = &mut by_ages {
                for row in 0..batch.len() {
                    by_ages.push_with_ages(Customer::of(&batch, row), batch.purchase_times(row), 1.0);
                }
            }
            trained_on.customers += batch.len() as u64;
            trained_on.repeat_customers += x.iter().filter(|x| **x > 0).count() as u64;
            trained_on.repeat_purchases += x.iter().map(|x| u64::from(*x)).sum::<u64>();
            if let Some(mean) = &batch.monetary_value {
                spend.push_columns(x, mean.values());
                zero += x.iter().zip(mean.values()).filter(|(x, mean)| no_amount(**x, **mean)).count() as u64;
            }
            if let Some(sums) = &batch.log_gaps {
                sums.values().iter().for_each(|&sum| log_gaps.add(sum));
            }
            progress.advance(batch.len() as u64);
        }
        trained_on.sha256 = hex(&sha256.finalize());
        let spend = summary.meta.has_money.then(|| spend.finish());
        if let Some(told_apart) = by_ages {
            customers.by_ages(told_apart.finish());
        }
        let mut customers = customers.finish();
        customers.log_gaps = summary.meta.has_log_gaps.then(|| log_gaps.value());
        let amounts = spend.as_ref().map(|table| Amounts::of(table, trained_on.customers, zero));
        Ok(Counts { customers, spend, trained_on, amounts: amounts.unwrap_or_default() })
    }

    /// Of customers that were counted elsewhere, from `rows` rows: how many have each history, and how many
    /// each spending. They may come in any order, and equal ones several times. The digest is one of the
    /// counted rows, as nobody saw the summary in one piece.
    pub fn of_counted(
        purchases: impl IntoIterator<Item = (Customer, u64)>,
        spending: Option<impl IntoIterator<Item = (SpendRow, u64)>>,
        rows: u64,
    ) -> Counts {
        let mut trained_on = TrainedOn { rows, ..TrainedOn::default() };
        let mut customers = CustomerTable::builder();
        for (customer, count) in purchases {
            customers.push(customer, count as f64);
            trained_on.customers += count;
            trained_on.repeat_customers += if customer.x > 0 { count } else { 0 };
            trained_on.repeat_purchases += count * u64::from(customer.x);
        }
        let customers = customers.finish();
        let mut zero = 0;
        let spend = spending.map(|spending| {
            let mut table = SpendTable::builder();
            for (row, count) in spending {
                table.push(row, count as f64);
                zero += if no_amount(row.x, row.mean) { count } else { 0 };
            }
            table.finish()
        });
        trained_on.sha256 = digest(&customers, spend.as_ref());
        let amounts = spend.as_ref().map(|table| Amounts::of(table, trained_on.customers, zero));
        Counts { customers, spend, trained_on, amounts: amounts.unwrap_or_default() }
    }
}

/// Was all that this customer bought again for nothing?
fn no_amount(x: u32, mean: f64) -> bool {
    x > 0 && !SpendRow::of(x, mean).spends()
}

/// A digest of counted rows: their numbers' bits, little-endian, in the tables' order.
fn digest(customers: &CustomerTable, spend: Option<&SpendTable>) -> String {
    let mut sha256 = Sha256::new();
    for group in &customers.groups {
        for row in group.rows.clone() {
            let time = |number: u32| customers.times[number as usize];
            let numbers = [time(customers.t_x[row]), time(customers.t[row]), customers.count[row]];
            sha256.update(group.x.to_le_bytes());
            numbers.iter().for_each(|number| sha256.update(number.to_le_bytes()));
        }
    }
    for (table, group) in spend.iter().flat_map(|table| table.groups.iter().map(move |group| (table, group)))
    {
        for row in group.rows.clone() {
            sha256.update(group.x.to_le_bytes());
            [table.mean[row], table.count[row]].iter().for_each(|number| sha256.update(number.to_le_bytes()));
        }
    }
    hex(&sha256.finalize())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A sum of many numbers that is as exact as one of a few (Neumaier's).
#[derive(Default)]
pub(super) struct CompensatedSum {
    sum: f64,
    lost: f64,
}

impl CompensatedSum {
    pub fn add(&mut self, value: f64) {
        let sum = self.sum + value;
        let (large, small) =
            if self.sum.abs() >= value.abs() { (self.sum, value) } else { (value, self.sum) };
        self.lost += (large - sum) + small;
        self.sum = sum;
    }

    pub fn value(&self) -> f64 {
        self.sum + self.lost
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
        batch.purchase_times(i).iter().for_each(|age| bytes.extend_from_slice(&age.to_le_bytes()));
    }
    sha256.update(&bytes);
}

#[cfg(test)]
mod tests {
    use arrow_array::{Float64Array, StringArray, UInt32Array};

    use super::*;
    use crate::history::SummaryMeta;

    /// Own check.
    #[test]
    fn counted_elsewhere_is_counted_the_same() {
        let rows: Vec<(u32, f64, f64, f64)> = (0..500u32)
            .map(|i| {
                let x = i * i % 7;
                let t_x = if x == 0 { 0.0 } else { f64::from(1 + i % 11) / 7.0 };
                (x, t_x, f64::from(20 + i % 5) / 7.0, if x == 0 { 0.0 } else { f64::from(i % 13) * 1.37 })
            })
            .collect();
        let batch = SummaryBatch {
            customer_id: StringArray::from_iter_values((0..rows.len()).map(|i| i.to_string())),
            frequency: UInt32Array::from_iter_values(rows.iter().map(|row| row.0)),
            recency: Float64Array::from_iter_values(rows.iter().map(|row| row.1)),
            t: Float64Array::from_iter_values(rows.iter().map(|row| row.2)),
            monetary_value: Some(Float64Array::from_iter_values(rows.iter().map(|row| row.3))),
            log_gaps: None,
            purchase_times: None,
            first_amount: None,
            attributes: Vec::new(),
        };
        let meta = SummaryMeta { has_money: true, ..SummaryMeta::default() };
        let here = Counts::read(&Summary::new(meta, vec![batch]), &()).unwrap();
        let purchase = |row: &(u32, f64, f64, f64)| (Customer { x: row.0, t_x: row.1, t: row.2 }, 1);
        let spent = |row: &(u32, f64, f64, f64)| (SpendRow { x: row.0, mean: row.3 }, 1);
        let there =
            Counts::of_counted(rows.iter().rev().map(purchase), Some(rows.iter().rev().map(spent)), 9);
        // The same rows, each counted twice.
        let twice = |(row, _)| (row, 2);
        let doubled = Counts::of_counted(
            rows.iter().map(purchase).map(twice),
            Some(rows.iter().map(spent).map(|(row, _)| (row, 2))),
            9,
        );
        assert_eq!(format!("{:?}", here.customers), format!("{:?}", there.customers));
        assert_eq!(format!("{:?}", here.spend), format!("{:?}", there.spend));
        assert_eq!(format!("{:?}", here.amounts), format!("{:?}", there.amounts));
        assert!(here.amounts.zero > 0 && here.amounts.customers > 0);
        assert_eq!(there.trained_on.repeat_purchases, here.trained_on.repeat_purchases);
        assert_eq!(there.trained_on.rows, 9);
        assert_eq!(doubled.trained_on.customers, 2 * here.trained_on.customers);
        let (twice, once) = (doubled.amounts.correlation().unwrap(), here.amounts.correlation().unwrap());
        assert!((twice / once - 1.0).abs() < 1e-13);
        assert_ne!(doubled.trained_on.sha256, there.trained_on.sha256);
    }
}
