//! Do futures happen as often as they say? Lives are drawn from a model with a past and a future; the probability of
//! less than the real future must be uniform, between less and no more at random. Seen to fail: with the habits of a new
//! customer for those of this one.

use rand::distr::Distribution;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::Gamma;
use rayon::prelude::*;

use super::ahead::{Ahead, Basis};
use super::simulated::Reach;
use crate::base::Discounting;
use crate::customers::Customer;
use crate::fitted::PurchaseModel;
use crate::fitted::SpendModel;
use crate::fitted::draws::Points;
use crate::model::GammaGamma;

/// With 20,000 each, run once, all is within the same bounds.
const CUSTOMERS: usize = 4_000;
const AMOUNTS: GammaGamma = GammaGamma { p: 6.0, q: 4.0, v: 15.0 };
const SPEND: SpendModel = SpendModel::GammaGamma(AMOUNTS);

/// A life: its past, and what came of it.
struct Life {
    customer: Customer,
    spent: f64,
    purchases: f64,
    value: f64,
}

fn lives(model: &PurchaseModel, reach: &Reach, seed: u64) -> Vec<Life> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let process = model.process().unwrap();
    let (nus, amounts) =
        (Gamma::new(AMOUNTS.q, 1.0 / AMOUNTS.v).unwrap(), Gamma::new(AMOUNTS.p, 1.0).unwrap());
    let mut ages = Vec::new();
    let mut one = || {
        let t = (20.0 + 40.0 * rng.random::<f64>()).floor();
        ages.clear();
        process.repeats(&mut rng, t + reach.horizon, &mut ages);
        let nu: f64 = nus.sample(&mut rng);
        let past = ages.partition_point(|age| *age <= t);
        let spent = (0..past).map(|_| amounts.sample(&mut rng) / nu).sum();
        let worth =
            |age: &f64| reach.discounting.factor(age - t, reach.horizon) * amounts.sample(&mut rng) / nu;
        let value = ages[past..].iter().map(worth).sum();
        let t_x = if past > 0 { ages[past - 1] } else { 0.0 };
        let customer = Customer { x: past as u32, t_x, t };
        Life { customer, spent, purchases: (ages.len() - past) as f64, value }
    };
    (0..CUSTOMERS).map(|_| one()).collect()
}

/// Kolmogorov's and Smirnov's statistic for uniform numbers, times the root of their number: above 1.95
/// in one of 1,000 cases.
fn distance(mut ranks: Vec<f64>) -> f64 {
    ranks.sort_unstable_by(f64::total_cmp);
    let n = ranks.len() as f64;
    let off = |(i, rank): (usize, &f64)| (rank - i as f64 / n).max((i + 1) as f64 / n - rank);
    n.sqrt() * ranks.iter().enumerate().map(off).fold(0.0, f64::max)
}

/// The probability integral transforms of purchases and value, and whether they are within intervals.
fn scored(life: &Life, ahead: &mut Ahead, basis: &Basis, rng: &mut ChaCha8Rng) -> [f64; 8] {
    let inside = |value: f64, (low, high): (f64, f64)| f64::from(u8::from(low <= value && value <= high));
    let (customer, spends) = (&life.customer, life.customer.x > 0);
    let mut found = [0.0; 8];
    let over = ahead.purchases_over(customer, basis);
    let up_to = |n: f64| over.iter().find(|(place, _)| *place >= n).map_or(1.0, |(_, over)| 1.0 - over);
    let less = if life.purchases > 0.0 { up_to(life.purchases - 1.0) } else { 0.0 };
    found[0] = less + rng.random::<f64>() * (up_to(life.purchases) - less);
    let future = ahead.future(customer, spends, basis, 0.5);
    let over = ahead.value_over(&future, life.spent, basis, life.value);
    found[1] = if life.value > 0.0 { 1.0 - over } else { rng.random::<f64>() * (1.0 - over) };
    for (i, probability) in [0.5, 0.8, 0.9].into_iter().enumerate() {
        let future = ahead.future(customer, spends, basis, probability);
        found[2 + i] = inside(life.purchases, future.bounds);
        found[5 + i] = inside(life.value, ahead.value(&future, life.spent, basis, probability));
    }
    found
}

fn calibrated(name: &str, params: &[f64], seed: u64) {
    let model = PurchaseModel::new(name, params).unwrap();
    let discounting = Discounting::Continuous { delta: 0.002 };
    let reach = Reach { horizon: 26.0, value_horizon: 26.0, discounting };
    let points = Points { spend_is_sure: true, ..Points::default() };
    let basis = Basis { points: &points, spend: Some(&SPEND), reach };
    let lives = lives(&model, &reach, seed);
    let scored: Vec<[f64; 8]> = lives
        .par_chunks(1000)
        .enumerate()
        .flat_map_iter(|(chunk, lives)| {
            let mut rng = ChaCha8Rng::seed_from_u64(1000 * seed + chunk as u64);
            let mut ahead = Ahead::new(model.clone(), Vec::new());
            let one = |life: &Life| scored(life, &mut ahead, &basis, &mut rng);
            lives.iter().map(one).collect::<Vec<_>>()
        })
        .collect();
    for (i, what) in ["purchases", "value"].into_iter().enumerate() {
        let ranks: Vec<f64> = scored.iter().map(|found| found[i]).collect();
        for probability in [0.5, 0.8, 0.9] {
            let inside = ranks.iter().filter(|r| (**r - 0.5).abs() < 0.5 * probability).count() as f64;
            let coverage = inside / CUSTOMERS as f64;
            assert!((coverage - probability).abs() < 0.03, "{name} {what}: {coverage} of {probability}");
        }
        let distance = distance(ranks);
        assert!(distance < 1.95, "{name} {what}: {distance}");
        // As intervals they hold at least what they say: both ends belong to them.
        for (k, probability) in [0.5, 0.8, 0.9].into_iter().enumerate() {
            let held = scored.iter().map(|found| found[2 + 3 * i + k]).sum::<f64>() / CUSTOMERS as f64;
            assert!(held > probability - 0.03, "{name} {what}: {held} held of {probability}");
        }
    }
}

#[test]
fn futures_are_calibrated() {
    let sets: [(&str, &[f64]); 10] = [
        ("bg-nbd", &[0.243, 4.414, 0.793, 2.426]),
        ("bg-nbd", &[2.0, 12.0, 0.2, 1.5]),
        ("mbg-nbd", &[0.525, 6.183, 0.891, 1.614]),
        ("pareto-nbd", &[0.553, 10.578, 0.606, 11.669]),
        ("pareto-nbd", &[3.0, 20.0, 2.0, 60.0]),
        ("ggompertz-nbd", &[0.8, 6.0, 0.06, 0.7, 1.4]),
        ("bg-cnbd", &[2.0, 0.4, 1.1, 0.5, 2.8]),
        ("mbg-cnbd", &[3.0, 1.3, 2.8, 0.42, 0.79]),
        ("bg-bb", &[1.204, 0.750, 0.657, 2.783]),
        ("nbd", &[0.385, 12.07]),
    ];
    for (seed, (name, params)) in (1..).zip(sets) {
        calibrated(name, params, seed);
    }
}
