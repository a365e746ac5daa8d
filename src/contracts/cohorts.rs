//! Cohorts of a book: how many contracts go on, and how many the models expect to.

use jiff::civil::Date;
use rustc_hash::FxHashMap;
use serde::Serialize;

use super::book::{Book, End};
use super::kinds::Kinds;

/// Cohorts that are told apart, at most; the earliest are put together.
const COHORTS: usize = 40;

/// Contracts that began in one quarter.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CohortSeen {
    /// `2024-Q1`.
    pub cohort: String,
    /// How many began.
    pub contracts: u64,
    /// How many go on.
    pub active: u64,
    /// How many the model expects to, of these.
    pub expected: f64,
}

/// By the quarter in which contracts began: how many go on, and how many are expected to.
pub(super) fn cohorts(book: &Book, kinds: &Kinds) -> Vec<CohortSeen> {
    if !book.has_calendar {
        return Vec::new();
    }
    let now = book.observed_until;
    let quarter = |date: Date| 4 * i32::from(date.year()) + (i32::from(date.month()) - 1) / 3;
    let mut counts: std::collections::BTreeMap<i32, (u64, u64, f64)> = Default::default();
    let contracts = kinds.contracts();
    let mut known: FxHashMap<(usize, Date), f64> = FxHashMap::default();
    for of_one in book.terms.chunk_by(|a, b| a.contract == b.contract) {
        let (first, last) = (&of_one[0], &of_one[of_one.len() - 1]);
        let mut stays = 1.0;
        for term in of_one {
            let cycle = book.plans[term.plan as usize].cycle;
            let until = match term.end {
                End::Changed(end) => end,
                _ => now,
            };
            let (before, after) = (term.entered(cycle), cycle.whole(term.origin, until));
            let kind = kinds.of(term);
            let contract = &contracts[kind];
            stays *= match (before, until == now) {
                (0, true) => *known.entry((kind, term.origin)).or_insert_with(|| contract.survival(after)),
                _ => contract.stays(before, after.saturating_sub(before)),
            };
        }
        let of = counts.entry(quarter(first.start)).or_insert((0, 0, 0.0));
        of.0 += 1;
        of.1 += u64::from(last.is_active(now));
        of.2 += stays;
    }
    let name = |quarter: i32| format!("{}-Q{}", quarter.div_euclid(4), quarter.rem_euclid(4) + 1);
    let early = counts.len().saturating_sub(COHORTS);
    let mut all: Vec<CohortSeen> = Vec::new();
    for (i, (quarter, (contracts, active, expected))) in counts.into_iter().enumerate() {
        if i > 0 && i <= early {
            let first = &mut all[0];
            first.cohort = format!("until {}", name(quarter));
            (first.contracts, first.active) = (first.contracts + contracts, first.active + active);
            first.expected += expected;
            continue;
        }
        all.push(CohortSeen { cohort: name(quarter), contracts, active, expected });
    }
    all
}
