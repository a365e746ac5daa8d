//! Reading: the same purchases give the same summary from every format, from any number of threads
//! and files, and reading can be watched and stopped.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow_array::{ArrayRef, Date32Array, Float64Array, RecordBatch, StringArray};
use clv::history::{self, Fate, LogOptions, Summary};
use clv::{Error, ErrorKind, Progress};

/// Purchases: customer, day since 1970, cents.
fn purchases() -> Vec<(String, i32, u32)> {
    let mut state = 3u64;
    let mut next = |below: u64| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) % below
    };
    (0..80_000)
        .map(|_| (format!("c{:05}", next(9000)), 19_000 + next(700) as i32, next(50_000) as u32))
        .collect()
}

fn iso(day: i32) -> String {
    let first = jiff::civil::date(1970, 1, 1);
    (first + jiff::Span::new().days(day)).to_string()
}

fn csv(rows: &[(String, i32, u32)], separator: char, end: &str) -> String {
    let mut text = format!("customer_id{separator}date{separator}amount{end}");
    for (id, day, cents) in rows {
        let (whole, part) = (cents / 100, cents % 100);
        text.push_str(&format!("{id}{separator}{}{separator}{whole}.{part:02}{end}", iso(*day)));
    }
    text
}

/// With quotes where they are not needed, and a column of text in which they are.
fn quoted(rows: &[(String, i32, u32)]) -> String {
    let mut text = "\"customer_id\",note,date,amount\n".to_owned();
    for (n, (id, day, cents)) in rows.iter().enumerate() {
        let note = ["5\" pipe", "\"one, \"\"two\"\"\nthree\"", "plain", ""][n % 4];
        let (whole, part) = (cents / 100, cents % 100);
        text.push_str(&format!("\"{id}\",{note},\"{}\",{whole}.{part:02}\n", iso(*day)));
    }
    text
}

fn batch(rows: &[(String, i32, u32)]) -> RecordBatch {
    let ids: StringArray = rows.iter().map(|(id, ..)| Some(id)).collect();
    let days: Date32Array = rows.iter().map(|(_, day, _)| Some(*day)).collect();
    let amounts: Float64Array = rows.iter().map(|(.., cents)| Some(f64::from(*cents) / 100.0)).collect();
    let columns: [(&str, ArrayRef); 3] =
        [("customer_id", Arc::new(ids)), ("date", Arc::new(days)), ("amount", Arc::new(amounts))];
    RecordBatch::try_from_iter(columns).unwrap()
}

/// Writes the purchases in every format; the paths to give to one call each.
fn every_format(folder: &Path) -> Vec<Vec<PathBuf>> {
    let rows = purchases();
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let plain = csv(&rows, ',', "\n");
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(plain.as_bytes()).unwrap();
    let json: String = rows
        .iter()
        .map(|(id, day, cents)| {
            let amount = f64::from(*cents) / 100.0;
            format!("{{\"date\":\"{}\",\"customer_id\":\"{id}\",\"amount\":{amount}}}\n", iso(*day))
        })
        .collect();
    let properties = parquet::file::properties::WriterProperties::builder();
    let properties = properties.set_max_row_group_row_count(Some(7_000)).build();
    let table = batch(&rows);
    let mut parquet =
        parquet::arrow::ArrowWriter::try_new(Vec::new(), table.schema(), Some(properties)).unwrap();
    parquet.write(&table).unwrap();
    let mut stream = arrow_ipc::writer::StreamWriter::try_new(Vec::new(), &table.schema()).unwrap();
    stream.write(&table.slice(0, 30_000)).unwrap();
    stream.write(&table.slice(30_000, 50_000)).unwrap();
    stream.finish().unwrap();
    let parts: Vec<PathBuf> = rows
        .chunks(30_000)
        .enumerate()
        .map(|(n, part)| write(&format!("parts/{n}.csv"), csv(part, ',', "\n").as_bytes()))
        .collect();
    vec![
        vec![write("plain.csv", plain.as_bytes())],
        vec![write("semicolon.csv", csv(&rows, ';', "\r\n").as_bytes())],
        vec![write("old.csv", csv(&rows, '\t', "\r").as_bytes())],
        vec![write("quoted.csv", quoted(&rows).as_bytes())],
        vec![write("log.csv.gz", &gzip.finish().unwrap())],
        vec![write("log.zst", &zstd::encode_all(plain.as_bytes(), 1).unwrap())],
        vec![write("log.jsonl", json.as_bytes())],
        vec![write("log.parquet", &parquet.into_inner().unwrap())],
        vec![write("log.arrows", &stream.into_inner().unwrap())],
        parts,
        vec![folder.join("parts")],
        vec![folder.join("parts/?.csv")],
    ]
}

fn rows(summary: &Summary) -> Vec<String> {
    let mut rows = Vec::new();
    for batch in summary.batches() {
        let batch = batch.unwrap();
        for row in 0..batch.len() {
            let money = batch.monetary_value.as_ref().unwrap().value(row);
            let (id, x) = (batch.customer_id.value(row), batch.frequency.value(row));
            rows.push(format!("{id} {x} {} {} {money}", batch.recency.value(row), batch.t.value(row)));
        }
    }
    rows
}

#[test]
fn every_format_gives_the_same_summary_for_any_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    let mut first: Option<Vec<String>> = None;
    for paths in every_format(folder.path()) {
        for threads in [1, 3] {
            let options = LogOptions { threads: Some(threads), ..LogOptions::default() };
            let summary = history::open(&paths, &options, &()).unwrap_or_else(|e| panic!("{paths:?}: {e}"));
            assert_eq!(summary.meta.account.rows_read, 80_000, "{paths:?}");
            assert!(summary.meta.account.adds_up());
            let found = rows(&summary);
            let first = first.get_or_insert_with(|| found.clone());
            assert!(found == *first, "{paths:?} with {threads} threads: {} customers", found.len());
        }
    }
}

#[test]
fn skipped_rows_are_accounted_for_alike_by_any_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    let mut text = csv(&purchases(), ',', "\n");
    for at in [9, 20_000, 60_000] {
        let place = text.match_indices('\n').nth(at).unwrap().0 + 1;
        text.insert_str(place, "c00001,2022-01-01,\n,2022-01-01,5\nc00001,2022-01-01\n");
    }
    let path = folder.path().join("log.csv");
    std::fs::write(&path, text).unwrap();
    let open = |threads, skip_bad_rows| {
        let options = LogOptions { threads: Some(threads), skip_bad_rows, ..LogOptions::default() };
        history::open(std::slice::from_ref(&path), &options, &())
    };
    let error = |threads| open(threads, false).map(|_| ()).unwrap_err();
    assert_eq!(error(1).to_string(), error(3).to_string());
    let ErrorKind::BadRows(bad) = error(2).into_kind() else { panic!("not bad rows") };
    let lines: Vec<_> = bad.listed.iter().filter_map(|row| row.place.line).collect();
    assert_eq!((bad.total, lines), (9, vec![11, 12, 13, 20_002, 20_003, 20_004, 60_002, 60_003, 60_004]));
    let (one, three) = (open(1, true).unwrap().meta, open(3, true).unwrap().meta);
    assert_eq!(one.account, three.account);
    assert_eq!(one.warnings, three.warnings);
    for fate in [Fate::MissingAmount, Fate::MissingId, Fate::BrokenLine] {
        assert_eq!(one.account.rows(fate), 3, "{fate}");
    }
    assert_eq!(one.account.entry(Fate::MissingId).unwrap().amount, Some(15.0));
}

/// Counts what it hears, and asks to stop at some point.
struct Watch {
    heard: AtomicU64,
    stop_after: u64,
}

impl Progress for Watch {
    fn stage(&self, name: &str, total: Option<u64>) {
        if name == "reading" {
            assert!(total.is_some_and(|bytes| bytes > 1_000_000), "{total:?}");
            self.heard.store(0, Ordering::Relaxed);
        }
    }

    fn advance(&self, n: u64) {
        self.heard.fetch_add(n, Ordering::Relaxed);
    }

    fn stopped(&self) -> bool {
        self.heard.load(Ordering::Relaxed) > self.stop_after
    }
}

#[test]
fn reading_can_be_watched_and_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.csv");
    let text = csv(&purchases(), ',', "\n");
    std::fs::write(&path, &text).unwrap();
    let open = |watch: &Watch| -> Result<(), Error> {
        history::open(std::slice::from_ref(&path), &LogOptions::default(), watch).map(|_| ())
    };
    let watch = Watch { heard: AtomicU64::new(0), stop_after: u64::MAX };
    open(&watch).unwrap();
    assert!(watch.heard.load(Ordering::Relaxed) >= text.len() as u64);
    let watch = Watch { heard: AtomicU64::new(0), stop_after: 100_000 };
    assert!(matches!(open(&watch).unwrap_err().into_kind(), ErrorKind::Interrupted));
}

#[test]
fn standard_input_is_of_any_format() {
    let folder = tempfile::tempdir().unwrap();
    let all = every_format(folder.path());
    let summarize = |input: &Path| {
        let mut clv = assert_cmd::Command::cargo_bin("clv").unwrap();
        let run = clv.args(["summarize", "-", "-o", "-"]).write_stdin(std::fs::read(input).unwrap()).assert();
        run.get_output().clone()
    };
    let mut first = None;
    for path in all.iter().take(9).map(|paths| &paths[0]) {
        let output = summarize(path);
        assert!(output.status.success(), "{path:?}: {}", String::from_utf8_lossy(&output.stderr));
        let first = first.get_or_insert_with(|| output.stdout.clone());
        assert!(first.len() > 100_000 && *first == output.stdout, "{path:?}");
    }
}
