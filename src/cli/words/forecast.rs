//! `clv forecast`, which does not know yet of what its tables are.

use clap::Args;

use super::super::args::{ContractArgs, FitArgs, ForecastModelArgs, LogArgs, ScoreArgs};
use super::super::forecast as verb;
use super::Words;
use crate::base::Result;
use crate::contracts::{BookForecastOptions, BookOptions, PlanOptions};
use crate::fitted::FitRequest;
use crate::forecast::ScoreOptions;
use crate::history::LogOptions;

/// `clv forecast`.
#[derive(Args)]
pub(super) struct ForecastWords {
    #[command(flatten)]
    log: LogArgs,
    #[command(flatten)]
    model: ForecastModelArgs,
    #[command(flatten)]
    fit: FitArgs,
    #[command(flatten)]
    score: ScoreArgs,
    #[command(flatten)]
    contracts: ContractArgs,
}

/// What to fit, how to read what it is fitted to, and what to say of its customers.
pub struct Forecast {
    /// What to fit.
    pub request: FitRequest,
    /// How to read the log.
    pub log: LogOptions,
    /// What to say.
    pub options: ScoreOptions,
}

/// What `clv forecast` does with these words.
///
/// # Errors
/// See [`summarize`](super::summarize).
pub fn forecast(words: &[String]) -> Result<Forecast> {
    let words = Words::<ForecastWords>::read(words)?;
    let options = words.args.score.options()?;
    let request = verb::request(&words.args.fit, words.args.model.model.as_ref(), &options)?;
    let log = verb::log_options(&request, &words.args.log, &options, words.threads())?;
    Ok(Forecast { request, log, options })
}

/// How a table of contracts is read and forecast.
pub struct OfContracts {
    /// The name of the model that is asked for.
    pub model: Option<String>,
    /// How any table is read.
    pub log: LogOptions,
    /// How contracts are read.
    pub book: BookOptions,
    /// How they are forecast.
    pub options: BookForecastOptions,
}

/// The name of the model that `clv forecast` is to take, and how it reads any table: before it is known of what it is one.
///
/// # Errors
/// See [`summarize`](super::summarize).
pub fn forecast_table(words: &[String]) -> Result<(Option<String>, LogOptions)> {
    let words = Words::<ForecastWords>::read(words)?;
    Ok((words.args.model.model.clone(), words.args.log.table_options(words.threads())?))
}

/// What `clv forecast` does with these words if the data are contracts.
///
/// # Errors
/// See [`summarize`](super::summarize).
pub fn forecast_contracts(words: &[String]) -> Result<OfContracts> {
    let words = Words::<ForecastWords>::read(words)?;
    let args = &words.args;
    let model = args.model.model.as_ref();
    Ok(OfContracts {
        model: model.cloned(),
        log: args.log.table_options(words.threads())?,
        book: args.contracts.options(&args.log),
        options: verb::of_contracts(verb::plan_options(&args.fit, model)?, &args.score.options()?),
    })
}

/// How tables of both kinds are read and forecast.
pub struct OfBoth {
    /// The purchases.
    pub shop: Forecast,
    /// The contracts.
    pub contracts: OfContracts,
}

/// What `clv forecast` does with these words if some tables are of purchases and others of contracts.
///
/// # Errors
/// See [`summarize`](super::summarize).
pub fn forecast_both(words: &[String]) -> Result<OfBoth> {
    let words = Words::<ForecastWords>::read(words)?;
    let args = &words.args;
    verb::refuse_of_both(&args.fit)?;
    let options = args.score.options()?;
    // With an interval: what is fitted then looks at what it leaves open.
    let options = ScoreOptions { interval: Some(options.interval.unwrap_or_default()), ..options };
    let request = verb::request(&args.fit, args.model.model.as_ref(), &options)?;
    let log = verb::log_options(&request, &args.log, &options, words.threads())?;
    let shop = Forecast { request, log, options };
    let contracts = OfContracts {
        model: None,
        log: args.log.table_options(words.threads())?,
        book: args.contracts.options(&args.log),
        options: verb::of_contracts(PlanOptions::default(), &shop.options),
    };
    Ok(OfBoth { shop, contracts })
}
