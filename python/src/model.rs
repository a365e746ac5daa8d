//! Fitted models, and what they say of customers.

use clv::study;
use std::path::PathBuf;

use arrow_array::RecordBatch;
use clv::cli::words::{self, Fit, Verb};
use clv::contracts::{self, ContractModel, ContractOptions};
use clv::fitted::{
    ClvModel, FitRequest,
    file::{self, AnyModel},
};
use clv::forecast::{ScoreOptions, score_into};
use clv::history::LogOptions;
use clv::output::write_bytes_atomically;
use clv::show::report;
use clv::study::diagnostics::{self, DiagnosticOptions};
use pyo3::basic::CompareOp;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use serde_json::{Map, Value};

use crate::errors::raise;
use crate::input::one;
use crate::options;
use crate::report::{Report, html, plain, to_python, warn, warnings};
use crate::run::long;
use crate::summary::{customers, open, said_before};
use crate::table::Table;

/// A purchase model with its spend model, or a model of contracts: fitted, or of known parameters.
///
/// It does not change. Models are equal if their files are; they can be pickled and copied.
#[pyclass(frozen, module = "clv")]
pub struct Model {
    pub inner: AnyModel,
    /// What the fit had to say; of a model from elsewhere, what its file says.
    pub said: report::Report,
}

impl Model {
    fn new(inner: AnyModel) -> Self {
        Model { said: report::any_model(&inner), inner }
    }

    /// The figures of the purchase (or contract) model.
    fn about(&self) -> Map<String, Value> {
        match report::any_model(&self.inner).json.remove("model") {
            Some(Value::Object(about)) => about,
            _ => Map::new(),
        }
    }

    /// A figure of the model, or of its spend model.
    fn figure(&self, spend: bool, path: &[&str]) -> Value {
        let about = Value::Object(self.about());
        let part = if spend { &about["spend"] } else { &about };
        path.iter().fold(part, |value, key| &value[*key]).clone()
    }

    fn json(&self) -> String {
        file::any_to_json(&self.inner)
    }
}

#[pymethods]
impl Model {
    /// The purchase (or contract) model's name.
    #[getter]
    fn name(&self) -> &str {
        match &self.inner {
            AnyModel::Purchases(model) => model.purchase.name(),
            AnyModel::Contracts(model) => model.name,
        }
    }

    /// The unit of its time; of contracts, the period.
    #[getter]
    fn unit(&self) -> &'static str {
        match &self.inner {
            AnyModel::Purchases(model) => model.unit.name(),
            AnyModel::Contracts(model) => model.period.name(),
        }
    }

    /// What counted as one purchase, if known.
    #[getter]
    fn grain(&self) -> Option<&'static str> {
        match &self.inner {
            AnyModel::Purchases(model) => model.grain.map(|grain| grain.name()),
            AnyModel::Contracts(_) => None,
        }
    }

    /// The end of the observation it was fitted to, if known.
    #[getter]
    fn observed_until(&self) -> Option<String> {
        let date = match &self.inner {
            AnyModel::Purchases(model) => model.observed_until,
            AnyModel::Contracts(model) => model.observed_until,
        };
        date.map(|date| date.to_string())
    }

    /// The parameters of the purchase (or contract) model.
    #[getter]
    fn parameters<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, &self.figure(false, &["parameters"]))
    }

    /// Their standard errors; None where the data do not determine them.
    #[getter]
    fn standard_errors<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, &self.figure(false, &["standard_errors"]))
    }

    /// Their covariance (then of coefficients), row by row; None unless the fit converged.
    #[getter]
    fn covariance<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, &self.figure(false, &["covariance"]))
    }

    /// Coefficients of covariates: each with covariate, process, value and standard_error.
    #[getter]
    fn coefficients<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, &self.figure(false, &["coefficients", "estimates"]))
    }

    /// The log-likelihood of all customers; None of known parameters. So aic and bic.
    #[getter]
    fn log_likelihood(&self) -> Option<f64> {
        self.figure(false, &["fit", "log_likelihood"]).as_f64()
    }

    /// Akaike's information criterion.
    #[getter]
    fn aic(&self) -> Option<f64> {
        self.figure(false, &["fit", "aic"]).as_f64()
    }

    /// The Bayesian information criterion.
    #[getter]
    fn bic(&self) -> Option<f64> {
        self.figure(false, &["fit", "bic"]).as_f64()
    }

    /// The parameters of the spend model; None without one.
    #[getter]
    fn spend_parameters<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, &self.figure(true, &["parameters"]))
    }

    /// Their standard errors.
    #[getter]
    fn spend_standard_errors<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, &self.figure(true, &["standard_errors"]))
    }

    /// The spend model's log-likelihood.
    #[getter]
    fn spend_log_likelihood(&self) -> Option<f64> {
        self.figure(true, &["fit", "log_likelihood"]).as_f64()
    }

    /// How it was fitted, and to what.
    #[getter]
    fn report(&self) -> Report {
        Report::new(self.said.clone())
    }

    /// What looks wrong: each with its ``code`` and ``message``.
    #[getter]
    fn warnings<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        warnings(py, &self.said)
    }

    /// Forecasts each customer of a log or summary, those it was fitted to or others.
    ///
    /// One row a customer: the summary's columns, then ``p_alive``, ``expected_purchases`` and ``expected_spend``
    /// within the ``horizon``, ``clv``: ``margin`` times their present value at ``discount``, and ``p_purchase``: the
    /// probability of at least one purchase within the horizon. History is not in them. Sorted by customer_id if ``data`` is a log, in its own order if it is a summary. The options are those
    /// of ``clv score``: see ``clv.ScoreOptions``.
    ///
    /// Raises ``DataError``, ``OptionError``; warns with ``ClvWarning``.
    #[pyo3(signature = (data, **options))]
    fn score(
        slf: &Bound<'_, Self>,
        data: &Bound<'_, PyAny>,
        options: Option<Bound<'_, PyDict>>,
    ) -> PyResult<Py<Scores>> {
        let py = slf.py();
        let customers = customers(&options)?;
        let words = options::words(Verb::Score, &options)?;
        let asked = words::score(&words).map_err(|error| raise(py, error))?;
        let model = match &slf.get().inner {
            AnyModel::Purchases(model) => model,
            AnyModel::Contracts(model) => {
                return score_contracts(slf, model, data, asked.contracts(model.period), &asked.options);
            }
        };
        let log = asked.log(model).map_err(|error| raise(py, error))?;
        let summary =
            open(py, data, &options, LogOptions { customers: customers.or(log.customers.clone()), ..log })?;
        let summary = model.adopt(&summary);
        let mut said = report::input(&summary.meta);
        said.extend(report::scored_with(model, &summary.meta));
        let before = said_before(data, &summary);
        scores(slf, model, &summary, &asked.options, said, before)
    }

    /// Writes its model file (JSON), whole or not at all.
    fn save(&self, py: Python<'_>, path: PathBuf) -> PyResult<()> {
        write_bytes_atomically(&path, self.json().as_bytes()).map_err(|error| raise(py, error))
    }

    /// The text of its model file.
    fn to_json(&self) -> String {
        self.json()
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
        let make = slf.py().import("clv._core")?.getattr("from_json")?;
        Ok((make, (slf.get().json(),)))
    }

    fn __copy__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __deepcopy__(slf: Py<Self>, memo: &Bound<'_, PyAny>) -> Py<Self> {
        // It cannot be changed, so that a copy would be the same.
        let _ = memo;
        slf
    }

    fn __richcmp__(&self, other: &Bound<'_, PyAny>, op: CompareOp) -> PyResult<Py<PyAny>> {
        let py = other.py();
        let Ok(other) = other.cast::<Model>() else { return Ok(py.NotImplemented()) };
        let same = self.json() == other.get().json();
        match op {
            CompareOp::Eq => Ok(same.into_pyobject(py)?.to_owned().into_any().unbind()),
            CompareOp::Ne => Ok((!same).into_pyobject(py)?.to_owned().into_any().unbind()),
            _ => Ok(py.NotImplemented()),
        }
    }

    fn __hash__(&self) -> u64 {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let mut hasher = DefaultHasher::new();
        self.json().hash(&mut hasher);
        hasher.finish()
    }

    fn __repr__(&self) -> String {
        plain(&report::any_model(&self.inner))
    }

    fn _repr_html_(&self) -> String {
        html(&self.said)
    }
}

/// One row a customer, and what they add up to.
#[pyclass(frozen, extends = Table, module = "clv")]
pub struct Scores {
    model: Py<Model>,
    said: report::Report,
}

#[pymethods]
impl Scores {
    /// The model that made them.
    #[getter]
    fn model(&self, py: Python<'_>) -> Py<Model> {
        self.model.clone_ref(py)
    }

    /// The sums over all customers, with horizon, discount and margin.
    #[getter]
    fn totals<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, &self.said.json["forecast"])
    }

    /// The sums by the values of the attribute ``by``, with intervals if there are any.
    #[getter]
    fn groups<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, self.said.json.get("totals").unwrap_or(&Value::Null))
    }

    /// What looks wrong: each with its ``code`` and ``message``.
    #[getter]
    fn warnings<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        warnings(py, &self.said)
    }

    /// The forecast in words and figures.
    #[getter]
    fn report(&self) -> Report {
        Report::new(self.said.clone())
    }
}

fn new_scores(
    slf: &Bound<'_, Model>,
    schema: arrow_schema::SchemaRef,
    batches: Vec<RecordBatch>,
    said: report::Report,
    before: usize,
) -> PyResult<Py<Scores>> {
    warn(slf.py(), &said, before)?;
    let scores = Scores { model: slf.clone().unbind(), said };
    Py::new(slf.py(), PyClassInitializer::from(Table::of(schema, batches)).add_subclass(scores))
}

/// Customers shown of a forecast.
const FIRST: usize = 5;

fn scores(
    slf: &Bound<'_, Model>,
    model: &ClvModel,
    summary: &clv::Summary,
    options: &ScoreOptions,
    mut said: report::Report,
    before: usize,
) -> PyResult<Py<Scores>> {
    let mut batches = Vec::new();
    let totals = long(slf.py(), |progress| {
        score_into(model, summary, options, progress, |batch| {
            batches.push(batch);
            Ok(())
        })
    })?;
    let first = batches.first().map(|batch: &RecordBatch| batch.slice(0, batch.num_rows().min(FIRST)));
    said.extend(report::forecast(model, &totals, first.as_ref(), options));
    new_scores(slf, clv::forecast::schema(options), batches, said, before)
}

fn score_contracts(
    slf: &Bound<'_, Model>,
    model: &ContractModel,
    data: &Bound<'_, PyAny>,
    reading: ContractOptions,
    options: &ScoreOptions,
) -> PyResult<Py<Scores>> {
    let py = slf.py();
    let input = one(data, "data", &LogOptions::default())?;
    let (contracts, scores) = long(py, |_| {
        let contracts = contracts::open_input(&input, &reading)?;
        let scores = model.score(&contracts, &options.value)?;
        Ok((contracts, scores))
    })?;
    let mut said = report::contracts(&contracts);
    said.extend(report::contract_forecast(model, &scores, &options.value));
    new_scores(slf, scores.table.schema(), vec![scores.table], said, 0)
}

/// Fits a purchase model and a spend model to a log or summary.
///
/// ``model`` is bg-nbd unless another is named; ``model="all"`` compares the family. ``spend=None`` leaves the
/// spend model out. Models of contracts (sbg, bdw) take a retention table or contracts by date, and a ``period``.
/// The options are those of ``clv fit``: see ``clv.FitOptions``.
///
/// Raises ``DataError`` if the data cannot determine the parameters, ``NotConvergedError`` if the search failed;
/// warns with ``ClvWarning``.
#[pyfunction]
#[pyo3(signature = (data, **options))]
pub fn fit(py: Python<'_>, data: &Bound<'_, PyAny>, options: Option<Bound<'_, PyDict>>) -> PyResult<Model> {
    let customers = customers(&options)?;
    let words = options::words(Verb::Fit, &options)?;
    match words::fit(&words).map_err(|error| raise(py, error))? {
        Fit::Contracts { request, contracts } => fit_contracts(py, data, &request, &contracts),
        Fit::Purchases { request, log, diagnostics } => {
            let log = LogOptions { customers: customers.or(log.customers.clone()), ..*log };
            let summary = open(py, data, &options, log)?;
            let mut model = fit_purchases(py, &summary, &request)?;
            if diagnostics {
                model.said.extend(diagnose(py, &model, &summary, &request)?);
            }
            warn(py, &model.said, said_before(data, &summary))?;
            Ok(model)
        }
    }
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

fn fit_contracts(
    py: Python<'_>,
    data: &Bound<'_, PyAny>,
    request: &FitRequest,
    reading: &ContractOptions,
) -> PyResult<Model> {
    let input = one(data, "data", &LogOptions::default())?;
    let (contracts, model) = long(py, |progress| {
        let contracts = contracts::open_input(&input, reading)?;
        let model = ContractModel::fit(&request.model, &contracts, &request.options, progress)?;
        Ok((contracts, model))
    })?;
    let mut said = report::contracts(&contracts);
    said.extend(report::contract_model(&model));
    said.extend(report::survival(&model, &contracts));
    warn(py, &said, 0)?;
    Ok(Model { inner: AnyModel::Contracts(Box::new(model)), said })
}

/// Fits and scores in one go: who is still a customer, how often, how much, worth what.
///
/// The options are those of ``clv forecast``, that is of ``fit`` and ``score``: see ``clv.ForecastOptions``. The
/// fitted model is the result's ``model``.
#[pyfunction]
#[pyo3(signature = (data, **options))]
pub fn forecast(
    py: Python<'_>,
    data: &Bound<'_, PyAny>,
    options: Option<Bound<'_, PyDict>>,
) -> PyResult<Py<Scores>> {
    let customers = customers(&options)?;
    let words = options::words(Verb::Forecast, &options)?;
    let asked = words::forecast(&words).map_err(|error| raise(py, error))?;
    let log = LogOptions { customers: customers.or(asked.log.customers.clone()), ..asked.log };
    let summary = open(py, data, &options, log)?;
    let model = Bound::new(py, fit_purchases(py, &summary, &asked.request)?)?;
    let said = model.get().said.clone();
    let before = said_before(data, &summary);
    match &model.get().inner {
        AnyModel::Purchases(fitted) => scores(&model, fitted, &summary, &asked.options, said, before),
        AnyModel::Contracts(_) => unreachable!("a forecast refuses models of contracts"),
    }
}

/// Reads a model file, of any version ever released.
///
/// Raises ``ModelFileError`` if it is none.
#[pyfunction]
pub fn load(py: Python<'_>, path: PathBuf) -> PyResult<Model> {
    file::load_any(&path).map(Model::new).map_err(|error| raise(py, error))
}

/// Reads the text of a model file.
#[pyfunction]
pub fn from_json(py: Python<'_>, text: &str) -> PyResult<Model> {
    file::any_from_json(text, "model".as_ref()).map(Model::new).map_err(|error| raise(py, error))
}

/// A model of known parameters: ``clv.model("bg-nbd", r=.243, alpha=4.414, a=.793, b=2.426)``.
///
/// ``spend`` has those of Gamma-Gamma: ``{"p": 6.25, "q": 3.74, "v": 15.44}``. ``unit`` is the unit of time of the
/// parameters, week unless another is named; ``grain`` what counted as one purchase when they were estimated.
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

/// Draws a purchase log from a model: customer_id, date and, with a spend model, amount.
///
/// The options are those of ``clv simulate``: see ``clv.SimulateOptions``.
#[pyfunction]
#[pyo3(signature = (model, **options))]
pub fn simulate(
    py: Python<'_>,
    model: &Bound<'_, Model>,
    options: Option<Bound<'_, PyDict>>,
) -> PyResult<Table> {
    let words = options::words(Verb::Simulate, &options)?;
    let options = words::simulate(&words).map_err(|error| raise(py, error))?;
    let AnyModel::Purchases(model) = &model.get().inner else {
        return Err(PyTypeError::new_err(
            "a log of purchases is drawn from a model of purchases, not of contracts",
        ));
    };
    let mut batches = Vec::new();
    long(py, |progress| {
        clv::simulate::simulate(model, &options, progress, |batch| {
            batches.push(batch.clone());
            Ok(())
        })
    })?;
    Ok(Table::of(clv::simulate::schema(model, &options), batches))
}
