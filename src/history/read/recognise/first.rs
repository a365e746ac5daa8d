//! What the first file shows holds for all that have its columns.

use super::Table;
use crate::history::options::LogOptions;
use crate::history::read::columns::{AmountColumns, Columns, LogColumns};
use crate::history::read::screen::Screen;

/// The first file that was read, of this log or of the state that it goes into.
#[derive(Clone, Copy)]
pub(super) struct First<'a> {
    pub names: &'a [String],
    /// Its columns, if it is a log.
    pub log: Option<&'a LogColumns>,
}

impl<'a> First<'a> {
    pub(super) fn of(table: &'a Table) -> Self {
        let log = match &table.columns {
            Columns::Log(log) => Some(log),
            _ => None,
        };
        First { names: &table.names, log }
    }
}

/// The same options, with the columns of the first file where this one has them, too.
pub(super) fn as_first(first: First, names: &[String], options: &LogOptions) -> LogOptions {
    let Some(log) = first.log else { return options.clone() };
    let mut options = options.clone();
    let here = |index: usize| Some(&first.names[index]).filter(|name| names.contains(name)).cloned();
    options.id = options.id.or_else(|| here(log.id));
    options.date = options.date.or_else(|| here(log.date));
    let given = options.amount.is_some() || options.quantity.is_some() || options.price.is_some();
    match log.amount {
        AmountColumns::One(index) if !given => options.amount = here(index),
        AmountColumns::Product { quantity, price } if !given => {
            (options.quantity, options.price) = (here(quantity), here(price));
        }
        _ => {}
    }
    options
}

/// The columns that decide, as in the first file where this one has them, too.
pub(super) fn decide_as_first(first: First, names: &[String], columns: Columns) -> Columns {
    let (Some(log), Columns::Log(mut own)) = (first.log, columns.clone()) else {
        return columns;
    };
    let here = |index: usize| names.iter().position(|name| *name == first.names[index]);
    own.screens = log
        .screens
        .iter()
        .filter_map(|screen| Some(Screen { column: here(screen.column)?, by: screen.by.clone() }))
        .collect();
    // A first file in which nothing was paid back yet says nothing of the column.
    own.refund = log.refund.map_or(own.refund, here);
    own.order_id = log.order_id.and_then(here);
    (own.lines, own.blank_lines, own.mail, own.guests) = (log.lines, log.blank_lines, log.mail, log.guests);
    own.payee = log.payee.and_then(here);
    let taken = [
        own.screens.iter().map(|screen| screen.column).collect(),
        own.refund.into_iter().collect::<Vec<_>>(),
    ]
    .concat();
    own.watched =
        log.watched.iter().filter_map(|&index| here(index)).filter(|index| !taken.contains(index)).collect();
    Columns::Log(own)
}
