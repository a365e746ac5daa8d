//! What a regression found: estimates, how sure they are, and draws of what is left open.

use ndarray::Array2;

use super::super::cells::{Cells, Column, WAVES};
use crate::special::linalg::solve;

/// Estimates.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::fit::intensity) struct Estimate {
    /// `u, δ_1 ..`; none if there is one age step only.
    pub steps: Vec<f64>,
    /// `s_1 .. s_4`, then `β`.
    pub slopes: Vec<f64>,
    /// `h` by week before the end.
    pub shocks: Vec<f64>,
}

/// How a regression ended.
#[derive(Debug, Clone)]
pub(in crate::fit::intensity) struct Solution {
    pub estimate: Estimate,
    /// The penalised log-likelihood, without constants.
    pub value: f64,
    /// `ln det` of its negative Hessian over what is free.
    pub ln_det: f64,
    /// Those of steps and waves that are there.
    pub few: Vec<Parameter>,
    /// How many parameters it is worth: the trace of the hat matrix.
    pub effective: f64,
    pub(super) around: Around,
}

/// What the data leave open of an estimate: the normal approximation of the posterior.
#[derive(Debug, Clone)]
pub(super) struct Around {
    /// Which of the few are free.
    pub free: Vec<usize>,
    /// The root of their precision, weeks eliminated.
    pub root: Array2<f64>,
    /// Of each of the free with each week, and that of weeks; none without shocks.
    pub mixed: Vec<Vec<f64>>,
    pub weeks: Vec<f64>,
}

impl Solution {
    /// How many numbers of mean 0 and variance 1 make a draw of the posterior.
    pub fn dimensions(&self) -> usize {
        self.around.free.len() + self.around.weeks.len()
    }

    /// The draw that they make. Steps that would rise with age stay level.
    pub fn drawn(&self, z: &[f64]) -> Estimate {
        let Around { free, root, mixed, weeks } = &self.around;
        let n = free.len();
        // Lᵀ d = z: d has the variance (L Lᵀ)⁻¹.
        let mut moves = vec![0.0; n];
        for i in (0..n).rev() {
            let others: f64 = (i + 1..n).map(|j| root[[j, i]] * moves[j]).sum();
            moves[i] = (z[i] - others) / root[[i, i]];
        }
        let mut estimate = self.estimate.clone();
        let steps = estimate.steps.len();
        for (i, by) in free.iter().zip(&moves) {
            match *i < steps {
                true => estimate.steps[*i] += by,
                false => estimate.slopes[*i - steps] += by,
            }
        }
        estimate.steps.iter_mut().skip(1).for_each(|step| *step = step.max(0.0));
        for (week, own) in weeks.iter().enumerate() {
            let with: f64 = mixed.iter().zip(&moves).map(|(mixed, by)| mixed[week] * by).sum();
            estimate.shocks[week] += z[n + week] / own.sqrt() - with / own;
        }
        estimate
    }

    /// The standard errors of the few; 0 where one is not free.
    pub fn errors(&self, few: usize) -> Vec<f64> {
        let Around { free, root, .. } = &self.around;
        let mut errors = vec![0.0; few];
        for (j, i) in free.iter().enumerate() {
            let unit: Vec<f64> = (0..free.len()).map(|k| f64::from(u8::from(j == k))).collect();
            errors[*i] = solve(root, &unit)[j].sqrt();
        }
        errors
    }
}

/// One of the few parameters at the end.
#[derive(Debug, Clone, Copy)]
pub(in crate::fit::intensity) struct Parameter {
    pub value: f64,
    pub width: f64,
    /// Of the penalised likelihood.
    pub gradient: f64,
    /// Minus its second derivative, weeks eliminated.
    pub curvature: f64,
    /// Can it not be negative?
    pub positive: bool,
}

impl Parameter {
    /// Is it held at zero?
    pub fn at_bound(&self) -> bool {
        self.positive && self.value <= 0.0 && self.gradient <= 0.0
    }
}

impl Estimate {
    pub fn zero(cells: &Cells) -> Self {
        let (steps, weeks) = cells.size();
        let slopes = vec![0.0; WAVES + cells.scales.len()];
        Estimate { steps: vec![0.0; steps], slopes, shocks: vec![0.0; weeks] }
    }

    /// `f` by age step below the oldest.
    pub fn age(&self) -> Vec<f64> {
        let mut f = self.steps.clone();
        for i in (1..f.len().saturating_sub(1)).rev() {
            f[i] += f[i + 1];
        }
        if f.len() > 1 {
            f[0] += f[1];
        }
        f
    }

    /// What a column's basis and what is given add.
    pub fn linear(&self, column: &Column) -> f64 {
        let own: f64 = self.slopes.iter().zip(&column.basis).map(|(s, z)| s * z).sum();
        column.offset + own
    }
}
