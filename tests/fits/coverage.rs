//! Do 90 % intervals of totals hold what they say where data say little: weeks of observation, and forecasts of a
//! year? Shops of 400 customers are drawn from a known model, fitted on their first weeks, and the interval is
//! compared with what is expected under the truth and with what the shop then did. `CLV_COVERAGE=20 cargo test
//! --release --test fits coverage -- --nocapture` runs 20 shops of 3, 8 and 13 weeks for each of two truths and prints
//! every one; without it a few run.

use crate::common::summary_of;
use clv::ValueOptions;
use clv::fit::StopReason;
use clv::fitted::{ClvModel, FitRequest, PurchaseModel};
use clv::forecast::{IntervalOptions, ScoreOptions, score_into};
use clv::history::{Summary, SummaryMeta};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

const CUSTOMERS: usize = 400;
/// A year of whole weeks, in weeks.
const YEAR: f64 = 52.0;
const MODELS: [&str; 3] = ["mbg-nbd", "bg-nbd", "pareto-nbd"];

/// A shop on the day of its fit, and what it did in the year after.
struct Shop {
    summary: Summary,
    expected: f64,
    actual: f64,
}

fn shop(truth: &PurchaseModel, weeks: f64, seed: u64) -> Shop {
    let mut rng = ChaCha8Rng::seed_from_u64(1000 * seed + weeks as u64);
    let process = truth.process().unwrap();
    let (mut rows, mut ages) = (Vec::new(), Vec::new());
    let (mut expected, mut actual) = (0.0, 0.0);
    for _ in 0..CUSTOMERS {
        // Whole days, as a log has them.
        let t = ((7.0 * weeks * rng.random::<f64>()).ceil() / 7.0).min(weeks);
        ages.clear();
        process.repeats(&mut rng, t + YEAR, &mut ages);
        let past = ages.partition_point(|age| *age <= t);
        let t_x = if past > 0 { ages[past - 1] } else { 0.0 };
        rows.push((past as u32, t_x, t, 0.0));
        expected += truth.expected_purchases(&clv::customers::Customer { x: past as u32, t_x, t }, YEAR);
        actual += (ages.len() - past) as f64;
    }
    let summary = summary_of(&rows);
    let meta = SummaryMeta { has_money: false, ..summary.meta.clone() };
    let batches: Vec<clv::SummaryBatch> =
        summary.batches().map(|batch| clv::SummaryBatch { monetary_value: None, ..batch.unwrap() }).collect();
    Shop { summary: Summary::new(meta, batches), expected, actual }
}

/// A shop, a model, and the interval; `None` where the fit failed.
struct Outcome {
    model: &'static str,
    at_limit: bool,
    holds_expected: bool,
    holds_actual: bool,
}

fn outcome(truth: &PurchaseModel, weeks: f64, seed: u64, name: &'static str) -> Option<Outcome> {
    let shop = shop(truth, weeks, seed);
    let request = FitRequest { model: name.to_owned(), ..FitRequest::default() };
    let model = ClvModel::fit(&shop.summary, &request, &())
        .inspect_err(|error| println!("{weeks} weeks, shop {seed}, {name}: {error}"))
        .ok()?;
    let value = ValueOptions { horizon: "52w".parse().unwrap(), ..ValueOptions::default() };
    let interval = Some(IntervalOptions::default());
    let options = ScoreOptions { value, interval, ..ScoreOptions::default() };
    let totals = score_into(&model, &shop.summary, &options, &(), |_| Ok(())).unwrap();
    let all = &totals.groups[&None];
    let (low, high) = all.purchases_spread.interval(0.9).unwrap();
    let holds = |total: f64| low <= total && total <= high;
    let at_limit = matches!(model.purchase_fit.as_ref().unwrap().stop, StopReason::Boundary(_));
    println!(
        "{weeks} weeks, shop {seed}, {name}{}: expected {:.0}, came {:.0}, estimated {:.0}, interval {low:.0} to {high:.0}",
        if at_limit { " (at a limit)" } else { "" },
        shop.expected,
        shop.actual,
        all.purchases.unwrap()
    );
    Some(Outcome {
        model: name,
        at_limit,
        holds_expected: holds(shop.expected),
        holds_actual: holds(shop.actual),
    })
}

fn study(truth: &PurchaseModel, weeks: &[f64], seeds: u64) -> Vec<Outcome> {
    let cases: Vec<(f64, u64, &'static str)> = weeks
        .iter()
        .flat_map(|weeks| (1..=seeds).flat_map(move |seed| MODELS.map(|model| (*weeks, seed, model))))
        .collect();
    let run = |(weeks, seed, name): &(f64, u64, &'static str)| outcome(truth, *weeks, *seed, name);
    cases.par_iter().filter_map(run).collect()
}

/// Version 0.1.0, which took the parameters of fits at a limit as known, holds 1 to 4 of 20 shops of three weeks (run by
/// its command line).
#[test]
fn totals_are_held_where_data_say_little() {
    let truth = PurchaseModel::new("mbg-nbd", &[0.6, 3.0, 0.6, 1.5]).unwrap();
    let full: Option<u64> = std::env::var("CLV_COVERAGE").ok().map(|seeds| seeds.parse().unwrap());
    let found = match full {
        Some(seeds) => [3.0, 8.0, 13.0].iter().flat_map(|weeks| study(&truth, &[*weeks], seeds)).collect(),
        None => study(&truth, &[3.0], 6),
    };
    let share = |held: &dyn Fn(&Outcome) -> bool, of: &dyn Fn(&Outcome) -> bool| {
        let (all, held) =
            (found.iter().filter(|o| of(o)).count(), found.iter().filter(|o| of(o) && held(o)).count());
        (held, all)
    };
    let mut words = Vec::new();
    for name in MODELS {
        let of = |o: &Outcome| o.model == name;
        words.push(format!(
            "{name}: expectation {:?}, what came {:?}, at a limit {:?}",
            share(&|o| o.holds_expected, &of),
            share(&|o| o.holds_actual, &of),
            share(&|o| o.at_limit, &of)
        ));
    }
    println!("{}", words.join("\n"));
    let (held, all) = share(&|o| o.holds_expected, &|_| true);
    // The three models of one shop miss together: of six shops more than three are missed in one of a hundred tests at
    // 85 %. With parameters taken as known a seventh held.
    let least = if full.is_some() { 0.8 } else { 0.5 };
    assert!(held as f64 >= least * all as f64, "{held} of {all}");
    assert!(found.iter().any(|outcome| outcome.at_limit), "no fit ended at a limit: nothing was tested");
}

/// Another truth: customers leave at any time, and buy less often.
#[test]
fn totals_are_held_under_another_truth() {
    let Ok(seeds) = std::env::var("CLV_COVERAGE") else { return };
    let truth = PurchaseModel::new("pareto-nbd", &[0.6, 4.0, 0.7, 8.0]).unwrap();
    let found = study(&truth, &[3.0, 8.0, 13.0], seeds.parse().unwrap());
    let held = found.iter().filter(|outcome| outcome.holds_expected).count();
    println!("{held} of {}", found.len());
    assert!(held as f64 >= 0.8 * found.len() as f64);
}
