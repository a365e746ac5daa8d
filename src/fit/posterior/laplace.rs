//! Laplace's approximation, checked: draws of it are weighed by how likely the posterior finds them. If a
//! few draws carry all the weight, the posterior has more in its tails than the approximation knows; the
//! shape `k` of the weights' tail says so (Vehtari, Simpson, Gelman, Yao & Gabry 2024, "Pareto smoothed
//! importance sampling", JMLR 25(72)). Estimates by importance sampling are reliable below
//! `min(1 − 1/log10 S, 0.7)` for `S` draws.

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

/// The check, if it is wanted and cheap beside the fit.
pub(super) fn check(whitened: &Whitened, rows: usize, options: &PosteriorOptions) -> Option<Posterior> {
    (options.check_draws > 0 && rows <= MOST_ROWS).then(|| check_anyway(whitened, options))
}

/// The check.
pub(super) fn check_anyway(whitened: &Whitened, options: &PosteriorOptions) -> Posterior {
    let draws = options.check_draws.max(20);
    let mut rng = ChaCha8Rng::seed_from_u64(options.seed);
    let n = whitened.mode.len();
    let points: Vec<Array1<f64>> =
        (0..draws).map(|_| (0..n).map(|_| StandardNormal.sample(&mut rng)).collect()).collect();
    let ratios = points.par_iter().map(|z| whitened.at(z).0 + 0.5 * z.dot(z));
    let k_hat = pareto_smoothed(&ratios.collect::<Vec<f64>>()).k_hat;
    Posterior { evidence: Evidence::Laplace { k_hat, draws }, draws: Vec::new(), weak_prior: false }
}
