//! Separated text cut into records and fields, and text cut into blocks that end with a record.
//!
//! Record ends are `\n`, `\r\n` or `\r`. A record without quotes, which nearly all are, is found
//! with `memchr` and never copied; one with quotes goes through a slower exact path. Quoting is as in
//! RFC 4180 and the `csv` crate (a quote opens a quoted field only at the field's start), but text
//! between a closing quote and the next separator is reported instead of glued on, because that is
//! how one unclosed quote shows before it swallows the lines after it.

use memchr::{memchr, memchr2, memchr3, memrchr};

/// One record: where its fields are.
pub(crate) struct Record<'a> {
    /// The bytes that the fields lie in.
    pub buffer: &'a [u8],
    /// Start and end of each field.
    pub fields: &'a [(u32, u32)],
    /// The line it begins on.
    pub line: u64,
    /// How many lines it covers.
    pub lines: u64,
    /// Text follows a closing quote.
    pub bad_quotes: bool,
}

impl Record<'_> {
    /// A field, which must exist.
    #[inline]
    pub fn field(&self, index: usize) -> &[u8] {
        let (start, end) = self.fields[index];
        &self.buffer[start as usize..end as usize]
    }
}

/// Cuts a block into records; keeps its buffers from one record to the next.
pub(crate) struct Tokenizer {
    separator: u8,
    fields: Vec<(u32, u32)>,
    unquoted: Vec<u8>,
}

impl Tokenizer {
    /// For text with this separator.
    pub fn new(separator: u8) -> Self {
        Tokenizer { separator, fields: Vec::new(), unquoted: Vec::new() }
    }

    /// The next record at `*at`, on line `*line`; both are moved behind it. Blank lines are skipped, and so are rows
    /// of nothing but separators, blanks and empty quotes, which spreadsheets save below and beside a table.
    #[inline]
    pub fn next<'a>(&'a mut self, block: &'a [u8], at: &mut usize, line: &mut u64) -> Option<Record<'a>> {
        loop {
            let found = self.find(block, at, line)?;
            let buffer = self.buffer(block, &found);
            if !found.bad_quotes && is_blank(buffer, &self.fields) {
                continue;
            }
            return Some(self.record(block, found));
        }
    }

    /// The same, but rows of nothing but separators count.
    #[cfg(test)]
    fn next_row<'a>(&'a mut self, block: &'a [u8], at: &mut usize, line: &mut u64) -> Option<Record<'a>> {
        let found = self.find(block, at, line)?;
        Some(self.record(block, found))
    }

    fn record<'a>(&'a self, block: &'a [u8], found: Found) -> Record<'a> {
        Record {
            buffer: self.buffer(block, &found),
            fields: &self.fields,
            line: found.line,
            lines: found.lines,
            bad_quotes: found.bad_quotes,
        }
    }

    #[inline]
    fn buffer<'a>(&'a self, block: &'a [u8], found: &Found) -> &'a [u8] {
        if found.quoted { &self.unquoted } else { &block[found.start..] }
    }

    /// Takes the next record apart. Empty lines are skipped.
    #[inline]
    fn find(&mut self, block: &[u8], at: &mut usize, line: &mut u64) -> Option<Found> {
        while let Some(first @ (b'\n' | b'\r')) = block.get(*at) {
            *at += 1 + usize::from(*first == b'\r' && block.get(*at + 1) == Some(&b'\n'));
            *line += 1;
        }
        if *at >= block.len() {
            return None;
        }
        let rest = &block[*at..];
        let (length, end) = match memchr3(b'\n', b'\r', b'"', rest) {
            Some(found) => match rest[found] {
                b'"' => return Some(self.find_quoted(block, at, line)),
                b'\r' => (found, end_length(&rest[found..])),
                _ => (found, 1),
            },
            None => (rest.len(), 0),
        };
        self.fields.clear();
        split_plain(rest, length, self.separator, &mut self.fields);
        let found = Found { start: *at, quoted: false, line: *line, lines: 1, bad_quotes: false };
        *line += 1;
        *at += length + end;
        Some(found)
    }

    #[cold]
    fn find_quoted(&mut self, block: &[u8], at: &mut usize, line: &mut u64) -> Found {
        self.fields.clear();
        self.unquoted.clear();
        let rest = &block[*at..];
        let (mut here, mut bad_quotes) = (0, false);
        loop {
            let start = self.unquoted.len();
            if rest.get(here) == Some(&b'"') {
                here = copy_quoted(rest, here + 1, &mut self.unquoted);
                bad_quotes |=
                    !matches!(rest.get(here), None | Some(b'\n' | b'\r')) && rest[here] != self.separator;
            }
            let plain = memchr3(b'\n', b'\r', self.separator, &rest[here..]).map_or(rest.len(), |n| here + n);
            self.unquoted.extend_from_slice(&rest[here..plain]);
            self.fields.push((start as u32, self.unquoted.len() as u32));
            here = plain;
            if rest.get(here) != Some(&self.separator) {
                break;
            }
            here += 1;
        }
        let inside = count_lines(&rest[..here]);
        let found = Found { start: *at, quoted: true, line: *line, lines: inside + 1, bad_quotes };
        *line += inside + 1;
        *at += here + end_length(&rest[here..]);
        found
    }
}

/// A record whose fields a [`Tokenizer`] holds.
struct Found {
    /// Where it begins in the block.
    start: usize,
    /// Are its fields copied, without their quotes?
    quoted: bool,
    line: u64,
    lines: u64,
    bad_quotes: bool,
}

/// Is there nothing but blanks in all fields?
#[inline]
fn is_blank(buffer: &[u8], fields: &[(u32, u32)]) -> bool {
    match fields {
        // Nearly every row has something in its first field.
        [(start, end), ..]
            if start < end && buffer[*start as usize] > b' ' && buffer[*start as usize] < 0x80 =>
        {
            false
        }
        _ => all_blank(buffer, fields),
    }
}

#[cold]
fn all_blank(buffer: &[u8], fields: &[(u32, u32)]) -> bool {
    let text = |&(start, end): &(u32, u32)| std::str::from_utf8(&buffer[start as usize..end as usize]);
    fields.iter().all(|field| text(field).is_ok_and(|text| text.trim().is_empty()))
}

/// Fields of a record without quotes, which is the first `length` bytes of `rest`.
#[inline]
fn split_plain(rest: &[u8], length: usize, separator: u8, fields: &mut Vec<(u32, u32)>) {
    let mut start = 0;
    let mut field = |end: usize| {
        fields.push((start as u32, end as u32));
        start = end + 1;
    };
    let mut each = |at: usize, mut found: u64| {
        while found != 0 {
            field(at + found.trailing_zeros() as usize / 8);
            found &= found - 1;
        }
    };
    let (words, tail) = rest[..length].as_chunks::<8>();
    words.iter().enumerate().for_each(|(i, eight)| each(8 * i, equal_bytes(*eight, separator)));
    let at = 8 * words.len();
    match rest[at..].first_chunk() {
        // What is behind the record is looked at, too, and masked.
        Some(eight) => each(at, equal_bytes(*eight, separator) & ((1 << (8 * tail.len())) - 1)),
        None => (at..length).filter(|&end| rest[end] == separator).for_each(&mut field),
    }
    field(length);
}

/// Which of eight bytes are this one: the highest bit of each that is, the first byte lowest.
#[inline]
fn equal_bytes(bytes: [u8; 8], byte: u8) -> u64 {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let unlike = u64::from_le_bytes(bytes) ^ (u64::from(byte) * EACH);
    // Adding 0x7f sets the highest bit of what is not 0 in its lower seven; nothing is carried.
    !(((unlike & (0x7f * EACH)) + 0x7f * EACH) | unlike) & (0x80 * EACH)
}

/// Copies a quoted field from behind its opening quote; returns where its closing quote ends.
fn copy_quoted(rest: &[u8], mut here: usize, out: &mut Vec<u8>) -> usize {
    loop {
        let Some(quote) = memchr(b'"', &rest[here..]).map(|n| here + n) else {
            out.extend_from_slice(&rest[here..]);
            return rest.len();
        };
        out.extend_from_slice(&rest[here..quote]);
        if rest.get(quote + 1) != Some(&b'"') {
            return quote + 1;
        }
        out.push(b'"');
        here = quote + 2;
    }
}

/// Length of the record end at the start of `text`.
#[inline]
fn end_length(text: &[u8]) -> usize {
    match text {
        [b'\r', b'\n', ..] => 2,
        [b'\r' | b'\n', ..] => 1,
        _ => 0,
    }
}

/// How many line ends there are.
pub(crate) fn count_lines(text: &[u8]) -> u64 {
    let feeds = memchr::memchr_iter(b'\n', text).count();
    let lone = memchr::memchr_iter(b'\r', text).filter(|&at| text.get(at + 1) != Some(&b'\n')).count();
    (feeds + lone) as u64
}

/// Where the last complete record of a block ends.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// Behind this byte.
    At(usize),
    /// Nowhere: the first record goes on.
    None,
    /// A quoted field that began in the record at this byte goes on; records before it are complete.
    OpenQuote(usize),
}

/// Finds where the last complete record of `block` ends, given that it starts with a record.
///
/// At the end of the file (`last`) the block's end is one, unless a quote is open.
pub(crate) fn cut(block: &[u8], separator: Option<u8>, last: bool) -> Cut {
    let quoted = separator.filter(|_| memchr(b'"', block).is_some());
    match quoted {
        Some(separator) => cut_quoted(block, separator, last),
        None if last => Cut::At(block.len()),
        None => cut_plain(block),
    }
}

/// The last line end of text without quotes. A `\r` that ends the block may be half a line end.
fn cut_plain(block: &[u8]) -> Cut {
    if let Some(feed) = memrchr(b'\n', block) {
        return Cut::At(feed + 1);
    }
    let inner = &block[..block.len().saturating_sub(1)];
    memrchr(b'\r', inner).map_or(Cut::None, |at| Cut::At(at + 1))
}

fn cut_quoted(block: &[u8], separator: u8, last: bool) -> Cut {
    let (mut record, mut here) = (0, 0);
    while let Some(found) = memchr3(b'\n', b'\r', b'"', &block[here..]).map(|n| here + n) {
        let starts_field = found == record || block[found - 1] == separator;
        match block[found] {
            b'"' if starts_field => match close_quote(block, found + 1) {
                Some(closed) => here = closed,
                None => return Cut::OpenQuote(record),
            },
            b'"' => here = found + 1,
            b'\r' if found + 1 == block.len() && !last => break,
            _ => {
                record = found + end_length(&block[found..]);
                here = record;
            }
        }
    }
    match (last, record) {
        (true, _) => Cut::At(block.len()),
        (false, 0) => Cut::None,
        (false, record) => Cut::At(record),
    }
}

/// Behind the closing quote of a field. One that ends the block may be half an escaped one: that does
/// no harm, because no record ends there.
fn close_quote(block: &[u8], mut here: usize) -> Option<usize> {
    loop {
        let quote = here + memchr(b'"', &block[here..])?;
        if block.get(quote + 1) != Some(&b'"') {
            return Some(quote + 1);
        }
        here = quote + 2;
    }
}

/// The separator of a text, by its first line: of those that occur there, the one that also cuts the
/// following lines into as many fields; of equals the most frequent. If no line is cut like the first one, that is a title:
/// then the first line decides that is.
pub(crate) fn find_separator(head: &[u8]) -> Option<u8> {
    /// Lines that may stand above a table, and how many alike make one.
    const TITLES: usize = 30;
    const ALIKE: usize = 2;
    let best = best_separator(head);
    if best.is_some_and(|((alike, _), _)| alike > 0) {
        return best.map(|(_, separator)| separator);
    }
    let ends = memchr::memchr_iter(b'\n', head).take(TITLES);
    let below =
        ends.filter_map(|end| best_separator(&head[end + 1..])).find(|((alike, _), _)| *alike >= ALIKE);
    below.or(best).map(|(_, separator)| separator)
}

/// How well a separator cuts a text: how many lines are cut like the first, and into how many fields.
type Score = (usize, usize);

fn best_separator(head: &[u8]) -> Option<(Score, u8)> {
    let score = |separator: u8| -> Option<Score> {
        let mut tokenizer = Tokenizer::new(separator);
        let (mut at, mut line) = (0, 1);
        // Rows of other separators only say nothing either.
        let mut fields = || loop {
            let record = tokenizer.next(head, &mut at, &mut line)?;
            let text = |&(start, end): &(u32, u32)| &record.buffer[start as usize..end as usize];
            if !record.fields.iter().map(text).all(|text| text.iter().all(|byte| b" ,;\t|".contains(byte))) {
                return Some(record.fields.len());
            }
        };
        let first = fields()?;
        let alike = (0..50).map_while(|_| fields()).filter(|&fields| fields == first).count();
        (first > 1).then_some((alike, first))
    };
    let mut best = None;
    for separator in [b',', b';', b'\t', b'|'] {
        if let Some(score) = score(separator)
            && best.is_none_or(|(top, _)| score > top)
        {
            best = Some((score, separator));
        }
    }
    best
}

/// Is there a line end at all?
pub(crate) fn has_line_end(text: &[u8]) -> bool {
    memchr2(b'\n', b'\r', text).is_some()
}

#[cfg(test)]
mod tests;
