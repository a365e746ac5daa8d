//! What scorers keep: results and tables in maps that do not grow without end, some of them shared by the scorers of a model.

use std::hash::Hash;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::FxHashMap;

use super::beta_geometric::Survival;
use super::erlang::Renewals;

/// Entries kept at most, of results and of tables; then they are dropped and built up again.
pub(super) const RESULTS: usize = 1 << 18;
pub(super) const TABLES: usize = 1 << 12;

/// Empties a full map.
pub(super) fn make_room<K, V>(map: &mut FxHashMap<K, V>, most: usize) {
    if map.len() >= most {
        map.clear();
    }
}

/// Panels below this number stand in a row, as long as the last of them; of others, which models of many stages number
/// in the thousands and use a few of, each is looked up.
const IN_A_ROW: usize = 1024;

/// What is known of panels, by their numbers.
#[derive(Debug, Clone)]
pub(super) struct Slots<T> {
    near: Vec<Option<T>>,
    far: FxHashMap<usize, T>,
}

impl<T> Default for Slots<T> {
    fn default() -> Self {
        Slots { near: Vec::new(), far: FxHashMap::default() }
    }
}

impl<T> Slots<T> {
    /// What is known of a panel, found out if nothing is.
    pub fn get(&mut self, slot: usize, find: impl FnOnce() -> T) -> &T {
        if slot >= IN_A_ROW {
            return self.far.entry(slot).or_insert_with(find);
        }
        if self.near.len() <= slot {
            self.near.resize_with(slot + 1, || None);
        }
        self.near[slot].get_or_insert_with(find)
    }

    /// About as many bytes, if one entry takes so many.
    pub fn bytes(&self, each: usize) -> usize {
        let near = self.near.iter().filter(|entry| entry.is_some()).count();
        self.near.len() * size_of::<Option<T>>() + (near + self.far.len()) * each
    }
}

/// Bytes of tables of one model that are kept, at most; where many models share the memory, each has its part.
pub(super) const TABLE_BYTES: usize = 256 << 20;

/// Tables that depend on a model's parameters and on `x` alone, whatever the age, the horizon and the worth of money: scorers
/// of the same model may share them.
#[derive(Debug, Default)]
pub struct Tables {
    pub(super) survivals: Shelf<u32, Survival>,
    pub(super) renewals: Shelf<(u32, usize), Renewals>,
}

/// Tables of one kind.
#[derive(Debug)]
pub(super) struct Shelf<K, T> {
    known: Mutex<FxHashMap<K, Arc<Mutex<T>>>>,
    bytes: AtomicUsize,
}

impl<K, T> Default for Shelf<K, T> {
    fn default() -> Self {
        Shelf { known: Mutex::default(), bytes: AtomicUsize::new(0) }
    }
}

impl<K: Eq + Hash, T> Shelf<K, T> {
    /// A table, made if there is none. A full shelf of `most` tables is emptied first.
    pub fn table(&self, key: K, most: usize, make: impl FnOnce() -> T) -> Arc<Mutex<T>> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(table) = known.get(&key) {
            return table.clone();
        }
        make_room(&mut known, most);
        known.entry(key).or_insert_with(|| Arc::new(Mutex::new(make()))).clone()
    }

    /// So many bytes more are taken by its tables.
    pub fn grew(&self, bytes: usize) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Empties it if its tables take more bytes than this.
    pub fn keep_within(&self, most: usize) {
        if self.bytes.load(Ordering::Relaxed) > most {
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            known.clear();
            self.bytes.store(0, Ordering::Relaxed);
        }
    }
}
