//! sBG: customers under contract renew, or not, at the end of each period, each with a chance of its own
//! that never changes; those likely to leave leave first, so retention rises with age.
//!
//! Data of one customer: periods the contract has lasted, and whether it has ended.
//! Parameters: `alpha`, `beta` chance not to renew ~ Beta(alpha, beta).
//!
//! Likelihood: Fader & Hardie (2007), "How to project customer retention", Journal of Interactive
//! Marketing 21(1), 76-90:
//! ```text
//! L = S(t)                 still a customer after t periods,    S(t) = B(α,β+t)/B(α,β)
//! L = S(t−1) − S(t)        left at the end of period t
//! ```
//! As printed, at an easy point:
//! ```
//! use clv::model::{Contract, ContractRow, Model, Sbg};
//! use clv::special::ln_beta;
//!
//! let model = Sbg { alpha: 0.668, beta: 3.806 };
//! let survival = |t: f64| (ln_beta(model.alpha, model.beta + t) - ln_beta(model.alpha, model.beta)).exp();
//! let left = model.log_likelihood(&ContractRow { periods: 3, ended: true });
//! assert!((left - (survival(2.0) - survival(3.0)).ln()).abs() < 1e-13);
//! let retention = (3.806 + 3.0 - 1.0) / (0.668 + 3.806 + 3.0 - 1.0);
//! assert!((model.retention(3) - retention).abs() < 1e-13);
//! ```
//! Computed as said in `contract.rs`. Discounted lifetimes: Fader & Hardie (2010), "Customer-base
//! valuation in a contractual setting", Marketing Science 29(1), 85-93; as sums, not as 2F1.
//! Differs from the paper: nothing.
//! Checked by: fixtures/reference/sbg.jsonl, tests/contracts/contracts.rs, tests/models/conformance.rs.

use std::ops::Range;

use crate::model::{
    Derivatives, Limit, Model, Order,
    contract::{BetaWeibull, ContractRow, ContractTable, contract_by_kernel, limits, starts},
};
use crate::params::{ParamSpec, Scale};

/// The sBG (shifted beta-geometric) model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sbg {
    /// First parameter of the distribution of the chance not to renew.
    pub alpha: f64,
    /// Second parameter of the distribution of the chance not to renew.
    pub beta: f64,
}

impl Sbg {
    fn kernel(&self) -> BetaWeibull {
        BetaWeibull { alpha: self.alpha, beta: self.beta, c: 1.0 }
    }
}

impl Model for Sbg {
    type Row = ContractRow;
    type Table = ContractTable;
    type Prepared = ();

    const NAME: &'static str = "sbg";
    const PARAMS: &'static [ParamSpec] = &[
        ParamSpec { name: "alpha", meaning: "chance not to renew: Beta(alpha, beta)", scale: Scale::None },
        ParamSpec { name: "beta", meaning: "chance not to renew: Beta(alpha, beta)", scale: Scale::None },
    ];

    fn from_params(params: &[f64]) -> Self {
        Sbg { alpha: params[0], beta: params[1] }
    }

    fn params(&self) -> Vec<f64> {
        vec![self.alpha, self.beta]
    }

    fn starts(table: &ContractTable) -> Result<Vec<Vec<f64>>, String> {
        Ok(starts(table, 2)?.into_iter().map(Vec::from).collect())
    }

    fn limits(&self) -> Vec<Limit<Self>> {
        limits(self.alpha, self.beta, |alpha, beta| Sbg { alpha, beta })
    }

    fn log_likelihood(&self, row: &ContractRow) -> f64 {
        self.kernel().log_likelihood(row)
    }

    fn prepare(&self, _: &ContractTable, _: Order) {}

    /// Nothing: there are few rows.
    fn shared(&self, _: &ContractTable, (): &(), _: &mut Derivatives) {}

    fn rows(&self, table: &ContractTable, (): &(), rows: Range<usize>, out: &mut Derivatives) {
        self.kernel().add_rows(&table.rows[rows.clone()], &table.count[rows], out);
    }
}

contract_by_kernel!(Sbg);
