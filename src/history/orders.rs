//! Orders of one customer: their lines become one purchase, whatever their times; an order that two files have counts
//! once; returns that name their order are taken off it.

use serde::{Deserialize, Serialize};

use super::codec::Mark;
use super::fold::{Exact, pack, unpack};

/// How the lines of an order make its amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Lines {
    /// They add up.
    Add,
    /// Each has the amount of the whole order.
    Repeat,
}

/// Sales with one order number that are so far apart are of two orders \[days\].
pub(crate) const ORDERS_APART: f64 = 180.0;

/// The amount of a row that says that its order was taken back, and is no purchase or return itself.
pub(crate) const TAKEN_BACK: f64 = f64::NEG_INFINITY;

/// A row with what goes with it.
pub(crate) type Marked = (u128, Mark);

/// What became of rows before they were folded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct OrderCounts {
    /// Rows of orders that a later file has too, and their amount.
    pub twice: u64,
    pub twice_amount: Exact,
    /// Lines that repeat the amount of their order.
    pub repeated: u64,
    pub repeated_amount: Exact,
    /// Returns taken off their own order, and what was more than it came to.
    pub returned: u64,
    pub returned_amount: Exact,
    pub returned_rest: Exact,
    /// Lines that became part of another line's purchase.
    pub merged: u64,
    /// Rows of orders that were called off later, and their amount.
    #[serde(default)]
    pub called_off: u64,
    #[serde(default)]
    pub called_off_amount: Exact,
}

impl OrderCounts {
    /// Adds those of other customers.
    pub fn add(&mut self, other: &OrderCounts) {
        self.twice += other.twice;
        self.repeated += other.repeated;
        self.returned += other.returned;
        self.merged += other.merged;
        self.called_off += other.called_off;
        self.called_off_amount.add_all(other.called_off_amount);
        self.twice_amount.add_all(other.twice_amount);
        self.repeated_amount.add_all(other.repeated_amount);
        self.returned_amount.add_all(other.returned_amount);
        self.returned_rest.add_all(other.returned_rest);
    }
}

/// Puts together the rows of one customer's orders; they come and go in the order of [`pack`]. Rows without an order
/// stay as they are. Sales of one number that are `apart` grains from each other are of two orders: numbers that start anew
/// each year.
pub(crate) fn settle(rows: &mut Vec<Marked>, lines: Lines, apart: i32, counts: &mut OrderCounts) {
    if rows.iter().all(|(_, mark)| mark.order == 0) {
        return;
    }
    // By order, then by file; within it by time and amount.
    rows.sort_by_key(|(row, mark)| (mark.order, mark.file, *row));
    let mut kept: Vec<Marked> = Vec::with_capacity(rows.len());
    for order in rows.chunk_by(|(_, a), (_, b)| a.order == b.order) {
        match order[0].1.order {
            0 => kept.extend_from_slice(order),
            _ => each_order(order, apart, |order| one_order(order, lines, counts, &mut kept)),
        }
    }
    kept.sort_by_key(|(row, _)| *row);
    *rows = kept;
}

/// The orders that have one number. What comes back, or was taken back, is of the last one before it.
fn each_order(rows: &[Marked], apart: i32, mut each: impl FnMut(&[Marked])) {
    let when = |row: &Marked| unpack(row.0).0;
    let mut sold: Vec<i32> =
        rows.iter().filter(|row| !unpack(row.0).1.is_sign_negative()).map(when).collect();
    sold.sort_unstable();
    let starts: Vec<i32> =
        sold.windows(2).filter(|pair| pair[1] - pair[0] >= apart).map(|pair| pair[1]).collect();
    if starts.is_empty() {
        return each(rows);
    }
    let of = |row: &Marked| starts.partition_point(|start| *start <= when(row));
    for order in 0..=starts.len() {
        let own: Vec<Marked> = rows.iter().filter(|row| of(row) == order).copied().collect();
        each(&own);
    }
}

fn one_order(order: &[Marked], lines: Lines, counts: &mut OrderCounts, kept: &mut Vec<Marked>) {
    if lines == Lines::Repeat && is_called_off(order) {
        let rows = order.iter().filter(|row| !is_taken_back(row));
        rows.for_each(|row| {
            counts.called_off += 1;
            counts.called_off_amount.add(unpack(row.0).1);
        });
        return;
    }
    let without;
    let order = match order.iter().any(is_taken_back) {
        true => {
            without = not_taken_back(order, counts);
            &without
        }
        false => order,
    };
    if order.is_empty() {
        return;
    }
    let copies: Vec<&[Marked]> = order.chunk_by(|(_, a), (_, b)| a.file == b.file).collect();
    let taken = counted_once(&copies, counts);
    let amount = |row: &Marked| unpack(row.0).1;
    let bought: Vec<&Marked> = taken.iter().copied().filter(|row| !amount(row).is_sign_negative()).collect();
    let Some(first) = bought.iter().min_by_key(|(row, mark)| (unpack(*row).0, *mark)) else {
        kept.extend(taken.into_iter().copied());
        return;
    };
    let mut sum = Exact::default();
    match lines {
        Lines::Add => bought.iter().for_each(|row| sum.add(amount(row))),
        Lines::Repeat => {
            let most = bought.iter().map(|row| amount(row)).fold(0.0, f64::max);
            sum.add(most);
            counts.repeated += bought.len() as u64 - 1;
            bought.iter().for_each(|row| counts.repeated_amount.add(amount(row)));
            counts.repeated_amount.add(-most);
        }
    }
    if lines == Lines::Add {
        counts.merged += bought.len() as u64 - 1;
    }
    let mut left = if bought.len() == 1 { amount(first) } else { sum.value() };
    for back in taken.iter().filter(|row| amount(row).is_sign_negative()) {
        counts.returned += 1;
        counts.returned_amount.add(amount(back));
        left += amount(back);
    }
    if left < 0.0 {
        counts.returned_rest.add(-left);
    }
    // What is left below a billionth is rounding.
    let left = if left > 1e-9 { left } else { 0.0 };
    kept.push((pack(unpack(first.0).0, left, first.0 as u32), first.1));
}

fn is_taken_back(row: &Marked) -> bool {
    unpack(row.0).1 == TAKEN_BACK
}

/// Are these states of one order, one after the other, of which the last says that it was taken back?
fn is_called_off(order: &[Marked]) -> bool {
    let moment = |(row, mark): &Marked| (unpack(*row).0, mark.second, mark.nano);
    let last = |back: bool| order.iter().filter(|row| is_taken_back(row) == back).map(moment).max();
    last(true).is_some_and(|back| last(false).is_none_or(|other| back > other))
}

/// The rows of an order that was taken back in one file: what stands beside that in the same file, where the rest of the order may
/// be. As other files have it, it was before, whatever the order in which they are read.
fn not_taken_back(order: &[Marked], counts: &mut OrderCounts) -> Vec<Marked> {
    let back: Vec<u32> = order.iter().filter(|row| is_taken_back(row)).map(|(_, mark)| mark.file).collect();
    let rows = order.iter().filter(|row| !is_taken_back(row));
    let (beside, before): (Vec<&Marked>, Vec<&Marked>) =
        rows.partition(|(_, mark)| back.contains(&mark.file));
    counts.twice += before.len() as u64;
    before.iter().for_each(|row| counts.twice_amount.add(unpack(row.0).1));
    beside.into_iter().copied().collect()
}

/// The rows of an order that several files may have. Lines that two of them share are the same lines once more, then
/// the file with the most of them counts, of equals the later; a file that shares none goes on with it, unless each has
/// but one line: then the later one is the order as it became.
fn counted_once<'a>(copies: &[&'a [Marked]], counts: &mut OrderCounts) -> Vec<&'a Marked> {
    let mut taken: Vec<&'a Marked> = copies[0].iter().collect();
    for copy in &copies[1..] {
        let line = |row: &Marked| row.0 >> 32;
        let shared = copy.iter().any(|row| taken.iter().any(|other| line(other) == line(row)));
        let alone = taken.len() == 1 && copy.len() == 1;
        let (dropped, next): (Vec<&Marked>, Vec<&Marked>) = match (shared || alone, copy.len() >= taken.len())
        {
            (false, _) => (Vec::new(), taken.iter().copied().chain(*copy).collect()),
            (true, true) => (taken, copy.iter().collect()),
            (true, false) => (copy.iter().collect(), taken),
        };
        counts.twice += dropped.len() as u64;
        dropped.iter().for_each(|row| counts.twice_amount.add(unpack(row.0).1));
        taken = next;
    }
    taken
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(when: i32, amount: f64, order: u64, file: u32, which: u32) -> Marked {
        (pack(when, amount, which), Mark { order, file, place: u64::from(which), ..Mark::default() })
    }

    fn settled(rows: &[Marked], lines: Lines) -> (Vec<(i32, f64)>, OrderCounts) {
        let (mut rows, mut counts) = (rows.to_vec(), OrderCounts::default());
        rows.sort_by_key(|(row, _)| *row);
        settle(&mut rows, lines, 180, &mut counts);
        (rows.iter().map(|(row, _)| unpack(*row)).collect(), counts)
    }

    #[test]
    fn lines_copies_and_returns_of_an_order() {
        // Two lines on two days, a purchase without an order, a return of the order.
        let rows = [row(3, 4.0, 7, 0, 0), row(5, 6.0, 7, 0, 1), row(4, 1.0, 0, 0, 2), row(9, -2.5, 7, 0, 3)];
        let (left, counts) = settled(&rows, Lines::Add);
        assert_eq!(left, [(3, 7.5), (4, 1.0)]);
        assert_eq!((counts.merged, counts.returned, counts.returned_amount.value()), (1, 1, -2.5));
        // Totals that are repeated count once.
        let rows = [row(3, 10.0, 7, 0, 0), row(3, 10.0, 7, 0, 1), row(3, 10.0, 7, 0, 2)];
        let (left, counts) = settled(&rows, Lines::Repeat);
        assert_eq!((left, counts.repeated, counts.repeated_amount.value()), (vec![(3, 10.0)], 2, 20.0));
        assert_eq!(settled(&rows, Lines::Add).0, [(3, 30.0)]);
        // The same lines in two files; a line of an order that goes on in the next file.
        let rows = [row(3, 4.0, 7, 0, 0), row(3, 6.0, 7, 0, 1), row(3, 4.0, 7, 1, 2), row(3, 6.0, 7, 1, 3)];
        let (left, counts) = settled(&rows, Lines::Add);
        assert_eq!((left, counts.twice, counts.twice_amount.value()), (vec![(3, 10.0)], 2, 10.0));
        let rows = [row(3, 4.0, 7, 0, 0), row(3, 6.0, 7, 0, 1), row(3, 5.0, 7, 1, 2)];
        assert_eq!(settled(&rows, Lines::Add).0, [(3, 15.0)]);
        // One line that was changed: as it became.
        let rows = [row(3, 4.0, 7, 0, 0), row(3, 5.0, 7, 1, 2)];
        assert_eq!(settled(&rows, Lines::Add).0, [(3, 5.0)]);
        // Paid in one file and taken back in another, whichever is read first; a line that was taken back beside one that was not.
        let rows = [row(3, 4.0, 7, 0, 0), row(3, TAKEN_BACK, 7, 1, 1), row(4, 1.0, 0, 0, 2)];
        let (left, counts) = settled(&rows, Lines::Add);
        assert_eq!((left, counts.twice, counts.twice_amount.value()), (vec![(4, 1.0)], 1, 4.0));
        let rows = [row(3, TAKEN_BACK, 7, 0, 0), row(3, 4.0, 7, 1, 1)];
        assert_eq!(settled(&rows, Lines::Add), (Vec::new(), counts));
        let rows = [row(3, 4.0, 7, 0, 0), row(3, TAKEN_BACK, 7, 0, 1)];
        assert_eq!(settled(&rows, Lines::Add), (vec![(3, 4.0)], OrderCounts::default()));
        // More given back than it came to; a return of an order that is not there.
        let rows = [row(3, 4.0, 7, 0, 0), row(5, -6.0, 7, 0, 1), row(6, -1.0, 8, 0, 2)];
        let (left, counts) = settled(&rows, Lines::Add);
        assert_eq!((left, counts.returned_rest.value()), (vec![(3, 0.0), (6, -1.0)], 2.0));
    }
}
