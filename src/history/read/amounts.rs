//! Amounts: decimal numbers, read to the nearest `f64`, and reasons why a text is none. Those that are not plain numbers are
//! read by [`spelled`].

pub(crate) mod currency;
pub(crate) mod spelled;

/// Amounts beyond this are taken for damage: their sums lose cents.
pub(crate) const LARGEST: f64 = 1e15;

/// Powers of ten that are exact.
const POWERS: [f64; 16] =
    [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/// Reads an amount; `None` if it is not a usable number. `point` is the decimal sign.
///
/// Up to 15 digits are one exact division, correctly rounded; the rest is left to the standard library.
#[inline]
pub(crate) fn parse(text: &[u8], point: u8) -> Option<f64> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, text),
    };
    let (mut value, mut count, mut decimals) = (0u64, 0usize, usize::MAX);
    for &byte in digits {
        let digit = byte.wrapping_sub(b'0');
        if digit < 10 {
            value = value.wrapping_mul(10).wrapping_add(u64::from(digit));
            count += 1;
        } else if byte == point && decimals == usize::MAX {
            decimals = count;
        } else {
            return parse_rare(text, point);
        }
    }
    if count == 0 || count > 15 {
        return parse_rare(text, point);
    }
    let after = if decimals == usize::MAX { 0 } else { count - decimals };
    let value = value as f64 / POWERS[after];
    // Taken from 0, because -0 means something else to the cleaner.
    Some(if negative { 0.0 - value } else { value })
}

/// Exponents, a plus sign, many digits; never words such as `inf`.
#[cold]
fn parse_rare(text: &[u8], point: u8) -> Option<f64> {
    let text = std::str::from_utf8(text).ok()?;
    let plain =
        text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'e' | b'E') || b == point);
    if !plain || !text.bytes().any(|b| b.is_ascii_digit()) {
        return None;
    }
    let value: f64 =
        if point == b'.' { text.parse() } else { text.replace(char::from(point), ".").parse() }.ok()?;
    (value.abs() <= LARGEST).then_some(value + 0.0)
}

/// What an amount looks like that is not written as a plain number: without currency signs and thousands separators,
/// negative with a minus or in parentheses. Good for saying what is at stake, not for reading. `None` if it looks like no amount.
pub(crate) fn looks_like(text: &str, point: u8) -> Option<f64> {
    // An exponent says how large it is: 1e30 is no 130.
    if text.contains(['e', 'E'])
        && let Ok(number) = text.trim().replace(char::from(point), ".").parse::<f64>()
    {
        return (number.abs() <= LARGEST).then_some(number);
    }
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    if letters > 4 || text.contains(['%', ':', '/']) {
        return None;
    }
    let kept: String = text.chars().filter(|c| c.is_ascii_digit() || matches!(c, '.' | ',')).collect();
    let digits = kept.trim_matches(['.', ',']);
    let decimal = match (digits.rfind('.'), digits.rfind(',')) {
        // Of both, the last one is the decimal sign.
        (Some(a), Some(b)) => Some(a.max(b)),
        (None, None) => None,
        (one, other) => {
            let at = one.or(other)?;
            let sign = digits.as_bytes()[at];
            let groups = digits.bytes().filter(|b| *b == sign).count() > 1;
            // Three digits behind the other sign are thousands.
            let thousands = sign != point && digits.len() - at == 4;
            (!groups && !thousands).then_some(at)
        }
    };
    let plain: String = digits
        .char_indices()
        .filter_map(|(i, c)| match c {
            '.' | ',' => (Some(i) == decimal).then_some('.'),
            digit => Some(digit),
        })
        .collect();
    // A minus between digits is none: a date, a telephone number, a range.
    const MINUS: [char; 2] = ['-', '\u{2212}'];
    let number = text.trim_matches(|c: char| !c.is_ascii_digit());
    if number.contains(MINUS) {
        return None;
    }
    let negative = text.contains(MINUS) || text.contains('(');
    let size: f64 = plain.parse().ok().filter(|size| *size <= LARGEST)?;
    Some(if negative { 0.0 - size } else { size })
}

/// Why `text` is not a usable amount, and the repair. It must not be empty.
pub(crate) fn explain(text: &str, decimal_comma: bool) -> String {
    let lower = text.to_ascii_lowercase();
    let bare = lower.trim_start_matches(['+', '-']);
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let (point, other) = if decimal_comma { (',', '.') } else { ('.', ',') };
    if ["inf", "infinity", "nan"].contains(&bare) {
        return "the amount is not finite".into();
    }
    if digits == 0 {
        return "not a number (a missing amount is not 0: repair the row or leave it out)".into();
    }
    let as_number = if decimal_comma { text.replace(',', ".") } else { text.to_owned() };
    if !text.contains(other) && as_number.parse::<f64>().is_ok() {
        return "the amount is too large (overflow: beyond 1e15 sums lose cents)".into();
    }
    if text.contains('%') {
        return "a percentage is not an amount".into();
    }
    if text.contains('(') || text.ends_with('-') {
        return "not a number: write a negative amount with a minus sign in front".into();
    }
    if ["cr", "dr", "cr.", "dr."].iter().any(|side| lower.ends_with(side)) {
        return "not a number: CR and DR say on which side of an account it stands; which of them customers paid the file does \
                not say: write what they got back with a minus sign in front, and leave the letters out"
            .into();
    }
    if text.chars().any(|c| c.is_alphabetic() || "$€£¥₹₩₽₺₫฿¢".contains(c)) {
        return "not a number: remove the currency sign or letters (a column of currencies goes with --currency-column)".into();
    }
    if let Some((decimal, whole)) = spelled::both(text.as_bytes()) {
        return format!(
            "this is {whole} or {decimal}, and the other amounts do not say which: say it with --decimal-point or --decimal-comma"
        );
    }
    let groups = text.matches(other).count();
    if groups == 1 && !text.contains(point) && decimal_comma {
        return "not a number with a decimal comma: if the point is the decimal sign leave --decimal-comma out, if it separates thousands remove it".into();
    }
    if groups == 1 && !text.contains(point) {
        return "not a number with a decimal point: if the comma is the decimal sign use --decimal-comma, if it separates thousands remove it".into();
    }
    if text.contains(['\u{a0}', '\u{202f}', '\u{2007}', '\u{2009}']) {
        let flag =
            if decimal_comma { "" } else { " (and if the comma is the decimal sign use --decimal-comma)" };
        return format!(
            "not a number: remove the no-break or thin spaces (thousands separators that look like blanks){flag}"
        );
    }
    if groups > 0 || text.contains([' ', '\'', '’']) {
        let flag = if decimal_comma {
            " (--decimal-comma reads 1234,50; without it the point is the decimal sign)"
        } else {
            " (1234.50, or with --decimal-comma 1234,50)"
        };
        return format!("not a number: remove the thousands separators{flag}");
    }
    "not a number".into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_as_the_standard_library_does() {
        let texts = [
            "0",
            "-0.00",
            "14.88",
            "-3.5",
            "123456789012345",
            "0.1",
            "99999999.9999999",
            "1e3",
            "+7",
            "12345678901234567.125e-3",
            ".5",
            "5.",
            "0.000000000000001",
            "1234567890.123456789",
            "900.7199254740993",
            ".9007199254740993",
        ];
        for text in texts {
            let want: f64 = text.parse::<f64>().unwrap() + 0.0;
            assert_eq!(parse(text.as_bytes(), b'.').map(f64::to_bits), Some(want.to_bits()), "{text}");
            let comma = text.replace('.', ",");
            assert_eq!(parse(comma.as_bytes(), b',').map(f64::to_bits), Some(want.to_bits()), "{comma}");
        }
        let mut state = 1u64;
        for _ in 0..20_000 {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            let text = format!("{}.{:02}", (state >> 33) % 10_000_000, (state >> 20) % 100);
            assert_eq!(parse(text.as_bytes(), b'.'), text.parse().ok(), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_amount() {
        for text in [
            "", "-", ".", "inf", "nan", "1e308", "1e16", "1,5", "1.2.3", "$5", "5-", "(5)", "0x10", "1_000",
            "--1", "e5",
        ] {
            assert_eq!(parse(text.as_bytes(), b'.'), None, "{text}");
        }
        assert_eq!(parse(b"1.5", b','), None);
    }

    #[test]
    fn what_cannot_be_read_looks_like_something() {
        for (text, point, size) in [
            ("1,238.75", b'.', Some(1238.75)),
            ("-5,165.84", b'.', Some(-5165.84)),
            ("$12.50", b'.', Some(12.5)),
            ("12,50", b'.', Some(12.5)),
            ("1,234", b'.', Some(1234.0)),
            ("1.234", b',', Some(1234.0)),
            ("1.234.567,89 EUR", b',', Some(1234567.89)),
            ("1\u{a0}238,75", b',', Some(1238.75)),
            ("(7.10)", b'.', Some(-7.1)),
            ("1'234.50 CHF", b'.', Some(1234.5)),
            ("n/a", b'.', None),
            ("50%", b'.', None),
            ("2023-01-02 10:00", b'.', None),
        ] {
            assert_eq!(looks_like(text, point), size, "{text}");
        }
    }

    #[test]
    fn explains_the_repair() {
        for (text, comma, words) in [
            ("$12.50", false, "currency sign"),
            ("12.50 EUR", false, "currency sign"),
            ("12,50", false, "--decimal-comma"),
            ("1,234.50", false, "thousands"),
            ("1 234", false, "thousands"),
            ("1.234,50", true, "thousands"),
            ("1\u{a0}238,75", true, "no-break"),
            ("1\u{202f}238,75", false, "--decimal-comma"),
            ("1.234", true, "--decimal-point"),
            ("inf", false, "not finite"),
            ("-Infinity", false, "not finite"),
            ("1e308", false, "too large"),
            ("(5.00)", false, "minus"),
            ("5%", false, "percentage"),
            ("n/a", false, "missing amount is not 0"),
        ] {
            assert!(explain(text, comma).contains(words), "{text}: {}", explain(text, comma));
        }
    }
}
