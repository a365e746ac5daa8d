//! `clv score`: model file and customers in, one row a customer out.

use std::path::PathBuf;

use crate::base::Result;
use crate::cli::{
    args::{InputArgs, LogArgs, ScoreArgs, add_attributes},
    console::{Console, Results},
    contracts,
};
use crate::fitted::{
    ClvModel,
    file::{self, AnyModel},
};
use crate::forecast::{self, ScoreOptions};
use crate::history::{self, LogOptions, Summary, SummaryMeta, UnitSource};
use crate::output::{TableWriter, Target};
use crate::show::report::{self, Report};

#[derive(clap::Args)]
pub(super) struct Args {
    /// Model file, from clv fit or clv model
    #[arg(value_name = "MODEL")]
    model: PathBuf,
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    score: ScoreArgs,
    /// Table to write, .csv, .parquet or .jsonl, one row a customer; - is standard output (CSV)
    #[arg(short, long, value_name = "FILE")]
    output: Option<String>,
}

pub(super) fn run(args: &Args, threads: Option<usize>, console: &Console) -> Result<()> {
    let options = args.score.options()?;
    let model = match file::load_any(&args.model)? {
        AnyModel::Purchases(model) => *model,
        AnyModel::Contracts(model) => {
            let output = args.output.as_deref();
            return contracts::score(&model, &args.model, &args.input, &options.value, output, console);
        }
    };
    let target = args.output.as_deref().map(Target::table).transpose()?;
    if let Some(target) = &target {
        target.refuse_inputs(args.input.files().chain([&args.model]))?;
    }
    let log = log_options(&model, &args.input, &options, threads)?;
    let mut summary = history::open(&args.input.inputs, &log, console)?;
    adopt_unit(&model, &mut summary.meta);
    let mut report = report::input(&summary.meta);
    report.extend(report::scored_with(&model, &summary.meta));
    let results = write(&model, &summary, &options, target.as_ref(), &mut report, console)?;
    console.report(&report, results)?;
    say_written(target, console);
    Ok(())
}

/// How to read customers whom this model is to score.
pub(super) fn log_options(
    model: &ClvModel,
    args: &LogArgs,
    options: &ScoreOptions,
    threads: Option<usize>,
) -> Result<LogOptions> {
    let mut log = args.options(threads)?;
    // A log is summarised in the model's own grain.
    if !args.has_grain() {
        log.grain = model.grain.unwrap_or_default();
    }
    if let Some(covariates) = &model.covariates {
        let names: Vec<String> = covariates.covariates.iter().map(|c| c.name.clone()).collect();
        add_attributes(&names, &mut log);
    }
    add_attributes(options.by.as_slice(), &mut log);
    Ok(log)
}

/// A summary that does not say is in the model's unit. One that was made of a log has a grain, and is in the
/// unit that it was written in, also where nobody asked for one.
pub(super) fn adopt_unit(model: &ClvModel, meta: &mut SummaryMeta) {
    if meta.unit_source == UnitSource::Default && !meta.is_of_log() {
        meta.unit = model.unit;
    }
}

/// Scores all customers into `target` and adds the forecast to the report.
pub(super) fn write(
    model: &ClvModel,
    summary: &Summary,
    options: &ScoreOptions,
    target: Option<&Target>,
    report: &mut Report,
    console: &Console,
) -> Result<Results> {
    let schema = forecast::schema(options);
    let mut writer = target.map(|target| TableWriter::create(target, schema)).transpose()?;
    let mut first = None;
    let totals = forecast::score_into(model, summary, options, console, |table| {
        first.get_or_insert_with(|| table.slice(0, table.num_rows().min(FIRST)));
        writer.as_mut().map_or(Ok(()), |writer| writer.write(&table))
    })?;
    if let Some(writer) = writer {
        writer.finish()?;
    }
    report.extend(report::forecast(model, &totals, first.as_ref(), options));
    let target = target.map(ToString::to_string);
    let to_stdout = target.as_deref() == Some("-");
    report.json.insert("output".into(), target.into());
    Ok(if to_stdout { Results::Stderr } else { Results::Stdout })
}

/// Customers shown of a forecast.
const FIRST: usize = 5;

/// Says where the rows went, or how to get them.
pub(super) fn say_written(target: Option<Target>, console: &Console) {
    match target {
        Some(target) if target.is_stdout() => {}
        Some(target) => console.say(&format!("one row a customer: {target}")),
        None => {
            console.say("one row a customer: add -o scores.csv (or .parquet, .jsonl, - for standard output)")
        }
    }
}
