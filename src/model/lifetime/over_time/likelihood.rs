//! The log-likelihood of a life with what is known of it over time, with first and second derivatives in what is estimated:
//! the logarithms of `r`, `alpha`, `s`, `beta`, then `γ`, then `δ`.
//!
//! Up to what does not depend on the moment of leaving, both ways to a silence are sums of `e^φ` of one form,
//! ```text
//! φ = −(r+x) ln(1+A/α) − (s+e) ln(1+C/β) + e ln(s c/β)     e = 1 for who left at τ, e = 0 for who is alive at T
//! ```
//! and `A`, `C`, with their derivatives `∫ z m`, `∫ z c`, are straight on every stretch. So the sum over nodes needs nothing
//! that a customer does not have itself, and no table of weeks.

use ndarray::ArrayView1;

use super::super::panels::Panel;
use crate::model::Derivatives;

/// A stretch of a life: the age at which it begins \[units\], and the numbers of the columns in it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stretch<'a> {
    /// The age at which it begins.
    pub from: f64,
    /// The columns.
    pub columns: &'a [f64],
}

/// A life up to now, or so many that are alike.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Life {
    /// How many.
    pub count: f64,
    /// Repeat purchases.
    pub x: u32,
    /// Age at the last one.
    pub t_x: f64,
    /// Age now.
    pub t: f64,
}

/// Where parameters stand: `ln r`, `ln α`, `ln s`, `ln β`, then both coefficients of each column.
const R: usize = 0;
const ALPHA: usize = 1;
const S: usize = 2;
const BETA: usize = 3;
/// How many come before the coefficients.
const OWN: usize = 4;

/// The parameters, with the power of `1 + A/α`.
struct Params {
    r: f64,
    alpha: f64,
    s: f64,
    beta: f64,
    power: f64,
}

/// An integral of a rate with its derivatives by the coefficients: all are straight on a stretch.
#[derive(Clone)]
struct Sum {
    value: f64,
    first: Vec<f64>,
    /// The lower triangle, row by row.
    second: Vec<f64>,
}

impl Sum {
    fn new(columns: usize) -> Self {
        Sum { value: 0.0, first: vec![0.0; columns], second: vec![0.0; columns * columns] }
    }

    /// Adds so much more of it at these columns.
    fn add(&mut self, more: f64, columns: &[f64]) {
        let n = columns.len();
        self.value += more;
        for (j, z) in columns.iter().enumerate() {
            self.first[j] += z * more;
            for (k, other) in columns.iter().enumerate().take(j + 1) {
                self.second[j * n + k] += z * other * more;
            }
        }
    }

    /// Takes what another is after so much more at these columns.
    fn take(&mut self, from: &Sum, more: f64, columns: &[f64]) {
        self.value = from.value;
        self.first.copy_from_slice(&from.first);
        self.second.copy_from_slice(&from.second);
        self.add(more, columns);
    }
}

/// Both integrals up to a moment.
#[derive(Clone)]
struct Both {
    bought: Sum,
    hazard: Sum,
}

impl Both {
    fn add(&mut self, time: f64, (m, c): (f64, f64), columns: &[f64]) {
        self.bought.add(m * time, columns);
        self.hazard.add(c * time, columns);
    }

    fn take(&mut self, from: &Both, time: f64, (m, c): (f64, f64), columns: &[f64]) {
        self.bought.take(&from.bought, m * time, columns);
        self.hazard.take(&from.hazard, c * time, columns);
    }
}

/// `φ` of who is alive.
fn ln_alive(p: &Params, at: &Both) -> f64 {
    -p.power * (at.bought.value / p.alpha).ln_1p() - p.s * (at.hazard.value / p.beta).ln_1p()
}

/// The sum of `e^φ` relative to one of them.
struct Total {
    mass: f64,
    first: Vec<f64>,
    /// The lower triangle.
    second: Vec<f64>,
    /// Of one node.
    slopes: Vec<f64>,
    to_second: bool,
}

impl Total {
    fn new(n: usize, to_second: bool) -> Self {
        let (first, second, slopes) = (vec![0.0; n], vec![0.0; n * n], vec![0.0; n]);
        Total { mass: 0.0, first, second, slopes, to_second }
    }

    /// Adds a node of this mass: of who left at it, with the columns there, or is alive.
    fn add(&mut self, mass: f64, left: Option<&[f64]>, at: &Both, p: &Params) {
        let (n, columns) = (self.first.len(), at.bought.first.len());
        let (bought, hazard) = (&at.bought, &at.hazard);
        let (a, b) = (p.alpha + bought.value, p.beta + hazard.value);
        let e = f64::from(u8::from(left.is_some()));
        let slopes = &mut self.slopes;
        slopes[R] = -p.r * (bought.value / p.alpha).ln_1p();
        slopes[ALPHA] = p.power * bought.value / a;
        slopes[S] = e - p.s * (hazard.value / p.beta).ln_1p();
        slopes[BETA] = (p.s + e) * hazard.value / b - e;
        for j in 0..columns {
            slopes[OWN + j] = -p.power * bought.first[j] / a;
            slopes[OWN + columns + j] = left.map_or(0.0, |z| z[j]) - (p.s + e) * hazard.first[j] / b;
        }
        self.mass += mass;
        self.first.iter_mut().zip(slopes.iter()).for_each(|(sum, slope)| *sum += mass * slope);
        if self.to_second {
            for i in 0..n {
                for j in 0..=i {
                    self.second[i * n + j] += mass * slopes[i] * slopes[j];
                }
            }
            self.bend(mass, e, at, p);
        }
    }

    /// Adds the second derivatives of `φ` itself.
    fn bend(&mut self, mass: f64, e: f64, at: &Both, p: &Params) {
        let (n, columns) = (self.first.len(), at.bought.first.len());
        let (bought, hazard) = (&at.bought, &at.hazard);
        let (a, b) = (p.alpha + bought.value, p.beta + hazard.value);
        let (leaving, power) = (p.s + e, p.power);
        let mut add = |i: usize, j: usize, by: f64| self.second[i.max(j) * n + i.min(j)] += mass * by;
        add(R, R, -p.r * (bought.value / p.alpha).ln_1p());
        add(R, ALPHA, p.r * bought.value / a);
        add(ALPHA, ALPHA, -power * bought.value * p.alpha / (a * a));
        add(S, S, -p.s * (hazard.value / p.beta).ln_1p());
        add(S, BETA, p.s * hazard.value / b);
        add(BETA, BETA, -leaving * hazard.value * p.beta / (b * b));
        for j in 0..columns {
            let (buys, leaves) = (OWN + j, OWN + columns + j);
            let (a_j, c_j) = (bought.first[j], hazard.first[j]);
            add(R, buys, -p.r * a_j / a);
            add(ALPHA, buys, power * p.alpha * a_j / (a * a));
            add(S, leaves, -p.s * c_j / b);
            add(BETA, leaves, leaving * p.beta * c_j / (b * b));
            for k in 0..=j {
                let (a_jk, c_jk) = (bought.second[j * columns + k], hazard.second[j * columns + k]);
                add(buys, OWN + k, -power * (a_jk - a_j * bought.first[k] / a) / a);
                add(leaves, OWN + columns + k, -leaving * (c_jk - c_j * hazard.first[k] / b) / b);
            }
        }
    }

    /// Adds the logarithm of the sum, so many times, to log-likelihoods.
    fn add_log(&self, ln_scale: f64, count: f64, out: &mut Derivatives) {
        let n = self.first.len();
        out.value += count * (ln_scale + self.mass.ln());
        let mean: Vec<f64> = self.first.iter().map(|sum| sum / self.mass).collect();
        mean.iter().enumerate().for_each(|(i, mean)| out.gradient[i] += count * mean);
        for i in (0..n).filter(|_| self.to_second) {
            for j in 0..=i {
                let bent = count * (self.second[i * n + j] / self.mass - mean[i] * mean[j]);
                out.hessian[[i, j]] += bent;
                if i != j {
                    out.hessian[[j, i]] += bent;
                }
            }
        }
    }
}

/// See [`FollowsTime`](crate::model::FollowsTime).
pub(in crate::model) fn add_life(
    at: ArrayView1<f64>,
    stretches: &[Stretch],
    life: &Life,
    out: &mut Derivatives,
) {
    let columns = stretches.first().map_or(0, |stretch| stretch.columns.len());
    let r = at[R].exp();
    let power = r + f64::from(life.x);
    let p = Params { r, alpha: at[ALPHA].exp(), s: at[S].exp(), beta: at[BETA].exp(), power };
    let slope =
        |first: usize, z: &[f64]| -> f64 { z.iter().enumerate().map(|(j, z)| at[first + j] * z).sum() };
    let mut now = Both { bought: Sum::new(columns), hazard: Sum::new(columns) };
    let mut node = now.clone();
    let mut total = Total::new(OWN + 2 * columns, out.to_second());
    // Relative to who is alive at the last purchase, which is the most that there is.
    let mut scale = None;
    for (i, Stretch { from, columns: z }) in stretches.iter().enumerate() {
        let end = stretches.get(i + 1).map_or(f64::INFINITY, |next| next.from).min(life.t);
        if *from >= life.t {
            break;
        }
        let (ln_m, ln_c) = (slope(OWN, z), slope(OWN + columns, z));
        let rates = (ln_m.exp(), ln_c.exp());
        let mut here = end.min(life.t_x).max(*from);
        now.add(here - from, rates, z);
        if here < life.t_x {
            continue;
        }
        let scale = *scale.get_or_insert_with(|| ln_alive(&p, &now));
        while here < end {
            let (a, b) = ((p.alpha + now.bought.value) / rates.0, (p.beta + now.hazard.value) / rates.1);
            let panel = Panel::short(here, end, 3.0 * a.min(b), power / a + (p.s + 1.0) / b);
            panel.nodes(|age, weight| {
                node.take(&now, age - here, rates, z);
                let ln_hazard = p.s.ln() + ln_c - (p.beta + node.hazard.value).ln();
                total.add(weight * (ln_alive(&p, &node) + ln_hazard - scale).exp(), Some(z), &node, &p);
            });
            now.add(panel.to - here, rates, z);
            here = panel.to;
        }
    }
    let ln = ln_alive(&p, &now);
    let scale = scale.unwrap_or(ln);
    total.add((ln - scale).exp(), None, &now, &p);
    total.add_log(scale, life.count, out);
    add_purchases(&p, life, out);
}

/// Adds `ln Γ(r+x)/Γ(r) − x ln α`.
fn add_purchases(p: &Params, life: &Life, out: &mut Derivatives) {
    let (mut ln, mut once, mut twice) = (0.0, 0.0, 0.0);
    for i in 0..life.x {
        let one = p.r + f64::from(i);
        ln += one.ln();
        once += one.recip();
        twice += (one * one).recip();
    }
    let x = f64::from(life.x);
    out.value += life.count * (ln - x * p.alpha.ln());
    out.gradient[R] += life.count * p.r * once;
    out.gradient[ALPHA] -= life.count * x;
    if out.to_second() {
        out.hessian[[R, R]] += life.count * (p.r * once - p.r * p.r * twice);
    }
}
