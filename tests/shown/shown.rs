//! Text from outside is shown and never obeyed: no header, value, file name, byte or model file moves a terminal's
//! cursor, colours it, sets its title or turns the text behind it round. What is written as data stays as it is.
//! Version 0.1.0 was seen to write it raw: of headers, file names, bytes that are no text, and what was typed.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::common::fixture;
use serde_json::Value;

/// Colour, bell, a C1 control, an override and an isolate of bidirectional text.
const HOSTILE: &str = "\u{1b}[31mRED\u{7}\u{9b}2J\u{202e}\u{2066}";
/// The same as it is shown.
const SHOWN: &str = r"\u{1b}[31mRED\u{7}\u{9b}2J\u{202e}\u{2066}";

/// All that the program says, as a terminal would get it.
#[track_caller]
fn said<A: AsRef<OsStr>>(folder: &Path, arguments: &[A]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_clv"))
        .args(arguments)
        .current_dir(folder)
        .env("CLICOLOR_FORCE", "1")
        .output()
        .unwrap();
    let all = String::from_utf8([output.stderr, output.stdout].concat()).unwrap();
    for hidden in ["\u{1b}[31mRED", "\u{1b}]", "\u{7}", "\u{9b}", "\u{202e}", "\u{2066}"] {
        assert!(!all.contains(hidden), "{hidden:?} in {all:?}");
    }
    all
}

/// A log whose customers, channels and dates are hostile here and there.
fn log(folder: &Path) {
    let text = fs::read_to_string(fixture("cdnow_sample.csv")).unwrap();
    let mut log = String::from("customer_id,date,amount,channel\n");
    for (i, line) in text.lines().skip(1).enumerate() {
        let channel = if i % 2 == 0 { "plain" } else { HOSTILE };
        log += &format!("!{HOSTILE}{line},{channel}\n");
    }
    fs::write(folder.join("log.csv"), log).unwrap();
}

#[test]
fn nothing_from_outside_is_obeyed() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let write = |name: &str, bytes: &[u8]| fs::write(dir.join(name), bytes).unwrap();
    write("header.csv", format!("{HOSTILE},b\n1,2\n").as_bytes());
    write(
        "bytes.csv",
        &[format!("customer_id,date,amount\n1,{HOSTILE}").as_bytes(), b"\xff\xfe,5\n"].concat(),
    );
    write("value.csv", format!("customer_id,\"da\nte\"\n1,{HOSTILE}\n1,2022-01-01\n").as_bytes());
    write("costs.csv", format!("period,{HOSTILE},cost\n2022-01,web,5\n").as_bytes());
    write("period.csv", format!("period,cost\n{HOSTILE},5\n").as_bytes());
    write("retention.csv", format!("cohort,period,customers\nx,0,5\nx,1,{HOSTILE}\n").as_bytes());
    write("model.json", b"{}");
    log(dir);
    assert!(said(dir, &["fit", "log.csv", "-o", "good.json"]).contains("converged"));
    let good: Value = serde_json::from_slice(&fs::read(dir.join("good.json")).unwrap()).unwrap();
    let mut named = good.clone();
    named["model"] = HOSTILE.into();
    write("named.json", named.to_string().as_bytes());
    let mut warned = good;
    warned["fit"]["stop"] = "boundary".into();
    warned["fit"]["explanation"] = HOSTILE.into();
    warned["fit"]["warnings"] = serde_json::json!([{ "code": "x", "message": HOSTILE }]);
    write("warned.json", warned.to_string().as_bytes());
    let missing = format!("{HOSTILE}.csv");
    let cases: &[&[&str]] = &[
        &["forecast", "header.csv"],
        &["fit", "bytes.csv"],
        &["summarize", "value.csv", "--date", "da\nte"],
        &["summarize", &missing],
        &["score", "good.json", &missing],
        &["inspect", &missing],
        &["inspect", "warned.json"],
        &["inspect", "named.json"],
        &["score", "named.json", "log.csv"],
        &["fit", "retention.csv", "--model", "sbg", "--period", "year"],
        &[
            "economics",
            "good.json",
            "log.csv",
            "--by",
            "channel",
            "--costs",
            "costs.csv",
            "--interval",
            "none",
        ],
        &["economics", "good.json", "log.csv", "--costs", "period.csv", "--interval", "none"],
        &["score", "warned.json", "log.csv", "--by", "channel"],
        &["summarize", "log.csv", "--attributes", HOSTILE],
        &["fit", "log.csv", "-o", &format!("no/{HOSTILE}.json")],
        // What was typed, which a script may have from elsewhere.
        &["forecast", "log.csv", "--horizon", HOSTILE],
        &["forecast", "log.csv", &format!("--{HOSTILE}")],
        &[HOSTILE],
    ];
    for arguments in cases {
        let words = said(dir, arguments);
        // The library that reads what was typed takes colours out itself.
        // Bytes that are no UTF-8 are shown in the encoding that they look like, in which other characters are hidden.
        let hidden = if arguments[1..].contains(&"bytes.csv") { r"\u{1b}[31m" } else { r"\u{202e}\u{2066}" };
        let found = words.contains(hidden);
        assert!(found, "{arguments:?}: {words}");
    }
    // A line's end in a header makes no line of its own.
    let listed = said(dir, &["summarize", "value.csv", "--date", "da\nte"]);
    assert!(listed.contains("column \"da\\nte\""), "{listed}");
}

/// JSON keeps its values, and data that are written are not touched.
#[test]
fn data_stay_as_they_are() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    log(dir);
    let arguments = ["forecast", "log.csv", "--by", "channel", "--json", "-o", "scores.csv"];
    let words = said(dir, &arguments);
    let json: Value =
        serde_json::from_str(&words[words.find('{').unwrap()..=words.rfind('}').unwrap()]).unwrap();
    assert!(json.to_string().contains(&serde_json::to_string(HOSTILE).unwrap()[1..10]), "{json}");
    let rows = fs::read_to_string(dir.join("scores.csv")).unwrap();
    assert!(rows.contains(HOSTILE) && !rows.contains(SHOWN));
}

/// Bidirectional controls stood raw in the page, and turned round what came after them.
#[test]
fn the_page_is_read_as_it_is_written() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    log(dir);
    said(dir, &["fit", "log.csv", "-o", "model.json"]);
    let title = format!("Shop {HOSTILE}");
    let arguments =
        ["report", "model.json", "log.csv", "--by", "channel", "--interval", "none", "--no-backtest"];
    said(dir, &[&arguments[..], &["--title", &title, "-o", "page.html"]].concat());
    let page = fs::read_to_string(dir.join("page.html")).unwrap();
    for hidden in ["\u{1b}", "\u{9b}", "\u{202e}", "\u{2066}"] {
        assert!(!page.contains(hidden), "{hidden:?} is in the page");
    }
    assert!(page.contains(&format!("<h1>Shop {SHOWN}</h1>")));
}

/// Spreadsheets take more for a formula than `=`: a line's end was written without an apostrophe, full-width signs too.
#[test]
fn a_crm_file_has_no_formulas() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let starts =
        ["=", "+", "-", "@", "'", "\t", "\r", "\n", "\u{ff1d}", "\u{ff0b}", "\u{ff0d}", "\u{ff20}", "a"];
    let mut log = String::from("customer_id,date,amount\n");
    for (i, start) in starts.iter().enumerate() {
        for month in 1..=12 {
            log += &format!("\"{start}{i}\",2023-{month:02}-{:02},{}\n", 1 + (i * month) % 28, 10 + i);
        }
    }
    fs::write(dir.join("log.csv"), log).unwrap();
    let parameters = ["r=0.6", "alpha=4", "a=0.8", "b=2.4", "--spend", "p=6,q=4,v=15", "-o", "model.json"];
    said(dir, &[&["model", "bg-nbd"], &parameters[..]].concat());
    let words = said(dir, &["economics", "model.json", "log.csv", "--interval", "none", "--crm", "crm.csv"]);
    let mut reader = csv::Reader::from_path(dir.join("crm.csv")).unwrap_or_else(|e| panic!("{e}: {words}"));
    let ids: Vec<String> = reader.records().map(|row| row.unwrap()[0].to_owned()).collect();
    assert_eq!(ids.len(), starts.len(), "{ids:?}");
    for id in ids {
        assert!(id.starts_with(['\'', 'a']), "{id:?}");
    }
}
