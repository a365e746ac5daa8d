//! Dumps of databases as statements: rows of `INSERT INTO t (columns) VALUES (..), (..);` (MySQL, MariaDB, SQL Server, SQLite), and
//! of `COPY t (columns) FROM stdin;` (PostgreSQL). The rows of one table are written out as separated text; of several, those of
//! the one that has customers and dates.

use super::super::inputs::Source;
use super::super::vocabulary::{self, Part};
use super::Spool;
use crate::base::{Error, Place, Progress, Result};
use crate::history::input::SpooledTable;
use crate::history::options::LogOptions;

const PIECE: usize = 1 << 18;
/// What stands outside of rows is kept up to so many bytes: a definition of a table fits.
const STATEMENT: usize = 1 << 16;
/// No row of purchases is longer: a quote or a parenthesis is not closed.
const LONGEST: usize = 16 << 20;

/// The rows of a dump; `None` if the text is none.
pub(super) fn rows(
    source: &Source,
    head: &[u8],
    options: &LogOptions,
    progress: &dyn Progress,
) -> Result<Option<SpooledTable>> {
    if !is_dump(head) {
        return Ok(None);
    }
    progress.stage("reading the statements", Some(source.length));
    let mut tables: Vec<Table> = Vec::new();
    walk(source, head, progress, &mut |table, row| {
        match tables.iter_mut().find(|known| known.name == table.name) {
            Some(known) => known.rows += 1,
            None => tables.push(Table { rows: 1, ..table.clone() }),
        }
        debug_assert!(!row.is_empty());
        Ok(())
    })?;
    let Some(chosen) = choose(source, tables, options)? else { return Ok(None) };
    let mut spool = Spool::new(&source.name, source.length.max(1 << 20), options)?;
    let mut line = Vec::new();
    write_row(&chosen.columns, &mut line);
    spool.write(&line)?;
    walk(source, head, progress, &mut |table, row| {
        if table.name != chosen.name {
            return Ok(());
        }
        line.clear();
        write_row(row, &mut line);
        spool.write(&line)
    })?;
    let said =
        format!("{}: statements of a database; the rows of its table \"{}\"", source.name, chosen.name);
    Ok(Some(spool.finish(vec![said])?))
}

/// A table that rows are put into.
#[derive(Debug, Clone, Default, PartialEq)]
struct Table {
    name: String,
    columns: Vec<String>,
    rows: u64,
}

/// Does a line begin with a statement that puts rows into a table?
fn is_dump(head: &[u8]) -> bool {
    let may_be = ["INSERT ", "insert ", "COPY ", "copy "];
    if may_be.iter().all(|word| memchr::memmem::find(head, word.as_bytes()).is_none()) {
        return false;
    }
    String::from_utf8_lossy(head).lines().any(|line| {
        let line = line.trim().to_ascii_lowercase();
        let into = line.starts_with("insert into ") || line.starts_with("insert [");
        (into && (line.contains("values") || line.ends_with(')')))
            || (line.starts_with("copy ") && line.ends_with("from stdin;"))
    })
}

/// The table that is meant.
fn choose(source: &Source, tables: Vec<Table>, options: &LogOptions) -> Result<Option<Table>> {
    let has = |table: &Table, part: Part, said: &Option<String>| match said {
        Some(name) => table.columns.iter().any(|column| column == name),
        None => table.columns.iter().any(|column| vocabulary::rank(part, column).is_some()),
    };
    let fits =
        |table: &&Table| has(table, Part::Customer, &options.id) && has(table, Part::Date, &options.date);
    let named: Vec<&Table> = tables.iter().filter(|table| !table.columns.is_empty()).collect();
    let one = match named[..] {
        [one] => Some(one),
        _ => {
            let mut fitting = tables.iter().filter(fits);
            fitting.next().filter(|_| fitting.next().is_none())
        }
    };
    if let Some(one) = one {
        return Ok(Some(one.clone()));
    }
    if tables.is_empty() {
        return Ok(None);
    }
    let each: Vec<String> = tables
        .iter()
        .map(|table| format!("{} ({})", table.name, crate::base::numbers::things(table.rows, "row")))
        .collect();
    let message = format!(
        "a dump of a database with several tables: {}; none or more than one of them has customers and dates: export the \
         table of purchases alone, or join what belongs together in a query first",
        each.join(", ")
    );
    Err(Error::input(Place::file(&source.name), message))
}

/// Each row of the dump, with its table.
fn walk(
    source: &Source,
    head: &[u8],
    progress: &dyn Progress,
    each: &mut dyn FnMut(&Table, &[String]) -> Result<()>,
) -> Result<()> {
    // Others have a backslash for what it is.
    let escapes = memchr::memchr(b'`', head).is_some() || memchr::memmem::find(head, b"MySQL").is_some();
    let mut parser = Parser { escapes, ..Parser::default() };
    let (mut text, mut piece, mut ended) = (source.open_text()?, Vec::new(), false);
    while !ended {
        progress.check()?;
        ended = text.fill(&mut piece, PIECE)?;
        for byte in piece.drain(..) {
            if parser.take(byte) {
                each(&parser.table, &parser.row)?;
                parser.row.clear();
            }
        }
        if parser.held() > LONGEST {
            let message = format!(
                "a row of the table \"{}\" goes on for more than 16 MB: a quote or a parenthesis in it is not closed",
                parser.table.name
            );
            return Err(Error::input(Place::file(&source.name), message));
        }
    }
    Ok(())
}

/// Where in a dump we are.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
enum At {
    /// Outside of rows: in a statement.
    #[default]
    Statement,
    /// Between rows.
    Rows,
    Row,
    Text,
    /// Behind a backslash in a text.
    Escape,
    /// Behind a quote in a text: its end, or a quote.
    Quote,
    /// In lines of a `COPY`.
    Lines,
}

#[derive(Default)]
struct Parser {
    at: At,
    /// Is a backslash an escape in texts?
    escapes: bool,
    statement: Vec<u8>,
    /// Columns of tables that were defined.
    defined: Vec<Table>,
    table: Table,
    row: Vec<String>,
    field: Vec<u8>,
    /// Has the field a text, and how deep are its parentheses?
    quoted: bool,
    depth: usize,
}

impl Parser {
    /// How many bytes of a row it holds.
    fn held(&self) -> usize {
        self.field.len() + self.row.iter().map(|field| field.len() + size_of::<String>()).sum::<usize>()
    }

    /// One byte more; is a row complete?
    fn take(&mut self, byte: u8) -> bool {
        match (self.at, byte) {
            (At::Statement, _) => self.in_statement(byte),
            (At::Rows, b'(') => (self.at, self.quoted, self.depth) = (At::Row, false, 0),
            (At::Rows, b';') => self.at = At::Statement,
            // The next statement, or a clause behind the rows.
            (At::Rows, _) if byte.is_ascii_alphabetic() => {
                self.at = At::Statement;
                self.in_statement(byte);
            }
            (At::Rows, _) => {}
            (At::Row, b'\'') => {
                self.field.clear();
                (self.at, self.quoted) = (At::Text, true);
            }
            (At::Row, b',') if self.depth == 0 => self.end_field(),
            (At::Row, b')') if self.depth == 0 => {
                self.end_field();
                self.at = At::Rows;
                return true;
            }
            (At::Row, _) => {
                self.depth = self.depth + usize::from(byte == b'(') - usize::from(byte == b')');
                if !self.quoted {
                    self.field.push(byte);
                }
            }
            (At::Text, b'\\') if self.escapes => self.at = At::Escape,
            (At::Text, b'\'') => self.at = At::Quote,
            (At::Text, _) => self.field.push(byte),
            (At::Escape, _) => {
                self.field.push(unescaped(byte));
                self.at = At::Text;
            }
            (At::Quote, b'\'') => {
                self.field.push(byte);
                self.at = At::Text;
            }
            (At::Quote, _) => {
                self.at = At::Row;
                return self.take(byte);
            }
            (At::Lines, b'\n') => return self.end_line(),
            (At::Lines, _) => self.field.push(byte),
        }
        false
    }

    fn in_statement(&mut self, byte: u8) {
        if byte == b'\n' && self.statement.trim_ascii_start().starts_with(b"--") {
            self.statement.clear();
            return;
        }
        if byte == b';' {
            let text = String::from_utf8_lossy(&self.statement).into_owned();
            if let Some(table) = defined(&text) {
                self.defined.push(table);
            }
            if let Some(table) = into(&text, "copy ") {
                (self.table, self.at) = (self.known(table), At::Lines);
                self.field.clear();
            }
            self.statement.clear();
            return;
        }
        if self.statement.len() < STATEMENT {
            self.statement.push(byte);
        }
        let last = &self.statement[self.statement.len().saturating_sub(6)..];
        if last.eq_ignore_ascii_case(b"values")
            && let Some(table) = into(&String::from_utf8_lossy(&self.statement), "insert ")
        {
            (self.table, self.at) = (self.known(table), At::Rows);
            self.statement.clear();
        }
    }

    /// With the columns of its definition, where the statement has none.
    fn known(&self, table: Table) -> Table {
        let defined = || self.defined.iter().find(|known| known.name == table.name);
        if table.columns.is_empty() { defined().cloned().unwrap_or(table) } else { table }
    }

    fn end_field(&mut self) {
        let text = String::from_utf8_lossy(&self.field);
        let field = if self.quoted { text.into_owned() } else { plain(text.trim()) };
        self.row.push(field);
        self.field.clear();
        self.quoted = false;
    }

    /// A line of a `COPY`: fields between tabs, up to the line `\.`.
    fn end_line(&mut self) -> bool {
        let line = std::mem::take(&mut self.field);
        let line = line.strip_suffix(b"\r").unwrap_or(&line);
        if line == b"\\." {
            self.at = At::Statement;
            return false;
        }
        let is_blank = line.is_empty() && self.row.is_empty();
        if is_blank {
            return false;
        }
        for field in line.split(|byte| *byte == b'\t') {
            let mut text = Vec::with_capacity(field.len());
            let mut bytes = field.iter();
            while let Some(&byte) = bytes.next() {
                text.push(if byte == b'\\' {
                    bytes.next().map_or(byte, |byte| unescaped(*byte))
                } else {
                    byte
                });
            }
            let is_null = field == b"\\N";
            self.row.push(if is_null { String::new() } else { String::from_utf8_lossy(&text).into_owned() });
        }
        true
    }
}

fn unescaped(byte: u8) -> u8 {
    match byte {
        b'n' | b'r' | b't' | b'0' => b' ',
        _ => byte,
    }
}

/// A value that is no text: `NULL` is none, `CAST(12.50 AS Decimal(18, 2))` is what is cast.
fn plain(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    if lower == "null" || lower == "default" {
        return String::new();
    }
    match (lower.strip_prefix("cast("), lower.rfind(" as ")) {
        (Some(_), Some(end)) => text[5..end].trim().to_owned(),
        _ => text.to_owned(),
    }
}

/// The table that a statement puts rows into.
fn into(statement: &str, verb: &str) -> Option<Table> {
    let start = statement.to_ascii_lowercase().rfind(verb)? + verb.len();
    let rest = statement[start..].trim_start();
    let rest = if rest.to_ascii_lowercase().starts_with("into ") { rest[5..].trim_start() } else { rest };
    let end = rest.find(|c: char| c == '(' || c.is_whitespace()).unwrap_or(rest.len());
    let columns = match (rest.find('('), rest.rfind(')')) {
        (Some(from), Some(to)) if from < to => rest[from + 1..to].split(',').map(unquoted).collect(),
        _ => Vec::new(),
    };
    Some(Table { name: name_of(&rest[..end]), columns, rows: 0 })
}

/// The table that a statement defines.
fn defined(statement: &str) -> Option<Table> {
    const NO_COLUMNS: [&str; 9] =
        ["primary", "key", "unique", "constraint", "index", "foreign", "check", "fulltext", "exclude"];
    let start = statement.to_ascii_lowercase().find("create table ")? + "create table ".len();
    let rest = statement[start..].trim_start();
    let rest = if rest.to_ascii_lowercase().starts_with("if not exists ") { &rest[14..] } else { rest };
    let open = rest.find('(')?;
    let (mut columns, mut depth, mut from) = (Vec::new(), 0_i32, open + 1);
    for (at, c) in rest.char_indices().skip_while(|(at, _)| *at < open) {
        depth += i32::from(c == '(') - i32::from(c == ')');
        if (c == ',' && depth == 1) || (c == ')' && depth == 0) {
            let first = rest[from..at].split_whitespace().next().unwrap_or_default();
            if !first.is_empty() && !NO_COLUMNS.contains(&&*first.to_ascii_lowercase()) {
                columns.push(unquoted(first));
            }
            from = at + 1;
        }
        if depth == 0 {
            break;
        }
    }
    Some(Table { name: name_of(&rest[..open]), columns, rows: 0 })
}

/// A name without its schema and quotes.
fn name_of(text: &str) -> String {
    unquoted(text.trim().rsplit('.').next().unwrap_or_default())
}

fn unquoted(text: &str) -> String {
    text.trim().trim_matches(['`', '"', '[', ']']).to_owned()
}

fn write_row(row: &[String], out: &mut Vec<u8>) {
    for (at, field) in row.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        match field.contains([',', '"', '\n', '\r', ';', '\t']) {
            true => out.extend_from_slice(format!("\"{}\"", field.replace('"', "\"\"")).as_bytes()),
            false => out.extend_from_slice(field.as_bytes()),
        }
    }
    out.push(b'\n');
}
