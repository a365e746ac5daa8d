//! Covariates: which parameters of which model they move, and how.
//!
//! All effects are multiplicative, `theta_i exp(± g'z)`: then the logarithms of a customer's parameters
//! are linear in everything that is estimated, and derivatives follow from the model's own, whatever
//! the model. A positive coefficient means more purchases (`alpha` smaller), or leaving sooner
//! (`beta` smaller); for the coin of BG/NBD a positive coefficient of `a` means leaving more often, of
//! `b` less; for contracts it means renewing less.
//!
//! Of contracts, whose chance not to renew is `Beta(alpha, beta)` at first, `beta_i = beta exp(−g'z)`: the odds of not renewing
//! the first time, `alpha/beta_i`, are `exp(g'z)` times those at 0, so that `g` is a difference of the logit of the mean, while
//! `alpha`, how unlike customers of one kind are beside their mean, is that of all. Where few leave it is the proportional hazard
//! of a gamma frailty, as that of Pareto/NBD's dropout.
//!
//! Sources: Fader & Hardie (2007), "Incorporating time-invariant covariates into the Pareto/NBD and
//! BG/NBD models", note 019; CLVTools; PyMC-Marketing.

use ndarray::ArrayView1;

use crate::customers::{Customer, CustomerTable};
use crate::model::{
    Bdw, BgNbd, Derivatives, GGompertzNbd, Life, MbgNbd, Model, ParetoNbd, Sbg, Stretch, lifetime::add_life,
};
use crate::params::{CovariateConvention, Regressor};

/// A model whose parameters can depend on covariates that do not change with time.
pub trait Regression: Model {
    /// What covariates act on.
    fn regressors(convention: CovariateConvention) -> &'static [Regressor];
}

/// Positions `(r, alpha, a, b)`: `alpha exp(−g'z)`, `a exp(g'z)`, `b exp(g'z)`.
const COIN_SEPARATE: &[Regressor] = &[
    Regressor { process: "purchase", targets: &[(1, -1.0)] },
    Regressor { process: "dropout a", targets: &[(2, 1.0)] },
    Regressor { process: "dropout b", targets: &[(3, 1.0)] },
];
const COIN_CLVTOOLS: &[Regressor] = &[
    Regressor { process: "purchase", targets: &[(1, -1.0)] },
    Regressor { process: "dropout", targets: &[(2, 1.0), (3, 1.0)] },
];

impl Regression for BgNbd {
    fn regressors(convention: CovariateConvention) -> &'static [Regressor] {
        match convention {
            CovariateConvention::Separate => COIN_SEPARATE,
            CovariateConvention::Clvtools => COIN_CLVTOOLS,
        }
    }
}

impl Regression for MbgNbd {
    fn regressors(convention: CovariateConvention) -> &'static [Regressor] {
        BgNbd::regressors(convention)
    }
}

impl Regression for ParetoNbd {
    /// `alpha exp(−g'z)` and `beta exp(−g'z)`, as everywhere.
    fn regressors(_: CovariateConvention) -> &'static [Regressor] {
        &[
            Regressor { process: "purchase", targets: &[(1, -1.0)] },
            Regressor { process: "dropout", targets: &[(3, -1.0)] },
        ]
    }
}

/// A model that follows what is known of customers over time: the rates that covariates act on ([`Regression::regressors`], in
/// their order) are multiplied by `exp(γ'z(t))` of a coefficient each of every column.
pub trait FollowsTime: Regression<Row = Customer, Table = CustomerTable> {
    /// Adds the log-likelihood of a life without `Σ γ'z` at its repeat purchases; `at` are the logarithms of the parameters,
    /// then the coefficients, process by process, and derivatives are in these.
    fn add_life(at: ArrayView1<f64>, stretches: &[Stretch], life: &Life, out: &mut Derivatives);
}

impl FollowsTime for ParetoNbd {
    fn add_life(at: ArrayView1<f64>, stretches: &[Stretch], life: &Life, out: &mut Derivatives) {
        add_life(at, stretches, life, out);
    }
}

impl Regression for GGompertzNbd {
    /// `alpha exp(−g'z)` and `beta exp(−g'z)`, as in CLVTools.
    fn regressors(_: CovariateConvention) -> &'static [Regressor] {
        &[
            Regressor { process: "purchase", targets: &[(1, -1.0)] },
            Regressor { process: "dropout", targets: &[(4, -1.0)] },
        ]
    }
}

/// Position of `beta` in `(alpha, beta)` and `(alpha, beta, c)`.
const LEAVING: &[Regressor] = &[Regressor { process: "leaving", targets: &[(1, -1.0)] }];

impl Regression for Sbg {
    fn regressors(_: CovariateConvention) -> &'static [Regressor] {
        LEAVING
    }
}

impl Regression for Bdw {
    fn regressors(_: CovariateConvention) -> &'static [Regressor] {
        LEAVING
    }
}
