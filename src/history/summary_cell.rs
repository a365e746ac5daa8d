//! A value of a summary's row, text or number, before it is known whether it can be used.

use arrow_array::Array;

use super::read::amounts;
use super::read::text::trim;
use super::read::typed::Numbers;

/// A value of a row, as its table has it.
#[derive(Clone, Copy)]
pub(super) enum Cell<'a> {
    Missing,
    Number(f64),
    Text(&'a [u8]),
}

impl Cell<'_> {
    /// The number, if it is one and finite.
    #[inline]
    pub fn number(self, point: u8) -> Option<f64> {
        match self {
            Cell::Missing => None,
            Cell::Number(value) => Some(value).filter(|value| value.is_finite()),
            Cell::Text(text) => amounts::parse(trim(text), point),
        }
    }

    /// The value for a message.
    pub fn shown(self) -> String {
        match self {
            Cell::Missing => String::new(),
            Cell::Number(value) => value.to_string(),
            Cell::Text(text) => String::from_utf8_lossy(text).into_owned(),
        }
    }

    /// Is there nothing, or a number that stands for nothing?
    pub fn is_missing(self) -> bool {
        match self {
            Cell::Missing => true,
            Cell::Number(value) => value.is_nan(),
            Cell::Text(text) => trim(text).is_empty() || trim(text).eq_ignore_ascii_case(b"nan"),
        }
    }
}

/// The value of a row of a column.
pub(super) fn cell(numbers: &Numbers, row: usize) -> Cell<'_> {
    match numbers {
        Numbers::Number(values) if values.is_valid(row) => Cell::Number(values.value(row)),
        Numbers::Text(texts) if texts.is_valid(row) => Cell::Text(texts.value(row).as_bytes()),
        _ => Cell::Missing,
    }
}
