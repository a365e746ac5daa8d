//! Economics, actions and advice.

#[path = "../common/mod.rs"]
mod common;

mod actions;
mod advice;
mod cohorts;
mod economics;
mod economics_options;
