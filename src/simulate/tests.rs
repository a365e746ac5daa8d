//! Drawn logs against what the model says of them.

use super::*;
use crate::fitted::PurchaseModel;
use crate::model::GammaGamma;

fn model(name: &str, params: &[f64]) -> ClvModel {
    let purchase = PurchaseModel::new(name, params).unwrap();
    let spend = Some(GammaGamma { p: 6.25, q: 3.74, v: 15.44 }.into());
    ClvModel::from_parameters(purchase, spend, Unit::Week)
}

fn models() -> [ClvModel; 3] {
    [
        model("bg-nbd", &[0.6, 8.0, 0.8, 2.5]),
        model("mbg-nbd", &[0.6, 8.0, 0.8, 2.5]),
        model("nbd", &[0.6, 8.0]),
    ]
}

#[test]
fn threads_change_nothing_and_customers_are_added_at_the_end() {
    for exact in [false, true] {
        let draw = |customers, threads| {
            let options = SimulateOptions { customers, threads: Some(threads), exact, ..Default::default() };
            let mut batches = Vec::new();
            let rows = simulate(&models()[0], &options, &(), |batch| {
                batches.push(batch.clone());
                Ok(())
            });
            assert_eq!(rows.unwrap(), batches.iter().map(|batch| batch.num_rows() as u64).sum::<u64>());
            batches
        };
        let one = draw(10_000, 1);
        assert_eq!(one, draw(10_000, 3));
        assert_eq!(one[0], draw(5_000, 2)[0]);
    }
}

#[test]
fn purchases_are_as_many_as_expected() {
    let options = SimulateOptions {
        customers: 40_000,
        acquired_until: SimulateOptions::default().start,
        ..Default::default()
    };
    for model in models() {
        let summary = simulate_summary(&model, &options).unwrap();
        let (mut sum, mut squares, mut expected) = (0.0, 0.0, 0.0);
        for batch in summary.batches() {
            let batch = batch.unwrap();
            for i in 0..batch.len() {
                let x = f64::from(batch.frequency.value(i));
                sum += x;
                squares += x * x;
                assert!(batch.recency.value(i) <= batch.t.value(i));
            }
            // All are acquired on one day: a day more or less does not show.
            expected = model.purchase.expected_purchases_new(batch.t.value(0));
        }
        let n = options.customers as f64;
        let error = ((squares / n - (sum / n).powi(2)) / n).sqrt();
        let z = (sum / n - expected) / error;
        assert!(z.abs() < 4.0, "{}: {} for {expected}, z = {z}", model.purchase.name(), sum / n);
    }
}

#[test]
fn spend_is_as_much_as_expected() {
    let model = &models()[2];
    let options = SimulateOptions { customers: 40_000, ..Default::default() };
    let summary = simulate_summary(model, &options).unwrap();
    let means: Vec<f64> = summary
        .batches()
        .flat_map(|batch| batch.unwrap().monetary_value.unwrap().values().to_vec())
        .filter(|mean| *mean > 0.0)
        .collect();
    let n = means.len() as f64;
    let mean = means.iter().sum::<f64>() / n;
    let error = (means.iter().map(|m| (m - mean).powi(2)).sum::<f64>() / n / n).sqrt();
    let expected = 6.25 * 15.44 / (3.74 - 1.0);
    assert!((mean - expected).abs() < 4.0 * error, "{mean} for {expected}");
}

#[test]
fn options_that_contradict_are_refused() {
    let early: Date = "2019-12-31".parse().unwrap();
    for (options, name) in [
        (SimulateOptions { customers: 0, ..Default::default() }, "--customers"),
        (SimulateOptions { acquired_until: early, ..Default::default() }, "--acquired-until"),
        (SimulateOptions { until: early, ..Default::default() }, "--until"),
    ] {
        let error = simulate(&models()[0], &options, &(), |_| Ok(())).unwrap_err();
        assert!(error.to_string().starts_with(name), "{error}");
    }
    let wild = model("nbd", &[1.0, 1e-200]);
    let error = simulate(&wild, &SimulateOptions::default(), &(), |_| Ok(())).unwrap_err();
    assert!(error.to_string().contains("are the parameters in weeks?"), "{error}");
}
