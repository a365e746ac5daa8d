//! What a history is read from: files as people name them, or a table that a caller has in memory.
//!
//! A table in memory is looked at, cleaned and counted like a Parquet file: the same columns are
//! recognised, the same rows refused, by row number. Its batches are shared, never copied, and can be
//! read as often as a fit, a forecast or a backtest needs them.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;

/// What is read.
#[derive(Debug, Clone)]
pub enum Input {
    /// A file, a directory, a glob, or `-` for standard input.
    Path(PathBuf),
    /// A table in memory.
    Table(MemoryTable),
}

impl Input {
    /// The path, if it is one.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Input::Path(path) => Some(path),
            Input::Table(_) => None,
        }
    }
}

impl From<PathBuf> for Input {
    fn from(path: PathBuf) -> Self {
        Input::Path(path)
    }
}

impl From<&Path> for Input {
    fn from(path: &Path) -> Self {
        Input::Path(path.to_owned())
    }
}

impl From<MemoryTable> for Input {
    fn from(table: MemoryTable) -> Self {
        Input::Table(table)
    }
}

/// An Arrow table in memory.
#[derive(Clone)]
pub struct MemoryTable {
    name: String,
    schema: SchemaRef,
    batches: Arc<[RecordBatch]>,
}

impl MemoryTable {
    /// A table called `name` in messages; all batches have the columns of the schema.
    pub fn new(name: impl Into<String>, schema: SchemaRef, batches: Vec<RecordBatch>) -> Self {
        MemoryTable { name: name.into(), schema, batches: batches.into() }
    }

    /// What messages call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its columns.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Its rows.
    pub fn batches(&self) -> &[RecordBatch] {
        &self.batches
    }

    /// How many rows.
    pub fn rows(&self) -> u64 {
        self.batches.iter().map(|batch| batch.num_rows() as u64).sum()
    }

    /// Some columns of its rows, at most `rows` at a time.
    pub(crate) fn pieces(
        &self,
        used: &[usize],
        rows: usize,
    ) -> impl Iterator<Item = RecordBatch> + Send + use<> {
        let (table, used) = (self.clone(), used.to_vec());
        (0..self.batches.len()).flat_map(move |index| {
            let batch = table.batches[index].project(&used).expect("its schema has these columns");
            let starts = (0..batch.num_rows()).step_by(rows);
            starts.map(move |start| batch.slice(start, rows.min(batch.num_rows() - start)))
        })
    }
}

impl fmt::Debug for MemoryTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MemoryTable({}, {} rows)", self.name, self.rows())
    }
}
