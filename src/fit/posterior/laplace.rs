//! Laplace's approximation, checked: draws of it are weighed by how likely the posterior finds them. If a
//! few draws carry all the weight, the posterior has more in its tails than the approximation knows; the
//! shape `k` of the weights' tail says so (Vehtari, Simpson, Gelman, Yao & Gabry 2024, "Pareto smoothed
//! importance sampling", JMLR 25(72)). Estimates by importance sampling are reliable below
//! `min(1 − 1/log10 S, 0.7)` for `S` draws. A shape is itself an estimate, from the few draws of the tail: where a first
//! look leaves it open on which side of the bound it is, more draws are made.

use ndarray::Array1;
use rand::SeedableRng;
use rand::distr::Distribution;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;
use rayon::prelude::*;

use super::psis::pareto_smoothed;
use super::{Evidence, Posterior, PosteriorOptions, Whitened};

/// With more distinct rows than this the check would cost more than the fit, and it is made only if asked
/// for (`auto`): so much data leave little that is not normal.
const MOST_ROWS: usize = 16_384;

/// A first shape up to here is good whatever its error: it is below the bound of however many draws.
const SURE: f64 = 0.5;
/// So many times as many draws where it is not.
const MORE: usize = 10;
/// Distinct rows times these draws and the cost of a likelihood, at most: a second or two.
const MOST_WORK: usize = 10_000_000;

/// The check, if it is wanted and cheap beside the fit.
pub(super) fn check(
    whitened: &Whitened,
    (rows, cost): (usize, usize),
    options: &PosteriorOptions,
) -> Option<Posterior> {
    (options.check_draws > 0 && rows <= MOST_ROWS).then(|| check_anyway(whitened, rows * cost, options))
}

/// The check, for so many rows or as much work.
pub(super) fn check_anyway(whitened: &Whitened, rows: usize, options: &PosteriorOptions) -> Posterior {
    let mut rng = ChaCha8Rng::seed_from_u64(options.seed);
    let n = whitened.mode.len();
    let mut draw = |draws: usize| -> Vec<f64> {
        let point = |_| (0..n).map(|_| StandardNormal.sample(&mut rng)).collect();
        let points: Vec<Array1<f64>> = (0..draws).map(point).collect();
        points.par_iter().map(|z| whitened.at(z).0 + 0.5 * z.dot(z)).collect()
    };
    let mut ratios = draw(options.check_draws.max(20));
    let mut k_hat = pareto_smoothed(&ratios).k_hat;
    let most = (MOST_WORK / rows.max(1)).min(MORE * ratios.len());
    if k_hat > SURE && most > ratios.len() {
        ratios.extend(draw(most - ratios.len()));
        k_hat = pareto_smoothed(&ratios).k_hat;
    }
    let draws = ratios.len();
    Posterior { evidence: Evidence::Laplace { k_hat, draws }, draws: Vec::new(), weak_prior: false }
}
