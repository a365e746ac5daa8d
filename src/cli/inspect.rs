//! `clv inspect`: what is in a model file.

use std::path::PathBuf;

use crate::cli::console::{Console, Results};
use crate::error::Result;
use crate::{model_file, report};

#[derive(clap::Args)]
pub(super) struct Args {
    /// Model file
    #[arg(value_name = "MODEL")]
    model: PathBuf,
}

pub(super) fn run(args: &Args, console: &Console) -> Result<()> {
    let model = model_file::load_any(&args.model)?;
    console.report(&report::any_model(&model), Results::Stdout)
}
