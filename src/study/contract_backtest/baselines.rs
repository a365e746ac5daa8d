//! What people do without a model: other chances to renew.

use crate::contracts::{Book, Cycle};
use crate::model::ContractTable;

/// Renewals due at an age that is trusted by itself.
pub(super) const ENOUGH: f64 = 20.0;

/// The share of renewals not made, and nothing where none was due.
pub(super) fn churn(table: &ContractTable) -> f64 {
    let due = table.renewals_due();
    if due > 0.0 { table.ended() / due } else { 0.0 }
}

/// The same of late: by plan.
pub(super) fn last_churn(past: &Book) -> Vec<f64> {
    let now = past.settled_until();
    let mut counts = vec![(0.0, 0.0); past.plans.len()];
    for term in &past.terms {
        let cycle = past.plans[term.plan as usize].cycle;
        let back = if cycle.months() > 3.0 { cycle.before(now, 1) } else { Cycle::MONTHLY.before(now, 3) };
        let Some(row) = term.on(now, cycle) else { continue };
        let before = term.on(back, cycle).map_or(term.entered(cycle), |row| row.periods);
        let of = &mut counts[term.plan as usize];
        let gone = term.on(back, cycle).is_some_and(|row| row.ended);
        if !gone {
            of.0 += f64::from(row.periods.saturating_sub(before));
            of.1 += f64::from(u8::from(row.ended));
        }
    }
    counts.into_iter().map(|(due, left)| if due > 0.0 { left / due } else { 0.0 }).collect()
}

/// Shares renewed by age, of all plans of a period together.
pub(super) fn kaplan_meier(past: &Book, tables: &[ContractTable]) -> Vec<Vec<f64>> {
    let mut all = Vec::new();
    let mut first = 0;
    for of_cycle in past.plans.chunk_by(|a, b| a.cycle == b.cycle) {
        let renewals = ContractTable::together(&tables[first..first + of_cycle.len()]).renewals();
        let trusted = renewals.iter().take_while(|(due, _)| *due >= ENOUGH).count().max(1);
        let late = renewals
            .iter()
            .skip(trusted - 1)
            .fold((0.0, 0.0), |(due, kept), one| (due + one.0, kept + one.1));
        let mut curve: Vec<f64> = renewals.iter().take(trusted - 1).map(|(due, kept)| kept / due).collect();
        curve.push(if late.0 > 0.0 { late.1 / late.0 } else { 1.0 });
        all.extend(std::iter::repeat_n(curve, of_cycle.len()));
        first += of_cycle.len();
    }
    all
}
