//! The order of the numbers of a date: of one, and what is known of a column's.

use super::super::SIGNS;
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
