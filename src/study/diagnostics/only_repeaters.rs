//! Were customers who bought once left out? Data that were made so fit well and mislead: everybody looks loyal.

use super::frequency::frequencies;
use crate::base::{
    Result, Warning,
    numbers::{count, grouped},
};
use crate::fitted::ClvModel;
use crate::history::Summary;

/// Only where fewer than this share of the customers bought once is there something to ask.
const FEW: f64 = 0.05;
/// So many customers without a repeat purchase must be expected: that none of ten is there is no chance.
const EXPECTED: f64 = 10.0;
/// A share of those expected that is too small.
const MISSING: f64 = 0.1;

/// Warns if customers without a repeat purchase are missing, though the model that was fitted without them expects
/// some: `Σ P(X(T) = 0)` over the customers.
///
/// # Errors
/// If the summary cannot be read.
pub(crate) fn warn_only_repeaters(model: &ClvModel, summary: &Summary) -> Result<Option<Warning>> {
    let Some(trained) = &model.trained_on else { return Ok(None) };
    let (all, once) = (trained.customers, trained.customers - trained.repeat_customers);
    if once as f64 >= FEW * all as f64 {
        return Ok(None);
    }
    let expected = frequencies(model, summary, 1)?[0].expected;
    if expected < EXPECTED || once as f64 > MISSING * expected {
        return Ok(None);
    }
    let who = match once {
        0 => format!("none of the {} customers bought only once", count(all)),
        n => format!("only {} of the {} customers bought once", count(n), count(all)),
    };
    let message = format!(
        "{who}, where the model itself expects {}: were customers without a repeat purchase left out? The models need \
         them; without them all look more loyal than they are, and forecasts, of new customers above all, are too \
         high. Use all customers, those with frequency 0 too",
        grouped(expected, 0)
    );
    Ok(Some(Warning::new("no-one-time-buyers", message)))
}
