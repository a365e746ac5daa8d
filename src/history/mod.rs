//! From purchase log to summary: the only code that reads purchases.
//!
//! Rows are read (`read`), cleaned and counted (`clean`), scattered by customer into partitions that
//! spill to disk under a memory limit (`scatter`, `store`), and each partition is sorted and folded into
//! one row a customer (`collapse`, `group`, `fold`); the sorted pieces are merged into one
//! [`Summary`] (`merge`), of which `describe` says what there is to say. [`parts`] does the same to a log whose
//! parts lie on many machines.

mod account;
mod activity;
mod attributes;
mod calendar;
mod clean;
mod codec;
mod cohorts;
mod collapse;
mod customer_file;
mod describe;
mod explain;
mod far_dates;
mod fold;
mod gaps;
mod group;
mod id_column;
mod input;
mod merge;
pub(crate) mod oddities;
mod once;
mod options;
mod orders;
pub mod parts;
mod past;
mod purchase_times;
pub(crate) mod read;
mod scatter;
pub(crate) mod small_table;
mod spend_drift;
mod standout;
pub mod state;
mod store;
mod summarize;
mod summary;
mod summary_cell;
pub(crate) mod summary_file;
mod summary_rows;
mod summary_said;
#[cfg(test)]
mod summary_tests;
mod tally;
#[cfg(test)]
mod tests;
mod timing;
mod twins;
mod who;

pub use account::{AccountEntry, AccountNote, CleaningAccount, Fate};
pub use activity::{Activity, ActivityMonth, Course};
pub use calendar::Calendar;
pub(crate) use clean::today;
pub use cohorts::{CohortCount, CohortPeriod, Cohorts};
pub use far_dates::{FarDates, Side};
pub use id_column::IdColumn;
pub use input::{Input, MemoryTable, SpooledTable};
pub use once::keep;
pub use options::{ColumnValues, DateFormat, LogOptions, Returns};
pub use past::Past;
pub(crate) use purchase_times::{PURCHASE_TIMES, as_text, from_text, listed};
pub(crate) use read::amounts::spelled::NumberStyle;
pub(crate) use read::likeness::minor_places;
pub(crate) use read::listing::would_be_read;
pub(crate) use read::months::month_of_table;
pub use read::{Decision, FileReading, Reading, Setting};
pub(crate) use read::{line_of, read_options, said_of_config};
pub(crate) use scatter::hash_text;
pub use spend_drift::SpendDrift;
pub use standout::{Standout, StandoutKind};
pub use state::State;
pub(crate) use summarize::{first_grain, grain_start};
pub use summary::{BATCH_ROWS, Batches, Summary, SummaryBatch, SummaryMeta, UnitSource};
pub use timing::Timing;
pub use who::{CustomerColumn, OtherColumn};

use std::path::PathBuf;

use self::customer_file::CustomerFile;
use self::read::Recognised;
use crate::base::{Progress, Result, Warning};

/// Opens purchase logs, or a summary: which of the two they are shows in their columns.
///
/// # Errors
/// If an input cannot be read or understood, or has rows that cannot be used.
pub fn open(inputs: &[PathBuf], options: &LogOptions, progress: &dyn Progress) -> Result<Summary> {
    open_inputs(&from_paths(inputs), options, progress)
}

/// Opens purchase logs, or a summary, in files or in memory.
///
/// # Errors
/// See [`open`].
pub fn open_inputs(inputs: &[Input], options: &LogOptions, progress: &dyn Progress) -> Result<Summary> {
    clean::check_window(options)?;
    attributes::check(options)?;
    let (inputs, options) = &keep(inputs, options, progress)?;
    let Some(customers) = &options.customers else { return open_alone(inputs, options, progress) };
    let file = CustomerFile::read(customers, options, progress)?;
    let rest = LogOptions { attributes: file.not_here(options), customers: None, ..options.clone() };
    file.join(open_alone(inputs, &rest, progress)?, &options.attributes, progress)
}

/// What an export holds, and how it is read.
pub struct Checked {
    /// How it is read; `None` for a summary.
    pub reading: Option<Reading>,
    /// What it comes to, without the rows that cannot be used.
    pub summary: Summary,
    /// Customers, their purchases at different times, and what these amount to after returns.
    pub customers: u64,
    /// See `customers`.
    pub purchases: u64,
    /// See `customers`; `None` if there are no amounts, or if it is a summary.
    pub revenue: Option<f64>,
    /// Are there rows at which other calls stop with these options?
    pub stops: bool,
}

/// Looks at what purchase logs, or a summary, hold.
///
/// # Errors
/// As [`open_inputs`], but for rows that cannot be used: they are counted.
pub fn check(inputs: &[Input], options: &LogOptions, progress: &dyn Progress) -> Result<Checked> {
    let (inputs, options) = &keep(inputs, options, progress)?;
    let reading = Reading::of(inputs, options, progress)?;
    // With first amounts, so that what customers paid adds up after their returns.
    let lenient = LogOptions { skip_bad_rows: true, first_amount: true, ..options.clone() };
    let summary = open_inputs(inputs, &lenient, progress)?;
    let (mut customers, mut purchases, mut paid) = (0, 0, 0.0);
    for batch in summary.batches() {
        let batch = batch?;
        customers += batch.len() as u64;
        purchases += batch.frequency.values().iter().map(|x| u64::from(*x) + 1).sum::<u64>();
        paid += spent(&batch);
    }
    let entries = &summary.meta.account.entries;
    let revenue = (reading.is_some() && summary.meta.has_money).then_some(paid);
    let stops = !options.skip_bad_rows && entries.iter().any(|entry| entry.fate.is_bad());
    Ok(Checked { reading, customers, purchases, revenue, stops, summary })
}

/// What customers paid in all, net of returns.
fn spent(batch: &SummaryBatch) -> f64 {
    let first = batch.first_amount.iter().flat_map(|first| first.values()).sum::<f64>();
    let means = batch.monetary_value.iter().flat_map(|means| means.values());
    first + means.zip(batch.frequency.values()).map(|(mean, x)| mean * f64::from(*x)).sum::<f64>()
}

/// The files that paths mean: directories and globs are listed.
///
/// # Errors
/// If one means none.
pub fn files_of(paths: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let (sources, _) = read::inputs::list(&from_paths(paths))?;
    Ok(sources.iter().filter_map(|source| source.path().map(std::path::Path::to_owned)).collect())
}

/// Files as inputs.
pub(crate) fn from_paths(paths: &[PathBuf]) -> Vec<Input> {
    paths.iter().cloned().map(Input::Path).collect()
}

/// Without a file of customers.
fn open_alone(inputs: &[Input], options: &LogOptions, progress: &dyn Progress) -> Result<Summary> {
    if let Some(state) = state::among(inputs)? {
        return state.summary(options, progress);
    }
    match read::recognise(inputs, options)? {
        Recognised::Log(inputs) => {
            let read = |sink: &summarize::Sink| read::read_log(&inputs, options, progress, sink);
            let mut summary = summarize::summarize(options, progress, inputs.orders(), read)?;
            far_dates::look(&inputs, options, progress, &mut summary.meta)?;
            summary.meta.id_column = IdColumn::of(&inputs);
            who::look(inputs, &mut summary.meta)?;
            Ok(summary)
        }
        Recognised::Summary(file) => {
            let mut summary = file.open(progress)?;
            summary.meta.warnings.extend(without_effect(options));
            Ok(summary)
        }
    }
}

/// A summary has its window behind it; when that ended it may be told.
fn without_effect(options: &LogOptions) -> Option<Warning> {
    options.since.map(|_| {
        let message = "--since has no effect: the input is a summary, whose frequency, recency and T are settled \
                       already";
        Warning::new("no-effect-on-summary", message)
    })
}
