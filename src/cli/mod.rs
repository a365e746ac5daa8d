//! The command line: one file a verb, each a few calls of the library between reading arguments and
//! printing a report. Data goes to standard output, words to standard error; exit code 0 is done,
//! 2 an error, 1 that a check which was asked for failed (`clv monitor`: time to fit again). A closed pipe ends quietly
//! with 0.

mod actions;
mod args;
mod backtest;
mod check;
mod company;
mod config;
mod console;
mod contracts;
pub mod described;
mod economics;
mod fit;
mod forecast;
mod guide;
mod inspect;
mod meant;
mod model;
mod monitor;
mod pages;
mod plot;
mod report;
mod run;
mod score;
mod simulate;
mod sql;
mod summarize;
mod table_args;
mod update;
pub mod words;

use std::borrow::Cow;
use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind as ClapKind};
use clap::{ArgMatches, Command, FromArgMatches, Parser, Subcommand};

use crate::base::{
    Error, ErrorKind, Result,
    shown::{shown, shown_lines},
};
use crate::output::CsvStyle;
use console::{Console, Talk};

/// Customer lifetime value from a purchase history: who is still a customer, how often they will
/// come back, how much they will spend, and what that is worth today.
#[derive(Parser)]
#[command(
    name = "clv",
    version,
    max_term_width = 100,
    subcommand_required = true,
    arg_required_else_help = true
)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
    /// Print what the command finds as one JSON object on standard output (standard error with -o -)
    #[arg(long, global = true, hide_short_help = true, help_heading = "Output")]
    json: bool,
    /// Sign between the fields of CSV that is written: , ; | or tab [default: , or ; beside decimal commas]
    #[arg(long, global = true, hide_short_help = true, value_name = "SIGN", help_heading = "Output")]
    csv_separator: Option<String>,
    /// Write numbers in CSV with a decimal comma, as spreadsheets of many countries open it
    #[arg(long, global = true, hide_short_help = true, help_heading = "Output")]
    csv_decimal_comma: bool,
    /// Worker threads; changes no result [default: one a core]
    #[arg(long, global = true, hide_short_help = true, value_name = "N", help_heading = "Resources", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// Print nothing but warnings and errors; what is written to a file is not shown too
    #[arg(
        short,
        long,
        global = true,
        hide_short_help = true,
        conflicts_with = "verbose",
        help_heading = "Output"
    )]
    quiet: bool,
    /// Say how long each part of the work took
    #[arg(short, long, global = true, hide_short_help = true, help_heading = "Output")]
    verbose: bool,
}

#[derive(Subcommand)]
enum Verb {
    /// Fit and score in one go: purchase log to one row a customer
    Forecast(forecast::Args),
    /// What an export holds, how it will be read, and what looks wrong with it
    Check(check::Args),
    /// Purchase log to summary: frequency, recency, T and monetary_value of each customer
    Summarize(summarize::Args),
    /// Add new rows of a log to a state, so that next month only these are read
    Update(update::Args),
    /// Fit a purchase model and a spend model; print the parameters, write a model file
    Fit(fit::Args),
    /// Score customers with a fitted model: P(alive), expected purchases, spend and value
    Score(score::Args),
    /// Hide the end of a log, forecast it, and compare models with each other and with doing without
    Backtest(backtest::Args),
    /// What customers are worth, what they may cost, who they are and what would move them
    Economics(Box<economics::Args>),
    /// Whom to do what for, by when, worth what; and what a campaign brought
    Actions(Box<actions::Args>),
    /// One page to look at: what the base is worth, whether to trust it, who holds the value, what is at risk
    Report(Box<report::Args>),
    /// One figure of a model and a log, as a picture or a page
    Plot(Box<plot::Args>),
    /// Has what a model forecast at its fit come true? Exit code 1: it is time to fit again
    Monitor(monitor::Args),
    /// The monthly job, in order, from one file of options: update, monitor, refit, score and more
    Run(Box<run::Args>),
    /// Make a model file from known parameters: clv model bg-nbd r=.243 alpha=4.414 a=.793 b=2.426
    Model(model::Args),
    /// Draw a purchase log from a model
    Simulate(simulate::Args),
    /// Show a model file
    Inspect(inspect::Args),
    /// The summary as one SQL statement, for logs that live in a warehouse
    Sql(sql::Args),
    /// Completions of verbs and options for a shell
    Completions(pages::CompletionArgs),
    /// Manual pages
    Man(pages::ManArgs),
}

/// Runs the program with these arguments.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let program = guide::program();
    let arguments = match config::expand(arguments.into_iter().collect(), &program) {
        Ok(arguments) => arguments,
        Err(error) => {
            console::print_error(&error);
            return ExitCode::from(2);
        }
    };
    let parsed = program.clone().try_get_matches_from(&arguments);
    let (cli, matches) = match parsed.and_then(|found| Ok((Cli::from_arg_matches(&found)?, found))) {
        Ok(parsed) => parsed,
        Err(error) => {
            if let Some(error) = config::blame(&error, &arguments) {
                console::print_error(&error);
                return ExitCode::from(2);
            }
            let error = meaning(error, &program, &arguments);
            let code = if error.use_stderr() { ExitCode::from(2) } else { ExitCode::SUCCESS };
            print_usage(&error, &arguments);
            return code;
        }
    };
    match run(cli, &matches) {
        Ok(code) => code,
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            console::print_error(&error);
            ExitCode::from(2)
        }
    }
}

/// Says what is meant by a name that is none, in place of another one that is spelt alike: an option of the verb that other
/// programs call so, or the verbs to which an option belongs that this one does not have.
fn meaning(mut error: clap::Error, program: &Command, arguments: &[OsString]) -> clap::Error {
    let typed = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        _ => None,
    };
    let (kind, words) = match error.kind() {
        ClapKind::UnknownArgument => {
            let Some(option) = typed(ContextKind::InvalidArg) else { return error };
            (ContextKind::SuggestedArg, of_option(&option, program, arguments))
        }
        ClapKind::InvalidSubcommand => {
            let Some(name) = typed(ContextKind::InvalidSubcommand) else { return error };
            let meant = meant::verb(&name).map(|verb| format!("did you mean 'clv {verb}'?"));
            (ContextKind::SuggestedSubcommand, meant)
        }
        _ => return error,
    };
    if let Some(words) = words {
        error.remove(kind);
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![words.into()]));
    }
    error
}

/// What is to be said of an option that the verb does not have.
fn of_option(option: &str, program: &Command, arguments: &[OsString]) -> Option<String> {
    let name = option.strip_prefix("--")?.split(['=', ' ']).next()?;
    let has = |verb: &&Command| verb.get_arguments().any(|arg| arg.get_long() == Some(name));
    let verbs: Vec<String> =
        program.get_subcommands().filter(has).map(|verb| format!("clv {}", verb.get_name())).collect();
    if !verbs.is_empty() {
        return Some(format!("'--{name}' belongs to {}", verbs.join(", ")));
    }
    let verb = arguments.iter().skip(1).find_map(|word| program.find_subcommand(word));
    let known: Vec<&str> = verb.unwrap_or(program).get_arguments().filter_map(clap::Arg::get_long).collect();
    let known = [known, program.get_arguments().filter_map(clap::Arg::get_long).collect()].concat();
    meant::option(name, &known).map(|meant| format!("did you mean '--{meant}'?"))
}

/// Prints what is wrong with what was typed, or the help that was asked for. What was typed may come from elsewhere,
/// such as the name of a file.
fn print_usage(error: &clap::Error, arguments: &[OsString]) {
    let hidden = |argument: &OsString| matches!(shown(&argument.to_string_lossy()), Cow::Owned(_));
    // Nothing is left to tell anybody if even this cannot be printed.
    let _ = match arguments.iter().any(hidden) {
        true => write!(std::io::stderr(), "{}", shown_lines(&error.render().to_string())),
        false => error.print(),
    };
}

fn run(cli: Cli, matches: &ArgMatches) -> Result<ExitCode> {
    let threads = cli.threads.map(usize::from);
    if let Some(threads) = threads {
        // Only the first call in a process can set the pool's size; a second run in one process keeps it.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();
    }
    let csv = CsvStyle::new(cli.csv_separator.as_deref(), cli.csv_decimal_comma)?;
    let talk = match (cli.quiet, cli.verbose) {
        (true, _) => Talk::Quiet { written: writes(matches) },
        (_, true) => Talk::Much,
        _ => Talk::Usual,
    };
    let console = Console::new(cli.json, csv, talk);
    let code = verb(cli.verb, threads, &console);
    console.finish();
    code
}

/// Does the verb write a file? Then what it found is there.
fn writes(matches: &ArgMatches) -> bool {
    let of = |(_, verb): (&str, &ArgMatches)| {
        ["output", "state", "segments", "crm"]
            .into_iter()
            .any(|name| verb.try_contains_id(name).is_ok_and(|there| there))
    };
    matches.subcommand().is_some_and(of)
}

/// Runs one verb; a check that was asked for and failed is exit code 1.
fn verb(verb: Verb, threads: Option<usize>, console: &Console) -> Result<ExitCode> {
    match verb {
        Verb::Monitor(args) => {
            let refit = monitor::run(&args, threads, console)?;
            return Ok(if refit { ExitCode::from(1) } else { ExitCode::SUCCESS });
        }
        Verb::Run(args) => return run::run(&args, threads, console),
        Verb::Forecast(args) => forecast::run(&args, threads, console),
        Verb::Summarize(args) => summarize::run(&args, threads, console),
        Verb::Update(args) => update::run(&args, threads, console),
        Verb::Fit(args) => fit::run(&args, threads, console),
        Verb::Score(args) => score::run(&args, threads, console),
        Verb::Check(args) => check::run(&args, threads, console),
        Verb::Backtest(args) => backtest::run(&args, threads, console),
        Verb::Economics(args) => economics::run(&args, threads, console),
        Verb::Actions(args) => actions::run(&args, threads, console),
        Verb::Plot(args) => plot::run(&args, threads, console),
        Verb::Report(args) => report::run(&args, threads, console),
        Verb::Model(args) => model::run(&args, console),
        Verb::Simulate(args) => simulate::run(&args, threads, console),
        Verb::Inspect(args) => inspect::run(&args, console),
        Verb::Sql(args) => sql::run(&args, console),
        Verb::Completions(args) => pages::completions(&args, console),
        Verb::Man(args) => pages::man(&args, console),
    }?;
    Ok(ExitCode::SUCCESS)
}

fn is_closed_pipe(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Io { source, .. } if source.kind() == std::io::ErrorKind::BrokenPipe)
}
