//! Kinds of exports that were once read wrong: each test is one kind, in every container and for every reader that
//! can meet it. Expected values are by hand, beside the data.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, RecordBatch, StringArray, TimestampMicrosecondArray};
use clv::Grain;
use clv::history::{self, DateFormat, Fate, LogOptions, Summary};

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
    LogOptions { unit: Some(clv::Unit::Day), ..LogOptions::default() }
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
        period: Some(clv::Unit::Year),
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
        clv::study::economics::Costs::read(&costs, None).is_ok(),
        "{:?}",
        clv::study::economics::Costs::read(&costs, None).err()
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
        // Among dates eight figures can be one day only.
        assert_eq!((account.rows_read, account.rows(Fate::Purchase)), (6, 6), "{}", path.display());
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

/// `id value`, one line a customer.
fn taken(summary: &Summary) -> Vec<String> {
    let mut lines = Vec::new();
    for batch in summary.batches() {
        let batch = batch.unwrap();
        lines.extend(
            (0..batch.len())
                .map(|i| format!("{} {}", batch.customer_id.value(i), batch.attributes[0].value(i))),
        );
    }
    lines
}

fn by_channel(grain: Grain) -> LogOptions {
    LogOptions { attributes: vec!["channel".into()], grain: Some(grain), ..daily() }
}

#[test]
fn attributes_are_those_of_the_earliest_row_of_the_first_purchase() {
    let columns = [
        ("customer_id", vec!["a", "a", "a", "b", "b", "c", "c", "d", "d", "d", "e", "e"]),
        (
            "date",
            vec![
                "2023-01-05T18:00:00Z", // a: later on the day, and less by its text
                "2023-01-05T09:00:00Z",
                "2023-01-04T08:00:00Z",     // a return before the first purchase is none
                "2023-01-05T08:00:00.900Z", // b: fractions of a second count
                "2023-01-05T08:00:00.250Z",
                "2023-01-06T08:00:00Z", // c: of equal times the first row
                "2023-01-06T08:00:00Z",
                "2023-01-12T07:00:00Z", // d: by grain: of the day, of the week, of the month
                "2023-01-09T12:00:00Z",
                "2023-01-02T23:00:00Z",
                "2023-01-10T10:00:00Z", // e: what the earliest row does not have is missing
                "2023-01-10T11:00:00Z",
            ],
        ),
        ("amount", vec!["5", "5", "-1", "1", "1", "2", "2", "3", "3", "3", "4", "4"]),
        (
            "channel",
            vec![
                "email",
                "search",
                "affiliate",
                "app",
                "search",
                "search",
                "email",
                "app",
                "direct",
                "search",
                "",
                "app",
            ],
        ),
    ];
    let want = ["a search", "b search", "c search", "d search", "e (missing)"];
    let files = Files::new();
    let json = |row: usize| {
        let cells = columns.iter().map(|(name, cells)| format!("\"{name}\":\"{}\"", cells[row]));
        format!("{{{}}}\n", cells.collect::<Vec<_>>().join(","))
    };
    let mut paths = vec![files.write("log.csv", csv(&columns))];
    paths.push(files.write("log.jsonl", (0..columns[0].1.len()).map(json).collect::<String>()));
    paths.extend([1, 5, 100].map(|rows| files.parquet(&format!("{rows}.parquet"), &columns, rows)));
    // A directory is read in the order of its files' names.
    for (row, line) in csv(&columns).lines().skip(1).enumerate() {
        files.write(&format!("parts/{row:02}.csv"), format!("customer_id,date,amount,channel\n{line}\n"));
    }
    paths.push(files.0.path().join("parts"));
    for path in &paths {
        for grain in [Grain::Day, Grain::Week, Grain::Month, Grain::Year] {
            for (threads, memory) in [(1, 1 << 30), (3, 1 << 16)] {
                let limits =
                    LogOptions { threads: Some(threads), memory_limit: Some(memory), ..by_channel(grain) };
                let summary = open(path, &limits);
                assert_eq!(taken(&summary), want, "{} by {grain}", path.display());
                let warned = summary.meta.warnings.iter().find(|warning| warning.code == "attribute-varies");
                let warned = &warned.unwrap().message;
                assert!(
                    warned.contains("that of the earliest row of the first purchase was taken"),
                    "{warned}"
                );
            }
        }
    }
}

#[test]
fn the_earliest_row_is_found_among_very_many_in_any_order() {
    // One customer with too many rows for memory, others between; the time of day runs against the order of the rows.
    let rows = 60_000;
    let mut text = "customer_id,date,amount,channel\n".to_owned();
    for i in 0..rows {
        let id = if i % 3 == 0 { format!("c{}", i % 1500) } else { "the one".to_owned() };
        let left = rows - i;
        let time = format!("{:02}:{:02}:{:02}", left / 3600, left / 60 % 60, left % 60);
        let channel = if left > 1500 { "early".to_owned() } else { format!("n{i}") };
        text.push_str(&format!("{id},2023-01-05 {time},1,{channel}\n"));
    }
    let files = Files::new();
    let log = files.write("log.csv", text);
    for (threads, memory) in [(1, 1 << 30), (2, 1 << 22), (4, 1 << 21)] {
        let limits =
            LogOptions { threads: Some(threads), memory_limit: Some(memory), ..by_channel(Grain::Day) };
        let taken = taken(&open(&log, &limits));
        let last =
            |id: &str, n: u32| assert!(taken.contains(&format!("{id} n{n}")), "{id}: {threads}, {memory}");
        last("the one", rows - 1);
        // The last row of those with this remainder: 58,500 + 0, 3, ... 1,497.
        (0..1500).step_by(3).for_each(|n| last(&format!("c{n}"), rows - 1500 + n));
        assert_eq!(taken.len(), 501);
    }
}

#[test]
fn days_are_those_of_the_clock_that_wrote_the_row() {
    // Two in the evening in New York, one at night in Berlin: in UTC, two of these are on another day.
    let columns = [
        ("customer_id", vec!["a", "a", "a", "b", "b"]),
        (
            "date",
            vec![
                "2023-03-01T23:30:00-05:00",
                "2023-03-02T09:00:00-05:00",
                "2023-03-26T00:30:00+01:00",
                "2023-03-10T12:00:00Z",
                "2023-03-11T00:10:00+0900",
            ],
        ),
    ];
    let files = Files::new();
    let log = files.write("log.csv", csv(&columns));
    let pattern = "%Y-%m-%dT%H:%M:%S%z".to_owned();
    let spelt = files.write(
        "z.csv",
        csv(&columns).replace("-05:00", "-0500").replace("+01:00", "+0100").replace('Z', "+0000"),
    );
    let formatted = LogOptions { date_format: Some(DateFormat::Strftime(pattern)), ..daily() };
    for (path, options) in
        [(&log, daily()), (&files.parquet("log.parquet", &columns, 2), daily()), (&spelt, formatted)]
    {
        let summary = open(path, &options);
        assert_eq!(lines(&summary), ["a 2 25 25", "b 1 1 16"], "{}", path.display());
        let said = summary.meta.assumptions.join("\n");
        assert!(said.contains("3 of 5 rows fall on another day than in UTC; 1 row is in UTC"), "{said}");
    }
    // In UTC, or on no clock, all stays as it is.
    let utc = files.write("utc.csv", "customer_id,date\na,2023-03-01T23:30:00Z\na,2023-03-02 09:00 UTC\n");
    let summary = open(&utc, &daily());
    assert_eq!(lines(&summary), ["a 1 1 1"]);
    assert!(summary.meta.assumptions.iter().any(|said| said.contains("days are UTC's")));
    let civil = files.write("civil.csv", "customer_id,date\na,2023-03-01T23:30:00\na,2023-03-02 09:00\n");
    assert!(!open(&civil, &daily()).meta.assumptions.iter().any(|said| said.contains("UTC")));
}

#[test]
fn instants_are_dated_by_the_clock_of_the_zone_that_the_column_names() {
    // 2023-03-02 04:30 and 14:00, 2023-07-01 04:30 and 08:26 UTC. In New York, 5 hours behind UTC in winter and 4 in
    // summer, the first is still the first of March, and the third is July; 5 hours behind it is not.
    let instants = [1_677_731_400_i64, 1_677_765_600, 1_688_185_800, 1_688_200_000];
    let files = Files::new();
    for (zone, want, words) in [
        (
            Some("America/New_York"),
            "a 2 122 122",
            "the clock in America/New_York, the time zone of the column: 1 of 4 rows",
        ),
        (Some("-05:00"), "a 3 122 122", "the clock in -05:00"),
        (Some("UTC"), "a 1 121 121", "days are UTC's"),
        (Some("Mars/Olympus"), "a 1 121 121", "'Mars/Olympus', is not known here"),
        (None, "a 1 121 121", ""),
    ] {
        let times = TimestampMicrosecondArray::from_iter_values(instants.map(|second| second * 1_000_000));
        let ids: ArrayRef = Arc::new(StringArray::from(vec!["a"; 4]));
        let columns = [("customer_id", ids), ("date", Arc::new(times.with_timezone_opt(zone)) as ArrayRef)];
        let table = RecordBatch::try_from_iter(columns).unwrap();
        let path = files.parquet_of("zone.parquet", &table, 2);
        for input in
            [path.as_path().into(), history::MemoryTable::new("data", table.schema(), vec![table]).into()]
        {
            let summary = history::open_inputs(&[input], &daily(), &()).unwrap();
            assert_eq!(lines(&summary), [want], "{zone:?}");
            let said = summary.meta.assumptions.join("\n");
            assert!(said.contains(words), "{zone:?}: {said}");
        }
    }
}

#[test]
fn months_are_dates_where_a_grain_is_not_finer() {
    let files = Files::new();
    let monthly =
        LogOptions { grain: Some(Grain::Month), unit: Some(clv::Unit::Month), ..LogOptions::default() };
    for (name, months) in [
        ("iso", ["2019-01", "2019-02", "2019-04"]),
        ("words", ["Jan 2019", "February 2019", "Apr 2019"]),
        ("back", ["1/2019", "2/2019", "4/2019"]),
    ] {
        let columns = [("customer_id", vec!["a", "a", "b"]), ("date", months.to_vec())];
        for path in [
            files.write(&format!("{name}.csv"), csv(&columns)),
            files.parquet(&format!("{name}.parquet"), &columns, 1),
        ] {
            let summary = open(&path, &monthly);
            assert_eq!(lines(&summary), ["a 1 1 3", "b 0 0 0"], "{months:?}");
            let said = summary.meta.assumptions.join("\n");
            assert!(said.contains("dates are months: each is taken for its first day"), "{said}");
            // The last month is not said to be cut off: a month is all that is known of it.
            assert!(!said.contains("not complete"), "{said}");
            let error = history::open(&[path], &daily(), &()).err().unwrap().to_string();
            assert!(
                error.contains("a month without a day, which --grain day needs: with --grain month"),
                "{error}"
            );
        }
    }
    let format = |pattern: &str| Some(DateFormat::Strftime(pattern.to_owned()));
    let path = files.write("f.csv", "customer_id,date\na,01.2019\na,02.2019\nb,04.2019\n");
    let summary = open(&path, &LogOptions { date_format: format("%m.%Y"), ..monthly.clone() });
    assert_eq!(lines(&summary), ["a 1 1 3", "b 0 0 0"]);
    let error =
        history::open(&[path], &LogOptions { date_format: format("%m.%Y"), ..daily() }, &()).err().unwrap();
    assert!(
        error.to_string().contains("gives no day, and --grain day needs it (with --grain month or year"),
        "{error}"
    );
    // Among whole dates a month is a bad row, and so is a date among months.
    let path = files.write("mixed.csv", "customer_id,date\na,2019-01-05\na,2019-02\nb,2019-04-01\n");
    let error = history::open(&[path], &monthly, &()).err().unwrap().to_string();
    assert!(error.contains("line 3") && error.contains("a month without a day"), "{error}");
}

#[test]
fn formats_that_are_offered_read_the_value() {
    let files = Files::new();
    for (value, words) in [
        ("20230501101500", "this one is read by '%Y%m%d%H%M%S'"),
        (
            "2023-03-01 23:30:00 XYZ",
            "the name of a time zone. Days are those of the clock that wrote the row, so that the name is not needed: say",
        ),
        ("1 Foo 2023", "English names of months"),
    ] {
        let path = files.write("log.csv", format!("customer_id,date\na,{value}\n"));
        let error = history::open(std::slice::from_ref(&path), &daily(), &()).err().unwrap().to_string();
        assert!(error.contains(words), "{value}: {error}");
        if let Some((_, pattern)) = error.split_once("--date-format '") {
            let pattern = pattern.split('\'').next().unwrap().to_owned();
            let read = LogOptions { date_format: Some(DateFormat::Strftime(pattern.clone())), ..daily() };
            assert!(history::open(&[path], &read, &()).is_ok(), "{pattern} does not read {value}");
        }
    }
}

/// What is asked of a pair of quantity and price, in every container; what it comes to, where nothing is asked.
fn pair(names: &str, rows: &[&str], options: &LogOptions) -> Vec<Result<f64, String>> {
    let names: Vec<&str> = names.split(',').collect();
    let rows: Vec<Vec<&str>> = rows.iter().map(|row| row.split(',').collect()).collect();
    let columns: Vec<(&str, Vec<&str>)> = names
        .iter()
        .enumerate()
        .map(|(at, name)| (*name, rows.iter().map(|row| row[at]).collect()))
        .collect();
    let json = |row: &Vec<&str>| {
        let cells = names.iter().zip(row).map(|(name, cell)| format!("\"{name}\":\"{cell}\""));
        format!("{{{}}}\n", cells.collect::<Vec<_>>().join(","))
    };
    let files = Files::new();
    let paths = [
        files.write("log.csv", csv(&columns)),
        files.write("log.jsonl", rows.iter().map(json).collect::<String>()),
        files.parquet("log.parquet", &columns, 1),
    ];
    let open = |path: &PathBuf| match history::open(std::slice::from_ref(path), options, &()) {
        Ok(summary) => Ok(summary.meta.account.entry(Fate::Purchase).unwrap().amount.unwrap()),
        Err(error) => Err(error.to_string()),
    };
    paths.iter().map(open).collect()
}

#[test]
fn a_price_that_may_be_the_lines_is_asked_about() {
    let rows = ["a,2023-01-02,1,4,4", "a,2023-01-03,2,10,10", "b,2023-01-04,3,1.5,1.5"];
    // Amazon's item-price is the line's, Google Analytics' item_price one piece's: 4 + 20 + 4.5, or 4 + 10 + 1.5.
    for names in ["customer_id,date,quantity,item-price,sku", "user_id,date,Quantity,Item Price,sku"] {
        let price = names.split(',').nth(3).unwrap();
        for asked in pair(names, &rows, &daily()) {
            let asked = asked.unwrap_err();
            for words in [
                "2 x 10 = 20.00, or 10.00",
                "the first 3 rows are worth 28.50, or 15.50",
                &format!("--amount \"{price}\""),
            ] {
                assert!(asked.contains(words), "{names}: {asked}");
            }
        }
        let amount = LogOptions { amount: Some(price.into()), ..daily() };
        let piece = LogOptions { price: Some(price.into()), ..daily() };
        assert!(pair(names, &rows, &amount).iter().all(|found| *found == Ok(15.5)), "{names}");
        assert!(pair(names, &rows, &piece).iter().all(|found| *found == Ok(28.5)), "{names}");
    }
    // A column that nothing calls an amount may still show what the price is.
    let products = ["a,2023-01-02,1,4,4", "a,2023-01-03,2,10,20", "b,2023-01-04,3,1.5,4.5"];
    for price in ["item_price", "unit_price", "price"] {
        let names = format!("customer_id,date,quantity,{price},settled_net");
        assert!(pair(&names, &products, &daily()).iter().all(|found| *found == Ok(28.5)), "{price}");
        for asked in pair(&names, &rows, &daily()) {
            let asked = asked.unwrap_err();
            assert!(asked.contains("the column \"settled_net\" is as large as"), "{price}: {asked}");
        }
    }
    // Nothing to ask: one piece a line; a clear pair; a column of totals by name; a net price beside the price.
    let ones = ["a,2023-01-02,1,4,4", "b,2023-01-03,1,10,10"];
    assert!(
        pair("customer_id,date,quantity,item_price,sku", &ones, &daily())
            .iter()
            .all(|found| *found == Ok(14.0))
    );
    for (names, sum) in [
        ("customer_id,date,Quantity,UnitPrice,sku", 28.5),
        ("customer_id,date,quantity,price,net price", 28.5),
        ("customer_id,date,quantity,item_price,total", 15.5),
    ] {
        assert!(pair(names, &rows, &daily()).iter().all(|found| *found == Ok(sum)), "{names}");
    }
}
