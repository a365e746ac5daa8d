//! How a page says money, shares and ranges: once for all of it.

use crate::base::numbers::{grouped, signed, significant};

/// Money as the page's readers know it: with their currency, without digits that nobody pays.
#[derive(Debug, Clone, Default)]
pub(super) struct Money {
    before: String,
}

impl Money {
    /// Of a currency: a sign (`€`) stands before the number, a word (`EUR`) with a blank.
    pub fn new(currency: Option<&str>) -> Self {
        let word = |currency: &str| currency.chars().last().is_some_and(char::is_alphabetic);
        let before = currency.map(str::trim).filter(|currency| !currency.is_empty());
        let before = before.map(|own| if word(own) { format!("{own}\u{a0}") } else { own.to_owned() });
        Money { before: before.unwrap_or_default() }
    }

    /// The currency behind a name: `, EUR`; nothing where none is known.
    pub fn unit(&self) -> String {
        let unit = self.before.trim();
        if unit.is_empty() { String::new() } else { format!(", {unit}") }
    }

    /// Whole from a hundred on, else with cents.
    pub fn say(&self, value: f64) -> String {
        if !value.is_finite() {
            return "unlimited".to_owned();
        }
        let sign = if value < 0.0 { "-" } else { "" };
        let decimals = if value.abs() >= 100.0 { 0 } else { 2 };
        format!("{sign}{}{}", self.before, grouped(value.abs(), decimals))
    }

    /// `24 to 39`, with the currency once.
    pub fn range(&self, (low, high): (f64, f64)) -> String {
        format!("{} to {}", self.say(low), Money::default().say(high))
    }

    /// `31 (24 to 39)`.
    pub fn with_range(&self, value: f64, interval: Option<(f64, f64)>) -> String {
        let range = interval.map(|bounds| format!(" ({})", Money::default().range(bounds)));
        format!("{}{}", self.say(value), range.unwrap_or_default())
    }
}

/// `38%`: without decimals from ten on.
pub(super) fn percent(share: f64) -> String {
    match 100.0 * share {
        percent if !percent.is_finite() => "-".to_owned(),
        percent if percent.abs() >= 9.95 || percent == 0.0 => format!("{}%", grouped(percent, 0)),
        percent => format!("{}%", significant(percent, 2)),
    }
}

/// `+4%`.
pub(super) fn signed_percent(share: f64) -> String {
    format!("{}%", signed(100.0 * share, 0))
}

/// A probability that is never said to be certain.
pub(super) fn sure(probability: f64) -> String {
    match 100.0 * probability {
        percent if percent > 99.0 => "more than 99%".to_owned(),
        percent => format!("{}%", grouped(percent.floor(), 0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_and_shares_as_people_write_them() {
        let say = |currency: Option<&str>, value: f64| Money::new(currency).say(value);
        assert_eq!([say(None, 237_923.4), say(None, 31.2)], ["237,923", "31.20"]);
        assert_eq!([say(Some("€"), -48.0), say(Some("EUR"), 1234.0)], ["-€48.00", "EUR\u{a0}1,234"]);
        assert_eq!(
            [percent(0.384), percent(0.0123), percent(0.0), percent(0.0996)],
            ["38%", "1.2%", "0%", "10%"]
        );
        assert_eq!([sure(0.9975), sure(0.951)], ["more than 99%", "95%"]);
    }
}
