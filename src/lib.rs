//! Customer lifetime value from a purchase history.
#![forbid(unsafe_code)]

pub mod error;
pub mod fit;
pub mod history;
pub mod model;
pub mod output;
pub mod progress;
pub mod special;
pub mod summary;
pub mod units;
pub mod warning;

pub use error::{Error, ErrorKind, Place, Result};
pub use summary::{Summary, SummaryBatch, SummaryMeta};
pub use warning::Warning;
