//! Rows of many customers in memory, brought together by customer.
//!
//! Ids are interned to small numbers and rows are placed by counting: no comparison of ids per row,
//! and only each customer's few rows are sorted. This is fast as long as the tables stay in the
//! processor's cache, so groups are kept small: see `collapse`.

use std::ops::Range;

use hashbrown::HashTable;

use super::codec::{Mark, Rows, Texts};
use super::fold::pack;
use super::scatter::{hash_int, hash_text};

/// Rows brought together by customer; its memory is used again from group to group.
#[derive(Default)]
pub(crate) struct Group {
    /// Integer ids: value and the customer's number.
    ints: HashTable<(u64, u32)>,
    /// Other ids: the customer's number.
    texts: HashTable<u32>,
    /// The ids, by number: the order in which they were first seen.
    names: Texts,
    /// Row by row: the customer's number.
    who: Vec<u32>,
    /// By number: where the customer's rows end in `sorted`.
    ends: Vec<u32>,
    /// The rows, packed, by customer.
    sorted: Vec<u128>,
    /// Their marks, by the number in their last bits; empty if there are no attributes.
    marks: Vec<Mark>,
}

impl Group {
    /// Brings these rows together; what was in the group before is gone.
    pub fn load(&mut self, rows: &[Rows]) {
        self.ints.clear();
        self.texts.clear();
        self.names.clear();
        self.who.clear();
        self.ends.clear();
        self.marks.clear();
        for rows in rows {
            self.intern(rows);
            self.marks.extend_from_slice(&rows.marks);
        }
        // From numbers of rows to places.
        let mut sum = 0;
        for end in &mut self.ends {
            sum += std::mem::replace(end, sum);
        }
        // All of it is written below: what was there need not be cleared.
        self.sorted.resize(self.who.len(), 0);
        let (ends, sorted) = (&mut self.ends[..], &mut self.sorted[..]);
        let mut who = self.who.iter().zip(0..);
        for Rows { rows, .. } in rows {
            for (row, (&number, which)) in rows.iter().zip(&mut who) {
                let place = &mut ends[number as usize];
                sorted[*place as usize] = pack(row.when, row.amount, which);
                *place += 1;
            }
        }
    }

    /// The ids, by number.
    pub fn names(&self) -> &Texts {
        &self.names
    }

    /// Sorts the rows of a customer by grain and amount.
    pub fn sort(&mut self, number: usize) {
        let rows = self.range(number);
        let rows = &mut self.sorted[rows];
        if rows.len() > 1 {
            rows.sort_unstable();
        }
    }

    /// The rows of a customer, in order once they were [sorted](Group::sort).
    pub fn sorted(&self, number: usize) -> &[u128] {
        &self.sorted[self.range(number)]
    }

    /// What goes with a row.
    #[inline]
    pub fn mark(&self, row: u128) -> Mark {
        self.marks.get(row as u32 as usize).copied().unwrap_or_default()
    }

    fn range(&self, number: usize) -> Range<usize> {
        let start = if number == 0 { 0 } else { self.ends[number - 1] };
        start as usize..self.ends[number] as usize
    }

    /// Gives each row the number of its customer, and counts.
    fn intern(&mut self, rows: &Rows) {
        self.who.reserve(rows.len());
        if rows.of_integers() {
            for row in &rows.rows {
                let number = self.intern_int(row.id);
                self.count(number);
            }
        } else {
            for i in 0..rows.len() {
                let number = self.intern_text(rows.texts.get(i));
                self.count(number);
            }
        }
    }

    #[inline]
    fn count(&mut self, number: u32) {
        self.ends[number as usize] += 1;
        self.who.push(number);
    }

    fn intern_int(&mut self, int: u64) -> u32 {
        let hash = hash_int(int);
        if let Some(&(_, number)) = self.ints.find(hash, |&(known, _)| known == int) {
            return number;
        }
        let number = self.ends.len() as u32;
        self.ends.push(0);
        self.names.push(digits(int, &mut [0; 20]));
        self.ints.insert_unique(hash, (int, number), |&(known, _)| hash_int(known));
        number
    }

    fn intern_text(&mut self, id: &[u8]) -> u32 {
        let hash = hash_text(id);
        let names = &self.names;
        if let Some(&number) = self.texts.find(hash, |&number| names.get(number as usize) == id) {
            return number;
        }
        let number = self.ends.len() as u32;
        self.ends.push(0);
        self.names.push(id);
        let names = &self.names;
        self.texts.insert_unique(hash, number, |&number| hash_text(names.get(number as usize)));
        number
    }
}

/// An integer as people write it.
fn digits(int: u64, buffer: &mut [u8; 20]) -> &[u8] {
    let (mut at, mut rest) = (buffer.len(), int);
    loop {
        at -= 1;
        buffer[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            return &buffer[at..];
        }
    }
}

/// The order of some ids by their bytes: entry by entry, the index is in the last 32 bits.
pub(crate) fn order_of(ids: &Texts, order: &mut Vec<u128>) {
    /// Bytes of an id that fit into one number with its index.
    const PREFIX: usize = 12;
    order.clear();
    if ids.len() == 0 {
        return;
    }
    // What all ids begin with says nothing of their order.
    let some = ids.get(0);
    let skip = (1..ids.len()).fold(some.len(), |skip, i| common(&some[..skip], ids.get(i)));
    order.extend((0..ids.len()).map(|i| {
        let rest = &ids.get(i)[skip..];
        let mut bytes = [0; 16];
        let n = rest.len().min(PREFIX);
        bytes[..n].copy_from_slice(&rest[..n]);
        u128::from_be_bytes(bytes) | i as u128
    }));
    order.sort_unstable();
    let same_prefix = |a: &u128, b: &u128| a >> 32 == b >> 32;
    for tied in order.chunk_by_mut(same_prefix).filter(|tied| tied.len() > 1) {
        tied.sort_unstable_by(|&a, &b| ids.get(a as u32 as usize).cmp(ids.get(b as u32 as usize)));
    }
}

/// How many bytes two ids have in common at their beginning.
pub(crate) fn common(a: &[u8], b: &[u8]) -> usize {
    a.iter().zip(b).take_while(|(a, b)| a == b).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::{codec::Row, scatter::plain_integer};

    const IDS: [&str; 11] = [
        "10",
        "9",
        "1",
        "a",
        "customer-0000000000012",
        "customer-0000000000011",
        "",
        "a\0",
        "é",
        "01",
        "9999999999999999999",
    ];

    #[test]
    fn rows_come_by_customer_and_time() {
        let mut rows = [Rows::default(), Rows::default()];
        for (i, id) in IDS.iter().chain(&IDS).enumerate() {
            let int = plain_integer(id.as_bytes());
            let rows = &mut rows[usize::from(int.is_none())];
            if int.is_none() {
                rows.texts.push(id.as_bytes());
            }
            rows.rows.push(Row { id: int.unwrap_or(0), amount: i as f64, when: -(i as i32) });
        }
        let mut group = Group::default();
        for _ in 0..2 {
            group.load(&rows);
            let mut found: Vec<_> = (0..group.names().len()).map(|i| group.names().get(i).to_vec()).collect();
            (0..found.len()).for_each(|i| group.sort(i));
            assert!((0..found.len()).all(|i| group.sorted(i).len() == 2 && group.sorted(i).is_sorted()));
            found.sort_unstable();
            let mut sorted = IDS.map(|id| id.as_bytes().to_vec());
            sorted.sort_unstable();
            assert_eq!(found, sorted);
        }
    }

    #[test]
    fn ids_are_ordered_by_their_bytes() {
        for skip in [0, 3] {
            let mut texts = Texts::default();
            let ids: Vec<&str> = if skip == 0 { IDS.to_vec() } else { IDS[4..6].to_vec() };
            ids.iter().for_each(|id| texts.push(id.as_bytes()));
            let mut order = Vec::new();
            order_of(&texts, &mut order);
            let found: Vec<&[u8]> = order.iter().map(|&entry| texts.get(entry as u32 as usize)).collect();
            assert!(found.is_sorted() && found.len() == ids.len());
        }
    }
}
