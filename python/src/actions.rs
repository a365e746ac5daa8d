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
use pyo3::types::PyDict;

use crate::errors::raise;
use crate::input::{Given, one};
use crate::model::Model;
use crate::options;
use crate::report::{Report, to_python, warn, warnings};
use crate::run::long;
use crate::summary::customers;
use crate::table::Table;

/// One row a customer, the most rewarding first: who, why, what, by when, what it is expected to bring.
#[pyclass(frozen, extends = Table, module = "clv")]
pub struct Actions {
    inner: clv::study::economics::actions::Actions,
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
        let table = known.table(&self.inner).map_err(|error| raise(py, error))?;
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
        report::text::plain(&report::actions(&self.inner))
    }

    fn _repr_html_(&self) -> String {
        report::notebook::render(&self.said)
    }
}

/// Whom to do what for, by when, worth what.
///
/// ``data`` is a purchase log with amounts. The options are those of ``clv actions``: see ``clv.ActionsOptions``.
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
    let list = Table::of(actions_schema(), actions_tables(&found).collect());
    Py::new(py, PyClassInitializer::from(list).add_subclass(Actions { inner: found, said }))
}

/// What the contacts of a list brought against its control group.
///
/// ``actions`` is what :func:`clv.actions` gave, or the list as it was written; ``data`` the purchase log since.
/// The options are those of ``clv actions --measure``: see ``clv.MeasureOptions``.
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
    let list = one(actions, "actions", &log)?;
    let campaign = Campaign::read(&list).map_err(|error| raise(py, error))?;
    let found = long(py, |progress| measuring::measure(&campaign, &inputs, &log, &asked, progress))?;
    let mut said = report::input(&found.meta);
    said.extend(report::measured(&found));
    warn(py, &said, 0)?;
    Ok(Report::new(said))
}
