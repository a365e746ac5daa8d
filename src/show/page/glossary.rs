//! What the words of a page mean; tables link here.

use crate::show::report::page::{Part, Section, Term};
use crate::study::backtest::Baseline;

pub(super) fn section() -> Section {
    let mut section = Section::new("terms", "Appendix: what the words mean");
    let baselines = Baseline::ALL
        .iter()
        .map(|baseline| (baseline.name(), format!("A baseline without a model: {}.", baseline.about())));
    let terms = TERMS.iter().map(|(name, meaning)| (*name, (*meaning).to_owned())).chain(baselines);
    section.push(Part::Terms(terms.map(|(name, meaning)| Term { name, meaning }).collect()));
    section
}

const TERMS: &[(&str, &str)] = &[
    (
        "value (clv)",
        "Customer lifetime value: margin x the present value, at the end of observation, of the spend expected from \
         then to the horizon. History is not in it, nor are customers still to be won.",
    ),
    (
        "still customers",
        "Sum of P(alive) over customers: how many are expected not to have left, as this model means it. Models that agree on \
         who will buy may differ by half on it.",
    ),
    ("will buy", "Sum over customers of the probability of at least one purchase within the horizon."),
    ("active", "Bought within the last 90 days, unless said otherwise."),
    (
        "P(alive)",
        "Probability that a customer has not left for good, given how often and how recently they bought.",
    ),
    (
        "purchases",
        "Occasions: all that a customer buys within one grain (a day, unless said otherwise) is one.",
    ),
    (
        "interval",
        "What happens is within it with the stated probability, if the model is right: it holds the uncertainty of \
         the parameters, of each customer's habits, and chance.",
    ),
    ("held by the top 1 %", "Share of all value to come that belongs to the most valuable 1 % of customers."),
    ("backtest", "A forecast of what has already happened, made without knowing it, and compared with it."),
    ("holdout", "The part of the log that is hidden in a backtest; the date before it is the origin."),
    ("total", "Expected over actual, of all customers together, less 1: 0 % is right."),
    (
        "MAE",
        "Mean absolute error: how far the forecast of a single customer is off on average. Less is better.",
    ),
    ("RMSE", "Root mean squared error: the same, with large errors counting more. Less is better."),
    (
        "deviance",
        "Poisson deviance: an error for counts, in which missing a buyer counts more. Less is better.",
    ),
    (
        "CRPS",
        "Continuous ranked probability score: how far the whole forecast distribution of a customer is from what \
         happened; for a forecast of one number it is the absolute error. Less is better.",
    ),
    ("Spearman", "Rank correlation of forecast and actual purchases: 1 is the right order."),
    ("AUC", "Probability that a customer who bought is ranked above one who did not: 0.5 is by chance."),
    ("Brier", "Mean squared error of the forecast probability to buy at all. Less is better."),
    ("Gini", "How well the forecast ranks customers by spend: 1 is the right order, 0 by chance."),
    ("lift", "Spend of the tenth of customers with the highest forecasts over that of the average customer."),
    ("top 20 %", "Share of the actual best fifth of customers by spend that is in the forecast best fifth."),
    (
        "KS, last origin",
        "Kolmogorov-Smirnov distance of the forecast distributions from what happened: 0 is best.",
    ),
    ("parameter", "What the data determine of a model; the meaning stands beside it."),
    ("std. error", "Standard error: how far an estimate would differ with other customers of the same kind."),
    (
        "log-likelihood, AIC, BIC",
        "How well a fit agrees with its data, and the same with a penalty for parameters: compare models fitted to \
         the same data; higher log-likelihood, lower AIC and BIC are better.",
    ),
];
