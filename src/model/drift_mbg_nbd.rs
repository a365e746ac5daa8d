//! Drift-MBG/NBD: customers buy at a rate of their own that drifts, and may leave, for ever, right after any purchase, the
//! first included. Drift-NBD with the leaving of MBG/NBD.
//!
//! Data of one customer: the gaps `g` between its purchases, and the silence `s` since the last one. Parameters: `k` stages
//! from one purchase to the next (1: purchases at random), `kappa` how fast rates drift \[1/time\], both chosen and not
//! estimated; `r`, `alpha` buying rate of new customers ~ Gamma(r, alpha); `a`, `b` chance of leaving after a purchase ~
//! Beta(a, b).
//!
//! What is believed of the rate of stages of one who is a customer, Gamma(R, A), goes from purchase to purchase as in
//! [`DriftNbd`](crate::model::DriftNbd): gaps have the predictive density `p(g)`, after which the belief fades. With
//! `S = (A/(A+s))^R Σ_{j<k} (R)_j/j! (s/(A+s))^j` the chance of a silence of at least `s` of who stays
//! ```text
//! L = Π p(g) · { B(a,b+x+1)/B(a,b) S + B(a+1,b+x)/B(a,b) }
//! ```
//! For `kappa -> 0` this is MBG/CNBD-k, and for `k = 1` MBG/NBD. The chance to leave does not drift: it is learned from all
//! purchases alike.
//!
//! Ahead of a customer who is alive the belief fades by the silence, and then by half the horizon, as that of drift-nbd does;
//! purchases are those of MBG/CNBD-k at a rate of this belief, of one who has `p` ~ Beta(a, b+x+1). P(alive) and lifetimes, the
//! next purchase, and futures that are drawn go on from the belief of today.
//!
//! As printed, at an easy point, two gaps and a silence:
//! ```
//! use clv::customers::Customer;
//! use clv::model::{DriftMbgNbd, Model};
//! use clv::special::ln_beta;
//!
//! let model = DriftMbgNbd::new(1, 0.03, 0.5, 6.0, 0.8, 2.5).after(&[4.0, 7.0]);
//! let (f, g) = ((-0.12_f64).exp(), (-0.09_f64).exp());
//! let (r1, a1) = (1.5 * f, 10.0 * f);
//! let (r2, a2) = ((r1 + 1.0) * g, (a1 + 3.0) * g);
//! let first = 0.5 * 6.0_f64.powf(0.5) / 10.0_f64.powf(1.5);
//! let second = r1 * a1.powf(r1) / (a1 + 3.0).powf(r1 + 1.0);
//! let silent = (a2 / (a2 + 5.0)).powf(r2);
//! let stayed = ln_beta(0.8, 2.5 + 3.0).exp() * silent;
//! let left = ln_beta(0.8 + 1.0, 2.5 + 2.0).exp();
//! let printed = first * second * (stayed + left) / ln_beta(0.8, 2.5).exp();
//! let found = model.log_likelihood(&Customer { x: 2, t_x: 7.0, t: 12.0 });
//! assert!((found - printed.ln()).abs() < 1e-13);
//! ```
//! Differs from the papers that drift-nbd names: customers leave. The idea of learning with a discount while the chance to
//! leave is MBG/NBD's is this project's own; what it is worth is what its forecasts are (CHANGELOG, docs).
//! Checked by: fixtures/reference/drift_mbg.jsonl, tests/models/drift_leaving.rs.

use std::ops::Range;

use crate::customers::{Customer, CustomerTable, Needs};
use crate::model::{
    Derivatives, Limit, Model, Order,
    beta_geometric::{self, BetaGeometric},
    drift::{self, Drift, Past},
};
use crate::params::{LARGEST_WHOLE, ParamSpec, Scale};

/// The model of drifting rates of customers who leave.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DriftMbgNbd {
    /// Stages from one purchase to the next, 1 to 64: the more, the more regular.
    pub k: u32,
    /// How fast rates drift: what was learned a time `t` ago counts `e^(−kappa t)` \[1/units of time\].
    pub kappa: f64,
    /// Shape of the distribution of the rates of new customers.
    pub r: f64,
    /// Rate of the distribution of the rates of purchases of new customers \[units of time\].
    pub alpha: f64,
    /// First parameter of the distribution of the chance to leave.
    pub a: f64,
    /// Second parameter of the distribution of the chance to leave.
    pub b: f64,
    past: Past,
}

impl DriftMbgNbd {
    /// The model of a customer who has not bought again yet.
    pub fn new(k: u32, kappa: f64, r: f64, alpha: f64, a: f64, b: f64) -> Self {
        DriftMbgNbd { k, kappa, r, alpha, a, b, past: Past::none(k, r, alpha) }
    }

    /// The model of a customer who bought again at these ages, ascending.
    pub fn after(&self, ages: &[f64]) -> Self {
        DriftMbgNbd { past: self.kernel().after(ages), ..*self }
    }

    fn kernel(&self) -> Drift {
        let DriftMbgNbd { k, kappa, r, alpha, a, b, past } = *self;
        Drift { k, kappa, r, alpha, leave: Some((a, b)), past }
    }
}

impl Model for DriftMbgNbd {
    type Row = Customer;
    type Table = CustomerTable;
    type Prepared = ();

    const NAME: &'static str = "drift-mbg-nbd";
    const NEEDS: Needs = Needs { purchase_times: true, ..Needs::NONE };
    const PARAMS: &'static [ParamSpec] = &[
        ParamSpec { name: "k", meaning: "regularity: stages of a gap", scale: Scale::Whole },
        ParamSpec { name: "kappa", meaning: "drift: how fast the past fades", scale: Scale::ChosenRate },
        ParamSpec {
            name: "r",
            meaning: "rate of new customers: shape of its distribution",
            scale: Scale::None,
        },
        ParamSpec {
            name: "alpha",
            meaning: "rate of new customers: rate of its distribution",
            scale: Scale::Time,
        },
        ParamSpec { name: "a", meaning: "chance to leave after a purchase: Beta(a, b)", scale: Scale::None },
        ParamSpec { name: "b", meaning: "chance to leave after a purchase: Beta(a, b)", scale: Scale::None },
    ];
    /// Each gap is worked through.
    const COST: usize = 10;

    fn from_params(params: &[f64]) -> Self {
        let k = params[0].round().clamp(1.0, LARGEST_WHOLE) as u32;
        DriftMbgNbd::new(k, params[1], params[2], params[3], params[4], params[5])
    }

    fn params(&self) -> Vec<f64> {
        vec![f64::from(self.k), self.kappa, self.r, self.alpha, self.a, self.b]
    }

    /// Those of MBG/NBD, with `k = 1` and a drift that is to be put in its place.
    fn starts(table: &CustomerTable) -> Result<Vec<Vec<f64>>, String> {
        let drift = drift::first(table)?;
        let starts = beta_geometric::starts(table)?;
        Ok(starts.into_iter().map(|start| [vec![1.0, drift], start].concat()).collect())
    }

    /// Those of MBG/NBD.
    fn limits(&self) -> Vec<Limit<Self>> {
        let own = |at: BetaGeometric| DriftMbgNbd::new(self.k, self.kappa, at.r, at.alpha, at.a, at.b);
        let steady = Drift::steady((self.r, self.alpha), (self.a, self.b));
        let limits = steady.limits_beside("drift-nbd fits as well").into_iter();
        // `k` and `kappa` come first.
        limits.map(|limit| Limit::of_kernel(limit, own, 2)).collect()
    }

    /// Of the customer whose purchases are known, see [`DriftMbgNbd::after`]; not a number of any other.
    fn log_likelihood(&self, row: &Customer) -> f64 {
        self.kernel().log_likelihood(row)
    }

    fn prepare(&self, _: &CustomerTable, _: Order) {}

    fn shared(&self, table: &CustomerTable, _: &(), out: &mut Derivatives) {
        self.kernel().shared(table, out);
    }

    fn rows(&self, table: &CustomerTable, _: &(), rows: Range<usize>, out: &mut Derivatives) {
        self.kernel().rows(table, rows, out);
    }
}

attrition_by_kernel!(DriftMbgNbd, of_purchases);
