//! Manners of the command line: help that can be read, examples that run, completions, manual pages, other words for
//! options, how much is said.

use std::fs;
use std::process::{Command, Output};

use crate::common::fixture;

fn clv(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_clv")).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// What is printed to standard output, of a call that succeeds.
#[track_caller]
fn said(arguments: &[&str]) -> String {
    let output = clv(arguments);
    assert!(output.status.success(), "clv {arguments:?}: {}", text(&output.stderr));
    text(&output.stdout)
}

#[track_caller]
fn refused(arguments: &[&str]) -> String {
    let output = clv(arguments);
    assert_eq!(output.status.code(), Some(2), "clv {arguments:?}");
    text(&output.stderr)
}

/// The verbs, in the order of the help.
fn verbs() -> Vec<String> {
    let help = said(&["-h"]);
    let commands = help.split_once("Commands:\n").unwrap().1.split("\n\n").next().unwrap();
    let names = commands.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    names
        .map(|line| line.split_whitespace().next().unwrap().to_owned())
        .filter(|name| name != "help")
        .collect()
}

fn examples(help: &str) -> Vec<String> {
    let below = help.split_once("Examples:\n").map_or("", |(_, below)| below);
    below.lines().take_while(|line| line.starts_with("  clv ")).map(|line| line.trim().to_owned()).collect()
}

/// Seen to fail on the program of before: `clv report -h` had 201 lines and no verb an example.
#[test]
fn short_help_fits_on_a_screen_and_shows_two_examples() {
    assert!(said(&["-h"]).lines().count() <= 40, "clv -h");
    for verb in verbs() {
        let (short, long) = (said(&[&verb, "-h"]), said(&[&verb, "--help"]));
        assert!(short.lines().count() <= 40, "clv {verb} -h has {} lines", short.lines().count());
        assert_eq!(examples(&short).len(), 2, "clv {verb} -h\n{short}");
        assert_eq!(examples(&short), examples(&long), "clv {verb}");
        assert!(short.ends_with(&format!("All options: clv {verb} --help\n")), "{short}");
    }
}

/// Options stand in the order of use: what is read, what is fitted, what is written.
#[test]
fn long_help_is_in_the_order_of_use() {
    let help = said(&["forecast", "--help"]);
    let at = |heading: &str| help.find(&format!("\n{heading}:\n")).unwrap_or_else(|| panic!("{heading}"));
    let order = ["Columns", "Rows", "Values", "Time", "Fit", "Value", "Output", "Resources"].map(at);
    assert!(order.is_sorted(), "{order:?}");
    for option in ["--csv-separator", "--memory-limit", "--posterior", "--quiet"] {
        assert!(help.contains(option), "{option}");
        assert!(!said(&["forecast", "-h"]).contains(option), "{option}");
    }
}

/// Every example of the help is run, in a directory with the files that they name.
#[test]
fn examples_of_the_help_run() {
    let dir = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| fs::write(dir.path().join(name), text).unwrap();
    let shop = fs::read_to_string(fixture("shop/orders.csv")).unwrap();
    let (header, rows) = shop.split_once('\n').unwrap();
    // Every tenth customer: what the examples show does not depend on how many there are.
    let tenth = |row: &&str| row[1..6].parse::<u32>().unwrap() % 10 == 0;
    let rows: Vec<&str> = rows.lines().filter(tenth).collect();
    put("orders.csv", &format!("{header}\n{}\n", rows.join("\n")));
    put("october.csv", &format!("{header}\n{}\n", rows[rows.len() - 3..].join("\n").replace("c0", "n0")));
    put("costs.csv", &fs::read_to_string(fixture("shop/costs.csv")).unwrap());
    put(
        "monthly.toml",
        "[run]\ninputs = [\"orders.csv\"]\nstate = \"run.clvs\"\nmodel-file = \"run.json\"\nscores = \"run.csv\"\n\
         [fit]\nmodel = \"bg-nbd\"\n",
    );
    // What others need comes first.
    let first = ["check", "summarize", "fit", "actions"];
    let mut order = verbs();
    order.sort_by_key(|verb| first.iter().position(|other| other == verb).unwrap_or(first.len()));
    let place = std::path::Path::new(env!("CARGO_BIN_EXE_clv")).parent().unwrap().to_owned();
    let path = std::env::join_paths(
        [place].into_iter().chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())),
    );
    let shell = if cfg!(windows) { ["cmd", "/C"] } else { ["sh", "-c"] };
    for verb in order {
        for example in examples(&said(&[&verb, "-h"])) {
            // What a plan brought is measured when time has passed: here, a plan of the end of the year before.
            if example.contains("--measure") {
                let plan = "clv actions model.json orders.csv --observed-until 2023-12-31 --holdout 10% -o actions.csv";
                let mut program = Command::new(env!("CARGO_BIN_EXE_clv"));
                let planned = program.args(plan.split(' ').skip(1)).current_dir(dir.path()).output().unwrap();
                assert!(planned.status.success(), "{}", text(&planned.stderr));
            }
            // A page without what takes longest of it.
            let less = if verb == "report" { " --no-backtest --interval none" } else { "" };
            let output = Command::new(shell[0])
                .args([shell[1], &format!("{example}{less}")])
                .current_dir(dir.path())
                .env("PATH", path.as_ref().unwrap())
                .output()
                .unwrap();
            // A monitor may say that it is time to fit again.
            let fine = output.status.success() || (verb == "monitor" && output.status.code() == Some(1));
            assert!(fine, "{example}: {}", text(&output.stderr));
        }
    }
}

/// A shell's own word on the completions, where it is there.
#[test]
fn completions_know_the_verbs_and_options() {
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let script = said(&["completions", shell]);
        for word in ["backtest", "observed-until", "skip-bad-rows"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
    if Command::new("bash").arg("--version").output().is_err() {
        return;
    }
    let script = said(&["completions", "bash"]);
    let ask = "COMP_WORDS=(clv score --hori); COMP_CWORD=2; _clv clv --hori score; echo \"${COMPREPLY[@]}\"";
    let output = Command::new("bash").args(["-c", &format!("{script}\n{ask}")]).output().unwrap();
    assert_eq!(text(&output.stdout).trim(), "--horizon", "{}", text(&output.stderr));
}

#[test]
fn manual_pages_are_of_each_verb() {
    let dir = tempfile::tempdir().unwrap();
    said(&["man", "-o", dir.path().to_str().unwrap()]);
    for verb in verbs() {
        let page = fs::read_to_string(dir.path().join(format!("clv-{verb}.1"))).unwrap();
        assert!(page.contains(&format!(".TH CLV-{}", verb.to_uppercase())), "{page}");
        assert!(page.contains("Examples"), "clv man {verb}");
    }
    assert_eq!(said(&["man"]), fs::read_to_string(dir.path().join("clv.1")).unwrap());
    assert!(refused(&["man", "predict"]).contains("there is no verb 'predict'"));
}

/// Seen to fail before: clap offered `--customers` for `--customer`, `--model` for `--mode`, and nothing for others.
#[test]
fn other_words_for_options_and_verbs_are_understood() {
    for (arguments, meant) in [
        (&["fit", "a.csv", "--customer", "x"][..], "did you mean '--id'?"),
        (&["fit", "a.csv", "--revenue=x"], "did you mean '--amount'?"),
        (&["score", "m.json", "a.csv", "--discount-rate", "0.1"], "did you mean '--discount'?"),
        (&["score", "m.json", "a.csv", "--months", "12"], "did you mean '--horizon'?"),
        (&["forecast", "a.csv", "--end-date", "2024-01-01"], "did you mean '--observed-until'?"),
        (&["forecast", "a.csv", "--ci", "0.9"], "did you mean '--interval'?"),
        (&["inspect", "m.json", "--n-jobs", "2"], "did you mean '--threads'?"),
        (&["inspect", "m.json", "--holdout", "2"], "'--holdout' belongs to clv backtest"),
        (&["predict", "m.json"], "did you mean 'clv score'?"),
        (&["train", "a.csv"], "did you mean 'clv fit'?"),
    ] {
        let error = refused(arguments);
        assert!(error.contains(meant), "{arguments:?}: {error}");
    }
    // What is only misspelt is found as ever.
    assert!(refused(&["fit", "a.csv", "--ammount", "x"]).contains("'--amount'"));
    let dir = tempfile::tempdir().unwrap();
    let config = dir.path().join("clv.toml");
    fs::write(&config, "customer = \"account\"\n").unwrap();
    let error = refused(&["fit", "a.csv", "--config", config.to_str().unwrap()]);
    assert!(error.contains("did you mean 'id'?"), "{error}");
}

/// A share is a share, however it is written. Seen to fail before, when only `--uplift` and `--holdout` took per cent.
#[test]
fn shares_are_percent_too() {
    let dir = tempfile::tempdir().unwrap();
    let model = dir.path().join("model.json");
    let model = model.to_str().unwrap();
    said(&[
        "model",
        "bg-nbd",
        "r=.243",
        "alpha=4.414",
        "a=.793",
        "b=2.426",
        "--spend",
        "p=6.25,q=3.74,v=15.44",
        "-o",
        model,
    ]);
    let log = fixture("cdnow_sample.csv");
    let log = log.to_str().unwrap();
    let score = |margin: &str, interval: &str| {
        said(&["score", model, log, "--margin", margin, "--interval", interval, "-o", "-"])
    };
    assert_eq!(score("30%", "90%"), score("0.3", "0.9"));
    assert!(refused(&["score", model, log, "--margin", "40"]).contains("write 30% or 0.3"));
    assert!(
        refused(&["score", model, log, "--margin", "forty"])
            .contains("'forty' is not a share: write 40% or 0.4")
    );
    assert!(refused(&["economics", model, log, "--interval", "most"]).contains("or none"));
}

/// `-q` leaves what was found where it is written, and warnings; `-v` says what takes time. No byte of the output changes.
#[test]
fn much_or_little_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let model = dir.path().join("model.json");
    let model = model.to_str().unwrap();
    let log = fixture("cdnow_sample.csv");
    let log = log.to_str().unwrap();
    let fit =
        |more: &[&str]| clv(&[&["fit", log, "--observed-until", "1997-09-30", "-o", model], more].concat());
    let usual = fit(&[]);
    let written = fs::read_to_string(model).unwrap();
    let quiet = fit(&["-q"]);
    assert!(quiet.status.success());
    // A warning of this log: some rows are there twice.
    let warning = text(&usual.stderr)
        .split_once("warning:")
        .unwrap()
        .1
        .split("\nmodel file")
        .next()
        .unwrap()
        .trim_end()
        .to_owned();
    assert_eq!(
        (text(&quiet.stdout), text(&quiet.stderr).trim_end()),
        (String::new(), &*format!("warning:{warning}"))
    );
    assert_eq!(fs::read_to_string(model).unwrap(), written);
    let much = fit(&["-v"]);
    assert_eq!(text(&much.stdout), text(&usual.stdout));
    let timed = text(&much.stderr).lines().filter(|line| line.contains(" s  ")).count();
    assert!(timed >= 2, "{}", text(&much.stderr));
    // Where nothing is written, what was found is shown.
    let shown = clv(&["inspect", model, "--quiet"]);
    assert!(text(&shown.stdout).contains("alpha"));
    // Warnings stay.
    let warned = clv(&["score", model, log, "--horizon", "40y", "--quiet", "-o", "-"]);
    let plain = clv(&["score", model, log, "--horizon", "40y", "-o", "-"]);
    assert_eq!(warned.stdout, plain.stdout);
    let warnings =
        |output: &Output| text(&output.stderr).lines().filter(|line| line.contains("warning:")).count();
    assert_eq!(warnings(&warned), warnings(&plain));
    assert!(refused(&["inspect", model, "-q", "-v"]).contains("cannot be used with"));
}
