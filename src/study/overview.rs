//! All that a page says of a customer base: scores in classes, the fit against its own customers, a backtest, and
//! economics where there are costs or groups to speak of.

use crate::base::{DiscountRate, ErrorKind, Horizon, Progress, Result, Timing, ValueOptions};
use crate::fit::{IntensityRequest, Rates};
use crate::fitted::ClvModel;
use crate::forecast::profile::{self, Profile};
use crate::forecast::{self, Leaving, ScoreOptions, Totals};
use crate::history::{self, Fate, Input, LogOptions, Summary};
use crate::study::backtest::{self, Backtest, BacktestOptions};
use crate::study::diagnostics::{self, FrequencyBin};
use crate::study::economics::{self, Costs, Economics, EconomicsOptions};

/// What an overview holds.
#[derive(Debug, Clone, PartialEq)]
pub struct OverviewOptions {
    /// How customers are scored.
    pub scores: ScoreOptions,
    /// The backtest; `None`: none was asked for. Without names of models it is of the model shown.
    pub backtest: Option<BacktestOptions>,
    /// The economics, if there are costs or groups.
    pub economics: EconomicsOptions,
}

impl OverviewOptions {
    /// Forecasts of the past as a page tries them: as many as three, with fewer replicates of each.
    pub fn backtest() -> BacktestOptions {
        BacktestOptions { models: Vec::new(), origins: 3, replicates: 100, ..BacktestOptions::default() }
    }
}

/// A customer base under a model.
pub struct Overview {
    /// The customers.
    pub summary: Summary,
    /// How they were scored.
    pub scores: ScoreOptions,
    /// What the scores add up to.
    pub totals: Totals,
    /// The same of revenue: before margin and discounting. `None` if that has no end.
    pub revenue: Option<Totals>,
    /// How many of new customers leave within the horizon, as far as the fit knows.
    pub leaving: Leaving,
    /// The customers in classes.
    pub profile: Profile,
    /// Actual against expected numbers by repeat purchases.
    pub frequencies: Vec<FrequencyBin>,
    /// How the model did in the past, or why that is not said.
    pub backtest: Result<Backtest, String>,
    /// What acquisition earns and what lies ahead.
    pub economics: Option<Economics>,
}

/// Reads a log and works out an overview under a fitted model. What may be refused comes first.
///
/// # Errors
/// If the log cannot be read, an option is out of its domain, or the work is stopped.
pub fn overview(
    model: &ClvModel,
    inputs: &[Input],
    log: &LogOptions,
    costs: Option<&Costs>,
    options: &OverviewOptions,
    progress: &dyn Progress,
) -> Result<Overview> {
    model.refuse_in_time("a report")?;
    let log = model.asks(log, options.scores.by.as_slice());
    // It is read several times.
    let (inputs, log) = history::keep(inputs, &log, progress)?;
    let summary = model.open(&inputs, &log, &[], progress)?;
    let asked = costs.is_some() || !options.economics.by.is_empty();
    let possible = summary.meta.is_of_log()
        && summary.meta.has_money
        && options.economics.value.timing == Timing::Continuous
        && model.spend.is_some_and(|spend| spend.without_mean().is_none());
    let run = || economics::run_inputs(model, &inputs, &log, costs, &options.economics, progress);
    let economics = (asked || possible).then(run).transpose()?;
    let backtest = match &options.backtest {
        None => Err("it was not asked for.".to_owned()),
        Some(test) => past(model, &summary, (&inputs, &log), test, progress)?,
    };
    Overview::new(model, summary, &options.scores, progress).map(|overview| Overview {
        backtest,
        economics,
        ..overview
    })
}

impl Overview {
    /// Of customers alone, without a backtest and economics; reads the summary twice.
    ///
    /// # Errors
    /// If the summary cannot be read or the options cannot be answered.
    pub fn new(
        model: &ClvModel,
        summary: Summary,
        scores: &ScoreOptions,
        progress: &dyn Progress,
    ) -> Result<Overview> {
        let (totals, profile) = profile::read(model, &summary, scores, progress)?;
        let revenue = revenue(model, &summary, scores, progress)?;
        let frequencies = diagnostics::frequencies(model, &summary, profile.frequency_classes())?;
        let backtest = Err("it was not asked for.".to_owned());
        Ok(Overview {
            summary,
            scores: scores.clone(),
            totals,
            revenue,
            leaving: forecast::leaving(model, scores.value.horizon),
            profile,
            frequencies,
            backtest,
            economics: None,
        })
    }
}

/// What customers are expected to pay, undiscounted, with its interval.
fn revenue(
    model: &ClvModel,
    summary: &Summary,
    scores: &ScoreOptions,
    progress: &dyn Progress,
) -> Result<Option<Totals>> {
    if model.spend.is_none() || scores.value.horizon == Horizon::Infinite {
        return Ok(None);
    }
    let value = ValueOptions {
        discount: DiscountRate::ZERO,
        margin: 1.0,
        timing: Timing::Continuous,
        ..scores.value
    };
    let scores = ScoreOptions { value, by: None, ..scores.clone() };
    profile::read(model, summary, &scores, progress).map(|(totals, _)| Some(totals))
}

/// Runs a backtest on the log that its summary comes from, or says why there can be none: the
/// input is a summary, or the log too short. Without names of models it is of this one. Of very
/// many customers, whose figures are sure anyway, fewer bootstrap replicates are drawn than the options say.
///
/// # Errors
/// If the log cannot be read, an option is out of its domain, or the work is stopped.
fn past(
    model: &ClvModel,
    summary: &Summary,
    (inputs, log): (&[Input], &LogOptions),
    options: &BacktestOptions,
    progress: &dyn Progress,
) -> Result<Result<Backtest, String>> {
    if summary.meta.account.rows(Fate::Customer) > 0 {
        return Ok(Err("the input is a summary, in which nothing can be hidden any more.".to_owned()));
    }
    let own = || vec![model.purchase.name().to_owned()];
    let models = if options.models.is_empty() { own() } else { options.models.clone() };
    let enough = (REPLICATED / summary.customers()?.max(1)).max(FEWEST_REPLICATES);
    let replicates = options.replicates.min(u32::try_from(enough).unwrap_or(u32::MAX));
    let rates = model
        .intensity
        .as_ref()
        .map_or(Rates::Steady, |intensity| Rates::estimated(IntensityRequest::like(intensity.parts())));
    let mut options = BacktestOptions { models, replicates, rates, ..options.clone() };
    let mut found = backtest::run_inputs(inputs, log, &options, progress);
    // A log that is too short for several dates may do for fewer.
    while options.origins > 1
        && options.holdout.is_none()
        && found.as_ref().is_err_and(|error| {
            use ErrorKind::{NotConverged, NotIdentified, Option};
            matches!(error.kind(), Option { .. } | NotIdentified { .. } | NotConverged { .. })
        })
    {
        options.origins -= 1;
        found = backtest::run_inputs(inputs, log, &options, progress);
    }
    match found {
        Ok(found) => Ok(Ok(found)),
        Err(error) => match error.kind() {
            // Nobody asked for this holdout: the log is too short for one.
            ErrorKind::Option { message, .. } if options.holdout.is_none() => Ok(Err(format!("{message}."))),
            ErrorKind::NotIdentified { .. } | ErrorKind::NotConverged { .. } => Ok(Err(format!("{error}."))),
            _ => Err(error),
        },
    }
}

/// Customers times bootstrap replicates that a page takes its time for, and replicates at least.
const REPLICATED: u64 = 20_000_000;
const FEWEST_REPLICATES: u64 = 50;
