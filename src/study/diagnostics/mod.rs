//! How well a fitted model agrees with the customers it was fitted to, as tables: where it does not, its
//! forecasts will not either. A backtest says how well it forecasts; this says why.
//!
//! Each table comes from one function ([`frequencies`], [`cohorts`], [`times`](times()), [`influence`](influence()), [`spend`](spend())), so that the
//! terminal, reports and notebooks show the same; [`diagnose`] asks them all and says in words what stands out.

mod customers;
mod frequency;
mod influence;
mod midway;
mod only_repeaters;
mod predictive;
mod spend;
mod standouts;
mod times;
mod words;

pub use self::frequency::{AgeGroup, FrequencyBin, cohorts, frequencies};
pub use self::influence::{Influence, influence};
pub(crate) use self::midway::warn_midway;
pub(crate) use self::only_repeaters::warn_only_repeaters;
pub use self::predictive::{PredictedBin, Predictive, PredictiveOptions, predictive};
pub use self::spend::{SpendCheck, SpendQuantile, spend};
pub(crate) use self::standouts::warn_standouts;
pub use self::times::{AgeBin, MonthBin, Times, times};
pub(crate) use self::words::a_year_later;

use crate::base::{Duration, ErrorKind, Progress, Result, Unit, Warning};
use crate::fit::{FitOptions, Rates};
use crate::fitted::{ClvModel, FitRequest};
use crate::history::{SpendDrift, Summary};

/// What to look at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DiagnosticOptions {
    /// Customers with this many repeat purchases or more share a row.
    pub last: u32,
    /// The share of customers, those who buy most, without whom the fit is repeated.
    pub share: f64,
    /// Over what time their effect on the expected purchases of the others is measured.
    pub horizon: Duration,
}

impl Default for DiagnosticOptions {
    /// Seven and more; the top 0.1 %; twelve months.
    fn default() -> Self {
        let horizon = Duration { count: 12.0, unit: Unit::Month };
        DiagnosticOptions { last: 7, share: 0.001, horizon }
    }
}

/// All there is to say of a fit.
#[derive(Debug, Clone)]
pub struct Diagnosis {
    /// See [`frequencies`].
    pub frequencies: Vec<FrequencyBin>,
    /// See [`cohorts`].
    pub cohorts: Vec<AgeGroup>,
    /// See [`times`](times()), of a log that was read with `LogOptions::timing`.
    pub times: Option<Times>,
    /// See [`influence`](influence()); in words, why there is none.
    pub influence: std::result::Result<Influence, String>,
    /// Over what time the influence was measured.
    pub horizon: Duration,
    /// See [`spend`](spend()).
    pub spend: Option<SpendCheck>,
    /// How amounts change with time within customers: of a log that was read with `LogOptions::spend_drift`.
    pub drift: Option<SpendDrift>,
    /// What stands out.
    pub warnings: Vec<Warning>,
}

/// The request of another fit of the same kind, as of part of the customers: rates that change with time are kept, and what
/// was chosen by forecasts.
fn same_kind(model: &ClvModel, request: &FitRequest, options: FitOptions) -> FitRequest {
    let (drift, regularity) = super::drift::of(model).unzip();
    let options = FitOptions { regularity: regularity.or(options.regularity), ..options };
    let drift = drift.or(request.drift);
    let rates = model.intensity.clone().map_or(Rates::Steady, Rates::Given);
    FitRequest { model: model.purchase.name().to_owned(), options, drift, rates, ..request.clone() }
}

/// Looks at a fit from all sides; `request` is what it was fitted with, `summary` what to.
///
/// # Errors
/// If the summary cannot be read, or the work is to stop.
pub fn diagnose(
    model: &ClvModel,
    summary: &Summary,
    request: &FitRequest,
    options: &DiagnosticOptions,
    progress: &dyn Progress,
) -> Result<Diagnosis> {
    model.refuse_in_time("a look at a fit (--diagnostics)")?;
    let single = model.purchase.average().is_none();
    let influence =
        match single.then(|| influence(model, summary, request, options.share, options.horizon, progress)) {
            None => Err("an average of models is not fitted as one: fit one of them to see it".to_owned()),
            Some(Ok(found)) => found.ok_or_else(|| "nobody made a repeat purchase".to_owned()),
            Some(Err(error)) if matches!(error.kind(), ErrorKind::Interrupted) => return Err(error),
            Some(Err(error)) => Err(format!("without them no model can be fitted: {error}")),
        };
    let mut found = Diagnosis {
        frequencies: frequencies(model, summary, options.last)?,
        cohorts: cohorts(model, summary)?,
        times: times(model, summary)?,
        influence,
        horizon: options.horizon,
        spend: spend(model, summary, progress)?,
        drift: summary.meta.spend_drift.filter(|_| model.spend.is_some()),
        warnings: Vec::new(),
    };
    found.warnings = words::stand_out(&found);
    Ok(found)
}
