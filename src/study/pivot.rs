//! Figures that stand one below the other, as tables with a column a figure: what is compared stands in one row.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::{ArrayRef, Date32Array, Float64Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema};
use jiff::civil::Date;

/// One figure of a row that is known by its keys.
pub(super) struct Cell<'a> {
    /// What the row is about, key by key.
    pub keys: Vec<&'a str>,
    /// Which figure.
    pub metric: &'a str,
    pub value: Option<f64>,
    pub lower: Option<f64>,
    pub upper: Option<f64>,
}

/// A row a combination of keys, in the order in which they come; a column a metric, with two more for its interval where
/// one of its figures has one. A key that is called `until` holds dates.
pub(super) fn pivot<'a>(names: &[&str], cells: impl Iterator<Item = Cell<'a>>) -> RecordBatch {
    let cells: Vec<Cell> = cells.collect();
    let (mut rows, mut metrics): (Vec<&[&str]>, Vec<&str>) = (Vec::new(), Vec::new());
    let mut place_of_row: BTreeMap<&[&str], usize> = BTreeMap::new();
    for cell in &cells {
        place_of_row.entry(&cell.keys).or_insert_with(|| {
            rows.push(&cell.keys);
            rows.len() - 1
        });
        if !metrics.contains(&cell.metric) {
            metrics.push(cell.metric);
        }
    }
    let mut columns: Vec<(Field, ArrayRef)> = Vec::new();
    for (place, name) in names.iter().enumerate() {
        columns.push(key(name, rows.iter().map(|row| row[place])));
    }
    for metric in metrics {
        let own = || cells.iter().filter(|cell| cell.metric == metric);
        let column = |of: fn(&Cell) -> Option<f64>| -> ArrayRef {
            let mut values = vec![None; rows.len()];
            own().for_each(|cell| values[place_of_row[&cell.keys[..]]] = of(cell));
            Arc::new(Float64Array::from(values))
        };
        let number = |name: String| Field::new(name, DataType::Float64, true);
        columns.push((number(metric.to_owned()), column(|cell| cell.value)));
        if own().any(|cell| cell.lower.is_some() || cell.upper.is_some()) {
            columns.push((number(format!("{metric}_lower")), column(|cell| cell.lower)));
            columns.push((number(format!("{metric}_upper")), column(|cell| cell.upper)));
        }
    }
    let (fields, columns): (Vec<Field>, Vec<ArrayRef>) = columns.into_iter().unzip();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).expect("columns of the schema, equally long")
}

fn key<'a>(name: &str, values: impl Iterator<Item = &'a str>) -> (Field, ArrayRef) {
    if !matches!(name, "until" | "origin") {
        return (Field::new(name, DataType::Utf8, false), Arc::new(StringArray::from_iter_values(values)));
    }
    let epoch = Date::constant(1970, 1, 1);
    let day = |text: &str| text.parse::<Date>().ok()?.since(epoch).ok().map(|span| span.get_days());
    (Field::new(name, DataType::Date32, true), Arc::new(values.map(day).collect::<Date32Array>()))
}

#[cfg(test)]
mod tests {
    use arrow_array::cast::AsArray;
    use arrow_array::types::Float64Type;

    use super::*;

    #[test]
    fn figures_become_columns() {
        let cell = |key, metric, value, lower| Cell { keys: vec![key], metric, value, lower, upper: lower };
        let cells = [
            cell("b", "x", Some(1.0), None),
            cell("a", "x", Some(2.0), Some(1.5)),
            cell("b", "y", None, None),
        ];
        let table = pivot(&["name"], cells.into_iter());
        let schema = table.schema();
        let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
        assert_eq!(names, ["name", "x", "x_lower", "x_upper", "y"]);
        assert_eq!(table.column(0).as_string::<i32>().iter().flatten().collect::<Vec<_>>(), ["b", "a"]);
        assert_eq!(table.column(1).as_primitive::<Float64Type>().values(), &[1.0, 2.0]);
        assert_eq!(table.column(4).null_count(), 2);
    }
}
