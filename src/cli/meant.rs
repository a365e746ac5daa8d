//! What people type who mean an option or a verb by another name: the words of other packages, of spreadsheets and of
//! databases. One table for the command line, files of options and the Python package.

/// An option, without its dashes, and what else it is called. Of two options for one word the verb's own decides.
const OPTIONS: [(&str, &[&str]); 34] = [
    (
        "id",
        &[
            "customer",
            "customer-id",
            "customer-id-col",
            "client",
            "client-id",
            "user",
            "user-id",
            "account",
            "id-column",
            "id-col",
            "customer-col",
            "customer-column",
            "buyer",
        ],
    ),
    (
        "date",
        &[
            "datetime",
            "datetime-col",
            "when",
            "order-date",
            "invoice-date",
            "timestamp",
            "day",
            "date-col",
            "date-column",
            "time-column",
            "ds",
        ],
    ),
    (
        "amount",
        &[
            "revenue",
            "sales",
            "value",
            "monetary",
            "monetary-value",
            "monetary-value-col",
            "amount-col",
            "amount-column",
            "total",
            "turnover",
        ],
    ),
    ("price", &["unit-price", "price-column"]),
    ("quantity", &["qty", "units", "quantity-column"]),
    (
        "order",
        &[
            "order-id",
            "invoice",
            "invoice-id",
            "invoice-no",
            "order-number",
            "transaction-id",
            "order-column",
        ],
    ),
    ("output", &["out", "outfile", "output-file", "save", "to", "file", "export"]),
    (
        "horizon",
        &[
            "months",
            "weeks",
            "days",
            "years",
            "t",
            "time",
            "prediction-end",
            "prediction-period",
            "periods",
            "future-t",
            "lookahead",
            "forecast-period",
        ],
    ),
    (
        "discount",
        &[
            "discount-rate",
            "rate",
            "interest",
            "interest-rate",
            "annual-discount-rate",
            "wacc",
            "continuous-discount-factor",
        ],
    ),
    ("margin", &["profit-margin", "gross-margin", "contribution", "contribution-margin", "profit"]),
    (
        "observed-until",
        &[
            "until",
            "end",
            "end-date",
            "to-date",
            "observation-end",
            "observation-period-end",
            "observation-period",
            "cutoff",
            "cutoff-date",
            "as-of",
            "estimation-split",
            "calibration-period-end",
        ],
    ),
    ("since", &["start", "start-date", "from", "from-date", "begin", "after"]),
    ("grain", &["freq", "resample", "collapse", "granularity", "cbs-units"]),
    ("unit", &["time-unit", "units-of-time", "freq", "frequency", "time-scale"]),
    ("model", &["method", "algorithm", "family", "model-name"]),
    ("models", &["model", "methods", "compare"]),
    ("spend", &["spend-model", "monetary-model", "gamma-gamma", "family-spending"]),
    (
        "interval",
        &[
            "ci",
            "confidence",
            "confidence-level",
            "credible",
            "hdi",
            "hdi-prob",
            "level",
            "prediction-interval",
            "uncertainty",
        ],
    ),
    ("by", &["group-by", "groupby", "segment-by", "breakdown", "dimension"]),
    ("groups", &["group", "hierarchical", "cohort-column", "segment"]),
    (
        "covariates",
        &["covariate", "features", "regressors", "names-cov-life", "names-cov-trans", "covariate-cols"],
    ),
    (
        "prior",
        &["penalizer", "penalizer-coef", "regularization", "reg-lambdas", "l2", "priors", "model-config"],
    ),
    ("posterior", &["mcmc", "sampler", "fit-method", "bayesian", "nuts", "bootstrap"]),
    (
        "holdout",
        &[
            "test",
            "test-size",
            "validation",
            "calibration-period",
            "holdout-period",
            "test-period",
            "control",
            "control-group",
        ],
    ),
    ("threads", &["jobs", "n-jobs", "cores", "cpus", "workers", "parallel"]),
    ("memory-limit", &["memory", "max-memory", "ram"]),
    (
        "skip-bad-rows",
        &["ignore-errors", "skip-errors", "skip-invalid", "drop-bad-rows", "on-bad-lines", "force"],
    ),
    ("date-format", &["datetime-format", "format", "strftime", "dayfirst"]),
    ("decimal-comma", &["decimal", "locale", "european"]),
    ("sheet", &["sheet-name", "worksheet", "tab"]),
    ("costs", &["cac", "cost", "marketing-costs", "ad-spend", "acquisition-costs"]),
    ("quiet", &["silent", "no-output"]),
    ("verbose", &["debug", "trace", "progress"]),
    ("seed", &["random-state", "random-seed", "rng"]),
];

/// A verb, and what else it is called.
const VERBS: [(&str, &[&str]); 14] = [
    ("forecast", &["clv", "cltv", "ltv", "value", "lifetime-value"]),
    ("score", &["predict", "apply", "infer", "evaluate-customers"]),
    ("fit", &["train", "estimate", "learn", "calibrate"]),
    ("summarize", &["summary", "summarise", "rfm", "summary-data", "aggregate", "cbs"]),
    ("check", &["validate", "describe", "profile", "lint", "peek", "head"]),
    ("backtest", &["test", "evaluate", "cross-validate", "cv", "compare", "validation"]),
    ("report", &["dashboard", "html", "page"]),
    ("economics", &["cac", "unit-economics", "cohorts", "segments", "channels"]),
    ("actions", &["campaign", "targets", "winback", "recommend"]),
    ("plot", &["figure", "chart", "graph", "draw"]),
    ("inspect", &["show", "info", "cat", "params"]),
    ("simulate", &["generate", "sample", "synthesize"]),
    ("completions", &["completion", "complete"]),
    ("update", &["append", "add", "ingest"]),
];

/// The option that is meant by a name that is none, among those there are.
pub(super) fn option<'k>(name: &str, known: &[&'k str]) -> Option<&'k str> {
    let name = name.trim_start_matches('-').replace('_', "-").to_lowercase();
    if let Some(same) = known.iter().find(|known| **known == name) {
        return Some(same);
    }
    let meant = OPTIONS.iter().filter(|(_, names)| names.contains(&name.as_str()));
    meant.filter_map(|(option, _)| known.iter().find(|known| *known == option).copied()).next()
}

/// The verb that is meant by a name that is none.
pub(super) fn verb(name: &str) -> Option<&'static str> {
    let name = name.replace('_', "-").to_lowercase();
    VERBS.iter().find(|(_, names)| names.contains(&name.as_str())).map(|(verb, _)| *verb)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::guide;

    #[test]
    fn what_is_meant_is_there() {
        let program = guide::program();
        let verbs = || program.get_subcommands();
        for (option, _) in OPTIONS {
            let is = |arg: &clap::Arg| arg.get_long() == Some(option);
            let there = verbs().any(|verb| verb.get_arguments().any(is)) || program.get_arguments().any(is);
            assert!(there, "no verb has --{option}");
        }
        for (verb, names) in VERBS {
            assert!(program.find_subcommand(verb).is_some(), "there is no verb {verb}");
            assert!(names.iter().all(|name| program.find_subcommand(name).is_none()), "{names:?}");
        }
    }

    #[test]
    fn other_words_mean_options() {
        assert_eq!(option("customer", &["customers", "id"]), Some("id"));
        assert_eq!(option("--Skip_Bad_Rows", &["skip-bad-rows"]), Some("skip-bad-rows"));
        assert_eq!(option("freq", &["unit"]), Some("unit"));
        assert_eq!(option("nonsense", &["id"]), None);
        assert_eq!(verb("predict"), Some("score"));
    }
}
