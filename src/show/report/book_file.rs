//! Models of a book of contracts as a fit or a model file has them.

use serde_json::json;

use super::book::book_model;
use crate::base::numbers::{count, grouped, significant, things};
use crate::contracts::BookModel;
use crate::show::report::{Block, Report, Table};

/// Plans that are shown; `--json` has all.
const SHOWN: usize = 24;

/// Plan by plan: what was seen, and how a new contract renews.
pub fn book_plans(model: &BookModel) -> Report {
    let mut report = Report::default();
    let priced = model.plans.iter().any(|plan| plan.price.is_some());
    let mut heads =
        vec!["plan", ">contracts", ">due", ">left", ">renew first", ">after a year", "parameters"];
    if priced {
        heads.insert(1, ">price");
    }
    let mut table = Table::new(&heads);
    let percent = |share: f64| format!("{:.1} %", 100.0 * share);
    let mut all: Vec<usize> = (0..model.plans.len()).collect();
    all.sort_by_key(|at| std::cmp::Reverse(model.plans[*at].seen.contracts as u64));
    for at in all.iter().take(SHOWN) {
        let plan = &model.plans[*at];
        let contract = model.contract(*at, &plan.params);
        let year = (12.0 / plan.plan.cycle.months()).round().max(1.0) as u32;
        let params: Vec<String> = plan.params.iter().map(|value| significant(*value, 4)).collect();
        let mut row = vec![
            plan.plan.shown(),
            count(plan.seen.contracts as u64),
            count(plan.seen.due as u64),
            count(plan.seen.left as u64),
            percent(contract.retention(1)),
            percent(contract.survival(year)),
            params.join(", "),
        ];
        if priced {
            row.insert(1, plan.price.map_or(String::new(), |price| grouped(price, 2)));
        }
        table.row(row);
    }
    report.results.push(Block::Heading("by plan: renewals of a new contract".to_owned()));
    report.results.push(Block::Table(table));
    if all.len() > SHOWN {
        report.results.push(Block::Line(format!("and {} more plans (--json)", all.len() - SHOWN)));
    }
    report
}

/// What a model file of contracts holds.
pub fn book_file(model: &BookModel) -> Report {
    let mut report = book_model(model);
    report.extend(book_plans(model));
    let trained = &model.trained_on;
    report.results.push(Block::Line(format!(
        "fitted to {} of {}, observed until {}; a customer who comes back within {} has not left",
        things(trained.contracts, "contract"),
        things(trained.customers, "customer"),
        model.observed_until,
        model.reading.reactivation_within
    )));
    if let Some(about) = report.json.get_mut("model").and_then(|about| about.as_object_mut()) {
        about.insert("name".into(), "contracts".into());
        about.insert("observed_until".into(), model.observed_until.to_string().into());
        about.insert("currency".into(), model.currency.clone().into());
        about.insert(
            "trained_on".into(),
            json!({ "customers": trained.customers, "contracts": trained.contracts, "rows": trained.rows }),
        );
    }
    report
}
