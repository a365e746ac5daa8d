//! Models of customers under contract, by name, and one fitted to such customers: what `fitted/family.rs` and
//! `fitted/clv_model.rs` are for purchases.

use std::sync::Arc;

use jiff::civil::Date;

use crate::base::{Error, Progress, Result, Unit};
use crate::contracts::Contracts;
use crate::customers::TrainedOn;
use crate::fit::{FitOptions, FitReport, fit, posterior};
use crate::model::{Bdw, Contract, ContractRow, ContractTable, Model, Sbg};
use crate::params::{ParamSpec, in_order};

/// A contractual model of the family.
pub struct ContractMember {
    /// Its name, as used in options and model files.
    pub name: &'static str,
    /// What it assumes of customers, in a few words.
    pub about: &'static str,
    /// Its parameters.
    pub params: &'static [ParamSpec],
    make: fn(&[f64]) -> Result<Arc<dyn Contract>>,
    fit: FitMember,
}

/// Fits a member: its parameters, and what the fit says of itself.
type FitMember = fn(&ContractTable, &FitOptions, &dyn Progress) -> Result<(Vec<f64>, FitReport)>;

/// All contractual models.
pub static CONTRACT_MODELS: &[ContractMember] = &[
    member::<Sbg>("renew with a chance of their own that never changes"),
    member::<Bdw>("renew with a chance of their own that changes with age"),
];

const fn member<M: Contract + Model<Row = ContractRow, Table = ContractTable>>(
    about: &'static str,
) -> ContractMember {
    ContractMember { name: M::NAME, about, params: M::PARAMS, make: make::<M>, fit: fit_member::<M> }
}

fn make<M: Contract + Model>(params: &[f64]) -> Result<Arc<dyn Contract>> {
    Ok(Arc::new(M::checked(params)?))
}

fn fit_member<M: Contract + Model<Table = ContractTable>>(
    table: &ContractTable,
    options: &FitOptions,
    progress: &dyn Progress,
) -> Result<(Vec<f64>, FitReport)> {
    let mut fitted = fit::<M>(table, options, progress)?;
    // Nothing is drawn for intervals of contracts: there are none.
    if fitted.report.covariance.is_some() {
        posterior::explore(table, &fitted.model, &mut fitted.report, options, progress)?;
    }
    Ok((fitted.model.params(), fitted.report))
}

impl ContractMember {
    /// The member of this name, if it is one of a contractual model.
    pub fn named(name: &str) -> Option<&'static ContractMember> {
        CONTRACT_MODELS.iter().find(|member| member.name == name)
    }
}

/// A contractual model, ready to score customers.
#[derive(Debug, Clone)]
pub struct ContractModel {
    /// Its name.
    pub name: &'static str,
    /// Its parameters, in order.
    pub params: Vec<f64>,
    /// How it was fitted; `None` if its parameters were given.
    pub fit: Option<FitReport>,
    /// How long a period is.
    pub period: Unit,
    /// The first start of a contract it was fitted to, if known.
    pub first_start: Option<Date>,
    /// The end of the observation it was fitted to, if known.
    pub observed_until: Option<Date>,
    /// What it was fitted to; a repeat purchase is a renewal. `None` if its parameters were given.
    pub trained_on: Option<TrainedOn>,
    contract: Arc<dyn Contract>,
}

impl ContractModel {
    /// The model of this name with these parameters.
    ///
    /// # Errors
    /// If the name is not one of a contractual model or a parameter is not in its domain.
    pub fn new(name: &str, params: &[f64], period: Unit) -> Result<Self> {
        let member = ContractMember::named(name).ok_or_else(|| unknown(name))?;
        let contract = (member.make)(params)?;
        Ok(ContractModel {
            name: member.name,
            params: params.to_vec(),
            fit: None,
            period,
            first_start: None,
            observed_until: None,
            trained_on: None,
            contract,
        })
    }

    /// The model of this name with parameters by name.
    ///
    /// # Errors
    /// If the name is unknown, or a parameter is unknown, missing, given twice or not in its domain.
    pub fn from_named(name: &str, params: &[(String, f64)], period: Unit) -> Result<Self> {
        let member = ContractMember::named(name).ok_or_else(|| unknown(name))?;
        ContractModel::new(name, &in_order(name, member.params, params)?, period)
    }

    /// Fits a model to customers under contract. Their period must be known.
    ///
    /// # Errors
    /// If the model is unknown, the period is not said, the data cannot determine the parameters, or the
    /// search fails.
    pub fn fit(
        name: &str,
        contracts: &Contracts,
        options: &FitOptions,
        progress: &dyn Progress,
    ) -> Result<Self> {
        let member = ContractMember::named(name).ok_or_else(|| unknown(name))?;
        let period = contracts.period.ok_or_else(|| {
            Error::option("--period", "how long is a period of these contracts: day, week, month or year?")
        })?;
        let table = contracts.table();
        let (params, report) = (member.fit)(&table, options, progress)?;
        let mut model = ContractModel::new(name, &params, period)?;
        model.fit = Some(report);
        model.first_start = contracts.first_start;
        model.observed_until = contracts.observed_until;
        model.trained_on = Some(trained_on(contracts, &table));
        Ok(model)
    }

    /// What its parameters are.
    pub fn specs(&self) -> &'static [ParamSpec] {
        ContractMember::named(self.name).expect("it was made by name").params
    }
}

impl std::ops::Deref for ContractModel {
    type Target = dyn Contract;
    fn deref(&self) -> &Self::Target {
        self.contract.as_ref()
    }
}

fn unknown(name: &str) -> Error {
    let known: Vec<_> = CONTRACT_MODELS.iter().map(|member| member.name).collect();
    Error::model(name, format!("no model of contracts; those are {}", known.join(", ")))
}

fn trained_on(contracts: &Contracts, table: &ContractTable) -> TrainedOn {
    let renewals = |row: &ContractRow| u64::from(row.periods - u32::from(row.ended));
    let counted = || table.rows.iter().map(renewals).zip(table.count.iter().map(|count| *count as u64));
    TrainedOn {
        customers: contracts.customers(),
        repeat_customers: counted().filter(|(renewals, _)| *renewals > 0).map(|(_, count)| count).sum(),
        repeat_purchases: counted().map(|(renewals, count)| renewals * count).sum(),
        rows: contracts.rows_read,
        sha256: contracts.sha256.clone(),
    }
}
