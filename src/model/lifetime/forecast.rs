//! Forecasts: rate and rest of the lifetime of a customer who is alive are independent, so expected
//! purchases are `(r+x)/(α+T)` times the (discounted) time that is left, and the number of purchases is
//! negative binomial in that time.

use super::panels::Panel;
use super::scorer::LifetimeScorer;
use super::{BuyingLifetime, Lifetime, NEGLIGIBLE};
use crate::base::Discounting;
use crate::customers::Customer;
use crate::model::counts::{Coins, Lifetimes};
use crate::model::gamma_poisson::some;
use crate::model::{Counts, Mixing, Population, PosteriorMeans, Scorer};
use crate::special::{LEGENDRE_20, negative_binomial_pmf};

/// A discount factor of `e^−60` is zero.
const NOTHING: f64 = 60.0;

/// Steps of discounting that are done one by one. The rest, if any, are so many and so small beside
/// the time passed that the average discount factor over a step, and the first correction to it, do.
const STEPS_ONE_BY_ONE: f64 = 1000.0;

impl<L: Lifetime> BuyingLifetime<L> {
    /// Posterior mean of the rate of a customer who is alive.
    pub(super) fn rate_if_alive(&self, customer: &Customer) -> f64 {
        (self.r + f64::from(customer.x)) / (self.alpha + customer.t)
    }

    pub fn p_alive_after(&self, customer: &Customer, ahead: f64) -> f64 {
        self.p_alive(customer) * self.lifetime.aged(customer.t).ln_survival(ahead).exp()
    }

    pub fn expected_lifetime(&self, customer: &Customer, horizon: f64) -> f64 {
        let alive = self.p_alive(customer);
        if alive == 0.0 { 0.0 } else { alive * time_left(&self.lifetime.aged(customer.t), horizon) }
    }

    pub fn expected_if_alive(&self, customer: &Customer, horizon: f64) -> f64 {
        self.rate_if_alive(customer) * time_left(&self.lifetime.aged(customer.t), horizon)
    }

    pub fn discounted_if_alive(&self, customer: &Customer, horizon: f64, discounting: Discounting) -> f64 {
        self.rate_if_alive(customer)
            * discounted_time_left(&self.lifetime.aged(customer.t), horizon, discounting)
    }

    pub fn finite_without_end(&self) -> bool {
        time_left(&self.lifetime, f64::INFINITY).is_finite()
    }

    /// If alive, `P(Y = n)` is that of the customer who stays to the horizon, and of those who leave
    /// on the way: `f_n(t) S(t) + ∫_0^t f_n(τ) S(τ) h(τ) dτ`, `f_n` negative binomial.
    pub fn purchases_pmf(&self, customer: &Customer, horizon: f64, n: u32) -> f64 {
        let (shape, scale) = (self.r + f64::from(customer.x), self.alpha + customer.t);
        let rest = self.lifetime.aged(customer.t);
        let stays = negative_binomial_pmf(n, shape, horizon / scale) * rest.ln_survival(horizon).exp();
        let leaves = if rest.is_endless() { 0.0 } else { leaving_after(n, shape, scale, &rest, horizon) };
        let silence = self.silence(customer);
        let both = silence.alive + silence.left;
        let alive = silence.alive / both * (stays + leaves);
        if n == 0 { (alive + silence.left / both).clamp(0.0, 1.0) } else { alive }
    }

    /// At least one purchase between two times ahead: the first one from `from` on comes after `τ`, while the lifetime lasts.
    /// ```text
    /// ∫_0^h R/B (1 + τ/B)^−(R+1) S(from + τ) dτ,   h = to − from
    /// ```
    pub fn buys_if_alive(&self, customer: &Customer, (from, to): (f64, f64)) -> f64 {
        let (shape, scale) = (self.r + f64::from(customer.x), self.alpha + customer.t);
        let rest = self.lifetime.aged(customer.t);
        if rest.is_endless() {
            return some((shape, scale), to - from);
        }
        let ln_not = |age: f64| -shape * ((age - from) / scale).ln_1p() + rest.ln_survival(age);
        let (mut sum, mut age) = (0.0, from);
        while age < to {
            let own = scale + (age - from);
            let speed = (shape + 1.0) / own + rest.ln_hazard(age).exp() + rest.growth(age);
            let panel = Panel::next(age, to, rest.reach(age).min(3.0 * own), speed);
            sum += panel.integrate(|age| ln_not(age).exp() * shape / (scale + (age - from)));
            age = panel.to;
            // What is still to come is less than this.
            if ln_not(age) < sum.ln() - NEGLIGIBLE {
                break;
            }
        }
        sum.clamp(0.0, 1.0)
    }

    pub fn counts_if_alive(&self, customer: &Customer, horizon: f64) -> Vec<Box<dyn Counts>> {
        let (shape, scale) = (self.r + f64::from(customer.x), self.alpha + customer.t);
        let rest = self.lifetime.aged(customer.t);
        if rest.is_endless() {
            return vec![Box::new(Coins { stages: 1.0, behind: 0.0, shape, scale, leave: None, horizon })];
        }
        vec![Box::new(Lifetimes { shape, scale, rest, horizon })]
    }

    pub fn stage_chances(&self, _: &Customer, chances: &mut Vec<f64>) {
        chances.push(1.0);
    }

    pub fn recency_matters_if_alive(&self) -> bool {
        false
    }

    pub fn population(&self) -> Population {
        let rate = Mixing::Gamma { shape: self.r, rate: self.alpha };
        Population { rate, dropout: (!self.lifetime.is_endless()).then(|| self.lifetime.mixing()) }
    }

    pub fn posterior_means(&self, customer: &Customer) -> PosteriorMeans {
        let shape = self.r + f64::from(customer.x);
        let all = self.silence(customer);
        // Both relative to what they are at the last purchase: a rate times a hazard may be no number.
        let (scale, at_last) = (self.alpha + customer.t_x, self.lifetime.proneness(customer.t_x).1);
        let rate = self.silence_weighted(customer, 0.0, &|age| scale / (self.alpha + age));
        let prone = |age: f64| if at_last > 0.0 { self.lifetime.proneness(age).1 / at_last } else { 0.0 };
        let prone = self.silence_weighted(customer, self.lifetime.ageing(), &prone);
        let both = all.alive + all.left;
        PosteriorMeans {
            rate: (all.alive * shape / (self.alpha + customer.t) + rate.left * (shape / scale)) / both,
            dropout: (all.alive * self.lifetime.proneness(customer.t).0 + prone.left * at_last) / both,
        }
    }

    pub fn scorer(&self, horizon: f64, discounting: Discounting) -> Box<dyn Scorer> {
        Box::new(LifetimeScorer::new(*self, horizon, discounting))
    }
}

/// `∫_0^horizon S`
pub(super) fn time_left<L: Lifetime>(rest: &L, horizon: f64) -> f64 {
    if rest.is_endless() {
        return horizon;
    }
    if horizon == f64::INFINITY && rest.exponential_from().is_none() {
        return rest.mean();
    }
    rest.mean_within(horizon).unwrap_or_else(|| decaying(rest, 0.0, horizon, 0.0))
}

/// `∫_0^horizon` of `S` times the discount factor.
pub(super) fn discounted_time_left<L: Lifetime>(rest: &L, horizon: f64, discounting: Discounting) -> f64 {
    match discounting {
        _ if !discounting.is_any() => time_left(rest, horizon),
        Discounting::Continuous { delta } => decaying(rest, 0.0, horizon, delta),
        Discounting::EndOfStep { d, step } => in_steps(rest, horizon, d.ln_1p(), step),
    }
}

/// `∫_from^to e^(−delta τ) S(τ) dτ`
pub(super) fn decaying<L: Lifetime>(rest: &L, from: f64, to: f64, delta: f64) -> f64 {
    let to = to.min(NOTHING / delta);
    let (mut sum, mut age) = (0.0, from);
    while age < to {
        if let Some((_, rate)) = rest.exponential_from().filter(|(start, _)| age >= *start) {
            let rate = rate + delta;
            let height = (rest.ln_survival(age) - delta * age).exp();
            let length =
                if rate * (to - age) > 1e-9 { -(-rate * (to - age)).exp_m1() / rate } else { to - age };
            return sum + height * length;
        }
        let speed = rest.ln_hazard(age).exp() + delta + rest.growth(age);
        let panel = Panel::next(age, to, rest.reach(age), speed);
        sum += panel.integrate(|age| (rest.ln_survival(age) - delta * age).exp());
        age = panel.to;
        if rest.ln_survival(age) < -700.0 {
            break;
        }
    }
    sum
}

/// `∫_0^horizon` of `S` times the factor `e^(−rate i)` of step `i`; a last incomplete step has that of
/// its own end.
pub(super) fn in_steps<L: Lifetime>(rest: &L, horizon: f64, rate: f64, step: f64) -> f64 {
    let steps = horizon / step;
    let whole = steps.floor();
    let singly = whole.min(STEPS_ONE_BY_ONE).min((NOTHING / rate).ceil());
    let (mut sum, mut i) = (0.0, 0.0);
    while i < singly {
        sum += (-rate * (i + 1.0)).exp() * decaying(rest, i * step, (i + 1.0) * step, 0.0);
        i += 1.0;
    }
    if singly == STEPS_ONE_BY_ONE && whole > singly {
        let average = -(-rate).exp_m1() / rate;
        sum += average * decaying(rest, singly * step, whole * step, rate / step);
        // The first term of Euler and Maclaurin's formula, at both ends.
        let correction = step * (rate / 12.0 - rate * rate / 24.0);
        for (end, sign) in [(singly, -1.0), (whole, 1.0)] {
            if end * rate < NOTHING {
                sum += sign * correction * (rest.ln_survival(end * step) - rate * end).exp();
            }
        }
    }
    if steps > whole && rate * whole < NOTHING {
        sum += (-rate * steps).exp() * decaying(rest, whole * step, horizon, 0.0);
    }
    sum
}

/// `∫_0^horizon f_n S h`, in panels of `ln τ` from the horizon down, as long as the peak of `f_n` at
/// `τ = n scale/shape` and the lifetime allow.
fn leaving_after<L: Lifetime>(n: u32, shape: f64, scale: f64, rest: &L, horizon: f64) -> f64 {
    let count = f64::from(n);
    let bought = |age: f64| negative_binomial_pmf(n, shape, age / scale);
    let density = |age: f64| bought(age) * (rest.ln_survival(age) + rest.ln_hazard(age)).exp();
    if n == 0 {
        return leaving_without(shape, scale, rest, horizon, density);
    }
    let peak = count * scale / shape;
    let curvature = |age: f64| (count + shape) * (age / (scale + age)) * (scale / (scale + age));
    let mut sum = 0.0;
    let mut top = last_bought(peak, last_age(rest, horizon), &bought);
    // Below the peak f_n falls, and what is still to come is less than f_n here.
    while top > 1e-300 && (top > peak || bought(top) > sum * (-NEGLIGIBLE).exp()) {
        let steepest = curvature(top).max(curvature(0.5 * top)).max(curvature(top.min(scale)));
        let hazard = rest.ln_hazard(top).exp() * top;
        let share =
            (3.0 / steepest.sqrt()).min(1.0).min(0.5 * rest.reach(top) / top).min(2.0 / hazard).max(1e-9);
        let (middle, half) = (top.ln() - 0.5 * share, 0.5 * share);
        for (x, w) in LEGENDRE_20.x.iter().zip(&LEGENDRE_20.w) {
            let age = (middle + half * x).exp();
            sum += half * w * age * density(age);
        }
        top *= (-share).exp();
    }
    sum
}

/// Beyond the peak, where `f_n` vanishes: nothing is to be added from there on.
pub(super) fn last_bought(peak: f64, end: f64, bought: &impl Fn(f64) -> f64) -> f64 {
    if end <= peak || bought(end) > 0.0 {
        return end;
    }
    let (mut low, mut high) = (peak.max(1e-300).ln(), end.ln());
    for _ in 0..80 {
        let middle = 0.5 * (low + high);
        if bought(middle.exp()) > 0.0 { low = middle } else { high = middle }
    }
    high.exp()
}

/// The horizon, or the age at which hardly anyone is left.
pub(super) fn last_age<L: Lifetime>(rest: &L, horizon: f64) -> f64 {
    const NOBODY: f64 = -700.0;
    if rest.ln_survival(horizon) >= NOBODY {
        return horizon;
    }
    let (mut low, mut high) = (1e-300_f64.ln(), horizon.ln());
    while high - low > 1e-3 {
        let middle = 0.5 * (low + high);
        if rest.ln_survival(middle.exp()) < NOBODY { high = middle } else { low = middle }
    }
    high.exp()
}

/// The same for `n = 0`, from now up.
fn leaving_without<L: Lifetime>(
    shape: f64,
    scale: f64,
    rest: &L,
    horizon: f64,
    density: impl Fn(f64) -> f64,
) -> f64 {
    let (mut sum, mut age) = (0.0, 0.0);
    while age < horizon {
        let speed = shape / (scale + age) + rest.ln_hazard(age).exp() + rest.growth(age);
        let panel = Panel::next(age, horizon, rest.reach(age).min(3.0 * (scale + age)), speed);
        sum += panel.integrate(&density);
        age = panel.to;
        let rest_at_most = rest.ln_survival(age) - shape * (age / scale).ln_1p();
        if rest_at_most < sum.ln() - NEGLIGIBLE {
            break;
        }
    }
    sum
}
