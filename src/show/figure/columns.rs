//! Tables of figures, column by column.

use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Date32Array, Float64Array, RecordBatch, StringArray, UInt64Array};
use arrow_schema::{DataType, Field, Schema};
use jiff::civil::Date;

/// A table in the making.
#[derive(Default)]
pub(super) struct Columns {
    fields: Vec<Field>,
    arrays: Vec<ArrayRef>,
}

impl Columns {
    pub fn new() -> Self {
        Columns::default()
    }

    fn add(mut self, name: &str, kind: DataType, array: ArrayRef) -> Self {
        self.fields.push(Field::new(name, kind, true));
        self.arrays.push(array);
        self
    }

    pub fn texts<T: AsRef<str>>(self, name: &str, values: impl IntoIterator<Item = T>) -> Self {
        self.add(name, DataType::Utf8, Arc::new(StringArray::from_iter_values(values)))
    }

    /// Numbers; what is not finite is empty.
    pub fn numbers(self, name: &str, values: impl IntoIterator<Item = f64>) -> Self {
        let finite = |value: f64| value.is_finite().then_some(value);
        let array: Float64Array = values.into_iter().map(finite).collect();
        self.add(name, DataType::Float64, Arc::new(array))
    }

    pub fn counts(self, name: &str, values: impl IntoIterator<Item = u64>) -> Self {
        self.add(name, DataType::UInt64, Arc::new(UInt64Array::from_iter_values(values)))
    }

    pub fn flags(self, name: &str, values: impl IntoIterator<Item = bool>) -> Self {
        let array: BooleanArray = values.into_iter().map(Some).collect();
        self.add(name, DataType::Boolean, Arc::new(array))
    }

    pub fn dates(self, name: &str, values: impl IntoIterator<Item = Date>) -> Self {
        let day = |date: Date| date.since(Date::constant(1970, 1, 1)).map_or(0, |span| span.get_days());
        let array = Date32Array::from_iter_values(values.into_iter().map(day));
        self.add(name, DataType::Date32, Arc::new(array))
    }

    pub fn finish(self) -> RecordBatch {
        RecordBatch::try_new(Arc::new(Schema::new(self.fields)), self.arrays)
            .expect("all columns of a figure have a value for each row")
    }
}
