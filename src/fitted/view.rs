//! Customers of a summary as a fitted model sees them: in its time, admitted, told apart by its covariates.

use crate::base::{Error, Result};
use crate::customers::{Clock, Customer, Encoder, Intensity, UnseenLevel};
use crate::fitted::{ClvModel, PurchaseModel};
use crate::history::{SummaryBatch, SummaryMeta};
use crate::params::Effects;

/// Why a model that follows customers cannot speak of these.
const NO_TIMES: &str = "it follows customers from purchase to purchase, and when each purchase was is not known here: give it \
                        the purchase log, or a summary made of it with clv summarize --purchase-times";

/// How a model sees the customers of a summary.
#[derive(Debug, Clone)]
pub(crate) struct View<'a> {
    pub model: &'a ClvModel,
    pub clock: Clock,
    encoder: Encoder<'a>,
    /// Columns of covariates, and of the age where rates change with it; the ages at purchases come after.
    pub width: usize,
}

impl<'a> View<'a> {
    /// # Errors
    /// If the summary lacks a covariate of the model.
    pub fn new(model: &'a ClvModel, meta: &SummaryMeta, unseen: UnseenLevel) -> Result<Self> {
        let covariates = model.effects.as_ref().map_or(&[][..], Effects::covariates);
        let clock = Clock::new(meta, model.unit, model.purchase.needs().opportunities)
            .with_intensity(model.intensity.as_ref())
            .with_ages(model.purchase.average().and_then(|average| average.end()));
        let own: usize = covariates.iter().map(|covariate| covariate.columns().len()).sum();
        let width = own + usize::from(model.intensity.is_some() || clock.ages().is_some());
        if model.purchase.needs().purchase_times && !meta.has_purchase_times {
            return Err(Error::model(model.purchase.name(), NO_TIMES));
        }
        Ok(View { model, clock, encoder: Encoder::new(covariates, meta, unseen)?, width })
    }

    /// A customer's history in the model's unit.
    ///
    /// # Errors
    /// If the model cannot speak of it.
    pub fn history(&self, customers: &SummaryBatch, row: usize) -> Result<Customer> {
        let customer = self.clock.history(customers, row);
        if self.model.purchase.needs().purchase_times {
            return Ok(customer);
        }
        self.model.purchase.admits(&customer).map_err(|words| {
            let id = customers.customer_id.value(row);
            Error::model(self.model.purchase.name(), format!("customer '{id}': {words}"))
        })?;
        Ok(customer)
    }

    /// What tells a customer's model from that of others: the columns of the covariates, the age where rates change with
    /// it, and the ages at repeat purchases where the model follows them.
    ///
    /// # Errors
    /// If the fit has not seen one of its values.
    pub fn columns(&self, customers: &SummaryBatch, row: usize) -> Result<Vec<f64>> {
        let mut columns = self.encoder.columns(customers, row).map_err(|words| {
            let message = format!("{words}. Use --unseen-level reference to take the reference instead");
            Error::model(self.model.purchase.name(), message)
        })?;
        columns.extend(self.clock.age(customers, row));
        if self.model.purchase.needs().purchase_times {
            columns.extend(self.clock.purchase_times(customers, row));
        }
        Ok(columns)
    }

    /// The purchase model of customers with these columns.
    ///
    /// # Errors
    /// If a parameter leaves its domain.
    pub fn model_of(&self, columns: &[f64]) -> Result<PurchaseModel> {
        Ok(self.of_columns(self.own(columns)?, None, columns, false))
    }

    /// The model of what customers with these columns did since they were born: new customers of it are as old as
    /// [`View::history`] has them.
    ///
    /// # Errors
    /// If a parameter leaves its domain.
    pub fn model_since_birth(&self, columns: &[f64]) -> Result<PurchaseModel> {
        let own = self.own(columns)?;
        let (known, _) = columns.split_at(self.width.min(columns.len()));
        Ok(match known.last().and_then(|age| self.clock.born(*age)) {
            Some((intensity, (born, _))) => own.exposed(intensity, (born, born), self.model.unit.days()),
            None => own,
        })
    }

    fn own(&self, columns: &[f64]) -> Result<PurchaseModel> {
        let base = &self.model.purchase;
        match &self.model.effects {
            Some(effects) => base.with(&effects.params(base.params(), &effects.values(), columns)),
            None => Ok(base.clone()),
        }
    }

    /// A model of customers with these columns: of their purchases, and with what lies ahead of them. Its time is in the
    /// model's unit, or in that of intervals; rates change as the model has it, or so.
    pub fn of_columns(
        &self,
        model: PurchaseModel,
        rates: Option<&Intensity>,
        columns: &[f64],
        canonical: bool,
    ) -> PurchaseModel {
        let (known, ages) = columns.split_at(self.width.min(columns.len()));
        let ages: Vec<f64> = match canonical {
            true => ages.iter().map(|age| self.clock.canonical_length(*age)).collect(),
            false => ages.to_vec(),
        };
        let unit = if canonical { 1.0 } else { self.model.unit.days() };
        // Each model of an average has rates of its own.
        let model = match (known.last(), self.clock.ages()) {
            (Some(age), Some(now)) => model.of_age(*age, now, unit),
            _ => model,
        };
        let own = known.last().and_then(|age| self.clock.born(*age));
        model.of_history(&ages, own.map(|(own, moments)| (rates.unwrap_or(own), moments)), unit)
    }
}
