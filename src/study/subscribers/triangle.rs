//! The triangle of cohorts: how many of the contracts that began in a quarter are there 0, 3, 6, ... months on, as it was seen, and,
//! where that has not come yet, as the model expects it of those who are there.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rustc_hash::FxHashMap;

use crate::contracts::{Book, BookModel, Cycle, Term};
use crate::model::Contract;

/// Quarters that are shown, the latest.
const COHORTS: usize = 12;
/// Ages that are shown: steps of three months.
const AGES: u32 = 12;

/// One cohort at one age.
#[derive(Debug, Clone, PartialEq)]
pub struct TriangleCell {
    /// `2024-Q1`.
    pub cohort: String,
    /// Age \[months\].
    pub months: u32,
    /// Contracts of the cohort.
    pub contracts: u64,
    /// Of them, the share that is there at this age.
    pub share: f64,
    /// Have all of them reached this age? Else some of it is the model's.
    pub seen: bool,
}

/// By the quarter in which contracts began, then by age; empty without a calendar.
pub fn triangle(book: &Book, model: &BookModel) -> Vec<TriangleCell> {
    let model = &model.for_book(book);
    let now = book.observed_until;
    let quarter = |date: Date| 4 * i32::from(date.year()) + (i32::from(date.month()) - 1) / 3;
    if !book.has_calendar {
        return Vec::new();
    }
    let contracts: Vec<Box<dyn Contract>> =
        (0..model.plans.len()).map(|plan| model.contract(plan, &model.plans[plan].params)).collect();
    let mut known: FxHashMap<(u32, Date, Date), f64> = FxHashMap::default();
    let mut stays = |term: &Term, then: Date| {
        *known.entry((term.plan, term.origin, then)).or_insert_with(|| {
            let cycle = book.plans[term.plan as usize].cycle;
            let (n, later) = (cycle.whole(term.origin, now), cycle.whole(term.origin, then));
            contracts[term.plan as usize].stays(n, later - n)
        })
    };
    let mut cohorts: BTreeMap<i32, (u64, Vec<(f64, bool)>)> = BTreeMap::new();
    let first = quarter(now) - COHORTS as i32 + 1;
    for terms in book.terms.chunk_by(|a, b| a.contract == b.contract) {
        let start = terms[0].start;
        if quarter(start) < first {
            continue;
        }
        let of = cohorts.entry(quarter(start)).or_insert_with(|| (0, vec![(0.0, true); AGES as usize]));
        of.0 += 1;
        for (age, (there, seen)) in (0..AGES).zip(&mut of.1) {
            let then = Cycle::MONTHLY.after(start, 3 * age);
            if then <= now {
                *there += f64::from(u8::from(terms.iter().any(|term| term.is_active(then))));
                continue;
            }
            *seen = false;
            let there_now = |term: &Term| Some((*term, book.chance(term)?));
            let Some((term, chance)) = terms.iter().find_map(there_now) else { continue };
            let cycle = book.plans[term.plan as usize].cycle;
            *there += chance
                * match term.ends_on(cycle, cycle.whole(term.origin, now)) {
                    Some((end, _)) => f64::from(u8::from(then < end)),
                    None => stays(&term, then),
                };
        }
    }
    let mut cells = Vec::new();
    for (quarter, (contracts, ages)) in cohorts {
        let cohort = format!("{}-Q{}", quarter.div_euclid(4), quarter.rem_euclid(4) + 1);
        for (age, (there, seen)) in (0..).zip(ages) {
            let share = there / contracts as f64;
            cells.push(TriangleCell { cohort: cohort.clone(), months: 3 * age, contracts, share, seen });
        }
    }
    cells
}
