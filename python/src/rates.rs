//! What is known of days, as tables: a table cannot be typed.

use std::sync::Arc;

use clv::cli::words::Score;
use clv::customers::{Regressors, Season};
use clv::fit::Rates;
use clv::fitted::{ClvModel, FitRequest};
use clv::history::{Input, LogOptions};
use clv::study::days;
use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::errors::raise;
use crate::input::one;
use crate::options::{self, Keywords};

/// A calendar and a season, taken out of the keywords where they are tables.
pub struct OfDays {
    calendar: Option<Arc<Regressors>>,
    season: Option<Season>,
    /// Was a model named?
    named: bool,
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
        let model = keywords.as_ref().map(|own| own.get_item("model")).transpose()?.flatten();
        Ok(OfDays {
            calendar: calendar.map_err(|error| raise(py, error))?.map(Arc::new),
            season: season.map_err(|error| raise(py, error))?,
            named: model.is_some_and(|model| !model.is_none()),
        })
    }

    /// Rates with these.
    pub fn rates(self, rates: Rates) -> Rates {
        rates.with(self.calendar, self.season)
    }

    /// A request with these: of a forecast, whose model follows from what is asked for unless it is named.
    pub fn forecast(self, request: FitRequest) -> FitRequest {
        let named = self.named;
        let found = FitRequest { rates: self.rates(request.rates.clone()), ..request };
        if named { found } else { found.for_forecast() }
    }

    /// The same, typed or handed over.
    pub fn known(&self, py: Python<'_>, asked: &Score, model: &ClvModel) -> PyResult<ClvModel> {
        let known = asked.renew(model).and_then(|model| self.renew(model));
        known.map_err(|error| raise(py, error))
    }

    /// A model with what is known of days by now.
    fn renew(&self, model: ClvModel) -> clv::Result<ClvModel> {
        self.calendar.as_ref().map_or(Ok(model.clone()), |calendar| model.with_calendar(calendar))
    }
}
