//! Gamma-Gompertz/NBD: customers buy at random at their own steady rate and leave, unseen and for
//! ever, at a rate that grows with their age.
//!
//! Data of one customer: `x` repeat purchases, `t_x` age at the last one (0 if none), `T` age at the
//! end of observation, in units of time since the first purchase.
//! Parameters: `r`, `alpha` buying rate ~ Gamma(r, alpha) (alpha in units of time); rate of leaving at
//! age `τ` is `η b e^(b τ)` (`b` per unit of time) with `η` ~ Gamma(s, beta).
//!
//! Likelihood: Bemmaor & Glady (2012), "Modeling purchasing behavior with sudden 'death'", Management
//! Science 58(5), 1012-1021:
//! ```text
//! L = w(T) + ∫_{t_x}^T w(τ) h(τ) dτ,    h(τ) = b s e^(bτ)/(β − 1 + e^(bτ))
//! w(τ) = Γ(r+x) α^r / (Γ(r) (α+τ)^(r+x)) · (β/(β − 1 + e^(bτ)))^s
//! ```
//! At an easy point (`beta = 1`: everyone's lifetime is exponential with rate `b s`):
//! ```
//! use clv::customers::Customer;
//! use clv::model::{GGompertzNbd, Model};
//!
//! let model = GGompertzNbd { r: 1.0, alpha: 1e12, b: 0.1, s: 0.5, beta: 1.0 };
//! let row = Customer { x: 0, t_x: 0.0, t: 30.0 };
//! // Who hardly ever buys may be alive or not: L = e^(−1.5) + (1 − e^(−1.5)).
//! assert!(model.log_likelihood(&row).abs() < 1e-10);
//! assert!((model.p_alive(&row) - (-1.5_f64).exp()).abs() < 1e-10);
//! # use clv::model::Attrition;
//! ```
//! Computed by quadrature, with `e^(−bτ)` instead of `e^(bτ)` where that overflows.
//! Differs from the paper: its conditional expectation as printed is wrong; the right one (Adler 2022,
//! "Comment on 'Modeling purchasing behavior with sudden death'", Management Science 68(3)) is used.
//! Where rates of purchase change with age and date, purchases are counted in exposure and lifetimes in time:
//! [`LeavesInTime`].
//! As `b -> 0` with `beta/b` fixed this is Pareto/NBD. `beta` below 1e-200 stands for the limit in which a share
//! `1 − e^(−220 s ln 10)` leaves at once and the others at the rate `b s`.
//! Checked by: tests/models/exposure.rs, fixtures/reference/ggomnbd.jsonl, tests/models/published_lifetime.rs, tests/models/conformance.rs.

use std::ops::Range;
use std::sync::Arc;

use rand::RngExt;
use rand::distr::{Distribution, Open01};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Exp1, Gamma};

use crate::base::Result;
use crate::customers::{Customer, CustomerTable, Path, Table};
use crate::model::{
    Attrition, Derivatives, LeavesInTime, Limit, Model, Order, alone,
    lifetime::{
        AT_ONCE, Ahead, BuyingLifetime, Drawn, Gompertz, InCourse, Lifetime, Prepared, buy_for, shape_at_once,
    },
    process::{Process, rates},
    together,
};
use crate::params::{Direction, ParamSpec, Scale};

/// The Gamma-Gompertz/NBD model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GGompertzNbd {
    /// Shape of the distribution of buying rates.
    pub r: f64,
    /// Rate of the distribution of buying rates \[units of time\].
    pub alpha: f64,
    /// How fast everyone's rate of leaving grows \[1/unit of time\].
    pub b: f64,
    /// Shape of the distribution of proneness to leave.
    pub s: f64,
    /// Rate of the distribution of proneness to leave.
    pub beta: f64,
}

/// What `beta` is where it stands for infinity: the rate of leaving then rises within 1/57 of the age at which it does.
const LATEST: f64 = 5e24;

/// What `b` is where it stands for 0: a rate that is below `1e-200` in any unit.
const NEVER: f64 = 1e-230;

/// Starts: `r`, `b` times the mean `T`, `s`, `beta`.
const STARTS: [(f64, f64, f64, f64); 9] = [
    (0.5, 0.3, 0.6, 0.1),
    (1.0, 1.0, 0.1, 1.0),
    (4.0, 2.0, 2.0, 10.0),
    (0.5, 5.0, 0.5, 10.0),
    (0.5, 0.01, 0.6, 0.003),
    (1.0, 0.5, 10.0, 30.0),
    (0.5, 10.0, 1.0, 1000.0),
    (0.5, 0.1, 0.05, 0.002),
    (20.0, 1.0, 0.5, 0.5),
];

impl GGompertzNbd {
    fn kernel(&self) -> BuyingLifetime<Gompertz> {
        let lifetime = Gompertz { b: self.b, s: self.s, beta: self.beta };
        BuyingLifetime { r: self.r, alpha: self.alpha, lifetime }
    }
}

impl Model for GGompertzNbd {
    type Row = Customer;
    type Table = CustomerTable;
    type Prepared = Prepared;

    const NAME: &'static str = "ggompertz-nbd";
    const COST: usize = 10;
    const PARAMS: &'static [ParamSpec] = &[
        ParamSpec { name: "r", meaning: "buying rate: shape of its distribution", scale: Scale::None },
        ParamSpec { name: "alpha", meaning: "buying rate: rate of its distribution", scale: Scale::Time },
        ParamSpec { name: "b", meaning: "how fast the rate of leaving grows with age", scale: Scale::Rate },
        ParamSpec { name: "s", meaning: "proneness to leave: shape of its distribution", scale: Scale::None },
        ParamSpec {
            name: "beta",
            meaning: "proneness to leave: rate of its distribution",
            scale: Scale::None,
        },
    ];

    fn from_params(params: &[f64]) -> Self {
        GGompertzNbd { r: params[0], alpha: params[1], b: params[2], s: params[3], beta: params[4] }
    }

    fn params(&self) -> Vec<f64> {
        vec![self.r, self.alpha, self.b, self.s, self.beta]
    }

    fn starts(table: &CustomerTable) -> Result<Vec<Vec<f64>>, String> {
        let time = table.typical();
        let starts = STARTS.map(|(r, b, s, beta)| (r, vec![b / time, s, beta]));
        BuyingLifetime::<Gompertz>::starts(table, &starts)
    }

    fn limits(&self) -> Vec<Limit<Self>> {
        let GGompertzNbd { r, alpha, b, s, beta } = *self;
        let nobody = "no churn visible, nobody seems to leave: s -> 0, and nbd fits as well".to_owned();
        let steady = "the rate of leaving does not grow with age: b -> 0, beta/b fixed, and pareto-nbd fits \
                      as well"
            .to_owned();
        let alike = format!(
            "everyone's rate of leaving is {:.4} at age 0 and grows alike: s and beta -> infinity together",
            b * s / beta
        );
        let exponential = format!(
            "everyone leaves at the same rate {:.4} per unit of time: beta -> 1 and b -> infinity",
            b * s
        );
        let rates = format!(
            "no heterogeneity of buying rates: everyone buys {:.4} times per unit of time, r and alpha -> \
             infinity together",
            r / alpha
        );
        let s_at_once = shape_at_once(s, beta, b * alpha);
        let rate = b * s / s_at_once;
        let leave = -Gompertz { b: NEVER, s: s_at_once, beta: AT_ONCE }.ln_survival(1.0).exp_m1();
        let at_once = "s and beta -> 0 with s ln(1/beta) fixed";
        let others_never =
            format!("a share {leave:.3} of customers leaves at once and the others never: {at_once}");
        let others_alike = format!(
            "a share {leave:.3} of customers leaves at once and the others all at the same rate {:.4} per unit of \
             time: {at_once}, b -> infinity with b s fixed",
            b * s
        );
        // Both within the domain.
        let s_alike = (LATEST * (s / beta)).min(1e10);
        // Half of the way up to the rate b s: e^(b age) = beta.
        let age = beta.max(1.0 + b * alpha).ln() / b;
        let b_late = LATEST.ln() / age;
        let late = format!(
            "hardly anyone leaves before the age of {age:.2}, and from there on all at the same rate {:.4} per unit of \
             time: b and beta -> infinity with ln(beta)/b fixed",
            b * s
        );
        let leaving = |b: f64, s: f64, beta: f64, words: String, flat: Vec<Direction>| Limit {
            of: "leaving",
            model: GGompertzNbd { b, s, beta, ..*self },
            words,
            flat,
        };
        let same_rate = GGompertzNbd { r: 1e10, alpha: 1e10 * (alpha / r), ..*self };
        let against = vec![(2, 1.0), (3, -1.0)];
        vec![
            leaving(b, 1e-250, beta, nobody, vec![alone(2), alone(3), alone(4)]),
            leaving(1e-9 * b, s, 1e-9 * beta, steady, vec![together(2, 4)]),
            leaving(b, s_alike, s_alike * (beta / s), alike, vec![together(3, 4)]),
            leaving(1e9 * b, 1e-9 * s, 1.0, exponential, vec![against, alone(4)]),
            leaving(NEVER, s_at_once, AT_ONCE, others_never, vec![alone(2), alone(4)]),
            leaving(rate, s_at_once, AT_ONCE, others_alike, vec![alone(4)]),
            leaving(b_late, s * (b / b_late), LATEST, late, vec![alone(4)]),
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

attrition_by_kernel!(GGompertzNbd);

impl LeavesInTime for GGompertzNbd {
    fn in_course(&self, course: Path) -> Arc<dyn Attrition> {
        Arc::new(InCourse::new(self.kernel(), course))
    }
}

impl BuyingLifetime<Gompertz> {
    fn process(&self) -> Result<Box<dyn Process>> {
        self.lifetime.leaving(self.r, self.alpha, None)
    }

    fn future_if_alive(&self, customer: &Customer) -> Result<Box<dyn Process>> {
        let rest = self.lifetime.aged(customer.t);
        rest.leaving(self.r + f64::from(customer.x), self.alpha + customer.t, None)
    }
}

impl Drawn for Gompertz {
    fn leaving(&self, shape: f64, rate: f64, ahead: Option<Ahead>) -> Result<Box<dyn Process>> {
        let (at_once, lifetime) = match self.at_once() {
            Some(at_once) => (Some(at_once.leave()), at_once.others),
            None => (None, *self),
        };
        let proneness = if lifetime.is_endless() { None } else { Some(Proneness::new(&lifetime)?) };
        Ok(Box::new(Leaving { rate: rates(shape, rate)?, b: lifetime.b, proneness, at_once, ahead }))
    }
}

/// The logarithm of `η` ~ Gamma(s, beta), which is often less than any number if `s` is small: at the
/// limit `s -> 0`, `b s` fixed, all that is left of it is that everyone leaves at the same rate.
struct Proneness {
    s: f64,
    /// Gamma(s, beta), or Gamma(s + 1, beta) if that is to be multiplied by `U^(1/s)`.
    gamma: Gamma<f64>,
}

impl Proneness {
    fn new(lifetime: &Gompertz) -> Result<Self> {
        let Gompertz { s, beta, .. } = *lifetime;
        Ok(Proneness { s, gamma: rates(if s < 1.0 { s + 1.0 } else { s }, beta)? })
    }

    fn ln(&self, rng: &mut ChaCha8Rng) -> f64 {
        let gamma = self.gamma.sample(rng).ln();
        if self.s >= 1.0 {
            return gamma;
        }
        let uniform: f64 = Open01.sample(rng);
        gamma + uniform.ln() / self.s
    }
}

/// Buys at a steady rate for a Gompertz time.
struct Leaving {
    rate: Gamma<f64>,
    b: f64,
    /// `None`: nobody leaves.
    proneness: Option<Proneness>,
    /// The share that leaves at once.
    at_once: Option<f64>,
    /// What lies ahead, where rates of purchase change with time.
    ahead: Option<Ahead>,
}

impl Process for Leaving {
    /// The cumulated hazard `η (e^(bτ) − 1)` at the end of the lifetime is exponential.
    fn bundles(&self, rng: &mut ChaCha8Rng, until: f64, most: f64, ages: &mut Vec<f64>) -> f64 {
        if self.at_once.is_some_and(|share| rng.random::<f64>() < share) {
            return 1.0;
        }
        let rate = self.rate.sample(rng);
        let exponential: f64 = Exp1.sample(rng);
        let ln_cumulated = self.proneness.as_ref().map_or(f64::INFINITY, |p| exponential.ln() - p.ln(rng));
        // ln(1 + e^z), which is z where e^z overflows.
        let exponent = ln_cumulated.max(0.0) + (-ln_cumulated.abs()).exp().ln_1p();
        buy_for(rng, rate, (until.min(exponent / self.b), most), self.ahead.as_ref(), ages)
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::rand_core::SeedableRng;

    use super::*;
    use crate::model::Attrition;

    /// Seen to fail where a proneness that underflowed stood for a customer who never leaves.
    #[test]
    fn at_the_exponential_limit_customers_leave() {
        let model = GGompertzNbd { r: 1e4, alpha: 1e3, b: 1e5, s: 1e-6, beta: 1.0 };
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let process = model.process().unwrap();
        let (mut ages, customers) = (Vec::new(), 4000);
        for _ in 0..customers {
            process.repeats(&mut rng, 100.0, &mut ages);
        }
        let mean = ages.len() as f64 / f64::from(customers);
        // 10 purchases a unit of time for 10 units on average; 5 standard errors.
        let expected = model.expected_purchases_new(100.0);
        assert!((expected - 100.0).abs() < 0.1 && (mean - expected).abs() < 8.0, "{mean}, not {expected}");
    }
}
