//! Do the models of regular purchases, (M)BG/CNBD-k, reproduce what BTYDplus 1.2.0 reports, and are
//! their expectations those of the process itself?
//!
//! The grocery log (BTYDplus' `groceryElog`) and CDNOW are read and summarised here by plain loops, so
//! that nothing of this library but the models and the fit takes part.
//!
//! Seen to fail: the forecasts of simulated customers, with the stage of a customer taken for uniform
//! and with `R` for `R + j`; the choice of `k`, with `log_gaps` left out of the sum.

use std::collections::BTreeMap;

use crate::common::{assert_close, assert_printed, fixture};
use clv::customers::{Customer, CustomerTable};
use clv::fit::{FitOptions, Fitted, StopReason, fit, fit_with_regularity};
use clv::model::{Attrition, BgCnbd, BgNbd, MbgCnbd, MbgNbd, Model, Outlook, next_purchase_quantile};
use clv::{Discounting, ErrorKind};
use jiff::civil::Date;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Beta, Distribution, Exp1, Gamma};

/// Customers of a log until a day, times in weeks, with the sum of the logarithms of their gaps.
fn plain(name: &str, until: &str) -> (Vec<Customer>, f64) {
    let until: Date = until.parse().unwrap();
    let mut days: BTreeMap<String, Vec<Date>> = BTreeMap::new();
    for record in csv::Reader::from_path(fixture(name)).unwrap().records() {
        let record = record.unwrap();
        let date: Date = record[1].parse().unwrap();
        if date <= until {
            days.entry(record[0].to_owned()).or_default().push(date);
        }
    }
    let weeks = |from: Date, to: Date| f64::from((to - from).get_days()) / 7.0;
    let (mut customers, mut log_gaps) = (Vec::new(), 0.0);
    for dates in days.values_mut() {
        dates.sort();
        dates.dedup();
        let (first, last) = (dates[0], dates[dates.len() - 1]);
        log_gaps += dates.windows(2).map(|pair| weeks(pair[0], pair[1]).ln()).sum::<f64>();
        let x = dates.len() as u32 - 1;
        customers.push(Customer { x, t_x: weeks(first, last), t: weeks(first, until) });
    }
    (customers, log_gaps)
}

fn table(customers: &[Customer], log_gaps: Option<f64>) -> CustomerTable {
    let mut builder = CustomerTable::builder();
    customers.iter().for_each(|customer| {
        builder.push(*customer, 1.0);
    });
    if let Some(sum) = log_gaps {
        builder.log_gaps(sum);
    }
    builder.finish()
}

fn grocery() -> (Vec<Customer>, CustomerTable) {
    let (customers, log_gaps) = plain("grocery.csv", "2006-12-31");
    assert_eq!(customers.len(), 1525);
    let table = table(&customers, Some(log_gaps));
    (customers, table)
}

fn with_regularity<M: Model<Table = CustomerTable>>(table: &CustomerTable, k: u32) -> Fitted<M> {
    let fitted = fit::<M>(table, &FitOptions { regularity: Some(k), ..FitOptions::default() }, &()).unwrap();
    assert_eq!(fitted.report.stop, StopReason::Converged);
    fitted
}

#[test]
fn grocery_fits() {
    let (_, table) = grocery();
    let bg = with_regularity::<BgCnbd>(&table, 2);
    assert_printed("LL", bg.report.log_likelihood, "-15054.1729");
    let printed = [2.0, 0.359061006, 1.12938745, 0.522813199, 2.78534141];
    for (found, printed) in bg.model.params().iter().zip(printed) {
        // As far as its search went; the likelihoods agree to nine digits.
        assert_close("BG/CNBD-2", *found, printed, 2e-4);
    }
    let mbg = with_regularity::<MbgCnbd>(&table, 2);
    assert_printed("LL", mbg.report.log_likelihood, "-14978.2107");
    let printed = [2.0, 1.32919727, 2.81260033, 0.42471558, 0.790040222];
    for (found, printed) in mbg.model.params().iter().zip(printed) {
        assert_close("MBG/CNBD-2", *found, printed, 2e-4);
    }
    assert_printed("LL", with_regularity::<BgCnbd>(&table, 1).report.log_likelihood, "-15836.5662");
    assert_printed("LL", with_regularity::<MbgCnbd>(&table, 1).report.log_likelihood, "-15781.9394");
}

#[test]
fn grocery_forecasts() {
    let (customers, _) = grocery();
    let model = MbgCnbd { k: 2, r: 1.32919727, alpha: 2.81260033, a: 0.42471558, b: 0.790040222 };
    // The last two of the digits printed for 52 weeks, 4.09510331, are lost: its series ends too early.
    for (t, printed) in [(10.0, "1.09526959"), (20.0, "1.98670853"), (52.0, "4.095103")] {
        assert_printed("E", model.expected_purchases_new(t), printed);
    }
    let printed =
        ["0.378015971", "0.148295168", "0.0892536969", "0.0627937671", "0.0477664344", "0.0380204974"];
    for (n, printed) in (0..).zip(printed) {
        assert_printed("P", model.purchases_pmf_new(52.0, n), printed);
    }
    // BTYDplus scales its approximations such that they add up to what the cohort was expected to buy,
    // at its start, between T and T + 52: its sum is that, of no known history.
    let cohort = |customer: &Customer| {
        model.expected_purchases_new(customer.t + 52.0) - model.expected_purchases_new(customer.t)
    };
    assert_printed("sum", customers.iter().map(cohort).sum(), "3970.01");
    // What is exact: given the histories, a few per cent more than the approximation.
    let exact: f64 = customers.iter().map(|customer| model.expected_purchases(customer, 52.0)).sum();
    let rough: f64 = customers.iter().map(|customer| model.expected_purchases_btydplus(customer, 52.0)).sum();
    println!("grocery, 52 weeks: exact {exact}, approximated {rough}");
    assert!((1.01..1.06).contains(&(exact / rough)), "{exact} {rough}");
}

#[test]
fn regularity_is_chosen() {
    let (customers, grocery) = grocery();
    let chosen = fit_with_regularity::<MbgCnbd>(&grocery, &FitOptions::default(), &()).unwrap();
    println!("{}", chosen.report.notes.join("\n"));
    assert_eq!((chosen.model.k, chosen.report.free_parameters), (2, 5));
    assert!(chosen.report.notes[0].contains("k = 2, chosen"), "{:?}", chosen.report.notes);
    let (cdnow, log_gaps) = plain("cdnow_sample.csv", "1997-09-30");
    let cdnow = table(&cdnow, Some(log_gaps));
    assert_eq!(fit_with_regularity::<BgCnbd>(&cdnow, &FitOptions::default(), &()).unwrap().model.k, 1);
    assert_eq!(fit_with_regularity::<MbgCnbd>(&cdnow, &FitOptions::default(), &()).unwrap().model.k, 1);
    // Without the gaps nothing can be chosen, and it is said.
    let blind = table(&customers, None);
    let error = fit_with_regularity::<BgCnbd>(&blind, &FitOptions::default(), &()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::NotIdentified { .. }));
    assert!(error.to_string().contains("--regularity"), "{error}");
    let options = FitOptions { regularity: Some(2), ..FitOptions::default() };
    let given = fit_with_regularity::<BgCnbd>(&blind, &options, &()).unwrap();
    assert_eq!((given.model.k, given.report.free_parameters), (2, 4));
    assert!(fit_with_regularity::<BgNbd>(&blind, &options, &()).is_err());
}

/// With one stage to a purchase these are the models without stages, in everything.
#[test]
fn one_stage_is_none() {
    let (r, alpha, b) = (0.6, 9.0, 1.7);
    for a in [0.4, 1.0, 2.5] {
        same_answers(&BgCnbd { k: 1, r, alpha, a, b }, &BgNbd { r, alpha, a, b });
        same_answers(&MbgCnbd { k: 1, r, alpha, a, b }, &MbgNbd { r, alpha, a, b });
    }
}

fn same_answers<M, N>(regular: &M, random: &N)
where
    M: Attrition + Model<Row = Customer, Table = CustomerTable>,
    N: Attrition + Model<Row = Customer, Table = CustomerTable>,
{
    let same = |what: &str, found: f64, expected: f64| {
        let right = found == expected || (found - expected).abs() <= 1e-12 * expected.abs();
        assert!(right, "{what}: {found:e}, not {expected:e}, {regular:?}");
    };
    let rows = [(0, 0.0, 30.0), (1, 3.0, 40.0), (7, 30.0, 39.0), (200, 195.0, 365.0), (3, 20.0, 20.0)];
    for (x, t_x, t) in rows {
        let row = Customer { x, t_x, t };
        same("LL", regular.log_likelihood(&row), random.log_likelihood(&row));
        same("P(alive)", regular.p_alive(&row), random.p_alive(&row));
        let (mine, its) = (regular.posterior_means(&row), random.posterior_means(&row));
        same("rate", mine.rate, its.rate);
        same("dropout", mine.dropout, its.dropout);
        for horizon in [1e-3, 1.0, 52.0, 1e4, 1e7] {
            same(
                "purchases",
                regular.expected_purchases(&row, horizon),
                random.expected_purchases(&row, horizon),
            );
            same("later", regular.p_alive_after(&row, horizon), random.p_alive_after(&row, horizon));
            same(
                "lifetime",
                regular.expected_lifetime(&row, horizon),
                random.expected_lifetime(&row, horizon),
            );
            for n in [0, 1, 5] {
                same(
                    "distribution",
                    regular.purchases_pmf(&row, horizon, n),
                    random.purchases_pmf(&row, horizon, n),
                );
            }
        }
        for horizon in [10.0, 400.0, f64::INFINITY] {
            for discounting in
                [Discounting::Continuous { delta: 0.003 }, Discounting::EndOfStep { d: 0.01, step: 4.345 }]
            {
                same(
                    "discounted",
                    regular.expected_discounted(&row, horizon, discounting),
                    random.expected_discounted(&row, horizon, discounting),
                );
                let mine: Outlook = regular.scorer(horizon, discounting).outlook(&row);
                same("scored", mine.discounted, random.expected_discounted(&row, horizon, discounting));
            }
        }
        let forever = f64::INFINITY;
        same("for ever", regular.expected_purchases(&row, forever), random.expected_purchases(&row, forever));
        same("for ever", regular.expected_lifetime(&row, forever), random.expected_lifetime(&row, forever));
        let median = next_purchase_quantile(regular, &row, 0.3);
        assert_eq!(median.is_some(), next_purchase_quantile(random, &row, 0.3).is_some());
    }
    let rows: Vec<Customer> = rows.iter().map(|(x, t_x, t)| Customer { x: *x, t_x: *t_x, t: *t }).collect();
    let (mine, its) = (regular.sum(&table(&rows, None)), random.sum(&table(&rows, None)));
    for i in 0..4 {
        same("gradient", mine.gradient[i + 1], its.gradient[i]);
        for j in 0..4 {
            let scale = its.hessian[[i, i]].abs().max(its.hessian[[j, j]].abs());
            let difference = mine.hessian[[i + 1, j + 1]] - its.hessian[[i, j]];
            assert!(difference.abs() <= 1e-12 * scale, "hessian {i} {j}: {difference:e}");
        }
    }
    assert_eq!(mine.gradient[0], 0.0);
}

/// What happened to one simulated customer until 40, in (40, 60] and until 100.
struct Life {
    seen: Customer,
    log_gaps: f64,
    next: f64,
    discounted: f64,
    alive: [f64; 2],
    lifetime: f64,
}

const SEEN: f64 = 40.0;
const AHEAD: f64 = 20.0;
const DELTA: f64 = 0.02;

/// Lives one customer stage by stage.
fn live(k: u32, rate: f64, leave: f64, at_first: bool, rng: &mut ChaCha8Rng) -> Life {
    let (mut age, mut left) = (0.0, f64::INFINITY);
    let seen = Customer { x: 0, t_x: 0.0, t: SEEN };
    let mut life = Life { seen, log_gaps: 0.0, next: 0.0, discounted: 0.0, alive: [0.0; 2], lifetime: 0.0 };
    if at_first && rng.random::<f64>() < leave {
        left = 0.0;
    }
    while left == f64::INFINITY && age < SEEN + AHEAD {
        for _ in 0..k {
            let gap: f64 = Exp1.sample(rng);
            age += gap / rate;
        }
        if age <= SEEN {
            life.log_gaps += (age - life.seen.t_x).ln();
            life.seen.x += 1;
            life.seen.t_x = age;
        } else if age <= SEEN + AHEAD {
            life.next += 1.0;
            life.discounted += (-DELTA * (age - SEEN)).exp();
        }
        if rng.random::<f64>() < leave {
            left = age;
        }
    }
    life.alive = [SEEN, SEEN + AHEAD].map(|at| f64::from(left > at));
    life.lifetime = left.clamp(SEEN, SEEN + AHEAD) - SEEN;
    life
}

/// Forecasts of simulated customers, in groups by what was seen of them, against what they did.
fn forecasts_are_unbiased(
    model: &dyn Attrition,
    params: (u32, f64, f64, f64, f64),
    at_first: bool,
    seed: u64,
) {
    let (k, r, alpha, a, b) = params;
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let (rates, chances) = (Gamma::new(r, 1.0 / alpha).unwrap(), Beta::new(a, b).unwrap());
    let discounting = Discounting::Continuous { delta: DELTA };
    let mut scorer = model.scorer(AHEAD, discounting);
    // Group by group and question by question: what was expected, and the sums of the differences and
    // of their squares.
    let mut groups: BTreeMap<(usize, &str), [f64; 3]> = BTreeMap::new();
    for i in 0..30_000 {
        let life = live(k, rates.sample(&mut rng), chances.sample(&mut rng), at_first, &mut rng);
        let seen = &life.seen;
        let outlook = scorer.outlook(seen);
        let silent = [1.5, 8.0].iter().filter(|silence| SEEN - seen.t_x > **silence).count();
        let group = 3 * [0, 1, 3, 10].iter().filter(|x| seen.x > **x).count() + silent;
        let one = f64::from(life.next == 1.0);
        let mut answers = vec![
            ("alive", life.alive[0], outlook.p_alive),
            ("purchases", life.next, outlook.purchases),
            ("discounted", life.discounted, outlook.discounted),
            ("one purchase", one, model.purchases_pmf(seen, AHEAD, 1)),
        ];
        // Slower to answer.
        if i % 10 == 0 {
            answers.push(("alive after", life.alive[1], model.p_alive_after(seen, AHEAD)));
            answers.push(("lifetime", life.lifetime, model.expected_lifetime(seen, AHEAD)));
        }
        for (what, lived, expected) in answers {
            let sums = groups.entry((group, what)).or_default();
            sums[0] += expected;
            sums[1] += lived - expected;
            sums[2] += (lived - expected) * (lived - expected);
        }
    }
    // Rare events are not normal.
    groups.retain(|_, sums| sums[0] > 25.0 && sums[2] > 0.0);
    assert!(groups.len() > 30, "{} groups and questions", groups.len());
    for ((group, what), [expected, sum, squares]) in groups {
        let z = sum / squares.sqrt();
        let words = format!("seed {seed}, group {group}: {what}, {expected} expected");
        assert!(z.abs() < 4.0, "{words}, is {z:.1} standard errors off");
    }
}

#[test]
fn forecasts_are_those_of_the_process() {
    let (r, alpha, a, b) = (1.3, 2.8, 0.6, 1.8);
    let bg = BgCnbd { k: 2, r, alpha, a, b };
    forecasts_are_unbiased(&bg, (2, r, alpha, a, b), false, 1);
    let mbg = MbgCnbd { k: 5, r: 3.0, alpha: 1.7, a, b };
    forecasts_are_unbiased(&mbg, (5, 3.0, 1.7, a, b), true, 2);
}

/// Twenty thousand customers as they are seen.
fn lives(k: u32, r: f64, alpha: f64, leave: impl Fn(&mut ChaCha8Rng) -> f64, seed: u64) -> CustomerTable {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let rates = Gamma::new(r, 1.0 / alpha).unwrap();
    let mut builder = CustomerTable::builder();
    for _ in 0..20_000 {
        let chance = leave(&mut rng);
        let life = live(k, rates.sample(&mut rng), chance, true, &mut rng);
        builder.push(life.seen, 1.0).log_gaps(life.log_gaps);
    }
    builder.finish()
}

#[test]
fn the_truth_is_found() {
    let truth = MbgCnbd { k: 3, r: 1.6, alpha: 1.9, a: 0.7, b: 1.9 };
    let chances = Beta::new(truth.a, truth.b).unwrap();
    let table = lives(truth.k, truth.r, truth.alpha, |rng| chances.sample(rng), 3);
    let chosen = fit_with_regularity::<MbgCnbd>(&table, &FitOptions::default(), &()).unwrap();
    assert_eq!((chosen.model.k, &chosen.report.stop), (3, &StopReason::Converged));
    for (estimate, truth) in chosen.report.estimates.iter().zip(truth.params()).skip(1) {
        let z = (estimate.value - truth) / estimate.standard_error.unwrap();
        assert!(
            z.abs() < 4.0,
            "{} = {} is {z:.1} standard errors from {truth}",
            estimate.name,
            estimate.value
        );
    }
    // Nobody leaves: the limit is named, and forecasts are its.
    let table = lives(2, 1.6, 1.9, |_| 0.0, 4);
    let limit = fit_with_regularity::<MbgCnbd>(&table, &FitOptions::default(), &()).unwrap();
    assert_eq!(limit.model.k, 2);
    let words = limit.report.stop.to_string();
    assert!(words.contains("nobody seems to leave") && words.contains("regular purchases"), "{words}");
    let silent = Customer { x: 9, t_x: 5.0, t: 400.0 };
    assert_eq!(limit.model.p_alive(&silent), 1.0);
    assert_eq!(limit.model.p_alive_after(&silent, 50.0), 1.0);
    assert_eq!(limit.model.expected_lifetime(&silent, 50.0) as f32, 50.0);
    // A whole number of stages, longer than a gap: about as many purchases as the rate says.
    let rate = limit.model.posterior_means(&silent).rate;
    assert_close("purchases", limit.model.expected_purchases(&silent, 4000.0), 4000.0 * rate, 0.02);
}
