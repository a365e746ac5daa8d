//! One who is alive at a known stage: stages pass at a rate Gamma(S, B), `j` of the `k` of the next purchase are behind, and
//! after each purchase a coin says whether it was the last, `p` ~ Beta(a, b). With `N` negative binomial of odds `s = h/B`, the
//! stages that pass within `h`, of shape `S` (`S + 1` in `M`), and `q = 1 − p`:
//! ```text
//! E[Y]  = Σ_m P(N = m) Σ_{i<n} E[q^i],   n = ⌊(m+j)/k⌋
//! M(s)  = S Σ_{n>=1} E[q^(n−1)] P(N = kn−j−1)          the rate of purchases, times B
//! stays = Σ_m P(N = m) E[q^n]
//! ```
//! All terms are positive. `M` is integrated over panels as in `renewal.rs`, where money loses its worth and where too many
//! terms matter for the sum.

use super::renewal::Panels;
use super::sums::{Counts, Stays};
use crate::base::Discounting;
use crate::model::weights::Weights;
use crate::special::{ln_beta_ratio, negative_binomial_pmf, negative_binomial_tail};

/// See the head of this file.
#[derive(Debug, Clone, Copy)]
pub(in crate::model) struct Staged {
    pub k: u32,
    pub behind: u32,
    pub shape: f64,
    pub scale: f64,
    pub a: f64,
    pub b: f64,
}

/// Sums of more terms take as long as the integral.
const MANY: f64 = 20_000.0;

impl Staged {
    fn stays_at(&self) -> Stays {
        Stays::new(self.a, self.b)
    }

    /// How many stages pass.
    fn passing(&self, odds: f64) -> Counts {
        Counts { step: 1.0, first: 0.0, shape: self.shape, odds }
    }

    /// Expected purchases within a time, which may be endless.
    pub fn expected(&self, within: f64) -> f64 {
        if within == f64::INFINITY {
            return self.for_ever();
        }
        let counts = self.passing(within / self.scale);
        if counts.extent() <= MANY {
            return self.summed(&counts);
        }
        self.integrated(&mut Weights::undiscounted(self.scale, within))
    }

    /// The mean of `1/p`.
    fn for_ever(&self) -> f64 {
        if self.a > 1.0 { (self.a - 1.0 + self.b) / (self.a - 1.0) } else { f64::INFINITY }
    }

    /// What a unit of money for each purchase is worth now.
    pub fn discounted(&self, horizon: f64, discounting: Discounting) -> f64 {
        if !discounting.is_any() || horizon == 0.0 {
            return self.expected(horizon);
        }
        self.integrated(&mut Weights::new(self.scale, horizon, discounting))
    }

    fn integrated(&self, weights: &mut Weights) -> f64 {
        let (mut sum, mut stays) = (0.0, self.stays_at());
        Panels::new(self.k, self.shape, weights).visit(weights, |panel, weights| {
            let terms = panel.nodes().zip(weights);
            sum += terms.map(|(y, weight)| weight * self.renewal(y.exp_m1(), &mut stays)).sum::<f64>();
        });
        sum
    }

    /// `M(s)`
    fn renewal(&self, s: f64, stays: &mut Stays) -> f64 {
        let (step, first) = (f64::from(self.k), f64::from(self.k - 1 - self.behind));
        let counts = Counts { step, first, shape: self.shape + 1.0, odds: s };
        let mut sum = 0.0;
        counts.visit(0.0, |i, weight, chance| sum += weight * chance * stays.at(i));
        self.shape * sum
    }

    /// `E[Y]`, one number of stages after the other.
    pub(super) fn summed(&self, counts: &Counts) -> f64 {
        let mut stays = self.stays_at();
        let (mut n, mut made) = (0.0, 0.0);
        let (mode, spread) = (counts.mode(), counts.spread());
        let mut m = counts.start(0.0);
        let mut chance = counts.ln_chance(m).exp();
        let mut sum = 0.0;
        loop {
            let purchases = ((m + f64::from(self.behind)) / f64::from(self.k)).floor();
            while n < purchases {
                made += stays.at(n);
                n += 1.0;
            }
            sum += chance * made;
            let over = m > mode && n > 0.0 && chance * (made + spread) * spread <= 1e-17 * sum;
            if over || chance == 0.0 {
                return sum;
            }
            chance *= counts.up(m);
            m += 1.0;
        }
    }

    /// The chance to be a customer after some time.
    pub fn stays(&self, after: f64) -> f64 {
        if after == 0.0 { 1.0 } else { self.staying(after / self.scale).clamp(0.0, 1.0) }
    }

    fn staying(&self, s: f64) -> f64 {
        let (k, shape) = (f64::from(self.k), self.shape);
        let before = 0..self.k - self.behind;
        let mut sum: f64 = before.map(|m| negative_binomial_pmf(m, shape, s)).sum();
        let mut stays = self.stays_at();
        for within in 0..self.k {
            // So many stages after a purchase.
            let first = k - f64::from(self.behind) + f64::from(within);
            let counts = Counts { step: k, first, shape, odds: s };
            counts.visit(0.0, |i, weight, chance| sum += weight * chance * stays.at(i + 1.0));
        }
        sum
    }

    /// The part of a time, which may be endless, in which one is a customer.
    pub fn lifetime(&self, within: f64) -> f64 {
        if within == f64::INFINITY {
            let purchases = self.for_ever();
            if self.shape <= 1.0 || purchases == f64::INFINITY {
                return f64::INFINITY;
            }
            // The mean number of stages left, and of 1/λ.
            let stages = f64::from(self.k) * purchases - f64::from(self.behind);
            return stages * self.scale / (self.shape - 1.0);
        }
        let mut weights = Weights::undiscounted(self.scale, within);
        let mut sum = 0.0;
        Panels::new(self.k, self.shape, &weights).visit(&mut weights, |panel, weights| {
            let values = panel.nodes().map(|y| self.staying(y.exp_m1()));
            sum += weights.iter().zip(values).map(|(w, value)| w * value).sum::<f64>();
        });
        self.scale * sum
    }

    /// At least one purchase between two times ahead; see [`buys`].
    pub fn buys(&self, between: (f64, f64)) -> f64 {
        let mut stays = self.stays_at();
        buys((self.k, self.behind), (self.shape, self.scale), between, |n| stays.at(n))
    }

    /// `P(Y = n)`: one who never leaves makes `N` purchases; either `N = n` and none was the last, or `N >= n` and the
    /// `n`-th was.
    pub fn pmf(&self, within: f64, n: u32) -> f64 {
        let (k, j, s) = (self.k, self.behind, within / self.scale);
        let stayed = |tosses: u32| ln_beta_ratio(self.a, self.b, f64::from(tosses)).exp();
        let reached = k.saturating_mul(n);
        let stages = reached.saturating_sub(j)..reached.saturating_add(k - j);
        let bought: f64 = stages.map(|m| negative_binomial_pmf(m, self.shape, s)).sum();
        let all = stayed(n) * bought;
        if n == 0 {
            return all;
        }
        let last = self.a / (self.a + self.b + f64::from(n - 1)) * stayed(n - 1);
        all + last * negative_binomial_tail(reached - j, self.shape, s)
    }
}

/// At least one purchase between two times ahead, of one with `j` of `k` stages behind who stays at `n` purchases with the
/// chance `stays(n)`, asked for in order: up to the first time `m` stages pass and `n = ⌊(m+j)/k⌋` purchases are made, and from
/// then on what is left of the `k` of the next, at a rate that is Gamma(S + m, B + from).
/// ```text
/// Σ_m P(N = m) E[q^n] P(at least k − (m+j) mod k stages in (from, to])
/// ```
pub(in crate::model) fn buys(
    (k, behind): (u32, u32),
    (shape, scale): (f64, f64),
    (from, to): (f64, f64),
    mut stays: impl FnMut(f64) -> f64,
) -> f64 {
    let (odds, then) = (from / scale, (to - from) / (scale + from));
    if odds == 0.0 {
        return negative_binomial_tail(k - behind, shape, then);
    }
    let rest = |m: f64, left: u32| negative_binomial_tail(left, shape + m, then);
    let before = 0..k - behind;
    let none = |m: u32| negative_binomial_pmf(m, shape, odds) * rest(f64::from(m), k - behind - m);
    let mut sum: f64 = before.map(none).sum();
    for within in 0..k {
        // So many stages after a purchase.
        let (step, first) = (f64::from(k), f64::from(k - behind + within));
        Counts { step, first, shape, odds }.visit(0.0, |i, weight, chance| {
            sum += weight * chance * stays(i + 1.0) * rest(first + step * i, k - within);
        });
    }
    sum.clamp(0.0, 1.0)
}
