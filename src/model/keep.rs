//! What scorers keep: results and tables in maps that do not grow without end.

use rustc_hash::FxHashMap;

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
