//! From rows in the order of the input to contracts in the order of customers and time.

use std::sync::Arc;

use jiff::civil::Date;
use rustc_hash::FxHashMap;

use super::join::{Rows, latest};
use super::layout::{Layout, Role};
use super::prices;
use super::spells::{Names, Piece, Spell, State};
use super::{Book, BookAccount, BookOptions, Late, Plan};
use crate::base::{BadRows, Error, ErrorKind, Place, Result, Unit, Warning, numbers::count};
use crate::contracts::Cycle;
use crate::history::LogOptions;
use crate::history::read::calendar::{date_of_day, day_of_date};
use crate::history::read::rows::{Part, RowTables};
use crate::history::today;

/// Contracts that have ended, from which on their lengths show the period where nothing else does.
const SHOWING: usize = 10;

/// A row with what it names in the numbers of the whole table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    pub spell: Spell,
    /// The rank of the customer's id.
    pub customer: u32,
    pub contract: u32,
    pub plan: u32,
    pub attributes: u32,
}

pub(super) fn gather(
    tables: &RowTables,
    layout: &Layout,
    parts: Vec<Part<Piece>>,
    log: &LogOptions,
    options: &BookOptions,
) -> Result<Book> {
    let (file, names) = tables.first();
    let mut account = BookAccount::default();
    let mut bad = BadRows::default();
    for part in &parts {
        account.rows += part.rows;
        account.bad += part.bad;
        let room = 10usize.saturating_sub(bad.listed.len());
        bad.listed.extend(part.listed.iter().take(room).cloned());
    }
    if account.rows == 0 {
        return Err(Error::input(Place::file(file), "there are no rows below the header"));
    }
    if account.bad > 0 && !(log.skip_bad_rows && account.bad < account.rows) {
        (bad.total, bad.rows_read) = (account.bad, account.rows);
        bad.advice = "Repair these rows, or leave them out with --skip-bad-rows.".to_owned();
        return Err(ErrorKind::BadRows(bad).into());
    }
    let mut whole = Whole::of(parts);
    let mut warnings: Vec<Warning> = whole.warn_unknown().into_iter().collect();
    let currency = whole.currency(
        file,
        layout.column(Role::Currency).map(|at| names[at].as_str()),
        log,
        &mut account,
    )?;
    let (until, said_until) = whole.until(layout.payments, options);
    let mut assumptions = tables.said();
    assumptions.push(format!("these are contracts: {} (--model bg-nbd reads purchases)", layout.why));
    assumptions.extend(said_until);
    if layout.payments {
        assumptions.extend(whole.payments(options));
    }
    assumptions.extend(whole.periods(layout, names, options));
    let plans = whole.plans();
    let settled = prices::settle(&mut whole.lines, &plans, layout, names, currency.as_deref());
    assumptions.extend(settled.said);
    warnings.extend(settled.warnings);
    if options.period.is_none() && layout.column(Role::Interval).is_none() && !layout.payments {
        warnings.extend(prices::two_levels(&whole.lines, &plans));
    }
    let has_money = layout.column(Role::Price).is_some();
    if !has_money {
        assumptions.push("there are no prices: revenue and value are left out".to_owned());
    }
    let has_calendar = layout.column(Role::Start).is_some();
    let mut book = Book {
        customers: std::mem::take(&mut whole.customers),
        id_column: tables.ids(),
        contracts: std::mem::take(&mut whole.contracts.all),
        terms: Vec::new(),
        plans,
        attribute_names: layout.attributes.iter().map(|(name, _)| name.clone()).collect(),
        attributes: whole
            .attributes
            .all
            .iter()
            .map(|all| all.split('\0').map(str::to_owned).collect())
            .collect(),
        has_money,
        currency,
        has_calendar,
        observed_until: until,
        reading: options.clone(),
        why: layout.why.clone(),
        grace: if layout.payments { options.grace.days().round() as i32 } else { 0 },
        late: Late::default(),
        account,
        assumptions,
        warnings: Vec::new(),
        repriced: Vec::new(),
        rows: Arc::new(Rows::new(whole.lines, options.reactivation_within.days(), layout.payments, account)),
    };
    Arc::clone(&book.rows).join(&mut book);
    if book.terms.is_empty() {
        let message = "no contract of this table was ever paid by the end of observation";
        return Err(Error::input(
            Place::file(file),
            format!("{message}, {until}: {}", book.account.words().join("; ")),
        ));
    }
    book.assumptions.extend(said_of_due(&book));
    book.assumptions.extend(said_of_later(&book));
    warnings.extend(missing_prices(&book));
    book.warnings = warnings;
    Ok(book)
}

/// Whose payment is late.
fn said_of_due(book: &Book) -> Option<String> {
    let (due, there) = book.due();
    let late = &book.late;
    (due > 0).then(|| {
        format!(
            "{} contracts have a payment that is late by less than {} days: they are neither paid nor ended, and count with the \
             chance that such payments came ({:.1} are expected; {} came late before, {} never did)",
            count(due),
            book.grace,
            there,
            count(late.came.iter().sum()),
            count(late.never)
        )
    })
}

/// What was said later than the end of observation.
fn said_of_later(book: &Book) -> Option<String> {
    let later = book.rows.said_later(book.observed_until);
    (later > 0).then(|| {
        format!(
            "{} contracts are said to end or to be paused, without a date of when that was said, in a table of a later day than {}: \
             as if it was not known then",
            count(later),
            book.observed_until
        )
    })
}

fn missing_prices(book: &Book) -> Option<Warning> {
    let without = book.active().filter(|term| term.price == 0.0).count() as u64;
    (book.has_money && without > 0).then(|| {
        let message = format!(
            "{} running contracts have no price, or one of 0: they count as contracts and bring no revenue",
            count(without)
        );
        Warning::new("contracts-without-price", message)
    })
}

/// All rows.
struct Whole {
    lines: Vec<Line>,
    /// Ids, ascending.
    customers: Vec<Box<str>>,
    contracts: Names,
    plan_names: Names,
    plans: Vec<Plan>,
    attributes: Names,
    currencies: Names,
    currency_of: Vec<u32>,
    unknown: FxHashMap<Box<str>, u64>,
}

impl Whole {
    fn of(parts: Vec<Part<Piece>>) -> Self {
        let (mut ids, mut contracts, mut plan_names) = (Names::default(), Names::default(), Names::default());
        let (mut attributes, mut currencies) = (Names::default(), Names::default());
        let (mut lines, mut currency_of, mut unknown) = (Vec::new(), Vec::new(), FxHashMap::default());
        for part in parts {
            let piece = part.value;
            let into = |all: &mut Names, names: Names| -> Vec<u32> {
                names.all.into_iter().map(|name| all.number_of(name)).collect()
            };
            let customer = into(&mut ids, piece.customers);
            let contract = into(&mut contracts, piece.contracts);
            let plan = into(&mut plan_names, piece.plans);
            let attribute = into(&mut attributes, piece.attributes);
            let currency = into(&mut currencies, piece.currencies);
            for spell in piece.spells {
                currency_of.push(currency[spell.currency as usize]);
                lines.push(Line {
                    customer: customer[spell.customer as usize],
                    contract: contract[spell.contract as usize],
                    plan: plan[spell.plan as usize],
                    attributes: attribute.get(spell.attributes as usize).copied().unwrap_or(0),
                    spell,
                });
            }
            piece.unknown.into_iter().for_each(|(word, n)| *unknown.entry(word).or_insert(0) += n);
        }
        let mut order: Vec<u32> = (0..ids.all.len() as u32).collect();
        order.sort_unstable_by(|a, b| ids.all[*a as usize].cmp(&ids.all[*b as usize]));
        let mut rank = vec![0; order.len()];
        order.iter().enumerate().for_each(|(at, id)| rank[*id as usize] = at as u32);
        lines.iter_mut().for_each(|line| line.customer = rank[line.customer as usize]);
        let mut all: Vec<Option<Box<str>>> = ids.all.into_iter().map(Some).collect();
        let customers = order.iter().filter_map(|id| all[*id as usize].take()).collect();
        let plans = Vec::new();
        Whole { lines, customers, contracts, plan_names, plans, attributes, currencies, currency_of, unknown }
    }

    fn warn_unknown(&self) -> Option<Warning> {
        let mut all: Vec<_> = self.unknown.iter().collect();
        all.sort();
        let words: Vec<String> =
            all.iter().take(5).map(|(word, n)| format!("'{word}' ({})", count(**n))).collect();
        if words.is_empty() {
            return None;
        }
        let message = format!(
            "the status {} is not known here: such contracts are judged by their dates alone (--except leaves rows out)",
            words.join(", ")
        );
        Some(Warning::new("contracts-unknown-status", message))
    }

    /// The currency of all prices; rows in another than the one that is asked for are left out.
    fn currency(
        &mut self,
        file: &str,
        column: Option<&str>,
        log: &LogOptions,
        account: &mut BookAccount,
    ) -> Result<Option<String>> {
        let Some(column) = column else { return Ok(None) };
        let upper = |text: &str| text.to_uppercase();
        if let Some(wanted) = &log.currency {
            let keep: Vec<bool> = self.currencies.all.iter().map(|one| upper(one) == upper(wanted)).collect();
            let before = self.lines.len();
            let mut of = self.currency_of.iter();
            self.lines.retain(|_| of.next().is_some_and(|one| keep[*one as usize]));
            account.other_currency = (before - self.lines.len()) as u64;
            return Ok(Some(upper(wanted)));
        }
        let mut found: Vec<String> =
            self.currencies.all.iter().filter(|one| !one.is_empty()).map(|one| upper(one)).collect();
        found.sort();
        found.dedup();
        if found.len() > 1 {
            let message = format!(
                "prices are in several currencies ({}), which do not add up: --currency {} keeps one, the others counted",
                found.join(", "),
                found[0]
            );
            return Err(Error::columns(file, format!("column \"{column}\": {message}")));
        }
        Ok(found.pop())
    }

    /// The end of observation, and what is to be said of it.
    fn until(&self, payments: bool, options: &BookOptions) -> (Date, Option<String>) {
        if let Some(until) = options.observed_until {
            return (until, None);
        }
        if let Some(until) = latest(&self.lines, payments) {
            let what =
                if payments { "the last payment" } else { "the last date on which something happened" };
            return (until, Some(format!("observation ended {until}, {what} (--observed-until)")));
        }
        let until = date_of_day(today());
        let words = format!(
            "there are no dates: observation is taken to have ended today, {until} (--observed-until)"
        );
        (until, Some(words))
    }

    /// Settles how long each payment pays for, and until when: the usual length, or gap, of the payments of its contract.
    fn payments(&mut self, options: &BookOptions) -> Option<String> {
        let mut order: Vec<usize> = (0..self.lines.len()).collect();
        let paying = |line: &Line| matches!(line.spell.state, State::Running);
        order.retain(|at| paying(&self.lines[*at]));
        let key = |line: &Line| (line.customer, line.contract, line.plan);
        order.sort_by_key(|at| (key(&self.lines[*at]), self.lines[*at].spell.start));
        let mut lengths: FxHashMap<u32, Vec<i32>> = FxHashMap::default();
        let mut found: Vec<(Vec<usize>, Vec<i32>)> = Vec::new();
        for of_one in order.chunk_by(|a, b| key(&self.lines[*a]) == key(&self.lines[*b])) {
            let spell = |at: &usize| self.lines[*at].spell;
            let mut days: Vec<i32> =
                of_one.iter().filter_map(|at| Some(spell(at).ended? - spell(at).start?)).collect();
            if days.is_empty() {
                let gap = |two: &[usize]| Some(spell(&two[1]).start? - spell(&two[0]).start?);
                days = of_one.windows(2).filter_map(gap).filter(|days| *days > 0).collect();
            }
            lengths.entry(self.lines[of_one[0]].plan).or_default().extend(&days);
            found.push((of_one.to_vec(), days));
        }
        let by_plan: FxHashMap<u32, i32> =
            lengths.into_iter().filter_map(|(plan, days)| Some((plan, middle(days)?))).collect();
        let mut of_all: Vec<i32> = by_plan.values().copied().collect();
        of_all.sort_unstable();
        let usual = middle(of_all).unwrap_or(30);
        for (of_one, days) in found {
            let plan = self.lines[of_one[0]].plan;
            let days = middle(days).or(by_plan.get(&plan).copied()).unwrap_or(usual);
            for at in of_one {
                let spell = &mut self.lines[at].spell;
                let cycle = spell.cycle.unwrap_or_else(|| Cycle::near(days));
                spell.cycle = Some(cycle);
                let start = spell.start.map(date_of_day);
                spell.ended = spell.ended.or(start.map(|start| day_of_date(cycle.after(start, 1))));
            }
        }
        Some(format!(
            "a row is one payment: a contract goes on while payments follow each other, and ended where none came within {} of the \
             end of what was paid (--grace)",
            options.grace
        ))
    }

    /// Settles the period of every row, and says how.
    fn periods(&mut self, layout: &Layout, names: &[String], options: &BookOptions) -> Option<String> {
        let by_name: Vec<Option<Cycle>> = self.plan_names.all.iter().map(|name| by_word(name)).collect();
        let named = self.lines.iter().all(|line| by_name[line.plan as usize].is_some());
        let open = self.lines.iter().filter(|line| line.spell.cycle.is_none()).count();
        let tenure = layout.column(Role::Start).is_none();
        let named = named && !tenure;
        let guess = self.shown_by_lengths();
        let mut plans: Vec<Plan> = Vec::new();
        let mut index: FxHashMap<(u32, Cycle), u32> = FxHashMap::default();
        for line in &mut self.lines {
            let by_name = by_name[line.plan as usize].filter(|_| !tenure);
            let cycle = line.spell.cycle.or(by_name).unwrap_or(guess);
            let name = &self.plan_names.all[line.plan as usize];
            line.plan = *index.entry((line.plan, cycle)).or_insert_with(|| {
                plans.push(Plan { cycle, name: name.to_string() });
                plans.len() as u32 - 1
            });
            line.spell.cycle = Some(cycle);
        }
        self.plans = plans;
        if open == 0 {
            return match options.period {
                Some(_) => None,
                None => {
                    layout.column(Role::Interval).map(|at| format!("periods are in column \"{}\"", names[at]))
                }
            };
        }
        Some(match guess {
            _ if named => "the names of plans say how long their periods are (--period)".to_owned(),
            _ if tenure => "a period is taken to be a month (--period)".to_owned(),
            cycle if cycle == Cycle::MONTHLY => {
                "contracts are taken to be renewed every month: nothing says how long a period is (--period)".to_owned()
            }
            _ => "contracts are taken to be renewed every year, as those that ended lasted whole years (--period)".to_owned(),
        })
    }

    /// The period that the lengths of ended contracts show: a year if nearly all of them are whole years, else a month.
    fn shown_by_lengths(&self) -> Cycle {
        let yearly = Cycle::of(Unit::Year);
        let ended = self.lines.iter().filter_map(|line| {
            let (start, end) = (line.spell.start?, line.spell.ended?);
            (start < end).then(|| (date_of_day(start), date_of_day(end)))
        });
        let whole = |(start, end): (Date, Date)| {
            let years = yearly.whole(start, end);
            years > 0 && yearly.after(start, years) == end
        };
        let all: Vec<bool> = ended.map(whole).collect();
        let years = all.iter().filter(|whole| **whole).count();
        if all.len() >= SHOWING && years * 20 >= all.len() * 19 { yearly } else { Cycle::MONTHLY }
    }

    /// Plans in their order; rows get the new numbers.
    fn plans(&mut self) -> Vec<Plan> {
        let mut order: Vec<usize> = (0..self.plans.len()).collect();
        order.sort_by(|a, b| self.plans[*a].cmp(&self.plans[*b]));
        let mut rank = vec![0; order.len()];
        order.iter().enumerate().for_each(|(at, plan)| rank[*plan] = at as u32);
        self.lines.iter_mut().for_each(|line| line.plan = rank[line.plan as usize]);
        order.into_iter().map(|plan| self.plans[plan].clone()).collect()
    }
}

/// The middle of some lengths.
fn middle(mut days: Vec<i32>) -> Option<i32> {
    days.sort_unstable();
    days.get(days.len() / 2).copied()
}

/// A period that a plan's name says, in any language that periods are read in; days are none (a day pass is no plan of a day).
fn by_word(name: &str) -> Option<Cycle> {
    let words = name.to_lowercase();
    let words: Vec<&str> =
        words.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    (0..words.len()).find_map(|at| {
        let word = words[at];
        let long = word.chars().filter(|c| c.is_alphabetic()).count() > 3 || !word.is_ascii();
        // "12 months", but not "plan 2, monthly".
        let plural = ["months", "years", "weeks", "monate", "jahre", "wochen", "meses", "mesi", "años"]
            .contains(&word);
        let noun = plural || ["month", "mois", "year", "week"].contains(&word);
        let many =
            at.checked_sub(1).and_then(|before| words[before].parse().ok()).filter(|n| (1..=36).contains(n));
        let many = if noun { many } else { None };
        if plural && many.is_none() {
            return None;
        }
        let known = Cycle::parse(word, many.unwrap_or(1)).filter(|cycle| cycle.unit != Unit::Day)?;
        (long || word == "mo").then_some(known)
    })
}
