//! Intervals as they come out of scoring: totals that cover, columns, groups, and what must not move
//! them. How well single customers are covered is tested beside the code (`src/score/calibration_tests.rs`).

mod common;

use clv::clv_model::{ClvModel, FitRequest};
use clv::family::PurchaseModel;
use clv::score::{IntervalOptions, ScoreBatch, ScoreOptions, schema, score};
use clv::summary::{Summary, SummaryMeta};
use clv::totals::Totals;
use clv::units::Unit;
use clv::value::ValueOptions;
use common::{cdnow, fit, summary_of};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

fn options(probability: f64) -> ScoreOptions {
    let interval = Some(IntervalOptions { probability, ..IntervalOptions::default() });
    ScoreOptions { interval, ..ScoreOptions::default() }
}

fn run(model: &ClvModel, summary: &Summary, options: &ScoreOptions) -> (Vec<ScoreBatch>, Totals) {
    let mut totals = Totals::default();
    let batches = score(model, summary, options).unwrap().map(Result::unwrap);
    let batches: Vec<ScoreBatch> = batches.inspect(|batch| totals.add(batch)).collect();
    (batches, totals)
}

/// 200 shops of 300 customers: fitted on the past, the total of the future is inside its 80 % interval in
/// 75 to 85 % of cases. Seen to fail: with the variance of individuals left out of totals.
#[test]
fn totals_are_covered() {
    let truth = PurchaseModel::new("bg-nbd", &[0.6, 5.0, 0.6, 2.4]).unwrap();
    let inside = (0..200_u64)
        .into_par_iter()
        .filter(|seed| {
            let mut rng = ChaCha8Rng::seed_from_u64(7000 + seed);
            let process = truth.process().unwrap();
            let (mut rows, mut actual, mut ages) = (Vec::new(), 0.0, Vec::new());
            for _ in 0..300 {
                let t = (25.0 + 25.0 * rng.random::<f64>()).floor();
                ages.clear();
                process.repeats(&mut rng, t + 26.0, &mut ages);
                let past = ages.partition_point(|age| *age <= t);
                rows.push((past as u32, if past > 0 { ages[past - 1] } else { 0.0 }, t, 0.0));
                actual += (ages.len() - past) as f64;
            }
            let summary = without_money(&summary_of(&rows));
            let model = fit(&summary, "bg-nbd");
            let value = ValueOptions { horizon: "26w".parse().unwrap(), ..ValueOptions::default() };
            let (_, totals) = run(&model, &summary, &ScoreOptions { value, ..options(0.8) });
            let (low, high) = totals.groups[&None].purchases_spread.interval(0.8).unwrap();
            low <= actual && actual <= high
        })
        .count();
    assert!((150..=170).contains(&inside), "{inside} of 200");
}

fn without_money(summary: &Summary) -> Summary {
    let meta = SummaryMeta { has_money: false, ..summary.meta.clone() };
    let batches: Vec<clv::SummaryBatch> =
        summary.batches().map(|batch| clv::SummaryBatch { monetary_value: None, ..batch.unwrap() }).collect();
    Summary::new(meta, batches)
}

#[test]
fn columns_are_in_the_contract_and_in_order() {
    let summary = cdnow();
    let model = fit(&summary, "bg-nbd");
    let mut wanted = options(0.9);
    wanted.interval = wanted.interval.map(|interval| IntervalOptions { of_mean: true, ..interval });
    let schema = schema(&wanted);
    let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    assert_eq!(
        names[7..13],
        [
            "expected_spend",
            "clv",
            "expected_purchases_lower",
            "expected_purchases_upper",
            "clv_lower",
            "clv_upper"
        ]
    );
    let (batches, totals) = run(&model, &summary, &wanted);
    let mut total = 0.0;
    for batch in batches {
        let (clv, intervals) = (batch.clv.clone().unwrap(), batch.intervals.clone().unwrap());
        total += clv.iter().sum::<f64>();
        let (purchases, value) = (intervals.purchases.unwrap(), intervals.clv.unwrap());
        let [_, mean] = intervals.means.unwrap();
        let mean = mean.unwrap();
        for (i, clv) in clv.iter().enumerate() {
            assert!(purchases.lower[i] <= purchases.upper[i] && purchases.lower[i].fract() == 0.0);
            assert!(0.0 <= value.lower[i] && value.lower[i] <= value.upper[i]);
            // The expectation is within its own interval.
            assert!(mean.lower[i] <= clv * 1.02 && *clv <= mean.upper[i] * 1.02, "{i}");
        }
        assert_eq!(batch.into_table(&schema).num_columns(), names.len());
    }
    let all = &totals.groups[&None];
    // The same sum in another order.
    assert!((all.clv.unwrap() - total).abs() <= 1e-12 * total);
    let (low, high) = all.clv_spread.interval(0.9).unwrap();
    assert!(low < total && total < high);
    // Some 2,400 customers: the total is far better known than any of them.
    assert!((high - low) / total < 0.4, "{low} {high}");
}

/// The same customer gets the same interval alone, among others, in any order, with any unit.
#[test]
fn intervals_do_not_depend_on_company() {
    let (one, other) = ((2, 30.4, 38.9, 22.35), (0, 0.0, 38.9, 0.0));
    let model = fit(&cdnow(), "pareto-nbd");
    let of = |rows: &[(u32, f64, f64, f64)], place: usize| {
        let (batches, _) = run(&model, &summary_of(rows), &options(0.9));
        let intervals = batches[0].intervals.clone().unwrap();
        let (purchases, clv) = (intervals.purchases.unwrap(), intervals.clv.unwrap());
        [purchases.lower[place], purchases.upper[place], clv.lower[place], clv.upper[place]]
    };
    let alone = of(&[one], 0);
    assert_eq!(of(&[other, one], 1), alone);
    assert_eq!(of(&[one, other, one], 2), alone);
    assert!(alone[3] > alone[2]);
    // Spending ten times as much, exactly so much more can be lost or won at known parameters.
    let given = ClvModel::from_parameters(
        PurchaseModel::new("bg-nbd", &[0.243, 4.414, 0.793, 2.426]).unwrap(),
        Some(clv::model::GammaGamma { p: 6.25, q: 3.74, v: 15.44 }),
        Unit::Week,
    );
    let cents =
        ClvModel { spend: Some(clv::model::GammaGamma { p: 6.25, q: 3.74, v: 1544.0 }), ..given.clone() };
    let value = |model: &ClvModel, mean: f64| {
        let (batches, _) = run(model, &summary_of(&[(2, 30.4, 38.9, mean)]), &options(0.9));
        batches[0].intervals.clone().unwrap().clv.unwrap().upper[0]
    };
    let ratio = value(&cents, 2235.0) / value(&given, 22.35);
    // Amounts in cents: a quantile of the same draws, times 100.
    assert!((ratio - 100.0).abs() <= 1e-12 * 100.0, "{ratio}");
}

#[test]
fn more_probable_is_wider_and_seeds_matter() {
    let summary = cdnow();
    let model = fit(&summary, "bg-nbd");
    let upper = |probability: f64, seed: u64| {
        let interval = Some(IntervalOptions { probability, seed, of_mean: false });
        let (batches, totals) = run(&model, &summary, &ScoreOptions { interval, ..ScoreOptions::default() });
        let bounds = batches[0].intervals.clone().unwrap().clv.unwrap();
        (bounds.upper, totals.groups[&None].clv_spread.interval(probability).unwrap())
    };
    let (narrow, total) = upper(0.5, 1);
    let (wide, wider) = upper(0.9, 1);
    assert!(narrow.iter().zip(&wide).all(|(narrow, wide)| narrow <= wide));
    assert!(total.1 - total.0 < wider.1 - wider.0);
    assert_eq!(upper(0.9, 1).0, wide);
    assert_ne!(upper(0.9, 2).0, wide);
    let wrong = Some(IntervalOptions { probability: 90.0, ..IntervalOptions::default() });
    let error = score(&model, &summary, &ScoreOptions { interval: wrong, ..ScoreOptions::default() });
    assert!(error.err().unwrap().to_string().contains("write 0.9 for 90 %"));
}

/// A fit to more customers knows its parameters better: the interval of the mean shrinks, that of what
/// happens does not.
#[test]
fn what_shrinks_with_data_and_what_does_not() {
    let summary = cdnow();
    let request = FitRequest { spend: false, ..FitRequest::default() };
    let all = ClvModel::fit(&summary, &request, &()).unwrap();
    let rows: Vec<_> =
        common::customers(&summary).iter().step_by(8).map(|(_, c, m)| (c.x, c.t_x, c.t, *m)).collect();
    let few = ClvModel::fit(&summary_of(&rows), &request, &()).unwrap();
    let widths = |model: &ClvModel| {
        let mut wanted = options(0.9);
        wanted.interval = wanted.interval.map(|interval| IntervalOptions { of_mean: true, ..interval });
        let (batches, _) = run(model, &summary_of(&[(4, 30.0, 38.0, 20.0)]), &wanted);
        let intervals = batches[0].intervals.clone().unwrap();
        let [mean, _] = intervals.means.unwrap();
        let (mean, purchases) = (mean.unwrap(), intervals.purchases.unwrap());
        (mean.upper[0] - mean.lower[0], purchases.upper[0] - purchases.lower[0])
    };
    let ((all_mean, all_happens), (few_mean, few_happens)) = (widths(&all), widths(&few));
    assert!(few_mean > 1.8 * all_mean, "{few_mean} {all_mean}");
    assert!((few_happens - all_happens).abs() <= 2.0, "{few_happens} {all_happens}");
}

/// A total that is hardly ever more than nothing: one customer and a short horizon. Seen to fail: the quantile of
/// the total, below the smallest double, was looked for without end.
#[test]
fn the_interval_of_a_rare_purchase_ends() {
    let model = fit(&cdnow(), "bg-nbd");
    let value = ValueOptions { horizon: "1d".parse().unwrap(), ..ValueOptions::default() };
    let (_, totals) =
        run(&model, &summary_of(&[(0, 0.0, 38.9, 0.0)]), &ScoreOptions { value, ..options(0.9) });
    let (low, high) = totals.groups[&None].purchases_spread.interval(0.9).unwrap();
    assert!(low == 0.0 && high < 1.0, "{low} {high}");
}
