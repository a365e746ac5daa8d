//! Does a backtest keep the future to itself, does it average and pair as it says, and refuse in words?
//! Its figures are checked in `backtest_figures.rs`.
//!
//! Seen to fail: spend of the holdout cut off at 0; the last origin for the mean of all; a baseline that counts the
//! holdout's own purchases.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use crate::common::fixture;
use clv::history::LogOptions;
use clv::study::backtest::{Backtest, BacktestOptions, Entrant, Metric, run};
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
    let params = entrant.model.iter().flat_map(|model| model.purchase.params().to_vec());
    let spend = entrant.model.iter().flat_map(|m| m.spend.map(|spend| spend.params()));
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
fn baselines_learn_before_the_origin() {
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
    assert_eq!(with.origins[0].entrants.len(), 6, "five baselines");
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
    let width = |e: clv::study::backtest::Estimate| e.upper - e.lower;
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
    assert!(screen.lines().count() <= 62, "{} lines", screen.lines().count());
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

/// A log written line by line, backtested with one model on a holdout; screen and JSON.
fn tested(rows: &[(String, i32, f64)], until: &str, model: &str) -> (String, serde_json::Value) {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("log.csv");
    let date = |day: i32| jiff::civil::date(2022, 1, 1).saturating_add(jiff::Span::new().days(day));
    let lines = rows.iter().map(|(id, day, amount)| format!("{id},{},{amount:.2}\n", date(*day)));
    fs::write(&log, "id,date,amount\n".to_owned() + &lines.collect::<String>()).unwrap();
    let words =
        ["backtest", log.to_str().unwrap(), "--holdout", "26w", "--observed-until", until, "--models", model];
    let screen = String::from_utf8(stdout(&[&words[..], &["--replicates", "100"]].concat())).unwrap();
    let json = stdout(&[&words[..], &["--replicates", "100", "--json"]].concat());
    // Words as they are, without the breaks of lines.
    let screen = screen.split_whitespace().collect::<Vec<_>>().join(" ");
    (screen, serde_json::from_slice(&json).unwrap())
}

/// A generator of its own, so that the cases stay what they are.
fn chances() -> impl FnMut() -> f64 {
    let mut state = 11u64;
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    }
}

/// 150 customers who buy about every three weeks for two years and pay 8 % more each month: purchases are as expected,
/// spend is not, and the verdict says so and why. A model of constant amounts must be far too low; the same customers pay
/// 1.08^12 or so times as much half a year later. Version 0.1.0 spoke of purchases only.
#[test]
fn the_verdict_speaks_of_spend() {
    let mut uniform = chances();
    let mut rows = Vec::new();
    for i in 0..150 {
        let (mean, gap) = (30.0 + 40.0 * uniform(), 10.0 + 22.0 * uniform());
        let mut day = 60.0 * uniform();
        while day < 730.0 {
            let amount = mean * 1.08f64.powf(day / 30.4) * (0.7 + 0.6 * uniform());
            rows.push((format!("c{i}"), day as i32, amount));
            day += 1.0 - gap * uniform().ln();
        }
    }
    let (screen, json) = tested(&rows, "2023-12-31", "bg-nbd");
    let bias = json["backtest"]["figures"][0]["metrics"]["value_bias"]["value"].as_f64().unwrap();
    assert!(bias < -0.4, "{bias}");
    let words = format!("total of spend {:.0} % too low", -100.0 * bias);
    assert!(screen.contains("total of purchases") && screen.contains(&words), "{screen}");
    assert!(screen.contains("a purchase brought") && screen.contains("amounts change with time"), "{screen}");
    let times = json["backtest"]["origins"][0]["amounts_after_over_before"]["value"].as_f64().unwrap();
    assert!((times - 1.08f64.powf(12.0)).abs() < 0.5, "{times}");
}

/// Those who bought stop at the origin, others who bought once start: the order is the wrong way round, and no interval
/// holds. Version 0.1.0 praised the order.
#[test]
fn the_verdict_says_what_is_worse_than_chance() {
    let mut rows = Vec::new();
    for i in 0..200 {
        let busy = i % 2 == 0;
        let days: Vec<i32> = if busy { (0..9).map(|k| i % 20 + 20 * k).collect() } else { vec![i % 20] };
        let later = (0..if busy { 0 } else { 8 }).map(|k| 183 + i % 20 + 20 * k);
        rows.extend(days.into_iter().chain(later).map(|day| (format!("c{i}"), day, 20.0 + f64::from(i % 7))));
    }
    let (screen, json) = tested(&rows, "2022-12-31", "bg-nbd");
    let auc = json["backtest"]["figures"][0]["metrics"]["auc"]["upper"].as_f64().unwrap();
    assert!(auc < 0.1, "{auc}");
    assert!(
        screen.contains("worse than chance, beyond noise (") && screen.contains("telling who buys (AUC) is"),
        "{screen}"
    );
    let praised =
        screen.split("verdict").last().unwrap().split("the best baseline").nth(1).unwrap_or_default();
    let praised = praised.split("90 % intervals").next().unwrap();
    assert!(!praised.contains("order of customers") && !praised.contains("AUC"), "{screen}");
    assert!(screen.contains("none of the 90 % intervals that bg-nbd gives customers held"), "{screen}");
}

/// Errors of several origins do not cancel: the mean of their sizes is a figure of its own, the verdict begins with it, and
/// the mean absolute error of customers, which rewards forecasts that are too low, is never what comes first.
#[test]
fn errors_of_several_dates_do_not_cancel() {
    let log = path("cdnow_sample.csv");
    let words =
        ["backtest", &log, "--holdout", "13w", "--origins", "3", "--models", "bg-nbd", "--replicates", "50"];
    let json: serde_json::Value =
        serde_json::from_slice(&stdout(&[&words[..], &["--json"]].concat())).unwrap();
    let of =
        |forecast: &serde_json::Value, metric: &str| forecast["metrics"][metric]["value"].as_f64().unwrap();
    let found = &json["backtest"];
    let offs: Vec<f64> = (0..3).map(|k| of(&found["origins"][k]["forecasts"][0], "total_bias")).collect();
    let mean = offs.iter().map(|off| off.abs()).sum::<f64>() / 3.0;
    let pooled = &found["figures"][0];
    assert!((of(pooled, "total_error") / mean - 1.0).abs() < 1e-12);
    assert!(of(pooled, "total_error") > 0.1 && of(pooled, "total_bias").abs() < 0.05, "{offs:?}");
    let screen = String::from_utf8(stdout(&words)).unwrap();
    let screen = screen.split_whitespace().collect::<Vec<_>>().join(" ");
    let verdict = screen.split(" verdict ").last().unwrap();
    assert!(
        verdict.starts_with(&format!("totals: off by {:.0} % on average over 3 past dates", 100.0 * mean)),
        "{verdict}"
    );
    for question in ["; without a model", "who buys: ", "who is best: ", "how sure: ", "use either"] {
        assert!(verdict.contains(question), "{question}: {verdict}");
    }
    let places = ["totals: ", "who buys: ", "(MAE)"].map(|words| verdict.find(words).unwrap());
    assert!(places.is_sorted(), "{verdict}");
}

/// One purchase in the holdout is no evidence of anything, and the verdict says that there is one only. Version
/// 0.1.0 left out replicates in which nobody bought, and the rest is as sure as can be.
#[test]
fn one_purchase_is_not_beyond_noise() {
    let mut uniform = chances();
    let mut rows = Vec::new();
    for i in 0..60 {
        let day = (150.0 * uniform()) as i32;
        rows.push((format!("c{i}"), day, 10.0));
        if i % 3 == 0 {
            rows.push((format!("c{i}"), day + 1 + (20.0 * uniform()) as i32, 10.0));
        }
    }
    rows.push(("c1".to_owned(), 250, 10.0));
    let (screen, json) = tested(&rows, "2022-12-31", "mbg-nbd");
    let bias = &json["backtest"]["origins"][0]["forecasts"][0]["metrics"]["total_bias"];
    assert_eq!(json["backtest"]["origins"][0]["purchases"], 1.0);
    // The upper end is where nobody buys.
    assert!(bias["upper"].is_null(), "{bias}");
    assert!(screen.contains("of 1 purchase only"), "{screen}");
    if bias["value"].as_f64().unwrap() < 0.0 {
        assert!(screen.contains("within noise"), "{screen}");
    }
}

/// Where the miss of a total comes from: by month and by cohort it adds up to the miss, in JSON, in the table and in words;
/// and what the model makes of the months before. CDNOW's 2,357 customers by pareto-nbd; counts of purchases by month
/// from the log itself, counted here. Seen to fail with a month's last grain taken for the next one's.
#[test]
fn a_miss_is_told_by_month_and_cohort() {
    let log = path("cdnow_sample.csv");
    let words = ["backtest", &log, "--holdout", "39w", "--models", "pareto-nbd", "--replicates", "100"];
    let json: serde_json::Value =
        serde_json::from_slice(&stdout(&[&words[..], &["--json"]].concat())).unwrap();
    let origin = &json["backtest"]["origins"][0];
    let forecast = &origin["forecasts"][0];
    let of = |by: &str| -> Vec<&serde_json::Value> {
        forecast["groups"].as_array().unwrap().iter().filter(|group| group["by"] == by).collect()
    };
    let sum = |by: &str, what: &str| of(by).iter().map(|group| group[what].as_f64().unwrap()).sum::<f64>();
    let purchases = origin["purchases"].as_f64().unwrap();
    let expected = purchases * (1.0 + forecast["metrics"]["total_bias"]["value"].as_f64().unwrap());
    for by in ["month", "cohort"] {
        assert!((sum(by, "actual") / purchases - 1.0).abs() < 1e-12, "{by}");
        assert!((sum(by, "expected") / expected - 1.0).abs() < 1e-9, "{by}");
    }
    let mut known = std::collections::BTreeMap::new();
    let mut reader = csv::Reader::from_path(&log).unwrap();
    let all: Vec<(String, String)> = reader
        .records()
        .map(|row| row.unwrap())
        .map(|row| (row[0].to_owned(), row[1].replace('-', "")))
        .collect();
    for (id, day) in &all {
        let first = known.entry(id.clone()).or_insert_with(|| day.clone());
        *first = first.clone().min(day.clone());
    }
    let days: BTreeSet<&(String, String)> = all
        .iter()
        .filter(|(id, day)| known[id].as_str() <= "19970930" && day.as_str() > "19970930")
        .collect();
    for group in of("month") {
        let month = group["label"].as_str().unwrap().replace('-', "");
        let count = days.iter().filter(|(_, day)| day.starts_with(&month)).count();
        assert_eq!(group["actual"].as_f64().unwrap(), count as f64, "{month}");
    }
    let in_sample = &forecast["in_sample"];
    assert!(
        (in_sample["expected"].as_f64().unwrap() / in_sample["actual"].as_f64().unwrap() - 1.0).abs() < 0.05
    );
    let screen = String::from_utf8(stdout(&words)).unwrap();
    let flat = screen.split_whitespace().collect::<Vec<_>>().join(" ");
    let march = of("month").into_iter().find(|group| group["label"] == "1998-03").unwrap();
    let march = march["actual"].as_f64().unwrap() - march["expected"].as_f64().unwrap();
    assert!(
        flat.contains("missing purchases: March 1998 ") && flat.contains(&format!("March 1998 {march:.0}")),
        "{flat}"
    );
    assert!(
        flat.contains("no November and no December was in the fit")
            || flat.contains("no December and no November"),
        "{flat}"
    );
    assert!(
        flat.contains("by when customers came, of") && flat.contains("in sample, up to the origin, it is"),
        "{flat}"
    );
    assert!(
        screen.contains("by month of the holdout") && screen.contains("by when customers came"),
        "{screen}"
    );
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
