//! Months instead of dates, as monthly aggregates have them.

use super::calendar::{Moment, day_of_civil};
use super::dates::Precision;
use crate::base::Grain;

/// The finest grain for which dates of this precision will do.
pub(super) fn finest(precision: Precision) -> Grain {
    match precision {
        Precision::Day => Grain::Hour,
        Precision::Month => Grain::Month,
        Precision::Year => Grain::Year,
    }
}

/// A year of four digits and a month, in either order, in figures (`2019-01`, `1/2019`) or in English words (`Jan 2019`,
/// `2019-January`): the first day of the month.
pub(super) fn parse_month(text: &[u8]) -> Option<Moment> {
    let sign = |byte: &u8| matches!(byte, b'-' | b'/' | b' ' | b',');
    let mut parts = text.split(sign).filter(|part| !part.is_empty());
    let (a, b) = (parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let (year, month) = if a.len() == 4 && a[0].is_ascii_digit() { (a, b) } else { (b, a) };
    let year = number(year).filter(|_| year.len() == 4)?;
    let month = match month.len() {
        1 | 2 => number(month)?,
        _ => named(month)?,
    };
    day_of_civil(year as i32, month, 1).map(Moment::of_day)
}

fn number(digits: &[u8]) -> Option<u32> {
    let plain = digits.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(digits).ok().filter(|_| plain)?.parse().ok()
}

/// The number of a month by its name, whole or in its first letters.
fn named(name: &[u8]) -> Option<u32> {
    const NAMES: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let name = name.strip_suffix(b".").unwrap_or(name).to_ascii_lowercase();
    let is = |month: &str| name == month.as_bytes() || *name == month.as_bytes()[..3];
    let at = NAMES.iter().position(|month| is(month)).or((name == b"sept").then_some(8));
    at.map(|at| at as u32 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::read::calendar::date_of_day;

    #[test]
    fn months_are_read_where_they_are_clear() {
        for text in [
            "2019-02",
            "2019/2",
            "02/2019",
            "2-2019",
            "Feb 2019",
            "feb. 2019",
            "February, 2019",
            "2019 FEB",
            "Feb-2019",
        ] {
            let month = parse_month(text.as_bytes()).map(|moment| date_of_day(moment.day).to_string());
            assert_eq!(month.as_deref(), Some("2019-02-01"), "{text}");
        }
        for text in [
            "",
            "2019",
            "201902",
            "2019.02",
            "2019-13",
            "2019-0",
            "02-19",
            "Feb-19",
            "Feb 19 2019",
            "Foo 2019",
            "2019-2019",
        ] {
            assert_eq!(parse_month(text.as_bytes()), None, "{text}");
        }
    }
}
