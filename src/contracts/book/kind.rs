//! What tables hold: purchases, contracts, or some of them the one and some the other. The one place that decides it, for the
//! command line and for Python.

use super::layout::Role;
use super::layout_of;
use super::visits::are_visits;
use crate::base::{Error, Result, Warning};
use crate::contracts::ContractMember;
use crate::history::{self, Input, LogOptions};

/// What tables hold, and so how they are read.
#[derive(Debug, Clone)]
pub enum TableKind {
    /// Purchases.
    Purchases,
    /// Contracts of one period, or a retention table. A fit takes them alone:
    /// [`ContractModel`](crate::contracts::ContractModel); a forecast as a book.
    Alone,
    /// A book of contracts: [`BookModel`](crate::contracts::BookModel).
    Book,
    /// Some tables are of purchases, the others of contracts.
    Both(BothKinds),
}

/// The tables of a company with both kinds of customers.
#[derive(Debug, Clone)]
pub struct BothKinds {
    /// Those of purchases.
    pub shop: Vec<Input>,
    /// Those of contracts.
    pub contracts: Vec<Input>,
}

/// What do these tables hold? As a model that is named says, else as their columns do: a look at these only. A model of contracts
/// that is named is fitted alone to a table with nothing but customers and dates, and to a book where there are plans, prices,
/// periods or states.
pub fn table_kind(model: Option<&str>, inputs: &[Input], log: &LogOptions) -> TableKind {
    let Some(name) = model else { return by_columns(inputs, log) };
    if ContractMember::named(name).is_none() {
        return TableKind::Purchases;
    }
    let tables = history::read::recognise::columns_of(inputs, log).unwrap_or_default();
    let more = [Role::Plan, Role::Price, Role::Interval, Role::Status, Role::Tenure];
    let is_book = |names: &Vec<String>| {
        layout_of(names, log).is_some_and(|layout| more.iter().any(|role| layout.column(*role).is_some()))
    };
    if !tables.is_empty() && tables.iter().all(is_book) { TableKind::Book } else { TableKind::Alone }
}

fn by_columns(inputs: &[Input], log: &LogOptions) -> TableKind {
    if recognise(inputs, log).is_some() {
        return TableKind::Book;
    }
    if inputs.len() < 2 {
        return TableKind::Purchases;
    }
    let is_contracts = |input: &&Input| recognise(std::slice::from_ref(*input), log).is_some();
    let (contracts, shop): (Vec<&Input>, Vec<&Input>) = inputs.iter().partition(is_contracts);
    match contracts.is_empty() {
        true => TableKind::Purchases,
        false => TableKind::Both(BothKinds {
            shop: shop.into_iter().cloned().collect(),
            contracts: contracts.into_iter().cloned().collect(),
        }),
    }
}

impl TableKind {
    /// The same for what takes one kind alone.
    ///
    /// # Errors
    /// If there are both.
    pub fn one(self) -> Result<TableKind> {
        let TableKind::Both(BothKinds { shop, contracts }) = &self else { return Ok(self) };
        let (shop, contracts) = (shop.len(), contracts.len());
        let message = format!(
            "{} of these tables hold contracts and {} purchases: clv forecast and clv report take both kinds, this takes one at a time",
            contracts, shop
        );
        Err(Error::option("LOG", message))
    }

    /// Are they contracts, and nothing else?
    pub fn is_contracts(&self) -> bool {
        matches!(self, TableKind::Alone | TableKind::Book)
    }
}

/// Are these tables of contracts? Why, if they are; a look at their columns, and at the first rows of those with a beginning and an
/// end, which may be visits.
///
/// What cannot be opened is none.
pub fn recognise(inputs: &[Input], log: &LogOptions) -> Option<String> {
    if log.date.is_some() || log.amount.is_some() || log.quantity.is_some() {
        return None;
    }
    let tables = history::read::recognise::columns_of(inputs, log).ok()?;
    let whys: Option<Vec<String>> =
        tables.iter().map(|names| layout_of(names, log).map(|it| it.why)).collect();
    let why = whys?.into_iter().next()?;
    (!are_visits(inputs, log)).then_some(why)
}

/// What is to be said where tables that look like contracts are read as purchases; `None` if they do not, or if the caller names what
/// is read as the date or the amount of a purchase.
pub fn read_as_purchases(inputs: &[Input], log: &LogOptions) -> Option<Warning> {
    let why = recognise(inputs, log)?;
    let message = format!(
        "this looks like contracts ({why}), and its rows are read as purchases, which forget renewals and departures: clv check shows \
         what it holds, clv forecast forecasts it as contracts; --date and --amount say that it is purchases"
    );
    Some(Warning::new("contracts-as-purchases", message))
}
