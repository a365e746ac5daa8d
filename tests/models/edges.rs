//! The edges of what can be said: parameters to the ends of their domain, histories to 2^53, horizons from a thousandth
//! of a unit to without end. Every answer is a number in its range, and comes at once, however long a history is and
//! however many purchases are ahead.
//!
//! `CLV_EDGES=20000 cargo test --release --test models edges::sweep` asks as many random cases of each model as it says, and
//! lists all that are wrong; without it a few are asked.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Command;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use crate::common::assert_close;
use clv::Discounting;
use clv::base::Unit;
use clv::contracts::{CONTRACT_MODELS, ContractModel};
use clv::customers::Customer;
use clv::fitted::{PURCHASE_MODELS, PurchaseModel};
use clv::model::{BgBb, ContractRow, Model, next_purchase_quantile};
use clv::params::{ParamSpec, Scale};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// No answer about one customer may take as long, in time of a processor: 2 s, and as much again on a machine that
/// does much else besides.
const AT_ONCE: Duration = Duration::from_secs(4);
/// What takes as long by the clock, on a machine that does much else besides, is not waited for.
const HANGS: Duration = Duration::from_secs(40);

const SIZES: [f64; 16] =
    [1e-250, 1e-100, 1e-20, 1e-8, 1e-3, 0.05, 0.3, 0.9, 1.0, 2.5, 10.0, 1e3, 1e6, 1e14, 1e20, 1e25];
const HORIZONS: [f64; 6] = [1e-3, 1.0, 52.0, 5200.0, 1e6, f64::INFINITY];
const FURTHEST: f64 = 9_007_199_254_740_992.0;

/// What is asked: a model, and the random numbers that a customer and a horizon are made with.
#[derive(Debug, Clone)]
struct Case {
    model: &'static str,
    params: Vec<f64>,
    customer: Customer,
    horizon: f64,
}

fn random_parameters(specs: &[ParamSpec], rng: &mut ChaCha8Rng) -> Vec<f64> {
    // Half of the parameters are ordinary: an edge beside an edge hides what either does.
    let one = |spec: &ParamSpec, rng: &mut ChaCha8Rng| match spec.scale {
        Scale::Whole => [1.0, 2.0, 5.0, 27.0, 64.0][rng.random_range(0..5)],
        _ if rng.random::<bool>() => (rng.random_range(-2.0..4.0_f64)).exp(),
        _ => SIZES[rng.random_range(0..SIZES.len())],
    };
    specs.iter().map(|spec| one(spec, rng)).collect()
}

fn random_customer(whole: bool, rng: &mut ChaCha8Rng) -> Customer {
    let x = [0, 0, 1, 2, 7, 30, 1000, 1_000_000, u32::MAX][rng.random_range(0..9)];
    let t = [0.0, 1e-9, 1.0, 39.0, 400.0, 1e6, 9e11, FURTHEST][rng.random_range(0..8)];
    let share = [0.0, 0.3, 1.0 - 1e-9, 1.0][rng.random_range(0..4)];
    if whole {
        let t = f64::max(t, f64::from(x)).ceil();
        let t_x = if x == 0 { 0.0 } else { (share * t).floor().clamp(f64::from(x), t) };
        return Customer { x, t_x, t };
    }
    Customer { x, t_x: if x == 0 { 0.0 } else { share * t }, t }
}

fn random_cases(n: usize, seed: u64) -> Vec<Case> {
    let mut cases = Vec::new();
    for member in PURCHASE_MODELS {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        for _ in 0..n {
            let horizon = HORIZONS[rng.random_range(0..HORIZONS.len())];
            let mut customer = random_customer(member.needs.opportunities, &mut rng);
            if member.needs.purchase_times {
                // Each purchase is given.
                customer.x = customer.x.min(1000);
            }
            cases.push(Case {
                model: member.name,
                params: random_parameters(member.params, &mut rng),
                customer,
                horizon: if member.needs.opportunities { horizon.ceil() } else { horizon },
            });
        }
    }
    cases
}

/// All that scoring, intervals and simulations ask of a model of purchases; what is wrong, if anything.
fn ask(case: &Case) -> Result<(), String> {
    let (customer, horizon) = (&case.customer, case.horizon);
    let model = PurchaseModel::new(case.model, &case.params).map_err(|e| e.to_string())?;
    let even = |i: u32| customer.t_x * f64::from(i) / f64::from(customer.x);
    let model = match model.needs().purchase_times {
        true => model.of_purchases(&(1..=customer.x).map(even).collect::<Vec<_>>()),
        false => model,
    };
    model.admits(customer)?;
    let last = Cell::new(taken());
    let check = |what: &str, value: f64, good: bool| {
        let took = taken() - last.replace(taken());
        match good {
            true if took < AT_ONCE => Ok(()),
            true => Err(format!("{what} took {took:?}")),
            false => Err(format!("{what} is {value:e}")),
        }
    };
    let chance = |what: &str, value: f64| check(what, value, (0.0..=1.0 + 1e-9).contains(&value));
    let number = |what: &str, value: f64, finite: bool| {
        check(what, value, value >= 0.0 && (value < f64::INFINITY || !finite))
    };
    let ends = horizon < f64::INFINITY;
    chance("P(alive)", model.p_alive(customer))?;
    let habits = model.posterior_means(customer);
    number("the rate", habits.rate, true)?;
    number("the dropout", habits.dropout, true)?;
    let without_end = model.finite_without_end();
    number("the lifetime", model.expected_lifetime(customer, horizon), ends)?;
    for discounting in [
        Discounting::Continuous { delta: 0.0 },
        Discounting::Continuous { delta: 0.00183 },
        Discounting::EndOfStep { d: 0.008, step: 4.345 },
        Discounting::EndOfStep { d: 1e-15, step: 4.345 },
    ] {
        if !ends && !without_end && !discounting.is_any() {
            continue;
        }
        let (purchases, discounted) = model.scorer(horizon, discounting).if_alive(customer);
        number("purchases if alive", purchases, ends)?;
        number(&format!("the discounted, {discounting:?},"), discounted, discounting.is_any() || ends)?;
    }
    if ends || without_end {
        number("purchases", model.expected_purchases(customer, horizon), ends)?;
    }
    if ends {
        chance("P(alive) at the horizon", model.p_alive_after(customer, horizon))?;
        for n in [0, 1, 40] {
            chance(&format!("P({n} purchases)"), model.purchases_pmf(customer, horizon, n))?;
        }
    }
    if let Some(next) = next_purchase_quantile(&*model, customer, 0.5) {
        number("the next purchase", next, true)?;
    }
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    for process in [model.process(), model.future_if_alive(customer)].into_iter().flatten() {
        for until in [horizon, f64::from(u32::MAX)] {
            let mut ages = Vec::new();
            let each = process.bundles(&mut rng, until, 256.0, &mut ages);
            check("the size of a bundle", each, each >= 1.0 && each.is_finite())?;
            check("the number of bundles", ages.len() as f64, ages.len() <= 100_000)?;
            let ordered = ages.windows(2).all(|pair| pair[0] <= pair[1]);
            check("a drawn age", f64::NAN, ordered && ages.iter().all(|age| (0.0..=until).contains(age)))?;
        }
    }
    Ok(())
}

/// Time of the processor that this thread has taken; where that is not told, nothing.
fn taken() -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(told.split(' ').next().and_then(|ns| ns.parse().ok()).unwrap_or(0))
}

fn worker<C: Send + 'static>(ask: fn(&C) -> Result<(), String>) -> (Sender<C>, Receiver<Result<(), String>>) {
    let ((give, take), (answer, answers)) = (channel::<C>(), channel());
    std::thread::spawn(move || {
        for case in take {
            let found = catch_unwind(AssertUnwindSafe(|| ask(&case)));
            let found = found.unwrap_or_else(|_| Err("a panic".to_owned()));
            if answer.send(found).is_err() {
                return;
            }
        }
    });
    (give, answers)
}

/// Asks case by case in a thread of its own, which is left behind if it does not answer. Gives what is wrong.
fn ask_all<C: Clone + Send + std::fmt::Debug + 'static>(
    cases: &[C],
    ask: fn(&C) -> Result<(), String>,
) -> Vec<String> {
    let (mut give, mut answers) = worker(ask);
    let mut wrong = Vec::new();
    for case in cases {
        give.send(case.clone()).unwrap();
        let said = match answers.recv_timeout(HANGS) {
            Ok(Ok(())) => continue,
            Ok(Err(said)) => said,
            Err(RecvTimeoutError::Timeout) => {
                (give, answers) = worker(ask);
                "does not end".to_owned()
            }
            Err(RecvTimeoutError::Disconnected) => unreachable!("the worker ends with its cases"),
        };
        eprintln!("{case:?}: {said}");
        wrong.push(format!("{case:?}: {said}"));
    }
    wrong
}

fn wanted(few: usize) -> usize {
    std::env::var("CLV_EDGES").map_or(few, |n| n.parse().expect("CLV_EDGES is a number of cases"))
}

/// What did not end, or was no number, in version 0.1.0: of each kind one.
fn known_cases() -> Vec<Case> {
    let case = |model, params: &[f64], (x, t_x, t), horizon| Case {
        model,
        params: params.to_vec(),
        customer: Customer { x, t_x, t },
        horizon,
    };
    vec![
        case("bg-nbd", &[1e-250, 1e25, 1e25, 1e-250], (0, 0.0, 0.0), 156.0),
        case("bg-nbd", &[1.0, 0.05, 1e25, 1e-100], (0, 0.0, 9e11), f64::INFINITY),
        case("mbg-nbd", &[0.23, 11.0, 1e25, 0.3], (1_000_000, 0.0, 1.0), 1e-3),
        case("mbg-nbd", &[1e-250, 9.4, 0.9, 20.3], (0, 0.0, FURTHEST), 1e6),
        case("pareto-nbd", &[0.3, 0.3, 1e-250, 1e6], (1000, 0.0, FURTHEST), 1e6),
        case("ggompertz-nbd", &[1.0, 60.0, 1e6, 1e-100, 0.01], (1_000_000, 4.5e11, 9e11), f64::INFINITY),
        case("bg-cnbd", &[64.0, 5.0, 0.01, 1000.0, 0.3], (1, 2.0, 3.0), 1e6),
        case("mbg-cnbd", &[64.0, 0.9, 0.01, 1e-4, 1000.0], (1, 2.0, 3.0), 1e6),
        case("mbg-cnbd", &[64.0, 1e6, 1e-20, 5.0, 0.01], (0, 0.0, 0.0), 156.0),
        case("bg-cnbd", &[21.0, 2e14, 3.3, 100.0, 2.3e-8], (3, 5.0, 9.0), 1.0),
        case("bg-cnbd", &[64.0, 1e20, 14.9, 0.24, 1.6], (1_000_000, 0.0, 1.0), f64::INFINITY),
        case("bg-bb", &[1e-250, 1e25, 1e-20, 1000.0], (0, 0.0, FURTHEST), f64::INFINITY),
        case("nbd", &[1e25, 1e-250], (u32::MAX, 0.0, FURTHEST), 1e6),
    ]
}

fn sweep<C: Clone + Send + std::fmt::Debug + 'static>(cases: &[C], ask: fn(&C) -> Result<(), String>) {
    let wrong = ask_all(cases, ask);
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

fn seed() -> u64 {
    std::env::var("CLV_EDGES_SEED").map_or(1, |seed| seed.parse().expect("CLV_EDGES_SEED is a number"))
}

/// The known cases are what programs before this test hung or failed on; a first form of it, random cases only, found 17 wrong
/// within the first three models of version 0.1.0.
#[test]
fn sweep_of_purchase_models() {
    sweep(&[known_cases(), random_cases(wanted(10), seed())].concat(), ask);
}

/// A model of contracts, what is known of a customer, and a rate of discount.
#[derive(Debug, Clone)]
struct ContractCase {
    model: &'static str,
    params: Vec<f64>,
    renewed: u32,
    periods: u32,
    d: f64,
}

fn ask_contract(case: &ContractCase) -> Result<(), String> {
    let model = ContractModel::new(case.model, &case.params, Unit::Year).map_err(|e| e.to_string())?;
    let check = |what: &str, value: f64, most: f64| match (0.0..=most).contains(&value) {
        true => Ok(()),
        false => Err(format!("{what} is {value:e}")),
    };
    let (n, periods, one) = (case.renewed, case.periods, 1.0 + 1e-9);
    check("S", model.survival(n), one)?;
    check("the churn", model.churn(n.max(1)), one)?;
    check("the chance to stay", model.stays(n, periods), one)?;
    check("the retention", model.retention(n.max(1)), one)?;
    check("renewals within", model.renewals_within(n, periods), f64::from(periods) * one)?;
    let most = if case.d > 0.0 { (1.0 + 1.0 / case.d) * one } else { f64::INFINITY };
    check("periods from now", model.periods_from_now(n, case.d), most)?;
    check("renewals to come", model.renewals_to_come(n, case.d), most)?;
    for ended in [false, true] {
        let row = ContractRow { periods: n.max(1), ended };
        check("the propensity", model.propensity(&row), one)?;
    }
    Ok(())
}

#[test]
fn sweep_of_contract_models() {
    let mut rng = ChaCha8Rng::seed_from_u64(seed());
    let mut cases = Vec::new();
    for member in CONTRACT_MODELS {
        for _ in 0..wanted(400) {
            cases.push(ContractCase {
                model: member.name,
                params: random_parameters(member.params, &mut rng),
                renewed: [0, 1, 5, 400, 1_000_000, u32::MAX - 1][rng.random_range(0..6)],
                periods: [1, 3, 400, 1_000_000][rng.random_range(0..4)],
                d: [0.0, 1e-15, 1e-4, 0.1, 10.0][rng.random_range(0..5)],
            });
        }
    }
    sweep(&cases, ask_contract);
}

/// Whole runs of the program: what a model file of any parameters can make of a score with intervals and of a drawn
/// log. Each ends soon, with numbers or with words. The runs are what did not end in version 0.1.0.
#[test]
fn runs_at_the_edges_end() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let (model, customers, log, scores) =
        (path("m.json"), path("customers.csv"), path("log.csv"), path("scores.csv"));
    let rows =
        "customer_id,frequency,recency,T\na,4,5,6\nb,0,0,6\nc,1,9e11,9e11\nd,1000000,3,9007199254740992\n";
    std::fs::write(&customers, rows).unwrap();
    for parameters in [
        "bg-nbd r=1e-250 alpha=1e25 a=1e25 b=1e-250",
        "bg-nbd r=0.877 alpha=2.6e-7 a=28438 b=5.5e18",
        "mbg-cnbd k=64 r=1e6 alpha=1e-20 a=5 b=.01",
        "bg-cnbd k=64 r=1e20 alpha=.33 a=12.5 b=5.4e6",
        "pareto-nbd r=1817 alpha=33 s=5e-8 beta=.46",
        "ggompertz-nbd r=1 alpha=60 b=1e6 s=1e-100 beta=.01",
        "nbd r=1e-6 alpha=1e-7",
    ] {
        let made: Vec<&str> = parameters.split(' ').chain(["--unit", "day", "-o", &model]).collect();
        assert!(clv(&[&["model"][..], &made].concat()).0, "{parameters}");
        for words in [
            &["score", &model, &customers, "--horizon", "100y", "--interval", "0.9", "-o", &scores][..],
            &["score", &model, &customers, "--horizon", "inf", "--discount", "1e-12%/yr", "-o", &scores],
            &["simulate", &model, "--customers", "50", "-o", &log],
        ] {
            let start = Instant::now();
            let (done, _, stderr) = clv(words);
            assert!(start.elapsed() < HANGS, "{parameters}: {words:?} took {:?}", start.elapsed());
            assert!(done || stderr.starts_with("error: "), "{parameters}: {words:?}: {stderr}");
            let written = std::fs::read_to_string(&scores).unwrap_or_default();
            assert!(!written.contains("NaN"), "{parameters}: {words:?}: {written}");
            let drawn = std::fs::metadata(&log).map_or(0, |file| file.len());
            assert!(drawn < 50_000_000, "{parameters}: a log of {drawn} bytes");
        }
    }
}

/// A silence of some thousand opportunities, summed at once and gone through one by one: `L = w(t_x) G`, with the
/// recurrence of positive terms `G(m) = h(m) + w(m+1)/w(m) G(m+1)`, `G(n) = 1`. Equal but for the rounding of as many
/// steps.
#[test]
fn long_silences_of_opportunities() {
    for (alpha, beta, gamma, delta) in
        [(1.2, 0.75, 0.66, 2.8), (0.3, 40.0, 1e-9, 500.0), (5.0, 1e3, 3.0, 1e4)]
    {
        let model = BgBb { alpha, beta, gamma, delta };
        for (x, t_x, t) in
            [(0, 0.0, 5000.0), (3, 10.0, 20_000.0), (900, 1000.0, 1e6), (1, 30_000.0, 60_000.0)]
        {
            let (customer, silent) = (Customer { x, t_x, t }, (t - t_x) as u32);
            let (mut alive, mut whole) = (1.0, 1.0);
            for m in (0..silent).rev().map(|s| t_x + f64::from(s)) {
                let bought = (beta + (m - f64::from(x))) / (alpha + beta + m);
                let ratio = bought * ((delta + m) / (gamma + delta + m));
                (alive, whole) = (alive * ratio, gamma / (gamma + delta + m) + ratio * whole);
            }
            let last = model.log_likelihood(&Customer { x, t_x, t: t_x });
            assert_close("ln L", model.log_likelihood(&customer), last + f64::ln(whole), 1e-9);
            use clv::model::Attrition;
            if alive > 1e-250 {
                assert_close("P(alive)", model.p_alive(&customer), alive / whole, 1e-8);
            }
        }
    }
}

fn clv(arguments: &[&str]) -> (bool, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_clv")).args(arguments).output().unwrap();
    let [stdout, stderr] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    (output.status.success(), stdout, stderr)
}

/// An opportunity a year: whatever is a year by the calendar is one opportunity, and what is none is refused. The
/// figure is the paper's formula in mpmath (Fader, Hardie & Shang 2010, eq. 13, at its parameters).
#[test]
fn horizons_are_whole_opportunities() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let (model, customers) = (path("model.json"), path("customers.csv"));
    std::fs::write(&customers, "customer_id,frequency,recency,T\na,4,5,6\nb,0,0,6\n").unwrap();
    let made = ["alpha=1.204", "beta=.75", "gamma=.657", "delta=2.783", "--unit", "year", "--grain", "year"];
    assert!(clv(&[&["model", "bg-bb"][..], &made, &["-o", &model]].concat()).0);
    let score = |horizon: &str| clv(&["score", &model, &customers, "--horizon", horizon, "-o", "-"]);
    for year in ["365d", "366d", "52w", "12mo", "1y"] {
        let (done, stdout, stderr) = score(year);
        assert!(done, "{year}: {stderr}");
        let purchases: f64 = stdout.lines().nth(1).unwrap().split(',').nth(6).unwrap().parse().unwrap();
        assert_close(year, purchases, 0.455825039, 1e-8);
    }
    let said = score("365d").2.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("365d = 1 whole year"), "{said}");
    for none in ["11mo", "18mo", "400d", "1d"] {
        let (done, stdout, stderr) = score(none);
        assert!(!done && stdout.is_empty() && stderr.contains("whole ones only"), "{none}: {stdout}{stderr}");
    }
}

/// Nobody means -0. Version 0.1.0 answered it to 365d of opportunities a year, which it took for none.
#[test]
fn no_negative_zeros() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let (model, customers, scores) = (path("model.json"), path("customers.csv"), path("scores.jsonl"));
    std::fs::write(&customers, "customer_id,frequency,recency,T\na,30,30,90000\n").unwrap();
    let made =
        ["alpha=60", "beta=60", "gamma=1e25", "delta=1e6", "--unit", "year", "--grain", "year", "-o", &model];
    assert!(clv(&[&["model", "bg-bb"][..], &made].concat()).0);
    let (done, stdout, stderr) = clv(&["score", &model, &customers, "--horizon", "1y", "-o", "-"]);
    assert!(
        done && stdout.contains(",0.0") && !format!("{stdout}{stderr}").contains("-0"),
        "{stdout}{stderr}"
    );
    assert!(clv(&["score", &model, &customers, "--horizon", "1y", "-o", &scores]).0);
    assert!(!std::fs::read_to_string(&scores).unwrap().contains("-0.0"));
}

/// A fit goes through opportunities one by one, and says where it stops to.
#[test]
fn too_many_opportunities_to_fit() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("summary.csv");
    let rows = "customer_id,frequency,recency,T\na,3,10,1000000000000\nb,0,0,30\nc,2,20,30\n";
    std::fs::write(&log, rows).unwrap();
    let start = Instant::now();
    let (done, _, stderr) =
        clv(&["fit", log.to_str().unwrap(), "--model", "bg-bb", "--grain", "day", "--unit", "day"]);
    assert!(!done && stderr.contains("longer grain and unit"), "{stderr}");
    // Of a whole process; what it was did not end.
    assert!(start.elapsed() < 5 * AT_ONCE);
}

/// A column of how many customers a row stands for is named as not used.
#[test]
fn counts_of_customers_are_not_used() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("patterns.csv");
    let rows = "customer_id,frequency,recency,T,n_custs\n1,3,3,3,120\n2,2,3,3,70\n3,2,2,3,60\n4,1,3,3,40\n5,1,2,3,50\n\
                6,1,1,3,160\n7,0,0,3,500\n";
    std::fs::write(&log, rows).unwrap();
    let fit = |model: &str| {
        clv(&["fit", log.to_str().unwrap(), "--model", model, "--grain", "year", "--unit", "year"])
    };
    let said = fit("bg-bb").2.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("column 'n_custs' is not used: each row is taken for one customer"), "{said}");
}
