//! Several chains of NUTS from one posterior, and what they say of themselves. Starts are draws of
//! Laplace's approximation, whose coordinates are also the sampler's. Each chain has its own stream of
//! random numbers, so the draws are the same for any number of threads.

use ndarray::Array1;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::nuts::{Chain, Run, sample};
use super::{Evidence, NutsEvidence, Posterior, PosteriorOptions, Summary, Target, Whitened, convergence};
use crate::base::Result;

/// So near to the wall of the search a posterior has no end in sight.
const WANDERED: f64 = 20.0;

/// The acceptance that steps are tuned to. In coordinates so near to normal paths are then of three steps, and
/// draws worth more than independent ones.
const ACCEPTANCE: f64 = 0.7;
/// If a draw diverges all is run again, more carefully.
const CAREFUL: f64 = 0.95;

/// Runs all chains and judges them; if a draw diverges and that is wanted, once more and more carefully.
///
/// # Errors
/// If the caller wants it to stop.
pub(super) fn run(
    target: &Target,
    whitened: &Whitened,
    options: &PosteriorOptions,
    careful: bool,
) -> Result<Posterior> {
    let mut chains = sample_all(whitened, options, ACCEPTANCE)?;
    let quick: u64 = chains.iter().map(|chain| chain.evaluations).sum();
    let again = careful && chains.iter().any(|chain| chain.divergences > 0);
    if again {
        chains = sample_all(whitened, options, CAREFUL)?;
    }
    let free: Vec<Vec<Array1<f64>>> =
        chains.iter().map(|chain| chain.draws.iter().map(|z| whitened.free(z)).collect()).collect();
    let draws: Vec<Vec<f64>> = free.iter().flatten().map(|u| (target.natural)(u)).collect();
    let evidence = NutsEvidence {
        chains: options.chains,
        warmup: options.warmup,
        draws: options.draws,
        divergences: chains.iter().map(|chain| chain.divergences).sum(),
        evaluations: chains.iter().map(|chain| chain.evaluations).sum::<u64>()
            + if again { quick } else { 0 },
        wandered: free.iter().flatten().any(|u| u.iter().any(|u| u.abs() > WANDERED)),
        parameters: target.names.iter().map(|name| summary(name, options.draws, &draws)).collect(),
    };
    Ok(Posterior {
        evidence: Evidence::Nuts(evidence),
        draws: thinned(draws, options.kept),
        weak_prior: false,
    })
}

fn sample_all(whitened: &Whitened, options: &PosteriorOptions, acceptance: f64) -> Result<Vec<Chain>> {
    let density = |z: &Array1<f64>| whitened.at(z);
    let run = Run { warmup: options.warmup, draws: options.draws, acceptance };
    let chain = |chain: usize| {
        let mut rng = ChaCha8Rng::seed_from_u64(options.seed);
        // Stream 0 is that of the check of Laplace's approximation.
        rng.set_stream(chain as u64 + 1);
        sample(&density, whitened.mode.len(), run, &mut rng, whitened.progress)
    };
    (0..options.chains).into_par_iter().map(chain).collect()
}

/// Of one parameter, given the draws chain by chain.
fn summary((name, place): &(String, usize), length: usize, draws: &[Vec<f64>]) -> Summary {
    let values: Vec<f64> = draws.iter().map(|draw| draw[*place]).collect();
    let chains: Vec<Vec<f64>> = values.chunks(length).map(<[f64]>::to_vec).collect();
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0);
    Summary { name: name.clone(), mean, sd: variance.sqrt(), convergence: convergence(&chains) }
}

/// At most `kept` of them, evenly spaced.
pub(super) fn thinned(draws: Vec<Vec<f64>>, kept: usize) -> Vec<Vec<f64>> {
    let n = draws.len();
    if n <= kept {
        return draws;
    }
    (0..kept).map(|i| draws[i * n / kept].clone()).collect()
}
