//! What people mean by whole times: 365 days and 52 weeks are a year, 90 days and 13 weeks three months, and a year
//! is 52 weeks. The lengths that months and years have on the calendar decide, to a whole day or week.

use jiff::civil::Date;

use super::{Duration, Horizon, Unit};
use crate::base::{Error, Result};

/// A date as Arrow has it.
pub(crate) fn days_since_1970(date: Date) -> i32 {
    date.since(Date::constant(1970, 1, 1)).map_or(0, |span| span.get_days())
}

/// Days of twelve months that begin in March, the last one of a leap year's first.
const MONTHS: [u32; 12] = [31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 31, 28];
/// Months of 30 days are months, too, up to as many.
const OF_THIRTY: f64 = 11.0;
/// A ratio of units is exact to this.
const EXACT: f64 = 1e-9;

/// The shortest and longest that `n < 12` months in a row are \[days\].
fn lengths(n: usize) -> (f64, f64) {
    let days = |leap: u32, first: usize| -> u32 {
        (first..first + n).map(|i| MONTHS[i % 12] + if i % 12 == 11 { leap } else { 0 }).sum()
    };
    let all = (0..12).flat_map(|first| [days(0, first), days(1, first)]);
    let (least, most) = all.fold((u32::MAX, 0), |(least, most), days| (least.min(days), most.max(days)));
    (f64::from(least), f64::from(most))
}

impl Duration {
    /// How many of a unit this is, if it is a whole number of them, at least one, by the calendar: 12mo and 365d are a
    /// year (of 365 or 366 days), 52w too, 90d and 13w are three months, a month of 30 days is one, and 12mo are 52
    /// weeks, the nearest whole number.
    pub fn whole(self, unit: Unit) -> Option<f64> {
        let exact = self.in_units(unit);
        let nearest = exact.round();
        if nearest < 1.0 {
            return None;
        }
        if (exact - nearest).abs() <= EXACT * nearest {
            return Some(nearest);
        }
        let by_calendar = |unit| matches!(unit, Unit::Month | Unit::Year);
        match (by_calendar(self.unit), by_calendar(unit)) {
            (true, false) => (self.in_units(Unit::Month) - self.in_units(Unit::Month).round()).abs() <= EXACT,
            (false, true) => self.is_months(nearest * if unit == Unit::Year { 12.0 } else { 1.0 }),
            _ => false,
        }
        .then_some(nearest)
    }

    /// Are these days or weeks so many months? Years are 365 or 366 days, 52 weeks or, to a week, what they are.
    fn is_months(self, months: f64) -> bool {
        let (years, rest) = ((months / 12.0).floor(), (months % 12.0) as usize);
        let (least, most) = lengths(rest);
        let written = self.count.fract() == 0.0;
        if self.unit == Unit::Week && written {
            let (least, most) = (52.0 * years + (least / 7.0).round(), (366.0 * years + most) / 7.0);
            return (least..=most.round()).contains(&self.count);
        }
        let thirty = self.unit == Unit::Day && months <= OF_THIRTY && self.count == 30.0 * months;
        thirty || (365.0 * years + least..=366.0 * years + most).contains(&self.days())
    }

    /// The same, or, where it is none, the nearest number of them; at least 0.
    pub(crate) fn nearest(self, unit: Unit) -> f64 {
        self.whole(unit).unwrap_or_else(|| self.in_units(unit).round())
    }
}

impl Horizon {
    /// The same horizon as a whole number of a unit.
    ///
    /// # Errors
    /// If it is none by the calendar; `what` counts in such units.
    pub fn whole(self, unit: Unit, what: &str) -> Result<Horizon> {
        let Horizon::Finite(duration) = self else { return Ok(self) };
        if let Some(count) = duration.whole(unit) {
            return Ok(Horizon::Finite(Duration { count, unit }));
        }
        let exact = duration.in_units(unit);
        let (below, above, suffix) = (exact.floor(), exact.floor() + 1.0, unit.suffix());
        let or = if below >= 1.0 { format!("{below}{suffix} or ") } else { String::new() };
        let message = format!(
            "{duration} is {} {unit}s, no whole number of them, and {what} counts whole ones only: write {or}{above}{suffix}",
            crate::base::numbers::significant(exact, 3)
        );
        Err(Error::option("--horizon", message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn whole(text: &str, unit: Unit, expected: impl Into<Option<u32>>) {
        let found = text.parse::<Duration>().unwrap().whole(unit);
        assert_eq!(found, expected.into().map(f64::from), "{text} in {unit}s");
    }

    /// Seen to fail: with `floor` for all of it.
    #[test]
    fn whole_times_by_the_calendar() {
        use Unit::{Day, Month, Week, Year};
        for year in ["1y", "12mo", "365d", "366d", "365.25d", "52w"] {
            whole(year, Year, 1);
            whole(year, Month, 12);
        }
        for (text, years) in [("104w", 2), ("730d", 2), ("3y", 3), ("36mo", 3), ("3650d", 10), ("260w", 5)] {
            whole(text, Year, years);
            whole(text, Month, 12 * years);
        }
        for (text, months) in
            [("30d", 1), ("31d", 1), ("28d", 1), ("4w", 1), ("60d", 2), ("61d", 2), ("90d", 3)]
        {
            whole(text, Month, months);
        }
        for (text, months) in
            [("13w", 3), ("26w", 6), ("180d", 6), ("183d", 6), ("39w", 9), ("0.5y", 6), ("1.5y", 18)]
        {
            whole(text, Month, months);
        }
        for (text, unit) in [
            ("11mo", Year),
            ("18mo", Year),
            ("400d", Year),
            ("50w", Year),
            ("1d", Month),
            ("45d", Month),
            ("12w", Month),
        ] {
            whole(text, unit, None);
        }
        for (text, unit) in
            [("100d", Month), ("1d", Week), ("10d", Week), ("0.2w", Day), ("1.5mo", Week), ("1w", Year)]
        {
            whole(text, unit, None);
        }
        whole("12mo", Week, 52);
        whole("2mo", Week, 9);
        whole("1y", Day, 365);
        whole("2w", Day, 14);
        whole("21d", Week, 3);
        let error = "18mo".parse::<Horizon>().unwrap().whole(Year, "bg-bb").unwrap_err().to_string();
        assert!(error.contains("18mo is 1.5 years") && error.contains("write 1y or 2y"), "{error}");
        assert!(
            "11mo"
                .parse::<Horizon>()
                .unwrap()
                .whole(Year, "bg-bb")
                .unwrap_err()
                .to_string()
                .contains("write 1y")
        );
    }
}
