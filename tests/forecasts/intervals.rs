//! Intervals as they come out of scoring: totals that cover, columns, groups, and what must not move
//! them. How well single customers are covered is tested beside the code (`src/forecast/calibration_tests.rs`).

use crate::common::{cdnow, fit, summary_of};
use clv::fitted::{ClvModel, FitRequest, PurchaseModel};
use clv::forecast::{IntervalOptions, ScoreBatch, ScoreOptions, Totals, schema, score, score_into};
use clv::history::{Summary, SummaryMeta};
use clv::{Unit, ValueOptions};
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
        names[7..14],
        [
            "expected_spend",
            "clv",
            "p_purchase",
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
        Some(clv::model::GammaGamma { p: 6.25, q: 3.74, v: 15.44 }.into()),
        Unit::Week,
    );
    let cents = ClvModel {
        spend: Some(clv::model::GammaGamma { p: 6.25, q: 3.74, v: 1544.0 }.into()),
        ..given.clone()
    };
    let value = |model: &ClvModel, mean: f64| {
        let (batches, _) = run(model, &summary_of(&[(2, 30.4, 38.9, mean)]), &options(0.9));
        batches[0].intervals.clone().unwrap().clv.unwrap().upper[0]
    };
    let ratio = value(&cents, 2235.0) / value(&given, 22.35);
    // Amounts in cents: a quantile of the same draws, times 100.
    assert!((ratio - 100.0).abs() <= 1e-12 * 100.0, "{ratio}");
}

#[test]
fn more_probable_is_wider_and_seeds_matter_where_something_is_drawn() {
    let summary = cdnow();
    let model = fit(&summary, "bg-nbd");
    let upper = |probability: f64, seed: u64| {
        let interval = Some(IntervalOptions { probability, seed, ..IntervalOptions::default() });
        let (batches, totals) = run(&model, &summary, &ScoreOptions { interval, ..ScoreOptions::default() });
        let bounds = batches[0].intervals.clone().unwrap().clv.unwrap();
        (bounds.upper, totals.groups[&None].clv_spread.interval(probability).unwrap())
    };
    let (narrow, total) = upper(0.5, 1);
    let (wide, wider) = upper(0.9, 1);
    assert!(narrow.iter().zip(&wide).all(|(narrow, wide)| narrow <= wide));
    assert!(total.1 - total.0 < wider.1 - wider.0);
    assert_eq!(upper(0.9, 1).0, wide);
    // Ends of customers are worked out; totals of few are drawn.
    assert_eq!(upper(0.9, 2).0, wide);
    let drawn = |seed: u64| {
        let interval = Some(IntervalOptions { seed, ..IntervalOptions::default() });
        let options = ScoreOptions { interval, ..ScoreOptions::default() };
        let totals = score_into(&model, &summary, &options, &(), |_| Ok(())).unwrap();
        totals.groups[&None].clv_spread.interval(0.9).unwrap()
    };
    assert_eq!(drawn(1), drawn(1));
    assert_ne!(drawn(1), drawn(2));
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
        crate::common::customers(&summary).iter().step_by(8).map(|(_, c, m)| (c.x, c.t_x, c.t, *m)).collect();
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

/// A total that is hardly ever more than nothing: one customer and a short horizon. The quantile of
/// the total is below the smallest double.
#[test]
fn the_interval_of_a_rare_purchase_ends() {
    let model = fit(&cdnow(), "bg-nbd");
    let value = ValueOptions { horizon: "1d".parse().unwrap(), ..ValueOptions::default() };
    let (summary, options) = (summary_of(&[(0, 0.0, 38.9, 0.0)]), ScoreOptions { value, ..options(0.9) });
    let totals = score_into(&model, &summary, &options, &(), |_| Ok(())).unwrap();
    // Once in a thousand days: with 95 % it is not tomorrow.
    assert_eq!(totals.groups[&None].purchases_spread.interval(0.9), Some((0.0, 0.0)));
}

/// A model of given parameters, with a spend model in which a customer who has not come back has amounts without a
/// variance (q < 2).
fn heavy_tailed() -> ClvModel {
    ClvModel::from_parameters(
        PurchaseModel::new("mbg-nbd", &[0.525, 6.183, 0.891, 1.614]).unwrap(),
        Some(clv::model::GammaGamma { p: 6.25, q: 1.6, v: 8.0 }.into()),
        Unit::Week,
    )
}

fn few(n: usize) -> Vec<(u32, f64, f64, f64)> {
    let one = |i: usize| match i % 4 {
        0 | 1 => (0, 0.0, 20.0 + (i % 19) as f64, 0.0),
        2 => (1, 11.0, 30.0, 5.0 + i as f64),
        _ => (6, 25.0, 39.0, 20.0),
    };
    (0..n).map(one).collect()
}

/// The total of few customers has the quantiles of futures that are drawn here one by one, of purchases and of value,
/// for one customer to thousands. Totals of many go by mean and variance.
#[test]
fn totals_of_few_are_those_of_drawn_futures() {
    use rand_distr::{Distribution, Gamma};
    let model = heavy_tailed();
    let spend = model.spend.unwrap();
    for (n, futures) in [(1, 20_000), (40, 20_000), (3_000, 2_000)] {
        let rows = few(n);
        let summary = summary_of(&rows);
        let totals = score_into(&model, &summary, &options(0.9), &(), |_| Ok(())).unwrap();
        let all = &totals.groups[&None];
        let bounds = [&all.purchases_spread, &all.clv_spread].map(|spread| spread.interval(0.9).unwrap());
        let (delta, horizon) = (1.1_f64.ln() / (365.25 / 7.0), 365.25 / 7.0);
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        let mut found = vec![[0.0; 2]; futures];
        let clv::fitted::SpendModel::GammaGamma(spend) = spend;
        for (x, t_x, t, mean) in rows {
            let customer = clv::customers::Customer { x, t_x, t };
            let (alive, process) =
                (model.purchase.p_alive(&customer), model.purchase.future_if_alive(&customer).unwrap());
            let rate =
                Gamma::new(spend.p * f64::from(x) + spend.q, 1.0 / (spend.v + f64::from(x) * mean)).unwrap();
            let amount = Gamma::new(spend.p, 1.0).unwrap();
            for total in &mut found {
                let mut ages = Vec::new();
                if rng.random::<f64>() < alive {
                    process.repeats(&mut rng, horizon, &mut ages);
                }
                let nu = rate.sample(&mut rng);
                total[0] += ages.len() as f64;
                total[1] +=
                    ages.iter().map(|age| (-delta * age).exp() * amount.sample(&mut rng) / nu).sum::<f64>();
            }
        }
        for (k, (low, high)) in bounds.into_iter().enumerate() {
            let share = |holds: &dyn Fn(f64) -> bool| {
                found.iter().filter(|total| holds(total[k])).count() as f64 / futures as f64
            };
            // Either end is a quantile to what both samples leave open: four standard errors of theirs.
            let room =
                4.0 * (0.0475 / futures as f64 + 0.0475 / if n > 1_000 { 1_000.0 } else { 50_000.0 }).sqrt();
            let below = (share(&|total| total < low), share(&|total| total <= low));
            let above = (share(&|total| total > high), share(&|total| total >= high));
            for (least, most) in [below, above] {
                assert!(
                    least <= 0.05 + room && 0.05 - room <= most,
                    "{n} customers, {k}: {low} to {high}: {least} {most}"
                );
            }
        }
    }
}

/// Few or not, as customers are counted: with 5,000 they are drawn, and with one more they are not.
#[test]
fn totals_of_few_and_of_many_agree() {
    let model = ClvModel {
        spend: Some(clv::model::GammaGamma { p: 6.25, q: 3.74, v: 15.44 }.into()),
        ..heavy_tailed()
    };
    let bounds = |n: usize| {
        let totals = score_into(&model, &summary_of(&few(n)), &options(0.9), &(), |_| Ok(())).unwrap();
        let all = &totals.groups[&None];
        [all.purchases_spread.interval(0.9).unwrap(), all.clv_spread.interval(0.9).unwrap()]
    };
    for (drawn, not) in bounds(5_000).into_iter().zip(bounds(5_001)) {
        let width = drawn.1 - drawn.0;
        // A thousand totals know either end to a twentieth of the width.
        assert!(
            (drawn.0 - not.0).abs() < 0.1 * width && (drawn.1 - not.1).abs() < 0.1 * width,
            "{drawn:?} {not:?}"
        );
    }
}

/// Histories and parameters in another unit are the same customers: the same ends to the last bit.
#[test]
fn ends_do_not_depend_on_the_unit() {
    let rows = few(200);
    let ends = |unit: Unit| {
        let factor = Unit::Week.days() / unit.days();
        let scaled: Vec<_> =
            rows.iter().map(|(x, t_x, t, mean)| (*x, t_x * factor, t * factor, *mean)).collect();
        let summary = summary_of(&scaled);
        let meta = SummaryMeta { unit, ..summary.meta.clone() };
        let summary = Summary::new(meta, summary.batches().map(Result::unwrap).collect::<Vec<_>>());
        let model = ClvModel {
            unit,
            purchase: PurchaseModel::new("mbg-nbd", &[0.525, 6.183 * factor, 0.891, 1.614]).unwrap(),
            ..heavy_tailed()
        };
        let mut columns = Vec::new();
        let totals = score_into(&model, &summary, &options(0.9), &(), |table| {
            columns.push(table.project(&[10, 11, 12, 13]).unwrap());
            Ok(())
        })
        .unwrap();
        let all = &totals.groups[&None];
        (columns, all.purchases_spread.interval(0.9), all.clv_spread.interval(0.9))
    };
    let weeks = ends(Unit::Week);
    for unit in [Unit::Day, Unit::Month, Unit::Year] {
        assert_eq!(ends(unit), weeks, "{unit}");
    }
}

/// A customer of a million purchases has as many ahead; its distribution is known at as few places as that of others, and
/// the interval holds the gamma distribution that its rate has (the shape is a million, so the total is known to a
/// thousandth).
#[test]
fn a_million_purchases_take_no_longer() {
    let model = ClvModel::from_parameters(PurchaseModel::new("nbd", &[0.4, 12.0]).unwrap(), None, Unit::Week);
    let started = std::time::Instant::now();
    let value = ValueOptions { horizon: "10y".parse().unwrap(), ..ValueOptions::default() };
    let (batches, _) =
        run(&model, &summary_of(&[(1_000_000, 50.0, 50.0, 3.0)]), &ScoreOptions { value, ..options(0.9) });
    let bounds = batches[0].intervals.clone().unwrap().purchases.unwrap();
    let expected = batches[0].expected_purchases.clone().unwrap()[0];
    // 1.645 standard deviations of Gamma(1e6): a 600th; between places it is known to a fraction of that.
    let half = 1.645 * (1.0 / 1e6 + 1.0 / expected).sqrt();
    for end in [1.0 - bounds.lower[0] / expected, bounds.upper[0] / expected - 1.0] {
        assert!((end / half - 1.0).abs() < 0.02, "{bounds:?} {expected}");
    }
    assert!(started.elapsed().as_secs() < 10);
}

/// A fit without a maximum of which nothing says how sure it is has no intervals, and says so.
#[test]
fn what_is_not_known_has_no_interval() {
    let rows: Vec<_> = (0..200).map(|i| (3 + i % 17, 39.9, 40.0, 0.0)).collect();
    let summary = without_money(&summary_of(&rows));
    let fitted = fit(&summary, "bg-nbd");
    assert!(clv::forecast::no_intervals(&fitted).is_none());
    let ends = |model: &ClvModel| {
        let (batches, totals) = run(model, &summary, &options(0.9));
        let row = batches[0].intervals.clone().unwrap().purchases.map(|bounds| bounds.upper[0]);
        (row, totals.groups[&None].purchases_spread.interval(0.9))
    };
    assert!(ends(&fitted).0.is_some() && ends(&fitted).1.is_some());
    let mut bare = fitted.clone();
    bare.purchase_fit.as_mut().unwrap().posterior = None;
    assert!(clv::forecast::no_intervals(&bare).unwrap().contains("--prior weak"));
    assert_eq!(ends(&bare), (None, None));
}
