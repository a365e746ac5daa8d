//! What Pareto/NBD and Gamma-Gompertz/NBD share: customers buy at their own steady rate,
//! Gamma(r, alpha), until the end of a lifetime that has nothing to do with their purchases. The
//! lifetime's distribution over customers has survival function `S` and hazard `h`
//! ([`Lifetime`]).
//!
//! ```text
//! L = w(T) + ∫_{t_x}^T w(τ) h(τ) dτ,   w(τ) = Γ(r+x)/Γ(r) · α^r/(α+τ)^(r+x) · S(τ)
//! ```
//! `w(T)` is the chance of the history with the customer alive at `T`, the integrand that of leaving at
//! `τ`. Closed forms of the integral are differences of hypergeometric functions, which cancel where
//! `alpha` is near `beta` or `x` is large, and exist for one lifetime only. The integral itself has
//! positive terms and a smooth integrand: Gauss-Legendre panels give all its digits everywhere.
//!
//! `w h` depends on `x` and `τ` alone. So a sum over many customers needs, per `x`, the integrals
//! between the neighbours of all times that occur; see [`sums`].
//!
//! Given that a customer is alive, rate and rest of the lifetime are independent: the rate is
//! Gamma(r + x, alpha + T), and the rest of a lifetime is one of the same family
//! ([`Lifetime::aged`]).

mod forecast;
mod panels;
mod scorer;
mod sums;
mod survivor;

use crate::model::gamma_poisson::GammaPoisson;
use crate::model::table::{Customer, CustomerTable};

pub(super) use sums::Prepared;
pub(super) use survivor::{Gompertz, Lifetime, Lomax};

use panels::Panels;

/// Below `e^−45` of the whole nothing matters.
const NEGLIGIBLE: f64 = 45.0;

/// A model with such a lifetime.
#[derive(Debug, Clone, Copy)]
pub(super) struct BuyingLifetime<L> {
    pub r: f64,
    pub alpha: f64,
    pub lifetime: L,
}

/// The two ways to a silence, as chances relative to `w(T) e^scale`.
#[derive(Debug, Clone, Copy)]
struct Silence {
    scale: f64,
    alive: f64,
    left: f64,
}

impl<L: Lifetime> BuyingLifetime<L> {
    fn rate(&self) -> GammaPoisson {
        GammaPoisson { r: self.r, alpha: self.alpha }
    }

    /// `ln w(from)/w(to)`
    fn ln_decline(&self, x: u32, from: f64, to: f64) -> f64 {
        let silent = ((to - from) / (self.alpha + from)).ln_1p();
        (self.r + f64::from(x)) * silent + (self.lifetime.ln_survival(from) - self.lifetime.ln_survival(to))
    }

    fn silence(&self, row: &Customer) -> Silence {
        self.silence_weighted(row, |_| 1.0)
    }

    /// The same, with those who left at `τ` counted `weight(τ)` times.
    fn silence_weighted(&self, row: &Customer, weight: impl Fn(f64) -> f64) -> Silence {
        let scale = self.ln_decline(row.x, row.t_x, row.t).max(0.0);
        let (mut left, mut covered) = (0.0, 0.0);
        if !self.lifetime.is_endless() {
            let power = self.r + f64::from(row.x);
            for panel in Panels::new(self, power, row.t_x, row.t) {
                let part = panel.integrate(|age| {
                    let ln = self.ln_decline(row.x, age, row.t) + self.lifetime.ln_hazard(age);
                    (ln - scale).exp() * weight(age)
                });
                left += part;
                // What is still to come is less than w here.
                covered = f64::max(covered, left);
                if self.ln_decline(row.x, panel.to, row.t) - scale < covered.max(1e-300).ln() - NEGLIGIBLE {
                    break;
                }
            }
        }
        Silence { scale, alive: (-scale).exp(), left }
    }

    pub fn log_likelihood(&self, row: &Customer) -> f64 {
        let silence = self.silence(row);
        // e^scale is w(t_x)/w(T), or 1.
        let from = if silence.scale > 0.0 { row.t_x } else { row.t };
        let bought = self.rate().log_likelihood(&Customer { t: from, ..*row });
        bought + self.lifetime.ln_survival(from) + (silence.alive + silence.left).ln()
    }

    pub fn p_alive(&self, row: &Customer) -> f64 {
        let silence = self.silence(row);
        silence.alive / (silence.alive + silence.left)
    }

    /// Starting points for the buying rate beside some for the lifetime.
    pub fn starts(table: &CustomerTable, lifetimes: &[(f64, Vec<f64>)]) -> Result<Vec<Vec<f64>>, String> {
        let rate = table.mean_rate()?;
        Ok(lifetimes.iter().map(|(r, lifetime)| [vec![*r, r / rate], lifetime.clone()].concat()).collect())
    }
}
