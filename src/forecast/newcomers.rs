//! Customers who have just been won: a summary of them, whom all questions can then be asked about.

use arrow_array::{Float64Array, StringArray, UInt32Array};
use jiff::civil::Date;

use crate::base::{Error, Result};
use crate::customers::{Covariate, Kind};
use crate::fitted::ClvModel;
use crate::history::{Summary, SummaryBatch, SummaryMeta, UnitSource};
use crate::params::Effects;

/// More kinds of newcomers than this are nothing to look at.
const MOST: usize = 1000;

/// Customers who buy for the first time on a date (`None`: at the end of the model's observation), one of each kind:
/// `(x, t_x, T) = (0, 0, 0)`, which is all that is known of them beside what tells their kind. A kind is a combination of
/// values of the model's covariates, or a group; `kinds` has for each of these names the values wanted, and what it leaves
/// out is all levels that the fit has seen, of a number its mean. A kind is called by its values, `search` or
/// `search, north`.
///
/// # Errors
/// If a name is no covariate of the model, there are too many kinds, or the date is before rates that change with time
/// were last observed.
pub fn newcomers(model: &ClvModel, born: Option<Date>, kinds: &[(String, Vec<String>)]) -> Result<Summary> {
    model.refuse_in_time("a forecast of newcomers")?;
    let covariates = model.effects.as_ref().map_or(&[][..], Effects::covariates);
    if let Some((name, _)) = kinds.iter().find(|(name, _)| !covariates.iter().any(|c| c.name == *name)) {
        let known: Vec<&str> = covariates.iter().map(|covariate| covariate.name.as_str()).collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        return Err(Error::option(
            "--newcomers",
            format!("'{name}' does not tell customers of this model apart ({known} does)"),
        ));
    }
    if let (Some(born), Some(until)) = (born, model.rates_until())
        && born < until
    {
        let message = format!(
            "rates of this model change with time and are known until {until}: newcomers come then or later"
        );
        return Err(Error::option("--newcomers", message));
    }
    let values = |covariate: &Covariate| match kinds.iter().find(|(name, _)| *name == covariate.name) {
        Some((_, wanted)) => wanted.clone(),
        None => seen(covariate),
    };
    let mut rows: Vec<Vec<String>> = vec![Vec::new()];
    for values in covariates.iter().map(values) {
        let longer = |row: &Vec<String>| {
            let row = row.clone();
            values.clone().into_iter().map(move |value| [&row[..], &[value]].concat())
        };
        rows = rows.iter().flat_map(longer).collect();
        if rows.len() > MOST {
            let message = format!(
                "there are more than {MOST} combinations: say for some attribute which values are wanted"
            );
            return Err(Error::option("--newcomers", message));
        }
    }
    Ok(summary(model, born, covariates, &rows))
}

/// The values of a covariate that stand for all.
fn seen(covariate: &Covariate) -> Vec<String> {
    match &covariate.kind {
        Kind::Number { mean } => vec![mean.to_string()],
        Kind::Levels { reference, others } => [reference].into_iter().chain(others).cloned().collect(),
        Kind::Groups { names } => names.clone(),
    }
}

fn summary(model: &ClvModel, born: Option<Date>, covariates: &[Covariate], rows: &[Vec<String>]) -> Summary {
    let n = rows.len();
    let name = |row: &Vec<String>| if row.is_empty() { "newcomer".to_owned() } else { row.join(", ") };
    let needs = model.purchase.needs();
    let meta = SummaryMeta {
        unit: model.unit,
        unit_source: UnitSource::Given,
        grain: model.grain,
        observed_until: born.or(model.observed_until),
        has_money: model.spend.is_some(),
        has_log_gaps: needs.log_gaps,
        has_purchase_times: needs.purchase_times,
        attributes: covariates.iter().map(|covariate| covariate.name.clone()).collect(),
        settled: true,
        customers: Some(n as u64),
        ..SummaryMeta::default()
    };
    let zeros = || Float64Array::from(vec![0.0; n]);
    let batch = SummaryBatch {
        customer_id: StringArray::from_iter_values(rows.iter().map(name)),
        frequency: UInt32Array::from(vec![0; n]),
        recency: zeros(),
        t: zeros(),
        monetary_value: meta.has_money.then(zeros),
        log_gaps: meta.has_log_gaps.then(zeros),
        purchase_times: meta.has_purchase_times.then(|| crate::history::listed((0..n).map(|_| &[][..]))),
        first_amount: None,
        attributes: (0..covariates.len())
            .map(|place| StringArray::from_iter_values(rows.iter().map(|row| &row[place])))
            .collect(),
    };
    Summary::new(meta, vec![batch])
}
