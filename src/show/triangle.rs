//! Which cohorts and periods of a triangle are shown where there is room for some: the latest, earlier cohorts put together, and
//! all in a last row.

use jiff::civil::Date;

use crate::base::numbers::{count, grouped};
use crate::show::report::Table;
use crate::study::economics::{Triangle, TriangleCell};

/// How much there is room for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Room {
    pub cohorts: usize,
    pub periods: usize,
}

/// A period or a part of one.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Column {
    from: Date,
    until: Date,
    pub name: String,
    pub expected: bool,
    whole: bool,
}

/// What some cohorts did in a column. Of several the customers and buyers are those who had come before: all others bought.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Sum {
    customers: u64,
    buyers: f64,
    revenue: f64,
    /// Is it the period in which they came, in which all bought?
    pub came: bool,
}

/// One cohort, or several together.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    name: String,
    customers: u64,
    /// Column by column; none before they came.
    pub sums: Vec<Option<Sum>>,
}

/// What a triangle is shown of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// The share of customers who buy.
    Share,
    /// What they pay.
    Revenue,
}

/// A triangle as it is shown.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Shown {
    pub columns: Vec<Column>,
    pub rows: Vec<Row>,
}

impl Sum {
    pub fn value(&self, what: What) -> f64 {
        match what {
            What::Share => self.buyers / self.customers as f64,
            What::Revenue => self.revenue,
        }
    }
}

impl Column {
    /// Its name; a short one where `~` alone says that it is expected.
    fn head(&self, short: bool) -> String {
        match (self.expected, self.whole) {
            (false, true) => self.name.clone(),
            (false, false) => format!("{} so far", self.name),
            (true, true) if short => format!("~{}", self.name),
            (true, false) if short => format!("~{} part", self.name),
            (true, true) => format!("{} expected", self.name),
            (true, false) => format!("{} part, expected", self.name),
        }
    }
}

impl Shown {
    pub fn new(found: &Triangle, room: Room) -> Self {
        let columns = columns(found, room.periods);
        let mut cohorts: Vec<i32> = found.cells.iter().map(|cell| cell.cohort).collect();
        cohorts.dedup();
        let early = if cohorts.len() > room.cohorts { cohorts.len() + 1 - room.cohorts } else { 0 };
        let row = |name: String, of: &dyn Fn(i32) -> bool| row(found, &columns, name, of);
        let mut rows = Vec::new();
        if let Some(first) = cohorts.get(early).filter(|_| early > 0) {
            rows.push(row(format!("before {}", found.period.name(*first)), &|cohort| cohort < *first));
        }
        let each = cohorts[early..].iter().map(|own| row(found.period.name(*own), &|cohort| cohort == *own));
        rows.extend(each);
        if cohorts.len() > 1 {
            rows.push(row("All".to_owned(), &|_| true));
        }
        Shown { columns, rows }
    }

    /// The last period that was seen in part, and until when.
    pub fn cut(&self) -> Option<(&str, Date)> {
        let last = self.columns.iter().rfind(|column| !column.expected)?;
        (!last.whole).then_some((&last.name, last.until))
    }

    /// A table, with `~` before what is expected; with the names of its first two columns, and short ones of the others or not.
    pub fn table(&self, what: What, first: [&str; 2], short: bool) -> Table {
        let mut table = Table::new(&first);
        table.columns.extend(self.columns.iter().map(|column| (column.head(short), true)));
        for row in &self.rows {
            let cell = |(sum, column): (&Option<Sum>, &Column)| match sum {
                Some(sum) if what == What::Share && sum.customers == 0 => String::new(),
                None => String::new(),
                Some(sum) => format!("{}{}", if column.expected { "~" } else { "" }, said(sum, what)),
            };
            let cells = row.sums.iter().zip(&self.columns).map(cell);
            table.row([row.name.clone(), count(row.customers)].into_iter().chain(cells));
        }
        table
    }
}

fn said(sum: &Sum, what: What) -> String {
    match what {
        What::Share => format!("{}%", grouped(100.0 * sum.value(what), 0)),
        What::Revenue => grouped(sum.value(what), 0),
    }
}

/// The latest that were seen and the first that are to come: at least a third of the room for either, where it has so many.
fn columns(found: &Triangle, room: usize) -> Vec<Column> {
    let mut all: Vec<Column> = Vec::new();
    for cell in &found.cells {
        let &TriangleCell { from, until, expected, whole, .. } = cell;
        if !all.iter().any(|known| (known.from, known.expected) == (from, expected)) {
            all.push(Column { from, until, name: found.period.name(cell.period), expected, whole });
        }
    }
    all.sort_by_key(|column| column.from);
    let seen = all.iter().filter(|column| !column.expected).count();
    let ahead = (all.len() - seen).min(room - seen.min(room / 3));
    all.truncate(seen + ahead);
    all.split_off(seen - seen.min(room - ahead))
}

fn row(found: &Triangle, columns: &[Column], name: String, of: &dyn Fn(i32) -> bool) -> Row {
    let own = || found.cells.iter().filter(|cell| of(cell.cohort));
    let came = |cell: &TriangleCell| cell.cohort == cell.period && !cell.expected;
    let several = own().filter(|cell| came(cell)).count() > 1;
    let sum = |column: &Column| {
        let cells = own().filter(|cell| (cell.from, cell.expected) == (column.from, column.expected));
        cells.fold(None, |sum: Option<Sum>, cell| {
            let sum = sum.unwrap_or(Sum { came: true, ..Sum::default() });
            let (customers, buyers) =
                if several && came(cell) { (0, 0.0) } else { (cell.customers, cell.buyers) };
            Some(Sum {
                customers: sum.customers + customers,
                buyers: sum.buyers + buyers,
                revenue: sum.revenue + cell.revenue,
                came: sum.came && came(cell),
            })
        })
    };
    let customers = own().filter(|cell| came(cell)).map(|cell| cell.customers);
    Row { name, customers: customers.sum(), sums: columns.iter().map(sum).collect() }
}
