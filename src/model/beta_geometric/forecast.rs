//! Forecasts: expectations as integrals of [`Survival`], and the distribution of the number of
//! purchases.

use super::limits::NEVER;
use super::{BetaGeometric, BetaGeometricScorer, Survival};
use crate::base::{Discounting, Result};
use crate::customers::Customer;
use crate::model::{
    Along, Counts, Dropout, Mixing, Population, PosteriorMeans, Process, Scorer,
    counts::Coins,
    gamma_poisson::some,
    process::{Leaving, chances, rates},
    weights::Weights,
};
use crate::special::{ln_beta_ratio, negative_binomial_pmf, negative_binomial_tail};

impl BetaGeometric {
    /// `p` of a customer who is alive is Beta(a, this).
    pub fn big_b(&self, x: u32) -> f64 {
        self.b + (f64::from(x) + self.coin)
    }

    /// The rate of a customer who is alive is Gamma(this, α + T).
    pub(super) fn shape(&self, x: u32) -> f64 {
        self.r + f64::from(x)
    }

    pub(super) fn survival(&self, x: u32) -> Survival {
        Survival::new(self.a, self.big_b(x), self.shape(x))
    }

    /// The mean of `1/p` is finite under Beta(a, b + ...) for `a > 1`.
    pub fn finite_without_end(&self) -> bool {
        self.a > 1.0
    }

    /// Expected purchases of a customer who is alive, with no end: the mean of `1/p`.
    pub fn expected_for_ever(&self, x: u32) -> f64 {
        if self.a > 1.0 { (self.a - 1.0 + self.big_b(x)) / (self.a - 1.0) } else { f64::INFINITY }
    }

    pub fn expected_if_alive(&self, customer: &Customer, horizon: f64) -> f64 {
        let Customer { x, t, .. } = *customer;
        if horizon == f64::INFINITY {
            return self.expected_for_ever(x);
        }
        let mut weights = Weights::undiscounted(self.alpha + t, horizon);
        self.shape(x) * self.survival(x).dot(&mut weights)
    }

    pub fn discounted_if_alive(&self, customer: &Customer, horizon: f64, discounting: Discounting) -> f64 {
        if !discounting.is_any() {
            return self.expected_if_alive(customer, horizon);
        }
        let Customer { x, t, .. } = *customer;
        let mut weights = Weights::new(self.alpha + t, horizon, discounting);
        self.shape(x) * self.survival(x).dot(&mut weights)
    }

    /// The chance that a new customer does not leave at once.
    pub fn stays(&self) -> f64 {
        if self.coin > 0.0 { self.b / (self.a + self.b) } else { 1.0 }
    }

    /// The mean of `(1 + p s)^−R`, the chance not to have left a time `s A` ahead.
    fn staying(&self, x: u32) -> Survival {
        Survival::of_power(self.a, self.big_b(x), self.shape(x))
    }

    pub fn p_alive_after(&self, customer: &Customer, ahead: f64) -> f64 {
        let stays = self.staying(customer.x).at(ahead / (self.alpha + customer.t));
        self.p_alive(customer) * stays
    }

    pub fn expected_lifetime(&self, customer: &Customer, horizon: f64) -> f64 {
        let (x, scale) = (customer.x, self.alpha + customer.t);
        let if_alive = if horizon < f64::INFINITY {
            scale * self.staying(x).dot(&mut Weights::undiscounted(scale, horizon))
        } else if self.shape(x) > 1.0 {
            // The mean of 1/p, and of 1/λ.
            self.expected_for_ever(x) * scale / (self.shape(x) - 1.0)
        } else {
            f64::INFINITY
        };
        let alive = self.p_alive(customer);
        if alive == 0.0 { 0.0 } else { alive * if_alive }
    }

    pub fn recency_matters_if_alive(&self) -> bool {
        false
    }

    pub fn population(&self) -> Population {
        Population {
            rate: Mixing::Gamma { shape: self.r, rate: self.alpha },
            dropout: Some(Dropout::Chance(Mixing::Beta { a: self.a, b: self.b })),
        }
    }

    pub fn posterior_means(&self, customer: &Customer) -> PosteriorMeans {
        let (alive, shape) = (self.p_alive(customer), self.shape(customer.x));
        let left = 1.0 - alive;
        let both = self.a + self.big_b(customer.x);
        PosteriorMeans {
            rate: shape * (alive / (self.alpha + customer.t) + left / (self.alpha + customer.t_x)),
            dropout: (self.a + left) / both,
        }
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
        (alive + left).clamp(0.0, 1.0)
    }
}

impl BetaGeometric {
    /// At least one purchase between two times ahead. Who stays to the first, `e^(−λ p from)` for a known customer, buys
    /// then with `1 − e^(−λ h)`. What the second term weighs down is a rate that is Gamma(R, A + h), so that
    /// ```text
    /// S(s) − (1 + u)^−R S(s/(1 + u)),   s = from/A,  u = h/A,  S(s) = E[(1 + p s)^−R]
    /// ```
    pub fn buys_if_alive(&self, customer: &Customer, (from, to): (f64, f64)) -> f64 {
        let (shape, scale) = (self.shape(customer.x), self.alpha + customer.t);
        let some = some((shape, scale), to - from);
        if from == 0.0 {
            return some;
        }
        let (staying, s) = (self.staying(customer.x), from / scale);
        let now = staying.at(s);
        let none = (1.0 - some) * staying.at(s / (1.0 + (to - from) / scale));
        (now - none).clamp(0.0, now)
    }

    /// The chance to leave of a customer who is alive, if there is one.
    pub fn leaves_with(&self, x: u32) -> Option<(f64, f64)> {
        (self.a >= NEVER).then(|| (self.a, self.big_b(x)))
    }

    pub fn counts_if_alive(&self, customer: &Customer, horizon: f64) -> Vec<Box<dyn Counts>> {
        let Customer { x, t, .. } = *customer;
        vec![Box::new(Coins {
            stages: 1.0,
            behind: 0.0,
            shape: self.shape(x),
            scale: self.alpha + t,
            leave: self.leaves_with(x),
            horizon,
        })]
    }

    pub fn stage_chances(&self, _: &Customer, chances: &mut Vec<f64>) {
        chances.push(1.0);
    }

    pub fn scorer(&self, horizon: f64, discounting: Discounting) -> Box<dyn Scorer> {
        Box::new(BetaGeometricScorer::new(*self, horizon, discounting))
    }

    pub fn scorer_along(
        &self,
        along: &Along,
        horizon: f64,
        discounting: Discounting,
    ) -> Option<Box<dyn Scorer>> {
        let scorer = BetaGeometricScorer::new(*self, horizon, discounting);
        matches!(discounting, Discounting::Continuous { .. })
            .then(|| Box::new(scorer.along(along.clone())) as Box<dyn Scorer>)
    }

    pub fn process(&self) -> Result<Box<dyn Process>> {
        Ok(Box::new(Leaving {
            rate: rates(self.r, self.alpha)?,
            stages: 1,
            leave: Some(chances(self.a, self.b)?),
            after_first: self.coin > 0.0,
        }))
    }

    pub fn future_if_alive(&self, customer: &Customer) -> Result<Box<dyn Process>> {
        Ok(Box::new(Leaving {
            rate: rates(self.shape(customer.x), self.alpha + customer.t)?,
            stages: 1,
            leave: Some(chances(self.a, self.big_b(customer.x))?),
            after_first: false,
        }))
    }
}
