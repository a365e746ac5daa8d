//! Ids that differ only by blanks around them: nearly always one customer taken for several.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::scatter::hash_id;

/// Finds twins among the ids of one partition. (They are always in the same one: see `scatter`.)
#[derive(Default)]
pub(crate) struct TwinFinder {
    /// Hashes of ids without blanks around them.
    trimmed: HashSet<u64>,
    /// By the hash of what is left without the blanks: that, and how many ids have blanks around it.
    untrimmed: HashMap<u64, (String, u32)>,
}

impl TwinFinder {
    /// One more id; each is seen once.
    pub fn see(&mut self, id: &[u8]) {
        let id = std::str::from_utf8(id).unwrap_or_default();
        let trimmed = id.trim();
        if trimmed.len() == id.len() {
            self.trimmed.insert(hash_id(id));
        } else {
            self.untrimmed.entry(hash_id(trimmed)).or_insert_with(|| (trimmed.to_owned(), 0)).1 += 1;
        }
    }

    /// What was found; the finder is empty again.
    pub fn finish(&mut self) -> Twins {
        let mut twins = Twins::default();
        for (hash, (id, forms)) in self.untrimmed.drain() {
            if forms > 1 || self.trimmed.contains(&hash) {
                twins.add(Twins { sets: 1, example: Some(id) });
            }
        }
        self.trimmed.clear();
        twins
    }
}

/// Ids that differ from others only by blanks around them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Twins {
    /// How many ids occur in several such forms.
    pub sets: u64,
    /// The least of them, without its blanks.
    pub example: Option<String>,
}

impl Twins {
    /// Adds other ones.
    pub fn add(&mut self, other: Twins) {
        self.sets += other.sets;
        self.example = self.example.take().into_iter().chain(other.example).min();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_set_is_counted_once() {
        let mut finder = TwinFinder::default();
        for id in ["7", " 7", "7 ", "b", " c", "\tc", " d ", "a a"] {
            finder.see(id.as_bytes());
        }
        assert_eq!(finder.finish(), Twins { sets: 2, example: Some("7".into()) });
        assert_eq!(finder.finish(), Twins::default());
    }
}
