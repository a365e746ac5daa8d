//! Ids that differ only in how they are written: by blanks around them, by case, by the `.0` of a number
//! that was taken for a fraction on its way. Nearly always they are one customer taken for several.

use std::collections::hash_map::Entry;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::scatter::{Core, hash_caseless, hash_text, in_one_form};

/// Finds twins among the ids of one partition. (They are always in the same one: see `scatter`.)
#[derive(Default)]
pub(crate) struct TwinFinder {
    /// By the hash of what all forms of an id have in common: the first of them. Nearly all ids have but one, so that
    /// this is all that is kept of them.
    first: FxHashMap<u64, Form>,
    /// Those that have more.
    several: FxHashMap<u64, Forms>,
}

/// How an id is written.
#[derive(Clone, Copy)]
struct Form {
    /// Hash without blanks and `.0`, in its own case.
    written: u64,
    /// Hash of the same as it is spelt: with its accents and blanks as they are.
    spelt: u64,
    /// How many zeros stand in front.
    zeros: usize,
    by: Difference,
}

/// The forms of an id seen so far.
struct Forms {
    /// How many.
    count: u32,
    /// In what they differ.
    by: Difference,
    /// What they have in common.
    core: String,
}

/// In what forms of an id differ.
#[derive(Clone, Copy, Default)]
struct Difference {
    blanks: bool,
    decimals: bool,
    case: bool,
    zeros: bool,
    spelling: bool,
}

impl TwinFinder {
    /// One more id; each is seen once.
    pub fn see(&mut self, id: &[u8]) {
        let id = std::str::from_utf8(id).unwrap_or_default();
        let core = Core::of(id);
        let by = Difference { blanks: core.blanks, decimals: core.decimals, ..Difference::default() };
        let zeros = core.text.len() - core.common.len();
        let spelt = hash_text(core.common.as_bytes());
        let written = match core.common.is_ascii() {
            true => spelt,
            false => hash_text(in_one_form(core.common).as_bytes()),
        };
        let form = Form { written, spelt, zeros, by };
        let (common, _) = hash_caseless(core.common);
        match self.first.entry(common) {
            Entry::Vacant(place) => drop(place.insert(form)),
            Entry::Occupied(first) => {
                let first = *first.get();
                self.again(common, core.common, first, form);
            }
        }
    }

    /// Another form of an id.
    #[cold]
    fn again(&mut self, common: u64, text: &str, first: Form, form: Form) {
        let forms = self.several.entry(common).or_insert_with(|| Forms {
            count: 1,
            by: first.by,
            core: text.to_lowercase(),
        });
        forms.count += 1;
        forms.by.blanks |= form.by.blanks;
        forms.by.decimals |= form.by.decimals;
        forms.by.case |= first.written != form.written;
        forms.by.zeros |= first.zeros != form.zeros;
        forms.by.spelling |= first.spelt != form.spelt;
    }

    /// What was found; the finder is empty again.
    pub fn finish(&mut self) -> Twins {
        let mut twins = Twins::default();
        self.first.clear();
        for (_, forms) in self.several.drain() {
            let found = TwinSets { sets: 1, forms: u64::from(forms.count), example: Some(forms.core) };
            match forms.by {
                Difference { case: true, .. } => twins.case.add(found),
                Difference { zeros: true, .. } => twins.zeros.add(found),
                Difference { decimals: true, .. } => twins.decimals.add(found),
                Difference { spelling: true, .. } => twins.spelling.add(found),
                _ => twins.blanks.add(found),
            }
        }
        twins
    }
}

/// Ids that differ from others only in how they are written; each set is counted once, by what matters most.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Twins {
    /// By blanks around them.
    pub blanks: TwinSets,
    /// By case.
    pub case: TwinSets,
    /// By `.0`.
    pub decimals: TwinSets,
    /// By zeros in front.
    #[serde(default)]
    pub zeros: TwinSets,
    /// By the form of their accents, or of blanks within them.
    #[serde(default)]
    pub spelling: TwinSets,
}

/// Ids that occur in several forms.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct TwinSets {
    /// How many ids.
    pub sets: u64,
    /// In how many forms all together.
    pub forms: u64,
    /// The least of them, in small letters and without what may differ.
    pub example: Option<String>,
}

impl TwinSets {
    /// Adds other ones.
    fn add(&mut self, other: TwinSets) {
        self.sets += other.sets;
        self.forms += other.forms;
        self.example = self.example.take().into_iter().chain(other.example).min();
    }
}

impl Twins {
    /// Adds other ones.
    pub fn add(&mut self, other: Twins) {
        self.blanks.add(other.blanks);
        self.case.add(other.case);
        self.decimals.add(other.decimals);
        self.zeros.add(other.zeros);
        self.spelling.add(other.spelling);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sets(sets: u64, forms: u64, example: &str) -> TwinSets {
        TwinSets { sets, forms, example: Some(example.into()) }
    }

    #[test]
    fn each_set_is_counted_once() {
        let mut finder = TwinFinder::default();
        for id in ["7", " 7", "7\u{200b}", "b", " c", "\tc", " d ", "a a"] {
            finder.see(id.as_bytes());
        }
        assert_eq!(finder.finish(), Twins { blanks: sets(2, 5, "7"), ..Twins::default() });
        assert_eq!(finder.finish(), Twins::default());
    }

    /// As a spreadsheet leaves a part of a log; where all ids have their zeros there is nothing to say.
    #[test]
    fn zeros_in_front_are_found() {
        let mut finder = TwinFinder::default();
        for id in ["00012", "12", "0012", "00013", "0014", "14", "00", "0"] {
            finder.see(id.as_bytes());
        }
        let found = finder.finish();
        assert_eq!((found.zeros.sets, found.zeros.forms), (3, 7), "{found:?}");
        for id in ["00012", "00013", "23570", "a012", "12a"] {
            finder.see(id.as_bytes());
        }
        assert_eq!(finder.finish(), Twins::default());
    }

    #[test]
    fn case_and_decimals_are_found() {
        let mut finder = TwinFinder::default();
        for id in ["Bob@x.org", "bob@x.org", "BOB@x.org ", "Ärger", "ärger", "12", "12.0", "13.0", "x.0", "X"]
        {
            finder.see(id.as_bytes());
        }
        let found = finder.finish();
        assert_eq!(found.case, sets(2, 5, "bob@x.org"));
        assert_eq!(found.decimals, sets(1, 2, "12"));
        assert_eq!(found.blanks, TwinSets::default());
    }
}
