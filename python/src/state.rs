//! States: `clv.update`, `clv.monitor`, and `clv.summarize(..., state=)`.

use std::path::PathBuf;

use clv::cli::words::{self, Verb};
use clv::fitted::file::AnyModel;
use clv::history::LogOptions;
use clv::output;
use clv::show::report;
use clv::study::monitor::{MonitorOptions, monitor as look};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::errors::raise;
use crate::input::Given;
use crate::model::Model;
use crate::options;
use crate::report::to_python;
use crate::run::long;

/// Makes a state of a log before it is summarised, if the keywords name one.
pub fn begin(
    py: Python<'_>,
    data: &Bound<'_, PyAny>,
    log: &LogOptions,
    path: Option<PathBuf>,
) -> PyResult<()> {
    let Some(path) = path else { return Ok(()) };
    let Given::Inputs(inputs) = Given::new(data, log)? else {
        return Err(PyTypeError::new_err("a state is made of a purchase log, and this is a summary"));
    };
    long(py, |progress| output::create_state(&path, &inputs, log, progress))?;
    Ok(())
}

/// See :func:`clv.update`.
#[pyfunction]
#[pyo3(signature = (state, data, **options))]
pub fn update<'py>(
    py: Python<'py>,
    state: PathBuf,
    data: &Bound<'py, PyAny>,
    options: Option<Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyAny>> {
    let words = options::words(Verb::Summarize, &options)?;
    let log = words::summarize(&words).map_err(|error| raise(py, error))?;
    let Given::Inputs(inputs) = Given::new(data, &log)? else {
        return Err(PyTypeError::new_err(
            "only purchase logs can be added to a state, and this is a summary",
        ));
    };
    let added = long(py, |progress| output::update_state(&state, &inputs, &log, progress))?;
    to_python(py, &report::added(&added, &state.to_string_lossy()).json["state"])
}

/// See :func:`clv.monitor`.
#[pyfunction]
#[pyo3(signature = (model, data, **options))]
pub fn monitor<'py>(
    py: Python<'py>,
    model: &Bound<'py, Model>,
    data: &Bound<'py, PyAny>,
    options: Option<Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyAny>> {
    let words = options::words(Verb::Summarize, &options)?;
    let log = words::summarize(&words).map_err(|error| raise(py, error))?;
    let AnyModel::Purchases(model) = &model.get().inner else {
        return Err(PyTypeError::new_err(
            "models of contracts are not monitored: fit them again with each renewal",
        ));
    };
    let Given::Inputs(inputs) = Given::new(data, &log)? else {
        return Err(PyTypeError::new_err(
            "a summary cannot be put back to the day of the fit: give the log, or a state",
        ));
    };
    let options = MonitorOptions::default();
    let found = long(py, |progress| look(model, &inputs, &log, &options, progress))?;
    to_python(py, &report::monitor(&found, &options.old.to_string()).json["monitor"])
}
