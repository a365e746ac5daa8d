//! `clv report`.

use clap::Args;

use super::super::args::{ContractArgs, LogArgs};
use super::super::report::PageArgs;
use super::Words;
use crate::base::Result;
use crate::contracts::BookOptions;
use crate::fitted::FitRequest;
use crate::history::LogOptions;
use crate::show::page::PageOptions;
use crate::study::subscribers::{self, SubscriberOptions};
use crate::study::{CompanyOptions, OverviewOptions};

/// `clv report`.
#[derive(Args)]
pub(super) struct ReportWords {
    #[command(flatten)]
    log: LogArgs,
    #[command(flatten)]
    page: PageArgs,
    #[command(flatten)]
    contracts: ContractArgs,
}

/// What a page of contracts is made of.
pub struct SubscriberPage {
    /// The name of the model that is asked for.
    pub model: Option<String>,
    /// How any table is read.
    pub log: LogOptions,
    /// How contracts are read.
    pub book: BookOptions,
    /// What to work out.
    pub options: SubscriberOptions,
    /// How the page presents itself.
    pub page: PageOptions,
}

/// What `clv report` does with these words if the data are contracts.
///
/// # Errors
/// See [`summarize`](super::summarize).
pub fn report_of_contracts(words: &[String]) -> Result<SubscriberPage> {
    let words = Words::<ReportWords>::read(words)?;
    let args = &words.args;
    let options = args.page.subscribers()?;
    let mut log = args.log.table_options(words.threads())?;
    log.attributes.extend(subscribers::asks(&options.economics.by));
    Ok(SubscriberPage {
        model: options.forecast.plans.model.clone(),
        log,
        book: args.contracts.options(&args.log),
        page: args.page.options(args.log.currency())?,
        options,
    })
}

/// What `clv report` does with these words if some tables are of purchases and others of contracts.
///
/// # Errors
/// See [`summarize`](super::summarize).
pub fn report_of_both(words: &[String]) -> Result<(CompanyOptions, PageOptions)> {
    let words = Words::<ReportWords>::read(words)?;
    let args = &words.args;
    let options = args.page.company(&args.log, &args.contracts, words.threads())?;
    Ok((options, args.page.options(args.log.currency())?))
}

/// How any table is read that a page is made of, and the model that is asked for.
///
/// # Errors
/// See [`summarize`](super::summarize).
pub fn report_table(words: &[String]) -> Result<(Option<String>, LogOptions)> {
    let words = Words::<ReportWords>::read(words)?;
    Ok((words.args.page.model_name(), words.args.log.table_options(words.threads())?))
}

/// What to fit, read and work out for a page, and how it presents itself.
pub struct Page {
    /// What to fit, if there is no model.
    pub request: FitRequest,
    /// How to read the log.
    pub log: LogOptions,
    /// What to work out.
    pub overview: OverviewOptions,
    /// How the page presents itself.
    pub page: PageOptions,
}

/// What `clv report` does with these words.
///
/// # Errors
/// See [`summarize`](super::summarize).
pub fn report(words: &[String]) -> Result<Page> {
    let words = Words::<ReportWords>::read(words)?;
    let (log, page) = (&words.args.log, &words.args.page);
    Ok(Page {
        request: page.request()?,
        log: log.options(words.threads())?,
        overview: page.overview()?,
        page: page.options(log.currency())?,
    })
}
