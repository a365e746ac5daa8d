//! `clv inspect`: what is in a model file.

use std::path::PathBuf;

use crate::base::Result;
use crate::cli::console::{Console, Results};
use crate::fitted::file;
use crate::show::report;

#[derive(clap::Args)]
pub(super) struct Args {
    /// Model file
    #[arg(value_name = "MODEL")]
    model: PathBuf,
}

pub(super) fn run(args: &Args, console: &Console) -> Result<()> {
    let model = file::load_any(&args.model)?;
    console.report(&report::any_model(&model), Results::Stdout)
}
