//! `clv summarize`: purchase log in, summary out.

use crate::base::Result;
use crate::cli::{
    args::InputArgs,
    console::{Console, Results},
};
use crate::history::{self, LogOptions};
use crate::output::write_summary;
use crate::show::report;

#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    input: InputArgs,
    /// Add the sum of the logarithms of the gaps between purchases, which models of regular purchases need
    #[arg(long)]
    log_gaps: bool,
    /// Add the age at each repeat purchase, which models of rates that drift (drift-nbd) need
    #[arg(long)]
    purchase_times: bool,
    /// Summary to write, .csv, .xlsx, .parquet or .jsonl; - is standard output (CSV)
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    output: String,
}

pub(super) fn run(args: &Args, threads: Option<usize>, console: &Console) -> Result<()> {
    let target = console.table(&args.output)?;
    target.refuse_inputs(args.input.files())?;
    let options = LogOptions {
        log_gaps: args.log_gaps,
        purchase_times: args.purchase_times,
        ..args.input.options(threads)?
    };
    let summary = history::open(&args.input.inputs, &options, console)?;
    let customers = write_summary(&summary, &target, console)?;
    let mut report = report::input(&summary.meta);
    report.extend(report::summary(&summary.meta, customers));
    report.json.insert("output".into(), target.to_string().into());
    let results = if target.is_stdout() { Results::Stderr } else { Results::Stdout };
    console.report(&report, results)
}
