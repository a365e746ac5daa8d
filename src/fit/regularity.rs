//! How regular purchases are: models whose gaps have `k` stages are fitted with one `k` after the other,
//! and the likelihood chooses. `k` is a whole number and the likelihood has one peak over it in all data
//! seen so far, so the search ends when it has fallen twice in a row.

use crate::base::numbers::grouped;
use crate::base::{Error, ErrorKind, Progress, Result};
use crate::customers::CustomerTable;
use crate::fit::{FitOptions, Fitted, StopReason, fit, kink, not_converged};
use crate::model::Model;
use crate::params::{LARGEST_WHOLE, Scale};

/// The most regular purchases that are looked for.
const MOST_REGULAR: u32 = 20;

/// Falls in a row after which no rise is expected.
const FALLS: usize = 2;

/// Fits a model; if it has a whole parameter and the options give none, with the one of the highest
/// likelihood.
///
/// # Errors
/// See [`fit`]; also if the regularity is to be chosen and the table does not know the gaps.
pub fn fit_with_regularity<M: Model<Table = CustomerTable>>(
    table: &CustomerTable,
    options: &FitOptions,
    progress: &dyn Progress,
) -> Result<Fitted<M>> {
    if M::NEEDS.purchase_times {
        return fit_chosen(table, options, progress);
    }
    if options.drift.is_some() {
        return Err(Error::model(M::NAME, "its rates do not drift: leave --drift out"));
    }
    if !M::PARAMS.iter().any(|spec| spec.scale == Scale::Whole) {
        return match options.regularity {
            None => fit(table, options, progress),
            Some(_) => Err(Error::model(M::NAME, "it has no regularity to give: leave --regularity out")),
        };
    }
    check(M::NAME, options)?;
    match (options.regularity, table.log_gaps) {
        (None, None) => Err(unknown_gaps(M::NAME)),
        (None, Some(_)) => choose_regularity(table, options, progress),
        (Some(k), log_gaps) => {
            let mut fitted = fit::<M>(table, options, progress)?;
            if log_gaps.is_none() && k > 1 {
                fitted.report.notes.push(
                    "the gaps between purchases are not known: the log-likelihood leaves them out and cannot \
                     be compared with that of another k or of another model"
                        .to_owned(),
                );
            }
            Ok(fitted)
        }
    }
}

fn check(model: &str, options: &FitOptions) -> Result<()> {
    match options.regularity.filter(|k| *k < 1 || f64::from(*k) > LARGEST_WHOLE) {
        Some(k) => Err(Error::model(model, format!("regularity {k} must be from 1 to {LARGEST_WHOLE}"))),
        None => Ok(()),
    }
}

/// A model of rates that drift: how fast, and how regular purchases are, is chosen before, by forecasts and not by
/// likelihood.
fn fit_chosen<M: Model<Table = CustomerTable>>(
    table: &CustomerTable,
    options: &FitOptions,
    progress: &dyn Progress,
) -> Result<Fitted<M>> {
    check(M::NAME, options)?;
    // What is missing altogether is said first.
    M::starts(table).map_err(|message| ErrorKind::NotIdentified { model: M::NAME.to_owned(), message })?;
    let positive = |drift: &f64| drift.is_finite() && *drift > 0.0;
    if options.regularity.is_none() || options.drift.filter(positive).is_none() {
        let message = "how fast rates drift and how regular purchases are is chosen by forecasts of what was held back, \
                       which likelihood cannot do: fit with ClvModel::fit, or give both, --drift 3%/w --regularity 1";
        return Err(Error::model(M::NAME, message));
    }
    let accepting = FitOptions { accept_unconverged: true, ..options.clone() };
    let fitted = kink::settle(table, fit(table, &accepting, progress)?, progress)?;
    if matches!(fitted.report.stop, StopReason::Failed(_)) && !options.accept_unconverged {
        return Err(not_converged(fitted.report, options));
    }
    Ok(fitted)
}

fn unknown_gaps(model: &str) -> Error {
    let message = "how regular purchases are is seen in the gaps between them, and a summary without the \
                   column log_gaps does not have these. Fit to the log, or say how regular they are: \
                   --regularity 2";
    ErrorKind::NotIdentified { model: model.to_owned(), message: message.to_owned() }.into()
}

fn choose_regularity<M: Model<Table = CustomerTable>>(
    table: &CustomerTable,
    options: &FitOptions,
    progress: &dyn Progress,
) -> Result<Fitted<M>> {
    let mut fits: Vec<(u32, Fitted<M>)> = Vec::new();
    let (mut best, mut falls, mut failed) = (0, 0, Vec::new());
    for k in 1..=MOST_REGULAR {
        match fit::<M>(table, &FitOptions { regularity: Some(k), ..*options }, progress) {
            Ok(fitted) => fits.push((k, fitted)),
            Err(error) if fits.is_empty() || matches!(error.kind(), ErrorKind::Interrupted) => {
                return Err(error);
            }
            Err(_) => failed.push(k.to_string()),
        }
        let ll = |i: usize| fits[i].1.report.log_likelihood;
        let last = fits.len() - 1;
        let rose = fits[last].0 == k && (last == 0 || ll(last) >= ll(last - 1));
        falls = if rose { 0 } else { falls + 1 };
        best = if ll(last) > ll(best) { last } else { best };
        if falls == FALLS {
            break;
        }
    }
    let mut note = in_words(&fits, best);
    if !failed.is_empty() {
        note += &format!("; no fit with k = {} converged", failed.join(" or "));
    }
    let evaluations = fits.iter().map(|(_, fitted)| fitted.report.evaluations).sum();
    let mut chosen = fits.swap_remove(best).1;
    let report = &mut chosen.report;
    report.notes.push(note);
    report.evaluations = evaluations;
    // The regularity was estimated too, if not as the others were.
    report.free_parameters += 1;
    Ok(chosen)
}

fn in_words<M>(fits: &[(u32, Fitted<M>)], best: usize) -> String {
    let (k, chosen) = &fits[best];
    let reached = chosen.report.log_likelihood;
    let neighbours = [best.checked_sub(1), Some(best + 1)].into_iter().flatten();
    let lower: Vec<String> = neighbours
        .filter_map(|i| fits.get(i))
        .map(|(k, fitted)| {
            let log_likelihood = fitted.report.log_likelihood;
            format!("k = {k} has {} less", grouped(reached - log_likelihood, 3))
        })
        .collect();
    let edge = if *k == MOST_REGULAR { ", the most that is tried" } else { "" };
    format!("regularity k = {k}{edge}, chosen by the log-likelihood: {}", lower.join("; "))
}
