//! Values as they are typed: dates, shares, whole numbers, sizes.

use std::str::FromStr;

use jiff::civil::Date;

use crate::base::{Error, ErrorKind};

/// A calendar date.
pub(in crate::cli) fn date(text: &str) -> std::result::Result<Date, String> {
    text.parse().map_err(|_| format!("'{text}' is not a date; write it like 1997-09-30"))
}

/// A share: `40%`, or `0.4`.
pub(in crate::cli) fn share(text: &str) -> std::result::Result<f64, String> {
    let (number, percent) = match text.trim().strip_suffix('%') {
        Some(number) => (number, true),
        None => (text, false),
    };
    let found = number.trim().parse::<f64>().ok().filter(|share| share.is_finite());
    // 40% is the number that 0.4 is: the nearest one to forty hundredths.
    let found = found.map(|share| if percent { share / 100.0 } else { share });
    found.ok_or_else(|| format!("'{text}' is not a share: write 40% or 0.4"))
}

/// A value that is read as everywhere, with the message alone if it cannot be: clap names the option.
pub(in crate::cli) fn plain<T: FromStr<Err = Error>>(text: &str) -> std::result::Result<T, String> {
    text.parse().map_err(|error: Error| match error.into_kind() {
        ErrorKind::Option { message, .. } => message,
        other => other.to_string(),
    })
}

/// A whole number, also written `1e6` or `1_000_000` (a double up to 2^53).
pub(in crate::cli) fn whole(text: &str) -> std::result::Result<u64, String> {
    let digits = text.replace('_', "");
    let number: Option<f64> =
        digits.parse().ok().filter(|n: &f64| *n >= 0.0 && *n <= 9_007_199_254_740_992.0 && n.fract() == 0.0);
    let exact = digits.parse().ok().or(number.map(|n| n as u64));
    exact.ok_or_else(|| format!("'{text}' is not a whole number; write 1000000 or 1e6"))
}

/// A size in bytes: `500MB`, `2GB`, `1GiB`.
pub(in crate::cli) fn bytes(text: &str) -> std::result::Result<u64, String> {
    let wrong = || format!("'{text}' is not a size; write it like 500MB or 2GB");
    let digits = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    let number: f64 = text[..digits].parse().map_err(|_| wrong())?;
    let scale = match text[digits..].trim().to_ascii_lowercase().as_str() {
        "kb" | "k" => 1e3,
        "mb" | "m" => 1e6,
        "gb" | "g" => 1e9,
        "kib" => 1024.0,
        "mib" => 1024.0 * 1024.0,
        "gib" => 1024.0 * 1024.0 * 1024.0,
        _ => return Err(wrong()),
    };
    let size = number * scale;
    if size >= 1e6 { Ok(size as u64) } else { Err(format!("'{text}' is too little: at least 1MB is needed")) }
}
