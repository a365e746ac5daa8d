//! `clv fit`: summary in, parameters and model file out.

use crate::base::{Error, Result};
use crate::cli::{
    args::{ContractArgs, FitArgs, InputArgs, ModelArgs},
    console::Console,
    contracts, forecast,
};
use crate::contracts::ContractMember;
use crate::contracts::book::{self, TableKind};
use crate::fitted::file;
use crate::history::{self, LogOptions};
use crate::output::Target;
use crate::show::report;
use crate::study;
use crate::study::diagnostics::{DiagnosticOptions, diagnose};

#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    model: ModelArgs,
    #[command(flatten)]
    fit: FitArgs,
    #[command(flatten)]
    contracts: ContractArgs,
    /// How well the fit agrees with its own customers, as tables: frequencies, cohorts, influence, spend, and whether amounts change with time
    #[arg(long, help_heading = "Output")]
    diagnostics: bool,
    /// Model file to write; - is standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<String>,
}

impl Args {
    /// Are its models known?
    pub fn check(&self) -> Result<()> {
        let request = self.fit.request(self.model.model.as_ref())?;
        if ContractMember::named(&request.model).is_some() {
            return Ok(());
        }
        request.asks(&LogOptions::default()).map(drop)
    }
}

/// Models of contracts have none.
pub(super) fn refuse_diagnostics(wanted: bool) -> Result<()> {
    let message = "it looks at models of purchases, and this is one of contracts";
    if wanted { Err(Error::option("--diagnostics", message)) } else { Ok(()) }
}

pub(super) fn run(args: &Args, threads: Option<usize>, console: &Console) -> Result<()> {
    let model = args.model.model.as_ref();
    let request = args.fit.request(model)?;
    let output = args.output.as_deref();
    let inputs = history::from_paths(&args.input.inputs);
    let (inputs, kept) = history::keep(&inputs, &args.input.table_options(threads)?, console)?;
    match book::table_kind(model.map(String::as_str), &inputs, &kept).one()? {
        TableKind::Purchases | TableKind::Both(_) => {}
        TableKind::Alone => {
            refuse_diagnostics(args.diagnostics)?;
            return contracts::fit(&request.model, (&args.input, &inputs), &request.options, output, console);
        }
        TableKind::Book => {
            refuse_diagnostics(args.diagnostics)?;
            let options = (args.contracts.options(&args.input), forecast::plan_options(&args.fit, model)?);
            return contracts::fit_book((&args.input, &inputs), &kept, &options, output, console);
        }
    }
    let log = LogOptions { customers: kept.customers, ..args.input.options(threads)? };
    let mut log = request.asks(&log)?;
    log.spend_drift = args.diagnostics;
    log.timing |= args.diagnostics;
    let target = args.output.as_deref().map(|name| Target::document(name, "JSON")).transpose()?;
    if let Some(target) = &target {
        target.refuse_inputs(args.input.files().chain(args.fit.files()))?;
    }
    let mut summary = history::open_inputs(&inputs, &log, console)?;
    summary.meta.warnings.extend(book::read_as_purchases(&inputs, &log));
    let mut report = report::input(&summary.meta);
    let (model, comparison) = study::fit(&summary, &request, console)?;
    report.extend(comparison.iter().map(report::comparison).next().unwrap_or_default());
    report.extend(report::model(&model));
    if args.diagnostics {
        let options = DiagnosticOptions::default();
        report.extend(report::diagnostics(&diagnose(&model, &summary, &request, &options, console)?));
    }
    console.fitted(report, target, || file::to_json(&model))
}
