//! From what the user named to a list of files that can be opened again and again: directories and
//! globs are listed (what can be read once only was copied before: see `once`), and what a file is is
//! told by its first bytes, never by its name.

use std::fs::File;
use std::io::{BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rustc_hash::FxHashSet;

use super::container;
use super::listing::expand;
use crate::base::{Error, Place, Result, files::FileId};
use crate::history::input::{Input, MemoryTable, SpooledTable};

/// What the user calls standard input, and what messages call it.
pub(crate) const STDIN: &str = "-";
pub(crate) const STDIN_NAME: &str = "standard input";

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
#[derive(Debug, Clone)]
pub(crate) struct Source {
    /// Its name in messages.
    pub name: String,
    /// How long it is, compressed [bytes]; of a table in memory, how many rows.
    pub length: u64,
    /// What it was before it was written out as text, if it was no such text.
    pub layout: Option<String>,
    origin: Origin,
}

#[derive(Debug, Clone)]
enum Origin {
    Path(PathBuf),
    Spooled(Arc<File>),
    Memory(MemoryTable),
}

impl Source {
    /// A file by its path.
    ///
    /// # Errors
    /// If it is not there.
    pub fn of_path(path: PathBuf) -> Result<Self> {
        let length = path.metadata().map_err(|e| Error::io("open", &path, e))?.len();
        Ok(Source { name: path.display().to_string(), length, layout: None, origin: Origin::Path(path) })
    }

    /// A temporary file.
    pub fn spooled(table: &SpooledTable) -> Self {
        let origin = Origin::Spooled(table.file.clone());
        Source { name: table.name.clone(), length: table.length, layout: table.layout.clone(), origin }
    }

    /// Its first bytes, as they lie in the file.
    pub fn first_bytes(&self) -> Result<Vec<u8>> {
        let mut magic = [0; 8];
        let found = read_full(&mut self.open()?, &mut magic).map_err(|e| self.read_error(e))?;
        Ok(magic[..found].to_vec())
    }

    /// Opens it from its start.
    pub fn open(&self) -> Result<Opened> {
        Ok(Opened { file: self.shared()?, at: 0, length: self.length })
    }

    /// The file itself, which readers share.
    pub fn shared(&self) -> Result<Arc<File>> {
        match &self.origin {
            Origin::Path(path) => File::open(path).map(Arc::new).map_err(|e| Error::io("open", path, e)),
            Origin::Spooled(file) => Ok(file.clone()),
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

/// A file being read. Its readers may share it (a copy of what can be read once only has no name to open again): each
/// keeps its own place.
pub(crate) struct Opened {
    pub file: Arc<File>,
    /// The next byte.
    pub at: u64,
    /// How long the file is.
    pub length: u64,
}

impl Read for Opened {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        #[cfg(unix)]
        let n = std::os::unix::fs::FileExt::read_at(&*self.file, buffer, self.at)?;
        #[cfg(windows)]
        let n = std::os::windows::fs::FileExt::seek_read(&*self.file, buffer, self.at)?;
        self.at += n as u64;
        Ok(n)
    }
}

impl Seek for Opened {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        let place = match to {
            SeekFrom::Start(place) => Some(place),
            SeekFrom::End(back) => self.length.checked_add_signed(back),
            SeekFrom::Current(step) => self.at.checked_add_signed(step),
        };
        self.at = place.ok_or(std::io::ErrorKind::InvalidInput)?;
        Ok(self.at)
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
pub(crate) fn list(inputs: &[Input]) -> Result<(Vec<Source>, Vec<String>)> {
    let mut sources = Vec::new();
    let mut said = Vec::new();
    for input in inputs {
        let path = match input {
            Input::Path(path) => path,
            Input::Table(table) => {
                let (name, origin) = (table.name().to_owned(), Origin::Memory(table.clone()));
                sources.push(Source { name, length: table.rows(), layout: None, origin });
                continue;
            }
            Input::Spooled(table) => {
                said.extend(table.said.iter().cloned());
                sources.push(Source::spooled(table));
                continue;
            }
        };
        for file in expand(path, &mut said)? {
            sources.push(Source::of_path(file)?);
        }
    }
    refuse_twice(&sources)?;
    match sources.is_empty() {
        true => Err(Error::option("LOG", "no input: name a file, a directory or - for standard input")),
        false => Ok((sources, said)),
    }
}

fn refuse_twice(sources: &[Source]) -> Result<()> {
    let mut seen = FxHashSet::default();
    for source in sources {
        let Some(id) = source.path().and_then(FileId::of) else { continue };
        if !seen.insert(id) {
            let message = "the file is named twice (by this name, another one or a link); its purchases would count double";
            return Err(Error::input(Place::file(&source.name), message));
        }
    }
    Ok(())
}

/// Refuses what is certainly no table, by its first bytes.
pub(crate) fn is_no_table(name: &str, head: &[u8]) -> Result<()> {
    match container::other(head) {
        Some(what) if !container::is_unpacked(head) => {
            Err(Error::input(Place::file(name), format!("the file is {what}")))
        }
        _ if head.is_empty() => recognise_format(name, head).map(|_| ()),
        _ => Ok(()),
    }
}

/// What the file is, by the first bytes of its (decompressed) text. The separator is found later.
pub(crate) fn recognise_format(name: &str, head: &[u8]) -> Result<Format> {
    let refuse = |message: String| Err(Error::input(Place::file(name), message));
    if head.is_empty() {
        return refuse("the file is empty: it has no header and no rows".into());
    }
    if let Some(what) = container::other(head) {
        return refuse(format!("the file is {what}"));
    }
    let zeros = head.iter().take(1000).filter(|&&byte| byte == 0).count();
    match head {
        [b'P', b'A', b'R', b'1', ..] => Ok(Format::Parquet),
        [b'A', b'R', b'R', b'O', b'W', b'1', ..] => Ok(Format::ArrowFile),
        [0xff, 0xff, 0xff, 0xff, ..] => Ok(Format::ArrowStream),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => {
            refuse(
                "the file is encoded in UTF-16, as Excel's \"Unicode text\" is; save it as \"CSV UTF-8\", or convert it: \
                 iconv -f UTF-16 -t UTF-8"
                    .into(),
            )
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
