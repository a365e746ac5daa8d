//! What is to be said about a summary: the account of its rows, what was assumed, what looks wrong. All of it is
//! made of counts that can be added up, so that a log in parts is described as one in one piece.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::attributes::{AttributeCounts, say_missing, warn_several};
use super::far_dates::{self, DayCounts};
use super::fold::FoldCounts;
use super::oddities::{Oddities, Returner, warn_negative, warn_returner, warn_standouts, warn_twins};
use super::read::ReadOutcome;
use super::summarize::{end_of, first_grain, grain_start, last_grain};
use super::{CleaningAccount, DateFormat, Fate, LogOptions};
use crate::base::{Grain, Unit, Warning};
use crate::history::{SummaryMeta, UnitSource};

/// What folding the rows of some customers came to.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Counted {
    /// What became of their rows.
    pub folded: FoldCounts,
    /// What became of their attributes.
    pub attributes: Vec<AttributeCounts>,
    /// What is odd about who they are.
    pub oddities: Oddities,
    /// Their occasions by day.
    pub days: DayCounts,
}

impl Counted {
    /// Adds that of other customers.
    pub fn add(&mut self, other: Counted) {
        self.folded.add(&other.folded);
        AttributeCounts::add_all(&mut self.attributes, &other.attributes);
        self.oddities.add(other.oddities);
        self.days.add(other.days);
    }
}

/// What is to be said about the summary.
pub(crate) fn describe(options: &LogOptions, outcome: ReadOutcome, counted: &Counted) -> SummaryMeta {
    let Counted { folded: counts, attributes, oddities, days } = counted;
    let end = end_of(options, &outcome);
    // A last date that is a whole month does not end within it.
    let coarse_dates = outcome.coarse_dates && options.observed_until.is_none();
    let mut meta = SummaryMeta {
        settled: false,
        unit: options.unit.unwrap_or_default(),
        unit_source: if options.unit.is_some() { UnitSource::Given } else { UnitSource::Default },
        grain: Some(options.grain()),
        first_purchase: counts.first.map(|first| first_date(options, &outcome, first)),
        observed_until: end,
        observed_until_assumed: options.observed_until.is_none(),
        has_money: outcome.has_amount,
        has_log_gaps: options.log_gaps,
        has_purchase_times: options.purchase_times,
        attributes: options.attributes.clone(),
        sorted: true,
        calendar: None,
        activity: None,
        timing: None,
        past: None,
        spend_drift: None,
        customers: Some(counts.customers),
        standouts: oddities.leaders.standouts(),
        currency: outcome.currency,
        far_dates: Vec::new(),
        customer_column: None,
        id_column: None,
        account: outcome.account,
        assumptions: outcome.assumptions,
        warnings: outcome.warnings,
    };
    settle(&mut meta.account, counts, outcome.has_amount);
    if let (Some(since), 1..) = (options.since, counts.left_out) {
        let number = counts.left_out;
        meta.assumptions.push(format!("{number} customers first seen before {since} are left out (--since)"));
    }
    meta.assumptions.extend(say_whole_units(options, end, coarse_dates));
    meta.warnings.extend(nobody_warning(counts));
    meta.warnings.extend(early_warning(options, meta.first_purchase, end));
    far_dates::judge(options, days, &mut meta);
    meta.warnings.extend(warn_twins(&oddities.twins));
    meta.warnings.extend(warn_standouts(&meta.standouts, outcome.has_amount));
    if outcome.has_amount && !outcome.order_lines {
        let alike = Alike { grain: options.grain(), timed: outcome.timed };
        meta.warnings.extend(alike.warn(counts));
        alike.note(&mut meta.account, counts);
    }
    describe_returns(&mut meta, counts, &oddities.returner);
    describe_attributes(&mut meta, attributes, counts.customers);
    meta
}

/// What is to be said about negative amounts.
fn describe_returns(meta: &mut SummaryMeta, counts: &FoldCounts, returner: &Returner) {
    let dropped =
        meta.account.entry(Fate::ReturnDropped).map(|entry| (entry.rows, entry.amount.unwrap_or(0.0)));
    let bought = meta.account.entry(Fate::Purchase).and_then(|entry| entry.amount).unwrap_or(0.0);
    let no_returns = warn_negative(counts, bought, dropped.unwrap_or_default());
    meta.warnings.extend(returns_warning(counts, no_returns.is_some()));
    meta.warnings.extend(no_returns);
    meta.warnings.extend(warn_returner(returner, counts));
}

/// What is to be said about attributes.
fn describe_attributes(meta: &mut SummaryMeta, counts: &[AttributeCounts], customers: u64) {
    let names = &meta.attributes;
    let (said, warned) = (say_missing(names, counts, customers), warn_several(names, counts, customers));
    meta.assumptions.extend(said);
    meta.warnings.extend(warned);
}

fn nobody_warning(counts: &FoldCounts) -> Option<Warning> {
    (counts.occasions == 0).then(|| {
        let message =
            "no customer is left: look at what became of the rows, and at --observed-until and --since";
        Warning::new("no-customers", message)
    })
}

/// Seconds taken for milliseconds are all in January 1970.
fn early_warning(options: &LogOptions, first: Option<Date>, end: Option<Date>) -> Option<Warning> {
    let numbers = matches!(
        options.date_format,
        Some(DateFormat::Unix | DateFormat::UnixMs | DateFormat::UnixUs | DateFormat::UnixNs)
    );
    let early = first?.year() == 1970 && end?.year() == 1970;
    (numbers && early).then(|| {
        let message = "all dates are in 1970: are these seconds (--date-format unix), not milliseconds?";
        Warning::new("dates-in-1970", message)
    })
}

/// Moves the rows whose fate only the collapse can know.
fn settle(account: &mut CleaningAccount, counts: &FoldCounts, has_amount: bool) {
    let amount = |sum: f64| has_amount.then_some(sum);
    account.convert(Fate::Purchase, Fate::ReturnNetted, counts.netted, amount(counts.netted_amount.value()));
    account.convert(
        Fate::Purchase,
        Fate::ReturnUnmatched,
        counts.unmatched,
        amount(counts.unmatched_amount.value()),
    );
    account.convert(
        Fate::Purchase,
        Fate::BeforeSince,
        counts.left_out_rows,
        amount(counts.left_out_amount.value()),
    );
    let orders = &counts.orders;
    for (fate, rows, sum) in [
        (Fate::OrderTwice, orders.twice, orders.twice_amount),
        (Fate::OrderLine, orders.repeated, orders.repeated_amount),
        (Fate::NoPurchase, orders.called_off, orders.called_off_amount),
        (Fate::ReturnNetted, orders.returned, orders.returned_amount),
    ] {
        account.convert(Fate::Purchase, fate, rows, amount(sum.value()));
    }
    account.note("order-lines", "lines merged into their order's purchase", orders.merged);
    account.note("order-called-off", "of orders that a later row calls off", orders.called_off);
    account.note("order-returns", "returns taken off the order that they name", orders.returned);
    let merged = counts.purchases - counts.occasions;
    account.note("same-grain", "purchases merged into another one of the same customer and time", merged);
}

/// In what rows are alike that may be one row twice: times of day are not compared.
struct Alike {
    grain: Grain,
    timed: bool,
}

impl Alike {
    fn what(&self) -> &'static str {
        match (self.timed, self.grain) {
            (false, _) => "date",
            (true, Grain::Hour) => "hour",
            (true, _) => "day",
        }
    }

    fn note(&self, account: &mut CleaningAccount, counts: &FoldCounts) {
        let exact = if self.timed { "duplicates" } else { "exact duplicates" };
        let words = format!("{exact} of another row in customer, {} and amount", self.what());
        account.note("exact-duplicates", words, counts.duplicates);
    }

    fn warn(&self, counts: &FoldCounts) -> Option<Warning> {
        let (n, rows, them) = match counts.duplicates {
            0 => return None,
            1 => (1, "row is a duplicate of", "it is not a separate purchase, its"),
            n => (n, "rows are duplicates of", "they are not separate purchases, their"),
        };
        let exactly = if self.timed { " (times of day are not compared)" } else { " exactly" };
        let message = format!(
            "{n} {rows} another row of the same customer, {} and amount{exactly}: if {them} spend counts twice",
            self.what()
        );
        Some(Warning::new("exact-duplicates", message))
    }
}

/// Returns without a purchase, unless `explained` otherwise.
fn returns_warning(counts: &FoldCounts, explained: bool) -> Option<Warning> {
    if counts.unmatched == 0 {
        return None;
    }
    let only = match counts.only_returns {
        0 => String::new(),
        1 => "; 1 customer has nothing but returns and is left out".to_owned(),
        n => format!("; {n} customers have nothing but returns and are left out"),
    };
    let message = format!(
        "{} {} no earlier purchase of the same customer, or not enough of it: {:.2} of returns could not be \
         taken off{only}{}",
        counts.unmatched,
        if counts.unmatched == 1 { "return finds" } else { "returns find" },
        counts.unmatched_rest.value(),
        if explained { "" } else { ". The purchases may lie before the log begins" },
    );
    Some(Warning::new("unmatched-returns", message))
}

/// The date of the first purchase: of the log, if it is in that grain, else the grain's first day.
fn first_date(options: &LogOptions, outcome: &ReadOutcome, first: i32) -> Date {
    let of_log = outcome.first.filter(|&date| first_grain(options.grain(), date) <= first);
    let of_log = of_log.filter(|&date| last_grain(options.grain(), date) >= first);
    of_log.unwrap_or_else(|| grain_start(options.grain(), first))
}

/// Said of ages that are whole numbers by their making, as models of discrete opportunities need them.
fn say_whole_units(options: &LogOptions, end: Option<Date>, coarse_dates: bool) -> Option<String> {
    let unit = match (options.grain(), options.unit.unwrap_or_default()) {
        (Grain::Week, Unit::Week) => "weeks",
        (Grain::Month, Unit::Month) => "months",
        (Grain::Year, Unit::Year) => "years",
        _ => return None,
    };
    let end = end?;
    let grain = first_grain(options.grain(), end);
    let rest = match end.tomorrow().is_ok_and(|next| first_grain(options.grain(), next) == grain) {
        true if coarse_dates => String::new(),
        true => format!("; the last one is not complete: observation ends within it, on {end}"),
        false => String::new(),
    };
    Some(format!("recency and T count whole calendar {unit} after that of the first purchase{rest}"))
}
