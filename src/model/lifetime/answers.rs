//! What a model says of customers whose rates of purchase change with age and date; see [`super::course`].

use rand_chacha::ChaCha8Rng;
use rustc_hash::FxHashMap;

use super::course::{Ahead, Grid, InCourse, class_of, largest_of};
use super::forecast::{decaying, discounted_time_left, in_steps, last_age, last_bought};
use super::panels::Panel;
use super::{BuyingLifetime, Lifetime, NEGLIGIBLE};
use crate::base::{Discounting, Result};
use crate::customers::{Customer, Piece};
use crate::model::counts::{Coins, Lifetimes, LifetimesAhead};
use crate::model::{
    Attrition, Counts, Outlook, Population, PosteriorMeans, Process, Scorer,
    gamma_poisson::some,
    keep::{RESULTS, TABLES, make_room},
    process::buy_until,
};
use crate::special::{LEGENDRE_8, LEGENDRE_20, negative_binomial_pmf};

/// A discount factor of `e^−60` is zero.
const NOTHING: f64 = 60.0;

/// How customers with such lifetimes are drawn.
pub(in crate::model) trait Drawn: Lifetime {
    /// Who buys at a rate that is Gamma(shape, rate) until the end of such a lifetime, where rates change with time in the
    /// exposure that lies ahead.
    ///
    /// # Errors
    /// If no random numbers can be drawn at these parameters.
    fn leaving(&self, shape: f64, rate: f64, ahead: Option<Ahead>) -> Result<Box<dyn Process>>;
}

/// Adds the ages of purchases up to the end of a lifetime or of what is looked at; see [`buy_until`].
pub(in crate::model) fn buy_for(
    rng: &mut ChaCha8Rng,
    rate: f64,
    (end, most): (f64, f64),
    ahead: Option<&Ahead>,
    ages: &mut Vec<f64>,
) -> f64 {
    let Some(ahead) = ahead else { return buy_until(rng, rate, end, most, ages) };
    let before = ages.len();
    let size = buy_until(rng, rate, ahead.exposure(end), most, ages);
    ages[before..].iter_mut().for_each(|age| *age = ahead.time(*age).min(end));
    size
}

impl<L: Lifetime> InCourse<L> {
    fn rate_if_alive(&self, customer: &Customer) -> f64 {
        (self.kernel.r + f64::from(customer.x)) / self.scale(customer.t)
    }

    /// `∫ m S` over a horizon, discounted.
    fn exposure_left(&self, age: f64, horizon: f64, discounting: Discounting) -> f64 {
        let (ahead, rest) = (Ahead::new(&self.course, age), self.kernel.lifetime.aged(age));
        match discounting {
            Discounting::EndOfStep { d, step } if d != 0.0 => {
                in_steps_of(&ahead, &rest, horizon, (d.ln_1p(), step))
            }
            Discounting::EndOfStep { .. } => continuous(&ahead, &rest, horizon, 0.0),
            Discounting::Continuous { delta } => continuous(&ahead, &rest, horizon, delta),
        }
    }
}

/// Discounted at a rate.
fn continuous<L: Lifetime>(ahead: &Ahead, rest: &L, horizon: f64, delta: f64) -> f64 {
    if rest.is_endless() && delta == 0.0 {
        return ahead.exposure(horizon);
    }
    let (constant, m) = ahead.constant_from();
    let near = horizon.min(constant);
    let pieces = ahead.pieces(0.0, near);
    let mut sum: f64 =
        pieces.map(|Piece { from, to, m, .. }| m * decaying(rest, from, to, delta)).sum::<f64>();
    if horizon > constant {
        let worth = (rest.ln_survival(constant) - delta * constant).exp();
        let discounting = Discounting::Continuous { delta };
        sum += worth * m * discounted_time_left(&rest.aged(constant), horizon - constant, discounting);
    }
    sum
}

/// Discounted at the end of each step, an incomplete one at its own end, by this rate a step.
fn in_steps_of<L: Lifetime>(ahead: &Ahead, rest: &L, horizon: f64, (rate, step): (f64, f64)) -> f64 {
    let (constant, m) = ahead.constant_from();
    // From a whole number of steps on nothing changes any more.
    let whole = (constant / step).ceil() * step;
    let worth = |end: f64| (-rate * end.min(horizon) / step).exp();
    let (mut sum, near) = (0.0, horizon.min(whole));
    for piece in ahead.pieces(0.0, near) {
        let mut from = piece.from;
        while from < piece.to && rate * from / step < NOTHING {
            let end = ((from / step).floor() + 1.0) * step;
            let to = end.min(piece.to);
            sum += worth(end) * piece.m * decaying(rest, from, to, 0.0);
            from = to;
        }
    }
    if horizon > whole {
        let left = (rest.ln_survival(whole)).exp();
        sum += worth(whole) * left * m * in_steps(&rest.aged(whole), horizon - whole, rate, step);
    }
    sum
}

impl<L: Drawn> Attrition for InCourse<L> {
    fn p_alive(&self, customer: &Customer) -> f64 {
        self.silence(customer).p_alive()
    }

    fn p_alive_after(&self, customer: &Customer, ahead: f64) -> f64 {
        self.p_alive(customer) * self.kernel.lifetime.aged(customer.t).ln_survival(ahead).exp()
    }

    fn expected_lifetime(&self, customer: &Customer, horizon: f64) -> f64 {
        let (alive, rest) = (self.p_alive(customer), self.kernel.lifetime.aged(customer.t));
        if alive == 0.0 { 0.0 } else { alive * super::forecast::time_left(&rest, horizon) }
    }

    fn expected_if_alive(&self, customer: &Customer, horizon: f64) -> f64 {
        let none = Discounting::Continuous { delta: 0.0 };
        self.rate_if_alive(customer) * self.exposure_left(customer.t, horizon, none)
    }

    fn discounted_if_alive(&self, customer: &Customer, horizon: f64, discounting: Discounting) -> f64 {
        self.rate_if_alive(customer) * self.exposure_left(customer.t, horizon, discounting)
    }

    fn finite_without_end(&self) -> bool {
        self.kernel.finite_without_end()
    }

    /// As where rates are steady, with `f_n` in exposure.
    fn purchases_pmf(&self, customer: &Customer, horizon: f64, n: u32) -> f64 {
        let (ahead, rest) = (self.ahead(customer), self.kernel.lifetime.aged(customer.t));
        let gamma = (self.kernel.r + f64::from(customer.x), self.scale(customer.t));
        let odds = ahead.exposure(horizon) / gamma.1;
        let stays = negative_binomial_pmf(n, gamma.0, odds) * rest.ln_survival(horizon).exp();
        let leaves = match n {
            _ if rest.is_endless() => 0.0,
            0 => leaving_without(gamma, &rest, &ahead, horizon),
            _ => leaving_after(n, gamma, &rest, &ahead, horizon),
        };
        let p_alive = self.p_alive(customer);
        let alive = p_alive * (stays + leaves);
        if n == 0 { (alive + (1.0 - p_alive)).clamp(0.0, 1.0) } else { alive }
    }

    /// As where rates are steady, in exposure.
    fn buys_if_alive(&self, customer: &Customer, between: (f64, f64)) -> f64 {
        let gamma = (self.kernel.r + f64::from(customer.x), self.scale(customer.t));
        let (ahead, rest) = (self.ahead(customer), self.kernel.lifetime.aged(customer.t));
        match rest.is_endless() {
            true => some(gamma, ahead.exposure(between.1) - ahead.exposure(between.0)),
            false => first_between(gamma, &rest, &ahead, between).clamp(0.0, 1.0),
        }
    }

    fn counts_if_alive(&self, customer: &Customer, horizon: f64) -> Vec<Box<dyn Counts>> {
        let (shape, scale) = (self.kernel.r + f64::from(customer.x), self.scale(customer.t));
        let (ahead, rest) = (self.ahead(customer), self.kernel.lifetime.aged(customer.t));
        if rest.is_endless() {
            let horizon = ahead.exposure(horizon);
            let coins = Coins { stages: 1.0, behind: 0.0, shape, scale, leave: None, horizon };
            return vec![Box::new(coins)];
        }
        vec![Box::new(LifetimesAhead { of: Lifetimes { shape, scale, rest, horizon }, ahead })]
    }

    fn posterior_means(&self, customer: &Customer) -> PosteriorMeans {
        let shape = self.kernel.r + f64::from(customer.x);
        let lifetime = &self.kernel.lifetime;
        let all = self.silence(customer);
        // As where rates are steady.
        let (scale, at_last) = (self.scale(customer.t_x), lifetime.proneness(customer.t_x).1);
        let alpha = self.kernel.alpha;
        let rate = self.silence_weighted(customer, 0.0, &|_, exposure| scale / (alpha + exposure));
        let prone = |age: f64, _: f64| if at_last > 0.0 { lifetime.proneness(age).1 / at_last } else { 0.0 };
        let prone = self.silence_weighted(customer, lifetime.ageing(), &prone);
        let both = all.alive + all.left;
        PosteriorMeans {
            rate: (all.alive * shape / self.scale(customer.t) + rate.left * (shape / scale)) / both,
            dropout: (all.alive * lifetime.proneness(customer.t).0 + prone.left * at_last) / both,
        }
    }

    fn population(&self) -> Population {
        self.kernel.population()
    }

    /// Each goes on where the one before ended.
    fn expected_purchases_new_within(&self, horizons: &[f64]) -> Vec<f64> {
        let (ahead, rest) = (self.ahead(&Customer::NEW), self.kernel.lifetime.aged(0.0));
        let rate = self.p_alive(&Customer::NEW) * self.rate_if_alive(&Customer::NEW);
        let (mut sum, mut from) = (0.0, 0.0);
        let one = |horizon: &f64| {
            let pieces = ahead.pieces(from, *horizon);
            sum += pieces.map(|Piece { from, to, m, .. }| m * decaying(&rest, from, to, 0.0)).sum::<f64>();
            from = from.max(*horizon);
            rate * sum
        };
        horizons.iter().map(one).collect()
    }

    fn scorer(&self, horizon: f64, discounting: Discounting) -> Box<dyn Scorer> {
        Box::new(CourseScorer::new(self.clone(), horizon, discounting))
    }

    fn process(&self) -> Result<Box<dyn Process>> {
        let BuyingLifetime { r, alpha, lifetime } = &self.kernel;
        lifetime.leaving(*r, *alpha, Some(self.ahead(&Customer::NEW)))
    }

    fn future_if_alive(&self, customer: &Customer) -> Result<Box<dyn Process>> {
        let (shape, scale) = (self.kernel.r + f64::from(customer.x), self.scale(customer.t));
        let rest = self.kernel.lifetime.aged(customer.t);
        rest.leaving(shape, scale, Some(self.ahead(customer)))
    }
}

/// `∫_0^horizon f_0 S h`
fn leaving_without<L: Lifetime>((shape, scale): (f64, f64), rest: &L, ahead: &Ahead, horizon: f64) -> f64 {
    let mut sum = 0.0_f64;
    for piece in ahead.pieces(0.0, horizon) {
        let ln_not = |time: f64| -shape * (piece.exposure(time) / scale).ln_1p() + rest.ln_survival(time);
        let mut time = piece.from;
        while time < piece.to {
            let (own, hazard) = ((scale + piece.exposure(time)) / piece.m, rest.ln_hazard(time).exp());
            let speed = shape / own + hazard + rest.growth(time);
            let panel = Panel::short(time, piece.to, rest.reach(time).min(3.0 * own), speed);
            sum += panel.integrate(|time| (ln_not(time) + rest.ln_hazard(time)).exp());
            time = panel.to;
            // What is still to come is less than this.
            if ln_not(time) < sum.ln() - NEGLIGIBLE {
                return sum;
            }
        }
    }
    sum
}

/// The first purchase from `from` on, up to `to`: see [`BuyingLifetime::buys_if_alive`].
fn first_between<L: Lifetime>(
    (shape, scale): (f64, f64),
    rest: &L,
    ahead: &Ahead,
    (from, to): (f64, f64),
) -> f64 {
    let (mut sum, behind) = (0.0_f64, ahead.exposure(from));
    for piece in ahead.pieces(from, to).filter(|piece| piece.m > 0.0) {
        let scale_at = |time: f64| scale + (piece.exposure(time) - behind).max(0.0);
        let ln_not = |time: f64| -shape * (scale_at(time) / scale).ln() + rest.ln_survival(time);
        let mut time = piece.from;
        while time < piece.to {
            let (own, hazard) = (scale_at(time) / piece.m, rest.ln_hazard(time).exp());
            let speed = (shape + 1.0) / own + hazard + rest.growth(time);
            let panel = Panel::short(time, piece.to, rest.reach(time).min(3.0 * own), speed);
            sum += panel.integrate(|time| ln_not(time).exp() * piece.m * shape / scale_at(time));
            time = panel.to;
            if ln_not(time) < sum.ln() - NEGLIGIBLE {
                return sum;
            }
        }
    }
    sum
}

/// `∫_0^horizon f_n S h` for `n > 0`, in panels of the logarithm of exposure from the horizon down, no longer than the pieces.
fn leaving_after<L: Lifetime>(
    n: u32,
    (shape, scale): (f64, f64),
    rest: &L,
    ahead: &Ahead,
    horizon: f64,
) -> f64 {
    let count = f64::from(n);
    let bought = |exposure: f64| negative_binomial_pmf(n, shape, exposure / scale);
    let curvature = |at: f64| (count + shape) * (at / (scale + at)) * (scale / (scale + at));
    let peak = count * scale / shape;
    let end = last_age(rest, horizon);
    let pieces: Vec<Piece> = ahead.pieces(0.0, end).collect();
    let mut sum = 0.0;
    let mut top = last_bought(peak, ahead.exposure(end), &bought);
    for piece in pieces.iter().rev().filter(|piece| piece.m > 0.0) {
        // Below the peak f_n falls, and what is still to come is less than f_n here.
        while top > piece.at.max(1e-300) && (top > peak || bought(top) > sum * (-NEGLIGIBLE).exp()) {
            let (time, each) = (piece.time(top), top / piece.m);
            let steepest = curvature(top).max(curvature(0.5 * top)).max(curvature(top.min(scale)));
            let hazard = rest.ln_hazard(time).exp() * each;
            let most = (3.0 / steepest.sqrt()).min(1.0).min(0.5 * rest.reach(time) / each);
            let most = most.min(2.0 / hazard).max(1e-9);
            let share = if piece.at > 0.0 { most.min((top / piece.at).ln()) } else { most };
            let density = |ln: f64| {
                let exposure = ln.exp();
                let time = piece.time(exposure);
                bought(exposure) * (rest.ln_survival(time) + rest.ln_hazard(time)).exp() * exposure / piece.m
            };
            let (low, high) = (top.ln() - share, top.ln());
            sum += if share < 0.25 * most {
                LEGENDRE_8.integrate(low, high, density)
            } else {
                LEGENDRE_20.integrate(low, high, density)
            };
            top = if share < most { piece.at } else { top * (-share).exp() };
        }
    }
    sum
}

/// Forecasts for many customers of one path; what is ahead depends on `T` alone, P(alive) on the whole history.
struct CourseScorer<L> {
    model: InCourse<L>,
    horizon: f64,
    discounting: Discounting,
    /// Exposure left, and the same discounted.
    by_t: FxHashMap<u64, (f64, f64)>,
    alive: FxHashMap<(u32, u64, u64), f64>,
    /// By `T` and the class of the power.
    grids: FxHashMap<(u64, i32), Grid<Node>>,
}

/// A node of what lies behind.
struct Node {
    weight: f64,
    /// `ln(1 + Λ/α)`
    ln_a: f64,
    /// `ln S h`
    ln_sh: f64,
}

impl<L: Lifetime> CourseScorer<L> {
    fn new(model: InCourse<L>, horizon: f64, discounting: Discounting) -> Self {
        let (by_t, alive, grids) = Default::default();
        CourseScorer { model, horizon, discounting, by_t, alive, grids }
    }

    /// P(alive) by the nodes that customers of one `T` share.
    fn p_alive(&mut self, customer: &Customer) -> f64 {
        let (kernel, course) = (&self.model.kernel, &self.model.course);
        let lifetime = &kernel.lifetime;
        if lifetime.is_endless() || lifetime.at_once().is_some() || customer.t_x >= customer.t {
            return self.model.silence(customer).p_alive();
        }
        let power = kernel.r + f64::from(customer.x);
        let class = class_of(power);
        make_room(&mut self.grids, TABLES);
        let grid = self.grids.entry((customer.t.to_bits(), class)).or_insert_with(|| {
            let node = |age: f64, exposure: f64, weight: f64| Node {
                weight,
                ln_a: (exposure / kernel.alpha).ln_1p(),
                ln_sh: lifetime.ln_survival(age) + lifetime.ln_hazard(age),
            };
            Grid::new(kernel, course, (0.0, customer.t), largest_of(class), node)
        });
        let ln_w =
            |age: f64| lifetime.ln_survival(age) - power * (course.exposure(age) / kernel.alpha).ln_1p();
        let at_last = ln_w(customer.t_x);
        let first = grid.at(customer.t_x);
        let piece = grid.pieces[first].piece;
        let mut left = 0.0_f64;
        for (panel, piece) in kernel.panels(course, (customer.t_x, piece.to), power, 0.0) {
            left += panel.integrate(|age| {
                let ln_a = (piece.exposure(age) / kernel.alpha).ln_1p();
                let ln = lifetime.ln_survival(age) + lifetime.ln_hazard(age) - power * ln_a;
                (ln - at_last).exp()
            });
        }
        for i in first + 1..grid.pieces.len() {
            let piece = &grid.pieces[i];
            // What is still to come is less than w here.
            if piece.ln_s - power * piece.ln_a - at_last < left.max(1e-300).ln() - NEGLIGIBLE {
                break;
            }
            left += grid.nodes[grid.of(i)]
                .iter()
                .map(|node| node.weight * (node.ln_sh - power * node.ln_a - at_last).exp())
                .sum::<f64>();
        }
        let alive = (ln_w(customer.t) - at_last).exp();
        if alive + left > 0.0 { alive / (alive + left) } else { self.model.silence(customer).p_alive() }
    }
}

impl<L: Drawn> Scorer for CourseScorer<L> {
    fn outlook(&mut self, customer: &Customer) -> Outlook {
        let (purchases, discounted) = self.if_alive(customer);
        make_room(&mut self.alive, RESULTS);
        let history = (customer.x, customer.t_x.to_bits(), customer.t.to_bits());
        let alive = match self.alive.get(&history) {
            Some(alive) => *alive,
            None => {
                let alive = self.p_alive(customer);
                self.alive.insert(history, alive);
                alive
            }
        };
        Outlook::new(alive, purchases, discounted)
    }

    fn look(&mut self, horizon: f64, discounting: Discounting) {
        (self.horizon, self.discounting) = (horizon, discounting);
        self.by_t.clear();
    }

    fn if_alive(&mut self, customer: &Customer) -> (f64, f64) {
        let (model, horizon, discounting) = (&self.model, self.horizon, self.discounting);
        make_room(&mut self.by_t, TABLES);
        let (plain, discounted) = *self.by_t.entry(customer.t.to_bits()).or_insert_with(|| {
            let left = |discounting| model.exposure_left(customer.t, horizon, discounting);
            (left(Discounting::Continuous { delta: 0.0 }), left(discounting))
        });
        let rate = model.rate_if_alive(customer);
        (rate * plain, rate * discounted)
    }
}
