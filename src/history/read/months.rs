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

/// A year of four digits and a month, in either order, in figures (`2019-01`, `1/2019`, `01.2019`, `201901`, `2019-M01`,
/// `2019年1月`) or in words (`Jan 2019`, `2019-January`, `stycznia 2019`; with these the year may have two digits, `Jan-19`):
/// the first day of the month.
pub(super) fn parse_month(text: &[u8]) -> Option<Moment> {
    let first = |year: u32, month: u32| {
        let year = Some(year as i32).filter(|year| (1900..=2100).contains(year))?;
        day_of_civil(year, month, 1).map(Moment::of_day)
    };
    if text.len() == 6 && text.iter().all(u8::is_ascii_digit) {
        return first(number(&text[..4])?, number(&text[4..])?);
    }
    let text = std::str::from_utf8(text).ok()?;
    // Statistics write an M before the month.
    let behind =
        text.get(4..).map(|rest| rest.trim_start_matches('-')).and_then(|rest| rest.strip_prefix('M'));
    if let (Some(month), Some(year)) = (behind.filter(|month| month.len() <= 2), text.get(..4)) {
        return first(number(year.as_bytes())?, number(month.as_bytes())?);
    }
    let sign = |c: char| matches!(c, '-' | '/' | ' ' | ',' | '.' | '年' | '月' | '년' | '월' | '\u{a0}');
    let mut parts = text.split(sign).filter(|part| !part.is_empty());
    let (a, b) = (parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let leads = a.len() == 4 && a.starts_with(|c: char| c.is_ascii_digit());
    let (year, month) = if leads { (a, b) } else { (b, a) };
    let digits = year.len();
    let year = number(year.as_bytes())?;
    match (digits, named(month)) {
        (4, Some(month)) => first(year, month),
        // What is later than this century's first half is of the last one.
        (2, Some(month)) => first(year + if year < 69 { 2000 } else { 1900 }, month),
        (4, None) if month.len() <= 2 => first(year, number(month.as_bytes())?),
        _ => None,
    }
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

/// Those names of columns that are months, or years where these are asked for: which, and the first days.
pub(crate) fn periods(names: &[String], grain: Grain) -> Vec<(usize, String)> {
    let year = |name: &str| {
        let year: i16 = name.parse().ok().filter(|year| (1900..=2100).contains(year))?;
        Date::new(year, 1, 1).ok()
    };
    let first = |name: &String| match grain {
        Grain::Year => year(name.trim()),
        // Another day than the first is a date of a row, not the name of a column.
        _ => month_of_table(name)
            .filter(|_| name.trim().parse::<Date>().is_ok_and(|date| date.day() == 1) || !is_date(name)),
    };
    let all = names.iter().enumerate();
    let found: Vec<(usize, String)> =
        all.filter_map(|(at, name)| first(name).map(|date| (at, date.to_string()))).collect();
    let twice = found.iter().any(|(_, date)| found.iter().filter(|(_, other)| other == date).count() > 1);
    if twice { Vec::new() } else { found }
}

/// Is it a whole date?
fn is_date(text: &str) -> bool {
    text.trim().parse::<Date>().is_ok() || text.trim().parse::<DateTime>().is_ok()
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

/// The number of a month by its name, whole or abbreviated.
fn named(name: &str) -> Option<u32> {
    let name: String = name.chars().flat_map(fold).filter(|c| *c != '.').collect();
    match meaning(&name)? {
        Word::Month(month, _) => Some(month),
        _ => None,
    }
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
            "février 2019",
            "Февраль 2019",
            "luty 2019",
            "2019 lutego",
            "201902",
            "2019.02",
            "02.2019",
            "Feb-19",
            "2019-M02",
            "2019M02",
            "2019年2月",
            "2019년 2월",
        ] {
            let month = parse_month(text.as_bytes()).map(|moment| date_of_day(moment.day).to_string());
            assert_eq!(month.as_deref(), Some("2019-02-01"), "{text}");
        }
        for text in ["", "2019", "2019-13", "2019-0", "02-19", "Feb 19 2019", "Foo 2019", "2019-2019"] {
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
