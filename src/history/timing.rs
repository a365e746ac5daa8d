//! When repeat purchases happened: counts by the customer's age and by date, which a summary cannot give. They are all that
//! the likelihood needs of single purchases where rates change with age and date ([`Intensity`](crate::customers::Intensity)).

use serde::{Deserialize, Serialize};

use crate::base::Grain;

/// Repeat purchases by age and by date, in grains. It grows with the length of the log, not with customers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timing {
    /// What counted as one purchase.
    pub grain: Grain,
    /// The last grain of the observation, as [`first_grain`](super::summarize::first_grain) counts.
    end: i32,
    /// Repeat purchases by age: element `i` at `i` grains after the first purchase.
    pub by_age: Vec<u64>,
    /// The same by date: element `i` at `i` grains before the end of observation.
    pub by_past: Vec<u64>,
}

impl Timing {
    /// Counts nothing yet.
    pub(crate) fn new(grain: Grain, end: i32) -> Self {
        Timing { grain, end, ..Timing::default() }
    }

    /// A purchase of a customer first seen at `first`; a first one counts nothing.
    pub(crate) fn occasion(&mut self, first: i32, when: i32) {
        if when > first {
            count(&mut self.by_age, when - first, 1);
            count(&mut self.by_past, self.end - when, 1);
        }
    }

    /// Adds the counts of other customers.
    pub(super) fn add(&mut self, other: &Timing) {
        (self.grain, self.end) = (other.grain, other.end);
        for (own, others) in [(&mut self.by_age, &other.by_age), (&mut self.by_past, &other.by_past)] {
            others.iter().enumerate().for_each(|(at, number)| count(own, at as i32, *number));
        }
    }
}

/// Adds to an element of counts that grow as they must; the summary has nothing after its end.
fn count(counts: &mut Vec<u64>, at: i32, number: u64) {
    let Ok(at) = usize::try_from(at) else { return };
    if at >= counts.len() {
        counts.resize(at + 1, 0);
    }
    counts[at] += number;
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counted by hand. Seen to fail with first purchases counted, and with dates counted from the first purchase.
    #[test]
    fn repeats_are_counted_by_age_and_date() {
        let mut timing = Timing::new(Grain::Day, 100);
        [(90, 90), (90, 92), (90, 100), (98, 98), (98, 100)]
            .iter()
            .for_each(|(a, b)| timing.occasion(*a, *b));
        let mut all = Timing::default();
        all.add(&timing);
        all.add(&timing);
        assert_eq!(all.by_age, [0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 2]);
        assert_eq!(all.by_past, [4, 0, 0, 0, 0, 0, 0, 0, 2]);
    }
}
