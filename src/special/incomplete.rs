//! The regularised incomplete gamma functions and their inverse, in logarithms: of the argument, so
//! that quantiles of small shapes (1e-300000) do not underflow, and of the result, so that tails do
//! not.

use std::f64::consts::TAU;

use super::gamma::{ln_gamma, stirling};
use super::quadrature::LEGENDRE_20;

/// From this shape on the tails are integrated numerically; the series get long.
const LARGE_SHAPE: f64 = 50.0;

/// `ln P(a, x)`, the chance that a Gamma(a, 1) is below `x = e^ln_x`.
pub fn ln_gamma_lower(a: f64, ln_x: f64) -> f64 {
    let x = ln_x.exp();
    if a >= LARGE_SHAPE {
        if ln_x < a.ln() {
            ln_tail_of_large(a, ln_x, -1.0)
        } else {
            ln_complement(ln_tail_of_large(a, ln_x, 1.0))
        }
    } else if x < a + 1.0 {
        ln_series(a, ln_x)
    } else {
        ln_complement(ln_fraction(a, ln_x))
    }
}

/// `ln Q(a, x)`, the chance that a Gamma(a, 1) is above `x = e^ln_x`.
pub fn ln_gamma_upper(a: f64, ln_x: f64) -> f64 {
    let x = ln_x.exp();
    if a >= LARGE_SHAPE {
        if ln_x > a.ln() {
            ln_tail_of_large(a, ln_x, 1.0)
        } else {
            ln_complement(ln_tail_of_large(a, ln_x, -1.0))
        }
    } else if x >= a + 1.0 {
        ln_fraction(a, ln_x)
    } else if a < 1.0 {
        upper_of_small(a, ln_x).ln()
    } else {
        ln_complement(ln_series(a, ln_x))
    }
}

/// `ln x` for which `Q(a, x) = probability`, `0 < probability < 1`.
///
/// Newton's method on the logarithm of the smaller tail as a function of `ln x`: it is concave, so
/// the first step lands beyond the root and the others approach it from that side.
pub fn ln_gamma_quantile_upper(a: f64, probability: f64) -> f64 {
    let upper = probability <= 0.5;
    let goal = if upper { probability.ln() } else { (-probability).ln_1p() };
    // For small shapes P is x^a / Γ(a + 1) nearly.
    let mut w = if a < 1.0 { ((-probability).ln_1p() + ln_gamma(a + 1.0)) / a } else { a.ln() };
    for _ in 0..200 {
        let tail = if upper { ln_gamma_upper(a, w) } else { ln_gamma_lower(a, w) };
        let slope = (ln_density(a, w) - tail).exp();
        let step = (tail - goal) / if upper { slope } else { -slope };
        if !step.is_finite() {
            break;
        }
        // A step that leaves the range of doubles helps nobody.
        let step = step.clamp(-1.0 - w.abs(), 1.0 + w.abs());
        w += step;
        if step.abs() <= 2e-15 * w.abs().max(1.0) {
            break;
        }
    }
    w
}

/// `ln(1 − e^ln_p)`.
fn ln_complement(ln_p: f64) -> f64 {
    if ln_p > -0.5 { (-ln_p.exp_m1()).ln() } else { (-ln_p.exp()).ln_1p() }
}

/// `ln` of the density of `ln x`: `x^a e^−x / Γ(a)`.
fn ln_density(a: f64, ln_x: f64) -> f64 {
    if a >= 10.0 {
        0.5 * (a / TAU).ln() - stirling(a) - a * exp_excess(ln_x - a.ln())
    } else {
        a * ln_x - ln_x.exp() - ln_gamma(a + 1.0) + a.ln()
    }
}

/// `e^v − 1 − v` to full relative accuracy.
fn exp_excess(v: f64) -> f64 {
    if v.abs() > 0.3 {
        return v.exp_m1() - v;
    }
    let (mut term, mut sum, mut n) = (0.5 * v * v, 0.0, 3.0);
    while term.abs() > 1e-17 * sum {
        sum += term;
        term *= v / n;
        n += 1.0;
    }
    sum
}

/// `ln P` by its series (DLMF 8.7.1).
fn ln_series(a: f64, ln_x: f64) -> f64 {
    let x = ln_x.exp();
    let (mut term, mut sum, mut n) = (1.0, 1.0, a);
    while term > 1e-17 * sum {
        n += 1.0;
        term *= x / n;
        sum += term;
    }
    ln_density(a, ln_x) - a.ln() + sum.ln()
}

/// `Q` for a shape below 1 and `x < a + 1`: `1 − x^a / Γ(a+1) (1 + a Σ (−x)^n / ((a+n) n!))`, with the
/// ones cancelled first.
fn upper_of_small(a: f64, ln_x: f64) -> f64 {
    let x = ln_x.exp();
    let (mut power, mut sum, mut n) = (1.0, 0.0, 0.0);
    while f64::abs(power) > 1e-18 {
        n += 1.0;
        power *= -x / n;
        sum += power / (a + n);
    }
    let front = a * ln_x - ln_gamma(a + 1.0);
    -front.exp_m1() - a * front.exp() * sum
}

/// `ln Q` by its continued fraction (DLMF 8.9.2), Lentz's method.
fn ln_fraction(a: f64, ln_x: f64) -> f64 {
    let x = ln_x.exp();
    let mut b = x + 1.0 - a;
    let (mut c, mut d) = (1e300, 1.0 / b);
    let mut value = d;
    for n in 1..10_000 {
        let n = f64::from(n);
        let numerator = -n * (n - a);
        b += 2.0;
        d = 1.0 / (numerator * d + b);
        c = b + numerator / c;
        value *= c * d;
        if (c * d - 1.0).abs() < 2e-16 {
            break;
        }
    }
    ln_density(a, ln_x) + value.ln()
}

/// `ln` of the tail beyond `ln_x`, upwards (`direction` 1) or downwards (−1), away from the mode:
/// Gauss-Legendre in panels of one standard deviation of `ln x`.
fn ln_tail_of_large(a: f64, ln_x: f64, direction: f64) -> f64 {
    let start = ln_x - a.ln();
    let at_start = exp_excess(start);
    let width = 2.0 / a.sqrt();
    let (mut sum, mut from) = (0.0, 0.0);
    loop {
        let part = LEGENDRE_20
            .integrate(from, from + width, |u| (-a * (exp_excess(start + direction * u) - at_start)).exp());
        sum += part;
        if part <= 1e-18 * sum {
            break;
        }
        from += width;
    }
    0.5 * (a / TAU).ln() - stirling(a) - a * at_start + sum.ln()
}
