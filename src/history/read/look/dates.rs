//! What dates say of the order of their parts, and the errors where they say two things or none.

use super::Example;
use crate::base::{Error, Grain, Place, Result};
use crate::history::read::calendar::date_of_day;
use crate::history::read::dates::free::{self, Free, Order, Orders};
use crate::history::read::dates::{DateRule, SIGNS, Shape, of_buddhist};
use crate::history::read::guess;
use crate::history::read::months::parse_month;
use crate::history::read::recognise::Table;

/// What dates say of the order of their parts, by the sign between them.
#[derive(Default, Clone)]
pub(super) struct Evidence {
    pub until: i32,
    pub signs: [OfSign; SIGNS.len()],
}

#[derive(Default, Clone)]
pub(super) struct OfSign {
    /// Dates of a year of four digits that prove an order, the first of each: day first, month first.
    pub full: [Option<Example>; 2],
    /// The first of them that does not.
    pub full_open: Option<Example>,
    /// What other files say.
    pub full_others: Option<Order>,
    /// Dates of a year of two digits: how many, how many are impossible in each order, and the first.
    pub short: u64,
    pub impossible: [u64; Order::ALL.len()],
    pub short_first: Option<Example>,
    pub short_others: Option<Order>,
    /// Dates of a year of four digits, and how many of them have no part above 12 beside it.
    numbers: u64,
    low: u64,
    /// Is the sign a point?
    point: bool,
}

impl OfSign {
    pub(super) fn full(&self) -> Option<Order> {
        match &self.full {
            [Some(_), None] => Some(Order::DayMonth),
            [None, Some(_)] => Some(Order::MonthDay),
            _ => self.full_others,
        }
    }

    /// The orders in which all short dates are possible; without any, the one in which nearly all are.
    pub(super) fn short_possible(&self) -> Vec<Order> {
        let all = || Order::ALL.into_iter().zip(self.impossible);
        let mut possible: Vec<Order> = all().filter(|(_, n)| *n == 0).map(|(order, _)| order).collect();
        // Few put a year of two digits before a point.
        if self.point && possible.len() > 1 {
            possible.retain(|order| *order != Order::YearFirst);
        }
        if !possible.is_empty() {
            return possible;
        }
        let mut by_count: Vec<(Order, u64)> = all().collect();
        by_count.sort_by_key(|(_, n)| *n);
        match by_count[..] {
            [(best, few), (_, more), ..] if few * 20 <= self.short && more >= few * 10 => vec![best],
            _ => Vec::new(),
        }
    }

    pub(super) fn short(&self) -> Option<Order> {
        match self.short_possible()[..] {
            _ if self.short == 0 => None,
            [one] => Some(one),
            // A spreadsheet writes both lengths of a year in one order.
            ref several => self.full().filter(|order| several.contains(order)).or(self.short_others),
        }
    }

    pub(super) fn is_open(&self) -> bool {
        let full = self.full_open.is_some() && self.full().is_none() && self.full.iter().all(Option::is_none);
        full || (self.short > 0 && self.short().is_none())
    }

    pub(super) fn add(&mut self, other: OfSign) {
        for (mine, theirs) in self.full.iter_mut().zip(other.full) {
            *mine = mine.take().or(theirs);
        }
        self.full_open = self.full_open.take().or(other.full_open);
        self.short += other.short;
        self.impossible.iter_mut().zip(other.impossible).for_each(|(mine, theirs)| *mine += theirs);
        self.short_first = self.short_first.take().or(other.short_first);
        self.numbers += other.numbers;
        self.low += other.low;
        self.point |= other.point;
    }
}

impl Evidence {
    fn see(&mut self, text: &[u8], example: impl Fn() -> Example) {
        let Some(value @ Free::Numbers { sign, short, .. }) = free::read(text) else { return };
        let of = &mut self.signs[Orders::at(sign)];
        of.point = sign == b'.';
        if short {
            of.short += 1;
            for (order, count) in Order::ALL.into_iter().zip(&mut of.impossible) {
                let moment = value.in_order(order).filter(|moment| moment.day <= self.until);
                *count += u64::from(moment.is_none());
            }
            of.short_first.get_or_insert_with(&example);
            return;
        }
        let Free::Numbers { parts: [a, b, _], .. } = value else { return };
        of.numbers += 1;
        of.low += u64::from(a <= 12 && b <= 12);
        let possible: Vec<Order> = value.possible(i32::MAX).map(|(order, _)| order).collect();
        let place = match possible[..] {
            [Order::DayMonth] => &mut of.full[0],
            [Order::MonthDay] => &mut of.full[1],
            _ => &mut of.full_open,
        };
        place.get_or_insert_with(example);
    }

    fn orders(&self) -> Orders {
        Orders {
            full: std::array::from_fn(|at| self.signs[at].full()),
            short: std::array::from_fn(|at| self.signs[at].short()),
            until: self.until,
        }
    }

    pub(super) fn add(&mut self, other: Evidence) {
        self.signs.iter_mut().zip(other.signs).for_each(|(mine, theirs)| mine.add(theirs));
    }
}

/// How often each way of writing occurs among some dates, with an example.
#[derive(Default)]
pub(super) struct Shapes {
    pub seen: usize,
    pub counts: Vec<(Shape, u64, Example)>,
    pub orders: Evidence,
    /// Dates with a Buddhist year.
    pub buddhist: u64,
    /// Dates with the year first, and those of them whose day is above 12; the first.
    pub year_first: [u64; 2],
    pub year_first_example: Option<Example>,
}

impl Shapes {
    pub(super) fn add(&mut self, text: &[u8], place: impl Fn() -> Place) {
        let common = std::str::from_utf8(text).ok().and_then(of_buddhist);
        self.buddhist += u64::from(common.is_some());
        let text = common.as_ref().map_or(text, |text| text.as_bytes());
        let shape = Shape::of(text);
        if shape == Shape::Blank {
            return;
        }
        self.seen += 1;
        let example = || Example { text: String::from_utf8_lossy(text).into_owned(), place: place() };
        if matches!(shape, Shape::DayMonth { .. } | Shape::ShortYear { .. }) {
            self.orders.see(text, example);
        }
        if let Shape::YearFirst(sign) = shape
            && let Some(moment) = DateRule::YearFirst(sign).parse(text)
        {
            self.year_first[0] += 1;
            self.year_first[1] += u64::from(date_of_day(moment.day).day() > 12);
            self.year_first_example.get_or_insert_with(example);
        }
        // Dates of one way of writing differ in their numbers.
        let kind = match shape {
            Shape::DayMonth { sign, .. } => Shape::DayMonth { sign, a: 0, b: 0 },
            shape => shape,
        };
        match self.counts.iter_mut().find(|(known, ..)| *known == kind) {
            Some((_, count, _)) => *count += 1,
            None => self.counts.push((kind, 1, example())),
        }
    }

    pub(super) fn is_open(&self) -> bool {
        self.orders.signs.iter().any(OfSign::is_open)
    }

    /// Are all years Buddhist ones? Such dates lie centuries ahead.
    pub(super) fn are_buddhist(&self) -> bool {
        self.buddhist > 0 && self.buddhist == self.seen as u64
    }

    /// A spreadsheet of another country takes days up to 12 for months, and leaves what cannot be one as text: then all dates
    /// with the year first have a day up to 12, and all others a number above it.
    fn exchanged(&self) -> Option<&Example> {
        const ENOUGH: u64 = 12;
        let (others, low) =
            self.orders.signs.iter().fold((0, 0), |(n, low), of| (n + of.numbers, low + of.low));
        let all = self.year_first[0] >= ENOUGH && self.year_first[1] == 0 && others >= ENOUGH && low == 0;
        self.year_first_example.as_ref().filter(|_| all)
    }

    /// The most frequent one; of equals the first.
    fn most(&self) -> Option<(Shape, &Example)> {
        let most = self.counts.iter().map(|(_, count, _)| *count).max()?;
        self.counts.iter().find(|(_, count, _)| *count == most).map(|(shape, _, example)| (*shape, example))
    }

    pub(super) fn rule(
        &self,
        table: &Table,
        grain: Grain,
        order: Option<Order>,
        said: &mut Vec<String>,
    ) -> Result<(DateRule, Orders)> {
        let orders = self.orders.orders();
        let orders = order.map_or(orders, |order| orders.said(order));
        let Some((shape, example)) = self.most() else { return Ok((DateRule::YearFirst(b'-'), orders)) };
        let column = &table.names[table.log().date];
        let at = |example: &Example| example.place.clone().at(column, &example.text);
        if let Some(example) = self.exchanged() {
            let message = "all dates that are written like this one have a day up to 12, and all dates that are written with the \
                           year last a number above 12: a spreadsheet seems to have taken the former apart, with days for months. \
                           Export the log again with dates as YYYY-MM-DD, and do not save it from a spreadsheet between";
            return Err(Error::input(at(example), message));
        }
        if self.are_buddhist() {
            said.push("years are of the Buddhist era: 2567 is 2024".to_owned());
        }
        let rule = match shape {
            Shape::YearFirst(sign) => DateRule::YearFirst(sign),
            Shape::Compact => DateRule::Compact,
            Shape::Month | Shape::Number
                if grain >= Grain::Month && parse_month(example.text.as_bytes()).is_some() =>
            {
                return Ok((DateRule::Month, orders));
            }
            Shape::DayMonth { sign, .. } => {
                let order = orders.full[Orders::at(sign)];
                DateRule::DayMonth { sign, day_first: order != Some(Order::MonthDay) }
            }
            Shape::ShortYear { .. } | Shape::Words => DateRule::Free,
            shape => return Err(Error::input(at(example), guess::explain(shape, &example.text, grain))),
        };
        for (which, (sign, of)) in SIGNS.into_iter().zip(&self.orders.signs).enumerate() {
            if order.is_some() && orders.full[which].is_some() {
                continue;
            }
            if let [Some(day), Some(month)] = &of.full {
                return Err(settle_mixed(day, month, column));
            }
            let open = (of.full_open.as_ref().filter(|_| of.full().is_none()), false);
            let short = of.short().or(order);
            let open_short = (of.short_first.as_ref().filter(|_| short.is_none()), true);
            for (example, short) in [open, open_short] {
                if let Some(example) = example {
                    return Err(undecided(sign, short, &of.short_possible(), at(example)));
                }
            }
        }
        if order.is_none() {
            self.say(&rule, &orders, said);
        }
        Ok((rule, orders))
    }

    fn say(&self, rule: &DateRule, orders: &Orders, said: &mut Vec<String>) {
        let dates =
            |shape: &Shape| !matches!(shape, Shape::Other | Shape::Number | Shape::Month | Shape::Blank);
        let kinds: Vec<&(Shape, u64, Example)> =
            self.counts.iter().filter(|(shape, ..)| dates(shape)).collect();
        if let [(_, _, first), (_, _, second), ..] = kinds[..] {
            said.push(format!(
                "dates are written in more than one way (such as '{}' and '{}'); each of them can be read in one way only",
                first.text, second.text
            ));
            return;
        }
        let Some((shape, _, example)) = kinds.first() else { return };
        match (rule, shape) {
            (DateRule::Free, Shape::ShortYear { sign }) => {
                let Some(order) = orders.short[Orders::at(*sign)] else { return };
                said.push(format!(
                    "dates are read as {} with a year of two digits, such as '{}': they allow no other order",
                    order.words(*sign),
                    example.text
                ));
            }
            (DateRule::Free, _) => {
                let read = free::read(example.text.as_bytes()).and_then(|value| value.settle(orders));
                let day = read.map(|moment| date_of_day(moment.day).to_string()).unwrap_or_default();
                said.push(format!("dates are read as they are written: '{}' is {day}", example.text));
            }
            _ => {}
        }
    }
}

fn settle_mixed(day: &Example, month: &Example, column: &str) -> Error {
    let day_is_later = (day.place.line, day.place.row) > (month.place.line, month.place.row);
    let (later, earlier) = if day_is_later { (day, month) } else { (month, day) };
    let others = format!(
        "'{}' in line or row {} has",
        earlier.text,
        earlier.place.line.or(earlier.place.row).unwrap_or(0)
    );
    mixed_orders(later.place.clone().at(column, &later.text), day_is_later, &others)
}

/// The error for a column that proves both orders.
pub(crate) fn mixed_orders(place: Place, day_first: bool, others: &str) -> Error {
    let (this, that) = if day_first { ("day", "month") } else { ("month", "day") };
    let message = format!(
        "this date has the {this} first, but {others} the {that} first: the column mixes two formats; write all dates as \
         YYYY-MM-DD"
    );
    Error::input(place, message)
}

fn undecided(sign: u8, short: bool, possible: &[Order], place: Place) -> Error {
    let text = place.value.clone().unwrap_or_default();
    let orders = match possible {
        several @ [_, _, ..] if short => several,
        _ => &Order::ALL[..2],
    };
    let reading = |order: Order| {
        let moment = free::read(text.as_bytes()).and_then(|value| value.in_order(order));
        moment.map(|moment| (order, date_of_day(moment.day).to_string()))
    };
    let readings: Vec<(Order, String)> = orders.iter().filter_map(|order| reading(*order)).collect();
    let words = |order: Order| match order {
        Order::DayMonth => "day first",
        Order::MonthDay => "month first",
        Order::YearFirst => "year first",
    };
    let said = match &readings[..] {
        [] => "the order of day, month and year is not the same in all dates".to_owned(),
        [(_, first), rest @ ..] if rest.iter().all(|(_, other)| other == first) => {
            "whether days or months come first makes no difference to this date, but to others".to_owned()
        }
        several => {
            let each: Vec<String> =
                several.iter().map(|(order, date)| format!("{date} ({})", words(*order))).collect();
            format!("this is {}", each.join(" or "))
        }
    };
    let (time, year) = (if text.contains(':') { " %H:%M" } else { "" }, if short { "y" } else { "Y" });
    let formats: Vec<String> =
        orders.iter().map(|order| format!("--date-format '{}{time}'", order.pattern(sign, year))).collect();
    let message =
        format!("{said}, and no date of the column decides which: say it with {}", formats.join(" or "));
    Error::input(place, message)
}
