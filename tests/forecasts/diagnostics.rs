//! Do the diagnostics of a fit say what they should: nothing of customers drawn from the model itself, and
//! something where the model is wrong?
//!
//! Seen to fail: with the parameters of the reference customer for all; with a line for chance that nothing crosses.

use crate::common::{assert_close, cdnow, customers, fit, fixture};
use clv::Unit;
use clv::customers::Customer;
use clv::fitted::{ClvModel, FitRequest, PurchaseModel};
use clv::model::GammaGamma;
use clv::params::CovariateRequest;
use clv::simulate::{SimulateOptions, simulate_summary};
use clv::study::diagnostics::{DiagnosticOptions, cohorts, diagnose, frequencies, influence, spend};

/// Customers drawn from a model that is known.
fn drawn() -> (ClvModel, clv::Summary) {
    let purchase = PurchaseModel::new("bg-nbd", &[0.6, 8.0, 0.8, 2.5]).unwrap();
    let spend = Some(GammaGamma { p: 6.25, q: 3.74, v: 15.44 }.into());
    let model = ClvModel::from_parameters(purchase, spend, Unit::Week);
    let options = SimulateOptions { customers: 15_000, ..SimulateOptions::default() };
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
    for group in cohorts(&model, &summary).unwrap().iter().filter(|group| group.customers > 400) {
        assert!((group.actual / group.expected - 1.0).abs() < 0.12, "{group:?}");
    }
    for quantile in spend(&model, &summary, &()).unwrap().unwrap().quantiles {
        assert_close("quantile of spend", quantile.actual, quantile.expected, 0.06);
    }
}

/// Three logs of a shop in which prices stay, rise by a twentieth a year, or by four tenths, with amounts that are otherwise
/// drawn from the same log-normal distribution for each customer: only the last is warned of. Its slope is ln 1.4 = 0.336.
/// Before, the diagnostics said nothing of it.
#[test]
fn amounts_that_change_with_time_are_said() {
    let diagnosed = |growth: f64| {
        let mut state = 5u64;
        let mut uniform = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            ((state >> 11) as f64 + 0.5) / (1u64 << 53) as f64
        };
        let first: jiff::civil::Date = "2021-01-01".parse().unwrap();
        let mut log = "customer_id,date,amount\n".to_owned();
        for customer in 0..400 {
            let own = 20.0 * (2.0 * uniform()).exp();
            let mut day = (300.0 * uniform()) as i32;
            while day < 1000 {
                let noise = (-2.0 * uniform().ln()).sqrt() * (std::f64::consts::TAU * uniform()).cos();
                let amount = own * (0.4 * noise).exp() * growth.powf(f64::from(day) / 365.25);
                let date = first.checked_add(jiff::Span::new().days(day)).unwrap();
                log += &format!("c{customer},{date},{amount:.2}\n");
                if uniform() < 0.25 {
                    break;
                }
                day += 1 + (-120.0 * uniform().ln()) as i32;
            }
        }
        let file = tempfile::Builder::new().suffix(".csv").tempfile().unwrap();
        std::fs::write(file.path(), log).unwrap();
        let options = clv::history::LogOptions { spend_drift: true, ..Default::default() };
        let summary = clv::history::open(&[file.path().to_owned()], &options, &()).unwrap();
        let (model, request) = (fit(&summary, "bg-nbd"), FitRequest::default());
        diagnose(&model, &summary, &request, &DiagnosticOptions::default(), &()).unwrap()
    };
    for (growth, said) in [(1.0, false), (1.05, false), (1.4, true)] {
        let found = diagnosed(growth);
        let drift = found.drift.unwrap();
        // Within four standard errors, which are small.
        assert!(
            (drift.slope - growth.ln()).abs() < 4.0 * drift.error && drift.error < 0.03,
            "{growth}: {drift:?}"
        );
        let warning = found.warnings.iter().find(|warning| warning.code == "spend-drifts");
        assert_eq!(warning.is_some(), said, "{growth}: {drift:?}");
        assert!(warning.is_none_or(|w| w.message.contains("times as much a purchase a year later")));
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
    let year = "52w".parse().unwrap();
    let plain = influence(&model, &summary, &request, 0.001, year, &()).unwrap().unwrap();
    assert!((3..10).contains(&plain.dropped) && plain.params.len() == 4);
    assert!((plain.change()).abs() < 0.05, "{plain:?}");
    let mut rows: Vec<(u32, f64, f64, f64)> =
        customers(&summary).iter().map(|(_, c, mean)| (c.x, c.t_x, c.t, *mean)).collect();
    rows.extend([(3000, 38.0, 38.5, 1.0), (2500, 38.0, 38.5, 1.0), (2000, 38.0, 38.5, 1.0)]);
    let spoiled = crate::common::summary_of(&rows);
    let found = influence(&fit(&spoiled, "bg-nbd"), &spoiled, &request, 0.001, year, &()).unwrap().unwrap();
    assert_eq!((found.dropped, found.from), (3, 2000));
    assert!((found.change()).abs() > 0.05, "{found:?}");
}

/// The codes of the warnings of a diagnosis.
fn codes(model: &ClvModel, summary: &clv::Summary) -> Vec<String> {
    let request = FitRequest::default();
    let found = diagnose(model, summary, &request, &DiagnosticOptions::default(), &()).unwrap();
    found.warnings.iter().map(|warning| warning.code.to_string()).collect()
}

#[test]
fn words_only_where_something_stands_out() {
    let (model, summary) = drawn();
    assert_eq!(codes(&model, &summary), [""; 0]);
    let purchase = PurchaseModel::new("bg-nbd", &[0.4, 8.0, 0.8, 2.5]).unwrap();
    let spend = Some(GammaGamma { p: 6.25, q: 3.0, v: 15.44 }.into());
    let wrong = ClvModel { purchase, spend, ..model };
    assert_eq!(codes(&wrong, &summary), ["frequencies-off", "cohorts-off", "spend-off"]);
}

/// Each customer is held against the model of its own covariates.
#[test]
fn covariates_are_each_customers_own() {
    let options = clv::history::LogOptions {
        observed_until: Some("2006-12-31".parse().unwrap()),
        attributes: vec!["Gender".into(), "Channel".into()],
        customers: Some(fixture("apparel_static_cov.csv").into()),
        ..Default::default()
    };
    let summary = clv::history::open(&[fixture("apparel_trans.csv")], &options, &()).unwrap();
    let covariates = CovariateRequest { names: options.attributes.clone(), ..Default::default() };
    let request = FitRequest { covariates, ..FitRequest::default() };
    let model = ClvModel::fit(&summary, &request, &()).unwrap();
    let covariates = model.covariates().unwrap();
    let (mut expected, mut bought) = (0.0, 0.0);
    for batch in summary.batches() {
        let batch = batch.unwrap();
        for row in 0..batch.len() {
            let values = [batch.attributes[0].value(row), batch.attributes[1].value(row)];
            let columns = covariates.encode(&values, Default::default()).unwrap();
            let own =
                PurchaseModel::new("bg-nbd", &covariates.params(model.purchase.params(), &columns)).unwrap();
            expected += own.expected_purchases(&Customer::NEW, batch.t.value(row));
            bought += own.purchases_pmf(&Customer::NEW, batch.t.value(row), 2);
        }
    }
    let groups = cohorts(&model, &summary).unwrap();
    assert_close("cohorts", groups.iter().map(|g| g.expected).sum::<f64>(), expected, 1e-12);
    assert_close("two", frequencies(&model, &summary, 7).unwrap()[2].expected, bought, 1e-12);
    let change = influence(&model, &summary, &request, 0.01, "1y".parse().unwrap(), &()).unwrap().unwrap();
    assert!((6..12).contains(&change.dropped) && change.change().abs() < 0.2, "{change:?}");
}
