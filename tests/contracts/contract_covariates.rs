//! Covariates of contracts: coefficients that were put in are found again, likelihood, gradient and standard errors are those of
//! formulas written out here, and a coefficient of 0 changes nothing. All numbers are our own.

use std::fmt::Write as _;
use std::path::PathBuf;

use crate::common::program::{clv, json};
use clv::contracts::{self, Book, BookForecastOptions, BookModel, BookOptions, PlanOptions, book};
use clv::fit::{FitOptions, PosteriorMethod, PosteriorOptions};
use clv::fitted::file::{self, AnyModel};
use clv::history::{Input, LogOptions};
use clv::special::ln_beta;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Beta, Distribution};
use serde_json::Value;

fn file(name: &str, text: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("contract_covariates");
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

#[track_caller]
fn close(value: f64, expected: f64, tolerance: f64) {
    crate::common::assert_close("", value, expected, tolerance);
}

/// One contract: whether it is paid by check and whether for two years, its price, how long it has stayed, and whether it left.
#[derive(Debug, Clone, Copy)]
struct One {
    check: bool,
    long: bool,
    price: f64,
    tenure: u32,
    left: bool,
}

/// What was put in: `alpha`, `beta`, `c`; by check, for two years, per unit of price.
const TRUTH: [f64; 6] = [0.9, 7.0, 1.0, 0.6, -1.1, 0.02];

/// Contracts drawn with none of the library's formulas: each has a chance of its own, `Beta(alpha, beta exp(−g'z))`, and stays for
/// `t` periods with the chance `(1 − p)^(t^c)`.
fn drawn([alpha, beta, c, check, long, price]: [f64; 6], customers: usize, seed: u64) -> Vec<One> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let one = |_| {
        let mut of = One {
            check: rng.random::<f64>() < 0.35,
            long: rng.random::<f64>() < 0.3,
            price: f64::from(rng.random_range(2..11)) * 10.0,
            tenure: 0,
            left: false,
        };
        let yes = |yes: bool| f64::from(u8::from(yes));
        let shift = check * yes(of.check) + long * yes(of.long) + price * of.price;
        let leaves: f64 = Beta::new(alpha, beta * (-shift).exp()).unwrap().sample(&mut rng);
        let seen = rng.random_range(1..30u32);
        while of.tenure < seen && !of.left {
            of.tenure += 1;
            let t = f64::from(of.tenure);
            of.left = rng.random::<f64>() >= (1.0 - leaves).powf(t.powf(c) - (t - 1.0).powf(c));
        }
        of
    };
    (0..customers).map(one).collect()
}

fn table(contracts: &[One]) -> String {
    let mut text = String::from("customer_id,tenure,churn,contract_type,payment_method,monthly_price\n");
    for (i, one) in contracts.iter().enumerate() {
        let (kind, paid) =
            (["monthly", "two years"][usize::from(one.long)], ["card", "check"][usize::from(one.check)]);
        let left = ["no", "yes"][usize::from(one.left)];
        let _ = writeln!(text, "c{i:05},{},{left},{kind},{paid},{}", one.tenure, one.price);
    }
    text
}

const COVARIATES: [&str; 3] = ["contract_type", "payment_method", "monthly_price"];

fn options(model: &str, covariates: &[&str]) -> PlanOptions {
    let posterior = PosteriorOptions { method: PosteriorMethod::Laplace, ..PosteriorOptions::default() };
    PlanOptions {
        model: Some(model.to_owned()),
        fit: FitOptions { posterior, ..FitOptions::default() },
        covariates: covariates.iter().map(|name| (*name).to_owned()).collect(),
    }
}

fn open(path: &str, covariates: &[&str]) -> Book {
    let names: Vec<String> = covariates.iter().map(|name| (*name).to_owned()).collect();
    let log = LogOptions::default().asking_for(&names);
    book::open(&[Input::Path(path.into())], &log, &BookOptions::default(), &()).unwrap()
}

/// What a fit says: parameters and coefficients in the order of [`TRUTH`] (of sBG without `c`), standard errors, log-likelihood.
fn found(model: &BookModel) -> (Vec<f64>, Vec<f64>, f64) {
    let report = model.cycles[0].report.as_ref().unwrap();
    let coefficient = |name: &str| report.coefficients.iter().find(|one| one.column == name).unwrap();
    let coefficients = ["payment_method=check", "contract_type=two years", "monthly_price"].map(coefficient);
    let parameters = report.estimates.iter().map(|one| (one.value, one.standard_error.unwrap()));
    let all = parameters.chain(coefficients.map(|one| (one.value, one.standard_error.unwrap())));
    let (values, errors) = all.unzip();
    (values, errors, report.log_likelihood)
}

/// What was put in is found within four standard errors, of sBG and of BdW, and the test of age takes the right one.
///
/// Seen to fail with the sign of the effect turned in `model/regression.rs`.
#[test]
fn coefficients_are_recovered() {
    for (name, truth, seed) in [("sbg", TRUTH, 1), ("bdw", [0.9, 7.0, 0.7, 0.6, -1.1, 0.02], 2)] {
        let path = file(&format!("{name}.csv"), &table(&drawn(truth, 12_000, seed)));
        let book = open(&path, &COVARIATES);
        let chosen =
            BookModel::fit(&book, &PlanOptions { model: None, ..options(name, &COVARIATES) }, &()).unwrap();
        assert_eq!(chosen.cycles[0].model, name);
        let (values, errors, _) = found(&chosen);
        let truth: Vec<f64> =
            truth.into_iter().enumerate().filter(|(i, _)| name == "bdw" || *i != 2).map(|(_, x)| x).collect();
        for ((value, error), truth) in values.iter().zip(&errors).zip(&truth) {
            assert!((value - truth).abs() < 4.0 * error, "{name}: {value} +- {error}, {truth}");
            assert!(*error < 0.4 * truth.abs(), "{name}: {value} +- {error} says little of {truth}");
        }
    }
}

/// `ln L` of contracts as in Fader & Hardie (2007, 2018): `S(t) = B(alpha, beta_i + t^c)/B(alpha, beta_i)`.
fn log_likelihood(contracts: &[One], x: &[f64]) -> f64 {
    let (alpha, beta, c) = (x[0], x[1], if x.len() == 6 { x[2] } else { 1.0 });
    let g = &x[x.len() - 3..];
    let yes = |yes: bool| f64::from(u8::from(yes));
    let of = |one: &One| {
        let beta = beta * (-(g[0] * yes(one.check) + g[1] * yes(one.long) + g[2] * one.price)).exp();
        let stays = |t: u32| (ln_beta(alpha, beta + f64::from(t).powf(c)) - ln_beta(alpha, beta)).exp();
        if one.left { (stays(one.tenure - 1) - stays(one.tenure)).ln() } else { stays(one.tenure).ln() }
    };
    contracts.iter().map(of).sum()
}

/// By Gauss and Jordan; the matrix is positive definite.
fn inverse(mut a: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
    let n = a.len();
    for (i, row) in a.iter_mut().enumerate() {
        row.extend((0..n).map(|j| f64::from(u8::from(i == j))));
    }
    for k in 0..n {
        let by = a[k][k];
        a[k].iter_mut().for_each(|x| *x /= by);
        let pivot = a[k].clone();
        for (_, row) in a.iter_mut().enumerate().filter(|(i, _)| *i != k) {
            let by = row[k];
            row.iter_mut().zip(&pivot).for_each(|(x, p)| *x -= by * p);
        }
    }
    a.into_iter().map(|row| row[n..].to_vec()).collect()
}

/// The likelihood at the estimates is that of the formula, its slope there is 0 by differences, and the standard errors are those of
/// its curvature by differences; the test is twice the difference to the fit without covariates.
///
/// Seen to fail with the sign of the effect turned.
#[test]
fn likelihood_slope_and_errors_are_those_of_the_formula() {
    let contracts = drawn([0.9, 7.0, 0.8, 0.6, -1.1, 0.02], 3000, 3);
    let path = file("formula.csv", &table(&contracts));
    let book = open(&path, &COVARIATES);
    for name in ["sbg", "bdw"] {
        let model = BookModel::fit(&book, &options(name, &COVARIATES), &()).unwrap();
        let (x, errors, log_l) = found(&model);
        close(log_l, log_likelihood(&contracts, &x), 1e-10);
        let step: Vec<f64> = errors.iter().map(|error| 0.02 * error).collect();
        let at = |moves: &[(usize, f64)]| {
            let mut there = x.clone();
            moves.iter().for_each(|(i, by)| there[*i] += by * step[*i]);
            log_likelihood(&contracts, &there)
        };
        let n = x.len();
        let mut curvature = vec![vec![0.0; n]; n];
        for i in 0..n {
            // In standard errors: a slope of one would be a gain of half a unit of ln L.
            let slope = (at(&[(i, 1.0)]) - at(&[(i, -1.0)])) / 0.04;
            assert!(slope.abs() < 5e-3, "{name}: slope {slope} along {i}");
            for j in 0..n {
                let corner = |a: f64, b: f64| at(&[(i, a), (j, b)]);
                let second = corner(1.0, 1.0) - corner(1.0, -1.0) - corner(-1.0, 1.0) + corner(-1.0, -1.0);
                curvature[i][j] = -second / (4.0 * step[i] * step[j]);
            }
        }
        let covariance = inverse(curvature);
        for i in 0..n {
            close(errors[i], covariance[i][i].sqrt(), 2e-3);
        }
        let without = BookModel::fit(&book, &options(name, &[]), &()).unwrap();
        let base = without.cycles[0].report.as_ref().unwrap().log_likelihood;
        let test = model.cycles[0].report.as_ref().unwrap().likelihood_ratio.as_ref().unwrap();
        close(test.statistic, 2.0 * (log_l - base), 1e-9);
        assert_eq!(test.degrees_of_freedom, 3);
    }
}

/// With coefficients of 0 contracts, months and plans are forecast as without covariates, to the last digits that a sum in another
/// order leaves; with those that were found each contract renews as the formula says.
///
/// Seen to fail with kinds that take the parameters of their plan.
#[test]
fn a_coefficient_of_zero_changes_nothing() {
    let contracts = drawn(TRUTH, 4000, 4);
    let path = file("zero.csv", &table(&contracts));
    let book = open(&path, &COVARIATES);
    let model = BookModel::fit(&book, &options("sbg", &COVARIATES), &()).unwrap();
    let forecast = |model: &BookModel| {
        contracts::forecast_with(model, &book, &BookForecastOptions::default(), &()).unwrap()
    };
    let mut zero = model.clone();
    zero.cycles[0].covariates.as_mut().unwrap().coefficients.iter_mut().for_each(|one| one.value = 0.0);
    let mut none = zero.clone();
    none.cycles[0].covariates = None;
    none.plans[0].params = none.cycles[0].params.clone();
    let (zero, none) = (forecast(&zero), forecast(&none));
    assert_eq!(zero.table, none.table);
    for (one, other) in zero.months.iter().zip(&none.months) {
        close(one.contracts.expected, other.contracts.expected, 1e-12);
        close(one.mrr.unwrap().expected, other.mrr.unwrap().expected, 1e-12);
    }
    close(zero.plans[0].ltv.unwrap().expected, none.plans[0].ltv.unwrap().expected, 1e-12);
    close(zero.plans[0].p_renew.unwrap(), none.plans[0].p_renew.unwrap(), 1e-12);

    let own = forecast(&model);
    let (x, ..) = found(&model);
    let p_renew = own.table.column_by_name("p_renew").unwrap();
    let p_renew = p_renew.as_any().downcast_ref::<arrow_array::Float64Array>().unwrap();
    let there: Vec<&One> = contracts.iter().filter(|one| !one.left).collect();
    assert_eq!(there.len(), own.table.num_rows());
    let mut mean = 0.0;
    for (one, p) in there.iter().zip(p_renew.iter().flatten()) {
        let after = |t: u32| {
            let ended = One { tenure: t, left: false, ..**one };
            log_likelihood(&[ended], &x)
        };
        close(p, (after(one.tenure + 1) - after(one.tenure)).exp(), 1e-9);
        mean += p / there.len() as f64;
    }
    close(own.plans[0].p_renew.unwrap(), mean, 1e-12);
}

/// A forecast is a fit and a score, to the last bit, and a backtest runs; a value that was not seen stops the score, or counts as the
/// most frequent one and is said; a column that is missing is named.
#[test]
fn model_files_hold_covariates() {
    let contracts = drawn(TRUTH, 3000, 5);
    let path = file("file.csv", &table(&contracts));
    let [model, scores, again] = ["model.json", "scores.csv", "again.csv"].map(|name| file(name, ""));
    let by = ["--covariates", "contract_type,payment_method,monthly_price"];
    let said = json(&[&["forecast", &path, "-o", &scores][..], &by].concat());
    json(&[&["fit", &path, "-o", &model][..], &by].concat());
    let scored = json(&["score", &model, &path, "-o", &again]);
    assert_eq!(std::fs::read(&scores).unwrap(), std::fs::read(&again).unwrap());
    assert_eq!(said["forecast"]["totals"], scored["forecast"]["totals"]);
    assert_eq!(said["forecast"]["plans"], scored["forecast"]["plans"]);
    assert_eq!(said["model"]["periods"][0]["covariates"], scored["model"]["periods"][0]["covariates"]);
    let AnyModel::Book(loaded) = file::load_any(model.as_ref()).unwrap() else { panic!() };
    assert_eq!(file::book_to_json(&loaded), std::fs::read_to_string(&model).unwrap());

    let strange = file("strange.csv", &table(&contracts[..50]).replacen(",check,", ",voucher,", 1));
    let (ok, _, words) = clv(&["score", &model, &strange]);
    assert!(!ok && words.contains("payment_method 'voucher' was not seen"), "{words}");
    let (ok, _, words) = clv(&["score", &model, &strange, "--unseen-level", "reference"]);
    assert!(ok && words.contains("1 contract with a value that the model has not seen"), "{words}");
    let bare = file("bare.csv", &table(&contracts[..50]).replace("payment_method", "paid_by"));
    let (ok, _, words) = clv(&["score", &model, &bare]);
    assert!(!ok && words.contains("'payment_method'"), "{words}");
}

/// The words that a reader gets, with the odds and what they are compared with; what tells nothing apart is said and left out.
#[test]
fn odds_are_said_in_words() {
    let contracts = drawn([0.9, 7.0, 1.0, 0.6, -1.1, 0.0], 6000, 6);
    let text = table(&contracts);
    let path = file("words.csv", &text);
    let (ok, said, words) =
        clv(&["fit", &path, "--model", "sbg", "--covariates", "contract_type,payment_method"]);
    assert!(ok, "{words}");
    let line = said.lines().find(|line| line.contains("payment_method check")).expect(&said);
    let odds: f64 =
        line.split("leave ").nth(1).and_then(|rest| rest.split(' ').next()).unwrap().parse().unwrap();
    assert!((odds / f64::exp(0.6) - 1.0).abs() < 0.2, "{line}");
    assert!(line.ends_with("times as often as card"), "{line}");
    assert!(said.contains("all of it against nothing: chi-squared"), "{said}");

    let one: String = text.replace("two years", "monthly");
    let path = file("one_value.csv", &one);
    let (ok, _, words) =
        clv(&["fit", &path, "--model", "sbg", "--covariates", "contract_type,payment_method"]);
    assert!(ok && words.contains("have one value of contract_type only"), "{words}");
    let (ok, _, words) = clv(&["fit", &path, "--covariates", "plan_b"]);
    assert!(!ok && words.contains("there is no column 'plan_b'"), "{words}");
    let (ok, _, words) =
        clv(&["fit", &path, "--covariates", "payment_method", "--covariates-same", "payment_method"]);
    assert!(!ok && words.contains("--covariates-same"), "{words}");
}

/// What is drawn from a fitted model has its covariates, and a fit of it finds the coefficients again.
///
/// Seen to fail with contracts drawn by the parameters of their plan.
#[test]
fn what_is_drawn_has_covariates() {
    let path = file("draw.csv", &table(&drawn([0.9, 7.0, 1.0, 0.6, -1.1, 0.0], 8000, 7)));
    let [model, log] = ["draw.json", "drawn.csv"].map(|name| file(name, ""));
    let by = ["--covariates", "contract_type,payment_method", "--model", "sbg"];
    let first = json(&[&["fit", &path, "-o", &model][..], &by].concat());
    json(&[
        "simulate",
        &model,
        "--customers",
        "20000",
        "--start",
        "2023-01-01",
        "--until",
        "2025-12-31",
        "-o",
        &log,
    ]);
    let again = json(&[&["fit", &log][..], &by].concat());
    let of = |said: &Value, k: usize| {
        let one = &said["model"]["periods"][0]["covariates"]["coefficients"][k];
        (one["coefficient"].as_f64().unwrap(), one["standard_error"].as_f64().unwrap())
    };
    for k in 0..2 {
        let ((was, _), (is, error)) = (of(&first, k), of(&again, k));
        assert!((is - was).abs() < 4.0 * error, "{was} {is} +- {error}");
    }
}

/// A tenure is as many months whichever day is the last: renewals that came due are the tenures, added up. On a 31st one of ten months
/// that ended was counted as eleven where it had begun in February.
#[test]
fn a_tenure_is_as_many_months_on_any_day() {
    let contracts = drawn(TRUTH, 1000, 8);
    let path = file("tenure.csv", &table(&contracts));
    let due: u32 = contracts.iter().map(|one| one.tenure).sum();
    for until in ["2025-12-28", "2025-12-31", "2024-02-29", "2025-04-30"] {
        let said =
            json(&["fit", &path, "--model", "sbg", "--posterior", "laplace", "--observed-until", until]);
        assert_eq!(said["model"]["periods"][0]["due"], f64::from(due), "{until}");
    }
}
