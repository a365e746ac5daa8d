//! Numbers in words, as people write them.

/// A p-value with its sign: `= 0.012`, or `below 1e-15`, where no approximation holds any more.
pub(crate) fn p_value(p: f64) -> String {
    if p < 1e-15 { "below 1e-15".to_owned() } else { format!("= {}", significant(p, 2)) }
}

/// `value` with `digits` significant digits, without superfluous zeros, as people write numbers.
pub fn significant(value: f64, digits: usize) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    if !value.is_finite() {
        return format!("{value}");
    }
    let exponent = value.abs().log10().floor() as i32;
    if !(-5..15).contains(&exponent) {
        return format!("{value:.*e}", digits - 1);
    }
    let decimals = (digits as i32 - 1 - exponent).max(0) as usize;
    let text = format!("{value:.decimals$}");
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

/// A number with thousands separators and fixed decimals.
pub fn grouped(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut out = String::new();
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    let sign = if value < 0.0 && text.chars().any(|c| ('1'..='9').contains(&c)) { "-" } else { "" };
    format!("{sign}{out}{rest}")
}

/// A difference with its sign and fixed decimals; what is rounded to nothing has no minus.
pub fn signed(value: f64, decimals: usize) -> String {
    let text = format!("{value:+.decimals$}");
    match text.strip_prefix('-') {
        Some(digits) if !digits.contains(|c: char| c != '0' && c != '.') => digits.to_owned(),
        _ => text,
    }
}

/// A count with thousands separators.
pub fn count(n: u64) -> String {
    grouped(n as f64, 0)
}

/// So many of something, whose word is that of one: `1 row`, `2 rows`.
pub fn things(n: u64, one: &str) -> String {
    format!("{} {one}{}", count(n), if n == 1 { "" } else { "s" })
}

/// The months of a year.
pub const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_people_write_them() {
        assert_eq!([0, 1, 1234].map(|n| things(n, "row")), ["0 rows", "1 row", "1,234 rows"]);
        assert_eq!(significant(0.242594512, 6), "0.242595");
        assert_eq!(significant(4.4136019, 6), "4.4136");
        assert_eq!(significant(1234567.0, 6), "1234567");
        assert_eq!(significant(3e-8, 3), "3.00e-8");
        assert_eq!(significant(0.0, 3), "0");
        assert_eq!(significant(-0.0, 3), "0");
        assert_eq!(grouped(-0.0, 1), "0.0");
        assert_eq!([-0.04, 0.04, -0.06, f64::NAN].map(|x| signed(x, 1)), ["0.0", "+0.0", "-0.1", "NaN"]);
        assert_eq!(grouped(1234567.891, 2), "1,234,567.89");
        assert_eq!(grouped(-999.999, 2), "-1,000.00");
        assert_eq!(count(541909), "541,909");
    }
}
