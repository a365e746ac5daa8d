//! What a command tells people, as data first: headings, tables and sentences, and the same figures
//! as JSON. One renderer for the terminal ([`text`]), one for a [`page`] to look at ([`html`]); no command
//! formats a number of its own.

mod backtest;
mod choice;
mod contracts;
mod diagnostics;
mod economics;
mod forecast;
pub mod html;
mod input;
mod model;
pub mod notebook;
pub mod page;
mod posterior;
pub mod text;

use serde_json::{Map, Value};

pub use backtest::backtest;
pub use choice::comparison;
pub use contracts::{contract_forecast, contract_model, contracts, survival};
pub use diagnostics::diagnostics;
pub use economics::{aggregates, economics};
pub use forecast::{forecast, rows};
pub use input::{input, scored_with, summary};
pub use model::{fit_json, model};
pub use page::page;

use crate::model_file::AnyModel;

/// Describes a model of whatever kind.
pub fn any_model(any: &AnyModel) -> Report {
    match any {
        AnyModel::Purchases(purchases) => model(purchases),
        AnyModel::Contracts(contracts) => contract_model(contracts),
    }
}

/// A part of a report.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// A line that names what follows.
    Heading(String),
    /// A table.
    Table(Table),
    /// A sentence that stands by itself.
    Line(String),
}

/// A table of text cells.
#[derive(Debug, Clone, PartialEq, Default)]
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
#[derive(Debug, Clone, Default)]
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

/// A p-value with its sign: `= 0.012`, or `below 1e-15`, where no approximation holds any more.
pub(crate) fn p_value(p: f64) -> String {
    if p < 1e-15 { "below 1e-15".to_owned() } else { format!("= {}", significant(p, 2)) }
}

/// `value` with `digits` significant digits, without superfluous zeros, as people write numbers.
pub fn significant(value: f64, digits: usize) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    if !value.is_finite() {
        return format!("{value}");
    }
    let exponent = value.abs().log10().floor() as i32;
    if !(-5..15).contains(&exponent) {
        return format!("{value:.*e}", digits - 1);
    }
    let decimals = (digits as i32 - 1 - exponent).max(0) as usize;
    let text = format!("{value:.decimals$}");
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
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

/// A number with thousands separators and fixed decimals.
pub fn grouped(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut out = String::new();
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    let sign = if value < 0.0 && text.chars().any(|c| ('1'..='9').contains(&c)) { "-" } else { "" };
    format!("{sign}{out}{rest}")
}

/// A difference with its sign and fixed decimals; what is rounded to nothing has no minus.
pub fn signed(value: f64, decimals: usize) -> String {
    let text = format!("{value:+.decimals$}");
    match text.strip_prefix('-') {
        Some(digits) if !digits.contains(|c: char| c != '0' && c != '.') => digits.to_owned(),
        _ => text,
    }
}

/// A count with thousands separators.
pub fn count(n: u64) -> String {
    grouped(n as f64, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_people_write_them() {
        assert_eq!(significant(0.242594512, 6), "0.242595");
        assert_eq!(significant(4.4136019, 6), "4.4136");
        assert_eq!(significant(1234567.0, 6), "1234567");
        assert_eq!(significant(3e-8, 3), "3.00e-8");
        assert_eq!(significant(0.0, 3), "0");
        assert_eq!(significant(-0.0, 3), "0");
        assert_eq!(grouped(-0.0, 1), "0.0");
        assert_eq!([-0.04, 0.04, -0.06, f64::NAN].map(|x| signed(x, 1)), ["0.0", "+0.0", "-0.1", "NaN"]);
        assert_eq!(grouped(1234567.891, 2), "1,234,567.89");
        assert_eq!(grouped(-999.999, 2), "-1,000.00");
        assert_eq!(count(541909), "541,909");
    }
}
