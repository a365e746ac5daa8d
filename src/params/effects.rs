//! Coefficients of covariates, and what they do to parameters.

use crate::base::{Error, Result};
use crate::customers::{Covariate, Kind, UnseenLevel, encode, places};
use crate::history::SummaryMeta;
use crate::params::{CovariateConvention, Groups, InTime, Regressor};

/// Which covariates to fit, and how.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CovariateRequest {
    /// Names of attributes of customers.
    pub names: Vec<String>,
    /// How they act on the chance to leave.
    pub convention: CovariateConvention,
    /// Those of them that have the same coefficient in every process.
    pub same: Vec<String>,
}

/// A coefficient: what one column does to one process, or to all.
#[derive(Debug, Clone, PartialEq)]
pub struct Coefficient {
    /// The process, or `all` for a coefficient that is the same in each.
    pub process: String,
    /// Which column.
    pub column: usize,
    /// Its value, per unit of the column.
    pub value: f64,
    /// The parameters that it moves, with signs.
    pub targets: Vec<(usize, f64)>,
}

/// Why customers of one model have parameters of their own.
#[derive(Debug, Clone, PartialEq)]
pub enum Effects {
    /// What is known of them moves the parameters: fixed effects.
    Covariates(Covariates),
    /// The group they belong to has its own, drawn to those of the others: random effects.
    Groups(Box<Groups>),
    /// What is known of each over time moves its rates: fixed effects that do not move parameters.
    InTime(InTime),
}

impl Effects {
    /// What tells customers apart.
    pub fn covariates(&self) -> &[Covariate] {
        match self {
            Effects::Covariates(covariates) => &covariates.covariates,
            Effects::Groups(groups) => std::slice::from_ref(&groups.covariate),
            Effects::InTime(_) => &[],
        }
    }

    /// The estimates behind those of the model: coefficients, or the parameters of all groups.
    pub fn values(&self) -> Vec<f64> {
        match self {
            Effects::Covariates(covariates) => covariates.coefficients.iter().map(|c| c.value).collect(),
            Effects::Groups(groups) => groups.values(),
            Effects::InTime(own) => own.values(),
        }
    }

    /// The parameters of a customer with these columns, for such values.
    pub fn params(&self, base: &[f64], values: &[f64], columns: &[f64]) -> Vec<f64> {
        match self {
            Effects::Covariates(covariates) => covariates.with(values).params(base, columns),
            Effects::Groups(groups) => groups.params(values, columns[0]).to_vec(),
            Effects::InTime(_) => base.to_vec(),
        }
    }
}

/// The covariates of a fitted model.
#[derive(Debug, Clone, PartialEq)]
pub struct Covariates {
    /// The covariates.
    pub covariates: Vec<Covariate>,
    /// How they act on the chance to leave.
    pub convention: CovariateConvention,
    /// What each column does.
    pub coefficients: Vec<Coefficient>,
}

impl Covariates {
    /// All coefficients of these covariates in these processes, 0.
    ///
    /// # Errors
    /// If one that should have the same coefficient everywhere is not among them.
    pub fn new(
        covariates: Vec<Covariate>,
        regressors: &[Regressor],
        request: &CovariateRequest,
    ) -> Result<Self> {
        for name in &request.same {
            if !covariates.iter().any(|covariate| covariate.name == *name) {
                let message = format!("'{name}' is not one of the --covariates");
                return Err(Error::option("--covariates-same", message));
            }
        }
        let mut coefficients = Vec::new();
        let mut add = |process: &str, column: usize, targets: &[(usize, f64)]| {
            let (process, targets) = (process.to_owned(), targets.to_vec());
            coefficients.push(Coefficient { process, column, value: 0.0, targets });
        };
        let columns: Vec<(usize, bool)> = covariates
            .iter()
            .flat_map(|c| vec![request.same.contains(&c.name); c.columns().len()])
            .enumerate()
            .collect();
        for regressor in regressors {
            let own = columns.iter().filter(|(_, same)| !same);
            own.for_each(|(column, _)| add(regressor.process, *column, regressor.targets));
        }
        let all: Vec<(usize, f64)> = regressors.iter().flat_map(|r| r.targets).copied().collect();
        columns.iter().filter(|(_, same)| *same).for_each(|(column, _)| add("all", *column, &all));
        Ok(Covariates { covariates, convention: request.convention, coefficients })
    }

    /// Names of the columns.
    pub fn columns(&self) -> Vec<String> {
        self.covariates.iter().flat_map(Covariate::columns).collect()
    }

    /// The parameters of a customer with these columns: `theta_i exp(Σ ± g z)`.
    pub fn params(&self, base: &[f64], columns: &[f64]) -> Vec<f64> {
        let values: Vec<f64> = self.coefficients.iter().map(|coefficient| coefficient.value).collect();
        self.params_by(base, &values, columns)
    }

    /// The same with these values of the coefficients, in their order.
    pub(crate) fn params_by(&self, base: &[f64], values: &[f64], columns: &[f64]) -> Vec<f64> {
        let mut shift = vec![0.0; base.len()];
        for (coefficient, value) in self.coefficients.iter().zip(values) {
            for (i, sign) in &coefficient.targets {
                shift[*i] += sign * value * columns[coefficient.column];
            }
        }
        base.iter().zip(shift).map(|(theta, shift)| theta * shift.exp()).collect()
    }

    /// The covariates with other values of the coefficients, in their order.
    pub fn with(&self, values: &[f64]) -> Covariates {
        let mut other = self.clone();
        for (coefficient, value) in other.coefficients.iter_mut().zip(values) {
            coefficient.value = *value;
        }
        other
    }

    /// The value of a covariate that has these columns: the most frequent level where they are 0; of a number with four decimals.
    pub(crate) fn decode(&self, name: &str, columns: &[f64]) -> Option<String> {
        let mut first = 0;
        for covariate in &self.covariates {
            let own = &columns[first..first + covariate.columns().len()];
            if covariate.name == name {
                return Some(match &covariate.kind {
                    Kind::Levels { reference, others } => {
                        let there = own.iter().position(|value| *value > 0.5);
                        there.map_or(reference, |at| &others[at]).clone()
                    }
                    Kind::Number { .. } | Kind::Groups { .. } => ((own[0] * 1e4).round() / 1e4).to_string(),
                });
            }
            first += own.len();
        }
        None
    }

    /// The columns of a customer with these values, one a covariate.
    ///
    /// # Errors
    /// In words, if a value was not seen by the fit.
    pub fn encode(&self, values: &[&str], unseen: UnseenLevel) -> std::result::Result<Vec<f64>, String> {
        encode(&self.covariates, values, unseen)
    }

    /// Where the covariates are among the attributes of a summary.
    ///
    /// # Errors
    /// If one is missing.
    pub fn places(&self, meta: &SummaryMeta) -> Result<Vec<usize>> {
        places(self.covariates.iter().map(|covariate| covariate.name.as_str()), meta)
    }
}
