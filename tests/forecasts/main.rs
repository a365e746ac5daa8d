//! Scores, intervals, backtests, diagnostics, and whether a forecast still holds.

#[path = "../common/mod.rs"]
mod common;

mod backtest;
mod backtest_figures;
mod columns;
mod diagnostics;
mod intervals;
mod model_files;
mod monitor;
mod segments;
