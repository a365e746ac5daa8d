//! Learning from the past: forecasts are tried from dates inside the history, and what came says how much each model is
//! worth.
//!
//! At each earlier date (an origin) all candidates are fitted anew to what was known then, and say what customers would do
//! up to each of a few horizons; nothing after an origin is used. What comes of it are two matrices: how their distributions
//! err together ([`crate::forecast::rules::compare`]), and how their totals do. Weights are those of the average that would
//! have done best ([`weights`]), drawn to equal ones by as much as few trials leave open.
//!
//! ```text
//! candidates ([candidates]) x origins ([past]) --> lessons ([lessons]) --> weights ([weights]) --> an average
//! ```
//!
//! The method is that of combining forecasts (Bates & Granger 1969; Timmermann 2006): averaging unlike models gains most of
//! what there is to gain, weights a little more, and picking one loses.

mod candidates;
mod lessons;
mod past;
mod weights;

use std::sync::Arc;

pub(super) use self::candidates::asks;
pub use self::candidates::{CANDIDATES, Candidate};
pub use self::lessons::{Cell, Lessons, learn};
pub use self::weights::weights;
use crate::base::{Error, Progress, Result};
use crate::customers::Counts;
use crate::fitted::average::BEST;
use crate::fitted::{Average, ClvModel, FitRequest, Learned, Part, PurchaseModel, Trial};
use crate::history::Summary;

/// Weights below are none.
const LEAST: f64 = 0.01;

/// Fits an average of models as the request names it: `best`, with weights learned from the past, or `robust`, all of the
/// same weight. Without spend.
///
/// # Errors
/// If none of its models can be fitted, or the request asks for something that averages do not have.
pub fn fit_average(
    summary: &Summary,
    counts: &Counts,
    request: &FitRequest,
    progress: &dyn Progress,
) -> Result<ClvModel> {
    refuse(request)?;
    let candidates = candidates::of(summary);
    let (fitted, dropped) = candidates::fit_all(&candidates, summary, counts, request, progress)?;
    let left: Vec<Candidate> = fitted.iter().map(|(candidate, _)| *candidate).collect();
    let lessons = match request.model == BEST {
        true => learn(&left, summary, request, progress)?,
        false => Err("all models have the same weight, as was asked".to_owned()),
    };
    let weights = match &lessons {
        Ok(lessons) => weights(lessons),
        Err(_) => vec![1.0 / left.len() as f64; left.len()],
    };
    let models = fitted.iter().map(|(_, model)| model);
    let purchase = average(weights.iter().copied().zip(models), lessons.is_ok());
    let learned = learned(&lessons, &weights, counts, dropped)?;
    let first =
        fitted.into_iter().next().map(|(_, model)| model).expect("fit_all sees to it that there is one");
    Ok(ClvModel { purchase, intensity: None, learned: Some(Arc::new(learned)), purchase_fit: None, ..first })
}

/// The average of models with these weights, of which those that are next to nothing are left out.
fn average<'a>(models: impl Iterator<Item = (f64, &'a ClvModel)>, learned: bool) -> PurchaseModel {
    let kept: Vec<(f64, &ClvModel)> = models.filter(|(weight, _)| *weight >= LEAST).collect();
    let all: f64 = kept.iter().map(|(weight, _)| weight).sum();
    let part = |(weight, model): (f64, &ClvModel)| Part {
        weight: weight / all,
        model: model.purchase.clone(),
        intensity: model.intensity.clone(),
        fit: model.purchase_fit.clone(),
    };
    PurchaseModel::averaging(Average::new(learned, kept.into_iter().map(part).collect()))
}

/// What averages do not have.
fn refuse(request: &FitRequest) -> Result<()> {
    let Some(option) = request.of_single_models() else { return Ok(()) };
    let what = match option {
        "--covariates" | "--groups" => "not all of which have them",
        "--posterior" => "whose intervals come from the normal approximation and from errors of the past",
        _ => "each of which has its own",
    };
    let message =
        format!("{} averages several models, {what}: name one model, such as --model mbg-nbd", request.model);
    Err(Error::option(option, message))
}

/// The average of the same models with the same weights, fitted to other customers.
///
/// # Errors
/// If none of its models can be fitted to them.
pub(super) fn fit_again(
    average: &Average,
    summary: &Summary,
    counts: &Counts,
    request: &FitRequest,
    progress: &dyn Progress,
) -> Result<ClvModel> {
    let weight = |candidate: &Candidate| {
        let own = |part: &&Part| part.model.name() == candidate.model;
        average.parts.iter().find(own).map_or(0.0, |part| part.weight)
    };
    let candidates: Vec<Candidate> =
        candidates::of(summary).into_iter().filter(|candidate| weight(candidate) > 0.0).collect();
    let (fitted, _) = candidates::fit_all(&candidates, summary, counts, request, progress)?;
    let purchase =
        self::average(fitted.iter().map(|(candidate, model)| (weight(candidate), model)), average.learned);
    let first =
        fitted.into_iter().next().map(|(_, model)| model).expect("fit_all sees to it that there is one");
    let model = ClvModel { purchase, intensity: None, purchase_fit: None, ..first };
    model.with_spend(counts, request, progress)
}

/// What the lessons say of the average with these weights.
fn learned(
    lessons: &std::result::Result<Lessons, String>,
    weights: &[f64],
    counts: &Counts,
    dropped: Vec<String>,
) -> Result<Learned> {
    let repeats = counts.trained_on.repeat_purchases as f64;
    match lessons {
        Err(words) => Ok(Learned { repeats, why_none: Some(words.clone()), dropped, ..Learned::default() }),
        Ok(lessons) => {
            let mut trials: Vec<Trial> =
                lessons.cells.iter().map(|cell| cell.trial(weights)).collect::<Result<_>>()?;
            let excess = |(trial, cell): (&Trial, &Cell)| {
                (trial.expected / trial.bought).ln().powi(2) / Learned::usual(cell.repeats, trial.weeks)
            };
            let excesses: Vec<f64> = trials.iter().zip(&lessons.cells).map(excess).collect();
            hold(&mut trials, &excesses, lessons);
            let all = Learned { windows: lessons.windows, excess: mean(&excesses), ..Learned::default() };
            Ok(Learned { repeats, trials, dropped, ..all })
        }
    }
}

/// Whether the total of each trial was within the interval that trials from the other dates make.
fn hold(trials: &mut [Trial], excesses: &[f64], lessons: &Lessons) {
    let origins: Vec<_> = trials.iter().map(|trial| trial.origin).collect();
    for (trial, cell) in trials.iter_mut().zip(&lessons.cells) {
        let others = origins.iter().zip(excesses).filter(|(origin, _)| **origin != trial.origin);
        let others: Vec<f64> = others.map(|(_, excess)| *excess).collect();
        let windows = lessons.windows * others.len() as f64 / origins.len() as f64;
        let excess = if others.is_empty() { 1.0 } else { mean(&others) };
        let then = Learned { windows, excess, repeats: cell.repeats, ..Learned::default() };
        trial.held = Some(then.holds(trial));
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}
