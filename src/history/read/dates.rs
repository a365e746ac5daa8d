//! Dates: how a column of them is written is decided once, by looking at many values, and then every
//! value must be written so. Numbers never become dates by themselves, and a day-month order that
//! the data leave open is an error that shows both readings. Where a time has an offset from UTC, the day is the one
//! that the clock wrote, not UTC's.

mod eras;
pub(crate) mod free;
pub(super) mod names;
pub(crate) mod weeks;
mod wider;

pub(super) use self::eras::of_buddhist;
use self::free::{Free, Order, Orders};
pub(super) use self::names::plain_sign;
use super::calendar::{Moment, day_of_civil};
use super::months::{finest, parse_month};
use super::typed::Clock;
use crate::base::{Error, Grain, Result};
use crate::history::options::DateFormat;

/// How the dates of a column are written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum DateRule {
    /// Year, month, day with this sign between, perhaps a time and an offset: ISO 8601 for `-`.
    YearFirst(u8),
    /// Eight digits.
    Compact,
    /// Day and month, or month and day, with this sign between, then a year of four digits.
    DayMonth { sign: u8, day_first: bool },
    /// Months, each written so that it can be no other: `2019-01`, `01/2019`, `Jan 2019`.
    Month,
    /// A strftime pattern, and how much of a date it gives.
    Strftime(String, Precision),
    /// Numbers: this many of them make a second.
    Unix(f64),
    /// Days since 1899-12-30.
    Excel,
    /// No one way: each value as [`free`] reads it.
    Free,
}

/// How the dates of one file are written, and on which clock they are wanted.
#[derive(Debug, Clone)]
pub(crate) struct DateStyle {
    /// How most of them are.
    pub rule: DateRule,
    /// How the others are read, if they may be written otherwise.
    pub orders: Option<Orders>,
    /// Did the caller say so?
    pub said: bool,
    /// The clock that times of a known offset are moved to.
    pub clock: Option<Clock>,
    /// Are years Buddhist ones?
    pub buddhist: bool,
}

impl DateStyle {
    /// Reads a value without blanks around it.
    #[inline]
    pub fn parse(&self, text: &[u8]) -> Option<Moment> {
        if self.buddhist {
            let text = of_buddhist(std::str::from_utf8(text).ok()?)?;
            return self.rarely(self.rule.parse(text.as_bytes()), text.as_bytes());
        }
        match self.rule.parse(text) {
            Some(moment) if self.clock.is_none() => Some(moment),
            found => self.rarely(found, text),
        }
    }

    #[cold]
    fn rarely(&self, found: Option<Moment>, text: &[u8]) -> Option<Moment> {
        let found = found.or_else(|| {
            let orders = self.orders.as_ref()?;
            // Eight figures among dates can be one day only, as long as they are one of this age.
            let compact =
                || parse_compact(text).filter(|_| text.starts_with(b"19") || text.starts_with(b"20"));
            free::read(text).and_then(|free| free.settle(orders)).or_else(compact)
        });
        self.on_clock(found?)
    }

    /// A moment that was read, on the clock that is wanted.
    pub fn on_clock(&self, moment: Moment) -> Option<Moment> {
        match (&self.clock, &self.rule) {
            (None, _) => Some(moment),
            (Some(clock), DateRule::Unix(_)) => clock.read_moment(Moment { offset: 0, ..moment }),
            (Some(clock), _) => clock.read_moment(moment),
        }
    }

    /// The orders of day, month and year that the dates show.
    pub fn orders_shown(&self) -> impl Iterator<Item = Order> {
        let orders = self.orders.unwrap_or_default();
        orders.full.into_iter().chain(orders.short).flatten()
    }

    /// Does a value prove another order of day and month than the column's: is it day first?
    pub fn proves_other_order(&self, text: &[u8]) -> Option<bool> {
        let Some(value @ Free::Numbers { sign, short, .. }) = free::read(text) else { return None };
        let orders = self.orders.as_ref().filter(|_| !self.said)?;
        let known = if short { orders.short } else { orders.full }[Orders::at(sign)]?;
        let other = match known {
            Order::DayMonth => Order::MonthDay,
            Order::MonthDay => Order::DayMonth,
            Order::YearFirst => return None,
        };
        let proves = value.in_order(known).is_none() && value.in_order(other).is_some();
        proves.then_some(other == Order::DayMonth)
    }
}

/// How much of a date is written; the rest is taken for its first day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Precision {
    Day,
    Month,
    Year,
}

impl DateRule {
    /// The rule that the caller asks for.
    pub fn from_format(format: &DateFormat, grain: Grain) -> Result<Self> {
        Ok(match format {
            DateFormat::Unix => DateRule::Unix(1.0),
            DateFormat::UnixMs => DateRule::Unix(1e3),
            DateFormat::UnixUs => DateRule::Unix(1e6),
            DateFormat::UnixNs => DateRule::Unix(1e9),
            DateFormat::Excel => DateRule::Excel,
            // Which of the ways of writing it is, the dates say.
            DateFormat::DayFirst | DateFormat::MonthFirst | DateFormat::YearFirst => DateRule::Free,
            DateFormat::Strftime(pattern) => {
                DateRule::Strftime(pattern.clone(), check_pattern(pattern, grain)?)
            }
        })
    }

    /// Reads a value without blanks around it.
    #[inline]
    pub fn parse(&self, text: &[u8]) -> Option<Moment> {
        match self {
            DateRule::YearFirst(sign) => parse_year_first(text, *sign),
            DateRule::Compact => parse_compact(text),
            DateRule::DayMonth { sign, day_first } => {
                let (a, b, year, rest) = split_day_month(text, *sign)?;
                let (day, month) = if *day_first { (a, b) } else { (b, a) };
                finish(day_of_civil(year, month, day)?, rest)
            }
            DateRule::Month => parse_month(text),
            DateRule::Strftime(pattern, precision) => parse_strftime(pattern, *precision, text),
            DateRule::Unix(_) | DateRule::Excel => self.parse_number(plain_number(text)?),
            DateRule::Free => None,
        }
    }

    /// Reads a number; `None` if this rule is not about numbers.
    pub fn parse_number(&self, value: f64) -> Option<Moment> {
        if value.is_nan() {
            return None;
        }
        match self {
            DateRule::Unix(per_second) if value.abs() < 1e15 * per_second => {
                Moment::from_seconds((value / per_second).floor() as i64)
            }
            DateRule::Unix(_) => None,
            _ if value.abs() >= 1e15 => None,
            DateRule::Excel => {
                Moment::from_seconds(((value - 25_569.0) * 86_400.0).round() as i64).filter(|_| value >= 0.0)
            }
            DateRule::Compact if value.fract() == 0.0 && value >= 0.0 => {
                let number = value as i64;
                let (year, month, day) = (number / 10_000, number / 100 % 100, number % 100);
                let year = i32::try_from(year).ok().filter(|year| (1000..=9999).contains(year))?;
                Some(Moment::of_day(day_of_civil(year, month as u32, day as u32)?))
            }
            _ => None,
        }
    }

    /// How much of a date it gives.
    pub fn precision(&self) -> Precision {
        match self {
            DateRule::Month => Precision::Month,
            DateRule::Strftime(_, precision) => *precision,
            _ => Precision::Day,
        }
    }

    /// An example and a name of this way of writing, for messages.
    pub fn describe(&self) -> String {
        match self {
            DateRule::YearFirst(sign) => format!("YYYY{0}MM{0}DD", char::from(*sign)),
            DateRule::Compact => "YYYYMMDD".into(),
            DateRule::DayMonth { sign, day_first: true } => format!("day{0}month{0}year", char::from(*sign)),
            DateRule::DayMonth { sign, day_first: false } => format!("month{0}day{0}year", char::from(*sign)),
            DateRule::Month => "months (such as 2019-01 or Jan 2019)".into(),
            DateRule::Strftime(pattern, _) => format!("--date-format '{pattern}'"),
            DateRule::Unix(1.0) => "--date-format unix (seconds since 1970)".into(),
            DateRule::Unix(1e3) => "--date-format unix-ms (milliseconds since 1970)".into(),
            DateRule::Unix(1e6) => "--date-format unix-us (microseconds since 1970)".into(),
            DateRule::Unix(_) => "--date-format unix-ns (nanoseconds since 1970)".into(),
            DateRule::Free => "dates in words or with years of two digits".into(),
            DateRule::Excel => "--date-format excel (days since 1899-12-30)".into(),
        }
    }
}

/// Probes a pattern with a date whose parts cannot be taken for each other.
fn check_pattern(pattern: &str, grain: Grain) -> Result<Precision> {
    let wrong = |why: String| {
        let form = "write a strftime pattern such as '%d/%m/%Y', or day-first, month-first, year-first, unix, unix-ms, unix-us, \
                    unix-ns, excel";
        Err(Error::option("--date-format", format!("'{pattern}' {why}; {form}")))
    };
    let probe = jiff::civil::date(2023, 11, 25).at(13, 14, 15, 0).to_zoned(jiff::tz::TimeZone::UTC);
    let Ok(probe) = probe else { return Ok(Precision::Day) };
    let written = match jiff::fmt::strtime::format(pattern, &probe) {
        Err(error) => return wrong(format!("is not a date format ({error})")),
        Ok(written) => written,
    };
    let gives = |precision: Precision, month: u32, day: u32| {
        let moment = parse_strftime(pattern, precision, written.as_bytes());
        moment.is_some_and(|moment| Some(moment.day) == day_of_civil(2023, month, day))
    };
    let (precision, missing) = match () {
        () if gives(Precision::Day, 11, 25) => return Ok(Precision::Day),
        () if gives(Precision::Month, 11, 1) => (Precision::Month, "day"),
        () if gives(Precision::Year, 1, 1) => (Precision::Year, "month"),
        () if !pattern.contains("%Y") && !pattern.contains("%y") && !pattern.contains("%G") => {
            return wrong("gives no year (%Y)".into());
        }
        () => return wrong("does not give year, month and day".into()),
    };
    if grain < finest(precision) {
        return wrong(format!(
            "gives no {missing}, and --grain {grain} needs it (with --grain {} such dates are taken for the first day)",
            if precision == Precision::Month { "month or year" } else { "year" }
        ));
    }
    Ok(precision)
}

fn parse_strftime(pattern: &str, precision: Precision, text: &[u8]) -> Option<Moment> {
    let parsed = jiff::fmt::strtime::parse(pattern, text).ok()?;
    let date = match precision {
        Precision::Day => parsed.to_date(),
        Precision::Month => jiff::civil::Date::new(parsed.year()?, parsed.month()?, 1),
        Precision::Year => jiff::civil::Date::new(parsed.year()?, 1, 1),
    };
    let Ok(date) = date else {
        // Seconds since 1970 (%s) are on no clock.
        return Moment::from_seconds(parsed.to_timestamp().ok()?.as_second());
    };
    let day = day_of_civil(i32::from(date.year()), date.month() as u32, date.day() as u32)?;
    let hour = |part: Option<i8>| (i32::from(part.unwrap_or(0)) * 3600, 0);
    let (second, nano) = parsed.to_time().map_or(hour(parsed.hour()), |time| {
        let second = i32::from(time.hour()) * 3600 + i32::from(time.minute()) * 60 + i32::from(time.second());
        (second, time.subsec_nanosecond() as u32)
    });
    let offset = parsed.offset().map_or(Moment::CIVIL, jiff::tz::Offset::seconds);
    Some(Moment { day, second, nano, offset })
}

pub(super) fn plain_number(text: &[u8]) -> Option<f64> {
    let plain = text.iter().all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'e' | b'E'));
    std::str::from_utf8(text).ok().filter(|_| plain)?.parse().ok()
}

/// A number of `count` digits at the start.
#[inline]
fn digits(text: &[u8], count: usize) -> Option<u32> {
    let mut value = 0;
    for &byte in text.get(..count)? {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value * 10 + u32::from(digit);
    }
    Some(value)
}

/// One or two digits at the start, and what follows.
#[inline]
fn short(text: &[u8]) -> Option<(u32, &[u8])> {
    match digits(text, 2) {
        Some(value) => Some((value, &text[2..])),
        None => Some((digits(text, 1)?, &text[1..])),
    }
}

#[inline]
fn parse_year_first(text: &[u8], sign: u8) -> Option<Moment> {
    if text.len() == 10 && text[4] == sign && text[7] == sign {
        let (year, month, day) = (digits(text, 4)?, digits(&text[5..], 2)?, digits(&text[8..], 2)?);
        return Some(Moment::of_day(day_of_civil(year as i32, month, day)?));
    }
    let (year, month, day, rest) = split_year_first(text, sign)?;
    finish(day_of_civil(year, month, day)?, rest)
}

fn split_year_first(text: &[u8], sign: u8) -> Option<(i32, u32, u32, &[u8])> {
    let year = digits(text, 4)?;
    let (month, rest) = short(text[4..].strip_prefix(&[sign])?)?;
    let (day, rest) = short(rest.strip_prefix(&[sign])?)?;
    Some((year as i32, month, day, rest))
}

fn parse_compact(text: &[u8]) -> Option<Moment> {
    if text.len() != 8 {
        return None;
    }
    let (year, month, day) = (digits(text, 4)?, digits(&text[4..], 2)?, digits(&text[6..], 2)?);
    Some(Moment::of_day(day_of_civil(year as i32, month, day)?)).filter(|_| year >= 1000)
}

fn split_day_month(text: &[u8], sign: u8) -> Option<(u32, u32, i32, &[u8])> {
    let (a, rest) = short(text)?;
    let (b, rest) = short(rest.strip_prefix(&[sign])?)?;
    let rest = rest.strip_prefix(&[sign])?;
    let year = digits(rest, 4)?;
    Some((a, b, year as i32, &rest[4..]))
}

/// A day and the time of day that may follow it.
#[inline]
fn finish(day: i32, rest: &[u8]) -> Option<Moment> {
    match rest {
        [] => Some(Moment::of_day(day)),
        [b'T' | b't' | b' ', time @ ..] => parse_time(day, time.trim_ascii_start()),
        _ => None,
    }
}

/// `HH:MM[:SS[.fraction]][ AM| PM][Z| UTC|+HH[[:]MM]]` of a day.
fn parse_time(day: i32, text: &[u8]) -> Option<Moment> {
    let (mut hour, rest) = short(text)?;
    let rest = rest.strip_prefix(b":")?;
    let (minute, mut rest) = (digits(rest, 2)?, &rest[2..]);
    let (mut second, mut nano) = (0, 0);
    if let Some(after) = rest.strip_prefix(b":") {
        second = digits(after, 2)?;
        rest = &after[2..];
        if let [b'.' | b',', fraction @ ..] = rest {
            let count = fraction.iter().take_while(|b| b.is_ascii_digit()).count();
            rest = fraction.get(count..).filter(|_| count > 0)?;
            let kept = count.min(9);
            nano = digits(fraction, kept)? * 10_u32.pow(9 - kept as u32);
        }
    }
    let zone = rest.trim_ascii_start();
    let half = zone.get(..2).map(|two| [two[0].to_ascii_lowercase(), two[1].to_ascii_lowercase()]);
    let zone = match half {
        Some(half @ ([b'a', b'm'] | [b'p', b'm'])) if (1..=12).contains(&hour) => {
            hour = hour % 12 + if half[0] == b'p' { 12 } else { 0 };
            zone[2..].trim_ascii_start()
        }
        _ => zone,
    };
    // The end of a day is the start of the next one (ISO 8601).
    let (day, hour) = if (hour, minute, second, nano) == (24, 0, 0, 0) { (day + 1, 0) } else { (day, hour) };
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let second = (hour * 3600 + minute * 60 + second.min(59)) as i32;
    Some(Moment { day, second, nano, offset: parse_offset(zone)?.unwrap_or(Moment::CIVIL) })
}

/// An offset from UTC \[seconds\]; `Some(None)` if there is none.
pub(super) fn parse_offset(zone: &[u8]) -> Option<Option<i32>> {
    let (sign, rest) = match zone {
        [] => return Some(None),
        b"Z" | b"z" | b"UTC" | b"GMT" => return Some(Some(0)),
        [b'+', rest @ ..] => (1, rest),
        [b'-', rest @ ..] => (-1, rest),
        _ => return None,
    };
    let hours = digits(rest, 2)?;
    let minutes = match &rest[2..] {
        [] => 0,
        [b':', minutes @ ..] | minutes if minutes.len() == 2 => digits(minutes, 2)?,
        _ => return None,
    };
    (hours <= 18 && minutes < 60).then(|| Some(sign * (hours * 3600 + minutes * 60) as i32))
}

/// What a value looks like, before a rule is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Nothing there.
    Blank,
    /// Year first, with this sign between.
    YearFirst(u8),
    /// Eight digits that are a day of the calendar.
    Compact,
    /// Two numbers and a year, with this sign between.
    DayMonth { sign: u8, a: u32, b: u32 },
    /// Year and month, in figures or words.
    Month,
    /// Three short numbers with this sign between: a year of two digits.
    ShortYear { sign: u8 },
    /// A date that is written in some other way and can be read in one way only.
    Words,
    /// Some other number.
    Number,
    /// Anything else.
    Other,
}

/// Signs between the parts of a date.
pub(super) const SIGNS: [u8; 3] = *b"-/.";

impl Shape {
    /// Looks at a value without blanks around it.
    pub fn of(text: &[u8]) -> Self {
        if text.is_empty() {
            return Shape::Blank;
        }
        if parse_compact(text).is_some() {
            return Shape::Compact;
        }
        for sign in SIGNS {
            if let Some((_, _, _, rest)) = split_year_first(text, sign)
                && finish(0, rest).is_some()
            {
                return Shape::YearFirst(sign);
            }
            if let Some((a, b, _, rest)) = split_day_month(text, sign)
                && finish(0, rest).is_some()
            {
                return Shape::DayMonth { sign, a, b };
            }
        }
        match plain_number(text) {
            Some(_) => Shape::Number,
            None if parse_month(text).is_some() => Shape::Month,
            None => match free::read(text) {
                Some(Free::Certain(_)) => Shape::Words,
                Some(Free::Numbers { sign, parts: [a, b, _], short: false, .. }) => {
                    Shape::DayMonth { sign, a, b }
                }
                Some(Free::Numbers { sign, .. }) => Shape::ShortYear { sign },
                None => Shape::Other,
            },
        }
    }
}

#[cfg(test)]
mod tests;
