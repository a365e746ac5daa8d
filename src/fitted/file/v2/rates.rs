//! How rates change with age and date, in files of version 2.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::base::{Error, Result};
use crate::customers::{AGE_STEPS, Beside, Intensity, Parts, Season};
use crate::fitted::file::v1::date;

/// The parts of `ln m`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::fitted::file) struct Part {
    /// The last day of the observation that it was estimated from.
    end: String,
    /// By age.
    age: Vec<Step>,
    /// By week before the end, that which ends with it first.
    shocks: Vec<f64>,
    shock_spread: f64,
    /// `ln` of the mean of `m` over weeks, of shocks.
    unseen: f64,
    /// Coefficients of the cosine and sine of a year, then of half a year.
    season: Option<[f64; 4]>,
    /// What was left open of them; older files have none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    beside: Vec<BesidePart>,
}

/// Rates that were left open as well.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct BesidePart {
    rates: Part,
    /// Of the logarithms of the parameters, in the model's order.
    moves: Vec<f64>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    below_weeks: f64,
    ln_m: f64,
}

impl Part {
    pub fn new(rates: &Intensity) -> Self {
        let beside =
            |beside: &Beside| BesidePart { rates: Part::new(&beside.rates), moves: beside.moves.clone() };
        Part { beside: rates.beside().iter().map(beside).collect(), ..Part::of(rates.parts()) }
    }

    fn of(parts: &Parts) -> Self {
        let step = |(ln_m, below_weeks): (&f64, f64)| Step { below_weeks, ln_m: *ln_m };
        Part {
            end: parts.end.to_string(),
            age: parts.age.iter().zip(AGE_STEPS).map(step).collect(),
            shocks: parts.shocks.clone(),
            shock_spread: parts.shock_spread,
            unseen: parts.unseen,
            season: parts.season.map(|season| season.waves),
            beside: Vec::new(),
        }
    }

    /// Of a model of so many parameters.
    pub fn into_memory(mut self, model: &str, params: usize) -> Result<Intensity> {
        let beside = std::mem::take(&mut self.beside).into_iter().map(|beside| {
            let known = beside.moves.iter().all(|by| by.abs() <= LARGEST);
            if beside.moves.len() != params || !known || !beside.rates.beside.is_empty() {
                let message = format!(
                    "how rates change with time: each of 'beside' has {params} moves of at most {LARGEST}, and rates \
                     without others beside them"
                );
                return Err(Error::model(model, message));
            }
            let rates = Arc::new(Intensity::new(beside.rates.parts(model)?));
            Ok(Beside { rates, moves: beside.moves })
        });
        let beside = beside.collect::<Result<Vec<_>>>()?;
        Ok(Intensity::new(self.parts(model)?).with_beside(beside))
    }

    fn parts(self, model: &str) -> Result<Parts> {
        let wrong = |words: String| Err(Error::model(model, format!("how rates change with time: {words}")));
        if self.age.len() > AGE_STEPS.len()
            || self.age.iter().zip(AGE_STEPS).any(|(step, below)| step.below_weeks != below)
        {
            return wrong(format!("ages must step at {AGE_STEPS:?} weeks"));
        }
        let values = self.age.iter().map(|step| step.ln_m).chain(self.shocks.iter().copied());
        let mut values =
            values.chain([self.shock_spread, self.unseen]).chain(self.season.into_iter().flatten());
        if let Some(value) = values.find(|value| value.abs() > LARGEST) {
            return wrong(format!("ln m of {value} is more than {LARGEST}"));
        }
        if self.shock_spread < 0.0 {
            return wrong(format!("the spread of shocks is negative ({})", self.shock_spread));
        }
        let Some(end) = date(Some(self.end))? else { return wrong("no end of observation".to_owned()) };
        Ok(Parts {
            end,
            age: self.age.into_iter().map(|step| step.ln_m).collect(),
            shocks: self.shocks,
            shock_spread: self.shock_spread,
            unseen: self.unseen,
            season: self.season.map(|waves| Season { waves }),
        })
    }
}

/// Rates differ by no more than this power of e.
const LARGEST: f64 = 20.0;
