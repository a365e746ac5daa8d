//! Rows of text: separated fields and JSON Lines, both as records of fields, handed to the cleaner.

use super::amounts;
use super::calendar::Moment;
use super::columns::{AmountColumns, LogColumns};
use super::json::JsonFields;
use super::recognise::Table;
use super::token::{Record, Tokenizer};
use crate::base::Place;
use crate::history::{
    account::Fate,
    clean::{Cells, Cleaner, Id},
    explain::is_beside_rows,
};

/// Calls `each` with every record of a block. Records of JSON Lines have a field for each name.
pub(crate) fn for_each_record(
    block: &[u8],
    first_line: u64,
    separator: Option<u8>,
    names: &[String],
    each: impl FnMut(&Record),
) {
    for_each_record_with(block, first_line, separator, (names, 0), each);
}

/// The same; so many of the last names are `optional`: whatever JSON Lines hold there, the record is whole.
pub(crate) fn for_each_record_with(
    block: &[u8],
    first_line: u64,
    separator: Option<u8>,
    (names, optional): (&[String], usize),
    mut each: impl FnMut(&Record),
) {
    let (mut at, mut line) = (0, first_line);
    match separator {
        Some(separator) => {
            let mut tokenizer = Tokenizer::new(separator);
            while let Some(record) = tokenizer.next(block, &mut at, &mut line) {
                each(&record);
            }
        }
        None => {
            let mut fields = JsonFields::new(names, optional);
            while let Some(record) = fields.next(block, &mut at, &mut line) {
                each(&record);
            }
        }
    }
}

/// Cleans the rows of a block.
pub(crate) fn clean_block(layout: &Table, block: &[u8], first_line: u64, cleaner: &mut Cleaner) {
    let nul = memchr::memchr(0, block).is_some();
    let separator = layout.separator();
    let needed = match separator {
        Some(_) => Needed::of(layout.log()),
        None => Needed::of(layout.log()).packed(),
    };
    let names: Vec<String> = needed.names(layout);
    let width = Width::of(if separator.is_some() { &layout.names } else { &names });
    let optional = layout.log().optional();
    for_each_record_with(block, first_line, separator, (&names, optional), |record| {
        if let Some(problem) = broken(record, width, nul) {
            if is_beside(record, separator.is_some()) {
                cleaner.tally.rows += 1;
                return cleaner.count(Fate::NoRow, None);
            }
            let place = || Place::line(&layout.source.name, record.line);
            return cleaner.rows_bad(Fate::BrokenLine, place, problem);
        }
        clean_record(layout, &needed, record, cleaner);
    });
}

/// Is a record of another width than the rows a line of totals or a remark?
#[cold]
fn is_beside(record: &Record, separated: bool) -> bool {
    let fields = (0..record.fields.len()).filter_map(|at| std::str::from_utf8(record.field(at)).ok());
    // DOS ends a file with a sign of its own.
    let texts = fields.map(|text| text.trim().trim_matches('\u{1a}'));
    let filled: Vec<&str> = texts.filter(|text| !text.is_empty()).collect();
    separated && !record.bad_quotes && (filled.is_empty() || is_beside_rows(&filled))
}

/// Indexes of the fields that are used.
struct Needed {
    columns: LogColumns,
    original: LogColumns,
}

impl Needed {
    fn of(columns: &LogColumns) -> Self {
        Needed { columns: columns.clone(), original: columns.clone() }
    }

    /// For records that hold only the fields used, in the order of [`Needed::names`].
    fn packed(mut self) -> Self {
        let used = self.original.used();
        self.columns = self.original.map(|index| used.iter().position(|one| *one == index).unwrap_or(0));
        self
    }

    fn names(&self, layout: &Table) -> Vec<String> {
        self.original.used().into_iter().map(|index| layout.names[index].clone()).collect()
    }
}

/// How many fields a record has to have.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Width {
    fields: usize,
    /// Does the header end with a separator?
    open: bool,
}

impl Width {
    /// By the names of the fields.
    pub fn of(names: &[String]) -> Self {
        Width { fields: names.len(), open: names.last().is_some_and(|name| name.trim().is_empty()) }
    }
}

/// Why a record cannot be taken apart.
#[inline]
pub(crate) fn broken(record: &Record, width: Width, nul: bool) -> Option<String> {
    if record.fields.len() == width.fields && !record.bad_quotes && !nul {
        return None;
    }
    why_broken(record, width, nul)
}

#[cold]
fn why_broken(record: &Record, width: Width, nul: bool) -> Option<String> {
    if record.fields.is_empty() {
        return Some("not a JSON object of plain values on one line".into());
    }
    let spans = match record.lines {
        0 | 1 => String::new(),
        lines => format!(" (the row runs over {lines} lines: is a quote not closed?)"),
    };
    if record.bad_quotes {
        return Some(format!("text after a closing quote: double the quotes inside a field{spans}"));
    }
    let fields = record.fields.len();
    let Width { fields: width, open } = width;
    if fields != width {
        let ends_empty = fields == width + 1 && record.field(width).is_empty();
        let hint = match fields > width {
            true if ends_empty => "; it ends with a separator: remove it, or add one to the header",
            true => "; a field with a separator in it needs quotes",
            false if open && fields + 1 == width => "; the header ends with a separator: remove it there",
            false => "",
        };
        return Some(format!(
            "the line has {fields} field{}, the header {width}{hint}{spans}",
            plural(fields)
        ));
    }
    let inside =
        nul && record.fields.iter().any(|&(a, b)| record.buffer[a as usize..b as usize].contains(&0));
    inside.then(|| "the line holds a NUL byte: the file is damaged here".to_owned())
}

fn plural(n: usize) -> &'static str {
    if n == 1 { "" } else { "s" }
}

#[inline]
fn clean_record(layout: &Table, needed: &Needed, record: &Record, cleaner: &mut Cleaner) {
    let columns = &needed.columns;
    let writing = cleaner.writing;
    let date = writing.date.parse(trim(record.field(columns.date)));
    let number = |index: usize| amounts::parse(trim(record.field(index)), writing.number.point);
    let amount = match columns.amount {
        AmountColumns::None => Some(0.0),
        AmountColumns::One(index) => number(index),
        AmountColumns::Product { quantity, price } => match (number(quantity), number(price)) {
            (Some(quantity), Some(price)) => product(quantity, price),
            _ => None,
        },
    };
    let cells = TextCells { layout, columns, record };
    if let Some(order) = columns.order_id {
        if columns.blank_lines && is_further_line(columns, record, order) {
            return cleaner.order_line();
        }
        cleaner.order(record.field(order));
    }
    let amount = match amount {
        Some(amount) => Some(amount),
        None => match spelled(columns, record, date, &cells, cleaner) {
            Some(amount) => amount,
            None => return,
        },
    };
    let amount = amount.map(|amount| columns.in_units(amount));
    let id = match columns.payee {
        Some(payee) if amount.is_some_and(|amount| amount < 0.0) => payee,
        _ => columns.id,
    };
    if let Some(index) = columns.currency {
        let text = String::from_utf8_lossy(trim(record.field(index)));
        if !cleaner.currency(&text, &cells) {
            return;
        }
    }
    if (cleaner.rules.orders || cleaner.rules.kept) && columns.attributes.is_empty() {
        cleaner.place(None);
    }
    if !columns.attributes.is_empty() {
        let number = |index: usize| std::str::from_utf8(trim(record.field(index))).ok()?.parse().ok();
        cleaner.place(columns.order.map(|index| number(index).unwrap_or(u64::MAX)));
        cleaner.attributes(columns.attributes.iter().map(|&index| record.field(index)));
    }
    let mut amount = amount;
    if columns.refund.is_some() || !columns.screens.is_empty() {
        let in_units = |amount: f64| columns.in_units(amount);
        let refund = columns.refund.map(|index| writing.number.read(trim(record.field(index))).map(in_units));
        let values = columns.screens.iter().map(|screen| record.field(screen.column));
        match cleaner.screen(layout, values, amount, refund) {
            Some(left) => amount = left,
            None => return cleaner.take_back(Id::Text(record.field(id)), date),
        }
    }
    if !columns.watched.is_empty() {
        cleaner.watch(layout, columns.watched.iter().map(|&index| record.field(index)), amount);
    }
    cleaner.row(Id::Text(record.field(id)), date, amount, &cells);
}

/// Has the row an order and no amount?
fn is_further_line(columns: &LogColumns, record: &Record, order: usize) -> bool {
    let AmountColumns::One(amount) = columns.amount else { return false };
    trim(record.field(amount)).is_empty() && !trim(record.field(order)).is_empty()
}

/// An amount that is no plain number; the outer `None` if the row is done with.
#[cold]
fn spelled(
    columns: &LogColumns,
    record: &Record,
    date: Option<Moment>,
    cells: &TextCells,
    cleaner: &mut Cleaner,
) -> Option<Option<f64>> {
    let text = |index: usize| String::from_utf8_lossy(trim(record.field(index))).into_owned();
    let texts = match columns.amount {
        AmountColumns::None => return Some(Some(0.0)),
        AmountColumns::One(index) => vec![text(index)],
        AmountColumns::Product { quantity, price } => vec![text(quantity), text(price)],
    };
    cleaner.spelled(&texts, columns.currency.is_some(), date, cells)
}

/// Quantity times price; two negative numbers are a mistake, not a purchase. Something that cost
/// nothing and comes back is -0.
#[inline]
pub(crate) fn product(quantity: f64, price: f64) -> Option<f64> {
    (quantity >= 0.0 || price >= 0.0).then_some(if price == 0.0 && quantity < 0.0 {
        -0.0
    } else {
        quantity * price + 0.0
    })
}

/// Without ASCII blanks around.
#[inline]
pub(crate) fn trim(text: &[u8]) -> &[u8] {
    match (text.first(), text.last()) {
        (Some(b'!'..), Some(b'!'..)) => text,
        _ => text.trim_ascii(),
    }
}

struct TextCells<'a> {
    layout: &'a Table,
    columns: &'a LogColumns,
    record: &'a Record<'a>,
}

impl TextCells<'_> {
    fn text(&self, index: usize) -> String {
        String::from_utf8_lossy(self.record.field(index)).into_owned()
    }
}

impl Cells for TextCells<'_> {
    fn date(&self) -> String {
        self.text(self.columns.date)
    }

    fn amount(&self) -> String {
        match self.columns.amount {
            AmountColumns::None => String::new(),
            AmountColumns::One(index) | AmountColumns::Product { price: index, .. } => self.text(index),
        }
    }

    fn quantity(&self) -> String {
        match self.columns.amount {
            AmountColumns::Product { quantity, .. } => self.text(quantity),
            _ => String::new(),
        }
    }

    fn place(&self) -> Place {
        Place::line(&self.layout.source.name, self.record.line)
    }

    fn all(&self) -> Vec<String> {
        (0..self.record.fields.len()).map(|index| self.text(index)).collect()
    }
}
