//! The Python package: translation only. No formula, no default and no check of an option is here;
//! what a keyword means is decided where the command line's words are ([`clv::cli::words`]).
//!
//! `input` takes tables and paths, `table` hands tables out, `options` turns keywords into words,
//! `plot` hands figures out, `parts` is for engines that shuffle rows themselves (`clv.spark`),
//! `run` keeps long calls interruptible, `errors` raises; `summary`, `model`, `backtest`, `economics` and `report`
//! have one class each.

mod actions;
mod ahead;
mod backtest;
mod check;
mod columns;
mod company;
mod contracts;
mod economics;
mod errors;
mod input;
mod model;
mod options;
mod outward;
mod page;
mod parts;
mod plot;
mod posterior;
mod rates;
mod report;
mod run;
mod scores;
mod selecting;
mod sql;
mod state;
mod summary;
mod table;
mod verbs;

use pyo3::prelude::*;

/// The part of `clv` that is compiled.
#[pymodule]
mod _core {
    #[pymodule_export]
    use super::actions::{Actions, actions, actions_from_parts, measure};
    #[pymodule_export]
    use super::ahead::newcomers;
    #[pymodule_export]
    use super::backtest::{Backtest, backtest, backtest_from_parts};
    #[pymodule_export]
    use super::check::{Check, check, check_from_text};
    #[pymodule_export]
    use super::company::{Company, company_from_parts};
    #[pymodule_export]
    use super::contracts::{Contracts, contracts_from_parts};
    #[pymodule_export]
    use super::economics::{Economics, economics, economics_from_parts};
    #[pymodule_export]
    use super::model::Model;
    #[pymodule_export]
    use super::options::{option_help, option_names};
    #[pymodule_export]
    use super::page::{Page, report};
    #[pymodule_export]
    use super::parts::{
        fit_counted, join_parts, join_surveys, log_shape, scores_shape, summarize_part, survey_part,
    };
    #[pymodule_export]
    use super::plot::{
        Figure, figure_of_comparison, figure_of_customers, figure_of_history, figures_of_base,
        figures_of_economics, figures_of_entrant, figures_of_model,
    };
    #[pymodule_export]
    use super::report::{Report, report_from_text};
    #[pymodule_export]
    use super::scores::{Scores, scores_from_parts};
    #[pymodule_export]
    use super::selecting::make_table;
    #[pymodule_export]
    use super::sql::sql;
    #[pymodule_export]
    use super::state::{monitor, update};
    #[pymodule_export]
    use super::summary::{Summary, summarize, summary_from_bytes};
    #[pymodule_export]
    use super::table::{Table, table_from_bytes};
    #[pymodule_export]
    use super::verbs::{fit, forecast, from_json, load, model, simulate};
    use super::*;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        super::run::loaded();
        module.add("__version__", env!("CARGO_PKG_VERSION"))?;
        module.add("__debug_build__", cfg!(debug_assertions))
    }
}
