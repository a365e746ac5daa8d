//! The figures of economics as tables of one kind each.

use arrow_array::RecordBatch;

use super::rows::Row;
use super::{Economics, Triangle};
use crate::study::pivot::{Cell, pivot};

/// A key of a row: its name, and what of the figures it is.
type Key = (&'static str, fn(&Row) -> &str);

const GROUP: fn(&Row) -> &str = |row| if row.group.is_empty() { "all" } else { &row.group };
const PERIOD: fn(&Row) -> &str = |row| &row.period;

/// What a figure is called among those of other topics.
fn metric(row: &Row) -> &str {
    match (row.topic.as_str(), row.metric.as_str()) {
        ("equity", "value") => "equity",
        ("textbook", "value") => "textbook_value",
        (_, metric) => metric,
    }
}

impl Economics {
    /// A row a group, and one of `all`: what new customers of it are worth and may cost, what was paid for them, whether it
    /// comes back, how loyal they are, the equity of those there are.
    pub fn channels(&self) -> RecordBatch {
        let topics = ["new customer", "acquisition", "loyalty", "textbook", "equity"];
        self.table(&topics, &[("group", GROUP)])
    }

    /// Month by month, the revenue to come.
    pub fn months(&self) -> RecordBatch {
        self.table(&["expected revenue"], &[("until", PERIOD)])
    }

    /// The equity of customers by month of their first purchase.
    pub fn cohorts(&self) -> RecordBatch {
        self.table(&["equity by cohort"], &[("month", PERIOD)])
    }

    /// Cohort by cohort and period by period, what was seen and what is expected: see [`Triangle::table`].
    pub fn triangle_table(&self) -> RecordBatch {
        self.triangle.as_ref().map_or_else(|| Triangle::none().table(), Triangle::table)
    }

    /// Month by month and group by group, who was won and at what cost.
    pub fn acquired(&self) -> RecordBatch {
        self.table(&["acquired"], &[("group", GROUP), ("month", PERIOD)])
    }

    /// Month by month, how many customers were active and stayed.
    pub fn retention(&self) -> RecordBatch {
        self.table(&["observed retention"], &[("month", PERIOD)])
    }

    /// What a percent of each driver moves.
    pub fn sensitivity(&self) -> RecordBatch {
        self.table(&["sensitivity"], &[("driver", GROUP)])
    }

    /// What comes of each scenario.
    pub fn scenarios(&self) -> RecordBatch {
        self.table(&["scenario"], &[("scenario", GROUP)])
    }

    /// A row for each of the keys, none of which may be empty; periods that are no date or month are not for tables by time.
    fn table(&self, topics: &[&str], keys: &[Key]) -> RecordBatch {
        let rows = self.rows();
        let own = rows.iter().filter(|row| topics.contains(&row.topic.as_str()) && row.period != "later");
        let own = own.filter(|row| keys.iter().all(|(name, of)| *name == "group" || !of(row).is_empty()));
        let own = own.filter(|row| row.metric != "undiscounted_revenue");
        let cell = |row| Cell {
            keys: keys.iter().map(|(_, of)| of(row)).collect(),
            metric: metric(row),
            value: row.value,
            lower: row.lower,
            upper: row.upper,
        };
        let names: Vec<&str> = keys.iter().map(|(name, _)| *name).collect();
        pivot(&names, own.map(cell))
    }
}
