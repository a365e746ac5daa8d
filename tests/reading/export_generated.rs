//! One random log, written as the exports of many programs write it: headings, language, separator, decimal sign, dates,
//! encoding, container, titles, totals, how returns are put. What is read back must be the log: customers, repeat purchases,
//! revenue. A layout that cannot be read without an option is an error that asks, and few may; none may be read wrong.
//!
//! The headings are those of the programs' own exports, as far as their documentation and public examples show them; the rows
//! are invented. The suite runs a slice; `CLV_GENERATED=400 cargo test --release --test reading export_generated -- --nocapture` runs
//! that many layouts and lists what was asked.

use crate::generated::{Layout, PLATFORMS, Truth};
use clv::history::{self, Fate, LogOptions, Summary};

/// Customers, repeat purchases, revenue after returns.
fn read(summary: &Summary) -> Truth {
    let account = &summary.meta.account;
    assert!(account.adds_up(), "{account:?}");
    let mut truth = Truth::default();
    for batch in summary.batches() {
        let batch = batch.unwrap();
        truth.customers += batch.len();
        truth.repeats += (0..batch.len()).map(|row| u64::from(batch.frequency.value(row))).sum::<u64>();
    }
    for fate in [Fate::Purchase, Fate::ReturnNetted, Fate::ReturnUnmatched] {
        truth.revenue += account.entry(fate).and_then(|entry| entry.amount).unwrap_or(0.0);
    }
    truth
}

/// What a layout comes to: read right, asked (with the message), or read wrong (with what).
fn outcome(layout: &Layout) -> Result<(), (bool, String)> {
    let dir = tempfile::tempdir().unwrap();
    let (path, truth) = layout.write(dir.path());
    let summary = match history::open(&[path], &LogOptions::default(), &()) {
        Ok(summary) => summary,
        Err(error) => return Err((true, error.to_string())),
    };
    let found = read(&summary);
    // Sums of cents in another order differ by rounding alone.
    let near = (found.revenue - truth.revenue).abs() <= 1e-9 * truth.revenue.abs();
    let same = (found.customers, found.repeats) == (truth.customers, truth.repeats) && near;
    let said = || format!("{found:?} for {truth:?}: {}", summary.meta.assumptions.join("; "));
    if same { Ok(()) } else { Err((false, said())) }
}

#[test]
fn exports_are_read_as_the_log_that_they_hold() {
    let wanted: Option<usize> = std::env::var("CLV_GENERATED").ok().and_then(|n| n.parse().ok());
    let layouts = wanted.unwrap_or(2 * PLATFORMS.len().min(24));
    let (mut asked, mut wrong) = (Vec::new(), Vec::new());
    for number in 0..layouts {
        // The slice of the suite goes through the list, too, if in larger steps.
        let layout = Layout::new(if wanted.is_some() { number } else { number * 7 });
        match outcome(&layout) {
            Ok(()) => {}
            Err((true, message)) => asked.push(format!("{layout}: {message}")),
            Err((false, message)) => wrong.push(format!("{layout}: {message}")),
        }
    }
    println!("{layouts} layouts: {} asked, {} wrong", asked.len(), wrong.len());
    asked.iter().for_each(|words| println!("  asked: {words}"));
    assert!(wrong.is_empty(), "read wrong:\n{}", wrong.join("\n"));
    assert!(asked.len() * 20 <= layouts, "asked:\n{}", asked.join("\n"));
}
