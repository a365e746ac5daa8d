//! Days and grains since 1970 as plain integers: what the row loop works with.

use jiff::civil::Date;

use crate::base::Grain;

/// A point in civil time, as the clock showed it that wrote the row: an offset from UTC is known of, but moves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment {
    /// Days since 1970-01-01.
    pub day: i32,
    /// Seconds since midnight.
    pub second: i32,
    /// Billionths of a second since then.
    pub nano: u32,
    /// How far the clock is ahead of UTC \[seconds\], or [`CIVIL`](Moment::CIVIL).
    pub offset: i32,
}

impl Moment {
    /// The offset where none is given.
    pub const CIVIL: i32 = i32::MIN;

    /// The beginning of a day.
    #[inline]
    pub const fn of_day(day: i32) -> Self {
        Moment { day, second: 0, nano: 0, offset: Moment::CIVIL }
    }

    /// From seconds since 1970, on no clock in particular.
    pub fn from_seconds(seconds: i64) -> Option<Self> {
        let day = i32::try_from(seconds.div_euclid(86_400)).ok()?;
        Some(Moment { second: seconds.rem_euclid(86_400) as i32, ..Moment::of_day(day) })
    }

    /// Is it another day in UTC?
    pub fn is_other_day_in_utc(self) -> bool {
        self.offset != Moment::CIVIL && !(0..86_400).contains(&(self.second - self.offset))
    }

    /// Seconds since its grain began: of moments within one grain, the earlier has the fewer.
    pub fn in_grain(self, grain: Grain) -> u32 {
        let days = match grain {
            Grain::Hour | Grain::Day => 0,
            Grain::Week => (self.day + 3).rem_euclid(7),
            Grain::Month => civil_of_day(self.day).2 as i32 - 1,
            Grain::Year => self.day - day_of_civil(civil_of_day(self.day).0, 1, 1).unwrap_or(self.day),
        };
        (days * 86_400 + self.second) as u32
    }

    /// The index of its grain since 1970. Weeks begin on Monday: week 0 is that of 1969-12-29.
    #[inline]
    pub fn grain(self, grain: Grain) -> i32 {
        match grain {
            Grain::Hour => self.day * 24 + self.second / 3600,
            Grain::Day => self.day,
            Grain::Week => (self.day + 3).div_euclid(7),
            Grain::Month => {
                let (year, month, _) = civil_of_day(self.day);
                (year - 1970) * 12 + month as i32 - 1
            }
            Grain::Year => civil_of_day(self.day).0 - 1970,
        }
    }
}

/// Days since 1970 of a date of the Gregorian calendar; `None` if there is no such day.
#[inline]
pub(crate) fn day_of_civil(year: i32, month: u32, day: u32) -> Option<i32> {
    const DAYS: [u32; 13] = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    if !(1..=12).contains(&month) || day == 0 {
        return None;
    }
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    if day > DAYS[month as usize] + u32::from(month == 2 && leap) {
        return None;
    }
    // Years from March on, so that the leap day is the last day of a year (H. Hinnant, days_from_civil).
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = ((153 * ((month as i32 + 9) % 12) + 2) / 5) + day as i32 - 1;
    Some(era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468)
}

/// Year, month and day of a day since 1970.
pub(crate) fn civil_of_day(day: i32) -> (i32, u32, u32) {
    let days = i64::from(day) + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year as i32, month as u32, (of_year - (153 * shifted + 2) / 5 + 1) as u32)
}

/// Days since 1970 of a date.
pub(crate) fn day_of_date(date: Date) -> i32 {
    day_of_civil(i32::from(date.year()), date.month() as u32, date.day() as u32)
        .expect("a Date is a day of the calendar")
}

/// The date of a day since 1970, kept within what a `Date` can hold.
pub(crate) fn date_of_day(day: i32) -> Date {
    let (year, month, day) = civil_of_day(day);
    let year = year.clamp(-9999, 9999) as i16;
    Date::new(year, month as i8, day as i8).unwrap_or(Date::ZERO)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_agree_with_jiff_and_come_back() {
        let first = Date::new(1600, 1, 1).unwrap();
        for (n, date) in first.series(jiff::Span::new().days(1)).take(300_000).enumerate() {
            let day = day_of_date(date);
            assert_eq!(day, n as i32 - 135_140, "{date}");
            assert_eq!(date_of_day(day), date);
        }
        for (y, m, d) in
            [(2023, 2, 29), (2100, 2, 29), (2023, 13, 1), (2023, 0, 1), (2023, 4, 31), (2023, 1, 0)]
        {
            assert_eq!(day_of_civil(y, m, d), None);
        }
    }

    #[test]
    fn grains_begin_where_they_should() {
        let at = |y, m, d, second| Moment { second, ..Moment::of_day(day_of_civil(y, m, d).unwrap()) };
        assert_eq!(at(1970, 1, 1, 3600).grain(Grain::Hour), 1);
        assert_eq!(at(1970, 1, 4, 0).grain(Grain::Week), 0); // a Sunday
        assert_eq!(at(1970, 1, 5, 0).grain(Grain::Week), 1); // a Monday
        assert_eq!(at(1969, 12, 28, 0).grain(Grain::Week), -1);
        assert_eq!(at(2023, 3, 31, 0).grain(Grain::Month), 53 * 12 + 2);
        assert_eq!(at(2023, 12, 31, 0).grain(Grain::Year), 53);
        assert_eq!(at(1969, 12, 31, 0).grain(Grain::Year), -1);
        let later = at(2024, 3, 6, 7).in_grain(Grain::Week); // a Wednesday
        assert_eq!((later, at(2024, 3, 6, 7).in_grain(Grain::Day)), (2 * 86_400 + 7, 7));
        assert_eq!(at(2024, 3, 6, 7).in_grain(Grain::Month), 5 * 86_400 + 7);
        assert_eq!(at(2024, 3, 6, 7).in_grain(Grain::Year), 65 * 86_400 + 7);
    }
}
