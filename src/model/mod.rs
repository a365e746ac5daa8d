//! The models: small `Copy` structs of their parameters, and nothing else. Pure maths: no files, no
//! threads, no optimiser; `f64` in, `f64` out.
//!
//! What differs between models is behind three kinds of trait. [`Model`] is what a fit needs: the
//! log-likelihood with exact first and second derivatives, summed over counted rows, so that what
//! depends on `x` alone or on `T` alone is worked out once and not once a customer. [`Attrition`]
//! is what scoring asks of a model of repeat purchases, [`Spend`] what it asks of a model of
//! amounts, [`Contract`] what it asks of a model of contracts. A question that a model cannot answer
//! is a trait it does not implement. Questions whose answers follow from others, whatever the model,
//! are functions ([`next_purchase_quantile`]).

#[macro_use]
mod attrition;
mod amounts;
mod bdw;
mod beta_geometric;
mod bg_bb;
mod bg_cnbd;
mod bg_nbd;
mod contract;
mod counts;
mod drift;
mod drift_mbg_nbd;
mod drift_nbd;
mod erlang;
mod exposed;
mod gamma_gamma;
mod gamma_poisson;
mod ggompertz_nbd;
mod in_time;
mod keep;
mod lifetime;
mod mbg_cnbd;
mod mbg_nbd;
mod mixture;
mod nbd;
mod pareto_nbd;
mod population;
mod process;
mod questions;
mod regression;
mod sbg;
mod smooth_sum;
mod weights;

use std::ops::Range;

use ndarray::{Array1, Array2};

pub use amounts::Amounts;
pub use attrition::{Along, Attrition, Outlook, PosteriorMeans, Scorer};
pub use bdw::Bdw;
pub use bg_bb::BgBb;
pub use bg_cnbd::BgCnbd;
pub use bg_nbd::BgNbd;
pub use contract::{Contract, ContractRow, ContractTable};
pub(crate) use counts::{CountTable, Discounted};
pub use counts::{Counts, Span};
pub use drift_mbg_nbd::DriftMbgNbd;
pub use drift_nbd::DriftNbd;
pub use exposed::{Exposed, LeavesInTime, RatesSeen, TimeChange};
pub use gamma_gamma::GammaGamma;
pub use ggompertz_nbd::GGompertzNbd;
pub use keep::Tables;
pub use lifetime::{Life, Rates, Stretch};
pub use mbg_cnbd::MbgCnbd;
pub use mbg_nbd::MbgNbd;
pub use mixture::Mixture;
pub use nbd::Nbd;
pub use pareto_nbd::ParetoNbd;
pub use population::{Dropout, Mixing, Population};
pub use process::Process;
pub(crate) use process::rates;
pub use questions::next_purchase_quantile;
pub use regression::{FollowsTime, Regression};
pub use sbg::Sbg;

use crate::base::{Error, Result};
use crate::customers::{Needs, SpendRow, Table};
use crate::params::{Direction, LARGEST, LARGEST_WHOLE, ParamSpec, SMALLEST, Scale};

/// How far derivatives go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// Value and gradient. The Hessian may be left as it is: what sampling needs, thousands of times.
    First,
    /// The Hessian too: what a fit needs.
    #[default]
    Second,
}

/// A sum of log-likelihoods with first and second derivatives in the model's own parameters.
#[derive(Debug, Clone)]
pub struct Derivatives {
    /// The value.
    pub value: f64,
    /// Its gradient, one entry a parameter.
    pub gradient: Array1<f64>,
    /// Its Hessian, symmetric; both triangles are filled. Means nothing if the order is the first.
    pub hessian: Array2<f64>,
    /// What is wanted.
    pub order: Order,
}

impl Derivatives {
    /// Zero, for `n` parameters, of the second order.
    pub fn zero(n: usize) -> Self {
        Derivatives::of_order(n, Order::Second)
    }

    /// Zero, for `n` parameters.
    pub fn of_order(n: usize, order: Order) -> Self {
        Derivatives { value: 0.0, gradient: Array1::zeros(n), hessian: Array2::zeros((n, n)), order }
    }

    /// Is the Hessian wanted?
    pub fn to_second(&self) -> bool {
        self.order == Order::Second
    }

    /// Adds another sum.
    pub fn add(&mut self, other: &Derivatives) {
        self.value += other.value;
        self.gradient += &other.gradient;
        if self.to_second() {
            self.hessian += &other.hessian;
        }
    }
}

/// A limit of a model.
#[derive(Debug, Clone)]
pub struct Limit<M> {
    /// What goes to a limit; of limits of the same thing only one can be taken.
    pub of: &'static str,
    /// The model at the limit.
    pub model: M,
    /// What it means.
    pub words: String,
    /// Where the data do not tell one place from another once the limit is reached: directions in the logarithms of
    /// the parameters. The first parameter of each is held where the limit has put it; the others are still to be
    /// estimated, unless another direction holds them.
    pub flat: Vec<Direction>,
}

impl<M> Limit<M> {
    /// The same limit of a model that this one is the kernel of, whose parameters begin this many places later.
    fn of_kernel<K>(limit: Limit<K>, own: impl Fn(K) -> M, later: usize) -> Self {
        let moved = |direction: Direction| direction.into_iter().map(|(i, by)| (i + later, by)).collect();
        Limit {
            of: limit.of,
            model: own(limit.model),
            words: limit.words,
            flat: limit.flat.into_iter().map(moved).collect(),
        }
    }
}

/// One parameter alone.
fn alone(place: usize) -> Direction {
    vec![(place, 1.0)]
}

/// Two that grow together, in proportion.
fn together(one: usize, other: usize) -> Direction {
    vec![(one, 1.0), (other, 1.0)]
}

/// What a fit needs of a model.
///
/// A sum over a table is computed as `shared` (all that depends on one column only, worked out from
/// the table's margins) plus `rows` over consecutive ranges (what is left, row by row), after
/// `prepare` has filled tables of logarithms for these parameters.
pub trait Model: Copy + std::fmt::Debug + Send + Sync + 'static {
    /// The data of one customer.
    type Row: Copy;
    /// Its counted form.
    type Table: Table;
    /// What is worked out once for a table at given parameters.
    type Prepared: Sync;

    /// Its name: the same in options, files and languages.
    const NAME: &'static str;
    /// Its parameters, in order.
    const PARAMS: &'static [ParamSpec];
    /// The largest value that a parameter may have.
    const LARGEST: f64 = LARGEST;
    /// A search stays within `e^±WALL` of the scale of the data in each parameter: beyond, the likelihood is that
    /// of a limit, to rounding.
    const WALL: f64 = 24.0;
    /// What it asks of a customer's history beyond `x`, `t_x` and `T`.
    const NEEDS: Needs = Needs::NONE;
    /// How many times as long as a closed form its likelihood takes, roughly: ten where it is an integral.
    const COST: usize = 1;

    /// The model with these parameters; they are in the domain (see [`Model::checked`]).
    fn from_params(params: &[f64]) -> Self;

    /// Its parameters, in the order of [`Model::PARAMS`].
    fn params(&self) -> Vec<f64>;

    /// The model with these parameters.
    ///
    /// # Errors
    /// If their number is wrong or one is not positive and finite.
    fn checked(params: &[f64]) -> Result<Self> {
        if params.len() != Self::PARAMS.len() {
            let message = format!("{} parameters given, {} needed", params.len(), Self::PARAMS.len());
            return Err(Error::model(Self::NAME, message));
        }
        for (spec, value) in Self::PARAMS.iter().zip(params) {
            if !(value.is_finite() && *value > 0.0) {
                let message = format!("parameter {} = {value} must be positive and finite", spec.name);
                return Err(Error::model(Self::NAME, message));
            }
            if !(SMALLEST..=Self::LARGEST).contains(value) {
                let message = format!(
                    "parameter {} = {value:e} must be between {SMALLEST:e} and {:e}",
                    spec.name,
                    Self::LARGEST
                );
                return Err(Error::model(Self::NAME, message));
            }
            if spec.scale == Scale::Whole && (value.fract() != 0.0 || *value > LARGEST_WHOLE) {
                let message = format!(
                    "parameter {} = {value} must be a whole number from 1 to {LARGEST_WHOLE}",
                    spec.name
                );
                return Err(Error::model(Self::NAME, message));
            }
        }
        Ok(Self::from_params(params))
    }

    /// Points to start a fit from, the best guess first, scaled by the data.
    ///
    /// # Errors
    /// In words, if these data cannot determine the parameters at all.
    fn starts(table: &Self::Table) -> Result<Vec<Vec<f64>>, String>;

    /// The limits of the model, with what each means: the model taken to the limit from these parameters, to the
    /// precision of any forecast. The same ones in the same order, whatever the parameters. A fit that has run to
    /// the edge of the parameter space takes those that fit as well, or looks for the best along each.
    fn limits(&self) -> Vec<Limit<Self>>;

    /// Log-likelihood of one customer.
    fn log_likelihood(&self, row: &Self::Row) -> f64;

    /// What is the same for all rows, worked out once, for derivatives of this order.
    fn prepare(&self, table: &Self::Table, order: Order) -> Self::Prepared;

    /// Adds the part of the sum that the table's margins determine, to the order of `out` at least.
    fn shared(&self, table: &Self::Table, prepared: &Self::Prepared, out: &mut Derivatives);

    /// Adds the part of the sum that needs each row, for a range of rows, likewise.
    fn rows(&self, table: &Self::Table, prepared: &Self::Prepared, rows: Range<usize>, out: &mut Derivatives);

    /// The whole sum: weight x log-likelihood over the table, with derivatives.
    fn sum(&self, table: &Self::Table) -> Derivatives {
        self.sum_to(table, Order::Second)
    }

    /// The whole sum, with derivatives up to an order.
    fn sum_to(&self, table: &Self::Table, order: Order) -> Derivatives {
        let mut out = Derivatives::of_order(Self::PARAMS.len(), order);
        let prepared = self.prepare(table, order);
        self.shared(table, &prepared, &mut out);
        self.rows(table, &prepared, 0..table.len(), &mut out);
        out
    }
}

/// A model of the amounts of purchases.
pub trait Spend: std::fmt::Debug + Send + Sync {
    /// Expected mean amount of the customer's future purchases. Infinite if it has no finite mean.
    /// `x = 0` (no repeat purchase seen) gives the mean of the population.
    fn expected_spend(&self, row: &SpendRow) -> f64;

    /// Posterior variance of the customer's mean amount. Infinite if it has none.
    fn spend_variance(&self, row: &SpendRow) -> f64;

    /// Posterior quantile of the customer's mean amount; `0 < probability < 1`.
    fn spend_quantile(&self, row: &SpendRow, probability: f64) -> f64;

    /// Mean amount of the population. Infinite if it has none.
    fn population_mean(&self) -> f64 {
        self.expected_spend(&SpendRow::NONE)
    }

    /// Why the population has no finite mean amount, in words, if it has none.
    fn without_mean(&self) -> Option<String>;

    /// The slopes of the logarithm of the population's mean in the logarithms of the parameters; `None` where that
    /// mean hangs on customers who were never seen.
    fn population_mean_slopes(&self) -> Option<Vec<f64>>;

    /// `P(the mean of x amounts of a customer of the population <= mean)`.
    fn mean_below(&self, x: f64, mean: f64) -> f64;

    /// What the amounts to come of a customer scale with who has spent so much in all \[money\]:
    /// [`Spend::amounts`] draws them in units of it.
    fn unit(&self, spent: f64) -> f64;

    /// The shape of one amount, and that of `ν`, which divides all amounts of a customer of `x` purchases to learn from:
    /// in units of [`Spend::unit`] amounts are Gamma(the first)/ν with `ν` ~ Gamma(the second).
    fn shapes(&self, x: u32) -> (f64, f64);

    /// The amounts to come of a customer of `x` purchases to learn from, in units of [`Spend::unit`].
    ///
    /// # Errors
    /// If no random numbers can be drawn at these parameters.
    fn amounts(&self, x: u32) -> Result<Amounts>;

    /// The amounts of a new customer, in money.
    ///
    /// # Errors
    /// If no random numbers can be drawn at these parameters.
    fn new_amounts(&self) -> Result<Amounts>;
}
