//! Interpolation of functions that are smooth over several orders of magnitude of their argument.

use std::f64::consts::PI;

/// Chebyshev points of `ln(1 + v/scale)` for `v` from 0 to an end, with the barycentric weights of interpolation between them
/// (Berrut & Trefethen 2004, "Barycentric Lagrange interpolation", SIAM Review 46(3), 501-517).
#[derive(Debug, Clone)]
pub struct LogChebyshev {
    scale: f64,
    /// In `ln(1 + v/scale)`, ascending from 0.
    points: Vec<f64>,
    /// The end itself, without rounding.
    end: f64,
}

impl LogChebyshev {
    /// So many points behind 0, up to `end`. A function that is analytic but for something at `v = −scale` or beyond is had to
    /// ten digits with a dozen of them.
    pub fn new(scale: f64, end: f64, points: usize) -> Self {
        let top = (end / scale).ln_1p();
        let point = |j: usize| 0.5 * top * (1.0 - (PI * j as f64 / points as f64).cos());
        LogChebyshev { scale, points: (0..=points).map(point).collect(), end }
    }

    /// The points as arguments, 0 first and the end last.
    pub fn nodes(&self) -> Vec<f64> {
        let mut nodes: Vec<f64> = self.points.iter().map(|y| self.scale * y.exp_m1()).collect();
        *nodes.last_mut().expect("there is at least the point 0") = self.end;
        nodes
    }

    /// The parts that the values at the points have in the interpolation at `v`.
    pub fn parts(&self, v: f64) -> Vec<f64> {
        let y = (v / self.scale).ln_1p();
        if let Some(at) = self.points.iter().position(|point| *point == y) {
            return (0..self.points.len()).map(|j| f64::from(u8::from(j == at))).collect();
        }
        let last = self.points.len() - 1;
        let term = |(j, point): (usize, &f64)| {
            let weight = if j == 0 || j == last { 0.5 } else { 1.0 };
            (if j % 2 == 0 { weight } else { -weight }) / (y - point)
        };
        let mut terms: Vec<f64> = self.points.iter().enumerate().map(term).collect();
        let sum: f64 = terms.iter().sum();
        terms.iter_mut().for_each(|term| *term /= sum);
        terms
    }

    /// The interpolation at `v` of these values at the points.
    pub fn at(&self, v: f64, values: &[f64]) -> f64 {
        self.parts(v).iter().zip(values).map(|(part, value)| part * value).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What models expect looks like this. Seen to fail with ends of full weight.
    #[test]
    fn expectations_are_interpolated() {
        let f = |v: f64| 1.0 - (1.0 + v / 6.0).powf(-0.7) + 0.3 * (v / 20.0).ln_1p();
        for (end, points) in [(4.0, 10), (80.0, 16), (500.0, 20)] {
            let rule = LogChebyshev::new(0.02 * end + 1.0, end, points);
            let values: Vec<f64> = rule.nodes().into_iter().map(f).collect();
            for i in 0..=100 {
                let v = end * f64::from(i) / 100.0;
                let found = rule.at(v, &values);
                assert!((found - f(v)).abs() < 1e-8, "{end} {v}: {found} {}", f(v));
            }
        }
    }
}
