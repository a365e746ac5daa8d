//! A model of contracts: parameters, evidence, fitted beside actual survival, and a forecast.

use serde_json::{Value, json};

use super::model::describe;
use crate::base::{
    ValueOptions,
    numbers::{count, grouped, things},
};
use crate::contracts::{ContractData, ContractModel, ContractScores, Contracts};
use crate::show::report::{Block, Report, Table};

/// Rows of a survival table that are shown.
const SHOWN: usize = 24;

/// Describes what was read.
pub fn contracts(contracts: &Contracts) -> Report {
    let mut report = Report::default();
    let ended = contracts.table().ended();
    let kind = match &contracts.data {
        ContractData::Cohorts(cohorts) if cohorts.len() == 1 => "a retention table".to_owned(),
        ContractData::Cohorts(cohorts) => format!("a retention table of {} cohorts", cohorts.len()),
        ContractData::Customers(_) => "one row a customer".to_owned(),
    };
    let words = format!(
        "{} read, {kind}: {}, of whom {} have left",
        things(contracts.rows_read, "row"),
        things(contracts.customers(), "customer"),
        count(ended as u64)
    );
    report.remarks.push(Block::Heading(words));
    report.remarks.extend(contracts.remarks.iter().cloned().map(Block::Line));
    report.json.insert(
        "contracts".into(),
        json!({
            "rows_read": contracts.rows_read,
            "customers": contracts.customers(),
            "ended": ended,
            "period": contracts.period.map(|period| period.name()),
            "observed_until": contracts.observed_until.map(|date| date.to_string()),
            "remarks": contracts.remarks,
        }),
    );
    report
}

/// Describes a model and how it was fitted.
pub fn contract_model(model: &ContractModel) -> Report {
    let mut report = Report::default();
    let part = describe(model.name, model.specs(), &model.params, model.fit.as_ref(), model.period);
    report.results.extend(part.blocks);
    let mut json = part.json;
    json.insert("period".into(), model.period.name().into());
    if let Some(data) = &model.trained_on {
        report.results.push(Block::Line(format!(
            "fitted to {} customers, {} of them renewed ({} renewals in all); a period is a {}",
            count(data.customers),
            count(data.repeat_customers),
            count(data.repeat_purchases),
            model.period
        )));
        json.insert("trained_on".into(), json!({ "customers": data.customers, "rows": data.rows }));
    }
    report.json.insert("model".into(), Value::Object(json));
    let warnings = model.fit.iter().flat_map(|fit| &fit.warnings);
    report.warnings = warnings.clone().map(|warning| warning.message.clone()).collect();
    let json = warnings.map(|warning| json!({ "code": warning.code, "message": warning.message }));
    report.json.insert("warnings".into(), json.collect());
    report
}

/// Fitted beside actual survival.
pub fn survival(model: &ContractModel, contracts: &Contracts) -> Report {
    let mut report = Report::default();
    let mut table =
        Table::new(&[">period", ">due", ">renewed", ">retention", ">fitted", ">survival", ">fitted"]);
    let percent = |share: f64| format!("{:.1} %", 100.0 * share);
    let (mut actual, mut rows) = (1.0, Vec::new());
    for (t, (due, kept)) in (1..).zip(contracts.table().renewals()) {
        let retention = kept / due;
        actual *= retention;
        let (fitted, survival) = (model.retention(t), model.survival(t));
        if t as usize <= SHOWN {
            let cells = [retention, fitted, actual, survival].map(percent);
            table.row([t.to_string(), count(due as u64), count(kept as u64)].into_iter().chain(cells));
        }
        rows.push(json!({
            "period": t, "due": due, "renewed": kept, "retention": retention,
            "fitted_retention": fitted, "survival": actual, "fitted_survival": survival,
        }));
    }
    report.results.push(Block::Heading("who renewed, and who was expected to".to_owned()));
    report.results.push(Block::Table(table));
    if rows.len() > SHOWN {
        report.results.push(Block::Line(format!("and {} more periods (--json)", rows.len() - SHOWN)));
    }
    report.json.insert("survival".into(), rows.into());
    report
}

/// Describes a forecast.
pub fn contract_forecast(model: &ContractModel, scores: &ContractScores, options: &ValueOptions) -> Report {
    let mut report = Report::default();
    let d = model.rate(options);
    let words = format!(
        "horizon {} = {} whole periods (a {} each); discount {} = {d:.6} per {}, effective; lifetimes count \
         renewals, discounted ones from the next renewal on, which counts in full",
        options.horizon,
        model.periods(options).unwrap_or(0),
        model.period,
        options.discount,
        model.period
    );
    report.results.push(Block::Heading(format!("forecast ({words})")));
    let mut table = Table::new(&["", ">"]);
    table.row(["customers now".to_owned(), grouped(scores.active, 0)]);
    table.row(["expected at the horizon".to_owned(), grouped(scores.active_at_horizon, 1)]);
    if scores.discounted.is_finite() {
        table.row(["renewals to come, discounted".to_owned(), grouped(scores.discounted, 1)]);
    }
    let names: Vec<_> = scores.table.schema().fields().iter().map(|field| field.name().clone()).collect();
    let endless =
        names.iter().any(|name| name == "expected_lifetime") && model.renewals_to_come(0, 0.0).is_infinite();
    report.results.push(Block::Table(table));
    if endless {
        let words = "expected_lifetime is empty: without end and discounting it is infinite under this model \
                     (some customers hardly ever leave); discounted it is not";
        report.results.push(Block::Line(words.to_owned()));
    }
    report.json.insert(
        "forecast".into(),
        json!({
            "settings": words,
            "discount_per_period": d,
            "active": scores.active,
            "active_at_horizon": scores.active_at_horizon,
            "discounted_renewals": scores.discounted.is_finite().then_some(scores.discounted),
            "columns": names,
        }),
    );
    report
}
