//! Fitting: one control flow for every model.

mod report;

pub use report::{FitReport, StopReason};
