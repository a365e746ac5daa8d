//! What tests of exports share: invented files, and what reading them came to.

use std::path::PathBuf;

use clv::history::{self, Fate, LogOptions, Summary};

pub(super) fn open_files(files: &[(&str, Vec<u8>)], options: &LogOptions) -> Summary {
    let folder = tempfile::tempdir().unwrap();
    let paths: Vec<PathBuf> = files.iter().map(|(name, _)| folder.path().join(name)).collect();
    paths.iter().zip(files).for_each(|(path, (_, bytes))| std::fs::write(path, bytes).unwrap());
    history::open(&paths, options, &()).unwrap_or_else(|error| panic!("{error}"))
}

pub(super) fn open(text: &str) -> Summary {
    open_files(&[("export.csv", text.into())], &LogOptions::default())
}

/// Purchases, revenue after returns, customers.
pub(super) fn read(summary: &Summary) -> (u64, f64, u64) {
    let account = &summary.meta.account;
    assert!(account.adds_up(), "{account:?}");
    let amount = |fate| account.entry(fate).and_then(|entry| entry.amount).unwrap_or(0.0);
    let revenue = amount(Fate::Purchase) + amount(Fate::ReturnNetted) + amount(Fate::ReturnUnmatched);
    let rows = account.entry(Fate::Purchase).map_or(0, |entry| entry.rows);
    (rows, (revenue * 100.0).round() / 100.0, summary.meta.customers.unwrap())
}

pub(super) fn warnings(summary: &Summary) -> String {
    summary.meta.warnings.iter().map(|warning| format!("{}: {}\n", warning.code, warning.message)).collect()
}

/// Day n of 2023, of the first 28 of a month.
pub(super) fn day(n: usize) -> String {
    format!("2023-{:02}-{:02}", 1 + n / 28 % 12, 1 + n % 28)
}
