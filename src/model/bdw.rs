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
//! Checked by: fixtures/reference/bdw.jsonl, tests/contracts/contracts.rs, tests/models/conformance.rs.

use std::ops::Range;

use crate::model::{
    Derivatives, Limit, Model, Order, alone,
    contract::{BetaWeibull, ContractRow, ContractTable, contract_by_kernel, limits, starts},
    together,
};
use crate::params::{Direction, ParamSpec, Scale};

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
/// `c` of starting points for contracts with a term of their own, before which nobody leaves.
const STEEP: [f64; 3] = [6.0, 20.0, 60.0];
/// The largest logarithm of `beta`, and what `c` is where it stands for infinity.
const LARGEST_LN: f64 = 560.0;
const ENDLESS: f64 = 1e6;

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

    // Where nobody leaves before an age, beta is about that age to the power of c.
    const LARGEST: f64 = 1e250;
    const WALL: f64 = LARGEST_LN;

    fn from_params(params: &[f64]) -> Self {
        Bdw { alpha: params[0], beta: params[1], c: params[2] }
    }

    fn params(&self) -> Vec<f64> {
        vec![self.alpha, self.beta, self.c]
    }

    fn starts(table: &ContractTable) -> Result<Vec<Vec<f64>>, String> {
        let starts = starts(table, 3)?;
        let with = |c: &f64| starts.iter().map(|[alpha, beta]| vec![*alpha, *beta, *c]).collect::<Vec<_>>();
        let mut all: Vec<Vec<f64>> = SHAPES.iter().flat_map(with).collect();
        // Of who is left at the first age at which anyone leaves, half leave until twice that age.
        let ended = table.rows.iter().filter(|row| row.ended).map(|row| row.periods).min();
        let age = f64::from(ended.unwrap_or(1)) - 0.3;
        all.extend(STEEP.iter().map(|c| vec![1.0 / c, age.powf(*c), *c]));
        Ok(all)
    }

    fn limits(&self) -> Vec<Limit<Self>> {
        let Bdw { alpha, beta, c } = *self;
        // All alike: `t^c` has to stay small beside alpha and beta, where it is 1/mean at most.
        let scale = 1.0 + beta / alpha;
        let own = |a: f64, b: f64| if a + b > 1e9 { (a * scale, b * scale) } else { (a, b) };
        let mut all = limits(alpha, beta, |a, b| {
            let (alpha, beta) = own(a, b);
            Bdw { alpha, beta, c }
        });
        let limit = |model: Bdw, words: String, flat: Vec<Direction>| Limit { of: "age", model, words, flat };
        let once = "who renews once never leaves: c -> 0".to_owned();
        all.push(limit(Bdw { c: 1e-9, ..*self }, once, vec![alone(2)]));
        let twice = "nobody renews twice: c -> infinity".to_owned();
        all.push(limit(Bdw { c: ENDLESS, ..*self }, twice, vec![alone(2), together(0, 1)]));
        let (ln_age, falls) = (beta.ln() / c, alpha * c);
        let steepest = (LARGEST_LN / ln_age.abs()).min(ENDLESS);
        let term = format!(
            "nobody leaves before the age of {:.2} periods, and from there on those who stay are 1/t^{falls:.4} of \
             them at t times that age: beta and c -> infinity together",
            ln_age.exp()
        );
        let model = Bdw { alpha: falls / steepest, beta: (steepest * ln_age).exp(), c: steepest };
        all.push(limit(model, term, vec![vec![(2, 1.0), (0, -1.0), (1, ln_age * steepest)]]));
        // One that lies beyond what parameters can be is at their edge, where it hardly fits.
        let within = |value: f64| value.clamp(1.0 / Self::LARGEST, Self::LARGEST);
        for limit in &mut all {
            let Bdw { alpha, beta, c } = limit.model;
            limit.model = Bdw { alpha: within(alpha), beta: within(beta), c: within(c) };
        }
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
