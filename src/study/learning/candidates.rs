//! The models that are averaged: unlike each other, so that their errors are.

use std::sync::Arc;

use crate::base::{ErrorKind, Progress, Result};
use crate::customers::{Counts, Intensity};
use crate::fit::{FitOptions, IntensityRequest, PosteriorOptions, Rates, SeasonRequest};
use crate::fitted::{ClvModel, FitRequest, Member};
use crate::history::{LogOptions, Summary};

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candidate {
    /// The model's name.
    pub model: &'static str,
    /// Stages from one purchase to the next, of regular ones.
    pub regularity: Option<u32>,
    /// Do its rates change with age, season and shocks of weeks, where the log says when purchases happened?
    pub rates: bool,
}

/// All of them: customers who leave at any time and at purchases, who buy at random and at regular gaps. Rates of the first are
/// steady, so that it errs in another way than the others (and since it takes many times as long where they change). Models of
/// rates that drift were tried and are none of them: without leaving, their totals were 30 to 50 % too high on three logs.
pub const CANDIDATES: [Candidate; 3] = [
    Candidate { model: "pareto-nbd", regularity: None, rates: false },
    Candidate { model: "mbg-nbd", regularity: None, rates: true },
    Candidate { model: "mbg-cnbd", regularity: Some(2), rates: true },
];

/// How the rates of candidates change.
const RATES: IntensityRequest =
    IntensityRequest { age: true, season: SeasonRequest::Auto, shared: None, holidays: None };

impl Candidate {
    /// Its member of the family.
    fn member(&self) -> &'static Member {
        Member::named(self.model).expect("candidates are members")
    }

    /// What it asks to be fitted; what does not concern it is as in `request`. What a fit leaves open of its parameters is part
    /// of how wrong forecasts have been, and not asked for.
    fn request(&self, request: &FitRequest, rates: Rates) -> FitRequest {
        let posterior = PosteriorOptions::unchecked();
        FitRequest {
            model: self.model.to_owned(),
            options: FitOptions { regularity: self.regularity, posterior, ..request.options.clone() },
            rates,
            ..request.clone()
        }
    }
}

/// Those that a summary has what they need for.
pub(super) fn of(summary: &Summary) -> Vec<Candidate> {
    let meta = &summary.meta;
    let timed = meta.timing.is_some() && meta.observed_until.is_some();
    let able = |candidate: &&Candidate| meta.has_log_gaps || !candidate.member().needs.log_gaps;
    let one = |candidate: &Candidate| {
        let rates = candidate.rates && timed && candidate.member().in_exposure().is_ok();
        Candidate { rates, ..*candidate }
    };
    CANDIDATES.iter().filter(able).map(one).collect()
}

/// Candidates with their fits, and what is said of those that have none.
pub(super) type Fitted = (Vec<(Candidate, ClvModel)>, Vec<String>);

/// Fits candidates to a summary that has been counted; those that cannot be fitted are left out and said. How rates change is
/// estimated once, and all take it.
///
/// # Errors
/// If none can be fitted, or the caller wants it to stop.
pub(super) fn fit_all(
    candidates: &[Candidate],
    summary: &Summary,
    counts: &Counts,
    request: &FitRequest,
    progress: &dyn Progress,
) -> Result<Fitted> {
    let (mut fitted, mut failed) = (Vec::new(), Vec::new());
    let rates = match candidates.iter().any(|candidate| candidate.rates) {
        true => rates(summary, counts, request, progress)?,
        false => Rates::Steady,
    };
    for candidate in candidates {
        progress.check()?;
        let own = if candidate.rates { rates.clone() } else { Rates::Steady };
        let own = candidate.request(request, own);
        match ClvModel::fit_purchase(candidate.member(), summary, counts, &own, progress) {
            Ok(model) => fitted.push((*candidate, model)),
            Err(error) if matches!(error.kind(), ErrorKind::Interrupted) => return Err(error),
            Err(error) => failed.push(error),
        }
    }
    let dropped = failed.iter().map(|error| error.to_string()).collect();
    match failed.into_iter().next() {
        // What keeps all of them from a fit, the first says as well as any.
        Some(first) if fitted.is_empty() => Err(first),
        _ => Ok((fitted, dropped)),
    }
}

/// How rates change, as mbg-nbd sees it; not at all where that cannot be told.
fn rates(summary: &Summary, counts: &Counts, request: &FitRequest, progress: &dyn Progress) -> Result<Rates> {
    let reference = Candidate { model: REFERENCE, regularity: None, rates: false };
    let own = reference.request(request, Rates::Estimated(RATES));
    match ClvModel::fit_purchase(reference.member(), summary, counts, &own, progress) {
        // Without what it leaves open, which moves the parameters of this model and no other's.
        Ok(model) => Ok(model
            .intensity
            .map_or(Rates::Steady, |found| Rates::Given(Arc::new(Intensity::new(found.parts().clone()))))),
        Err(error) if matches!(error.kind(), ErrorKind::Interrupted) => Err(error),
        Err(_) => Ok(Rates::Steady),
    }
}

/// What forecasts are measured against: the model that published comparisons find hard to beat, with steady rates.
pub(super) const REFERENCE: &str = "mbg-nbd";

/// The reference, fitted.
///
/// # Errors
/// If it cannot be.
pub(super) fn reference(
    summary: &Summary,
    counts: &Counts,
    request: &FitRequest,
    progress: &dyn Progress,
) -> Result<ClvModel> {
    let reference = Candidate { model: REFERENCE, regularity: None, rates: false };
    let own = reference.request(request, Rates::Steady);
    ClvModel::fit_purchase(reference.member(), summary, counts, &own, progress)
}

/// What candidates ask of a log, beyond what scoring does.
pub(in crate::study) fn asks(log: &mut LogOptions) {
    (log.log_gaps, log.log_gaps_if_known) = (true, true);
    (log.timing, log.past) = (true, true);
}
