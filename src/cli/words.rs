//! The same words for callers that are not a shell: what a verb takes beside its inputs and outputs, from
//! words as they are typed (`--horizon=12mo`).
//!
//! The Python package asks through these, so that an option has one name, one form, one default and one
//! error wherever it is given, and a new option of a verb is there for all of them.

use clap::error::{ContextKind, ContextValue, ErrorKind as ClapKind};
use clap::{Args, CommandFactory, FromArgMatches, Parser};

use super::args::{LogArgs, ScoreArgs};
use super::simulate::DrawArgs;
use super::{config, meant, model as by_hand, sql as statement};
use crate::base::{Error, Grain, Result, Unit};
use crate::fitted::file::AnyModel;
use crate::history::LogOptions;
use crate::simulate::SimulateOptions;
use crate::sql::SqlOptions;

mod decisions;
mod fit;
mod forecast;
mod report;

use decisions::{ActionsWords, BacktestWords, EconomicsWords, MeasureWords};
use fit::{FitWords, ScoreWords};
use forecast::ForecastWords;
use report::ReportWords;
pub use {
    decisions::{
        TestOfContracts, actions, backtest, backtest_contracts, economics, economics_of_contracts, measure,
    },
    fit::{Fit, Score, fit, newcomers, score},
    forecast::{Forecast, OfBoth, OfContracts, forecast, forecast_both, forecast_contracts, forecast_table},
    report::{Page, SubscriberPage, report, report_of_both, report_of_contracts, report_table},
};

/// What a verb takes, and the threads it may use.
#[derive(Parser)]
#[command(no_binary_name = true, disable_help_flag = true, disable_version_flag = true)]
struct Words<T: Args> {
    #[command(flatten)]
    args: T,
    /// Worker threads of reading; they change no result [default: one a core]
    #[arg(long)]
    threads: Option<std::num::NonZeroUsize>,
}

impl<T: Args> Words<T> {
    fn read(words: &[String]) -> Result<Self> {
        let words = config::expand_words(words, &Self::command())?;
        let matches = Self::command().try_get_matches_from(words).map_err(|error| explain(&error))?;
        Self::from_arg_matches(&matches).map_err(|error| explain(&error))
    }

    fn threads(&self) -> Option<usize> {
        self.threads.map(usize::from)
    }

    /// The names of its options, and whether each takes a value.
    fn options() -> Vec<(String, bool)> {
        let command = Self::command();
        let long = command.get_arguments().filter_map(|arg| Some((arg.get_long()?, arg.get_action())));
        long.map(|(name, action)| (name.to_owned(), action.takes_values())).collect()
    }
}

/// The error of a word that cannot be used, without a shell's frame around it.
pub(super) fn explain(error: &clap::Error) -> Error {
    let context = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        Some(ContextValue::Strings(texts)) => Some(texts.join(", ")),
        _ => None,
    };
    let option = context(ContextKind::InvalidArg).unwrap_or_default();
    let option = option.split([' ', '=']).next().unwrap_or_default().to_owned();
    let value = context(ContextKind::InvalidValue).unwrap_or_default();
    let message = match error.kind() {
        ClapKind::InvalidValue => {
            format!("'{value}' is not one of {}", context(ContextKind::ValidValue).unwrap_or_default())
        }
        ClapKind::ValueValidation => match std::error::Error::source(error) {
            Some(source) => source.to_string(),
            None => format!("'{value}' cannot be used"),
        },
        ClapKind::UnknownArgument => "there is no such option".to_owned(),
        _ => error.render().to_string().lines().next().unwrap_or_default().replace("error: ", ""),
    };
    let message = message.strip_prefix(&format!("{option}: ")).unwrap_or(&message);
    Error::option(option, message)
}

/// `clv summarize`.
#[derive(Args)]
struct SummarizeWords {
    #[command(flatten)]
    log: LogArgs,
    /// Add the sum of the logarithms of the gaps between purchases, which models of regular purchases need
    #[arg(long)]
    log_gaps: bool,
    /// Add the age at each repeat purchase, which models of rates that drift (drift-nbd, drift-mbg-nbd) need
    #[arg(long)]
    purchase_times: bool,
}

/// How to read and summarise a log.
///
/// # Errors
/// If a word is none of `clv summarize`, or its value cannot be used; so in the functions that follow.
pub fn summarize(words: &[String]) -> Result<LogOptions> {
    let words = Words::<SummarizeWords>::read(words)?;
    Ok(LogOptions {
        log_gaps: words.args.log_gaps,
        purchase_times: words.args.purchase_times,
        ..words.args.log.options(words.threads())?
    })
}

/// A date that is no option of a verb's own.
///
/// # Errors
/// If it is none; `option` is what it is called.
pub fn date(option: &str, text: &str) -> Result<jiff::civil::Date> {
    super::args::date(text).map_err(|message| Error::option(option, message))
}

/// What `clv simulate` does with these words.
///
/// # Errors
/// See [`summarize`].
pub fn simulate(words: &[String]) -> Result<SimulateOptions> {
    let words = Words::<DrawArgs>::read(words)?;
    Ok(words.args.options(words.threads()))
}

/// The model of this name with these parameters, as `clv model` makes it.
///
/// # Errors
/// If the model or a parameter is unknown, missing or out of its domain.
pub fn model(
    name: &str,
    parameters: &[(String, f64)],
    spend: Option<Vec<(String, f64)>>,
    unit: Option<Unit>,
    grain: Option<Grain>,
) -> Result<AnyModel> {
    by_hand::build(name, parameters, &by_hand::Known { spend, unit, grain })
}

/// What `clv sql` writes a statement for, and the settings of the log.
///
/// # Errors
/// See [`summarize`].
pub fn sql(words: &[String]) -> Result<(SqlOptions, LogOptions)> {
    let words = Words::<statement::Args>::read(words)?;
    Ok((words.args.options(), words.args.log.options()?))
}

/// The verbs and what they take: one line each, so that none can be left out of a list.
macro_rules! verbs {
    ($($(#[$about:meta])* $verb:ident: $args:ty,)*) => {
        /// A verb that takes words.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Verb {
            $($(#[$about])* $verb,)*
        }

        impl Verb {
            /// All of them.
            pub const ALL: &[Verb] = &[$(Verb::$verb),*];

            /// Its options, as they are typed without the dashes in front, and whether each takes a value.
            fn options(self) -> Vec<(String, bool)> {
                match self {
                    $(Verb::$verb => Words::<$args>::options(),)*
                }
            }

            /// The parser of its options.
            pub(super) fn command(self) -> clap::Command {
                match self {
                    $(Verb::$verb => Words::<$args>::command(),)*
                }
            }
        }
    };
}

verbs! {
    /// [`summarize`].
    Summarize: SummarizeWords,
    /// [`fit`](fit()).
    Fit: FitWords,
    /// [`score`].
    Score: ScoreWords,
    /// [`newcomers`].
    Newcomers: ScoreArgs,
    /// [`forecast`](forecast()).
    Forecast: ForecastWords,
    /// [`backtest`].
    Backtest: BacktestWords,
    /// [`economics`].
    Economics: EconomicsWords,
    /// [`actions`].
    Actions: ActionsWords,
    /// [`measure`].
    Measure: MeasureWords,
    /// [`report`].
    Report: ReportWords,
    /// [`simulate`].
    Simulate: DrawArgs,
    /// [`sql()`].
    Sql: statement::Args,
}

impl Verb {
    /// The names of its options, as they are typed without the dashes in front.
    pub fn names(self) -> Vec<String> {
        self.options().into_iter().map(|(name, _)| name).collect()
    }

    /// The option that is meant by a name that is none: what other programs call it.
    pub fn meant(self, name: &str) -> Option<String> {
        let names = self.names();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        meant::option(name, &names).map(str::to_owned)
    }

    /// The names of those that are given or not, without a value.
    pub fn flags(self) -> Vec<String> {
        self.options().into_iter().filter(|(_, value)| !value).map(|(name, _)| name).collect()
    }
}
