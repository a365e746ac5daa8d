//! What rows are judged by, put together before reading.

use super::columns::AmountColumns;
use super::look;
use super::recognise::{Inputs, Table};
use crate::base::{Progress, Result};
use crate::history::{
    clean::{Names, Rules},
    options::LogOptions,
};

/// What rows are judged by, with how each file is written.
pub(crate) fn rules(inputs: &Inputs, options: &LogOptions, progress: &dyn Progress) -> Result<Rules> {
    let columns = inputs.tables[0].log();
    let has_amount = columns.amount != AmountColumns::None;
    let mut rules = Rules::new(options, has_amount, inputs.tables.iter().map(names).collect());
    rules.writings = look::writings(inputs, options, &rules, progress)?;
    rules.orders = inputs.orders().is_some();
    rules.ids.fold_case |= columns.mail;
    if columns.guests {
        rules.ids.guests.insert(String::new());
    }
    Ok(rules)
}

/// What the columns of a file are called.
fn names(table: &Table) -> Names {
    let columns = table.log();
    let name = |index: usize| table.names[index].clone();
    let (amount, quantity) = match columns.amount {
        AmountColumns::None => (String::new(), None),
        AmountColumns::One(index) => (name(index), None),
        AmountColumns::Product { quantity, price } => (name(price), Some(name(quantity))),
    };
    Names {
        id: name(columns.id),
        date: name(columns.date),
        amount,
        quantity,
        currency: columns.currency.map(name),
    }
}
