//! A small table of text: a header and rows of fields, with the line of each for messages. Records are cut as those of
//! logs are. A table in memory becomes one: its values are written out, and its rows are counted from 1.
//!
//! It is kept in memory, so there is a limit to what a file may unpack to ([`MOST`]).

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{Array, ArrayRef, StringArray};
use arrow_cast::cast;
use arrow_schema::DataType;
use sha2::{Digest, Sha256};

use crate::base::{BadRow, BadRows, Error, ErrorKind, Place, Result};
use crate::history::{
    MemoryTable,
    input::SpooledTable,
    read::inputs::Opened,
    read::token::{Cut, Tokenizer, cut},
};

/// Separators, the likeliest first.
const SEPARATORS: [u8; 4] = *b",;\t|";
/// Bad rows that are shown.
const SHOWN: usize = 10;

/// What a table that has a row a customer may unpack to \[bytes\].
pub(crate) const MOST: u64 = 256 << 20;
/// What a table that has a row a month or period may unpack to \[bytes\].
pub(crate) const MOST_OF_FEW: u64 = 16 << 20;

/// The text of a CSV file, or of a table.
pub(crate) struct TextTable {
    pub file: String,
    /// Are its rows not lines of a file?
    rows_of_table: bool,
    pub names: Vec<String>,
    /// The line of each row.
    lines: Vec<u64>,
    /// All fields end to end, and where each ends: as many a row as there are names.
    text: String,
    ends: Vec<usize>,
    pub sha256: String,
}

impl TextTable {
    /// Reads a file (`-`: standard input), as it is or compressed with gzip or zstd, that unpacks to at most `most`
    /// bytes.
    pub fn read(path: &Path, most: u64) -> Result<Self> {
        let file = match path == Path::new("-") {
            true => "standard input".to_owned(),
            false => path.display().to_string(),
        };
        let source: Box<dyn Read> = match path == Path::new("-") {
            true => Box::new(io::stdin().lock()),
            false => Box::new(File::open(path).map_err(|e| Error::io("open", path, e))?),
        };
        TextTable::of_text(source, file, most)
    }

    /// The same of a copy of what can be read once only.
    pub fn of_spooled(table: &SpooledTable, most: u64) -> Result<Self> {
        let opened = Opened { file: table.file.clone(), at: 0, length: table.length };
        TextTable::of_text(Box::new(opened), table.name.clone(), most)
    }

    fn of_text(source: Box<dyn Read + '_>, file: String, most: u64) -> Result<Self> {
        let bytes = bytes(source, &file, most)?;
        let sha256 = hexadecimal(&Sha256::digest(&bytes));
        let text = String::from_utf8(bytes).map_err(|_| {
            Error::input(Place::file(&file), "the file is not text in UTF-8: save it as CSV (UTF-8)")
        })?;
        let block = text.trim_start_matches('\u{feff}').as_bytes();
        let start = block.iter().position(|byte| !is_nothing(*byte)).unwrap_or(block.len());
        let header = &block[start..];
        let header = &header[..memchr::memchr2(b'\n', b'\r', header).unwrap_or(header.len())];
        let times = |separator: &u8| memchr::memchr_iter(*separator, header).count();
        let separator = SEPARATORS.into_iter().rev().max_by_key(times).unwrap_or(b',');
        let mut table = TextTable::empty(file, false, sha256);
        table.fill(block, separator)?;
        Ok(table)
    }

    fn empty(file: String, rows_of_table: bool, sha256: String) -> Self {
        let (names, lines, text, ends) = (Vec::new(), Vec::new(), String::new(), Vec::new());
        TextTable { file, rows_of_table, names, lines, text, ends, sha256 }
    }

    /// Takes the records of a file, the first of which is the header.
    fn fill(&mut self, block: &[u8], separator: u8) -> Result<()> {
        let (mut tokenizer, mut bad) = (Tokenizer::new(separator), Bad::default());
        let (mut at, mut line) = (0, 1);
        while let Some(record) = tokenizer.next(block, &mut at, &mut line) {
            let width = record.fields.len();
            let fields =
                (0..width).map(|index| str::from_utf8(record.field(index)).unwrap_or_default().trim());
            // A line of nothing but separators, as spreadsheets save them, is a blank line.
            if fields.clone().all(|field| field.bytes().all(is_nothing)) {
                continue;
            }
            let place = || Place::line(&self.file, record.line);
            if at >= block.len() && is_open(block, separator) {
                bad.add(place(), "a quote opened on this line is never closed: remove or double it");
            } else if record.bad_quotes {
                bad.add(
                    place(),
                    "a quoted field goes on behind its closing quote: double the quotes inside it",
                );
            } else if self.names.is_empty() {
                self.names = fields.map(str::to_owned).collect();
            } else if width == self.names.len() {
                self.lines.push(record.line);
                for field in fields {
                    self.text.push_str(field);
                    self.ends.push(self.text.len());
                }
            } else {
                let problem = format!("the line has {width} fields, the header {}", self.names.len());
                bad.add(place(), problem);
            }
        }
        bad.check(self.lines.len() as u64)?;
        let refuse = |why: &str| Err(Error::input(Place::file(&self.file), why));
        match (self.names.is_empty(), self.lines.is_empty()) {
            (true, _) => refuse("the file is empty: a line of column names is needed"),
            (_, true) => refuse("there are no rows below the header"),
            _ => Ok(()),
        }
    }

    /// A table in memory.
    pub fn from_memory(table: &MemoryTable) -> Result<Self> {
        let names = table.schema().fields().iter().map(|field| field.name().clone());
        let mut made = TextTable::empty(table.name().to_owned(), true, String::new());
        made.names = names.collect();
        for batch in table.batches() {
            let columns = batch.columns().iter().zip(&made.names).map(|(column, name)| {
                texts(column).map_err(|why| {
                    Error::input(Place { column: Some(name.clone()), ..Place::file(&made.file) }, why)
                })
            });
            let columns = columns.collect::<Result<Vec<_>>>()?;
            for row in 0..batch.num_rows() {
                made.lines.push(made.lines.len() as u64 + 1);
                for column in &columns {
                    made.text.push_str(if column.is_valid(row) { column.value(row).trim() } else { "" });
                    made.ends.push(made.text.len());
                }
            }
        }
        if made.lines.is_empty() {
            return Err(Error::input(Place::file(&made.file), "the table has no rows"));
        }
        let mut digest = Sha256::new();
        digest.update(made.names.join(",") + "\n");
        for row in 0..made.rows() {
            let fields: Vec<&str> = (0..made.names.len()).map(|column| made.field(row, column)).collect();
            digest.update(fields.join(",") + "\n");
        }
        made.sha256 = hexadecimal(&digest.finalize());
        Ok(made)
    }

    /// How many rows.
    pub fn rows(&self) -> usize {
        self.lines.len()
    }

    /// A field, without blanks around it.
    pub fn field(&self, row: usize, column: usize) -> &str {
        let at = row * self.names.len() + column;
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.text[start..self.ends[at]]
    }

    /// The column with one of these names, compared without case, spaces, `_` and `-`.
    pub fn find(&self, names: &[&str]) -> Result<Option<usize>> {
        let plain = |name: &str| name.replace([' ', '_', '-'], "").to_lowercase();
        let known: Vec<String> = names.iter().map(|name| plain(name)).collect();
        let found: Vec<usize> =
            (0..self.names.len()).filter(|i| known.contains(&plain(&self.names[*i]))).collect();
        if let [first, second, ..] = found[..] {
            let (first, second) = (&self.names[first], &self.names[second]);
            let message = format!("both '{first}' and '{second}' may be the column {}: rename one", names[0]);
            return Err(Error::columns(&self.file, message));
        }
        Ok(found.first().copied())
    }

    /// The place of a field.
    pub fn place(&self, row: usize, column: usize) -> Place {
        let number = self.lines[row];
        let place = match self.rows_of_table {
            true => Place { row: Some(number), ..Place::file(&self.file) },
            false => Place::line(&self.file, number),
        };
        place.at(&self.names[column], self.field(row, column))
    }
}

fn hexadecimal(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Blanks, and what stands between fields.
fn is_nothing(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == b'"' || SEPARATORS.contains(&byte)
}

/// Does the text end within a quoted field?
fn is_open(block: &[u8], separator: u8) -> bool {
    matches!(cut(block, Some(separator), true), Cut::OpenQuote(_))
}

/// Rows that cannot be used.
#[derive(Default)]
pub(crate) struct Bad(BadRows);

impl Bad {
    pub fn add(&mut self, place: Place, problem: impl Into<String>) {
        self.0.total += 1;
        if self.0.listed.len() < SHOWN {
            self.0.listed.push(BadRow { place, problem: problem.into() });
        }
    }

    /// An error if there are any.
    pub fn check(mut self, usable: u64) -> Result<()> {
        if self.0.total == 0 {
            return Ok(());
        }
        self.0.rows_read = self.0.total + usable;
        self.0.advice = "Nothing was left out by itself: repair these rows, or take them out".to_owned();
        Err(ErrorKind::BadRows(self.0).into())
    }
}

/// A column as text: whole numbers without a fraction, also where gaps have made them floating-point.
fn texts(column: &ArrayRef) -> Result<StringArray, String> {
    let whole = column.data_type().is_floating().then(|| cast(column, &DataType::Float64)).transpose();
    let whole = whole.map_err(|e| e.to_string())?;
    let column = match &whole {
        Some(numbers)
            if numbers.as_primitive::<Float64Type>().iter().flatten().all(|value| value.fract() == 0.0) =>
        {
            cast(numbers, &DataType::Int64).map_err(|e| e.to_string())?
        }
        _ => column.clone(),
    };
    let text = cast(&column, &DataType::Utf8);
    let text = text.map_err(|_| format!("a column of type {} cannot be used here", column.data_type()))?;
    Ok(text.as_string::<i32>().clone())
}

/// The text of a file, unpacked.
fn bytes(mut source: Box<dyn Read + '_>, name: &str, most: u64) -> Result<Vec<u8>> {
    let wrong = |e| Error::io("read", name, e);
    let mut magic = Vec::new();
    (&mut source).take(4).read_to_end(&mut magic).map_err(wrong)?;
    let packed = [&[0x1f, 0x8b][..], &[0x28, 0xb5, 0x2f, 0xfd]].map(|start| magic.starts_with(start));
    let whole = io::Cursor::new(magic).chain(source);
    let reader: Box<dyn Read + '_> = match packed {
        [true, _] => Box::new(flate2::read::MultiGzDecoder::new(whole)),
        [_, true] => Box::new(zstd::Decoder::new(whole).map_err(wrong)?),
        _ => Box::new(whole),
    };
    let mut plain = Vec::new();
    reader.take(most + 1).read_to_end(&mut plain).map_err(wrong)?;
    if plain.len() as u64 > most {
        let message = format!(
            "the file has (or unpacks to) more than {} MB, the most that a table of this kind may have: it is kept in \
             memory. Is it another file?",
            most >> 20
        );
        return Err(Error::input(Place::file(name), message));
    }
    Ok(plain)
}
