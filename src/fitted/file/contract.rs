//! Models of contracts in files of format version 1: the same fields, read as what they are for contracts.
//! `unit` is the period, a repeat purchase a renewal, `first_purchase` the first start of a contract.

use super::FORMAT;
use super::v1::{File, Fit, Training, Window, date, named, numbers};
use crate::base::{Error, Result};
use crate::contracts::ContractModel;

impl File {
    pub(super) fn model(&self) -> &str {
        &self.model
    }

    pub(super) fn from_contract(model: &ContractModel) -> Self {
        File {
            format: FORMAT.to_owned(),
            format_version: 1,
            made_by: concat!("clv ", env!("CARGO_PKG_VERSION")).to_owned(),
            model: model.name.to_owned(),
            parameters: named(model.specs(), model.params.clone()),
            covariance: model.fit.as_ref().and_then(|fit| fit.covariance.clone()),
            unit: model.period.name().to_owned(),
            grain: None,
            window: Window {
                first_purchase: model.first_start.map(|date| date.to_string()),
                observed_until: model.observed_until.map(|date| date.to_string()),
            },
            trained_on: model.trained_on.clone().map(Training::from_memory),
            fit: model.fit.as_ref().map(Fit::from_report),
            covariates: None,
            spend: None,
        }
    }

    pub(super) fn into_contract(self) -> Result<ContractModel> {
        if self.spend.is_some() || self.grain.is_some() {
            return Err(Error::model(self.model, "a model of contracts has no spend model and no grain"));
        }
        let params = numbers(&self.model, &self.parameters)?;
        let mut model = ContractModel::from_named(&self.model, &params, self.unit.parse()?)?;
        let (specs, values) = (model.specs(), model.params.clone());
        let fit =
            self.fit.map(|fit| fit.into_report(model.name, specs, &values, Vec::new(), self.covariance));
        model.fit = fit.transpose()?;
        model.first_start = date(self.window.first_purchase)?;
        model.observed_until = date(self.window.observed_until)?;
        model.trained_on = self.trained_on.map(Training::into_memory);
        Ok(model)
    }
}
