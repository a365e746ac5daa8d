//! The table of a monitor: forecasts and what happened.

use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, RecordBatch, StringArray, UInt64Array};
use arrow_schema::{DataType, Field, Schema};
use jiff::civil::Date;

use super::past::Outcome;
use super::{Monitor, MonitorOptions};
use crate::base::Result;
use crate::output::{TableWriter, Target};

/// A forecast and what happened.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Whose: `known customers` or `new customers`, or a class of P(purchase).
    pub customers: &'static str,
    /// The cohort (a year or quarter of first purchases); `all`; or the class of P(purchase).
    pub cohort: String,
    /// What is counted: `purchases`, `buyers` or `spend`.
    pub figure: &'static str,
    /// From when to when.
    pub from: Date,
    /// See `from`.
    pub until: Date,
    /// How many customers.
    pub number: u64,
    /// What was expected, with its interval where there is one.
    pub expected: f64,
    /// See `expected`.
    pub interval: Option<(f64, f64)>,
    /// What happened.
    pub observed: f64,
}

/// The rows of all customers and of each cohort.
pub(super) fn of(outcome: &Outcome, customers: &'static str, options: &MonitorOptions) -> Vec<Row> {
    let mut rows = Vec::new();
    for (name, sums) in &outcome.forecast {
        let Some(did) = outcome.did.get(name) else { continue };
        let figures = [
            ("purchases", sums.purchases, &sums.purchases_spread, Some(did.purchases)),
            ("buyers", Some(sums.buyers), &sums.buyers_spread, Some(did.buyers)),
            ("spend", sums.clv, &sums.clv_spread, did.spent),
        ];
        for (figure, expected, spread, observed) in figures {
            let (Some(expected), Some(observed)) = (expected, observed) else { continue };
            rows.push(Row {
                customers,
                cohort: name.clone().unwrap_or_else(|| "all".to_owned()),
                figure,
                from: outcome.from,
                until: outcome.until,
                number: sums.customers,
                expected,
                interval: spread.interval(options.interval),
                observed,
            });
        }
    }
    rows
}

/// Customers in ten classes of P(purchase): how many were expected to buy, and how many did.
pub(super) fn calibration(outcome: &Outcome) -> Vec<Row> {
    let mut classes = [(0u64, 0.0, 0.0); 10];
    for &(p, bought) in &outcome.chances {
        let class = &mut classes[((p * 10.0) as usize).min(9)];
        *class = (class.0 + 1, class.1 + p, class.2 + f64::from(u8::from(bought)));
    }
    let row = |(class, &(number, expected, observed)): (usize, &(u64, f64, f64))| Row {
        customers: "by P(purchase)",
        cohort: format!("{:.1} to {:.1}", class as f64 / 10.0, (class + 1) as f64 / 10.0),
        figure: "buyers",
        from: outcome.from,
        until: outcome.until,
        number,
        expected,
        interval: None,
        observed,
    };
    classes.iter().enumerate().filter(|(_, class)| class.0 > 0).map(row).collect()
}

/// Writes the table.
///
/// # Errors
/// If it cannot be written.
pub fn write(monitor: &Monitor, target: &Target) -> Result<()> {
    let text = |name: &str| Field::new(name, DataType::Utf8, false);
    let number = |name: &str| Field::new(name, DataType::Float64, true);
    let schema = Arc::new(Schema::new(vec![
        text("customers"),
        text("cohort"),
        text("figure"),
        text("from"),
        text("until"),
        Field::new("n", DataType::UInt64, false),
        number("expected"),
        number("lower"),
        number("upper"),
        number("observed"),
    ]));
    let rows = &monitor.rows;
    let texts = |of: &dyn Fn(&Row) -> String| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(rows.iter().map(of)))
    };
    let numbers = |of: &dyn Fn(&Row) -> Option<f64>| -> ArrayRef {
        Arc::new(rows.iter().map(of).collect::<Float64Array>())
    };
    let columns = vec![
        texts(&|row| row.customers.to_owned()),
        texts(&|row| row.cohort.clone()),
        texts(&|row| row.figure.to_owned()),
        texts(&|row| row.from.to_string()),
        texts(&|row| row.until.to_string()),
        Arc::new(UInt64Array::from_iter_values(rows.iter().map(|row| row.number))),
        numbers(&|row| Some(row.expected)),
        numbers(&|row| row.interval.map(|interval| interval.0)),
        numbers(&|row| row.interval.map(|interval| interval.1)),
        numbers(&|row| Some(row.observed)),
    ];
    let batch = RecordBatch::try_new(schema.clone(), columns).expect("all columns have the rows' length");
    let mut writer = TableWriter::create(target, schema)?;
    writer.write(&batch)?;
    writer.finish()
}
