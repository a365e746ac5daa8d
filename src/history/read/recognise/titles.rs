//! Lines above a header, as reports have them.

use crate::history::explain::is_rule;
use crate::history::read::blocks::BlockReader;
use crate::history::read::columns;
use crate::history::read::inputs::{Format, Source};
use crate::history::read::text::for_each_record;

/// What stands above a header.
pub(super) struct Titles {
    pub above: usize,
    /// The first of it.
    pub first: String,
    /// The line of the header, and its names.
    pub line: u64,
    pub names: Vec<String>,
}

/// Lines above the header, as reports have them.
pub(super) fn title_lines(source: &Source, format: Format) -> Option<Titles> {
    const LOOKED_AT: usize = 50;
    let Format::Text(separator) = format else { return None };
    let mut block = Vec::new();
    let (first_line, _) = BlockReader::open(source, Some(separator)).ok()?.next(&mut block).ok()??;
    let mut lines: Vec<(u64, Vec<String>)> = Vec::new();
    for_each_record(&block, first_line, Some(separator), &[], |record| {
        if lines.len() < LOOKED_AT {
            let field = |i| String::from_utf8_lossy(record.field(i)).trim().to_owned();
            lines.push((record.line, (0..record.fields.len()).map(field).collect()));
        }
    });
    let filled = |fields: &[String]| fields.iter().filter(|field| !field.is_empty()).count();
    let (_, first) = lines.first()?;
    // A header names its columns, each otherwise, and none of the names looks like data; the rows below are as wide.
    let is_header = |&(at, (_, fields)): &(usize, &(u64, Vec<String>))| {
        let names = fields.iter().filter(|name| !name.is_empty());
        filled(fields) > filled(first)
            && filled(fields) >= 2
            && names.clone().all(|name| {
                !columns::looks_like_data(name) && names.clone().filter(|other| *other == name).count() == 1
            })
            && lines[at + 1..].iter().find(|(_, next)| !is_drawn(next)).is_some_and(|(_, next)| {
                next.len() == fields.len()
                    && next.iter().any(|value| value.bytes().any(|byte| byte.is_ascii_digit()))
            })
    };
    let (above, (line, names)) = lines.iter().enumerate().skip(1).find(is_header)?;
    let first = first.iter().find(|field| !field.is_empty()).map_or("", String::as_str);
    Some(Titles { above, first: first.to_owned(), line: *line, names: names.clone() })
}

/// Is it a line drawn between rows?
fn is_drawn(fields: &[String]) -> bool {
    is_rule(&fields.iter().map(String::as_str).collect::<Vec<_>>())
}
