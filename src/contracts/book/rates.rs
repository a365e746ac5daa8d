//! What the past of a book says without any model: contracts and MRR by month, and how much of them was kept.

use jiff::ToSpan;
use jiff::civil::Date;
use serde::Serialize;

use super::{Book, End};

/// One month, as it was.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct MonthSeen {
    /// Its last day, or the end of observation.
    #[serde(serialize_with = "as_text")]
    pub until: Date,
    /// Contracts that were paid on that day.
    pub contracts: u64,
    /// Of those at its beginning, how many had left by its end.
    pub left: u64,
    /// Contracts that began in it.
    pub new: u64,
    /// Monthly recurring revenue on that day; `None` without prices.
    pub mrr: Option<f64>,
}

/// How much of what was there twelve months ago was kept.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Churn {
    /// The day of the comparison.
    #[serde(serialize_with = "as_text")]
    pub since: Date,
    /// Customers with a paid contract then.
    pub customers: u64,
    /// Of them, the share with one now: logo retention.
    pub logo_retention: f64,
    /// Monthly recurring revenue then; `None` without prices.
    pub mrr: Option<f64>,
    /// Of it, the share that the same customers pay now, each at most what it paid then: gross revenue retention (GRR).
    pub gross_retention: Option<f64>,
    /// The same with what they pay more: net revenue retention (NRR).
    pub net_retention: Option<f64>,
}

fn as_text<S: serde::Serializer>(date: &Date, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(date)
}

impl Book {
    /// The last twelve months, the earliest first; fewer if the book is younger. Empty without a calendar.
    pub fn months_seen(&self) -> Vec<MonthSeen> {
        let Some(first) = self.terms.iter().map(|term| term.origin).min().filter(|_| self.has_calendar)
        else {
            return Vec::new();
        };
        let mut ends = vec![self.observed_until];
        let mut day = self.observed_until.first_of_month().saturating_sub(1.day());
        while ends.len() < 13 && day >= first {
            ends.push(day);
            day = day.first_of_month().saturating_sub(1.day());
        }
        ends.reverse();
        let due = self.due().0;
        let all: Vec<(u64, f64)> = ends.iter().map(|day| self.on(*day)).collect();
        let months = ends.windows(2).zip(all.windows(2));
        months
            .map(|(days, counts)| {
                let (from, until) = (days[0], days[1]);
                let new = self.contracts_begun(from, until);
                let (before, now) = (counts[0].0, counts[1].0);
                // Whose payment is late has not left.
                let due = if until == self.observed_until { due } else { 0 };
                MonthSeen {
                    until,
                    contracts: now,
                    left: (before + new).saturating_sub(now + due),
                    new,
                    mrr: self.has_money.then_some(counts[1].1),
                }
            })
            .collect()
    }

    /// Contracts that were paid on a day, and their MRR at the prices of that day.
    pub fn on(&self, day: Date) -> (u64, f64) {
        let active = self.terms.iter().filter(|term| term.is_active(day));
        active.fold((0, 0.0), |(n, mrr), term| (n + 1, mrr + self.mrr_on(term, day)))
    }

    fn contracts_begun(&self, after: Date, until: Date) -> u64 {
        let (mut last, mut n) = (None, 0);
        for term in &self.terms {
            let first = last != Some(term.contract);
            last = Some(term.contract);
            n += u64::from(first && term.start > after && term.start <= until);
        }
        n
    }

    /// What was kept over the last twelve months; `None` if nobody was there then, or without a calendar.
    pub fn kept(&self) -> Option<Churn> {
        let (now, since) = (self.observed_until, self.observed_until.saturating_sub(12.months()));
        if !self.has_calendar {
            return None;
        }
        let (mut customers, mut kept) = (0u64, 0.0);
        let (mut before, mut gross, mut net) = (0.0, 0.0, 0.0);
        for of_one in self.terms.chunk_by(|a, b| a.customer == b.customer) {
            let then = of_one.iter().filter(|term| term.is_active(since));
            let (was, then) = then.fold((0, 0.0), |(n, sum), term| (n + 1, sum + self.mrr_on(term, since)));
            if was == 0 {
                continue;
            }
            // A contract whose payment is late counts with its chance.
            let paid = of_one.iter().filter(|term| term.is_active(now));
            let (mut gone, mut pays) = (1.0, 0.0);
            for term in paid {
                (gone, pays) = (0.0, pays + self.mrr(term));
            }
            let certain = pays;
            let mut less = then.min(certain);
            for term in of_one.iter().filter(|term| matches!(term.end, End::Due(_))) {
                let chance = self.chance(term).unwrap_or(0.0);
                gone *= 1.0 - chance;
                pays += chance * self.mrr(term);
                less += chance * (then.min(certain + self.mrr(term)) - then.min(certain));
            }
            customers += 1;
            kept += 1.0 - gone;
            before += then;
            gross += less;
            net += pays;
        }
        let money = |sum: f64| (self.has_money && before > 0.0).then_some(sum / before);
        (customers > 0).then(|| Churn {
            since,
            customers,
            logo_retention: kept / customers as f64,
            mrr: self.has_money.then_some(before),
            gross_retention: money(gross),
            net_retention: money(net),
        })
    }
}
