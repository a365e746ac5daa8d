//! Customers of a summary as a fitted model sees them: in its time, admitted, told apart by its covariates.

use crate::base::{Error, Grain, Horizon, Result};
use std::sync::Arc;

use crate::customers::{Clock, Customer, Encoder, Intensity, OverTime, TIME_COVARIATES, UnseenLevel};
use crate::fitted::{ClvModel, PurchaseModel};
use crate::history::{SummaryBatch, SummaryMeta, first_grain};
use crate::model::Rates;
use crate::params::{Effects, InTime};

/// Why a model that follows customers cannot speak of these.
const NO_TIMES: &str = "it follows customers from purchase to purchase, and when each purchase was is not known here: give it \
                        the purchase log, or a summary made of it with clv summarize --purchase-times";

/// The rates over a life of which this is known, from this day on, for such coefficients.
fn rates_of(
    of: &InTime,
    over_time: &OverTime,
    (number, born): (u32, i32),
    values: &[f64],
    unit: f64,
) -> Vec<Rates> {
    let rates = |(from, columns): (f64, &[f64])| {
        let (purchase, dropout) = InTime::rates(values, columns);
        Rates { from, purchase, dropout }
    };
    over_time.known()[number as usize].since(born, of.within, unit).map(rates).collect()
}

impl ClvModel {
    /// The purchase model of customers of whom this is known over time, who first bought on this day \[days since 1970\].
    pub(crate) fn following(&self, (number, born): (u32, i32)) -> PurchaseModel {
        match (self.in_time(), &self.over_time) {
            (Some(own), Some(over_time)) => {
                let rates = rates_of(own, over_time, (number, born), &own.values(), self.unit.days());
                self.purchase.at_rates(rates)
            }
            _ => self.purchase.clone(),
        }
    }
}

/// How a model sees the customers of a summary.
#[derive(Debug, Clone)]
pub(crate) struct View<'a> {
    pub model: &'a ClvModel,
    pub clock: Clock,
    encoder: Encoder<'a>,
    /// Columns of covariates, and of the age where rates change with it; the ages at purchases come after.
    pub width: usize,
    following: Option<Following<'a>>,
}

/// What a model follows of customers over time, and until when.
#[derive(Debug, Clone)]
struct Following<'a> {
    of: &'a InTime,
    over_time: Arc<OverTime>,
    /// The end of observation \[days since 1970\].
    end: i32,
    /// How far it is looked beyond \[days\].
    ahead: i32,
}

impl<'a> Following<'a> {
    fn new(model: &'a ClvModel, meta: &SummaryMeta) -> Result<Option<Self>> {
        let Some(of) = model.in_time() else { return Ok(None) };
        let wrong = |message: String| Err(Error::option(TIME_COVARIATES, message));
        let Some(over_time) = model.over_time.clone() else {
            return wrong(format!(
                "the model follows {} of each customer over time: give {TIME_COVARIATES} FILE with it, up to the end of what is \
                 looked to (clv score, forecast and backtest take it)",
                of.names.join(", ")
            ));
        };
        let Some(end) = meta.observed_until else {
            return wrong(
                "a summary does not say on which dates its customers came: give the purchase log".to_owned(),
            );
        };
        if meta.grain.is_some_and(|grain| grain != Grain::Day) {
            return wrong("purchases are told apart by day: leave --grain out".to_owned());
        }
        Ok(Some(Following { of, over_time, end: first_grain(Grain::Day, end), ahead: 0 }))
    }

    /// The first day of a customer of this age \[days\].
    fn born(&self, age: f64) -> i32 {
        self.end - age.round() as i32
    }

    /// The rates over the life of customers of this age \[days\] of whom this is known, for such coefficients.
    fn rates(&self, (number, age): (f64, f64), values: &[f64], unit: f64) -> Vec<Rates> {
        rates_of(self.of, &self.over_time, (number as u32, self.born(age)), values, unit)
    }
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
        let following = Following::new(model, meta)?;
        let width = match following {
            Some(_) => 2,
            None => own + usize::from(model.intensity.is_some() || clock.ages().is_some()),
        };
        if model.purchase.needs().purchase_times && !meta.has_purchase_times {
            return Err(Error::model(model.purchase.name(), NO_TIMES));
        }
        Ok(View { model, clock, encoder: Encoder::new(covariates, meta, unseen)?, width, following })
    }

    /// The same where it is looked so far ahead: what a model follows of customers must be known up to there. Without an end
    /// the last that is known holds for ever.
    pub fn looking(mut self, horizon: &Horizon) -> Self {
        if let (Some(following), Horizon::Finite(length)) = (&mut self.following, horizon) {
            following.ahead = length.days().min(1e6).ceil() as i32;
        }
        self
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
        if let Some(following) = &self.following {
            let age = self.clock.days_of(customers, row);
            let id = customers.customer_id.value(row);
            let until = following.end + following.ahead;
            let number = following.over_time.of(id, (following.born(age), until), following.of.within)?;
            columns.extend([f64::from(number), age.round()]);
        }
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
        let values = self.model.effects.as_ref().map_or(Vec::new(), Effects::values);
        Ok(self.of_columns((self.own(columns)?, &values), None, columns, false))
    }

    /// The model of what customers with these columns did since they were born: new customers of it are as old as
    /// [`View::history`] has them.
    ///
    /// # Errors
    /// If a parameter leaves its domain.
    pub fn model_since_birth(&self, columns: &[f64]) -> Result<PurchaseModel> {
        if self.following.is_some() {
            return self.model_of(columns);
        }
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
    /// model's unit, or in that of intervals; rates change as the model has it, or so. `values` are those of its effects.
    pub fn of_columns(
        &self,
        (model, values): (PurchaseModel, &[f64]),
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
        if let (Some(following), [number, age]) = (&self.following, known) {
            return model.at_rates(following.rates((*number, *age), values, unit));
        }
        // Each model of an average has rates of its own.
        let model = match (known.last(), self.clock.ages()) {
            (Some(age), Some(now)) => model.of_age(*age, now, unit),
            _ => model,
        };
        let own = known.last().and_then(|age| self.clock.born(*age));
        model.of_history(&ages, own.map(|(own, moments)| (rates.unwrap_or(own), moments)), unit)
    }
}
