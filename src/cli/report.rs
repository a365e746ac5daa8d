//! `clv report`: a fitted model and a log to one page to look at.

use std::path::PathBuf;

use crate::base::{Duration, Result};
use crate::cli::{
    args::{InputArgs, plain},
    console::{Console, Results},
    economics::StudyArgs,
};
use crate::fitted::file;
use crate::forecast::{IntervalOptions, ScoreOptions};
use crate::history;
use crate::output::Target;
use crate::show::{page, report};
use crate::study::backtest::BacktestOptions;
use crate::study::economics::Costs;
use crate::study::{self, OverviewOptions};

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
    let by = options.by.first().map(String::as_str);
    let costs = args.costs.as_deref().map(|path| Costs::read(path, by)).transpose()?;
    let backtest = (!args.no_backtest).then(|| args.backtest());
    let wanted = OverviewOptions { scores, backtest, economics: options };
    let (inputs, log) = (history::from_paths(&args.input.inputs), args.input.options(threads)?);
    let found = study::overview(&model, &inputs, &log, costs.as_ref(), &wanted, console)?;
    let title = args.title.clone().unwrap_or_else(|| page::TITLE.to_owned());
    let page = page::build(title, &model, &found);
    let document = report::html::render(&page);
    target.write_document(&document)?;
    let mut said = report::input(&found.summary.meta);
    // They are among those of the page.
    said.warnings.clear();
    said.extend(report::scored_with(&model, &found.summary.meta));
    said.extend(report::page(&page, &target, document.len()));
    console.report(&said, if target.is_stdout() { Results::Stderr } else { Results::Stdout })
}
