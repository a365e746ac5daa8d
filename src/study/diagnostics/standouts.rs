//! What the customers who stand out (see [`Standout`](crate::history::Standout)) do to a fit: it is made again
//! without them.

use std::collections::HashSet;

use super::influence::keep_rows;
use super::same_kind;
use crate::base::{
    Error, ErrorKind, Progress, Result, Warning,
    numbers::{grouped, significant},
};
use crate::customers::Counts;
use crate::fit::{FitOptions, PosteriorOptions};
use crate::fitted::{ClvModel, FitRequest, choice};
use crate::forecast::{ScoreOptions, score_into};
use crate::history::Summary;
use crate::study::learning;

/// Says what the fit and its forecast are without the customers who stand out, if there are any.
///
/// # Errors
/// If the summary cannot be read, or the work is to stop. That the others cannot be fitted is no error.
pub(crate) fn warn_standouts(
    model: &ClvModel,
    summary: &Summary,
    request: &FitRequest,
    progress: &dyn Progress,
) -> Result<Option<Warning>> {
    let names: Vec<String> = summary.meta.standouts.iter().map(|one| one.id.clone()).collect();
    if names.is_empty() {
        return Ok(None);
    }
    let (who, do_they, these) = match &names[..] {
        [one] => (format!("customer '{one}'"), "does", "this customer"),
        several => (format!("customers '{}'", several.join("', '")), "do", "these"),
    };
    let Some([with, without]) = possible(figures(model, summary, request, names.clone(), progress))? else {
        return Ok(None);
    };
    let message = format!("what {who} {do_they} to the fit: {with}; without {these}: {without}");
    Ok(Some(Warning::new("standouts-move-the-fit", message).naming(names)))
}

/// The figures with and without them, in words.
fn figures(
    model: &ClvModel,
    summary: &Summary,
    request: &FitRequest,
    names: Vec<String>,
    progress: &dyn Progress,
) -> Result<[String; 2]> {
    let names: HashSet<String> = names.into_iter().collect();
    let rest = summary.with_meta(|meta| meta.standouts.clear()).map(move |batch| {
        let others = (0..batch.len()).filter(|&row| !names.contains(batch.customer_id.value(row)));
        keep_rows(&batch, &others.collect::<Vec<_>>())
    });
    let options = FitOptions { posterior: PosteriorOptions::unchecked(), ..request.options.clone() };
    let request = same_kind(model, request, options);
    let counts = Counts::read(&rest, progress)?;
    let again = match model.purchase.average() {
        Some(average) => learning::fit_again(average, &rest, &counts, &request, progress)?,
        None => choice::fit_counted(&rest, &counts, &request, progress)?.0,
    };
    Ok([words(model, summary, progress)?, words(&again, &rest, progress)?])
}

/// The first parameter, what is expected of a new customer and of all of these.
fn words(model: &ClvModel, customers: &Summary, progress: &dyn Progress) -> Result<String> {
    let options = ScoreOptions::default();
    let own = model.purchase.average().map_or(&model.purchase, |average| &average.parts[0].model);
    let mut words = format!("{} {}", own.specs()[0].name, significant(own.params()[0], 4));
    let horizon = options.value.horizon.in_units(model.unit);
    let new = model.newcomer(0.0).expected_purchases_new(horizon);
    words += &format!(", {} purchases of a new customer in {}", significant(new, 3), options.value.horizon);
    let totals = possible(score_into(model, customers, &options, progress, |_| Ok(())))?;
    if let Some(totals) = totals {
        words += &totals.purchases.map_or(String::new(), |n| format!(", {} of all customers", grouped(n, 1)));
        words += &totals.value.map_or(String::new(), |value| format!(" worth {}", grouped(value, 2)));
    }
    Ok(words)
}

/// What cannot be worked out is not said; that the work is to stop is.
fn possible<T>(outcome: Result<T>) -> Result<Option<T>> {
    match outcome {
        Ok(found) => Ok(Some(found)),
        Err(error) if stops(&error) => Err(error),
        Err(_) => Ok(None),
    }
}

fn stops(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Interrupted | ErrorKind::Io { .. })
}
