//! Studies of a fitted model: its past forecasts, its own customers, and what to do about them.

pub mod backtest;
pub mod diagnostics;
pub mod economics;
mod fitting;
mod overview;
mod reading;

pub use fitting::fit;
pub use overview::{Overview, OverviewOptions, overview};
