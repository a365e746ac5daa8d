//! Does a fit find the parameters that made the data? Twenty simulated logs of 50,000 customers over a
//! spread of parameters, from exact summaries (continuous time: merging purchases of one day biases
//! estimates a little in every package). The simulation here shares no code with the library.

use clv::customers::{Customer, CustomerTable, SpendTable};
use clv::fit::{StopReason, fit};
use clv::model::{BgNbd, GammaGamma, MbgNbd, Model};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Beta, Distribution, Exp1, Gamma, Uniform};

const CUSTOMERS: usize = 50_000;

/// What the twenty fits have in common.
#[derive(Default)]
struct Tally {
    parameters: usize,
    covered: usize,
}

impl Tally {
    #[track_caller]
    fn add<M: Model>(&mut self, truth: M, table: &M::Table, seed: u64) {
        let fitted = fit::<M>(table, &Default::default(), &()).unwrap();
        assert_eq!(fitted.report.stop, StopReason::Converged, "seed {seed}: {truth:?}");
        for (estimate, truth) in fitted.report.estimates.iter().zip(truth.params()) {
            let error = estimate.standard_error.unwrap();
            let z = (estimate.value - truth) / error;
            assert!(
                z.abs() <= 4.0,
                "seed {seed}: {} = {} is {z:.1} standard errors from {truth}",
                estimate.name,
                estimate.value
            );
            self.parameters += 1;
            let (low, high) = estimate.interval(0.9).unwrap();
            self.covered += usize::from(low <= truth && truth <= high);
        }
    }

    #[track_caller]
    fn check(&self) {
        let share = self.covered as f64 / self.parameters as f64;
        println!("90 % intervals cover {} of {} parameters", self.covered, self.parameters);
        assert!((0.80..=0.97).contains(&share), "90 % intervals cover {share:.2}");
    }
}

/// One customer's history; `coin_at_first`: may leave right after the first purchase.
fn history(rng: &mut ChaCha8Rng, [r, alpha, a, b]: [f64; 4], t: f64, coin_at_first: bool) -> Customer {
    let rate = Gamma::new(r, 1.0 / alpha).unwrap().sample(rng);
    let leaves = Beta::new(a, b).unwrap().sample(rng);
    let coin = Uniform::new(0.0, 1.0).unwrap();
    let mut customer = Customer { x: 0, t_x: 0.0, t };
    if coin_at_first && coin.sample(rng) < leaves {
        return customer;
    }
    loop {
        let gap: f64 = Exp1.sample(rng);
        let next = customer.t_x + gap / rate;
        // A rate that underflows to zero gives an infinite gap.
        if next.is_nan() || next > t {
            return customer;
        }
        (customer.x, customer.t_x) = (customer.x + 1, next);
        if coin.sample(rng) < leaves {
            return customer;
        }
    }
}

fn log(seed: u64, parameters: [f64; 4], t: f64, coin_at_first: bool) -> CustomerTable {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let ages = Uniform::new(0.5 * t, t).unwrap();
    let mut table = CustomerTable::builder();
    for _ in 0..CUSTOMERS {
        let age = ages.sample(&mut rng);
        table.push(history(&mut rng, parameters, age, coin_at_first), 1.0);
    }
    table.finish()
}

#[test]
fn parameters_are_recovered() {
    let spread = [
        ([0.243, 4.414, 0.793, 2.426], 78.0),
        ([0.5, 10.0, 0.5, 3.0], 104.0),
        ([1.5, 8.0, 0.8, 2.0], 78.0),
        ([0.8, 20.0, 1.5, 6.0], 156.0),
        ([3.0, 12.0, 0.4, 1.2], 52.0),
        ([0.35, 2.6, 0.5, 3.6], 104.0),
        ([2.0, 30.0, 2.0, 10.0], 208.0),
        ([0.6, 3.0, 0.3, 0.9], 52.0),
        ([5.0, 25.0, 1.0, 4.0], 78.0),
        ([1.0, 5.0, 0.7, 5.0], 104.0),
    ];
    let mut tally = Tally::default();
    for (k, (parameters, t)) in spread.into_iter().enumerate() {
        let [r, alpha, a, b] = parameters;
        let seed = 100 + k as u64;
        tally.add(BgNbd { r, alpha, a, b }, &log(seed, parameters, t, false), seed);
        let seed = 200 + k as u64;
        tally.add(MbgNbd { r, alpha, a, b }, &log(seed, parameters, t, true), seed);
    }
    spend_models(&mut tally);
    tally.check();
}

fn spend_models(tally: &mut Tally) {
    let spread =
        [[6.25, 3.74, 15.44], [2.0, 5.0, 40.0], [9.0, 2.5, 8.0], [1.0, 8.0, 300.0], [20.0, 4.0, 3.0]];
    for (k, [p, q, v]) in spread.into_iter().cycle().take(10).enumerate() {
        let seed = 300 + k as u64;
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let counts = Uniform::new(1u32, 12).unwrap();
        let mut table = SpendTable::builder();
        for _ in 0..CUSTOMERS / 5 {
            let x = counts.sample(&mut rng);
            let nu = Gamma::new(q, 1.0 / v).unwrap().sample(&mut rng);
            // The mean of x amounts Gamma(p, nu) is Gamma(p x, nu x).
            let mean = Gamma::new(p * f64::from(x), 1.0 / (nu * f64::from(x))).unwrap().sample(&mut rng);
            table.push_columns(&[x], &[mean]);
        }
        tally.add(GammaGamma { p, q, v }, &table.finish(), seed);
    }
}
