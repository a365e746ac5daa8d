//! Keywords to words: `skip_bad_rows=True, horizon="12mo"` is `--skip-bad-rows --horizon=12mo`.

use crate::errors::python_words;
use clv::cli::words::Verb;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyList, PyString, PyTuple};

/// Keywords of a call.
pub type Keywords<'py> = Option<Bound<'py, PyDict>>;

/// The words for some keywords; those that the verb does not have are a `TypeError`.
pub fn words(verb: Verb, keywords: &Keywords<'_>) -> PyResult<Vec<String>> {
    let Some(keywords) = keywords else { return Ok(Vec::new()) };
    let known = verb.names();
    let mut words = Vec::new();
    for (name, value) in keywords.iter() {
        let name: String = name.extract()?;
        // `except_`: without its last sign it is a word of the language.
        let option = name.trim_end_matches('_').replace('_', "-");
        if !known.contains(&option) {
            return Err(unknown(keywords.py(), verb, &name, &known));
        }
        if value.is_exact_instance_of::<PyBool>() && value.is_truthy()? && !verb.flags().contains(&option) {
            let message =
                format!("{name}=True says nothing: {name} takes a value; leave it out for its default");
            return Err(PyTypeError::new_err(message));
        }
        words.extend(word(&option, &value)?);
    }
    Ok(words)
}

/// An option as a keyword: with a sign more where it is a word of the language.
fn keyword(option: &str) -> String {
    match option {
        "except" => "except_".to_owned(),
        _ => option.replace('-', "_"),
    }
}

fn unknown(py: Python<'_>, verb: Verb, name: &str, known: &[String]) -> PyErr {
    let known: Vec<String> = known.iter().map(|name| keyword(name)).collect();
    let close = || -> PyResult<Vec<String>> {
        py.import("difflib")?.call_method1("get_close_matches", (name, &known, 1))?.extract()
    };
    let meant = verb.meant(name).map(|option| keyword(&option));
    let hint = match meant.or_else(|| close().unwrap_or_default().into_iter().next()) {
        Some(close) => format!("did you mean '{close}'?"),
        None => format!("there are {}", known.join(", ")),
    };
    PyTypeError::new_err(format!("unexpected keyword argument '{name}'; {hint}"))
}

fn word(option: &str, value: &Bound<'_, PyAny>) -> PyResult<Option<String>> {
    if value.is_none() {
        // No spend model is asked for by name; any other option that is None is not given.
        return Ok((option == "spend").then(|| "--spend=none".to_owned()));
    }
    if value.is_instance_of::<PyBool>() {
        return Ok(value.is_truthy()?.then(|| format!("--{option}")));
    }
    Ok(Some(format!("--{option}={}", text(value)?)))
}

/// A value as it would be typed.
pub fn text(value: &Bound<'_, PyAny>) -> PyResult<String> {
    if let Ok(text) = value.cast::<PyString>() {
        return Ok(text.to_str()?.to_owned());
    }
    if value.is_instance_of::<PyList>() || value.is_instance_of::<PyTuple>() {
        let parts: Vec<String> = value.try_iter()?.map(|part| text(&part?)).collect::<PyResult<_>>()?;
        return Ok(parts.join(","));
    }
    if value.hasattr("__fspath__")? {
        return value.call_method0("__fspath__")?.extract();
    }
    if value.hasattr("isoformat")? {
        let date: String = value.call_method0("isoformat")?.extract()?;
        // A moment is written with a T behind its date.
        return Ok(date.split('T').next().unwrap_or_default().to_owned());
    }
    value.str()?.extract()
}

/// The options of a verb as the help describes them: for each its ``name`` as a keyword, what stands for its
/// ``value`` (``None`` for flags), ``choices``, whether it takes ``many`` values, what it does (``about``), and its
/// ``default`` in words or as a value.
#[pyfunction]
pub fn option_help(py: Python<'_>, verb: &str) -> PyResult<Vec<Py<PyDict>>> {
    let one = |option: clv::cli::described::OptionHelp| {
        let about = PyDict::new(py);
        about.set_item("name", keyword(&option.name))?;
        about.set_item("value", option.value)?;
        about.set_item("choices", option.choices)?;
        about.set_item("many", option.many)?;
        about.set_item("about", python_words(&option.about))?;
        about.set_item("default", option.default.map(|default| python_words(&default)))?;
        Ok(about.unbind())
    };
    named(verb)?.described().into_iter().map(one).collect()
}

fn named(verb: &str) -> PyResult<Verb> {
    let found = Verb::ALL.iter().find(|known| format!("{known:?}").eq_ignore_ascii_case(verb));
    found.copied().ok_or_else(|| PyValueError::new_err(format!("'{verb}' is no verb that takes options")))
}

/// The names of the options of a verb.
#[pyfunction]
pub fn option_names(verb: &str) -> PyResult<Vec<String>> {
    Ok(named(verb)?.names().iter().map(|name| keyword(name)).collect())
}

/// Takes a keyword out.
pub fn take<'py>(keywords: &Keywords<'py>, name: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
    let Some(keywords) = keywords else { return Ok(None) };
    let Some(value) = keywords.get_item(name)? else { return Ok(None) };
    keywords.del_item(name)?;
    Ok((!value.is_none()).then_some(value))
}

/// The first keyword that says how a log is read: a summary is read already.
pub fn of_reading(keywords: &Keywords<'_>) -> PyResult<Option<String>> {
    let Some(keywords) = keywords else { return Ok(None) };
    let known = Verb::Summarize.names();
    for (name, value) in keywords.iter() {
        let name: String = name.extract()?;
        if known.contains(&name.trim_end_matches('_').replace('_', "-")) && !value.is_none() {
            return Ok(Some(name));
        }
    }
    Ok(None)
}
