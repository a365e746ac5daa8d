//! Fitted models, and what they say of customers.

use std::path::PathBuf;

use clv::cli::words::{self, Verb};
use clv::fitted::file::{self, AnyModel};
use clv::history::LogOptions;
use clv::output::write_bytes_atomically;
use clv::show::report;
use pyo3::basic::CompareOp;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use serde_json::{Map, Value};

use crate::errors::raise;
use crate::rates::OfDays;
use crate::report::{Pickled, Report, html, plain, to_python, warnings};
use crate::scores;
use crate::summary::{customers, open, said_before};
use crate::table::Table;
use crate::{ahead, options, posterior};

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
    pub fn new(inner: AnyModel) -> Self {
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
            AnyModel::Book(_) => "contracts",
        }
    }

    /// The unit of its time; of contracts, the period, the shortest one if there are several.
    #[getter]
    fn unit(&self) -> &'static str {
        match &self.inner {
            AnyModel::Purchases(model) => model.unit.name(),
            AnyModel::Contracts(model) => model.period.name(),
            AnyModel::Book(model) => model.cycles[0].cycle.unit.name(),
        }
    }

    /// What counted as one purchase, if known.
    #[getter]
    fn grain(&self) -> Option<&'static str> {
        match &self.inner {
            AnyModel::Purchases(model) => model.grain.map(|grain| grain.name()),
            AnyModel::Contracts(_) | AnyModel::Book(_) => None,
        }
    }

    /// The end of the observation it was fitted to, if known.
    #[getter]
    fn observed_until(&self) -> Option<String> {
        let date = match &self.inner {
            AnyModel::Purchases(model) => model.observed_until,
            AnyModel::Contracts(model) => model.observed_until,
            AnyModel::Book(model) => Some(model.observed_until),
        };
        date.map(|date| date.to_string())
    }

    /// The parameters of the purchase (or contract) model; of a table of contracts, those of each plan.
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
    ) -> PyResult<Py<PyAny>> {
        let py = slf.py();
        let customers = customers(&options)?;
        let days = OfDays::take(py, &options)?;
        let words = options::words(Verb::Score, &options)?;
        let asked = words::score(&words).map_err(|error| raise(py, error))?;
        let model = match &slf.get().inner {
            AnyModel::Purchases(model) => days.known(py, &asked, model)?,
            AnyModel::Contracts(model) => {
                let reading = asked.contracts(model.period);
                return Ok(scores::of_contracts(slf, model, data, reading, &asked.options)?.into_any());
            }
            AnyModel::Book(model) => {
                let asked = asked.book(model).map_err(|error| raise(py, error))?;
                return Ok(crate::contracts::score(py, model, data, &asked)?.into_any());
            }
        };
        let model = &model;
        let log = asked.log(model).map_err(|error| raise(py, error))?;
        let summary =
            open(py, data, &options, LogOptions { customers: customers.or(log.customers.clone()), ..log })?;
        let summary = model.adopt(&summary);
        let mut said = report::input(&summary.meta);
        said.extend(report::scored_with(model, &summary.meta));
        let before = said_before(data, &summary);
        Ok(scores::of(slf, model, &summary, &asked.options, said, before)?.into_any())
    }

    /// How likely each number of purchases is: of new customers, or of those of a log or summary.
    #[pyo3(signature = (data=None, *, most=None, **options))]
    fn pmf(
        slf: &Bound<'_, Self>,
        data: Option<Bound<'_, PyAny>>,
        most: Option<u32>,
        options: Option<Bound<'_, PyDict>>,
    ) -> PyResult<Table> {
        ahead::pmf(slf, data, most, &options)
    }

    /// Futures of each customer, drawn.
    #[pyo3(signature = (data, *, draws=None, seed=None, **options))]
    fn sample_futures(
        slf: &Bound<'_, Self>,
        data: &Bound<'_, PyAny>,
        draws: Option<u32>,
        seed: Option<u64>,
        options: Option<Bound<'_, PyDict>>,
    ) -> PyResult<Table> {
        ahead::sample_futures(slf, data, draws, seed, &options)
    }

    /// Draws of the parameters: ``chain``, ``draw``, then a column a parameter. Those that the fit has kept of its
    /// sampler or its resamples; of a fit with ``posterior="laplace"`` a thousand independent draws of the normal
    /// distribution of the logarithms, dealt to four chains.
    ///
    /// Raises ``OptionError`` if the parameters were given, or nothing is known of how sure they are.
    #[getter]
    fn posterior(&self, py: Python<'_>) -> PyResult<Table> {
        posterior::table(py, &self.inner)
    }

    /// The parameters and coefficients as a table: ``model``, ``parameter``, ``estimate``, ``standard_error``, and the bounds of
    /// the interval that covers each with the ``probability``; of parameters that were given there are only these.
    #[pyo3(signature = (probability=0.95))]
    fn summary_frame(&self, probability: f64) -> PyResult<Table> {
        posterior::estimates(&self.inner, probability)
    }

    /// The posterior's shape: chains, draws of each, names, how many of these are of the spend model, and the method.
    fn _posterior_shape(&self, py: Python<'_>) -> PyResult<(usize, usize, Vec<String>, usize, &'static str)> {
        posterior::shape(py, &self.inner)
    }

    /// Log-likelihoods of customers under the draws of ``posterior``, draw by draw, as bytes of doubles, with the names of
    /// customers: of purchases, then, where there are amounts, of these.
    #[pyo3(signature = (data, **options))]
    #[allow(clippy::type_complexity)]
    fn _pointwise<'py>(
        slf: &Bound<'py, Self>,
        data: &Bound<'py, PyAny>,
        options: Option<Bound<'py, PyDict>>,
    ) -> PyResult<Vec<(Vec<String>, Bound<'py, PyBytes>)>> {
        posterior::pointwise(slf, data, &options)
    }

    /// Writes its model file (JSON), whole or not at all.
    fn save(&self, py: Python<'_>, path: PathBuf) -> PyResult<()> {
        write_bytes_atomically(&path, self.json().as_bytes()).map_err(|error| raise(py, error))
    }

    /// The text of its model file.
    fn to_json(&self) -> String {
        self.json()
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Pickled<'py, (String,)>> {
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
