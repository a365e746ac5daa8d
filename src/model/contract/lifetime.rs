//! Sums of `S(n+h)/S(n)` over periods to come, discounted or not, with an end or without: expected lifetimes.
//! The terms fall and never rise. The first ones are added one by one, until they change slowly; the rest is
//! Euler and Maclaurin's formula with differences in the place of derivatives (Gauss and Encke),
//! ```text
//! Σ_{h=m}^{l} f(h) = ∫_m^l f + (f(m) + f(l))/2 + D(l) − D(m)
//! D = 1/12 μδf − 11/720 μδ³f + 191/60480 μδ⁵f − 2497/3628800 μδ⁷f
//! ```
//! with the integral in `v = ln (n+h)/(n+m)`, in which `f` has the scale `1/c`. Once `t^c` is beyond `β` and `α` by
//! all digits, `f` is a power of time, `t^−αc`: its integral has a closed form, so that without discount the rest
//! is `t f (1/(αc−1))` with the same corrections, the series of Hurwitz's zeta function (DLMF 25.11.28).
//!
//! The cost has a bound, whatever the parameters: terms are smooth from `t = 64 c` on or, if that comes first,
//! powers of time, at most some 7,000 terms away; the panels of the integral number at most the logarithm of
//! what is between `1` and there.
//! Checked by: fixtures/reference/bdw.jsonl, tests/contracts/contracts.rs.

use super::BetaWeibull;
use crate::special::LEGENDRE_20;

/// Terms below `e^−45` of the sum do not matter.
const NEGLIGIBLE: f64 = 45.0;
/// `ln` of what is no number any more.
const NOTHING: f64 = -800.0;
/// Terms that fall by less than this from one to the next (in logarithms) are smooth.
const SLOW: f64 = 1.0 / 16.0;
/// Ages from which on `t` may be smooth, in units of `max(1, c)`.
const FIRST: f64 = 64.0;
/// `t^c` beyond all else by `e^41` leaves a power of time.
const ALONE: f64 = 41.0;
/// A panel of the integral: its length in `c v`, its length in `v` where a discount rate is in it, and how
/// much the integrand may change from end to end (in logarithms).
const PANEL: (f64, f64, f64) = (2.0, 1.5, 6.0);

/// The terms of one sum.
#[derive(Clone, Copy)]
struct Terms<'a> {
    kernel: &'a BetaWeibull,
    n: f64,
    first: f64,
    rate: f64,
    /// `α c − 1`
    excess: f64,
    /// The place and logarithm of a term from which on the terms are a power of time.
    power: Option<(f64, f64)>,
}

/// The logarithm of what does not matter beside a sum, and is no number beside none.
fn negligible(sum: f64) -> f64 {
    (sum.ln() - NEGLIGIBLE).max(NOTHING)
}

impl BetaWeibull {
    /// `Σ_{h=first}^{last} S(n+h)/S(n) e^(−rate (h−first))`, `first` and `last` whole; `last` may be infinite.
    pub fn sum(&self, n: f64, first: f64, last: f64, rate: f64) -> f64 {
        let excess = self.alpha.mul_add(self.c, -1.0);
        if last == f64::INFINITY && rate == 0.0 && excess <= 0.0 {
            return f64::INFINITY;
        }
        Terms { kernel: self, n, first, rate, excess, power: None }.sum(last)
    }

    /// From this `c ln t` on survival is a power of time.
    fn alone(&self) -> f64 {
        self.alpha.max(1.0).ln() + self.alpha.max(self.beta).max(1.0).ln() + ALONE
    }
}

impl Terms<'_> {
    fn sum(mut self, last: f64) -> f64 {
        let (smooth, alone) = (FIRST * self.kernel.c.max(1.0), self.kernel.alone());
        let (mut h, mut sum) = (self.first, 0.0_f64);
        let mut ln = self.ln_at(h);
        while h <= last {
            let (t, next) = (self.n + h, self.ln_at(h + 1.0));
            // Differences look four places back.
            if t >= FIRST && h >= 4.0 && last - h > FIRST {
                let power = self.kernel.c * t.ln() >= alone;
                if (power || t >= smooth) && ln - next < SLOW {
                    self.power = power.then_some((h, ln));
                    return sum + self.rest(h, last, sum);
                }
                // What falls so fast here falls faster than `t^−2` from here on.
                if ln - next >= SLOW && ln + t.ln() < negligible(sum) {
                    return sum;
                }
            }
            sum += ln.exp();
            (h, ln) = (h + 1.0, next);
        }
        sum
    }

    /// `ln f(h)`
    fn ln_at(&self, h: f64) -> f64 {
        match self.power {
            Some((m, ln)) => {
                ln - (self.excess + 1.0) * ((h - m) / (self.n + m)).ln_1p() - self.rate * (h - m)
            }
            None => self.kernel.ln_stays(self.n, h) - self.rate * (h - self.first),
        }
    }

    /// `ln f` at `t = e^v (n+m)`, however large.
    fn ln_grown(&self, m: f64, v: f64) -> f64 {
        let h = m + (self.n + m) * v.exp_m1();
        if h < f64::MAX || self.power.is_some() || self.rate > 0.0 {
            return self.ln_at(h.min(f64::MAX));
        }
        self.kernel.ln_stays_until(self.n, (self.n + m).ln() + v)
    }

    /// The sum from `m` on, smooth.
    fn rest(&self, m: f64, last: f64, before: f64) -> f64 {
        let f = |h: f64| self.ln_at(h).exp();
        let start = 0.5 * f(m) - self.correction(m);
        let end = if last < f64::INFINITY { 0.5 * f(last) + self.correction(last) } else { 0.0 };
        start + self.integral(m, last, before) + end
    }

    /// `D`.
    fn correction(&self, at: f64) -> f64 {
        let odd = |k: f64| 0.5 * (self.ln_at(at + k).exp() - self.ln_at(at - k).exp());
        let [one, two, three, four] = [1.0, 2.0, 3.0, 4.0].map(odd);
        let third = two - 2.0 * one;
        let fifth = three - 4.0 * two + 5.0 * one;
        let seventh = four - 6.0 * three + 14.0 * two - 14.0 * one;
        one / 12.0 - 11.0 / 720.0 * third + 191.0 / 60_480.0 * fifth - 2497.0 / 3_628_800.0 * seventh
    }

    /// `∫_m^last f`, by panels in `v` short enough for `f` to be a polynomial nearly.
    fn integral(&self, m: f64, last: f64, before: f64) -> f64 {
        let (start, end) = (self.n + m, ((last - m) / (self.n + m)).ln_1p());
        let alone = self.kernel.alone();
        // ln of `t f`, less that of where it starts.
        let ln_at = |v: f64| self.ln_grown(m, v) + v;
        let by_rate = if self.rate > 0.0 { PANEL.1 } else { f64::INFINITY };
        let longest = if self.power.is_some() { PANEL.1 } else { (PANEL.0 / self.kernel.c).min(by_rate) };
        let (mut v, mut ln, mut sum, mut length) = (0.0, ln_at(0.0), 0.0, longest.min(0.1));
        while v < end {
            let power = self.power.is_some() || self.kernel.c * (start.ln() + v) >= alone;
            if power && self.rate == 0.0 {
                return sum + start * ln.exp() * self.of_power(end - v);
            }
            let (mut next, mut ln_next) = ((v + length).min(end), ln_at((v + length).min(end)));
            for _ in 0..100 {
                if (ln_next - ln).abs() <= PANEL.2 {
                    break;
                }
                length *= 0.5;
                (next, ln_next) = (v + length, ln_at(v + length));
            }
            let panel = LEGENDRE_20.integrate(v, next, |v| ln_at(v).exp());
            sum += start * panel;
            // At most `t f / slope` is left.
            let slope = (ln - ln_next) / (next - v);
            let slope = if self.rate == 0.0 && end == f64::INFINITY { slope.min(self.excess) } else { slope };
            if sum == f64::INFINITY
                || slope > 0.0 && ln_next + start.ln() - slope.ln() < negligible(before + sum)
            {
                break;
            }
            if (ln_next - ln).abs() < 0.4 * PANEL.2 {
                length = (2.0 * length).min(longest);
            }
            (v, ln) = (next, ln_next);
        }
        sum
    }

    /// `∫_0^length e^(−(αc−1) v) dv`
    fn of_power(&self, length: f64) -> f64 {
        if self.excess == 0.0 { length } else { -(-self.excess * length).exp_m1() / self.excess }
    }
}
