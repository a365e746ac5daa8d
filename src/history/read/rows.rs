//! Rows of tables that are no purchase log (contracts, invoices), read as logs are: the same formats and containers, in
//! parallel, block by block, the same search for how dates and amounts are written. What the columns mean is the
//! caller's: it says which are wanted, and gets each row as text in that order.

use arrow_array::StringArray;

use super::amounts::spelled::NumberStyle;
use super::batch::column;
use super::columns::{AmountColumns, Columns, CustomerColumns, LogColumns};
use super::dates::DateStyle;
use super::evidence::{Evidence, Sample};
use super::feed::{Data, Work, for_each_batch};
use super::in_parallel;
use super::plan;
use super::recognise::{Inputs, Table, recognise_rows};
use super::text::{Width, broken, for_each_record_with, trim};
use super::typed::texts;
use crate::base::{BadRow, Place, Progress, Result};
use crate::history::{
    IdColumn,
    clean::Rules,
    customer_file::text_of,
    input::Input,
    options::{DateFormat, LogOptions},
};

/// Bad rows that are kept to be shown.
const LISTED: usize = 10;

/// The columns of a table that a caller wants.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    /// Who; it need not be among the fields.
    pub id: usize,
    /// A column of dates, which shows how all dates of the table are written; `None`: it has none.
    pub date: Option<usize>,
    /// A column of amounts, likewise.
    pub amount: Option<usize>,
    /// The fields in the order of the caller, `None` for what the table does not have.
    pub fields: Vec<Option<usize>>,
}

/// Tables whose columns are known.
pub(crate) struct RowTables {
    inputs: Inputs,
    rules: Rules,
    /// By file: where each field is among the columns that are read, and its name.
    fields: Vec<Vec<Option<(usize, String)>>>,
}

/// One row.
pub(crate) struct Row<'a> {
    /// The columns that are read.
    used: &'a [&'a [u8]],
    names: &'a [Option<(usize, String)>],
    table: &'a Table,
    number: u64,
    date: &'a DateStyle,
    amount: NumberStyle,
}

/// What became of some rows: what the caller made of them, and those that it could not use.
#[derive(Debug, Default)]
pub(crate) struct Part<T> {
    pub value: T,
    pub rows: u64,
    pub bad: u64,
    pub listed: Vec<BadRow>,
}

impl<T> Part<T> {
    /// Counts a row that cannot be used.
    pub fn refuse(&mut self, place: Place, problem: impl Into<String>) {
        self.bad += 1;
        if self.listed.len() < LISTED {
            self.listed.push(BadRow { place, problem: problem.into() });
        }
    }
}

/// Opens tables; `find` says of each, by its name and its columns, which are wanted.
///
/// # Errors
/// If a table cannot be opened or understood, or `find` refuses it.
pub(crate) fn open(
    inputs: &[Input],
    options: &LogOptions,
    progress: &dyn Progress,
    find: impl Fn(&str, &[String]) -> Result<Wanted>,
) -> Result<RowTables> {
    let roles = |file: &str, names: &[String]| {
        let wanted = find(file, names)?;
        let amount = wanted.amount.map_or(AmountColumns::None, AmountColumns::One);
        let date = wanted.date.unwrap_or(wanted.id);
        let taken = [Some(wanted.id), Some(date), wanted.amount];
        let mut others: Vec<usize> =
            wanted.fields.iter().flatten().copied().filter(|at| !taken.contains(&Some(*at))).collect();
        others.sort_unstable();
        others.dedup();
        let id = wanted.id;
        Ok(Columns::Log(LogColumns { id, date, amount, watched: others, ..LogColumns::default() }))
    };
    let inputs = recognise_rows(inputs, options, roles)?;
    let dated =
        |table: &Table| find(&table.source.name, &table.names).is_ok_and(|wanted| wanted.date.is_some());
    // Where there are no dates, none are looked for.
    let undated = LogOptions { date_format: Some(DateFormat::Unix), ..options.clone() };
    let options = if inputs.tables.iter().any(dated) { options } else { &undated };
    let rules = plan::rules(&inputs, options, progress)?;
    let mut fields = Vec::new();
    for table in &inputs.tables {
        let used = table.used();
        let place = |at: usize| used.iter().position(|one| *one == at).expect("all that is wanted is used");
        let wanted = find(&table.source.name, &table.names)?;
        let field = |at: Option<usize>| at.map(|at| (place(at), table.names[at].clone()));
        fields.push(wanted.fields.into_iter().map(field).collect());
    }
    Ok(RowTables { inputs, rules, fields })
}

/// The first rows of some columns of each table, with the names of all its columns: what values say where names do not.
///
/// # Errors
/// If a table cannot be opened or read.
pub(crate) fn samples(
    inputs: &[Input],
    options: &LogOptions,
    wanted: impl Fn(&[String]) -> Vec<usize>,
) -> Result<Vec<(Vec<String>, Sample)>> {
    let nothing = Columns::Customers(CustomerColumns { id: 0, attributes: Vec::new() });
    let inputs = recognise_rows(inputs, options, |_, _| Ok(nothing.clone()))?;
    let look = |table: Table| {
        let names = table.names.clone();
        Ok((names.clone(), Evidence::new(table).look(&wanted(&names))?))
    };
    inputs.tables.into_iter().map(look).collect()
}

impl RowTables {
    /// What is to be said of how they are read.
    pub fn said(&self) -> Vec<String> {
        let mut said = self.inputs.assumptions.clone();
        said.extend(self.rules.writings.iter().flat_map(|writing| writing.said.iter().cloned()));
        said.dedup();
        said
    }

    /// The column that ids are taken from.
    pub fn ids(&self) -> Option<IdColumn> {
        IdColumn::of(&self.inputs)
    }

    /// The name of the first table, and its columns.
    pub fn first(&self) -> (&str, &[String]) {
        (&self.inputs.tables[0].source.name, &self.inputs.tables[0].names)
    }

    /// Hands each row to `each`, with what was made of the rows before it in its piece; pieces in the order of the input.
    ///
    /// # Errors
    /// If a table is damaged, or the caller wants to stop.
    pub fn read<T: Default + Send>(
        &self,
        options: &LogOptions,
        progress: &dyn Progress,
        each: impl Fn(&mut Part<T>, &Row) + Sync,
    ) -> Result<Vec<Part<T>>> {
        progress.stage("reading", Some(self.inputs.bytes()));
        in_parallel(&self.inputs, options, progress, |_, work, block| {
            let mut part = Part::default();
            let key = work.key;
            self.piece(work, block, &mut part, &each)?;
            Ok(vec![(key, part)])
        })
    }

    fn piece<T>(
        &self,
        work: Work,
        block: &[u8],
        part: &mut Part<T>,
        each: &impl Fn(&mut Part<T>, &Row),
    ) -> Result<()> {
        let file = work.file;
        match work.data {
            Data::Text { first_line, .. } => {
                self.text(file, block, first_line, part, each);
                Ok(())
            }
            _ => for_each_batch(&self.inputs, work, |table, batch, first_row, _| {
                let used = table.used();
                let columns = used.iter().map(|&index| column(table, batch, index, texts));
                let columns = columns.collect::<Result<Vec<StringArray>>>()?;
                for index in 0..batch.num_rows() {
                    let values: Vec<&[u8]> =
                        columns.iter().map(|column| trim(text_of(column, index))).collect();
                    self.row(file, &values, first_row + index as u64, part, each);
                }
                Ok(())
            }),
        }
    }

    fn text<T>(
        &self,
        file: usize,
        block: &[u8],
        first_line: u64,
        part: &mut Part<T>,
        each: &impl Fn(&mut Part<T>, &Row),
    ) {
        let table = &self.inputs.tables[file];
        let used = table.used();
        let names: Vec<String> = used.iter().map(|&index| table.names[index].clone()).collect();
        let nul = memchr::memchr(0, block).is_some();
        // Records of JSON Lines hold only the columns used, in that order.
        let (width, columns) = match table.separator() {
            Some(_) => (Width::of(&table.names), used),
            None => (Width::of(&names), (0..used.len()).collect()),
        };
        let optional = table.separator().map_or(names.len(), |_| 0);
        for_each_record_with(block, first_line, table.separator(), (&names, optional), |record| {
            if let Some(why) = broken(record, width, nul) {
                part.rows += 1;
                return part.refuse(Place::line(&table.source.name, record.line), why);
            }
            let values: Vec<&[u8]> = columns.iter().map(|&index| trim(record.field(index))).collect();
            self.row(file, &values, record.line, part, each);
        });
    }

    fn row<T>(
        &self,
        file: usize,
        used: &[&[u8]],
        number: u64,
        part: &mut Part<T>,
        each: &impl Fn(&mut Part<T>, &Row),
    ) {
        if used.iter().all(|value| value.is_empty()) {
            return;
        }
        part.rows += 1;
        let names = &self.fields[file];
        let writing = &self.rules.writings[file];
        let table = &self.inputs.tables[file];
        let row = Row { used, names, table, number, date: &writing.date, amount: writing.number };
        each(part, &row);
    }
}

impl Row<'_> {
    /// The value of a field; empty where there is none.
    fn value(&self, field: usize) -> &[u8] {
        self.names[field].as_ref().map_or(b"", |(at, _)| self.used[*at])
    }

    /// The text of a field; empty where there is none.
    pub fn text(&self, field: usize) -> &str {
        std::str::from_utf8(self.value(field)).unwrap_or_default()
    }

    /// The day of a field; `Err` if it is none.
    pub fn day(&self, field: usize) -> Result<Option<i32>, ()> {
        let value = self.value(field);
        if is_none(value) {
            return Ok(None);
        }
        let iso = || super::dates::DateRule::YearFirst(b'-').parse(value);
        self.date.parse(value).or_else(iso).map(|moment| Some(moment.day)).ok_or(())
    }

    /// The number of a field; `Err` if it is none.
    pub fn number(&self, field: usize) -> Result<Option<f64>, ()> {
        let value = self.value(field);
        if is_none(value) {
            return Ok(None);
        }
        self.amount.read(value).filter(|value| value.is_finite()).map(Some).ok_or(())
    }

    /// Where a field is.
    pub fn place(&self, field: usize) -> Place {
        let place = match self.table.arrow {
            None => Place::line(&self.table.source.name, self.number),
            Some(_) => Place { row: Some(self.number), ..Place::file(&self.table.source.name) },
        };
        match &self.names[field] {
            Some((_, name)) => place.at(name, self.text(field)),
            None => place,
        }
    }
}

/// Does a value say that there is none?
fn is_none(value: &[u8]) -> bool {
    value.is_empty()
        || [&b"-"[..], b"null", b"NULL", b"None", b"NaN", b"nan", b"NaT", b"N/A", b"n/a"].contains(&value)
}
