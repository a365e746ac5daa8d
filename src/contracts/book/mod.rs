//! A book of contracts: billing exports with a row a contract, read as purchase logs are (any format, container and way of
//! writing dates, in parallel), put in order customer by customer.
//!
//! What one row says is told in `spells`; here it meets the end of observation and the customer's other rows:
//!
//! * A trial is none of the paid time: a contract begins where its trial ends. Trials that ended unpaid, trials that go on and
//!   contracts that never began are counted and left out.
//! * A customer whose next contract begins within [`BookOptions::reactivation_within`] of the end of one has not left: both are
//!   one contract. Where its plan is another one, the plan has changed: the time under the first plan ends without a
//!   departure, and that under the second one is seen from its own beginning on, at the age of the whole contract.
//! * What ends after the end of observation goes on. That it will (it was cancelled by then) is kept for the forecast and is
//!   nothing to a fit: who has cancelled early is known, who will renew is not, and counting the ones alone would be unfair.
//! * A row may be one payment of many (invoices, sales of app stores): each pays for a period, and those that follow each other are
//!   one contract. It has ended where no payment came within [`BookOptions::grace`] of the end of what was paid; a payment that is
//!   late by less is neither made nor missed, and counts with the chance that such payments had (see `late`).
//! * Prices may change from row to row: each holds from the beginning of its row on, and earlier days keep theirs.
//! * A book as it stood on an earlier day ([`Book::as_of`]) is put together again from the rows that were there by then.
//! * Paused contracts are followed until they were paused, if that is said, and have no revenue.

mod account;
mod billing;
mod gather;
mod join;
mod kind;
mod late;
pub(crate) mod layout;
mod paid;
mod prices;
mod rates;
mod reasons;
mod spells;
mod visits;

use std::sync::Arc;

use jiff::ToSpan;
use jiff::civil::Date;
use sha2::{Digest, Sha256};

use crate::base::{Duration, Error, Progress, Result, Unit, Warning};
use crate::contracts::Cycle;
use crate::history::{self, IdColumn, Input, LogOptions, read::rows};
use crate::model::{ContractRow, ContractTable};
pub use account::BookAccount;
pub use kind::{BothKinds, TableKind, read_as_purchases, recognise, table_kind};
pub use late::Late;
use layout::{Layout, Role, plain};
pub use rates::{Churn, MonthSeen};
pub use reasons::{Departures, Reason};
use spells::{Piece, Reader};

/// How contracts are read, beside what holds for all tables.
#[derive(Debug, Clone, PartialEq)]
pub struct BookOptions {
    /// The period of all contracts; `None`: what the table says, else a month.
    pub period: Option<Unit>,
    /// The end of observation, this day included; `None`: the last date on which something happened.
    pub observed_until: Option<Date>,
    /// A customer who comes back within this time has not left.
    pub reactivation_within: Duration,
    /// Of payments: the next one may come so long after the end of what was paid.
    pub grace: Duration,
}

impl Default for BookOptions {
    fn default() -> Self {
        let reactivation_within = Duration { count: 30.0, unit: Unit::Day };
        let grace = Duration { count: 14.0, unit: Unit::Day };
        BookOptions { period: None, observed_until: None, reactivation_within, grace }
    }
}

/// A plan: what a contract is for, and how often it is billed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Plan {
    /// How often.
    pub cycle: Cycle,
    /// Its name; empty if the table has none.
    pub name: String,
}

impl Plan {
    /// As it is shown.
    pub fn shown(&self) -> String {
        match self.name.as_str() {
            "" => self.cycle.to_string(),
            name => format!("{name} ({})", self.cycle),
        }
    }

    /// Its name, or these words if it has none.
    fn shown_or<'a>(&'a self, words: &'a str) -> &'a str {
        if self.name.is_empty() { words } else { &self.name }
    }
}

/// How the time of a contract under one plan ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It goes on, as far as is known.
    Open,
    /// It goes on and is known to end: on this day, the first no longer covered; `None`: with the current period.
    Lapses(Option<Date>),
    /// It was cancelled and is paid until this day: nothing is billed before.
    PaidUntil(Date),
    /// The customer left: the first day no longer covered.
    Left(Date),
    /// Of payments: nothing is paid from this day on, and the next payment may yet come.
    Due(Date),
    /// The plan was changed on this day.
    Changed(Date),
    /// It is paused since this day.
    Paused(Date),
}

/// The time of one contract under one plan.
#[derive(Debug, Clone, Copy)]
pub struct Term {
    /// Whose: among [`Book::customers`].
    pub customer: u32,
    /// Which contract: terms of one contract have the same number and follow each other.
    pub contract: u32,
    /// What the table calls it: among [`Book::contracts`].
    pub name: u32,
    /// Among [`Book::plans`].
    pub plan: u32,
    /// Among [`Book::attributes`].
    pub attributes: u32,
    /// When the contract began to be paid.
    pub origin: Date,
    /// When this term began.
    pub start: Date,
    /// How it ends.
    pub end: End,
    /// What one period costs at the end of observation; 0 if not known.
    pub price: f64,
    /// Why it ended, or whether a payment is past due.
    pub reason: Reason,
    /// What it cost before: the last of its changes among the book's.
    pub(crate) repriced: Option<u32>,
}

/// A change of price within a term.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Repriced {
    /// The first day of the new price.
    pub on: Date,
    /// What a period cost before.
    pub from: f64,
    /// The change before this one.
    pub before: Option<u32>,
}

/// Contracts of many customers, in order.
#[derive(Debug, Clone)]
pub struct Book {
    /// Their ids, ascending.
    pub customers: Vec<Box<str>>,
    /// The column that ids were taken from.
    pub id_column: Option<IdColumn>,
    /// Names of contracts, by number; empty where the table has none.
    pub contracts: Vec<Box<str>>,
    /// Customer by customer, contract by contract, in time.
    pub terms: Vec<Term>,
    /// All plans, those of the shortest period first.
    pub plans: Vec<Plan>,
    /// Names of attributes.
    pub attribute_names: Vec<String>,
    /// Combinations of their values.
    pub attributes: Vec<Vec<String>>,
    /// Are prices known?
    pub has_money: bool,
    /// Their currency, if it is said.
    pub currency: Option<String>,
    /// Are dates those of a calendar, and not counted back from periods?
    pub has_calendar: bool,
    /// The end of observation, this day included.
    pub observed_until: Date,
    /// How it was read.
    pub reading: BookOptions,
    /// Why the table was taken for one of contracts.
    pub why: String,
    /// Of payments: days that the next one may come late; else 0.
    pub grace: i32,
    /// Of payments: how many came late, and how many never.
    pub late: Late,
    /// What became of rows.
    pub account: BookAccount,
    /// What was assumed, one sentence each.
    pub assumptions: Vec<String>,
    /// What looks wrong.
    pub warnings: Vec<Warning>,
    /// Changes of price, where terms find them.
    pub(crate) repriced: Vec<Repriced>,
    /// The rows that it was put together from.
    rows: Arc<join::Rows>,
}

/// The layout of a table, if it is one of contracts. A log that also has contract dates stays a log.
fn layout_of(names: &[String], log: &LogOptions) -> Option<Layout> {
    let mut layout = Layout::of(names)?;
    let dated =
        |name: &String| matches!(plain(name).as_str(), "date" | "orderdate" | "invoicedate" | "timestamp");
    if names.iter().any(dated) && !layout.is_program {
        return None;
    }
    if let Some(id) = &log.id {
        let place = names.iter().position(|name| plain(name) == plain(id))?;
        layout.roles[Role::Customer as usize] = Some(place);
    }
    Some(layout)
}

/// Opens tables of contracts.
///
/// # Errors
/// If a table cannot be read, has not the columns of contracts, or has rows that cannot be used (with file, row, column, value
/// and the repair) that are not to be skipped.
pub fn open(
    inputs: &[Input],
    log: &LogOptions,
    options: &BookOptions,
    progress: &dyn Progress,
) -> Result<Book> {
    let (inputs, log) = &history::keep(inputs, log, progress)?;
    let billing = billing::find(inputs, log, options)?;
    let find = |file: &str, names: &[String]| -> Result<Layout> {
        let mut layout = layout_of(names, log).ok_or_else(|| {
            let message = "a model of contracts needs a row a contract: the customer, its start, and its end, status or what it is \
                           paid until (of a retention table: clv fit, then clv score)";
            Error::columns(file, format!("{message}; found: {}", names.join(", ")))
        })?;
        if let Some(name) = &billing.column {
            layout.take_interval(names, name);
        }
        layout.with_attributes(file, names, &log.attributes)
    };
    let tables = rows::open(inputs, log, progress, |file, names| Ok(find(file, names)?.wanted()))?;
    let (file, names) = tables.first();
    let layout = find(file, names)?;
    let reader = Reader::new(&layout, options.period);
    let parts = tables.read(log, progress, |part: &mut rows::Part<Piece>, row| reader.take(part, row))?;
    let mut book = gather::gather(&tables, &layout, parts, log, options)?;
    book.warnings.extend(billing.warning);
    Ok(book)
}

impl Term {
    /// Renewals behind it when the term began.
    pub fn entered(&self, cycle: Cycle) -> u32 {
        cycle.whole(self.origin, self.start)
    }

    /// How it stood on a day: periods and whether it had ended. `None` if it had not begun.
    pub fn on(&self, day: Date, cycle: Cycle) -> Option<ContractRow> {
        if self.start > day {
            return None;
        }
        let seen = |until: Date| cycle.whole(self.origin, until.max(self.start));
        Some(match self.end {
            End::Left(end) if end <= day => {
                let complete = seen(end);
                let broken = cycle.after(self.origin, complete) < end;
                ContractRow { periods: (complete + u32::from(broken)).max(1), ended: true }
            }
            End::Changed(end) | End::Paused(end) if end <= day => {
                ContractRow { periods: seen(end), ended: false }
            }
            // The renewal of that day is neither made nor missed.
            End::Due(since) if since <= day => {
                ContractRow { periods: seen(since.saturating_sub(1.day())), ended: false }
            }
            _ => ContractRow { periods: seen(day), ended: false },
        })
    }

    /// Is it paid on a day?
    pub fn is_active(&self, day: Date) -> bool {
        let ended = match self.end {
            End::Left(end) | End::Changed(end) | End::Paused(end) | End::Due(end) => end <= day,
            End::Open | End::Lapses(_) | End::PaidUntil(_) => false,
        };
        self.start <= day && !ended
    }

    /// Of a contract that is known to end: the first day on which it is there no more, and how often it is renewed before, if it was
    /// renewed `n` times so far.
    pub fn ends_on(&self, cycle: Cycle, n: u32) -> Option<(Date, u32)> {
        match self.end {
            End::Lapses(None) => Some((cycle.after(self.origin, n + 1), 0)),
            End::Lapses(Some(end)) => {
                let last = end.saturating_sub(1.day());
                Some((end, cycle.whole(self.origin, last).saturating_sub(n)))
            }
            End::PaidUntil(end) => Some((end, 0)),
            _ => None,
        }
    }
}

impl Book {
    /// What one period of a term brings a month, at its latest price.
    pub fn mrr(&self, term: &Term) -> f64 {
        term.price / self.plans[term.plan as usize].cycle.months()
    }

    /// The same at the price of a day.
    pub fn mrr_on(&self, term: &Term, day: Date) -> f64 {
        self.price_on(term, day) / self.plans[term.plan as usize].cycle.months()
    }

    /// What one period of a term cost on a day.
    pub fn price_on(&self, term: &Term, day: Date) -> f64 {
        let (mut price, mut last) = (term.price, term.repriced);
        while let Some(change) = last.map(|at| self.repriced[at as usize]).filter(|change| day < change.on) {
            (price, last) = (change.from, change.before);
        }
        price
    }

    /// Contracts that are paid at the end of observation, and those whose payment is late, with the chance that each is there.
    pub fn there(&self) -> impl Iterator<Item = (&Term, f64)> {
        self.terms.iter().filter_map(|term| Some((term, self.chance(term)?)))
    }

    /// The chance that a contract is there at the end of observation: 1 of one that is paid, less of one whose payment is late;
    /// `None` of one that is not.
    pub fn chance(&self, term: &Term) -> Option<f64> {
        match term.end {
            End::Due(since) if term.start <= self.observed_until => {
                Some(self.late.chance(self.days_late(since)))
            }
            _ => term.is_active(self.observed_until).then_some(1.0),
        }
    }

    /// Days since a payment was due.
    pub fn days_late(&self, since: Date) -> i32 {
        (self.observed_until - since).get_days()
    }

    /// Contracts whose payment is late by less than the grace, and how many of them are expected to be there.
    pub fn due(&self) -> (u64, f64) {
        let due = self.terms.iter().filter(|term| matches!(term.end, End::Due(_)));
        due.fold((0, 0.0), |(n, there), term| (n + 1, there + self.chance(term).unwrap_or(0.0)))
    }

    /// The last day by which it is known of every renewal whether it was made: where payments may come late, so much earlier. What
    /// came due later is left out of fits alike of those who paid at once and of those who have not yet.
    pub fn settled_until(&self) -> Date {
        self.observed_until.saturating_sub(i64::from(self.grace).days())
    }

    /// Contracts that are paid at the end of observation.
    pub fn active(&self) -> impl Iterator<Item = &Term> {
        self.terms.iter().filter(|term| term.is_active(self.observed_until))
    }

    /// The same book as it stood on an earlier day, put together from the rows that were there by then: what a forecast with
    /// `--observed-until` that day reads.
    pub fn as_of(&self, day: Date) -> Book {
        let rows = Arc::clone(&self.rows);
        let mut book = Book { observed_until: day, terms: Vec::new(), repriced: Vec::new(), ..self.clone() };
        rows.join(&mut book);
        book
    }

    /// Contracts counted by plan: what fits need. A term that a contract entered later counts from there on.
    pub fn tables(&self) -> Vec<ContractTable> {
        let mut by_plan: Vec<Vec<(ContractRow, u32)>> = vec![Vec::new(); self.plans.len()];
        for term in &self.terms {
            let cycle = self.plans[term.plan as usize].cycle;
            if let Some(row) = term.on(self.settled_until(), cycle) {
                by_plan[term.plan as usize].push((row, term.entered(cycle)));
            }
        }
        by_plan.into_iter().map(ContractTable::entered).collect()
    }

    /// How many customers have a contract that is paid.
    pub fn active_customers(&self) -> u64 {
        let mut last = None;
        let mut n = 0;
        for term in self.active() {
            n += u64::from(last != Some(term.customer));
            last = Some(term.customer);
        }
        n
    }

    /// The mean price of a period of each plan's contracts; `None` without prices.
    pub fn mean_prices(&self) -> Vec<Option<f64>> {
        let mut sums = vec![(0.0, 0.0); self.plans.len()];
        for term in self.terms.iter().filter(|term| term.price > 0.0) {
            let of = &mut sums[term.plan as usize];
            *of = (of.0 + term.price, of.1 + 1.0);
        }
        sums.into_iter().map(|(sum, n)| (self.has_money && n > 0.0).then(|| sum / n)).collect()
    }

    /// Customers who ever had a paid contract.
    pub fn paying_customers(&self) -> u64 {
        self.terms.chunk_by(|a, b| a.customer == b.customer).count() as u64
    }

    /// SHA-256 of all contracts as they were read, in hexadecimal: whose, what for, from when to when, at which price.
    pub fn digest(&self) -> String {
        let mut sum = Sha256::new();
        for term in &self.terms {
            let plan = &self.plans[term.plan as usize];
            let row = format!(
                "{}\0{}\0{}\0{}\0{:?}\0{}\n",
                self.customers[term.customer as usize],
                plan.name,
                plan.cycle,
                term.start,
                term.end,
                term.price
            );
            sum.update(row);
        }
        sum.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
