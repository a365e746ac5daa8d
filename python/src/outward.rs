//! What of a table's types other libraries see: ids as they were given, and counts as whole numbers that have a sign. In Polars and in
//! pandas 2 - 5 of numbers without a sign is four billion.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::{RecordBatch, RecordBatchIterator, RecordBatchReader};
use arrow_cast::cast;
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};

/// What marks a column of ids within clv.
const ID: &str = "clv:id";

/// A column of ids, whose type stays as it is.
pub fn of_ids(name: &str, kind: DataType, nullable: bool) -> Field {
    Field::new(name, kind, nullable).with_metadata(HashMap::from([(ID.to_owned(), String::new())]))
}

/// The columns as others see them.
pub fn schema(own: &SchemaRef) -> SchemaRef {
    let seen = |field: &Arc<Field>| -> Arc<Field> {
        let mut marks = field.metadata().clone();
        let is_id = marks.remove(ID).is_some();
        match field.data_type() {
            _ if is_id => Arc::new(field.as_ref().clone().with_metadata(marks)),
            DataType::UInt8 | DataType::UInt16 | DataType::UInt32 | DataType::UInt64 => {
                Arc::new(field.as_ref().clone().with_data_type(DataType::Int64))
            }
            _ => field.clone(),
        }
    };
    let fields: Vec<Arc<Field>> = own.fields().iter().map(seen).collect();
    Arc::new(Schema::new_with_metadata(fields, own.metadata().clone()))
}

/// The rows as others see them, batch by batch.
pub fn rows(own: Box<dyn RecordBatchReader + Send>) -> Box<dyn RecordBatchReader + Send> {
    let schema = schema(&own.schema());
    let seen = schema.clone();
    let batch = move |batch: Result<RecordBatch, ArrowError>| {
        let batch = batch?;
        let columns = batch.columns().iter().zip(seen.fields());
        let columns = columns.map(|(column, field)| cast(column, field.data_type()));
        let columns = columns.collect::<Result<_, ArrowError>>()?;
        RecordBatch::try_new(seen.clone(), columns)
    };
    Box::new(RecordBatchIterator::new(own.map(batch), schema))
}
