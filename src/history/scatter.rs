//! Rows to partitions by customer, so that all rows of a customer are in one partition and each
//! partition can be worked on by itself.
//!
//! The partition is taken from a hash of the id without surrounding blanks, case and the `.0` of a number, so
//! that ids which differ only by these meet in one partition and can be told. Each worker fills its own block for
//! each partition; a full block goes to the [`Store`], which spills under the memory limit. The
//! number of partitions is fixed: which rows meet must not depend on threads or memory.

use std::borrow::Cow;
use std::hash::{BuildHasher, Hasher};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Mutex, PoisonError};

use arrow_array::{Array, StringArray};
use rustc_hash::FxBuildHasher;
use unicode_normalization::{UnicodeNormalization, is_nfc};

use super::codec::{Row, Rows, row_bytes};
use super::read::{IdColumn, Purchases};
use super::store::{Block, Store};
use crate::base::Result;

/// How many partitions there are.
pub(crate) const PARTITIONS: usize = 128;

/// Rows of a full block, unless memory is tight: few, so that the blocks being filled stay near the
/// processor.
const BLOCK_ROWS: usize = 1024;

/// Bytes of text ids at which a block is full, if it has that many.
const BLOCK_TEXT: usize = 1 << 17;

/// Takes rows and hands them back by partition.
pub(crate) struct Scatter<'a> {
    store: &'a Store,
    block_rows: usize,
    workers: Vec<Mutex<Worker>>,
    partitions: Vec<Mutex<Partition>>,
    odd: AtomicU8,
}

/// What [`Scatter`] has gathered.
pub(crate) struct Scattered {
    /// The partitions.
    pub partitions: Vec<Partition>,
    /// What its ids could differ by and still be one.
    pub writing: Writing,
}

/// Rows that are worked on together: all rows of some customers.
#[derive(Default)]
pub(crate) struct Partition {
    /// Blocks of [`Rows`].
    pub blocks: Vec<Block>,
    /// How many rows there are.
    pub rows: usize,
    /// The length of their text ids [bytes].
    pub text: u64,
}

/// The blocks that one worker fills.
struct Worker {
    /// For each partition: rows with integer ids, rows with other ids.
    filling: Vec<[Rows; 2]>,
    encoded: Vec<u8>,
}

impl<'a> Scatter<'a> {
    /// For so many workers, whose unfinished blocks may take about `memory` bytes in all; with marks if there are
    /// attributes.
    pub fn new(store: &'a Store, workers: usize, memory: u64, marked: bool) -> Self {
        let worker = || {
            let filling = (0..PARTITIONS).map(|_| Default::default()).collect();
            Mutex::new(Worker { filling, encoded: Vec::new() })
        };
        let fitting = memory as usize / (PARTITIONS * workers.max(1) * row_bytes(marked));
        Scatter {
            store,
            block_rows: fitting.clamp(16, BLOCK_ROWS),
            workers: (0..workers.max(1)).map(|_| worker()).collect(),
            partitions: (0..PARTITIONS).map(|_| Mutex::default()).collect(),
            odd: AtomicU8::new(0),
        }
    }

    /// Takes rows from one of the workers.
    pub fn add(&self, worker: usize, rows: &Purchases) -> Result<()> {
        let mut worker = lock(&self.workers[worker % self.workers.len()]);
        match &rows.id {
            IdColumn::Text(ids) => self.add_texts(&mut worker, ids, rows),
            IdColumn::Int(ids) => self.add_ints(&mut worker, ids, rows),
        }
    }

    fn add_ints(&self, worker: &mut Worker, ids: &[u64], rows: &Purchases) -> Result<()> {
        let Worker { filling, encoded } = worker;
        for (i, (&id, &when)) in ids.iter().zip(&rows.when).enumerate() {
            let partition = partition_of(hash_int(id));
            let block = &mut filling[partition][0];
            let amount = rows.amount.get(i).copied().unwrap_or(0.0);
            block.rows.push(Row { id, amount, when });
            if let Some(&mark) = rows.marks.get(i) {
                block.marks.push(mark);
            }
            if block.rows.len() >= self.block_rows {
                self.flush(partition, block, encoded)?;
            }
        }
        Ok(())
    }

    fn add_texts(&self, worker: &mut Worker, ids: &StringArray, rows: &Purchases) -> Result<()> {
        let Worker { filling, encoded } = worker;
        let mut odd = 0;
        for i in 0..ids.len() {
            let id = ids.value(i);
            let key = Key::of(id);
            odd |= key.odd;
            let partition = partition_of(key.hash);
            let block = &mut filling[partition][usize::from(key.int.is_none())];
            if key.int.is_none() {
                block.texts.push(id.as_bytes());
            }
            let amount = rows.amount.get(i).copied().unwrap_or(0.0);
            block.rows.push(Row { id: key.int.unwrap_or(0), amount, when: rows.when[i] });
            if let Some(&mark) = rows.marks.get(i) {
                block.marks.push(mark);
            }
            if block.len() >= self.block_rows || block.texts.bytes.len() >= BLOCK_TEXT {
                self.flush(partition, block, encoded)?;
            }
        }
        self.odd.fetch_or(odd, Ordering::Relaxed);
        Ok(())
    }

    /// All rows, by partition.
    pub fn finish(mut self) -> Result<Scattered> {
        for worker in std::mem::take(&mut self.workers) {
            let Worker { filling, mut encoded } = worker.into_inner().unwrap_or_else(PoisonError::into_inner);
            for (partition, mut blocks) in filling.into_iter().enumerate() {
                for block in blocks.iter_mut().filter(|block| block.len() > 0) {
                    self.flush(partition, block, &mut encoded)?;
                }
            }
        }
        let partitions = self.partitions.into_iter();
        Ok(Scattered {
            partitions: partitions.map(|p| p.into_inner().unwrap_or_else(PoisonError::into_inner)).collect(),
            writing: Writing(self.odd.into_inner()),
        })
    }

    fn flush(&self, partition: usize, block: &mut Rows, encoded: &mut Vec<u8>) -> Result<()> {
        encoded.clear();
        block.encode(encoded);
        let stored = self.store.put(encoded)?;
        let mut partition = lock(&self.partitions[partition]);
        partition.blocks.push(stored);
        partition.rows += block.len();
        partition.text += block.texts.bytes.len() as u64;
        block.clear();
        Ok(())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// By bits that hash tables, which use the first and the last ones, do not need.
fn partition_of(hash: u64) -> usize {
    (hash >> 32) as usize % PARTITIONS
}

/// What is odd in how some id is written, as bits.
const ODD: u8 = 1;
const LOWER: u8 = 2;
const UPPER: u8 = 4;

/// What the ids of a log could differ by and still be one customer's.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Writing(u8);

impl Writing {
    /// Is there an id with blanks around it or with `.0` at its end?
    pub fn odd(self) -> bool {
        self.0 & ODD > 0
    }

    /// Are there letters of both cases?
    pub fn both_cases(self) -> bool {
        self.0 & LOWER > 0 && self.0 & UPPER > 0
    }
}

/// What is asked of an id, looked at once.
struct Key {
    /// Its value, if it is an integer as people write them.
    int: Option<u64>,
    /// Hash of its [`Core`] without case.
    hash: u64,
    /// What is odd about it.
    odd: u8,
}

impl Key {
    fn of(id: &str) -> Key {
        if let Some(int) = plain_integer(id.as_bytes()) {
            return Key { int: Some(int), hash: hash_int(int), odd: 0 };
        }
        let core = Core::of(id);
        let zeros = core.common.len() < core.text.len();
        let odd = if core.blanks || core.decimals || zeros { ODD } else { 0 };
        if let Some(int) =
            Some(core.common).filter(|_| odd > 0).and_then(|text| plain_integer(text.as_bytes()))
        {
            return Key { int: None, hash: hash_int(int), odd };
        }
        let (hash, case) = hash_caseless(core.common);
        Key { int: None, hash, odd: odd | case }
    }
}

/// An id without blanks around it and without `.0` behind a number.
pub(crate) struct Core<'a> {
    /// What is left.
    pub text: &'a str,
    /// Were there blanks?
    pub blanks: bool,
    /// Was there a `.0`?
    pub decimals: bool,
    /// What is left of a number without the zeros in front of it, as spreadsheets take them away.
    pub common: &'a str,
}

impl<'a> Core<'a> {
    /// Of an id.
    #[inline]
    pub fn of(id: &'a str) -> Self {
        // Nearly all ids begin and end with a sign of their own, seen at once.
        let plain = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_graphic);
        let bytes = id.as_bytes();
        let trimmed =
            if plain(bytes.first()) && plain(bytes.last()) { id } else { id.trim_matches(is_blank) };
        let digits = trimmed.strip_suffix(".0");
        let digits = digits.filter(|text| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()));
        let text = digits.unwrap_or(trimmed);
        let common = match text.as_bytes() {
            [b'0', rest @ .., last] if last.is_ascii_digit() && rest.iter().all(u8::is_ascii_digit) => {
                match text.trim_start_matches('0') {
                    "" => "0",
                    rest => rest,
                }
            }
            _ => text,
        };
        Core { text, blanks: trimmed.len() < id.len(), decimals: digits.is_some(), common }
    }
}

/// Blanks of all kinds, and signs that nobody sees: of no width, and byte order marks within a file.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

/// A text that is not all ASCII with each letter and its accents as one sign (Unicode's form NFC), and any blanks as one.
pub(crate) fn in_one_form(text: &str) -> Cow<'_, str> {
    let plain = |c: char| c != '\u{a0}' && (!c.is_whitespace() || c == ' ');
    if text.is_ascii() || (is_nfc(text) && text.chars().all(plain) && !text.contains("  ")) {
        return Cow::Borrowed(text);
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    Cow::Owned(words.join(" ").nfc().collect())
}

/// A hash that is the same in capital and in small letters, and which of the two there may be. Eight bytes at a time:
/// this is done row by row.
pub(crate) fn hash_caseless(text: &str) -> (u64, u8) {
    const LETTERS: u64 = 0x4040_4040_4040_4040;
    let bytes = text.as_bytes();
    let mut hasher = FxBuildHasher.build_hasher();
    let (mut lower, mut upper, mut all) = (0, 0, 0);
    let mut word = |eight: u64| {
        all |= eight;
        // Of ASCII, small letters have both bits, capital ones only the first.
        let letters = (eight & LETTERS) >> 1;
        lower |= letters & eight;
        upper |= letters & !eight;
        hasher.write_u64(in_small_letters(eight));
    };
    let (words, rest) = bytes.as_chunks::<8>();
    words.iter().for_each(|eight| word(u64::from_le_bytes(*eight)));
    if !rest.is_empty() {
        // What is left, as the last eight bytes if there are as many.
        let last = bytes.last_chunk().copied().unwrap_or_else(|| {
            let mut last = [0; 8];
            last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
            last
        });
        word(u64::from_le_bytes(last));
    }
    if all & ASCII_ENDS != 0 {
        let text = &*in_one_form(text);
        let small = text.to_lowercase();
        let same = small == text;
        return (hash_text(small.as_bytes()), if same { LOWER } else { LOWER | UPPER });
    }
    hasher.write_usize(text.len());
    let case = if lower > 0 { LOWER } else { 0 } | if upper > 0 { UPPER } else { 0 };
    (hash_int(hasher.finish()), case)
}

/// The highest bit of each byte: set in what is not ASCII.
const ASCII_ENDS: u64 = 0x8080_8080_8080_8080;

/// Eight bytes of ASCII with their capital letters made small.
#[inline]
fn in_small_letters(eight: u64) -> u64 {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let low = eight & !ASCII_ENDS;
    // The highest bits say which are at least A, and which are beyond Z; nothing is carried.
    let (from_a, beyond_z) = (low + (0x80 - b'A' as u64) * EACH, low + (0x7f - b'Z' as u64) * EACH);
    eight | ((from_a & !beyond_z & ASCII_ENDS) >> 2)
}

/// Plain integers are below: they have at most 19 digits, so that any such text fits into 64 bits.
pub(crate) const PLAIN_END: u64 = 10_u64.pow(19);

/// The value of `0`, `7`, `1200`, but not of `007`, `+7` or 20 digits: writing it gives the id back.
pub(crate) fn plain_integer(id: &[u8]) -> Option<u64> {
    let (&first, _) = id.split_first()?;
    if id.len() > 19 || (first == b'0' && id.len() > 1) {
        return None;
    }
    let (head, tail) = id.split_at(id.len() % 8);
    let mut value = 0;
    for byte in head {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value * 10 + u64::from(digit);
    }
    for eight in tail.as_chunks::<8>().0 {
        value = value * 100_000_000 + eight_digits(*eight)?;
    }
    Some(value)
}

/// The value of eight digits, found for all of them at once.
fn eight_digits(bytes: [u8; 8]) -> Option<u64> {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let text = u64::from_le_bytes(bytes);
    // High halves must be 3, and stay 3 when 6 is added: `0` to `9` are 0x30 to 0x39.
    let halves = (text & (0xf0 * EACH)) | ((text.wrapping_add(0x06 * EACH) & (0xf0 * EACH)) >> 4);
    if halves != 0x33 * EACH {
        return None;
    }
    // Neighbours are put together: 8 digits to 4 pairs, to 2 fours, to 1 number.
    let pairs = ((text & (0x0f * EACH)).wrapping_mul(10 << 8 | 1) >> 8) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs.wrapping_mul(100 << 16 | 1) >> 16) & 0x0000_ffff_0000_ffff;
    Some(fours.wrapping_mul(10_000 << 32 | 1) >> 32)
}

/// Hash of an integer, good in its high and in its low bits.
pub(crate) fn hash_int(int: u64) -> u64 {
    let product = u128::from(int ^ 0x9e37_79b9_7f4a_7c15) * 0xd6e8_feb8_6659_fd93;
    (product >> 64) as u64 ^ product as u64
}

/// Hash of a text, good in its high and in its low bits.
pub(crate) fn hash_text(text: &[u8]) -> u64 {
    hash_int(FxBuildHasher.hash_one(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_integers_are_integers() {
        for (id, value) in
            [("0", 0), ("7", 7), ("1200", 1200), ("9999999999999999999", 9_999_999_999_999_999_999)]
        {
            assert_eq!(plain_integer(id.as_bytes()), Some(value));
        }
        for value in (0..19).map(|digits| 1_234_567_890_123_456_789 / 10u64.pow(digits)) {
            let id = value.to_string();
            assert_eq!(plain_integer(id.as_bytes()), Some(value));
            for at in 0..id.len() {
                for other in ['/', ':', '\u{7f}', 'A'] {
                    let mut wrong = id.clone();
                    wrong.replace_range(at..=at, &other.to_string());
                    assert_eq!(plain_integer(wrong.as_bytes()), None, "{wrong}");
                }
            }
        }
        for id in ["", "00", "007", "+7", "-7", "7 ", " 7", "7.0", "1e3", "٣", "10000000000000000000"] {
            assert_eq!(plain_integer(id.as_bytes()), None, "{id}");
        }
    }

    #[test]
    fn ids_that_differ_only_in_writing_meet() {
        for (a, b) in
            [("17", " 17"), ("17", "17\u{a0}"), ("anna", "anna \t"), ("a b", " a b"), ("17", "17.0")]
        {
            assert_eq!(Key::of(a).hash, Key::of(b).hash, "{b}");
            assert!(Key::of(b).odd & ODD > 0 && Key::of(a).odd & ODD == 0);
        }
        for (a, b) in [
            ("bob@example.com", "Bob@Example.COM"),
            ("ab", "AB"),
            ("abcdefgh", "aBcdefgH"),
            ("AZ[@`{az-1", "az[@`{AZ-1"),
            ("Ärger 1", "ärger 1"),
            ("ЯНА", "яна"),
        ] {
            assert_eq!(Key::of(a).hash, Key::of(b).hash, "{b}");
            assert!(Writing(Key::of(a).odd | Key::of(b).odd).both_cases());
        }
        for (a, b) in [
            ("a17", "a017"),
            ("ab", "ac"),
            ("x.0", "x"),
            ("a", "aa"),
            ("abcdefgh", "abcdefgh1"),
            ("a@", "a`"),
            ("1[234567]", "1{234567}"),
        ] {
            assert_ne!(Key::of(a).hash, Key::of(b).hash, "{a} {b}");
        }
        assert!(!Writing(Key::of("CS000012-7").odd).both_cases());
    }

    #[test]
    fn only_capital_letters_are_made_small() {
        for byte in 0..0x80u8 {
            let eight = [byte, b'Z', byte, b'@', byte, b'[', byte, byte];
            assert_eq!(
                in_small_letters(u64::from_le_bytes(eight)).to_le_bytes(),
                eight.map(|b| b.to_ascii_lowercase())
            );
        }
    }

    #[test]
    fn partitions_are_even() {
        let mut counts = vec![0; PARTITIONS];
        for i in 0..128_000u64 {
            counts[(hash_int(i) >> 32) as usize % PARTITIONS] += 1;
        }
        assert!(counts.iter().all(|&n| (800..1200).contains(&n)), "{counts:?}");
    }
}
