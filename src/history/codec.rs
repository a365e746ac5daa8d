//! How rows are laid out while they wait in memory or on disk: blocks of columns, each column
//! stored as offsets from its least value in the fewest whole bytes.
//!
//! Ids that are plain integers are kept as integers and amounts that are whole cents as integers,
//! so that a typical row takes 8 to 10 bytes instead of 20 to 30. Every encoding is exact to the bit.

use std::ops::Range;

use arrow_array::StringArray;
use arrow_buffer::{Buffer, OffsetBuffer};

use super::fold::Folded;

/// Texts end to end.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    /// All texts, one after the other.
    pub bytes: Vec<u8>,
    /// Where each ends.
    pub ends: Vec<usize>,
}

impl Texts {
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn get(&self, i: usize) -> &[u8] {
        let start = if i == 0 { 0 } else { self.ends[i - 1] };
        &self.bytes[start..self.ends[i]]
    }

    pub fn push(&mut self, text: &[u8]) {
        self.bytes.extend_from_slice(text);
        self.ends.push(self.bytes.len());
    }

    pub fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }

    fn start(&self, i: usize) -> usize {
        if i == 0 { 0 } else { self.ends[i - 1] }
    }

    /// How many bytes some of them have.
    pub fn length(&self, rows: Range<usize>) -> usize {
        if rows.is_empty() { 0 } else { self.ends[rows.end - 1] - self.start(rows.start) }
    }

    /// Some of them, which are text, as a column; they must have less than 2 GiB.
    pub fn array(&self, rows: Range<usize>) -> StringArray {
        let first = self.start(rows.start);
        let offset = |end: &usize| i32::try_from(end - first).expect("less than 2 GiB of text");
        let offsets =
            std::iter::once(0).chain(self.ends[rows.clone()].iter().map(offset)).collect::<Vec<i32>>();
        let bytes = &self.bytes[first..first + self.length(rows)];
        StringArray::new(OffsetBuffer::new(offsets.into()), Buffer::from(bytes), None)
    }
}

/// One row: who, when, how much.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Row {
    /// The id if it is an integer; else anything that says in which group the row belongs.
    pub id: u64,
    /// Negative for a return.
    pub amount: f64,
    /// Grain since 1970.
    pub when: i32,
}

/// What goes with a row if there are attributes or orders: its values, and when within its grain it was. The lesser was
/// earlier.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Mark {
    /// Seconds since the grain began.
    pub second: u32,
    /// And billionths of a second.
    pub nano: u32,
    /// The order of the input.
    pub place: u64,
    /// Number of the values, from 1.
    pub code: u32,
    /// What its order's number hashes to; 0 if there is none.
    pub order: u64,
    /// Which file it is from.
    pub file: u32,
}

/// Memory of a row while it waits, without the text of its id \[bytes\].
pub(crate) fn row_bytes(marked: bool) -> usize {
    size_of::<Row>() + size_of::<u32>() + if marked { size_of::<Mark>() } else { 0 }
}

/// Rows of a log. The ids are all integers (as people write them) or all texts.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    pub rows: Vec<Row>,
    /// One a row; empty if there are no attributes.
    pub marks: Vec<Mark>,
    /// The ids of all rows; empty if they are integers.
    pub texts: Texts,
}

impl Rows {
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Are the ids integers?
    pub fn of_integers(&self) -> bool {
        self.texts.len() == 0
    }

    pub fn clear(&mut self) {
        self.rows.clear();
        self.marks.clear();
        self.texts.clear();
    }

    /// Appends the encoded block to `out`.
    pub fn encode(&self, out: &mut Vec<u8>) {
        debug_assert!(self.of_integers() || self.texts.len() == self.len());
        out.extend_from_slice(&(self.len() as u32).to_le_bytes());
        out.push(u8::from(self.of_integers()));
        if self.of_integers() {
            put_integers(out, &self.rows, |row| row.id);
        } else {
            put_texts(out, &self.texts);
        }
        put_integers(out, &self.rows, |row| sortable(row.when));
        put_amounts(out, &self.rows, |row| row.amount);
        out.push(u8::from(!self.marks.is_empty()));
        if !self.marks.is_empty() {
            put_marks(out, &self.marks);
        }
    }

    /// A whole encoded block; texts have `id` 0.
    pub fn decode(&mut self, mut block: &[u8]) {
        self.clear();
        let n = take_number(&mut block, 4) as usize;
        self.rows.resize(n, Row { id: 0, amount: 0.0, when: 0 });
        if take_number(&mut block, 1) == 1 {
            take_integers(&mut block, &mut self.rows, |row, id| row.id = id);
        } else {
            take_texts(&mut block, n, &mut self.texts);
        }
        take_integers(&mut block, &mut self.rows, |row, when| row.when = unsortable(when));
        take_amounts(&mut block, &mut self.rows, |row, amount| row.amount = amount);
        if take_number(&mut block, 1) == 1 {
            self.marks.resize(n, Mark::default());
            take_marks(&mut block, &mut self.marks);
        }
    }
}

/// Customers, folded: what a summary row is made of.
#[derive(Debug, Default)]
pub(crate) struct Customers {
    pub id: Texts,
    pub folded: Vec<Folded>,
    /// Ranks of the values of their attributes, so many for each customer.
    pub taken: Vec<u32>,
    /// Their gaps one by one; empty if they are not asked for.
    pub gaps: Texts,
}

impl Customers {
    pub fn len(&self) -> usize {
        self.folded.len()
    }

    pub fn push(&mut self, id: &[u8], folded: Folded, taken: &[u32]) {
        self.id.push(id);
        self.folded.push(folded);
        self.taken.extend_from_slice(taken);
    }

    /// Adds the gaps of the customer that was pushed last.
    pub fn push_gaps(&mut self, gaps: &[u8]) {
        self.gaps.push(gaps);
    }

    /// How many attributes there are.
    pub fn width(&self) -> usize {
        self.taken.len() / self.len().max(1)
    }

    /// The attributes of one of them.
    pub fn taken(&self, at: usize) -> &[u32] {
        let width = self.width();
        &self.taken[at * width..][..width]
    }

    pub fn clear(&mut self) {
        self.id.clear();
        self.folded.clear();
        self.taken.clear();
        self.gaps.clear();
    }

    /// Appends the encoded block to `out`.
    pub fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&(self.len() as u32).to_le_bytes());
        put_texts(out, &self.id);
        put_integers(out, &self.folded, |f| u64::from(f.x));
        put_integers(out, &self.folded, |f| sortable(f.first));
        put_integers(out, &self.folded, |f| sortable(f.last));
        put_amounts(out, &self.folded, |f| f.mean);
        let log_gaps = self.folded.iter().any(|f| f.log_gaps != 0.0);
        out.push(u8::from(log_gaps));
        if log_gaps {
            put_integers(out, &self.folded, |f| f.log_gaps.to_bits());
        }
        let first_amount = self.folded.iter().any(|f| f.first_amount != 0.0);
        out.push(u8::from(first_amount));
        if first_amount {
            put_amounts(out, &self.folded, |f| f.first_amount);
        }
        let width = self.width();
        out.push(width as u8);
        if width > 0 {
            let rows: Vec<&[u32]> = self.taken.chunks_exact(width).collect();
            (0..width).for_each(|i| put_integers(out, &rows, |row| u64::from(row[i])));
        }
        out.push(u8::from(self.gaps.len() > 0));
        if self.gaps.len() > 0 {
            put_texts(out, &self.gaps);
        }
    }

    /// A whole encoded block.
    pub fn decode(&mut self, mut block: &[u8]) {
        self.clear();
        let n = take_number(&mut block, 4) as usize;
        take_texts(&mut block, n, &mut self.id);
        self.folded.resize(n, Folded::default());
        take_integers(&mut block, &mut self.folded, |f, x| f.x = x as u32);
        take_integers(&mut block, &mut self.folded, |f, first| f.first = unsortable(first));
        take_integers(&mut block, &mut self.folded, |f, last| f.last = unsortable(last));
        take_amounts(&mut block, &mut self.folded, |f, mean| f.mean = mean);
        if take_number(&mut block, 1) == 1 {
            take_integers(&mut block, &mut self.folded, |f, bits| f.log_gaps = f64::from_bits(bits));
        }
        if take_number(&mut block, 1) == 1 {
            take_amounts(&mut block, &mut self.folded, |f, amount| f.first_amount = amount);
        }
        let width = take_number(&mut block, 1) as usize;
        if width > 0 {
            self.taken.resize(n * width, 0);
            let mut rows: Vec<&mut [u32]> = self.taken.chunks_exact_mut(width).collect();
            (0..width).for_each(|i| take_integers(&mut block, &mut rows, |row, rank| row[i] = rank as u32));
        }
        if take_number(&mut block, 1) == 1 {
            take_texts(&mut block, n, &mut self.gaps);
        }
    }
}

/// Rows near each other are from few pieces of the input and mostly without fractions of a second: small columns.
fn put_marks(out: &mut Vec<u8>, marks: &[Mark]) {
    put_integers(out, marks, |mark| u64::from(mark.code));
    put_integers(out, marks, |mark| u64::from(mark.second));
    put_integers(out, marks, |mark| u64::from(mark.nano));
    put_integers(out, marks, |mark| mark.place >> 32);
    put_integers(out, marks, |mark| u64::from(mark.place as u32));
    put_integers(out, marks, |mark| mark.order);
    put_integers(out, marks, |mark| u64::from(mark.file));
}

fn take_marks(block: &mut &[u8], marks: &mut [Mark]) {
    take_integers(block, marks, |mark, code| mark.code = code as u32);
    take_integers(block, marks, |mark, second| mark.second = second as u32);
    take_integers(block, marks, |mark, nano| mark.nano = nano as u32);
    take_integers(block, marks, |mark, piece| mark.place = piece << 32);
    take_integers(block, marks, |mark, row| mark.place |= row);
    take_integers(block, marks, |mark, order| mark.order = order);
    take_integers(block, marks, |mark, file| mark.file = file as u32);
}

/// A signed number as an unsigned one of the same order.
pub(crate) fn sortable(v: i32) -> u64 {
    u64::from(v as u32 ^ (1 << 31))
}

/// Undoes [`sortable`].
pub(crate) fn unsortable(v: u64) -> i32 {
    (v as u32 ^ (1 << 31)) as i32
}

/// Column of integers: `[width u8][least u64][offsets, width bytes each]`.
fn put_integers<T>(out: &mut Vec<u8>, rows: &[T], number: impl Fn(&T) -> u64) {
    let (mut least, mut most) = (u64::MAX, 0);
    for row in rows {
        least = least.min(number(row));
        most = most.max(number(row));
    }
    let width = match most.saturating_sub(least) {
        0 => 0,
        1..=0xff => 1,
        0x100..=0xffff => 2,
        0x1_0000..=0xffff_ffff => 4,
        _ => 8,
    };
    out.push(width);
    out.extend_from_slice(&least.to_le_bytes());
    let offset = |row: &T| number(row) - least;
    let start = out.len();
    out.resize(start + usize::from(width) * rows.len(), 0);
    let out = &mut out[start..];
    match width {
        0 => {}
        1 => put_fixed(out, rows, |row| [offset(row) as u8]),
        2 => put_fixed(out, rows, |row| (offset(row) as u16).to_le_bytes()),
        4 => put_fixed(out, rows, |row| (offset(row) as u32).to_le_bytes()),
        _ => put_fixed(out, rows, |row| offset(row).to_le_bytes()),
    }
}

fn put_fixed<T, const N: usize>(out: &mut [u8], rows: &[T], bytes: impl Fn(&T) -> [u8; N]) {
    for (place, row) in out.as_chunks_mut::<N>().0.iter_mut().zip(rows) {
        *place = bytes(row);
    }
}

/// Undoes [`put_integers`]: gives each row its number.
fn take_integers<T>(block: &mut &[u8], rows: &mut [T], set: impl Fn(&mut T, u64)) {
    let width = take_number(block, 1) as usize;
    let least = take_number(block, 8);
    let column = take(block, width * rows.len());
    match width {
        0 => rows.iter_mut().for_each(|row| set(row, least)),
        1 => take_fixed(column, rows, |row, [b]| set(row, least + u64::from(b))),
        2 => take_fixed(column, rows, |row, b| set(row, least + u64::from(u16::from_le_bytes(b)))),
        4 => take_fixed(column, rows, |row, b| set(row, least + u64::from(u32::from_le_bytes(b)))),
        _ => take_fixed(column, rows, |row, b| set(row, least + u64::from_le_bytes(b))),
    }
}

fn take_fixed<T, const N: usize>(column: &[u8], rows: &mut [T], set: impl Fn(&mut T, [u8; N])) {
    for (bytes, row) in column.as_chunks::<N>().0.iter().zip(rows) {
        set(row, *bytes);
    }
}

fn put_texts(out: &mut Vec<u8>, texts: &Texts) {
    let mut start = 0;
    let lengths = texts.ends.iter().map(|&end| (end - std::mem::replace(&mut start, end)) as u64);
    put_integers(out, &lengths.collect::<Vec<_>>(), |&length| length);
    out.extend_from_slice(&(texts.bytes.len() as u64).to_le_bytes());
    out.extend_from_slice(&texts.bytes);
}

fn take_texts(block: &mut &[u8], n: usize, out: &mut Texts) {
    out.ends.resize(n, 0);
    take_integers(block, &mut out.ends, |end, length| *end = length as usize);
    let mut sum = 0;
    for end in &mut out.ends {
        sum += *end;
        *end = sum;
    }
    let length = take_number(block, 8) as usize;
    out.bytes.extend_from_slice(take(block, length));
}

/// Column of amounts: as cents if all are whole cents of moderate size, else as they are.
fn put_amounts<T>(out: &mut Vec<u8>, rows: &[T], amount: impl Fn(&T) -> f64) {
    // Adding and taking off 1.5 x 2^52 rounds to an integer without a call.
    const ROUND: f64 = 6_755_399_441_055_744.0;
    let cents: Vec<i32> = rows.iter().map(|row| (amount(row) * 100.0 + ROUND - ROUND) as i32).collect();
    // What does not come back to the bit is stored as it is.
    let exact = |(row, &c): (&T, &i32)| in_cents(c).to_bits() == amount(row).to_bits();
    let whole = rows.iter().zip(&cents).fold(true, |all, pair| all & exact(pair));
    out.push(u8::from(whole));
    if whole {
        put_integers(out, &cents, |&c| sortable(c));
    } else {
        put_integers(out, rows, |row| amount(row).to_bits());
    }
}

fn take_amounts<T>(block: &mut &[u8], rows: &mut [T], set: impl Fn(&mut T, f64)) {
    if take_number(block, 1) == 1 {
        take_integers(block, rows, |row, v| set(row, in_cents(unsortable(v))));
    } else {
        take_integers(block, rows, |row, v| set(row, f64::from_bits(v)));
    }
}

fn in_cents(cents: i32) -> f64 {
    f64::from(cents) / 100.0
}

fn take<'a>(block: &mut &'a [u8], n: usize) -> &'a [u8] {
    let (head, rest) = block.split_at(n);
    *block = rest;
    head
}

fn take_number(block: &mut &[u8], width: usize) -> u64 {
    let mut bytes = [0; 8];
    bytes[..width].copy_from_slice(take(block, width));
    u64::from_le_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trip(rows: &Rows) {
        let mut bytes = Vec::new();
        rows.encode(&mut bytes);
        let mut back = Rows::default();
        back.decode(&bytes);
        assert_eq!(format!("{rows:?}"), format!("{back:?}"));
    }

    #[test]
    fn rows_come_back_to_the_bit() {
        let amounts = [0.0, -0.0, 0.1 + 0.2, -12.34, 1e300, f64::MIN_POSITIVE, 21474836.47, 21474836.48];
        for n in 1..=amounts.len() {
            let when = |i: usize| [i as i32, i32::MIN, i32::MAX, 70_000][i % 4];
            let row = |i: usize, id: u64| Row { id, amount: amounts[i], when: when(i) };
            let mark = |i: usize| Mark {
                second: [0, 1, 31_622_399][i % 3],
                nano: 999_999_999 * (i as u32 % 2),
                place: u64::MAX >> (7 * i),
                code: i as u32 + 1,
                order: u64::MAX >> (9 * i),
                file: i as u32 % 3,
            };
            let mut rows = Rows::default();
            rows.rows.extend((0..n).map(|i| row(i, u64::MAX >> (8 * i))));
            round_trip(&rows);
            rows.marks.extend((0..n).map(mark));
            round_trip(&rows);
            rows.clear();
            rows.rows.extend((0..n).map(|i| row(i, 0)));
            (0..n).for_each(|i| rows.texts.push("é".repeat(i * i * 10).as_bytes()));
            round_trip(&rows);
        }
    }

    #[test]
    fn cents_are_small() {
        let row = |i: i32| Row { id: i as u64, amount: f64::from(i * 37) / 100.0, when: 17_000 + i };
        let rows = Rows { rows: (0..1000).map(row).collect(), ..Rows::default() };
        let mut bytes = Vec::new();
        rows.encode(&mut bytes);
        assert!(bytes.len() < 6 * 1000 + 64);
        round_trip(&rows);
    }
}
