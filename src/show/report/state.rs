//! What an addition to a state came to.

use serde_json::json;

use crate::base::numbers::{count, grouped, things};
use crate::history::SummaryMeta;
use crate::history::state::Added;
use crate::show::report::{Block, Report, input};

/// Describes rows that were added to a state.
pub fn added(added: &Added, state: &str) -> Report {
    let meta = SummaryMeta {
        account: added.account.clone(),
        assumptions: added.assumptions.clone(),
        warnings: added.warnings.clone(),
        has_money: true,
        grain: Some(Default::default()),
        ..SummaryMeta::default()
    };
    let mut report = if added.account.rows_read > 0 { input(&meta) } else { Report::default() };
    let mut say = |line: String| report.results.push(Block::Line(line));
    for file in &added.known {
        say(format!("{file} was read before, byte for byte the same: left aside"));
    }
    if added.repeated > 0 {
        say(format!(
            "{} (amount {}) were in the state already and count once",
            things(added.repeated, "row"),
            grouped(added.repeated_amount, 2)
        ));
    }
    if let (Some(until), 1..) = (added.until_before, added.late) {
        say(format!(
            "{} dated before {until}, where the state ended, are new and merged",
            things(added.late, "row")
        ));
    }
    if added.orders_met {
        say("orders of which the state has other rows go on: each counts once, as its later rows make it"
            .to_owned());
    }
    let new = added.rows - added.rows_before;
    let until = added.until.map_or_else(String::new, |until| format!(", observed until {until}"));
    let what = if new == 0 && added.until == added.until_before { "unchanged: " } else { "" };
    say(format!("{state}: {what}{}, {} of them new{until}", things(added.rows, "row"), count(new)));
    report.json.insert(
        "state".into(),
        json!({
            "file": state,
            "rows": added.rows,
            "rows_before": added.rows_before,
            "new": new,
            "repeated": added.repeated,
            "repeated_amount": added.repeated_amount,
            "late": added.late,
            "files": added.files,
            "files_known": added.known,
            "observed_until": added.until.map(|date| date.to_string()),
            "observed_until_before": added.until_before.map(|date| date.to_string()),
        }),
    );
    report
}
