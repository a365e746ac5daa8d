//! What the past says: `L` and P(alive) of one customer, and the sum of `ln L` over a table.
//!
//! With `h(m) = c(m)/w(m) = γ/(γ+δ+m)` and `ρ(m) = w(m+1)/w(m)`, both plain fractions, the recurrence
//! ```text
//! G(m) = h(m) + ρ(m) G(m+1),  G(n) = 1      gives      L = w(t_x) G(t_x)
//! ```
//! from positive terms, at the cost of one step for each silent opportunity. In a table the same start
//! from 0 at the last `n` of all rows with one `x`, `U(m) = h(m) + ρ(m) U(m+1)`, serves all of them:
//! ```text
//! L = w(t_x) (U(t_x) + e^−ρ (1 − U(n))),  e^−ρ = w(n)/w(t_x)
//! ```
//! Nothing cancels: `U <= 1`, and `U(t_x) >= e^−ρ U(n)`. So the cost of a sum grows with the number of
//! distinct `x` times the longest `n`, and hardly with the rows.
//!
//! After a silence of thousands of opportunities a single customer's sum is that of `smooth_sum.rs`: a bound that
//! depends on the digits of `n`, not on `n`.
//!
//! Derivatives are carried along in the logarithms of the parameters, in which they neither overflow
//! nor vanish however small a parameter is.

use std::ops::Range;

use super::BgBb;
use crate::customers::{Customer, CustomerTable, SameX};
use crate::model::{Derivatives, smooth_sum::SmoothTerms};
use crate::special::{digamma_difference, ln_beta_ratio, trigamma_difference};

/// `γ` below this stands for 0: nobody ever leaves, however long the silence.
pub(super) const NEVER: f64 = 1e-200;

/// Silences up to as many opportunities are gone through one by one.
const BY_RECURRENCE: f64 = 4096.0;

/// Parameters, and pairs of them: the upper triangle of the Hessian, row by row.
const N: usize = 4;
const PAIRS: usize = 10;
const PAIR: [(usize, usize); PAIRS] =
    [(0, 0), (0, 1), (0, 2), (0, 3), (1, 1), (1, 2), (1, 3), (2, 2), (2, 3), (3, 3)];

/// A value with its derivatives in the logarithms of the parameters.
#[derive(Debug, Clone, Copy)]
struct Jet {
    value: f64,
    d: [f64; N],
    dd: [f64; PAIRS],
}

impl Jet {
    const ZERO: Jet = Jet { value: 0.0, d: [0.0; N], dd: [0.0; PAIRS] };
}

/// The past of one customer, relative to `w(t_x) e^ln_scale`.
pub(super) struct Past {
    ln_scale: f64,
    /// `w(n)/w(t_x)`
    alive: f64,
    /// `Σ c(m)/w(t_x)`
    left: f64,
}

impl Past {
    pub fn p_alive(&self) -> f64 {
        self.alive / (self.alive + self.left)
    }

    pub fn p_left(&self) -> f64 {
        self.left / (self.alive + self.left)
    }
}

impl BgBb {
    /// `c(m)/w(m)`
    fn leaves(&self, m: f64) -> f64 {
        self.gamma / (self.gamma + self.delta + m)
    }

    /// `w(m+1)/w(m)`
    fn ratio(&self, x: f64, m: f64) -> f64 {
        let bought = (self.beta + (m - x)) / (self.alpha + self.beta + m);
        bought * ((self.delta + m) / (self.gamma + self.delta + m))
    }

    /// `ln w(m)`
    fn ln_w(&self, x: f64, m: f64) -> f64 {
        let BgBb { alpha, beta, gamma, delta } = *self;
        let silent = m - x;
        let bought = ln_beta_ratio(alpha, beta, silent) + ln_beta_ratio(beta + silent, alpha, x);
        if gamma < NEVER { bought } else { bought + ln_beta_ratio(gamma, delta, m) }
    }

    pub(super) fn past(&self, row: &Customer) -> Past {
        if self.gamma < NEVER {
            return Past { ln_scale: 0.0, alive: 1.0, left: 0.0 };
        }
        let (x, t_x, mut m) = (f64::from(row.x), row.t_x.round(), row.t.round());
        if m - t_x > BY_RECURRENCE {
            return self.silent_past(row);
        }
        let mut past = Past { ln_scale: 0.0, alive: 1.0, left: 0.0 };
        while m > t_x {
            m -= 1.0;
            let ratio = self.ratio(x, m);
            past.alive *= ratio;
            past.left = self.leaves(m) + ratio * past.left;
        }
        past
    }

    /// The past after a long silence, of which one part may be too small for a number, but beside the other.
    fn silent_past(&self, row: &Customer) -> Past {
        let ln_alive = self.ln_silent(row, row.t.round() - row.t_x.round());
        let ln_left = self.silent_sum(row, |_| 1.0).ln();
        let ln_scale = ln_alive.max(ln_left);
        Past { ln_scale, alive: (ln_alive - ln_scale).exp(), left: (ln_left - ln_scale).exp() }
    }

    /// `ln w(t_x + s)/w(t_x)`
    fn ln_silent(&self, row: &Customer, s: f64) -> f64 {
        let (x, t_x) = (f64::from(row.x), row.t_x.round());
        ln_beta_ratio(self.alpha + x, self.beta + (t_x - x), s)
            + ln_beta_ratio(self.gamma, self.delta + t_x, s)
    }

    /// `Σ_{m=t_x}^{n−1} c(m)/w(t_x) of(m)` after a long silence, for an `of` that is smooth and positive: the terms
    /// are those of two beta functions, and their number does not matter.
    fn silent_sum(&self, row: &Customer, of: impl Fn(f64) -> f64) -> f64 {
        let (t_x, n) = (row.t_x.round(), row.t.round());
        let ln_f = |s: f64| self.ln_silent(row, s) + (self.leaves(t_x + s) * of(t_x + s)).ln();
        SmoothTerms { ln_f, bend: 1.0, decay: None }.sum(0.0, n - t_x - 1.0)
    }

    pub(super) fn log_likelihood_of(&self, row: &Customer) -> f64 {
        let x = f64::from(row.x);
        if self.gamma < NEVER {
            return self.ln_w(x, row.t.round());
        }
        let past = self.past(row);
        self.ln_w(x, row.t_x.round()) + past.ln_scale + (past.alive + past.left).ln()
    }

    /// The posterior mean of what is `alive(n)` of a customer at `n`, and `left(m)` of one who left right
    /// after `m`.
    pub(super) fn past_mean(
        &self,
        row: &Customer,
        alive: impl Fn(f64) -> f64,
        left: impl Fn(f64) -> f64,
    ) -> f64 {
        let (x, t_x, mut m) = (f64::from(row.x), row.t_x.round(), row.t.round());
        if m - t_x > BY_RECURRENCE && self.gamma >= NEVER {
            let past = self.silent_past(row);
            let gone = if past.left > 0.0 {
                past.p_left() * (self.silent_sum(row, left) / self.silent_sum(row, |_| 1.0))
            } else {
                0.0
            };
            return past.p_alive() * alive(m) + gone;
        }
        let (mut whole, mut sum) = (1.0, alive(m));
        while m > t_x && self.gamma >= NEVER {
            m -= 1.0;
            let (leaves, ratio) = (self.leaves(m), self.ratio(x, m));
            sum = leaves * left(m) + ratio * sum;
            whole = leaves + ratio * whole;
        }
        sum / whole
    }

    /// `h(m)` with the derivatives of its logarithm.
    fn leaves_jet(&self, m: f64) -> Jet {
        let BgBb { gamma, delta, .. } = *self;
        let s = gamma + delta + m;
        let (c, d) = (gamma / s, delta / s);
        let rest = (delta + m) / s;
        let mut jet = Jet { value: c, ..Jet::ZERO };
        jet.d = [0.0, 0.0, rest, -d];
        (jet.dd[7], jet.dd[8], jet.dd[9]) = (-c * rest, c * d, -d * ((gamma + m) / s));
        jet
    }

    /// `ρ(m)` with the derivatives of its logarithm.
    fn ratio_jet(&self, x: f64, m: f64) -> Jet {
        let BgBb { alpha, beta, gamma, delta } = *self;
        let (t, s, silent) = (alpha + beta + m, gamma + delta + m, m - x);
        let (a, b, c, d) = (alpha / t, beta / t, gamma / s, delta / s);
        // Shares of what is bought and stayed for.
        let (b_of, d_of) = (beta / (beta + silent), delta / (delta + m));
        let mut jet = Jet { value: self.ratio(x, m), ..Jet::ZERO };
        jet.d = [-a, b_of * ((alpha + x) / t), -c, d_of * c];
        jet.dd[0] = -a * ((beta + m) / t);
        jet.dd[1] = a * b;
        jet.dd[4] = b_of * (silent / (beta + silent)) - b * ((alpha + m) / t);
        jet.dd[7] = -c * ((delta + m) / s);
        jet.dd[8] = c * d;
        jet.dd[9] = d_of * (m / (delta + m)) - d * ((gamma + m) / s);
        jet
    }

    /// `ln w(m)` with derivatives.
    fn ln_w_jet(&self, x: f64, m: f64) -> Jet {
        let BgBb { alpha, beta, gamma, delta } = *self;
        let silent = m - x;
        let (bought, stayed) = (digamma_difference(alpha + beta, m), digamma_difference(gamma + delta, m));
        let (bought2, stayed2) =
            (trigamma_difference(alpha + beta, m), trigamma_difference(gamma + delta, m));
        let d = [
            alpha * (digamma_difference(alpha, x) - bought),
            beta * (digamma_difference(beta, silent) - bought),
            -gamma * stayed,
            delta * (digamma_difference(delta, m) - stayed),
        ];
        let mut dd = [0.0; PAIRS];
        dd[0] = alpha * alpha * (trigamma_difference(alpha, x) - bought2) + d[0];
        dd[1] = -alpha * beta * bought2;
        dd[4] = beta * beta * (trigamma_difference(beta, silent) - bought2) + d[1];
        dd[7] = -gamma * gamma * stayed2 + d[2];
        dd[8] = -gamma * delta * stayed2;
        dd[9] = delta * delta * (trigamma_difference(delta, m) - stayed2) + d[3];
        Jet { value: self.ln_w(x, m), d, dd }
    }
}

/// One step of the recurrence, `h + ρ U`.
fn step(h: &Jet, ratio: &Jet, u: &Jet) -> Jet {
    let mut next = Jet { value: h.value + ratio.value * u.value, ..Jet::ZERO };
    for i in 0..N {
        next.d[i] = h.value * h.d[i] + ratio.value * (ratio.d[i] * u.value + u.d[i]);
    }
    for (k, (i, j)) in PAIR.into_iter().enumerate() {
        let left = h.value * (h.dd[k] + h.d[i] * h.d[j]);
        let bent = (ratio.dd[k] + ratio.d[i] * ratio.d[j]) * u.value;
        let mixed = ratio.d[i] * u.d[j] + ratio.d[j] * u.d[i];
        next.dd[k] = left + ratio.value * (bent + mixed + u.dd[k]);
    }
    next
}

/// What a table needs at these parameters.
#[derive(Debug)]
pub struct Prepared(Vec<Group>);

/// The recurrence for one `x`, at the places that its rows need.
#[derive(Debug)]
struct Group {
    /// Time by time of the table: which of `at` it is.
    place: Vec<u32>,
    at: Vec<At>,
}

/// At one opportunity.
#[derive(Debug)]
struct At {
    ln_w: Jet,
    u: Jet,
}

impl Prepared {
    pub fn new(model: &BgBb, table: &CustomerTable) -> Self {
        Prepared(table.groups.iter().map(|group| Group::new(model, table, group)).collect())
    }

    pub fn add_rows(&self, model: &BgBb, table: &CustomerTable, rows: Range<usize>, out: &mut Derivatives) {
        let first = table.groups.partition_point(|group| group.rows.end <= rows.start);
        let mut sum = Jet::ZERO;
        for (group, known) in table.groups[first..].iter().zip(&self.0[first..]) {
            let range = group.rows.start.max(rows.start)..group.rows.end.min(rows.end);
            if range.is_empty() {
                break;
            }
            let mut part = Jet::ZERO;
            for row in range {
                known.add(table.t_x[row], table.t[row], table.count[row], model.gamma < NEVER, &mut part);
            }
            sum.value += part.value;
            (0..N).for_each(|i| sum.d[i] += part.d[i]);
            (0..PAIRS).for_each(|k| sum.dd[k] += part.dd[k]);
        }
        add_natural(model, &sum, out);
    }
}

impl Group {
    fn new(model: &BgBb, table: &CustomerTable, group: &SameX) -> Self {
        let mut place = vec![u32::MAX; table.times.len()];
        let rows = group.rows.clone();
        for time in table.t_x[rows.clone()].iter().chain(&table.t[rows]) {
            place[*time as usize] = 0;
        }
        let x = f64::from(group.x);
        let (mut at, mut u, mut m) = (Vec::new(), Jet::ZERO, None);
        // Times ascend; the recurrence runs back from the last one needed.
        for (time, place) in table.times.iter().zip(&mut place).rev().filter(|(_, place)| **place == 0) {
            let time = time.round();
            let m = m.get_or_insert(time);
            while *m > time {
                *m -= 1.0;
                u = step(&model.leaves_jet(*m), &model.ratio_jet(x, *m), &u);
            }
            *place = at.len() as u32;
            at.push(At { ln_w: model.ln_w_jet(x, time), u });
        }
        Group { place, at }
    }

    /// Adds `count ln L` of a row.
    fn add(&self, t_x: u32, t: u32, count: f64, never: bool, sum: &mut Jet) {
        let [last, end] = [t_x, t].map(|time| &self.at[self.place[time as usize] as usize]);
        if t_x == t || never {
            sum.value += count * end.ln_w.value;
            (0..N).for_each(|i| sum.d[i] += count * end.ln_w.d[i]);
            (0..PAIRS).for_each(|k| sum.dd[k] += count * end.ln_w.dd[k]);
            return;
        }
        // R = U(t_x) + e (1 − U(n)), e = w(n)/w(t_x); divided by R.
        let e = (end.ln_w.value - last.ln_w.value).exp();
        let rest = 1.0 - end.u.value;
        let whole = last.u.value + e * rest;
        let (e, inverse) = (e / whole, 1.0 / whole);
        sum.value += count * (last.ln_w.value + whole.ln());
        let (mut gap, mut d) = ([0.0; N], [0.0; N]);
        for i in 0..N {
            gap[i] = end.ln_w.d[i] - last.ln_w.d[i];
            d[i] = inverse * last.u.d[i] + e * (gap[i] * rest - end.u.d[i]);
            sum.d[i] += count * (last.ln_w.d[i] + d[i]);
        }
        for (k, (i, j)) in PAIR.into_iter().enumerate() {
            let bent = (end.ln_w.dd[k] - last.ln_w.dd[k] + gap[i] * gap[j]) * rest;
            let mixed = gap[i] * end.u.d[j] + gap[j] * end.u.d[i] + end.u.dd[k];
            let second = inverse * last.u.dd[k] + e * (bent - mixed);
            sum.dd[k] += count * (last.ln_w.dd[k] + second - d[i] * d[j]);
        }
    }
}

/// From derivatives in logarithms to those in the parameters themselves.
fn add_natural(model: &BgBb, sum: &Jet, out: &mut Derivatives) {
    let theta = [model.alpha, model.beta, model.gamma, model.delta];
    out.value += sum.value;
    for (i, theta) in theta.iter().enumerate() {
        out.gradient[i] += sum.d[i] / theta;
    }
    for (k, (i, j)) in PAIR.into_iter().enumerate() {
        let own = if i == j { sum.d[i] } else { 0.0 };
        let second = (sum.dd[k] - own) / theta[i] / theta[j];
        out.hessian[[i, j]] += second;
        if i != j {
            out.hessian[[j, i]] += second;
        }
    }
}
