//! Customers with their segments as tables: one with all that is known, and a file for a CRM.
//!
//! Spreadsheets take text that begins with `=`, `+`, `-`, `@` (also in their full-width forms), a tab or the end of a
//! line for a formula (OWASP, "CSV Injection", <https://owasp.org/www-community/attacks/CSV_Injection>). The CRM file, which people open in them, has an apostrophe before such text, and before text that begins with an
//! apostrophe: taking one leading apostrophe off gives the text back. No other file is changed.

use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Date32Array, Float64Array, RecordBatch, StringArray, UInt32Array};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use jiff::civil::Date;

use super::segments::{CustomerSegment, Segments};
use crate::base::Result;
use crate::history::BATCH_ROWS;
use crate::output::{TableWriter, Target};

/// The columns of the table of customers.
pub fn segments_schema() -> SchemaRef {
    let field = |name: &str, kind: DataType, null: bool| Field::new(name, kind, null);
    let number = |name: &str| Field::new(name, DataType::Float64, true);
    Arc::new(Schema::new(vec![
        field("customer_id", DataType::Utf8, false),
        field("segment", DataType::Utf8, false),
        field("value_decile", DataType::UInt32, false),
        number("value"),
        number("paid"),
        field("purchases", DataType::UInt32, false),
        number("days_since_last"),
        number("days_between"),
        number("p_alive"),
        number("p_within"),
        number("p_silence"),
        field("overdue", DataType::Boolean, false),
        field("next_action", DataType::Date32, true),
        field("reason", DataType::Utf8, false),
    ]))
}

/// One row a customer: state, value, and the reason; batches of the [`segments_schema`].
pub fn segments_tables(segments: &Segments) -> impl Iterator<Item = RecordBatch> + '_ {
    let schema = segments_schema();
    segments.customers.chunks(BATCH_ROWS).map(move |some| {
        let number = |of: fn(&CustomerSegment) -> Option<f64>| -> ArrayRef {
            Arc::new(some.iter().map(of).collect::<Float64Array>())
        };
        let columns: Vec<ArrayRef> = vec![
            Arc::new(StringArray::from_iter_values(some.iter().map(|c| &c.id))),
            Arc::new(StringArray::from_iter_values(some.iter().map(|c| c.state.name()))),
            Arc::new(UInt32Array::from_iter_values(some.iter().map(|c| u32::from(c.decile)))),
            number(|c| Some(c.value)),
            number(|c| Some(c.paid)),
            Arc::new(UInt32Array::from_iter_values(some.iter().map(|c| c.purchases))),
            number(|c| Some(c.silence)),
            number(|c| c.gap),
            number(|c| Some(c.p_alive)),
            number(|c| Some(c.p_within)),
            number(|c| Some(c.p_silence)),
            Arc::new(BooleanArray::from_iter(some.iter().map(|c| Some(c.overdue)))),
            Arc::new(dates(some)),
            Arc::new(StringArray::from_iter_values(
                some.iter().map(|c| c.reason(segments.rules.buys_within)),
            )),
        ];
        RecordBatch::try_new(schema.clone(), columns).expect("columns of the schema, equally long")
    })
}

/// Writes one row a customer.
///
/// # Errors
/// If they cannot be written.
pub fn write_segments(segments: &Segments, target: &Target) -> Result<()> {
    write(segments_schema(), segments_tables(segments), target)
}

/// The columns of the file for a CRM.
fn crm_schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("id", DataType::Utf8, false),
        Field::new("segment", DataType::Utf8, false),
        Field::new("value", DataType::Float64, false),
        Field::new("next_action", DataType::Date32, true),
    ]))
}

/// Writes a file for a CRM: `id, segment, value, next_action`, with text guarded against spreadsheets.
///
/// # Errors
/// If it cannot be written.
pub fn write_crm(segments: &Segments, target: &Target) -> Result<()> {
    let tables = segments.customers.chunks(BATCH_ROWS).map(|some| {
        let cents = |c: &CustomerSegment| (c.value * 100.0).round() / 100.0;
        let columns: Vec<ArrayRef> = vec![
            Arc::new(StringArray::from_iter_values(some.iter().map(|c| guarded(&c.id)))),
            Arc::new(StringArray::from_iter_values(some.iter().map(|c| c.state.name()))),
            Arc::new(Float64Array::from_iter_values(some.iter().map(cents))),
            Arc::new(dates(some)),
        ];
        RecordBatch::try_new(crm_schema(), columns).expect("columns of the schema, equally long")
    });
    write(crm_schema(), tables, target)
}

fn write(schema: SchemaRef, tables: impl Iterator<Item = RecordBatch>, target: &Target) -> Result<()> {
    let mut writer = TableWriter::create(target, schema)?;
    for table in tables {
        writer.write(&table)?;
    }
    writer.finish()
}

fn dates(some: &[CustomerSegment]) -> Date32Array {
    let day = |date: Date| date.since(Date::constant(1970, 1, 1)).map_or(0, |span| span.get_days());
    some.iter().map(|c| c.next_action.map(day)).collect()
}

/// Text that no spreadsheet takes for a formula.
fn guarded(text: &str) -> String {
    const RISKY: [char; 12] =
        ['=', '+', '-', '@', '\t', '\r', '\n', '\'', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];
    let risky = text.starts_with(RISKY);
    if risky { format!("'{text}") } else { text.to_owned() }
}
