//! Customers under contract, from a billing export to recurring revenue.

#[path = "../common/mod.rs"]
mod common;

mod books_of_contracts;
mod company;
mod contract_covariates;
mod contracts;
mod departures;
mod subscriber_economics;
mod subscription_models;
mod subscriptions;
