//! The posterior of the parameters: against an independent sampler, against itself (simulation-based
//! calibration), against ArviZ for its diagnostics, and what must not move it.
//!
//! `fixtures/reference/posterior.json` holds figures of emcee and ArviZ; `posterior.py` beside it made
//! them. Seen to fail, each by the test that names it: see there.

use crate::common::{cdnow, fixture};
use clv::Summary;
use clv::customers::{Counts, Customer, CustomerTable};
use clv::fit::{
    FitOptions, FitReport, Posterior, PosteriorMethod, PosteriorOptions, Prior, fit_spend,
    posterior::{Evidence, Normality, NutsEvidence, convergence, largest_good_k, pareto_smoothed},
};
use clv::fitted::{ClvModel, FitRequest, Member, PurchaseModel, file};
use clv::forecast::{IntervalOptions, ScoreOptions, score};
use clv::history::{self, LogOptions};
use clv::model::{BgNbd, Model};
use clv::params::CovariateRequest;
use rand::distr::Distribution;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;
use rayon::prelude::*;
use serde_json::Value;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

fn reference() -> Value {
    let text = std::fs::read_to_string(fixture("reference/posterior.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn options(method: PosteriorMethod, prior: Prior) -> FitOptions {
    let posterior = PosteriorOptions { method, kept: 4000, ..PosteriorOptions::default() };
    FitOptions { prior, posterior, ..FitOptions::default() }
}

fn counts(summary: &Summary) -> Counts {
    Counts::read(summary, &()).unwrap()
}

/// The report of a fit to the CDNOW sample.
fn fitted(model: &str, options: &FitOptions) -> FitReport {
    let counts = counts(&cdnow());
    match model {
        "gamma-gamma" => fit_spend(&counts.spend.unwrap(), &counts.amounts, options, &()).unwrap().report,
        model => Member::named(model).unwrap().fit(&counts.customers, options, &()).unwrap().1,
    }
}

fn draws(report: &FitReport) -> &[Vec<f64>] {
    &report.posterior.as_ref().unwrap().draws
}

fn nuts(report: &FitReport) -> &NutsEvidence {
    match &report.posterior.as_ref().unwrap().evidence {
        Evidence::Nuts(run) => run,
        other => panic!("{other:?}"),
    }
}

fn moments(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let n = values.clone().count() as f64;
    let mean = values.clone().sum::<f64>() / n;
    (mean, (values.map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt())
}

/// Means and standard deviations of the logarithm of the `i`-th parameter.
fn log_moments(draws: &[Vec<f64>], i: usize) -> (f64, f64) {
    moments(draws.iter().map(move |draw| draw[i].ln()))
}

/// emcee, which knows no gradients, on likelihoods written from the papers, with the same weak prior. Seen to fail: the logarithm of
/// the Jacobian, the sum of the logarithms, added to the density (flat in the parameters, not in their
/// logarithms); places within a path chosen without their weights; and, by the draws' worth, the criterion for
/// turning reversed. With the gradient's sign turned it does not come to an end.
#[track_caller]
fn agrees_with_emcee(model: &str) {
    let reference = &reference()["models"][model];
    let report = fitted(model, &options(PosteriorMethod::Nuts, Prior::Weak));
    let run = nuts(&report);
    assert!(report.warnings.iter().all(|warning| warning.code != "poor-sampling"), "{:?}", report.warnings);
    assert_eq!(run.divergences, 0);
    // Each draw is worth more than one; a path that ends too soon is worth a quarter.
    let worth = run.worst(|convergence| convergence.ess_bulk, f64::min);
    assert!(worth > 2500.0, "{worth}");
    for (i, estimate) in report.estimates.iter().enumerate() {
        let expected = &reference["parameters"][estimate.name];
        let of = |what: &str| expected[what].as_f64().unwrap();
        let (mean, sd) = log_moments(draws(&report), i);
        let place = format!("{model} {}: ln mean {mean} sd {sd}, not {expected}", estimate.name);
        // 4,000 draws here and 20,000 there: a standard error of some 0.02 standard deviations.
        assert!((mean - of("ln_mean")).abs() < 0.08 * of("ln_sd"), "{place}");
        assert!((sd / of("ln_sd") - 1.0).abs() < 0.06, "{place}");
        let mut values: Vec<f64> = draws(&report).iter().map(|draw| draw[i]).collect();
        values.sort_by(f64::total_cmp);
        for (p, expected) in expected["quantiles"].as_object().unwrap() {
            let (share, expected): (f64, f64) = (p.parse().unwrap(), expected.as_f64().unwrap());
            let found = values[(share * values.len() as f64) as usize];
            assert!((found / expected).ln().abs() < 0.17 * of("ln_sd"), "{place}: {p}: {found} {expected}");
        }
    }
}

#[test]
fn bg_nbd_agrees_with_emcee() {
    agrees_with_emcee("bg-nbd");
}

#[test]
fn gamma_gamma_agrees_with_emcee() {
    agrees_with_emcee("gamma-gamma");
}

/// Where there is much to learn from, three ways find the same: 23,570 customers.
#[test]
fn all_ways_agree_on_much_data() {
    let log = crate::common::cdnow_options();
    let summary = history::open(&[fixture("cdnow_master.csv")], &log, &()).unwrap();
    let table = counts(&summary).customers;
    let member = Member::named("bg-nbd").unwrap();
    let by = |method| member.fit(&table, &options(method, Prior::None), &()).unwrap().1;
    let laplace = by(PosteriorMethod::Laplace);
    assert!(laplace.posterior.as_ref().unwrap().is_good());
    let (nuts, bootstrap) = (by(PosteriorMethod::Nuts), by(PosteriorMethod::Bootstrap));
    for (i, estimate) in laplace.estimates.iter().enumerate() {
        let (mode, error) = (estimate.value.ln(), estimate.standard_error.unwrap() / estimate.value);
        let (mean, sd) = log_moments(draws(&nuts), i);
        assert!((mean - mode).abs() < 0.1 * sd, "{} {}", estimate.name, (mean - mode) / sd);
        assert!((sd / error - 1.0).abs() < 0.1, "{}", sd / error);
        // 200 replicates know a standard deviation to 5 %; that of the data need not be that of the model.
        let (mean, sd) = log_moments(draws(&bootstrap), i);
        assert!((mean - mode).abs() < 0.4 * sd && (0.7..1.5).contains(&(sd / error)), "{}", sd / error);
    }
}

/// On the small sample the posterior is skewed, and Laplace's mean off by a tenth of a standard deviation:
/// NUTS must find what importance sampling makes of the approximation.
#[test]
fn nuts_is_the_approximation_reweighed() {
    let table = counts(&cdnow()).customers;
    let report = fitted("bg-nbd", &options(PosteriorMethod::Nuts, Prior::None));
    let mode: Vec<f64> = report.estimates.iter().map(|estimate| estimate.value).collect();
    let covariance = report.covariance.as_ref().unwrap();
    let factor = root(&|i, j| covariance[i][j] / (mode[i] * mode[j]));
    let mut rng = ChaCha8Rng::seed_from_u64(4);
    let (mut ratios, mut logs) = (Vec::new(), Vec::new());
    for _ in 0..4000 {
        let z: [f64; 4] = std::array::from_fn(|_| StandardNormal.sample(&mut rng));
        let u: Vec<f64> =
            (0..4).map(|i| mode[i].ln() + (0..=i).map(|j| factor[i][j] * z[j]).sum::<f64>()).collect();
        let theta: Vec<f64> = u.iter().map(|u| u.exp()).collect();
        let likelihood = BgNbd::from_params(&theta).sum(&table).value;
        ratios.push(likelihood + 0.5 * z.iter().map(|z| z * z).sum::<f64>());
        logs.push(u);
    }
    let smoothed = pareto_smoothed(&ratios);
    assert!(smoothed.k_hat < 0.7, "{}", smoothed.k_hat);
    for i in 0..4 {
        let weighted = smoothed.log_weights.iter().zip(&logs).map(|(w, u)| w.exp() * u[i]).sum::<f64>();
        let (mean, sd) = log_moments(draws(&report), i);
        println!(
            "{}: Laplace {:.4}, reweighed {weighted:.4}, NUTS {mean:.4} (sd {sd:.4}, Laplace {:.4})",
            report.estimates[i].name,
            mode[i].ln(),
            covariance[i][i].sqrt() / mode[i]
        );
        assert!((mean - weighted).abs() < 0.1 * sd, "{i}: {}", (mean - weighted) / sd);
    }
}

/// Lower triangle with `L Lᵀ` a 4 by 4 matrix.
fn root(at: &dyn Fn(usize, usize) -> f64) -> [[f64; 4]; 4] {
    let mut lower = [[0.0; 4]; 4];
    for i in 0..4 {
        for j in 0..=i {
            let rest = at(i, j) - (0..j).map(|k| lower[i][k] * lower[j][k]).sum::<f64>();
            lower[i][j] = if i == j { rest.sqrt() } else { rest / lower[j][j] };
        }
    }
    lower
}

/// Simulation-based calibration (Talts, Betancourt, Simpson, Vehtari & Gelman 2018, arXiv:1804.06788):
/// parameters from the prior, customers from the parameters, and the rank of the former among draws of the
/// posterior is uniform. Seen to fail: the logarithm of the Jacobian added to the density; places within a
/// path chosen without their weights. With the prior left out it does not come to an end.
#[track_caller]
fn is_calibrated(model: &str) {
    const SETS: u64 = 160;
    const KEPT: usize = 99;
    const AGE: f64 = 40.0;
    let prior = Prior::Normal(0.5);
    let posterior = PosteriorOptions {
        method: PosteriorMethod::Nuts,
        chains: 2,
        draws: 500,
        kept: KEPT,
        ..PosteriorOptions::default()
    };
    let member = Member::named(model).unwrap();
    let ranks: Vec<Vec<usize>> = (0..SETS)
        .into_par_iter()
        .map(|set| {
            let mut rng = ChaCha8Rng::seed_from_u64(31_000 + set);
            let truth: Vec<f64> = member
                .params
                .iter()
                .map(|spec| {
                    let z: f64 = StandardNormal.sample(&mut rng);
                    spec.scale.factor(AGE, 1.0) * (0.5 * z).exp()
                })
                .collect();
            let process = PurchaseModel::new(model, &truth).unwrap().process().unwrap();
            let (mut table, mut ages) = (CustomerTable::builder(), Vec::new());
            for _ in 0..100 {
                ages.clear();
                process.repeats(&mut rng, AGE, &mut ages);
                let t_x = ages.last().copied().unwrap_or(0.0);
                table.push(Customer { x: ages.len() as u32, t_x, t: AGE }, 1.0);
            }
            let posterior = PosteriorOptions { seed: set, ..posterior };
            let options = FitOptions { prior, posterior, ..FitOptions::default() };
            let (_, report) = member.fit(&table.finish(), &options, &()).unwrap();
            assert_eq!(draws(&report).len(), KEPT);
            let below = |i: usize| draws(&report).iter().filter(|draw| draw[i] < truth[i]).count();
            (0..truth.len()).map(below).collect()
        })
        .collect();
    for (i, spec) in member.params.iter().enumerate() {
        let mut bins = [0.0; 20];
        ranks.iter().for_each(|ranks| bins[ranks[i] / 5] += 1.0);
        let expected = SETS as f64 / 20.0;
        let statistic: f64 = bins.iter().map(|bin| (bin - expected).powi(2) / expected).sum();
        println!("{model} {}: chi-squared {statistic:.1} of 19 degrees", spec.name);
        // p = 0.001
        assert!(statistic < 43.82, "{model} {}: {statistic} {bins:?}", spec.name);
    }
}

#[test]
fn bg_nbd_is_calibrated() {
    is_calibrated("bg-nbd");
}

#[test]
fn mbg_nbd_is_calibrated() {
    is_calibrated("mbg-nbd");
}

/// Numbers in [0, 1) that any language can repeat.
struct Repeatable(u64);

impl Repeatable {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / 2f64.powi(53)
    }
}

#[track_caller]
fn close(found: f64, expected: &Value, tolerance: f64, what: &str) {
    let expected = expected.as_f64().unwrap();
    assert!((found - expected).abs() <= tolerance * expected.abs(), "{what}: {found}, not {expected}");
}

/// ArviZ on chains of an autoregression with uniform noise. Seen to fail: chains not split, ranks without
/// their offset.
#[test]
fn convergence_is_that_of_arviz() {
    for case in reference()["convergence"].as_array().unwrap() {
        let of = |what: &str| case[what].as_f64().unwrap();
        let mut noise = Repeatable(17);
        let chains: Vec<Vec<f64>> = (0..of("chains") as usize)
            .map(|c| {
                let mut value = 0.0;
                let step = |_| {
                    value = of("phi") * value + (noise.next() - 0.5);
                    value + of("shift") * c as f64
                };
                (0..of("length") as usize).map(step).collect()
            })
            .collect();
        let found = convergence(&chains);
        close(found.r_hat, &case["r_hat"], 1e-9, "r-hat");
        close(found.ess_bulk, &case["ess_bulk"], 1e-6, "bulk");
        close(found.ess_tail, &case["ess_tail"], 1e-6, "tail");
    }
}

/// ArviZ on ratios with Pareto tails. Seen to fail: the prior on the shape left out.
#[test]
fn smoothing_is_that_of_arviz() {
    for case in reference()["psis"].as_array().unwrap() {
        let mut noise = Repeatable(5);
        let k = case["k"].as_f64().unwrap();
        let logs: Vec<f64> = (0..case["n"].as_u64().unwrap()).map(|_| -k * (-noise.next()).ln_1p()).collect();
        let smoothed = pareto_smoothed(&logs);
        close(smoothed.k_hat, &case["k_hat"], 1e-9, "k-hat");
        close(smoothed.log_weights[0], &case["first"], 1e-9, "first weight");
        let largest = smoothed.log_weights.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        close(largest, &case["largest"], 1e-9, "largest weight");
    }
}

/// Known shapes: an approximation that is too narrow by a factor `c` (in standard deviation) has ratios with a
/// tail of shape `1 − c²`; one that is too wide has bounded ratios.
#[test]
fn shapes_are_known_for_normal_targets() {
    let mut rng = ChaCha8Rng::seed_from_u64(9);
    let z: Vec<f64> = (0..50_000).map(|_| StandardNormal.sample(&mut rng)).collect();
    let k = |c: f64| {
        // Target standard normal, proposal of standard deviation c.
        let ratios: Vec<f64> = z.iter().map(|z| 0.5 * z * z - 0.5 * (c * z).powi(2)).collect();
        pareto_smoothed(&ratios).k_hat
    };
    assert!((k(0.6) - 0.64).abs() < 0.12, "{}", k(0.6));
    assert!((k(0.8) - 0.36).abs() < 0.12, "{}", k(0.8));
    assert!(k(1.3) < 0.1, "{}", k(1.3));
    assert_eq!(pareto_smoothed(&[2.0; 100]).k_hat, 0.0);
    assert_eq!(pareto_smoothed(&[1.0, 2.0, f64::NAN]).k_hat, f64::INFINITY);
    assert!(largest_good_k(500) < 0.64 && largest_good_k(100_000) == 0.7);
}

/// A row of n customers weighs Poisson(n), not n Poisson(1): the bootstrap is the same whether equal customers
/// are counted together or not. Seen to fail: the latter.
#[test]
fn bootstrap_weighs_customers() {
    let mut rng = ChaCha8Rng::seed_from_u64(12);
    let process = PurchaseModel::new("nbd", &[0.5, 5.0]).unwrap().process().unwrap();
    let (mut table, mut ages) = (CustomerTable::builder(), Vec::new());
    for _ in 0..2000 {
        ages.clear();
        process.repeats(&mut rng, 10.0, &mut ages);
        let t_x = if ages.is_empty() { 0.0 } else { 10.0 };
        table.push(Customer { x: ages.len() as u32, t_x, t: 10.0 }, 1.0);
    }
    let (_, report) = Member::named("nbd")
        .unwrap()
        .fit(&table.finish(), &options(PosteriorMethod::Bootstrap, Prior::None), &())
        .unwrap();
    assert!(report.distinct_rows < 30);
    for (i, estimate) in report.estimates.iter().enumerate() {
        let ratio = log_moments(draws(&report), i).1 / (estimate.standard_error.unwrap() / estimate.value);
        assert!((0.85..1.15).contains(&ratio), "{} {ratio}", estimate.name);
    }
}

/// The same draws for any number of threads; others for another seed.
#[test]
fn draws_depend_on_the_seed_alone() {
    let table = counts(&cdnow()).customers;
    let member = Member::named("mbg-nbd").unwrap();
    for method in [PosteriorMethod::Nuts, PosteriorMethod::Bootstrap, PosteriorMethod::Laplace] {
        let run = |threads: usize, seed: u64| -> Posterior {
            let mut options = options(method, Prior::None);
            options.posterior = PosteriorOptions { draws: 40, replicates: 20, seed, ..options.posterior };
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| member.fit(&table, &options, &()).unwrap().1.posterior.unwrap())
        };
        let one = run(1, 1);
        assert_eq!(one, run(3, 1));
        assert_ne!(one, run(3, 2));
    }
}

/// What is scored from a file is what is scored from memory; draws make intervals wider where the
/// approximation was too narrow, and leave the estimates alone.
#[test]
fn draws_live_in_model_files() {
    let summary = cdnow();
    let request = |method| FitRequest {
        options: FitOptions {
            posterior: PosteriorOptions { method, ..Default::default() },
            ..Default::default()
        },
        ..FitRequest::default()
    };
    let upper = |model: &ClvModel| {
        let interval = Some(IntervalOptions::default());
        let options = ScoreOptions { interval, ..ScoreOptions::default() };
        let customers = crate::common::summary_of(&[(4, 30.0, 38.0, 20.0), (0, 0.0, 38.0, 0.0)]);
        let batches = score(model, &customers, &options);
        let batch = batches.unwrap().next().unwrap().unwrap();
        (batch.clv.unwrap(), batch.intervals.unwrap().clv.unwrap().upper)
    };
    let laplace = ClvModel::fit(&summary, &request(PosteriorMethod::Laplace), &()).unwrap();
    for method in [PosteriorMethod::Nuts, PosteriorMethod::Bootstrap] {
        let model = ClvModel::fit(&summary, &request(method), &()).unwrap();
        let kept = model.purchase_fit.as_ref().unwrap().posterior.as_ref().unwrap();
        let text = file::to_json(&model);
        let again = file::from_json(&text, "model.json".as_ref()).unwrap();
        assert_eq!(again.purchase_fit.as_ref().unwrap().posterior.as_ref().unwrap(), kept);
        assert_eq!(upper(&again), upper(&model));
        assert_eq!(upper(&model).0, upper(&laplace).0);
        assert_ne!(upper(&model).1, upper(&laplace).1);
        // A row is a line: draws are hundreds of lines, not thousands.
        assert!(text.lines().count() < 1200, "{}", text.lines().count());
        let first = serde_json::to_string(&kept.draws[0]).unwrap();
        let refused = |by: &str| file::from_json(&text.replacen(&first, by, 1), "model.json".as_ref());
        assert!(refused("[1.0]").unwrap_err().to_string().contains("draw 1 of the posterior has 1 numbers"));
        let negative = refused("[-1.0,1.0,1.0,1.0]").unwrap_err().to_string();
        assert!(negative.contains("draw 1 of the posterior: r = -1 must be positive"), "{negative}");
    }
}

/// The bound of the paper, and what is within the error of k-hat above it. Version 0.1.0 warned of the spend of the CDNOW
/// sample, whose k-hat is 0.5 to 0.75 with 500 draws, by 4 of 6 seeds, and of "0.63; good is below 0.63".
#[test]
fn k_hat_is_judged_within_its_error() {
    let posterior = |k_hat, draws| Posterior {
        evidence: Evidence::Laplace { k_hat, draws },
        draws: Vec::new(),
        weak_prior: false,
    };
    // 1 - 1/log10(500) is 0.6295, the error there 0.17; with 5,000 draws 0.7 and 0.11.
    for (k_hat, draws, found) in [
        (0.62, 500, Normality::Good),
        (0.63, 500, Normality::NearBound),
        (0.85, 500, Normality::Poor),
        (0.70, 5000, Normality::Good),
        (0.75, 5000, Normality::NearBound),
        (0.85, 5000, Normality::Poor),
        (f64::INFINITY, 5000, Normality::Poor),
        (f64::NAN, 5000, Normality::Poor),
    ] {
        assert_eq!(Normality::of(k_hat, draws), found, "{k_hat} of {draws}");
        let warnings = posterior(k_hat, draws).warnings("bg-nbd");
        assert_eq!(warnings.len(), usize::from(found == Normality::Poor), "{k_hat} of {draws}");
        assert!(warnings.iter().all(|warning| warning.message.contains("--posterior nuts")));
    }
    for seed in 1..=6 {
        let mut options = options(PosteriorMethod::Laplace, Prior::None);
        options.posterior.seed = seed;
        let warnings = fitted("gamma-gamma", &options).warnings;
        assert!(warnings.iter().all(|warning| warning.code != "poor-approximation"), "seed {seed}");
    }
}

/// The spend of the CDNOW sample is hardly normal enough: `auto` samples it.
#[test]
fn auto_samples_where_the_approximation_is_poor() {
    let by = |model, method| fitted(model, &options(method, Prior::None));
    let laplace = by("gamma-gamma", PosteriorMethod::Laplace);
    assert!(!laplace.posterior.as_ref().unwrap().is_good());
    let auto = by("gamma-gamma", PosteriorMethod::Auto);
    assert_eq!(nuts(&auto).draws, 1000);
    assert!(auto.warnings.iter().all(|warning| warning.code != "poor-approximation"));
    // Where it is good, auto stays with it.
    let good = by("bg-nbd", PosteriorMethod::Auto);
    assert!(matches!(good.posterior.as_ref().unwrap().evidence, Evidence::Laplace { .. }));
}

/// Nobody leaves: without a prior the likelihood has no maximum in a and b, and no posterior; draws for intervals come
/// from the one with the weak prior, whose estimates a fit with that prior has. Version 0.1.0 had none.
#[test]
fn without_a_maximum_the_weak_prior_is_sampled() {
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let mut table = CustomerTable::builder();
    for _ in 0..200 {
        let x = rng.random_range(3..20);
        table.push(Customer { x, t_x: 39.9, t: 40.0 }, 1.0);
    }
    let table = table.finish();
    let member = Member::named("bg-nbd").unwrap();
    let run = |prior| member.fit(&table, &options(PosteriorMethod::Nuts, prior), &()).unwrap().1;
    let without = run(Prior::None);
    let posterior = without.posterior.as_ref().unwrap();
    assert!(posterior.weak_prior && without.covariance.is_none());
    let warning = without.warnings.iter().find(|warning| warning.code == "open-parameters").unwrap();
    assert!(warning.message.contains("--prior weak"), "{warning}");
    let with = run(Prior::Weak);
    assert_eq!(draws(&with).len(), 4000);
    assert!(!with.posterior.as_ref().unwrap().weak_prior);
    // The same posterior, sampled from two modes found by different searches: the same to what chains worth a hundred
    // draws leave open.
    for i in 0..4 {
        let ((one, sd), (other, _)) = (log_moments(draws(&without), i), log_moments(draws(&with), i));
        assert!((one - other).abs() < 0.3 * sd, "{i}: {one} {other} {sd}");
    }
}

/// Parameters and coefficients together, on the user's scale. Seen to fail: the map from scaled coefficients
/// left out.
#[test]
fn covariates_are_sampled_too() {
    let log = LogOptions {
        observed_until: Some("2006-12-31".parse().unwrap()),
        attributes: vec!["Gender".into(), "Channel".into()],
        customers: Some(fixture("apparel_static_cov.csv").into()),
        ..LogOptions::default()
    };
    let summary = history::open(&[fixture("apparel_trans.csv")], &log, &()).unwrap();
    for method in [PosteriorMethod::Nuts, PosteriorMethod::Bootstrap] {
        let request = FitRequest {
            model: "mbg-nbd".to_owned(),
            covariates: CovariateRequest { names: vec!["Channel".into()], ..CovariateRequest::default() },
            options: options(method, Prior::Weak),
            ..FitRequest::default()
        };
        let model = ClvModel::fit(&summary, &request, &()).unwrap();
        let report = model.purchase_fit.as_ref().unwrap();
        for (c, coefficient) in report.coefficients.iter().enumerate() {
            let (mean, sd) = moments(draws(report).iter().map(|draw| draw[4 + c]));
            let (value, error) = (coefficient.value, coefficient.standard_error.unwrap());
            println!("{} {}: {mean} {sd}, {value} {error}", coefficient.column, coefficient.process);
            assert!(mean.is_finite() && sd > 0.0);
            // Of dropout these customers say too little for its posterior to be normal.
            if coefficient.process == "purchase" {
                let ratio = sd / error;
                assert!((mean - value).abs() < 0.4 * error && (0.8..1.25).contains(&ratio), "{mean} {sd}");
            }
        }
        let text = file::to_json(&model);
        let again = file::from_json(&text, "model.json".as_ref()).unwrap();
        assert_eq!(draws(again.purchase_fit.as_ref().unwrap()), draws(report));
    }
}

/// What is found is printed, and in `--json`.
#[test]
fn the_program_says_what_it_found() {
    let run = |more: &[&str]| {
        let sample = fixture("cdnow_sample.csv");
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_clv"))
            .args(["fit", sample.to_str().unwrap(), "--observed-until", "1997-09-30", "--spend", "none"])
            .args(more)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(run(&[]).contains("Pareto k-hat 0."));
    let printed = run(&["--posterior", "nuts"]);
    assert!(printed.contains("4 chains of 1,000 draws") && printed.contains("r-hat"), "{printed}");
    let json: Value = serde_json::from_str(&run(&["--posterior", "nuts", "--json"])).unwrap();
    let posterior = &json["model"]["posterior"];
    assert_eq!(posterior["method"], "nuts");
    assert_eq!(posterior["divergences"], 0);
    assert!(posterior["parameters"][0]["ess_bulk"].as_f64().unwrap() > 400.0, "{posterior}");
    let json: Value = serde_json::from_str(&run(&["--posterior", "bootstrap", "--json"])).unwrap();
    assert_eq!(json["model"]["posterior"]["failed"], 0);
    assert_ne!(run(&["--posterior", "nuts", "--posterior-seed", "2"]), printed);
}

/// A caller who wants it to stop after it was asked so often, and how often it was asked afterwards.
#[derive(Default)]
struct Patience {
    left: AtomicUsize,
    ignored: AtomicUsize,
}

impl clv::Progress for Patience {
    fn stage(&self, _: &str, _: Option<u64>) {}
    fn advance(&self, _: u64) {}
    fn stopped(&self) -> bool {
        let stopped = self.left.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1)).is_err();
        self.ignored.fetch_add(usize::from(stopped), Relaxed);
        stopped
    }
}

/// Seen to fail: NUTS that does not ask and goes on in vain, the check after a posterior left out.
#[test]
fn a_fit_and_its_posterior_stop_when_asked_to() {
    let counts = counts(&cdnow());
    let member = Member::named("bg-nbd").unwrap();
    for method in [PosteriorMethod::Laplace, PosteriorMethod::Nuts, PosteriorMethod::Bootstrap] {
        for patience in [0, 3, 150] {
            let patience = Patience { left: patience.into(), ..Patience::default() };
            let found = member.fit(&counts.customers, &options(method, Prior::None), &patience);
            // Laplace's has less to do than to be asked 150 times.
            let error = match found {
                Ok(_) if method == PosteriorMethod::Laplace => continue,
                found => found.unwrap_err(),
            };
            assert!(matches!(error.kind(), clv::ErrorKind::Interrupted), "{method:?}: {error}");
            let ignored = patience.ignored.into_inner();
            assert!(ignored < 10_000, "{method:?} went on for {ignored} steps");
        }
    }
}
