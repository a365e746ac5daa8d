//! The covariates of a model file.

use serde::{Deserialize, Serialize};

use crate::base::{Error, Result};
use crate::customers::{Covariate, Kind};
use crate::fit::{CoefficientEstimate, FitReport};
use crate::params::{CovariateConvention, CovariateRequest, Covariates, Regressor};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::fitted::file) struct Part {
    convention: String,
    covariates: Vec<Column>,
    coefficients: Vec<Entry>,
}

/// One covariate: numbers, if it has a mean, or levels.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Column {
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mean: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    levels: Vec<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    process: String,
    column: String,
    value: f64,
    standard_error: Option<f64>,
}

fn convention_name(convention: CovariateConvention) -> &'static str {
    match convention {
        CovariateConvention::Separate => "separate",
        CovariateConvention::Clvtools => "clvtools",
    }
}

impl Part {
    pub(in crate::fitted::file) fn new(covariates: &Covariates, fit: Option<&FitReport>) -> Self {
        let names = covariates.columns();
        let error = |i: usize| fit.and_then(|fit| fit.coefficients.get(i)).and_then(|e| e.standard_error);
        let entries = covariates.coefficients.iter().enumerate().map(|(i, coefficient)| Entry {
            process: coefficient.process.clone(),
            column: names[coefficient.column].clone(),
            value: coefficient.value,
            standard_error: error(i),
        });
        let columns = covariates.covariates.iter().map(|covariate| {
            let name = covariate.name.clone();
            match &covariate.kind {
                Kind::Number { mean } => {
                    Column { name, mean: Some(*mean), reference: None, levels: Vec::new() }
                }
                Kind::Levels { reference, others } => {
                    Column { name, mean: None, reference: Some(reference.clone()), levels: others.clone() }
                }
                Kind::Groups { .. } => unreachable!("groups are no covariates"),
            }
        });
        Part {
            convention: convention_name(covariates.convention).to_owned(),
            covariates: columns.collect(),
            coefficients: entries.collect(),
        }
    }

    pub(in crate::fitted::file) fn into_memory(
        self,
        model: &str,
        regressors: impl Fn(CovariateConvention) -> Result<&'static [Regressor]>,
    ) -> Result<(Option<Covariates>, Vec<CoefficientEstimate>)> {
        let wrong = |words: String| Error::model(model, words);
        let convention = match self.convention.as_str() {
            "separate" => CovariateConvention::Separate,
            "clvtools" => CovariateConvention::Clvtools,
            other => return Err(wrong(format!("unknown covariate convention '{other}'"))),
        };
        let regressors = regressors(convention)?;
        let covariate = |column: Column| match (column.mean, column.reference) {
            (Some(mean), None) => Ok(Covariate { name: column.name, kind: Kind::Number { mean } }),
            (None, Some(reference)) => {
                Ok(Covariate { name: column.name, kind: Kind::Levels { reference, others: column.levels } })
            }
            _ => Err(wrong(format!("covariate {} needs either a mean or a reference", column.name))),
        };
        let list: Vec<Covariate> = self.covariates.into_iter().map(covariate).collect::<Result<_>>()?;
        // A coefficient of the process "all" is one that is the same in every process.
        let same = |c: &&Covariate| {
            self.coefficients.iter().any(|e| e.process == "all" && c.columns().contains(&e.column))
        };
        let same = list.iter().filter(same).map(|covariate| covariate.name.clone()).collect();
        let request = CovariateRequest { names: Vec::new(), convention, same };
        let mut covariates = Covariates::new(list, regressors, &request)?;
        let columns = covariates.columns();
        let mut estimates = Vec::new();
        for coefficient in &mut covariates.coefficients {
            let column = &columns[coefficient.column];
            let found =
                self.coefficients.iter().find(|e| e.process == coefficient.process && e.column == *column);
            let entry = found.filter(|e| e.value.is_finite()).ok_or_else(|| {
                wrong(format!("the coefficient of {column} in {} is missing", coefficient.process))
            })?;
            coefficient.value = entry.value;
            estimates.push(CoefficientEstimate {
                process: entry.process.clone(),
                column: column.clone(),
                value: entry.value,
                standard_error: entry.standard_error,
            });
        }
        if estimates.len() != self.coefficients.len() {
            return Err(wrong("there are coefficients that belong to no covariate".to_owned()));
        }
        Ok((Some(covariates), estimates))
    }
}
