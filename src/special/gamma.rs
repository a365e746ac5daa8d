//! `ln Γ`, digamma, trigamma, and their differences.

use std::f64::consts::TAU;

/// From here on Stirling's series with the terms below is exact to rounding.
const LARGE: f64 = 10.0;

/// `B_2k / (2k (2k − 1))`, `k = 1..=8`: `ln Γ` (DLMF 5.11.1).
const LN_GAMMA_TERMS: [f64; 8] = [
    1.0 / 12.0,
    -1.0 / 360.0,
    1.0 / 1260.0,
    -1.0 / 1680.0,
    1.0 / 1188.0,
    -691.0 / 360_360.0,
    1.0 / 156.0,
    -3617.0 / 122_400.0,
];

/// `B_2k / 2k`, `k = 1..=8`: digamma (DLMF 5.11.2).
const DIGAMMA_TERMS: [f64; 8] = [
    1.0 / 12.0,
    -1.0 / 120.0,
    1.0 / 252.0,
    -1.0 / 240.0,
    1.0 / 132.0,
    -691.0 / 32_760.0,
    1.0 / 12.0,
    -3617.0 / 8160.0,
];

/// `B_2k`, `k = 1..=8`: trigamma (the derivative of DLMF 5.11.2).
const TRIGAMMA_TERMS: [f64; 8] = [
    1.0 / 6.0,
    -1.0 / 30.0,
    1.0 / 42.0,
    -1.0 / 30.0,
    5.0 / 66.0,
    -691.0 / 2730.0,
    7.0 / 6.0,
    -3617.0 / 510.0,
];

/// `Σ terms[k] y^k`.
fn polynomial(terms: &[f64], y: f64) -> f64 {
    terms.iter().rev().fold(0.0, |sum, term| sum * y + term)
}

/// `p(u)` and `(p(u) − p(v)) / (u − v)` for the polynomial `p` with these terms.
fn divided_difference(terms: &[f64], u: f64, v: f64) -> (f64, f64) {
    let (mut at_u, mut at_v, mut divided) = (0.0, 0.0, 0.0);
    for term in terms.iter().rev() {
        divided = divided * u + at_v;
        at_u = at_u * u + term;
        at_v = at_v * v + term;
    }
    (at_u, divided)
}

/// `ln Γ(z)`, `z > 0`.
pub fn ln_gamma(z: f64) -> f64 {
    libm::lgamma(z)
}

/// `t − ln(1 + t)`, `t > −1`, to full relative accuracy.
pub fn log1p_excess(t: f64) -> f64 {
    if t.abs() > 0.4 {
        return t - t.ln_1p();
    }
    // ln(1+t) = 2 artanh(u), u = t/(2+t), and t − 2u = tu.
    let u = t / (2.0 + t);
    let square = u * u;
    let (mut power, mut sum) = (square, 1.0 / 3.0);
    let mut denominator = 5.0;
    while power > 1e-18 {
        sum += power / denominator;
        power *= square;
        denominator += 2.0;
    }
    u * (t - 2.0 * square * sum)
}

/// `(1 + t) ln(1 + t) − t`, `t > −1`, to full relative accuracy.
fn entropy(t: f64) -> f64 {
    t * t.ln_1p() - log1p_excess(t)
}

/// The remainder of Stirling's formula, `ln Γ(z) − ((z − ½) ln z − z + ½ ln 2π)`, `z > 0`.
pub fn stirling(z: f64) -> f64 {
    if z >= LARGE {
        polynomial(&LN_GAMMA_TERMS, 1.0 / (z * z)) / z
    } else {
        ln_gamma(z) - ((z - 0.5) * z.ln() - z + 0.5 * TAU.ln())
    }
}

/// `stirling(z + d) − stirling(z)` for large `z`.
fn stirling_step(z: f64, d: f64) -> f64 {
    let (y, w) = (1.0 / z, 1.0 / (z + d));
    let (at_y, divided) = divided_difference(&LN_GAMMA_TERMS, y * y, w * w);
    -d * y * w * (at_y + w * (y + w) * divided)
}

/// `ln Γ(z + d) − ln Γ(z)`, `z > 0`, `d >= 0`.
pub fn ln_gamma_difference(z: f64, d: f64) -> f64 {
    let (mut z, mut sum) = (z, 0.0);
    while z < LARGE {
        sum -= (d / z).ln_1p();
        z += 1.0;
    }
    sum + d * z.ln() + stirling_difference(z, d)
}

/// `ln Γ(z + d) − ln Γ(z) − d ln z` for large `z`.
pub(super) fn stirling_difference(z: f64, d: f64) -> f64 {
    let u = d / z;
    z * entropy(u) - 0.5 * u.ln_1p() + stirling_step(z, d)
}

/// `ln Γ(b+d) Γ(b+e) / (Γ(b) Γ(b+d+e))`, which is symmetric in `d` and `e`.
pub(super) fn ln_gamma_second_difference(b: f64, d: f64, e: f64) -> f64 {
    let (d, e) = if d <= e { (d, e) } else { (e, d) };
    if d == 0.0 {
        return 0.0;
    }
    let (mut b, mut sum) = (b, 0.0);
    while b < LARGE {
        // Γ(b) = Γ(b+1)/b in all four places.
        let lost = d / (b + d) * (e / (b + e));
        sum += if lost < 0.5 { (-lost).ln_1p() } else { (b / (b + d) * ((b + d + e) / (b + e))).ln() };
        b += 1.0;
    }
    let far = b + e;
    let cross = (d / b * (e / (far + d))).ln_1p();
    let remainders = stirling_step(b, d) - stirling_step(far, d);
    sum + (b * entropy(d / b) - far * entropy(d / far)) - d * (e / b).ln_1p() - 0.5 * cross + remainders
}

/// Digamma, the derivative of `ln Γ`, `z > 0`.
pub fn digamma(z: f64) -> f64 {
    let (mut z, mut sum) = (z, 0.0);
    while z < LARGE {
        sum -= 1.0 / z;
        z += 1.0;
    }
    sum + z.ln() + remainder_of_digamma(z)
}

/// `digamma(z) − ln z`, `z > 0`, to full relative accuracy for large `z`.
pub fn psi_remainder(z: f64) -> f64 {
    if z >= LARGE { remainder_of_digamma(z) } else { digamma(z) - z.ln() }
}

fn remainder_of_digamma(z: f64) -> f64 {
    let y = 1.0 / (z * z);
    -0.5 / z - y * polynomial(&DIGAMMA_TERMS, y)
}

/// Trigamma, the second derivative of `ln Γ`, `z > 0`.
pub fn trigamma(z: f64) -> f64 {
    let (mut z, mut sum) = (z, 0.0);
    while z < LARGE {
        sum += 1.0 / (z * z);
        z += 1.0;
    }
    let y = 1.0 / (z * z);
    sum + (1.0 + 0.5 / z + y * polynomial(&TRIGAMMA_TERMS, y)) / z
}

/// `digamma(z + d) − digamma(z)`, `z > 0`, `d >= 0`; to full relative accuracy.
pub fn digamma_difference(z: f64, d: f64) -> f64 {
    let (mut z, mut sum) = (z, 0.0);
    while z < LARGE {
        sum += d / z / (z + d);
        z += 1.0;
    }
    let end = z + d;
    let (y, w) = (1.0 / z, 1.0 / end);
    let (at_y, divided) = divided_difference(&DIGAMMA_TERMS, y * y, w * w);
    let series = d * y * w * (y + w) * (at_y + w * w * divided);
    sum + (d / z).ln_1p() + 0.5 * (d * y * w) + series
}

/// `trigamma(z + d) − trigamma(z)`, `z > 0`, `d >= 0`; not positive.
pub fn trigamma_difference(z: f64, d: f64) -> f64 {
    let (mut z, mut sum) = (z, 0.0);
    while z < LARGE {
        let end = z + d;
        sum -= d / z / end * (1.0 / z + 1.0 / end);
        z += 1.0;
    }
    let end = z + d;
    let (y, w) = (1.0 / z, 1.0 / end);
    let (at_y, divided) = divided_difference(&TRIGAMMA_TERMS, y * y, w * w);
    let series = (y * y + y * w + w * w) * at_y + w * w * w * (y + w) * divided;
    sum - d * y * w * (1.0 + 0.5 * (y + w) + series)
}
