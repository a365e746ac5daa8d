//! `clv.summarize`: a purchase log to one row a customer.

use std::sync::Arc;

use clv::cli::words::{self, Verb};
use clv::history::{self, Input, LogOptions};
use clv::output::{self, summary_to_bytes};
use clv::show::report;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};

use crate::errors::{python_words, raise};
use crate::input::{Given, one};
use crate::options::{self, Keywords};
use crate::report::{Pickled, Report, to_python, warn, warnings};
use crate::run::long;
use crate::table::Table;

/// One row a customer: customer_id, frequency, recency, T and, if there are amounts, monetary_value.
///
/// ``frequency`` counts purchases after the first, ``recency`` is the age at the last purchase and ``T`` the age at
/// the end of observation, both in ``unit``; ``monetary_value`` is the mean amount of the purchases after the first.
/// It does not change, and can be pickled (with all its rows) and copied.
#[pyclass(frozen, extends = Table, module = "clv")]
pub struct Summary {
    pub inner: Arc<clv::Summary>,
}

impl Summary {
    /// As Python's own.
    pub fn make(py: Python<'_>, inner: Arc<clv::Summary>) -> PyResult<Py<Self>> {
        let table = Table::of_summary(inner.clone());
        Py::new(py, PyClassInitializer::from(table).add_subclass(Summary { inner }))
    }

    fn said(&self) -> clv::Result<report::Report> {
        let mut said = report::input(&self.inner.meta);
        said.extend(report::summary(&self.inner.meta, self.inner.customers()?));
        Ok(said)
    }
}

#[pymethods]
impl Summary {
    /// What became of every row that was read; its entries add up to ``rows_read``.
    #[getter]
    pub fn account<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, &report::input(&self.inner.meta).json["account"])
    }

    /// What was assumed on the way, one sentence each.
    #[getter]
    pub fn assumptions(&self) -> Vec<String> {
        let said = report::input(&self.inner.meta).json;
        let words = said["assumptions"].as_array().into_iter().flatten().filter_map(|text| text.as_str());
        words.map(python_words).collect()
    }

    /// What looks wrong: each with its ``code`` and ``message``.
    #[getter]
    pub fn warnings<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        warnings(py, &report::input(&self.inner.meta))
    }

    /// How time is written.
    #[getter]
    pub fn unit(&self) -> &'static str {
        self.inner.meta.unit.name()
    }

    /// What counted as one purchase, if known.
    #[getter]
    pub fn grain(&self) -> Option<&'static str> {
        self.inner.meta.grain.map(|grain| grain.name())
    }

    /// The end of observation, if known.
    #[getter]
    pub fn observed_until(&self) -> Option<String> {
        self.inner.meta.observed_until.map(|date| date.to_string())
    }

    /// The date of the earliest purchase, if known.
    #[getter]
    pub fn first_purchase(&self) -> Option<String> {
        self.inner.meta.first_purchase.map(|date| date.to_string())
    }

    /// What was read, what was assumed, what looks wrong.
    #[getter]
    fn report(&self, py: Python<'_>) -> PyResult<Report> {
        py.detach(|| self.said()).map(Report::new).map_err(|error| raise(py, error))
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Pickled<'py, (Bound<'py, PyBytes>,)>> {
        let py = slf.py();
        let summary = slf.get().inner.clone();
        let bytes = py.detach(|| summary_to_bytes(&summary)).map_err(|error| raise(py, error))?;
        let make = py.import("clv._core")?.getattr("summary_from_bytes")?;
        Ok((make, (PyBytes::new(py, &bytes),)))
    }

    fn __copy__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __deepcopy__(slf: Py<Self>, memo: &Bound<'_, PyAny>) -> Py<Self> {
        // It cannot be changed, so that a copy would be the same.
        let _ = memo;
        slf
    }
}

/// The summary that was pickled, by the same version.
///
/// Raises ``DataError`` for other bytes.
#[pyfunction]
pub fn summary_from_bytes(py: Python<'_>, data: &[u8]) -> PyResult<Py<Summary>> {
    let summary = output::summary_from_bytes(data).map_err(|error| raise(py, error))?;
    Summary::make(py, summary.into())
}

/// See :func:`clv.summarize`.
#[pyfunction]
#[pyo3(signature = (data, *, state=None, **options))]
pub fn summarize(
    py: Python<'_>,
    data: &Bound<'_, PyAny>,
    state: Option<std::path::PathBuf>,
    options: Option<Bound<'_, PyDict>>,
) -> PyResult<Py<Summary>> {
    let customers = customers(&options)?;
    let words = options::words(Verb::Summarize, &options)?;
    let log = words::summarize(&words).map_err(|error| raise(py, error))?;
    crate::state::begin(py, data, &log, state)?;
    let summary =
        open(py, data, &options, LogOptions { customers: customers.or(log.customers.clone()), ..log })?;
    warn(py, &report::input(&summary.meta), said_before(data, &summary))?;
    Summary::make(py, summary)
}

/// The table (or file) of customers, taken out of the keywords: a table cannot be typed.
pub fn customers(keywords: &Keywords<'_>) -> PyResult<Option<Input>> {
    options::take(keywords, "customers")?
        .map(|customers| one(&customers, "customers", &LogOptions::default()))
        .transpose()
}

/// How many findings of this summary have been said already: those of one of ours.
pub fn said_before(data: &Bound<'_, PyAny>, summary: &clv::Summary) -> usize {
    if data.is_instance_of::<Summary>() { summary.meta.warnings.len() } else { 0 }
}

/// Opens what was handed in. A summary is what it is: it takes no words of how to read it.
pub fn open(
    py: Python<'_>,
    data: &Bound<'_, PyAny>,
    keywords: &Keywords<'_>,
    log: LogOptions,
) -> PyResult<Arc<clv::Summary>> {
    open_given(py, Given::new(data, &log)?, keywords, log)
}

/// The same of what was taken already.
pub fn open_given(
    py: Python<'_>,
    given: Given,
    keywords: &Keywords<'_>,
    log: LogOptions,
) -> PyResult<Arc<clv::Summary>> {
    match given {
        Given::Inputs(inputs) => long(py, |progress| {
            let mut summary = history::open_inputs(&inputs, &log, progress)?;
            summary.meta.warnings.extend(clv::contracts::book::read_as_purchases(&inputs, &log));
            Ok(summary)
        })
        .map(Arc::new),
        Given::Summary(summary) => match options::of_reading(keywords)? {
            None => Ok(summary),
            Some(name) => {
                let message =
                    "data is a summary that has been read already: say this to clv summarize instead";
                Err(raise(py, clv::Error::option(format!("--{}", name.replace('_', "-")), message)))
            }
        },
    }
}
