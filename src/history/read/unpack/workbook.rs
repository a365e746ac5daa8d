//! Workbooks of Excel and OpenDocument: a sheet as separated text, with dates as dates, whole numbers without `.0`, and a
//! line for each row of the sheet.

use std::io::BufReader;

use calamine::{Data, DataRef, ExcelDateTime, Ods, Reader, Xls, Xlsb, Xlsx};

use super::super::guarded::guarded;
use super::super::inputs::{Opened, Source};
use super::super::recognise;
use super::archive::Zip;
use super::bombs::{self, MOST_IN_MEMORY};
use super::merged::Merged;
use super::old_bombs;
use super::{Spool, push_field};
use crate::base::{Error, Place, Progress, Result, numbers::count};
use crate::history::input::SpooledTable;
use crate::history::options::LogOptions;

/// A sheet has no more rows.
const MOST_ROWS: u32 = 1 << 20;
/// A workbook with more sheets is read only if one of them is named.
const MOST_SHEETS: usize = 500;
/// Rows of a sheet by which it is told what it holds.
const LOOKED_AT: u32 = 200;

type Bytes = BufReader<Opened>;

enum Book {
    Xlsx(Box<Xlsx<Bytes>>),
    Xlsb(Box<Xlsb<Bytes>>),
    Ods(Box<Ods<Bytes>>),
    Xls(Box<Xls<Bytes>>),
}

/// A workbook that is a zip archive.
pub(super) fn of_parts(
    source: &Source,
    zip: &mut Zip,
    options: &LogOptions,
    progress: &dyn Progress,
) -> Result<Vec<SpooledTable>> {
    progress.stage("reading the workbook", Some(source.length));
    bombs::refuse(source, zip, progress)?;
    let has = |name: &str| zip.file_names().any(|known| known.is_ok_and(|known| known == name));
    let (ods, binary) = (has("content.xml"), has("xl/workbook.bin"));
    let bytes = BufReader::new(source.open()?);
    let book = guarded(|| match (ods, binary) {
        (true, _) => Ods::new(bytes).map(|book| Book::Ods(Box::new(book))).map_err(|e| e.to_string()),
        (_, true) => Xlsb::new(bytes).map(|book| Book::Xlsb(Box::new(book))).map_err(|e| e.to_string()),
        _ => Xlsx::new(bytes).map(|book| Book::Xlsx(Box::new(book))).map_err(|e| e.to_string()),
    });
    sheets(source, book.map_err(|why| damaged(source, &why))?, options)
}

/// A workbook of before 2007.
pub(super) fn old(
    source: &Source,
    options: &LogOptions,
    progress: &dyn Progress,
) -> Result<Vec<SpooledTable>> {
    progress.stage("reading the workbook", Some(source.length));
    if source.length > MOST_IN_MEMORY {
        return Err(damaged(source, "it is larger than any sheet of this format can be"));
    }
    old_bombs::refuse(source, progress)?;
    let bytes = BufReader::new(source.open()?);
    let book = guarded(|| Xls::new(bytes)).map_err(|why| damaged(source, &why))?;
    sheets(source, Book::Xls(Box::new(book)), options)
}

fn damaged(source: &Source, why: &str) -> Error {
    let message = match why.to_lowercase().contains("password") {
        true => "the workbook has a password: take it off, or save the sheet as CSV".to_owned(),
        false => format!("the workbook cannot be read ({why}): save the sheet as CSV"),
    };
    Error::input(Place::file(&source.name), message)
}

impl Book {
    fn names(&self) -> Vec<String> {
        match self {
            Book::Xlsx(book) => book.sheet_names(),
            Book::Xlsb(book) => book.sheet_names(),
            Book::Ods(book) => book.sheet_names(),
            Book::Xls(book) => book.sheet_names(),
        }
    }

    /// The cells of a sheet that are merged over several rows. A sheet of more rows than people merge is not looked through.
    fn merged(&mut self, sheet: &str, rows: u32) -> Merged {
        const BY_HAND: u32 = 100_000;
        if rows > BY_HAND {
            return Merged::default();
        }
        let regions = guarded(|| match self {
            Book::Xlsx(book) => book.merge_cells_by_sheet_name(sheet).map_err(|e| e.to_string()),
            Book::Xls(book) => book.merge_cells_by_sheet_name(sheet).map_err(|e| e.to_string()),
            Book::Xlsb(_) | Book::Ods(_) => Ok(Vec::new()),
        });
        let regions = regions.unwrap_or_default();
        Merged::new(regions.into_iter().map(|region| (region.start, region.end.0)))
    }

    /// Calls `each` with the row, the column and the text of every cell that has one, row by row; `false` ends it.
    fn cells(&mut self, sheet: &str, mut each: impl FnMut(u32, u32, &str) -> bool) -> Result<(), String> {
        let mut text = String::new();
        let mut hand = |(row, column): (u32, u32), value: &DataRef| {
            text.clear();
            write_cell(value, &mut text);
            text.is_empty() || each(row, column, &text)
        };
        guarded(|| -> Result<(), String> {
            let range = match self {
                Book::Xlsx(book) => {
                    let mut cells = book.worksheet_cells_reader(sheet).map_err(|e| e.to_string())?;
                    while let Some(cell) = cells.next_cell().map_err(|e| e.to_string())?
                        && hand(cell.get_position(), cell.get_value())
                    {}
                    return Ok(());
                }
                Book::Xlsb(book) => {
                    let mut cells = book.worksheet_cells_reader(sheet).map_err(|e| e.to_string())?;
                    while let Some(cell) = cells.next_cell().map_err(|e| e.to_string())?
                        && hand(cell.get_position(), cell.get_value())
                    {}
                    return Ok(());
                }
                Book::Ods(book) => book.worksheet_range(sheet).map_err(|e| e.to_string())?,
                Book::Xls(book) => book.worksheet_range(sheet).map_err(|e| e.to_string())?,
            };
            let (first_row, first_column) = range.start().unwrap_or_default();
            for (row, column, value) in range.used_cells() {
                let at = (first_row + row as u32, first_column + column as u32);
                if !hand(at, &borrowed(value)) {
                    break;
                }
            }
            Ok(())
        })
    }
}

/// A cell of a sheet in memory, as one of a sheet that is streamed.
fn borrowed(value: &Data) -> DataRef<'_> {
    match value {
        Data::String(own) => DataRef::SharedString(own),
        Data::Int(number) => DataRef::Int(*number),
        Data::Float(number) => DataRef::Float(*number),
        Data::Bool(is) => DataRef::Bool(*is),
        Data::DateTime(moment) => DataRef::DateTime(*moment),
        Data::DateTimeIso(moment) | Data::DurationIso(moment) => DataRef::SharedString(moment),
        Data::Error(error) => DataRef::Error(error.clone()),
        Data::Empty => DataRef::Empty,
    }
}

fn write_cell(value: &DataRef, text: &mut String) {
    match value {
        DataRef::SharedString(shared) => text.push_str(shared),
        DataRef::String(own) => text.push_str(own),
        DataRef::Int(number) => *text = number.to_string(),
        DataRef::Float(number) => *text = figures(*number),
        DataRef::Bool(is) => *text = is.to_string(),
        DataRef::DateTime(moment) => *text = written(moment),
        DataRef::DateTimeIso(moment) | DataRef::DurationIso(moment) => text.push_str(moment),
        DataRef::Error(error) => *text = error.to_string(),
        DataRef::Empty => {}
    }
}

/// A number as text: whole ones without a point. Three decimals get a fourth, because they are no thousands.
fn figures(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 1e15 {
        return format!("{}", number as i64);
    }
    let mut text = format!("{number}");
    if text.split_once('.').is_some_and(|(_, decimals)| decimals.len() == 3) {
        text.push('0');
    }
    text
}

/// A date, with its time of day if it has one; a time without a date as such.
fn written(moment: &ExcelDateTime) -> String {
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    let time = format!("{hour:02}:{minute:02}:{second:02}");
    match (moment.as_f64() < 1.0 || moment.is_duration(), (hour, minute, second)) {
        (true, _) => time,
        (false, (0, 0, 0)) => format!("{year:04}-{month:02}-{day:02}"),
        (false, _) => format!("{year:04}-{month:02}-{day:02} {time}"),
    }
}

/// The sheets that are meant, or the only one with purchases in it.
fn sheets(source: &Source, mut book: Book, options: &LogOptions) -> Result<Vec<SpooledTable>> {
    let names = book.names();
    if let Some(wanted) = &options.sheet {
        let meant = meant(&names, wanted);
        if meant.is_empty() {
            let message = format!("{} has no sheet '{wanted}': it has {}", source.name, listed(&names));
            return Err(Error::option("--sheet", message));
        }
        let several = meant.len() > 1;
        let mut tables = Vec::new();
        for name in meant {
            let table = sheet(source, &mut book, name, u32::MAX, options)?;
            // Of several sheets those without a cell are none.
            if !several || table.length > 0 {
                tables.push(SpooledTable { sheet: Some(wanted.clone()), ..table });
            }
        }
        return Ok(tables);
    }
    if names.len() > MOST_SHEETS {
        let message =
            format!("the workbook has {} sheets: name the one that is meant with --sheet", names.len());
        return Err(Error::input(Place::file(&source.name), message));
    }
    let filled = filled(source, &mut book, &names)?;
    let name = the_one(source, &mut book, &filled, options)?;
    let mut table = sheet(source, &mut book, &name, u32::MAX, options)?;
    if filled.len() > 1 {
        table.sheet = Some(name.clone());
        table
            .said
            .push(format!("the purchases are in sheet '{name}' of the workbook (--sheet names another)"));
    }
    Ok(vec![table])
}

/// Sheets of this name, or of names that a pattern such as `2023-*` means.
fn meant<'n>(names: &'n [String], wanted: &str) -> Vec<&'n String> {
    let same = |name: &&String| **name == wanted || name.to_lowercase() == wanted.trim().to_lowercase();
    match names.iter().find(same) {
        Some(one) => vec![one],
        None => {
            let pattern = glob::Pattern::new(wanted).ok();
            names.iter().filter(|name| pattern.as_ref().is_some_and(|some| some.matches(name))).collect()
        }
    }
}

fn listed(names: &[String]) -> String {
    let shown: Vec<String> = names.iter().take(10).map(|name| format!("'{name}'")).collect();
    format!("{}{}", shown.join(", "), if names.len() > 10 { " ..." } else { "" })
}

/// The sheets with a cell that has anything in it.
fn filled(source: &Source, book: &mut Book, names: &[String]) -> Result<Vec<String>> {
    let mut filled = Vec::new();
    for name in names {
        let mut cells = 0;
        // A sheet of charts has no cells.
        let read = book.cells(name, |_, _, _| {
            cells += 1;
            false
        });
        if read.is_ok() && cells > 0 {
            filled.push(name.clone());
        } else if names.len() == 1 {
            read.map_err(|why| damaged(source, &why))?;
        }
    }
    Ok(filled)
}

/// Of the sheets with something in them the one that is a table of purchases.
fn the_one(source: &Source, book: &mut Book, filled: &[String], options: &LogOptions) -> Result<String> {
    let fail = |message: String| Err(Error::input(Place::file(&source.name), message));
    if let [] | [_] = filled {
        let one = filled.first().cloned();
        return one.map_or_else(
            || fail("the workbook is empty: no sheet has a cell with anything in it".into()),
            Ok,
        );
    }
    let mut likeness = Vec::new();
    for name in filled {
        let head = sheet(source, book, name, LOOKED_AT, options)?;
        likeness.push((name, recognise::likeness_of(Source::spooled(&head), options)));
    }
    // A sheet of customers has dates, too: that of purchases has amounts.
    let most = likeness.iter().map(|(_, like)| *like).max().filter(|like| *like > 0);
    let fitting: Vec<String> =
        likeness.iter().filter(|(_, like)| Some(*like) == most).map(|(name, _)| (*name).clone()).collect();
    match &fitting[..] {
        [one] => Ok(one.clone()),
        [] => fail(format!(
            "no sheet of the workbook is a table of purchases at first sight ({}): name the one that is meant with --sheet, and \
             its columns with --id, --date and --amount",
            listed(filled)
        )),
        several => fail(format!(
            "more than one sheet of the workbook could be the purchases ({}): name the one that is meant with --sheet, or read \
             all that a pattern means together, as with --sheet '*'",
            listed(several)
        )),
    }
}

/// Up to so many rows of a sheet as text.
fn sheet(
    source: &Source,
    book: &mut Book,
    name: &str,
    rows: u32,
    options: &LogOptions,
) -> Result<SpooledTable> {
    let failed = |why: String| damaged(source, &why);
    let (mut columns, mut last) = (0, 0);
    let width = |row: u32, column: u32, _: &str| {
        columns = columns.max(column + 1);
        last = row;
        row < rows
    };
    book.cells(name, width).map_err(failed)?;
    let mut writer = Lines {
        spool: Spool::new(&source.name, source.length.max(1 << 20), options)?,
        line: Vec::new(),
        row: 0,
        column: 0,
        columns,
        merged: book.merged(name, last),
        failed: None,
    };
    book.cells(name, |row, column, text| row < rows && writer.cell(row, column, text)).map_err(failed)?;
    writer.finish()
}

/// Writes cells as lines of fields, a line for each row.
struct Lines {
    spool: Spool,
    line: Vec<u8>,
    row: u32,
    column: u32,
    columns: u32,
    merged: Merged,
    failed: Option<Error>,
}

impl Lines {
    fn cell(&mut self, row: u32, column: u32, text: &str) -> bool {
        if row >= MOST_ROWS {
            let message = format!("a cell stands in row {}, where no sheet has one", u64::from(row) + 1);
            self.failed = Some(Error::input(Place::file(&self.spool.name), message));
            return false;
        }
        while self.row < row && self.failed.is_none() {
            self.end_row();
        }
        // A damaged sheet may go back.
        if self.row == row && column >= self.column {
            self.fill(column);
            self.push(column, text);
            self.merged.see(row, column, text);
        }
        self.failed.is_none()
    }

    fn push(&mut self, column: u32, text: &str) {
        self.line.extend(std::iter::repeat_n(b',', (column - self.column) as usize));
        self.column = column;
        push_field(&mut self.line, text);
    }

    /// Cells that were merged with one above, up to a column.
    fn fill(&mut self, to: u32) {
        let from = if self.line.is_empty() { self.column } else { self.column + 1 };
        for (column, text) in self.merged.between(self.row, from, to) {
            self.push(column, &text);
        }
    }

    fn end_row(&mut self) {
        // A row without a cell is an empty line.
        if !self.line.is_empty() {
            self.fill(self.columns);
            let missing = self.columns.saturating_sub(self.column + 1);
            self.line.extend(std::iter::repeat_n(b',', missing as usize));
        }
        self.line.push(b'\n');
        if let Err(error) = self.spool.write(&self.line) {
            self.failed = Some(error);
        }
        self.line.clear();
        self.merged.end_row(self.row);
        self.row += 1;
        self.column = 0;
    }

    fn finish(mut self) -> Result<SpooledTable> {
        if !self.line.is_empty() {
            self.end_row();
        }
        match self.failed {
            Some(error) => Err(error),
            None => {
                let said = match self.merged.filled {
                    0 => Vec::new(),
                    cells => vec![format!(
                        "{}: merged cells count for each of their rows ({} cells)",
                        self.spool.name,
                        count(cells)
                    )],
                };
                let table = self.spool.finish(said)?;
                Ok(SpooledTable { layout: Some("a sheet of a workbook".to_owned()), ..table })
            }
        }
    }
}
