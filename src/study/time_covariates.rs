//! The file of `--time-covariates`: a row for each customer and day, week or month, a column of numbers each for what is
//! known of the customer then. The neighbour for what all customers share is [`calendar`](super::days::calendar).
//!
//! Each row holds until the next one of its customer, and rows of a customer leave no gap: a row that is missing would
//! silently be taken for one that says nothing has changed. The text of the file is in memory while it is read; what is kept
//! of it are stretches on which nothing changes, shared by customers of whom the same is known
//! ([`OverTime`]).

use std::collections::BTreeMap;

use jiff::civil::Date;
use rustc_hash::FxHashMap;

use super::days::{DATES, Length, date_of, number};
use crate::base::{Error, Place, Result};
use crate::customers::OverTime;
use crate::history::{
    Input,
    small_table::{Bad, TextTable},
};

/// What the column of customers is called.
const CUSTOMERS: [&str; 6] = ["customer_id", "customer", "client_id", "user_id", "id", "cust_id"];
/// What the file may unpack to \[bytes\]: 30 million rows of three short numbers.
const MOST: u64 = 1 << 30;

/// Reads it.
///
/// # Errors
/// If a column of customers, of dates or of numbers is missing, a field is no date or number, or rows of a customer are
/// missing or there twice.
pub fn time_covariates(input: &Input) -> Result<OverTime> {
    over_time(&match input {
        Input::Path(path) => TextTable::read(path, MOST)?,
        Input::Table(table) => TextTable::from_memory(table)?,
        Input::Spooled(table) => TextTable::of_spooled(table, MOST)?,
    })
}

/// Which columns are what.
struct Layout {
    id: usize,
    when: usize,
    values: Vec<usize>,
}

impl Layout {
    fn of(table: &TextTable) -> Result<Self> {
        let dates: Vec<&str> = DATES.into_iter().chain(["cov date"]).collect();
        let missing = |what: &str, call_it: &str| {
            let message = format!(
                "there is no column of {what}; the columns are {}. A table of covariates in time has a row for each customer and \
                 day, week or month: {call_it}, and a column of numbers each for what is known then",
                table.names.join(", ")
            );
            Error::columns(&table.file, message)
        };
        let dotless: Vec<String> = table.names.iter().map(|name| name.replace('.', " ")).collect();
        let find = |names: &[&str]| match table.find(names)? {
            Some(found) => Ok::<_, Error>(Some(found)),
            None => {
                let plain = |name: &str| name.replace([' ', '_', '-'], "").to_lowercase();
                Ok(dotless.iter().position(|own| names.iter().any(|name| plain(name) == plain(own))))
            }
        };
        let id =
            find(&CUSTOMERS)?.ok_or_else(|| missing("customers", "a column customer_id, a column date"))?;
        let when = find(&dates)?.ok_or_else(|| {
            missing("dates", "a column date (the first day of each row) beside the customer")
        })?;
        let values: Vec<usize> = (0..table.names.len()).filter(|at| *at != id && *at != when).collect();
        if values.is_empty() {
            let message = "there is no column beside customers and dates: add one of numbers, such as mails";
            return Err(Error::columns(&table.file, message));
        }
        let name = |at: usize| &table.names[at];
        let twice =
            values.iter().enumerate().find(|(i, at)| values[..*i].iter().any(|b| name(*b) == name(**at)));
        if let Some((_, at)) = twice {
            let message = format!("there are two columns '{}': rename one", name(*at));
            return Err(Error::columns(&table.file, message));
        }
        Ok(Layout { id, when, values })
    }
}

/// The rows of a customer by date, each with the row of the table that it stands in.
type Rows = BTreeMap<Date, usize>;

fn over_time(table: &TextTable) -> Result<OverTime> {
    let layout = Layout::of(table)?;
    let (customers, rows) = by_customer(table, &layout)?;
    let length = length(table, &layout, &rows)?;
    let mut all = OverTime::new(layout.values.iter().map(|at| table.names[*at].clone()).collect());
    for (id, own) in customers.iter().zip(&rows) {
        check_gaps(table, &layout, (id, own), length)?;
        let last = own.keys().next_back().copied().unwrap_or_default();
        let until = length.after(last).yesterday().unwrap_or(last);
        let values = |row: usize| -> Vec<f64> {
            let value = |at: &usize| number(table.field(row, *at)).expect("all fields have been read once");
            layout.values.iter().map(value).collect()
        };
        all.add(id, own.iter().map(|(date, row)| (*date, values(*row))), until);
    }
    Ok(all)
}

/// Customers in the order in which they come, with their rows.
fn by_customer<'a>(table: &'a TextTable, layout: &Layout) -> Result<(Vec<&'a str>, Vec<Rows>)> {
    let (mut ids, mut rows, mut bad) = (Vec::new(), Vec::<Rows>::new(), Bad::default());
    let mut numbers: FxHashMap<&str, usize> = FxHashMap::default();
    for at in 0..table.rows() {
        let id = table.field(at, layout.id);
        let date = date_of(table.field(at, layout.when));
        if id.is_empty() {
            bad.add(table.place(at, layout.id), "the customer is missing: write its id as the log has it");
        }
        if date.is_none() {
            let words = "this is not a date: write 2025-03-31, 2025-W14 for a week, or 2025-03";
            bad.add(table.place(at, layout.when), words);
        }
        let no_number = |column: &&usize| number(table.field(at, **column)).is_none();
        let wrong: Vec<&usize> = layout.values.iter().filter(no_number).collect();
        wrong.iter().for_each(|column| bad.add(table.place(at, **column), NO_NUMBER));
        let Some(date) = date.filter(|_| wrong.is_empty() && !id.is_empty()) else { continue };
        let number = *numbers.entry(id).or_insert_with(|| {
            ids.push(id);
            rows.push(Rows::new());
            ids.len() - 1
        });
        if let Some(before) = rows[number].insert(date, at) {
            let first = table.place(before, layout.when);
            let line = first.line.or(first.row).unwrap_or_default();
            let words = format!("customer '{id}' has this date twice, first in row {line}: keep one");
            bad.add(table.place(at, layout.when), words);
        }
    }
    bad.check(table.rows() as u64)?;
    Ok((ids, rows))
}

const NO_NUMBER: &str = "each row needs a number here, with a decimal point and without separators: write 0 where there is none of \
                         it, 1 where there is";

/// How long rows hold: one length for all customers.
fn length(table: &TextTable, layout: &Layout, rows: &[Rows]) -> Result<Length> {
    let mut shortest: Option<i32> = None;
    let mut same_day = true;
    for own in rows {
        let first = own.keys().next().map_or(1, |date| date.day());
        let mut before: Option<Date> = None;
        for date in own.keys() {
            same_day &= date.day() == first;
            if let Some(before) = before {
                let gap = date.since(before).map_or(0, |span| span.get_days());
                shortest = Some(shortest.map_or(gap, |least| least.min(gap)));
            }
            before = Some(*date);
        }
    }
    match shortest {
        Some(1) => Ok(Length::Day),
        Some(7) => Ok(Length::Week),
        Some(28..) if same_day => Ok(Length::Month),
        None => {
            let message =
                "each customer has one row, so nothing changes with time: give such columns as --covariates";
            Err(Error::input(Place::file(&table.file), message))
        }
        Some(days) => {
            let message = format!(
                "rows of a customer are {days} days apart and more: a table of covariates in time has a row for each day, each \
                 week or each month (column {}), also those in which nothing changes",
                table.names[layout.when]
            );
            Err(Error::input(Place::file(&table.file), message))
        }
    }
}

/// Every row of a customer begins where the one before it ends.
fn check_gaps(table: &TextTable, layout: &Layout, (id, own): (&str, &Rows), length: Length) -> Result<()> {
    for ((date, _), (next, row)) in own.iter().zip(own.iter().skip(1)) {
        let due = length.after(*date);
        if due == *next {
            continue;
        }
        let word = length.word();
        let missing = match due < *next {
            true => format!("rows for {due} to {} are missing", next.yesterday().unwrap_or(*next)),
            false => format!("the {word} of {date} is not over"),
        };
        let message =
            format!("customer '{id}': {missing}; each {word} needs a row, also if nothing changes in it");
        return Err(Error::input(table.place(*row, layout.when), message));
    }
    Ok(())
}
