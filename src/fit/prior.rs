//! Priors for small data.
//!
//! A prior must not depend on the unit of time or money: the same history in days and in weeks is the
//! same history. So it is put on the free parameters, which are logarithms relative to the scale of the
//! data (`r`, `s`, `a`, `b`, `p`, `q` as they are; `alpha` and `beta` as shares of the mean age `T`, `v` as
//! a share of the mean amount): `u ~ Normal(0, 3²)` for each, independently. 95 % of it are between
//! 1/360 and 360 times the scale: a few dozen customers outweigh it, and an estimate that would run off
//! to a limit, because a few dozen customers cannot say more, stays finite. The estimate is then the
//! mode of the posterior in `u`.

use ndarray::Array1;

use crate::model::Derivatives;

/// What is believed of the parameters before the data are seen.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Prior {
    /// Nothing: plain maximum likelihood.
    #[default]
    None,
    /// That each parameter is within a few powers of ten of the scale of the data.
    Weak,
    /// `u ~ Normal(0, sd²)` with another standard deviation, positive.
    Normal(f64),
}

/// Standard deviation of the weak prior.
const WEAK: f64 = 3.0;

impl Prior {
    /// Adds its logarithm, up to a constant, to an objective that is maximised.
    pub(crate) fn add(self, u: &Array1<f64>, sum: &mut Derivatives) {
        let precision = match self {
            Prior::None => return,
            Prior::Weak => WEAK.powi(-2),
            Prior::Normal(sd) => sd.powi(-2),
        };
        for (i, u) in u.iter().enumerate() {
            sum.value -= 0.5 * precision * u * u;
            sum.gradient[i] -= precision * u;
            sum.hessian[[i, i]] -= precision;
        }
    }
}
