//! Purchases at opportunities: `P(N > n)` is the sum over opportunities `m` of the chance that purchase `n + 1` is at
//! `m`, and that the customer stays for it.

use super::{Counts, Span, until_nothing};
use crate::model::smooth_sum::SmoothTerms;
use crate::special::{ln_beta_ratio, ln_gamma, ln_gamma_difference};

/// The chance to buy is Beta(a, b), that to leave before an opportunity Beta(gamma, delta); `gamma` is 0 if nobody does.
#[derive(Debug, Clone, Copy)]
pub(in crate::model) struct Opportunities {
    pub a: f64,
    pub b: f64,
    pub gamma: f64,
    pub delta: f64,
    /// How many there are.
    pub ahead: f64,
}

/// So many opportunities are gone through one by one.
const BY_RECURRENCE: f64 = 4096.0;
/// Opportunities that stand for all at which a customer may have left.
const LAST_ONES: usize = 16;

impl Opportunities {
    fn ln_stays(&self, m: f64) -> f64 {
        if self.gamma > 0.0 { ln_beta_ratio(self.gamma, self.delta, m) } else { 0.0 }
    }

    /// `ln` of `n` purchases at `m` opportunities in a given order.
    fn ln_bought(&self, n: f64, m: f64) -> f64 {
        ln_beta_ratio(self.a, self.b, m - n) + ln_beta_ratio(self.b + (m - n), self.a, n)
    }

    /// `ln` of how many orders there are of `n` things at `m` places.
    fn ln_orders(n: f64, m: f64) -> f64 {
        ln_gamma_difference(m - n + 1.0, n) - ln_gamma(n + 1.0)
    }
}

/// The first of terms that rise and then fall which is not below `e^−50` of the largest, from 0 up to `most`.
fn first_that_matters(ln_f: &impl Fn(f64) -> f64, most: f64) -> f64 {
    const NEGLIGIBLE: f64 = 50.0;
    let most = most.min(1e300);
    if most < 1.0 || ln_f(1.0) <= ln_f(0.0) {
        return 0.0;
    }
    // The last one that is above the one before: halving in logarithms.
    let halve = |mut low: f64, mut high: f64, rises: &dyn Fn(f64) -> bool| {
        while high - low > 1.0 {
            let middle = if low > 0.0 { (low * high).sqrt().floor() } else { (0.5 * high).floor() };
            let middle = middle.max(low + 1.0).min(high - 1.0);
            if !(low < middle && middle < high) {
                break;
            }
            if rises(middle) { low = middle } else { high = middle }
        }
        low
    };
    let peak = halve(1.0, most.floor() + 1.0, &|k| ln_f(k) > ln_f(k - 1.0));
    let least = ln_f(peak) - NEGLIGIBLE;
    if ln_f(0.0) >= least { 0.0 } else { halve(0.0, peak.max(1.0), &|k| ln_f(k) < least) }
}

impl Counts for Opportunities {
    fn bulk(&self) -> (f64, f64) {
        let (both, p) = (self.a + self.b, self.a / (self.a + self.b));
        let spread = p * (1.0 - p) * self.ahead * ((both + self.ahead) / (both + 1.0));
        (p * self.ahead, spread.sqrt())
    }

    fn over(&self, n: f64) -> f64 {
        if n >= self.ahead {
            return 0.0;
        }
        // By the opportunities k that were passed over before purchase n + 1: k^(b−1) (n + k)^−(a+b), nearly, which is
        // smooth in ln k however large n is. No logarithm is larger than what is left of it.
        let Opportunities { a, b, .. } = *self;
        let constant = ln_gamma_difference(n + 1.0, a) + ln_gamma_difference(b, a) - ln_gamma(a);
        let passed = |k: f64| {
            if b >= 1.0 {
                ln_gamma_difference(k + 1.0, b - 1.0)
            } else {
                -ln_gamma_difference(k + b, 1.0 - b)
            }
        };
        let ln_f = |k: f64| {
            let m = n + 1.0 + k;
            constant + passed(k) - ln_gamma_difference(m, a + b) + self.ln_stays(m)
        };
        let most = self.ahead - n - 1.0;
        let bend = self.a.min(self.b).min(n + 1.0).sqrt().max(1.0);
        let decay = Some(1.0 + self.a + self.gamma);
        let from = first_that_matters(&ln_f, most);
        SmoothTerms { ln_f, bend, decay }.sum(from, most).clamp(0.0, 1.0)
    }

    fn over_first(&self) -> Vec<f64> {
        let mut over = Vec::with_capacity(16);
        if self.ahead > BY_RECURRENCE || self.ahead < 1.0 {
            until_nothing(&mut over, |n| self.over(n as f64));
            return over;
        }
        let (a, b) = (self.a, self.b);
        // Purchase n + 1 at the opportunity m + 1, and still a customer.
        let mut chances = Vec::with_capacity(self.ahead as usize);
        let mut chance = 1.0;
        for m in 0..self.ahead as usize {
            let m = m as f64;
            chance *= if m == 0.0 { a / (a + b) } else { (b + (m - 1.0)) / (a + b + m) };
            chance *= (self.delta + m) / (self.gamma + self.delta + m);
            chances.push(chance);
        }
        until_nothing(&mut over, |n| {
            if n >= chances.len() {
                return 0.0;
            }
            if n > 0 {
                let before = (n - 1) as f64;
                for (m, chance) in chances.iter_mut().enumerate().skip(n) {
                    let m = m as f64;
                    *chance *=
                        (m - before) / (before + 1.0) * ((a + before + 1.0) / (b + (m - before - 1.0)));
                }
            }
            chances[n..].iter().sum::<f64>().min(1.0)
        });
        over
    }

    fn spans(&self, n: f64, spans: &mut Vec<Span>) {
        let bought = |m: f64| Self::ln_orders(n, m) + self.ln_bought(n, m) + self.ln_stays(m);
        let mut push = |ln_weight: f64, length: f64| {
            // The first is one step away, the last at the end.
            let centre = 0.5 * (1.0 + length.recip());
            let freedom = ((length - n) / (length - 1.0).max(1.0)).clamp(0.0, 1.0);
            spans.push(Span { centre, freedom, ..Span::even(ln_weight.exp(), length) });
        };
        if self.ahead < f64::INFINITY {
            push(bought(self.ahead), self.ahead);
        }
        if self.gamma <= 0.0 {
            return;
        }
        // Whole numbers from n to the one before the end, each for those up to the next.
        let (mut from, end) = (n, self.ahead.min(1e6 * (1.0 + n)));
        let ratio = (end / n.max(1.0)).powf(1.0 / LAST_ONES as f64);
        while from < end {
            let to = (from * ratio).ceil().max(from + 1.0).min(end);
            let middle = (0.5 * (from + to - 1.0)).round();
            let leaves = self.gamma / (self.gamma + self.delta + middle);
            push(bought(middle) + leaves.ln() + (to - from).ln(), middle);
            from = to;
        }
    }
}
