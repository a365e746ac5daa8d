//! Kinds of exports that were once read wrong: each test is one kind, in every container and for every reader that
//! can meet it. Expected values are by hand, beside the data.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, RecordBatch, StringArray};
use clv::history::{self, Fate, LogOptions};
use clv::summary::Summary;

/// A folder with the files of a test.
struct Files(tempfile::TempDir);

impl Files {
    fn new() -> Self {
        Files(tempfile::tempdir().unwrap())
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// The same columns of text as Parquet in row groups of so many rows.
    fn parquet(&self, name: &str, columns: &[(&str, Vec<&str>)], rows: usize) -> PathBuf {
        let arrays = columns
            .iter()
            .map(|(name, values)| (*name, Arc::new(StringArray::from(values.clone())) as Arc<dyn Array>));
        self.parquet_of(name, &RecordBatch::try_from_iter(arrays).unwrap(), rows)
    }

    fn parquet_of(&self, name: &str, table: &RecordBatch, rows: usize) -> PathBuf {
        let properties = parquet::file::properties::WriterProperties::builder();
        let properties = properties.set_max_row_group_row_count(Some(rows)).build();
        let mut writer =
            parquet::arrow::ArrowWriter::try_new(Vec::new(), table.schema(), Some(properties)).unwrap();
        writer.write(table).unwrap();
        self.write(name, writer.into_inner().unwrap())
    }
}

fn csv(columns: &[(&str, Vec<&str>)]) -> String {
    let line = |cells: Vec<&str>| cells.join(",") + "\n";
    let rows = (0..columns[0].1.len()).map(|row| line(columns.iter().map(|(_, cells)| cells[row]).collect()));
    line(columns.iter().map(|(name, _)| *name).collect()) + &rows.collect::<String>()
}

fn open(path: &Path, options: &LogOptions) -> Summary {
    history::open(&[path.to_owned()], options, &()).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn daily() -> LogOptions {
    LogOptions { unit: Some(clv::units::Unit::Day), ..LogOptions::default() }
}

/// `id x t_x T`, one line a customer.
fn lines(summary: &Summary) -> Vec<String> {
    let mut lines = Vec::new();
    for batch in summary.batches() {
        let batch = batch.unwrap();
        lines.extend((0..batch.len()).map(|i| {
            let (id, x) = (batch.customer_id.value(i), batch.frequency.value(i));
            format!("{id} {x} {} {}", batch.recency.value(i), batch.t.value(i))
        }));
    }
    lines
}

#[test]
fn rows_of_separators_are_blank_lines_in_every_reader() {
    let files = Files::new();
    let log = |blank: &str| {
        format!(
            "{blank}\ncustomer_id,date,amount\na,2023-01-02,5\n{blank}\nb,2023-01-03,1\n{blank}\na,2023-01-09,7\n{blank}\n{blank}"
        )
    };
    for (n, blank) in [",,", ",,,,,", "\"\",\"\",\"\"", " , ,\t", "\u{a0},,", "  "].iter().enumerate() {
        let summary = open(&files.write(&format!("{n}.csv"), log(blank)), &daily());
        assert_eq!(lines(&summary), ["a 1 7 7", "b 0 0 6"], "{blank:?}");
        assert_eq!((summary.meta.account.rows_read, summary.meta.account.bad_rows()), (3, 0), "{blank:?}");
    }
    for (n, separator) in [";", "\t", "|"].into_iter().enumerate() {
        let path = files.write(&format!("s{n}.csv"), log(",,").replace(',', separator));
        assert_eq!(lines(&open(&path, &daily())), ["a 1 7 7", "b 0 0 6"], "{separator:?}");
    }
    // A row with a cell in it is a row: nothing is dropped that is not empty.
    let path = files.write("cell.csv", log(",,5"));
    assert!(history::open(&[path], &daily(), &()).is_err());
    // Summaries and files of customers.
    let summary = files
        .write("summary.csv", ",,,\ncustomer_id,frequency,recency,T\n,,,\na,1,7,9\n\"\",,,\nb,0,0,6\n,,,\n");
    assert_eq!(lines(&open(&summary, &daily())), ["a 1 7 9", "b 0 0 6"]);
    let customers = files.write("customers.csv", ",\ncustomer_id,channel\na,web\n,\nb,shop\n\"\",\" \"\n");
    let options = LogOptions {
        attributes: vec!["channel".into()],
        customers: Some(customers.as_path().into()),
        ..daily()
    };
    let joined = open(&files.write("log.csv", log(",,")), &options);
    assert_eq!((lines(&joined).len(), joined.meta.warnings.len()), (2, 0), "{:?}", joined.meta.warnings);
    // Small tables: retention, contracts by date, costs.
    let yearly = clv::contracts::ContractOptions {
        period: Some(clv::units::Unit::Year),
        observed_until: Some("2023-01-01".parse().unwrap()),
    };
    for (name, text) in [
        ("retention.csv", ";;\nperiod;customers\n0;100\n;\n1;60\n2;40\n\"\";\n"),
        ("contracts.csv", ",,\ncustomer_id,start,end\na,2020-01-01,\n,,\nb,2020-01-01,2022-01-01\n,,\n"),
    ] {
        let path = files.write(name, text);
        assert!(
            clv::contracts::open(&path, &yearly).is_ok(),
            "{name}: {:?}",
            clv::contracts::open(&path, &yearly).err()
        );
    }
    let costs = files.write("costs.csv", ",,\nmonth,cost,note\n,,\n2023-01,100,x\n,,\n");
    assert!(
        clv::economics::Costs::read(&costs, None).is_ok(),
        "{:?}",
        clv::economics::Costs::read(&costs, None).err()
    );
}

#[test]
fn the_way_dates_are_written_is_found_alike_in_every_container() {
    // The first date alone would speak for YYYYMMDD; of all six, five are ISO.
    let dates = vec!["20230101", "2023-01-05", "2023-02-05", "2023-02-01", "2023-02-02", "2023-02-03"];
    let columns = [("customer_id", vec!["a", "b", "c", "a", "b", "c"]), ("date", dates)];
    let files = Files::new();
    let mut paths = vec![files.write("log.csv", csv(&columns))];
    paths.extend([1, 2, 100].map(|rows| files.parquet(&format!("{rows}.parquet"), &columns, rows)));
    let json = |row: usize| {
        format!("{{\"customer_id\":\"{}\",\"date\":\"{}\"}}\n", columns[0].1[row], columns[1].1[row])
    };
    paths.push(files.write("log.jsonl", (0..6).map(json).collect::<String>()));
    for (row, line) in csv(&columns).lines().skip(1).enumerate() {
        files.write(&format!("parts/{row}.csv"), format!("customer_id,date\n{line}\n"));
    }
    paths.push(files.0.path().join("parts"));
    for path in paths {
        let summary = open(&path, &LogOptions { skip_bad_rows: true, ..daily() });
        let account = &summary.meta.account;
        assert_eq!((account.rows_read, account.rows(Fate::UnreadableDate)), (6, 1), "{}", path.display());
    }
}

#[test]
fn amounts_of_the_account_are_sums_of_decimals_in_every_container() {
    let cents: Vec<i64> = (0..5_000).map(|i: i64| (i * i * 7919 + 31 * i) % 99_991 - 900).collect();
    let cell = |cents: &i64| {
        format!("{}{}.{:02}", if *cents < 0 { "-" } else { "" }, cents.abs() / 100, cents.abs() % 100)
    };
    let amounts: Vec<String> = cents.iter().map(cell).collect();
    let columns = [
        ("customer_id", vec!["a"; 5_000]),
        ("date", vec!["2023-01-05"; 5_000]),
        ("amount", amounts.iter().map(String::as_str).collect()),
    ];
    let numbers =
        arrow_array::Float64Array::from_iter_values(cents.iter().map(|&cents| cents as f64 / 100.0));
    let text = |at: usize| -> ArrayRef { Arc::new(StringArray::from(columns[at].1.clone())) };
    let typed: [(&str, ArrayRef); 3] =
        [("customer_id", text(0)), ("date", text(1)), ("amount", Arc::new(numbers))];
    let typed = RecordBatch::try_from_iter(typed).unwrap();
    let files = Files::new();
    let mut paths = vec![files.write("log.csv", csv(&columns))];
    paths.extend([3, 700].map(|rows| files.parquet_of(&format!("{rows}.parquet"), &typed, rows)));
    let (bought, returned): (Vec<i64>, Vec<i64>) = cents.iter().partition(|&&cents| cents >= 0);
    let sum = |cents: &[i64]| cents.iter().sum::<i64>() as f64 / 100.0;
    for path in paths {
        for threads in [1, 3] {
            let account = open(&path, &LogOptions { threads: Some(threads), ..daily() }).meta.account;
            let amount = |fate| account.entry(fate).unwrap().amount.unwrap();
            // Not a digit may differ: whole cents are summed as whole cents.
            assert_eq!(amount(Fate::Purchase), sum(&bought), "{}", path.display());
            assert_eq!(amount(Fate::ReturnNetted), sum(&returned), "{}", path.display());
        }
    }
}
