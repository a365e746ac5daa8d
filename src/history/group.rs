//! Rows of many customers in memory, brought together by customer.
//!
//! Ids are interned to small numbers, rows are placed by counting (no comparison of ids per row),
//! and only each customer's few rows are sorted. The customers themselves are sorted once, by a
//! number made of the first bytes in which their ids differ.

use hashbrown::HashTable;

use super::codec::{Rows, Texts};
use super::fold::pack;
use super::merge::common;
use super::scatter::{hash_int, hash_text};
use crate::error::Result;

/// Bytes of an id that sort with its index in one number.
const PREFIX: usize = 12;

/// Rows brought together by customer; reused from group to group.
#[derive(Default)]
pub(crate) struct Group {
    /// Integer ids: value and the customer's number.
    ints: HashTable<(u64, u32)>,
    /// Other ids: the customer's number.
    texts: HashTable<u32>,
    /// The ids, by number.
    names: Texts,
    /// Row by row: the customer's number.
    who: Vec<u32>,
    /// By number: where the customer's rows end in `sorted` (before that: how many there are).
    ends: Vec<u32>,
    /// The rows, packed, by customer.
    sorted: Vec<u128>,
    /// The customers by id: the number is in the last 32 bits.
    order: Vec<u128>,
    block: Rows,
}

impl Group {
    /// Empties it, keeping its memory.
    pub fn clear(&mut self) {
        self.ints.clear();
        self.texts.clear();
        self.names.clear();
        self.who.clear();
        self.ends.clear();
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.who.len()
    }

    /// The memory its rows take when sorted [bytes].
    pub fn memory(&self) -> u64 {
        let per_row = size_of::<u32>() + size_of::<u128>();
        let per_customer = 2 * (size_of::<(u64, u32)>() + 1) + size_of::<usize>() + size_of::<(u32, u128)>();
        (self.who.len() * per_row + self.ends.len() * per_customer + self.names.bytes.len()) as u64
    }

    /// First pass: takes the ids of an encoded block.
    pub fn add_ids(&mut self, block: &[u8]) {
        let mut rows = std::mem::take(&mut self.block);
        rows.decode_ids(block);
        self.who.reserve(rows.ints.len() + rows.texts.len());
        for &int in &rows.ints {
            let number = self.intern_int(int);
            self.ends[number as usize] += 1;
            self.who.push(number);
        }
        for i in 0..rows.texts.len() {
            let number = self.intern_text(rows.texts.get(i));
            self.ends[number as usize] += 1;
            self.who.push(number);
        }
        self.block = rows;
    }

    /// Second pass: places the rows of the same blocks, in the same order.
    pub fn place<B: AsRef<[u8]>>(&mut self, blocks: impl Iterator<Item = Result<B>>) -> Result<()> {
        self.sorted.clear();
        self.sorted.resize(self.who.len(), 0);
        let mut sum = 0;
        for end in &mut self.ends {
            sum += std::mem::replace(end, sum);
        }
        let mut who = &self.who[..];
        for block in blocks {
            self.block.decode(block?.as_ref());
            let (these, rest) = who.split_at(self.block.len());
            who = rest;
            for ((&number, &when), &amount) in these.iter().zip(&self.block.when).zip(&self.block.amount) {
                let place = &mut self.ends[number as usize];
                self.sorted[*place as usize] = pack(when, amount);
                *place += 1;
            }
        }
        Ok(())
    }

    /// Last: the customers by id, each with its rows by grain and amount.
    pub fn customers(&mut self, mut each: impl FnMut(&[u8], &[u128]) -> Result<()>) -> Result<()> {
        self.sort_customers();
        for &entry in &self.order {
            let number = entry as u32 as usize;
            let start = if number == 0 { 0 } else { self.ends[number - 1] };
            let rows = &mut self.sorted[start as usize..self.ends[number] as usize];
            if rows.len() > 1 {
                rows.sort_unstable();
            }
            each(self.names.get(number), rows)?;
        }
        Ok(())
    }

    fn intern_int(&mut self, int: u64) -> u32 {
        let entry = self.ints.entry(hash_int(int), |&(known, _)| known == int, |&(known, _)| hash_int(known));
        entry
            .or_insert_with(|| {
                // Integers above 9,999,999,999,999,999,999 do not occur: see `plain_integer`.
                let mut digits = [0; 20];
                let mut at = digits.len();
                let mut rest = int;
                loop {
                    at -= 1;
                    digits[at] = b'0' + (rest % 10) as u8;
                    rest /= 10;
                    if rest == 0 {
                        break;
                    }
                }
                self.names.push(&digits[at..]);
                self.ends.push(0);
                (int, self.ends.len() as u32 - 1)
            })
            .get()
            .1
    }

    fn intern_text(&mut self, id: &[u8]) -> u32 {
        let names = &self.names;
        let is_it = |&number: &u32| names.get(number as usize) == id;
        let hash = hash_text(id);
        if let Some(&number) = self.texts.find(hash, is_it) {
            return number;
        }
        let number = self.ends.len() as u32;
        self.names.push(id);
        self.ends.push(0);
        let names = &self.names;
        self.texts.insert_unique(hash, number, |&number| hash_text(names.get(number as usize)));
        number
    }

    fn sort_customers(&mut self) {
        let names = &self.names;
        self.order.clear();
        if names.len() == 0 {
            return;
        }
        let skip = (0..names.len()).fold(usize::MAX, |skip, i| {
            let (some, name) = (names.get(0), names.get(i));
            common(&some[..skip.min(some.len())], name)
        });
        self.order.extend((0..names.len()).map(|i| {
            let rest = &names.get(i)[skip..];
            let mut bytes = [0; 16];
            let n = rest.len().min(PREFIX);
            bytes[..n].copy_from_slice(&rest[..n]);
            u128::from_be_bytes(bytes) | i as u128
        }));
        self.order.sort_unstable();
        let same = |a: &u128, b: &u128| a >> 32 == b >> 32;
        for tied in self.order.chunk_by_mut(same).filter(|tied| tied.len() > 1) {
            tied.sort_unstable_by(|&a, &b| names.get(a as u32 as usize).cmp(names.get(b as u32 as usize)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn customers_come_by_id_and_rows_by_time() {
        let ids =
            ["10", "9", "1", "a", "customer-0000000000012", "customer-0000000000011", "", "a\0", "é", "01"];
        let mut texts = Rows::default();
        let mut ints = Rows::default();
        for (i, id) in ids.iter().chain(&ids).enumerate() {
            let rows = match super::super::scatter::plain_integer(id.as_bytes()) {
                Some(int) => {
                    ints.ints.push(int);
                    &mut ints
                }
                None => {
                    texts.texts.push(id.as_bytes());
                    &mut texts
                }
            };
            rows.when.push(-(i as i32));
            rows.amount.push(i as f64);
        }
        let blocks = [texts, ints].map(|rows| {
            let mut block = Vec::new();
            rows.encode(&mut block);
            block
        });
        let mut group = Group::default();
        for _ in 0..2 {
            group.clear();
            blocks.iter().for_each(|block| group.add_ids(block));
            group.place(blocks.iter().map(Ok)).unwrap();
            let mut found = Vec::new();
            let each = |id: &[u8], rows: &[u128]| {
                assert!(rows.len() == 2 && rows[0] < rows[1]);
                found.push(String::from_utf8(id.to_vec()).unwrap());
                Ok(())
            };
            group.customers(each).unwrap();
            let mut sorted = ids.to_vec();
            sorted.sort_unstable();
            assert_eq!(found, sorted);
        }
    }
}
