//! Columns that may say that a row is no purchase (a status, a refund) and that nobody asked to look at: what is in
//! them is counted while rows are read, so that it can be said what they would change.

use serde::{Deserialize, Serialize};

use super::amounts::currency::is_currency;
use super::amounts::spelled::NumberStyle;
use super::flags;
use super::likeness::{self, Watch};
use super::status::{self, Meaning};
use crate::base::{
    Warning,
    numbers::{count, grouped, things},
};
use crate::history::oddities::percent;

/// How many columns of a table are looked at, at most.
pub(crate) const COLUMNS: usize = 8;
/// How many different values are told apart: a status has few.
const VALUES: usize = 24;
/// How many of them are shown.
const SHOWN: usize = 8;
/// A column with an entry in more rows than this share says nothing by having one.
const NEARLY_ALL: f64 = 0.9;

/// What is in such a column.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Watched {
    name: String,
    what: Watch,
    /// Its values in the order in which they came up.
    values: Vec<Value>,
    /// Rows with other values.
    more: u64,
    /// Rows with an entry, and without one where that says something.
    filled: Value,
    #[serde(default)]
    empty: Value,
    /// Rows whose entry is a number, and those where it is not 0 with the sum of it.
    numbers: u64,
    nonzero: Value,
    /// Rows with an entry whose amount is negative.
    negative: u64,
    /// Where the last value was found.
    #[serde(skip)]
    last: usize,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Value {
    text: String,
    rows: u64,
    amount: f64,
}

impl Value {
    fn add(&mut self, rows: u64, amount: f64) {
        self.rows += rows;
        self.amount += amount;
    }
}

impl Watched {
    /// Of the column of this name; `None` if it is none of these.
    pub fn new(name: &str) -> Option<Self> {
        let what = likeness::watch(name)?;
        let (values, filled, empty, nonzero) = Default::default();
        let (more, numbers, negative, last) = Default::default();
        let name = name.to_owned();
        Some(Watched { name, what, values, more, filled, empty, numbers, nonzero, negative, last })
    }

    /// One more row: what stands in the column, and the amount of the row.
    pub fn see(&mut self, text: &[u8], amount: f64, style: NumberStyle) {
        let text = text.trim_ascii();
        if self.what == Watch::PaidWhen && amount > 0.0 && flags::is_nothing(&String::from_utf8_lossy(text)) {
            self.empty.add(1, amount);
            return;
        }
        // A row that is a return is no purchase, whatever else says so.
        if text.is_empty() || (amount < 0.0 && matches!(self.what, Watch::Undone | Watch::Done)) {
            return;
        }
        self.filled.add(1, amount);
        self.negative += u64::from(amount < 0.0);
        if matches!(self.what, Watch::Undone | Watch::Discount)
            && let Some(number) = style.read(text)
        {
            self.numbers += 1;
            if number != 0.0 {
                self.nonzero.add(1, number.abs());
            }
        }
        let same = |value: &Value| value.text.as_bytes() == text;
        if !self.values.get(self.last).is_some_and(same) {
            match self.values.iter().position(same) {
                Some(at) => self.last = at,
                None if self.values.len() < VALUES => {
                    self.last = self.values.len();
                    let text = String::from_utf8_lossy(text).into_owned();
                    self.values.push(Value { text, ..Value::default() });
                }
                None => {
                    self.more += 1;
                    return;
                }
            }
        }
        self.values[self.last].add(1, amount);
    }

    fn add(&mut self, other: &Watched) {
        for value in &other.values {
            match self.values.iter().position(|known| known.text == value.text) {
                Some(at) => self.values[at].add(value.rows, value.amount),
                None if self.values.len() < VALUES => self.values.push(value.clone()),
                None => self.more += value.rows,
            }
        }
        self.more += other.more;
        self.numbers += other.numbers;
        self.negative += other.negative;
        self.filled.add(other.filled.rows, other.filled.amount);
        self.empty.add(other.empty.rows, other.empty.amount);
        self.nonzero.add(other.nonzero.rows, other.nonzero.amount);
    }
}

/// Adds what was seen in another part of the log, in the order of the input.
pub(crate) fn add_all(all: &mut Vec<Watched>, others: Vec<Watched>) {
    for other in others {
        match all.iter_mut().find(|known| known.name == other.name) {
            Some(known) => known.add(&other),
            None => all.push(other),
        }
    }
}

/// What is to be said of them; of `rows` rows.
pub(crate) fn warn(all: &[Watched], rows: u64, has_amount: bool) -> Vec<Warning> {
    let is_sum = |watched: &&Watched| watched.sums() && watched.nonzero.rows > 0;
    let sum = all.iter().find(is_sum);
    let words = |watched: &Watched| match watched.what {
        Watch::Status | Watch::Kind | Watch::Delivery => watched.warn_status(has_amount),
        Watch::Currency => watched.warn_currencies(has_amount),
        Watch::Done => watched.warn_flag(false, has_amount),
        Watch::PaidWhen => watched.warn_unpaid(rows),
        Watch::Version => watched.warn_versions(has_amount),
        Watch::Sign | Watch::Side => watched.warn_side(has_amount),
        Watch::Discount => watched.warn_discount(),
        // One of several columns of refunds is enough.
        Watch::Undone => match sum {
            Some(sum) if sum.name == watched.name => Some(sum.warn_sum()),
            Some(_) if !watched.is_flag() => None,
            _ if watched.is_flag() => watched.warn_flag(true, has_amount),
            _ => watched.warn_entries(rows, has_amount),
        },
    };
    all.iter().filter_map(words).collect()
}

/// The one currency that a column names in more rows than these.
pub(crate) fn currency(all: &[Watched], most: u64) -> Option<String> {
    let columns = all.iter().filter(|watched| watched.what == Watch::Currency);
    let one = |watched: &Watched| {
        let first = watched.values.first()?.text.to_uppercase();
        let same = watched.more == 0 && watched.values.iter().all(|value| value.text.to_uppercase() == first);
        (same && watched.filled.rows > most && is_currency(&first)).then_some(first)
    };
    let named: Vec<Option<String>> = columns.map(one).collect();
    named.first().cloned().flatten().filter(|first| named.iter().all(|one| one.as_ref() == Some(first)))
}

impl Watched {
    fn warn_status(&self, has_amount: bool) -> Option<Warning> {
        if self.more > 0 || self.values.len() < 2 {
            return None;
        }
        let waits =
            |text: &str| self.what == Watch::Delivery && status::of_delivery(text) == Meaning::Purchase;
        let none = self.values.iter().any(|value| is_no_purchase(&value.text) && !waits(&value.text));
        let speaks =
            likeness::is_surely_state(&self.name) && !self.values.iter().all(|value| is_grade(&value.text));
        let fine = self.values.iter().all(|value| is_purchase(&value.text));
        if !none && !self.are_letters() && (fine || !speaks) {
            return None;
        }
        let taken = match self.negative {
            0 => "All of these rows count as purchases".to_owned(),
            n => format!(
                "All of these rows are used: {} with a negative amount as returns (--returns), the others as purchases",
                in_rows(n)
            ),
        };
        let message = format!(
            "the column \"{0}\" was not looked at: it is {1}. {taken}; if some are none, leave them out (--except \"{0}=..\")",
            self.name,
            self.listed(has_amount)
        );
        Some(Warning::new("status-not-used", message))
    }

    /// Amounts of several currencies are added up as if they were one.
    fn warn_currencies(&self, has_amount: bool) -> Option<Warning> {
        let one = self.values.first()?.text.to_uppercase();
        if !has_amount || self.values.iter().all(|value| value.text.to_uppercase() == one) {
            return None;
        }
        let message = format!(
            "the amounts are of several currencies and are added up as if they were of one: column \"{0}\" is {1}. Convert \
             them to one currency, or read one currency at a time (--currency-column {0} refuses a log of several)",
            self.name,
            self.listed(has_amount)
        );
        Some(Warning::new("currency-not-checked", message))
    }

    /// The values with their rows, the most frequent first.
    fn listed(&self, has_amount: bool) -> String {
        let mut values: Vec<&Value> = self.values.iter().collect();
        values.sort_by(|a, b| b.rows.cmp(&a.rows).then(a.text.cmp(&b.text)));
        let mut shown: Vec<String> = values.iter().take(SHOWN).map(|value| show(value, has_amount)).collect();
        let more = self.more > 0;
        if values.len() > SHOWN || more {
            let rest: u64 = values.iter().skip(SHOWN).map(|value| value.rows).sum();
            let others = values.len().saturating_sub(SHOWN);
            let least = if more { "more than " } else { "" };
            shown.push(format!("{least}{others} other values in {}", count(rest + self.more)));
        }
        shown.join(", ")
    }

    fn warn_flag(&self, bad: bool, has_amount: bool) -> Option<Warning> {
        let bad = self.values.iter().filter(|value| flags::flag(&value.text) == Some(bad));
        let first = bad.clone().next()?;
        let mut all = Value { text: first.text.clone(), ..Value::default() };
        bad.for_each(|value| all.add(value.rows, value.amount));
        if !self.is_flag() {
            return None;
        }
        let message = format!(
            "the column \"{0}\" was not looked at: it is {1}: these rows count as purchases; if they are none, leave them out \
             (--except \"{0}={2}\")",
            self.name,
            show(&all, has_amount),
            all.text
        );
        Some(Warning::new("status-not-used", message))
    }

    /// Debits and credits, or signs, that nobody looked at.
    fn warn_side(&self, has_amount: bool) -> Option<Warning> {
        if self.more > 0 || self.values.len() < 2 || self.negative > 0 {
            return None;
        }
        let message = format!(
            "the column \"{0}\" was not looked at: it is {1}. All of these rows count as purchases; if some are payments or \
             returns, leave these out (--except \"{0}=..\")",
            self.name,
            self.listed(has_amount)
        );
        Some(Warning::new("status-not-used", message))
    }

    /// A discount beside quantity and price.
    fn warn_discount(&self) -> Option<Warning> {
        if self.nonzero.rows == 0 {
            return None;
        }
        let message = format!(
            "the column \"{}\" was not looked at: it is not 0 in {}, and the amount is quantity times price, before any \
             discount: if it was taken off what was paid, take it off the price first, or name a column of what was paid \
             with --amount",
            self.name,
            in_rows(self.nonzero.rows)
        );
        Some(Warning::new("discount-not-used", message))
    }

    /// Some purchases, and fewer than half, have no date of payment.
    fn warn_unpaid(&self, rows: u64) -> Option<Warning> {
        let dated = |value: &Value| flags::is_entry("date", std::iter::once(&value.text));
        let few = 2 * self.empty.rows < rows;
        if self.empty.rows == 0 || self.values.is_empty() || !few || !self.values.iter().all(dated) {
            return None;
        }
        let message = format!(
            "the column \"{0}\" has no date in {1} ({2}), {3} of all: these rows count as purchases; if they were never paid, \
             leave them out (--except \"{0}=\")",
            self.name,
            in_rows(self.empty.rows),
            grouped(self.empty.amount, 2),
            percent(self.empty.rows as f64, rows as f64)
        );
        Some(Warning::new("unpaid-not-looked-at", message))
    }

    /// Whole numbers from 0 or 1 on, each in no more rows than the one before: an order with a second version has a first one.
    fn warn_versions(&self, has_amount: bool) -> Option<Warning> {
        let mut versions: Vec<(u32, u64)> = Vec::new();
        for value in &self.values {
            versions.push((value.text.parse().ok()?, value.rows));
        }
        versions.sort_unstable();
        let falls = versions.windows(2).all(|pair| pair[1].0 == pair[0].0 + 1 && pair[1].1 <= pair[0].1);
        if self.more > 0 || versions.len() < 2 || versions[0].0 > 1 || !falls {
            return None;
        }
        let message = format!(
            "the column \"{0}\" was not looked at: it is {1}. If an order stands here once for each of its versions, all of \
             them count: leave out those that are not the last ones before",
            self.name,
            self.listed(has_amount)
        );
        Some(Warning::new("status-not-used", message))
    }

    /// Kinds of rows by single letters, some of which may be returns.
    fn are_letters(&self) -> bool {
        let one =
            |value: &Value, letters: &str| value.text.chars().count() == 1 && letters.contains(&value.text);
        self.what == Watch::Kind
            && self
                .values
                .iter()
                .all(|value| value.text.chars().count() == 1 && value.text.chars().all(char::is_alphabetic))
            && self.values.iter().any(|value| one(value, "RCVrcv"))
    }

    fn warn_sum(&self) -> Warning {
        let message = format!(
            "the column \"{}\" was not looked at: it is not 0 in {}, {} in all, and these purchases count in full: if it was \
             paid back, take it off the amount first",
            self.name,
            in_rows(self.nonzero.rows),
            grouped(self.nonzero.amount, 2)
        );
        Warning::new("refunds-not-used", message)
    }

    fn warn_entries(&self, rows: u64, has_amount: bool) -> Option<Warning> {
        let filled = self.filled.rows;
        let empty =
            self.numbers > 0 || self.values.iter().all(|value| flags::flag(&value.text) == Some(false));
        if filled == 0 || empty || filled as f64 > NEARLY_ALL * rows as f64 {
            return None;
        }
        let amount =
            if has_amount { format!(" ({})", grouped(self.filled.amount, 2)) } else { String::new() };
        let message = format!(
            "the column \"{0}\" was not looked at: it has an entry in {1}{amount}, {2} of all: these rows count as purchases; \
             if they are none, keep the others alone (--only \"{0}=\")",
            self.name,
            in_rows(filled),
            percent(filled as f64, rows as f64)
        );
        Some(Warning::new("status-not-used", message))
    }

    /// Is it an amount?
    fn sums(&self) -> bool {
        self.what == Watch::Undone
            && self.numbers as f64 >= NEARLY_ALL * self.filled.rows as f64
            && !self.is_flag()
    }

    /// Does it say yes or no, or 0 and 1?
    fn is_flag(&self) -> bool {
        self.more == 0
            && !self.values.is_empty()
            && self.values.iter().all(|value| flags::flag(&value.text).is_some())
    }
}

fn show(value: &Value, has_amount: bool) -> String {
    let text: String = value.text.chars().take(40).collect();
    let amount = if has_amount { format!(" ({})", grouped(value.amount, 2)) } else { String::new() };
    format!("'{}' in {}{amount}", text, in_rows(value.rows))
}

pub(crate) fn in_rows(rows: u64) -> String {
    things(rows, "row")
}

/// Does the word say that there was no purchase, or that it was undone?
fn is_no_purchase(text: &str) -> bool {
    const PARTS: &str = "cancel|refund|void|fail|declin|return|chargeback|charged back|dispute|expire|unpaid|not paid|\
        pending|abandon|draft|reject|error|revers|denied|on-hold|on hold|onhold|withdraw|invalid|\
        incomplete|unavailable|blocked|fraud|deleted|uncaptured|storn|annul|rembours|devol|reembols|\
        отмен|возврат|キャンセル|返品";
    // A returning customer returns nothing.
    let lower = text.to_lowercase().replace("returning", "");
    let known = matches!(status::of_status(text), Meaning::Nothing | Meaning::Undone);
    known || PARTS.split('|').any(|part| lower.contains(part)) || lower == "test"
}

/// Is it what a customer is, rather than what became of an order?
pub(crate) fn is_grade(text: &str) -> bool {
    const GRADES: &str = "gold silver bronze platinum diamond vip basic standard premium plus pro free active inactive new old existing \
        regular guest member returning returning_customer lead prospect customer single married a b c";
    likeness::is(&text.to_lowercase(), GRADES)
}

/// Does it say that all is well?
fn is_purchase(text: &str) -> bool {
    const WORDS: &str = "paid complete completed delivered shipped fulfilled closed succeeded success successful \
        approved captured settled done ok processed sent confirmed finished sale invoiced bezahlt";
    let lower = text.to_lowercase();
    let bare = lower.trim_start_matches("wc-");
    likeness::is(bare, WORDS) || status::of_status(text) == Meaning::Purchase
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str, values: &[(&str, u64)]) -> Watched {
        let mut parts = Vec::new();
        for (text, rows) in values {
            let mut part = Watched::new(name).unwrap();
            (0..*rows).for_each(|_| part.see(text.as_bytes(), 10.0, NumberStyle::PLAIN));
            add_all(&mut parts, vec![part]);
        }
        parts.remove(0)
    }

    fn said(name: &str, values: &[(&str, u64)]) -> String {
        let warnings = warn(&[column(name, values)], 100, true);
        warnings.into_iter().map(|warning| format!("{}: {}", warning.code, warning.message)).collect()
    }

    #[test]
    fn what_undoes_a_purchase_is_listed() {
        let status = said("Financial Status", &[("paid", 80), ("refunded", 3), ("voided", 1)]);
        assert!(status.starts_with("status-not-used"), "{status}");
        assert!(
            status.contains("'paid' in 80 rows (800.00), 'refunded' in 3 rows (30.00), 'voided' in 1 row"),
            "{status}"
        );
        let refund = said("Refunded Amount", &[("0.00", 90), ("12.50", 4), ("5", 1)]);
        assert!(
            refund.starts_with("refunds-not-used") && refund.contains("not 0 in 5 rows, 55.00 in all"),
            "{refund}"
        );
        for (name, values, words) in [
            ("order_status", &[("1", 50), ("4", 50)][..], "'1' in 50 rows"),
            ("Type", &[("Payment", 90), ("Refund", 10)], "'Refund' in 10 rows (100.00)"),
            (
                "Cancelled at",
                &[("", 95), ("2023-01-02", 3), ("2023-02-02", 2)],
                "entry in 5 rows (50.00), 5.0 % of all",
            ),
            ("Captured", &[("true", 90), ("false", 10)], "'false' in 10 rows"),
            ("is_refunded", &[("0", 90), ("1", 10)], "'1' in 10 rows (100.00)"),
        ] {
            assert!(said(name, values).contains(words), "{name}: {}", said(name, values));
        }
    }

    #[test]
    fn nothing_is_said_of_what_says_nothing() {
        for (name, values) in [
            ("status", &[("gold", 50), ("silver", 50)][..]),
            ("order_status", &[("delivered", 100)]),
            ("order_status", &[("delivered", 60), ("shipped", 40)]),
            ("Type", &[("online", 60), ("shop", 40)]),
            ("Type", &[("new", 60), ("returning customer", 40)]),
            ("Refunded Amount", &[("0.00", 100)]),
            ("Refunded Amount", &[("", 100)]),
            ("is_refunded", &[("false", 100)]),
            ("Cancelled at", &[("", 100)]),
            ("Captured", &[("true", 100)]),
        ] {
            assert_eq!(said(name, values), "", "{name}");
        }
    }
}
