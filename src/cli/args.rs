//! What can be typed, and what it means: clap structs that turn into the library's options. Each default
//! is that of the options struct it belongs to; the words of the help say it once more, and `tests/shown/help.rs`
//! holds these to it.

use std::ops::Deref;
use std::path::PathBuf;

use clap::Args;

use super::table_args::TableArgs;
use crate::base::{Duration, Error, Result, Unit};
use crate::contracts::{BookModel, BookOptions, ContractOptions};
use crate::history::{ColumnValues, DateFormat, Input, LogOptions};

mod fit;
mod parse;
mod score;

use parse::bytes;
pub(super) use {
    fit::{FitArgs, ForecastModelArgs, ModelArgs, RateArgs},
    parse::{date, plain, share, whole},
    score::{ScoreArgs, ValueArgs},
};

/// What to read, and how.
#[derive(Args, Clone)]
pub(super) struct InputArgs {
    /// Purchase logs (or summaries): CSV, Excel or OpenDocument workbooks, Parquet or JSON, also gzip, zstd or zip; files, directories or globs; - is standard input
    #[arg(value_name = "LOG", required = true)]
    pub inputs: Vec<PathBuf>,
    #[command(flatten)]
    pub log: LogArgs,
}

/// How to read it.
#[derive(Args, Clone)]
pub(super) struct LogArgs {
    #[command(flatten)]
    pub table: TableArgs,
    /// Column of currencies; more than one currency is an error
    #[arg(long, value_name = "COLUMN", help_heading = "Columns")]
    currency_column: Option<String>,

    /// Columns that say something of the customer (channel,region): of the earliest row of the first purchase, or from --customers
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', help_heading = "Columns")]
    attributes: Vec<String>,
    /// File with one row a customer that has some or all of the --attributes: any table that is read as a log
    #[arg(long, value_name = "FILE", help_heading = "Columns")]
    customers: Option<PathBuf>,

    /// Column of the numbers of orders: the lines of one are one purchase, an order in two files counts once; COLUMN=once where each line has the amount of the whole order, COLUMN=add where it has its own [found by name and values where it matters]
    #[arg(long, value_name = "COLUMN", help_heading = "Columns")]
    order: Option<String>,
    /// The platform whose export this is (shopify, stripe, paypal, ...), or none [found by the header]
    #[arg(long, value_name = "NAME", help_heading = "Columns")]
    preset: Option<String>,
    /// Ids that stand for many or for nobody, left out and counted: 0,guest
    #[arg(long, value_name = "IDS", value_delimiter = ',', help_heading = "Rows")]
    guests: Vec<String>,
    /// Take capital letters in ids for small ones [e-mail addresses: always]
    #[arg(long, help_heading = "Rows")]
    fold_case: bool,
    /// Take ids without blanks around them and without the .0 of numbers, with accents and the blanks within in one form
    #[arg(long, help_heading = "Rows")]
    trim: bool,
    /// Columns whose values stand in the first row of a group only: an empty cell takes what stands above it
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', help_heading = "Rows")]
    fill_down: Vec<String>,
    /// Use only rows with these values of a column: status=paid,shipped; may be given several times
    #[arg(long, value_name = "COLUMN=VALUES", help_heading = "Rows")]
    only: Vec<String>,
    /// Leave out rows with these values of a column: status=test,cancelled; may be given several times
    #[arg(long, value_name = "COLUMN=VALUES", help_heading = "Rows")]
    except: Vec<String>,

    /// File of options such as clv check writes; what is typed wins; none: no file [default: clv.toml in the working directory, if it is there]
    #[arg(long, value_name = "FILE", help_heading = "Columns")]
    config: Option<String>,
    /// There is no header line: columns are named by their numbers, as in --id 1 --date 2 --amount 3
    #[arg(long, help_heading = "Columns")]
    no_header: bool,
    /// Encoding of text files: windows-1252, utf-16le, shift_jis, ... [found by looking]
    #[arg(long, value_name = "NAME", help_heading = "Values")]
    encoding: Option<String>,
    /// Sheet of a workbook, or a pattern such as '2023-*' for several that are read together [default: the only one with purchases in it]
    #[arg(long, value_name = "NAME", help_heading = "Values")]
    sheet: Option<String>,
    /// How dates are written: a strftime pattern such as %d.%m.%Y; day-first, month-first or year-first; unix, unix-ms, unix-us, unix-ns or excel [found by looking]
    #[arg(long, value_name = "FORMAT", help_heading = "Values")]
    date_format: Option<String>,
    /// Times with an offset from UTC are dated by the clock of this zone: Europe/Istanbul, utc, +03:00 [default: the clock that wrote them]
    #[arg(long, value_name = "ZONE", help_heading = "Values")]
    time_zone: Option<String>,
    /// Amounts are written with a decimal comma: 12,50 [found by looking]
    #[arg(long, help_heading = "Values")]
    decimal_comma: bool,
    /// Amounts are written with a decimal point: 12.50, and 1,234 is more than a thousand [found by looking]
    #[arg(long, help_heading = "Values", conflicts_with = "decimal_comma")]
    decimal_point: bool,
    /// Currency of the amounts (EUR), which pages show; rows in another one are left out, counted
    #[arg(long, value_name = "CODE", help_heading = "Values")]
    currency: Option<String>,

    /// For contracts (sbg, bdw): how long a period is: day, week, month or year
    #[arg(long, value_name = "UNIT", help_heading = "Time", value_parser = plain::<Unit>)]
    period: Option<Unit>,

    /// Memory for rows in flight, such as 500MB or 2GB [default: half of the machine's, at most 2GB]
    #[arg(long, value_name = "SIZE", value_parser = bytes, help_heading = "Resources")]
    memory_limit: Option<u64>,
    /// Directory for rows that do not fit into memory [default: the system's]
    #[arg(long, value_name = "DIR", help_heading = "Resources")]
    temp_dir: Option<PathBuf>,
}

impl InputArgs {
    /// All files that are read.
    pub fn files(&self) -> impl Iterator<Item = &PathBuf> {
        self.inputs.iter().chain(&self.customers)
    }
}

/// Options of reading are the input's own.
impl Deref for InputArgs {
    type Target = LogArgs;
    fn deref(&self) -> &LogArgs {
        &self.log
    }
}

impl LogArgs {
    /// What `--currency` says.
    pub fn currency(&self) -> Option<&str> {
        self.currency.as_deref()
    }

    /// What `--memory-limit` says.
    pub fn memory_limit(&self) -> Option<u64> {
        self.memory_limit
    }

    /// How long a period of contracts is: `--period`, or what `--unit` says.
    pub fn period(&self) -> Option<Unit> {
        self.period.or(self.table.unit)
    }

    /// How contracts are read, if they count in `period` unless said otherwise.
    pub fn contract_options(&self, period: Option<Unit>) -> ContractOptions {
        ContractOptions { period: self.period().or(period), observed_until: self.table.observed_until }
    }

    pub fn options(&self, threads: Option<usize>) -> Result<LogOptions> {
        if self.period.is_some() {
            return Err(Error::option(
                "--period",
                "only contracts have periods, and this reads purchases: clv forecast of a table of contracts, clv fit --model sbg \
                 (or bdw) and clv score do contracts, other verbs and models do not",
            ));
        }
        self.table_options(threads)
    }

    /// How any table is read, of purchases or of contracts.
    pub fn table_options(&self, threads: Option<usize>) -> Result<LogOptions> {
        let values = |option: &str, all: &[String]| -> Result<Vec<ColumnValues>> {
            let lists = all.iter().map(|text| ColumnValues::list(option, text));
            Ok(lists.collect::<Result<Vec<_>>>()?.concat())
        };
        Ok(LogOptions {
            config: self.config.clone().filter(|file| file != super::config::NONE),
            order: self.order.clone(),
            preset: self.preset.clone(),
            guests: self.guests.clone(),
            fold_case: self.fold_case,
            fill_down: self.fill_down.clone(),
            trim: self.trim,
            only: values("--only", &self.only)?,
            except: values("--except", &self.except)?,
            currency_column: self.currency_column.clone(),
            date_format: self.date_format.as_deref().map(DateFormat::named),
            decimal_comma: self.decimal_comma,
            decimal_point: self.decimal_point,
            no_header: self.no_header,
            encoding: self.encoding.clone(),
            sheet: self.sheet.clone(),
            time_zone: self.time_zone.clone(),
            currency: self.currency.clone(),
            attributes: self.attributes.clone(),
            customers: self.customers.clone().map(Input::Path),
            memory_limit: self.memory_limit,
            threads,
            temp_dir: self.temp_dir.clone(),
            ..self.table.options()?
        })
    }
}

/// How contracts are read, where a verb does contracts.
#[derive(Args, Clone)]
pub(super) struct ContractArgs {
    /// Of contracts: a customer who comes back within this time has not left [default: 30d]
    #[arg(long, value_name = "TIME", value_parser = plain::<Duration>, help_heading = "Contracts")]
    reactivation_within: Option<Duration>,
    /// Of contracts whose rows are payments: how long after the end of what was paid the next one may come [default: 14d]
    #[arg(long, value_name = "TIME", value_parser = plain::<Duration>, help_heading = "Contracts")]
    grace: Option<Duration>,
}

impl ContractArgs {
    pub fn options(&self, log: &LogArgs) -> BookOptions {
        self.options_or(log, BookOptions::default())
    }

    /// The same; what is not said is as in `default`.
    fn options_or(&self, log: &LogArgs, default: BookOptions) -> BookOptions {
        BookOptions {
            period: log.period.or(default.period),
            observed_until: log.table.observed_until,
            reactivation_within: self.reactivation_within.unwrap_or(default.reactivation_within),
            grace: self.grace.unwrap_or(default.grace),
        }
    }
}

/// How contracts are read that a model is applied to: as it was fitted, unless something else is said.
#[derive(Args, Clone)]
pub(super) struct ContractAgainArgs {
    /// Of contracts: a customer who comes back within this time has not left [default: as the model was fitted]
    #[arg(long, value_name = "TIME", value_parser = plain::<Duration>, help_heading = "Contracts")]
    reactivation_within: Option<Duration>,
    /// Of contracts whose rows are payments: how long after the end of what was paid the next one may come [default: as the model was fitted]
    #[arg(long, value_name = "TIME", value_parser = plain::<Duration>, help_heading = "Contracts")]
    grace: Option<Duration>,
}

impl ContractAgainArgs {
    pub fn options(&self, log: &LogArgs, model: &BookModel) -> BookOptions {
        let (reactivation_within, grace) = (self.reactivation_within, self.grace);
        ContractArgs { reactivation_within, grace }.options_or(log, model.reading.clone())
    }
}
