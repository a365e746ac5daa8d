//! The edges of what can be said of purchases at opportunities: parameters to the ends of their domain, histories to
//! 2^53, horizons from one opportunity to without end. Every forecast is a number in its range, and comes at once,
//! however long a history is.
//!
//! Seen to fail on version 0.1.0: `T = 1e12` did not end, and 365 days were no opportunity of a year.

mod common;

use std::process::Command;
use std::time::{Duration, Instant};

use clv::Discounting;
use clv::customers::Customer;
use clv::fitted::{PURCHASE_MODELS, PurchaseModel};
use clv::model::{BgBb, Model};
use clv::params::{ParamSpec, Scale};
use common::assert_close;

/// No forecast of one customer may take as long, on a machine that does much else besides.
const AT_ONCE: Duration = Duration::from_secs(2);

const SIZES: [f64; 5] = [1e-250, 1e-3, 1.0, 2.5, 1e25];
const HORIZONS: [f64; 4] = [1.0, 365.0, 1e6, f64::INFINITY];
const FURTHEST: f64 = 9_007_199_254_740_992.0;

/// Every value of each parameter beside two others of the rest.
fn corners(specs: &[ParamSpec]) -> Vec<Vec<f64>> {
    let usual = |spec: &ParamSpec, value: f64| if spec.scale == Scale::Whole { 2.0 } else { value };
    let mut all = Vec::new();
    for rest in [0.7, 1e-3] {
        for (i, one) in specs.iter().enumerate() {
            let values = if one.scale == Scale::Whole { vec![1.0, 3.0, 64.0] } else { SIZES.to_vec() };
            for value in values {
                let mut params: Vec<f64> = specs.iter().map(|spec| usual(spec, rest)).collect();
                params[i] = value;
                all.push(params);
            }
        }
    }
    all.extend(SIZES.map(|size| specs.iter().map(|spec| usual(spec, size)).collect()));
    all
}

fn histories() -> [Customer; 7] {
    let of = |x, t_x, t| Customer { x, t_x, t };
    [
        of(0, 0.0, 0.0),
        of(0, 0.0, FURTHEST),
        of(3, 10.0, 1e12),
        of(30, 365.0, 400.0),
        of(1_000_000, 1e6, 1e6),
        of(u32::MAX, 4_294_967_295.0, FURTHEST),
        of(1, FURTHEST, FURTHEST),
    ]
}

#[test]
fn every_forecast_is_a_number_and_comes_at_once() {
    let discounts = [
        Discounting::Continuous { delta: 0.0 },
        Discounting::Continuous { delta: 0.00183 },
        Discounting::EndOfStep { d: 1e9, step: 4.345 },
    ];
    for member in PURCHASE_MODELS.iter().filter(|member| member.opportunities) {
        for params in corners(member.params) {
            let Ok(model) = PurchaseModel::new(member.name, &params) else { continue };
            for customer in histories() {
                for horizon in HORIZONS {
                    let start = Instant::now();
                    let at = format!("{} {params:?} {customer:?} horizon {horizon:e}", member.name);
                    let alive = model.p_alive(&customer);
                    assert!((0.0..=1.0).contains(&alive), "{at}: P(alive) {alive}");
                    let purchases = model.expected_purchases(&customer, horizon);
                    assert!(purchases >= 0.0, "{at}: {purchases} purchases");
                    for discounting in discounts {
                        let discounted = model.expected_discounted(&customer, horizon, discounting);
                        assert!(discounted >= 0.0, "{at}: {discounted} discounted, {discounting:?}");
                    }
                    if horizon.is_finite() {
                        let none = model.purchases_pmf(&customer, horizon, 0);
                        assert!((0.0..=1.0 + 1e-9).contains(&none), "{at}: no purchase {none}");
                    }
                    assert!(start.elapsed() < AT_ONCE, "{at}: {:?}", start.elapsed());
                }
            }
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
