//! `clv actions`: whom to do what for, by when, worth what; and what a campaign brought.

use std::path::PathBuf;

use crate::base::{Error, Result, ValueOptions};
use crate::cli::{
    args::{InputArgs, ValueArgs, share},
    console::{Console, Results},
    economics::{Interval, RuleArgs},
};
use crate::fitted::file::{self, AnyModel};
use crate::history::{self, Input};
use crate::output::{TableWriter, Target};
use crate::show::report;
use crate::study::economics::actions::{
    self, ActionOptions, Actions, Shape, actions_schema, actions_tables,
    measure::{self, Campaign, MeasureOptions},
};

#[derive(clap::Args)]
#[command(
    override_usage = "clv actions [OPTIONS] MODEL LOG... -o actions.csv\n       clv actions --measure [OPTIONS] LOG..."
)]
pub(super) struct Args {
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    plan: PlanArgs,
    /// Say what the contacts of a list brought against its control group, from the log of what happened since
    #[arg(long, help_heading = "Measure")]
    measure: bool,
    /// The list that was acted on, as CSV [default: actions.csv]
    #[arg(long, value_name = "FILE", requires = "measure", help_heading = "Measure")]
    list: Option<PathBuf>,
    /// List to write, .csv, .xlsx, .parquet or .jsonl, one row a customer, the most rewarding first; - is standard output (CSV)
    #[arg(short, long, value_name = "FILE")]
    output: Option<String>,
    /// Contacts with properties to write for Klaviyo
    #[arg(long, value_name = "FILE", help_heading = "Upload")]
    klaviyo: Option<String>,
    /// Contacts with properties to write for HubSpot
    #[arg(long, value_name = "FILE", help_heading = "Upload")]
    hubspot: Option<String>,
    /// Contacts to write for a custom audience with values of Meta: hashed e-mail addresses
    #[arg(long, value_name = "FILE", help_heading = "Upload")]
    meta: Option<String>,
    /// Contacts to write for Google's Customer Match: hashed e-mail addresses
    #[arg(long, value_name = "FILE", help_heading = "Upload")]
    google: Option<String>,
}

/// What to plan.
#[derive(clap::Args)]
pub(super) struct PlanArgs {
    #[command(flatten)]
    value: ValueArgs,
    #[command(flatten)]
    rules: RuleArgs,
    /// By how much a contact raises the chance to buy of a customer whose chance is even, less for others along the odds; of an upsell, the next amount [default: 5%, a rule of thumb]
    #[arg(long, value_name = "SHARE", value_parser = share, help_heading = "Actions")]
    uplift: Option<f64>,
    /// What a contact costs [default: 0]
    #[arg(long, value_name = "MONEY", help_heading = "Actions")]
    contact_cost: Option<f64>,
    /// Money for all contacts together; it goes to the most rewarding
    #[arg(long, value_name = "MONEY", help_heading = "Actions")]
    budget: Option<f64>,
    /// Share of those chosen who are left without a contact, by chance, the same for the same seed and id [default: 0%]
    #[arg(long, value_name = "SHARE", value_parser = share, help_heading = "Actions")]
    holdout: Option<f64>,
    /// Attribute that holds e-mail addresses, for uploads, where ids are none
    #[arg(long, value_name = "COLUMN", help_heading = "Upload")]
    email: Option<String>,
    /// Probability of the ranges; none leaves them out, which is faster [default: 0.9]
    #[arg(long, value_name = "SHARE", help_heading = "Output")]
    interval: Option<Interval>,
    /// Seed of the ranges and of the control group [default: 1]
    #[arg(long, value_name = "N", help_heading = "Output")]
    seed: Option<u64>,
}

impl PlanArgs {
    pub fn options(&self) -> Result<ActionOptions> {
        let default = ActionOptions::default();
        let options = ActionOptions {
            value: self.value.options()?,
            rules: self.rules.rules(),
            uplift: self.uplift.unwrap_or(default.uplift),
            contact_cost: self.contact_cost.unwrap_or(default.contact_cost),
            budget: self.budget,
            holdout: self.holdout.unwrap_or(default.holdout),
            interval: self.interval.map_or(default.interval, |Interval(interval)| interval),
            seed: self.seed.unwrap_or(default.seed),
            email: self.email.clone(),
        };
        options.checked()
    }

    /// How to measure what a list brought.
    fn measure(&self, list: Option<PathBuf>) -> Result<MeasureOptions> {
        let interval = self.interval.and_then(|Interval(interval)| interval);
        Ok(MeasureOptions::of(list, self.value.options()?.margin, interval))
    }
}

/// How to measure, for callers that are no shell.
#[derive(clap::Args)]
pub(super) struct MeasureArgs {
    /// Share of revenue that is kept
    #[arg(long, value_name = "SHARE", value_parser = share)]
    margin: Option<f64>,
    /// Probability of the intervals
    #[arg(long, value_name = "SHARE", value_parser = share)]
    interval: Option<f64>,
}

impl MeasureArgs {
    pub fn options(&self) -> Result<MeasureOptions> {
        let value = ValueOptions {
            margin: self.margin.unwrap_or(ValueOptions::default().margin),
            ..ValueOptions::default()
        };
        Ok(MeasureOptions::of(None, value.checked()?.margin, self.interval))
    }
}

/// The list, and the files for upload.
type Targets = (Option<Target>, Vec<(Shape, Target)>);

impl Args {
    fn uploads(&self) -> [(Shape, &Option<String>); 4] {
        let files = [&self.klaviyo, &self.hubspot, &self.meta, &self.google];
        std::array::from_fn(|k| (Shape::ALL[k], files[k]))
    }

    /// The files to write, none of which is an input or another output: the list first.
    fn targets(&self, console: &Console) -> Result<Targets> {
        let mut all: Vec<Target> = Vec::new();
        let mut one = |option: &str, name: &String| -> Result<Target> {
            let target = console.table(name).map_err(|error| error.of_option(option))?;
            target.refuse_inputs(self.input.files()).map_err(|error| error.of_option(option))?;
            if all.iter().any(|other| other.is_same(&target)) {
                return Err(Error::option(option, format!("'{target}' is to be written twice")));
            }
            all.push(target.clone());
            Ok(target)
        };
        let list = self.output.as_ref().map(|name| one("--output", name)).transpose()?;
        let mut uploads = Vec::new();
        for (shape, name) in self.uploads() {
            if let Some(name) = name {
                uploads.push((shape, one(&format!("--{}", shape.name()), name)?));
            }
        }
        Ok((list, uploads))
    }
}

pub(super) fn run(args: &Args, threads: Option<usize>, console: &Console) -> Result<()> {
    if args.measure {
        return measure(args, threads, console);
    }
    let options = args.plan.options()?;
    let [model, logs @ ..] = &args.input.inputs[..] else { return Err(no_model()) };
    if logs.is_empty() {
        return Err(no_model());
    }
    let AnyModel::Purchases(model) = file::load_any(model)? else {
        let message = "clv actions does not do contracts, only purchases: clv score gives chances to renew of contracts";
        return Err(Error::option("MODEL", message));
    };
    let (list, uploads) = args.targets(console)?;
    let log = args.input.options(threads)?;
    let found = actions::plan(&model, &history::from_paths(logs), &log, &options, console)?;
    let mut report = report::input(&found.meta);
    report.extend(report::scored_with(&model, &found.meta));
    report.extend(report::actions(&found));
    list.iter().try_for_each(|target| write(&found, target))?;
    uploads.iter().try_for_each(|(shape, target)| shape.write(&found, target))?;
    let to_stdout = list.iter().chain(uploads.iter().map(|(_, target)| target)).any(Target::is_stdout);
    console.report(&report, if to_stdout { Results::Stderr } else { Results::Stdout })?;
    say_written(&found, list.as_ref(), &uploads, console);
    Ok(())
}

fn no_model() -> Error {
    let message = "a model file, from clv fit, comes first, then the log: clv actions model.json orders.csv -o actions.csv";
    Error::option("MODEL", message)
}

fn write(found: &Actions, target: &Target) -> Result<()> {
    let mut writer = TableWriter::create(target, actions_schema())?;
    for table in actions_tables(found) {
        writer.write(&table)?;
    }
    writer.finish()
}

fn say_written(found: &Actions, list: Option<&Target>, uploads: &[(Shape, Target)], console: &Console) {
    match list {
        Some(target) if target.is_stdout() => {}
        Some(target) => console.say(&format!("one row a customer: {target}")),
        None => console.say(
            "one row a customer: add -o actions.csv (or .xlsx), which clv actions --measure reads later",
        ),
    }
    for (shape, target) in uploads {
        console.say(&format!("{}: {target}", report::uploaded(found, *shape)));
    }
}

fn measure(args: &Args, threads: Option<usize>, console: &Console) -> Result<()> {
    let options = args.plan.measure(args.list.clone())?;
    let others = args.uploads().into_iter().any(|(_, name)| name.is_some());
    if args.output.is_some() || others {
        return Err(Error::option("--measure", "it writes no list: leave -o and the files for upload out"));
    }
    let list = Input::Path(options.list.clone());
    let campaign = Campaign::read(&list)?;
    let inputs = history::from_paths(&args.input.inputs);
    let found = measure::measure(&campaign, &inputs, &args.input.options(threads)?, &options, console)?;
    let mut report = report::input(&found.meta);
    report.extend(report::measured(&found));
    console.report(&report, Results::Stdout)
}
