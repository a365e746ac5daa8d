//! Special functions: `f64` in, `f64` out, no errors, no panics; NaN only for NaN.
//!
//! A likelihood rarely needs `ln Γ` itself: it needs differences of it, of arguments that may be
//! 1e17 apart from nothing but each other. `ln Γ(z + d) − ln Γ(z)` by subtraction has then no
//! correct digit, and a search for the maximum of such a likelihood follows the noise. So the
//! functions here compute the differences, from Stirling's series with the large parts cancelled on
//! paper.
//!
//! Sources: NIST Digital Library of Mathematical Functions (DLMF), <https://dlmf.nist.gov>, sections
//! 5.11 (Stirling's series), 8.7, 8.9 and 8.17 (incomplete gamma and beta functions), 3.5
//! (quadrature); C. Loader, "Fast and accurate computation of binomial probabilities" (2000), for
//! the deviance form of `n^n e^-n / n!`. `ln Γ` of small arguments is libm's, right to an ulp or two.
//!
//! Checked by: the tests of this module's files against values computed with mpmath at 60 digits.

mod beta;
mod chebyshev;
mod gamma;
mod incomplete;
pub(crate) mod linalg;
mod quadrature;
#[cfg(test)]
mod tests;

pub use beta::{
    incomplete_beta, ln_beta, ln_beta_ratio, ln_binomial, ln_negative_binomial, negative_binomial_pmf,
    negative_binomial_tail,
};
pub use chebyshev::LogChebyshev;
pub use gamma::{
    digamma, digamma_difference, ln_gamma, ln_gamma_difference, log1p_excess, psi_remainder, stirling,
    trigamma, trigamma_difference,
};
pub use incomplete::{ln_gamma_lower, ln_gamma_quantile_upper, ln_gamma_upper};
pub use quadrature::{
    GaussLegendre, LEGENDRE_4, LEGENDRE_8, LEGENDRE_20, SUM_NODES, SUMS, gauss_jacobi_unit,
};
