//! How the uncertainty of the parameters was found, and how good that is.

use serde_json::{Value, json};

use crate::base::numbers::{count, significant};
use crate::fit::posterior::{Evidence, Normality, NutsEvidence, Posterior, Summary, k_error, largest_good_k};
use crate::show::report::{Block, Table};

/// For people.
pub(super) fn blocks(posterior: &Posterior) -> Vec<Block> {
    match &posterior.evidence {
        Evidence::Laplace { k_hat, draws } => {
            let bound = largest_good_k(*draws);
            let said = match Normality::of(*k_hat, *draws) {
                Normality::Good => "good".to_owned(),
                Normality::NearBound => {
                    let error = k_error(*k_hat, *draws);
                    format!(
                        "about the bound of {bound:.2}, with an error of {error:.2}; --posterior nuts needs none"
                    )
                }
                Normality::Poor => format!("poor, good is up to {bound:.2}"),
            };
            vec![Block::Line(format!(
                "uncertainty: normal in the logarithms of the parameters (Pareto k-hat {k_hat:.2}: {said})"
            ))]
        }
        Evidence::Nuts(run) => {
            let under = if posterior.weak_prior { ", under the weak prior" } else { "" };
            vec![Block::Table(table(run)), Block::Line(in_words(run) + under)]
        }
        Evidence::Bootstrap { replicates, failed, at_limit } => vec![Block::Line(format!(
            "uncertainty: {} refits to customers drawn with replacement; {at_limit} ended at a boundary of the \
             model, {failed} failed",
            count(*replicates as u64)
        ))],
    }
}

fn table(run: &NutsEvidence) -> Table {
    let mut table =
        Table::new(&["posterior", ">mean", ">std. deviation", ">r-hat", ">draws worth", ">in the tails"]);
    for Summary { name, mean, sd, convergence } in &run.parameters {
        table.row([
            name.clone(),
            significant(*mean, 6),
            significant(*sd, 3),
            format!("{:.4}", convergence.r_hat),
            format!("{:.0}", convergence.ess_bulk),
            format!("{:.0}", convergence.ess_tail),
        ]);
    }
    table
}

fn in_words(run: &NutsEvidence) -> String {
    format!(
        "uncertainty: sampled by NUTS, {} chains of {} draws after {} to warm up, {} divergences, {} evaluations",
        run.chains,
        count(run.draws as u64),
        run.warmup,
        run.divergences,
        count(run.evaluations)
    )
}

/// For programs.
pub(super) fn json(posterior: &Posterior) -> Value {
    match &posterior.evidence {
        Evidence::Laplace { k_hat, draws } => {
            json!({ "method": "laplace", "k_hat": k_hat, "k_hat_error": k_error(*k_hat, *draws), "largest_good_k": largest_good_k(*draws), "check_draws": draws })
        }
        Evidence::Nuts(run) => json!({
            "method": "nuts",
            "chains": run.chains,
            "warmup": run.warmup,
            "draws_of_each": run.draws,
            "divergences": run.divergences,
            "evaluations": run.evaluations,
            "wandered": run.wandered,
            "weak_prior": posterior.weak_prior,
            "parameters": run.parameters.iter().map(parameter).collect::<Vec<_>>(),
        }),
        Evidence::Bootstrap { replicates, failed, at_limit } => {
            json!({ "method": "bootstrap", "replicates": replicates, "failed": failed, "at_limit": at_limit })
        }
    }
}

fn parameter(summary: &Summary) -> Value {
    json!({
        "name": summary.name,
        "mean": summary.mean,
        "sd": summary.sd,
        "r_hat": summary.convergence.r_hat,
        "ess_bulk": summary.convergence.ess_bulk,
        "ess_tail": summary.convergence.ess_tail,
    })
}
