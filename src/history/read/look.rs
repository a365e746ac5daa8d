//! Settles before reading how the dates and numbers of each file are written: by its first rows, and where these leave the
//! order of day and month or the decimal sign open, by all rows. What stays open is an error that shows both readings.

mod dates;
mod numbers;

use super::amounts::spelled::NumberStyle;
use super::batch;
use super::columns::AmountColumns;
use super::dates::free::Order;
use super::dates::{DateRule, DateStyle, SIGNS};
use super::feed::{Data, Feed, Work, for_each_batch};
use super::inputs::Format;
use super::recognise::{Inputs, Table};
use super::text::{for_each_record, trim};
use super::typed::Clock;
use super::{BlockKey, in_parallel};
use crate::base::{Error, Place, Progress, Result};
use crate::history::clean::{Names, Rules};
use crate::history::options::LogOptions;
pub(crate) use dates::mixed_orders;
use dates::{Evidence, Shapes};
use numbers::{Figures, Thousands};

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
                DateStyle { rule, orders: None, said: true, clock: clock.cloned(), buddhist: false }
            }
            _ => {
                let (rule, orders) = self.dates.rule(table, options.grain(), order, &mut said)?;
                let buddhist = self.dates.are_buddhist();
                DateStyle {
                    rule,
                    orders: Some(orders),
                    said: order.is_some(),
                    clock: clock.cloned(),
                    buddhist,
                }
            }
        };
        let number = self.numbers.style(options);
        self.numbers.refuse_open(options, names)?;
        said.extend(self.numbers.say(options, number));
        Ok(Writing { date, number, said })
    }
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
                numbers
                    .iter()
                    .enumerate()
                    .for_each(|(at, text)| seen.numbers.add(at, trim(text), json, place));
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
        batch::each_number(table, &batch.slice(0, count), first_row, |at, text, row| {
            seen.numbers.add(at, trim(text.as_bytes()), false, || place(row));
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
        let columns = of.numbers.thousands.len().max(seen.numbers.thousands.len());
        of.numbers.thousands.resize(columns, Thousands::default());
        of.numbers
            .thousands
            .iter_mut()
            .zip(&seen.numbers.thousands)
            .for_each(|(mine, theirs)| mine.merge(theirs));
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
