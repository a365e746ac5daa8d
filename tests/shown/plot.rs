//! Figures as files: every name is drawn, as the page draws it, and says what it lacks where it cannot be.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::common::fixture;
use clv::show::figure::{NAMES, Needs};
use tempfile::TempDir;

fn clv(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_clv")).args(arguments).output().unwrap()
}

fn words(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).split_whitespace().collect::<Vec<_>>().join(" ")
}

struct Shop {
    dir: TempDir,
}

impl Shop {
    fn new() -> Self {
        let shop = Shop { dir: TempDir::new().unwrap() };
        // Every tenth customer: a figure has as many marks of few customers as of many.
        let all = fs::read_to_string(fixture("shop/orders.csv")).unwrap();
        let tenth = |row: &&str| row[1..6].parse::<u32>().map_or(true, |number| number % 10 == 0);
        fs::write(shop.log(), all.lines().filter(tenth).collect::<Vec<_>>().join("\n")).unwrap();
        let output = clv(&["fit", &shop.log(), "--model", "mbg-nbd", "-q", "-o", &shop.path("model.json")]);
        assert!(output.status.success(), "{}", words(&output));
        shop
    }
    fn path(&self, name: &str) -> String {
        self.dir.path().join(name).to_str().unwrap().to_owned()
    }
    fn log(&self) -> String {
        self.path("orders.csv")
    }
    fn plot(&self, name: &str, more: &[&str], file: &str) -> Output {
        clv(&[&["plot", name, &self.path("model.json"), &self.log(), "-o", &self.path(file)], more].concat())
    }
}

/// In two halves, side by side.
#[test]
fn every_figure_is_drawn() {
    drawn(0);
}

#[test]
fn every_other_figure_is_drawn() {
    drawn(1);
}

/// Draws every second figure.
fn drawn(half: usize) {
    let shop = Shop::new();
    let costs = fixture("shop/costs.csv");
    for (name, needs, _) in NAMES.into_iter().skip(half).step_by(2) {
        let costs =
            ["--by", "channel", "--costs", costs.to_str().unwrap(), "--margin", "40%", "--interval", "none"];
        let more: &[&str] = match needs {
            Needs::Economics => &costs,
            Needs::Backtest => &["--holdout", "26w"],
            _ => &[],
        };
        let file = format!("{name}.svg");
        let output = shop.plot(name, more, &file);
        assert!(output.status.success(), "{name}: {}", words(&output));
        let picture = fs::read_to_string(shop.path(&file)).unwrap();
        assert!(picture.starts_with("<svg") && picture.ends_with("</svg>"), "{name}");
        assert!(picture.contains("aria-label") || picture.contains("mark-"), "{name} has no marks");
        assert!(!picture.contains("NaN"), "{name}: a number that is none");
        // What is to be seen is said.
        assert!(String::from_utf8_lossy(&output.stdout).lines().count() >= 2, "{name}");
    }
}

#[test]
fn pictures_are_of_three_kinds_and_two_themes() {
    let shop = Shop::new();
    let read = |name: &str| fs::read(shop.path(name)).unwrap();
    for (file, more) in [
        ("x.png", &[][..]),
        ("x.svg", &[]),
        ("again.svg", &[]),
        ("dark.svg", &["--theme", "dark"]),
        ("x.html", &[]),
    ] {
        let output = shop.plot("at-risk", more, file);
        // Where there are no fonts, it says what to do.
        if file == "x.png" && words(&output).contains("has no fonts") {
            continue;
        }
        assert!(output.status.success(), "{file}: {}", words(&output));
    }
    if Path::new(&shop.path("x.png")).exists() {
        assert!(read("x.png").starts_with(b"\x89PNG\r\n"));
    }
    assert_eq!(read("x.svg"), read("again.svg"), "the same bytes each time");
    assert_ne!(read("x.svg"), read("dark.svg"));
    let page = String::from_utf8(read("x.html")).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("Who is at risk"));
    let out = clv(&["plot", "at_risk", &shop.path("model.json"), &shop.log(), "-o", "-"]);
    assert_eq!(out.stdout, read("x.svg"));
}

/// Each says what it needs.
#[test]
fn what_cannot_be_drawn_is_said() {
    let shop = Shop::new();
    let refused = |arguments: &[&str]| {
        let output = clv(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        words(&output)
    };
    let (model, log, out) = (shop.path("model.json"), shop.log(), shop.path("x.svg"));
    assert!(
        refused(&["plot", "beauty", &model, &log, "-o", &out])
            .contains("there is no figure 'beauty'. There are frequencies")
    );
    assert!(
        refused(&["plot", "gaps", &model, &log, "-o", "x.pdf"]).contains("written as .svg, .png or .html")
    );
    assert!(
        refused(&["plot", "payback", &model, &log, "--by", "channel", "-o", &out]).contains("it needs costs")
    );
    assert!(refused(&["plot", "gaps", &model, "-o", &out]).contains("name the log behind it"));
    assert!(
        refused(&["plot", "gaps", &model, &log, "--theme", "blue", "-o", &out])
            .contains("'blue' is not light or dark")
    );
    let summary = shop.path("summary.csv");
    assert!(clv(&["summarize", &log, "-o", &summary]).status.success());
    for name in ["gaps", "timelines"] {
        let error = refused(&["plot", name, &model, &summary, "-o", &out]);
        assert!(error.contains("give the purchase log and not a summary"), "{error}");
    }
    let error = refused(&["plot", "comparison", &model, &log, "--metric", "beauty", "-o", &out]);
    assert!(error.contains("there is no metric 'beauty'; there are"), "{error}");
}
