//! The front door of fitting: a summary is counted, fitted, and looked at for what the fit alone cannot see.

use super::{diagnostics, drift, learning};
use crate::base::{Progress, Result, Warning};
use crate::customers::Counts;
use crate::fitted::average;
use crate::fitted::choice::{self, Comparison};
use crate::fitted::{ClvModel, FitRequest, Member};
use crate::history::Summary;

/// Fits what the request names: one model, or the best of the family with the comparison.
///
/// # Errors
/// See [`ClvModel::fit`] and [`Comparison::run`].
pub fn fit(
    summary: &Summary,
    request: &FitRequest,
    progress: &dyn Progress,
) -> Result<(ClvModel, Option<Comparison>)> {
    let (mut model, comparison, mut found) = match average::is_average(&request.model) {
        true => averaged(summary, request, progress)?,
        false => single(summary, request, progress)?,
    };
    found.extend(diagnostics::warn_only_repeaters(&model, summary)?);
    found.extend(diagnostics::warn_standouts(&model, summary, request, progress)?);
    model.warn(found);
    Ok((model, comparison))
}

/// One model, by name or as a choice among the family, and what to warn of.
fn single(
    summary: &Summary,
    request: &FitRequest,
    progress: &dyn Progress,
) -> Result<(ClvModel, Option<Comparison>, Vec<Warning>)> {
    if !choice::is_choice(&request.model) {
        Member::named(&request.model)?;
    }
    let counts = Counts::read(summary, progress)?;
    let (request, note) = match Member::named(&request.model) {
        Ok(member) => drift::choose(member, &counts.customers, summary.meta.unit, request, progress)?,
        Err(_) => (request.clone(), None),
    };
    let request = &request;
    let (mut model, comparison) = choice::fit_counted(summary, &counts, request, progress)?;
    model.purchase_fit.iter_mut().for_each(|fit| fit.notes.extend(note.clone()));
    let found = diagnostics::warn_midway(&model, &counts.customers, &summary.meta)?;
    Ok((model, comparison, found.into_iter().collect()))
}

/// An average of models, with spend.
fn averaged(
    summary: &Summary,
    request: &FitRequest,
    progress: &dyn Progress,
) -> Result<(ClvModel, Option<Comparison>, Vec<Warning>)> {
    let counts = Counts::read_alike(summary, progress)?;
    let model = learning::fit_average(summary, &counts, request, progress)?;
    let model = model.with_spend(&counts, request, progress)?;
    let found = diagnostics::warn_midway(&model, &counts.customers, &summary.meta)?;
    Ok((model, None, found.into_iter().collect()))
}

impl ClvModel {
    /// Fits a purchase model and, if wanted and possible, a spend model to a summary.
    ///
    /// # Errors
    /// If the model is unknown, the summary cannot be read, the data cannot determine the purchase
    /// model, or a search fails.
    pub fn fit(summary: &Summary, request: &FitRequest, progress: &dyn Progress) -> Result<ClvModel> {
        fit(summary, request, progress).map(|(model, _)| model)
    }
}
