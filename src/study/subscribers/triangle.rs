//! The triangle of cohorts: how many of the contracts that began in a quarter are there 0, 3, 6, ... months on, as it was seen, and,
//! where that has not come yet, as the model expects it of those who are there.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rustc_hash::FxHashMap;

use crate::base::Result;
use crate::contracts::kinds::Kinds;
use crate::contracts::{Book, BookModel, Cycle, Term};
use crate::customers::UnseenLevel;

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
///
/// # Errors
/// If the book lacks a covariate of the model.
pub fn triangle(book: &Book, model: &BookModel) -> Result<Vec<TriangleCell>> {
    let model = &model.for_book(book);
    let kinds = Kinds::new(book, model, UnseenLevel::Reference)?;
    let now = book.observed_until;
    let quarter = |date: Date| 4 * i32::from(date.year()) + (i32::from(date.month()) - 1) / 3;
    if !book.has_calendar {
        return Ok(Vec::new());
    }
    let contracts = kinds.contracts();
    let mut known: FxHashMap<(usize, Date, Date), f64> = FxHashMap::default();
    let mut stays = |term: &Term, then: Date| {
        let kind = kinds.of(term);
        *known.entry((kind, term.origin, then)).or_insert_with(|| {
            let cycle = book.plans[term.plan as usize].cycle;
            let (n, later) = (cycle.whole(term.origin, now), cycle.whole(term.origin, then));
            contracts[kind].stays(n, later - n)
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
    Ok(cells)
}
