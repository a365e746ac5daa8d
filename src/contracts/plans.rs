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
//! Covariates of contracts (channel, country, price, or the plan itself) take the place of plans that are pooled: contracts of one
//! period have the same `alpha` (and `c`), and `beta_i = beta exp(−g'z)` ([`Regression`]), whatever their plan.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Beta, Distribution, StandardNormal};

use jiff::civil::Date;

use super::book::{Book, BookOptions, End, Plan};
use super::kinds::{Kinds, Mix};
use super::regression::{self, Told};
use super::shocks::{self, Shock};
use super::{ContractModel, Cycle};
use crate::base::{Progress, Result, Unit, Warning};
use crate::customers::{CovariateTables, UnseenLevel};
use crate::fit::{
    FitOptions, FitReport, Fitted, LikelihoodRatio, PosteriorMethod, PosteriorOptions, Prior, StopReason,
    fit, fit_covariates, fit_groups, posterior,
};
use crate::history::LogOptions;
use crate::model::{Bdw, Contract, ContractTable, Model, Regression, Sbg};
use crate::params::{CovariateRequest, Covariates, PooledGroups, within_reach};
use crate::special::linalg::cholesky;

/// Draws of the parameters that stand for what a fit leaves open.
pub(crate) const DRAWS: usize = 200;
/// The test that decides between sBG and BdW.
const LEVEL: f64 = 0.01;
/// `alpha + beta` of customers who are all alike.
const ALIKE: f64 = 1e7;

/// How a book is fitted.
#[derive(Debug, Clone)]
pub struct PlanOptions {
    /// `sbg` or `bdw`; `None`: as the likelihood-ratio test says.
    pub model: Option<String>,
    /// As of any fit.
    pub fit: FitOptions,
    /// Columns that renewal may depend on, in place of plans' own parameters.
    pub covariates: Vec<String>,
}

impl Default for PlanOptions {
    fn default() -> Self {
        let posterior = PosteriorOptions { method: PosteriorMethod::Auto, ..PosteriorOptions::default() };
        PlanOptions {
            model: None,
            fit: FitOptions { posterior, ..FitOptions::default() },
            covariates: Vec::new(),
        }
    }
}

impl PlanOptions {
    /// How a table is read so that the covariates are known.
    pub fn asks(&self, log: &LogOptions) -> LogOptions {
        log.asking_for(&self.covariates)
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
    /// Plans about what they have in common, in the order of [`BookModel::plans`]; `None` of a single plan, or where too little
    /// was seen, or with covariates.
    pub pooled: Option<PooledGroups>,
    /// What tells its contracts apart, in place of their plans; [`FitReport::likelihood_ratio`] tests it against none.
    pub covariates: Option<Covariates>,
    /// With covariates: draws of parameters and coefficients.
    pub(crate) draws: Vec<Vec<f64>>,
    /// What was seen of all together.
    pub seen: Seen,
}

/// What was seen of renewals.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Seen {
    /// Contracts.
    pub contracts: f64,
    /// Departures.
    pub left: f64,
    /// Renewals that came due.
    pub due: f64,
}

impl Seen {
    fn of(table: &ContractTable) -> Self {
        Seen { contracts: table.customers, left: table.ended(), due: table.renewals_due() }
    }
}

/// What is known of one plan.
#[derive(Debug, Clone)]
pub struct PlanFit {
    /// Which.
    pub plan: Plan,
    /// Its period's place among [`BookModel::cycles`].
    pub cycle: usize,
    /// Its parameters.
    pub params: Vec<f64>,
    /// Draws of them.
    pub(crate) draws: Vec<Vec<f64>>,
    /// What was seen of it.
    pub seen: Seen,
    /// The mean price of a period of its contracts; `None` if prices are not known.
    pub price: Option<f64>,
    /// With covariates: its contracts of the fit by their columns, alike ones together, as shares. Its parameters are those at the
    /// mean of these.
    pub(crate) mix: Mix,
}

/// What a fit or a file says of a plan.
pub(crate) struct PlanSeen {
    pub plan: Plan,
    pub seen: Seen,
    pub price: Option<f64>,
    pub mix: Mix,
}

/// What a book's models were fitted to.
#[derive(Debug, Clone, PartialEq)]
pub struct BookTrained {
    /// Customers who ever paid.
    pub customers: u64,
    /// Their contracts.
    pub contracts: u64,
    /// Rows of the input.
    pub rows: u64,
    /// SHA-256 of the contracts as they were read, in hexadecimal.
    pub sha256: String,
}

/// The models of a book.
#[derive(Debug, Clone)]
pub struct BookModel {
    /// One a period, the shortest first.
    pub cycles: Vec<CycleFit>,
    /// One a plan, those of the shortest period first, then by name.
    pub plans: Vec<PlanFit>,
    /// What contracts share.
    pub shock: Shock,
    /// Seed of the draws of parameters.
    pub seed: u64,
    /// How contracts were read, the end of observation apart.
    pub reading: BookOptions,
    /// The currency of prices, if it is said.
    pub currency: Option<String>,
    /// The first beginning of a contract, if dates are known.
    pub first_start: Option<Date>,
    /// The end of the observation that it was fitted to.
    pub observed_until: Date,
    /// What it was fitted to.
    pub trained_on: BookTrained,
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
        if let Some(name) = &options.model {
            ContractModel::new(name, &vec![1.0; if name == Bdw::NAME { 3 } else { 2 }], Unit::Month)?;
        }
        let tables = book.tables();
        let prices = book.mean_prices();
        let mut model = BookModel {
            cycles: Vec::new(),
            plans: Vec::new(),
            shock: Shock::default(),
            seed: options.fit.posterior.seed,
            reading: BookOptions { observed_until: None, ..book.reading.clone() },
            currency: book.currency.clone(),
            first_start: book.terms.iter().map(|term| term.origin).min().filter(|_| book.has_calendar),
            observed_until: book.observed_until,
            trained_on: BookTrained {
                customers: book.paying_customers(),
                contracts: book.account.contracts,
                rows: book.account.rows,
                sha256: String::new(),
            },
            warnings: Vec::new(),
        };
        let mut first = 0;
        for of_cycle in book.plans.chunk_by(|a, b| a.cycle == b.cycle) {
            let places = first..first + of_cycle.len();
            let told = regression::told_apart(book, places.clone(), &options.covariates)?;
            model.warnings.extend(told.as_ref().and_then(|told| told.warning(of_cycle[0].cycle)));
            let found =
                CycleFit::of(of_cycle[0].cycle, &tables[places.clone()], told.as_ref(), options, progress)?;
            let mixes = regression::mixes(book, places.clone(), told.as_ref(), found.covariates.as_ref());
            let plans = places.zip(mixes).map(|(at, mix)| PlanSeen {
                plan: book.plans[at].clone(),
                seen: Seen::of(&tables[at]),
                price: prices[at],
                mix,
            });
            model.add(found, plans.collect());
            first += of_cycle.len();
        }
        let shock = shocks::shared(&Kinds::new(book, &model, UnseenLevel::Reference)?, book);
        model.shock = shock;
        Ok(model)
    }

    /// Fits a book for a model file, which says what it was fitted to.
    ///
    /// # Errors
    /// See [`BookModel::fit`].
    pub fn train(book: &Book, options: &PlanOptions, progress: &dyn Progress) -> Result<Self> {
        let mut model = BookModel::fit(book, options, progress)?;
        model.trained_on.sha256 = book.digest();
        Ok(model)
    }

    /// Adds the fit of a period with its plans: their parameters and draws follow from it.
    pub(crate) fn add(&mut self, mut found: CycleFit, plans: Vec<PlanSeen>) {
        let cycle = self.cycles.len();
        if found.covariates.is_some() {
            found.draws = found.own_draws(self.seed);
        }
        let mixes: Vec<&Mix> = plans.iter().map(|plan| &plan.mix).collect();
        let (params, draws) = found.of_plans(&mixes, self.seed);
        self.warnings.extend(found.little_seen());
        self.cycles.push(found);
        let each = plans.into_iter().zip(params).zip(draws);
        self.plans.extend(each.map(|((PlanSeen { plan, seen, price, mix }, params), draws)| PlanFit {
            plan,
            cycle,
            params,
            draws,
            seen,
            price,
            mix,
        }));
    }

    /// The parameters of contracts of a plan with these columns, at the estimates.
    pub(crate) fn params_with(&self, plan: usize, columns: &[f64]) -> Vec<f64> {
        self.cycles[self.plans[plan].cycle].at(None, columns)
    }

    /// The same under a draw.
    pub(crate) fn drawn_with(&self, plan: usize, columns: &[f64], draw: usize) -> Vec<f64> {
        self.cycles[self.plans[plan].cycle].at(Some(draw), columns)
    }

    /// Names of all covariates.
    pub fn covariates(&self) -> Vec<String> {
        let of = |fit: &CycleFit| {
            fit.covariates.iter().flat_map(|it| &it.covariates).map(|one| one.name.clone()).collect()
        };
        let mut names: Vec<String> = self.cycles.iter().flat_map(|fit| -> Vec<String> { of(fit) }).collect();
        names.sort();
        names.dedup();
        names
    }

    /// How a table is read that this model is to forecast.
    pub fn asks(&self, log: &LogOptions) -> LogOptions {
        log.asking_for(&self.covariates())
    }

    /// The same models for the plans of another book, in its order. A plan that the fit has not seen has what the plans of its
    /// period have in common, and is as uncertain as they are unlike; of a period that it has not seen nothing is known.
    pub(crate) fn for_book(&self, book: &Book) -> Self {
        let mut model = BookModel { plans: Vec::new(), ..self.clone() };
        let mut unknown: Vec<String> = Vec::new();
        for plan in &book.plans {
            if let Some(known) = self.plans.iter().find(|known| known.plan == *plan) {
                model.plans.push(known.clone());
                continue;
            }
            let place = match model.cycles.iter().position(|known| known.cycle == plan.cycle) {
                Some(place) => place,
                None => {
                    let none = CycleFit::alike(plan.cycle, Seen::default());
                    model.warnings.extend(none.little_seen());
                    model.cycles.push(none);
                    model.cycles.len() - 1
                }
            };
            unknown.push(plan.shown());
            let (params, draws) = model.cycles[place].of_unseen(self.seed);
            model.plans.push(PlanFit {
                plan: plan.clone(),
                cycle: place,
                params,
                draws,
                seen: Seen::default(),
                price: None,
                mix: Mix::new(),
            });
        }
        if !unknown.is_empty() {
            let message = format!(
                "the model was not fitted to {}: such contracts renew as those of other plans of their period do on the whole; fit \
                 again",
                unknown.join(", ")
            );
            model.warnings.push(Warning::new("contracts-unknown-plan", message));
        }
        model
    }

    /// The model of a plan under given parameters.
    ///
    /// # Panics
    /// If the parameters are not those of its model.
    pub(crate) fn contract(&self, plan: usize, params: &[f64]) -> Box<dyn Contract> {
        self.cycles[self.plans[plan].cycle].contract(params)
    }
}

impl CycleFit {
    fn of(
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
    fn little_seen(&self) -> Option<Warning> {
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
    fn of_plans(&self, mixes: &[&Mix], seed: u64) -> (Vec<Vec<f64>>, Vec<Vec<Vec<f64>>>) {
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
    fn of_unseen(&self, seed: u64) -> (Vec<f64>, Vec<Vec<f64>>) {
        if self.covariates.is_some() {
            return self.of_mix(&Mix::new());
        }
        let Some(pooled) = &self.pooled else { return (self.params.clone(), self.own_draws(seed)) };
        let k = self.params.len();
        let draws = drawn(pooled, seed).iter().map(|all| all[all.len() - k..].to_vec()).collect();
        (pooled.common.clone(), draws)
    }

    /// With covariates: at the mean columns of a mixture, or where they are all 0.
    fn of_mix(&self, mix: &Mix) -> (Vec<f64>, Vec<Vec<f64>>) {
        let columns = self.covariates.as_ref().map_or(0, |covariates| covariates.columns().len());
        let mut mean = vec![0.0; columns];
        for (share, columns) in mix {
            mean.iter_mut().zip(columns).for_each(|(mean, value)| *mean += share * value);
        }
        (self.at(None, &mean), (0..self.draws.len()).map(|draw| self.at(Some(draw), &mean)).collect())
    }

    /// With covariates: the parameters of contracts with these columns, at the estimates or under a draw.
    fn at(&self, draw: Option<usize>, columns: &[f64]) -> Vec<f64> {
        let covariates = self.covariates.as_ref().expect("only periods with covariates have columns");
        let Some(draw) = draw else { return covariates.params(&self.params, columns) };
        let (params, values) = self.draws[draw].split_at(self.params.len());
        covariates.params_by(params, values, columns)
    }

    /// Draws of the parameters of all together, with covariates of their coefficients, too.
    fn own_draws(&self, seed: u64) -> Vec<Vec<f64>> {
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
    fn contract(&self, params: &[f64]) -> Box<dyn Contract> {
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
    use crate::base::ErrorKind;
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

/// Contracts that are known to end with what is paid.
pub(crate) fn lapses(end: End) -> bool {
    matches!(end, End::Lapses(_) | End::PaidUntil(_))
}
