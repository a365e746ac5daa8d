//! `clv backtest`: hide the end of a log, forecast it, compare.

use std::path::PathBuf;
use std::sync::Arc;

use crate::base::{DriftRate, Duration, Error, Result};
use crate::cli::{
    args::{ContractArgs, InputArgs, RateArgs, plain},
    console::{Console, Results},
    contracts,
};
use crate::contracts::{PlanOptions, book};
use crate::customers::TIME_COVARIATES;
use crate::fit::FitOptions;
use crate::history::{self, Input, LogOptions};
use crate::show::report;
use crate::study::ContractTestOptions;
use crate::study::backtest::{self, BacktestOptions};
use crate::study::time_covariates::time_covariates;

#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    test: TestArgs,
    #[command(flatten)]
    contracts: ContractArgs,
    /// Table of all figures to write, .csv, .xlsx, .parquet or .jsonl; - is standard output (CSV)
    #[arg(short, long, value_name = "FILE")]
    output: Option<String>,
}

/// What to test.
#[derive(clap::Args)]
pub(super) struct TestArgs {
    /// Purchase models to compare: bg-nbd, mbg-nbd, pareto-nbd, ggompertz-nbd, bg-cnbd, mbg-cnbd, nbd, bg-bb, drift-nbd, drift-mbg-nbd; best and robust, averages of several [default: bg-nbd,mbg-nbd,pareto-nbd]
    #[arg(long, value_name = "NAMES", value_delimiter = ',', help_heading = "Backtest")]
    models: Vec<String>,
    /// How much of the end is hidden and forecast: 90d, 39w, 12mo [default: a third of the log, at most a year]
    #[arg(long, value_name = "TIME", value_parser = plain::<Duration>, help_heading = "Backtest")]
    holdout: Option<Duration>,
    /// How many origins: the last is one holdout before the end, each earlier one another holdout back [default: 1]
    #[arg(long, value_name = "N", help_heading = "Backtest")]
    origins: Option<usize>,
    /// Bootstrap replicates behind the intervals; 0 gives none [default: 200]
    #[arg(long, value_name = "N", help_heading = "Backtest")]
    replicates: Option<u32>,
    /// Seed of the bootstrap: equal seeds give equal intervals [default: 1]
    #[arg(long, value_name = "N", help_heading = "Backtest")]
    seed: Option<u64>,
    /// How fast a customer's own rate drifts, for drift-nbd and drift-mbg-nbd: 3%/w is kappa = 0.03 per week [default: chosen at each origin]
    #[arg(long, value_name = "RATE", value_parser = plain::<DriftRate>, help_heading = "Fit")]
    drift: Option<DriftRate>,
    /// How regular purchases are, for bg-cnbd, mbg-cnbd, drift-nbd and drift-mbg-nbd: 1 (at random) to 64 [default: chosen at each origin]
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u32).range(1..=64), help_heading = "Fit")]
    regularity: Option<u32>,
    /// Of contracts: columns that renewal may depend on: channel,payment_method
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', help_heading = "Fit")]
    covariates: Vec<String>,
    #[command(flatten)]
    rates: RateArgs,
    /// File of what is known of each customer over time, up to the end of the log: as of clv fit; of models that follow it [default of --models with it: pareto-nbd]
    #[arg(long, value_name = "FILE", help_heading = "Model")]
    time_covariates: Option<PathBuf>,
}

impl TestArgs {
    /// Files that are read beside the log.
    fn files(&self) -> impl Iterator<Item = &PathBuf> {
        self.rates.files().chain(&self.time_covariates)
    }

    /// Of a table of contracts.
    pub fn of_contracts(&self) -> Result<ContractTestOptions> {
        let default = ContractTestOptions::default();
        if self.models.len() > 1 {
            let message = "contracts are tested with one model at a time: sbg or bdw, or none for the one that the test of age chooses";
            return Err(Error::option("--models", message));
        }
        if self.time_covariates.is_some() {
            let message =
                "models of contracts do not have it, and this is a table of contracts: leave it out";
            return Err(Error::option(TIME_COVARIATES, message));
        }
        Ok(ContractTestOptions {
            holdout: self.holdout,
            origins: self.origins.unwrap_or(default.origins),
            seed: self.seed.unwrap_or(default.seed),
            plans: PlanOptions {
                model: self.models.first().cloned(),
                covariates: self.covariates.clone(),
                ..default.plans
            },
            ..default
        })
    }

    pub fn options(&self) -> Result<BacktestOptions> {
        if !self.covariates.is_empty() {
            let message =
                "models of purchases are tested without covariates, and this reads purchases: leave it out";
            return Err(Error::option("--covariates", message));
        }
        let default = BacktestOptions::default();
        let file = self.time_covariates.as_ref();
        let over_time =
            file.map(|file| time_covariates(&Input::Path(file.clone())).map(Arc::new)).transpose()?;
        let options = BacktestOptions {
            models: if self.models.is_empty() { default.models } else { self.models.clone() },
            holdout: self.holdout,
            origins: self.origins.unwrap_or(default.origins),
            replicates: self.replicates.unwrap_or(default.replicates),
            seed: self.seed.unwrap_or(default.seed),
            drift: self.drift,
            fit: FitOptions { regularity: self.regularity, ..default.fit },
            rates: self.rates.rates()?,
            ..default
        };
        Ok(options.knowing(over_time, !self.models.is_empty()))
    }
}

pub(super) fn run(args: &Args, threads: Option<usize>, console: &Console) -> Result<()> {
    let inputs = history::from_paths(&args.input.inputs);
    let (inputs, kept) = history::keep(&inputs, &args.input.table_options(threads)?, console)?;
    let model = args.test.models.first().map(String::as_str);
    if book::table_kind(model, &inputs, &kept).one()?.is_contracts() {
        let request = contracts::TestRequest {
            book: args.contracts.options(&args.input),
            test: args.test.of_contracts()?,
            files: args.input.files().collect(),
            output: args.output.as_deref(),
        };
        return contracts::backtest(&inputs, &kept, &request, console);
    }
    let log = LogOptions { customers: kept.customers, ..args.input.options(threads)? };
    let target = args.output.as_deref().map(|name| console.table(name)).transpose()?;
    if let Some(target) = &target {
        target.refuse_inputs(args.input.files().chain(args.test.files()))?;
    }
    let found = backtest::run_inputs(&inputs, &log, &args.test.options()?, console)?;
    let mut report = report::input(&found.meta);
    report.extend(report::backtest(&found));
    let mut results = Results::Stdout;
    if let Some(target) = &target {
        backtest::write(&found, target)?;
        if target.is_stdout() {
            results = Results::Stderr;
        }
        report.json.insert("output".into(), target.to_string().into());
    }
    console.report(&report, results)?;
    match target {
        Some(target) if target.is_stdout() => {}
        Some(target) => console.say(&format!("all figures, with groups and curves: {target}")),
        None => console.say("all figures, with groups and curves: add -o backtest.csv (or .parquet, .jsonl)"),
    }
    Ok(())
}
