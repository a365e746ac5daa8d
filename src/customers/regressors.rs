//! Numbers of days that all customers share: whether there is a promotion, a price index, a holiday; and what each does to
//! rates of purchase.
//!
//! ```text
//! ln m(day) = ... + Σ β_j (value_j(day) − centre_j)
//! ```
//! A centre is the mean over the days that the effect was estimated from, so that an ordinary customer's rate keeps its
//! meaning whatever the scale of the column.

use std::sync::Arc;

use jiff::civil::Date;

use crate::base::{Error, Grain, Result};
use crate::history::{first_grain, grain_start};

/// Columns of numbers by day, known from one day to another without a gap.
#[derive(Debug, Clone, PartialEq)]
pub struct Regressors {
    names: Vec<String>,
    /// The first day of each span \[days since 1970\], ascending, with the numbers that hold until the next one.
    spans: Vec<(i32, Vec<f64>)>,
    /// The last day of the last span.
    until: i32,
}

/// Days since 1970.
fn number(date: Date) -> i32 {
    first_grain(Grain::Day, date)
}

impl Regressors {
    /// Of these columns: the first day of each span with its numbers, ascending, and the last day. Spans that say the same
    /// are one.
    pub fn new(names: Vec<String>, spans: impl IntoIterator<Item = (Date, Vec<f64>)>, until: Date) -> Self {
        let mut kept: Vec<(i32, Vec<f64>)> = Vec::new();
        for (from, values) in spans {
            if kept.last().is_none_or(|(_, last)| *last != values) {
                kept.push((number(from), values));
            }
        }
        Regressors { names, spans: kept, until: number(until) }
    }

    /// The columns' names.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The first day that is known.
    pub fn from(&self) -> Date {
        grain_start(Grain::Day, self.spans.first().map_or(self.until, |span| span.0))
    }

    /// The last one.
    pub fn until(&self) -> Date {
        grain_start(Grain::Day, self.until)
    }

    /// Spans of equal numbers: the first day of each.
    pub fn spans(&self) -> impl Iterator<Item = (Date, &[f64])> {
        self.spans.iter().map(|(from, values)| (grain_start(Grain::Day, *from), &values[..]))
    }

    /// The numbers of a day; `None` if they are not known.
    pub fn at(&self, day: Date) -> Option<&[f64]> {
        self.of_day(number(day))
    }

    fn of_day(&self, day: i32) -> Option<&[f64]> {
        let behind = self.spans.partition_point(|(from, _)| *from <= day);
        let at = behind.checked_sub(1).filter(|_| day <= self.until)?;
        Some(&self.spans[at].1)
    }

    /// Some of the columns.
    pub fn only(&self, columns: &[usize]) -> Self {
        let of = |values: &[f64]| columns.iter().map(|column| values[*column]).collect::<Vec<f64>>();
        let names = columns.iter().map(|column| self.names[*column].clone()).collect();
        Regressors::new(names, self.spans().map(|(from, values)| (from, of(values))), self.until())
    }

    /// Their means over weeks that are counted from a date: for purchases that are counted by week.
    pub fn weekly(&self, end: Date) -> Self {
        let end = number(end);
        let week = |last: i32| -> Option<(Date, Vec<f64>)> {
            let days: Vec<&[f64]> = (last - 6..=last).filter_map(|day| self.of_day(day)).collect();
            let mean =
                |column: usize| days.iter().map(|values| values[column]).sum::<f64>() / days.len() as f64;
            let first = grain_start(Grain::Day, last - 6);
            (!days.is_empty()).then(|| (first, (0..self.names.len()).map(mean).collect()))
        };
        let first = self.spans.first().map_or(self.until, |span| span.0);
        let start = end - 7 * ((end - first) / 7 + 1);
        let weeks = (start..=self.until + 6).step_by(7).filter_map(week);
        Regressors::new(self.names.clone(), weeks, self.until())
    }

    /// These columns beside others, on the days that both know.
    ///
    /// # Errors
    /// If two have one name, or no day is known of both.
    pub fn beside(&self, other: &Regressors) -> Result<Self> {
        if let Some(name) = self.names.iter().find(|name| other.names.contains(name)) {
            let message = format!("there are two columns '{name}': rename one");
            return Err(Error::option("--calendar", message));
        }
        let names = [&self.names[..], &other.names].concat();
        let until = self.until.min(other.until);
        let mut starts: Vec<i32> = self.spans.iter().chain(&other.spans).map(|span| span.0).collect();
        starts.sort_unstable();
        starts.dedup();
        let both = |day: &i32| Some([self.of_day(*day)?, other.of_day(*day)?].concat());
        let spans = starts.iter().filter(|day| **day <= until);
        let spans = spans.filter_map(|day| Some((grain_start(Grain::Day, *day), both(day)?)));
        let merged = Regressors::new(names, spans, grain_start(Grain::Day, until));
        if merged.spans.is_empty() {
            let message = format!(
                "it goes from {} to {}, and holidays are known from {} to {}",
                self.from(),
                self.until(),
                other.from(),
                other.until()
            );
            return Err(Error::option("--calendar", message));
        }
        Ok(merged)
    }

    /// The same with what a newer table says: of columns that it has, from its first day to its last; columns that it does
    /// not have stay, and end where they end.
    pub fn renewed(&self, newer: &Regressors) -> Self {
        // A table that ends before these begin says nothing of them.
        if self.spans.first().is_none_or(|(first, _)| newer.until + 1 < *first) {
            return self.clone();
        }
        let places: Vec<Option<usize>> =
            self.names.iter().map(|name| newer.names.iter().position(|other| other == name)).collect();
        let all = places.iter().all(Option::is_some);
        let until = if all { self.until.max(newer.until) } else { self.until };
        let mut starts: Vec<i32> = self.spans.iter().chain(&newer.spans).map(|span| span.0).collect();
        starts.extend([newer.until + 1, self.until + 1]);
        starts.retain(|day| *day <= until);
        starts.sort_unstable();
        starts.dedup();
        let known = |day: i32| -> Option<Vec<f64>> {
            let (own, other) = (self.of_day(day), newer.of_day(day));
            let one = |(column, place): (usize, &Option<usize>)| {
                let newer = place.and_then(|place| other.map(|values| values[place]));
                newer.or_else(|| own.map(|values| values[column]))
            };
            places.iter().enumerate().map(one).collect()
        };
        // What is known ends with the first day of which nothing is.
        let first_gap = starts.iter().copied().find(|day| *day > self.until && known(*day).is_none());
        let until = first_gap.map_or(until, |day| day - 1);
        let spans = starts.iter().filter(|day| **day <= until);
        let spans = spans.filter_map(|day| Some((grain_start(Grain::Day, *day), known(*day)?)));
        Regressors::new(self.names.clone(), spans, grain_start(Grain::Day, until))
    }
}

/// What one column does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Effect {
    /// `β`: what one more of it adds to `ln m`.
    pub slope: f64,
    /// Its standard error.
    pub error: f64,
    /// The mean over the days that it was estimated from.
    pub centre: f64,
}

/// Columns and what each does.
#[derive(Debug, Clone, PartialEq)]
pub struct Shared {
    /// The columns.
    pub regressors: Arc<Regressors>,
    /// Column by column.
    pub effects: Vec<Effect>,
    /// `ln` of the mean of their part of `m` over the days that the effects were estimated from: what days not known are taken
    /// for.
    pub unknown: f64,
}

impl Shared {
    /// What they add to `ln m` on a day; `None` if their numbers are not known.
    pub fn at(&self, day: Date) -> Option<f64> {
        self.regressors.at(day).map(|values| self.of(values))
    }

    fn of(&self, values: &[f64]) -> f64 {
        self.effects.iter().zip(values).map(|(effect, value)| effect.slope * (value - effect.centre)).sum()
    }

    /// With the mean over the days from one to another.
    pub fn seen(regressors: Arc<Regressors>, effects: Vec<Effect>, from: Date, to: Date) -> Self {
        let own = Shared { regressors, effects, unknown: 0.0 };
        let days = (number(from)..=number(to)).filter_map(|day| own.regressors.of_day(day));
        let (mut sum, mut n) = (0.0, 0.0);
        for values in days {
            sum += own.of(values).exp();
            n += 1.0;
        }
        Shared { unknown: if n > 0.0 { (sum / n).ln() } else { 0.0 }, ..own }
    }

    /// Effects so many times as far from others.
    pub fn beyond(&self, centre: &Shared, far: f64) -> Self {
        let moved = |own: f64, centre: f64| centre + far * (own - centre);
        let effects = self.effects.iter().zip(&centre.effects);
        let effects =
            effects.map(|(own, centre)| Effect { slope: moved(own.slope, centre.slope), ..*centre });
        Shared {
            regressors: centre.regressors.clone(),
            effects: effects.collect(),
            unknown: moved(self.unknown, centre.unknown),
        }
    }

    /// Does nothing change with them?
    pub fn is_none(&self) -> bool {
        self.effects.iter().all(|effect| effect.slope == 0.0)
    }

    /// # Errors
    /// If not all of these days are known: says which are missing.
    pub fn knows(&self, from: Date, to: Date) -> Result<()> {
        let (first, last) = (self.regressors.from(), self.regressors.until());
        if first <= from && to <= last {
            return Ok(());
        }
        let names = self.regressors.names().join(", ");
        let missing = match to > last {
            true => (from.max(last.tomorrow().unwrap_or(last)), to),
            false => (from, to.min(first.yesterday().unwrap_or(first))),
        };
        let message = format!(
            "{names}: known from {first} to {last}; missing are {} to {}. Add rows for these days (what is planned, or what you \
             assume), or look less far ahead",
            missing.0, missing.1
        );
        Err(Error::option("--calendar", message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn of(names: &[&str], rows: &[(&str, &[f64])], until: &str) -> Regressors {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        Regressors::new(names, rows.iter().map(|(from, values)| (date(from), values.to_vec())), date(until))
    }

    /// By hand: what is newer holds on its days; a column that it lacks ends where it ended; a gap is not bridged.
    #[test]
    fn newer_tables_take_the_place_of_older_ones() {
        let own = of(&["a", "b"], &[("2024-01-01", &[1.0, 5.0]), ("2024-01-05", &[0.0, 6.0])], "2024-01-10");
        let newer =
            of(&["b", "a"], &[("2024-01-04", &[7.0, 1.0]), ("2024-01-12", &[8.0, 0.0])], "2024-01-20");
        let all = own.renewed(&newer);
        let at = |text: &str| all.at(date(text)).map(<[f64]>::to_vec);
        assert_eq!(at("2024-01-03"), Some(vec![1.0, 5.0]));
        assert_eq!(at("2024-01-11"), Some(vec![1.0, 7.0]));
        assert_eq!(at("2024-01-20"), Some(vec![0.0, 8.0]));
        assert_eq!(at("2024-01-21"), None);

        let part = own.renewed(&of(&["a"], &[("2024-01-02", &[3.0])], "2024-01-20"));
        assert_eq!(part.until(), date("2024-01-10"));
        assert_eq!(part.at(date("2024-01-06")), Some(&[3.0, 6.0][..]));

        let late = own.renewed(&of(&["a", "b"], &[("2024-01-15", &[3.0, 3.0])], "2024-01-20"));
        assert_eq!((late.until(), late.at(date("2024-01-12"))), (date("2024-01-10"), None));
        let early = own.renewed(&of(&["a", "b"], &[("2023-01-01", &[3.0, 3.0])], "2023-02-01"));
        assert_eq!(early, own);
    }

    /// By hand: columns side by side, on days that both know.
    #[test]
    fn tables_stand_side_by_side() {
        let one = of(&["a"], &[("2024-01-01", &[1.0]), ("2024-01-05", &[0.0])], "2024-01-10");
        let two = of(&["b"], &[("2024-01-03", &[2.0]), ("2024-01-05", &[3.0])], "2024-01-20");
        let both = one.beside(&two).unwrap();
        assert_eq!((both.from(), both.until()), (date("2024-01-03"), date("2024-01-10")));
        assert_eq!(both.at(date("2024-01-04")), Some(&[1.0, 2.0][..]));
        assert_eq!(both.at(date("2024-01-05")), Some(&[0.0, 3.0][..]));
        assert!(one.beside(&one).unwrap_err().to_string().contains("two columns 'a'"));
        let mean = one.weekly(date("2024-01-07"));
        assert_eq!(mean.at(date("2024-01-02")), Some(&[4.0 / 7.0][..]));
        assert_eq!(mean.at(date("2024-01-08")), Some(&[0.0][..]));
    }
}
