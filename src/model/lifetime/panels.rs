//! Intervals on which an integrand over ages is smooth enough for Gauss-Legendre.

use super::{BuyingLifetime, Lifetime};
use crate::special::{LEGENDRE_4, LEGENDRE_8, LEGENDRE_20};

/// A panel in which the logarithm of the integrand changes by more than this is too long for 20 nodes
/// (16 digits are lost at about 16).
const CHANGE: f64 = 10.0;

/// An interval of ages.
#[derive(Debug, Clone, Copy)]
pub(super) struct Panel {
    pub from: f64,
    pub to: f64,
    nodes: Nodes,
}

/// How many nodes are enough.
#[derive(Debug, Clone, Copy)]
enum Nodes {
    Four,
    Eight,
    Twenty,
}

impl Panel {
    /// The next panel from `from` towards `to`, for an integrand with this reach of smoothness and
    /// whose logarithm changes at most this fast.
    pub fn next(from: f64, to: f64, reach: f64, speed: f64) -> Self {
        let end = (from + reach.min(CHANGE / speed)).max(from.next_up()).min(to);
        let width = end - from;
        let few = width * 6.0 <= reach && width * speed <= 1.0;
        Panel { from, to: end, nodes: if few { Nodes::Eight } else { Nodes::Twenty } }
    }

    /// The same where panels are short for another reason: a week of its own rate. Four nodes leave 1e-12 of what is so
    /// smooth.
    pub fn short(from: f64, to: f64, reach: f64, speed: f64) -> Self {
        let panel = Panel::next(from, to, reach, speed);
        let width = panel.to - from;
        let few = width * 24.0 <= reach && width * speed <= 0.5;
        Panel { nodes: if few { Nodes::Four } else { panel.nodes }, ..panel }
    }

    /// Calls `f(age, weight)` at each node.
    #[inline]
    pub fn nodes(&self, mut f: impl FnMut(f64, f64)) {
        let (middle, half) = (0.5 * (self.from + self.to), 0.5 * (self.to - self.from));
        let mut all = |x: &[f64], w: &[f64]| {
            for (x, w) in x.iter().zip(w) {
                f(middle + half * x, half * w);
            }
        };
        match self.nodes {
            Nodes::Four => all(&LEGENDRE_4.x, &LEGENDRE_4.w),
            Nodes::Eight => all(&LEGENDRE_8.x, &LEGENDRE_8.w),
            Nodes::Twenty => all(&LEGENDRE_20.x, &LEGENDRE_20.w),
        }
    }

    pub fn integrate(&self, f: impl Fn(f64) -> f64) -> f64 {
        let mut sum = 0.0;
        self.nodes(|age, weight| sum += weight * f(age));
        sum
    }
}

/// The panels of `w h` from one age to another.
pub(super) struct Panels<L> {
    model: BuyingLifetime<L>,
    power: f64,
    from: f64,
    to: f64,
    /// How fast the logarithm of what `w h` is multiplied by changes.
    weight: f64,
}

impl<L: Lifetime> Panels<L> {
    /// For `w` of this power of `1/(α + τ)`.
    pub fn new(model: &BuyingLifetime<L>, power: f64, from: f64, to: f64) -> Self {
        Panels { model: *model, power, from, to, weight: 0.0 }
    }

    /// Of `w h` times a weight whose logarithm changes at most this fast.
    pub fn weighted(self, weight: f64) -> Self {
        Panels { weight, ..self }
    }
}

impl<L: Lifetime> Iterator for Panels<L> {
    type Item = Panel;

    fn next(&mut self) -> Option<Panel> {
        if self.from >= self.to {
            return None;
        }
        let BuyingLifetime { alpha, lifetime, .. } = &self.model;
        let reach = lifetime.reach(self.from).min(3.0 * (alpha + self.from));
        let hazard = lifetime.ln_hazard(self.from).exp();
        let speed = self.power / (alpha + self.from) + hazard + lifetime.growth(self.from) + self.weight;
        let panel = Panel::next(self.from, self.to, reach, speed);
        self.from = panel.to;
        Some(panel)
    }
}
