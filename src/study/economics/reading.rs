//! Reading a log for its economics: as a whole, as it was at an earlier date, and, where a purchase is a longer time
//! than a day, the days of first purchases, which say to whose month a customer belongs.

use jiff::civil::Date;

use super::EconomicsOptions;
use crate::base::{Error, Grain, Progress, Result};
use crate::fitted::ClvModel;
use crate::history::{self, Input, LogOptions, Summary, SummaryMeta};

/// A log read for its economics.
pub(super) struct Logs {
    pub summary: Summary,
    /// The same log until an earlier date, if it is long enough.
    pub earlier: Option<(Date, Summary)>,
    /// The same log by day, where the grain does not say in which month a customer came.
    pub days: Option<Summary>,
}

impl Logs {
    /// Reads what can be read.
    ///
    /// # Errors
    /// If the log cannot be used.
    pub fn read(
        inputs: &[Input],
        log: LogOptions,
        options: &EconomicsOptions,
        progress: &dyn Progress,
    ) -> Result<Self> {
        let vague = matches!(log.grain(), Grain::Week | Grain::Year);
        let (inputs, log) = history::keep(inputs, &log, progress)?;
        let inputs = &inputs[..];
        let summary = history::open_inputs(inputs, &log, progress)?;
        let earlier = match earlier_date(&summary.meta, options)? {
            Some(date) => {
                let log = LogOptions { observed_until: Some(date), activity: None, ..log.clone() };
                Some((date, history::open_inputs(inputs, &log, progress)?))
            }
            None => None,
        };
        let days = match vague {
            true => {
                let until = summary.meta.observed_until;
                let log = LogOptions { grain: Some(Grain::Day), observed_until: until, ..log };
                let log = LogOptions {
                    attributes: Vec::new(),
                    activity: None,
                    log_gaps: false,
                    purchase_times: false,
                    ..log
                };
                Some(history::open_inputs(inputs, &log, progress)?)
            }
            false => None,
        };
        Ok(Logs { summary, earlier, days })
    }
}

/// What a log must be asked for.
pub(super) fn log_options(
    model: &ClvModel,
    log: &LogOptions,
    options: &EconomicsOptions,
) -> Result<LogOptions> {
    let mut log = model.asks(&log.asking_for(&options.by).asking_for(options.margin_column.as_slice()), &[]);
    log.first_amount = true;
    log.activity = Some(options.active_within);
    log.log_gaps = model.purchase.needs().log_gaps;
    Ok(log)
}

/// The date to compare today with.
pub(super) fn earlier_date(meta: &SummaryMeta, options: &EconomicsOptions) -> Result<Option<Date>> {
    let (Some(first), Some(end)) = (meta.first_purchase, meta.observed_until) else { return Ok(None) };
    if let Some(date) = options.compare_with {
        if date > first && date < end {
            return Ok(Some(date));
        }
        let message = format!("{date} is not within the log, which is from {first} to {end}");
        return Err(Error::option("--compare-with", message));
    }
    let days = first.until(end).map_or(0, |span| span.get_days());
    let back = (days / 2).min(365);
    Ok((back >= 28).then(|| end.saturating_sub(jiff::Span::new().days(back))))
}
