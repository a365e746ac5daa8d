//! What a row means at the end of observation: paid time and how it ends, or why there is none.

use jiff::civil::Date;

use super::gather::Line;
use super::spells::{Spell, State};
use super::{BookAccount, End, Term};
use crate::contracts::Cycle;
use crate::history::read::calendar::{date_of_day, day_of_date};

/// The count of rows that became of a row.
pub(super) type Fate = fn(&mut BookAccount) -> &mut u64;

/// What is known at the end of observation.
#[derive(Clone, Copy)]
pub(super) struct Known {
    /// That day.
    pub now: i32,
    /// Is what a row says without a date, such as that it is paused? Not if the table is of a later day.
    pub undated: bool,
}

/// The paid time of a row at the end of observation, or why there is none.
pub(super) fn paid(line: &Line, until: Date, known: Known) -> Result<Term, Fate> {
    let spell = &line.spell;
    let cycle = spell.cycle.unwrap_or(Cycle::MONTHLY);
    let now = known.now;
    match spell.state {
        State::Never => return Err(|account| &mut account.never),
        State::Free => return Err(|account| &mut account.free),
        State::Refund => return Err(|account| &mut account.refunds),
        _ => {}
    }
    let begun = match spell.tenure {
        Some(periods) => {
            let least = if spell.state == State::Ended { 1 } else { 0 };
            Some(day_of_date(cycle.before(until, periods.max(least))))
        }
        None => spell.start,
    };
    let Some(begun) = begun else {
        return Err(match spell.state {
            State::Trial => |account| &mut account.in_trial,
            State::Future => |account| &mut account.later,
            _ => |account| &mut account.never,
        });
    };
    let start = spell.trial_end.filter(|end| *end > begun).unwrap_or(begun);
    // As many whole periods as are said: months before the 31st may begin on a 28th.
    let end = match (spell.tenure, spell.state) {
        (Some(periods), State::Ended) => End::Left(cycle.after(date_of_day(begun), periods.max(1))),
        _ => end_of(spell, known),
    };
    if let End::Left(end) = end
        && start > begun
        && day_of_date(end) <= start
    {
        return Err(|account| &mut account.trial_ended);
    }
    if start > now || spell.state == State::Trial {
        return Err(match start > begun || spell.state == State::Trial {
            true if begun <= now => |account| &mut account.in_trial,
            _ => |account| &mut account.later,
        });
    }
    let start = date_of_day(start);
    Ok(Term {
        customer: line.customer,
        contract: 0,
        name: line.contract,
        plan: line.plan,
        attributes: line.attributes,
        origin: start,
        start,
        end,
        price: spell.price.unwrap_or(0.0),
        reason: spell.reason,
        repriced: None,
    })
}

/// How a row says that its contract ends, as far as it is known.
fn end_of(spell: &Spell, known: Known) -> End {
    let Known { now, undated } = known;
    let date = date_of_day;
    let paid = || match spell.paid_until.filter(|day| *day > now) {
        Some(day) => End::PaidUntil(date(day)),
        None => End::Lapses(None),
    };
    // Was it said by now that the contract will end?
    let said = match spell.cancelled {
        Some(day) => day <= now,
        None => undated && (spell.lapses || matches!(spell.state, State::Lapsing | State::Ended)),
    };
    match spell.state {
        State::Ended => {
            // Of a table of a later day, what was paid until a later day has not ended yet.
            let paid = spell.paid_until.filter(|end| *end <= now || !undated);
            match spell.ended.or(spell.cancelled).or(paid).or(spell.paid_from) {
                // Cancelled, and there until later.
                Some(end) if end > now && said => End::Lapses(Some(date(end))),
                Some(end) => End::Left(date(end)),
                None => End::Open,
            }
        }
        State::Paused => match spell.paid_until.filter(|paid| *paid <= now) {
            Some(paid) => End::Paused(date(paid)),
            None if undated => End::Paused(date(now)),
            None => End::Open,
        },
        _ => match spell.ended {
            Some(end) if end > now && said => End::Lapses(Some(date(end))),
            Some(end) => End::Left(date(end)),
            None if spell.cancelled.is_none() || spell.lapses || spell.state == State::Lapsing => {
                match said {
                    true => paid(),
                    false => End::Open,
                }
            }
            None if spell.state == State::Unsaid => End::Left(date(spell.cancelled.unwrap_or(now))),
            None if said => paid(),
            None => End::Open,
        },
    }
}
