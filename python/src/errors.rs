//! The library's errors as Python's: the classes of `clv._errors`, with place and evidence as attributes,
//! and options called as they are in Python.

use std::collections::HashSet;
use std::sync::OnceLock;

use clv::cli::words::Verb;
use clv::fit::FitReport;
use clv::{Error, ErrorKind, Place};
use pyo3::exceptions::PyKeyboardInterrupt;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use crate::report::to_python;

/// The exception for an error.
pub fn raise(py: Python<'_>, error: Error) -> PyErr {
    make(py, &error).unwrap_or_else(|failed| failed)
}

fn make(py: Python<'_>, error: &Error) -> PyResult<PyErr> {
    let about = PyDict::new(py);
    if let Some(place) = error.place() {
        add_place(&about, place)?;
    }
    let class = match error.kind() {
        ErrorKind::Interrupted => return Ok(PyKeyboardInterrupt::new_err(())),
        ErrorKind::Io { path, source, .. } => {
            about.set_item("errno", source.raw_os_error())?;
            about.set_item("filename", path.to_string_lossy())?;
            match source.kind() {
                std::io::ErrorKind::NotFound => "MissingFileError",
                _ => "FileError",
            }
        }
        ErrorKind::Columns { file, .. } => {
            about.set_item("file", file)?;
            "DataError"
        }
        ErrorKind::BadRows(rows) => {
            let listed = PyList::empty(py);
            for row in &rows.listed {
                let one = PyDict::new(py);
                add_place(&one, &row.place)?;
                one.set_item("problem", python_words(&row.problem))?;
                listed.append(one)?;
            }
            about.set_item("rows", listed)?;
            about.set_item("total", rows.total)?;
            "DataError"
        }
        ErrorKind::Option { option, .. } => {
            about.set_item("option", option.trim_start_matches('-').replace('-', "_"))?;
            "OptionError"
        }
        ErrorKind::Model { model, .. } => {
            about.set_item("model", model)?;
            "OptionError"
        }
        ErrorKind::NotConverged { model, .. } => {
            about.set_item("model", model)?;
            if let Some(report) = FitReport::of(error) {
                about.set_item("report", to_python(py, &clv::show::report::fit_json(report))?)?;
            }
            "NotConvergedError"
        }
        ErrorKind::ModelFile { path, .. } | ErrorKind::UnsupportedVersion { path, .. } => {
            about.set_item("file", path.to_string_lossy())?;
            "ModelFileError"
        }
        _ => "DataError",
    };
    exception(py, class, &python_words(&error.to_string()), &about)
}

fn add_place(about: &Bound<'_, PyDict>, place: &Place) -> PyResult<()> {
    about.set_item("file", &place.file)?;
    about.set_item("line", place.line)?;
    about.set_item("row", place.row)?;
    about.set_item("column", &place.column)?;
    about.set_item("value", &place.value)
}

/// An exception of a class of `clv._errors`.
pub fn exception(py: Python<'_>, class: &str, message: &str, about: &Bound<'_, PyDict>) -> PyResult<PyErr> {
    let class = py.import("clv._errors")?.getattr(class)?;
    Ok(PyErr::from_value(class.call((message,), Some(about))?))
}

/// A `DataError` of our own making.
pub fn data_error(py: Python<'_>, message: &str) -> PyErr {
    exception(py, "DataError", message, &PyDict::new(py)).unwrap_or_else(|failed| failed)
}

/// The names of all options, as they are typed without the dashes.
fn known() -> &'static HashSet<String> {
    static KNOWN: OnceLock<HashSet<String>> = OnceLock::new();
    let others = || ["output", "csv-separator", "csv-decimal-comma"].map(str::to_owned);
    KNOWN.get_or_init(|| Verb::ALL.iter().flat_map(|verb| verb.names()).chain(others()).collect())
}

/// Those that are given or not, without a value.
fn flags() -> &'static HashSet<String> {
    static FLAGS: OnceLock<HashSet<String>> = OnceLock::new();
    FLAGS.get_or_init(|| Verb::ALL.iter().flat_map(|verb| verb.flags()).collect())
}

/// A message with options as they are written in Python: `date_format='%d/%m/%Y'` for
/// `--date-format '%d/%m/%Y'`, `clv.fit` for `clv fit`. What is no option, such as an id with dashes in it,
/// stays as it is.
pub fn python_words(message: &str) -> String {
    let mut out = String::with_capacity(message.len());
    let mut rest = message;
    while let Some(at) = rest.find("--") {
        let (before, after) = (&rest[..at], &rest[at + 2..]);
        let length = after.find(|c: char| !c.is_ascii_lowercase() && c != '-').unwrap_or(after.len());
        let name = &after[..length];
        out.push_str(before);
        if before.ends_with(|c: char| c.is_alphanumeric() || c == '-') || !known().contains(name) {
            out.push_str("--");
            rest = after;
            continue;
        }
        rest = &after[length..];
        let python = name.replace('-', "_");
        let value = value_after(rest);
        out.push_str(&python);
        if let Some(value) = value {
            rest = &rest[1 + value.len()..];
            let quoted = value.starts_with('\'') || value.chars().all(|c| c.is_ascii_uppercase() || c == ',');
            out.push_str(&if quoted { format!("={value}") } else { format!("='{value}'") });
        } else if flags().contains(name) {
            out.push_str("=True");
        }
    }
    out.push_str(rest);
    for verb in ["summarize", "fit", "score", "forecast", "backtest", "simulate", "model"] {
        for end in [" ", ".", ",", ";", ":", ")"] {
            out = out.replace(&format!("clv {verb}{end}"), &format!("clv.{verb}{end}"));
        }
        if out.ends_with(&format!("clv {verb}")) {
            let cut = out.len() - verb.len() - 1;
            out.replace_range(cut..=cut, ".");
        }
    }
    out
}

/// Words that are values of options in messages.
const VALUES: [&str; 14] = [
    "hour", "day", "week", "month", "year", "unix", "unix-ms", "excel", "none", "weak", "all", "auto",
    "drop", "nuts",
];

/// The value behind an option in a message, if the next word is one.
fn value_after(rest: &str) -> Option<&str> {
    let rest = rest.strip_prefix(' ')?;
    if let Some(quoted) = rest.strip_prefix('\'') {
        return Some(&rest[..quoted.find('\'')? + 2]);
    }
    let word = &rest[..rest.find([' ', ';', ':', ')', '?']).unwrap_or(rest.len())];
    let word = word.trim_end_matches(['.', ',']);
    let placeholder = word.len() > 1 && word.chars().all(|c| c.is_ascii_uppercase() || c == ',');
    (placeholder || VALUES.contains(&word)).then_some(word)
}
