//! A book of contracts: what was read, its models, and its forecast.

use serde_json::json;

use super::{book_covariates, plain};
use crate::base::{
    ValueOptions, Warning,
    numbers::{count, grouped, p_value, significant, things},
};
use crate::contracts::{
    Book, BookForecast, BookForecastOptions, BookModel, ContractMember, CycleFit, PlanFit, Range,
    book::Departures,
};
use crate::fit::LikelihoodRatio;
use crate::show::report::{Block, Report, Table};
use crate::study::{ContractFigure, ContractTest};

/// Plans and cohorts that are shown; `--json` has all.
const SHOWN: usize = 12;
/// Months that are shown.
const MONTHS: usize = 24;

/// Describes what was read.
pub fn book(book: &Book) -> Report {
    let mut report = Report::default();
    report.remarks.push(Block::Heading(format!("{} read", things(book.account.rows, "row"))));
    let mut table = Table::new(&[">", ""]);
    for (n, words) in book.account.lines() {
        table.row([count(n), words.to_owned()]);
    }
    report.remarks.push(Block::Table(table));
    report.remarks.push(Block::Heading("assumed".to_owned()));
    report.remarks.extend(book.assumptions.iter().cloned().map(Block::Line));
    warn(&book.warnings, &mut report);
    report.json.insert("kind".into(), "contracts".into());
    report.json.insert("account".into(), plain(&book.account));
    report.json.insert("assumptions".into(), book.assumptions.clone().into());
    report.json.insert("observed_until".into(), book.observed_until.to_string().into());
    report.json.insert("currency".into(), book.currency.clone().into());
    report
}

fn warn(warnings: &[Warning], report: &mut Report) {
    report.warnings = warnings.iter().map(|warning| warning.message.clone()).collect();
    let json = warnings.iter().map(|warning| json!({ "code": warning.code, "message": warning.message }));
    report.json.insert("warnings".into(), json.collect());
}

/// What a book comes to, without a model: for `clv check`.
pub fn book_overview(book: &Book) -> Report {
    let mut report = Report::default();
    report.results.push(Block::Line(format!("this is a table of contracts: {}", book.why)));
    report.results.push(Block::Heading("what it comes to".to_owned()));
    let mut table = Table::new(&[">", ""]);
    let (active, mrr) = book.on(book.observed_until);
    table.row([count(book.account.contracts), "contracts".to_owned()]);
    table.row([count(active), format!("of them paid on {}", book.observed_until)]);
    table.row([count(book.active_customers()), "customers with a paid contract".to_owned()]);
    if book.has_money {
        table.row([grouped(mrr, 2), format!("monthly recurring revenue{}", currency(book))]);
    }
    let departures = book.departures();
    for (name, n, words) in departures.iter().flat_map(departed) {
        table.row([count(n), format!("{} {words}", name.trim())]);
    }
    report.results.push(Block::Table(table));
    let mut plans = Table::new(&["plan", ">contracts", ">paid now"]);
    for (place, plan) in book.plans.iter().enumerate().take(SHOWN) {
        let of = |term: &&crate::contracts::Term| term.plan as usize == place;
        let all = book.terms.iter().filter(of).count() as u64;
        plans.row([plan.shown(), count(all), count(book.active().filter(of).count() as u64)]);
    }
    report.results.push(Block::Table(plans));
    report.json.insert(
        "comes_to".into(),
        json!({
            "contracts": book.account.contracts, "active": active, "customers": book.active_customers(),
            "mrr": book.has_money.then_some(mrr), "departures": plain(&departures), "plans": book.plans.iter().map(|plan| plan.shown()).collect::<Vec<_>>(),
        }),
    );
    report
}

fn currency(book: &Book) -> String {
    book.currency.as_ref().map_or(String::new(), |code| format!(" [{code}]"))
}

/// Describes the models.
pub fn book_model(model: &BookModel) -> Report {
    let mut report = Report::default();
    report.results.push(Block::Heading("renewals".to_owned()));
    let mut fits = Vec::new();
    for fit in &model.cycles {
        report.results.push(Block::Line(fit_in_words(fit)));
        report.results.extend(book_covariates::blocks(fit));
        let names =
            fit.report.as_ref().map(|report| report.estimates.iter().map(|e| e.name).collect::<Vec<_>>());
        fits.push(json!({
            "period": fit.cycle.to_string(),
            "model": fit.model,
            "parameters": names.unwrap_or_else(|| vec!["alpha", "beta"]).into_iter().zip(&fit.params).collect::<std::collections::BTreeMap<_, _>>(),
            "contracts": fit.seen.contracts, "left": fit.seen.left, "due": fit.seen.due,
            "log_likelihood": fit.report.as_ref().map(|report| report.log_likelihood),
            "test_of_age": fit.test.as_ref().map(|test| json!({
                "statistic": test.statistic, "degrees_of_freedom": test.degrees_of_freedom, "p": test.p,
            })),
            "covariates": book_covariates::json(fit),
        }));
    }
    let shock = &model.shock;
    let parameters: serde_json::Map<String, serde_json::Value> =
        model.plans.iter().map(|plan| (plan.plan.shown(), parameters_of(model, plan))).collect();
    let words = match (shock.months, shock.deviation) {
        (0, _) => "too few months with departures were seen to tell whether whole months are better or worse"
            .to_owned(),
        (months, 0.0) => format!("departures of {months} months vary as those of independent customers do"),
        (months, deviation) => format!(
            "whole months are better or worse for all: departures vary by {:.0} % from month to month beyond chance ({months} \
             months seen), which intervals hold",
            100.0 * deviation
        ),
    };
    report.results.push(Block::Line(words));
    report.json.insert(
        "model".into(),
        json!({
            "periods": fits,
            "parameters": parameters,
            "coefficients": { "estimates": book_covariates::estimates(model) },
            "shock": { "deviation": shock.deviation, "months": shock.months },
        }),
    );
    warn(&model.warnings, &mut report);
    report
}

/// The parameters of a plan by name.
fn parameters_of(model: &BookModel, plan: &PlanFit) -> serde_json::Value {
    let member = ContractMember::named(model.cycles[plan.cycle].model).expect("fits are of known models");
    let named = member.params.iter().zip(&plan.params).map(|(spec, value)| (spec.name, json!(value)));
    named.collect::<std::collections::BTreeMap<_, _>>().into_iter().map(|(k, v)| (k.to_owned(), v)).collect()
}

fn fit_in_words(fit: &CycleFit) -> String {
    let counts = format!(
        "{} contracts: {}, {} renewals came due, {} were not made",
        fit.cycle,
        count(fit.seen.contracts as u64),
        count(fit.seen.due as u64),
        count(fit.seen.left as u64)
    );
    let Some(report) = &fit.report else { return counts };
    let parameters: Vec<String> =
        report.estimates.iter().map(|one| format!("{} {}", one.name, significant(one.value, 4))).collect();
    let test =
        fit.test.as_ref().map_or(String::new(), |test| format!("; {}", test_in_words(test, fit.model)));
    format!("{counts}; {} ({}){test}", fit.model, parameters.join(", "))
}

/// What the test of BdW against sBG says.
fn test_in_words(test: &LikelihoodRatio, chosen: &str) -> String {
    let evidence =
        format!("BdW against sBG: chi-squared {} , p {}", significant(test.statistic, 3), p_value(test.p))
            .replace(" ,", ",");
    match chosen {
        "bdw" => {
            format!("a customer's own chance to leave changes with the age of the contract ({evidence})")
        }
        _ => format!(
            "nothing shows that a customer's own chance to leave changes with the age of the contract ({evidence})"
        ),
    }
}

/// Describes a forecast.
pub fn book_forecast(book: &Book, forecast: &BookForecast, options: &BookForecastOptions) -> Report {
    let mut report = Report::default();
    let ValueOptions { horizon, discount, margin, .. } = options.value;
    let margin_words = match margin {
        1.0 => "margin 1: values are revenue, not margin (--margin)".to_owned(),
        margin => format!("margin {margin}"),
    };
    let settings = format!(
        "horizon {horizon}, from {} to {}; discount {discount}; {margin_words}; intervals of {:.0} %; of today's contracts: nobody \
         new is won",
        book.observed_until,
        forecast.months.last().map_or_else(String::new, |month| month.until.to_string()),
        100.0 * options.probability
    );
    months(book, forecast, &mut report);
    plans(book, forecast, &mut report);
    report.results.push(Block::Heading(format!("forecast ({settings})")));
    report.results.push(Block::Table(totals(book, forecast, options)));
    report.json.insert(
        "forecast".into(),
        json!({
            "settings": settings,
            "totals": plain(&forecast.totals),
            "months": plain(&forecast.months),
            "plans": plain(&forecast.plans),
            "cohorts": plain(&forecast.cohorts),
            "months_seen": plain(&forecast.seen),
            "kept": plain(&forecast.kept),
            "departures": plain(&forecast.departures),
        }),
    );
    report
}

fn months(book: &Book, forecast: &BookForecast, report: &mut Report) {
    let money = book.has_money;
    let mut heads = vec!["until", ">contracts", ">leaving"];
    if money {
        heads.extend([">MRR", ">lower", ">upper", ">billed"]);
    }
    let mut table = Table::new(&heads);
    for month in forecast.months.iter().take(MONTHS) {
        let mut row = vec![
            month.until.to_string(),
            grouped(month.contracts.expected, 0),
            grouped(month.leaving.expected, 0),
        ];
        if let (Some(mrr), Some(revenue)) = (month.mrr, month.revenue) {
            row.extend([mrr.expected, mrr.lower, mrr.upper, revenue.expected].map(|x| grouped(x, 0)));
        }
        table.row(row);
    }
    report.results.push(Block::Heading(format!("month by month{}", currency(book))));
    report.results.push(Block::Table(table));
    if forecast.months.len() > MONTHS {
        report.results.push(Block::Line(format!(
            "and {} more months (--json, --by-month)",
            forecast.months.len() - MONTHS
        )));
    }
}

fn plans(book: &Book, forecast: &BookForecast, report: &mut Report) {
    let mut heads = vec!["plan", ">contracts", ">renew next", ">still there"];
    if book.has_money {
        heads.extend([">MRR", ">LTV of a new one", ">lower", ">upper"]);
    }
    let mut table = Table::new(&heads);
    let percent = |share: Option<f64>| share.map_or(String::new(), |share| format!("{:.1} %", 100.0 * share));
    let mut all: Vec<_> = forecast.plans.iter().collect();
    all.sort_by_key(|plan| std::cmp::Reverse(plan.contracts));
    for plan in all.iter().take(SHOWN) {
        let mut row =
            vec![plan.plan.clone(), count(plan.contracts), percent(plan.p_renew), percent(plan.retained)];
        if book.has_money {
            row.push(plan.mrr.map_or(String::new(), |mrr| grouped(mrr, 0)));
            let ltv = plan.ltv.map(|ltv| [ltv.expected, ltv.lower, ltv.upper].map(|x| grouped(x, 2)));
            row.extend(ltv.unwrap_or_default());
        }
        table.row(row);
    }
    report.results.push(Block::Heading("by plan".to_owned()));
    report.results.push(Block::Table(table));
    if all.len() > SHOWN {
        report.results.push(Block::Line(format!("and {} more plans (--json)", all.len() - SHOWN)));
    }
}

fn totals(book: &Book, forecast: &BookForecast, options: &BookForecastOptions) -> Table {
    let totals = &forecast.totals;
    let mut table = Table::new(&["", ">", ""]);
    let mut row = |name: &str, value: String, words: String| table.row([name.to_owned(), value, words]);
    let between = |range: &Range, decimals| {
        format!("{} to {}", grouped(range.lower, decimals), grouped(range.upper, decimals))
    };
    let within = options.value.horizon.in_words();
    let there = &totals.contracts_at_horizon;
    row("contracts now", count(totals.contracts), format!("of {}", things(totals.customers, "customer")));
    if totals.lapsing > 0 {
        row("  cancelled", count(totals.lapsing), "end with what is paid".to_owned());
    }
    if totals.due > 0 {
        let words = format!("more, of which {:.1} are expected to pay yet", totals.due_expected);
        row("  payment late", count(totals.due), words);
    }
    row("contracts at the horizon", grouped(there.expected, 0), between(there, 0));
    if let Some(next) = forecast.months.first() {
        row(
            "leaving next",
            grouped(next.leaving.expected, 0),
            format!("until {}; {}", next.until, between(&next.leaving, 0)),
        );
    }
    if let (Some(now), Some(then), Some(revenue)) = (totals.mrr, totals.mrr_at_horizon, totals.revenue) {
        row("MRR now", grouped(now, 2), format!("monthly recurring revenue{}", currency(book)));
        row("MRR at the horizon", grouped(then.expected, 2), between(&then, 2));
        row("revenue", grouped(revenue.expected, 2), format!("{}; billed {within}", between(&revenue, 2)));
    }
    if let (Some(clv), Some(remaining), Some(point)) = (totals.clv, totals.remaining_value, totals.per_point)
    {
        row("value (clv)", grouped(clv, 2), format!("of renewals {within}, discounted"));
        let remaining = if remaining.is_finite() { grouped(remaining, 2) } else { "infinite".to_owned() };
        row("remaining value", remaining, "of all renewals to come, discounted".to_owned());
        row(
            "+1 point of renewal",
            grouped(point, 2),
            format!("revenue more {within}, were each renewal 0.01 likelier"),
        );
    }
    if let Some(kept) = &forecast.kept {
        let percent = |share: f64| format!("{:.1} %", 100.0 * share);
        let since = format!("of {} since {}", things(kept.customers, "customer"), kept.since);
        row("logo retention", percent(kept.logo_retention), since);
        if let (Some(gross), Some(net)) = (kept.gross_retention, kept.net_retention) {
            row(
                "gross revenue retention",
                percent(gross),
                "of their MRR, without what they pay more (GRR)".to_owned(),
            );
            row("net revenue retention", percent(net), "with what they pay more (NRR)".to_owned());
        }
    }
    if let Some(departures) = &forecast.departures {
        for (name, n, words) in departed(departures) {
            row(name, count(n), words);
        }
    }
    table
}

/// Why contracts ended, line by line.
fn departed(found: &Departures) -> Vec<(&'static str, u64, String)> {
    let since = found.since.map_or_else(|| "in all".to_owned(), |since| format!("since {since}"));
    let share = |share: f64| format!(", {:.1} % of those with a reason", 100.0 * share);
    let of_said = found.involuntary_share.map_or_else(String::new, share);
    let mrr = |mrr: Option<f64>| mrr.map_or_else(String::new, |mrr| format!("; MRR {}", grouped(mrr, 2)));
    let mut lines = vec![
        ("contracts that ended", found.left, since),
        (
            "  payment failed",
            found.involuntary,
            format!("involuntary churn{of_said}{}", mrr(found.involuntary_mrr)),
        ),
        ("  as they wished", found.voluntary, "voluntary churn".to_owned()),
        ("  not said", found.not_said, String::new()),
        ("payment past due", found.past_due, format!("of the contracts now{}", mrr(found.past_due_mrr))),
    ];
    lines.retain(|(name, n, _)| *n > 0 || *name == "contracts that ended");
    lines
}

/// Describes a backtest.
pub fn contract_test(test: &ContractTest) -> Report {
    let mut report = Report::default();
    let mut table = Table::new(&["", ">model", ">last-churn", ">same-churn", ">kaplan-meier", ""]);
    for (metric, words) in ContractFigure::METRICS {
        let of = |name: &&str| test.mean(name, metric);
        if ContractTest::FORECASTS.iter().all(|name| of(name).is_none()) {
            continue;
        }
        let shown = |name: &str| of(&name).map_or(String::new(), |value| significant(value, 3));
        let cells = ContractTest::FORECASTS.map(shown);
        table.row([metric.to_owned()].into_iter().chain(cells).chain([words.to_owned()]));
    }
    for (origin, contracts, left) in &test.origins {
        report.results.push(Block::Line(format!(
            "origin {origin}, holdout {}: {} contracts, of which {} left",
            test.holdout,
            count(*contracts),
            count(*left)
        )));
    }
    report.results.push(Block::Heading("forecasts and what happened (means over origins)".to_owned()));
    report.results.push(Block::Table(table));
    let mut months = Table::new(&[
        "origin",
        "until",
        ">contracts",
        ">expected",
        ">lower",
        ">upper",
        ">MRR",
        ">expected",
        ">lower",
        ">upper",
    ]);
    for month in test.months.iter().take(MONTHS) {
        let figures = month.contracts.iter().chain(&month.mrr).map(|value| grouped(*value, 0));
        months.row([month.origin.clone(), month.until.clone()].into_iter().chain(figures));
    }
    report.results.push(Block::Heading("month by month".to_owned()));
    report.results.push(Block::Table(months));
    report.results.push(Block::Heading("verdict".to_owned()));
    report.results.extend(test.verdict.iter().cloned().map(Block::Line));
    let origins = test.origins.iter().map(|(origin, contracts, left)| {
        json!({ "origin": origin.to_string(), "contracts": contracts, "left": left })
    });
    report.json.insert(
        "backtest".into(),
        json!({
            "holdout": test.holdout.to_string(),
            "origins": origins.collect::<Vec<_>>(),
            "figures": plain(&test.figures),
            "months": plain(&test.months),
            "verdict": test.verdict,
        }),
    );
    report
}
