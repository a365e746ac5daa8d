//! What people see: reports, warnings, errors, and a progress bar on long work.

use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anstyle::{AnsiColor, Style};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Map, Value};

use crate::base::{
    Error, Progress, Result,
    shown::{shown, shown_json},
};
use crate::output::{CsvStyle, Target, abandon};
use crate::show::report::{Report, plain, text};

const ERROR: Style = AnsiColor::Red.on_default().bold();

/// Set by Ctrl-C (and by SIGTERM and SIGHUP); the work stops at the next occasion and removes what it has begun. If none
/// comes in time the program removes it itself, and ends.
static STOPPED: AtomicBool = AtomicBool::new(false);

/// How long the work may take to stop.
const PATIENCE: Duration = Duration::from_secs(2);

/// How much is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Talk {
    Usual,
    /// Warnings and errors; results as well where no file is `written` that has them.
    Quiet {
        written: bool,
    },
    /// How long each part of the work took, too.
    Much,
}

/// A part of the work that goes on.
struct Stage {
    name: String,
    began: Instant,
}

/// Where a command's words go.
pub(super) struct Console {
    json: bool,
    talk: Talk,
    stage: Mutex<Option<Stage>>,
    /// How tables are written as CSV.
    csv: CsvStyle,
    bar: Mutex<ProgressBar>,
    /// All warnings that were printed.
    warned: Mutex<Vec<String>>,
}

/// Where a report's results go.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Results {
    /// Standard output: nothing else is written there.
    Stdout,
    /// Standard error: standard output carries a table or a model file.
    Stderr,
}

impl Console {
    pub fn new(json: bool, csv: CsvStyle, talk: Talk) -> Self {
        // Without a handler Ctrl-C just ends the program: no harm.
        let _ = ctrlc::set_handler(|| {
            STOPPED.store(true, Ordering::SeqCst);
            std::thread::sleep(PATIENCE);
            abandon();
            std::process::exit(130);
        });
        Console {
            json,
            talk,
            stage: Mutex::default(),
            csv,
            bar: Mutex::new(ProgressBar::hidden()),
            warned: Mutex::default(),
        }
    }

    /// Where a table goes, in the style that was asked for.
    pub fn table(&self, name: &str) -> Result<Target> {
        Target::table(name).map(|target| target.with_csv(self.csv))
    }

    /// Prints a report: as text, or with `--json` as one object on standard output.
    pub fn report(&self, report: &Report, results: Results) -> Result<()> {
        self.finish();
        self.warned.lock().unwrap_or_else(PoisonError::into_inner).extend(report.warnings.iter().cloned());
        if self.json {
            return print_json(&report.json, results);
        }
        let quiet = matches!(self.talk, Talk::Quiet { .. });
        let shown = match self.talk {
            Talk::Quiet { written } => !written && results == Results::Stdout,
            _ => true,
        };
        let words = if quiet { String::new() } else { text::render(&report.remarks) };
        let warnings = text::render_warnings(&report.warnings);
        let found = if shown { text::render(&report.results) } else { String::new() };
        let mut stderr = anstream::stderr().lock();
        // Words that cannot be shown are no reason to fail.
        let _ = stderr.write_all(words.as_bytes());
        if results == Results::Stderr {
            let _ = stderr.write_all(gap(&words, &found).as_bytes());
            let _ = stderr.write_all(found.as_bytes());
        } else {
            let _ = stderr.write_all(gap(&words, &found).as_bytes());
            drop(stderr);
            let mut stdout = anstream::stdout().lock();
            let written = stdout.write_all(found.as_bytes()).and_then(|()| stdout.flush());
            written.map_err(|e| Error::io("write to", "standard output", e))?;
            stderr = anstream::stderr().lock();
        }
        let _ = stderr.write_all(gap(&found, &warnings).as_bytes());
        let _ = stderr.write_all(warnings.as_bytes());
        Ok(())
    }

    /// The warnings of all reports so far, each once.
    pub fn warned(&self) -> Vec<String> {
        let mut all = self.warned.lock().unwrap_or_else(PoisonError::into_inner).clone();
        all.dedup();
        all
    }

    /// Prints a text to standard output as it is, or with `--json` the object.
    pub fn document(&self, text: &str, json: Value) -> Result<()> {
        self.finish();
        if let (true, Value::Object(json)) = (self.json, json) {
            return print_json(&json, Results::Stdout);
        }
        let mut stdout = std::io::stdout().lock();
        let written = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
        written.map_err(|e| Error::io("write to", "standard output", e))
    }

    /// Ends a fit: writes the model file if one is asked for, and says what was found. A model on standard output has that for
    /// itself.
    pub fn fitted(
        &self,
        mut report: Report,
        target: Option<Target>,
        model: impl FnOnce() -> String,
    ) -> Result<()> {
        let Some(target) = target else { return self.report(&report, Results::Stdout) };
        target.write_document(&model())?;
        report.json.insert("output".into(), target.to_string().into());
        if target.is_stdout() {
            return self.report(&report, Results::Stderr);
        }
        self.report(&report, Results::Stdout)?;
        self.say(&format!("model file: {target}"));
        Ok(())
    }

    /// One line about something written.
    pub fn say(&self, line: &str) {
        self.finish();
        if matches!(self.talk, Talk::Quiet { .. }) {
            return;
        }
        let _ = writeln!(anstream::stderr(), "{}", shown(line));
    }

    /// Takes the progress bar off the screen.
    pub fn finish(&self) {
        if let Ok(bar) = self.bar.lock() {
            bar.finish_and_clear();
        }
        self.next_stage(None);
    }

    /// Says how long a part of the work took, if that is asked for, and begins the next.
    fn next_stage(&self, name: Option<&str>) {
        if self.talk != Talk::Much {
            return;
        }
        let next = name.map(|name| Stage { name: name.to_owned(), began: Instant::now() });
        let Ok(mut stage) = self.stage.lock() else { return };
        if let Some(Stage { name, began }) = std::mem::replace(&mut *stage, next) {
            let seconds = began.elapsed().as_secs_f64();
            let _ = writeln!(anstream::stderr(), "{seconds:9.3} s  {}", shown(&name));
        }
    }
}

fn gap(before: &str, after: &str) -> &'static str {
    if before.is_empty() || after.is_empty() { "" } else { "\n" }
}

fn print_json(json: &Map<String, Value>, results: Results) -> Result<()> {
    let text = serde_json::to_string_pretty(&plain(json)).expect("a map of finite numbers and text");
    let text = shown_json(&text);
    if results == Results::Stderr {
        let _ = writeln!(std::io::stderr(), "{text}");
        return Ok(());
    }
    let mut stdout = std::io::stdout().lock();
    let written = writeln!(stdout, "{text}").and_then(|()| stdout.flush());
    written.map_err(|e| Error::io("write to", "standard output", e))
}

/// Prints a warning beside whatever a command prints.
pub(super) fn print_warning(message: &str) {
    let warning = text::render_warnings(&[shown(message).into_owned()]);
    let _ = anstream::stderr().lock().write_all(warning.as_bytes());
}

/// Prints an error and what caused it.
pub(super) fn print_error(error: &Error) {
    let mut stderr = anstream::stderr().lock();
    let _ = writeln!(stderr, "{ERROR}error:{ERROR:#} {error}");
}

impl Progress for Console {
    fn stage(&self, name: &str, total: Option<u64>) {
        let Ok(mut bar) = self.bar.lock() else { return };
        bar.finish_and_clear();
        self.next_stage(Some(name));
        if !std::io::stderr().is_terminal() || matches!(self.talk, Talk::Quiet { .. }) {
            return;
        }
        *bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::stderr());
        let template = match total {
            Some(_) => "{msg} {wide_bar} {percent}% {eta}",
            None => "{msg} {spinner} {human_pos} {elapsed}",
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(shown(name).into_owned());
        bar.enable_steady_tick(Duration::from_millis(200));
    }

    fn advance(&self, n: u64) {
        if let Ok(bar) = self.bar.lock() {
            bar.inc(n);
        }
    }

    fn stopped(&self) -> bool {
        STOPPED.load(Ordering::Relaxed)
    }
}
