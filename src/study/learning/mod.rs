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
use crate::base::{Error, ErrorKind, Progress, Result};
use crate::customers::Counts;
use crate::fit::Rates;
use crate::fitted::average::BEST;
use crate::fitted::{Average, ClvModel, FitRequest, Learned, Part, PurchaseModel, Trial};
use crate::history::Summary;

/// Weights below are none.
const LEAST: f64 = 0.01;
/// Rates that drift are in an average where they make its score better by more than this, relatively.
pub const DRIFT_PAYS: f64 = 0.005;
/// ... and of fewer repeat purchases than this that cannot be told from chance.
const FEWEST_TO_FOLLOW: u64 = 1_000;

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
    let (steady, followed): (Vec<_>, Vec<_>) =
        candidates::of(summary).into_iter().partition(|candidate| !candidate.follows());
    let rates = candidates::rates(&steady, (summary, counts), request, progress)?;
    let (mut fitted, mut dropped) =
        candidates::fit_all(&steady, (summary, counts), &rates, request, progress)?;
    let known: Vec<Candidate> = fitted.iter().map(|(candidate, _)| *candidate).collect();
    let enough = counts.trained_on.repeat_purchases >= FEWEST_TO_FOLLOW;
    let followed = if enough { followed } else { Vec::new() };
    let (tried, lessons) = try_out(known.clone(), &followed, summary, request, progress)?;
    let equal = || vec![1.0 / known.len() as f64; known.len()];
    let mut weights = lessons.as_ref().map_or_else(|_| equal(), |lessons| weights_that_pay(lessons, &tried));
    if weights[known.len()..].iter().any(|weight| *weight >= LEAST) {
        match fit_followed(&followed, &rates, summary, request, progress)? {
            (more, words) if words.is_empty() => fitted.extend(more),
            (_, words) => dropped.extend(words),
        }
    }
    if fitted.len() < weights.len() {
        let known_alone = |lessons: &Lessons| weights_that_pay(&lessons.of_first(known.len()), &known);
        weights = lessons.as_ref().map_or_else(|_| equal(), known_alone);
    }
    // Trials know of candidates without a model, which have no weight.
    let of_trials = [weights.clone(), vec![0.0; tried.len() - weights.len()]].concat();
    let models = fitted.iter().map(|(_, model)| model);
    let purchase = average(weights.iter().copied().zip(models), lessons.is_ok());
    let learned = learned(&lessons, &of_trials, counts, dropped)?;
    let first =
        fitted.into_iter().next().map(|(_, model)| model).expect("fit_all sees to it that there is one");
    Ok(ClvModel { purchase, intensity: None, learned: Some(Arc::new(learned)), purchase_fit: None, ..first })
}

/// What was tried, and what came of it; in words why nothing did.
type TriedOut = (Vec<Candidate>, std::result::Result<Lessons, String>);

/// Tries candidates that could be fitted, and further ones if that may pay.
fn try_out(
    mut known: Vec<Candidate>,
    further: &[Candidate],
    summary: &Summary,
    request: &FitRequest,
    progress: &dyn Progress,
) -> Result<TriedOut> {
    if request.model != BEST {
        return Ok((known, Err("all models have the same weight, as was asked".to_owned())));
    }
    if may_pay(&known, further, summary, request, progress)? {
        known.extend(further);
    }
    let lessons = learn(&known, summary, request, progress)?;
    Ok((known, lessons))
}

/// Is it worth trying models that have to know each purchase, which takes many times as long? A few customers, and dates, say.
fn may_pay(
    steady: &[Candidate],
    followed: &[Candidate],
    summary: &Summary,
    request: &FitRequest,
    progress: &dyn Progress,
) -> Result<bool> {
    let all = [steady, followed].concat();
    if followed.is_empty() {
        return Ok(false);
    }
    let glance = lessons::learn_with(lessons::Effort::GLANCE, &all, summary, request, progress)?;
    Ok(glance.is_ok_and(|glance| {
        let plain = weights_that_pay(&glance.of_first(steady.len()), steady);
        let plain = [plain, vec![0.0; followed.len()]].concat();
        glance.gain(&plain, &weights(&glance)) > 0.0
    }))
}

/// Candidates that have to know each purchase, fitted to the customers of whom that is known: a sample of a large log.
fn fit_followed(
    followed: &[Candidate],
    rates: &Rates,
    summary: &Summary,
    request: &FitRequest,
    progress: &dyn Progress,
) -> Result<candidates::Fitted> {
    let Some(past) = &summary.meta.past else { return Ok((Vec::new(), Vec::new())) };
    let (known, counts) = past::Origin::today(past, summary.meta.unit).counts(&summary.meta);
    match candidates::fit_all(followed, (&known, &counts), rates, request, progress) {
        Err(error) if !matches!(error.kind(), ErrorKind::Interrupted) => {
            Ok((Vec::new(), vec![error.to_string()]))
        }
        fitted => fitted,
    }
}

/// Weights, with further models only where they pay: of customers who buy at random first, then with regular ones, and with those
/// that drift if these make forecasts better by [`DRIFT_PAYS`].
fn weights_that_pay(lessons: &Lessons, tried: &[Candidate]) -> Vec<f64> {
    let steady = tried.iter().filter(|candidate| !candidate.follows()).count();
    let at_random = tried.iter().filter(|candidate| candidate.regularity.is_none()).count();
    let of_first = |n: usize| [weights(&lessons.of_first(n)), vec![0.0; tried.len() - n]].concat();
    let further = [(steady, 0.0), (tried.len(), DRIFT_PAYS)];
    let first = of_first(if at_random > 0 { at_random } else { steady });
    further.into_iter().fold(first, |kept, (n, pays)| {
        let more = of_first(n);
        if lessons.gain(&kept, &more) > pays { more } else { kept }
    })
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
        let own = |part: &&Part| candidate.is(&part.model, summary.meta.unit);
        average.parts.iter().find(own).map_or(0.0, |part| part.weight)
    };
    let (steady, followed): (Vec<_>, Vec<_>) = candidates::of(summary)
        .into_iter()
        .filter(|candidate| weight(candidate) > 0.0)
        .partition(|candidate| !candidate.follows());
    let rates = candidates::rates(&[&steady[..], &followed].concat(), (summary, counts), request, progress)?;
    let (mut fitted, _) = candidates::fit_all(&steady, (summary, counts), &rates, request, progress)?;
    if !followed.is_empty() {
        fitted.extend(fit_followed(&followed, &rates, summary, request, progress)?.0);
    }
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
