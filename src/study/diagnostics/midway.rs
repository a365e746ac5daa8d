//! Does the log begin in mid-history? Customers first seen where an export begins are old customers, who bought before it; the
//! models take them for new ones.
//!
//! Those of the first four weeks are held against all who came later: more of them than in any like time since, and more repeat
//! purchases than those made at the same age, which is what the model expects of all of one age, scaled to the later ones.
//!
//! What it does to totals is not settled: on the one shop seen (the UCI retailer, in view) totals of later customers were off by 11 %
//! with old customers in the fit, and by 27 % without them (13 weeks from 2011-09-09). So nothing is left out, and no class of their own
//! is modelled: it is said.

use crate::base::{
    Grain, Result, Warning,
    numbers::{count, significant},
};
use crate::customers::CustomerTable;
use crate::fitted::ClvModel;
use crate::history::{SummaryMeta, first_grain, grain_start};

/// Days that are the beginning.
const BEGINNING: f64 = 28.0;
/// As many customers must have come in the beginning, and after it, and for so many times its length.
const ENOUGH: f64 = 100.0;
const SINCE: f64 = 6.0;
/// The beginning must have so many times the customers of a like time after it, and they so many times the purchases.
const CROWDED: f64 = 2.0;
const BUSY: f64 = 1.25;
/// In standard deviations, which come from the customers themselves.
const FAR: f64 = 4.0;

/// Customers who came in some time.
#[derive(Default)]
struct Came {
    customers: f64,
    actual: f64,
    expected: f64,
    squares: f64,
}

impl Came {
    fn ratio(&self) -> f64 {
        self.actual / self.expected
    }
}

/// Warns if customers first seen where the log begins buy as old customers do.
///
/// # Errors
/// None today.
pub(crate) fn warn_midway(
    model: &ClvModel,
    table: &CustomerTable,
    meta: &SummaryMeta,
) -> Result<Option<Warning>> {
    let (true, Some(end), Some(first)) = (meta.is_of_log(), meta.observed_until, meta.first_purchase) else {
        return Ok(None);
    };
    // What new customers do depends on what is known of them.
    if model.in_time().is_some() {
        return Ok(None);
    }
    let unit = meta.unit.days();
    let longest = (table.times.iter().zip(&table.t_count)).filter(|(_, n)| **n > 0.0);
    let longest = longest.map(|(time, _)| *time * unit).fold(0.0, f64::max);
    let edge = longest - BEGINNING;
    let (mut early, mut late, mut latest) = (0.0, 0.0, longest);
    for (time, n) in table.times.iter().zip(&table.t_count).filter(|(_, n)| **n > 0.0) {
        if time * unit > edge {
            early += n
        } else {
            late += n
        }
        latest = latest.min(time * unit);
    }
    let like = late / ((edge - latest) / BEGINNING).max(1.0);
    if early < ENOUGH || late < ENOUGH || edge - latest < SINCE * BEGINNING || early < CROWDED * like {
        return Ok(None);
    }
    let [early, late] = came(model, table, (unit, edge));
    let expected = early.expected * late.ratio();
    let times = early.actual / expected;
    if times.is_nan() || times < BUSY || early.actual - expected < FAR * early.squares.sqrt() {
        return Ok(None);
    }
    let until = first_grain(Grain::Day, end) - edge.round() as i32;
    let message = format!(
        "{} customers were first seen in the first four weeks of the log, from {first} on, {} times as many as in four weeks since, \
         and made {} times as many repeat purchases as later ones at the same age: the log seems to begin in mid-history, and \
         most of them were customers before. New customers will be worth less than all of them together say. \
         Compare clv backtest with and without --since {} before leaving them out: forecasts do not always gain by it",
        count(early.customers as u64),
        significant(early.customers / like, 2),
        significant(times, 2),
        grain_start(Grain::Day, until),
    );
    Ok(Some(Warning::new("log-begins-midway", message)))
}

/// Those who came before the edge \[days before the end\], and after it.
fn came(model: &ClvModel, table: &CustomerTable, (unit, edge): (f64, f64)) -> [Came; 2] {
    let mut all = [Came::default(), Came::default()];
    let mut means = vec![f64::NAN; table.times.len()];
    for group in &table.groups {
        for row in group.rows.clone() {
            let (at, count) = (table.t[row] as usize, table.count[row]);
            if means[at].is_nan() {
                let age = table.times[at];
                means[at] = if age > 0.0 { model.newcomer(age).expected_purchases_new(age) } else { 0.0 };
            }
            let (x, mean) = (f64::from(group.x), means[at]);
            let own = &mut all[usize::from(table.times[at] * unit <= edge)];
            own.customers += count;
            own.actual += count * x;
            own.expected += count * mean;
            own.squares += count * (x - mean) * (x - mean);
        }
    }
    all
}
