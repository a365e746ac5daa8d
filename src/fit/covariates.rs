//! Fitting a model with covariates that do not change with time.
//!
//! The logarithms of a customer's parameters are linear in what is estimated: `ln theta_i = ln theta +
//! Σ ± g z`. So with `J` the (constant) derivatives of the one by the other for the customers who
//! share their covariates, gradient and Hessian are `Σ Jᵀ ∇` and `Σ Jᵀ H J` over such groups, from the
//! model's own derivatives; nothing here knows the model. Columns are centred and scaled to standard
//! deviation 1 while searching; the result is taken back to the user's scale by a linear map.

use ndarray::{Array1, Array2};
use rand_chacha::ChaCha8Rng;

use crate::base::{Progress, Result};
use crate::customers::{CovariateTables, Table};
use crate::fit::{
    CoefficientEstimate, Estimate, FitOptions, FitReport, Fitted, LikelihoodRatio, StopReason, WALL,
    corner::same,
    explain, not_converged,
    objective::{Class, Effect, Objective, Penalty},
    optimize::{Limits, Outcome, minimise},
    posterior::{self, Target},
    transform::Space,
    uncertainty::{Uncertainty, Verdict, assess},
};
use crate::model::{Derivatives, Order, Regression};
use crate::params::{Coefficient, CovariateRequest, Covariates, Direction};

/// What is fitted: free parameters, and coefficients of scaled columns behind them.
struct Task<'a, M: Regression> {
    tables: &'a CovariateTables<M::Table>,
    covariates: &'a Covariates,
    /// Mean and standard deviation of each column.
    scales: Vec<(f64, f64)>,
    objective: Objective<'a, M>,
    options: &'a FitOptions,
    progress: &'a dyn Progress,
}

impl<'a, M: Regression> Task<'a, M> {
    fn new(
        tables: &'a CovariateTables<M::Table>,
        covariates: &'a Covariates,
        start: &[f64],
        options: &'a FitOptions,
        progress: &'a dyn Progress,
    ) -> Self {
        let typical = weighted_mean(tables, |(_, table)| table.typical());
        let space = Space::new(M::PARAMS, start, typical);
        let scales = column_scales(tables, covariates.columns().len());
        let class = |(columns, table): &'a (Vec<f64>, M::Table)| Class {
            table,
            effects: effects(covariates, &scales, &space, columns),
        };
        let classes = tables.groups.iter().map(class).collect();
        let objective = Objective::of_classes(classes, space, Penalty::Prior(options.prior));
        Task { tables, covariates, scales, objective, options, progress }
    }

    fn space(&self) -> &Space {
        &self.objective.space
    }

    /// From free parameters and scaled coefficients to logarithms of parameters at columns 0, and
    /// coefficients per unit: `ln theta = u − Σ ± g mean/deviation`, `g/deviation`.
    fn to_users(&self) -> Array2<f64> {
        let n = self.space().free.len();
        let zero = vec![0.0; self.scales.len()];
        let mut map = Array2::eye(n + self.covariates.coefficients.len());
        for effect in effects(self.covariates, &self.scales, self.space(), &zero) {
            map[[effect.parameter, effect.coefficient]] += effect.by;
        }
        for (c, coefficient) in self.covariates.coefficients.iter().enumerate() {
            map[[n + c, n + c]] = 1.0 / self.scales[coefficient.column].1;
        }
        map
    }
}

/// What coefficients of scaled columns add to the free parameters of customers with these columns.
fn effects(covariates: &Covariates, scales: &[(f64, f64)], space: &Space, columns: &[f64]) -> Vec<Effect> {
    let n = space.free.len();
    let of = |(c, coefficient): (usize, &Coefficient)| {
        let (mean, deviation) = scales[coefficient.column];
        let z = (columns[coefficient.column] - mean) / deviation;
        let effect = |(i, sign): &(usize, f64)| {
            let place = space.free.iter().position(|free| free == i);
            let parameter = place.expect("covariates act on estimated parameters");
            Effect { coefficient: n + c, parameter, by: sign * z }
        };
        coefficient.targets.iter().map(effect).collect::<Vec<_>>()
    };
    covariates.coefficients.iter().enumerate().flat_map(of).collect()
}

/// Fits a model with covariates; `without` is the model fitted to the same customers without them.
///
/// # Errors
/// As [`fit`](crate::fit::fit).
pub fn fit_covariates<M: Regression>(
    tables: &CovariateTables<M::Table>,
    request: &CovariateRequest,
    without: &Fitted<M>,
    options: &FitOptions,
    progress: &dyn Progress,
) -> Result<(Fitted<M>, Covariates)> {
    let mut covariates =
        Covariates::new(tables.covariates.clone(), M::regressors(request.convention), request)?;
    let asked = covariates.clone();
    let task = Task::<M>::new(tables, &asked, &without.model.params(), options, progress);
    let start = task.space().to_free(&without.model.params()).mapv(|u| u.clamp(-0.5 * WALL, 0.5 * WALL));
    let start: Array1<f64> = start.into_iter().chain(vec![0.0; covariates.coefficients.len()]).collect();
    let (outcome, uncertainty, at_limit) = search(&task, without, start)?;
    let map = task.to_users();
    let users = map.dot(&outcome.u);
    let free: Array1<f64> = users.iter().take(task.space().free.len()).copied().collect();
    let model = M::from_params(&task.space().to_natural(&free));
    let errors = users_errors(&map, &uncertainty);
    let mut report = describe(&model, &task, &outcome, &uncertainty, &errors);
    if let Some(words) = at_limit {
        report.stop = StopReason::Boundary(format!("that of the fit without covariates: {words}"));
        report.flat.clone_from(&without.report.flat);
    }
    let log_likelihood = task.objective.log_likelihood(&outcome.u, Order::First).value;
    report.log_likelihood = log_likelihood;
    report.evaluations += without.report.evaluations;
    report.covariance = users_covariance(&map, &uncertainty, task.space(), &model.params());
    let n = task.space().free.len();
    for (c, coefficient) in covariates.coefficients.iter_mut().enumerate() {
        coefficient.value = users[n + c];
    }
    report.coefficients = estimates(&covariates, &errors[n..]);
    report.likelihood_ratio = Some(LikelihoodRatio::new(
        log_likelihood,
        without.report.log_likelihood,
        covariates.coefficients.len(),
    ));
    explain(&mut report);
    if matches!(report.stop, StopReason::Failed(_)) && !options.accept_unconverged {
        return Err(not_converged(report, options));
    }
    let covariance = uncertainty.covariance.filter(|_| report.stop == StopReason::Converged);
    explore(&task, &map, outcome.u, covariance, &mut report)?;
    Ok((Fitted { model, report }, covariates))
}

/// Searches from a start, and along the limit of the fit without covariates if it ended at one; in words, which.
fn search<'a, M: Regression>(
    task: &Task<M>,
    without: &'a Fitted<M>,
    start: Array1<f64>,
) -> Result<(Outcome, Uncertainty, Option<&'a str>)> {
    let limits = Limits { wall: WALL, max_iterations: task.options.max_iterations };
    let outcome = minimise(|u: &_| task.objective.evaluate(u), start, limits, task.progress)?;
    let uncertainty = assess(&outcome, WALL);
    if matches!(uncertainty.verdict, Verdict::Maximum) || without.report.flat.is_empty() {
        return Ok((outcome, uncertainty, None));
    }
    let along = along_limit(task, &without.report.flat, &without.model.params(), limits)?;
    let assessed = assess(&along, f64::INFINITY);
    let lost = matches!(uncertainty.verdict, Verdict::Neither(_));
    let better = along.at.value < outcome.at.value - same(outcome.at.value);
    if (lost || better) && !matches!(assessed.verdict, Verdict::Neither(_)) {
        return Ok((along, assessed, without.report.stop.words()));
    }
    Ok((outcome, uncertainty, None))
}

/// The posterior of parameters and coefficients together.
fn explore<M: Regression>(
    task: &Task<M>,
    map: &Array2<f64>,
    mode: Array1<f64>,
    covariance: Option<Array2<f64>>,
    report: &mut FitReport,
) -> Result<()> {
    let (space, options) = (task.space(), task.options);
    let parameters = space.free.iter().map(|i| (M::PARAMS[*i].name.to_owned(), *i));
    let first = M::PARAMS.len();
    let coefficients = report.coefficients.iter().enumerate();
    let coefficients = coefficients.map(|(c, one)| (format!("{} ({})", one.column, one.process), first + c));
    let names = parameters.chain(coefficients).collect();
    let natural = |u: &Array1<f64>| {
        let users = map.dot(u).to_vec();
        let (free, coefficients) = users.split_at(space.free.len());
        [space.to_natural(&free.to_vec().into()), coefficients.to_vec()].concat()
    };
    let refit = |start: &Array1<f64>, rng: &mut ChaCha8Rng| {
        let weighted =
            |(_, table): &(_, M::Table)| table.with_counts(posterior::weights(table.counts(), rng));
        let drawn: Vec<M::Table> = task.tables.groups.iter().map(weighted).collect();
        let replicate = task.objective.of(&drawn);
        posterior::search(|u| replicate.evaluate(u), start, options, task.progress)
    };
    // What is shared between rows is worked out for each group.
    let rows = report.distinct_rows + 64 * task.tables.groups.len();
    let density = |u: &Array1<f64>, order| task.objective.log_posterior(u, order);
    let target = Target {
        density: &density,
        mode,
        covariance,
        natural: &natural,
        names,
        refit: &refit,
        rows,
        cost: M::COST,
    };
    posterior::explore_target(&target, report, &options.posterior, task.progress)
}

/// The maximum along a limit of the model without covariates: the parameters that it holds stay where they are, and
/// nothing is known of them.
fn along_limit<M: Regression>(
    task: &Task<M>,
    flat: &[Direction],
    at: &[f64],
    limits: Limits,
) -> Result<Outcome> {
    let held: Vec<usize> = flat.iter().filter_map(|direction| direction.first()).map(|(i, _)| *i).collect();
    let n = task.space().free.len();
    let size = n + task.covariates.coefficients.len();
    let open: Vec<usize> = (0..size).filter(|k| *k >= n || !held.contains(&task.space().free[*k])).collect();
    let middle: Array1<f64> = task.space().to_free(at).into_iter().chain(vec![0.0; size - n]).collect();
    let full = |u: &Array1<f64>| {
        let mut all = middle.clone();
        open.iter().zip(u).for_each(|(k, u)| all[*k] += u);
        all
    };
    let reduced = |u: &Array1<f64>| {
        let at = task.objective.evaluate(&full(u));
        Derivatives {
            value: at.value,
            gradient: open.iter().map(|k| at.gradient[*k]).collect(),
            hessian: Array2::from_shape_fn((open.len(), open.len()), |(i, j)| at.hessian[[open[i], open[j]]]),
            order: at.order,
        }
    };
    let found = minimise(reduced, Array1::zeros(open.len()), limits, task.progress)?;
    let mut at = Derivatives::zero(size);
    at.value = found.at.value;
    for (i, k) in open.iter().enumerate() {
        at.gradient[*k] = found.at.gradient[i];
        open.iter().enumerate().for_each(|(j, l)| at.hessian[[*k, *l]] = found.at.hessian[[i, j]]);
    }
    Ok(Outcome { u: full(&found.u), at, ..found })
}

fn estimates(covariates: &Covariates, errors: &[Option<f64>]) -> Vec<CoefficientEstimate> {
    let columns = covariates.columns();
    let estimate = |(coefficient, error): (&Coefficient, &Option<f64>)| CoefficientEstimate {
        process: coefficient.process.clone(),
        column: columns[coefficient.column].clone(),
        value: coefficient.value,
        standard_error: *error,
    };
    covariates.coefficients.iter().zip(errors).map(estimate).collect()
}

fn weighted_mean<T: Table>(tables: &CovariateTables<T>, of: impl Fn(&(Vec<f64>, T)) -> f64) -> f64 {
    let customers: f64 = tables.groups.iter().map(|(_, table)| table.customers()).sum();
    tables.groups.iter().map(|group| group.1.customers() * of(group)).sum::<f64>() / customers
}

/// Mean and standard deviation of each column over customers.
fn column_scales<T: Table>(tables: &CovariateTables<T>, columns: usize) -> Vec<(f64, f64)> {
    let scale = |column: usize| {
        let mean = weighted_mean(tables, |(z, _)| z[column]);
        let variance = weighted_mean(tables, |(z, _)| (z[column] - mean).powi(2));
        (mean, variance.sqrt())
    };
    (0..columns).map(scale).collect()
}

/// Standard errors on the user's scale, of logarithms of parameters and of coefficients.
fn users_errors(map: &Array2<f64>, uncertainty: &Uncertainty) -> Vec<Option<f64>> {
    map.rows().into_iter().map(|row| uncertainty.error_along(&row.to_vec())).collect()
}

fn users_covariance(
    map: &Array2<f64>,
    uncertainty: &Uncertainty,
    space: &Space,
    theta: &[f64],
) -> Option<Vec<Vec<f64>>> {
    let covariance = uncertainty.covariance.as_ref()?;
    let moved = map.dot(covariance).dot(&map.t());
    let factor = |i: usize| space.free.get(i).map_or(1.0, |place| theta[*place]);
    let n = moved.nrows();
    Some((0..n).map(|i| (0..n).map(|j| moved[[i, j]] * factor(i) * factor(j)).collect()).collect())
}

fn describe<M: Regression>(
    model: &M,
    task: &Task<M>,
    outcome: &Outcome,
    uncertainty: &Uncertainty,
    errors: &[Option<f64>],
) -> FitReport {
    let stop = match &uncertainty.verdict {
        Verdict::Maximum => StopReason::Converged,
        Verdict::Limit => StopReason::Boundary(
            "with these covariates the data do not determine the parameters and coefficients without a standard \
             error: very different values fit as well"
                .to_owned(),
        ),
        Verdict::Neither(words) => StopReason::Failed(words.clone()),
    };
    let estimates = M::PARAMS.iter().zip(model.params()).enumerate().map(|(i, (spec, value))| Estimate {
        name: spec.name,
        meaning: spec.meaning,
        value,
        standard_error: task
            .space()
            .free
            .iter()
            .position(|free| *free == i)
            .and_then(|k| errors[k])
            .map(|e| e * value),
    });
    let customers = task.tables.groups.iter().map(|(_, table)| table.customers()).sum();
    FitReport {
        model: M::NAME,
        stop,
        estimates: estimates.collect(),
        covariance: None,
        log_likelihood: f64::NAN,
        gradient_norm: outcome.at.gradient.iter().fold(0.0, |norm, g| norm.max(g.abs())),
        iterations: outcome.iterations,
        evaluations: outcome.evaluations,
        starts: 1,
        customers,
        sample_size: customers,
        free_parameters: outcome.u.len(),
        distinct_rows: task.tables.groups.iter().map(|(_, table)| table.len()).sum(),
        flat: Vec::new(),
        warnings: Vec::new(),
        notes: Vec::new(),
        coefficients: Vec::new(),
        likelihood_ratio: None,
        posterior: None,
    }
}
