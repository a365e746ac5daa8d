//! What an export holds, how it is read, and what it comes to.

use serde_json::json;

use super::input::input;
use super::{Block, Report, Table};
use crate::base::numbers::{count, grouped};
use crate::history::{Checked, Reading};

/// Describes a log that was looked at.
pub fn check(checked: &Checked) -> Report {
    let mut report = Report::default();
    match &checked.reading {
        Some(reading) => show(reading, &mut report),
        None => report.results.push(Block::Line("this is a summary: one row a customer".to_owned())),
    }
    report.results.push(Block::Heading("what it comes to".to_owned()));
    let mut table = Table::new(&[">", ""]);
    table.row([count(checked.customers), "customers".to_owned()]);
    table.row([count(checked.purchases), "purchases, at different times of a customer".to_owned()]);
    if let Some(revenue) = checked.revenue {
        table.row([grouped(revenue, 2), "revenue, after returns".to_owned()]);
    }
    report.results.push(Block::Table(table));
    let meta = &checked.summary.meta;
    if let (Some(from), Some(until)) = (meta.first_purchase, meta.observed_until) {
        report.results.push(Block::Line(format!("from {from} to {until}")));
    }
    report.json.insert(
        "comes_to".into(),
        json!({
            "customers": checked.customers,
            "purchases": checked.purchases,
            "revenue": checked.revenue,
            "from": meta.first_purchase.map(|date| date.to_string()),
            "until": meta.observed_until.map(|date| date.to_string()),
        }),
    );
    report.extend(input(meta));
    if checked.stops {
        report.warnings.insert(
            0,
            "other verbs stop at the rows that are skipped here: repair them, or say --skip-bad-rows"
                .to_owned(),
        );
    }
    report.json.insert("stops_at_bad_rows".into(), checked.stops.into());
    report
}

fn show(reading: &Reading, report: &mut Report) {
    report.results.push(Block::Heading("files".to_owned()));
    for file in &reading.files {
        report.results.push(Block::Line(format!("{}: {}", file.name, file.container)));
        report.results.extend(file.written.iter().cloned().map(Block::Line));
    }
    report.results.push(Block::Heading("reading".to_owned()));
    let mut table = Table::new(&["", "", ""]);
    for decision in &reading.decisions {
        table.row([format!("--{}", decision.option), decision.value.words(), decision.evidence.clone()]);
    }
    report.results.push(Block::Table(table));
    report.results.extend(reading.found.iter().cloned().map(Block::Line));
    report.json.insert("reading".into(), json!(reading));
}
