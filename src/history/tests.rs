//! The whole way from rows to summary, on rows made here.

use std::thread;

use arrow_array::StringArray;
use jiff::civil::Date;

use super::read::{IdColumn, Purchases, ReadOutcome};
use super::summarize::{first_grain, summarize};
use super::{CleaningAccount, Fate, LogOptions};
use crate::base::{Grain, Unit};
use crate::history::Summary;

type Row = (String, i32, f64);

/// Summarises rows that come in batches from `threads` workers.
fn summary(rows: &[Row], last: &str, options: &LogOptions) -> Summary {
    let workers = options.threads.unwrap_or(1);
    summarize(options, &(), None, |sink| {
        thread::scope(|scope| {
            for worker in 0..workers {
                let batches = rows.chunks(10_000).skip(worker).step_by(workers);
                scope.spawn(move || batches.for_each(|batch| sink(worker, purchases(batch)).unwrap()));
            }
        });
        let mut account = CleaningAccount::default();
        account.add(Fate::Purchase, rows.len() as u64, Some(rows.iter().map(|row| row.2).sum()));
        Ok(ReadOutcome { account, last: last.parse().ok(), has_amount: true, ..ReadOutcome::default() })
    })
    .unwrap()
}

fn purchases(rows: &[Row]) -> Purchases {
    Purchases {
        id: IdColumn::Text(StringArray::from_iter_values(rows.iter().map(|row| &row.0))),
        when: rows.iter().map(|row| row.1).collect(),
        amount: rows.iter().map(|row| row.2).collect(),
        marks: Vec::new(),
    }
}

/// Every value of a summary, exactly.
fn lines(summary: &Summary) -> Vec<String> {
    let mut lines = Vec::new();
    for batch in summary.batches() {
        let batch = batch.unwrap();
        for i in 0..batch.len() {
            lines.push(format!(
                "{} {} {} {} {}",
                batch.customer_id.value(i),
                batch.frequency.value(i),
                batch.recency.value(i),
                batch.t.value(i),
                batch.monetary_value.as_ref().map_or(-1.0, |mean| mean.value(i))
            ));
        }
    }
    lines
}

/// The log of published.md 5.8 (lifetimes, tests/test_utils.py).
fn small_log() -> Vec<Row> {
    let rows = [
        (1, "2015-01-01", 1.0),
        (1, "2015-02-06", 2.0),
        (2, "2015-01-01", 2.0),
        (3, "2015-01-01", 3.0),
        (3, "2015-01-02", 1.0),
        (3, "2015-01-05", 5.0),
        (4, "2015-01-16", 6.0),
        (4, "2015-02-02", 3.0),
        (4, "2015-02-05", 3.0),
        (5, "2015-01-16", 3.0),
        (5, "2015-01-17", 1.0),
        (5, "2015-01-18", 8.0),
        (6, "2015-02-02", 5.0),
    ];
    let day = |date: &str| first_grain(Grain::Day, date.parse().unwrap());
    rows.map(|(id, date, amount)| (id.to_string(), day(date), amount)).to_vec()
}

#[test]
fn small_log_by_day() {
    let options = LogOptions {
        unit: Some(Unit::Day),
        observed_until: "2015-02-07".parse().ok(),
        threads: Some(2),
        ..LogOptions::default()
    };
    let summary = summary(&small_log(), "2015-02-06", &options);
    let expected = ["1 1 36 37 2", "2 0 0 37 0", "3 2 4 37 3", "4 2 20 22 3", "5 2 2 22 4.5", "6 0 0 5 0"];
    assert_eq!(lines(&summary), expected);
    assert_eq!(summary.meta.first_purchase, "2015-01-01".parse::<Date>().ok());
    assert!(summary.meta.account.adds_up() && !summary.meta.observed_until_assumed);
}

#[test]
fn small_log_by_week() {
    let options = LogOptions {
        grain: Some(Grain::Week),
        observed_until: "2015-02-07".parse().ok(),
        ..LogOptions::default()
    };
    let summary = summary(&small_log(), "2015-02-06", &options);
    let found: Vec<String> =
        lines(&summary).iter().map(|line| line.rsplit_once(' ').unwrap().0.to_owned()).collect();
    assert_eq!(found, ["1 1 5 5", "2 0 0 5", "3 1 1 5", "4 1 3 3", "5 0 0 3", "6 0 0 0"]);
}

#[test]
fn no_rows_no_customers() {
    let summary = summary(&[], "", &LogOptions::default());
    assert!(lines(&summary).is_empty());
    assert_eq!(summary.meta.first_purchase, None);
}

/// A log with ids of all kinds, returns, duplicates and blanks, in no order.
fn mixed_log(rows: u64) -> Vec<Row> {
    let mut state = 1u64;
    let mut draw = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let row = |_| {
        let who = draw(rows / 8 + 1);
        let id = match who % 7 {
            0 => format!("{who:08}"),
            1 => format!("customer-{who:012}-é"),
            2 => format!(" {}", who + 1),
            _ => who.to_string(),
        };
        let amount = draw(20_000) as f64 / 100.0 - 10.0;
        (id, 16_000 + draw(900) as i32, if who % 5 == 0 { amount / 3.0 } else { amount })
    };
    let rows: Vec<Row> = (0..rows).map(row).collect();
    [&rows[..], &rows[..500]].concat()
}

#[test]
fn threads_and_memory_change_nothing() {
    let mut rows = mixed_log(60_000);
    let mut first: Option<(Vec<String>, String)> = None;
    for (threads, memory) in [(1, 1 << 30), (2, 1 << 30), (4, 1 << 20), (1, 1 << 16), (3, 1), (2, 300_000)] {
        let options = LogOptions {
            threads: Some(threads),
            memory_limit: Some(memory),
            since: "2013-11-01".parse().ok(),
            ..LogOptions::default()
        };
        rows.rotate_left(7_777);
        let summary = summary(&rows, "2016-06-01", &options);
        let (account, mut meta) = (summary.meta.account.clone(), summary.meta.clone());
        assert!(account.adds_up());
        // The amounts read are summed by the reader, here in the order of the rows.
        meta.account.entries.iter_mut().filter(|e| e.fate == Fate::Purchase).for_each(|e| e.amount = None);
        let found = (lines(&summary), format!("{meta:?}"));
        assert_eq!(lines(&summary), found.0, "a second reading is the same");
        assert!(found.0.is_sorted_by_key(|line| line.split_once(' ').map(|(id, _)| !id.is_empty())));
        let first = first.get_or_insert_with(|| found.clone());
        assert!(*first == found, "{threads} threads, {memory} bytes: {} {}", first.1, found.1);
        for fate in [Fate::Purchase, Fate::ReturnNetted, Fate::ReturnUnmatched, Fate::BeforeSince] {
            assert!(account.rows(fate) > 0, "{fate}");
        }
        let codes: Vec<_> = summary.meta.warnings.iter().map(|warning| warning.code.clone()).collect();
        assert_eq!(codes, ["ids-differ-by-blanks", "exact-duplicates", "unmatched-returns"]);
    }
}

#[test]
fn integer_ids_are_summarised_as_their_texts_are() {
    let row = |i: u64| {
        let id = if i.is_multiple_of(3) { 9_999_999_999_999_999_999 - i % 700 } else { i * i % 9_000 };
        (id, 16_000 + (i % 500) as i32, (i % 90) as f64 - 5.0)
    };
    let ints: Vec<(u64, i32, f64)> = (0..40_000).map(row).collect();
    let texts: Vec<Row> = ints.iter().map(|&(id, when, amount)| (id.to_string(), when, amount)).collect();
    for memory in [1 << 30, 1 << 16] {
        let options = LogOptions { memory_limit: Some(memory), threads: Some(2), ..LogOptions::default() };
        let of_texts = summary(&texts, "2016-06-01", &options);
        let of_ints = summarize(&options, &(), None, |sink| {
            for batch in ints.chunks(3_000) {
                let id = IdColumn::Int(batch.iter().map(|row| row.0).collect());
                let when = batch.iter().map(|row| row.1).collect();
                sink(
                    0,
                    Purchases {
                        id,
                        when,
                        amount: batch.iter().map(|row| row.2).collect(),
                        marks: Vec::new(),
                    },
                )?;
            }
            let mut account = CleaningAccount::default();
            account.add(Fate::Purchase, ints.len() as u64, Some(ints.iter().map(|row| row.2).sum()));
            let last = "2016-06-01".parse().ok();
            Ok(ReadOutcome { account, last, has_amount: true, ..ReadOutcome::default() })
        });
        let of_ints = of_ints.unwrap();
        assert!(lines(&of_ints) == lines(&of_texts) && !lines(&of_ints).is_empty());
        assert_eq!(format!("{:?}", of_ints.meta), format!("{:?}", of_texts.meta));
    }
}

#[test]
fn one_customer_with_very_many_rows() {
    let row =
        |i: i32| ("the one".to_owned(), 10_000 + i.wrapping_mul(7919) % 5_000, f64::from(i % 1000) / 100.0);
    let rows: Vec<Row> = (0..500_000).map(row).collect();
    let found = [1 << 30, 1 << 20].map(|memory| {
        let options = LogOptions { memory_limit: Some(memory), threads: Some(2), ..LogOptions::default() };
        lines(&summary(&rows, "2020-01-01", &options))
    });
    assert_eq!(found[0], found[1]);
    assert_eq!(found[0].len(), 1);
}

#[test]
fn a_month_is_counted_exactly() {
    let day = |date: &str| first_grain(Grain::Day, date.parse().unwrap());
    let rows: Vec<Row> = ["2020-01-31", "2020-02-01", "2021-01-15"].map(|d| ("a".into(), day(d), 1.0)).into();
    let options = LogOptions { grain: Some(Grain::Month), unit: Some(Unit::Year), ..LogOptions::default() };
    assert_eq!(lines(&summary(&rows, "2021-07-31", &options)), ["a 2 1 1.5 1"]);
}
