//! What is found in data: parameters, what is open of them, the choice among models, and how they change with time.

#[path = "../common/mod.rs"]
mod common;

mod average;
mod boundary;
mod calendar;
mod choice;
mod corners;
mod covariates;
mod coverage;
mod groups;
mod intensity;
mod posterior;
mod random_fits;
mod rates_questions;
mod recovery;
mod time_covariates;
