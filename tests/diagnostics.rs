//! Do the diagnostics of a fit say what they should: nothing of customers drawn from the model itself, and
//! something where the model is wrong?

mod common;

use clv::clv_model::{ClvModel, FitRequest};
use clv::diagnostics::{cohorts, frequencies, influence, spend};
use clv::family::PurchaseModel;
use clv::model::{Customer, GammaGamma};
use clv::simulate::{SimulateOptions, simulate_summary};
use clv::units::Unit;
use common::{assert_close, cdnow, customers, fit};

/// Customers drawn from a model that is known.
fn drawn() -> (ClvModel, clv::Summary) {
    let purchase = PurchaseModel::new("bg-nbd", &[0.6, 8.0, 0.8, 2.5]).unwrap();
    let spend = Some(GammaGamma { p: 6.25, q: 3.74, v: 15.44 });
    let model = ClvModel::from_parameters(purchase, spend, Unit::Week);
    let options = SimulateOptions { customers: 40_000, ..SimulateOptions::default() };
    let summary = simulate_summary(&model, &options).unwrap();
    (model, summary)
}

#[test]
fn a_true_model_has_no_residuals() {
    let (model, summary) = drawn();
    let bins = frequencies(&model, &summary, 8).unwrap();
    assert!(bins.len() == 9 && bins[8].or_more);
    assert!(bins.iter().all(|bin| bin.residual.abs() < 3.5), "{bins:?}");
    let wrong =
        ClvModel { purchase: PurchaseModel::new("bg-nbd", &[0.5, 8.0, 0.8, 2.5]).unwrap(), ..model.clone() };
    let worst =
        frequencies(&wrong, &summary, 8).unwrap().iter().fold(0.0, |w: f64, b| w.max(b.residual.abs()));
    assert!(worst > 10.0, "a tenth fewer buyers pass: {worst}");
    for group in cohorts(&model, &summary).unwrap().iter().filter(|group| group.customers > 1000) {
        assert!((group.actual / group.expected - 1.0).abs() < 0.12, "{group:?}");
    }
    for quantile in spend(&model, &summary, &()).unwrap().unwrap().quantiles {
        assert_close("quantile of spend", quantile.actual, quantile.expected, 0.06);
    }
}

#[test]
fn sums_are_those_of_plain_loops() {
    let (summary, model) = (cdnow(), fit(&cdnow(), "bg-nbd"));
    let all = customers(&summary);
    for bin in frequencies(&model, &summary, 7).unwrap() {
        let is = |c: &Customer| if bin.or_more { c.x >= bin.x } else { c.x == bin.x };
        let actual = all.iter().filter(|(_, c, _)| is(c)).count();
        let chance = |t: f64, x: u32| model.purchase.purchases_pmf(&Customer::NEW, t, x);
        let expected: f64 = match bin.or_more {
            false => all.iter().map(|(_, c, _)| chance(c.t, bin.x)).sum(),
            true => all.iter().map(|(_, c, _)| 1.0 - (0..bin.x).map(|x| chance(c.t, x)).sum::<f64>()).sum(),
        };
        assert_eq!(bin.actual, actual as f64);
        assert_close("expected customers", bin.expected, expected, 1e-9);
    }
    let groups = cohorts(&model, &summary).unwrap();
    assert_eq!(groups.iter().map(|g| g.customers).sum::<u64>(), 2357);
    assert_eq!(groups.iter().map(|g| g.actual).sum::<f64>(), 2457.0);
}

#[test]
fn a_reseller_shows() {
    let (summary, model) = (cdnow(), fit(&cdnow(), "bg-nbd"));
    let request = FitRequest::default();
    let plain = influence(&model, &summary, &request, 0.001, 52.0, &()).unwrap();
    assert!((3..10).contains(&plain.dropped) && plain.params.len() == 4);
    assert!((plain.without / plain.with - 1.0).abs() < 0.05, "{plain:?}");
    let mut rows: Vec<(u32, f64, f64, f64)> =
        customers(&summary).iter().map(|(_, c, mean)| (c.x, c.t_x, c.t, *mean)).collect();
    rows.extend([(3000, 38.0, 38.5, 1.0), (2500, 38.0, 38.5, 1.0), (2000, 38.0, 38.5, 1.0)]);
    let spoiled = common::summary_of(&rows);
    let found = influence(&fit(&spoiled, "bg-nbd"), &spoiled, &request, 0.001, 52.0, &()).unwrap();
    assert_eq!((found.dropped, found.from), (3, 2000));
    assert!((found.without / found.with - 1.0).abs() > 0.05, "{found:?}");
}
