//! Groups of customers that are fitted apart and yet learn from each other: partial pooling.
//!
//! A small group says little of its own parameters, and what all groups have in common says little of a
//! large one. So the logarithms of a group's free parameters are taken as drawn from a normal
//! distribution, whose mean and covariance the groups themselves determine (empirical Bayes):
//!
//! ```text
//! u_g ~ N(mu, S),    data of group g ~ model(exp(u_g))
//! ```
//!
//! Each group's likelihood is replaced by its quadratic at the mode (Laplace); `mu` and `S` are then
//! found by EM in closed form, and the modes again under them, twice over. `S` has a weak inverse-Wishart prior
//! of [`PRIOR_GROUPS`] groups that differ by [`PRIOR_SPREAD`], which keeps it from vanishing when there are few
//! groups. The covariance of a group holds what its own data and the estimate of `mu` leave open; `S` is taken as
//! known. See Gelman et al., Bayesian Data Analysis (3rd ed. 2013), chapter 5; Efron & Morris (1973).

use ndarray::{Array1, Array2};

use super::objective::{Class, Objective, Penalty};
use super::optimize::{Limits, minimise};
use super::transform::Space;
use crate::base::{Progress, Result};
use crate::model::Model;
use crate::params::{Group, PooledGroups, within_reach};
use crate::special::linalg::{cholesky, inverse, rebuilt};

/// How much the prior of the spread of groups weighs \[groups\].
const PRIOR_GROUPS: f64 = 2.0;
/// Its standard deviation of the logarithm of a parameter.
const PRIOR_SPREAD: f64 = 0.25;
/// The first fits let groups be this far from the pooled model.
const FIRST_SPREAD: f64 = 1.0;
/// Times that modes and spread are found from each other.
const ROUNDS: usize = 2;
/// Steps of the EM algorithm, which costs next to nothing.
const EM_STEPS: usize = 500;
/// Groups stay within e^±8 of the pooled model.
const WALL: f64 = 8.0;

/// The quadratic that stands for a group's log-likelihood: `b'u - u'H u / 2`.
struct Quadratic {
    /// The log-likelihood at the mode, with that of what is common.
    value: f64,
    mode: Array1<f64>,
    linear: Array1<f64>,
    information: Array2<f64>,
}

/// What groups have in common.
#[derive(Clone)]
struct Common {
    mean: Array1<f64>,
    spread: Array2<f64>,
    precision: Array2<f64>,
}

/// Fits each group's table; `pooled` are the parameters of all together, about which the search begins.
///
/// With one group it is the pooled model, loosely held. Also gives the logarithm of the likelihood with the groups' own
/// parameters integrated out (Laplace), which tells whether groups differ.
///
/// # Errors
/// [`ErrorKind::Interrupted`](crate::base::ErrorKind::Interrupted) if the caller wants it to stop.
pub fn fit_groups<M: Model>(
    tables: &[M::Table],
    pooled: &[f64],
    progress: &dyn Progress,
) -> Result<(PooledGroups, f64)> {
    let space = Space::about(M::PARAMS, pooled);
    let n = space.free.len();
    let mut common = Common::new(Array1::zeros(n), Array2::eye(n) * FIRST_SPREAD.powi(2));
    let first = |table| mode::<M>(table, &space, &common, Array1::zeros(n), progress);
    let mut found = tables.iter().map(first).collect::<Result<Vec<Quadratic>>>()?;
    for _ in 0..ROUNDS {
        common = Common::of(&found, common);
        for (quadratic, table) in found.iter_mut().zip(tables) {
            *quadratic = mode::<M>(table, &space, &common, quadratic.mode.clone(), progress)?;
        }
    }
    let all = |small: &Array2<f64>| among_all(small, &space, pooled.len());
    let one = |group: &Quadratic| Group {
        params: moved(pooled, &space, &group.mode),
        own: all(&inverse(&(&group.information + &common.precision))),
    };
    let fits = PooledGroups {
        groups: found.iter().map(one).collect(),
        common: moved(pooled, &space, &common.mean),
        common_covariance: all(&mean_covariance(&found, &common)),
        spread: all(&common.spread),
    };
    Ok((fits, found.iter().map(|group| group.marginal(&common)).sum()))
}

/// The model's parameters at these free ones. A parameter at a limit of the model may be taken beyond it.
fn moved(pooled: &[f64], space: &Space, u: &Array1<f64>) -> Vec<f64> {
    let mut params = pooled.to_vec();
    space.free.iter().zip(u).for_each(|(i, u)| params[*i] = within_reach(params[*i] * u.exp()));
    params
}

/// A matrix of free parameters as one of all: 0 for those that are chosen.
fn among_all(small: &Array2<f64>, space: &Space, n: usize) -> Array2<f64> {
    let mut all = Array2::zeros((n, n));
    for (k, i) in space.free.iter().enumerate() {
        space.free.iter().enumerate().for_each(|(l, j)| all[[*i, *j]] = small[[k, l]]);
    }
    all
}

/// The mode of a group's posterior and the quadratic of its likelihood there.
fn mode<M: Model>(
    table: &M::Table,
    space: &Space,
    common: &Common,
    start: Array1<f64>,
    progress: &dyn Progress,
) -> Result<Quadratic> {
    let belief = Penalty::Normal { mean: common.mean.clone(), precision: common.precision.clone() };
    let class = Class { table, effects: Vec::new() };
    let objective = Objective::<M>::of_classes(vec![class], space.clone(), belief);
    let at = |u: &Array1<f64>| objective.evaluate(u);
    let outcome = minimise(at, start, Limits { wall: WALL, max_iterations: 100 }, progress)?;
    let information = clipped(&(&outcome.at.hessian - &common.precision), 0.0);
    let gradient = common.precision.dot(&(&outcome.u - &common.mean)) - &outcome.at.gradient;
    let value = -outcome.at.value;
    Ok(Quadratic { value, linear: gradient + information.dot(&outcome.u), mode: outcome.u, information })
}

impl Common {
    fn new(mean: Array1<f64>, spread: Array2<f64>) -> Self {
        Common { precision: inverse(&spread), mean, spread }
    }

    /// EM: groups given what is common, what is common given groups.
    fn of(groups: &[Quadratic], mut common: Common) -> Self {
        let n = common.mean.len();
        let count = groups.len() as f64;
        for _ in 0..EM_STEPS {
            let posterior: Vec<_> = groups.iter().map(|group| group.posterior(&common)).collect();
            let mean = posterior.iter().fold(Array1::zeros(n), |sum, (u, _)| sum + u) / count;
            let mut spread: Array2<f64> = Array2::eye(n) * (PRIOR_GROUPS * PRIOR_SPREAD.powi(2));
            for (u, covariance) in &posterior {
                let apart = u - &mean;
                spread += covariance;
                spread += &Array2::from_shape_fn((n, n), |(i, j)| apart[i] * apart[j]);
            }
            common = Common::new(mean, spread / (PRIOR_GROUPS + count));
        }
        common
    }
}

impl Quadratic {
    /// Mean and covariance under what is common.
    fn posterior(&self, common: &Common) -> (Array1<f64>, Array2<f64>) {
        let covariance = inverse(&(&self.information + &common.precision));
        (covariance.dot(&(&self.linear + &common.precision.dot(&common.mean))), covariance)
    }

    /// The logarithm of the likelihood with the group's parameters integrated out under what is common (Laplace).
    fn marginal(&self, common: &Common) -> f64 {
        let ln_det = |matrix: &Array2<f64>| 2.0 * cholesky(matrix).diag().mapv(f64::ln).sum();
        self.value - 0.5 * (ln_det(&common.spread) + ln_det(&(&self.information + &common.precision)))
    }
}

/// Covariance of the estimate of the common mean: the inverse of `Σ (S + H_g⁻¹)⁻¹`.
fn mean_covariance(groups: &[Quadratic], common: &Common) -> Array2<f64> {
    let n = common.mean.len();
    let weight = |group: &Quadratic| {
        let own = inverse(&(&group.information + &common.precision));
        &common.precision - &common.precision.dot(&own).dot(&common.precision)
    };
    let sum = groups.iter().fold(Array2::zeros((n, n)), |sum, group| sum + weight(group));
    // Where no group says anything the first spread is what is known.
    inverse(&clipped(&sum, FIRST_SPREAD.powi(-2)))
}

/// The symmetric matrix with eigenvalues below `least` raised to it.
fn clipped(matrix: &Array2<f64>, least: f64) -> Array2<f64> {
    rebuilt(matrix, |value| value.max(least))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::customers::CustomerTable;
    use crate::model::Nbd;

    fn table(customers: u32, x: u32) -> CustomerTable {
        tables(&[(customers, x)])
    }

    fn tables(of: &[(u32, u32)]) -> CustomerTable {
        let mut builder = CustomerTable::builder();
        for (i, x) in of.iter().flat_map(|(customers, x)| (0..*customers).map(move |i| (i, x))) {
            let x = x + i % 3;
            builder.push(crate::customers::Customer { x, t_x: f64::from(x), t: 20.0 }, 1.0);
        }
        builder.finish()
    }

    /// Large groups keep what their data say, small ones are drawn to the others, and are less sure. Seen to
    /// fail with the sign of the pull turned, and with the quadratic's linear term left out.
    #[test]
    fn small_groups_are_drawn_in() {
        let groups = [table(3000, 1), table(3000, 1), table(3000, 1), table(3000, 6), table(3, 6)];
        let (fits, marginal) = fit_groups::<Nbd>(&groups, &[2.0, 8.0], &()).unwrap();
        let rate = |g: usize| fits.groups[g].params[0] / fits.groups[g].params[1];
        assert!((rate(0) / 0.1 - 1.0).abs() < 0.01 && (rate(3) / 0.35 - 1.0).abs() < 0.01);
        assert!(rate(4) < rate(3) && rate(4) > rate(0), "{} {}", rate(3), rate(4));
        let error = |g: usize| {
            let c = &fits.log_covariance(g);
            (c[[0, 0]] + c[[1, 1]] - 2.0 * c[[0, 1]]).sqrt()
        };
        assert!(error(4) > 5.0 * error(3), "{} {}", error(4), error(3));
        // Known: the error of a mean of 3,000 Poisson counts of 7 is 1/sqrt(21,000), and more with spread.
        assert!((error(3) * 21_000f64.sqrt()).abs() < 1.5, "{}", error(3));
        // Groups that differ so much are far likelier apart than as one; the same groups cut at random are not.
        let one = tables(&[(9000, 1), (3003, 6)]);
        let (_, together) = fit_groups::<Nbd>(&[one], &[2.0, 8.0], &()).unwrap();
        assert!(marginal > together + 1000.0, "{marginal} {together}");
        let alike: Vec<_> = (0..5).map(|_| table(600, 3)).collect();
        let (_, apart) = fit_groups::<Nbd>(&alike, &[2.0, 8.0], &()).unwrap();
        let (_, together) = fit_groups::<Nbd>(&[table(3000, 3)], &[2.0, 8.0], &()).unwrap();
        assert!(apart < together, "{apart} {together}");
    }

    /// With a wide normal for what is common and one parameter per group that is as good as normal, the integral is that by
    /// quadrature. Own check. Seen to fail with the determinant of the spread left out.
    #[test]
    fn likelihood_is_integrated_over_groups() {
        let common = Common::new(Array1::zeros(1), Array2::eye(1) * 0.09);
        // ln L(u) = 5 - 40 (u - 0.2)^2 / 2
        let (h, at, top) = (40.0, 0.2, 5.0);
        let mode = h * at / (h + 1.0 / 0.09);
        let value = top - 0.5 * h * f64::powi(mode - at, 2) - 0.5 * mode * mode / 0.09;
        let group = Quadratic {
            value,
            mode: Array1::from_elem(1, mode),
            linear: Array1::from_elem(1, h * at),
            information: Array2::from_elem((1, 1), h),
        };
        let step = 1e-4;
        let integral: f64 = (-30_000..30_000)
            .map(|i| f64::from(i) * step)
            .map(|u| (top - 0.5 * h * (u - at) * (u - at) - 0.5 * u * u / 0.09).exp())
            .sum::<f64>()
            * step
            / (2.0 * std::f64::consts::PI * 0.09).sqrt();
        assert!((group.marginal(&common) / integral.ln() - 1.0).abs() < 1e-9, "{integral}");
    }
}
