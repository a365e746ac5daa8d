//! What is tested and decided: `clv backtest`, `clv economics`, `clv actions`.

use clap::Args;

use super::super::actions::{MeasureArgs, PlanArgs};
use super::super::args::{ContractAgainArgs, ContractArgs, LogArgs};
use super::super::{backtest::TestArgs, economics::StudyArgs};
use super::Words;
use crate::base::Result;
use crate::contracts::{BookModel, BookOptions};
use crate::history::LogOptions;
use crate::study::backtest::BacktestOptions;
use crate::study::economics::{
    EconomicsOptions,
    actions::{ActionOptions, measure::MeasureOptions},
};
use crate::study::{ContractTestOptions, subscribers};

/// `clv backtest`.
#[derive(Args)]
pub(super) struct BacktestWords {
    #[command(flatten)]
    log: LogArgs,
    #[command(flatten)]
    test: TestArgs,
    #[command(flatten)]
    contracts: ContractArgs,
}

/// What `clv backtest` does with these words.
///
/// # Errors
/// See [`summarize`](super::summarize).
pub fn backtest(words: &[String]) -> Result<(LogOptions, BacktestOptions)> {
    let words = Words::<BacktestWords>::read(words)?;
    Ok((words.args.log.options(words.threads())?, words.args.test.options()?))
}

/// How a table of contracts is read and tested.
pub struct TestOfContracts {
    /// The name of the model that is asked for.
    pub model: Option<String>,
    /// How any table is read.
    pub log: LogOptions,
    /// How contracts are read.
    pub book: BookOptions,
    /// How they are tested.
    pub options: ContractTestOptions,
}

/// What `clv backtest` does with these words if the data are contracts; `None` if they name several models.
///
/// # Errors
/// See [`summarize`](super::summarize).
pub fn backtest_contracts(words: &[String]) -> Result<Option<TestOfContracts>> {
    let words = Words::<BacktestWords>::read(words)?;
    let args = &words.args;
    let Ok(options) = args.test.of_contracts() else { return Ok(None) };
    Ok(Some(TestOfContracts {
        model: options.plans.model.clone(),
        log: args.log.table_options(words.threads())?,
        book: args.contracts.options(&args.log),
        options,
    }))
}

/// `clv economics`.
#[derive(Args)]
pub(super) struct EconomicsWords {
    #[command(flatten)]
    log: LogArgs,
    #[command(flatten)]
    study: StudyArgs,
    #[command(flatten)]
    contracts: ContractAgainArgs,
}

/// What `clv economics` does with these words.
///
/// # Errors
/// See [`summarize`](super::summarize).
pub fn economics(words: &[String]) -> Result<(LogOptions, EconomicsOptions)> {
    let words = Words::<EconomicsWords>::read(words)?;
    Ok((words.args.log.options(words.threads())?, words.args.study.options()?))
}

/// What `clv economics` does with these words if the model is one of a book of contracts: how tables are read, and contracts,
/// and what to work out.
///
/// # Errors
/// See [`summarize`](super::summarize).
pub fn economics_of_contracts(
    words: &[String],
    model: &BookModel,
) -> Result<(LogOptions, BookOptions, EconomicsOptions)> {
    let words = Words::<EconomicsWords>::read(words)?;
    let (args, options) = (&words.args, words.args.study.options()?);
    let mut log = args.log.table_options(words.threads())?;
    log.attributes.extend(subscribers::asks(&options.by));
    Ok((log, args.contracts.options(&args.log, model), options))
}

/// `clv actions`.
#[derive(Args)]
pub(super) struct ActionsWords {
    #[command(flatten)]
    log: LogArgs,
    #[command(flatten)]
    plan: PlanArgs,
}

/// What `clv actions` does with these words.
///
/// # Errors
/// See [`summarize`](super::summarize).
pub fn actions(words: &[String]) -> Result<(LogOptions, ActionOptions)> {
    let words = Words::<ActionsWords>::read(words)?;
    Ok((words.args.log.options(words.threads())?, words.args.plan.options()?))
}

/// `clv actions --measure`.
#[derive(Args)]
pub(super) struct MeasureWords {
    #[command(flatten)]
    log: LogArgs,
    #[command(flatten)]
    measure: MeasureArgs,
}

/// What `clv actions --measure` does with these words.
///
/// # Errors
/// See [`summarize`](super::summarize).
pub fn measure(words: &[String]) -> Result<(LogOptions, MeasureOptions)> {
    let words = Words::<MeasureWords>::read(words)?;
    Ok((words.args.log.options(words.threads())?, words.args.measure.options()?))
}
