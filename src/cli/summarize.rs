//! `clv summarize`: purchase log in, summary out, or a state that new rows can be added to.

use std::path::PathBuf;

use crate::base::Result;
use crate::cli::{
    args::InputArgs,
    console::{Console, Results},
};
use crate::contracts::book;
use crate::history::{self, LogOptions};
use crate::output::{create_state, write_summary};
use crate::show::report;

#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    input: InputArgs,
    /// Add the sum of the logarithms of the gaps between purchases, which models of regular purchases need
    #[arg(long)]
    log_gaps: bool,
    /// Add the age at each repeat purchase, which models of rates that drift (drift-nbd, drift-mbg-nbd) need
    #[arg(long)]
    purchase_times: bool,
    /// State to write: the purchases in one file, to which clv update adds new ones, and which every verb reads as it reads a log
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    state: Option<PathBuf>,
    /// Summary to write, .csv, .xlsx, .parquet or .jsonl; - is standard output (CSV) [default: -, or none with --state]
    #[arg(short, long, value_name = "FILE")]
    output: Option<String>,
}

pub(super) fn run(args: &Args, threads: Option<usize>, console: &Console) -> Result<()> {
    let output = args.output.as_deref().or(args.state.is_none().then_some("-"));
    let target = output.map(|output| console.table(output)).transpose()?;
    if let Some(target) = &target {
        target.refuse_inputs(args.input.files())?;
    }
    let options = LogOptions {
        log_gaps: args.log_gaps,
        purchase_times: args.purchase_times,
        ..args.input.options(threads)?
    };
    let mut inputs = history::from_paths(&args.input.inputs);
    let state = match &args.state {
        None => None,
        Some(state) => {
            let added = create_state(state, &inputs, &options, console)?;
            inputs = vec![state.clone().into()];
            Some(report::added(&added, &state.display().to_string()))
        }
    };
    let (inputs, options) = history::keep(&inputs, &options, console)?;
    let mut summary = history::open_inputs(&inputs, &options, console)?;
    summary.meta.warnings.extend(book::read_as_purchases(&inputs, &options));
    let customers = match &target {
        Some(target) => write_summary(&summary, target, console)?,
        None => summary.customers()?,
    };
    let mut report = report::input(&summary.meta);
    report.extend(report::summary(&summary.meta, customers));
    if let Some(state) = state {
        report.results.extend(state.results);
        report.json.extend(state.json.into_iter().filter(|(key, _)| key == "state"));
    }
    report.json.insert("output".into(), output.into());
    let results = if output == Some("-") { Results::Stderr } else { Results::Stdout };
    console.report(&report, results)
}
