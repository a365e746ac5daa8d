//! Settles before reading how dates are written: by the first dates, and where these leave the order
//! of day and month open, by all blocks.

use std::sync::atomic::{AtomicBool, Ordering};

use super::batch;
use super::calendar::Moment;
use super::columns::AmountColumns;
use super::dates::{DateRule, Shape};
use super::feed::{Data, Feed, Work, for_each_batch};
use super::guess;
use super::inputs::Format;
use super::recognise::{Inputs, Table};
use super::text::{for_each_record, trim};
use super::{BlockKey, in_parallel};
use crate::base::{Error, Grain, Place, Progress, Result};
use crate::history::{
    clean::{Names, Rules},
    options::LogOptions,
};

/// What rows are judged by, with the date rule found.
pub(crate) fn rules(inputs: &Inputs, options: &LogOptions, progress: &dyn Progress) -> Result<Rules> {
    let table = &inputs.tables[0];
    let columns = table.log();
    let name = |index: usize| table.names[index].clone();
    let (amount, quantity) = match columns.amount {
        AmountColumns::None => (String::new(), None),
        AmountColumns::One(index) => (name(index), None),
        AmountColumns::Product { quantity, price } => (name(price), Some(name(quantity))),
    };
    let names = Names {
        id: name(columns.id),
        date: name(columns.date),
        amount,
        quantity,
        currency: columns.currency.map(name),
    };
    let has_amount = columns.amount != AmountColumns::None;
    let mut rules = Rules::new(options, has_amount, names);
    rules.date = Some(match &options.date_format {
        Some(format) => DateRule::from_format(format, options.grain())?,
        None => find_rule(inputs, options, progress)?,
    });
    Ok(rules)
}

/// So many dates decide how they are written.
const LOOKED_AT: usize = 10_000;

/// How often each way of writing occurs among some dates, with an example.
#[derive(Default)]
struct Shapes {
    seen: usize,
    counts: Vec<(Shape, u64, Example)>,
    day_first: Option<Example>,
    month_first: Option<Example>,
}

#[derive(Clone)]
struct Example {
    text: String,
    place: Place,
}

impl Shapes {
    fn add(&mut self, text: &[u8], place: impl Fn() -> Place) {
        let shape = Shape::of(text);
        if shape == Shape::Blank {
            return;
        }
        self.seen += 1;
        let example = || Example { text: String::from_utf8_lossy(text).into_owned(), place: place() };
        match shape.proves_day_first() {
            Some(true) if self.day_first.is_none() => self.day_first = Some(example()),
            Some(false) if self.month_first.is_none() => self.month_first = Some(example()),
            _ => {}
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

    /// The most frequent one; of equals the first.
    fn most(&self) -> Option<(Shape, &Example)> {
        let most = self.counts.iter().map(|(_, count, _)| *count).max()?;
        self.counts.iter().find(|(_, count, _)| *count == most).map(|(shape, _, example)| (*shape, example))
    }
}

fn find_rule(inputs: &Inputs, options: &LogOptions, progress: &dyn Progress) -> Result<DateRule> {
    let Some(shapes) = first_shapes(inputs)? else { return Ok(DateRule::YearFirst(b'-')) };
    let Some((shape, example)) = shapes.most() else { return Ok(DateRule::YearFirst(b'-')) };
    let place = example.place.clone().at(&inputs.tables[0].names[inputs.tables[0].log().date], &example.text);
    match shape {
        Shape::YearFirst(sign) => Ok(DateRule::YearFirst(sign)),
        Shape::Compact => Ok(DateRule::Compact),
        Shape::DayMonth { sign, .. } => {
            let (day, month) = (shapes.day_first.clone(), shapes.month_first.clone());
            let evidence = match (day, month) {
                (None, None) => scan_order(inputs, options, progress)?,
                found => found,
            };
            settle_order(sign, evidence, &place)
        }
        Shape::Month if options.grain() >= Grain::Month => Ok(DateRule::Month),
        shape => Err(Error::input(place, guess::explain(shape, &example.text, options.grain()))),
    }
}

fn settle_order(sign: u8, evidence: (Option<Example>, Option<Example>), place: &Place) -> Result<DateRule> {
    match evidence {
        (Some(_), None) => Ok(DateRule::DayMonth { sign, day_first: true }),
        (None, Some(_)) => Ok(DateRule::DayMonth { sign, day_first: false }),
        (Some(day), Some(month)) => {
            let day_is_later = (day.place.line, day.place.row) > (month.place.line, month.place.row);
            let (later, earlier) = if day_is_later { (day, month) } else { (month, day) };
            let others = format!(
                "'{}' in line or row {} has",
                earlier.text,
                earlier.place.line.or(earlier.place.row).unwrap_or(0)
            );
            let later = later.place.at(place.column.clone().unwrap_or_default(), later.text);
            Err(mixed_orders(later, day_is_later, &others))
        }
        (None, None) => Err(undecided(sign, place)),
    }
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

fn undecided(sign: u8, place: &Place) -> Error {
    let text = place.value.clone().unwrap_or_default();
    let reading = |day_first: bool| {
        let moment: Option<Moment> = DateRule::DayMonth { sign, day_first }.parse(text.as_bytes());
        moment.map_or_else(String::new, |moment| super::calendar::date_of_day(moment.day).to_string())
    };
    let (s, time) = (char::from(sign), if text.contains(':') { " %H:%M" } else { "" });
    let (this, that) = (reading(true), reading(false));
    let readings = if this == that {
        "whether days or months come first makes no difference to this date, but to others".to_owned()
    } else {
        format!("this is {this} (day first) or {that} (month first)")
    };
    let message = format!(
        "{readings}, and no date of the column decides which: say it with \
         --date-format '%d{s}%m{s}%Y{time}' or --date-format '%m{s}%d{s}%Y{time}'"
    );
    Error::input(place.clone(), message)
}

/// The first dates of the input, as long as they are text. How many is the same for every container, so that a
/// way of writing is found whatever the pieces are in which the rows come.
fn first_shapes(inputs: &Inputs) -> Result<Option<Shapes>> {
    let mut feed = Feed::new(inputs);
    let mut block = Vec::new();
    let mut shapes = Shapes::default();
    while shapes.seen < LOOKED_AT
        && let Some(work) = feed.next(&mut block)?
    {
        if inputs.tables[work.file].has_typed_dates() {
            break;
        }
        look_at(inputs, work, &block, LOOKED_AT, &mut shapes)?;
    }
    Ok((!shapes.counts.is_empty()).then_some(shapes))
}

/// Adds the dates of a piece of the input, up to so many in all.
fn look_at(inputs: &Inputs, work: Work, block: &[u8], most: usize, shapes: &mut Shapes) -> Result<()> {
    let table = &inputs.tables[work.file];
    if let Data::Text { first_line, .. } = work.data {
        each_date(table, block, first_line, |text, line| {
            if shapes.seen < most {
                shapes.add(trim(text), || Place::line(&table.source.name, line));
            }
        });
        return Ok(());
    }
    for_each_batch(inputs, work, |table, batch, first_row, _| {
        batch::each_date(table, batch, first_row, |text, row| {
            if shapes.seen < most {
                let place = || Place { row: Some(row), ..Place::file(&table.source.name) };
                shapes.add(trim(text.as_bytes()), place);
            }
        })
    })
}

fn each_date(table: &Table, block: &[u8], first_line: u64, mut each: impl FnMut(&[u8], u64)) {
    let column = table.log().date;
    match table.format {
        Format::Text(separator) => {
            for_each_record(block, first_line, Some(separator), &[], |record| {
                if record.fields.len() == table.names.len() {
                    each(record.field(column), record.line);
                }
            });
        }
        _ => {
            let name = std::slice::from_ref(&table.names[column]);
            for_each_record(block, first_line, None, name, |record| {
                if record.fields.len() == 1 {
                    each(record.field(0), record.line);
                }
            });
        }
    }
}

/// Looks through all blocks for dates that prove an order, until one is found.
fn scan_order(
    inputs: &Inputs,
    options: &LogOptions,
    progress: &dyn Progress,
) -> Result<(Option<Example>, Option<Example>)> {
    progress.stage("looking for the order of day and month", Some(inputs.bytes()));
    let proven = AtomicBool::new(false);
    let found = in_parallel(inputs, options, progress, |_, work, block| {
        let key: BlockKey = work.key;
        if proven.load(Ordering::Relaxed) {
            return Ok(vec![]);
        }
        let mut shapes = Shapes::default();
        look_at(inputs, work, block, usize::MAX, &mut shapes)?;
        if shapes.day_first.is_none() && shapes.month_first.is_none() {
            return Ok(vec![]);
        }
        proven.store(true, Ordering::Relaxed);
        Ok(vec![(key, (shapes.day_first, shapes.month_first))])
    })?;
    let mut evidence = (None, None);
    for (day, month) in found {
        evidence.0 = evidence.0.or(day);
        evidence.1 = evidence.1.or(month);
    }
    Ok(evidence)
}
