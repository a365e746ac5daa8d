//! Workbooks that are small as files and without end once they are unpacked: refused before their reader, which holds parts
//! of them in memory, sees them.

use std::io::{BufReader, Read};

use memchr::memmem;
use quick_xml::events::{BytesStart, Event};

use super::super::inputs::Source;
use super::archive::Zip;
use crate::base::{Error, Place, Progress, Result, numbers::count};

/// What parts of a workbook that are held in memory may unpack to \[bytes\].
pub(super) const MOST_IN_MEMORY: u64 = 400 << 20;
/// What the texts or cells of a workbook that are held in memory may take there \[bytes\].
pub(super) const MOST_TAKEN: u64 = 900 << 20;
/// What a text or cell takes beside its letters \[bytes\].
const EACH: u64 = 64;
/// A program may say that it has more texts than it has, but not so many more.
const MORE: u64 = 1 << 20;
const PIECE: usize = 1 << 16;

/// Goes through the parts of a workbook to see how long they really are.
///
/// # Errors
/// If that is more than a workbook has, or than its reader can hold.
pub(super) fn refuse(source: &Source, zip: &mut Zip, progress: &dyn Progress) -> Result<()> {
    for at in 0..zip.len() {
        let Ok(mut file) = zip.by_index(at) else { continue };
        let packed = file.compressed_size();
        let name = file.name().map(|name| name.into_owned()).unwrap_or_default();
        let mut part = Part { source, name, packed, length: 0, texts: 0, said: 0 };
        let mut piece = vec![0; PIECE];
        loop {
            progress.check()?;
            let Ok(n @ 1..) = file.read(&mut piece) else { break };
            part.look(&piece[..n])?;
        }
        part.end()?;
    }
    match zip.by_name("content.xml") {
        Ok(file) => refuse_cells(source, BufReader::new(file), progress),
        Err(_) => Ok(()),
    }
}

/// What is known so far of one part.
struct Part<'a> {
    source: &'a Source,
    name: String,
    packed: u64,
    length: u64,
    texts: u64,
    /// How many texts it says that it has.
    said: u64,
}

impl Part<'_> {
    fn look(&mut self, piece: &[u8]) -> Result<()> {
        let shared = self.name.ends_with("sharedStrings.xml");
        if shared && self.length == 0 {
            self.said = number(piece, b"uniqueCount=\"");
        }
        self.length += piece.len() as u64;
        super::refuse_bomb(&self.source.name, self.packed, self.length)?;
        if shared {
            self.texts += memmem::find_iter(piece, b"<si").count() as u64;
        }
        // Sheets of these formats are streamed; all else is small in any workbook, or not read.
        let streamed = self.name.starts_with("xl/worksheets/") || self.name == "content.xml";
        let taken = self.length + self.texts * EACH;
        if !streamed && (self.length > MOST_IN_MEMORY || taken > MOST_TAKEN) {
            return Err(self.wrong(&format!("unpacks to more than {} MB", MOST_IN_MEMORY >> 20)));
        }
        if self.name.ends_with(".xml") && memmem::find(piece, b"<!ENTITY").is_some() {
            return Err(self.wrong("defines XML entities, as no spreadsheet program does"));
        }
        Ok(())
    }

    fn end(&self) -> Result<()> {
        match self.said > self.length / 5 + MORE {
            true => Err(self.wrong(&format!("says that it has {} texts, and has not", count(self.said)))),
            false => Ok(()),
        }
    }

    fn wrong(&self, what: &str) -> Error {
        let message = format!("its part '{}' {what}: it was not read. Save the sheet as CSV", self.name);
        Error::input(Place::file(&self.source.name), message)
    }
}

/// The number behind these letters; 0 if there is none.
fn number(text: &[u8], behind: &[u8]) -> u64 {
    let Some(at) = memmem::find(text, behind) else { return 0 };
    let digits = text[at + behind.len()..].iter().take(18).take_while(|byte| byte.is_ascii_digit());
    digits.fold(0, |number, digit| number * 10 + u64::from(digit - b'0'))
}

/// An OpenDocument sheet is held in memory whole, and a cell or row may say that it stands for many.
fn refuse_cells(source: &Source, content: impl std::io::BufRead, progress: &dyn Progress) -> Result<()> {
    let mut reader = quick_xml::Reader::from_reader(content);
    let (mut buffer, mut cells, mut rows, mut row) = (Vec::new(), 0u64, 1u64, 0u64);
    let often = |tag: &BytesStart, what: &str| {
        let said = tag.attributes().flatten().find(|one| one.key.local_name().as_ref() == what);
        said.map_or(1, |one| number(one.value.as_bytes(), b"").max(1))
    };
    loop {
        buffer.clear();
        progress.check()?;
        // What is wrong with it is said by who reads it.
        let Ok(event) = reader.read_event_into(&mut buffer) else { return Ok(()) };
        match &event {
            Event::Eof => return Ok(()),
            Event::Start(tag) if tag.local_name().as_ref() == "table-row" => {
                (rows, row) = (often(tag, "number-rows-repeated"), 0);
            }
            // An empty cell has no text within.
            Event::Start(tag) if tag.local_name().as_ref() == "table-cell" => {
                row = row.saturating_add(often(tag, "number-columns-repeated"));
            }
            Event::End(tag) if tag.local_name().as_ref() == "table-row" => {
                cells = cells.saturating_add(row.saturating_mul(rows));
                (rows, row) = (1, 0);
            }
            _ => {}
        }
        if cells.saturating_add(row.saturating_mul(rows)) > MOST_TAKEN / EACH {
            let most = count(MOST_TAKEN / EACH);
            let message = format!("the workbook has more than {most} cells: save the sheet as CSV or .xlsx");
            return Err(Error::input(Place::file(&source.name), message));
        }
    }
}
