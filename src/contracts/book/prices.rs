//! What one period of a contract costs: from the column of prices as it is written, once the periods are known.
//!
//! * MRR and ARR are revenue a month and a year, however long the period is.
//! * A price of one seat is multiplied by the seats, the amount of a whole subscription is not. Where the name of the column does
//!   not say which it is, the rows may: prices of one plan that stay the same while seats differ are of one seat, those that grow
//!   with them are of the whole.
//! * Interfaces of programs give amounts in the smallest unit of the currency.

use std::collections::BTreeMap;

use super::Plan;
use super::gather::Line;
use super::layout::{Cents, Layout, Role, plain};
use crate::base::{Unit, Warning, numbers::count};

/// Prices of one plan that lie so far apart, and between them none, look like a month and a year of the same.
const YEAR_FOR_MONTH: std::ops::RangeInclusive<f64> = 8.0..=12.5;
/// Rows and share of rows that each of two levels has at least.
const LEVEL: (usize, f64) = (3, 0.05);

/// What was found.
#[derive(Default)]
pub(super) struct Settled {
    pub said: Vec<String>,
    pub warnings: Vec<Warning>,
}

/// What a column of prices is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Of {
    Seat,
    Subscription,
    Unsaid,
}

/// Settles the prices of rows: what one period of the whole subscription costs.
pub(super) fn settle(
    lines: &mut [Line],
    plans: &[Plan],
    layout: &Layout,
    names: &[String],
    currency: Option<&str>,
) -> Settled {
    let mut settled = Settled::default();
    let Some(column) = layout.column(Role::Price).map(|at| &names[at]) else { return settled };
    let divisor = divisor(lines, layout.cents, column, currency, &mut settled);
    let per = per(&plain(column));
    let seats = match layout.column(Role::Quantity) {
        Some(at) if !layout.payments => by_seats(lines, layout, [column, &names[at]], per, &mut settled),
        _ => false,
    };
    for line in lines {
        let Some(price) = &mut line.spell.price else { continue };
        let months = plans[line.plan as usize].cycle.months();
        let periods = match per {
            Some(Unit::Year) => months / 12.0,
            Some(_) => months,
            None => 1.0,
        };
        let many = if seats { line.spell.quantity.unwrap_or(1.0) } else { 1.0 };
        *price *= many * periods / divisor;
    }
    settled
}

/// A price that is revenue of a month, or of a year, however long the period is.
fn per(column: &str) -> Option<Unit> {
    match column {
        _ if column.starts_with("arr") || column.starts_with("annualrecurring") => Some(Unit::Year),
        _ if column.starts_with("mrr") || column.starts_with("month") => Some(Unit::Month),
        _ => None,
    }
}

/// How many of the smallest unit of a currency make one of it (ISO 4217, but the króna, which Stripe counts in hundredths).
fn smallest(currency: Option<&str>) -> f64 {
    const WHOLE: &str = "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF";
    const THOUSANDTHS: &str = "BHD IQD JOD KWD LYD OMR TND";
    let is_in = |all: &str| currency.is_some_and(|code| all.split(' ').any(|one| one == code));
    match (is_in(WHOLE), is_in(THOUSANDTHS)) {
        (true, _) => 1.0,
        (_, true) => 1000.0,
        _ => 100.0,
    }
}

/// What prices are divided by, and what is to be said of it.
fn divisor(lines: &[Line], cents: Cents, column: &str, currency: Option<&str>, settled: &mut Settled) -> f64 {
    let prices = || lines.iter().filter_map(|line| line.spell.price);
    let written = lines.iter().any(|line| line.spell.decimals);
    let whole = !written && prices().all(|price| price.fract() == 0.0) && prices().any(|price| price > 0.0);
    let by = smallest(currency);
    let advice = format!("rename the column to {column}_cents if they are");
    match cents {
        Cents::No => 1.0,
        Cents::Always | Cents::IfWhole if whole || cents == Cents::Always => {
            settled.said.push(match by {
                1.0 => format!(
                    "amounts in column \"{column}\" are in the smallest unit of the currency, which has no cents: as they are"
                ),
                by => format!(
                    "amounts in column \"{column}\" are in the smallest unit of the currency, as interfaces of programs give them: \
                     divided by {by}"
                ),
            });
            by
        }
        _ if whole => {
            let message = format!(
                "amounts in column \"{column}\" are whole numbers and may be cents, as interfaces of programs give them: they are taken \
                 as they are; {advice}"
            );
            settled.warnings.push(Warning::new("contracts-cents", message));
            1.0
        }
        _ => {
            settled.said.push(format!(
                "amounts in column \"{column}\" have decimals, so they are no cents: as they are"
            ));
            1.0
        }
    }
}

/// Are prices of one seat, so that they are multiplied by the seats?
fn by_seats(
    lines: &[Line],
    layout: &Layout,
    [column, seats]: [&String; 2],
    per: Option<Unit>,
    settled: &mut Settled,
) -> bool {
    let many = lines.iter().any(|line| line.spell.quantity.is_some_and(|many| many != 1.0));
    if !many {
        return false;
    }
    let mut of = of_name(&plain(column), per, layout.is_program);
    if of == Of::Unsaid {
        of = of_rows(lines);
    }
    let whole = of == Of::Subscription;
    settled.said.push(match whole {
        true => {
            format!(
                "amounts in column \"{column}\" are of the whole subscription: not multiplied by \"{seats}\""
            )
        }
        false => format!("prices in column \"{column}\" are of one seat: multiplied by \"{seats}\""),
    });
    if of == Of::Unsaid {
        let message = format!(
            "nothing shows whether \"{column}\" is the price of one seat or of the whole subscription: it is multiplied by \"{seats}\"; \
             rename it to unit_price if that is so, or to subscription_amount if it is of the whole"
        );
        settled.warnings.push(Warning::new("contracts-price-of-seat", message));
    }
    !whole
}

/// What the name of the column says; programs' columns are prices of one unit.
fn of_name(column: &str, per: Option<Unit>, is_program: bool) -> Of {
    let whole = ["recurringamount", "subscriptionamount", "monthlycharges", "monthlycharge"];
    let seat = ["unit", "perseat", "peruser", "perlicen"];
    match () {
        () if seat.iter().any(|word| column.contains(word)) => Of::Seat,
        () if per.is_some() && !matches!(column, "monthlyfee" | "monthlyprice") => Of::Subscription,
        () if whole.contains(&column) => Of::Subscription,
        () if is_program => Of::Seat,
        () => Of::Unsaid,
    }
}

/// What prices and seats of one plan say: do prices grow with the seats?
fn of_rows(lines: &[Line]) -> Of {
    // By plan: the least and the most of seats, of prices, and of prices a seat.
    let mut plans: BTreeMap<u32, [(f64, f64); 3]> = BTreeMap::new();
    for line in lines {
        let (Some(price), Some(many)) = (line.spell.price, line.spell.quantity) else { continue };
        if price <= 0.0 || many <= 0.0 {
            continue;
        }
        let of = plans.entry(line.plan).or_insert([(f64::INFINITY, 0.0); 3]);
        for (range, value) in of.iter_mut().zip([many, price, price / many]) {
            *range = (range.0.min(value), range.1.max(value));
        }
    }
    let alike = |(least, most): (f64, f64)| most <= least * (1.0 + 1e-9);
    let differing: Vec<_> = plans.values().filter(|of| !alike(of[0])).collect();
    let of_seat = differing.iter().filter(|of| alike(of[1])).count();
    let of_whole = differing.iter().filter(|of| alike(of[2])).count();
    match (of_seat, of_whole) {
        (0, whole) if whole > 0 => Of::Subscription,
        (seat, 0) if seat > 0 => Of::Seat,
        _ => Of::Unsaid,
    }
}

/// Prices of one plan on two levels about ten to twelve times apart: some may be of a year, and the others of a month.
pub(super) fn two_levels(lines: &[Line], plans: &[Plan]) -> Option<Warning> {
    let mut of_plans: Vec<Vec<f64>> = vec![Vec::new(); plans.len()];
    for line in lines {
        // Of one seat: ten seats are no year.
        let many = line.spell.quantity.filter(|many| *many > 0.0).unwrap_or(1.0);
        of_plans[line.plan as usize]
            .extend(line.spell.price.filter(|price| *price > 0.0).map(|price| price / many));
    }
    let (place, low, high, few) = of_plans.iter_mut().enumerate().find_map(|(place, prices)| {
        prices.sort_by(f64::total_cmp);
        let at = (1..prices.len()).max_by(|a, b| {
            let apart = |at: usize| prices[at] / prices[at - 1];
            apart(*a).total_cmp(&apart(*b))
        })?;
        let (low, high) = prices.split_at(at);
        let enough = |part: &[f64]| {
            part.len() >= LEVEL.0 && part.len() as f64 >= LEVEL.1 * (low.len() + high.len()) as f64
        };
        let close = |part: &[f64]| part[part.len() - 1] < 3.0 * part[0];
        let (a, b) = (low[low.len() / 2], high[high.len() / 2]);
        let seen = enough(low) && enough(high) && close(low) && close(high);
        (seen && YEAR_FOR_MONTH.contains(&(b / a))).then_some((place, a, b, high.len() as u64))
    })?;
    let message = format!(
        "prices of {} lie on two levels, about {low} and about {high} ({} rows): if the higher ones are of a year, their revenue is \
         counted {:.0} times too high; a column of the billing period (interval: month, year) says which are",
        plans[place].shown_or("one plan"),
        count(few),
        12.0
    );
    Some(Warning::new("contracts-two-levels", message))
}
