//! Counted rows: equal customers merged, with how many they are, laid out so that what depends on
//! `x` alone, or on one time alone, is computed once.

use crate::model::Table;

/// The purchase history of one customer, as far as any model needs it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Customer {
    /// Repeat purchases.
    pub x: u32,
    /// Age at the last purchase, 0 if `x` is 0 [units].
    pub t_x: f64,
    /// Age at the end of observation, the paper's `T` [units].
    pub t: f64,
}

/// The spending of one customer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SpendRow {
    /// Repeat purchases.
    pub x: u32,
    /// Their mean amount, the paper's `z̄`; any value if `x` is 0.
    pub mean: f64,
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
    /// The distinct times (of `t_x` and of `T`), ascending [units].
    pub times: Vec<f64>,
    /// Row by row: which of `times` is `t_x`.
    pub t_x: Vec<u32>,
    /// Row by row: which of `times` is `T`.
    pub t: Vec<u32>,
    /// Row by row: how many customers.
    pub count: Vec<f64>,
    /// The rows by `x`, ascending.
    pub groups: Vec<SameX>,
    /// The sum of all counts.
    pub customers: f64,
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

impl Table for CustomerTable {
    fn len(&self) -> usize {
        self.count.len()
    }
    fn customers(&self) -> f64 {
        self.customers
    }
}

impl Table for SpendTable {
    fn len(&self) -> usize {
        self.count.len()
    }
    fn customers(&self) -> f64 {
        self.customers
    }
}
