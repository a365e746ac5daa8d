//! Does every fit end, and say how? 50 small and nasty data sets for each model of the family: every
//! fit ends at a maximum, at a boundary that it names, or is refused in words; its forecasts are
//! numbers; and none takes more than 10 seconds.

use std::time::{Duration, Instant};

use clv::family::PURCHASE_MODELS;
use clv::fit::{FitOptions, StopReason};
use clv::model::{Customer, CustomerTable};
use rand::distr::Distribution;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Exp1, Gamma};

/// What the customers of a data set are like.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Small,
    HeavyTails,
    NoChurn,
    AllChurn,
    Three,
    Outlier,
    Alike,
    OneTimers,
    ShortWatch,
    Bulk,
}

const KINDS: [Kind; 10] = [
    Kind::Small,
    Kind::HeavyTails,
    Kind::NoChurn,
    Kind::AllChurn,
    Kind::Three,
    Kind::Outlier,
    Kind::Alike,
    Kind::OneTimers,
    Kind::ShortWatch,
    Kind::Bulk,
];

/// One customer: buys at a rate, at whole ages, until leaving.
fn life(rng: &mut ChaCha8Rng, rate: f64, end: f64, t: f64) -> (Customer, f64) {
    let (mut age, mut last, mut x, mut log_gaps) = (0.0, 0.0_f64, 0, 0.0);
    loop {
        let gap: f64 = Exp1.sample(rng);
        age += gap / rate;
        if age > end.min(t) || x > 5000 {
            return (Customer { x, t_x: last, t }, log_gaps);
        }
        if age.ceil() > last && age.ceil() <= t {
            x += 1;
            log_gaps += (age.ceil() - last).ln();
            last = age.ceil();
        }
    }
}

fn data(kind: Kind, seed: u64) -> CustomerTable {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let (n, shape, t) = match kind {
        Kind::Small => (30, 0.5, 50.0),
        Kind::HeavyTails => (400, 0.05, 200.0),
        Kind::NoChurn | Kind::AllChurn => (300, 1.0, 100.0),
        Kind::Three => (3, 1.0, 40.0),
        Kind::Outlier => (200, 0.5, 60.0),
        Kind::Alike => (200, 1e4, 60.0),
        Kind::OneTimers => (500, 0.02, 30.0),
        Kind::ShortWatch => (200, 1.0, 3.0),
        Kind::Bulk => (3000, 0.6, 300.0),
    };
    let rates = Gamma::new(shape, 0.1 / shape).unwrap();
    let mut builder = CustomerTable::builder();
    let mut log_gaps = 0.0;
    for i in 0..n {
        let t = f64::ceil(t * (0.5 + 0.5 * rng.random::<f64>()));
        let rate: f64 = rates.sample(&mut rng) + 1e-9;
        let exponential: f64 = Exp1.sample(&mut rng);
        let end = match kind {
            Kind::NoChurn => f64::INFINITY,
            Kind::AllChurn => 3.0,
            _ => 60.0 * exponential,
        };
        let (row, gaps) = match kind {
            Kind::Outlier if i == 0 => (Customer { x: 40, t_x: t, t }, 0.0),
            _ => life(&mut rng, rate, end, t),
        };
        log_gaps += gaps;
        builder.push(row, 1.0);
    }
    builder.log_gaps(log_gaps);
    builder.finish()
}

fn check(name: &str) {
    let member = PURCHASE_MODELS.iter().find(|member| member.name == name).unwrap();
    let (mut converged, mut refused) = (0, 0);
    for seed in 0..50 {
        let kind = KINDS[seed as usize % KINDS.len()];
        let table = data(kind, seed);
        let start = Instant::now();
        let outcome = member.fit(&table, &FitOptions::default(), &());
        let seconds = start.elapsed();
        assert!(seconds < Duration::from_secs(10), "{name} {kind:?} {seed}: {seconds:?}");
        let (model, report) = match outcome {
            Ok(fitted) => fitted,
            Err(error) => {
                assert!(error.to_string().len() > 20, "{name} {kind:?} {seed}: {error}");
                refused += 1;
                continue;
            }
        };
        match &report.stop {
            StopReason::Converged => converged += 1,
            StopReason::Boundary(words) => assert!(words.len() > 20, "{name} {kind:?} {seed}: {words}"),
            StopReason::Failed(words) => panic!("{name} {kind:?} {seed}: {words}"),
        }
        assert!(report.log_likelihood.is_finite(), "{name} {kind:?} {seed}");
        for row in [Customer { x: 0, t_x: 0.0, t: 10.0 }, Customer { x: 4, t_x: 8.0, t: 20.0 }] {
            let (alive, purchases) = (model.p_alive(&row), model.expected_purchases(&row, 26.0));
            assert!((0.0..=1.0).contains(&alive), "{name} {kind:?} {seed} {:?}: {alive}", model.params);
            assert!(
                purchases.is_finite() && purchases >= 0.0,
                "{name} {kind:?} {seed} {:?}: {purchases}",
                model.params
            );
        }
    }
    // Most of these can be fitted, and some to a maximum: the test is of fits, not of refusals.
    assert!(refused <= 10 && converged >= 5, "{name}: {refused} refused, {converged} converged");
}

#[test]
fn bg_nbd() {
    check("bg-nbd");
}

#[test]
fn mbg_nbd() {
    check("mbg-nbd");
}

#[test]
fn pareto_nbd() {
    check("pareto-nbd");
}

#[test]
fn ggompertz_nbd() {
    check("ggompertz-nbd");
}

#[test]
fn bg_cnbd() {
    check("bg-cnbd");
}

#[test]
fn mbg_cnbd() {
    check("mbg-cnbd");
}

#[test]
fn bg_bb() {
    check("bg-bb");
}

#[test]
fn nbd() {
    check("nbd");
}
