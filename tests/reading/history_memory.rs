//! Tables in memory are read as files of the same rows are.
//!
//! The same paths are tested from Python (`python/tests/test_tables.py`), where rows after the first batch and a
//! row of contracts, left out, were seen to fail.

use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, Date32Array, Float64Array, Int64Array, RecordBatch, RecordBatchIterator, StringArray,
};
use arrow_schema::{DataType, Field, Schema};
use clv::contracts::{self, ContractOptions};
use clv::fitted::{ClvModel, FitRequest};
use clv::history::{self, Input, LogOptions, MemoryTable};
use clv::output::{TableWriter, Target, summary_schema, summary_table};
use clv::simulate::{SimulateOptions, simulate};
use clv::study::backtest::{self, BacktestOptions};
use clv::{ErrorKind, Place, Unit};

/// A log in several batches, with a column before the others that no role asks for.
fn log() -> MemoryTable {
    let purchase = clv::fitted::PurchaseModel::new("bg-nbd", &[0.5, 4.0, 0.8, 2.5]).unwrap();
    let spend = clv::model::GammaGamma { p: 6.0, q: 4.0, v: 15.0 };
    let model = ClvModel::from_parameters(purchase, Some(spend.into()), Unit::Week);
    let options = SimulateOptions { customers: 9000, ..SimulateOptions::default() };
    let mut batches = Vec::new();
    simulate(&model, &options, &(), |batch| {
        batches.push(with_note(batch));
        Ok(())
    })
    .unwrap();
    assert!(batches.len() > 2);
    MemoryTable::new("data", batches[0].schema(), batches)
}

fn with_note(batch: &RecordBatch) -> RecordBatch {
    let note: ArrayRef = Arc::new(StringArray::from(vec!["note"; batch.num_rows()]));
    let mut fields = vec![Arc::new(Field::new("note", DataType::Utf8, true))];
    fields.extend(batch.schema().fields().iter().cloned());
    let columns = [vec![note], batch.columns().to_vec()].concat();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).unwrap()
}

fn parquet(table: &MemoryTable) -> tempfile::TempPath {
    let file = tempfile::Builder::new().suffix(".parquet").tempfile().unwrap().into_temp_path();
    let target = Target::table(file.to_str().unwrap()).unwrap();
    let mut writer = TableWriter::create(&target, table.schema().clone()).unwrap();
    table.batches().iter().for_each(|batch| writer.write(batch).unwrap());
    writer.finish().unwrap();
    file
}

fn rows(summary: &clv::Summary) -> Vec<RecordBatch> {
    let schema = summary_schema(&summary.meta);
    summary.batches().map(|batch| summary_table(batch.unwrap(), &summary.meta, &schema)).collect()
}

#[test]
fn a_log_in_memory_is_one_in_a_file() {
    let table = log();
    let file = parquet(&table);
    let options = LogOptions::default();
    let from_file = history::open(&[file.to_path_buf()], &options, &()).unwrap();
    let from_memory = history::open_inputs(&[table.clone().into()], &options, &()).unwrap();
    let (ours, theirs) = (&from_memory.meta.account, &from_file.meta.account);
    assert_eq!((ours.rows_read, &ours.notes), (table.rows(), &theirs.notes));
    // Amounts are added batch by batch, and batches are cut otherwise.
    for (ours, theirs) in ours.entries.iter().zip(&theirs.entries) {
        assert_eq!((ours.fate, ours.rows), (theirs.fate, theirs.rows));
        let (a, b) = (ours.amount.unwrap(), theirs.amount.unwrap());
        assert!((a - b).abs() <= 1e-12 * b.abs(), "{a} {b}");
    }
    assert_eq!(rows(&from_memory), rows(&from_file));
    let both = history::open_inputs(&[file.to_path_buf().into(), table.into()], &options, &()).unwrap();
    assert_eq!(both.meta.account.rows_read, 2 * from_file.meta.account.rows_read);
}

#[test]
fn a_stream_is_kept_in_memory_or_in_a_file() {
    let table = log();
    let options = LogOptions::default();
    let expected = rows(&history::open_inputs(&[table.clone().into()], &options, &()).unwrap());
    let batches = || table.batches().to_vec().into_iter().map(Ok);
    for most in [0, 100_000, u64::MAX] {
        let stream = RecordBatchIterator::new(batches(), table.schema().clone());
        let input = Input::from_stream("data", stream, most, None).unwrap();
        assert_eq!(matches!(input, Input::Spooled(_)), most < u64::MAX);
        let summary = history::open_inputs(std::slice::from_ref(&input), &options, &()).unwrap();
        assert_eq!(rows(&summary), expected);
        let both = history::open_inputs(&[input.clone(), input], &options, &()).unwrap();
        assert_eq!(both.meta.account.rows_read, 2 * table.rows());
    }
}

#[test]
fn it_is_read_as_often_as_a_backtest_needs() {
    let table = log();
    let file = parquet(&table);
    let options = BacktestOptions { models: vec!["nbd".into()], replicates: 5, ..BacktestOptions::default() };
    let log = LogOptions::default();
    let from_file = backtest::run(&[file.to_path_buf()], &log, &options, &()).unwrap();
    let from_memory = backtest::run_inputs(&[table.into()], &log, &options, &()).unwrap();
    assert_eq!(from_memory.rows(), from_file.rows());
}

#[test]
fn a_summary_in_memory_is_checked_and_fitted() {
    let summary = history::open_inputs(&[log().into()], &LogOptions::default(), &()).unwrap();
    let batches = rows(&summary);
    let table = MemoryTable::new("data", batches[0].schema(), batches);
    let again = history::open_inputs(&[table.into()], &LogOptions::default(), &()).unwrap();
    let fit = |summary| ClvModel::fit(summary, &FitRequest::default(), &()).unwrap();
    assert_eq!(fit(&again).purchase.params(), fit(&summary).purchase.params());
    assert_eq!(again.meta.grain, summary.meta.grain, "a table says what counted as one purchase");
    assert_eq!(again.meta.unit, summary.meta.unit);
}

#[test]
fn bad_rows_have_their_number_in_the_table() {
    let n = 40_000;
    let batch = |bad: Option<usize>| {
        let ids: ArrayRef = Arc::new(Int64Array::from_iter_values(0..n as i64));
        let dates: ArrayRef = Arc::new(Date32Array::from(vec![18_000; n]));
        let amounts: ArrayRef =
            Arc::new((0..n).map(|row| (Some(row) != bad).then_some(1.0)).collect::<Float64Array>());
        RecordBatch::try_from_iter([("id", ids), ("date", dates), ("amount", amounts)]).unwrap()
    };
    let batches = vec![batch(None), batch(Some(35_000))];
    let schema = batches[1].schema();
    let table = MemoryTable::new("data", schema, batches);
    let error = history::open_inputs(&[table.into()], &LogOptions::default(), &()).err().unwrap();
    let place = Place { row: Some(75_001), ..Place::file("data") }.at("amount", "");
    assert_eq!(error.place(), Some(&place));
    assert!(matches!(error.kind(), ErrorKind::BadRows(rows) if rows.total == 1));
}

#[test]
fn attributes_come_from_a_table_of_customers() {
    let text = |values: Vec<&str>| -> ArrayRef { Arc::new(StringArray::from(values)) };
    let log = RecordBatch::try_from_iter([
        ("id", text(vec!["b", "a"])),
        ("date", text(vec!["2024-01-01", "2024-01-02"])),
    ]);
    let people = RecordBatch::try_from_iter([("region", text(vec!["n", "s"])), ("id", text(vec!["a", "b"]))]);
    let table = |name: &str, batch: RecordBatch| -> Input {
        MemoryTable::new(name, batch.schema(), vec![batch]).into()
    };
    let options = LogOptions {
        attributes: vec!["region".into()],
        customers: Some(table("customers", people.unwrap())),
        ..LogOptions::default()
    };
    let summary = history::open_inputs(&[table("data", log.unwrap())], &options, &()).unwrap();
    let batch = summary.batches().next().unwrap().unwrap();
    let regions: Vec<_> = batch.attributes[0].iter().flatten().collect();
    assert_eq!(regions, ["n", "s"]);
}

#[test]
fn contracts_in_memory_are_those_of_a_file() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/retention.csv");
    let options = ContractOptions { period: Some(Unit::Year), observed_until: None };
    let from_file = contracts::open(&path, &options).unwrap();
    let mut reader = csv::Reader::from_path(&path).unwrap();
    let records: Vec<_> = reader.records().map(Result::unwrap).collect();
    let cohort: ArrayRef = Arc::new(records.iter().map(|r| Some(r[0].to_owned())).collect::<StringArray>());
    let number = |at: usize| records.iter().map(|r| r[at].parse::<f64>().unwrap()).collect::<Float64Array>();
    let (period, customers): (ArrayRef, ArrayRef) = (Arc::new(number(1)), Arc::new(number(2)));
    assert_eq!(period.len(), records.len());
    let batch =
        RecordBatch::try_from_iter([("cohort", cohort), ("period", period), ("customers", customers)]);
    let batch = batch.unwrap();
    let table = MemoryTable::new("data", batch.schema(), vec![batch]);
    let from_memory = contracts::open_input(&table.into(), &options).unwrap();
    assert_eq!(from_memory.data, from_file.data);
}
