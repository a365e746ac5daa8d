//! What the contractual models share. A customer renews, or not, at the end of each period, and whether a
//! contract goes on is known. A customer with the chance `θ ~ Beta(α, β)` not to renew at first is still one
//! after `t` periods with the chance `(1−θ)^(t^c)`; over customers
//! ```text
//! S(t) = B(α, β+t^c)/B(α, β)
//! ```
//! `c` is 1 in sBG, free in BdW. All that is asked are ratios of such, `S(t)/S(n)`, and their logarithms
//! come from second differences of `ln Γ` (from `β+n^c` on), never from `S` itself, which may be too small
//! for a number, nor from the difference of two survivals, which may be too small beside them. Sums over
//! periods to come, which may need a million terms, are those of `contract/lifetime.rs`; ages too late for
//! `t^c` to be a number those of `contract/far.rs`.

mod far;
mod lifetime;
mod table;

use crate::model::{Derivatives, Limit, alone, together};
use crate::params::Direction;
use crate::special::{LEGENDRE_8, digamma_difference, ln_beta_ratio, trigamma, trigamma_difference};
use far::{FAR, Span};
pub use table::{ContractRow, ContractTable};

/// A model of customers under contract, who renew, or not, at the end of each period. A new customer is in
/// its first period, with no renewal behind it. Whether a customer is one is known and no matter of chance.
pub trait Contract: std::fmt::Debug + Send + Sync {
    /// Chance of a new customer to renew at least `t` times: to be one after `t` periods.
    fn survival(&self, t: u32) -> f64;

    /// Chance of a new customer to leave at the end of exactly its `t`-th period, `t >= 1`.
    fn churn(&self, t: u32) -> f64;

    /// Chance of a customer who has renewed `n` times to renew `ahead` times more.
    fn stays(&self, n: u32, ahead: u32) -> f64;

    /// Chance to renew for the `t`-th time, of one who has done so `t − 1` times, `t >= 1`.
    fn retention(&self, t: u32) -> f64 {
        self.stays(t - 1, 1)
    }

    /// Periods a customer who has just renewed for the `n`-th time is expected to pay, this one included,
    /// each discounted by `1/(1+d)` for every period until it begins. `n = 0`: a new customer's discounted
    /// lifetime (DEL). Infinite where the sum diverges.
    fn periods_from_now(&self, n: u32, d: f64) -> f64;

    /// Renewals to come of a customer who has renewed `n` times, the next one at full value and each
    /// further one discounted by `1/(1+d)` for every period: the discounted residual lifetime (DERL) just
    /// before the next renewal. With `d = 0` the expected number of renewals to come.
    fn renewals_to_come(&self, n: u32, d: f64) -> f64;

    /// Expected renewals within the next `periods`, of a customer who has renewed `n` times.
    fn renewals_within(&self, n: u32, periods: u32) -> f64;

    /// The same discounted as in [`Contract::renewals_to_come`]: the next one counts in full.
    fn discounted_within(&self, n: u32, periods: u32, d: f64) -> f64;

    /// Posterior mean of the customer's own chance not to renew for the first time.
    fn propensity(&self, row: &ContractRow) -> f64;
}

/// `Contract` of a model whose answers are those of the kernel.
macro_rules! contract_by_kernel {
    ($model:ty) => {
        impl crate::model::Contract for $model {
            fn survival(&self, t: u32) -> f64 {
                self.kernel().stays(0, t)
            }
            fn churn(&self, t: u32) -> f64 {
                self.kernel().ln_churn(t).exp()
            }
            fn stays(&self, n: u32, ahead: u32) -> f64 {
                self.kernel().stays(n, ahead)
            }
            fn periods_from_now(&self, n: u32, d: f64) -> f64 {
                self.kernel().discounted(n, 0, d)
            }
            fn renewals_to_come(&self, n: u32, d: f64) -> f64 {
                self.kernel().discounted(n, 1, d)
            }
            fn renewals_within(&self, n: u32, periods: u32) -> f64 {
                self.kernel().sum(f64::from(n), 1.0, f64::from(periods), 0.0)
            }
            fn discounted_within(&self, n: u32, periods: u32, d: f64) -> f64 {
                self.kernel().sum(f64::from(n), 1.0, f64::from(periods), d.ln_1p())
            }
            fn propensity(&self, row: &crate::model::ContractRow) -> f64 {
                self.kernel().propensity(row)
            }
        }
    };
}
pub(super) use contract_by_kernel;

/// The parameters of either model.
#[derive(Debug, Clone, Copy)]
pub(in crate::model) struct BetaWeibull {
    pub alpha: f64,
    pub beta: f64,
    pub c: f64,
}

/// `α` is small beside this share of `z` when differences by `α` are integrals.
const SMALL: f64 = 0.01;

impl BetaWeibull {
    /// `t^c`; it may be infinite.
    fn time(&self, t: f64) -> f64 {
        t.powf(self.c)
    }

    /// `(n+ahead)^c − n^c`
    fn step(&self, n: f64, ahead: f64) -> f64 {
        if n == 0.0 {
            return self.time(ahead);
        }
        self.time(n) * (self.c * (ahead / n).ln_1p()).exp_m1()
    }

    /// Is `(n+ahead)^c` so large that its logarithm must do?
    fn is_far(&self, n: f64, ahead: f64) -> bool {
        self.time(n + ahead) >= FAR
    }

    /// From `n` to `n+ahead`.
    fn span(&self, n: f64, ahead: f64) -> Span {
        let gain = if n > 0.0 { self.c * (ahead / n).ln_1p() } else { f64::INFINITY };
        Span { time: self.time(n), from: self.c * n.ln(), to: self.c * (n + ahead).ln(), gain }
    }

    /// `ln S(n+ahead)/S(n)`
    fn ln_stays(&self, n: f64, ahead: f64) -> f64 {
        if ahead == 0.0 {
            return 0.0;
        }
        if self.is_far(n, ahead) {
            return self.far(&self.span(n, ahead));
        }
        ln_beta_ratio(self.alpha, self.beta + self.time(n), self.step(n, ahead))
    }

    /// `ln S(t)/S(n)` for a `t` too large for a number, which `n` is not beside.
    fn ln_stays_until(&self, n: f64, ln_t: f64) -> f64 {
        let (time, from, to) = (self.time(n), self.c * n.ln(), self.c * ln_t);
        if to.exp() >= FAR {
            return self.far(&Span { time, from, to, gain: to - from });
        }
        ln_beta_ratio(self.alpha, self.beta + time, (to.exp() - time).max(0.0))
    }

    pub fn stays(&self, n: u32, ahead: u32) -> f64 {
        self.ln_stays(f64::from(n), f64::from(ahead)).exp()
    }

    /// `ln (S(t−1) − S(t))`
    pub fn ln_churn(&self, t: u32) -> f64 {
        let before = f64::from(t) - 1.0;
        self.ln_stays(0.0, before) + (-self.ln_stays(before, 1.0).exp_m1()).ln()
    }

    pub fn log_likelihood(&self, row: &ContractRow) -> f64 {
        if row.ended { self.ln_churn(row.periods) } else { self.ln_stays(0.0, f64::from(row.periods)) }
    }

    /// `Σ_{t>=n+first} S(t)/S(n) (1+d)^−(t−n−first)`
    pub fn discounted(&self, n: u32, first: u32, d: f64) -> f64 {
        self.sum(f64::from(n), f64::from(first), f64::INFINITY, d.ln_1p())
    }

    /// `θ` of a customer who goes on is Beta(α, β+n^c); of one who left, the difference of two such.
    pub fn propensity(&self, row: &ContractRow) -> f64 {
        let before = f64::from(row.periods) - if row.ended { 1.0 } else { 0.0 };
        let mean = self.alpha / (self.alpha + self.beta + self.time(before));
        if !row.ended {
            return mean;
        }
        let later = BetaWeibull { alpha: self.alpha + 1.0, ..*self };
        let (more, less) = (later.ln_stays(before, 1.0).exp_m1(), self.ln_stays(before, 1.0).exp_m1());
        // Both too small for a number: they are as their `α`.
        let ratio = if less == 0.0 { 1.0 + 1.0 / self.alpha } else { more / less };
        (mean * ratio).min(1.0)
    }

    /// Adds the weighted log-likelihood of rows with its derivatives, as many parameters as `out` has.
    pub fn add_rows(&self, rows: &[ContractRow], counts: &[f64], out: &mut Derivatives) {
        for (row, count) in rows.iter().zip(counts) {
            let before = f64::from(row.periods) - if row.ended { 1.0 } else { 0.0 };
            let fall = self.fall(0.0, before);
            out.value += count * self.log_likelihood(row);
            let (mut d, mut dd) = (fall.d.map(|d| -d), fall.dd.map(|dd| -dd));
            if row.ended {
                // ln(1 − e^−r)
                let last = self.fall(before, 1.0);
                let odds = 1.0 / last.value.exp_m1();
                for (d, r) in d.iter_mut().zip(last.d) {
                    *d += odds * r;
                }
                for (k, (i, j)) in PAIR.into_iter().enumerate() {
                    dd[k] += odds * (last.dd[k] - (1.0 + odds) * last.d[i] * last.d[j]);
                }
            }
            add(&d, &dd, *count, out);
        }
    }

    /// `ln S(n)/S(n+ahead)` with derivatives. It is `r(α, z, Δ) = −ln B(α,z+Δ)/B(α,z)`, `z = β+n^c`,
    /// `Δ = (n+ahead)^c − n^c`.
    fn fall(&self, n: f64, ahead: f64) -> Fall {
        let alpha = self.alpha;
        if ahead == 0.0 {
            return Fall { value: 0.0, d: [0.0; 3], dd: [0.0; 6] };
        }
        if self.is_far(n, ahead) {
            return self.far_fall(&self.span(n, ahead), n.ln(), (n + ahead).ln());
        }
        let (z, delta) = (self.beta + self.time(n), self.step(n, ahead));
        let both = trigamma_difference(alpha + z, delta);
        let (r_a, r_z) = (digamma_difference(alpha + z, delta), self.by_z(z, delta));
        let (r_zz, r_ad) = (self.by_z_twice(z, delta), trigamma(alpha + z + delta));
        let (r_d, r_zd) = (digamma_difference(z + delta, alpha), trigamma_difference(z + delta, alpha));
        // By c: of n^c, and of the difference, `Δ ln(n+ahead) + n^c ln((n+ahead)/n)`.
        let (time, end) = (self.time(n), (n + ahead).ln());
        let (start, gap) = if n > 0.0 { (n.ln(), (ahead / n).ln_1p()) } else { (0.0, 0.0) };
        let (z_c, z_cc) = (time * start, time * start * start);
        let (d_c, d_cc) = (delta * end + time * gap, delta * end * end + time * gap * (end + start));
        let cc = r_zz * z_c * z_c + r_zd * d_c * (2.0 * z_c + d_c) + r_z * z_cc + r_d * d_cc;
        Fall {
            value: -self.ln_stays(n, ahead),
            d: [r_a, r_z, r_z * z_c + r_d * d_c],
            dd: [both, both, both * z_c + r_ad * d_c, r_zz, r_zz * z_c + r_zd * d_c, cc],
        }
    }

    /// `∂r/∂z = ψ(α+z+Δ) − ψ(α+z) − ψ(z+Δ) + ψ(z)`; for small `α` by integrating its derivative by `α`.
    fn by_z(&self, z: f64, delta: f64) -> f64 {
        if self.alpha > SMALL * z {
            return digamma_difference(self.alpha + z, delta) - digamma_difference(z, delta);
        }
        LEGENDRE_8.integrate(0.0, self.alpha, |s| trigamma_difference(z + s, delta))
    }

    /// `∂²r/∂z²`, in the same ways.
    fn by_z_twice(&self, z: f64, delta: f64) -> f64 {
        if self.alpha > SMALL * z || z < SERIES {
            return trigamma_difference(self.alpha + z, delta) - trigamma_difference(z, delta);
        }
        LEGENDRE_8.integrate(0.0, self.alpha, |s| tetragamma_step(z + s, delta))
    }
}

/// From here on the series of the derivative of trigamma is exact.
const SERIES: f64 = 50.0;

/// `ψ''(z+Δ) − ψ''(z)` for large `z`, from its asymptotic series (DLMF 5.15.9), term by term.
fn tetragamma_step(z: f64, delta: f64) -> f64 {
    let (y, w) = (1.0 / z, 1.0 / (z + delta));
    // (y^k − w^k)/(y − w)
    let divided = |k: i32| (0..k).map(|i| y.powi(i) * w.powi(k - 1 - i)).sum::<f64>();
    let terms = [(2, 1.0), (3, 1.0), (4, 0.5), (6, -1.0 / 6.0), (8, 1.0 / 6.0), (10, -0.3)];
    delta * y * w * terms.into_iter().map(|(k, factor)| factor * divided(k)).sum::<f64>()
}

/// Pairs of parameters: the upper triangle of the Hessian, row by row.
const PAIR: [(usize, usize); 6] = [(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)];

/// A value with derivatives by `α`, `β`, `c`.
struct Fall {
    value: f64,
    d: [f64; 3],
    dd: [f64; 6],
}

fn add(d: &[f64; 3], dd: &[f64; 6], count: f64, out: &mut Derivatives) {
    let n = out.gradient.len();
    for (sum, d) in out.gradient.iter_mut().zip(d) {
        *sum += count * d;
    }
    for ((i, j), dd) in PAIR.into_iter().zip(dd).filter(|((_, j), _)| *j < n) {
        out.hessian[[i, j]] += count * dd;
        if i != j {
            out.hessian[[j, i]] += count * dd;
        }
    }
}

/// Starting points `[alpha, beta]`: the observed share of renewals not made, with different degrees of
/// heterogeneity.
///
/// # Errors
/// In words, if the contracts do not say enough; `needed` periods must have been observed.
pub(super) fn starts(table: &ContractTable, needed: u32) -> Result<Vec<[f64; 2]>, String> {
    let (ended, due) = (table.ended(), table.renewals_due());
    if table.customers == 0.0 {
        return Err("there are no customers".to_owned());
    }
    if table.longest() < needed {
        return Err(format!(
            "contracts were observed for {} periods at most, {needed} are needed: a longer observation, or a \
             shorter --period if contracts can be ended more often",
            table.longest()
        ));
    }
    if ended == 0.0 {
        return Err("no contract has ended, so nothing is known of how customers leave. A longer \
                    observation is needed"
            .to_owned());
    }
    let churn = (ended / due).clamp(1e-6, 0.999);
    let alike = [2.0, 0.5, 10.0, 100.0];
    Ok(alike.iter().map(|sum| [churn * sum, (1.0 - churn) * sum]).collect())
}

/// A smaller share of customers is none.
const NOBODY: f64 = 1e-9;

/// The limits of the chances to leave.
pub(super) fn limits<M>(alpha: f64, beta: f64, own: impl Fn(f64, f64) -> M) -> Vec<Limit<M>> {
    let mean = alpha / (alpha + beta);
    let shown = if mean < 1e-3 { format!("{mean:.1e}") } else { format!("{mean:.3}") };
    let alike = format!(
        "everyone has the same chance {shown} not to renew at first: alpha and beta -> infinity together"
    );
    let kinds = if mean < NOBODY {
        "next to nobody leaves at first: alpha and beta -> 0".to_owned()
    } else {
        format!(
            "a share {shown} of customers leaves at the first renewal and the others never: alpha and beta -> 0"
        )
    };
    let nobody = "nobody leaves: alpha/(alpha + beta) -> 0".to_owned();
    let everybody = "everyone leaves at the first renewal: beta/(alpha + beta) -> 0".to_owned();
    let limit = |alpha: f64, beta: f64, words: String, flat: Vec<Direction>| Limit {
        of: "chance to leave",
        model: own(alpha, beta),
        words,
        flat,
    };
    // A share that is nobody's is kept from being nothing.
    let others = beta / (alpha + beta);
    let (share, stay) = (mean.max(NOBODY), others.max(NOBODY));
    vec![
        limit(1e10 * mean, 1e10 * others, alike, vec![together(0, 1)]),
        limit(1e-10 * share, 1e-10 * stay, kinds, vec![together(0, 1)]),
        limit(1e-250, 1.0, nobody, vec![alone(0), alone(1)]),
        limit(1.0, 1e-12, everybody, vec![alone(0), alone(1)]),
    ]
}
