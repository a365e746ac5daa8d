//! The front doors, reading customers for a model and fitting with what stands out, and studies of a fitted model: its past
//! forecasts, its own customers, what to do about them, and all of it together for a page.

pub mod backtest;
mod company;
mod contract_backtest;
pub mod days;
pub mod diagnostics;
mod drift;
pub mod economics;
mod fitting;
pub mod learning;
pub mod monitor;
mod overview;
mod pivot;
mod reading;
pub mod subscribers;
pub mod time_covariates;

pub use company::{
    Company, CompanyCustomers, CompanyOptions, CompanyOverview, company, company_overview, company_schema,
};
pub use contract_backtest::{
    ContractFigure, ContractMonth, ContractTest, ContractTestOptions, contract_backtest,
};
pub use fitting::fit;
pub use overview::{Overview, OverviewOptions, overview};
pub use reading::fit_inputs;
