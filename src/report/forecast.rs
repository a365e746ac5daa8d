//! A forecast of all customers: the total, how it is spread, and the first of them.

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, UInt32Type};
use arrow_array::{Array, RecordBatch};
use serde_json::{Value, json};

use crate::clv_model::ClvModel;
use crate::report::{Block, Report, Table, count, grouped, significant};
use crate::totals::Totals;
use crate::value::ValueOptions;

/// Describes a forecast; `first` holds the first customers of the output.
pub fn forecast(
    model: &ClvModel,
    totals: &Totals,
    first: Option<&RecordBatch>,
    options: &ValueOptions,
) -> Report {
    let mut report = Report::default();
    let words = options.in_words(model.unit);
    report.results.push(Block::Heading(format!("forecast ({})", words.join("; "))));
    report.results.push(Block::Table(figures(totals)));
    if totals.purchases.is_none() && totals.customers > 0 {
        report.results.push(Block::Line(format!(
            "expected_purchases is empty: without end they are infinite under this {} model; their discounted \
             value is not",
            model.purchase.name
        )));
    }
    if let Some(first) = first {
        report.results.push(Block::Heading("the first customers of the output".to_owned()));
        report.results.push(Block::Table(head(first)));
    }
    report.json.insert(
        "forecast".into(),
        json!({
            "settings": words,
            "horizon": options.horizon.to_string(),
            "discount": options.discount.to_string(),
            "discount_per_unit_continuous": options.discount.continuous(model.unit),
            "discounting": options.timing.to_string(),
            "margin": options.margin,
            "customers": totals.customers,
            "customers_without_repeat": totals.one_time,
            "expected_alive": totals.alive,
            "expected_purchases": totals.purchases,
            "clv": totals.value,
            "value_share": {
                "top_1_percent": totals.value_share(0.01),
                "top_10_percent": totals.value_share(0.1),
                "top_20_percent": totals.value_share(0.2),
            },
        }),
    );
    if options.discount.is_suspicious() {
        let message = format!(
            "the discount {} is {} % a year: money a year away is worth less than half. Is that meant?",
            options.discount,
            grouped(100.0 * options.discount.effective(crate::units::Unit::Year), 0)
        );
        report.json.insert(
            "warnings".into(),
            Value::from(vec![json!({
                "code": "high-discount", "message": message,
            })]),
        );
        report.warnings.push(message);
    }
    report
}

fn figures(totals: &Totals) -> Table {
    let mut table = Table::new(&["", ">", ""]);
    let mut row = |what: &str, figure: String, note: String| table.row([what.to_owned(), figure, note]);
    let share = |part: f64| format!("{:.1} %", 100.0 * part / totals.customers.max(1) as f64);
    row("customers", count(totals.customers), format!("{} bought once", count(totals.one_time)));
    row("still customers", grouped(totals.alive, 0), format!("{}, expected", share(totals.alive)));
    if let Some(purchases) = totals.purchases {
        row("purchases", grouped(purchases, 1), "expected within the horizon".to_owned());
    }
    if let Some(value) = totals.value {
        let mean = value / totals.customers.max(1) as f64;
        row("value (clv)", grouped(value, 2), format!("{} a customer", grouped(mean, 2)));
    }
    let held = [0.01, 0.1, 0.2].map(|top| totals.value_share(top));
    if let [Some(one), Some(ten), Some(twenty)] = held {
        let percent = |share: f64| format!("{:.1} %", 100.0 * share);
        row("held by the top 1 %", percent(one), "of customers, by value".to_owned());
        row("  top 10 %", percent(ten), String::new());
        row("  top 20 %", percent(twenty), String::new());
    }
    table
}

fn head(first: &RecordBatch) -> Table {
    let schema = first.schema();
    let names: Vec<String> = schema
        .fields()
        .iter()
        .enumerate()
        .map(|(i, field)| match i {
            0 => field.name().clone(),
            _ => format!(">{}", field.name()),
        })
        .collect();
    let mut table = Table::new(&names.iter().map(String::as_str).collect::<Vec<_>>());
    for row in 0..first.num_rows() {
        table.row(first.columns().iter().map(|column| cell(column.as_ref(), row)));
    }
    table
}

fn cell(column: &dyn Array, row: usize) -> String {
    if column.is_null(row) {
        return "-".to_owned();
    }
    if let Some(text) = column.as_string_opt::<i32>() {
        return text.value(row).chars().take(24).collect();
    }
    if let Some(numbers) = column.as_primitive_opt::<Float64Type>() {
        return significant(numbers.value(row), 5);
    }
    column.as_primitive_opt::<UInt32Type>().map_or(String::new(), |numbers| numbers.value(row).to_string())
}
