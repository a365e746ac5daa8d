//! `clv check`: what an export holds and how it is read; `-o clv.toml` writes that down.

use crate::base::Result;
use crate::cli::{
    args::{ContractArgs, InputArgs},
    console::{Console, Results},
    contracts,
};
use crate::contracts::book;
use crate::history::{self, LogOptions};
use crate::output::Target;
use crate::show::report;

#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    contracts: ContractArgs,
    /// File of options to write, clv.toml: other verbs read it with --config
    #[arg(short, long, value_name = "FILE")]
    output: Option<String>,
}

pub(super) fn run(args: &Args, threads: Option<usize>, console: &Console) -> Result<()> {
    let target = args.output.as_deref().map(|name| Target::document(name, "TOML")).transpose()?;
    if let Some(target) = &target {
        target.refuse_inputs(args.input.files())?;
    }
    let inputs = history::from_paths(&args.input.inputs);
    let (inputs, kept) = history::keep(&inputs, &args.input.table_options(threads)?, console)?;
    if book::recognise(&inputs, &kept).is_some() {
        return contracts::check(
            &inputs,
            &kept,
            &args.contracts.options(&args.input),
            target.is_some(),
            console,
        );
    }
    let options = LogOptions { customers: kept.customers, ..args.input.options(threads)? };
    let checked = history::check(&inputs, &options, console)?;
    let mut report = report::check(&checked);
    let to_stdout = target.as_ref().is_some_and(Target::is_stdout);
    if let (Some(target), Some(reading)) = (&target, &checked.reading) {
        target.write_document(&reading.to_toml())?;
        report.json.insert("output".into(), target.to_string().into());
    }
    console.report(&report, if to_stdout { Results::Stderr } else { Results::Stdout })
}
