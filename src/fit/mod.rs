//! Fitting: one control flow for every model, top to bottom in [`fit`].
//!
//! The log-likelihood is maximised over counted rows in logarithms of the parameters, by a
//! second-order method, from a start that the data suggest, and from further ones if the first does
//! not end at a clean maximum. Where it ended is always checked (gradient and Hessian), and the
//! answer says which of three things happened: a maximum, a limit of the model with what it means,
//! or failure with the evidence.

mod corner;
mod covariates;
mod groups;
pub(crate) mod intensity;
mod kink;
mod objective;
mod optimize;
mod over_time;
pub mod posterior;
mod prior;
mod regularity;
mod report;
mod spend;
mod transform;
mod uncertainty;

use ndarray::Array1;

use crate::base::{Error, ErrorKind, Progress, Result, Warning};
use crate::customers::Table;
use crate::model::{Limit, Model};
use crate::params::Scale;
pub use covariates::fit_covariates;
pub use groups::fit_groups;
pub use intensity::{
    FittedIntensity, IntensityRequest, Rates, SeasonRequest, Seen, exposed, exposed_from, fit_intensity,
};
use objective::{Objective, log_likelihood_sum};
use optimize::{Limits, Outcome, minimise};
pub use over_time::{BornAlike, Lives, fit_over_time};
pub use posterior::{Posterior, PosteriorMethod, PosteriorOptions};
pub use prior::Prior;
pub use regularity::fit_with_regularity;
pub use report::{CoefficientEstimate, Estimate, FitReport, LikelihoodRatio, StopReason};
pub use spend::fit_spend;
pub(crate) use spend::is_one_amount;
use transform::Space;
use uncertainty::{Uncertainty, Verdict, assess};

/// Settings of a fit, with their defaults.
#[derive(Debug, Clone, PartialEq)]
pub struct FitOptions {
    /// Return the parameters of a failed fit, with a warning, and not an error.
    pub accept_unconverged: bool,
    /// Iterations of the optimiser from one start, at most.
    pub max_iterations: u64,
    /// What is believed of the parameters beforehand.
    pub prior: Prior,
    /// For models of regular purchases: the number of stages from one purchase to the next, their
    /// parameter `k`. Not given, [`fit_with_regularity`] chooses it by likelihood, and [`fit`] takes 1.
    pub regularity: Option<u32>,
    /// For models of rates that drift: how fast the past fades, their parameter `kappa` \[1/units of the table\].
    pub drift: Option<f64>,
    /// What to find out of how uncertain the parameters are, beyond their covariance.
    pub posterior: PosteriorOptions,
}

impl Default for FitOptions {
    fn default() -> Self {
        FitOptions {
            accept_unconverged: false,
            max_iterations: 300,
            prior: Prior::None,
            regularity: None,
            drift: None,
            posterior: PosteriorOptions::default(),
        }
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

/// The wall of most searches; see [`Model::WALL`].
const WALL: f64 = 24.0;

/// Estimates a model's parameters by maximum likelihood.
///
/// # Errors
/// [`ErrorKind::NotIdentified`] if the data cannot determine the parameters at all;
/// [`ErrorKind::NotConverged`], with the report, if no maximum and no limit was found;
/// [`ErrorKind::Interrupted`] if the caller wants it to stop.
pub fn fit<M: Model>(table: &M::Table, options: &FitOptions, progress: &dyn Progress) -> Result<Fitted<M>> {
    let mut starts = M::starts(table)
        .map_err(|message| ErrorKind::NotIdentified { model: M::NAME.to_owned(), message })?;
    choose::<M>(&mut starts, options);
    let objective = Objective::<M>::new(table, &starts[0], options.prior);
    let mut search = Search::default();
    let near = near_start::<M>(table, &starts, options, progress)?;
    for (i, start) in near.iter().chain(&starts).enumerate() {
        search.add(run(&objective, start, options, progress)?);
        // Few rows are quickly searched from everywhere; many rarely have a second maximum, and a part of
        // them that led to a limit was searched from everywhere.
        let found = search.ended_at_maximum() || (i == 0 && near.is_some() && search.ended_at_limit());
        if found && table.len() > FEW_ROWS {
            break;
        }
    }
    let mut fitted = at_best(&objective, table, &search);
    if needs_corners(&fitted.report, table, options)
        && let Some(better) = at_limits(&objective, table, &mut search, &starts, &fitted, options, progress)?
    {
        fitted = better;
    }
    finish(fitted, options)
}

/// The model at the best end of the searches; at a limit that fits as well, if it ended at none.
fn at_best<M: Model>(objective: &Objective<M>, table: &M::Table, search: &Search) -> Fitted<M> {
    let (outcome, uncertainty) = search.best().expect("a model has at least one start");
    let space = &objective.space;
    let mut model = M::from_params(&space.to_natural(&outcome.u));
    let mut report = describe(&model, table, space, outcome, uncertainty);
    search.count(&mut report);
    if matches!(uncertainty.verdict, Verdict::Limit) {
        model = go_to_the_limit(model, table, &mut report);
    }
    Fitted { model, report }
}

/// Must the model's limits be searched? Not after a maximum; and of many rows not after a limit with a name.
fn needs_corners<T: Table>(report: &FitReport, table: &T, options: &FitOptions) -> bool {
    let unclear = match &report.stop {
        StopReason::Converged => false,
        StopReason::Boundary(_) => report.flat.is_empty() || table.len() <= corner::FEW,
        StopReason::Failed(_) => true,
    };
    unclear && options.prior == Prior::None
}

/// The best along the model's limits, if it is better than, or as good as, what was found without: a limit with a
/// name is better than one without, and both than no end at all.
fn at_limits<M: Model>(
    objective: &Objective<M>,
    table: &M::Table,
    search: &mut Search,
    starts: &[Vec<f64>],
    found: &Fitted<M>,
    options: &FitOptions,
    progress: &dyn Progress,
) -> Result<Option<Fitted<M>>> {
    let mut from: Vec<M> =
        search.ends().iter().map(|u| M::from_params(&objective.space.to_natural(u))).collect();
    from.extend(starts.first().map(|start| M::from_params(start)));
    let Some(corner) = corner::best(table, &from, options, progress)? else { return Ok(None) };
    let reached = -found.report.log_likelihood;
    let needed = match &found.report.stop {
        // What a search that got stuck has more than this is no maximum either, and says nothing of the data.
        StopReason::Failed(_) => 1e-4,
        _ if found.report.flat.is_empty() => corner::same(reached),
        _ => -corner::same(reached),
    };
    if let Some(start) = corner::inside(table, &corner) {
        search.add(run(objective, &start, options, progress)?);
        let inner = at_best(objective, table, search);
        let better = -inner.report.log_likelihood < corner.value() + corner::same(reached);
        if better && !matches!(inner.report.stop, StopReason::Failed(_)) {
            return Ok(Some(inner));
        }
    }
    if corner.value() > reached + needed {
        return Ok(None);
    }
    let mut report = describe(&corner.model, table, &corner.space, &corner.outcome, &corner.uncertainty);
    search.count(&mut report);
    report.free_parameters = objective.space.free.len();
    for (i, _) in corner.flat.iter().flatten() {
        report.estimates[*i].standard_error = None;
    }
    (report.covariance, report.flat) = (None, corner.flat);
    report.stop = StopReason::Boundary(corner.words.join("; "));
    Ok(Some(Fitted { model: corner.model, report }))
}

/// Says how it ended; a failure is an error unless it is wanted.
fn finish<M: Model>(mut fitted: Fitted<M>, options: &FitOptions) -> Result<Fitted<M>> {
    explain(&mut fitted.report);
    if matches!(fitted.report.stop, StopReason::Failed(_)) && !options.accept_unconverged {
        return Err(not_converged(fitted.report, options));
    }
    Ok(fitted)
}

/// The error of a fit that failed, with the way out.
fn not_converged(report: FitReport, options: &FitOptions) -> Error {
    let way_out = match options.prior {
        Prior::None => {
            "; --prior weak keeps the parameters within a few powers of ten of the data's scale, and the \
                        search finds its end"
        }
        _ => "",
    };
    let (model, stop) = (report.model.to_owned(), report.stop.to_string());
    ErrorKind::NotConverged { model, way_out, stop, report: Box::new(report) }.into()
}

/// Puts the chosen value in the place of whole parameters. If it is `k`, events of which it takes `k`
/// to a purchase come in the time of one: all times are divided by it. The drift is per unit of time as it is.
fn choose<M: Model>(starts: &mut [Vec<f64>], options: &FitOptions) {
    if let Some(drift) = options.drift {
        for start in starts.iter_mut() {
            let places = start.iter_mut().zip(M::PARAMS).filter(|(_, spec)| spec.scale == Scale::ChosenRate);
            places.for_each(|(value, _)| *value = drift);
        }
    }
    let Some(k) = options.regularity.map(f64::from) else { return };
    if !M::PARAMS.iter().any(|spec| spec.scale == Scale::Whole) {
        return;
    }
    for start in starts {
        for (value, spec) in start.iter_mut().zip(M::PARAMS) {
            match spec.scale {
                Scale::Whole => *value = k,
                Scale::Time => *value /= k,
                Scale::Rate => *value *= k,
                Scale::None | Scale::Money | Scale::ChosenRate => {}
            }
        }
    }
}

/// Adds what a user should know of how the fit ended.
fn explain(report: &mut FitReport) {
    let name = report.model;
    match &report.stop {
        StopReason::Converged => {}
        StopReason::Boundary(words) => {
            let message = format!(
                "the {name} fit ended at a boundary of the model: {words}. Forecasts are those of this limit; \
                 parameters without a standard error are not determined by the data"
            );
            report.warnings.push(Warning::new("boundary", message));
        }
        StopReason::Failed(words) => {
            let message = format!("{name}: the fit did not converge and was accepted as it is: {words}");
            report.warnings.push(Warning::new("not-converged", message));
        }
    }
}

/// Takes a model that has run to the edge of the parameter space to the limits that fit as well, and
/// says what they are.
fn go_to_the_limit<M: Model>(mut model: M, table: &M::Table, report: &mut FitReport) -> M {
    let reached = report.log_likelihood;
    let same = 1e-6 + 1e-11 * reached.abs();
    let (mut words, mut taken): (Vec<String>, Vec<&str>) = (Vec::new(), Vec::new());
    report.flat.clear();
    loop {
        let fits = |limit: &Limit<M>| {
            !taken.contains(&limit.of) && log_likelihood_sum(&limit.model, table).value >= reached - same
        };
        let Some(limit) = model.limits().into_iter().find(fits) else { break };
        model = limit.model;
        taken.push(limit.of);
        words.push(limit.words);
        report.flat.extend(limit.flat);
    }
    if words.is_empty() {
        words
            .push("these data do not determine all parameters: very different values fit as well".to_owned());
    }
    report.log_likelihood = log_likelihood_sum(&model, table).value;
    for (estimate, value) in report.estimates.iter_mut().zip(model.params()) {
        // What the limit has moved was not determined.
        let moved = (value - estimate.value).abs() > 1e-6 * estimate.value;
        estimate.standard_error = estimate.standard_error.filter(|_| !moved);
        estimate.value = value;
    }
    report.stop = StopReason::Boundary(words.join("; "));
    model
}

/// Up to this many rows every start is tried.
const FEW_ROWS: usize = 4096;
/// Rows from which on a fit to a part of them finds a better start than any guess.
const MANY_ROWS: usize = 65_536;

/// The best end of searches on a thinned table: most of the way for a fraction of the work.
fn near_start<M: Model>(
    table: &M::Table,
    starts: &[Vec<f64>],
    options: &FitOptions,
    progress: &dyn Progress,
) -> Result<Option<Vec<f64>>> {
    if table.len() < MANY_ROWS {
        return Ok(None);
    }
    let thinned = table.thinned(table.len() / (MANY_ROWS / 4));
    let objective = Objective::<M>::new(&thinned, &starts[0], options.prior);
    let mut search = Search::default();
    for start in starts {
        search.add(run(&objective, start, options, progress)?);
        if search.ended_at_maximum() {
            break;
        }
    }
    let usable = search.best().filter(|(_, uncertainty)| !matches!(uncertainty.verdict, Verdict::Neither(_)));
    Ok(usable.map(|(outcome, _)| objective.space.to_natural(&outcome.u)))
}

fn run<M: Model>(
    objective: &Objective<M>,
    start: &[f64],
    options: &FitOptions,
    progress: &dyn Progress,
) -> Result<(Outcome, Uncertainty)> {
    let limits = Limits { wall: M::WALL, max_iterations: options.max_iterations };
    let start = objective.space.to_free(start).mapv(|u| u.clamp(-M::WALL, M::WALL));
    let outcome = minimise(|u: &_| objective.evaluate(u), start, limits, progress)?;
    let value = |u: &_| objective.evaluate(u).value;
    let uncertainty = assess(&outcome, M::WALL).looked_at(&outcome, value);
    Ok((outcome, uncertainty))
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

    /// The best ends that differ, a few of them.
    fn ends(&self) -> Vec<Array1<f64>> {
        const MOST: usize = 3;
        let mut ends: Vec<&Outcome> = self.outcomes.iter().map(|(outcome, _)| outcome).collect();
        ends.retain(|outcome| outcome.at.value.is_finite());
        ends.sort_by(|a, b| a.at.value.total_cmp(&b.at.value));
        ends.dedup_by(|a, b| (a.at.value - b.at.value).abs() <= 1e-3);
        ends.iter().take(MOST).map(|outcome| outcome.u.clone()).collect()
    }

    fn count(&self, report: &mut FitReport) {
        report.evaluations = self.outcomes.iter().map(|(outcome, _)| outcome.evaluations).sum();
        report.starts = self.outcomes.len();
    }

    fn ended_at_limit(&self) -> bool {
        self.outcomes.last().is_some_and(|(_, uncertainty)| matches!(uncertainty.verdict, Verdict::Limit))
    }

    /// The highest likelihood; among equals a maximum before a limit before a failure.
    fn best(&self) -> Option<&(Outcome, Uncertainty)> {
        let usable = || self.outcomes.iter().filter(|(outcome, _)| outcome.at.value.is_finite());
        let least = usable().map(|(outcome, _)| outcome.at.value).fold(f64::INFINITY, f64::min);
        // Likelihoods that differ by less than this are the same end reached twice.
        let same = 1e-7 + 1e-11 * least.abs();
        let certainty = |(_, uncertainty): &&(Outcome, Uncertainty)| match uncertainty.verdict {
            Verdict::Maximum => 0,
            Verdict::Limit => 1,
            Verdict::Neither(_) => 2,
        };
        let best = usable().filter(|(outcome, _)| outcome.at.value <= least + same).min_by_key(certainty);
        best.or(self.outcomes.first())
    }
}

fn describe<M: Model>(
    model: &M,
    table: &M::Table,
    space: &Space,
    outcome: &Outcome,
    uncertainty: &Uncertainty,
) -> FitReport {
    let (errors, covariance) = (&uncertainty.standard_errors, uncertainty.covariance.as_ref());
    let theta = model.params();
    let stop = match &uncertainty.verdict {
        Verdict::Maximum => StopReason::Converged,
        Verdict::Limit => StopReason::Boundary(String::new()),
        Verdict::Neither(words) => StopReason::Failed(words.clone()),
    };
    let place = |i: usize| space.free.iter().position(|free| *free == i);
    // The standard error of a log parameter is relative.
    let error = |i: usize| place(i).and_then(|k| errors[k]).map(|e| e * theta[i]);
    let estimates = M::PARAMS.iter().enumerate().map(|(i, spec)| Estimate {
        name: spec.name,
        meaning: spec.meaning,
        value: theta[i],
        standard_error: error(i),
    });
    let covariance = covariance.filter(|_| stop == StopReason::Converged);
    let covariance = covariance.map(|covariance| {
        let both = |i: usize, j: usize| match (place(i), place(j)) {
            (Some(k), Some(l)) => covariance[[k, l]] * theta[i] * theta[j],
            _ => 0.0,
        };
        (0..theta.len()).map(|i| (0..theta.len()).map(|j| both(i, j)).collect()).collect()
    });
    FitReport {
        model: M::NAME,
        stop,
        estimates: estimates.collect(),
        covariance,
        log_likelihood: log_likelihood_sum(model, table).value,
        gradient_norm: outcome.at.gradient.iter().fold(0.0, |norm, g| norm.max(g.abs())),
        iterations: outcome.iterations,
        evaluations: outcome.evaluations,
        starts: 1,
        customers: table.customers(),
        sample_size: table.customers(),
        free_parameters: space.free.len(),
        distinct_rows: table.len(),
        flat: Vec::new(),
        warnings: Vec::new(),
        notes: Vec::new(),
        coefficients: Vec::new(),
        likelihood_ratio: None,
        posterior: None,
    }
}
