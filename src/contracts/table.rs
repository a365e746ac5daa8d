//! A small table of text: a header and rows of fields, with the line of each for messages.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::error::{BadRow, BadRows, Error, ErrorKind, Place, Result};

/// Separators, the likeliest first.
const SEPARATORS: [char; 4] = [',', ';', '\t', '|'];
/// Bad rows that are shown.
const SHOWN: usize = 10;

/// A CSV file in memory.
pub(super) struct TextTable {
    pub file: String,
    pub names: Vec<String>,
    /// Line and fields of each row; as many fields as names.
    pub rows: Vec<(u64, Vec<String>)>,
    pub sha256: String,
}

impl TextTable {
    /// Reads a file, as it is or compressed with gzip or zstd.
    pub fn read(path: &Path) -> Result<Self> {
        let file = path.display().to_string();
        let bytes = bytes(path)?;
        let sha256 = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        let text = String::from_utf8(bytes).map_err(|_| {
            Error::input(Place::file(&file), "the file is not text in UTF-8: save it as CSV (UTF-8)")
        })?;
        let text = text.trim_start_matches('\u{feff}');
        let mut lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
        let Some((_, header)) = lines.next() else {
            return Err(Error::input(
                Place::file(&file),
                "the file is empty: a line of column names is needed",
            ));
        };
        let times = |separator: &char| header.matches(*separator).count();
        let separator = SEPARATORS.into_iter().rev().max_by_key(times).unwrap_or(',');
        let names = fields(header, separator);
        let mut bad = Bad::default();
        let mut rows = Vec::new();
        for (line, text) in lines {
            let row = fields(text, separator);
            if row.len() == names.len() {
                rows.push((line, row));
            } else {
                let problem = format!("the line has {} fields, the header {}", row.len(), names.len());
                bad.add(Place::line(&file, line), problem);
            }
        }
        let table = TextTable { file, names, rows, sha256 };
        bad.check(table.rows.len() as u64)?;
        if table.rows.is_empty() {
            return Err(Error::input(Place::file(&table.file), "there are no rows below the header"));
        }
        Ok(table)
    }

    /// The column with one of these names, compared without case, spaces, `_` and `-`.
    pub fn find(&self, names: &[&str]) -> Result<Option<usize>> {
        let plain = |name: &str| name.replace([' ', '_', '-'], "").to_lowercase();
        let known: Vec<String> = names.iter().map(|name| plain(name)).collect();
        let found: Vec<usize> =
            (0..self.names.len()).filter(|i| known.contains(&plain(&self.names[*i]))).collect();
        if let [first, second, ..] = found[..] {
            let (first, second) = (&self.names[first], &self.names[second]);
            let message = format!("both '{first}' and '{second}' may be the column {}: rename one", names[0]);
            return Err(Error::columns(&self.file, message));
        }
        Ok(found.first().copied())
    }

    /// The place of a field.
    pub fn place(&self, row: usize, column: usize) -> Place {
        let (line, fields) = &self.rows[row];
        Place::line(&self.file, *line).at(&self.names[column], &fields[column])
    }
}

/// Rows that cannot be used.
#[derive(Default)]
pub(super) struct Bad(BadRows);

impl Bad {
    pub fn add(&mut self, place: Place, problem: impl Into<String>) {
        self.0.total += 1;
        if self.0.listed.len() < SHOWN {
            self.0.listed.push(BadRow { place, problem: problem.into() });
        }
    }

    /// An error if there are any.
    pub fn check(mut self, usable: u64) -> Result<()> {
        if self.0.total == 0 {
            return Ok(());
        }
        self.0.rows_read = self.0.total + usable;
        self.0.advice = "Nothing was left out by itself: repair these rows, or take them out".to_owned();
        Err(ErrorKind::BadRows(self.0).into())
    }
}

fn bytes(path: &Path) -> Result<Vec<u8>> {
    let mut file = File::open(path).map_err(|e| Error::io("open", path, e))?;
    let mut raw = Vec::new();
    let wrong = |e| Error::io("read", path, e);
    file.read_to_end(&mut raw).map_err(wrong)?;
    let mut plain = Vec::new();
    match raw[..] {
        [0x1f, 0x8b, ..] => flate2::read::MultiGzDecoder::new(&raw[..]).read_to_end(&mut plain),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => {
            zstd::Decoder::new(&raw[..]).and_then(|mut d| d.read_to_end(&mut plain))
        }
        _ => return Ok(raw),
    }
    .map_err(wrong)?;
    Ok(plain)
}

/// The fields of a line; a quoted one may hold separators and doubled quotes.
fn fields(line: &str, separator: char) -> Vec<String> {
    let (mut all, mut field, mut quoted) = (Vec::new(), String::new(), false);
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => field.extend(chars.next()),
            '"' if quoted || field.trim().is_empty() => quoted = !quoted,
            c if c == separator && !quoted => all.push(std::mem::take(&mut field)),
            c => field.push(c),
        }
    }
    all.push(field);
    all.iter().map(|field| field.trim().to_owned()).collect()
}
