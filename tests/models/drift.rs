//! The model of rates that drift: laws that hold for it, lives drawn from its own filter, and its way through summaries, files,
//! fits and scores. Values: fixtures/reference/drift.jsonl, which tests/models/reference.rs compares.
//!
//! Seen to fail: `fits_find_what_lives_were_drawn_from` with the slope in `A` of a gap without `R/A`; `without_drift_it_is_nbd`
//! with the silence left out of what is known today (both break the reference's lines, too).

use std::path::Path;

use crate::common::{assert_close, fixture};
use clv::customers::{Counts, Customer, CustomerTable};
use clv::fit::{FitOptions, IntensityRequest, Rates};
use clv::fitted::{ClvModel, FitRequest, Member, PurchaseModel, file};
use clv::forecast::{ExtraColumn, IntervalOptions, ScoreOptions, score};
use clv::history::{self, LogOptions};
use clv::model::{Attrition, DriftNbd, Model, Nbd, next_purchase_quantile};
use clv::output::{Target, write_summary};
use clv::{Discounting, Summary, Unit, study};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// Histories: the ages at repeat purchases, and `T`.
const LIVES: [(&[f64], f64); 5] = [
    (&[], 20.0),
    (&[4.0, 7.0], 12.0),
    (&[1.0, 1.5, 3.0, 4.25, 6.0, 6.5, 8.0], 9.0),
    (&[12.0, 40.0, 41.0], 60.0),
    (&[0.5, 1.0, 1.5, 2.0, 2.5, 3.0], 40.0),
];

fn customer(ages: &[f64], t: f64) -> Customer {
    Customer { x: ages.len() as u32, t_x: ages.last().copied().unwrap_or(0.0), t }
}

/// Without drift and regularity it is NBD: nothing fades, and `R = r + x`, `A = alpha + t_x` remain. To rounding, which
/// adding up logarithms gap by gap takes some of.
#[test]
fn without_drift_it_is_nbd() {
    let nbd = Nbd { r: 0.385, alpha: 12.07 };
    for (ages, t) in LIVES {
        let model = DriftNbd::new(1, 1e-250, 0.385, 12.07).after(ages);
        let row = customer(ages, t);
        assert_close("ll", model.log_likelihood(&row), nbd.log_likelihood(&row), 1e-14);
        assert_close("rate", model.posterior_means(&row).rate, nbd.posterior_means(&row).rate, 1e-14);
        for horizon in [0.5, 39.0] {
            let of = |model: &dyn Attrition| model.expected_purchases(&row, horizon);
            assert_close("mean", of(&model), of(&nbd), 1e-14);
            for n in [0, 1, 7] {
                let of = |model: &dyn Attrition| model.purchases_pmf(&row, horizon, n);
                assert_close("pmf", of(&model), of(&nbd), 1e-12);
            }
            let of = |model: &dyn Attrition| {
                model.expected_discounted(&row, horizon, Discounting::EndOfStep { d: 0.01, step: 4.0 })
            };
            assert_close("value", of(&model), of(&nbd), 1e-14);
        }
    }
}

fn models() -> [DriftNbd; 5] {
    [(1, 0.03, 0.5, 6.0), (1, 0.3, 0.3, 9.0), (2, 0.1, 0.7, 5.0), (3, 0.03, 1.5, 4.0), (12, 0.01, 2.0, 6.0)]
        .map(|(k, kappa, r, alpha)| DriftNbd::new(k, kappa, r, alpha))
}

/// Distribution, mean, intervals' counts and scorer say the same; discounting by nothing changes nothing, and more of it
/// is worth less.
#[test]
fn answers_agree() {
    for base in models() {
        for (ages, t) in LIVES {
            let (model, row) = (base.after(ages), customer(ages, t));
            assert_eq!(model.admits(&row), Ok(()));
            for horizon in [0.2, 26.0] {
                let what = format!("{model:?} {row:?} {horizon}");
                let mut chances = Vec::new();
                model.stage_chances(&row, &mut chances);
                assert_close(&what, chances.iter().sum(), 1.0, 1e-13);
                let lines = model.counts_if_alive(&row, horizon);
                let (mut sum, mut mean) = (0.0, 0.0);
                for n in 0..3000 {
                    let chance = model.purchases_pmf(&row, horizon, n);
                    sum += chance;
                    mean += f64::from(n) * chance;
                    let over: f64 = lines
                        .iter()
                        .zip(&chances)
                        .map(|(line, chance)| chance * line.over(f64::from(n)))
                        .sum();
                    // Of the two the sum has lost the digits.
                    assert!((over - (1.0 - sum)).abs() < 1e-9, "{what} {n}: {over} not {}", 1.0 - sum);
                    if over < 1e-14 {
                        break;
                    }
                }
                assert_close(&what, mean, model.expected_purchases(&row, horizon), 1e-8);
                let worth =
                    |delta: f64| model.expected_discounted(&row, horizon, Discounting::Continuous { delta });
                // Panels of quadrature: 1e-10 is what they are built for.
                assert_close(&what, worth(1e-12), worth(0.0), 1e-10);
                assert!(worth(0.01) < worth(0.001) && worth(0.001) < worth(0.0), "{what}");
                let discounting = Discounting::Continuous { delta: 0.01 };
                let outlook = model.scorer(horizon, discounting).outlook(&row);
                assert_eq!(
                    (outlook.purchases, outlook.discounted),
                    (mean_of(&model, &row, horizon), worth(0.01))
                );
            }
        }
    }
}

fn mean_of(model: &DriftNbd, row: &Customer, horizon: f64) -> f64 {
    model.expected_purchases(row, horizon)
}

/// The chance of no purchase falls as time passes, and its median solves it.
#[test]
fn the_next_purchase_comes_when_the_filter_says() {
    for base in models() {
        for (ages, t) in LIVES {
            let (model, row) = (base.after(ages), customer(ages, t));
            let none: Vec<f64> = (0..60).map(|i| model.none_within(&row, 1.25 * f64::from(i))).collect();
            // Chances near 1 are sums of k terms.
            let falls = none.windows(2).all(|pair| pair[1] < pair[0] + 1e-13);
            assert!((none[0] - 1.0).abs() < 1e-13 && falls && none[59] < 0.99, "{model:?} {row:?} {none:?}");
            let median = next_purchase_quantile(&model, &row, 0.5).unwrap();
            assert_close("median", model.none_within(&row, median), 0.5, 1e-10);
        }
    }
}

/// A customer whose purchases are not known is refused, and answers are no numbers.
#[test]
fn strangers_are_refused() {
    let model = DriftNbd::new(1, 0.03, 0.5, 6.0).after(&[2.0]);
    let stranger = customer(&[2.0, 3.0], 9.0);
    assert!(model.admits(&stranger).unwrap_err().contains("--purchase-times"));
    assert!(model.expected_purchases(&stranger, 4.0).is_nan() && model.log_likelihood(&stranger).is_nan());
    assert!(model.future_if_alive(&stranger).is_err());
}

/// Lives that the filter draws: without regularity their mean is exactly that expected (the rate is a martingale), and
/// the share without a purchase that of the filter. Within 4 standard errors.
#[test]
fn drawn_lives_are_those_expected() {
    for (seed, base) in (1..).zip(models()) {
        for (ages, t) in LIVES {
            let (model, row) = (base.after(ages), customer(ages, t));
            let future = model.future_if_alive(&row).unwrap();
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let (n, horizon, mut drawn) = (10_000, 10.0, Vec::new());
            let (mut sum, mut squares, mut none) = (0.0, 0.0, 0.0);
            for _ in 0..n {
                drawn.clear();
                future.repeats(&mut rng, horizon, &mut drawn);
                assert!(drawn.is_sorted() && drawn.iter().all(|age| (0.0..=horizon).contains(age)));
                let count = drawn.len() as f64;
                (sum, squares) = (sum + count, squares + count * count);
                none += f64::from(u8::from(drawn.is_empty()));
            }
            let n = f64::from(n);
            let (mean, error) = (sum / n, ((squares / n - (sum / n).powi(2)) / n).sqrt());
            let expected = model.expected_purchases(&row, horizon);
            if model.k == 1 {
                assert!(
                    (mean - expected).abs() <= 4.0 * error,
                    "{model:?}: {mean} +- {error}, not {expected}"
                );
            }
            let chance = model.none_within(&row, horizon);
            let error = (chance * (1.0 - chance) / n).sqrt();
            assert!((none / n - chance).abs() <= 4.0 * error, "{model:?} {row:?}: {} not {chance}", none / n);
        }
    }
}

/// New customers who buy until they are `t` old, as a table and as a summary's columns.
fn lives(model: &DriftNbd, customers: u32, until: f64, seed: u64) -> Vec<(Vec<f64>, Customer)> {
    let process = model.process().unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let one = |i: u32| {
        let (t, mut ages) = (until + f64::from(i % 8), Vec::new());
        process.repeats(&mut rng, t, &mut ages);
        let row = customer(&ages, t);
        (ages, row)
    };
    (0..customers).map(one).collect()
}

fn table(lives: &[(Vec<f64>, Customer)]) -> CustomerTable {
    let mut told_apart = CustomerTable::builder();
    let mut builder = CustomerTable::builder();
    for (ages, row) in lives {
        told_apart.push_with_ages(*row, ages, 1.0);
        builder.push(*row, 1.0);
    }
    builder.by_ages(told_apart.finish()).finish()
}

/// The likelihood is that of the filter: a fit finds what lives were drawn from, within 4 standard errors.
#[test]
fn fits_find_what_lives_were_drawn_from() {
    for (seed, (k, kappa, r, alpha)) in
        (1..).zip([(1, 0.05, 0.6, 5.0), (3, 0.02, 1.5, 4.0), (2, 0.2, 0.8, 6.0)])
    {
        let truth = DriftNbd::new(k, kappa, r, alpha);
        let table = table(&lives(&truth, 2000, 40.0, seed));
        let options = FitOptions { drift: Some(kappa), regularity: Some(k), ..FitOptions::default() };
        let (model, report) = Member::named("drift-nbd").unwrap().fit(&table, &options, &()).unwrap();
        assert_eq!(model.params()[..2], [f64::from(k), kappa]);
        for (estimate, truth) in report.estimates[2..].iter().zip([r, alpha]) {
            let error = estimate.standard_error.unwrap();
            let off = (estimate.value - truth).abs() / error;
            assert!(off < 4.0 && error < 0.2 * truth, "{}: {} +- {error}", estimate.name, estimate.value);
        }
        let without = FitOptions { drift: None, ..options };
        let message = Member::named("drift-nbd").unwrap().fit(&table, &without, &()).unwrap_err().to_string();
        assert!(message.contains("--drift 3%/w"), "{message}");
    }
}

/// Rows that are equal are counted once, in whatever order they come; a table is the sum of its rows.
#[test]
fn equal_purchases_share_a_row() {
    let model = DriftNbd::new(2, 0.1, 0.7, 5.0);
    let (mut forth, mut back) = (CustomerTable::builder(), CustomerTable::builder());
    let all: Vec<_> = LIVES.iter().chain(&LIVES).collect();
    let add = |to: &mut clv::customers::CustomerTableBuilder, (ages, t): (&[f64], f64)| {
        to.push_with_ages(customer(ages, t), ages, 1.0);
    };
    all.iter().for_each(|life| add(&mut forth, **life));
    all.iter().rev().for_each(|life| add(&mut back, **life));
    let (forth, back) = (forth.finish(), back.finish());
    assert_eq!(forth.count, [2.0; 5]);
    assert_eq!(format!("{forth:?}"), format!("{back:?}"));
    let alone: f64 =
        LIVES.iter().map(|(ages, t)| model.after(ages).log_likelihood(&customer(ages, *t))).sum();
    assert_close("sum", model.sum(&forth).value, 2.0 * alone, 1e-13);
}

fn open(path: &Path, options: &LogOptions) -> clv::Result<Summary> {
    history::open(&[path.to_owned()], options, &())
}

fn with_times() -> LogOptions {
    LogOptions { purchase_times: true, ..crate::common::cdnow_options() }
}

fn request() -> FitRequest {
    FitRequest { model: "drift-nbd".to_owned(), ..FitRequest::default() }
}

/// All that scores say, as text.
fn scores(model: &ClvModel, summary: &Summary, interval: Option<IntervalOptions>) -> Vec<String> {
    let options = ScoreOptions {
        columns: vec![ExtraColumn::NextPurchaseMedian, ExtraColumn::Rate],
        interval,
        ..ScoreOptions::default()
    };
    let batches = score(model, summary, &options).unwrap();
    batches
        .map(|batch| format!("{:?}", batch.unwrap().into_table(&clv::forecast::schema(&options))))
        .collect()
}

/// A log, and summaries made of it in any format, are one: the same fit, the same scores, to the last bit.
#[test]
fn summaries_carry_purchase_times() {
    let summary = open(&fixture("cdnow_sample.csv"), &with_times()).unwrap();
    let model = ClvModel::fit(&summary, &request(), &()).unwrap();
    let again = file::from_json(&file::to_json(&model), Path::new("model.json")).unwrap();
    let expected = scores(&again, &summary, None);
    let dir = tempfile::tempdir().unwrap();
    for name in ["s.csv", "s.parquet", "s.jsonl", "s.xlsx"] {
        let path = dir.path().join(name);
        write_summary(&summary, &Target::table(path.to_str().unwrap()).unwrap(), &()).unwrap();
        let read = open(&path, &LogOptions::default()).unwrap();
        assert!(read.meta.has_purchase_times, "{name}");
        assert_eq!(ClvModel::fit(&read, &request(), &()).unwrap().purchase.params(), model.purchase.params());
        assert!(scores(&again, &read, None) == expected, "{name}");
    }
    let text = std::fs::read_to_string(dir.path().join("s.csv")).unwrap();
    assert!(
        text.starts_with("customer_id,frequency,recency,T,monetary_value,purchase_times,unit,"),
        "{text:.100}"
    );
    // Every purchase is there: they are as many as were counted.
    let mut count = 0;
    for batch in summary.batches() {
        let batch = batch.unwrap();
        (0..batch.len()).for_each(|row| count += batch.purchase_times(row).len() as u64);
    }
    assert_eq!(count, Counts::read(&summary, &()).unwrap().trained_on.repeat_purchases);
}

/// Without the times of purchases there is no such model, said with the repair.
#[test]
fn summaries_without_them_are_refused() {
    let plain = open(&fixture("cdnow_sample.csv"), &crate::common::cdnow_options()).unwrap();
    assert!(!plain.meta.has_purchase_times);
    let message = ClvModel::fit(&plain, &request(), &()).unwrap_err().to_string();
    assert!(message.contains("--purchase-times") || message.contains("--drift"), "{message}");
    let purchase = PurchaseModel::new("drift-nbd", &[1.0, 0.03, 0.5, 6.0]).unwrap();
    let model = ClvModel::from_parameters(purchase, None, Unit::Week);
    let message = score(&model, &plain, &ScoreOptions::default()).err().unwrap().to_string();
    assert!(message.contains("clv summarize --purchase-times"), "{message}");
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("summary.csv");
    let head = "customer_id,frequency,recency,T,purchase_times,unit\n";
    let refused = |rows: &str, options: &LogOptions| {
        std::fs::write(&path, rows).unwrap();
        open(&path, options).map(drop).map_err(|error| error.to_string())
    };
    assert_eq!(refused(&format!("{head}a,2,10,12,4 10,week\nb,0,0,12,,week\n"), &with_times()), Ok(()));
    for (row, words) in [
        (
            "2,10,12,10",
            "line 2, column \"purchase_times\": '10': purchase_times has 1 ages, and frequency says 2",
        ),
        ("2,10,12,4 70", "the last of purchase_times is 70, and recency"),
        ("2,10,12,10 4", "4 must be larger than what comes before it"),
        ("2,10,12,x 10", "'x' is no number"),
        ("0,0,12,3", "has 1 ages, and frequency says 0"),
    ] {
        let message = refused(&format!("{head}a,{row},week\nb,0,0,12,,week\n"), &with_times()).unwrap_err();
        assert!(message.contains(words), "{row}: {message}");
    }
    let message = refused("customer_id,frequency,recency,T\na,2,10,12\n", &with_times()).unwrap_err();
    assert!(message.contains("clv summarize --purchase-times") && message.contains("columns:"), "{message}");
}

/// The unit changes no forecast: parameters change by their factor, and what is chosen is the same.
#[test]
fn the_unit_changes_nothing() {
    let fitted = |unit: Unit| {
        let options = LogOptions { unit: Some(unit), ..with_times() };
        let summary = open(&fixture("cdnow_sample.csv"), &options).unwrap();
        let model = ClvModel::fit(&summary, &request(), &()).unwrap();
        let batches = score(&model, &summary, &ScoreOptions::default()).unwrap();
        let expected: f64 = batches.flat_map(|batch| batch.unwrap().expected_purchases.unwrap()).sum();
        (model.purchase.params().to_vec(), expected)
    };
    let ((weeks, expected), (days, again)) = (fitted(Unit::Week), fitted(Unit::Day));
    assert_eq!(weeks[0], days[0]);
    assert_close("kappa", days[1] * 7.0, weeks[1], 1e-12);
    // As precise as a fit's end.
    assert_close("r", days[2], weeks[2], 1e-7);
    assert_close("alpha", days[3] / 7.0, weeks[3], 1e-7);
    assert_close("purchases", again, expected, 1e-7);
}

/// How fast, and how regular, is chosen by forecasts and said so; what is given is taken.
#[test]
fn drift_is_chosen_by_forecasts() {
    let summary =
        open(&fixture("grocery.csv"), &LogOptions { purchase_times: true, ..LogOptions::default() }).unwrap();
    let (model, _) = study::fit(&summary, &request(), &()).unwrap();
    let notes = model.purchase_fit.as_ref().unwrap().notes.join("\n");
    assert!(
        notes.contains("chosen by the forecasts of the last") && notes.contains("likelihood would take"),
        "{notes}"
    );
    let given = FitRequest { drift: "2%/w".parse().ok(), ..request() };
    let given = FitRequest { options: FitOptions { regularity: Some(2), ..given.options.clone() }, ..given };
    let (model, _) = study::fit(&summary, &given, &()).unwrap();
    assert_eq!(model.purchase.params()[..2], [2.0, 0.02]);
    assert!(!model.purchase_fit.unwrap().notes.join("\n").contains("chosen by"));
    let other = FitRequest { model: "bg-nbd".to_owned(), ..given };
    let other = FitRequest { options: FitOptions::default(), ..other };
    assert!(study::fit(&summary, &other, &()).err().unwrap().to_string().contains("leave --drift out"));
}

/// Where rates change with age and date, gaps are exposures: scoring a summary, and asking of a customer whose ages are given,
/// say the same, and not what steady rates say.
#[test]
fn gaps_are_counted_in_exposure() {
    let rates = Rates::estimated(IntensityRequest { age: true, ..IntensityRequest::default() });
    let request = FitRequest { drift: "3%/w".parse().ok(), rates, ..request() };
    let request =
        FitRequest { options: FitOptions { regularity: Some(1), ..FitOptions::default() }, ..request };
    let asked = request.asks(&with_times()).unwrap();
    let summary = open(&fixture("cdnow_sample.csv"), &asked).unwrap();
    let model = ClvModel::fit(&summary, &request, &()).unwrap();
    let steady = FitRequest { rates: Rates::Steady, ..request };
    let steady = ClvModel::fit(&summary, &steady, &()).unwrap();
    assert!(model.intensity.is_some() && model.purchase.params() != steady.purchase.params());
    let horizon = clv::ValueOptions::default().horizon.in_units(model.unit);
    let (mut compared, mut apart) = (0, 0);
    for (batch, scored) in summary.batches().zip(score(&model, &summary, &ScoreOptions::default()).unwrap()) {
        let (batch, expected) = (batch.unwrap(), scored.unwrap().expected_purchases.unwrap());
        for row in (0..batch.len()).step_by(7) {
            let (customer, ages) = (Customer::of(&batch, row), batch.purchase_times(row));
            let (own, seen) = model.seen_buying(&customer, ages, 0.0);
            assert_close("purchases", own.expected_purchases(&seen, horizon), expected[row], 1e-12);
            let (plain, same) = steady.seen_buying(&customer, ages, 0.0);
            assert_eq!(same, customer);
            compared += 1;
            apart += u32::from((plain.expected_purchases(&same, horizon) / expected[row] - 1.0).abs() > 1e-3);
        }
    }
    assert!(compared > 300 && apart > compared / 2, "{apart} of {compared}");
}

/// Economics know each customer's purchases, too: equity is the value of all customers.
#[test]
fn economics_follow_customers() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let (model, scores, log) = (path("m.json"), path("s.csv"), fixture("cdnow_sample.csv"));
    let log = log.to_str().unwrap();
    let clv = |arguments: &[&str]| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_clv")).args(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    clv(&["fit", log, "--model", "drift-nbd", "--drift", "3%/w", "--regularity", "1", "-o", &model]);
    clv(&["score", &model, log, "-o", &scores]);
    let text = std::fs::read_to_string(&scores).unwrap();
    let column = text.lines().next().unwrap().split(',').position(|name| name == "clv").unwrap();
    let value = |line: &str| line.split(',').nth(column).unwrap().parse::<f64>().unwrap();
    let total: f64 = text.lines().skip(1).map(value).sum();
    let economics: serde_json::Value =
        serde_json::from_str(&clv(&["economics", &model, log, "--json"])).unwrap();
    let equity = &economics["economics"]["equity"]["value"];
    assert_close("equity", equity["value"].as_f64().unwrap(), total, 1e-9);
    assert!(equity["lower"].as_f64().unwrap() < total && total < equity["upper"].as_f64().unwrap());
}

/// Gaps are whole days, so that the discount of many reaches its floor at the same `r`, where the likelihood has a kink; a
/// maximum there is one, with an error. On the grocer's log some of these fits "failed to converge" before.
#[test]
fn a_maximum_may_be_at_a_kink() {
    let until = LogOptions {
        purchase_times: true,
        observed_until: "2007-09-30".parse().ok(),
        ..LogOptions::default()
    };
    let summary = open(&fixture("grocery.csv"), &until).unwrap();
    let table = Counts::read(&summary, &()).unwrap().customers;
    let told_apart = table.by_ages.clone().unwrap();
    let mut kinks = 0;
    for (k, kappa) in [(1, 0.03), (1, 0.1), (1, 0.3), (2, 0.1), (2, 0.3), (3, 0.3)] {
        let options = FitOptions { drift: Some(kappa), regularity: Some(k), ..FitOptions::default() };
        let (model, report) = Member::named("drift-nbd").unwrap().fit(&table, &options, &()).unwrap();
        kinks += u32::from(report.notes.iter().any(|note| note.contains("at a kink")));
        assert!(
            report.estimates[2..].iter().all(|estimate| estimate.standard_error.is_some()),
            "{kappa} {k}"
        );
        assert!(!report.warnings.iter().any(|warning| warning.code == "not-converged"));
        let at = |r: f64, alpha: f64| {
            let params = model.params();
            DriftNbd::new(k, kappa, params[2] * r, params[3] * alpha).sum(&told_apart).value
        };
        let best = at(1.0, 1.0);
        // Smaller steps change the sum by less than its rounding.
        for step in [0.9, 0.999, 0.99999, 1.00001, 1.001, 1.1] {
            assert!(
                at(step, 1.0) < best && at(1.0, step) < best && at(step, step) < best,
                "{kappa} {k} {step}"
            );
        }
    }
    assert!(kinks > 0);
}
