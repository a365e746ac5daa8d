//! Counting: rows in any order in, sorted distinct rows with counts out.
//!
//! A million customers at day grain have a few hundred distinct times. So each time becomes a small
//! number (a hash of its bits finds it), `(x, T, t_x)` becomes one integer of some 26 bits, and three
//! passes of a radix sort put equal rows side by side.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::{Ages, Customer, CustomerTable, SameX, SpendRow, SpendTable};

/// Collects customers; see [`CustomerTable::builder`].
#[derive(Debug, Clone, Default)]
pub struct CustomerTableBuilder {
    x: Vec<u32>,
    t_x: Vec<u32>,
    t: Vec<u32>,
    /// Row by row, or empty while all are 1.
    count: Vec<f64>,
    times: Times,
    log_gaps: Option<f64>,
    /// The ages at repeat purchases, if they tell customers apart: their numbers, and where each customer's end.
    ages: Times,
    age: Vec<u32>,
    age_ends: Vec<usize>,
    by_ages: Option<CustomerTable>,
}

/// Numbers for distinct times, in order of first appearance.
#[derive(Debug, Clone, Default)]
struct Times {
    seen: Vec<f64>,
    index: FxHashMap<u64, u32>,
    /// Some of `index`, each at the place its bits point to: most look-ups end here.
    recent: Vec<(u64, u32)>,
}

/// Places in `Times::recent`, as a number of bits.
const RECENT: u32 = 12;

impl Times {
    #[inline]
    fn number(&mut self, time: f64) -> u32 {
        let time = time + 0.0; // -0.0 is 0.0
        let bits = time.to_bits();
        // The low bits of whole numbers written as doubles are all zero: multiply, take high bits.
        let place = (bits.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - RECENT)) as usize;
        match self.recent.get(place) {
            Some((known, number)) if *known == bits && *number != u32::MAX => *number,
            _ => self.look_up(time, bits, place),
        }
    }

    fn look_up(&mut self, time: f64, bits: u64, place: usize) -> u32 {
        if self.recent.is_empty() {
            self.recent.resize(1 << RECENT, (0, u32::MAX));
        }
        let number = *self.index.entry(bits).or_insert_with(|| {
            self.seen.push(time);
            (self.seen.len() - 1) as u32
        });
        self.recent[place] = (bits, number);
        number
    }

    /// The times ascending, and the place of each number in them.
    fn sorted(&self) -> (Vec<f64>, Vec<u32>) {
        let mut order: Vec<u32> = (0..self.seen.len() as u32).collect();
        order.sort_unstable_by(|a, b| self.seen[*a as usize].total_cmp(&self.seen[*b as usize]));
        let mut place = vec![0; order.len()];
        for (rank, number) in order.iter().enumerate() {
            place[*number as usize] = rank as u32;
        }
        (order.iter().map(|number| self.seen[*number as usize]).collect(), place)
    }
}

impl CustomerTableBuilder {
    /// Adds `count` customers with the same history.
    pub fn push(&mut self, customer: Customer, count: f64) -> &mut Self {
        if count != 1.0 && self.count.is_empty() {
            self.count.resize(self.x.len(), 1.0);
        }
        if count != 1.0 || !self.count.is_empty() {
            self.count.push(count);
        }
        self.x.push(customer.x);
        let (t_x, t) = (self.times.number(customer.t_x), self.times.number(customer.t));
        self.t_x.push(t_x);
        self.t.push(t);
        self
    }

    /// Adds customers column by column; the columns are equally long.
    pub fn push_columns(&mut self, x: &[u32], t_x: &[f64], t: &[f64]) -> &mut Self {
        assert!(x.len() == t_x.len() && x.len() == t.len(), "columns of one length");
        if !self.count.is_empty() {
            self.count.resize(self.count.len() + x.len(), 1.0);
        }
        self.x.extend_from_slice(x);
        let times = &mut self.times;
        self.t_x.extend(t_x.iter().map(|time| times.number(*time)));
        self.t.extend(t.iter().map(|time| times.number(*time)));
        self
    }

    /// Adds to the sum, over customers by their counts, of the logarithms of the gaps between their
    /// purchases: see [`CustomerTable::log_gaps`].
    pub fn log_gaps(&mut self, sum: f64) -> &mut Self {
        self.log_gaps = Some(self.log_gaps.unwrap_or(0.0) + sum);
        self
    }

    /// Adds `count` customers who bought again at these ages, ascending: such rows are told apart by them, and all rows
    /// must have them.
    pub fn push_with_ages(&mut self, customer: Customer, ages: &[f64], count: f64) -> &mut Self {
        assert_eq!(self.age_ends.len(), self.x.len(), "all rows have ages, or none");
        let known = &mut self.ages;
        self.age.extend(ages.iter().map(|age| known.number(*age)));
        self.age_ends.push(self.age.len());
        self.push(customer, count)
    }

    /// Keeps beside the table that of the same customers told apart by their ages at purchases: see
    /// [`CustomerTable::by_ages`].
    pub fn by_ages(&mut self, table: CustomerTable) -> &mut Self {
        self.by_ages = Some(table);
        self
    }

    /// Sorts and counts. The table is the same for every order of the same rows.
    pub fn finish(&self) -> CustomerTable {
        let mut table = if self.age_ends.is_empty() { self.count_all() } else { self.count_apart() };
        table.by_ages = self.by_ages.clone().map(Arc::new);
        table
    }

    fn count_all(&self) -> CustomerTable {
        let (times, place) = self.times.sorted();
        let width = bits(times.len().saturating_sub(1) as u64);
        let x_width = bits(u64::from(self.x.iter().copied().max().unwrap_or(0)));
        let mut table = CustomerTable { times, log_gaps: self.log_gaps, ..CustomerTable::default() };
        // The distinct times of n rows are at most 2n, and a row is some tens of bytes: 32 + 2 × 33
        // bits, which do not fit, need more than 60,000 distinct times.
        if x_width + 2 * width <= 64 {
            self.count_packed(&place, width, x_width, &mut table);
        } else {
            self.count_wide(&place, &mut table);
        }
        table.set_margins();
        table
    }

    /// Rows that are told apart by ages.
    fn count_apart(&self) -> CustomerTable {
        assert_eq!(self.age_ends.len(), self.x.len(), "all rows have ages, or none");
        let ((times, place), (ages, age_place)) = (self.times.sorted(), self.ages.sorted());
        let own: Vec<u32> = self.age.iter().map(|number| age_place[*number as usize]).collect();
        let ages_of =
            |row: usize| &own[if row == 0 { 0 } else { self.age_ends[row - 1] }..self.age_ends[row]];
        let at = |number: u32| place[number as usize];
        let key = |row: usize| (self.x[row], at(self.t[row]), at(self.t_x[row]), ages_of(row));
        let count = |row: usize| self.count.get(row).copied().unwrap_or(1.0);
        let mut rows: Vec<u32> = (0..self.x.len() as u32).collect();
        rows.sort_unstable_by(|a, b| {
            let (a, b) = (*a as usize, *b as usize);
            key(a).cmp(&key(b)).then(count(a).total_cmp(&count(b)))
        });
        let mut table = CustomerTable { times, log_gaps: self.log_gaps, ..CustomerTable::default() };
        let mut ages = Ages::among(ages);
        for run in rows.chunk_by(|a, b| key(*a as usize) == key(*b as usize)) {
            let (x, t, t_x, own) = key(run[0] as usize);
            add_row(&mut table, x, t, t_x, run.iter().map(|row| count(*row as usize)).sum());
            ages.push(own);
        }
        table.ages = Some(Arc::new(ages));
        table.set_margins();
        table
    }

    fn count_packed(&self, place: &[u32], width: u32, x_width: u32, table: &mut CustomerTable) {
        let significant = x_width + 2 * width;
        if !self.count.is_empty() {
            let mut rows: Vec<(u64, f64)> = self.keys(place, width).zip(self.count.iter().copied()).collect();
            // By count too: a sum depends on the order of its terms.
            rows.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
            for run in rows.chunk_by(|a, b| a.0 == b.0) {
                add_key(table, width, run[0].0, run.iter().map(|row| row.1).sum());
            }
        } else if significant <= 32 {
            let keys: Vec<u32> = self.keys(place, width).map(|key| key as u32).collect();
            count_runs(table, width, &radix_sorted(keys, significant));
        } else {
            let keys: Vec<u64> = self.keys(place, width).collect();
            count_runs(table, width, &radix_sorted(keys, significant));
        }
    }

    /// Row by row `(x, T, t_x)` in one number.
    fn keys(&self, place: &[u32], width: u32) -> impl Iterator<Item = u64> {
        let place = move |number: &u32| u64::from(place[*number as usize]);
        let rows = self.x.iter().zip(&self.t).zip(&self.t_x);
        rows.map(move |((x, t), t_x)| u64::from(*x) << (2 * width) | place(t) << width | place(t_x))
    }

    fn count_wide(&self, place: &[u32], table: &mut CustomerTable) {
        let mut rows: Vec<((u32, u32, u32), f64)> = (0..self.x.len())
            .map(|row| {
                let place = |number: u32| place[number as usize];
                let count = self.count.get(row).copied().unwrap_or(1.0);
                ((self.x[row], place(self.t[row]), place(self.t_x[row])), count)
            })
            .collect();
        rows.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        for run in rows.chunk_by(|a, b| a.0 == b.0) {
            let (x, t, t_x) = run[0].0;
            add_row(table, x, t, t_x, run.iter().map(|row| row.1).sum());
        }
    }
}

/// How many bits `value` needs.
fn bits(value: u64) -> u32 {
    u64::BITS - value.leading_zeros()
}

/// Adds a row for each run of equal keys.
fn count_runs<K: Copy + PartialEq + Into<u64>>(table: &mut CustomerTable, width: u32, keys: &[K]) {
    let distinct = 1 + keys.windows(2).filter(|pair| pair[0] != pair[1]).count();
    table.t.reserve_exact(distinct);
    table.t_x.reserve_exact(distinct);
    table.count.reserve_exact(distinct);
    for run in keys.chunk_by(|a, b| a == b) {
        add_key(table, width, run[0].into(), run.len() as f64);
    }
}

/// Adds a row that is packed in one number.
#[inline]
fn add_key(table: &mut CustomerTable, width: u32, key: u64, count: f64) {
    let mask = (1 << width) - 1;
    let (t, t_x) = ((key >> width & mask) as u32, (key & mask) as u32);
    add_row(table, (key >> (2 * width)) as u32, t, t_x, count);
}

#[inline]
fn add_row(table: &mut CustomerTable, x: u32, t: u32, t_x: u32, count: f64) {
    let row = table.count.len();
    match table.groups.last_mut() {
        Some(group) if group.x == x => group.rows.end = row + 1,
        _ => table.groups.push(same_x(x, row..row + 1)),
    }
    table.t.push(t);
    table.t_x.push(t_x);
    table.count.push(count);
}

fn same_x(x: u32, rows: Range<usize>) -> SameX {
    SameX { x, rows, count: 0.0 }
}

/// Sorts keys of this many significant bits, least significant digit first.
fn radix_sorted<K: Copy + Default + Into<u64>>(keys: Vec<K>, significant: u32) -> Vec<K> {
    const LONGEST: u32 = 11;
    let passes = significant.div_ceil(LONGEST).max(1);
    let width = significant.div_ceil(passes).max(1);
    let mut other = vec![K::default(); keys.len()];
    let mut keys = keys;
    let mut next = vec![0_usize; 1 << width];
    for pass in 0..passes {
        let digit = |key: K| (key.into() >> (pass * width)) as usize & ((1 << width) - 1);
        next.fill(0);
        for key in &keys {
            next[digit(*key)] += 1;
        }
        let mut start = 0;
        for place in next.iter_mut() {
            start += std::mem::replace(place, start);
        }
        for key in &keys {
            let place = &mut next[digit(*key)];
            other[*place] = *key;
            *place += 1;
        }
        std::mem::swap(&mut keys, &mut other);
    }
    keys
}

/// Collects the spending of customers; see [`SpendTable`].
///
/// Amounts are gathered by `x` and sorted within it as the integers of their bits, which for positive
/// numbers have the same order.
#[derive(Debug, Clone, Default)]
pub struct SpendTableBuilder {
    /// Mean amounts of single customers, by `x`; `x` from [`COMMON`] on are in `rare`.
    common: Vec<Vec<u64>>,
    rare: BTreeMap<u32, Vec<u64>>,
    /// Mean amounts of other numbers of customers.
    weighted: Vec<(u32, u64, f64)>,
}

/// Below this a number of repeat purchases has a list of its own at hand.
const COMMON: u32 = 4096;

impl SpendTableBuilder {
    /// Adds `count` customers with the same spending. No repeat purchase, or a mean that is not
    /// positive, says nothing about amounts: such rows are left out.
    pub fn push(&mut self, row: SpendRow, count: f64) -> &mut Self {
        if SpendRow::of(row.x, row.mean).spends() {
            match count == 1.0 {
                true => self.amounts(row.x).push(row.mean.to_bits()),
                false => self.weighted.push((row.x, row.mean.to_bits(), count)),
            }
        }
        self
    }

    /// Adds customers column by column; the columns are equally long.
    pub fn push_columns(&mut self, x: &[u32], mean: &[f64]) -> &mut Self {
        assert_eq!(x.len(), mean.len(), "columns of one length");
        for (x, mean) in x.iter().zip(mean) {
            self.push(SpendRow { x: *x, mean: *mean }, 1.0);
        }
        self
    }

    fn amounts(&mut self, x: u32) -> &mut Vec<u64> {
        if x >= COMMON {
            return self.rare.entry(x).or_default();
        }
        if self.common.len() <= x as usize {
            self.common.resize(x as usize + 1, Vec::new());
        }
        &mut self.common[x as usize]
    }

    /// Sorts and counts. The table is the same for every order of the same rows.
    pub fn finish(&self) -> SpendTable {
        let mut weighted: BTreeMap<u32, Vec<(u64, f64)>> = BTreeMap::new();
        for (x, amount, count) in &self.weighted {
            weighted.entry(*x).or_default().push((*amount, *count));
        }
        let common = (0..).zip(&self.common).filter(|(_, amounts)| !amounts.is_empty());
        let single = common.chain(self.rare.iter().map(|(x, amounts)| (*x, amounts)));
        let mut single: BTreeMap<u32, &Vec<u64>> = single.collect();
        let none = Vec::new();
        for x in weighted.keys() {
            single.entry(*x).or_insert(&none);
        }
        let mut table = SpendTable::default();
        for (x, amounts) in single {
            let start = table.count.len();
            add_amounts(&mut table, amounts.clone(), weighted.remove(&x).unwrap_or_default());
            table.groups.push(same_x(x, start..table.count.len()));
        }
        table.set_margins();
        table
    }
}

/// Adds the rows of one `x`.
fn add_amounts(table: &mut SpendTable, mut single: Vec<u64>, mut weighted: Vec<(u64, f64)>) {
    let mut add = |amount: u64, count: f64| {
        table.mean.push(f64::from_bits(amount));
        table.count.push(count);
    };
    single.sort_unstable();
    if weighted.is_empty() {
        single.chunk_by(|a, b| a == b).for_each(|run| add(run[0], run.len() as f64));
        return;
    }
    weighted.extend(single.iter().map(|amount| (*amount, 1.0)));
    weighted.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    weighted.chunk_by(|a, b| a.0 == b.0).for_each(|run| add(run[0].0, run.iter().map(|row| row.1).sum()));
}
