//! BdW: as sBG, but a customer's own chance to leave may rise (`c > 1`) or fall (`c < 1`) with the age of the
//! contract; retention may then fall first and rise later.
//!
//! Data of one customer: periods the contract has lasted, and whether it has ended.
//! Parameters: `alpha`, `beta` chance not to renew for the first time ~ Beta(alpha, beta); `c` how it
//! changes with age.
//!
//! Likelihood: Fader, Hardie, Liu, Davin & Steenburgh (2018), "How to project customer retention
//! revisited: the role of duration dependence", Journal of Interactive Marketing 43, 1-16:
//! ```text
//! L = S(t)                 still a customer after t periods,    S(t) = B(α,β+t^c)/B(α,β)
//! L = S(t−1) − S(t)        left at the end of period t
//! ```
//! As printed, at an easy point:
//! ```
//! use clv::model::{Bdw, ContractRow, Model};
//! use clv::special::ln_beta;
//!
//! let model = Bdw { alpha: 0.259, beta: 1.722, c: 1.584 };
//! let Bdw { alpha, beta, c } = model;
//! let survival = |t: f64| (ln_beta(alpha, beta + t.powf(c)) - ln_beta(alpha, beta)).exp();
//! let left = model.log_likelihood(&ContractRow { periods: 3, ended: true });
//! assert!((left - (survival(2.0) - survival(3.0)).ln()).abs() < 1e-13);
//! ```
//! Computed as said in `contract.rs`. Differs from the paper: nothing; discounted lifetimes are added.
//! Checked by: fixtures/reference/bdw.jsonl, tests/contracts.rs, tests/conformance.rs.

use std::ops::Range;

use crate::model::contract::{BetaWeibull, ContractRow, ContractTable, contract_by_kernel, limits, starts};
use crate::model::{Derivatives, Limit, Model, Order, ParamSpec, Scale};

/// The BdW (beta-discrete-Weibull) model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bdw {
    /// First parameter of the distribution of the chance not to renew for the first time.
    pub alpha: f64,
    /// Second parameter of the distribution of the chance not to renew for the first time.
    pub beta: f64,
    /// How the chance changes with age: above 1 it rises, below 1 it falls.
    pub c: f64,
}

impl Bdw {
    fn kernel(&self) -> BetaWeibull {
        BetaWeibull { alpha: self.alpha, beta: self.beta, c: self.c }
    }
}

/// `c` of starting points.
const SHAPES: [f64; 3] = [1.0, 1.6, 0.7];

impl Model for Bdw {
    type Row = ContractRow;
    type Table = ContractTable;
    type Prepared = ();

    const NAME: &'static str = "bdw";
    const PARAMS: &'static [ParamSpec] = &[
        ParamSpec {
            name: "alpha",
            meaning: "chance not to renew at first: Beta(alpha, beta)",
            scale: Scale::None,
        },
        ParamSpec {
            name: "beta",
            meaning: "chance not to renew at first: Beta(alpha, beta)",
            scale: Scale::None,
        },
        ParamSpec { name: "c", meaning: "how it changes with age: rises if above 1", scale: Scale::None },
    ];

    fn from_params(params: &[f64]) -> Self {
        Bdw { alpha: params[0], beta: params[1], c: params[2] }
    }

    fn params(&self) -> Vec<f64> {
        vec![self.alpha, self.beta, self.c]
    }

    fn starts(table: &ContractTable) -> Result<Vec<Vec<f64>>, String> {
        let starts = starts(table, 3)?;
        let with = |c: &f64| starts.iter().map(|[alpha, beta]| vec![*alpha, *beta, *c]).collect::<Vec<_>>();
        Ok(SHAPES.iter().flat_map(with).collect())
    }

    fn limits(&self) -> Vec<Limit<Self>> {
        let own = |(alpha, beta, words)| Limit {
            of: "chance to leave",
            model: Bdw { alpha, beta, c: self.c },
            words,
        };
        let mut all: Vec<Limit<Self>> = limits(self.alpha, self.beta).into_iter().map(own).collect();
        let words = "who renews once never leaves: c -> 0".to_owned();
        all.push(Limit { of: "age", model: Bdw { c: 1e-9, ..*self }, words });
        all
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

contract_by_kernel!(Bdw);
