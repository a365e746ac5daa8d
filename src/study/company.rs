//! A company with both kinds of customers: those who buy when they like (the shop) and those under contract. Each kind has a model of
//! its own; here is what they come to together.
//!
//! A customer of both, whose id is the same in both tables, is one customer and worth what both models say of it. Expected values add
//! up whatever the two have to do with each other. The interval of their sum takes them for independent: every drawn value of the
//! contracts is added to every quantile of that of the shop (`m × n` sums of equal weight), so what moves both, such as a bad year, is not in it.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::{
    ArrayRef, BooleanArray, Float64Array, RecordBatch, StringArray, UInt32Array, cast::AsArray,
    types::Float64Type,
};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use jiff::civil::Date;
use serde::Serialize;

use crate::base::{Error, Progress, Result, Warning};
use crate::contracts::ahead::range;
use crate::contracts::book::{self, BothKinds};
use crate::contracts::{Book, BookForecast, BookModel, BookOptions, Range};
use crate::fitted::{ClvModel, FitRequest};
use crate::forecast::{self, ScoreOptions, Totals};
use crate::history::{LogOptions, Summary};
use crate::study::subscribers::{self, SubscriberOptions, SubscriberOverview};
use crate::study::{Overview, OverviewOptions, fit_inputs, overview};

/// Quantiles that stand for the distribution of the value of the shop.
const QUANTILES: usize = 100;

/// How many customers there are, each counted once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct CompanyCustomers {
    /// In all.
    pub all: u64,
    /// Who have bought in the shop.
    pub shop: u64,
    /// Who have a contract today.
    pub contracts: u64,
    /// Who are both.
    pub both: u64,
}

/// Both kinds together.
#[derive(Debug, Clone)]
pub struct Company {
    /// How many.
    pub customers: CompanyCustomers,
    /// Margin x present value within the horizon: of the shop, of contracts, and of both.
    pub shop: Range,
    /// See `shop`.
    pub contracts: Range,
    /// See `shop`.
    pub together: Range,
    /// Totals of the shop.
    pub totals: Totals,
    /// Intervals hold what happens with this probability.
    pub probability: f64,
    /// How far they look, in words.
    pub within: String,
    /// A row a customer, by id: see [`company_schema`].
    pub table: RecordBatch,
    /// What looks wrong.
    pub warnings: Vec<Warning>,
}

/// What a page of both kinds holds.
pub struct CompanyOverview {
    /// The model of the shop, and its overview.
    pub shop: (ClvModel, Overview),
    /// The models of contracts, and their overview.
    pub contracts: (BookModel, SubscriberOverview),
    /// Both together.
    pub together: Company,
}

/// How both kinds are read, fitted and looked at.
pub struct CompanyOptions {
    /// How the log of the shop is read.
    pub log: LogOptions,
    /// What is fitted to it.
    pub request: FitRequest,
    /// What is worked out of it.
    pub shop: OverviewOptions,
    /// How tables of contracts are read.
    pub table: LogOptions,
    /// How contracts are.
    pub book: BookOptions,
    /// What is worked out of them.
    pub contracts: SubscriberOptions,
}

/// Works out all that a page says of both kinds.
///
/// # Errors
/// If a table cannot be read, an option is out of its domain, or the work is stopped.
pub fn company_overview(
    both: &BothKinds,
    options: &CompanyOptions,
    progress: &dyn Progress,
) -> Result<CompanyOverview> {
    let CompanyOptions { log, request, shop, table, book, contracts } = options;
    let (model, inputs, log) = fit_inputs(&both.shop, log, request, progress)?;
    let of_shop = overview(&model, &inputs, &log, None, shop, progress)?;
    let book = book::open(&both.contracts, table, book, progress)?;
    let books = BookModel::train(&book, &contracts.forecast.plans, progress)?;
    let of_contracts = subscribers::overview(&books, book, None, contracts, progress)?;
    let scores =
        ScoreOptions { interval: Some(shop.scores.interval.unwrap_or_default()), ..shop.scores.clone() };
    let found = (&of_contracts.book, &of_contracts.forecast);
    let together = company((&model, &of_shop.summary), found, &scores, progress)?;
    Ok(CompanyOverview { shop: (model, of_shop), contracts: (books, of_contracts), together })
}

/// What is known of one customer.
#[derive(Default)]
struct One {
    shop: Option<(f64, f64)>,
    contracts: u32,
    mrr: f64,
    value: f64,
}

/// Puts the forecasts of a shop and of contracts together; `found` is that of the book.
///
/// # Errors
/// If either has no money, the two cannot be scored, or the caller wants it to stop.
pub fn company(
    (model, summary): (&ClvModel, &Summary),
    (book, found): (&Book, &BookForecast),
    options: &ScoreOptions,
    progress: &dyn Progress,
) -> Result<Company> {
    let Some(interval) = options.interval else {
        return Err(Error::option(
            "--interval",
            "what both kinds are worth together is said with an interval",
        ));
    };
    let mut all: BTreeMap<Box<str>, One> = BTreeMap::new();
    let totals = forecast::score_into(model, summary, options, progress, |table| add_shop(&table, &mut all))?;
    let (Some(value), true) = (totals.value, book.has_money) else {
        let message = "the values of both kinds are added up, so both need amounts: a column of amounts in the log, and of prices in \
                       the contracts";
        return Err(Error::option("LOG", message));
    };
    add_contracts(book, found, &mut all);
    let spread = &totals.groups[&None].clv_spread;
    let known = spread.interval(interval.probability).is_some();
    let between = |probability: f64| spread.interval(probability).unwrap_or((value, value));
    let (lower, upper) = between(interval.probability);
    let shop = Range { expected: value, lower: lower.min(value), upper: upper.max(value) };
    let expected = found.totals.clv.unwrap_or(0.0);
    let contracts = range(expected, found.drawn_value.clone(), interval.probability);
    let quantiles: Vec<f64> = (0..QUANTILES / 2)
        .flat_map(|i| {
            let (low, high) = between(1.0 - (2 * i + 1) as f64 / QUANTILES as f64);
            [low, high]
        })
        .collect();
    let sums = found.drawn_value.iter().flat_map(|drawn| quantiles.iter().map(move |one| drawn + one));
    let together = range(value + expected, sums.collect(), interval.probability);
    let count = |is: &dyn Fn(&One) -> bool| all.values().filter(|one| is(one)).count() as u64;
    let customers = CompanyCustomers {
        all: all.len() as u64,
        shop: count(&|one| one.shop.is_some()),
        contracts: count(&|one| one.contracts > 0),
        both: count(&|one| one.shop.is_some() && one.contracts > 0),
    };
    let mut warnings = warnings(&customers, summary.meta.observed_until, book.observed_until);
    if !known {
        let message = "nothing says how sure the value of the shop is, so that the interval of both together holds that of contracts \
                       alone: its fit has no standard errors (--prior weak gives it some)";
        warnings.push(Warning::new("company-no-interval", message.to_owned()));
    }
    let (probability, within) = (interval.probability, options.value.horizon.in_words());
    Ok(Company {
        customers,
        shop,
        contracts,
        together,
        totals,
        probability,
        within,
        table: table(&all),
        warnings,
    })
}

fn add_shop(table: &RecordBatch, all: &mut BTreeMap<Box<str>, One>) -> Result<()> {
    let column =
        |name: &str| table.column_by_name(name).expect("scores have it").as_primitive::<Float64Type>();
    let ids = table.column(0).as_string::<i32>();
    // Without a spend model there is no value, which is refused behind.
    let Some(clv) = table.column_by_name("clv") else { return Ok(()) };
    let (clv, buys) = (clv.as_primitive::<Float64Type>(), column("p_purchase"));
    for row in 0..table.num_rows() {
        all.entry(ids.value(row).into()).or_default().shop = Some((buys.value(row), clv.value(row)));
    }
    Ok(())
}

/// Those of a book who are there, in the order of the rows of its forecast.
fn add_contracts(book: &Book, found: &BookForecast, all: &mut BTreeMap<Box<str>, One>) {
    let column = |name: &str| {
        found.table.column_by_name(name).expect("the table has money").as_primitive::<Float64Type>()
    };
    let (mrr, value) = (column("mrr"), column("clv"));
    for (row, (term, _)) in book.there().enumerate() {
        let one = all.entry(book.customers[term.customer as usize].clone()).or_default();
        one.contracts += 1;
        one.mrr += mrr.value(row);
        one.value += value.value(row);
    }
}

fn warnings(customers: &CompanyCustomers, shop: Option<Date>, contracts: Date) -> Vec<Warning> {
    let mut found = Vec::new();
    if let Some(shop) = shop.filter(|shop| *shop != contracts) {
        let message = format!(
            "the purchases are observed until {shop}, the contracts until {contracts}: values are of those days; one day for both is \
             said with --observed-until"
        );
        found.push(Warning::new("company-other-day", message));
    }
    if customers.both == 0 && customers.shop > 0 && customers.contracts > 0 {
        let message = "no customer has the same id in both tables: if there are customers of both, they are counted twice here (are \
                       ids written alike, an e-mail address in one and a number in the other?)";
        found.push(Warning::new("company-no-id-in-both", message.to_owned()));
    }
    found
}

fn table(all: &BTreeMap<Box<str>, One>) -> RecordBatch {
    let number = |of: &dyn Fn(&One) -> Option<f64>| -> ArrayRef {
        Arc::new(all.values().map(of).collect::<Float64Array>())
    };
    let columns: Vec<ArrayRef> = vec![
        Arc::new(StringArray::from_iter_values(all.keys())),
        Arc::new(BooleanArray::from_iter(all.values().map(|one| Some(one.shop.is_some())))),
        Arc::new(UInt32Array::from_iter_values(all.values().map(|one| one.contracts))),
        number(&|one| one.shop.map(|(buys, _)| buys)),
        number(&|one| Some(one.mrr)),
        number(&|one| one.shop.map(|(_, value)| value)),
        number(&|one| (one.contracts > 0).then_some(one.value)),
        number(&|one| Some(one.value + one.shop.map_or(0.0, |(_, value)| value))),
    ];
    RecordBatch::try_new(company_schema(), columns).expect("columns are equally long")
}

/// The columns of a company's customers: `customer_id`, `shop` (has bought there), `contracts` (today), `p_purchase` (in the shop within
/// the horizon), `mrr`, `shop_clv`, `contract_clv`, and `clv`, their sum. What a customer is not has no figure.
pub fn company_schema() -> SchemaRef {
    let number = |name: &str| Field::new(name, DataType::Float64, true);
    Arc::new(Schema::new(vec![
        Field::new("customer_id", DataType::Utf8, false),
        Field::new("shop", DataType::Boolean, false),
        Field::new("contracts", DataType::UInt32, false),
        number("p_purchase"),
        number("mrr"),
        number("shop_clv"),
        number("contract_clv"),
        number("clv"),
    ]))
}
