//! `clv plot`: one figure of a model and a log, as a picture or a page.

use std::path::{Path, PathBuf};

use crate::base::{Duration, Error, Result};
use crate::cli::{
    args::{FitArgs, ForecastModelArgs, InputArgs, plain},
    console::{Console, Results},
    economics::StudyArgs,
    forecast,
};
use crate::fitted::{ClvModel, FitRequest, file};
use crate::forecast::ScoreOptions;
use crate::history::{self, Input, LogOptions};
use crate::output::Target;
use crate::show::{
    figure::{self, Drawing, Figure, Needs, Theme},
    picture,
    report::{self, page::Page},
};
use crate::study;
use crate::study::backtest::BacktestOptions;
use crate::study::economics::Costs;

#[derive(clap::Args)]
#[command(override_usage = "clv plot [OPTIONS] NAME [MODEL] LOG... -o figure.svg")]
#[command(mut_arg("inputs", |arg| arg.help("Model file from clv fit, if there is one (otherwise one is fitted, as by clv forecast), and the purchase log").required(false)))]
pub(super) struct Args {
    /// Name of the figure: timelines, p_alive, tracking, ... (--help lists them all)
    #[arg(value_name = "NAME")]
    name: String,
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    model: ForecastModelArgs,
    #[command(flatten)]
    fit: FitArgs,
    #[command(flatten)]
    study: StudyArgs,
    /// How much of the end is hidden and forecast: 90d, 39w, 12mo [default: a third of the log, at most a year]
    #[arg(long, value_name = "TIME", value_parser = plain::<Duration>, help_heading = "Backtest")]
    holdout: Option<Duration>,
    /// Purchase models whose past forecasts are tried [default: bg-nbd,mbg-nbd,pareto-nbd, or that of the model file]
    #[arg(long, value_name = "NAMES", value_delimiter = ',', help_heading = "Backtest")]
    models: Vec<String>,
    /// Metric of a comparison: crps, mae, rmse, spearman, ... [default: crps]
    #[arg(long, value_name = "NAME", help_heading = "Backtest")]
    metric: Option<String>,
    /// Costs of acquisition: a file of period (2025-03), the column of --by, and cost
    #[arg(long, value_name = "FILE", help_heading = "Economics")]
    costs: Option<PathBuf>,
    /// Colours of the picture: light or dark; a page is as its reader's system is [default: light]
    #[arg(long, value_name = "NAME", help_heading = "Output")]
    theme: Option<String>,
    /// Picture to write, .svg or .png, or .html for a page on which it can be pointed at; - is standard output (SVG)
    #[arg(short, long, value_name = "FILE", required = true)]
    output: String,
}

/// What a figure is written as.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Svg,
    Png,
    Html,
}

impl Kind {
    fn of(name: &str) -> Result<(Kind, Target)> {
        let ending = Path::new(name).extension().map(|ending| ending.to_string_lossy().to_lowercase());
        let (kind, what) = match ending.as_deref() {
            None if name == "-" => (Kind::Svg, "SVG"),
            Some("svg") => (Kind::Svg, "SVG"),
            Some("png") => (Kind::Png, "PNG"),
            Some("html" | "htm") => (Kind::Html, "HTML"),
            _ => {
                let message = format!("'{name}': a figure is written as .svg, .png or .html");
                return Err(Error::option("--output", message));
            }
        };
        Ok((kind, Target::document(name, what)?))
    }
}

fn theme(name: Option<&str>) -> Result<&'static Theme> {
    match name {
        None | Some("light") => Ok(&Theme::LIGHT),
        Some("dark") => Ok(&Theme::DARK),
        Some(other) => Err(Error::option("--theme", format!("'{other}' is not light or dark"))),
    }
}

pub(super) fn run(args: &Args, threads: Option<usize>, console: &Console) -> Result<()> {
    let needs = Needs::of(&args.name)?;
    let (kind, target) = Kind::of(&args.output)?;
    let theme = theme(args.theme.as_deref())?;
    target.refuse_inputs(args.input.files().chain(&args.costs))?;
    let (model, drawing) = drawing(args, needs, threads, console)?;
    let found = figure::draw(&args.name, model.as_ref(), &drawing, console)?;
    match kind {
        Kind::Svg => target.write_document(&picture::svg(&found, theme)?)?,
        Kind::Png => target.write_bytes(&picture::png(&found, theme)?)?,
        Kind::Html => target.write_document(&report::html::render(&Page::of_figure(found.clone())))?,
    }
    let to_stdout = target.is_stdout();
    console.report(&said(&found, &target), if to_stdout { Results::Stderr } else { Results::Stdout })?;
    if !to_stdout {
        console.say(&format!("figure: {target}"));
    }
    Ok(())
}

/// What is to be seen, in words.
fn said(found: &Figure, target: &Target) -> report::Report {
    let mut report = report::Report::default();
    report.results.push(report::Block::Heading(found.title.clone()));
    report.results.push(report::Block::Line(found.reading.clone()));
    report.json.insert("figure".into(), found.name.clone().into());
    report.json.insert("title".into(), found.title.clone().into());
    report.json.insert("reading".into(), found.reading.clone().into());
    report.json.insert("output".into(), target.to_string().into());
    report
}

/// The model that comes first, or one that is fitted where the figure is of one; and all that the figure is drawn from.
fn drawing(
    args: &Args,
    needs: Needs,
    threads: Option<usize>,
    console: &Console,
) -> Result<(Option<ClvModel>, Drawing)> {
    let economics = args.study.options()?;
    let scores =
        ScoreOptions { value: economics.value, by: economics.by.first().cloned(), ..ScoreOptions::default() };
    let log = args.input.options(threads)?;
    let (model, inputs, log) = of_inputs(args, needs, &scores, log, console)?;
    let by = economics.by.first().map(String::as_str);
    let costs = args.costs.as_deref().map(|path| Costs::read(path, by)).transpose()?;
    let default = BacktestOptions::default();
    let of_model = || model.as_ref().map(|model| vec![model.purchase.name().to_owned()]);
    let models = match args.models.is_empty() {
        true => of_model().unwrap_or_else(|| default.models.clone()),
        false => args.models.clone(),
    };
    let backtest = BacktestOptions { models, holdout: args.holdout, ..default };
    let metric = args.metric.clone();
    Ok((model, Drawing { inputs, log, scores, backtest, metric, economics, costs }))
}

fn of_inputs(
    args: &Args,
    needs: Needs,
    scores: &ScoreOptions,
    log: LogOptions,
    console: &Console,
) -> Result<(Option<ClvModel>, Vec<Input>, LogOptions)> {
    match &args.input.inputs[..] {
        [model, logs @ ..] if file::is_model(model) => {
            if logs.is_empty() && needs != Needs::Model {
                let message = "a model alone has no customers: name the log behind it";
                return Err(Error::option("LOG", message));
            }
            Ok((Some(file::load(model)?), history::from_paths(logs), log))
        }
        [] => Err(Error::option("LOG", "name a model file, a purchase log, or both")),
        logs if needs == Needs::Backtest => Ok((None, history::from_paths(logs), log)),
        logs => {
            let usual = FitRequest::default().model;
            let of_groups = scores.by.is_some().then_some(&usual);
            let request = forecast::request(&args.fit, args.model.model.as_ref().or(of_groups), scores)?;
            if args.model.model.is_none() {
                console.say(&report::chosen_model(&request));
            }
            let (model, inputs, log) =
                study::fit_inputs(&history::from_paths(logs), &log, &request, console)?;
            Ok((Some(model), inputs, log))
        }
    }
}
