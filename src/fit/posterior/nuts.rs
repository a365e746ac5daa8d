//! The no-U-turn sampler: Hoffman & Gelman (2014), JMLR 15, 1593-1623, with multinomial sampling along
//! the path and the generalised criterion of Betancourt (2017), "A conceptual introduction to Hamiltonian
//! Monte Carlo", arXiv:1701.02434, checked across the joints of subtrees too, as in Stan. One chain; it
//! knows a density and nothing else.
//!
//! The mass matrix is the identity: the caller gives coordinates in which the density is nearly standard
//! normal. Only the step size is adapted, by dual averaging.

use ndarray::Array1;
use rand::RngExt;
use rand::distr::Distribution;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

use crate::base::{Progress, Result};

/// A log-density with its gradient.
pub(super) type LogDensity<'a> = &'a (dyn Fn(&Array1<f64>) -> (f64, Array1<f64>) + Sync);

/// Doublings of a path, at most.
const DEEPEST: u32 = 10;
/// An energy that is off by more than this is not integrated any more.
const DIVERGED: f64 = 1000.0;
/// Starts that are tried until the density is finite.
const TRIES: usize = 100;

/// Draws of one chain.
#[derive(Debug, Default)]
pub(super) struct Chain {
    pub draws: Vec<Array1<f64>>,
    /// Draws at which the energy was lost, after warming up.
    pub divergences: usize,
    /// Evaluations of the density.
    pub evaluations: u64,
}

/// A place with the density there.
#[derive(Debug, Clone)]
struct Place {
    z: Array1<f64>,
    value: f64,
    gradient: Array1<f64>,
}

/// An end of the path.
#[derive(Debug, Clone)]
struct End {
    place: Place,
    momentum: Array1<f64>,
}

/// A part of the path, in the order in which it was walked.
struct Tree {
    /// One of its places, by their weights.
    chosen: Place,
    /// Logarithm of the sum of the weights.
    ln_weight: f64,
    /// Sum of the momenta, and the first and the last.
    sum: Array1<f64>,
    first: Array1<f64>,
    last: Array1<f64>,
}

/// How long to run.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run {
    pub warmup: usize,
    pub draws: usize,
    /// The acceptance that the step size is tuned to: the higher, the shorter the steps.
    pub acceptance: f64,
}

/// Draws from a density of `n` coordinates, from a start drawn from the standard normal distribution.
///
/// # Errors
/// If the caller wants it to stop.
pub(super) fn sample(
    density: LogDensity,
    n: usize,
    run: Run,
    rng: &mut ChaCha8Rng,
    progress: &dyn Progress,
) -> Result<Chain> {
    let Run { warmup, draws, acceptance } = run;
    let mut walker = Walker { density, rng, step: 1.0, start: 0.0, accepted: 0.0, steps: 0, diverged: false };
    let mut chain = Chain { draws: Vec::with_capacity(draws), ..Chain::default() };
    let mut place = walker.begin(n);
    for _ in 0..TRIES {
        if place.value.is_finite() {
            break;
        }
        place = walker.begin(n);
    }
    let mut adaptation = StepSize { wanted: acceptance, ..StepSize::default() };
    for i in 0..warmup + draws {
        progress.check()?;
        place = walker.transition(place);
        chain.evaluations += walker.steps;
        if i < warmup {
            walker.step = adaptation.next(walker.accepted / walker.steps as f64);
            if i + 1 == warmup {
                walker.step = adaptation.settled();
            }
            continue;
        }
        chain.divergences += usize::from(walker.diverged);
        chain.draws.push(place.z.clone());
    }
    Ok(chain)
}

fn normal(n: usize, rng: &mut ChaCha8Rng) -> Array1<f64> {
    (0..n).map(|_| StandardNormal.sample(rng)).collect()
}

struct Walker<'a> {
    density: LogDensity<'a>,
    rng: &'a mut ChaCha8Rng,
    /// Length of a step.
    step: f64,
    /// Energy at the start of the path.
    start: f64,
    /// Of the last path: the sum of the chances to accept its steps, its steps, and whether it diverged.
    accepted: f64,
    steps: u64,
    diverged: bool,
}

impl Walker<'_> {
    fn place(&self, z: Array1<f64>) -> Place {
        let (value, gradient) = (self.density)(&z);
        Place { z, value, gradient }
    }

    fn begin(&mut self, n: usize) -> Place {
        let z = normal(n, self.rng);
        self.place(z)
    }

    /// From one draw to the next.
    fn transition(&mut self, place: Place) -> Place {
        let momentum = normal(place.z.len(), self.rng);
        self.start = 0.5 * momentum.dot(&momentum) - place.value;
        (self.accepted, self.steps, self.diverged) = (0.0, 0, false);
        let end = End { place: place.clone(), momentum: momentum.clone() };
        let mut ends = [end.clone(), end];
        let mut path = Tree {
            chosen: place,
            ln_weight: 0.0,
            sum: momentum.clone(),
            first: momentum.clone(),
            last: momentum,
        };
        for depth in 0..DEEPEST {
            let forwards = self.rng.random::<bool>();
            let direction = if forwards { 1.0 } else { -1.0 };
            let Some(mut new) = self.walk(&mut ends[usize::from(forwards)], direction, depth) else { break };
            // Away from where the path began, not merely by weight.
            if self.rng.random::<f64>().ln() < new.ln_weight - path.ln_weight {
                path.chosen = new.chosen.clone();
            }
            // Both in the order of time.
            if !forwards {
                std::mem::swap(&mut new.first, &mut new.last);
            }
            let chosen = path.chosen.clone();
            let (whole, goes_on) = if forwards { join(path, new, chosen) } else { join(new, path, chosen) };
            path = whole;
            if !goes_on {
                break;
            }
        }
        path.chosen
    }

    /// Walks `2^depth` steps from an end of the path. `None` if it diverges or turns.
    fn walk(&mut self, end: &mut End, direction: f64, depth: u32) -> Option<Tree> {
        if depth == 0 {
            return self.one_step(end, direction);
        }
        let one = self.walk(end, direction, depth - 1)?;
        let other = self.walk(end, direction, depth - 1)?;
        let ln_weight = ln_sum(one.ln_weight, other.ln_weight);
        let chosen = match self.rng.random::<f64>().ln() < other.ln_weight - ln_weight {
            true => other.chosen.clone(),
            false => one.chosen.clone(),
        };
        let (whole, goes_on) = join(one, other, chosen);
        goes_on.then_some(whole)
    }

    fn one_step(&mut self, end: &mut End, direction: f64) -> Option<Tree> {
        let step = direction * self.step;
        let mut momentum = &end.momentum + &(0.5 * step * &end.place.gradient);
        let place = self.place(&end.place.z + &(step * &momentum));
        momentum.scaled_add(0.5 * step, &place.gradient);
        self.steps += 1;
        let energy = 0.5 * momentum.dot(&momentum) - place.value;
        let ln_weight = if energy.is_nan() { f64::NEG_INFINITY } else { self.start - energy };
        if ln_weight < -DIVERGED {
            self.diverged = true;
            return None;
        }
        self.accepted += ln_weight.exp().min(1.0);
        *end = End { place: place.clone(), momentum: momentum.clone() };
        let (sum, first) = (momentum.clone(), momentum.clone());
        Some(Tree { chosen: place, ln_weight, sum, first, last: momentum })
    }
}

/// Two neighbouring parts of a path, and whether the whole has not begun to turn: neither of its ends
/// moves against the way from end to end, nor do those of each part with the next step beyond the joint.
fn join(one: Tree, other: Tree, chosen: Place) -> (Tree, bool) {
    let sum = &one.sum + &other.sum;
    let goes_on = away(&one.first, &other.last, &sum)
        && away(&one.first, &other.first, &(&one.sum + &other.first))
        && away(&one.last, &other.last, &(&other.sum + &one.last));
    let ln_weight = ln_sum(one.ln_weight, other.ln_weight);
    (Tree { chosen, ln_weight, sum, first: one.first, last: other.last }, goes_on)
}

/// Do both ends move along the sum of all momenta?
fn away(first: &Array1<f64>, last: &Array1<f64>, sum: &Array1<f64>) -> bool {
    first.dot(sum) > 0.0 && last.dot(sum) > 0.0
}

/// `ln(e^a + e^b)`
fn ln_sum(a: f64, b: f64) -> f64 {
    let (low, high) = if a < b { (a, b) } else { (b, a) };
    if low == f64::NEG_INFINITY { high } else { high + (low - high).exp().ln_1p() }
}

/// Dual averaging (Hoffman & Gelman 2014, section 3.2.1), with their constants but for the point that the
/// step size is drawn to: the coordinates are scaled, so 1 is a sensible step.
#[derive(Debug, Default)]
struct StepSize {
    /// The acceptance that is wanted.
    wanted: f64,
    count: f64,
    gap: f64,
    ln_mean: f64,
}

impl StepSize {
    fn next(&mut self, acceptance: f64) -> f64 {
        const SHRINKAGE: f64 = 0.05;
        const DELAY: f64 = 10.0;
        const FORGETTING: f64 = 0.75;
        const DRAWN_TO: f64 = 2.0;
        let acceptance = if acceptance.is_nan() { 0.0 } else { acceptance };
        self.count += 1.0;
        let eta = 1.0 / (self.count + DELAY);
        self.gap += eta * (self.wanted - acceptance - self.gap);
        let ln_step = DRAWN_TO.ln() - self.gap * self.count.sqrt() / SHRINKAGE;
        let weight = self.count.powf(-FORGETTING);
        self.ln_mean += weight * (ln_step - self.ln_mean);
        ln_step.exp()
    }

    fn settled(&self) -> f64 {
        self.ln_mean.exp()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;
    use rand::SeedableRng;

    /// Known moments of a density that is far from standard: correlated, of scales 1 and 0.1, and skewed
    /// (the logarithm of a gamma variable).
    #[test]
    fn moments_are_those_of_the_density() {
        // y = x0 + 0.1 n, x1 log-gamma of shape 2: mean digamma(2), variance trigamma(2).
        let density = |z: &Array1<f64>| {
            let (x, y, g) = (z[0], z[1], z[2]);
            let gap = (y - x) / 0.1;
            let value = -0.5 * x * x - 0.5 * gap * gap + 2.0 * g - g.exp();
            (value, array![-x + gap / 0.1, -gap / 0.1, 2.0 - g.exp()])
        };
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let chain =
            sample(&density, 3, Run { warmup: 300, draws: 20_000, acceptance: 0.8 }, &mut rng, &()).unwrap();
        assert_eq!(chain.divergences, 0);
        let moment = |f: &dyn Fn(&Array1<f64>) -> f64| chain.draws.iter().map(f).sum::<f64>() / 20_000.0;
        let (digamma, trigamma) = (1.0 - 0.577_215_664_901_532_9, std::f64::consts::PI.powi(2) / 6.0 - 1.0);
        assert!(moment(&|z| z[0]).abs() < 0.04);
        assert!((moment(&|z| z[0] * z[0]) - 1.0).abs() < 0.06);
        assert!((moment(&|z| (z[1] - z[0]).powi(2)) / 0.01 - 1.0).abs() < 0.04);
        assert!((moment(&|z| z[2]) - digamma).abs() < 0.03, "{}", moment(&|z| z[2]));
        assert!((moment(&|z| (z[2] - digamma).powi(2)) / trigamma - 1.0).abs() < 0.06);
    }

    /// A density without end or bottom: said, not hidden.
    #[test]
    fn divergences_are_counted() {
        let funnel = |z: &Array1<f64>| {
            let scale = (3.0 * z[0]).exp();
            let value = -0.5 * z[0] * z[0] - 1.5 * z[0] - 0.5 * z[1] * z[1] / scale;
            (value, array![-z[0] - 1.5 + 1.5 * z[1] * z[1] / scale, -z[1] / scale])
        };
        let chain = sample(
            &funnel,
            2,
            Run { warmup: 150, draws: 2000, acceptance: 0.7 },
            &mut ChaCha8Rng::seed_from_u64(1),
            &(),
        )
        .unwrap();
        assert!(chain.divergences > 0);
    }
}
