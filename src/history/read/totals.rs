//! Sums without a word beside them: a row that has neither a customer nor a date, and whose amount is what the column above
//! it comes to. Whether it does can only be told when all rows above have been read, by whatever worker.

use crate::base::{BadRow, Place};
use crate::history::account::Fate;
use crate::history::tally::{LISTED, Tally};

/// So many rows of a block may be sums; more of them have merely lost their customer and date.
pub(crate) const MOST: usize = 64;
/// Fewer rows have no sum.
const ENOUGH: u64 = 2;
/// What rounding to cents may change.
const CENT: f64 = 0.0051;

/// A row that may be a sum.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sum {
    /// Where it is, and its amount.
    pub place: Place,
    pub amount: f64,
    /// The rows of its block above it.
    pub above: Above,
}

/// How many rows there are, and what they come to.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Above {
    /// Rows.
    pub rows: u64,
    /// The amounts as they are written; those that count; those of all rows, with returns as negative.
    pub sums: [f64; 3],
}

impl Above {
    /// Of what a block came to, with purchases that it has not handed on yet.
    pub fn of(tally: &Tally, waiting: &[f64]) -> Self {
        let waiting: f64 = waiting.iter().sum();
        let counted = tally.fates[Fate::Purchase as usize].1.value() + waiting;
        let all = waiting + tally.fates.iter().map(|(_, sum, _)| sum.value()).sum::<f64>();
        // A return of a positive amount counts as negative, and is written as it is.
        let turned: f64 = tally.screened.iter().map(|screened| screened.turned()).sum();
        Above { rows: tally.rows, sums: [all + 2.0 * turned, counted, all] }
    }

    fn add(&mut self, other: Above) {
        self.rows += other.rows;
        self.sums.iter_mut().zip(other.sums).for_each(|(mine, theirs)| *mine += theirs);
    }

    /// Is this what they come to, to the cent?
    fn come_to(&self, amount: f64) -> bool {
        let near = |sum: f64| (sum - amount).abs() <= CENT.max(1e-12 * sum.abs());
        self.rows >= ENOUGH && self.sums.into_iter().any(near)
    }
}

/// Decides of the rows that may be sums, block by block in the order of the input.
#[derive(Default)]
pub(crate) struct Totals {
    file: u32,
    /// The rows of this file so far, and at the last sum.
    all: Above,
    last: Above,
}

impl Totals {
    /// Settles what a block left open: a sum is no row, anything else is one without a customer.
    pub fn settle(&mut self, tally: &mut Tally) {
        if tally.file != self.file {
            *self = Totals { file: tally.file, ..Totals::default() };
        }
        for sum in std::mem::take(&mut tally.sums) {
            let mut above = self.all;
            above.add(sum.above);
            // Since the sum before, as between groups.
            let since = Above {
                rows: above.rows.saturating_sub(self.last.rows),
                sums: std::array::from_fn(|at| above.sums[at] - self.last.sums[at]),
            };
            let is_sum = sum.amount != 0.0 && (above.come_to(sum.amount) || since.come_to(sum.amount));
            let fate = if is_sum { Fate::NoRow } else { Fate::MissingId };
            let entry = &mut tally.fates[fate as usize];
            entry.0 += 1;
            match is_sum {
                true => self.last = above,
                false => {
                    entry.1.add(sum.amount);
                    entry.2 += 1;
                    tally.bad.push((fate, missing_id(sum.place)));
                }
            }
        }
        tally.bad.sort_by_key(|(_, row)| (row.place.line, row.place.row));
        tally.bad.truncate(LISTED);
        self.all.add(Above::of(tally, &[]));
    }
}

/// Why a row without a customer is bad.
fn missing_id(place: Place) -> BadRow {
    BadRow { place, problem: MISSING_ID.into() }
}

/// What is said of a row without a customer.
pub(crate) const MISSING_ID: &str = "the customer id is empty (missing)";

#[cfg(test)]
mod tests {
    use super::*;

    fn block(file: u32, amounts: &[f64], sums: &[(f64, usize)]) -> Tally {
        let mut tally = Tally { file, ..Tally::default() };
        for (at, amount) in amounts.iter().enumerate() {
            let here = sums.iter().filter(|(_, after)| *after == at);
            let above = Above::of(&tally, &[]);
            tally.sums.extend(here.map(|&(amount, _)| Sum { place: Place::file("f"), amount, above }));
            tally.rows += 1;
            let purchases = &mut tally.fates[Fate::Purchase as usize];
            purchases.0 += 1;
            purchases.1.add(*amount);
        }
        let above = Above::of(&tally, &[]);
        let end = sums.iter().filter(|(_, after)| *after >= amounts.len());
        tally.sums.extend(end.map(|&(amount, _)| Sum { place: Place::file("f"), amount, above }));
        tally
    }

    #[test]
    fn sums_are_those_of_the_file_so_far_or_since_the_last() {
        let mut totals = Totals::default();
        let mut blocks = [
            block(0, &[10.0, 2.5, 3.0], &[(12.5, 2)]),
            // 3 + 4 + 5.25 since the last; then 24.75 in all; 9 is nothing.
            block(0, &[4.0, 5.25], &[(12.25, 2), (24.75, 2), (9.0, 2)]),
            // Another file begins anew.
            block(1, &[1.0, 1.0], &[(26.75, 2), (2.0, 2)]),
        ];
        blocks.iter_mut().for_each(|block| totals.settle(block));
        let rows = |at: usize, fate: Fate| blocks[at].fates[fate as usize].0;
        assert_eq!([0, 1, 2].map(|at| rows(at, Fate::NoRow)), [1, 2, 1]);
        assert_eq!([0, 1, 2].map(|at| rows(at, Fate::MissingId)), [0, 1, 1]);
        assert_eq!(blocks[1].bad.len(), 1);
    }
}
