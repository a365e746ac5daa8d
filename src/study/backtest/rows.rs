//! All figures as one tidy table: `origin, model, metric, group, value, lower, upper`.

use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema, SchemaRef};

use super::resample::Estimate;
use super::{Backtest, Entrant, Metric, Origin};
use crate::base::Result;
use crate::output::{TableWriter, Target};

/// One figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The origin's date, or `all`: the mean over origins.
    pub origin: String,
    /// The model or baseline; `actual` for what happened.
    pub model: String,
    /// Which figure: a [`Metric`]'s name; with `_minus:` and another model behind it the paired difference of
    /// how far both are from perfect; or `customers`, `expected`, `actual` of a group.
    pub metric: String,
    /// Which customers or which time; empty for all.
    pub group: String,
    /// The figure.
    pub value: Option<f64>,
    /// Lower end of its interval.
    pub lower: Option<f64>,
    /// Upper end.
    pub upper: Option<f64>,
}

impl Row {
    fn plain(origin: &str, model: &str, metric: &str, group: String, value: f64) -> Row {
        Row {
            origin: origin.to_owned(),
            model: model.to_owned(),
            metric: metric.to_owned(),
            group,
            value: finite(value),
            lower: None,
            upper: None,
        }
    }

    fn estimate(origin: &str, model: &str, metric: &str, estimate: &Estimate) -> Row {
        let row = Row::plain(origin, model, metric, String::new(), estimate.value);
        Row { lower: finite(estimate.lower), upper: finite(estimate.upper), ..row }
    }
}

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

impl Backtest {
    /// All figures.
    pub fn rows(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        for pooled in &self.pooled {
            figures("all", pooled.name, &pooled.values, &mut rows);
        }
        for difference in &self.differences {
            for (metric, estimate) in Metric::ALL.iter().zip(&difference.values) {
                let name = format!("{}_minus:{}", metric.name(), difference.second);
                if estimate.value.is_finite() {
                    rows.push(Row::estimate("all", difference.first, &name, estimate));
                }
            }
        }
        self.origins.iter().for_each(|origin| of_origin(origin, &mut rows));
        rows
    }
}

fn figures(origin: &str, model: &str, values: &[Estimate], rows: &mut Vec<Row>) {
    for (metric, estimate) in Metric::ALL.iter().zip(values) {
        if estimate.value.is_finite() {
            rows.push(Row::estimate(origin, model, metric.name(), estimate));
        }
    }
}

fn of_origin(origin: &Origin, rows: &mut Vec<Row>) {
    let date = origin.window.origin.to_string();
    let mut actual = |metric: &str, value: f64| {
        rows.push(Row::plain(&date, "actual", metric, String::new(), value));
    };
    actual("customers", origin.customers as f64);
    actual("buyers", origin.buyers as f64);
    actual("purchases", origin.purchases);
    if let Some(spend) = origin.spend {
        actual("spend", spend);
    }
    for entrant in &origin.entrants {
        figures(&date, entrant.name, &entrant.values, rows);
        of_entrant(&date, entrant, rows);
    }
}

fn of_entrant(date: &str, entrant: &Entrant, rows: &mut Vec<Row>) {
    let mut push = |metric: &str, group: String, value: f64| {
        rows.push(Row::plain(date, entrant.name, metric, group, value));
    };
    if let Some(uniformity) = entrant.uniformity {
        push("pit_ks_distance", String::new(), uniformity.distance);
        push("pit_ks_p", String::new(), uniformity.p);
    }
    for group in &entrant.groups {
        let name = format!("{} {}", group.by, group.label);
        push("customers", name.clone(), group.customers as f64);
        push("expected", name.clone(), group.expected);
        push("actual", name, group.actual);
    }
    for (at, bin) in entrant.calibration.iter().enumerate() {
        let name = format!("p_buy {}", at + 1);
        push("customers", name.clone(), bin.customers as f64);
        push("expected", name.clone(), bin.expected);
        push("actual", name, bin.actual);
    }
    let mut before = (0.0, 0.0);
    for point in &entrant.tracking {
        let name = format!("until {}", point.until);
        push("expected_in_period", name.clone(), point.expected - before.0);
        push("actual_in_period", name.clone(), point.actual - before.1);
        push("expected_cumulative", name.clone(), point.expected);
        push("actual_cumulative", name, point.actual);
        before = (point.expected, point.actual);
    }
}

/// The columns of the table.
pub fn schema() -> SchemaRef {
    let text = |name: &str| Field::new(name, DataType::Utf8, false);
    let number = |name: &str| Field::new(name, DataType::Float64, true);
    let texts = ["origin", "model", "metric", "group"].map(text);
    Arc::new(Schema::new(
        texts.into_iter().chain(["value", "lower", "upper"].map(number)).collect::<Vec<_>>(),
    ))
}

/// Writes all figures.
///
/// # Errors
/// If they cannot be written.
pub fn write(backtest: &Backtest, target: &Target) -> Result<()> {
    let mut writer = TableWriter::create(target, schema())?;
    writer.write(&table(backtest))?;
    writer.finish()
}

/// All figures as a table of this [`schema`].
pub fn table(backtest: &Backtest) -> RecordBatch {
    let rows = backtest.rows();
    let text =
        |of: fn(&Row) -> &str| -> ArrayRef { Arc::new(StringArray::from_iter_values(rows.iter().map(of))) };
    let number =
        |of: fn(&Row) -> Option<f64>| -> ArrayRef { Arc::new(rows.iter().map(of).collect::<Float64Array>()) };
    let columns = vec![
        text(|row| &row.origin),
        text(|row| &row.model),
        text(|row| &row.metric),
        text(|row| &row.group),
        number(|row| row.value),
        number(|row| row.lower),
        number(|row| row.upper),
    ];
    RecordBatch::try_new(schema(), columns).expect("columns of the schema, equally long")
}
