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
