//! Sums of the logarithms of gaps against plain loops over the shipped logs.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::common::fixture;
use clv::customers::Counts;
use clv::history::{self, LogOptions, Summary};
use clv::output::{Target, write_summary};
use clv::{Grain, Unit};
use jiff::civil::Date;

fn open(paths: &[PathBuf], options: &LogOptions) -> Summary {
    let summary = history::open(paths, options, &()).unwrap();
    assert!(summary.meta.account.adds_up() && summary.meta.has_log_gaps);
    summary
}

/// Id, frequency, recency and the sum of the logarithms of gaps of each customer.
fn sums(summary: &Summary) -> Vec<(String, u32, f64, f64)> {
    let mut all = Vec::new();
    for batch in summary.batches() {
        let batch = batch.unwrap();
        let sums = batch.log_gaps.as_ref().unwrap();
        for i in 0..batch.len() {
            let id = batch.customer_id.value(i).to_owned();
            all.push((id, batch.frequency.value(i), batch.recency.value(i), sums.value(i)));
        }
    }
    all
}

fn log_of(grain: Grain, unit: Unit) -> LogOptions {
    LogOptions { grain: Some(grain), unit: Some(unit), log_gaps: true, ..LogOptions::default() }
}

/// The grain of a date, counted from some time.
fn grain_of(grain: Grain, date: Date) -> i64 {
    let day = |date: Date| i64::from(date.since(Date::constant(1990, 1, 1)).unwrap().get_days());
    match grain {
        Grain::Day => day(date),
        // 1990-01-01 was a Monday.
        Grain::Week => day(date).div_euclid(7),
        Grain::Month => i64::from(date.year()) * 12 + i64::from(date.month()),
        _ => i64::from(date.year()),
    }
}

#[test]
fn equal_to_a_plain_loop_for_every_grain_and_unit() {
    let path = fixture("cdnow_master.csv");
    let mut dates: BTreeMap<String, BTreeSet<Date>> = BTreeMap::new();
    for record in csv::Reader::from_path(&path).unwrap().records() {
        let record = record.unwrap();
        dates.entry(record[0].to_owned()).or_default().insert(record[1].parse().unwrap());
    }
    for grain in [Grain::Day, Grain::Week, Grain::Month, Grain::Year] {
        for unit in Unit::ALL {
            let found = sums(&open(std::slice::from_ref(&path), &log_of(grain, unit)));
            assert_eq!(found.len(), dates.len());
            for ((id, x, _, sum), (expected_id, dates)) in found.iter().zip(&dates) {
                assert_eq!(id, expected_id);
                let grains: BTreeSet<i64> = dates.iter().map(|&date| grain_of(grain, date)).collect();
                let grains: Vec<i64> = grains.into_iter().collect();
                let expected: f64 = grains
                    .windows(2)
                    .map(|pair| ((pair[1] - pair[0]) as f64 * grain.days() / unit.days()).ln())
                    .sum();
                assert_eq!(*x as usize, grains.len() - 1);
                // Logarithms: an error of theirs is a relative one of the gaps, and each gap adds its own.
                assert!((sum - expected).abs() <= 1e-12 * (1.0 + f64::from(*x)), "{id}: {sum} {expected}");
            }
        }
    }
}

#[test]
fn the_same_bits_for_any_threads_memory_and_order() {
    let text = std::fs::read_to_string(fixture("cdnow_master.csv")).unwrap();
    let (header, body) = text.split_once('\n').unwrap();
    let mut lines: Vec<&str> = body.lines().collect();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("log.csv");
    let mut first = None;
    for (threads, memory) in [(1, 1 << 30), (2, 1 << 16), (4, 1 << 20), (3, 1)] {
        lines.rotate_left(23_456);
        lines[..40_000].reverse();
        std::fs::write(&path, format!("{header}\n{}\n", lines.join("\n"))).unwrap();
        let options = LogOptions {
            threads: Some(threads),
            memory_limit: Some(memory),
            ..log_of(Grain::Day, Unit::Week)
        };
        let summary = open(std::slice::from_ref(&path), &options);
        let found = (sums(&summary), Counts::read(&summary, &()).unwrap().customers.log_gaps);
        let first = first.get_or_insert_with(|| found.clone());
        assert!(*first == found, "{threads} threads, {memory} bytes");
    }
    let (sums, total) = first.unwrap();
    let plain: f64 = sums.iter().map(|sum| sum.3).sum();
    assert!((total.unwrap() / plain - 1.0).abs() < 1e-12);
}

#[test]
fn summary_files_give_them_back() {
    let log = [fixture("cdnow_sample.csv")];
    let summary = open(&log, &log_of(Grain::Day, Unit::Week));
    let total = Counts::read(&summary, &()).unwrap();
    let dir = tempfile::tempdir().unwrap();
    for name in ["s.csv", "s.parquet", "s.jsonl"] {
        let path = dir.path().join(name);
        write_summary(&summary, &Target::table(path.to_str().unwrap()).unwrap(), &()).unwrap();
        // Read whether it is asked for or not.
        for log_gaps in [false, true] {
            let options = LogOptions { log_gaps, ..LogOptions::default() };
            let again = open(std::slice::from_ref(&path), &options);
            assert!(sums(&again) == sums(&summary), "{name}");
            let counts = Counts::read(&again, &()).unwrap();
            assert_eq!(counts.customers.log_gaps, total.customers.log_gaps);
            assert_eq!(counts.trained_on.sha256, total.trained_on.sha256);
        }
    }
    let text = std::fs::read_to_string(dir.path().join("s.csv")).unwrap();
    assert!(
        text.starts_with(
            "customer_id,frequency,recency,T,monetary_value,log_gaps,unit,observed_until,grain\n"
        ),
        "{text:.100}"
    );
}

#[test]
fn without_being_asked_there_are_none() {
    let summary = history::open(&[fixture("cdnow_sample.csv")], &LogOptions::default(), &()).unwrap();
    assert!(!summary.meta.has_log_gaps);
    assert!(summary.batches().all(|batch| batch.unwrap().log_gaps.is_none()));
    assert_eq!(Counts::read(&summary, &()).unwrap().customers.log_gaps, None);
}

/// Opens a summary given as text; the message if it is refused.
fn refused(rows: &str, options: &LogOptions) -> Result<(), String> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("summary.csv");
    std::fs::write(&path, rows).unwrap();
    history::open(&[path], options, &()).map(drop).map_err(|error| error.to_string())
}

#[test]
fn impossible_sums_are_bad_rows_in_words() {
    let head = "customer_id,frequency,recency,T,log_gaps,unit\n";
    let options = LogOptions::default();
    // Two gaps of 4 and 6 weeks; the most that two gaps of 10 weeks in all can have is 2 ln 5.
    for good in ["2,10,12,3.1780538303479458", "2,10,12,3.218876", "0,0,12,0", "1,0.1,12,-2.302585093"] {
        assert_eq!(refused(&format!("{head}a,{good},week\n"), &options), Ok(()), "{good}");
    }
    for (row, words) in [
        ("2,10,12,nan", "line 2, column \"log_gaps\": 'nan': log_gaps is empty or NaN (missing)"),
        ("2,10,12,", "column \"log_gaps\": '': log_gaps is empty"),
        ("2,10,12,inf", "log_gaps must be finite"),
        ("2,10,12,3.23", "column \"log_gaps\": '3.23': log_gaps must not be larger than 3.218876"),
        ("0,0,12,0.5", "column \"log_gaps\": '0.5': log_gaps must be 0 where frequency is 0"),
    ] {
        let message = refused(&format!("{head}a,{row},week\nb,0,0,12,0,week\n"), &options).unwrap_err();
        assert!(message.contains(words), "{row}: {message}");
    }
    let asked = LogOptions { log_gaps: true, ..LogOptions::default() };
    let message = refused("customer_id,frequency,recency,T\na,2,10,12\n", &asked).unwrap_err();
    assert!(message.contains("clv summarize --log-gaps") && message.contains("columns:"), "{message}");
}
