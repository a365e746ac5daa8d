//! Making a state of a log, and adding rows to one.

use std::io::{Read, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use jiff::civil::Date;
use rustc_hash::FxHashSet;
use sha2::{Digest, Sha256};

use super::file::{StateWriter, io_error};
use super::head::{FileRead, Head, HowRead, VERSION};
use super::overlap;
use super::rows::{SortedRows, Sorter, StateRow};
use super::{ForState, OVERLAPPING, State};
use crate::base::{Error, Grain, Place, Progress, Result, Warning};
use crate::history::account::CleaningAccount;
use crate::history::attributes;
use crate::history::clean;
use crate::history::input::Input;
use crate::history::once::keep;
use crate::history::options::LogOptions;
use crate::history::read::calendar::day_of_date;
use crate::history::read::columns::AmountColumns;
use crate::history::read::inputs::{Source, list};
use crate::history::read::{self, Findings, Inputs, Recognised};
use crate::history::store::Store;
use crate::history::summarize::default_memory;

/// What an addition to a state came to.
#[derive(Debug, Clone, Default)]
pub struct Added {
    /// Files that were read.
    pub files: Vec<String>,
    /// Files left aside because the state has read them before, byte by byte the same.
    pub known: Vec<String>,
    /// Rows that the state has now, and those that it had.
    pub rows: u64,
    /// See `rows`.
    pub rows_before: u64,
    /// Rows that the state had already, and what they amount to.
    pub repeated: u64,
    /// See `repeated`.
    pub repeated_amount: f64,
    /// New rows of days before the last one that the state had.
    pub late: u64,
    /// Did rows of orders come that the state has other rows of?
    pub orders_met: bool,
    /// The end of observation before and now.
    pub until_before: Option<Date>,
    /// See `until_before`.
    pub until: Option<Date>,
    /// What became of the rows that were read.
    pub account: CleaningAccount,
    /// What was assumed of them.
    pub assumptions: Vec<String>,
    /// What looks wrong with them.
    pub warnings: Vec<Warning>,
}

/// An addition that was read and waits to be written.
pub struct Addition {
    /// What it comes to; the state is written for it.
    pub added: Added,
    fresh: Fresh,
    before: Option<State>,
}

/// New rows with what is known of them.
struct Fresh {
    store: Store,
    head: Head,
    /// Files whose rows are to be read.
    inputs: Option<(Inputs, LogOptions)>,
}

impl Addition {
    /// Reads and writes: what was written to, and what became of the rows.
    ///
    /// # Errors
    /// If rows cannot be read or used, or if it cannot be written.
    pub fn write<W: Write + Send>(self, out: W, to: &str, progress: &dyn Progress) -> Result<(W, Added)> {
        let Addition { mut added, fresh, before } = self;
        let Fresh { store, mut head, inputs } = fresh;
        let failed = |error| Error::io("write", to, io_error(error));
        let attributes = head.how.attributes.clone();
        let Some((inputs, options)) = inputs else {
            let mut writer = StateWriter::new(out, head.findings.has_amount, &attributes).map_err(failed)?;
            before.iter().try_for_each(|state| writer.copy(&state.file)).map_err(failed)?;
            return Ok((writer.finish(head.to_json(), None).map_err(failed)?, added));
        };
        let cores = || thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let memory = options.memory_limit.unwrap_or_else(default_memory) / 4;
        let sorter = Sorter::new(&store, options.threads.unwrap_or_else(cores), memory);
        let end = before.as_ref().and_then(|state| state.head.findings.dates().1).map(day_of_date);
        let continued = Mutex::new(FxHashSet::default());
        let (mut findings, profiles) = read::find(&inputs, &options, progress, &|worker, rows| {
            if let Some(end) = end {
                let mut continued = continued.lock().unwrap_or_else(PoisonError::into_inner);
                let later =
                    rows.marks.iter().zip(&rows.when).filter(|(mark, day)| mark.order > 0 && **day > end);
                continued.extend(later.map(|(mark, _)| mark.order));
            }
            sorter.add(worker, &rows)
        })?;
        let continued = continued.into_inner().unwrap_or_else(PoisonError::into_inner);
        // Bad rows, several currencies, no rows: said of these files, before anything is written.
        findings.clone().settle(&options)?;
        let levels = profiles.as_ref().map(|profiles| profiles.levels());
        let mut rows = sorter.finish()?;
        let late = late_rows(&mut rows, before.as_ref())?;
        let found = match &before {
            Some(state) => overlap::find(&state.file, &late, &continued, progress)?,
            None => overlap::Overlap::default(),
        };
        progress.stage("writing", None);
        let has_amount = findings.has_amount;
        let mut writer = StateWriter::new(out, has_amount, &attributes).map_err(failed)?;
        before.iter().try_for_each(|state| writer.copy(&state.file)).map_err(failed)?;
        let mut place = Places::new(&head);
        for (row, repeated) in late.into_iter().zip(&found.repeated) {
            if *repeated {
                findings.tally.repeated(row.amount, has_amount);
                added.repeated += 1;
                added.repeated_amount += row.amount;
                continue;
            }
            added.late += u64::from(end.is_some_and(|end| row.day < end));
            writer.push(place.put(row), levels.as_ref()).map_err(failed)?;
        }
        while let Some(row) = rows.next()? {
            writer.push(place.put(row), levels.as_ref()).map_err(failed)?;
            if place.rows.is_multiple_of(1 << 16) {
                progress.check()?;
            }
        }
        place.finish(&mut head, inputs.tables.len());
        added.orders_met = found.orders_met;
        if found.orders_met {
            head.how.lines.get_or_insert(OVERLAPPING);
        }
        let outcome = findings.clone().settle(&options)?;
        (added.account, added.assumptions, added.warnings) =
            (outcome.account, outcome.assumptions, outcome.warnings);
        head.findings = match before {
            Some(_) => head.findings.and(findings),
            None => findings,
        };
        // More than one currency over all files shows only now.
        let kept = LogOptions { skip_bad_rows: true, ..head.how.settled(&options) };
        head.findings.clone().settle(&kept)?;
        (added.rows, added.until) = (head.rows, head.until());
        Ok((writer.finish(head.to_json(), levels.as_ref()).map_err(failed)?, added))
    }
}

/// The first rows, up to the last day that the state has.
fn late_rows(rows: &mut SortedRows, before: Option<&State>) -> Result<Vec<StateRow>> {
    let mut late = Vec::new();
    let Some(last) = before.and_then(|state| state.head.findings.dates().1).map(day_of_date) else {
        return Ok(late);
    };
    while rows.day().is_some_and(|day| day <= last)
        && let Some(row) = rows.next()?
    {
        late.push(row);
    }
    Ok(late)
}

/// Gives rows their places behind those that are there.
struct Places {
    from: u64,
    file: u32,
    /// The last place given.
    last: u64,
    rows: u64,
}

impl Places {
    fn new(head: &Head) -> Self {
        Places { from: head.next_place, file: head.next_file, last: head.next_place, rows: 0 }
    }

    fn put(&mut self, mut row: StateRow) -> StateRow {
        row.mark.place = row.mark.place.saturating_add(self.from);
        row.mark.file += self.file;
        self.last = self.last.max(row.mark.place);
        self.rows += 1;
        row
    }

    fn finish(self, head: &mut Head, files: usize) {
        head.rows += self.rows;
        // Places of a piece of the input are numbered by the last 32 bits.
        head.next_place = (self.last >> 32).saturating_add(1) << 32;
        head.next_file = self.file + files as u32;
    }
}

/// What is read for a new state of these logs.
///
/// # Errors
/// If an input cannot be understood, or is a summary or a state.
pub fn begin(inputs: &[Input], options: &LogOptions, progress: &dyn Progress) -> Result<Addition> {
    refuse_states(inputs)?;
    check(options)?;
    let (inputs, said) = keep(inputs, options, progress)?;
    let (_, files, _) = fresh_files(&inputs, &[])?;
    let reading = LogOptions {
        grain: Some(Grain::Day),
        since: None,
        for_state: Some(ForState::default()),
        ..said.clone()
    };
    let log = recognise(&inputs, &reading)?;
    let first = &log.tables[0];
    let mut how = HowRead::new(options, &first.names, first.log());
    how.lines = log.orders();
    let (format, comma) = read::values_found(&log, &reading, progress)?;
    how.found(format, comma);
    let names = files.iter().map(|file| file.name.clone()).collect();
    let head = Head {
        version: VERSION,
        clv: env!("CARGO_PKG_VERSION").to_owned(),
        rows: 0,
        observed_until: options.observed_until,
        files,
        next_place: 0,
        next_file: 0,
        how,
        findings: Findings::default(),
    };
    let fresh = Fresh { store: store(options), head, inputs: Some((log, reading)) };
    Ok(Addition { added: Added { files: names, ..Added::default() }, fresh, before: None })
}

/// What is read to add the rows of these logs to a state; `None` if there is nothing new: all files were read before.
///
/// # Errors
/// If an input cannot be understood, or does not go with the state.
pub fn grow(
    state: State,
    inputs: &[Input],
    options: &LogOptions,
    progress: &dyn Progress,
) -> Result<(Option<Addition>, Added)> {
    refuse_states(inputs)?;
    check(options)?;
    let mut head = state.head.clone();
    let how = &state.head.how;
    how.refuse_other(&state.file.name, options)?;
    how.refuse_unknown(&state.file.name, &options.attributes)?;
    let said = how.for_more(options);
    let (inputs, said) = keep(inputs, &said, progress)?;
    let (inputs, files, known) = fresh_files(&inputs, &head.files)?;
    let until = state.observed_until();
    let later = options.observed_until.filter(|given| until.is_none_or(|until| *given > until));
    let added = Added {
        files: files.iter().map(|file| file.name.clone()).collect(),
        known,
        rows: head.rows,
        rows_before: head.rows,
        until_before: until,
        until: later.or(until),
        ..Added::default()
    };
    if inputs.is_empty() && later.is_none() {
        return Ok((None, added));
    }
    head.observed_until = later.or(head.observed_until);
    head.files.extend(files);
    head.clv = env!("CARGO_PKG_VERSION").to_owned();
    let store = store(options);
    let before = ForState { before: Some(Arc::new(how.clone())) };
    let reading = LogOptions { grain: Some(Grain::Day), since: None, for_state: Some(before), ..said };
    let inputs = match inputs.is_empty() {
        true => None,
        false => {
            let log = recognise(&inputs, &reading)?;
            refuse_other_amounts(&log, &state)?;
            Some((log, reading))
        }
    };
    let fresh = Fresh { store, head, inputs };
    Ok((Some(Addition { added: added.clone(), fresh, before: Some(state) }), added))
}

fn store(options: &LogOptions) -> Store {
    let memory = options.memory_limit.unwrap_or_else(default_memory);
    Store::new(memory / 2, options.temp_dir.clone().unwrap_or_else(std::env::temp_dir))
}

fn check(options: &LogOptions) -> Result<()> {
    if options.customers.is_some() {
        let message = "a state keeps rows, and is joined with a file of customers when it is read: give --customers then";
        return Err(Error::option("--customers", message));
    }
    clean::check_window(options)?;
    attributes::check(options)
}

fn refuse_states(inputs: &[Input]) -> Result<()> {
    for input in inputs {
        if let Some(state) = State::open(input)? {
            let message = "this is a state: only logs can be added to one";
            return Err(Error::input(Place::file(&state.file.name), message));
        }
    }
    Ok(())
}

fn recognise(inputs: &[Input], options: &LogOptions) -> Result<Inputs> {
    match read::recognise(inputs, options)? {
        Recognised::Log(log) => Ok(log),
        Recognised::Summary(_) => {
            let message =
                "this is a summary, one row a customer: a state is made of logs, one row a purchase";
            Err(Error::input(Place::file(names_of(inputs)), message))
        }
    }
}

fn names_of(inputs: &[Input]) -> String {
    inputs.first().and_then(Input::path).map_or_else(|| "data".to_owned(), |path| path.display().to_string())
}

fn refuse_other_amounts(log: &Inputs, state: &State) -> Result<()> {
    let table = &log.tables[0];
    let (here, there) = (table.log().amount != AmountColumns::None, state.head.findings.has_amount);
    if here == there {
        return Ok(());
    }
    let message = match there {
        true => format!(
            "there are no amounts here, and {} has them: name their column with --amount",
            state.file.name
        ),
        false => {
            format!("there are amounts here, and {} has none: make it anew from all logs", state.file.name)
        }
    };
    Err(Error::columns(&table.source.name, message))
}

/// The inputs whose bytes are not known yet, with their digests, and the names of the others.
fn fresh_files(inputs: &[Input], known: &[FileRead]) -> Result<(Vec<Input>, Vec<FileRead>, Vec<String>)> {
    let (mut fresh, mut files, mut others) = (Vec::new(), Vec::<FileRead>::new(), Vec::new());
    for input in inputs {
        for source in list(std::slice::from_ref(input))?.0 {
            let one = source.path().map_or_else(|| input.clone(), |path| Input::Path(path.to_owned()));
            let Some(sha256) = digest(&source)? else {
                fresh.push(one);
                continue;
            };
            if known.iter().any(|file| file.sha256 == sha256) {
                others.push(source.name.clone());
                continue;
            }
            files.push(FileRead { name: source.name.clone(), sha256 });
            fresh.push(one);
        }
    }
    Ok((fresh, files, others))
}

/// SHA-256 of a file; a table in memory has none.
fn digest(source: &Source) -> Result<Option<String>> {
    if source.table().is_some() {
        return Ok(None);
    }
    let failed = |e| Error::io("read", &source.name, e);
    let mut opened = source.open()?;
    let (mut hash, mut buffer) = (Sha256::new(), vec![0; 1 << 18]);
    loop {
        let n = opened.read(&mut buffer).map_err(failed)?;
        if n == 0 {
            break;
        }
        hash.update(&buffer[..n]);
    }
    Ok(Some(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()))
}
