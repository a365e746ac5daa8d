//! What can be read once only (standard input, pipes, `<(...)`, FIFOs, devices) is copied to an unnamed temporary file
//! before anything looks at it, and is read from there as often as a verb wants.

use std::fs::File;
use std::io::{ErrorKind as IoKind, IsTerminal, Read, Write};
use std::path::Path;
use std::sync::Arc;

use super::input::{Input, SpooledTable};
use super::options::LogOptions;
use super::read::inputs::{STDIN, STDIN_NAME, is_no_table, read_full};
use super::read::unpack::unpack;
use crate::base::{
    Error, Place, Progress, Result,
    files::{FileId, gives_its_bytes_once},
};

/// Bytes that are copied between two looks whether to stop.
const PIECE: usize = 1 << 18;
/// Bytes that show what it is.
const HEAD: usize = 4096;

/// The same inputs, and the same options with their file of customers, so that all of them can be opened as often as
/// wanted. What can be is left as it is: to call this twice costs nothing.
///
/// # Errors
/// If one cannot be read, is named twice, or is a device without end.
pub fn keep(
    inputs: &[Input],
    options: &LogOptions,
    progress: &dyn Progress,
) -> Result<(Vec<Input>, LogOptions)> {
    let mut seen = Vec::new();
    let mut one = |input: &Input| keep_one(input, options, &mut seen, progress);
    let inputs = inputs.iter().map(&mut one).collect::<Result<Vec<_>>>()?;
    let customers = options.customers.as_ref().map(one).transpose()?;
    let inputs = unpack(inputs, options, progress)?;
    let customers = match customers {
        // Several files stay as they were named: each is looked at by itself.
        Some(input) => {
            let mut parts = unpack(vec![input.clone()], options, progress)?;
            Some(if parts.len() == 1 { parts.remove(0) } else { input })
        }
        None => None,
    };
    Ok((inputs, LogOptions { customers, ..options.clone() }))
}

fn keep_one(
    input: &Input,
    options: &LogOptions,
    seen: &mut Vec<FileId>,
    progress: &dyn Progress,
) -> Result<Input> {
    let Some(path) = input.path() else { return Ok(input.clone()) };
    let stdin = path.as_os_str() == STDIN;
    // A path that is not there may be a glob: who lists it says so.
    if !stdin && !gives_its_bytes_once(path).unwrap_or(false) {
        return Ok(input.clone());
    }
    let id = if stdin { FileId::of_stdin() } else { FileId::of(path) };
    let name = if stdin { STDIN_NAME.to_owned() } else { path.display().to_string() };
    if let Some(id) = id {
        if seen.contains(&id) {
            let message = "it is named twice, and gives its bytes once only: write them to a file";
            return Err(Error::input(Place::file(name), message));
        }
        seen.push(id);
    }
    let folder = options.temp_dir.clone().unwrap_or_else(std::env::temp_dir);
    progress.stage("copying the input", None);
    let kept = match stdin {
        true => copy(std::io::stdin().lock(), &name, device(Path::new("/dev/stdin")), &folder, progress),
        false => {
            let file = File::open(path).map_err(|e| Error::io("open", path, e))?;
            let device = device(path) && !file.is_terminal();
            copy(file, &name, device, &folder, progress)
        }
    };
    kept.map(Input::Spooled)
}

/// Is it a device, which may never end?
fn device(path: &Path) -> bool {
    let found = std::fs::metadata(path);
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        let kind = found.map(|found| found.file_type());
        kind.is_ok_and(|kind| kind.is_char_device() || kind.is_block_device())
            && !(path == Path::new("/dev/stdin") && std::io::stdin().is_terminal())
    }
    #[cfg(not(unix))]
    {
        found.is_ok_and(|found| !found.is_file())
    }
}

fn copy(
    mut from: impl Read,
    name: &str,
    device: bool,
    folder: &Path,
    progress: &dyn Progress,
) -> Result<SpooledTable> {
    let failed = |e| Error::io("read", name, e);
    let full = |e| Error::io("copy what can be read once only to", folder, e);
    let mut head = vec![0; HEAD];
    let found = read_full(&mut from, &mut head).map_err(failed)?;
    head.truncate(found);
    // What is no table at all is not copied in full to find that out.
    if !matches!(head[..], [0x1f, 0x8b, ..] | [0x28, 0xb5, 0x2f, 0xfd, ..]) {
        is_no_table(name, &head)?;
    }
    if device {
        let message = "this is a device, which need not end: name a file, a pipe or - for standard input";
        return Err(Error::input(Place::file(name), message));
    }
    let mut file = tempfile::tempfile_in(folder).map_err(full)?;
    file.write_all(&head).map_err(full)?;
    let (mut buffer, mut length) = (vec![0; PIECE], head.len() as u64);
    loop {
        progress.check()?;
        let n = match from.read(&mut buffer) {
            Ok(0) => break,
            Ok(n) => n,
            Err(e) if e.kind() == IoKind::Interrupted => continue,
            Err(e) => return Err(failed(e)),
        };
        file.write_all(&buffer[..n]).map_err(full)?;
        length += n as u64;
        progress.advance(n as u64);
    }
    Ok(SpooledTable {
        name: name.to_owned(),
        file: Arc::new(file),
        length,
        said: Vec::new(),
        encoding: None,
        sheet: None,
        layout: None,
        unpacked: false,
    })
}
