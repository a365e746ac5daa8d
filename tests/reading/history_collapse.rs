//! From log to summary: published vectors, the rules of time, returns and what is left out.

use std::path::PathBuf;

use crate::common::{customers, fixture};
use clv::history::{self, Fate, LogOptions, Summary};
use clv::{Grain, Unit};

/// Summarises a log given as text.
fn open(log: &str, options: &LogOptions) -> Summary {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("log.csv");
    std::fs::write(&path, log).unwrap();
    let summary = history::open(&[path], options, &()).unwrap();
    assert!(summary.meta.account.adds_up(), "{:?}", summary.meta.account);
    summary
}

/// `id x t_x T mean`, one line a customer.
fn lines(summary: &Summary) -> Vec<String> {
    let line = |(id, c, mean): &(String, clv::customers::Customer, f64)| {
        format!("{id} {} {} {} {mean}", c.x, c.t_x, c.t)
    };
    customers(summary).iter().map(line).collect()
}

fn rows(summary: &Summary, fate: Fate) -> u64 {
    summary.meta.account.rows(fate)
}

fn codes(summary: &Summary) -> Vec<String> {
    summary.meta.warnings.iter().map(|warning| warning.code.to_string()).collect()
}

/// lifetimes 0.11.3, tests/test_utils.py: the log that its data preparation is tested with.
const LIFETIMES: &str = "id,date,value
1,2015-01-01,1\n1,2015-02-06,2\n2,2015-01-01,2\n3,2015-01-01,3\n3,2015-01-02,1\n3,2015-01-05,5
4,2015-01-16,6\n4,2015-02-02,3\n4,2015-02-05,3\n5,2015-01-16,3\n5,2015-01-17,1\n5,2015-01-18,8
6,2015-02-02,5\n";

fn until(date: &str) -> LogOptions {
    LogOptions { observed_until: Some(date.parse().unwrap()), unit: Some(Unit::Day), ..LogOptions::default() }
}

#[test]
fn published_by_day() {
    let expected = ["1 1 36 37 2", "2 0 0 37 0", "3 2 4 37 3", "4 2 20 22 3", "5 2 2 22 4.5", "6 0 0 5 0"];
    assert_eq!(lines(&open(LIFETIMES, &until("2015-02-07"))), expected);
}

#[test]
fn published_by_week() {
    let options = LogOptions { grain: Some(Grain::Week), unit: Some(Unit::Week), ..until("2015-02-07") };
    let found: Vec<_> =
        customers(&open(LIFETIMES, &options)).iter().map(|(_, c, _)| (c.x, c.t_x, c.t)).collect();
    let expected = [(1, 5.0, 5.0), (0, 0.0, 5.0), (1, 1.0, 5.0), (1, 3.0, 3.0), (0, 0.0, 3.0), (0, 0.0, 0.0)];
    assert_eq!(found, expected);
}

#[test]
fn an_earlier_end_drops_later_customers() {
    let summary = open(LIFETIMES, &until("2015-02-01"));
    assert_eq!(customers(&summary).len(), 5);
    assert_eq!(rows(&summary, Fate::AfterObservedUntil), 4);
}

#[test]
fn the_end_is_the_last_date_unless_said() {
    let options = LogOptions { unit: Some(Unit::Day), ..LogOptions::default() };
    let summary = open(LIFETIMES, &options);
    assert!(summary.meta.observed_until_assumed);
    assert_eq!(summary.meta.observed_until, "2015-02-06".parse().ok());
    assert_eq!(summary.meta.first_purchase, "2015-01-01".parse().ok());
    assert_eq!(lines(&summary)[5], "6 0 0 4 0");
}

#[test]
fn the_first_purchase_is_first_by_date_not_by_row() {
    let log = "id,date,amount\na,2020-01-09,25\na,2020-01-01,10\na,2020-01-05,20\n";
    assert_eq!(lines(&open(log, &until("2020-01-10"))), ["a 2 8 9 22.5"]);
}

/// BTYDplus, test-elog2cbs.R: unique (customer, date) pairs are all occasions; sales are conserved.
#[test]
fn nothing_is_lost_between_log_and_summary() {
    let text = std::fs::read_to_string(fixture("cdnow_sample.csv")).unwrap();
    let mut days: std::collections::BTreeMap<(&str, &str), f64> = Default::default();
    for line in text.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        *days.entry((fields[0], fields[1])).or_default() += fields[2].parse::<f64>().unwrap();
    }
    let summary = history::open(&[fixture("cdnow_sample.csv")], &LogOptions::default(), &()).unwrap();
    let all = customers(&summary);
    let repeats: u64 = all.iter().map(|(_, c, _)| u64::from(c.x)).sum();
    assert_eq!(days.len() as u64, repeats + all.len() as u64);
    let mut first: std::collections::BTreeMap<&str, f64> = Default::default();
    for (&(id, _), &amount) in &days {
        first.entry(id).or_insert(amount);
    }
    let in_log: f64 = days.values().sum();
    let in_summary =
        first.values().sum::<f64>() + all.iter().map(|(_, c, mean)| f64::from(c.x) * mean).sum::<f64>();
    // Means times counts, of some thousand customers.
    assert!((in_log - in_summary).abs() <= 1e-12 * in_log, "{in_log} {in_summary}");
}

/// Fader & Hardie's Gamma-Gamma note: spend of the 946 repeat buyers of the CDNOW sample.
#[test]
fn cdnow_spend_of_repeat_buyers() {
    let mut means: Vec<f64> =
        customers(&crate::common::cdnow()).iter().filter(|c| c.1.x > 0).map(|c| c.2).collect();
    means.sort_by(f64::total_cmp);
    let n = means.len() as f64;
    let mean = means.iter().sum::<f64>() / n;
    let sd = (means.iter().map(|m| (m - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
    let median = (means[means.len() / 2 - 1] + means[means.len() / 2]) / 2.0;
    let rounded = [mean, sd, means[0], median, means[means.len() - 1]].map(f64::round);
    assert_eq!((means.len(), rounded), (946, [35.0, 30.0, 3.0, 27.0, 300.0]));
}

#[test]
fn returns_are_taken_off_earlier_purchases() {
    let log = "id,date,amount
a,2020-01-01,10\na,2020-01-05,30\na,2020-01-09,20\na,2020-01-11,-25\nb,2020-01-02,-7\nc,2020-01-03,5\nc,2020-01-08,-8\n";
    let summary = open(log, &until("2020-01-12"));
    assert_eq!(lines(&summary), ["a 2 8 11 12.5", "c 0 0 9 0"]);
    let account = &summary.meta.account;
    assert_eq!(account.entry(Fate::ReturnNetted).map(|e| (e.rows, e.amount)), Some((1, Some(-25.0))));
    assert_eq!(account.entry(Fate::ReturnUnmatched).map(|e| (e.rows, e.amount)), Some((2, Some(-15.0))));
    assert_eq!(account.entry(Fate::Purchase).map(|e| (e.rows, e.amount)), Some((4, Some(65.0))));
    let warning = summary.meta.warnings.iter().find(|warning| warning.code == "unmatched-returns").unwrap();
    assert!(
        warning.message.contains("10.00") && warning.message.contains("1 customer has nothing but returns")
    );
}

#[test]
fn customers_seen_before_are_left_out() {
    let options = LogOptions { since: Some("2015-01-10".parse().unwrap()), ..until("2015-02-07") };
    let summary = open(LIFETIMES, &options);
    assert_eq!(lines(&summary), ["4 2 20 22 3", "5 2 2 22 4.5", "6 0 0 5 0"]);
    assert_eq!((rows(&summary, Fate::BeforeSince), rows(&summary, Fate::Purchase)), (6, 7));
    assert_eq!(summary.meta.first_purchase, "2015-01-16".parse().ok());
    assert!(summary.meta.assumptions.iter().any(|said| said.starts_with("3 customers first seen before")));
}

#[test]
fn repeated_rows_are_counted_and_said() {
    let log = "id,date,amount\na,2020-01-01,10\na,2020-01-05,30\na,2020-01-05,30\na,2020-01-05,30\n";
    let summary = open(log, &until("2020-01-12"));
    assert_eq!(lines(&summary), ["a 1 4 11 90"]);
    let warning = summary.meta.warnings.iter().find(|warning| warning.code == "exact-duplicates").unwrap();
    assert!(warning.message.starts_with("2 rows are duplicates of another row"), "{warning}");
    // Lines of one order are often equal.
    let lines = "id,date,quantity,price\na,2020-01-01,1,2\na,2020-01-01,1,2\n";
    let summary = open(lines, &until("2020-01-12"));
    assert!(!codes(&summary).contains(&"exact-duplicates".to_owned()));
    // Without amounts nothing counts twice.
    let summary = open("id,date\na,2020-01-01\na,2020-01-01\n", &until("2020-01-12"));
    assert!(!codes(&summary).contains(&"exact-duplicates".to_owned()) && !summary.meta.has_money);
}

#[test]
fn ids_that_differ_by_blanks_stay_apart_and_are_said() {
    let log = "id,date,amount\nanna,2020-01-01,1\n\" anna\",2020-01-02,1\nbea,2020-01-01,1\n\"carl \",2020-01-03,1\n";
    let summary = open(log, &until("2020-01-12"));
    assert_eq!(
        customers(&summary).iter().map(|c| c.0.as_str()).collect::<Vec<_>>(),
        [" anna", "anna", "bea", "carl "]
    );
    let warning =
        summary.meta.warnings.iter().find(|warning| warning.code == "ids-differ-by-blanks").unwrap();
    assert!(warning.message.contains("1 customer id") && warning.message.contains("'anna'"), "{warning}");
}

#[test]
fn ids_are_sorted_as_text() {
    let ids = [
        "10",
        "9",
        "1",
        "007",
        "7",
        "é",
        "z",
        "customer-0000000000000000002",
        "customer-0000000000000000001",
    ];
    let log: String = ids.iter().map(|id| format!("{id},2020-01-01,1\n")).collect();
    let found: Vec<String> = customers(&open(&format!("id,date,amount\n{log}"), &until("2020-02-01")))
        .into_iter()
        .map(|c| c.0)
        .collect();
    let mut sorted = ids.to_vec();
    sorted.sort_unstable();
    assert_eq!(found, sorted);
}

#[test]
fn grain_and_unit_are_two_settings() {
    let log = "id,date\na,2020-01-01T08:10:00\na,2020-01-01T08:50:00\na,2020-01-01T20:00:00\na,2020-03-01T00:00:00\n";
    let at = |grain, unit| {
        let options = LogOptions { grain: Some(grain), unit: Some(unit), ..until("2020-03-31") };
        let (_, c, _) = customers(&open(log, &options))[0];
        (c.x, c.t_x, c.t)
    };
    // The whole of the last day is observed.
    assert_eq!(at(Grain::Hour, Unit::Day), (2, (59.0 * 24.0 + 16.0) / 24.0, (90.0 * 24.0 + 15.0) / 24.0));
    assert_eq!(at(Grain::Day, Unit::Day), (1, 60.0, 90.0));
    assert_eq!(at(Grain::Day, Unit::Week), (1, 60.0 / 7.0, 90.0 / 7.0));
    assert_eq!(at(Grain::Month, Unit::Month), (1, 2.0, 2.0));
}

#[test]
fn ages_in_the_unit_of_the_grain_are_whole_calendar_units() {
    let log = "id,date\na,2019-12-31\na,2020-01-01\na,2022-11-30\nb,2020-02-29\n";
    let open = |grain, unit, end: &str| {
        let summary = open(log, &LogOptions { grain: Some(grain), unit: Some(unit), ..until(end) });
        let all: Vec<_> = customers(&summary).iter().map(|(_, c, _)| (c.x, c.t_x, c.t)).collect();
        let said = summary.meta.assumptions.iter().find(|said| said.contains("whole calendar")).cloned();
        (all, said.unwrap_or_default())
    };
    let (months, said) = open(Grain::Month, Unit::Month, "2022-11-30");
    assert_eq!(months, [(2, 35.0, 35.0), (0, 0.0, 33.0)]);
    assert_eq!(said, "recency and T count whole calendar months after that of the first purchase");
    let (years, said) = open(Grain::Year, Unit::Year, "2022-11-30");
    assert_eq!(years, [(2, 3.0, 3.0), (0, 0.0, 2.0)]);
    assert!(
        said.ends_with("the last one is not complete: observation ends within it, on 2022-11-30"),
        "{said}"
    );
    // 2022-12-04 was a Sunday; 2019-12-31 and 2020-01-01 were in one week.
    let (weeks, said) = open(Grain::Week, Unit::Week, "2022-12-04");
    assert_eq!(weeks, [(1, 152.0, 152.0), (0, 0.0, 144.0)]);
    assert!(said.ends_with("first purchase"), "{said}");
    // Other combinations convert lengths, and say nothing.
    let (years, said) = open(Grain::Month, Unit::Year, "2022-11-30");
    assert_eq!((years[1].2, said.as_str()), (33.0 / 12.0, ""));
}

#[test]
fn several_files_are_one_log() {
    let dir = tempfile::tempdir().unwrap();
    let paths: Vec<PathBuf> = ["a.csv", "b.csv"].iter().map(|name| dir.path().join(name)).collect();
    let (first, second) = LIFETIMES.split_at(LIFETIMES.find("3,2015-01-02").unwrap());
    std::fs::write(&paths[0], first).unwrap();
    std::fs::write(&paths[1], format!("id,date,value\n{second}")).unwrap();
    let both = history::open(&paths, &until("2015-02-07"), &()).unwrap();
    assert_eq!(lines(&both), lines(&open(LIFETIMES, &until("2015-02-07"))));
}
