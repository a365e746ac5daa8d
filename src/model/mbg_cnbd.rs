//! MBG/CNBD-k: customers buy at regular gaps, each of `k` stages at their own steady rate, and may
//! leave, for ever, right after any purchase, the first included. With `k = 1` it is MBG/NBD.
//!
//! Data of one customer: `x` repeat purchases, `t_x` age at the last one (0 if none), `T` age at the
//! end of observation, in units of time since the first purchase; of all customers together, `litt`,
//! the sum of the logarithms of the gaps.
//! Parameters: `k` stages of a gap, whole and chosen; `r`, `alpha` rate of the stages ~ Gamma(r, alpha)
//! (alpha in units of time), purchases come `k` times as slowly; `a`, `b` chance of leaving after a
//! purchase ~ Beta(a, b).
//!
//! Likelihood: Platzer & Reutterer (2016), "Ticking away the moments: timing regularity helps to
//! better predict customer activity", Marketing Science 35(5), 779-799:
//! ```text
//! L = e^((k−1) litt) / Γ(k)^x · Γ(r+kx) α^r/Γ(r) · {
//!       B(a,b+x+1)/B(a,b) (α+T)^−(r+kx) Σ_{j<k} (r+kx)_j/j! ((T−t_x)/(α+T))^j
//!       + B(a+1,b+x)/B(a,b) (α+t_x)^−(r+kx) }
//! ```
//! As printed, at an easy point, without the first factor:
//! ```
//! use clv::customers::Customer;
//! use clv::model::{MbgCnbd, Model};
//! use clv::special::{ln_beta, ln_gamma};
//!
//! let model = MbgCnbd { k: 2, r: 1.329, alpha: 2.813, a: 0.425, b: 0.79 };
//! let row = Customer { x: 2, t_x: 30.43, t: 38.86 };
//! let MbgCnbd { r, alpha, a, b, .. } = model;
//! let (shape, silence) = (r + 4.0, (38.86 - 30.43) / (alpha + 38.86));
//! let rate = (ln_gamma(shape) - ln_gamma(r)).exp() * alpha.powf(r);
//! let stayed = ln_beta(a, b + 3.0).exp() / (alpha + 38.86).powf(shape) * (1.0 + shape * silence);
//! let left = ln_beta(a + 1.0, b + 2.0).exp() / (alpha + 30.43).powf(shape);
//! let printed = rate * (stayed + left) / ln_beta(a, b).exp();
//! assert!((model.log_likelihood(&row) - printed.ln()).abs() < 1e-13);
//! ```
//! Computed as BG/CNBD-k is, with one more toss of the coin.
//! Differs from the paper: as BG/CNBD-k does.
//! Checked by: fixtures/reference/cnbdk.jsonl, tests/models/published_regular.rs, tests/models/conformance.rs.

use std::ops::Range;

use crate::customers::{Customer, CustomerTable, Needs};
use crate::model::{
    Derivatives, Limit, Model, Order,
    erlang::{Erlang, Prepared, starts},
};
use crate::params::{LARGEST_WHOLE, ParamSpec, Scale};

/// The MBG/CNBD-k model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MbgCnbd {
    /// Stages from one purchase to the next, 1 to 64: the more, the more regular.
    pub k: u32,
    /// Shape of the distribution of the rates of stages.
    pub r: f64,
    /// Rate of the distribution of the rates of stages \[units of time\].
    pub alpha: f64,
    /// First parameter of the distribution of the chance to leave.
    pub a: f64,
    /// Second parameter of the distribution of the chance to leave.
    pub b: f64,
}

impl MbgCnbd {
    fn kernel(&self) -> Erlang {
        Erlang { k: self.k, r: self.r, alpha: self.alpha, a: self.a, b: self.b, coin: 1.0 }
    }

    /// Expected purchases in `(T, T + horizon]` as BTYDplus approximates them, for comparisons with it:
    /// the chance to be alive times the formula of MBG/NBD with `k alpha` for `alpha`. Without its
    /// correction for the bias of a cohort, which makes the forecast of a customer depend on who else
    /// is in the batch.
    pub fn expected_purchases_btydplus(&self, customer: &Customer, horizon: f64) -> f64 {
        self.kernel().expected_purchases_btydplus(customer, horizon)
    }
}

impl Model for MbgCnbd {
    type Row = Customer;
    type Table = CustomerTable;
    type Prepared = Prepared;

    const NAME: &'static str = "mbg-cnbd";
    const NEEDS: Needs = Needs { log_gaps: true, ..Needs::NONE };
    const PARAMS: &'static [ParamSpec] = &[
        ParamSpec { name: "k", meaning: "regularity: stages of a gap", scale: Scale::Whole },
        ParamSpec { name: "r", meaning: "rate of stages: shape of its distribution", scale: Scale::None },
        ParamSpec { name: "alpha", meaning: "rate of stages: rate of its distribution", scale: Scale::Time },
        ParamSpec { name: "a", meaning: "chance to leave after a purchase: Beta(a, b)", scale: Scale::None },
        ParamSpec { name: "b", meaning: "chance to leave after a purchase: Beta(a, b)", scale: Scale::None },
    ];

    fn from_params(params: &[f64]) -> Self {
        let k = params[0].round().clamp(1.0, LARGEST_WHOLE) as u32;
        MbgCnbd { k, r: params[1], alpha: params[2], a: params[3], b: params[4] }
    }

    fn params(&self) -> Vec<f64> {
        vec![f64::from(self.k), self.r, self.alpha, self.a, self.b]
    }

    fn starts(table: &CustomerTable) -> Result<Vec<Vec<f64>>, String> {
        starts(table)
    }

    fn limits(&self) -> Vec<Limit<Self>> {
        let own = |at: Erlang| MbgCnbd { k: at.k, r: at.r, alpha: at.alpha, a: at.a, b: at.b };
        let limits = self.kernel().limits().into_iter();
        limits.map(|limit| Limit::of_kernel(limit, own, 0)).collect()
    }

    fn log_likelihood(&self, row: &Customer) -> f64 {
        self.kernel().log_likelihood(row)
    }

    fn prepare(&self, table: &CustomerTable, _: Order) -> Prepared {
        self.kernel().prepare(table)
    }

    fn shared(&self, table: &CustomerTable, prepared: &Prepared, out: &mut Derivatives) {
        self.kernel().shared(table, prepared, out);
    }

    fn rows(&self, table: &CustomerTable, prepared: &Prepared, rows: Range<usize>, out: &mut Derivatives) {
        self.kernel().rows(table, prepared, rows, out);
    }
}

attrition_by_kernel!(MbgCnbd, along);
