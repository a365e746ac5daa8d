//! What was known at an earlier date, and what came after it: from the purchase occasions of a sample of customers.

use std::collections::BTreeMap;

use crate::base::{Grain, Unit};
use crate::customers::{Amounts, Counts, Customer, CustomerTable, TrainedOn};
use crate::forecast::rules::{Followed, Seen};
use crate::history::{Past, Summary, SummaryBatch, SummaryMeta, Timing, grain_start};

/// Customers to whom models are fitted that have to know each purchase, at most: one in so many, evenly.
const FOLLOWED: usize = 5_000;
/// Different ages of those with equal purchases, at most: more are rounded, which moves no figure.
const AGES: i32 = 120;

/// A log as it was known at the end of a grain.
pub(super) struct Origin<'a> {
    past: &'a Past,
    unit: Unit,
    /// The last grain that is known.
    pub at: i32,
    /// Customers who are marked, at most: one in so many, evenly.
    marked: usize,
}

impl<'a> Origin<'a> {
    pub fn new(past: &'a Past, unit: Unit, at: i32, marked: usize) -> Self {
        Origin { past, unit, at, marked }
    }

    /// The whole of it.
    pub fn today(past: &'a Past, unit: Unit) -> Self {
        Origin::new(past, unit, past.end, 0)
    }

    /// Times of so many grains.
    pub fn time(&self, grains: i32) -> f64 {
        self.past.grain.in_units(grains, self.unit)
    }

    /// The same in weeks.
    pub fn weeks(&self, grains: i32) -> f64 {
        self.past.grain.in_units(grains, Unit::Week)
    }

    /// The occasions of each customer known, and how many of them are.
    fn known(&self) -> impl Iterator<Item = (&'a [i32], usize)> {
        let known = |when: &'a [i32]| (when, when.partition_point(|when| *when <= self.at));
        self.past.customers().map(known).filter(|(_, known)| *known > 0)
    }

    /// Customers counted as they were known, and the summary that says so, without rows.
    pub fn counts(&self, meta: &SummaryMeta) -> (Summary, Counts) {
        let mut timing = Timing::new(self.past.grain, self.at);
        let (mut customers, mut told_apart) = (CustomerTable::builder(), CustomerTable::builder());
        let (mut trained_on, mut log_gaps) = (TrainedOn::default(), 0.0);
        let each = self.known().count().div_ceil(FOLLOWED).max(1);
        for (place, (when, known)) in self.known().enumerate() {
            let (first, x) = (when[0], known as u32 - 1);
            let ages: Vec<f64> = when[1..known].iter().map(|when| self.time(when - first)).collect();
            let t_x = ages.last().copied().unwrap_or(0.0);
            let customer = Customer { x, t_x, t: self.time(self.at - first) };
            customers.push(customer, 1.0);
            if place % each == 0 {
                told_apart.push_with_ages(customer, &ages, 1.0);
            }
            when[1..known].iter().for_each(|when| timing.occasion(first, *when));
            log_gaps += when[..known].windows(2).map(|pair| self.time(pair[1] - pair[0]).ln()).sum::<f64>();
            trained_on.customers += 1;
            trained_on.repeat_customers += u64::from(x > 0);
            trained_on.repeat_purchases += u64::from(x);
        }
        customers.by_ages(told_apart.finish()).log_gaps(log_gaps);
        let counts =
            Counts { customers: customers.finish(), spend: None, trained_on, amounts: Amounts::default() };
        let meta = SummaryMeta {
            unit: meta.unit,
            grain: Some(self.past.grain),
            first_purchase: meta.first_purchase,
            observed_until: Some(self.date()),
            has_log_gaps: true,
            has_purchase_times: true,
            timing: Some(timing),
            ..SummaryMeta::default()
        };
        (Summary::new(meta, Vec::<SummaryBatch>::new()), counts)
    }

    /// The last day that is known.
    pub fn date(&self) -> jiff::civil::Date {
        let next = match self.past.grain {
            Grain::Hour => return grain_start(Grain::Hour, self.at),
            grain => grain_start(grain, self.at.saturating_add(1)),
        };
        next.yesterday().unwrap_or(next)
    }

    /// Repeat purchases that the customers of [`rows`](Self::rows) made in so many grains before; `None` if the log does not
    /// go back so far.
    pub fn before(&self, grains: i32) -> Option<f64> {
        let from = self.at.saturating_sub(grains);
        let first = self.known().map(|(when, _)| when[0]).min()?;
        let one =
            |(when, known): (&[i32], usize)| known - when[1..known].partition_point(|when| *when <= from) - 1;
        (first <= from).then(|| self.known().step_by(self.each()).map(one).sum::<usize>() as f64)
    }

    /// One customer in so many is marked.
    fn each(&self) -> usize {
        self.known().count().div_ceil(self.marked).max(1)
    }

    /// What customers did in so many grains, by what was known of them: every so many, so that they are as many as are marked at most.
    /// Ages at purchases only where models follow customers.
    pub fn rows(&self, ahead: i32, followed: bool) -> Vec<Followed> {
        let oldest = self.known().map(|(when, _)| self.at - when[0]).max().unwrap_or(0);
        let step = (oldest / AGES).max(1);
        let until = self.at.saturating_add(ahead);
        let mut rows: BTreeMap<(i32, u32, i32, Vec<i32>, u32), f64> = BTreeMap::new();
        for (when, known) in self.known().step_by(self.each()) {
            let ages: Vec<i32> = when[1..known].iter().map(|one| one - when[0]).collect();
            let bought = when[known..].partition_point(|when| *when <= until) as u32;
            let last = ages.last().copied().unwrap_or(0);
            let kept = if followed { ages } else { Vec::new() };
            *rows.entry((self.at - when[0], known as u32 - 1, last, kept, bought)).or_default() += 1.0;
        }
        let row = |((t, x, t_x, ages, bought), count): ((i32, u32, i32, Vec<i32>, u32), f64)| {
            // A life is stretched as a whole.
            let near =
                (f64::from(t) / f64::from(step)).round().max(f64::from(u8::from(t > 0))) * f64::from(step);
            let stretch = if t > 0 { near / f64::from(t) } else { 1.0 };
            let time = |grains: i32| stretch * self.time(grains);
            let t = self.time(1) * near;
            let customer = Customer { x, t_x: time(t_x).min(t), t };
            (ages.into_iter().map(|age| time(age).min(t)).collect(), Seen { customer, bought, count })
        };
        rows.into_iter().map(row).collect()
    }
}
