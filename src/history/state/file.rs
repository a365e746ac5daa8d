//! The file of a state: Parquet, one row a purchase or return, sorted by day and customer within each addition.
//!
//! Columns: `customer_id` (text), `date`, `amount` (without it: a log without amounts), `second` (of the day) and `nano`,
//! `order` (a hash of the order's number, 0 without one), `file` and `place` (in the order of the input), and
//! `attribute:NAME` for each attribute. The key `clv.state` of the file's metadata holds what is known of the whole
//! ([`Head`](super::head::Head)), as JSON. An update copies the groups of rows that are there as they are, and adds its own behind.

use std::io::{self, Write};
use std::sync::Arc;

use arrow_array::builder::{StringBuilder, StringDictionaryBuilder};
use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Float64Type, Int32Type, UInt32Type, UInt64Type};
use arrow_array::{
    Array, ArrayRef, Date32Array, Float64Array, RecordBatch, StringArray, UInt32Array, UInt64Array,
};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use parquet::arrow::arrow_writer::{ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::arrow::{ArrowWriter, ProjectionMask};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::statistics::Statistics;
use parquet::file::writer::SerializedFileWriter;

use super::rows::StateRow;
use crate::base::{Error, Place, Result};
use crate::history::attributes::Levels;
use crate::history::read::arrow::ParquetFile;
use crate::history::read::guarded::guarded;
use crate::history::read::inputs::Source;

/// The key of the metadata under which a state says what it is.
pub(crate) const KEY: &str = "clv.state";

/// What the columns of attributes begin with, so that none is taken for another.
const ATTRIBUTE: &str = "attribute:";

/// Rows of a group, at most: a group is what an update looks at or passes over.
const GROUP_ROWS: usize = 1 << 19;

/// Rows that are encoded at once.
const BATCH_ROWS: usize = 1 << 14;

/// A file that is a state, opened once: whoever replaces it meanwhile changes nothing for its readers.
pub(crate) struct StateFile {
    /// Its name in messages.
    pub name: String,
    file: ParquetFile,
    metadata: ArrowReaderMetadata,
}

impl StateFile {
    /// The file and what it says of itself; `None` if it is none of ours.
    pub fn open(source: &Source) -> Result<Option<(StateFile, String)>> {
        if source.table().is_some() || !source.first_bytes()?.starts_with(b"PAR1") {
            return Ok(None);
        }
        let file = ParquetFile::open(source)?;
        // A Parquet file that cannot be read is for who reads tables to complain of.
        let Ok(metadata) = guarded(|| ArrowReaderMetadata::load(&file, ArrowReaderOptions::new())) else {
            return Ok(None);
        };
        let pairs = metadata.metadata().file_metadata().key_value_metadata();
        let head = pairs.into_iter().flatten().find(|pair| pair.key == KEY);
        let Some(head) = head.and_then(|pair| pair.value.clone()) else { return Ok(None) };
        Ok(Some((StateFile { name: source.name.clone(), file, metadata }, head)))
    }

    /// How many groups of rows there are.
    pub fn groups(&self) -> usize {
        self.metadata.metadata().num_row_groups()
    }

    /// The first and the last day of a group; `None` if it does not say.
    pub fn days(&self, group: usize) -> Option<(i32, i32)> {
        let group = self.metadata.metadata().row_group(group);
        let column = group.columns().iter().find(|column| column.column_path().string() == "date")?;
        match column.statistics()? {
            Statistics::Int32(days) => Some((*days.min_opt()?, *days.max_opt()?)),
            _ => None,
        }
    }

    /// The batches of a group, with these attributes.
    pub fn read<'a>(
        &'a self,
        group: usize,
        attributes: &'a [String],
    ) -> Result<impl Iterator<Item = Result<Part>> + 'a> {
        let schema = self.metadata.schema();
        let wanted = |name: &str| match name.strip_prefix(ATTRIBUTE) {
            Some(attribute) => attributes.iter().any(|other| other == attribute),
            None => true,
        };
        let used = schema.fields().iter().enumerate().filter(|(_, field)| wanted(field.name()));
        let mask = ProjectionMask::roots(self.metadata.parquet_schema(), used.map(|(at, _)| at));
        let reader = guarded(|| {
            ParquetRecordBatchReaderBuilder::new_with_metadata(self.file.clone(), self.metadata.clone())
                .with_projection(mask)
                .with_row_groups(vec![group])
                .with_batch_size(BATCH_ROWS * 2)
                .build()
        });
        let reader = reader.map_err(|error| damaged(&self.name, error))?;
        Ok(reader.map(move |batch| {
            let batch = batch.map_err(|error| damaged(&self.name, error))?;
            Part::new(&batch, attributes).ok_or_else(|| damaged(&self.name, "a column is missing"))
        }))
    }
}

/// The error of the operating system, if that is what it is.
pub(crate) fn io_error(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(source) => match source.downcast::<io::Error>() {
            Ok(source) => *source,
            Err(source) => match source.downcast::<ArrowError>() {
                Ok(source) => from_arrow(*source),
                Err(source) => io::Error::other(source),
            },
        },
        error => io::Error::other(error),
    }
}

/// See [`io_error`].
pub(crate) fn from_arrow(error: ArrowError) -> io::Error {
    match error {
        ArrowError::IoError(_, source) => source,
        error => io::Error::other(error),
    }
}

/// That a state cannot be read.
pub(crate) fn damaged(name: &str, why: impl std::fmt::Display) -> Error {
    let message =
        format!("the state cannot be read: it is damaged ({why}); make it anew with clv summarize --state");
    Error::input(Place::file(name), message)
}

/// Some rows, column by column.
pub(crate) struct Part {
    pub id: StringArray,
    pub day: Date32Array,
    pub amount: Option<Float64Array>,
    pub second: UInt32Array,
    pub nano: UInt32Array,
    pub order: UInt64Array,
    pub file: UInt32Array,
    pub place: UInt64Array,
    /// One an attribute, in the order asked for.
    pub attributes: Vec<StringArray>,
}

impl Part {
    fn new(batch: &RecordBatch, attributes: &[String]) -> Option<Part> {
        let column = |name: &str| batch.column_by_name(name);
        let text = |name: &str| {
            let column = arrow_cast::cast(column(name)?, &DataType::Utf8).ok()?;
            column.as_string_opt::<i32>().cloned()
        };
        let attribute = |name: &String| text(&format!("{ATTRIBUTE}{name}"));
        Some(Part {
            id: text("customer_id")?,
            day: column("date")?.as_primitive_opt::<Date32Type>()?.clone(),
            amount: column("amount").and_then(|column| column.as_primitive_opt::<Float64Type>().cloned()),
            second: column("second")?.as_primitive_opt::<UInt32Type>()?.clone(),
            nano: column("nano")?.as_primitive_opt::<UInt32Type>()?.clone(),
            order: column("order")?.as_primitive_opt::<UInt64Type>()?.clone(),
            file: column("file")?.as_primitive_opt::<UInt32Type>()?.clone(),
            place: column("place")?.as_primitive_opt::<UInt64Type>()?.clone(),
            attributes: attributes.iter().map(attribute).collect::<Option<_>>()?,
        })
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.id.len()
    }
}

fn schema(has_amount: bool, attributes: &[String]) -> SchemaRef {
    let mut fields =
        vec![Field::new("customer_id", DataType::Utf8, false), Field::new("date", DataType::Date32, false)];
    fields.extend(has_amount.then(|| Field::new("amount", DataType::Float64, false)));
    fields.extend(["second", "nano"].map(|name| Field::new(name, DataType::UInt32, false)));
    fields.push(Field::new("order", DataType::UInt64, false));
    fields.push(Field::new("file", DataType::UInt32, false));
    fields.push(Field::new("place", DataType::UInt64, false));
    let dictionary = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    fields.extend(
        attributes.iter().map(|name| Field::new(format!("{ATTRIBUTE}{name}"), dictionary.clone(), true)),
    );
    Arc::new(Schema::new(fields))
}

fn properties() -> ParquetResult<WriterProperties> {
    // Neighbours are customers of one day in the order of their ids: what they share is not written again.
    let builder = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_offset_index_disabled(true)
        .set_column_dictionary_enabled("customer_id".into(), false)
        .set_column_encoding("customer_id".into(), Encoding::DELTA_BYTE_ARRAY);
    let builder = ["date", "second", "place"].into_iter().fold(builder, |builder, name| {
        builder
            .set_column_dictionary_enabled(name.into(), false)
            .set_column_encoding(name.into(), Encoding::DELTA_BINARY_PACKED)
    });
    Ok(builder.set_column_dictionary_enabled("order".into(), false).build())
}

/// Writes a state.
pub(crate) struct StateWriter<W: Write + Send> {
    file: SerializedFileWriter<W>,
    encoders: ArrowRowGroupWriterFactory,
    schema: SchemaRef,
    attributes: usize,
    has_amount: bool,
    /// The columns of the group at hand, if it has begun, and its rows.
    columns: Vec<ArrowColumnWriter>,
    rows: usize,
    /// Rows that wait to be encoded.
    waiting: Vec<StateRow>,
}

impl<W: Write + Send> StateWriter<W> {
    /// Begins a state.
    pub fn new(out: W, has_amount: bool, attributes: &[String]) -> ParquetResult<Self> {
        let schema = schema(has_amount, attributes);
        let writer = ArrowWriter::try_new(out, schema.clone(), Some(properties()?))?;
        let (file, encoders) = writer.into_serialized_writer()?;
        Ok(StateWriter {
            file,
            encoders,
            schema,
            attributes: attributes.len(),
            has_amount,
            columns: Vec::new(),
            rows: 0,
            waiting: Vec::new(),
        })
    }

    /// Takes over all rows of another state as they lie in its file.
    pub fn copy(&mut self, from: &StateFile) -> ParquetResult<()> {
        for group in from.metadata.metadata().row_groups() {
            let mut own = self.file.next_row_group()?;
            for column in group.columns() {
                let closed = ColumnCloseResult {
                    bytes_written: column.compressed_size() as u64,
                    rows_written: group.num_rows() as u64,
                    metadata: column.clone(),
                    bloom_filter: None,
                    column_index: None,
                    offset_index: None,
                };
                own.append_column(&from.file, closed)?;
            }
            own.close()?;
        }
        Ok(())
    }

    /// One more row; `levels` says what its attributes are.
    pub fn push(&mut self, row: StateRow, levels: Option<&Levels>) -> ParquetResult<()> {
        self.waiting.push(row);
        if self.waiting.len() >= BATCH_ROWS { self.encode(levels) } else { Ok(()) }
    }

    fn encode(&mut self, levels: Option<&Levels>) -> ParquetResult<()> {
        let rows = std::mem::take(&mut self.waiting);
        if rows.is_empty() {
            return Ok(());
        }
        let batch = self.batch(&rows, levels)?;
        if self.rows == 0 {
            self.columns = self.encoders.create_column_writers(self.file.flushed_row_groups().len())?;
        }
        for ((column, field), array) in self.columns.iter_mut().zip(self.schema.fields()).zip(batch.columns())
        {
            for leaf in compute_leaves(field, array)? {
                column.write(&leaf)?;
            }
        }
        self.rows += rows.len();
        self.waiting = rows;
        self.waiting.clear();
        if self.rows >= GROUP_ROWS { self.end_group() } else { Ok(()) }
    }

    fn batch(&self, rows: &[StateRow], levels: Option<&Levels>) -> ParquetResult<RecordBatch> {
        let u32s = |get: &dyn Fn(&StateRow) -> u32| {
            Arc::new(UInt32Array::from_iter_values(rows.iter().map(get))) as ArrayRef
        };
        let u64s = |get: &dyn Fn(&StateRow) -> u64| {
            Arc::new(UInt64Array::from_iter_values(rows.iter().map(get))) as ArrayRef
        };
        let mut ids = StringBuilder::with_capacity(rows.len(), rows.len() * 12);
        rows.iter().for_each(|row| ids.append_value(&row.id));
        let mut columns: Vec<ArrayRef> = vec![
            Arc::new(ids.finish()),
            Arc::new(Date32Array::from_iter_values(rows.iter().map(|row| row.day))),
        ];
        if self.has_amount {
            columns.push(Arc::new(Float64Array::from_iter_values(rows.iter().map(|row| row.amount))));
        }
        columns.extend([
            u32s(&|row| row.mark.second),
            u32s(&|row| row.mark.nano),
            u64s(&|row| row.mark.order),
            u32s(&|row| row.mark.file),
            u64s(&|row| row.mark.place),
        ]);
        for attribute in 0..self.attributes {
            let mut values = StringDictionaryBuilder::<Int32Type>::new();
            for row in rows {
                let levels = levels.filter(|_| row.mark.code > 0);
                let rank = levels.map(|levels| (levels, levels.ranks(row.mark.code)[attribute]));
                match rank.filter(|(_, rank)| *rank != Levels::NONE) {
                    Some((levels, rank)) => values.append_value(levels.text(attribute, rank)),
                    None => values.append_null(),
                }
            }
            columns.push(Arc::new(values.finish()));
        }
        RecordBatch::try_new(self.schema.clone(), columns).map_err(ParquetError::from)
    }

    fn end_group(&mut self) -> ParquetResult<()> {
        if std::mem::take(&mut self.rows) == 0 {
            return Ok(());
        }
        let mut group = self.file.next_row_group()?;
        for column in self.columns.drain(..) {
            column.close()?.append_to_row_group(&mut group)?;
        }
        group.close().map(drop)
    }

    /// Completes the state with what is known of the whole: what it wrote to.
    pub fn finish(mut self, head: String, levels: Option<&Levels>) -> ParquetResult<W> {
        self.encode(levels)?;
        self.end_group()?;
        self.file.append_key_value_metadata(KeyValue::new(KEY.to_owned(), head));
        self.file.into_inner()
    }
}
