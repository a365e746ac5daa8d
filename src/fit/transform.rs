//! Between a model's own parameters and the free ones that the optimiser moves.
//!
//! Every parameter is positive, so the free parameter is its logarithm, `u = ln(theta / scale)`.
//! The scale is 1, or for a time or an amount of money one that is typical of the data: so the
//! search is the same whatever the units, and 0 is a sensible place in it.

use ndarray::Array1;

use crate::model::{Derivatives, Model, Table};

/// The scale of each parameter for these data.
pub(crate) fn scales<M: Model>(table: &M::Table) -> Vec<f64> {
    let typical = table.typical();
    M::PARAMS.iter().map(|spec| spec.scale.factor(typical, typical)).collect()
}

/// Free parameters to the model's own.
pub(crate) fn to_natural(u: &Array1<f64>, scales: &[f64]) -> Vec<f64> {
    u.iter().zip(scales).map(|(u, scale)| scale * u.exp()).collect()
}

/// The model's own parameters to free ones.
pub(crate) fn to_free(theta: &[f64], scales: &[f64]) -> Array1<f64> {
    theta.iter().zip(scales).map(|(theta, scale)| (theta / scale).ln()).collect()
}

/// Turns derivatives in `theta` into derivatives in `u`: with `d theta / d u = theta`,
/// `dL/du_i = theta_i L_i` and `d²L/du_i du_j = theta_i theta_j L_ij + [i = j] theta_i L_i`.
pub(crate) fn chain_rule(theta: &[f64], sum: &mut Derivatives) {
    let n = theta.len();
    for i in 0..n {
        for j in 0..n {
            sum.hessian[[i, j]] *= theta[i] * theta[j];
        }
        sum.gradient[i] *= theta[i];
        sum.hessian[[i, i]] += sum.gradient[i];
    }
}
