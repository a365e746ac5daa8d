//! Files that are no tables but that people hand in: what they are, by their first bytes, and the way out.

use std::borrow::Cow;

/// First bytes of files that people hand in by mistake, what they are, and the way out.
const NOT_TABLES: [(&[u8], &str); 21] = [
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook; save it as CSV"),
    (b"%PDF", "a PDF"),
    (
        b"SQLite format 3",
        "an SQLite database; export the table as CSV (sqlite3 -csv -header FILE 'select * from TABLE')",
    ),
    (b"<!DOCTYPE", "a web page, not a table"),
    (b"<html", "a web page, not a table"),
    (b"<?xml", "XML (perhaps an old Excel export); save it as CSV"),
    (b"BZh", "compressed with bzip2; use gzip or zstd"),
    (b"\xfd7zXZ", "compressed with xz; use gzip or zstd"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive; unpack it first"),
    (b"Rar!", "a RAR archive; unpack it first"),
    (b"ORC", "an ORC file; convert it to Parquet or CSV"),
    (b"Obj\x01", "an Avro file; convert it to Parquet or CSV"),
    (b"FEA1", "a Feather file of version 1; write it anew (version 2), or as Parquet"),
    (b"\x89HDF", "an HDF5 file; export the table as CSV or Parquet"),
    (b"\x93NUMPY", "a NumPy array; write the table as CSV or Parquet"),
    (b"RDX2", "an R workspace; write the table as CSV (write.csv)"),
    (b"RDX3", "an R workspace; write the table as CSV (write.csv)"),
    (b"RDA", "an R workspace; write the table as CSV (write.csv)"),
    (b"X\n\0\0\0", "an R object (RDS); write the table as CSV (write.csv)"),
    (b"$FL2", "an SPSS file; export it as CSV"),
    (b"<stata_dta>", "a Stata file; export it as CSV"),
];

/// What a file is that looks like no table, and the way out.
pub(super) fn other(head: &[u8]) -> Option<Cow<'static, str>> {
    let words = match head {
        [b'P', b'K', 3, 4, ..] => return Some(zipped(head)),
        // Protocols 2 to 5.
        [0x80, 2..=5, ..] => {
            "a Python pickle; write the table as CSV or Parquet (pandas.read_pickle(..).to_parquet(..)), or hand the \
             data frame to the Python package"
        }
        _ if head.get(8..12) == Some(b"DUCK") => "a DuckDB database; export the table as CSV or Parquet",
        _ if head.get(257..262) == Some(b"ustar") => "a tar archive; unpack it first",
        _ if matches!(head.get(4..19), Some(b"Standard Jet DB" | b"Standard ACE DB")) => {
            "an Access database; export the table as CSV"
        }
        _ => NOT_TABLES.iter().find(|(magic, _)| head.starts_with(magic)).map(|(_, what)| *what)?,
    };
    Some(words.into())
}

/// Is it a container whose tables are read?
pub(super) fn is_unpacked(head: &[u8]) -> bool {
    head.starts_with(b"PK\x03\x04") || head.starts_with(b"\xd0\xcf\x11\xe0")
}

/// A zip archive, by the name of its first file: workbooks are such archives, too.
fn zipped(head: &[u8]) -> Cow<'static, str> {
    let length = head.get(26..28).map_or(0, |bytes| usize::from(bytes[0]) | usize::from(bytes[1]) << 8);
    let name = head.get(30..30 + length).map_or(Cow::default(), String::from_utf8_lossy);
    let office = ["[Content_Types].xml", "xl/", "_rels/", "docProps/"];
    match &*name {
        "" => "an Excel workbook or zip archive; save it as CSV or unpack it first".into(),
        name if office.iter().any(|part| name.starts_with(part)) => {
            "an Excel workbook; save the sheet as CSV".into()
        }
        "mimetype" => "an OpenDocument workbook; save the sheet as CSV".into(),
        name => format!("a zip archive (its first file is '{}'); unpack it first", name).into(),
    }
}
