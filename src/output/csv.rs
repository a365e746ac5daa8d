//! Tables as CSV: a header, commas, `\n`, quotes only where they are needed (RFC 4180); or with the separator and the decimal
//! sign of another country's spreadsheet.
//!
//! Numbers are written as the shortest text that reads back to the same bits. The columns that
//! tables here are made of have their own way, several times as fast as the general one.

use std::io::{self, Write};

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type, UInt32Type, UInt64Type};
use arrow_array::{Array, RecordBatch, StringArray};
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_schema::{DataType, Schema};

use super::repeated;
use crate::base::{Error, Result as Settled};

/// What stands between fields, and in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CsvStyle {
    separator: u8,
    decimal_comma: bool,
}

impl Default for CsvStyle {
    /// Commas between fields and points in numbers.
    fn default() -> Self {
        CsvStyle { separator: b',', decimal_comma: false }
    }
}

impl CsvStyle {
    /// With this sign between fields (`,`, `;`, `|` or a tab; `None`: `,`, or `;` beside decimal commas), and perhaps a decimal
    /// comma.
    ///
    /// # Errors
    /// If the sign is another one, or is the comma that stands in numbers.
    pub fn new(separator: Option<&str>, decimal_comma: bool) -> Settled<Self> {
        let usual = if decimal_comma { ";" } else { "," };
        let wrong = |message: &str| Err(Error::option("--csv-separator", message.to_owned()));
        let separator = match separator.unwrap_or(usual) {
            "tab" | "\\t" | "\t" => b'\t',
            "," if decimal_comma => {
                return wrong("the comma is in numbers (--csv-decimal-comma): take ';' or tab");
            }
            sign @ ("," | ";" | "|") => sign.as_bytes()[0],
            other => return wrong(&format!("'{other}' is none of ',', ';', '|' and tab")),
        };
        Ok(CsvStyle { separator, decimal_comma })
    }

    /// Puts a number as it is written otherwise into this style.
    fn number(self, line: &mut [u8]) {
        if self.decimal_comma
            && let Some(point) = line.iter().position(|byte| *byte == b'.')
        {
            line[point] = b',';
        }
    }
}

/// Writes batches as lines.
pub(super) struct CsvWriter<W> {
    out: W,
    style: CsvStyle,
    line: Vec<u8>,
    /// The header, until the first rows are there: what is refused before them has written nothing.
    header: Vec<u8>,
}

impl<W: Write> CsvWriter<W> {
    /// The header goes before the first rows.
    pub fn new(out: W, schema: &Schema, style: CsvStyle) -> Self {
        let mut header = Vec::new();
        for (i, field) in schema.fields().iter().enumerate() {
            if i > 0 {
                header.push(style.separator);
            }
            put_text(&mut header, field.name(), style);
        }
        header.push(b'\n');
        CsvWriter { out, style, line: Vec::new(), header }
    }

    /// Writes one line a row.
    pub fn write(&mut self, batch: &RecordBatch) -> io::Result<()> {
        let style = self.style;
        let columns = batch.columns().iter().map(|column| Column::of(column, style));
        let columns = columns.collect::<Result<Vec<_>, _>>().map_err(io::Error::other)?;
        self.out.write_all(&std::mem::take(&mut self.header))?;
        for row in 0..batch.num_rows() {
            self.line.clear();
            for (i, column) in columns.iter().enumerate() {
                if i > 0 {
                    self.line.push(style.separator);
                }
                column.put(&mut self.line, row, style);
            }
            self.line.push(b'\n');
            self.out.write_all(&self.line)?;
        }
        Ok(())
    }

    /// What it wrote to.
    pub fn into_inner(mut self) -> io::Result<W> {
        self.out.write_all(&self.header)?;
        Ok(self.out)
    }
}

/// A column, its type looked at once.
enum Column<'a> {
    /// The same text in all rows, as it is written.
    Same(Vec<u8>),
    Text(&'a StringArray),
    Float(&'a arrow_array::Float64Array),
    U32(&'a arrow_array::UInt32Array),
    U64(&'a arrow_array::UInt64Array),
    I64(&'a arrow_array::Int64Array),
    Other(ArrayFormatter<'a>),
}

impl<'a> Column<'a> {
    fn of(column: &'a dyn Array, style: CsvStyle) -> Result<Self, arrow_schema::ArrowError> {
        Ok(match column.data_type() {
            DataType::Utf8 => match repeated(column.as_string()) {
                Some(text) => {
                    let mut written = Vec::new();
                    put_text(&mut written, text, style);
                    Column::Same(written)
                }
                None => Column::Text(column.as_string()),
            },
            DataType::Float64 => Column::Float(column.as_primitive::<Float64Type>()),
            DataType::UInt32 => Column::U32(column.as_primitive::<UInt32Type>()),
            DataType::UInt64 => Column::U64(column.as_primitive::<UInt64Type>()),
            DataType::Int64 => Column::I64(column.as_primitive::<Int64Type>()),
            _ => Column::Other(ArrayFormatter::try_new(column, &FormatOptions::new())?),
        })
    }

    /// A missing value is empty.
    fn put(&self, line: &mut Vec<u8>, row: usize, style: CsvStyle) {
        let integer = |line: &mut Vec<u8>, text: &str| line.extend_from_slice(text.as_bytes());
        match self {
            Column::Same(text) => line.extend_from_slice(text),
            Column::Text(column) if column.is_valid(row) => put_text(line, column.value(row), style),
            Column::Float(column) if column.is_valid(row) => {
                let from = line.len();
                put_float(line, column.value(row));
                style.number(&mut line[from..]);
            }
            Column::U32(column) if column.is_valid(row) => {
                integer(line, itoa::Buffer::new().format(column.value(row)))
            }
            Column::U64(column) if column.is_valid(row) => {
                integer(line, itoa::Buffer::new().format(column.value(row)))
            }
            Column::I64(column) if column.is_valid(row) => {
                integer(line, itoa::Buffer::new().format(column.value(row)))
            }
            Column::Other(column) => put_text(line, &column.value(row).to_string(), style),
            _ => {}
        }
    }
}

/// A number as the shortest text of the same value.
fn put_float(line: &mut Vec<u8>, value: f64) {
    if value.is_finite() {
        line.extend_from_slice(zmij::Buffer::new().format_finite(value).as_bytes());
    } else {
        let text: &[u8] = match (value.is_nan(), value > 0.0) {
            (true, _) => b"NaN",
            (_, true) => b"inf",
            (_, false) => b"-inf",
        };
        line.extend_from_slice(text);
    }
}

/// A text, in quotes if it could be taken for something else. Blanks at the ends are kept by
/// readers that strip unquoted ones.
fn put_text(line: &mut Vec<u8>, text: &str, style: CsvStyle) {
    let bytes = text.as_bytes();
    let special = |b: &u8| *b == style.separator || matches!(b, b',' | b'"' | b'\n' | b'\r');
    let blank = |b: Option<&u8>| b.is_some_and(u8::is_ascii_whitespace);
    if !bytes.iter().any(special) && !blank(bytes.first()) && !blank(bytes.last()) {
        line.extend_from_slice(bytes);
        return;
    }
    line.push(b'"');
    for &byte in bytes {
        if byte == b'"' {
            line.push(b'"');
        }
        line.push(byte);
    }
    line.push(b'"');
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{BooleanArray, Float64Array, UInt32Array};

    use super::*;

    #[test]
    fn the_style_of_other_spreadsheets() {
        let batch = RecordBatch::try_from_iter([
            ("id", Arc::new(StringArray::from_iter_values(["a;b", "c,d"])) as Arc<dyn Array>),
            ("x", Arc::new(UInt32Array::from(vec![7, 8])) as _),
            ("mean", Arc::new(Float64Array::from(vec![1234.5, 1e-9])) as _),
        ])
        .unwrap();
        let written = |separator, comma| {
            let style = CsvStyle::new(separator, comma).unwrap();
            let mut writer = CsvWriter::new(Vec::new(), &batch.schema(), style);
            writer.write(&batch).unwrap();
            String::from_utf8(writer.into_inner().unwrap()).unwrap()
        };
        assert_eq!(written(None, true), "id;x;mean\n\"a;b\";7;1234,5\n\"c,d\";8;1e-9\n");
        assert_eq!(written(Some("tab"), false), "id\tx\tmean\na;b\t7\t1234.5\n\"c,d\"\t8\t1e-9\n");
        assert!(CsvStyle::new(Some(","), true).is_err() && CsvStyle::new(Some("x"), false).is_err());
    }

    #[test]
    fn what_is_written_reads_back() {
        let ids = ["a", "b,c", "say \"x\"", " d ", "two\nlines", "é", ""];
        let floats = [0.0, 37.0, 0.1 + 0.2, 1e300, -1.5e-9, f64::INFINITY, f64::NAN];
        let batch = RecordBatch::try_from_iter([
            ("customer_id", Arc::new(StringArray::from_iter_values(ids)) as _),
            ("x", Arc::new(UInt32Array::from_iter((0..7).map(|i| (i != 3).then_some(i)))) as _),
            ("t, y", Arc::new(Float64Array::from_iter_values(floats)) as _),
            ("flag", Arc::new(BooleanArray::from(vec![true; 7])) as Arc<dyn Array>),
        ])
        .unwrap();
        let mut writer = CsvWriter::new(Vec::new(), &batch.schema(), CsvStyle::default());
        writer.write(&batch).unwrap();
        let bytes = writer.into_inner().unwrap();
        let mut reader = ::csv::Reader::from_reader(&bytes[..]);
        assert_eq!(reader.headers().unwrap(), vec!["customer_id", "x", "t, y", "flag"]);
        for (i, record) in reader.records().enumerate() {
            let record = record.unwrap();
            assert_eq!(&record[0], ids[i]);
            assert_eq!(record[1].parse().ok(), (i != 3).then_some(i));
            assert_eq!(record[2].parse::<f64>().unwrap().to_bits(), floats[i].to_bits());
            assert_eq!(&record[3], "true");
        }
        assert!(String::from_utf8(bytes).unwrap().starts_with("customer_id,x,\"t, y\",flag\na,0,0.0,true\n"));
    }

    #[test]
    fn one_text_in_all_rows_is_quoted_in_all() {
        let batch = RecordBatch::try_from_iter([("x", Arc::new(StringArray::from(vec!["a,b"; 2])) as _)]);
        let mut writer = CsvWriter::new(Vec::new(), &batch.as_ref().unwrap().schema(), CsvStyle::default());
        writer.write(&batch.unwrap()).unwrap();
        assert_eq!(writer.into_inner().unwrap(), b"x\n\"a,b\"\n\"a,b\"\n");
    }
}
