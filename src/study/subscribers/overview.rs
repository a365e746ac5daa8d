//! All that a page says of customers under contract.

use super::{SubscriberEconomics, TriangleCell, economics, triangle};
use crate::base::{ErrorKind, Progress, Result};
use crate::contracts::{Book, BookForecast, BookForecastOptions, BookModel, forecast_with};
use crate::study::economics::{Costs, EconomicsOptions};
use crate::study::{ContractTest, ContractTestOptions, contract_backtest};

/// What an overview holds.
#[derive(Debug, Clone)]
pub struct SubscriberOptions {
    /// How they are forecast.
    pub forecast: BookForecastOptions,
    /// The backtest; `None`: none was asked for.
    pub backtest: Option<ContractTestOptions>,
    /// The economics, where there are prices.
    pub economics: EconomicsOptions,
}

/// Customers under contract.
pub struct SubscriberOverview {
    /// What was read.
    pub book: Book,
    /// How it was forecast.
    pub options: BookForecastOptions,
    /// Its forecast.
    pub forecast: BookForecast,
    /// How forecasts of the past did, or why that is not said.
    pub backtest: Result<ContractTest, String>,
    /// What new subscribers cost and bring; `None` without prices.
    pub economics: Option<SubscriberEconomics>,
    /// Cohorts by age.
    pub triangle: Vec<TriangleCell>,
}

/// Works out an overview.
///
/// # Errors
/// If an option is out of its domain, or the work is stopped.
pub fn overview(
    model: &BookModel,
    book: Book,
    costs: Option<&Costs>,
    options: &SubscriberOptions,
    progress: &dyn Progress,
) -> Result<SubscriberOverview> {
    let economics = match book.has_money {
        true => Some(economics(model, &book, costs, &options.economics, progress)?),
        false => None,
    };
    let forecast = match &economics {
        Some(economics) => economics.forecast.clone(),
        None => forecast_with(model, &book, &options.forecast, progress)?,
    };
    let backtest = match &options.backtest {
        None => Err("it was not asked for".to_owned()),
        Some(test) => past(&book, test, progress)?,
    };
    let triangle = triangle(&book, model)?;
    Ok(SubscriberOverview {
        options: options.forecast.clone(),
        forecast,
        backtest,
        economics,
        triangle,
        book,
    })
}

/// A backtest, or why there can be none: the book is too short.
fn past(
    book: &Book,
    options: &ContractTestOptions,
    progress: &dyn Progress,
) -> Result<Result<ContractTest, String>> {
    match contract_backtest(book, options, progress) {
        Ok(found) => Ok(Ok(found)),
        Err(error) => match error.kind() {
            ErrorKind::Option { message, .. } if options.holdout.is_none() => Ok(Err(message.clone())),
            ErrorKind::NotIdentified { .. } | ErrorKind::NotConverged { .. } => Ok(Err(error.to_string())),
            _ => Err(error),
        },
    }
}
