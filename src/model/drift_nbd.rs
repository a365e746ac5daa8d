//! Drift-NBD: customers buy at a rate of their own that drifts, and never leave. A steady model in which the past fades: what
//! was learned of a customer's rate a time `t` ago counts `e^(−κ t)` of what is learned today.
//!
//! Data of one customer: the gaps `g` between its purchases, and the silence `s` since the last one: the ages at all repeat
//! purchases, not their number alone. Parameters: `k` stages from one purchase to the next (1: purchases at random), `kappa`
//! how fast rates drift \[1/time\], both chosen and not estimated; `r`, `alpha` buying rate of new customers ~ Gamma(r, alpha).
//!
//! The rate of stages of a customer is believed to be Gamma(R, A), to begin with `R = r`, `A = α/k`. A gap has the
//! predictive density
//! ```text
//! p(g) = Γ(R+k)/Γ(R) · A^R/(A+g)^(R+k) · g^(k−1)/Γ(k)
//! ```
//! after which `R += k`, `A += g`, and both fade: they are multiplied by `max(e^(−κ g), min(1, r/R))`, so that the mean
//! of the rate stays and its spread grows, never beyond that of new customers. The likelihood is the product over gaps,
//! times the chance of a silence of at least `s`. For `k = 1` and `kappa -> 0` this is the NBD model to the last digit.
//!
//! The discount keeps the form of the belief, which makes one pass over purchases do: Smith & Miller (1986), "A non-Gaussian
//! state space model and application to prediction of records", JRSS B 48(1), 79-88 (exponential observations; that its
//! transition exists as a process is theirs), and Harvey & Fernandes (1989), "Time series models for count or qualitative
//! observations", JBES 7(4), 407-417. Differs from both: the discount depends on the time that passed and not on the number
//! of observations, it has a floor, and observations are Gamma(k).
//!
//! Ahead of a customer the belief fades by the silence, and then by half the horizon `H`: the purchases in `(T, T + H]` are
//! counted at one rate, Gamma of that belief. This stands for a rate that goes on drifting within the horizon. It is
//! exact in the mean for `k = 1`, where the rate is a martingale; the spread is an approximation, whose merit is that
//! of its forecasts. When the next purchase comes, and futures that are drawn, follow the filter itself, gap by gap.
//!
//! As printed, at an easy point, two gaps and a silence:
//! ```
//! use clv::customers::Customer;
//! use clv::model::{DriftNbd, Model};
//!
//! let model = DriftNbd::new(1, 0.03, 0.5, 6.0).after(&[4.0, 7.0]);
//! let (a, b) = ((-0.12_f64).exp(), (-0.09_f64).exp());
//! let (r1, a1) = (1.5 * a, 10.0 * a);
//! let (r2, a2) = ((r1 + 1.0) * b, (a1 + 3.0) * b);
//! let first = 0.5 * 6.0_f64.powf(0.5) / 10.0_f64.powf(1.5);
//! let second = r1 * a1.powf(r1) / (a1 + 3.0).powf(r1 + 1.0);
//! let silent = (a2 / (a2 + 5.0)).powf(r2);
//! let found = model.log_likelihood(&Customer { x: 2, t_x: 7.0, t: 12.0 });
//! assert!((found - (first * second * silent).ln()).abs() < 1e-13);
//! ```
//! Checked by: fixtures/reference/drift.jsonl, tests/models/drift.rs.

use std::ops::Range;

use crate::customers::{Customer, CustomerTable, Needs};
use crate::model::{
    Derivatives, Limit, Model, Order,
    drift::{self, Drift, Past},
    together,
};
use crate::params::{LARGEST_WHOLE, ParamSpec, Scale};

/// The model of drifting rates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DriftNbd {
    /// Stages from one purchase to the next, 1 to 64: the more, the more regular.
    pub k: u32,
    /// How fast rates drift: what was learned a time `t` ago counts `e^(−kappa t)` \[1/units of time\].
    pub kappa: f64,
    /// Shape of the distribution of the rates of new customers.
    pub r: f64,
    /// Rate of the distribution of the rates of purchases of new customers \[units of time\].
    pub alpha: f64,
    past: Past,
}

impl DriftNbd {
    /// The model of a customer who has not bought again yet.
    pub fn new(k: u32, kappa: f64, r: f64, alpha: f64) -> Self {
        DriftNbd { k, kappa, r, alpha, past: Past::none(k, r, alpha) }
    }

    /// The model of a customer who bought again at these ages, ascending.
    pub fn after(&self, ages: &[f64]) -> Self {
        DriftNbd { past: self.kernel().after(ages), ..*self }
    }

    fn kernel(&self) -> Drift {
        let DriftNbd { k, kappa, r, alpha, past } = *self;
        Drift { k, kappa, r, alpha, leave: None, past }
    }
}

impl Model for DriftNbd {
    type Row = Customer;
    type Table = CustomerTable;
    type Prepared = ();

    const NAME: &'static str = "drift-nbd";
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
    ];
    /// Each gap is worked through.
    const COST: usize = 10;

    fn from_params(params: &[f64]) -> Self {
        let k = params[0].round().clamp(1.0, LARGEST_WHOLE) as u32;
        DriftNbd::new(k, params[1], params[2], params[3])
    }

    fn params(&self) -> Vec<f64> {
        vec![f64::from(self.k), self.kappa, self.r, self.alpha]
    }

    /// With `k = 1`, and a drift that is to be put in its place.
    fn starts(table: &CustomerTable) -> Result<Vec<Vec<f64>>, String> {
        let rate = table.mean_rate()?;
        let drift = drift::first(table)?;
        Ok([0.5, 4.0, 0.1].iter().map(|r| vec![1.0, drift, *r, r / rate]).collect())
    }

    fn limits(&self) -> Vec<Limit<Self>> {
        let words = format!(
            "no heterogeneity of buying rates: everyone buys {:.4} times per unit of time, r and alpha -> infinity \
             together, and there is nothing to drift",
            self.r / self.alpha
        );
        let model = DriftNbd::new(self.k, self.kappa, 1e10, 1e10 * (self.alpha / self.r));
        vec![Limit { of: "buying rate", model, words, flat: vec![together(2, 3)] }]
    }

    /// Of the customer whose purchases are known, see [`DriftNbd::after`]; not a number of any other.
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

attrition_by_kernel!(DriftNbd, of_purchases);
