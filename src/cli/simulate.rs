//! `clv simulate`: model file in, purchase log (or table of contracts) out.

use std::path::PathBuf;

use jiff::Span;
use jiff::civil::Date;
use serde_json::json;

use crate::base::{Result, numbers::count};
use crate::cli::{
    args::{date, whole},
    config,
    console::{Console, Results},
};
use crate::fitted::file::{self, AnyModel};
use crate::show::report::{Block, Report};
use crate::simulate::{SimulateOptions, book, write_log};

#[derive(clap::Args)]
pub(super) struct Args {
    /// Model file, from clv fit or clv model
    #[arg(value_name = "MODEL")]
    model: PathBuf,
    /// Log to write, .csv, .xlsx, .parquet or .jsonl; - is standard output (CSV)
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    output: String,
    #[command(flatten)]
    draw: DrawArgs,
}

/// What to draw.
#[derive(clap::Args)]
pub(super) struct DrawArgs {
    /// How many customers [default: 10000]
    #[arg(long, value_name = "N", value_parser = whole)]
    customers: Option<u64>,
    /// First date of the log [default: 2020-01-01]
    #[arg(long, value_name = "DATE", value_parser = date)]
    start: Option<Date>,
    /// Date of the last first purchase [default: a year after the start, or a third of the way to an earlier end]
    #[arg(long, value_name = "DATE", value_parser = date)]
    acquired_until: Option<Date>,
    /// Last date of the log [default: three years after the start]
    #[arg(long, value_name = "DATE", value_parser = date)]
    until: Option<Date>,
    /// Seed: equal seeds give equal logs [default: 1]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Write the moment of each purchase, not only its date
    #[arg(long)]
    exact: bool,
    /// File of options such as clv check writes; what is typed wins; none: no file [default: none]
    #[arg(long, value_name = "FILE")]
    config: Option<String>,
}

impl DrawArgs {
    pub fn options(&self, threads: Option<usize>) -> SimulateOptions {
        let default = self.start.map_or_else(SimulateOptions::default, SimulateOptions::from_start);
        // A log that is to end sooner than usual acquires its customers in the first third of its time.
        let until = self.until.unwrap_or(default.until);
        let days = (until - default.start).get_days();
        let third = default.start.saturating_add(Span::new().days(days / 3));
        SimulateOptions {
            customers: self.customers.unwrap_or(default.customers),
            acquired_until: self.acquired_until.unwrap_or(default.acquired_until.min(third)),
            until,
            seed: self.seed.unwrap_or(default.seed),
            exact: self.exact,
            threads,
            ..default
        }
    }
}

pub(super) fn run(args: &Args, threads: Option<usize>, console: &Console) -> Result<()> {
    let target = console.table(&args.output)?;
    target.refuse_inputs([&args.model])?;
    config::say(args.draw.config.as_deref(), console);
    let options = args.draw.options(threads);
    let (rows, what) = match file::load_any(&args.model)? {
        AnyModel::Book(model) => (book::write(&model, &options, &target, console)?, "contracts"),
        _ => (write_log(&file::load(&args.model)?, &options, &target, console)?, "purchases"),
    };
    let mut report = Report::default();
    report.results.push(Block::Line(format!(
        "{} {what} of {} customers, {} to {}, seed {}",
        count(rows),
        count(options.customers),
        options.start,
        options.until,
        options.seed
    )));
    report.json.insert(
        "simulation".into(),
        json!({
            "rows": rows,
            "customers": options.customers,
            "start": options.start.to_string(),
            "acquired_until": options.acquired_until.to_string(),
            "until": options.until.to_string(),
            "seed": options.seed,
            "output": target.to_string(),
        }),
    );
    console.report(&report, if target.is_stdout() { Results::Stderr } else { Results::Stdout })
}
