//! One row of a billing export: who had which contract, from when to when, as the row itself says. What it means for the
//! observation (running, ended, a trial that never paid) is decided in `book.rs`, where the end of observation is known.

use hashbrown::HashTable;
use rustc_hash::FxHashMap;

use super::layout::{Layout, Role, plain};
use super::reasons::Reason;
use crate::base::Unit;
use crate::contracts::Cycle;
use crate::history::hash_text;
use crate::history::read::rows::{Part, Row};

/// What a status says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum State {
    /// Nothing: dates decide.
    #[default]
    Unsaid,
    Running,
    /// Runs until what is paid ends.
    Lapsing,
    Trial,
    Paused,
    PastDue,
    Ended,
    Never,
    Future,
    /// A payment of nothing, and one that was given back.
    Free,
    Refund,
}

impl State {
    /// The meaning of a word; `None` if it is not known.
    fn of(word: &str) -> Option<State> {
        Some(match plain(word).as_str() {
            "" => State::Unsaid,
            "active" | "live" | "open" | "current" | "running" | "ongoing" | "enabled" | "renewing"
            | "stayed" | "joined" => State::Running,
            "nonrenewing" | "notrenewing" | "canceling" | "cancelling" | "pendingcancel" => State::Lapsing,
            "trialing" | "intrial" | "trial" | "trialling" => State::Trial,
            "paused" | "suspended" | "onhold" | "frozen" => State::Paused,
            "pastdue" | "overdue" | "ingrace" | "graceperiod" | "inbillingretry" | "dunning" => {
                State::PastDue
            }
            "canceled" | "cancelled" | "ended" | "expired" | "terminated" | "churned" | "inactive"
            | "deleted" | "closed" | "unpaid" | "completed" | "stopped" | "finished" => State::Ended,
            "incomplete" | "incompleteexpired" | "failed" | "draft" | "abandoned" => State::Never,
            "future" | "pending" | "scheduled" | "notstarted" => State::Future,
            _ => return None,
        })
    }
}

/// A row; dates are days since 1970.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Spell {
    /// Among the ids of its piece.
    pub customer: u32,
    pub contract: u32,
    pub start: Option<i32>,
    pub ended: Option<i32>,
    pub cancelled: Option<i32>,
    pub paid_until: Option<i32>,
    pub paid_from: Option<i32>,
    pub trial_end: Option<i32>,
    pub lapses: bool,
    pub state: State,
    pub reason: Reason,
    pub tenure: Option<u32>,
    /// As it is written; what one period costs once `prices.rs` has settled it.
    pub price: Option<f64>,
    pub quantity: Option<f64>,
    /// Is it written with two decimals, which no count of cents has?
    pub decimals: bool,
    pub cycle: Option<Cycle>,
    /// Among the names of its piece.
    pub plan: u32,
    pub currency: u32,
    /// Where its attributes are: the number of their combination in its piece.
    pub attributes: u32,
}

/// Texts by number.
#[derive(Debug, Default)]
pub(crate) struct Names {
    index: HashTable<u32>,
    pub all: Vec<Box<str>>,
}

impl Names {
    pub fn number(&mut self, text: &str) -> u32 {
        self.known(text).unwrap_or_else(|| self.add(text.into()))
    }

    /// The same of a text that need not be copied.
    pub fn number_of(&mut self, text: Box<str>) -> u32 {
        self.known(&text).unwrap_or_else(|| self.add(text))
    }

    fn known(&self, text: &str) -> Option<u32> {
        let same = |at: &u32| &*self.all[*at as usize] == text;
        self.index.find(hash_text(text.as_bytes()), same).copied()
    }

    fn add(&mut self, text: Box<str>) -> u32 {
        let number = self.all.len() as u32;
        let hash = hash_text(text.as_bytes());
        self.all.push(text);
        let all = &self.all;
        self.index.insert_unique(hash, number, |at| hash_text(all[*at as usize].as_bytes()));
        number
    }
}

/// The rows of a piece of the input.
#[derive(Debug, Default)]
pub(crate) struct Piece {
    pub spells: Vec<Spell>,
    pub customers: Names,
    pub contracts: Names,
    pub plans: Names,
    pub currencies: Names,
    /// Combinations of attributes, their values one after the other with a 0 between.
    pub attributes: Names,
    /// Words of a status that are not known, with how many rows have them.
    pub unknown: FxHashMap<Box<str>, u64>,
    /// What is known of words of intervals with their counts: few.
    intervals: Vec<(Box<str>, u32, Option<Cycle>)>,
}

/// How values of a table are to be taken.
#[derive(Debug, Clone)]
pub(crate) struct Reader {
    pub attributes: usize,
    /// The period of all contracts, as the caller says.
    pub period: Option<Cycle>,
    pub has_cancelled: bool,
    /// Is a row one payment?
    pub payments: bool,
}

impl Reader {
    pub fn new(layout: &Layout, period: Option<Unit>) -> Self {
        Reader {
            attributes: layout.attributes.len(),
            period: period.map(Cycle::of),
            has_cancelled: layout.column(Role::Cancelled).is_some(),
            payments: layout.payments,
        }
    }

    /// Takes a row, or refuses it.
    pub fn take(&self, part: &mut Part<Piece>, row: &Row) {
        match self.spell(&mut part.value, row) {
            Ok(spell) => part.value.spells.push(spell),
            Err((role, problem)) => {
                let place = row.place(role as usize);
                part.refuse(place, problem);
            }
        }
    }

    fn spell(&self, piece: &mut Piece, row: &Row) -> Result<Spell, (Role, String)> {
        let text = |role: Role| row.text(role as usize);
        let id = text(Role::Customer);
        if id.is_empty() {
            return Err((Role::Customer, "the customer has no id".to_owned()));
        }
        let day = |role: Role| {
            row.day(role as usize)
                .map_err(|()| (role, "not a date, or not written as the others are".to_owned()))
        };
        let flag = yes(text(Role::Churned));
        let mut spell = Spell {
            customer: piece.customers.number(id),
            contract: piece.contracts.number(text(Role::Contract)),
            start: day(Role::Start)?,
            ended: day(Role::Ended)?,
            paid_until: day(Role::PaidUntil)?,
            paid_from: day(Role::PaidFrom)?,
            trial_end: day(Role::TrialEnd)?,
            lapses: yes(text(Role::Lapses)) == Some(true),
            plan: piece.plans.number(text(Role::Plan)),
            currency: piece.currencies.number(text(Role::Currency)),
            ..Spell::default()
        };
        // `cancelled` may be a date or a yes.
        match (self.has_cancelled, yes(text(Role::Cancelled))) {
            (true, Some(cancelled)) => spell.lapses |= cancelled,
            (true, None) => spell.cancelled = day(Role::Cancelled)?,
            _ => {}
        }
        if self.payments {
            return self.payment(piece, row, spell);
        }
        spell.state = self.state(piece, text(Role::Status));
        spell.reason = Reason::of(text(Role::Reason), text(Role::Status));
        spell.cycle = self.cycle(piece, row)?;
        (spell.price, spell.quantity) = price(row)?;
        spell.decimals = has_decimals(text(Role::Price));
        spell.attributes = self.attributes(piece, row);
        if !text(Role::Tenure).is_empty() && spell.start.is_none() {
            (spell.tenure, spell.state) = tenure(text(Role::Tenure), flag)?;
        }
        possible(&spell)?;
        Ok(spell)
    }

    /// A payment: paid time from its day on, as far as the row says, else for a period.
    fn payment(&self, piece: &mut Piece, row: &Row, mut spell: Spell) -> Result<Spell, (Role, String)> {
        let text = |role: Role| row.text(role as usize);
        // Renewals of Google Play are numbered behind the order that they renew: GPA.1..0.
        let order = |text: &str| text.split("..").next().unwrap_or(text).to_owned();
        spell.customer = piece.customers.number(&order(text(Role::Customer)));
        spell.contract = piece.contracts.number(&order(text(Role::Contract)));
        if spell.start.is_none() {
            return Err((Role::Start, "the payment has no date; write it like 2024-02-13".to_owned()));
        }
        spell.cycle = self.cycle(piece, row)?;
        spell.attributes = self.attributes(piece, row);
        let number = row.number(Role::Price as usize);
        let amount = number.map_err(|()| {
            (Role::Price, "not a number; plain numbers such as 12.50 can be read".to_owned())
        })?;
        spell.price = amount;
        spell.state = match (plain(text(Role::Status)).as_str(), amount.unwrap_or(0.0)) {
            (_, amount) if amount < 0.0 => State::Refund,
            ("refund" | "refunded", _) => State::Refund,
            ("" | "paid" | "charged" | "charge" | "succeeded" | "completed" | "complete" | "active", 0.0) => {
                State::Free
            }
            ("" | "paid" | "charged" | "charge" | "succeeded" | "completed" | "complete" | "active", _) => {
                State::Running
            }
            _ => State::Never,
        };
        Ok(spell)
    }

    fn state(&self, piece: &mut Piece, word: &str) -> State {
        State::of(word).unwrap_or_else(|| {
            *piece.unknown.entry(word.into()).or_default() += 1;
            State::Unsaid
        })
    }

    fn cycle(&self, piece: &mut Piece, row: &Row) -> Result<Option<Cycle>, (Role, String)> {
        if self.period.is_some() {
            return Ok(self.period);
        }
        let (word, count) = (row.text(Role::Interval as usize), row.text(Role::IntervalCount as usize));
        if word.is_empty() {
            return Ok(None);
        }
        let many = count.trim_end_matches(".0").parse::<u32>();
        let Ok(many) = (if count.is_empty() { Ok(1) } else { many }) else {
            return Err((Role::IntervalCount, "not a whole number of intervals".to_owned()));
        };
        let known = match piece.intervals.iter().find(|(known, times, _)| &**known == word && *times == many)
        {
            Some((.., cycle)) => *cycle,
            None => {
                let cycle = Cycle::parse(word, many);
                if piece.intervals.len() < 64 {
                    piece.intervals.push((word.into(), many, cycle));
                }
                cycle
            }
        };
        match known {
            Some(cycle) => Ok(Some(cycle)),
            None => {
                let message = "not a period that is known: write month, year, 3 months, or say --period";
                Err((Role::Interval, message.to_owned()))
            }
        }
    }

    fn attributes(&self, piece: &mut Piece, row: &Row) -> u32 {
        if self.attributes == 0 {
            return 0;
        }
        let first = Role::ALL.len();
        let values: Vec<&str> = (first..first + self.attributes).map(|field| row.text(field)).collect();
        piece.attributes.number(&values.join("\0"))
    }
}

/// The price and the quantity, as they are written.
fn price(row: &Row) -> Result<(Option<f64>, Option<f64>), (Role, String)> {
    let number = |role: Role| {
        row.number(role as usize)
            .map_err(|()| (role, "not a number; plain numbers such as 12.50 can be read".to_owned()))
    };
    let Some(price) = number(Role::Price)? else { return Ok((None, None)) };
    if price < 0.0 {
        return Err((Role::Price, "a contract costs nothing or more: a refund is no contract".to_owned()));
    }
    Ok((Some(price), number(Role::Quantity)?))
}

/// Is a number written with two decimals?
fn has_decimals(text: &str) -> bool {
    let behind = text.trim_end_matches(|c: char| !c.is_ascii_digit()).rsplit_once(['.', ',']);
    behind.is_some_and(|(_, digits)| digits.len() == 2)
}

/// Is there what a contract needs, in an order that can be?
fn possible(spell: &Spell) -> Result<(), (Role, String)> {
    let running = matches!(spell.state, State::Unsaid | State::Running | State::Lapsing | State::PastDue);
    match (spell.start, spell.ended) {
        (None, _) if running && spell.tenure.is_none() => {
            Err((Role::Start, "the contract has no beginning; write it like 2024-02-13".to_owned()))
        }
        (Some(start), Some(end)) if end < start => {
            let start = crate::history::read::calendar::date_of_day(start);
            Err((Role::Ended, format!("the contract ends before it begins, {start}")))
        }
        _ if spell.state == State::Ended && spell.tenure.is_none() && spell.start.is_some() && {
            let ends = [spell.ended, spell.cancelled, spell.paid_until, spell.paid_from];
            ends.iter().all(Option::is_none)
        } =>
        {
            Err((Role::Status, "the contract has ended, but no column says when".to_owned()))
        }
        _ => Ok(()),
    }
}

fn tenure(text: &str, churned: Option<bool>) -> Result<(Option<u32>, State), (Role, String)> {
    let Some(churned) = churned else {
        return Err((Role::Churned, "write yes or no (or 1 or 0): has the customer left?".to_owned()));
    };
    let periods = text.trim_end_matches(".0").parse::<u32>();
    let Ok(periods) = periods else {
        return Err((Role::Tenure, "not a whole number of periods".to_owned()));
    };
    Ok((Some(periods), if churned { State::Ended } else { State::Running }))
}

/// Yes or no, as tables write it; `None`: neither.
fn yes(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "yes" | "y" | "true" | "t" | "1" | "1.0" | "churned" | "attrited customer" => Some(true),
        "no" | "n" | "false" | "f" | "0" | "0.0" | "stayed" | "joined" | "existing customer" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words of Stripe, Chargebee, Recurly, Paddle.
    #[test]
    fn words_of_a_status() {
        let of = |word| State::of(word);
        assert_eq!(
            [of("past_due"), of("In Trial"), of("non_renewing")],
            [State::PastDue, State::Trial, State::Lapsing].map(Some)
        );
        assert_eq!(
            [of("incomplete_expired"), of("canceled"), of("")],
            [State::Never, State::Ended, State::Unsaid].map(Some)
        );
        assert_eq!(of("gold"), None);
        assert_eq!([yes("Yes"), yes("0"), yes("2024-01-01")], [Some(true), Some(false), None]);
    }
}
