//! What is known of days, and of customers over time, as tables: a table cannot be typed.

use std::sync::Arc;

use clv::cli::words::Score;
use clv::customers::{OverTime, Regressors, Season};
use clv::fit::Rates;
use clv::fitted::{ClvModel, FitRequest, IN_TIME};
use clv::history::{Input, LogOptions};
use clv::study::{days, time_covariates::time_covariates};
use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::errors::raise;
use crate::input::one;
use crate::options::{self, Keywords};

/// A calendar, a season and what is known of customers over time, taken out of the keywords where they are tables.
pub struct OfDays {
    calendar: Option<Arc<Regressors>>,
    season: Option<Season>,
    over_time: Option<Arc<OverTime>>,
    /// Was a model named?
    pub named: bool,
}

/// A table under this keyword; paths and words stay, since they can be typed.
fn table(keywords: &Keywords<'_>, name: &str) -> PyResult<Option<Input>> {
    let Some(value) = keywords.as_ref().map(|own| own.get_item(name)).transpose()?.flatten() else {
        return Ok(None);
    };
    if value.is_instance_of::<PyString>() || value.hasattr("__fspath__")? {
        return Ok(None);
    }
    let Some(value) = options::take(keywords, name)? else { return Ok(None) };
    one(&value, name, &LogOptions::default()).map(Some)
}

impl OfDays {
    pub fn take(py: Python<'_>, keywords: &Keywords<'_>) -> PyResult<Self> {
        let calendar = table(keywords, "calendar")?.map(|input| days::calendar(&input)).transpose();
        let season = table(keywords, "season")?.map(|input| days::season(&input)).transpose();
        let over_time = table(keywords, "time_covariates")?.map(|input| time_covariates(&input)).transpose();
        let name =
            |key: &str| keywords.as_ref().map(|own| own.get_item(key)).transpose().map(Option::flatten);
        let model = name("model")?.filter(|model| !model.is_none()).or(name("models")?);
        Ok(OfDays {
            calendar: calendar.map_err(|error| raise(py, error))?.map(Arc::new),
            season: season.map_err(|error| raise(py, error))?,
            over_time: over_time.map_err(|error| raise(py, error))?.map(Arc::new),
            named: model.is_some_and(|model| !model.is_none()),
        })
    }

    /// Rates with these.
    pub fn rates(self, rates: Rates) -> Rates {
        rates.with(self.calendar, self.season)
    }

    /// What is known of customers over time, if it is a table.
    pub fn over_time(&self) -> Option<Arc<OverTime>> {
        self.over_time.clone()
    }

    /// A request with these.
    pub fn request(self, request: FitRequest) -> FitRequest {
        let model = match (&self.over_time, self.named) {
            (Some(_), false) => IN_TIME.to_owned(),
            _ => request.model.clone(),
        };
        let over_time = self.over_time.clone().or(request.over_time.clone());
        FitRequest { model, over_time, rates: self.rates(request.rates.clone()), ..request }
    }

    /// A request with these: of a forecast, whose model follows from what is asked for unless it is named.
    pub fn forecast(self, request: FitRequest) -> FitRequest {
        let named = self.named;
        let found = self.request(request);
        if named { found } else { found.for_forecast() }
    }

    /// The same, typed or handed over.
    pub fn known(&self, py: Python<'_>, asked: &Score, model: &ClvModel) -> PyResult<ClvModel> {
        let known = asked.renew(model).and_then(|model| self.renew(model));
        known.map_err(|error| raise(py, error))
    }

    /// A model with what is known of days by now.
    fn renew(&self, model: ClvModel) -> clv::Result<ClvModel> {
        let model = match &self.calendar {
            Some(calendar) => model.with_calendar(calendar)?,
            None => model,
        };
        self.over_time.as_ref().map_or(Ok(model.clone()), |over_time| model.knowing(over_time))
    }
}
