//! Why contracts ended, and contracts whose payment is late: counted by hand.

use std::fmt::Write as _;
use std::path::PathBuf;

use crate::common::program::{clv, json};
use serde_json::Value;

fn file(name: &str, text: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("departures");
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

const UNTIL: [&str; 2] = ["--observed-until", "2025-12-31"];

/// Subscriptions as Stripe exports them, by the ways in which they can end; twenty more go on.
fn stripe() -> String {
    let mut text = String::from(
        "id,Customer ID,Plan,Status,Start Date (UTC),Current Period Start (UTC),Current Period End (UTC),Canceled At (UTC),\
         Ended At (UTC),Amount,Interval,Cancellation Reason\n",
    );
    let mut n = 0;
    let mut rows = |count: usize, status: &str, ended: &str, reason: &str| {
        for _ in 0..count {
            n += 1;
            let _ = writeln!(
                text,
                "sub_{n},cus_{n},Pro,{status},2024-01-15,2025-12-15,2026-01-15,{ended},{ended},20,month,{reason}"
            );
        }
    };
    rows(20, "active", "", "");
    rows(3, "past_due", "", "");
    rows(5, "canceled", "2025-06-15", "payment_failed");
    rows(7, "canceled", "2025-07-15", "cancellation_requested");
    rows(1, "canceled", "2025-08-15", "payment_disputed");
    rows(2, "canceled", "2025-09-15", "");
    // Without a reason the status says it; this one ended more than a year ago.
    rows(1, "unpaid", "2025-10-15", "");
    rows(4, "canceled", "2024-06-15", "payment_failed");
    text
}

/// Of sixteen that ended within the year six were not paid (five and the unpaid one), eight were wished (a dispute is the customer's
/// own act), two are not said; three that run are past due.
///
/// Seen to fail with the window of twelve months left out.
#[test]
fn reasons_are_counted() {
    let path = file("stripe.csv", &stripe());
    let said = json(&[&["forecast", &path][..], &UNTIL].concat());
    let found = &said["forecast"]["departures"];
    let count = |key: &str| found[key].as_u64().unwrap();
    assert_eq!([count("left"), count("involuntary"), count("voluntary"), count("not_said")], [16, 6, 8, 2]);
    assert_eq!(found["involuntary_share"], 6.0 / 14.0);
    assert_eq!(found["involuntary_mrr"], 120.0);
    assert_eq!((count("past_due"), &found["past_due_mrr"]), (3, &Value::from(60.0)));
    assert_eq!(found["since"], "2024-12-31");
    let (ok, words, _) = clv(&[&["forecast", &path][..], &UNTIL].concat());
    assert!(ok && words.contains("involuntary churn, 42.9 % of those with a reason; MRR 120.00"), "{words}");
    let check = json(&[&["check", &path][..], &UNTIL].concat());
    assert_eq!(&check["comes_to"]["departures"], found);
    let page = file("page.md", "");
    let (ok, _, words) = clv(&[&["report", &path, "--no-backtest", "-o", &page][..], &UNTIL].concat());
    assert!(ok, "{words}");
    let page = std::fs::read_to_string(&page).unwrap();
    assert!(page.contains("6 ended as a payment failed (43% of those with a reason"), "{page}");

    // A table that does not say why has nothing of it.
    let silent = stripe().replace("payment_failed", "").replace("cancellation_requested", "");
    let silent =
        silent.replace("payment_disputed", "").replace("unpaid", "canceled").replace("past_due", "active");
    let path = file("silent.csv", &silent);
    assert_eq!(json(&[&["forecast", &path][..], &UNTIL].concat())["forecast"]["departures"], Value::Null);
}

/// Monthly payments of forty customers, of whom every fourth pays four days late each time, the last one so that its payment is due; some stop.
fn payments() -> String {
    let mut text = String::from(
        "Customer,Subscription,Amount Paid,Minimum Line Item Period Start (UTC),Maximum Line Item Period End (UTC),Status\n",
    );
    for i in 0..40 {
        let stops = if i % 5 == 0 { 8 + i / 5 } else { 24 };
        for month in 0..24usize {
            let day = |month: usize| {
                let date = jiff::civil::date(2024 + (month / 12) as i16, (month % 12) as i8 + 1, 26);
                date.to_string()
            };
            if month >= stops || (month == 23 && i % 4 == 1) {
                break;
            }
            let end = if month == 23 { "2026-01-26".to_owned() } else { day(month + 1) };
            let _ = writeln!(text, "cus_{i},sub_{i},30,{},{end},paid", day(month));
        }
    }
    text
}

/// Economics count as the forecast does: a contract whose payment is late is none of those that are paid, and its MRR is at risk but
/// for the chance that it is there.
///
/// Seen to fail with late contracts among those that are paid.
#[test]
fn late_payments_are_counted_apart() {
    let log = file("payments.csv", &payments());
    let model = file("payments.json", "");
    json(&[&["fit", &log, "-o", &model][..], &UNTIL].concat());
    let scores = file("scores.csv", "");
    let forecast = json(&[&["score", &model, &log, "-o", &scores][..], &UNTIL].concat());
    let found = json(&[&["economics", &model, &log][..], &UNTIL].concat());
    let (totals, all) = (&forecast["forecast"]["totals"], &found["economics"]["all"]);
    assert!(totals["due"].as_u64().unwrap() > 3, "{totals}");
    assert_eq!(all["contracts"], totals["contracts"]);
    assert_eq!(all["mrr"], totals["mrr"]);
    assert_eq!(all["late"]["contracts"], totals["due"]);
    let near = |a: &Value, b: f64| assert!((a.as_f64().unwrap() / b - 1.0).abs() < 1e-9, "{a} {b}");
    near(&all["late"]["expected"], totals["due_expected"].as_f64().unwrap());
    near(&all["late"]["mrr"], 30.0 * totals["due"].as_f64().unwrap());
    near(&all["equity"], totals["clv"].as_f64().unwrap());
    // What is at risk, from the rows of the scores: `p_active` of each contract at its price of 30.
    let text = std::fs::read_to_string(&scores).unwrap();
    let head: Vec<&str> = text.lines().next().unwrap().split(',').collect();
    let place = head.iter().position(|name| *name == "p_active").unwrap();
    let at_risk: f64 = text
        .lines()
        .skip(1)
        .map(|line| 30.0 * (1.0 - line.split(',').nth(place).unwrap().parse::<f64>().unwrap()))
        .sum();
    near(&all["mrr_at_risk"], at_risk);
}
