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

mod cohort;
mod forecast;
mod groups;
mod metrics;
mod ranking;
mod resample;
mod rivals;
mod rows;
mod tracking;
mod verdict;
mod windows;

use std::path::PathBuf;

use jiff::civil::Date;

pub use self::cohort::{Cohort, Earlier};
pub use self::forecast::{Distribution, Forecast, LEVELS, Uniformity};
pub use self::groups::{Bin, Group};
pub use self::metrics::{Metric, Values};
pub use self::resample::{Estimate, LEVEL};
pub use self::rivals::Rival;
pub use self::rows::{Row, schema, write};
pub use self::tracking::TrackPoint;
pub use self::verdict::COMPARED;
pub use self::windows::{Window, Windows};

use self::metrics::Scorecard;
use crate::clv_model::{ClvModel, FitRequest};
use crate::contract_model::ContractMember;
use crate::counts::Counts;
use crate::error::{Error, ErrorKind, Result};
use crate::family::Member;
use crate::fit::{FitOptions, fit_spend};
use crate::history::{self, LogOptions};
use crate::model::{GammaGamma, Scale};
use crate::progress::Progress;
use crate::summary::{Summary, SummaryMeta};
use crate::units::{Duration, Grain};

/// Fewer customers at an origin say nothing.
const FEWEST: usize = 30;

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
            fit: FitOptions::default(),
            replicates: 200,
            seed: 1,
            keep: false,
        }
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
    /// The model or rival.
    pub name: &'static str,
    /// Is it a rival, that is no model?
    pub rival: bool,
    /// What a rival learned, in words.
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
    /// Purchases over time; empty for rivals.
    pub tracking: Vec<TrackPoint>,
    /// The forecast itself, if it was to be kept.
    pub forecast: Option<Forecast>,
}

/// The mean of a forecast's figures over origins.
#[derive(Debug, Clone)]
pub struct Pooled {
    /// The model or rival.
    pub name: &'static str,
    /// Is it a rival?
    pub rival: bool,
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
    let members = check(inputs, options)?;
    let whole = history::open(inputs, &LogOptions { log_gaps: false, ..log.clone() }, progress)?;
    if whole.meta.grain.is_none() {
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

fn check(inputs: &[PathBuf], options: &BacktestOptions) -> Result<Vec<&'static Member>> {
    if inputs.iter().any(|input| input.as_os_str() == "-") {
        let message = "a backtest reads the log several times: give a file, not standard input";
        return Err(Error::option("LOG", message));
    }
    if options.origins == 0 {
        return Err(Error::option("--origins", "at least one origin is needed"));
    }
    if options.models.is_empty() {
        return Err(Error::option("--models", "at least one model is needed"));
    }
    let mut members: Vec<&Member> = Vec::new();
    for name in &options.models {
        if ContractMember::named(name).is_some() {
            let message = format!("{name} is a model of contracts: it says nothing of purchases in a log");
            return Err(Error::option("--models", message));
        }
        let member = Member::named(name)?;
        if members.iter().any(|other| other.name == member.name) {
            return Err(Error::option("--models", format!("{name} is given twice")));
        }
        members.push(member);
    }
    Ok(members)
}

/// A model of opportunities needs times that are whole numbers.
fn check_opportunities(members: &[&'static Member], windows: &Windows) -> Result<()> {
    let whole = matches!(windows.grain.in_units(1, windows.unit), 1.0) && windows.grain != Grain::Hour;
    match members.iter().find(|member| member.opportunities && !whole) {
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

/// One origin's test.
struct Test<'a> {
    inputs: &'a [PathBuf],
    log: &'a LogOptions,
    options: &'a BacktestOptions,
    windows: &'a Windows,
    window: &'a Window,
    progress: &'a dyn Progress,
}

impl Test<'_> {
    fn run(&self, members: &[&'static Member]) -> Result<Origin> {
        let known = self.known(members)?;
        let earlier = self.window.earlier.map(|date| self.open(date, None)).transpose()?;
        let end = self.open(self.window.end, Some(self.window.origin))?;
        let cohort = Cohort::join(&known, earlier.as_ref(), &end, self.progress)?;
        self.enough(cohort.len())?;
        let mut left_out = Vec::new();
        let mut entrants = Vec::new();
        for (name, outcome) in self.fit(members, &known, &mut left_out)? {
            match outcome {
                Ok(model) => entrants.push(self.judge_model(name, model, &cohort, &end)?),
                Err(words) => left_out.push((name.to_owned(), words)),
            }
        }
        for rival in Rival::ALL {
            match rivals::forecast(rival, &cohort, self.windows.horizon()) {
                Ok((forecast, learned)) => {
                    entrants.push(self.judge(rival.name(), forecast, &cohort, learned))
                }
                Err(words) => left_out.push((rival.name().to_owned(), words)),
            }
        }
        Ok(Origin {
            window: *self.window,
            first: self.windows.first,
            customers: cohort.len() as u64,
            buyers: cohort.bought.iter().filter(|bought| **bought > 0.0).count() as u64,
            purchases: cohort.bought.iter().sum(),
            spend: cohort.spent.as_ref().map(|spent| spent.iter().sum()),
            entrants,
            left_out,
            cohort: self.options.keep.then_some(cohort),
        })
    }

    /// The log as it was known at a date.
    fn open(&self, until: Date, calendar: Option<Date>) -> Result<Summary> {
        let log = LogOptions { observed_until: Some(until), log_gaps: false, calendar, ..self.log.clone() };
        history::open(self.inputs, &log, self.progress)
    }

    /// The log as it was known at the origin, with what the models ask of it.
    fn known(&self, members: &[&'static Member]) -> Result<Summary> {
        let whole = |member: &&Member| member.params.iter().any(|spec| spec.scale == Scale::Whole);
        let observed_until = Some(self.window.origin);
        let log_gaps = members.iter().any(whole);
        let log = LogOptions { observed_until, log_gaps, calendar: None, ..self.log.clone() };
        history::open(self.inputs, &log, self.progress)
    }

    fn enough(&self, customers: usize) -> Result<()> {
        if customers >= FEWEST {
            return Ok(());
        }
        let message = format!(
            "{customers} customers were known on {}, one holdout before {}: at least {FEWEST} are needed to say \
             anything. Use a shorter one, or fewer --origins",
            self.window.origin, self.window.end
        );
        Err(Error::option("--holdout", message))
    }

    /// Fits the models to what was known, with one spend model for all.
    fn fit(
        &self,
        members: &[&'static Member],
        known: &Summary,
        left_out: &mut Vec<(String, String)>,
    ) -> Result<Vec<(&'static str, Result<ClvModel, String>)>> {
        let counts = Counts::read(known, self.progress)?;
        let spend = self.spend(&counts, left_out)?;
        let mut fitted = Vec::new();
        for member in members {
            self.progress.check()?;
            let request = FitRequest {
                model: member.name.to_owned(),
                spend: false,
                options: self.options.fit.clone(),
                ..FitRequest::default()
            };
            let outcome = in_words(ClvModel::fit_purchase(member, known, &counts, &request, self.progress))?;
            fitted.push((member.name, outcome.map(|model| ClvModel { spend, ..model })));
        }
        Ok(fitted)
    }

    fn spend(&self, counts: &Counts, left_out: &mut Vec<(String, String)>) -> Result<Option<GammaGamma>> {
        let Some(table) = &counts.spend else { return Ok(None) };
        match in_words(fit_spend(table, &counts.amounts, &self.options.fit))? {
            Ok(fitted) => Ok(Some(fitted.model)),
            Err(words) => {
                left_out.push(("value of the models".to_owned(), words));
                Ok(None)
            }
        }
    }

    fn judge_model(
        &self,
        name: &'static str,
        model: ClvModel,
        cohort: &Cohort,
        end: &Summary,
    ) -> Result<Entrant> {
        let (windows, seed) = (self.windows, self.options.seed);
        let forecast = forecast::forecast(&model, cohort, windows.horizon(), seed, self.progress)?;
        let tracking = end.meta.calendar.as_ref().map_or_else(Vec::new, |calendar| {
            tracking::tracking(&*model.purchase, calendar, windows, self.window)
        });
        let entrant = self.judge(name, forecast, cohort, String::new());
        Ok(Entrant { rival: false, tracking, model: Some(model), ..entrant })
    }

    fn judge(&self, name: &'static str, forecast: Forecast, cohort: &Cohort, learned: String) -> Entrant {
        self.progress.stage(&format!("judging {name}"), None);
        let card = Scorecard::new(cohort, &forecast);
        let values = card.measure(&vec![1.0; cohort.len()]);
        let options = self.options;
        let replicates = resample::replicates(&card, &cohort.key, options.seed, options.replicates);
        let distribution = forecast.distribution.as_ref();
        Entrant {
            name,
            rival: true,
            learned,
            model: None,
            values: estimates(&values, &replicates),
            replicates,
            uniformity: distribution.map(|found| Uniformity::of(&found.pit)),
            groups: groups::groups(cohort, &forecast, self.windows, self.window.origin),
            calibration: distribution
                .map_or_else(Vec::new, |found| groups::calibration(cohort, &found.p_buy)),
            tracking: Vec::new(),
            forecast: options.keep.then_some(forecast),
        }
    }
}

/// A model that these data cannot determine is left out with the reason; other errors end the work.
fn in_words<T>(outcome: Result<T>) -> Result<Result<T, String>> {
    match outcome {
        Ok(fitted) => Ok(Ok(fitted)),
        Err(error) => match error.kind() {
            ErrorKind::NotIdentified { .. } | ErrorKind::NotConverged { .. } => Ok(Err(error.to_string())),
            _ => Err(error),
        },
    }
}

fn estimates(values: &Values, replicates: &[Values]) -> [Estimate; Metric::COUNT] {
    std::array::from_fn(|at| Estimate::new(values[at], replicates.iter().map(|values| values[at])))
}

/// Means over origins, figure by figure and replicate by replicate.
fn pool(origins: &[Origin]) -> Vec<Pooled> {
    let Some(first) = origins.first() else { return Vec::new() };
    let pool = |name: &'static str| -> Option<Pooled> {
        let found = origins.iter().map(|origin| origin.entrants.iter().find(|e| e.name == name));
        let found: Vec<&Entrant> = found.collect::<Option<_>>()?;
        let mean =
            |of: &dyn Fn(&Entrant) -> f64| found.iter().map(|e| of(e)).sum::<f64>() / found.len() as f64;
        let values: Values = std::array::from_fn(|at| mean(&|e| e.values[at].value));
        let count = found[0].replicates.len();
        let replicate = |r: usize| -> Values { std::array::from_fn(|at| mean(&|e| e.replicates[r][at])) };
        let replicates: Vec<Values> = (0..count).map(replicate).collect();
        let values = estimates(&values, &replicates);
        Some(Pooled { name, rival: found[0].rival, values, replicates })
    };
    first.entrants.iter().filter_map(|entrant| pool(entrant.name)).collect()
}

fn differences(pooled: &[Pooled]) -> Vec<Difference> {
    let mut all = Vec::new();
    for (at, first) in pooled.iter().enumerate() {
        for second in &pooled[at + 1..] {
            let values = Metric::ALL.map(|metric| {
                let loss = |values: &Values| metric.loss(values[metric as usize]);
                let own = |e: &Pooled| metric.loss(e.values[metric as usize].value);
                let pairs = first.replicates.iter().zip(&second.replicates);
                Estimate::new(own(first) - own(second), pairs.map(|(a, b)| loss(a) - loss(b)))
            });
            all.push(Difference { first: first.name, second: second.name, values });
        }
    }
    all
}

impl Difference {
    /// The difference of one figure.
    pub fn of(&self, metric: Metric) -> Estimate {
        self.values[metric as usize]
    }

    /// The same difference, the other way round.
    fn turned(&self) -> Difference {
        let turn = |e: Estimate| Estimate { value: -e.value, lower: -e.upper, upper: -e.lower };
        Difference { first: self.second, second: self.first, values: self.values.map(turn) }
    }
}
