//! Do the same customers pay more, or less, a purchase as time goes on? The models of spend take amounts to stay. It is
//! counted while customers are folded, and only where it is asked for.

use serde::{Deserialize, Serialize};

use super::fold::Exact;
use crate::base::{DAYS_PER_YEAR, Grain};

/// How the logarithm of a purchase's amount changes with time, within customers.
///
/// The slope is that of least squares with a mean of each customer's own: `b = Σ s_xy / Σ s_xx`, where `s_xy` and `s_xx`
/// are a customer's sums of products of time and logarithm of amount, and of squares of time, about the means. Its
/// standard error is that of a ratio of sums over customers, `√Σ (s_xy − b s_xx)² / Σ s_xx` (clustered by customer:
/// Liang & Zeger 1986, Biometrika 73(1)), whatever the spread of amounts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SpendDrift {
    /// Customers with two purchases of some amount or more, at different times.
    pub customers: u64,
    /// Change of the logarithm \[1/year\].
    pub slope: f64,
    /// Its standard error \[1/year\].
    pub error: f64,
}

/// Sums over customers, the same in whatever order they come.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct DriftCounter {
    years: f64,
    customers: u64,
    xx: Exact,
    xy: Exact,
    squares: [Exact; 3],
}

impl DriftCounter {
    /// For purchases by this grain.
    pub fn new(grain: Grain) -> Self {
        DriftCounter { years: grain.days() / DAYS_PER_YEAR, ..DriftCounter::default() }
    }

    /// One customer: the grains of the occasions and what is left of the amount of each.
    pub fn customer(&mut self, times: &[i32], amounts: &[f64]) {
        let paid = || times.iter().zip(amounts).filter(|(_, amount)| **amount > 0.0);
        let points = || paid().map(|(&when, amount)| (f64::from(when) * self.years, amount.ln()));
        let n = paid().count() as f64;
        if n < 2.0 {
            return;
        }
        let (x, y) = points().fold((0.0, 0.0), |(x, y), (a, b)| (x + a / n, y + b / n));
        let (xx, xy) =
            points().fold((0.0, 0.0), |(xx, xy), (a, b)| (xx + (a - x) * (a - x), xy + (a - x) * (b - y)));
        self.customers += 1;
        self.xx.add(xx);
        self.xy.add(xy);
        [xy * xy, xy * xx, xx * xx].iter().zip(&mut self.squares).for_each(|(value, sum)| sum.add(*value));
    }

    /// Adds other customers.
    pub fn add(&mut self, other: &DriftCounter) {
        self.customers += other.customers;
        self.xx.add_all(other.xx);
        self.xy.add_all(other.xy);
        self.squares.iter_mut().zip(other.squares).for_each(|(sum, more)| sum.add_all(more));
    }

    /// What was counted; `None` if nobody bought twice.
    pub fn finish(&self) -> Option<SpendDrift> {
        let (xx, slope) = (self.xx.value(), self.xy.value() / self.xx.value());
        let [yy, xy, squares] = self.squares.map(Exact::value);
        let variance = (yy - 2.0 * slope * xy + slope * slope * squares).max(0.0) / (xx * xx);
        (xx > 0.0).then(|| SpendDrift { customers: self.customers, slope, error: variance.sqrt() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Slopes of 1 and 3 a year, with squares of time 0.5 and 2: (0.5 + 6)/2.5; by hand.
    #[test]
    fn the_slope_is_that_within_customers() {
        let mut parts = [DriftCounter::new(Grain::Year), DriftCounter::new(Grain::Year)];
        let year = Grain::Year.days() / DAYS_PER_YEAR;
        parts[0].customer(&[3, 4], &[2.0, 2.0 * 1f64.exp()]);
        parts[1].customer(&[0, 1, 2], &[50.0, 0.0, 50.0 * 6f64.exp()]);
        parts[1].customer(&[7], &[5.0]);
        let [mut all, other] = parts;
        all.add(&other);
        let found = all.finish().unwrap();
        let slope = 2.6 / year;
        let error = ((0.5f64 - 2.6 * 0.5).powi(2) + (6.0f64 - 2.6 * 2.0).powi(2)).sqrt() / 2.5 / year;
        // Sums in steps of 1e-10.
        assert_eq!(found.customers, 2);
        assert!(
            (found.slope / slope - 1.0).abs() < 1e-8 && (found.error / error - 1.0).abs() < 1e-8,
            "{found:?}"
        );
        assert_eq!(DriftCounter::new(Grain::Day).finish(), None);
    }
}
