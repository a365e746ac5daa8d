//! A member of the family with its parameters: what everything beyond a fit works with.

use std::sync::Arc;

use super::{InExposure, Member};
use crate::base::Result;
use crate::customers::{Intensity, Needs, Path};
use crate::fitted::Average;
use crate::model::{Attrition, Exposed, Rates, Tables};
use crate::params::{ParamSpec, in_order};

/// A purchase model of the family with its parameters, or an average of several. They never change: other parameters are
/// another model.
#[derive(Debug, Clone)]
pub struct PurchaseModel {
    member: &'static Member,
    params: Vec<f64>,
    attrition: Arc<dyn Attrition>,
    /// What scorers of this model share, whoever it is told of.
    tables: Arc<Tables>,
    /// Of an average.
    average: Option<Arc<Average>>,
}

impl PurchaseModel {
    /// A member with parameters that it was made with.
    pub(super) fn of(member: &'static Member, params: &[f64], attrition: Arc<dyn Attrition>) -> Self {
        PurchaseModel { member, params: params.to_vec(), attrition, tables: Arc::default(), average: None }
    }

    /// The model of this name with these parameters.
    ///
    /// # Errors
    /// If the name is unknown or a parameter is not in its domain.
    pub fn new(name: &str, params: &[f64]) -> Result<Self> {
        Member::named(name)?.with(params)
    }

    /// The model of this name with parameters by name.
    ///
    /// # Errors
    /// If the name is unknown, or a parameter is unknown, missing, given twice or not in its domain.
    pub fn from_named(name: &str, params: &[(String, f64)]) -> Result<Self> {
        PurchaseModel::new(name, &in_order(name, Member::named(name)?.params, params)?)
    }

    /// The weighted average of several models' forecasts. Its parameters are theirs, one model's after the other's.
    pub fn averaging(average: Average) -> Self {
        let parts = &average.parts;
        PurchaseModel {
            member: average.member(),
            params: parts.iter().flat_map(|part| part.model.params.iter().copied()).collect(),
            attrition: average.mixture(|part| part.model.attrition.clone()),
            tables: Arc::default(),
            average: Some(Arc::new(average)),
        }
    }

    /// The same model with other parameters.
    ///
    /// # Errors
    /// If a parameter is not in its domain.
    pub fn with(&self, params: &[f64]) -> Result<Self> {
        match &self.average {
            None => self.member.with(params),
            Some(average) => Ok(PurchaseModel::averaging(average.with(params)?)),
        }
    }

    /// The same model for customers whose rates change so, who were born and are seen at these moments \[days from the end of
    /// observation\], in a unit of so many days.
    ///
    /// An average has clocks of its own: see [`PurchaseModel::of_age`].
    pub fn exposed(&self, intensity: &Intensity, (born, now): (f64, f64), unit: f64) -> Self {
        let attrition = match self.member.exposure {
            InExposure::Purchases(own) => own(&self.params, Path::new(intensity, born, born, unit)),
            InExposure::All | InExposure::Nothing => {
                let own = (self.attrition.clone(), self.tables.clone());
                Arc::new(Exposed::new(own, intensity, (born, now), unit))
            }
        };
        PurchaseModel { attrition, ..self.clone() }
    }

    /// The same model for customers with these rates over their lives; others stay as they are.
    pub fn at_rates(&self, rates: Vec<Rates>) -> Self {
        match self.member.in_time {
            Some(own) => PurchaseModel { attrition: (own.with)(&self.params, rates), ..self.clone() },
            None => self.clone(),
        }
    }

    /// The same model for customers who bought again at these ages, ascending \[units\]: what a model that follows them from
    /// purchase to purchase has to know. Others stay as they are.
    pub fn of_purchases(&self, ages: &[f64]) -> Self {
        match self.attrition.of_purchases(ages) {
            Some(attrition) => PurchaseModel { attrition, ..self.clone() },
            None => self.clone(),
        }
    }

    /// The same for customers who bought again at these ages \[units of so many days\], and whose rates change as is said, of
    /// whom was born and is seen at these moments.
    pub fn of_history(&self, ages: &[f64], rates: Option<(&Intensity, (f64, f64))>, unit: f64) -> Self {
        let own = match (self.needs().purchase_times, rates) {
            (false, _) => self.clone(),
            (true, None) => self.of_purchases(ages),
            (true, Some((intensity, (born, _)))) => {
                self.of_purchases(&intensity.ages_of(born, ages.iter().copied(), unit))
            }
        };
        match rates {
            Some((intensity, moments)) => own.exposed(intensity, moments, unit),
            None => own,
        }
    }

    /// The same average for customers of this age \[days\], so many days after the end of the observation that it was fitted
    /// to, in a unit of so many days: each of its models with rates of its own.
    pub fn of_age(&self, age: f64, now: f64, unit: f64) -> Self {
        let Some(average) = &self.average else { return self.clone() };
        let attrition = average.mixture(|part| match &part.intensity {
            None => part.model.attrition.clone(),
            Some(intensity) => part.model.exposed(intensity, (now - age, now), unit).attrition,
        });
        PurchaseModel { attrition, ..self.clone() }
    }

    /// What it averages, if it does.
    pub fn average(&self) -> Option<&Average> {
        self.average.as_deref()
    }

    /// Its member of the family.
    pub fn member(&self) -> &'static Member {
        self.member
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        self.member.name
    }

    /// Its parameters, in the order of [`PurchaseModel::specs`].
    pub fn params(&self) -> &[f64] {
        &self.params
    }

    /// What its parameters are.
    pub fn specs(&self) -> &[ParamSpec] {
        self.average.as_ref().map_or(self.member.params, |average| &average.specs)
    }

    /// What it asks of customers.
    pub fn needs(&self) -> Needs {
        let parts = self.average.iter().flat_map(|average| &average.parts);
        let purchase_times = parts.into_iter().any(|part| part.model.needs().purchase_times);
        Needs { purchase_times: self.member.needs.purchase_times || purchase_times, ..self.member.needs }
    }
}

impl std::ops::Deref for PurchaseModel {
    type Target = dyn Attrition;
    fn deref(&self) -> &Self::Target {
        self.attrition.as_ref()
    }
}
