//! The models of a book: one for each billing period, with parameters of its own for each plan.
//!
//! Contracts of one period are fitted together, with sBG and with BdW; where the likelihood-ratio test tells that renewal
//! depends on age beyond what unlike customers explain (p below [`period::LEVEL`]), BdW is taken, else sBG. Several plans of one period
//! get parameters of their own, drawn to each other as far as each is small ([`fit_groups`](crate::fit::fit_groups)). Where too little is seen of
//! renewals to tell customers apart (one period, or nobody has left), all of one period have the same chance `p` not to renew,
//!
//! ```text
//! p | data ~ Beta(1/2 + left, 1/2 + renewed)      Jeffreys' prior; Beta(1, 1) before any renewal has come due
//! ```
//!
//! Covariates of contracts (channel, country, price, or the plan itself) take the place of plans that are pooled: contracts of one
//! period have the same `alpha` (and `c`), and `beta_i = beta exp(−g'z)` ([`Regression`](crate::model::Regression)), whatever their plan.

mod period;

use jiff::civil::Date;

use super::book::{Book, BookOptions, End, Plan};
use super::kinds::{Kinds, Mix};
use super::regression;
use super::shocks::{self, Shock};
use super::{ContractModel, Cycle};
use crate::base::{Progress, Result, Unit, Warning};
use crate::customers::UnseenLevel;
use crate::fit::{FitOptions, FitReport, LikelihoodRatio, PosteriorMethod, PosteriorOptions};
use crate::history::LogOptions;
use crate::model::{Bdw, Contract, ContractTable, Model};
use crate::params::{Covariates, PooledGroups};
pub(crate) use period::drawn;

/// Draws of the parameters that stand for what a fit leaves open.
pub(crate) const DRAWS: usize = 200;

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

/// Contracts that are known to end with what is paid.
pub(crate) fn lapses(end: End) -> bool {
    matches!(end, End::Lapses(_) | End::PaidUntil(_))
}
