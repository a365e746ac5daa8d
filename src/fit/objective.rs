//! The function that a fit maximises: the weighted sum of log-likelihoods over counted rows, with
//! derivatives in the free parameters. Rows are summed in chunks of fixed size whose sums are added
//! in order, so the result is the same to the bit for any number of threads.

use ndarray::Array1;
use rayon::prelude::*;

use crate::fit::transform::{chain_rule, scales, to_natural};
use crate::model::{Derivatives, Model, Table};

/// Rows of one chunk; below this many rows nothing is gained by more threads.
const CHUNK: usize = 16_384;

/// Minus the log-likelihood of a table as a function of free parameters.
pub(crate) struct Objective<'a, M: Model> {
    table: &'a M::Table,
    /// The scale of each parameter; see [`scales`].
    pub scales: Vec<f64>,
}

impl<'a, M: Model> Objective<'a, M> {
    pub fn new(table: &'a M::Table) -> Self {
        Objective { table, scales: scales::<M>(table) }
    }

    /// Value, gradient and Hessian of minus the log-likelihood at `u`.
    pub fn evaluate(&self, u: &Array1<f64>) -> Derivatives {
        let theta = to_natural(u, &self.scales);
        let mut sum = log_likelihood_sum(&M::from_params(&theta), self.table);
        chain_rule(&theta, &mut sum);
        sum.value = -sum.value;
        sum.gradient.mapv_inplace(|g| -g);
        sum.hessian.mapv_inplace(|h| -h);
        sum
    }
}

/// The sum over a table at given parameters, in parallel.
pub(crate) fn log_likelihood_sum<M: Model>(model: &M, table: &M::Table) -> Derivatives {
    let n = M::PARAMS.len();
    let prepared = model.prepare(table);
    let mut total = Derivatives::zero(n);
    model.shared(table, &prepared, &mut total);
    let starts: Vec<usize> = (0..table.len()).step_by(CHUNK).collect();
    let chunk = |start: &usize| {
        let mut sum = Derivatives::zero(n);
        model.rows(table, &prepared, *start..(start + CHUNK).min(table.len()), &mut sum);
        sum
    };
    let sums: Vec<Derivatives> = match starts.len() {
        0 | 1 => starts.iter().map(chunk).collect(),
        _ => starts.par_iter().map(chunk).collect(),
    };
    sums.iter().for_each(|sum| total.add(sum));
    total
}
