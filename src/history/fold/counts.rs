//! What is counted while customers are folded: exact sums, the size of a customer, what became of rows.

use serde::{Deserialize, Serialize};

use crate::history::orders::OrderCounts;

/// A sum of amounts that is the same in whatever order and portions they come: it counts in steps of 1e-10, so that
/// amounts written with a few decimals add up as on paper.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Exact(i128);

impl Exact {
    const STEPS: f64 = 1e10;

    /// One more amount.
    #[inline]
    pub fn add(&mut self, amount: f64) {
        self.0 = self.0.saturating_add(Self::steps(amount));
    }

    /// More amounts, the same as one after the other, in fewer instructions.
    pub fn add_column(&mut self, amounts: &[f64]) {
        let (chunks, rest) = amounts.as_chunks::<64>();
        for chunk in chunks {
            // 64 of fewer than 2^46 steps: sums are exact in 53 bits, in whatever order.
            if chunk.iter().fold(true, |all, amount| all & (amount.abs() < 7_000.0)) {
                let mut sums = [0.0; 4];
                for four in chunk.as_chunks::<4>().0 {
                    sums.iter_mut().zip(four).for_each(|(sum, &amount)| *sum += Self::few_steps(amount));
                }
                self.0 = self.0.saturating_add(i128::from(sums.iter().sum::<f64>() as i64));
            } else {
                chunk.iter().for_each(|&amount| self.add(amount));
            }
        }
        rest.iter().for_each(|&amount| self.add(amount));
    }

    /// [`steps`](Exact::steps) where they are less than 2^51, without a conversion.
    #[inline]
    fn few_steps(amount: f64) -> f64 {
        // Adding and taking off 1.5 x 2^52 rounds to an integer.
        const ROUND: f64 = 6_755_399_441_055_744.0;
        let steps = amount * Self::STEPS;
        let steps = steps + 0.5_f64.copysign(steps);
        let nearest = steps + ROUND - ROUND;
        // Away from zero is one too many.
        let beyond: f64 = if nearest.abs() > steps.abs() { 1.0 } else { 0.0 };
        nearest - beyond.copysign(steps)
    }

    #[inline]
    fn steps(amount: f64) -> i128 {
        let steps = amount * Self::STEPS;
        // What fits into 64 bits is converted by one instruction; rounding would take a call.
        match steps.abs() < 9e18 {
            true => i128::from((steps + 0.5_f64.copysign(steps)) as i64),
            false => steps as i128,
        }
    }

    /// Another sum.
    pub fn add_all(&mut self, other: Exact) {
        self.0 = self.0.saturating_add(other.0);
    }

    /// As much less.
    pub fn negated(self) -> Self {
        Exact(-self.0)
    }

    /// The sum.
    pub fn value(self) -> f64 {
        self.0 as f64 / Self::STEPS
    }
}

/// How much a customer bought.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Size {
    /// Rows, returns included.
    pub rows: u64,
    /// Occasions.
    pub occasions: u64,
    /// The amount of all occasions, net of returns.
    pub value: f64,
    /// That of the dearest one.
    pub dearest: f64,
}

/// What became of the rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct FoldCounts {
    /// Customers of the summary.
    pub customers: u64,
    /// Their rows that are purchases.
    pub purchases: u64,
    /// Their occasions.
    pub occasions: u64,
    /// Rows equal to another row of the same customer in day (or hour) and amount, beyond the first.
    pub duplicates: u64,
    /// Returns that were wholly taken off earlier purchases.
    pub netted: u64,
    /// The sum of their amounts (negative).
    pub netted_amount: Exact,
    /// Returns that found no earlier purchase, or not enough of it.
    pub unmatched: u64,
    /// The sum of their amounts (negative).
    pub unmatched_amount: Exact,
    /// What of it was not taken off (positive).
    pub unmatched_rest: Exact,
    /// Customers with nothing but returns (their rows are among `unmatched`).
    pub only_returns: u64,
    /// Customers first seen before the date asked for.
    pub left_out: u64,
    /// Their rows.
    pub left_out_rows: u64,
    /// The sum of the amounts of these rows.
    pub left_out_amount: Exact,
    /// The first grain of all occasions; `None` if there are none.
    pub first: Option<i32>,
    /// What became of orders before that.
    pub orders: OrderCounts,
}

impl FoldCounts {
    /// Adds those of other customers.
    pub fn add(&mut self, other: &FoldCounts) {
        self.customers += other.customers;
        self.purchases += other.purchases;
        self.occasions += other.occasions;
        self.duplicates += other.duplicates;
        self.netted += other.netted;
        self.netted_amount.add_all(other.netted_amount);
        self.unmatched += other.unmatched;
        self.unmatched_amount.add_all(other.unmatched_amount);
        self.unmatched_rest.add_all(other.unmatched_rest);
        self.only_returns += other.only_returns;
        self.left_out += other.left_out;
        self.left_out_rows += other.left_out_rows;
        self.left_out_amount.add_all(other.left_out_amount);
        self.orders.add(&other.orders);
        self.first = self.first.into_iter().chain(other.first).min();
    }
}
