//! The same where rates of purchase change with time: nodes are those of exposure, in panels no longer than the pieces on
//! which `m` is constant, and lifetimes are asked for in time.

use super::{Lifetimes, REPRESENTABLE};
use crate::customers::Piece;
use crate::model::counts::{Counts, Event, Precision, Span, nodes, until_nothing};
use crate::model::lifetime::{Ahead, Lifetime};
use crate::special::{LEGENDRE_4, LEGENDRE_8, LEGENDRE_20, ln_negative_binomial};

/// Nodes that are worth sharing: ten years of weeks.
const MOST_NODES: usize = 8000;
/// The distribution lies within so many standard deviations of its centre.
const DEVIATIONS: f64 = 8.0;

/// Of purchases at a rate that changes with what lies ahead.
#[derive(Debug, Clone)]
pub(in crate::model) struct LifetimesAhead<L> {
    pub of: Lifetimes<L>,
    pub ahead: Ahead,
}

/// The angles between two, by nodes that resolve a part of what twenty do.
fn between(from: f64, to: f64, part: f64, mut f: impl FnMut(f64, f64)) {
    let (middle, half) = (0.5 * (from + to), 0.5 * (to - from));
    let mut all = |x: &[f64], w: &[f64]| {
        x.iter().zip(w).for_each(|(x, w)| f(middle + half * x, half * w));
    };
    match part {
        ..=0.1 => all(&LEGENDRE_4.x, &LEGENDRE_4.w),
        ..=0.35 => all(&LEGENDRE_8.x, &LEGENDRE_8.w),
        _ => all(&LEGENDRE_20.x, &LEGENDRE_20.w),
    }
}

impl<L: Lifetime> LifetimesAhead<L> {
    fn angle(&self, exposure: f64) -> f64 {
        (exposure / self.of.scale).sqrt().asinh()
    }

    /// The last angle of a piece.
    fn end_of(&self, piece: &Piece) -> f64 {
        self.angle(piece.exposure(piece.to))
    }

    /// See [`Lifetimes::shared`].
    fn shared(&self, end: f64) -> Option<Vec<(f64, f64)>> {
        let Lifetimes { shape, scale, rest, .. } = &self.of;
        let step = 3.0 / shape.sqrt();
        let mut found = Vec::with_capacity(400);
        for piece in self.ahead.pieces(0.0, end) {
            let (mut angle, last) = (self.angle(piece.at), self.end_of(&piece));
            while angle < last {
                let exposure = scale * angle.sinh().powi(2);
                let time = piece.time(exposure);
                let hazard = rest.ln_hazard(time).exp() + rest.growth(time);
                let reach = (exposure + piece.m * rest.reach(time).min(5.0 / hazard)) / scale;
                let most = (angle + step).min(reach.sqrt().asinh()).max(angle + 1e-9);
                let to = most.min(last);
                if found.len() >= MOST_NODES {
                    return None;
                }
                between(angle, to, (to - angle) / (most - angle), |angle, weight| {
                    let (sinh, cosh) = (angle.sinh(), angle.cosh());
                    let odds = sinh * sinh;
                    let lives = rest.ln_survival(piece.time(scale * odds));
                    let first = (lives - (shape + 1.0) * odds.ln_1p()).exp();
                    found.push((odds / (1.0 + odds), weight * 2.0 * sinh * cosh * shape * first));
                });
                angle = to;
            }
        }
        Some(found)
    }
}

impl<L: Lifetime> Counts for LifetimesAhead<L> {
    fn bulk(&self) -> (f64, f64) {
        let odds = self.ahead.exposure(self.of.horizon) / self.of.scale;
        (self.of.shape * odds, (self.of.shape * odds).sqrt() * (1.0 + odds).sqrt())
    }

    fn over(&self, n: f64) -> f64 {
        let Lifetimes { shape, scale, rest, .. } = &self.of;
        let deviation = 0.5 / shape.sqrt();
        let centre = ((n + 1.0) / shape).sqrt().asinh();
        let (low, high) = ((centre - DEVIATIONS * deviation).max(0.0), centre + DEVIATIONS * deviation);
        let panel = (0.5 * DEVIATIONS * deviation).min(0.5);
        let mut over = 0.0;
        for piece in self.ahead.pieces(0.0, self.of.end()) {
            let (mut from, to) = (self.angle(piece.at).max(low), self.end_of(&piece).min(high));
            while from < to {
                let next = (from + panel).min(to);
                between(from, next, (next - from) / panel, |angle, weight| {
                    let (sinh, cosh) = (angle.sinh(), angle.cosh());
                    let odds = sinh * sinh;
                    let event = ln_negative_binomial(n, shape + 1.0, odds);
                    let lives = rest.ln_survival(piece.time(scale * odds));
                    over += weight * shape * 2.0 * sinh * cosh * (event + lives).exp();
                });
                from = next;
            }
        }
        over.clamp(0.0, 1.0)
    }

    fn over_first(&self) -> Vec<f64> {
        let (shape, end) = (self.of.shape, self.of.end());
        let mut over = Vec::with_capacity(16);
        let exposure = self.ahead.exposure(end);
        let representable = shape * (exposure / self.of.scale).ln_1p() < REPRESENTABLE;
        let Some(mut nodes) = representable.then(|| self.shared(end)).flatten() else {
            until_nothing(&mut over, |n| self.over(n as f64));
            return over;
        };
        until_nothing(&mut over, |n| {
            if n > 0 {
                let up = (shape + n as f64) / n as f64;
                nodes.iter_mut().for_each(|(z, density)| *density *= up * *z);
            }
            nodes.iter().map(|(_, density)| density).sum::<f64>().min(1.0)
        });
        over
    }

    /// Where purchases are on average in exposure is taken for where they are in time.
    fn spans(&self, n: f64, spans: &mut Vec<Span>) {
        let Lifetimes { shape, scale, rest, horizon } = &self.of;
        let (first, end) = (spans.len(), self.of.end());
        let event = Event::new(n, *shape, *scale);
        let mut push = |weight: f64, exposure: f64, length: f64| {
            let centre = if length > 0.0 { self.ahead.time(0.5 * exposure) / length } else { 0.5 };
            spans.push(Span { centre, ..Span::even(weight, length) });
        };
        let most = self.ahead.exposure(end);
        nodes(n, (*shape, *scale), most, Precision::Time, |exposure, weight| {
            let time = self.ahead.time(exposure);
            let m = self.ahead.pieces(time, f64::INFINITY).next().map_or(1.0, |piece| piece.m);
            let left = rest.ln_survival(time) + rest.ln_hazard(time);
            push(weight / m * (event.ln_pmf(exposure) + left).exp(), exposure, time);
        });
        if *horizon < f64::INFINITY {
            let exposure = self.ahead.exposure(*horizon);
            push((event.ln_pmf(exposure) + rest.ln_survival(*horizon)).exp(), exposure, *horizon);
        }
        let whole: f64 = spans[first..].iter().map(|span| span.weight).sum();
        if whole.is_nan() || whole <= 0.0 {
            spans.truncate(first);
            spans.push(Span::even(1.0, end.min(self.ahead.time(scale * n / shape))));
        }
    }
}
