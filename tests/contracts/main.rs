//! Customers under contract, from a billing export to recurring revenue.

#[path = "../common/mod.rs"]
mod common;

mod books_of_contracts;
mod contracts;
mod subscriber_economics;
mod subscription_models;
mod subscriptions;
