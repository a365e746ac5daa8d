//! `clv run`: the monthly job, in order, from one file of options. Each step is a verb as it could be typed.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::{CommandFactory, Parser, ValueEnum};
use serde_json::{Map, Value, json};

use super::console::{Console, print_warning};
use super::{Cli, Verb, config, verb};
use crate::base::{Error, Result};
use crate::history::files_of;
use crate::output::{Target, digest_of, lock_file, read_text};

#[derive(clap::Args)]
pub(super) struct Args {
    /// File of options; its section [run] says what the job does [default: clv.toml in the working directory]
    #[arg(long, value_name = "FILE")]
    config: Option<String>,
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    /// Logs: files, directories or globs. Files that were read before are left aside
    #[arg(long, value_name = "LOG", help_heading = "Job")]
    inputs: Vec<PathBuf>,
    /// State that the logs' new rows are added to; it is made if it is not there
    #[arg(long, value_name = "FILE", help_heading = "Job")]
    state: Option<PathBuf>,
    /// Model file; it is fitted if it is not there
    #[arg(long, value_name = "FILE", help_heading = "Job")]
    model_file: Option<PathBuf>,
    /// When to fit again [default: never]
    #[arg(long, value_enum, help_heading = "Job")]
    refit: Option<Refit>,
    /// Table of the monitor; without it nothing is monitored
    #[arg(long, value_name = "FILE", help_heading = "Job")]
    monitor: Option<PathBuf>,
    /// Scores to write
    #[arg(long, value_name = "FILE", help_heading = "Job")]
    scores: Option<PathBuf>,
    /// Journal of forecasts to add to
    #[arg(long, value_name = "FILE", help_heading = "Job")]
    journal: Option<PathBuf>,
    /// Table of economics to write
    #[arg(long, value_name = "FILE", help_heading = "Job")]
    economics: Option<PathBuf>,
    /// Page to write
    #[arg(long, value_name = "FILE", help_heading = "Job")]
    report: Option<PathBuf>,
    /// Actions to write
    #[arg(long, value_name = "FILE", help_heading = "Job")]
    actions: Option<PathBuf>,
    /// Record of the run: what was done, with digests of all files, times and warnings [default: run.json]
    #[arg(long, value_name = "FILE", help_heading = "Job")]
    record: Option<PathBuf>,
}

/// `--refit`.
#[derive(Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Refit {
    /// The model stays; that it is time to fit again is said by exit code 1
    #[default]
    Never,
    /// When the monitor says that it is time
    WhenNeeded,
    /// Each time that there are new rows
    Always,
}

/// A verb, as it would be typed.
struct Step {
    words: Vec<String>,
    /// Why it is done.
    why: &'static str,
}

impl Step {
    fn shown(&self) -> String {
        format!("clv {}", self.words.join(" "))
    }

    /// With what the file of options adds.
    fn read(&self) -> Result<Cli> {
        let words = std::iter::once("clv").chain(self.words.iter().map(String::as_str));
        let expanded = config::expand(words.map(Into::into).collect(), &Cli::command())?;
        Cli::try_parse_from(&expanded).map_err(|error| super::words::explain(&error))
    }

    /// Finds what would stop it before anything is read.
    fn check(&self) -> Result<()> {
        match self.read()?.verb {
            Verb::Fit(args) => args.check(),
            _ => Ok(()),
        }
    }
}

/// What a job names.
struct Job<'a> {
    args: &'a Args,
    config: String,
    state: &'a Path,
    model: &'a Path,
}

pub(super) fn run(args: &Args, threads: Option<usize>, console: &Console) -> Result<ExitCode> {
    let job = Job::new(args)?;
    let held = "another clv run of this file is at work: wait until it is done. Nothing was changed";
    let _lock = lock_file(Path::new(&job.config), held)?;
    let record = args.record.clone().unwrap_or_else(|| PathBuf::from("run.json"));
    let before = Record::read(&record)?;
    if args.dry_run {
        job.show(console)?;
        return Ok(ExitCode::SUCCESS);
    }
    before.look_at_clock();
    let mut done = Done { threads, console, steps: Vec::new(), code: ExitCode::SUCCESS, refit: false };
    done.step(&job.update()?)?;
    if before.holds(&job)? {
        console.say(&format!(
            "nothing is new since the run that {} records: all of it is as it should be",
            record.display()
        ));
        return Ok(if before.refit() { ExitCode::from(1) } else { ExitCode::SUCCESS });
    }
    let mut fitted = false;
    if !job.model.exists() {
        done.step(&job.fit("there is no model yet"))?;
        fitted = true;
    }
    let new_rows = before.digest(job.state) != digest_of(job.state)?;
    if let Some(step) = job.monitor().filter(|_| !fitted) {
        done.refit = done.step(&step)? == ExitCode::from(1);
    }
    let again = match args.refit.unwrap_or_default() {
        Refit::Never => false,
        Refit::WhenNeeded => done.refit,
        Refit::Always => new_rows && !fitted,
    };
    if again {
        done.step(&job.fit("it is time to fit again"))?;
        done.refit = false;
    }
    for step in job.results() {
        done.step(&step)?;
    }
    if done.refit {
        done.code = ExitCode::from(1);
    }
    let refit = done.refit;
    let text = job.record(done.steps, refit, console)?;
    Target::document(&record.to_string_lossy(), "JSON")?.write_document(&text)?;
    console.say(&format!("record of the run: {}", record.display()));
    Ok(done.code)
}

/// The steps that were done.
struct Done<'a> {
    threads: Option<usize>,
    console: &'a Console,
    steps: Vec<Value>,
    code: ExitCode,
    refit: bool,
}

impl Done<'_> {
    fn step(&mut self, step: &Step) -> Result<ExitCode> {
        self.console.say(&format!("{} ({})", step.shown(), step.why));
        let cli = step.read()?;
        let begun = Instant::now();
        let code = verb(cli.verb, self.threads, self.console)?;
        self.steps.push(json!({
            "step": step.shown(),
            "why": step.why,
            "seconds": (begun.elapsed().as_secs_f64() * 100.0).round() / 100.0,
            "exit_code": i32::from(code != ExitCode::SUCCESS),
        }));
        Ok(code)
    }
}

impl<'a> Job<'a> {
    fn new(args: &'a Args) -> Result<Self> {
        let missing = |option: &str, what: &str| {
            Error::option(
                option,
                format!("the job needs {what}: say so in the section [run] of its file of options"),
            )
        };
        let config = args
            .config
            .clone()
            .ok_or_else(|| missing("--config", "a file of options (clv check LOG -o clv.toml writes one)"))?;
        if args.inputs.is_empty() {
            return Err(missing("--inputs", "logs, such as inputs = [\"exports/*.csv\"]"));
        }
        let state = args
            .state
            .as_deref()
            .ok_or_else(|| missing("--state", "a state, such as state = \"customers.clvs\""))?;
        let model = args.model_file.as_deref();
        let model =
            model.ok_or_else(|| missing("--model-file", "a model, such as model-file = \"model.json\""))?;
        Ok(Job { args, config, state, model })
    }

    fn step(&self, why: &'static str, words: Vec<String>) -> Step {
        let mut words = words;
        words.push(format!("--config={}", self.config));
        Step { words, why }
    }

    fn update(&self) -> Result<Step> {
        let inputs = self.args.inputs.iter().map(|path| shown(path));
        Ok(match self.state.exists() {
            true => {
                let words = ["update".to_owned(), shown(self.state)].into_iter().chain(inputs).collect();
                self.step("new rows", words)
            }
            false => {
                let words = std::iter::once("summarize".to_owned()).chain(inputs);
                let words = words.chain(["--state".to_owned(), shown(self.state)]).collect();
                self.step("there is no state yet", words)
            }
        })
    }

    fn fit(&self, why: &'static str) -> Step {
        self.step(why, vec!["fit".into(), shown(self.state), "-o".into(), shown(self.model)])
    }

    fn monitor(&self) -> Option<Step> {
        let mut words = self.with_model("monitor", self.args.monitor.as_deref()?);
        if let Some(journal) = self.args.journal.as_deref().filter(|journal| journal.exists()) {
            words.extend(["--journal".to_owned(), shown(journal)]);
        }
        Some(self.step("has the forecast come true?", words))
    }

    fn with_model(&self, verb: &str, output: &Path) -> Vec<String> {
        vec![verb.to_owned(), shown(self.model), shown(self.state), "-o".to_owned(), shown(output)]
    }

    /// What is written of the state and the model.
    fn results(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        if let Some(scores) = &self.args.scores {
            let mut words = self.with_model("score", scores);
            if let Some(journal) = &self.args.journal {
                words.extend(["--journal".to_owned(), shown(journal)]);
            }
            steps.push(self.step("one row a customer", words));
        }
        for (verb, output, why) in [
            ("economics", &self.args.economics, "from value to decisions"),
            ("report", &self.args.report, "a page to look at"),
            ("actions", &self.args.actions, "whom to do what for"),
        ] {
            if let Some(output) = output {
                steps.push(self.step(why, self.with_model(verb, output)));
            }
        }
        steps
    }

    /// The files that are made.
    fn outputs(&self) -> Vec<&Path> {
        let args = self.args;
        let all = [&args.monitor, &args.scores, &args.journal, &args.economics, &args.report, &args.actions];
        // The table of a monitor is not written in the run that fits.
        let all = all.into_iter().filter_map(|path| path.as_deref());
        [self.state, self.model].into_iter().chain(all.filter(|path| path.exists())).collect()
    }

    fn show(&self, console: &Console) -> Result<()> {
        let mut steps = vec![self.update()?];
        if !self.model.exists() {
            steps.push(self.fit("there is no model yet"));
        } else {
            steps.extend(self.monitor());
            match self.args.refit.unwrap_or_default() {
                Refit::Never => {}
                Refit::WhenNeeded => steps.push(self.fit("only if the monitor says that it is time")),
                Refit::Always => steps.push(self.fit("if there are new rows")),
            }
        }
        steps.extend(self.results());
        steps.iter().try_for_each(Step::check)?;
        let files = files_of(&self.args.inputs)?;
        let mut text = format!(
            "{} files of logs: {}\n",
            files.len(),
            files.iter().map(|file| shown(file)).collect::<Vec<_>>().join(", ")
        );
        for step in &steps {
            text += &format!("clv {}   # {}\n", step.words.join(" "), step.why);
        }
        let json = json!({
            "inputs": files.iter().map(|file| shown(file)).collect::<Vec<_>>(),
            "steps": steps.iter().map(|step| json!({ "step": format!("clv {}", step.words.join(" ")), "why": step.why })).collect::<Vec<_>>(),
        });
        console.document(&text, json)
    }

    fn record(&self, steps: Vec<Value>, refit: bool, console: &Console) -> Result<String> {
        let digests = |paths: &[&Path]| -> Result<Map<String, Value>> {
            let mut all = Map::new();
            for path in paths {
                all.insert(shown(path), digest_of(path)?.into());
            }
            Ok(all)
        };
        let inputs = files_of(&self.args.inputs)?;
        let inputs: Vec<&Path> = inputs.iter().map(PathBuf::as_path).collect();
        let record = json!({
            "format": "clv run record",
            "version": 1,
            "clv": env!("CARGO_PKG_VERSION"),
            "finished": jiff::Timestamp::now().to_string(),
            "refit_needed": refit,
            "config": { self.config.as_str(): digest_of(Path::new(&self.config))? },
            "inputs": digests(&inputs)?,
            "outputs": digests(&self.outputs())?,
            "steps": steps,
            "warnings": console.warned(),
        });
        let text =
            serde_json::to_string_pretty(&record).expect("a record is made of finite numbers and text");
        Ok(text + "\n")
    }
}

fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// What the last run has left of itself.
struct Record(Value);

impl Record {
    fn read(path: &Path) -> Result<Self> {
        // One that cannot be read is none: the run does everything.
        let text = read_text(path)?.unwrap_or_default();
        Ok(Record(serde_json::from_str(&text).unwrap_or_default()))
    }

    /// Is everything as the last run left it, and nothing new?
    fn holds(&self, job: &Job) -> Result<bool> {
        let same = |section: &str, paths: &[&Path]| -> Result<bool> {
            let Some(known) = self.0[section].as_object() else { return Ok(false) };
            for path in paths {
                let digest = digest_of(path)?;
                if digest.is_none() || known.get(&shown(path)).and_then(Value::as_str) != digest.as_deref() {
                    return Ok(false);
                }
            }
            Ok(known.len() == paths.len())
        };
        Ok(self.0["clv"] == env!("CARGO_PKG_VERSION")
            && same("config", &[Path::new(&job.config)])?
            && same("outputs", &job.outputs())?)
    }

    fn refit(&self) -> bool {
        self.0["refit_needed"] == true
    }

    fn digest(&self, path: &Path) -> Option<String> {
        Some(self.0["outputs"].get(shown(path))?.as_str()?.to_owned())
    }

    fn look_at_clock(&self) {
        let finished = self.0["finished"].as_str().and_then(|text| text.parse::<jiff::Timestamp>().ok());
        if let Some(finished) = finished.filter(|finished| *finished > jiff::Timestamp::now()) {
            print_warning(&format!(
                "the last run ended at {finished}, which is still to come by this machine's clock: has it gone back? Rows \
                 dated after today are bad rows"
            ));
        }
    }
}
