//! The forecast of a book: a row a contract, months with intervals, plans, cohorts, and what new subscribers are worth.

mod rows;

use arrow_array::RecordBatch;
use jiff::civil::Date;
use serde::Serialize;

use super::ahead::{Ahead, MonthAhead, Months, Path, Range, range};
use super::book::{Book, Churn, Departures, MonthSeen};
use super::cohorts::{CohortSeen, cohorts};
use super::kinds::Mix;
use super::plans::{BookModel, PlanOptions, lapses};
use crate::base::{Progress, Result, Unit, ValueOptions, Warning};
use crate::customers::UnseenLevel;
use crate::model::Contract;
pub use rows::{contract_table_schema, month_table};

/// Periods that a survival curve shows, at most.
const AGES: u32 = 24;

/// How a book is forecast.
#[derive(Debug, Clone)]
pub struct BookForecastOptions {
    /// Horizon, discount rate, margin.
    pub value: ValueOptions,
    /// Intervals hold what happens with this probability.
    pub probability: f64,
    /// Equal seeds give equal intervals.
    pub seed: u64,
    /// How it is fitted.
    pub plans: PlanOptions,
    /// What to do with values of covariates that the fit has not seen: they count as the most frequent one, which is said, or are
    /// an error.
    pub unseen: UnseenLevel,
}

impl Default for BookForecastOptions {
    fn default() -> Self {
        BookForecastOptions {
            value: ValueOptions::default(),
            probability: 0.9,
            seed: 1,
            plans: PlanOptions::default(),
            unseen: UnseenLevel::Reference,
        }
    }
}

/// What is forecast.
#[derive(Debug, Clone)]
pub struct BookForecast {
    /// The models.
    pub model: BookModel,
    /// One row a contract that is paid, or whose payment is late, by customer; see [`contract_table_schema`].
    pub table: RecordBatch,
    /// Months to come.
    pub months: Vec<MonthAhead>,
    /// All of them together.
    pub totals: BookTotals,
    /// Plan by plan.
    pub plans: Vec<PlanAhead>,
    /// Cohort by cohort.
    pub cohorts: Vec<CohortSeen>,
    /// Draws of the margin's present value within the horizon, on the level of its expectation; empty without prices.
    pub(crate) drawn_value: Vec<f64>,
    /// The months behind.
    pub seen: Vec<MonthSeen>,
    /// What was kept of a year ago.
    pub kept: Option<Churn>,
    /// Why contracts ended in the last twelve months; `None` if the table does not say.
    pub departures: Option<Departures>,
}

/// The whole book.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct BookTotals {
    /// Paid contracts and their customers today.
    pub contracts: u64,
    /// See `contracts`.
    pub customers: u64,
    /// Of these contracts, how many are known to end with what is paid.
    pub lapsing: u64,
    /// Of payments: contracts whose payment is late by less than the grace; they are none of `contracts`.
    pub due: u64,
    /// How many of them are expected to be there.
    pub due_expected: f64,
    /// Monthly recurring revenue today.
    pub mrr: Option<f64>,
    /// Contracts at the horizon.
    pub contracts_at_horizon: Range,
    /// MRR at the horizon.
    pub mrr_at_horizon: Option<Range>,
    /// What all renewals within the horizon are billed.
    pub revenue: Option<Range>,
    /// Margin x its present value.
    pub clv: Option<f64>,
    /// The same of all renewals to come.
    pub remaining_value: Option<f64>,
    /// Revenue within the horizon, were each renewal one point (0.01) more likely, less what is expected.
    pub per_point: Option<f64>,
}

/// One plan.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlanAhead {
    /// Its name with its period.
    pub plan: String,
    /// Its period.
    pub cycle: String,
    /// Contracts that are paid.
    pub contracts: u64,
    /// Their MRR.
    pub mrr: Option<f64>,
    /// The mean of their chances to renew next.
    pub p_renew: Option<f64>,
    /// Expected share that is still there at the horizon.
    pub retained: Option<f64>,
    /// What renewals within the horizon are billed.
    pub revenue: Option<f64>,
    /// A new subscriber: margin x present value of the first period and all renewals, at the mean price of the plan.
    pub ltv: Option<Range>,
    /// What one point of renewal is worth to it.
    pub ltv_per_point: Option<f64>,
    /// Survival of a new contract after 1, 2, ... periods.
    pub survival: Vec<Range>,
}

/// Fits a book and forecasts it.
///
/// # Errors
/// If the horizon has no end, a search fails, or the caller wants it to stop.
pub fn forecast(book: &Book, options: &BookForecastOptions, progress: &dyn Progress) -> Result<BookForecast> {
    let model = BookModel::fit(book, &options.plans, progress)?;
    // Of the latest contracts, of which no fit knows whether they were paid, a value may be new.
    let lenient = BookForecastOptions { unseen: UnseenLevel::Reference, ..options.clone() };
    forecast_with(&model, book, &lenient, progress)
}

/// Forecasts a book with models that were fitted before, to it or to an earlier one.
///
/// # Errors
/// If the horizon has no end, or the caller wants it to stop.
pub fn forecast_with(
    model: &BookModel,
    book: &Book,
    options: &BookForecastOptions,
    progress: &dyn Progress,
) -> Result<BookForecast> {
    let mut model = model.for_book(book);
    let (found, warning) = with_own_plans(&model, book, options, progress)?;
    model.warnings.extend(warning);
    Ok(BookForecast { model, ..found })
}

/// The same of models whose plans are the book's; also what is to be said of values that they have not seen.
fn with_own_plans(
    model: &BookModel,
    book: &Book,
    options: &BookForecastOptions,
    progress: &dyn Progress,
) -> Result<(BookForecast, Option<Warning>)> {
    let mut ahead = Ahead::new(book, model, options.value.horizon, options.unseen)?;
    let futures = ahead.futures(options.seed, progress)?;
    let months = ahead.months_ahead(&futures, options.probability);
    let (table, sums) = rows::rows(book, &mut ahead, &options.value);
    let money = |value: f64| book.has_money.then_some(value);
    let last = months.last().expect("a horizon has a month");
    let all = ahead.expected(|_| true, 0.0);
    let better = ahead.expected(|_| true, 0.01);
    let revenue = |path: &[[f64; 4]]| path.iter().map(|month| month[3]).sum::<f64>();
    let drawn = futures.iter().map(|path| revenue(path)).collect();
    let (contracts, mrr) = book.on(book.observed_until);
    let (due, due_expected) = book.due();
    let totals = BookTotals {
        due,
        due_expected,
        contracts,
        customers: book.active_customers(),
        lapsing: book.active().filter(|term| lapses(term.end)).count() as u64,
        mrr: money(mrr),
        contracts_at_horizon: last.contracts,
        mrr_at_horizon: last.mrr,
        revenue: book.has_money.then(|| range(revenue(&all), drawn, options.probability)),
        clv: money(sums.clv),
        remaining_value: money(sums.remaining),
        per_point: money(revenue(&better) - revenue(&all)),
    };
    let contracts = ahead.kinds.contracts();
    let of_plan = |plan| plan_ahead(book, model, (&ahead, &contracts), plan, options);
    let plans = (0..book.plans.len()).map(of_plan).collect();
    let cohorts = cohorts(book, &ahead.kinds);
    let (seen, kept, departures) = (book.months_seen(), book.kept(), book.departures());
    let warning = ahead.kinds.warning();
    let model = model.clone();
    let drawn_value =
        if book.has_money { drawn_value(&futures, &ahead.months, options, sums.clv) } else { Vec::new() };
    Ok((
        BookForecast { table, months, totals, plans, drawn_value, cohorts, seen, kept, departures, model },
        warning,
    ))
}

/// What each future is worth: what is billed in a month counts as of its middle. Discounting to the day instead, as the rows do, moves
/// all of them alike, so that they are put on the level of the expectation.
fn drawn_value(futures: &[Path], months: &Months, options: &BookForecastOptions, expected: f64) -> Vec<f64> {
    let day = options.value.discount.continuous(Unit::Day);
    let mut before = 0.0;
    let weight = |end: &Date| {
        let days = f64::from((*end - months.now).get_days());
        let middle = 0.5 * (before + days);
        before = days;
        (-day * middle).exp()
    };
    let weights: Vec<f64> = months.ends.iter().map(weight).collect();
    let worth = |path: &Path| path.iter().zip(&weights).map(|(month, weight)| month[3] * weight).sum();
    let drawn: Vec<f64> = futures.iter().map(worth).collect();
    let mean = drawn.iter().sum::<f64>() / drawn.len() as f64;
    let level = if mean > 0.0 { expected / mean } else { 0.0 };
    drawn.into_iter().map(|worth| worth * level).collect()
}

fn plan_ahead(
    book: &Book,
    model: &BookModel,
    (ahead, contracts): (&Ahead, &[Box<dyn Contract>]),
    plan: usize,
    options: &BookForecastOptions,
) -> PlanAhead {
    let of = &book.plans[plan];
    let new = Newcomer::new(model, plan, ahead.kinds_of(plan));
    let (contracts, prices, renewing) = ahead.of_plan(plan, contracts);
    let path = ahead.expected(|one| one == plan, 0.0);
    let d = (options.value.discount.continuous(Unit::Day) * of.cycle.days()).exp_m1();
    let price = prices / contracts.max(1.0);
    let worth = |contract: &dyn Contract| options.value.margin * price * contract.periods_from_now(0, d);
    let has = contracts > 0.0;
    let share = |part: f64| has.then(|| part / contracts);
    let survival = (1..=AGES).map(|t| new.range(|contract| contract.survival(t), options.probability));
    PlanAhead {
        plan: of.shown(),
        cycle: of.cycle.to_string(),
        contracts: contracts as u64,
        mrr: book.has_money.then(|| prices / of.cycle.months()),
        p_renew: share(renewing),
        retained: path.last().and_then(|month| share(month[0])),
        revenue: book.has_money.then(|| path.iter().map(|month| month[3]).sum()),
        ltv: (book.has_money && has && d > 0.0).then(|| new.range(worth, options.probability)),
        ltv_per_point: (book.has_money && has && d > 0.0)
            .then(|| options.value.margin * price * mean(&new.estimated, |contract| per_point(contract, d))),
        survival: survival.collect(),
    }
}

/// Shares of contracts with their models.
type Shared = Vec<(f64, Box<dyn Contract>)>;

/// A mean over them.
fn mean(of: &Shared, answer: impl Fn(&dyn Contract) -> f64) -> f64 {
    of.iter().map(|(share, contract)| share * answer(&**contract)).sum()
}

/// A new contract of a plan: with covariates it is like one of those that are there, by chance.
struct Newcomer {
    estimated: Shared,
    drawn: Vec<Shared>,
}

impl Newcomer {
    fn new(model: &BookModel, plan: usize, kinds: Mix) -> Self {
        let own = &model.plans[plan];
        if kinds.is_empty() {
            let alone = |params: &Vec<f64>| vec![(1.0, model.contract(plan, params))];
            return Newcomer { estimated: alone(&own.params), drawn: own.draws.iter().map(alone).collect() };
        }
        let all = |params: &dyn Fn(&[f64]) -> Vec<f64>| -> Shared {
            kinds.iter().map(|(share, columns)| (*share, model.contract(plan, &params(columns)))).collect()
        };
        Newcomer {
            estimated: all(&|columns| model.params_with(plan, columns)),
            drawn: (0..own.draws.len())
                .map(|draw| all(&|columns| model.drawn_with(plan, columns, draw)))
                .collect(),
        }
    }

    fn range(&self, answer: impl Fn(&dyn Contract) -> f64, probability: f64) -> Range {
        range(
            mean(&self.estimated, &answer),
            self.drawn.iter().map(|one| mean(one, &answer)).collect(),
            probability,
        )
    }
}

/// Discounted periods more of a new contract, were each renewal one point more likely.
fn per_point(contract: &dyn Contract, d: f64) -> f64 {
    let (mut stays, mut better, mut discount, mut more) = (1.0, 1.0, 1.0, 0.0);
    for t in 1..=20_000 {
        let retention = contract.retention(t);
        stays *= retention;
        better *= (retention + 0.01).min(1.0);
        discount /= 1.0 + d;
        more += discount * (better - stays);
        if discount < 1e-12 || better < 1e-12 {
            break;
        }
    }
    more
}
