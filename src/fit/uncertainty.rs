//! From the Hessian at the end of a search: is it a maximum, a limit of the model or neither, and
//! how well is each parameter known.

use ndarray::{Array1, Array2};

use crate::fit::optimize::{Ending, Outcome};
use crate::special::linalg::symmetric_eigen;

/// What the Hessian says.
pub(crate) struct Uncertainty {
    pub verdict: Verdict,
    /// Standard errors of the log parameters; `None` where not determined.
    pub standard_errors: Vec<Option<f64>>,
    /// Covariance of the log parameters, if all are determined.
    pub covariance: Option<Array2<f64>>,
    curvature: Array1<f64>,
    vectors: Array2<f64>,
}

impl Uncertainty {
    /// Of this many parameters, nothing is known but how the search ended.
    pub fn without_errors(self, parameters: usize) -> Self {
        Uncertainty { standard_errors: vec![None; parameters], covariance: None, ..self }
    }

    /// Standard error of a linear combination of the log parameters, if the data determine it.
    pub fn error_along(&self, direction: &[f64]) -> Option<f64> {
        let norm: f64 = direction.iter().map(|d| d * d).sum();
        let (mut lost, mut variance) = (0.0, 0.0);
        for (k, curvature) in self.curvature.iter().enumerate() {
            let along: f64 = direction.iter().enumerate().map(|(i, d)| d * self.vectors[[i, k]]).sum();
            match is_known(*curvature) {
                true => variance += along * along / curvature,
                false => lost += along * along / norm,
            }
        }
        (lost <= SHARE).then(|| variance.sqrt())
    }
}

impl Uncertainty {
    /// The same after a look whether the likelihood rises where the curvature says that it does: second derivatives by a
    /// parameter beyond 1e150 are below what doubles hold, and an end on a ridge then looks like a saddle.
    pub fn looked_at(mut self, outcome: &Outcome, value: impl Fn(&Array1<f64>) -> f64) -> Self {
        let is_saddle = matches!(&self.verdict, Verdict::Neither(words) if words.starts_with(SADDLE));
        let reached = outcome.at.value - REACHED.max(1e-13 * outcome.at.value.abs());
        let rises = |k: usize| {
            let steps = LOOKS.into_iter().flat_map(|step| [step, -step]);
            let mut there = steps.map(|step| value(&(&outcome.u + &(&self.vectors.column(k) * step))));
            there.any(|value| value < reached)
        };
        let falling = self.curvature.iter().enumerate().filter(|(_, curvature)| **curvature < 0.0);
        if is_saddle && !falling.map(|(k, _)| k).any(rises) {
            self.verdict = Verdict::Limit;
        }
        self
    }
}

/// How far it is looked, as powers of e.
const LOOKS: [f64; 3] = [0.1, 0.5, 2.0];
const SADDLE: &str = "a saddle point, not a maximum";

/// Is a combination with this curvature determined?
fn is_known(curvature: f64) -> bool {
    curvature >= UNDETERMINED.powi(-2)
}

pub(crate) enum Verdict {
    Maximum,
    Limit,
    Neither(String),
}

/// A combination of log parameters is not determined if its standard error is above this: the data
/// then do not tell one value from another a factor of e^8 = 3,000 away.
const UNDETERMINED: f64 = 8.0;
/// The share that a parameter may have in an undetermined combination and still count as known.
const SHARE: f64 = 1e-3;
/// Expected gain of log-likelihood by one more step at which a maximum counts as reached.
const REACHED: f64 = 1e-7;

/// Reads the Hessian of minus the log-likelihood in the free parameters, at the end of a search.
pub(crate) fn assess(outcome: &Outcome, wall: f64) -> Uncertainty {
    let n = outcome.u.len();
    let (curvature, vectors) = symmetric_eigen(&outcome.at.hessian);
    let along = vectors.t().dot(&outcome.at.gradient);
    let least = UNDETERMINED.powi(-2);
    let known: Vec<bool> = curvature.iter().map(|c| is_known(*c)).collect();
    let at_wall = outcome.u.iter().any(|u| u.abs() >= wall);
    let gain: f64 = (0..n).filter(|&k| known[k]).map(|k| 0.5 * along[k].powi(2) / curvature[k]).sum();
    let noise = 1e-13 * outcome.at.value.abs().max(1.0);

    let verdict = if gain > REACHED.max(noise) || !gain.is_finite() {
        let words = match &outcome.ending {
            Ending::Stuck(words) => words.clone(),
            Ending::Stationary => "the gradient is not zero where the search ended".to_owned(),
        };
        Verdict::Neither(format!("{words} (one more step promises {gain:.2e} in log-likelihood)"))
    } else if curvature.iter().any(|c| *c < -least) {
        Verdict::Neither(format!("{SADDLE} (Hessian eigenvalues {curvature:.3e})"))
    } else if at_wall || known.iter().any(|known| !known) {
        Verdict::Limit
    } else {
        Verdict::Maximum
    };

    let covariance = known.iter().all(|known| *known).then(|| {
        Array2::from_shape_fn((n, n), |(i, j)| {
            (0..n).map(|k| vectors[[i, k]] * vectors[[j, k]] / curvature[k]).sum()
        })
    });
    let mut assessed = Uncertainty { verdict, standard_errors: Vec::new(), covariance, curvature, vectors };
    let unit = |i: usize| (0..n).map(|j| f64::from(u8::from(i == j))).collect::<Vec<_>>();
    assessed.standard_errors = (0..n).map(|i| assessed.error_along(&unit(i))).collect();
    assessed
}
