//! Reading a summary (frequency, recency, T) instead of a log.

use super::options::LogOptions;
use super::read::Inputs;

/// A summary on disk.
pub(crate) struct SummaryFile {
    inputs: Inputs,
    options: LogOptions,
}

impl SummaryFile {
    /// Not validated yet.
    pub fn new(inputs: Inputs, options: LogOptions) -> Self {
        SummaryFile { inputs, options }
    }
}
