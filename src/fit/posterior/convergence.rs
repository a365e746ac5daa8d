//! Have chains found the same, and how many independent draws are they worth? Rank-normalised split
//! R-hat, bulk and tail effective sample sizes: Vehtari, Gelman, Simpson, Carpenter & Bürkner (2021),
//! "Rank-normalization, folding, and localization", Bayesian Analysis 16(2). As in ArviZ' `rhat` and `ess`.
//! Checked by: tests/fits/posterior.rs (ArviZ on stored chains).

use statrs::distribution::{ContinuousCDF, Normal};

/// Figures of one parameter's chains; not numbers if a chain does not move.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Convergence {
    /// Rank-normalised split R-hat, the larger of that of location and that of spread: 1 if all chains
    /// have found the same.
    pub r_hat: f64,
    /// Effective draws for the middle of the distribution.
    pub ess_bulk: f64,
    /// Effective draws for its 5 % and 95 % quantiles, whichever are fewer.
    pub ess_tail: f64,
}

/// Of chains of equal length, at least two of at least eight draws each.
pub fn assess(chains: &[Vec<f64>]) -> Convergence {
    let halves = split(chains);
    let ranked = rank_normalised(&halves);
    let middle = quantile(&halves.concat(), 0.5);
    let folded: Vec<Vec<f64>> =
        halves.iter().map(|chain| chain.iter().map(|x| (x - middle).abs()).collect()).collect();
    let all = chains.concat();
    let tail = |p: f64| {
        let bound = quantile(&all, p);
        let below = |x: &f64| f64::from(u8::from(*x <= bound));
        effective(&halves.iter().map(|chain| chain.iter().map(below).collect()).collect::<Vec<Vec<f64>>>())
    };
    Convergence {
        r_hat: r_hat(&ranked).max(r_hat(&rank_normalised(&folded))),
        ess_bulk: effective(&ranked),
        ess_tail: tail(0.05).min(tail(0.95)),
    }
}

/// First and second half of each chain; of an odd number of draws the middle one is left out.
fn split(chains: &[Vec<f64>]) -> Vec<Vec<f64>> {
    chains
        .iter()
        .flat_map(|chain| {
            let half = chain.len() / 2;
            [chain[..half].to_vec(), chain[chain.len() - half..].to_vec()]
        })
        .collect()
}

/// Each draw by the normal quantile of its rank among all draws (equal ones share their mean rank).
fn rank_normalised(chains: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let all: Vec<f64> = chains.iter().flatten().copied().collect();
    let mut order: Vec<usize> = (0..all.len()).collect();
    order.sort_by(|i, j| all[*i].total_cmp(&all[*j]));
    let mut scores = vec![0.0; all.len()];
    let mut before = 0.0;
    for equal in order.chunk_by(|i, j| all[*i] == all[*j]) {
        let rank = before + 0.5 * (equal.len() as f64 + 1.0);
        let score = Normal::standard().inverse_cdf((rank - 0.375) / (all.len() as f64 + 0.25));
        equal.iter().for_each(|i| scores[*i] = score);
        before += equal.len() as f64;
    }
    let length = chains[0].len();
    scores.chunks(length).map(<[f64]>::to_vec).collect()
}

fn r_hat(chains: &[Vec<f64>]) -> f64 {
    let n = chains[0].len() as f64;
    let means: Vec<f64> = chains.iter().map(|chain| mean(chain)).collect();
    let within = mean(&chains.iter().map(|chain| variance(chain)).collect::<Vec<_>>());
    ((n - 1.0) / n + variance(&means) / within).sqrt()
}

/// Geyer's initial monotone sequence over all chains.
fn effective(chains: &[Vec<f64>]) -> f64 {
    let (m, n) = (chains.len() as f64, chains[0].len());
    let length = n as f64;
    let means: Vec<f64> = chains.iter().map(|chain| mean(chain)).collect();
    let covariance = |lag: usize| -> f64 {
        let one = |(chain, mean): (&Vec<f64>, &f64)| {
            let pairs = chain[..n - lag].iter().zip(&chain[lag..]);
            pairs.map(|(a, b)| (a - mean) * (b - mean)).sum::<f64>() / length
        };
        chains.iter().zip(&means).map(one).sum::<f64>() / m
    };
    let within = covariance(0) * length / (length - 1.0);
    let whole = within * (length - 1.0) / length + variance(&means);
    let correlation = |lag: usize| 1.0 - (within - covariance(lag)) / whole;
    let mut rho = vec![0.0; n + 1];
    (rho[0], rho[1]) = (1.0, correlation(1));
    let (mut even, mut odd, mut t) = (1.0, rho[1], 1);
    while t + 3 < n && even + odd > 0.0 {
        (even, odd) = (correlation(t + 1), correlation(t + 2));
        if even + odd >= 0.0 {
            (rho[t + 1], rho[t + 2]) = (even, odd);
        }
        t += 2;
    }
    let last = t.saturating_sub(2);
    if even > 0.0 {
        rho[last + 1] = even;
    }
    let mut t = 1;
    while t + 2 <= last {
        if rho[t + 1] + rho[t + 2] > rho[t - 1] + rho[t] {
            rho[t + 1] = 0.5 * (rho[t - 1] + rho[t]);
            rho[t + 2] = rho[t + 1];
        }
        t += 2;
    }
    let draws = m * length;
    let time = -1.0 + 2.0 * rho[..=last].iter().sum::<f64>() + rho[last + 1];
    draws / time.max(1.0 / draws.log10())
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn variance(values: &[f64]) -> f64 {
    let mean = mean(values);
    values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (values.len() as f64 - 1.0)
}

/// Quantile by linear interpolation between order statistics.
fn quantile(values: &[f64], p: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = p * (sorted.len() as f64 - 1.0);
    let below = place.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (place - below as f64) * (sorted[above] - sorted[below])
}
