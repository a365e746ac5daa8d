//! Does a backtest keep the future to itself, does it average and pair as it says, and refuse in words?
//! Its figures are checked in `backtest_figures.rs`.
//!
//! Seen to fail: spend of the holdout cut off at 0; the last origin for the mean of all; a rival that counts the
//! holdout's own purchases.

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use clv::backtest::{Backtest, BacktestOptions, Entrant, Metric, run};
use clv::history::LogOptions;
use common::fixture;
use jiff::civil::Date;

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

fn options(models: &[&str]) -> BacktestOptions {
    BacktestOptions {
        models: models.iter().map(|name| (*name).to_owned()).collect(),
        holdout: "39w".parse().ok(),
        replicates: 20,
        keep: true,
        ..BacktestOptions::default()
    }
}

fn until(text: &str) -> LogOptions {
    LogOptions { observed_until: Some(date(text)), ..LogOptions::default() }
}

#[track_caller]
fn close(what: &str, value: f64, plain: f64) {
    // Both add up some thousand figures, in another order.
    let right = value == plain || (value - plain).abs() <= 1e-9 * plain.abs();
    assert!(right, "{what}: {value} by the library, {plain} by plain loops");
}

// The future stays where it is.

const ORIGIN: &str = "1997-09-30";

/// The rows of the sample up to the origin, and those after it.
fn cut_sample() -> (String, String) {
    let text = fs::read_to_string(fixture("cdnow_sample.csv")).unwrap();
    let (header, rows) = text.split_once('\n').unwrap();
    let (past, future): (Vec<&str>, Vec<&str>) =
        rows.lines().partition(|row| row.split(',').nth(1).unwrap() <= ORIGIN);
    (format!("{header}\n{}\n", past.join("\n")), future.join("\n"))
}

fn forecast_bits(entrant: &Entrant) -> Vec<u64> {
    let forecast = entrant.forecast.as_ref().unwrap();
    let params = entrant.model.iter().flat_map(|model| model.purchase.params.clone());
    let spend = entrant.model.iter().flat_map(|m| m.spend.map(|s| [s.p, s.q, s.v]));
    let p_buy = forecast.distribution.iter().flat_map(|d| d.p_buy.clone());
    let value = forecast.value.iter().flatten().copied();
    let all = forecast.purchases.iter().copied().chain(value).chain(p_buy).chain(params);
    all.chain(spend.flatten()).map(f64::to_bits).collect()
}

#[test]
fn nothing_after_the_origin_reaches_a_forecast() {
    let (past, future) = cut_sample();
    let planted = "0001,1997-10-01,1000000\n0001,1997-10-02,-29.73\n0002,1997-11-01,5\n0002,1998-01-01,5\n\
                   0003,1998-02-02,-1000\nnew,1997-10-05,12\nnew,1998-03-01,99999\n";
    let futures = [
        "0004,1998-06-01,1\n".to_owned(),
        future.clone(),
        format!("{future}\n{planted}"),
        planted.to_owned(),
    ];
    let dir = tempfile::tempdir().unwrap();
    let models = ["bg-nbd", "pareto-nbd", "mbg-cnbd"];
    let found = futures.iter().map(|future| {
        let path = dir.path().join("log.csv");
        fs::write(&path, format!("{past}{future}")).unwrap();
        run(&[path], &until("1998-06-30"), &options(&models), &()).unwrap()
    });
    let found: Vec<Backtest> = found.collect();
    let first = &found[0].origins[0];
    assert_eq!((first.customers, first.purchases), (2357, 1.0));
    assert!(found[2].origins[0].purchases > found[1].origins[0].purchases);
    for other in &found[1..] {
        let other = &other.origins[0];
        assert_eq!(other.entrants.len(), first.entrants.len());
        for (a, b) in first.entrants.iter().zip(&other.entrants) {
            assert!(forecast_bits(a) == forecast_bits(b), "the forecast of {} knows the future", a.name);
            let expected = |e: &Entrant| e.tracking.iter().map(|p| p.expected.to_bits()).collect::<Vec<_>>();
            assert_eq!(expected(a), expected(b));
        }
    }
}

#[test]
fn rivals_learn_before_the_origin() {
    let text = fs::read_to_string(fixture("grocery.csv")).unwrap();
    let (header, rows) = text.split_once('\n').unwrap();
    let past: Vec<&str> = rows.lines().filter(|row| row.split(',').nth(1).unwrap() <= "2007-07-01").collect();
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("log.csv");
    // One purchase is left in the holdout, since without any there is nothing to test.
    let someone = past[0].split(',').next().unwrap();
    fs::write(&log, format!("{header}\n{}\n{someone},2007-12-01\n", past.join("\n"))).unwrap();
    let options = BacktestOptions { holdout: "26w".parse().ok(), ..options(&["bg-nbd"]) };
    let run = |log: PathBuf| run(&[log], &until("2007-12-30"), &options, &()).unwrap();
    let (with, without) = (run(fixture("grocery.csv")), run(log));
    assert_eq!(with.origins[0].entrants.len(), 6, "five rivals");
    for (a, b) in with.origins[0].entrants.iter().zip(&without.origins[0].entrants) {
        assert!(forecast_bits(a) == forecast_bits(b), "{}", a.name);
    }
}

#[test]
fn returns_in_the_holdout_come_off_its_spend() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("log.csv");
    let mut log = String::from("id,date,amount\n");
    for i in 0..60 {
        let (a, b) = (i % 28 + 1, i % 9 + 1);
        log += &format!("c{i:02},2020-01-{a:02},10\nc{i:02},2020-05-{b:02},{}\n", 20 + i % 7);
        if i % 3 == 0 {
            log += &format!("c{i:02},2020-04-{a:02},15\n");
        }
    }
    // Customer 1 buys for 30 and sends back 25 + 21 + 4 more: of the holdout's 30 nothing is left, and of what
    // was bought before the origin 20 are gone. Customer 2 only sends back.
    log += "c01,2020-08-01,30\nc01,2020-08-02,-50\nc02,2020-08-03,-5\nc03,2020-12-31,7\n";
    fs::write(&path, log).unwrap();
    let options = BacktestOptions { holdout: "26w".parse().ok(), ..options(&["bg-nbd"]) };
    let found = run(&[path], &LogOptions::default(), &options, &()).unwrap();
    let cohort = found.origins[0].cohort.as_ref().unwrap();
    let spent = cohort.spent.as_ref().unwrap();
    assert_eq!((cohort.bought[1], cohort.bought[2], cohort.bought[3]), (1.0, 0.0, 1.0));
    for (at, expected) in [(0, 0.0), (1, -20.0), (2, -5.0), (3, 7.0)] {
        // Few amounts of at most two digits: they are exact.
        assert_eq!(spent[at], expected, "customer {at}");
    }
}

#[test]
fn several_origins_are_averaged_and_paired() {
    let options = BacktestOptions { holdout: "26w".parse().ok(), origins: 9, ..options(&["bg-nbd", "nbd"]) };
    let found = run(&[fixture("grocery.csv")], &LogOptions::default(), &options, &()).unwrap();
    // Two years: the first holdout begins half a year after the first purchase.
    assert_eq!((found.origins.len(), found.windows.too_early), (3, 6));
    let of = |name: &str, origin: usize| {
        let entrant = found.origins[origin].entrants.iter().find(|e| e.name == name).unwrap();
        entrant.values[Metric::Mae as usize].value
    };
    let pooled =
        |name: &str| found.pooled.iter().find(|e| e.name == name).unwrap().values[Metric::Mae as usize];
    for name in ["bg-nbd", "nbd", "same-rate"] {
        close(name, pooled(name).value, (0..3).map(|at| of(name, at)).sum::<f64>() / 3.0);
    }
    assert!(found.pooled.iter().all(|e| e.name != "rfm-cells"), "nothing to learn at the first origin");
    let difference = found.difference("bg-nbd", "nbd").unwrap().of(Metric::Mae);
    close("difference", difference.value, pooled("bg-nbd").value - pooled("nbd").value);
    let turned = found.difference("nbd", "bg-nbd").unwrap().of(Metric::Mae);
    assert_eq!((turned.value, turned.lower), (-difference.value, -difference.upper));
    // Paired, both err on the same customers: the interval is narrower than either's own.
    let width = |e: clv::backtest::Estimate| e.upper - e.lower;
    assert!(width(difference) < width(pooled("bg-nbd")) && difference.lower < difference.value);
}

// The program.

fn clv(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_clv")).args(arguments).output().unwrap()
}

fn stdout(arguments: &[&str]) -> Vec<u8> {
    let output = clv(arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn path(name: &str) -> String {
    fixture(name).to_str().unwrap().to_owned()
}

#[test]
fn threads_change_nothing() {
    let log = path("cdnow_sample.csv");
    let run = |threads: &str| {
        let arguments = ["backtest", &log, "--holdout", "20w", "--origins", "2", "--json"];
        stdout(&[&arguments[..], &["--models", "bg-nbd,pareto-nbd,mbg-cnbd", "--threads", threads]].concat())
    };
    assert!(run("1") == run("3"));
}

#[test]
fn it_fits_one_screen_and_writes_all_figures() {
    let dir = tempfile::tempdir().unwrap();
    let log = path("cdnow_sample.csv");
    let table = dir.path().join("figures.csv");
    let table = table.to_str().unwrap();
    let screen = stdout(&["backtest", &log, "--holdout", "39w", "--replicates", "20", "-o", table]);
    let screen = String::from_utf8(screen).unwrap();
    assert!(screen.lines().count() <= 45, "{} lines", screen.lines().count());
    assert!(screen.lines().all(|line| line.chars().count() <= 100), "{screen}");
    assert!(screen.contains("lowest CRPS") && screen.contains("December"), "{screen}");
    let mut reader = csv::Reader::from_path(table).unwrap();
    let heads: Vec<_> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    assert_eq!(heads, ["origin", "model", "metric", "group", "value", "lower", "upper"]);
    let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.unwrap()).collect();
    let keys: BTreeSet<_> =
        rows.iter().map(|r| (r[0].to_owned(), r[1].to_owned(), r[2].to_owned(), r[3].to_owned())).collect();
    assert_eq!(keys.len(), rows.len(), "a figure is there twice");
    assert!(rows.iter().any(|row| &row[0] == "all" && &row[1] == "pareto-nbd" && &row[2] == "crps"));
    let json =
        stdout(&["backtest", &log, "--holdout", "39w", "--replicates", "0", "--models", "nbd", "--json"]);
    let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(json["backtest"]["origins"][0]["customers"], 2357);
    assert!(json["backtest"]["figures"][0]["metrics"]["crps"]["lower"].is_null());
}

#[test]
fn what_cannot_be_tested_is_refused_in_words() {
    let dir = tempfile::tempdir().unwrap();
    let log = path("cdnow_sample.csv");
    let summary = dir.path().join("summary.csv");
    let summary = summary.to_str().unwrap();
    assert!(clv(&["summarize", &log, "-o", summary]).status.success());
    let few = dir.path().join("few.csv");
    fs::write(&few, "id,date\n1,2020-01-01\n2,2020-02-01\n1,2020-06-01\n").unwrap();
    let few = few.to_str().unwrap();
    let cases: [(&[&str], &str); 12] = [
        (&[&log, "--holdout", "3y"], "the log is from 1997-01-01 to 1998-06-30"),
        (&[few, "--holdout", "8w"], "2 customers were known"),
        (&[&log, "--holdout", "26w", "--observed-until", "2000-01-01"], "does the log reach that far"),
        (&[summary], "this is a summary"),
        (&[&log, "--models", "bgnbd"], "unknown model 'bgnbd'"),
        (&[&log, "--models", "sbg"], "model of contracts"),
        (&[&log, "--models", "bg-bb"], "--grain month --unit month"),
        (&[&log, "--models", "nbd,nbd"], "given twice"),
        (&[&log, "--origins", "0"], "at least one"),
        (&[&log, "--holdout", "39"], "has no unit"),
        (&[&log, "--holdout", "1d", "--grain", "month"], "shorter than a month"),
        (&[&log, "-o", "figures.txt"], "not a known kind of table"),
    ];
    for (arguments, words) in cases {
        let output = clv(&[&["backtest"], arguments].concat());
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains(words) && output.stdout.is_empty(), "{arguments:?}: {said}");
    }
}

#[test]
fn models_of_opportunities_take_whole_months() {
    let log = path("cdnow_sample.csv");
    let arguments = ["backtest", &log, "--models", "bg-bb", "--grain", "month", "--unit", "month"];
    let json = stdout(&[&arguments[..], &["--holdout", "6mo", "--json"]].concat());
    let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(json["backtest"]["holdout"]["horizon"], 6.0);
    assert_eq!(json["backtest"]["origins"][0]["origin"], "1997-12-31");
}
