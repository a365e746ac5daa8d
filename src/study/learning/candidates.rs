//! The models that are averaged: unlike each other, so that their errors are.

use std::sync::Arc;

use crate::base::{DriftRate, ErrorKind, Progress, Result, Unit};
use crate::customers::{Counts, Intensity};
use crate::fit::{FitOptions, IntensityRequest, PosteriorOptions, Rates, SeasonRequest};
use crate::fitted::{ClvModel, FitRequest, Member, PurchaseModel};
use crate::history::{LogOptions, Summary};
use crate::params::Scale;

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candidate {
    /// The model's name.
    pub model: &'static str,
    /// Stages from one purchase to the next, of regular ones.
    pub regularity: Option<u32>,
    /// How fast its customers' own rates drift \[1/week\], if they do: it has to know each purchase then.
    pub drift: Option<f64>,
    /// Do its rates change with age, season and shocks of weeks, where the log says when purchases happened?
    pub rates: bool,
}

/// All of them: customers who leave at any time and at purchases, who buy at random and at regular gaps, at a rate of their own
/// that is for ever or drifts. Rates of the first are steady, so that it errs in another way than the others (and since it takes
/// many times as long where they change). Those that drift are the last, and asked for only where they pay: see
/// [`DRIFT_PAYS`](super::DRIFT_PAYS). Drift without leaving was tried, and its totals were 30 to 50 % too high on three logs.
pub const CANDIDATES: [Candidate; 5] = [
    Candidate { model: "pareto-nbd", rates: false, ..NAMED },
    Candidate { model: "mbg-nbd", ..NAMED },
    Candidate { model: "mbg-cnbd", regularity: Some(2), ..NAMED },
    Candidate { model: "drift-mbg-nbd", regularity: Some(1), drift: Some(0.03), ..NAMED },
    Candidate { model: "drift-mbg-nbd", regularity: Some(2), drift: Some(0.03), ..NAMED },
];

const NAMED: Candidate = Candidate { model: "", regularity: None, drift: None, rates: true };

/// How the rates of candidates change.
const RATES: IntensityRequest =
    IntensityRequest { age: true, season: SeasonRequest::Auto, shared: None, holidays: None };

impl Candidate {
    /// Has it to know each purchase?
    pub fn follows(&self) -> bool {
        self.member().needs.purchase_times
    }

    /// Is a model of an average this one, fitted?
    pub(super) fn is(&self, model: &PurchaseModel, unit: Unit) -> bool {
        let chosen = |scale: Scale, value: Option<f64>| {
            let mut own = model.specs().iter().zip(model.params()).filter(|(spec, _)| spec.scale == scale);
            // To the rounding of a change of unit.
            value.is_none_or(|value| own.next().is_some_and(|(_, own)| (own / value - 1.0).abs() < 1e-6))
        };
        model.name() == self.model
            && chosen(Scale::Whole, self.regularity.map(f64::from))
            && chosen(Scale::ChosenRate, self.drift.map(|drift| drift / 7.0 * unit.days()))
    }

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
            drift: self.drift.and_then(|drift| DriftRate::new(drift, Unit::Week).ok()),
            rates,
            ..request.clone()
        }
    }
}

/// Those that a summary has what they need for.
pub(super) fn of(summary: &Summary) -> Vec<Candidate> {
    let meta = &summary.meta;
    let timed = meta.timing.is_some() && meta.observed_until.is_some();
    let followed = meta.has_purchase_times && meta.past.is_some();
    let able = |candidate: &&Candidate| {
        let needs = candidate.member().needs;
        (meta.has_log_gaps || !needs.log_gaps) && (followed || !needs.purchase_times)
    };
    let one = |candidate: &Candidate| {
        let rates = candidate.rates && timed && candidate.member().in_exposure().is_ok();
        Candidate { rates, ..*candidate }
    };
    CANDIDATES.iter().filter(able).map(one).collect()
}

/// Candidates with their fits, and what is said of those that have none.
pub(super) type Fitted = (Vec<(Candidate, ClvModel)>, Vec<String>);

/// Fits candidates to a summary that has been counted, with rates that change so; those that cannot be fitted are left out and
/// said.
///
/// # Errors
/// If none can be fitted, or the caller wants it to stop.
pub(super) fn fit_all(
    candidates: &[Candidate],
    (summary, counts): (&Summary, &Counts),
    rates: &Rates,
    request: &FitRequest,
    progress: &dyn Progress,
) -> Result<Fitted> {
    let (mut fitted, mut failed) = (Vec::new(), Vec::new());
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

/// How rates of candidates change, as mbg-nbd sees it: estimated once, and all take it. Not at all where that cannot be told.
///
/// # Errors
/// If the caller wants it to stop.
pub(super) fn rates(
    candidates: &[Candidate],
    (summary, counts): (&Summary, &Counts),
    request: &FitRequest,
    progress: &dyn Progress,
) -> Result<Rates> {
    if !candidates.iter().any(|candidate| candidate.rates) {
        return Ok(Rates::Steady);
    }
    let reference = Candidate { model: REFERENCE, rates: false, ..NAMED };
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
    let reference = Candidate { model: REFERENCE, rates: false, ..NAMED };
    let own = reference.request(request, Rates::Steady);
    ClvModel::fit_purchase(reference.member(), summary, counts, &own, progress)
}

/// What candidates ask of a log, beyond what scoring does.
pub(in crate::study) fn asks(log: &mut LogOptions) {
    (log.log_gaps, log.log_gaps_if_known) = (true, true);
    (log.timing, log.past, log.purchase_times) = (true, true, true);
}
