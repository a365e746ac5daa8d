//! The number of purchases of a customer who is alive, within a horizon: `P(N > n)` at as many places as its
//! distribution needs, however long the horizon and however busy the customer.
//!
//! Up to [`ONE_BY_ONE`] every number has its place, and chances come from those before by recurrences; beyond, places
//! lie closer than a third of the standard deviation that a known rate leaves, and than a sixteenth of the number
//! itself, and each chance is worked out by itself. So the cost is that of the numbers that matter, and grows with the
//! logarithm of the largest only.
//!
//! Every model has one of three kinds: purchases with a coin after each ([`Coins`]), during a lifetime of its own
//! ([`Lifetimes`]), or at opportunities ([`Opportunities`]). They depend on `x` and `T` alone; what else is known
//! of a customer who is alive, the stage it has reached if purchases are regular, makes several lines of one table,
//! see [`Attrition::stage_chances`](super::Attrition::stage_chances).

mod coins;
mod lifetimes;
mod opportunities;

pub(super) use coins::Coins;
pub(super) use lifetimes::{Lifetimes, LifetimesAhead};
pub(super) use opportunities::Opportunities;

use crate::base::Discounting;
use crate::model::gamma_poisson::annuity;
use crate::special::{LEGENDRE_8, LEGENDRE_20, ln_gamma, ln_gamma_difference};

/// So many purchases have a place each.
pub(crate) const ONE_BY_ONE: usize = 64;
/// A distribution is followed until less than this is left of it.
const TAIL: f64 = 1e-10;
/// Places, at most: distributions of no mean have no other end.
const MOST: usize = 4096;
/// The largest number there is a place for.
const LARGEST: f64 = 1e15;
/// Of a known rate, the number is within so many standard deviations.
const AROUND: f64 = 12.0;

/// The distribution of the number of purchases from one stage.
pub trait Counts: std::fmt::Debug + Send {
    /// Around which number purchases are dense if nobody leaves, and the standard deviation: places are close there.
    fn bulk(&self) -> (f64, f64);

    /// `P(N > n)`, for whole `n`.
    fn over(&self, n: f64) -> f64;

    /// `P(N > n)` for `n` = 0, 1, ... below [`ONE_BY_ONE`], as far as there is something left.
    fn over_first(&self) -> Vec<f64> {
        let mut over = Vec::new();
        until_nothing(&mut over, |n| self.over(n as f64));
        over
    }

    /// The times during which `n > 0` purchases may have been made, with their weights.
    fn spans(&self, n: f64, spans: &mut Vec<Span>);

    /// How regular purchases are: as many stages lead to one.
    fn regularity(&self) -> f64 {
        1.0
    }
}

/// A time during which purchases were made.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    /// Its weight among all; they need not add up to 1.
    pub weight: f64,
    /// From now to then.
    pub length: f64,
    /// Where purchases are in it on average: in the middle, unless they are regular.
    pub centre: f64,
    /// How much of the variance of independent times theirs have: opportunities can be taken once each.
    pub freedom: f64,
    /// Was the last purchase at its very end?
    pub last_at_end: bool,
}

impl Span {
    /// Of purchases that are as likely at any time in it.
    fn even(weight: f64, length: f64) -> Self {
        Span { weight, length, centre: 0.5, freedom: 1.0, last_at_end: false }
    }
}

/// Moments of what `n` purchases are worth, each of one unit of money, discounted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Discounted {
    /// The mean of the sum of discount factors.
    pub sum: f64,
    /// The mean of the sum of their squares.
    pub squares: f64,
    /// The mean of the square of their sum.
    pub square: f64,
}

impl Discounted {
    /// Of `n` purchases of a line, within the horizon of the discounting.
    ///
    /// Within a known time purchases are evenly spread, and independent if they are not regular; if they are, the sum
    /// varies as much less as there are stages to a purchase. A step of discounting that a customer leaves in is taken
    /// to end there.
    pub fn new(
        line: &dyn Counts,
        n: f64,
        discounting: Discounting,
        horizon: f64,
        spans: &mut Vec<Span>,
    ) -> Self {
        if !discounting.is_any() {
            return Discounted { sum: n, squares: n, square: n * n };
        }
        let squared = match discounting {
            Discounting::Continuous { delta } => Discounting::Continuous { delta: 2.0 * delta },
            Discounting::EndOfStep { d, step } => Discounting::EndOfStep { d: d * (2.0 + d), step },
        };
        spans.clear();
        line.spans(n, spans);
        let (mut all, mut of) = (0.0, Discounted { sum: 0.0, squares: 0.0, square: 0.0 });
        for Span { weight, length, centre, freedom, last_at_end } in
            spans.iter().filter(|span| span.weight > 0.0)
        {
            // Even over as long a time as has its middle where they are on average.
            let even = 2.0 * centre * length;
            let mean = |discounting| if even > 0.0 { annuity(even, discounting) / even } else { 1.0 };
            let (one, two) = (mean(discounting), mean(squared));
            let last = if *last_at_end { discounting.factor(*length, horizon) } else { 0.0 };
            let others = if *last_at_end { n - 1.0 } else { n };
            let sum = others * one + last;
            let varies = freedom * others * (two - one * one).max(0.0) / line.regularity();
            all += weight;
            of.sum += weight * sum;
            of.squares += weight * (others * two + last * last);
            of.square += weight * (sum * sum + varies);
        }
        // Where no time is likely enough for a number, it is all.
        if all.is_nan() || all <= 0.0 {
            let one = annuity(horizon, discounting) / horizon;
            return Discounted { sum: n * one, squares: n * one * one, square: (n * one).powi(2) };
        }
        Discounted { sum: of.sum / all, squares: of.squares / all, square: of.square / all }
    }
}

fn until_nothing(over: &mut Vec<f64>, mut next: impl FnMut(usize) -> f64) {
    for n in 0..ONE_BY_ONE {
        over.push(next(n));
        if over[n] < TAIL {
            break;
        }
    }
}

/// `P(N > n)` of some lines at places they share.
#[derive(Debug, Clone, Default)]
pub(crate) struct CountTable {
    /// The numbers, ascending from 0: the first ones whole and without gaps.
    pub places: Vec<f64>,
    /// `P(N > n)` there, line by line.
    pub over: Vec<Vec<f64>>,
}

impl CountTable {
    /// Of these lines.
    pub fn new(lines: &[Box<dyn Counts>]) -> Self {
        let mut over: Vec<Vec<f64>> = lines.iter().map(|line| line.over_first()).collect();
        let first = over.iter().map(Vec::len).max().unwrap_or(0);
        let mut places: Vec<f64> = (0..first).map(|n| n as f64).collect();
        over.iter_mut().for_each(|own| own.resize(first, 0.0));
        let bulks: Vec<(f64, f64)> = lines.iter().map(|line| line.bulk()).collect();
        while first == ONE_BY_ONE && places.len() < MOST {
            let last = places.len() - 1;
            if over.iter().all(|own| own[last] < TAIL) || places[last] > LARGEST {
                break;
            }
            let place = next_place(places[last], &bulks);
            places.push(place);
            for (own, line) in over.iter_mut().zip(lines) {
                let chance = if own[last] < 0.1 * TAIL { 0.0 } else { line.over(place).min(own[last]) };
                own.push(chance);
            }
        }
        places.shrink_to_fit();
        over.iter_mut().for_each(Vec::shrink_to_fit);
        CountTable { places, over }
    }

    /// The number that stands for those between a place and the one before.
    pub fn middle(&self, at: usize) -> f64 {
        if at == 0 { 0.0 } else { 0.5 * (self.places[at - 1] + 1.0 + self.places[at]) }
    }

    /// The chance of those numbers, in one line.
    pub fn chance(over: &[f64], at: usize) -> f64 {
        (if at == 0 { 1.0 } else { over[at - 1] } - over[at]).max(0.0)
    }

    /// The smallest number with `P(N > n)` no more than this in a mixture of lines: exact as far as places have no
    /// gaps, else between them by interpolation. Infinite if it is beyond all places.
    pub fn quantile(&self, over: &[f64], upper: f64) -> f64 {
        let at = over.partition_point(|chance| *chance > upper);
        if at == over.len() {
            return if at < ONE_BY_ONE { self.places.last().copied().unwrap_or(0.0) } else { f64::INFINITY };
        }
        if at == 0 || self.places[at] - self.places[at - 1] <= 1.0 {
            return self.places[at];
        }
        let (mut low, mut high) = (self.places[at - 1], self.places[at]);
        while high - low > 1.0 {
            let middle = (0.5 * (low + high)).floor();
            if middle <= low {
                break;
            }
            if self.between(over, at, middle) > upper { low = middle } else { high = middle }
        }
        high
    }

    /// A cubic through four places, the second of which is the one before `at`.
    pub fn between(&self, over: &[f64], at: usize, n: f64) -> f64 {
        let first = at.saturating_sub(2).min(self.places.len().saturating_sub(4));
        let four = first..(first + 4).min(self.places.len());
        let term = |i: usize| {
            let others = four.clone().filter(|j| *j != i);
            over[i]
                * others.map(|j| (n - self.places[j]) / (self.places[i] - self.places[j])).product::<f64>()
        };
        four.clone().map(term).sum::<f64>().clamp(over[at], over[at - 1])
    }
}

fn next_place(from: f64, bulks: &[(f64, f64)]) -> f64 {
    let step = |step: f64, (centre, width): &(f64, f64)| {
        let (begins, ends) = (centre - AROUND * width, centre + AROUND * width);
        if !(centre.is_finite() && width.is_finite()) || from > ends {
            step
        } else {
            step.min((width / 3.0).max(begins - from))
        }
    };
    from + bulks.iter().fold(from / 16.0, step).max(1.0).floor()
}

/// How precise a sum over [`nodes`] has to be.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Precision {
    /// To some 1e-11 of the whole.
    Chance,
    /// To some 1e-4, of what is only to say when purchases are made.
    Time,
}

/// Nodes of the time of the `n`-th event of a rate that is Gamma(`shape`, `scale`), as angles `w` with the time
/// `scale sinh² w`: there all such times have the standard deviation `1/(2 √shape)`. Calls `f` with the time and the
/// weight that goes with `dw`; the nodes cover where it matters, up to `most`.
fn nodes(n: f64, (shape, scale): (f64, f64), most: f64, precision: Precision, mut f: impl FnMut(f64, f64)) {
    let last = (most / scale).sqrt().asinh();
    let deviation = 0.5 / shape.sqrt();
    let centre = (n / shape).sqrt().asinh();
    let (deviations, rule) = match precision {
        Precision::Chance => (8.0, (&LEGENDRE_20.x[..], &LEGENDRE_20.w[..])),
        Precision::Time => (4.0, (&LEGENDRE_8.x[..], &LEGENDRE_8.w[..])),
    };
    let (low, high) =
        ((centre - deviations * deviation).max(0.0), (centre + deviations * deviation).min(last));
    if low.is_nan() || high.is_nan() || low >= high {
        return f(most, 1.0);
    }
    // A panel of 20 nodes takes 8 standard deviations; wider ones only where the whole range is of the order of 1.
    let panels = match precision {
        Precision::Chance => ((high - low) / (8.0 * deviation).min(1.0)).ceil().clamp(1.0, 64.0),
        Precision::Time => 1.0,
    };
    let half = 0.5 * (high - low) / panels;
    for panel in 0..panels as usize {
        let middle = low + half * (2.0 * panel as f64 + 1.0);
        for (x, w) in rule.0.iter().zip(rule.1) {
            let angle = middle + half * x;
            // dt = scale · 2 sinh w cosh w dw
            let (sinh, cosh) = (angle.sinh(), angle.cosh());
            f(scale * sinh * sinh, half * w * scale * 2.0 * sinh * cosh);
        }
    }
}

/// The `n`-th event of a rate that is Gamma(`shape`, `scale`), at many times: to the digits that sums of logarithms leave.
#[derive(Debug, Clone, Copy)]
struct Event {
    n: f64,
    shape: f64,
    scale: f64,
    /// `ln Γ(n + shape)/(Γ(n) Γ(shape))`
    ln_constant: f64,
}

impl Event {
    fn new(n: f64, shape: f64, scale: f64) -> Self {
        Event { n, shape, scale, ln_constant: ln_gamma_difference(n, shape) - ln_gamma(shape) }
    }

    /// `ln` of `(t/scale)^n (1 + t/scale)^−(n + shape)`, and of the constant.
    fn ln_kernel(&self, time: f64) -> f64 {
        let odds = time / self.scale;
        self.ln_constant - self.n * odds.recip().ln_1p() - self.shape * odds.ln_1p()
    }

    /// Its density at a time: `Γ(n + shape)/(Γ(n) Γ(shape)) · (t/scale)^n (1 + t/scale)^−(n + shape) / t`.
    fn density(&self, time: f64) -> f64 {
        self.ln_kernel(time).exp() / time
    }

    /// `ln` of the chance that it is the last by a time.
    fn ln_pmf(&self, time: f64) -> f64 {
        self.ln_kernel(time) - self.n.ln()
    }
}

#[cfg(test)]
mod tests;
