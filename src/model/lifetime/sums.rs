//! Sums of log-likelihoods over counted rows.
//!
//! ```text
//! ln L = ln w(T) + ln Z,   Z = 1 + e^ρ U(t_x) − U(T),   ρ = ln w(t_x)/w(T)
//! U(τ) = ∫_τ^∞ w h / w(τ)     (to the latest time that occurs)
//! ```
//! `U` of one `x` at all times that its rows have follows from the right, `U(τ_i) = ∫_{τ_i}^{τ_i+1} w h /
//! w(τ_i) + w(τ_i+1)/w(τ_i) U(τ_i+1)`: every term is positive, `U < 1`, and `Z` keeps its digits because
//! `e^ρ U(t_x) >= U(T)`. With each integral come those of the derivatives of `φ = ln(w h)`, first
//! (`w h ∇φ`) and second (`w h (∇φ ∇φᵀ + ∇∇φ)`), from which those of `ln Z` follow row by row. `ln w(T)`
//! needs only how often each `x` and each `T` occurs.

mod courses;

use std::ops::Range;

use super::survivor::{MOST, Slopes};
use super::{BuyingLifetime, Lifetime, Panels};
use crate::customers::CustomerTable;
use crate::model::{
    Derivatives, Order,
    gamma_poisson::{Sum, TimeTerms},
};

/// Parameters of a model: two of the rate, the others of the lifetime.
const ALL: usize = 2 + MOST;
/// Entries of the upper triangle of a Hessian.
const TRIANGLE: usize = ALL * (ALL + 1) / 2;

/// An integral with its derivatives: value, gradient, upper triangle of the second derivatives.
#[derive(Debug, Clone, Copy)]
struct Jet {
    value: f64,
    first: [f64; ALL],
    second: [f64; TRIANGLE],
}

const ZERO: Jet = Jet { value: 0.0, first: [0.0; ALL], second: [0.0; TRIANGLE] };

/// `U` at one time of one `x`, and the derivatives of `ln w` there.
#[derive(Debug, Clone, Copy)]
struct AtTime {
    /// `ln S`
    ln_s: f64,
    /// `ln w/S`, up to what depends on `x` alone.
    ln_rate: f64,
    later: Jet,
}

impl AtTime {
    fn ln_w(&self) -> f64 {
        self.ln_s + self.ln_rate
    }
}

/// What a sum needs that is the same for many rows.
#[derive(Debug)]
pub struct Prepared {
    times: Vec<TimeTerms>,
    /// Group by group, the times of its rows ascending.
    at: Vec<AtTime>,
    /// Row by row: where in `at` are `t_x` and `T`.
    t_x: Vec<u32>,
    t: Vec<u32>,
}

impl<L: Lifetime> BuyingLifetime<L> {
    /// Derivatives of `ln w` or `ln(w h)` without what depends on `x` alone: those of the rate, and
    /// these of the lifetime.
    #[inline]
    fn slopes<const SECOND: bool>(
        &self,
        x: f64,
        age: f64,
        lifetime: &Slopes,
    ) -> ([f64; ALL], [f64; TRIANGLE]) {
        let (r, alpha) = (self.r, self.alpha);
        let inverse = 1.0 / (alpha + age);
        let gap = age * inverse / alpha;
        let mut first = [-(age / alpha).ln_1p(), r * gap - x * inverse, 0.0, 0.0, 0.0];
        first[2..].copy_from_slice(&lifetime.first);
        let mut second = [0.0; TRIANGLE];
        if !SECOND {
            return (first, second);
        }
        second[1] = gap;
        second[ALL] = -r * gap * (1.0 / alpha + inverse) + x * inverse * inverse;
        for i in 0..MOST {
            for j in i..MOST {
                second[place(2 + i, 2 + j)] = lifetime.second[i][j];
            }
        }
        (first, second)
    }

    pub fn prepare(&self, table: &CustomerTable, order: Order) -> Prepared {
        if let Some(courses) = &table.courses {
            let times = self.rate().time_terms(&courses.margins);
            return Prepared { times, at: Vec::new(), t_x: Vec::new(), t: Vec::new() };
        }
        let rows = table.count.len();
        let mut prepared = Prepared {
            times: self.rate().time_terms(table),
            at: Vec::new(),
            t_x: Vec::with_capacity(rows),
            t: Vec::with_capacity(rows),
        };
        let mut rank = vec![u32::MAX; table.times.len()];
        for group in &table.groups {
            let (t_x, t) = (&table.t_x[group.rows.clone()], &table.t[group.rows.clone()]);
            let mut seen = Vec::new();
            for time in t_x.iter().chain(t) {
                if rank[*time as usize] == u32::MAX {
                    rank[*time as usize] = 0;
                    seen.push(*time);
                }
            }
            seen.sort_unstable();
            let first = prepared.at.len() as u32;
            for (i, time) in (first..).zip(&seen) {
                rank[*time as usize] = i;
            }
            prepared.t_x.extend(t_x.iter().map(|time| rank[*time as usize]));
            prepared.t.extend(t.iter().map(|time| rank[*time as usize]));
            let ages: Vec<f64> = seen.iter().map(|time| table.times[*time as usize]).collect();
            prepared.at.extend(match order {
                Order::First => self.later::<false>(f64::from(group.x), &ages),
                Order::Second => self.later::<true>(f64::from(group.x), &ages),
            });
            seen.iter().for_each(|time| rank[*time as usize] = u32::MAX);
        }
        prepared
    }

    /// `ln w`, up to what depends on `x` alone.
    pub(super) fn ln_w(&self, x: f64, age: f64) -> f64 {
        self.lifetime.ln_survival(age) + self.ln_rate(x, age)
    }

    fn ln_rate(&self, x: f64, age: f64) -> f64 {
        -(self.r + x) * (age / self.alpha).ln_1p()
    }

    /// `U` at these ages, ascending.
    fn later<const SECOND: bool>(&self, x: f64, ages: &[f64]) -> Vec<AtTime> {
        let at = |age: &f64| AtTime {
            ln_s: self.lifetime.ln_survival(*age),
            ln_rate: self.ln_rate(x, *age),
            later: ZERO,
        };
        let mut at: Vec<AtTime> = ages.iter().map(at).collect();
        if self.lifetime.is_endless() {
            return at;
        }
        for i in (0..at.len().saturating_sub(1)).rev() {
            let mut jet = self.between::<SECOND>(x, ages[i], ages[i + 1], at[i].ln_w());
            let next = at[i + 1].later;
            jet.add::<SECOND>((at[i + 1].ln_w() - at[i].ln_w()).exp(), &next);
            at[i].later = jet;
        }
        at
    }

    /// `∫ w h / e^ln_w` with its derivatives.
    fn between<const SECOND: bool>(&self, x: f64, from: f64, to: f64, ln_w: f64) -> Jet {
        let mut jet = ZERO;
        if from == 0.0 {
            self.add_at_once(&mut jet);
        }
        for panel in Panels::new(self, self.r + x, from, to) {
            panel.nodes(|age, weight| {
                let (survival, hazard) = self.lifetime.slopes(age);
                let both = survival.plus(&hazard);
                let (first, second) = self.slopes::<SECOND>(x, age, &both);
                // first[0] is −ln(1 + age/α).
                let at = survival.value + (self.r + x) * first[0] + hazard.value;
                jet.add_node::<SECOND>(weight * (at - ln_w).exp(), &first, &second);
            });
            // What is still to come is less than w here.
            if self.ln_w(x, panel.to) - ln_w < jet.value.max(1e-300).ln() - super::NEGLIGIBLE {
                break;
            }
        }
        jet
    }

    /// Adds those who leave at once, if a share does.
    fn add_at_once(&self, jet: &mut Jet) {
        if let Some(at_once) = self.lifetime.at_once() {
            // 1 − e^−k, by s.
            let place_of_s = 2 + at_once.place;
            jet.value += at_once.leave();
            jet.first[place_of_s] -= at_once.by_s * at_once.stay();
            jet.second[place(place_of_s, place_of_s)] -= at_once.by_s.powi(2) * at_once.stay();
        }
    }

    /// The sum of `ln w(T)`, of `ln S(T)` the derivatives only; see [`ln_z`].
    pub fn shared(&self, table: &CustomerTable, prepared: &Prepared, out: &mut Derivatives) {
        let counted = table.courses.as_ref().map_or(table, |courses| &courses.margins);
        self.rate().add_sum(counted, &prepared.times, out);
        let mut first = [Sum::default(); MOST];
        let mut second = [[Sum::default(); MOST]; MOST];
        for (time, count) in table.times.iter().zip(&table.t_count).filter(|(_, count)| **count > 0.0) {
            let (slopes, _) = self.lifetime.slopes(*time);
            for i in 0..L::PARAMS {
                first[i].add(count * slopes.first[i]);
                let wanted = if out.to_second() { L::PARAMS } else { i };
                (i..wanted).for_each(|j| second[i][j].add(count * slopes.second[i][j]));
            }
        }
        for (i, (first, second)) in first.iter().zip(&second).enumerate().take(L::PARAMS) {
            out.gradient[2 + i] += first.total();
            for (j, sum) in second.iter().enumerate().take(L::PARAMS).skip(i) {
                add_symmetric(out, 2 + i, 2 + j, sum.total());
            }
        }
    }

    /// The sum of `ln Z` over a range of rows, and of the values of `ln S(T)`.
    pub fn rows(
        &self,
        table: &CustomerTable,
        prepared: &Prepared,
        rows: Range<usize>,
        out: &mut Derivatives,
    ) {
        match (out.order, &table.courses) {
            _ if self.lifetime.is_endless() => {}
            (Order::First, Some(courses)) => self.add_courses::<false>(table, courses, rows, out),
            (Order::Second, Some(courses)) => self.add_courses::<true>(table, courses, rows, out),
            (Order::First, None) => self.add_rows::<false>(table, prepared, rows, out),
            (Order::Second, None) => self.add_rows::<true>(table, prepared, rows, out),
        }
    }

    fn add_rows<const SECOND: bool>(
        &self,
        table: &CustomerTable,
        prepared: &Prepared,
        rows: Range<usize>,
        out: &mut Derivatives,
    ) {
        let first = table.groups.partition_point(|group| group.rows.end <= rows.start);
        for group in table.groups[first..].iter().take_while(|group| group.rows.start < rows.end) {
            let mut sum = ZERO;
            for row in group.rows.start.max(rows.start)..group.rows.end.min(rows.end) {
                let (last, end) = (&prepared.at[prepared.t_x[row] as usize], prepared.t[row] as usize);
                let age = table.times[table.t[row] as usize];
                let (slopes, _) = self.lifetime.slopes(age);
                let slopes = self.slopes::<SECOND>(f64::from(group.x), age, &slopes);
                sum.add::<SECOND>(table.count[row], &ln_z::<SECOND>(last, &prepared.at[end], &slopes));
            }
            sum.add_to(out, 2 + L::PARAMS);
        }
    }
}

/// `ln Z` of a row with its derivatives, from `U` at `t_x` and at `T` and the derivatives of `ln w(T)`.
/// The value is that of `ln S(T) Z`: if all have left for sure both logarithms can be millions, of which
/// nothing is left.
fn ln_z<const SECOND: bool>(
    last: &AtTime,
    end: &AtTime,
    (first, second): &([f64; ALL], [f64; TRIANGLE]),
) -> Jet {
    let rho = last.ln_w() - end.ln_w();
    let scale = rho.max(0.0);
    let (here, there) = ((-scale).exp(), (rho - scale).exp());
    // N = e^ρ U(t_x) − U(T), all relative to e^scale.
    let mut n = ZERO;
    n.add::<SECOND>(there, &last.later);
    n.add::<SECOND>(-here, &end.later);
    let z = here + n.value;
    let inverse = 1.0 / z;
    let mut out = ZERO;
    let value = if rho > 0.0 { last.ln_s + (last.ln_rate - end.ln_rate) } else { end.ln_s };
    out.value = value + z.ln();
    for (found, (later, own)) in out.first.iter_mut().zip(n.first.iter().zip(first)) {
        *found = (later - own * n.value) * inverse;
    }
    if !SECOND {
        return out;
    }
    let mut k = 0;
    for i in 0..ALL {
        for j in i..ALL {
            let moved = n.second[k] - first[i] * n.first[j] - first[j] * n.first[i]
                + (first[i] * first[j] - second[k]) * n.value;
            out.second[k] = moved * inverse - out.first[i] * out.first[j];
            k += 1;
        }
    }
    out
}

/// Where in a triangle is `(i, j)`, `i <= j`.
const fn place(i: usize, j: usize) -> usize {
    i * ALL - i * (i + 1) / 2 + j
}

fn add_symmetric(out: &mut Derivatives, i: usize, j: usize, term: f64) {
    out.hessian[[i, j]] += term;
    if i != j {
        out.hessian[[j, i]] += term;
    }
}

impl Slopes {
    fn plus(&self, other: &Slopes) -> Slopes {
        let mut sum = *self;
        sum.value += other.value;
        for i in 0..MOST {
            sum.first[i] += other.first[i];
            (i..MOST).for_each(|j| sum.second[i][j] += other.second[i][j]);
        }
        sum
    }
}

impl Jet {
    #[inline]
    fn add<const SECOND: bool>(&mut self, factor: f64, other: &Jet) {
        self.value += factor * other.value;
        for (sum, term) in self.first.iter_mut().zip(&other.first) {
            *sum += factor * term;
        }
        if !SECOND {
            return;
        }
        for (sum, term) in self.second.iter_mut().zip(&other.second) {
            *sum += factor * term;
        }
    }

    #[inline]
    fn add_node<const SECOND: bool>(&mut self, mass: f64, first: &[f64; ALL], second: &[f64; TRIANGLE]) {
        self.value += mass;
        let mut k = 0;
        for i in 0..ALL {
            self.first[i] += mass * first[i];
            for j in i..if SECOND { ALL } else { 0 } {
                self.second[k] += mass * (first[i] * first[j] + second[k]);
                k += 1;
            }
        }
    }

    fn add_to(&self, out: &mut Derivatives, params: usize) {
        out.value += self.value;
        for i in 0..params {
            out.gradient[i] += self.first[i];
            let wanted = if out.to_second() { params } else { i };
            (i..wanted).for_each(|j| add_symmetric(out, i, j, self.second[place(i, j)]));
        }
    }
}
