//! What all customers share of a day: promotions and prices in a file, holidays, a given season.
//!
//! Pedigree: own checks on simulated customers of known truth, day by day by their own story. Exposure with such days has its
//! check against sums over days in `src/customers/intensity.rs`, the gradient of the fit against differences in
//! `src/fit/intensity.rs`, holidays against calendars in `src/customers/holidays.rs`.
//!
//! `CLV_STUDY=40` draws so many logs in the last test, instead of a few.

use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::Arc;

use assert_cmd::Command;
use clv::base::ValueOptions;
use clv::customers::{Holidays, Regressors};
use clv::fit::{IntensityRequest, Rates, SeasonRequest};
use clv::fitted::{ClvModel, FitRequest, file};
use clv::forecast::{ScoreOptions, score_into};
use clv::history::{self, Input, LogOptions, Summary};
use clv::study::days;

use jiff::civil::{Date, date};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rand_distr::{Beta, Distribution, Gamma};
use tempfile::TempDir;

const START: Date = date(2022, 1, 3);
const DAYS: i32 = 540;

fn day(number: i32) -> Date {
    START.saturating_add(jiff::Span::new().days(number))
}

/// One week in eight is a promotion.
fn promoted(day: i32) -> bool {
    (day / 7 * 37 + 11) % 8 == 0
}

/// A price that has nothing to do with anything, by week.
fn price(day: i32) -> f64 {
    90.0 + f64::from((day / 7 * 29) % 23)
}

/// A purchase log of an MBG/NBD whose customers buy so many times as often on days of promotion.
fn log(dir: &TempDir, customers: usize, seed: u64, times: impl Fn(i32) -> f64) -> PathBuf {
    let mut rng = StdRng::seed_from_u64(seed);
    let (rates, leaves) = (Gamma::new(0.9, 1.0 / 6.0).unwrap(), Beta::new(0.8, 5.0).unwrap());
    let mut text = "customer_id,date\n".to_owned();
    for id in 0..customers {
        let (rate, leave): (f64, f64) = (rates.sample(&mut rng) / 7.0, leaves.sample(&mut rng));
        let born = rng.random_range(0..DAYS * 2 / 3);
        text += &format!("c{id:05},{}\n", day(born));
        let mut stays = rng.random::<f64>() > leave;
        for now in born + 1..DAYS {
            if !stays {
                break;
            }
            if rng.random::<f64>() < -(-rate * times(now)).exp_m1() {
                text += &format!("c{id:05},{}\n", day(now));
                stays = rng.random::<f64>() > leave;
            }
        }
    }
    let path = dir.path().join(format!("log{seed}.csv"));
    std::fs::write(&path, text).unwrap();
    path
}

/// A file of weeks, from before the log to so many days after it; `ahead` says of the days to come whether they are promoted.
fn calendar(dir: &TempDir, name: &str, until: i32, ahead: impl Fn(i32) -> bool) -> PathBuf {
    let mut text = "week,promotion,price\n".to_owned();
    for now in (0..DAYS + until).step_by(7) {
        let on = if now < DAYS { promoted(now) } else { ahead(now) };
        text += &format!("{},{},{}\n", day(now), u8::from(on), price(now));
    }
    let path = dir.path().join(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn regressors(path: &Path) -> Arc<Regressors> {
    Arc::new(days::calendar(&Input::Path(path.to_owned())).unwrap())
}

fn request(rates: IntensityRequest) -> FitRequest {
    FitRequest { model: "mbg-nbd".to_owned(), rates: Rates::estimated(rates), ..FitRequest::default() }
}

fn open(path: &Path, request: &FitRequest) -> Summary {
    let log = LogOptions { observed_until: Some(day(DAYS - 1)), ..LogOptions::default() };
    history::open(&[path.to_owned()], &request.asks(&log).unwrap(), &()).unwrap()
}

fn fitted(path: &Path, rates: IntensityRequest) -> (Summary, ClvModel) {
    let request = request(rates);
    let summary = open(path, &request);
    let model = ClvModel::fit(&summary, &request, &()).unwrap();
    (summary, model)
}

fn notes(model: &ClvModel) -> String {
    model.purchase_fit.as_ref().unwrap().notes.join("; ")
}

/// The purchases expected of all within a time.
fn total(model: &ClvModel, summary: &Summary, horizon: &str) -> clv::Result<f64> {
    let value = ValueOptions { horizon: horizon.parse().unwrap(), ..ValueOptions::default() };
    let options = ScoreOptions { value, ..ScoreOptions::default() };
    // Without end there is no number.
    score_into(model, summary, &options, &(), |_| Ok(()))
        .map(|totals| totals.purchases.unwrap_or(f64::INFINITY))
}

/// The effect of a column and its standard error, by name.
fn effect(model: &ClvModel, name: &str) -> Option<(f64, f64)> {
    let shared = model.intensity.as_ref()?.parts().shared.as_ref()?;
    let at = shared.regressors.names().iter().position(|own| own == name)?;
    Some((shared.effects[at].slope, shared.effects[at].error))
}

/// A promotion's effect comes back within 4 standard errors, a column without one is left out, and the months to come follow what
/// is planned for them. Forecasts from a file are the same, and a newer calendar takes the place of the one in it.
#[test]
fn promotions_are_found_and_planned_ahead() {
    let dir = tempfile::tempdir().unwrap();
    let path = log(&dir, 3_000, 1, |now| if promoted(now) { 1.6 } else { 1.0 });
    let quiet = regressors(&calendar(&dir, "quiet.csv", 120, |_| false));
    let busy = regressors(&calendar(&dir, "busy.csv", 120, |_| true));
    let rates = |shared| IntensityRequest { shared: Some(shared), ..IntensityRequest::default() };
    let (summary, model) = fitted(&path, rates(quiet.clone()));
    let (slope, error) = effect(&model, "promotion").expect("a promotion");
    assert!((slope - 1.6f64.ln()).abs() < 4.0 * error && (0.01..0.06).contains(&error), "{slope} {error}");
    assert!(effect(&model, "price").is_none(), "{:?}", effect(&model, "price"));
    assert!(notes(&model).contains("no sign that purchases follow price"), "{}", notes(&model));
    let said = clv::show::report::model(&model).json["model"]["rates"]["calendar"].clone();
    assert_eq!(said["columns"][0]["name"], "promotion", "{said}");

    // Thirteen weeks of promotion instead of none: exposure ahead grows by the effect, purchases a little less, as who buys
    // sooner leaves sooner.
    let plain = total(&model, &summary, "13w").unwrap();
    let renewed = model.with_calendar(&busy).unwrap();
    let ratio = total(&renewed, &summary, "13w").unwrap() / plain;
    assert!((1.3..slope.exp()).contains(&ratio), "{ratio} {}", slope.exp());
    let (_, planned) = fitted(&path, rates(busy));
    let again = total(&planned, &summary, "13w").unwrap() / plain;
    assert!((again / ratio - 1.0).abs() < 1e-9, "{again} {ratio}");

    // What the file keeps is the same to the last bit.
    let kept = file::from_json(&file::to_json(&model), Path::new("model")).unwrap();
    assert_eq!(total(&kept, &summary, "13w").unwrap().to_bits(), plain.to_bits());
    assert_eq!(kept.intensity, model.intensity);

    // Nothing is assumed of days that nobody spoke of.
    let words = total(&model, &summary, "1y").unwrap_err().to_string();
    assert!(words.contains("promotion: known from 2022-01-03 to"), "{words}");
    assert!(words.contains("missing are 2023-10-30 to 2024-06-25"), "{words}");
    assert_eq!(total(&model, &summary, "inf").unwrap(), f64::INFINITY);
}

/// A sale that is always on a weekend is held against weekends: a shop that sells little on these does not turn it into a loss.
/// Before, the shop of `online_retail`, which is closed on Saturdays, was said to sell .61 times as much on Black Fridays' weekends; now
/// nothing is said of these.
#[test]
fn weekdays_are_no_effect() {
    let dir = tempfile::tempdir().unwrap();
    // The first day is a Monday.
    let weekend = |now: i32| now % 7 > 4;
    let sale = |now: i32| weekend(now) && promoted(now);
    let path = log(&dir, 3_000, 9, |now| {
        if sale(now) {
            0.8
        } else if weekend(now) {
            0.4
        } else {
            1.2
        }
    });
    let rows: String = (0..DAYS + 10).map(|now| format!("{},{}\n", day(now), u8::from(sale(now)))).collect();
    let file = dir.path().join("sales.csv");
    std::fs::write(&file, format!("date,sale\n{rows}")).unwrap();
    let shared = Some(regressors(&file));
    let (_, model) = fitted(&path, IntensityRequest { shared, ..IntensityRequest::default() });
    let (slope, error) = effect(&model, "sale").expect("a sale");
    // What falls on weekends holds the sales, so that the effect is some 3 % smaller.
    assert!((slope - 2f64.ln()).abs() < 4.0 * error + 0.1, "{slope} {error}");
}

/// Purchases that are counted by week follow the weeks' means, and weeks, days and a row a month say the same of the same days.
#[test]
fn grains_and_rows_of_a_calendar() {
    let dir = tempfile::tempdir().unwrap();
    let path = log(&dir, 3_000, 2, |now| if promoted(now) { 1.6 } else { 1.0 });
    let weeks = regressors(&calendar(&dir, "weeks.csv", 120, |_| false));
    let daily: String = (0..DAYS + 125)
        .map(|now| format!("{},{},{}\n", day(now), u8::from(now < DAYS && promoted(now)), price(now / 7 * 7)))
        .collect();
    let file = dir.path().join("days.csv");
    std::fs::write(&file, format!("date,promotion,price\n{daily}")).unwrap();
    assert_eq!(regressors(&file), weeks);
    let request = FitRequest {
        model: "mbg-nbd".to_owned(),
        rates: Rates::estimated(IntensityRequest { shared: Some(weeks), ..IntensityRequest::default() }),
        ..FitRequest::default()
    };
    let log = LogOptions {
        grain: Some(clv::base::Grain::Week),
        observed_until: Some(day(538)),
        ..LogOptions::default()
    };
    let summary = history::open(&[path], &request.asks(&log).unwrap(), &()).unwrap();
    let model = ClvModel::fit(&summary, &request, &()).unwrap();
    let (slope, error) = effect(&model, "promotion").expect("a promotion");
    assert!((slope - 1.6f64.ln()).abs() < 4.0 * error + 0.1, "{slope} {error}");
}

/// A season that is given is not estimated, and months to come follow it.
#[test]
fn a_given_season_is_followed() {
    let dir = tempfile::tempdir().unwrap();
    let index = |month: i8| if month == 7 { 200 } else { 100 };
    let path = log(&dir, 2_000, 3, |now| f64::from(index(day(now).month())) / 100.0);
    let rows: String = (1..=12).map(|month| format!("{month},{}\n", index(month))).collect();
    let file = dir.path().join("season.csv");
    std::fs::write(&file, format!("month,index\n{rows}")).unwrap();
    let season = days::season(&Input::Path(file)).unwrap();
    let rates = IntensityRequest { season: SeasonRequest::Given(season), ..IntensityRequest::default() };
    let (summary, model) = fitted(&path, rates);
    // The log ends on 26 June: July is about to come, and autumn after it.
    let upto = |weeks: &str| total(&model, &summary, weeks).unwrap();
    let ratio = (upto("35d") - upto("7d")) / (upto("63d") - upto("35d"));
    assert!((1.9..2.4).contains(&ratio), "{ratio}");
    let kept = file::from_json(&file::to_json(&model), Path::new("model")).unwrap();
    assert_eq!(kept.intensity, model.intensity);
    let (_, plain) = fitted(&path, IntensityRequest::default());
    let better = |model: &ClvModel| model.purchase_fit.as_ref().unwrap().log_likelihood;
    assert!(better(&model) > better(&plain) + 50.0, "{} {}", better(&model), better(&plain));
}

/// Black Friday moves sales by a third for four days a year, and is found; holidays at which nothing happens are not.
#[test]
fn holidays_are_found_where_they_matter() {
    let dir = tempfile::tempdir().unwrap();
    let sale = |now: i32| {
        let (month, day) = (day(now).month(), day(now).day());
        // The Fridays of 2022 and 2023 are 25 and 24 November.
        if month == 11 && (25..29).contains(&day) { 3.0 } else { 1.0 }
    };
    let path = log(&dir, 3_000, 4, sale);
    let rates = IntensityRequest { holidays: Some(Holidays::Us), ..IntensityRequest::default() };
    let (summary, model) = fitted(&path, rates);
    let (slope, error) = effect(&model, "Black Friday to Cyber Monday").expect("a sale");
    assert!((slope - 3f64.ln()).abs() < 4.0 * error, "{slope} {error}");
    let shared = model.intensity.as_ref().unwrap().parts().shared.as_ref().unwrap();
    assert!(shared.regressors.names().len() <= 2, "{:?}", shared.regressors.names());
    total(&model, &summary, "2y").unwrap();
}

/// Diagnostics by age and month: with steady rates the months of a season are off as the truth says, with the season known they
/// are not; both tables hold every repeat purchase.
#[test]
fn diagnostics_show_which_months_are_off() {
    let dir = tempfile::tempdir().unwrap();
    let july = |now: i32| if day(now).month() == 7 { 2.0 } else { 1.0 };
    let path = log(&dir, 3_000, 6, july);
    let index: Vec<f64> = (1..=12).map(|month| if month == 7 { 2.0 } else { 1.0 }).collect();
    let known = SeasonRequest::Given(clv::customers::Season::index(&index));
    let off = |season: SeasonRequest| {
        let request = request(IntensityRequest { season, ..IntensityRequest::default() });
        let log = LogOptions { timing: true, observed_until: Some(day(DAYS - 1)), ..LogOptions::default() };
        let summary = history::open(std::slice::from_ref(&path), &request.asks(&log).unwrap(), &()).unwrap();
        let model = ClvModel::fit(&summary, &request, &()).unwrap();
        let found = clv::study::diagnostics::times(&model, &summary).unwrap().expect("a log");
        let sum = |actual: f64, all: f64| assert!((actual - all).abs() < 1e-9, "{actual} {all}");
        let all = model.trained_on.as_ref().unwrap().repeat_purchases as f64;
        sum(found.ages.iter().map(|bin| bin.actual).sum(), all);
        sum(found.months.iter().map(|bin| bin.actual).sum(), all);
        // Everything expected is in one month, and at one age.
        let expected: f64 = found.months.iter().map(|bin| bin.expected).sum();
        let by_age: f64 = found.ages.iter().map(|bin| bin.expected).sum();
        assert!(
            (expected / by_age - 1.0).abs() < 1e-9 && (expected / all - 1.0).abs() < 0.1,
            "{expected} {by_age} {all}"
        );
        let july = found.months.iter().find(|bin| bin.month == date(2022, 7, 1)).expect("July");
        july.actual / july.expected / (all / expected)
    };
    let (steady, followed) = (off(SeasonRequest::None), off(known));
    assert!((1.6..2.1).contains(&steady) && (0.9..1.1).contains(&followed), "{steady} {followed}");
}

/// Old customers where a log begins are told from new ones by what they buy; where all are new nothing is said.
#[test]
fn a_log_that_begins_midway_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let told = |old: usize| {
        let path = log(&dir, 1_500, 7, |_| 1.0);
        let mut text = std::fs::read_to_string(&path).unwrap();
        let mut rng = StdRng::seed_from_u64(8);
        // Who is left of earlier years buys on.
        for id in 0..old {
            let gap = rng.random_range(5..40);
            for now in (rng.random_range(0..25)..DAYS).step_by(gap) {
                text += &format!("old{id:04},{}\n", day(now));
            }
        }
        std::fs::write(&path, text).unwrap();
        let (_, model) = fitted(&path, IntensityRequest::default());
        let warnings = model.warnings();
        warnings.iter().find(|own| own.code == "log-begins-midway").map(|own| own.message.clone())
    };
    assert_eq!(told(0), None);
    let words = told(600).expect("said");
    assert!(words.contains("first seen in the first four weeks of the log, from 2022-01-03 on"), "{words}");
    assert!(words.contains("--since 2022-01-31"), "{words}");
}

fn clv(arguments: &[&str]) -> Output {
    Command::cargo_bin("clv").unwrap().args(arguments).output().unwrap()
}

fn refused(arguments: &[&str]) -> String {
    let output = clv(arguments);
    let words = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{words}");
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What is wrong with a calendar or a season is said with its file, row and repair; the command line knows all of it.
#[test]
fn what_is_wrong_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let path = log(&dir, 400, 5, |now| if promoted(now) { 3.0 } else { 1.0 });
    let log = path.to_str().unwrap();
    let with = |option: &str, text: &str| {
        let file = dir.path().join("given.csv");
        std::fs::write(&file, text).unwrap();
        refused(&["fit", log, "--model", "mbg-nbd", option, file.to_str().unwrap()])
    };
    let calendar_of = |text: &str| with("--calendar", text);
    for (text, said) in [
        ("promotion\n1\n", "there is no column of dates; the columns are promotion"),
        ("date\n2022-01-03\n", "there is no column beside the dates"),
        ("date,a\n2022-01-03,1\n2022-01-05,\n", "each day needs a number here"),
        ("date,a\nsoon,1\n", "this is not a date"),
        (
            "date,a\n2022-01-03,1\n2022-01-04,0\n2022-01-06,1\n",
            "rows for 2022-01-05 to 2022-01-05 are missing",
        ),
        ("date,a\n2022-01-03,1\n2022-01-06,0\n", "the dates are 3 days apart and more"),
        ("date,a\n2022-01-03,1\n2022-01-03,0\n", "this date is there twice, first in row 2"),
        ("date,a\n2022-01-10,1\n2022-01-17,0\n", "missing are"),
    ] {
        let words = calendar_of(text);
        assert!(words.contains(said), "{text}: {words}");
    }
    assert!(with("--season", "month,index\n1,2\n").contains("the months 1 to 12 or the weeks 1 to 52 or 53"));
    assert!(with("--season", "month,index\n13x,2\n").contains("this is no month"));
    assert!(with("--season", "month,level\n1,2\n").contains("the columns month (or week) and index"));

    let (long, short) =
        (calendar(&dir, "long.csv", 400, |_| false), calendar(&dir, "short.csv", 0, |_| false));
    let [long, short] = [&long, &short].map(|path| path.to_str().unwrap());
    let model = dir.path().join("model.json");
    let model = model.to_str().unwrap();
    let words = clv(&["fit", log, "--model", "mbg-nbd", "--calendar", short, "-o", model]);
    let said = String::from_utf8(words.stdout).unwrap();
    assert!(said.contains("promotion: ") && said.contains("times ("), "{said}");
    assert!(refused(&["score", model, log]).contains("Add rows for these days"));
    assert!(clv(&["score", model, log, "--calendar", long]).status.success());
    let other = dir.path().join("given.csv");
    std::fs::write(&other, "date,weather\n2022-01-03,1\n").unwrap();
    let words = refused(&["score", model, log, "--calendar", other.to_str().unwrap()]);
    assert!(words.contains("the model follows promotion, and the file has none of these columns"), "{words}");
    let words = refused(&["forecast", log, "--calendar", short]);
    assert!(words.contains("missing are"), "{words}");
    assert!(
        clv(&["backtest", log, "--models", "mbg-nbd", "--holdout", "13w", "--calendar", short])
            .status
            .success()
    );
}

/// Logs of which everything is known: 90 % bands of a promotion's effect hold it in 85 to 95 % of many logs (in most of a few),
/// and in logs without any effect nothing is found in at least 90 % of them (in most of a few).
#[test]
fn bands_hold_and_nothing_is_made_up() {
    let logs: u64 = std::env::var("CLV_STUDY").map_or(5, |text| text.parse().unwrap());
    let (mut held, mut idle) = (0, 0);
    for seed in 0..logs {
        let dir = tempfile::tempdir().unwrap();
        let shared = regressors(&calendar(&dir, "calendar.csv", 14, |_| false));
        let rates =
            || IntensityRequest { age: true, shared: Some(shared.clone()), ..IntensityRequest::default() };
        let path = log(&dir, 700, 100 + seed, |now| if promoted(now) { 1.5 } else { 1.0 });
        let band = effect(&fitted(&path, rates()).1, "promotion");
        let holds = |(slope, error): (f64, f64)| (slope - 1.5f64.ln()).abs() < 1.645 * error;
        held += u32::from(band.is_some_and(holds));
        let path = log(&dir, 700, 500 + seed, |_| 1.0);
        idle += u32::from(fitted(&path, rates()).1.intensity.is_none());
    }
    println!(
        "of {logs} logs: {held} bands hold the effect; nothing is found in {idle} of {logs} without one"
    );
    assert!(f64::from(held) >= 0.6 * logs as f64 && f64::from(idle) >= 0.6 * logs as f64, "{held} {idle}");
}
