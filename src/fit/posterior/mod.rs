//! The posterior of a model's parameters: what a fit leaves open, on the free (logarithmic) scale.
//!
//! Three ways, none of which knows the model. *Laplace*: normal around the mode with the curvature
//! there, checked by importance sampling ([`laplace`]). *NUTS*: draws of the posterior itself
//! ([`nuts`]), in coordinates in which Laplace's approximation is standard normal, so that little is
//! left to adapt. *Bootstrap*: refits to customers drawn with replacement ([`bootstrap`]). The density is
//! that of the free parameters `u`, likelihood x prior in `u`; without a prior it is flat in `u`, that is
//! in the logarithms of the parameters, for all three: there is no Jacobian anywhere. Where that leaves no proper
//! posterior, at a limit of the model, it is drawn under the weak prior ([`open`]). Purchase and spend models are
//! fitted apart, and so are their posteriors.

mod bootstrap;
mod chains;
mod convergence;
mod laplace;
mod nuts;
mod open;
mod options;
mod psis;

use ndarray::{Array1, Array2};

use crate::base::{Progress, Warning};
use crate::customers::Table;
use crate::fit::{FitOptions, FitReport, objective::Objective};
use crate::model::{Derivatives, Model, Order};
use crate::special::linalg::cholesky;
use bootstrap::Refit;
pub(super) use bootstrap::{search, weights};
pub use convergence::{Convergence, assess as convergence};
pub use options::{PosteriorMethod, PosteriorOptions};
pub use psis::{Smoothed, k_error, pareto_smoothed};

/// What is known of the parameters beyond the estimates.
#[derive(Debug, Clone, PartialEq)]
pub struct Posterior {
    /// How it was found, and how good it is.
    pub evidence: Evidence,
    /// Draws, each the model's parameters in their order, then coefficients of covariates. None are
    /// kept of Laplace's approximation: the estimates and their covariance say all of it.
    pub draws: Vec<Vec<f64>>,
    /// Was the weak prior added, because likelihood alone (with the prior of the fit, if it has one) leaves parameters
    /// open? The estimates are those without it.
    pub weak_prior: bool,
}

/// How a posterior was found.
#[derive(Debug, Clone, PartialEq)]
pub enum Evidence {
    /// Normal in the logarithms of the parameters.
    Laplace {
        /// Shape of the tail of the importance ratios; see [`pareto_smoothed`].
        k_hat: f64,
        /// Draws it was found with.
        draws: usize,
    },
    /// No-U-turn sampling.
    Nuts(NutsEvidence),
    /// Refits to resampled customers.
    Bootstrap {
        /// How many.
        replicates: usize,
        /// Those that ended neither at a maximum nor at a limit, and are left out.
        failed: usize,
        /// Those that ended at a limit of the model.
        at_limit: usize,
    },
}

/// What a run of NUTS says of itself.
#[derive(Debug, Clone, PartialEq)]
pub struct NutsEvidence {
    /// Chains.
    pub chains: usize,
    /// Iterations of each that were thrown away.
    pub warmup: usize,
    /// Draws of each.
    pub draws: usize,
    /// Draws at which the integration of the dynamics broke down.
    pub divergences: usize,
    /// Evaluations of the likelihood with its gradient, over all chains.
    pub evaluations: u64,
    /// Did a chain come near to where the search for estimates ends, a factor of e^20 from the data?
    pub wandered: bool,
    /// Parameter by parameter (and coefficient by coefficient).
    pub parameters: Vec<Summary>,
}

/// One parameter's draws in short.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// Its name.
    pub name: String,
    /// Mean of the draws.
    pub mean: f64,
    /// Their standard deviation.
    pub sd: f64,
    /// Have the chains found the same?
    pub convergence: Convergence,
}

/// Smallest k-hat of too few draws to trust an approximation by; see [`laplace`].
pub fn largest_good_k(draws: usize) -> f64 {
    (1.0 - 1.0 / (draws as f64).log10()).min(0.7)
}

/// What a k-hat says of an approximation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Normality {
    /// It is as good as normal.
    Good,
    /// With other draws k-hat might be on the other side of the bound.
    NearBound,
    /// It is far from normal.
    Poor,
}

impl Normality {
    /// By k-hat, its error and the bound of so many draws.
    pub fn of(k_hat: f64, draws: usize) -> Self {
        let bound = largest_good_k(draws);
        match () {
            () if k_hat <= bound => Normality::Good,
            () if k_hat.is_finite() && k_hat <= bound + k_error(k_hat, draws) => Normality::NearBound,
            () => Normality::Poor,
        }
    }
}

/// R-hat above, or effective draws below, or any divergence: not to be trusted (Vehtari et al. 2021).
const LARGEST_R_HAT: f64 = 1.01;
const FEWEST_EFFECTIVE: f64 = 400.0;
/// The log-density in free parameters, up to a constant.
type Density<'a> = dyn Fn(&Array1<f64>, Order) -> Derivatives + Sync + 'a;

/// What there is to explore.
pub(super) struct Target<'a> {
    pub density: &'a Density<'a>,
    /// The mode, and the covariance there, if there is one.
    pub mode: Array1<f64>,
    pub covariance: Option<Array2<f64>>,
    /// From free parameters to the user's.
    pub natural: &'a (dyn Fn(&Array1<f64>) -> Vec<f64> + Sync),
    /// The names of the free parameters, and their places among the user's.
    pub names: Vec<(String, usize)>,
    /// Fits again, with other counts.
    pub refit: &'a Refit<'a>,
    /// Distinct rows.
    pub rows: usize,
    /// See [`Model::COST`].
    pub cost: usize,
}

impl Target<'_> {
    /// The density in coordinates `z`, `u = mode + L z`, in which Laplace's approximation is standard
    /// normal. `None` without a covariance.
    fn whitened<'a>(&'a self, progress: &'a dyn Progress) -> Option<Whitened<'a>> {
        let factor = cholesky(self.covariance.as_ref()?);
        // A maximum may lie beyond the walls of most searches.
        let wall = self.mode.iter().fold(crate::fit::WALL, |wall, u| wall.max(u.abs() + 8.0));
        Some(Whitened { density: self.density, mode: &self.mode, factor, wall, progress })
    }
}

/// See [`Target::whitened`].
struct Whitened<'a> {
    density: &'a Density<'a>,
    mode: &'a Array1<f64>,
    factor: Array2<f64>,
    wall: f64,
    progress: &'a dyn Progress,
}

impl Whitened<'_> {
    fn free(&self, z: &Array1<f64>) -> Array1<f64> {
        self.mode + &self.factor.dot(z)
    }

    /// The log-density with its gradient by `z`; minus infinity beyond the walls of the search, and
    /// everywhere once the caller wants it to stop.
    fn at(&self, z: &Array1<f64>) -> (f64, Array1<f64>) {
        let u = self.free(z);
        if self.progress.stopped() || u.iter().any(|u| u.abs() > self.wall) {
            return (f64::NEG_INFINITY, Array1::zeros(z.len()));
        }
        let at = (self.density)(&u, Order::First);
        (at.value, self.factor.t().dot(&at.gradient))
    }
}

/// Explores the posterior of a fitted model as the options ask, and puts what is found, with
/// warnings, into its report.
pub(crate) fn explore<M: Model>(
    table: &M::Table,
    model: &M,
    report: &mut FitReport,
    options: &FitOptions,
    progress: &dyn Progress,
) -> crate::base::Result<()> {
    explore_with(explore_target, table, model, report, options, progress)
}

/// The same where nothing but the weak prior gives a posterior.
pub(crate) fn leave_open<M: Model>(
    table: &M::Table,
    model: &M,
    report: &mut FitReport,
    options: &FitOptions,
    progress: &dyn Progress,
) -> crate::base::Result<()> {
    explore_with(explore_open, table, model, report, options, progress)
}

/// Puts what is found of a target into a report.
type Explorer = fn(&Target, &mut FitReport, &PosteriorOptions, &dyn Progress) -> crate::base::Result<()>;

fn explore_with<M: Model>(
    of: Explorer,
    table: &M::Table,
    model: &M,
    report: &mut FitReport,
    options: &FitOptions,
    progress: &dyn Progress,
) -> crate::base::Result<()> {
    let theta = model.params();
    let objective = Objective::<M>::new(table, &theta, options.prior);
    let space = &objective.space;
    let covariance = report.covariance.as_ref().map(|covariance| {
        let scaled = |(i, j): (usize, usize)| covariance[i][j] / (theta[i] * theta[j]);
        Array2::from_shape_fn((space.free.len(), space.free.len()), |(k, l)| {
            scaled((space.free[k], space.free[l]))
        })
    });
    let target = Target {
        density: &|u, order| objective.log_posterior(u, order),
        mode: space.to_free(&theta).mapv(|u| u.clamp(-M::WALL, M::WALL)),
        covariance,
        natural: &|u| space.to_natural(u),
        names: space.free.iter().map(|i| (M::PARAMS[*i].name.to_owned(), *i)).collect(),
        refit: &|start, rng| bootstrap::refit(&objective, table, start, rng, options, progress),
        rows: table.len(),
        cost: M::COST,
    };
    of(&target, report, &options.posterior, progress)
}

/// The same of anything that has a density.
pub(super) fn explore_target(
    target: &Target,
    report: &mut FitReport,
    options: &PosteriorOptions,
    progress: &dyn Progress,
) -> crate::base::Result<()> {
    options.checked()?;
    let Some(whitened) = target.whitened(progress) else {
        if options.method == PosteriorMethod::Bootstrap {
            put(report, bootstrap::run(target, options));
            return progress.check();
        }
        return explore_open(target, report, options, progress);
    };
    let posterior = match options.method {
        PosteriorMethod::Laplace => laplace::check(&whitened, (target.rows, target.cost), options),
        PosteriorMethod::Auto => match laplace::check_anyway(&whitened, target.rows * target.cost, options) {
            good if good.is_good() => Some(good),
            _ => Some(chains::run(target, &whitened, options, true)?),
        },
        PosteriorMethod::Nuts => Some(chains::run(target, &whitened, options, true)?),
        PosteriorMethod::Bootstrap => Some(bootstrap::run(target, options)),
    };
    // What was stopped ended at once, with nothing of worth.
    progress.check()?;
    if let Some(posterior) = posterior {
        put(report, posterior);
    }
    Ok(())
}

/// Draws what likelihood leaves open, if draws are wanted.
fn explore_open(
    target: &Target,
    report: &mut FitReport,
    options: &PosteriorOptions,
    progress: &dyn Progress,
) -> crate::base::Result<()> {
    if options.check_draws == 0 && options.method == PosteriorMethod::Laplace {
        return Ok(());
    }
    let posterior = open::run(target, options, progress)?;
    progress.check()?;
    match posterior {
        Some(posterior) => put(report, posterior),
        None => stands_as_it_is(report),
    }
    Ok(())
}

fn put(report: &mut FitReport, posterior: Posterior) {
    report.warnings.extend(posterior.warnings(report.model));
    report.posterior = Some(posterior);
}

/// Says that nothing is known of how sure the parameters are.
pub(super) fn stands_as_it_is(report: &mut FitReport) {
    let message = format!(
        "{}: no posterior was drawn, and intervals stay empty. The fit ended without a maximum ({}), and likelihood \
         alone has then no proper posterior; --prior weak gives it one",
        report.model,
        report.stop.name()
    );
    report.warnings.push(Warning::new("no-posterior", message));
}

impl Posterior {
    /// Can it be trusted, as far as its own evidence says? An approximation near the bound is not warned of, but better
    /// not relied on where there is a choice.
    pub fn is_good(&self) -> bool {
        match self.evidence {
            Evidence::Laplace { k_hat, draws } => Normality::of(k_hat, draws) == Normality::Good,
            _ => self.warnings("").is_empty(),
        }
    }

    /// What is wrong with it, with advice.
    pub fn warnings(&self, model: &str) -> Vec<Warning> {
        if self.weak_prior {
            return self.warnings_of_open(model);
        }
        match &self.evidence {
            Evidence::Laplace { k_hat, draws } if Normality::of(*k_hat, *draws) == Normality::Poor => {
                vec![Warning::new(
                    "poor-approximation",
                    format!(
                        "{model}: standard errors and intervals are approximate here (its parameters are far from \
                         normally distributed); --posterior nuts makes them exact"
                    ),
                )]
            }
            Evidence::Laplace { .. } => Vec::new(),
            Evidence::Nuts(run) => run.warnings(model),
            Evidence::Bootstrap { replicates, failed, .. } if 20 * failed > *replicates => {
                vec![Warning::new(
                    "bootstrap-failed",
                    format!(
                        "{model}: {failed} of {replicates} bootstrap fits did not converge and are left out"
                    ),
                )]
            }
            Evidence::Bootstrap { .. } => Vec::new(),
        }
    }
}

impl Posterior {
    /// Of draws under the weak prior.
    fn warnings_of_open(&self, model: &str) -> Vec<Warning> {
        let mut message = format!(
            "{model}: the data leave parameters open, and intervals are drawn under a weak prior: they are wide, and \
             the estimates, which are without it, may lie at their ends. --prior weak takes it for both"
        );
        if let Evidence::Nuts(run) = &self.evidence
            && (run.worst(|c| c.r_hat, f64::max) > OPEN_R_HAT
                || run.worst(|c| c.ess_bulk, f64::min) < OPEN_EFFECTIVE)
        {
            message.push_str("; even so the chains have not found the same: the intervals are rough");
        }
        vec![Warning::new("open-parameters", message)]
    }
}

/// What chains at a limit must reach: their shape is far from normal, and of intervals so wide no more is wanted.
const OPEN_R_HAT: f64 = 1.05;
const OPEN_EFFECTIVE: f64 = 100.0;

impl NutsEvidence {
    fn warnings(&self, model: &str) -> Vec<Warning> {
        let worst_r_hat = self.worst(|c| c.r_hat, f64::max);
        let fewest = self.worst(|c| c.ess_bulk.min(c.ess_tail), f64::min);
        let mut wrong = Vec::new();
        if worst_r_hat.is_nan() || worst_r_hat > LARGEST_R_HAT {
            wrong.push(format!("r-hat is {worst_r_hat:.3} (good is at most {LARGEST_R_HAT})"));
        }
        if fewest.is_nan() || fewest < FEWEST_EFFECTIVE {
            wrong.push(format!("the draws are worth only {fewest:.0} independent ones"));
        }
        if self.divergences > 0 {
            wrong.push(format!("{} draws diverged", self.divergences));
        }
        if self.wandered {
            wrong.push("the chains wander to where the data say nothing".to_owned());
        }
        if wrong.is_empty() {
            return Vec::new();
        }
        let message = format!(
            "{model}: the sampled posterior is not to be trusted: {}. These data may determine too little; \
             a prior (--prior weak) bounds what they leave open",
            wrong.join("; ")
        );
        vec![Warning::new("poor-sampling", message)]
    }

    /// The worst of a figure over all parameters.
    pub fn worst(&self, of: impl Fn(&Convergence) -> f64, than: impl Fn(f64, f64) -> f64) -> f64 {
        let figures = self.parameters.iter().map(|summary| of(&summary.convergence));
        figures
            .reduce(|a, b| if a.is_nan() || b.is_nan() { f64::NAN } else { than(a, b) })
            .unwrap_or(f64::NAN)
    }
}
