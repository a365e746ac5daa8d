//! What a few customers do to a fit.

use std::collections::BTreeMap;

use arrow_array::{Float64Array, StringArray, UInt32Array};

use super::customers::each;
use super::same_kind;
use crate::base::{Duration, Horizon, Progress, Result, ValueOptions};
use crate::fit::{FitOptions, PosteriorOptions};
use crate::fitted::{ClvModel, FitRequest};
use crate::history::{Summary, SummaryBatch, listed};

/// What the busiest customers do to a fit.
#[derive(Debug, Clone, PartialEq)]
pub struct Influence {
    /// Customers left out: those with the most repeat purchases.
    pub dropped: u64,
    /// The fewest repeat purchases of one of them.
    pub from: u32,
    /// Name, estimate with them, estimate without them; both in the unit of the model.
    pub params: Vec<(&'static str, f64, f64)>,
    /// Purchases expected of the others within the horizon, by the fit with the busiest.
    pub with: f64,
    /// The same by the fit without them.
    pub without: f64,
}

impl Influence {
    /// By which share the expected purchases of the others move.
    pub fn change(&self) -> f64 {
        self.without / self.with - 1.0
    }
}

/// Fits again without the `share` of customers with the most repeat purchases (0.001: the top 0.1 %; all who
/// have as many as the last of them go too). If the total moves by more than its uncertainty, a few
/// resellers or test accounts make the forecast. `None` if nobody made a repeat purchase.
///
/// # Errors
/// If the summary cannot be read, or what is left cannot be fitted.
pub fn influence(
    model: &ClvModel,
    summary: &Summary,
    request: &FitRequest,
    share: f64,
    horizon: Duration,
    progress: &dyn Progress,
) -> Result<Option<Influence>> {
    let mut by_x: BTreeMap<u32, u64> = BTreeMap::new();
    each(model, summary, |_, _, customer| *by_x.entry(customer.x).or_default() += 1)?;
    let Some((dropped, from)) = busiest(&by_x, share) else { return Ok(None) };
    let rest = summary.with_meta(|meta| meta.standouts.clear()).map(move |batch| with_fewer(&batch, from));
    let options = FitOptions { posterior: PosteriorOptions::unchecked(), ..request.options.clone() };
    let request = FitRequest { spend: false, ..same_kind(model, request, options) };
    let again = ClvModel::fit(&rest, &request, progress)?;
    let factor = again.unit.days() / model.unit.days();
    let specs = model.purchase.specs().iter().zip(model.purchase.params());
    let params = specs
        .zip(again.purchase.params())
        .map(|((spec, a), b)| (spec.name, *a, *b * spec.scale.factor(factor, 1.0)))
        .collect();
    let total = |model: &ClvModel| -> Result<f64> {
        let value = ValueOptions { horizon: Horizon::Finite(horizon), ..ValueOptions::default() };
        let horizon = model.value_options(value)?.horizon.in_units(model.unit);
        let mut sum = 0.0;
        each(model, &rest, |_, own, customer| sum += own.expected_purchases(&customer, horizon))?;
        Ok(sum)
    };
    Ok(Some(Influence { dropped, from, params, with: total(model)?, without: total(&again)? }))
}

/// How many of the repeat customers go, and from how many repeat purchases on.
fn busiest(by_x: &BTreeMap<u32, u64>, share: f64) -> Option<(u64, u32)> {
    let wanted = (share * by_x.values().sum::<u64>() as f64).ceil() as u64;
    let mut dropped = 0;
    for (x, count) in by_x.iter().rev().take_while(|(x, _)| **x > 0) {
        dropped += count;
        if dropped >= wanted {
            return Some((dropped, *x));
        }
    }
    (dropped > 0).then_some((dropped, 1))
}

/// The customers with fewer repeat purchases.
fn with_fewer(batch: &SummaryBatch, from: u32) -> SummaryBatch {
    let rows: Vec<usize> = (0..batch.len()).filter(|&row| batch.frequency.value(row) < from).collect();
    keep_rows(batch, &rows)
}

/// These rows of a batch.
pub(super) fn keep_rows(batch: &SummaryBatch, rows: &[usize]) -> SummaryBatch {
    let numbers = |column: &Float64Array| -> Float64Array {
        Float64Array::from_iter_values(rows.iter().map(|&row| column.value(row)))
    };
    let texts = |column: &StringArray| -> StringArray {
        StringArray::from_iter_values(rows.iter().map(|&row| column.value(row)))
    };
    SummaryBatch {
        customer_id: texts(&batch.customer_id),
        frequency: UInt32Array::from_iter_values(rows.iter().map(|&row| batch.frequency.value(row))),
        recency: numbers(&batch.recency),
        t: numbers(&batch.t),
        monetary_value: batch.monetary_value.as_ref().map(numbers),
        log_gaps: batch.log_gaps.as_ref().map(numbers),
        purchase_times: batch
            .purchase_times
            .is_some()
            .then(|| listed(rows.iter().map(|&row| batch.purchase_times(row)))),
        first_amount: None,
        attributes: batch.attributes.iter().map(texts).collect(),
    }
}
