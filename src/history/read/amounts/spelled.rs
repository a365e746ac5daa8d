//! Amounts as people and spreadsheets write them: `$1,234.50`, `1.234,50 €`, `(12.50)`, `12.50-`, `1 234,50`,
//! `１２．５`. Which sign is the decimal one is decided for a file by all of its numbers ([`super::super::look`]); a number that
//! leaves it open is read by that decision and by nothing else.

use super::currency::is_currency;
use super::{LARGEST, parse};
use crate::history::read::dates::plain_sign;

/// How the numbers of a file are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NumberStyle {
    /// The decimal sign.
    pub point: u8,
    /// Is it known, by the caller's word or by a number that allows no other?
    pub sure: bool,
}

/// A number that is not written as a plain one.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Spelled {
    /// What it is.
    pub value: f64,
    /// The sign or code of a currency beside it.
    pub currency: Option<String>,
}

/// What a number says of the decimal sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Proof {
    /// Nothing: a whole number, or no number at all.
    Nothing,
    /// This is the decimal sign.
    Decimal(u8),
    /// This sign is the decimal one, or stands between thousands.
    Either(u8),
}

impl NumberStyle {
    /// Without any evidence: numbers as programs write them.
    pub const PLAIN: NumberStyle = NumberStyle { point: b'.', sure: false };

    /// How these numbers are written: with the decimal sign that they prove together; a point if nothing does.
    pub fn proven<'t>(texts: impl Iterator<Item = &'t str>) -> Self {
        let (mut points, mut commas) = (0_u64, 0_u64);
        for text in texts {
            match proof(text.trim().as_bytes()) {
                Proof::Decimal(b',') => commas += 1,
                Proof::Decimal(_) => points += 1,
                Proof::Either(_) | Proof::Nothing => {}
            }
        }
        let point = if commas > points { b',' } else { b'.' };
        NumberStyle { point, sure: (points == 0) != (commas == 0) }
    }

    /// Reads a number without blanks around it.
    #[inline]
    pub fn read(self, text: &[u8]) -> Option<f64> {
        parse(text, self.point).or_else(|| self.spelled(text).map(|number| number.value))
    }

    /// Reads one that is not plain.
    #[cold]
    pub fn spelled(self, text: &[u8]) -> Option<Spelled> {
        let parts = Parts::of(text)?;
        let decimal = match parts.proof {
            Proof::Nothing => None,
            Proof::Decimal(sign) if sign == self.point => parts.last,
            Proof::Decimal(_) => return None,
            Proof::Either(_) if !self.sure => return None,
            Proof::Either(sign) => parts.last.filter(|_| sign == self.point),
        };
        parts.number(decimal)
    }
}

/// What a number says of the decimal sign.
pub(crate) fn proof(text: &[u8]) -> Proof {
    Parts::of(text).map_or(Proof::Nothing, |parts| parts.proof)
}

/// Both readings of a number that leaves the decimal sign open: with this sign as the decimal one, and without.
pub(crate) fn both(text: &[u8]) -> Option<(f64, f64)> {
    let parts = Parts::of(text).filter(|parts| matches!(parts.proof, Proof::Either(_)))?;
    Some((parts.number(parts.last)?.value, parts.number(None)?.value))
}

/// A number taken apart.
struct Parts {
    negative: bool,
    currency: Option<String>,
    /// Figures and the signs between them.
    body: Vec<u8>,
    /// The last point or comma, if it can be the decimal sign.
    last: Option<usize>,
    proof: Proof,
}

impl Parts {
    fn of(text: &[u8]) -> Option<Parts> {
        if text.len() > 60 {
            return None;
        }
        let text = std::str::from_utf8(text).ok()?;
        // As text is kept from spreadsheets (`="12.50"`), and as whole rupees are written (`1,689/-`).
        let kept = text.strip_prefix("=\"").and_then(|text| text.strip_suffix('"')).unwrap_or(text);
        let kept = kept.strip_suffix("/-").or_else(|| kept.strip_suffix("/=")).unwrap_or(kept);
        let text: Vec<char> = kept.chars().filter_map(plain_sign).collect();
        let is_figure = |c: &char| c.is_ascii_digit();
        let mut first = text.iter().position(is_figure)?;
        let last = text.iter().rposition(is_figure)?;
        // `.5`
        if first > 0
            && matches!(text[first - 1], '.' | ',')
            && (first == 1 || !text[first - 2].is_alphabetic())
        {
            first -= 1;
        }
        let mut outside = Outside::default();
        outside.before(&text[..first])?;
        outside.behind(&text[last + 1..])?;
        let body: Vec<u8> =
            text[first..=last].iter().map(|c| u8::try_from(*c).ok()).collect::<Option<_>>()?;
        let (last, proof) = judge(&body)?;
        Some(Parts { negative: outside.negative()?, currency: outside.currency()?, body, last, proof })
    }

    /// The number, with its decimal sign at this place.
    fn number(&self, decimal: Option<usize>) -> Option<Spelled> {
        let mut plain = String::with_capacity(self.body.len());
        for (at, byte) in self.body.iter().enumerate() {
            match byte {
                b'0'..=b'9' => plain.push(char::from(*byte)),
                _ if Some(at) == decimal => plain.push('.'),
                _ => {}
            }
        }
        let size: f64 = plain.parse().ok().filter(|size| *size <= LARGEST)?;
        let value = if self.negative { 0.0 - size } else { size };
        Some(Spelled { value, currency: self.currency.clone() })
    }
}

/// What stands around the figures.
#[derive(Default)]
struct Outside {
    minuses: usize,
    opened: bool,
    closed: bool,
    names: [String; 2],
}

impl Outside {
    fn before(&mut self, text: &[char]) -> Option<()> {
        for c in text {
            match c {
                '-' => self.minuses += 1,
                '+' if self.minuses == 0 => {}
                '(' if !self.opened => self.opened = true,
                ' ' | '\'' => {}
                c => self.names[0].push(*c),
            }
        }
        Some(())
    }

    fn behind(&mut self, text: &[char]) -> Option<()> {
        let text = match text {
            // `12,-` and `12.--` are whole numbers, `12.` is one with its point.
            ['.' | ',', rest @ ..] => {
                let dashes = rest.iter().take_while(|c| **c == '-').count();
                &rest[dashes..]
            }
            text => text,
        };
        for c in text {
            match c {
                '-' => self.minuses += 1,
                ')' if self.opened && !self.closed => self.closed = true,
                ' ' | '\'' => {}
                c => self.names[1].push(*c),
            }
        }
        Some(())
    }

    fn negative(&self) -> Option<bool> {
        let signs = self.minuses + usize::from(self.opened);
        (signs <= 1 && self.opened == self.closed).then_some(signs == 1)
    }

    fn currency(&self) -> Option<Option<String>> {
        let named = self.names.iter().filter(|name| !name.is_empty());
        let mut known = named.map(|name| one_currency(name));
        match (known.next(), known.next()) {
            (None, _) => Some(None),
            (Some(Some(name)), None) => Some(Some(name.to_owned())),
            // `$12.50 USD`
            (Some(Some(_)), Some(Some(name))) => Some(Some(name.to_owned())),
            _ => None,
        }
    }
}

/// The currency that a sign, a code, or a code with a sign (`USD $`) means.
fn one_currency(name: &str) -> Option<&str> {
    const CODE: usize = 3;
    let with_sign = || {
        let (code, sign) = name.split_at_checked(CODE)?;
        (is_currency(code) && is_currency(sign)).then_some(code)
    };
    if is_currency(name) { Some(name) } else { with_sign() }
}

/// Where the decimal sign of a body may be, and what that proves; `None` if it is no number.
fn judge(body: &[u8]) -> Option<(Option<usize>, Proof)> {
    let signs: Vec<(usize, u8)> =
        body.iter().copied().enumerate().filter(|(_, byte)| !byte.is_ascii_digit()).collect();
    if !signs.iter().all(|(_, sign)| b"., '".contains(sign)) {
        return None;
    }
    let Some(&(at, last)) = signs.last() else { return Some((None, Proof::Nothing)) };
    let first = signs[0].1;
    let count = signs.iter().filter(|(_, sign)| *sign == last).count();
    let whole = |end: usize| are_groups(&body[..end]);
    let decimal = |sign: u8| matches!(sign, b'.' | b',');
    if first == last {
        return match (count, decimal(last)) {
            (1, true) => {
                let behind = body.len() - at - 1;
                let thousands = behind == 3 && (1..=3).contains(&at) && body[0] != b'0';
                Some((Some(at), if thousands { Proof::Either(last) } else { Proof::Decimal(last) }))
            }
            (_, true) => {
                whole(body.len()).then_some((None, Proof::Decimal(if last == b'.' { b',' } else { b'.' })))
            }
            (_, false) => whole(body.len()).then_some((None, Proof::Nothing)),
        };
    }
    (count == 1 && decimal(last) && whole(at)).then_some((Some(at), Proof::Decimal(last)))
}

/// Are these figures in groups of three, or in twos before the last three, as in India, with one sign between?
fn are_groups(whole: &[u8]) -> bool {
    let Some(sign) = whole.iter().find(|byte| !byte.is_ascii_digit()) else { return !whole.is_empty() };
    let groups: Vec<&[u8]> = whole.split(|byte| byte == sign).collect();
    let figures = |group: &&[u8]| group.iter().all(u8::is_ascii_digit);
    let [first, middle @ .., last] = &groups[..] else { return false };
    groups.iter().all(figures)
        && last.len() == 3
        && (middle.iter().all(|group| group.len() == 3) && (1..=3).contains(&first.len())
            || middle.iter().all(|group| group.len() == 2) && (1..=2).contains(&first.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const POINT: NumberStyle = NumberStyle { point: b'.', sure: true };
    const COMMA: NumberStyle = NumberStyle { point: b',', sure: true };

    #[test]
    fn amounts_are_read_as_they_are_written() {
        for (text, value) in [
            ("$12.50", 12.5),
            ("USD $12.50", 12.5),
            ("=\"12.50\"", 12.5),
            ("1,689/-", 1689.0),
            ("Rs. 1,689.00/-", 1689.0),
            ("١٬٢٣٤٫٥", 1234.5),
            ("12.50 USD", 12.5),
            ("USD 12.50", 12.5),
            ("US$1,234.50", 1234.5),
            ("1,234.50", 1234.5),
            ("1,234", 1234.0),
            ("12,34,567.50", 1_234_567.5),
            ("1'234.50", 1234.5),
            ("CHF 1’234.50", 1234.5),
            ("1 234.50", 1234.5),
            ("1\u{202f}234", 1234.0),
            ("(12.50)", -12.5),
            ("($1,234.50)", -1234.5),
            ("$(5)", -5.0),
            ("12.50-", -12.5),
            ("\u{2212}12.50", -12.5),
            ("-$12.50", -12.5),
            ("$-12.50", -12.5),
            ("- 12.50", -12.5),
            ("12.-", 12.0),
            ("１２．５", 12.5),
            ("￥１,２００", 1200.0),
            ("٣٤", 34.0),
            ("kr 12.50", 12.5),
            ("$.50", 0.5),
            ("kr.12.50", 12.5),
            ("\u{200e}$5.00", 5.0),
        ] {
            assert_eq!(POINT.read(text.as_bytes()), Some(value), "{text}");
        }
        for (text, value) in [
            ("12,50", 12.5),
            ("1.234,50", 1234.5),
            ("1.234", 1234.0),
            ("1.234.567", 1_234_567.0),
            ("1 234,50", 1234.5),
            ("1\u{a0}234,50 €", 1234.5),
            ("€ 12,-", 12.0),
            ("41,41 EUR", 41.41),
            ("R$ 1.234,50", 1234.5),
            ("1.234,50 TL", 1234.5),
            ("12,50 zł", 12.5),
            ("1 234,50 руб.", 1234.5),
        ] {
            assert_eq!(COMMA.read(text.as_bytes()), Some(value), "{text}");
        }
    }

    #[test]
    fn what_is_no_amount_is_none() {
        for text in [
            "",
            "-",
            "N/A",
            "12.50%",
            "#REF!",
            "Free",
            "1,23",
            "12,50",
            "1,2345,678",
            "1.2.3",
            "(5",
            "5)",
            "--5",
            "-(5)",
            "5 pcs",
            "1 23",
            "10:30",
            "1/2",
            "$5 EUR?",
            "12 34 56",
            "1.234,50",
            "5-6",
            "1e5 USD",
        ] {
            assert_eq!(POINT.read(text.as_bytes()), None, "{text}");
        }
        let open = NumberStyle::PLAIN;
        assert_eq!(open.read(b"1,234"), None);
        assert_eq!(open.read(b"$1.234"), None);
        assert_eq!(open.read(b"$12.50"), Some(12.5));
    }

    #[test]
    fn numbers_prove_their_decimal_sign() {
        for (text, want) in [
            ("12", Proof::Nothing),
            ("1 234", Proof::Nothing),
            ("12.50", Proof::Decimal(b'.')),
            ("12,5", Proof::Decimal(b',')),
            ("0,125", Proof::Decimal(b',')),
            ("1234,567", Proof::Decimal(b',')),
            ("1,234,567", Proof::Decimal(b'.')),
            ("1.234,5", Proof::Decimal(b',')),
            ("1,234", Proof::Either(b',')),
            ("$1.234", Proof::Either(b'.')),
            ("abc", Proof::Nothing),
        ] {
            assert_eq!(proof(text.as_bytes()), want, "{text}");
        }
        assert_eq!(both(b"1,234"), Some((1.234, 1234.0)));
    }
}
