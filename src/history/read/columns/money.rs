//! Columns that look like money, by their names or by their values: to be named where none was taken for the amount.

use super::super::evidence::Evidence;
use super::super::likeness;
use super::choose::sample;
use super::{AmountColumns, LogColumns, Table};
use crate::base::Result;

/// So many columns are looked at.
const COLUMNS: usize = 40;
/// So many of a column's values, and so many of those that are filled, are money.
const ENOUGH: usize = 5;
const MOST: f64 = 0.95;
/// Numbers that are written like money and are none.
const OTHERS: &str = "lat latitude lon lng long longitude rate rates percent percentage pct share ratio score rating discount discounts \
    weight height width length size volume temperature tax taxes vat gst fee fees shipping freight tip tips commission balance \
    breite lange gewicht rabatt steuer versand poids remise tva frais peso descuento envio sconto spedizione agirlik indirim kdv kargo \
    waga rabat dostawa вес скидка доставка";

impl Table<'_> {
    /// Those that have a name like it.
    pub(super) fn named_like_money(&self) -> Vec<String> {
        self.names.iter().filter(|name| likeness::is_money(name)).cloned().collect()
    }

    /// They, if there is no amount.
    pub(super) fn money_like(
        &self,
        columns: &LogColumns,
        evidence: &mut Option<&mut Evidence>,
    ) -> Result<Vec<usize>> {
        if !matches!(columns.amount, AmountColumns::None) {
            return Ok(Vec::new());
        }
        let named: Vec<usize> =
            (0..self.names.len()).filter(|index| likeness::is_money(&self.names[*index])).collect();
        if !named.is_empty() {
            return Ok(named);
        }
        let used = columns.used();
        let free = (0..self.names.len()).filter(|index| !used.contains(index));
        let looked: Vec<usize> = free.take(COLUMNS).collect();
        let Some(sample) = sample(evidence, &looked)? else { return Ok(Vec::new()) };
        let is_money = |index: &usize| {
            let words = likeness::words(&self.names[*index]);
            let filled: Vec<&str> =
                sample.column(*index).iter().map(|text| &**text).filter(|text| !text.is_empty()).collect();
            let sums = filled.iter().filter(|text| is_sum(text)).count();
            words.iter().all(|word| !likeness::is(word, OTHERS))
                && sums >= ENOUGH
                && sums as f64 >= MOST * filled.len() as f64
        };
        Ok(looked.into_iter().filter(is_money).collect())
    }
}

/// A number of cents, or beside a sign of a currency.
fn is_sum(text: &str) -> bool {
    const SIGNS: &str = "$€£¥₹₽₺₩฿₫₴₪元円원";
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let other = |c: char| c.is_alphabetic() && !SIGNS.contains(c);
    if digits == 0 || text.contains([':', '/']) || text.chars().filter(|c| other(*c)).count() > 3 {
        return false;
    }
    let number = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let cents = number.rfind(['.', ',']).map(|at| &number[at + 1..]);
    // Some databases write money with four decimals, of which the last two are nothing.
    let has_cents = cents.is_some_and(|cents| match cents.len() {
        2 => cents.bytes().all(|byte| byte.is_ascii_digit()),
        4 => cents.ends_with("00") && cents.bytes().all(|byte| byte.is_ascii_digit()),
        _ => false,
    });
    has_cents || text.contains(|c| SIGNS.contains(c))
}

#[cfg(test)]
mod tests {
    use super::is_sum;

    #[test]
    fn sums_have_cents_or_a_sign() {
        for text in ["12.50", "-1,234.50", "1.234,50", "$12", "12 €", "12.50 PLN", "12.3400", "3,000원"] {
            assert!(is_sum(text), "{text}");
        }
        for text in ["12", "12.5", "12.345", "2024-01-03", "10:15", "12/50", "K12.50 of it", "", "x"] {
            assert!(!is_sum(text), "{text}");
        }
    }
}
