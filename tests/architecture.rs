//! Are the invariants of ARCHITECTURE.md true of the source? Each test was seen to
//! catch a planted line. Inline test modules are not read, all else is.

use std::fs;
use std::path::{Path, PathBuf};

/// All Rust files at or below a path of `src/`, with their text without test modules.
fn sources(place: &str) -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut open = vec![root.join(place), root.join(format!("{place}.rs"))];
    while let Some(path) = open.pop() {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        if name == "tests" || name.ends_with("_tests") || !path.exists() {
            continue;
        }
        if path.is_dir() {
            open.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|e| e == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap().to_owned();
            found.push((path, code));
        }
    }
    assert!(!found.is_empty(), "nothing at src/{place}: this test must follow the code");
    found
}

fn forbid(place: &str, words: &[&str]) {
    for (path, code) in sources(place) {
        for (number, line) in code.lines().enumerate() {
            let line = line.split("//").next().unwrap();
            for word in words {
                assert!(!line.contains(word), "{}:{}: `{word}` in {line}", path.display(), number + 1);
            }
        }
    }
}

#[test]
fn the_maths_is_pure() {
    let words =
        ["std::fs", "std::io", "println!", "serde", "rayon", "std::thread", "crate::history", "crate::fit"];
    forbid("model", &words);
    forbid("special", &words);
}

#[test]
fn the_optimiser_knows_no_customer() {
    forbid("fit/optimize", &["Customer", "Summary", "rayon", "std::fs"]);
    forbid("fit/linalg", &["Customer", "crate::model"]);
}

#[test]
fn the_fit_knows_no_model() {
    for file in
        ["fit/mod", "fit/objective", "fit/transform", "fit/uncertainty", "fit/report", "fit/posterior"]
    {
        forbid(file, &["BgNbd", "BgBb", "MbgNbd", "Nbd", "GammaGamma", "Sbg", "Bdw"]);
    }
}

#[test]
fn files_are_touched_in_their_own_places() {
    let words = ["std::fs", "File::"];
    for place in
        ["counts", "clv_model", "score", "value", "totals", "summary", "units", "family", "report", "fit"]
    {
        forbid(place, &words);
    }
}

#[test]
fn users_cannot_make_it_panic_by_unwrap() {
    forbid("", &[".unwrap()", "todo!(", "unimplemented!("]);
}

#[test]
fn modules_say_what_they_are_for() {
    for (path, code) in sources("") {
        assert!(code.starts_with("//! "), "{}: no sentence at its head", path.display());
    }
}
