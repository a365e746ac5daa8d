//! A target holds the old file or the new one, whatever happens in between.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use arrow_array::{Array, Float64Array, RecordBatch, StringArray};
use clv::output::{TableWriter, Target, write_bytes_atomically};

fn batch() -> RecordBatch {
    let ids: Arc<dyn Array> = Arc::new(StringArray::from(vec!["a", "b"]));
    RecordBatch::try_from_iter([("id", ids), ("x", Arc::new(Float64Array::from(vec![0.1, 37.0])))]).unwrap()
}

fn target(dir: &Path, name: &str) -> Target {
    Target::table(dir.join(name).to_str().unwrap()).unwrap()
}

fn files(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn the_old_file_stays_until_the_new_one_is_complete() {
    for name in ["t.csv", "t.parquet", "t.jsonl"] {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(name);
        fs::write(&path, "old").unwrap();
        let mut writer = TableWriter::create(&target(dir.path(), name), batch().schema()).unwrap();
        writer.write(&batch()).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        drop(writer);
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(files(dir.path()), [name]);
        let mut writer = TableWriter::create(&target(dir.path(), name), batch().schema()).unwrap();
        writer.write(&batch()).unwrap();
        writer.finish().unwrap();
        assert_ne!(fs::read(&path).unwrap(), b"old");
        assert_eq!(files(dir.path()), [name]);
    }
}

#[test]
fn formats_hold_the_rows() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str| {
        let mut writer = TableWriter::create(&target(dir.path(), name), batch().schema()).unwrap();
        writer.write(&batch()).unwrap();
        writer.write(&batch().slice(0, 1)).unwrap();
        writer.finish().unwrap();
        fs::read(dir.path().join(name)).unwrap()
    };
    assert_eq!(write("t.csv"), b"id,x\na,0.1\nb,37.0\na,0.1\n");
    let json = "{\"id\":\"a\",\"x\":0.1}\n{\"id\":\"b\",\"x\":37.0}\n{\"id\":\"a\",\"x\":0.1}\n";
    assert_eq!(String::from_utf8(write("t.jsonl")).unwrap(), json);
    assert!(write("t.parquet").starts_with(b"PAR1"));
    assert_eq!(write("again.parquet"), write("t.parquet"));
}

#[test]
fn a_table_without_rows_has_a_header() {
    let dir = tempfile::tempdir().unwrap();
    TableWriter::create(&target(dir.path(), "t.csv"), batch().schema()).unwrap().finish().unwrap();
    assert_eq!(fs::read_to_string(dir.path().join("t.csv")).unwrap(), "id,x\n");
}

#[test]
fn what_a_dead_run_left_is_removed_and_what_a_live_one_writes_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let names = [
        ".t.csv.clv-4000000.tmp",
        ".t.csv.clv-4000000-2.tmp",
        ".t.csv.clv-x.tmp",
        ".u.csv.clv-1.tmp",
        "t.tmp",
    ];
    names.iter().for_each(|name| fs::write(dir.path().join(name), "").unwrap());
    let live = TableWriter::create(&target(dir.path(), "t.csv"), batch().schema()).unwrap();
    assert!(!files(dir.path()).iter().any(|name| name.contains("4000000")), "{:?}", files(dir.path()));
    let mut second = TableWriter::create(&target(dir.path(), "t.csv"), batch().schema()).unwrap();
    second.write(&batch()).unwrap();
    second.finish().unwrap();
    live.finish().unwrap();
    assert_eq!(fs::read_to_string(dir.path().join("t.csv")).unwrap(), "id,x\n");
    let mut left: Vec<&str> = names[2..].to_vec();
    left.push("t.csv");
    left.sort_unstable();
    assert_eq!(files(dir.path()), left);
}

#[test]
fn documents_are_written_whole() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(format!("{}.json", "é".repeat(120)));
    write_bytes_atomically(&path, b"one").unwrap();
    write_bytes_atomically(&path, b"two").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"two");
    assert_eq!(files(dir.path()).len(), 1);
}

#[test]
fn targets_that_cannot_be_are_refused_before_the_work() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("d.csv")).unwrap();
    fs::write(dir.path().join("file"), "").unwrap();
    for (name, why) in [
        ("d.csv", "is a directory"),
        ("missing/t.csv", "does not exist"),
        ("file/t.csv", "is not a directory"),
        ("t.docx", "'.docx' is not a known kind of table: use .csv, .xlsx, .parquet or .jsonl"),
        ("t", "no extension"),
    ] {
        let error = Target::table(dir.path().join(name).to_str().unwrap()).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }
    assert!(Target::document(dir.path().join("model").to_str().unwrap(), "JSON").is_ok());
    assert!(Target::table("-").unwrap().is_stdout());
}

#[cfg(unix)]
#[test]
fn links_and_permissions_survive() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let dir = tempfile::tempdir().unwrap();
    let (file, link) = (dir.path().join("file.json"), dir.path().join("link.json"));
    fs::write(&file, "old").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    symlink(&file, &link).unwrap();
    write_bytes_atomically(&link, b"new").unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read(&file).unwrap(), b"new");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
    fs::set_permissions(&file, fs::Permissions::from_mode(0o440)).unwrap();
    assert!(write_bytes_atomically(&file, b"newer").unwrap_err().to_string().contains("read-only"));
}
