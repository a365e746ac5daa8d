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

mod answers;
mod course;
mod forecast;
mod over_time;
mod panels;
mod scorer;
mod sums;
mod survivor;

use crate::customers::{Customer, CustomerTable};
use crate::model::gamma_poisson::GammaPoisson;

pub(super) use answers::{Drawn, buy_for};
pub(super) use course::{Ahead, InCourse};
pub(super) use over_time::InTime;
pub(super) use over_time::add_life;
pub use over_time::{Life, Rates, Stretch};
pub(super) use sums::Prepared;
pub(super) use survivor::{AT_ONCE, Gompertz, Lifetime, Lomax, shape_at_once};

use panels::Panels;
use survivor::AtOnce;

/// Below `e^−45` of the whole nothing matters.
const NEGLIGIBLE: f64 = 45.0;

/// A model with such a lifetime.
#[derive(Debug, Clone, Copy)]
pub(super) struct BuyingLifetime<L> {
    pub r: f64,
    pub alpha: f64,
    pub lifetime: L,
}

/// The two ways to a silence, as chances relative to `w(t_x) e^ln_scale`.
#[derive(Debug, Clone, Copy)]
struct Silence {
    alive: f64,
    left: f64,
    /// 0, unless nobody can have left and the silence of who has not is too unlikely for a number.
    ln_scale: f64,
}

impl Silence {
    fn of(ln_alive: f64, left: f64) -> Self {
        let alive = ln_alive.exp();
        if alive + left > 0.0 {
            return Silence { alive, left, ln_scale: 0.0 };
        }
        Silence { alive: 1.0, left, ln_scale: ln_alive }
    }

    /// Of those who did not leave at once this is the silence: that of all.
    fn with_at_once<L>(self, row: &Customer, at_once: &AtOnce<L>, left_at_once: f64) -> Self {
        if row.t_x > 0.0 || at_once.leave() == 0.0 {
            return self;
        }
        // Where there is a scale, all of them are too few for a number beside those who left at once.
        let stay = if self.ln_scale == 0.0 { at_once.stay() } else { 0.0 };
        let left = at_once.leave() * left_at_once + stay * self.left;
        Silence { alive: stay * self.alive, left, ln_scale: 0.0 }
    }

    fn p_alive(&self) -> f64 {
        self.alive / (self.alive + self.left)
    }
}

impl<L: Lifetime> BuyingLifetime<L> {
    fn rate(&self) -> GammaPoisson {
        GammaPoisson { r: self.r, alpha: self.alpha }
    }

    fn silence(&self, row: &Customer) -> Silence {
        self.silence_weighted(row, 0.0, &|_| 1.0)
    }

    /// The same, with those who left at `τ` counted `weight(τ)` times, which never rises; `speed` is how fast the
    /// logarithm of the weight changes beyond what the smoothness of `w h` provides for.
    ///
    /// `ln w(τ)/w(t_x)` comes from what is left of the lifetime at `t_x`: as a difference of two
    /// logarithms, which may be millions each, it would not have its digits.
    fn silence_weighted(&self, row: &Customer, speed: f64, weight: &dyn Fn(f64) -> f64) -> Silence {
        if let Some(at_once) = self.lifetime.at_once() {
            let stayed = BuyingLifetime { lifetime: at_once.others, ..*self };
            let left_at_once = weight(0.0);
            let others = stayed.silence_weighted(row, speed, weight);
            return others.with_at_once(row, &at_once, left_at_once);
        }
        let power = self.r + f64::from(row.x);
        // Times are counted from t_x, so that those far smaller than it are still told apart.
        let (rest, silence) = (self.lifetime.aged(row.t_x), row.t - row.t_x);
        let since = BuyingLifetime { r: self.r, alpha: self.alpha + row.t_x, lifetime: rest };
        let ln_w = |silent: f64| rest.ln_survival(silent) - power * (silent / since.alpha).ln_1p();
        let ln_alive = ln_w(silence);
        let mut left = 0.0;
        if !self.lifetime.is_endless() {
            let mut covered = 1e-300_f64;
            for panel in Panels::new(&since, power, 0.0, silence).weighted(speed) {
                let part =
                    panel.integrate(|age| (ln_w(age) + rest.ln_hazard(age)).exp() * weight(row.t_x + age));
                left += part;
                // What is still to come is less than w here.
                covered = covered.max(left);
                let weighed_down = part == 0.0 && (left > 0.0 || weight(row.t_x + panel.to) == 0.0);
                if weighed_down || ln_w(panel.to) < covered.ln() - NEGLIGIBLE {
                    break;
                }
            }
        }
        Silence::of(ln_alive, left)
    }

    pub fn log_likelihood(&self, row: &Customer) -> f64 {
        if row.x == 0 && !self.lifetime.is_endless() {
            let bought = self.some_purchase(row.t);
            if bought < 0.5 {
                return (-bought).ln_1p();
            }
        }
        let silence = self.silence(row);
        let bought = self.rate().log_likelihood(&Customer { t: row.t_x, ..*row });
        let until_now = silence.ln_scale + (silence.alive + silence.left).ln();
        bought + self.lifetime.ln_survival(row.t_x) + until_now
    }

    /// `P(X > 0) = ∫_0^until w(τ) r/(α+τ) dτ`: where hardly anyone buys, `ln L` of no purchase is the
    /// logarithm of 1 less very little, which has digits only if that little has.
    fn some_purchase(&self, until: f64) -> f64 {
        let mut bought = 0.0_f64;
        for panel in Panels::new(self, self.r, 0.0, until) {
            bought += panel.integrate(|age| self.ln_w(0.0, age).exp() * self.r / (self.alpha + age));
            // What is still to come is less than w here.
            if self.ln_w(0.0, panel.to) < bought.max(1e-300).ln() - NEGLIGIBLE {
                break;
            }
        }
        bought
    }

    pub fn p_alive(&self, row: &Customer) -> f64 {
        self.silence(row).p_alive()
    }

    /// Starting points for the buying rate beside some for the lifetime.
    pub fn starts(table: &CustomerTable, lifetimes: &[(f64, Vec<f64>)]) -> Result<Vec<Vec<f64>>, String> {
        let rate = table.mean_rate()?;
        Ok(lifetimes.iter().map(|(r, lifetime)| [vec![*r, r / rate], lifetime.clone()].concat()).collect())
    }
}

#[cfg(test)]
mod tests {
    use crate::customers::{Customer, CustomerTable};
    use crate::model::{Attrition, GGompertzNbd, Model, ParetoNbd};

    #[track_caller]
    fn check<M: Model<Row = Customer, Table = CustomerTable>>(model: M, row: Customer, expected: f64) {
        let alone = model.log_likelihood(&row);
        assert!((alone / expected - 1.0).abs() < 1e-12, "{alone} is not {expected}");
        let mut table = CustomerTable::builder();
        let summed = model.sum(&table.push(row, 1.0).finish()).value;
        assert!((summed - expected).abs() < 1e-12, "{summed} is not {expected}");
    }

    /// Values: the integral of the likelihood in 220-bit ball arithmetic. Seen to fail, by up to 180
    /// times the value, where `ln L` was put together of logarithms of millions.
    #[test]
    fn almost_certain_silences() {
        let silent = |t: f64| Customer { x: 0, t_x: 0.0, t };
        let model = ParetoNbd { r: 1e-5, alpha: 0.4344, s: 1e5, beta: 3.203 };
        check(model, silent(3235.0), -7.372_918_709_116_066e-10);
        let model = ParetoNbd { r: 6.43, alpha: 7.381, s: 1e5, beta: 0.8022 };
        check(model, silent(20.3), -6.988_448_654_025_869e-6);
        let model = GGompertzNbd { r: 0.003_879, alpha: 1e5, b: 0.1182, s: 1e5, beta: 1.0 };
        check(model, silent(1396.0), -3.281_725_885_543_070_5e-12);
    }

    /// Seen to fail by 4 % where the panels did not know how fast the proneness of the leavers falls.
    #[test]
    fn dropout_of_those_who_may_have_left_at_any_time() {
        let model = GGompertzNbd { r: 0.3764, alpha: 17.0, b: 16.54, s: 0.007_268, beta: 1.0 };
        let row = Customer { x: 8, t_x: 2.822_503_756_325_608, t: 74.98 };
        let (found, expected) = (model.posterior_means(&row).dropout, 2.617_950_719_042_717_7e-21);
        assert!((found / expected - 1.0).abs() < 1e-10, "{found} is not {expected}");
    }
}
