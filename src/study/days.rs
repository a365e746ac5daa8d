//! Tables of what all customers share: a row a day, week or month with a column each of promotions, prices, closures; and a
//! season's index, a row a month or week of the year.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, ISOWeekDate, Weekday};

use crate::base::numbers::MONTHS;
use crate::base::{Error, Place, Result};
use crate::customers::{MONTHS_OF_YEAR, Regressors, Season, WEEKS_OF_YEAR};
use crate::history::{
    Input, month_of_table,
    small_table::{Bad, MOST_OF_FEW, TextTable},
};

/// What the column of dates is called.
pub(super) const DATES: [&str; 9] =
    ["date", "day", "week", "month", "period", "from", "ds", "week start", "week beginning"];
/// What the columns of a season's table are called.
const TIMES: [&str; 5] = ["month", "week", "period", "month of year", "week of year"];
const INDEX: [&str; 5] = ["index", "season", "factor", "seasonal index", "value"];

/// How long a row holds.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Length {
    Day,
    Week,
    Month,
}

impl Length {
    /// The first day behind a row of this date.
    pub fn after(self, date: Date) -> Date {
        let span = match self {
            Length::Day => 1.day(),
            Length::Week => 1.week(),
            Length::Month => 1.month(),
        };
        date.saturating_add(span)
    }

    pub fn word(self) -> &'static str {
        match self {
            Length::Day => "day",
            Length::Week => "week",
            Length::Month => "month",
        }
    }
}

fn table(input: &Input, option: &str) -> Result<TextTable> {
    match input {
        Input::Path(path) => TextTable::read(path, MOST_OF_FEW),
        Input::Table(table) => TextTable::from_memory(table),
        Input::Spooled(_) => Err(Error::option(option, "it is read from a file or a table in memory")),
    }
}

/// Reads a table with a row a day, week or month, and a column of numbers each for what is to be known of these.
///
/// # Errors
/// If there is no column of dates or none of numbers, a field is no date or number, or a row is missing or there twice.
pub fn calendar(input: &Input) -> Result<Regressors> {
    regressors(&table(input, "--calendar")?)
}

fn regressors(table: &TextTable) -> Result<Regressors> {
    let Some(when) = table.find(&DATES)? else {
        let message = format!(
            "there is no column of dates; the columns are {}. A calendar has a row a day, week or month: a column date \
             (the first day of each), and a column of numbers each for what is to be known of it",
            table.names.join(", ")
        );
        return Err(Error::columns(&table.file, message));
    };
    let columns: Vec<usize> = (0..table.names.len()).filter(|column| *column != when).collect();
    if columns.is_empty() {
        let message =
            "there is no column beside the dates: add one of numbers, such as promotion with 1 and 0";
        return Err(Error::columns(&table.file, message));
    }
    let names: Vec<String> = columns.iter().map(|column| table.names[*column].clone()).collect();
    if let Some(name) = names.iter().enumerate().find(|(i, name)| names[..*i].contains(name)) {
        let message = format!("there are two columns '{}': rename one", name.1);
        return Err(Error::columns(&table.file, message));
    }
    let rows = rows(table, when, &columns)?;
    let length = length(table, when, &rows)?;
    let last = rows.keys().next_back().copied().unwrap_or_default();
    let until = length.after(last).yesterday().unwrap_or(last);
    Ok(Regressors::new(names, rows.into_iter().map(|(date, (_, values))| (date, values)), until))
}
/// The numbers of each date, with the row they stand in.
type Rows = BTreeMap<Date, (usize, Vec<f64>)>;

fn rows(table: &TextTable, when: usize, columns: &[usize]) -> Result<Rows> {
    let (mut rows, mut bad) = (Rows::new(), Bad::default());
    for at in 0..table.rows() {
        let date = date_of(table.field(at, when));
        if date.is_none() {
            bad.add(
                table.place(at, when),
                "this is not a date: write 2025-03-31, 2025-W14 for a week, or 2025-03",
            );
        }
        let mut values = Vec::new();
        for column in columns {
            match number(table.field(at, *column)) {
                Some(value) => values.push(value),
                None => bad.add(table.place(at, *column), NO_NUMBER),
            }
        }
        let Some(date) = date.filter(|_| values.len() == columns.len()) else { continue };
        if let Some((before, _)) = rows.insert(date, (at, values)) {
            let first = table.place(before, when);
            let line = first.line.or(first.row).unwrap_or_default();
            bad.add(
                table.place(at, when),
                format!("this date is there twice, first in row {line}: keep one"),
            );
        }
    }
    bad.check(rows.len() as u64)?;
    Ok(rows)
}

const NO_NUMBER: &str = "each day needs a number here, with a decimal point and without separators: write 0 where there is none \
                         of it, 1 where there is";

pub(super) fn number(field: &str) -> Option<f64> {
    match field.to_ascii_lowercase().as_str() {
        "true" | "yes" => Some(1.0),
        "false" | "no" => Some(0.0),
        other => other.parse().ok().filter(|value: &f64| value.is_finite() && value.abs() < 1e15),
    }
}

/// A date, the Monday of a week, or the first of a month.
pub(super) fn date_of(text: &str) -> Option<Date> {
    let plain = || text.parse::<Date>().or_else(|_| text.parse::<DateTime>().map(DateTime::date)).ok();
    plain().or_else(|| monday(text)).or_else(|| month_of_table(text))
}

/// `2025-W14`
fn monday(text: &str) -> Option<Date> {
    let (year, week) = text.split_once(['W', 'w'])?;
    let year = year.trim_end_matches(['-', ' ']).parse().ok()?;
    ISOWeekDate::new(year, week.parse().ok()?, Weekday::Monday).ok().map(ISOWeekDate::date)
}

/// How long rows hold, each until the next.
fn length(table: &TextTable, when: usize, rows: &Rows) -> Result<Length> {
    let dates: Vec<Date> = rows.keys().copied().collect();
    let gap = |pair: &[Date]| pair[1].since(pair[0]).map_or(0, |span| span.get_days());
    let shortest = dates.windows(2).map(gap).min().unwrap_or(1);
    let monthly = dates.iter().all(|date| date.day() == dates[0].day()) && shortest >= 28;
    let length = match shortest {
        1 => Length::Day,
        7 => Length::Week,
        _ if monthly => Length::Month,
        _ => {
            let place = Place::file(&table.file);
            let message = format!(
                "the dates are {shortest} days apart and more: a calendar has a row for each day, each week or each month, \
                 also those on which nothing happens (write 0)"
            );
            return Err(Error::input(place, message));
        }
    };
    for pair in dates.windows(2) {
        let next = length.after(pair[0]);
        if next != pair[1] {
            let word = length.word();
            let (at, _) = rows[&pair[1]];
            let missing = if next < pair[1] {
                format!("rows for {next} to {} are missing", pair[1].yesterday().unwrap_or(pair[1]))
            } else {
                format!("the {word} of {} is not over", pair[0])
            };
            let message = format!("{missing}: a row for each {word} is needed, 0 where there is nothing");
            return Err(Error::input(table.place(at, when), message));
        }
    }
    Ok(length)
}

/// Reads an index of the year: a row for each of 12 months (1 or January), or for each of 52 or 53 weeks as ISO 8601
/// counts them, and how often customers buy in it as a multiple of any base (1.2, or 120).
///
/// # Errors
/// If a column, a month or a week is missing, or an index is not positive.
pub fn season(input: &Input) -> Result<Season> {
    season_of(&table(input, "--season")?)
}

fn season_of(table: &TextTable) -> Result<Season> {
    let (time, index) = (table.find(&TIMES)?, table.find(&INDEX)?);
    let (Some(time), Some(index)) = (time, index) else {
        let message = format!(
            "a season's index has the columns month (or week) and index; the columns are {}",
            table.names.join(", ")
        );
        return Err(Error::columns(&table.file, message));
    };
    let mut bad = Bad::default();
    let mut found = BTreeMap::new();
    for at in 0..table.rows() {
        let place = time_of_year(table.field(at, time));
        let value = number(table.field(at, index)).filter(|value| *value > 0.0);
        if place.is_none() {
            bad.add(table.place(at, time), "this is no month (1 to 12, or January) and no week (1 to 53)");
        }
        if value.is_none() {
            bad.add(table.place(at, index), "an index is a number above 0, with a decimal point");
        }
        let Some((place, value)) = place.zip(value) else { continue };
        if found.insert(place, value).is_some() {
            bad.add(table.place(at, time), "this month or week is there twice: keep one row");
        }
    }
    bad.check(found.len() as u64)?;
    let values: Vec<f64> = found.values().copied().collect();
    let whole = found.keys().copied().eq(1..=found.len());
    match (whole, values.len()) {
        (true, MONTHS_OF_YEAR | WEEKS_OF_YEAR) => Ok(Season::index(&values)),
        // A year has 52 weeks or 53: the last one is like those about it.
        (true, 52) => Ok(Season::index(&[&values[..], &[(values[51] * values[0]).sqrt()]].concat())),
        _ => {
            let message = format!(
                "there are {} rows; an index of the year has the months 1 to 12 or the weeks 1 to 52 or 53, each once",
                values.len()
            );
            Err(Error::input(Place::file(&table.file), message))
        }
    }
}

/// The number of a month or a week.
fn time_of_year(text: &str) -> Option<usize> {
    let named = || {
        MONTHS.iter().position(|name| name.eq_ignore_ascii_case(text) || name[..3].eq_ignore_ascii_case(text))
    };
    let number =
        || text.trim_start_matches(['W', 'w']).parse().ok().filter(|at| (1..=WEEKS_OF_YEAR).contains(at));
    named().map(|at| at + 1).or_else(number)
}
