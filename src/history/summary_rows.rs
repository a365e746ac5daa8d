//! Rows of a summary: checked one by one, so that nothing after this point meets an impossible one.
//!
//! The rules: frequency is a whole number; recency and T are finite and not negative; recency is at
//! most T, and 0 exactly when frequency is; monetary_value is positive where frequency is;
//! log_gaps is 0 where frequency is, and nowhere above what equal gaps would give; purchase_times are as many as
//! frequency says, rise, and end at recency. Only a summary
//! that says its unit, as those that clv writes do, may have 0 there: returns can take off all that
//! a customer spent, while elsewhere 0 is mostly a missing value.

use std::ops::Range;

use arrow_array::{Array, Float64Array, StringArray, UInt32Array};

use super::account::Fate;
use super::attributes::{MISSING, value};
use super::codec::Texts;
use super::customer_file::text_of;
use super::fold::Size;
use super::purchase_times::{self, PURCHASE_TIMES};
use super::read::amounts;
use super::read::batch::column;
use super::read::feed::{Data, Work, for_each_batch};
use super::read::recognise::{Inputs, Table};
use super::read::text::{Width, broken, for_each_record};
use super::read::typed::{IdBuffer, Ids, Numbers, texts};
use super::standout::Leaders;
use super::summary_cell::{Cell, cell};
use super::summary_said::{Fact, Said};
use super::tally::{LISTED, Tally};
use crate::base::{BadRow, Place, Result};
use crate::history::SummaryBatch;

/// One row's values.
struct Row<'a> {
    id: &'a [u8],
    frequency: Cell<'a>,
    recency: Cell<'a>,
    t: Cell<'a>,
    monetary: Option<Cell<'a>>,
    log_gaps: Option<Cell<'a>>,
    purchase_times: Option<&'a [u8]>,
    said: [Option<&'a str>; Fact::COUNT],
    attributes: Vec<&'a [u8]>,
}

/// The ages at repeat purchases, in agreement with how many they are, and the last of them.
fn times(x: u32, t_x: f64, cell: &[u8]) -> Result<Vec<f64>, Problem> {
    let text = String::from_utf8_lossy(cell);
    let wrong = |why| Problem { column: PURCHASE_TIMES, value: text.clone().into_owned(), why };
    let ages = purchase_times::parse(&text).map_err(wrong)?;
    purchase_times::check(&ages, x, t_x).map_err(wrong)?;
    Ok(ages)
}

/// The values of a row that can be a customer's.
struct Checked {
    x: u32,
    t_x: f64,
    t: f64,
    money: f64,
    log_gaps: f64,
    purchase_times: Vec<f64>,
}

/// What is wrong with a row: the column (by its standard name), its value, and why.
struct Problem {
    column: &'static str,
    value: String,
    why: String,
}

fn problem<T>(column: &'static str, cell: Cell, why: impl Into<String>) -> Result<T, Problem> {
    Err(Problem { column, value: cell.shown(), why: why.into() })
}

/// Customers of one piece of the input, and what was found in it.
pub(crate) struct Customers {
    ids: Texts,
    frequency: Vec<u32>,
    recency: Vec<f64>,
    t: Vec<f64>,
    monetary: Option<Vec<f64>>,
    log_gaps: Option<Vec<f64>>,
    purchase_times: Option<Vec<Vec<f64>>>,
    attributes: Vec<Texts>,
    /// Attribute by attribute: customers without a value.
    pub missing: Vec<u64>,
    point: u8,
    /// Line or row of each.
    pub rows: Vec<u64>,
    /// Which file they are from.
    pub file: usize,
    /// What became of the rows.
    pub tally: Tally,
    /// What they say of the summary as a whole.
    pub said: Said,
    /// Customers without a repeat purchase whose monetary_value is not 0.
    pub ignored_money: u64,
    /// Customers with repeat purchases that are worth nothing.
    pub zero_money: u64,
    zero_money_is_right: bool,
}

/// Reads the customers of a piece of the input.
pub(crate) fn read(inputs: &Inputs, work: Work, block: &[u8], point: u8) -> Result<Customers> {
    let table = &inputs.tables[work.file];
    let has_money = table.summary().monetary.is_some();
    let mut customers = Customers {
        ids: Texts::default(),
        frequency: Vec::new(),
        recency: Vec::new(),
        t: Vec::new(),
        monetary: has_money.then(Vec::new),
        log_gaps: table.summary().log_gaps.map(|_| Vec::new()),
        purchase_times: table.summary().purchase_times.map(|_| Vec::new()),
        attributes: table.summary().attributes.iter().map(|_| Texts::default()).collect(),
        missing: vec![0; table.summary().attributes.len()],
        point,
        rows: Vec::new(),
        file: work.file,
        tally: Tally::default(),
        said: Said::default(),
        ignored_money: 0,
        zero_money: 0,
        zero_money_is_right: table.summary().said[Fact::Unit as usize].is_some(),
    };
    match work.data {
        Data::Text { first_line, .. } => customers.read_text(table, block, first_line),
        _ => for_each_batch(inputs, work, |table, batch, first_row, _| {
            customers.read_batch(table, batch, first_row)
        })?,
    }
    Ok(customers)
}

impl Customers {
    fn read_text(&mut self, table: &Table, block: &[u8], first_line: u64) {
        let roles = table.summary();
        let nul = memchr::memchr(0, block).is_some();
        let used = roles.used();
        let names: Vec<String> = used.iter().map(|&index| table.names[index].clone()).collect();
        // Records of JSON Lines hold only the columns used, in that order.
        let text = table.separator().is_some();
        let width = Width::of(if text { &table.names } else { &names });
        let at = |index: usize| match text {
            true => index,
            false => used.iter().position(|&one| one == index).unwrap_or(0),
        };
        let (id, x, t_x, t) = (at(roles.id), at(roles.frequency), at(roles.recency), at(roles.t));
        let (monetary, log_gaps) = (roles.monetary.map(at), roles.log_gaps.map(at));
        let purchase_times = roles.purchase_times.map(at);
        let said = roles.said.map(|index| index.map(at));
        let attributes: Vec<usize> = roles.attributes.iter().map(|&index| at(index)).collect();
        for_each_record(block, first_line, table.separator(), &names, |record| {
            let place = || Place::line(&table.source.name, record.line);
            if let Some(why) = broken(record, width, nul) {
                return self.bad(Fate::BrokenLine, place(), why);
            }
            let row = Row {
                id: record.field(id),
                frequency: Cell::Text(record.field(x)),
                recency: Cell::Text(record.field(t_x)),
                t: Cell::Text(record.field(t)),
                monetary: monetary.map(|index| Cell::Text(record.field(index))),
                log_gaps: log_gaps.map(|index| Cell::Text(record.field(index))),
                purchase_times: purchase_times.map(|index| record.field(index)),
                said: said
                    .map(|at| at.map(|index| std::str::from_utf8(record.field(index)).unwrap_or_default())),
                attributes: attributes.iter().map(|&index| record.field(index)).collect(),
            };
            self.row(table, &row, record.line, place);
        });
    }

    fn read_batch(&mut self, table: &Table, batch: &arrow_array::RecordBatch, first_row: u64) -> Result<()> {
        let roles = table.summary();
        let numbers = |index| column(table, batch, index, Numbers::new);
        let ids = column(table, batch, roles.id, Ids::new)?;
        let (x, t_x, t) = (numbers(roles.frequency)?, numbers(roles.recency)?, numbers(roles.t)?);
        let monetary = roles.monetary.map(numbers).transpose()?;
        let log_gaps = roles.log_gaps.map(numbers).transpose()?;
        let purchase_times =
            roles.purchase_times.map(|index| column(table, batch, index, texts)).transpose()?;
        let mut said = [const { None }; Fact::COUNT];
        for (said, index) in said.iter_mut().zip(roles.said) {
            *said = index.map(|index| column(table, batch, index, texts)).transpose()?;
        }
        let attributes = roles.attributes.iter().map(|&index| column(table, batch, index, texts));
        let attributes = attributes.collect::<Result<Vec<StringArray>>>()?;
        let mut buffer = IdBuffer::new();
        for index in 0..batch.num_rows() {
            let place = || Place { row: Some(first_row + index as u64), ..Place::file(&table.source.name) };
            let Some(id) = ids.text(index, &mut buffer) else {
                let place = place().at(&table.names[roles.id], ids.shown(index));
                self.bad(Fate::UnusableId, place, "a customer id must be text or a whole number below 2^53");
                continue;
            };
            let row = Row {
                id,
                frequency: cell(&x, index),
                recency: cell(&t_x, index),
                t: cell(&t, index),
                monetary: monetary.as_ref().map(|numbers| cell(numbers, index)),
                log_gaps: log_gaps.as_ref().map(|numbers| cell(numbers, index)),
                purchase_times: purchase_times.as_ref().map(|column| text_of(column, index)),
                said: said.each_ref().map(|said| {
                    let texts: &StringArray = said.as_ref()?;
                    Some(if texts.is_valid(index) { texts.value(index) } else { "" })
                }),
                attributes: attributes.iter().map(|column| text_of(column, index)).collect(),
            };
            self.row(table, &row, first_row + index as u64, place);
        }
        Ok(())
    }

    fn row(&mut self, table: &Table, row: &Row, number: u64, place: impl Fn() -> Place) {
        self.said.look(&row.said, &place);
        if std::str::from_utf8(row.id).unwrap_or_default().trim().is_empty() {
            let place = place().at(&table.names[table.summary().id], "");
            return self.bad(Fate::MissingId, place, "the customer id is empty (missing)");
        }
        match self.check(row) {
            Ok(Checked { x, t_x, t, money, log_gaps, purchase_times }) => {
                self.tally.rows += 1;
                self.tally.fates[Fate::Customer as usize].0 += 1;
                self.ids.push(row.id);
                self.rows.push(number);
                self.frequency.push(x);
                self.recency.push(t_x);
                self.t.push(t);
                if let Some(monetary) = &mut self.monetary {
                    monetary.push(money);
                }
                if let Some(column) = &mut self.log_gaps {
                    column.push(log_gaps);
                }
                if let Some(column) = &mut self.purchase_times {
                    column.push(purchase_times);
                }
                self.push_attributes(&row.attributes);
            }
            Err(problem) => {
                self.bad(Fate::ImpossibleSummary, place().at(problem.column, problem.value), problem.why);
            }
        }
    }

    fn push_attributes(&mut self, values: &[&[u8]]) {
        for ((column, missing), text) in self.attributes.iter_mut().zip(&mut self.missing).zip(values) {
            let text = value(text);
            *missing += u64::from(text.is_empty());
            column.push(if text.is_empty() { MISSING.as_bytes() } else { text });
        }
    }

    /// The row's values, if they can be a customer's.
    fn check(&mut self, row: &Row) -> Result<Checked, Problem> {
        let x = self.duration("frequency", row.frequency)?;
        if x.fract() != 0.0 || x > f64::from(u32::MAX) {
            return problem(
                "frequency",
                row.frequency,
                "frequency must be a whole number of repeat purchases",
            );
        }
        let t_x = self.duration("recency", row.recency)?;
        let t = self.duration("T", row.t)?;
        if t_x > t {
            let why = format!("recency must not be larger than T, which is {}", row.t.shown());
            return problem("recency", row.recency, why);
        }
        if x == 0.0 && t_x > 0.0 {
            let why = "recency must be 0 where frequency is 0: it is the age at the last repeat purchase";
            return problem("recency", row.recency, why);
        }
        if x > 0.0 && t_x == 0.0 {
            let why =
                format!("recency must be larger than 0 where there are repeat purchases (frequency {x})");
            return problem("recency", row.recency, why);
        }
        let money = match row.monetary {
            Some(cell) => self.money(x, cell)?,
            None => 0.0,
        };
        let log_gaps = row.log_gaps.map_or(Ok(0.0), |cell| self.log_gaps(x, t_x, cell))?;
        let purchase_times = row.purchase_times.map_or(Ok(Vec::new()), |text| times(x as u32, t_x, text))?;
        Ok(Checked { x: x as u32, t_x, t, money, log_gaps, purchase_times })
    }

    /// A sum of the logarithms of gaps: it is largest when all gaps are equal.
    fn log_gaps(&self, x: f64, t_x: f64, cell: Cell) -> Result<f64, Problem> {
        /// What rounding in print may add \[a gap\].
        const ROUNDING: f64 = 1e-6;
        const NAME: &str = "log_gaps";
        let Some(value) = cell.number(self.point) else {
            return problem(NAME, cell, self.why_no_number(NAME, cell));
        };
        if x == 0.0 {
            let why = "log_gaps must be 0 where frequency is 0: there is no gap between purchases";
            return if value == 0.0 { Ok(0.0) } else { problem(NAME, cell, why) };
        }
        let most = x * (t_x / x).ln();
        if value > most + ROUNDING * (x + most.abs()) {
            let why = format!(
                "log_gaps must not be larger than {most:.6}, the sum of the logarithms of {x} equal gaps in a \
                 recency of {t_x}: is it in another unit?"
            );
            return problem(NAME, cell, why);
        }
        Ok(value)
    }

    /// A number that is finite and not negative.
    fn duration(&self, column: &'static str, cell: Cell) -> Result<f64, Problem> {
        match cell.number(self.point) {
            Some(value) if value >= 0.0 => Ok(value),
            Some(_) => problem(column, cell, format!("{column} must not be negative")),
            None => problem(column, cell, self.why_no_number(column, cell)),
        }
    }

    fn money(&mut self, x: f64, cell: Cell) -> Result<f64, Problem> {
        const NAME: &str = "monetary_value";
        let value = match cell.number(self.point) {
            Some(value) => value,
            None if x == 0.0 && cell.is_missing() => return Ok(0.0),
            None => {
                let why = self.why_no_number(NAME, cell);
                return problem(NAME, cell, format!("{why}; a customer with repeat purchases needs it"));
            }
        };
        if value < 0.0 {
            return problem(NAME, cell, "monetary_value must be positive, not negative");
        }
        if x > 0.0 && value == 0.0 && !self.zero_money_is_right {
            let why = "monetary_value must be positive, not zero, where there are repeat purchases";
            return problem(NAME, cell, why);
        }
        self.zero_money += u64::from(x > 0.0 && value == 0.0);
        self.ignored_money += u64::from(x == 0.0 && value > 0.0);
        Ok(if x > 0.0 { value } else { 0.0 })
    }

    fn why_no_number(&self, column: &str, cell: Cell) -> String {
        if cell.is_missing() {
            return format!("{column} is empty or NaN (missing)");
        }
        let text = cell.shown();
        if text.to_ascii_lowercase().contains("inf") {
            return format!("{column} must be finite");
        }
        format!("{column}: {}", amounts::explain(text.trim(), self.point == b','))
    }

    fn bad(&mut self, fate: Fate, place: Place, problem: impl Into<String>) {
        self.tally.rows += 1;
        self.tally.fates[fate as usize].0 += 1;
        if self.tally.bad.len() < LISTED {
            self.tally.bad.push((fate, BadRow { place, problem: problem.into() }));
        }
    }

    /// The largest T.
    pub fn largest_t(&self) -> f64 {
        self.t.iter().copied().fold(0.0, f64::max)
    }

    /// Are all times whole numbers?
    pub fn whole_times(&self) -> bool {
        self.t.iter().chain(&self.recency).all(|time| time.fract() == 0.0)
    }

    /// The customers as columns, at most so many in a batch.
    pub fn into_batches(self, most: usize) -> impl Iterator<Item = SummaryBatch> {
        let columns = || std::iter::once(&self.ids).chain(&self.attributes);
        let cuts = cuts(&columns().collect::<Vec<_>>(), most, i32::MAX as usize);
        let frequency = UInt32Array::from(self.frequency);
        let (recency, t) = (Float64Array::from(self.recency), Float64Array::from(self.t));
        let monetary = self.monetary.map(Float64Array::from);
        let log_gaps = self.log_gaps.map(Float64Array::from);
        let (ids, attributes, times) = (self.ids, self.attributes, self.purchase_times);
        cuts.into_iter().map(move |Range { start, end }| SummaryBatch {
            customer_id: ids.array(start..end),
            frequency: frequency.slice(start, end - start),
            recency: recency.slice(start, end - start),
            t: t.slice(start, end - start),
            monetary_value: monetary.as_ref().map(|column| column.slice(start, end - start)),
            log_gaps: log_gaps.as_ref().map(|column| column.slice(start, end - start)),
            purchase_times: times
                .as_ref()
                .map(|rows| purchase_times::listed(rows[start..end].iter().map(Vec::as_slice))),
            first_amount: None,
            attributes: attributes.iter().map(|column| column.array(start..end)).collect(),
        })
    }

    /// Ids in the order of the rows.
    /// The largest of them. What a first purchase came to is not in a summary.
    pub fn leaders(&self) -> Leaders {
        let mut leaders = Leaders::default();
        for (i, id) in self.ids().enumerate() {
            let (x, mean) =
                (u64::from(self.frequency[i]), self.monetary.as_ref().map_or(0.0, |mean| mean[i]));
            let value = if x > 0 { x as f64 * mean } else { 0.0 };
            leaders.see(id, &Size { rows: x + 1, occasions: x + 1, value, dearest: 0.0 });
        }
        leaders
    }

    pub fn ids(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.ids.len()).map(|row| self.ids.get(row))
    }
}

/// Where rows are cut so that no piece has more than so many rows, or more than so many bytes of one column. One row is
/// never cut.
fn cuts(columns: &[&Texts], most_rows: usize, most_bytes: usize) -> Vec<Range<usize>> {
    let rows = columns.first().map_or(0, |column| column.len());
    let (mut all, mut start) = (Vec::new(), 0);
    while start < rows {
        let fits = |end: usize| columns.iter().all(|column| column.length(start..end) <= most_bytes);
        let mut end = rows.min(start + most_rows);
        while end > start + 1 && !fits(end) {
            end = start + (end - start) / 2;
        }
        all.push(start..end);
        start = end;
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Offsets of a batch are 32 bits wide. Seen to fail with rows alone counted.
    #[test]
    fn batches_are_cut_by_rows_and_bytes() {
        let column = |texts: &[&str]| {
            let mut all = Texts::default();
            texts.iter().for_each(|text| all.push(text.as_bytes()));
            all
        };
        let (ids, long) =
            (column(&["a", "b", "c", "d", "e"]), column(&["", "12345678", "1", "1234", "12345"]));
        assert_eq!(cuts(&[&ids], 2, 100), [0..2, 2..4, 4..5]);
        assert_eq!(cuts(&[&ids, &long], 5, 8), [0..2, 2..3, 3..4, 4..5]);
        // What does not fit is halved, so that a cut may come before it has to.
        assert_eq!(cuts(&[&ids, &long], 5, 7), [0..1, 1..2, 2..3, 3..4, 4..5]);
        assert_eq!(long.array(1..4), StringArray::from(vec!["12345678", "1", "1234"]));
        assert!(cuts(&[&column(&[])], 5, 5).is_empty());
    }
}
