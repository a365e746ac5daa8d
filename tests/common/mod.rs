//! What several tests share: shipped logs, and comparison by printed digits.
#![allow(dead_code)] // Each test file uses a part.

pub mod program;
pub mod random_logs;
pub mod shop;

use std::path::{Path, PathBuf};

use clv::customers::Customer;
use clv::fitted::{ClvModel, FitRequest};
use clv::history::{self, LogOptions, Summary};

/// A file of `fixtures/`.
pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

/// Options to read the CDNOW logs in the classic way: until 1997-09-30, in weeks.
pub fn cdnow_options() -> LogOptions {
    LogOptions { observed_until: Some("1997-09-30".parse().unwrap()), ..LogOptions::default() }
}

/// The summary of the CDNOW 1/10 sample until 1997-09-30, in weeks.
pub fn cdnow() -> Summary {
    history::open(&[fixture("cdnow_sample.csv")], &cdnow_options(), &()).unwrap()
}

/// A model fitted to a summary.
pub fn fit(summary: &Summary, model: &str) -> ClvModel {
    let request = FitRequest { model: model.to_owned(), ..FitRequest::default() };
    ClvModel::fit(summary, &request, &()).unwrap()
}

/// All customers of a summary with their mean amounts, in its order.
pub fn customers(summary: &Summary) -> Vec<(String, Customer, f64)> {
    let mut all = Vec::new();
    for batch in summary.batches() {
        let batch = batch.unwrap();
        for i in 0..batch.len() {
            let customer =
                Customer { x: batch.frequency.value(i), t_x: batch.recency.value(i), t: batch.t.value(i) };
            let mean = batch.monetary_value.as_ref().map_or(f64::NAN, |m| m.value(i));
            all.push((batch.customer_id.value(i).to_owned(), customer, mean));
        }
    }
    all
}

/// Asserts that `value` rounds to a number as printed: it may be half a unit of the last digit away.
#[track_caller]
pub fn assert_printed(what: &str, value: f64, printed: &str) {
    let number: f64 = printed.replace(',', "").parse().unwrap();
    let (mantissa, exponent) = printed.split_once('e').unwrap_or((printed, "0"));
    let decimals = mantissa.split_once('.').map_or(0, |(_, digits)| digits.len() as i32);
    let half_unit = 0.5 * 10f64.powi(exponent.parse::<i32>().unwrap() - decimals);
    assert!(
        (value - number).abs() <= half_unit * (1.0 + 1e-9),
        "{what}: {value} is not {printed} to its printed digits"
    );
}

/// Asserts a relative difference of at most `tolerance`.
#[track_caller]
pub fn assert_close(what: &str, value: f64, expected: f64, tolerance: f64) {
    let error = ((value - expected) / expected).abs();
    assert!(error <= tolerance, "{what}: {value} differs from {expected} by {error:.1e}, relatively");
}

/// A summary in memory, from `(x, t_x, T, mean amount)`.
pub fn summary_of(rows: &[(u32, f64, f64, f64)]) -> Summary {
    use arrow_array::{Float64Array, StringArray, UInt32Array};
    let batch = clv::SummaryBatch {
        customer_id: StringArray::from_iter_values((0..rows.len()).map(|i| format!("c{i:06}"))),
        frequency: UInt32Array::from_iter_values(rows.iter().map(|r| r.0)),
        recency: Float64Array::from_iter_values(rows.iter().map(|r| r.1)),
        t: Float64Array::from_iter_values(rows.iter().map(|r| r.2)),
        monetary_value: Some(Float64Array::from_iter_values(rows.iter().map(|r| r.3))),
        log_gaps: None,
        purchase_times: None,
        first_amount: None,
        attributes: Vec::new(),
    };
    let meta = clv::SummaryMeta { has_money: true, ..Default::default() };
    Summary::new(meta, vec![batch])
}

/// `(expected purchases, clv)` of every customer at default settings with a margin of 1.
pub fn forecasts(model: &ClvModel, summary: &Summary) -> Vec<(f64, f64)> {
    let mut all = Vec::new();
    for batch in clv::forecast::score(model, summary, &Default::default()).unwrap() {
        let batch = batch.unwrap();
        let (purchases, clv) = (batch.expected_purchases.unwrap(), batch.clv.unwrap());
        all.extend(purchases.into_iter().zip(clv));
    }
    all
}
