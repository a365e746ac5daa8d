//! The Python package: translation only. No formula, no default and no check of an option is here;
//! what a keyword means is decided where the command line's words are ([`clv::cli::words`]).
//!
//! `input` takes tables and paths, `table` hands tables out, `options` turns keywords into words,
//! `plot` hands figures out, `parts` is for engines that shuffle rows themselves (`clv.spark`),
//! `run` keeps long calls interruptible, `errors` raises; `summary`, `model`, `backtest`, `economics` and `report`
//! have one class each.

mod actions;
mod backtest;
mod check;
mod economics;
mod errors;
mod input;
mod model;
mod options;
mod page;
mod parts;
mod plot;
mod report;
mod run;
mod sql;
mod state;
mod summary;
mod table;

use pyo3::prelude::*;

/// The part of `clv` that is compiled.
#[pymodule]
mod _core {
    #[pymodule_export]
    use super::actions::{Actions, actions, measure};
    #[pymodule_export]
    use super::backtest::{Backtest, backtest};
    #[pymodule_export]
    use super::check::{Check, check};
    #[pymodule_export]
    use super::economics::{Economics, economics};
    #[pymodule_export]
    use super::model::{Model, Scores, fit, forecast, from_json, load, model, simulate};
    #[pymodule_export]
    use super::options::option_names;
    #[pymodule_export]
    use super::page::{Page, report};
    #[pymodule_export]
    use super::parts::{
        fit_counted, join_parts, join_surveys, log_shape, scores_shape, summarize_part, survey_part,
    };
    #[pymodule_export]
    use super::plot::{
        Figure, figure_of_comparison, figure_of_history, figures_of_base, figures_of_economics,
        figures_of_entrant, figures_of_model,
    };
    #[pymodule_export]
    use super::report::Report;
    #[pymodule_export]
    use super::sql::sql;
    #[pymodule_export]
    use super::state::{monitor, update};
    #[pymodule_export]
    use super::summary::{Summary, summarize, summary_from_bytes};
    #[pymodule_export]
    use super::table::Table;
    use super::*;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))?;
        module.add("__debug_build__", cfg!(debug_assertions))
    }
}
