//! Time and rates always carry their unit: what a period is, how long a horizon lasts, what a
//! discount rate means. Everything is parsed once, here, and converted once, here.
//!
//! One day is 1/7 week; a month is 365.25/12 days; a year 365.25 days.

mod drift;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::base::{Error, Result};
pub(crate) use calendar::days_since_1970;
pub use drift::DriftRate;

/// Days in a year, on average.
pub const DAYS_PER_YEAR: f64 = 365.25;

/// How time is written in summaries and model files. It never changes a forecast.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Unit {
    /// Days.
    Day,
    /// Weeks of 7 days (the default).
    #[default]
    Week,
    /// Months of 365.25/12 days.
    Month,
    /// Years of 365.25 days.
    Year,
}

impl Unit {
    /// All units, shortest first.
    pub const ALL: [Unit; 4] = [Unit::Day, Unit::Week, Unit::Month, Unit::Year];

    /// Its length \[days\].
    pub const fn days(self) -> f64 {
        match self {
            Unit::Day => 1.0,
            Unit::Week => 7.0,
            Unit::Month => DAYS_PER_YEAR / 12.0,
            Unit::Year => DAYS_PER_YEAR,
        }
    }

    /// Its name, as written in options and files.
    pub const fn name(self) -> &'static str {
        match self {
            Unit::Day => "day",
            Unit::Week => "week",
            Unit::Month => "month",
            Unit::Year => "year",
        }
    }

    /// What one writes behind a number: `12mo`, `39w`.
    pub const fn suffix(self) -> &'static str {
        match self {
            Unit::Day => "d",
            Unit::Week => "w",
            Unit::Month => "mo",
            Unit::Year => "y",
        }
    }

    fn from_suffix(text: &str) -> Option<Self> {
        Some(match text.to_ascii_lowercase().as_str() {
            "d" | "day" | "days" => Unit::Day,
            "w" | "wk" | "week" | "weeks" => Unit::Week,
            "mo" | "mon" | "month" | "months" => Unit::Month,
            "y" | "yr" | "year" | "years" => Unit::Year,
            _ => return None,
        })
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Unit {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        Unit::ALL
            .into_iter()
            .find(|unit| unit.name() == text)
            .ok_or_else(|| Error::option("--unit", format!("'{text}' is not one of day, week, month, year")))
    }
}

/// What counts as one purchase: all that a customer buys within one grain is one occasion. The finer is the less.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub enum Grain {
    /// Clock hours.
    Hour,
    /// Calendar days (the default).
    #[default]
    Day,
    /// Weeks from Monday to Sunday.
    Week,
    /// Calendar months.
    Month,
    /// Calendar years.
    Year,
}

impl Grain {
    /// All grains, finest first.
    pub const ALL: [Grain; 5] = [Grain::Hour, Grain::Day, Grain::Week, Grain::Month, Grain::Year];

    /// Its length \[days\]; a month counts as 365.25/12 days, a year as 365.25.
    pub const fn days(self) -> f64 {
        match self {
            Grain::Hour => 1.0 / 24.0,
            Grain::Day => 1.0,
            Grain::Week => 7.0,
            Grain::Month => DAYS_PER_YEAR / 12.0,
            Grain::Year => DAYS_PER_YEAR,
        }
    }

    /// Its name, as written in options and files.
    pub const fn name(self) -> &'static str {
        match self {
            Grain::Hour => "hour",
            Grain::Day => "day",
            Grain::Week => "week",
            Grain::Month => "month",
            Grain::Year => "year",
        }
    }

    /// The unit as long; of hours a day.
    pub(crate) fn unit(self) -> Unit {
        match self {
            Grain::Hour | Grain::Day => Unit::Day,
            Grain::Week => Unit::Week,
            Grain::Month => Unit::Month,
            Grain::Year => Unit::Year,
        }
    }

    /// `n` grains in units of `unit`, rounded once.
    pub fn in_units(self, n: i32, unit: Unit) -> f64 {
        let (numerator, denominator) = self.ratio(unit);
        f64::from(n) * numerator / denominator
    }

    /// Its length in a unit, as numerator and denominator.
    pub(crate) fn ratio(self, unit: Unit) -> (f64, f64) {
        // Exact small ratios where there are some, so that 7 days are 1 week and 12 months 1 year to the bit.
        match (self, unit) {
            (Grain::Hour, Unit::Day) => (1.0, 24.0),
            (Grain::Hour, Unit::Week) => (1.0, 168.0),
            (Grain::Hour, Unit::Month) => (1.0, 24.0 * Unit::Month.days()),
            (Grain::Hour, Unit::Year) => (1.0, 24.0 * DAYS_PER_YEAR),
            (Grain::Month, Unit::Month) => (1.0, 1.0),
            (Grain::Month, Unit::Year) => (1.0, 12.0),
            (Grain::Year, Unit::Month) => (12.0, 1.0),
            (Grain::Year, Unit::Year) => (1.0, 1.0),
            (grain, unit) => (grain.days(), unit.days()),
        }
    }
}

impl fmt::Display for Grain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Grain {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        Grain::ALL.into_iter().find(|grain| grain.name() == text).ok_or_else(|| {
            Error::option("--grain", format!("'{text}' is not one of hour, day, week, month, year"))
        })
    }
}

/// A length of time with its unit, such as `39w`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Duration {
    /// How many units; positive and finite.
    pub count: f64,
    /// The unit.
    pub unit: Unit,
}

impl Duration {
    /// Its length \[days\].
    pub fn days(self) -> f64 {
        self.count * self.unit.days()
    }

    /// Its length in another unit.
    pub fn in_units(self, unit: Unit) -> f64 {
        if unit == self.unit { self.count } else { self.days() / unit.days() }
    }
}

impl Duration {
    /// As people say it: `12 months`, `1 year`.
    pub fn in_words(self) -> String {
        let many = if self.count == 1.0 { "" } else { "s" };
        format!("{} {}{many}", self.count, self.unit)
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.count, self.unit.suffix())
    }
}

impl FromStr for Duration {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        parse_duration("duration", text)
    }
}

/// Whole months, or weeks and days, by the calendar.
mod calendar;

/// How far a forecast looks: a duration, or for ever.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Horizon {
    /// Until this long after the end of observation.
    Finite(Duration),
    /// Until the customer's last purchase.
    Infinite,
}

impl Horizon {
    /// Its length in a unit; infinite for [`Horizon::Infinite`].
    pub fn in_units(self, unit: Unit) -> f64 {
        match self {
            Horizon::Finite(duration) => duration.in_units(unit),
            Horizon::Infinite => f64::INFINITY,
        }
    }
}

impl Horizon {
    /// As people say it: `within 12 months`, `in all time to come`.
    pub fn in_words(self) -> String {
        match self {
            Horizon::Finite(duration) => format!("within {}", duration.in_words()),
            Horizon::Infinite => "in all time to come".to_owned(),
        }
    }
}

impl Default for Horizon {
    /// Twelve months.
    fn default() -> Self {
        Horizon::Finite(Duration { count: 12.0, unit: Unit::Month })
    }
}

impl fmt::Display for Horizon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Horizon::Finite(duration) => duration.fmt(f),
            Horizon::Infinite => f.write_str("inf"),
        }
    }
}

impl FromStr for Horizon {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        match text.trim().to_ascii_lowercase().as_str() {
            "inf" | "infinite" | "infinity" => Ok(Horizon::Infinite),
            _ => parse_duration("--horizon", text).map(Horizon::Finite),
        }
    }
}

fn parse_duration(option: &str, text: &str) -> Result<Duration> {
    let form = "write a number with its unit: 90d, 39w, 12mo or 2y";
    let text = text.trim();
    let (number, suffix) = split_number(text);
    let count: f64 = number.parse().map_err(|_| {
        Error::option(option, format!("'{text}' is not a length of time: a number is missing; {form}"))
    })?;
    if suffix.is_empty() {
        let message = format!("'{text}' has no unit: is it {number}d, {number}w, {number}mo or {number}y?");
        return Err(Error::option(option, message));
    }
    let unit = Unit::from_suffix(suffix).ok_or_else(|| {
        Error::option(
            option,
            format!("'{text}' has an unknown unit '{suffix}' (m alone is not taken for months); {form}"),
        )
    })?;
    if !(count.is_finite() && count > 0.0 && count * unit.days() <= 1e12) {
        return Err(Error::option(option, format!("'{text}' must be positive and finite; {form}")));
    }
    Ok(Duration { count, unit })
}

/// Splits `12mo` into `12` and `mo`; a sign, point or exponent belongs to the number.
fn split_number(text: &str) -> (&str, &str) {
    let bytes = text.as_bytes();
    let mut end = 0;
    while end < bytes.len() {
        let exponent = matches!(bytes[end], b'e' | b'E')
            && end > 0
            && bytes.get(end + 1).is_some_and(|c| c.is_ascii_digit() || matches!(c, b'+' | b'-'));
        match bytes[end] {
            b'0'..=b'9' | b'.' | b'+' | b'-' => end += 1,
            _ if exponent => end += 2,
            _ => break,
        }
    }
    (&text[..end], text[end..].trim())
}

/// A discount rate: how much less money is worth a year later.
///
/// Held as the continuous rate per year, `delta = ln(1 + annual effective rate)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DiscountRate {
    /// The rate as it was given, e.g. 10 for 10 %.
    percent: f64,
    /// The period it was given for.
    per: Unit,
}

impl DiscountRate {
    /// No discounting.
    pub const ZERO: DiscountRate = DiscountRate { percent: 0.0, per: Unit::Year };

    /// An effective rate of `percent` % per `per`.
    ///
    /// # Errors
    /// If it is negative or not finite.
    pub fn new(percent: f64, per: Unit) -> Result<Self> {
        if percent.is_finite() && percent >= 0.0 {
            return Ok(DiscountRate { percent, per });
        }
        Err(Error::option(
            "--discount",
            format!("the discount rate {percent}% must be finite and not negative"),
        ))
    }

    /// Continuous rate `delta` per `unit`: money `t` units away counts `exp(-delta t)`.
    pub fn continuous(self, unit: Unit) -> f64 {
        let per_given = (self.percent / 100.0).ln_1p();
        if unit == self.per { per_given } else { per_given * unit.days() / self.per.days() }
    }

    /// Effective rate per `unit`, e.g. 0.0080 per month.
    pub fn effective(self, unit: Unit) -> f64 {
        if unit == self.per { self.percent / 100.0 } else { self.continuous(unit).exp_m1() }
    }

    /// Is it a rate that people rarely mean (above 100 % a year)?
    pub fn is_suspicious(self) -> bool {
        self.effective(Unit::Year) > 1.0
    }
}

impl Default for DiscountRate {
    /// 10 % a year.
    fn default() -> Self {
        DiscountRate { percent: 10.0, per: Unit::Year }
    }
}

impl fmt::Display for DiscountRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.percent == 0.0 {
            return f.write_str("0");
        }
        let per = match self.per {
            Unit::Year => "yr",
            unit => unit.suffix(),
        };
        write!(f, "{}%/{per}", self.percent)
    }
}

impl FromStr for DiscountRate {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        let wrong = |what: &str| {
            let form = "write a percentage and its period: 10%/yr (annual effective), 0.8%/mo, or 0";
            Error::option("--discount", format!("the discount '{text}' {what}; {form}"))
        };
        let trimmed = text.trim();
        if trimmed.parse() == Ok(0.0) {
            return Ok(DiscountRate::ZERO);
        }
        let (number, rest) = split_number(trimmed);
        let percent: f64 = number.parse().map_err(|_| wrong("is not a rate"))?;
        let per = rest.strip_prefix('%').ok_or_else(|| wrong("has no % sign"))?.trim();
        let per = per.strip_prefix('/').ok_or_else(|| wrong("does not say per what"))?.trim();
        let per = Unit::from_suffix(per).ok_or_else(|| wrong("has an unknown period"))?;
        DiscountRate::new(percent, per).map_err(|_| wrong("must be finite and not negative"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_need_a_unit() {
        assert_eq!("12mo".parse::<Duration>().unwrap(), Duration { count: 12.0, unit: Unit::Month });
        assert_eq!("1e6d".parse::<Duration>().unwrap().days(), 1e6);
        assert_eq!("1.5 years".parse::<Duration>().unwrap().days(), 547.875);
        for bad in ["12", "12m", "mo", "-3w", "nan", "nand", "0w", "1e400d", ""] {
            assert!(bad.parse::<Duration>().is_err(), "{bad}");
        }
        assert!("90".parse::<Horizon>().unwrap_err().to_string().contains("90d, 90w"));
        assert_eq!("inf".parse::<Horizon>().unwrap(), Horizon::Infinite);
    }

    #[test]
    fn rates_convert_by_compounding() {
        let rate: DiscountRate = "10%/yr".parse().unwrap();
        let weekly = 1.1f64.ln() * 7.0 / 365.25;
        assert!((rate.continuous(Unit::Week) / weekly - 1.0).abs() < 1e-15);
        let monthly: DiscountRate = "1%/mo".parse().unwrap();
        assert!((monthly.effective(Unit::Year) - (1.01f64.powi(12) - 1.0)).abs() < 1e-15);
        assert_eq!("0".parse::<DiscountRate>().unwrap(), DiscountRate::ZERO);
        for bad in ["10", "10%", "0.1/yr", "-1%/yr", "10%/fortnight", "nan%/yr", "inf%/yr"] {
            assert!(bad.parse::<DiscountRate>().is_err(), "{bad}");
        }
    }

    #[test]
    fn grains_convert_exactly() {
        assert_eq!(Grain::Day.in_units(7, Unit::Week), 1.0);
        assert_eq!(Grain::Hour.in_units(24, Unit::Day), 1.0);
        assert_eq!(Grain::Month.in_units(12, Unit::Year), 1.0);
        assert_eq!(Grain::Year.in_units(3, Unit::Month), 36.0);
        assert_eq!(Grain::Week.in_units(3, Unit::Day), 21.0);
        // Ages in the unit of the grain are whole numbers, however large.
        for (grain, unit) in [
            (Grain::Day, Unit::Day),
            (Grain::Week, Unit::Week),
            (Grain::Month, Unit::Month),
            (Grain::Year, Unit::Year),
        ] {
            assert!((0..100_000).all(|n| grain.in_units(n, unit) == f64::from(n)), "{grain}");
        }
    }
}
