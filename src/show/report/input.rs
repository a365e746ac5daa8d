//! What was read: the cleaning account, what was assumed, what looks wrong.

use serde_json::{Value, json};

use crate::base::numbers::{count, grouped, things};
use crate::fitted::{ClvModel, FitRequest, average};
use crate::history::{Fate, SummaryMeta, UnitSource};
use crate::show::report::{Block, Report, Table};

/// Describes what became of the input.
pub fn input(meta: &SummaryMeta) -> Report {
    input_and(meta, &[])
}

/// The same with more that was assumed.
pub fn input_and(meta: &SummaryMeta, more: &[String]) -> Report {
    let mut report = Report::default();
    let account = &meta.account;
    report.remarks.push(Block::Heading(format!("{} read", things(account.rows_read, "row"))));
    let mut table = Table::new(&[">", "", ">"]);
    for entry in &account.entries {
        let amount = match (entry.amount, account.unread_amount) {
            (Some(amount), _) => format!("amount {}", grouped(amount, 2)),
            (None, Some(size)) if entry.fate == Fate::UnusableAmount => {
                format!("looks like {}", grouped(size, 2))
            }
            _ => String::new(),
        };
        table.row([count(entry.rows), entry.fate.words().to_owned(), amount]);
    }
    report.remarks.push(Block::Table(table));
    for note in &account.notes {
        report.remarks.push(Block::Line(format!("of which {} {}", count(note.rows), note.words)));
    }
    let assumptions: Vec<String> = assumptions(meta).into_iter().chain(more.iter().cloned()).collect();
    if !assumptions.is_empty() {
        report.remarks.push(Block::Heading("assumed".to_owned()));
        report.remarks.extend(assumptions.iter().cloned().map(Block::Line));
    }
    report.warnings = meta.warnings.iter().map(|warning| warning.message.clone()).collect();
    let entries = account.entries.iter().map(|entry| {
        json!({ "fate": entry.fate.code(), "words": entry.fate.words(), "rows": entry.rows, "amount": entry.amount })
    });
    let notes = account.notes.iter().map(|n| json!({ "code": n.code, "words": n.words, "rows": n.rows }));
    let notes = notes.collect::<Value>();
    let account = json!({
        "rows_read": account.rows_read,
        "entries": entries.collect::<Value>(),
        "notes": notes,
        "unread_amount": account.unread_amount,
    });
    report.json.insert("account".into(), account);
    report.json.insert("assumptions".into(), assumptions.into());
    let warnings = meta.warnings.iter().map(|w| json!({ "code": w.code, "message": w.message }));
    report.json.insert("warnings".into(), warnings.collect());
    report
}

fn assumptions(meta: &SummaryMeta) -> Vec<String> {
    let mut all = meta.assumptions.clone();
    if let (true, Some(until)) = (meta.observed_until_assumed, meta.observed_until) {
        all.push(format!("observation ended {until}, the last date of the log (--observed-until)"));
    }
    if meta.unit_source == UnitSource::Default && !meta.is_of_log() {
        all.push(format!("recency and T are in {}s (--unit)", meta.unit));
    }
    if !meta.has_money {
        all.push("there are no amounts: spend and value are left out".to_owned());
    }
    all
}

/// Which model forecasts, where none was named.
pub fn chosen_model(request: &FitRequest) -> String {
    if average::is_average(&request.model) {
        return "no model was named: the average of several, weighed by their past forecasts (--model best)"
            .to_owned();
    }
    // Of groups the request does not know.
    let option = request.of_single_models().unwrap_or("--by");
    format!(
        "no model was named: {}, since the average of several (--model best) has no {option} (--model)",
        request.model
    )
}

/// Describes a summary that was written.
pub fn summary(meta: &SummaryMeta, customers: u64) -> Report {
    let mut report = Report::default();
    let mut words = format!("{}; recency and T in {}s", things(customers, "customer"), meta.unit);
    if let (Some(from), Some(until)) = (meta.first_purchase, meta.observed_until) {
        words += &format!(", observed {from} to {until}");
    }
    report.results.push(Block::Line(words));
    report.json.insert(
        "summary".into(),
        json!({
            "customers": customers,
            "unit": meta.unit.name(),
            "grain": meta.grain.map(|grain| grain.name()),
            "first_purchase": meta.first_purchase.map(|date| date.to_string()),
            "observed_until": meta.observed_until.map(|date| date.to_string()),
        }),
    );
    report
}

/// Says where the customers to score were made otherwise than those the model was fitted to.
pub fn scored_with(model: &ClvModel, meta: &SummaryMeta) -> Report {
    let mut report = Report::default();
    if let (Some(fitted), Some(scored)) = (model.grain, meta.grain)
        && fitted != scored
    {
        let message = format!(
            "the model was fitted to purchases per {fitted}, these are purchases per {scored}: what counts as \
                 one purchase differs, and forecasts with it. Use --grain {fitted}, or fit again"
        );
        report.json.insert("warnings".into(), json!([{ "code": "other-grain", "message": message }]));
        report.warnings.push(message);
    }
    report
}
