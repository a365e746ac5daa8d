//! Forecasts: expectations as integrals of [`Survival`], and the distribution of the number of
//! purchases.

use super::BetaGeometric;
use super::survival::Survival;
use super::weights::Weights;
use crate::model::Discounting;
use crate::model::table::Customer;
use crate::special::{ln_beta_ratio, negative_binomial_pmf, negative_binomial_tail};

impl BetaGeometric {
    /// `p` of a customer who is alive is Beta(a, this).
    pub(super) fn big_b(&self, x: u32) -> f64 {
        self.b + (f64::from(x) + self.coin)
    }

    /// The rate of a customer who is alive is Gamma(this, α + T).
    pub(super) fn shape(&self, x: u32) -> f64 {
        self.r + f64::from(x)
    }

    pub(super) fn survival(&self, x: u32) -> Survival {
        Survival::new(self.a, self.big_b(x), self.shape(x))
    }

    /// Expected purchases of a customer who is alive, with no end: the mean of `1/p`.
    pub(super) fn expected_for_ever(&self, x: u32) -> f64 {
        if self.a > 1.0 { (self.a - 1.0 + self.big_b(x)) / (self.a - 1.0) } else { f64::INFINITY }
    }

    pub fn expected_if_alive(&self, x: u32, t: f64, horizon: f64) -> f64 {
        if horizon == f64::INFINITY {
            return self.expected_for_ever(x);
        }
        let mut weights = Weights::undiscounted(self.alpha + t, horizon);
        self.shape(x) * self.survival(x).dot(&mut weights)
    }

    pub fn discounted_if_alive(&self, x: u32, t: f64, horizon: f64, discounting: Discounting) -> f64 {
        if !is_discounted(discounting) {
            return self.expected_if_alive(x, t, horizon);
        }
        let mut weights = Weights::new(self.alpha + t, horizon, discounting);
        self.shape(x) * self.survival(x).dot(&mut weights)
    }

    /// The chance that a new customer does not leave at once.
    pub(super) fn stays(&self) -> f64 {
        if self.coin > 0.0 { self.b / (self.a + self.b) } else { 1.0 }
    }

    pub fn expected_purchases_new(&self, horizon: f64) -> f64 {
        self.stays() * self.expected_if_alive(0, 0.0, horizon)
    }

    /// `P(Y = n)` of a customer who is alive: `N` purchases would be made by one who never leaves;
    /// either `N = n` and none was the last, or `N >= n` and the `n`-th was.
    fn pmf_if_alive(&self, x: u32, t: f64, horizon: f64, n: u32) -> f64 {
        let odds = horizon / (self.alpha + t);
        let (a, b, shape) = (self.a, self.big_b(x), self.shape(x));
        let stayed = |tosses: u32| ln_beta_ratio(a, b, f64::from(tosses)).exp();
        let all = stayed(n) * negative_binomial_pmf(n, shape, odds);
        if n == 0 {
            return all;
        }
        let last = a / (a + b + f64::from(n - 1)) * stayed(n - 1);
        all + last * negative_binomial_tail(n, shape, odds)
    }

    pub fn purchases_pmf(&self, customer: &Customer, horizon: f64, n: u32) -> f64 {
        let alive = self.p_alive(customer) * self.pmf_if_alive(customer.x, customer.t, horizon, n);
        if n > 0 {
            return alive;
        }
        let left = 1.0 / (1.0 + (-self.ln_odds_left(customer)).exp());
        (alive + left).min(1.0)
    }

    pub fn purchases_pmf_new(&self, horizon: f64, n: u32) -> f64 {
        let stayed = self.stays() * self.pmf_if_alive(0, 0.0, horizon, n);
        let left = if n == 0 && self.coin > 0.0 { self.a / (self.a + self.b) } else { 0.0 };
        (stayed + left).min(1.0)
    }
}

/// Is there anything to discount?
pub(super) fn is_discounted(discounting: Discounting) -> bool {
    match discounting {
        Discounting::Continuous { delta } => delta != 0.0,
        Discounting::EndOfStep { d, .. } => d != 0.0,
    }
}
