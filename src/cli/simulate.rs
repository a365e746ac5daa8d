//! `clv simulate`: model file in, purchase log out.

use std::path::PathBuf;

use jiff::civil::Date;

use crate::cli::args::date;
use crate::cli::console::Console;
use crate::error::Result;
use crate::model_file;
use crate::output::Target;
use crate::simulate::{SimulateOptions, write_log};

#[derive(clap::Args)]
pub(super) struct Args {
    /// Model file, from clv fit or clv model
    #[arg(value_name = "MODEL")]
    model: PathBuf,
    /// Log to write, .csv, .parquet or .jsonl; - is standard output (CSV)
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    output: String,
    /// How many customers [default: 10000]
    #[arg(long, value_name = "N")]
    customers: Option<u64>,
    /// First purchases are spread evenly from this date on [default: 2020-01-01]
    #[arg(long, value_name = "DATE", value_parser = date)]
    start: Option<Date>,
    /// ... to this one [default: a year later]
    #[arg(long, value_name = "DATE", value_parser = date)]
    acquired_until: Option<Date>,
    /// Last date of the log [default: three years after the start]
    #[arg(long, value_name = "DATE", value_parser = date)]
    until: Option<Date>,
    /// Equal seeds give equal logs [default: 1]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Write the moment of each purchase instead of its date
    #[arg(long)]
    exact: bool,
}

pub(super) fn run(args: &Args, threads: Option<usize>, console: &Console) -> Result<()> {
    let target = Target::table(&args.output)?;
    let model = model_file::load(&args.model)?;
    let default = match args.start {
        Some(start) => SimulateOptions::from_start(start),
        None => SimulateOptions::default(),
    };
    let options = SimulateOptions {
        customers: args.customers.unwrap_or(default.customers),
        acquired_until: args
            .acquired_until
            .or(args.until.map(|until| until.min(default.acquired_until)))
            .unwrap_or(default.acquired_until),
        until: args.until.unwrap_or(default.until),
        seed: args.seed.unwrap_or(default.seed),
        exact: args.exact,
        threads,
        ..default
    };
    let rows = write_log(&model, &options, &target, console)?;
    if !target.is_stdout() {
        console.say(&format!("{rows} purchases of {} customers: {target}", options.customers));
    }
    Ok(())
}
