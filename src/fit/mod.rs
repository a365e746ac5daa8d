//! Fitting: one control flow for every model, top to bottom in [`fit`].
//!
//! The log-likelihood is maximised over counted rows in logarithms of the parameters, by a
//! second-order method, from a start that the data suggest, and from further ones if the first does
//! not end at a clean maximum. Where it ended is always checked (gradient and Hessian), and the
//! answer says which of three things happened: a maximum, a limit of the model with what it means,
//! or failure with the evidence.

mod linalg;
mod objective;
mod optimize;
mod report;
mod spend;
mod transform;
mod uncertainty;

use crate::error::{ErrorKind, Result};
use crate::model::{Model, Table};
use crate::warning::Warning;
use objective::Objective;
use optimize::{Limits, Outcome, minimise};
pub use report::{Estimate, FitReport, StopReason};
pub use spend::fit_spend;
use uncertainty::{Uncertainty, Verdict, assess};

/// Settings of a fit, with their defaults.
#[derive(Debug, Clone, PartialEq)]
pub struct FitOptions {
    /// Return the parameters of a failed fit, with a warning, and not an error.
    pub accept_unconverged: bool,
    /// Iterations of the optimiser from one start, at most.
    pub max_iterations: u64,
}

impl Default for FitOptions {
    fn default() -> Self {
        FitOptions { accept_unconverged: false, max_iterations: 300 }
    }
}

/// A model with parameters estimated from data, and the evidence.
#[derive(Debug, Clone)]
pub struct Fitted<M> {
    /// The model.
    pub model: M,
    /// What the fit says of itself.
    pub report: FitReport,
}

/// The search stays within `e^±24` of the scale of the data in each parameter: beyond, the
/// likelihood of every model here is that of its limit, to rounding.
const WALL: f64 = 24.0;

/// Estimates a model's parameters by maximum likelihood.
///
/// # Errors
/// [`ErrorKind::NotIdentified`] if the data cannot determine the parameters at all;
/// [`ErrorKind::NotConverged`], with the report, if no maximum and no limit was found.
pub fn fit<M: Model>(table: &M::Table, options: &FitOptions) -> Result<Fitted<M>> {
    let starts = M::starts(table)
        .map_err(|message| ErrorKind::NotIdentified { model: M::NAME.to_owned(), message })?;
    let objective = Objective::<M>::new(table);
    let mut search = Search::default();
    let mut starts = starts;
    starts.splice(0..0, near_start::<M>(table, &starts[0], options));
    for start in &starts {
        search.add(run(&objective, start, options));
        if search.ended_at_maximum() {
            break;
        }
    }
    let (outcome, uncertainty) = search.best().expect("a model has at least one start");
    let theta = transform::to_natural(&outcome.u, &objective.scales);
    let model = M::from_params(&theta);
    let mut report = describe(&model, table, outcome, uncertainty);
    report.iterations = search.outcomes.iter().map(|(outcome, _)| outcome.iterations).sum();
    report.evaluations = search.outcomes.iter().map(|(outcome, _)| outcome.evaluations).sum();
    report.starts = search.outcomes.len();
    if let StopReason::Boundary(words) = &report.stop {
        let message = format!(
            "the {} fit ended at a boundary of the model: {words}. Forecasts are those of this limit; \
             parameters without a standard error are not determined by the data",
            M::NAME
        );
        report.warnings.push(Warning::new("boundary", message));
    }
    if let StopReason::Failed(words) = &report.stop {
        if !options.accept_unconverged {
            let (model, report) = (M::NAME.to_owned(), Box::new(report));
            return Err(ErrorKind::NotConverged { model, report }.into());
        }
        let message = format!("{}: the fit did not converge and was accepted as it is: {words}", M::NAME);
        report.warnings.push(Warning::new("not-converged", message));
    }
    Ok(Fitted { model, report })
}

/// Rows from which on a fit to a part of them finds a better start than any guess.
const MANY_ROWS: usize = 65_536;

/// The maximum for a thinned table: most of the way for a fraction of the work.
fn near_start<M: Model>(table: &M::Table, start: &[f64], options: &FitOptions) -> Option<Vec<f64>> {
    if table.len() < MANY_ROWS {
        return None;
    }
    let thinned = table.thinned(table.len() / (MANY_ROWS / 4));
    let objective = Objective::<M>::new(&thinned);
    let (outcome, uncertainty) = run(&objective, start, options);
    let found = matches!(uncertainty.verdict, Verdict::Maximum);
    found.then(|| transform::to_natural(&outcome.u, &objective.scales))
}

fn run<M: Model>(objective: &Objective<M>, start: &[f64], options: &FitOptions) -> (Outcome, Uncertainty) {
    let limits = Limits { wall: WALL, max_iterations: options.max_iterations };
    let start = transform::to_free(start, &objective.scales).mapv(|u| u.clamp(-WALL, WALL));
    let outcome = minimise(|u: &_| objective.evaluate(u), start, limits);
    let uncertainty = assess(&outcome, WALL);
    (outcome, uncertainty)
}

/// The searches from several starts.
#[derive(Default)]
struct Search {
    outcomes: Vec<(Outcome, Uncertainty)>,
}

impl Search {
    fn add(&mut self, outcome: (Outcome, Uncertainty)) {
        self.outcomes.push(outcome);
    }

    fn ended_at_maximum(&self) -> bool {
        self.outcomes.last().is_some_and(|(_, uncertainty)| matches!(uncertainty.verdict, Verdict::Maximum))
    }

    /// The highest likelihood; among equals a maximum before a limit before a failure.
    fn best(&self) -> Option<&(Outcome, Uncertainty)> {
        let rank = |(outcome, uncertainty): &(Outcome, Uncertainty)| {
            let certainty = match uncertainty.verdict {
                Verdict::Maximum => 0,
                Verdict::Limit => 1,
                Verdict::Neither(_) => 2,
            };
            // Likelihoods that differ by less than this are the same end reached twice.
            let same = 1e-6 * outcome.at.value.abs().max(1.0);
            (
                if outcome.at.value.is_finite() { (outcome.at.value / same).round() } else { f64::MAX },
                certainty,
            )
        };
        self.outcomes.iter().min_by(|a, b| rank(a).partial_cmp(&rank(b)).expect("ranks are not NaN"))
    }
}

fn describe<M: Model>(
    model: &M,
    table: &M::Table,
    outcome: &Outcome,
    uncertainty: &Uncertainty,
) -> FitReport {
    let theta = model.params();
    let stop = match &uncertainty.verdict {
        Verdict::Maximum => StopReason::Converged,
        Verdict::Limit => StopReason::Boundary(model.limit()),
        Verdict::Neither(words) => StopReason::Failed(words.clone()),
    };
    let estimates = M::PARAMS.iter().zip(&theta).zip(&uncertainty.standard_errors);
    let estimates = estimates.map(|((spec, value), error)| Estimate {
        name: spec.name,
        meaning: spec.meaning,
        value: *value,
        // The standard error of a log parameter is relative.
        standard_error: error.map(|error| error * value),
    });
    let covariance = uncertainty.covariance.as_ref().filter(|_| stop == StopReason::Converged);
    let covariance = covariance.map(|covariance| {
        let row = |i: usize| (0..theta.len()).map(|j| covariance[[i, j]] * theta[i] * theta[j]).collect();
        (0..theta.len()).map(row).collect()
    });
    FitReport {
        model: M::NAME,
        stop,
        estimates: estimates.collect(),
        covariance,
        log_likelihood: -outcome.at.value,
        gradient_norm: outcome.at.gradient.iter().fold(0.0, |norm, g| norm.max(g.abs())),
        iterations: outcome.iterations,
        evaluations: outcome.evaluations,
        starts: 1,
        customers: table.customers(),
        sample_size: table.customers(),
        distinct_rows: table.len(),
        warnings: Vec::new(),
    }
}
