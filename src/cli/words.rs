//! The same words for callers that are not a shell: what a verb takes beside its inputs and outputs, from
//! words as they are typed (`--horizon=12mo`).
//!
//! The Python package asks through these, so that an option has one name, one form, one default and one
//! error wherever it is given, and a new option of a verb is there for all of them.

use clap::error::{ContextKind, ContextValue, ErrorKind as ClapKind};
use clap::{Args, CommandFactory, FromArgMatches, Parser};

use super::actions::{MeasureArgs, PlanArgs};
use super::args::{
    ContractAgainArgs, ContractArgs, FitArgs, ForecastModelArgs, LogArgs, ModelArgs, ScoreArgs,
};
use super::backtest::TestArgs;
use super::economics::StudyArgs;
use super::report::PageArgs;
use super::score::CalendarArgs;
use super::simulate::DrawArgs;
use super::{config, fit, forecast, meant, model, sql};
use crate::base::{Error, Grain, Result, Unit};
use crate::contracts::{BookForecastOptions, BookModel, BookOptions, ContractOptions, PlanOptions};
use crate::fitted::{ClvModel, FitRequest, file::AnyModel};
use crate::forecast::ScoreOptions;
use crate::history::LogOptions;
use crate::show::page::PageOptions;
use crate::simulate::SimulateOptions;
use crate::sql::SqlOptions;
use crate::study::backtest::BacktestOptions;
use crate::study::economics::{
    EconomicsOptions,
    actions::{ActionOptions, measure::MeasureOptions},
};
use crate::study::subscribers::{self, SubscriberOptions};
use crate::study::{CompanyOptions, ContractTestOptions, OverviewOptions};

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

/// `clv fit`.
#[derive(Args)]
struct FitWords {
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
/// See [`summarize`].
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
    /// See [`summarize`].
    pub fn table(&self) -> Result<LogOptions> {
        self.words.args.log.table_options(self.words.threads())
    }

    /// Of purchases: what to fit, how to read the log, and whether to say how well the fit agrees with its own customers.
    ///
    /// # Errors
    /// See [`summarize`].
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
    /// See [`summarize`].
    pub fn alone(&self) -> Result<(FitRequest, ContractOptions)> {
        let args = &self.words.args;
        fit::refuse_diagnostics(args.diagnostics)?;
        Ok((args.fit.request(args.model.model.as_ref())?, args.log.contract_options(None)))
    }

    /// Of a book of contracts.
    ///
    /// # Errors
    /// See [`summarize`].
    pub fn book(&self) -> Result<(BookOptions, PlanOptions)> {
        let args = &self.words.args;
        fit::refuse_diagnostics(args.diagnostics)?;
        Ok((args.contracts.options(&args.log), forecast::plan_options(&args.fit, args.model.model.as_ref())?))
    }
}

/// `clv score`.
#[derive(Args)]
struct ScoreWords {
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
/// See [`summarize`].
pub fn score(words: &[String]) -> Result<Score> {
    let words = Words::<ScoreWords>::read(words)?;
    Ok(Score { options: words.args.score.options()?, words })
}

impl Score {
    /// How to read a log of customers for this model.
    ///
    /// # Errors
    /// See [`summarize`].
    pub fn log(&self, model: &ClvModel) -> Result<LogOptions> {
        Ok(model.asks(&self.words.args.log.options(self.words.threads())?, self.options.by.as_slice()))
    }

    /// A model with what is known of days by now.
    ///
    /// # Errors
    /// See [`summarize`].
    pub fn renew(&self, model: &ClvModel) -> Result<ClvModel> {
        self.words.args.calendar.renew(model.clone())
    }

    /// How to read a book of contracts for this model, and what to say of it.
    ///
    /// # Errors
    /// See [`summarize`].
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
/// See [`summarize`].
pub fn newcomers(words: &[String]) -> Result<ScoreOptions> {
    Words::<ScoreArgs>::read(words)?.args.options()
}

/// A date that is no option of a verb's own.
///
/// # Errors
/// If it is none; `option` is what it is called.
pub fn date(option: &str, text: &str) -> Result<jiff::civil::Date> {
    super::args::date(text).map_err(|message| Error::option(option, message))
}

/// `clv forecast`.
#[derive(Args)]
struct ForecastWords {
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
/// See [`summarize`].
pub fn forecast(words: &[String]) -> Result<Forecast> {
    let words = Words::<ForecastWords>::read(words)?;
    let options = words.args.score.options()?;
    let request = forecast::request(&words.args.fit, words.args.model.model.as_ref(), &options)?;
    let log = forecast::log_options(&request, &words.args.log, &options, words.threads())?;
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
/// See [`summarize`].
pub fn forecast_table(words: &[String]) -> Result<(Option<String>, LogOptions)> {
    let words = Words::<ForecastWords>::read(words)?;
    Ok((words.args.model.model.clone(), words.args.log.table_options(words.threads())?))
}

/// What `clv forecast` does with these words if the data are contracts.
///
/// # Errors
/// See [`summarize`].
pub fn forecast_contracts(words: &[String]) -> Result<OfContracts> {
    let words = Words::<ForecastWords>::read(words)?;
    let args = &words.args;
    let model = args.model.model.as_ref();
    Ok(OfContracts {
        model: model.cloned(),
        log: args.log.table_options(words.threads())?,
        book: args.contracts.options(&args.log),
        options: forecast::of_contracts(forecast::plan_options(&args.fit, model)?, &args.score.options()?),
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
/// See [`summarize`].
pub fn forecast_both(words: &[String]) -> Result<OfBoth> {
    let words = Words::<ForecastWords>::read(words)?;
    let args = &words.args;
    forecast::refuse_of_both(&args.fit)?;
    let options = args.score.options()?;
    // With an interval: what is fitted then looks at what it leaves open.
    let options = ScoreOptions { interval: Some(options.interval.unwrap_or_default()), ..options };
    let request = forecast::request(&args.fit, args.model.model.as_ref(), &options)?;
    let log = forecast::log_options(&request, &args.log, &options, words.threads())?;
    let shop = Forecast { request, log, options };
    let contracts = OfContracts {
        model: None,
        log: args.log.table_options(words.threads())?,
        book: args.contracts.options(&args.log),
        options: forecast::of_contracts(PlanOptions::default(), &shop.options),
    };
    Ok(OfBoth { shop, contracts })
}

/// `clv backtest`.
#[derive(Args)]
struct BacktestWords {
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
/// See [`summarize`].
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
/// See [`summarize`].
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
struct EconomicsWords {
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
/// See [`summarize`].
pub fn economics(words: &[String]) -> Result<(LogOptions, EconomicsOptions)> {
    let words = Words::<EconomicsWords>::read(words)?;
    Ok((words.args.log.options(words.threads())?, words.args.study.options()?))
}

/// What `clv economics` does with these words if the model is one of a book of contracts: how tables are read, and contracts,
/// and what to work out.
///
/// # Errors
/// See [`summarize`].
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
struct ActionsWords {
    #[command(flatten)]
    log: LogArgs,
    #[command(flatten)]
    plan: PlanArgs,
}

/// What `clv actions` does with these words.
///
/// # Errors
/// See [`summarize`].
pub fn actions(words: &[String]) -> Result<(LogOptions, ActionOptions)> {
    let words = Words::<ActionsWords>::read(words)?;
    Ok((words.args.log.options(words.threads())?, words.args.plan.options()?))
}

/// `clv actions --measure`.
#[derive(Args)]
struct MeasureWords {
    #[command(flatten)]
    log: LogArgs,
    #[command(flatten)]
    measure: MeasureArgs,
}

/// What `clv actions --measure` does with these words.
///
/// # Errors
/// See [`summarize`].
pub fn measure(words: &[String]) -> Result<(LogOptions, MeasureOptions)> {
    let words = Words::<MeasureWords>::read(words)?;
    Ok((words.args.log.options(words.threads())?, words.args.measure.options()?))
}

/// `clv report`.
#[derive(Args)]
struct ReportWords {
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
/// See [`summarize`].
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
/// See [`summarize`].
pub fn report_of_both(words: &[String]) -> Result<(CompanyOptions, PageOptions)> {
    let words = Words::<ReportWords>::read(words)?;
    let args = &words.args;
    let options = args.page.company(&args.log, &args.contracts, words.threads())?;
    Ok((options, args.page.options(args.log.currency())?))
}

/// How any table is read that a page is made of, and the model that is asked for.
///
/// # Errors
/// See [`summarize`].
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
/// See [`summarize`].
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
    model::build(name, parameters, &model::Known { spend, unit, grain })
}

/// What `clv sql` writes a statement for, and the settings of the log.
///
/// # Errors
/// See [`summarize`].
pub fn sql(words: &[String]) -> Result<(SqlOptions, LogOptions)> {
    let words = Words::<sql::Args>::read(words)?;
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
    Sql: sql::Args,
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
