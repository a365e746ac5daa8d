//! What a history is read from: files as people name them, or a table that a caller has in memory.
//!
//! A table in memory is looked at, cleaned and counted like a Parquet file: the same columns are
//! recognised, the same rows refused, by row number. Its batches are shared, never copied, and can be
//! read as often as a fit, a forecast or a backtest needs them. A stream that can be read only once is kept:
//! in memory if it is small, else in an unnamed temporary file.

use std::fmt;
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{RecordBatch, RecordBatchReader};
use arrow_ipc::writer::StreamWriter;
use arrow_schema::{ArrowError, SchemaRef};

use crate::base::{Error, Place, Result};

/// What is read.
#[derive(Debug, Clone)]
pub enum Input {
    /// A file, a directory, a glob, or `-` for standard input.
    Path(PathBuf),
    /// A table in memory.
    Table(MemoryTable),
    /// What a stream gave, in a temporary file.
    Spooled(SpooledTable),
}

/// A table in an unnamed temporary file, which goes with the last copy of this.
#[derive(Debug, Clone)]
pub struct SpooledTable {
    pub(crate) name: String,
    pub(crate) file: Arc<File>,
    pub(crate) length: u64,
    /// What is to be said of how it came about.
    pub(crate) said: Vec<String>,
    /// The encoding that it was written in, and the sheet that it is, if it was another file.
    pub(crate) encoding: Option<String>,
    pub(crate) sheet: Option<String>,
    /// What it was before it was written out as text, if it was no such text.
    pub(crate) layout: Option<String>,
    /// Was it looked at, and is a plain table in UTF-8 now? Then it is not looked at again: it would be decoded twice.
    pub(crate) unpacked: bool,
}

impl Input {
    /// Takes over a stream that can be read only once: it is kept in memory up to about `most` bytes, else in a
    /// temporary file in `folder` (`None`: the system's).
    ///
    /// # Errors
    /// If the stream fails, or the file cannot be written.
    pub fn from_stream(
        name: &str,
        mut stream: impl RecordBatchReader,
        most: u64,
        folder: Option<&Path>,
    ) -> Result<Input> {
        let failed =
            |e: ArrowError| Error::input(Place::file(name), format!("the table cannot be read: {e}"));
        let schema = stream.schema();
        let (mut batches, mut bytes) = (Vec::new(), 0);
        while let Some(batch) = stream.next() {
            let batch = batch.map_err(failed)?;
            bytes += batch.get_array_memory_size() as u64;
            batches.push(batch);
            if bytes > most {
                let all = batches.into_iter().map(Ok).chain(stream);
                return spool(name, &schema, all, folder).map(Input::Spooled);
            }
        }
        Ok(MemoryTable::new(name, schema, batches).into())
    }

    /// The path, if it is one.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Input::Path(path) => Some(path),
            Input::Table(_) | Input::Spooled(_) => None,
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

fn spool(
    name: &str,
    schema: &SchemaRef,
    batches: impl Iterator<Item = std::result::Result<RecordBatch, ArrowError>>,
    folder: Option<&Path>,
) -> Result<SpooledTable> {
    let folder = folder.map_or_else(std::env::temp_dir, Path::to_owned);
    let action = "spool a table to";
    let file = tempfile::tempfile_in(&folder).map_err(|e| Error::io(action, &folder, e))?;
    let failed = |e: ArrowError| match e {
        ArrowError::IoError(_, source) => Error::io(action, &folder, source),
        e => Error::input(Place::file(name), format!("the table cannot be read: {e}")),
    };
    let mut writer = StreamWriter::try_new(BufWriter::new(&file), schema).map_err(failed)?;
    for batch in batches {
        writer.write(&batch.map_err(failed)?).map_err(failed)?;
    }
    writer.finish().map_err(failed)?;
    drop(writer);
    let length = file.metadata().map_err(|e| Error::io(action, &folder, e))?.len();
    Ok(SpooledTable {
        name: name.to_owned(),
        file: Arc::new(file),
        length,
        said: Vec::new(),
        encoding: None,
        sheet: None,
        layout: None,
        unpacked: false,
    })
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
