//! Pareto/NBD: customers buy at random at their own steady rate and leave, unseen and for ever, at
//! some moment that has nothing to do with their purchases.
//!
//! Data of one customer: `x` repeat purchases, `t_x` age at the last one (0 if none), `T` age at the
//! end of observation, in units of time since the first purchase.
//! Parameters: `r`, `alpha` buying rate ~ Gamma(r, alpha); `s`, `beta` rate of leaving ~ Gamma(s, beta)
//! (alpha, beta in units of time).
//!
//! Likelihood: Schmittlein, Morrison & Colombo (1987), "Counting your customers: who are they and what
//! will they do next?", Management Science 33(1), 1-24; as an integral over the moment of leaving:
//! ```text
//! L = w(T) + ∫_{t_x}^T w(τ) s/(β+τ) dτ
//! w(τ) = Γ(r+x) α^r / (Γ(r) (α+τ)^(r+x)) · (β/(β+τ))^s
//! ```
//! As Fader & Hardie print it, with hypergeometric functions that are elementary at an easy point
//! (`x = 0`, `s = 1`, `r = 1`, `alpha = beta`):
//! ```
//! use clv::customers::Customer;
//! use clv::model::{Model, ParetoNbd};
//!
//! let model = ParetoNbd { r: 1.0, alpha: 10.0, s: 1.0, beta: 10.0 };
//! let row = Customer { x: 0, t_x: 0.0, t: 30.0 };
//! // (1/4)² alive, and ∫_0^30 10/(10+τ) · 10/(10+τ) · 1/(10+τ) dτ = ½ (1 − (1/4)²) gone.
//! let printed: f64 = 1.0 / 16.0 + 0.5 * (1.0 - 1.0 / 16.0);
//! assert!((model.log_likelihood(&row) - printed.ln()).abs() < 1e-14);
//! ```
//! Computed by quadrature of that integral, in which nothing cancels (the difference of two `2F1` of
//! the closed form loses all digits where `alpha` is near `beta` or `x` is large).
//! Differs from the paper: nothing; all questions are answered exactly, discounted purchases for any
//! horizon included.
//! Where rates of purchase change with age and date, purchases are counted in exposure and lifetimes in time:
//! [`LeavesInTime`].
//! As `s` and `beta -> 0` with `s ln(1/beta)` fixed a share leaves at once and the others never: `beta` below
//! 1e-200 stands for that limit, and the share is `1 − e^(−220 s ln 10)`.
//! Checked by: tests/models/exposure.rs, fixtures/reference/pnbd.jsonl, tests/models/published_lifetime.rs, tests/models/conformance.rs.

use std::ops::Range;
use std::sync::Arc;

use rand::RngExt;
use rand::distr::Distribution;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Exp1, Gamma};

use crate::base::Result;
use crate::customers::{Customer, CustomerTable, Path, Table};
use crate::model::{
    Attrition, Derivatives, LeavesInTime, Limit, Model, Order, Rates, alone,
    lifetime::{
        AT_ONCE, Ahead, BuyingLifetime, Drawn, InCourse, InTime, Lifetime, Lomax, Prepared, buy_for,
        shape_at_once,
    },
    process::{Process, rates},
    together,
};
use crate::params::{Direction, ParamSpec, Scale};

/// The Pareto/NBD model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ParetoNbd {
    /// Shape of the distribution of buying rates.
    pub r: f64,
    /// Rate of the distribution of buying rates \[units of time\].
    pub alpha: f64,
    /// Shape of the distribution of rates of leaving.
    pub s: f64,
    /// Rate of the distribution of rates of leaving \[units of time\].
    pub beta: f64,
}

/// Starts: `r`, `s`, and `beta` as a share of the mean `T`.
const STARTS: [(f64, f64, f64); 8] = [
    (0.5, 0.6, 0.3),
    (1.0, 0.1, 1.0),
    (4.0, 2.0, 2.0),
    (0.2, 1.0, 0.1),
    (1.0, 10.0, 30.0),
    (0.5, 0.05, 0.02),
    (1.0, 0.3, 0.003),
    (20.0, 0.5, 0.5),
];

impl ParetoNbd {
    fn kernel(&self) -> BuyingLifetime<Lomax> {
        BuyingLifetime { r: self.r, alpha: self.alpha, lifetime: Lomax { s: self.s, beta: self.beta } }
    }
}

impl Model for ParetoNbd {
    type Row = Customer;
    type Table = CustomerTable;
    type Prepared = Prepared;

    const NAME: &'static str = "pareto-nbd";
    const COST: usize = 10;
    const PARAMS: &'static [ParamSpec] = &[
        ParamSpec { name: "r", meaning: "buying rate: shape of its distribution", scale: Scale::None },
        ParamSpec { name: "alpha", meaning: "buying rate: rate of its distribution", scale: Scale::Time },
        ParamSpec { name: "s", meaning: "rate of leaving: shape of its distribution", scale: Scale::None },
        ParamSpec { name: "beta", meaning: "rate of leaving: rate of its distribution", scale: Scale::Time },
    ];

    fn from_params(params: &[f64]) -> Self {
        ParetoNbd { r: params[0], alpha: params[1], s: params[2], beta: params[3] }
    }

    fn params(&self) -> Vec<f64> {
        vec![self.r, self.alpha, self.s, self.beta]
    }

    fn starts(table: &CustomerTable) -> Result<Vec<Vec<f64>>, String> {
        let time = table.typical();
        let starts = STARTS.map(|(r, s, beta)| (r, vec![s, beta * time]));
        BuyingLifetime::<Lomax>::starts(table, &starts)
    }

    fn limits(&self) -> Vec<Limit<Self>> {
        let ParetoNbd { r, alpha, s, beta } = *self;
        let nobody = "no churn visible, nobody seems to leave: s -> 0, and nbd fits as well".to_owned();
        let alike = format!(
            "everyone leaves at the same rate {:.4} per unit of time: s and beta -> infinity together",
            s / beta
        );
        let rates = format!(
            "no heterogeneity of buying rates: everyone buys {:.4} times per unit of time, r and alpha -> \
             infinity together",
            r / alpha
        );
        let s_at_once = shape_at_once(s, beta, alpha);
        let stay = Lomax { s: s_at_once, beta: AT_ONCE }.ln_survival(1.0).exp();
        let at_once = format!(
            "a share {:.3} of customers leaves at once and the others never: s and beta -> 0 with s ln(1/beta) fixed",
            1.0 - stay
        );
        let leaving = |s: f64, beta: f64, words: String, flat: Vec<Direction>| Limit {
            of: "leaving",
            model: ParetoNbd { s, beta, ..*self },
            words,
            flat,
        };
        let same_rate = ParetoNbd { r: 1e10, alpha: 1e10 * (alpha / r), ..*self };
        vec![
            leaving(1e-250, beta.max(1e-3), nobody, vec![alone(2), alone(3)]),
            leaving(1e10, 1e10 * (beta / s), alike, vec![together(2, 3)]),
            leaving(s_at_once, AT_ONCE, at_once, vec![alone(3)]),
            Limit { of: "buying rate", model: same_rate, words: rates, flat: vec![together(0, 1)] },
        ]
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

attrition_by_kernel!(ParetoNbd);

impl ParetoNbd {
    /// The same of customers of whom things are known over time, that multiply their rates: see
    /// [`InTime`](crate::params::InTime).
    pub fn in_time(&self, stretches: Vec<Rates>) -> Arc<dyn Attrition> {
        Arc::new(InTime::new(self.kernel(), stretches))
    }
}

impl LeavesInTime for ParetoNbd {
    fn in_course(&self, course: Path) -> Arc<dyn Attrition> {
        Arc::new(InCourse::new(self.kernel(), course))
    }
}

impl BuyingLifetime<Lomax> {
    fn process(&self) -> Result<Box<dyn Process>> {
        self.lifetime.leaving(self.r, self.alpha, None)
    }

    fn future_if_alive(&self, customer: &Customer) -> Result<Box<dyn Process>> {
        let rest = self.lifetime.aged(customer.t);
        rest.leaving(self.r + f64::from(customer.x), self.alpha + customer.t, None)
    }
}

impl Drawn for Lomax {
    fn leaving(&self, shape: f64, rate: f64, ahead: Option<Ahead>) -> Result<Box<dyn Process>> {
        let at_once = self.at_once().map(|at_once| at_once.leave());
        let never = self.is_endless() || at_once.is_some();
        let leaving = if never { None } else { Some(rates(self.s, self.beta)?) };
        Ok(Box::new(Leaving { rate: rates(shape, rate)?, leaving, at_once, ahead }))
    }
}

/// Buys at a steady rate for an exponential time.
struct Leaving {
    rate: Gamma<f64>,
    /// `None`: for ever.
    leaving: Option<Gamma<f64>>,
    /// The share that leaves at once.
    at_once: Option<f64>,
    /// What lies ahead, where rates of purchase change with time.
    ahead: Option<Ahead>,
}

impl Process for Leaving {
    fn bundles(&self, rng: &mut ChaCha8Rng, until: f64, most: f64, ages: &mut Vec<f64>) -> f64 {
        if self.at_once.is_some_and(|share| rng.random::<f64>() < share) {
            return 1.0;
        }
        let rate = self.rate.sample(rng);
        let exponential: f64 = Exp1.sample(rng);
        let lifetime = self.leaving.map_or(f64::INFINITY, |leaving| exponential / leaving.sample(rng));
        // `min` passes over NaN, of a rate of leaving that underflowed to zero: never.
        buy_for(rng, rate, (until.min(lifetime), most), self.ahead.as_ref(), ages)
    }
}
