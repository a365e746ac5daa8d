//! Studies of a fitted model: its past forecasts, its own customers, and what to do about them.

pub mod backtest;
pub mod diagnostics;
pub mod economics;
mod fitting;

pub use fitting::fit;
