//! What a fit says of itself.

use std::fmt;

/// How the search ended.
#[derive(Debug, Clone, PartialEq)]
pub enum StopReason {
    /// At a maximum: the gradient is zero to working precision and the Hessian negative definite.
    Converged,
    /// The likelihood rises towards a limit of the model; what that means in words.
    Boundary(String),
    /// It did not end at a maximum; the evidence in words.
    Failed(String),
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

/// What a fit says of itself.
#[derive(Debug, Clone, PartialEq)]
pub struct FitReport {
    /// How the search ended.
    pub stop: StopReason,
}
