//! Which of the new rows a state has already: exports overlap.
//!
//! A row is one that the state has if customer, day, time of day, amount and number of the order are the same. Of equal rows
//! as many count as the one of the two that has more of them: three in the state and two in the export are three. Rows of
//! orders are left out only if all rows of the order are there; else the order is as its new rows make it, which the fold
//! settles as it does for an order in two files.

use std::collections::BTreeSet;

use hashbrown::HashTable;
use rustc_hash::{FxHashMap, FxHashSet};

use super::file::{Part, StateFile};
use super::rows::StateRow;
use crate::base::{Progress, Result};
use crate::history::scatter::{hash_int, hash_text};

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Overlap {
    /// For each new row: is it left out?
    pub repeated: Vec<bool>,
    /// Are rows of one order in the state and among the new ones?
    pub orders_met: bool,
}

/// All that tells rows apart, as a number.
fn hash(id: &str, day: i32, amount: f64, second: u32, order: u64) -> u64 {
    let of_row = hash_int(u64::from(day as u32) << 32 | u64::from(second)) ^ hash_int(amount.to_bits());
    hash_text(id.as_bytes()) ^ of_row.rotate_left(17) ^ order
}

/// Equal new rows, and how many of them the state has.
struct Alike {
    rows: Vec<usize>,
    there: usize,
}

/// Looks the new rows up; `late` are those of days that the state may have, and `continued` the orders that have rows of later
/// days, too.
///
/// # Errors
/// If the state cannot be read.
pub(crate) fn find(
    file: &StateFile,
    late: &[StateRow],
    continued: &FxHashSet<u64>,
    progress: &dyn Progress,
) -> Result<Overlap> {
    let mut overlap = Overlap { repeated: vec![false; late.len()], orders_met: false };
    let days: BTreeSet<i32> = late.iter().map(|row| row.day).collect();
    if days.is_empty() {
        return Ok(overlap);
    }
    let of = |row: &StateRow| hash(&row.id, row.day, row.amount, row.mark.second, row.mark.order);
    let mut groups: Vec<Alike> = Vec::new();
    let mut table: HashTable<u32> = HashTable::new();
    for (at, row) in late.iter().enumerate() {
        let same = |&group: &u32| alike(&late[groups[group as usize].rows[0]], row);
        match table.find(of(row), same) {
            Some(&group) => groups[group as usize].rows.push(at),
            None => {
                groups.push(Alike { rows: vec![at], there: 0 });
                let number = groups.len() as u32 - 1;
                table.insert_unique(of(row), number, |&group| of(&late[groups[group as usize].rows[0]]));
            }
        }
    }
    let order = |id: &str, order: u64| hash_text(id.as_bytes()) ^ hash_int(order);
    let orders: FxHashSet<u64> =
        late.iter().filter(|row| row.mark.order > 0).map(|row| order(&row.id, row.mark.order)).collect();
    for number in 0..file.groups() {
        progress.check()?;
        let meets = file.days(number).is_none_or(|(first, last)| days.range(first..=last).next().is_some());
        if !meets {
            continue;
        }
        for part in file.read(number, &[])? {
            let part = part?;
            for i in 0..part.len() {
                if !days.contains(&part.day.value(i)) {
                    continue;
                }
                let (id, number) = (part.id.value(i), part.order.value(i));
                overlap.orders_met |= number > 0 && orders.contains(&order(id, number));
                let amount = part.amount.as_ref().map_or(0.0, |amounts| amounts.value(i));
                let key = hash(id, part.day.value(i), amount, part.second.value(i), number);
                let same = |&group: &u32| is_row(&part, i, amount, &late[groups[group as usize].rows[0]]);
                if let Some(&group) = table.find(key, same) {
                    groups[group as usize].there += 1;
                }
            }
        }
    }
    for group in &groups {
        group.rows.iter().take(group.there).for_each(|&at| overlap.repeated[at] = true);
    }
    keep_whole_orders(late, continued, &mut overlap.repeated);
    Ok(overlap)
}

fn alike(one: &StateRow, two: &StateRow) -> bool {
    one.id == two.id
        && one.day == two.day
        && one.amount.to_bits() == two.amount.to_bits()
        && (one.mark.second, one.mark.nano, one.mark.order)
            == (two.mark.second, two.mark.nano, two.mark.order)
}

fn is_row(part: &Part, i: usize, amount: f64, row: &StateRow) -> bool {
    part.id.value(i) == &*row.id
        && part.day.value(i) == row.day
        && amount.to_bits() == row.amount.to_bits()
        && part.second.value(i) == row.mark.second
        && part.nano.value(i) == row.mark.nano
        && part.order.value(i) == row.mark.order
}

/// An order of which the state does not have all rows goes in with all of them.
fn keep_whole_orders(late: &[StateRow], continued: &FxHashSet<u64>, repeated: &mut [bool]) {
    let mut orders: FxHashMap<(u64, &str), Vec<usize>> = FxHashMap::default();
    for (at, row) in late.iter().enumerate().filter(|(_, row)| row.mark.order > 0) {
        orders.entry((row.mark.order, &row.id)).or_default().push(at);
    }
    for ((order, _), rows) in &orders {
        let whole = !continued.contains(order) && rows.iter().all(|&at| repeated[at]);
        rows.iter().for_each(|&at| repeated[at] = whole);
    }
}
