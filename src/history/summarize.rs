//! The whole way from rows to summary: scatter, collapse, merge, and what is to be said about it.

use std::num::NonZero;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use jiff::civil::Date;

use super::activity::ActivityCounter;
use super::attributes::{AttributeCounts, Levels, say_missing, warn_several};
use super::calendar::Calendar;
use super::collapse::{Collapse, CollapseOptions, Collapsed};
use super::fold::FoldCounts;
use super::merge::MergedRuns;
use super::read::{Purchases, ReadOutcome};
use super::scatter::{PARTITIONS, Scatter, Scattered};
use super::store::Store;
use super::twins::Twins;
use super::{CleaningAccount, DateFormat, Fate, LogOptions};
use crate::error::Result;
use crate::progress::Progress;
use crate::summary::{Summary, SummaryMeta, UnitSource};
use crate::units::{Grain, Unit};
use crate::warning::Warning;

/// Takes rows from a worker of the reader.
pub(crate) type Sink<'a> = dyn Fn(usize, Purchases) -> Result<()> + Sync + 'a;

/// Summarises the rows that `read` gives to its sink.
pub(crate) fn summarize(
    options: &LogOptions,
    progress: &dyn Progress,
    read: impl FnOnce(&Sink) -> Result<ReadOutcome>,
) -> Result<Summary> {
    let mut plan = Plan::new(options);
    let store = Arc::new(Store::new(plan.memory / 2, plan.temp_dir.clone()));
    let scatter = Scatter::new(&store, plan.threads, plan.memory / 8);
    let outcome = read(&|worker, rows| scatter.add(worker, &rows))?;
    let scattered = scatter.finish()?;
    let levels = outcome.profiles.as_ref().map(|profiles| Arc::new(profiles.levels()));
    let end = outcome.last.filter(|_| options.observed_until.is_none()).or(options.observed_until);
    plan.activity = activity_counter(options, outcome.first, end);
    let collapsed = collapse(&plan, &store, scattered, levels.clone(), progress)?;
    let source = MergedRuns {
        store,
        runs: collapsed.runs,
        grain: options.grain,
        unit: options.unit.unwrap_or_default(),
        end: end.map_or(0, |date| last_grain(options.grain, date)),
        has_money: outcome.has_amount,
        log_gaps: options.log_gaps,
        first_amount: options.first_amount && outcome.has_amount,
        levels,
    };
    let mut meta = describe(options, outcome, &collapsed.counts, collapsed.twins, end);
    meta.calendar = collapsed.calendar;
    meta.activity = collapsed.activity.map(ActivityCounter::finish);
    describe_attributes(&mut meta, &collapsed.attributes, collapsed.counts.customers);
    Ok(Summary::new(meta, source))
}

/// How memory and threads are shared out.
struct Plan {
    /// Memory for rows and customers [bytes].
    memory: u64,
    threads: usize,
    temp_dir: PathBuf,
    /// Customers first seen before this grain are left out.
    since: Option<i32>,
    log_gaps: bool,
    calendar: Option<Calendar>,
    first_amount: bool,
    activity: Option<ActivityCounter>,
}

impl Plan {
    fn new(options: &LogOptions) -> Self {
        let cores = || thread::available_parallelism().map_or(1, NonZero::get);
        Plan {
            memory: options.memory_limit.unwrap_or_else(default_memory),
            threads: options.threads.unwrap_or_else(cores).max(1),
            temp_dir: options.temp_dir.clone().unwrap_or_else(std::env::temp_dir),
            since: options.since.map(|date| first_grain(options.grain, date)),
            log_gaps: options.log_gaps,
            calendar: options
                .calendar
                .map(|origin| Calendar::new(last_grain(options.grain, origin), options.grain)),
            first_amount: options.first_amount,
            activity: None,
        }
    }

    fn collapse_options(&self, blanks: bool, levels: Option<Arc<Levels>>) -> CollapseOptions {
        // A merge holds a block of each run; customers take 64 bytes or so, and there is a run for
        // each `run_memory` of them.
        let run_memory = self.memory / 16 / self.threads as u64;
        CollapseOptions {
            since: self.since,
            log_gaps: self.log_gaps,
            calendar: self.calendar.clone(),
            first_amount: self.first_amount,
            activity: self.activity.clone(),
            levels,
            rows_memory: self.memory / 4 / self.threads as u64,
            run_memory,
            block_rows: (self.memory as usize / 8 / 128 / 64).clamp(8, 4096),
            blanks,
        }
    }
}

/// Empty counts of active customers, if they are asked for and there is something to count.
fn activity_counter(options: &LogOptions, first: Option<Date>, end: Option<Date>) -> Option<ActivityCounter> {
    let (first, end) = (first?, end?);
    if end < first { None } else { ActivityCounter::new(options.activity?, options.grain, first, end) }
}

/// Half of the machine's memory (or of what its control group allows), at most 2 GB.
pub(crate) fn default_memory() -> u64 {
    const MOST: u64 = 2_000_000_000;
    let machine = std::fs::read_to_string("/proc/meminfo").ok().and_then(|text| {
        let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
        line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kb| kb * 1024)
    });
    let group = std::fs::read_to_string("/sys/fs/cgroup/memory.max").ok();
    let group = group.and_then(|text| text.trim().parse::<u64>().ok());
    machine.into_iter().chain(group).map(|bytes| bytes / 2).chain([MOST]).min().unwrap_or(MOST)
}

fn collapse(
    plan: &Plan,
    store: &Store,
    scattered: Scattered,
    levels: Option<Arc<Levels>>,
    progress: &dyn Progress,
) -> Result<Collapsed> {
    progress.stage("summarize", Some(PARTITIONS as u64));
    let options = plan.collapse_options(scattered.blanks, levels);
    let partitions: Vec<_> = scattered.partitions.into_iter().map(|p| Mutex::new(Some(p))).collect();
    let next = AtomicUsize::new(0);
    // Each worker takes the next partition. Who takes which decides how the runs are cut, but not
    // what they are merged into.
    let work = || -> Result<Collapsed> {
        let mut worker = Collapse::new(store, options.clone());
        while let Some(partition) = partitions.get(next.fetch_add(1, Ordering::Relaxed)) {
            progress.check()?;
            let partition = partition.lock().unwrap_or_else(PoisonError::into_inner).take();
            worker.partition(partition.unwrap_or_default())?;
            progress.advance(1);
        }
        worker.finish()
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..plan.threads).map(|_| scope.spawn(work)).collect();
        let mut all = Collapsed::default();
        for worker in workers {
            all.add(worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?);
        }
        Ok(all)
    })
}

/// What is to be said about the summary.
fn describe(
    options: &LogOptions,
    outcome: ReadOutcome,
    counts: &FoldCounts,
    twins: Twins,
    end: Option<Date>,
) -> SummaryMeta {
    let mut meta = SummaryMeta {
        unit: options.unit.unwrap_or_default(),
        unit_source: if options.unit.is_some() { UnitSource::Given } else { UnitSource::Default },
        grain: Some(options.grain),
        first_purchase: counts.first.map(|first| first_date(options, &outcome, first)),
        observed_until: end,
        observed_until_assumed: options.observed_until.is_none(),
        has_money: outcome.has_amount,
        has_log_gaps: options.log_gaps,
        attributes: options.attributes.clone(),
        sorted: true,
        calendar: None,
        activity: None,
        account: outcome.account,
        assumptions: outcome.assumptions,
        warnings: outcome.warnings,
    };
    settle(&mut meta.account, counts, outcome.has_amount);
    if let (Some(since), 1..) = (options.since, counts.left_out) {
        let number = counts.left_out;
        meta.assumptions.push(format!("{number} customers first seen before {since} are left out (--since)"));
    }
    meta.assumptions.extend(say_whole_units(options, end));
    meta.warnings.extend(nobody_warning(counts));
    meta.warnings.extend(early_warning(options, meta.first_purchase, end));
    meta.warnings.extend(twins_warning(&twins));
    if outcome.has_amount && !outcome.order_lines {
        meta.warnings.extend(duplicates_warning(counts));
        note_duplicates(&mut meta.account, counts);
    }
    meta.warnings.extend(returns_warning(counts));
    meta
}

/// What is to be said about attributes.
fn describe_attributes(meta: &mut SummaryMeta, counts: &[AttributeCounts], customers: u64) {
    let names = &meta.attributes;
    let (said, warned) = (say_missing(names, counts, customers), warn_several(names, counts, customers));
    meta.assumptions.extend(said);
    meta.warnings.extend(warned);
}

fn nobody_warning(counts: &FoldCounts) -> Option<Warning> {
    (counts.occasions == 0).then(|| {
        let message =
            "no customer is left: look at what became of the rows, and at --observed-until and --since";
        Warning::new("no-customers", message)
    })
}

/// Seconds taken for milliseconds are all in January 1970.
fn early_warning(options: &LogOptions, first: Option<Date>, end: Option<Date>) -> Option<Warning> {
    let numbers = matches!(options.date_format, Some(DateFormat::Unix | DateFormat::UnixMs));
    let early = first?.year() == 1970 && end?.year() == 1970;
    (numbers && early).then(|| {
        let message = "all dates are in 1970: are these seconds (--date-format unix), not milliseconds?";
        Warning::new("dates-in-1970", message)
    })
}

/// Moves the rows whose fate only the collapse can know.
fn settle(account: &mut CleaningAccount, counts: &FoldCounts, has_amount: bool) {
    let amount = |sum: f64| has_amount.then_some(sum);
    account.convert(Fate::Purchase, Fate::ReturnNetted, counts.netted, amount(counts.netted_amount.value()));
    account.convert(
        Fate::Purchase,
        Fate::ReturnUnmatched,
        counts.unmatched,
        amount(counts.unmatched_amount.value()),
    );
    account.convert(
        Fate::Purchase,
        Fate::BeforeSince,
        counts.left_out_rows,
        amount(counts.left_out_amount.value()),
    );
    let merged = counts.purchases - counts.occasions;
    account.note("same-grain", "purchases merged into another one of the same customer and time", merged);
}

fn note_duplicates(account: &mut CleaningAccount, counts: &FoldCounts) {
    account.note(
        "exact-duplicates",
        "exact duplicates of another row in customer, date and amount",
        counts.duplicates,
    );
}

fn duplicates_warning(counts: &FoldCounts) -> Option<Warning> {
    let (n, rows, them) = match counts.duplicates {
        0 => return None,
        1 => (1, "row is a duplicate of", "it is not a separate purchase, its"),
        n => (n, "rows are duplicates of", "they are not separate purchases, their"),
    };
    let message = format!(
        "{n} {rows} another row of the same customer, date and amount exactly: if {them} spend counts twice"
    );
    Some(Warning::new("exact-duplicates", message))
}

fn twins_warning(twins: &Twins) -> Option<Warning> {
    let example = twins.example.as_deref()?;
    let (n, ids) = if twins.sets == 1 { (1, "id occurs") } else { (twins.sets, "ids occur") };
    let message = format!(
        "{n} customer {ids} in several forms that differ only by blanks around them (such as '{example}'): \
         each form is taken for a customer of its own; trim the ids if they are the same"
    );
    Some(Warning::new("ids-differ-by-blanks", message))
}

fn returns_warning(counts: &FoldCounts) -> Option<Warning> {
    if counts.unmatched == 0 {
        return None;
    }
    let only = match counts.only_returns {
        0 => String::new(),
        1 => "; 1 customer has nothing but returns and is left out".to_owned(),
        n => format!("; {n} customers have nothing but returns and are left out"),
    };
    let message = format!(
        "{} {} no earlier purchase of the same customer, or not enough of it: {:.2} of returns could not be \
         taken off{only}. The purchases may lie before the log begins",
        counts.unmatched,
        if counts.unmatched == 1 { "return finds" } else { "returns find" },
        counts.unmatched_rest.value(),
    );
    Some(Warning::new("unmatched-returns", message))
}

/// The date of the first purchase: of the log, if it is in that grain, else the grain's first day.
fn first_date(options: &LogOptions, outcome: &ReadOutcome, first: i32) -> Date {
    let of_log = outcome.first.filter(|&date| first_grain(options.grain, date) <= first);
    let of_log = of_log.filter(|&date| last_grain(options.grain, date) >= first);
    of_log.unwrap_or_else(|| grain_start(options.grain, first))
}

/// Said of ages that are whole numbers by their making, as models of discrete opportunities need them.
fn say_whole_units(options: &LogOptions, end: Option<Date>) -> Option<String> {
    let unit = match (options.grain, options.unit.unwrap_or_default()) {
        (Grain::Week, Unit::Week) => "weeks",
        (Grain::Month, Unit::Month) => "months",
        (Grain::Year, Unit::Year) => "years",
        _ => return None,
    };
    let end = end?;
    let grain = first_grain(options.grain, end);
    let rest = match end.tomorrow().is_ok_and(|next| first_grain(options.grain, next) == grain) {
        true => format!("; the last one is not complete: observation ends within it, on {end}"),
        false => String::new(),
    };
    Some(format!("recency and T count whole calendar {unit} after that of the first purchase{rest}"))
}

/// The first grain of a date, counted from 1970: its first hour, itself, its week, its month, its year.
pub(crate) fn first_grain(grain: Grain, date: Date) -> i32 {
    let days = days_since_1970(date);
    match grain {
        Grain::Hour => days * 24,
        Grain::Day => days,
        // 1970-01-01 was a Thursday; weeks begin on Monday.
        Grain::Week => (days + 3).div_euclid(7),
        Grain::Month => (i32::from(date.year()) - 1970) * 12 + i32::from(date.month()) - 1,
        Grain::Year => i32::from(date.year()) - 1970,
    }
}

/// The last grain of a date: an observation ends with the whole of its last date.
fn last_grain(grain: Grain, date: Date) -> i32 {
    first_grain(grain, date) + if grain == Grain::Hour { 23 } else { 0 }
}

/// The first day of a grain.
pub(crate) fn grain_start(grain: Grain, index: i32) -> Date {
    let days = |days: i32| Date::constant(1970, 1, 1).saturating_add(jiff::Span::new().days(days));
    match grain {
        Grain::Hour => days(index.div_euclid(24)),
        Grain::Day => days(index),
        Grain::Week => days(index * 7 - 3),
        Grain::Month => {
            let (year, month) = (1970 + index.div_euclid(12), 1 + index.rem_euclid(12));
            Date::new(year as i16, month as i8, 1).unwrap_or(Date::MAX)
        }
        Grain::Year => Date::new((1970 + index) as i16, 1, 1).unwrap_or(Date::MAX),
    }
}

fn days_since_1970(date: Date) -> i32 {
    date.since(Date::constant(1970, 1, 1)).map_or(0, |span| span.get_days())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grains_begin_where_they_should() {
        for text in ["1969-12-28", "1970-01-01", "2015-02-01", "2015-02-02", "2024-02-29", "1899-12-30"] {
            let date: Date = text.parse().unwrap();
            for grain in Grain::ALL {
                let index = first_grain(grain, date);
                let start = grain_start(grain, index);
                assert!(start <= date && first_grain(grain, start) == index, "{date} {grain}");
                let before = start.yesterday().unwrap();
                assert_eq!(last_grain(grain, before), index - 1, "{date} {grain}");
            }
        }
        assert_eq!(first_grain(Grain::Week, "1970-01-05".parse().unwrap()), 1);
    }
}
