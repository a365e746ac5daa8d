//! Months instead of dates, as monthly aggregates have them.

use jiff::civil::{Date, DateTime};

use super::calendar::{Moment, date_of_day, day_of_civil};
use super::dates::{
    Precision,
    names::{Word, fold, meaning},
};
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

/// The first day of the month that a table with a row a month means. Wider than [`parse_month`], as there is no day that a
/// number could be: also a date, `202503`, `2025M03`, a name in another language, and two digits of a year behind a name,
/// as spreadsheets show months (`Mar-25`).
pub(crate) fn month_of_table(text: &str) -> Option<Date> {
    let text = text.trim();
    let date = || text.parse::<Date>().or_else(|_| text.parse::<DateTime>().map(DateTime::date)).ok();
    let plain = || parse_month(text.as_bytes()).map(|moment| date_of_day(moment.day));
    let (year, month) = match plain().or_else(date) {
        Some(date) => (date.year(), date.month()),
        None => in_figures(text).or_else(|| by_name(text))?,
    };
    Date::new(year, month, 1).ok()
}

/// `202503`, `2025M03`, `2025-M03`.
fn in_figures(text: &str) -> Option<(i16, i8)> {
    let (year, month) = text.is_char_boundary(4).then(|| text.split_at_checked(4)).flatten()?;
    let month = month.trim_start_matches('-').trim_start_matches(['M', 'm']);
    let whole = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let usable = whole(year) && month.len() == 2 && whole(month);
    let (year, month) = usable.then(|| year.parse().ok().zip(month.parse().ok())).flatten()?;
    ((1900..=2200).contains(&year) && (1..=12).contains(&month)).then_some((year, month))
}

/// A name and a year, of four digits or two.
fn by_name(text: &str) -> Option<(i16, i8)> {
    let sign = |c: char| matches!(c, '-' | '/' | ' ' | ',' | '.' | '\'' | '\u{2019}');
    let mut parts = text.split(sign).filter(|part| !part.is_empty());
    let (a, b) = (parts.next()?, parts.next()?);
    let (year, name) = if a.starts_with(|c: char| c.is_ascii_digit()) { (a, b) } else { (b, a) };
    let full: i16 = number(year.as_bytes())?.try_into().ok()?;
    // Two digits in front of a name are a day.
    let year = match year.len() {
        4 => full,
        2 if year == b => 2000 + full,
        _ => return None,
    };
    let name: String = name.chars().flat_map(fold).collect();
    match meaning(&name) {
        Some(Word::Month(month, _)) if parts.next().is_none() => Some((year, month as i8)),
        _ => None,
    }
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

    /// Seen to fail where only `parse_month` was asked.
    #[test]
    fn tables_of_months_say_them_in_more_ways() {
        for text in [
            "2025-03",
            "Mar 2025",
            "Mar-25",
            "March 25",
            "mar'25",
            "202503",
            "2025M03",
            "2025-M03",
            "2025-03-01",
            "2025-03-31 00:00:00",
            "März 2025",
            "marzo 2025",
            "mars-25",
            "3/2025",
        ] {
            let month = month_of_table(text).map(|date| date.to_string());
            assert_eq!(month.as_deref(), Some("2025-03-01"), "{text}");
        }
        for text in [
            "",
            "25-Mar",
            "march",
            "2025",
            "2025-13",
            "202513",
            "03/04/2025",
            "Q1 2025",
            "1 March 2025",
            "search",
        ] {
            assert_eq!(month_of_table(text), None, "{text}");
        }
    }
}
