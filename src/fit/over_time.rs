//! Fitting a model to customers of whom things are known over time.
//!
//! What is summed are lives that differ: customers who share what is known of them, their day of birth and their purchases are
//! one row, and `Σ γ'z` over all purchases is linear in `γ`, so that of it the sums of the columns are all that is kept.
//! Columns are centred and scaled to standard deviation 1 over the time that customers were seen; the result is taken back to
//! the user's scale by a linear map, as for covariates that do not change.

use std::marker::PhantomData;
use std::sync::Arc;

use ndarray::{Array1, Array2};
use rayon::prelude::*;

use crate::base::{Error, Progress, Result};
use crate::customers::{OverTime, TIME_COVARIATES, Within};
use crate::fit::{
    CoefficientEstimate, Estimate, FitOptions, FitReport, Fitted, LikelihoodRatio, Prior, StopReason, WALL,
    explain, not_converged,
    optimize::{Limits, Outcome, minimise},
    transform::Space,
    uncertainty::{Uncertainty, Verdict, assess},
};
use crate::model::{Derivatives, FollowsTime, Life, Order, Stretch};
use crate::params::{CovariateConvention, InTime};

/// Lives that are added up at once; sums are added in order, so that threads change nothing.
const CHUNK: usize = 64;

/// Customers who share what is known of them and their day of birth.
#[derive(Debug, Clone)]
pub struct BornAlike {
    /// Which of [`OverTime::known`] they have.
    pub known: u32,
    /// Their first day \[days since 1970\].
    pub born: i32,
    /// Their lives, each once.
    pub lives: Vec<Life>,
}

/// Counted customers.
#[derive(Debug, Clone)]
pub struct Lives {
    /// What is known of them.
    pub over_time: Arc<OverTime>,
    /// Where in its day a purchase is.
    pub within: Within,
    /// Days of a unit of their times.
    pub unit: f64,
    /// Them.
    pub born: Vec<BornAlike>,
    /// The sum of each column over all repeat purchases.
    pub at_purchases: Vec<f64>,
}

/// Scaled columns of customers born alike.
struct Scaled {
    ages: Vec<f64>,
    /// Stretch by stretch.
    columns: Vec<f64>,
}

struct Task<'a, M> {
    lives: &'a Lives,
    model: PhantomData<M>,
    scaled: Vec<Scaled>,
    /// Mean and standard deviation of each column.
    scales: Vec<(f64, f64)>,
    /// The sum of each scaled column over all repeat purchases.
    at_purchases: Vec<f64>,
    space: Space,
    prior: Prior,
}

impl<'a, M: FollowsTime> Task<'a, M> {
    /// How many parameters come before coefficients.
    const OWN: usize = M::PARAMS.len();

    fn new(lives: &'a Lives, typical: f64, start: &[f64], prior: Prior) -> Result<Self> {
        let scales = column_scales(lives)?;
        let purchases: f64 = lives.all().map(|(_, life)| life.count * f64::from(life.x)).sum();
        let scaled = lives.born.iter().map(|alike| {
            let known = &lives.over_time.known()[alike.known as usize];
            let (mut ages, mut columns) = (Vec::new(), Vec::new());
            for (age, values) in known.since(alike.born, lives.within, lives.unit) {
                ages.push(age);
                columns.extend(values.iter().zip(&scales).map(|(value, (mean, by))| (value - mean) / by));
            }
            Scaled { ages, columns }
        });
        let at_purchases = lives.at_purchases.iter().zip(&scales);
        Ok(Task {
            lives,
            model: PhantomData,
            scaled: scaled.collect(),
            at_purchases: at_purchases.map(|(sum, (mean, by))| (sum - purchases * mean) / by).collect(),
            scales,
            space: Space::new(M::PARAMS, start, typical),
            prior,
        })
    }

    fn columns(&self) -> usize {
        self.scales.len()
    }

    fn stretches(&self, at: usize) -> Vec<Stretch<'_>> {
        let Scaled { ages, columns } = &self.scaled[at];
        let n = self.columns();
        let one = |(from, columns)| Stretch { from, columns };
        ages.iter().copied().zip(columns.chunks(n)).map(one).collect()
    }

    /// The log-likelihood at logarithms of parameters, and coefficients of scaled columns.
    fn log_likelihood(&self, at: &Array1<f64>, order: Order) -> Derivatives {
        let (n, columns) = (at.len(), self.columns());
        let chunk = |numbers: &[usize]| {
            let mut sum = Derivatives::of_order(n, order);
            for number in numbers {
                let stretches = self.stretches(*number);
                let lives = &self.lives.born[*number].lives;
                lives.iter().for_each(|life| M::add_life(at.view(), &stretches, life, &mut sum));
            }
            sum
        };
        let numbers: Vec<usize> = (0..self.scaled.len()).collect();
        let sums: Vec<Derivatives> = numbers.par_chunks(CHUNK).map(chunk).collect();
        let mut total = Derivatives::of_order(n, order);
        sums.iter().for_each(|sum| total.add(sum));
        for (j, sum) in self.at_purchases.iter().enumerate().take(columns) {
            total.value += at[Self::OWN + j] * sum;
            total.gradient[Self::OWN + j] += sum;
        }
        total
    }

    /// Logarithms of parameters of free ones; coefficients stay.
    fn logs(&self, u: &Array1<f64>) -> Array1<f64> {
        let free: Array1<f64> = u.iter().take(Self::OWN).copied().collect();
        let logs = self.space.to_natural(&free).into_iter().map(f64::ln);
        logs.chain(u.iter().skip(Self::OWN).copied()).collect()
    }

    fn evaluate(&self, u: &Array1<f64>) -> Derivatives {
        let mut sum = self.log_likelihood(&self.logs(u), Order::Second);
        self.prior.add(u, &mut sum);
        sum.value = -sum.value;
        sum.gradient.mapv_inplace(|g| -g);
        sum.hessian.mapv_inplace(|h| -h);
        sum
    }

    /// From free parameters and scaled coefficients to those at columns 0 and per unit: `ln α = u + Σ γ mean/deviation`.
    fn to_users(&self) -> Array2<f64> {
        let columns = self.columns();
        let regressors = M::regressors(CovariateConvention::default());
        let mut map = Array2::eye(Self::OWN + regressors.len() * columns);
        for (process, regressor) in regressors.iter().enumerate() {
            for (j, (mean, deviation)) in self.scales.iter().enumerate() {
                let place = Self::OWN + process * columns + j;
                map[[place, place]] = deviation.recip();
                for (parameter, sign) in regressor.targets {
                    map[[*parameter, place]] = -sign * mean / deviation;
                }
            }
        }
        map
    }
}

impl Lives {
    fn all(&self) -> impl Iterator<Item = (&BornAlike, &Life)> {
        self.born.iter().flat_map(|alike| alike.lives.iter().map(move |life| (alike, life)))
    }
}

/// Mean and standard deviation of each column over the time that customers were seen.
fn column_scales(lives: &Lives) -> Result<Vec<(f64, f64)>> {
    let names = lives.over_time.names();
    let mut sums = vec![(0.0, 0.0); names.len()];
    let mut whole = 0.0;
    for alike in &lives.born {
        let seen: f64 = alike.lives.iter().map(|life| life.count * life.t).sum();
        let until = alike.lives.iter().map(|life| life.t).fold(0.0, f64::max);
        let known = &lives.over_time.known()[alike.known as usize];
        let stretches: Vec<_> = known.since(alike.born, lives.within, lives.unit).collect();
        for (i, (from, values)) in stretches.iter().enumerate().filter(|_| until > 0.0) {
            let end = stretches.get(i + 1).map_or(until, |(next, _)| next.min(until));
            let time = seen / until * (end - from).max(0.0);
            whole += time;
            for (sum, value) in sums.iter_mut().zip(*values) {
                sum.0 += time * value;
                sum.1 += time * value * value;
            }
        }
    }
    let one = |(name, (sum, squares)): (&String, (f64, f64))| {
        let mean = sum / whole;
        let variance = squares / whole - mean * mean;
        if whole > 0.0 && variance > 1e-12 * (squares / whole).max(f64::MIN_POSITIVE) {
            return Ok((mean, variance.sqrt()));
        }
        let message = format!(
            "column '{name}' is the same for all customers throughout what was observed of them, so that nothing can be learned \
             of it: leave it out"
        );
        Err(Error::option(TIME_COVARIATES, message))
    };
    names.iter().zip(sums).map(one).collect()
}

/// Fits a model with what is known of customers over time; `without` is the fit to the same customers without it, `typical`
/// their mean age.
///
/// # Errors
/// If a column never changes, or as [`fit`](crate::fit::fit).
pub fn fit_over_time<M: FollowsTime>(
    lives: &Lives,
    typical: f64,
    without: &Fitted<M>,
    options: &FitOptions,
    progress: &dyn Progress,
) -> Result<(Fitted<M>, InTime)> {
    let task = Task::<M>::new(lives, typical, &without.model.params(), options.prior)?;
    let (own, columns) = (M::PARAMS.len(), task.columns());
    let start = task.space.to_free(&without.model.params()).mapv(|u| u.clamp(-0.5 * WALL, 0.5 * WALL));
    let start: Array1<f64> = start.into_iter().chain(vec![0.0; 2 * columns]).collect();
    let limits = Limits { wall: WALL, max_iterations: options.max_iterations };
    let outcome = minimise(|u: &_| task.evaluate(u), start, limits, progress)?;
    let uncertainty = assess(&outcome, WALL);
    let map = task.to_users();
    let users = map.dot(&outcome.u);
    let free: Array1<f64> = users.iter().take(own).copied().collect();
    let model = M::from_params(&task.space.to_natural(&free));
    let coefficients: Vec<f64> = users.iter().skip(own).copied().collect();
    let found = InTime {
        names: lives.over_time.names().to_vec(),
        within: lives.within,
        purchase: coefficients[..columns].to_vec(),
        dropout: coefficients[columns..].to_vec(),
    };
    let mut report = describe(&task, (&model, &found), &outcome, (&uncertainty, &map));
    report.evaluations += without.report.evaluations;
    let more = LikelihoodRatio::new(report.log_likelihood, without.report.log_likelihood, 2 * columns);
    report.likelihood_ratio = Some(more);
    explain(&mut report);
    if matches!(report.stop, StopReason::Failed(_)) && !options.accept_unconverged {
        return Err(not_converged(report, options));
    }
    Ok((Fitted { model, report }, found))
}

/// What a fit without a maximum means.
fn at_limit(found: &InTime, errors: &[Option<f64>]) -> String {
    let n = found.names.len();
    let open: Vec<String> = (found.values().into_iter().zip(errors).enumerate())
        .filter(|(_, (_, error))| error.is_none())
        .map(|(at, (value, _))| {
            let (process, name) = (InTime::PROCESSES[at / n], &found.names[at % n]);
            let end = if value < 0.0 {
                "nothing of it is seen where the column is high"
            } else {
                "all of it where the column is high"
            };
            format!("{name} on {process} ({end})")
        })
        .collect();
    match open.is_empty() {
        true => "with these columns the data do not determine the parameters without a standard error: very different values fit \
                 as well"
            .to_owned(),
        false => format!(
            "the likelihood rises without end as the effect of {} grows. Leave the column out, or hold it near 0 with --prior weak, \
             which intervals need",
            open.join(" and of ")
        ),
    }
}

fn describe<M: FollowsTime>(
    task: &Task<M>,
    (model, found): (&M, &InTime),
    outcome: &Outcome,
    (uncertainty, map): (&Uncertainty, &Array2<f64>),
) -> FitReport {
    let errors: Vec<Option<f64>> =
        map.rows().into_iter().map(|row| uncertainty.error_along(&row.to_vec())).collect();
    let stop = match &uncertainty.verdict {
        Verdict::Maximum => StopReason::Converged,
        Verdict::Limit => StopReason::Boundary(at_limit(found, &errors[M::PARAMS.len()..])),
        Verdict::Neither(words) => StopReason::Failed(words.clone()),
    };
    let params = model.params();
    let estimates = M::PARAMS.iter().zip(&params).zip(&errors).map(|((spec, value), error)| Estimate {
        name: spec.name,
        meaning: spec.meaning,
        value: *value,
        standard_error: error.map(|error| error * value),
    });
    let covariance = uncertainty.covariance.as_ref().map(|own| {
        let moved = map.dot(own).dot(&map.t());
        let factor = |i: usize| params.get(i).copied().unwrap_or(1.0);
        let n = moved.nrows();
        (0..n).map(|i| (0..n).map(|j| moved[[i, j]] * factor(i) * factor(j)).collect()).collect()
    });
    let coefficient = |((at, value), error): ((usize, f64), &Option<f64>)| CoefficientEstimate {
        process: InTime::PROCESSES[at / found.names.len()].to_owned(),
        column: found.names[at % found.names.len()].clone(),
        value,
        standard_error: *error,
    };
    let coefficients =
        found.values().into_iter().enumerate().zip(&errors[M::PARAMS.len()..]).map(coefficient);
    let customers = task.lives.all().map(|(_, life)| life.count).sum();
    FitReport {
        model: M::NAME,
        stop,
        estimates: estimates.collect(),
        covariance,
        log_likelihood: task.log_likelihood(&task.logs(&outcome.u), Order::First).value,
        gradient_norm: outcome.at.gradient.iter().fold(0.0, |norm, g| norm.max(g.abs())),
        iterations: outcome.iterations,
        evaluations: outcome.evaluations,
        starts: 1,
        customers,
        sample_size: customers,
        free_parameters: outcome.u.len(),
        distinct_rows: task.lives.all().count(),
        flat: Vec::new(),
        warnings: Vec::new(),
        notes: Vec::new(),
        coefficients: coefficients.collect(),
        likelihood_ratio: None,
        posterior: None,
    }
}
