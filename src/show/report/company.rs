//! A shop and contracts of one company: each by itself, then both together.

use serde_json::{Value, json};

use super::plain;
use crate::base::numbers::{count, grouped};
use crate::contracts::Range;
use crate::show::report::{Block, Report, Table};
use crate::study::Company;

/// Both kinds, behind what is said of each.
pub fn company(found: &Company, shop: Report, contracts: Report) -> Report {
    let mut report = Report::default();
    report.json.insert("kind".into(), "both".into());
    for (key, words, part) in
        [("shop", "the shop: purchases", shop), ("contracts", "the contracts: subscriptions", contracts)]
    {
        report.remarks.push(Block::Heading(words.to_owned()));
        report.remarks.extend(part.remarks);
        report.results.push(Block::Heading(words.to_owned()));
        report.results.extend(part.results);
        report.warnings.extend(part.warnings.into_iter().map(|warning| format!("{key}: {warning}")));
        report.json.insert(key.into(), Value::Object(part.json));
    }
    report.results.push(Block::Heading("both together".to_owned()));
    report.results.extend(together(found));
    report.warnings.extend(found.warnings.iter().map(|warning| warning.message.clone()));
    report.json.insert("together".into(), json(found));
    report
}

/// What both come to.
pub fn together(found: &Company) -> Vec<Block> {
    let words = "a customer of both is counted once, and worth what both models say; the interval of the sum takes the two for \
                 independent of each other: what moves both, such as a bad year, is not in it";
    vec![Block::Table(table(found)), Block::Line(words.to_owned())]
}

fn table(found: &Company) -> Table {
    let customers = &found.customers;
    let mut table = Table::new(&["", ">", ""]);
    let mut row = |name: &str, value: String, words: String| table.row([name.to_owned(), value, words]);
    row("customers", count(customers.all), "each counted once".to_owned());
    row("  shop", count(customers.shop), "have bought there".to_owned());
    row("  contracts", count(customers.contracts), "have a contract today".to_owned());
    row("  both", count(customers.both), "the same id in both tables".to_owned());
    let within = &found.within;
    let between = |range: &Range| format!("{} to {}", grouped(range.lower, 2), grouped(range.upper, 2));
    row(
        "value (clv)",
        grouped(found.together.expected, 2),
        format!("{}; {within}, discounted", between(&found.together)),
    );
    row("  shop", grouped(found.shop.expected, 2), between(&found.shop));
    row("  contracts", grouped(found.contracts.expected, 2), between(&found.contracts));
    table
}

/// The same as data.
fn json(found: &Company) -> Value {
    json!({
        "customers": plain(&found.customers),
        "value": { "together": plain(&found.together), "shop": plain(&found.shop), "contracts": plain(&found.contracts) },
    })
}
