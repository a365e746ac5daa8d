//! How customers are read for a model: with what it needs to know of them, in its own grain and unit. The command line,
//! Rust and Python share these rules.

use super::learning;
use crate::base::{Progress, Result};
use crate::fit::Rates;
use crate::fitted::{ClvModel, FitRequest, Member, average, choice};
use crate::history::{self, Input, LogOptions, Summary};

impl FitRequest {
    /// Checks the names, and asks of a log what the fit needs of it.
    ///
    /// # Errors
    /// If a model is unknown, or takes no covariates.
    pub fn asks(&self, log: &LogOptions) -> Result<LogOptions> {
        let groups: Vec<String> = self.groups.iter().cloned().collect();
        let mut log = log.asking_for(&self.covariates.names).asking_for(&groups);
        log.timing |= matches!(self.rates, Rates::Estimated(_));
        if average::is_average(&self.model) {
            learning::asks(&mut log);
            return Ok(log);
        }
        if choice::is_choice(&self.model) {
            (log.log_gaps, log.log_gaps_if_known) = (true, true);
            return Ok(log);
        }
        let member = Member::named(&self.model)?;
        if self.over_time.is_some() {
            member.in_time()?;
        }
        if !self.covariates.names.is_empty() {
            member.regression()?;
        }
        log.log_gaps |= member.needs.log_gaps;
        log.purchase_times |= member.needs.purchase_times || self.over_time.is_some();
        log.log_gaps_if_known = false;
        Ok(log)
    }
}

impl ClvModel {
    /// How customers are read whom this model is to score: in its own grain where the options leave that open, with
    /// its covariates and these further attributes.
    pub fn asks(&self, log: &LogOptions, attributes: &[String]) -> LogOptions {
        let log = log.asking_for(&self.attributes()).asking_for(attributes);
        let purchase_times = log.purchase_times || self.purchase.needs().purchase_times;
        LogOptions { default_grain: self.grain, purchase_times, ..log }
    }

    /// Opens customers whom this model is to score.
    ///
    /// # Errors
    /// See [`history::open`].
    pub fn open(
        &self,
        inputs: &[Input],
        log: &LogOptions,
        attributes: &[String],
        progress: &dyn Progress,
    ) -> Result<Summary> {
        Ok(self.adopt(&history::open_inputs(inputs, &self.asks(log, attributes), progress)?))
    }

    /// A summary that does not say its unit is in the model's.
    pub fn adopt(&self, summary: &Summary) -> Summary {
        summary.with_meta(|meta| meta.unit = meta.unit_under(self.unit))
    }
}

/// Fits to a log that is read again afterwards: the model, and the log as it was kept for that.
///
/// # Errors
/// See [`fit`](super::fit); or if the log cannot be read.
pub fn fit_inputs(
    inputs: &[Input],
    log: &LogOptions,
    request: &FitRequest,
    progress: &dyn Progress,
) -> Result<(ClvModel, Vec<Input>, LogOptions)> {
    let (inputs, log) = history::keep(inputs, log, progress)?;
    let summary = history::open_inputs(&inputs, &request.asks(&log)?, progress)?;
    let (model, _) = super::fit(&summary, request, progress)?;
    Ok((model, inputs, log))
}
