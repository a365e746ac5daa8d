//! The state of a log: its purchases as they were read and cleaned, in one file, so that next month only the new rows are
//! read.
//!
//! A state keeps each purchase and return (who, when, how much, which order, the attributes) and nothing of the files that
//! they came from but their digests. A summary at any end of observation is made of these rows by the same fold as that of
//! a log, so that it is the same to the last bit: returns reach back over purchases of any age, an order in two exports
//! counts once, attributes are those of the first purchase, whenever it became known. Aggregates would be smaller, and
//! could do none of this: a late row, another grain, an earlier end, or a return would need the old rows.
//!
//! `file` is the file, `head` what it knows of itself, `rows` sorts rows on their way into it, `add` makes states and adds
//! rows to them, `overlap` tells rows that it has already.

mod add;
mod file;
mod head;
mod overlap;
mod rows;

pub use self::add::{Added, Addition, begin, grow};
pub(crate) use self::file::{from_arrow, io_error};
pub(crate) use self::head::HowRead;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use arrow_array::Array;
use jiff::civil::Date;

use self::file::{Part, StateFile};
use self::head::Head;
use super::account::Fate;
use super::attributes::{Interner, Profiles};
use super::codec::Mark;
use super::fold::Exact;
use super::input::Input;
use super::options::LogOptions;
use super::orders::Lines;
use super::read::calendar::{Moment, day_of_date};
use super::read::inputs::Source;
use super::read::{IdColumn, Purchases, ReadOutcome};
use super::summarize::{Sink, summarize};
use super::tally::Days;
use crate::base::{Error, Grain, Place, Progress, Result};
use crate::history::{Summary, SummaryMeta};

/// A state, opened.
pub struct State {
    file: StateFile,
    head: Head,
}

impl State {
    /// Opens an input if it is a state, which its content says; `None` if it is something else.
    ///
    /// # Errors
    /// If it cannot be read, or is of a later version.
    pub fn open(input: &Input) -> Result<Option<State>> {
        let source = match input {
            Input::Path(path) if path.is_file() => Source::of_path(path.clone())?,
            Input::Spooled(table) => Source::spooled(table),
            Input::Path(_) | Input::Table(_) => return Ok(None),
        };
        let Some((file, head)) = StateFile::open(&source)? else { return Ok(None) };
        let head = Head::parse(&file.name, &head)?;
        Ok(Some(State { file, head }))
    }

    /// How many purchases and returns it has.
    pub fn rows(&self) -> u64 {
        self.head.rows
    }

    /// The end of observation that verbs take if none is given: the one that was given last, or the last date.
    pub fn observed_until(&self) -> Option<Date> {
        self.head.until()
    }

    /// The attributes that it keeps.
    pub fn attributes(&self) -> &[String] {
        &self.head.how.attributes
    }

    /// One row a customer, as of the logs that it was made of.
    ///
    /// # Errors
    /// If it cannot be read, or if options ask for what it does not keep.
    pub fn summary(&self, options: &LogOptions, progress: &dyn Progress) -> Result<Summary> {
        let how = &self.head.how;
        how.refuse_other(&self.file.name, options)?;
        how.refuse_unknown(&self.file.name, &options.attributes)?;
        let given = self.head.observed_until.filter(|_| options.observed_until.is_none());
        let given = given.filter(|given| self.observed_until() == Some(*given));
        let options = LogOptions {
            observed_until: options.observed_until.or(given),
            skip_bad_rows: true,
            ..how.settled(options)
        };
        let mut summary =
            summarize(&options, progress, how.lines, |sink| self.read(&options, progress, sink))?;
        self.say(&mut summary.meta);
        Ok(summary)
    }

    fn say(&self, meta: &mut SummaryMeta) {
        let files = self.head.files.len();
        let files = if files == 1 { "1 file".to_owned() } else { format!("{files} files") };
        meta.assumptions.insert(
            0,
            format!(
                "{} is a state, made of {files}: the account is that of all rows that it has read",
                self.file.name
            ),
        );
    }

    /// Hands all rows to the sink, on as many workers as asked for, and says what reading them once came to.
    fn read(&self, options: &LogOptions, progress: &dyn Progress, sink: &Sink) -> Result<ReadOutcome> {
        let profiles = Profiles::of(options);
        let until = options.observed_until.map_or(i32::MAX, day_of_date);
        let reading = Reading {
            state: self,
            attributes: &options.attributes,
            profiles: profiles.as_deref(),
            until,
            grain: options.grain(),
            marked: !options.attributes.is_empty() || self.head.how.lines.is_some(),
        };
        progress.stage("reading", Some(self.file.groups() as u64));
        let next = AtomicUsize::new(0);
        let work = |worker: usize| -> Result<Cut> {
            let mut cut = Cut::default();
            loop {
                let group = next.fetch_add(1, Ordering::Relaxed);
                if group >= self.file.groups() {
                    return Ok(cut);
                }
                progress.check()?;
                reading.group(worker, group, sink, &mut cut)?;
                progress.advance(1);
            }
        };
        let cores = || thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let threads = options.threads.unwrap_or_else(cores).max(1);
        let cut = thread::scope(|scope| {
            let work = &work;
            let workers: Vec<_> = (0..threads).map(|worker| scope.spawn(move || work(worker))).collect();
            let mut all = Cut::default();
            for worker in workers {
                all.add(worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?);
            }
            Ok::<_, Error>(all)
        })?;
        let mut findings = self.head.findings.clone();
        let tally = &mut findings.tally;
        tally.days = cut.days;
        let moved = |fate: &mut (u64, Exact, u64), rows: i64, amount: Exact, known: i64| {
            (fate.0, fate.2) = (fate.0.wrapping_add_signed(rows), fate.2.wrapping_add_signed(known));
            fate.1.add_all(amount);
        };
        let (rows, known) =
            (cut.rows as i64, if self.head.findings.has_amount { cut.rows as i64 } else { 0 });
        // Of purchases it is not counted how many amounts are known: all are.
        moved(&mut tally.fates[Fate::Purchase as usize], -rows, cut.amount.negated(), 0);
        moved(&mut tally.fates[Fate::AfterObservedUntil as usize], rows, cut.amount, known);
        tally.zeros -= cut.zeros;
        tally.timed &= cut.timed;
        Ok(ReadOutcome { profiles, ..findings.settle(options)? })
    }
}

/// Rows after the end of observation, and the days of all others.
#[derive(Default)]
struct Cut {
    rows: u64,
    amount: Exact,
    zeros: u64,
    days: Days,
    /// Have any of the others a time of day?
    timed: bool,
}

impl Cut {
    fn add(&mut self, other: Cut) {
        self.rows += other.rows;
        self.amount.add_all(other.amount);
        self.zeros += other.zeros;
        self.days.add(other.days);
        self.timed |= other.timed;
    }
}

/// What reading rows goes by.
struct Reading<'a> {
    state: &'a State,
    attributes: &'a [String],
    profiles: Option<&'a Profiles>,
    /// Later days are not read.
    until: i32,
    grain: Grain,
    marked: bool,
}

impl Reading<'_> {
    fn group(&self, worker: usize, group: usize, sink: &Sink, cut: &mut Cut) -> Result<()> {
        let mut interner = self.profiles.map(Interner::new);
        for part in self.state.file.read(group, self.attributes)? {
            let part = part?;
            let kept = |i: &usize| part.day.value(*i) <= self.until;
            let rows: Vec<usize> = (0..part.len()).filter(kept).collect();
            self.count(&part, &rows, cut);
            if rows.is_empty() {
                continue;
            }
            let mut purchases = Purchases {
                id: self.ids(&part, &rows),
                when: rows.iter().map(|&i| self.when(&part, i).0).collect(),
                amount: part
                    .amount
                    .as_ref()
                    .map_or_else(Vec::new, |amounts| rows.iter().map(|&i| amounts.value(i)).collect()),
                marks: Vec::new(),
            };
            if self.marked {
                for &i in &rows {
                    purchases.marks.push(self.mark(&part, i, interner.as_mut())?);
                }
            }
            sink(worker, purchases)?;
        }
        Ok(())
    }

    fn ids(&self, part: &Part, rows: &[usize]) -> IdColumn {
        if rows.len() == part.len() {
            return IdColumn::Text(part.id.clone());
        }
        IdColumn::Text(rows.iter().map(|&i| Some(part.id.value(i))).collect())
    }

    fn count(&self, part: &Part, rows: &[usize], cut: &mut Cut) {
        let mut next = rows.iter().peekable();
        for i in 0..part.len() {
            if next.next_if_eq(&&i).is_some() {
                cut.days.add(Days(part.day.value(i), part.day.value(i)));
                cut.timed |= part.second.value(i) != 0;
                continue;
            }
            let amount = part.amount.as_ref().map_or(0.0, |amounts| amounts.value(i));
            cut.rows += 1;
            cut.zeros += u64::from(amount == 0.0 && part.amount.is_some());
            cut.amount.add(amount);
        }
    }

    /// The grain by which a row travels, and how long after its beginning it was \[s\].
    fn when(&self, part: &Part, i: usize) -> (i32, u32) {
        let moment = Moment { second: part.second.value(i) as i32, ..Moment::of_day(part.day.value(i)) };
        (moment.grain(self.grain.min(Grain::Day)), moment.in_grain(self.grain))
    }

    fn mark(&self, part: &Part, i: usize, interner: Option<&mut Interner>) -> Result<Mark> {
        let code = match interner {
            None => 0,
            Some(interner) => interner.code(
                part.attributes
                    .iter()
                    .map(|column| if column.is_valid(i) { column.value(i).as_bytes() } else { &b""[..] }),
            )?,
        };
        Ok(Mark {
            second: self.when(part, i).1,
            nano: part.nano.value(i),
            place: part.place.value(i),
            code,
            order: part.order.value(i),
            file: part.file.value(i),
        })
    }
}

/// The state among inputs, if one of them is one: it is read alone.
///
/// # Errors
/// If it is named beside other inputs, or cannot be read.
pub(crate) fn among(inputs: &[Input]) -> Result<Option<State>> {
    for input in inputs {
        let Some(state) = State::open(input)? else { continue };
        if inputs.len() > 1 {
            let message =
                "this is a state, which is read alone: add new rows to it with clv update STATE LOG..";
            return Err(Error::input(Place::file(&state.file.name), message));
        }
        return Ok(Some(state));
    }
    Ok(None)
}

/// What is asked of rows that go into a state.
#[derive(Debug, Clone, Default)]
pub struct ForState {
    /// How the rows were read that it has already, if it is there.
    before: Option<Arc<HowRead>>,
}

impl ForState {
    pub(crate) fn before(&self) -> Option<&HowRead> {
        self.before.as_deref()
    }
}

/// How the lines of orders become one, where orders turned out to be in two exports.
const OVERLAPPING: Lines = Lines::Add;
