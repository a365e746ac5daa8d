//! The mean, over customers who may leave, of their chance to be buying still.
//!
//! Of a customer who is alive, `p` is Beta(a, B) and the rate is Gamma(R, A), `R = r + x`, `A = α + T`.
//! The expected rate of purchases a time `τ` ahead is then `R/A · M(τ/A)` with
//! ```text
//! M(s) = E[(1 + p s)^−(R+1)] = 2F1(R+1, a; a+B; −s)
//! ```
//! which depends on `x` alone. Every forecast is an integral of `M` over `s` with some weight.
//!
//! The hypergeometric series of `M` (and its transformations, closed forms of its integral included)
//! cancel, converge slowly or have removable singularities (at `a = 1`, `a + B = 1`) in one corner or
//! another. The defining integral over `p` has none of this: all its terms are positive. It is taken
//! by Gauss-Jacobi rules at both ends, where the density may be singular (`p^(a−1)`, `(1−p)^(B−1)`),
//! and by Gauss-Legendre panels in `ln(p/(1−p))` between them, over the part that matters. The same
//! nodes give the norming constant, so no beta function is needed.
//!
//! `M` is tabulated at 20 Gauss-Legendre nodes in each of some panels in `y = ln(1 + s)`; the first
//! ones are as short as the steepest possible decline, `e^−(R+1)y`, asks for, and each of the next is
//! as long as all before it, up to 1.

use crate::model::weights::{NODES, Panel, Weights};
use crate::special::{LEGENDRE_20, gauss_jacobi_unit, log1p_excess};

/// Nodes of a Gauss-Jacobi rule.
const END_NODES: usize = 12;

/// `e^−50` of the whole does not matter.
const NEGLIGIBLE: f64 = -50.0;

/// `M` for one `x`, in panels that are filled when asked for.
#[derive(Debug, Clone)]
pub(in crate::model) struct Survival {
    /// `R + 1`.
    power: f64,
    a: f64,
    big_b: f64,
    low_end: ([f64; END_NODES], [f64; END_NODES]),
    high_end: ([f64; END_NODES], [f64; END_NODES]),
    level: usize,
    panels: Vec<Option<[f64; NODES]>>,
}

/// Nodes in `p`, and weights that approximate the density up to a factor.
#[derive(Debug, Default)]
struct Rule {
    p: Vec<f64>,
    weight: Vec<f64>,
}

impl Survival {
    /// For `p ~ Beta(a, big_b)` and a rate of shape `shape`.
    pub fn new(a: f64, big_b: f64, shape: f64) -> Self {
        Survival::of_power(a, big_b, shape + 1.0)
    }

    /// The mean of `(1 + p s)^−power`.
    pub fn of_power(a: f64, big_b: f64, power: f64) -> Self {
        // The first panel is at most 6 / power long.
        let level = (power / 6.0).log2().ceil().max(0.0) as usize;
        let (low_end, high_end) = (gauss_jacobi_unit(a), gauss_jacobi_unit(big_b));
        Survival { power, a, big_b, low_end, high_end, level, panels: Vec::new() }
    }

    /// The mean at one `s`.
    pub fn at(&self, s: f64) -> f64 {
        let rule = self.rule(s);
        let terms = rule.p.iter().zip(&rule.weight);
        let mean: f64 = terms.map(|(p, w)| w * (-self.power * (p * s).ln_1p()).exp()).sum();
        if s > 0.0 { (mean / rule.weight.iter().sum::<f64>()).clamp(0.0, 1.0) } else { 1.0 }
    }

    /// `Σ weight × M` over all nodes.
    pub fn dot(&mut self, weights: &mut Weights) -> f64 {
        let (mut sum, mut k) = (0.0, 0);
        while let Some(weights) = weights.in_panel(&Panel::new(self.level, k)) {
            let values = self.panel_values(k);
            let mut part = [0.0; 4];
            for (w, m) in weights.chunks_exact(4).zip(values.chunks_exact(4)) {
                for i in 0..4 {
                    part[i] += w[i] * m[i];
                }
            }
            sum += (part[0] + part[1]) + (part[2] + part[3]);
            k += 1;
        }
        sum
    }

    fn panel_values(&mut self, k: usize) -> &[f64; NODES] {
        if self.panels.len() <= k {
            self.panels.resize(k + 1, None);
        }
        if self.panels[k].is_none() {
            self.panels[k] = Some(self.compute_panel(k));
        }
        self.panels[k].get_or_insert([0.0; NODES])
    }

    fn compute_panel(&self, k: usize) -> [f64; NODES] {
        let panel = Panel::new(self.level, k);
        let rule = self.rule(panel.high.exp_m1());
        let whole: f64 = rule.weight.iter().sum();
        let mut values = [0.0; NODES];
        for (value, y) in values.iter_mut().zip(panel.nodes()) {
            let s = y.exp_m1();
            let terms = rule.p.iter().zip(&rule.weight);
            *value = terms.map(|(p, w)| w * (-self.power * (p * s).ln_1p()).exp()).sum::<f64>() / whole;
        }
        values
    }

    /// A rule for the mean of `(1 + p s)^−power`, `0 <= s <= s_max`.
    fn rule(&self, s_max: f64) -> Rule {
        let (a, b) = (self.a, self.big_b);
        let density = Density::new(a, b);
        let mut rule = Rule::default();
        // On [0, p_low] all but p^(a−1) is a polynomial nearly, and so at the other end.
        let p_low = (4.0 / (self.power * s_max + b + 4.0)).min(1.0 / s_max).min(0.5);
        let q_high = (4.0 / (self.power * (s_max / (1.0 + s_max)) + a + 4.0)).min(0.5);
        let at_low = a * (p_low / density.mean).ln() + b * (a / b).ln_1p();
        for (t, w) in self.low_end.0.iter().zip(&self.low_end.1) {
            let p = p_low * t;
            rule.push(p, w / a * (at_low + (b - 1.0) * (-p).ln_1p()).exp());
        }
        let (from, to) = (logit(p_low), -logit(q_high));
        let (from, to) = self.part_that_matters(&density, s_max, from - density.mode, to - density.mode);
        let mut start = from;
        while start < to {
            let end = density.panel_end(start).max(start.next_up()).min(to);
            let (middle, half) = (0.5 * (start + end), 0.5 * (end - start));
            for (xi, w) in LEGENDRE_20.x.iter().zip(&LEGENDRE_20.w) {
                let v = middle + half * xi;
                rule.push(density.p(v), half * w * density.ln(v).exp());
            }
            start = end;
        }
        let at_high = b * (q_high / density.rest).ln() + a * (b / a).ln_1p();
        for (t, w) in self.high_end.0.iter().zip(&self.high_end.1) {
            let q = q_high * t;
            rule.push(1.0 - q, w / b * (at_high + (a - 1.0) * (-q).ln_1p()).exp());
        }
        rule
    }

    /// Cuts a range of `v` to where the density, or the density times the integral of
    /// `(1 + p s)^−power` over `s` (which is at most `s_max` and about `1/(R p)`), is not negligible.
    fn part_that_matters(&self, density: &Density, s_max: f64, from: f64, to: f64) -> (f64, f64) {
        let shape = self.power - 1.0;
        let ln_gain = |v: f64| {
            let p = density.p(v);
            if shape > 0.5 { s_max.min(1.0 / (shape * p)).ln() } else { slow_gain(shape, s_max, p).ln() }
        };
        let turn = (1.0 / (shape.max(0.5) * s_max)).min(0.5);
        // Where density times gain is highest: at the density's own mode, if the gain is flat there.
        let second = match (density.mean <= turn, self.a > 1.0) {
            (true, _) => 0.0,
            // In this form because the mean of many tosses may be 1 to all digits.
            (false, true) => ((self.a - 1.0) / (self.big_b + 1.0)).ln().max(logit(turn)) - density.mode,
            (false, false) => logit(turn) - density.mode,
        };
        let second = second.clamp(from.min(to), to.max(from));
        let best = density.ln(second) + ln_gain(second);
        let matters = |v: f64| density.ln(v).max(density.ln(v) + ln_gain(v) - best) > NEGLIGIBLE;
        let cut = |outside: f64, inside: f64| {
            let (mut outside, mut inside) = (outside, inside);
            if matters(outside) {
                return outside;
            }
            for _ in 0..200 {
                let middle = 0.5 * (outside + inside);
                if matters(middle) {
                    inside = middle
                } else {
                    outside = middle
                }
                if (inside - outside).abs() < 0.5 * density.deviation.min(0.5) {
                    break;
                }
            }
            outside
        };
        let (low, high) =
            (second.min(0.0).clamp(from, to.max(from)), second.max(0.0).clamp(from, to.max(from)));
        (cut(from, low), cut(to, high))
    }
}

/// `∫_0^s_max (1 + p s)^−(shape+1) ds` as it is, for a shape near 0 or below it.
fn slow_gain(shape: f64, s_max: f64, p: f64) -> f64 {
    let log = (p * s_max).ln_1p();
    let bent = shape * log;
    let mean = if bent.abs() < 1e-9 { 1.0 } else { -(-bent).exp_m1() / bent };
    log / p * mean
}

impl Rule {
    fn push(&mut self, p: f64, weight: f64) {
        if weight > 0.0 {
            self.p.push(p);
            self.weight.push(weight);
        }
    }
}

/// The density of `ln(p/(1−p))`, `p ~ Beta(a, b)`, as a function of the distance `v` from its mode, and
/// relative to it.
#[derive(Debug)]
struct Density {
    a: f64,
    b: f64,
    /// `a/(a+b)`, which is `p` at the mode.
    mean: f64,
    rest: f64,
    mode: f64,
    /// Standard deviation of `ln(p/(1−p))`, if it is nearly normal.
    deviation: f64,
}

impl Density {
    fn new(a: f64, b: f64) -> Self {
        let deviation = (1.0 / a + 1.0 / b).sqrt();
        Density { a, b, mean: a / (a + b), rest: b / (a + b), mode: a.ln() - b.ln(), deviation }
    }

    fn p(&self, v: f64) -> f64 {
        // Written so that neither end overflows.
        if v < 0.0 {
            self.mean * v.exp() / (self.rest + self.mean * v.exp())
        } else {
            self.mean / (self.mean + self.rest * (-v).exp())
        }
    }

    /// `1 − p`, with its digits.
    fn q(&self, v: f64) -> f64 {
        if v < 0.0 {
            self.rest / (self.rest + self.mean * v.exp())
        } else {
            self.rest * (-v).exp() / (self.mean + self.rest * (-v).exp())
        }
    }

    /// `a ln(p/mean) + b ln((1−p)/rest)`.
    fn ln(&self, v: f64) -> f64 {
        let shift = v.exp_m1();
        let scale = 1.0 + self.mean * shift;
        if v.abs() < 0.3 {
            let t = shift / scale;
            -(self.a * log1p_excess(self.rest * t) + self.b * log1p_excess(-self.mean * t))
        } else if self.mean > 0.5 {
            // From the other end: there the small one of the two chances keeps its digits.
            -self.b * v - (self.a + self.b) * (self.rest * (-v).exp_m1()).ln_1p()
        } else {
            self.a * v - (self.a + self.b) * (self.mean * shift).ln_1p()
        }
    }

    /// Where a panel that starts at `v` ends: after 2 units, or 3 local standard deviations.
    fn panel_end(&self, v: f64) -> f64 {
        let curvature = |v: f64| (self.a + self.b) * self.p(v) * self.q(v);
        let straddles = v + self.mode < 0.0 && v + 2.0 + self.mode > 0.0;
        let worst = if straddles { 0.25 * (self.a + self.b) } else { curvature(v).max(curvature(v + 2.0)) };
        v + (3.0 / worst.sqrt()).min(2.0)
    }
}

fn logit(p: f64) -> f64 {
    (p / (1.0 - p)).ln()
}
