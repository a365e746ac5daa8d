//! Bootstrap: refits to customers drawn with replacement. A customer's weight in a replicate is Poisson(1),
//! which for many customers is the same as drawing as many with replacement; the weight of a row that
//! stands for `n` customers, the sum of theirs, is Poisson(n), so a replicate costs what a fit to counted
//! rows does. Each search starts at the mode and each replicate has its own stream of random numbers. What
//! is refitted is what was fitted, with its prior: without one the draws are those of the estimator, right
//! even where the model is not.

use ndarray::Array1;
use rand::SeedableRng;
use rand::distr::Distribution;
use rand_chacha::ChaCha8Rng;
use rand_distr::Poisson;
use rayon::prelude::*;

use super::{Evidence, Posterior, PosteriorOptions, Target};
use crate::base::Progress;
use crate::customers::Table;
use crate::fit::{
    FitOptions, WALL,
    objective::Objective,
    optimize::{Limits, minimise},
    uncertainty::{Verdict, assess},
};
use crate::model::Model;

/// Where a refit ended; `None` if at nothing that could be used. True if at a limit of the model.
pub(super) type Refit<'a> = dyn Fn(&Array1<f64>, &mut ChaCha8Rng) -> Option<(Array1<f64>, bool)> + Sync + 'a;

/// Refits as often as the options say.
pub(super) fn run(target: &Target, options: &PosteriorOptions) -> Posterior {
    let one = |replicate: usize| {
        let mut rng = ChaCha8Rng::seed_from_u64(options.seed);
        rng.set_stream(replicate as u64 + 1);
        (target.refit)(&target.mode, &mut rng)
    };
    let ends: Vec<Option<(Array1<f64>, bool)>> = (0..options.replicates).into_par_iter().map(one).collect();
    let usable = || ends.iter().flatten();
    let evidence = Evidence::Bootstrap {
        replicates: options.replicates,
        failed: options.replicates - usable().count(),
        at_limit: usable().filter(|(_, at_limit)| *at_limit).count(),
    };
    let draws = usable().map(|(u, _)| (target.natural)(u)).collect();
    Posterior { evidence, draws: super::chains::thinned(draws, options.kept), weak_prior: false }
}

/// One replicate of a fit to a table.
pub(super) fn refit<M: Model>(
    objective: &Objective<M>,
    table: &M::Table,
    start: &Array1<f64>,
    rng: &mut ChaCha8Rng,
    options: &FitOptions,
    progress: &dyn Progress,
) -> Option<(Array1<f64>, bool)> {
    let drawn = table.with_counts(weights(table.counts(), rng));
    if drawn.customers() == 0.0 {
        return None;
    }
    let objective = objective.of([&drawn]);
    search(|u| objective.evaluate(u), start, options, progress)
}

/// A search for a mode, from near it.
pub(in crate::fit) fn search(
    objective: impl Fn(&Array1<f64>) -> crate::model::Derivatives,
    start: &Array1<f64>,
    options: &FitOptions,
    progress: &dyn Progress,
) -> Option<(Array1<f64>, bool)> {
    let wall = start.iter().fold(WALL, |wall, u| wall.max(u.abs() + 8.0));
    let limits = Limits { wall, max_iterations: options.max_iterations };
    let outcome = minimise(|u: &Array1<f64>| objective(u), start.clone(), limits, progress).ok()?;
    match assess(&outcome, wall).verdict {
        Verdict::Maximum => Some((outcome.u, false)),
        Verdict::Limit => Some((outcome.u, true)),
        Verdict::Neither(_) => None,
    }
}

/// Poisson weights for rows that stand for so many customers.
pub(in crate::fit) fn weights(counts: &[f64], rng: &mut ChaCha8Rng) -> Vec<f64> {
    let draw = |count: &f64| Poisson::new(*count).map_or(0.0, |poisson| poisson.sample(rng));
    counts.iter().map(draw).collect()
}
