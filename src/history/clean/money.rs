//! Amounts that are no plain numbers, and their currencies.

use super::{Cells, Cleaner};
use crate::history::account::Fate;
use crate::history::read::amounts;
use crate::history::read::amounts::currency;
use crate::history::read::calendar::Moment;
use crate::history::read::text::product;
use crate::history::tally::{CURRENCIES, Currency};

impl Cleaner<'_> {
    /// Looks at a row's currency; a row without one is bad and done with.
    pub fn currency(&mut self, currency: &str, cells: &impl Cells) -> bool {
        // A row of totals has neither.
        if currency.is_empty() && cells.date().trim().is_empty() {
            return true;
        }
        if currency.is_empty() {
            let column = self.names.currency.clone().unwrap_or_default();
            let place = || cells.place().at(column, "");
            self.rows_bad(Fate::MissingCurrency, place, "the currency is empty (missing)".into());
            return false;
        }
        self.see_currency(currency, cells);
        if self.is_other_currency(currency) {
            self.tally.rows += 1;
            self.count(Fate::OtherCurrency, None);
            return false;
        }
        true
    }

    fn is_other_currency(&self, name: &str) -> bool {
        self.rules.currency.as_ref().is_some_and(|kept| !currency::can_mean(name, kept))
    }

    fn see_currency(&mut self, name: &str, cells: &impl Cells) {
        let known = &mut self.tally.currencies;
        let same = |known: &Currency| {
            known.name == name || currency::canonical(&known.name) == currency::canonical(name)
        };
        match known.iter().position(same) {
            Some(at) => known[at].rows += 1,
            None if known.len() < CURRENCIES => {
                known.push(Currency { name: name.to_owned(), rows: 1, first: cells.place() });
            }
            None => {}
        }
    }

    /// Reads the amount of a row, or its quantity and price, that are no plain numbers. The outer `None`: the row is in
    /// another currency than the one that is kept, and is counted so.
    #[cold]
    pub fn spelled(
        &mut self,
        texts: &[String],
        has_currency: bool,
        date: Option<Moment>,
        cells: &impl Cells,
    ) -> Option<Option<f64>> {
        let style = self.writing.number;
        let mut values = Vec::new();
        for text in texts {
            let text = text.trim().as_bytes();
            if let Some(value) = amounts::parse(text, style.point) {
                values.push(value);
                continue;
            }
            let Some(number) = style.spelled(text) else { return Some(None) };
            values.push(number.value);
            let Some(name) = number.currency.filter(|_| !has_currency) else { continue };
            self.see_currency(&name, cells);
            if date.is_some() && self.is_other_currency(&name) {
                self.tally.rows += 1;
                self.count(Fate::OtherCurrency, None);
                return None;
            }
        }
        Some(match values[..] {
            [one] => Some(one),
            [quantity, price] => product(quantity, price),
            _ => None,
        })
    }
}
