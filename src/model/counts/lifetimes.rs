//! Purchases at a steady rate during a lifetime that has nothing to do with them.
//!
//! `P(N > n) = ∫_0^horizon S(t) dP(the purchase n + 1 is at t)`: all terms are positive, and from one `n` to the next
//! the densities at the same nodes differ by a fraction. The nodes are those of `w`, `t = scale sinh² w`, in which all
//! densities are as wide.

mod ahead;

pub(in crate::model) use ahead::LifetimesAhead;

use super::{Counts, Event, Precision, Span, nodes, until_nothing};
use crate::model::lifetime::Lifetime;
use crate::special::{LEGENDRE_20, ln_negative_binomial};

/// See the head of this file.
#[derive(Debug, Clone, Copy)]
pub(in crate::model) struct Lifetimes<L> {
    /// The rate is Gamma(shape, scale).
    pub shape: f64,
    pub scale: f64,
    /// What is left of the lifetime.
    pub rest: L,
    pub horizon: f64,
}

/// Below `e^−700` there is no number to multiply up from.
const REPRESENTABLE: f64 = 600.0;
/// Nodes that are worth sharing.
const MOST_NODES: usize = 2000;
/// Nobody is left who matters.
const NOBODY: f64 = -30.0;

impl<L: Lifetime> Lifetimes<L> {
    /// The horizon, or the age at which hardly anybody is left.
    fn end(&self) -> f64 {
        if self.rest.ln_survival(self.horizon.min(1e300)) >= NOBODY {
            return self.horizon;
        }
        let (mut low, mut high) = (1e-300_f64.ln(), self.horizon.min(1e300).ln());
        while high - low > 1e-3 {
            let middle = 0.5 * (low + high);
            if self.rest.ln_survival(middle.exp()) < NOBODY { high = middle } else { low = middle }
        }
        high.exp()
    }

    /// Nodes for all numbers at once: the odds, and the density of the first purchase with the chance to live to it.
    fn shared(&self, end: f64) -> Option<Vec<(f64, f64)>> {
        let last = (end / self.scale).sqrt().asinh();
        let step = 3.0 / self.shape.sqrt();
        let (mut angle, mut found) = (0.0_f64, Vec::with_capacity(40));
        while angle < last {
            let age = self.scale * angle.sinh().powi(2);
            // Smooth as the lifetime is, and falling by no more than e^−5.
            let hazard = self.rest.ln_hazard(age).exp() + self.rest.growth(age);
            let reach = (age + self.rest.reach(age).min(5.0 / hazard)) / self.scale;
            let to = (angle + step).min(reach.sqrt().asinh()).min(last).max(angle + 1e-9);
            if found.len() >= MOST_NODES {
                return None;
            }
            let (middle, half) = (0.5 * (angle + to), 0.5 * (to - angle));
            for (x, w) in LEGENDRE_20.x.iter().zip(&LEGENDRE_20.w) {
                let (sinh, cosh) = ((middle + half * x).sinh(), (middle + half * x).cosh());
                let odds = sinh * sinh;
                let lives = self.rest.ln_survival(self.scale * odds);
                let first = (lives - (self.shape + 1.0) * odds.ln_1p()).exp();
                found.push((odds / (1.0 + odds), half * w * 2.0 * sinh * cosh * self.shape * first));
            }
            angle = to;
        }
        Some(found)
    }
}

impl<L: Lifetime> Counts for Lifetimes<L> {
    fn bulk(&self) -> (f64, f64) {
        let odds = self.horizon / self.scale;
        (self.shape * odds, (self.shape * odds).sqrt() * (1.0 + odds).sqrt())
    }

    fn over(&self, n: f64) -> f64 {
        let mut over = 0.0;
        nodes(n + 1.0, (self.shape, self.scale), self.end(), Precision::Chance, |age, weight| {
            let density =
                self.shape / self.scale * ln_negative_binomial(n, self.shape + 1.0, age / self.scale).exp();
            over += weight * density * self.rest.ln_survival(age).exp();
        });
        over.clamp(0.0, 1.0)
    }

    fn over_first(&self) -> Vec<f64> {
        let end = self.end();
        let mut over = Vec::with_capacity(16);
        let representable = self.shape * (end / self.scale).ln_1p() < REPRESENTABLE;
        let Some(mut nodes) = representable.then(|| self.shared(end)).flatten() else {
            until_nothing(&mut over, |n| self.over(n as f64));
            return over;
        };
        until_nothing(&mut over, |n| {
            if n > 0 {
                let up = (self.shape + n as f64) / n as f64;
                nodes.iter_mut().for_each(|(z, density)| *density *= up * *z);
            }
            nodes.iter().map(|(_, density)| density).sum::<f64>().min(1.0)
        });
        over
    }

    fn spans(&self, n: f64, spans: &mut Vec<Span>) {
        let end = self.end();
        let first = spans.len();
        let ln_lives = |t: f64| self.rest.ln_survival(t);
        let event = Event::new(n, self.shape, self.scale);
        nodes(n, (self.shape, self.scale), end, Precision::Time, |length, weight| {
            let density = (event.ln_pmf(length) + ln_lives(length) + self.rest.ln_hazard(length)).exp();
            spans.push(Span::even(weight * density, length));
        });
        if self.horizon < f64::INFINITY {
            let weight = (event.ln_pmf(self.horizon) + ln_lives(self.horizon)).exp();
            spans.push(Span::even(weight, self.horizon));
        }
        let whole: f64 = spans[first..].iter().map(|span| span.weight).sum();
        if whole.is_nan() || whole <= 0.0 {
            spans.truncate(first);
            let length = end.min(self.scale * n / self.shape);
            spans.push(Span::even(1.0, length));
        }
    }
}
