//! Where a log is cut: origins, holdouts, and the window before each origin that baselines learn from.
//!
//! The last holdout ends at the end of observation, and earlier ones step back by the holdout's length, so
//! that no purchase is forecast twice. A holdout is a whole number of grains (days, for hours): an origin is
//! the last day of a grain, and no occasion lies on both sides of it.

use jiff::civil::Date;

use crate::base::{DAYS_PER_YEAR, Duration, Error, Grain, Result, Unit};
use crate::history::{SummaryMeta, first_grain, grain_start};

/// One origin with what follows and precedes it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window {
    /// The last date that a forecast may know.
    pub origin: Date,
    /// The last date of the holdout.
    pub end: Date,
    /// The last date of what baselines learn from to forecast up to the origin; `None` if the log begins later.
    pub earlier: Option<Date>,
}

/// All windows of a backtest.
#[derive(Debug, Clone, PartialEq)]
pub struct Windows {
    /// What counts as one purchase.
    pub grain: Grain,
    /// The unit of recency, T and horizon.
    pub unit: Unit,
    /// Length of a holdout \[grains\].
    pub length: i32,
    /// The earliest purchase of the log.
    pub first: Date,
    /// The windows, the earliest origin first.
    pub windows: Vec<Window>,
    /// How many origins were asked for and lie before the first purchase.
    pub too_early: usize,
}

impl Windows {
    /// Cuts the log described by `meta`. Without a `holdout` it is a third of the log, at most a year.
    ///
    /// # Errors
    /// If the log is shorter than the holdout, or the holdout shorter than what counts as one purchase.
    pub fn new(meta: &SummaryMeta, holdout: Option<Duration>, origins: usize) -> Result<Windows> {
        let (Some(grain), Some(end), Some(first)) = (meta.grain, meta.observed_until, meta.first_purchase)
        else {
            return Err(Error::option("--holdout", "there are no purchases to hold out"));
        };
        let step = if grain == Grain::Hour { Grain::Day } else { grain };
        let steps = match holdout {
            Some(holdout) => holdout.nearest(step.unit()).min(1e6) as i32,
            None => {
                let third = (first_grain(step, end) - first_grain(step, first)) / 3;
                third.min((DAYS_PER_YEAR / step.days()).floor() as i32).max(1)
            }
        };
        let asked = holdout.map_or_else(|| format!("{steps} {step}s"), |holdout| holdout.to_string());
        if steps < 1 {
            let message =
                format!("{asked} is shorter than a {step}, within which purchases are one (--grain)");
            return Err(Error::option("--holdout", message));
        }
        let cut = |k: i32| match k {
            0 => end,
            _ => last_day(step, first_grain(step, end) - k * steps),
        };
        if cut(1) <= first {
            let message = format!(
                "{asked} before the end leave nothing to fit: the log is from {first} to {end}. Use a shorter one"
            );
            return Err(Error::option("--holdout", message));
        }
        let (mut windows, mut too_early) = (Vec::new(), 0);
        for k in 1..=i32::try_from(origins).unwrap_or(i32::MAX).min(1000) {
            if cut(k) <= first {
                too_early = origins + 1 - k as usize;
                break;
            }
            let earlier = Some(cut(k + 1)).filter(|earlier| *earlier >= first);
            windows.push(Window { origin: cut(k), end: cut(k - 1), earlier });
        }
        windows.reverse();
        let per_step = if grain == Grain::Hour { 24 } else { 1 };
        let unit = meta.unit;
        Ok(Windows { grain, unit, length: steps * per_step, first, windows, too_early })
    }

    /// The holdout's length in the unit of recency and T.
    pub fn horizon(&self) -> f64 {
        self.grain.in_units(self.length, self.unit)
    }

    /// The last grain of a date.
    pub fn last_grain(&self, date: Date) -> i32 {
        first_grain(self.grain, date) + if self.grain == Grain::Hour { 23 } else { 0 }
    }

    /// The last day of a grain.
    pub fn last_day(&self, grain: i32) -> Date {
        if self.grain == Grain::Hour { grain_start(self.grain, grain) } else { last_day(self.grain, grain) }
    }

    /// The months of a holdout, by number since 1970-01, each with its last grain counted from the origin. A grain is
    /// of the month in which it begins.
    pub fn months(&self, origin: Date) -> Vec<(i32, i32)> {
        let last = self.last_grain(origin);
        let mut months: Vec<(i32, i32)> = Vec::new();
        for ahead in 1..=self.length {
            let month = first_grain(Grain::Month, grain_start(self.grain, last.saturating_add(ahead)));
            match months.last_mut() {
                Some((known, end)) if *known == month => *end = ahead,
                _ => months.push((month, ahead)),
            }
        }
        months
    }

    /// The date on which a customer of age `t` \[units\] at the origin was first seen.
    pub fn first_seen(&self, origin: Date, t: f64) -> Date {
        let age = (t / self.grain.in_units(1, self.unit)).round() as i32;
        grain_start(self.grain, self.last_grain(origin) - age)
    }
}

fn last_day(grain: Grain, index: i32) -> Date {
    let next = grain_start(grain, index.saturating_add(1));
    next.yesterday().unwrap_or(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meta(grain: Grain, first: &str, end: &str) -> SummaryMeta {
        SummaryMeta {
            grain: Some(grain),
            first_purchase: Some(first.parse().unwrap()),
            observed_until: Some(end.parse().unwrap()),
            ..SummaryMeta::default()
        }
    }

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn origins_step_back_by_the_holdout() {
        let windows =
            Windows::new(&meta(Grain::Day, "1997-01-01", "1998-06-30"), "39w".parse().ok(), 2).unwrap();
        assert_eq!((windows.length, windows.horizon()), (273, 39.0));
        let window = Window { origin: date("1997-09-30"), end: date("1998-06-30"), earlier: None };
        assert_eq!((windows.windows, windows.too_early), (vec![window], 1));
    }

    #[test]
    fn months_end_with_months() {
        let windows =
            Windows::new(&meta(Grain::Month, "2010-02-03", "2012-01-17"), "6mo".parse().ok(), 2).unwrap();
        let origins: Vec<_> = windows.windows.iter().map(|w| (w.earlier, w.origin, w.end)).collect();
        let (a, b) = (Some(date("2010-07-31")), Some(date("2011-01-31")));
        let expected =
            [(a, date("2011-01-31"), date("2011-07-31")), (b, date("2011-07-31"), date("2012-01-17"))];
        assert_eq!(origins, expected);
        assert_eq!(
            windows.first_seen(
                date("2011-01-31"),
                2.0 / windows.grain.in_units(1, Unit::Month) * windows.grain.in_units(1, Unit::Week)
            ),
            date("2010-11-01")
        );
    }

    #[test]
    fn months_of_a_holdout() {
        let months = |grain: Grain, holdout: &str| {
            let windows =
                Windows::new(&meta(grain, "1997-01-01", "1998-02-10"), holdout.parse().ok(), 1).unwrap();
            windows.months(windows.windows[0].origin)
        };
        // 42 days from 1997-12-31 on; weeks from the Monday of 1998-01-05 on.
        assert_eq!(months(Grain::Day, "42d"), [(335, 1), (336, 32), (337, 42)]);
        assert_eq!(months(Grain::Week, "6w"), [(336, 4), (337, 6)]);
    }

    #[test]
    fn too_long_a_holdout_is_refused() {
        let meta = meta(Grain::Day, "1997-01-01", "1997-06-30");
        assert!(Windows::new(&meta, "1y".parse().ok(), 1).unwrap_err().to_string().contains("shorter one"));
        assert_eq!(Windows::new(&meta, None, 1).unwrap().length, 60);
    }
}
