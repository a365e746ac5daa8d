//! Does every fit end, and say how? Random data sets of 20 kinds of purchase logs and 10 of contracts, small
//! and nasty ones: every fit ends at a maximum, at a boundary that it names, or is refused in words; its
//! forecasts are numbers; none takes more than 10 seconds; at most 2 in 1,000 do not converge (of bdw 2 in
//! 100), and with the weak prior that the message names they do; and no model is beaten by one that is a special case of it.
//!
//! The suite looks at a few of each kind. The whole study, and its figures:
//! `CLV_RANDOM_FITS=2000 cargo test --release --test fits random_fits -- --nocapture`. An optimiser that shares no
//! code with this one looks for better maxima: tests/random_fits_scipy.py, of what the study writes with
//! `CLV_RANDOM_FITS_DUMP=fits.jsonl`.

use std::io::Write;
use std::time::{Duration, Instant};

use crate::common::random_logs::{contracts, counted};
use clv::customers::{Counts, Customer, CustomerTable, SpendRow, SpendTable};
use clv::fit::{FitOptions, FitReport, PosteriorOptions, Prior, StopReason, fit, fit_spend};
use clv::fitted::PURCHASE_MODELS;
use clv::model::{Bdw, Contract, ContractTable, Model, Sbg, Spend};
use clv::{Error, ErrorKind};
use rayon::prelude::*;

/// Data sets of each sort, unless the whole study is asked for.
const SLICE: u64 = 60;

/// One model fitted to one data set.
struct Outcome {
    model: &'static str,
    log_likelihood: Option<f64>,
    /// Did it not converge?
    failed: bool,
    at_boundary: bool,
    /// Did it not converge with the weak prior either?
    helpless: Option<String>,
    /// What it was fitted to, if it is to be written.
    data: serde_json::Value,
}

fn dumped() -> bool {
    std::env::var_os("CLV_RANDOM_FITS_DUMP").is_some()
}

fn seeds() -> u64 {
    std::env::var("CLV_RANDOM_FITS").map_or(SLICE, |n| n.parse().expect("CLV_RANDOM_FITS is a number"))
}

/// Fits, without a prior; what does not converge has to with the weak one.
fn outcome<T>(
    label: &str,
    model: &'static str,
    fit: impl Fn(&FitOptions) -> Result<(T, FitReport), Error>,
    check: impl Fn(&T),
) -> Outcome {
    let start = Instant::now();
    let fitted = fit(&FitOptions { posterior: PosteriorOptions::unchecked(), ..FitOptions::default() });
    let seconds = start.elapsed();
    assert!(seconds < Duration::from_secs(10), "{model} {label}: {seconds:?}");
    let none = Outcome {
        model,
        log_likelihood: None,
        failed: false,
        at_boundary: false,
        helpless: None,
        data: serde_json::Value::Null,
    };
    match fitted {
        Ok((fitted, report)) => {
            check(&fitted);
            assert!(report.log_likelihood.is_finite(), "{model} {label}");
            if let StopReason::Boundary(words) = &report.stop {
                assert!(words.len() > 20, "{model} {label}: {words}");
                if words.contains("do not determine all") {
                    let estimates: Vec<f64> =
                        report.estimates.iter().map(|estimate| estimate.value).collect();
                    println!("{model} {label}: {estimates:?} {} {words}", report.log_likelihood);
                }
            }
            let at_boundary = matches!(report.stop, StopReason::Boundary(_));
            Outcome { log_likelihood: Some(report.log_likelihood), at_boundary, ..none }
        }
        Err(error) if matches!(error.kind(), ErrorKind::NotConverged { .. }) => {
            let report = FitReport::of(&error).expect("it says how it failed");
            let estimates: Vec<f64> = report.estimates.iter().map(|estimate| estimate.value).collect();
            println!("{model} {label}: {estimates:?} {} {}", report.log_likelihood, report.stop);
            assert!(error.to_string().contains("--prior weak"), "{model} {label}: {error}");
            let posterior = PosteriorOptions::unchecked();
            let weak = FitOptions { prior: Prior::Weak, posterior, ..FitOptions::default() };
            match fit(&weak) {
                Ok((fitted, _)) => check(&fitted),
                Err(error) => return Outcome { failed: true, helpless: Some(error.to_string()), ..none },
            }
            Outcome { failed: true, ..none }
        }
        Err(error) => {
            assert!(error.to_string().len() > 20, "{model} {label}: {error}");
            none
        }
    }
}

fn finite(label: &str, what: &str, value: f64) {
    assert!(value.is_finite() && value >= 0.0, "{label}: {what} {value}");
}

fn purchases(seed: u64) -> (String, Vec<Outcome>) {
    let (kind, Counts { customers, spend, amounts, .. }) = counted(seed);
    let label = format!("{kind:?} {seed}");
    let rows = [Customer { x: 0, t_x: 0.0, t: 10.0 }, Customer { x: 4, t_x: 8.0, t: 20.0 }];
    let mut outcomes = Vec::new();
    // Rows do not say when each purchase was.
    for member in PURCHASE_MODELS.iter().filter(|member| !member.needs.purchase_times) {
        let fit = |options: &FitOptions| member.fit(&customers, options, &());
        outcomes.push(outcome(&label, member.name, fit, |model| {
            for row in rows {
                let alive = model.p_alive(&row);
                assert!(
                    (0.0..=1.0).contains(&alive),
                    "{} {label} {:?}: {alive}",
                    member.name,
                    model.params()
                );
                let purchases = model.expected_purchases(&row, 26.0);
                finite(&format!("{} {label} {:?}", member.name, model.params()), "purchases", purchases);
            }
        }));
    }
    if let Some(spend) = &spend {
        let fit = |options: &FitOptions| {
            fit_spend(spend, &amounts, options, &()).map(|fitted| (fitted.model, fitted.report))
        };
        outcomes.push(outcome(&label, "gamma-gamma", fit, |model| {
            finite(&label, "spend", model.expected_spend(&SpendRow { x: 2, mean: 10.0 }));
            finite(&label, "spend", model.expected_spend(&SpendRow { x: 0, mean: 0.0 }));
        }));
    }
    for outcome in outcomes.iter_mut().filter(|_| dumped()) {
        outcome.data = match (outcome.model, &spend) {
            ("gamma-gamma", Some(spend)) => spend_rows(spend),
            _ => customer_rows(&customers),
        };
    }
    (label, outcomes)
}

fn contractual(seed: u64) -> (String, Vec<Outcome>) {
    fn one<M: Model<Table = ContractTable> + Contract>(label: &str, table: &ContractTable) -> Outcome {
        let fit =
            |options: &FitOptions| fit::<M>(table, options, &()).map(|fitted| (fitted.model, fitted.report));
        outcome(label, M::NAME, fit, |model| {
            finite(label, "survival", model.survival(5));
            finite(label, "periods", model.periods_from_now(2, 0.1));
        })
    }
    let (terms, table) = contracts(seed);
    let label = format!("{terms:?} {seed}");
    let mut outcomes = vec![one::<Sbg>(&label, &table), one::<Bdw>(&label, &table)];
    for outcome in outcomes.iter_mut().filter(|_| dumped()) {
        let rows = table.rows.iter().zip(&table.count);
        outcome.data = rows.map(|(row, count)| serde_json::json!([row.periods, row.ended, count])).collect();
    }
    (label, outcomes)
}

/// Special cases: never better than the richer model.
const NESTED: [(&str, &str); 9] = [
    ("nbd", "bg-nbd"),
    ("nbd", "mbg-nbd"),
    ("nbd", "pareto-nbd"),
    ("nbd", "ggompertz-nbd"),
    ("pareto-nbd", "ggompertz-nbd"),
    ("bg-nbd", "bg-cnbd"),
    ("mbg-nbd", "mbg-cnbd"),
    ("nbd", "bg-cnbd"),
    ("sbg", "bdw"),
];

fn study(of: fn(u64) -> (String, Vec<Outcome>)) {
    let all: Vec<_> = (0..seeds()).into_par_iter().map(of).collect();
    let mut beaten = Vec::new();
    for (label, outcomes) in &all {
        let of = |name| outcomes.iter().find(|outcome| outcome.model == name);
        for (small, large) in NESTED {
            let (Some(small), Some(large)) = (of(small), of(large)) else { continue };
            let (Some(less), Some(more)) = (small.log_likelihood, large.log_likelihood) else { continue };
            // What rounding leaves of the sums.
            let same = 1e-6 + 1e-11 * less.abs();
            if less > more + same {
                beaten.push(format!("{label}: {} {less} beats {} {more}", small.model, large.model));
            }
        }
    }
    beaten.iter().for_each(|line| println!("{line}"));
    dump(&all);
    let mut names: Vec<&str> =
        all.iter().flat_map(|(_, outcomes)| outcomes.iter().map(|o| o.model)).collect();
    names.sort_unstable();
    names.dedup();
    let mut lost = Vec::new();
    for name in names {
        let of: Vec<&Outcome> =
            all.iter().flat_map(|(_, outcomes)| outcomes).filter(|outcome| outcome.model == name).collect();
        let count = |wanted: &dyn Fn(&Outcome) -> bool| of.iter().filter(|outcome| wanted(outcome)).count();
        let (failed, fitted) = (count(&|o| o.failed), count(&|o| o.log_likelihood.is_some()));
        let at_boundary = count(&|o| o.at_boundary);
        println!(
            "{name}: {} data sets, {fitted} fitted ({at_boundary} at a boundary), {failed} did not converge",
            of.len()
        );
        // The test is of fits, not of refusals, and of maxima too.
        assert!(2 * fitted > of.len() && at_boundary < fitted, "{name}: {fitted} of {}", of.len());
        of.iter()
            .for_each(|o| lost.extend(o.helpless.iter().map(|error| format!("with --prior weak: {error}"))));
        // Minimum terms that end close to a whole age are still lost to bdw: see tests/fits/corners.rs.
        let allowed = if name == "bdw" { 20 } else { 2 };
        if failed * 1000 > of.len() * allowed {
            lost.push(format!("{name}: {failed} of {} did not converge", of.len()));
        }
    }
    assert!(lost.is_empty() && beaten.is_empty(), "{lost:?}\n{} beaten by special cases", beaten.len());
}

/// The log-likelihoods, for others to beat.
fn dump(all: &[(String, Vec<Outcome>)]) {
    let Some(path) = std::env::var_os("CLV_RANDOM_FITS_DUMP") else { return };
    let mut file = std::fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
    for (label, outcomes) in all {
        for outcome in outcomes.iter().filter(|outcome| !outcome.data.is_null()) {
            let Outcome { model, log_likelihood, data, .. } = outcome;
            let line = serde_json::json!({
                "label": label, "model": model, "log_likelihood": log_likelihood, "data": data,
            });
            writeln!(file, "{line}").unwrap();
        }
    }
}

/// The rows of a table: `(x, t_x, T)` or `(x, mean)` or `(periods, ended)`, and how many.
fn customer_rows(table: &CustomerTable) -> serde_json::Value {
    let time = |i: u32| table.times[i as usize];
    let rows = table.groups.iter().flat_map(|group| group.rows.clone().map(move |row| (group.x, row)));
    rows.map(|(x, row)| serde_json::json!([x, time(table.t_x[row]), time(table.t[row]), table.count[row]]))
        .collect()
}

fn spend_rows(table: &SpendTable) -> serde_json::Value {
    let rows = table.groups.iter().flat_map(|group| group.rows.clone().map(move |row| (group.x, row)));
    rows.map(|(x, row)| serde_json::json!([x, table.mean[row], table.count[row]])).collect()
}

#[test]
fn purchase_logs() {
    study(purchases);
}

#[test]
fn contract_tables() {
    study(contractual);
}
