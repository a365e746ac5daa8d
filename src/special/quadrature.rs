//! Gaussian quadrature.

use std::f64::consts::PI;
use std::sync::LazyLock;

/// The Gauss-Legendre rule with `N` nodes on [−1, 1].
#[derive(Debug, Clone)]
pub struct GaussLegendre<const N: usize> {
    /// Nodes, ascending.
    pub x: [f64; N],
    /// Their weights.
    pub w: [f64; N],
}

/// Four nodes: exact for polynomials of degree 7.
pub static LEGENDRE_4: LazyLock<GaussLegendre<4>> = LazyLock::new(GaussLegendre::new);

/// Eight nodes: exact for polynomials of degree 15.
pub static LEGENDRE_8: LazyLock<GaussLegendre<8>> = LazyLock::new(GaussLegendre::new);

/// Twenty nodes: exact for polynomials of degree 39.
pub static LEGENDRE_20: LazyLock<GaussLegendre<20>> = LazyLock::new(GaussLegendre::new);

impl<const N: usize> GaussLegendre<N> {
    /// The zeros of the Legendre polynomial by Newton's method (DLMF 3.5(v)).
    fn new() -> Self {
        let mut rule = GaussLegendre { x: [0.0; N], w: [0.0; N] };
        for i in 0..N {
            let mut x = -(PI * (i as f64 + 0.75) / (N as f64 + 0.5)).cos();
            let mut slope = 1.0;
            for _ in 0..10 {
                let (p, d) = legendre_with_slope(N, x);
                x -= p / d;
                slope = d;
            }
            rule.x[i] = x;
            rule.w[i] = 2.0 / ((1.0 - x * x) * slope * slope);
        }
        rule
    }

    /// Integral of `f` over [from, to].
    pub fn integrate(&self, from: f64, to: f64, mut f: impl FnMut(f64) -> f64) -> f64 {
        let (middle, half) = (0.5 * (from + to), 0.5 * (to - from));
        let sum: f64 = self.x.iter().zip(&self.w).map(|(x, w)| w * f(middle + half * x)).sum();
        half * sum
    }
}

/// The Legendre polynomial of degree `n` and its derivative.
fn legendre_with_slope(n: usize, x: f64) -> (f64, f64) {
    let (mut last, mut p) = (1.0, x);
    for k in 1..n {
        let k = k as f64;
        (last, p) = (p, ((2.0 * k + 1.0) * x * p - k * last) / (k + 1.0));
    }
    (p, n as f64 * (last - x * p) / (1.0 - x * x))
}

/// The Gauss-Jacobi rule for `∫_0^1 t^(a−1) f(t) dt`, `a > 0`: nodes, and weights that add up to 1
/// (the integral is their sum of `f`, divided by `a`).
///
/// Golub and Welsch: the nodes are the eigenvalues of the tridiagonal matrix of the recurrence, the
/// weights the squared first components of its eigenvectors; by the QL method with implicit shifts.
pub fn gauss_jacobi_unit<const N: usize>(a: f64) -> ([f64; N], [f64; N]) {
    let (mut diagonal, mut off) = ([0.0; N], [0.0; N]);
    let beta = a - 1.0;
    diagonal[0] = a / (a + 1.0);
    for (i, (diagonal, off)) in diagonal[1..].iter_mut().zip(&mut off).enumerate() {
        let k = (i + 1) as f64;
        let m = 2.0 * k + beta;
        *diagonal = 0.5 + 0.5 * (beta / m) * (beta / (m + 2.0));
        // k = 1: the factors k + beta and 2k + beta − 1 are both a, and cancel.
        let product =
            if i == 0 { a / (m + 1.0) } else { k * ((k + beta) / (m + 1.0)) * ((k + beta) / (m - 1.0)) };
        *off = (k * product).sqrt() / m;
    }
    let weights = eigenvalues(&mut diagonal, &mut off);
    (diagonal, weights)
}

/// Nodes of a rule for sums.
pub const SUM_NODES: usize = 20;

/// Gaussian rules for sums: `Σ f(i)`, `i` from 0 to `2^level − 1`, is the sum of `f` at these nodes by
/// these weights, for polynomials of degree 39 exactly. From level 5 on, where there are fewer nodes
/// than terms, to level 63.
///
/// The orthogonal polynomials are Chebyshev's discrete ones (DLMF 18.20, the Hahn polynomials of
/// parameters 0), the nodes and weights again by Golub and Welsch.
pub static SUMS: LazyLock<Vec<([f64; SUM_NODES], [f64; SUM_NODES])>> =
    LazyLock::new(|| (0..64).map(|level| gauss_sum(2_f64.powi(level))).collect());

fn gauss_sum(terms: f64) -> ([f64; SUM_NODES], [f64; SUM_NODES]) {
    let (mut nodes, mut off) = ([0.0; SUM_NODES], [0.0; SUM_NODES]);
    for (i, off) in off.iter_mut().enumerate() {
        let i = (i + 1) as f64;
        let part = i / terms;
        *off = 0.5 * i * ((1.0 - part) * (1.0 + part) / (4.0 * i * i - 1.0)).max(0.0).sqrt();
    }
    let weights = eigenvalues(&mut nodes, &mut off);
    let middle = 0.5 * (terms - 1.0);
    (nodes.map(|node| middle + terms * node), weights.map(|weight| terms * weight))
}

/// The eigenvalues of a symmetric tridiagonal matrix, in place of its diagonal, and the squared first
/// components of its eigenvectors.
fn eigenvalues<const N: usize>(diagonal: &mut [f64; N], off: &mut [f64; N]) -> [f64; N] {
    let mut first = [0.0; N];
    first[0] = 1.0;
    for l in 0..N {
        for _ in 0..60 {
            let m = (l..N - 1).find(|&m| {
                let scale = diagonal[m].abs() + diagonal[m + 1].abs();
                off[m].abs() <= f64::EPSILON * 0.25 * scale
            });
            let m = m.unwrap_or(N - 1);
            if m == l {
                break;
            }
            ql_step(diagonal, off, &mut first, l, m);
        }
    }
    first.map(|v| v * v)
}

/// One implicit QL step on rows `l..=m`, carrying the first components of the eigenvectors along.
fn ql_step<const N: usize>(d: &mut [f64; N], e: &mut [f64; N], z: &mut [f64; N], l: usize, m: usize) {
    let mut g = (d[l + 1] - d[l]) / (2.0 * e[l]);
    let r = g.hypot(1.0);
    g = d[m] - d[l] + e[l] / (g + r.copysign(g));
    let (mut s, mut c, mut p) = (1.0, 1.0, 0.0);
    for i in (l..m).rev() {
        let f = s * e[i];
        let b = c * e[i];
        let r = f.hypot(g);
        e[i + 1] = r;
        if r == 0.0 {
            d[i + 1] -= p;
            e[m] = 0.0;
            return;
        }
        s = f / r;
        c = g / r;
        g = d[i + 1] - p;
        let t = (d[i] - g) * s + 2.0 * c * b;
        p = s * t;
        d[i + 1] = g + p;
        g = c * t - b;
        let upper = z[i + 1];
        z[i + 1] = s * z[i] + c * upper;
        z[i] = c * z[i] - s * upper;
    }
    d[l] -= p;
    e[l] = g;
    e[m] = 0.0;
}
