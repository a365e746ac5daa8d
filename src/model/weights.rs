//! Weights for the nodes of panels in `y = ln(1 + τ/A)`, `τ` the time from now: with them, integrals
//! over the future of a function `M(τ/A)` times a discount factor are dot products. They depend on the
//! scale `A`, the horizon and the discounting, not on the function.
//!
//! A panel that the horizon or a step of discounting cuts through is integrated by projecting: the
//! integrals of the discount factor times each Legendre polynomial over the part give weights that
//! are exact for polynomials of degree 19 in `y = ln(1 + τ/A)`.

use std::sync::{Arc, LazyLock};

use crate::base::Discounting;
use crate::customers::Path;
use crate::model::keep::Slots;
use crate::special::{GaussLegendre, LEGENDRE_8, LEGENDRE_20};

/// Nodes in a panel.
pub(super) const NODES: usize = 20;

/// One of the intervals in `y` on which an integrand is tabulated.
#[derive(Debug, Clone, Copy)]
pub(super) struct Panel {
    pub low: f64,
    pub high: f64,
    /// A number of its own among all panels of all levels.
    pub slot: usize,
}

impl Panel {
    /// Panel `k` if the first one is `[0, 2^−level]`: then come `[2^−j, 2^(1−j)]` for `j` from `level`
    /// down to 1, which all finer levels have too, then `[1, 2]`, `[2, 3]` and so on.
    pub fn new(level: usize, k: usize) -> Self {
        if k == 0 {
            Panel::numbered(3 * level)
        } else if k <= level {
            Panel::numbered(3 * (level + 1 - k) + 1)
        } else {
            Panel::numbered(3 * (k - level) + 2)
        }
    }

    /// The panel of this number.
    fn numbered(slot: usize) -> Self {
        let power = |j: usize| 0.5_f64.powi(j as i32);
        let (j, at) = (slot / 3, (slot / 3) as f64);
        let (low, high) = match slot % 3 {
            0 => (0.0, power(j)),
            1 => (power(j), power(j.saturating_sub(1))),
            _ => (at, at + 1.0),
        };
        Panel { low, high, slot }
    }

    /// Its nodes.
    pub fn nodes(&self) -> impl Iterator<Item = f64> {
        let (middle, half) = (0.5 * (self.low + self.high), 0.5 * (self.high - self.low));
        LEGENDRE_20.x.iter().map(move |x| middle + half * x)
    }
}

/// Steps of discounting that are done one by one. The rest, if any, are so many and so small beside
/// `τ` that the average discount factor over a step, and the first correction to it, do.
const STEPS_ONE_BY_ONE: f64 = 1000.0;

/// A discount factor of `e^−60` is zero.
const NOTHING: f64 = 60.0;

/// Parts of a panel that are shorter by this factor get few nodes.
const SHORT: f64 = 3.0;

/// Weights in a panel.
pub(super) type PanelWeights = [f64; NODES];

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

/// `(2k+1)/(k+1)` and `k/(k+1)`, of the recurrence of the Legendre polynomials.
const RECURRENCE: [(f64, f64); NODES] = {
    let mut terms = [(0.0, 0.0); NODES];
    let mut k = 0;
    while k < NODES {
        terms[k] = ((2 * k + 1) as f64 / (k + 1) as f64, k as f64 / (k + 1) as f64);
        k += 1;
    }
    terms
};

/// The Legendre polynomials of degrees 0 to 19.
fn legendre(x: f64) -> [f64; NODES] {
    let mut p = [1.0; NODES];
    p[1] = x;
    for k in 1..NODES - 1 {
        let (up, down) = RECURRENCE[k];
        p[k + 1] = up * x * p[k] - down * p[k - 1];
    }
    p
}

/// The integrals from −1 to `x` of the Legendre polynomials of degrees 0 to 19.
fn antiderivatives(x: f64) -> [f64; NODES] {
    let p = legendre(x);
    let (up, down) = RECURRENCE[NODES - 1];
    let last = up * x * p[NODES - 1] - down * p[NODES - 2];
    let mut sums = [x + 1.0; NODES];
    for k in 1..NODES {
        let next = if k + 1 < NODES { p[k + 1] } else { last };
        sums[k] = (next - p[k - 1]) / (2 * k + 1) as f64;
    }
    sums
}

/// The weights of one scale for `∫_0^H f(τ) M(τ/A) dτ/A`, `f` the discount factor, worked out panel by
/// panel when asked for. The horizon may be infinite if the rate of discount is positive.
#[derive(Debug)]
pub(super) struct Weights {
    /// `A`.
    scale: f64,
    horizon: f64,
    fall: Fall,
    /// `y` at the horizon, or from where on nothing is left of the discount factor.
    end: f64,
    known: Slots<PanelWeights>,
}

/// How money loses its worth as `τ` goes on.
#[derive(Debug)]
enum Fall {
    /// `τ` is time.
    With(Discounting),
    /// `τ` is exposure, and money falls with time at the rate `delta`; the horizon is in time.
    Along { path: Arc<Path>, delta: f64 },
}

impl Weights {
    pub fn new(scale: f64, horizon: f64, discounting: Discounting) -> Self {
        let rate = match discounting {
            Discounting::Continuous { delta } => delta,
            Discounting::EndOfStep { d, step } => d.ln_1p() / step,
        };
        let end = (horizon.min(NOTHING / rate) / scale).ln_1p();
        Weights { scale, horizon, fall: Fall::With(discounting), end, known: Slots::default() }
    }

    /// Of exposure, within a time ahead, while money falls with time.
    pub fn along(scale: f64, path: Arc<Path>, horizon: f64, delta: f64) -> Self {
        let horizon = horizon.min(NOTHING / delta);
        let end = (path.exposure(horizon) / scale).ln_1p();
        Weights { scale, horizon, fall: Fall::Along { path, delta }, end, known: Slots::default() }
    }

    pub fn undiscounted(scale: f64, horizon: f64) -> Self {
        Weights::new(scale, horizon, Discounting::Continuous { delta: 0.0 })
    }

    /// `y` at the horizon, or from where on nothing is left of the discount factor.
    pub fn end(&self) -> f64 {
        self.end
    }

    /// The weights in a panel; `None` from the first panel on that lies beyond the end.
    pub fn in_panel(&mut self, panel: &Panel) -> Option<&PanelWeights> {
        if panel.low >= self.end {
            return None;
        }
        let Weights { scale, horizon, ref fall, ref mut known, .. } = *self;
        Some(known.get(panel.slot, || compute(scale, horizon, fall, panel)))
    }
}

/// The weights of one scale for purchases and for what they are worth.
#[derive(Debug)]
pub(super) struct Both {
    /// The horizon, in exposure where customers are.
    pub ahead: f64,
    pub expected: Weights,
    /// `None`: the same.
    pub discounted: Option<Weights>,
}

impl Both {
    /// Within a time ahead. A path says that the scale is one of exposure; then money falls at a rate.
    pub fn new(scale: f64, path: Option<&Arc<Path>>, horizon: f64, discounting: Discounting) -> Self {
        let ahead = path.map_or(horizon, |path| path.exposure(horizon));
        let discounted = || match (path, discounting) {
            (Some(path), Discounting::Continuous { delta }) => {
                Weights::along(scale, path.clone(), horizon, delta)
            }
            _ => Weights::new(scale, horizon, discounting),
        };
        let discounted = discounting.is_any().then(discounted);
        Both { ahead, expected: Weights::undiscounted(scale, ahead), discounted }
    }
}

/// Weights without discounting of panels that are whole, by their numbers: those of any scale.
static WHOLE: LazyLock<Vec<(Panel, PanelWeights)>> = LazyLock::new(|| {
    let one = |slot| (Panel::numbered(slot), whole(&Panel::numbered(slot)));
    (0..192).map(one).collect()
});

fn whole(panel: &Panel) -> PanelWeights {
    let mut sums = Sums::new(*panel, 1.0);
    sums.add_part(panel.low, panel.high, false, |_| 1.0);
    sums.finish()
}

/// The weights of one scale in a panel.
fn compute(scale: f64, horizon: f64, fall: &Fall, panel: &Panel) -> PanelWeights {
    let plain = matches!(
        fall,
        Fall::With(Discounting::Continuous { delta: 0.0 } | Discounting::EndOfStep { d: 0.0, .. })
    );
    if plain && (horizon / scale).ln_1p() >= panel.high {
        // Parts of panels have numbers of their own.
        let known = WHOLE.get(panel.slot).filter(|(own, _)| (own.low, own.high) == (panel.low, panel.high));
        return known.map_or_else(|| whole(panel), |(_, weights)| *weights);
    }
    let mut sums = Sums::new(*panel, scale);
    match fall {
        Fall::With(Discounting::Continuous { delta }) => sums.add_decaying(0.0, horizon, *delta, 1.0),
        Fall::With(Discounting::EndOfStep { d: 0.0, .. }) => sums.add_decaying(0.0, horizon, 0.0, 1.0),
        Fall::With(Discounting::EndOfStep { d, step }) => sums.add_steps(horizon, d.ln_1p(), *step),
        Fall::Along { path, delta } => sums.add_along(path, horizon, *delta),
    }
    sums.finish()
}

/// Sums over the parts of one panel.
struct Sums {
    panel: Panel,
    scale: f64,
    nodes: PanelWeights,
    /// Integrals over the Legendre polynomials.
    moments: Option<PanelWeights>,
    /// The same without the factor `e^y`.
    flat: Option<PanelWeights>,
}

impl Sums {
    fn new(panel: Panel, scale: f64) -> Self {
        Sums { panel, scale, nodes: [0.0; NODES], moments: None, flat: None }
    }

    /// Adds the discount factor `height e^−(rate τ)`, `from <= τ <= to`, as far as it is in the panel.
    fn add_decaying(&mut self, from: f64, to: f64, rate: f64, height: f64) {
        let rate = rate * self.scale;
        let mut y = (from / self.scale).ln_1p().max(self.panel.low);
        let end = (to / self.scale).ln_1p().min(self.panel.high);
        if rate == 0.0 {
            // As smooth as M is, which a short part hardly bends.
            let few = 8.0 * (end - y) < self.panel.high - self.panel.low;
            let whole = y == self.panel.low && end == self.panel.high;
            return match y < end && !few && !whole {
                true => self.add_constant(y, end, height),
                false => self.add_part(y, end, few, |_| height),
            };
        }
        while y < end {
            let decayed = rate * y.exp_m1();
            if decayed > NOTHING {
                break;
            }
            // So far that the factor falls by e^−6 at most (and on, should rounding stop it).
            let next = ((decayed + 6.0) / rate).ln_1p().max(y.next_up()).min(end);
            self.add_part(y, next, false, |y| height * (-rate * y.exp_m1()).exp());
            y = next;
        }
    }

    /// Adds the discount factor `e^−(delta u)` at exposures up to that of time `horizon`, `u` the time at which there has been so
    /// much: it bends wherever `m` steps.
    fn add_along(&mut self, path: &Path, horizon: f64, delta: f64) {
        let scale = self.scale;
        for piece in path.pieces(0.0, horizon) {
            let mut y = (piece.at / scale).ln_1p().max(self.panel.low);
            let end = (piece.exposure(piece.to) / scale).ln_1p().min(self.panel.high);
            let worth = |y: f64| (-delta * piece.time(scale * y.exp_m1())).exp();
            let rate = delta * scale / piece.m;
            while y < end {
                // So far that the factor falls by e^−6 at most (and on, should rounding stop it).
                let next = ((rate * y.exp_m1() + 6.0) / rate).ln_1p().max(y.next_up()).min(end);
                // On a short part M hardly bends, nor does the factor where it hardly falls.
                let few = SHORT * (next - y) < self.panel.high - self.panel.low
                    && rate * (next.exp_m1() - y.exp_m1()) < 0.5;
                self.add_part(y, next, few, worth);
                y = next;
            }
        }
    }

    /// Adds a factor on a part of the panel, with few nodes or many.
    fn add_part(&mut self, from: f64, to: f64, few: bool, factor: impl Fn(f64) -> f64) {
        if from >= to {
            return;
        }
        if from == self.panel.low && to == self.panel.high {
            let half = 0.5 * (to - from);
            for ((node, y), w) in self.nodes.iter_mut().zip(self.panel.nodes()).zip(&LEGENDRE_20.w) {
                *node += half * w * y.exp() * factor(y);
            }
        } else if few {
            self.add_moments(from, to, factor, &LEGENDRE_8);
        } else {
            self.add_moments(from, to, factor, &LEGENDRE_20);
        }
    }

    fn add_moments<const N: usize>(
        &mut self,
        from: f64,
        to: f64,
        factor: impl Fn(f64) -> f64,
        rule: &GaussLegendre<N>,
    ) {
        let (middle, half) = (0.5 * (from + to), 0.5 * (to - from));
        for (xi, w) in rule.x.iter().zip(&rule.w) {
            let y = middle + half * xi;
            self.add_point(y, half * w * y.exp() * factor(y));
        }
    }

    /// Adds a constant factor on a part of the panel that is not so short that the difference of two integrals would lose
    /// digits. The polynomial is then that of `M(y) e^y`, whose integrals are known: `∫ P_k = (P_{k+1} − P_{k−1})/(2k + 1)`.
    fn add_constant(&mut self, from: f64, to: f64, height: f64) {
        let Panel { low, high, .. } = self.panel;
        let at = |y: f64| antiderivatives((2.0 * y - low - high) / (high - low));
        let half = 0.5 * (high - low) * height;
        let flat = self.flat.get_or_insert([0.0; NODES]);
        for ((sum, end), start) in flat.iter_mut().zip(at(to)).zip(at(from)) {
            *sum += half * (end - start);
        }
    }

    /// Adds a point mass.
    fn add_point(&mut self, y: f64, mass: f64) {
        let Panel { low, high, .. } = self.panel;
        let values = legendre((2.0 * y - low - high) / (high - low));
        let moments = self.moments.get_or_insert([0.0; NODES]);
        for (moment, value) in moments.iter_mut().zip(&values) {
            *moment += mass * value;
        }
    }

    /// Adds the factor `e^−(rate i)` on the `i`-th step.
    fn add_steps(&mut self, horizon: f64, rate: f64, step: f64) {
        let steps = horizon / step;
        let whole = steps.floor();
        let singly = whole.min(STEPS_ONE_BY_ONE).min((NOTHING / rate).ceil());
        let step_at = |y: f64| y.exp_m1() * self.scale / step;
        let (low, high) = (step_at(self.panel.low), step_at(self.panel.high));
        let mut i = (low - 1.0).floor().max(0.0);
        while i < singly.min(high + 1.0) {
            self.add_decaying(i * step, (i + 1.0) * step, 0.0, (-rate * (i + 1.0)).exp());
            i += 1.0;
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
            let y = (end * step / self.scale).ln_1p();
            if end * rate < NOTHING && y >= self.panel.low && y < self.panel.high {
                self.add_point(y, sign * correction * step / self.scale * (-rate * end).exp());
            }
        }
    }

    fn finish(self) -> PanelWeights {
        let mut nodes = self.nodes;
        if let Some(moments) = self.moments {
            for (node, row) in nodes.iter_mut().zip(PROJECTION.iter()) {
                *node += row.iter().zip(&moments).map(|(p, m)| p * m).sum::<f64>();
            }
        }
        if let Some(flat) = self.flat {
            for ((node, row), y) in nodes.iter_mut().zip(PROJECTION.iter()).zip(self.panel.nodes()) {
                *node += y.exp() * row.iter().zip(&flat).map(|(p, m)| p * m).sum::<f64>();
            }
        }
        nodes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: `∫_0^H (1 + τ/A)^−3 dτ/A = (1 − (1 + H/A)^−2)/2`, for horizons that end anywhere in a panel.
    #[test]
    fn a_panel_cut_anywhere_is_whole() {
        for share in [1e-6, 0.003, 0.03, 0.06, 0.2, 0.31, 0.5, 0.77, 0.999, 1.0, 1.3, 2.9, 7.0, 40.0] {
            let (scale, horizon) = (30.0, 30.0 * share);
            let mut weights = Weights::undiscounted(scale, horizon);
            let mut sum = 0.0;
            for panel in (0..).map(|k| Panel::new(3, k)) {
                let Some(own) = weights.in_panel(&panel) else { break };
                sum += own.iter().zip(panel.nodes()).map(|(w, y)| w * (-3.0 * y).exp()).sum::<f64>();
            }
            let exact = -0.5 * (-2.0 * share.ln_1p()).exp_m1();
            assert!((sum / exact - 1.0).abs() < 1e-14, "{share}: {sum} and {exact}");
        }
    }
}
