//! `clv check`: what an export holds and how it is read; `-o clv.toml` writes that down.

use crate::base::Result;
use crate::cli::{
    args::InputArgs,
    console::{Console, Results},
};
use crate::history;
use crate::output::Target;
use crate::show::report;

#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    input: InputArgs,
    /// File of options to write, clv.toml: other verbs read it with --config
    #[arg(short, long, value_name = "FILE")]
    output: Option<String>,
}

pub(super) fn run(args: &Args, threads: Option<usize>, console: &Console) -> Result<()> {
    let target = args.output.as_deref().map(|name| Target::document(name, "TOML")).transpose()?;
    if let Some(target) = &target {
        target.refuse_inputs(args.input.files())?;
    }
    let options = args.input.options(threads)?;
    let checked = history::check(&history::from_paths(&args.input.inputs), &options, console)?;
    let mut report = report::check(&checked);
    let to_stdout = target.as_ref().is_some_and(Target::is_stdout);
    if let (Some(target), Some(reading)) = (&target, &checked.reading) {
        target.write_document(&reading.to_toml())?;
        report.json.insert("output".into(), target.to_string().into());
    }
    console.report(&report, if to_stdout { Results::Stderr } else { Results::Stdout })
}
