//! What is no plain table is written out as one before anything else looks at it: sheets of workbooks, the tables of an
//! archive, text of other encodings, rows within one JSON document or among a database's statements. All of it is read in one go and written to unnamed
//! temporary files, so that memory does not grow with the input.

mod archive;
mod bombs;
mod decode;
mod documents;
mod dump;
mod escaped;
mod merged;
mod old_bombs;
mod relaid;
mod separators;
mod workbook;

use std::fs::File;
use std::io::{BufWriter, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::Arc;

use super::inputs::Source;
use super::listing::expand;
use crate::base::{Error, Place, Progress, Result};
use crate::history::input::{Input, SpooledTable};
use crate::history::options::LogOptions;

/// Text that shows how a file is written \[bytes\].
const HEAD: usize = 1 << 18;
/// A file that unpacks to more than so many times its size, and to more than [`FREE`], is no table.
const MOST_RATIO: u64 = 250;
/// So much may come of anything \[bytes\].
const FREE: u64 = 512 << 20;

/// The same inputs, with what is no plain table written out; what is stays as it is.
///
/// # Errors
/// If a container is damaged, or none of its tables can be told to be the one that is meant.
pub(crate) fn unpack(
    inputs: Vec<Input>,
    options: &LogOptions,
    progress: &dyn Progress,
) -> Result<Vec<Input>> {
    let mut all = Vec::new();
    for input in inputs {
        match &input {
            Input::Table(_) => all.push(input),
            Input::Spooled(table) if table.unpacked => all.push(input),
            Input::Spooled(table) => {
                let source = Source::spooled(table);
                match one(&source, options, progress, 1)? {
                    Some(tables) => all.extend(tables.into_iter().map(unpacked)),
                    None => all.push(input),
                }
            }
            Input::Path(path) => {
                let mut said = Vec::new();
                // What cannot be listed is explained by who opens it.
                let files = expand(path, &mut said).unwrap_or_default();
                let mut parts: Vec<Input> = Vec::new();
                let mut plain = true;
                for file in files {
                    let source = Source::of_path(file.clone()).ok();
                    match source.map(|source| one(&source, options, progress, 1)).transpose()?.flatten() {
                        Some(tables) => {
                            plain = false;
                            parts.extend(tables.into_iter().map(unpacked));
                        }
                        None => parts.push(Input::Path(file)),
                    }
                }
                match (plain, parts.iter_mut().find_map(spooled)) {
                    (true, _) => all.push(input),
                    (false, first) => {
                        if let Some(table) = first {
                            table.said.splice(0..0, said);
                        }
                        all.extend(parts);
                    }
                }
            }
        }
    }
    Ok(all)
}

fn unpacked(table: SpooledTable) -> Input {
    Input::Spooled(SpooledTable { unpacked: true, ..table })
}

fn spooled(input: &mut Input) -> Option<&mut SpooledTable> {
    match input {
        Input::Spooled(table) => Some(table),
        _ => None,
    }
}

/// The plain tables that a file holds, with rows that say all of themselves; `None` if it is one itself (or nothing that is
/// known here).
fn one(
    source: &Source,
    options: &LogOptions,
    progress: &dyn Progress,
    depth: usize,
) -> Result<Option<Vec<SpooledTable>>> {
    match tables(source, options, progress, depth)? {
        None => Ok(relaid::rows(source, options, progress)?.map(|table| vec![table])),
        Some(tables) => {
            let again = tables.into_iter().map(|table| {
                let relaid = relaid::rows(&Source::spooled(&table), options, progress)?;
                Ok(relaid.map_or_else(|| table.clone(), |relaid| behind(table.clone(), relaid)))
            });
            again.collect::<Result<_>>().map(Some)
        }
    }
}

/// A table that was made of another one, with what is known of that.
fn behind(first: SpooledTable, mut table: SpooledTable) -> SpooledTable {
    table.said.splice(0..0, first.said);
    SpooledTable { encoding: first.encoding, sheet: first.sheet, ..table }
}

/// The plain tables that a file holds.
fn tables(
    source: &Source,
    options: &LogOptions,
    progress: &dyn Progress,
    depth: usize,
) -> Result<Option<Vec<SpooledTable>>> {
    let mut head = Vec::new();
    if source.open_text()?.fill(&mut head, HEAD).is_err() {
        return Ok(None);
    }
    let raw = source.first_bytes()?;
    if raw.starts_with(b"PK\x03\x04") {
        return archive::unpack(source, options, progress, depth).map(Some);
    }
    if raw.starts_with(b"\xd0\xcf\x11\xe0") {
        return workbook::old(source, options, progress).map(Some);
    }
    let Some(decoded) = decode::decode(source, &head, options, progress)? else {
        return Ok(rows(source, &head, options, progress)?.map(|table| vec![table]));
    };
    let source = Source::spooled(&decoded);
    let mut head = Vec::new();
    source.open_text()?.fill(&mut head, HEAD)?;
    let rows = rows(&source, &head, options, progress)?;
    Ok(Some(vec![rows.map_or_else(|| decoded.clone(), |rows| behind(decoded.clone(), rows))]))
}

/// The rows of a text that is no separated text of one sign.
fn rows(
    source: &Source,
    head: &[u8],
    options: &LogOptions,
    progress: &dyn Progress,
) -> Result<Option<SpooledTable>> {
    if let Some(table) = documents::rows(source, head, options, progress)? {
        return Ok(Some(table));
    }
    if let Some(table) = dump::rows(source, head, options, progress)? {
        return Ok(Some(table));
    }
    match escaped::rows(source, head, options, progress)? {
        None => separators::rows(source, head, options, progress),
        rows => Ok(rows),
    }
}

/// A temporary file that a table is written to.
struct Spool {
    file: BufWriter<File>,
    folder: PathBuf,
    length: u64,
    /// What came in, and whether what goes out may be a bomb.
    packed: u64,
    name: String,
}

impl Spool {
    fn new(name: &str, packed: u64, options: &LogOptions) -> Result<Self> {
        let folder = options.temp_dir.clone().unwrap_or_else(std::env::temp_dir);
        let file =
            tempfile::tempfile_in(&folder).map_err(|e| Error::io("unpack the input to", &folder, e))?;
        Ok(Spool {
            file: BufWriter::with_capacity(1 << 16, file),
            folder,
            length: 0,
            packed,
            name: name.to_owned(),
        })
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.length += bytes.len() as u64;
        refuse_bomb(&self.name, self.packed, self.length)?;
        self.file.write_all(bytes).map_err(|e| Error::io("unpack the input to", &self.folder, e))
    }

    fn finish(self, said: Vec<String>) -> Result<SpooledTable> {
        let failed = |e| Error::io("unpack the input to", &self.folder, e);
        let mut file = self.file.into_inner().map_err(|e| failed(e.into_error()))?;
        file.seek(SeekFrom::Start(0)).map_err(failed)?;
        Ok(SpooledTable {
            name: self.name,
            file: Arc::new(file),
            length: self.length,
            said,
            encoding: None,
            sheet: None,
            layout: None,
            unpacked: false,
        })
    }
}

/// A few bytes that unpack to very many are no table.
fn refuse_bomb(name: &str, packed: u64, unpacked: u64) -> Result<()> {
    if unpacked <= FREE || unpacked <= packed.saturating_mul(MOST_RATIO) {
        return Ok(());
    }
    let message = format!(
        "it unpacks to more than {MOST_RATIO} times its size, as tables do not: it was not read on. If it is one, unpack it first"
    );
    Err(Error::input(Place::file(name), message))
}

/// A field of separated text, quoted where it has to be. Lines within it would be lines of the file: they become blanks.
fn push_field(line: &mut Vec<u8>, text: &str) {
    let plain = !text.contains([',', '"', '\n', '\r']);
    if plain {
        line.extend_from_slice(text.as_bytes());
        return;
    }
    line.push(b'"');
    for byte in text.bytes() {
        match byte {
            b'"' => line.extend_from_slice(b"\"\""),
            b'\n' | b'\r' => line.push(b' '),
            byte => line.push(byte),
        }
    }
    line.push(b'"');
}
