//! A few rows that mislead: dates far outside all others, ids that a spreadsheet shortened, currencies added up, refunds
//! that name the shop. Every log here is the project's own; what is expected was counted by hand. Before these checks
//! there were no such warnings.

use std::path::PathBuf;

use crate::common::fixture;
use clv::Summary;
use clv::base::Grain;
use clv::base::Warning;
use clv::history::{self, LogOptions, Side};

fn open_all(logs: &[String], options: &LogOptions) -> clv::Result<Summary> {
    let dir = tempfile::tempdir().unwrap();
    let write = |(i, log): (usize, &String)| {
        let path: PathBuf = dir.path().join(format!("log{i}.csv"));
        std::fs::write(&path, log).unwrap();
        path
    };
    let paths: Vec<PathBuf> = logs.iter().enumerate().map(write).collect();
    history::open(&paths, options, &())
}

fn open(log: &str, options: &LogOptions) -> Summary {
    open_all(&[log.to_owned()], options).unwrap()
}

fn plain() -> LogOptions {
    LogOptions::default()
}

fn found<'w>(warnings: &'w [Warning], code: &str) -> Option<&'w str> {
    warnings.iter().find(|warning| warning.code == code).map(|warning| warning.message.as_str())
}

#[track_caller]
fn has(text: &str, parts: &[&str]) {
    parts.iter().for_each(|part| assert!(text.contains(part), "'{part}' is not in: {text}"));
}

const FAR: &str = "dates-far-outside";

/// The CDNOW sample (6,919 rows of 1997-01-01 to 1998-06-30) with more rows at its end.
fn cdnow_and(rows: &[&str]) -> String {
    let mut log = std::fs::read_to_string(fixture("cdnow_sample.csv")).unwrap();
    rows.iter().for_each(|row| log += &format!("{row}\n"));
    log
}

#[test]
fn a_mistyped_year_at_the_end() {
    let summary = open(&cdnow_and(&["0003,2008-05-05,12.50"]), &plain());
    has(
        found(&summary.meta.warnings, FAR).unwrap(),
        &[
            "1 row is dated 2008-05-05, 3,597 days after all others, which end on 1998-06-30",
            "log0.csv, line 6921, column \"date\": '2008-05-05'",
            "after 11.3 years and not 1.5",
            "--observed-until 1998-06-30",
        ],
    );
    let far = &summary.meta.far_dates[..];
    assert_eq!((far.len(), far[0].side, far[0].rows), (1, Side::Late, 1));
    // The repair that it names is one.
    let until = LogOptions { observed_until: "1998-06-30".parse().ok(), ..plain() };
    let repaired = open(&cdnow_and(&["0003,2008-05-05,12.50"]), &until);
    assert_eq!(found(&repaired.meta.warnings, FAR), None);
}

#[test]
fn several_and_at_both_ends() {
    let log = cdnow_and(&[
        "0003,1979-05-05,12.50",
        "0004,2008-05-05,12.50",
        // A return is a row, too; and so are two lines of an order.
        "0005,2018-05-05,-1.00",
        "0005,2018-05-05,-1.00",
    ]);
    let summary = open(&log, &plain());
    let [early, late] = &summary.meta.far_dates[..] else { panic!("{:?}", summary.meta.far_dates) };
    assert_eq!((early.side, early.rows, early.places.len()), (Side::Early, 1, 1));
    assert_eq!((late.side, late.rows, late.places.len(), late.dates.len()), (Side::Late, 3, 3, 2));
    let messages: Vec<&Warning> = summary.meta.warnings.iter().filter(|w| w.code == FAR).collect();
    has(
        &messages[0].message,
        &[
            "1 row is dated 1979-05-05, 6,451 days before all others, which begin on 1997-01-01",
            "--since 1997-01-01",
        ],
    );
    has(
        &messages[1].message,
        &["3 rows are dated 2008-05-05 to 2018-05-05, 3,597 days after", "line 6922", "line 6924"],
    );
    let since =
        LogOptions { since: "1997-01-01".parse().ok(), observed_until: "1998-06-30".parse().ok(), ..plain() };
    assert!(open(&log, &since).meta.far_dates.is_empty());
}

/// By whatever purchases are counted.
#[test]
fn every_grain_finds_it() {
    for grain in Grain::ALL {
        let options = LogOptions { grain: Some(grain), ..plain() };
        let far = open(&cdnow_and(&["0003,2008-05-05,12.50"]), &options).meta.far_dates;
        assert_eq!(far.len(), 1, "{grain}");
        let until: jiff::civil::Date = "1998-06-30".parse().unwrap();
        assert_eq!((far[0].others.1, far[0].rows), (until, 1), "{grain}");
    }
}

/// Rows of customers by day, from days since 2015-01-01.
fn log_of(days: impl Iterator<Item = (u32, u32)>) -> String {
    let first: jiff::civil::Date = "2015-01-01".parse().unwrap();
    let row = |(customer, day): (u32, u32)| {
        format!("c{customer},{},10\n", first.checked_add(jiff::Span::new().days(day)).unwrap())
    };
    std::iter::once("customer_id,date,amount\n".to_owned()).chain(days.map(row)).collect()
}

#[test]
fn what_is_no_misprint_is_none() {
    let far = |log: &str| open(log, &plain()).meta.far_dates;
    // A shop that is open for three months of the year, and a first order in the next season.
    let season = |year: u32| (0..90).map(move |day| (day % 40, year * 365 + day));
    let seasonal = log_of((0..5).flat_map(season).chain([(1, 5 * 365)]));
    assert_eq!(far(&seasonal), []);
    // A shop that closed for two years and opened again with many rows.
    let reopened = log_of((0..700).map(|d| (d % 50, d)).chain((1430..1530).map(|d| (d % 50, d))));
    assert_eq!(far(&reopened), []);
    // Customers of one month who come back less and less: gaps of 1, 2, 4, ... days.
    let dying = log_of((0..300).map(|c| (c, c % 30)).chain((0..11).map(|k| (k, 30 + (1 << k)))));
    assert_eq!(far(&dying), []);
    // Too few rows to say what is usual.
    assert_eq!(far(&log_of((0..40).map(|d| (d % 5, d)).chain([(1, 2500)]))), []);
}

#[test]
fn shipped_logs_have_none() {
    for name in [
        "cdnow_sample.csv",
        "cdnow_master.csv",
        "grocery.csv",
        "apparel_trans.csv",
        "online_retail_with_returns.csv",
    ] {
        let summary = history::open(&[fixture(name)], &plain(), &()).unwrap();
        assert_eq!(summary.meta.far_dates, [], "{name}");
    }
}

fn shop(id: impl Fn(u32) -> String) -> String {
    let row = |i: u32| format!("{},2023-{:02}-{:02},{}\n", id(i), 1 + i % 12, 1 + i % 28, 10 + i % 7);
    std::iter::once("customer_id,date,amount\n".to_owned()).chain((0..120).map(row)).collect()
}

#[test]
fn ids_that_a_spreadsheet_shortened() {
    let warnings = |id: &dyn Fn(u32) -> String| open(&shop(id), &plain()).meta.warnings;
    let short = warnings(&|i| {
        if i % 4 == 0 { format!("c{}", i % 30) } else { format!("{}.2345E+1{}", 1 + i % 3, i % 2) }
    });
    has(
        found(&short, "scientific-ids").unwrap(),
        &["90 rows have", "'2.2345E+11', '3.2345E+10', '1.2345E+11'", "75 % of all", "export the log again"],
    );
    // As German and Python write it.
    for id in ["\"1,23457E+11\"", "1e+11", "1.23457e+11"] {
        assert!(found(&warnings(&|_| id.to_owned()), "scientific-ids").is_some(), "{id}");
    }
    for id in ["12E5", "a1E+11", "1.2.3E+11", "E+11", "1E+1x", "x+11"] {
        assert_eq!(found(&warnings(&|_| id.to_owned()), "scientific-ids"), None, "{id}");
    }
    let long = warnings(&|i| format!("12345678901{}00", 2_000 + i % 30) + "0");
    has(found(&long, "rounded-ids").unwrap(), &["120 rows have", "beyond the 15th"]);
    assert_eq!(found(&warnings(&|i| format!("12345678901234{:04}", i % 30)), "rounded-ids"), None);
}

#[test]
fn currencies_are_counted() {
    let log = |name: &str, other: &str| {
        let row = |i: u32| {
            let currency = if i.is_multiple_of(5) { other } else { "EUR" };
            format!("c{},2023-01-{:02},{},{currency}\n", i % 9, 1 + i % 28, 10)
        };
        std::iter::once(format!("customer_id,date,amount,{name}\n"))
            .chain((0..40).map(row))
            .collect::<String>()
    };
    for name in ["Currency", "currency_code"] {
        let mixed = open(&log(name, "USD"), &plain()).meta.warnings;
        has(
            found(&mixed, "currency-not-checked").unwrap(),
            &["'EUR' in 32 rows (320.00), 'USD' in 8 rows (80.00)", "--currency-column", name],
        );
        // One currency needs no advice.
        assert_eq!(found(&open(&log(name, "eur"), &plain()).meta.warnings, "currency-not-checked"), None);
    }
    let options = LogOptions { currency_column: Some("Currency".into()), ..plain() };
    let Err(error) = open_all(&[log("Currency", "USD"), log("Currency", "GBP")], &options) else { panic!() };
    has(
        &error.to_string(),
        &["'EUR' in 64 rows, 'GBP' in 8 rows, 'USD' in 8 rows", "(first in line or row 3)"],
    );
}

#[test]
fn rows_of_a_status_that_are_returns() {
    let row = |i: u32| match i % 10 {
        0 => format!("c{},2023-02-{:02},-5,refunded\n", i % 9, 1 + i % 28),
        _ => format!("c{},2023-01-{:02},10,paid\n", i % 9, 1 + i % 28),
    };
    let log: String = std::iter::once("customer_id,date,amount,Order Status\n".to_owned())
        .chain((0..40).map(row))
        .collect();
    // They are returns, and are not left out.
    let account = open(&log, &plain()).meta.account;
    assert_eq!(account.rows(clv::history::Fate::Purchase), 36);
    assert_eq!(
        account.rows(clv::history::Fate::ReturnNetted) + account.rows(clv::history::Fate::ReturnUnmatched),
        4
    );
    // Without a word that says that something is a purchase they are used too, and it is said.
    let warnings = open(&log.replace(",paid", ",gold"), &plain()).meta.warnings;
    has(
        found(&warnings, "status-not-used").unwrap(),
        &[
            "All of these rows are used: 4 rows with a negative amount as returns (--returns), the others as purchases",
        ],
    );
}

#[test]
fn refunds_of_the_shop_itself() {
    let log = |id: &str, n: u32| {
        let mut log = shop(|i| format!("c{}", i % 30));
        (0..n).for_each(|i| log += &format!("{id},2023-06-{:02},-7.50\n", 1 + i));
        (0..8).for_each(|i| log += &format!("c{i},2023-12-28,-1\n"));
        open(&log, &plain()).meta.warnings
    };
    has(
        found(&log("shop", 6), "refunds-of-nobody").unwrap(),
        &["'shop' never buys and has 6 of the 14 returns, -45.00 in all"],
    );
    assert_eq!(found(&log("shop", 4), "refunds-of-nobody"), None);
    assert_eq!(found(&log("c1", 6), "refunds-of-nobody"), None);
}

/// Rows alike in month and amount are no duplicates unless they are of one day.
#[test]
fn duplicates_are_rows_of_one_date() {
    let log = "customer_id,date,amount\na,2023-01-02,5\na,2023-01-20,5\na,2023-02-01,5\nb,2023-01-05,7\nb,2023-01-05,7\n";
    for grain in [Grain::Day, Grain::Week, Grain::Month, Grain::Year] {
        let summary = open(log, &LogOptions { grain: Some(grain), ..plain() });
        let note = summary.meta.account.notes.iter().find(|note| note.code == "exact-duplicates").unwrap();
        assert_eq!(note.rows, 1, "{grain}");
        has(
            found(&summary.meta.warnings, "exact-duplicates").unwrap(),
            &["customer, date and amount exactly"],
        );
    }
    let timed = "customer_id,date,amount\na,2023-01-02 08:00,5\na,2023-01-02 09:30,5\na,2023-02-01 10:00,5\n";
    let summary = open(timed, &plain());
    has(
        found(&summary.meta.warnings, "exact-duplicates").unwrap(),
        &["day and amount (times of day are not compared)"],
    );
}

/// What looks like an amount is counted; what is too large or a date is none.
#[test]
fn what_is_at_stake_counts_amounts_only() {
    let mut log = shop(|i| format!("c{}", i % 30));
    log += "c1,2023-03-01,\"1,234.50 ok\"\nc1,2023-03-02,1e30\nc1,2023-03-03,NaN\nc1,2023-03-04,2023-01-02\nc1,2023-03-05,inf\n";
    let Err(error) = open_all(&[log], &plain()) else { panic!("the log was read") };
    has(
        &error.to_string(),
        &["1 that cannot be read looks like 1,234.50", "without the 4 whose amount is unknown"],
    );
}
