//! What a fit says of itself: the estimates, how sure they are, and how the search ended.

use std::fmt;

use statrs::distribution::{ChiSquared, ContinuousCDF, Normal};

use crate::base::{Error, ErrorKind, Warning};
use crate::fit::posterior::Posterior;
use crate::params::Direction;

/// How the search ended.
#[derive(Debug, Clone, PartialEq)]
pub enum StopReason {
    /// At a maximum: the gradient is zero to working precision and the Hessian negative definite.
    Converged,
    /// The likelihood rises towards a limit of the model; what that means in words. The parameters
    /// are so close to the limit that forecasts are those of the limit.
    Boundary(String),
    /// It did not end at a maximum; the evidence in words.
    Failed(String),
}

impl StopReason {
    /// A short stable name: `converged`, `boundary` or `failed`.
    pub fn name(&self) -> &'static str {
        match self {
            StopReason::Converged => "converged",
            StopReason::Boundary(_) => "boundary",
            StopReason::Failed(_) => "failed",
        }
    }

    /// What there is to say beyond the name.
    pub fn words(&self) -> Option<&str> {
        match self {
            StopReason::Converged => None,
            StopReason::Boundary(words) | StopReason::Failed(words) => Some(words),
        }
    }
}

impl fmt::Display for StopReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StopReason::Converged => f.write_str("converged"),
            StopReason::Boundary(words) => write!(f, "at a boundary: {words}"),
            StopReason::Failed(words) => write!(f, "failed: {words}"),
        }
    }
}

/// One estimated parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    /// The paper's symbol.
    pub name: &'static str,
    /// What it is.
    pub meaning: &'static str,
    /// The estimate.
    pub value: f64,
    /// Its standard error from the Hessian; `None` where the data do not determine it.
    pub standard_error: Option<f64>,
}

impl Estimate {
    /// Interval that covers the parameter with the given probability, if its error is known: normal
    /// for the logarithm, so that it stays positive.
    ///
    /// # Panics
    /// If the probability is not between 0 and 1.
    pub fn interval(&self, probability: f64) -> Option<(f64, f64)> {
        assert!(probability > 0.0 && probability < 1.0, "{probability} is not between 0 and 1");
        let z = Normal::standard().inverse_cdf(0.5 + 0.5 * probability);
        let factor = (z * self.standard_error? / self.value).exp();
        Some((self.value / factor, self.value * factor))
    }
}

/// An estimated coefficient.
#[derive(Debug, Clone, PartialEq)]
pub struct CoefficientEstimate {
    /// The process it acts on.
    pub process: String,
    /// The column's name.
    pub column: String,
    /// The estimate, per unit of the column.
    pub value: f64,
    /// Its standard error, if the data determine it.
    pub standard_error: Option<f64>,
}

/// A likelihood-ratio test of a model against a simpler one.
#[derive(Debug, Clone, PartialEq)]
pub struct LikelihoodRatio {
    /// Twice the difference of the log-likelihoods.
    pub statistic: f64,
    /// Parameters more.
    pub degrees_of_freedom: usize,
    /// The chance of so much or more if the simpler model is true.
    pub p: f64,
}

impl LikelihoodRatio {
    /// For parameters that are not at a boundary in the simpler model.
    pub fn new(log_likelihood: f64, simpler: f64, degrees_of_freedom: usize) -> Self {
        let statistic = (2.0 * (log_likelihood - simpler)).max(0.0);
        let chi_squared = ChiSquared::new(degrees_of_freedom.max(1) as f64).expect("degrees are positive");
        LikelihoodRatio { statistic, degrees_of_freedom, p: chi_squared.sf(statistic) }
    }

    /// For one parameter that the simpler model has at the boundary of its domain: half the time the
    /// statistic is 0, half the time chi-squared with one degree of freedom.
    pub fn at_boundary(log_likelihood: f64, simpler: f64) -> Self {
        let plain = LikelihoodRatio::new(log_likelihood, simpler, 1);
        let p = if plain.statistic > 0.0 { 0.5 * plain.p } else { 1.0 };
        LikelihoodRatio { p, ..plain }
    }
}

/// What a fit says of itself.
#[derive(Debug, Clone, PartialEq)]
pub struct FitReport {
    /// The model's name.
    pub model: &'static str,
    /// How the search ended.
    pub stop: StopReason,
    /// The estimates, in the model's order.
    pub estimates: Vec<Estimate>,
    /// Covariance of the estimates, row by row; `None` unless converged.
    pub covariance: Option<Vec<Vec<f64>>>,
    /// Log-likelihood at the estimates.
    pub log_likelihood: f64,
    /// The largest derivative of the log-likelihood with respect to a log parameter.
    pub gradient_norm: f64,
    /// Iterations of the optimiser, from the start that led to the estimates.
    pub iterations: u64,
    /// Evaluations of the likelihood with its derivatives, over all starts.
    pub evaluations: u64,
    /// Starting points that were used.
    pub starts: usize,
    /// Customers the model was fitted to.
    pub customers: f64,
    /// Customers of the whole data set, the `n` of [`FitReport::bic`]: for a spend model more than
    /// those it could be fitted to.
    pub sample_size: f64,
    /// Parameters that were free to vary, the `k` of [`FitReport::aic`].
    pub free_parameters: usize,
    /// Distinct rows they were merged to.
    pub distinct_rows: usize,
    /// At a limit with a name: where the likelihood is flat, as directions in the logarithms of the parameters.
    /// Empty otherwise. Not kept in model files.
    pub flat: Vec<Direction>,
    /// What looks wrong, with advice.
    pub warnings: Vec<Warning>,
    /// What else there is to say of how the estimates came about, in words. Not kept in model files.
    pub notes: Vec<String>,
    /// Coefficients of covariates; they follow the free parameters in the covariance.
    pub coefficients: Vec<CoefficientEstimate>,
    /// Against the same model without covariates.
    pub likelihood_ratio: Option<LikelihoodRatio>,
    /// How uncertain the parameters are, as far as it was explored.
    pub posterior: Option<Posterior>,
}

impl FitReport {
    /// What a fit that failed says of itself.
    pub fn of(error: &Error) -> Option<&FitReport> {
        match error.kind() {
            ErrorKind::NotConverged { report, .. } => report.downcast_ref(),
            _ => None,
        }
    }

    /// Akaike's information criterion, `2 k - 2 LL`.
    pub fn aic(&self) -> f64 {
        2.0 * self.free_parameters as f64 - 2.0 * self.log_likelihood
    }

    /// Schwarz's criterion, `k ln n - 2 LL`, `n` being [`FitReport::sample_size`].
    pub fn bic(&self) -> f64 {
        self.free_parameters as f64 * self.sample_size.ln() - 2.0 * self.log_likelihood
    }
}
