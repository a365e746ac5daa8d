//! Does the monitor leave a model alone that is right, and find one that no longer is? Logs are drawn from a model with the
//! published parameters of CDNOW (Fader, Hardie & Lee 2005: r .243, alpha 4.414, a .793, b 2.426), fitted to their first
//! part, and looked at each month of the year after.
//!
//! `CLV_MONITOR_SIMULATIONS=200 cargo test --release --test forecasts monitor -- --nocapture` counts false alarms and power over as
//! many logs; the suite does a few of them, always the same.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::common::fixture;
use clv::fitted::{ClvModel, FitRequest};
use clv::history::{self, LogOptions};
use clv::study::monitor::{Monitor, MonitorOptions, monitor};

fn clv(folder: &Path, words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_clv")).current_dir(folder).args(words).output().unwrap()
}

#[track_caller]
fn ok(folder: &Path, words: &[&str]) -> String {
    let output = clv(folder, words);
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

const FITTED: &str = "2022-06-30";

/// A log from 2021 to the middle of 2023, of which a share of the purchases after the fit is lost.
fn drawn(folder: &Path, seed: u64, lost: f64) -> PathBuf {
    ok(
        folder,
        &[
            "model",
            "bg-nbd",
            "r=.243",
            "alpha=4.414",
            "a=.793",
            "b=2.426",
            "--unit",
            "week",
            "-o",
            "truth.json",
        ],
    );
    let log = folder.join("log.csv");
    let seed = seed.to_string();
    ok(
        folder,
        &[
            "simulate",
            "truth.json",
            "--customers",
            "6000",
            "--start",
            "2021-01-01",
            "--acquired-until",
            "2023-03-31",
            "--until",
            "2023-06-30",
            "--seed",
            &seed,
            "-o",
            "log.csv",
        ],
    );
    if lost > 0.0 {
        let text = fs::read_to_string(&log).unwrap();
        // A number for each row that looks like chance, and first purchases stay.
        let mut known = std::collections::HashSet::new();
        let mut kept = Vec::new();
        for (row, line) in text.lines().enumerate() {
            let mut fields = line.split(',');
            let (id, date) = (fields.next().unwrap(), fields.next().unwrap());
            let chance = (row as f64 * 0.618_033_988_749_894_9).fract();
            if row == 0 || known.insert(id.to_owned()) || date <= FITTED || chance >= lost {
                kept.push(line);
            }
        }
        fs::write(&log, kept.join("\n") + "\n").unwrap();
    }
    log
}

fn fitted(log: &Path) -> ClvModel {
    let options = LogOptions { observed_until: Some(FITTED.parse().unwrap()), ..LogOptions::default() };
    let summary = history::open(&[log.to_owned()], &options, &()).unwrap();
    ClvModel::fit(&summary, &FitRequest { spend: false, ..FitRequest::default() }, &()).unwrap()
}

/// The first month, of the twelve after the fit, that raises an alarm.
fn first_alarm(
    model: &ClvModel,
    log: &Path,
    mut months: impl Iterator<Item = i32>,
) -> Option<(i32, Vec<&'static str>)> {
    let until: jiff::civil::Date = FITTED.parse().unwrap();
    months.find_map(|month| {
        let found = look(model, log, until.saturating_add(jiff::Span::new().months(month)));
        let alarms: Vec<_> =
            found.checks.iter().filter(|check| check.alarm).map(|check| check.kind.name()).collect();
        (!alarms.is_empty()).then_some((month, alarms))
    })
}

fn look(model: &ClvModel, log: &Path, until: jiff::civil::Date) -> Monitor {
    let log_options = LogOptions { observed_until: Some(until), ..LogOptions::default() };
    let options = MonitorOptions { months: 1, ..MonitorOptions::default() };
    monitor(model, &[log.into()], &log_options, &options, &()).unwrap()
}

/// Of years of monthly looks at logs that the model made, at most 5 % raise an alarm; where a fifth of the purchases is lost
/// after the fit, most do.
#[test]
fn false_alarms_are_rare_and_a_fall_is_found() {
    let given: Option<u64> = std::env::var("CLV_MONITOR_SIMULATIONS").ok().and_then(|n| n.parse().ok());
    let n = given.unwrap_or(1);
    // All months, or a few of them.
    let months = |few: [i32; 2]| (1..=12).filter(move |month| given.is_some() || few.contains(month));
    let (mut false_alarms, mut found, mut waited) = (0, 0, 0);
    for seed in 1..=n {
        let folder = tempfile::tempdir().unwrap();
        let log = drawn(folder.path(), seed, 0.0);
        let model = fitted(&log);
        if let Some((month, alarms)) = first_alarm(&model, &log, months([5, 12])) {
            println!("seed {seed}: false alarm in month {month} by {alarms:?}");
            false_alarms += 1;
        }
        let log = drawn(folder.path(), seed, 0.2);
        if let Some((month, _)) = first_alarm(&fitted(&log), &log, months([3, 3])) {
            found += 1;
            waited += month;
        }
    }
    println!(
        "{n} logs: {false_alarms} false alarms a year; a fall by 20 % found in {found}, after {:.1} months",
        f64::from(waited) / f64::from(found.max(1))
    );
    // Of few logs, none; of many, at most 5 % and what chance adds to that (three standard deviations).
    let most = if given.is_some() { 0.05 * n as f64 + 3.0 * (0.05 * 0.95 * n as f64).sqrt() } else { 0.0 };
    assert!(f64::from(false_alarms) <= most, "{false_alarms} of {n}");
    assert!(f64::from(found) >= 0.5 * n as f64, "{found} of {n}");
}

/// The table adds up, the exit code says whether to fit again, and forecasts of a journal are judged when their time has
/// passed. CDNOW, fitted to its first 39 weeks.
#[test]
fn forecasts_meet_what_happened() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let log = fixture("cdnow_sample.csv");
    let log = log.to_str().unwrap();
    ok(folder, &["summarize", log, "--state", "log.clvs"]);
    ok(folder, &["fit", log, "--observed-until", "1997-09-30", "--model", "bg-nbd", "-o", "model.json"]);
    for horizon in ["13w", "39w", "52w"] {
        ok(
            folder,
            &[
                "score",
                "model.json",
                log,
                "--observed-until",
                "1997-09-30",
                "--horizon",
                horizon,
                "--journal",
                "forecasts.parquet",
            ],
        );
    }
    // The same forecast twice is one.
    let before = fs::read(folder.join("forecasts.parquet")).unwrap();
    ok(
        folder,
        &[
            "score",
            "model.json",
            log,
            "--observed-until",
            "1997-09-30",
            "--horizon",
            "52w",
            "--journal",
            "forecasts.parquet",
        ],
    );
    assert!(fs::read(folder.join("forecasts.parquet")).unwrap() == before);
    let words = [
        "monitor",
        "model.json",
        "log.clvs",
        "-o",
        "monitor.csv",
        "--journal",
        "forecasts.parquet",
        "--json",
    ];
    let output = clv(folder, &words);
    let found: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let found = &found["monitor"];
    let refit = found["refit"].as_bool().unwrap();
    assert_eq!(output.status.code(), Some(i32::from(refit)));
    // In the 39 weeks after, these customers bought on 1,882 days: own count of the log's rows by customer and date.
    let check = |name: &str| {
        found["checks"].as_array().unwrap().iter().find(|check| check["check"] == name).unwrap().clone()
    };
    assert_eq!(check("purchases")["observed"], 1882.0);
    let table = fs::read_to_string(folder.join("monitor.csv")).unwrap();
    let rows: Vec<Vec<&str>> = table.lines().skip(1).map(|line| line.split(',').collect()).collect();
    let sum = |cohorts: bool, column: usize| -> f64 {
        let rows = rows
            .iter()
            .filter(|row| row[0] == "known customers" && row[2] == "purchases" && row[4] == "1998-06-30");
        rows.filter(|row| (row[1] != "all") == cohorts).map(|row| row[column].parse::<f64>().unwrap()).sum()
    };
    // Sums of a few rounded numbers.
    assert!((sum(true, 6) / sum(false, 6) - 1.0).abs() < 1e-9);
    assert_eq!((sum(true, 9), sum(false, 9)), (1882.0, 1882.0));
    assert!(rows.iter().any(|row| row[0] == "by P(purchase)"));
    let journal = found["journal"].as_array().unwrap();
    let seen: Vec<_> = journal.iter().map(|one| one["purchases"].as_f64()).collect();
    assert!(matches!(seen[..], [Some(a), Some(b), None] if a < b && b == 1882.0), "{seen:?}");
    // A summary cannot be put back.
    ok(folder, &["summarize", "log.clvs", "-o", "summary.csv"]);
    let refused = clv(folder, &["monitor", "model.json", "summary.csv"]);
    assert!(refused.status.code() == Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("cannot be put back"));
}

/// The job: a state, a model, scores; nothing the second time; new rows the third. A dry run does nothing; the second of two
/// runs at once is refused; killed at any moment, the next run makes up for it.
#[cfg(unix)]
#[test]
fn the_monthly_job_runs_unattended() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let text = fs::read_to_string(fixture("cdnow_sample.csv")).unwrap();
    let (header, rows) = text.split_once('\n').unwrap();
    let mut months: std::collections::BTreeMap<&str, Vec<&str>> = std::collections::BTreeMap::new();
    for row in rows.lines() {
        months.entry(&row.split(',').nth(1).unwrap()[..7]).or_default().push(row);
    }
    fs::create_dir(folder.join("exports")).unwrap();
    let write = |month: &str| {
        let text = format!("{header}\n{}\n", months[month].join("\n"));
        fs::write(folder.join(format!("exports/{month}.csv")), text).unwrap();
    };
    months.keys().filter(|month| **month <= "1997-09").for_each(|month| write(month));
    fs::write(
        folder.join("clv.toml"),
        "[run]\ninputs = [\"exports/*.csv\"]\nstate = \"customers.clvs\"\nmodel-file = \"model.json\"\nrefit = \"when-needed\"\n\
         monitor = \"monitor.csv\"\nscores = \"scores.csv\"\njournal = \"forecasts.parquet\"\n[fit]\nmodel = \"bg-nbd\"\n[score]\nhorizon = \"4w\"\n",
    )
    .unwrap();
    let made = ["customers.clvs", "model.json", "scores.csv", "forecasts.parquet", "run.json"];
    let dry = ok(folder, &["run", "--dry-run"]);
    assert!(dry.contains("summarize") && dry.contains("fit") && dry.contains("score"), "{dry}");
    assert!(made.iter().all(|name| !folder.join(name).exists()));
    // It finds what would stop the run: an option or a model that there is not.
    let job = fs::read_to_string(folder.join("clv.toml")).unwrap();
    for (wrong, words) in [("modle = \"bg-nbd\"", "modle"), ("model = \"bets\"", "unknown model 'bets'")] {
        fs::write(folder.join("clv.toml"), job.replace("model = \"bg-nbd\"", wrong)).unwrap();
        let output = clv(folder, &["run", "--dry-run"]);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(2) && error.contains(words), "{wrong}: {error}");
    }
    fs::write(folder.join("clv.toml"), job).unwrap();
    let files = || made.map(|name| fs::read(folder.join(name)).unwrap());
    ok(folder, &["run"]);
    let first = files();
    ok(folder, &["run"]);
    assert!(first == files(), "the second run changed something");
    let record: serde_json::Value = serde_json::from_slice(&first[4]).unwrap();
    assert_eq!(record["steps"].as_array().unwrap().len(), 3);
    assert_eq!(record["inputs"].as_object().unwrap().len(), 9);

    // A clock that has gone back is said, and harms nothing.
    let later =
        String::from_utf8(first[4].clone()).unwrap().replace("\"finished\": \"20", "\"finished\": \"29");
    fs::write(folder.join("run.json"), later).unwrap();
    let output = clv(folder, &["run"]);
    assert!(output.status.success() && String::from_utf8_lossy(&output.stderr).contains("has it gone back"));
    fs::write(folder.join("run.json"), &first[4]).unwrap();

    let held = fs::File::open(folder.join("clv.toml")).unwrap();
    held.try_lock().unwrap();
    assert!(String::from_utf8_lossy(&clv(folder, &["run"]).stderr).contains("another clv run"));
    drop(held);

    write("1997-10");
    for moment in 0..12_u64 {
        let mut child = Command::new(env!("CARGO_BIN_EXE_clv"))
            .current_dir(folder)
            .arg("run")
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(std::time::Duration::from_micros(moment * moment * 1_571 % 150_000));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let code = clv(folder, &["run"]).status.code();
    assert!(code == Some(0));
    let second = files();
    assert!(second[0] != first[0] && second[2] != first[2]);
    assert!(folder.join("monitor.csv").exists());
    // The scores are those of all ten months and of the model that is there.
    let whole = format!(
        "{header}\n{}\n",
        months.range(..="1997-10").flat_map(|(_, rows)| rows.clone()).collect::<Vec<_>>().join("\n")
    );
    fs::write(folder.join("whole.csv"), whole).unwrap();
    let scores =
        ok(folder, &["score", "model.json", "whole.csv", "-o", "-", "--horizon", "4w", "--config", "none"]);
    assert!(scores.as_bytes() == second[2]);
}

/// The example as it is shipped: by cron's script, which prints nothing where nobody is needed, and by Airflow's function, which
/// raises after an error so that the task is tried again.
#[cfg(unix)]
#[test]
fn the_example_runs_from_cron_and_airflow() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/monthly");
    for entry in fs::read_dir(example).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, folder.join(path.file_name().unwrap())).unwrap();
    }
    fs::create_dir(folder.join("exports")).unwrap();
    fs::copy(fixture("cdnow_sample.csv"), folder.join("exports/1998-06.csv")).unwrap();
    let programs = Path::new(env!("CARGO_BIN_EXE_clv")).parent().unwrap();
    let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
    let run = |program: &str, words: &[&str]| {
        Command::new(program).current_dir(folder).args(words).env("PATH", &path).output().unwrap()
    };
    let cron = run("./cron.sh", &[]);
    assert_eq!(
        (cron.status.code(), cron.stdout.len()),
        (Some(0), 0),
        "{}",
        String::from_utf8_lossy(&cron.stdout)
    );
    for made in ["customers.clvs", "model.json", "scores.csv", "forecasts.parquet", "report.html", "run.json"]
    {
        assert!(folder.join(made).exists(), "{made}");
    }
    let airflow = "import airflow_dag; print('refit', airflow_dag.run_clv())";
    let done = run("python3", &["-c", airflow]);
    assert!(String::from_utf8_lossy(&done.stdout).contains("refit False"), "{done:?}");
    fs::write(folder.join("exports/1998-07.csv"), "customer_id,date,amount\nx,soon,1\n").unwrap();
    let failed = run("python3", &["-c", airflow]);
    assert!(!failed.status.success() && String::from_utf8_lossy(&failed.stderr).contains("RuntimeError"));
    let cron = run("./cron.sh", &[]);
    assert!(cron.status.code() == Some(2) && String::from_utf8_lossy(&cron.stdout).contains("'soon'"));
}
