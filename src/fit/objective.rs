//! The function that a fit maximises: the weighted sum of log-likelihoods over counted rows, with
//! derivatives in the free parameters. Rows are summed in chunks of fixed size whose sums are added
//! in order, so the result is the same to the bit for any number of threads.

use std::marker::PhantomData;

use ndarray::Array1;
use rayon::prelude::*;

use crate::customers::Table;
use crate::fit::{prior::Prior, transform::Space};
use crate::model::{Derivatives, Model, Order};

/// Rows of one chunk; below this many rows nothing is gained by more threads.
const CHUNK: usize = 16_384;

/// Minus the log-likelihood of a table, less a prior if there is one, as a function of free
/// parameters.
pub(crate) struct Objective<'a, M: Model> {
    table: &'a M::Table,
    prior: Prior,
    pub space: Space,
    model: PhantomData<M>,
}

impl<'a, M: Model> Objective<'a, M> {
    /// Parameters that are chosen and not estimated stay as they are in `start`.
    pub fn new(table: &'a M::Table, start: &[f64], prior: Prior) -> Self {
        Objective { table, prior, space: Space::new(M::PARAMS, start, table.typical()), model: PhantomData }
    }

    /// The same of another table: the scales of the parameters, and so the prior, stay.
    pub fn of<'b>(&self, table: &'b M::Table) -> Objective<'b, M> {
        Objective { table, prior: self.prior, space: self.space.clone(), model: PhantomData }
    }

    /// Value, gradient and Hessian of minus the objective at `u`.
    pub fn evaluate(&self, u: &Array1<f64>) -> Derivatives {
        let mut sum = self.log_posterior(u, Order::Second);
        sum.value = -sum.value;
        sum.gradient.mapv_inplace(|g| -g);
        sum.hessian.mapv_inplace(|h| -h);
        sum
    }

    /// The log-likelihood and the logarithm of the prior, added up: that of the posterior's density in
    /// the free parameters, up to a constant.
    pub fn log_posterior(&self, u: &Array1<f64>, order: Order) -> Derivatives {
        let theta = self.space.to_natural(u);
        let sum = sum_to(&M::from_params(&theta), self.table, order);
        let mut sum = self.space.chain_rule(&theta, &sum);
        self.prior.add(u, &mut sum);
        sum
    }
}

/// The sum over a table at given parameters, in parallel.
pub(crate) fn log_likelihood_sum<M: Model>(model: &M, table: &M::Table) -> Derivatives {
    sum_to(model, table, Order::Second)
}

pub(crate) fn sum_to<M: Model>(model: &M, table: &M::Table, order: Order) -> Derivatives {
    let n = M::PARAMS.len();
    let prepared = model.prepare(table, order);
    let mut total = Derivatives::of_order(n, order);
    model.shared(table, &prepared, &mut total);
    let starts: Vec<usize> = (0..table.len()).step_by(CHUNK).collect();
    let chunk = |start: &usize| {
        let mut sum = Derivatives::of_order(n, order);
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
