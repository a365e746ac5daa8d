//! Dates as people and programs write them, one value at a time: with months in words, years of two digits, the clocks of
//! twelve hours, offsets and zones. What is read is exact or open in the order of its parts, never guessed: the order is
//! the column's ([`Orders`]), or the value's own if its numbers allow only one.

mod clock;
mod days;
mod order;
mod tokens;
mod zone;

use super::super::calendar::{Moment, day_of_civil};
use super::eras::of_era;
use super::parse_offset;
use super::weeks::iso_week;
use days::Day;
pub(crate) use order::{Order, Orders};
use tokens::{Cursor, Token};
use zone::named_offset;

/// A date, as far as its own text goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Free {
    /// It can only be this one.
    Certain(Moment),
    /// Three numbers, the last one the year or, if it is short and may lead, perhaps the first; and the time of day.
    Numbers { sign: u8, parts: [u32; 3], short: bool, may_lead: bool, time: Moment },
}

impl Free {
    /// The date, if its numbers are in this order.
    pub fn in_order(self, order: Order) -> Option<Moment> {
        match self {
            Free::Certain(moment) => Some(moment),
            Free::Numbers { may_lead: false, .. } if order == Order::YearFirst => None,
            Free::Numbers { parts: [a, b, c], short, time, .. } => {
                let (year, month, day) = match order {
                    Order::DayMonth => (c, b, a),
                    Order::MonthDay => (c, a, b),
                    Order::YearFirst => (a, b, c),
                };
                let year = if short { century(year)? } else { year as i32 };
                Some(Moment { day: day_of_civil(year, month, day)? + time.day, ..time })
            }
        }
    }

    /// The orders that its numbers allow.
    pub fn possible(self, until: i32) -> impl Iterator<Item = (Order, Moment)> {
        let orders = if matches!(self, Free::Certain(_)) { &Order::ALL[..1] } else { &Order::ALL };
        let short = matches!(self, Free::Numbers { short: true, .. });
        let fits = move |moment: &Moment| !short || moment.day <= until;
        let all: Vec<(Order, Moment)> =
            orders.iter().filter_map(|&order| Some((order, self.in_order(order).filter(fits)?))).collect();
        // Few put a year of two digits before a point (Unicode CLDR 45 has it only with blanks): only where nothing else is
        // possible, it leads.
        let point = matches!(self, Free::Numbers { sign: b'.', short: true, .. });
        let only = all.len() < 2 || !point;
        all.into_iter().filter(move |(order, _)| only || *order != Order::YearFirst)
    }

    /// The date in the column's order, else in the only one that its numbers allow.
    pub fn settle(self, orders: &Orders) -> Option<Moment> {
        let Free::Numbers { sign, short, .. } = self else { return self.in_order(Order::DayMonth) };
        let known = if short { orders.short } else { orders.full }[Orders::at(sign)];
        if let Some(order) = known {
            return self.in_order(order);
        }
        let mut possible = self.possible(orders.until);
        let (_, first) = possible.next()?;
        possible.all(|(_, other)| other.day == first.day).then_some(first)
    }
}

/// A year of two digits: 1969 to 2068, as `%y` has it.
fn century(year: u32) -> Option<i32> {
    (year < 100).then_some(if year < 69 { 2000 } else { 1900 } + year as i32)
}

/// Reads a value without blanks around it; `None` if it is no date.
pub(crate) fn read(text: &[u8]) -> Option<Free> {
    // No date is as long.
    if text.len() > 120 {
        return None;
    }
    let text = std::str::from_utf8(text).ok()?;
    let common = if text.starts_with(|c: char| c.is_ascii_digit()) { None } else { of_era(text) };
    let text = common.as_deref().unwrap_or(text);
    if let Some(moment) = run_together(text).or_else(|| iso_week(text)) {
        return Some(Free::Certain(moment));
    }
    let tokens = tokens::tokens(text)?;
    if !tokens.iter().any(|token| matches!(token, Token::Number(..))) {
        return None;
    }
    let cursor = Cursor { tokens: &tokens, at: 0, text };
    cursor.clone().date_and_time().or_else(|| cursor.time_and_date())
}

/// `20230501T101500Z`, `20230501 10:15`: the day is valid, and so is the time. Figures alone are a number.
fn run_together(text: &str) -> Option<Moment> {
    let bytes = text.as_bytes();
    let count = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let part = |range: std::ops::Range<usize>| -> Option<u32> { text.get(range)?.parse().ok() };
    if count < 8 {
        return None;
    }
    let year = part(0..4)?;
    let day = day_of_civil(year as i32, part(4..6)?, part(6..8)?).filter(|_| (1900..2100).contains(&year))?;
    match (count, bytes.get(8)) {
        (8, Some(b'T' | b't' | b' ')) => {
            let rest = text[9..].trim_start();
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            if digits == 4 || digits == 6 {
                return clock(day, &rest[..digits], rest[digits..].trim());
            }
            super::parse_time(day, rest.as_bytes())
        }
        _ => None,
    }
}

/// `HHMM` or `HHMMSS` and an offset, on a day.
fn clock(day: i32, digits: &str, zone: &str) -> Option<Moment> {
    let part = |at: usize| digits.get(at..at + 2).map_or(Some(0), |part| part.parse::<i32>().ok());
    let (hour, minute, second) = (part(0)?, part(2)?, part(4)?);
    let offset = parse_offset(zone.as_bytes())?.unwrap_or(Moment::CIVIL);
    (hour < 24 && minute < 60 && second < 61).then_some(Moment {
        second: hour * 3600 + minute * 60 + second.min(59),
        offset,
        ..Moment::of_day(day)
    })
}

impl Cursor<'_> {
    fn date_and_time(mut self) -> Option<Free> {
        self.weekday();
        self.filler(",");
        let day = self.day()?;
        self.filler(",.|-'");
        self.weekday();
        self.filler(",.|-'");
        let time = if self.at < self.tokens.len() { self.time()? } else { Moment::of_day(0) };
        let day = match day {
            Day::NoYear { day, month } => {
                self.blanks();
                let (year, digits) = self.number()?;
                Day::Certain(day_of_civil(year as i32, month, day).filter(|_| digits == 4)?)
            }
            day => day,
        };
        self.finish(day, time)
    }

    fn time_and_date(mut self) -> Option<Free> {
        let time = self.time_of_day()?;
        self.filler(",|-");
        self.weekday();
        self.filler(",");
        let day = self.day()?;
        self.filler(",.");
        let time = self.zone(time)?;
        self.finish(day, time)
    }

    fn finish(mut self, day: Day, time: Moment) -> Option<Free> {
        self.filler(".");
        let time = if self.at < self.tokens.len() { self.zone(time)? } else { time };
        (self.at >= self.tokens.len()).then_some(())?;
        Some(match day {
            Day::Certain(day) => {
                Free::Certain(named_offset(Moment { day: day + time.day, ..time }, self.text))
            }
            Day::Numbers { sign, parts, short, may_lead } => {
                Free::Numbers { sign, parts, short, may_lead, time }
            }
            Day::NoYear { .. } => return None,
        })
    }
}
