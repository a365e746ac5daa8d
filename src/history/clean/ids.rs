//! Ids that are none, and those that look as if a program had changed them.

use super::{Cleaner, Id};

impl Cleaner<'_> {
    /// Is there an id? Counts those that look odd.
    #[inline]
    pub(super) fn usable_id(&mut self, id: Id) -> bool {
        let Id::Text(id) = id else { return true };
        let (Some(&first), Some(&last)) = (id.first(), id.last()) else { return false };
        if first <= b' ' || last <= b' ' || first >= 0x80 || last >= 0x80 {
            let text = std::str::from_utf8(id).unwrap_or_default();
            let trimmed = text.trim();
            if trimmed.is_empty() {
                return false;
            }
            self.tally.blank_ids += u64::from(trimmed.len() < text.len());
        }
        if id.len() <= 5 && is_null_word(id) {
            self.tally.null_ids += 1;
        }
        if last == b'0' {
            self.tally.float_ids += u64::from(is_float(id));
            self.tally.rounded_ids += u64::from(is_rounded(id));
        }
        if id.len() >= 5 && id[id.len() - 3] == b'+' && is_scientific(id) {
            self.tally.scientific_ids.see(id);
        }
        true
    }
}

/// Is it a word for "missing"?
fn is_null_word(id: &[u8]) -> bool {
    const WORDS: [&[u8]; 11] =
        [b"na", b"n/a", b"nan", b"null", b"none", b"nil", b"-", b"\\n", b"#n/a", b"<na>", b"?"];
    WORDS.iter().any(|word| id.eq_ignore_ascii_case(word))
}

/// Is it a whole number written with `.0`?
fn is_float(id: &[u8]) -> bool {
    let digits = id.strip_suffix(b".0").unwrap_or_default();
    !digits.is_empty() && digits.iter().all(u8::is_ascii_digit)
}

/// Is it a number in scientific notation, such as `1.23457E+11`, that ends with its exponent?
fn is_scientific(id: &[u8]) -> bool {
    let (mantissa, exponent) = id.split_at(id.len() - 4);
    let mut points = 0;
    let digit = |byte: &u8| {
        points += usize::from(matches!(byte, b'.' | b','));
        byte.is_ascii_digit() || matches!(byte, b'.' | b',')
    };
    matches!(exponent, [b'e' | b'E', b'+', tens, ones] if tens.is_ascii_digit() && ones.is_ascii_digit())
        && mantissa.first().is_some_and(u8::is_ascii_digit)
        && mantissa.iter().all(digit)
        && points <= 1
}

/// Is it a number of more than 15 digits, and all beyond the 15th are 0? Spreadsheets keep no more.
fn is_rounded(id: &[u8]) -> bool {
    id.len() >= 17 && id[15..].iter().all(|byte| *byte == b'0') && id.iter().all(u8::is_ascii_digit)
}
