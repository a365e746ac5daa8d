//! An average of models with weights, in files of version 2.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{OneModel, model_of, rates};
use crate::base::{Error, Result};
use crate::fitted::file::v1::{Fit, date, named};
use crate::fitted::{self, Average, Learned, PurchaseModel, Trial};

/// The models, and what forecasts of earlier dates have shown.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::fitted::file) struct Part {
    /// Were weights learned?
    weights_are_learned: bool,
    models: Vec<Weighed>,
    learned: Option<Shown>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Weighed {
    weight: f64,
    of: OneModel,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rates: Option<rates::Part>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Shown {
    windows: f64,
    excess: f64,
    repeats: f64,
    why_none: Option<String>,
    dropped: Vec<String>,
    trials: Vec<Tried>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tried {
    origin: String,
    weeks: f64,
    customers: f64,
    expected: f64,
    bought: f64,
    covered: f64,
    crps: f64,
    reference: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    robust: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    before: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    held: Option<bool>,
}

impl Part {
    pub fn new(average: &Average, learned: Option<&Learned>) -> Self {
        let one = |part: &fitted::Part| Weighed {
            weight: part.weight,
            of: OneModel {
                model: part.model.name().to_owned(),
                parameters: named(part.model.specs(), part.model.params().to_vec()),
                covariance: part.fit.as_ref().and_then(|fit| fit.covariance.clone()),
                fit: part.fit.as_ref().map(Fit::from_report),
            },
            rates: part.intensity.as_ref().map(|intensity| rates::Part::new(intensity)),
        };
        Part {
            weights_are_learned: average.learned,
            models: average.parts.iter().map(one).collect(),
            learned: learned.map(Shown::new),
        }
    }

    pub fn into_memory(self) -> Result<(PurchaseModel, Option<Learned>)> {
        let name = "average";
        let all: f64 = self.models.iter().map(|model| model.weight).sum();
        if self.models.iter().any(|model| !(model.weight > 0.0 && model.weight <= 1.0))
            || (all - 1.0).abs() > 1e-6
        {
            return Err(Error::model(name, "weights must be positive and add up to 1"));
        }
        let one = |part: Weighed| {
            let (model, fit) = model_of(part.of, Vec::new())?;
            let rates = part.rates.map(|rates| {
                model.member().in_exposure()?;
                Ok::<_, Error>(Arc::new(rates.into_memory(model.name(), model.params().len())?))
            });
            Ok(fitted::Part { weight: part.weight, intensity: rates.transpose()?, model, fit })
        };
        let parts = self.models.into_iter().map(one).collect::<Result<_>>()?;
        let purchase = PurchaseModel::averaging(Average::new(self.weights_are_learned, parts));
        Ok((purchase, self.learned.map(Shown::into_memory).transpose()?))
    }
}

impl Shown {
    fn new(learned: &Learned) -> Self {
        let one = |trial: &Trial| Tried {
            origin: trial.origin.to_string(),
            weeks: trial.weeks,
            customers: trial.customers,
            expected: trial.expected,
            bought: trial.bought,
            covered: trial.covered,
            crps: trial.crps,
            reference: trial.reference,
            robust: trial.robust,
            before: trial.before,
            held: trial.held,
        };
        Shown {
            windows: learned.windows,
            excess: learned.excess,
            repeats: learned.repeats,
            why_none: learned.why_none.clone(),
            dropped: learned.dropped.clone(),
            trials: learned.trials.iter().map(one).collect(),
        }
    }

    fn into_memory(self) -> Result<Learned> {
        let positive = [self.windows, self.excess, self.repeats].iter().all(|number| *number >= 0.0);
        if !positive {
            return Err(Error::model("average", "what was learned must not be negative"));
        }
        let one = |tried: Tried| -> Result<Trial> {
            let Some(origin) = date(Some(tried.origin.clone()))? else { unreachable!("it has one") };
            Ok(Trial {
                origin,
                weeks: tried.weeks,
                customers: tried.customers,
                expected: tried.expected,
                bought: tried.bought,
                covered: tried.covered,
                crps: tried.crps,
                reference: tried.reference,
                robust: tried.robust,
                before: tried.before,
                held: tried.held,
            })
        };
        Ok(Learned {
            windows: self.windows,
            excess: self.excess,
            repeats: self.repeats,
            why_none: self.why_none,
            dropped: self.dropped,
            trials: self.trials.into_iter().map(one).collect::<Result<_>>()?,
        })
    }
}
