//! The end of a search at a kink of the likelihood.
//!
//! A model whose likelihood has kinks (drift-nbd, drift-mbg-nbd: where the discount of a gap reaches its floor, for all customers with that
//! gap at the same parameters) may have its maximum at one: the gradient jumps from one sign to the other there, and a method
//! that goes by derivatives finds no step and says that it failed. Then the likelihood alone is asked: from where the search
//! ended a pattern of steps (Hooke & Jeeves' compass) goes on until none of the smallest size raises it, which is what a
//! maximum is. The covariance is that of the curvature beside the kink.

use ndarray::Array2;

use super::objective::log_likelihood_sum;
use super::{FitReport, Fitted, StopReason};
use crate::base::{Progress, Result};
use crate::model::Model;
use crate::special::linalg::inverse;

/// The first steps, and the last, in logarithms of parameters.
const STEPS: (f64, f64) = (0.02, 1e-7);

/// Ends a failed search at a maximum, if there is one; all else is left as it was.
///
/// # Errors
/// If the caller wants it to stop.
pub(super) fn settle<M: Model>(
    table: &M::Table,
    fitted: Fitted<M>,
    progress: &dyn Progress,
) -> Result<Fitted<M>> {
    if !matches!(fitted.report.stop, StopReason::Failed(_)) {
        return Ok(fitted);
    }
    let Fitted { model, mut report } = fitted;
    let free: Vec<usize> = (0..M::PARAMS.len()).filter(|i| !M::PARAMS[*i].scale.is_chosen()).collect();
    let (mut params, mut step) = (model.params(), STEPS.0);
    let value = |params: &[f64]| log_likelihood_sum(&M::from_params(params), table).value;
    let mut best = value(&params);
    while step > STEPS.1 {
        progress.check()?;
        let moved = directions(free.len()).into_iter().map(|direction| {
            let mut moved = params.clone();
            free.iter().zip(direction).for_each(|(i, by)| moved[*i] *= (step * by).exp());
            moved
        });
        let (higher, reached) = moved
            .map(|moved| (value(&moved), moved))
            .fold((f64::NEG_INFINITY, params.clone()), |best, one| if one.0 > best.0 { one } else { best });
        report.evaluations += 3_u64.pow(free.len() as u32) - 1;
        if higher > best { (best, params) = (higher, reached) } else { step *= 0.5 }
    }
    let model = M::from_params(&params);
    describe(&model, table, &free, &mut report);
    Ok(Fitted { model, report })
}

/// All steps of one in some directions.
fn directions(n: usize) -> Vec<Vec<f64>> {
    let mut all: Vec<Vec<f64>> = vec![Vec::new()];
    for _ in 0..n {
        all = all
            .into_iter()
            .flat_map(|one| [-1.0, 0.0, 1.0].map(|by| [one.clone(), vec![by]].concat()))
            .collect();
    }
    all.retain(|one| one.iter().any(|by| *by != 0.0));
    all
}

/// A maximum, if the curvature beside it is that of one.
fn describe<M: Model>(model: &M, table: &M::Table, free: &[usize], report: &mut FitReport) {
    let (sum, params) = (log_likelihood_sum(model, table), model.params());
    let information =
        Array2::from_shape_fn((free.len(), free.len()), |(i, j)| -sum.hessian[[free[i], free[j]]]);
    let own = inverse(&information);
    if !(0..free.len()).all(|i| own[[i, i]] > 0.0 && own[[i, i]].is_finite()) {
        return;
    }
    let place = |i: usize| free.iter().position(|at| *at == i);
    let of = |i: usize, j: usize| place(i).zip(place(j)).map_or(0.0, |(i, j)| own[[i, j]]);
    report.covariance =
        Some((0..params.len()).map(|i| (0..params.len()).map(|j| of(i, j)).collect()).collect());
    for (i, estimate) in report.estimates.iter_mut().enumerate() {
        estimate.value = params[i];
        estimate.standard_error = (of(i, i) > 0.0).then(|| of(i, i).sqrt());
    }
    (report.log_likelihood, report.stop) = (sum.value, StopReason::Converged);
    report.warnings.retain(|warning| warning.code != "not-converged");
    report.notes.push(
        "the maximum is at a kink of the likelihood, where the discount of many gaps reaches its floor at once: no step of any \
         direction raises it, and standard errors are those of the curvature beside it"
            .to_owned(),
    );
}
