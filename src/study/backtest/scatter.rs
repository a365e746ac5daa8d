//! How far the purchases of a whole cohort scatter around what a model expects: by chance, customers being
//! independent, and because its parameters are estimates.
//!
//! Chance: variances of one new customer's purchases by age, from customers drawn from the model; those of a
//! cohort add up. Parameters: the covariance of the fit, carried to the curve by its derivatives with respect
//! to the logarithms of the parameters (delta method).

use std::collections::BTreeMap;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::fitted::{ClvModel, PurchaseModel};
use crate::model::Process;

/// Customers drawn.
const DRAWN: u32 = 4000;
/// Ages at which variances are known, at most; between them they are interpolated.
const AGES: i32 = 256;
/// Any seed: the curve of a model is the same every time.
const SEED: u64 = 1;

/// Variances of the repeat purchases of one new customer.
pub(super) struct Chance {
    /// Grains from one known age to the next.
    step: i32,
    /// Up to an age.
    in_all: Vec<f64>,
    /// In the last period before an age.
    alone: Vec<f64>,
}

impl Chance {
    /// For ages up to `oldest` and periods of `period`, both in grains of `grain` units of time.
    pub fn new(process: &dyn Process, oldest: i32, period: i32, grain: f64) -> Self {
        let step = oldest.max(1).div_euclid(AGES) + 1;
        let known = (oldest / step + 2) as usize;
        let mut sums = vec![[0.0f64; 4]; known];
        let mut rng = ChaCha8Rng::seed_from_u64(SEED);
        let until = f64::from(step) * known as f64 * grain;
        let mut ages = Vec::new();
        for _ in 0..DRAWN {
            ages.clear();
            process.repeats(&mut rng, until, &mut ages);
            for (i, sums) in sums.iter_mut().enumerate() {
                let age = step * i as i32;
                let up_to = |age: i32| ages.partition_point(|at| *at <= f64::from(age) * grain) as f64;
                let (all, before) = (up_to(age), up_to((age - period).max(0)));
                let alone = all - before;
                for (sum, term) in sums.iter_mut().zip([all, all * all, alone, alone * alone]) {
                    *sum += term;
                }
            }
        }
        let n = f64::from(DRAWN);
        let variance = |sum: f64, squares: f64| (squares - sum * sum / n) / (n - 1.0);
        Chance {
            step,
            in_all: sums.iter().map(|s| variance(s[0], s[1])).collect(),
            alone: sums.iter().map(|s| variance(s[2], s[3])).collect(),
        }
    }

    /// Variances of the purchases of a cohort, given as ages and how many have them, `ahead` grains on: in
    /// all, and in the last period.
    pub fn of(&self, ages: &BTreeMap<i32, u64>, ahead: i32) -> [f64; 2] {
        let mut sums = [0.0; 2];
        for (age, count) in ages.iter().filter(|(age, _)| **age + ahead > 0) {
            let age = age + ahead;
            let (at, part) = ((age / self.step) as usize, f64::from(age % self.step) / f64::from(self.step));
            for (sum, known) in sums.iter_mut().zip([&self.in_all, &self.alone]) {
                let last = known.len() - 1;
                let (low, high) = (known[at.min(last)], known[(at + 1).min(last)]);
                *sum += *count as f64 * (low + part * (high - low));
            }
        }
        sums
    }
}

/// How far the logarithm of a parameter is moved for a derivative.
const STEP: f64 = 1e-4;

/// The variance of each point of a curve that a model's parameters leave open: `g' C g`, `g` its derivatives
/// and `C` the covariance of the parameters, both of logarithms. Zero if the fit has no covariance.
pub(super) fn of_parameters(model: &ClvModel, curve: impl Fn(&PurchaseModel) -> Vec<f64>) -> Vec<f64> {
    let params = model.purchase.params();
    let covariance = model.purchase_fit.as_ref().and_then(|fit| fit.covariance.as_ref());
    let points = curve(&model.purchase).len();
    let Some(covariance) = covariance.filter(|c| c.len() == params.len()) else { return vec![0.0; points] };
    let moved = |i: usize, by: f64| {
        let mut params = params.to_vec();
        params[i] *= by.exp();
        PurchaseModel::new(model.purchase.name(), &params).map(|model| curve(&model)).ok()
    };
    let slope = |i: usize| -> Vec<f64> {
        // A parameter that is chosen and not estimated has no variance, and may have no neighbours.
        let ends = (covariance[i][i] > 0.0).then(|| moved(i, STEP).zip(moved(i, -STEP))).flatten();
        ends.map_or_else(
            || vec![0.0; points],
            |(up, down)| up.iter().zip(&down).map(|(up, down)| (up - down) / (2.0 * STEP)).collect(),
        )
    };
    let slopes: Vec<Vec<f64>> = (0..params.len()).map(slope).collect();
    let variance = |at: usize| {
        let term =
            |i: usize, j: usize| slopes[i][at] * slopes[j][at] * covariance[i][j] / (params[i] * params[j]);
        (0..params.len()).flat_map(|i| (0..params.len()).map(move |j| (i, j))).map(|(i, j)| term(i, j)).sum()
    };
    (0..points).map(variance).map(|variance: f64| variance.max(0.0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Unit;
    use crate::fit::{FitReport, StopReason};

    /// Of NBD the variance is `r t/α (1 + t/α)`, of any window of length `t`.
    #[test]
    fn variances_are_those_of_nbd() {
        let (r, alpha) = (2.0, 5.0);
        let model = PurchaseModel::new("nbd", &[r, alpha]).unwrap();
        let chance = Chance::new(&*model.process().unwrap(), 600, 7, 0.25);
        let exact = |t: f64| r * t / alpha * (1.0 + t / alpha);
        for age in [8, 100, 555] {
            let [in_all, alone] = chance.of(&BTreeMap::from([(age, 3), (-900, 5)]), 0);
            assert!((in_all / (3.0 * exact(f64::from(age) * 0.25)) - 1.0).abs() < 0.1, "{age}: {in_all}");
            assert!((alone / (3.0 * exact(7.0 * 0.25)) - 1.0).abs() < 0.1, "{age}: {alone}");
        }
    }

    /// `E = N t r/α`: the variance is `E² (C_rr + C_αα − 2 C_rα)`.
    #[test]
    fn parameters_carry_over() {
        let params = [2.0, 5.0];
        let purchase = PurchaseModel::new("nbd", &params).unwrap();
        let logs = [[0.04, 0.01], [0.01, 0.09]];
        let covariance =
            (0..2).map(|i| (0..2).map(|j| logs[i][j] * params[i] * params[j]).collect()).collect();
        let fit = FitReport {
            model: "nbd",
            stop: StopReason::Converged,
            estimates: Vec::new(),
            covariance: Some(covariance),
            log_likelihood: 0.0,
            gradient_norm: 0.0,
            iterations: 1,
            evaluations: 1,
            starts: 1,
            customers: 1.0,
            sample_size: 1.0,
            free_parameters: 2,
            distinct_rows: 1,
            flat: Vec::new(),
            warnings: Vec::new(),
            notes: Vec::new(),
            coefficients: Vec::new(),
            likelihood_ratio: None,
            posterior: None,
        };
        let model = ClvModel::from_parameters(purchase, None, Unit::Week);
        let curve = |model: &PurchaseModel| vec![model.expected_purchases_new(10.0)];
        assert_eq!(of_parameters(&model, curve), [0.0]);
        let fitted = ClvModel { purchase_fit: Some(fit), ..model };
        let exact = 16.0 * (0.04 + 0.09 - 0.02);
        assert!((of_parameters(&fitted, curve)[0] / exact - 1.0).abs() < 1e-6);
    }
}
