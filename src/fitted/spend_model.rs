//! Spend models by name. One that is added is a variant here: what is asked of it is [`Spend`].

use std::ops::Deref;

use crate::base::{Error, Progress, Result};
use crate::customers::{SpendRow, SpendTable};
use crate::fit::{fit_groups, is_one_amount};
use crate::model::{GammaGamma, Model, Spend};
use crate::params::{ParamSpec, PooledGroups, in_order};

/// A spend model with its parameters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum SpendModel {
    /// Amounts around a mean of the customer's own, which has nothing to do with how often it buys.
    GammaGamma(GammaGamma),
}

impl SpendModel {
    /// The model of this name with parameters by name.
    ///
    /// # Errors
    /// If the name is unknown, or a parameter is unknown, missing, given twice or not in its domain.
    pub fn from_named(name: &str, params: &[(String, f64)]) -> Result<Self> {
        if name != GammaGamma::NAME {
            return Err(Error::model(name, format!("unknown spend model; known is {}", GammaGamma::NAME)));
        }
        let params = in_order(name, GammaGamma::PARAMS, params)?;
        Ok(SpendModel::GammaGamma(GammaGamma::checked(&params)?))
    }

    /// The same model with other parameters, which are in their domain.
    pub fn with(&self, params: &[f64]) -> Self {
        match self {
            SpendModel::GammaGamma(_) => SpendModel::GammaGamma(GammaGamma::from_params(params)),
        }
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        match self {
            SpendModel::GammaGamma(_) => GammaGamma::NAME,
        }
    }

    /// What its parameters are.
    pub fn specs(&self) -> &'static [ParamSpec] {
        match self {
            SpendModel::GammaGamma(_) => GammaGamma::PARAMS,
        }
    }

    /// Its parameters, in the order of [`SpendModel::specs`].
    pub fn params(&self) -> Vec<f64> {
        match self {
            SpendModel::GammaGamma(model) => model.params(),
        }
    }

    /// The log-likelihood of what one customer spends on average.
    pub fn log_likelihood(&self, row: &SpendRow) -> f64 {
        match self {
            SpendModel::GammaGamma(model) => model.log_likelihood(row),
        }
    }

    /// Did every customer spend the same, so that nothing is open?
    pub(crate) fn is_one_amount(&self) -> bool {
        match self {
            SpendModel::GammaGamma(model) => is_one_amount(model),
        }
    }

    /// Fits it to groups of customers with partial pooling, from these parameters; see [`fit_groups`].
    ///
    /// # Errors
    /// If the caller wants it to stop.
    pub fn fit_groups(&self, tables: &[SpendTable], progress: &dyn Progress) -> Result<(PooledGroups, f64)> {
        match self {
            SpendModel::GammaGamma(model) => fit_groups::<GammaGamma>(tables, &model.params(), progress),
        }
    }
}

impl From<GammaGamma> for SpendModel {
    fn from(model: GammaGamma) -> Self {
        SpendModel::GammaGamma(model)
    }
}

impl Deref for SpendModel {
    type Target = dyn Spend;
    fn deref(&self) -> &Self::Target {
        match self {
            SpendModel::GammaGamma(model) => model,
        }
    }
}
