//! Payments that are late: how many of the past were paid yet, and so how many of today's will be.
//!
//! A payment that is `d` days late today is like those of the past that had not come after `d` days: of these, `L(d)` came within
//! the grace and `G` never did. Its chance to come is the mean of what is known of the share `p`,
//!
//! ```text
//! p | past ~ Beta(1/2 + L(d), 1/2 + G)      Jeffreys' prior
//! ```

use serde::Serialize;

/// How late payments came, and how many never did: of those that were due so long ago that all is known of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Late {
    /// By days late: how many came then.
    pub came: Vec<u64>,
    /// How many did not come within the grace.
    pub never: u64,
}

impl Late {
    /// Counts a payment that came so many days after it was due.
    pub(super) fn came(&mut self, days: i32) {
        let Ok(days) = usize::try_from(days) else { return };
        if self.came.len() <= days {
            self.came.resize(days + 1, 0);
        }
        self.came[days] += 1;
    }

    /// The chance of a payment that is so many days late to come yet.
    pub fn chance(&self, days: i32) -> f64 {
        let after = usize::try_from(days).unwrap_or(0) + 1;
        let later: u64 = self.came.iter().skip(after).sum();
        (later as f64 + 0.5) / ((later + self.never) as f64 + 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of ten that had not come after three days, four came later: `(4 + 1/2)/(10 + 1)`.
    #[test]
    fn chance_of_those_as_late() {
        let mut late = Late::default();
        [1, 3, 3, 4, 5, 9, 9].into_iter().for_each(|days| late.came(days));
        late.never = 6;
        assert!((late.chance(3) - 4.5 / 11.0).abs() < 1e-15);
        assert!((late.chance(9) - 0.5 / 7.0).abs() < 1e-15);
        assert!((Late::default().chance(5) - 0.5).abs() < 1e-15);
    }
}
