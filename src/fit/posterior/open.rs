//! What likelihood leaves open, for intervals.
//!
//! Where a fit ended at a limit of the model the likelihood is flat along some direction without end: there is no
//! covariance, and no proper posterior. Intervals that take the parameters as known are far too narrow there (of 20
//! logs of three weeks, none to four held what was to be expected), and refits to resampled customers (7 to 11 of 20)
//! mostly end at the same limit. So the posterior is drawn under the weak prior ([`Prior::Weak`]), which bounds what
//! is flat and says little where data speak (16 of 20 for `bg-nbd` and `pareto-nbd`, 18 for `mbg-nbd`, with 250 draws a chain;
//! customers drawn from `pareto-nbd` are held less often; `tests/fits/coverage.rs`): the mode is searched for from where the fit ended and from the scale of the data, and NUTS draws from there. The
//! estimates stay as they are.

use ndarray::{Array1, Array2};

use super::{Posterior, PosteriorMethod, PosteriorOptions, Target, chains};
use crate::base::{Progress, Result};
use crate::fit::{
    FitOptions, WALL,
    optimize::{Limits, minimise},
    prior::Prior,
    uncertainty::{Verdict, assess},
};
use crate::model::{Derivatives, Order};

/// Draws of each chain, if sampling was not asked for by name, of models with up to four parameters and of others, whose
/// likelihood takes ten times as long: the ends of 90 % intervals are known to some percent of their width.
const DRAWS: [usize; 2] = [600, 200];
const FEW_PARAMETERS: usize = 4;
/// A start is at most so far from the scale of the data: nearer to the mode than a limit is.
const NEAR: f64 = 4.0;

/// Draws under the weak prior; `None` if no mode was found.
///
/// # Errors
/// If the caller wants it to stop.
pub(super) fn run(
    target: &Target,
    options: &PosteriorOptions,
    progress: &dyn Progress,
) -> Result<Option<Posterior>> {
    let density = |u: &Array1<f64>, order: Order| {
        let mut sum = (target.density)(u, order);
        Prior::Weak.add(u, &mut sum);
        sum
    };
    let Some((mode, covariance)) = mode(&density, &target.mode, progress)? else { return Ok(None) };
    let target = Target {
        density: &density,
        mode,
        covariance: Some(covariance),
        names: target.names.clone(),
        ..*target
    };
    let Some(whitened) = target.whitened(progress) else { return Ok(None) };
    let by_name = options.method == PosteriorMethod::Nuts;
    let few = target.names.len() <= FEW_PARAMETERS;
    let draws = if by_name { options.draws } else { DRAWS[usize::from(!few)] };
    let posterior = chains::run(&target, &whitened, &PosteriorOptions { draws, ..*options }, by_name || few)?;
    Ok(Some(Posterior { weak_prior: true, ..posterior }))
}

/// The highest mode found, and the covariance there.
fn mode(
    density: &dyn Fn(&Array1<f64>, Order) -> Derivatives,
    end: &Array1<f64>,
    progress: &dyn Progress,
) -> Result<Option<(Array1<f64>, Array2<f64>)>> {
    let minus = |u: &Array1<f64>| {
        let mut sum = density(u, Order::Second);
        sum.value = -sum.value;
        sum.gradient.mapv_inplace(|g| -g);
        sum.hessian.mapv_inplace(|h| -h);
        sum
    };
    let limits = Limits { wall: WALL, max_iterations: FitOptions::default().max_iterations };
    let starts = [end.mapv(|u| u.clamp(-NEAR, NEAR)), Array1::zeros(end.len())];
    let mut best: Option<(f64, Array1<f64>, Array2<f64>)> = None;
    for start in starts {
        let outcome = minimise(minus, start, limits, progress)?;
        let found = assess(&outcome, WALL);
        let (Verdict::Maximum, Some(covariance)) = (found.verdict, found.covariance) else { continue };
        if best.as_ref().is_none_or(|(least, ..)| outcome.at.value < *least) {
            best = Some((outcome.at.value, outcome.u, covariance));
        }
    }
    Ok(best.map(|(_, mode, covariance)| (mode, covariance)))
}
