//! NBD: customers buy at random at their own steady rate and never leave.
//!
//! Data of one customer: `x` repeat purchases, `T` age at the end of observation, in units of time since
//! the first purchase; `t_x` says nothing more.
//! Parameters: `r`, `alpha` buying rate ~ Gamma(r, alpha) (alpha in units of time).
//!
//! Likelihood: Ehrenberg (1959), "The pattern of consumer purchases", Applied Statistics 8(1), 26-41,
//! of the times of the purchases instead of their number, so that it can be compared with those of
//! the models in which customers leave (the two differ by `T^x / x!`):
//! ```text
//! L = Γ(r+x) α^r / (Γ(r) (α+T)^(r+x))
//! ```
//! As printed, at an easy point:
//! ```
//! use clv::customers::Customer;
//! use clv::model::{Model, Nbd};
//!
//! let model = Nbd { r: 0.385, alpha: 12.07 };
//! let row = Customer { x: 2, t_x: 30.43, t: 38.86 };
//! let Nbd { r, alpha } = model;
//! let printed = r * (r + 1.0) * alpha.powf(r) / (alpha + 38.86).powf(r + 2.0);
//! assert!((model.log_likelihood(&row) - printed.ln()).abs() < 1e-13);
//! ```
//! Computed in logarithms. Differs from the paper: as said.
//! Checked by: tests/models/published_models.rs, tests/models/conformance.rs (BG/NBD with hardly any leaving is this
//! model).

use std::ops::Range;

use crate::base::{Discounting, Result};
use crate::customers::{Customer, CustomerTable};
use crate::model::{
    Attrition, Counts, Derivatives, Limit, Mixing, Model, Order, Outlook, Population, PosteriorMeans,
    Process, Scorer,
    counts::Coins,
    gamma_poisson::{GammaPoisson, TimeTerms, annuity, some},
    process::{Leaving, rates},
    together,
};
use crate::params::{ParamSpec, Scale};
use crate::special::negative_binomial_pmf;

/// The NBD model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Nbd {
    /// Shape of the distribution of buying rates.
    pub r: f64,
    /// Rate of the distribution of buying rates \[units of time\].
    pub alpha: f64,
}

/// What a sum needs that is the same for many rows.
#[derive(Debug)]
pub struct Prepared(Vec<TimeTerms>);

impl Nbd {
    fn kernel(&self) -> GammaPoisson {
        GammaPoisson { r: self.r, alpha: self.alpha }
    }

    /// Expected rate of purchases of a customer.
    fn rate(&self, customer: &Customer) -> f64 {
        (self.r + f64::from(customer.x)) / (self.alpha + customer.t)
    }
}

impl Model for Nbd {
    type Row = Customer;
    type Table = CustomerTable;
    type Prepared = Prepared;

    const NAME: &'static str = "nbd";
    const PARAMS: &'static [ParamSpec] = &[
        ParamSpec { name: "r", meaning: "buying rate: shape of its distribution", scale: Scale::None },
        ParamSpec { name: "alpha", meaning: "buying rate: rate of its distribution", scale: Scale::Time },
    ];

    fn from_params(params: &[f64]) -> Self {
        Nbd { r: params[0], alpha: params[1] }
    }

    fn params(&self) -> Vec<f64> {
        vec![self.r, self.alpha]
    }

    fn starts(table: &CustomerTable) -> Result<Vec<Vec<f64>>, String> {
        let rate = table.mean_rate()?;
        Ok([0.5, 4.0, 0.1].iter().map(|r| vec![*r, r / rate]).collect())
    }

    fn limits(&self) -> Vec<Limit<Self>> {
        let words = format!(
            "no heterogeneity of buying rates: everyone buys {:.4} times per unit of time, r and alpha -> \
             infinity together",
            self.r / self.alpha
        );
        let model = Nbd { r: 1e10, alpha: 1e10 * (self.alpha / self.r) };
        vec![Limit { of: "buying rate", model, words, flat: vec![together(0, 1)] }]
    }

    fn log_likelihood(&self, row: &Customer) -> f64 {
        self.kernel().log_likelihood(row)
    }

    fn prepare(&self, table: &CustomerTable, _: Order) -> Prepared {
        Prepared(self.kernel().time_terms(table))
    }

    fn shared(&self, table: &CustomerTable, prepared: &Prepared, out: &mut Derivatives) {
        self.kernel().add_sum(table, &prepared.0, out);
    }

    /// Nothing: `x` and `T` enter the likelihood apart from each other.
    fn rows(&self, _: &CustomerTable, _: &Prepared, _: Range<usize>, _: &mut Derivatives) {}
}

impl Attrition for Nbd {
    /// 1.
    fn p_alive(&self, _: &Customer) -> f64 {
        1.0
    }

    /// 1.
    fn p_alive_after(&self, _: &Customer, _: f64) -> f64 {
        1.0
    }

    /// All of it.
    fn expected_lifetime(&self, _: &Customer, horizon: f64) -> f64 {
        horizon
    }

    fn expected_if_alive(&self, customer: &Customer, horizon: f64) -> f64 {
        self.rate(customer) * horizon
    }

    fn discounted_if_alive(&self, customer: &Customer, horizon: f64, discounting: Discounting) -> f64 {
        self.rate(customer) * annuity(horizon, discounting)
    }

    /// Nobody ever leaves.
    fn finite_without_end(&self) -> bool {
        false
    }

    fn purchases_pmf(&self, customer: &Customer, horizon: f64, n: u32) -> f64 {
        negative_binomial_pmf(n, self.r + f64::from(customer.x), horizon / (self.alpha + customer.t))
    }

    /// Rates are steady, so that only how long matters and not from when.
    fn buys_if_alive(&self, customer: &Customer, (from, to): (f64, f64)) -> f64 {
        some((self.r + f64::from(customer.x), self.alpha + customer.t), to - from)
    }

    fn counts_if_alive(&self, customer: &Customer, horizon: f64) -> Vec<Box<dyn Counts>> {
        let (shape, scale) = (self.r + f64::from(customer.x), self.alpha + customer.t);
        vec![Box::new(Coins { stages: 1.0, behind: 0.0, shape, scale, leave: None, horizon })]
    }

    fn population(&self) -> Population {
        Population { rate: Mixing::Gamma { shape: self.r, rate: self.alpha }, dropout: None }
    }

    fn posterior_means(&self, customer: &Customer) -> PosteriorMeans {
        PosteriorMeans { rate: self.rate(customer), dropout: 0.0 }
    }

    fn scorer(&self, horizon: f64, discounting: Discounting) -> Box<dyn Scorer> {
        Box::new(NbdScorer { model: *self, horizon, annuity: annuity(horizon, discounting) })
    }

    fn process(&self) -> Result<Box<dyn Process>> {
        let rate = rates(self.r, self.alpha)?;
        Ok(Box::new(Leaving { rate, stages: 1, leave: None, after_first: false }))
    }

    fn future_if_alive(&self, customer: &Customer) -> Result<Box<dyn Process>> {
        let rate = rates(self.r + f64::from(customer.x), self.alpha + customer.t)?;
        Ok(Box::new(Leaving { rate, stages: 1, leave: None, after_first: false }))
    }
}

struct NbdScorer {
    model: Nbd,
    horizon: f64,
    annuity: f64,
}

impl Scorer for NbdScorer {
    fn outlook(&mut self, customer: &Customer) -> Outlook {
        let (purchases, discounted) = self.if_alive(customer);
        Outlook::new(1.0, purchases, discounted)
    }

    fn look(&mut self, horizon: f64, discounting: Discounting) {
        (self.horizon, self.annuity) = (horizon, annuity(horizon, discounting));
    }

    fn if_alive(&mut self, customer: &Customer) -> (f64, f64) {
        let rate = self.model.rate(customer);
        (rate * self.horizon, rate * self.annuity)
    }
}
