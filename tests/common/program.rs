//! The program, run as its users do.

use std::process::Command;

use serde_json::Value;

/// Did it end well; what it wrote, and what it said beside.
pub fn clv(arguments: &[&str]) -> (bool, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_clv")).args(arguments).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.success(), text(&output.stdout), text(&output.stderr))
}

/// What it says with `--json`; it has to end well.
#[track_caller]
pub fn json(arguments: &[&str]) -> Value {
    let (ok, said, words) = clv(&[arguments, &["--json"]].concat());
    assert!(ok, "{words}");
    serde_json::from_str(&said).unwrap()
}
