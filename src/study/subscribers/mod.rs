//! Economics of customers under contract: what a new subscriber costs and brings, by plan, channel or another attribute, when it
//! has paid for itself, what those there are are worth, and how much of that is at risk.
//!
//! ```text
//! CAC               = cost / new customers                        of months for which there are costs
//! payments          : a period is paid when it begins: at ages 0, l, 2l, ... of periods of l months, while the contract lasts
//! LTV               = margin · Σ (k l < H) price · S(k) · e^(-delta k l)        of a new subscriber; H the horizon
//! C(m)              = margin · Σ (k l <= m) price · S(k)          age m months
//! payback           = the first m with C(m) >= CAC; discounted: with the discounted sum
//! most one may pay  = LTV / wanted ratio;  C(wanted payback)
//! at risk           = MRR of today's contracts less what is expected of it at the horizon
//! ```
//!
//! The plans that a group's new contracts begin with are those that they have begun with so far; changes of plan, and customers who
//! come back, are not in LTV. Where groups are not plans, each plan has parameters by group, drawn to those of the plan as far as
//! little is seen of it ([`fit_groups`](crate::fit::fit_groups)). Intervals are of the expectation: how far the parameters are uncertain. The value of today's
//! contracts is that of `clv score`. All are the mean over groups, weighted by new contracts, figure by figure and draw by draw.

mod cells;
mod group;
mod overview;
mod rows;
mod triangle;

use std::collections::BTreeMap;

use jiff::civil::Date;
use rustc_hash::FxHashMap;

use cells::Cells;
pub use group::{NewSubscriber, SubscriberGroup};
use group::{Terms, against, weighted};
pub use overview::{SubscriberOptions, SubscriberOverview, overview};
pub use triangle::{TriangleCell, triangle};

use super::economics::{Costs, EconomicsOptions, Row, month_name};
use super::pivot::{Cell, pivot};
use crate::base::{Error, Progress, Result, Unit};
use crate::contracts::book::End;
use crate::contracts::{Book, BookForecast, BookForecastOptions, BookModel, Term, forecast_with};

/// Economics of a book of contracts.
#[derive(Debug, Clone)]
pub struct SubscriberEconomics {
    /// What was asked.
    pub options: EconomicsOptions,
    /// The forecast of the book.
    pub forecast: BookForecast,
    /// All together.
    pub all: SubscriberGroup,
    /// Group by group, those with the most new customers first; empty if nothing groups them.
    pub groups: Vec<SubscriberGroup>,
    /// Month by month and group by group, who was won at what cost.
    pub won: Vec<WonMonth>,
    /// What does not fit together, or is left out.
    pub notes: Vec<String>,
}

/// Customers who were won in a month.
#[derive(Debug, Clone, PartialEq)]
pub struct WonMonth {
    /// Their group; empty if nothing groups them.
    pub group: String,
    /// Since 1970-01.
    pub month: i32,
    /// How many.
    pub customers: u64,
    /// What was paid for them, if it is known.
    pub cost: Option<f64>,
}

/// What groups are.
enum By {
    All,
    Plan,
    Attribute(usize),
}

/// What tells the groups of a book apart when its contracts are opened: attributes to read for `--by`.
pub fn asks(by: &[String]) -> Vec<String> {
    by.iter().filter(|name| !is_plan(name)).cloned().collect()
}

fn is_plan(name: &str) -> bool {
    name.eq_ignore_ascii_case("plan")
}

/// Works everything out.
///
/// # Errors
/// If the options contradict each other or the book, or the caller wants it to stop.
pub fn economics(
    model: &BookModel,
    book: &Book,
    costs: Option<&Costs>,
    options: &EconomicsOptions,
    progress: &dyn Progress,
) -> Result<SubscriberEconomics> {
    options.of_contracts()?;
    if !book.has_money {
        let message = "these contracts have no prices, and economics are about money: name a column price, amount or mrr";
        return Err(Error::option("LOG", message));
    }
    let default = BookForecastOptions::default();
    let wanted = BookForecastOptions {
        value: options.value,
        probability: options.interval.unwrap_or(default.probability),
        seed: options.seed,
        ..default
    };
    let forecast = forecast_with(model, book, &wanted, progress)?;
    let by = by_of(book, options)?;
    let (names, of_contract) = groups_of(book, &by);
    let cells = Cells::new(&forecast.model, book, (&names, &of_contract), matches!(by, By::Plan), progress)?;
    let terms = Terms::new(options);
    let mut found: Vec<SubscriberGroup> =
        names.iter().enumerate().map(|(at, name)| SubscriberGroup::new(name, at, &cells, &terms)).collect();
    add_today(&mut found, book, &forecast, &of_contract);
    let won = won(book, &names, &of_contract, costs);
    let mut notes = notes(&names, costs, matches!(by, By::All));
    add_costs(&mut found, &won, book);
    let mut all = weighted(&found, &terms);
    for group in found.iter_mut().chain([&mut all]) {
        group.against = against(group, &terms);
    }
    if !matches!(by, By::All) && won.iter().any(|month| month.cost.is_none()) && costs.is_some() {
        notes.push(
            "months without a cost in the file are left out of CAC, with the customers won in them"
                .to_owned(),
        );
    }
    found.sort_by(|a, b| b.customers.cmp(&a.customers).then_with(|| a.name.cmp(&b.name)));
    let groups = if matches!(by, By::All) { Vec::new() } else { found };
    Ok(SubscriberEconomics { options: options.clone(), forecast, all, groups, won, notes })
}

fn by_of(book: &Book, options: &EconomicsOptions) -> Result<By> {
    let Some(name) = options.by.first() else { return Ok(By::All) };
    let same = |known: &String| known.eq_ignore_ascii_case(name);
    if let Some(at) = book.attribute_names.iter().position(same) {
        return Ok(By::Attribute(at));
    }
    if is_plan(name) {
        return Ok(By::Plan);
    }
    let known = [&["plan".to_owned()][..], &book.attribute_names].concat().join(", ");
    Err(Error::option(
        "--by",
        format!("there is no attribute '{name}' of these contracts; there are {known}"),
    ))
}

/// What is said of who has no value of the attribute.
const UNSAID: &str = "not said";

/// The names of groups, and the group of each contract: that of its first term.
fn groups_of(book: &Book, by: &By) -> (Vec<String>, Vec<usize>) {
    let name = |term: &Term| -> String {
        match by {
            By::All => String::new(),
            By::Plan => book.plans[term.plan as usize].shown(),
            By::Attribute(at) => match book.attributes[term.attributes as usize].get(*at) {
                Some(text) if !text.is_empty() => text.clone(),
                _ => UNSAID.to_owned(),
            },
        }
    };
    // What a term says is told by its plan and its attributes.
    let mut known: FxHashMap<(u32, u32), String> = FxHashMap::default();
    let mut of: Vec<&str> = Vec::new();
    for terms in book.terms.chunk_by(|a, b| a.contract == b.contract) {
        known.entry((terms[0].plan, terms[0].attributes)).or_insert_with(|| name(&terms[0]));
    }
    for terms in book.terms.chunk_by(|a, b| a.contract == b.contract) {
        of.push(&known[&(terms[0].plan, terms[0].attributes)]);
    }
    let mut names: Vec<String> = known.values().cloned().collect();
    names.sort();
    names.dedup();
    let place = |name: &&str| names.iter().position(|one| one == name).unwrap_or_default();
    let of = of.iter().map(place).collect();
    (names, of)
}

/// Today's contracts, what they bring and are worth.
fn add_today(found: &mut [SubscriberGroup], book: &Book, forecast: &BookForecast, of: &[usize]) {
    use arrow_array::{cast::AsArray, types::Float64Type};
    let column = |name: &str| {
        forecast.table.column_by_name(name).expect("the table has money").as_primitive::<Float64Type>()
    };
    let (value, remaining, stays) = (column("clv"), column("remaining_value"), column("p_active"));
    for (row, (term, chance)) in book.there().enumerate() {
        let of = &mut found[of[term.contract as usize]];
        let mrr = book.mrr(term);
        // A payment that is late is neither made nor missed: such a contract is not paid, and all that it paid is at risk but for the
        // chance that it is there at the horizon.
        if matches!(term.end, End::Due(_)) {
            of.due += 1;
            of.due_expected += chance;
            of.due_mrr += mrr;
        } else {
            of.contracts += 1;
            of.mrr += mrr;
        }
        of.at_risk += mrr * (1.0 - stays.value(row));
        of.equity += value.value(row);
        of.remaining += remaining.value(row);
    }
}

fn month_of(date: Date) -> i32 {
    12 * (i32::from(date.year()) - 1970) + i32::from(date.month()) - 1
}

/// Customers by the month of their first contract.
fn won(book: &Book, names: &[String], of: &[usize], costs: Option<&Costs>) -> Vec<WonMonth> {
    let mut counts: BTreeMap<(usize, i32), u64> = BTreeMap::new();
    if !book.has_calendar {
        return Vec::new();
    }
    for terms in book.terms.chunk_by(|a, b| a.customer == b.customer) {
        let first = terms.iter().min_by_key(|term| term.start).expect("a chunk has a term");
        *counts.entry((of[first.contract as usize], month_of(first.start))).or_default() += 1;
    }
    let cells = costs.map(|costs| &costs.cells);
    // A month with costs and nobody won counts, too, up to the end of observation.
    let last = month_of(book.observed_until);
    for (name, month) in cells.into_iter().flat_map(BTreeMap::keys).filter(|(_, month)| *month <= last) {
        if let Some(group) = names.iter().position(|one| one == name) {
            counts.entry((group, *month)).or_default();
        }
    }
    let cost = |group: usize, month: i32| cells?.get(&(names[group].clone(), month)).copied();
    let month = |((group, month), customers): ((usize, i32), u64)| WonMonth {
        group: names[group].clone(),
        month,
        customers,
        cost: cost(group, month),
    };
    counts.into_iter().map(month).collect()
}

fn add_costs(found: &mut [SubscriberGroup], won: &[WonMonth], book: &Book) {
    for month in won {
        let Some(group) = found.iter_mut().find(|group| group.name == month.group) else { continue };
        group.customers += month.customers;
        if let Some(cost) = month.cost {
            *group.cost.get_or_insert(0.0) += cost;
            group.costed += month.customers;
        }
    }
    if !book.has_calendar {
        // Without dates every contract is of a customer of its own.
        found.iter_mut().for_each(|group| group.customers = group.new.contracts as u64);
    }
}

fn notes(names: &[String], costs: Option<&Costs>, all: bool) -> Vec<String> {
    let mut notes = Vec::new();
    let Some(costs) = costs else { return notes };
    let unknown = costs.cells.keys().filter(|(name, _)| !all && !names.contains(name));
    let mut unknown: Vec<&str> = unknown.map(|(name, _)| name.as_str()).collect();
    unknown.dedup();
    if !unknown.is_empty() {
        notes.push(format!("costs of {} are left out: no contract is of them", unknown.join(", ")));
    }
    if costs.added_up > 0 {
        notes.push(format!("{} costs of the same month and group were added up", costs.added_up));
    }
    if !costs.sums.is_empty() {
        notes.push(format!("{} in the file of costs are sums of others: left out", costs.sums.join(", ")));
    }
    notes
}

impl SubscriberEconomics {
    /// All figures as a table: topic, group, period, metric, value, lower, upper.
    pub fn table(&self) -> arrow_array::RecordBatch {
        super::economics::table_of(&self.rows())
    }

    /// A row a group, and one of `all`: what new subscribers are worth and may cost, what was paid for them, and what those there
    /// are bring.
    pub fn channels(&self) -> arrow_array::RecordBatch {
        let rows = self.rows();
        let topics = ["base", "new customer", "acquisition", "equity"];
        let own = rows.iter().filter(|row| topics.contains(&row.topic.as_str()) && row.period.is_empty());
        pivot(&["group"], own.map(cell))
    }

    /// The settings in words.
    pub fn settings(&self) -> Vec<String> {
        let value = &self.options.value;
        let margin = match value.margin {
            1.0 => "margin 1: values are revenue, not margin (--margin)".to_owned(),
            margin => format!("margin {margin}"),
        };
        vec![format!("horizon {}", value.horizon), format!("discount {}", value.discount), margin]
    }

    /// A month as people write it.
    pub fn month_name(month: i32) -> String {
        month_name(month)
    }
}

/// A figure of a group.
fn cell(row: &Row) -> Cell<'_> {
    let metric = match (row.topic.as_str(), row.metric.as_str()) {
        ("equity", "value") => "equity",
        (_, metric) => metric,
    };
    let group = if row.group.is_empty() { "all" } else { &row.group };
    Cell { keys: vec![group], metric, value: row.value, lower: row.lower, upper: row.upper }
}

/// Length of a unit of time in months.
fn in_months(horizon: crate::base::Horizon) -> f64 {
    horizon.in_units(Unit::Month)
}
