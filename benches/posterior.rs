//! The posterior of BG/NBD's parameters on 20,000 simulated customers at day grain: one evaluation with gradient,
//! which a sampler asks for some 14,000 times, one with Hessian, and each way to explore it. The seed is
//! fixed.

use std::hint::black_box;

use clv::customers::{Customer, CustomerTable};
use clv::fit::{FitOptions, PosteriorMethod, PosteriorOptions};
use clv::fitted::{Member, PurchaseModel};
use clv::model::{BgNbd, Model, Order};
use criterion::{Criterion, criterion_group, criterion_main};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const TRUTH: [f64; 4] = [0.25, 30.0, 0.8, 2.5];

fn table() -> CustomerTable {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let process = PurchaseModel::new("bg-nbd", &TRUTH).and_then(|model| model.process()).expect("valid");
    let (mut table, mut ages) = (CustomerTable::builder(), Vec::new());
    for _ in 0..20_000 {
        let t = f64::from(rng.random_range(180..=273));
        ages.clear();
        process.repeats(&mut rng, t, &mut ages);
        ages.iter_mut().for_each(|age| *age = age.ceil());
        ages.dedup();
        let (x, t_x) = (ages.len() as u32, ages.last().copied().unwrap_or(0.0));
        table.push(Customer { x, t_x, t }, 1.0);
    }
    table.finish()
}

fn benches(c: &mut Criterion) {
    let table = table();
    let model = BgNbd::from_params(&TRUTH);
    for order in [Order::First, Order::Second] {
        c.bench_function(&format!("sum/{order:?}/{}_rows", table.count.len()), |b| {
            b.iter(|| model.sum_to(black_box(&table), order));
        });
    }
    let member = Member::named("bg-nbd").expect("known");
    for method in [PosteriorMethod::Laplace, PosteriorMethod::Nuts, PosteriorMethod::Bootstrap] {
        let posterior = PosteriorOptions { method, ..PosteriorOptions::default() };
        let options = FitOptions { posterior, ..FitOptions::default() };
        c.bench_function(method.name(), |b| b.iter(|| member.fit(black_box(&table), &options, &())));
    }
}

criterion_group! { name = all; config = Criterion::default().sample_size(10); targets = benches }
criterion_main!(all);
