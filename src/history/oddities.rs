//! What is odd about who the customers are, and about what they pay: found while they are folded, said with its
//! effect in numbers.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::fold::{FoldCounts, Size};
use super::standout::{Leaders, Standout, StandoutKind};
use super::twins::{TwinSets, Twins};
use crate::base::{
    Warning,
    numbers::{count, grouped},
};

/// What is odd about who the customers are.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Oddities {
    /// Ids that differ only in how they are written.
    pub twins: Twins,
    /// Those who bought the most.
    pub leaders: Leaders,
    /// Who has the most returns and never bought.
    pub returner: Returner,
}

impl Oddities {
    /// Adds those of other customers.
    pub fn add(&mut self, other: Oddities) {
        self.twins.add(other.twins);
        self.leaders.add(other.leaders);
        self.returner.add(other.returner);
    }
}

/// A customer with nothing but returns: of several the one with the most rows.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Returner {
    id: String,
    rows: u64,
    /// The sum of their amounts (negative).
    amount: f64,
}

impl Returner {
    /// One more.
    #[cold]
    pub fn see(&mut self, id: &[u8], size: &Size) {
        if size.rows > 0 && size.rows >= self.rows {
            let id = String::from_utf8_lossy(id).into_owned();
            self.add(Returner { id, rows: size.rows, amount: size.value });
        }
    }

    fn add(&mut self, other: Returner) {
        let key = |one: &Returner| (one.rows, -one.amount);
        let more = key(&other).partial_cmp(&key(self)).unwrap_or(Ordering::Equal);
        if more.then_with(|| self.id.cmp(&other.id)).is_gt() {
            *self = other;
        }
    }
}

/// From this share of all returns on, those of one customer who never buys are of many.
const ONE_RETURNS: f64 = 0.2;

/// Refunds of one customer who never buys: of the shop itself?
pub(super) fn warn_returner(one: &Returner, counts: &FoldCounts) -> Option<Warning> {
    let all = counts.netted + counts.unmatched;
    if one.rows < FEW_NEGATIVE || (one.rows as f64) < ONE_RETURNS * all as f64 {
        return None;
    }
    let message = format!(
        "customer '{}' never buys and has {} of the {} returns, {} in all: is this the shop itself, or an id for refunds? They \
         find no purchase to be taken off, so the spend of those who were paid back is too high by as much: write the \
         buyer's id into these rows, or leave them out",
        one.id,
        count(one.rows),
        count(all),
        grouped(one.amount, 2)
    );
    Some(Warning::new("refunds-of-nobody", message).naming([one.id.clone()]))
}

/// A share in percent, with as many digits as it deserves.
pub(crate) fn percent(part: f64, whole: f64) -> String {
    let share = if whole > 0.0 { 100.0 * part / whole } else { 0.0 };
    match share {
        s if s >= 10.0 => format!("{s:.0} %"),
        s if s >= 0.1 || s == 0.0 => format!("{s:.1} %"),
        s if s >= 0.001 => format!("{s:.3} %"),
        _ => "less than 0.001 %".into(),
    }
}

/// Ids that are probably one customer's.
pub(super) fn warn_twins(twins: &Twins) -> Vec<Warning> {
    let kinds = [
        ("ids-differ-by-blanks", &twins.blanks, "blanks around them", "trim the ids (--trim)"),
        ("ids-differ-by-case", &twins.case, "case", "write all of them in small letters (--fold-case)"),
        (
            "ids-differ-by-decimals",
            &twins.decimals,
            "a .0 at the end",
            "write them as whole numbers or as text (--trim)",
        ),
        (
            "ids-differ-by-zeros",
            &twins.zeros,
            "zeros in front",
            "a spreadsheet has taken the zeros away in a part of the log: export that again with ids as text",
        ),
        (
            "ids-differ-by-spelling",
            &twins.spelling,
            "how accents or the blanks within them are stored",
            "take them in one form (--trim)",
        ),
    ];
    kinds.into_iter().filter_map(|(code, sets, by, repair)| warn_sets(code, sets, by, repair)).collect()
}

fn warn_sets(code: &'static str, sets: &TwinSets, by: &str, repair: &str) -> Option<Warning> {
    let example = sets.example.clone()?;
    let ids = if sets.sets == 1 { "id occurs" } else { "ids occur" };
    let extra = sets.forms - sets.sets;
    let (customers, repeats) = match extra {
        1 => ("1 customer is".to_owned(), "1 repeat purchase is".to_owned()),
        n => (format!("{} customers are", count(n)), format!("up to {} repeat purchases are", count(n))),
    };
    let message = format!(
        "{} customer {ids} in several forms that differ only by {by} (such as '{example}'; {} forms in all): each form \
         is taken for a customer of its own. If they are the same, {customers} too many and {repeats} missing: {repair}",
        count(sets.sets),
        count(sets.forms)
    );
    Some(Warning::new(code, message).naming([example]))
}

/// Customers who can hardly be one person, or who make the total.
pub(super) fn warn_standouts(standouts: &[Standout], has_money: bool) -> Vec<Warning> {
    let words = |one: &Standout| match one.kind {
        StandoutKind::Crowd => Warning::new("id-of-many", crowd(one, has_money)),
        StandoutKind::Dear => Warning::new("one-customer-makes-the-value", dear(one)),
    };
    standouts.iter().map(|one| words(one).naming([one.id.clone()])).collect()
}

fn crowd(one: &Standout, has_money: bool) -> String {
    let [rows, occasions, value] = one.shares;
    let money = match has_money {
        true => format!(" and {} of the amount ({})", percent(value, 1.0), grouped(one.value, 2)),
        false => String::new(),
    };
    let of_rows = match one.rows > one.occasions {
        true => format!(", {} of the rows", percent(rows, 1.0)),
        false => String::new(),
    };
    format!(
        "customer '{}' has {} purchases, {} of all{of_rows}{money}, where the others have {:.1} in the mean: too many \
         for one person. Does this id stand for many (guests, walk-in or unknown customers, a reseller)? A model takes \
         it for one very loyal customer, and the others for less loyal than they are: leave its rows out (--guests '{}'), or \
         give each buyer an id",
        one.id,
        count(one.occasions),
        percent(occasions, 1.0),
        one.mean_occasions,
        one.id
    )
}

fn dear(one: &Standout) -> String {
    let all = one.value / one.shares[2];
    let dearest = match one.occasions {
        1 => String::new(),
        _ if one.dearest > 0.0 => format!(", one purchase of {} among them", grouped(one.dearest, 2)),
        _ => String::new(),
    };
    format!(
        "customer '{}' makes {} of the amount of all: {} of {}{dearest}, where a purchase of the others is {} in the \
         mean; without this customer the total is {}. A typing error, another currency or unit, or a customer of \
         another kind? The expected spend of all others depends on it: correct the amount, or leave the customer out",
        one.id,
        percent(one.shares[2], 1.0),
        grouped(one.value, 2),
        grouped(all, 2),
        grouped(one.mean_amount, 2),
        grouped(all - one.value, 2)
    )
}

/// A share of negative rows that no returns make, if they are this share of the money that moves; or a share that is
/// none whatever they come to. (Returns of a wholesaler are many and small: 16.5 % of the invoices and 6 % of the
/// money of the UCI "Online Retail" data.)
const NO_RETURNS: (f64, f64) = (0.15, 0.1);
const NO_RETURNS_AT_ALL: f64 = 0.25;
/// A share of customers with nothing but negative rows that no returns make, and how many it takes.
const NO_RETURNERS: (f64, u64) = (0.02, 3);
/// Fewer negative rows say nothing.
const FEW_NEGATIVE: u64 = 5;
/// From this share on it is the sign itself.
const MOSTLY: f64 = 0.8;

/// Rows with a negative amount: too many to be returns?
/// `bought` is what purchases came to.
pub(super) fn warn_negative(counts: &FoldCounts, bought: f64, dropped: (u64, f64)) -> Option<Warning> {
    let negative = counts.netted + counts.unmatched + dropped.0;
    let rows = negative + counts.purchases;
    let share = negative as f64 / rows as f64;
    let buyers = counts.customers + counts.only_returns;
    let only = counts.only_returns >= NO_RETURNERS.1.max((NO_RETURNERS.0 * buyers as f64) as u64);
    let amount = counts.netted_amount.value() + counts.unmatched_amount.value() + dropped.1;
    let moved = amount.abs() / (amount.abs() + bought).max(f64::MIN_POSITIVE);
    let many = (share > NO_RETURNS.0 && moved > NO_RETURNS.1) || share > NO_RETURNS_AT_ALL;
    if negative < FEW_NEGATIVE || (!many && !only) {
        return None;
    }
    let customers = match counts.only_returns {
        0 => String::new(),
        1 => ", and 1 customer has nothing else".to_owned(),
        n => format!(", and {} customers have nothing else", count(n)),
    };
    let what = match share >= MOSTLY {
        true => {
            "is the sign the other way round, as in a ledger or in a bank's statement? Turn it before purchases are \
             taken for returns"
        }
        false => {
            "is the amount a profit or a balance? A loss is no return, it belongs to its own purchase: take the \
             revenue for the amount (--amount), and say what is kept of it with --margin"
        }
    };
    let message = format!(
        "{} of the rows ({} of {}) have a negative amount, {} in all{customers}: too many for returns; {what}",
        percent(share, 1.0),
        count(negative),
        count(rows),
        grouped(amount, 2)
    );
    Some(Warning::new("too-many-negative-amounts", message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn returns_are_no_losses() {
        let counts = |purchases, unmatched, customers, only_returns| FoldCounts {
            purchases,
            unmatched,
            customers,
            only_returns,
            ..FoldCounts::default()
        };
        for (counted, words) in [
            (counts(980, 20, 300, 1), None),
            (counts(980, 100, 4338, 34), None),
            // Many, but of little worth.
            (counts(840, 160, 4338, 34), None),
            (counts(62, 38, 30, 0), Some("38 % of the rows (38 of 100) have a negative amount")),
            (counts(980, 20, 300, 9), Some("9 customers have nothing else")),
            (counts(5, 95, 3, 40), Some("sign the other way round")),
            (counts(3, 2, 3, 0), None),
        ] {
            let found = warn_negative(&counted, 1000.0, (0, 0.0)).map(|warning| warning.message);
            assert_eq!(found.is_some(), words.is_some(), "{found:?}");
            assert!(found.unwrap_or_default().contains(words.unwrap_or_default()));
        }
    }
}
