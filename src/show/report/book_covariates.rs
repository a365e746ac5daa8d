//! What covariates do to the renewals of contracts, in words and figures.

use serde_json::{Value, json};

use crate::base::numbers::{p_value, significant};
use crate::contracts::{BookModel, CycleFit};
use crate::customers::{Covariate, Kind};
use crate::fit::CoefficientEstimate;
use crate::show::report::{Block, Table};

/// Odds lie within their interval with a probability of 90 %.
const Z: f64 = 1.6448536269514722;

/// A column of a covariate, and what it is compared with.
struct Column<'a> {
    covariate: &'a Covariate,
    level: Option<&'a String>,
}

/// All columns, in the order of the coefficients.
fn columns(all: &[Covariate]) -> impl Iterator<Item = Column<'_>> {
    all.iter().flat_map(|covariate| match &covariate.kind {
        Kind::Levels { others, .. } => {
            others.iter().map(|level| Column { covariate, level: Some(level) }).collect()
        }
        Kind::Number { .. } | Kind::Groups { .. } => vec![Column { covariate, level: None }],
    })
}

impl Column<'_> {
    fn in_words(&self, odds: f64) -> String {
        let times = significant(odds, 3);
        match (&self.covariate.kind, self.level) {
            (Kind::Levels { reference, .. }, Some(_)) => {
                format!("leave {times} times as often as {}", shown(reference))
            }
            _ => format!("{times} times as often for each 1 more"),
        }
    }

    fn name(&self) -> String {
        match self.level {
            Some(level) => format!("{} {}", self.covariate.name, shown(level)),
            None => self.covariate.name.clone(),
        }
    }
}

/// A value that may be missing.
fn shown(value: &str) -> &str {
    if value.is_empty() { "(not said)" } else { value }
}

/// The odds of not renewing, with their interval.
fn odds(estimate: &CoefficientEstimate) -> (f64, Option<[f64; 2]>) {
    let by = |z: f64| estimate.standard_error.map(|error| (estimate.value + z * error).exp());
    (estimate.value.exp(), by(-Z).zip(by(Z)).map(|(lower, upper)| [lower, upper]))
}

/// The table and the test; nothing without covariates.
pub(super) fn blocks(fit: &CycleFit) -> Vec<Block> {
    let (Some(covariates), Some(report)) = (&fit.covariates, &fit.report) else { return Vec::new() };
    let mut table = Table::new(&["", ">coefficient", ">std. error", ">odds", ">lower", ">upper", ""]);
    for (column, estimate) in columns(&covariates.covariates).zip(&report.coefficients) {
        let (odds, interval) = odds(estimate);
        let [lower, upper] = interval.map_or_else(Default::default, |both| both.map(|x| significant(x, 3)));
        let error = estimate.standard_error.map_or_else(String::new, |error| significant(error, 3));
        let value = significant(estimate.value, 4);
        table.row([column.name(), value, error, significant(odds, 3), lower, upper, column.in_words(odds)]);
    }
    let mut blocks = vec![
        Block::Heading(format!(
            "what tells {} contracts apart: odds of not renewing the first time (intervals of 90 %)",
            fit.cycle
        )),
        Block::Table(table),
    ];
    if let Some(test) = &report.likelihood_ratio {
        blocks.push(Block::Line(format!(
            "all of it against nothing: chi-squared {}, {} more, p {}; parameters are those of the values that others are compared \
             with, and of numbers at 0; plans renew alike but for this",
            significant(test.statistic, 3),
            crate::base::numbers::things(test.degrees_of_freedom as u64, "parameter"),
            p_value(test.p)
        )));
    }
    blocks
}

/// The same as data.
pub(super) fn json(fit: &CycleFit) -> Value {
    let (Some(covariates), Some(report)) = (&fit.covariates, &fit.report) else { return Value::Null };
    let entry = |(column, estimate): (Column, &CoefficientEstimate)| {
        let (odds, interval) = odds(estimate);
        let reference = match &column.covariate.kind {
            Kind::Levels { reference, .. } => Some(reference),
            _ => None,
        };
        json!({
            "covariate": column.covariate.name, "level": column.level, "reference": reference,
            "coefficient": estimate.value, "standard_error": estimate.standard_error,
            "odds": odds, "odds_lower": interval.map(|both| both[0]), "odds_upper": interval.map(|both| both[1]),
        })
    };
    let entries: Vec<Value> = columns(&covariates.covariates).zip(&report.coefficients).map(entry).collect();
    let test = report.likelihood_ratio.as_ref().map(|test| {
        json!({ "statistic": test.statistic, "degrees_of_freedom": test.degrees_of_freedom, "p": test.p })
    });
    json!({ "coefficients": entries, "test": test })
}

/// All coefficients as those of other models are given, with their period.
pub(super) fn estimates(model: &BookModel) -> Vec<Value> {
    let of = |fit: &CycleFit| -> Vec<Value> {
        let coefficients = fit.report.iter().flat_map(|report| &report.coefficients);
        let one = |one: &CoefficientEstimate| {
            json!({
                "period": fit.cycle.to_string(), "covariate": one.column, "process": one.process, "value": one.value,
                "standard_error": one.standard_error,
            })
        };
        coefficients.map(one).collect()
    };
    model.cycles.iter().flat_map(of).collect()
}
