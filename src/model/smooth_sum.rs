//! Sums of very many terms that change slowly: the first ones are added one by one, the rest is
//! Euler and Maclaurin's formula with differences in the place of derivatives (Gauss and Encke),
//! ```text
//! Σ_{i=m}^{n} f(i) = ∫_m^n f + (f(m) + f(n))/2 + C(n) − C(m)
//! C = 1/12 μδf − 11/720 μδ³f + 191/60480 μδ⁵f − 2497/3628800 μδ⁷f
//! ```
//! Of positive terms nothing cancels, and a million terms cost what a few hundred do.
//! Checked by: the tests below, and all reference values of BG/BB, sBG and BdW with small discount rates.

use crate::special::LEGENDRE_20;

/// Terms below `e^−45` of the sum do not matter.
const NEGLIGIBLE: f64 = 45.0;
/// Terms that fall or rise by less than this from one to the next (in logarithms) are smooth.
const SLOW: f64 = 1.0 / 16.0;
/// Terms that are added one by one at least, so that what happens at the start is far away.
const FIRST: f64 = 64.0;
/// Between looks whether the terms have become smooth.
const LOOK: f64 = 16.0;
/// `ln` of the largest place there is.
const LAST_LN: f64 = 700.0;

/// Terms `e^ln_f(t)`: `f` is positive, smooth beyond the first terms, rises at most at first, and is
/// defined (as a formula) a few places beyond the last term too.
pub(super) struct SmoothTerms<F> {
    pub ln_f: F,
    /// How fast the terms may turn: 1, or the power of time that is in them.
    pub bend: f64,
    /// Without end the terms fall like `t^−decay` at last, `decay > 1`; `None` if faster.
    pub decay: Option<f64>,
}

impl<F: Fn(f64) -> f64> SmoothTerms<F> {
    /// The sum from `from` to `to`, both whole and included; `to` may be infinite.
    pub fn sum(&self, from: f64, to: f64) -> f64 {
        let least = from + FIRST * self.bend.max(1.0);
        let (mut i, mut sum, mut last, mut look) = (from, 0.0_f64, f64::NEG_INFINITY, least.ceil());
        while i <= to {
            let ln = (self.ln_f)(i);
            if i >= look && to - i > FIRST {
                if ((self.ln_f)(i + 1.0) - ln).abs() < SLOW {
                    return sum + self.rest(i, to, sum);
                }
                look = i + LOOK;
                if ln < last && ln < sum.ln() - NEGLIGIBLE {
                    return sum;
                }
            }
            sum += ln.exp();
            last = ln;
            i += 1.0;
        }
        sum
    }

    /// The sum from `m` on, smooth.
    fn rest(&self, m: f64, to: f64, before: f64) -> f64 {
        let f = |t: f64| (self.ln_f)(t).exp();
        let start = 0.5 * f(m) - self.correction(m);
        let end = if to < f64::INFINITY { 0.5 * f(to) + self.correction(to) } else { 0.0 };
        start + self.integral(m, to, before) + end
    }

    /// `C`.
    fn correction(&self, at: f64) -> f64 {
        let odd = |k: f64| 0.5 * ((self.ln_f)(at + k).exp() - (self.ln_f)(at - k).exp());
        let [one, two, three, four] = [1.0, 2.0, 3.0, 4.0].map(odd);
        let third = two - 2.0 * one;
        let fifth = three - 4.0 * two + 5.0 * one;
        let seventh = four - 6.0 * three + 14.0 * two - 14.0 * one;
        one / 12.0 - 11.0 / 720.0 * third + 191.0 / 60_480.0 * fifth - 2497.0 / 3_628_800.0 * seventh
    }

    /// `∫_m^to f`, by panels in `ln t` that are short enough for `f` to be a polynomial nearly.
    fn integral(&self, m: f64, to: f64, before: f64) -> f64 {
        let longest = 0.7 / self.bend.max(1.0);
        let end = to.ln().min(LAST_LN);
        let (mut y, mut sum) = (m.ln(), 0.0);
        let mut ln = (self.ln_f)(m);
        while y < end {
            let mut next = (y + longest).min(end);
            let mut ln_next = (self.ln_f)(next.exp());
            while (ln_next - ln).abs() > 6.0 && next - y > 1e-9 {
                next = 0.5 * (y + next);
                ln_next = (self.ln_f)(next.exp());
            }
            sum += LEGENDRE_20.integrate(y, next, |y| {
                let t = y.exp();
                (self.ln_f)(t).exp() * t
            });
            // `t f` falls like `t^−slope` here and faster later on, so that at most `t f / slope` is left.
            let (left, slope) = (ln_next + next, (ln + y - ln_next - next) / (next - y));
            (y, ln) = (next, ln_next);
            if slope > 0.0 && left - slope.ln() < (before + sum).ln() - NEGLIGIBLE {
                break;
            }
            if let (Some(decay), true) = (self.decay, to == f64::INFINITY)
                && (self.bend.min(1.0) * y > 60.0 || y >= end)
            {
                return sum + left.exp() / (decay - 1.0);
            }
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn close(found: f64, expected: f64) {
        assert!((found / expected - 1.0).abs() < 2e-14, "{found} is not {expected}");
    }

    /// Seen to fail with 11/720 given the wrong sign.
    #[test]
    fn known_sums() {
        let zeta = SmoothTerms { ln_f: |t: f64| -2.0 * t.ln(), bend: 1.0, decay: Some(2.0) };
        close(zeta.sum(1.0, f64::INFINITY), std::f64::consts::PI.powi(2) / 6.0);
        let direct: f64 = (1..=100_000).rev().map(|i| f64::from(i).powi(-2)).sum();
        close(zeta.sum(1.0, 1e5), direct);
        for rate in [10.0_f64, 1.0, 0.03, 1e-3, 1e-7, 1e-12] {
            let geometric = SmoothTerms { ln_f: |t: f64| -rate * t, bend: 1.0, decay: None };
            close(geometric.sum(0.0, f64::INFINITY), -1.0 / (-rate).exp_m1());
            close(geometric.sum(0.0, 999.0), (-rate * 1e3).exp_m1() / (-rate).exp_m1());
        }
        // `B(a, b + t) / B(a, b)` falls exponentially for long, and like `t^−a` at last: its sum is (b + a − 1)/(a − 1).
        for (a, b) in [(5e8_f64, 9.5e9), (5e5, 1e3), (30.0, 1e7), (3.0, 2.0)] {
            let ln_f = |t: f64| crate::special::ln_beta(a, b + t) - crate::special::ln_beta(a, b);
            let sum = SmoothTerms { ln_f, bend: 1.0, decay: Some(a) }.sum(0.0, f64::INFINITY);
            assert!((sum / ((b + a - 1.0) / (a - 1.0)) - 1.0).abs() < 1e-6, "{a} {b}: {sum}");
        }
        let bell = SmoothTerms { ln_f: |t: f64| -(t * t) / 1e6, bend: 2.0, decay: None };
        let whole = 0.5 + 0.5 * (1e6 * std::f64::consts::PI).sqrt();
        close(bell.sum(0.0, f64::INFINITY), whole);
    }
}
