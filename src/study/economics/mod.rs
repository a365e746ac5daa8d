//! From value to decisions: what customers are worth, what they may cost, who they are and what would move them.
//!
//! [`run`] reads a log under a fitted model and works everything out; each topic is a file of its own with its
//! formulas at its head, and hands on plain structs ([`Economics`]) for terminal, report and Python. Everything
//! comes from the fitted model and its uncertainty; what is a rule of thumb (a ratio of 3, activity within 90
//! days, thresholds of segments) is named so where it is defined.

mod acquired;
mod acquisition;
pub mod actions;
pub mod advice;
mod alive;
mod base;
pub mod budget;
mod cells;
mod chance;
mod costs;
mod equity;
mod files;
mod groups;
mod loyalty;
mod movement;
mod newcomers;
mod options;
mod pooling;
mod reading;
mod retention;
mod rows;
mod segments;
mod sensitivity;
mod standing;
mod study;
mod tables;
mod triangle;
mod uncertain;
mod valuation;
mod who;

use std::path::PathBuf;

use jiff::civil::Date;

pub use acquired::{Acquired, AcquiredMonth};
pub use acquisition::{AgainstCost, CurvePoint, NewCustomer, Payback};
pub use base::month_name;
pub use costs::Costs;
pub use equity::{CohortEquity, Equity, MonthAhead, Planned};
pub use files::{segments_schema, segments_tables, write_crm, write_segments};
pub use loyalty::{Loyalty, Textbook};
pub use movement::{Fall, Movement, Surprise};
pub use options::EconomicsOptions;
pub use retention::{ImpliedMonth, ObservedMonth, Retention};
pub use rows::{Row, schema, table, write};
pub(super) use rows::{Rows, table_of};
pub use segments::{CustomerSegment, SegmentRules, Segments, Share, State};
pub use sensitivity::{Driver, Outcome, Scenario, Sensitivity};
pub use triangle::{Triangle, TriangleCell};
pub use uncertain::Figure;
pub use who::Association;

use self::acquired::Acquisitions;
use self::acquisition::{Prospect, Terms};
use self::base::{Base, Wanted};
use self::budget::{Allocation, ChannelCurve, Offer, Optimum};
use self::equity::{Draws, PlannedGroup};
use self::newcomers::Newcomers;
use self::reading::{Logs, log_options};
use self::sensitivity::Levers;
use self::study::Study;
use self::valuation::{Outreach, Valuation};
use crate::base::{Error, Progress, Result, Unit};
use crate::customers::Customer;
use crate::fitted::{ClvModel, Member};
use crate::forecast::{IntervalOptions, ScoreOptions, profile};
use crate::history::{self, Input, LogOptions, Summary, SummaryMeta};

/// All that was found about the customers of a group, or about all.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupEconomics {
    /// The group's value of the attribute; `all` for all.
    pub name: String,
    /// What they have done.
    pub loyalty: Loyalty,
    /// The textbook's value.
    pub textbook: Textbook,
    /// What a new one is expected to bring.
    pub new: NewCustomer,
    /// What those acquired cost and brought.
    pub acquired: Acquired,
    /// Cost against value, if the cost is known.
    pub against: Option<AgainstCost>,
    /// What they are worth from today on.
    pub equity: Figure,
}

/// Decisions on budgets.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Budget {
    /// What to spend on a prospect.
    pub acquisition: Option<Optimum>,
    /// What to spend on keeping a customer, a year.
    pub retention: Option<Optimum>,
    /// New customers by cost, channel by channel.
    pub curves: Vec<ChannelCurve>,
    /// A budget divided among channels.
    pub allocation: Option<Allocation>,
    /// What an offer to keep a customer must achieve, by state.
    pub offers: Vec<(State, Offer)>,
}

/// Everything.
#[derive(Debug, Clone)]
pub struct Economics {
    /// What was read.
    pub meta: SummaryMeta,
    /// The purchase model's name.
    pub model: &'static str,
    /// The model's unit of time.
    pub unit: Unit,
    /// The settings.
    pub options: EconomicsOptions,
    /// Customers expected to buy within the horizon.
    pub buyers: Figure,
    /// All customers.
    pub all: GroupEconomics,
    /// By value of the first attribute; empty without one.
    pub groups: Vec<GroupEconomics>,
    /// New customers by group and month.
    pub acquired: Vec<AcquiredMonth>,
    /// Retention.
    pub retention: Retention,
    /// What each cohort of customers did and is expected to do; `None` where purchases of a year count as one.
    pub triangle: Option<Triangle>,
    /// Customer equity.
    pub equity: Equity,
    /// Segments.
    pub segments: Segments,
    /// What has changed since an earlier date; `None` where the log is too short.
    pub movement: Option<Movement>,
    /// Who the good customers are.
    pub who: Vec<Association>,
    /// What moves the value, the strongest driver first.
    pub sensitivity: Vec<Sensitivity>,
    /// What the scenarios make of it.
    pub scenarios: Vec<Outcome>,
    /// Budgets.
    pub budget: Budget,
    /// What was left out or does not fit together, in words.
    pub notes: Vec<String>,
}

/// Reads a log and works out its economics under a fitted model.
///
/// # Errors
/// If the log cannot be used or has no amounts, the model has no spend model, or an option is out of its domain.
pub fn run(
    model: &ClvModel,
    inputs: &[PathBuf],
    log: &LogOptions,
    costs: Option<&Costs>,
    options: &EconomicsOptions,
    progress: &dyn Progress,
) -> Result<Economics> {
    run_inputs(model, &history::from_paths(inputs), log, costs, options, progress)
}

/// The same of a log in files or in memory.
///
/// # Errors
/// See [`run`].
pub fn run_inputs(
    model: &ClvModel,
    inputs: &[Input],
    log: &LogOptions,
    costs: Option<&Costs>,
    options: &EconomicsOptions,
    progress: &dyn Progress,
) -> Result<Economics> {
    let options = options.clone().checked()?;
    let log = log_options(model, log, &options)?;
    let logs = Logs::read(inputs, log, &options, progress)?;
    of_logs(model, &logs, costs, options, progress)
}

impl Economics {
    /// What its settings mean, in words.
    pub fn settings(&self) -> Vec<String> {
        let whole = Member::named(self.model).is_ok_and(|member| member.needs.opportunities);
        self.options.value.in_words(self.unit, whole)
    }
}

/// What the forecast says: how many customers will buy, and the intervals of the value of all and of groups, which have one
/// interval wherever they are shown. Where customers have margins of their own, which a forecast does not know, intervals
/// stay those of the valuation.
fn as_forecast(
    model: &ClvModel,
    summary: &Summary,
    options: &EconomicsOptions,
    levels: Option<&[String]>,
    equity: &mut Equity,
    progress: &dyn Progress,
) -> Result<Figure> {
    let interval =
        |probability| IntervalOptions { probability, seed: options.seed, ..IntervalOptions::default() };
    let scores = ScoreOptions {
        value: options.value,
        interval: options.interval.map(interval),
        by: options.by.first().cloned(),
        ..ScoreOptions::default()
    };
    let (totals, _) = profile::read(model, summary, &scores, progress)?;
    let sums = |group: Option<String>| totals.groups.get(&group).zip(options.interval);
    if options.interval.is_some() && options.margin_column.is_none() {
        let of = |group| sums(group).and_then(|(sums, probability)| sums.clv_spread.interval(probability));
        equity.value.interval = of(None);
        for (level, figure) in levels.into_iter().flatten().zip(&mut equity.groups) {
            figure.interval = of(Some(level.clone()));
        }
    }
    let interval = sums(None).and_then(|(sums, probability)| sums.buyers_spread.interval(probability));
    Ok(Figure { value: totals.buyers, interval })
}

/// The economics of a log that was read.
fn of_logs(
    model: &ClvModel,
    logs: &Logs,
    costs: Option<&Costs>,
    mut options: EconomicsOptions,
    progress: &dyn Progress,
) -> Result<Economics> {
    if crate::forecast::no_intervals(model).is_some() {
        options.interval = None;
    }
    let summary = &logs.summary;
    let wanted = Wanted {
        by: &options.by,
        margin: options.value.margin,
        margin_column: options.margin_column.as_deref(),
    };
    let mut base = Base::read(model, summary, &wanted, progress)?;
    if let Some(days) = &logs.days {
        base.born_by_day(days)?;
    }
    let study = Study::new(model, summary, &base, &options, progress)?;
    let segments = Segments::new(&base, &study.valuation, options.rules, model.unit, study.end);
    let movement = match &logs.earlier {
        Some((date, earlier)) => study.movement(*date, earlier, &wanted, &segments, progress)?,
        None => None,
    };
    let acquisitions =
        Acquisitions::new(&base, &study.valuation.values.clv, costs, study.whole_last_month(&summary.meta));
    let mut equity = study.equity(&acquisitions)?;
    let buyers = as_forecast(
        model,
        summary,
        &options,
        base.by.first().map(|by| &by.levels[..]),
        &mut equity,
        progress,
    )?;
    let all = study.all(&acquisitions, &equity, movement.as_ref());
    let groups = study.groups(&acquisitions, &equity, movement.as_ref());
    let levers = study.levers(&all);
    let sensitivity = levers.sensitivities();
    let scenarios = options.scenarios.iter().map(|scenario| levers.outcome(*scenario)).collect();
    let budget = study.budget(&all, &groups, &acquisitions, &segments)?;
    let retention = study.retention(&summary.meta, &all);
    let triangle = study.triangle(&summary.meta);
    let rules = &options.rules;
    let who = who::associations(&base, &study.valuation.values.clv, rules.best, options.interval);
    let mut notes = acquisitions.notes.clone();
    notes.extend(study.notes(&summary.meta, movement.as_ref()));
    Ok(Economics {
        meta: summary.meta.clone(),
        model: model.purchase.name(),
        unit: model.unit,
        buyers,
        all,
        groups,
        acquired: acquisitions.months,
        retention,
        triangle,
        equity,
        segments,
        movement,
        who,
        sensitivity,
        scenarios,
        budget,
        notes,
        options,
    })
}
