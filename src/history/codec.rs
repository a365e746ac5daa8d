//! How rows are laid out while they wait in memory or on disk: blocks of columns, each column
//! stored as offsets from its least value in the fewest whole bytes.
//!
//! Ids that are plain integers are kept as integers and amounts that are whole cents as integers,
//! so that a typical row takes 8 to 10 bytes instead of 20 to 30. Every encoding is exact to the bit.

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
}

/// Rows of a log: who, when, how much. The ids are all integers or all texts.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    /// Ids that are integers as people write them; empty if the ids are in `texts`.
    pub ints: Vec<u64>,
    /// Any other ids.
    pub texts: Texts,
    /// Grain of each row, since 1970.
    pub when: Vec<i32>,
    /// Amount of each row; negative for a return.
    pub amount: Vec<f64>,
}

impl Rows {
    pub fn len(&self) -> usize {
        self.when.len()
    }

    pub fn clear(&mut self) {
        self.ints.clear();
        self.texts.clear();
        self.when.clear();
        self.amount.clear();
    }

    /// Appends the encoded block to `out`.
    pub fn encode(&self, out: &mut Vec<u8>) {
        debug_assert_eq!(self.amount.len(), self.len());
        debug_assert_eq!(self.ints.len() + self.texts.len(), self.len());
        out.extend_from_slice(&(self.len() as u32).to_le_bytes());
        out.push(u8::from(self.ints.is_empty()));
        if self.ints.is_empty() {
            put_texts(out, &self.texts);
        } else {
            put_integers(out, &self.ints, |v| v);
        }
        put_integers(out, &self.when, sortable);
        put_amounts(out, &self.amount);
    }

    /// The ids of an encoded block; `when` and `amount` stay empty.
    pub fn decode_ids(&mut self, mut block: &[u8]) {
        self.clear();
        self.take_ids(&mut block);
    }

    /// A whole encoded block.
    pub fn decode(&mut self, mut block: &[u8]) {
        self.clear();
        let n = self.take_ids(&mut block);
        take_integers(&mut block, n, &mut self.when, unsortable);
        take_amounts(&mut block, n, &mut self.amount);
    }

    fn take_ids(&mut self, block: &mut &[u8]) -> usize {
        let n = take_number(block, 4) as usize;
        if take_number(block, 1) == 1 {
            take_texts(block, n, &mut self.texts);
        } else {
            take_integers(block, n, &mut self.ints, |v| v);
        }
        n
    }
}

/// Customers, folded: what a summary row is made of.
#[derive(Debug, Default)]
pub(crate) struct Customers {
    pub id: Texts,
    /// Purchase occasions after the first.
    pub x: Vec<u32>,
    /// Grain of the first occasion.
    pub first: Vec<i32>,
    /// Grain of the last occasion.
    pub last: Vec<i32>,
    /// Mean amount of a repeat occasion.
    pub mean: Vec<f64>,
}

impl Customers {
    pub fn len(&self) -> usize {
        self.x.len()
    }

    pub fn push(&mut self, id: &[u8], customer: &Folded) {
        self.id.push(id);
        self.x.push(customer.x);
        self.first.push(customer.first);
        self.last.push(customer.last);
        self.mean.push(customer.mean);
    }

    pub fn clear(&mut self) {
        self.id.clear();
        self.x.clear();
        self.first.clear();
        self.last.clear();
        self.mean.clear();
    }

    /// Appends the encoded block to `out`.
    pub fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&(self.len() as u32).to_le_bytes());
        put_texts(out, &self.id);
        put_integers(out, &self.x, u64::from);
        put_integers(out, &self.first, sortable);
        put_integers(out, &self.last, sortable);
        put_amounts(out, &self.mean);
    }

    /// A whole encoded block.
    pub fn decode(&mut self, mut block: &[u8]) {
        self.clear();
        let n = take_number(&mut block, 4) as usize;
        take_texts(&mut block, n, &mut self.id);
        take_integers(&mut block, n, &mut self.x, |v| v as u32);
        take_integers(&mut block, n, &mut self.first, unsortable);
        take_integers(&mut block, n, &mut self.last, unsortable);
        take_amounts(&mut block, n, &mut self.mean);
    }
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
fn put_integers<T: Copy>(out: &mut Vec<u8>, values: &[T], number: impl Fn(T) -> u64) {
    let (mut least, mut most) = (u64::MAX, 0);
    for &value in values {
        least = least.min(number(value));
        most = most.max(number(value));
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
    let offset = |value: T| number(value) - least;
    let start = out.len();
    out.resize(start + usize::from(width) * values.len(), 0);
    let out = &mut out[start..];
    match width {
        0 => {}
        1 => out.iter_mut().zip(values).for_each(|(o, &v)| *o = offset(v) as u8),
        2 => put_fixed(out, values, |v| (offset(v) as u16).to_le_bytes()),
        4 => put_fixed(out, values, |v| (offset(v) as u32).to_le_bytes()),
        _ => put_fixed(out, values, |v| offset(v).to_le_bytes()),
    }
}

fn put_fixed<T: Copy, const N: usize>(out: &mut [u8], values: &[T], bytes: impl Fn(T) -> [u8; N]) {
    for (place, &value) in out.as_chunks_mut::<N>().0.iter_mut().zip(values) {
        *place = bytes(value);
    }
}

/// Undoes [`put_integers`]; appends to `out`.
fn take_integers<T>(block: &mut &[u8], n: usize, out: &mut Vec<T>, value: impl Fn(u64) -> T) {
    let width = take_number(block, 1) as usize;
    let least = take_number(block, 8);
    let column = take(block, width * n);
    match width {
        0 => out.extend((0..n).map(|_| value(least))),
        1 => out.extend(column.iter().map(|&b| value(least + u64::from(b)))),
        2 => out.extend(fixed(column).map(|b| value(least + u64::from(u16::from_le_bytes(b))))),
        4 => out.extend(fixed(column).map(|b| value(least + u64::from(u32::from_le_bytes(b))))),
        _ => out.extend(fixed(column).map(|b| value(least + u64::from_le_bytes(b)))),
    }
}

fn fixed<const N: usize>(column: &[u8]) -> impl ExactSizeIterator<Item = [u8; N]> + '_ {
    column.as_chunks::<N>().0.iter().copied()
}

fn put_texts(out: &mut Vec<u8>, texts: &Texts) {
    let mut start = 0;
    let lengths: Vec<usize> =
        texts.ends.iter().map(|&end| end - std::mem::replace(&mut start, end)).collect();
    put_integers(out, &lengths, |v| v as u64);
    out.extend_from_slice(&(texts.bytes.len() as u64).to_le_bytes());
    out.extend_from_slice(&texts.bytes);
}

fn take_texts(block: &mut &[u8], n: usize, out: &mut Texts) {
    let mut end = out.bytes.len();
    take_integers(block, n, &mut out.ends, |length| length as usize);
    for place in &mut out.ends {
        end += *place;
        *place = end;
    }
    let length = take_number(block, 8) as usize;
    out.bytes.extend_from_slice(take(block, length));
}

/// Column of amounts: as cents if all are whole cents of moderate size, else as they are.
fn put_amounts(out: &mut Vec<u8>, amounts: &[f64]) {
    // Adding and taking off 1.5 x 2^52 rounds to an integer without a call.
    const ROUND: f64 = 6_755_399_441_055_744.0;
    let cents: Vec<i32> = amounts.iter().map(|amount| (amount * 100.0 + ROUND - ROUND) as i32).collect();
    // What does not come back to the bit is stored as it is.
    let whole = amounts
        .iter()
        .zip(&cents)
        .fold(true, |all, (amount, &c)| all & (in_cents(c).to_bits() == amount.to_bits()));
    out.push(u8::from(whole));
    if whole {
        put_integers(out, &cents, sortable);
    } else {
        put_integers(out, amounts, f64::to_bits);
    }
}

fn take_amounts(block: &mut &[u8], n: usize, out: &mut Vec<f64>) {
    if take_number(block, 1) == 1 {
        take_integers(block, n, out, |v| in_cents(unsortable(v)));
    } else {
        take_integers(block, n, out, f64::from_bits);
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
        assert!(rows.amount.iter().zip(&back.amount).all(|(a, b)| a.to_bits() == b.to_bits()));
    }

    #[test]
    fn rows_come_back_to_the_bit() {
        let amount = [0.0, -0.0, 0.1 + 0.2, -12.34, 1e300, f64::MIN_POSITIVE, 21474836.47, 21474836.48];
        for width in 1..=amount.len() {
            let when: Vec<i32> =
                (0..width as i32).map(|i| [i, i32::MIN, i32::MAX, 70_000][i as usize % 4]).collect();
            let mut texts = Texts::default();
            (0..width).for_each(|i| texts.push("é".repeat(i * i * 10).as_bytes()));
            round_trip(&Rows {
                texts,
                when: when.clone(),
                amount: amount[..width].into(),
                ..Rows::default()
            });
            let ints = (0..width as u32).map(|i| u64::MAX >> (8 * i)).collect();
            round_trip(&Rows { ints, when, amount: amount[..width].into(), ..Rows::default() });
        }
    }

    #[test]
    fn cents_are_small() {
        let rows = Rows {
            ints: (0..1000).collect(),
            when: (17_000..18_000).collect(),
            amount: (0..1000).map(|i| f64::from(i * 37) / 100.0).collect(),
            ..Rows::default()
        };
        let mut bytes = Vec::new();
        rows.encode(&mut bytes);
        assert!(bytes.len() < 6 * 1000 + 64);
        round_trip(&rows);
    }
}
