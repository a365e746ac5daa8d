//! Statements of `clv sql` as text: whole ones for reading, and what must be in them. That they find what the
//! library finds is for the tests that run them on engines, in `python/tests/test_sql.py`.

use clv::history::{LogOptions, Returns};
use clv::sql::{Dialect, SqlOptions, statement};
use clv::{Grain, Unit};

/// The statement of the file, but for the version in it.
#[track_caller]
fn same(found: &str, file: &str) {
    let found = found.replace(concat!("clv ", env!("CARGO_PKG_VERSION")), "clv VERSION");
    for (number, (found, wanted)) in found.lines().zip(file.lines()).enumerate() {
        assert_eq!(found, wanted, "line {}", number + 1);
    }
    assert_eq!(found.lines().count(), file.lines().count(), "all of it:\n{found}");
}

#[test]
fn the_plain_statement_is_this() {
    let found = statement(&SqlOptions::new(Dialect::Postgres), &LogOptions::default()).unwrap();
    same(&found, include_str!("sql/postgres.sql"));
}

#[test]
fn every_option_has_its_place() {
    let log = LogOptions {
        quantity: Some("Quantity".into()),
        price: Some("UnitPrice".into()),
        returns: Returns::Drop,
        grain: Some(Grain::Hour),
        unit: Some(Unit::Month),
        observed_until: Some("2011-11-30".parse().unwrap()),
        since: Some("2011-01-01".parse().unwrap()),
        dates_until: Some("2011-12-31".parse().unwrap()),
        skip_bad_rows: true,
        ..LogOptions::default()
    };
    let options = SqlOptions { table: "shop.orders".into(), ..SqlOptions::new(Dialect::BigQuery) };
    same(&statement(&options, &log).unwrap(), include_str!("sql/bigquery-drop.sql"));
}

#[test]
fn the_account_is_this() {
    let options = SqlOptions { account: true, ..SqlOptions::new(Dialect::Sqlite) };
    let log = LogOptions { since: Some("1997-02-01".parse().unwrap()), ..LogOptions::default() };
    same(&statement(&options, &log).unwrap(), include_str!("sql/sqlite-account.sql"));
}

#[test]
fn dialects_never_run_say_so() {
    for dialect in Dialect::ALL {
        let text = statement(&SqlOptions::new(dialect), &LogOptions::default()).unwrap();
        assert_eq!(text.contains("never executed"), dialect.tested_on().is_none(), "{dialect}");
    }
    let tested: Vec<&str> =
        Dialect::ALL.iter().filter(|d| d.tested_on().is_some()).map(|d| d.name()).collect();
    // What python/tests/test_sql.py runs.
    assert_eq!(tested, ["duckdb", "postgres", "sqlite", "datafusion", "clickhouse", "databricks"]);
}

#[test]
fn contradictions_are_refused() {
    let options = SqlOptions { no_amount: true, ..SqlOptions::new(Dialect::DuckDb) };
    let log = LogOptions { amount: Some("paid".into()), ..LogOptions::default() };
    assert!(statement(&options, &log).unwrap_err().to_string().contains("--no-amount"));
    let log = LogOptions { quantity: Some("n".into()), ..LogOptions::default() };
    assert!(statement(&SqlOptions::new(Dialect::DuckDb), &log).is_err());
    let log = LogOptions { id: Some("a\nb".into()), ..LogOptions::default() };
    assert!(statement(&SqlOptions::new(Dialect::DuckDb), &log).unwrap_err().to_string().contains("--id"));
}

/// A column that is called one of cents holds hundredths, as where the log is read.
#[test]
fn cents_are_hundredths() {
    for (name, divided) in [("amount_cents", " / 100.0 AS paid"), ("revenue_micros", " / 1000000.0 AS paid")]
    {
        let log = LogOptions { amount: Some(name.into()), ..LogOptions::default() };
        let found = statement(&SqlOptions::new(Dialect::DuckDb), &log).unwrap();
        assert!(found.contains(divided) && found.contains("parts of a unit of money"), "{found}");
    }
    let log = LogOptions { amount: Some("total".into()), ..LogOptions::default() };
    assert!(!statement(&SqlOptions::new(Dialect::DuckDb), &log).unwrap().contains(".0 AS paid"));
}
