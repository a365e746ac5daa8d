//! Zip archives: workbooks, and files packed together.

use std::io::{BufReader, Read};

use zip::ZipArchive;

use super::super::guarded::guarded;
use super::super::inputs::{Opened, Source};
use super::super::listing::is_listed;
use super::super::recognise;
use super::{Spool, one, refuse_bomb, workbook};
use crate::base::{Error, Place, Progress, Result};
use crate::history::input::SpooledTable;
use crate::history::options::LogOptions;

/// Archives within archives are unpacked down to here.
const DEEPEST: usize = 3;
/// So many tables of one archive are read.
const MOST_TABLES: usize = 10_000;
const PIECE: usize = 1 << 16;

pub(super) type Zip = ZipArchive<BufReader<Opened>>;

/// The tables of an archive or workbook.
pub(super) fn unpack(
    source: &Source,
    options: &LogOptions,
    progress: &dyn Progress,
    depth: usize,
) -> Result<Vec<SpooledTable>> {
    if depth > DEEPEST {
        let message = format!("there are more than {DEEPEST} archives within each other: unpack them first");
        return Err(Error::input(Place::file(&source.name), message));
    }
    let damaged = |why: String| {
        let message = format!("the archive or workbook is damaged, or not wholly there: {why}");
        Error::input(Place::file(&source.name), message)
    };
    let opened = source.open()?;
    let mut zip: Zip = guarded(|| ZipArchive::new(BufReader::new(opened))).map_err(damaged)?;
    let names: Vec<String> = zip.file_names().filter_map(Result::ok).map(|name| name.into_owned()).collect();
    let has = |name: &str| names.iter().any(|known| known == name);
    if has("xl/workbook.xml") || has("xl/workbook.bin") || has("[Content_Types].xml") {
        return workbook::of_parts(source, &mut zip, options, progress);
    }
    if has("content.xml") && has("mimetype") {
        return workbook::of_parts(source, &mut zip, options, progress);
    }
    let mut tables: Vec<&String> = names
        .iter()
        .filter(|name| !name.ends_with('/') && !name.starts_with("__MACOSX"))
        .filter(|name| is_listed(&name.rsplit('/').next().unwrap_or_default().to_lowercase()))
        .collect();
    tables.sort();
    if tables.is_empty() || tables.len() > MOST_TABLES {
        let shown: Vec<&str> = names.iter().take(3).map(String::as_str).collect();
        let message = match tables.is_empty() {
            true => format!("the archive has no table in it that can be read (it has {})", shown.join(", ")),
            false => format!("the archive has more than {MOST_TABLES} tables: unpack it and name its folder"),
        };
        return Err(Error::input(Place::file(&source.name), message));
    }
    let left = names.iter().filter(|name| !name.ends_with('/')).count() - tables.len();
    let (mut all, mut unpacked) = (Vec::new(), 0);
    for name in tables {
        let table = member(source, &mut zip, name, options, progress)?;
        // Many files that each are small enough are a bomb, too.
        unpacked += table.length;
        refuse_bomb(&source.name, source.length, unpacked)?;
        match one(&Source::spooled(&table), options, progress, depth + 1)? {
            Some(tables) => all.extend(tables),
            None => all.push(table),
        }
    }
    let mut all = most_like(source, all, options);
    if let (Some(first), 1..) = (all.first_mut(), left) {
        first.said.push(format!("{}: {left} other entries of the archive left aside", source.name));
    }
    Ok(all)
}

/// Of several tables those that are purchases: customers, products and remarks stand beside them in archives.
fn most_like(source: &Source, all: Vec<SpooledTable>, options: &LogOptions) -> Vec<SpooledTable> {
    if all.len() < 2 {
        return all;
    }
    let like: Vec<u8> =
        all.iter().map(|table| recognise::likeness_of(Source::spooled(table), options)).collect();
    let most = like.iter().copied().max().unwrap_or(0);
    if like.iter().all(|one| *one == most) {
        return all;
    }
    let (mut kept, mut others) = (Vec::new(), Vec::new());
    for (table, like) in all.into_iter().zip(like) {
        if like == most { kept.push(table) } else { others.push(table.name) }
    }
    let shown = others.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
    if let Some(first) = kept.first_mut() {
        let count = others.len();
        first
            .said
            .push(format!("{}: {count} tables that are no purchases left aside ({shown})", source.name));
    }
    kept
}

/// One file of an archive, unpacked.
fn member(
    source: &Source,
    zip: &mut Zip,
    name: &str,
    options: &LogOptions,
    progress: &dyn Progress,
) -> Result<SpooledTable> {
    let place = format!("{} ({name})", source.name);
    let damaged = |why: String| {
        let message = match why.to_lowercase().contains("password") {
            true => "the archive has a password: unpack it first".to_owned(),
            false => format!("this file of the archive is damaged: {why}"),
        };
        Error::input(Place::file(&place), message)
    };
    let mut file = zip.by_name(name).map_err(|e| damaged(e.to_string()))?;
    let mut spool = Spool::new(&place, file.compressed_size(), options)?;
    let mut piece = vec![0; PIECE];
    loop {
        progress.check()?;
        let n = file.read(&mut piece).map_err(|e| damaged(e.to_string()))?;
        if n == 0 {
            return spool.finish(Vec::new());
        }
        spool.write(&piece[..n])?;
    }
}
