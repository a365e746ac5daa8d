//! Customer lifetime value from a purchase history: who is still a customer, how often they will
//! come back, how much they will spend, and what that is worth today.
//!
//! The whole way is seven lines:
//!
//! ```no_run
//! use clv::clv_model::{ClvModel, FitRequest};
//! use clv::{history, model_file, score};
//!
//! let log = ["purchases.csv".into()];
//! let summary = history::open(&log, &history::LogOptions::default(), &())?;
//! let model = ClvModel::fit(&summary, &FitRequest::default(), &())?;
//! model_file::save(&model, "model.json".as_ref())?;
//! for batch in score::score(&model, &summary, &Default::default())? {
//!     println!("{:?}", batch?.clv);
//! }
//! # Ok::<(), clv::Error>(())
//! ```
//!
//! Modules follow the flow of the data; see ARCHITECTURE.md.

pub mod contracts;
pub mod history;
pub mod summary;

pub mod counts;
pub mod covariates;
pub mod family;
pub mod fit;
pub mod model;
pub mod special;

pub mod choice;
pub mod clv_model;
pub mod contract_model;
pub mod model_file;

pub mod contract_score;
pub mod profile;
pub mod score;
pub mod totals;
pub mod value;

pub mod backtest;
pub mod diagnostics;
pub mod economics;
pub mod figure;

pub mod output;
pub mod page;
pub mod report;
pub mod simulate;
pub mod sql;

pub mod ahead;
pub mod cli;

pub mod error;
mod files;
pub mod progress;
pub mod shown;
pub mod units;
pub mod warning;

/// The README's code is compiled with the documentation's.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// The recipe for a new model is one that works.
#[cfg(doctest)]
#[doc = include_str!("../ADDING_A_MODEL.md")]
struct AddingAModel;

pub use clv_model::ClvModel;
pub use error::{Error, ErrorKind, Place, Result};
pub use summary::{Summary, SummaryBatch, SummaryMeta};
pub use warning::Warning;
