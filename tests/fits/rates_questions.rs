//! Logs drawn from models whose rates change with age and date, and economics of such models.
//!
//! Pedigree: own checks: drawn purchases against those expected, day of birth by day of birth; the value of all customers
//! against their scores; a new customer against the model of who comes on the last day.

use std::path::PathBuf;
use std::sync::Arc;

use clv::base::{Unit, ValueOptions};
use clv::customers::{Intensity, Parts, Season};
use clv::fitted::{ClvModel, PurchaseModel};
use clv::forecast::{ScoreOptions, score_into};
use clv::history::{self, LogOptions};
use clv::model::GammaGamma;
use clv::output::Target;
use clv::simulate::{SimulateOptions, simulate, write_log};
use clv::study::economics::{self, EconomicsOptions};

use arrow_array::cast::AsArray;
use arrow_array::types::Date32Type;
use jiff::civil::{Date, date};

const END: Date = date(2023, 6, 30);

/// A honeymoon, a season, and weeks that differ.
fn model(name: &str, params: &[f64]) -> ClvModel {
    let parts = Parts {
        age: vec![1.0, 0.5, 0.5, 0.2],
        shocks: (0..60).map(|i| 0.3 * (1.7 * f64::from(i)).sin()).collect(),
        shock_spread: 0.2,
        season: Some(Season::Waves([0.4, -0.1, 0.1, 0.05])),
        ..Parts::none(END)
    };
    let purchase = PurchaseModel::new(name, params).unwrap();
    let spend = Some(GammaGamma { p: 6.25, q: 3.74, v: 15.44 }.into());
    let intensity = Some(Arc::new(Intensity::new(parts)));
    let observed_until = Some(END);
    ClvModel { intensity, observed_until, ..ClvModel::from_parameters(purchase, spend, Unit::Week) }
}

fn models() -> [ClvModel; 3] {
    [
        model("mbg-nbd", &[0.6, 8.0, 0.8, 2.5]),
        model("pareto-nbd", &[0.6, 8.0, 0.7, 30.0]),
        model("ggompertz-nbd", &[0.6, 8.0, 0.02, 0.6, 2.0]),
    ]
}

fn options(customers: u64) -> SimulateOptions {
    SimulateOptions {
        customers,
        acquired_until: date(2022, 6, 30),
        until: END,
        ..SimulateOptions::from_start(date(2021, 7, 1))
    }
}

/// Purchases by month against those expected of who came on each day: within 4 standard errors, which repeat purchases of one
/// customer make twice those of single ones. Steady rates would be a third off.
#[test]
fn drawn_logs_follow_the_clock() {
    let days_to = |day: Date| day.until(date(2021, 7, 1)).map_or(0, |span| -span.get_days());
    let ends: Vec<i32> =
        [(2021, 10), (2022, 1), (2022, 4), (2022, 7), (2022, 10), (2023, 1), (2023, 4), (2023, 7)]
            .map(|(year, month)| days_to(date(year, month, 1)))
            .to_vec();
    for model in models() {
        let options = options(20_000);
        let mut drawn = vec![0.0; ends.len()];
        simulate(&model, &options, &(), |batch| {
            let first = days_to(date(1970, 1, 1));
            for day in batch.column(1).as_primitive::<Date32Type>().values() {
                drawn[ends.partition_point(|end| *end <= first + day)] += 1.0;
            }
            Ok(())
        })
        .unwrap();
        let window = days_to(date(2022, 7, 1));
        let mut expected = vec![0.0; ends.len()];
        for day in 0..window {
            let own = model.born(f64::from(-days_to(END) + day) - 0.5);
            // From midday of the birth on; who is not born yet has bought nothing.
            let ages: Vec<f64> = ends.iter().map(|end| (f64::from(end - day) - 0.5).max(0.0) / 7.0).collect();
            let new = own.expected_purchases_new_within(&ages);
            let share = options.customers as f64 / f64::from(window);
            let mut last = 0.0;
            for (sum, (so_far, end)) in expected.iter_mut().zip(new.iter().zip(&ends)) {
                let so_far = if *end > day { so_far + 1.0 } else { 0.0 };
                *sum += share * (so_far - last);
                last = so_far;
            }
        }
        for (found, expected) in drawn.iter().zip(&expected) {
            let error = 2.0 * expected.sqrt();
            assert!((found - expected).abs() < 4.0 * error, "{:?}: {drawn:?} {expected:?}", model.purchase);
        }
    }
}

/// Equity is the sum of scores, a new customer is one of the last day; what was drawn is read as what it is.
#[test]
fn economics_follow_the_clock() {
    for model in models() {
        let dir = tempfile::tempdir().unwrap();
        let path: PathBuf = dir.path().join("log.csv");
        write_log(&model, &options(400), &Target::table(path.to_str().unwrap()).unwrap(), &()).unwrap();
        let log = LogOptions { observed_until: Some(END), ..LogOptions::default() };
        let asked = EconomicsOptions { interval: None, ..EconomicsOptions::default() };
        let paths = [path];
        let found = economics::run(&model, &paths, &log, None, &asked, &()).unwrap();
        let summary = history::open(&paths, &log, &()).unwrap();
        let scores = ScoreOptions { value: asked.value, ..ScoreOptions::default() };
        let totals = score_into(&model, &summary, &scores, &(), |_| Ok(())).unwrap();
        let close = |found: f64, expected: f64, what: &str| {
            let off = (found / expected - 1.0).abs();
            assert!(off < 1e-9, "{} {what}: {found} {expected}", model.purchase.name());
        };
        close(found.equity.value.value, totals.value.unwrap(), "equity");
        let alive = found.segments.customers.iter().map(|customer| customer.p_alive).sum::<f64>();
        close(alive, totals.alive, "alive");
        let value = ValueOptions { ..asked.value };
        let (horizon, new) = (value.horizon.in_units(model.unit), model.newcomer(0.0));
        close(found.all.new.purchases.value, new.expected_purchases_new(horizon), "new");
        let plain = model.purchase.expected_purchases_new(horizon);
        assert!((found.all.new.purchases.value / plain - 1.0).abs() > 0.05, "{plain}");
    }
}
