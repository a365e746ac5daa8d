//! `clv economics`: what customers are worth, what they may cost, who they are and what would move them.

use std::path::PathBuf;

use jiff::civil::Date;

use crate::base::{Duration, Error, Result};
use crate::cli::{
    args::{ContractAgainArgs, InputArgs, ValueArgs, date, plain, share},
    console::{Console, Results},
};
use crate::contracts::{BookModel, book};
use crate::fitted::file::{self, AnyModel};
use crate::history;
use crate::output::{TableWriter, Target};
use crate::show::report;
use crate::study::economics::{self, Costs, EconomicsOptions, Scenario, SegmentRules, budget::Response};
use crate::study::subscribers;

#[derive(clap::Args)]
pub(super) struct Args {
    /// Model file, from clv fit
    #[arg(value_name = "MODEL")]
    model: PathBuf,
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    study: StudyArgs,
    #[command(flatten)]
    contracts: ContractAgainArgs,
    /// Costs of acquisition: a file of period (2025-03), the column of --by, and cost
    #[arg(long, value_name = "FILE", help_heading = "Economics")]
    costs: Option<PathBuf>,
    /// Table of all figures to write, .csv, .xlsx, .parquet or .jsonl; - is standard output (CSV)
    #[arg(short, long, value_name = "FILE")]
    output: Option<String>,
    /// Table to write with one row a customer: segment, value, reason
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    segments: Option<String>,
    /// File to write for a CRM: id, segment, value, next_action (tomorrow for who is overdue or at risk; else the date by which the next purchase has come with probability 1/2, empty beyond a year); text that a spreadsheet would take for a formula gets an apostrophe before it
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    crm: Option<String>,
}

/// What to work out.
#[derive(clap::Args)]
pub(super) struct StudyArgs {
    #[command(flatten)]
    value: ValueArgs,
    /// Attribute that groups customers (channel; of contracts also: plan); further ones are looked at for who the good customers are
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', help_heading = "Economics")]
    by: Vec<String>,
    /// Attribute that holds each customer's margin, such as 0.3
    #[arg(long, value_name = "COLUMN", conflicts_with = "margin", help_heading = "Economics")]
    margin_column: Option<String>,
    /// The wanted ratio of LTV to CAC [default: 3, a rule of thumb]
    #[arg(long, value_name = "N", help_heading = "Economics")]
    target_ratio: Option<f64>,
    /// The time in which a customer shall have paid back the cost [default: 12mo, a rule of thumb]
    #[arg(long, value_name = "TIME", value_parser = plain::<Duration>, help_heading = "Economics")]
    target_payback: Option<Duration>,
    #[command(flatten)]
    rules: RuleArgs,
    /// A customer is active for so long after a purchase, for observed retention [default: 90d, a rule of thumb]
    #[arg(long, value_name = "TIME", value_parser = plain::<Duration>, help_heading = "Economics")]
    active_within: Option<Duration>,
    /// Date to compare the end with [default: a year before it, or the middle of a shorter log]
    #[arg(long, value_name = "DATE", value_parser = date, help_heading = "Economics")]
    compare_with: Option<Date>,
    /// New customers a month to plan with: 100, or by group: search=120,email=40
    #[arg(long, value_name = "N", value_delimiter = ',', help_heading = "Economics")]
    acquisitions: Vec<String>,
    /// What if: relative changes of retention, frequency, spend, margin, discount, cac: retention=+2%,spend=+5%; several apart by ;
    #[arg(long, value_name = "CHANGES", value_delimiter = ';', help_heading = "Economics")]
    scenario: Vec<Scenario>,
    /// What an offer to keep a customer costs
    #[arg(long, value_name = "MONEY", help_heading = "Economics")]
    retention_cost: Option<f64>,
    /// Acquisition by judgement: spent a prospect, share won, and most that could be won: spend=5,rate=0.04,ceiling=0.1
    #[arg(long, value_name = "RESPONSE", help_heading = "Economics")]
    acquisition_response: Option<String>,
    /// Yearly retention by judgement, a customer and year: spend=10,rate=0.6,ceiling=0.8
    #[arg(long, value_name = "RESPONSE", help_heading = "Economics")]
    retention_response: Option<String>,
    /// Money a month to divide among groups, by curves fitted to the costs
    #[arg(long, value_name = "MONEY", help_heading = "Economics")]
    budget: Option<f64>,
    /// Probability of the intervals; none leaves them out, which is faster [default: 0.9]
    #[arg(long, value_name = "SHARE", help_heading = "Output")]
    interval: Option<Interval>,
    /// Seed of the intervals: equal seeds give equal intervals [default: 1]
    #[arg(long, value_name = "N", help_heading = "Output")]
    seed: Option<u64>,
}

/// Thresholds of segments: rules of thumb, to be set once and kept.
#[derive(clap::Args)]
pub(super) struct RuleArgs {
    /// A customer is new for so long [default: 90d, a rule of thumb]
    #[arg(long, value_name = "TIME", value_parser = plain::<Duration>, help_heading = "Segments")]
    new_within: Option<Duration>,
    /// A loyal customer has come back so many times [default: 3, a rule of thumb]
    #[arg(long, value_name = "N", help_heading = "Segments")]
    loyal_repeats: Option<u32>,
    /// Who is late has lapsed if a purchase within this time ... [default: 12mo, a rule of thumb]
    #[arg(long, value_name = "TIME", value_parser = plain::<Duration>, help_heading = "Segments")]
    buys_within: Option<Duration>,
    /// ... has a chance below this [default: 0.2, a rule of thumb]
    #[arg(long, value_name = "SHARE", value_parser = share, help_heading = "Segments")]
    lapsed_below: Option<f64>,
    /// A customer is late whose silence has a chance below this for one who goes on as before [default: 0.1, a rule of thumb]
    #[arg(long, value_name = "SHARE", value_parser = share, help_heading = "Segments")]
    late_below: Option<f64>,
    /// The share of customers that counts as the best [default: 0.2, a rule of thumb]
    #[arg(long, value_name = "SHARE", value_parser = share, help_heading = "Segments")]
    best: Option<f64>,
}

impl RuleArgs {
    pub fn rules(&self) -> SegmentRules {
        let default = SegmentRules::default();
        SegmentRules {
            new_within: self.new_within.map_or(default.new_within, Duration::days),
            loyal_repeats: self.loyal_repeats.unwrap_or(default.loyal_repeats),
            buys_within: self.buys_within.unwrap_or(default.buys_within),
            lapsed: self.lapsed_below.unwrap_or(default.lapsed),
            overdue: self.late_below.unwrap_or(default.overdue),
            best: self.best.unwrap_or(default.best),
            ..default
        }
    }
}

/// The probability of intervals, or that there are none.
#[derive(Debug, Clone, Copy)]
pub(super) struct Interval(pub Option<f64>);

impl std::str::FromStr for Interval {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        if text == "none" {
            return Ok(Interval(None));
        }
        share(text).map(|share| Interval(Some(share))).map_err(|wrong| format!("{wrong}, or none"))
    }
}

impl StudyArgs {
    pub fn options(&self) -> Result<EconomicsOptions> {
        let default = EconomicsOptions::default();
        let response = |option: &str, text: &Option<String>| {
            text.as_deref().map(|text| Response::parse(option, text)).transpose()
        };
        let options = EconomicsOptions {
            value: self.value.options()?,
            by: self.by.clone(),
            margin_column: self.margin_column.clone(),
            interval: self.interval.map_or(default.interval, |Interval(interval)| interval),
            seed: self.seed.unwrap_or(default.seed),
            active_within: self.active_within.unwrap_or(default.active_within),
            rules: self.rules.rules(),
            compare_with: self.compare_with,
            target_ratio: self.target_ratio.unwrap_or(default.target_ratio),
            target_payback: self.target_payback.unwrap_or(default.target_payback),
            acquisitions: self.acquisitions.iter().map(|text| planned(text)).collect::<Result<_>>()?,
            scenarios: self.scenario.clone(),
            retention_cost: self.retention_cost,
            acquisition_response: response("--acquisition-response", &self.acquisition_response)?,
            retention_response: response("--retention-response", &self.retention_response)?,
            budget: self.budget,
            ..default
        };
        options.checked()
    }
}

impl Args {
    /// The tables to write, none of which is an input or another output.
    fn targets(&self, console: &Console) -> Result<[Option<Target>; 3]> {
        let mut targets = [None, None, None];
        let wanted = [("--output", &self.output), ("--segments", &self.segments), ("--crm", &self.crm)];
        for (k, (option, path)) in wanted.into_iter().enumerate() {
            let Some(path) = path else { continue };
            let target = console.table(path).map_err(|error| error.of_option(option))?;
            let inputs = self.input.files().chain([&self.model]).chain(&self.costs);
            target.refuse_inputs(inputs).map_err(|error| error.of_option(option))?;
            if targets.iter().flatten().any(|other: &Target| other.is_same(&target)) {
                return Err(Error::option(option, format!("'{target}' is to be written twice")));
            }
            targets[k] = Some(target);
        }
        Ok(targets)
    }
}

/// `120`, or `search=120`.
fn planned(text: &str) -> Result<(Option<String>, f64)> {
    let (name, number) = match text.rsplit_once('=') {
        Some((name, number)) => (Some(name.to_owned()), number),
        None => (None, text),
    };
    let wrong = || Error::option("--acquisitions", format!("'{text}': write 100, or search=120,email=40"));
    Ok((name, number.trim().parse().map_err(|_| wrong())?))
}

pub(super) fn run(args: &Args, threads: Option<usize>, console: &Console) -> Result<()> {
    let options = args.study.options()?;
    let model = match file::load_any(&args.model)? {
        AnyModel::Purchases(model) => model,
        AnyModel::Book(model) => return contracts(&model, args, &options, threads, console),
        AnyModel::Contracts(_) => {
            let message = "a model of contracts without prices has no economics: fit a table of contracts with a price (clv fit of a \
                           billing export); clv score gives chances to renew, retention and lifetimes";
            return Err(Error::option("MODEL", message));
        }
    };
    let targets = args.targets(console)?;
    let log = args.input.options(threads)?;
    let by = options.by.first().map(String::as_str);
    let costs = args.costs.as_deref().map(|path| Costs::read(path, by)).transpose()?;
    let found = economics::run(&model, &args.input.inputs, &log, costs.as_ref(), &options, console)?;
    let mut report = report::input(&found.meta);
    report.extend(report::scored_with(&model, &found.meta));
    report.extend(report::economics(&found));
    let [figures, segments, crm] = &targets;
    figures.iter().try_for_each(|target| economics::write(&found, target))?;
    segments.iter().try_for_each(|target| economics::write_segments(&found.segments, target))?;
    crm.iter().try_for_each(|target| economics::write_crm(&found.segments, target))?;
    let to_stdout = targets.iter().flatten().any(Target::is_stdout);
    console.report(&report, if to_stdout { Results::Stderr } else { Results::Stdout })?;
    say_written(&targets, console);
    Ok(())
}

/// Of customers under contract.
fn contracts(
    model: &BookModel,
    args: &Args,
    options: &EconomicsOptions,
    threads: Option<usize>,
    console: &Console,
) -> Result<()> {
    if args.segments.is_some() || args.crm.is_some() {
        let message = "segments are of customers who buy when they like, and these are contracts: clv score has a row a contract";
        return Err(Error::option(if args.segments.is_some() { "--segments" } else { "--crm" }, message));
    }
    let [target, ..] = args.targets(console)?;
    let mut log = args.input.table_options(threads)?;
    log.attributes.extend(subscribers::asks(&options.by));
    let reading = args.contracts.options(&args.input, model);
    let book = book::open(&history::from_paths(&args.input.inputs), &model.asks(&log), &reading, console)?;
    let by = options.by.first().map(String::as_str);
    let costs = args.costs.as_deref().map(|path| Costs::read(path, by)).transpose()?;
    let found = subscribers::economics(model, &book, costs.as_ref(), options, console)?;
    let mut report = report::book(&book);
    report.extend(report::subscribers(&found));
    let to_stdout = target.as_ref().is_some_and(Target::is_stdout);
    if let Some(target) = &target {
        let table = found.table();
        let mut writer = TableWriter::create(target, table.schema())?;
        writer.write(&table)?;
        writer.finish()?;
    }
    console.report(&report, if to_stdout { Results::Stderr } else { Results::Stdout })?;
    match target.filter(|target| !target.is_stdout()) {
        Some(target) => console.say(&format!("all figures: {target}")),
        None if !to_stdout => console.say("all figures: add -o economics.csv"),
        None => {}
    }
    Ok(())
}

fn say_written(targets: &[Option<Target>; 3], console: &Console) {
    let words = ["all figures", "one row a customer", "for a CRM"];
    for (target, words) in targets.iter().zip(words) {
        if let Some(target) = target.as_ref().filter(|target| !target.is_stdout()) {
            console.say(&format!("{words}: {target}"));
        }
    }
    if targets.iter().all(Option::is_none) {
        console.say("all figures: add -o economics.csv; customers with their segments: --segments, --crm");
    }
}
