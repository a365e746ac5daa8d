//! `clv completions` and `clv man`: what shells and manuals want of the program.

use std::path::{Path, PathBuf};

use clap_complete::Shell;
use clap_mangen::Man;
use serde_json::json;

use super::{console::Console, guide};
use crate::base::{Error, Result};
use crate::output::{self, Target};

/// `clv completions SHELL`.
#[derive(clap::Args)]
pub(super) struct CompletionArgs {
    /// Shell: bash, zsh, fish, powershell or elvish
    #[arg(value_name = "SHELL", value_enum)]
    shell: Shell,
}

pub(super) fn completions(args: &CompletionArgs, console: &Console) -> Result<()> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut guide::program(), "clv", &mut text);
    let text = String::from_utf8(text).expect("completions are text");
    console.document(&text, json!({ "completions": text, "shell": args.shell.to_string() }))
}

/// `clv man [VERB]`.
#[derive(clap::Args)]
pub(super) struct ManArgs {
    /// Verb whose page is wanted [default: that of the program]
    #[arg(value_name = "VERB")]
    verb: Option<String>,
    /// Directory for the pages of all verbs: clv.1, clv-fit.1, ...
    #[arg(short, long, value_name = "DIR", conflicts_with = "verb")]
    output: Option<PathBuf>,
}

pub(super) fn man(args: &ManArgs, console: &Console) -> Result<()> {
    let mut program = guide::program().disable_help_subcommand(true);
    program.build();
    if let Some(directory) = &args.output {
        let verbs = program.get_subcommands().map(|verb| Some(verb.get_name().to_owned()));
        let pages: Vec<_> = std::iter::once(None).chain(verbs).collect();
        for verb in &pages {
            write_page(&program, verb.as_deref(), directory)?;
        }
        console.say(&format!("{} pages: {}", pages.len(), directory.display()));
        return Ok(());
    }
    let text = page(&program, args.verb.as_deref())?;
    console.document(&text, json!({ "man": text }))
}

fn write_page(program: &clap::Command, verb: Option<&str>, directory: &Path) -> Result<()> {
    let name = verb.map_or_else(|| "clv.1".to_owned(), |verb| format!("clv-{verb}.1"));
    output::make_directory(directory)?;
    let path = directory.join(name);
    Target::document(&path.display().to_string(), "a manual page")?.write_document(&page(program, verb)?)
}

/// The page of the program or of one verb, in roff.
fn page(program: &clap::Command, verb: Option<&str>) -> Result<String> {
    let found = match verb {
        None => program,
        Some(name) => program.find_subcommand(name).ok_or_else(|| {
            let all: Vec<&str> = program.get_subcommands().map(clap::Command::get_name).collect();
            Error::option("VERB", format!("there is no verb '{name}'; there are {}", all.join(", ")))
        })?,
    };
    let title = verb.map_or_else(|| "clv".to_owned(), |verb| format!("clv-{verb}"));
    let mut text = Vec::new();
    let rendered = Man::new(found.clone()).title(title.to_uppercase()).source("clv").render(&mut text);
    rendered.map_err(|error| Error::io("write", "the manual page", error))?;
    Ok(String::from_utf8(text).expect("pages are text"))
}
