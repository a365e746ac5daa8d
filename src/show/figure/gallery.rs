//! All figures by name: what each needs, and how it is drawn from a model and a log. The command line, the documentation
//! and other callers ask here.

use super::{Figure, MapOptions};
use crate::base::{Error, Progress, Result};
use crate::fitted::ClvModel;
use crate::forecast::{ScoreOptions, profile};
use crate::history::{Input, LogOptions, Summary};
use crate::study::backtest::{self, Backtest, BacktestOptions, Metric};
use crate::study::diagnostics::{self, PredictiveOptions};
use crate::study::economics::{self, Costs, EconomicsOptions};

/// What a figure is drawn from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// A fitted model alone.
    Model,
    /// Customers under a model.
    Base,
    /// A log whose end is hidden and forecast.
    Backtest,
    /// What customers are worth and cost.
    Economics,
}

/// The figures: name, what it is drawn from, what it shows.
pub const NAMES: [(&str, Needs, &str); 31] = [
    ("frequencies", Needs::Base, "customers by repeat purchases, actual and expected"),
    ("predictive_frequency", Needs::Base, "the same with what 90 % of the model's own logs have"),
    ("spend_density", Needs::Base, "mean amounts of repeat customers, actual and under the model"),
    ("gaps", Needs::Base, "days between purchases, actual and under the model"),
    ("timelines", Needs::Base, "a few customers, purchase by purchase, with P(alive)"),
    ("p_alive", Needs::Base, "P(alive) by repeat purchases and time since the last one"),
    ("purchases", Needs::Base, "expected purchases by repeat purchases and time since the last one"),
    ("at_risk", Needs::Base, "repeat customers by P(alive)"),
    ("retention", Needs::Base, "how many of new customers stay"),
    ("concentration", Needs::Base, "share of the value that the most valuable customers hold"),
    ("deciles", Needs::Base, "mean value of a customer by tenths of customers"),
    ("posterior", Needs::Model, "how sure the parameters are"),
    ("heterogeneity", Needs::Model, "how customers differ in how often they buy"),
    ("heterogeneity_dropout", Needs::Model, "how customers differ in how prone they are to leave"),
    ("tracking", Needs::Backtest, "repeat purchases since the first customer, expected and actual"),
    ("tracking_incremental", Needs::Backtest, "repeat purchases of each period, expected and actual"),
    ("residuals", Needs::Backtest, "actual less expected purchases of each period, in standard deviations"),
    ("calibration", Needs::Backtest, "forecast against what happened, by earlier purchases"),
    ("calibration_cohort", Needs::Backtest, "the same by when customers came"),
    ("calibration_chances", Needs::Backtest, "P(purchase) against the share who bought"),
    ("lift", Needs::Backtest, "spend, or purchases, by tenths of the forecast"),
    ("comparison", Needs::Backtest, "all forecasts on one metric, with intervals"),
    ("payback", Needs::Economics, "margin of a new customer less its cost, month by month"),
    ("payback_months", Needs::Economics, "months until a new customer has paid back its cost"),
    ("ltv_to_cac", Needs::Economics, "lifetime value of a new customer over its cost"),
    ("revenue_ahead", Needs::Economics, "expected revenue by month"),
    ("months", Needs::Economics, "revenue by calendar month, past and expected"),
    ("equity_by_cohort", Needs::Economics, "value of today's customers by when they came"),
    ("cohorts", Needs::Economics, "who of each cohort buys in each period, seen and expected"),
    ("movement", Needs::Economics, "who moved from segment to segment"),
    ("tornado", Needs::Economics, "the value with a tenth less and more of each driver"),
];

/// The names, a line each with what it shows.
pub fn names() -> String {
    NAMES.iter().map(|(name, _, about)| format!("  {name:<22} {about}\n")).collect()
}

/// What figures are drawn from, and how.
#[derive(Debug, Clone, Default)]
pub struct Drawing {
    /// The log or summary.
    pub inputs: Vec<Input>,
    /// How it is read.
    pub log: LogOptions,
    /// What is asked of customers.
    pub scores: ScoreOptions,
    /// How the end of the log is hidden and forecast; without models that of the figure is tried.
    pub backtest: BacktestOptions,
    /// The metric of a comparison; CRPS unless it is said.
    pub metric: Option<String>,
    /// How value and cost are worked out.
    pub economics: EconomicsOptions,
    /// Costs of acquisition.
    pub costs: Option<Costs>,
}

impl Needs {
    /// Of a figure of this name.
    ///
    /// # Errors
    /// If there is none.
    pub fn of(name: &str) -> Result<Needs> {
        let found = NAMES.iter().find(|(known, _, _)| *known == name.replace('-', "_"));
        found.map(|(_, needs, _)| *needs).ok_or_else(|| {
            let all: Vec<&str> = NAMES.iter().map(|(known, _, _)| *known).collect();
            Error::option("NAME", format!("there is no figure '{name}'. There are {}", all.join(", ")))
        })
    }

    /// How a log is read for it.
    pub fn asks(self, log: &LogOptions) -> LogOptions {
        LogOptions { past: log.past || self == Needs::Base, ..log.clone() }
    }
}

/// Draws a figure. A model is not needed for what is drawn from a backtest.
///
/// # Errors
/// If there is no figure of this name, the log cannot be read, or the figure has nothing to show here.
pub fn draw(
    name: &str,
    model: Option<&ClvModel>,
    drawing: &Drawing,
    progress: &dyn Progress,
) -> Result<Figure> {
    let needs = Needs::of(name)?;
    let name = name.replace('-', "_");
    model.map_or(Ok(()), |model| model.refuse_in_time("a figure of a model"))?;
    let model = || model.ok_or_else(|| Error::option("MODEL", "this figure is of a model: name its file"));
    let found = match needs {
        Needs::Model => of_model(&name, model()?),
        Needs::Base => of_base(&name, model()?, drawing, progress)?,
        Needs::Backtest => {
            let log = &drawing.log;
            let found = backtest::run_inputs(&drawing.inputs, log, &drawing.backtest, progress)?;
            of_backtest(&name, &found, drawing.metric.as_deref())?
        }
        Needs::Economics => {
            let (inputs, costs) = (&drawing.inputs, drawing.costs.as_ref());
            let found =
                economics::run_inputs(model()?, inputs, &drawing.log, costs, &drawing.economics, progress)?;
            of_economics(&name, &found)
        }
    };
    found.ok_or_else(|| Error::option("NAME", nothing(&name)))
}

/// Why there is nothing to be seen.
fn nothing(name: &str) -> String {
    let why = match name {
        "gaps" | "timelines" => "it needs single purchases: give the purchase log and not a summary",
        "spend_density" | "concentration" | "deciles" => "it needs amounts and a spend model",
        "payback" | "payback_months" | "ltv_to_cac" => "it needs costs: --costs FILE, and --by COLUMN",
        "posterior" => "the model file does not say how sure its parameters are",
        "heterogeneity_dropout" => "customers of this model do not leave, or do not differ in it",
        "cohorts" => "nothing but first purchases was counted, or purchases of a year count as one",
        "movement" => "there are no two dates to compare",
        "tracking" | "tracking_incremental" | "residuals" => "no model was tried that has a curve",
        _ => "there is nothing to show of it here",
    };
    format!("{name}: {why}")
}

fn of_model(name: &str, model: &ClvModel) -> Option<Figure> {
    match name {
        "posterior" => super::posterior(model),
        "heterogeneity" => super::heterogeneity(model).into_iter().find(|it| it.name == "heterogeneity_rate"),
        _ => super::heterogeneity(model).into_iter().find(|it| it.name == name),
    }
}

fn of_base(
    name: &str,
    model: &ClvModel,
    drawing: &Drawing,
    progress: &dyn Progress,
) -> Result<Option<Figure>> {
    let log = Needs::Base.asks(&drawing.log);
    let summary = model.open(&drawing.inputs, &log, drawing.scores.by.as_slice(), progress)?;
    of_customers(name, model, &summary, &drawing.scores, progress)
}

/// A figure of customers under a model; `None` if it has nothing to show.
///
/// # Errors
/// If the summary cannot be read, or the model cannot answer.
pub fn of_customers(
    name: &str,
    model: &ClvModel,
    summary: &Summary,
    scores: &ScoreOptions,
    progress: &dyn Progress,
) -> Result<Option<Figure>> {
    model.refuse_in_time("a figure of a model")?;
    let predictive = || diagnostics::predictive(model, summary, &PredictiveOptions::default(), progress);
    match name {
        "predictive_frequency" => return Ok(super::predictive_frequency(&predictive()?)),
        "spend_density" => return Ok(super::spend_density(&predictive()?)),
        "gaps" => return Ok(super::gaps(&predictive()?)),
        "timelines" => {
            return summary.meta.past.as_ref().map(|past| super::timelines(model, past)).transpose();
        }
        _ => {}
    }
    let (totals, profile) = profile::read(model, summary, scores, progress)?;
    let map = || MapOptions::of(model, &profile, scores.value.horizon);
    Ok(match name {
        "frequencies" => {
            let classes = profile.frequency_classes();
            Some(super::frequencies(&diagnostics::frequencies(model, summary, classes)?))
        }
        "p_alive" => map().map(|options| super::p_alive_map(model, &options)),
        "purchases" => map().map(|options| super::purchases_map(model, &options)),
        "at_risk" => super::at_risk(&profile),
        "retention" => Some(super::retention(model, &profile)),
        "concentration" => super::concentration(&totals),
        _ => super::value_deciles(&totals),
    })
}

/// A figure of a backtest, of the entrant with the best score at the last origin.
///
/// # Errors
/// If no forecast has the metric of a comparison.
fn of_backtest(name: &str, found: &Backtest, metric: Option<&str>) -> Result<Option<Figure>> {
    if name == "comparison" {
        let wanted = metric.unwrap_or("crps");
        let known = Metric::ALL.into_iter().find(|one| one.name() == wanted);
        return known.map(|metric| super::comparison(found, metric)).ok_or_else(|| {
            let names: Vec<&str> = Metric::ALL.iter().map(|metric| metric.name()).collect();
            Error::option(
                "--metric",
                format!("there is no metric '{wanted}'; there are {}", names.join(", ")),
            )
        });
    }
    let Some(origin) = found.origins.last() else { return Ok(None) };
    let best = found.best();
    let curved = |name: &str| origin.entrants.iter().find(|it| it.name == name && !it.tracking.is_empty());
    let entrant = best.and_then(curved).or_else(|| origin.entrants.iter().find(|it| !it.tracking.is_empty()));
    let Some(entrant) = entrant.or(origin.entrants.first()) else { return Ok(None) };
    let curve = (!entrant.tracking.is_empty()).then_some(&entrant.tracking);
    Ok(match name {
        "tracking" => curve.map(|points| super::cumulative_tracking(points)),
        "tracking_incremental" => curve.map(|points| super::incremental_tracking(points)),
        "residuals" => curve.map(|points| super::residuals(points)),
        "calibration" => Some(super::by_group(&entrant.groups, "frequency")),
        "calibration_cohort" => Some(super::by_group(&entrant.groups, "cohort")),
        "calibration_chances" => {
            (!entrant.calibration.is_empty()).then(|| super::chances(&entrant.calibration))
        }
        _ => Some(super::lift(&entrant.groups, origin.spend.is_some())),
    })
}

fn of_economics(name: &str, found: &economics::Economics) -> Option<Figure> {
    match name {
        "payback" => super::payback(found),
        "payback_months" => super::payback_months(found),
        "ltv_to_cac" => super::ltv_to_cac(found),
        "revenue_ahead" => super::revenue_ahead(found),
        "months" => super::months(found),
        "equity_by_cohort" => super::equity_by_cohort(found),
        "cohorts" => super::cohorts(found),
        "movement" => found.movement.as_ref().map(super::movement),
        _ => super::tornado(found),
    }
}
