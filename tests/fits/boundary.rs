//! Data at the edge of what a model can describe end in a usable answer or in a refusal with words.

use crate::common::{assert_close, forecasts, summary_of};
use clv::customers::CustomerTable;
use clv::fit::StopReason;
use clv::fitted::{ClvModel, FitRequest, SpendModel};
use clv::model::Nbd;
use clv::{Error, ErrorKind};

type Rows = Vec<(u32, f64, f64, f64)>;

fn try_fit(rows: &Rows, model: &str) -> Result<ClvModel, Error> {
    let request = FitRequest { model: model.to_owned(), ..FitRequest::default() };
    ClvModel::fit(&summary_of(rows), &request, &())
}

/// Fits, and checks that every forecast is finite and not negative.
fn usable(rows: &Rows, model: &str) -> ClvModel {
    let fitted = try_fit(rows, model).unwrap_or_else(|e| panic!("{model}: {e}"));
    for (purchases, value) in forecasts(&fitted, &summary_of(rows)) {
        assert!(purchases.is_finite() && purchases >= 0.0, "{model}: {purchases}");
        assert!(value.is_finite() && value >= 0.0, "{model}: {value}");
    }
    fitted
}

/// A repeatable stream of numbers in (0, 1).
fn uniform(seed: u64) -> impl FnMut() -> f64 {
    use rand::{RngExt, SeedableRng};
    let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
    move || rng.random::<f64>().max(1e-12)
}

/// Customers who never leave, at gamma-distributed rates (shape 1).
fn nobody_leaves(n: usize) -> Rows {
    let mut u = uniform(7);
    let mut rows = Vec::new();
    for _ in 0..n {
        let rate = -u().ln() / 20.0;
        let t = 52.0 * (0.5 + u() / 2.0);
        let (mut x, mut t_x, mut now) = (0, 0.0, -u().ln() / rate);
        while now <= t {
            (x, t_x) = (x + 1, now);
            now += -u().ln() / rate;
        }
        rows.push((x, t_x, t, 10.0 + 20.0 * u()));
    }
    rows
}

#[test]
fn nobody_leaves_is_the_nbd() {
    // Observed until a purchase of each: there is no silence in which anybody could have left.
    let mut rows = nobody_leaves(3000);
    rows.iter_mut().filter(|row| row.0 > 0).for_each(|row| row.2 = row.1);
    let bg = usable(&rows, "bg-nbd");
    let report = bg.purchase_fit.as_ref().unwrap();
    let StopReason::Boundary(words) = &report.stop else { panic!("{}", report.stop) };
    assert!(words.contains("churn"), "{words}");

    let mut table = CustomerTable::builder();
    for (x, t_x, t, _) in &rows {
        table.push(clv::customers::Customer { x: *x, t_x: *t_x, t: *t }, 1.0);
    }
    let nbd = clv::fit::fit::<Nbd>(&table.finish(), &Default::default(), &()).unwrap();
    assert_close("LL", report.log_likelihood, nbd.report.log_likelihood, 1e-9);
    let baseline = usable(&rows, "nbd");
    let summary = summary_of(&rows);
    for (a, b) in forecasts(&bg, &summary).iter().zip(forecasts(&baseline, &summary)) {
        assert_close("forecast of the limit", a.0, b.0, 1e-5);
    }
}

#[test]
fn all_identical_has_no_heterogeneity() {
    let rows = vec![(4, 200.0 / 7.0, 300.0 / 7.0, 30.0); 150];
    for name in ["bg-nbd", "mbg-nbd", "nbd"] {
        let model = usable(&rows, name);
        let report = model.purchase_fit.as_ref().unwrap();
        assert!(matches!(report.stop, StopReason::Boundary(_)), "{name}: {}", report.stop);
    }
    // Four purchases in 300 days, for ever: 365.25 days bring 4 x 365.25 / 300 = 4.87, less who left.
    let nbd = usable(&rows, "nbd");
    for (purchases, value) in forecasts(&nbd, &summary_of(&rows)) {
        assert_close("purchases", purchases, 4.0 * 365.25 / 300.0, 1e-6);
        assert!(value > 30.0 * 4.0 && value < 30.0 * 4.9, "{value}");
    }
}

#[test]
fn perfectly_regular_customers() {
    let rows: Rows = (1..200).map(|i| (12, 48.0, 48.0 + f64::from(i % 4), 20.0 + f64::from(i % 7))).collect();
    for name in ["bg-nbd", "mbg-nbd", "nbd"] {
        usable(&rows, name);
    }
}

#[test]
fn everyone_leaves_after_the_first_repeat() {
    let mut u = uniform(11);
    let rows: Rows = (0..500).map(|_| (1, 0.5 + 3.0 * u(), 90.0 + 10.0 * u(), 5.0 + 10.0 * u())).collect();
    let model = usable(&rows, "bg-nbd");
    let total: f64 = forecasts(&model, &summary_of(&rows)).iter().map(|f| f.0).sum();
    assert!(total < 5.0, "{total} purchases expected of 500 customers who have all gone");
}

#[test]
fn three_customers() {
    let rows = vec![(2, 30.0, 39.0, 20.0), (0, 0.0, 20.0, 0.0), (1, 3.0, 35.0, 12.0)];
    for name in ["bg-nbd", "mbg-nbd", "nbd"] {
        match try_fit(&rows, name) {
            Ok(_) => drop(usable(&rows, name)),
            Err(error) => assert!(error.to_string().len() > 40, "{error}"),
        }
    }
}

#[test]
fn one_customer_with_50_000_purchases() {
    let mut rows = nobody_leaves(1000);
    rows.push((50_000, 51.9, 52.0, 3.0));
    for name in ["bg-nbd", "mbg-nbd", "nbd"] {
        usable(&rows, name);
    }
}

#[test]
fn no_repeat_purchase_is_refused_in_words() {
    let rows: Rows = (0..100).map(|i| (0, 0.0, 10.0 + f64::from(i), 0.0)).collect();
    for name in ["bg-nbd", "mbg-nbd", "nbd"] {
        let error = try_fit(&rows, name).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::NotIdentified { .. }), "{error}");
        assert!(error.to_string().contains("repeat"), "{error}");
    }
    let nobody_yet: Rows = vec![(0, 0.0, 0.0, 0.0); 10];
    assert!(try_fit(&nobody_yet, "bg-nbd").is_err());
}

#[test]
fn spend_without_a_mean_values_nobody_at_infinity() {
    // Gamma-gamma amounts with q = 0.7: no mean.
    use rand::SeedableRng;
    use rand_distr::{Distribution, Gamma};
    let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(13);
    let mut rows = nobody_leaves(2000);
    for row in rows.iter_mut().filter(|row| row.0 > 0) {
        let nu = Gamma::new(0.7, 1.0 / 10.0).unwrap().sample(&mut rng);
        let x = f64::from(row.0);
        row.3 = Gamma::new(5.0 * x, 1.0 / (nu * x)).unwrap().sample(&mut rng);
    }
    let model = usable(&rows, "bg-nbd");
    let SpendModel::GammaGamma(spend) = model.spend.unwrap();
    assert!(spend.q > 1.0, "{spend:?}");
    let report = model.spend_fit.as_ref().unwrap();
    let StopReason::Boundary(words) = &report.stop else { panic!("{}", report.stop) };
    assert!(words.contains("mean"), "{words} {spend:?}");
    // The population's mean is the observed one.
    let amounts: Vec<f64> = rows.iter().filter(|r| r.0 > 0).map(|r| r.3).collect();
    let mean = amounts.iter().sum::<f64>() / amounts.len() as f64;
    assert_close("population mean", spend.p * spend.v / (spend.q - 1.0), mean, 1e-9);
}

#[test]
fn spend_that_goes_with_frequency_is_warned_about() {
    let mut rows = nobody_leaves(2000);
    let mut u = uniform(17);
    for row in &mut rows {
        row.3 = (5.0 + 3.0 * f64::from(row.0)) * (0.8 + 0.4 * u());
    }
    let model = usable(&rows, "bg-nbd");
    let warnings = &model.spend_fit.as_ref().unwrap().warnings;
    assert!(warnings.iter().any(|w| w.code == "spend-correlated"), "{warnings:?}");
}

/// Customers of two kinds, a share of which leaves at the first occasion and the others never: the
/// limit a, b -> 0. Found by an independent search to be missed from starts near the middle.
#[test]
fn leave_at_once_or_never() {
    let rows = vec![
        (0, 0.0, 56.0, 0.0),
        (0, 0.0, 38.0, 0.0),
        (0, 0.0, 39.0, 0.0),
        (28, 33.079, 34.0, 20.0),
        (9, 11.0, 12.0, 25.0),
    ];
    let request = FitRequest { model: "mbg-nbd".to_owned(), spend: false, ..FitRequest::default() };
    let model = ClvModel::fit(&summary_of(&rows), &request, &()).unwrap();
    let report = model.purchase_fit.as_ref().unwrap();
    assert!(report.stop.to_string().contains("others never"), "{}", report.stop);
    let gone = clv::customers::Customer { x: 0, t_x: 0.0, t: 56.0 };
    assert!(model.purchase.p_alive(&gone) < 1e-6);
}

/// Where nobody seems to leave the forecast is the limit's for anybody, however long the silence.
#[test]
fn no_churn_holds_for_new_customers_too() {
    let mut rows = nobody_leaves(3000);
    rows.iter_mut().filter(|row| row.0 > 0).for_each(|row| row.2 = row.1);
    let (bg, nbd) = (usable(&rows, "bg-nbd"), usable(&rows, "nbd"));
    for (x, t_x, t) in [(8, 10.0, 500.0), (20, 5.0, 200.0), (50_000, 10.0, 1e5)] {
        let customer = clv::customers::Customer { x, t_x, t };
        assert_eq!(bg.purchase.p_alive(&customer), 1.0);
        let expected = nbd.purchase.expected_purchases(&customer, 39.0);
        assert_close("purchases", bg.purchase.expected_purchases(&customer, 39.0), expected, 1e-5);
    }
}

/// A churn of one in 50,000 is not no churn if the likelihood says so.
#[test]
fn rare_churn_is_not_called_none() {
    let rows = vec![(50_000, 999.0, 1000.0, 1.0), (2, 500.0, 900.0, 2.0), (0, 0.0, 800.0, 0.0)];
    let request = FitRequest { spend: false, ..FitRequest::default() };
    let model = ClvModel::fit(&summary_of(&rows), &request, &()).unwrap();
    let report = model.purchase_fit.as_ref().unwrap();
    assert!(!report.stop.to_string().contains("no churn"), "{}", report.stop);
}

/// Absurd parameters are refused, and extreme ones cost no more than ordinary ones.
#[test]
fn extreme_parameters_are_scored_at_once() {
    use clv::fitted::PurchaseModel;
    assert!(PurchaseModel::new("bg-nbd", &[1e300, 1.0, 1.0, 1.0]).is_err());
    let delta = clv::Discounting::Continuous { delta: 0.002 };
    for name in ["bg-nbd", "mbg-nbd"] {
        for a in [1e-250, 1e-10, 0.5, 1e3, 1e10] {
            for b in [1e-12, 0.5, 1e11] {
                for r in [1e-6, 1.0, 1e10] {
                    let model = PurchaseModel::new(name, &[r, 8.0 * r, a, b]).unwrap();
                    let mut scorer = model.scorer(52.0, delta);
                    for (x, t) in [(0, 0.0), (2, 20.0), (1000, 200.0)] {
                        let seen = scorer.outlook(&clv::customers::Customer { x, t_x: t, t });
                        let (purchases, value) = (seen.purchases, seen.discounted);
                        assert!(purchases.is_finite() && value.is_finite(), "{name} {r} {a} {b} {x}");
                        assert!(
                            purchases >= 0.0 && value <= purchases * (1.0 + 1e-12),
                            "{name} {r} {a} {b} {x}"
                        );
                    }
                }
            }
        }
    }
}
