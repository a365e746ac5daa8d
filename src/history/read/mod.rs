//! Reads purchase logs: any number of files in several formats to cleaned columns, in parallel.
//!
//! [`recognise`](recognise()) looks at each input's first block: what format it has and which column plays which
//! role. [`read_log`] settles how dates are written, then workers take blocks (text) or row groups
//! (Parquet) in turn, clean their rows and hand them on; each keeps a tally per block. Tallies are
//! merged in the order of the input, so that nothing depends on the number of threads.

pub(crate) mod amounts;
pub(crate) mod arrow;
pub(crate) mod batch;
mod blocks;
pub(crate) mod calendar;
pub(crate) mod columns;
mod container;
pub(crate) mod dates;
mod encoding;
pub(crate) mod evidence;
pub(crate) mod feed;
pub(crate) mod flags;
pub(crate) mod guarded;
mod guess;
pub(crate) mod inputs;
mod ipc;
mod json;
mod kind;
pub(crate) mod likeness;
pub(crate) mod listing;
pub(crate) mod look;
pub(crate) mod months;
pub(crate) mod names;
pub(crate) mod outcome;
mod pair;
mod plan;
pub(crate) mod presets;
mod reading;
pub(crate) mod recognise;
pub(crate) mod rows;
pub(crate) mod screen;
pub(crate) mod status;
#[cfg(test)]
mod tests;
pub(crate) mod text;
pub(crate) mod token;
pub(crate) mod totals;
pub(crate) mod typed;
pub(crate) mod unpack;
pub(crate) mod vocabulary;
pub(crate) mod watched;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use arrow_array::StringArray;
use jiff::civil::Date;

pub use reading::{Decision, FileReading, Reading, Setting};
pub(crate) use reading::{line_of, read_options};
pub(crate) use recognise::said_of_config;
pub(crate) use recognise::{Inputs, Recognised, recognise, recognise_by};

use self::feed::{Data, Feed, Work, for_each_batch};
pub(crate) use self::outcome::Findings;
use super::account::{CleaningAccount, Fate};
use super::attributes::Profiles;
use super::clean::{Cleaner, Rules};
use super::codec::Mark;
use super::options::{DateFormat, LogOptions};
use super::tally::Tally;
use crate::base::{Error, Place, Progress, Result, Warning};

/// Cleaned purchases, ready to be scattered. Columns of equal length.
#[derive(Debug, Clone)]
pub(crate) struct Purchases {
    /// Who.
    pub id: IdColumn,
    /// Hours since 1970 where purchases are counted by the hour, else days.
    pub when: Vec<i32>,
    /// How much; empty if the log has no amounts. Negative for a return (only with `Returns::Net`).
    pub amount: Vec<f64>,
    /// What goes with each row if there are attributes; else empty.
    pub marks: Vec<Mark>,
}

/// The ids of some rows. Which of the two it is makes no difference to the summary.
#[derive(Debug, Clone)]
pub(crate) enum IdColumn {
    /// Text as given, never trimmed, never empty.
    Text(StringArray),
    /// Integers below [`PLAIN_END`](super::scatter::PLAIN_END), in place of their decimal text.
    Int(Vec<u64>),
}

/// What reading a log came to.
#[derive(Debug, Default)]
pub(crate) struct ReadOutcome {
    /// What became of each row, as far as reading decides.
    pub account: CleaningAccount,
    /// The earliest date of the rows passed on.
    pub first: Option<Date>,
    /// The latest one.
    pub last: Option<Date>,
    /// Are there amounts?
    pub has_amount: bool,
    /// The values of attributes, if there are any.
    pub profiles: Option<Arc<Profiles>>,
    /// Are rows order lines (quantity x price)?
    pub order_lines: bool,
    /// Are dates months or years, taken for their first days?
    pub coarse_dates: bool,
    /// Have dates a time of day?
    pub timed: bool,
    /// The one currency of all amounts, if that is known.
    pub currency: Option<String>,
    /// What was assumed, one sentence each.
    pub assumptions: Vec<String>,
    /// What looks wrong, with advice.
    pub warnings: Vec<Warning>,
}

/// Where cleaned batches go: called concurrently and in any order, with the worker's number.
pub(crate) type Sink<'a> = &'a (dyn Fn(usize, Purchases) -> Result<()> + Sync);

/// A block's place in the input: file, block (or row group), batch in it.
pub(crate) type BlockKey = (usize, u64, u64);

/// Reads all inputs on `options.threads` workers and hands cleaned batches to `sink`.
///
/// # Errors
/// If the input is damaged, if rows are bad and not to be skipped, or if `sink` fails.
pub(crate) fn read_log(
    inputs: &Inputs,
    options: &LogOptions,
    progress: &dyn Progress,
    sink: Sink,
) -> Result<ReadOutcome> {
    let (findings, profiles) = find(inputs, options, progress, sink)?;
    Ok(ReadOutcome { profiles, ..findings.settle(options)? })
}

/// The same, but bad rows are only counted: whether they matter is for the caller to judge. Unless they are to be
/// skipped, nothing more is handed on once there is one.
///
/// # Errors
/// If the input is damaged, or if `sink` fails.
pub(crate) fn find(
    inputs: &Inputs,
    options: &LogOptions,
    progress: &dyn Progress,
    sink: Sink,
) -> Result<(Findings, Option<Arc<Profiles>>)> {
    let rules = plan::rules(inputs, options, progress)?;
    progress.stage("reading", Some(inputs.bytes()));
    let run =
        Run { inputs, rules: &rules, sink, doomed: AtomicBool::new(false), skip_bad: options.skip_bad_rows };
    let tallies =
        in_parallel(inputs, options, progress, |worker, work, block| run.clean(worker, work, block))?;
    Ok((Findings::new(inputs, options, &rules, tallies)?, rules.profiles.clone()))
}

/// How dates are written, where the rows had to say so, and whether amounts have a decimal comma, where they are sure to.
pub(crate) fn values_found(
    inputs: &Inputs,
    options: &LogOptions,
    progress: &dyn Progress,
) -> Result<(Option<DateFormat>, Option<bool>)> {
    let rules = plan::rules(inputs, options, progress)?;
    Ok((
        reading::agreed_order(&rules.writings).map(|order| order.format()),
        reading::agreed_comma(&rules.writings),
    ))
}

/// What lies outside a range of dates.
pub(crate) struct Outside {
    /// First and last date within.
    pub others: Option<(Date, Date)>,
    /// The first rows outside, and whatever else is bad.
    pub listed: Vec<(Fate, Place)>,
    account: CleaningAccount,
}

impl Outside {
    /// How many rows had this fate.
    pub fn rows(&self, fate: Fate) -> u64 {
        self.account.rows(fate)
    }
}

/// Reads a log for what lies outside the dates that these options allow; rows are handed to nobody.
pub(crate) fn outside(inputs: &Inputs, options: &LogOptions, progress: &dyn Progress) -> Result<Outside> {
    let (findings, _) = find(inputs, options, progress, &|_, _| Ok(()))?;
    let tally = &findings.tally;
    Ok(Outside {
        others: tally.days.dates(),
        listed: tally.bad.iter().map(|(fate, row)| (*fate, row.place.clone())).collect(),
        account: outcome::account_of(tally, findings.has_amount),
    })
}

/// Runs `each` on all work, on as many workers as asked for; results in the order of the input.
pub(crate) fn in_parallel<T: Send>(
    inputs: &Inputs,
    options: &LogOptions,
    progress: &dyn Progress,
    each: impl Fn(usize, Work, &[u8]) -> Result<Vec<(BlockKey, T)>> + Sync,
) -> Result<Vec<T>> {
    let feed = Mutex::new(Feed::new(inputs));
    let done: Mutex<Vec<(BlockKey, T)>> = Mutex::new(Vec::new());
    let failed: Mutex<Option<(BlockKey, Error)>> = Mutex::new(None);
    let stop = AtomicBool::new(false);
    let work = |worker: usize| {
        let mut block = Vec::new();
        while !stop.load(Ordering::Relaxed) {
            let next = {
                let mut feed = feed.lock().unwrap_or_else(|e| e.into_inner());
                let next = feed.next(&mut block);
                progress.advance(feed.take_bytes());
                next.map_err(|error| (feed.key(), error))
            };
            let result = next.and_then(|work| match work {
                None => Ok(None),
                Some(work) => {
                    let key = work.key;
                    progress
                        .check()
                        .and_then(|()| each(worker, work, &block))
                        .map(Some)
                        .map_err(|error| (key, error))
                }
            });
            match result {
                Ok(Some(results)) => done.lock().unwrap_or_else(|e| e.into_inner()).extend(results),
                Ok(None) => return,
                Err((key, error)) => {
                    stop.store(true, Ordering::Relaxed);
                    let mut failed = failed.lock().unwrap_or_else(|e| e.into_inner());
                    if failed.as_ref().is_none_or(|(first, _)| key < *first) {
                        *failed = Some((key, error));
                    }
                }
            }
        }
    };
    std::thread::scope(|scope| {
        for worker in 1..threads(options) {
            let work = &work;
            scope.spawn(move || work(worker));
        }
        work(0);
    });
    if let Some((_, error)) = failed.into_inner().unwrap_or_else(|e| e.into_inner()) {
        return Err(error);
    }
    let mut done = done.into_inner().unwrap_or_else(|e| e.into_inner());
    done.sort_by_key(|(key, _)| *key);
    Ok(done.into_iter().map(|(_, result)| result).collect())
}

fn threads(options: &LogOptions) -> usize {
    let all = || std::thread::available_parallelism().map_or(1, |n| n.get());
    options.threads.unwrap_or_else(all).max(1)
}

/// What the workers of one reading share.
struct Run<'a> {
    inputs: &'a Inputs,
    rules: &'a Rules,
    sink: Sink<'a>,
    /// There are bad rows and they are not to be skipped: nothing more needs to be handed on.
    doomed: AtomicBool,
    skip_bad: bool,
}

impl Run<'_> {
    fn clean(&self, worker: usize, work: Work, block: &[u8]) -> Result<Vec<(BlockKey, Tally)>> {
        if let Data::Text { first_line, lines } = work.data {
            let mut cleaner = Cleaner::new(self.rules, work.file, lines as usize + 1, work.number);
            text::clean_block(&self.inputs.tables[work.file], block, first_line, &mut cleaner);
            return Ok(vec![(work.key, self.finish(worker, work.file, &mut cleaner)?)]);
        }
        let mut tallies = Vec::new();
        let mut cleaner = Cleaner::new(self.rules, work.file, arrow::BATCH, work.number);
        let file = work.file;
        for_each_batch(self.inputs, work, |table, batch, first_row, key| {
            batch::clean_batch(table, batch, first_row, &mut cleaner)?;
            tallies.push((key, self.finish(worker, file, &mut cleaner)?));
            Ok(())
        })?;
        Ok(tallies)
    }

    fn finish(&self, worker: usize, file: usize, cleaner: &mut Cleaner) -> Result<Tally> {
        let purchases = cleaner.take();
        let mut tally = std::mem::take(&mut cleaner.tally);
        tally.file = file as u32;
        if tally.fatal.is_some() || (!tally.bad.is_empty() && !self.skip_bad) {
            self.doomed.store(true, Ordering::Relaxed);
        }
        match purchases {
            Some(purchases) if !self.doomed.load(Ordering::Relaxed) => (self.sink)(worker, purchases)?,
            _ => {}
        }
        Ok(tally)
    }
}
