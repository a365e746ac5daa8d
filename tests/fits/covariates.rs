//! Covariates that do not change with time: published fits, laws, and what happens to new values.
//!
//! Seen to fail: with the sign of all effects turned around where parameters of a customer are worked out.
//!
//! Pedigree: CT = CLVTools 0.12.1, run on its own apparel data (fixtures/README.md), 104 weeks.

use crate::common::{assert_close, assert_printed, customers, fixture};
use clv::Unit;
use clv::customers::UnseenLevel;
use clv::fitted::{ClvModel, FitRequest};
use clv::forecast::{ScoreOptions, score};
use clv::history::{self, LogOptions, Summary, SummaryBatch};
use clv::params::{CovariateConvention, CovariateRequest, Effects};

fn apparel() -> Summary {
    let options = LogOptions {
        observed_until: Some("2006-12-31".parse().unwrap()),
        attributes: vec!["Gender".into(), "Channel".into()],
        customers: Some(fixture("apparel_static_cov.csv").into()),
        ..LogOptions::default()
    };
    history::open(&[fixture("apparel_trans.csv")], &options, &()).unwrap()
}

fn request(model: &str, names: &[&str]) -> FitRequest {
    let names = names.iter().map(|name| (*name).to_owned()).collect();
    let covariates = CovariateRequest { names, ..CovariateRequest::default() };
    FitRequest { model: model.to_owned(), spend: false, covariates, ..FitRequest::default() }
}

fn fit(summary: &Summary, request: &FitRequest) -> ClvModel {
    ClvModel::fit(summary, request, &()).unwrap()
}

/// CT's figures have the digits of where its search stopped.
#[test]
fn pareto_nbd_on_apparel() {
    let summary = apparel();
    let plain = fit(&summary, &request("pareto-nbd", &[]));
    assert_printed("LL without", plain.purchase_fit.as_ref().unwrap().log_likelihood, "-5848.0978");
    let model = fit(&summary, &request("pareto-nbd", &["Gender", "Channel"]));
    let report = model.purchase_fit.as_ref().unwrap();
    assert_printed("LL", report.log_likelihood, "-5821.0627");
    assert_close("AIC", report.aic(), 11658.12542, 1e-8);
    let theirs = [
        (1.837843236, 0.345467),
        (92.912348851, 16.966981),
        (0.591998511, 0.260902),
        (49.622726666, 36.250939),
    ];
    for (estimate, (value, error)) in report.estimates.iter().zip(theirs) {
        assert_close(estimate.name, estimate.value, value, 3e-3);
        assert_close(estimate.name, estimate.standard_error.unwrap(), error, 6e-3);
    }
    let theirs = [
        ("purchase", "Gender", 0.285873973, 0.104148),
        ("purchase", "Channel", 0.624124100, 0.104958),
        ("dropout", "Gender", -0.642993394, 0.295526),
        ("dropout", "Channel", 0.790678921, 0.305859),
    ];
    assert_eq!(report.coefficients.len(), theirs.len());
    for (estimate, (process, column, value, error)) in report.coefficients.iter().zip(theirs) {
        assert_eq!((estimate.process.as_str(), estimate.column.as_str()), (process, column));
        assert_close(column, estimate.value, value, 3e-3);
        assert_close(column, estimate.standard_error.unwrap(), error, 3e-3);
    }
    let test = report.likelihood_ratio.as_ref().unwrap();
    assert_close("chi-squared", test.statistic, 54.07024, 2e-6);
    assert_eq!(test.degrees_of_freedom, 4);
    assert_printed("p", test.p, "5.09e-11");
    // The sum of CET over the 207.14 weeks that follow, to 2010-12-20.
    let value = clv::ValueOptions { horizon: "1450d".parse().unwrap(), ..Default::default() };
    let total: f64 = score(&model, &summary, &value.into())
        .unwrap()
        .map(|batch| batch.unwrap().expected_purchases.unwrap().iter().sum::<f64>())
        .sum();
    assert_close("sum of CET", total, 1453.546609, 2e-3);
}

#[test]
fn one_coefficient_for_both_processes() {
    let summary = apparel();
    let mut same = request("pareto-nbd", &["Gender", "Channel"]);
    same.covariates.same = vec!["Gender".to_owned()];
    let model = fit(&summary, &same);
    let report = model.purchase_fit.as_ref().unwrap();
    assert_printed("LL", report.log_likelihood, "-5826.534");
    let theirs = [("purchase", 0.638430), ("dropout", 1.022789), ("all", 0.328253)];
    for (estimate, (process, value)) in report.coefficients.iter().zip(theirs) {
        assert_eq!(estimate.process, process);
        assert_close(process, estimate.value, value, 5e-3);
    }
}

#[test]
fn other_models_on_apparel() {
    let summary = apparel();
    let ll = |request: &FitRequest| fit(&summary, request).purchase_fit.unwrap().log_likelihood;
    assert_printed("BG/NBD", ll(&request("bg-nbd", &[])), "-5857.0197");
    // At the boundary that is Pareto/NBD; CT stopped at -5821.062833.
    assert_printed("GGompertz/NBD", ll(&request("ggompertz-nbd", &["Gender", "Channel"])), "-5821.0627");
    // CT's convention cannot move the mean chance to leave; ours contains it.
    let separate = request("bg-nbd", &["Gender", "Channel"]);
    let mut theirs = separate.clone();
    theirs.covariates.convention = CovariateConvention::Clvtools;
    assert!(ll(&separate) > ll(&theirs));
}

/// A copy of the summary with other attributes.
fn with_attributes(summary: &Summary, names: &[&str], value: impl Fn(usize, usize) -> String) -> Summary {
    let mut meta = summary.meta.clone();
    meta.attributes = names.iter().map(|name| (*name).to_owned()).collect();
    let batches: Vec<SummaryBatch> = summary
        .batches()
        .map(|batch| {
            let mut batch = batch.unwrap();
            let column = |k: usize| (0..batch.len()).map(|i| Some(value(i, k))).collect();
            batch.attributes = (0..names.len()).map(column).collect();
            batch
        })
        .collect();
    Summary::new(meta, batches)
}

/// Gender as it is in the file, `0` or `1`.
fn genders(summary: &Summary) -> Vec<String> {
    summary
        .batches()
        .flat_map(|batch| {
            let batch = batch.unwrap();
            (0..batch.len()).map(|i| batch.attributes[0].value(i).to_owned()).collect::<Vec<_>>()
        })
        .collect()
}

/// How a covariate is written changes no forecast: as levels, as numbers, as other numbers.
#[test]
fn coding_changes_nothing() {
    let summary = apparel();
    let gender = genders(&summary);
    let text =
        with_attributes(&summary, &["g"], |i, _| if gender[i] == "1" { "f".into() } else { "m".into() });
    let number = with_attributes(&summary, &["g"], |i, _| gender[i].clone());
    let far =
        with_attributes(
            &summary,
            &["g"],
            |i, _| if gender[i] == "1" { "1990.5".into() } else { "1000".into() },
        );
    for model in ["bg-nbd", "mbg-nbd", "pareto-nbd"] {
        let forecasts: Vec<(f64, Vec<f64>)> = [&text, &number, &far]
            .into_iter()
            .map(|summary| {
                let fitted = fit(summary, &request(model, &["g"]));
                let expected = score(&fitted, summary, &ScoreOptions::default())
                    .unwrap()
                    .flat_map(|batch| batch.unwrap().expected_purchases.unwrap())
                    .collect();
                (fitted.purchase_fit.unwrap().log_likelihood, expected)
            })
            .collect();
        for (ll, expected) in &forecasts[1..] {
            assert_close("LL", *ll, forecasts[0].0, 1e-11);
            for (a, b) in expected.iter().zip(&forecasts[0].1) {
                assert_close(model, *a, *b, 1e-5);
            }
        }
    }
}

/// The unit of time changes no coefficient.
#[test]
fn unit_changes_no_coefficient() {
    let days = {
        let options = LogOptions {
            observed_until: Some("2006-12-31".parse().unwrap()),
            attributes: vec!["Gender".into(), "Channel".into()],
            customers: Some(fixture("apparel_static_cov.csv").into()),
            unit: Some(Unit::Day),
            ..LogOptions::default()
        };
        history::open(&[fixture("apparel_trans.csv")], &options, &()).unwrap()
    };
    let wanted = request("pareto-nbd", &["Gender", "Channel"]);
    let (days, weeks) = (fit(&days, &wanted), fit(&apparel(), &wanted));
    let of = |model: &ClvModel| model.purchase_fit.as_ref().unwrap().coefficients.clone();
    for (a, b) in of(&days).iter().zip(of(&weeks)) {
        assert_close(&a.column, a.value, b.value, 1e-7);
    }
    assert_close("alpha", days.purchase.params()[1], 7.0 * weeks.purchase.params()[1], 1e-7);
}

/// A covariate that says nothing has a coefficient near 0, and the test does not see one.
#[test]
fn noise_is_not_taken_for_an_effect() {
    let summary = apparel();
    let noise = with_attributes(&summary, &["coin"], |i, _| {
        // A fixed pseudo-random bit.
        let bit = ((i as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40) & 1;
        format!("side {bit}")
    });
    let model = fit(&noise, &request("pareto-nbd", &["coin"]));
    let report = model.purchase_fit.unwrap();
    assert!(report.likelihood_ratio.as_ref().unwrap().p > 0.01, "{:?}", report.likelihood_ratio);
    for estimate in &report.coefficients {
        let error = estimate.standard_error.unwrap();
        assert!(estimate.value.abs() < 3.0 * error, "{estimate:?}");
    }
}

/// Without effects it is the model without covariates, to the last bit. Seen to fail: with all logarithms
/// 1e-12 too large.
#[test]
fn covariates_of_no_effect_change_nothing() {
    let summary = apparel();
    for name in ["bg-nbd", "mbg-nbd", "pareto-nbd", "ggompertz-nbd"] {
        let mut model = fit(&summary, &request(name, &["Gender", "Channel"]));
        let plain = ClvModel { effects: None, ..model.clone() };
        let Some(Effects::Covariates(covariates)) = &mut model.effects else { panic!("it has covariates") };
        covariates.coefficients.iter_mut().for_each(|c| c.value = 0.0);
        let scores = |model: &ClvModel| -> Vec<(Vec<f64>, Option<Vec<f64>>)> {
            let batches = score(model, &summary, &ScoreOptions::default()).unwrap().map(Result::unwrap);
            batches.map(|batch| (batch.p_alive, batch.expected_purchases)).collect()
        };
        assert_eq!(scores(&model), scores(&plain), "{name}");
    }
}

#[test]
fn unseen_levels() {
    let summary = apparel();
    let gender = genders(&summary);
    let text =
        with_attributes(&summary, &["g"], |i, _| if gender[i] == "1" { "f".into() } else { "m".into() });
    let model = fit(&text, &request("bg-nbd", &["g"]));
    let new = with_attributes(&summary, &["g"], |i, _| if i == 3 { "x".into() } else { "m".into() });
    let strict = score(&model, &new, &ScoreOptions::default()).unwrap().find_map(Result::err).unwrap();
    let words = strict.to_string();
    assert!(words.contains("g 'x' was not seen") && words.contains("--unseen-level reference"), "{words}");
    let lenient = ScoreOptions { unseen: UnseenLevel::Reference, ..ScoreOptions::default() };
    assert!(score(&model, &new, &lenient).unwrap().all(|batch| batch.is_ok()));
    // A summary without the attribute cannot be scored.
    let without = with_attributes(&summary, &[], |_, _| String::new());
    assert!(score(&model, &without, &ScoreOptions::default()).is_err());
}

#[test]
fn model_files_keep_covariates() {
    let summary = apparel();
    let mut wanted = request("pareto-nbd", &["Gender", "Channel"]);
    wanted.covariates.same = vec!["Channel".to_owned()];
    let model = fit(&summary, &wanted);
    let text = clv::fitted::file::to_json(&model);
    let read = clv::fitted::file::from_json(&text, "model.json".as_ref()).unwrap();
    assert_eq!(read.effects, model.effects);
    assert_eq!(read.purchase_fit, model.purchase_fit);
    assert_eq!(clv::fitted::file::to_json(&read), text);
    assert_eq!(customers(&summary).len(), 600);
}

#[test]
fn covariates_that_cannot_be() {
    let summary = apparel();
    let error = |request: &FitRequest, summary: &Summary| {
        ClvModel::fit(summary, request, &()).unwrap_err().to_string()
    };
    assert!(error(&request("nbd", &["Gender"]), &summary).contains("takes no covariates"));
    assert!(error(&request("bg-nbd", &["Age"]), &summary).contains("no attribute 'Age'"));
    let constant = with_attributes(&summary, &["g"], |_, _| "m".into());
    assert!(error(&request("bg-nbd", &["g"]), &constant).contains("can explain nothing"));
    let gender = genders(&summary);
    let twice = with_attributes(&summary, &["g", "h"], |i, k| match k {
        0 => gender[i].clone(),
        _ => format!("{}", 3.0 - 2.0 * gender[i].parse::<f64>().unwrap()),
    });
    let words = error(&request("bg-nbd", &["g", "h"]), &twice);
    assert!(words.contains("the column h follows from the others (g)"), "{words}");
    let ids = with_attributes(&summary, &["g"], |i, _| format!("id {i}"));
    assert!(error(&request("bg-nbd", &["g"]), &ids).contains("600 levels"));
}
