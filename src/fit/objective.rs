//! The one function that every fit maximises: the weighted sum of log-likelihoods over counted rows, by classes of
//! customers who share their parameters, with a penalty.
//!
//! The free parameters of a class are linear in what is estimated: those of all, and what its covariates add to them,
//! `u_class = J (u, g)`. So value, gradient and Hessian are sums of the kernel's own, `Σ Jᵀ ∇` and `Σ Jᵀ H J`; the kernels
//! know nothing of it. A plain model has one class and no coefficients. What is believed beforehand is added: a
//! prior of the parameters, or for a group what all groups have in common. Rows and classes are summed in chunks of
//! fixed size whose sums are added in order, so the result is the same to the bit for any number of threads.

use std::marker::PhantomData;

use ndarray::{Array1, Array2};
use rayon::prelude::*;

use crate::customers::Table;
use crate::fit::{prior::Prior, transform::Space};
use crate::model::{Derivatives, Model, Order};

/// Rows of one chunk; below this many rows nothing is gained by more threads.
const CHUNK: usize = 16_384;
/// Classes of one chunk.
const CLASSES: usize = 64;

/// What is believed before the data are seen.
#[derive(Debug, Clone)]
pub(crate) enum Penalty {
    /// The same of each parameter.
    Prior(Prior),
    /// `u ~ Normal(mean, precision⁻¹)`: what a group has in common with others.
    Normal { mean: Array1<f64>, precision: Array2<f64> },
}

impl Penalty {
    /// Adds its logarithm, up to a constant.
    fn add(&self, u: &Array1<f64>, sum: &mut Derivatives) {
        match self {
            Penalty::Prior(prior) => prior.add(u, sum),
            Penalty::Normal { mean, precision } => {
                let apart = u - mean;
                let pull = precision.dot(&apart);
                sum.value -= 0.5 * apart.dot(&pull);
                sum.gradient -= &pull;
                sum.hessian -= precision;
            }
        }
    }
}

/// What one unit of a coefficient adds to a free parameter of a class: places among what is estimated, and by how much.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Effect {
    pub coefficient: usize,
    pub parameter: usize,
    pub by: f64,
}

/// Customers who share their parameters.
pub(crate) struct Class<'a, T> {
    pub table: &'a T,
    /// None: its parameters are those of all.
    pub effects: Vec<Effect>,
}

/// Minus the log-likelihood of all classes, less the penalty, as a function of free parameters and the coefficients
/// behind them.
pub(crate) struct Objective<'a, M: Model> {
    classes: Vec<Class<'a, M::Table>>,
    penalty: Penalty,
    pub space: Space,
    model: PhantomData<M>,
}

impl<'a, M: Model> Objective<'a, M> {
    /// Of a model with the same parameters for all. Parameters that are chosen and not estimated stay as they are in
    /// `start`.
    pub fn new(table: &'a M::Table, start: &[f64], prior: Prior) -> Self {
        let space = Space::new(M::PARAMS, start, table.typical());
        Objective::of_classes(vec![Class { table, effects: Vec::new() }], space, Penalty::Prior(prior))
    }

    /// Of classes.
    pub fn of_classes(classes: Vec<Class<'a, M::Table>>, space: Space, penalty: Penalty) -> Self {
        Objective { classes, penalty, space, model: PhantomData }
    }

    /// The same of other tables, one for each class: the scales of the parameters, and so the prior, stay.
    pub fn of<'b>(&self, tables: impl IntoIterator<Item = &'b M::Table>) -> Objective<'b, M> {
        let again = |(class, table): (&Class<M::Table>, &'b M::Table)| Class {
            table,
            effects: class.effects.clone(),
        };
        let classes = self.classes.iter().zip(tables).map(again).collect();
        Objective::of_classes(classes, self.space.clone(), self.penalty.clone())
    }

    /// Value, gradient and Hessian of minus the objective at `u`.
    pub fn evaluate(&self, u: &Array1<f64>) -> Derivatives {
        let mut sum = self.log_posterior(u, Order::Second);
        sum.value = -sum.value;
        sum.gradient.mapv_inplace(|g| -g);
        sum.hessian.mapv_inplace(|h| -h);
        sum
    }

    /// The log-likelihood and the logarithm of the penalty, added up: that of the posterior's density in
    /// the free parameters, up to a constant.
    pub fn log_posterior(&self, u: &Array1<f64>, order: Order) -> Derivatives {
        let mut sum = self.log_likelihood(u, order);
        self.penalty.add(u, &mut sum);
        sum
    }

    /// The log-likelihood alone.
    pub fn log_likelihood(&self, u: &Array1<f64>, order: Order) -> Derivatives {
        if let [class] = &self.classes[..]
            && class.effects.is_empty()
        {
            return self.of_class(class, u, order);
        }
        let chunk = |classes: &[Class<M::Table>]| {
            let mut sum = Derivatives::of_order(u.len(), order);
            classes.iter().for_each(|class| self.add_class(class, u, &mut sum));
            sum
        };
        let sums: Vec<Derivatives> = self.classes.par_chunks(CLASSES).map(chunk).collect();
        let mut total = Derivatives::of_order(u.len(), order);
        sums.iter().for_each(|sum| total.add(sum));
        total
    }

    /// The log-likelihood of a class as a function of its own free parameters.
    fn of_class(&self, class: &Class<M::Table>, own: &Array1<f64>, order: Order) -> Derivatives {
        let theta = self.space.to_natural(own);
        self.space.chain_rule(&theta, &sum_to(&M::from_params(&theta), class.table, order))
    }

    /// Adds that of a class: derivatives by a coefficient are those by the parameters that it moves, times how far.
    fn add_class(&self, class: &Class<M::Table>, u: &Array1<f64>, total: &mut Derivatives) {
        let n = self.space.free.len();
        let mut own: Array1<f64> = u.iter().take(n).copied().collect();
        class.effects.iter().for_each(|effect| own[effect.parameter] += effect.by * u[effect.coefficient]);
        let sum = self.of_class(class, &own, total.order);
        total.value += sum.value;
        for k in 0..n {
            total.gradient[k] += sum.gradient[k];
        }
        for Effect { coefficient, parameter, by } in &class.effects {
            total.gradient[*coefficient] += by * sum.gradient[*parameter];
        }
        if total.to_second() {
            add_curvature(&class.effects, &sum.hessian, n, &mut total.hessian);
        }
    }
}

/// Adds `Jᵀ H J`.
fn add_curvature(effects: &[Effect], own: &Array2<f64>, n: usize, total: &mut Array2<f64>) {
    for i in 0..n {
        for j in 0..n {
            total[[i, j]] += own[[i, j]];
        }
    }
    for Effect { coefficient: c, parameter: k, by } in effects {
        for i in 0..n {
            let slope = by * own[[i, *k]];
            total[[i, *c]] += slope;
            total[[*c, i]] += slope;
        }
        for Effect { coefficient: d, parameter: l, by: other } in effects {
            total[[*c, *d]] += by * other * own[[*k, *l]];
        }
    }
}

/// The sum over a table at given parameters, in parallel.
pub(crate) fn log_likelihood_sum<M: Model>(model: &M, table: &M::Table) -> Derivatives {
    sum_to(model, table, Order::Second)
}

fn sum_to<M: Model>(model: &M, table: &M::Table, order: Order) -> Derivatives {
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
