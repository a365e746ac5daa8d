//! `clv forecast`: fit and score in one go.

use crate::base::{Error, Result};
use crate::cli::{
    args::{ContractArgs, FitArgs, ForecastModelArgs, InputArgs, LogArgs, ScoreArgs},
    company,
    console::Console,
    contracts, score,
};
use crate::contracts::book::TableKind;
use crate::contracts::{BookForecastOptions, ContractMember, PlanOptions, book};
use crate::fit::{FitOptions, PosteriorOptions};
use crate::fitted::FitRequest;
use crate::forecast::ScoreOptions;
use crate::history::{self, LogOptions};
use crate::show::report;
use crate::study;

#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) input: InputArgs,
    #[command(flatten)]
    model: ForecastModelArgs,
    #[command(flatten)]
    pub(super) fit: FitArgs,
    #[command(flatten)]
    score: ScoreArgs,
    #[command(flatten)]
    pub(super) contracts: ContractArgs,
    /// Of contracts: table of the months to come, .csv, .xlsx, .parquet or .jsonl
    #[arg(long, value_name = "FILE", help_heading = "Contracts")]
    pub(super) by_month: Option<String>,
    /// Table to write, .csv, .xlsx, .parquet or .jsonl, one row a customer; - is standard output (CSV)
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<String>,
}

/// How to read customers to whom this is to be fitted, and who are then to be scored.
pub(super) fn log_options(
    request: &FitRequest,
    args: &LogArgs,
    options: &ScoreOptions,
    threads: Option<usize>,
) -> Result<LogOptions> {
    if ContractMember::named(&request.model).is_some() {
        let message = format!(
            "{} is a model of contracts: use clv forecast, or clv fit, then clv score",
            request.model
        );
        return Err(Error::option("--model", message));
    }
    Ok(request.asks(&args.options(threads)?)?.asking_for(options.by.as_slice()))
}

/// What to fit to customers who are then to be scored.
///
/// # Errors
/// If a file that is named cannot be read.
pub(super) fn request(args: &FitArgs, model: Option<&String>, options: &ScoreOptions) -> Result<FitRequest> {
    let mut request = FitRequest { horizon: options.value.horizon, ..args.request(model)? };
    if model.is_none() {
        request = request.for_forecast();
    }
    // Without intervals nothing rests on the approximation.
    if options.interval.is_none() && request.options.posterior == PosteriorOptions::default() {
        request.options.posterior = PosteriorOptions::unchecked();
    }
    Ok(request)
}

/// How contracts are fitted.
///
/// # Errors
/// If something is asked for that only models of purchases have.
pub(super) fn plan_options(fit: &FitArgs, model: Option<&String>) -> Result<PlanOptions> {
    let default = PlanOptions::default();
    fit.refuse_of_contracts()?;
    let asked = fit.request(model)?.options;
    let posterior = match fit.says_posterior() {
        true => asked.posterior,
        false => PosteriorOptions { seed: asked.posterior.seed, ..default.fit.posterior },
    };
    Ok(PlanOptions {
        model: model.cloned(),
        fit: FitOptions { posterior, ..asked },
        covariates: fit.covariates.clone(),
    })
}

/// Refuses what would be of one kind of customers only, where there are both.
pub(super) fn refuse_of_both(fit: &FitArgs) -> Result<()> {
    let message = "these are purchases and contracts, and a column of one need not be in the other: forecast each kind by itself with it";
    if fit.covariates.is_empty() { Ok(()) } else { Err(Error::option("--covariates", message)) }
}

/// What is said of contracts, with how they are fitted, if they are.
pub(super) fn of_contracts(plans: PlanOptions, options: &ScoreOptions) -> BookForecastOptions {
    let default = BookForecastOptions::default();
    let interval = options.interval.as_ref();
    BookForecastOptions {
        value: options.value,
        probability: interval.map_or(default.probability, |interval| interval.probability),
        seed: interval.map_or(default.seed, |interval| interval.seed),
        plans,
        unseen: options.unseen,
    }
}

pub(super) fn run(args: &Args, threads: Option<usize>, console: &Console) -> Result<()> {
    let options = ScoreOptions { memory: args.input.memory_limit(), ..args.score.options()? };
    let model = args.model.model.as_ref();
    let (inputs, kept) = history::keep(
        &history::from_paths(&args.input.inputs),
        &args.input.table_options(threads)?,
        console,
    )?;
    let kind = book::table_kind(model.map(String::as_str), &inputs, &kept);
    if let TableKind::Both(both) = &kind {
        return company::run(args, both, &options, (threads, console));
    }
    if kind.is_contracts() {
        let request = contracts::Request {
            book: args.contracts.options(&args.input),
            forecast: of_contracts(plan_options(&args.fit, model)?, &options),
            files: args.input.files().collect(),
            model: None,
            by_month: args.by_month.as_deref(),
            output: args.output.as_deref(),
        };
        return contracts::forecast(&inputs, &kept, &request, console);
    }
    if args.by_month.is_some() {
        let message =
            "months are those of contracts, and this reads purchases: --path 12mo/1mo does the same for them";
        return Err(Error::option("--by-month", message));
    }
    let request = request(&args.fit, model, &options)?;
    let log = log_options(&request, &args.input, &options, threads)?;
    let target = args.output.as_deref().map(|name| console.table(name)).transpose()?;
    if let Some(target) = &target {
        target.refuse_inputs(args.input.files().chain(args.fit.files()))?;
    }
    let log = LogOptions { customers: kept.customers, ..log };
    let summary = history::open_inputs(&inputs, &log, console)?;
    let chosen = model.is_none().then(|| report::chosen_model(&request));
    let mut report = report::input_and(&summary.meta, chosen.as_slice());
    let (model, comparison) = study::fit(&summary, &request, console)?;
    report.extend(comparison.iter().map(report::comparison).next().unwrap_or_default());
    report.extend(report::model(&model));
    let model = match &request.over_time {
        Some(over_time) => model.knowing(over_time)?,
        None => model,
    };
    let (results, _) = score::write(&model, &summary, &options, target.as_ref(), &mut report, console)?;
    console.report(&report, results)?;
    score::say_written(target, console);
    Ok(())
}
