//! Text files: their separator and names, and what a file is whose columns are not found.

use rustc_hash::FxHashSet;

use crate::base::{Error, Place, Result};
use crate::history::read::blocks::{BlockReader, header, hint_length};
use crate::history::read::inputs::{Format, Source};
use crate::history::read::json;
use crate::history::read::token::{find_separator, has_line_end};

/// Format with its separator, and column names.
pub(super) fn look_at_text(
    source: &Source,
    format: Format,
    no_header: bool,
) -> Result<(Format, Vec<String>)> {
    let mut block = Vec::new();
    let empty = || Error::input(Place::file(&source.name), "the file is empty: it has no header and no rows");
    if format == Format::JsonLines {
        let first = BlockReader::open(source, None)?.next(&mut block)?;
        first.ok_or_else(empty)?;
        let names = json_names(source, &block);
        return Ok((format, names.map_err(|error| wrapped_rows(source, &block).unwrap_or(error))?));
    }
    // The separator is found in text whose quotes are not understood yet.
    let mut head = Vec::new();
    let mut text = source.open_text()?;
    let ended = text.fill(&mut head, 1 << 18)?;
    let body = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head);
    let sample =
        if ended { body } else { &body[..memchr::memrchr2(b'\n', b'\r', body).unwrap_or(body.len())] };
    let separator = match hint_length(sample) {
        0 => find_separator(sample).unwrap_or(b','),
        _ => sample[4],
    };
    let (first_line, _) = BlockReader::open(source, Some(separator))?.next(&mut block)?.ok_or_else(empty)?;
    let (names, ..) = header(&block, first_line, separator, (!no_header).then_some(0));
    Ok((Format::Text(separator), names))
}

/// The keys that occur in the first lines, in the order in which they come up.
fn json_names(source: &Source, block: &[u8]) -> Result<Vec<String>> {
    let (mut names, mut seen) = (Vec::new(), FxHashSet::default());
    let rows = block.split(|&b| b == b'\n' || b == b'\r').filter(|row| !row.trim_ascii().is_empty());
    for row in rows.take(1000) {
        for key in json::keys(row) {
            if seen.insert(key.clone()) {
                names.push(key);
            }
        }
    }
    match names.is_empty() {
        true => Err(Error::input(
            Place::line(&source.name, 1),
            "not JSON Lines: each line must be one object such as {\"customer_id\": \"C1\", \"date\": \"2023-01-02\"}",
        )),
        false => Ok(names),
    }
}

/// Adds what may be behind columns that are not found.
pub(super) fn explain_columns(error: Error, source: &Source, format: Format, head: &[u8]) -> Error {
    let explained = match format {
        Format::JsonLines => wrapped_rows(source, head),
        _ => None,
    };
    if let Some(explained) = explained {
        return explained;
    }
    if source.length > 200 && !has_line_end(head) && head.len() >= 200 {
        let message = format!(
            "the file seems to be a single line: a header and rows must be lines of their own ({error})"
        );
        return Error::input(Place::line(&source.name, 1), shorten(message));
    }
    error
}

/// Rows inside one JSON object: `{"orders": [{...}, ...]}`, on one line or on many.
fn wrapped_rows(source: &Source, head: &[u8]) -> Option<Error> {
    let text = std::str::from_utf8(head)
        .unwrap_or_else(|e| std::str::from_utf8(&head[..e.valid_up_to()]).unwrap_or_default());
    let text = text.trim_start_matches('\u{feff}').trim_start().strip_prefix('{')?;
    // The first key whose value is an array of objects.
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let (before, _) = compact.split_once("\":[{")?;
    let key = before.rsplit('"').next().filter(|key| !key.is_empty())?;
    let first_line = text.lines().next().unwrap_or_default();
    let one_line = text.lines().count() < 2;
    let nested = before.matches('{').count() != before.matches('}').count();
    // A row of JSON Lines may hold an array, too: then the next line is a row like it.
    let next_is_row = text.lines().nth(1).is_some_and(|line| line.trim_start().starts_with('{'));
    if nested || (next_is_row && first_line.trim_end().ends_with('}')) {
        return None;
    }
    let shape = if one_line { "one JSON object" } else { "one JSON object over many lines" };
    let message = format!(
        "the file is {shape} that holds the rows in \"{key}\"; write one row a line (jq -c '.\"{key}\"[]' does it)"
    );
    Some(Error::input(Place::file(&source.name), message))
}

fn shorten(text: String) -> String {
    match text.char_indices().nth(600) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}
