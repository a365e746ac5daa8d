//! Customers under contract: models of them by name, what these say, and contracts read from a file, how long each
//! has stayed and who has left.
//!
//! Two kinds of CSV are told apart by their columns:
//!
//! * a retention table: `period` (0, 1, 2, ...) and `customers` (how many of those who began are still there;
//!   at period 0, all), and `cohort` if there is more than one;
//! * one row a customer: `customer_id`, `start` and `end` (the first day no longer covered; empty: goes on),
//!   with the length of a period and the end of observation.
//!
//! A file may have, or unpack to, 256 MB at most.
//!
//! Whole periods: a contract that began on the 15th is renewed on every 15th (on the last day of shorter
//! months), so one that goes on has been renewed as often as whole periods have passed by the end of
//! observation, that day included. One that ended has lasted the periods up to its end, a broken one
//! counted as whole, and at least one: it was not renewed at the end of the last of them.

pub(crate) mod ahead;
pub mod book;
mod cohorts;
mod customers;
mod cycle;
mod forecast;
pub(crate) mod kinds;
mod model;
mod plans;
mod regression;
mod retention;
mod score;
mod shocks;

pub use ahead::{MonthAhead, Range};
pub use book::{Book, BookOptions, Plan, Term};
pub use cohorts::CohortSeen;
pub use cycle::Cycle;
pub use forecast::{
    BookForecast, BookForecastOptions, BookTotals, PlanAhead, contract_table_schema, forecast, forecast_with,
    month_table,
};
pub use model::{CONTRACT_MODELS, ContractMember, ContractModel};
pub use plans::{BookModel, BookTrained, CycleFit, PlanFit, PlanOptions, Seen};
pub(crate) use plans::{PlanSeen, drawn as pooled_draws};
pub use score::{ContractOutlook, ContractScores, cohort_schema, customer_schema};
pub use shocks::Shock;

use std::path::Path;

use jiff::civil::Date;

use crate::base::{Error, Result, Unit};
use crate::history::small_table::{MOST, TextTable};
use crate::history::{
    IdColumn, Input,
    read::names::{CONTRACT_COUNT, CONTRACT_END, CONTRACT_PERIOD, CONTRACT_START},
};
use crate::model::{ContractRow, ContractTable};

/// What to read, and how.
#[derive(Debug, Clone, Default)]
pub struct ContractOptions {
    /// How long a period is. Needed for files of customers; of a retention table only for discounting.
    pub period: Option<Unit>,
    /// The end of observation, this day included; `None`: the last date of the file.
    pub observed_until: Option<Date>,
}

/// The survivors of one cohort.
#[derive(Debug, Clone, PartialEq)]
pub struct Cohort {
    /// Its name; empty if the table has no column of cohorts.
    pub name: String,
    /// Customers after 0, 1, 2, ... periods.
    pub survivors: Vec<u64>,
}

/// The contract of one customer.
#[derive(Debug, Clone, PartialEq)]
pub struct CustomerContract {
    /// Who.
    pub id: String,
    /// How long, and whether it has ended.
    pub contract: ContractRow,
}

/// What a file holds.
#[derive(Debug, Clone, PartialEq)]
pub enum ContractData {
    /// A retention table, cohort by cohort, in the order of the file.
    Cohorts(Vec<Cohort>),
    /// One row a customer, in the order of the file.
    Customers(Vec<CustomerContract>),
}

/// Customers under contract.
#[derive(Debug, Clone)]
pub struct Contracts {
    /// Who they are.
    pub data: ContractData,
    /// How long a period is, if said.
    pub period: Option<Unit>,
    /// The first start, if dates are known.
    pub first_start: Option<Date>,
    /// The end of observation, if dates are known.
    pub observed_until: Option<Date>,
    /// The column that ids were taken from; `None` for a retention table.
    pub id_column: Option<IdColumn>,
    /// Rows of the file.
    pub rows_read: u64,
    /// What was assumed or left out, one sentence each.
    pub remarks: Vec<String>,
    /// SHA-256 of the file's text, in hexadecimal.
    pub sha256: String,
}

/// Reads a retention table, or one row a customer: which of the two it is shows in the columns.
///
/// # Errors
/// If the file cannot be read, its columns are not those of either, a value cannot be used (with file,
/// line, column, value and the repair), or the period is not said where it is needed.
pub fn open(path: &Path, options: &ContractOptions) -> Result<Contracts> {
    read(&TextTable::read(path, MOST)?, options)
}

/// Reads the same from a file or from a table in memory.
///
/// # Errors
/// See [`open`].
pub fn open_input(input: &Input, options: &ContractOptions) -> Result<Contracts> {
    match input {
        Input::Path(path) => open(path, options),
        Input::Table(table) => {
            let read = read(&TextTable::from_memory(table)?, options)?;
            Ok(Contracts { id_column: read.id_column.map(|ids| ids.of_type_in(table.schema())), ..read })
        }
        Input::Spooled(table) => read(&TextTable::of_spooled(table, MOST)?, options),
    }
}

fn read(table: &TextTable, options: &ContractOptions) -> Result<Contracts> {
    let cohort = table.find(&["cohort", "segment", "group"])?;
    let period = table.find(&CONTRACT_PERIOD)?;
    let count = table.find(&CONTRACT_COUNT)?;
    // Where a table has several, the customer is the surest of them, as in a book: `id` is then that of the contract.
    let id = book::layout::customer(&table.names);
    let start = table.find(&CONTRACT_START)?;
    let end = table.find(&CONTRACT_END)?;
    match (period, count, id, start, end) {
        (Some(period), Some(count), _, None, None) => retention::read(table, cohort, period, count, options),
        (None, _, Some(id), Some(start), Some(end)) => customers::read(table, [id, start, end], options),
        _ => Err(Error::columns(
            &table.file,
            format!(
                "neither a retention table (columns period and customers, and cohort if there are several) nor \
                 one row a customer (columns customer_id, start and end); clv forecast reads exports of billing programs; found: {}",
                table.names.join(", ")
            ),
        )),
    }
}

impl Contracts {
    /// Counted contracts: what a fit needs.
    pub fn table(&self) -> ContractTable {
        match &self.data {
            ContractData::Customers(all) => ContractTable::new(all.iter().map(|one| (one.contract, 1.0))),
            ContractData::Cohorts(cohorts) => ContractTable::new(cohorts.iter().flat_map(Cohort::contracts)),
        }
    }

    /// Customers in all.
    pub fn customers(&self) -> u64 {
        match &self.data {
            ContractData::Customers(all) => all.len() as u64,
            ContractData::Cohorts(cohorts) => cohorts.iter().map(|cohort| cohort.survivors[0]).sum(),
        }
    }
}

impl Cohort {
    /// Its contracts: those who left at the end of each period, and those who go on.
    fn contracts(&self) -> impl Iterator<Item = (ContractRow, f64)> {
        let left = self
            .survivors
            .windows(2)
            .zip(1..)
            .map(|(two, periods)| (ContractRow { periods, ended: true }, (two[0] - two[1]) as f64));
        let last = self.survivors.len() - 1;
        let still = ContractRow { periods: last as u32, ended: false };
        left.chain([(still, self.survivors[last] as f64)])
    }
}
