//! The date part: day, month and year in any order that people write, months in words.

use super::super::SIGNS;
use super::super::names::{Word, meaning};
use super::century;
use super::tokens::{Cursor, Token};
use crate::history::read::calendar::day_of_civil;

/// The date part: done, or numbers whose order is open.
#[derive(Clone, Copy)]
pub(super) enum Day {
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

    pub(super) fn weekday(&mut self) {
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

    pub(super) fn day(&mut self) -> Option<Day> {
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
            // Taiwan writes the years of the Republic: `113/01/05`.
            (3, 1 | 2) if (90..=150).contains(&first) => {
                Some(Day::Certain(day_of_civil(first as i32 + 1911, second, third)?))
            }
            (1 | 2, 4) => Some(Day::Numbers { sign, parts, short: false, may_lead: false }),
            (1 | 2, 2) => Some(Day::Numbers { sign, parts, short: true, may_lead: digits == 2 }),
            (2, 1) if sign != b'.' => Some(Day::Certain(day_of_civil(century(first)?, second, third)?)),
            _ => None,
        }
    }
}
