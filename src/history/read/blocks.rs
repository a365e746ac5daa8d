//! A text file as blocks of whole records, each with the number of its first line, so that blocks
//! can be parsed by any worker in any order and still say where a row stands.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use super::encoding;
use super::inputs::{Source, Text};
use super::token::{Cut, Tokenizer, count_lines, cut};
use crate::base::{Error, Place, Result};

/// How much text one block holds [bytes].
pub(crate) const BLOCK: usize = 1 << 20;
/// A record longer than this is an error [bytes].
const LONGEST_RECORD: usize = 16 << 20;

/// Reads one file's blocks in order.
pub(crate) struct BlockReader {
    text: Text,
    name: String,
    separator: Option<u8>,
    carry: Vec<u8>,
    line: u64,
    ended: bool,
}

impl BlockReader {
    /// Opens a file and skips its byte order mark. `separator` is `None` if quotes mean nothing (JSON).
    pub fn open(source: &Source, separator: Option<u8>) -> Result<Self> {
        let mut text = source.open_text()?;
        let mut carry = Vec::new();
        let ended = text.fill(&mut carry, 3)?;
        if carry == b"\xef\xbb\xbf" {
            carry.clear();
        }
        Ok(BlockReader { text, name: source.name.clone(), separator, carry, line: 1, ended })
    }

    /// Counts the bytes taken from the file.
    pub fn bytes_read(&self) -> Arc<AtomicU64> {
        self.text.bytes_read.clone()
    }

    /// Replaces `block` by the next one and returns the number of its first line and of its line ends;
    /// `None` at the end.
    pub fn next(&mut self, block: &mut Vec<u8>) -> Result<Option<(u64, u64)>> {
        block.clear();
        std::mem::swap(block, &mut self.carry);
        let mut target = BLOCK;
        loop {
            if !self.ended {
                self.ended = self.text.fill(block, target)?;
            }
            if block.is_empty() {
                return Ok(None);
            }
            match cut(block, self.separator, self.ended) {
                Cut::At(end) => return self.hand_out(block, end).map(Some),
                Cut::OpenQuote(record) if self.ended => return Err(self.open_quote(block, record)),
                Cut::OpenQuote(record) if record > 0 => return self.hand_out(block, record).map(Some),
                _ if block.len() >= LONGEST_RECORD => return Err(self.endless_record()),
                _ => target = block.len() * 2,
            }
        }
    }

    fn hand_out(&mut self, block: &mut Vec<u8>, end: usize) -> Result<(u64, u64)> {
        self.carry.clear();
        self.carry.extend_from_slice(&block[end..]);
        block.truncate(end);
        let first_line = self.line;
        if let Err(error) = std::str::from_utf8(block) {
            return Err(self.not_utf8(block, error.valid_up_to()));
        }
        let lines = count_lines(block);
        self.line += lines;
        Ok((first_line, lines))
    }

    fn open_quote(&self, block: &[u8], record: usize) -> Error {
        let line = self.line + count_lines(&block[..record]);
        let message = "a quote opened on this line is never closed: the file is truncated, or a stray \" has to be removed or doubled";
        Error::input(Place::line(&self.name, line), message)
    }

    fn endless_record(&self) -> Error {
        let message = format!(
            "this line goes on for more than {} MB: a quote is not closed, or the lines are not separated by line ends",
            LONGEST_RECORD >> 20
        );
        Error::input(Place::line(&self.name, self.line), message)
    }

    fn not_utf8(&self, block: &[u8], at: usize) -> Error {
        let line = self.line + count_lines(&block[..at]);
        let start = memchr::memrchr2(b'\n', b'\r', &block[..at]).map_or(0, |n| n + 1);
        let end = memchr::memchr2(b'\n', b'\r', &block[at..]).map_or(block.len(), |n| at + n);
        let encoding = encoding::found(block);
        let (text, _) = encoding.decode_without_bom_handling(&block[start..end]);
        let near: String = text.chars().take(60).collect();
        let message = format!(
            "the text is not UTF-8 (byte 0x{:02X}); it looks like {name}, in which the line is '{}': say so with \
             --encoding {name}, or save it from the spreadsheet as \"CSV UTF-8\"",
            block[at],
            near,
            name = encoding.name().to_lowercase(),
        );
        Error::input(Place::line(&self.name, line), message)
    }
}

/// Takes the header off the first block: its fields, and where the rows begin (byte, line). So many records stand above it;
/// `None`: there is no header, and columns are named by their numbers.
pub(crate) fn header(
    block: &[u8],
    first_line: u64,
    separator: u8,
    above: Option<usize>,
) -> (Vec<String>, usize, u64) {
    let (mut at, mut line) = (hint_length(block), first_line);
    if at > 0 {
        line += 1;
    }
    let mut tokenizer = Tokenizer::new(separator);
    let Some(above) = above else {
        let (start, start_line) = (at, line);
        let fields = tokenizer.next(block, &mut at, &mut line).map_or(0, |record| record.fields.len());
        return ((1..=fields).map(|number| number.to_string()).collect(), start, start_line);
    };
    for _ in 0..above {
        tokenizer.next(block, &mut at, &mut line);
    }
    let names = match tokenizer.next(block, &mut at, &mut line) {
        Some(record) => (0..record.fields.len())
            .map(|index| String::from_utf8_lossy(record.field(index)).trim().to_owned())
            .collect(),
        None => Vec::new(),
    };
    (names, at, line)
}

/// Spreadsheets write a first line `sep=;`; its length with its line end, else 0.
pub(crate) fn hint_length(block: &[u8]) -> usize {
    match block {
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', _, b'\r', b'\n', ..] => 7,
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', _, b'\n' | b'\r', ..] => 6,
        _ => 0,
    }
}
