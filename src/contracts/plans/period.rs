//! The model of all contracts of one period: which one, its parameters, and draws of them.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Beta, Distribution, StandardNormal};

use super::{CycleFit, DRAWS, PlanOptions, Seen};
use crate::base::{ErrorKind, Progress, Result, Warning};
use crate::contracts::Cycle;
use crate::contracts::kinds::Mix;
use crate::contracts::regression::Told;
use crate::customers::CovariateTables;
use crate::fit::{
    FitOptions, FitReport, Fitted, LikelihoodRatio, Prior, StopReason, fit, fit_covariates, fit_groups,
    posterior,
};
use crate::model::{Bdw, Contract, ContractTable, Model, Regression, Sbg};
use crate::params::{CovariateRequest, Covariates, PooledGroups, within_reach};
use crate::special::linalg::cholesky;

/// The test that decides between sBG and BdW.
pub(super) const LEVEL: f64 = 0.01;

/// `alpha + beta` of customers who are all alike.
const ALIKE: f64 = 1e7;

impl CycleFit {
    pub(super) fn of(
        cycle: Cycle,
        tables: &[ContractTable],
        told: Option<&Told>,
        options: &PlanOptions,
        progress: &dyn Progress,
    ) -> Result<Self> {
        let all = ContractTable::together(tables);
        let seen = Seen::of(&all);
        let told = told.and_then(|told| told.tables.as_ref());
        let Some(Choice { name, params, mut report, test, covariates }) =
            Choice::of(&all, told, options, progress)?
        else {
            return Ok(CycleFit::alike(cycle, seen));
        };
        let found = CycleFit {
            cycle,
            model: name,
            report: None,
            test,
            params,
            pooled: None,
            covariates,
            draws: Vec::new(),
            seen,
        };
        if found.covariates.is_some() {
            return Ok(CycleFit { report: Some(report), ..found });
        }
        let params = &found.params;
        let pooled = match (tables.len(), name) {
            // Groups have draws of their own.
            (1, Bdw::NAME) => {
                posterior::explore(&all, &Bdw::from_params(params), &mut report, &options.fit, progress)?;
                None
            }
            (1, _) => {
                posterior::explore(&all, &Sbg::from_params(params), &mut report, &options.fit, progress)?;
                None
            }
            (_, Bdw::NAME) => Some(fit_groups::<Bdw>(tables, params, progress)?.0),
            _ => Some(fit_groups::<Sbg>(tables, params, progress)?.0),
        };
        Ok(CycleFit { report: Some(report), pooled, ..found })
    }

    /// One chance for all, of which little is known.
    pub(crate) fn alike(cycle: Cycle, seen: Seen) -> Self {
        let (a, b) = seen.chance();
        let params = one_chance(a / (a + b));
        CycleFit {
            cycle,
            model: Sbg::NAME,
            report: None,
            test: None,
            params,
            pooled: None,
            covariates: None,
            draws: Vec::new(),
            seen,
        }
    }

    /// What is said where too little is seen.
    pub(super) fn little_seen(&self) -> Option<Warning> {
        let (cycle, Seen { left, due, .. }) = (self.cycle, self.seen);
        let message = match (&self.report, due > 0.0) {
            (Some(_), _) => return None,
            (None, true) => format!(
                "{cycle} contracts: too little is seen of their renewals ({due} came due, {left} were not made) to tell customers \
                 apart: all have the same chance"
            ),
            (None, false) => format!(
                "{cycle} contracts: no renewal has come due yet, so nothing is known of them: any share of renewals is as likely \
                 as any other, and forecasts say little"
            ),
        };
        Some(Warning::new("few-renewals", message))
    }

    /// The parameters of its plans, and draws of them.
    pub(super) fn of_plans(&self, mixes: &[&Mix], seed: u64) -> (Vec<Vec<f64>>, Vec<Vec<Vec<f64>>>) {
        let plans = mixes.len();
        if self.covariates.is_some() {
            return mixes.iter().map(|mix| self.of_mix(mix)).unzip();
        }
        let Some(pooled) = &self.pooled else {
            let draws = self.own_draws(seed);
            return (vec![self.params.clone(); plans], vec![draws; plans]);
        };
        let (drawn, k) = (drawn(pooled, seed), self.params.len());
        let of = |g: usize| drawn.iter().map(|all| all[g * k..(g + 1) * k].to_vec()).collect();
        (pooled.groups.iter().map(|group| group.params.clone()).collect(), (0..plans).map(of).collect())
    }

    /// The same of a plan that was not seen.
    pub(super) fn of_unseen(&self, seed: u64) -> (Vec<f64>, Vec<Vec<f64>>) {
        if self.covariates.is_some() {
            return self.of_mix(&Mix::new());
        }
        let Some(pooled) = &self.pooled else { return (self.params.clone(), self.own_draws(seed)) };
        let k = self.params.len();
        let draws = drawn(pooled, seed).iter().map(|all| all[all.len() - k..].to_vec()).collect();
        (pooled.common.clone(), draws)
    }

    /// With covariates: at the mean columns of a mixture, or where they are all 0.
    pub(super) fn of_mix(&self, mix: &Mix) -> (Vec<f64>, Vec<Vec<f64>>) {
        let columns = self.covariates.as_ref().map_or(0, |covariates| covariates.columns().len());
        let mut mean = vec![0.0; columns];
        for (share, columns) in mix {
            mean.iter_mut().zip(columns).for_each(|(mean, value)| *mean += share * value);
        }
        (self.at(None, &mean), (0..self.draws.len()).map(|draw| self.at(Some(draw), &mean)).collect())
    }

    /// With covariates: the parameters of contracts with these columns, at the estimates or under a draw.
    pub(super) fn at(&self, draw: Option<usize>, columns: &[f64]) -> Vec<f64> {
        let covariates = self.covariates.as_ref().expect("only periods with covariates have columns");
        let Some(draw) = draw else { return covariates.params(&self.params, columns) };
        let (params, values) = self.draws[draw].split_at(self.params.len());
        covariates.params_by(params, values, columns)
    }

    /// Draws of the parameters of all together, with covariates of their coefficients, too.
    pub(super) fn own_draws(&self, seed: u64) -> Vec<Vec<f64>> {
        if let Some(report) = &self.report {
            let coefficients = self.covariates.iter().flat_map(|it| &it.coefficients).map(|one| one.value);
            let all: Vec<f64> = self.params.iter().copied().chain(coefficients).collect();
            return own_draws(&all, self.params.len(), report, seed);
        }
        let (a, b) = self.seen.chance();
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let chance = Beta::new(a, b).expect("both are positive");
        (0..DRAWS).map(|_| one_chance(chance.sample(&mut rng))).collect()
    }

    /// The model under given parameters.
    pub(super) fn contract(&self, params: &[f64]) -> Box<dyn Contract> {
        match self.model {
            Bdw::NAME => Box::new(Bdw::from_params(params)),
            _ => Box::new(Sbg::from_params(params)),
        }
    }
}

impl Seen {
    /// What is known of the chance not to renew that all share: a beta distribution.
    fn chance(self) -> (f64, f64) {
        if self.due > 0.0 { (0.5 + self.left, 0.5 + self.due - self.left) } else { (1.0, 1.0) }
    }
}

/// Parameters of customers who all leave with the same chance.
fn one_chance(p: f64) -> Vec<f64> {
    vec![(ALIKE * p).max(1e-6), (ALIKE * (1.0 - p)).max(1e-6)]
}

/// Draws of groups, those of a group that was not seen last.
pub(crate) fn drawn(pooled: &PooledGroups, seed: u64) -> Vec<Vec<f64>> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    (0..DRAWS).map(|_| pooled.draw(|| StandardNormal.sample(&mut rng))).collect()
}

/// The better of the models of one period.
struct Choice {
    name: &'static str,
    params: Vec<f64>,
    report: FitReport,
    test: Option<LikelihoodRatio>,
    covariates: Option<Covariates>,
}

impl Choice {
    /// `None` if too little is seen.
    fn of(
        table: &ContractTable,
        told: Option<&CovariateTables<ContractTable>>,
        options: &PlanOptions,
        progress: &dyn Progress,
    ) -> Result<Option<Self>> {
        let wanted = options.model.as_deref();
        let sbg = match wanted {
            Some(Bdw::NAME) => None,
            _ => of_model::<Sbg>(table, told, &options.fit, progress)?,
        };
        let bdw = match wanted {
            Some(Sbg::NAME) => None,
            _ => of_model::<Bdw>(table, told, &options.fit, progress)?,
        };
        let test = match (&sbg, &bdw) {
            (Some(simple), Some(more)) => Some(LikelihoodRatio::new(more.largest, simple.largest, 1)),
            _ => None,
        };
        let of = |name, Found { params, report, covariates, .. }: Found| Choice {
            name,
            params,
            report,
            test: test.clone(),
            covariates,
        };
        let ages = test.as_ref().is_none_or(|test| test.p < LEVEL);
        Ok(match (sbg, bdw) {
            (_, Some(bdw)) if ages => Some(of(Bdw::NAME, bdw)),
            (Some(sbg), _) => Some(of(Sbg::NAME, sbg)),
            (None, bdw) => bdw.map(|bdw| of(Bdw::NAME, bdw)),
        })
    }
}

/// A model with what is known of its parameters.
struct Found {
    params: Vec<f64>,
    report: FitReport,
    covariates: Option<Covariates>,
    /// The largest log-likelihood.
    largest: f64,
}

/// Fits one model; `None` if too little is seen. A fit that ends at a limit, where nothing says how sure it is, is repeated under
/// the weak prior.
fn of_model<M: Regression<Table = ContractTable>>(
    table: &ContractTable,
    told: Option<&CovariateTables<ContractTable>>,
    options: &FitOptions,
    progress: &dyn Progress,
) -> Result<Option<Found>> {
    let found = |options: &FitOptions| -> Result<(Fitted<M>, Option<Covariates>)> {
        let without = fit::<M>(table, options, progress)?;
        let Some(told) = told else { return Ok((without, None)) };
        let (fitted, covariates) =
            fit_covariates(told, &CovariateRequest::default(), &without, options, progress)?;
        Ok((fitted, Some(covariates)))
    };
    let attempt = |options: &FitOptions| match found(options) {
        Ok(fitted) => Ok(Some(fitted)),
        Err(error) => match error.kind() {
            ErrorKind::NotIdentified { .. } | ErrorKind::NotConverged { .. } => Ok(None),
            _ => Err(error),
        },
    };
    let largest = attempt(options)?;
    let mut best = largest.as_ref().map_or(f64::NEG_INFINITY, |(fitted, _)| fitted.report.log_likelihood);
    let sure = |report: &FitReport| report.stop == StopReason::Converged && report.covariance.is_some();
    let (fitted, covariates) = match largest {
        Some(both) if sure(&both.0.report) => both,
        _ => {
            let weak = FitOptions { prior: Prior::Weak, ..options.clone() };
            let Some(both) = attempt(&weak)?.filter(|(fitted, _)| sure(&fitted.report)) else {
                return Ok(None);
            };
            best = best.max(both.0.report.log_likelihood);
            both
        }
    };
    Ok(Some(Found { params: fitted.model.params(), report: fitted.report, covariates, largest: best }))
}

/// Draws of the posterior of one fit: its own, or those of its normal approximation in the logarithms of the first `positive`
/// values and in the others as they are.
fn own_draws(params: &[f64], positive: usize, report: &FitReport, seed: u64) -> Vec<Vec<f64>> {
    let stored =
        report.posterior.as_ref().map(|posterior| &posterior.draws).filter(|draws| !draws.is_empty());
    if let Some(draws) = stored {
        return (0..DRAWS).map(|i| draws[i * draws.len() / DRAWS].clone()).collect();
    }
    let n = params.len();
    let Some(covariance) = &report.covariance else { return vec![params.to_vec(); DRAWS] };
    let by = |i: usize| if i < positive { params[i] } else { 1.0 };
    let relative = ndarray::Array2::from_shape_fn((n, n), |(i, j)| covariance[i][j] / (by(i) * by(j)));
    let factor = cholesky(&relative);
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let one = |_| {
        let z = ndarray::Array1::from_shape_fn(n, |_| StandardNormal.sample(&mut rng));
        let by = factor.dot(&z);
        let moved = |(i, (value, by)): (usize, (&f64, &f64))| match i < positive {
            true => within_reach(value * by.exp()),
            false => value + by,
        };
        params.iter().zip(&by).enumerate().map(moved).collect()
    };
    (0..DRAWS).map(one).collect()
}
