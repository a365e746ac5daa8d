//! Retention: what was seen by a rule of activity, and what the model says.
//!
//! ```text
//! retention rate = (E − N) / S     E active at the end of a month, N of them new in it, S active at its start
//! churn rate     = 1 − retention rate
//! ```
//!
//! Active is who has bought within the last so many days: a rule of thumb, and the rates move with it. Customers who
//! come back count in E, so that the rate can be above 1; `retained / S` leaves them out. The model's own
//! answer needs no rule: the probability of still being a customer.
//!
//! Under every model here retention rises with age, and not because customers become more loyal: those
//! prone to leave have left (Fader & Hardie 2010, "Customer-base valuation in a contractual setting").

use super::acquisition::CurvePoint;
use super::alive;
use super::base::{Base, silent_days};
use crate::base::Unit;
use crate::fitted::PurchaseModel;
use crate::history::{Activity, ActivityMonth};

/// What was seen in a month.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ObservedMonth {
    /// Since 1970-01.
    pub month: i32,
    /// Active at its start: S.
    pub start: u64,
    /// All counts of the month.
    pub counts: ActivityMonth,
    /// (E − N) / S; `None` if nobody was active.
    pub retention: Option<f64>,
    /// Of those active at the start, the share active at the end.
    pub retained: Option<f64>,
}

/// What the model says of a new customer at an age.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ImpliedMonth {
    /// Age \[months\].
    pub month: usize,
    /// P(still a customer).
    pub survival: f64,
    /// Of those still customers a month before, the share that still are.
    pub retention: f64,
}

/// Retention seen and modelled.
#[derive(Debug, Clone, PartialEq)]
pub struct Retention {
    /// Length of the rule \[days\].
    pub active_within: f64,
    /// Complete months, oldest first.
    pub observed: Vec<ObservedMonth>,
    /// Monthly retention over the last 12 of them, pooled: Σ (E − N) / Σ S.
    pub recent: Option<f64>,
    /// The same without those who came back.
    pub recent_retained: Option<f64>,
    /// Customers active today by the rule.
    pub active: u64,
    /// Customers expected to be customers today by the model.
    pub alive: f64,
    /// Share of those alive today that the model expects to be customers in a month.
    pub next_month: f64,
    /// The same in a year.
    pub next_year: f64,
    /// New customers by age.
    pub implied: Vec<ImpliedMonth>,
    /// Age by which half of new customers have left \[months\]; `None` if that is never, or beyond a century.
    pub half_life: Option<f64>,
}

impl Retention {
    /// `models` has the purchase model of each customer's class; `new` are survival and curve of new customers.
    pub(super) fn new(
        activity: Option<&Activity>,
        base: &Base,
        models: &[PurchaseModel],
        new: (&dyn Fn(f64) -> f64, &[CurvePoint]),
        unit: Unit,
        within: f64,
    ) -> Self {
        let observed = activity.map(observed).unwrap_or_default();
        let recent = || observed.iter().rev().take(12);
        let pooled = |part: fn(&ObservedMonth) -> u64| {
            let (sum, start) = recent().fold((0, 0), |(a, b), m| (a + part(m), b + m.start));
            (start > 0).then(|| sum as f64 / start as f64)
        };
        let month = Unit::Month.days() / unit.days();
        let histories = &base.histories;
        let each = alive::p_alive(histories, models);
        let alive = histories.total(|h, _| each[h]);
        let after = |ahead: f64| -> f64 {
            let stays = alive::stays(histories, models, ahead);
            histories.total(|h, history| each[h] * stays[history.age as usize]) / alive
        };
        let silent = |i: &usize| silent_days(&base.customers[*i], unit) < within;
        Retention {
            active_within: within,
            recent: pooled(|m| m.counts.active - m.counts.new),
            recent_retained: pooled(|m| m.counts.retained),
            active: (0..base.len()).filter(silent).count() as u64,
            next_month: after(month),
            next_year: after(12.0 * month),
            alive,
            implied: implied(new.1),
            half_life: half_life(new.0, month),
            observed,
        }
    }
}

fn observed(activity: &Activity) -> Vec<ObservedMonth> {
    let mut found = Vec::new();
    let mut start = 0;
    let last = activity.months.keys().last().copied();
    for (&month, counts) in &activity.months {
        if Some(month) == last && !activity.last_complete {
            break;
        }
        let share = |part: u64| (start > 0).then(|| part as f64 / start as f64);
        let (retention, retained) = (share(counts.active - counts.new), share(counts.retained));
        found.push(ObservedMonth { month, start, counts: *counts, retention, retained });
        start = counts.active;
    }
    found
}

fn implied(curve: &[CurvePoint]) -> Vec<ImpliedMonth> {
    let pair = |pair: &[CurvePoint]| ImpliedMonth {
        month: pair[1].month,
        survival: pair[1].survival,
        retention: pair[1].survival / pair[0].survival,
    };
    curve.windows(2).map(pair).collect()
}

/// Where the survival of a new customer is one half, by bisection.
fn half_life(survival: &dyn Fn(f64) -> f64, month: f64) -> Option<f64> {
    const CENTURY: f64 = 1200.0;
    let survival = |age: f64| survival(age * month);
    let half = 0.5;
    if survival(0.0) <= half {
        return Some(0.0);
    }
    let (mut low, mut high) = (0.0, 1.0);
    while survival(high) > half {
        if high > CENTURY {
            return None;
        }
        (low, high) = (high, 2.0 * high);
    }
    while high - low > 1e-10 * high {
        let middle = 0.5 * (low + high);
        if survival(middle) > half { low = middle } else { high = middle }
    }
    Some(high)
}
