//! What makes models, and logs of them.

use std::path::PathBuf;

use clv::cli::words::{self, Verb};
use clv::contracts::book::{self, TableKind};
use clv::contracts::{self, ContractModel};
use clv::fitted::{
    FitRequest,
    file::{self, AnyModel},
};
use clv::history::LogOptions;
use clv::show::report;
use clv::study;
use clv::study::diagnostics::{self, DiagnosticOptions};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::errors::raise;
use crate::input::{Given, one};
use crate::model::Model;
use crate::options;
use crate::rates::OfDays;
use crate::report::warn;
use crate::run::long;
use crate::scores;
use crate::summary::{customers, open_given, said_before};
use crate::table::Table;

/// See :func:`clv.fit`.
#[pyfunction]
#[pyo3(signature = (data, **options))]
pub fn fit(py: Python<'_>, data: &Bound<'_, PyAny>, options: Option<Bound<'_, PyDict>>) -> PyResult<Model> {
    let customers = customers(&options)?;
    let days = OfDays::take(py, &options)?;
    let words = options::words(Verb::Fit, &options)?;
    let failed = |error| raise(py, error);
    let asked = words::fit(&words).map_err(failed)?;
    let mut given = Given::new(data, &asked.table().map_err(failed)?)?;
    if let Given::Inputs(inputs) = given {
        let log = asked.table().map_err(failed)?;
        let (inputs, log, kind) = long(py, |progress| {
            let (inputs, log) = clv::history::keep(&inputs, &log, progress)?;
            let kind = book::table_kind(asked.model(), &inputs, &log).one()?;
            Ok((inputs, log, kind))
        })?;
        match kind {
            TableKind::Purchases | TableKind::Both(_) => {}
            TableKind::Alone => return fit_contracts(py, data, &asked),
            TableKind::Book => return crate::contracts::fit(py, &inputs, &log, &asked),
        }
        given = Given::Inputs(inputs);
    }
    let (request, log, diagnostics) = asked.purchases().map_err(failed)?;
    let request = days.request(request);
    let log = request.asks(&log).map_err(failed)?;
    let log = LogOptions { customers: customers.or(log.customers.clone()), ..log };
    let summary = open_given(py, given, &options, log)?;
    let mut model = fit_purchases(py, &summary, &request)?;
    if diagnostics {
        model.said.extend(diagnose(py, &model, &summary, &request)?);
    }
    warn(py, &model.said, said_before(data, &summary))?;
    Ok(model)
}

fn fit_purchases(py: Python<'_>, summary: &clv::Summary, request: &FitRequest) -> PyResult<Model> {
    let mut said = report::input(&summary.meta);
    let (model, comparison) = long(py, |progress| study::fit(summary, request, progress))?;
    said.extend(comparison.iter().map(report::comparison).next().unwrap_or_default());
    said.extend(report::model(&model));
    Ok(Model { inner: AnyModel::Purchases(Box::new(model)), said })
}

/// How well a fit agrees with its own customers.
fn diagnose(
    py: Python<'_>,
    model: &Model,
    summary: &clv::Summary,
    request: &FitRequest,
) -> PyResult<report::Report> {
    let AnyModel::Purchases(model) = &model.inner else { return Ok(report::Report::default()) };
    let options = DiagnosticOptions::default();
    let found = long(py, |progress| diagnostics::diagnose(model, summary, request, &options, progress))?;
    Ok(report::diagnostics(&found))
}

fn fit_contracts(py: Python<'_>, data: &Bound<'_, PyAny>, asked: &words::Fit) -> PyResult<Model> {
    let (request, reading) = asked.alone().map_err(|error| raise(py, error))?;
    let input = one(data, "data", &LogOptions::default())?;
    let (contracts, model) = long(py, |progress| {
        let contracts = contracts::open_input(&input, &reading)?;
        let model = ContractModel::fit(&request.model, &contracts, &request.options, progress)?;
        Ok((contracts, model))
    })?;
    let mut said = report::contracts(&contracts);
    said.extend(report::contract_model(&model));
    said.extend(report::survival(&model, &contracts));
    warn(py, &said, 0)?;
    Ok(Model { inner: AnyModel::Contracts(Box::new(model)), said })
}

/// See :func:`clv.forecast`.
#[pyfunction]
#[pyo3(signature = (data, **options))]
pub fn forecast(
    py: Python<'_>,
    data: &Bound<'_, PyAny>,
    options: Option<Bound<'_, PyDict>>,
) -> PyResult<Py<PyAny>> {
    let customers = customers(&options)?;
    let days = OfDays::take(py, &options)?;
    let words = options::words(Verb::Forecast, &options)?;
    let (model, table) = words::forecast_table(&words).map_err(|error| raise(py, error))?;
    let mut given = Given::new(data, &table)?;
    if let Given::Inputs(inputs) = given {
        let (inputs, kind) = crate::contracts::kind(py, model.as_deref(), &inputs, &table)?;
        if let TableKind::Both(both) = &kind {
            return Ok(crate::company::forecast(py, both, &words)?.into_any());
        }
        if kind.is_contracts() {
            let of_contracts = words::forecast_contracts(&words).map_err(|error| raise(py, error))?;
            return Ok(crate::contracts::forecast(py, &inputs, &of_contracts)?.into_any());
        }
        given = Given::Inputs(inputs);
    }
    let mut asked = words::forecast(&words).map_err(|error| raise(py, error))?;
    asked.request = days.forecast(asked.request);
    let over_time = asked.request.over_time.clone();
    asked.log = asked.request.asks(&asked.log).map_err(|error| raise(py, error))?;
    let log = LogOptions { customers: customers.or(asked.log.customers.clone()), ..asked.log };
    let summary = open_given(py, given, &options, log)?;
    let model = Bound::new(py, fit_purchases(py, &summary, &asked.request)?)?;
    let said = model.get().said.clone();
    let before = said_before(data, &summary);
    match &model.get().inner {
        AnyModel::Purchases(fitted) => {
            let knowing = over_time.map(|over_time| fitted.knowing(&over_time)).transpose();
            let knowing = knowing.map_err(|error| raise(py, error))?;
            let fitted = knowing.as_ref().unwrap_or(fitted);
            scores::of(&model, fitted, &summary, &asked.options, said, before).map(Py::into_any)
        }
        _ => unreachable!("a forecast of purchases fits a model of purchases"),
    }
}

/// Reads a model file, of any version ever released.
///
/// Parameters
/// ----------
/// path : str or path
///     What ``model.save`` or ``clv fit -o`` has written.
///
/// Returns
/// -------
/// Model
///     As it was.
///
/// Raises
/// ------
/// ModelFileError
///     If it is none.
/// MissingFileError
///     If there is no such file.
#[pyfunction]
pub fn load(py: Python<'_>, path: PathBuf) -> PyResult<Model> {
    file::load_any(&path).map(Model::new).map_err(|error| raise(py, error))
}

/// Reads the text of a model file.
#[pyfunction]
pub fn from_json(py: Python<'_>, text: &str) -> PyResult<Model> {
    file::any_from_json(text, "model".as_ref()).map(Model::new).map_err(|error| raise(py, error))
}

/// A model of known parameters, such as published ones.
///
/// Parameters
/// ----------
/// name : str
///     The purchase (or contract) model: bg-nbd, pareto-nbd, ...
/// spend : dict, optional
///     Those of Gamma-Gamma: ``{"p": 6.25, "q": 3.74, "v": 15.44}``. Default: no spend model.
/// unit : {'day', 'week', 'month', 'year'}, default 'week'
///     The unit of time of the parameters.
/// grain : {'hour', 'day', 'week', 'month', 'year'}, optional
///     What counted as one purchase when they were estimated.
/// **parameters : float
///     The parameters by the names that papers give them.
///
/// Returns
/// -------
/// Model
///     To be used like a fitted one; its intervals take the parameters as known.
///
/// Raises
/// ------
/// OptionError
///     For a model or parameter that is unknown, missing or out of its domain.
///
/// Examples
/// --------
/// >>> clv.model("bg-nbd", r=.243, alpha=4.414, a=.793, b=2.426)
#[pyfunction]
#[pyo3(signature = (name, *, spend=None, unit=None, grain=None, **parameters))]
pub fn model(
    py: Python<'_>,
    name: &str,
    spend: Option<Bound<'_, PyDict>>,
    unit: Option<&str>,
    grain: Option<&str>,
    parameters: Option<Bound<'_, PyDict>>,
) -> PyResult<Model> {
    let failed = |error| raise(py, error);
    let spend = spend.map(|spend| pairs(&spend)).transpose()?;
    let parameters = parameters.map(|all| pairs(&all)).transpose()?.unwrap_or_default();
    let unit = unit.map(str::parse).transpose().map_err(failed)?;
    let grain = grain.map(str::parse).transpose().map_err(failed)?;
    words::model(name, &parameters, spend, unit, grain).map(Model::new).map_err(failed)
}

fn pairs(all: &Bound<'_, PyDict>) -> PyResult<Vec<(String, f64)>> {
    all.iter().map(|(name, value)| Ok((name.extract()?, value.extract()?))).collect()
}

/// See :func:`clv.simulate`.
#[pyfunction]
#[pyo3(signature = (model, **options))]
pub fn simulate(
    py: Python<'_>,
    model: &Bound<'_, Model>,
    options: Option<Bound<'_, PyDict>>,
) -> PyResult<Table> {
    let words = options::words(Verb::Simulate, &options)?;
    let options = words::simulate(&words).map_err(|error| raise(py, error))?;
    let mut batches = Vec::new();
    let mut keep = |batch: &arrow_array::RecordBatch| {
        batches.push(batch.clone());
        Ok(())
    };
    let schema = match &model.get().inner {
        AnyModel::Purchases(model) => {
            long(py, |progress| clv::simulate::simulate(model, &options, progress, &mut keep))?;
            clv::simulate::schema(model, &options)
        }
        AnyModel::Book(model) => {
            long(py, |progress| clv::simulate::book::simulate(model, &options, progress, &mut keep))?;
            clv::simulate::book::schema(model)
        }
        AnyModel::Contracts(_) => {
            return Err(PyTypeError::new_err(
                "a log of purchases is drawn from a model of purchases, a table of contracts from models of a book of contracts \
                 (clv.fit of a billing export), not from a model of contracts alone",
            ));
        }
    };
    Ok(Table::of(schema, batches))
}
