//! Quotes within quoted fields that a backslash stands before (`"14\" screen"`), as MySQL and many programs write them:
//! such a text is written out with doubled quotes, as all others have them, once its first lines show that it is one.

use super::super::inputs::Source;
use super::super::text::for_each_record;
use super::super::token::find_separator;
use super::{HEAD, Spool};
use crate::base::{Progress, Result};
use crate::history::input::SpooledTable;
use crate::history::options::LogOptions;

const PIECE: usize = 1 << 18;

/// Where in a text we are.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Within {
    /// At the start of a field.
    Start,
    Plain,
    Quoted,
    /// Behind a backslash within quotes.
    Escape,
}

/// Doubles quotes behind backslashes.
struct Doubled {
    within: Within,
}

/// The text with doubled quotes; `None` if no quote has a backslash before it, or that is what the text says.
pub(super) fn rows(
    source: &Source,
    head: &[u8],
    options: &LogOptions,
    progress: &dyn Progress,
) -> Result<Option<SpooledTable>> {
    if memchr::memmem::find(head, b"\\\"").is_none() || !is_escaped(head) {
        return Ok(None);
    }
    progress.stage("reading the quotes", Some(source.length));
    let mut spool = Spool::new(&source.name, source.length.max(1 << 20), options)?;
    let (mut text, mut piece, mut out, mut ended) = (source.open_text()?, Vec::new(), Vec::new(), false);
    let mut doubled = Doubled { within: Within::Start };
    while !ended {
        progress.check()?;
        ended = text.fill(&mut piece, PIECE)?;
        doubled.write(&piece, &mut out);
        spool.write(&out)?;
        piece.clear();
        out.clear();
    }
    let said = format!("{}: quotes within fields are written \\\" and are read so", source.name);
    let table = spool.finish(vec![said])?;
    Ok(Some(SpooledTable { layout: source.layout.clone(), ..table }))
}

/// Are the first lines of one width with doubled quotes, and broken as they are?
fn is_escaped(head: &[u8]) -> bool {
    let end = if head.len() < HEAD { head.len() } else { memchr::memrchr(b'\n', head).unwrap_or(0) };
    let mut doubled = Vec::with_capacity(end);
    Doubled { within: Within::Start }.write(&head[..end], &mut doubled);
    let Some(separator) = find_separator(&doubled) else { return false };
    let (before, after) = (broken(&head[..end], separator), broken(&doubled, separator));
    before.0 > after.0 && after.0 == 0 && after.1 <= before.1
}

/// How many records have text behind a closing quote, and how many another width than the first.
fn broken(text: &[u8], separator: u8) -> (usize, usize) {
    let (mut quotes, mut widths, mut first) = (0, 0, None);
    for_each_record(text, 1, Some(separator), &[], |record| {
        quotes += usize::from(record.bad_quotes);
        widths += usize::from(*first.get_or_insert(record.fields.len()) != record.fields.len());
    });
    (quotes, widths)
}

impl Doubled {
    fn write(&mut self, text: &[u8], out: &mut Vec<u8>) {
        for &byte in text {
            self.within = match (self.within, byte) {
                (Within::Quoted, b'\\') => {
                    self.within = Within::Escape;
                    continue;
                }
                (Within::Quoted, b'"') => Within::Plain,
                (Within::Quoted, _) => Within::Quoted,
                (Within::Escape, b'"') => {
                    out.push(b'"');
                    Within::Quoted
                }
                (Within::Escape, b'\\') => Within::Quoted,
                (Within::Escape, _) => {
                    out.push(b'\\');
                    Within::Quoted
                }
                (Within::Start, b'"') => Within::Quoted,
                (_, b',' | b';' | b'\t' | b'|' | b'\n' | b'\r') => Within::Start,
                // The second of two quotes opens the field again.
                (Within::Plain, b'"') => Within::Quoted,
                _ => Within::Plain,
            };
            out.push(byte);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Doubled, Within, is_escaped};

    fn doubled(text: &str) -> String {
        let mut out = Vec::new();
        // In pieces of one byte: what stands at their ends is kept.
        let mut state = Doubled { within: Within::Start };
        text.bytes().for_each(|byte| state.write(&[byte], &mut out));
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn quotes_behind_backslashes_are_doubled() {
        assert_eq!(doubled("1,\"14\\\" wide\",\"a\\\\\"\n"), "1,\"14\"\" wide\",\"a\\\"\n");
        assert_eq!(doubled("1,\"a \"\"b\"\"\",14\\\" x,\"\\N\"\n"), "1,\"a \"\"b\"\"\",14\\\" x,\"\\N\"\n");
        for (text, escaped) in [
            ("id,p\n1,\"Screen 14\\\" wide\"\n2,\"Book \\\"A, B\\\"\"\n", true),
            // A path that ends with a backslash, as other programs write it.
            ("id,p\n1,\"C:\\dir\\\"\n2,\"D:\\dir\\\"\n", false),
            ("id,p\n1,14\\\" wide\n", false),
        ] {
            assert_eq!(is_escaped(text.as_bytes()), escaped, "{text}");
        }
    }
}
