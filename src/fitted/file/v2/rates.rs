//! How rates change with age and date, in files of version 2.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::base::{Error, Result};
use crate::customers::{
    AGE_STEPS, Beside, Effect, Intensity, MONTHS_OF_YEAR, Parts, Regressors, Season, Shared, WEEKS_OF_YEAR,
};
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
    /// A given season instead, as `ln m`: by month, or by week of the year.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    season_index: Option<Vec<f64>>,
    /// What all customers share of a day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    calendar: Option<CalendarPart>,
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

/// Columns of numbers by day, and what each does.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CalendarPart {
    columns: Vec<ColumnPart>,
    /// From a day until the next: the numbers of all columns. Rates beside others have those of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    days: Vec<(String, Vec<f64>)>,
    /// The last day that is known.
    until: String,
    /// `ln` of their mean factor over days seen.
    unknown: f64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ColumnPart {
    name: String,
    /// What one more of it adds to `ln m`, and the standard error.
    slope: f64,
    standard_error: f64,
    /// The number at which it adds nothing.
    centre: f64,
}

impl CalendarPart {
    fn of(shared: &Shared) -> Self {
        let column = |(name, effect): (&String, &Effect)| ColumnPart {
            name: name.clone(),
            slope: effect.slope,
            standard_error: effect.error,
            centre: effect.centre,
        };
        let regressors = &shared.regressors;
        CalendarPart {
            columns: regressors.names().iter().zip(&shared.effects).map(column).collect(),
            days: regressors.spans().map(|(from, values)| (from.to_string(), values.to_vec())).collect(),
            until: regressors.until().to_string(),
            unknown: shared.unknown,
        }
    }

    /// What it says, or what is wrong with it.
    fn shared(self) -> Result<std::result::Result<Shared, String>> {
        let mut spans = Vec::new();
        for (from, values) in self.days {
            let Some(from) = date(Some(from))? else { return Ok(Err("a day without a date".to_owned())) };
            if values.len() != self.columns.len() || values.iter().any(|value| !value.is_finite()) {
                return Ok(Err(format!("{from} has not a number for each column")));
            }
            spans.push((from, values));
        }
        let Some(until) = date(Some(self.until))? else { return Ok(Err("no last day".to_owned())) };
        let ascending = spans.windows(2).all(|pair| pair[0].0 < pair[1].0);
        if spans.is_empty() || !ascending || spans[spans.len() - 1].0 > until {
            return Ok(Err("days must ascend, up to 'until'".to_owned()));
        }
        let effects: Vec<Effect> = (self.columns.iter())
            .map(|own| Effect { slope: own.slope, error: own.standard_error, centre: own.centre })
            .collect();
        let names = self.columns.into_iter().map(|own| own.name).collect();
        let regressors = Arc::new(Regressors::new(names, spans, until));
        let shared = Shared { regressors, effects, unknown: self.unknown };
        let mut all = shared.regressors.spans().filter_map(|(from, _)| shared.at(from));
        let wild = all.find(|ln_m| ln_m.is_nan() || ln_m.abs() > LARGEST);
        drop(all);
        match wild {
            Some(ln_m) => Ok(Err(format!("ln m of {ln_m} is more than {LARGEST}"))),
            None => Ok(Ok(shared)),
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    below_weeks: f64,
    ln_m: f64,
}

impl Part {
    pub fn new(rates: &Intensity) -> Self {
        let beside = |beside: &Beside| BesidePart {
            rates: Part::new(&beside.rates).without_days(),
            moves: beside.moves.clone(),
        };
        Part { beside: rates.beside().iter().map(beside).collect(), ..Part::of(rates.parts()) }
    }

    fn without_days(mut self) -> Self {
        self.calendar.iter_mut().for_each(|calendar| calendar.days.clear());
        self
    }

    /// With the days of others if it has none of its own.
    fn with_days(mut self, of: &[(String, Vec<f64>)]) -> Self {
        self.calendar.iter_mut().filter(|own| own.days.is_empty()).for_each(|own| own.days = of.to_vec());
        self
    }

    fn of(parts: &Parts) -> Self {
        let step = |(ln_m, below_weeks): (&f64, f64)| Step { below_weeks, ln_m: *ln_m };
        Part {
            end: parts.end.to_string(),
            age: parts.age.iter().zip(AGE_STEPS).map(step).collect(),
            shocks: parts.shocks.clone(),
            shock_spread: parts.shock_spread,
            unseen: parts.unseen,
            season: match &parts.season {
                Some(Season::Waves(waves)) => Some(*waves),
                _ => None,
            },
            season_index: match &parts.season {
                Some(Season::Given(index)) => Some(index.to_vec()),
                _ => None,
            },
            calendar: parts.shared.as_ref().map(CalendarPart::of),
            beside: Vec::new(),
        }
    }

    /// Of a model of so many parameters.
    pub fn into_memory(mut self, model: &str, params: usize) -> Result<Intensity> {
        let days = self.calendar.as_ref().map_or_else(Vec::new, |calendar| calendar.days.clone());
        let beside = std::mem::take(&mut self.beside).into_iter().map(|beside| {
            let known = beside.moves.iter().all(|by| by.abs() <= LARGEST);
            if beside.moves.len() != params || !known || !beside.rates.beside.is_empty() {
                let message = format!(
                    "how rates change with time: each of 'beside' has {params} moves of at most {LARGEST}, and rates \
                     without others beside them"
                );
                return Err(Error::model(model, message));
            }
            let rates = Arc::new(Intensity::new(beside.rates.with_days(&days).parts(model)?));
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
        let values = values.chain([self.shock_spread, self.unseen]).chain(self.season.into_iter().flatten());
        let mut values = values.chain(self.season_index.iter().flatten().copied());
        if let Some(value) = values.find(|value| value.abs() > LARGEST) {
            return wrong(format!("ln m of {value} is more than {LARGEST}"));
        }
        if self.shock_spread < 0.0 {
            return wrong(format!("the spread of shocks is negative ({})", self.shock_spread));
        }
        let given = self.season_index.as_ref().map_or(MONTHS_OF_YEAR, Vec::len);
        if (given != MONTHS_OF_YEAR && given != WEEKS_OF_YEAR)
            || (self.season.is_some() && self.season_index.is_some())
        {
            return wrong("a season has waves, or an index of 12 months or 53 weeks".to_owned());
        }
        let shared = match self.calendar.map(CalendarPart::shared).transpose()? {
            Some(Err(words)) => return wrong(format!("calendar: {words}")),
            Some(Ok(shared)) => Some(shared),
            None => None,
        };
        let given = self.season_index.map(|index| Season::Given(index.into()));
        let Some(end) = date(Some(self.end))? else { return wrong("no end of observation".to_owned()) };
        Ok(Parts {
            end,
            age: self.age.into_iter().map(|step| step.ln_m).collect(),
            shocks: self.shocks,
            shock_spread: self.shock_spread,
            unseen: self.unseen,
            season: self.season.map(Season::Waves).or(given),
            shared,
        })
    }
}

/// Rates differ by no more than this power of e.
const LARGEST: f64 = 20.0;
