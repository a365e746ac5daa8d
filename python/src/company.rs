//! Forecasts of a shop and of contracts together: what `clv.forecast` gives for tables of both kinds.

use clv::cli::words::{self, OfBoth};
use clv::contracts::{self, book, book::BothKinds};
use clv::history;
use clv::show::report;
use clv::study::{self, company};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::errors::{data_error, raise};
use crate::report::{Pickled, Report, from_text, to_python, to_text, warn, warnings};
use crate::run::long;
use crate::table::Table;

/// The company that was pickled, by the same version.
///
/// Raises ``DataError`` for other parts.
#[pyfunction]
pub fn company_from_parts(py: Python<'_>, table: &[u8], said: &str) -> PyResult<Py<Company>> {
    let wrong = || data_error(py, "data: this is no company of this version of clv");
    let table = Table::from_bytes(table).ok_or_else(wrong)?;
    let said = from_text(said).ok_or_else(wrong)?;
    Py::new(py, PyClassInitializer::from(table).add_subclass(Company { said }))
}

/// A forecast of a company with a shop and contracts: a row a customer, each once.
#[pyclass(frozen, extends = Table, module = "clv")]
pub struct Company {
    said: report::Report,
}

#[pymethods]
impl Company {
    /// How many customers there are: ``all``, ``shop``, ``contracts``, ``both``.
    #[getter]
    fn customers<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, &self.said.json["together"]["customers"])
    }

    /// Margin x present value within the horizon, with intervals: ``together``, ``shop``, ``contracts``.
    #[getter]
    fn value<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, &self.said.json["together"]["value"])
    }

    /// What looks wrong: each with its ``code`` and ``message``.
    #[getter]
    fn warnings<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        warnings(py, &self.said)
    }

    /// All of it in words and figures.
    #[getter]
    fn report(&self) -> Report {
        Report::new(self.said.clone())
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Pickled<'py, (Bound<'py, PyBytes>, String)>> {
        let py = slf.py();
        let own = PyBytes::new(py, &slf.as_super().get().to_bytes()?);
        let make = py.import("clv._core")?.getattr("company_from_parts")?;
        Ok((make, (own, to_text(&slf.get().said))))
    }
}

/// Forecasts both kinds.
pub fn forecast(py: Python<'_>, both: &BothKinds, words: &[String]) -> PyResult<Py<Company>> {
    let asked: OfBoth = words::forecast_both(words).map_err(|error| raise(py, error))?;
    let (summary, read, model, found, together) = long(py, |progress| {
        let summary = history::open_inputs(&both.shop, &asked.shop.log, progress)?;
        let read = book::open(&both.contracts, &asked.contracts.log, &asked.contracts.book, progress)?;
        let (model, _) = study::fit(&summary, &asked.shop.request, progress)?;
        let found = contracts::forecast(&read, &asked.contracts.options, progress)?;
        let together = company((&model, &summary), (&read, &found), &asked.shop.options, progress)?;
        Ok((summary, read, model, found, together))
    })?;
    let options = &asked.shop.options;
    let mut shop = report::input(&summary.meta);
    shop.extend(report::model(&model));
    shop.extend(report::forecast(&model, &together.totals, None, options));
    let mut subscriptions = report::book(&read);
    subscriptions.extend(report::book_model(&found.model));
    subscriptions.extend(report::book_forecast(&read, &found, &asked.contracts.options));
    let said = report::company(&together, shop, subscriptions);
    warn(py, &said, 0)?;
    let ids = read.id_column.as_ref();
    let own = Table::of_customers(together.table.schema(), vec![together.table], ids);
    Py::new(py, PyClassInitializer::from(own).add_subclass(Company { said }))
}
