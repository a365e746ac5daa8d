//! What is asked of a fit.

use std::sync::Arc;

use crate::base::{DriftRate, Horizon};
use crate::customers::{OverTime, TIME_COVARIATES};
use crate::fit::{FitOptions, PosteriorMethod, Rates};
use crate::fitted::average;
use crate::params::CovariateRequest;

/// Which models to fit, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct FitRequest {
    /// The purchase model's name.
    pub model: String,
    /// Fit a spend model too, where the data have amounts.
    pub spend: bool,
    /// How to search.
    pub options: FitOptions,
    /// Covariates of the purchase model; none if no names are given.
    pub covariates: CovariateRequest,
    /// An attribute whose values are groups with parameters of their own, drawn to those of the others.
    pub groups: Option<String>,
    /// How fast a customer's own rate drifts, for models in which it does; `None`: chosen by forecasts.
    pub drift: Option<DriftRate>,
    /// How rates change with age and date.
    pub rates: Rates,
    /// What is known of single customers over time.
    pub over_time: Option<Arc<OverTime>>,
    /// How far forecasts are to look: an average learns from forecasts of earlier dates that looked as far.
    pub horizon: Horizon,
}

/// The model that is fitted to what is known of customers over time where none is named.
pub const IN_TIME: &str = "pareto-nbd";

impl Default for FitRequest {
    fn default() -> Self {
        FitRequest {
            model: "bg-nbd".to_owned(),
            spend: true,
            options: FitOptions::default(),
            covariates: CovariateRequest::default(),
            groups: None,
            drift: None,
            rates: Rates::Steady,
            over_time: None,
            horizon: Horizon::default(),
        }
    }
}

impl FitRequest {
    /// The same where customers are to be forecast and no model was named: the average whose weights are learned from the past,
    /// or, where something is asked for that averages do not have, the plain default.
    pub fn for_forecast(self) -> Self {
        let model = match self.of_single_models() {
            None => average::BEST.to_owned(),
            Some(_) if self.over_time.is_some() => IN_TIME.to_owned(),
            Some(_) => FitRequest::default().model,
        };
        FitRequest { model, ..self }
    }

    /// What it asks for that only single models have.
    pub fn of_single_models(&self) -> Option<&'static str> {
        let FitRequest { covariates, groups, drift, options, rates, over_time, .. } = self;
        let asked = [
            ("--covariates", !covariates.names.is_empty()),
            ("--groups", groups.is_some()),
            ("--drift", drift.is_some()),
            ("--regularity", options.regularity.is_some()),
            ("--age-effect, --season, --calendar and --holidays", *rates != Rates::Steady),
            (TIME_COVARIATES, over_time.is_some()),
            (
                "--posterior",
                matches!(options.posterior.method, PosteriorMethod::Nuts | PosteriorMethod::Bootstrap),
            ),
        ];
        asked.into_iter().find(|(_, is_asked)| *is_asked).map(|(option, _)| option)
    }
}
