//! Model files of books of contracts: what is forecast with one is what was forecast at its fit, for other contracts too, and what
//! is drawn from one is fitted to itself. All numbers are our own unless another origin stands beside.

use std::fmt::Write as _;
use std::path::PathBuf;

use crate::common::assert_close;
use crate::common::program::{clv, json};
use clv::contracts::{self, Book, BookModel, BookOptions, Cycle, book};
use clv::fitted::file::{self, AnyModel};
use clv::history::{Input, LogOptions};
use jiff::civil::{Date, date};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Beta, Distribution};
use serde_json::Value;

const UNTIL: &str = "2025-11-30";

fn path_of(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("subscription_models");
    std::fs::create_dir_all(&folder).unwrap();
    folder.join(name)
}

fn file(name: &str, text: &str) -> String {
    let path = path_of(name);
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

/// Contracts drawn with none of the library's formulas: plans with their period, price, `alpha` and `beta`.
fn table(plans: &[(&str, Cycle, f64, f64, f64)], customers: usize, seed: u64) -> String {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut text = String::from("customer_id,channel,plan,interval,price,start,end\n");
    let until = date(2025, 11, 30);
    for i in 0..customers {
        let (name, cycle, price, alpha, beta) = plans[rng.random_range(0..plans.len())];
        let start = date(2022, 1, 3).saturating_add(jiff::Span::new().days(rng.random_range(0..1400i64)));
        let leaves: f64 = Beta::new(alpha, beta).unwrap().sample(&mut rng);
        let mut due = (1..).map(|k| cycle.after(start, k));
        let end = due.find(|due| *due > until || rng.random::<f64>() < leaves).unwrap();
        let end = if end > until { String::new() } else { end.to_string() };
        let channel = ["ads", "search"][i % 2];
        let _ = writeln!(text, "c{i:05},{channel},{name},{cycle},{price},{start},{end}");
    }
    text
}

const MONTH: Cycle = Cycle::MONTHLY;
const QUARTER: Cycle = Cycle { every: 3, unit: clv::Unit::Month };
const YEAR: Cycle = Cycle { every: 1, unit: clv::Unit::Year };
const PLANS: [(&str, Cycle, f64, f64, f64); 4] = [
    ("Basic", MONTH, 9.0, 0.6, 9.0),
    ("Pro", MONTH, 29.0, 0.8, 16.0),
    ("Season", QUARTER, 25.0, 1.0, 5.0),
    ("Pro annual", YEAR, 290.0, 1.2, 5.0),
];

fn open(path: &str) -> Book {
    let until: Date = UNTIL.parse().unwrap();
    let options = BookOptions { observed_until: Some(until), ..BookOptions::default() };
    book::open(&[Input::Path(path.into())], &LogOptions::default(), &options, &()).unwrap()
}

fn load(path: &str) -> BookModel {
    let AnyModel::Book(model) = file::load_any(path.as_ref()).unwrap() else { panic!("{path}") };
    *model
}

/// `clv forecast` is `clv fit`, then `clv score`, to the last bit: of pooled plans, of one plan alone, of one whose posterior was
/// sampled, and of one of which too little is seen.
#[test]
fn a_forecast_is_a_fit_and_a_score() {
    let few = "late,ads,New,week,3,2025-11-25,\n";
    let cases: [(&str, Vec<_>, &[&str]); 3] = [
        ("pooled", PLANS.to_vec(), &[]),
        ("alone", PLANS[..1].to_vec(), &["--model", "bdw"]),
        ("sampled", PLANS[3..].to_vec(), &["--posterior", "nuts"]),
    ];
    for (name, plans, options) in cases {
        let customers = if name == "sampled" { 300 } else { 900 };
        let log = file(&format!("{name}.csv"), &(table(&plans, customers, 5) + few));
        let out = |what: &str| path_of(&format!("{name}.{what}")).display().to_string();
        let (model, one, other) = (out("json"), out("forecast.csv"), out("score.csv"));
        let (months, again) = (out("months.csv"), out("again.csv"));
        let until = ["--observed-until", UNTIL];
        let value = ["--horizon", "18mo", "--margin", "0.4", "--interval", "0.8", "--seed", "3"];
        let at_once = json(
            &[&["forecast", &log, "-o", &one, "--by-month", &months][..], options, &until, &value].concat(),
        );
        let fitted = json(&[&["fit", &log, "-o", &model][..], options, &until].concat());
        assert_eq!(fitted["kind"], "contracts");
        let scored = json(
            &[&["score", &model, &log, "-o", &other, "--by-month", &again][..], &until, &value].concat(),
        );
        assert_eq!(at_once["forecast"], scored["forecast"], "{name}");
        assert_eq!(at_once["model"], scored["model"], "{name}");
        let read = |path: &str| std::fs::read_to_string(path).unwrap();
        assert_eq!(read(&one), read(&other), "{name}");
        assert_eq!(read(&months), read(&again), "{name}");
        // The file read and written again is the same file.
        assert_eq!(file::book_to_json(&load(&model)), read(&model), "{name}");
        let (ok, said, words) = clv(&["inspect", &model]);
        assert!(ok && said.contains("by plan") && said.contains("New (weekly)"), "{said}{words}");
    }
}

/// What a fit is of: the columns say so, and a model that is named takes a table with nothing but dates alone, as ever.
#[test]
fn kinds_of_fits() {
    let log = file("kinds.csv", &table(&PLANS, 400, 6));
    let out = path_of("kinds.json").display().to_string();
    for options in [&["--model", "sbg"][..], &["--model", "sbg", "--period", "month"], &[]] {
        let until = ["--observed-until", UNTIL, "-q"];
        let (ok, _, words) = clv(&[&["fit", &log, "-o", &out][..], options, &until].concat());
        assert!(ok, "{words}");
        let model = load(&out);
        assert!(options.is_empty() || model.cycles.iter().all(|cycle| cycle.model == "sbg"));
        assert_eq!(model.plans.len(), 4);
    }
    let alone = file("alone_dates.csv", "customer_id,start,end\na,2024-01-01,2024-03-01\nb,2024-02-01,\n");
    let (ok, _, words) = clv(&["fit", &alone, "--model", "sbg"]);
    assert!(!ok && words.contains("--period"), "{words}");
    // What models of contracts do not have is refused by name, and not left out.
    for (verb, option) in [("forecast", "--groups"), ("fit", "--season"), ("fit", "--drift")] {
        let value = match option {
            "--season" => "auto",
            "--drift" => "3%/w",
            _ => "channel",
        };
        let (ok, _, words) = clv(&[verb, &log, option, value]);
        assert!(!ok && words.contains(option) && words.contains("contracts"), "{words}");
    }
    // What other verbs do with the file.
    let (ok, _, words) = clv(&["monitor", &out, &log]);
    assert!(!ok && words.contains("contracts"), "{words}");
    let (ok, _, words) = clv(&["score", &out, &log, "--newcomers", "2026-01-01"]);
    assert!(!ok, "{words}");
}

/// Contracts of plans that a fit has not seen: of a known period they are as its plans on the whole, of another one nothing is
/// known of them; both are said. Known plans are what they were, in whatever order the new book has them.
#[test]
fn plans_that_were_not_seen() {
    let path = path_of("seen.json").display().to_string();
    let log = file("seen.csv", &table(&PLANS[..2], 900, 7));
    assert!(clv(&["fit", &log, "--observed-until", UNTIL, "-q", "-o", &path]).0);
    let model = load(&path);
    let text = table(&PLANS[..2], 60, 8)
        + "x,ads,Advanced,month,50,2025-10-05,\ny,ads,Decade,every 24 months,900,2025-01-01,\n";
    let later = open(&file("later.csv", &text));
    let found = contracts::forecast_with(&model, &later, &Default::default(), &()).unwrap();
    let of = |name: &str| found.model.plans.iter().find(|plan| plan.plan.name == name).unwrap();
    for known in &model.plans {
        assert_eq!(of(&known.plan.name).params, known.params);
    }
    let common = &model.cycles[0].pooled.as_ref().unwrap().common;
    assert_eq!(&of("Advanced").params, common);
    let decade = of("Decade");
    // Beta(1, 1): the chance to renew is 1/2, on average.
    assert_close("nothing known", decade.params[0] / (decade.params[0] + decade.params[1]), 0.5, 1e-12);
    let codes: Vec<_> = found.model.warnings.iter().map(|warning| warning.code.to_string()).collect();
    assert!(codes.iter().any(|code| code == "contracts-unknown-plan"), "{codes:?}");
    assert!(codes.iter().any(|code| code == "few-renewals"), "{codes:?}");
    let said: Vec<_> = found.model.warnings.iter().map(|warning| warning.message.clone()).collect();
    assert!(said.concat().contains("Advanced (monthly), Decade"), "{said:?}");
}

/// Contracts drawn from a model file are fitted to it again: 8,000 of them, within four standard errors. The same whatever the
/// order of plans is; equal seeds give equal tables.
#[test]
fn what_is_drawn_is_fitted() {
    let log = file("drawn_from.csv", &table(&[PLANS[1]], 2000, 9));
    let (model, drawn) =
        (path_of("drawn.json").display().to_string(), path_of("drawn.csv").display().to_string());
    assert!(clv(&["fit", &log, "--observed-until", UNTIL, "-q", "-o", &model]).0);
    let days = ["--start", "2022-01-01", "--acquired-until", "2025-10-31", "--until", UNTIL];
    let simulate = |out: &str| {
        let (ok, _, words) =
            clv(&[&["simulate", &model, "--customers", "8000", "-o", out][..], &days].concat());
        assert!(ok, "{words}");
        std::fs::read_to_string(out).unwrap()
    };
    let text = simulate(&drawn);
    assert_eq!(text, simulate(&path_of("drawn2.csv").display().to_string()));
    assert_eq!(text.lines().next(), Some("customer_id,plan,interval,price,start,end"));
    assert_eq!(text.lines().count(), 8_001);
    let (was, is) = (load(&model), BookModel::fit(&open(&drawn), &Default::default(), &()).unwrap());
    let report = is.cycles[0].report.as_ref().unwrap();
    for (estimate, truth) in report.estimates.iter().zip(&was.plans[0].params) {
        let error = estimate.standard_error.unwrap();
        assert!((estimate.value - truth).abs() < 4.0 * error, "{estimate:?} {truth}");
    }
    assert_close("price", is.plans[0].price.unwrap(), was.plans[0].price.unwrap(), 1e-9);
    let (ok, _, words) = clv(&["simulate", &model, "--exact"]);
    assert!(!ok && words.contains("--exact"), "{words}");
}

/// A file that was changed by hand is refused with what is wrong.
#[test]
fn damaged_files() {
    let log = file("damaged.csv", &table(&PLANS, 400, 10));
    let path = path_of("damaged.json").display().to_string();
    assert!(clv(&["fit", &log, "--observed-until", UNTIL, "-q", "-o", &path]).0);
    let whole: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    type Damage = fn(&mut Value);
    let cases: [(Damage, &str); 7] = [
        (|file| file["shock"]["deviation"] = (-1.0).into(), "negative"),
        (|file| file["shoe"] = 1.into(), "unknown field"),
        (|file| file["contracts"][0]["every"] = 0.into(), "every"),
        (|file| file["contracts"][0]["plans"][0]["parameters"] = Value::Null, "has no parameters"),
        (|file| file["contracts"][0]["plans"].as_array_mut().unwrap().reverse(), "sorted by name"),
        (|file| file["contracts"][0]["of"]["parameters"]["alpha"] = (-1.0).into(), "alpha"),
        (|file| file["contracts"][0]["seen"]["left"] = 1e9.into(), "came due"),
    ];
    for (damage, why) in cases {
        let mut damaged = whole.clone();
        damage(&mut damaged);
        let text = damaged.to_string();
        let error = file::any_from_json(&text, path.as_ref()).unwrap_err().to_string();
        assert!(error.contains(why) && error.contains("damaged.json"), "{error}");
    }
}
