//! `clv monitor`: has what the model forecast at its fit come true?

use std::path::PathBuf;

use crate::base::{Duration, Error, Result};
use crate::cli::{
    args::{InputArgs, plain, share},
    console::{Console, Results},
};
use crate::fitted::file::{self, AnyModel};
use crate::history;
use crate::show::report;
use crate::study::monitor::{MonitorOptions, journal, monitor, write};

#[derive(clap::Args)]
pub(super) struct Args {
    /// Model file, from clv fit
    #[arg(value_name = "MODEL")]
    model: PathBuf,
    #[command(flatten)]
    input: InputArgs,
    /// Table to write: forecasts by month and cohort, with what happened; .csv, .xlsx, .parquet or .jsonl
    #[arg(short, long, value_name = "FILE")]
    output: Option<String>,
    /// Probability that the intervals of the table hold what happens [default: 0.9]
    #[arg(long, value_name = "SHARE", value_parser = share, help_heading = "Output")]
    interval: Option<f64>,
    /// Probability of a false alarm within a year [default: 0.05]
    #[arg(long, value_name = "SHARE", value_parser = share, help_heading = "Output")]
    false_alarms: Option<f64>,
    /// Looks a year, which share the false alarms: 12, or 52 for a weekly job [default: 12]
    #[arg(long, value_name = "N", help_heading = "Output", value_parser = clap::value_parser!(u32).range(1..=366))]
    looks: Option<u32>,
    /// Warn of a fit that is older: 12mo [default: 12mo]
    #[arg(long, value_name = "TIME", value_parser = plain::<Duration>, help_heading = "Output")]
    old: Option<Duration>,
    /// Journal of forecasts, from clv score --journal: each is judged once its time has passed
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    journal: Option<PathBuf>,
}

/// Says whether it is time to fit again.
pub(super) fn run(args: &Args, threads: Option<usize>, console: &Console) -> Result<bool> {
    let target = args.output.as_deref().map(|name| console.table(name)).transpose()?;
    if let Some(target) = &target {
        target.refuse_inputs(args.input.files().chain([&args.model]).chain(&args.journal))?;
    }
    let AnyModel::Purchases(model) = file::load_any(&args.model)? else {
        return Err(Error::model(
            "contracts",
            "models of contracts are not monitored: fit them again with each renewal",
        ));
    };
    let default = MonitorOptions::default();
    let options = MonitorOptions {
        interval: args.interval.unwrap_or(default.interval),
        false_alarms: args.false_alarms.unwrap_or(default.false_alarms),
        looks: args.looks.unwrap_or(default.looks),
        old: args.old.unwrap_or(default.old),
        months: default.months,
        seed: default.seed,
        journal: args.journal.as_deref().map(journal::read).transpose()?.unwrap_or_default(),
    };
    let inputs = history::from_paths(&args.input.inputs);
    let found = monitor(&model, &inputs, &args.input.options(threads)?, &options, console)?;
    if let Some(target) = &target {
        write(&found, target)?;
    }
    let mut report = report::monitor(&found, &options.old.to_string());
    report.json.insert("output".into(), args.output.clone().into());
    let stdout = target.is_some_and(|target| target.is_stdout());
    console.report(&report, if stdout { Results::Stderr } else { Results::Stdout })?;
    Ok(found.alarm())
}
