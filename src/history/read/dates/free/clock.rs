//! The time of day, on clocks of twelve and of twenty-four hours.

use super::super::names::{Word, meaning};
use super::tokens::{Cursor, Token};
use crate::history::read::calendar::Moment;

impl Cursor<'_> {
    /// A time of day and its zone, as a moment of day 0.
    pub(super) fn time(&mut self) -> Option<Moment> {
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

    pub(super) fn time_of_day(&mut self) -> Option<Moment> {
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
            minute = match separator {
                '時' | '时' | '点' | '點' | '시' => {
                    self.number().filter(|(_, digits)| *digits <= 2)?.0 as _
                }
                _ => self.two_digits()?,
            };
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
}
