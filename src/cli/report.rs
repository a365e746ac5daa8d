//! `clv report`: a fitted model and a log to one page to look at.

use std::path::PathBuf;

use crate::base::{Duration, Error, Result};
use crate::cli::{
    args::{ContractArgs, FitArgs, ForecastModelArgs, InputArgs, LogArgs, plain},
    console::{Console, Results},
    economics::StudyArgs,
    forecast,
};
use crate::contracts::book::{BothKinds, TableKind};
use crate::contracts::{Book, BookForecastOptions, BookModel, BookOptions, PlanOptions, book};
use crate::fitted::{
    ClvModel, FitRequest,
    file::{self, AnyModel},
};
use crate::forecast::{IntervalOptions, ScoreOptions};
use crate::history::{self, Input, LogOptions};
use crate::output::Target;
use crate::show::{
    page::{self, PageOptions},
    report,
};
use crate::study::backtest::BacktestOptions;
use crate::study::economics::Costs;
use crate::study::subscribers::{self, SubscriberOptions};
use crate::study::{self, CompanyOptions, ContractTestOptions, OverviewOptions};

#[derive(clap::Args)]
#[command(override_usage = "clv report [OPTIONS] [MODEL] LOG... -o page.html")]
#[command(mut_arg("inputs", |arg| arg.help("Model file from clv fit, if there is one (otherwise one is fitted, as by clv forecast), and the purchase log")))]
pub(super) struct Args {
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    page: PageArgs,
    #[command(flatten)]
    contracts: ContractArgs,
    /// Costs of acquisition: a file of period (2025-03), the column of --by, and cost; adds what acquisition earns
    #[arg(long, value_name = "FILE", help_heading = "Economics")]
    costs: Option<PathBuf>,
    /// Page to write, such as report.html, or report.md for the same as text; - is standard output (HTML)
    #[arg(short, long, value_name = "FILE", required = true)]
    output: String,
}

/// What a page is made of, and how it presents itself.
#[derive(clap::Args)]
pub(super) struct PageArgs {
    #[command(flatten)]
    model: ForecastModelArgs,
    #[command(flatten)]
    fit: FitArgs,
    #[command(flatten)]
    study: StudyArgs,
    /// Leave the backtest out, which fits and forecasts once more
    #[arg(long, help_heading = "Backtest")]
    no_backtest: bool,
    /// How much of the end is hidden and forecast: 90d, 39w, 12mo [default: a third of the log, at most a year]
    #[arg(long, value_name = "TIME", value_parser = plain::<Duration>, conflicts_with = "no_backtest", help_heading = "Backtest")]
    holdout: Option<Duration>,
    /// Purchase models whose past forecasts are tried [default: that of the page]
    #[arg(
        long,
        value_name = "NAMES",
        value_delimiter = ',',
        conflicts_with = "no_backtest",
        help_heading = "Backtest"
    )]
    models: Vec<String>,
    /// Title of the page [default: What our customers are worth]
    #[arg(long, value_name = "TEXT", help_heading = "Output")]
    title: Option<String>,
    /// Picture of the company, put into the page: PNG, JPEG, GIF, WebP or SVG, at most 1 MB
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    logo: Option<PathBuf>,
}

impl PageArgs {
    /// What to fit, if no model is given.
    pub fn request(&self) -> Result<FitRequest> {
        let wanted = self.overview()?;
        // New customers by group have parameters of their own, and an average of models has none to give.
        let usual = FitRequest::default().model;
        let of_groups = (!wanted.economics.by.is_empty()).then_some(&usual);
        forecast::request(&self.fit, self.model.model.as_ref().or(of_groups), &wanted.scores)
    }

    /// What to work out.
    pub fn overview(&self) -> Result<OverviewOptions> {
        let options = self.study.options()?;
        let interval =
            |probability| IntervalOptions { probability, seed: options.seed, ..IntervalOptions::default() };
        let scores = ScoreOptions {
            value: options.value,
            interval: options.interval.map(interval),
            by: options.by.first().cloned(),
            ..ScoreOptions::default()
        };
        let backtest = BacktestOptions {
            models: self.models.clone(),
            holdout: self.holdout,
            ..OverviewOptions::backtest()
        };
        Ok(OverviewOptions { scores, backtest: (!self.no_backtest).then_some(backtest), economics: options })
    }

    /// The name of the model that is asked for.
    pub fn model_name(&self) -> Option<String> {
        self.model.model.clone()
    }

    /// What to work out of customers under contract.
    pub fn subscribers(&self) -> Result<SubscriberOptions> {
        self.subscribers_by(forecast::plan_options(&self.fit, self.model.model.as_ref())?)
    }

    fn subscribers_by(&self, plans: PlanOptions) -> Result<SubscriberOptions> {
        let options = self.study.options()?;
        let default = BookForecastOptions::default();
        let test = ContractTestOptions {
            holdout: self.holdout,
            seed: options.seed,
            plans: plans.clone(),
            probability: options.interval.unwrap_or(default.probability),
            ..ContractTestOptions::default()
        };
        if self.models.len() > 1 {
            let message = "past forecasts of contracts are tried with the model of the page: leave it out, or name sbg or bdw with --model";
            return Err(Error::option("--models", message));
        }
        let forecast = BookForecastOptions {
            value: options.value,
            probability: options.interval.unwrap_or(default.probability),
            seed: options.seed,
            plans,
            ..default
        };
        Ok(SubscriberOptions { forecast, backtest: (!self.no_backtest).then_some(test), economics: options })
    }

    /// What is said where something is of one kind of customers, and there are both.
    const ONE_KIND: &str =
        "these are purchases and contracts, and it is of one kind: make the page of each by itself with it";

    /// What to work out of a shop and of contracts.
    pub fn company(
        &self,
        log: &LogArgs,
        contracts: &ContractArgs,
        threads: Option<usize>,
    ) -> Result<CompanyOptions> {
        if !self.study.options()?.by.is_empty() {
            return Err(Error::option("--by", PageArgs::ONE_KIND));
        }
        forecast::refuse_of_both(&self.fit)?;
        let default = BookForecastOptions::default().plans;
        let subscribers = self.subscribers_by(default)?;
        Ok(CompanyOptions {
            log: log.options(threads)?,
            request: self.request()?,
            shop: self.overview()?,
            table: log.table_options(threads)?,
            book: contracts.options(log),
            contracts: subscribers,
        })
    }

    /// How it presents itself.
    pub fn options(&self, currency: Option<&str>) -> Result<PageOptions> {
        let default = PageOptions::default();
        Ok(PageOptions {
            title: self.title.clone().unwrap_or(default.title),
            currency: currency.map(str::to_owned),
            logo: self.logo.as_deref().map(report::html::picture).transpose()?,
        })
    }
}

/// What the page is written as.
fn target(name: &str) -> Result<(Target, bool)> {
    let text = std::path::Path::new(name).extension().is_some_and(|e| e.eq_ignore_ascii_case("md"));
    Ok((Target::document(name, if text { "Markdown" } else { "HTML" })?, text))
}

pub(super) fn run(args: &Args, threads: Option<usize>, console: &Console) -> Result<()> {
    let page = args.page.options(args.input.currency())?;
    let (target, as_text) = target(&args.output)?;
    target.refuse_inputs(args.input.files().chain(&args.costs).chain(&args.page.logo))?;
    let given = Given::new(args, threads, console)?;
    if let Some(both) = given.of_both(args, threads)? {
        return company_page(&both, args, (page, &target, as_text), (threads, console));
    }
    if let Some(book) = given.of_contracts(args, threads, console)? {
        return subscriber_page(book, args, (page, &target, as_text), console);
    }
    let wanted = args.page.overview()?;
    let by = wanted.economics.by.first().map(String::as_str);
    let costs = args.costs.as_deref().map(|path| Costs::read(path, by)).transpose()?;
    let (model, chosen, inputs, log) = of_inputs(args, given, threads, console)?;
    let found = study::overview(&model, &inputs, &log, costs.as_ref(), &wanted, console)?;
    let page = page::build(&page, &model, &found);
    let document = if as_text { report::markdown::render(&page) } else { report::html::render(&page) };
    target.write_document(&document)?;
    let mut said = report::input_and(&found.summary.meta, chosen.as_slice());
    // They are among those of the page.
    said.warnings.clear();
    said.extend(report::scored_with(&model, &found.summary.meta));
    said.extend(report::page(&page, &target, document.len()));
    console.report(&said, if target.is_stdout() { Results::Stderr } else { Results::Stdout })
}

/// What is given: a model file, if one comes first, and the log, as what can be read as often as wanted.
struct Given<'a> {
    model: Option<&'a PathBuf>,
    inputs: Vec<Input>,
    customers: Option<Input>,
}

impl<'a> Given<'a> {
    fn new(args: &'a Args, threads: Option<usize>, console: &Console) -> Result<Self> {
        let (model, logs) = match &args.input.inputs[..] {
            [model, logs @ ..] if file::is_model(model) => (Some(model), logs),
            logs => (None, logs),
        };
        if logs.is_empty() {
            let message = "a model alone has no customers: name the log behind it";
            return Err(Error::option("LOG", message));
        }
        let log = args.input.table_options(threads)?;
        let (inputs, kept) = history::keep(&history::from_paths(logs), &log, console)?;
        Ok(Given { model, inputs, customers: kept.customers })
    }

    /// The tables, if they are of both kinds and no model is given.
    fn of_both(&self, args: &Args, threads: Option<usize>) -> Result<Option<BothKinds>> {
        let log = LogOptions { customers: self.customers.clone(), ..args.input.table_options(threads)? };
        if self.model.is_some() {
            return Ok(None);
        }
        match book::table_kind(args.page.model.model.as_deref(), &self.inputs, &log) {
            TableKind::Both(both) => Ok(Some(both)),
            _ => Ok(None),
        }
    }

    /// Models of contracts, and the book: where the model is one of them, or the columns say so.
    fn of_contracts(
        &self,
        args: &Args,
        threads: Option<usize>,
        console: &Console,
    ) -> Result<Option<(BookModel, Book)>> {
        let mut log = LogOptions { customers: self.customers.clone(), ..args.input.table_options(threads)? };
        let reading = args.contracts.options(&args.input);
        let wanted = book::table_kind(args.page.model.model.as_deref(), &self.inputs, &log).is_contracts();
        log.attributes.extend(subscribers::asks(&args.page.study.options()?.by));
        if let Some(model) = self.model {
            let AnyModel::Book(model) = file::load_any(model)? else { return Ok(None) };
            let reading = BookOptions { observed_until: reading.observed_until, ..model.reading.clone() };
            let book = book::open(&self.inputs, &model.asks(&log), &reading, console)?;
            return Ok(Some((*model, book)));
        }
        if !wanted {
            return Ok(None);
        }
        let plans = forecast::plan_options(&args.page.fit, args.page.model.model.as_ref())?;
        let book = book::open(&self.inputs, &plans.asks(&log), &reading, console)?;
        let model = BookModel::train(&book, &plans, console)?;
        Ok(Some((model, book)))
    }
}

/// The page of a shop and of contracts.
fn company_page(
    both: &BothKinds,
    args: &Args,
    (page, target, as_text): (PageOptions, &Target, bool),
    (threads, console): (Option<usize>, &Console),
) -> Result<()> {
    if args.costs.is_some() {
        return Err(Error::option("--costs", PageArgs::ONE_KIND));
    }
    let options = args.page.company(&args.input, &args.contracts, threads)?;
    let found = study::company_overview(both, &options, console)?;
    let page = page::company::of(&page, &found);
    let document = if as_text { report::markdown::render(&page) } else { report::html::render(&page) };
    target.write_document(&document)?;
    let said = report::page(&page, target, document.len());
    console.report(&said, if target.is_stdout() { Results::Stderr } else { Results::Stdout })
}

/// The page of customers under contract.
fn subscriber_page(
    (model, book): (BookModel, Book),
    args: &Args,
    (page, target, as_text): (PageOptions, &Target, bool),
    console: &Console,
) -> Result<()> {
    let wanted = args.page.subscribers()?;
    let by = wanted.economics.by.first().map(String::as_str);
    let costs = args.costs.as_deref().map(|path| Costs::read(path, by)).transpose()?;
    let mut said = report::book(&book);
    said.warnings.clear();
    let found = subscribers::overview(&model, book, costs.as_ref(), &wanted, console)?;
    let page = page::subscribers::build(&page, &model, &found);
    let document = if as_text { report::markdown::render(&page) } else { report::html::render(&page) };
    target.write_document(&document)?;
    said.extend(report::page(&page, target, document.len()));
    console.report(&said, if target.is_stdout() { Results::Stderr } else { Results::Stdout })
}

/// The model that comes first, or one that is fitted to the log, and which that is if none was named; and the log.
fn of_inputs(
    args: &Args,
    given: Given,
    threads: Option<usize>,
    console: &Console,
) -> Result<(ClvModel, Option<String>, Vec<Input>, LogOptions)> {
    let log = LogOptions { customers: given.customers, ..args.input.options(threads)? };
    if let Some(model) = given.model {
        return Ok((file::load(model)?, None, given.inputs, log));
    }
    let request = args.page.request()?;
    let chosen = args.page.model.model.is_none().then(|| report::chosen_model(&request));
    let (model, inputs, log) = study::fit_inputs(&given.inputs, &log, &request, console)?;
    Ok((model, chosen, inputs, log))
}
