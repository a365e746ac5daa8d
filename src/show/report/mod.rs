//! What a command tells people, as data first: headings, tables and sentences, and the same figures
//! as JSON. One renderer for the terminal ([`text`]), one for a [`page`](mod@page) to look at ([`html`]); no command
//! formats a number of its own.

mod actions;
mod average;
mod backtest;
mod book;
mod book_covariates;
mod book_file;
mod check;
mod choice;
mod company;
mod contracts;
mod diagnostics;
mod economics;
mod forecast;
pub mod html;
mod input;
pub mod markdown;
mod model;
mod monitor;
pub mod notebook;
pub mod page;
mod posterior;
mod rates;
mod state;
mod subscribers;
pub mod text;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use actions::{actions, measured, uploaded};
pub use backtest::backtest;
pub use book::{book, book_forecast, book_model, book_overview, contract_test};
pub use book_file::{book_file, book_plans};
pub use check::check;
pub use choice::comparison;
pub use company::{company, together};
pub use contracts::{contract_forecast, contract_model, contracts, survival};
pub use diagnostics::diagnostics;
pub use economics::{aggregates, economics};
pub use forecast::{forecast, rows};
pub use input::{chosen_model, input, input_and, scored_with, summary};
pub use model::{fit_json, model};
pub use monitor::monitor;
pub use page::page;
pub use state::added;
pub use subscribers::subscribers;

use crate::fitted::file::AnyModel;

/// Describes a model of whatever kind.
pub fn any_model(any: &AnyModel) -> Report {
    match any {
        AnyModel::Purchases(purchases) => model(purchases),
        AnyModel::Contracts(contracts) => contract_model(contracts),
        AnyModel::Book(book) => book_file(book),
    }
}

/// A part of a report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Block {
    /// A line that names what follows.
    Heading(String),
    /// A table.
    Table(Table),
    /// A sentence that stands by itself.
    Line(String),
}

/// A table of text cells.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Table {
    /// Column heads and whether the column holds numbers (set flush right).
    pub columns: Vec<(String, bool)>,
    /// The cells, row by row.
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these columns; a `>` in front of a head marks a column of numbers.
    pub fn new(columns: &[&str]) -> Self {
        let column = |head: &&str| match head.strip_prefix('>') {
            Some(head) => (head.to_owned(), true),
            None => ((*head).to_owned(), false),
        };
        Table { columns: columns.iter().map(column).collect(), rows: Vec::new() }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }
}

/// What a command found, for people and for programs.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Report {
    /// For people: results.
    pub results: Vec<Block>,
    /// For people: what was assumed, what was left out.
    pub remarks: Vec<Block>,
    /// For people: what looks wrong, with advice.
    pub warnings: Vec<String>,
    /// For programs: the same.
    pub json: Map<String, Value>,
}

impl Report {
    /// Adds another report behind this one.
    pub fn extend(&mut self, other: Report) {
        self.results.extend(other.results);
        self.remarks.extend(other.remarks);
        for (key, value) in other.json {
            match (self.json.get_mut(&key), value) {
                (Some(Value::Array(old)), Value::Array(new)) => old.extend(new),
                (_, value) => {
                    self.json.insert(key, value);
                }
            }
        }
        self.warnings.extend(other.warnings);
    }
}

/// Figures as JSON, with 0 for -0, which nobody means.
pub fn plain(figures: &impl serde::Serialize) -> Value {
    fn mend(value: &mut Value) {
        match value {
            Value::Number(number) if number.as_f64().is_some_and(|n| n == 0.0 && n.is_sign_negative()) => {
                *value = Value::from(0.0);
            }
            Value::Array(all) => all.iter_mut().for_each(mend),
            Value::Object(all) => all.values_mut().for_each(mend),
            _ => {}
        }
    }
    let mut value = serde_json::to_value(figures).expect("figures are finite numbers and text");
    mend(&mut value);
    value
}
