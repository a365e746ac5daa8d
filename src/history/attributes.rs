//! Attributes of customers, such as the channel they came by: columns of the log whose values
//! are carried to the summary.
//!
//! Rows wait and are sorted with one number each: the row's combination of values has it from
//! [`Profiles`], which all workers share. When all rows are read the values are ranked by their text
//! ([`Levels`]). A customer has those of the earliest row of the first purchase ([`Tracker`]): by the time of day, and
//! among rows of one time by the order of the input, which a [`Mark`] carries.

use std::sync::{Arc, Mutex, PoisonError};

use hashbrown::HashTable;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::codec::{Mark, Texts};
use super::options::LogOptions;
use super::read::names::{is_of_summary, is_standard_id, normalise};
use super::scatter::hash_text;
use super::summarize::default_memory;
use crate::base::{Error, Result, Warning};

/// The level of a value that is not there.
pub(crate) const MISSING: &str = "(missing)";

/// Attributes, at most.
const MOST: usize = 32;

/// Can these names be columns of a summary?
pub(crate) fn check(options: &LogOptions) -> Result<()> {
    let wrong = |message: String| Err(Error::option("--attributes", message));
    let names = &options.attributes;
    if names.len() > MOST {
        return wrong(format!("{} attributes are too many: at most {MOST}", names.len()));
    }
    for (at, name) in names.iter().enumerate() {
        if name.trim().is_empty() {
            return wrong("a name is empty: write the columns like channel,region".to_owned());
        }
        if names[..at].contains(name) {
            return wrong(format!("'{name}' is named twice"));
        }
        let is_id = |id: &String| normalise(name) == normalise(id);
        if is_standard_id(name) || options.id.as_ref().is_some_and(is_id) {
            return wrong(format!(
                "'{name}' is the customer's id: each of its values is one customer. An attribute (--by, --attributes) is what \
                 many customers share, such as a channel or a country"
            ));
        }
        if is_of_summary(name) {
            let message = format!(
                "'{name}' is the name of a column that summaries or logs have for another purpose, so it would \
                 not be read back as an attribute: rename the column"
            );
            return wrong(message);
        }
    }
    Ok(())
}

/// A value without what stands for none.
pub(crate) fn value(text: &[u8]) -> &[u8] {
    if text.trim_ascii().is_empty() || text == MISSING.as_bytes() { &[] } else { text }
}

/// The combinations of values that occur, numbered from 1 as they come.
#[derive(Debug)]
pub(crate) struct Profiles {
    names: Vec<String>,
    /// Memory for them [bytes].
    room: u64,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    profiles: Texts,
    table: HashTable<u32>,
}

impl Profiles {
    /// For the attributes of a log; they may take a quarter of the memory.
    pub fn of(options: &LogOptions) -> Option<Arc<Self>> {
        let room = || options.memory_limit.unwrap_or_else(default_memory) / 4;
        (!options.attributes.is_empty()).then(|| Arc::new(Profiles::new(&options.attributes, room())))
    }

    /// None yet, of these attributes.
    pub fn new(names: &[String], room: u64) -> Self {
        Profiles { names: names.to_vec(), room, known: Mutex::default() }
    }

    /// The number of a combination.
    fn code(&self, profile: &[u8]) -> Result<u32> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let Known { profiles, table } = &mut *known;
        let hash = hash_text(profile);
        if let Some(&code) = table.find(hash, |&code| profiles.get(code as usize - 1) == profile) {
            return Ok(code);
        }
        // The text twice (here and with a worker), the table, the ranks.
        let bytes = 2 * profiles.bytes.len() + (32 + 4 * self.names.len()) * profiles.len();
        let code = u32::try_from(profiles.len() + 1).ok().filter(|_| (bytes as u64) < self.room);
        let Some(code) = code else { return Err(self.too_many(profiles.len())) };
        profiles.push(profile);
        let profiles = &*profiles;
        table.insert_unique(hash, code, |&code| hash_text(profiles.get(code as usize - 1)));
        Ok(code)
    }

    fn too_many(&self, found: usize) -> Error {
        let message = format!(
            "{} have more than {found} different values or combinations of them, which do not fit into memory: \
             leave out columns that have a value of its own in every row, or raise --memory-limit",
            self.names.join(", ")
        );
        Error::option("--attributes", message)
    }

    /// All values, ranked.
    pub fn levels(&self) -> Levels {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let (width, profiles) = (self.names.len(), &known.profiles);
        let mut ranks = vec![Levels::NONE; width * profiles.len()];
        let mut texts = Vec::new();
        for attribute in 0..width {
            let of = |profile: usize| values(profiles.get(profile)).nth(attribute).unwrap_or_default();
            let mut distinct: Vec<&[u8]> =
                (0..profiles.len()).map(of).filter(|text| !text.is_empty()).collect();
            distinct.sort_unstable();
            distinct.dedup();
            for profile in 0..profiles.len() {
                if let Ok(rank) = distinct.binary_search(&of(profile)) {
                    ranks[profile * width + attribute] = rank as u32;
                }
            }
            let mut ranked = Texts::default();
            distinct.into_iter().for_each(|text| ranked.push(text));
            texts.push(ranked);
        }
        Levels { names: self.names.clone(), texts, ranks }
    }
}

/// The values of a profile, each with its length before it.
fn values(mut profile: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let (length, rest) = profile.split_first_chunk::<4>()?;
        let (value, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        profile = rest;
        Some(value)
    })
}

/// A worker's way to the numbers: asks the others only for what it has not seen.
pub(crate) struct Interner<'a> {
    profiles: &'a Profiles,
    seen: FxHashMap<Box<[u8]>, u32>,
    profile: Vec<u8>,
}

impl<'a> Interner<'a> {
    /// That has seen nothing.
    pub fn new(profiles: &'a Profiles) -> Self {
        Interner { profiles, seen: FxHashMap::default(), profile: Vec::new() }
    }

    /// The number of a row's values.
    pub fn code<'v>(&mut self, row: impl Iterator<Item = &'v [u8]>) -> Result<u32> {
        self.profile.clear();
        for text in row {
            let text = value(text);
            self.profile.extend_from_slice(&(text.len() as u32).to_le_bytes());
            self.profile.extend_from_slice(text);
        }
        if let Some(&code) = self.seen.get(&self.profile[..]) {
            return Ok(code);
        }
        let code = self.profiles.code(&self.profile)?;
        self.seen.insert(self.profile[..].into(), code);
        Ok(code)
    }
}

/// The values of each attribute in the order of their text, and what the numbers of rows stand for.
#[derive(Debug, Default)]
pub(crate) struct Levels {
    /// The attributes.
    pub names: Vec<String>,
    texts: Vec<Texts>,
    ranks: Vec<u32>,
}

impl Levels {
    /// The rank of a missing value: behind all others.
    pub const NONE: u32 = u32::MAX;

    /// The ranks of a row's values, by its number.
    pub fn ranks(&self, code: u32) -> &[u32] {
        let width = self.names.len();
        &self.ranks[(code as usize - 1) * width..][..width]
    }

    /// The text of a rank.
    pub fn text(&self, attribute: usize, rank: u32) -> &str {
        if rank == Levels::NONE {
            return MISSING;
        }
        // Text was looked at when it was read.
        std::str::from_utf8(self.texts[attribute].get(rank as usize)).unwrap_or_default()
    }
}

/// How many customers had to be given a value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct AttributeCounts {
    /// Customers whose rows have more than one value.
    pub several: u64,
    /// Customers without a value.
    pub missing: u64,
}

impl AttributeCounts {
    /// Adds those of other customers, attribute by attribute.
    pub fn add_all(all: &mut Vec<AttributeCounts>, others: &[AttributeCounts]) {
        all.resize(all.len().max(others.len()), AttributeCounts::default());
        for (sum, other) in all.iter_mut().zip(others) {
            sum.several += other.several;
            sum.missing += other.missing;
        }
    }
}

/// Takes the attributes of one customer after the other from the rows, which come in order of time.
#[derive(Debug)]
pub(crate) struct Tracker {
    levels: Arc<Levels>,
    /// Number of the customer's first row; 0 before it.
    first: u32,
    /// Grain of the first purchase, and its earliest row so far.
    when: Option<i32>,
    earliest: Option<Mark>,
    taken: Vec<u32>,
    several: Vec<bool>,
    counts: Vec<AttributeCounts>,
}

impl Tracker {
    /// With no customer at hand.
    pub fn new(levels: Arc<Levels>) -> Self {
        let width = levels.names.len();
        let (taken, several, counts) =
            (vec![Levels::NONE; width], vec![false; width], vec![AttributeCounts::default(); width]);
        Tracker { levels, first: 0, when: None, earliest: None, taken, several, counts }
    }

    /// Another customer begins.
    pub fn begin(&mut self) {
        (self.first, self.when, self.earliest) = (0, None, None);
        self.taken.fill(Levels::NONE);
        self.several.fill(false);
    }

    /// A row of the customer at hand. Rows come by grain; within a grain, in any order.
    pub fn row(&mut self, when: i32, mark: Mark, purchase: bool) {
        if self.first == 0 {
            self.first = mark.code;
        } else if mark.code != self.first {
            let (first, ranks) = (self.levels.ranks(self.first), self.levels.ranks(mark.code));
            self.several.iter_mut().zip(first.iter().zip(ranks)).for_each(|(s, (a, b))| *s |= a != b);
        }
        if purchase
            && *self.when.get_or_insert(when) == when
            && self.earliest.is_none_or(|earliest| mark < earliest)
        {
            self.earliest = Some(mark);
        }
    }

    /// The customer at hand is complete, and one of the summary: it is counted.
    pub fn finish(&mut self) {
        if let Some(earliest) = self.earliest {
            self.taken.copy_from_slice(self.levels.ranks(earliest.code));
        }
        for (counts, (&several, &taken)) in self.counts.iter_mut().zip(self.several.iter().zip(&self.taken)) {
            counts.several += u64::from(several);
            counts.missing += u64::from(taken == Levels::NONE);
        }
    }

    /// The ranks of the values of the customer at hand.
    pub fn taken(&self) -> &[u32] {
        &self.taken
    }

    /// What was counted.
    pub fn into_counts(self) -> Vec<AttributeCounts> {
        self.counts
    }
}

/// What is assumed about missing values.
pub(crate) fn say_missing(names: &[String], counts: &[AttributeCounts], customers: u64) -> Vec<String> {
    let missing = names.iter().zip(counts).filter(|(_, counts)| counts.missing > 0);
    let say = |(name, counts): (&String, &AttributeCounts)| {
        let n = counts.missing;
        format!(
            "{name}: {n} of {customers} customers have no value at the first purchase; it is taken to be \"{MISSING}\""
        )
    };
    missing.map(say).collect()
}

/// What is assumed about values that change.
pub(crate) fn warn_several(names: &[String], counts: &[AttributeCounts], customers: u64) -> Vec<Warning> {
    let several = names.iter().zip(counts).filter(|(_, counts)| counts.several > 0);
    let warn = |(name, counts): (&String, &AttributeCounts)| {
        let n = counts.several;
        let message = format!(
            "{name}: {n} of {customers} customers have more than one value; that of the earliest row of the first purchase \
             was taken"
        );
        Warning::new("attribute-varies", message)
    };
    several.map(warn).collect()
}
