//! The forecast of a book: a row a contract, months with intervals, plans, cohorts, and what new subscribers are worth.

use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Float64Array, RecordBatch, StringArray, UInt32Array};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use jiff::civil::Date;
use rustc_hash::FxHashMap;
use serde::Serialize;

use super::ahead::{Ahead, MonthAhead, Months, Path, Range, range};
use super::book::{Book, Churn, Departures, End, MonthSeen, Term};
use super::cohorts::{CohortSeen, cohorts};
use super::kinds::Mix;
use super::plans::{BookModel, PlanOptions, lapses};
use crate::base::{Progress, Result, Unit, ValueOptions, Warning};
use crate::customers::UnseenLevel;
use crate::model::Contract;

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
    let (table, sums) = rows(book, &mut ahead, &options.value);
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

/// What the rows add up to.
#[derive(Default)]
struct Sums {
    clv: f64,
    remaining: f64,
}

/// What is asked of contracts of one kind and age with as many renewals ahead.
#[derive(Clone, Copy)]
struct Answer {
    p_renew: f64,
    stays: f64,
    renewals: f64,
    lifetime: f64,
    discounted: f64,
    within: f64,
}

fn rows(book: &Book, ahead: &mut Ahead, value: &ValueOptions) -> (RecordBatch, Sums) {
    let there: Vec<(&Term, f64)> = book.there().collect();
    let day = value.discount.continuous(Unit::Day);
    let contracts = ahead.kinds.contracts();
    let mut known: FxHashMap<(usize, u32, u32), Answer> = FxHashMap::default();
    let n = there.len();
    let mut columns = Columns::with_capacity(n);
    let horizon = ahead.months.ends.last().copied().unwrap_or(book.observed_until);
    let mut sums = Sums::default();
    for (term, chance) in there {
        let cycle = book.plans[term.plan as usize].cycle;
        let (renewed, next, periods) = ahead.schedule(term.origin, cycle);
        let kind = ahead.kinds.of(term);
        let answer = known.entry((kind, renewed, periods)).or_insert_with(|| {
            let contract = &contracts[kind];
            let d = (day * cycle.days()).exp_m1();
            Answer {
                p_renew: contract.retention(renewed + 1),
                stays: contract.stays(renewed, periods),
                renewals: contract.renewals_within(renewed, periods),
                lifetime: contract.renewals_to_come(renewed, 0.0),
                discounted: contract.renewals_to_come(renewed, d),
                within: contract.discounted_within(renewed, periods, d),
            }
        });
        let d = (day * cycle.days()).exp_m1();
        let wait = (-day * f64::from((next - book.observed_until).get_days())).exp();
        let price = value.margin * term.price;
        let mut row = Row { renewed, next, answer: *answer, paid: true, chance, value: [0.0; 2] };
        row.value = [answer.within, answer.discounted].map(|periods| price * wait * periods);
        if let Some((end, sure)) = term.ends_on(cycle, renewed) {
            row.answer = Answer::until(sure, sure.min(periods), end > horizon, d);
            row.next = if sure > 0 { next } else { end };
            row.value = [row.answer.within, row.answer.discounted].map(|periods| price * wait * periods);
        } else if let End::Due(since) = term.end {
            // The renewal of that day counts, too: it is paid today, if at all.
            row.answer = answer.late(chance, d);
            row.value = row.value.map(|value| chance * (price + value));
            (row.renewed, row.next, row.paid) = (renewed.saturating_sub(1), since, false);
        }
        sums.clv += row.value[0];
        sums.remaining += row.value[1];
        columns.push(book, term, &row);
    }
    (columns.table(book), sums)
}

impl Answer {
    /// Of a contract that is known to end: so many renewals until then, and so many within the horizon.
    fn until(all: u32, within: u32, stays: bool, d: f64) -> Self {
        let discounted = |n: u32| (0..n).fold((0.0, 1.0), |(sum, by), _| (sum + by, by / (1.0 + d))).0;
        let sure = |yes: bool| if yes { 1.0 } else { 0.0 };
        Answer {
            p_renew: sure(all > 0),
            stays: sure(stays),
            renewals: f64::from(within),
            lifetime: f64::from(all),
            discounted: discounted(all),
            within: discounted(within),
        }
    }

    /// Of a contract whose payment is late: if it comes, that is a renewal, and the others follow.
    fn late(self, chance: f64, d: f64) -> Self {
        Answer {
            p_renew: chance,
            stays: chance * self.stays,
            renewals: chance * (1.0 + self.renewals),
            lifetime: chance * (1.0 + self.lifetime),
            discounted: chance * (1.0 + self.discounted / (1.0 + d)),
            within: chance * (1.0 + self.within / (1.0 + d)),
        }
    }
}

/// A row of the table.
struct Row {
    renewed: u32,
    next: Date,
    answer: Answer,
    paid: bool,
    chance: f64,
    value: [f64; 2],
}

/// Columns of the table, in the making.
struct Columns {
    customer: Vec<u32>,
    contract: Vec<u32>,
    plan: Vec<u32>,
    periods: Vec<u32>,
    next: Vec<Date>,
    paid: Vec<bool>,
    chance: Vec<f64>,
    numbers: [Vec<f64>; 9],
}

impl Columns {
    fn with_capacity(n: usize) -> Self {
        let whole = || Vec::with_capacity(n);
        Columns {
            customer: whole(),
            contract: whole(),
            plan: whole(),
            periods: whole(),
            next: Vec::with_capacity(n),
            paid: Vec::with_capacity(n),
            chance: Vec::with_capacity(n),
            numbers: std::array::from_fn(|_| Vec::with_capacity(n)),
        }
    }

    fn push(&mut self, book: &Book, term: &Term, row: &Row) {
        self.customer.push(term.customer);
        self.contract.push(term.name);
        self.plan.push(term.plan);
        self.periods.push(row.renewed);
        self.next.push(row.next);
        self.paid.push(row.paid);
        self.chance.push(row.chance);
        let answer = &row.answer;
        let all = [
            answer.p_renew,
            answer.lifetime,
            answer.discounted,
            answer.renewals,
            answer.stays,
            if row.paid { book.mrr(term) } else { 0.0 },
            term.price * answer.renewals,
            row.value[0],
            row.value[1],
        ];
        self.numbers.iter_mut().zip(all).for_each(|(column, number)| column.push(number));
    }

    fn table(self, book: &Book) -> RecordBatch {
        let text = |all: &[Box<str>], of: &[u32]| -> ArrayRef {
            Arc::new(StringArray::from_iter_values(of.iter().map(|at| &*all[*at as usize])))
        };
        let plans: Vec<Box<str>> = book.plans.iter().map(|plan| plan.shown().into()).collect();
        let next = self.next.iter().map(|date| date.to_string());
        let mut columns: Vec<ArrayRef> = vec![
            text(&book.customers, &self.customer),
            Arc::new(UInt32Array::from(self.periods)),
            Arc::new(BooleanArray::from(self.paid)),
            Arc::new(Float64Array::from(self.chance)),
        ];
        let finite = |all: Vec<f64>| -> ArrayRef {
            Arc::new(all.into_iter().map(|x| x.is_finite().then_some(x)).collect::<Float64Array>())
        };
        let [p_renew, lifetime, discounted, renewals, stays, mrr, revenue, clv, remaining] =
            self.numbers.map(finite);
        columns.extend([p_renew, lifetime, discounted, renewals]);
        columns.push(text(&book.contracts, &self.contract));
        columns.push(text(&plans, &self.plan));
        columns.push(Arc::new(StringArray::from_iter_values(next)));
        columns.push(stays);
        if book.has_money {
            columns.extend([mrr, revenue, clv, remaining]);
        }
        RecordBatch::try_new(contract_table_schema(book.has_money), columns)
            .expect("columns are equally long")
    }
}

/// The columns of forecast contracts: those of scored contracts (`active` is no and `p_alive` a chance where a payment is late; such a
/// row has no `mrr` yet), then `contract_id`, `plan`, `next_renewal` (a date),
/// `p_active` (at the horizon), and with prices `mrr`, `expected_revenue` (within the horizon), `clv` (margin x its present
/// value) and `remaining_value` (of all renewals to come).
pub fn contract_table_schema(has_money: bool) -> SchemaRef {
    let number = |name: &str| Field::new(name, DataType::Float64, true);
    let text = |name: &str| Field::new(name, DataType::Utf8, false);
    let mut fields = vec![
        text("customer_id"),
        Field::new("periods", DataType::UInt32, false),
        Field::new("active", DataType::Boolean, false),
        number("p_alive"),
        number("p_renew"),
        number("expected_lifetime"),
        number("discounted_lifetime"),
        number("expected_renewals"),
        text("contract_id"),
        text("plan"),
        text("next_renewal"),
        number("p_active"),
    ];
    if has_money {
        fields.extend(["mrr", "expected_revenue", "clv", "remaining_value"].map(number));
    }
    Arc::new(Schema::new(fields))
}

/// Months as a table, for files.
pub fn month_table(months: &[MonthAhead], has_money: bool) -> RecordBatch {
    let text: ArrayRef =
        Arc::new(StringArray::from_iter_values(months.iter().map(|month| month.until.to_string())));
    let (mut fields, mut columns) = (vec![Field::new("until", DataType::Utf8, false)], vec![text]);
    let mut add = |name: &str, of: &dyn Fn(&MonthAhead) -> Range| {
        for (at, suffix) in ["", "_lower", "_upper"].into_iter().enumerate() {
            let part = |range: &Range| [range.expected, range.lower, range.upper][at];
            fields.push(Field::new(format!("{name}{suffix}"), DataType::Float64, true));
            columns
                .push(Arc::new(Float64Array::from_iter_values(months.iter().map(|month| part(&of(month))))));
        }
    };
    add("contracts", &|month| month.contracts);
    add("leaving", &|month| month.leaving);
    if has_money {
        add("mrr", &|month| month.mrr.unwrap_or_default());
        add("revenue", &|month| month.revenue.unwrap_or_default());
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).expect("columns are equally long")
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
