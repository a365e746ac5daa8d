//! The models of a book: one for each billing period, with parameters of its own for each plan.
//!
//! Contracts of one period are fitted together, with sBG and with BdW; where the likelihood-ratio test tells that renewal
//! depends on age beyond what unlike customers explain (p below [`LEVEL`]), BdW is taken, else sBG. Several plans of one period
//! get parameters of their own, drawn to each other as far as each is small ([`fit_groups`]). Where too little is seen of
//! renewals to tell customers apart (one period, or nobody has left), all of one period have the same chance `p` not to renew,
//!
//! ```text
//! p | data ~ Beta(1/2 + left, 1/2 + renewed)      Jeffreys' prior; Beta(1, 1) before any renewal has come due
//! ```
//!
//! Whole months are better or worse for all (a price rise, an outage, a holiday): if `O` left of `E` expected in a month, the
//! variance of `O/E` beyond that of independent customers is what they share, found by the moments of DerSimonian & Laird
//! (1986). It enters forecasts of totals as a factor of the hazard of each month, and, divided by the number of months that the
//! estimates rest on, `(Σ E)²/Σ E²`, as one of all of them.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Beta, Distribution, StandardNormal};
use rustc_hash::FxHashMap;

use super::book::{Book, End};
use super::{ContractModel, Cycle};
use crate::base::{Progress, Result, Unit, Warning};
use crate::fit::{
    FitOptions, FitReport, LikelihoodRatio, PosteriorMethod, PosteriorOptions, Prior, StopReason, fit,
    fit_groups, posterior,
};
use crate::model::{Bdw, Contract, ContractRow, ContractTable, Model, Sbg};
use crate::params::within_reach;
use crate::special::linalg::cholesky;

/// Draws of the parameters that stand for what a fit leaves open.
pub(crate) const DRAWS: usize = 200;
/// The test that decides between sBG and BdW.
const LEVEL: f64 = 0.01;
/// Months needed to see what customers share.
const MONTHS: usize = 6;
/// `alpha + beta` of customers who are all alike.
const ALIKE: f64 = 1e7;

/// How a book is fitted.
#[derive(Debug, Clone)]
pub struct PlanOptions {
    /// `sbg` or `bdw`; `None`: as the likelihood-ratio test says.
    pub model: Option<String>,
    /// As of any fit.
    pub fit: FitOptions,
}

impl Default for PlanOptions {
    fn default() -> Self {
        let posterior = PosteriorOptions { method: PosteriorMethod::Auto, ..PosteriorOptions::default() };
        PlanOptions { model: None, fit: FitOptions { posterior, ..FitOptions::default() } }
    }
}

/// The model of all contracts of one period.
#[derive(Debug, Clone)]
pub struct CycleFit {
    /// The period.
    pub cycle: Cycle,
    /// `sbg` or `bdw`.
    pub model: &'static str,
    /// The fit to all of them together; `None` where too little was seen.
    pub report: Option<FitReport>,
    /// BdW against sBG: does renewal depend on age beyond what unlike customers explain?
    pub test: Option<LikelihoodRatio>,
    /// Parameters of all together.
    pub params: Vec<f64>,
    /// Contracts, departures, and renewals that came due.
    pub contracts: f64,
    /// See `contracts`.
    pub left: f64,
    /// See `contracts`.
    pub due: f64,
}

/// What is known of one plan.
#[derive(Debug, Clone)]
pub struct PlanFit {
    /// Its period's place among [`BookModel::cycles`].
    pub cycle: usize,
    /// Its parameters.
    pub params: Vec<f64>,
    /// Draws of them.
    pub(crate) draws: Vec<Vec<f64>>,
    /// Contracts, departures, and renewals that came due.
    pub contracts: f64,
    /// See `contracts`.
    pub left: f64,
    /// See `contracts`.
    pub due: f64,
}

/// What contracts share in a month.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Shock {
    /// Standard deviation of the logarithm of the hazard from month to month.
    pub deviation: f64,
    /// Months that it was seen in; 0: too few to see any.
    pub months: usize,
    /// Months of equally many expected departures that say as much of the mean of all: fewer, as a growing company has most of
    /// its departures of late.
    pub effective: f64,
}

/// The models of a book.
#[derive(Debug, Clone)]
pub struct BookModel {
    /// One a period, the shortest first.
    pub cycles: Vec<CycleFit>,
    /// One a plan, in the order of [`Book::plans`].
    pub plans: Vec<PlanFit>,
    /// What contracts share.
    pub shock: Shock,
    /// What looks wrong.
    pub warnings: Vec<Warning>,
}

impl BookModel {
    /// Fits a book.
    ///
    /// # Errors
    /// If the model is unknown, or a search fails.
    pub fn fit(book: &Book, options: &PlanOptions, progress: &dyn Progress) -> Result<Self> {
        progress.stage("fitting", None);
        let tables = book.tables();
        let mut model = BookModel {
            cycles: Vec::new(),
            plans: Vec::new(),
            shock: Shock::default(),
            warnings: Vec::new(),
        };
        let mut first = 0;
        for of_cycle in book.plans.chunk_by(|a, b| a.cycle == b.cycle) {
            let of_plans = &tables[first..first + of_cycle.len()];
            model.add(of_cycle[0].cycle, of_plans, options, progress)?;
            first += of_cycle.len();
        }
        model.shock = model.shared(book);
        Ok(model)
    }

    /// The model of a plan under given parameters.
    ///
    /// # Panics
    /// If the parameters are not those of its model.
    pub(crate) fn contract(&self, plan: usize, params: &[f64]) -> Box<dyn Contract> {
        match self.cycles[self.plans[plan].cycle].model {
            Bdw::NAME => Box::new(Bdw::from_params(params)),
            _ => Box::new(Sbg::from_params(params)),
        }
    }

    fn add(
        &mut self,
        cycle: Cycle,
        tables: &[ContractTable],
        options: &PlanOptions,
        progress: &dyn Progress,
    ) -> Result<()> {
        let all = ContractTable::together(tables);
        let (contracts, left, due) = (all.customers, all.ended(), all.renewals_due());
        let place = self.cycles.len();
        let plan = |params: Vec<f64>, draws, table: &ContractTable| PlanFit {
            cycle: place,
            params,
            draws,
            contracts: table.customers,
            left: table.ended(),
            due: table.renewals_due(),
        };
        if let Some(name) = &options.model {
            ContractModel::new(name, &vec![1.0; if name == Bdw::NAME { 3 } else { 2 }], Unit::Month)?;
        }
        let Some(choice) = Choice::of(&all, options, progress)? else {
            let (params, draws) = self.alike(cycle, left, due);
            self.plans.extend(tables.iter().map(|table| plan(params.clone(), draws.clone(), table)));
            self.cycles.push(CycleFit {
                cycle,
                model: Sbg::NAME,
                report: None,
                test: None,
                params,
                contracts,
                left,
                due,
            });
            return Ok(());
        };
        let (model, mut report, params) = (choice.name, choice.report, choice.params);
        let seed = options.fit.posterior.seed;
        if tables.len() == 1 {
            // Groups have draws of their own.
            match model {
                Bdw::NAME => {
                    let bdw = Bdw::from_params(&params);
                    posterior::explore(&all, &bdw, &mut report, &options.fit, progress)?;
                }
                _ => {
                    let sbg = Sbg::from_params(&params);
                    posterior::explore(&all, &sbg, &mut report, &options.fit, progress)?;
                }
            }
            self.plans.push(plan(params.clone(), own_draws(&params, &report, seed), &all));
        } else {
            let groups = match model {
                Bdw::NAME => fit_groups::<Bdw>(tables, &params, progress)?.0,
                _ => fit_groups::<Sbg>(tables, &params, progress)?.0,
            };
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let drawn: Vec<Vec<f64>> =
                (0..DRAWS).map(|_| groups.draw(|| StandardNormal.sample(&mut rng))).collect();
            let k = params.len();
            for (g, (group, table)) in groups.groups.iter().zip(tables).enumerate() {
                let draws = drawn.iter().map(|all| all[g * k..(g + 1) * k].to_vec()).collect();
                self.plans.push(plan(group.params.clone(), draws, table));
            }
        }
        self.cycles.push(CycleFit {
            cycle,
            model,
            report: Some(report),
            test: choice.test,
            params,
            contracts,
            left,
            due,
        });
        Ok(())
    }

    /// One chance for all, of which little is known.
    fn alike(&mut self, cycle: Cycle, left: f64, due: f64) -> (Vec<f64>, Vec<Vec<f64>>) {
        let (a, b) = if due > 0.0 { (0.5 + left, 0.5 + due - left) } else { (1.0, 1.0) };
        let message = match due > 0.0 {
            true => format!(
                "{cycle} contracts: too little is seen of their renewals ({due} came due, {left} were not made) to tell customers \
                 apart: all have the same chance"
            ),
            false => format!(
                "{cycle} contracts: no renewal has come due yet, so nothing is known of them: any share of renewals is as likely \
                 as any other, and forecasts say little"
            ),
        };
        self.warnings.push(Warning::new("few-renewals", message));
        let params = |p: f64| vec![(ALIKE * p).max(1e-6), (ALIKE * (1.0 - p)).max(1e-6)];
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let chance = Beta::new(a, b).expect("both are positive");
        let draws = (0..DRAWS).map(|_| params(chance.sample(&mut rng))).collect();
        (params(a / (a + b)), draws)
    }

    /// What departures of a month share beyond chance.
    fn shared(&self, book: &Book) -> Shock {
        let months = self.departures(book);
        let seen: Vec<_> = months.into_values().filter(|(_, expected, _)| *expected >= 0.5).collect();
        if seen.len() < MONTHS {
            return Shock::default();
        }
        let weight = |(_, expected, variance): &(f64, f64, f64)| expected * expected / variance;
        let ratio = |(left, expected, _): &(f64, f64, f64)| left / expected;
        let sum = |of: &dyn Fn(&(f64, f64, f64)) -> f64| seen.iter().map(of).sum::<f64>();
        let (w, w2) = (sum(&weight), sum(&|one| weight(one).powi(2)));
        let mean = sum(&|one| weight(one) * ratio(one)) / w;
        let q = sum(&|one| weight(one) * (ratio(one) - mean).powi(2));
        let n = seen.len() as f64;
        let variance = ((q - (n - 1.0)) / (w - w2 / w)).max(0.0);
        // Of a factor with mean 1 and this variance, in its logarithm.
        let deviation = (variance / mean.powi(2).max(1e-12)).ln_1p().sqrt();
        let (all, squares) = (sum(&|one| one.1), sum(&|one| one.1 * one.1));
        Shock { deviation, months: seen.len(), effective: all * all / squares }
    }

    /// By month since year 0: who left, who was expected to, and the variance of that.
    pub(crate) fn departures(&self, book: &Book) -> BTreeMap<i64, (f64, f64, f64)> {
        // Contracts that began in one month and were seen as long are due in the same months.
        let mut alike: FxHashMap<(u32, i64, u32, ContractRow), f64> = FxHashMap::default();
        for term in &book.terms {
            let cycle = book.plans[term.plan as usize].cycle;
            let month = |date: Date| 12 * i64::from(date.year()) + i64::from(date.month()) - 1;
            if let Some(row) = term.on(book.settled_until(), cycle) {
                let key = (term.plan, month(term.origin), term.entered(cycle), row);
                *alike.entry(key).or_insert(0.0) += 1.0;
            }
        }
        let mut months: BTreeMap<i64, (f64, f64, f64)> = BTreeMap::new();
        if !book.has_calendar {
            return months;
        }
        let mut alike: Vec<_> = alike.into_iter().collect();
        alike.sort_unstable_by_key(|(key, _)| *key);
        let mut plan = usize::MAX;
        let mut hazards: Vec<f64> = Vec::new();
        let mut contract: Option<Box<dyn Contract>> = None;
        for ((of_plan, origin, entered, row), count) in alike {
            if plan != of_plan as usize {
                plan = of_plan as usize;
                hazards.clear();
                contract = Some(self.contract(plan, &self.plans[plan].params));
            }
            let Some(contract) = &contract else { continue };
            while hazards.len() < row.periods as usize {
                hazards.push(1.0 - contract.retention(hazards.len() as u32 + 1));
            }
            let length = book.plans[plan].cycle.months();
            for k in entered + 1..=row.periods {
                let month = origin + (f64::from(k) * length).floor() as i64;
                let h = hazards[k as usize - 1];
                let of = months.entry(month).or_insert((0.0, 0.0, 0.0));
                of.0 += if row.ended && k == row.periods { count } else { 0.0 };
                of.1 += count * h;
                of.2 += count * h * (1.0 - h);
            }
        }
        months
    }
}

/// The better of the models of one period.
struct Choice {
    name: &'static str,
    params: Vec<f64>,
    report: FitReport,
    test: Option<LikelihoodRatio>,
}

impl Choice {
    /// `None` if too little is seen.
    fn of(table: &ContractTable, options: &PlanOptions, progress: &dyn Progress) -> Result<Option<Self>> {
        let wanted = options.model.as_deref();
        let sbg =
            if wanted == Some(Bdw::NAME) { None } else { of_model::<Sbg>(table, &options.fit, progress)? };
        let bdw =
            if wanted == Some(Sbg::NAME) { None } else { of_model::<Bdw>(table, &options.fit, progress)? };
        let test = match (&sbg, &bdw) {
            (Some(simple), Some(more)) => Some(LikelihoodRatio::new(more.2, simple.2, 1)),
            _ => None,
        };
        let of = |name, (params, report, _): (Vec<f64>, FitReport, f64)| Choice {
            name,
            params,
            report,
            test: test.clone(),
        };
        let ages = test.as_ref().is_none_or(|test| test.p < LEVEL);
        Ok(match (sbg, bdw) {
            (_, Some(bdw)) if ages => Some(of(Bdw::NAME, bdw)),
            (Some(sbg), _) => Some(of(Sbg::NAME, sbg)),
            (None, bdw) => bdw.map(|bdw| of(Bdw::NAME, bdw)),
        })
    }
}

/// A model with what is known of its parameters, and the largest log-likelihood; `None` if too little is seen. A fit that ends at
/// a limit, where nothing says how sure it is, is repeated under the weak prior.
fn of_model<M: Model<Table = ContractTable>>(
    table: &ContractTable,
    options: &FitOptions,
    progress: &dyn Progress,
) -> Result<Option<(Vec<f64>, FitReport, f64)>> {
    use crate::base::ErrorKind;
    let attempt = |options: &FitOptions| match fit::<M>(table, options, progress) {
        Ok(fitted) => Ok(Some(fitted)),
        Err(error) => match error.kind() {
            ErrorKind::NotIdentified { .. } | ErrorKind::NotConverged { .. } => Ok(None),
            _ => Err(error),
        },
    };
    let largest = attempt(options)?;
    let mut best = largest.as_ref().map_or(f64::NEG_INFINITY, |fitted| fitted.report.log_likelihood);
    let sure = |report: &FitReport| report.stop == StopReason::Converged && report.covariance.is_some();
    let fitted = match largest {
        Some(fitted) if sure(&fitted.report) => fitted,
        _ => {
            let weak = FitOptions { prior: Prior::Weak, ..options.clone() };
            let Some(fitted) = attempt(&weak)?.filter(|fitted| sure(&fitted.report)) else { return Ok(None) };
            best = best.max(fitted.report.log_likelihood);
            fitted
        }
    };
    Ok(Some((fitted.model.params(), fitted.report, best)))
}

/// Draws of the posterior of one fit: its own, or those of its normal approximation in the logarithms.
fn own_draws(params: &[f64], report: &FitReport, seed: u64) -> Vec<Vec<f64>> {
    let stored =
        report.posterior.as_ref().map(|posterior| &posterior.draws).filter(|draws| !draws.is_empty());
    if let Some(draws) = stored {
        return (0..DRAWS).map(|i| draws[i * draws.len() / DRAWS].clone()).collect();
    }
    let n = params.len();
    let Some(covariance) = &report.covariance else { return vec![params.to_vec(); DRAWS] };
    let relative =
        ndarray::Array2::from_shape_fn((n, n), |(i, j)| covariance[i][j] / (params[i] * params[j]));
    let factor = cholesky(&relative);
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let one = |_| {
        let z = ndarray::Array1::from_shape_fn(n, |_| StandardNormal.sample(&mut rng));
        let by = factor.dot(&z);
        params.iter().zip(&by).map(|(value, by): (&f64, &f64)| within_reach(value * by.exp())).collect()
    };
    (0..DRAWS).map(one).collect()
}

/// Contracts that are known to end with what is paid.
pub(crate) fn lapses(end: End) -> bool {
    matches!(end, End::Lapses(_) | End::PaidUntil(_))
}
