//! The model of rates that drift, of customers who leave: what it is without drift and without leaving, how its answers agree,
//! lives drawn from it, and its fits. Values: fixtures/reference/drift_mbg.jsonl, which tests/models/reference.rs compares.

use crate::common::assert_close;
use clv::Discounting;
use clv::customers::{Customer, CustomerTable};
use clv::fit::FitOptions;
use clv::fitted::Member;
use clv::model::{Attrition, DriftMbgNbd, DriftNbd, MbgCnbd, MbgNbd, Model, next_purchase_quantile};
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

/// So little drift that there is none.
const STEADY: f64 = 1e-250;
const MONTHLY: Discounting = Discounting::EndOfStep { d: 0.01, step: 4.0 };

fn customer(ages: &[f64], t: f64) -> Customer {
    Customer { x: ages.len() as u32, t_x: ages.last().copied().unwrap_or(0.0), t }
}

/// All that scores ask of a customer.
fn answers(model: &dyn Attrition, row: &Customer) -> Vec<f64> {
    let mut all =
        vec![model.p_alive(row), model.posterior_means(row).rate, model.posterior_means(row).dropout];
    for horizon in [0.5, 39.0] {
        all.extend([
            model.expected_purchases(row, horizon),
            model.expected_discounted(row, horizon, MONTHLY),
            model.expected_discounted(row, horizon, Discounting::Continuous { delta: 0.002 }),
            model.p_alive_after(row, horizon),
            model.expected_lifetime(row, horizon),
        ]);
        all.extend([0, 1, 7].map(|n| model.purchases_pmf(row, horizon, n)));
        // Sums over stages, where MBG/NBD has a closed form.
        all.extend([0.0, 5.0, 90.0].map(|from| model.buys_if_alive(row, (from, from + horizon))));
    }
    all
}

fn assert_same(what: &str, found: &[f64], expected: &[f64], tolerance: f64) {
    for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert_close(&format!("{what}, answer {i}"), *found, *expected, tolerance);
    }
}

/// Without drift it is MBG/NBD, and with stages MBG/CNBD-k: another way to the same integrals, which agree to what panels
/// of quadrature are built for.
#[test]
fn without_drift_it_is_mbg() {
    let (steady, regular) = (
        MbgNbd { r: 0.525, alpha: 6.183, a: 0.891, b: 1.614 },
        MbgCnbd { k: 3, r: 1.329, alpha: 2.813, a: 1.425, b: 0.79 },
    );
    for (ages, t) in LIVES {
        let row = customer(ages, t);
        let own = DriftMbgNbd::new(1, STEADY, 0.525, 6.183, 0.891, 1.614).after(ages);
        assert_close("ll", own.log_likelihood(&row), steady.log_likelihood(&row), 1e-13);
        assert_same(&format!("{row:?}"), &answers(&own, &row), &answers(&steady, &row), 1e-10);
        // The rate of stages: alpha of a purchase is k times that of a stage.
        let own = DriftMbgNbd::new(3, STEADY, 1.329, 3.0 * 2.813, 1.425, 0.79).after(ages);
        assert_same(&format!("k = 3, {row:?}"), &answers(&own, &row), &answers(&regular, &row), 1e-10);
    }
}

/// Where nobody leaves it is drift-nbd.
#[test]
fn without_leaving_it_is_drift_nbd() {
    for (k, kappa) in [(1, 0.03), (3, 0.1)] {
        for (ages, t) in LIVES {
            let row = customer(ages, t);
            let own = DriftMbgNbd::new(k, kappa, 0.7, 5.0, 1e-250, 1.0).after(ages);
            let stays = DriftNbd::new(k, kappa, 0.7, 5.0).after(ages);
            assert_close("ll", own.log_likelihood(&row), stays.log_likelihood(&row), 1e-13);
            let (mut found, mut expected) = (answers(&own, &row), answers(&stays, &row));
            // The chance to leave is not quite 0.
            assert!(found.remove(2) < 1e-200 && expected.remove(2) == 0.0);
            assert_same(&format!("{k} {row:?}"), &found, &expected, 1e-10);
        }
    }
}

fn models() -> [DriftMbgNbd; 5] {
    [
        (1, 0.03, 0.5, 6.0, 0.8, 2.5),
        (1, 0.3, 0.3, 9.0, 1.5, 9.0),
        (2, 0.1, 0.7, 5.0, 0.2, 1.0),
        (3, 0.03, 1.5, 4.0, 2.5, 20.0),
        (12, 0.01, 2.0, 6.0, 0.6, 4.0),
    ]
    .map(|(k, kappa, r, alpha, a, b)| DriftMbgNbd::new(k, kappa, r, alpha, a, b))
}

/// Distribution, mean, intervals' counts and scorer say the same, and how likely a purchase is does (seen to fail with what is
/// believed at the end of what is looked at, and not in the middle); discounting by nothing changes nothing, and more of it
/// is worth less.
#[test]
fn answers_agree() {
    for base in models() {
        for (ages, t) in LIVES {
            let (model, row) = (base.after(ages), customer(ages, t));
            assert_eq!(model.admits(&row), Ok(()));
            for horizon in [0.2, 26.0] {
                let what = format!("{model:?} {row:?} {horizon}");
                let (mut chances, alive) = (Vec::new(), model.p_alive(&row));
                model.stage_chances(&row, &mut chances);
                let lines = model.counts_if_alive(&row, horizon);
                let (mut sum, mut mean) = (0.0, 0.0);
                for n in 0..3000 {
                    let chance = model.purchases_pmf(&row, horizon, n);
                    sum += chance;
                    mean += f64::from(n) * chance;
                    let line = |(line, chance): (_, &f64)| chance * over(line, n);
                    let beyond = alive * lines.iter().zip(&chances).map(line).sum::<f64>();
                    // Of the two the sum has lost the digits.
                    assert!((beyond - (1.0 - sum)).abs() < 1e-9, "{what} {n}: {beyond} not {}", 1.0 - sum);
                    if beyond < 1e-14 {
                        break;
                    }
                }
                // What is beyond the last number, and 1 less who has left, have no more digits.
                let expected = model.expected_purchases(&row, horizon);
                assert!((mean - expected).abs() <= 1e-8 * expected + 1e-12, "{what}: {mean} {expected}");
                let some = alive * model.buys_if_alive(&row, (0.0, horizon));
                assert!((some + model.purchases_pmf(&row, horizon, 0) - 1.0).abs() < 1e-10, "{what}: {some}");
                let worth =
                    |delta: f64| model.expected_discounted(&row, horizon, Discounting::Continuous { delta });
                assert_close(&what, worth(1e-12), worth(0.0), 1e-10);
                assert!(worth(0.01) < worth(0.001) && worth(0.001) < worth(0.0), "{what}");
                let outlook = model.scorer(horizon, Discounting::Continuous { delta: 0.01 }).outlook(&row);
                let expected = model.expected_purchases(&row, horizon);
                assert_eq!(
                    (outlook.p_alive, outlook.purchases, outlook.discounted),
                    (alive, expected, worth(0.01))
                );
            }
            let median = next_purchase_quantile(&model, &row, 0.5);
            if let Some(median) = median.filter(|median| median.is_finite()) {
                assert_close("median", model.none_within(&row, median), 0.5, 1e-10);
            }
        }
    }
}

fn over(line: &std::boxed::Box<dyn clv::model::Counts>, n: u32) -> f64 {
    line.over(f64::from(n))
}

/// Lives that the filter draws of one who is alive: the share without a purchase is that of the filter. Within 4 standard
/// errors.
#[test]
fn drawn_lives_are_those_expected() {
    for (seed, base) in (1..).zip(models()) {
        for (ages, t) in LIVES {
            let (model, row) = (base.after(ages), customer(ages, t));
            let future = model.future_if_alive(&row).unwrap();
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let (n, horizon, mut drawn, mut none) = (10_000, 10.0, Vec::new(), 0.0);
            for _ in 0..n {
                drawn.clear();
                future.repeats(&mut rng, horizon, &mut drawn);
                none += f64::from(u8::from(drawn.is_empty()));
            }
            let (n, alive) = (f64::from(n), model.p_alive(&row));
            if alive < 1e-6 {
                // Next to nobody is, and the difference has no digits.
                continue;
            }
            let chance = (1.0 - (1.0 - model.none_within(&row, horizon)) / alive).clamp(0.0, 1.0);
            let error = (chance * (1.0 - chance) / n).sqrt();
            assert!((none / n - chance).abs() <= 4.0 * error, "{model:?} {row:?}: {} not {chance}", none / n);
        }
    }
}

/// New customers who buy until they are `t` old.
fn lives(model: &DriftMbgNbd, customers: u32, until: f64, seed: u64) -> CustomerTable {
    let process = model.process().unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let (mut told_apart, mut builder) = (CustomerTable::builder(), CustomerTable::builder());
    for i in 0..customers {
        let (t, mut ages) = (until + f64::from(i % 8), Vec::new());
        process.repeats(&mut rng, t, &mut ages);
        let row = customer(&ages, t);
        told_apart.push_with_ages(row, &ages, 1.0);
        builder.push(row, 1.0);
    }
    builder.by_ages(told_apart.finish()).finish()
}

/// The likelihood is that of the filter and its coin: a fit finds what lives were drawn from, within 4 standard errors.
#[test]
fn fits_find_what_lives_were_drawn_from() {
    let truths = [(1, 0.05, 0.6, 5.0, 0.8, 2.5), (3, 0.02, 1.5, 4.0, 0.9, 4.0), (2, 0.2, 0.8, 6.0, 0.4, 1.5)];
    for (seed, (k, kappa, r, alpha, a, b)) in (1..).zip(truths) {
        let table = lives(&DriftMbgNbd::new(k, kappa, r, alpha, a, b), 3000, 60.0, seed);
        let options = FitOptions { drift: Some(kappa), regularity: Some(k), ..FitOptions::default() };
        let (model, report) = Member::named("drift-mbg-nbd").unwrap().fit(&table, &options, &()).unwrap();
        assert_eq!(model.params()[..2], [f64::from(k), kappa]);
        for (estimate, truth) in report.estimates[2..].iter().zip([r, alpha, a, b]) {
            let error = estimate.standard_error.unwrap();
            let off = (estimate.value - truth).abs() / error;
            assert!(off < 4.0 && error < 0.5 * truth, "{}: {} +- {error}", estimate.name, estimate.value);
        }
    }
}
