//! Parquet and Arrow IPC: opening them, and their rows as record batches of the columns used.

use std::fs::File;
use std::io::{BufReader, Read};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_ipc::reader::{FileReader, StreamReader};
use arrow_schema::{ArrowError, DataType, SchemaRef};
use bytes::Bytes;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, Length};

use super::guarded::guarded;
use super::inputs::{Format, Opened, Source};
use super::ipc;
use crate::base::{Error, Place, Result};
use crate::history::input::MemoryTable;

/// Rows of one batch.
pub(crate) const BATCH: usize = 32_768;

/// What is known of an Arrow table before its rows are read.
#[derive(Debug, Clone)]
pub(crate) struct ArrowTable {
    /// Its columns.
    pub schema: SchemaRef,
    /// A Parquet file's description of itself.
    parquet: Option<ArrowReaderMetadata>,
}

impl ArrowTable {
    /// What is known of a table in memory.
    pub fn in_memory(table: &MemoryTable) -> Self {
        ArrowTable { schema: table.schema().clone(), parquet: None }
    }

    /// The names of its columns.
    pub fn names(&self) -> Vec<String> {
        self.schema.fields().iter().map(|field| field.name().clone()).collect()
    }
}

/// Reads the description of a table.
pub(crate) fn describe(source: &Source, format: Format) -> Result<ArrowTable> {
    match format {
        Format::Parquet => {
            let file = ParquetFile::open(source)?;
            let metadata = guarded(|| ArrowReaderMetadata::load(&file, ArrowReaderOptions::new()))
                .map_err(|e| damaged(&source.name, "Parquet", e))?;
            Ok(ArrowTable { schema: metadata.schema().clone(), parquet: Some(metadata) })
        }
        _ => {
            let file = source.open()?;
            ipc::check(source.open()?, format).map_err(|e| damaged(&source.name, "Arrow", e))?;
            let schema = guarded(|| match format {
                Format::ArrowFile => FileReader::try_new(BufReader::new(file), None).map(|r| r.schema()),
                _ => StreamReader::try_new(BufReader::new(file), None).map(|r| r.schema()),
            });
            let schema = schema.map_err(|e| damaged(&source.name, "Arrow", e))?;
            Ok(ArrowTable { schema, parquet: None })
        }
    }
}

/// A Parquet file, read at any place by whoever wants: nobody moves another's place in it.
#[derive(Clone)]
pub(crate) struct ParquetFile {
    file: Arc<File>,
    length: u64,
}

impl ParquetFile {
    /// Opens it.
    pub fn open(source: &Source) -> Result<Self> {
        let file = source.shared()?;
        let length = file.metadata().map_err(|e| Error::io("open", &source.name, e))?.len();
        Ok(ParquetFile { file, length })
    }
}

impl Length for ParquetFile {
    fn len(&self) -> u64 {
        self.length
    }
}

impl ChunkReader for ParquetFile {
    type T = BufReader<Opened>;

    fn get_read(&self, start: u64) -> parquet::errors::Result<Self::T> {
        Ok(BufReader::new(Opened { file: self.file.clone(), at: start, length: self.length }))
    }

    fn get_bytes(&self, start: u64, length: usize) -> parquet::errors::Result<Bytes> {
        // The length is the file's own word: it is believed only as far as there is a file.
        if start.checked_add(length as u64).is_none_or(|end| end > self.length) {
            let message = format!("{length} bytes at {start} are wanted of a file of {}", self.length);
            return Err(ParquetError::EOF(message));
        }
        let mut bytes = vec![0; length];
        Opened { file: self.file.clone(), at: start, length: self.length }.read_exact(&mut bytes)?;
        Ok(bytes.into())
    }
}

fn damaged(name: &str, kind: &str, error: impl std::fmt::Display) -> Error {
    let message = format!("the {kind} file cannot be read: it is damaged or truncated ({error})");
    Error::input(Place::file(name), message)
}

/// A value that the file gives for the whole of it, of those in its schema.
pub(crate) fn file_value<'a>(table: &'a ArrowTable, key: &str) -> Option<&'a str> {
    if let Some(value) = table.schema.metadata().get(key) {
        return Some(value);
    }
    let metadata = table.parquet.as_ref()?.metadata().file_metadata().key_value_metadata()?;
    metadata.iter().find(|pair| pair.key == key)?.value.as_deref()
}

/// Row groups of a Parquet file: first row (from 1) and compressed size [bytes] of each.
pub(crate) fn row_groups(table: &ArrowTable) -> Vec<(u64, u64)> {
    let Some(parquet) = &table.parquet else { return Vec::new() };
    let mut first_row = 1u64;
    let groups = parquet.metadata().row_groups().iter().map(|group| {
        let first = first_row;
        first_row = first_row.saturating_add(group.num_rows().max(0) as u64);
        (first, group.compressed_size().max(0) as u64)
    });
    groups.collect()
}

/// Opens one row group of a Parquet file.
pub(crate) fn open_group(
    source: &Source,
    table: &ArrowTable,
    group: usize,
    used: &[usize],
) -> Result<Batches> {
    let metadata = table.parquet.clone().ok_or_else(|| damaged(&source.name, "Parquet", "no row groups"))?;
    let mask = ProjectionMask::roots(metadata.parquet_schema(), used.iter().copied());
    let file = ParquetFile::open(source)?;
    let reader = guarded(|| {
        ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata)
            .with_projection(mask)
            .with_row_groups(vec![group])
            .with_batch_size(BATCH)
            .build()
    });
    let reader = reader.map_err(|e| damaged(&source.name, "Parquet", e))?;
    Ok(Batches {
        name: source.name.clone(),
        kind: "Parquet",
        inner: Box::new(reader),
        next_row: row_groups(table)[group].0,
        rest: None,
    })
}

/// Opens a table in memory.
pub(crate) fn open_memory(table: &MemoryTable, used: &[usize]) -> Batches {
    let mut used = used.to_vec();
    used.sort_unstable();
    Batches {
        name: table.name().to_owned(),
        kind: "Arrow",
        inner: Box::new(table.pieces(&used, BATCH).map(Ok)),
        next_row: 1,
        rest: None,
    }
}

/// Opens an Arrow IPC file or stream.
pub(crate) fn open_ipc(source: &Source, format: Format, used: &[usize]) -> Result<Batches> {
    let (file, mut used) = (BufReader::with_capacity(1 << 20, source.open()?), used.to_vec());
    used.sort_unstable();
    let inner = guarded(|| -> std::result::Result<BatchIterator, ArrowError> {
        Ok(match format {
            Format::ArrowFile => Box::new(FileReader::try_new(file, Some(used))?),
            _ => Box::new(StreamReader::try_new(file, Some(used))?),
        })
    });
    let inner = inner.map_err(|e| damaged(&source.name, "Arrow", e))?;
    Ok(Batches { name: source.name.clone(), kind: "Arrow", inner, next_row: 1, rest: None })
}

type BatchIterator = Box<dyn Iterator<Item = std::result::Result<RecordBatch, ArrowError>> + Send>;

/// Record batches, each with the number of its first row.
pub(crate) struct Batches {
    name: String,
    kind: &'static str,
    inner: BatchIterator,
    next_row: u64,
    /// What is left of a batch that is handed on in pieces, and how many rows a piece has.
    rest: Option<(RecordBatch, usize)>,
}

/// Rows beyond which a batch is handed on in pieces, and bytes of a text column beyond which they are small ones.
const LARGE: usize = 1 << 20;
const HEAVY: i64 = 1 << 30;

/// How many rows of a batch are looked at together: columns of them are written out in other types.
fn piece(batch: &RecordBatch) -> usize {
    let bytes = |column: &ArrayRef| match column.data_type() {
        DataType::LargeUtf8 => {
            let offsets = column.as_string::<i64>().value_offsets();
            offsets[offsets.len() - 1] - offsets[0]
        }
        DataType::Utf8View => column.get_buffer_memory_size() as i64,
        _ => 0,
    };
    if batch.columns().iter().any(|column| bytes(column) > HEAVY) { BATCH } else { LARGE }
}

impl Batches {
    /// The next rows of a batch, and what is left of it.
    fn cut(&mut self, batch: RecordBatch, rows: usize) -> RecordBatch {
        if batch.num_rows() <= rows {
            return batch;
        }
        self.rest = Some((batch.slice(rows, batch.num_rows() - rows), rows));
        batch.slice(0, rows)
    }

    /// The batch with the number of its first row.
    fn numbered(&mut self, batch: RecordBatch) -> (RecordBatch, u64) {
        let first = self.next_row;
        self.next_row = first.saturating_add(batch.num_rows() as u64);
        (batch, first)
    }
}

impl Iterator for Batches {
    type Item = Result<(RecordBatch, u64)>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some((batch, rows)) = self.rest.take() {
            let batch = self.cut(batch, rows);
            return Some(Ok(self.numbered(batch)));
        }
        let batch = match guarded(|| self.inner.next().transpose()) {
            Ok(batch) => batch?,
            Err(error) => {
                // Nothing is asked again of a reader that has given up.
                self.inner = Box::new(std::iter::empty());
                return Some(Err(damaged(&self.name, self.kind, error)));
            }
        };
        let rows = piece(&batch);
        let batch = self.cut(batch, rows);
        Some(Ok(self.numbered(batch)))
    }
}
