//! Dates as people and programs write them, one value at a time: with months in words, years of two digits, the clocks of
//! twelve hours, offsets and zones. What is read is exact or open in the order of its parts, never guessed: the order is
//! the column's ([`Orders`]), or the value's own if its numbers allow only one.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::super::calendar::{Moment, day_of_civil};
use super::names::{Word, fold, meaning};
use super::{SIGNS, parse_offset};
use crate::history::options::DateFormat;

/// In which order a date of three numbers is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    DayMonth,
    MonthDay,
    /// Year of two digits, month, day.
    YearFirst,
}

impl Order {
    pub const ALL: [Order; 3] = [Order::DayMonth, Order::MonthDay, Order::YearFirst];

    /// In words, with this sign.
    pub fn words(self, sign: u8) -> String {
        let s = char::from(sign);
        match self {
            Order::DayMonth => format!("day{s}month{s}year"),
            Order::MonthDay => format!("month{s}day{s}year"),
            Order::YearFirst => format!("year{s}month{s}day"),
        }
    }

    /// As a pattern.
    pub fn pattern(self, sign: u8, year: &str) -> String {
        let s = char::from(sign);
        match self {
            Order::DayMonth => format!("%d{s}%m{s}%{year}"),
            Order::MonthDay => format!("%m{s}%d{s}%{year}"),
            Order::YearFirst => format!("%{year}{s}%m{s}%d"),
        }
    }
}

impl Order {
    /// What `--date-format` calls it.
    pub fn format(self) -> DateFormat {
        match self {
            Order::DayMonth => DateFormat::DayFirst,
            Order::MonthDay => DateFormat::MonthFirst,
            Order::YearFirst => DateFormat::YearFirst,
        }
    }

    /// The order that a format says, if it says no more.
    pub fn of(format: &DateFormat) -> Option<Order> {
        Order::ALL.into_iter().find(|order| order.format() == *format)
    }
}

/// What is known of a column's orders, by the sign between the numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Orders {
    /// Of years of four digits, by sign as in [`SIGNS`].
    pub full: [Option<Order>; SIGNS.len()],
    /// Of years of two digits.
    pub short: [Option<Order>; SIGNS.len()],
    /// Years of two digits are not later than this day.
    pub until: i32,
}

impl Orders {
    /// All dates in one order, as the caller says. Years of four digits never stand first here.
    pub fn said(self, order: Order) -> Orders {
        let full = Some(order).filter(|order| *order != Order::YearFirst);
        Orders { full: self.full.map(|found| full.or(found)), short: [Some(order); SIGNS.len()], ..self }
    }

    /// Where the knowledge of a sign stands.
    pub fn at(sign: u8) -> usize {
        SIGNS.iter().position(|known| *known == sign).unwrap_or(0)
    }
}

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
        orders.iter().filter_map(move |&order| Some((order, self.in_order(order).filter(fits)?)))
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

#[derive(Debug, Clone, PartialEq)]
enum Token {
    /// A number and how many digits it has.
    Number(u64, usize),
    Word(String),
    Sign(char),
    Blank,
}

/// Reads a value without blanks around it; `None` if it is no date.
pub(crate) fn read(text: &[u8]) -> Option<Free> {
    // No date is as long.
    if text.len() > 120 {
        return None;
    }
    let text = std::str::from_utf8(text).ok()?;
    if let Some(moment) = run_together(text) {
        return Some(Free::Certain(moment));
    }
    let tokens = tokens(text)?;
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

fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut all = Vec::new();
    let mut chars = text.chars().flat_map(fold).peekable();
    while let Some(c) = chars.next() {
        match c {
            '0'..='9' => {
                let (mut value, mut digits) = (u64::from(c as u32 - 48), 1);
                while let Some(digit) = chars.peek().and_then(|c| c.to_digit(10)) {
                    chars.next();
                    (value, digits) = (value.checked_mul(10)?.checked_add(u64::from(digit))?, digits + 1);
                }
                all.push(Token::Number(value, digits));
            }
            ' ' => {
                if all.last() != Some(&Token::Blank) {
                    all.push(Token::Blank);
                }
            }
            // A remark, such as the name of a zone or the day of the week.
            '(' => while chars.next()? != ')' {},
            // Signs that are words of their own beside numbers.
            '年' | '月' | '日' | '時' | '时' | '点' | '點' | '分' | '秒' | '년' | '월' | '일' | '시'
            | '초'
                if !matches!(all.last(), Some(Token::Word(_)))
                    && matches!(last_but_blanks(&all), Some(Token::Number(..))) =>
            {
                all.push(Token::Sign(c));
            }
            c if c.is_alphabetic() => {
                let mut word = String::from(c);
                // Thai abbreviates with a point behind each letter.
                let thai = ('\u{e00}'..='\u{e7f}').contains(&c);
                while let Some(c) = chars.next_if(|c| c.is_alphabetic() || (thai && *c == '.')) {
                    word.extend(Some(c).filter(|c| *c != '.'));
                }
                all.push(Token::Word(word));
            }
            c => all.push(Token::Sign(c)),
        }
    }
    Some(all)
}

fn last_but_blanks(tokens: &[Token]) -> Option<&Token> {
    tokens.iter().rev().find(|token| **token != Token::Blank)
}

#[derive(Clone)]
struct Cursor<'a> {
    tokens: &'a [Token],
    at: usize,
    text: &'a str,
}

/// The date part: done, or numbers whose order is open.
#[derive(Clone, Copy)]
enum Day {
    Certain(i32),
    Numbers {
        sign: u8,
        parts: [u32; 3],
        short: bool,
        may_lead: bool,
    },
    /// Day and month, and the year comes behind the time.
    NoYear {
        day: u32,
        month: u32,
    },
}

impl Cursor<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn next(&mut self) -> Option<Token> {
        self.at += 1;
        self.tokens.get(self.at - 1).cloned()
    }

    /// Passes blanks.
    fn blanks(&mut self) {
        while self.peek() == Some(&Token::Blank) {
            self.at += 1;
        }
    }

    /// Passes this sign, with blanks around it.
    fn sign(&mut self, sign: char) -> bool {
        let before = self.at;
        self.blanks();
        let found = self.peek() == Some(&Token::Sign(sign));
        if found {
            self.at += 1;
            self.blanks();
        } else {
            self.at = before;
        }
        found
    }

    /// Passes what may stand between the parts of a date.
    fn filler(&mut self, signs: &str) {
        loop {
            match self.peek() {
                Some(Token::Blank) => {}
                Some(Token::Sign(c)) if signs.contains(*c) => {}
                Some(Token::Word(word)) if matches!(meaning(word), Some(Word::Between)) => {}
                _ => return,
            }
            self.at += 1;
        }
    }

    fn number(&mut self) -> Option<(u32, usize)> {
        match self.next()? {
            Token::Number(value, digits) if digits <= 4 => Some((value as u32, digits)),
            _ => None,
        }
    }

    /// A month by its name; a name that can also be a weekday is a month only if no other follows.
    fn month(&mut self) -> Option<u32> {
        if let Some((month, tokens)) = self.month_of_two() {
            self.at += tokens;
            return Some(month);
        }
        let Some(Token::Word(word)) = self.peek() else { return None };
        let Some(Word::Month(month, weekday)) = meaning(word) else { return None };
        let another = || {
            self.tokens[self.at + 1..].iter().any(|token| match token {
                Token::Word(word) => matches!(meaning(word), Some(Word::Month(..))),
                _ => false,
            })
        };
        if weekday && another() {
            return None;
        }
        self.at += 1;
        Some(month)
    }

    /// A month of two words, or of a word and its number (Vietnamese), and how many tokens these are.
    fn month_of_two(&self) -> Option<(u32, usize)> {
        let Some(Token::Word(first)) = self.peek() else { return None };
        let rest = self.tokens.get(self.at + 1..)?;
        let apart = rest.iter().take_while(|token| matches!(token, Token::Blank | Token::Sign('.'))).count();
        match rest.get(apart)? {
            Token::Word(second) if apart == 1 => match meaning(&format!("{first}{second}")) {
                Some(Word::Month(month, _)) if meaning(first).is_none() => Some((month, apart + 2)),
                _ => None,
            },
            Token::Number(month, 1 | 2) if matches!(&**first, "thang" | "thg") => {
                (1..=12).contains(month).then_some((*month as u32, apart + 2))
            }
            _ => None,
        }
    }

    fn weekday(&mut self) {
        if let Some(Token::Word(word)) = self.peek()
            && matches!(meaning(word), Some(Word::Weekday | Word::Month(_, true)))
        {
            let before = self.at;
            if matches!(meaning(word), Some(Word::Weekday)) || self.month().is_none() {
                self.at = before + 1;
                self.filler(",.-");
                self.weekday();
            } else {
                self.at = before;
            }
        }
    }

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

    fn day(&mut self) -> Option<Day> {
        if let Some(month) = self.month() {
            return self.after_month(month);
        }
        let (first, digits) = self.number()?;
        let start = self.at;
        if let Some(day) = self.with_signs(first, digits) {
            return Some(day);
        }
        self.at = start;
        self.filler(".-/,'");
        if let Some(month) = self.month() {
            self.filler(".-/,'");
            let (last, last_digits) = self.number()?;
            return Some(Day::Certain(match (digits, last_digits) {
                (4, 1 | 2) => day_of_civil(self.civil(first), month, last)?,
                (1 | 2, 4) => day_of_civil(self.civil(last), month, first)?,
                // A day comes before its month, but 31 is the last.
                (1 | 2, 2) if first <= 31 => day_of_civil(century(last)?, month, first)?,
                (2, 1 | 2) => day_of_civil(century(first)?, month, last)?,
                _ => return None,
            }));
        }
        self.at = start;
        self.three_numbers(first, digits)
    }

    /// A year of four digits; beside a Thai month it may be that of the Buddhist era, 543 ahead.
    fn civil(&self, year: u32) -> i32 {
        let thai = self.text.chars().any(|c| ('\u{e01}'..='\u{e2e}').contains(&c));
        year as i32 - if thai && (2400..2700).contains(&year) { 543 } else { 0 }
    }

    /// `May 1, 2023`, `May 1 10:15:00 2023`.
    fn after_month(&mut self, month: u32) -> Option<Day> {
        self.filler(".-/,");
        let (day, digits) = self.number()?;
        if digits > 2 {
            return None;
        }
        let before = self.at;
        self.filler(".-/,'");
        let is_time = matches!(self.tokens.get(self.at + 1), Some(Token::Sign(':')));
        if is_time {
            self.at = before;
            return Some(Day::NoYear { day, month });
        }
        let (year, digits) = self.number()?;
        let year = if digits == 2 { century(year)? } else { Some(year as i32).filter(|_| digits == 4)? };
        Some(Day::Certain(day_of_civil(year, month, day)?))
    }

    /// `2024年3月5日`, `2024년 3월 5일`.
    fn with_signs(&mut self, year: u32, digits: usize) -> Option<Day> {
        let year = if digits == 2 { century(year)? } else { Some(year as i32).filter(|_| digits == 4)? };
        (self.sign('年') || self.sign('년')).then_some(())?;
        let (month, _) = self.number()?;
        (self.sign('月') || self.sign('월')).then_some(())?;
        let (day, _) = self.number()?;
        (self.sign('日') || self.sign('일')).then_some(())?;
        Some(Day::Certain(day_of_civil(year, month, day)?))
    }

    fn three_numbers(&mut self, first: u32, digits: usize) -> Option<Day> {
        let spaced = self.peek() == Some(&Token::Blank);
        let sign = SIGNS.into_iter().find(|sign| self.sign(char::from(*sign)))?;
        let blank_behind = self.at > 0 && self.tokens[self.at - 1] == Token::Blank;
        let (second, middle) = self.number()?;
        self.sign(char::from(sign)).then_some(())?;
        let (third, last) = self.number()?;
        if middle > 2 || spaced && sign == b'-' {
            return None;
        }
        let parts = [first, second, third];
        match (digits, last) {
            (4, 1 | 2) => Some(Day::Certain(day_of_civil(first as i32, second, third)?)),
            // Korean: `23. 5. 1.`
            (2, 1 | 2) if sign == b'.' && blank_behind && self.peek() == Some(&Token::Sign('.')) => {
                Some(Day::Certain(day_of_civil(century(first)?, second, third)?))
            }
            (1 | 2, 4) => Some(Day::Numbers { sign, parts, short: false, may_lead: false }),
            // Nobody puts a year of two digits before a point (Unicode CLDR 45 has it only with blanks: above).
            (1 | 2, 2) => {
                Some(Day::Numbers { sign, parts, short: true, may_lead: digits == 2 && sign != b'.' })
            }
            (2, 1) if sign != b'.' => Some(Day::Certain(day_of_civil(century(first)?, second, third)?)),
            _ => None,
        }
    }

    /// A time of day and its zone, as a moment of day 0.
    fn time(&mut self) -> Option<Moment> {
        let time = self.time_of_day()?;
        self.blanks();
        let before = self.at;
        // What follows may be a year.
        match self.zone(time) {
            Some(zoned) => Some(zoned),
            None => {
                self.at = before;
                Some(time)
            }
        }
    }

    fn half(&mut self) -> Option<bool> {
        let before = self.at;
        self.blanks();
        if let Some(Token::Word(word)) = self.peek().cloned() {
            if let Some(Word::Half(later)) = meaning(&word) {
                self.at += 1;
                if self.peek() == Some(&Token::Sign('.')) {
                    self.at += 1;
                }
                return Some(later);
            }
            // `a.m.`, `p. m.`, and `ö.s.`
            if let Some(later) = [("a", false), ("p", true), ("π", false), ("μ", true)]
                .iter()
                .find_map(|(first, later)| (*first == word).then_some(*later))
            {
                self.at += 1;
                self.filler(".");
                if let Some(Token::Word(second)) = self.peek()
                    && (second == "m" || second == "μ")
                {
                    self.at += 1;
                    if self.peek() == Some(&Token::Sign('.')) {
                        self.at += 1;
                    }
                    return Some(later);
                }
            }
        }
        self.at = before;
        None
    }

    fn time_of_day(&mut self) -> Option<Moment> {
        let mut half = self.half();
        self.blanks();
        let (mut hour, _) = self.number().filter(|(_, digits)| *digits <= 2)?;
        let (mut minute, mut second, mut nano) = (0, 0, 0);
        let separator = match self.peek() {
            Some(Token::Sign(c @ (':' | '.' | '時' | '时' | '点' | '點' | '시'))) => Some(*c),
            Some(Token::Word(word)) if word == "h" => Some('h'),
            _ => None,
        };
        if let Some(separator) = separator {
            self.at += 1;
            self.blanks();
            minute = self.two_digits()?;
            let between = if separator == '.' { '.' } else { ':' };
            if self.sign(between) {
                second = self.two_digits()?;
                nano = self.fraction()?;
            } else if (self.sign('分') || self.sign('분'))
                && let Some(Token::Number(value, 1 | 2)) = self.peek()
            {
                second = *value as u32;
                self.at += 1;
                self.blanks();
                let _ = self.sign('秒') || self.sign('초');
            }
        }
        half = half.or_else(|| self.half());
        if separator.is_none() && half.is_none() {
            return None;
        }
        match half {
            Some(_) if !(0..=12).contains(&hour) => return None,
            Some(later) => hour = hour % 12 + if later { 12 } else { 0 },
            None => {}
        }
        if let Some(Token::Word(word)) = self.peek_behind_blanks()
            && meaning(word) == Some(Word::Between)
        {
            self.filler("");
        }
        (hour < 24 && minute < 60 && second <= 60).then_some(Moment {
            second: (hour * 3600 + minute * 60 + second.min(59)) as i32,
            nano,
            ..Moment::of_day(0)
        })
    }

    fn peek_behind_blanks(&self) -> Option<&Token> {
        self.tokens.get(self.at..)?.iter().find(|token| **token != Token::Blank)
    }

    fn two_digits(&mut self) -> Option<u32> {
        match self.next()? {
            Token::Number(value, 2) => Some(value as u32),
            _ => None,
        }
    }

    fn fraction(&mut self) -> Option<u32> {
        let is_fraction = matches!(self.peek(), Some(Token::Sign('.' | ',' | ':')))
            && matches!(self.tokens.get(self.at + 1), Some(Token::Number(..)));
        if !is_fraction {
            return Some(0);
        }
        self.at += 1;
        match self.next()? {
            Token::Number(value, digits) if digits <= 9 => Some(value as u32 * 10_u32.pow(9 - digits as u32)),
            Token::Number(value, digits) if digits <= 15 => {
                u32::try_from(value / 10_u64.pow(digits as u32 - 9)).ok()
            }
            _ => None,
        }
    }

    /// Takes a zone if there is one: `Z`, `GMT+2`, `+02:00`, `EST`, `America/New_York`. The moment stays where it is.
    fn zone(&mut self, time: Moment) -> Option<Moment> {
        self.blanks();
        let mut offset = time.offset;
        if let Some(Token::Word(word)) = self.peek().cloned() {
            let next = self.tokens.get(self.at + 1);
            if next == Some(&Token::Sign('/')) {
                // The name of a place; it is looked up in the text.
                while matches!(self.peek(), Some(Token::Word(_) | Token::Sign('/' | '_' | '-'))) {
                    self.at += 1;
                }
                return Some(time);
            }
            match abbreviated(&word) {
                Some(known) => {
                    offset = known;
                    self.at += 1;
                }
                None => return None,
            }
            self.blanks();
        }
        if let Some(Token::Sign(sign @ ('+' | '-'))) = self.peek() {
            let ahead = if *sign == '+' { 1 } else { -1 };
            let Some(Token::Number(value, digits)) = self.tokens.get(self.at + 1) else { return None };
            let (value, digits) = (*value as i32, *digits);
            self.at += 2;
            let seconds = match (digits, self.peek()) {
                (1 | 2, Some(Token::Sign(':'))) => {
                    self.at += 1;
                    value * 3600 + self.two_digits()? as i32 * 60
                }
                (1 | 2, _) => value * 3600,
                (4, _) => value / 100 * 3600 + value % 100 * 60,
                _ => return None,
            };
            offset = Some(ahead * seconds).filter(|seconds| seconds.abs() <= 18 * 3600)?;
        }
        if self.peek() == Some(&Token::Sign('[')) {
            while self.next().is_some_and(|token| token != Token::Sign(']')) {}
        }
        self.blanks();
        Some(Moment { offset, ..time })
    }
}

/// How far a zone is ahead of UTC by its short name \[seconds\]; [`Moment::CIVIL`] where the name stands for several.
fn abbreviated(name: &str) -> Option<i32> {
    const HALF_HOURS: [(&str, i32); 40] = [
        ("z", 0),
        ("utc", 0),
        ("gmt", 0),
        ("wet", 0),
        ("west", 2),
        ("bst", 2),
        ("cet", 2),
        ("cest", 4),
        ("mez", 2),
        ("mesz", 4),
        ("eet", 4),
        ("eest", 6),
        ("msk", 6),
        ("trt", 6),
        ("est", -10),
        ("edt", -8),
        ("cdt", -10),
        ("mst", -14),
        ("mdt", -12),
        ("pst", -16),
        ("pdt", -14),
        ("akst", -18),
        ("akdt", -16),
        ("hst", -20),
        ("brt", -6),
        ("art", -6),
        ("jst", 18),
        ("kst", 18),
        ("hkt", 16),
        ("sgt", 16),
        ("awst", 16),
        ("acst", 19),
        ("acdt", 21),
        ("aest", 20),
        ("aedt", 22),
        ("nzst", 24),
        ("nzdt", 26),
        ("sast", 4),
        ("gst", 8),
        ("pkt", 10),
    ];
    if let Some((_, half_hours)) = HALF_HOURS.iter().find(|(known, _)| *known == name) {
        return Some(half_hours * 1800);
    }
    // Of several countries, or of a continent.
    ["cst", "ist", "ast", "pt", "et", "ct", "mt"].contains(&name).then_some(Moment::CIVIL)
}

/// The offset of a zone that the text names by its place, at that moment.
fn named_offset(moment: Moment, text: &str) -> Moment {
    if moment.offset != Moment::CIVIL {
        return moment;
    }
    let place = text
        .split([' ', '[', ']', '(', ')'])
        .find(|part| part.contains('/') && part.starts_with(|c: char| c.is_ascii_uppercase()));
    let offset = place.and_then(|name| TimeZone::get(name).ok()).and_then(|zone| {
        let seconds = i64::from(moment.day) * 86_400 + i64::from(moment.second);
        let near = Timestamp::from_second(seconds).ok()?;
        let first = i64::from(zone.to_offset(near).seconds());
        // The offset at that moment of UTC may be that of the other side of a change of clocks.
        Some(zone.to_offset(Timestamp::from_second(seconds - first).ok()?).seconds())
    });
    Moment { offset: offset.unwrap_or(moment.offset), ..moment }
}
