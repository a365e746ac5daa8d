//! What every other room speaks in: errors, warnings, units, what a purchase is worth, numbers in words, progress, files.
//! Uses no other room.

pub mod ahead;
mod error;
pub(crate) mod files;
pub mod numbers;
mod progress;
pub mod shown;
mod units;
mod value;
pub mod warning;

pub use error::{BadRow, BadRows, Error, ErrorKind, Place, Result};
pub use progress::Progress;
pub(crate) use units::days_since_1970;
pub use units::{DAYS_PER_YEAR, DiscountRate, DriftRate, Duration, Grain, Horizon, Unit};
pub use value::{Discounting, Timing, ValueOptions};
pub use warning::{Warning, is_remark};
