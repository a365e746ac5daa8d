//! Customers of a summary as a fitted model sees them: in its time, admitted, told apart by its covariates.

use crate::base::{Error, Result};
use crate::customers::{Clock, Customer, Encoder, UnseenLevel};
use crate::fitted::{ClvModel, PurchaseModel};
use crate::history::{SummaryBatch, SummaryMeta};
use crate::params::Effects;

/// How a model sees the customers of a summary.
#[derive(Debug, Clone)]
pub(crate) struct View<'a> {
    pub model: &'a ClvModel,
    pub clock: Clock,
    encoder: Encoder<'a>,
}

impl<'a> View<'a> {
    /// # Errors
    /// If the summary lacks a covariate of the model.
    pub fn new(model: &'a ClvModel, meta: &SummaryMeta, unseen: UnseenLevel) -> Result<Self> {
        let covariates = model.effects.as_ref().map_or(&[][..], Effects::covariates);
        let clock = Clock::new(meta, model.unit, model.purchase.needs().opportunities)
            .with_intensity(model.intensity.as_ref());
        Ok(View { model, clock, encoder: Encoder::new(covariates, meta, unseen)? })
    }

    /// A customer's history in the model's unit.
    ///
    /// # Errors
    /// If the model cannot speak of it.
    pub fn history(&self, customers: &SummaryBatch, row: usize) -> Result<Customer> {
        let customer = self.clock.history(customers, row);
        self.model.purchase.admits(&customer).map_err(|words| {
            let id = customers.customer_id.value(row);
            Error::model(self.model.purchase.name(), format!("customer '{id}': {words}"))
        })?;
        Ok(customer)
    }

    /// What tells a customer's model from that of others: the columns of the covariates, and the age where rates change with
    /// it.
    ///
    /// # Errors
    /// If the fit has not seen one of its values.
    pub fn columns(&self, customers: &SummaryBatch, row: usize) -> Result<Vec<f64>> {
        let mut columns = self.encoder.columns(customers, row).map_err(|words| {
            let message = format!("{words}. Use --unseen-level reference to take the reference instead");
            Error::model(self.model.purchase.name(), message)
        })?;
        columns.extend(self.clock.age(customers, row));
        Ok(columns)
    }

    /// The purchase model of customers with these columns.
    ///
    /// # Errors
    /// If a parameter leaves its domain.
    pub fn model_of(&self, columns: &[f64]) -> Result<PurchaseModel> {
        let base = &self.model.purchase;
        let own = match &self.model.effects {
            Some(effects) => base.with(&effects.params(base.params(), &effects.values(), columns))?,
            None => base.clone(),
        };
        Ok(self.ahead(own, columns, self.model.unit.days()))
    }

    /// A model of customers with these columns, in a unit of so many days, with what lies ahead of them.
    pub fn ahead(&self, model: PurchaseModel, columns: &[f64], unit: f64) -> PurchaseModel {
        match columns.last().and_then(|age| self.clock.path(*age, unit)) {
            Some(path) => model.exposed(path),
            None => model,
        }
    }
}
