//! How to explore a posterior, with the defaults that the command line, Rust and Python share.

use std::str::FromStr;

use crate::base::{Error, Result};

/// Ways to find the posterior of the parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PosteriorMethod {
    /// Normal in the logarithms of the parameters, with the covariance of the fit.
    #[default]
    Laplace,
    /// That if importance sampling finds it good, else NUTS.
    Auto,
    /// Draws by the no-U-turn sampler.
    Nuts,
    /// Refits to customers drawn with replacement (Poisson weights).
    Bootstrap,
}

impl PosteriorMethod {
    /// Its name in options and model files.
    pub fn name(self) -> &'static str {
        match self {
            PosteriorMethod::Laplace => "laplace",
            PosteriorMethod::Auto => "auto",
            PosteriorMethod::Nuts => "nuts",
            PosteriorMethod::Bootstrap => "bootstrap",
        }
    }
}

impl FromStr for PosteriorMethod {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        use PosteriorMethod::{Auto, Bootstrap, Laplace, Nuts};
        [Laplace, Auto, Nuts, Bootstrap].into_iter().find(|method| method.name() == text).ok_or_else(|| {
            Error::option("--posterior", format!("'{text}' is not one of laplace, auto, nuts, bootstrap"))
        })
    }
}

/// Settings of the exploration.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PosteriorOptions {
    /// How.
    pub method: PosteriorMethod,
    /// Draws that Laplace's approximation is checked with; 0: not checked.
    pub check_draws: usize,
    /// Chains of NUTS, at least 2.
    pub chains: usize,
    /// Iterations of each chain that are spent on its step size.
    pub warmup: usize,
    /// Draws of each chain.
    pub draws: usize,
    /// Fits of the bootstrap.
    pub replicates: usize,
    /// Draws that are kept, at most: of more, evenly spaced ones.
    pub kept: usize,
    /// Equal seeds give equal draws.
    pub seed: u64,
}

impl Default for PosteriorOptions {
    fn default() -> Self {
        PosteriorOptions {
            method: PosteriorMethod::default(),
            check_draws: 500,
            chains: 4,
            warmup: 150,
            draws: 1000,
            replicates: 200,
            kept: 400,
            seed: 1,
        }
    }
}

impl PosteriorOptions {
    /// Nothing beyond the estimates and their covariance, for fits that are only compared.
    pub fn unchecked() -> Self {
        PosteriorOptions { check_draws: 0, ..PosteriorOptions::default() }
    }

    pub(super) fn checked(&self) -> Result<()> {
        let least = [
            ("chains", self.chains, 2),
            ("warmup", self.warmup, 20),
            ("draws", self.draws, 20),
            ("replicates", self.replicates, 20),
            ("kept draws", self.kept, 1),
        ];
        match least.iter().find(|(_, value, least)| value < least) {
            None => Ok(()),
            Some((name, value, least)) => {
                Err(Error::option("--posterior", format!("{name} {value} must be at least {least}")))
            }
        }
    }
}
