//! Settles before reading how the dates and numbers of each file are written: by its first rows, and where these leave the
//! order of day and month or the decimal sign open, by all rows. What stays open is an error that shows both readings.

use super::amounts::currency;
use super::amounts::spelled::{NumberStyle, Proof, both, proof};
use super::batch;
use super::calendar::date_of_day;
use super::columns::AmountColumns;
use super::dates::free::{self, Free, Order, Orders};
use super::dates::{DateRule, DateStyle, SIGNS, Shape};
use super::feed::{Data, Feed, Work, for_each_batch};
use super::guess;
use super::inputs::Format;
use super::months::parse_month;
use super::recognise::{Inputs, Table};
use super::text::{for_each_record, trim};
use super::typed::Clock;
use super::{BlockKey, in_parallel};
use crate::base::{Error, Grain, Place, Progress, Result};
use crate::history::clean::{Names, Rules};
use crate::history::options::LogOptions;

/// How the values of one file are written.
#[derive(Debug, Clone)]
pub(crate) struct Writing {
    pub date: DateStyle,
    pub number: NumberStyle,
    /// What is said of it, one sentence each.
    pub said: Vec<String>,
}

/// So many rows of the first file decide how it is written, and so many of each other one.
const LOOKED_AT: usize = 10_000;
const LOOKED_AT_OTHERS: usize = 1_000;

/// How the values of each file are written.
///
/// # Errors
/// If the order of day and month or the decimal sign stays open, if dates have no known format, if a file cannot be read.
pub(super) fn writings(
    inputs: &Inputs,
    options: &LogOptions,
    rules: &Rules,
    progress: &dyn Progress,
) -> Result<Vec<Writing>> {
    let mut all = Vec::new();
    for file in 0..inputs.tables.len() {
        all.push(first_rows(inputs, file, rules)?);
    }
    let fixed = options.date_format.is_some();
    let decided = options.decimal_comma || options.decimal_point;
    let open =
        all.iter().any(|seen| (!fixed && seen.dates.is_open()) || (!decided && seen.numbers.is_open()));
    if open && !settled_by_others(&mut all, fixed, decided) {
        scan(inputs, options, rules, progress, &mut all)?;
        settled_by_others(&mut all, fixed, decided);
    }
    let clock = options.time_zone.as_deref().map(wanted_clock).transpose()?;
    let files = all.iter().zip(&inputs.tables).zip(&rules.names);
    files.map(|((seen, table), names)| seen.settle(table, options, names, clock.as_ref())).collect()
}

/// How the numbers of one file are written, as far as its first rows say.
pub(super) fn number_style(inputs: &Inputs, file: usize, options: &LogOptions) -> Result<NumberStyle> {
    let mut seen = Seen::new(i32::MAX);
    look(inputs, file, LOOKED_AT, &mut seen)?;
    Ok(seen.numbers.style(options))
}

fn wanted_clock(name: &str) -> Result<Clock> {
    if name.eq_ignore_ascii_case("utc") {
        return Ok(Clock::Fixed(0));
    }
    if !Clock::knows(name) {
        let message =
            format!("'{name}' is no time zone known here: write one such as Europe/Istanbul, utc or +03:00");
        return Err(Error::option("--time-zone", message));
    }
    Ok(Clock::of(Some(name)))
}

/// What some rows of a file say.
struct Seen {
    dates: Shapes,
    numbers: Figures,
}

#[derive(Debug, Clone)]
struct Example {
    text: String,
    place: Place,
}

impl Seen {
    fn new(until: i32) -> Self {
        let orders = Evidence { until, ..Evidence::default() };
        Seen { dates: Shapes { orders, ..Shapes::default() }, numbers: Figures::default() }
    }

    fn settle(
        &self,
        table: &Table,
        options: &LogOptions,
        names: &Names,
        clock: Option<&Clock>,
    ) -> Result<Writing> {
        let mut said = Vec::new();
        let order = options.date_format.as_ref().and_then(Order::of);
        let date = match &options.date_format {
            Some(format) if order.is_none() => {
                let rule = DateRule::from_format(format, options.grain())?;
                DateStyle { rule, orders: None, said: true, clock: clock.cloned() }
            }
            _ => {
                let (rule, orders) = self.dates.rule(table, options.grain(), order, &mut said)?;
                DateStyle { rule, orders: Some(orders), said: order.is_some(), clock: clock.cloned() }
            }
        };
        let number = self.numbers.style(options);
        self.numbers.refuse_open(options, names)?;
        said.extend(self.numbers.say(options, number));
        Ok(Writing { date, number, said })
    }
}

/// What numbers say of their decimal sign.
#[derive(Default)]
struct Figures {
    /// Numbers that prove the point, and the comma, to be it; the first of each.
    proofs: [u64; 2],
    examples: [Option<Example>; 2],
    /// The first one that leaves it open, and the sign in it.
    open: Option<(Example, u8)>,
    /// The first one with more to it than figures and one decimal sign.
    spelled: Option<String>,
    /// What the other files of the log say.
    others: Option<u8>,
}

impl Figures {
    fn add(&mut self, text: &[u8], json: bool, place: impl Fn() -> Place) {
        if text.iter().all(u8::is_ascii_digit) {
            return;
        }
        let example = || Example { text: String::from_utf8_lossy(text).into_owned(), place: place() };
        let sign = match proof(text) {
            Proof::Decimal(sign) => sign,
            // In JSON a number has its own way of being written.
            Proof::Either(b'.') if json => b'.',
            // A currency without cents has nothing behind a decimal sign.
            Proof::Either(sign) if is_of_no_cents(text) => {
                if sign == b'.' {
                    b','
                } else {
                    b'.'
                }
            }
            Proof::Either(sign) => {
                self.open.get_or_insert_with(|| (example(), sign));
                self.see_spelled(text);
                return;
            }
            Proof::Nothing => return self.see_spelled(text),
        };
        let at = usize::from(sign == b',');
        self.proofs[at] += 1;
        if self.examples[at].is_none() {
            self.examples[at] = Some(example());
        }
        self.see_spelled(text);
    }

    fn see_spelled(&mut self, text: &[u8]) {
        let plain = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'.' | b',' | b'-');
        let signs = text.iter().filter(|byte| matches!(byte, b'.' | b',')).count();
        if self.spelled.is_none()
            && (signs > 1 || !text.iter().all(plain))
            && let Ok(shown) = std::str::from_utf8(text)
            && [b'.', b',']
                .iter()
                .any(|point| NumberStyle { point: *point, sure: true }.spelled(text).is_some())
        {
            self.spelled = Some(shown.to_owned());
        }
    }

    fn is_open(&self) -> bool {
        self.open.is_some() && self.proofs == [0, 0] && self.others.is_none()
    }

    /// The decimal sign, if something proves it.
    fn proven(&self) -> Option<u8> {
        match self.proofs {
            [0, 0] => None,
            [point, comma] => Some(if comma > point { b',' } else { b'.' }),
        }
    }

    fn style(&self, options: &LogOptions) -> NumberStyle {
        let said = match (options.decimal_point, options.decimal_comma) {
            (true, _) => Some(b'.'),
            (_, true) => Some(b','),
            _ => None,
        };
        match said.or(self.proven()).or(self.others) {
            Some(point) => {
                // Where numbers prove both, one that leaves it open is not read.
                let sure = said.is_some() || self.proofs.contains(&0);
                NumberStyle { point, sure }
            }
            None => NumberStyle::PLAIN,
        }
    }

    fn refuse_open(&self, options: &LogOptions, names: &Names) -> Result<()> {
        if !self.is_open() || options.decimal_comma || options.decimal_point {
            return Ok(());
        }
        let Some((example, sign)) = &self.open else { return Ok(()) };
        let Some((decimal, whole)) = both(example.text.as_bytes()) else { return Ok(()) };
        let (point, comma) = if *sign == b'.' { (decimal, whole) } else { (whole, decimal) };
        let column = names.amount.clone();
        let message = format!(
            "this is {point} (the point is the decimal sign) or {comma} (the comma is), and no amount of the column decides \
             which: say it with --decimal-point or --decimal-comma"
        );
        Err(Error::input(example.place.clone().at(column, &example.text), message))
    }

    fn say(&self, options: &LogOptions, style: NumberStyle) -> Option<String> {
        let sign = if style.point == b',' { "comma" } else { "point" };
        let given = options.decimal_comma || options.decimal_point;
        match (&self.spelled, &self.examples[1]) {
            (Some(text), _) => Some(format!(
                "amounts are read as they are written, such as '{text}': the {sign} is the decimal sign{}",
                if style.sure { "" } else { " where there is one" }
            )),
            (None, Some(example)) if style.point == b',' && !given => {
                Some(format!("amounts have a decimal comma: '{}' allows no other reading", example.text))
            }
            (None, _) if style.point == b',' && !given && self.others.is_some() => {
                Some("amounts have a decimal comma, as those of the other files".to_owned())
            }
            _ => None,
        }
    }
}

/// What dates say of the order of their parts, by the sign between them.
#[derive(Default, Clone)]
struct Evidence {
    until: i32,
    signs: [OfSign; SIGNS.len()],
}

#[derive(Default, Clone)]
struct OfSign {
    /// Dates of a year of four digits that prove an order, the first of each: day first, month first.
    full: [Option<Example>; 2],
    /// The first of them that does not.
    full_open: Option<Example>,
    /// What other files say.
    full_others: Option<Order>,
    /// Dates of a year of two digits: how many, how many are impossible in each order, and the first.
    short: u64,
    impossible: [u64; Order::ALL.len()],
    short_first: Option<Example>,
    short_others: Option<Order>,
}

impl OfSign {
    fn full(&self) -> Option<Order> {
        match &self.full {
            [Some(_), None] => Some(Order::DayMonth),
            [None, Some(_)] => Some(Order::MonthDay),
            _ => self.full_others,
        }
    }

    /// The orders in which all short dates are possible; without any, the one in which nearly all are.
    fn short_possible(&self) -> Vec<Order> {
        let all = || Order::ALL.into_iter().zip(self.impossible);
        let possible: Vec<Order> = all().filter(|(_, n)| *n == 0).map(|(order, _)| order).collect();
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

    fn short(&self) -> Option<Order> {
        match self.short_possible()[..] {
            _ if self.short == 0 => None,
            [one] => Some(one),
            // A spreadsheet writes both lengths of a year in one order.
            ref several => self.full().filter(|order| several.contains(order)).or(self.short_others),
        }
    }

    fn is_open(&self) -> bool {
        let full = self.full_open.is_some() && self.full().is_none() && self.full.iter().all(Option::is_none);
        full || (self.short > 0 && self.short().is_none())
    }

    fn add(&mut self, other: OfSign) {
        for (mine, theirs) in self.full.iter_mut().zip(other.full) {
            *mine = mine.take().or(theirs);
        }
        self.full_open = self.full_open.take().or(other.full_open);
        self.short += other.short;
        self.impossible.iter_mut().zip(other.impossible).for_each(|(mine, theirs)| *mine += theirs);
        self.short_first = self.short_first.take().or(other.short_first);
    }
}

impl Evidence {
    fn see(&mut self, text: &[u8], example: impl Fn() -> Example) {
        let Some(value @ Free::Numbers { sign, short, .. }) = free::read(text) else { return };
        let of = &mut self.signs[Orders::at(sign)];
        if short {
            of.short += 1;
            for (order, count) in Order::ALL.into_iter().zip(&mut of.impossible) {
                *count += u64::from(!value.possible(self.until).any(|(possible, _)| possible == order));
            }
            of.short_first.get_or_insert_with(&example);
            return;
        }
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

    fn add(&mut self, other: Evidence) {
        self.signs.iter_mut().zip(other.signs).for_each(|(mine, theirs)| mine.add(theirs));
    }
}

/// How often each way of writing occurs among some dates, with an example.
#[derive(Default)]
struct Shapes {
    seen: usize,
    counts: Vec<(Shape, u64, Example)>,
    orders: Evidence,
}

impl Shapes {
    fn add(&mut self, text: &[u8], place: impl Fn() -> Place) {
        let shape = Shape::of(text);
        if shape == Shape::Blank {
            return;
        }
        self.seen += 1;
        let example = || Example { text: String::from_utf8_lossy(text).into_owned(), place: place() };
        if matches!(shape, Shape::DayMonth { .. } | Shape::ShortYear { .. }) {
            self.orders.see(text, example);
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

    fn is_open(&self) -> bool {
        self.orders.signs.iter().any(OfSign::is_open)
    }

    /// The most frequent one; of equals the first.
    fn most(&self) -> Option<(Shape, &Example)> {
        let most = self.counts.iter().map(|(_, count, _)| *count).max()?;
        self.counts.iter().find(|(_, count, _)| *count == most).map(|(shape, _, example)| (*shape, example))
    }

    fn rule(
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

/// Is a currency beside the number that is paid in whole units?
fn is_of_no_cents(text: &[u8]) -> bool {
    const WHOLE: &str = "JPY KRW VND IDR CLP PYG ISK HUF UGX RWF XOF XAF XPF KMF GNF DJF BIF VUV IRR LAK MMK";
    let plain = text.iter().all(|byte| byte.is_ascii_digit() || b".,- ".contains(byte));
    let spelled = |point: u8| {
        let text = std::str::from_utf8(text).ok()?;
        NumberStyle { point, sure: true }.spelled(text.as_bytes())?.currency
    };
    !plain && spelled(b'.').is_some_and(|name| WHOLE.split(' ').any(|code| currency::can_mean(&name, code)))
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

fn first_rows(inputs: &Inputs, file: usize, rules: &Rules) -> Result<Seen> {
    let mut seen = Seen::new(rules.until);
    look(inputs, file, if file == 0 { LOOKED_AT } else { LOOKED_AT_OTHERS }, &mut seen)?;
    Ok(seen)
}

/// Looks at so many of the first rows of a file, as long as they are text. How many is the same for every container, so
/// that a way of writing is found whatever the pieces are in which the rows come.
fn look(inputs: &Inputs, file: usize, most: usize, seen: &mut Seen) -> Result<()> {
    let mut feed = Feed::from_file(inputs, file);
    let mut block = Vec::new();
    let mut rows = 0;
    while rows < most
        && !inputs.tables[file].is_typed()
        && let Some(work) = feed.next(&mut block)?
        && work.file == file
    {
        let head = if let Data::Text { .. } = work.data { lines(&block, most - rows) } else { &block };
        look_at(inputs, work, head, most - rows, seen, &mut rows)?;
    }
    Ok(())
}

/// So many lines of a text, and one more.
fn lines(block: &[u8], most: usize) -> &[u8] {
    match memchr::memchr2_iter(b'\n', b'\r', block).nth(2 * most + 1) {
        Some(end) => &block[..end],
        None => block,
    }
}

/// Adds a piece of the input, up to so many rows.
fn look_at(
    inputs: &Inputs,
    work: Work,
    block: &[u8],
    most: usize,
    seen: &mut Seen,
    rows: &mut usize,
) -> Result<()> {
    let table = &inputs.tables[work.file];
    if let Data::Text { first_line, .. } = work.data {
        let json = !matches!(table.format, Format::Text(_));
        let mut left = most;
        each_row(table, block, first_line, |date, numbers, line| {
            if left > 0 {
                left -= 1;
                *rows += 1;
                let place = || Place::line(&table.source.name, line);
                seen.dates.add(trim(date), place);
                numbers.iter().for_each(|text| seen.numbers.add(trim(text), json, place));
            }
        });
        return Ok(());
    }
    let mut left = most;
    for_each_batch(inputs, work, |table, batch, first_row, _| {
        let count = batch.num_rows().min(left);
        left -= count;
        *rows += count;
        let place = |row| Place { row: Some(row), ..Place::file(&table.source.name) };
        batch::each_date(table, &batch.slice(0, count), first_row, |text, row| {
            seen.dates.add(trim(text.as_bytes()), || place(row));
        })?;
        batch::each_number(table, &batch.slice(0, count), first_row, |text, row| {
            seen.numbers.add(trim(text.as_bytes()), false, || place(row));
        })
    })
}

fn each_row(table: &Table, block: &[u8], first_line: u64, mut each: impl FnMut(&[u8], &[&[u8]], u64)) {
    let log = table.log();
    let numbers: Vec<usize> = match log.amount {
        AmountColumns::None => Vec::new(),
        AmountColumns::One(one) => vec![one],
        AmountColumns::Product { quantity, price } => vec![quantity, price],
    };
    let columns: Vec<usize> = [log.date].into_iter().chain(numbers).collect();
    let separated = table.separator().is_some();
    let names: Vec<String> = columns.iter().map(|&at| table.names[at].clone()).collect();
    let width = if separated { table.names.len() } else { columns.len() };
    for_each_record(block, first_line, table.separator(), &names, |record| {
        if record.fields.len() == width {
            let cell = |(at, &index): (usize, &usize)| record.field(if separated { index } else { at });
            let cells: Vec<&[u8]> = columns.iter().enumerate().map(cell).collect();
            each(cells[0], &cells[1..], record.line);
        }
    });
}

/// What files leave open is settled by those that do not, if these agree. Says whether nothing is open any more.
fn settled_by_others(all: &mut [Seen], fixed: bool, decided: bool) -> bool {
    fn agreed<T: PartialEq + Copy>(values: impl Iterator<Item = T>) -> Option<T> {
        let mut values = values;
        let first = values.next()?;
        values.all(|other| other == first).then_some(first)
    }
    for at in 0..SIGNS.len() {
        let of = |seen: &Seen| seen.dates.orders.signs[at].clone();
        let full = agreed(all.iter().filter_map(|seen| of(seen).full()));
        let short = agreed(all.iter().filter_map(|seen| of(seen).short()));
        for seen in all.iter_mut() {
            let of = &mut seen.dates.orders.signs[at];
            of.full_others = full;
            of.short_others = short.filter(|order| of.short_possible().contains(order));
        }
    }
    let point = agreed(all.iter().filter_map(|seen| seen.numbers.proven()));
    for seen in all.iter_mut() {
        seen.numbers.others = point.filter(|_| seen.numbers.proofs == [0, 0]);
    }
    all.iter().all(|seen| (fixed || !seen.dates.is_open()) && (decided || !seen.numbers.is_open()))
}

/// Looks through all rows for what the first ones leave open.
fn scan(
    inputs: &Inputs,
    options: &LogOptions,
    rules: &Rules,
    progress: &dyn Progress,
    all: &mut [Seen],
) -> Result<()> {
    progress.stage("looking how dates and amounts are written", Some(inputs.bytes()));
    let found = in_parallel(inputs, options, progress, |_, work, block| {
        let key: BlockKey = work.key;
        let mut seen = Seen::new(rules.until);
        if inputs.tables[work.file].is_typed() {
            return Ok(vec![]);
        }
        look_at(inputs, work, block, usize::MAX, &mut seen, &mut 0)?;
        Ok(vec![(key, (key.0, seen))])
    })?;
    let mut whole: Vec<Seen> = all.iter().map(|_| Seen::new(rules.until)).collect();
    for (file, seen) in found {
        let of = &mut whole[file];
        of.dates.orders.add(seen.dates.orders);
        of.numbers.proofs.iter_mut().zip(seen.numbers.proofs).for_each(|(mine, theirs)| *mine += theirs);
        for (mine, theirs) in of.numbers.examples.iter_mut().zip(seen.numbers.examples) {
            *mine = mine.take().or(theirs);
        }
        of.numbers.open = of.numbers.open.take().or(seen.numbers.open);
        of.numbers.spelled = of.numbers.spelled.take().or(seen.numbers.spelled);
    }
    for (seen, whole) in all.iter_mut().zip(whole) {
        if seen.dates.is_open() {
            seen.dates.orders = whole.dates.orders;
        }
        if seen.numbers.is_open() {
            seen.numbers = whole.numbers;
        }
    }
    Ok(())
}
