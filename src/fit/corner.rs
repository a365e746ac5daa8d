//! Looking for the maximum along the limits of a model.
//!
//! Where a likelihood has its supremum at a limit, a search in the model's own parameters creeps along a ridge
//! that never ends, or into a corner of its box in which two parameters that should grow together cannot. At the
//! limit itself there is a parameter less for each direction that is flat there, and what is left (one rate for
//! all, one share) is found as any other maximum. So each limit is searched, and each combination of limits of
//! different things; then it is looked whether the likelihood is higher a little inside, where the search goes
//! on from if so.

use ndarray::Array1;

use super::objective::{Objective, log_likelihood_sum};
use super::optimize::{Limits, Outcome, minimise};
use super::transform::Space;
use super::uncertainty::{Uncertainty, Verdict, assess};
use super::{FitOptions, Prior};
use crate::base::{Progress, Result};
use crate::customers::Table;
use crate::model::{Limit, Model};
use crate::params::Direction;

/// The best place along a limit, or along several of different things.
pub(super) struct Corner<M> {
    pub model: M,
    /// What it means, limit by limit.
    pub words: Vec<String>,
    pub flat: Vec<Direction>,
    /// The limits' places in the model's list.
    choice: Vec<usize>,
    pub space: Space,
    pub outcome: Outcome,
    pub uncertainty: Uncertainty,
}

impl<M: Model> Corner<M> {
    /// Minus the log-likelihood.
    pub fn value(&self) -> f64 {
        self.outcome.at.value
    }

    /// Higher is less to be preferred among equals: what is not determined yet, then more limits than needed.
    fn doubt(&self) -> (bool, usize) {
        (matches!(self.uncertainty.verdict, Verdict::Limit), self.flat.len())
    }
}

/// Likelihoods that differ by less than this are the same.
pub(super) fn same(value: f64) -> f64 {
    1e-7 + 1e-11 * value.abs()
}

/// Up to this many rows all limits are searched from everywhere.
pub(super) const FEW: usize = 1024;

/// The highest likelihood along the limits, searched from each of these parameters, the best first. Of many rows a part
/// says which limits.
///
/// # Errors
/// If the caller wants it to stop.
pub(super) fn best<M: Model>(
    table: &M::Table,
    from: &[M],
    options: &FitOptions,
    progress: &dyn Progress,
) -> Result<Option<Corner<M>>> {
    if table.len() <= FEW {
        return best_of_all(table, from, options, progress);
    }
    let thinned = table.thinned(table.len().div_ceil(FEW));
    let from = &from[..from.len().min(1)];
    match best_of_all(&thinned, from, options, progress)? {
        Some(found) => along(table, found.model, &found.choice, options, progress),
        None => Ok(None),
    }
}

fn best_of_all<M: Model>(
    table: &M::Table,
    from: &[M],
    options: &FitOptions,
    progress: &dyn Progress,
) -> Result<Option<Corner<M>>> {
    let mut found: Vec<Corner<M>> = Vec::new();
    for model in from {
        for choice in choices(&model.limits()) {
            if let Some(corner) = along(table, *model, &choice, options, progress)? {
                found.push(corner);
            }
        }
    }
    let least = found.iter().map(Corner::value).fold(f64::INFINITY, f64::min);
    found.retain(|corner| corner.value() <= least + same(least));
    Ok(found.into_iter().min_by_key(Corner::doubt))
}

/// All ways to take limits, at most one of each thing, at least one: their places in the list.
fn choices<M>(limits: &[Limit<M>]) -> Vec<Vec<usize>> {
    let mut all: Vec<Vec<usize>> = vec![Vec::new()];
    for (i, limit) in limits.iter().enumerate() {
        let fits = |choice: &&Vec<usize>| choice.iter().all(|j| limits[*j].of != limit.of);
        let more: Vec<Vec<usize>> =
            all.iter().filter(fits).map(|choice| [choice.clone(), vec![i]].concat()).collect();
        all.extend(more);
    }
    all.remove(0);
    all
}

/// Takes the limits one after the other.
fn take<M: Model>(mut model: M, choice: &[usize]) -> (M, Vec<String>, Vec<Direction>) {
    let (mut words, mut flat) = (Vec::new(), Vec::new());
    for i in choice {
        let limit = model.limits().swap_remove(*i);
        model = limit.model;
        words.push(limit.words);
        flat.extend(limit.flat);
    }
    (model, words, flat)
}

/// The maximum along these limits: what they leave to be estimated is searched.
fn along<M: Model>(
    table: &M::Table,
    model: M,
    choice: &[usize],
    options: &FitOptions,
    progress: &dyn Progress,
) -> Result<Option<Corner<M>>> {
    let (model, _, flat) = take(model, choice);
    let theta = model.params();
    let held: Vec<usize> = flat.iter().filter_map(|direction| direction.first()).map(|(i, _)| *i).collect();
    let mut objective = Objective::<M>::new(table, &theta, Prior::None);
    objective.space.hold(&held);
    // The walls are about the limit.
    let middle = objective.space.to_free(&theta);
    let limits = Limits { wall: M::WALL, max_iterations: options.max_iterations };
    let start = Array1::zeros(middle.len());
    let outcome = minimise(|u: &Array1<f64>| objective.evaluate(&(&middle + u)), start, limits, progress)?;
    let value = |u: &Array1<f64>| objective.evaluate(&(&middle + u)).value;
    let uncertainty = assess(&outcome, M::WALL).looked_at(&outcome, value);
    if matches!(uncertainty.verdict, Verdict::Neither(_)) || !outcome.at.value.is_finite() {
        return Ok(None);
    }
    let reached = M::from_params(&objective.space.to_natural(&(&middle + &outcome.u)));
    // The walls are about the limit, which may itself be near the end of what parameters can be.
    if M::checked(&reached.params()).is_err() {
        return Ok(None);
    }
    // Taken to the limit again the words have the estimates, and the parameters their places.
    let (model, words, flat) = take(reached, choice);
    let value = -log_likelihood_sum(&model, table).value;
    let model = if value <= outcome.at.value + same(value) { model } else { reached };
    let space = objective.space;
    let choice = choice.to_vec();
    Ok(Some(Corner { model, words, flat, choice, space, outcome, uncertainty }))
}

/// How far inside it is looked, as powers of e.
const STEPS: [f64; 10] = [2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 14.0, 16.0, 19.0, 22.0];

/// Parameters a little inside of a limit, if the likelihood is higher there.
pub(super) fn inside<M: Model>(table: &M::Table, corner: &Corner<M>) -> Option<Vec<f64>> {
    let theta = corner.model.params();
    let mut best = (corner.value() - same(corner.value()), None);
    for direction in &corner.flat {
        for step in STEPS.iter().flat_map(|step| [*step, -step]) {
            let mut moved = theta.clone();
            direction.iter().for_each(|(i, by)| moved[*i] *= (step * by).exp());
            if M::checked(&moved).is_err() {
                continue;
            }
            let value = -log_likelihood_sum(&M::from_params(&moved), table).value;
            if value < best.0 {
                best = (value, Some(moved));
            }
        }
    }
    best.1
}
