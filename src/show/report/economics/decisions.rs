//! What is said of decisions: what moves the value, scenarios, budgets.

use super::{money, optional, percent};
use crate::base::numbers::{signed, significant};
use crate::show::report::{Block, Report, Table};
use crate::study::economics::{Economics, Outcome, budget::Optimum};

pub(super) fn sensitivity(found: &Economics, report: &mut Report) {
    let mut table = Table::new(&["", ">elasticity", ">10 % less", ">10 % more", ">of LTV less CAC"]);
    for driver in &found.sensitivity {
        table.row([
            driver.driver.name().to_owned(),
            significant(driver.equity_elasticity, 3),
            money(driver.equity.0),
            money(driver.equity.1),
            optional(driver.net_elasticity, |elasticity| significant(elasticity, 3)),
        ]);
    }
    report.results.push(Block::Heading(format!(
        "what moves the value of the base, {} (elasticity: % of value for 1 % of the driver; retention is yearly)",
        money(found.equity.value.value)
    )));
    report.results.push(Block::Table(table));
    if found.sensitivity.iter().any(|driver| driver.capped) {
        let words = "with a tenth more retention hardly anyone would leave in some months: what cannot rise above \
                     100 % was left there, so 10 % more moves less than 10 % less";
        report.results.push(Block::Line(words.to_owned()));
    }
    for outcome in &found.scenarios {
        report.results.push(Block::Line(scenario(outcome)));
    }
}

fn scenario(outcome: &Outcome) -> String {
    let change = |after: f64, before: f64| format!("{} %", signed(100.0 * (after / before - 1.0), 2));
    let ratio =
        outcome.cac.map_or(String::new(), |cac| format!(", LTV:CAC {}", significant(outcome.ltv / cac, 3)));
    let capped = if outcome.capped { "; retention of some months is capped at 100 %" } else { "" };
    format!(
        "{}: base {} ({}), LTV {} ({}){ratio}{capped}",
        outcome.scenario,
        money(outcome.equity),
        change(outcome.equity, outcome.equity_before),
        money(outcome.ltv),
        change(outcome.ltv, outcome.ltv_before),
    )
}

pub(super) fn budget(found: &Economics, report: &mut Report) {
    let budget = &found.budget;
    let optima = [
        ("acquisition, a prospect", &budget.acquisition),
        ("retention, a customer and year", &budget.retention),
    ];
    if optima.iter().any(|(_, optimum)| optimum.is_some()) {
        let heads = ["", ">today", ">reaches", ">leaves", ">best", ">reaches", ">leaves", ">ceiling"];
        let mut table = Table::new(&heads);
        for (name, optimum) in optima {
            table.rows.extend(optimum.as_ref().map(|optimum| of_optimum(name, optimum)));
        }
        report.results.push(Block::Heading(
            "what to spend, after Blattberg & Deighton (1996): responses are the judgement that was given, value is the \
             model's"
                .to_owned(),
        ));
        report.results.push(Block::Table(table));
    }
    allocation(found, report);
    if !budget.offers.is_empty() {
        let mut table = Table::new(&["", ">value if kept", ">uplift needed"]);
        for (state, offer) in &budget.offers {
            let needed =
                if offer.uplift_needed > 1.0 { "does not pay".into() } else { percent(offer.uplift_needed) };
            table.row([state.name().to_owned(), money(offer.value_if_kept), needed]);
        }
        let cost = found.options.retention_cost.map_or(String::new(), money);
        report.results.push(Block::Heading(format!(
            "an offer of {cost} to keep a customer pays if it raises the probability to stay by more than this"
        )));
        report.results.push(Block::Table(table));
    }
}

fn of_optimum(name: &str, optimum: &Optimum) -> Vec<String> {
    let mut cells = vec![name.to_owned()];
    for point in [&optimum.today, &optimum.best] {
        cells.extend([money(point.spend), percent(point.rate), money(point.value)]);
    }
    cells.push(percent(optimum.response.ceiling));
    cells
}

fn allocation(found: &Economics, report: &mut Report) {
    let Some(allocation) = &found.budget.allocation else { return };
    report.results.push(Block::Heading(format!(
        "{} a month, divided so that the last unit of money brings the same everywhere",
        money(allocation.budget)
    )));
    if !allocation.parts.is_empty() {
        let heads = [
            super::by(found),
            ">today",
            ">to spend",
            ">new customers",
            ">left over cost",
            ">marginal return",
        ];
        let mut table = Table::new(&heads);
        for part in &allocation.parts {
            table.row([
                part.group.clone(),
                money(part.today),
                money(part.spend),
                significant(part.new, 4),
                money(part.net),
                significant(part.marginal, 3),
            ]);
        }
        report.results.push(Block::Table(table));
    }
    for (group, reason) in &allocation.refused {
        report.results.push(Block::Line(format!("{group} has no part: {reason}")));
    }
    if allocation.unspent > 0.0 {
        report.results.push(Block::Line(format!(
            "{} are left: nowhere would they bring as much as they cost",
            money(allocation.unspent)
        )));
    }
}
