//! `ln B`, its ratios, and the binomial and negative binomial probabilities made of it.

use std::f64::consts::TAU;

use super::gamma::{ln_gamma, ln_gamma_second_difference, log1p_excess, stirling, stirling_difference};
use super::incomplete::{ln_gamma_lower, ln_gamma_upper};

/// `ln B(a, b)`, `a, b > 0`.
pub fn ln_beta(a: f64, b: f64) -> f64 {
    let (small, large) = if a <= b { (a, b) } else { (b, a) };
    if large < 10.0 {
        ln_gamma(small) + ln_gamma(large) - ln_gamma(small + large)
    } else {
        ln_gamma(small) - small * large.ln() - stirling_difference(large, small)
    }
}

/// `ln B(a, b + x) − ln B(a, b)`, `a, b > 0`, `x >= 0`; to full relative accuracy. Its exponential
/// is the chance of `x` failures in a row when the chance of success is Beta(a, b).
pub fn ln_beta_ratio(a: f64, b: f64, x: f64) -> f64 {
    ln_gamma_second_difference(b, a, x)
}

/// `x ln(p / p0) + y ln(q / q0)` with `p0 = x/(x+y)`, `q0 = y/(x+y)`: the (negative) deviance of `p`
/// from its best value. Not positive.
fn deviance(x: f64, y: f64, p: f64, q: f64) -> f64 {
    let n = x + y;
    let surplus = y * p - x * q; // n p − x = y − n q
    let part = |count: f64, chance: f64, surplus: f64| {
        if count == 0.0 {
            return surplus;
        }
        let t = surplus / count;
        if t > -0.5 { count * log1p_excess(t) } else { surplus - count * (n * (chance / count)).ln() }
    };
    -(part(x, p, surplus) + part(y, q, -surplus))
}

/// `ln` of `Γ(n+1) / (Γ(x+1) Γ(y+1)) p^x q^y`, `n = x + y`, for real `x, y > 0` and `p + q = 1`
/// (both given, so that neither is lost in rounding).
pub fn ln_binomial(x: f64, y: f64, p: f64, q: f64) -> f64 {
    let n = x + y;
    let remainders = stirling(n) - stirling(x) - stirling(y);
    remainders + deviance(x, y, p, q) - 0.5 * (TAU * x * (y / n)).ln()
}

/// `P(N = n)` where `N` counts the purchases in a time `t` at a rate that is Gamma(r, alpha);
/// `odds = t / alpha`.
pub fn negative_binomial_pmf(n: u32, r: f64, odds: f64) -> f64 {
    if n == 0 {
        return (-r * odds.ln_1p()).exp();
    }
    let n = f64::from(n);
    let (z, w) = (odds / (1.0 + odds), 1.0 / (1.0 + odds));
    r / (r + n) * ln_binomial(n, r, z, w).exp()
}

/// `ln P(N = n)` for the same `N`; continued to real `n >= 0`.
pub fn ln_negative_binomial(n: f64, r: f64, odds: f64) -> f64 {
    if n == 0.0 {
        return -r * odds.ln_1p();
    }
    let (z, w) = (odds / (1.0 + odds), 1.0 / (1.0 + odds));
    (r / (r + n)).ln() + ln_binomial(n, r, z, w)
}

/// `P(N >= n)` for the same `N`, to full relative accuracy in the tail: the regularised incomplete
/// beta function `I_z(n, r)`, `z = odds / (1 + odds)`.
pub fn negative_binomial_tail(n: u32, r: f64, odds: f64) -> f64 {
    match n {
        0 => return 1.0,
        1 => return -(-r * odds.ln_1p()).exp_m1(),
        _ => {}
    }
    let x = f64::from(n);
    let (z, w) = (odds / (1.0 + odds), 1.0 / (1.0 + odds));
    let above_mean = z * (x + r + 2.0) < x + 1.0;
    if !above_mean && r < 1.0 && n < 100_000 {
        return tail_of_small(n, r, odds);
    }
    if !above_mean && n <= 10_000 {
        return (1.0 - sum_below(n, r, odds)).max(0.0);
    }
    // z^n w^r / B(n, r)
    let front = x * r / (x + r) * ln_binomial(x, r, z, w).exp();
    let tail = if above_mean {
        front / x * incomplete_beta_fraction(x, r, z)
    } else {
        1.0 - front / r * incomplete_beta_fraction(r, x, w)
    };
    tail.clamp(0.0, 1.0)
}

/// From here on the normal distribution does, of Peizer and Pratt's deviate.
const LARGE: f64 = 300.0;
/// A parameter this large beside the other stands for infinity, to the order of its square.
const FAR: f64 = 1e4;

/// `I_x(a, b)`, the regularised incomplete beta function, of real `a, b > 0`; `x + y = 1` (both given, so that neither
/// is lost in rounding). Where both parameters are above 300 by Peizer and Pratt's (1968) normal approximation, to some
/// 1e-6; where one is above 10,000 and a hundred times the other by Wise's (1950), to some 1e-8; else by its continued
/// fraction, to rounding. The cost is bounded.
pub fn incomplete_beta(a: f64, b: f64, x: f64, y: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if y <= 0.0 {
        return 1.0;
    }
    let value = if a > FAR && a > 100.0 * b {
        let ln = if y < 0.5 { -(-y).ln_1p() } else { -x.ln() };
        ln_gamma_upper(b, ((a + 0.5 * (b - 1.0)) * ln).ln()).exp()
    } else if b > FAR && b > 100.0 * a {
        let ln = if x < 0.5 { -(-x).ln_1p() } else { -y.ln() };
        ln_gamma_lower(a, ((b + 0.5 * (a - 1.0)) * ln).ln()).exp()
    } else if a.min(b) > LARGE {
        0.5 * statrs::function::erf::erfc(peizer_pratt(a, b, x, y) * std::f64::consts::FRAC_1_SQRT_2)
    } else {
        let front = a * b / (a + b) * ln_binomial(a, b, x, y).exp();
        if x * (a + b + 2.0) < a + 1.0 {
            front / a * incomplete_beta_fraction(a, b, x)
        } else {
            1.0 - front / b * incomplete_beta_fraction(b, a, y)
        }
    };
    value.clamp(0.0, 1.0)
}

/// The normal deviate of `P(X < a)`, `X` binomial of `a + b − 1` and `x`.
fn peizer_pratt(a: f64, b: f64, x: f64, y: f64) -> f64 {
    let n = a + b - 1.0;
    let (below, above) = (a - 0.5, b - 0.5);
    let off = a - 1.0 / 3.0 - (n + 1.0 / 3.0) * x + 0.02 * (y / a - x / b + (y - 0.5) / (n + 1.0));
    let bend = |t: f64| {
        let u = 1.0 - t;
        if u.abs() < 1e-3 { u * (1.0 + u * 0.5) / 3.0 } else { (1.0 - t * t + 2.0 * t * t.ln()) / (u * u) }
    };
    let squared = (1.0 + y * bend(below / (n * x)) + x * bend(above / (n * y))) / ((n + 1.0 / 6.0) * x * y);
    off * squared.max(0.0).sqrt()
}

/// `P(N < n)`, from the largest term down.
fn sum_below(n: u32, r: f64, odds: f64) -> f64 {
    let ratio = (1.0 + odds) / odds;
    let (mut chance, mut sum) = (negative_binomial_pmf(n - 1, r, odds), 0.0);
    for k in (1..n).rev() {
        sum += chance;
        let k = f64::from(k);
        chance *= k / (r + k - 1.0) * ratio;
        if chance < 1e-18 * sum {
            break;
        }
    }
    sum + chance
}

/// `P(N >= n)` for small `r`, where it is small however small `n` is: `P(N >= 1)` less the chances of
/// 1 to `n − 1`.
fn tail_of_small(n: u32, r: f64, odds: f64) -> f64 {
    let z = odds / (1.0 + odds);
    let none = -r * odds.ln_1p();
    let mut chance = r * z * none.exp();
    let mut tail = -none.exp_m1();
    for k in 1..n {
        tail -= chance;
        let k = f64::from(k);
        chance *= (r + k) / (k + 1.0) * z;
    }
    tail.max(0.0)
}

/// The continued fraction of the incomplete beta function (DLMF 8.17.22), by Lentz's method.
fn incomplete_beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let nonzero = |v: f64| if v.abs() < TINY { TINY } else { v };
    let (mut c, mut d) = (1.0, 1.0 / nonzero(1.0 - (a + b) / (a + 1.0) * x));
    let mut value = d;
    for m in 1..100_000 {
        let m = f64::from(m);
        let even = m / (a + 2.0 * m - 1.0) * ((b - m) / (a + 2.0 * m)) * x;
        d = 1.0 / nonzero(1.0 + even * d);
        c = nonzero(1.0 + even / c);
        value *= d * c;
        let odd = -((a + m) / (a + 2.0 * m) * ((a + b + m) / (a + 2.0 * m + 1.0))) * x;
        d = 1.0 / nonzero(1.0 + odd * d);
        c = nonzero(1.0 + odd / c);
        let step = d * c;
        value *= step;
        if (step - 1.0).abs() < 2e-16 {
            break;
        }
    }
    value
}
