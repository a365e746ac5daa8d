//! BG/NBD: customers buy at random at their own steady rate and may leave, for ever, right after any
//! repeat purchase.
//!
//! Data of one customer: `x` repeat purchases, `t_x` age at the last one (0 if none), `T` age at the
//! end of observation, in units of time since the first purchase.
//! Parameters: `r`, `alpha` buying rate ~ Gamma(r, alpha) (alpha in units of time); `a`, `b` chance of
//! leaving after a repeat purchase ~ Beta(a, b).
//!
//! Likelihood: Fader, Hardie & Lee (2005), "Counting your customers the easy way", Marketing Science
//! 24(2), 275-284:
//! ```text
//! L = B(a,b+x)/B(a,b) · Γ(r+x) α^r / (Γ(r) (α+T)^(r+x))
//!     + [x>0] B(a+1,b+x−1)/B(a,b) · Γ(r+x) α^r / (Γ(r) (α+t_x)^(r+x))
//! ```
//! As printed, at an easy point:
//! ```
//! use clv::customers::Customer;
//! use clv::model::{BgNbd, Model};
//! use clv::special::{ln_beta, ln_gamma};
//!
//! let model = BgNbd { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 };
//! let row = Customer { x: 2, t_x: 30.43, t: 38.86 };
//! let BgNbd { r, alpha, a, b } = model;
//! let rate = (ln_gamma(r + 2.0) - ln_gamma(r)).exp() * alpha.powf(r);
//! let stayed = ln_beta(a, b + 2.0).exp() / (alpha + 38.86).powf(r + 2.0);
//! let left = ln_beta(a + 1.0, b + 1.0).exp() / (alpha + 30.43).powf(r + 2.0);
//! let printed = rate * (stayed + left) / ln_beta(a, b).exp();
//! assert!((model.log_likelihood(&row) - printed.ln()).abs() < 1e-13);
//! ```
//! Computed as the logarithm of the first term plus `ln(1 + ratio of the two)`; the printed form
//! overflows beyond `x` of about 170. Expectations are integrals of the mean chance to be buying still
//! (all terms positive) instead of Gauss' hypergeometric function, which overflows, cancels, or
//! divides by zero at `a = 1` and `a + b = 1`.
//! Differs from the paper: nothing; discounted purchases, for which there is no closed form, and the
//! conditional distribution of the number of purchases (Fader & Hardie, note 039) are added. A
//! customer with no repeat purchase is alive with certainty: there was no occasion to leave.
//! Checked by: fixtures/reference/bgnbd.jsonl and bgnbd_dert.jsonl, tests/models/published_models.rs,
//! tests/models/conformance.rs.

use std::ops::Range;

use crate::customers::{Customer, CustomerTable};
use crate::model::{
    Derivatives, Limit, Model, Order,
    beta_geometric::{BetaGeometric, Prepared, starts},
};
use crate::params::{ParamSpec, Scale};

/// The BG/NBD model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BgNbd {
    /// Shape of the distribution of buying rates.
    pub r: f64,
    /// Rate of the distribution of buying rates \[units of time\].
    pub alpha: f64,
    /// First parameter of the distribution of the chance to leave.
    pub a: f64,
    /// Second parameter of the distribution of the chance to leave.
    pub b: f64,
}

impl BgNbd {
    fn kernel(&self) -> BetaGeometric {
        BetaGeometric { r: self.r, alpha: self.alpha, a: self.a, b: self.b, coin: 0.0 }
    }
}

impl Model for BgNbd {
    type Row = Customer;
    type Table = CustomerTable;
    type Prepared = Prepared;

    const NAME: &'static str = "bg-nbd";
    const PARAMS: &'static [ParamSpec] = &[
        ParamSpec { name: "r", meaning: "buying rate: shape of its distribution", scale: Scale::None },
        ParamSpec { name: "alpha", meaning: "buying rate: rate of its distribution", scale: Scale::Time },
        ParamSpec {
            name: "a",
            meaning: "chance to leave after a repeat purchase: Beta(a, b)",
            scale: Scale::None,
        },
        ParamSpec {
            name: "b",
            meaning: "chance to leave after a repeat purchase: Beta(a, b)",
            scale: Scale::None,
        },
    ];

    fn from_params(params: &[f64]) -> Self {
        BgNbd { r: params[0], alpha: params[1], a: params[2], b: params[3] }
    }

    fn params(&self) -> Vec<f64> {
        vec![self.r, self.alpha, self.a, self.b]
    }

    fn starts(table: &CustomerTable) -> Result<Vec<Vec<f64>>, String> {
        starts(table)
    }

    fn limits(&self) -> Vec<Limit<Self>> {
        let own =
            |kernel: BetaGeometric| BgNbd { r: kernel.r, alpha: kernel.alpha, a: kernel.a, b: kernel.b };
        let limits = self.kernel().limits().into_iter();
        limits.map(|limit| Limit::of_kernel(limit, own, 0)).collect()
    }

    fn log_likelihood(&self, row: &Customer) -> f64 {
        self.kernel().log_likelihood(row)
    }

    fn prepare(&self, table: &CustomerTable, order: Order) -> Prepared {
        self.kernel().prepare(table, order)
    }

    fn shared(&self, table: &CustomerTable, prepared: &Prepared, out: &mut Derivatives) {
        self.kernel().shared(table, prepared, out);
    }

    fn rows(&self, table: &CustomerTable, prepared: &Prepared, rows: Range<usize>, out: &mut Derivatives) {
        self.kernel().rows(table, prepared, rows, out);
    }
}

attrition_by_kernel!(BgNbd, along);
