//! Which files a path means: itself, those of a directory, or those that match a glob.

use std::path::{Path, PathBuf};

use crate::base::{
    Error, Place, Result,
    files::{FileId, end_of_links, folder},
};

/// File names (before `.gz`, `.zst`) that a directory is searched for.
const EXTENSIONS: [&str; 16] = [
    "csv", "tsv", "psv", "txt", "parquet", "pq", "jsonl", "ndjson", "json", "arrow", "xlsx", "xlsm", "xls",
    "xlsb", "ods", "zip",
];

/// The files that a path means, in order; sentences about entries of a directory left aside go into `said`.
pub(super) fn expand(path: &Path, said: &mut Vec<String>) -> Result<Vec<PathBuf>> {
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

/// Is a file of this name, in lower case, among those that are read of a directory?
pub(super) fn is_listed(name: &str) -> bool {
    let bare = name.trim_end_matches(".gz").trim_end_matches(".zst");
    let known = EXTENSIONS.iter().any(|extension| bare.ends_with(&format!(".{extension}")));
    known && !name.starts_with(['.', '_'])
}

/// Would a file written there be among those that an input means, now or the next time?
pub(crate) fn would_be_read(output: &Path, input: &Path) -> bool {
    let Some(own) = FileId::of(output) else { return false };
    if FileId::of(input).is_some_and(|input| input == own) {
        return true;
    }
    let end = end_of_links(output);
    let name = end.file_name().unwrap_or_default().to_string_lossy();
    let place = FileId::of(folder(&end));
    if input.is_dir() {
        return FileId::of(input) == place && is_listed(&name.to_lowercase());
    }
    if input.exists() {
        return false;
    }
    // A glob: the folders that its folder means, and in them the names that its last part means.
    let pattern = input.file_name().and_then(|last| glob::Pattern::new(&last.to_string_lossy()).ok());
    if !pattern.is_some_and(|pattern| pattern.matches(&name)) {
        return false;
    }
    let folders = glob::glob(&folder(input).to_string_lossy());
    folders.is_ok_and(|mut all| all.any(|found| found.is_ok_and(|found| FileId::of(&found) == place)))
}

fn list_directory(folder: &Path, said: &mut Vec<String>) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).map_err(|e| Error::io("list", folder, e))?;
    let (mut files, mut others) = (Vec::new(), Vec::new());
    for entry in entries {
        let path = entry.map_err(|e| Error::io("list", folder, e))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        match path.is_file() && is_listed(&name) {
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
