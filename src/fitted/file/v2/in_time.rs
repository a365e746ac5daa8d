//! What a model follows of customers over time: columns, and what one more of each does.

use serde::{Deserialize, Serialize};

use crate::base::{Error, Result};
use crate::customers::Within;
use crate::fit::{CoefficientEstimate, FitReport};
use crate::fitted::Member;
use crate::params::InTime;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Part {
    columns: Vec<Column>,
    /// Where in its day a purchase is: `end` or `start`.
    purchases_at: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Column {
    name: String,
    purchase: Coefficient,
    dropout: Coefficient,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Coefficient {
    value: f64,
    standard_error: Option<f64>,
}

impl Part {
    pub fn new(own: &InTime, fit: Option<&FitReport>) -> Self {
        let n = own.names.len();
        let error = |at: usize| fit.and_then(|fit| fit.coefficients.get(at)?.standard_error);
        let one = |(at, name): (usize, &String)| Column {
            name: name.clone(),
            purchase: Coefficient { value: own.purchase[at], standard_error: error(at) },
            dropout: Coefficient { value: own.dropout[at], standard_error: error(n + at) },
        };
        Part {
            columns: own.names.iter().enumerate().map(one).collect(),
            purchases_at: own.within.name().to_owned(),
        }
    }

    /// Of this model.
    pub fn into_memory(self, model: &str) -> Result<(InTime, Vec<CoefficientEstimate>)> {
        Member::named(model)?.in_time()?;
        let wrong = |words: String| Err(Error::model(model, format!("columns over time: {words}")));
        let within = match self.purchases_at.as_str() {
            "end" => Within::End,
            "start" => Within::Start,
            other => {
                return wrong(format!("purchases are at the end or the start of a day, not at '{other}'"));
            }
        };
        if self.columns.is_empty() {
            return wrong("there is none".to_owned());
        }
        let all = || self.columns.iter().map(|column| (&column.name, [&column.purchase, &column.dropout]));
        if let Some((name, _)) = all().find(|(_, own)| own.iter().any(|one| !one.value.is_finite())) {
            return wrong(format!("a coefficient of {name} is no number"));
        }
        let of = |process: usize| all().map(move |(_, own)| own[process].value).collect::<Vec<f64>>();
        let names = self.columns.iter().map(|column| column.name.clone()).collect();
        let own = InTime { names, within, purchase: of(0), dropout: of(1) };
        let estimate = |process: usize| {
            all().map(move |(name, own)| CoefficientEstimate {
                process: InTime::PROCESSES[process].to_owned(),
                column: name.clone(),
                value: own[process].value,
                standard_error: own[process].standard_error,
            })
        };
        let estimates = estimate(0).chain(estimate(1)).collect();
        Ok((own, estimates))
    }
}
