//! Customers of whom things are known over time: their rates of purchase are multiplied by `m(t)`, their rates of leaving by
//! `c(t)`, both constant on stretches.
//!
//! With `A = ∫ m` and `C = ∫ c` of one life (from the first purchase on), rates Gamma(r, α) and Gamma(s, β) as in Pareto/NBD:
//! ```text
//! L = Π m(t_j) Γ(r+x)/Γ(r) α^r β^s [ (α+A(T))^−(r+x) (β+C(T))^−s + ∫_{t_x}^T (α+A)^−(r+x) s c (β+C)^−(s+1) dτ ]
//! E(purchases within u) = (r+x)/(α+A(T)) · ∫_0^u m(T+v) S(T+v)/S(T) dv,   S = (β/(β+C))^s     if alive
//! ```
//! Counted in `C` in place of time, lifetimes are again those of Pareto/NBD, and purchases have the exposure `A(C)`, which is
//! straight between the same steps. So all that is said of such customers is what [`InCourse`] says of them in `C`, told in time;
//! what follows from time itself, discounting and lifetimes, is added up stretch by stretch.
//!
//! Bachmann, Meierer & Näf (2021), "The role of time-varying contextual factors in latent attrition models for customer base
//! analysis", Marketing Science 40(4), 783-809, write the integral as a sum over stretches of differences of hypergeometric
//! functions, which may cancel to less than nothing, and expected purchases with `s − 1` in a denominator. Here all terms are
//! positive, and `s = 1` is no special case. Each customer's columns begin where its life does.
//!
//! Checked by: fixtures/reference/over_time/over_time.jsonl, tests/fits/time_covariates.rs (CLVTools' figures).

mod likelihood;

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::course::InCourse;
use super::forecast::{discounted_time_left, in_steps};
use super::{BuyingLifetime, Lifetime, Lomax};
use crate::base::{Discounting, Result};
use crate::customers::{Customer, Path};
use crate::model::in_time::{CountsInTime, ProcessInTime, ToTime};
use crate::model::keep::{TABLES, make_room};
use crate::model::{Attrition, Counts, Outlook, Population, PosteriorMeans, Process, Scorer};

pub(in crate::model) use likelihood::add_life;
pub use likelihood::{Life, Stretch};

/// A stretch of a life: the age at which it begins \[units\], `m` and `c` in it. The last one holds for ever.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rates {
    /// The age at which it begins.
    pub from: f64,
    /// What the rate of purchases is multiplied by.
    pub purchase: f64,
    /// What the rate of leaving is multiplied by.
    pub dropout: f64,
}

/// The model of customers with these stretches.
#[derive(Debug, Clone)]
pub(in crate::model) struct InTime {
    /// In `C` in place of time.
    of: InCourse<Lomax>,
    /// `C` by age.
    clock: Arc<Path>,
    stretches: Arc<[Rates]>,
}

/// A discount factor of `e^−60` is zero.
const NOTHING: f64 = 60.0;

/// A part of what lies ahead: from one time ahead to another, which may be infinite, with the rates in it and `C` from now
/// up to its beginning.
struct Part {
    from: f64,
    to: f64,
    at: f64,
    rates: Rates,
    /// Is it the stretch that holds for ever?
    last: bool,
}

impl InTime {
    pub fn new(kernel: BuyingLifetime<Lomax>, stretches: Vec<Rates>) -> Self {
        let clock = Path::stepped(stretches.iter().map(|own| (own.from, own.dropout)));
        let course = stretches.iter().map(|own| (clock.exposure(own.from), own.purchase / own.dropout));
        let of = InCourse::new(kernel, Path::stepped(course));
        InTime { of, clock: Arc::new(clock), stretches: stretches.into() }
    }

    /// `C` in the place of ages.
    fn counted(&self, customer: &Customer) -> Customer {
        let t = self.clock.exposure(customer.t);
        let t_x = if customer.t_x == customer.t { t } else { self.clock.exposure(customer.t_x).min(t) };
        Customer { x: customer.x, t_x, t }
    }

    /// `C` within a time ahead of an age.
    fn within(&self, age: f64, ahead: f64) -> f64 {
        (self.clock.exposure(age + ahead) - self.clock.exposure(age)).max(0.0)
    }

    /// What lies between an age and a horizon ahead of it.
    fn parts(&self, age: f64, horizon: f64) -> impl Iterator<Item = Part> + '_ {
        let behind = self.clock.exposure(age);
        let first = self.stretches.partition_point(|own| own.from <= age).saturating_sub(1);
        let part = move |i: usize| {
            let rates = self.stretches[i];
            let end = self.stretches.get(i + 1).map_or(f64::INFINITY, |next| next.from);
            let from = (rates.from - age).max(0.0);
            let at = (self.clock.exposure(age + from) - behind).max(0.0);
            Part { from, to: (end - age).min(horizon), at, rates, last: i + 1 == self.stretches.len() }
        };
        (first..self.stretches.len()).map(part).filter(|part| part.from < part.to)
    }

    /// What is left of the lifetime, in `C`, of who is alive at an age.
    fn rest(&self, age: f64) -> Lomax {
        self.of.kernel.lifetime.aged(self.clock.exposure(age))
    }

    /// `∫ m S` over a horizon, discounted.
    fn exposure_left(&self, age: f64, horizon: f64, discounting: Discounting) -> f64 {
        match discounting {
            Discounting::EndOfStep { d, step } if d != 0.0 => self.in_steps(age, horizon, (d.ln_1p(), step)),
            Discounting::EndOfStep { .. } => self.at_rate(age, horizon, 0.0),
            Discounting::Continuous { delta } => self.at_rate(age, horizon, delta),
        }
    }

    fn at_rate(&self, age: f64, horizon: f64, delta: f64) -> f64 {
        let rest = self.rest(age);
        let one = |Part { from, to, at, rates, .. }: Part| {
            let own = Discounting::Continuous { delta: delta / rates.dropout };
            let left = discounted_time_left(&rest.aged(at), rates.dropout * (to - from), own);
            (rest.ln_survival(at) - delta * from).exp() * rates.purchase / rates.dropout * left
        };
        self.parts(age, horizon).map(one).sum()
    }

    /// Discounted at the end of each step, an incomplete one at its own end, by this rate a step.
    fn in_steps(&self, age: f64, horizon: f64, (rate, step): (f64, f64)) -> f64 {
        let rest = self.rest(age);
        let worth = |end: f64| (-rate * end.min(horizon) / step).exp();
        let mut sum = 0.0;
        for Part { from, to, at, rates, last } in self.parts(age, horizon) {
            let factor = rates.purchase / rates.dropout;
            let within = |from_here: f64, time: f64| {
                let at = at + rates.dropout * (from_here - from);
                let none = Discounting::Continuous { delta: 0.0 };
                let left = discounted_time_left(&rest.aged(at), rates.dropout * time, none);
                factor * rest.ln_survival(at).exp() * left
            };
            // The last stretch holds for ever: from its first whole step on nothing changes any more.
            let whole = if last { ((from / step).ceil() * step).min(to) } else { to };
            let mut here = from;
            while here < whole && rate * here / step < NOTHING {
                let end = ((here / step).floor() + 1.0) * step;
                let next = end.min(whole);
                sum += worth(end) * within(here, next - here);
                here = next;
            }
            if last && whole < to {
                let at = at + rates.dropout * (whole - from);
                let (far, own) = (rates.dropout * (to - whole), rates.dropout * step);
                let left = in_steps(&rest.aged(at), far, rate, own);
                sum += worth(whole) * factor * rest.ln_survival(at).exp() * left;
            }
        }
        sum
    }

    fn rate_if_alive(&self, customer: &Customer) -> f64 {
        (self.of.kernel.r + f64::from(customer.x)) / self.of.scale(self.clock.exposure(customer.t))
    }

    /// Ages ahead of an age, in `C` and in time.
    fn ahead(&self, age: f64) -> Ahead {
        Ahead { clock: self.clock.clone(), age, behind: self.clock.exposure(age) }
    }
}

impl Attrition for InTime {
    fn p_alive(&self, customer: &Customer) -> f64 {
        self.of.p_alive(&self.counted(customer))
    }

    fn p_alive_after(&self, customer: &Customer, ahead: f64) -> f64 {
        self.of.p_alive_after(&self.counted(customer), self.within(customer.t, ahead))
    }

    fn expected_lifetime(&self, customer: &Customer, horizon: f64) -> f64 {
        let (alive, rest) = (self.p_alive(customer), self.rest(customer.t));
        let none = Discounting::Continuous { delta: 0.0 };
        let one = |Part { from, to, at, rates, .. }: Part| {
            let left = discounted_time_left(&rest.aged(at), rates.dropout * (to - from), none);
            rest.ln_survival(at).exp() / rates.dropout * left
        };
        if alive == 0.0 { 0.0 } else { alive * self.parts(customer.t, horizon).map(one).sum::<f64>() }
    }

    fn expected_if_alive(&self, customer: &Customer, horizon: f64) -> f64 {
        self.rate_if_alive(customer) * self.at_rate(customer.t, horizon, 0.0)
    }

    fn discounted_if_alive(&self, customer: &Customer, horizon: f64, discounting: Discounting) -> f64 {
        self.rate_if_alive(customer) * self.exposure_left(customer.t, horizon, discounting)
    }

    fn finite_without_end(&self) -> bool {
        self.of.finite_without_end()
    }

    fn purchases_pmf(&self, customer: &Customer, horizon: f64, n: u32) -> f64 {
        self.of.purchases_pmf(&self.counted(customer), self.within(customer.t, horizon), n)
    }

    fn buys_if_alive(&self, customer: &Customer, (from, to): (f64, f64)) -> f64 {
        let within = |ahead: f64| self.within(customer.t, ahead);
        self.of.buys_if_alive(&self.counted(customer), (within(from), within(to)))
    }

    fn counts_if_alive(&self, customer: &Customer, horizon: f64) -> Vec<Box<dyn Counts>> {
        let within = self.within(customer.t, horizon);
        let counts = self.of.counts_if_alive(&self.counted(customer), within).into_iter();
        let in_time =
            |counts| Box::new(CountsInTime { counts, clock: self.ahead(customer.t) }) as Box<dyn Counts>;
        counts.map(in_time).collect()
    }

    /// At columns 0.
    fn posterior_means(&self, customer: &Customer) -> PosteriorMeans {
        self.of.posterior_means(&self.counted(customer))
    }

    fn population(&self) -> Population {
        self.of.population()
    }

    fn scorer(&self, horizon: f64, discounting: Discounting) -> Box<dyn Scorer> {
        Box::new(InTimeScorer { model: self.clone(), horizon, discounting, by_t: FxHashMap::default() })
    }

    fn process(&self) -> Result<Box<dyn Process>> {
        Ok(Box::new(ProcessInTime { process: self.of.process()?, clock: self.ahead(0.0) }))
    }

    fn future_if_alive(&self, customer: &Customer) -> Result<Box<dyn Process>> {
        let process = self.of.future_if_alive(&self.counted(customer))?;
        Ok(Box::new(ProcessInTime { process, clock: self.ahead(customer.t) }))
    }
}

/// Times ahead of an age, and `C` within them.
#[derive(Debug, Clone)]
struct Ahead {
    clock: Arc<Path>,
    age: f64,
    behind: f64,
}

impl ToTime for Ahead {
    fn counted(&self, time: f64) -> f64 {
        (self.clock.exposure(self.age + time) - self.behind).max(0.0)
    }

    fn time(&self, counted: f64) -> f64 {
        (self.clock.ahead(self.behind + counted) - self.age).max(0.0)
    }
}

/// Forecasts for many customers who share their stretches; what lies ahead depends on `T` alone.
struct InTimeScorer {
    model: InTime,
    horizon: f64,
    discounting: Discounting,
    /// Exposure left, and the same discounted.
    by_t: FxHashMap<u64, (f64, f64)>,
}

impl Scorer for InTimeScorer {
    fn outlook(&mut self, customer: &Customer) -> Outlook {
        let (purchases, discounted) = self.if_alive(customer);
        Outlook::new(self.model.p_alive(customer), purchases, discounted)
    }

    fn look(&mut self, horizon: f64, discounting: Discounting) {
        (self.horizon, self.discounting) = (horizon, discounting);
        self.by_t.clear();
    }

    fn if_alive(&mut self, customer: &Customer) -> (f64, f64) {
        let (model, horizon, discounting) = (&self.model, self.horizon, self.discounting);
        make_room(&mut self.by_t, TABLES);
        let (plain, discounted) = *self.by_t.entry(customer.t.to_bits()).or_insert_with(|| {
            let plain = model.at_rate(customer.t, horizon, 0.0);
            (plain, model.exposure_left(customer.t, horizon, discounting))
        });
        let rate = model.rate_if_alive(customer);
        (rate * plain, rate * discounted)
    }
}
