//! The figures of a backtest as tables of one kind each.

use arrow_array::RecordBatch;

use super::{Backtest, Row};
use crate::study::pivot::{Cell, pivot};

/// What happened is no forecast.
const ACTUAL: &str = "actual";

impl Backtest {
    /// A row an origin and forecast, a column a metric with its interval; `all` origins are an empty date.
    pub fn metrics(&self) -> RecordBatch {
        let rows = self.rows();
        let plain =
            |row: &&Row| row.group.is_empty() && row.model != ACTUAL && !row.metric.contains("_minus:");
        table(&["origin", "model"], rows.iter().filter(plain).map(|row| (row, Vec::new())))
    }

    /// Customers by repeat purchases before the origin (`frequency`), by year and month of the first purchase (`cohort`), or
    /// by the chance to buy that was forecast (`p_buy`): how many, and their purchases, expected and actual.
    pub fn by(&self, what: &str) -> RecordBatch {
        let rows = self.rows();
        let own = rows.iter().filter_map(|row| {
            let label = row.group.strip_prefix(what)?.strip_prefix(' ')?;
            Some((row, vec![label]))
        });
        table(&["origin", "model", what], own)
    }

    /// Purchases week by week (or grain by grain) after the origin, of models, expected and actual, in the period that ends
    /// `until` and since the origin.
    pub fn weekly(&self) -> RecordBatch {
        let rows = self.rows();
        let own = rows.iter().filter_map(|row| Some((row, vec![row.group.strip_prefix("until ")?])));
        table(&["origin", "model", "until"], own)
    }
}

fn table<'a>(names: &[&str], rows: impl Iterator<Item = (&'a Row, Vec<&'a str>)>) -> RecordBatch {
    let cell = |(row, more): (&'a Row, Vec<&'a str>)| Cell {
        keys: [row.origin.as_str(), row.model.as_str()].into_iter().chain(more).collect(),
        metric: &row.metric,
        value: row.value,
        lower: row.lower,
        upper: row.upper,
    };
    pivot(names, rows.map(cell))
}
