//! Averages of models: `--model best`, whose weights come from forecasts of earlier dates, and `--model robust`.
//!
//! Pedigree: own checks, on shipped logs and on customers simulated by the story of MBG/NBD; counts of purchases after
//! earlier dates against the backtest, which cuts the log itself.

use std::path::PathBuf;

use crate::common::fixture;
use clv::ErrorKind;
use clv::base::ValueOptions;
use clv::fit::{FitOptions, IntensityRequest, PosteriorMethod, PosteriorOptions, Rates};
use clv::fitted::{ClvModel, FitRequest, file};
use clv::forecast::{IntervalOptions, ScoreOptions, Totals, score, score_into};
use clv::history::{self, LogOptions, Summary};
use clv::params::CovariateRequest;
use clv::study::backtest::{self, BacktestOptions, Metric};
use jiff::civil::Date;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rand_distr::{Beta, Distribution, Exp, Gamma};

fn asked(model: &str, horizon: &str) -> FitRequest {
    FitRequest { model: model.to_owned(), horizon: horizon.parse().unwrap(), ..FitRequest::default() }
}

fn open(path: PathBuf, until: Option<&str>, request: &FitRequest) -> Summary {
    let observed_until = until.map(|until| until.parse().unwrap());
    let log = LogOptions { observed_until, ..LogOptions::default() };
    history::open(&[path], &request.asks(&log).unwrap(), &()).unwrap()
}

fn totals(model: &ClvModel, summary: &Summary, horizon: &str) -> Totals {
    let value = ValueOptions { horizon: horizon.parse().unwrap(), ..ValueOptions::default() };
    let options =
        ScoreOptions { value, interval: Some(IntervalOptions::default()), ..ScoreOptions::default() };
    score_into(model, summary, &options, &(), |_| Ok(())).unwrap()
}

/// What came after earlier dates is what a backtest finds there; nothing is expected that is far from it; and the average is
/// the same after it went through a file, to the last bit of every score.
#[test]
fn the_past_is_tried_and_kept() {
    let request = asked("best", "26w");
    let summary = open(fixture("grocery.csv"), None, &request);
    let model = ClvModel::fit(&summary, &request, &()).unwrap();
    let average = model.purchase.average().expect("an average");
    assert!(average.learned && average.parts.len() >= 2);
    assert!((average.parts.iter().map(|part| part.weight).sum::<f64>() - 1.0).abs() < 1e-12);
    let learned = model.learned.as_deref().expect("what was learned");
    let longest: Vec<_> = learned.trials.iter().filter(|trial| trial.weeks > 25.0).collect();
    assert!(longest.len() >= 3 && learned.windows > 1.0, "{learned:?}");

    let options = BacktestOptions {
        models: vec!["robust".to_owned()],
        holdout: "26w".parse().ok(),
        replicates: 2,
        ..BacktestOptions::default()
    };
    let log = LogOptions::default();
    let found = backtest::run(&[fixture("grocery.csv")], &log, &options, &()).unwrap();
    let origin = &found.origins[0];
    let trial = longest.iter().find(|trial| trial.origin == origin.window.origin).expect("the same origin");
    assert_eq!((trial.customers, trial.bought), (origin.customers as f64, origin.purchases));
    // The last period again, as the baseline of that name has it; and the average with equal weights.
    let last = origin.entrants.iter().find(|entrant| entrant.name == "last-window").unwrap();
    let again = origin.purchases * (1.0 + last.values[Metric::TotalBias as usize].value);
    assert!((trial.before.unwrap() / again - 1.0).abs() < 1e-12, "{trial:?} {again}");
    let robust = origin.entrants[0].values[Metric::Crps as usize].value;
    assert!((trial.robust.unwrap() / robust - 1.0).abs() < 2e-3, "{trial:?} {robust}");
    // Intervals of totals of half a year are so wide that most hold.
    assert!(
        learned.trials.iter().filter(|trial| trial.held == Some(true)).count() * 10
            > 7 * learned.trials.len()
    );
    let off = (trial.expected / trial.bought).ln();
    assert!(off.abs() < 0.3 && trial.crps < 1.02 * trial.reference, "{trial:?}");

    let text = file::to_json(&model);
    let again = file::from_json(&text, "model.json".as_ref()).unwrap();
    assert_eq!(again.learned, model.learned);
    assert_eq!(file::to_json(&again), text);
    let scores = |model: &ClvModel| -> Vec<f64> {
        let options = ScoreOptions::default();
        let batches = score(model, &summary, &options).unwrap();
        batches.flat_map(|batch| batch.unwrap().expected_purchases.unwrap()).collect()
    };
    assert_eq!(scores(&again), scores(&model));
}

/// What is not known of a total is in its interval: that of an average is wider than that of one of its models, which takes
/// itself for the truth, and no narrower than what is usual.
#[test]
fn totals_are_as_unsure_as_they_have_been() {
    let request = asked("best", "39w");
    let summary = open(fixture("cdnow_sample.csv"), Some("1997-09-30"), &request);
    let average = totals(&ClvModel::fit(&summary, &request, &()).unwrap(), &summary, "39w");
    let single = totals(&ClvModel::fit(&summary, &asked("mbg-nbd", "39w"), &()).unwrap(), &summary, "39w");
    let width = |totals: &Totals| {
        let (low, high) = totals.groups[&None].purchases_spread.interval(0.9).unwrap();
        (high / low).ln()
    };
    assert!(width(&average) > 1.5 * width(&single), "{} {}", width(&average), width(&single));
    // ±1.645 √0.0215, from the constants.
    assert!(width(&average) > 2.0 * 1.645 * 0.0215f64.sqrt() && width(&average) < 1.5);
}

/// 20 weeks say nothing of how forecasts do; nor does a summary, which does not know when purchases were.
#[test]
fn too_little_past_is_said() {
    let request = asked("best", "12mo");
    let summary = open(fixture("cdnow_sample.csv"), Some("1997-05-20"), &request);
    let model = ClvModel::fit(&summary, &request, &()).unwrap();
    let learned = model.learned.as_deref().unwrap();
    let words = learned.why_none.as_deref().unwrap();
    assert!(words.contains("20 weeks long") && learned.trials.is_empty(), "{words}");
    assert_eq!(model.purchase.name(), "robust");
    let average = model.purchase.average().unwrap();
    let first = average.parts[0].weight;
    assert!(average.parts.iter().all(|part| (part.weight - first).abs() < 1e-12));

    let rows = crate::common::cdnow();
    let model = ClvModel::fit(&rows, &request, &()).unwrap();
    assert!(
        model.learned.as_deref().unwrap().why_none.as_deref().unwrap().contains("a summary does not say")
    );
}

#[test]
fn what_averages_do_not_have_is_refused() {
    let summary = crate::common::cdnow();
    let covariates = CovariateRequest { names: vec!["region".to_owned()], ..CovariateRequest::default() };
    for request in [
        FitRequest { covariates, ..asked("best", "12mo") },
        FitRequest { groups: Some("region".to_owned()), ..asked("robust", "12mo") },
        FitRequest { drift: "3%/w".parse().ok(), ..asked("best", "12mo") },
        FitRequest {
            rates: Rates::estimated(IntensityRequest { age: true, ..IntensityRequest::default() }),
            ..asked("best", "12mo")
        },
        FitRequest {
            options: FitOptions { regularity: Some(2), ..FitOptions::default() },
            ..asked("best", "12mo")
        },
        FitRequest {
            options: FitOptions {
                posterior: PosteriorOptions { method: PosteriorMethod::Nuts, ..PosteriorOptions::default() },
                ..FitOptions::default()
            },
            ..asked("robust", "12mo")
        },
    ] {
        let error = ClvModel::fit(&summary, &request, &()).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Option { .. }), "{error}");
        assert!(error.to_string().contains("averages several models"), "{error}");
        // Where no model is named, they take another.
        assert_eq!(request.for_forecast().model, "bg-nbd");
    }
    assert_eq!(FitRequest::default().for_forecast().model, "best");
}

/// What misleads a single model misleads an average, and is said of it, once: one id that stands for many, and customers of
/// whom those who bought once are missing.
#[test]
fn averages_warn_as_models_do() {
    let dir = tempfile::tempdir().unwrap();
    let mut log = std::fs::read_to_string(fixture("cdnow_sample.csv")).unwrap();
    let dates: Vec<String> =
        log.lines().skip(1).map(|line| line.split(',').nth(1).unwrap().to_owned()).collect();
    for date in dates.iter().take(3_000) {
        log += &format!("guest,{date},20\n");
    }
    let path = dir.path().join("log.csv");
    std::fs::write(&path, log).unwrap();
    let request = asked("robust", "26w");
    let summary = open(path, None, &request);
    let model = ClvModel::fit(&summary, &request, &()).unwrap();
    let of = |code: &str| model.warnings().iter().filter(|warning| warning.code == code).count();
    assert_eq!(of("standouts-move-the-fit"), 1, "{:?}", model.warnings());

    let all = crate::common::customers(&crate::common::cdnow())
        .into_iter()
        .map(|(_, row, _)| (row.x, row.t_x, row.t, 10.0));
    let repeaters = crate::common::summary_of(&all.filter(|row| row.0 > 0).collect::<Vec<_>>());
    let model = ClvModel::fit(&repeaters, &request, &()).unwrap();
    assert!(
        model.warnings().iter().any(|warning| warning.code == "no-one-time-buyers"),
        "{:?}",
        model.warnings()
    );
}

/// Customers of an MBG/NBD from its story: who comes in the first half, and when they buy.
fn log_of_mbg(dir: &tempfile::TempDir, n: usize, days: f64, seed: u64) -> PathBuf {
    let mut rng = StdRng::seed_from_u64(seed);
    let (rates, leaves) = (Gamma::new(0.8, 1.0 / 9.0).unwrap(), Beta::new(0.7, 2.5).unwrap());
    let start = Date::constant(2021, 1, 1);
    let mut log = "customer_id,date\n".to_owned();
    for id in 0..n {
        let (rate, leave): (f64, f64) = (rates.sample(&mut rng) / 7.0, leaves.sample(&mut rng));
        let mut day = rng.random::<f64>() * 0.5 * days;
        loop {
            let date = start.saturating_add(jiff::Span::new().days(day as i64));
            log += &format!("c{id:05},{date}\n");
            if rng.random::<f64>() < leave {
                break;
            }
            day += Exp::new(rate).unwrap().sample(&mut rng);
            if day >= days {
                break;
            }
        }
    }
    let path = dir.path().join(format!("mbg{seed}.csv"));
    std::fs::write(&path, log).unwrap();
    path
}

/// Where the log comes from one of the models, the average loses little to that model: 1 % of its score over the logs.
#[test]
fn little_is_lost_where_one_model_is_right() {
    let dir = tempfile::tempdir().unwrap();
    let (mut own, mut truth) = (0.0, 0.0);
    for seed in 1..=2 {
        let path = log_of_mbg(&dir, 1_500, 500.0, seed);
        let options = BacktestOptions {
            models: ["best", "mbg-nbd"].map(str::to_owned).to_vec(),
            holdout: "26w".parse().ok(),
            replicates: 2,
            ..BacktestOptions::default()
        };
        let found = backtest::run(&[path], &LogOptions::default(), &options, &()).unwrap();
        let crps = |name: &str| {
            let entrant = found.pooled.iter().find(|entrant| entrant.name == name).unwrap();
            entrant.values[backtest::Metric::Crps as usize].value
        };
        own += crps("best").ln() / 2.0;
        truth += crps("mbg-nbd").ln() / 2.0;
    }
    assert!(own - truth < 0.01, "{}", own - truth);
}
