//! Repeat purchases over time, from the first customer on through the holdout: expected of customers by when
//! they came, without what they did since, against actual. In sample it shows whether the model can follow
//! these customers at all.
//!
//! Expected up to a time `t` is `Σ E[X(t − first)]` over the customers known at the origin, `X` the purchases
//! of a new customer.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::windows::{Window, Windows};
use crate::history::Calendar;
use crate::model::Attrition;

/// Repeat purchases up to the end of a period, of the customers known at the origin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrackPoint {
    /// Last day of the period: a week that ends with the origin or whole weeks from it, or one longer grain.
    pub until: Date,
    /// Does it lie after the origin?
    pub holdout: bool,
    /// Expected purchases since the first customer.
    pub expected: f64,
    /// Actual ones.
    pub actual: f64,
}

/// The curve of one model.
pub(super) fn tracking(
    model: &dyn Attrition,
    calendar: &Calendar,
    windows: &Windows,
    window: &Window,
) -> Vec<TrackPoint> {
    let period = calendar.period();
    let origin = windows.last_grain(window.origin);
    let Some((&oldest, _)) = calendar.ages.last_key_value() else { return Vec::new() };
    let periods = -oldest.div_euclid(period)..=-(-windows.length).div_euclid(period);
    let mut known: BTreeMap<i32, f64> = BTreeMap::new();
    let mut expected_at = |age: i32| {
        *known.entry(age).or_insert_with(|| match age {
            ..=0 => 0.0,
            age => model.expected_purchases_new(windows.grain.in_units(age, windows.unit)),
        })
    };
    let mut actual = 0;
    periods
        .map(|j| {
            let ahead = (j * period).min(windows.length);
            actual += calendar.repeats.get(&j).copied().unwrap_or(0);
            let each = calendar.ages.iter();
            let expected = each.map(|(age, count)| *count as f64 * expected_at(age + ahead)).sum();
            let until = windows.last_day(origin.saturating_add(ahead));
            TrackPoint { until, holdout: j > 0, expected, actual: actual as f64 }
        })
        .collect()
}
