//! The ages of a customer at each repeat purchase: all that can be known of when a customer buys. Models that follow one
//! customer from purchase to purchase ask for them.
//!
//! On their way through a log they are gaps in grains, a byte or two each; in a batch of a summary a column of lists in its
//! unit; in files a column of text, `1.5 3 7.25`, which all formats have.

use std::fmt::Write as _;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{Array, Float64Array, ListArray, StringArray};
use arrow_buffer::{OffsetBuffer, ScalarBuffer};
use arrow_schema::{DataType, Field};

use crate::base::{Grain, Unit};

/// The name of the column.
pub(crate) const PURCHASE_TIMES: &str = "purchase_times";

/// Appends a gap \[grains\]: seven bits a byte, the least first, the eighth says that there are more.
pub(crate) fn put_gap(mut gap: u64, out: &mut Vec<u8>) {
    while gap >= 0x80 {
        out.push(gap as u8 | 0x80);
        gap >>= 7;
    }
    out.push(gap as u8);
}

/// Undoes [`put_gap`] for all gaps of a customer.
fn gaps(bytes: &[u8]) -> impl Iterator<Item = u64> {
    let mut bytes = bytes.iter();
    std::iter::from_fn(move || {
        let (mut gap, mut shift) = (0, 0);
        loop {
            let byte = *bytes.next()?;
            gap |= u64::from(byte & 0x7f) << shift;
            shift += 7;
            if byte < 0x80 {
                return Some(gap);
            }
        }
    })
}

/// The ages at repeat purchases of customers, one customer after the other.
#[derive(Debug, Clone)]
pub(crate) struct PurchaseTimes {
    ages: Vec<f64>,
    ends: Vec<i32>,
}

impl Default for PurchaseTimes {
    fn default() -> Self {
        PurchaseTimes { ages: Vec::new(), ends: vec![0] }
    }
}

impl PurchaseTimes {
    /// Is there room for one more customer? Offsets have 32 bits.
    pub fn has_room(&self) -> bool {
        self.ages.len() < 1 << 27
    }

    /// Adds a customer whose gaps are in grains.
    pub fn push_gaps(&mut self, bytes: &[u8], grain: Grain, unit: Unit) {
        let mut age = 0;
        for gap in gaps(bytes) {
            age += gap;
            self.ages.push(grain.in_units(i32::try_from(age).unwrap_or(i32::MAX), unit));
        }
        self.ends.push(self.ages.len() as i32);
    }

    /// Adds a customer with these ages.
    pub fn push(&mut self, ages: &[f64]) {
        self.ages.extend_from_slice(ages);
        self.ends.push(self.ages.len() as i32);
    }

    /// As a column.
    pub fn finish(self) -> ListArray {
        let field = Field::new_list_field(DataType::Float64, false);
        let offsets = OffsetBuffer::new(ScalarBuffer::from(self.ends));
        ListArray::new(Arc::new(field), offsets, Arc::new(Float64Array::from(self.ages)), None)
    }
}

/// The ages of customers as a column.
pub(crate) fn listed<'a>(customers: impl Iterator<Item = &'a [f64]>) -> ListArray {
    let mut column = PurchaseTimes::default();
    customers.for_each(|ages| column.push(ages));
    column.finish()
}

/// The ages of one customer of a column.
pub(crate) fn ages(column: &ListArray, row: usize) -> &[f64] {
    let offsets = column.value_offsets();
    &column.values().as_primitive::<Float64Type>().values()[offsets[row] as usize..offsets[row + 1] as usize]
}

/// The column as files have it.
pub(crate) fn as_text(column: &ListArray) -> StringArray {
    let mut text = String::new();
    StringArray::from_iter_values((0..column.len()).map(|row| {
        text.clear();
        for (i, age) in ages(column, row).iter().enumerate() {
            let _ = write!(text, "{}{age}", if i > 0 { " " } else { "" });
        }
        text.clone()
    }))
}

/// The column of what [`as_text`] has written.
///
/// # Errors
/// In words, if it has not.
pub(crate) fn from_text(column: &StringArray) -> Result<ListArray, String> {
    let all = (0..column.len()).map(|row| parse(column.value(row))).collect::<Result<Vec<_>, _>>()?;
    Ok(listed(all.iter().map(Vec::as_slice)))
}

/// The ages of a cell: numbers with blanks between them.
///
/// # Errors
/// In words, if one is no number or not after the one before.
pub(crate) fn parse(text: &str) -> Result<Vec<f64>, String> {
    let mut ages: Vec<f64> = Vec::new();
    for word in text.split_ascii_whitespace() {
        let age: f64 = word.parse().ok().filter(|age: &f64| age.is_finite()).ok_or_else(|| {
            format!("'{word}' is no number: purchase_times has the age at each repeat purchase, such as '1.5 3 7.25'")
        })?;
        if age <= ages.last().copied().unwrap_or(0.0) {
            return Err(format!(
                "{word} must be larger than what comes before it: purchase_times has the age at each repeat purchase, \
                 ascending, and the first purchase, of age 0, is not among them"
            ));
        }
        ages.push(age);
    }
    Ok(ages)
}

/// Checks the ages of a customer against the frequency and recency beside them.
///
/// # Errors
/// In words, if they are those of another customer, or in another unit.
pub(crate) fn check(ages: &[f64], x: u32, t_x: f64) -> Result<(), String> {
    /// What rounding in print may change, relative to an age.
    const ROUNDING: f64 = 1e-6;
    if ages.len() != x as usize {
        return Err(format!("purchase_times has {} ages, and frequency says {x}", ages.len()));
    }
    match ages.last() {
        Some(last) if (last - t_x).abs() > ROUNDING * t_x => Err(format!(
            "the last of purchase_times is {last}, and recency, which is the same age, {t_x}: are they in one unit?"
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Own check: gaps of one byte to five, customers without any.
    #[test]
    fn gaps_and_texts_come_back() {
        let customers: [&[u64]; 4] = [&[1, 127, 128, 16_384], &[], &[4_000_000], &[7, 7, 7]];
        let mut all = PurchaseTimes::default();
        for own in customers {
            let mut bytes = Vec::new();
            own.iter().for_each(|gap| put_gap(*gap, &mut bytes));
            assert_eq!(gaps(&bytes).collect::<Vec<_>>(), own);
            all.push_gaps(&bytes, Grain::Day, Unit::Week);
        }
        let column = all.finish();
        assert_eq!(ages(&column, 3), [1.0, 2.0, 3.0]);
        assert_eq!(ages(&column, 1), [0.0; 0]);
        let text = as_text(&column);
        assert_eq!(text.value(3), "1 2 3");
        assert_eq!(from_text(&text).unwrap(), column);
    }

    #[test]
    fn what_is_wrong_is_said() {
        assert!(parse("1 2 x").unwrap_err().contains("'x' is no number"));
        assert!(parse("1 nan").unwrap_err().contains("'nan' is no number"));
        assert!(parse("1 3 3").unwrap_err().contains("3 must be larger"));
        assert!(parse("0 3").unwrap_err().contains("0 must be larger"));
        assert!(check(&[1.0], 2, 1.0).unwrap_err().contains("has 1 ages"));
        assert!(check(&[1.0, 21.0], 2, 3.0).unwrap_err().contains("in one unit"));
        assert_eq!(check(&[1.0, 3.0], 2, 3.000_000_1), Ok(()));
        assert_eq!(check(&[], 0, 0.0), Ok(()));
    }
}
