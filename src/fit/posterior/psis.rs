//! Pareto-smoothed importance sampling: Vehtari, Simpson, Gelman, Yao & Gabry (2024), JMLR 25(72).
//!
//! The largest importance ratios are replaced by the expected order statistics of a generalised Pareto
//! distribution fitted to them (Zhang & Stephens 2009, Technometrics 51(3), with the paper's weak prior
//! on the shape). The shape `k` tells how many moments the ratios have: above 0.7 averages settle too
//! slowly to be of use. As in ArviZ' `psislw`. Checked by: tests/fits/posterior.rs (ArviZ, and known shapes).

/// Importance weights, smoothed.
#[derive(Debug, Clone, PartialEq)]
pub struct Smoothed {
    /// Logarithms of the weights, which add up to 1, in the order of the ratios.
    pub log_weights: Vec<f64>,
    /// Shape of the tail; 0 if all ratios are equal, infinite if there are too few to tell.
    pub k_hat: f64,
}

/// What the prior on the shape weighs.
const PRIOR_OBSERVATIONS: f64 = 10.0;
/// Fewer in the tail say nothing of its shape.
const FEWEST: usize = 5;
/// The largest finite ratio to the smallest.
const SMALLEST: f64 = f64::MIN_POSITIVE;

/// Smooths logarithms of importance ratios, given up to a constant. Those that are not numbers count as
/// minus infinity: a draw where the target has no density.
pub fn pareto_smoothed(log_ratios: &[f64]) -> Smoothed {
    let clean = |ratio: &f64| if ratio.is_nan() { f64::NEG_INFINITY } else { *ratio };
    let mut logs: Vec<f64> = log_ratios.iter().map(clean).collect();
    let largest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    logs.iter_mut().for_each(|log| *log -= largest);
    let n = logs.len();
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|i, j| logs[*i].total_cmp(&logs[*j]));
    let tail = tail_length(n);
    let k_hat = match n.checked_sub(tail + 1) {
        Some(last) => {
            let cutoff = logs[order[last]].max(SMALLEST.ln());
            let above = order.partition_point(|i| logs[*i] <= cutoff);
            smooth_tail(&mut logs, &order[above..], cutoff.exp())
        }
        None => f64::INFINITY,
    };
    let whole: f64 = logs.iter().map(|log| log.exp()).sum();
    logs.iter_mut().for_each(|log| *log -= whole.ln());
    Smoothed { log_weights: logs, k_hat }
}

/// How many of so many ratios are its tail.
fn tail_length(n: usize) -> usize {
    (n as f64 / 5.0).min(3.0 * (n as f64).sqrt()).ceil() as usize
}

/// Standard error of a shape found with so many draws: `(1 + k)/√m` for the `m` of the tail (of the likelihood's estimate,
/// Hosking & Wallis 1987, Technometrics 29(3)), drawn towards the prior's 1/2 as the estimate is.
pub fn k_error(k_hat: f64, draws: usize) -> f64 {
    let m = tail_length(draws) as f64;
    (1.0 + k_hat.max(0.0)) * m.sqrt() / (m + PRIOR_OBSERVATIONS)
}

/// Replaces the ratios above the cutoff, given by their places in ascending order, and gives their
/// shape.
fn smooth_tail(logs: &mut [f64], tail: &[usize], cutoff: f64) -> f64 {
    if tail.len() < FEWEST {
        // Nothing sticks out: ratios that are all equal have no tail.
        let level = tail.is_empty() && logs.iter().all(|log| *log >= 0.0);
        return if level { 0.0 } else { f64::INFINITY };
    }
    let excess: Vec<f64> = tail.iter().map(|i| logs[*i].exp() - cutoff).collect();
    let (k, sigma) = generalised_pareto(&excess);
    if !k.is_finite() {
        return f64::INFINITY;
    }
    let n = tail.len() as f64;
    for (rank, i) in tail.iter().enumerate() {
        let p = (rank as f64 + 0.5) / n;
        // sigma/k ((1 − p)^−k − 1)
        let quantile =
            if k == 0.0 { -sigma * (-p).ln_1p() } else { sigma * (-k * (-p).ln_1p()).exp_m1() / k };
        logs[*i] = (quantile + cutoff).ln().min(0.0);
    }
    k
}

/// Shape and scale of a generalised Pareto distribution from ascending positive excesses: Zhang & Stephens'
/// posterior mean, the shape drawn towards 1/2 as by ten observations.
fn generalised_pareto(excess: &[f64]) -> (f64, f64) {
    const PRIOR: f64 = 3.0;
    let n = excess.len() as f64;
    let grid = 30 + n.sqrt() as usize;
    let quartile = excess[(n / 4.0 + 0.5) as usize - 1];
    let largest = excess[excess.len() - 1];
    let shape = |b: f64| excess.iter().map(|x| (-b * x).ln_1p()).sum::<f64>() / n;
    let candidates: Vec<(f64, f64)> = (1..=grid)
        .map(|i| {
            let b = (1.0 - (grid as f64 / (i as f64 - 0.5)).sqrt()) / (PRIOR * quartile) + 1.0 / largest;
            let k = shape(b);
            (b, n * ((-b / k).ln() - k - 1.0))
        })
        .collect();
    let weight = |at: f64| 1.0 / candidates.iter().map(|(_, other)| (other - at).exp()).sum::<f64>();
    let (mut sum, mut whole) = (0.0, 0.0);
    for (b, likelihood) in &candidates {
        let weight = weight(*likelihood);
        if weight >= 10.0 * f64::EPSILON {
            sum += weight * b;
            whole += weight;
        }
    }
    let b = sum / whole;
    let k = shape(b);
    ((n * k + 0.5 * PRIOR_OBSERVATIONS) / (n + PRIOR_OBSERVATIONS), -k / b)
}
