//! Backtests: hide the end of a log, forecast it, and compare with what happened and with what people do
//! without a model.
//!
//! For each origin the log is summarised as it was known then (`observed_until` = origin), models are fitted
//! to that alone, each customer known then is forecast for the holdout, and only then is the holdout looked
//! at. Figures carry bootstrap intervals over customers; differences between forecasts are paired. Over
//! several origins figures are means, each origin counting the same.
//!
//! The log is read three or four times an origin and never kept; what is kept takes some hundred bytes a
//! customer of one origin.

mod answers;
mod baselines;
mod cohort;
mod forecast;
mod groups;
mod metrics;
mod origin;
mod pool;
mod ranking;
mod resample;
mod rows;
mod scatter;
mod tables;
mod tracking;
mod verdict;
mod windows;

use std::path::PathBuf;
use std::sync::Arc;

use jiff::civil::Date;

pub use self::answers::{Answer, answers};
pub use self::baselines::Baseline;
pub use self::cohort::{Cohort, Earlier};
pub use self::forecast::{Distribution, Forecast, LEVELS, Uniformity};
pub use self::groups::{Bin, Group};
pub use self::metrics::{Metric, Values};
pub use self::resample::{Estimate, LEVEL};
pub use self::rows::{Row, schema, table, write};
pub use self::tracking::TrackPoint;
pub use self::verdict::COMPARED;
pub(crate) use self::verdict::{before, totals as total_words};
pub use self::windows::{Window, Windows};

use self::origin::Test;
use self::pool::{differences, pool};
use crate::base::{DriftRate, Duration, Error, Grain, Progress, Result};
use crate::contracts::ContractMember;
use crate::customers::{OverTime, TIME_COVARIATES};
use crate::fit::{FitOptions, PosteriorOptions, Rates};
use crate::fitted::{ClvModel, IN_TIME, Member, average};
use crate::history::{self, Input, LogOptions, SummaryMeta};

/// What to test, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct BacktestOptions {
    /// Names of purchase models.
    pub models: Vec<String>,
    /// How much of the log is hidden at each origin; `None`: a third, at most a year.
    pub holdout: Option<Duration>,
    /// How many origins; the last one is one holdout before the end of observation.
    pub origins: usize,
    /// How to fit.
    pub fit: FitOptions,
    /// How fast a customer's own rate drifts, for models in which it does; `None`: chosen anew at each origin.
    pub drift: Option<DriftRate>,
    /// How rates change with age and date; estimated anew at each origin.
    pub rates: Rates,
    /// What is known of single customers over time, up to the end of the holdouts: models are then those that follow it.
    pub over_time: Option<Arc<OverTime>>,
    /// Replicates of the bootstrap.
    pub replicates: u32,
    /// Equal seeds give equal intervals.
    pub seed: u64,
    /// Keep customers and forecasts in the result; they take memory.
    pub keep: bool,
}

impl Default for BacktestOptions {
    fn default() -> Self {
        BacktestOptions {
            models: ["bg-nbd", "mbg-nbd", "pareto-nbd"].map(str::to_owned).to_vec(),
            holdout: None,
            origins: 1,
            // A forecast of the mean asks nothing of the posterior.
            fit: FitOptions { posterior: PosteriorOptions::unchecked(), ..FitOptions::default() },
            drift: None,
            rates: Rates::Steady,
            over_time: None,
            replicates: 200,
            seed: 1,
            keep: false,
        }
    }
}

impl BacktestOptions {
    /// The same with what is known of customers over time, if it is: where no models are named they are those that follow it.
    pub fn knowing(self, over_time: Option<Arc<OverTime>>, named: bool) -> Self {
        let Some(over_time) = over_time else { return self };
        let models = if named { self.models } else { vec![IN_TIME.to_owned()] };
        BacktestOptions { models, over_time: Some(over_time), ..self }
    }
}

/// What came of a backtest.
#[derive(Debug, Clone)]
pub struct Backtest {
    /// What is known of the whole log.
    pub meta: SummaryMeta,
    /// Where it was cut.
    pub windows: Windows,
    /// The origins, the earliest first.
    pub origins: Vec<Origin>,
    /// Means over the origins, of the forecasts that there are at all of them.
    pub pooled: Vec<Pooled>,
    /// Paired differences of all pairs of these.
    pub differences: Vec<Difference>,
    /// What it says, in words.
    pub verdict: Vec<String>,
}

/// One origin.
#[derive(Debug, Clone)]
pub struct Origin {
    /// Where the log was cut.
    pub window: Window,
    /// The earliest purchase.
    pub first: Date,
    /// Customers known at the origin.
    pub customers: u64,
    /// How many of them bought in the holdout.
    pub buyers: u64,
    /// Their purchases in it.
    pub purchases: f64,
    /// Their spend in it; `None` without amounts.
    pub spend: Option<f64>,
    /// How many times as much as before those who bought on both sides of the origin paid a purchase, less 1;
    /// `None` without amounts or such customers.
    pub dearer: Option<Estimate>,
    /// The forecasts, models first.
    pub entrants: Vec<Entrant>,
    /// Which forecasts are missing, and why.
    pub left_out: Vec<(String, String)>,
    /// The customers, if they were to be kept.
    pub cohort: Option<Cohort>,
}

/// One forecast at one origin, judged.
#[derive(Debug, Clone)]
pub struct Entrant {
    /// The model or baseline.
    pub name: &'static str,
    /// Is it a baseline, that is no model?
    pub baseline: bool,
    /// What a baseline learned, in words.
    pub learned: String,
    /// The fitted model.
    pub model: Option<ClvModel>,
    /// The figures, in the order of [`Metric::ALL`].
    pub values: [Estimate; Metric::COUNT],
    /// Its figures in each replicate.
    pub replicates: Vec<Values>,
    /// Is what happened spread as its distributions say? `None` without distributions.
    pub uniformity: Option<Uniformity>,
    /// Sums by groups of customers.
    pub groups: Vec<Group>,
    /// Chances to buy against shares that did; empty without distributions.
    pub calibration: Vec<Bin>,
    /// Purchases over time; empty for baselines.
    pub tracking: Vec<TrackPoint>,
    /// The forecast itself, if it was to be kept.
    pub forecast: Option<Forecast>,
}

/// The mean of a forecast's figures over origins.
#[derive(Debug, Clone)]
pub struct Pooled {
    /// The model or baseline.
    pub name: &'static str,
    /// Is it a baseline?
    pub baseline: bool,
    /// The figures, in the order of [`Metric::ALL`].
    pub values: [Estimate; Metric::COUNT],
    replicates: Vec<Values>,
}

/// How far one forecast is from perfect, less how far another is; negative is better. See [`Metric::loss`].
#[derive(Debug, Clone)]
pub struct Difference {
    /// The forecast.
    pub first: &'static str,
    /// The one it is compared with.
    pub second: &'static str,
    /// The differences, in the order of [`Metric::ALL`].
    pub values: [Estimate; Metric::COUNT],
}

/// Runs a backtest.
///
/// # Errors
/// If an option cannot be used, the input is no log, the log is too short or has too few customers, or
/// nothing can be fitted at all.
pub fn run(
    inputs: &[PathBuf],
    log: &LogOptions,
    options: &BacktestOptions,
    progress: &dyn Progress,
) -> Result<Backtest> {
    run_inputs(&history::from_paths(inputs), log, options, progress)
}

/// Runs a backtest of a log in files or in memory.
///
/// # Errors
/// See [`run`].
pub fn run_inputs(
    inputs: &[Input],
    log: &LogOptions,
    options: &BacktestOptions,
    progress: &dyn Progress,
) -> Result<Backtest> {
    let members = check(options)?;
    let (inputs, log) = &history::keep(inputs, log, progress)?;
    let whole = history::open_inputs(inputs, &LogOptions { log_gaps: false, ..log.clone() }, progress)?;
    if !whole.meta.is_of_log() {
        return Err(Error::option("LOG", NO_LOG));
    }
    let windows = Windows::new(&whole.meta, options.holdout, options.origins)?;
    check_opportunities(&members, &windows)?;
    let mut origins = Vec::new();
    for window in &windows.windows {
        let test = Test { inputs, log, options, windows: &windows, window, progress };
        origins.push(test.run(&members)?);
    }
    let pooled = pool(&origins);
    let differences = differences(&pooled);
    let mut backtest =
        Backtest { meta: whole.meta, windows, origins, pooled, differences, verdict: Vec::new() };
    backtest.verdict = verdict::verdict(&backtest);
    Ok(backtest)
}

const NO_LOG: &str = "a backtest hides the end of a purchase log, and this is a summary, in which nothing \
                      can be hidden any more: give the log";

fn check(options: &BacktestOptions) -> Result<Vec<&'static Member>> {
    if options.origins == 0 {
        return Err(Error::option("--origins", "at least one origin is needed"));
    }
    if options.models.is_empty() {
        return Err(Error::option("--models", "at least one model is needed"));
    }
    let mut members: Vec<&Member> = Vec::new();
    for name in &options.models {
        if ContractMember::named(name).is_some() {
            let message = format!(
                "{name} is a model of contracts, and clv backtest does not do contracts: it says nothing of purchases in a log; \
                 clv fit shows who renewed and who was expected to"
            );
            return Err(Error::option("--models", message));
        }
        let member = average::named(name).map_or_else(|| Member::named(name), Ok)?;
        if members.iter().any(|other| other.name == member.name) {
            return Err(Error::option("--models", format!("{name} is given twice")));
        }
        if options.over_time.is_some() {
            member.in_time()?;
        }
        members.push(member);
    }
    if options.over_time.is_some() && options.rates != Rates::Steady {
        let message = "--age-effect, --season, --calendar and --holidays do not go with it";
        return Err(Error::option(TIME_COVARIATES, message));
    }
    Ok(members)
}

/// A model of opportunities needs times that are whole numbers.
fn check_opportunities(members: &[&'static Member], windows: &Windows) -> Result<()> {
    let whole = matches!(windows.grain.in_units(1, windows.unit), 1.0) && windows.grain != Grain::Hour;
    match members.iter().find(|member| member.needs.opportunities && !whole) {
        None => Ok(()),
        Some(member) => {
            let message = format!(
                "it is a model of purchases at given opportunities, and needs whole times: make what counts as \
                 one purchase the unit, such as --grain month --unit month (here: {} and {})",
                windows.grain, windows.unit
            );
            Err(Error::model(member.name, message))
        }
    }
}
