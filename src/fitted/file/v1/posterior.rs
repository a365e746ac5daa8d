//! The posterior of a model's parameters in a model file: what was found of it, and draws of it, because
//! customers are scored without the data that the model was fitted to.

use serde::ser::{SerializeSeq, Serializer};
use serde::{Deserialize, Serialize};
use serde_json::value::to_raw_value;

use crate::base::{Error, Result};
use crate::fit::posterior::{Convergence, Evidence, NutsEvidence, Posterior, Summary};
use crate::params::ParamSpec;

#[derive(Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "lowercase", deny_unknown_fields)]
pub(super) enum Part {
    Laplace {
        /// Null: infinite.
        k_hat: Option<f64>,
        check_draws: usize,
    },
    Nuts {
        chains: usize,
        warmup: usize,
        draws_of_each: usize,
        divergences: usize,
        evaluations: u64,
        wandered: bool,
        /// Was the weak prior added for the draws?
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        weak_prior: bool,
        parameters: Vec<Parameter>,
        #[serde(serialize_with = "one_a_line")]
        draws: Vec<Vec<f64>>,
    },
    Bootstrap {
        replicates: usize,
        failed: usize,
        at_limit: usize,
        #[serde(serialize_with = "one_a_line")]
        draws: Vec<Vec<f64>>,
    },
}

/// What is not a number is null.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Parameter {
    name: String,
    mean: f64,
    sd: f64,
    r_hat: Option<f64>,
    ess_bulk: Option<f64>,
    ess_tail: Option<f64>,
}

/// Draws as rows without white space: hundreds of lines and not thousands.
fn one_a_line<S: Serializer>(draws: &[Vec<f64>], serializer: S) -> std::result::Result<S::Ok, S::Error> {
    let mut rows = serializer.serialize_seq(Some(draws.len()))?;
    for draw in draws {
        rows.serialize_element(&to_raw_value(draw).map_err(serde::ser::Error::custom)?)?;
    }
    rows.end()
}

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

impl Part {
    pub(super) fn new(posterior: &Posterior) -> Self {
        let draws = posterior.draws.clone();
        match &posterior.evidence {
            Evidence::Laplace { k_hat, draws } => {
                Part::Laplace { k_hat: finite(*k_hat), check_draws: *draws }
            }
            Evidence::Nuts(run) => Part::Nuts {
                chains: run.chains,
                warmup: run.warmup,
                draws_of_each: run.draws,
                divergences: run.divergences,
                evaluations: run.evaluations,
                wandered: run.wandered,
                weak_prior: posterior.weak_prior,
                parameters: run.parameters.iter().map(Parameter::new).collect(),
                draws,
            },
            Evidence::Bootstrap { replicates, failed, at_limit } => {
                Part::Bootstrap { replicates: *replicates, failed: *failed, at_limit: *at_limit, draws }
            }
        }
    }

    /// `n` is how many parameters and coefficients there are.
    pub(super) fn into_memory(self, model: &str, specs: &[ParamSpec], n: usize) -> Result<Posterior> {
        let weak_prior = matches!(self, Part::Nuts { weak_prior: true, .. });
        let (evidence, draws) = match self {
            Part::Laplace { k_hat, check_draws } => {
                let k_hat = k_hat.unwrap_or(f64::INFINITY);
                (Evidence::Laplace { k_hat, draws: check_draws }, Vec::new())
            }
            Part::Nuts {
                chains,
                warmup,
                draws_of_each,
                divergences,
                evaluations,
                wandered,
                parameters,
                draws,
                weak_prior: _,
            } => {
                let parameters = parameters.into_iter().map(Parameter::into_memory).collect();
                let draws_of_each = NutsEvidence {
                    chains,
                    warmup,
                    draws: draws_of_each,
                    divergences,
                    evaluations,
                    wandered,
                    parameters,
                };
                (Evidence::Nuts(draws_of_each), draws)
            }
            Part::Bootstrap { replicates, failed, at_limit, draws } => {
                (Evidence::Bootstrap { replicates, failed, at_limit }, draws)
            }
        };
        for (i, draw) in draws.iter().enumerate() {
            if draw.len() != n {
                let message =
                    format!("draw {} of the posterior has {} numbers and not {n}", i + 1, draw.len());
                return Err(Error::model(model, message));
            }
            let wrong = specs.iter().zip(draw).find(|(_, value)| !(**value > 0.0 && value.is_finite()));
            if let Some((spec, value)) = wrong {
                let message = format!(
                    "draw {} of the posterior: {} = {value} must be positive and finite",
                    i + 1,
                    spec.name
                );
                return Err(Error::model(model, message));
            }
        }
        Ok(Posterior { evidence, draws, weak_prior })
    }
}

impl Parameter {
    fn new(summary: &Summary) -> Self {
        let Convergence { r_hat, ess_bulk, ess_tail } = summary.convergence;
        Parameter {
            name: summary.name.clone(),
            mean: summary.mean,
            sd: summary.sd,
            r_hat: finite(r_hat),
            ess_bulk: finite(ess_bulk),
            ess_tail: finite(ess_tail),
        }
    }

    fn into_memory(self) -> Summary {
        let number = |value: Option<f64>| value.unwrap_or(f64::NAN);
        let convergence = Convergence {
            r_hat: number(self.r_hat),
            ess_bulk: number(self.ess_bulk),
            ess_tail: number(self.ess_tail),
        };
        Summary { name: self.name, mean: self.mean, sd: self.sd, convergence }
    }
}
