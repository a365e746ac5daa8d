//! Random data sets of many kinds, the nasty ones first of all: purchases with amounts, and contracts. The
//! same number gives the same data set, on any machine.

use arrow_array::{Float64Array, StringArray, UInt32Array};
use clv::customers::Counts;
use clv::history::{Summary, SummaryBatch, SummaryMeta};
use clv::model::{ContractRow, ContractTable};
use rand::distr::Distribution;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Beta, Exp1, Gamma, LogNormal};

/// What the customers of a purchase log are like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    Small,
    HalfOnce,
    HalfOnceVaried,
    AllAlike,
    OnceOrTwice,
    OneDear,
    HeavyTails,
    OneCohort,
    Hourly,
    Yearly,
    NoChurn,
    AllChurn,
    Regular,
    Three,
    Outlier,
    OneTimers,
    ShortWatch,
    SamePrice,
    SameRates,
    Opportunities,
}

pub const KINDS: [Kind; 20] = [
    Kind::Small,
    Kind::HalfOnce,
    Kind::HalfOnceVaried,
    Kind::AllAlike,
    Kind::OnceOrTwice,
    Kind::OneDear,
    Kind::HeavyTails,
    Kind::OneCohort,
    Kind::Hourly,
    Kind::Yearly,
    Kind::NoChurn,
    Kind::AllChurn,
    Kind::Regular,
    Kind::Three,
    Kind::Outlier,
    Kind::OneTimers,
    Kind::ShortWatch,
    Kind::SamePrice,
    Kind::SameRates,
    Kind::Opportunities,
];

/// One customer to be simulated.
struct Life {
    t: f64,
    rate: f64,
    end: f64,
    /// Purchases fall on multiples of this.
    grain: f64,
    /// Stages from one purchase to the next: the more, the more regular.
    stages: f64,
}

impl Life {
    /// Ages of the repeat purchases.
    fn purchases(&self, rng: &mut ChaCha8Rng) -> Vec<f64> {
        let gaps = Gamma::new(self.stages, 1.0 / (self.rate * self.stages)).unwrap();
        let (mut age, mut ages) = (0.0, Vec::new());
        while ages.len() < 400 {
            age += gaps.sample(rng);
            let seen = (age / self.grain).ceil() * self.grain;
            if age > self.end || seen > self.t {
                break;
            }
            if ages.last().is_none_or(|last| seen > *last) {
                ages.push(seen);
            }
        }
        ages
    }
}

fn between(rng: &mut ChaCha8Rng, low: f64, high: f64) -> f64 {
    low * (high / low).powf(rng.random::<f64>())
}

fn gamma(rng: &mut ChaCha8Rng, shape: f64, mean: f64) -> f64 {
    Gamma::new(shape, mean / shape).unwrap().sample(rng) + 1e-9 * mean
}

fn exponential(rng: &mut ChaCha8Rng) -> f64 {
    Exp1.sample(rng)
}

/// What all customers of a log have in common.
struct Base {
    n: usize,
    length: f64,
    grain: f64,
    one_cohort: bool,
    shape: f64,
    mean_repeats: f64,
}

fn base(kind: Kind, rng: &mut ChaCha8Rng) -> Base {
    let n = between(rng, 12.0, 250.0) as usize;
    let plain = Base {
        n,
        length: between(rng, 20.0, 150.0).ceil(),
        grain: if rng.random::<bool>() { 1.0 } else { 1.0 / 7.0 },
        one_cohort: rng.random::<f64>() < 0.3,
        shape: between(rng, 0.3, 3.0),
        mean_repeats: between(rng, 0.5, 12.0),
    };
    match kind {
        Kind::Small => Base { n: 5 + n / 10, ..plain },
        Kind::HeavyTails => Base { shape: between(rng, 0.02, 0.15), ..plain },
        Kind::OneCohort => Base { one_cohort: true, grain: 1.0, ..plain },
        Kind::Hourly => Base { length: between(rng, 500.0, 9000.0).ceil(), grain: 1.0, ..plain },
        Kind::Yearly => Base { length: between(rng, 3.0, 12.0).ceil(), grain: 1.0, ..plain },
        Kind::Three => Base { n: 3, ..plain },
        Kind::OneTimers => Base { mean_repeats: 0.05, shape: 0.1, ..plain },
        Kind::ShortWatch => Base { length: 3.0, mean_repeats: 1.5, ..plain },
        Kind::SameRates | Kind::HalfOnce => Base { shape: 1e5, ..plain },
        Kind::Opportunities => Base { length: between(rng, 4.0, 20.0).ceil(), grain: 1.0, ..plain },
        _ => plain,
    }
}

/// Ages of the repeat purchases of one customer, and `T`.
fn customer(kind: Kind, i: usize, base: &Base, rng: &mut ChaCha8Rng) -> (Vec<f64>, f64) {
    let share = if base.one_cohort { 1.0 } else { 0.3 + 0.7 * rng.random::<f64>() };
    let t = (base.length * share).ceil();
    if kind == Kind::AllAlike {
        let repeats = 1 + base.n % 5;
        return ((1..=repeats).map(|k| (k as f64 / (repeats + 1) as f64 * t).ceil()).collect(), t);
    }
    if kind == Kind::OnceOrTwice {
        let first = 1.0 + (rng.random::<f64>() * 0.4 * t).floor();
        let second = first + 1.0 + (rng.random::<f64>() * 0.4 * t).floor();
        let twice = i.is_multiple_of(2);
        return (if twice && second <= t { vec![first, second] } else { vec![first] }, t.max(2.0));
    }
    let mut rate = gamma(rng, base.shape, base.mean_repeats / base.length);
    let mut end = 0.5 * base.length * exponential(rng);
    let mut stages = 1.0;
    match kind {
        Kind::HalfOnce | Kind::HalfOnceVaried => {
            rate *= 4.0;
            end = if i.is_multiple_of(2) { 0.0 } else { f64::INFINITY };
        }
        Kind::NoChurn => end = f64::INFINITY,
        Kind::AllChurn => end = 0.1 * base.length,
        Kind::Regular => stages = 12.0,
        Kind::Outlier if i == 0 => (rate, end) = (rate.max(0.05) * 40.0, f64::INFINITY),
        Kind::SamePrice if i.is_multiple_of(3) => end = f64::INFINITY,
        Kind::Opportunities => {
            let always = base.n.is_multiple_of(2) && i.is_multiple_of(3);
            rate = if always { 50.0 } else { rate };
            end = if base.n.is_multiple_of(3) { f64::INFINITY } else { end };
        }
        _ => {}
    }
    (Life { t, rate, end, grain: base.grain, stages }.purchases(rng), t)
}

/// A customer's mean amount.
fn amount(kind: Kind, seed: u64, i: usize, x: usize, rng: &mut ChaCha8Rng) -> f64 {
    let spread = match kind {
        Kind::SamePrice => 0.01,
        Kind::OneDear | Kind::AllAlike => 0.03,
        _ => [0.1, 0.5, 1.0, 0.02][seed as usize % 4],
    };
    let own = LogNormal::new(3.0, spread).unwrap().sample(rng);
    let within = [0.01, 0.6, 0.2, 0.0][(seed / 4) as usize % 4] / (x as f64).sqrt();
    let seen = own * LogNormal::new(0.0, within).unwrap().sample(rng);
    match kind {
        Kind::OneDear if i == 0 => 100.0 * seen,
        Kind::OnceOrTwice => seen.round().max(1.0),
        // Two prices.
        Kind::Outlier if seed.is_multiple_of(3) => [10.0, 25.0][i % 2],
        _ => seen,
    }
}

/// The purchase log of this number, as a summary.
pub fn purchases(seed: u64) -> (Kind, Summary) {
    let kind = KINDS[seed as usize % KINDS.len()];
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let base = base(kind, &mut rng);
    let mut rows: Vec<(Vec<f64>, f64, f64)> = Vec::new();
    for i in 0..base.n {
        let (ages, t) = customer(kind, i, &base, &mut rng);
        let mean = if ages.is_empty() { 0.0 } else { amount(kind, seed, i, ages.len(), &mut rng) };
        rows.push((ages, t, mean));
    }
    let gaps = |ages: &[f64]| {
        let earlier = std::iter::once(&0.0).chain(ages);
        ages.iter().zip(earlier).map(|(age, last)| (age - last).ln()).sum::<f64>()
    };
    let batch = SummaryBatch {
        customer_id: StringArray::from_iter_values((0..rows.len()).map(|i| format!("c{i:06}"))),
        frequency: UInt32Array::from_iter_values(rows.iter().map(|row| row.0.len() as u32)),
        recency: Float64Array::from_iter_values(
            rows.iter().map(|row| row.0.last().copied().unwrap_or_default()),
        ),
        t: Float64Array::from_iter_values(rows.iter().map(|row| row.1)),
        monetary_value: Some(Float64Array::from_iter_values(rows.iter().map(|row| row.2))),
        log_gaps: Some(Float64Array::from_iter_values(rows.iter().map(|row| gaps(&row.0)))),
        purchase_times: None,
        first_amount: None,
        attributes: Vec::new(),
    };
    let meta = SummaryMeta { has_money: true, has_log_gaps: true, ..Default::default() };
    (kind, Summary::new(meta, vec![batch]))
}

/// The same, counted.
pub fn counted(seed: u64) -> (Kind, Counts) {
    let (kind, summary) = purchases(seed);
    (kind, Counts::read(&summary, &()).unwrap())
}

/// What customers under contract are like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Terms {
    Quiet,
    MinimumTerm,
    MinimumTermFading,
    Constant,
    Varied,
    CliffAtFirst,
    AllGone,
    Steps,
    Few,
    Rising,
}

pub const TERMS: [Terms; 10] = [
    Terms::Quiet,
    Terms::MinimumTerm,
    Terms::MinimumTermFading,
    Terms::Constant,
    Terms::Varied,
    Terms::CliffAtFirst,
    Terms::AllGone,
    Terms::Steps,
    Terms::Few,
    Terms::Rising,
];

/// Customers under contract, of this number.
pub fn contracts(seed: u64) -> (Terms, ContractTable) {
    let terms = TERMS[seed as usize % TERMS.len()];
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let longest = 3 + (rng.random::<f64>() * 9.0) as u32;
    let n = between(&mut rng, 15.0, 1500.0) as usize;
    let level = between(&mut rng, 0.02, 0.5);
    let minimum = 2 + (rng.random::<f64>() * 4.0) as u32;
    let cohorts = rng.random::<bool>();
    let n = if terms == Terms::Few { 3 + n % 12 } else { n };
    let lost = if terms == Terms::Quiet { 1 + n % 2 } else { 0 };
    let own = Beta::new(level, 1.0).unwrap();
    let contract = |i: usize, rng: &mut ChaCha8Rng| {
        let watched = if cohorts { 1 + (rng.random::<f64>() * f64::from(longest)) as u32 } else { longest };
        let chance: f64 = own.sample(rng);
        let leaves = |t: u32, rng: &mut ChaCha8Rng| match terms {
            Terms::Quiet => false,
            Terms::MinimumTerm if t <= minimum => false,
            Terms::MinimumTermFading => t > minimum && rng.random::<f64>() < level / f64::from(t - minimum),
            Terms::Varied => rng.random::<f64>() < chance,
            Terms::CliffAtFirst => t == 1 && rng.random::<f64>() < level,
            Terms::AllGone => rng.random::<f64>() < 0.5 + level,
            Terms::Steps => t.is_multiple_of(minimum) && rng.random::<f64>() < level,
            Terms::Rising => rng.random::<f64>() < level * 0.1 * f64::from(t).powi(2),
            _ => rng.random::<f64>() < level,
        };
        let end = if i < lost {
            Some(1 + (i as u32 + minimum) % watched)
        } else {
            (1..=watched).find(|t| leaves(*t, rng))
        };
        match end {
            Some(t) => (ContractRow { periods: t, ended: true }, 1.0),
            None => (ContractRow { periods: watched, ended: false }, 1.0),
        }
    };
    let rows: Vec<_> = (0..n).map(|i| contract(i, &mut rng)).collect();
    (terms, ContractTable::new(rows))
}
