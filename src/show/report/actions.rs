//! What to do for whom, and what it brought.

use serde_json::{Value, json};

use crate::base::numbers::{count, grouped, significant, things};
use crate::show::report::{Block, Report, Table};
use crate::study::economics::Figure;
use crate::study::economics::actions::{
    Action, Actions, Group, Planned, Shape,
    measure::{Measured, Verdict},
};

/// Customers shown of a plan.
const FIRST: usize = 5;

/// Describes a plan.
pub fn actions(found: &Actions) -> Report {
    let mut report = Report::default();
    let options = &found.options;
    report.results.push(Block::Heading(format!(
        "actions ({}; {}, {}; uplift of {} points where the chance to buy is even; a contact costs {})",
        found.model,
        options.value.horizon.in_words(),
        match options.value.margin {
            1.0 => "revenue and not margin".to_owned(),
            margin => format!("margin {} %", significant(100.0 * margin, 4)),
        },
        significant(100.0 * options.uplift, 4),
        grouped(options.contact_cost, 2)
    )));
    let (contacts, controls) = (found.of(Group::Contact).count(), found.of(Group::Control).count());
    let mut table = Table::new(&["", ">", ""]);
    let mut row = |what: &str, figure: String, note: String| table.row([what.to_owned(), figure, note]);
    let of = format!(
        "of {} customers, for whom it is worth more than it costs",
        count(found.customers.len() as u64)
    );
    row("contacts", count(contacts as u64), of);
    if options.holdout > 0.0 {
        let note = format!(
            "left without a contact to measure against ({} %, by chance)",
            significant(100.0 * options.holdout, 4)
        );
        row("control group", count(controls as u64), note);
    }
    let range = range(&found.gain, options.interval);
    row("expected gain", money(found.gain.value), format!("of all contacts together{range}"));
    if found.cost > 0.0 {
        row("cost", money(found.cost), String::new());
        row("left after cost", money(found.gain.value - found.cost), "expected".to_owned());
    }
    report.results.push(Block::Table(table));
    report.results.push(Block::Table(by_action(found)));
    report.results.extend(marginal(found).map(Block::Line));
    report.results.push(Block::Line(
        "The gain is that of the stated uplift; the ranges say how far the model knows the customers, and nothing of the \
         uplift. A control group (--holdout 10%) and clv actions --measure say what it is."
            .to_owned(),
    ));
    report.results.push(Block::Heading("the first of the list".to_owned()));
    report.results.push(Block::Table(first(found)));
    report.json.insert("actions".into(), plan_json(found, contacts, controls));
    report
}

fn first(found: &Actions) -> Table {
    let mut table = Table::new(&["customer", "what", "by", ">gain", "group", "why"]);
    for planned in found.customers.iter().take(FIRST) {
        table.row([
            planned.customer.id.chars().take(24).collect(),
            planned.action.name().to_owned(),
            planned.by.map_or("any time".to_owned(), |by| by.to_string()),
            grouped(planned.gain.value, 2),
            planned.group.name().to_owned(),
            planned.reason(found),
        ]);
    }
    table
}

fn by_action(found: &Actions) -> Table {
    let mut table = Table::new(&["action", ">customers", ">contacts", ">expected gain", ">a contact"]);
    for action in Action::ALL {
        let of = || found.customers.iter().filter(|planned| planned.action == action);
        let contacted: Vec<&Planned> = of().filter(|planned| planned.group == Group::Contact).collect();
        let gain: f64 = contacted.iter().map(|planned| planned.gain.value).sum();
        let each =
            if contacted.is_empty() { "-".to_owned() } else { grouped(gain / contacted.len() as f64, 2) };
        let cells = [count(of().count() as u64), count(contacted.len() as u64), money(gain), each];
        table.row([action.name().to_owned()].into_iter().chain(cells));
    }
    table
}

/// The customer at whom the list ends.
fn marginal(found: &Actions) -> Option<String> {
    let place = found.marginal?;
    let last = &found.customers[place];
    let (id, gain) = (&last.customer.id, grouped(last.gain.value, 2));
    let next = found.customers.get(place + 1).map_or(0.0, |next| next.gain.value);
    let why = match (found.budget_binds, place + 1 == found.customers.len()) {
        (true, _) => format!("the budget ends there; the next one would bring {}", grouped(next, 2)),
        (false, true) => "a contact pays for everybody".to_owned(),
        (false, false) => format!(
            "the next one would bring {} and cost {}",
            grouped(next, 2),
            grouped(found.options.contact_cost, 2)
        ),
    };
    Some(format!(
        "The last customer on the list is {id}, of whom a contact is expected to bring {gain}: {why}."
    ))
}

/// What was left out of a file for upload.
pub fn uploaded(found: &Actions, shape: Shape) -> String {
    let contacts = found.of(Group::Contact);
    let (known, unknown): (Vec<&Planned>, Vec<&Planned>) =
        contacts.partition(|planned| planned.email.is_some());
    let mut words = format!("{} for {}", things(known.len() as u64, "contact"), shape.name());
    if !unknown.is_empty() {
        words += &format!("; {} without an e-mail address left out", count(unknown.len() as u64));
    }
    words
}

/// Describes what a campaign brought.
pub fn measured(found: &Measured) -> Report {
    let mut report = Report::default();
    let (from, until) = found.between;
    let share = significant(100.0 * found.interval, 4);
    report.results.push(Block::Heading(format!("what the contacts brought, from {from} to {until}")));
    let mut table =
        Table::new(&["", ">contacted", ">control", ">difference", &format!(">{share} % interval")]);
    let bounds = |figure: &Figure, cell: &dyn Fn(f64) -> String| {
        figure.interval.map_or(String::new(), |(low, high)| format!("{} to {}", cell(low), cell(high)))
    };
    let (contacts, controls) = found.customers;
    table.row(["customers".to_owned(), count(contacts), count(controls), String::new(), String::new()]);
    let percent = |part: u64, of: u64| format!("{:.1} %", 100.0 * part as f64 / of as f64);
    let points = |share: f64| format!("{:+.1} points", 100.0 * share);
    table.row([
        "bought".to_owned(),
        percent(found.buyers.0, contacts),
        percent(found.buyers.1, controls),
        points(found.more_buyers.value),
        bounds(&found.more_buyers, &points),
    ]);
    let cents = |value: f64| grouped(value, 2);
    table.row([
        "margin a customer".to_owned(),
        cents(found.means.0),
        cents(found.means.1),
        cents(found.difference.value),
        bounds(&found.difference, &cents),
    ]);
    report.results.push(Block::Table(table));
    let mut table = Table::new(&["", ">", ""]);
    let mut row = |what: &str, figure: String, note: String| table.row([what.to_owned(), figure, note]);
    let interval = Some(found.interval);
    row(
        "brought by all contacts",
        money(found.total.value),
        range(&found.total, interval).trim_start_matches("; ").to_owned(),
    );
    row("expected", money(found.expected), "when the list was made, over its whole horizon".to_owned());
    row("cost", money(found.cost), String::new());
    row(
        "left after cost",
        money(found.net.value),
        range(&found.net, interval).trim_start_matches("; ").to_owned(),
    );
    report.results.push(Block::Table(table));
    report.results.push(Block::Line(
        match found.verdict {
            Verdict::Paid => "It paid: even the lower end is above its cost.",
            Verdict::DidNotPay => "It did not pay: even the upper end is below its cost.",
            Verdict::Open => {
                "Whether it paid cannot be told from chance yet: wait, or leave more customers without a contact next time."
            }
        }
        .to_owned(),
    ));
    report.results.push(Block::Line(
        "Differences of money are adjusted for the value forecast before, which chance has not made equal in both groups."
            .to_owned(),
    ));
    report.json.insert("measured".into(), measured_json(found));
    report
}

fn range(figure: &Figure, probability: Option<f64>) -> String {
    match (figure.interval, probability) {
        (Some((low, high)), Some(share)) => {
            format!("; {} to {} ({} % interval)", money(low), money(high), significant(100.0 * share, 4))
        }
        _ => String::new(),
    }
}

fn money(value: f64) -> String {
    grouped(value, if value.abs() >= 1e3 { 0 } else { 2 })
}

fn figure(figure: &Figure) -> Value {
    let (lower, upper) = figure.interval.unzip();
    json!({ "value": figure.value, "lower": lower, "upper": upper })
}

fn plan_json(found: &Actions, contacts: usize, controls: usize) -> Value {
    let last = found.marginal.map(|place| &found.customers[place]);
    let of = |action: Action| {
        let all: Vec<&Planned> = found.customers.iter().filter(|planned| planned.action == action).collect();
        let contacted = all.iter().filter(|planned| planned.group == Group::Contact);
        json!({
            "action": action.name(), "customers": all.len(), "contacts": contacted.clone().count(),
            "gain": contacted.map(|planned| planned.gain.value).sum::<f64>(),
        })
    };
    json!({
        "decided_on": found.decided_on.to_string(),
        "uplift": found.options.uplift,
        "contact_cost": found.options.contact_cost,
        "budget": found.options.budget,
        "budget_binds": found.budget_binds,
        "contacts": contacts,
        "controls": controls,
        "gain": figure(&found.gain),
        "cost": found.cost,
        "marginal": last.map(|planned| json!({ "id": planned.customer.id, "gain": planned.gain.value })),
        "actions": Action::ALL.map(of),
    })
}

fn measured_json(found: &Measured) -> Value {
    json!({
        "from": found.between.0.to_string(),
        "until": found.between.1.to_string(),
        "contacts": found.customers.0,
        "controls": found.customers.1,
        "buyers": { "contacts": found.buyers.0, "controls": found.buyers.1, "difference": figure(&found.more_buyers) },
        "margin": { "contacts": found.means.0, "controls": found.means.1, "difference": figure(&found.difference) },
        "total": figure(&found.total),
        "expected": found.expected,
        "cost": found.cost,
        "net": figure(&found.net),
        "verdict": match found.verdict {
            Verdict::Paid => "paid",
            Verdict::DidNotPay => "did not pay",
            Verdict::Open => "open",
        },
    })
}
