//! `clv.report`: a page to look at.

use std::path::PathBuf;

use clv::cli::words::{self, Verb};
use clv::contracts::book::{BothKinds, TableKind};
use clv::contracts::{BookModel, BookOptions, book};
use clv::fitted::file::AnyModel;
use clv::history::{Input, LogOptions};
use clv::output::Target;
use clv::show::page;
use clv::show::report as shown;
use clv::study;
use clv::study::economics::Costs;
use clv::study::subscribers;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::errors::raise;
use crate::input::{Given, one};
use crate::model::Model;
use crate::options;
use crate::rates::OfDays;
use crate::run::long;
use crate::summary::customers;

/// A page to look at: what customers are worth, what to do, and whether it can be trusted.
#[pyclass(frozen, module = "clv")]
pub struct Page {
    inner: shown::page::Page,
}

#[pymethods]
impl Page {
    /// The page as one document that needs nothing else.
    #[getter]
    fn html(&self) -> String {
        shown::html::render(&self.inner)
    }

    /// The same facts as text, for a pull request or a chat.
    #[getter]
    fn markdown(&self) -> String {
        shown::markdown::render(&self.inner)
    }

    /// Writes the page: ``report.save("report.html")``, or the same as text to a file that ends in ``.md``.
    fn save(&self, py: Python<'_>, path: PathBuf) -> PyResult<()> {
        self.write(py, path)
    }

    fn __repr__(&self) -> String {
        let kilobytes = self.html().len().div_ceil(1000);
        format!("a page of {kilobytes} kB: save(\"report.html\") writes it")
    }

    fn _repr_html_(&self) -> String {
        // A document of its own, with its own styles, within another one.
        let document = self.html().replace('&', "&amp;").replace('"', "&quot;");
        let style = "width: 100%; height: 720px; border: 0";
        format!("<iframe srcdoc=\"{document}\" title=\"clv report\" style=\"{style}\"></iframe>")
    }

    /// Writes the page, as HTML or, to a file that ends in ``.md``, as text.
    fn write(&self, py: Python<'_>, path: PathBuf) -> PyResult<()> {
        let text = path.extension().is_some_and(|end| end.eq_ignore_ascii_case("md"));
        let document = if text { self.markdown() } else { self.html() };
        let what = if text { "Markdown" } else { "HTML" };
        let target = Target::document(&path.to_string_lossy(), what).map_err(|error| raise(py, error))?;
        target.write_document(&document).map_err(|error| raise(py, error))
    }
}

type Options<'py> = Option<Bound<'py, PyDict>>;

/// A fitted model, if there is one; the name of a model is an option.
fn named<'py>(
    py: Python<'py>,
    model: Option<Bound<'py, PyAny>>,
    options: Options<'py>,
) -> PyResult<(Option<Bound<'py, Model>>, Options<'py>)> {
    let Some(model) = model else { return Ok((None, options)) };
    let Ok(name) = model.extract::<String>() else {
        return Ok((Some(model.cast_into::<Model>()?), options));
    };
    let all = options.map_or_else(|| Ok(PyDict::new(py)), |options| options.copy())?;
    all.set_item("model", name)?;
    Ok((None, Some(all)))
}

/// The page of a shop and of contracts.
fn of_both(py: Python<'_>, both: &BothKinds, has_costs: bool, words: &[String]) -> PyResult<Page> {
    if has_costs {
        return Err(PyTypeError::new_err(
            "costs are of one kind: make the page of the shop or of the contracts with them",
        ));
    }
    let (options, page) = words::report_of_both(words).map_err(|error| raise(py, error))?;
    let found = long(py, |progress| study::company_overview(both, &options, progress))?;
    Ok(Page { inner: page::company::of(&page, &found) })
}

/// The page of customers under contract.
fn of_contracts(
    py: Python<'_>,
    model: Option<&BookModel>,
    inputs: &[Input],
    costs: Option<Bound<'_, PyAny>>,
    words: &[String],
) -> PyResult<Page> {
    let failed = |error| raise(py, error);
    let asked = words::report_of_contracts(words).map_err(failed)?;
    let by = asked.options.economics.by.first().map(String::as_str);
    let costs = costs.map(|costs| one(&costs, "costs", &asked.log)).transpose()?;
    let costs = costs.map(|costs| Costs::read_input(&costs, by)).transpose().map_err(failed)?;
    let made = long(py, |progress| {
        let until = asked.book.observed_until;
        let reading = model.map_or(asked.book.clone(), |model| BookOptions {
            observed_until: until,
            ..model.reading.clone()
        });
        let log = model
            .map_or_else(|| asked.options.forecast.plans.asks(&asked.log), |model| model.asks(&asked.log));
        let book = book::open(inputs, &log, &reading, progress)?;
        let model = match model {
            Some(model) => model.clone(),
            None => BookModel::train(&book, &asked.options.forecast.plans, progress)?,
        };
        let found = subscribers::overview(&model, book, costs.as_ref(), &asked.options, progress)?;
        Ok(page::subscribers::build(&asked.page, &model, &found))
    })?;
    Ok(Page { inner: made })
}

/// See :func:`clv.report`.
#[pyfunction]
#[pyo3(signature = (data, model=None, *, costs=None, **options))]
pub fn report(
    py: Python<'_>,
    data: &Bound<'_, PyAny>,
    model: Option<Bound<'_, PyAny>>,
    costs: Option<Bound<'_, PyAny>>,
    options: Option<Bound<'_, PyDict>>,
) -> PyResult<Page> {
    let (model, options) = named(py, model, options)?;
    let customers = customers(&options)?;
    let days = OfDays::take(py, &options)?;
    let words = options::words(Verb::Report, &options)?;
    let failed = |error| raise(py, error);
    let model = match model.as_ref().map(|model| &model.get().inner) {
        Some(AnyModel::Contracts(_)) => {
            return Err(PyTypeError::new_err(
                "a page of contracts is made of models of a table of them (clv.fit of a billing export)",
            ));
        }
        Some(AnyModel::Book(book)) => {
            let (_, log) = words::report_table(&words).map_err(failed)?;
            let Given::Inputs(inputs) = Given::new(data, &log)? else {
                return Err(PyTypeError::new_err("a page of contracts needs contracts, not a summary"));
            };
            return of_contracts(py, Some(book), &inputs, costs, &words);
        }
        Some(AnyModel::Purchases(model)) => Some(model),
        None => None,
    };
    let (name, table) = words::report_table(&words).map_err(failed)?;
    let mut given = Given::new(data, &table)?;
    if let (Given::Inputs(inputs), None) = (&given, model) {
        let (inputs, kind) = crate::contracts::kind(py, name.as_deref(), inputs, &table)?;
        if let TableKind::Both(both) = &kind {
            return of_both(py, both, costs.is_some(), &words);
        }
        if kind.is_contracts() {
            return of_contracts(py, None, &inputs, costs, &words);
        }
        given = Given::Inputs(inputs);
    }
    let mut asked = words::report(&words).map_err(|error| raise(py, error))?;
    asked.request = days.forecast(asked.request);
    let log = LogOptions { customers: customers.or(asked.log.customers.clone()), ..asked.log };
    let Given::Inputs(inputs) = given else {
        return Err(PyTypeError::new_err(
            "a page is made of a purchase log or of a table, not of a clv.Summary",
        ));
    };
    let by = asked.overview.economics.by.first().map(String::as_str);
    let costs = costs.map(|costs| one(&costs, "costs", &log)).transpose()?;
    let costs = costs.map(|costs| Costs::read_input(&costs, by)).transpose();
    let costs = costs.map_err(|error| raise(py, error))?;
    let made = long(py, |progress| {
        let (model, inputs, log) = match model {
            Some(model) => ((**model).clone(), inputs, log),
            None => study::fit_inputs(&inputs, &log, &asked.request, progress)?,
        };
        let found = study::overview(&model, &inputs, &log, costs.as_ref(), &asked.overview, progress)?;
        Ok(page::build(&asked.page, &model, &found))
    })?;
    Ok(Page { inner: made })
}
