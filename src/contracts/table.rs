//! A small table of text: a header and rows of fields, with the line of each for messages. A table in memory
//! becomes one: its values are written out, and its rows are counted from 1.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{Array, ArrayRef, StringArray};
use arrow_cast::cast;
use arrow_schema::DataType;
use sha2::{Digest, Sha256};

use crate::error::{BadRow, BadRows, Error, ErrorKind, Place, Result};
use crate::history::MemoryTable;

/// Separators, the likeliest first.
const SEPARATORS: [char; 4] = [',', ';', '\t', '|'];
/// Bad rows that are shown.
const SHOWN: usize = 10;

/// The text of a CSV file, or of a table.
pub(crate) struct TextTable {
    pub file: String,
    /// Are its rows not lines of a file?
    rows_of_table: bool,
    pub names: Vec<String>,
    /// Line and fields of each row; as many fields as names.
    pub rows: Vec<(u64, Vec<String>)>,
    pub sha256: String,
}

impl TextTable {
    /// Reads a file, as it is or compressed with gzip or zstd.
    pub fn read(path: &Path) -> Result<Self> {
        let file = path.display().to_string();
        let bytes = bytes(path)?;
        let sha256 = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        let text = String::from_utf8(bytes).map_err(|_| {
            Error::input(Place::file(&file), "the file is not text in UTF-8: save it as CSV (UTF-8)")
        })?;
        let text = text.trim_start_matches('\u{feff}');
        // A row of nothing but separators, as spreadsheets save them, is a blank line.
        let nothing = |c: char| c.is_whitespace() || c == '"' || SEPARATORS.contains(&c);
        let mut lines = (1..).zip(text.lines()).filter(|(_, line)| !line.chars().all(nothing));
        let Some((_, header)) = lines.next() else {
            return Err(Error::input(
                Place::file(&file),
                "the file is empty: a line of column names is needed",
            ));
        };
        let times = |separator: &char| header.matches(*separator).count();
        let separator = SEPARATORS.into_iter().rev().max_by_key(times).unwrap_or(',');
        let names = fields(header, separator);
        let mut bad = Bad::default();
        let mut rows = Vec::new();
        for (line, text) in lines {
            let row = fields(text, separator);
            if row.len() == names.len() {
                rows.push((line, row));
            } else {
                let problem = format!("the line has {} fields, the header {}", row.len(), names.len());
                bad.add(Place::line(&file, line), problem);
            }
        }
        let table = TextTable { file, rows_of_table: false, names, rows, sha256 };
        bad.check(table.rows.len() as u64)?;
        if table.rows.is_empty() {
            return Err(Error::input(Place::file(&table.file), "there are no rows below the header"));
        }
        Ok(table)
    }

    /// A table in memory.
    pub fn from_memory(table: &MemoryTable) -> Result<Self> {
        let file = table.name().to_owned();
        let names: Vec<String> = table.schema().fields().iter().map(|field| field.name().clone()).collect();
        let mut rows = Vec::new();
        for batch in table.batches() {
            let columns = batch.columns().iter().zip(&names).map(|(column, name)| {
                texts(column).map_err(|why| {
                    Error::input(Place { column: Some(name.clone()), ..Place::file(&file) }, why)
                })
            });
            let columns = columns.collect::<Result<Vec<_>>>()?;
            for row in 0..batch.num_rows() {
                let fields = columns.iter().map(|column| match column.is_valid(row) {
                    true => column.value(row).trim().to_owned(),
                    false => String::new(),
                });
                rows.push((rows.len() as u64 + 1, fields.collect()));
            }
        }
        if rows.is_empty() {
            return Err(Error::input(Place::file(&file), "the table has no rows"));
        }
        let mut digest = Sha256::new();
        let lines = std::iter::once(&names).chain(rows.iter().map(|(_, fields)| fields));
        lines.for_each(|fields: &Vec<String>| digest.update(fields.join(",") + "\n"));
        let sha256 = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(TextTable { file, rows_of_table: true, names, rows, sha256 })
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
        let (number, fields) = &self.rows[row];
        let place = match self.rows_of_table {
            true => Place { row: Some(*number), ..Place::file(&self.file) },
            false => Place::line(&self.file, *number),
        };
        place.at(&self.names[column], &fields[column])
    }
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

fn bytes(path: &Path) -> Result<Vec<u8>> {
    let mut file = File::open(path).map_err(|e| Error::io("open", path, e))?;
    let mut raw = Vec::new();
    let wrong = |e| Error::io("read", path, e);
    file.read_to_end(&mut raw).map_err(wrong)?;
    let mut plain = Vec::new();
    match raw[..] {
        [0x1f, 0x8b, ..] => flate2::read::MultiGzDecoder::new(&raw[..]).read_to_end(&mut plain),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => {
            zstd::Decoder::new(&raw[..]).and_then(|mut d| d.read_to_end(&mut plain))
        }
        _ => return Ok(raw),
    }
    .map_err(wrong)?;
    Ok(plain)
}

/// The fields of a line; a quoted one may hold separators and doubled quotes.
fn fields(line: &str, separator: char) -> Vec<String> {
    let (mut all, mut field, mut quoted) = (Vec::new(), String::new(), false);
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => field.extend(chars.next()),
            '"' if quoted || field.trim().is_empty() => quoted = !quoted,
            c if c == separator && !quoted => all.push(std::mem::take(&mut field)),
            c => field.push(c),
        }
    }
    all.push(field);
    all.iter().map(|field| field.trim().to_owned()).collect()
}
