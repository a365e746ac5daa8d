//! `clv.plot`: the library's figures, handed out as they are: a table and a specification of each.

use std::sync::Arc;

use clv::cli::words::{self, Verb};
use clv::fitted::{ClvModel, file::AnyModel};
use clv::forecast::{ScoreOptions, profile};
use clv::history::LogOptions;
use clv::show::figure::{self, MapOptions, Theme};
use clv::study::{backtest::Metric, diagnostics};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::backtest::Backtest;
use crate::economics::Economics;
use crate::errors::raise;
use crate::model::Model;
use crate::options;
use crate::rates::OfDays;
use crate::report::to_python;
use crate::run::long;
use crate::summary::{customers, open};
use crate::table::Table;

/// A figure: what it shows, its data, and how it is drawn.
#[pyclass(frozen, module = "clv._core")]
pub struct Figure {
    inner: figure::Figure,
}

#[pymethods]
impl Figure {
    /// What kind of figure it is.
    #[getter]
    fn name(&self) -> &str {
        &self.inner.name
    }

    /// Its title.
    #[getter]
    fn title(&self) -> &str {
        &self.inner.title
    }

    /// What it shows, in a sentence or two.
    #[getter]
    fn reading(&self) -> &str {
        &self.inner.reading
    }

    /// The same for those who cannot see it.
    #[getter]
    fn alt(&self) -> &str {
        &self.inner.alt
    }

    /// Its data.
    #[getter]
    fn data(&self) -> Table {
        Table::of(self.inner.data.schema(), vec![self.inner.data.clone()])
    }

    /// Its specification in Vega-Lite, with its data, in the colours of a theme: light or dark.
    #[pyo3(signature = (theme="light"))]
    fn spec<'py>(&self, py: Python<'py>, theme: &str) -> PyResult<Bound<'py, PyAny>> {
        let theme = match theme {
            "light" => Theme::LIGHT,
            "dark" => Theme::DARK,
            other => return Err(PyValueError::new_err(format!("theme is light or dark, not '{other}'"))),
        };
        to_python(py, &self.inner.spec(&theme))
    }
}

fn wrapped(figures: impl IntoIterator<Item = figure::Figure>) -> Vec<Figure> {
    figures.into_iter().map(|inner| Figure { inner }).collect()
}

fn purchases(model: &Model) -> PyResult<&ClvModel> {
    match &model.inner {
        AnyModel::Purchases(model) => Ok(model),
        AnyModel::Contracts(_) | AnyModel::Book(_) => {
            Err(PyTypeError::new_err("figures are of models of purchases"))
        }
    }
}

/// How sure the parameters are; how customers differ in their rates and in their proneness to leave.
#[pyfunction]
pub fn figures_of_model(model: &Model) -> PyResult<Vec<Figure>> {
    let model = purchases(model)?;
    Ok(wrapped(figure::posterior(model).into_iter().chain(figure::heterogeneity(model))))
}

/// P(alive) of one customer over time.
#[pyfunction]
pub fn figure_of_history(py: Python<'_>, model: &Model, dates: Vec<String>, until: &str) -> PyResult<Figure> {
    let date = |text: &str| {
        text.parse().map_err(|_| PyValueError::new_err(format!("'{text}' is not a date: write 1997-09-30")))
    };
    let dates = dates.iter().map(|text| date(text)).collect::<PyResult<Vec<_>>>()?;
    let found = figure::alive_history(purchases(model)?, &dates, date(until)?);
    found.map(|inner| Figure { inner }).map_err(|error| raise(py, error))
}

/// The customers of a log or summary under a model, read as `clv score` reads them.
fn read(
    py: Python<'_>,
    model: &ClvModel,
    data: &Bound<'_, PyAny>,
    keywords: &Option<Bound<'_, PyDict>>,
) -> PyResult<(ClvModel, Arc<clv::Summary>, ScoreOptions)> {
    model.refuse_in_time("a figure of a model").map_err(|error| raise(py, error))?;
    let customers = customers(keywords)?;
    let days = OfDays::take(py, keywords)?;
    let words = options::words(Verb::Score, keywords)?;
    let asked = words::score(&words).map_err(|error| raise(py, error))?;
    let model = days.known(py, &asked, model)?;
    let log = asked.log(&model).map_err(|error| raise(py, error))?;
    let summary = open(
        py,
        data,
        keywords,
        LogOptions { customers: customers.or(log.customers.clone()), past: true, ..log },
    )?;
    let summary = Arc::new(model.adopt(&summary));
    Ok((model, summary, asked.options))
}

/// Figures of a customer base under a model: fit, value, risk, retention and maps.
#[pyfunction]
#[pyo3(signature = (model, data, **options))]
pub fn figures_of_base(
    py: Python<'_>,
    model: &Model,
    data: &Bound<'_, PyAny>,
    options: Option<Bound<'_, PyDict>>,
) -> PyResult<Vec<Figure>> {
    let model = purchases(model)?;
    let (model, summary, scores) = read(py, model, data, &options)?;
    let model = &model;
    let figures = long(py, |progress| {
        let (totals, profile) = profile::read(model, &summary, &scores, progress)?;
        let mut all = vec![figure::frequencies(&diagnostics::frequencies(
            model,
            &summary,
            profile.frequency_classes(),
        )?)];
        if let Some(options) = MapOptions::of(model, &profile, scores.value.horizon) {
            all.push(figure::p_alive_map(model, &options));
            all.push(figure::purchases_map(model, &options));
        }
        all.extend(figure::concentration(&totals));
        all.extend(figure::value_deciles(&totals));
        all.extend(figure::at_risk(&profile));
        all.push(figure::retention(model, &profile));
        Ok(all)
    })?;
    Ok(wrapped(figures))
}

/// A figure of the customers of a log under a model, by its name: such as need their single purchases, or logs that the model
/// draws.
#[pyfunction]
#[pyo3(signature = (model, data, name, **options))]
pub fn figure_of_customers(
    py: Python<'_>,
    model: &Model,
    data: &Bound<'_, PyAny>,
    name: &str,
    options: Option<Bound<'_, PyDict>>,
) -> PyResult<Option<Figure>> {
    let model = purchases(model)?;
    let (model, summary, scores) = read(py, model, data, &options)?;
    let found = long(py, |progress| figure::of_customers(name, &model, &summary, &scores, progress))?;
    Ok(found.map(|inner| Figure { inner }))
}

/// Tables and words of a result travel, what figures are drawn of stays behind.
fn travelled() -> PyErr {
    PyValueError::new_err(
        "this result was pickled: its tables came along, its figures did not; draw them where it was made",
    )
}

/// Figures of one entrant at the last origin of a backtest: its curves, if it is a model, and where it errs.
#[pyfunction]
pub fn figures_of_entrant(found: &Backtest, name: Option<&str>) -> PyResult<Vec<Figure>> {
    let found = found.inner.as_ref().ok_or_else(travelled)?;
    let origin = found.origins.last().ok_or_else(|| PyValueError::new_err("the backtest has no origin"))?;
    let name = name.or(found.best()).unwrap_or_default();
    let entrant = origin.entrants.iter().find(|entrant| entrant.name == name).ok_or_else(|| {
        let names: Vec<&str> = origin.entrants.iter().map(|entrant| entrant.name).collect();
        PyValueError::new_err(format!("'{name}' is none of {}", names.join(", ")))
    })?;
    let mut all = Vec::new();
    if !entrant.tracking.is_empty() {
        all.push(figure::cumulative_tracking(&entrant.tracking));
        all.push(figure::incremental_tracking(&entrant.tracking));
        all.push(figure::residuals(&entrant.tracking));
    }
    all.push(figure::by_group(&entrant.groups, "frequency"));
    all.push(figure::by_group(&entrant.groups, "cohort"));
    if !entrant.calibration.is_empty() {
        all.push(figure::chances(&entrant.calibration));
    }
    all.push(figure::lift(&entrant.groups, origin.spend.is_some()));
    Ok(wrapped(all))
}

/// Figures of economics: acquisition, where there are costs, the revenue ahead, cohorts, what moves the value.
#[pyfunction]
pub fn figures_of_economics(found: &Economics) -> PyResult<Vec<Figure>> {
    let found = found.inner.as_ref().ok_or_else(travelled)?;
    let all = [
        figure::payback(found),
        figure::ltv_to_cac(found),
        figure::payback_months(found),
        figure::revenue_ahead(found),
        figure::months(found),
        figure::equity_by_cohort(found),
        figure::cohorts(found),
        figure::tornado(found),
    ];
    Ok(wrapped(all.into_iter().flatten()))
}

/// All forecasts of a backtest on one metric.
#[pyfunction]
pub fn figure_of_comparison(found: &Backtest, metric: &str) -> PyResult<Figure> {
    let wanted = Metric::ALL.into_iter().find(|one| one.name() == metric);
    let found = found.inner.as_ref().ok_or_else(travelled)?;
    let found = wanted.and_then(|metric| figure::comparison(found, metric));
    found.map(|inner| Figure { inner }).ok_or_else(|| {
        let names: Vec<&str> = Metric::ALL.iter().map(|metric| metric.name()).collect();
        PyValueError::new_err(format!(
            "no forecast has the metric '{metric}'; there are {}",
            names.join(", ")
        ))
    })
}
