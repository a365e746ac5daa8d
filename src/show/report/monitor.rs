//! Whether what a model forecast at its fit came true.

use serde_json::json;

use crate::base::numbers::{count, grouped, things};
use crate::show::report::{Block, Report, Table};
use crate::study::monitor::{Judged, Monitor, Row};

/// Describes what a monitor found.
pub fn monitor(found: &Monitor, old: &str) -> Report {
    let mut report = Report::default();
    report.results.push(Block::Line(format!(
        "fitted to purchases until {}; these are until {}. {} of {} came after the fit",
        found.fitted_until,
        found.until,
        things(found.newer, "customer"),
        count(found.customers)
    )));
    let months: Vec<&Row> = found
        .rows
        .iter()
        .filter(|row| row.customers == "known customers" && row.cohort == "all" && row.figure == "purchases")
        .collect();
    if !months.is_empty() {
        report
            .results
            .push(Block::Heading("purchases since the fit, of the customers known then".to_owned()));
        report.results.push(Block::Table(table(&months, |row| row.until.to_string(), "until")));
    }
    let cohorts: Vec<&Row> = found
        .rows
        .iter()
        .filter(|row| row.figure == "purchases" && row.cohort != "all" && row.until == found.until)
        .filter(|row| row.customers != "by P(purchase)")
        .collect();
    if !cohorts.is_empty() {
        report.results.push(Block::Heading("purchases by when customers first bought".to_owned()));
        let name = |row: &Row| format!("{}, from {}", row.cohort, row.from);
        report.results.push(Block::Table(table(&cohorts, name, "cohort")));
    }
    journal(&found.judged, &mut report);
    report.results.push(Block::Heading("checks".to_owned()));
    for check in &found.checks {
        report.results.push(Block::Line(check.words()));
    }
    report.results.push(Block::Line(verdict(found)));
    report.warnings.extend(found.warnings.iter().map(|warning| warning.message.clone()));
    if found.old {
        report.warnings.push(format!(
            "the fit is older than {old}: even where nothing seems to have changed, a fit to what was learned since is surer"
        ));
    }
    json(found, &mut report);
    report
}

fn table(rows: &[&Row], name: impl Fn(&Row) -> String, head: &str) -> Table {
    let mut table = Table::new(&[head, ">customers", ">expected", ">from", ">to", ">happened"]);
    for row in rows {
        let (low, high) =
            row.interval.map_or(("".into(), "".into()), |(low, high)| (grouped(low, 0), grouped(high, 0)));
        table.row([
            name(row),
            count(row.number),
            grouped(row.expected, 0),
            low,
            high,
            grouped(row.observed, 0),
        ]);
    }
    table
}

fn journal(judged: &[Judged], report: &mut Report) {
    if judged.is_empty() {
        return;
    }
    report.results.push(Block::Heading("forecasts of the journal".to_owned()));
    let mut table = Table::new(&[
        "made",
        "until",
        "model",
        ">purchases expected",
        ">happened",
        ">buyers expected",
        ">bought",
    ]);
    for one in judged {
        let forecast = &one.forecast;
        let seen = |value: Option<f64>| value.map_or_else(|| "not yet".to_owned(), |value| grouped(value, 0));
        table.row([
            forecast.made.to_string(),
            forecast.until.to_string(),
            forecast.model.clone(),
            forecast.purchases.map_or_else(String::new, |value| grouped(value, 0)),
            seen(one.purchases),
            grouped(forecast.buyers, 0),
            seen(one.buyers),
        ]);
    }
    report.results.push(Block::Table(table));
}

fn verdict(found: &Monitor) -> String {
    if found.checks.is_empty() {
        return "nothing can be judged yet: too little has happened since the fit".to_owned();
    }
    match found.alarm() {
        true => "it is time to fit again: what happened is not what the model forecast".to_owned(),
        false => "the forecast holds: no reason to fit again".to_owned(),
    }
}

fn json(found: &Monitor, report: &mut Report) {
    let checks = found.checks.iter().map(|check| {
        json!({
            "check": check.kind.name(),
            "from": check.from.to_string(),
            "until": check.until.to_string(),
            "expected": check.expected,
            "lower": check.lower,
            "upper": check.upper,
            "observed": check.observed,
            "alarm": check.alarm,
            "words": check.words(),
        })
    });
    let judged = found.judged.iter().map(|one| {
        json!({
            "made": one.forecast.made.to_string(),
            "until": one.forecast.until.to_string(),
            "model": one.forecast.model,
            "expected_purchases": one.forecast.purchases,
            "purchases": one.purchases,
            "expected_buyers": one.forecast.buyers,
            "buyers": one.buyers,
        })
    });
    report.json.insert(
        "monitor".into(),
        json!({
            "fitted_until": found.fitted_until.to_string(),
            "observed_until": found.until.to_string(),
            "customers": found.customers,
            "new_customers": found.newer,
            "refit": found.alarm(),
            "old": found.old,
            "level": found.level,
            "checks": checks.collect::<Vec<_>>(),
            "journal": judged.collect::<Vec<_>>(),
            "verdict": verdict(found),
        }),
    );
}
