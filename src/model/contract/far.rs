//! Ages so late that of `t^c` only the logarithm is a number to work with. With `z = β+n^c`, `W = β+t^c` and
//! `α²/W` below rounding, `B(α,W) = Γ(α) W^−α` (DLMF 5.11.12), so that
//! ```text
//! ln S(t)/S(n) = ln Γ(z+α)/Γ(z) − α ln W          = −α ln (W/z)  where z is late, too
//! ```
//! to rounding; `ln W` comes from `c ln t`, and nothing overflows however large `c` is.

use super::{BetaWeibull, Fall};
use crate::special::{digamma, digamma_difference, ln_gamma_difference, trigamma, trigamma_difference};

/// From this `W` on the formulas are exact to rounding: parameters are at most 1e25.
pub(super) const FAR: f64 = 1e100;
/// `z` is late if it is larger than `1 + α²` by this.
const LATE: f64 = 1e20;

/// Two ages in the logarithm of `t^c`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    /// `n^c`; it may be infinite.
    pub time: f64,
    /// `c ln n`; of a new customer negative infinity.
    pub from: f64,
    /// `c ln t`
    pub to: f64,
    /// `c ln (t/n)`, to full relative accuracy; of a new customer infinite.
    pub gain: f64,
}

/// `ln (1 + e^x)`
fn ln_one_and(x: f64) -> f64 {
    if x > 0.0 { x + (-x).exp().ln_1p() } else { x.exp().ln_1p() }
}

impl Span {
    /// `ln W`
    fn ln_end(&self, beta: f64) -> f64 {
        self.to + ln_one_and(beta.ln() - self.to)
    }

    /// `ln (W/z)`, to full relative accuracy.
    fn growth(&self, beta: f64) -> f64 {
        if self.from == f64::NEG_INFINITY {
            return ln_one_and(self.to - beta.ln());
        }
        // n^c and β as shares of z.
        let old = share(self.from - beta.ln());
        if self.gain < 700.0 && self.gain + old.ln() < 700.0 {
            (old * self.gain.exp_m1()).ln_1p()
        } else {
            self.gain + (old + share(beta.ln() - self.from) * (-self.gain).exp()).ln()
        }
    }
}

/// `e^x/(1 + e^x)`
fn share(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

impl BetaWeibull {
    /// `ln S(t)/S(n)`
    pub(super) fn far(&self, span: &Span) -> f64 {
        let z = self.beta + span.time;
        if z > LATE * (1.0 + self.alpha * self.alpha) {
            return -self.alpha * span.growth(self.beta);
        }
        ln_gamma_difference(z, self.alpha) - self.alpha * span.ln_end(self.beta)
    }

    /// The same from `n` to `t`, with the opposite sign and derivatives.
    pub(super) fn far_fall(&self, span: &Span, ln_n: f64, ln_t: f64) -> Fall {
        let (alpha, beta) = (self.alpha, self.beta);
        let (z, ln_w) = (beta + span.time, span.ln_end(beta));
        // 1/W, and the shares of t^c and of β in W.
        let (w, new, rest) = ((-ln_w).exp(), share(span.to - beta.ln()), share(beta.ln() - span.to));
        if z > LATE * (1.0 + alpha * alpha) {
            let (y, growth) = (1.0 / z, span.growth(beta));
            let (old, before) = match span.from == f64::NEG_INFINITY {
                true => (0.0, 1.0),
                false => (share(span.from - beta.ln()), share(beta.ln() - span.from)),
            };
            // By c, of ln W − ln z: `new ln t − old ln n`, whose shares may differ by little.
            let gap =
                if old > 0.0 { new * (ln_t - ln_n) - before * (-growth).exp_m1() * ln_n } else { new * ln_t };
            let bend = new * rest * ln_t * ln_t - if old > 0.0 { old * before * ln_n * ln_n } else { 0.0 };
            let by_beta_c = if old > 0.0 { old * y * ln_n } else { 0.0 } - new * w * ln_t;
            return Fall {
                value: alpha * growth,
                d: [growth, alpha * (w - y), alpha * gap],
                dd: [0.0, w - y, gap, alpha * (y - w) * (y + w), alpha * by_beta_c, alpha * bend],
            };
        }
        let (first, second) = (digamma_difference(z, alpha), trigamma_difference(z, alpha));
        let (z_c, z_cc) =
            if span.time > 0.0 { (span.time * ln_n, span.time * ln_n * ln_n) } else { (0.0, 0.0) };
        let late = trigamma(alpha + z);
        Fall {
            value: -self.far(span),
            d: [ln_w - digamma(alpha + z), alpha * w - first, alpha * new * ln_t - first * z_c],
            dd: [
                -late,
                w - late,
                new * ln_t - late * z_c,
                -alpha * w * w - second,
                -alpha * new * w * ln_t - second * z_c,
                alpha * new * rest * ln_t * ln_t - first * z_cc - second * z_c * z_c,
            ],
        }
    }
}
