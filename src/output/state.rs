//! States of logs: written whole or not at all, by one at a time.
//!
//! Who adds rows holds a lock on the state's file until the new one has taken its place, so that a second update is
//! refused instead of undoing the first. The lock is the system's: it goes with the process, and leaves nothing behind.

use std::fs::{File, TryLockError};
use std::io::{BufWriter, Read};
use std::path::Path;

use arrow_array::RecordBatch;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use sha2::{Digest, Sha256};

use super::atomic::{self, AtomicFile};
use super::{BUFFER, Target};
use crate::base::{Error, Place, Progress, Result, files::FileId};
use crate::history::Input;
use crate::history::LogOptions;
use crate::history::state::{self, Added, Addition, State};

/// Makes a state of logs.
///
/// # Errors
/// If they cannot be read, hold rows that cannot be used, or if the state cannot be written.
pub fn create_state(
    path: &Path,
    inputs: &[Input],
    options: &LogOptions,
    progress: &dyn Progress,
) -> Result<Added> {
    check(path)?;
    let files: Vec<_> = inputs.iter().filter_map(Input::path).map(Path::to_owned).collect();
    Target::document(&path.to_string_lossy(), "clvs")?.refuse_inputs(&files)?;
    let _lock = if path.exists() { Some(lock(path)?) } else { None };
    write(path, state::begin(inputs, options, progress)?, progress)
}

/// Adds the rows of logs to a state.
///
/// # Errors
/// As [`create_state`]; if rows do not go with those that are there; if another update is at work.
pub fn update_state(
    path: &Path,
    inputs: &[Input],
    options: &LogOptions,
    progress: &dyn Progress,
) -> Result<Added> {
    check(path)?;
    let _lock = lock(path)?;
    let Some(state) = State::open(&path.into())? else {
        let message = "this is no state: clv summarize LOG.. --state FILE makes one";
        return Err(Error::input(Place::file(path.display().to_string()), message));
    };
    match state::grow(state, inputs, options, progress)? {
        (Some(addition), _) => write(path, addition, progress),
        (None, added) => Ok(added),
    }
}

fn check(path: &Path) -> Result<()> {
    if path.as_os_str() == "-" {
        return Err(Error::option("--state", "a state is a file that later updates replace: name one"));
    }
    atomic::check(path)
}

fn write(path: &Path, addition: Addition, progress: &dyn Progress) -> Result<Added> {
    let out = BufWriter::with_capacity(BUFFER, AtomicFile::create(path)?);
    let (out, added) = addition.write(out, &path.display().to_string(), progress)?;
    let file = out.into_inner().map_err(|error| Error::io("write", path, error.into_error()))?;
    progress.check()?;
    file.commit()?;
    Ok(added)
}

/// The state's file, locked.
fn lock(path: &Path) -> Result<File> {
    let failed = |error| Error::io("open", path, error);
    loop {
        let file = File::open(path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let message = "another clv is adding rows to this state: wait until it is done, then start again. \
                               Nothing was changed";
                return Err(Error::input(Place::file(path.display().to_string()), message));
            }
            // Where files cannot be locked, nobody is kept out.
            Err(TryLockError::Error(error)) if error.kind() == std::io::ErrorKind::Unsupported => {}
            Err(TryLockError::Error(error)) => return Err(Error::io("lock", path, error)),
        }
        // The one that was locked may have been replaced meanwhile.
        #[cfg(unix)]
        let current = FileId::of_file(&file) == FileId::of(path);
        #[cfg(not(unix))]
        let current = FileId::of(path).is_some();
        if current {
            return Ok(file);
        }
    }
}

/// A lock on a file, which goes with this.
#[derive(Debug)]
pub struct FileLock {
    _file: File,
}

/// Locks a file for a job of which only one may run at a time.
///
/// # Errors
/// If it cannot be opened, or another process holds it.
pub fn lock_file(path: &Path, held: &str) -> Result<FileLock> {
    let file = File::open(path).map_err(|error| Error::io("open", path, error))?;
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Err(Error::input(Place::file(path.display().to_string()), held)),
        // Where files cannot be locked, nobody is kept out.
        _ => Ok(FileLock { _file: file }),
    }
}

/// SHA-256 of a file; `None` if there is none.
///
/// # Errors
/// If it cannot be read.
pub fn digest_of(path: &Path) -> Result<Option<String>> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::io("open", path, error)),
    };
    let (mut hash, mut buffer) = (Sha256::new(), vec![0; BUFFER]);
    loop {
        let n = file.read(&mut buffer).map_err(|error| Error::io("read", path, error))?;
        if n == 0 {
            break;
        }
        hash.update(&buffer[..n]);
    }
    Ok(Some(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()))
}

/// A whole text file; `None` if there is none.
///
/// # Errors
/// If it cannot be read.
pub fn read_text(path: &Path) -> Result<Option<String>> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::io("read", path, error)),
    }
}

/// The batches of a Parquet file; `None` if there is none.
///
/// # Errors
/// If it cannot be read.
pub fn read_parquet(path: &Path) -> Result<Option<Vec<RecordBatch>>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::io("open", path, error)),
    };
    let damaged = |error: String| {
        let message = format!("this is no Parquet file, or it is damaged ({error})");
        Error::input(Place::file(path.display().to_string()), message)
    };
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).and_then(|builder| builder.build());
    let batches = reader.map_err(|error| damaged(error.to_string()))?;
    batches.map(|batch| batch.map_err(|error| damaged(error.to_string()))).collect::<Result<_>>().map(Some)
}
