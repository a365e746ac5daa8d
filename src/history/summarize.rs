//! The whole way from rows to summary: scatter, collapse, merge. What is to be said about it is said in
//! `describe`, from the counts that come out beside the customers.

use std::num::NonZero;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use jiff::civil::Date;

use super::LogOptions;
use super::account::Fate;
use super::activity::{Activity, ActivityCounter};
use super::attributes::Levels;
use super::calendar::Calendar;
use super::collapse::{Collapse, CollapseOptions, Collapsed};
use super::describe::{Counted, describe};
use super::far_dates::DayCounter;
use super::merge::MergedRuns;
use super::orders::Lines;
use super::past::Past;
use super::read::{Purchases, ReadOutcome};
use super::scatter::{PARTITIONS, Scatter, Scattered, Writing};
use super::spend_drift::{DriftCounter, SpendDrift};
use super::store::Store;
use super::timing::Timing;
use crate::base::{Error, Grain, Progress, Result, days_since_1970};
use crate::history::Summary;

/// Takes rows from a worker of the reader.
pub(crate) type Sink<'a> = dyn Fn(usize, Purchases) -> Result<()> + Sync + 'a;

/// Summarises the rows that `read` gives to its sink.
pub(crate) fn summarize(
    options: &LogOptions,
    progress: &dyn Progress,
    orders: Option<Lines>,
    read: impl FnOnce(&Sink) -> Result<ReadOutcome>,
) -> Result<Summary> {
    let gathered = gather(options, progress, orders, read)?;
    refuse_end_before_all(options, &gathered.outcome)?;
    let mut meta = describe(options, gathered.outcome, &gathered.counts);
    meta.calendar = gathered.calendar;
    meta.activity = gathered.activity;
    meta.timing = gathered.timing;
    meta.past = gathered.past;
    meta.spend_drift = gathered.drift;
    Ok(Summary::new(meta, gathered.source))
}

/// An end of observation before all purchases leaves no customers, which nobody wants.
fn refuse_end_before_all(options: &LogOptions, outcome: &ReadOutcome) -> Result<()> {
    let after = outcome.account.rows(Fate::AfterObservedUntil);
    match (options.observed_until, outcome.first) {
        (Some(end), None) if after > 0 => {
            let message = format!("all {after} purchases are after {end}: there would be no customers");
            Err(Error::option("--observed-until", message))
        }
        _ => Ok(()),
    }
}

/// The customers of a log, and what is known of its rows.
pub(crate) struct Gathered {
    /// What reading came to.
    pub outcome: ReadOutcome,
    /// What folding the rows came to.
    pub counts: Counted,
    /// Purchases by time, if they were asked for.
    pub calendar: Option<Calendar>,
    /// Active customers by month, if they were asked for.
    pub activity: Option<Activity>,
    /// Repeat purchases by age and date, if they were asked for.
    pub timing: Option<Timing>,
    /// When customers of a sample bought, if it was asked for.
    pub past: Option<Past>,
    /// How amounts change with time within customers, if it was asked for.
    pub drift: Option<SpendDrift>,
    /// The customers.
    pub source: MergedRuns,
}

/// Folds the rows that `read` gives to its sink, customer by customer.
pub(crate) fn gather(
    options: &LogOptions,
    progress: &dyn Progress,
    orders: Option<Lines>,
    read: impl FnOnce(&Sink) -> Result<ReadOutcome>,
) -> Result<Gathered> {
    let mut plan = Plan { orders, ..Plan::new(options) };
    let store = Arc::new(Store::new(plan.memory / 2, plan.temp_dir.clone()));
    let scatter = Scatter::new(
        &store,
        plan.threads,
        plan.memory / 8,
        !options.attributes.is_empty() || orders.is_some(),
    );
    let outcome = read(&|worker, rows| scatter.add(worker, &rows))?;
    let scattered = scatter.finish()?;
    let levels = outcome.profiles.as_ref().map(|profiles| Arc::new(profiles.levels()));
    let end = end_of(options, &outcome);
    plan.activity = activity_counter(options, outcome.first, end);
    plan.timing = end
        .filter(|_| options.timing)
        .map(|end| Timing::new(options.grain(), last_grain(options.grain(), end)));
    plan.past =
        end.filter(|_| options.past).map(|end| Past::new(options.grain(), last_grain(options.grain(), end)));
    plan.days = day_counter(options, &outcome);
    let collapsed = collapse(&plan, &store, scattered, levels.clone(), progress)?;
    let source = MergedRuns {
        store,
        runs: collapsed.runs,
        grain: options.grain(),
        unit: options.unit.unwrap_or_default(),
        end: end.map_or(0, |date| last_grain(options.grain(), date)),
        has_money: outcome.has_amount,
        log_gaps: options.log_gaps,
        purchase_times: options.purchase_times,
        first_amount: options.first_amount && outcome.has_amount,
        levels,
    };
    Ok(Gathered {
        outcome,
        counts: Counted {
            folded: collapsed.counts,
            attributes: collapsed.attributes,
            oddities: collapsed.oddities,
            days: collapsed.days,
        },
        calendar: collapsed.calendar,
        activity: collapsed.activity.map(ActivityCounter::finish),
        timing: collapsed.timing,
        past: collapsed.past.map(Past::sorted),
        drift: collapsed.drift.and_then(|drift| drift.finish()),
        source,
    })
}

/// The end of observation: as it is said, else the last date of the log.
pub(crate) fn end_of(options: &LogOptions, outcome: &ReadOutcome) -> Option<Date> {
    options.observed_until.or(outcome.last)
}

/// How memory and threads are shared out.
struct Plan {
    /// Memory for rows and customers [bytes].
    memory: u64,
    threads: usize,
    temp_dir: PathBuf,
    grain: Grain,
    /// Customers first seen before this grain are left out.
    since: Option<i32>,
    log_gaps: bool,
    each_gap: bool,
    calendar: Option<Calendar>,
    first_amount: bool,
    activity: Option<ActivityCounter>,
    timing: Option<Timing>,
    past: Option<Past>,
    drift: Option<DriftCounter>,
    days: DayCounter,
    orders: Option<Lines>,
}

impl Plan {
    fn new(options: &LogOptions) -> Self {
        let cores = || thread::available_parallelism().map_or(1, NonZero::get);
        Plan {
            memory: options.memory_limit.unwrap_or_else(default_memory),
            threads: options.threads.unwrap_or_else(cores).max(1),
            temp_dir: options.temp_dir.clone().unwrap_or_else(std::env::temp_dir),
            grain: options.grain(),
            since: options.since.map(|date| first_grain(options.grain(), date)),
            log_gaps: options.log_gaps,
            each_gap: options.purchase_times,
            calendar: options
                .calendar
                .map(|origin| Calendar::new(last_grain(options.grain(), origin), options.grain())),
            first_amount: options.first_amount,
            activity: None,
            timing: None,
            past: None,
            drift: options.spend_drift.then(|| DriftCounter::new(options.grain())),
            days: DayCounter::default(),
            orders: None,
        }
    }

    fn collapse_options(&self, writing: Writing, levels: Option<Arc<Levels>>) -> CollapseOptions {
        // A merge holds a block of each run; customers take 64 bytes or so, and there is a run for
        // each `run_memory` of them.
        let run_memory = self.memory / 16 / self.threads as u64;
        CollapseOptions {
            grain: self.grain,
            since: self.since,
            log_gaps: self.log_gaps,
            each_gap: self.each_gap,
            calendar: self.calendar.clone(),
            first_amount: self.first_amount,
            activity: self.activity.clone(),
            timing: self.timing.clone(),
            past: self.past.clone(),
            drift: self.drift,
            days: self.days.clone(),
            levels,
            rows_memory: self.memory / 4 / self.threads as u64,
            run_memory,
            block_rows: (self.memory as usize / 8 / 128 / 64).clamp(8, 4096),
            writing,
            orders: self.orders,
        }
    }
}

/// Empty counts of active customers, if they are asked for and there is something to count.
fn activity_counter(options: &LogOptions, first: Option<Date>, end: Option<Date>) -> Option<ActivityCounter> {
    let (first, end) = (first?, end?);
    if end < first { None } else { ActivityCounter::new(options.activity?, options.grain(), first, end) }
}

/// Empty counts of occasions by day.
fn day_counter(options: &LogOptions, outcome: &ReadOutcome) -> DayCounter {
    let dates = outcome.first.zip(outcome.last);
    dates.map_or_else(DayCounter::default, |(first, last)| DayCounter::new(options.grain(), first, last))
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
    let options = plan.collapse_options(scattered.writing, levels);
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
pub(crate) fn last_grain(grain: Grain, date: Date) -> i32 {
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
