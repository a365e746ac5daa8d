//! Are the invariants of ARCHITECTURE.md true of the source? Inline test modules are not read, all else is.
//!
//! Each rule carries lines that break it, and is tried on them first: a rule that lets them pass forbids nothing.

use std::fs;
use std::path::{Path, PathBuf};

/// Words that may not stand in some places.
struct Rule {
    /// What it keeps.
    keeps: &'static str,
    /// Files or folders of `src/`; all of it: the empty name.
    places: &'static [&'static str],
    /// Those of them to which it does not apply, by the beginning of their names.
    but: &'static [&'static str],
    /// Words, found as whole words where they begin or end with a letter.
    words: &'static [&'static str],
    /// Lines that break it.
    planted: &'static [&'static str],
}

/// What models are called in the source.
const MODELS: &[&str] = &[
    "BgNbd",
    "MbgNbd",
    "ParetoNbd",
    "GGompertzNbd",
    "BgCnbd",
    "MbgCnbd",
    "BgBb",
    "Nbd",
    "DriftNbd",
    "GammaGamma",
    "Sbg",
    "Bdw",
];

const RULES: &[Rule] = &[
    Rule {
        keeps: "the maths does no IO, starts no threads and derives no serde",
        places: &["model", "special"],
        but: &[],
        words: &["fs", "io", "File", "println!", "eprintln!", "serde", "rayon", "thread"],
        planted: &[
            "use std::{fs, io};",
            "let file = File::open(path);",
            "    println!(\"{x}\");",
            "#[derive(serde::Serialize)]",
            "std::thread::spawn(work);",
            "rows.par_iter(); use rayon::prelude::*;",
        ],
    },
    Rule {
        keeps: "a number that is asked of a model is one, and no Result",
        places: &["model", "special"],
        but: &[],
        words: &["Result<f64>"],
        planted: &["fn p_alive(&self, customer: &Customer) -> Result<f64> {"],
    },
    Rule {
        keeps: "the optimiser does not know what a customer is",
        places: &["fit/optimize", "special/linalg"],
        but: &[],
        words: &["Customer", "CustomerTable", "Summary", "crate::history", "rayon", "fs"],
        planted: &["fn climb(customers: &[Customer])", "use crate::history::Summary;", "use std::fs;"],
    },
    Rule {
        keeps: "the fit does not know which model it fits",
        places: &["fit"],
        // A spend model is fitted by hand of what only it has, and all amounts alike.
        but: &["fit/spend"],
        words: MODELS,
        planted: &["use crate::model::{BgNbd, Model};", "fit::<Nbd>(table)"],
    },
    Rule {
        keeps: "files are opened where purchases, contracts and models are read and where results are written",
        places: &[""],
        but: &["history/", "contracts/", "fitted/file", "output/", "base/files"],
        words: &["fs", "File::", "OpenOptions"],
        planted: &["std::fs::write(path, text)", "use std::{fs, io};", "let file = File::create(path)?;"],
    },
    Rule {
        keeps: "what is behind a summary never asks for the log",
        places: &[
            "customers",
            "params",
            "fit",
            "fitted",
            "forecast",
            "simulate",
            "study/diagnostics",
            "study/fitting",
        ],
        but: &[],
        words: &["history::open", "history::open_inputs", "LogOptions", "Input"],
        planted: &["use crate::history::LogOptions;", "let summary = history::open(&paths, &options)?;"],
    },
    Rule {
        keeps: "a user cannot make it panic by what is missing",
        places: &[""],
        but: &[],
        words: &[".unwrap()", "todo!(", "unimplemented!("],
        planted: &["let first = rows.first().unwrap();", "todo!()"],
    },
    Rule {
        keeps: "what can be typed is words: no formula",
        places: &["cli"],
        but: &[],
        words: &["ln", "ln_1p", "exp", "exp_m1", "powi", "powf", "sqrt", "special"],
        planted: &[
            "let rate = (1.0 + rate).ln();",
            "x.powi(2)",
            "use crate::special::ln_gamma;",
            "rate.exp_m1()",
        ],
    },
    Rule {
        keeps: "which spend model it is, only models, fits and what is fitted know",
        places: &[
            "base",
            "history",
            "customers",
            "params",
            "forecast",
            "simulate",
            "study",
            "show",
            "output",
            "sql",
        ],
        but: &[],
        words: &["GammaGamma"],
        planted: &["fn value(spend: &GammaGamma) -> f64 {"],
    },
    Rule {
        keeps: "only the program prints",
        places: &[""],
        but: &["cli/"],
        words: &["println!", "eprintln!", "print!", "eprint!", "dbg!"],
        planted: &["eprintln!(\"here\");", "dbg!(x);"],
    },
];

/// The rooms of `src/` from the ground up: each may use those before it, and none behind it. So there is no circle.
const ROOMS: &[&str] = &[
    "base",
    "special",
    "history",
    "output",
    "customers",
    "params",
    "model",
    "fit",
    "contracts",
    "fitted",
    "forecast",
    "simulate",
    "study",
    "sql",
    "show",
    "cli",
];

/// The rooms that code names, each with the number of its line; `use crate::{a, b}` over several lines is read, too.
fn rooms_named(code: &str) -> Vec<(usize, String)> {
    let code: String = code.lines().map(|line| code_of(line).to_owned() + "\n").collect();
    let name = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut found = Vec::new();
    for (at, word) in code.match_indices("crate::") {
        let (line, rest) = (code[..at].matches('\n').count() + 1, &code[at + word.len()..]);
        let Some(group) = rest.strip_prefix('{') else {
            found.push((line, name(rest)));
            continue;
        };
        let (mut depth, mut begins) = (0, true);
        for (i, c) in group.char_indices() {
            if depth == 0 && begins && c.is_alphabetic() {
                found.push((line, name(&group[i..])));
                begins = false;
            }
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => begins = true,
                _ => {}
            }
        }
    }
    found
}

/// What is wrong with the arrows of a room's code, if anything.
fn upward(room: &str, code: &str) -> Option<String> {
    let place = |name: &str| ROOMS.iter().position(|known| *known == name);
    let own = place(room);
    rooms_named(code).into_iter().find_map(|(line, to)| match (own, place(&to)) {
        (Some(own), Some(other)) if other <= own => None,
        (Some(_), Some(_)) => Some(format!("line {line}: {room} stands before {to} and may not use it")),
        _ => Some(format!("line {line}: {room} or {to} is no room")),
    })
}

#[test]
fn arrows_between_rooms_go_one_way() {
    // Planted: an arrow upwards, one of two that make a circle, one in a group of lines, one within a path.
    assert!(upward("model", "use crate::fit::FitOptions;").is_some());
    assert!(upward("base", "use std::fmt;\n\nuse crate::fit::FitReport;").is_some());
    assert!(upward("history", "use crate::{\n    base::{Error, Result},\n    show::report,\n};").is_some());
    assert!(upward("forecast", "    let found = crate::study::backtest::run();").is_some());
    assert!(upward("model", "use crate::attic::Thing;").is_some());
    assert!(
        upward("fit", "use crate::base::Error; // crate::show\nuse crate::{model::{Model, fit}, special};")
            .is_none()
    );
    let mut seen = Vec::new();
    for (name, code) in sources("").iter().filter(|(name, _)| name != "lib.rs" && name != "main.rs") {
        let room = name.split(['/', '.']).next().unwrap();
        assert_eq!(upward(room, code), None, "src/{name}");
        seen.push(room.to_owned());
    }
    assert!(ROOMS.iter().all(|room| seen.iter().any(|found| found == room)), "a room stands empty");
}

/// Does the word stand in the code?
fn has(code: &str, word: &str) -> bool {
    let letter = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(word).any(|(at, _)| {
        let (before, after) = (code[..at].chars().next_back(), code[at + word.len()..].chars().next());
        let begins = !word.starts_with(letter) || !before.is_some_and(letter);
        let ends = !word.ends_with(letter) || !after.is_some_and(letter);
        begins && ends
    })
}

/// A line without its comment.
fn code_of(line: &str) -> &str {
    line.split("//").next().unwrap()
}

/// All Rust files at or below a path of `src/`, by their names there, with their text without test modules.
fn sources(place: &str) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut open: Vec<PathBuf> = match place {
        "" => vec![root.clone()],
        _ => vec![root.join(place), root.join(format!("{place}.rs"))],
    };
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
            let name = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
            found.push((name, code));
        }
    }
    assert!(!found.is_empty(), "nothing at src/{place}: this test must follow the code");
    found
}

#[test]
fn rules_catch_what_is_planted() {
    for rule in RULES {
        for line in rule.planted {
            let caught = rule.words.iter().any(|word| has(code_of(line), word));
            assert!(caught, "'{}' lets this pass: {line}", rule.keeps);
        }
        // A comment, or a longer word, is none.
        assert!(!rule.words.iter().any(|word| has(code_of("// fs io BgNbd println!"), word)));
    }
    assert!(!has("let offset = profile_of(NbdTable);", "fs") && !has("NbdTable", "Nbd"));
}

#[test]
fn the_source_keeps_the_rules() {
    for rule in RULES {
        let mut read = 0;
        for (name, code) in rule.places.iter().flat_map(|place| sources(place)) {
            if rule.but.iter().any(|but| name.starts_with(but)) {
                continue;
            }
            read += 1;
            for (number, line) in code.lines().enumerate() {
                for word in rule.words {
                    let line = code_of(line);
                    assert!(
                        !has(line, word),
                        "src/{name}:{}: `{word}` in {line}: {}",
                        number + 1,
                        rule.keeps
                    );
                }
            }
        }
        assert!(read > 0, "'{}' reads no file", rule.keeps);
        for but in rule.but {
            let held = sources("").iter().any(|(name, _)| name.starts_with(but));
            assert!(held, "'{}' leaves src/{but} out, which is not there", rule.keeps);
        }
    }
}

#[test]
fn all_models_are_held_to_them() {
    for (_, code) in sources("fitted/family").into_iter().chain(sources("contracts/model")) {
        for line in code.lines().filter(|line| line.contains("::<") && line.contains("(\"")) {
            let of = |start: &str| line.split_once(start).map(|(_, rest)| rest.split('>').next().unwrap());
            let Some(model) = of("member::<").or_else(|| of("with_covariates::<")) else { continue };
            assert!(MODELS.contains(&model), "{model} is a model that the rules do not know");
        }
    }
}

#[test]
fn modules_say_what_they_are_for() {
    for (name, code) in sources("") {
        assert!(code.starts_with("//! "), "src/{name}: no sentence at its head");
    }
}

/// The text literals that follow a word of the source.
fn literals_after(code: &str, word: &str) -> Vec<String> {
    let after = code.split(word).skip(1).filter_map(|rest| rest.trim_start().strip_prefix('"'));
    after.filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())).collect()
}

#[test]
fn codes_of_warnings_are_listed_in_one_place() {
    let listed: Vec<&str> = clv::base::warning::CODES.iter().map(|(code, _)| *code).collect();
    let files: Vec<(String, String)> =
        sources("").into_iter().filter(|(name, _)| name != "base/warning.rs").collect();
    for (name, code) in &files {
        for used in
            literals_after(code, "Warning::new(").into_iter().chain(literals_after(code, "\"code\": "))
        {
            assert!(listed.contains(&used.as_str()), "src/{name}: {used} is not in CODES");
        }
    }
    for code in &listed {
        let quoted = format!("\"{code}\"");
        assert!(files.iter().any(|(_, text)| text.contains(&quoted)), "{code} is not used");
        assert_eq!(listed.iter().filter(|other| *other == code).count(), 1, "{code}");
    }
}
