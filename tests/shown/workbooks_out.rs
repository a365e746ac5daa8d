//! Tables written as workbooks: what is in them is what is in the CSV, and nothing of it is a formula.

use std::io::Read;
use std::sync::Arc;

use arrow_array::{ArrayRef, Date32Array, Float64Array, RecordBatch, StringArray, UInt32Array};
use calamine::{Data, Reader, Xlsx};
use clv::history::{self, LogOptions};
use clv::output::{TableWriter, Target, write_summary};

fn target(dir: &tempfile::TempDir, name: &str) -> (std::path::PathBuf, Target) {
    let path = dir.path().join(name);
    let target = Target::table(path.to_str().unwrap()).unwrap();
    (path, target)
}

#[test]
fn a_summary_comes_back_from_its_workbook() {
    let dir = tempfile::tempdir().unwrap();
    let summary =
        history::open(&[crate::common::fixture("cdnow_sample.csv")], &LogOptions::default(), &()).unwrap();
    let mut all = Vec::new();
    for name in ["a.csv", "a.xlsx", "b.xlsx"] {
        let (path, to) = target(&dir, name);
        assert_eq!(write_summary(&summary, &to, &()).unwrap(), 2357);
        all.push(path);
    }
    // Equal input gives equal bytes, whenever it is written.
    assert_eq!(std::fs::read(&all[1]).unwrap(), std::fs::read(&all[2]).unwrap());
    let again = history::open(&all[1..2], &LogOptions::default(), &()).unwrap();
    let (path, to) = target(&dir, "again.csv");
    write_summary(&again, &to, &()).unwrap();
    let numbers = |path: &std::path::Path| -> Vec<f64> {
        let text = std::fs::read_to_string(path).unwrap();
        text.lines()
            .skip(1)
            .flat_map(|line| {
                line.split(',').skip(1).take(4).map(|x| x.parse().unwrap()).collect::<Vec<f64>>()
            })
            .collect()
    };
    let (want, got) = (numbers(&all[0]), numbers(&path));
    assert_eq!(want.len(), got.len());
    // Excel's own files have 15 to 17 digits.
    want.iter().zip(&got).for_each(|(a, b)| assert!((a - b).abs() <= 1e-14 * a.abs(), "{a} {b}"));
}

#[test]
fn text_stays_text_and_dates_are_dates() {
    let dir = tempfile::tempdir().unwrap();
    let (path, to) = target(&dir, "t.xlsx");
    let ids = ["=1+1", "00123", "@SUM(A1)", "-5", "a\nb"];
    let columns: [(&str, ArrayRef); 4] = [
        ("customer_id", Arc::new(StringArray::from(ids.to_vec()))),
        ("last", Arc::new(Date32Array::from(vec![Some(19_000), None, Some(0), Some(-30_000), Some(1)]))),
        ("clv", Arc::new(Float64Array::from(vec![1.0 / 3.0, f64::NAN, f64::INFINITY, 0.0, 1e300]))),
        ("frequency", Arc::new(UInt32Array::from(vec![0, 1, 2, 3, u32::MAX]))),
    ];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut writer = TableWriter::create(&to, batch.schema()).unwrap();
    writer.write(&batch).unwrap();
    writer.finish().unwrap();
    let mut zip = zip::ZipArchive::new(std::fs::File::open(&path).unwrap()).unwrap();
    let mut sheet = String::new();
    zip.by_name("xl/worksheets/sheet1.xml").unwrap().read_to_string(&mut sheet).unwrap();
    assert!(
        !sheet.contains("<f>")
            && sheet.contains("ySplit=\"1\"")
            && sheet.contains("<autoFilter ref=\"A1:D6\""),
        "{sheet}"
    );
    let mut book: Xlsx<_> = calamine::open_workbook(&path).unwrap();
    let range = book.worksheet_range_at(0).unwrap().unwrap();
    let cell = |row, column| range.get_value((row, column)).cloned().unwrap_or(Data::Empty);
    for (row, id) in (1..).zip(ids) {
        assert_eq!(cell(row, 0), Data::String(id.into()));
    }
    assert!(matches!(cell(1, 1), Data::DateTime(day) if day.as_f64() == 44_569.0), "2022-01-08");
    assert_eq!((cell(2, 1), cell(2, 2)), (Data::Empty, Data::Empty));
    // Before March 1900 spreadsheets count otherwise.
    assert_eq!((cell(4, 1), cell(3, 2)), (Data::String("1887-11-12".into()), Data::String("inf".into())));
    assert_eq!((cell(1, 2), cell(5, 3)), (Data::Float(1.0 / 3.0), Data::Float(f64::from(u32::MAX))));
}

#[test]
fn more_rows_than_a_sheet_has_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let (path, to) = target(&dir, "t.xlsx");
    let column: ArrayRef = Arc::new(UInt32Array::from(vec![7; 1 << 16]));
    let batch = RecordBatch::try_from_iter([("frequency", column)]).unwrap();
    let mut writer = TableWriter::create(&to, batch.schema()).unwrap();
    (0..15).for_each(|_| writer.write(&batch).unwrap());
    let error = writer.write(&batch).unwrap_err().to_string();
    assert!(error.contains("1,048,575 rows") && error.contains(".parquet"), "{error}");
    drop(writer);
    assert!(!path.exists());
}
