//! What is said of a reading: shares, clocks, dates, ids, money.

use super::*;

/// Which share of the rows and of the amount is bad.
pub(super) fn shares(tally: &Tally, account: &CleaningAccount) -> String {
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

/// In what ids were written otherwise.
pub(super) fn say_ids(tally: &Tally, mail: bool, options: &LogOptions) -> Option<String> {
    let rows = watched::in_rows(tally.rewritten_ids);
    match (tally.rewritten_ids, mail && !options.fold_case && !options.trim) {
        (0, _) => None,
        (_, true) => {
            Some(format!("ids are e-mail addresses: capital letters are taken for small ones (in {rows})"))
        }
        _ => Some(format!("ids are written otherwise in {rows} (--fold-case, --trim)")),
    }
}

/// What a column of refunds took off.
pub(super) fn say_refunds(column: Option<&str>, tally: &Tally) -> Option<String> {
    let (column, sum) = (column?, tally.refunds.value());
    (sum > 0.0).then(|| {
        let all = match tally.refunded_rows {
            0 => String::new(),
            n => format!("; nothing is left of {}, which are left out", watched::in_rows(n)),
        };
        format!("refunds in column \"{column}\" are taken off their rows: {} in all{all}", grouped(sum, 2))
    })
}

/// Whose clock says on which day a row is, where rows say so.
pub(super) fn say_clocks(tally: &Tally, zone: Option<&str>, wanted: Option<&str>) -> Option<String> {
    if let Some(wanted) = wanted {
        return Some(say_wanted(tally, wanted));
    }
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

/// What became of the clocks if one is wanted.
fn say_wanted(tally: &Tally, wanted: &str) -> String {
    let rows = tally.fates[Fate::Purchase as usize].0;
    let moved = tally.clocks.utc + tally.clocks.others;
    match rows - moved.min(rows) {
        _ if moved == 0 => {
            format!("no date says how far its clock is from UTC, so that --time-zone {wanted} changes none")
        }
        0 => format!("days are those of the clock in {wanted}"),
        rest => format!(
            "days are those of the clock in {wanted}; {} that do not say how far their clock is from UTC stay as written",
            watched::in_rows(rest)
        ),
    }
}

/// What was assumed of columns, and how the values of the files are written.
pub(super) fn say_writings(inputs: &Inputs, rules: &Rules) -> Vec<String> {
    const FILES: usize = 3;
    let mut said = inputs.assumptions.clone();
    let mut different = Vec::new();
    for (writing, table) in rules.writings.iter().zip(&inputs.tables) {
        for sentence in &writing.said {
            if !different.contains(sentence) {
                if different.len() < FILES {
                    let of = if inputs.tables.len() > 1 {
                        format!("{}: ", table.source.name)
                    } else {
                        String::new()
                    };
                    said.push(format!("{of}{sentence}"));
                }
                different.push(sentence.clone());
            }
        }
    }
    if different.len() > FILES {
        said.push(format!("{} more files have ways of writing of their own", different.len() - FILES));
    }
    said
}

pub(super) fn say_dates(inputs: &Inputs, rules: &Rules, options: &LogOptions) -> Option<String> {
    if options.date_format.is_some() && inputs.tables[0].has_typed_dates() {
        return Some("dates are dates by their type: --date-format was not needed".to_owned());
    }
    let rule = &rules.writings.first()?.date.rule;
    match rule.precision() {
        Precision::Month => return Some("dates are months: each is taken for its first day".to_owned()),
        Precision::Year => return Some("dates are years: each is taken for its first day".to_owned()),
        Precision::Day if options.date_format.is_some() => return None,
        Precision::Day => {}
    }
    let said = match rule {
        // What is to be said of others is said of each file.
        DateRule::YearFirst(b'-') | DateRule::Free => return None,
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

pub(super) fn warn_ids(tally: &Tally) -> Vec<Warning> {
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
pub(super) fn warn_money(names: &[String]) -> Option<Warning> {
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
