//! A summary as bytes that travel: rows as an Arrow IPC stream, what is known of them as JSON in its metadata.

use std::collections::HashMap;

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, UInt32Type};
use arrow_ipc::reader::StreamReader;
use arrow_ipc::writer::StreamWriter;
use arrow_schema::{ArrowError, Schema};

use super::{summary_schema, summary_table};
use crate::base::{Error, Place, Result};
use crate::history::{Summary, SummaryBatch, SummaryMeta, from_text};

/// The key of what is known of a summary as a whole.
const META: &str = "clv.meta";

/// A summary as bytes, for [`summary_from_bytes`] of the same version. First amounts do not travel.
///
/// # Errors
/// If the summary cannot be read.
///
/// # Panics
/// Never: what is known is made of numbers and text, and memory takes all bytes.
pub fn summary_to_bytes(summary: &Summary) -> Result<Vec<u8>> {
    let plain = summary_schema(&summary.meta);
    let meta =
        serde_json::to_string(&summary.meta).expect("what is known is made of finite numbers and text");
    let about = HashMap::from([(META.to_owned(), meta)]);
    let schema = Schema::new_with_metadata(plain.fields().clone(), about);
    let mut writer = StreamWriter::try_new(Vec::new(), &schema).expect("memory takes all bytes");
    for batch in summary.batches() {
        let table = summary_table(batch?, &summary.meta, &plain);
        writer.write(&table).expect("batches have the columns of the schema");
    }
    writer.finish().expect("memory takes all bytes");
    Ok(writer.into_inner().expect("memory takes all bytes"))
}

/// The summary that [`summary_to_bytes`] of the same version made bytes of.
///
/// # Errors
/// If it did not.
pub fn summary_from_bytes(bytes: &[u8]) -> Result<Summary> {
    let wrong = |why: &dyn std::fmt::Display| {
        let message = format!("these bytes are no summary of this version of clv ({why})");
        Error::input(Place::file("data"), message)
    };
    let reader = StreamReader::try_new(bytes, None).map_err(|e| wrong(&e))?;
    let schema = reader.schema();
    let meta = schema.metadata().get(META).ok_or_else(|| wrong(&"nothing is said of it"))?;
    let meta: SummaryMeta = serde_json::from_str(meta).map_err(|e| wrong(&e))?;
    if summary_schema(&meta).fields() != schema.fields() {
        return Err(wrong(&"it has other columns"));
    }
    let batches = reader.map(|batch| batch.map(|batch| rows(&batch, &meta)));
    let batches = batches.collect::<std::result::Result<Vec<_>, ArrowError>>().map_err(|e| wrong(&e))?;
    Ok(Summary::new(meta, batches))
}

/// The columns of a batch of this summary by their order, see [`summary_schema`].
fn rows(batch: &RecordBatch, meta: &SummaryMeta) -> SummaryBatch {
    let mut columns = batch.columns().iter();
    let mut next = || columns.next().expect("as many columns as the schema has");
    SummaryBatch {
        customer_id: next().as_string().clone(),
        frequency: next().as_primitive::<UInt32Type>().clone(),
        recency: next().as_primitive::<Float64Type>().clone(),
        t: next().as_primitive::<Float64Type>().clone(),
        monetary_value: meta.has_money.then(|| next().as_primitive::<Float64Type>().clone()),
        log_gaps: meta.has_log_gaps.then(|| next().as_primitive::<Float64Type>().clone()),
        purchase_times: meta
            .has_purchase_times
            .then(|| from_text(next().as_string()).expect("ages are written as they are read")),
        first_amount: None,
        attributes: meta.attributes.iter().map(|_| next().as_string().clone()).collect(),
    }
}
