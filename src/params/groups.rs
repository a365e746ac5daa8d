//! Parameters of groups that differ at random about what all have in common: partial pooling.
//!
//! ```text
//! u_g ~ N(m, S)                     logarithms of the parameters of group g
//! m   ~ N(ln common, C)             what is open of what they have in common
//! u_g | m ~ N(ln params_g + F_g (m − ln common), own_g),   F_g = own_g S⁻¹
//! ```
//!
//! How they are found is told in [`fit_groups`](crate::fit::fit_groups). `S` is taken as known.

use ndarray::{Array1, Array2};

use super::within_reach;
use crate::customers::{Covariate, Kind};
use crate::special::linalg::{cholesky, inverse};

/// The parameters of one group.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// The model's parameters, in its order.
    pub params: Vec<f64>,
    /// Covariance of their logarithms, were it known what groups have in common; 0 for parameters that are chosen.
    pub own: Array2<f64>,
}

/// All groups, and what they have in common.
#[derive(Debug, Clone, PartialEq)]
pub struct PooledGroups {
    /// Group by group.
    pub groups: Vec<Group>,
    /// The parameters in the middle of all groups: what is said of a group that was not seen.
    pub common: Vec<f64>,
    /// Covariance of the estimate of their logarithms.
    pub common_covariance: Array2<f64>,
    /// Covariance of the logarithms of parameters between groups.
    pub spread: Array2<f64>,
}

impl PooledGroups {
    /// How the logarithms of a group's parameters follow what all have in common.
    fn follows(&self, group: &Group) -> Array2<f64> {
        group.own.dot(&inverse(&self.spread))
    }

    /// Covariance of all that is open of the logarithms of a group's parameters.
    pub fn log_covariance(&self, group: usize) -> Array2<f64> {
        let group = &self.groups[group];
        let follows = self.follows(group);
        &group.own + &follows.dot(&self.common_covariance).dot(&follows.t())
    }

    /// Standard deviation of the logarithm of each parameter between groups.
    pub fn deviations(&self) -> Vec<f64> {
        self.spread.diag().mapv(f64::sqrt).to_vec()
    }

    /// A draw of all groups' parameters and of those of a group that was not seen, one after the other; `normal` gives
    /// standard normal numbers.
    pub fn draw(&self, mut normal: impl FnMut() -> f64) -> Vec<f64> {
        let n = self.common.len();
        let mut step = |factor: &Array2<f64>| factor.dot(&Array1::from_shape_fn(n, |_| normal()));
        let shift = step(&cholesky(&self.common_covariance));
        let moved = |params: &[f64], by: &Array1<f64>| -> Vec<f64> {
            params.iter().zip(by).map(|(value, by)| within_reach(value * by.exp())).collect()
        };
        let mut all = Vec::with_capacity((self.groups.len() + 1) * n);
        for group in &self.groups {
            let by = self.follows(group).dot(&shift) + step(&cholesky(&group.own));
            all.extend(moved(&group.params, &by));
        }
        let by = &shift + &step(&cholesky(&self.spread));
        all.extend(moved(&self.common, &by));
        all
    }
}

/// The groups of a fitted model, by name.
#[derive(Debug, Clone, PartialEq)]
pub struct Groups {
    /// What tells them apart: [`Kind::Groups`](crate::customers::Kind::Groups), whose names are in the order of the groups.
    pub covariate: Covariate,
    /// How many customers each has in the data of the fit.
    pub customers: Vec<u64>,
    /// Their parameters.
    pub pooled: PooledGroups,
}

impl Groups {
    /// Their names.
    pub fn names(&self) -> &[String] {
        match &self.covariate.kind {
            Kind::Groups { names } => names,
            _ => &[],
        }
    }

    /// Was this group in the data of the fit?
    pub fn knows(&self, name: &str) -> bool {
        self.names().binary_search_by(|known| known.as_str().cmp(name)).is_ok()
    }

    /// Standard errors of a group's parameters; 0 of those that are chosen.
    pub fn errors(&self, group: usize) -> Vec<f64> {
        let covariance = self.pooled.log_covariance(group);
        self.pooled.groups[group]
            .params
            .iter()
            .enumerate()
            .map(|(i, p)| p * covariance[[i, i]].sqrt())
            .collect()
    }

    /// All parameters one after the other, those of a group that was not seen last.
    pub fn values(&self) -> Vec<f64> {
        let groups = self.pooled.groups.iter().flat_map(|group| &group.params);
        groups.chain(&self.pooled.common).copied().collect()
    }

    /// Of such a list the parameters of the group of this number.
    pub fn params<'a>(&self, values: &'a [f64], group: f64) -> &'a [f64] {
        let n = self.pooled.common.len();
        let place = (group as usize).min(self.pooled.groups.len());
        &values[place * n..(place + 1) * n]
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    /// By hand, with one parameter: S = 0.04, own = 0.01, C = 0.0025: F = 0.25, so that the variance is 0.01 + 0.0625
    /// 0.0025; the draw with z = 1 for what is common and 2 for the group is exp(0.25 0.05 + 2 0.1) times the estimate, that
    /// of a new group with z = -1 exp(0.05 - 0.2).
    #[test]
    fn groups_follow_what_they_have_in_common() {
        let pooled = PooledGroups {
            groups: vec![Group { params: vec![3.0], own: array![[0.01]] }],
            common: vec![2.0],
            common_covariance: array![[0.0025]],
            spread: array![[0.04]],
        };
        let variance = pooled.log_covariance(0)[[0, 0]];
        assert!((variance / (0.01 + 0.0625 * 0.0025) - 1.0).abs() < 1e-12, "{variance}");
        let mut z = [1.0, 2.0, -1.0].into_iter();
        let drawn = pooled.draw(|| z.next().unwrap());
        let expected = [3.0 * f64::exp(0.25 * 0.05 + 0.2), 2.0 * f64::exp(0.05 - 0.2)];
        assert!(drawn.iter().zip(expected).all(|(a, b)| (a / b - 1.0).abs() < 1e-12), "{drawn:?}");
    }
}
