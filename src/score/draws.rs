//! Draws of the parameters: what a fit leaves open, for intervals.
//!
//! Where the model has draws of its posterior (NUTS, bootstrap) these are taken. Else the logarithms of the
//! parameters are normal around the estimates with the covariance of the fit (Laplace's approximation);
//! coefficients of covariates are as they are. Purchase and spend models were fitted apart, so they are
//! drawn apart. A model without a covariance (given parameters, a fit at a
//! boundary) is drawn as it stands, which is said.

use ndarray::Array2;
use rand::SeedableRng;
use rand::distr::Distribution;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

use crate::clv_model::ClvModel;
use crate::fit::{FitReport, cholesky};
use crate::model::{GammaGamma, Model, within_reach};

/// One draw of all parameters.
#[derive(Debug, Clone)]
pub(crate) struct Draw {
    /// The purchase model's parameters, those of the reference customer.
    pub params: Vec<f64>,
    /// Coefficients of covariates.
    pub coefficients: Vec<f64>,
    /// The spend model.
    pub spend: Option<GammaGamma>,
    /// May the purchase model differ from the estimate?
    pub purchase_moves: bool,
}

/// Draws for intervals: enough that their own noise does not show beside what they say.
pub(crate) const DRAWS: usize = 100;

/// The estimates.
pub(crate) fn estimate(model: &ClvModel) -> Draw {
    let coefficients =
        model.covariates.iter().flat_map(|covariates| &covariates.coefficients).map(|c| c.value).collect();
    Draw { params: model.purchase.params.clone(), coefficients, spend: model.spend, purchase_moves: false }
}

/// Draws `n` times.
pub(super) fn draw(model: &ClvModel, n: usize, seed: u64) -> Vec<Draw> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let coefficients = estimate(model).coefficients;
    let purchase = Source::new(&model.purchase.params, &coefficients, model.purchase_fit.as_ref());
    let spend = model.spend.map(|spend| Source::new(&spend.params(), &[], model.spend_fit.as_ref()));
    let one = |i| {
        let mut params = purchase.draw(i, n, &mut rng);
        let coefficients = params.split_off(model.purchase.params.len());
        let spend = spend.as_ref().map(|source| GammaGamma::from_params(&source.draw(i, n, &mut rng)));
        Draw { params, coefficients, spend, purchase_moves: true }
    };
    (0..n).map(one).collect()
}

/// What a fit leaves open, for figures that are dear to evaluate and so cannot be at hundreds of draws.
#[derive(Debug, Clone)]
pub(crate) enum Open {
    /// Two parameter sets on either side of the estimate, one standard deviation away along each of some
    /// independent directions: standard normal numbers, one a direction, times half the difference of a smooth
    /// function on both sides, are to first order what draws would give.
    Sides(Vec<[Draw; 2]>),
    /// The draws themselves, where the model has its own: they need not be normal.
    Draws(Vec<Draw>),
}

impl Open {
    /// What the fits of this model leave open.
    pub fn of(model: &ClvModel, seed: u64) -> Self {
        let fits = [&model.purchase_fit, &model.spend_fit];
        match fits.into_iter().flatten().any(has_draws) {
            true => Open::Draws(draw(model, DRAWS, seed)),
            false => Open::Sides(sides(model)),
        }
    }

    /// All parameter sets, in order.
    pub fn draws(&self) -> Box<dyn Iterator<Item = &Draw> + '_> {
        match self {
            Open::Sides(sides) => Box::new(sides.iter().flatten()),
            Open::Draws(draws) => Box::new(draws.iter()),
        }
    }
}

/// One standard deviation to both sides along each direction: first those of the purchase model.
fn sides(model: &ClvModel) -> Vec<[Draw; 2]> {
    let at = estimate(model);
    let purchase = Normal::new(&at.params, &at.coefficients, model.purchase_fit.as_ref());
    let moved = |step: usize, sign: f64| {
        let mut params = purchase.along(step, sign);
        let coefficients = params.split_off(at.params.len());
        Draw { params, coefficients, purchase_moves: true, ..at.clone() }
    };
    let of_purchase = (0..purchase.steps()).map(|k| [moved(k, 1.0), moved(k, -1.0)]);
    let spend = model.spend.map(|spend| Normal::new(&spend.params(), &[], model.spend_fit.as_ref()));
    let paid = |source: &Normal, step: usize, sign: f64| {
        let spend = Some(GammaGamma::from_params(&source.along(step, sign)));
        Draw { spend, ..at.clone() }
    };
    let of_spend = spend
        .iter()
        .flat_map(|source| (0..source.steps()).map(|k| [paid(source, k, 1.0), paid(source, k, -1.0)]));
    of_purchase.chain(of_spend).collect()
}

/// What parameters, and coefficients behind them, are drawn from.
enum Source<'a> {
    /// Draws of the posterior.
    Stored(&'a [Vec<f64>]),
    Normal(Normal),
}

/// A normal distribution of logarithms of parameters and of coefficients.
struct Normal {
    estimate: Vec<f64>,
    /// How many of them are logarithms inside.
    logs: usize,
    /// The Cholesky factor of the covariance; `None`: no uncertainty is known.
    factor: Option<Array2<f64>>,
}

impl<'a> Source<'a> {
    fn new(params: &[f64], coefficients: &[f64], fit: Option<&'a FitReport>) -> Self {
        match fit.filter(|fit| has_draws(fit)).and_then(|fit| fit.posterior.as_ref()) {
            Some(posterior) => Source::Stored(&posterior.draws),
            None => Source::Normal(Normal::new(params, coefficients, fit)),
        }
    }

    /// The `i`-th of `n`: of stored ones evenly spaced, so that all chains have their say.
    fn draw(&self, i: usize, n: usize, rng: &mut ChaCha8Rng) -> Vec<f64> {
        match self {
            Source::Stored(draws) => draws[i * draws.len() / n].clone(),
            Source::Normal(normal) => normal.draw(rng),
        }
    }
}

impl Normal {
    fn new(params: &[f64], coefficients: &[f64], fit: Option<&FitReport>) -> Self {
        let estimate = [params, coefficients].concat();
        let covariance = fit.and_then(|fit| fit.covariance.as_ref());
        let scale = |i: usize| if i < params.len() { estimate[i] } else { 1.0 };
        let factor = covariance.filter(|c| c.len() == estimate.len()).map(|covariance| {
            let n = estimate.len();
            cholesky(&Array2::from_shape_fn((n, n), |(i, j)| covariance[i][j] / (scale(i) * scale(j))))
        });
        Normal { logs: params.len(), estimate, factor }
    }

    /// How many directions there are.
    fn steps(&self) -> usize {
        if self.factor.is_some() { self.estimate.len() } else { 0 }
    }

    /// `sign` standard deviations along one column of the factor.
    fn along(&self, step: usize, sign: f64) -> Vec<f64> {
        let mut z = vec![0.0; self.estimate.len()];
        z[step] = sign;
        self.moved(&z)
    }

    fn draw(&self, rng: &mut ChaCha8Rng) -> Vec<f64> {
        if self.factor.is_none() {
            return self.estimate.clone();
        }
        let z: Vec<f64> = self.estimate.iter().map(|_| StandardNormal.sample(rng)).collect();
        self.moved(&z)
    }

    fn moved(&self, z: &[f64]) -> Vec<f64> {
        let Some(factor) = &self.factor else { return self.estimate.clone() };
        let moved = |(i, estimate): (usize, &f64)| {
            let step: f64 = (0..=i).map(|j| factor[[i, j]] * z[j]).sum();
            if i < self.logs { within_reach(estimate * step.exp()) } else { estimate + step }
        };
        self.estimate.iter().enumerate().map(moved).collect()
    }
}

/// Has the fit draws of its posterior?
fn has_draws(fit: &FitReport) -> bool {
    fit.posterior.as_ref().is_some_and(|posterior| !posterior.draws.is_empty())
}

/// Does the model know nothing of how sure its parameters are?
pub(super) fn is_certain(model: &ClvModel) -> bool {
    let known =
        |fit: &Option<FitReport>| fit.as_ref().is_some_and(|fit| fit.covariance.is_some() || has_draws(fit));
    !known(&model.purchase_fit) || (model.spend.is_some() && !known(&model.spend_fit))
}
