//! `clv score`: model file and customers in, one row a customer out.

use std::path::PathBuf;

use jiff::civil::Date;

use crate::base::{Error, Result};
use crate::cli::{
    args::{ContractAgainArgs, InputArgs, LogArgs, ScoreArgs, date},
    console::{Console, Results},
    contracts, forecast as forecasting,
};
use crate::contracts::{BookModel, PlanOptions};
use crate::fitted::{
    ClvModel,
    file::{self, AnyModel},
};
use crate::forecast::{self, ScoreOptions, Totals};
use crate::history::{self, Input, Summary};
use crate::output::{TableWriter, Target, digest_of};
use crate::show::report::{self, Report};
use crate::study::{days, monitor::journal, time_covariates::time_covariates};

#[derive(clap::Args)]
pub(super) struct Args {
    /// Model file, from clv fit or clv model
    #[arg(value_name = "MODEL")]
    model: PathBuf,
    /// Purchase logs (or summaries): CSV, Excel or OpenDocument workbooks, Parquet or JSON, also gzip, zstd or zip; files, directories or globs; - is standard input
    #[arg(value_name = "LOG", required_unless_present = "newcomers")]
    inputs: Vec<PathBuf>,
    #[command(flatten)]
    log: LogArgs,
    #[command(flatten)]
    score: ScoreArgs,
    /// File to which the totals of this forecast are added, so that clv monitor --journal judges it once its time has passed; .parquet
    #[arg(long, value_name = "FILE", conflicts_with = "newcomers", help_heading = "Output")]
    journal: Option<PathBuf>,
    #[command(flatten)]
    calendar: CalendarArgs,
    #[command(flatten)]
    newcomers: NewcomerArgs,
    #[command(flatten)]
    contracts: ContractAgainArgs,
    /// Of contracts: table of the months to come, .csv, .xlsx, .parquet or .jsonl
    #[arg(long, value_name = "FILE", help_heading = "Contracts")]
    by_month: Option<String>,
    /// Table to write, .csv, .xlsx, .parquet or .jsonl, one row a customer; - is standard output (CSV)
    #[arg(short, long, value_name = "FILE")]
    output: Option<String>,
}

/// What is known of days by now.
#[derive(clap::Args)]
pub(super) struct CalendarArgs {
    /// For models that were fitted with --calendar: its file as it is known now, with rows for the days to come; without it the days that the model file knows
    #[arg(long, value_name = "FILE", help_heading = "Value")]
    calendar: Option<PathBuf>,
    /// For models that were fitted with --time-covariates: such a file, with rows from each customer's first purchase to the end of the horizon
    #[arg(long, value_name = "FILE", help_heading = "Value")]
    time_covariates: Option<PathBuf>,
}

impl CalendarArgs {
    /// Files that are read.
    fn files(&self) -> impl Iterator<Item = &PathBuf> {
        self.calendar.iter().chain(&self.time_covariates)
    }

    /// The model with it.
    ///
    /// # Errors
    /// If it cannot be read, or the model follows none of its columns.
    pub fn renew(&self, model: ClvModel) -> Result<ClvModel> {
        let model = match &self.calendar {
            Some(file) => model.with_calendar(&days::calendar(&Input::Path(file.clone()))?)?,
            None => model,
        };
        match &self.time_covariates {
            Some(file) => model.knowing(&time_covariates(&Input::Path(file.clone()))?),
            None => Ok(model),
        }
    }
}

/// Customers who are not there yet.
#[derive(clap::Args)]
pub(super) struct NewcomerArgs {
    /// Customers won on this date in place of a log: one row for each kind that the model tells apart
    #[arg(long, value_name = "DATE", value_parser = date, conflicts_with = "inputs", help_heading = "Newcomers")]
    newcomers: Option<Date>,
    /// Kinds of newcomers, by an attribute of the model: channel=search,email; may be given several times [default: all that the fit has seen]
    #[arg(long, value_name = "COLUMN=VALUES", help_heading = "Newcomers")]
    kinds: Vec<String>,
}

impl NewcomerArgs {
    /// Kinds by attribute.
    pub fn kinds(&self) -> Result<Vec<(String, Vec<String>)>> {
        let one = |text: &String| {
            let wrong = || Error::option("--kinds", format!("'{text}': write channel=search,email"));
            let (name, values) = text.split_once('=').ok_or_else(wrong)?;
            Ok((name.trim().to_owned(), values.split(',').map(|value| value.trim().to_owned()).collect()))
        };
        self.kinds.iter().map(one).collect()
    }
}

impl Args {
    /// Refuses what only models of purchases do.
    fn refuse_of_contracts(&self) -> Result<()> {
        if self.newcomers.newcomers.is_some() {
            let message = "only models of purchases know newcomers: clv inspect shows how contracts hold out";
            return Err(Error::option("--newcomers", message));
        }
        match &self.journal {
            Some(_) => Err(Error::option("--journal", "forecasts of contracts are not kept in a journal")),
            None => Ok(()),
        }
    }

    fn refuse_months(&self, why: &str) -> Result<()> {
        if self.by_month.is_some() { Err(Error::option("--by-month", why)) } else { Ok(()) }
    }
}

/// Forecasts a book of contracts with the models of a file, read as they were.
fn book(
    model: &BookModel,
    args: &Args,
    input: &InputArgs,
    options: &ScoreOptions,
    (threads, console): (Option<usize>, &Console),
) -> Result<()> {
    let request = contracts::Request {
        book: args.contracts.options(&args.log, model),
        forecast: forecasting::of_contracts(PlanOptions::default(), options),
        files: input.files().chain([&args.model]).collect(),
        model: Some(model),
        by_month: args.by_month.as_deref(),
        output: args.output.as_deref(),
    };
    let inputs = history::from_paths(&input.inputs);
    contracts::forecast(&inputs, &input.table_options(threads)?, &request, console)
}

pub(super) fn run(args: &Args, threads: Option<usize>, console: &Console) -> Result<()> {
    let options = ScoreOptions { memory: args.log.memory_limit(), ..args.score.options()? };
    let input = InputArgs { inputs: args.inputs.clone(), log: args.log.clone() };
    let model = match file::load_any(&args.model)? {
        AnyModel::Purchases(model) => args.calendar.renew(*model)?,
        AnyModel::Book(model) => {
            args.refuse_of_contracts()?;
            return book(&model, args, &input, &options, (threads, console));
        }
        AnyModel::Contracts(model) => {
            let output = args.output.as_deref();
            args.refuse_of_contracts()?;
            args.refuse_months("these contracts have no dates of renewal")?;
            return contracts::score(&model, &args.model, &input, &options.value, output, console);
        }
    };
    args.refuse_months("months are those of contracts, and this is a model of purchases: --path 12mo/1mo does the same for them")?;
    let target = args.output.as_deref().map(|name| console.table(name)).transpose()?;
    if let Some(target) = &target {
        target.refuse_inputs(input.files().chain([&args.model]).chain(args.calendar.files()))?;
    }
    let summary = match args.newcomers.newcomers {
        Some(born) => forecast::newcomers(&model, Some(born), &args.newcomers.kinds()?)?,
        None if !args.newcomers.kinds.is_empty() => {
            return Err(Error::option(
                "--kinds",
                "kinds are of newcomers: say when they come with --newcomers",
            ));
        }
        None => {
            let inputs = history::from_paths(&input.inputs);
            model.open(&inputs, &input.options(threads)?, options.by.as_slice(), console)?
        }
    };
    let mut report = report::input(&summary.meta);
    report.extend(report::scored_with(&model, &summary.meta));
    let (results, totals) = write(&model, &summary, &options, target.as_ref(), &mut report, console)?;
    if let Some(path) = &args.journal {
        let digest = digest_of(&args.model)?.unwrap_or_default();
        journal::record(path, (&model, digest), &summary.meta, &totals, &options)?;
    }
    console.report(&report, results)?;
    say_written(target, console);
    Ok(())
}

/// Scores all customers into `target` and adds the forecast to the report.
pub(super) fn write(
    model: &ClvModel,
    summary: &Summary,
    options: &ScoreOptions,
    target: Option<&Target>,
    report: &mut Report,
    console: &Console,
) -> Result<(Results, Totals)> {
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
    Ok((if to_stdout { Results::Stderr } else { Results::Stdout }, totals))
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
