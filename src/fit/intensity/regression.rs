//! The Poisson regression of purchases on age and date, given what is expected of customers at `m = 1`.
//!
//! ```text
//! ln m = f(age step) + h(week) + waves(week) · s + z(column) · β + what is given
//! maximise  Σ N ln m − Σ A m − ½ (u² + Σ (δ/w_f)² + Σ (h/w_h)² + Σ (s/w_s)² + Σ (β/w_β)²)
//! f falls from the second week on: f_i = Σ_{j ≥ i} δ_j, δ ≥ 0, i ≥ 1;  f_0 = f_1 + u;  0 for the oldest
//! ```
//! Newton's method. Weeks are many, but each has its own `h`, so their block of the Hessian is diagonal and is eliminated; steps
//! at their bound 0 stay there until the gradient says otherwise.

use ndarray::Array2;

use super::cells::{Cells, Column, WAVES};
use crate::special::linalg::{cholesky, solve};

mod solution;

use solution::Around;
pub(super) use solution::{Estimate, Parameter, Solution};

/// Newton steps, at most.
const MOST: usize = 100;
/// A search ends when a step promises less than this part of the likelihood.
const DONE: f64 = 1e-12;

/// Spreads of the parts beforehand; a part of spread 0 is not there.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Widths {
    /// Of a step with age.
    pub age: f64,
    /// Of a week.
    pub shocks: f64,
    /// Of a wave's coefficient.
    pub season: f64,
    /// Of each coefficient of what customers share, in standard deviations of its column.
    pub shared: Vec<f64>,
}

/// The spread of the effect of the first week, which is free.
const FIRST_WEEK: f64 = 1.0;

/// The penalised likelihood around one point.
struct Point {
    value: f64,
    /// Of the few, then of the shocks.
    gradient: Vec<f64>,
    by_week: Vec<f64>,
    /// Of the few.
    hessian: Array2<f64>,
    /// Of each of the few with each week.
    mixed: Array2<f64>,
    /// Of the shocks: a diagonal.
    weeks: Vec<f64>,
}

/// One regression.
struct Regression<'a> {
    cells: &'a Cells,
    widths: &'a Widths,
    /// Spreads of the few; 0 for what is not there.
    few: Vec<f64>,
}

/// The best estimate at these widths.
pub(super) fn regress(cells: &Cells, widths: &Widths, start: &Estimate) -> Solution {
    let (steps, _) = cells.size();
    let age = |i: usize| if i == 0 { FIRST_WEEK } else { widths.age };
    let mut few: Vec<f64> = (0..steps).map(|i| if widths.age > 0.0 { age(i) } else { 0.0 }).collect();
    few.extend([widths.season; WAVES]);
    few.extend((0..cells.scales.len()).map(|i| widths.shared.get(i).copied().unwrap_or(0.0)));
    Regression { cells, widths, few }.run(start)
}

impl Regression<'_> {
    fn steps(&self) -> usize {
        self.few.len() - self.slopes()
    }

    /// Waves, and what is shared.
    fn slopes(&self) -> usize {
        WAVES + self.cells.scales.len()
    }

    /// The start, without the parts that are not there.
    fn masked(&self, start: &Estimate) -> Estimate {
        let keep = |there: bool, value: f64| if there { value } else { 0.0 };
        Estimate {
            steps: start.steps.iter().map(|step| keep(self.widths.age > 0.0, *step)).collect(),
            slopes: start
                .slopes
                .iter()
                .zip(&self.few[self.steps()..])
                .map(|(s, w)| keep(*w > 0.0, *s))
                .collect(),
            shocks: start.shocks.iter().map(|shock| keep(self.widths.shocks > 0.0, *shock)).collect(),
        }
    }

    fn run(&self, start: &Estimate) -> Solution {
        let mut at = self.masked(start);
        let mut point = self.point(&at);
        for _ in 0..MOST {
            let free = self.free(&at, &point);
            let (few, shocks, promise) = self.newton(&point, &free);
            if promise <= DONE * (1.0 + point.value.abs()) {
                break;
            }
            let Some((next, better)) = self.search(&at, &point, &few, &shocks) else { break };
            (at, point) = (next, better);
        }
        self.finish(at, &point)
    }

    /// Which of the few can move: those that are there and not held at their bound.
    fn free(&self, at: &Estimate, point: &Point) -> Vec<usize> {
        let held = |i: usize| self.is_positive(i) && at.steps[i] <= 0.0 && point.gradient[i] <= 0.0;
        (0..self.few.len()).filter(|i| self.few[*i] > 0.0 && !held(*i)).collect()
    }

    fn is_positive(&self, i: usize) -> bool {
        (1..self.steps()).contains(&i)
    }

    /// The first step along the direction that is better, steps kept from falling below 0.
    fn search(&self, at: &Estimate, from: &Point, few: &[f64], shocks: &[f64]) -> Option<(Estimate, Point)> {
        let mut length = 1.0;
        for _ in 0..40 {
            let mut next = at.clone();
            let steps = self.steps();
            for (i, step) in next.steps.iter_mut().enumerate() {
                let moved = *step + length * few[i];
                *step = if self.is_positive(i) { moved.max(0.0) } else { moved };
            }
            next.slopes.iter_mut().zip(&few[steps..]).for_each(|(wave, step)| *wave += length * step);
            next.shocks.iter_mut().zip(shocks).for_each(|(shock, step)| *shock += length * step);
            let point = self.point(&next);
            if point.value > from.value {
                return Some((next, point));
            }
            length *= 0.5;
        }
        None
    }

    fn point(&self, at: &Estimate) -> Point {
        let (cells, steps) = (self.cells, self.steps());
        let (age, n) = (at.age(), self.few.len());
        let by_age: Vec<f64> = age.iter().map(|f| f.exp()).chain([1.0]).collect();
        let weeks = at.shocks.len();
        let mut point = Point {
            value: cells.by_step.iter().zip(&age).map(|(n, f)| n * f).sum(),
            gradient: vec![0.0; n],
            by_week: vec![0.0; weeks],
            hessian: Array2::zeros((n, n)),
            mixed: Array2::zeros((n, weeks)),
            weeks: vec![0.0; weeks],
        };
        for at_column in 0..cells.columns.len() {
            let column = &cells.columns[at_column];
            let ln_m = at.shocks[column.week] + at.linear(column);
            point.add_column(cells, at_column, (ln_m, &by_age), steps);
        }
        point.close(cells, steps);
        self.penalise(at, &mut point);
        point
    }

    fn penalise(&self, at: &Estimate, point: &mut Point) {
        let values = at.steps.iter().chain(&at.slopes);
        for (i, (value, width)) in values.zip(&self.few).enumerate() {
            if *width > 0.0 {
                let precision = 1.0 / (width * width);
                point.value -= 0.5 * precision * value * value;
                point.gradient[i] -= precision * value;
                point.hessian[[i, i]] += precision;
            }
        }
        if self.widths.shocks > 0.0 {
            let precision = 1.0 / (self.widths.shocks * self.widths.shocks);
            for (week, shock) in at.shocks.iter().enumerate() {
                point.value -= 0.5 * precision * shock * shock;
                point.by_week[week] -= precision * shock;
                point.weeks[week] += precision;
            }
        }
    }

    /// The Hessian of what is free, weeks eliminated, as its root; and the gradient to go with it.
    fn eliminated(&self, point: &Point, free: &[usize]) -> (Array2<f64>, Vec<f64>) {
        let n = free.len();
        let mut matrix = Array2::from_shape_fn((n, n), |(i, j)| point.hessian[[free[i], free[j]]]);
        let mut gradient: Vec<f64> = free.iter().map(|i| point.gradient[*i]).collect();
        if self.widths.shocks > 0.0 {
            for (week, own) in point.weeks.iter().enumerate() {
                let mixed: Vec<f64> = free.iter().map(|i| point.mixed[[*i, week]]).collect();
                for i in 0..n {
                    gradient[i] -= mixed[i] * point.by_week[week] / own;
                    for j in 0..n {
                        matrix[[i, j]] -= mixed[i] * mixed[j] / own;
                    }
                }
            }
        }
        (matrix, gradient)
    }

    /// Newton's direction, and what it promises.
    fn newton(&self, point: &Point, free: &[usize]) -> (Vec<f64>, Vec<f64>, f64) {
        let (matrix, gradient) = self.eliminated(point, free);
        let moves = if free.is_empty() { Vec::new() } else { solve(&cholesky(&matrix), &gradient) };
        let mut few = vec![0.0; self.few.len()];
        free.iter().zip(&moves).for_each(|(i, step)| few[*i] = *step);
        let week = |(week, own): (usize, &f64)| {
            let mixed: f64 = free.iter().map(|i| point.mixed[[*i, week]] * few[*i]).sum();
            (point.by_week[week] - mixed) / own
        };
        let there = self.widths.shocks > 0.0;
        let shocks: Vec<f64> = if there {
            point.weeks.iter().enumerate().map(week).collect()
        } else {
            vec![0.0; point.weeks.len()]
        };
        let promise = few.iter().zip(&point.gradient).map(|(step, g)| step * g).sum::<f64>()
            + shocks.iter().zip(&point.by_week).map(|(step, g)| step * g).sum::<f64>();
        (few, shocks, promise)
    }

    fn finish(&self, estimate: Estimate, point: &Point) -> Solution {
        let free = self.free(&estimate, point);
        let there: Vec<usize> = (0..self.few.len()).filter(|i| self.few[*i] > 0.0).collect();
        let (whole, _) = self.eliminated(point, &there);
        let values: Vec<f64> = estimate.steps.iter().chain(&estimate.slopes).copied().collect();
        let parameter = |(j, i): (usize, &usize)| Parameter {
            value: values[*i],
            width: self.few[*i],
            gradient: point.gradient[*i],
            curvature: whole[[j, j]],
            positive: self.is_positive(*i),
        };
        let few = there.iter().enumerate().map(parameter).collect();
        let (matrix, _) = self.eliminated(point, &free);
        let root = cholesky(&matrix);
        let shocks = self.widths.shocks > 0.0;
        let ln_det = root.diag().iter().map(|pivot| 2.0 * pivot.ln()).sum::<f64>()
            + if shocks { point.weeks.iter().map(|own| own.ln()).sum() } else { 0.0 };
        let effective = self.effective(point, &free, &root);
        let weeks = if shocks { point.weeks.clone() } else { Vec::new() };
        let mixed = |i: &usize| (0..weeks.len()).map(|week| point.mixed[[*i, week]]).collect();
        let around = Around { mixed: free.iter().map(mixed).collect(), free, root, weeks };
        Solution { estimate, value: point.value, ln_det, few, effective, around }
    }

    /// `Σ (1 − prior precision · posterior variance)`.
    fn effective(&self, point: &Point, free: &[usize], root: &Array2<f64>) -> f64 {
        let n = free.len();
        let inverse: Vec<Vec<f64>> = (0..n)
            .map(|i| solve(root, &(0..n).map(|j| f64::from(u8::from(i == j))).collect::<Vec<_>>()))
            .collect();
        let few: f64 =
            free.iter().enumerate().map(|(j, i)| 1.0 - inverse[j][j] / (self.few[*i] * self.few[*i])).sum();
        if self.widths.shocks == 0.0 {
            return few;
        }
        let precision = 1.0 / (self.widths.shocks * self.widths.shocks);
        let week = |(week, own): (usize, &f64)| {
            let mixed: Vec<f64> = free.iter().map(|i| point.mixed[[*i, week]]).collect();
            let square: f64 = (0..n)
                .map(|i| mixed[i] * inverse[i].iter().zip(&mixed).map(|(v, b)| v * b).sum::<f64>())
                .sum();
            1.0 - precision * (1.0 / own + square / (own * own))
        };
        few + point.weeks.iter().enumerate().map(week).sum::<f64>()
    }
}

impl Point {
    /// Adds the cells of one column: `m` is `exp(ln_m)` times that of the age step.
    fn add_column(&mut self, cells: &Cells, at: usize, (ln_m, by_age): (f64, &[f64]), steps: usize) {
        let Column { week, basis, purchases, .. } = &cells.columns[at];
        let (week, m) = (*week, ln_m.exp());
        let expected = cells.expected.column(at);
        let (mut all, mut upto) = (0.0, 0.0);
        for (step, (a, f)) in expected.iter().zip(by_age).enumerate() {
            let mu = a * f * m;
            all += mu;
            if step < steps {
                // By age step; the sums that steps of f make of them follow.
                self.gradient[step] -= mu;
                self.mixed[[step, week]] += mu;
                upto += mu;
                for (j, z) in basis.iter().enumerate() {
                    self.hessian[[step, steps + j]] += upto * z;
                }
            }
        }
        let rest = purchases - all;
        self.value += purchases * ln_m - all;
        self.by_week[week] += rest;
        self.weeks[week] += all;
        for (i, z) in basis.iter().enumerate() {
            self.gradient[steps + i] += z * rest;
            self.mixed[[steps + i, week]] += z * all;
            for (j, other) in basis.iter().enumerate() {
                self.hessian[[steps + i, steps + j]] += z * other * all;
            }
        }
    }

    /// From what age steps are to `u` and the `δ`, each of which moves all steps up to its own.
    fn close(&mut self, cells: &Cells, steps: usize) {
        let own: Vec<f64> = self.gradient[..steps].iter().map(|mu| -mu).collect();
        let mut sums = vec![0.0; steps];
        let (mut purchases, mut expected) = (0.0, 0.0);
        for step in 0..steps {
            purchases += cells.by_step[step];
            expected += own[step];
            sums[step] = expected;
            self.gradient[step] = purchases - expected;
        }
        for i in 0..steps {
            for j in 0..steps {
                // `u` moves the first step alone.
                self.hessian[[i, j]] = if i == 0 || j == 0 { own[0] } else { sums[i.min(j)] };
            }
        }
        for week in 0..self.weeks.len() {
            let mut sum = 0.0;
            for step in 0..steps {
                sum += self.mixed[[step, week]];
                self.mixed[[step, week]] = sum;
            }
        }
        for i in 0..steps {
            for j in steps..self.gradient.len() {
                self.hessian[[j, i]] = self.hessian[[i, j]];
            }
        }
    }
}
