//! JSON documents that hold their rows in an array: `[{..}, {..}]`, `{"orders": [{..}]}`, over one line or many, as a line of
//! JSON for each row. The document is read twice as a stream: where its rows are, then the rows.

use std::cell::Cell;
use std::fmt;
use std::io::{BufReader, Read};
use std::rc::Rc;

use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::value::RawValue;

use super::super::inputs::{Source, Text};
use super::Spool;
use crate::base::{Error, Place, Progress, Result};
use crate::history::input::SpooledTable;
use crate::history::options::LogOptions;

/// Arrays deeper than this are not looked for.
const DEEPEST: usize = 6;
/// A row is no longer than this \[bytes\].
const LONGEST: u64 = 32 << 20;

/// The rows of a document, one a line; `None` if the file is none.
pub(super) fn rows(
    source: &Source,
    head: &[u8],
    options: &LogOptions,
    progress: &dyn Progress,
) -> Result<Option<SpooledTable>> {
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    match text {
        [b'[', ..] => {}
        [b'{', ..] if !are_lines(text) => {}
        _ => return Ok(None),
    }
    progress.stage("reading the JSON document", Some(source.length));
    let mut found = Found::default();
    let mut look = Walk::new(&mut found);
    if !walk(source, &mut look)? {
        return Ok(None);
    }
    let Some((path, count)) = found.best() else { return Ok(None) };
    let mut spool = Spool::new(&source.name, source.length, options)?;
    let mut other = Found::default();
    let mut walker = Walk { rows: Some((&path, &mut spool)), ..Walk::new(&mut other) };
    walk(source, &mut walker)?;
    let place = if path.is_empty() { "one JSON array".to_owned() } else { format!("\"{}\"", path.join(".")) };
    let said = format!("the rows are the {count} objects of {place}; lines in messages are numbers of rows");
    spool.finish(vec![said]).map(Some)
}

/// Is it one object a line, at least in its first lines?
fn are_lines(text: &[u8]) -> bool {
    let mut lines = text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
    let whole = |line: &[u8]| serde_json::from_slice::<IgnoredAny>(line).is_ok();
    match (lines.next(), lines.next()) {
        // A first line that is broken is still one, unless it leaves something open.
        (Some(first), Some(second)) => whole(first) || (second.starts_with(b"{") && !first.ends_with(b"[")),
        // A single row, unless it holds the rows.
        (Some(first), None) => {
            whole(first) && !memchr::memmem::find(first, b"[").is_some_and(|_| holds_rows(first))
        }
        _ => true,
    }
}

fn holds_rows(line: &[u8]) -> bool {
    let compact: Vec<u8> = line.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    memchr::memmem::find(&compact, b":[{").is_some()
}

struct FromText {
    text: Text,
    buffer: Vec<u8>,
    at: usize,
    ended: bool,
    /// Bytes since the row that is kept began; `None` between rows.
    row: Rc<Cell<Option<u64>>>,
}

impl Read for FromText {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        if self.at == self.buffer.len() && !self.ended {
            self.buffer.clear();
            self.at = 0;
            self.ended = self.text.fill(&mut self.buffer, 1 << 16).map_err(std::io::Error::other)?;
            if let Some(length) = self.row.get() {
                self.row.set(Some(length + self.buffer.len() as u64));
                if length > LONGEST {
                    let message = format!("a row goes on for more than {} MB", LONGEST >> 20);
                    return Err(std::io::Error::other(message));
                }
            }
        }
        let rest = &self.buffer[self.at..];
        let n = rest.len().min(out.len());
        out[..n].copy_from_slice(&rest[..n]);
        self.at += n;
        Ok(n)
    }
}

/// Goes through a document; `false` if there is something behind it, as in JSON Lines.
fn walk(source: &Source, walker: &mut Walk) -> Result<bool> {
    let row = walker.row.clone();
    let mut text = FromText { text: source.open_text()?, buffer: Vec::new(), at: 0, ended: false, row };
    let mut start = Vec::new();
    text.ended = text.text.fill(&mut start, 3)?;
    text.buffer = if start == b"\xef\xbb\xbf" { Vec::new() } else { start };
    let mut reader = serde_json::Deserializer::from_reader(BufReader::new(text));
    let wrong = |error: serde_json::Error| {
        let message = format!("the file is no JSON document that can be read: {error}");
        Error::input(Place::file(&source.name), message)
    };
    let result = Walker(walker).deserialize(&mut reader);
    match (walker.failed.take(), result) {
        (Some(error), _) => Err(error),
        (None, result) => result.map_err(wrong).map(|()| reader.end().is_ok()),
    }
}

/// What a visitor makes of values that hold no others.
macro_rules! plain {
    ($result:expr) => {
        fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
            Ok($result)
        }
        fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
            Ok($result)
        }
        fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
            Ok($result)
        }
        fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
            Ok($result)
        }
        fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
            Ok($result)
        }
        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok($result)
        }
    };
}

/// Arrays of objects, by the keys that lead to them, and how many objects they have.
#[derive(Default)]
struct Found(Vec<(Vec<String>, u64)>);

impl Found {
    fn count(&mut self, path: &[String], objects: u64) {
        match self.0.iter_mut().find(|(known, _)| known == path) {
            Some((_, count)) => *count += objects,
            None => self.0.push((path.to_vec(), objects)),
        }
        self.0.truncate(100);
    }

    /// The array of the most objects; of equals the first.
    fn best(&self) -> Option<(Vec<String>, u64)> {
        let most = self.0.iter().map(|(_, count)| *count).max().filter(|most| *most > 0)?;
        self.0.iter().find(|(_, count)| *count == most).cloned()
    }
}

struct Walk<'a> {
    path: Vec<String>,
    found: &'a mut Found,
    /// The array whose rows are written out, and where to; `None`: they are counted only.
    rows: Option<(&'a [String], &'a mut Spool)>,
    row: Rc<Cell<Option<u64>>>,
    failed: Option<Error>,
}

impl<'a> Walk<'a> {
    fn new(found: &'a mut Found) -> Self {
        Walk { path: Vec::new(), found, rows: None, row: Rc::default(), failed: None }
    }

    /// Writes a row out; `false` if it is none, or if it cannot be written.
    fn write(&mut self, row: &str) -> bool {
        let Some((_, spool)) = self.rows.as_mut().filter(|_| row.starts_with('{')) else { return false };
        let mut line = row.replace(['\n', '\r'], " ").into_bytes();
        line.push(b'\n');
        let written = spool.write(&line);
        self.failed = written.err();
        self.failed.is_none()
    }
}

/// Is a value an object? It is passed over.
struct IsObject(bool);

impl<'de> Deserialize<'de> for IsObject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Look;
        impl<'de> Visitor<'de> for Look {
            type Value = IsObject;
            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a value")
            }
            plain!(IsObject(false));
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<IsObject, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(IsObject(true))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut all: A) -> Result<IsObject, A::Error> {
                while all.next_element::<IgnoredAny>()?.is_some() {}
                Ok(IsObject(false))
            }
        }
        deserializer.deserialize_any(Look)
    }
}

struct Walker<'w, 'a>(&'w mut Walk<'a>);

impl<'de> DeserializeSeed<'de> for Walker<'_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walker<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a JSON document")
    }

    plain!(());

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if self.0.path.len() >= DEEPEST {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            self.0.path.push(key);
            map.next_value_seed(Walker(self.0))?;
            self.0.path.pop();
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut all: A) -> Result<(), A::Error> {
        let walk = self.0;
        match &walk.rows {
            None => {
                let mut objects = 0;
                while let Some(IsObject(is)) = all.next_element()? {
                    objects += u64::from(is);
                }
                walk.found.count(&walk.path, objects);
            }
            Some((wanted, _)) if **wanted == walk.path => loop {
                walk.row.set(Some(0));
                let Some(row) = all.next_element::<Box<RawValue>>()? else { break };
                if !walk.write(row.get()) && walk.failed.is_some() {
                    return Err(A::Error::custom("cannot be written out"));
                }
            },
            Some(_) => while all.next_element::<IgnoredAny>()?.is_some() {},
        }
        walk.row.set(None);
        Ok(())
    }
}
