//! The verbs for contracts: `clv forecast` and `clv check` of a table of them, `clv fit --model sbg`, and `clv score` and
//! `clv inspect` with such a model. The verbs themselves come here early.

use std::path::PathBuf;

use crate::base::{Error, Result, ValueOptions};
use crate::cli::{
    args::InputArgs,
    console::{Console, Results},
};
use crate::contracts::{
    self, BookForecastOptions, BookModel, BookOptions, ContractModel, ContractOptions, Contracts, PlanOptions,
};
use crate::fit::FitOptions;
use crate::fitted::file;
use crate::history::{self, Input, LogOptions};
use crate::output::{TableWriter, Target};
use crate::show::report;
use crate::study::{ContractTestOptions, contract_backtest};

fn open(input: &InputArgs, options: &ContractOptions) -> Result<Contracts> {
    open_one(&history::from_paths(&input.inputs), options)
}

fn open_one(inputs: &[Input], options: &ContractOptions) -> Result<Contracts> {
    let [input] = inputs else {
        return Err(Error::option("FILE", "contracts are read from one file"));
    };
    contracts::open_input(input, options)
}

/// Fits a model of contracts.
pub(super) fn fit(
    name: &str,
    (input, inputs): (&InputArgs, &[Input]),
    options: &FitOptions,
    output: Option<&str>,
    console: &Console,
) -> Result<()> {
    let target = output.map(|name| Target::document(name, "JSON")).transpose()?;
    if let Some(target) = &target {
        target.refuse_inputs(&input.inputs)?;
    }
    let contracts = open_one(inputs, &input.contract_options(None))?;
    let model = ContractModel::fit(name, &contracts, options, console)?;
    let mut report = report::contracts(&contracts);
    report.extend(report::contract_model(&model));
    report.extend(report::survival(&model, &contracts));
    console.fitted(report, target, || file::contract_to_json(&model))
}

/// Scores contracts.
pub(super) fn score(
    model: &ContractModel,
    model_path: &PathBuf,
    input: &InputArgs,
    options: &ValueOptions,
    output: Option<&str>,
    console: &Console,
) -> Result<()> {
    let target = output.map(|name| console.table(name)).transpose()?;
    if let Some(target) = &target {
        target.refuse_inputs(input.inputs.iter().chain([model_path]))?;
    }
    let contracts = open(input, &input.contract_options(Some(model.period)))?;
    let scores = model.score(&contracts, options)?;
    let mut report = report::contracts(&contracts);
    report.extend(report::contract_forecast(model, &scores, options));
    let mut results = Results::Stdout;
    if let Some(target) = &target {
        let mut writer = TableWriter::create(target, scores.table.schema())?;
        writer.write(&scores.table)?;
        writer.finish()?;
        if target.is_stdout() {
            results = Results::Stderr;
        }
        report.json.insert("output".into(), target.to_string().into());
    }
    console.report(&report, results)?;
    match target {
        Some(target) if target.is_stdout() => {}
        Some(target) => console.say(&format!("forecast: {target}")),
        None => console.say("row by row: add -o scores.csv (or .parquet, .jsonl, - for standard output)"),
    }
    Ok(())
}

/// Fits the models of a book of contracts.
pub(super) fn fit_book(
    (input, inputs): (&InputArgs, &[Input]),
    log: &LogOptions,
    (reading, plans): &(BookOptions, PlanOptions),
    output: Option<&str>,
    console: &Console,
) -> Result<()> {
    let target = output.map(|name| Target::document(name, "JSON")).transpose()?;
    if let Some(target) = &target {
        target.refuse_inputs(input.files())?;
    }
    let book = contracts::book::open(inputs, &plans.asks(log), reading, console)?;
    let model = BookModel::train(&book, plans, console)?;
    let mut report = report::book(&book);
    report.extend(report::book_model(&model));
    report.extend(report::book_plans(&model));
    console.fitted(report, target, || file::book_to_json(&model))
}

/// What is asked of a book of contracts.
pub(super) struct Request<'a> {
    pub book: BookOptions,
    pub forecast: BookForecastOptions,
    /// All files that are read.
    pub files: Vec<&'a PathBuf>,
    /// Models that were fitted before; `None`: they are fitted to the book.
    pub model: Option<&'a BookModel>,
    pub by_month: Option<&'a str>,
    pub output: Option<&'a str>,
}

/// Forecasts a book, with models of before or with such as are fitted to it.
pub(super) fn forecast(
    inputs: &[Input],
    log: &LogOptions,
    request: &Request,
    console: &Console,
) -> Result<()> {
    let target = request.output.map(|name| console.table(name)).transpose()?;
    let by_month = request.by_month.map(|name| console.table(name)).transpose()?;
    for target in target.iter().chain(&by_month) {
        target.refuse_inputs(request.files.iter().copied())?;
    }
    if let (Some(one), Some(other)) = (&target, &by_month)
        && one.is_same(other)
    {
        return Err(Error::option("--by-month", "this is the file of --output: name another"));
    }
    let log = request.model.map_or_else(|| request.forecast.plans.asks(log), |model| model.asks(log));
    let book = contracts::book::open(inputs, &log, &request.book, console)?;
    let forecast = match request.model {
        Some(model) => contracts::forecast_with(model, &book, &request.forecast, console)?,
        None => contracts::forecast(&book, &request.forecast, console)?,
    };
    let mut report = report::book(&book);
    report.extend(report::book_model(&forecast.model));
    report.extend(report::book_forecast(&book, &forecast, &request.forecast));
    let mut results = Results::Stdout;
    let tables =
        [(&target, &forecast.table), (&by_month, &contracts::month_table(&forecast.months, book.has_money))];
    for (target, table) in tables {
        let Some(target) = target else { continue };
        let mut writer = TableWriter::create(target, table.schema())?;
        writer.write(table)?;
        writer.finish()?;
        if target.is_stdout() {
            results = Results::Stderr;
        }
    }
    if let Some(target) = &target {
        report.json.insert("output".into(), target.to_string().into());
    }
    console.report(&report, results)?;
    match target {
        Some(target) if target.is_stdout() => {}
        Some(target) => console.say(&format!("forecast: {target}")),
        None => console
            .say("row by row: add -o contracts.csv (or .xlsx, .parquet, .jsonl, - for standard output)"),
    }
    if let Some(target) = by_month.filter(|target| !target.is_stdout()) {
        console.say(&format!("months: {target}"));
    }
    Ok(())
}

/// Says what a table of contracts holds.
pub(super) fn check(
    inputs: &[Input],
    log: &LogOptions,
    options: &BookOptions,
    writes: bool,
    console: &Console,
) -> Result<()> {
    if writes {
        let message =
            "a reading is written of purchase logs; a table of contracts is found by its columns each time";
        return Err(Error::option("--output", message));
    }
    let lenient = LogOptions { skip_bad_rows: true, ..log.clone() };
    let book = contracts::book::open(inputs, &lenient, options, console)?;
    let mut report = report::book(&book);
    report.extend(report::book_overview(&book));
    if book.account.bad > 0 && !log.skip_bad_rows {
        let words = "other verbs stop at the rows that are skipped here: repair them, or say --skip-bad-rows";
        report.warnings.insert(0, words.to_owned());
    }
    console.report(&report, Results::Stdout)
}

/// What is asked of a backtest of contracts.
pub(super) struct TestRequest<'a> {
    pub book: BookOptions,
    pub test: ContractTestOptions,
    /// All files that are read.
    pub files: Vec<&'a PathBuf>,
    pub output: Option<&'a str>,
}

/// Hides the end of a book and forecasts it.
pub(super) fn backtest(
    inputs: &[Input],
    log: &LogOptions,
    request: &TestRequest,
    console: &Console,
) -> Result<()> {
    let target = request.output.map(|name| console.table(name)).transpose()?;
    if let Some(target) = &target {
        target.refuse_inputs(request.files.iter().copied())?;
    }
    let book = contracts::book::open(inputs, &request.test.plans.asks(log), &request.book, console)?;
    let found = contract_backtest(&book, &request.test, console)?;
    let mut report = report::book(&book);
    report.extend(report::contract_test(&found));
    let mut results = Results::Stdout;
    if let Some(target) = &target {
        let table = found.table();
        let mut writer = TableWriter::create(target, table.schema())?;
        writer.write(&table)?;
        writer.finish()?;
        if target.is_stdout() {
            results = Results::Stderr;
        }
        report.json.insert("output".into(), target.to_string().into());
    }
    console.report(&report, results)?;
    if let Some(target) = target.filter(|target| !target.is_stdout()) {
        console.say(&format!("all figures: {target}"));
    }
    Ok(())
}
