//! Attributes of customers: from the log, from a file of customers, from a summary; against plain loops.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::common::fixture;
use arrow_array::{ArrayRef, Date32Array, Float64Array, Int64Array, RecordBatch, StringArray};
use clv::history::{self, LogOptions, Summary};
use clv::output::{Target, write_summary};

/// A directory with files in it.
struct Files(tempfile::TempDir);

impl Files {
    fn new() -> Self {
        Files(tempfile::tempdir().unwrap())
    }
    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }
}

fn asked(names: &str) -> LogOptions {
    LogOptions { attributes: names.split(',').map(str::to_owned).collect(), ..LogOptions::default() }
}

fn joined(names: &str, customers: &Path) -> LogOptions {
    LogOptions { customers: Some(customers.into()), ..asked(names) }
}

fn open(path: &Path, options: &LogOptions) -> Summary {
    let summary = history::open(&[path.to_owned()], options, &()).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(summary.meta.attributes, options.attributes);
    summary
}

fn refused(path: &Path, options: &LogOptions) -> String {
    history::open(&[path.to_owned()], options, &()).err().expect("an error").to_string()
}

/// `id: value, value`, one line a customer.
fn lines(summary: &Summary) -> Vec<String> {
    let mut lines = Vec::new();
    for batch in summary.batches() {
        let batch = batch.unwrap();
        assert_eq!(batch.attributes.len(), summary.meta.attributes.len());
        for i in 0..batch.len() {
            let values: Vec<&str> = batch.attributes.iter().map(|column| column.value(i)).collect();
            lines.push(format!("{}: {}", batch.customer_id.value(i), values.join(", ")));
        }
    }
    lines
}

fn said(summary: &Summary) -> String {
    let warnings = summary.meta.warnings.iter().map(|warning| warning.message.clone());
    summary.meta.assumptions.iter().cloned().chain(warnings).collect::<Vec<_>>().join("\n")
}

/// Customer, day since 2020-01-01, amount, channel, region.
type Row = (String, i64, f64, String, String);

fn mixed_log(rows: u64) -> Vec<Row> {
    let mut state = 7u64;
    let mut draw = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let row = |_| {
        let who = draw(rows / 5);
        let id = if who % 3 == 0 { format!("c-{who}") } else { who.to_string() };
        let channels = ["web", "shop", "a,\"b\"", "", "Äpp", "(missing)", " "];
        let channel = channels[draw(if who % 2 == 0 { 7 } else { 1 }) as usize].to_owned();
        let region = match draw(9) {
            0 => String::new(),
            n => format!("r{}", who % 20 + u64::from(n == 1)),
        };
        // Few days, so that there are ties; some returns, also before the first purchase.
        (id, draw(40) as i64, draw(1000) as f64 / 10.0 - 15.0, channel, region)
    };
    (0..rows).map(row).collect()
}

/// What a customer is given, and which attributes vary.
fn plain(rows: &[Row]) -> (Vec<String>, [u64; 2], [u64; 2]) {
    let mut customers: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    rows.iter().for_each(|row| customers.entry(&row.0).or_default().push(row));
    let (mut lines, mut several, mut missing) = (Vec::new(), [0; 2], [0; 2]);
    for (id, rows) in customers {
        let Some(first) = rows.iter().filter(|row| row.2 >= 0.0).map(|row| row.1).min() else { continue };
        let mut taken = Vec::new();
        for (i, of) in [|row: &Row| row.3.clone(), |row: &Row| row.4.clone()].into_iter().enumerate() {
            let of = |row: &&Row| match of(row) {
                text if text.trim().is_empty() => "(missing)".to_owned(),
                text => text,
            };
            // The earliest row: dates have no time of day, so that the order of the input decides.
            let value = rows.iter().find(|row| row.1 == first && row.2 >= 0.0).map(of).unwrap();
            several[i] += u64::from(rows.iter().map(of).collect::<BTreeSet<_>>().len() > 1);
            missing[i] += u64::from(value == "(missing)");
            taken.push(value);
        }
        lines.push(format!("{id}: {}", taken.join(", ")));
    }
    (lines, several, missing)
}

fn csv(rows: &[Row]) -> String {
    let mut text = "region,customer_id,date,amount,channel\n".to_owned();
    for (id, day, amount, channel, region) in rows {
        let date = jiff::civil::date(2020, 1, 1).checked_add(jiff::Span::new().days(*day)).unwrap();
        text.push_str(&format!("{region},{id},{date},{amount},\"{}\"\n", channel.replace('"', "\"\"")));
    }
    text
}

fn jsonl(rows: &[Row]) -> String {
    let mut text = String::new();
    for (id, day, amount, channel, region) in rows {
        let date = jiff::civil::date(2020, 1, 1).checked_add(jiff::Span::new().days(*day)).unwrap();
        let mut row =
            serde_json::json!({"date": date.to_string(), "customer_id": id, "amount": amount, "note": 1});
        if !channel.is_empty() {
            row["channel"] = channel.as_str().into();
        }
        row["region"] = if region.is_empty() { serde_json::Value::Null } else { region.as_str().into() };
        text.push_str(&format!("{row}\n"));
    }
    text
}

fn parquet(path: &Path, columns: Vec<(&str, ArrayRef)>) {
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let file = std::fs::File::create(path).unwrap();
    let mut writer = parquet::arrow::ArrowWriter::try_new(file, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

fn parquet_log(path: &Path, rows: &[Row]) {
    let texts = |of: fn(&Row) -> &String| {
        Arc::new(
            rows.iter().map(|row| Some(of(row)).filter(|text| !text.is_empty())).collect::<StringArray>(),
        ) as ArrayRef
    };
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("channel", texts(|row| &row.3)),
        ("customer_id", texts(|row| &row.0)),
        ("date", Arc::new(Date32Array::from_iter_values(rows.iter().map(|row| 18_262 + row.1 as i32)))),
        ("amount", Arc::new(Float64Array::from_iter_values(rows.iter().map(|row| row.2)))),
        ("region", texts(|row| &row.4)),
    ];
    parquet(path, columns);
}

#[test]
fn equal_to_a_plain_loop_for_any_format_threads_memory_and_order() {
    let mut rows = mixed_log(30_000);
    let files = Files::new();
    let mut orders = BTreeSet::new();
    for (threads, memory) in [(1, 1 << 30), (2, 1 << 20), (4, 1 << 16), (3, 1 << 17)] {
        let options =
            LogOptions { threads: Some(threads), memory_limit: Some(memory), ..asked("channel,region") };
        rows.rotate_left(7_001);
        rows[..9_000].reverse();
        let (expected, several, missing) = plain(&rows);
        assert!(several.iter().chain(&missing).all(|&n| n > 50), "{several:?} {missing:?}");
        let n = expected.len();
        orders.insert(expected.clone());
        let pq = files.0.path().join("log.parquet");
        parquet_log(&pq, &rows);
        let logs = [files.write("log.csv", &csv(&rows)), files.write("log.jsonl", &jsonl(&rows)), pq];
        for log in &logs {
            let summary = open(log, &options);
            assert!(summary.meta.account.adds_up());
            assert!(lines(&summary) == expected, "{threads} threads, {memory} bytes, {}", log.display());
            let said = said(&summary);
            for (i, name) in ["channel", "region"].into_iter().enumerate() {
                let varies = format!(
                    "{name}: {} of {n} customers have more than one value; that of the earliest row of the first \
                     purchase was taken",
                    several[i]
                );
                let unknown = format!("{name}: {} of {n} customers have no value", missing[i]);
                assert!(said.contains(&varies) && said.contains(&unknown), "{said}");
            }
        }
    }
    assert_eq!(orders.len(), 4, "the order of rows matters here");
}

#[test]
fn nothing_else_changes() {
    let files = Files::new();
    let log = files.write("log.csv", &csv(&mixed_log(5_000)));
    let numbers = |options: &LogOptions| -> Vec<String> {
        let summary = history::open(std::slice::from_ref(&log), options, &()).unwrap();
        let batches = summary.batches().map(|batch| {
            let batch = batch.unwrap();
            format!(
                "{:?}",
                (batch.customer_id, batch.frequency, batch.recency, batch.t, batch.monetary_value)
            )
        });
        batches.collect::<Vec<_>>().into_iter().chain([format!("{:?}", summary.meta.account)]).collect()
    };
    assert_eq!(numbers(&LogOptions::default()), numbers(&asked("region,channel")));
}

#[test]
fn summaries_carry_them_on() {
    let files = Files::new();
    let log = files.write("log.csv", &csv(&mixed_log(5_000)));
    let options = LogOptions { log_gaps: true, ..asked("channel,region") };
    let summary = open(&log, &options);
    for name in ["s.csv", "s.parquet", "s.jsonl"] {
        let path = files.0.path().join(name);
        write_summary(&summary, &Target::table(path.to_str().unwrap()).unwrap(), &()).unwrap();
        let again = open(&path, &options);
        assert!(lines(&again) == lines(&summary), "{name}");
        let swapped = open(&path, &asked("region"));
        assert_eq!(lines(&swapped).len(), lines(&summary).len());
        let missing = said(&summary).lines().find(|line| line.starts_with("region: ")).unwrap().to_owned();
        assert!(said(&swapped).contains(&missing), "{}", said(&swapped));
        assert!(history::open(&[path], &LogOptions::default(), &()).unwrap().meta.attributes.is_empty());
    }
    let text = std::fs::read_to_string(files.0.path().join("s.csv")).unwrap();
    let header =
        "customer_id,frequency,recency,T,monetary_value,log_gaps,channel,region,unit,observed_until,grain\n";
    assert!(text.starts_with(header), "{text:.100}");
}

const LOG: &str = "id,date,amount\nc1,2020-01-01,1\nc2,2020-01-05,2\n007,2020-01-03,3\nc2,2020-02-05,2\n";

#[test]
fn a_file_of_customers_is_joined() {
    let files = Files::new();
    let log = files.write("log.csv", LOG);
    let customers = files.write(
        "customers.csv",
        "name;Client ID;plan;since\nx;c1;gold;2019-05-01\ny;c9;;\nz;007;;1.50\nx;c1;gold;2019-05-01\n",
    );
    let summary = open(&log, &joined("since,plan", &customers));
    assert_eq!(lines(&summary), ["007: 1.50, (missing)", "c1: 2019-05-01, gold", "c2: (missing), (missing)"]);
    let said = said(&summary);
    for words in [
        "1 of 3 customers have no row in",
        "1 of 3 ids of",
        "are not among the customers",
        "1 rows of",
        "repeat another row",
        "plan: 1 of 3 customers have no value",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    // The same to a summary, and from Parquet with ids that are numbers.
    let path = files.0.path().join("s.csv");
    write_summary(&summary, &Target::table(path.to_str().unwrap()).unwrap(), &()).unwrap();
    assert_eq!(lines(&open(&path, &joined("since,plan", &customers))), lines(&summary));
    let numbers = files.write("numbers.csv", "id,date\n17,2020-01-01\n4,2020-01-01\n");
    let pq = files.0.path().join("customers.parquet");
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("customer_id", Arc::new(Int64Array::from(vec![4, 17]))),
        ("age", Arc::new(Int64Array::from(vec![None, Some(44)]))),
        ("born", Arc::new(Date32Array::from(vec![Some(0), None]))),
    ];
    parquet(&pq, columns);
    let summary = open(&numbers, &joined("age,born", &pq));
    assert_eq!(lines(&summary), ["17: 44, (missing)", "4: (missing), 1970-01-01"]);
    assert!(summary.meta.warnings.iter().all(|warning| warning.code != "no-customer-joined"));
}

#[test]
fn some_come_from_the_log_and_some_from_the_file() {
    let files = Files::new();
    let text = "id,date,amount,channel,shop\nc1,2020-01-01,1,web,A\nc2,2020-01-05,2,,B\n";
    let log = files.write("log.csv", text);
    let customers = files.write("customers.csv", "id,plan,age\nc1,gold,44\nc2,,\n");
    let options = joined("age,shop,plan,channel", &customers);
    let summary = open(&log, &options);
    assert_eq!(lines(&summary), ["c1: 44, A, gold, web", "c2: (missing), B, (missing), (missing)"]);
    for name in ["age", "plan", "channel"] {
        assert!(
            said(&summary).contains(&format!("{name}: 1 of 2 customers have no value")),
            "{}",
            said(&summary)
        );
    }
    let path = files.0.path().join("s.parquet");
    write_summary(&summary, &Target::table(path.to_str().unwrap()).unwrap(), &()).unwrap();
    assert_eq!(lines(&open(&path, &joined("age,shop,plan,channel", &customers))), lines(&summary));
    assert_eq!(lines(&open(&path, &asked("age,shop,plan,channel"))), lines(&summary));
    // Several files of customers must have the same of them.
    files.write("customers2.csv", "plan,id,age\nx,c7,1\n");
    let all = joined("age,plan", &files.0.path().join("customers*.csv"));
    assert_eq!(lines(&open(&log, &all)), ["c1: 44, gold", "c2: (missing), (missing)"]);
    files.write("customers3.csv", "plan,id,shop\nx,c8,1\n");
    let all = joined("age,plan,shop", &files.0.path().join("customers*.csv"));
    let message = refused(&log, &all);
    assert!(
        message.contains("customers3.csv: the attributes here are plan, shop, but age, plan in"),
        "{message}"
    );
}

#[test]
fn ids_that_never_meet_are_warned_of() {
    let files = Files::new();
    let log = files.write("log.csv", LOG);
    let customers = files.write("customers.csv", "id,plan\n7,gold\n1,x\n");
    let summary = open(&log, &joined("plan", &customers));
    let warning = summary.meta.warnings.iter().find(|warning| warning.code == "no-customer-joined").unwrap();
    assert!(warning.message.contains("'007'") && warning.message.contains("'7'"), "{warning}");
}

#[test]
fn customers_that_contradict_themselves_are_refused() {
    let files = Files::new();
    let log = files.write("log.csv", LOG);
    let customers = files.write("customers.csv", "id,a,plan\nc1,1,gold\nc2,2,x\nc1,1,silver\n");
    let message = refused(&log, &joined("a,plan", &customers));
    for words in [
        "customers.csv, line 4, column \"plan\": 'silver'",
        "customer 'c1'",
        "'gold'",
        "customers.csv, line 2",
    ] {
        assert!(message.contains(words), "{words}: {message}");
    }
    assert_eq!(lines(&open(&log, &joined("a", &customers))), ["007: (missing)", "c1: 1", "c2: 2"]);
}

#[test]
fn bad_rows_of_a_file_of_customers_are_listed() {
    let files = Files::new();
    let log = files.write("log.csv", LOG);
    let customers = files.write("customers.csv", "id,plan\n,gold\nc2,x,y\nc1,z\n");
    let message = refused(&log, &joined("plan", &customers));
    for words in [
        "line 2, column \"id\": '': the customer id is empty",
        "line 3: the line has 3 fields",
        "2 rows of 3",
    ] {
        assert!(message.contains(words), "{words}: {message}");
    }
    let skip = LogOptions { skip_bad_rows: true, ..joined("plan", &customers) };
    let summary = open(&log, &skip);
    assert_eq!(lines(&summary), ["007: (missing)", "c1: z", "c2: (missing)"]);
    assert!(said(&summary).contains("2 bad rows were left out"), "{}", said(&summary));
    let empty = files.write("empty.csv", "id,plan\n");
    assert!(refused(&log, &joined("plan", &empty)).contains("no customers"));
}

#[test]
fn names_that_cannot_be_are_refused() {
    let files = Files::new();
    let log = files.write("log.csv", "customer_id,date,amount,channel\nc1,2020-01-01,1,web\n");
    let customers = files.write("customers.csv", "customer_id,plan\nc1,gold\n");
    let summary = files.write("s.csv", "customer_id,frequency,recency,T,channel\nc1,0,0,9,web\n");
    for (path, options, words) in [
        (&log, asked("chanel"), "the attribute 'chanel' is no column here"),
        (&summary, asked("plan"), "(columns: customer_id, frequency, recency, T, channel)"),
        (
            &log,
            joined("channel", &customers),
            "customers.csv: none of the --attributes (channel) is a column of this file",
        ),
        (&log, joined("plan,chanel", &customers), "the attribute 'chanel' is no column here"),
        (&log, asked("channel,channel"), "--attributes: 'channel' is named twice"),
        (&log, asked("Recency"), "--attributes: 'Recency' is the name of a column that summaries"),
        (&log, asked("unit"), "rename the column"),
        (&log, asked("channel,"), "a name is empty"),
        (&log, asked("amount"), "'amount' cannot be both the amount and an attribute"),
        (
            &log,
            LogOptions { customers: Some(customers.clone().into()), ..LogOptions::default() },
            "--attributes COLUMN,COLUMN (columns: customer_id, plan)",
        ),
    ] {
        let message = refused(path, &options);
        assert!(message.contains(words), "{words}: {message}");
    }
}

#[test]
fn a_value_of_its_own_for_every_row_is_refused_before_memory_is_full() {
    let files = Files::new();
    let mut text = "customer_id,date,order\n".to_owned();
    (0..50_000).for_each(|i| text.push_str(&format!("c{},2020-01-01,order-{i:030}\n", i % 9)));
    let log = files.write("log.csv", &text);
    let options = LogOptions { memory_limit: Some(1_000_000), ..asked("order") };
    let message = refused(&log, &options);
    assert!(message.contains("do not fit into memory") && message.contains("--memory-limit"), "{message}");
    assert_eq!(lines(&open(&log, &asked("order"))).len(), 9);
}

#[test]
fn the_command_line_takes_them() {
    let files = Files::new();
    let log =
        files.write("log.csv", "customer_id,date,amount,channel\nc1,2020-01-01,1,web\nc1,2020-02-01,1,app\n");
    let customers = files.write("customers.csv", "customer_id,plan\nc1,gold\n");
    let clv = |arguments: &[&str]| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_clv"))
            .arg("summarize")
            .arg(&log)
            .args(arguments)
            .output();
        let output = output.unwrap();
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let (table, words) = clv(&["--attributes", "channel", "--unit", "day", "--log-gaps"]);
    let expected =
        "customer_id,frequency,recency,T,monetary_value,log_gaps,channel,unit,observed_until,grain\n";
    assert_eq!(table, format!("{expected}c1,1,31.0,31.0,1.0,{},web,day,2020-02-01,day\n", 31f64.ln()));
    assert!(words.contains("channel: 1 of 1 customers have more than one value"), "{words}");
    let (table, _) = clv(&["--attributes", "plan", "--customers", customers.to_str().unwrap()]);
    assert!(table.ends_with(",gold,week,2020-02-01,day\n"), "{table}");
    let out = customers.to_str().unwrap();
    let (_, words) = clv(&["--attributes", "plan", "--customers", out, "-o", out]);
    assert!(words.contains("it would be overwritten"), "{words}");
    // A shipped log has none of them.
    assert!(refused(&fixture("cdnow_sample.csv"), &asked("channel")).contains("columns:"));
}
