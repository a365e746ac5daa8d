//! What a row means at the end of observation: paid time and how it ends, or why there is none.

use jiff::civil::Date;

use super::gather::Line;
use super::spells::{Spell, State};
use super::{BookAccount, End, Term};
use crate::contracts::Cycle;
use crate::history::read::calendar::{date_of_day, day_of_date};

/// The count of rows that became of a row.
pub(super) type Fate = fn(&mut BookAccount) -> &mut u64;

/// The paid time of a row at the end of observation, or why there is none.
pub(super) fn paid(line: &Line, until: Date) -> Result<Term, Fate> {
    let spell = &line.spell;
    let cycle = spell.cycle.unwrap_or(Cycle::MONTHLY);
    let now = day_of_date(until);
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
    let end = end_of(spell, now);
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
    })
}

/// How a row says that its contract ends.
fn end_of(spell: &Spell, now: i32) -> End {
    let date = date_of_day;
    let cancelled = spell.cancelled.map(date);
    match spell.state {
        State::Ended if spell.tenure.is_some() => End::Left(date(now)),
        State::Ended => {
            let end = spell
                .ended
                .or(spell.cancelled)
                .or(spell.paid_until.filter(|end| *end <= now))
                .or(spell.paid_from);
            match end {
                // Cancelled, and paid until later.
                Some(end) if end > now => End::Lapses(cancelled),
                Some(end) => End::Left(date(end)),
                None => End::Open,
            }
        }
        State::Paused => End::Paused(date(spell.paid_until.filter(|paid| *paid <= now).unwrap_or(now))),
        _ => match spell.ended {
            Some(end)
                if end > now && (spell.lapses || cancelled.is_some() || spell.state == State::Lapsing) =>
            {
                End::Lapses(cancelled)
            }
            Some(end) => End::Left(date(end)),
            None if spell.lapses || spell.state == State::Lapsing => End::Lapses(cancelled),
            None => match (cancelled, spell.state) {
                (Some(day), State::Unsaid) => End::Left(day),
                (Some(day), _) => End::Lapses(Some(day)),
                (None, _) => End::Open,
            },
        },
    }
}
