//! What can be typed, and what it means: clap structs that turn into the library's options. Each default
//! is that of the options struct it belongs to; the words of the help say it once more, and `tests/shown/help.rs`
//! holds these to it.

use std::ops::Deref;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

use clap::{Args, ValueEnum};
use jiff::civil::Date;

use super::table_args::TableArgs;
use crate::base::{
    DiscountRate, DriftRate, Duration, Error, ErrorKind, Horizon, Result, Timing, Unit, ValueOptions,
};
use crate::contracts::{BookModel, BookOptions, ContractOptions};
use crate::customers::{Holidays, OverTime, TIME_COVARIATES, UnseenLevel};
use crate::fit::{
    FitOptions, IntensityRequest, PosteriorMethod, PosteriorOptions, Prior, Rates, SeasonRequest,
};
use crate::fitted::{FitRequest, IN_TIME};
use crate::forecast::{ExtraColumn, IntervalOf, IntervalOptions, ScoreOptions, Steps};
use crate::history::{ColumnValues, DateFormat, Input, LogOptions};
use crate::params::{CovariateConvention, CovariateRequest};
use crate::study::{days, time_covariates::time_covariates};

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

/// Which model to fit.
#[derive(clap::Args)]
pub(super) struct ModelArgs {
    /// Purchase model: bg-nbd, mbg-nbd, pareto-nbd, ggompertz-nbd, bg-cnbd, mbg-cnbd, bg-bb, nbd, drift-nbd, drift-mbg-nbd; best (an average of several, with weights learned from forecasts of earlier dates) or robust (all of the same weight); bic (the one with the best BIC; also auto), or all (compare them); of contracts: sbg, bdw [default: bg-nbd]
    #[arg(long, value_name = "NAME", help_heading = "Fit")]
    pub model: Option<String>,
}

/// Which model to forecast with.
#[derive(clap::Args)]
pub(super) struct ForecastModelArgs {
    /// Purchase model: bg-nbd, mbg-nbd, pareto-nbd, ggompertz-nbd, bg-cnbd, mbg-cnbd, bg-bb, nbd, drift-nbd, drift-mbg-nbd; best (an average of several, with weights learned from forecasts of earlier dates) or robust (all of the same weight); bic (the one with the best BIC; also auto), or all (compare them); of contracts: sbg, bdw [default: best]
    #[arg(long, value_name = "NAME", help_heading = "Fit")]
    pub model: Option<String>,
}

/// What to fit.
#[derive(Args)]
pub(super) struct FitArgs {
    /// Attributes of customers (see --attributes) that purchase and dropout may depend on: region,channel; columns of contracts that renewal may depend on
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', help_heading = "Fit")]
    pub covariates: Vec<String>,
    /// Attribute of customers whose values are groups with parameters of their own, each drawn to the others as far as it is small: channel
    #[arg(long, value_name = "COLUMN", help_heading = "Fit")]
    pub groups: Option<String>,
    #[command(flatten)]
    rates: RateArgs,
    /// Those of them that have the same coefficient for purchase and dropout
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', help_heading = "Fit")]
    covariates_same: Vec<String>,
    /// File of what is known of each customer over time, for pareto-nbd: a row for each customer and day, week or month (columns customer_id and date), a column of numbers each for what multiplies the rates of purchase and of leaving then; score and forecast need rows for the days to come
    #[arg(long, value_name = "FILE", help_heading = "Model")]
    time_covariates: Option<PathBuf>,
    /// How covariates act on the chance to leave of bg-nbd and mbg-nbd; with --time-covariates, clvtools has purchases at the start of their day and not at its end [default: separate]
    #[arg(long, value_enum, help_heading = "Fit")]
    covariate_convention: Option<ConventionArg>,
    /// What is believed of the parameters beforehand: weak helps with a few dozen customers [default: none]
    #[arg(long, value_enum, help_heading = "Fit")]
    prior: Option<PriorArg>,
    /// How the uncertainty of the parameters is found, for --interval [default: laplace]
    #[arg(long, value_enum, help_heading = "Fit")]
    posterior: Option<PosteriorArg>,
    /// Seed of the posterior's draws: equal seeds give equal draws [default: 1]
    #[arg(long, value_name = "N", help_heading = "Fit")]
    posterior_seed: Option<u64>,
    /// How regular purchases are, for bg-cnbd, mbg-cnbd, drift-nbd and drift-mbg-nbd: 1 (at random) to 64 [default: as the gaps say; of rates that drift: as --drift]
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u32).range(1..=64), help_heading = "Fit")]
    regularity: Option<u32>,
    /// How fast a customer's own rate drifts, for drift-nbd and drift-mbg-nbd: 3%/w is kappa = 0.03 per week [default: as forecasts of the last part say]
    #[arg(long, value_name = "RATE", value_parser = plain::<DriftRate>, help_heading = "Fit")]
    drift: Option<DriftRate>,
    /// Spend model [default: gamma-gamma]
    #[arg(long, value_enum, help_heading = "Fit")]
    spend: Option<SpendArg>,
    /// Go on with the parameters of a fit that did not converge, with a warning
    #[arg(long, help_heading = "Fit")]
    accept_unconverged: bool,
}

/// `--covariate-convention`.
#[derive(Clone, Copy, ValueEnum)]
enum ConventionArg {
    /// a and b have effects of their own, as in PyMC-Marketing
    Separate,
    /// a and b are multiplied by the same factor, as in CLVTools: the mean chance to leave cannot move
    Clvtools,
}

/// `--prior`.
#[derive(Clone, Copy, ValueEnum)]
enum PriorArg {
    /// Nothing: maximum likelihood
    None,
    /// Each parameter within a few powers of ten of the scale of the data
    Weak,
}

/// How rates of purchase change with time.
#[derive(clap::Args)]
pub(super) struct RateArgs {
    /// Do rates of purchase fall after a customer's first weeks? auto: as the log says, if it does [default: none]
    #[arg(long, value_name = "PART", help_heading = "Model")]
    age_effect: Option<PartArg>,
    /// Do rates of purchase follow the time of year? auto: as the log says, from two years on; or a file with an index that is known, a row for each month or week of the year (columns month or week, and index) [default: none]
    #[arg(long, value_name = "SEASON", help_heading = "Model")]
    season: Option<String>,
    /// File of what all customers share: a row for each day, week or month (column date), a column of numbers each for promotions, prices, closures, ..., and rows for the days to come; what each does to purchases is estimated, and left out where the log shows nothing
    #[arg(long, value_name = "FILE", help_heading = "Model")]
    calendar: Option<PathBuf>,
    /// Do purchases follow holidays of this country, also those that move? Each is left out where the log shows nothing
    #[arg(long, value_enum, value_name = "COUNTRY", help_heading = "Model")]
    holidays: Option<CountryArg>,
}

/// `--holidays`.
#[derive(Clone, Copy, ValueEnum)]
enum CountryArg {
    /// In the United States: Easter, Thanksgiving's Black Friday, Christmas, ...
    Us,
    /// In the United Kingdom: Mothering Sunday, Easter, Black Friday, Christmas, ...
    Uk,
    /// In Germany: Easter, Mother's Day, Black Friday, Christmas, ...
    De,
    /// In France: Easter, Mother's Day, Black Friday, Christmas, ...
    Fr,
    /// In Turkey: Ramazan and its Bayram, Kurban Bayrami, 11.11, Black Friday, New Year, ...
    Tr,
    /// In the Emirates and their neighbours: Ramadan, Eid al-Fitr, Eid al-Adha, ...
    Ae,
}

impl RateArgs {
    /// Files that are read.
    pub fn files(&self) -> impl Iterator<Item = &PathBuf> {
        self.calendar.iter()
    }

    /// # Errors
    /// If a file cannot be read as what it is given for.
    pub fn rates(&self) -> Result<Rates> {
        let season = match self.season.as_deref() {
            None | Some("none") => SeasonRequest::None,
            Some("auto") => SeasonRequest::Auto,
            Some(file) => SeasonRequest::Given(days::season(&Input::Path(file.into()))?),
        };
        let shared = (self.calendar.as_ref())
            .map(|file| days::calendar(&Input::Path(file.clone())).map(Arc::new))
            .transpose()?;
        let age = matches!(self.age_effect, Some(PartArg::Auto));
        let holidays = self.holidays.map(|country| match country {
            CountryArg::Us => Holidays::Us,
            CountryArg::Uk => Holidays::Uk,
            CountryArg::De => Holidays::De,
            CountryArg::Fr => Holidays::Fr,
            CountryArg::Tr => Holidays::Tr,
            CountryArg::Ae => Holidays::Ae,
        });
        Ok(Rates::estimated(IntensityRequest { age, season, shared, holidays }))
    }
}

/// `--age-effect`.
#[derive(Clone, Copy, ValueEnum)]
enum PartArg {
    /// Estimated; left out where the data show none
    Auto,
    /// None
    None,
}

/// `--posterior`.
#[derive(Clone, Copy, ValueEnum)]
enum PosteriorArg {
    /// Normal in the logarithms of the parameters, with the covariance of the fit
    Laplace,
    /// That if importance sampling finds it good, else nuts
    Auto,
    /// Draws by the no-U-turn sampler
    Nuts,
    /// Refits to customers drawn with replacement
    Bootstrap,
}

/// `--spend`.
#[derive(Clone, Copy, ValueEnum)]
enum SpendArg {
    /// Gamma-Gamma
    GammaGamma,
    /// None: purchases only
    None,
}

impl FitArgs {
    /// Files that are read beside the log.
    pub fn files(&self) -> impl Iterator<Item = &PathBuf> {
        self.rates.files().chain(&self.time_covariates)
    }

    /// Refuses what models of contracts do not have: left out without a word it would be taken for done.
    pub fn refuse_of_contracts(&self) -> Result<()> {
        let said = [
            ("--covariates-same", !self.covariates_same.is_empty()),
            ("--covariate-convention", matches!(self.covariate_convention, Some(ConventionArg::Clvtools))),
            ("--groups", self.groups.is_some()),
            (TIME_COVARIATES, self.time_covariates.is_some()),
            ("--regularity", self.regularity.is_some()),
            ("--drift", self.drift.is_some()),
            ("--age-effect", matches!(self.rates.age_effect, Some(PartArg::Auto))),
            ("--season", self.rates.season.as_deref().is_some_and(|season| season != "none")),
            ("--calendar", self.rates.calendar.is_some()),
            ("--holidays", self.rates.holidays.is_some()),
        ];
        match said.into_iter().find(|(_, said)| *said) {
            Some((option, _)) => {
                let message = "models of contracts do not have it, and this is a table of contracts: leave it out (plans have \
                               parameters of their own anyhow)";
                Err(Error::option(option, message))
            }
            None => Ok(()),
        }
    }

    /// Does the user say how the posterior is found?
    pub fn says_posterior(&self) -> bool {
        self.posterior.is_some()
    }

    /// What is known of customers over time.
    ///
    /// # Errors
    /// If the file cannot be read as such.
    fn over_time(&self) -> Result<Option<Arc<OverTime>>> {
        let file = self.time_covariates.as_ref();
        file.map(|file| time_covariates(&Input::Path(file.clone())).map(Arc::new)).transpose()
    }

    /// Of this model, or the usual one.
    ///
    /// # Errors
    /// If a file that it names cannot be read.
    pub fn request(&self, model: Option<&String>) -> Result<FitRequest> {
        let default = FitRequest::default();
        Ok(FitRequest {
            model: model.cloned().unwrap_or(match self.time_covariates {
                Some(_) => IN_TIME.to_owned(),
                None => default.model,
            }),
            spend: self.spend.map_or(default.spend, |spend| matches!(spend, SpendArg::GammaGamma)),
            options: FitOptions {
                accept_unconverged: self.accept_unconverged,
                regularity: self.regularity,
                prior: self.prior.map_or(default.options.prior, |prior| match prior {
                    PriorArg::None => Prior::None,
                    PriorArg::Weak => Prior::Weak,
                }),
                posterior: PosteriorOptions {
                    method: self.posterior.map_or(default.options.posterior.method, |method| match method {
                        PosteriorArg::Laplace => PosteriorMethod::Laplace,
                        PosteriorArg::Auto => PosteriorMethod::Auto,
                        PosteriorArg::Nuts => PosteriorMethod::Nuts,
                        PosteriorArg::Bootstrap => PosteriorMethod::Bootstrap,
                    }),
                    seed: self.posterior_seed.unwrap_or(default.options.posterior.seed),
                    ..default.options.posterior
                },
                ..default.options
            },
            covariates: CovariateRequest {
                names: self.covariates.clone(),
                convention: self.covariate_convention.map_or(default.covariates.convention, |convention| {
                    match convention {
                        ConventionArg::Separate => CovariateConvention::Separate,
                        ConventionArg::Clvtools => CovariateConvention::Clvtools,
                    }
                }),
                same: self.covariates_same.clone(),
            },
            groups: self.groups.clone(),
            drift: self.drift,
            rates: self.rates.rates()?,
            over_time: self.over_time()?,
            horizon: default.horizon,
        })
    }
}

/// What a purchase is worth.
#[derive(Args)]
pub(super) struct ValueArgs {
    /// How far to look: 90d, 39w, 12mo, 2y, or inf [default: 12mo]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, value_parser = plain::<Horizon>, help_heading = "Value")]
    horizon: Option<Horizon>,
    /// Discount rate: 10%/yr (annual effective), 0.8%/mo, or 0 [default: 10%/yr]
    #[arg(long, value_name = "RATE", allow_hyphen_values = true, value_parser = plain::<DiscountRate>, help_heading = "Value")]
    discount: Option<DiscountRate>,
    /// Share of revenue that is kept, such as 40% or 0.4 [default: 1, revenue]
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true, value_parser = share, help_heading = "Value")]
    margin: Option<f64>,
    /// When purchases are paid: continuous, monthly (as lifetimes), or monthly=30.4375d [default: continuous]
    #[arg(long, value_name = "TIMING", help_heading = "Value")]
    discounting: Option<Timing>,
}

/// What to say of each customer.
#[derive(Args)]
pub(super) struct ScoreArgs {
    #[command(flatten)]
    value: ValueArgs,
    /// A row a customer and step on the way: 12mo/1mo for every month of a year, or horizons, 1mo,3mo,12mo; the last one is the horizon
    #[arg(long, value_name = "STEPS", value_parser = plain::<Steps>, conflicts_with_all = ["horizon", "columns"], help_heading = "Output")]
    path: Option<Steps>,
    /// Further columns: purchases_median (within the horizon), next_purchase_median (a date), expected_lifetime (within the horizon, days), rate (1/day), dropout
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', help_heading = "Output")]
    columns: Vec<ExtraColumn>,
    /// What to do with values of covariates that the fit has not seen [default: error]
    #[arg(long, value_enum, help_heading = "Output")]
    unseen_level: Option<UnseenArg>,
    /// Intervals of purchases and clv that hold what happens with this probability, such as 90% or 0.9
    #[arg(long, value_name = "SHARE", value_parser = share, help_heading = "Output")]
    interval: Option<f64>,
    /// With --interval: also how far the expectation itself is uncertain
    #[arg(long, requires = "interval", help_heading = "Output")]
    interval_of_mean: bool,
    /// With --interval: what those of totals hold beside chance: what past totals missed (past), or the model alone [default: past]
    #[arg(long, value_enum, requires = "interval", help_heading = "Output")]
    interval_of: Option<IntervalOfArg>,
    /// Seed of the intervals: equal seeds give equal intervals [default: 1]
    #[arg(long, value_name = "N", help_heading = "Output")]
    seed: Option<u64>,
    /// Attribute by whose values totals are shown too: channel
    #[arg(long, value_name = "COLUMN", help_heading = "Output")]
    pub by: Option<String>,
}

/// `--unseen-level`.
#[derive(Clone, Copy, ValueEnum)]
enum UnseenArg {
    /// An error that names the customer
    Error,
    /// Take the reference level, or the mean
    Reference,
}

/// `--interval-of`.
#[derive(Clone, Copy, ValueEnum)]
enum IntervalOfArg {
    /// Errors of past totals, and shocks of weeks, where the model knows them
    Past,
    /// The model alone
    Model,
}

impl ScoreArgs {
    pub fn options(&self) -> Result<ScoreOptions> {
        let unseen = self.unseen_level.map_or_else(UnseenLevel::default, |unseen| match unseen {
            UnseenArg::Error => UnseenLevel::Error,
            UnseenArg::Reference => UnseenLevel::Reference,
        });
        let default = IntervalOptions::default();
        let interval = self.interval.map(|probability| IntervalOptions {
            probability,
            of_mean: self.interval_of_mean,
            seed: self.seed.unwrap_or(default.seed),
            of: self.interval_of.map_or(default.of, |of| match of {
                IntervalOfArg::Past => IntervalOf::Past,
                IntervalOfArg::Model => IntervalOf::Model,
            }),
        });
        let interval = interval.map(IntervalOptions::checked).transpose()?;
        let (columns, by, path) = (self.columns.clone(), self.by.clone(), self.path.clone());
        let value = self.value.options()?;
        let horizon = path.as_ref().map_or(value.horizon, Steps::last);
        Ok(ScoreOptions {
            value: ValueOptions { horizon, ..value },
            columns,
            unseen,
            interval,
            by,
            path,
            memory: None,
        })
    }
}

impl ValueArgs {
    pub fn options(&self) -> Result<ValueOptions> {
        let default = ValueOptions::default();
        let options = ValueOptions {
            horizon: self.horizon.unwrap_or(default.horizon),
            discount: self.discount.unwrap_or(default.discount),
            margin: self.margin.unwrap_or(default.margin),
            timing: self.discounting.unwrap_or(default.timing),
        };
        options.checked()
    }
}

/// A calendar date.
pub(super) fn date(text: &str) -> std::result::Result<Date, String> {
    text.parse().map_err(|_| format!("'{text}' is not a date; write it like 1997-09-30"))
}

/// A share: `40%`, or `0.4`.
pub(super) fn share(text: &str) -> std::result::Result<f64, String> {
    let (number, percent) = match text.trim().strip_suffix('%') {
        Some(number) => (number, true),
        None => (text, false),
    };
    let found = number.trim().parse::<f64>().ok().filter(|share| share.is_finite());
    // 40% is the number that 0.4 is: the nearest one to forty hundredths.
    let found = found.map(|share| if percent { share / 100.0 } else { share });
    found.ok_or_else(|| format!("'{text}' is not a share: write 40% or 0.4"))
}

/// A value that is read as everywhere, with the message alone if it cannot be: clap names the option.
pub(super) fn plain<T: FromStr<Err = Error>>(text: &str) -> std::result::Result<T, String> {
    text.parse().map_err(|error: Error| match error.into_kind() {
        ErrorKind::Option { message, .. } => message,
        other => other.to_string(),
    })
}

/// A whole number, also written `1e6` or `1_000_000` (a double up to 2^53).
pub(super) fn whole(text: &str) -> std::result::Result<u64, String> {
    let digits = text.replace('_', "");
    let number: Option<f64> =
        digits.parse().ok().filter(|n: &f64| *n >= 0.0 && *n <= 9_007_199_254_740_992.0 && n.fract() == 0.0);
    let exact = digits.parse().ok().or(number.map(|n| n as u64));
    exact.ok_or_else(|| format!("'{text}' is not a whole number; write 1000000 or 1e6"))
}

/// A size in bytes: `500MB`, `2GB`, `1GiB`.
fn bytes(text: &str) -> std::result::Result<u64, String> {
    let wrong = || format!("'{text}' is not a size; write it like 500MB or 2GB");
    let digits = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    let number: f64 = text[..digits].parse().map_err(|_| wrong())?;
    let scale = match text[digits..].trim().to_ascii_lowercase().as_str() {
        "kb" | "k" => 1e3,
        "mb" | "m" => 1e6,
        "gb" | "g" => 1e9,
        "kib" => 1024.0,
        "mib" => 1024.0 * 1024.0,
        "gib" => 1024.0 * 1024.0 * 1024.0,
        _ => return Err(wrong()),
    };
    let size = number * scale;
    if size >= 1e6 { Ok(size as u64) } else { Err(format!("'{text}' is too little: at least 1MB is needed")) }
}
