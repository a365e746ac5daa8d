//! A file that appears when it is complete.
//!
//! It is written as `.NAME.clv-PID.tmp` beside the target, flushed to the disk and renamed. A run
//! that is killed leaves such a file behind; the next run to the same target removes it. One that is asked to
//! stop removes it itself ([`abandon`]). Each run holds a lock on its own, which the system frees with the process, so that what a live run is
//! writing is told from what a dead one has left.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::base::{
    Error, Result,
    files::{end_of_links, folder},
};

/// Names of temporary files end with this.
const SUFFIX: &str = ".tmp";

/// Bytes of the target's name in the name of its temporary file: names have at most 255.
const NAME_BYTES: usize = 180;

/// The temporary files that this process is writing. Files begin, get their names and go while it is held.
static LIVE: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

fn live() -> MutexGuard<'static, Vec<PathBuf>> {
    LIVE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Removes all that is being written, for a process that is about to end: from now on no file is begun, and none gets
/// its name; who tries waits for the end.
pub fn abandon() {
    let mut live = live();
    for path in live.drain(..) {
        // If it cannot be removed now, the next run will.
        let _ = fs::remove_file(path);
    }
    std::mem::forget(live);
}

/// Can something be written there?
///
/// # Errors
/// If it is a directory or read-only, or is in a directory that does not exist.
pub(super) fn check(path: &Path) -> Result<()> {
    let refuse = |message: String| Err(Error::option("--output", message));
    let shown = path.display();
    let path = &end_of_links(path);
    if let Ok(found) = fs::metadata(path) {
        if found.is_dir() {
            return refuse(format!("'{shown}' is a directory: name a file in it"));
        }
        if found.permissions().readonly() {
            return refuse(format!("'{shown}' exists and is read-only"));
        }
    }
    let parent = folder(path);
    if path.file_name().is_none() {
        return refuse(format!("'{shown}' is not the name of a file"));
    }
    match fs::metadata(parent) {
        Ok(found) if found.is_dir() => Ok(()),
        Ok(_) => refuse(format!("cannot write '{shown}': '{}' is not a directory", parent.display())),
        Err(e) if e.kind() == ErrorKind::NotFound => {
            refuse(format!("cannot write '{shown}': the directory '{}' does not exist", parent.display()))
        }
        Err(e) => Err(Error::io("write", path, e)),
    }
}

/// A file on its way to `target`; dropped before [`commit`](AtomicFile::commit) it is gone.
pub(super) struct AtomicFile {
    file: File,
    target: PathBuf,
    /// `None`: written in place (a device or pipe), or renamed already.
    temporary: Option<PathBuf>,
}

impl AtomicFile {
    /// Begins a file, and removes what dead runs to the same target have left.
    pub fn create(path: &Path) -> Result<Self> {
        // Through links: the file they lead to is replaced (or begun), not the link.
        let target = end_of_links(path);
        let error = |e| Error::io("write", path, e);
        let found = fs::metadata(&target).ok();
        if found.as_ref().is_some_and(|found| !found.is_file()) {
            let file = OpenOptions::new().write(true).open(&target).map_err(error)?;
            return Ok(AtomicFile { file, target, temporary: None });
        }
        remove_leftovers(&target);
        let mut live = live();
        let (file, temporary) = begin(&target).map_err(error)?;
        live.push(temporary.clone());
        drop(live);
        let begun = AtomicFile { file, target, temporary: Some(temporary) };
        if let Some(found) = found {
            begun.file.set_permissions(found.permissions()).map_err(error)?;
        }
        Ok(begun)
    }

    /// The file is complete: puts it in its place.
    pub fn commit(mut self) -> Result<()> {
        let Some(temporary) = &self.temporary else { return Ok(()) };
        let failed = |e| Error::io("write", &self.target, e);
        self.file.sync_all().map_err(failed)?;
        let mut live = live();
        fs::rename(temporary, &self.target).map_err(failed)?;
        live.retain(|path| path != temporary);
        drop(live);
        self.temporary = None;
        // The name is durable when the directory is; where that cannot be asked for, so be it.
        if let Ok(directory) = File::open(folder(&self.target)) {
            let _ = directory.sync_all();
        }
        Ok(())
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Seek for AtomicFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

impl Drop for AtomicFile {
    fn drop(&mut self) {
        if let Some(temporary) = &self.temporary {
            let mut live = live();
            // If it cannot be removed now, the next run will.
            let _ = fs::remove_file(temporary);
            live.retain(|path| path != temporary);
        }
    }
}

/// A new temporary file, locked.
fn begin(target: &Path) -> io::Result<(File, PathBuf)> {
    let process = std::process::id();
    for attempt in 0.. {
        let number = if attempt == 0 { String::new() } else { format!("-{attempt}") };
        let mut name = prefix(target);
        name.push(format!("{process}{number}{SUFFIX}"));
        let path = target.with_file_name(name);
        let file = match OpenOptions::new().write(true).create_new(true).open(&path) {
            Err(e) if e.kind() == ErrorKind::AlreadyExists && attempt < 1000 => continue,
            other => other?,
        };
        // Where files cannot be locked, leftovers cannot be told and are not removed.
        let _ = file.try_lock();
        // Before it was locked another run may have taken it for a leftover.
        if path.exists() {
            return Ok((file, path));
        }
    }
    Err(ErrorKind::AlreadyExists.into())
}

/// What the names of all temporary files of a target begin with.
fn prefix(target: &Path) -> OsString {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let end = (0..=NAME_BYTES.min(name.len())).rev().find(|&end| name.is_char_boundary(end)).unwrap_or(0);
    format!(".{}.clv-", &name[..end]).into()
}

/// Removes the temporary files of dead runs to this target.
fn remove_leftovers(target: &Path) {
    let prefix = prefix(target);
    let Ok(entries) = fs::read_dir(folder(target)) else { return };
    for entry in entries.flatten() {
        if !is_temporary(&entry.file_name(), &prefix) {
            continue;
        }
        let Ok(file) = OpenOptions::new().write(true).open(entry.path()) else { continue };
        if file.try_lock().is_ok() {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Is it `.NAME.clv-PID.tmp` (or `PID-N`)?
fn is_temporary(name: &OsStr, prefix: &OsStr) -> bool {
    let (Some(name), Some(prefix)) = (name.to_str(), prefix.to_str()) else { return false };
    let number = name.strip_prefix(prefix).and_then(|rest| rest.strip_suffix(SUFFIX));
    number.is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit() || b == b'-'))
}
