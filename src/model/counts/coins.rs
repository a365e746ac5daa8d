//! Purchases at a steady rate, each after as many stages, with a coin after each that says whether it was the last.
//!
//! One who never leaves makes `M` purchases, so `P(N > n) = P(M > n) E[q^n]`: rate and chance to leave are
//! independent.

use super::{Counts, Event, Precision, Span, nodes, until_nothing};
use crate::special::{incomplete_beta, ln_beta_ratio, ln_negative_binomial};

/// See the head of this file.
#[derive(Debug, Clone, Copy)]
pub(in crate::model) struct Coins {
    /// Stages to a purchase, and how many of the next one are behind.
    pub stages: f64,
    pub behind: f64,
    /// The rate of stages is Gamma(shape, scale).
    pub shape: f64,
    pub scale: f64,
    /// The chance to leave is Beta(a, b); `None`: nobody does.
    pub leave: Option<(f64, f64)>,
    pub horizon: f64,
}

/// Below `e^−700` there is no number to multiply up from.
const REPRESENTABLE: f64 = 690.0;

impl Coins {
    fn odds(&self) -> f64 {
        self.horizon / self.scale
    }

    /// At least so many stages.
    fn passed(&self, stages: f64) -> f64 {
        let odds = self.odds();
        if stages <= 0.0 || odds == f64::INFINITY {
            return 1.0;
        }
        if stages == 1.0 {
            return -(-self.shape * odds.ln_1p()).exp_m1();
        }
        incomplete_beta(stages, self.shape, odds / (1.0 + odds), 1.0 / (1.0 + odds))
    }

    /// Stages up to the `n`-th purchase.
    fn up_to(&self, n: f64) -> f64 {
        self.stages * n - self.behind
    }

    /// The spans of who stays to the horizon. With as many stages behind one at it, stages are as likely at any time
    /// before, and purchases are at every so many of them.
    fn spans_to_horizon(&self, n: f64, spans: &mut Vec<Span>) {
        let stays = self.stays(n);
        if self.horizon == f64::INFINITY || stays <= 0.0 {
            return;
        }
        for more in 0..self.stages as u32 {
            let stages = self.up_to(n) + f64::from(more);
            let weight = stays * ln_negative_binomial(stages, self.shape, self.odds()).exp();
            let centre = (0.5 * self.stages * (n + 1.0) - self.behind) / (stages + 1.0);
            spans.push(Span { centre, ..Span::even(weight, self.horizon) });
        }
    }

    /// `E[q^n]`
    fn stays(&self, n: f64) -> f64 {
        self.leave.map_or(1.0, |(a, b)| ln_beta_ratio(a, b, n).exp())
    }
}

impl Counts for Coins {
    fn bulk(&self) -> (f64, f64) {
        let odds = self.odds();
        let deviation = (self.shape * odds).sqrt() * (1.0 + odds).sqrt();
        ((self.shape * odds + self.behind) / self.stages, deviation / self.stages)
    }

    fn over(&self, n: f64) -> f64 {
        self.stays(n) * self.passed(self.up_to(n + 1.0))
    }

    fn over_first(&self) -> Vec<f64> {
        let odds = self.odds();
        let none = -self.shape * odds.ln_1p();
        let endless = odds == f64::INFINITY;
        let mut over = Vec::with_capacity(16);
        if none < -REPRESENTABLE && !endless {
            until_nothing(&mut over, |n| self.over(n as f64));
            return over;
        }
        let (a, b) = self.leave.unwrap_or((0.0, 1.0));
        let z = odds / (1.0 + odds);
        // The chance of as many stages, of more, and to stay for n purchases.
        let (mut stages, mut chance) = (0.0, if endless { 0.0 } else { none.exp() });
        let (mut more, mut stays) = (if endless { 1.0 } else { -none.exp_m1() }, 1.0);
        until_nothing(&mut over, |n| {
            let n = n as f64;
            while stages + 1.0 < self.up_to(n + 1.0) && !endless {
                chance *= (self.shape + stages) / (stages + 1.0) * z;
                stages += 1.0;
                more -= chance;
            }
            if n > 0.0 {
                let before = b + (n - 1.0);
                stays *= before / (a + before);
            }
            stays * more.max(0.0)
        });
        over
    }

    fn spans(&self, n: f64, spans: &mut Vec<Span>) {
        self.spans_to_horizon(n, spans);
        let Some((a, b)) = self.leave else { return };
        let leaves = self.stays(n - 1.0) * (a / (a + b + (n - 1.0)));
        let (first, stages) = (spans.len(), self.up_to(n));
        let centre = (0.5 * self.stages * n - self.behind) / stages;
        // d/dt P(stages passed by t)
        let event = Event::new(stages, self.shape, self.scale);
        nodes(stages, (self.shape, self.scale), self.horizon, Precision::Time, |length, weight| {
            let weight = leaves * weight * event.density(length);
            spans.push(Span { centre, last_at_end: true, ..Span::even(weight, length) });
        });
        let whole: f64 = spans[first..].iter().map(|span| span.weight).sum();
        if whole.is_nan() || whole <= 0.0 {
            spans.truncate(first);
            if first == 0 {
                let length = self.horizon.min(self.scale * stages / self.shape);
                spans.push(Span::even(1.0, length));
            }
        }
    }

    fn regularity(&self) -> f64 {
        self.stages
    }
}
