//! Do forecasts agree with the stories that the models tell? A million lives are drawn from each
//! story by plain loops that share no code with the library, weighted by the chance that they show a
//! given history, and lived on: their mean future purchases, and shares of the living, must be the
//! forecast's, within 4 standard errors of the simulation.
//!
//! The tower law is the same for a whole population: histories are drawn from the library's own
//! processes, and their conditional expectations average to the unconditional one.
//!
//! Seen to fail: with `b` for `b s` in the hazard of Gamma-Gompertz/NBD, and with futures of Pareto/NBD
//! drawn from the lifetime of a new customer.

use clv::customers::Customer;
use clv::fitted::PurchaseModel;
use clv::model::{Attrition, BgNbd, GGompertzNbd, MbgNbd, Nbd, ParetoNbd};
use rand::distr::Distribution;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Beta, Exp1, Gamma};

/// One life as far as a history and a horizon need it: the weight of the history, and who lives on.
struct Life {
    weight: f64,
    alive: bool,
    /// Purchases within the horizon, if alive.
    future: u32,
}

fn exponential(rng: &mut ChaCha8Rng) -> f64 {
    Exp1.sample(rng)
}

/// Purchases at rate `rate` in a time; after each, `leaves` may end it.
fn buy(rng: &mut ChaCha8Rng, rate: f64, time: f64, leave: f64) -> u32 {
    let (mut age, mut n) = (0.0, 0);
    loop {
        age += exponential(rng) / rate;
        if age > time {
            return n;
        }
        n += 1;
        if leave > 0.0 && rng.random::<f64>() < leave {
            return n;
        }
    }
}

/// Weighted means of purchases and of being alive, each with its standard error.
fn weighted(lives: impl Iterator<Item = Life>) -> [(f64, f64); 2] {
    let lives: Vec<Life> = lives.collect();
    let total: f64 = lives.iter().map(|life| life.weight).sum();
    let of = |value: &dyn Fn(&Life) -> f64| {
        let mean = lives.iter().map(|life| life.weight * value(life)).sum::<f64>() / total;
        let square: f64 = lives.iter().map(|life| (life.weight * (value(life) - mean)).powi(2)).sum();
        (mean, square.sqrt() / total)
    };
    let alive = |life: &Life| f64::from(u8::from(life.alive));
    [of(&|life| alive(life) * f64::from(life.future)), of(&alive)]
}

const LIVES: usize = 1_000_000;
const HORIZON: f64 = 30.0;

fn histories() -> [Customer; 4] {
    let at = |x, t_x, t| Customer { x, t_x, t };
    [at(0, 0.0, 20.0), at(1, 4.0, 30.0), at(3, 25.0, 30.0), at(6, 12.0, 30.0)]
}

fn agrees(name: &str, model: &dyn Attrition, row: &Customer, found: [(f64, f64); 2]) {
    let expected = [model.expected_purchases(row, HORIZON), model.p_alive(row)];
    for (what, ((mean, error), expected)) in
        ["purchases", "alive"].iter().zip(found.into_iter().zip(expected))
    {
        let off = (mean - expected).abs();
        assert!(
            off <= 4.0 * error + 1e-12 * expected,
            "{name} {row:?} {what}: {expected}, simulated {mean} +- {error}"
        );
        // The simulation must be able to say no: all is simulated to 2 %, and what is below 0.05 to 0.001,
        // as it would take millions of customers to see as much of a rare event.
        assert!(error < 0.02 * expected.max(0.05), "{name} {row:?} {what}: {expected} +- {error}");
    }
}

/// Histories of those who toss a coin after each purchase.
fn coin(r: f64, alpha: f64, a: f64, b: f64, at_first: bool, row: &Customer, seed: u64) -> [(f64, f64); 2] {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let (rates, chances) = (Gamma::new(r, 1.0 / alpha).unwrap(), Beta::new(a, b).unwrap());
    let x = row.x as i32;
    weighted((0..LIVES).map(|_| {
        let (rate, leave) = (rates.sample(&mut rng), chances.sample(&mut rng));
        let tosses = x + i32::from(at_first);
        let stays = (1.0 - leave).powi(tosses) * rate.powi(x) * (-rate * row.t).exp();
        let left = match tosses {
            0 => 0.0,
            n => leave * (1.0 - leave).powi(n - 1) * rate.powi(x) * (-rate * row.t_x).exp(),
        };
        let weight = stays + left;
        let alive = weight > 0.0 && rng.random::<f64>() < stays / weight;
        let future = if alive { buy(&mut rng, rate, HORIZON, leave) } else { 0 };
        Life { weight, alive, future }
    }))
}

/// Histories of those whose lifetime is drawn at the start.
fn lifetime(
    r: f64,
    alpha: f64,
    row: &Customer,
    seed: u64,
    mut draw: impl FnMut(&mut ChaCha8Rng) -> f64,
) -> [(f64, f64); 2] {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let rates = Gamma::new(r, 1.0 / alpha).unwrap();
    let x = row.x as i32;
    weighted((0..LIVES).map(|_| {
        let (rate, end) = (rates.sample(&mut rng), draw(&mut rng));
        let weight = if end <= row.t_x { 0.0 } else { rate.powi(x) * (-rate * end.min(row.t)).exp() };
        let alive = end > row.t;
        let future = if alive { buy(&mut rng, rate, HORIZON.min(end - row.t), 0.0) } else { 0 };
        Life { weight, alive, future }
    }))
}

#[test]
fn bg_nbd_and_mbg_nbd() {
    let (r, alpha, a, b) = (0.8, 6.0, 0.9, 2.1);
    for (seed, row) in (0..).zip(&histories()) {
        agrees("BG/NBD", &BgNbd { r, alpha, a, b }, row, coin(r, alpha, a, b, false, row, seed));
        agrees("MBG/NBD", &MbgNbd { r, alpha, a, b }, row, coin(r, alpha, a, b, true, row, 10 + seed));
    }
}

#[test]
fn nbd() {
    let (r, alpha) = (0.8, 12.0);
    for (seed, row) in (0..).zip(&histories()) {
        agrees("NBD", &Nbd { r, alpha }, row, lifetime(r, alpha, row, 20 + seed, |_| f64::INFINITY));
    }
}

#[test]
fn pareto_nbd() {
    let (r, alpha, s, beta) = (0.8, 6.0, 0.7, 9.0);
    let leaving = Gamma::new(s, 1.0 / beta).unwrap();
    for (seed, row) in (0..).zip(&histories()) {
        let draw = |rng: &mut ChaCha8Rng| exponential(rng) / leaving.sample(rng);
        agrees("Pareto/NBD", &ParetoNbd { r, alpha, s, beta }, row, lifetime(r, alpha, row, 30 + seed, draw));
    }
}

#[test]
fn ggompertz_nbd() {
    let (r, alpha, b, s, beta) = (0.8, 6.0, 0.06, 0.7, 1.4);
    let proneness = Gamma::new(s, 1.0 / beta).unwrap();
    for (seed, row) in (0..).zip(&histories()) {
        // The cumulated hazard, η (e^(b τ) − 1), is exponential at the end.
        let draw = |rng: &mut ChaCha8Rng| (1.0 + exponential(rng) / proneness.sample(rng)).ln() / b;
        let model = GGompertzNbd { r, alpha, b, s, beta };
        agrees("GGompertz/NBD", &model, row, lifetime(r, alpha, row, 40 + seed, draw));
    }
}

/// The purchases that the library draws for a customer who is alive average to what it expects.
#[test]
fn drawn_futures_are_those_expected() {
    let models: [(&str, &[f64]); 9] = [
        ("bg-nbd", &[0.8, 6.0, 0.9, 2.1]),
        ("mbg-nbd", &[0.8, 6.0, 0.9, 2.1]),
        ("pareto-nbd", &[0.8, 6.0, 0.7, 9.0]),
        ("ggompertz-nbd", &[0.8, 6.0, 0.06, 0.7, 1.4]),
        ("bg-cnbd", &[3.0, 0.8, 2.0, 0.9, 2.1]),
        ("bg-cnbd", &[1.0, 0.8, 2.0, 0.9, 2.1]),
        ("mbg-cnbd", &[2.0, 0.8, 3.0, 0.9, 2.1]),
        ("bg-bb", &[1.2, 0.75, 0.66, 2.8]),
        ("nbd", &[0.8, 6.0]),
    ];
    for (seed, (name, params)) in (200..).zip(models) {
        let model = PurchaseModel::new(name, params).unwrap();
        for row in histories() {
            let future = model.future_if_alive(&row).unwrap();
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let n = 200_000;
            let (mut sum, mut squares, mut none, mut ages) = (0.0, 0.0, 0.0, Vec::new());
            for _ in 0..n {
                ages.clear();
                future.repeats(&mut rng, HORIZON, &mut ages);
                assert!(ages.is_sorted() && ages.iter().all(|age| (0.0..=HORIZON).contains(age)));
                sum += ages.len() as f64;
                squares += (ages.len() as f64).powi(2);
                none += f64::from(u8::from(ages.is_empty()));
            }
            let n = f64::from(n);
            let (mean, error) = (sum / n, ((squares / n - (sum / n).powi(2)) / n).sqrt());
            let expected = model.expected_if_alive(&row, HORIZON);
            assert!(
                (mean - expected).abs() <= 4.0 * error,
                "{name} {row:?}: {mean} +- {error}, not {expected}"
            );
            // The same for the chance of no purchase at all.
            let alive = model.p_alive(&row);
            let expected = 1.0 - (1.0 - model.purchases_pmf(&row, HORIZON, 0)) / alive;
            let error = (expected * (1.0 - expected) / n).sqrt();
            assert!(
                (none / n - expected).abs() <= 4.0 * error,
                "{name} {row:?}: none {} not {expected}",
                none / n
            );
        }
    }
}

/// Mean conditional expectation over customers = E[X(T+t)] − E[X(T)].
#[test]
fn tower_law() {
    let models: [(&str, &[f64]); 8] = [
        ("bg-nbd", &[0.8, 6.0, 0.9, 2.1]),
        ("mbg-nbd", &[0.8, 6.0, 0.9, 2.1]),
        ("pareto-nbd", &[0.8, 6.0, 0.7, 9.0]),
        ("ggompertz-nbd", &[0.8, 6.0, 0.06, 0.7, 1.4]),
        ("bg-cnbd", &[3.0, 0.8, 2.0, 0.9, 2.1]),
        ("mbg-cnbd", &[2.0, 0.8, 3.0, 0.9, 2.1]),
        ("bg-bb", &[1.2, 0.75, 0.66, 2.8]),
        ("nbd", &[0.8, 6.0]),
    ];
    for (seed, (name, params)) in (100..).zip(models) {
        let model = PurchaseModel::new(name, params).unwrap();
        let process = model.process().unwrap();
        let (t, n) = (24.0, 200_000);
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let (mut sum, mut squares) = (0.0, 0.0);
        let mut ages = Vec::new();
        let mut scorer = model.scorer(HORIZON, clv::Discounting::Continuous { delta: 0.0 });
        for _ in 0..n {
            ages.clear();
            process.repeats(&mut rng, t, &mut ages);
            let row = Customer { x: ages.len() as u32, t_x: ages.last().copied().unwrap_or(0.0), t };
            let expected = scorer.outlook(&row).purchases;
            sum += expected;
            squares += expected * expected;
        }
        let n = f64::from(n);
        let (mean, error) = (sum / n, ((squares / n - (sum / n).powi(2)) / n).sqrt());
        let whole = model.expected_purchases_new(t + HORIZON) - model.expected_purchases_new(t);
        assert!((mean - whole).abs() <= 4.0 * error, "{name}: {mean} +- {error}, not {whole}");
        assert!(error < 0.02 * whole, "{name}: {error} of {whole}");
    }
}
