//! Input that is damaged, endless, or not what its name says: each is read in full or refused in words, in little
//! memory. The files are made here. Version 0.1.0 was seen to do what is said of pipes, FIFOs,
//! files of two names, JSON of many keys and ends of lines; what is said of the others was not run again.
#![cfg(unix)]

use std::fs;
use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use arrow_array::{Float64Array, RecordBatch, StringArray};
use arrow_ipc::CompressionType;
use arrow_ipc::writer::{FileWriter, IpcWriteOptions, StreamWriter};
use clv::history::{self, LogOptions};
use parquet::arrow::ArrowWriter;

/// Runs a line of bash in a folder, with `$clv`, at most 3 GB of address space and 60 s.
fn bash(folder: &Path, line: &str) -> Output {
    Command::new("bash")
        .args(["-c", &format!("ulimit -v 3000000; {line}")])
        .current_dir(folder)
        .env("clv", env!("CARGO_BIN_EXE_clv"))
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// The same with exit code 2: what it says.
#[track_caller]
fn refused(folder: &Path, line: &str) -> String {
    let output = bash(folder, line);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{line}: {said}");
    said
}

#[track_caller]
fn done(folder: &Path, line: &str) -> (Vec<u8>, String) {
    let output = bash(folder, line);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{line}: {said}");
    (output.stdout, said)
}

/// Purchases: customer, date, amount.
fn purchases() -> Vec<(String, String, f64)> {
    let row = |i: u32| {
        let date = format!("2023-{:02}-{:02}", 1 + (i * 7) % 12, 1 + (i * 11) % 28);
        (format!("c{:05}", (i * 37) % 211), date, f64::from(100 + i % 17))
    };
    (0..2_000).map(row).collect()
}

fn csv(folder: &Path, name: &str) -> PathBuf {
    let mut text = "customer_id,date,amount\n".to_owned();
    purchases().iter().for_each(|(id, date, amount)| text += &format!("{id},{date},{amount}\n"));
    fs::write(folder.join(name), text).unwrap();
    folder.join(name)
}

fn batch() -> RecordBatch {
    let all = purchases();
    RecordBatch::try_from_iter([
        ("customer_id", Arc::new(StringArray::from_iter_values(all.iter().map(|row| &row.0))) as _),
        ("date", Arc::new(StringArray::from_iter_values(all.iter().map(|row| &row.1))) as _),
        (
            "amount",
            Arc::new(Float64Array::from_iter_values(all.iter().map(|row| row.2)))
                as Arc<dyn arrow_array::Array>,
        ),
    ])
    .unwrap()
}

/// Half of the rows were read of a pipe, a FIFO was waited for without end, and verbs that read a log again found
/// nothing in it.
#[test]
fn what_can_be_read_once_is_read_in_full() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    csv(dir, "log.csv");
    let mut writer =
        ArrowWriter::try_new(fs::File::create(dir.join("log.parquet")).unwrap(), batch().schema(), None)
            .unwrap();
    writer.write(&batch()).unwrap();
    writer.close().unwrap();
    fs::write(
        dir.join("attributes.csv"),
        "customer_id,channel\n".to_owned() + &ids().join(",web\n") + ",web\n",
    )
    .unwrap();
    let (expected, _) = done(dir, "$clv summarize log.csv");
    for line in [
        "$clv summarize <(cat log.csv)",
        "cat log.csv | $clv summarize /dev/stdin",
        "cat log.csv | $clv summarize -",
        "$clv summarize <(gzip -c log.csv)",
        "$clv summarize <(cat log.parquet)",
        "$clv summarize - < log.parquet",
        "mkfifo fifo; cat log.csv > fifo & timeout 20 $clv summarize fifo",
        "$clv summarize <(head -n 1001 log.csv) <(head -n 1 log.csv; tail -n 1000 log.csv)",
    ] {
        assert_eq!(done(dir, line).0, expected, "{line}");
    }
    // Verbs that read it several times, and files of customers and costs.
    for verb in [
        "backtest LOG --replicates 0 --json",
        "fit LOG -o m.json --json",
        "score m.json LOG --json",
        "economics m.json LOG --interval none --customers ATTRIBUTES --attributes channel --by channel --costs COSTS --json",
        "report m.json LOG --interval none --customers ATTRIBUTES --attributes channel --by channel -o -",
    ] {
        fs::write(dir.join("costs.csv"), "period,channel,cost\n2023-01,web,100\n").unwrap();
        let with = |log: &str, attributes: &str, costs: &str| {
            let line = verb.replace("LOG", log).replace("ATTRIBUTES", attributes).replace("COSTS", costs);
            done(dir, &format!("$clv {line}")).0
        };
        let files = with("log.csv", "attributes.csv", "costs.csv");
        let pipes = with("<(cat log.csv)", "<(cat attributes.csv)", "<(cat costs.csv)");
        assert!(files == pipes, "{verb}");
    }
    let twice = "cat log.csv | $clv summarize - /dev/stdin";
    assert!(refused(dir, twice).contains("named twice"), "{}", refused(dir, twice));
    for endless in ["/dev/zero", "/dev/urandom", "- < /dev/urandom"] {
        refused(dir, &format!("timeout 20 $clv summarize {endless}"));
    }
}

fn ids() -> Vec<String> {
    let mut ids: Vec<String> = purchases().into_iter().map(|row| row.0).collect();
    ids.sort();
    ids.dedup();
    ids
}

/// One file got two tables, an input got another name and was overwritten or counted twice, a link to nowhere was
/// replaced by a file, and scores were written into the folder that is read.
#[test]
fn files_are_compared_and_not_names() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    csv(dir, "log.csv");
    done(
        dir,
        "$clv fit log.csv -o m.json; mkdir k folder; ln -s k l; ln log.csv hard.csv; ln -s log.csv soft.csv; cp log.csv folder",
    );
    let economics = "$clv economics m.json log.csv --interval none";
    for outputs in [
        "--segments k/./a.csv -o k/a.csv",
        "--crm l/a.csv -o k/a.csv",
        "--crm k/../l/a.csv --segments k/a.csv",
    ] {
        assert!(refused(dir, &format!("{economics} {outputs}")).contains("written twice"), "{outputs}");
    }
    for line in ["hard.csv", "soft.csv", "./k/../log.csv"] {
        assert!(refused(dir, &format!("$clv forecast log.csv -o {line}")).contains("is an input"), "{line}");
        assert!(refused(dir, &format!("$clv forecast log.csv {line}")).contains("named twice"), "{line}");
    }
    for line in [
        "folder -o folder/scores.csv",
        "folder -o ./folder/../folder/s.parquet",
        "'folder/*.csv' -o folder/s.csv",
    ] {
        assert!(refused(dir, &format!("$clv forecast {line}")).contains("would be read"), "{line}");
    }
    assert!(refused(dir, "$clv forecast 'folder/*.csv' -o folder/log.csv").contains("is an input"));
    assert!(refused(dir, "$clv summarize log.csv >> log.csv").contains("which is an input"));
    assert!(refused(dir, "mv m.json m.csv; $clv simulate m.csv -o m.csv").contains("is an input"));
    // What is not read may be there.
    done(
        dir,
        "$clv forecast 'folder/*.csv' -o folder/scores.parquet; rm folder/scores.parquet; mv m.csv m.json",
    );
    // A link to nowhere is followed, as one to a file is.
    symlink("k/nowhere.csv", dir.join("link.csv")).unwrap();
    done(dir, "$clv forecast log.csv -o link.csv");
    assert!(fs::symlink_metadata(dir.join("link.csv")).unwrap().is_symlink());
    assert!(fs::read_to_string(dir.join("k/nowhere.csv")).unwrap().starts_with("customer_id"));
}

/// Bytes of an Arrow file (`None`) or stream, perhaps packed.
fn arrow(stream: bool, packed: Option<CompressionType>) -> Vec<u8> {
    let options = IpcWriteOptions::default().try_with_compression(packed).unwrap();
    let (batch, mut bytes) = (batch().slice(0, 60), Vec::new());
    if stream {
        let mut writer = StreamWriter::try_new_with_options(&mut bytes, &batch.schema(), options).unwrap();
        (0..3).for_each(|_| writer.write(&batch).unwrap());
        writer.finish().unwrap();
    } else {
        let mut writer = FileWriter::try_new_with_options(&mut bytes, &batch.schema(), options).unwrap();
        (0..3).for_each(|_| writer.write(&batch).unwrap());
        writer.finish().unwrap();
    }
    bytes
}

/// Eight bytes took 2 GB; a type, an offset or a length of nonsense panicked or aborted.
#[test]
fn damaged_arrow_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("damaged.arrow");
    let mut seed = 0x9e37_79b9_7f4a_7c15u64;
    let mut random = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % below
    };
    let mut refused_in_words = 0;
    for packed in [None, Some(CompressionType::LZ4_FRAME), Some(CompressionType::ZSTD)] {
        for stream in [true, false] {
            let whole = arrow(stream, packed);
            for _ in 0..400 {
                let mut bytes = whole.clone();
                for _ in 0..=random(3) {
                    let at = random(bytes.len() - 8);
                    match random(4) {
                        0 => bytes[at] = random(256) as u8,
                        1 => bytes[at..at + 8].copy_from_slice(&(1u64 << random(63)).to_le_bytes()),
                        2 => bytes[at..at + 4].copy_from_slice(&[0xff; 4]),
                        _ => bytes.truncate(at + 1),
                    }
                    if bytes.len() < 16 {
                        break;
                    }
                }
                fs::write(&path, &bytes).unwrap();
                if let Err(error) = history::open(std::slice::from_ref(&path), &LogOptions::default(), &()) {
                    refused_in_words +=
                        usize::from(error.to_string().contains("the Arrow file cannot be read"));
                }
            }
        }
    }
    assert!(refused_in_words > 1_000, "{refused_in_words}");
    // A packed buffer that says it is huge, and a message of 2 GB in eight bytes, within an address space of 3 GB.
    fs::write(&path, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]).unwrap();
    for input in ["damaged.arrow", "- < damaged.arrow", "<(cat damaged.arrow)"] {
        assert!(
            refused(dir.path(), &format!("$clv summarize {input}")).contains("damaged or truncated"),
            "{input}"
        );
    }
    let mut huge = arrow(true, Some(CompressionType::ZSTD));
    let frame = huge.windows(4).position(|bytes| bytes == [0x28, 0xb5, 0x2f, 0xfd]).unwrap();
    huge[frame - 8..frame].copy_from_slice(&(1u64 << 41).to_le_bytes());
    fs::write(&path, huge).unwrap();
    assert!(refused(dir.path(), "$clv fit damaged.arrow").contains("packed bytes say that they are"));
}

/// What is left of a file that was cut while it was read looked like a whole one.
#[test]
fn a_summary_that_changes_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    csv(dir, "log.csv");
    done(dir, "$clv summarize log.csv -o summary.csv");
    let path = dir.join("summary.csv");
    let summary = history::open(std::slice::from_ref(&path), &LogOptions::default(), &()).unwrap();
    assert_eq!(summary.customers().unwrap(), 211);
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.lines().take(100).map(|line| line.to_owned() + "\n").collect::<String>()).unwrap();
    let error = summary.customers().unwrap_err().to_string();
    assert!(error.contains("it had 211 customers, and now 99"), "{error}");
}

/// Parquet, damaged in the same way, was an error before; it has stayed one.
#[test]
fn damaged_parquet_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("damaged.parquet");
    let mut whole = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut whole, batch().schema(), None).unwrap();
    writer.write(&batch().slice(0, 200)).unwrap();
    writer.close().unwrap();
    let mut failed = 0;
    for step in 0..1_500usize {
        let mut bytes = whole.clone();
        let at = step.wrapping_mul(7_919) % (bytes.len() - 9) + 4;
        bytes[at] = bytes[at].wrapping_add(1 + (step % 255) as u8);
        fs::write(&path, &bytes).unwrap();
        failed +=
            usize::from(history::open(std::slice::from_ref(&path), &LogOptions::default(), &()).is_err());
    }
    assert!(failed > 300, "{failed}");
}

/// Small tables unpacked to all that a bomb holds, 4 GB in memory; `/dev/zero` was read without end.
#[test]
fn tables_kept_in_memory_have_a_limit() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    csv(dir, "log.csv");
    done(dir, "$clv fit log.csv -o m.json");
    for (name, head, filling) in [
        ("costs.csv.gz", "period,cost\n2023-01,5\n", b'\n'),
        ("line.csv.gz", "period,cost\n2023-01,5\n", b'0'),
        ("retention.csv.gz", "period,customers\n0,5\n1,4\n", b'\n'),
    ] {
        let file = fs::File::create(dir.join(name)).unwrap();
        let mut packed = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
        packed.write_all(head.as_bytes()).unwrap();
        (0..300).for_each(|_| packed.write_all(&vec![filling; 1 << 20]).unwrap());
        packed.finish().unwrap();
    }
    for costs in ["costs.csv.gz", "line.csv.gz", "/dev/zero", "<(yes)"] {
        let line = format!("timeout 20 $clv economics m.json log.csv --interval none --costs {costs}");
        assert!(refused(dir, &line).contains("more than 16 MB"), "{costs}");
    }
    for (contracts, words) in [("retention.csv.gz", "more than 256 MB"), ("/dev/zero", "which need not end")]
    {
        let line = format!("timeout 20 $clv fit {contracts} --model sbg --period year");
        let said = refused(dir, &line);
        assert!(said.contains(words), "{contracts}: {said}");
    }
    for model in ["inspect /dev/zero", "score <(yes) log.csv"] {
        assert!(refused(dir, &format!("timeout 20 $clv {model}")).contains("more than 64 MB"), "{model}");
    }
}

/// 100,000 keys took 28 s, 26 MB of them over a minute: each was looked for among all names.
/// A workbook of before 2007 with sheets of two numbers each, at these rows and columns, and what each says it has.
fn old_workbook(path: &Path, sheets: u32, cells: [(u16, u16); 2], says: (u32, u16)) {
    let record =
        |kind: u16, data: &[u8]| [&kind.to_le_bytes()[..], &(data.len() as u16).to_le_bytes(), data].concat();
    let begin = |kind: u8| record(0x0809, &[0, 6, kind, 0, 0, 0, 0, 0, 0, 0, 0, 0, 6, 0, 0, 0]);
    let cell = |(row, column): (u16, u16)| {
        record(
            0x0203,
            &[&row.to_le_bytes()[..], &column.to_le_bytes(), &[0; 2], &5f64.to_le_bytes()].concat(),
        )
    };
    let size = [&[0; 4][..], &says.0.to_le_bytes(), &[0; 2], &says.1.to_le_bytes(), &[0; 2]].concat();
    let sheet =
        [begin(0x10), record(0x0200, &size), cell(cells[0]), cell(cells[1]), record(0x000a, &[])].concat();
    let bound = |at: u32| {
        record(0x0085, &[&at.to_le_bytes()[..], &[0, 0, 2, 0], &[b'S', b'a' + (at % 23) as u8]].concat())
    };
    let first = (begin(5).len() + sheets as usize * bound(0).len() + record(0x000a, &[]).len()) as u32;
    let mut stream = begin(5);
    (0..sheets).for_each(|number| stream.extend(bound(first + number * sheet.len() as u32)));
    stream.extend(record(0x000a, &[]));
    (0..sheets).for_each(|_| stream.extend(&sheet));
    let mut file = cfb::create(path).unwrap();
    file.create_stream("/Workbook").unwrap().write_all(&stream).unwrap();
    file.flush().unwrap();
}

/// A file of some kilobytes whose cells lie at the corners of its sheets, or that says it has billions: its reader makes room
/// for all between (6 sheets took 2.4 GB and more, and the second kind ended the program).
#[test]
fn old_workbooks_take_no_more_than_they_hold() {
    let dir = tempfile::tempdir().unwrap();
    for (name, sheets, cells, says) in [
        ("far.xls", 6, [(0, 0), (65_535, 255)], (65_536, 256)),
        ("says.xls", 1, [(0, 0), (1, 1)], (400_000_000, 256)),
    ] {
        let path = dir.path().join(name);
        old_workbook(&path, sheets, cells, says);
        assert!(fs::metadata(&path).unwrap().len() < 40_000);
        let said = refused(dir.path(), &format!("$clv check {name}"));
        assert!(said.contains("would take more than 900 MB"), "{said}");
    }
    // A sheet that is merely large is read.
    old_workbook(&dir.path().join("fine.xls"), 1, [(0, 0), (3, 2)], (4, 3));
    let said = refused(dir.path(), "$clv check fine.xls");
    assert!(!said.contains("would take"), "{said}");
}

#[test]
fn json_lines_may_have_many_keys() {
    let dir = tempfile::tempdir().unwrap();
    let more: String = (0..300_000).map(|i| format!(",\"k{i}\":{i}")).collect();
    let row = |date: &str| format!("{{\"customer_id\":\"a\",\"date\":\"{date}\",\"amount\":5{more}}}\n");
    fs::write(dir.path().join("wide.jsonl"), row("2022-01-01") + &row("2022-02-01")).unwrap();
    let (_, said) = done(dir.path(), "timeout 30 $clv summarize wide.jsonl");
    assert!(said.contains("2 rows read") && said.contains("amount 10.00"), "{said}");
}

/// Tables of contracts and costs took a lone `\r` for a character, and a quoted line end for the end of a row.
#[test]
fn small_tables_have_the_lines_of_logs() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let table = "period,customers\n0,1000\n1,869\n2,743\n3,653\n";
    fs::write(dir.join("lf.csv"), table).unwrap();
    let expected = done(dir, "$clv fit lf.csv --model sbg --period year --json").0;
    let parameters = |json: &[u8]| {
        let all: serde_json::Value = serde_json::from_slice(json).unwrap();
        all["model"]["parameters"]["alpha"].as_f64().unwrap()
    };
    for (name, ends) in [("cr.csv", "\r"), ("crlf.csv", "\r\n"), ("blank.csv", "\n,\n\n")] {
        fs::write(dir.join(name), table.replace('\n', ends)).unwrap();
        for input in [name.to_owned(), format!("- < {name}"), format!("<(gzip -c {name})")] {
            let found = done(dir, &format!("$clv fit {input} --model sbg --period year --json")).0;
            assert_eq!(parameters(&found), parameters(&expected), "{input}");
        }
    }
    let quoted = "customer_id,start,end\n\"a\nb\",2022-01-01,\n\"c, \"\"d\"\"\",2022-01-01,2022-05-01\nd,2022-01-01,2022-06-01\n";
    fs::write(dir.join("quoted.csv"), quoted).unwrap();
    let contracts = clv::contracts::open(
        &dir.join("quoted.csv"),
        &clv::contracts::ContractOptions { period: Some(clv::Unit::Month), observed_until: None },
    )
    .unwrap();
    let clv::contracts::ContractData::Customers(all) = contracts.data else { panic!("one row a customer") };
    let ids: Vec<&str> = all.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(ids, ["a\nb", "c, \"d\"", "d"]);
    // Lines are counted on through a quoted line end.
    fs::write(dir.join("bad.csv"), quoted.replace("2022-06-01", "soon")).unwrap();
    assert!(
        refused(dir, "$clv fit bad.csv --model sbg --period month")
            .contains("bad.csv, line 5, column \"end\": 'soon'")
    );
    fs::write(dir.join("open.csv"), quoted.replace("d,2022", "\"d,2022")).unwrap();
    assert!(
        refused(dir, "$clv fit open.csv --model sbg --period month").contains("open.csv, line 5: a quote")
    );
}
