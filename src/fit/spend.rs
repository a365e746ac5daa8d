//! Fitting the spend model, with its two assumptions checked: that the population has a mean, and
//! that how much people spend has nothing to do with how often they buy.
//!
//! Gamma-Gamma with `q <= 1` has no finite mean, and close above 1 one far beyond anything seen. A
//! fit that ends there is repeated with the population's mean held at the observed one,
//! `p v / (q - 1) = m`: the best Gamma-Gamma model (`q > 1`) that agrees with the data on the
//! average. Everyone's expected spend is then positive and finite, with no special case in scoring.

use ndarray::{Array1, array};

use crate::base::{ErrorKind, Progress, Result, Warning};
use crate::customers::{Amounts, SpendRow, SpendTable};
use crate::fit::{
    Estimate, FitOptions, FitReport, Fitted, StopReason, WALL, describe, fit,
    objective::log_likelihood_sum,
    optimize::{Limits, minimise},
    posterior,
    transform::Space,
    uncertainty::{Verdict, assess},
};
use crate::model::{Derivatives, GammaGamma, Model, Spend};

/// The fitted population mean may differ from the observed one by this factor before it is distrusted.
const FAR_MEAN: f64 = 3.0;
/// Correlations of spend and frequency above this are warned about.
const CORRELATED: f64 = 0.3;
/// Fewer repeat customers than this determine three parameters only badly.
const FEW: f64 = 50.0;

/// Fits gamma-gamma to the mean amounts of repeat customers.
///
/// # Errors
/// As [`fit`], with the advice to go on without a spend model.
pub fn fit_spend(
    table: &SpendTable,
    amounts: &Amounts,
    options: &FitOptions,
    progress: &dyn Progress,
) -> Result<Fitted<GammaGamma>> {
    if let Some(fitted) = all_the_same(table, amounts) {
        return Ok(fitted);
    }
    let mut fitted = match fit::<GammaGamma>(table, options, progress) {
        Ok(fitted) => fitted,
        Err(error) => match error.into_kind() {
            ErrorKind::NotIdentified { model, message } => {
                let message = format!("{message}; --spend none forecasts purchases without amounts");
                return Err(ErrorKind::NotIdentified { model, message }.into());
            }
            kind => return Err(kind.into()),
        },
    };
    let mean = fitted.model.expected_spend(&SpendRow { x: 0, mean: 0.0 });
    if mean > FAR_MEAN * amounts.mean {
        fitted = fit_with_mean(table, amounts.mean, &fitted, options, progress)?;
    }
    fitted.report.sample_size = amounts.all_customers as f64;
    fitted.report.warnings.extend(warnings(amounts));
    match fitted.report.stop {
        StopReason::Converged => {
            posterior::explore(table, &fitted.model, &mut fitted.report, options, progress)?
        }
        // The mean is held, or the model at a limit.
        _ => {
            posterior::leave_open(table, &fitted.model, &mut fitted.report, options, progress)?;
            keep_near(&mut fitted.report, amounts.mean);
        }
    }
    Ok(fitted)
}

/// Draws whose mean is as far from the amounts that were seen as no estimate may be are left out.
fn keep_near(report: &mut FitReport, mean: f64) {
    let near = |draw: &Vec<f64>| {
        let expected = GammaGamma::from_params(draw).expected_spend(&SpendRow { x: 0, mean: 0.0 });
        expected.is_finite() && expected <= FAR_MEAN * mean
    };
    let Some(posterior) = &mut report.posterior else { return };
    posterior.draws.retain(near);
    if posterior.draws.len() < FEWEST_DRAWS {
        report.posterior = None;
        posterior::stands_as_it_is(report);
    }
}

/// Fewer draws say nothing of an interval.
const FEWEST_DRAWS: usize = 40;

/// Did every customer spend the same, so that nothing is open?
pub(crate) fn is_one_amount(spend: &GammaGamma) -> bool {
    spend.p >= SHARP
}

/// The shape that stands for a limit without spread: eight digits.
const SHARP: f64 = 1e8;

/// If every mean amount is the same the likelihood has no maximum: it grows without end as the spread
/// shrinks. The limit is plain, everyone spends that amount; this is it to eight digits.
fn all_the_same(table: &SpendTable, amounts: &Amounts) -> Option<Fitted<GammaGamma>> {
    let amount = *table.mean.first()?;
    if table.customers < 2.0 || table.mean.iter().any(|mean| *mean != amount) {
        return None;
    }
    let model = GammaGamma { p: SHARP, q: SHARP + 1.0, v: amount };
    let estimates = GammaGamma::PARAMS.iter().zip(model.params());
    let estimates = estimates.map(|(spec, value)| Estimate {
        name: spec.name,
        meaning: spec.meaning,
        value,
        standard_error: None,
    });
    let words = format!("everyone spends {amount:.2} on average: p and q -> infinity");
    let boundary =
        Warning::new("boundary", format!("the gamma-gamma fit is at a boundary of the model: {words}"));
    let report = FitReport {
        model: GammaGamma::NAME,
        stop: StopReason::Boundary(words),
        estimates: estimates.collect(),
        covariance: None,
        log_likelihood: log_likelihood_sum(&model, table).value,
        gradient_norm: 0.0,
        iterations: 0,
        evaluations: 1,
        starts: 0,
        customers: table.customers,
        sample_size: amounts.all_customers as f64,
        free_parameters: GammaGamma::PARAMS.len(),
        distinct_rows: table.mean.len(),
        flat: vec![vec![(0, 1.0), (1, 1.0)]],
        warnings: [vec![boundary], warnings(amounts)].concat(),
        notes: Vec::new(),
        coefficients: Vec::new(),
        likelihood_ratio: None,
        posterior: None,
    };
    Some(Fitted { model, report })
}

fn warnings(amounts: &Amounts) -> Vec<Warning> {
    let mut warnings = Vec::new();
    if let Some(correlation) = amounts.correlation().filter(|c| c.abs() > CORRELATED) {
        let (who, bias) = match correlation > 0.0 {
            true => ("frequent buyers spend more", "low for frequent buyers and high for rare ones"),
            false => ("frequent buyers spend less", "high for frequent buyers and low for rare ones"),
        };
        let message = format!(
            "spend goes with frequency (correlation {correlation:.2}: {who}), which gamma-gamma assumes away: \
             values will be {bias}. Look at values by frequency group before using them, or fit groups apart."
        );
        warnings.push(Warning::new("spend-correlated", message));
    }
    if amounts.zero > 0 {
        let message = format!(
            "{} repeat customers have a mean amount of 0 and were left out of the spend fit; \
             their expected spend is the population's.",
            amounts.zero
        );
        warnings.push(Warning::new("zero-spend", message));
    }
    if (amounts.customers as f64) < FEW {
        let message = format!(
            "only {} repeat customers have amounts: the spend model rests on little",
            amounts.customers
        );
        warnings.push(Warning::new("few-spenders", message));
    }
    warnings
}

/// The best model whose population mean is `mean`; see the head of this file.
fn fit_with_mean(
    table: &SpendTable,
    mean: f64,
    free: &Fitted<GammaGamma>,
    options: &FitOptions,
    progress: &dyn Progress,
) -> Result<Fitted<GammaGamma>> {
    let limits = Limits { wall: WALL, max_iterations: options.max_iterations };
    let start = array![free.model.p.ln().clamp(-WALL, WALL), 0.0];
    let outcome = minimise(|u: &Array1<f64>| constrained(table, mean, u), start, limits, progress)?;
    let uncertainty = assess(&outcome, WALL).without_errors(GammaGamma::PARAMS.len());
    let model = at_mean(mean, &outcome.u);
    let fitted_q = free.model.q;
    let words = format!(
        "amounts differ so much between customers that the fitted population has no credible mean \
         (q = {fitted_q:.3}; a mean needs q > 1). The population's mean was held at the observed {mean:.2}; \
         look for a few customers of another kind (wholesalers, tests) and fit them apart"
    );
    let stop = match &uncertainty.verdict {
        Verdict::Neither(words) => StopReason::Failed(words.clone()),
        _ => StopReason::Boundary(words.clone()),
    };
    let space = Space::new(GammaGamma::PARAMS, &model.params(), 1.0);
    let mut report = FitReport {
        iterations: free.report.iterations + outcome.iterations,
        evaluations: free.report.evaluations + outcome.evaluations,
        starts: free.report.starts,
        free_parameters: 2,
        ..describe(&model, table, &space, &outcome, &uncertainty)
    };
    report.stop = stop;
    report.covariance = None;
    report.warnings = vec![Warning::new("no-mean-spend", words)];
    Ok(Fitted { model, report })
}

/// `p = e^u0`, `q = 1 + e^u1`, `v = mean e^(u1 - u0)`.
fn at_mean(mean: f64, u: &Array1<f64>) -> GammaGamma {
    GammaGamma { p: u[0].exp(), q: 1.0 + u[1].exp(), v: mean * (u[1] - u[0]).exp() }
}

/// Minus the log-likelihood with derivatives in `(u0, u1)`, by the chain rule through [`at_mean`].
fn constrained(table: &SpendTable, mean: f64, u: &Array1<f64>) -> Derivatives {
    let model = at_mean(mean, u);
    let sum = log_likelihood_sum(&model, table);
    let (p, w, v) = (model.p, u[1].exp(), model.v);
    let (g, h) = (&sum.gradient, &sum.hessian);
    let gradient = array![p * g[0] - v * g[2], w * g[1] + v * g[2]];
    let pp = p * g[0] + p * p * h[[0, 0]] - 2.0 * p * v * h[[0, 2]] + v * v * h[[2, 2]] + v * g[2];
    let pw = p * w * h[[0, 1]] + p * v * h[[0, 2]] - v * w * h[[1, 2]] - v * v * h[[2, 2]] - v * g[2];
    let ww = w * w * h[[1, 1]] + 2.0 * w * v * h[[1, 2]] + v * v * h[[2, 2]] + w * g[1] + v * g[2];
    let hessian = array![[-pp, -pw], [-pw, -ww]];
    Derivatives { value: -sum.value, gradient: -gradient, hessian, order: sum.order }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Own check: finite differences of the value.
    #[test]
    fn constrained_derivatives_are_those_of_the_value() {
        let mut builder = SpendTable::builder();
        builder.push_columns(&[1, 2, 5, 1, 3], &[10.0, 25.0, 8.0, 400.0, 31.0]);
        let table = builder.finish();
        let u = array![0.7, -0.4];
        let at = constrained(&table, 40.0, &u);
        let step = 1e-5;
        for i in 0..2 {
            let shifted = |by: f64| {
                let mut moved = u.clone();
                moved[i] += by;
                constrained(&table, 40.0, &moved)
            };
            let (up, down) = (shifted(step), shifted(-step));
            let slope = (up.value - down.value) / (2.0 * step);
            assert!(
                (slope - at.gradient[i]).abs() < 1e-7 * at.value.abs(),
                "{i}: {slope} {}",
                at.gradient[i]
            );
            for j in 0..2 {
                let second = (up.gradient[j] - down.gradient[j]) / (2.0 * step);
                assert!((second - at.hessian[[i, j]]).abs() < 1e-7 * at.value.abs(), "{i}{j}");
            }
        }
    }
}
