//! `clv update`: a state and new rows in, the state with them out.

use std::path::PathBuf;

use crate::base::Result;
use crate::cli::{
    args::InputArgs,
    console::{Console, Results},
};
use crate::history;
use crate::output::update_state;
use crate::show::report;

#[derive(clap::Args)]
pub(super) struct Args {
    /// State to add to, from clv summarize --state
    #[arg(value_name = "STATE")]
    state: PathBuf,
    #[command(flatten)]
    input: InputArgs,
}

pub(super) fn run(args: &Args, threads: Option<usize>, console: &Console) -> Result<()> {
    let inputs = history::from_paths(&args.input.inputs);
    let added = update_state(&args.state, &inputs, &args.input.options(threads)?, console)?;
    console.report(&report::added(&added, &args.state.display().to_string()), Results::Stdout)
}
