//! `clv.actions`, `clv.measure`: whom to do what for, and what it brought.

use clv::cli::words::{self, Verb};
use clv::fitted::file::AnyModel;
use clv::history::LogOptions;
use clv::show::report;
use clv::study::economics::actions::{
    Shape, actions_schema, actions_tables,
    measure::{self as measuring, Campaign},
};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};

use crate::errors::{data_error, raise};
use crate::input::{Given, one};
use crate::model::Model;
use crate::options;
use crate::report::{Pickled, Report, from_text, html, plain, to_python, to_text, warn, warnings};
use crate::run::long;
use crate::summary::customers;
use crate::table::Table;

/// One row a customer, the most rewarding first: who, why, what, by when, what it is expected to bring.
#[pyclass(frozen, extends = Table, module = "clv")]
pub struct Actions {
    /// What uploads are made of; it does not travel.
    inner: Option<clv::study::economics::actions::Actions>,
    said: report::Report,
}

#[pymethods]
impl Actions {
    /// The contacts in the shape that another program imports: ``"klaviyo"``, ``"hubspot"``, ``"meta"``, ``"google"``.
    fn upload(&self, py: Python<'_>, shape: &str) -> PyResult<Table> {
        let known = Shape::ALL.into_iter().find(|known| known.name() == shape);
        let known = known.ok_or_else(|| {
            let names = Shape::ALL.map(Shape::name).join(", ");
            PyValueError::new_err(format!("'{shape}' is no shape for upload; there are {names}"))
        })?;
        let inner = self
            .inner
            .as_ref()
            .ok_or_else(|| PyValueError::new_err("this list was pickled: make uploads where it was made"))?;
        let table = known.table(inner).map_err(|error| raise(py, error))?;
        Ok(Table::of(table.schema(), vec![table]))
    }

    /// The figures, as ``--json`` has them.
    #[getter]
    fn figures<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, &self.said.json["actions"])
    }

    /// What looks wrong: each with its ``code`` and ``message``.
    #[getter]
    fn warnings<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        warnings(py, &self.said)
    }

    /// The plan on a screen.
    #[getter]
    fn report(&self) -> Report {
        Report::new(self.said.clone())
    }

    fn __repr__(&self) -> String {
        plain(&self.said)
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Pickled<'py, (Bound<'py, PyBytes>, String)>> {
        let py = slf.py();
        let make = py.import("clv._core")?.getattr("actions_from_parts")?;
        let table = PyBytes::new(py, &slf.as_super().get().to_bytes()?);
        Ok((make, (table, to_text(&slf.get().said))))
    }

    fn _repr_html_(&self) -> String {
        html(&self.said)
    }
}

/// The list that was pickled, by the same version.
///
/// Raises ``DataError`` for other parts.
#[pyfunction]
pub fn actions_from_parts(py: Python<'_>, table: &[u8], said: &str) -> PyResult<Py<Actions>> {
    let wrong = || data_error(py, "data: these are no parts of a list of this version of clv");
    let table = Table::from_bytes(table).ok_or_else(wrong)?;
    let said = from_text(said).ok_or_else(wrong)?;
    Py::new(py, PyClassInitializer::from(table).add_subclass(Actions { inner: None, said }))
}

/// See :func:`clv.actions`.
#[pyfunction]
#[pyo3(signature = (model, data, **options))]
pub fn actions(
    py: Python<'_>,
    model: &Model,
    data: &Bound<'_, PyAny>,
    options: Option<Bound<'_, PyDict>>,
) -> PyResult<Py<Actions>> {
    let AnyModel::Purchases(model) = &model.inner else {
        return Err(PyTypeError::new_err("clv.actions does not do contracts, only purchases"));
    };
    let customers = customers(&options)?;
    let words = options::words(Verb::Actions, &options)?;
    let (log, asked) = words::actions(&words).map_err(|error| raise(py, error))?;
    let log = LogOptions { customers: customers.or(log.customers.clone()), ..log };
    let Given::Inputs(inputs) = Given::new(data, &log)? else {
        return Err(PyTypeError::new_err("actions need a purchase log, not a summary"));
    };
    let plan = |progress: &dyn clv::Progress| {
        clv::study::economics::actions::plan(model, &inputs, &log, &asked, progress)
    };
    let found = long(py, plan)?;
    let mut said = report::input(&found.meta);
    said.extend(report::scored_with(model, &found.meta));
    said.extend(report::actions(&found));
    warn(py, &said, 0)?;
    let rows = actions_tables(&found).collect();
    let list = Table::of_customers(actions_schema(), rows, found.meta.id_column.as_ref());
    Py::new(py, PyClassInitializer::from(list).add_subclass(Actions { inner: Some(found), said }))
}

/// See :func:`clv.measure`.
#[pyfunction]
#[pyo3(signature = (actions, data, **options))]
pub fn measure(
    py: Python<'_>,
    actions: &Bound<'_, PyAny>,
    data: &Bound<'_, PyAny>,
    options: Option<Bound<'_, PyDict>>,
) -> PyResult<Report> {
    let customers = customers(&options)?;
    let words = options::words(Verb::Measure, &options)?;
    let (log, asked) = words::measure(&words).map_err(|error| raise(py, error))?;
    let log = LogOptions { customers: customers.or(log.customers.clone()), ..log };
    let Given::Inputs(inputs) = Given::new(data, &log)? else {
        return Err(PyTypeError::new_err(
            "what a campaign brought is measured in a purchase log, not in a summary",
        ));
    };
    let list = match actions.cast::<Table>() {
        // As it would be written: ids are called customer_id there.
        Ok(table) => table.get().as_written("actions"),
        Err(_) => one(actions, "actions", &log)?,
    };
    let campaign = Campaign::read(&list).map_err(|error| raise(py, error))?;
    let found = long(py, |progress| measuring::measure(&campaign, &inputs, &log, &asked, progress))?;
    let mut said = report::input(&found.meta);
    said.extend(report::measured(&found));
    warn(py, &said, 0)?;
    Ok(Report::new(said))
}
