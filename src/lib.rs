//! Customer lifetime value from a purchase history: who is still a customer, how often they will
//! come back, how much they will spend, and what that is worth today.
//!
//! The whole way is seven lines:
//!
//! ```no_run
//! use clv::{ClvModel, FitRequest, fitted, forecast, history};
//!
//! let log = ["purchases.csv".into()];
//! let summary = history::open(&log, &history::LogOptions::default(), &())?;
//! let model = ClvModel::fit(&summary, &FitRequest::default(), &())?;
//! fitted::file::save(&model, "model.json".as_ref())?;
//! for batch in forecast::score(&model, &summary, &Default::default())? {
//!     println!("{:?}", batch?.clv);
//! }
//! # Ok::<(), clv::Error>(())
//! ```
//!
//! Modules follow the flow of the data; see ARCHITECTURE.md.

// The rooms, in the order of the way of the data: each knows those before it, none behind it.
pub mod base;
pub mod special;

pub mod history;
pub mod output;

pub mod customers;
pub mod params;

pub mod model;

pub mod fit;

pub mod contracts;
pub mod fitted;

pub mod forecast;
pub mod simulate;

pub mod study;

pub mod sql;

pub mod show;

#[cfg(feature = "cli")]
pub mod cli;

/// The README's code is compiled with the documentation's.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// The recipe for a new model is one that works.
#[cfg(doctest)]
#[doc = include_str!("../ADDING_A_MODEL.md")]
struct AddingAModel;

pub use base::{
    DAYS_PER_YEAR, DiscountRate, Discounting, DriftRate, Duration, Error, ErrorKind, Grain, Horizon, Place,
    Progress, Result, Timing, Unit, ValueOptions, Warning,
};
pub use fitted::{ClvModel, FitRequest};
pub use history::{Summary, SummaryBatch, SummaryMeta};
