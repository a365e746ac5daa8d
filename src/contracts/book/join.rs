//! Puts rows together to contracts as they stood on a day: nothing that came later is known.

use jiff::civil::Date;
use rustc_hash::FxHashSet;

use super::gather::Line;
use super::paid::{Known, paid};
use super::spells::State;
use super::{Book, BookAccount, End, Late, Repriced, Term};
use crate::history::read::calendar::{date_of_day, day_of_date};
use crate::history::today;

/// The rows of a book, their periods and prices settled.
#[derive(Debug)]
pub(super) struct Rows {
    pub lines: Vec<Line>,
    /// A customer who comes back within so many days has not left.
    pub within: f64,
    /// Is a row one payment?
    pub payments: bool,
    /// What became of rows before they were put together.
    pub account: BookAccount,
    /// The last day on which something of them happened: what they say without a date is known from then on.
    happened: i32,
}

impl Rows {
    pub fn new(lines: Vec<Line>, within: f64, payments: bool, account: BookAccount) -> Self {
        let today = today();
        let begun = lines.iter().filter(|line| line.spell.state != State::Future);
        let days = begun.flat_map(|Line { spell, .. }| [spell.start, spell.paid_from, spell.cancelled]);
        let happened = days.flatten().filter(|day| *day <= today).max().unwrap_or(i32::MIN);
        Rows { lines, within, payments, account, happened }
    }

    /// Rows that say without a date that their contract ends or is paused, if that was said after the end of observation.
    pub fn said_later(&self, until: Date) -> u64 {
        if self.happened <= day_of_date(until) {
            return 0;
        }
        let undated = |line: &&Line| {
            let spell = &line.spell;
            let said = spell.lapses || matches!(spell.state, State::Lapsing | State::Paused);
            let over = spell.ended.is_some_and(|end| end <= day_of_date(until));
            let begun = spell.start.is_some_and(|start| start <= day_of_date(until));
            said && begun && !over && spell.cancelled.is_none()
        };
        self.lines.iter().filter(undated).count() as u64
    }

    /// Fills a book with the contracts as they stood at its end of observation.
    pub fn join(&self, book: &mut Book) {
        let until = book.observed_until;
        book.account = self.account;
        book.late = Late::default();
        let known = Known { now: day_of_date(until), undated: self.happened <= day_of_date(until) };
        let mut found: Vec<(&Line, Term)> = Vec::with_capacity(self.lines.len());
        for line in &self.lines {
            match paid(line, until, known) {
                Ok(term) => found.push((line, term)),
                Err(fate) => *fate(&mut book.account) += 1,
            }
        }
        found.sort_by(|(a, one), (b, other)| {
            let key = |line: &Line, term: &Term| (line.customer, term.start, last_day(term));
            key(a, one).cmp(&key(b, other)).then_with(|| {
                let rest =
                    |line: &Line| (&book.contracts[line.contract as usize], line.plan, line.attributes);
                rest(a).cmp(&rest(b)).then(one.price.total_cmp(&other.price))
            })
        });
        let last_payment = found.iter().map(|(_, term)| term.start).max();
        let mut number = 0;
        for of_one in found.chunk_by(|(a, _), (b, _)| a.customer == b.customer) {
            self.chain(of_one, &mut number, book);
        }
        if self.payments {
            late(book, last_payment.unwrap_or(until));
        }
        book.terms.sort_by_key(|term| (term.customer, term.contract, term.start));
    }

    /// Puts the terms of one customer behind each other where one goes on with another.
    fn chain(&self, of_one: &[(&Line, Term)], number: &mut u32, book: &mut Book) {
        let mut ends: Vec<usize> = Vec::new();
        let mut seen = FxHashSet::default();
        for (line, term) in of_one {
            let same = (line.contract, line.plan, day_of_date(term.start), last_day(term));
            let several = of_one.len() > 1 && !book.contracts[line.contract as usize].is_empty();
            if several && !seen.insert(same) {
                book.account.repeated += 1;
                continue;
            }
            let gap = |at: usize| match book.terms[at].end {
                End::Left(end) => f64::from((term.start - end).get_days()),
                _ => f64::INFINITY,
            };
            // Rows come by their beginning: what ended too long ago has no further row.
            ends.retain(|at| gap(*at) <= self.within);
            // A change within a period may be dated a day before what it changes ends.
            let named = !book.contracts[line.contract as usize].is_empty();
            let same = |at: usize| named && book.terms[at].name == line.contract && gap(at).is_finite();
            let Some(place) = ends.iter().position(|at| gap(*at) >= -1.0 || same(*at)) else {
                let contract = *number;
                *number += 1;
                book.account.contracts += 1;
                ends.push(book.terms.len());
                book.terms.push(Term { customer: line.customer, contract, ..*term });
                continue;
            };
            let at = ends[place];
            if self.payments {
                came(book, at, term.start);
            }
            if book.terms[at].plan == term.plan {
                book.account.continued += 1;
                go_on(book, at, term);
                continue;
            }
            ends[place] = book.terms.len();
            change(book, at, Term { customer: line.customer, ..*term });
        }
    }
}

/// The contract goes on under the same plan, from now on at the price of the new row.
fn go_on(book: &mut Book, at: usize, term: &Term) {
    let before = book.terms[at];
    let mut repriced = before.repriced;
    if before.price != term.price {
        repriced = Some(book.repriced.len() as u32);
        book.repriced.push(Repriced { on: term.start, from: before.price, before: before.repriced });
    }
    book.terms[at] = Term { end: term.end, price: term.price, reason: term.reason, repriced, ..before };
}

/// The contract goes on under another plan.
fn change(book: &mut Book, at: usize, term: Term) {
    let before = book.terms[at];
    book.account.changed += 1;
    book.terms[at].end = End::Changed(term.start);
    let same_cycle = book.plans[before.plan as usize].cycle == book.plans[term.plan as usize].cycle;
    let origin = if same_cycle { before.origin } else { term.start };
    book.terms.push(Term { contract: before.contract, origin, ..term });
}

/// Counts how late a payment came, if it was due so long ago that it is known of all that were due then whether they came.
fn came(book: &mut Book, at: usize, start: Date) {
    let End::Left(end) = book.terms[at].end else { return };
    let days = (start - end).get_days();
    if days <= 0 || book.days_late(end) < book.grace {
        return;
    }
    match days < book.grace {
        true => book.late.came(days),
        false => book.late.never += 1,
    }
}

/// Who has not paid within the grace has left; who is late by less is due. Where no payment at all was seen since, nothing is known of
/// it, and the contract counts as one that goes on.
fn late(book: &mut Book, last_payment: Date) {
    let until = book.observed_until;
    for at in 0..book.terms.len() {
        let End::Left(end) = book.terms[at].end else { continue };
        if end > until {
            continue;
        }
        if book.days_late(end) >= book.grace {
            book.late.never += 1;
        } else {
            book.terms[at].end = if end > last_payment { End::Open } else { End::Due(end) };
        }
    }
}

pub(super) fn last_day(term: &Term) -> Date {
    match term.end {
        End::Left(end) | End::Changed(end) | End::Paused(end) | End::Due(end) => end,
        End::Open | End::Lapses(_) | End::PaidUntil(_) => Date::MAX,
    }
}

/// The dates that show the end of observation where nobody says it: of payments those of the payments, not how far they reach.
pub(super) fn latest(lines: &[Line], payments: bool) -> Option<Date> {
    let today = today();
    let of = |Line { spell, .. }: &Line| {
        let all = [spell.start, spell.ended, spell.cancelled, spell.paid_from];
        all.into_iter().take(if payments { 1 } else { 4 }).flatten()
    };
    let days = || lines.iter().flat_map(of);
    days().filter(|day| *day <= today).max().or_else(|| days().max()).map(date_of_day)
}
