//! Where blocks wait: in memory as long as the limit allows, then in a temporary file.
//!
//! The file has no name (`tempfile::tempfile_in`): the system frees it with the process, however
//! the process ends, so that nothing is ever left over. Blocks are written behind each other and
//! read back by their place; the file is created only when the first block needs it.

use std::borrow::Cow;
use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::base::{Error, Result};

/// Blocks in memory up to a limit, the rest in a file.
pub(crate) struct Store {
    limit: u64,
    used: Arc<AtomicU64>,
    dir: PathBuf,
    file: Mutex<Option<Arc<File>>>,
    /// Length of the file, with all that is being written.
    end: AtomicU64,
}

/// A block that was put into a [`Store`]. Dropping it frees its memory.
pub(crate) enum Block {
    /// In memory.
    Memory(Held),
    /// In the store's file.
    File {
        /// Its place.
        offset: u64,
        /// Its length.
        length: usize,
    },
}

/// Bytes that count against a limit until they are dropped.
pub(crate) struct Held {
    bytes: Box<[u8]>,
    used: Arc<AtomicU64>,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.used.fetch_sub(self.bytes.len() as u64, Ordering::Relaxed);
    }
}

impl Store {
    /// A store that holds up to `limit` bytes in memory and the rest in a file in `dir`.
    pub fn new(limit: u64, dir: PathBuf) -> Self {
        let (used, file, end) = (Arc::default(), Mutex::default(), AtomicU64::new(0));
        Store { limit, used, dir, file, end }
    }

    /// Keeps a copy of `bytes`.
    pub fn put(&self, bytes: &[u8]) -> Result<Block> {
        let length = bytes.len() as u64;
        if self.used.fetch_add(length, Ordering::Relaxed) + length <= self.limit {
            return Ok(Block::Memory(Held { bytes: bytes.into(), used: self.used.clone() }));
        }
        self.used.fetch_sub(length, Ordering::Relaxed);
        let file = self.file().map_err(|e| Error::io("create a temporary file in", &self.dir, e))?;
        let offset = self.end.fetch_add(length, Ordering::Relaxed);
        write_all_at(&file, bytes, offset).map_err(|e| {
            Error::io("write a temporary file there (--temp-dir names another directory)", &self.dir, e)
        })?;
        Ok(Block::File { offset, length: bytes.len() })
    }

    /// The bytes of a block.
    pub fn get<'a>(&self, block: &'a Block) -> Result<Cow<'a, [u8]>> {
        match block {
            Block::Memory(held) => Ok(Cow::Borrowed(&held.bytes)),
            Block::File { offset, length } => {
                let mut bytes = vec![0; *length];
                self.file()
                    .and_then(|file| read_exact_at(&file, &mut bytes, *offset))
                    .map_err(|e| Error::io("read a temporary file in", &self.dir, e))?;
                Ok(Cow::Owned(bytes))
            }
        }
    }

    /// Bytes that were written to the file.
    #[cfg(test)]
    pub fn spilled(&self) -> u64 {
        self.end.load(Ordering::Relaxed)
    }

    fn file(&self) -> io::Result<Arc<File>> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = &*file {
            return Ok(file.clone());
        }
        Ok(file.insert(Arc::new(tempfile::tempfile_in(&self.dir)?)).clone())
    }
}

#[cfg(unix)]
fn write_all_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, offset)
}

#[cfg(unix)]
fn read_exact_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, offset)
}

#[cfg(windows)]
fn write_all_at(file: &File, mut bytes: &[u8], mut offset: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        match std::os::windows::fs::FileExt::seek_write(file, bytes, offset)? {
            0 => return Err(io::ErrorKind::WriteZero.into()),
            n => (bytes, offset) = (&bytes[n..], offset + n as u64),
        }
    }
    Ok(())
}

#[cfg(windows)]
fn read_exact_at(file: &File, mut bytes: &mut [u8], mut offset: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, bytes, offset)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            n => (bytes, offset) = (&mut bytes[n..], offset + n as u64),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_come_back_from_memory_and_disk() {
        let store = Store::new(10, std::env::temp_dir());
        let blocks: Vec<Block> = (0..20).map(|i| store.put(&[i; 3]).unwrap()).collect();
        assert_eq!(store.spilled(), 17 * 3);
        for (i, block) in blocks.iter().enumerate() {
            assert_eq!(*store.get(block).unwrap(), [i as u8; 3]);
        }
        drop(blocks);
        assert!(matches!(store.put(&[0; 10]).unwrap(), Block::Memory(_)));
    }

    #[test]
    fn a_missing_directory_is_named() {
        let store = Store::new(0, "/nowhere/at/all".into());
        let message = store.put(&[1]).err().unwrap().to_string();
        assert!(message.contains("/nowhere/at/all"), "{message}");
    }
}
