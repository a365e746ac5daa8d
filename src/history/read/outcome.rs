//! From the tallies of all blocks to the account, the warnings, or the error that lists bad rows: first what was
//! found, which parts of a log can add up, then the judgement of it.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::ReadOutcome;
use super::columns::AmountColumns;
use super::dates::{DateRule, Precision};
use super::plan::mixed_orders;
use super::recognise::Inputs;
use super::typed::Clock;
use super::{likeness, watched};
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
    for tally in tallies {
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
            match all.currencies.iter().position(|known| known.name == currency.name) {
                Some(at) => all.currencies[at].rows += currency.rows,
                None if all.currencies.len() < CURRENCIES => all.currencies.push(currency),
                None => {}
            }
        }
        watched::add_all(&mut all.watched, tally.watched);
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
    account.unread_amount = (tally.unread.rows > 0).then(|| tally.unread.sums.iter().sum());
    account
}

/// What reading came to before it is judged: of a whole log, or of a part of one.
#[derive(Debug, Default, Serialize, Deserialize)]
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
    /// Are dates months or years, taken for their first days?
    coarse: bool,
    /// The column of currencies.
    currency: Option<String>,
    /// Columns that look like money, if there are no amounts.
    money_like: Vec<String>,
}

impl Findings {
    /// From the tallies in the order of the input.
    ///
    /// # Errors
    /// If something speaks against the whole column of dates.
    pub fn new(inputs: &Inputs, options: &LogOptions, rules: &Rules, tallies: Vec<Tally>) -> Result<Self> {
        let mut tally = merge(tallies);
        if let Some(fatal) = tally.fatal.take() {
            return Err(fatal);
        }
        refuse_mixed_order(rules, &tally)?;
        Ok(Findings {
            tally,
            files: file_names(inputs),
            has_amount: rules.has_amount,
            order_lines: matches!(inputs.tables[0].log().amount, AmountColumns::Product { .. }),
            assumptions: inputs.assumptions.clone(),
            dates: say_dates(inputs, rules, options),
            zone: inputs.tables[0].zone_of_dates(),
            coarse: rules.date.as_ref().is_some_and(|rule| rule.precision() != Precision::Day)
                && !inputs.tables[0].has_typed_dates(),
            currency: rules.names.currency.clone(),
            money_like: if rules.has_amount { Vec::new() } else { likeness::money(&inputs.tables[0].names) },
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
    pub fn settle(self, options: &LogOptions) -> Result<ReadOutcome> {
        let (first, last) = self.dates();
        let tally = self.tally;
        refuse_currencies(self.currency.as_deref(), &tally)?;
        let account = account_of(&tally, self.has_amount);
        debug_assert!(account.adds_up() && account.rows_read == tally.rows);
        refuse_bad_rows(&tally, &account, options, &self.files)?;
        let mut assumptions = self.assumptions;
        assumptions.extend(self.dates);
        assumptions.extend(say_clocks(&tally, self.zone.as_deref()));
        let mut warnings = warn_ids(&tally);
        warnings.extend(warn_skipped(&tally, &account));
        warnings.extend(warn_money(&self.money_like));
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
            assumptions,
            warnings,
        })
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
fn refuse_mixed_order(rules: &Rules, tally: &Tally) -> Result<()> {
    let (Some(DateRule::DayMonth { day_first, .. }), [month, day]) = (&rules.date, &tally.orders) else {
        return Ok(());
    };
    let Some(other) = (if *day_first { month } else { day }) else { return Ok(()) };
    Err(mixed_orders(other.clone(), !*day_first, "other dates of the column have"))
}

fn refuse_currencies(column: Option<&str>, tally: &Tally) -> Result<()> {
    let [one, other, ..] = &tally.currencies[..] else { return Ok(()) };
    let there = match other.first.line.or(other.first.row) {
        Some(number) => format!(" (first in line or row {number})"),
        None => String::new(),
    };
    let more = if tally.currencies.len() < CURRENCIES { "" } else { " ..." };
    let mut counted: Vec<&Currency> = tally.currencies.iter().collect();
    counted.sort_by(|a, b| b.rows.cmp(&a.rows).then(a.name.cmp(&b.name)));
    let counted: Vec<String> =
        counted.iter().map(|one| format!("'{}' in {}", one.name, watched::in_rows(one.rows))).collect();
    let message = format!(
        "more than one currency: '{}' here and '{}'{there}; {}{more}: convert the amounts to one currency, or read one \
         currency at a time",
        one.name,
        other.name,
        counted.join(", ")
    );
    Err(Error::input(one.first.clone().at(column.unwrap_or_default(), &one.name), message))
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
    let listed = tally.bad.iter().map(|(_, row)| row.clone()).collect();
    Err(ErrorKind::BadRows(BadRows { listed, total: bad, rows_read: tally.rows, advice }).into())
}

/// Which share of the rows and of the amount is bad.
fn shares(tally: &Tally, account: &CleaningAccount) -> String {
    let bad = account.bad_rows();
    let rows = format!("{} of the rows", percent(bad as f64, tally.rows as f64));
    let size = |bad: bool| {
        let entries = account.entries.iter().filter(|entry| entry.fate.is_bad() == bad);
        entries.filter_map(|entry| entry.amount).map(f64::abs).sum::<f64>()
    };
    let known: u64 =
        Fate::ALL.iter().filter(|fate| fate.is_bad()).map(|&fate| tally.fates[fate as usize].2).sum();
    let unread = tally.unread;
    let unknown = match bad - known - unread.rows {
        0 => String::new(),
        n => format!(", without the {n} whose amount is unknown"),
    };
    let has_amount = account.entries.iter().any(|entry| !entry.fate.is_bad() && entry.amount.is_some());
    if known + unread.rows == 0 {
        return if has_amount { format!("{rows}; what they amount to is unknown") } else { rows };
    }
    let [bought, returned] = unread.sums;
    let (lost, kept) = (size(true) + bought, size(false));
    let share = percent(lost, lost + kept);
    let back = match returned < 0.0 {
        true => format!(" of purchases and {} of returns in all", grouped(returned, 2)),
        false => " in all".to_owned(),
    };
    match unread.rows {
        0 => format!("{rows}, {share} of the amount{unknown}"),
        1 => format!(
            "{rows}, about {share} of the amount: 1 that cannot be read looks like {}{unknown}",
            grouped(bought + returned, 2)
        ),
        n => format!(
            "{rows}, about {share} of the amount: {n} that cannot be read look like {}{back}, up to {} each{unknown}",
            grouped(bought, 2),
            grouped(unread.largest, 2)
        ),
    }
}

/// The warning for bad rows that were left out.
pub(crate) fn warn_skipped(tally: &Tally, account: &CleaningAccount) -> Option<Warning> {
    let bad = account.bad_rows();
    let (_, first) = tally.bad.first()?;
    let reasons: Vec<String> = account
        .entries
        .iter()
        .filter(|entry| entry.fate.is_bad())
        .map(|entry| format!("{} {}", entry.rows, entry.fate.words().trim_end_matches(", skipped")))
        .collect();
    let rows = if bad == 1 { "row was" } else { "rows were" };
    let message = format!(
        "{bad} bad {rows} left out: {} ({}). The first: {}: {}",
        reasons.join(", "),
        shares(tally, account),
        first.place,
        first.problem
    );
    Some(Warning::new("bad-rows-skipped", message))
}

/// Whose clock says on which day a row is, where rows say so.
fn say_clocks(tally: &Tally, zone: Option<&str>) -> Option<String> {
    let (clocks, rows) = (tally.clocks, tally.fates[Fate::Purchase as usize].0);
    let moved = || {
        let falls = if clocks.moved == 1 { "falls" } else { "fall" };
        format!("{} of {rows} rows {falls} on another day than in UTC", clocks.moved)
    };
    match (zone, clocks) {
        (_, Clocks { utc: 0, others: 0, .. }) => None,
        (Some(zone), _) if !Clock::knows(zone) => {
            Some(format!("the time zone of the dates, '{zone}', is not known here: days are those of UTC"))
        }
        (Some(zone), Clocks { others: 1.., .. }) => {
            Some(format!("days are those of the clock in {zone}, the time zone of the column: {}", moved()))
        }
        (_, Clocks { others: 0, .. }) => Some(
            "times are in UTC, and days are UTC's, which may differ from those of the shop's clock"
                .to_owned(),
        ),
        (None, Clocks { utc, .. }) => {
            let rest = match utc {
                0 => String::new(),
                1 => "; 1 row is in UTC and stays there".to_owned(),
                _ => format!("; {utc} rows are in UTC and stay there"),
            };
            Some(format!(
                "days are those of the clock that wrote the row, by its own offset from UTC: {}{rest}",
                moved()
            ))
        }
    }
}

fn say_dates(inputs: &Inputs, rules: &Rules, options: &LogOptions) -> Option<String> {
    if options.date_format.is_some() && inputs.tables[0].has_typed_dates() {
        return Some("dates are dates by their type: --date-format was not needed".to_owned());
    }
    let rule = rules.date.as_ref()?;
    match rule.precision() {
        Precision::Month => return Some("dates are months: each is taken for its first day".to_owned()),
        Precision::Year => return Some("dates are years: each is taken for its first day".to_owned()),
        Precision::Day if options.date_format.is_some() => return None,
        Precision::Day => {}
    }
    let said = match rule {
        DateRule::YearFirst(b'-') => return None,
        DateRule::Compact => {
            "eight-digit numbers are read as dates YYYYMMDD: all of them are valid ones".to_owned()
        }
        DateRule::DayMonth { .. } => {
            format!("dates are read as {}: some of them allow no other order", rule.describe())
        }
        _ => format!("dates are read as {}", rule.describe()),
    };
    Some(said)
}

fn warn_ids(tally: &Tally) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let mut warn = |rows: u64, code, what: &str| {
        if rows > 0 {
            warnings.push(Warning::new(
                code,
                format!("{rows} {}", what.replace("{rows}", if rows == 1 { "row has" } else { "rows have" })),
            ));
        }
    };
    warn(
        tally.null_ids,
        "null-words-as-ids",
        "{rows} a customer id that looks like a word for missing (NA, null, none, nan ...): ids are text, so these count as \
         customers; empty the cells if the id is unknown",
    );
    warn(
        tally.float_ids,
        "float-ids",
        "{rows} a customer id written like 17850.0, as exports of a column with gaps do: kept as text, so it is another \
         customer than 17850; long ids may have lost digits",
    );
    warn(
        tally.number_ids,
        "floating-point-ids",
        "{rows} a customer id that is a floating-point number: it is written as a whole number; cast the column to text or \
         integers to be sure that no digits are lost",
    );
    warn(
        if 2 * tally.rounded_ids > tally.rows { tally.rounded_ids } else { 0 },
        "rounded-ids",
        "{rows} a customer id of more than 15 digits, all of them 0 beyond the 15th, as a spreadsheet leaves long numbers: \
         customers whose numbers differ only there have become one. Export the log again from where it comes from and do \
         not save it in a spreadsheet, or have the column of ids as text there",
    );
    warn(
        tally.blank_ids,
        "blanks-around-ids",
        "{rows} a customer id with blanks around it: kept as given, so it is another customer than the same id without them",
    );
    warnings.extend(warn_scientific(&tally.scientific_ids, tally.rows));
    warnings
}

/// A spreadsheet that shows a long id in short writes it so when it saves text.
fn warn_scientific(ids: &Examples, rows: u64) -> Option<Warning> {
    let examples: Vec<String> = ids.first.iter().map(|id| format!("'{id}'")).collect();
    let have = if ids.rows == 1 { "1 row has".to_owned() } else { format!("{} rows have", count(ids.rows)) };
    (ids.rows > 0).then(|| {
        let message = format!(
            "{have} a customer id in scientific notation (such as {}), {} of all, as a spreadsheet writes long numbers: most of \
             their digits are lost, and all customers whose numbers begin alike have become one. No option brings them back: \
             export the log again from where it comes from and do not save it in a spreadsheet, or have the column of ids \
             as text there",
            examples.join(", "),
            percent(ids.rows as f64, rows as f64)
        );
        Warning::new("scientific-ids", message).naming(ids.first.iter().cloned())
    })
}

/// There are no amounts, but columns that look like it.
fn warn_money(names: &[String]) -> Option<Warning> {
    let quoted: Vec<String> = names.iter().take(10).map(|name| format!("\"{}\"", name)).collect();
    let (column, look, one) = match names {
        [] => return None,
        [_] => ("column", "looks like money", "it"),
        _ => ("columns", "look like money", "the right one"),
    };
    let message = format!(
        "no column was taken for the amount, so that spend and value are left out; the {column} {} {look}: name \
         {one} with --amount",
        quoted.join(", ")
    );
    Some(Warning::new("no-amount-but-money", message))
}
