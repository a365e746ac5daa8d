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
//!   one contract. It has ended where no payment came within [`BookOptions::grace`] of the end of what was paid.
//! * Paused contracts are followed until they were paused, if that is said, and have no revenue.

mod account;
mod gather;
pub(crate) mod layout;
mod paid;
mod rates;
mod spells;

use jiff::civil::Date;

use crate::base::{Duration, Error, Progress, Result, Unit, Warning};
use crate::contracts::{ContractMember, Cycle};
use crate::history::{self, IdColumn, Input, LogOptions, read::rows};
use crate::model::{ContractRow, ContractTable};
pub use account::BookAccount;
use layout::{Layout, Role, plain};
pub use rates::{Churn, MonthSeen};
use spells::{Piece, Reader};

/// How contracts are read, beside what holds for all tables.
#[derive(Debug, Clone)]
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
}

/// How the time of a contract under one plan ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It goes on, as far as is known.
    Open,
    /// It goes on and is known to end with what is paid; cancelled on this day, if known.
    Lapses(Option<Date>),
    /// The customer left: the first day no longer covered.
    Left(Date),
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
    /// What one period costs; 0 if not known.
    pub price: f64,
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
    /// Why the table was taken for one of contracts.
    pub why: String,
    /// Of payments: days that the next one may come late; else 0.
    pub grace: i32,
    /// What became of rows.
    pub account: BookAccount,
    /// What was assumed, one sentence each.
    pub assumptions: Vec<String>,
    /// What looks wrong.
    pub warnings: Vec<Warning>,
}

/// Are these tables of contracts? Why, if they are; a look at their columns only.
///
/// What cannot be opened is none.
pub fn recognise(inputs: &[Input], log: &LogOptions) -> Option<String> {
    if log.date.is_some() || log.amount.is_some() || log.quantity.is_some() {
        return None;
    }
    let tables = history::read::recognise::columns_of(inputs, log).ok()?;
    let whys: Option<Vec<String>> =
        tables.iter().map(|names| layout_of(names, log).map(|it| it.why)).collect();
    whys?.into_iter().next()
}

/// Is a table to be read as contracts: because a model of contracts is named, or because none is and the columns say so?
pub fn wanted(model: Option<&str>, inputs: &[Input], log: &LogOptions) -> bool {
    match model {
        Some(name) => ContractMember::named(name).is_some(),
        None => recognise(inputs, log).is_some(),
    }
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
    let find = |file: &str, names: &[String]| -> Result<Layout> {
        let layout = layout_of(names, log).ok_or_else(|| {
            let message = "a model of contracts needs a row a contract: the customer, its start, and its end, status or what it is \
                           paid until (of a retention table: clv fit, then clv score)";
            Error::columns(file, format!("{message}; found: {}", names.join(", ")))
        })?;
        layout.with_attributes(file, names, &log.attributes)
    };
    let tables = rows::open(inputs, log, progress, |file, names| Ok(find(file, names)?.wanted()))?;
    let (file, names) = tables.first();
    let layout = find(file, names)?;
    let reader = Reader::new(&layout, names, options.period);
    let parts = tables.read(log, progress, |part: &mut rows::Part<Piece>, row| reader.take(part, row))?;
    gather::gather(&tables, &layout, parts, log, options)
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
            _ => ContractRow { periods: seen(day), ended: false },
        })
    }

    /// Is it paid on a day?
    pub fn is_active(&self, day: Date) -> bool {
        let ended = match self.end {
            End::Left(end) | End::Changed(end) | End::Paused(end) => end <= day,
            End::Open | End::Lapses(_) => false,
        };
        self.start <= day && !ended
    }

    /// Is it known on a day that it ends with what is paid?
    pub fn lapses(&self, known_on: Date, now: Date) -> bool {
        match self.end {
            End::Lapses(Some(cancelled)) => cancelled <= known_on,
            End::Lapses(None) => known_on >= now,
            _ => false,
        }
    }
}

impl Book {
    /// What one period of a term brings a month.
    pub fn mrr(&self, term: &Term) -> f64 {
        term.price / self.plans[term.plan as usize].cycle.months()
    }

    /// Contracts that are paid at the end of observation.
    pub fn active(&self) -> impl Iterator<Item = &Term> {
        self.terms.iter().filter(|term| term.is_active(self.observed_until))
    }

    /// The same book as it stood on an earlier day: nothing later is known.
    pub fn as_of(&self, day: Date) -> Book {
        let mut book = self.clone();
        let (now, terms) = (self.observed_until, self.terms.iter().filter(|term| term.start <= day));
        let open = |term: &Term| {
            let end = match term.end {
                End::Left(end) | End::Changed(end) | End::Paused(end) if end > day => End::Open,
                // On that day the next payment could have come yet.
                End::Left(end) if (day - end).get_days() < self.grace => End::Open,
                End::Lapses(_) if !term.lapses(day, now) => End::Open,
                end => end,
            };
            Term { end, ..*term }
        };
        book.terms = terms.map(open).collect();
        book.observed_until = day;
        book
    }

    /// Contracts counted by plan: what fits need. A term that a contract entered later counts from there on.
    pub fn tables(&self) -> Vec<ContractTable> {
        let mut by_plan: Vec<Vec<(ContractRow, u32)>> = vec![Vec::new(); self.plans.len()];
        for term in &self.terms {
            let cycle = self.plans[term.plan as usize].cycle;
            if let Some(row) = term.on(self.observed_until, cycle) {
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
}
