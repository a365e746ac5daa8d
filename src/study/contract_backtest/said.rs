//! A backtest of contracts as tables and in words.

use std::sync::Arc;

use arrow_array::{ArrayRef, Date32Array, Float64Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema};

use super::{ContractFigure, ContractMonth, ContractTest};
use crate::base::days_since_1970;

impl ContractTest {
    /// The mean of a figure over origins.
    pub fn mean(&self, forecast: &str, metric: &str) -> Option<f64> {
        let of: Vec<f64> = self
            .figures
            .iter()
            .filter(|figure| figure.forecast == forecast && figure.metric == metric)
            .map(|figure| figure.value)
            .collect();
        (!of.is_empty()).then(|| of.iter().sum::<f64>() / of.len() as f64)
    }

    /// All forecasts, the model first.
    pub const FORECASTS: [&'static str; 4] = ["model", "last-churn", "same-churn", "kaplan-meier"];

    /// Months as a table: what was, what was expected, and the interval.
    pub fn month_table(&self) -> RecordBatch {
        let date = |of: &dyn Fn(&ContractMonth) -> &str| -> ArrayRef {
            let days = |month| of(month).parse().ok().map(days_since_1970);
            Arc::new(self.months.iter().map(days).collect::<Date32Array>())
        };
        let mut fields =
            vec![Field::new("origin", DataType::Date32, true), Field::new("until", DataType::Date32, true)];
        let mut columns = vec![date(&|month| &month.origin), date(&|month| &month.until)];
        for (place, name) in ["contracts", "mrr"].into_iter().enumerate() {
            let of = |month: &ContractMonth| [month.contracts, month.mrr][place];
            for (at, what) in ["", "_expected", "_lower", "_upper"].into_iter().enumerate() {
                fields.push(Field::new(format!("{name}{what}"), DataType::Float64, false));
                let values = self.months.iter().map(|month| of(month)[at]);
                columns.push(Arc::new(Float64Array::from_iter_values(values)));
            }
        }
        RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).expect("columns are equally long")
    }

    /// All figures as a table.
    pub fn table(&self) -> RecordBatch {
        let text = |of: &dyn Fn(&ContractFigure) -> String| -> ArrayRef {
            Arc::new(StringArray::from_iter_values(self.figures.iter().map(of)))
        };
        let columns: Vec<ArrayRef> = vec![
            text(&|figure| figure.origin.clone()),
            text(&|figure| figure.forecast.to_owned()),
            text(&|figure| figure.metric.to_owned()),
            Arc::new(Float64Array::from_iter_values(self.figures.iter().map(|figure| figure.value))),
        ];
        let text = |name: &str| Field::new(name, DataType::Utf8, false);
        let fields = vec![
            text("origin"),
            text("forecast"),
            text("metric"),
            Field::new("value", DataType::Float64, false),
        ];
        RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).expect("columns are equally long")
    }
}

pub(super) fn verdict(test: &ContractTest) -> Vec<String> {
    let mut said = Vec::new();
    let of = |metric: &str| {
        let mut all: Vec<(&str, f64)> = ContractTest::FORECASTS
            .iter()
            .filter_map(|name| Some((*name, test.mean(name, metric)?)))
            .collect();
        all.sort_by(|a, b| a.1.abs().total_cmp(&b.1.abs()));
        all
    };
    let said_of = |metric: &str, words: &str| {
        let all = of(metric);
        let (best, rest) = all.split_first()?;
        let second = rest.first()?;
        Some(format!("{words}: {} {:.4}, then {} {:.4}", best.0, best.1, second.0, second.1))
    };
    said.extend(said_of("log_score", "who leaves, by log score (lower is better)"));
    said.extend(said_of("crps_mrr", "MRR, by CRPS relative to what it was (lower is better)"));
    for (metric, words) in [("contracts_error", "contracts"), ("mrr_error", "MRR")] {
        if let Some(error) = test.mean("model", metric) {
            let way = if error < 0.0 { "low" } else { "high" };
            said.push(format!("{words} at the end of the holdout: {:.1} % too {way}", 100.0 * error.abs()));
        }
    }
    said
}
