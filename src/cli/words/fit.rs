//! `clv fit`, and `clv score` with what was fitted.

use clap::Args;

use super::super::args::{ContractAgainArgs, ContractArgs, FitArgs, LogArgs, ModelArgs, ScoreArgs};
use super::super::{fit as fitting, forecast, score::CalendarArgs};
use super::{OfContracts, Words};
use crate::base::{Result, Unit};
use crate::contracts::{BookModel, BookOptions, ContractOptions, PlanOptions};
use crate::fitted::{ClvModel, FitRequest};
use crate::forecast::ScoreOptions;
use crate::history::LogOptions;

/// `clv fit`.
#[derive(Args)]
pub(super) struct FitWords {
    #[command(flatten)]
    log: LogArgs,
    #[command(flatten)]
    model: ModelArgs,
    #[command(flatten)]
    fit: FitArgs,
    #[command(flatten)]
    contracts: ContractArgs,
    /// Say in the report how well the fit agrees with its own customers: frequencies, cohorts, influence, spend
    #[arg(long)]
    diagnostics: bool,
}

/// What to fit, and how to read what it is fitted to: which kind of model that is shows in the data
/// ([`table_kind`](crate::contracts::book::table_kind)).
pub struct Fit {
    words: Words<FitWords>,
}

/// What `clv fit` does with these words.
///
/// # Errors
/// See [`summarize`](super::summarize).
pub fn fit(words: &[String]) -> Result<Fit> {
    Ok(Fit { words: Words::<FitWords>::read(words)? })
}

impl Fit {
    /// The name of the model that is asked for.
    pub fn model(&self) -> Option<&str> {
        self.words.args.model.model.as_deref()
    }

    /// How any table is read.
    ///
    /// # Errors
    /// See [`summarize`](super::summarize).
    pub fn table(&self) -> Result<LogOptions> {
        self.words.args.log.table_options(self.words.threads())
    }

    /// Of purchases: what to fit, how to read the log, and whether to say how well the fit agrees with its own customers.
    ///
    /// # Errors
    /// See [`summarize`](super::summarize).
    pub fn purchases(&self) -> Result<(FitRequest, LogOptions, bool)> {
        let args = &self.words.args;
        let request = args.fit.request(args.model.model.as_ref())?;
        let mut log = request.asks(&args.log.options(self.words.threads())?)?;
        log.spend_drift = args.diagnostics;
        log.timing |= args.diagnostics;
        Ok((request, log, args.diagnostics))
    }

    /// Of contracts of one period, or a retention table.
    ///
    /// # Errors
    /// See [`summarize`](super::summarize).
    pub fn alone(&self) -> Result<(FitRequest, ContractOptions)> {
        let args = &self.words.args;
        fitting::refuse_diagnostics(args.diagnostics)?;
        Ok((args.fit.request(args.model.model.as_ref())?, args.log.contract_options(None)))
    }

    /// Of a book of contracts.
    ///
    /// # Errors
    /// See [`summarize`](super::summarize).
    pub fn book(&self) -> Result<(BookOptions, PlanOptions)> {
        let args = &self.words.args;
        fitting::refuse_diagnostics(args.diagnostics)?;
        Ok((args.contracts.options(&args.log), forecast::plan_options(&args.fit, args.model.model.as_ref())?))
    }
}

/// `clv score`.
#[derive(Args)]
pub(super) struct ScoreWords {
    #[command(flatten)]
    log: LogArgs,
    #[command(flatten)]
    score: ScoreArgs,
    #[command(flatten)]
    calendar: CalendarArgs,
    #[command(flatten)]
    contracts: ContractAgainArgs,
}

/// What to say of customers, and how to read whom.
pub struct Score {
    /// What to say.
    pub options: ScoreOptions,
    words: Words<ScoreWords>,
}

/// What `clv score` does with these words.
///
/// # Errors
/// See [`summarize`](super::summarize).
pub fn score(words: &[String]) -> Result<Score> {
    let words = Words::<ScoreWords>::read(words)?;
    Ok(Score { options: words.args.score.options()?, words })
}

impl Score {
    /// How to read a log of customers for this model.
    ///
    /// # Errors
    /// See [`summarize`](super::summarize).
    pub fn log(&self, model: &ClvModel) -> Result<LogOptions> {
        Ok(model.asks(&self.words.args.log.options(self.words.threads())?, self.options.by.as_slice()))
    }

    /// A model with what is known of days by now.
    ///
    /// # Errors
    /// See [`summarize`](super::summarize).
    pub fn renew(&self, model: &ClvModel) -> Result<ClvModel> {
        self.words.args.calendar.renew(model.clone())
    }

    /// How to read a book of contracts for this model, and what to say of it.
    ///
    /// # Errors
    /// See [`summarize`](super::summarize).
    pub fn book(&self, model: &BookModel) -> Result<OfContracts> {
        let args = &self.words.args;
        Ok(OfContracts {
            model: None,
            log: args.log.table_options(self.words.threads())?,
            book: args.contracts.options(&args.log, model),
            options: forecast::of_contracts(PlanOptions::default(), &self.options),
        })
    }

    /// How to read contracts, which count in `period` unless said otherwise.
    pub fn contracts(&self, period: Unit) -> ContractOptions {
        self.words.args.log.contract_options(Some(period))
    }
}

/// What `clv score --newcomers` says with these words, beside who they are.
///
/// # Errors
/// See [`summarize`](super::summarize).
pub fn newcomers(words: &[String]) -> Result<ScoreOptions> {
    Words::<ScoreArgs>::read(words)?.args.options()
}
