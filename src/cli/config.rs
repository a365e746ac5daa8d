//! Files of options (`clv.toml`): what is in them becomes words in front of those that were typed, which win.

use std::ffi::OsString;
use std::path::Path;

use clap::error::{ContextKind, ContextValue};
use clap::{Arg, ArgAction, Command};

use super::console::{self, Console};
use super::words;
use crate::base::{Error, ErrorKind, Place, Result};
use crate::history;

/// What a file of options is called that is found without being named.
const FILE: &str = "clv.toml";
/// What is typed for no file.
pub(super) const NONE: &str = "none";
/// What only has a meaning where it is typed.
const TYPED_ONLY: [&str; 4] = ["config", "output", "help", "json"];
/// Options of which one that was typed stands for all: the file's would contradict it.
const TOGETHER: [&[&str]; 2] = [&["decimal-comma", "decimal-point"], &["amount", "quantity", "price"]];
/// Verbs that look at files as they are, or that read none: they take a file of options where it is named, not where it is
/// found.
const NAMED_ONLY: [&str; 3] = ["check", "model", "simulate"];
/// What decides which rows count, and a statement for a warehouse does not have.
const SQL: &str = "sql";
const DECIDING: [&str; 9] =
    ["only", "except", "guests", "fold-case", "trim", "fill-down", "order", "currency", "time-zone"];

/// The arguments of the program with those of its file of options.
///
/// # Errors
/// If there is such a file and it cannot be read, or says what is no option.
pub(super) fn expand(arguments: Vec<OsString>, program: &Command) -> Result<Vec<OsString>> {
    let text: Vec<String> = arguments.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    let verb =
        text.iter().enumerate().skip(1).find_map(|(at, word)| Some((at, program.find_subcommand(word)?)));
    let Some((at, verb)) = verb.filter(|(_, verb)| option(verb, "config").is_some()) else {
        return Ok(arguments);
    };
    let typed = &text[at + 1..];
    let named = named(typed);
    let found = named.is_none() && !NAMED_ONLY.contains(&verb.get_name()) && Path::new(FILE).is_file();
    let Some(file) = named.or(found.then(|| FILE.to_owned())).filter(|file| file != NONE) else {
        return Ok(arguments);
    };
    let mut words = words_of(&file, typed, verb, &|name| {
        program.get_subcommands().any(|verb| option(verb, name).is_some())
    })?;
    if verb.get_name() == SQL {
        say_left_out(&file)?;
    }
    if found {
        words.push(format!("--config={FILE}"));
    }
    let mut all = arguments;
    all.splice(at + 1..at + 1, words.into_iter().map(OsString::from));
    Ok(all)
}

/// Says that options came from a file, where no log is read that would say so.
pub(super) fn say(file: Option<&str>, console: &Console) {
    if let Some(file) = file.filter(|file| *file != NONE) {
        console.say(&history::said_of_config(file));
    }
}

/// Says what of a file's options a statement for a warehouse cannot do.
fn say_left_out(file: &str) -> Result<()> {
    let table = history::read_options(file)?;
    let given = |name: &&str| {
        let mut sections = table.values().filter_map(toml::Value::as_table);
        table.contains_key(*name) || sections.any(|section| section.contains_key(*name))
    };
    let left: Vec<&str> = DECIDING.into_iter().filter(given).collect();
    if !left.is_empty() {
        console::print_warning(&format!(
            "{file}: the statement does not do {}: leave such rows out, or write such values, in a view that it reads",
            left.join(", ")
        ));
    }
    Ok(())
}

/// The error of a value that a file of options gives: with its place there; `None` if it was typed.
pub(super) fn blame(error: &clap::Error, arguments: &[OsString]) -> Option<Error> {
    let text: Vec<String> = arguments.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    let file = named(&text).filter(|file| file != NONE)?;
    let Some(ContextValue::String(option)) = error.get(ContextKind::InvalidArg) else { return None };
    let Some(ContextValue::String(value)) = error.get(ContextKind::InvalidValue) else { return None };
    let option = option.split([' ', '=']).next().unwrap_or_default();
    if !text.contains(&format!("{option}={value}")) {
        return None;
    }
    let name = option.trim_start_matches('-');
    let line = history::line_of(&file, name, value)?;
    let message = match words::explain(error).into_kind() {
        ErrorKind::Option { message, .. } => message,
        other => other.to_string(),
    };
    Some(Error::input(Place::line(&file, line), format!("{name}: {message}")))
}

/// The words of a verb with those of the file that `--config` names among them.
///
/// # Errors
/// See [`expand`].
pub(super) fn expand_words(typed: &[String], verb: &Command) -> Result<Vec<String>> {
    let Some(file) = named(typed).filter(|file| file != NONE) else { return Ok(typed.to_vec()) };
    // Which options other verbs have is not known here: what is none of this one is passed over.
    let mut words = words_of(&file, typed, verb, &|_| true)?;
    words.extend_from_slice(typed);
    Ok(words)
}

/// The file that was named.
fn named(typed: &[String]) -> Option<String> {
    let at = typed.iter().position(|word| word == "--config" || word.starts_with("--config="))?;
    match typed[at].strip_prefix("--config=") {
        Some(file) => Some(file.to_owned()),
        None => typed.get(at + 1).cloned(),
    }
}

fn option<'c>(verb: &'c Command, name: &str) -> Option<&'c Arg> {
    verb.get_arguments().find(|arg| arg.get_long() == Some(name))
}

/// What a file says as words of a verb, but for what was typed.
fn words_of(
    file: &str,
    typed: &[String],
    verb: &Command,
    known: &dyn Fn(&str) -> bool,
) -> Result<Vec<String>> {
    let wrong = |message: String| Error::input(Place::file(file), message);
    let table = history::read_options(file)?;
    let is_typed = |arg: &Arg| {
        let long = arg.get_long().map(|name| format!("--{name}"));
        long.is_some_and(|long| {
            typed.iter().any(|word| {
                *word == long || word.strip_prefix(&long).is_some_and(|rest| rest.starts_with('='))
            })
        })
    };
    let settled = |name: &str| {
        let group = TOGETHER.iter().find(|group| group.contains(&name));
        let names = group.map_or(vec![name], |group| group.to_vec());
        names.iter().filter_map(|name| option(verb, name)).any(is_typed)
    };
    let mut words = Vec::new();
    let mut one = |name: &str, value: &toml::Value| -> Result<()> {
        let arg = option(verb, name);
        if TYPED_ONLY.contains(&name) || (arg.is_none() && !known(name)) {
            let names: Vec<&str> = verb.get_arguments().filter_map(Arg::get_long).collect();
            let meant = super::meant::option(name, &names).filter(|meant| *meant != name);
            let meant = meant.map(|meant| format!(": did you mean '{meant}'?")).unwrap_or_default();
            return Err(wrong(format!("'{name}' is no option that a file can give{meant}")));
        }
        if let Some(arg) = arg.filter(|_| !settled(name)) {
            words.extend(spelled(arg, name, value).map_err(wrong)?);
        }
        Ok(())
    };
    for (name, value) in &table {
        match value {
            // A section of a verb's name is for that verb; others only put in order.
            toml::Value::Table(_) if known_verb(name) && name != verb.get_name() => {}
            toml::Value::Table(section) => section.iter().try_for_each(|(name, value)| one(name, value))?,
            value => one(name, value)?,
        }
    }
    Ok(words)
}

fn known_verb(name: &str) -> bool {
    [
        "forecast",
        "summarize",
        "update",
        "monitor",
        "run",
        "fit",
        "score",
        "backtest",
        "economics",
        "actions",
        "report",
        "plot",
        "check",
        "sql",
        "model",
        "simulate",
    ]
    .contains(&name)
}

/// An option as it is typed.
fn spelled(arg: &Arg, name: &str, value: &toml::Value) -> Result<Vec<String>, String> {
    let flag = matches!(arg.get_action(), ArgAction::SetTrue);
    let text = |value: &toml::Value| match value {
        toml::Value::String(text) => Ok(text.clone()),
        toml::Value::Integer(_) | toml::Value::Float(_) | toml::Value::Datetime(_) => Ok(value.to_string()),
        _ => Err(format!("'{name}' takes a text, a number, or a list of them")),
    };
    match value {
        toml::Value::Boolean(given) if flag => {
            Ok(if *given { vec![format!("--{name}")] } else { Vec::new() })
        }
        _ if flag => Err(format!("'{name}' is true or false")),
        toml::Value::Array(all) => {
            let all: Vec<String> = all.iter().map(text).collect::<Result<_, String>>()?;
            match arg.get_value_delimiter() {
                Some(sign) => Ok(vec![format!("--{name}={}", all.join(&sign.to_string()))]),
                None => Ok(all.into_iter().map(|one| format!("--{name}={one}")).collect()),
            }
        }
        value => Ok(vec![format!("--{name}={}", text(value)?)]),
    }
}
