//! Counted rows: equal customers merged, with how many they are, laid out so that what depends on
//! `x` alone, or on one time alone, is computed once.

mod builder;

pub use builder::{CustomerTableBuilder, SpendTableBuilder};

use crate::model::Table;

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

    /// The same distinct rows with other counts (one a row, in order): for resampling.
    pub fn with_counts(&self, count: Vec<f64>) -> Self {
        assert_eq!(count.len(), self.count.len(), "one count for each row");
        let mut table = CustomerTable { count, ..self.clone() };
        table.set_margins();
        table
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
    }
}

impl SpendTable {
    /// Starts a table.
    pub fn builder() -> SpendTableBuilder {
        SpendTableBuilder::default()
    }

    /// The same rows with other counts (one a row, in order): for resampling.
    pub fn with_counts(&self, count: Vec<f64>) -> Self {
        assert_eq!(count.len(), self.count.len(), "one count for each row");
        let mut table = SpendTable { count, ..self.clone() };
        table.set_margins();
        table
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
}

impl Table for SpendTable {
    fn len(&self) -> usize {
        self.count.len()
    }
    fn customers(&self) -> f64 {
        self.customers
    }
}
