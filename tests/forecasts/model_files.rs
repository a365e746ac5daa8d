//! Does every model file ever written still load, and score as it did? `models/vN/*.json` is append
//! only; beside each stands what it gave when it was made, `*.scores.csv`.

use std::fs;
use std::path::Path;

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;

use clv::contracts::{self, ContractModel, ContractOptions};
use clv::fitted::file::{self, AnyModel};
use clv::forecast::{IntervalOptions, ScoreOptions, score};
use clv::{Unit, ValueOptions, history};

#[test]
fn old_model_files_score_as_ever() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
    let mut files = 0;
    for version in
        fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir())
    {
        let customers = version.join("customers.csv");
        for path in fs::read_dir(&version).unwrap().map(|entry| entry.unwrap().path()) {
            if path.extension().is_none_or(|e| e != "json") {
                continue;
            }
            files += 1;
            let model = match file::load_any(&path).unwrap_or_else(|e| panic!("{e}")) {
                AnyModel::Purchases(model) => model,
                AnyModel::Contracts(model) => {
                    contracts_score_as_ever(&model, &path);
                    continue;
                }
                AnyModel::Book(model) => {
                    book_scores_as_ever(&model, &path);
                    continue;
                }
            };
            let attributes = model.attributes();
            let options = history::LogOptions { unit: Some(model.unit), attributes, ..Default::default() };
            // Models of opportunities have customers of their own: with whole ages.
            let own = path.with_extension("customers.csv");
            let scored = if own.exists() { &own } else { &customers };
            let summary = history::open(std::slice::from_ref(scored), &options, &()).unwrap();
            let mut value = ValueOptions::default();
            if model.unit == Unit::Year {
                value.horizon = "5y".parse().unwrap();
            }
            // Intervals only where they are stored: of files with draws of the posterior.
            let expected = fs::read_to_string(path.with_extension("scores.csv")).unwrap();
            let interval = expected.contains("clv_upper").then(IntervalOptions::default);
            let mut rows = Vec::new();
            for batch in score(&model, &summary, &ScoreOptions { interval, ..value.into() }).unwrap() {
                let batch = batch.unwrap();
                let bounds = batch.intervals.clone().unwrap_or_default();
                for i in 0..batch.customers.len() {
                    let value = |column: &Option<Vec<f64>>| column.as_ref().map(|column| column[i]);
                    let id = batch.customers.customer_id.value(i).to_owned();
                    let spend = value(&batch.expected_spend);
                    let mut figures = vec![
                        Some(batch.p_alive[i]),
                        value(&batch.expected_purchases),
                        spend,
                        value(&batch.clv),
                    ];
                    for bounds in [&bounds.purchases, &bounds.clv].into_iter().flatten() {
                        figures.extend([Some(bounds.lower[i]), Some(bounds.upper[i])]);
                    }
                    rows.push((id, figures));
                }
            }
            compare(&path.with_extension("scores.csv"), &rows);
        }
    }
    assert!(files >= 15, "only {files} model files found");
}

/// Every figure of every customer, by its column.
fn contracts_score_as_ever(model: &ContractModel, path: &Path) {
    let options = ContractOptions { period: Some(model.period), observed_until: None };
    let customers = contracts::open(&path.with_extension("customers.csv"), &options).unwrap();
    let table = model.score(&customers, &ValueOptions::default()).unwrap().table;
    let mut reader = csv::Reader::from_path(path.with_extension("scores.csv")).unwrap();
    let names: Vec<String> = table.schema().fields().iter().map(|field| field.name().clone()).collect();
    assert_eq!(reader.headers().unwrap().iter().collect::<Vec<_>>(), names);
    let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(records.len(), table.num_rows());
    for (row, record) in records.iter().enumerate() {
        for (column, name) in table.columns().iter().zip(&names).skip(3) {
            let column = column.as_primitive::<Float64Type>();
            let figure = column.is_valid(row).then(|| column.value(row));
            let stored: Option<f64> = record[names.iter().position(|n| n == name).unwrap()].parse().ok();
            let place = format!("{} {} {name}", path.display(), &record[0]);
            assert_eq!(figure.is_some(), stored.is_some(), "{place}");
            if let (Some(figure), Some(stored)) = (figure, stored) {
                let error = (figure - stored).abs() / stored.abs().max(f64::MIN_POSITIVE);
                assert!(error <= 1e-12, "{place}: {figure} was {stored}");
            }
        }
    }
}

fn compare(expected: &Path, rows: &[(String, Vec<Option<f64>>)]) {
    let mut reader = csv::Reader::from_path(expected).unwrap();
    let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    assert_eq!(header[5..9], ["p_alive", "expected_purchases", "expected_spend", "clv"]);
    let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(records.len(), rows.len(), "{}", expected.display());
    for (record, (id, figures)) in records.iter().zip(rows) {
        assert_eq!(&record[0], id);
        assert_eq!(record.len(), 5 + figures.len(), "{}", expected.display());
        for (k, figure) in figures.iter().enumerate() {
            let stored: Option<f64> = record[5 + k].parse().ok();
            let place = format!("{} {id} {}", expected.display(), header[5 + k]);
            assert_eq!(figure.is_some(), stored.is_some(), "{place}");
            if let (Some(figure), Some(stored)) = (figure, stored) {
                let error = (figure - stored).abs() / stored.abs().max(f64::MIN_POSITIVE);
                assert!(error <= 1e-12, "{place}: {figure} was {stored}");
            }
        }
    }
}

/// A book of contracts has contracts of its own beside it, and the table of its forecast.
fn book_scores_as_ever(model: &contracts::BookModel, path: &Path) {
    let options = contracts::BookOptions {
        observed_until: Some("2025-11-30".parse().unwrap()),
        ..model.reading.clone()
    };
    let inputs = [history::Input::Path(path.with_extension("contracts.csv"))];
    let book = contracts::book::open(&inputs, &history::LogOptions::default(), &options, &()).unwrap();
    let found = contracts::forecast_with(model, &book, &Default::default(), &()).unwrap();
    let expected = fs::read_to_string(path.with_extension("scores.csv")).unwrap();
    let mut lines = expected.lines();
    let names: Vec<&str> = lines.next().unwrap().split(',').collect();
    let mut rows = 0;
    for (i, line) in lines.enumerate() {
        for (name, text) in names.iter().zip(line.split(',')) {
            let column = found.table.column_by_name(name).unwrap();
            let Some(column) = column.as_primitive_opt::<Float64Type>() else { continue };
            match text.parse::<f64>() {
                Ok(expected) => crate::common::assert_close(name, column.value(i), expected, 1e-12),
                Err(_) => assert!(column.is_null(i), "{name}: {text}"),
            }
        }
        rows += 1;
    }
    assert_eq!(rows, found.table.num_rows());
    assert!(rows > 20, "{}", path.display());
}
