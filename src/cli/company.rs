//! `clv forecast` of tables of both kinds: purchases of a shop and contracts.

use crate::base::{Error, Result};
use crate::cli::console::{Console, Results};
use crate::cli::forecast::{self, Args};
use crate::cli::score;
use crate::contracts::{self, PlanOptions, book, book::BothKinds};
use crate::forecast::ScoreOptions;
use crate::history;
use crate::output::TableWriter;
use crate::show::report;
use crate::study::{self, company};

/// Forecasts each kind with a model of its own, and says what they come to together.
pub(super) fn run(
    args: &Args,
    both: &BothKinds,
    options: &ScoreOptions,
    (threads, console): (Option<usize>, &Console),
) -> Result<()> {
    if args.by_month.is_some() {
        let message = "these are purchases and contracts: months are those of contracts alone";
        return Err(Error::option("--by-month", message));
    }
    forecast::refuse_of_both(&args.fit)?;
    let target = args.output.as_deref().map(|name| console.table(name)).transpose()?;
    if let Some(target) = &target {
        target.refuse_inputs(args.input.files().chain(args.fit.files()))?;
    }
    let interval = Some(options.interval.unwrap_or_default());
    let options = ScoreOptions { interval, ..options.clone() };
    let request = forecast::request(&args.fit, None, &options)?;
    let log = forecast::log_options(&request, &args.input, &options, threads)?;
    let summary = history::open_inputs(&both.shop, &log, console)?;
    let table = args.input.table_options(threads)?;
    let reading = args.contracts.options(&args.input);
    let book = book::open(&both.contracts, &table, &reading, console)?;
    let of_book = forecast::of_contracts(PlanOptions::default(), &options);
    let (model, comparison) = study::fit(&summary, &request, console)?;
    let found = contracts::forecast(&book, &of_book, console)?;
    let together = company((&model, &summary), (&book, &found), &options, console)?;

    let chosen = report::chosen_model(&request);
    let mut shop = report::input_and(&summary.meta, std::slice::from_ref(&chosen));
    shop.extend(comparison.iter().map(report::comparison).next().unwrap_or_default());
    shop.extend(report::model(&model));
    shop.extend(report::forecast(&model, &together.totals, None, &options));
    let mut subscriptions = report::book(&book);
    subscriptions.extend(report::book_model(&found.model));
    subscriptions.extend(report::book_forecast(&book, &found, &of_book));
    let mut report = report::company(&together, shop, subscriptions);
    let mut results = Results::Stdout;
    if let Some(target) = &target {
        let mut writer = TableWriter::create(target, together.table.schema())?;
        writer.write(&together.table)?;
        writer.finish()?;
        if target.is_stdout() {
            results = Results::Stderr;
        }
        report.json.insert("output".into(), target.to_string().into());
    }
    console.report(&report, results)?;
    score::say_written(target, console);
    Ok(())
}
