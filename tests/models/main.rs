//! What models answer, against published numbers, values of high precision, laws and simulated lives.

#[path = "../common/mod.rs"]
mod common;

mod brute_force;
mod conformance;
mod donations;
mod drift;
mod drift_leaving;
mod edges;
mod exposure;
mod laws;
mod published;
mod published_lifetime;
mod published_models;
mod published_regular;
mod reference;
