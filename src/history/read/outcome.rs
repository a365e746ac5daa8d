//! From the tallies of all blocks to the account, the warnings, or the error that lists bad rows: first what was
//! found, which parts of a log can add up, then the judgement of it.

mod words;

pub(crate) use self::words::warn_skipped;
use self::words::{say_clocks, say_dates, say_ids, say_refunds, say_writings, shares, warn_ids, warn_money};

use std::sync::Arc;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::ReadOutcome;
use super::amounts::currency::{canonical, is_currency};
use super::columns::AmountColumns;
use super::dates::{DateRule, Precision};
use super::look::mixed_orders;
use super::recognise::Inputs;
use super::totals::Totals;
use super::typed::Clock;
use super::{screen, watched};
use crate::base::{
    BadRows, Error, ErrorKind, Place, Result, Warning,
    numbers::{count, grouped},
};
use crate::history::{
    account::{CleaningAccount, Fate},
    clean::Rules,
    oddities::percent,
    options::LogOptions,
    tally::{CURRENCIES, Clocks, Currency, Examples, LISTED, Tally},
};

/// All tallies as one, in the order of the input.
pub(crate) fn merge(tallies: Vec<Tally>) -> Tally {
    let mut all = Tally::default();
    let mut totals = Totals::default();
    for mut tally in tallies {
        totals.settle(&mut tally);
        all.rows += tally.rows;
        for (sum, part) in all.fates.iter_mut().zip(tally.fates) {
            (sum.0, sum.2) = (sum.0 + part.0, sum.2 + part.2);
            sum.1.add_all(part.1);
        }
        let room = LISTED - all.bad.len();
        all.bad.extend(tally.bad.into_iter().take(room));
        all.days.add(tally.days);
        all.clocks.add(tally.clocks);
        all.zeros += tally.zeros;
        all.blank_ids += tally.blank_ids;
        all.null_ids += tally.null_ids;
        all.float_ids += tally.float_ids;
        all.number_ids += tally.number_ids;
        all.scientific_ids.add(tally.scientific_ids);
        all.rounded_ids += tally.rounded_ids;
        all.timed |= tally.timed;
        for currency in tally.currencies {
            match all.currencies.iter().position(|known| canonical(&known.name) == canonical(&currency.name))
            {
                Some(at) => all.currencies[at].rows += currency.rows,
                None if all.currencies.len() < CURRENCIES => all.currencies.push(currency),
                None => {}
            }
        }
        watched::add_all(&mut all.watched, tally.watched);
        screen::add_all(&mut all.screened, tally.screened);
        all.refunds.add_all(tally.refunds);
        all.rewritten_ids += tally.rewritten_ids;
        all.refunded_rows += tally.refunded_rows;
        all.unread.add(tally.unread);
        all.fatal = all.fatal.or(tally.fatal);
        for (order, part) in all.orders.iter_mut().zip(tally.orders) {
            *order = order.take().or(part);
        }
    }
    all
}

/// The account of a merged tally.
pub(crate) fn account_of(tally: &Tally, has_amount: bool) -> CleaningAccount {
    let mut account = CleaningAccount::default();
    for fate in Fate::ALL {
        let (rows, amount, known) = tally.fates[fate as usize];
        let known = has_amount && (known > 0 || fate == Fate::Purchase);
        account.add(fate, rows, known.then_some(amount.value()));
    }
    account.note("zero-amount", "purchases with amount 0", tally.zeros);
    screen::note(&tally.screened, &mut account);
    account.note("refunded-in-full", "left out because all of it was paid back", tally.refunded_rows);
    account.unread_amount = (tally.unread.rows > 0).then(|| tally.unread.sums.iter().sum());
    account
}

/// What reading came to before it is judged: of a whole log, or of a part of one.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Findings {
    /// What the rows came to.
    pub tally: Tally,
    /// What messages call the input.
    files: String,
    /// Are there amounts?
    pub has_amount: bool,
    /// Are rows order lines (quantity x price)?
    pub order_lines: bool,
    /// What was assumed of the columns.
    assumptions: Vec<String>,
    /// How dates are read, where that had to be found out.
    dates: Option<String>,
    /// The time zone that the column of dates names by its type.
    zone: Option<String>,
    /// The time zone whose clock is wanted.
    #[serde(default)]
    wanted_zone: Option<String>,
    /// Are dates months or years, taken for their first days?
    coarse: bool,
    /// The column of currencies.
    currency: Option<String>,
    /// Columns that look like money, if there are no amounts.
    money_like: Vec<String>,
    /// The column of refunds.
    refund: Option<String>,
    /// Are ids e-mail addresses?
    mail: bool,
}

impl Findings {
    /// From the tallies in the order of the input.
    ///
    /// # Errors
    /// If something speaks against the whole column of dates.
    pub fn new(inputs: &Inputs, options: &LogOptions, rules: &Rules, tallies: Vec<Tally>) -> Result<Self> {
        let mut tally = merge(tallies);
        if let Some(fatal) = tally.fatal.take() {
            let said = fatal.to_string();
            return Err(Arc::into_inner(fatal).unwrap_or_else(|| Error::input(Place::default(), said)));
        }
        refuse_mixed_order(&tally)?;
        Ok(Findings {
            tally,
            files: file_names(inputs),
            has_amount: rules.has_amount,
            order_lines: matches!(inputs.tables[0].log().amount, AmountColumns::Product { .. }),
            assumptions: say_writings(inputs, rules),
            dates: say_dates(inputs, rules, options),
            zone: inputs.tables[0].zone_of_dates(),
            wanted_zone: options.time_zone.clone(),
            coarse: rules
                .writings
                .first()
                .is_some_and(|writing| writing.date.rule.precision() != Precision::Day)
                && !inputs.tables[0].has_typed_dates(),
            currency: rules.names[0].currency.clone(),
            mail: inputs.tables[0].log().mail,
            refund: inputs
                .tables
                .iter()
                .find_map(|table| table.log().refund.map(|index| table.names[index].clone())),
            money_like: match rules.has_amount {
                true => Vec::new(),
                false => {
                    let table = &inputs.tables[0];
                    table.log().money_like.iter().map(|index| table.names[*index].clone()).collect()
                }
            },
        })
    }

    /// Of all parts of a log, in this order.
    ///
    /// # Errors
    /// If parts differ in how their dates are read.
    pub fn of_parts(parts: Vec<Findings>) -> Result<Self> {
        let mut parts = parts.into_iter();
        let mut whole = parts.next().unwrap_or_default();
        for part in parts {
            // A part without any date says nothing of how dates are written.
            if whole.tally.days.dates().is_none() {
                whole.dates = part.dates.clone();
            } else if part.tally.days.dates().is_some() && part.dates != whole.dates {
                return Err(whole.mixed_parts(&part));
            }
            whole.tally = merge(vec![whole.tally, part.tally]);
        }
        Ok(whole)
    }

    /// With what was found in more files of the same log, read later and in whatever way they are written.
    pub fn and(self, more: Findings) -> Self {
        let mut whole = self;
        if whole.tally.days.dates().is_none() {
            whole.dates = more.dates;
        }
        whole.coarse |= more.coarse;
        whole.order_lines |= more.order_lines;
        whole.currency = whole.currency.or(more.currency);
        whole.refund = whole.refund.or(more.refund);
        whole.tally = merge(vec![whole.tally, more.tally]);
        whole
    }

    fn mixed_parts(&self, other: &Findings) -> Error {
        let [one, two] = [self, other].map(|part| part.dates.as_deref().unwrap_or("dates are YYYY-MM-DD"));
        let message = format!(
            "not all parts of the log write dates in one way ({one}; {two}): say how they are written with --date-format, \
             e.g. '%d/%m/%Y'"
        );
        Error::input(Place::file(&self.files), message)
    }

    /// The first and the last date of the rows passed on.
    pub fn dates(&self) -> (Option<Date>, Option<Date>) {
        self.tally.days.dates().unzip()
    }

    /// Judges it: the account of the rows, what was assumed, what looks wrong.
    ///
    /// # Errors
    /// If there are several currencies, if rows are bad and not to be skipped, if no row is left.
    pub fn settle(&self, options: &LogOptions) -> Result<ReadOutcome> {
        let (first, last) = self.dates();
        let tally = &self.tally;
        refuse_currencies(self.currency.as_deref(), tally, options)?;
        let account = account_of(tally, self.has_amount);
        debug_assert!(account.adds_up() && account.rows_read == tally.rows);
        refuse_bad_rows(tally, &account, options, &self.files)?;
        let mut assumptions = self.assumptions.clone();
        assumptions.extend(self.dates.clone());
        assumptions.extend(screen::say(&tally.screened, self.has_amount, self.refund.is_some()));
        assumptions.extend(say_ids(tally, self.mail, options));
        assumptions.extend(say_refunds(self.refund.as_deref(), tally));
        assumptions.extend(say_clocks(tally, self.zone.as_deref(), self.wanted_zone.as_deref()));
        let mut warnings = warn_ids(tally);
        warnings.extend(warn_skipped(tally, &account));
        warnings.extend(warn_money(&self.money_like));
        warnings.extend(screen::warn(&tally.screened));
        warnings.extend(watched::warn(&tally.watched, tally.rows, self.has_amount));
        Ok(ReadOutcome {
            account,
            first,
            last,
            has_amount: self.has_amount,
            profiles: None,
            order_lines: self.order_lines,
            coarse_dates: self.coarse,
            timed: tally.timed,
            currency: self.one_currency(options),
            assumptions,
            warnings,
        })
    }
}

impl Findings {
    /// The currency that was asked for, or that all amounts are in, as signs beside most of them or a column have it.
    fn one_currency(&self, options: &LogOptions) -> Option<String> {
        if options.currency.is_some() || !self.has_amount {
            return options.currency.clone();
        }
        let most = self.tally.rows / 2;
        let beside = match &self.tally.currencies[..] {
            [one] if one.rows > most && is_currency(&one.name) => Some(one.name.trim().to_owned()),
            _ => None,
        };
        beside.or_else(|| watched::currency(&self.tally.watched, most))
    }
}

fn file_names(inputs: &Inputs) -> String {
    let first = &inputs.tables[0].source.name;
    match inputs.tables.len() {
        1 => first.clone(),
        n => format!("{first} and {} more", n - 1),
    }
}

/// A date in the other order of day and month speaks against the whole column, so it cannot be skipped.
fn refuse_mixed_order(tally: &Tally) -> Result<()> {
    let [month, day] = &tally.orders;
    let found = day.as_ref().map(|place| (place, true)).or(month.as_ref().map(|place| (place, false)));
    match found {
        Some((place, day_first)) => {
            Err(mixed_orders(place.clone(), day_first, "other dates of the column have"))
        }
        None => Ok(()),
    }
}

/// Is any row in the currency that was asked for?
fn refuse_without(kept: &str, tally: &Tally) -> Result<()> {
    let purchases = tally.fates[Fate::Purchase as usize].0;
    let others = tally.fates[Fate::OtherCurrency as usize].0;
    if purchases > 0 || others == 0 {
        return Ok(());
    }
    let found: Vec<&str> = tally.currencies.iter().map(|one| one.name.as_str()).collect();
    let message = format!("no purchase is in {kept}: the currencies found are {}", found.join(", "));
    Err(Error::option("--currency", message))
}

fn refuse_currencies(column: Option<&str>, tally: &Tally, options: &LogOptions) -> Result<()> {
    if let Some(kept) = &options.currency {
        return refuse_without(kept, tally);
    }
    let [one, other, ..] = &tally.currencies[..] else { return Ok(()) };
    let there = match other.first.line.or(other.first.row) {
        Some(number) => format!(" (first in line or row {number})"),
        None => String::new(),
    };
    let more = if tally.currencies.len() < CURRENCIES { "" } else { " ..." };
    let mut counted: Vec<&Currency> = tally.currencies.iter().collect();
    counted.sort_by(|a, b| b.rows.cmp(&a.rows).then(a.name.cmp(&b.name)));
    let kept = canonical(&counted[0].name);
    let counted: Vec<String> =
        counted.iter().map(|one| format!("'{}' in {}", one.name, watched::in_rows(one.rows))).collect();
    let message = format!(
        "more than one currency: '{}' here and '{}'{there}; {}{more}: convert the amounts to one currency, or keep one \
         of them with --currency {}",
        one.name,
        other.name,
        counted.join(", "),
        kept,
    );
    Err(Error::input(one.first.clone().at(column.unwrap_or_default(), &one.name), message))
}

/// What to do where many cells of customers or dates are empty: they may stand in the first row of a group only.
pub(crate) fn fill_down(tally: &Tally, account: &CleaningAccount) -> String {
    const SHARE: f64 = 0.1;
    let empty = account.rows(Fate::MissingId) + account.rows(Fate::MissingDate);
    let first = tally.bad.iter().find(|(fate, _)| matches!(fate, Fate::MissingId | Fate::MissingDate));
    match first.and_then(|(_, row)| row.place.column.as_deref()) {
        Some(column) if empty as f64 >= SHARE * tally.rows as f64 => format!(
            "If an empty cell means what stands above it, as where only the first row of a group names it, say --fill-down \
             \"{column}\". "
        ),
        _ => String::new(),
    }
}

/// Bad rows are an error unless they are to be skipped and something is left.
pub(crate) fn refuse_bad_rows(
    tally: &Tally,
    account: &CleaningAccount,
    options: &LogOptions,
    files: &str,
) -> Result<()> {
    if tally.rows == 0 {
        let message = "the input has no rows: there is a header and no transactions";
        return Err(Error::input(Place::file(files), message));
    }
    let bad = account.bad_rows();
    if bad == 0 || (options.skip_bad_rows && bad < tally.rows) {
        return Ok(());
    }
    let kinds = account.entries.iter().filter(|entry| entry.fate.is_bad()).count();
    if bad == tally.rows
        && kinds == 1
        && let Some((_, row)) = tally.bad.first()
    {
        let all = if bad == 1 { String::new() } else { format!(" (this is so in all {bad} rows)") };
        return Err(Error::input(row.place.clone(), format!("{}{all}", row.problem)));
    }
    let advice = match (bad == tally.rows, tally.unread.rows) {
        (true, _) => "No row can be used.".to_owned(),
        (false, 0) => {
            format!("Repair them, or leave them out with --skip-bad-rows ({}).", shares(tally, account))
        }
        (false, _) => format!(
            "Repair the amounts first, they are there: plain numbers such as 1234.50 can be read. --skip-bad-rows would \
             leave out {}.",
            shares(tally, account)
        ),
    };
    let advice = format!("{}{advice}", fill_down(tally, account));
    let listed = tally.bad.iter().map(|(_, row)| row.clone()).collect();
    Err(ErrorKind::BadRows(BadRows { listed, total: bad, rows_read: tally.rows, advice }).into())
}
