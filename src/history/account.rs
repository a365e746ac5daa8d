//! What became of every row that was read: an account whose lines add up.
//!
//! Each row has exactly one [`Fate`]. Reading decides most of them; the collapse moves rows from
//! [`Fate::Purchase`] to a fate that only a customer's whole history can show. Notes say "of which"
//! and are no part of the sum.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// What became of a row. New fates may be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Fate {
    /// Used as a purchase.
    Purchase,
    /// Used as a customer (the input was a summary).
    Customer,
    /// A return whose amount was taken off earlier purchases.
    ReturnNetted,
    /// A return that found no earlier purchase, or not enough of it.
    ReturnUnmatched,
    /// A return, left out because `--returns drop` says so.
    ReturnDropped,
    /// A return of something that cost nothing.
    ReturnOfNothing,
    /// No purchase, as a column of the row says: a status, a kind, a refund in full.
    NoPurchase,
    /// Of a customer that stands for many or for nobody, and is left out.
    Guest,
    /// One more line of an order whose amount another line has.
    OrderLine,
    /// Of an order that another file has, too.
    OrderTwice,
    /// A row that the state has already.
    RowTwice,
    /// After the end of observation.
    AfterObservedUntil,
    /// Of a customer first seen before `--since`.
    BeforeSince,
    /// A line of totals, a remark, the header once more: no row at all.
    NoRow,
    /// In another currency than the one that `--currency` keeps.
    OtherCurrency,
    /// A line with too few or too many fields, or that is damaged.
    BrokenLine,
    /// No customer id.
    MissingId,
    /// A customer id that cannot be text (a fraction, a nested value).
    UnusableId,
    /// No date.
    MissingDate,
    /// Not a date, or not written as the other dates are.
    UnreadableDate,
    /// Before the earliest date allowed.
    DateTooEarly,
    /// After the latest date allowed.
    DateTooLate,
    /// No amount.
    MissingAmount,
    /// Not a number, not finite or too large.
    UnusableAmount,
    /// A negative amount, and `--returns reject` says that there are none.
    NegativeAmount,
    /// No currency where one is asked for.
    MissingCurrency,
    /// A row of a summary with a value that cannot be.
    ImpossibleSummary,
}

impl Fate {
    /// All fates, in the order in which an account lists them.
    pub const ALL: [Fate; 27] = [
        Fate::Purchase,
        Fate::Customer,
        Fate::ReturnNetted,
        Fate::ReturnUnmatched,
        Fate::ReturnDropped,
        Fate::ReturnOfNothing,
        Fate::NoPurchase,
        Fate::Guest,
        Fate::OrderLine,
        Fate::OrderTwice,
        Fate::RowTwice,
        Fate::AfterObservedUntil,
        Fate::BeforeSince,
        Fate::NoRow,
        Fate::OtherCurrency,
        Fate::BrokenLine,
        Fate::MissingId,
        Fate::UnusableId,
        Fate::MissingDate,
        Fate::UnreadableDate,
        Fate::DateTooEarly,
        Fate::DateTooLate,
        Fate::MissingAmount,
        Fate::UnusableAmount,
        Fate::NegativeAmount,
        Fate::MissingCurrency,
        Fate::ImpossibleSummary,
    ];

    /// Is a row of this fate a bad row: an error unless `--skip-bad-rows` is given?
    pub fn is_bad(self) -> bool {
        self >= Fate::BrokenLine
    }

    /// A short stable name for programs.
    pub const fn code(self) -> &'static str {
        match self {
            Fate::Purchase => "purchase",
            Fate::Customer => "customer",
            Fate::ReturnNetted => "return-netted",
            Fate::ReturnUnmatched => "return-unmatched",
            Fate::ReturnDropped => "return-dropped",
            Fate::ReturnOfNothing => "return-of-nothing",
            Fate::NoPurchase => "no-purchase",
            Fate::Guest => "guest",
            Fate::OrderLine => "order-line",
            Fate::OrderTwice => "order-twice",
            Fate::RowTwice => "row-twice",
            Fate::AfterObservedUntil => "after-observed-until",
            Fate::BeforeSince => "before-since",
            Fate::NoRow => "no-row",
            Fate::OtherCurrency => "other-currency",
            Fate::BrokenLine => "broken-line",
            Fate::MissingId => "missing-id",
            Fate::UnusableId => "unusable-id",
            Fate::MissingDate => "missing-date",
            Fate::UnreadableDate => "unreadable-date",
            Fate::DateTooEarly => "date-too-early",
            Fate::DateTooLate => "date-too-late",
            Fate::MissingAmount => "missing-amount",
            Fate::UnusableAmount => "unusable-amount",
            Fate::NegativeAmount => "negative-amount",
            Fate::MissingCurrency => "missing-currency",
            Fate::ImpossibleSummary => "impossible-summary",
        }
    }

    /// The same for people, to follow a number of rows.
    pub const fn words(self) -> &'static str {
        match self {
            Fate::Purchase => "used as purchases",
            Fate::Customer => "used as customers",
            Fate::ReturnNetted => "returns, taken off earlier purchases",
            Fate::ReturnUnmatched => "returns that earlier purchases do not cover, or not wholly",
            Fate::ReturnDropped => "returns, dropped",
            Fate::ReturnOfNothing => "returns of amount 0, ignored",
            Fate::NoPurchase => "no purchases by a column that says so, left out",
            Fate::Guest => "of guests or without a customer, left out",
            Fate::OrderLine => "further lines of orders, whose amount is in another line",
            Fate::OrderTwice => "of orders that another file has too, counted once",
            Fate::RowTwice => "which the state has already, counted once",
            Fate::AfterObservedUntil => "after the end of observation, ignored",
            Fate::BeforeSince => "of customers first seen before --since, ignored",
            Fate::NoRow => "lines of totals, headers or remarks, which are no rows",
            Fate::OtherCurrency => "in another currency, left out by --currency",
            Fate::BrokenLine => "broken lines, skipped",
            Fate::MissingId => "without a customer id, skipped",
            Fate::UnusableId => "with an unusable customer id, skipped",
            Fate::MissingDate => "without a date, skipped",
            Fate::UnreadableDate => "with an unreadable date, skipped",
            Fate::DateTooEarly => "with a date too early, skipped",
            Fate::DateTooLate => "with a date in the future, skipped",
            Fate::MissingAmount => "without an amount, skipped",
            Fate::UnusableAmount => "with an unusable amount, skipped",
            Fate::NegativeAmount => "with a negative amount, skipped",
            Fate::MissingCurrency => "without a currency, skipped",
            Fate::ImpossibleSummary => "with impossible values, skipped",
        }
    }
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.words())
    }
}

/// One line of an account.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct AccountEntry {
    /// What became of these rows.
    pub fate: Fate,
    /// How many there are.
    pub rows: u64,
    /// The sum of their amounts, of those whose amount can be read; `None` if there are none.
    pub amount: Option<f64>,
}

/// Rows that an entry already counts and that are worth knowing of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AccountNote {
    /// A short stable name for programs.
    pub code: Cow<'static, str>,
    /// The same for people, to follow a number of rows.
    pub words: Cow<'static, str>,
    /// How many there are.
    pub rows: u64,
}

/// A cleaning account: its lines add up to the rows read.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CleaningAccount {
    /// Rows read, without headers and empty lines.
    pub rows_read: u64,
    /// One line a fate that occurred, in the order of [`Fate::ALL`].
    pub entries: Vec<AccountEntry>,
    /// "Of which": rows that are counted above already.
    pub notes: Vec<AccountNote>,
    /// What amounts that cannot be read as they are written look like, in all: of rows that were left out for it.
    /// `None` if there are none.
    pub unread_amount: Option<f64>,
}

impl CleaningAccount {
    /// Do the lines add up to the rows read?
    pub fn adds_up(&self) -> bool {
        self.entries.iter().map(|entry| entry.rows).sum::<u64>() == self.rows_read
    }

    /// How many rows had this fate.
    pub fn rows(&self, fate: Fate) -> u64 {
        self.entry(fate).map_or(0, |entry| entry.rows)
    }

    /// The line of a fate, if it occurred.
    pub fn entry(&self, fate: Fate) -> Option<&AccountEntry> {
        self.entries.iter().find(|entry| entry.fate == fate)
    }

    /// How many bad rows were left out.
    pub fn bad_rows(&self) -> u64 {
        self.entries.iter().filter(|entry| entry.fate.is_bad()).map(|entry| entry.rows).sum()
    }

    /// Counts rows that were read and their fate.
    pub fn add(&mut self, fate: Fate, rows: u64, amount: Option<f64>) {
        self.rows_read += rows;
        self.put(fate, rows, amount);
    }

    /// Counts rows that are part of some entry and worth knowing of.
    pub fn note(
        &mut self,
        code: impl Into<Cow<'static, str>>,
        words: impl Into<Cow<'static, str>>,
        rows: u64,
    ) {
        let code = code.into();
        match self.notes.iter_mut().find(|note| note.code == code) {
            Some(note) => note.rows += rows,
            None if rows > 0 => self.notes.push(AccountNote { code, words: words.into(), rows }),
            None => {}
        }
    }

    /// Moves rows from one fate to another.
    ///
    /// # Panics
    /// If fewer rows have the fate `from`.
    pub fn convert(&mut self, from: Fate, to: Fate, rows: u64, amount: Option<f64>) {
        if rows == 0 {
            return;
        }
        let at = self.entries.iter().position(|entry| entry.fate == from);
        let at = at.expect("rows are converted from a fate that occurred");
        let entry = &mut self.entries[at];
        entry.rows = entry.rows.checked_sub(rows).expect("no more rows are converted than there are");
        entry.amount = entry.amount.map(|sum| sum - amount.unwrap_or(0.0));
        if entry.rows == 0 {
            self.entries.remove(at);
        }
        self.put(to, rows, amount);
    }

    /// Adds another account to this one.
    pub fn merge(&mut self, other: &CleaningAccount) {
        for entry in &other.entries {
            self.add(entry.fate, entry.rows, entry.amount);
        }
        for note in &other.notes {
            self.note(note.code.clone(), note.words.clone(), note.rows);
        }
        let unread = [self.unread_amount, other.unread_amount];
        self.unread_amount = unread.into_iter().flatten().reduce(|a, b| a + b);
    }

    fn put(&mut self, fate: Fate, rows: u64, amount: Option<f64>) {
        if rows == 0 {
            return;
        }
        match self.entries.binary_search_by_key(&fate, |entry| entry.fate) {
            Ok(at) => {
                let entry = &mut self.entries[at];
                entry.rows += rows;
                entry.amount = match (entry.amount, amount) {
                    (Some(a), Some(b)) => Some(a + b),
                    (a, b) => a.or(b),
                };
            }
            Err(at) => self.entries.insert(at, AccountEntry { fate, rows, amount }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adds_up_through_conversion_and_merging() {
        let mut account = CleaningAccount::default();
        account.add(Fate::MissingId, 2, None);
        account.add(Fate::Purchase, 10, Some(50.0));
        account.convert(Fate::Purchase, Fate::ReturnNetted, 3, Some(-5.0));
        assert_eq!(account.rows(Fate::Purchase), 7);
        assert_eq!(account.entry(Fate::Purchase).unwrap().amount, Some(55.0));
        let order: Vec<_> = account.entries.iter().map(|entry| entry.fate).collect();
        assert_eq!(order, [Fate::Purchase, Fate::ReturnNetted, Fate::MissingId]);
        let mut twice = account.clone();
        twice.merge(&account);
        assert!(twice.adds_up());
        assert_eq!((twice.rows_read, twice.bad_rows()), (24, 4));
        twice.rows_read += 1;
        assert!(!twice.adds_up());
    }

    #[test]
    fn all_fates_are_listed_in_order_with_distinct_codes() {
        assert!(Fate::ALL.windows(2).all(|pair| pair[0] < pair[1]));
        let mut codes: Vec<_> = Fate::ALL.iter().map(|fate| fate.code()).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), Fate::ALL.len());
    }
}
