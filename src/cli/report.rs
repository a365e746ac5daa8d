//! `clv report`: a fitted model and a log to one page to look at.

use std::path::PathBuf;

use crate::base::{Duration, Result};
use crate::cli::{
    args::{InputArgs, plain},
    console::{Console, Results},
    economics::StudyArgs,
};
use crate::fitted::{ClvModel, file};
use crate::forecast::{IntervalOptions, ScoreOptions};
use crate::history::{self, Input, LogOptions};
use crate::output::Target;
use crate::show::{
    page::{self, PageRequest},
    report::{self, page::Section},
};
use crate::study::{
    backtest::BacktestOptions,
    economics::{self, Costs, EconomicsOptions},
};

#[derive(clap::Args)]
pub(super) struct Args {
    /// Model file, from clv fit or clv model
    #[arg(value_name = "MODEL")]
    model: PathBuf,
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    study: StudyArgs,
    /// Costs of acquisition: a file of period (2025-03), the column of --by, and cost; adds what acquisition earns
    #[arg(long, value_name = "FILE", help_heading = "Economics")]
    costs: Option<PathBuf>,
    /// Leave the backtest out, which fits and forecasts once more
    #[arg(long, help_heading = "Backtest")]
    no_backtest: bool,
    /// How much of the end is hidden and forecast: 90d, 39w, 12mo [default: a third of the log, at most a year]
    #[arg(long, value_name = "TIME", value_parser = plain::<Duration>, conflicts_with = "no_backtest", help_heading = "Backtest")]
    holdout: Option<Duration>,
    /// Purchase models to compare [default: that of MODEL]
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
    /// Page to write, such as report.html; - is standard output
    #[arg(short, long, value_name = "FILE", required = true)]
    output: String,
}

impl Args {
    fn backtest(&self) -> BacktestOptions {
        BacktestOptions { models: self.models.clone(), holdout: self.holdout, ..BacktestOptions::default() }
    }

    /// Sections on economics, if there are costs or groups to speak of.
    fn economics(
        &self,
        model: &ClvModel,
        (inputs, log): (&[Input], &LogOptions),
        options: &EconomicsOptions,
        console: &Console,
    ) -> Result<Vec<Section>> {
        if self.costs.is_none() && options.by.is_empty() {
            return Ok(Vec::new());
        }
        let by = options.by.first().map(String::as_str);
        let costs = self.costs.as_deref().map(|path| Costs::read(path, by)).transpose()?;
        let found = economics::run_inputs(model, inputs, log, costs.as_ref(), options, console)?;
        Ok(page::economics(&found))
    }
}

pub(super) fn run(args: &Args, threads: Option<usize>, console: &Console) -> Result<()> {
    let options = args.study.options()?;
    let interval = |probability| IntervalOptions { probability, seed: options.seed, of_mean: false };
    let scores = ScoreOptions {
        value: options.value,
        interval: options.interval.map(interval),
        by: options.by.first().cloned(),
        ..ScoreOptions::default()
    };
    let model = file::load(&args.model)?;
    let target = Target::document(&args.output, "HTML")?;
    target.refuse_inputs(args.input.files().chain([&args.model]).chain(&args.costs))?;
    let log = model.asks(&args.input.options(threads)?, scores.by.as_slice());
    // It is read several times.
    let (inputs, log) = history::keep(&history::from_paths(&args.input.inputs), &log, console)?;
    let summary = model.open(&inputs, &log, &[], console)?;
    // What may be refused comes first.
    let more = args.economics(&model, (&inputs, &log), &options, console)?;
    let tested = match args.no_backtest {
        true => Err("it was not asked for (--no-backtest).".to_owned()),
        false => page::backtest(&model, &summary, (&inputs, &log), &args.backtest(), console)?,
    };
    let request = PageRequest {
        title: args.title.clone().unwrap_or_else(|| page::TITLE.to_owned()),
        model: &model,
        summary: &summary,
        scores: &scores,
        backtest: tested.as_ref().map_err(Clone::clone),
        more,
    };
    let page = page::build(request, console)?;
    let document = report::html::render(&page);
    target.write_document(&document)?;
    let mut said = report::input(&summary.meta);
    // They are among those of the page.
    said.warnings.clear();
    said.extend(report::scored_with(&model, &summary.meta));
    said.extend(report::page(&page, &target, document.len()));
    console.report(&said, if target.is_stdout() { Results::Stderr } else { Results::Stdout })
}
