//! What a model forecast at its fit, against what happened since: whether it is time to fit again.
//!
//! The customers known at the fit are put back to that day and forecast up to each month since; what they did is counted in
//! the log (`mod.rs`, `past.rs`). Each check asks whether what happened lies within the interval of the forecast,
//! which holds chance and what the fit left open of the parameters, at a level so high that a year of monthly looks raises
//! a false alarm with at most the probability that the options allow (`checks.rs`): all looks and checks share it
//! equally (Bonferroni), so that it holds however much they depend on each other.

mod checks;
pub mod journal;
mod past;
mod rows;

use jiff::civil::Date;

pub use self::checks::{Check, Kind};
pub use self::journal::{Forecast, Judged};
pub use self::rows::{Row, write};

use self::past::{Part, outcome};
use super::backtest::Cohort;
use crate::base::{Duration, Error, Grain, Progress, Result, Warning};
use crate::fitted::ClvModel;
use crate::forecast::{OLD, no_intervals};
use crate::history::{Input, LogOptions, Summary, first_grain};

/// How a model is watched.
#[derive(Debug, Clone, PartialEq)]
pub struct MonitorOptions {
    /// The probability that the shown intervals hold what happens.
    pub interval: f64,
    /// The probability of a false alarm within a year of looks.
    pub false_alarms: f64,
    /// Looks a year.
    pub looks: u32,
    /// A fit of this age is old.
    pub old: Duration,
    /// Months that are shown, at most: the last ones. The checks are of all the time since the fit, whatever is shown.
    pub months: usize,
    /// Seed of the intervals.
    pub seed: u64,
    /// Forecasts that were made before, to be judged too.
    pub journal: Vec<Forecast>,
}

impl Default for MonitorOptions {
    fn default() -> Self {
        MonitorOptions {
            interval: 0.9,
            false_alarms: 0.05,
            looks: 12,
            old: OLD,
            months: 24,
            seed: 1,
            journal: Vec::new(),
        }
    }
}

/// What was found.
#[derive(Debug, Clone)]
pub struct Monitor {
    /// The end of the observation that the model was fitted to, and the end of that of now.
    pub fitted_until: Date,
    /// See `fitted_until`.
    pub until: Date,
    /// Is the fit older than the options allow?
    pub old: bool,
    /// Customers now, and those of them that came after the fit.
    pub customers: u64,
    /// See `customers`.
    pub newer: u64,
    /// Forecasts and what happened, for a table.
    pub rows: Vec<Row>,
    /// What was checked.
    pub checks: Vec<Check>,
    /// The probability that all intervals of the checks leave outside, each.
    pub level: f64,
    /// Forecasts of the journal, with what happened.
    pub judged: Vec<Judged>,
    /// What could not be checked, and why.
    pub warnings: Vec<Warning>,
}

impl Monitor {
    /// Is it time to fit again?
    pub fn alarm(&self) -> bool {
        self.checks.iter().any(|check| check.alarm)
    }
}

/// Compares what a model forecast at its fit with what a log, or a state, shows of the time since.
///
/// # Errors
/// If the model does not say when it was fitted, if the input cannot be cut at that day, or cannot be read.
pub fn monitor(
    model: &ClvModel,
    inputs: &[Input],
    log: &LogOptions,
    options: &MonitorOptions,
    progress: &dyn Progress,
) -> Result<Monitor> {
    model.refuse_in_time("clv monitor")?;
    let fitted_until = model.observed_until.ok_or_else(|| {
        let message = "it does not say until when the customers were observed that it was fitted to, so nothing can be compared \
                       with what happened since: fit it with clv fit";
        Error::model(model.purchase.name(), message)
    })?;
    let now = model.open(inputs, log, &[], progress)?;
    let until = now.meta.observed_until.filter(|_| now.meta.is_of_log()).ok_or_else(|| {
        Error::option(
            "LOG",
            "this is a summary, which cannot be put back to the day of the fit: give the purchase log, or a state",
        )
    })?;
    if let Some(intensity) = &model.intensity {
        intensity.knows(fitted_until, until)?;
    }
    let at = |date: Date| {
        let log = LogOptions { observed_until: Some(date), ..log.clone() };
        model.open(inputs, &log, &[], progress)
    };
    let (customers, newer) = newer(&now, fitted_until)?;
    let days = first_grain(Grain::Day, until) - first_grain(Grain::Day, fitted_until);
    let checks_each_look = Kind::ALL.len() as f64;
    let mut found = Monitor {
        fitted_until,
        until,
        old: f64::from(days) > options.old.days(),
        customers,
        newer,
        rows: Vec::new(),
        checks: Vec::new(),
        level: options.false_alarms / f64::from(options.looks.max(1)) / checks_each_look,
        judged: Vec::new(),
        warnings: Vec::new(),
    };
    if let Some(words) = no_intervals(model) {
        found.warnings.push(Warning::new("no-intervals", words));
        return Ok(found);
    }
    let grain = now.meta.grain.unwrap_or_default();
    let ends = ends(fitted_until, until, grain, options.months);
    if ends.is_empty() {
        return Ok(found);
    }
    let known = at(fitted_until)?;
    for end in &ends {
        let last = *end == until;
        let later = if last { None } else { Some(at(*end)?) };
        let part = Part { known: &known, later: later.as_ref().unwrap_or(&now), until: *end, grain };
        let outcome = outcome(model, part.all(), options, progress)?;
        found.rows.extend(rows::of(&outcome, "known customers", options));
        if last {
            found.checks.extend(checks::of_known(&outcome, found.level));
            found.rows.extend(rows::calibration(&outcome));
        }
    }
    if let Some(from) = recent(fitted_until, until) {
        let part = Part { known: &at(from)?, later: &now, until, grain };
        let outcome = outcome(model, part.born_after(fitted_until), options, progress)?;
        found.rows.extend(rows::of(&outcome, "new customers", options));
        found.checks.extend(checks::of_new(&outcome, from, found.level));
    }
    found.judged = journal::judge(
        &options.journal,
        until,
        |date| if date == until { Ok(None) } else { at(date).map(Some) },
        &now,
    )?;
    Ok(found)
}

/// Customers, and those of them who first bought after a date.
fn newer(summary: &Summary, date: Date) -> Result<(u64, u64)> {
    let (mut all, mut newer) = (0, 0);
    for batch in summary.batches() {
        let batch = batch?;
        let born = past::births(&batch, &summary.meta);
        all += batch.len() as u64;
        newer += born.iter().filter(|born| **born > date).count() as u64;
    }
    Ok((all, newer))
}

/// The months since a date, each by its last day, and the end.
fn ends(from: Date, until: Date, grain: Grain, most: usize) -> Vec<Date> {
    let step = grain.max(Grain::Day);
    let months = (1..1200).map(|n| from.saturating_add(jiff::Span::new().months(n)));
    let mut ends: Vec<Date> = months.take_while(|end| *end < until).chain([until]).collect();
    // Of a coarse grain two ends may be one, and nothing lies between a date and itself.
    ends.dedup_by_key(|end| first_grain(step, *end));
    ends.retain(|end| first_grain(step, *end) > first_grain(step, from));
    ends.split_off(ends.len().saturating_sub(most.max(1)))
}

/// From when on customers who came after the fit are forecast: three months before the end, or half of the time since.
fn recent(fitted: Date, until: Date) -> Option<Date> {
    let days = first_grain(Grain::Day, until) - first_grain(Grain::Day, fitted);
    let ahead = (days / 2).min(91);
    (ahead >= 14).then(|| until.saturating_sub(jiff::Span::new().days(ahead)))
}

/// What customers known at one day did until another.
fn joined(part: &Part, progress: &dyn Progress) -> Result<Cohort> {
    Cohort::join(part.known, None, part.later, progress)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_end_on_the_day_of_the_fit() {
        let date = |text: &str| text.parse::<Date>().unwrap();
        let days = ends(date("2023-01-31"), date("2023-04-10"), Grain::Day, 24);
        assert_eq!(days, ["2023-02-28", "2023-03-31", "2023-04-10"].map(date));
        assert_eq!(ends(date("2023-01-31"), date("2023-01-31"), Grain::Day, 24), []);
        assert_eq!(ends(date("2023-01-31"), date("2023-02-20"), Grain::Month, 24), [date("2023-02-20")]);
        assert_eq!(ends(date("2023-01-03"), date("2023-01-05"), Grain::Week, 24), []);
        assert_eq!(ends(date("2010-01-31"), date("2023-02-20"), Grain::Day, 24).len(), 24);
        assert_eq!(recent(date("2023-01-31"), date("2023-02-10")), None);
        assert_eq!(recent(date("2023-01-01"), date("2023-03-02")), Some(date("2023-01-31")));
    }
}
