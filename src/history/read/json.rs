//! JSON Lines as records of fields: the values of chosen keys as text, numbers as they stand
//! there, a missing key or null as an empty field. Keys within an object are named with points between: `customer.id`.

use std::borrow::Cow;
use std::fmt;
use std::io::Write;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, Unexpected, Visitor};
use serde_json::value::RawValue;

use super::token::Record;

/// Objects within objects are taken apart down to here.
const DEEPEST: usize = 6;

/// Takes lines apart; keeps its buffers from one line to the next.
pub(crate) struct JsonFields<'n> {
    names: &'n [String],
    /// So many of the last ones may hold anything: what is no plain value is an empty field.
    optional: usize,
    fields: Vec<(u32, u32)>,
    text: Vec<u8>,
}

impl<'n> JsonFields<'n> {
    /// Fields in the order of these keys.
    pub fn new(names: &'n [String], optional: usize) -> Self {
        JsonFields { names, optional, fields: Vec::new(), text: Vec::new() }
    }

    /// The next line that is not blank; a record without fields if it is not an object of plain values.
    pub fn next<'a>(&'a mut self, block: &'a [u8], at: &mut usize, line: &mut u64) -> Option<Record<'a>> {
        loop {
            let rest = block.get(*at..).filter(|rest| !rest.is_empty())?;
            let length = memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
            let row = &rest[..length];
            let start_line = *line;
            *at += length
                + match &rest[length..] {
                    [b'\r', b'\n', ..] => 2,
                    [] => 0,
                    _ => 1,
                };
            *line += 1;
            if row.trim_ascii().is_empty() {
                continue;
            }
            self.read(row);
            return Some(Record {
                buffer: &self.text,
                fields: &self.fields,
                line: start_line,
                lines: 1,
                bad_quotes: false,
            });
        }
    }

    fn read(&mut self, row: &[u8]) {
        self.fields.clear();
        self.fields.resize(self.names.len(), (0, 0));
        self.text.clear();
        let mut reader = serde_json::Deserializer::from_slice(row);
        let strict = self.names.len() - self.optional;
        let object = Object { names: self.names, strict, fields: &mut self.fields, text: &mut self.text };
        if object.deserialize(&mut reader).and_then(|()| reader.end()).is_err() {
            self.fields.clear();
        }
    }
}

/// The keys of an object in their order; empty if the line is none.
pub(crate) fn keys(row: &[u8]) -> Vec<String> {
    let mut reader = serde_json::Deserializer::from_slice(row);
    let keys = Keys { prefix: String::new(), depth: 1 }.deserialize(&mut reader);
    keys.and_then(|keys| reader.end().map(|()| keys)).unwrap_or_default()
}

/// The keys of an object; those within another one dotted.
struct Keys {
    prefix: String,
    depth: usize,
}

impl<'de> DeserializeSeed<'de> for Keys {
    type Value = Vec<String>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<String>, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Keys {
    type Value = Vec<String>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Vec<String>, A::Error> {
        let mut keys = Vec::new();
        while let Some((key, value)) = map.next_entry::<String, &RawValue>()? {
            let name = self.prefix.clone() + &key;
            let inner = match value.get().starts_with('{') && self.depth < DEEPEST {
                true => {
                    let within = Keys { prefix: format!("{name}."), depth: self.depth + 1 };
                    let mut reader = serde_json::Deserializer::from_str(value.get());
                    within.deserialize(&mut reader).map_err(A::Error::custom)?
                }
                false => Vec::new(),
            };
            match inner.is_empty() {
                true => keys.push(name),
                false => keys.extend(inner),
            }
        }
        Ok(keys)
    }
}

struct Object<'a> {
    names: &'a [String],
    strict: usize,
    fields: &'a mut [(u32, u32)],
    text: &'a mut Vec<u8>,
}

impl<'de> DeserializeSeed<'de> for Object<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Object<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        // What starts here has not been seen: no text is as long.
        self.fields.fill((u32::MAX, u32::MAX));
        self.keys(&mut map, "")?;
        self.fields.iter_mut().filter(|field| field.0 == u32::MAX).for_each(|field| *field = (0, 0));
        Ok(())
    }
}

impl Object<'_> {
    /// Takes the values of the names wanted out of an object whose own keys lead to it by this prefix.
    fn keys<'de, A: MapAccess<'de>>(&mut self, map: &mut A, prefix: &str) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<Cow<str>>()? {
            let bare = |name: &str| name.strip_prefix(prefix).is_some_and(|name| name == &*key);
            let Some(index) = self.names.iter().position(|name| bare(name)) else {
                let inside = |name: &String| {
                    let rest = name.strip_prefix(prefix).and_then(|name| name.strip_prefix(&*key));
                    rest.is_some_and(|rest| rest.starts_with('.'))
                };
                if !self.names.iter().any(inside) {
                    map.next_value::<IgnoredAny>()?;
                    continue;
                }
                let value = map.next_value::<&RawValue>()?;
                if value.get().starts_with('{') {
                    let mut reader = serde_json::Deserializer::from_str(value.get());
                    let nested = Nested { object: self, prefix: format!("{prefix}{key}.") };
                    reader.deserialize_map(nested).map_err(A::Error::custom)?;
                }
                continue;
            };
            if self.fields[index].0 != u32::MAX {
                return Err(A::Error::custom("a key occurs twice"));
            }
            let start = self.text.len() as u32;
            let value = map.next_value::<&RawValue>()?;
            if index < self.strict || !value.get().starts_with(['{', '[']) {
                append(value, self.text)?;
            }
            self.fields[index] = (start, self.text.len() as u32);
        }
        Ok(())
    }
}

/// An object within one.
struct Nested<'o, 'a> {
    object: &'o mut Object<'a>,
    prefix: String,
}

impl<'de> Visitor<'de> for Nested<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        self.object.keys(&mut map, &self.prefix)
    }
}

/// Appends one value as text. Whole numbers of any length keep their digits: they may be ids.
fn append<E: serde::de::Error>(raw: &RawValue, text: &mut Vec<u8>) -> Result<(), E> {
    let literal = raw.get();
    match literal.as_bytes()[0] {
        b'n' => {}
        // `true` and `false` are the words that they are in separated text.
        b't' | b'f' => text.extend_from_slice(literal.as_bytes()),
        b'"' => {
            let unescaped: Cow<str> = serde_json::from_str(literal).map_err(E::custom)?;
            text.extend_from_slice(unescaped.as_bytes());
        }
        b'{' => return Err(E::invalid_type(Unexpected::Map, &"a plain value")),
        b'[' => return Err(E::invalid_type(Unexpected::Seq, &"a plain value")),
        _ if literal.contains(['e', 'E']) => {
            let number: f64 = serde_json::from_str(literal).map_err(E::custom)?;
            write!(text, "{number:?}").map_err(E::custom)?;
        }
        _ => text.extend_from_slice(literal.as_bytes()),
    }
    Ok(())
}
