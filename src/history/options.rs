//! Every setting of reading a log, with its default: shared by the command line, Rust and Python.

use std::path::PathBuf;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::input::Input;
use super::state::ForState;
use crate::base::{Duration, Error, Grain, Result, Unit};

/// How dates are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DateFormat {
    /// A strftime pattern.
    Strftime(String),
    /// Seconds since 1970.
    Unix,
    /// Milliseconds since 1970.
    UnixMs,
    /// Microseconds since 1970.
    UnixUs,
    /// Nanoseconds since 1970.
    UnixNs,
    /// Days since 1899-12-30, as spreadsheets count.
    Excel,
    /// As they are found, with the day before the month where only numbers stand: `31/12/2023`, `31.12.23`.
    DayFirst,
    /// The same with the month first: `12/31/2023`.
    MonthFirst,
    /// The same with a year of two digits first: `23/12/31`.
    YearFirst,
}

impl DateFormat {
    /// Those that have a name; what has none is a strftime pattern.
    const NAMED: [(&'static str, DateFormat); 8] = [
        ("unix", DateFormat::Unix),
        ("unix-ms", DateFormat::UnixMs),
        ("unix-us", DateFormat::UnixUs),
        ("unix-ns", DateFormat::UnixNs),
        ("excel", DateFormat::Excel),
        ("day-first", DateFormat::DayFirst),
        ("month-first", DateFormat::MonthFirst),
        ("year-first", DateFormat::YearFirst),
    ];

    /// From what `--date-format` says: a name, else a strftime pattern.
    pub fn named(text: &str) -> DateFormat {
        let known = Self::NAMED.into_iter().find(|(name, _)| *name == text);
        known.map_or_else(|| DateFormat::Strftime(text.to_owned()), |(_, format)| format)
    }

    /// What `--date-format` calls it.
    pub fn name(&self) -> &str {
        match self {
            DateFormat::Strftime(pattern) => pattern,
            named => Self::NAMED.iter().find(|(_, format)| format == named).map_or("", |(name, _)| name),
        }
    }
}

/// What to do with rows of negative amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Returns {
    /// A return is no purchase; its amount is taken off earlier purchases, newest first.
    #[default]
    Net,
    /// Leave them out.
    Drop,
    /// They are bad rows.
    Reject,
}

/// A column and some of its values: `status=paid,shipped`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnValues {
    /// The column.
    pub column: String,
    /// Values of it, without blanks around; `*` is any.
    pub values: Vec<String>,
}

impl ColumnValues {
    /// Reads `status=paid,shipped`, also of several columns: `status=paid,shipped,channel=web`.
    ///
    /// # Errors
    /// If it does not begin with a column.
    pub fn list(option: &str, text: &str) -> Result<Vec<ColumnValues>> {
        let mut list: Vec<ColumnValues> = Vec::new();
        for part in text.split(',') {
            let (column, value) =
                part.split_once('=').map_or((None, part), |(column, value)| (Some(column), value));
            let value = value.trim().to_owned();
            match (column.map(str::trim).filter(|column| !column.is_empty()), list.last_mut()) {
                (Some(column), _) => {
                    list.push(ColumnValues { column: column.to_owned(), values: vec![value] })
                }
                (None, Some(last)) => last.values.push(value),
                (None, None) => {
                    let message = format!(
                        "'{text}' does not name a column and its values: write it like status=paid,shipped"
                    );
                    return Err(Error::option(option, message));
                }
            }
        }
        Ok(list)
    }
}

/// How to read and summarise a purchase log.
#[derive(Debug, Clone, Default)]
pub struct LogOptions {
    /// Column that says who.
    pub id: Option<String>,
    /// Column that says when.
    pub date: Option<String>,
    /// Column that says how much.
    pub amount: Option<String>,
    /// Column of quantities; with `price`, instead of `amount`.
    pub quantity: Option<String>,
    /// Column of unit prices.
    pub price: Option<String>,
    /// Column of currencies, which must all be the same.
    pub currency_column: Option<String>,
    /// Column of the numbers of orders, whose lines are one purchase; found by name if it makes a difference. `COLUMN=once`:
    /// each line has the amount of the whole order; `COLUMN=add`: its own.
    pub order: Option<String>,
    /// Ids that stand for many or for nobody, left out and counted; an empty one is a missing id.
    pub guests: Vec<String>,
    /// Take capital letters in ids for small ones (of e-mail addresses by itself).
    pub fold_case: bool,
    /// Take ids without blanks around them and without the `.0` of numbers, with accents and the blanks within in one form.
    pub trim: bool,
    /// Columns whose values stand in the first row of a group only: an empty cell takes what stands above it.
    pub fill_down: Vec<String>,
    /// The platform whose export this is, or `none`; found by the header.
    pub preset: Option<String>,
    /// Only rows with these values of these columns are used; the others are counted.
    pub only: Vec<ColumnValues>,
    /// Rows with these values of these columns are left out, counted.
    pub except: Vec<ColumnValues>,
    /// The currency of the amounts: rows in another one are left out, counted; by its code (`EUR`) or sign.
    pub currency: Option<String>,
    /// How dates are written; found by looking if `None`.
    pub date_format: Option<DateFormat>,
    /// Earlier dates are bad rows; default 1970-01-01.
    pub dates_from: Option<Date>,
    /// Later dates are bad rows; default today.
    pub dates_until: Option<Date>,
    /// The file that options came from, to say so.
    pub config: Option<String>,
    /// Text has no header line: columns are named by their numbers, from 1.
    pub no_header: bool,
    /// The encoding of text (`windows-1252`); found by looking if `None`.
    pub encoding: Option<String>,
    /// The sheet of a workbook, or a pattern of several that are read together; `None`: the only one with purchases in it.
    pub sheet: Option<String>,
    /// Amounts are written `12,50`.
    pub decimal_comma: bool,
    /// Amounts are written `12.50`; found by looking if neither is said.
    pub decimal_point: bool,
    /// Times whose offset from UTC is known are dated by the clock of this zone (`Europe/Istanbul`, `utc`, `+03:00`);
    /// `None`: by the clock that wrote them.
    pub time_zone: Option<String>,
    /// Go on without bad rows, counted.
    pub skip_bad_rows: bool,
    /// What to do with negative amounts.
    pub returns: Returns,
    /// What counts as one purchase; a summary that says another of itself is then an error. `None`: see
    /// `default_grain`.
    pub grain: Option<Grain>,
    /// What counts as one purchase where `grain` leaves it open, as what a model was fitted to; `None`: all of a day.
    pub default_grain: Option<Grain>,
    /// How time is written; `None`: what a summary says of itself, else weeks.
    pub unit: Option<Unit>,
    /// End of observation; `None`: the last date of the log.
    pub observed_until: Option<Date>,
    /// Customers first seen before are left out.
    pub since: Option<Date>,
    /// Sum the logarithms of the gaps between each customer's purchases, which models of regular
    /// purchases need.
    pub log_gaps: bool,
    /// With `log_gaps` and `purchase_times`: a summary that does not have them is read without, and is no error.
    pub log_gaps_if_known: bool,
    /// Keep the ages at each repeat purchase, which models need that follow a customer from purchase to purchase.
    pub purchase_times: bool,
    /// Count purchases by time, those of customers first seen up to this date.
    pub calendar: Option<Date>,
    /// Keep the amount of each customer's first purchase.
    pub first_amount: bool,
    /// Count active customers by calendar month: those who bought within this time.
    pub activity: Option<Duration>,
    /// Count repeat purchases by age and date, which rates that change with time are estimated from.
    pub timing: bool,
    /// Keep when the customers of a sample bought, from which forecasts learn how well they would have done.
    pub past: bool,
    /// See whether the same customers pay more or less as time goes on.
    pub spend_drift: bool,
    /// Rows are to be kept in a state one by one: they come with their place, time of day and order.
    pub for_state: Option<ForState>,
    /// Columns that say something of the customer, carried to the summary: of the log (then those of the earliest row
    /// of the first purchase are taken, by the time of day, then the order of the rows), of the summary, or of `customers`.
    pub attributes: Vec<String>,
    /// Column of whole numbers that say in which order rows came, where the input has lost it: of a customer's first
    /// rows, if they have the same time, the one with the least number gives the attributes.
    pub row_order: Option<String>,
    /// A file (or table) with a row a customer; of the `attributes` it gives those that it has. It is kept in memory.
    pub customers: Option<Input>,
    /// Memory for rows in flight \[bytes\]; `None`: half of the machine's, at most 2 GB.
    pub memory_limit: Option<u64>,
    /// Worker threads; `None`: one a core.
    pub threads: Option<usize>,
    /// Where to spill; `None`: the system's temporary directory.
    pub temp_dir: Option<PathBuf>,
}

impl LogOptions {
    /// What counts as one purchase.
    pub fn grain(&self) -> Grain {
        self.grain.or(self.default_grain).unwrap_or_default()
    }

    /// The same, with these attributes among those that are read.
    pub fn asking_for(&self, names: &[String]) -> LogOptions {
        let mut log = self.clone();
        log.attributes.extend(names.iter().filter(|name| !self.attributes.contains(name)).cloned());
        log
    }
}
