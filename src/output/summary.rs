//! A summary as a table: the columns that `clv` reads back as a summary.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema, SchemaRef};

use super::{TableWriter, Target};
use crate::error::Result;
use crate::progress::Progress;
use crate::summary::{Summary, SummaryBatch, SummaryMeta};

/// Writes a summary and returns how many customers it has.
///
/// Columns `customer_id, frequency, recency, T, monetary_value, log_gaps`, the last two only if the
/// summary has them, then its attributes and `unit`. In Parquet the file's metadata have the unit and the end of observation, too.
///
/// # Errors
/// If the summary cannot be read, or the file cannot be written.
pub fn write_summary(summary: &Summary, target: &Target, progress: &dyn Progress) -> Result<u64> {
    let schema = summary_schema(&summary.meta);
    let mut writer = TableWriter::create(target, schema.clone())?;
    let mut customers = 0;
    progress.stage("writing customers", None);
    for batch in summary.batches() {
        progress.check()?;
        let batch = batch?;
        let rows = batch.len() as u64;
        writer.write(&summary_table(batch, &summary.meta, &schema))?;
        customers += rows;
        progress.advance(rows);
    }
    writer.finish()?;
    Ok(customers)
}

/// The columns of a summary as a table; its metadata have the unit, the grain and the end of observation.
pub fn summary_schema(meta: &SummaryMeta) -> SchemaRef {
    let number = |name| Field::new(name, DataType::Float64, false);
    let mut fields = vec![
        Field::new("customer_id", DataType::Utf8, false),
        Field::new("frequency", DataType::UInt32, false),
        number("recency"),
        number("T"),
    ];
    if meta.has_money {
        fields.push(number("monetary_value"));
    }
    if meta.has_log_gaps {
        fields.push(number("log_gaps"));
    }
    fields.extend(meta.attributes.iter().map(|name| Field::new(name, DataType::Utf8, false)));
    fields.push(Field::new("unit", DataType::Utf8, false));
    let mut about = HashMap::from([("clv.unit".to_owned(), meta.unit.name().to_owned())]);
    if let Some(end) = meta.observed_until {
        about.insert("clv.observed_until".to_owned(), end.to_string());
    }
    if let Some(grain) = meta.grain {
        about.insert("clv.grain".to_owned(), grain.name().to_owned());
    }
    Arc::new(Schema::new_with_metadata(fields, about))
}

/// Some customers of a summary as a table of its [`summary_schema`].
///
/// # Panics
/// If the batch is not one of this summary.
pub fn summary_table(batch: SummaryBatch, meta: &SummaryMeta, schema: &SchemaRef) -> RecordBatch {
    let unit = StringArray::from_iter_values(std::iter::repeat_n(meta.unit.name(), batch.len()));
    let mut columns: Vec<ArrayRef> = vec![
        Arc::new(batch.customer_id),
        Arc::new(batch.frequency),
        Arc::new(batch.recency),
        Arc::new(batch.t),
    ];
    if meta.has_money {
        columns.extend(batch.monetary_value.map(|mean| Arc::new(mean) as ArrayRef));
    }
    if meta.has_log_gaps {
        columns.extend(batch.log_gaps.map(|sum| Arc::new(sum) as ArrayRef));
    }
    columns.extend(batch.attributes.into_iter().map(|column| Arc::new(column) as ArrayRef));
    columns.push(Arc::new(unit));
    RecordBatch::try_new(schema.clone(), columns).expect("the columns of a summary are those of its meta")
}
