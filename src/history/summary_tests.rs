//! Summaries as input: what is accepted, what is refused, and in which words.

use std::io::Write;

use super::options::LogOptions;
use super::read::{Recognised, recognise};
use super::summary_file::SummaryFile;
use crate::base::{Result, Unit};
use crate::history::{Batches, SummaryMeta, UnitSource};

fn open(text: &str, options: &LogOptions) -> (tempfile::NamedTempFile, SummaryFile) {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    match recognise(&[file.path().into()], options) {
        Ok(Recognised::Summary(summary)) => (file, summary),
        Ok(Recognised::Log(_)) => panic!("{text} was taken for a log"),
        Err(error) => panic!("{text}: {error}"),
    }
}

fn meta(text: &str, options: &LogOptions) -> Result<SummaryMeta> {
    open(text, options).1.meta(&())
}

fn rows(summary: &SummaryFile) -> Vec<String> {
    let mut rows = Vec::new();
    for batch in summary.batches() {
        let batch = batch.unwrap();
        for row in 0..batch.len() {
            let money = batch.monetary_value.as_ref().map(|money| money.value(row));
            let (id, x) = (batch.customer_id.value(row), batch.frequency.value(row));
            rows.push(format!("{id} {x} {} {} {money:?}", batch.recency.value(row), batch.t.value(row)));
        }
    }
    rows
}

const HEAD: &str = "customer_id,frequency,recency,T,monetary_value\n";

#[test]
fn streams_as_often_as_wanted_in_its_own_order() {
    let text = format!("{HEAD}b,2,80.5,363,12.005\na,0,0,361,\nc,1.0,5,5,3\n");
    let (_file, summary) = open(&text, &LogOptions::default());
    let meta = summary.meta(&()).unwrap();
    assert_eq!((meta.account.rows_read, meta.has_money, meta.sorted), (3, true, false));
    assert_eq!((meta.unit, meta.unit_source), (Unit::Week, UnitSource::Default));
    let want = ["b 2 80.5 363 Some(12.005)", "a 0 0 361 Some(0.0)", "c 1 5 5 Some(3.0)"];
    assert_eq!(rows(&summary), want);
    drop(summary.batches().next());
    assert_eq!(rows(&summary), want);
}

#[test]
fn large_summaries_come_in_batches_and_in_order() {
    let mut text = "T;recency;frequency;customer_id\n".to_owned();
    (0..200_000).for_each(|n| text.push_str(&format!("9;{};{};c{n}\n", n % 9, (n % 9).min(1))));
    let (_file, summary) = open(&text, &LogOptions { threads: Some(3), ..LogOptions::default() });
    assert_eq!(summary.meta(&()).unwrap().account.rows_read, 200_000);
    let rows = rows(&summary);
    assert!(rows.iter().enumerate().all(|(n, row)| row.starts_with(&format!("c{n} "))));
    assert!(summary.batches().all(|batch| batch.unwrap().len() <= crate::history::BATCH_ROWS));
}

#[test]
fn refuses_impossible_rows_naming_line_column_and_value() {
    for (row, words) in [
        ("x,2,-10,363,5", "line 2, column \"recency\": '-10': recency must not be negative"),
        ("x,0,0,-30,0", "line 2, column \"T\": '-30': T must not be negative"),
        ("x,,80,363,5", "column \"frequency\": '': frequency is empty or NaN (missing)"),
        ("x,2,nan,363,5", "column \"recency\": 'nan': recency is empty"),
        ("x,2,80,inf,5", "column \"T\": 'inf': T must be finite"),
        ("x,2,80,363,", "column \"monetary_value\": '': monetary_value is empty"),
        ("x,2,80,363,0", "column \"monetary_value\": '0': monetary_value must be positive, not zero"),
        ("x,2,80,363,-20", "column \"monetary_value\": '-20': monetary_value must be positive, not negative"),
        ("x,0,0,363,-20", "negative"),
        ("x,2,80,363,inf", "monetary_value must be finite"),
        ("x,2,364,363,5", "column \"recency\": '364': recency must not be larger than T, which is 363"),
        ("x,0,3,363,0", "recency must be 0 where frequency is 0"),
        ("x,3,0,363,5", "recency must be larger than 0"),
        ("x,2.5,80,363,5", "column \"frequency\": '2.5': frequency must be a whole number"),
        ("x,-1,80,363,5", "frequency must not be negative"),
        ("x,5000000000,80,363,5", "frequency must be a whole number"),
        ("x,two,80,363,5", "column \"frequency\": 'two'"),
        (",2,80,363,5", "column \"customer_id\": '': the customer id is empty"),
        ("x,2,80,363", "line 2: the line has 4 fields, the header 5"),
    ] {
        let message =
            meta(&format!("{HEAD}{row}\ny,2,80,363,5\n"), &LogOptions::default()).unwrap_err().to_string();
        assert!(message.contains(words), "{row}: {message}");
        let skip = LogOptions { skip_bad_rows: true, ..LogOptions::default() };
        let (_file, summary) = open(&format!("{HEAD}{row}\ny,2,80,363,5\n"), &skip);
        assert_eq!(summary.meta(&()).unwrap().account.bad_rows(), 1);
        assert_eq!(rows(&summary), ["y 2 80 363 Some(5.0)"]);
    }
    assert!(meta(HEAD, &LogOptions::default()).unwrap_err().to_string().contains("no rows"));
}

#[test]
fn what_clv_writes_it_reads_with_nothing_left_of_some_spend() {
    let text = "customer_id,frequency,recency,T,monetary_value,unit\na,2,3,9,0.0,week\nb,1,3,9,5,week\n";
    let (_file, summary) = open(text, &LogOptions::default());
    let meta = summary.meta(&()).unwrap();
    assert_eq!(
        meta.warnings.iter().map(|warning| &*warning.code).collect::<Vec<_>>(),
        ["repeats-worth-nothing"]
    );
    assert_eq!(rows(&summary), ["a 2 3 9 Some(0.0)", "b 1 3 9 Some(5.0)"]);
}

#[test]
fn a_customer_has_one_row() {
    let rows: String = (0..3000).map(|n| format!("c{n},2,80,363,5\n")).collect();
    let skip = LogOptions { skip_bad_rows: true, ..LogOptions::default() };
    assert!(meta(&format!("{HEAD}{rows}"), &skip).is_ok());
    let message = meta(&format!("{HEAD}{rows}c7,2,80,363,5\nc7,1,8,363,5\n"), &skip).unwrap_err().to_string();
    for words in
        ["line 3002, column \"customer_id\": 'c7': duplicate", "line 9;", "(2 duplicate rows in all)"]
    {
        assert!(message.contains(words), "{words}: {message}");
    }
    let sorted = meta(&format!("{HEAD}a,2,80,363,5\na,2,80,363,5\n"), &skip).unwrap_err().to_string();
    assert!(sorted.contains("duplicate"), "{sorted}");
    assert!(meta(&format!("{HEAD}a,2,80,363,5\nb,2,80,363,5\n"), &skip).unwrap().sorted);
}

#[test]
fn the_unit_is_given_said_by_the_file_or_assumed() {
    let head = "customer_id,frequency,recency,T,unit\n";
    let day = LogOptions { unit: Some(Unit::Day), ..LogOptions::default() };
    let unit = |text: &str, options: &LogOptions| {
        meta(&format!("{head}{text}"), options).map(|meta| (meta.unit, meta.unit_source))
    };
    assert_eq!(unit("a,2,80,363,month\n", &LogOptions::default()).unwrap(), (Unit::Month, UnitSource::File));
    assert_eq!(unit("a,2,80,363,\n", &day).unwrap(), (Unit::Day, UnitSource::Given));
    assert!(unit("a,2,80,363,week\n", &day).unwrap_err().to_string().contains("--unit"));
    assert!(unit("a,2,80,363,week\nb,2,80,363,day\n", &day).unwrap_err().to_string().contains("line 3"));
    assert!(unit("a,2,80,363,fortnight\n", &day).unwrap_err().to_string().contains("day, week, month, year"));
    let meta = meta(&format!("{HEAD}a,2,80,31363200,5\nb,0,0,9,5\n"), &LogOptions::default()).unwrap();
    let codes: Vec<_> = meta.warnings.iter().map(|warning| &*warning.code).collect();
    assert_eq!(codes, ["implausible-unit", "money-without-repeats"]);
}
