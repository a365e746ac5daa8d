//! What is known of customers over time, and what it does to their rates.

use crate::customers::Within;

/// Columns that change with time ([`OverTime`](crate::customers::OverTime)), and what one more of each does:
/// `m = exp(γ'z)` multiplies a customer's rate of purchases, `c = exp(δ'z)` that of leaving.
///
/// Parameters are those of customers of whom all columns are 0.
#[derive(Debug, Clone, PartialEq)]
pub struct InTime {
    /// The columns.
    pub names: Vec<String>,
    /// Where in its day a purchase is.
    pub within: Within,
    /// `γ`, column by column.
    pub purchase: Vec<f64>,
    /// `δ`, column by column.
    pub dropout: Vec<f64>,
}

/// Rates differ by no more than this power of e: beyond, nothing happens, or all at once.
const FARTHEST: f64 = 40.0;

impl InTime {
    /// What coefficients are of, in the order of [`InTime::values`].
    pub const PROCESSES: [&'static str; 2] = ["purchase", "dropout"];

    /// All coefficients, process by process.
    pub fn values(&self) -> Vec<f64> {
        [&self.purchase[..], &self.dropout].concat()
    }

    /// `m` and `c` while columns have these numbers, for such values of the coefficients.
    pub fn rates(values: &[f64], columns: &[f64]) -> (f64, f64) {
        let (purchase, dropout) = values.split_at(columns.len());
        let of = |own: &[f64]| -> f64 {
            let sum: f64 = own.iter().zip(columns).map(|(slope, value)| slope * value).sum();
            sum.clamp(-FARTHEST, FARTHEST).exp()
        };
        (of(purchase), of(dropout))
    }
}
