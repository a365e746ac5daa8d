//! Forecasts: a customer who is alive at opportunity `n` buys at the next ones with its chance
//! `p ~ Beta(α+x, β+n−x)` as long as it stays, and leaves with its chance `θ ~ Beta(γ, δ+n)`.
//!
//! The expected number of the next `h` opportunities at which it is still one, `b = δ+n`,
//! ```text
//! Σ_{i=1}^{h} B(γ,b+i)/B(γ,b) = b/(γ−1) (1 − Γ(b+1+h)/Γ(b+1) · Γ(b+γ)/Γ(b+γ+h))
//! ```
//! (the sum telescopes), written with `expm1` of a second difference of `ln Γ`, has no singularity at
//! `γ = 1` but 0/0 itself, where it is `b (ψ(b+1+h) − ψ(b+1))`.

use super::likelihood::NEVER;
use super::{BgBb, opportunities};
use crate::base::Discounting;
use crate::customers::Customer;
use crate::model::{PosteriorMeans, contract::BetaWeibull, counts::Opportunities, smooth_sum::SmoothTerms};
use crate::special::{digamma_difference, ln_beta_ratio, ln_gamma, ln_gamma_difference};

/// Opportunities that are discounted one by one where steps and opportunities do not meet.
const ONE_BY_ONE: f64 = 262_144.0;
/// A discount factor of `e^−50` is nothing.
const NOTHING: f64 = 50.0;
/// Future opportunities whose chances are added by recurrence.
const BY_RECURRENCE: f64 = 4096.0;
/// A step of the scale of large numbers.
const LARGE: f64 = 1e200;

impl BgBb {
    /// Expected chance to buy at an opportunity, of a customer who is alive.
    pub(super) fn chance_to_buy(&self, customer: &Customer) -> f64 {
        (self.alpha + f64::from(customer.x)) / (self.alpha + self.beta + customer.t.round())
    }

    /// The second parameter of the chance to leave of a customer who is alive.
    fn staying(&self, n: f64) -> f64 {
        self.delta + n.round()
    }

    /// Is the chance to leave, `γ/(γ+b)`, nothing?
    fn nobody_leaves(&self, b: f64) -> bool {
        self.gamma < NEVER * b.min(1.0)
    }

    /// Chance to stay for the opportunities of a time ahead.
    pub(super) fn stays(&self, n: f64, ahead: f64) -> f64 {
        if self.nobody_leaves(self.staying(n)) {
            return 1.0;
        }
        ln_beta_ratio(self.gamma, self.staying(n), opportunities(ahead)).exp()
    }

    /// How many of the next opportunities a customer who is alive is expected to stay for.
    pub(super) fn lifetime_if_alive(&self, n: f64, horizon: f64) -> f64 {
        let (gamma, b, h) = (self.gamma, self.staying(n), opportunities(horizon));
        if h == f64::INFINITY {
            return if gamma > 1.0 { b / (gamma - 1.0) } else { f64::INFINITY };
        }
        if gamma > 1.0 {
            b / (gamma - 1.0) * -ln_beta_ratio(gamma - 1.0, b + 1.0, h).exp_m1()
        } else if gamma < 1.0 {
            b / (1.0 - gamma) * (-ln_beta_ratio(1.0 - gamma, b + gamma, h)).exp_m1()
        } else {
            b * digamma_difference(b + 1.0, h)
        }
    }

    /// The same, each opportunity discounted.
    pub(super) fn discounted_lifetime_if_alive(&self, n: f64, horizon: f64, discounting: Discounting) -> f64 {
        let (b, h) = (self.staying(n), opportunities(horizon));
        match discounting {
            _ if !discounting.is_any() => self.lifetime_if_alive(n, horizon),
            Discounting::Continuous { delta } => self.geometric(b, 1.0, h, delta),
            Discounting::EndOfStep { d, step } => {
                let steps_each = (1.0 / step).round();
                if steps_each >= 1.0 && (steps_each * step - 1.0).abs() < 1e-9 {
                    return self.geometric(b, 1.0, h, steps_each * d.ln_1p());
                }
                self.in_steps(b, horizon, d.ln_1p(), step)
            }
        }
    }

    /// `Σ_{i=from}^{to} e^(−rate i) B(γ,b+i)/B(γ,b)`
    fn geometric(&self, b: f64, from: f64, to: f64, rate: f64) -> f64 {
        if to < from {
            return 0.0;
        }
        let first = (-rate * from).exp();
        if self.nobody_leaves(b) {
            return first * (-rate * (to - from + 1.0)).exp_m1() / (-rate).exp_m1();
        }
        // Whoever stays with chances of its own is under contract, so to speak.
        let staying = BetaWeibull { alpha: self.gamma, beta: b, c: 1.0 };
        let sum = staying.sum(0.0, from, to, rate);
        if first == 0.0 || sum == 0.0 { 0.0 } else { first * sum }
    }

    /// The same with the discount factor of the end of the step that the opportunity is in.
    fn in_steps(&self, b: f64, horizon: f64, rate: f64, step: f64) -> f64 {
        let h = opportunities(horizon);
        // Of steps of equal length; the last one may be cut short by the horizon.
        let whole = (horizon / step + 1e-9).floor();
        let (mut stays, mut sum, mut i) = (1.0, 0.0, 1.0);
        while i <= h && i <= ONE_BY_ONE {
            // In this order, lest a tiny b be lost beside 1.
            let stayed = b + (i - 1.0);
            stays *= stayed / (self.gamma + stayed);
            let steps = (i / step - 1e-9).ceil();
            let steps = if steps <= whole { steps } else { horizon / step };
            if rate * steps > NOTHING {
                return sum;
            }
            sum += stays * (-rate * steps).exp();
            i += 1.0;
        }
        if h < i {
            return sum;
        }
        // Further off only the average of the discount factors within a step matters.
        const SAMPLE: u32 = 10_000;
        let late = (0..SAMPLE).map(|k| {
            let place = (i + f64::from(k)) / step;
            (-rate * (place.ceil() - place)).exp()
        });
        let average = late.sum::<f64>() / f64::from(SAMPLE);
        sum + average * self.geometric(b, i, h, rate / step)
    }

    /// At least one purchase of a customer who is alive, at the opportunities after the first time and up to the second: the
    /// first of them that is taken is the `i`-th, and the customer stays for it.
    pub(super) fn buys_between(&self, customer: &Customer, (from, to): (f64, f64)) -> f64 {
        let (x, n) = (f64::from(customer.x), customer.t.round());
        let (a, b) = (self.alpha + x, self.beta + (n - x));
        let (first, last) = (opportunities(from), opportunities(to));
        let (gamma, delta) = match self.nobody_leaves(self.staying(n)) {
            true => (0.0, 1.0),
            false => (self.gamma, self.staying(n)),
        };
        let mut stays = if gamma == 0.0 { 1.0 } else { ln_beta_ratio(gamma, delta, first).exp() };
        let (mut buys, mut sum) = (a / (a + b), 0.0);
        let mut i = first;
        while i < last {
            stays *= (delta + i) / (gamma + delta + i);
            sum += stays * buys;
            let passed = i - first;
            buys *= (b + passed) / (a + b + 1.0 + passed);
            i += 1.0;
        }
        sum.clamp(0.0, 1.0)
    }

    /// The number of purchases of a customer who is alive.
    pub(super) fn counts_of(&self, customer: &Customer, horizon: f64) -> Opportunities {
        let (x, n) = (f64::from(customer.x), customer.t.round());
        let (delta, ahead) = (self.staying(n), opportunities(horizon));
        let gamma = if self.nobody_leaves(delta) { 0.0 } else { self.gamma };
        Opportunities { a: self.alpha + x, b: self.beta + (n - x), gamma, delta, ahead }
    }

    pub(super) fn purchases_pmf_of(&self, customer: &Customer, horizon: f64, n: u32) -> f64 {
        let past = self.past(customer);
        let (h, y) = (opportunities(horizon), f64::from(n));
        let if_alive = if y > h { 0.0 } else { self.pmf_if_alive(customer, h, y) };
        let alive = past.p_alive() * if_alive;
        if n > 0 { alive } else { (alive + past.p_left()).clamp(0.0, 1.0) }
    }

    /// `P(Y = y)` among the next `h` opportunities, of a customer who is alive: it stays for all of them,
    /// or leaves right after the `m`-th, `y <= m < h`.
    fn pmf_if_alive(&self, customer: &Customer, h: f64, y: f64) -> f64 {
        let (a, n) = (self.alpha + f64::from(customer.x), customer.t.round());
        let (b, d) = (self.beta + (n - f64::from(customer.x)), self.staying(n));
        let gamma = if self.gamma < NEVER { 0.0 } else { self.gamma };
        // ln of: y purchases at m opportunities, and still a customer.
        let ln_w = |m: f64| {
            let orders = ln_gamma_difference(m - y + 1.0, y) - ln_gamma(y + 1.0);
            let bought = ln_beta_ratio(a, b, m - y) + ln_beta_ratio(b + (m - y), a, y);
            let stayed = if gamma > 0.0 { ln_beta_ratio(gamma, d, m) } else { 0.0 };
            orders + bought + stayed
        };
        let leaves = |m: f64| gamma / (gamma + d + m);
        if gamma == 0.0 {
            return ln_w(h).exp().clamp(0.0, 1.0);
        }
        if h - y > BY_RECURRENCE {
            let ln_f = |m: f64| ln_w(m) + leaves(m).ln();
            let terms = SmoothTerms { ln_f, bend: y.sqrt().max(1.0), decay: Some(1.0 + gamma + a) };
            let stayed = if h < f64::INFINITY { ln_w(h).exp() } else { 0.0 };
            return (terms.sum(y, h - 1.0) + stayed).clamp(0.0, 1.0);
        }
        // From the last opportunity back, relative to w at each; with a scale, lest it overflow.
        let (mut sum, mut scale, mut ln_scale, mut m) = (1.0_f64, 1.0, 0.0, h);
        while m > y {
            m -= 1.0;
            let bought = (m + 1.0) / (m + 1.0 - y) * ((b + (m - y)) / (a + b + m));
            sum = scale * leaves(m) + bought * ((d + m) / (gamma + d + m)) * sum;
            if sum > LARGE {
                (sum, scale, ln_scale) = (sum / LARGE, scale / LARGE, ln_scale + LARGE.ln());
            }
        }
        (ln_w(y) + sum.ln() + ln_scale).exp().clamp(0.0, 1.0)
    }

    pub(super) fn habits_of(&self, customer: &Customer) -> PosteriorMeans {
        let (x, both) = (f64::from(customer.x), self.gamma + self.delta);
        let rate = |m: f64| (self.alpha + x) / (self.alpha + self.beta + m);
        let dropout = |m: f64, left: f64| (self.gamma + left) / (both + m + left);
        PosteriorMeans {
            rate: self.past_mean(customer, rate, rate),
            dropout: self.past_mean(customer, |n| dropout(n, 0.0), |m| dropout(m, 1.0)),
        }
    }
}
