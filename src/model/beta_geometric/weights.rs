//! Weights for the nodes of [`survival`](super::survival): with them, integrals of `M` times a discount
//! factor are dot products. They depend on `A = α + T`, the horizon and the discounting, not on `x`
//! (but for the choice of panels).
//!
//! A panel that the horizon or a step of discounting cuts through is integrated by projecting: the
//! integrals of the discount factor times each Legendre polynomial over the part give weights that
//! are exact for polynomials of degree 19 in `y`.

use std::sync::LazyLock;

use super::survival::{NODES, panel};
use crate::model::Discounting;
use crate::special::{GaussLegendre, LEGENDRE_8, LEGENDRE_20};

/// Steps of discounting that are done one by one. The rest, if any, are so many and so small beside
/// `τ` that the average discount factor over a step, and the first correction to it, do.
const STEPS_ONE_BY_ONE: f64 = 1000.0;

/// A discount factor of `e^−60` is zero.
const NOTHING: f64 = 60.0;

/// `w_j (k + ½) P_k(x_j)`: from integrals over Legendre polynomials to weights of nodes.
static PROJECTION: LazyLock<[[f64; NODES]; NODES]> = LazyLock::new(|| {
    let mut matrix = [[0.0; NODES]; NODES];
    for (j, row) in matrix.iter_mut().enumerate() {
        let values = legendre(LEGENDRE_20.x[j]);
        for (k, value) in values.iter().enumerate() {
            row[k] = LEGENDRE_20.w[j] * (k as f64 + 0.5) * value;
        }
    }
    matrix
});

/// The Legendre polynomials of degrees 0 to 19.
fn legendre(x: f64) -> [f64; NODES] {
    let mut p = [1.0; NODES];
    p[1] = x;
    for k in 1..NODES - 1 {
        let n = k as f64;
        p[k + 1] = ((2.0 * n + 1.0) * x * p[k] - n * p[k - 1]) / (n + 1.0);
    }
    p
}

/// Weights for `∫_0^H M(τ/A) dτ/A`, panel after panel. The horizon is finite.
pub(super) fn undiscounted(level: u32, scale: f64, horizon: f64) -> Vec<f64> {
    let mut weights = Weights::new(level, scale);
    weights.add_decaying(0.0, horizon, 0.0, 1.0);
    weights.finish()
}

/// Weights for `∫_0^H f(τ) M(τ/A) dτ/A`, `f` the discount factor. The horizon may be infinite unless
/// the rate is 0.
pub(super) fn discounted(level: u32, scale: f64, horizon: f64, discounting: Discounting) -> Vec<f64> {
    let mut weights = Weights::new(level, scale);
    match discounting {
        Discounting::Continuous { delta } => weights.add_decaying(0.0, horizon, delta, 1.0),
        Discounting::EndOfStep { d, step } => weights.add_steps(horizon, d.ln_1p(), step),
    }
    weights.finish()
}

struct Weights {
    level: u32,
    scale: f64,
    nodes: Vec<f64>,
    /// Integrals over the Legendre polynomials, for panels that are cut.
    moments: Vec<Option<[f64; NODES]>>,
}

impl Weights {
    fn new(level: u32, scale: f64) -> Self {
        Weights { level, scale, nodes: Vec::new(), moments: Vec::new() }
    }

    /// Makes room for panel `k`.
    fn reach(&mut self, k: usize) {
        if self.moments.len() <= k {
            self.moments.resize(k + 1, None);
            self.nodes.resize((k + 1) * NODES, 0.0);
        }
    }

    /// The number of the panel in which `y` lies.
    fn panel_of(&self, y: f64) -> usize {
        if y >= 1.0 {
            return self.level as usize + y as usize;
        }
        (0..=self.level as usize).find(|k| y < panel(self.level, *k).1).unwrap_or(self.level as usize)
    }

    /// Adds the discount factor `height e^−(rate τ)` on `[from, to]` in `τ`.
    fn add_decaying(&mut self, from: f64, to: f64, rate: f64, height: f64) {
        let rate = rate * self.scale;
        let y_to = (to / self.scale).ln_1p();
        let mut y = (from / self.scale).ln_1p();
        let mut k = self.panel_of(y);
        let start = rate * y.exp_m1();
        while y < y_to {
            let (_, end) = panel(self.level, k);
            let decayed = rate * y.exp_m1();
            if decayed - start > NOTHING || decayed > NOTHING + 700.0 {
                break;
            }
            // So far that the factor falls by e^−6 at most.
            let far = if rate > 0.0 { ((decayed + 6.0) / rate).ln_1p() } else { f64::INFINITY };
            let next = end.min(y_to).min(far);
            if next <= y {
                // `far` can fall short of `y` only by rounding.
                y = y.next_up();
                continue;
            }
            self.add_part(k, y, next, |y| height * (-rate * y.exp_m1()).exp());
            y = next;
            if y >= end {
                k += 1;
            }
        }
    }

    /// Adds a factor on a part of panel `k`.
    fn add_part(&mut self, k: usize, from: f64, to: f64, factor: impl Fn(f64) -> f64) {
        self.reach(k);
        let (low, high) = panel(self.level, k);
        if from == low && to == high {
            let (middle, half) = (0.5 * (low + high), 0.5 * (high - low));
            let nodes = &mut self.nodes[k * NODES..(k + 1) * NODES];
            for ((node, xi), w) in nodes.iter_mut().zip(&LEGENDRE_20.x).zip(&LEGENDRE_20.w) {
                let y = middle + half * xi;
                *node += half * w * y.exp() * factor(y);
            }
        } else if 8.0 * (to - from) < high - low {
            self.add_moments(k, from, to, factor, &LEGENDRE_8);
        } else {
            self.add_moments(k, from, to, factor, &LEGENDRE_20);
        }
    }

    fn add_moments<const N: usize>(
        &mut self,
        k: usize,
        from: f64,
        to: f64,
        factor: impl Fn(f64) -> f64,
        rule: &GaussLegendre<N>,
    ) {
        let (middle, half) = (0.5 * (from + to), 0.5 * (to - from));
        for (xi, w) in rule.x.iter().zip(&rule.w) {
            let y = middle + half * xi;
            self.add_point(k, y, half * w * y.exp() * factor(y));
        }
    }

    /// Adds a point mass.
    fn add_point(&mut self, k: usize, y: f64, mass: f64) {
        self.reach(k);
        let (low, high) = panel(self.level, k);
        let moments = self.moments[k].get_or_insert([0.0; NODES]);
        let values = legendre((2.0 * y - low - high) / (high - low));
        for (moment, value) in moments.iter_mut().zip(&values) {
            *moment += mass * value;
        }
    }

    /// Adds the factor `e^−(rate i)` on the `i`-th step.
    fn add_steps(&mut self, horizon: f64, rate: f64, step: f64) {
        if rate == 0.0 {
            return self.add_decaying(0.0, horizon, 0.0, 1.0);
        }
        let steps = horizon / step;
        let whole = steps.floor();
        let singly = whole.min(STEPS_ONE_BY_ONE).min((NOTHING / rate).ceil());
        for i in 0..singly as u32 {
            let i = f64::from(i);
            self.add_decaying(i * step, (i + 1.0) * step, 0.0, (-rate * (i + 1.0)).exp());
        }
        if singly == STEPS_ONE_BY_ONE && whole > singly {
            self.add_average_steps(singly, whole, rate, step);
        }
        if steps > whole && rate * whole < NOTHING {
            self.add_decaying(whole * step, horizon, 0.0, (-rate * steps).exp());
        }
    }

    /// The same for steps `from + 1` to `to`, many and small: `e^−(rate ⌈τ/step⌉)` is `e^−(rate τ/step)`
    /// times a function of period `step`; its average, and the first term of Euler and Maclaurin's
    /// formula, `rate/12 − rate²/24` at both ends.
    fn add_average_steps(&mut self, from: f64, to: f64, rate: f64, step: f64) {
        let average = -(-rate).exp_m1() / rate;
        self.add_decaying(from * step, to * step, rate / step, average);
        let correction = rate / 12.0 - rate * rate / 24.0;
        for (end, sign) in [(from, -1.0), (to, 1.0)] {
            if end * rate < NOTHING {
                let y = (end * step / self.scale).ln_1p();
                let mass = sign * correction * step / self.scale * (-rate * end).exp();
                self.add_point(self.panel_of(y), y, mass);
            }
        }
    }

    fn finish(mut self) -> Vec<f64> {
        for (k, moments) in self.moments.iter().enumerate() {
            let Some(moments) = moments else { continue };
            let nodes = &mut self.nodes[k * NODES..(k + 1) * NODES];
            for (node, row) in nodes.iter_mut().zip(PROJECTION.iter()) {
                *node += row.iter().zip(moments).map(|(p, m)| p * m).sum::<f64>();
            }
        }
        self.nodes
    }
}
