//! BG/BB: customers can buy at certain opportunities only (an annual appeal, a monthly issue), do so
//! with their own steady chance, and may leave, for ever, before any opportunity.
//!
//! Data of one customer: `x` opportunities at which it bought, `t_x` the last of them (0 if none), `T` how
//! many there were: whole numbers, all after the first purchase, which is not counted. The unit of time is
//! one opportunity.
//! Parameters: `alpha`, `beta` chance to buy at an opportunity ~ Beta(alpha, beta); `gamma`, `delta` chance
//! to leave before an opportunity ~ Beta(gamma, delta).
//!
//! Likelihood: Fader, Hardie & Shang (2010), "Customer-base analysis in a discrete-time noncontractual
//! setting", Marketing Science 29(6), 1086-1108, eq. 5, `n` for `T`:
//! ```text
//! L = w(n) + Σ_{m=t_x}^{n−1} c(m)
//! w(m) = B(α+x,β+m−x)/B(α,β) · B(γ,δ+m)/B(γ,δ)         still a customer at m
//! c(m) = B(α+x,β+m−x)/B(α,β) · B(γ+1,δ+m)/B(γ,δ)       left right after m
//! ```
//! As printed, at an easy point:
//! ```
//! use clv::customers::Customer;
//! use clv::model::{BgBb, Model};
//! use clv::special::ln_beta;
//!
//! let model = BgBb { alpha: 1.204, beta: 0.750, gamma: 0.657, delta: 2.783 };
//! let BgBb { alpha, beta, gamma, delta } = model;
//! let bought = |m: f64| (ln_beta(alpha + 2.0, beta + m - 2.0) - ln_beta(alpha, beta)).exp();
//! let stayed = |m: f64| (ln_beta(gamma, delta + m) - ln_beta(gamma, delta)).exp();
//! let left = |m: f64| (ln_beta(gamma + 1.0, delta + m) - ln_beta(gamma, delta)).exp();
//! let printed = bought(6.0) * stayed(6.0) + bought(4.0) * left(4.0) + bought(5.0) * left(5.0);
//! let row = Customer { x: 2, t_x: 4.0, t: 6.0 };
//! assert!((model.log_likelihood(&row) - printed.ln()).abs() < 1e-13);
//! ```
//! Computed from ratios: `c(m)/w(m) = γ/(γ+δ+m)` and `w(m+1)/w(m)` are plain fractions, so that the sum
//! is a recurrence of positive terms. Over a table one recurrence for each `x` serves all its rows, see
//! `bg_bb/likelihood.rs`. Sums over future opportunities have a closed form in differences of `ln Γ`;
//! discounted they are those of `smooth_sum.rs`. The paper's 2F1 is not needed.
//! Differs from the paper: P(alive) is that of being a customer at opportunity `n`; the paper's (eq. 11),
//! at `n + 1`, is `p_alive_after(.., 1.0)`. A purchase at the `i`-th opportunity from now happens `i` units
//! from now; horizons count whole opportunities only.
//! Checked by: fixtures/reference/bgbb.jsonl, tests/models/donations.rs, tests/models/conformance.rs.

mod forecast;
mod likelihood;
mod limits;
mod scorer;

use std::ops::Range;

use crate::base::{Discounting, Result};
use crate::customers::{Customer, CustomerTable, Needs};
use crate::model::{
    Attrition, Counts, Derivatives, Dropout, Limit, Mixing, Model, Order, Population, PosteriorMeans,
    Process, Scorer,
    process::{Opportunities, chances},
};
use crate::params::{ParamSpec, Scale};
pub use likelihood::Prepared;

/// The BG/BB model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BgBb {
    /// First parameter of the distribution of the chance to buy.
    pub alpha: f64,
    /// Second parameter of the distribution of the chance to buy.
    pub beta: f64,
    /// First parameter of the distribution of the chance to leave.
    pub gamma: f64,
    /// Second parameter of the distribution of the chance to leave.
    pub delta: f64,
}

/// Ages are whole to this, after a change of unit.
const WHOLE: f64 = 1e-6;
/// A horizon may fall short of a whole number by this share of it, from rounding.
const ROUNDING: f64 = 1e-12;

/// How many opportunities there are in a time.
fn opportunities(time: f64) -> f64 {
    (time * (1.0 + ROUNDING)).floor()
}

/// Checks that a history is one of opportunities.
///
/// # Errors
/// In words, with the repair.
fn admits(customer: &Customer) -> Result<(), String> {
    let Customer { x, t_x, t } = *customer;
    let repair =
        "bg-bb counts opportunities: grain and unit must be the same, such as --grain month --unit month";
    let whole = |time: f64| (time - time.round()).abs() <= WHOLE;
    if !(whole(t_x) && whole(t)) {
        return Err(format!("recency {t_x} and T {t} must be whole numbers; {repair}"));
    }
    if f64::from(x) > t_x.round() {
        return Err(format!(
            "frequency {x} is more than the {t_x} opportunities up to the last purchase; {repair}"
        ));
    }
    Ok(())
}

impl Model for BgBb {
    type Row = Customer;
    type Table = CustomerTable;
    type Prepared = Prepared;

    const NAME: &'static str = "bg-bb";
    const NEEDS: Needs = Needs { opportunities: true, ..Needs::NONE };
    const PARAMS: &'static [ParamSpec] = &[
        ParamSpec {
            name: "alpha",
            meaning: "chance to buy at an opportunity: Beta(alpha, beta)",
            scale: Scale::None,
        },
        ParamSpec {
            name: "beta",
            meaning: "chance to buy at an opportunity: Beta(alpha, beta)",
            scale: Scale::None,
        },
        ParamSpec {
            name: "gamma",
            meaning: "chance to leave before an opportunity: Beta(gamma, delta)",
            scale: Scale::None,
        },
        ParamSpec {
            name: "delta",
            meaning: "chance to leave before an opportunity: Beta(gamma, delta)",
            scale: Scale::None,
        },
    ];

    fn from_params(params: &[f64]) -> Self {
        BgBb { alpha: params[0], beta: params[1], gamma: params[2], delta: params[3] }
    }

    fn params(&self) -> Vec<f64> {
        vec![self.alpha, self.beta, self.gamma, self.delta]
    }

    fn starts(table: &CustomerTable) -> Result<Vec<Vec<f64>>, String> {
        limits::starts(table)
    }

    fn limits(&self) -> Vec<Limit<Self>> {
        self.limits_of()
    }

    fn log_likelihood(&self, row: &Customer) -> f64 {
        self.log_likelihood_of(row)
    }

    fn prepare(&self, table: &CustomerTable, _: Order) -> Prepared {
        Prepared::new(self, table)
    }

    /// Nothing: all is in the recurrences.
    fn shared(&self, _: &CustomerTable, _: &Prepared, _: &mut Derivatives) {}

    fn rows(&self, table: &CustomerTable, prepared: &Prepared, rows: Range<usize>, out: &mut Derivatives) {
        prepared.add_rows(self, table, rows, out);
    }
}

impl Attrition for BgBb {
    fn admits(&self, customer: &Customer) -> Result<(), String> {
        admits(customer)
    }

    fn p_alive(&self, customer: &Customer) -> f64 {
        self.past(customer).p_alive()
    }

    fn p_alive_after(&self, customer: &Customer, ahead: f64) -> f64 {
        self.p_alive(customer) * self.stays(customer.t, ahead)
    }

    fn expected_lifetime(&self, customer: &Customer, horizon: f64) -> f64 {
        let alive = self.p_alive(customer);
        if alive == 0.0 { 0.0 } else { alive * self.lifetime_if_alive(customer.t, horizon) }
    }

    fn expected_if_alive(&self, customer: &Customer, horizon: f64) -> f64 {
        self.chance_to_buy(customer) * self.lifetime_if_alive(customer.t, horizon)
    }

    fn discounted_if_alive(&self, customer: &Customer, horizon: f64, discounting: Discounting) -> f64 {
        self.chance_to_buy(customer) * self.discounted_lifetime_if_alive(customer.t, horizon, discounting)
    }

    /// The mean of `1/theta` is finite for `gamma > 1`.
    fn finite_without_end(&self) -> bool {
        self.gamma > 1.0
    }

    fn purchases_pmf(&self, customer: &Customer, horizon: f64, n: u32) -> f64 {
        self.purchases_pmf_of(customer, horizon, n)
    }

    fn buys_if_alive(&self, customer: &Customer, between: (f64, f64)) -> f64 {
        self.buys_between(customer, between)
    }

    fn counts_if_alive(&self, customer: &Customer, horizon: f64) -> Vec<Box<dyn Counts>> {
        vec![Box::new(self.counts_of(customer, horizon))]
    }

    fn population(&self) -> Population {
        Population {
            rate: Mixing::Beta { a: self.alpha, b: self.beta },
            dropout: Some(Dropout::Chance(Mixing::Beta { a: self.gamma, b: self.delta })),
        }
    }

    fn posterior_means(&self, customer: &Customer) -> PosteriorMeans {
        self.habits_of(customer)
    }

    fn scorer(&self, horizon: f64, discounting: Discounting) -> Box<dyn Scorer> {
        Box::new(scorer::BgBbScorer::new(*self, horizon, discounting))
    }

    fn process(&self) -> crate::base::Result<Box<dyn Process>> {
        let (buy, leave) = (chances(self.alpha, self.beta)?, chances(self.gamma, self.delta)?);
        Ok(Box::new(Opportunities { buy, leave }))
    }

    fn future_if_alive(&self, customer: &Customer) -> crate::base::Result<Box<dyn Process>> {
        let x = f64::from(customer.x);
        let buy = chances(self.alpha + x, self.beta + (customer.t - x))?;
        Ok(Box::new(Opportunities { buy, leave: chances(self.gamma, self.delta + customer.t)? }))
    }
}
