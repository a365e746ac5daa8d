//! Counting a million customers, summing their log-likelihood with derivatives, and scoring them.
//! Simulated BG/NBD customers at day grain over two years; the seed is fixed.

use std::hint::black_box;

use clv::Discounting;
use clv::customers::{Customer, CustomerTable};
use clv::model::{Attrition, BgNbd, Model};
use criterion::{Criterion, criterion_group, criterion_main};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Beta, Distribution, Exp, Gamma};

const CUSTOMERS: usize = 1_000_000;
const MODEL: BgNbd = BgNbd { r: 0.6, alpha: 60.0, a: 0.8, b: 2.5 };

struct Columns {
    x: Vec<u32>,
    t_x: Vec<f64>,
    t: Vec<f64>,
}

fn simulate() -> Columns {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let rates = Gamma::new(MODEL.r, 1.0 / MODEL.alpha).expect("positive");
    let chances = Beta::new(MODEL.a, MODEL.b).expect("positive");
    let mut columns = Columns { x: Vec::new(), t_x: Vec::new(), t: Vec::new() };
    for _ in 0..CUSTOMERS {
        let t = f64::from(rng.random_range(1..=730));
        let gap = Exp::new(rates.sample(&mut rng).max(1e-12)).expect("positive");
        let (x, t_x) = history(t, gap, chances.sample(&mut rng), &mut rng);
        columns.x.push(x);
        columns.t_x.push(t_x);
        columns.t.push(t);
    }
    columns
}

/// Days with a purchase after the first one, and the last of them.
fn history(t: f64, gap: Exp<f64>, leaves: f64, rng: &mut impl Rng) -> (u32, f64) {
    let (mut now, mut x, mut t_x) = (0.0, 0, 0.0);
    loop {
        now += gap.sample(rng);
        if now >= t {
            return (x, t_x);
        }
        if now.ceil() > t_x {
            x += 1;
            t_x = now.ceil();
        }
        if rng.random::<f64>() < leaves {
            return (x, t_x);
        }
    }
}

fn count(columns: &Columns) -> CustomerTable {
    let mut builder = CustomerTable::builder();
    builder.push_columns(&columns.x, &columns.t_x, &columns.t);
    builder.finish()
}

fn score(columns: &Columns, horizon: f64, discounting: Discounting) -> f64 {
    let mut scorer = MODEL.scorer(horizon, discounting);
    let customers = columns.x.iter().zip(&columns.t_x).zip(&columns.t);
    customers.map(|((x, t_x), t)| scorer.outlook(&Customer { x: *x, t_x: *t_x, t: *t }).discounted).sum()
}

fn benches(c: &mut Criterion) {
    let columns = simulate();
    let table = count(&columns);
    c.bench_function("count/1_000_000", |b| b.iter(|| count(black_box(&columns))));
    c.bench_function(&format!("sum/bg-nbd/{}_rows", table.count.len()), |b| {
        b.iter(|| MODEL.sum(black_box(&table)));
    });
    let months = Discounting::EndOfStep { d: 0.01, step: 30.4375 };
    c.bench_function("score/bg-nbd/12_months/1_000_000", |b| {
        b.iter(|| score(black_box(&columns), 365.25, months));
    });
    let for_ever = Discounting::Continuous { delta: 0.0003 };
    c.bench_function("score/bg-nbd/for_ever/1_000_000", |b| {
        b.iter(|| score(black_box(&columns), f64::INFINITY, for_ever));
    });
}

criterion_group! { name = all; config = Criterion::default().sample_size(10); targets = benches }
criterion_main!(all);
