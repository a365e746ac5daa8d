//! When the purchases of a group of customers happened: counts by period, for a curve over time that a
//! summary cannot give.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::base::Grain;

/// Purchases by time, of the customers first seen up to a date, the origin. Counts only: it does not grow
/// with customers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calendar {
    /// The origin's grain.
    origin: i32,
    /// Grains of a period.
    period: i32,
    /// How many of the customers have this age at the origin \[grains\].
    pub ages: BTreeMap<i32, u64>,
    /// Their repeat purchases by period: period `j` holds the grains `(origin + (j − 1) · length,
    /// origin + j · length]`, so that periods up to 0 lie before the origin, and 1 is the first after it.
    pub repeats: BTreeMap<i32, u64>,
    /// Their repeat purchases after the origin, grain by grain from it.
    pub after: BTreeMap<i32, u64>,
}

impl Calendar {
    /// Counts nothing yet.
    pub(super) fn new(origin: i32, grain: Grain) -> Self {
        Calendar { origin, period: Calendar::period_of(grain), ..Calendar::default() }
    }

    /// How many grains a period has: those of a week, or one if that is longer.
    pub fn period_of(grain: Grain) -> i32 {
        match grain {
            Grain::Hour => 168,
            Grain::Day => 7,
            Grain::Week | Grain::Month | Grain::Year => 1,
        }
    }

    /// Grains of a period.
    pub fn period(&self) -> i32 {
        self.period
    }

    /// An occasion of a customer first seen at `first`, which may be this one.
    pub(super) fn occasion(&mut self, first: i32, when: i32) {
        if first > self.origin {
            return;
        }
        if first == when {
            *self.ages.entry(self.origin - when).or_default() += 1;
        } else {
            // Rounded up: the last grain of a period belongs to it.
            let period = -(self.origin - when).div_euclid(self.period);
            *self.repeats.entry(period).or_default() += 1;
            if when > self.origin {
                *self.after.entry(when - self.origin).or_default() += 1;
            }
        }
    }

    /// Adds the counts of other customers.
    pub(super) fn add(&mut self, other: &Calendar) {
        (self.origin, self.period) = (other.origin, other.period);
        let both = [
            (&mut self.ages, &other.ages),
            (&mut self.repeats, &other.repeats),
            (&mut self.after, &other.after),
        ];
        for (own, others) in both {
            for (key, count) in others {
                *own.entry(*key).or_default() += count;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_end_at_the_origin() {
        let mut calendar = Calendar::new(100, Grain::Day);
        calendar.occasion(90, 90);
        calendar.occasion(101, 101);
        for when in [93, 94, 100, 101, 107, 108] {
            calendar.occasion(90, when);
        }
        calendar.occasion(101, 102);
        assert_eq!(calendar.ages, BTreeMap::from([(10, 1)]));
        assert_eq!(calendar.repeats, BTreeMap::from([(-1, 1), (0, 2), (1, 2), (2, 1)]));
        assert_eq!(calendar.after, BTreeMap::from([(1, 1), (7, 1), (8, 1)]));
    }
}
