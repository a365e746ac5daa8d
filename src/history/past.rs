//! When the customers of a sample bought, purchase by purchase: what it takes to try a forecast at earlier dates, of
//! which a summary says nothing.
//!
//! Customers are taken by a hash of their id, one in `2^level`, and the level is the least at which the sample keeps to
//! [`MOST`] occasions. So which customers are in it depends on the log alone, and memory does not grow with it.

use serde::{Deserialize, Serialize};

use crate::base::Grain;

/// Occasions that are kept, at most: enough to tell forecasts apart by a thousandth.
const MOST: usize = 1 << 20;

/// The purchase occasions of a sample of customers, in grains.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Past {
    /// What counted as one purchase.
    pub grain: Grain,
    /// The last grain of the observation, as [`first_grain`](super::summarize::first_grain) counts.
    pub end: i32,
    /// One customer in `2^level` is here.
    level: u32,
    /// Of each customer the hash of the id, and where its occasions end in `when`.
    customers: Vec<(u64, u32)>,
    /// Occasions, customer by customer, ascending.
    when: Vec<i32>,
}

impl Past {
    /// Of nobody yet.
    pub(crate) fn new(grain: Grain, end: i32) -> Self {
        Past { grain, end, ..Past::default() }
    }

    /// How many customers one of the sample stands for.
    pub fn each(&self) -> f64 {
        f64::from(self.level).exp2()
    }

    /// The occasions of each customer, the first purchase first, ascending.
    pub fn customers(&self) -> impl Iterator<Item = &[i32]> {
        let from = std::iter::once(0).chain(self.customers.iter().map(|(_, end)| *end as usize));
        from.zip(&self.customers).map(|(from, (_, end))| &self.when[from..*end as usize])
    }

    /// A customer whose id has this hash.
    pub(super) fn customer(&mut self, hash: u64, when: &[i32]) {
        if !taken(hash, self.level) {
            return;
        }
        self.when.extend_from_slice(when);
        self.customers.push((hash, self.when.len() as u32));
        self.keep_to(MOST);
    }

    /// Adds other customers.
    pub(super) fn add(&mut self, other: &Past) {
        (self.grain, self.end) = (other.grain, other.end);
        self.level = self.level.max(other.level);
        let own = std::mem::take(self);
        *self = Past { level: own.level, ..Past::new(other.grain, other.end) };
        for past in [&own, other] {
            for ((hash, _), when) in past.customers.iter().zip(past.customers()) {
                self.customer(*hash, when);
            }
        }
    }

    /// In an order that does not depend on how customers came.
    pub(super) fn sorted(self) -> Self {
        let mut order: Vec<(u64, &[i32])> =
            self.customers.iter().map(|(hash, _)| *hash).zip(self.customers()).collect();
        order.sort_unstable();
        let mut sorted = Past { level: self.level, ..Past::new(self.grain, self.end) };
        for (hash, when) in order {
            sorted.when.extend_from_slice(when);
            sorted.customers.push((hash, sorted.when.len() as u32));
        }
        sorted
    }

    fn keep_to(&mut self, most: usize) {
        while self.when.len() > most && self.level < u64::BITS - 1 {
            let mut fewer = Past { level: self.level + 1, ..Past::new(self.grain, self.end) };
            for ((hash, _), when) in self.customers.iter().zip(self.customers()) {
                if taken(*hash, fewer.level) {
                    fewer.when.extend_from_slice(when);
                    fewer.customers.push((*hash, fewer.when.len() as u32));
                }
            }
            *self = fewer;
        }
    }
}

/// Is a customer with this hash among one in `2^level`? By its first bits, of which partitions take others.
fn taken(hash: u64, level: u32) -> bool {
    hash.wrapping_mul(0x9e37_79b9_7f4a_7c15).leading_zeros() >= level
}

#[cfg(test)]
mod tests {
    use super::*;

    fn past(customers: impl Iterator<Item = u64>) -> Past {
        let mut past = Past::new(Grain::Day, 100);
        customers.for_each(|i| past.customer(i.wrapping_mul(0xd6e8_feb8_6659_fd93), &[i as i32, 90]));
        past
    }

    /// The same sample whichever way customers come.
    #[test]
    fn samples_depend_on_customers_alone() {
        let mut whole = past(0..2_000);
        whole.keep_to(1_000);
        assert!(
            whole.when.len() <= 1_000 && whole.when.len() > 300 && whole.each() >= 4.0,
            "{}",
            whole.each()
        );
        let (mut first, mut second) = (past((0..700).rev()), past(700..2_000));
        second.keep_to(1_000);
        first.add(&second);
        first.keep_to(1_000);
        assert_eq!(first.sorted(), whole.clone().sorted());
        let mut seen = whole.customers().map(|when| when[0]).collect::<Vec<_>>();
        seen.dedup();
        assert_eq!(seen.len(), whole.customers.len());
        assert!(whole.customers().all(|when| when[1] == 90));
    }
}
