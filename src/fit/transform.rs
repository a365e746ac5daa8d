//! Between a model's own parameters and the free ones that the optimiser moves.
//!
//! Every parameter is positive, so the free parameter is its logarithm, `u = ln(theta / scale)`.
//! The scale is 1, or for a time, a rate or an amount of money one that is typical of the data: so
//! the search is the same whatever the units, and 0 is a sensible place in it. Parameters that are
//! chosen and not estimated are not free.

use ndarray::Array1;

use crate::model::Derivatives;
use crate::params::ParamSpec;

/// Which parameters are free, and their scales.
#[derive(Debug, Clone)]
pub(crate) struct Space {
    /// The scale of each parameter.
    scales: Vec<f64>,
    /// The places of the free ones.
    pub free: Vec<usize>,
    /// All parameters, for those that are not free.
    fixed: Vec<f64>,
}

impl Space {
    /// For parameters of these kinds; what is not free has its value from `theta`.
    pub fn new(specs: &[ParamSpec], theta: &[f64], typical: f64) -> Self {
        let scales = specs.iter().map(|spec| spec.scale.factor(typical, typical)).collect();
        let free = (0..specs.len()).filter(|i| !specs[*i].scale.is_chosen()).collect();
        Space { scales, free, fixed: theta.to_vec() }
    }

    /// The same about these parameters, which are the scales: 0 stands for them.
    pub fn about(specs: &[ParamSpec], theta: &[f64]) -> Self {
        Space { scales: theta.to_vec(), ..Space::new(specs, theta, 1.0) }
    }

    /// Holds parameters where they are: they are no longer free.
    pub fn hold(&mut self, places: &[usize]) {
        self.free.retain(|i| !places.contains(i));
    }

    /// Free parameters to the model's own.
    pub fn to_natural(&self, u: &Array1<f64>) -> Vec<f64> {
        let mut theta = self.fixed.clone();
        for (u, i) in u.iter().zip(&self.free) {
            theta[*i] = self.scales[*i] * u.exp();
        }
        theta
    }

    /// The model's own parameters to free ones.
    pub fn to_free(&self, theta: &[f64]) -> Array1<f64> {
        self.free.iter().map(|i| (theta[*i] / self.scales[*i]).ln()).collect()
    }

    /// Derivatives in `theta` to derivatives in `u`: with `d theta / d u = theta`,
    /// `dL/du_i = theta_i L_i` and `d²L/du_i du_j = theta_i theta_j L_ij + [i = j] theta_i L_i`.
    pub fn chain_rule(&self, theta: &[f64], sum: &Derivatives) -> Derivatives {
        let mut out = Derivatives::of_order(self.free.len(), sum.order);
        out.value = sum.value;
        for (k, i) in self.free.iter().enumerate() {
            out.gradient[k] = sum.gradient[*i] * theta[*i];
            if !sum.to_second() {
                continue;
            }
            for (l, j) in self.free.iter().enumerate() {
                out.hessian[[k, l]] = sum.hessian[[*i, *j]] * theta[*i] * theta[*j];
            }
            out.hessian[[k, k]] += out.gradient[k];
        }
        out
    }
}
