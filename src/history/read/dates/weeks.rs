//! Weeks by their numbers (ISO 8601): `2024-W05`, `2024W05`, `2024-W05-3`.

use jiff::civil::{ISOWeekDate, Weekday};

use crate::history::read::calendar::{Moment, day_of_date};

/// The day that is meant, or the Monday of the week.
pub(crate) fn iso_week(text: &str) -> Option<Moment> {
    let (year, week) = text.split_once(['W', 'w'])?;
    let year: i16 =
        year.strip_suffix('-').unwrap_or(year).parse().ok().filter(|year| (1900..2200).contains(year))?;
    let (week, day) = match week.as_bytes() {
        [_, _] => (week, 1),
        [_, _, b'-', day @ b'1'..=b'7'] => (&week[..2], day - b'0'),
        _ => return None,
    };
    let week: i8 = week.parse().ok().filter(|week: &i8| *week > 0)?;
    let weekday = Weekday::from_monday_one_offset(day as i8).ok()?;
    let date = ISOWeekDate::new(year, week, weekday).ok()?.date();
    Some(Moment::of_day(day_of_date(date)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first weeks of 2024 and 2021, the last of 2020, and what is none (ISO 8601-1:2019, 5.2.3).
    #[test]
    fn weeks_begin_on_mondays() {
        let day = |text: &str| iso_week(text).map(|moment| moment.day);
        let date = |year, month, date| Some(day_of_date(jiff::civil::date(year, month, date)));
        assert_eq!(day("2024-W01"), date(2024, 1, 1));
        assert_eq!(day("2024W05"), date(2024, 1, 29));
        assert_eq!(day("2021-W01-7"), date(2021, 1, 10));
        assert_eq!(day("2020-w53"), date(2020, 12, 28));
        for text in ["2021-W53", "2024-W00", "2024-W5", "W05", "2024-W05-8", "x2024-W05"] {
            assert_eq!(day(text), None, "{text}");
        }
    }
}
