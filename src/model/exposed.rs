//! Any model whose customers leave at purchases (or never), counted in exposure instead of time: see
//! [`Intensity`](crate::customers::Intensity). One [`Exposed`] speaks of the customers who were born on one day, seen from
//! another: what lies behind and ahead of them are [`Path`]s. Customers come in time, as everywhere.
//!
//! With `E(v)` the purchases that the model expects within exposure `v`, and `Λ(u)` the exposure within time `u`:
//! ```text
//! purchases within h     E(Λ(h))
//! discounted             ∫ w(u) dE(Λ(u)) = w(h) E(Λ(h)) − ∫ E(Λ(u)) dw(u),   w(u) what money at u is worth now
//! ```
//! Models whose expectations are integrals over exposure have `w(u)` among their weights ([`Attrition::scorer_along`]): one
//! integral, as if time were exposure. Of others, and where money falls at the ends of steps, `E` is asked for at a few nodes:
//! it is smooth in exposure whatever `Λ` does, and interpolated between them (Chebyshev points, [`LogChebyshev`]); the integral
//! of each node's part over `dw` is worked out once for all customers of the path.
//! From where `m` is constant, `c`, the rest is the model's own answer at the rate `delta / c`.
//!
//! Checked by: the tests below, against sums over small steps and drawn futures; tests/fits/intensity.rs.

use std::sync::Arc;

use super::in_time::{CountsInTime, ProcessInTime};
use super::{
    Along, Attrition, BgCnbd, BgNbd, Counts, DriftMbgNbd, DriftNbd, MbgCnbd, MbgNbd, Model, Nbd, Population,
    PosteriorMeans, Process, Scorer, Tables,
};
use crate::base::{Discounting, Result};
use crate::customers::{Customer, CustomerTable, Intensity, Path};
use crate::special::{LEGENDRE_8, LogChebyshev};

mod scorer;

use scorer::ExposedScorer;

/// Nodes of the interpolation, 0 left out.
const NODES: usize = 12;
/// Ages that differ by less are one, written in two units.
const SAME_AGE: f64 = 1e-7;
/// Steps of discounting at the end of a step that are added up, at most.
const MOST_STEPS: usize = 20_000;

/// A model whose customers leave at purchases, or never: nothing but purchases happens in time, so that a change of time is a
/// change of rates.
pub trait TimeChange: Attrition {}

/// A model whose customers leave in time, whatever they buy: purchases are counted in exposure, lifetimes in time.
pub trait LeavesInTime: Attrition {
    /// The model of customers born on one day, who are in its time and go this way from birth on.
    fn in_course(&self, course: Path) -> Arc<dyn Attrition>;
}

/// A model that says at which rate it believes that a customer bought, before and after the last purchase. From it is learned how
/// rates change with time.
pub trait RatesSeen: TimeChange + Model<Row = Customer, Table = CustomerTable> {
    /// Posterior means of the rate of purchases up to the last one, and of the rate since (0 for who has left then), which
    /// are the slopes of the likelihood:
    /// ```text
    /// ∂ ln L / ∂ t_x = −(up to the last − since),   ∂ ln L / ∂ T = −since
    /// up to the last = p (r+x)/(α+T) + (1−p) (r+x)/(α+t_x),   since = p (r+x)/(α+T),   p = P(alive)
    /// ```
    fn rates_seen(&self, row: &Customer) -> [f64; 2];
}

impl TimeChange for BgNbd {}
impl TimeChange for MbgNbd {}
impl TimeChange for BgCnbd {}
impl TimeChange for MbgCnbd {}
impl TimeChange for Nbd {}
/// What the model learns from is gaps in exposure; the past fades with exposure, too.
impl TimeChange for DriftNbd {}
impl TimeChange for DriftMbgNbd {}

/// A model in exposure, for customers of one path.
#[derive(Debug, Clone)]
pub struct Exposed {
    model: Arc<dyn Attrition>,
    /// Of its scorers, whenever customers were born.
    tables: Arc<Tables>,
    /// From birth on.
    course: Arc<Path>,
    /// From now on.
    path: Arc<Path>,
    /// Now.
    age: f64,
}

/// How expectations at nodes make up what is discounted.
#[derive(Debug, Clone)]
struct Rule {
    /// Exposures, ascending; the last is that of the whole horizon.
    nodes: Vec<f64>,
    weights: Vec<f64>,
}

impl Exposed {
    /// Counts a model's time in exposure: that of who was born, and is seen, at these moments \[days from the end of the
    /// observation that `m` is of\], in a unit of so many days. The model must be one whose customers leave at purchases, or
    /// never; `tables` are those of this model, with these parameters.
    pub fn new(
        (model, tables): (Arc<dyn Attrition>, Arc<Tables>),
        intensity: &Intensity,
        (born, now): (f64, f64),
        unit: f64,
    ) -> Self {
        let (course, path) = (intensity.path(born, born, unit), intensity.path(born, now, unit));
        Exposed { model, tables, course, path, age: (now - born) / unit }
    }

    fn along(&self) -> Along {
        Along { path: self.path.clone(), tables: self.tables.clone() }
    }

    /// Exposure within a time ahead of a customer, who need not be seen from now.
    fn within(&self, customer: &Customer, ahead: f64) -> f64 {
        if (customer.t - self.age).abs() <= SAME_AGE * self.age {
            return self.path.exposure(ahead);
        }
        (self.course.exposure(customer.t + ahead) - self.course.exposure(customer.t)).max(0.0)
    }

    /// A customer in exposure.
    fn counted(&self, customer: &Customer) -> Customer {
        let t = self.course.exposure(customer.t);
        // The last moment is one, whichever way it is reached.
        let t_x = if customer.t_x == customer.t { t } else { self.course.exposure(customer.t_x).min(t) };
        Customer { x: customer.x, t_x, t }
    }

    /// `∫ S(u) du` over `(0, horizon]` of something that falls with exposure, asked for between the steps of `m`.
    fn over_time(&self, horizon: f64, of: impl Fn(f64) -> f64) -> f64 {
        let mut ends: Vec<f64> = self.path.steps().filter(|step| *step > 0.0 && *step < horizon).collect();
        ends.push(horizon);
        let (mut sum, mut from) = (0.0, 0.0);
        for to in ends {
            sum += LEGENDRE_8.integrate(from, to, |u| of(self.path.exposure(u)));
            from = to;
        }
        sum
    }

    /// What is worth a unit each until a finite time, from expectations at exposures.
    fn rule(&self, horizon: f64, discounting: Discounting) -> Rule {
        let whole = self.path.exposure(horizon);
        let between = LogChebyshev::new(self.path.behind() + 0.02 * whole, whole, NODES);
        // At 0 nothing is expected.
        let nodes = between.nodes().split_off(1);
        let mut weights = vec![0.0; NODES];
        let mut add = |ahead: f64, drop: f64| {
            let parts = between.parts(self.path.exposure(ahead));
            weights.iter_mut().zip(&parts[1..]).for_each(|(weight, part)| *weight += drop * part);
        };
        match discounting {
            Discounting::Continuous { delta } => self.drops(horizon, delta, &mut add),
            Discounting::EndOfStep { step, .. } => {
                let steps = ((horizon / step).ceil() as usize).saturating_sub(1);
                for i in 1..=steps {
                    let end = i as f64 * step;
                    let next = discounting.factor(((i + 1) as f64 * step).min(horizon), horizon);
                    add(end, discounting.factor(end, horizon) - next);
                }
            }
        }
        weights[NODES - 1] += discounting.factor(horizon, horizon);
        Rule { nodes, weights }
    }

    /// Where the worth of money drops as time goes on, and by how much.
    fn drops(&self, horizon: f64, delta: f64, add: &mut impl FnMut(f64, f64)) {
        let mut from = 0.0;
        let steps = self.path.steps().filter(|step| *step > 0.0 && *step < horizon);
        for to in steps.chain([horizon]) {
            let (middle, half) = (0.5 * (from + to), 0.5 * (to - from));
            for (x, w) in LEGENDRE_8.x.iter().zip(&LEGENDRE_8.w) {
                let ahead = middle + half * x;
                add(ahead, half * w * delta * (-delta * ahead).exp());
            }
            from = to;
        }
    }

    /// The part of what is discounted that lies behind the last step of `m`.
    fn beyond(&self, customer: &Customer, horizon: f64, discounting: Discounting) -> f64 {
        let (from, m) = self.path.constant_from();
        match discounting {
            Discounting::Continuous { delta } => {
                let own = Discounting::Continuous { delta: delta / m };
                let within =
                    |ahead: f64| self.model.discounted_if_alive(customer, self.path.exposure(ahead), own);
                let so_far = self.path.exposure(from);
                (delta / m * so_far - delta * from).exp() * (within(horizon) - within(from))
            }
            Discounting::EndOfStep { d, step } => {
                let expected = |i: usize| {
                    let ahead = (i as f64 * step).clamp(from, horizon);
                    self.model.expected_if_alive(customer, self.path.exposure(ahead))
                };
                let first = (from / step).floor() as usize;
                let (mut sum, mut last) = (0.0, expected(first));
                for i in first + 1..first + MOST_STEPS {
                    let end = (i as f64 * step).min(horizon);
                    let (next, worth) = (expected(i), (-d.ln_1p() * end / step).exp());
                    sum += worth * (next - last);
                    last = next;
                    if worth < 1e-16 || end >= horizon {
                        break;
                    }
                }
                sum
            }
        }
    }

    /// Of a customer in exposure.
    fn discounted(&self, customer: &Customer, horizon: f64, discounting: Discounting) -> f64 {
        let constant = self.path.constant_from().0;
        let near = horizon.min(constant);
        let expected = |exposure: f64| self.model.expected_if_alive(customer, exposure);
        let so_far = if near > 0.0 { self.rule(near, discounting).apply(expected) } else { 0.0 };
        if horizon > constant { so_far + self.beyond(customer, horizon, discounting) } else { so_far }
    }
}

impl Rule {
    fn apply(&self, mut expected: impl FnMut(f64) -> f64) -> f64 {
        self.nodes.iter().zip(&self.weights).map(|(node, weight)| weight * expected(*node)).sum()
    }
}

impl Attrition for Exposed {
    fn admits(&self, customer: &Customer) -> Result<(), String> {
        self.model.admits(customer)
    }

    /// Ages are in time, as customers are.
    fn of_purchases(&self, ages: &[f64]) -> Option<Arc<dyn Attrition>> {
        let ages: Vec<f64> = ages.iter().map(|age| self.course.exposure(*age)).collect();
        let model = self.model.of_purchases(&ages)?;
        Some(Arc::new(Exposed { model, ..self.clone() }))
    }

    fn p_alive(&self, customer: &Customer) -> f64 {
        self.model.p_alive(&self.counted(customer))
    }

    fn p_alive_after(&self, customer: &Customer, ahead: f64) -> f64 {
        self.model.p_alive_after(&self.counted(customer), self.within(customer, ahead))
    }

    fn expected_lifetime(&self, customer: &Customer, horizon: f64) -> f64 {
        let customer = &self.counted(customer);
        let survival = |exposure: f64| self.model.p_alive_after(customer, exposure);
        let (constant, m) = self.path.constant_from();
        let near = horizon.min(constant);
        let so_far = if near > 0.0 { self.over_time(near, survival) } else { 0.0 };
        if horizon <= constant {
            return so_far;
        }
        let lifetime = |ahead: f64| self.model.expected_lifetime(customer, self.path.exposure(ahead));
        so_far + (lifetime(horizon) - lifetime(constant)) / m
    }

    fn expected_if_alive(&self, customer: &Customer, horizon: f64) -> f64 {
        self.model.expected_if_alive(&self.counted(customer), self.within(customer, horizon))
    }

    fn discounted_if_alive(&self, customer: &Customer, horizon: f64, discounting: Discounting) -> f64 {
        if !discounting.is_any() {
            return self.expected_if_alive(customer, horizon);
        }
        let customer = &self.counted(customer);
        match self.model.scorer_along(&self.along(), horizon, discounting) {
            Some(mut scorer) => scorer.if_alive(customer).1,
            None => self.discounted(customer, horizon, discounting),
        }
    }

    fn finite_without_end(&self) -> bool {
        self.model.finite_without_end()
    }

    fn purchases_pmf(&self, customer: &Customer, horizon: f64, n: u32) -> f64 {
        self.model.purchases_pmf(&self.counted(customer), self.within(customer, horizon), n)
    }

    fn none_within(&self, customer: &Customer, ahead: f64) -> f64 {
        self.model.none_within(&self.counted(customer), self.within(customer, ahead))
    }

    fn buys_if_alive(&self, customer: &Customer, (from, to): (f64, f64)) -> f64 {
        let between = (self.within(customer, from), self.within(customer, to));
        self.model.buys_if_alive(&self.counted(customer), between)
    }

    fn counts_if_alive(&self, customer: &Customer, horizon: f64) -> Vec<Box<dyn Counts>> {
        let counts =
            self.model.counts_if_alive(&self.counted(customer), self.path.exposure(horizon)).into_iter();
        let in_time = |counts| Box::new(CountsInTime { counts, clock: self.path.clone() }) as Box<dyn Counts>;
        counts.map(in_time).collect()
    }

    fn stage_chances(&self, customer: &Customer, chances: &mut Vec<f64>) {
        self.model.stage_chances(&self.counted(customer), chances);
    }

    fn posterior_means(&self, customer: &Customer) -> PosteriorMeans {
        self.model.posterior_means(&self.counted(customer))
    }

    fn recency_matters_if_alive(&self) -> bool {
        self.model.recency_matters_if_alive()
    }

    fn population(&self) -> Population {
        self.model.population()
    }

    fn scorer(&self, horizon: f64, discounting: Discounting) -> Box<dyn Scorer> {
        Box::new(ExposedScorer::new(self.clone(), horizon, discounting))
    }

    fn process(&self) -> Result<Box<dyn Process>> {
        Ok(Box::new(ProcessInTime { process: self.model.process()?, clock: self.path.clone() }))
    }

    fn future_if_alive(&self, customer: &Customer) -> Result<Box<dyn Process>> {
        let process = self.model.future_if_alive(&self.counted(customer))?;
        Ok(Box::new(ProcessInTime { process, clock: self.path.clone() }))
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha8Rng;

    use super::*;
    use crate::customers::{Intensity, Parts, Season};

    /// Of customers who are as old as this one.
    fn exposed(model: Arc<dyn Attrition>, customer: &Customer) -> Exposed {
        let season = Some(Season::Waves([0.3, -0.1, 0.05, 0.2]));
        let none = Parts::none("2024-03-10".parse().unwrap());
        let parts =
            Parts { age: vec![0.9, 0.4, 0.4, 0.1], shocks: vec![0.3, -0.2], unseen: 0.3, season, ..none };
        Exposed::new((model, Arc::default()), &Intensity::new(parts), (-7.0 * customer.t, 0.0), 7.0)
    }

    fn models() -> [(Arc<dyn Attrition>, Customer); 5] {
        [
            (Arc::new(BgNbd { r: 0.24, alpha: 4.4, a: 0.8, b: 2.4 }), Customer { x: 3, t_x: 20.0, t: 31.0 }),
            (Arc::new(MbgNbd { r: 0.5, alpha: 6.0, a: 0.9, b: 1.6 }), Customer::NEW),
            (Arc::new(MbgNbd { r: 0.5, alpha: 6.0, a: 0.9, b: 1.6 }), Customer { x: 0, t_x: 0.0, t: 31.0 }),
            (Arc::new(Nbd { r: 0.4, alpha: 5.0 }), Customer { x: 30, t_x: 29.0, t: 31.0 }),
            (
                Arc::new(BgCnbd { r: 0.9, alpha: 4.0, a: 0.8, b: 2.4, k: 2 }),
                Customer { x: 3, t_x: 20.0, t: 31.0 },
            ),
        ]
    }

    /// Discounted purchases against the sum over small steps, by scorer and one by one. Seen to fail with the
    /// last weight left out.
    #[test]
    fn discounting_follows_the_clock() {
        for (model, customer) in models() {
            let exposed = exposed(model.clone(), &customer);
            let small = |horizon: f64, worth: &dyn Fn(f64) -> f64| {
                let n = 4_000;
                let at = |i: usize| exposed.expected_if_alive(&customer, horizon * i as f64 / n as f64);
                let (mut sum, mut last) = (0.0, 0.0);
                for i in 1..=n {
                    let next = at(i);
                    sum += worth((i as f64 - 0.5) * horizon / n as f64) * (next - last);
                    last = next;
                }
                sum
            };
            for horizon in [4.0, 52.0, 156.0, 700.0] {
                let rates = [
                    Discounting::Continuous { delta: 0.01 },
                    Discounting::EndOfStep { d: 0.02, step: 4.345 },
                ];
                for discounting in rates {
                    let exact = small(horizon, &|u| discounting.factor(u, horizon));
                    let found = exposed.discounted_if_alive(&customer, horizon, discounting);
                    // What the sum leaves open.
                    let tolerance = match discounting {
                        Discounting::EndOfStep { .. } => 3e-3,
                        Discounting::Continuous { .. } if horizon > 500.0 => 1e-5,
                        // Regular gaps leave waves, which nodes between which it is smooth follow less closely.
                        Discounting::Continuous { .. } if model.recency_matters_if_alive() => 3e-6,
                        Discounting::Continuous { .. } => 1e-6,
                    };
                    assert!((found / exact - 1.0).abs() < tolerance, "{model:?} {horizon}: {found} {exact}");
                    let (purchases, scored) = exposed.scorer(horizon, discounting).if_alive(&customer);
                    assert!((scored / found - 1.0).abs() < 1e-12);
                    let direct = exposed.expected_if_alive(&customer, horizon);
                    assert!((purchases / direct - 1.0).abs() < 1e-12);
                }
            }
            let far = Discounting::Continuous { delta: 0.02 };
            let (finite, endless) = (
                exposed.discounted_if_alive(&customer, 1_500.0, far),
                exposed.discounted_if_alive(&customer, f64::INFINITY, far),
            );
            assert!((endless / finite - 1.0).abs() < 1e-8, "{model:?}: {endless} {finite}");
        }
    }

    /// Drawn futures have the expected number of purchases, by half time and by the end. Seen to fail with ages that stay
    /// in exposure.
    #[test]
    fn futures_follow_the_clock() {
        use rand::SeedableRng;
        for (model, customer) in models() {
            let exposed = exposed(model, &customer);
            let process = exposed.future_if_alive(&customer).unwrap();
            let mut rng = ChaCha8Rng::seed_from_u64(5);
            let (n, mut counts, mut squares) = (20_000, [0.0; 2], [0.0; 2]);
            for _ in 0..n {
                let mut ages = Vec::new();
                process.repeats(&mut rng, 40.0, &mut ages);
                let own = [ages.iter().filter(|age| **age <= 20.0).count() as f64, ages.len() as f64];
                for i in 0..2 {
                    counts[i] += own[i];
                    squares[i] += own[i] * own[i];
                }
            }
            for (i, horizon) in [20.0, 40.0].into_iter().enumerate() {
                let (mean, n) = (counts[i] / n as f64, n as f64);
                let error = ((squares[i] / n - mean * mean) / n).sqrt();
                let expected = exposed.expected_if_alive(&customer, horizon);
                assert!((mean - expected).abs() < 4.5 * error, "{customer:?} {horizon}: {mean} {expected}");
            }
        }
    }

    /// The mean lifetime is the integral of the chance to be alive.
    #[test]
    fn lifetimes_are_in_time() {
        let model: Arc<dyn Attrition> = Arc::new(MbgNbd { r: 0.5, alpha: 6.0, a: 2.9, b: 1.6 });
        let customer = Customer { x: 2, t_x: 20.0, t: 31.0 };
        let exposed = exposed(model, &customer);
        let n = 200_000;
        let sum: f64 =
            (0..n).map(|i| exposed.p_alive_after(&customer, (i as f64 + 0.5) * 100.0 / n as f64)).sum();
        let found = exposed.expected_lifetime(&customer, 100.0);
        assert!((found / (sum * 100.0 / n as f64) - 1.0).abs() < 1e-7);
        let (far, endless) =
            (exposed.expected_lifetime(&customer, 1e7), exposed.expected_lifetime(&customer, f64::INFINITY));
        assert!(endless >= far && endless / far < 1.01, "{far} {endless}");
    }
}
