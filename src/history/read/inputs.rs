//! From what the user named to a list of files that can be opened again and again: directories and
//! globs are listed, standard input is copied to an unnamed temporary file, and what a file is is
//! told by its first bytes, never by its name.

use std::fs::File;
use std::io::{BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::{Error, Place, Result};
use crate::history::input::{Input, MemoryTable};
use crate::history::options::LogOptions;

/// What the user calls standard input, and what messages call it.
const STDIN: &str = "-";
const STDIN_NAME: &str = "standard input";

/// File names (before `.gz`, `.zst`) that a directory is searched for.
const EXTENSIONS: [&str; 10] =
    ["csv", "tsv", "psv", "txt", "parquet", "pq", "jsonl", "ndjson", "json", "arrow"];

/// How a file's bytes make a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// Fields between this separator.
    Text(u8),
    /// One JSON object a line.
    JsonLines,
    /// Parquet.
    Parquet,
    /// Arrow IPC stream.
    ArrowStream,
    /// Arrow IPC file.
    ArrowFile,
    /// Arrow, in memory already.
    Memory,
}

/// A file that can be opened again and again.
#[derive(Debug)]
pub(crate) struct Source {
    /// Its name in messages.
    pub name: String,
    /// How long it is, compressed [bytes]; of a table in memory, how many rows.
    pub length: u64,
    origin: Origin,
}

#[derive(Debug)]
enum Origin {
    Path(PathBuf),
    Spooled(Arc<File>),
    Memory(MemoryTable),
}

impl Source {
    /// Opens it from its start.
    pub fn open(&self) -> Result<Opened> {
        match &self.origin {
            Origin::Path(path) => File::open(path).map(Opened::Own).map_err(|e| Error::io("open", path, e)),
            Origin::Spooled(file) => Ok(Opened::Shared { file: file.clone(), at: 0, length: self.length }),
            Origin::Memory(_) => unreachable!("a table in memory is not opened: see Source::table"),
        }
    }

    /// Its path, if it has one.
    pub fn path(&self) -> Option<&Path> {
        match &self.origin {
            Origin::Path(path) => Some(path),
            Origin::Spooled(_) | Origin::Memory(_) => None,
        }
    }

    /// The table in memory, if it is one.
    pub fn table(&self) -> Option<&MemoryTable> {
        match &self.origin {
            Origin::Memory(table) => Some(table),
            Origin::Path(_) | Origin::Spooled(_) => None,
        }
    }

    /// Opens it for reading text: decompressed, counting the bytes taken from the file.
    pub fn open_text(&self) -> Result<Text> {
        let mut file = self.open()?;
        let mut magic = [0; 4];
        let found = read_full(&mut file, &mut magic).map_err(|e| self.read_error(e))?;
        let bytes_read = Arc::new(AtomicU64::new(0));
        let counted = Counted { inner: file, count: bytes_read.clone() };
        let whole = Cursor::new(magic[..found].to_vec()).chain(counted);
        let (reader, compression): (Box<dyn Read + Send>, _) = match magic[..found] {
            [0x1f, 0x8b, ..] => (
                Box::new(flate2::bufread::MultiGzDecoder::new(BufReader::with_capacity(1 << 16, whole))),
                "gzip",
            ),
            [0x28, 0xb5, 0x2f, 0xfd] => {
                let decoder = zstd::Decoder::new(whole).map_err(|e| self.read_error(e))?;
                (Box::new(decoder), "zstd")
            }
            _ => (Box::new(whole), ""),
        };
        Ok(Text { reader, compression, name: self.name.clone(), bytes_read })
    }

    fn read_error(&self, error: std::io::Error) -> Error {
        Error::io("read", &self.name, error)
    }
}

/// A file being read. The copy of standard input has no name to open again, so its readers share it
/// and each keeps its own place.
pub(crate) enum Opened {
    Own(File),
    Shared { file: Arc<File>, at: u64, length: u64 },
}

impl Read for Opened {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Opened::Own(file) => file.read(buffer),
            Opened::Shared { file, at, .. } => {
                #[cfg(unix)]
                let n = std::os::unix::fs::FileExt::read_at(&**file, buffer, *at)?;
                #[cfg(windows)]
                let n = std::os::windows::fs::FileExt::seek_read(&**file, buffer, *at)?;
                *at += n as u64;
                Ok(n)
            }
        }
    }
}

impl Seek for Opened {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        match self {
            Opened::Own(file) => file.seek(to),
            Opened::Shared { at, length, .. } => {
                let place = match to {
                    SeekFrom::Start(place) => Some(place),
                    SeekFrom::End(back) => length.checked_add_signed(back),
                    SeekFrom::Current(step) => at.checked_add_signed(step),
                };
                *at = place.ok_or(std::io::ErrorKind::InvalidInput)?;
                Ok(*at)
            }
        }
    }
}

/// A file's text, decompressed.
pub(crate) struct Text {
    reader: Box<dyn Read + Send>,
    compression: &'static str,
    name: String,
    /// Bytes taken from the file so far.
    pub bytes_read: Arc<AtomicU64>,
}

impl Text {
    /// Reads until `buffer` holds `target` bytes or the file ends; says whether it ended.
    pub fn fill(&mut self, buffer: &mut Vec<u8>, target: usize) -> Result<bool> {
        let wanted = target.saturating_sub(buffer.len());
        let read = (&mut self.reader).take(wanted as u64).read_to_end(buffer);
        match read {
            Ok(n) => Ok(n < wanted),
            Err(error) => Err(self.damaged(error)),
        }
    }

    fn damaged(&self, error: std::io::Error) -> Error {
        use std::io::ErrorKind::{InvalidData, InvalidInput, Other, UnexpectedEof};
        if self.compression.is_empty()
            || !matches!(error.kind(), UnexpectedEof | InvalidData | InvalidInput | Other)
        {
            return Error::io("read", &self.name, error);
        }
        let what = if error.kind() == UnexpectedEof {
            "ends too early: it is truncated (an interrupted copy or download?)"
        } else {
            "is damaged"
        };
        let message =
            format!("the {} compressed file {what}; nothing of it was used ({error})", self.compression);
        Error::input(Place::file(&self.name), message)
    }
}

struct Counted<R> {
    inner: R,
    count: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.count.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

/// Reads until the buffer is full or the input ends.
pub(crate) fn read_full(reader: &mut impl Read, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match reader.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(filled)
}

/// All files and tables that `inputs` mean, in order, and sentences about files of a directory left aside.
pub(crate) fn list(inputs: &[Input], options: &LogOptions) -> Result<(Vec<Source>, Vec<String>)> {
    let mut sources = Vec::new();
    let mut said = Vec::new();
    for input in inputs {
        let path = match input {
            Input::Path(path) => path,
            Input::Table(table) => {
                let (name, origin) = (table.name().to_owned(), Origin::Memory(table.clone()));
                sources.push(Source { name, length: table.rows(), origin });
                continue;
            }
            Input::Spooled(table) => {
                let (name, origin) = (table.name.clone(), Origin::Spooled(table.file.clone()));
                sources.push(Source { name, length: table.length, origin });
                continue;
            }
        };
        if path.as_os_str() == STDIN {
            sources.push(spool_stdin(options)?);
            continue;
        }
        for file in expand(path, &mut said)? {
            let length = file.metadata().map_err(|e| Error::io("open", &file, e))?.len();
            sources.push(Source { name: file.display().to_string(), length, origin: Origin::Path(file) });
        }
    }
    refuse_twice(&sources)?;
    match sources.is_empty() {
        true => Err(Error::option("LOG", "no input: name a file, a directory or - for standard input")),
        false => Ok((sources, said)),
    }
}

fn expand(path: &Path, said: &mut Vec<String>) -> Result<Vec<PathBuf>> {
    if path.is_dir() {
        return list_directory(path, said);
    }
    let pattern = path.to_str().filter(|text| !path.exists() && text.contains(['*', '?', '[']));
    let Some(pattern) = pattern else { return Ok(vec![path.to_owned()]) };
    let matches = glob::glob(pattern).map_err(|e| Error::option("LOG", format!("'{pattern}': {e}")))?;
    let mut files = Vec::new();
    for found in matches {
        let found = found.map_err(|e| {
            let path = e.path().to_owned();
            Error::io("list", path, e.into())
        })?;
        if found.is_file() {
            files.push(found);
        }
    }
    if files.is_empty() {
        return Err(Error::option("LOG", format!("no file matches '{pattern}'")));
    }
    files.sort();
    Ok(files)
}

fn list_directory(folder: &Path, said: &mut Vec<String>) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).map_err(|e| Error::io("list", folder, e))?;
    let (mut files, mut others) = (Vec::new(), Vec::new());
    for entry in entries {
        let path = entry.map_err(|e| Error::io("list", folder, e))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        let bare = name.trim_end_matches(".gz").trim_end_matches(".zst");
        let known = EXTENSIONS.iter().any(|extension| bare.ends_with(&format!(".{extension}")));
        match path.is_file() && known && !name.starts_with(['.', '_']) {
            true => files.push(path),
            false => others.push(name),
        }
    }
    if files.is_empty() {
        let known = EXTENSIONS.join(", .");
        let message = format!("the directory has no table in it (looked for .{known}, also .gz and .zst)");
        return Err(Error::input(Place::file(folder.display().to_string()), message));
    }
    files.sort();
    if !others.is_empty() {
        others.sort();
        let shown = others.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
        let (read, left) = (files.len(), others.len());
        said.push(format!(
            "{}: {read} files read, {left} other entries left aside ({shown})",
            folder.display()
        ));
    }
    Ok(files)
}

fn refuse_twice(sources: &[Source]) -> Result<()> {
    let mut seen = Vec::new();
    for source in sources {
        let real = match &source.origin {
            Origin::Path(path) => path.canonicalize().unwrap_or_else(|_| path.clone()),
            Origin::Spooled(_) if source.name == STDIN_NAME => PathBuf::from(STDIN),
            Origin::Spooled(_) | Origin::Memory(_) => continue,
        };
        if seen.contains(&real) {
            let message = "the file is named twice; its purchases would count double";
            return Err(Error::input(Place::file(&source.name), message));
        }
        seen.push(real);
    }
    Ok(())
}

fn spool_stdin(options: &LogOptions) -> Result<Source> {
    let folder = options.temp_dir.clone().unwrap_or_else(std::env::temp_dir);
    let mut file =
        tempfile::tempfile_in(&folder).map_err(|e| Error::io("spool standard input to", &folder, e))?;
    let length = std::io::copy(&mut std::io::stdin().lock(), &mut file)
        .map_err(|e| Error::io("spool standard input to", &folder, e))?;
    Ok(Source { name: STDIN_NAME.to_owned(), length, origin: Origin::Spooled(Arc::new(file)) })
}

/// First bytes of files that people hand in by mistake, what they are, and the way out.
const NOT_TABLES: [(&[u8], &str); 9] = [
    (b"PK\x03\x04", "an Excel workbook or zip archive; save it as CSV or unpack it first"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook; save it as CSV"),
    (b"%PDF", "a PDF"),
    (b"SQLite format 3", "an SQLite database; export the table as CSV"),
    (b"<!DOCTYPE", "a web page, not a table"),
    (b"<html", "a web page, not a table"),
    (b"BZh", "compressed with bzip2; use gzip or zstd"),
    (b"\xfd7zXZ", "compressed with xz; use gzip or zstd"),
    (b"ORC", "an ORC file; convert it to Parquet or CSV"),
];

/// What the file is, by the first bytes of its (decompressed) text. The separator is found later.
pub(crate) fn recognise_format(name: &str, head: &[u8]) -> Result<Format> {
    let refuse = |message: String| Err(Error::input(Place::file(name), message));
    if head.is_empty() {
        return refuse("the file is empty: it has no header and no rows".into());
    }
    if let Some((_, what)) = NOT_TABLES.iter().find(|(magic, _)| head.starts_with(magic)) {
        return refuse(format!("the file is {what}"));
    }
    let zeros = head.iter().take(1000).filter(|&&byte| byte == 0).count();
    match head {
        [b'P', b'A', b'R', b'1', ..] => Ok(Format::Parquet),
        [b'A', b'R', b'R', b'O', b'W', b'1', ..] => Ok(Format::ArrowFile),
        [0xff, 0xff, 0xff, 0xff, ..] => Ok(Format::ArrowStream),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => {
            refuse("the file is encoded in UTF-16; convert it: iconv -f UTF-16 -t UTF-8".into())
        }
        _ if zeros * 5 > head.len().min(1000) => refuse(
            "the file holds many NUL bytes: it is binary, or UTF-16 (then: iconv -f UTF-16LE -t UTF-8)"
                .into(),
        ),
        _ => match head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start() {
            [] => refuse("the file is empty: it has only blanks or empty lines".into()),
            [b'{', ..] => Ok(Format::JsonLines),
            [b'[', ..] => {
                refuse("the file is a JSON array; write one object a line (jq -c '.[]' does it)".into())
            }
            _ => Ok(Format::Text(b',')),
        },
    }
}
