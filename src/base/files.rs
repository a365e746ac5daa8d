//! Which file a path leads to: two names of one file are told by the file, never by their spelling.

use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

/// Links that are followed, one after the other, before they are taken for a circle.
const LINKS: usize = 40;

/// A file, whatever it is called.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum FileId {
    /// One that is there: its device and number, and on systems without them its canonical path.
    There(Number),
    /// One that is not there yet: its folder's canonical path and its name.
    NotYet(PathBuf),
}

#[cfg(unix)]
type Number = (u64, u64);
#[cfg(not(unix))]
type Number = PathBuf;

impl FileId {
    /// The file that a path leads to, through links; `None` if it cannot be one.
    pub fn of(path: &Path) -> Option<FileId> {
        match fs::metadata(path) {
            Ok(found) => FileId::there(path, &found),
            Err(_) => {
                let path = end_of_links(path);
                let folder = folder(&path).canonicalize().ok()?;
                Some(FileId::NotYet(folder.join(path.file_name()?)))
            }
        }
    }

    /// A file that is open.
    #[cfg(unix)]
    pub fn of_file(file: &fs::File) -> Option<FileId> {
        FileId::there(Path::new("-"), &file.metadata().ok()?)
    }

    /// What standard output writes to, if it is a file, a pipe or a device.
    #[cfg(unix)]
    pub fn of_stdout() -> Option<FileId> {
        use std::os::fd::AsFd;
        let own = io::stdout().as_fd().try_clone_to_owned().ok()?;
        FileId::there(Path::new("-"), &fs::File::from(own).metadata().ok()?)
    }

    /// What standard input reads from.
    #[cfg(unix)]
    pub fn of_stdin() -> Option<FileId> {
        use std::os::fd::AsFd;
        let own = io::stdin().as_fd().try_clone_to_owned().ok()?;
        FileId::there(Path::new("-"), &fs::File::from(own).metadata().ok()?)
    }

    /// What standard output writes to is not known here.
    #[cfg(not(unix))]
    pub fn of_stdout() -> Option<FileId> {
        None
    }

    /// Standard input is one thing, whatever it reads from.
    #[cfg(not(unix))]
    pub fn of_stdin() -> Option<FileId> {
        Some(FileId::There(PathBuf::from("-")))
    }

    #[cfg(unix)]
    #[expect(clippy::unnecessary_wraps, reason = "elsewhere it may fail")]
    fn there(_: &Path, found: &Metadata) -> Option<FileId> {
        use std::os::unix::fs::MetadataExt;
        Some(FileId::There((found.dev(), found.ino())))
    }

    #[cfg(not(unix))]
    fn there(path: &Path, _: &Metadata) -> Option<FileId> {
        path.canonicalize().ok().map(FileId::There)
    }
}

/// Where a chain of links ends, also if nothing is there yet.
pub(crate) fn end_of_links(path: &Path) -> PathBuf {
    match path.canonicalize() {
        Ok(there) => return there,
        // Some links of the system's lead to what has no path, such as a pipe.
        Err(_) if path.exists() => return path.to_owned(),
        Err(_) => {}
    }
    let mut end = path.to_owned();
    for _ in 0..LINKS {
        let Ok(next) = fs::read_link(&end) else { return end };
        // A relative link starts from the folder that it lies in.
        end = folder(&end).join(next);
    }
    end
}

/// The folder that a path names its file in.
pub(crate) fn folder(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Does this path name something that gives its bytes once only, such as a pipe or a device? On some systems what
/// lies under `/dev` goes on where the last reader stopped, also if it leads to a file.
///
/// # Errors
/// If there is nothing.
pub(crate) fn gives_its_bytes_once(path: &Path) -> io::Result<bool> {
    let found = fs::metadata(path)?;
    Ok(!found.is_dir() && (!found.is_file() || path.starts_with("/dev")))
}

/// A small file as a whole.
///
/// `None` if it has more than `most` bytes.
///
/// # Errors
/// If it cannot be read.
pub(crate) fn small(path: &Path, most: usize) -> crate::base::Result<Option<Vec<u8>>> {
    use std::io::Read;
    let failed = |e| crate::base::Error::io("read", path, e);
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(failed)?;
    file.take(most as u64 + 1).read_to_end(&mut bytes).map_err(failed)?;
    Ok((bytes.len() <= most).then_some(bytes))
}
