//! A summary as a table: the columns that `clv` reads back as a summary.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema, SchemaRef};

use super::{TableWriter, Target};
use crate::base::{Progress, Result};
use crate::history::{PURCHASE_TIMES, Summary, SummaryBatch, SummaryMeta, as_text};

/// Writes a summary and returns how many customers it has.
///
/// Columns `customer_id, frequency, recency, T, monetary_value, log_gaps, purchase_times`, the last three only if the
/// summary has them, then its attributes, `unit`, and, if they are known, `observed_until` (a date) and `grain`:
/// what is said of all customers is the same in all rows, so that it is read back from any format. In Parquet the
/// file's metadata have it, too.
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
    if meta.has_purchase_times {
        fields.push(Field::new(PURCHASE_TIMES, DataType::Utf8, false));
    }
    fields.extend(meta.attributes.iter().map(|name| Field::new(name, DataType::Utf8, false)));
    fields.extend(of_all(meta).map(|(name, _)| Field::new(name, DataType::Utf8, false)));
    let about: HashMap<_, _> = of_all(meta).map(|(name, text)| (format!("clv.{name}"), text)).collect();
    Arc::new(Schema::new_with_metadata(fields, about))
}

/// What is the same for all customers: columns and their value.
fn of_all(meta: &SummaryMeta) -> impl Iterator<Item = (&'static str, String)> {
    [
        ("unit", Some(meta.unit.name().to_owned())),
        ("observed_until", meta.observed_until.map(|date| date.to_string())),
        ("grain", meta.grain.map(|grain| grain.name().to_owned())),
    ]
    .into_iter()
    .filter_map(|(name, text)| Some((name, text?)))
}

/// Some customers of a summary as a table of its [`summary_schema`].
///
/// # Panics
/// If the batch is not one of this summary.
pub fn summary_table(batch: SummaryBatch, meta: &SummaryMeta, schema: &SchemaRef) -> RecordBatch {
    let rows = batch.len();
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
    if meta.has_purchase_times {
        columns.extend(batch.purchase_times.map(|times| Arc::new(as_text(&times)) as ArrayRef));
    }
    columns.extend(batch.attributes.into_iter().map(|column| Arc::new(column) as ArrayRef));
    columns.extend(of_all(meta).map(|(_, text)| Arc::new(StringArray::new_repeated(text, rows)) as ArrayRef));
    RecordBatch::try_new(schema.clone(), columns).expect("the columns of a summary are those of its meta")
}
