//! Eigenvalues and the root of a small symmetric matrix: all the linear algebra a fit of a few
//! parameters needs.

use ndarray::{Array1, Array2};

/// Eigenvalues, and the eigenvectors as columns, of a symmetric matrix, by cyclic Jacobi rotations.
///
/// Jacobi's method is slow for large matrices and the most accurate one for small ones: it also
/// gets small eigenvalues right when the diagonal is badly scaled (Demmel & Veselić 1992).
pub(crate) fn symmetric_eigen(matrix: &Array2<f64>) -> (Array1<f64>, Array2<f64>) {
    let n = matrix.nrows();
    let mut a = matrix.clone();
    let mut vectors = Array2::eye(n);
    for _sweep in 0..60 {
        let mut rotated = false;
        for p in 0..n {
            for q in p + 1..n {
                rotated |= rotate(&mut a, &mut vectors, p, q);
            }
        }
        if !rotated {
            break;
        }
    }
    (a.diag().to_owned(), vectors)
}

/// One Jacobi rotation that makes `a[p, q]` zero; false if it is negligible already.
fn rotate(a: &mut Array2<f64>, vectors: &mut Array2<f64>, p: usize, q: usize) -> bool {
    let off = a[[p, q]];
    if off == 0.0 || off.abs() <= 1e-17 * (a[[p, p]] * a[[q, q]]).abs().sqrt() || !off.is_finite() {
        return false;
    }
    let theta = (a[[q, q]] - a[[p, p]]) / (2.0 * off);
    let t = theta.signum() / (theta.abs() + theta.hypot(1.0));
    let t = if theta == 0.0 { 1.0 } else { t };
    let c = 1.0 / t.hypot(1.0);
    let s = t * c;
    let n = a.nrows();
    for k in 0..n {
        let (kp, kq) = (a[[k, p]], a[[k, q]]);
        a[[k, p]] = c * kp - s * kq;
        a[[k, q]] = s * kp + c * kq;
    }
    for k in 0..n {
        let (pk, qk) = (a[[p, k]], a[[q, k]]);
        a[[p, k]] = c * pk - s * qk;
        a[[q, k]] = s * pk + c * qk;
    }
    a[[p, q]] = 0.0;
    a[[q, p]] = 0.0;
    for k in 0..n {
        let (kp, kq) = (vectors[[k, p]], vectors[[k, q]]);
        vectors[[k, p]] = c * kp - s * kq;
        vectors[[k, q]] = s * kp + c * kq;
    }
    true
}

/// The inverse of a positive semidefinite symmetric matrix; 0 along directions without any weight (a chosen parameter).
pub(crate) fn inverse(matrix: &Array2<f64>) -> Array2<f64> {
    rebuilt(matrix, |value| if value == 0.0 { 0.0 } else { value.recip() })
}

/// The symmetric matrix with the same eigenvectors and changed eigenvalues.
pub(crate) fn rebuilt(matrix: &Array2<f64>, change: impl Fn(f64) -> f64) -> Array2<f64> {
    let (values, vectors) = symmetric_eigen(matrix);
    let changed = values.mapv(change);
    let n = matrix.nrows();
    Array2::from_shape_fn((n, n), |(i, j)| {
        (0..n).map(|k| vectors[[i, k]] * changed[k] * vectors[[j, k]]).sum()
    })
}

/// The lower triangle `L` with `L Lᵀ` the matrix; a direction without variance (a chosen parameter)
/// stays without.
pub(crate) fn cholesky(matrix: &Array2<f64>) -> Array2<f64> {
    let n = matrix.nrows();
    let mut lower = Array2::zeros((n, n));
    for j in 0..n {
        let sum: f64 = (0..j).map(|k| f64::powi(lower[[j, k]], 2)).sum();
        let pivot = (matrix[[j, j]] - sum).max(0.0).sqrt();
        lower[[j, j]] = pivot;
        for i in j + 1..n {
            let sum: f64 = (0..j).map(|k| lower[[i, k]] * lower[[j, k]]).sum();
            lower[[i, j]] = if pivot > 0.0 { (matrix[[i, j]] - sum) / pivot } else { 0.0 };
        }
    }
    lower
}

/// The solution of `L Lᵀ x = b` for a lower triangle without zeros on its diagonal.
pub(crate) fn solve(lower: &Array2<f64>, b: &[f64]) -> Vec<f64> {
    let n = b.len();
    let mut x = b.to_vec();
    for i in 0..n {
        let sum: f64 = (0..i).map(|j| lower[[i, j]] * x[j]).sum();
        x[i] = (x[i] - sum) / lower[[i, i]];
    }
    for i in (0..n).rev() {
        let sum: f64 = (i + 1..n).map(|j| lower[[j, i]] * x[j]).sum();
        x[i] = (x[i] - sum) / lower[[i, i]];
    }
    x
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn eigen_reconstructs() {
        let m = array![[4.0, 1.0, -2.0], [1.0, 2.0, 0.5], [-2.0, 0.5, 1e-3]];
        let (values, v) = symmetric_eigen(&m);
        let back = v.dot(&Array2::from_diag(&values)).dot(&v.t());
        assert!((&back - &m).iter().all(|d| d.abs() < 1e-14), "{back}");
        let identity = v.t().dot(&v);
        assert!((&identity - &Array2::<f64>::eye(3)).iter().all(|d| d.abs() < 1e-14));
    }

    #[test]
    fn factor_gives_the_matrix_back() {
        let matrix = array![[4.0, 2.0, 0.0], [2.0, 3.0, 0.0], [0.0, 0.0, 0.0]];
        let lower = cholesky(&matrix);
        let back = lower.dot(&lower.t());
        assert!((&back - &matrix).iter().all(|d| d.abs() < 1e-15), "{back}");
    }

    #[test]
    fn solutions_solve() {
        let matrix = array![[4.0, 2.0, 0.5], [2.0, 3.0, 0.1], [0.5, 0.1, 1.0]];
        let x = solve(&cholesky(&matrix), &[1.0, -2.0, 0.25]);
        let back = matrix.dot(&ndarray::Array1::from(x));
        assert!(back.iter().zip([1.0, -2.0, 0.25]).all(|(a, b)| (a - b).abs() < 1e-14), "{back}");
    }
}
