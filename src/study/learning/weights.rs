//! Weights of an average from what its models would have done.
//!
//! ```text
//! minimise  w' (Q/s + B) w + ridge (1 + 3/n) |w − 1/K|²   over w >= 0, Σ w = 1
//! Q  how distributions err together (w' Q w is the score of the average), s the mean of its diagonal
//! B  products of the logarithms of totals, expected over bought
//! ```
//! each the mean over trials. The ridge draws weights to equal ones, the more so the fewer windows there are that do not
//! overlap (`n`): an average of equal weights is hard to beat by weights from few trials (Timmermann 2006; Claeskens, Magnus,
//! Vasnev & Wang 2016). Its width was chosen on shipped logs.

use super::lessons::{Cell, Lessons};

/// How much weights are drawn to be equal.
const RIDGE: f64 = 0.02;
/// So many windows is worth what is known beforehand.
const KNOWN: f64 = 3.0;
/// Steps of the search.
const STEPS: usize = 4_000;

/// The weights of the candidates, in the order in which they were tried.
pub fn weights(lessons: &Lessons) -> Vec<f64> {
    let models = lessons.cells.first().map_or(1, |cell| cell.expected.len());
    minimise(&losses(&lessons.cells, models), RIDGE * (1.0 + KNOWN / lessons.windows))
}

/// `Q/s + B` of trials: the mean over them.
pub(super) fn losses(cells: &[Cell], k: usize) -> Vec<Vec<f64>> {
    let mut loss = vec![vec![0.0; k]; k];
    for cell in cells {
        let scale = (0..k).map(|i| cell.pairs[i][i]).sum::<f64>() / k as f64;
        let errors = cell.errors();
        for i in 0..k {
            for j in 0..k {
                loss[i][j] += (cell.pairs[i][j] / scale + errors[i] * errors[j]) / cells.len() as f64;
            }
        }
    }
    loss
}

/// Weights on the simplex, by projected gradients; the problem is convex, and has one answer.
fn minimise(loss: &[Vec<f64>], ridge: f64) -> Vec<f64> {
    let k = loss.len();
    let equal = 1.0 / k as f64;
    let mut weights = vec![equal; k];
    // The gradient changes by no more than this a step: the largest row sum bounds the curvature.
    let steepest = loss.iter().map(|row| row.iter().map(|l| l.abs()).sum::<f64>()).fold(0.0, f64::max);
    let rate = 0.5 / (steepest + ridge);
    for _ in 0..STEPS {
        let slope = |i: usize| {
            2.0 * loss[i].iter().zip(&weights).map(|(l, w)| l * w).sum::<f64>()
                + 2.0 * ridge * (weights[i] - equal)
        };
        let next: Vec<f64> = (0..k).map(|i| weights[i] - rate * slope(i)).collect();
        weights = projected(next);
    }
    weights
}

/// The nearest point of the simplex (Held, Wolfe & Crowder 1974).
fn projected(point: Vec<f64>) -> Vec<f64> {
    let mut sorted = point.clone();
    sorted.sort_by(|a, b| b.total_cmp(a));
    let (mut sum, mut shift) = (0.0, 0.0);
    for (i, value) in sorted.iter().enumerate() {
        sum += value;
        let own = (sum - 1.0) / (i + 1) as f64;
        if value - own > 0.0 {
            shift = own;
        }
    }
    point.into_iter().map(|value| (value - shift).max(0.0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two forecasts by hand, from the derivative along the simplex.
    #[test]
    fn weights_minimise_the_loss() {
        let loss = vec![vec![1.0, 0.8], vec![0.8, 1.2]];
        let found = minimise(&loss, 0.1);
        // d/dw of w² + 1.6 w(1−w) + 1.2 (1−w)² + 0.2 (w − 1/2)² = 0.
        let exact = (2.4 - 1.6 + 0.2) / (2.0 - 3.2 + 2.4 + 0.4);
        assert!((found[0] - exact).abs() < 1e-9, "{found:?} {exact}");
        // A forecast that errs much more than all others, and with them, has none.
        let bad = vec![vec![1.0, 0.95, 2.0], vec![0.95, 1.0, 2.0], vec![2.0, 2.0, 9.0]];
        let found = minimise(&bad, 0.1);
        assert!(found[2] == 0.0 && (found[0] - 0.5).abs() < 1e-9, "{found:?}");
        assert_eq!(projected(vec![0.5, 0.7, -3.0]), [0.4, 0.6, 0.0]);
    }
}
