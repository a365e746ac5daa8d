//! Reading as a whole: small inputs in, purchases, account and messages out.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Mutex;

use super::*;
use crate::history::{account::Fate, from_paths, options::Returns};

/// Rows passed on, sorted, as `id when amount`.
pub(crate) fn purchases(paths: &[PathBuf], options: &LogOptions) -> Result<(Vec<String>, ReadOutcome)> {
    let Recognised::Log(inputs) = recognise(&from_paths(paths), options)? else {
        panic!("taken for a summary")
    };
    let rows = Mutex::new(Vec::new());
    let outcome = read_log(&inputs, options, &(), &|_, batch| {
        let mut rows = rows.lock().unwrap();
        for (index, &when) in batch.when.iter().enumerate() {
            let amount = batch.amount.get(index).map_or(String::new(), |amount| format!(" {amount}"));
            let id = match &batch.id {
                IdColumn::Text(ids) => ids.value(index).to_owned(),
                IdColumn::Int(ids) => ids[index].to_string(),
            };
            rows.push(format!("{id} {when}{amount}"));
        }
        Ok(())
    })?;
    let mut rows = rows.into_inner().unwrap();
    rows.sort();
    assert!(outcome.account.adds_up());
    assert_eq!(outcome.account.rows(Fate::Purchase), rows.len() as u64);
    Ok((rows, outcome))
}

fn file_of(bytes: &[u8]) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    file
}

fn read(text: &str, options: &LogOptions) -> Result<(Vec<String>, ReadOutcome)> {
    let file = file_of(text.as_bytes());
    purchases(&[file.path().to_owned()], options)
}

fn fails(text: &str, options: &LogOptions) -> String {
    match read(text, options) {
        Err(error) => error.to_string(),
        Ok((rows, _)) => panic!("accepted {text:?}: {rows:?}"),
    }
}

#[test]
fn reads_a_plain_log() {
    let text = "customer_id,date,amount\nC1,1970-01-02,14.88\n 007,2023-01-04T23:30:00-02:00,0\r\n\"a,\"\"b\",2023-01-05 10:00,3\n";
    let (rows, outcome) = read(text, &LogOptions::default()).unwrap();
    assert_eq!(rows, [" 007 19361 0", "C1 1 14.88", "a,\"b 19362 3"]);
    assert_eq!(outcome.first.unwrap().to_string(), "1970-01-02");
    assert_eq!(outcome.account.notes[0].rows, 1);
    assert_eq!(outcome.warnings.iter().map(|w| &*w.code).collect::<Vec<_>>(), ["blanks-around-ids"]);
}

#[test]
fn bad_rows_are_listed_or_counted() {
    let text = "customer_id,date,amount\nC1,2023-01-02,14.88\n,2023-01-03,5\nC2,2023-02-30,5\nC3,2023-01-02,\nC4,2023-01-02\n";
    let message = fails(text, &LogOptions::default());
    assert!(message.starts_with("4 rows of 5 are unusable"), "{message}");
    assert!(message.contains("line 4, column \"date\": '2023-02-30'"), "{message}");
    assert!(message.contains("line 6: the line has 2 fields, the header 3"), "{message}");
    let skip = LogOptions { skip_bad_rows: true, ..LogOptions::default() };
    let (rows, outcome) = read(text, &skip).unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(outcome.account.bad_rows(), 4);
    let warning = outcome.warnings[0].to_string();
    assert!(
        warning.contains("4 bad rows") && warning.contains("80 % of the rows, 40 % of the amount"),
        "{warning}"
    );
}

#[test]
fn the_order_of_day_and_month_is_proven_or_refused() {
    let head = "customer_id,date\n";
    let (rows, outcome) =
        read(&format!("{head}a,05/03/2023\nb,13/03/2023\n"), &LogOptions::default()).unwrap();
    assert_eq!(rows, ["a 19421", "b 19429"]);
    assert!(outcome.assumptions.iter().any(|said| said.contains("day/month/year")));
    let (rows, _) = read(&format!("{head}a,5/3/2023 8:26\nb,3/13/2023\n"), &LogOptions::default()).unwrap();
    assert_eq!(rows, ["a 19480", "b 19429"]);
    let message = fails(&format!("{head}a,05.03.2023\n"), &LogOptions::default());
    assert!(
        message.contains("2023-03-05 (day first) or 2023-05-03 (month first)")
            && message.contains("'%d.%m.%Y'")
    );
    let skip = LogOptions { skip_bad_rows: true, ..LogOptions::default() };
    let message = fails(&format!("{head}a,13/03/2023\nb,03/13/2023\n"), &skip);
    assert!(message.contains("line 3") && message.contains("mixes"), "{message}");
    // The proof of the order, and its refutation, may be far from the first block.
    let far: String = (0..120_000).map(|n| format!("c{n},05/03/2023\n")).collect();
    assert_eq!(read(&format!("{head}{far}b,13/03/2023\n"), &LogOptions::default()).unwrap().0.len(), 120_001);
    let message = fails(&format!("{head}a,13/03/2023\n{far}b,03/13/2023\n"), &skip);
    assert!(message.contains("line 120003"), "{message}");
}

#[test]
fn results_do_not_depend_on_threads() {
    let mut text = "customer_id,date,amount,note\n".to_owned();
    for n in 0..150_000 {
        let amount = if n % 20_011 == 7 { "x".to_owned() } else { format!("{}.{:02}", n % 97, n % 100) };
        text.push_str(&format!("c{},2023-01-{:02},{amount},\"multi\nline {n}\"\n", n % 1000, n % 31 + 1));
    }
    let with = |threads, skip_bad_rows| {
        read(&text, &LogOptions { threads: Some(threads), skip_bad_rows, ..LogOptions::default() })
    };
    let messages: Vec<String> = [1, 4].map(|n| with(n, false).unwrap_err().to_string()).to_vec();
    let plain = |message: &str| {
        message
            .split('\n')
            .map(|line| line.split(", line").last().unwrap_or("").to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(plain(&messages[0]), plain(&messages[1]));
    assert!(messages[0].contains("line 16, column \"amount\": 'x'"), "{}", messages[0]);
    let (one, four) = (with(1, true).unwrap(), with(4, true).unwrap());
    assert_eq!(one.0, four.0);
    assert_eq!(one.1.account, four.1.account);
}

#[test]
fn returns_are_passed_on_dropped_or_refused() {
    let text = "customer_id,date,amount\nC1,2023-01-02,14.88\nC1,2023-01-03,-4\n";
    let with = |returns| read(text, &LogOptions { returns, ..LogOptions::default() });
    assert_eq!(with(Returns::Net).unwrap().0, ["C1 19359 14.88", "C1 19360 -4"]);
    let (rows, outcome) = with(Returns::Drop).unwrap();
    assert_eq!((rows.len(), outcome.account.rows(Fate::ReturnDropped)), (1, 1));
    assert!(with(Returns::Reject).unwrap_err().to_string().contains("line 3, column \"amount\": '-4'"));
}

/// One batch as a Parquet file of row groups of three, and as Arrow IPC.
fn tables_of(batch: &arrow_array::RecordBatch) -> Vec<tempfile::NamedTempFile> {
    use parquet::file::properties::WriterProperties;
    let (mut parquet, mut stream, mut ipc) = (file_of(b""), file_of(b""), file_of(b""));
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(3)).build();
    let mut writer =
        parquet::arrow::ArrowWriter::try_new(&mut parquet, batch.schema(), Some(properties)).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
    let mut writer = arrow_ipc::writer::StreamWriter::try_new(&mut stream, &batch.schema()).unwrap();
    writer.write(batch).unwrap();
    writer.finish().unwrap();
    drop(writer);
    let mut writer = arrow_ipc::writer::FileWriter::try_new(&mut ipc, &batch.schema()).unwrap();
    writer.write(batch).unwrap();
    writer.finish().unwrap();
    drop(writer);
    vec![parquet, stream, ipc]
}

#[test]
fn typed_columns_are_read_alike_from_parquet_and_arrow() {
    use arrow_array::{types::*, *};
    use std::sync::Arc;
    let texts = ["7", "8", "7", "9"];
    let ids: Vec<ArrayRef> = vec![
        Arc::new(Int64Array::from(vec![7, 8, 7, 9])),
        Arc::new(UInt16Array::from(vec![7, 8, 7, 9])),
        Arc::new(Float64Array::from(vec![7.0, 8.0, 7.0, 9.0])),
        Arc::new(StringArray::from(texts.to_vec())),
        Arc::new(LargeStringArray::from(texts.to_vec())),
        Arc::new(StringViewArray::from(texts.to_vec())),
        Arc::new(texts.into_iter().collect::<DictionaryArray<Int32Type>>()),
        Arc::new(Decimal128Array::from(vec![7, 8, 7, 9]).with_precision_and_scale(10, 0).unwrap()),
    ];
    let days = [19358, 19359, 19360, 19361];
    let seconds = days.map(|day| i64::from(day) * 86_400 + 3_600);
    let dates: Vec<ArrayRef> = vec![
        Arc::new(Date32Array::from(days.to_vec())),
        Arc::new(Date64Array::from(seconds.map(|s| s * 1000).to_vec())),
        Arc::new(TimestampSecondArray::from(seconds.to_vec())),
        Arc::new(TimestampMillisecondArray::from(seconds.map(|s| s * 1000).to_vec()).with_timezone("UTC")),
        Arc::new(TimestampMicrosecondArray::from(seconds.map(|s| s * 1_000_000).to_vec())),
        Arc::new(TimestampNanosecondArray::from(seconds.map(|s| s * 1_000_000_000).to_vec())),
        Arc::new(Int32Array::from(vec![20230101, 20230102, 20230103, 20230104])),
        Arc::new(StringArray::from(vec!["2023-01-01", "2023-01-02 12:00", "2023-01-03", "2023-01-04"])),
    ];
    let amounts: Vec<ArrayRef> = vec![
        Arc::new(Float64Array::from(vec![1.5, 2.0, 3.0, -4.0])),
        Arc::new(Float32Array::from(vec![1.5, 2.0, 3.0, -4.0])),
        Arc::new(Decimal128Array::from(vec![150, 200, 300, -400]).with_precision_and_scale(10, 2).unwrap()),
        Arc::new(StringArray::from(vec!["1.5", "2", "3", "-4"])),
    ];
    let want = ["7 19358 1.5", "7 19360 3", "8 19359 2", "9 19361 -4"];
    for n in 0..8 {
        let (id, date, amount) = (ids[n].clone(), dates[n].clone(), amounts[n % 4].clone());
        let batch =
            RecordBatch::try_from_iter([("amount", amount), ("date", date), ("customer_id", id)]).unwrap();
        for file in tables_of(&batch) {
            let (rows, outcome) = purchases(&[file.path().to_owned()], &LogOptions::default()).unwrap();
            assert_eq!(rows, want, "table {n}");
            assert_eq!(outcome.warnings.len(), usize::from(n == 2), "table {n}");
        }
    }
}

#[test]
fn integer_ids_are_read_as_their_texts_are() {
    use arrow_array::*;
    use arrow_cast::cast;
    use std::sync::Arc;
    let ids: [ArrayRef; 5] = [
        Arc::new(Int64Array::from(vec![0, 7, 1200, 8, 9, 7, i64::MAX, 7, 10])),
        Arc::new(Int64Array::from(vec![0, 7, -12, 8, 9, 7, i64::MIN, 7, 10])),
        Arc::new(Int32Array::from_iter([0, 7, 1200, 8, 9, 7, 6, 5].map(Some).into_iter().chain([None]))),
        Arc::new(UInt64Array::from(vec![0, 7, 1200, 8, 9, 7, 9_999_999_999_999_999_999, 7, 10])),
        Arc::new(UInt64Array::from(vec![0, 7, 1200, 8, 9, 7, u64::MAX, 7, 10])),
    ];
    let days = [10_000, 10_001, -5, 10_003, 10_004, 10_005, 10_006, 10_007, 10_008];
    let amounts = [0.1, -0.0, 3.0, -4.0, f64::NAN, 0.2, 1e16, 0.0, 0.3];
    for returns in [Returns::Reject, Returns::Net, Returns::Drop] {
        let until = "1997-05-25".parse().ok();
        let options =
            LogOptions { returns, skip_bad_rows: true, observed_until: until, ..LogOptions::default() };
        for (n, id) in ids.iter().enumerate() {
            let read = |id: ArrayRef| {
                let date: ArrayRef = Arc::new(Date32Array::from(days.to_vec()));
                let amount: ArrayRef = Arc::new(Float64Array::from(amounts.to_vec()));
                let columns = [("customer_id", id), ("date", date), ("amount", amount)];
                let file = &tables_of(&RecordBatch::try_from_iter(columns).unwrap())[0];
                let (rows, outcome) = purchases(&[file.path().to_owned()], &options).unwrap();
                (rows, format!("{outcome:?}").replace(&file.path().display().to_string(), "LOG"))
            };
            let texts = cast(id, &arrow_schema::DataType::Utf8).unwrap();
            assert_eq!(read(id.clone()), read(texts), "column {n}, {returns:?}");
        }
    }
}

#[test]
fn bad_rows_of_typed_tables_are_named() {
    use arrow_array::*;
    use std::sync::Arc;
    let columns: [(&str, ArrayRef); 3] = [
        ("customer_id", Arc::new(Float64Array::from(vec![Some(1.0), None, Some(2.5), Some(1.0), Some(1.0)]))),
        ("date", Arc::new(Date32Array::from(vec![Some(1), Some(1), Some(1), None, Some(90_000)]))),
        ("amount", Arc::new(Float64Array::from(vec![f64::NAN, 1.0, 1.0, 1.0, 1.0]))),
    ];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    for file in tables_of(&batch) {
        let message = purchases(&[file.path().to_owned()], &LogOptions::default()).unwrap_err().to_string();
        for words in [
            "row 1, column \"amount\": 'NaN': the amount is not finite",
            "row 2, column \"customer_id\": '': the customer id is empty",
            "row 3, column \"customer_id\": '2.5'",
            "row 4, column \"date\": '': the date is empty",
            "row 5, column \"date\": '2216-05-31': the date is in the future",
        ] {
            assert!(message.contains(words), "{words}: {message}");
        }
    }
    let mut whole = std::fs::read(tables_of(&batch)[0].path()).unwrap();
    whole.truncate(whole.len() - 20);
    let cut = file_of(&whole);
    let message = purchases(&[cut.path().to_owned()], &LogOptions::default()).unwrap_err().to_string();
    assert!(message.contains("truncated"), "{message}");
}
