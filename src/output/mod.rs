//! Writing results: tables as CSV, Excel workbooks, Parquet or JSON Lines, and documents such as model files.
//!
//! A [`Target`] is looked at before the work begins, so that a wrong name is found in a second and
//! not after an hour. What is written goes to a temporary file beside the target and is renamed
//! when it is complete (`atomic`): a killed run leaves the old file or the new one.

mod atomic;
mod csv;
mod parquet;
mod state;
mod summary;
mod travel;
mod xlsx;

use std::borrow::Cow;
use std::fmt;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ::parquet::basic::Compression;
use ::parquet::file::metadata::KeyValue;
use ::parquet::file::properties::WriterProperties;
use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{Array, ArrayRef, RecordBatch, StringArray};
use arrow_json::WriterBuilder;
use arrow_json::writer::{LineDelimited, Writer as JsonWriter};
use arrow_schema::SchemaRef;

use self::atomic::AtomicFile;
pub use self::csv::CsvStyle;
use self::csv::CsvWriter;
use self::parquet::ParquetWriter;
use self::xlsx::XlsxWriter;
use crate::base::{Error, Result, files::FileId};
use crate::history::state::{from_arrow, io_error as from_parquet};
use crate::history::would_be_read;

pub use self::atomic::abandon;
pub use self::state::{FileLock, create_state, digest_of, lock_file, read_parquet, read_text, update_state};
pub use self::summary::{summary_schema, summary_table, write_summary};
pub use self::travel::{summary_from_bytes, summary_to_bytes};

/// What a table is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Csv,
    Workbook,
    Parquet,
    JsonLines,
}

/// Where results go: a file, or standard output.
#[derive(Debug, Clone)]
pub struct Target {
    /// `None` is standard output.
    path: Option<PathBuf>,
    /// What a table is written as.
    format: Format,
    /// How CSV is written.
    csv: CsvStyle,
}

/// Extensions that promise something: a document does not pass for it.
const OTHERS: [&str; 11] =
    ["csv", "tsv", "parquet", "jsonl", "ndjson", "json", "html", "pdf", "xlsx", "png", "svg"];

impl Target {
    /// A target for a table, its format by the extension; `-` is standard output (CSV).
    ///
    /// # Errors
    /// If the extension is not known or nothing can be written there.
    pub fn table(name: &str) -> Result<Self> {
        if name == "-" {
            return Ok(Target { path: None, format: Format::Csv, csv: CsvStyle::default() });
        }
        let path = Path::new(name);
        let extension = path.extension().map(|e| e.to_string_lossy().to_ascii_lowercase());
        let format = match extension.as_deref() {
            Some("csv") => Format::Csv,
            Some("xlsx") => Format::Workbook,
            Some("parquet") => Format::Parquet,
            Some("jsonl" | "ndjson") => Format::JsonLines,
            other => {
                let found = match other {
                    Some(other) => format!("'.{other}' is not a known kind of table"),
                    None => format!("'{name}' has no extension that says what to write"),
                };
                let message =
                    format!("{found}: use .csv, .xlsx, .parquet or .jsonl, or - for CSV on standard output");
                return Err(Error::option("--output", message));
            }
        };
        atomic::check(path)?;
        Ok(Target { path: Some(path.to_owned()), format, csv: CsvStyle::default() })
    }

    /// The same with CSV in another style.
    #[must_use]
    pub fn with_csv(self, csv: CsvStyle) -> Self {
        Target { csv, ..self }
    }

    /// A target for a document that is `what`, such as `JSON`; `-` is standard output.
    ///
    /// # Errors
    /// If the extension is that of something else, or nothing can be written there.
    pub fn document(name: &str, what: &str) -> Result<Self> {
        if name == "-" {
            return Ok(Target { path: None, format: Format::Csv, csv: CsvStyle::default() });
        }
        let extension = Path::new(name).extension().map(|e| e.to_string_lossy().to_ascii_lowercase());
        let own = what.to_ascii_lowercase();
        if let Some(other) = extension.filter(|other| *other != own && OTHERS.contains(&other.as_str())) {
            let message = format!("'{name}' would be {what} and not .{other}: name it with .{own}");
            return Err(Error::option("--output", message));
        }
        atomic::check(Path::new(name))?;
        Ok(Target { path: Some(name.into()), format: Format::Csv, csv: CsvStyle::default() })
    }

    /// Makes sure that it is none of the files that are read, by whatever name, nor would be among those of a
    /// directory or a glob that is read.
    ///
    /// # Errors
    /// If it is one of them.
    pub fn refuse_inputs<'a>(&self, inputs: impl IntoIterator<Item = &'a PathBuf>) -> Result<()> {
        let Some(own) = &self.path else {
            // A table appended to the file that it is made from would never end, or never be what was read.
            let stdout = FileId::of_stdout();
            let mut files = inputs.into_iter().filter(|input| input.is_file());
            return match files.find(|input| stdout.is_some() && FileId::of(input) == stdout) {
                Some(input) => {
                    let message = format!("standard output goes to {}, which is an input", input.display());
                    Err(Error::option("--output", message))
                }
                None => Ok(()),
            };
        };
        for input in inputs {
            if !would_be_read(own, input) {
                continue;
            }
            let (shown, input) = (own.display(), input.display());
            let message = match FileId::of(own) {
                Some(FileId::There(_)) => format!("{shown} is an input ({input}): it would be overwritten"),
                _ => {
                    format!("{shown} would be read as one of {input} the next time: write it somewhere else")
                }
            };
            return Err(Error::option("--output", message));
        }
        Ok(())
    }

    /// Is it the same file as another, by whatever name?
    pub fn is_same(&self, other: &Target) -> bool {
        let (one, two) = (self.id(), other.id());
        one.is_some() && one == two || self.path == other.path
    }

    fn id(&self) -> Option<FileId> {
        self.path.as_ref().map_or_else(FileId::of_stdout, |path| FileId::of(path))
    }

    /// Is it standard output?
    pub fn is_stdout(&self) -> bool {
        self.path.is_none()
    }

    /// Writes a whole document.
    ///
    /// # Errors
    /// If it cannot be written; a file is then as it was before.
    pub fn write_document(&self, text: &str) -> Result<()> {
        self.write_bytes(text.as_bytes())
    }

    /// The same of what is no text, such as a picture.
    ///
    /// # Errors
    /// If it cannot be written; a file is then as it was before.
    pub fn write_bytes(&self, bytes: &[u8]) -> Result<()> {
        let mut sink = self.sink()?;
        sink.write_all(bytes).map_err(|e| self.error("write", e))?;
        self.commit(sink)
    }

    fn sink(&self) -> Result<Sink> {
        match &self.path {
            None => Ok(Sink::Stdout(io::BufWriter::with_capacity(BUFFER, io::stdout()))),
            Some(path) => {
                let file = AtomicFile::create(path)?;
                Ok(Sink::File(Box::new(io::BufWriter::with_capacity(BUFFER, file))))
            }
        }
    }

    fn commit(&self, sink: Sink) -> Result<()> {
        match sink {
            Sink::Stdout(mut stdout) => stdout.flush().map_err(|e| self.error("write", e)),
            Sink::File(buffer) => {
                let file = buffer.into_inner().map_err(|e| self.error("write", e.into_error()))?;
                file.commit()
            }
        }
    }

    fn error(&self, action: &'static str, source: io::Error) -> Error {
        match &self.path {
            Some(path) => Error::io(action, path, source),
            None => Error::io("write to", "standard output", source),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.path {
            Some(path) => path.display().fmt(f),
            None => f.write_str("-"),
        }
    }
}

/// Writes a whole file: the old one stays until the new one is complete.
///
/// # Errors
/// If it cannot be written.
pub fn write_bytes_atomically(path: &Path, bytes: &[u8]) -> Result<()> {
    atomic::check(path)?;
    let mut file = AtomicFile::create(path)?;
    file.write_all(bytes).map_err(|e| Error::io("write", path, e))?;
    file.commit()
}

/// Makes a directory for files to write, if there is none.
///
/// # Errors
/// If it cannot be made.
pub fn make_directory(path: &Path) -> Result<()> {
    std::fs::create_dir_all(path).map_err(|error| Error::io("make the directory", path, error))
}

/// Bytes that are written at once.
const BUFFER: usize = 1 << 18;

/// What a writer of some format writes to.
enum Sink {
    Stdout(io::BufWriter<io::Stdout>),
    File(Box<io::BufWriter<AtomicFile>>),
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Sink::Stdout(stdout) => stdout.write(bytes),
            Sink::File(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Sink::Stdout(stdout) => stdout.flush(),
            Sink::File(file) => file.flush(),
        }
    }
}

impl Seek for Sink {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match self {
            Sink::Stdout(_) => Err(io::ErrorKind::Unsupported.into()),
            Sink::File(file) => file.seek(to),
        }
    }
}

/// Writes a table batch by batch. Dropped before [`finish`](TableWriter::finish) it leaves the
/// target as it was.
pub struct TableWriter {
    target: Target,
    writer: Writer,
}

/// One of the formats.
enum Writer {
    Csv(CsvWriter<Sink>),
    Workbook(Box<XlsxWriter>, Sink),
    Parquet(Box<ParquetWriter<Sink>>),
    JsonLines(JsonWriter<Sink, LineDelimited>),
}

impl TableWriter {
    /// Begins a table with these columns. The schema's metadata is kept where the format has a
    /// place for it (Parquet).
    ///
    /// # Errors
    /// If the file cannot be created.
    pub fn create(target: &Target, schema: SchemaRef) -> Result<Self> {
        let sink = target.sink()?;
        let target = target.clone();
        let writer = match target.format {
            Format::Csv => Writer::Csv(CsvWriter::new(sink, &schema, target.csv)),
            Format::Workbook => {
                let writer = XlsxWriter::new(&schema).map_err(|e| target.error("write", e))?;
                Writer::Workbook(Box::new(writer), sink)
            }
            Format::Parquet => {
                let writer = ParquetWriter::new(sink, schema.clone(), properties(&schema));
                Writer::Parquet(Box::new(writer.map_err(|e| target.error("write", from_parquet(e)))?))
            }
            Format::JsonLines => {
                Writer::JsonLines(WriterBuilder::new().with_explicit_nulls(true).build(sink))
            }
        };
        Ok(TableWriter { target, writer })
    }

    /// Writes some rows.
    ///
    /// # Errors
    /// If they cannot be written.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        let batch = &*without_negative_zeros(batch);
        let written = match &mut self.writer {
            Writer::Csv(writer) => writer.write(batch),
            Writer::Workbook(writer, _) => writer.write(batch),
            Writer::Parquet(writer) => writer.write(batch).map_err(from_parquet),
            Writer::JsonLines(writer) => writer.write(batch).map_err(from_arrow),
        };
        written.map_err(|e| self.target.error("write", e))
    }

    /// Completes the table and puts it in its place.
    ///
    /// # Errors
    /// If the rest cannot be written, or the file cannot be renamed.
    pub fn finish(self) -> Result<()> {
        let sink = match self.writer {
            Writer::Csv(writer) => writer.into_inner(),
            Writer::Workbook(writer, sink) => writer.finish(sink),
            Writer::Parquet(writer) => writer.into_inner().map_err(from_parquet),
            Writer::JsonLines(mut writer) => match writer.finish() {
                Ok(()) => Ok(writer.into_inner()),
                Err(error) => Err(from_arrow(error)),
            },
        };
        let sink = sink.map_err(|e| self.target.error("write", e))?;
        self.target.commit(sink)
    }
}

/// The same rows with 0 for -0, which a sum or a product may come to and nobody means. Every table that leaves the
/// library goes through here.
pub fn without_negative_zeros(batch: &RecordBatch) -> Cow<'_, RecordBatch> {
    const NEGATIVE: u64 = (-0.0_f64).to_bits();
    // All are looked at, eight at a time: to stop at the first would be slower where there is none.
    let any = |values: &[f64]| values.iter().fold(false, |any, value| any | (value.to_bits() == NEGATIVE));
    let found = |column: &ArrayRef| {
        column.as_primitive_opt::<Float64Type>().is_some_and(|column| any(column.values()))
    };
    if !batch.columns().iter().any(found) {
        return Cow::Borrowed(batch);
    }
    let mended = batch.columns().iter().map(|column| match column.as_primitive_opt::<Float64Type>() {
        Some(values) => Arc::new(values.unary::<_, Float64Type>(|value| value + 0.0)) as ArrayRef,
        None => column.clone(),
    });
    let mended = RecordBatch::try_new(batch.schema(), mended.collect());
    Cow::Owned(mended.expect("the columns are those of the schema"))
}

/// The text that stands in all rows, if one does: its bytes moved on by its length are the same again.
fn repeated(column: &StringArray) -> Option<&str> {
    let (offsets, rows) = (column.value_offsets(), column.len());
    if column.null_count() > 0 || rows < 2 || column.value(0) != column.value(rows - 1) {
        return None;
    }
    let length = offsets[1] - offsets[0];
    let bytes = &column.value_data()[offsets[0] as usize..offsets[rows] as usize];
    let alike = offsets.windows(2).all(|pair| pair[1] - pair[0] == length)
        && bytes[length as usize..] == bytes[..bytes.len() - length as usize];
    alike.then(|| column.value(0))
}

fn properties(schema: &SchemaRef) -> WriterProperties {
    let metadata = schema.metadata();
    let mut pairs: Vec<_> =
        metadata.iter().map(|(key, value)| KeyValue::new(key.clone(), value.clone())).collect();
    pairs.sort_by(|a, b| a.key.cmp(&b.key));
    // A dictionary of values that hardly ever repeat is built only to be given up.
    let distinct = ["customer_id", "monetary_value", "log_gaps"].into_iter();
    let builder = distinct.fold(WriterProperties::builder(), |builder, name| {
        builder.set_column_dictionary_enabled(name.into(), false)
    });
    builder
        .set_compression(Compression::SNAPPY)
        .set_key_value_metadata((!pairs.is_empty()).then_some(pairs))
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_text_in_all_rows_is_told() {
        let of = |texts: &[&str]| repeated(&StringArray::from(texts.to_vec())).map(str::to_owned);
        assert_eq!(of(&["a,b"; 3]).as_deref(), Some("a,b"));
        assert_eq!(of(&[""; 3]).as_deref(), Some(""));
        for others in [&["ab", "ba", "ab"][..], &["a", "aa", "a"], &["", "a", ""], &["a", "b"], &["a"], &[]] {
            assert_eq!(of(others), None, "{others:?}");
        }
        let missing = StringArray::from(vec![Some(""), None, Some("")]);
        assert_eq!(repeated(&missing), None);
        assert_eq!(repeated(&StringArray::from(vec!["b", "a", "a", "c"]).slice(1, 2)), Some("a"));
    }
}
