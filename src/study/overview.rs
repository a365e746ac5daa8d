//! All that a page says of a customer base: scores in classes, the fit against its own customers, a backtest, and
//! economics where there are costs or groups to speak of.

use crate::base::{ErrorKind, Progress, Result};
use crate::fit::{IntensityRequest, Rates};
use crate::fitted::ClvModel;
use crate::forecast::profile::{self, Profile};
use crate::forecast::{ScoreOptions, Totals};
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

/// A customer base under a model.
pub struct Overview {
    /// The customers.
    pub summary: Summary,
    /// How they were scored.
    pub scores: ScoreOptions,
    /// What the scores add up to.
    pub totals: Totals,
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
    let log = model.asks(log, options.scores.by.as_slice());
    // It is read several times.
    let (inputs, log) = history::keep(inputs, &log, progress)?;
    let summary = model.open(&inputs, &log, &[], progress)?;
    let asked = costs.is_some() || !options.economics.by.is_empty();
    let run = || economics::run_inputs(model, &inputs, &log, costs, &options.economics, progress);
    let economics = asked.then(run).transpose()?;
    let backtest = match &options.backtest {
        None => Err("it was not asked for (--no-backtest).".to_owned()),
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
        let frequencies = diagnostics::frequencies(model, &summary, profile.frequency_classes())?;
        let backtest = Err("it was not asked for (--no-backtest).".to_owned());
        Ok(Overview {
            summary,
            scores: scores.clone(),
            totals,
            profile,
            frequencies,
            backtest,
            economics: None,
        })
    }
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
    let rates = model.intensity.as_ref().map_or(Rates::Steady, |intensity| {
        let parts = intensity.parts();
        Rates::estimated(IntensityRequest { age: !parts.age.is_empty(), season: parts.season.is_some() })
    });
    let options = BacktestOptions { models, replicates, rates, ..options.clone() };
    match backtest::run_inputs(inputs, log, &options, progress) {
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
