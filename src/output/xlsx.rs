//! Tables as Excel workbooks of one sheet: a header that stays in sight and filters, ids and all other text as text (never
//! as formulas), dates as dates, numbers with the places that people read; all digits are in the cells. Rows leave memory as
//! they are written.

use std::io::{self, Seek, Write};

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Float64Type, Int64Type, UInt32Type, UInt64Type};
use arrow_array::{Array, RecordBatch};
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_schema::{DataType, SchemaRef};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

/// Rows of a sheet, its header among them.
const MOST_ROWS: u32 = 1 << 20;
/// Whole numbers beyond this lose digits in a spreadsheet.
const EXACT: f64 = 9_007_199_254_740_992.0;
/// Day 0 of 1970 as spreadsheets count; they do not know the days before March 1900 aright.
const UNIX_EPOCH: i32 = 25_569;
const FIRST_DAY: i32 = 61;
/// How wide columns are \[letters\].
const WIDTHS: (f64, f64) = (11.0, 40.0);

/// Writes batches as rows of a sheet.
pub(super) struct XlsxWriter {
    book: Workbook,
    /// A number format for each column.
    formats: Vec<Format>,
    row: u32,
}

impl XlsxWriter {
    /// A workbook with the header.
    pub fn new(schema: &SchemaRef) -> io::Result<Self> {
        let mut book = Workbook::new();
        // The moment of writing would make other bytes of equal results.
        let moment = ExcelDateTime::from_ymd(2000, 1, 1).map_err(from_xlsx)?;
        book.set_properties(&DocProperties::new().set_creation_datetime(&moment));
        let sheet = book.add_worksheet_with_constant_memory().map_err(from_xlsx)?;
        sheet.set_freeze_panes(1, 0).map_err(from_xlsx)?;
        let head = Format::new().set_bold();
        let mut formats = Vec::new();
        for (at, field) in (0..).zip(schema.fields()) {
            let width = field.name().chars().count() as f64 + 3.0;
            sheet.set_column_width(at, width.clamp(WIDTHS.0, WIDTHS.1)).map_err(from_xlsx)?;
            sheet.write_string_with_format(0, at, field.name().as_str(), &head).map_err(from_xlsx)?;
            formats.push(Format::new().set_num_format(number_format(field.name(), field.data_type())));
        }
        Ok(XlsxWriter { book, formats, row: 1 })
    }

    /// Writes some rows.
    pub fn write(&mut self, batch: &RecordBatch) -> io::Result<()> {
        if batch.num_rows() as u64 + u64::from(self.row) > u64::from(MOST_ROWS) {
            let message = "a sheet has no more than 1,048,575 rows below its header: write .csv or .parquet, or fewer customers";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        let sheet = self.book.worksheet_from_index(0).map_err(from_xlsx)?;
        let texts = FormatOptions::default();
        let shown = batch.columns().iter().map(|column| ArrayFormatter::try_new(column, &texts));
        let shown = shown.collect::<Result<Vec<_>, _>>().map_err(io::Error::other)?;
        for row in 0..batch.num_rows() {
            for (at, column) in batch.columns().iter().enumerate().filter(|(_, column)| column.is_valid(row))
            {
                let cell = Cell::of(column.as_ref(), row, || shown[at].value(row).to_string());
                cell.put(sheet, (self.row, at as u16), &self.formats[at]).map_err(from_xlsx)?;
            }
            self.row += 1;
        }
        Ok(())
    }

    /// Completes the workbook.
    pub fn finish<W: Write + Seek + Send>(mut self, mut out: W) -> io::Result<W> {
        let columns = self.formats.len() as u16;
        let sheet = self.book.worksheet_from_index(0).map_err(from_xlsx)?;
        if columns > 0 {
            sheet.autofilter(0, 0, self.row - 1, columns - 1).map_err(from_xlsx)?;
        }
        self.book.save_to_writer(&mut out).map_err(from_xlsx)?;
        Ok(out)
    }
}

/// What stands in a cell.
enum Cell {
    Empty,
    Text(String),
    Number(f64),
    Is(bool),
}

impl Cell {
    fn of(column: &dyn Array, row: usize, text: impl Fn() -> String) -> Cell {
        let whole =
            |number: f64| if number.abs() <= EXACT { Cell::Number(number) } else { Cell::Text(text()) };
        match column.data_type() {
            DataType::Float64 => match column.as_primitive::<Float64Type>().value(row) {
                number if number.is_finite() => Cell::Number(number),
                number if number.is_nan() => Cell::Empty,
                _ => Cell::Text(text()),
            },
            DataType::UInt32 => Cell::Number(f64::from(column.as_primitive::<UInt32Type>().value(row))),
            DataType::UInt64 => whole(column.as_primitive::<UInt64Type>().value(row) as f64),
            DataType::Int64 => whole(column.as_primitive::<Int64Type>().value(row) as f64),
            DataType::Date32 => match column.as_primitive::<Date32Type>().value(row) + UNIX_EPOCH {
                day if day >= FIRST_DAY => Cell::Number(f64::from(day)),
                _ => Cell::Text(text()),
            },
            DataType::Boolean => Cell::Is(column.as_boolean().value(row)),
            _ => Cell::Text(text()),
        }
    }

    fn put(
        &self,
        sheet: &mut Worksheet,
        (row, column): (u32, u16),
        format: &Format,
    ) -> Result<(), XlsxError> {
        match self {
            Cell::Empty => return Ok(()),
            Cell::Text(text) => sheet.write_string(row, column, text.as_str())?,
            Cell::Number(number) => sheet.write_number_with_format(row, column, *number, format)?,
            Cell::Is(is) => sheet.write_boolean(row, column, *is)?,
        };
        Ok(())
    }
}

/// How numbers of a column are shown.
fn number_format(name: &str, kind: &DataType) -> &'static str {
    match kind {
        DataType::Date32 => "yyyy-mm-dd",
        DataType::Float64 if name.starts_with("p_") => "0.0000",
        DataType::Float64 => "#,##0.00",
        _ => "General",
    }
}

/// The error of the operating system, if that is what it is.
fn from_xlsx(error: XlsxError) -> io::Error {
    match error {
        XlsxError::IoError(source) => source,
        error => io::Error::other(error),
    }
}
