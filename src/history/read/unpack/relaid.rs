//! Tables whose rows say less than rows have to: a customer (or a date) that stands once, above the rows it goes with; a
//! date in three columns; a column for each month; a cell that was merged over several rows. Such a table is written out so
//! that each row says all of itself, in the line in which it stood. Each kind is recognised by the whole of its first
//! rows, so that a plain table never is one.

mod dated;
mod filled;
mod headings;
mod months;

use super::super::blocks::BlockReader;
use super::super::columns::looks_like_data;
use super::super::inputs::Source;
use super::super::text::for_each_record;
use super::super::token::find_separator;
use super::{HEAD, Spool, push_field};
use crate::base::{Progress, Result};
use crate::history::input::SpooledTable;
use crate::history::options::LogOptions;

/// So many records are looked at.
const RECORDS: usize = 2_000;
/// A header stands in one of so many.
const ABOVE: usize = 30;
/// A row of figures is found in so many lines below it.
const BELOW: usize = 5;

/// The first rows of a text.
struct Head {
    separator: u8,
    rows: Vec<Vec<String>>,
    /// Which of them names the columns.
    header: Option<usize>,
    /// Are there no others?
    whole: bool,
}

/// A table below its titles.
struct Below<'a> {
    /// Which record is its header.
    header: usize,
    names: &'a [String],
    rows: &'a [Vec<String>],
}

/// What a table is written out by.
enum Plan {
    Headings(headings::Headings),
    Dated(dated::Dated),
    Months(months::Months),
    Filled(filled::Filled),
}

/// A row of the text, and what number it has among the records.
struct Row<'a> {
    at: usize,
    fields: &'a [String],
}

/// The text with rows that say all of themselves; `None` if they do.
pub(super) fn rows(
    source: &Source,
    options: &LogOptions,
    progress: &dyn Progress,
) -> Result<Option<SpooledTable>> {
    let Some(head) = Head::of(source)? else { return Ok(None) };
    let plan = filled::found(&head, options)?
        .map(Plan::Filled)
        .or_else(|| months::found(&head, options).map(Plan::Months))
        .or_else(|| headings::found(&head, options).map(Plan::Headings))
        .or_else(|| dated::found(&head, options).map(Plan::Dated));
    match plan {
        Some(plan) => written(source, head.separator, plan, options, progress).map(Some),
        None => Ok(None),
    }
}

impl Head {
    /// Of a text that is separated by one sign; `None` of anything else.
    fn of(source: &Source) -> Result<Option<Head>> {
        let mut bytes = Vec::new();
        let whole = source.open_text()?.fill(&mut bytes, HEAD)?;
        let body = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        let end = if whole { body.len() } else { memchr::memrchr(b'\n', body).unwrap_or(0) };
        let starts = body.trim_ascii_start().first();
        if matches!(starts, None | Some(b'{' | b'[' | b'<')) || body[..end].contains(&0) {
            return Ok(None);
        }
        let Some(separator) = find_separator(&body[..end]) else { return Ok(None) };
        let mut rows: Vec<Vec<String>> = Vec::new();
        let mut left = false;
        for_each_record(&body[..end], 1, Some(separator), &[], |record| {
            left |= rows.len() == RECORDS;
            if rows.len() < RECORDS {
                let field = |at| String::from_utf8_lossy(record.field(at)).trim().to_owned();
                rows.push((0..record.fields.len()).map(field).collect());
            }
        });
        let header = (0..rows.len().min(ABOVE)).find(|&at| is_header(&rows, at));
        Ok(Some(Head { separator, rows, header, whole: whole && !left }))
    }

    /// The names of the columns, and the rows below them.
    fn table(&self) -> Option<Below<'_>> {
        let header = self.header?;
        Some(Below { header, names: &self.rows[header], rows: &self.rows[header + 1..] })
    }
}

/// Does a record name columns, each otherwise, with rows as wide as it below?
fn is_header(rows: &[Vec<String>], at: usize) -> bool {
    let names: Vec<&String> = rows[at].iter().filter(|name| !name.is_empty()).collect();
    let below = &rows[at + 1..rows.len().min(at + 1 + BELOW)];
    names.len() >= 2
        && names.iter().all(|name| !looks_like_data(name))
        && names.iter().all(|name| names.iter().filter(|other| *other == name).count() == 1)
        && below.iter().any(|row| row.len() == rows[at].len() && row.iter().any(|cell| has_digit(cell)))
}

fn has_digit(cell: &str) -> bool {
    cell.bytes().any(|byte| byte.is_ascii_digit())
}

/// The cells of a row that have something in them: where, and what.
fn cells(row: &[String]) -> impl Iterator<Item = (usize, &str)> {
    row.iter().enumerate().map(|(at, cell)| (at, cell.as_str())).filter(|(_, cell)| !cell.is_empty())
}

/// Writes the table out, with every row in its line (but where one becomes several).
fn written(
    source: &Source,
    separator: u8,
    mut plan: Plan,
    options: &LogOptions,
    progress: &dyn Progress,
) -> Result<SpooledTable> {
    progress.stage("writing out what rows have in common", Some(source.length));
    let mut spool = Spool::new(&source.name, source.length.max(1 << 20), options)?;
    let mut reader = BlockReader::open(source, Some(separator))?;
    let (mut block, mut out, mut at, mut line) = (Vec::new(), Vec::new(), 0, 1);
    while let Some((first_line, _)) = reader.next(&mut block)? {
        progress.check()?;
        for_each_record(&block, first_line, Some(separator), &[], |record| {
            let field = |at| String::from_utf8_lossy(record.field(at)).trim().to_owned();
            let fields: Vec<String> = (0..record.fields.len()).map(field).collect();
            // Blank lines, and those within quotes, keep their numbers.
            out.extend(std::iter::repeat_n(b'\n', record.line.saturating_sub(line) as usize));
            line = line.max(record.line);
            let rows = plan.rows(&Row { at, fields: &fields });
            line += rows.len().max(1) as u64;
            at += 1;
            if rows.is_empty() {
                out.push(b'\n');
            }
            for row in rows {
                push_row(&mut out, &row);
            }
        });
        spool.write(&out)?;
        out.clear();
    }
    let table = spool.finish(vec![plan.said(&source.name)])?;
    Ok(SpooledTable { layout: source.layout.clone(), ..table })
}

fn push_row(out: &mut Vec<u8>, fields: &[String]) {
    for (at, field) in fields.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        push_field(out, field);
    }
    out.push(b'\n');
}

impl Plan {
    /// What a row becomes; nothing if it only says what others have in common.
    fn rows(&mut self, row: &Row) -> Vec<Vec<String>> {
        match self {
            Plan::Headings(plan) => plan.row(row).into_iter().collect(),
            Plan::Dated(plan) => vec![plan.row(row)],
            Plan::Filled(plan) => vec![plan.row(row)],
            Plan::Months(plan) => plan.rows(row),
        }
    }

    /// What was assumed, in a sentence.
    fn said(&self, name: &str) -> String {
        let said = match self {
            Plan::Headings(plan) => plan.said(),
            Plan::Dated(plan) => plan.said(),
            Plan::Filled(plan) => plan.said(),
            Plan::Months(plan) => plan.said(),
        };
        format!("{name}: {said}")
    }
}
