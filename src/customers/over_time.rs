//! What is known of single customers over time: numbers of each (mails received, a price level, the season of a shop) that
//! hold from one day until another.
//!
//! Each multiplies the rates of its customer while it holds, `m(t) = exp(γ'z(t))` the rate of purchases and
//! `c(t) = exp(δ'z(t))` that of leaving:
//! ```text
//! A(t) = ∫_0^t m    what of purchases is counted in place of age
//! C(t) = ∫_0^t c    the same of leaving, its cumulated hazard
//! ```
//! Numbers are kept as stretches on which nothing changes, as many as a customer has; customers of whom the same is known
//! share them ([`Known`]), so that what is kept grows with what differs and never with customers times weeks.
//!
//! A purchase has a date and no hour. By default it stands at the end of its day, as everywhere here and as in `--calendar`:
//! between purchases on days `b` and `t` lie the days `b + 1` to `t`. CLVTools lets it stand at the beginning, so that the
//! days `b` to `t − 1` lie between; [`Within`] says which. Either way a purchase itself falls under what is known of its day.
//!
//! Checked by: tests/fits/time_covariates.rs.

use jiff::civil::Date;
use rustc_hash::FxHashMap;

use crate::base::{Error, Grain, Result};
use crate::history::{first_grain, grain_start};

/// Where in its day a purchase is taken to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Within {
    /// At the end, as for rates that all customers share.
    #[default]
    End,
    /// At the beginning, as CLVTools has it.
    Start,
}

impl Within {
    /// Its name in files.
    pub fn name(self) -> &'static str {
        match self {
            Within::End => "end",
            Within::Start => "start",
        }
    }

    /// The first day that counts behind a purchase on this one.
    fn first(self, day: i32) -> i32 {
        match self {
            Within::End => day + 1,
            Within::Start => day,
        }
    }
}

/// Numbers from one day to another without a gap.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    /// The first day of each stretch \[days since 1970\], ascending, with the numbers that hold until the next.
    stretches: Vec<(i32, Vec<f64>)>,
    /// The last day of the last one.
    until: i32,
}

impl Known {
    /// The numbers of a day; `None` if they are not known.
    pub fn at(&self, day: i32) -> Option<&[f64]> {
        let behind = self.stretches.partition_point(|(from, _)| *from <= day);
        let at = behind.checked_sub(1).filter(|_| day <= self.until)?;
        Some(&self.stretches[at].1)
    }

    /// Stretches of the life of who first bought on a day: the age at which each begins \[units of so many days\], the first
    /// 0, with its numbers. The last of them holds for ever.
    pub fn since(&self, born: i32, within: Within, unit: f64) -> impl Iterator<Item = (f64, &[f64])> {
        let first = within.first(born);
        let at = self.stretches.partition_point(|(from, _)| *from <= first).saturating_sub(1);
        let age = move |from: i32| f64::from((from - first).max(0)) / unit;
        self.stretches[at..].iter().map(move |(from, values)| (age(*from), &values[..]))
    }

    /// The days that are not known of the days that count between two purchases, or a purchase and a day that is looked to.
    pub fn missing(&self, born: i32, to: i32, within: Within) -> Option<(Date, Date)> {
        let (from, to) = (within.first(born), within.first(to) - 1);
        let date = |day: i32| grain_start(Grain::Day, day);
        let first = self.stretches.first().map_or(i32::MAX, |(from, _)| *from);
        match () {
            () if from > to => None,
            () if first > from => Some((date(from), date(to.min(first - 1)))),
            () if self.until < to => Some((date(from.max(self.until + 1)), date(to))),
            () => None,
        }
    }
}

/// Columns of numbers of customers over time.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OverTime {
    names: Vec<String>,
    known: Vec<Known>,
    of: FxHashMap<String, u32>,
    numbers: FxHashMap<Vec<u64>, u32>,
}

impl OverTime {
    /// Of these columns, and of no customer yet.
    pub fn new(names: Vec<String>) -> Self {
        OverTime { names, ..OverTime::default() }
    }

    /// Adds a customer: the first day of each row with its numbers, ascending, and the last day of the last row. Rows that
    /// say the same are one stretch.
    pub fn add(&mut self, id: &str, rows: impl IntoIterator<Item = (Date, Vec<f64>)>, until: Date) {
        let mut stretches: Vec<(i32, Vec<f64>)> = Vec::new();
        for (from, values) in rows {
            if stretches.last().is_none_or(|(_, last)| *last != values) {
                stretches.push((first_grain(Grain::Day, from), values));
            }
        }
        let until = first_grain(Grain::Day, until);
        let all = stretches.iter().flat_map(|(from, values)| {
            std::iter::once(*from as u64).chain(values.iter().map(|value| value.to_bits()))
        });
        let key = std::iter::once(until as u64).chain(all).collect();
        let next = self.known.len() as u32;
        let number = *self.numbers.entry(key).or_insert(next);
        if number == next {
            self.known.push(Known { stretches, until });
        }
        self.of.insert(id.to_owned(), number);
    }

    /// The columns' names.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Which of [`OverTime::known`] a customer has.
    pub fn number(&self, id: &str) -> Option<u32> {
        self.of.get(id).copied()
    }

    /// All that is known of customers, each once.
    pub fn known(&self) -> &[Known] {
        &self.known
    }

    /// These columns of it, in this order.
    ///
    /// # Errors
    /// If one is missing.
    pub fn only(&self, names: &[String]) -> Result<Self> {
        let place = |name: &String| {
            self.names.iter().position(|own| own == name).ok_or_else(|| {
                let message = format!(
                    "the model follows {}, and the file has no column '{name}': its columns are {}",
                    names.join(", "),
                    self.names.join(", ")
                );
                Error::option(OPTION, message)
            })
        };
        let places = names.iter().map(place).collect::<Result<Vec<_>>>()?;
        if places.iter().enumerate().all(|(i, place)| i == *place) && places.len() == self.names.len() {
            return Ok(self.clone());
        }
        let of = |values: &[f64]| places.iter().map(|place| values[*place]).collect::<Vec<f64>>();
        let known = |own: &Known| Known {
            stretches: own.stretches.iter().map(|(from, values)| (*from, of(values))).collect(),
            until: own.until,
        };
        let known = self.known.iter().map(known).collect();
        Ok(OverTime { names: names.to_vec(), known, of: self.of.clone(), numbers: FxHashMap::default() })
    }

    /// What is known of a customer who first bought on a day, up to another.
    ///
    /// # Errors
    /// If there are days of which nothing is known: says which.
    pub fn of(&self, id: &str, (born, to): (i32, i32), within: Within) -> Result<u32> {
        let missing = match self.number(id) {
            None => {
                let (from, to) = (grain_start(Grain::Day, born), grain_start(Grain::Day, to));
                let message = format!(
                    "customer '{id}' is not in the file: add rows from {from} (the first purchase) to {to}"
                );
                return Err(Error::option(OPTION, message));
            }
            Some(number) => match self.known[number as usize].missing(born, to, within) {
                None => return Ok(number),
                Some(missing) => missing,
            },
        };
        let message = format!(
            "customer '{id}': {} to {} are missing. Add rows for these days (of days to come what is planned, or what you \
             assume), or look less far ahead",
            missing.0, missing.1
        );
        Err(Error::option(OPTION, message))
    }
}

/// The option that gives it.
pub(crate) const OPTION: &str = "--time-covariates";

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn day(text: &str) -> i32 {
        first_grain(Grain::Day, date(text))
    }

    fn sample() -> OverTime {
        let mut all = OverTime::new(vec!["mails".to_owned(), "price".to_owned()]);
        let rows = |first: f64| {
            [("2024-01-01", first, 5.0), ("2024-01-08", 1.0, 5.0), ("2024-01-15", 1.0, 5.0)]
                .map(|(from, mails, price)| (date(from), vec![mails, price]))
        };
        all.add("a", rows(0.0), date("2024-01-21"));
        all.add("b", rows(0.0), date("2024-01-21"));
        all.add("c", rows(2.0), date("2024-01-21"));
        all
    }

    /// By hand.
    #[test]
    fn stretches_of_a_life() {
        let all = sample();
        assert_eq!((all.known().len(), all.number("b"), all.number("d")), (2, Some(0), None));
        let known = &all.known()[0];
        let ages =
            |born: &str, within| known.since(day(born), within, 7.0).map(|(age, _)| age).collect::<Vec<_>>();
        assert_eq!(ages("2024-01-03", Within::End), [0.0, 4.0 / 7.0]);
        assert_eq!(ages("2024-01-03", Within::Start), [0.0, 5.0 / 7.0]);
        // The day behind this one is the first of the second stretch.
        assert_eq!(ages("2024-01-07", Within::End), [0.0]);
        assert_eq!(ages("2024-01-07", Within::Start), [0.0, 1.0 / 7.0]);
        assert_eq!(known.at(day("2024-01-07")), Some(&[0.0, 5.0][..]));
        assert_eq!(known.at(day("2024-01-22")), None);
        let swapped = all.only(&["price".to_owned(), "mails".to_owned()]).unwrap();
        assert_eq!(swapped.known()[1].at(day("2024-01-02")), Some(&[5.0, 2.0][..]));
    }

    /// By hand: what is said of days that are not known.
    #[test]
    fn missing_days_are_named() {
        let all = sample();
        let of = |id: &str, from: &str, to: &str, within| {
            all.of(id, (day(from), day(to)), within).map_err(|e| e.to_string())
        };
        assert_eq!(of("a", "2024-01-01", "2024-01-21", Within::End), Ok(0));
        assert_eq!(of("a", "2024-01-01", "2024-01-22", Within::Start), Ok(0));
        let words = of("a", "2024-01-01", "2024-01-30", Within::End).unwrap_err();
        assert!(words.contains("customer 'a': 2024-01-22 to 2024-01-30 are missing"), "{words}");
        let words = of("c", "2023-12-24", "2024-01-10", Within::Start).unwrap_err();
        assert!(words.contains("customer 'c': 2023-12-24 to 2023-12-31 are missing"), "{words}");
        let words = of("d", "2024-01-01", "2024-01-10", Within::End).unwrap_err();
        assert!(words.contains("customer 'd' is not in the file"), "{words}");
    }
}
