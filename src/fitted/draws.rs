//! Draws of the parameters: what a fit leaves open, for intervals.
//!
//! Where the model has draws of its posterior (NUTS, bootstrap) these are taken. Else the logarithms of the
//! parameters are normal around the estimates with the covariance of the fit (Laplace's approximation);
//! coefficients of covariates are as they are. Purchase and spend models were fitted apart, so they are
//! drawn apart. Given parameters are drawn as they stand, which is said. A fit that ended without a covariance has
//! draws under a weak prior ([`crate::fit::posterior`]); one without them leaves its intervals empty.

use std::sync::Arc;

use ndarray::Array2;
use rand::SeedableRng;
use rand::distr::Distribution;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

use crate::customers::{Beside, Intensity};
use crate::fit::FitReport;
use crate::fitted::{ClvModel, SpendModel};
use crate::params::{Effects, within_reach};
use crate::special::linalg::cholesky;

/// One draw of all parameters.
#[derive(Debug, Clone)]
pub(crate) struct Draw {
    /// The purchase model's parameters, those of the reference customer.
    pub params: Vec<f64>,
    /// Coefficients of covariates, or the parameters of all groups ([`Effects::values`]).
    pub coefficients: Vec<f64>,
    /// The spend model.
    pub spend: Option<SpendModel>,
    /// How rates change with age and date, if not as in the model.
    pub rates: Option<Arc<Intensity>>,
}

impl Draw {
    /// Takes other rates, the parameters so many times as far with them.
    fn take(&mut self, beside: &Beside, far: f64) {
        let params = self.params.iter_mut().zip(&beside.moves);
        params.for_each(|(param, by)| *param = within_reach(*param * (far * by).exp()));
        self.rates = Some(beside.rates.clone());
    }

    /// The purchase model's parameters for customers with these columns of covariates.
    pub fn params_of(&self, model: &ClvModel, columns: &[f64]) -> Vec<f64> {
        match &model.effects {
            Some(effects) => effects.params(&self.params, &self.coefficients, columns),
            None => self.params.clone(),
        }
    }
}

/// Draws for intervals: enough that their own noise does not show beside what they say.
pub(crate) const DRAWS: usize = 100;

/// The estimates.
pub(crate) fn estimate(model: &ClvModel) -> Draw {
    let coefficients = model.effects.as_ref().map_or(Vec::new(), Effects::values);
    Draw { params: model.purchase.params().to_vec(), coefficients, spend: model.spend, rates: None }
}

/// Draws `n` times: for equal seeds the same draws, so that figures from different places go together.
pub(crate) fn draw(model: &ClvModel, n: usize, seed: u64) -> Vec<Draw> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let coefficients = if model.groups().is_some() { Vec::new() } else { estimate(model).coefficients };
    let purchase = sources(model, &coefficients);
    let spend = model.spend.map(|spend| (spend, Source::new(&spend.params(), &[], model.spend_fit.as_ref())));
    let one = |i| {
        let own = |source: &Source| source.draw(i, n, &mut rng);
        let mut params: Vec<f64> = purchase.iter().flat_map(own).collect();
        let coefficients = match model.groups() {
            Some(groups) => groups.pooled.draw(|| StandardNormal.sample(&mut rng)),
            None => params.split_off(model.purchase.params().len()),
        };
        let spend = spend.as_ref().map(|(model, source)| model.with(&source.draw(i, n, &mut rng)));
        Draw { params, coefficients, spend, rates: None }
    };
    let beside = model.intensity.as_ref().map_or(&[][..], |rates| rates.beside());
    let mut draws: Vec<Draw> = (0..n).map(one).collect();
    if !beside.is_empty() {
        draws.iter_mut().zip(beside.iter().cycle()).for_each(|(draw, beside)| draw.take(beside, 1.0));
    }
    draws
}

/// What the parameters of the purchase model are drawn from, with coefficients behind them; of an average those of each
/// of its models, which were fitted apart.
fn sources<'a>(model: &'a ClvModel, coefficients: &[f64]) -> Vec<Source<'a>> {
    match model.purchase.average() {
        None => vec![Source::new(model.purchase.params(), coefficients, model.purchase_fit.as_ref())],
        Some(average) => {
            let parts = average.parts.iter();
            parts.map(|part| Source::new(part.model.params(), &[], part.fit.as_ref())).collect()
        }
    }
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

    /// The same of stored draws, if there are any: of their mean and covariance.
    fn of(params: &[f64], coefficients: &[f64], fit: Option<&FitReport>) -> Self {
        let Some(posterior) = fit.filter(|fit| has_draws(fit)).and_then(|fit| fit.posterior.as_ref()) else {
            return Normal::new(params, coefficients, fit);
        };
        let (logs, n) = (params.len(), posterior.draws.len() as f64);
        let inside = |draw: &Vec<f64>| -> Vec<f64> {
            draw.iter().enumerate().map(|(i, value)| if i < logs { value.ln() } else { *value }).collect()
        };
        let draws: Vec<Vec<f64>> = posterior.draws.iter().map(inside).collect();
        let d = draws[0].len();
        let mean: Vec<f64> = (0..d).map(|i| draws.iter().map(|draw| draw[i]).sum::<f64>() / n).collect();
        let covariance = Array2::from_shape_fn((d, d), |(i, j)| {
            draws.iter().map(|draw| (draw[i] - mean[i]) * (draw[j] - mean[j])).sum::<f64>() / n
        });
        let outside = |(i, mean): (usize, &f64)| if i < logs { mean.exp() } else { *mean };
        Normal {
            estimate: mean.iter().enumerate().map(outside).collect(),
            logs,
            factor: Some(cholesky(&covariance)),
        }
    }

    /// The largest standard deviation.
    fn unsure(&self) -> f64 {
        let Some(factor) = &self.factor else { return 0.0 };
        let variance = |i: usize| (0..=i).map(|j| factor[[i, j]] * factor[[i, j]]).sum::<f64>();
        (0..self.estimate.len()).map(variance).fold(0.0, f64::max).sqrt()
    }

    /// See [`Points`]; `others` more directions have points elsewhere.
    fn points(&self, others: usize) -> Vec<Vec<f64>> {
        let Some(factor) = &self.factor else { return Vec::new() };
        let n = self.estimate.len();
        let open: Vec<usize> = (0..n).filter(|&j| (j..n).any(|i| factor[[i, j]] != 0.0)).collect();
        let far = ((open.len() + others) as f64).sqrt();
        let along = |j: usize, by: f64| {
            let mut z = vec![0.0; n];
            z[j] = by;
            self.moved(&z)
        };
        open.iter().flat_map(|&j| [along(j, far), along(j, -far)]).collect()
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

/// Parameters this sure, by the standard deviation of their logarithms (of coefficients: their own), need no draws.
const SURE: f64 = 0.35;
/// Standard deviations of logarithms whose squares are no more than 1e-3: beside what a customer's own level and amounts
/// leave open (0.5, say), they move a quantile by a thousandth.
const VERY_SURE: f64 = 0.03;

/// What a fit leaves open, as few points: what is expected over the draws, to the second order of the parameters'
/// uncertainty, is the mean over these. The same for every seed.
///
/// For a distribution with mean `m` and covariance `L Lᵀ` in `d` dimensions these are the `2d` points `m ± √d L_i`,
/// which have its mean and covariance and, symmetric, no error of the third order (the spherical cubature rule of the
/// third degree; Arasaratnam & Haykin 2009, "Cubature Kalman filters", IEEE Transactions on Automatic Control 54(6)).
/// All weights are positive, so a mixture over points is a distribution. Where a parameter is less sure than that, and
/// for groups, of which each has parameters of its own, they are draws. Purchase and spend models were fitted apart, so
/// their points are apart, and each goes with each.
#[derive(Debug, Clone, Default)]
pub(crate) struct Points {
    /// The variance of what all customers share beyond the parameters, relative to the square of a total.
    pub shared: f64,
    /// Of the purchase model, beside the estimates; none if it is certain. All count the same.
    pub purchase: Vec<Draw>,
    /// Are these draws?
    pub purchase_is_drawn: bool,
    /// Of the spend model, likewise.
    pub spend: Vec<SpendModel>,
    /// Are these draws?
    pub spend_is_drawn: bool,
    /// Are the parameters of the spend model so sure that quantiles over points are those of the estimate, to 1e-3?
    pub spend_is_sure: bool,
}

/// The points of a model.
pub(crate) fn points(model: &ClvModel, seed: u64) -> Points {
    let mut points = Points { spend_is_sure: true, ..Points::default() };
    let groups = model.groups().is_some();
    let coefficients = if groups { Vec::new() } else { estimate(model).coefficients };
    // What the models of an average leave open of a total is in how wrong such totals have been.
    let single = model.purchase_fit.as_ref().filter(|_| model.purchase.average().is_none());
    let purchase = Normal::of(model.purchase.params(), &coefficients, single);
    let spend = model.spend.map(|spend| (spend, Normal::of(&spend.params(), &[], model.spend_fit.as_ref())));
    points.purchase_is_drawn = groups || purchase.unsure() > SURE;
    points.spend_is_drawn = spend.as_ref().is_some_and(|(_, own)| own.unsure() > SURE);
    let drawn = points.purchase_is_drawn || points.spend_is_drawn;
    let draws = if drawn { draw(model, DRAWS, seed) } else { Vec::new() };
    let one = |mut params: Vec<f64>| {
        let coefficients = params.split_off(model.purchase.params().len());
        Draw { params, coefficients, spend: model.spend, rates: None }
    };
    let pairs = model.intensity.as_ref().map_or(0, |rates| rates.beside().len() / 2);
    points.purchase = match points.purchase_is_drawn {
        true => draws.clone(),
        false => {
            let of_params = purchase.points(pairs).into_iter().map(one).collect::<Vec<_>>();
            let open = of_params.len() / 2;
            of_params.into_iter().chain(of_rates(model, open)).collect()
        }
    };
    if let Some((spend, own)) = spend {
        points.spend_is_sure = own.unsure() < VERY_SURE;
        points.spend = match points.spend_is_drawn {
            true => draws.iter().filter_map(|draw| draw.spend).collect(),
            false => own.points(0).into_iter().map(|params| spend.with(&params)).collect(),
        };
    }
    points
}

/// Points of rates that change: those left open are draws of many dimensions, of which a few directions stand for all; beside
/// so many directions of parameters they lie as far out as makes their variance that of the draws.
fn of_rates(model: &ClvModel, params: usize) -> Vec<Draw> {
    let Some(rates) = &model.intensity else { return Vec::new() };
    let pairs = (rates.beside().len() / 2) as f64;
    let far = ((params as f64 + pairs) / pairs).sqrt();
    let one = |beside: &Beside| {
        let parts = beside.rates.parts().beyond(rates.parts(), far);
        let mut draw = estimate(model);
        draw.take(beside, far);
        Draw { rates: Some(Arc::new(Intensity::new(parts))), ..draw }
    };
    rates.beside().iter().map(one).collect()
}

/// Has the fit draws of its posterior?
fn has_draws(fit: &FitReport) -> bool {
    fit.posterior.as_ref().is_some_and(|posterior| !posterior.draws.is_empty())
}

/// Were parameters given, so that they are taken as known?
pub(crate) fn is_certain(model: &ClvModel) -> bool {
    model.purchase_fits().next().is_none() || (model.spend.is_some() && model.spend_fit.is_none())
}

/// The name of a fitted model of which nothing says how sure its parameters are. Models of an average need not.
pub(crate) fn open(model: &ClvModel) -> Option<&str> {
    let known = |fit: &&FitReport| fit.covariance.is_some() || has_draws(fit);
    let spend = model.spend.filter(|spend| !spend.is_one_amount()).and(model.spend_fit.as_ref());
    model.purchase_fit.iter().chain(spend).find(|fit| !known(fit)).map(|fit| fit.model)
}
