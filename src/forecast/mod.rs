//! Forecasts of a fitted model: one row of scores a customer, streamed, with intervals; totals; customers in classes.
//!
//! Expected purchases depend on a customer's `x` and `T` only, once it is known to be alive (unless purchases are regular),
//! so they are worked out once for all customers who share both (see [`Scorer`](crate::model::Scorer)). With
//! covariates each distinct combination of them is a model of its own. Batches are scored side by side
//! and leave in the order they came in; memory does not grow with customers.

mod age;
#[cfg(test)]
mod agreement_tests;
mod ahead;
#[cfg(test)]
mod calibration_tests;
mod chances;
mod extra;
mod few;
mod futures;
mod gathered;
mod interval;
mod leaving;
mod newcomers;
mod path;
pub mod profile;
mod question;
pub mod rules;
mod simulated;
mod spread;
mod totals;
mod worth;

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use jiff::civil::Date;
use rayon::prelude::*;

pub use self::chances::{chances_into, chances_of_new, chances_schema};
pub use self::extra::ExtraColumn;
pub use self::futures::{FutureOptions, futures_into, futures_schema};
pub(crate) use self::gathered::Gathered;
pub use self::interval::{GroupSums, IntervalOf, IntervalOptions, Intervals};
pub use self::leaving::{Leaving, leaving, may_see_more};
pub use self::newcomers::newcomers;
pub use self::path::Steps;
use self::question::{Lane, Question};
pub(crate) use self::simulated::MOST_PURCHASES;
pub use self::spread::Spread;
pub use self::totals::{OLD, Totals, score_into};
use crate::base::{ErrorKind, Result, ValueOptions};
use crate::customers::UnseenLevel;
use crate::fitted::ClvModel;
use crate::history::{Summary, SummaryBatch};

/// What to say of each customer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ScoreOptions {
    /// How far to look, and what a purchase is worth.
    pub value: ValueOptions,
    /// Columns beyond the usual ones.
    pub columns: Vec<ExtraColumn>,
    /// What to do with values of covariates that the fit has not seen.
    pub unseen: UnseenLevel,
    /// How sure it is, too.
    pub interval: Option<IntervalOptions>,
    /// Rows not for the horizon alone but for each step on the way to it, which is the last one.
    pub path: Option<Steps>,
    /// An attribute by whose values totals are worked out, besides that of all customers.
    pub by: Option<String>,
    /// Memory that tables of intervals may take, half of what is given here, over all threads \[bytes\]; `None`, and at most: 512
    /// MB of them. It changes how long they take, and nothing else.
    pub memory: Option<u64>,
}

impl From<ValueOptions> for ScoreOptions {
    fn from(value: ValueOptions) -> Self {
        ScoreOptions { value, ..ScoreOptions::default() }
    }
}

/// The forecast of some customers; columns of equal length, in the order of `customers`.
#[derive(Debug, Clone)]
pub struct ScoreBatch {
    /// Whom it is about.
    pub customers: SummaryBatch,
    /// Probability of still being a customer.
    pub p_alive: Vec<f64>,
    /// Expected purchases within the horizon; `None` if the horizon has no end and they neither.
    pub expected_purchases: Option<Vec<f64>>,
    /// Expected amount of a future purchase; `None` without a spend model.
    pub expected_spend: Option<Vec<f64>>,
    /// Present value; `None` without a spend model.
    pub clv: Option<Vec<f64>>,
    /// Further columns that were asked for, in their order.
    pub extra: Vec<(ExtraColumn, Vec<Option<f64>>)>,
    /// Probability of at least one purchase within the horizon.
    pub p_purchase: Vec<f64>,
    /// Intervals, if they were asked for.
    pub intervals: Option<Intervals>,
    /// Totals of the batch by the values of the attribute asked for; under `None` those of all.
    pub groups: BTreeMap<Option<String>, GroupSums>,
    /// The end of observation, for columns of dates.
    observed_until: Option<Date>,
}

/// The columns of a table of scores with these options; of a path `customer_id`, `horizon`, `until`, then what changes with the
/// horizon.
pub fn schema(options: &ScoreOptions) -> SchemaRef {
    if options.path.is_some() {
        return path::schema(options);
    }
    let number = |name: &str| Field::new(name, DataType::Float64, true);
    let mut fields = vec![
        Field::new("customer_id", DataType::Utf8, false),
        Field::new("frequency", DataType::UInt32, false),
        number("recency"),
        number("T"),
        number("monetary_value"),
        number("p_alive"),
        number("expected_purchases"),
        number("expected_spend"),
        number("clv"),
        number("p_purchase"),
    ];
    fields.extend(options.interval.iter().flat_map(|interval| interval.names()).map(number));
    fields.extend(ExtraColumn::beyond(&options.columns).map(ExtraColumn::field));
    Arc::new(Schema::new(fields))
}

impl ScoreBatch {
    /// As a table of this [`schema`]; columns without values are null.
    ///
    /// # Panics
    /// If the schema is not that of the options it was scored with.
    pub fn into_table(self, schema: &SchemaRef) -> RecordBatch {
        let n = self.customers.len();
        let column = |values: Option<Vec<f64>>| -> ArrayRef {
            match values {
                Some(values) => Arc::new(Float64Array::from(values)),
                None => Arc::new(Float64Array::new_null(n)),
            }
        };
        let customers = self.customers;
        let money = customers.monetary_value.unwrap_or_else(|| Float64Array::new_null(n));
        let mut columns: Vec<ArrayRef> = vec![
            Arc::new(customers.customer_id),
            Arc::new(customers.frequency),
            Arc::new(customers.recency),
            Arc::new(customers.t),
            Arc::new(money),
            Arc::new(Float64Array::from(self.p_alive)),
            column(self.expected_purchases),
            column(self.expected_spend),
            column(self.clv),
            Arc::new(Float64Array::from(self.p_purchase)),
        ];
        columns.extend(self.intervals.into_iter().flat_map(Intervals::into_columns).map(column));
        let until = self.observed_until;
        columns.extend(self.extra.into_iter().map(|(column, values)| column.array(values, until)));
        RecordBatch::try_new(schema.clone(), columns).expect("all columns have the customers' length")
    }
}

/// Scores the customers of a summary, batch by batch.
///
/// # Errors
/// If the options are out of their domain, or the model gives no finite answer to them (said here,
/// before any row); each batch may carry an error of reading the summary.
pub fn score<'a>(
    model: &'a ClvModel,
    summary: &'a Summary,
    options: &ScoreOptions,
) -> Result<impl Iterator<Item = Result<ScoreBatch>> + 'a> {
    let question = Question::new(model, summary, options)?;
    let lanes = rayon::current_num_threads().max(1);
    let mut scorers: Vec<Lane> = (0..lanes).map(|_| Lane::default()).collect();
    let mut batches = summary.batches();
    let mut ready = std::collections::VecDeque::new();
    Ok(std::iter::from_fn(move || {
        if ready.is_empty() {
            let some: Vec<_> = batches.by_ref().take(lanes).collect();
            let scored: Vec<_> = some
                .into_par_iter()
                .zip(scorers.par_iter_mut())
                .map(|(batch, lane)| batch.and_then(|batch| question.answer(batch, lane)))
                .collect();
            ready.extend(scored);
        }
        ready.pop_front()
    }))
}

/// Were parameters of the model given, so that intervals take them as known?
pub fn parameters_are_certain(model: &ClvModel) -> bool {
    crate::fitted::draws::is_certain(model)
}

/// Where the draws of intervals come from, in words, if a fit leaves parameters open.
pub fn weak_prior(model: &ClvModel) -> Option<String> {
    let fits = model.purchase_fits().chain(&model.spend_fit);
    let mut open = fits.filter_map(|fit| Some((fit.model, fit.posterior.as_ref()?)));
    open.find(|(_, posterior)| posterior.weak_prior).map(|(name, _)| {
        format!("the {name} fit leaves parameters open: intervals are drawn under a weak prior, estimates are without it")
    })
}

/// Why there are no intervals: in words, if a fit does not say how sure its parameters are.
pub fn no_intervals(model: &ClvModel) -> Option<String> {
    crate::fitted::draws::open(model).map(|name| {
        format!(
            "the intervals are empty: the {name} fit ended without a maximum, and nothing says how far off its \
             parameters may be. Fit again with --prior weak"
        )
    })
}

/// The last line of defence: no value that is not a number leaves.
fn check_finite(scores: &ScoreBatch) -> Result<()> {
    let columns = [
        ("p_alive", Some(&scores.p_alive)),
        ("expected_purchases", scores.expected_purchases.as_ref()),
        ("expected_spend", scores.expected_spend.as_ref()),
        ("clv", scores.clv.as_ref()),
        ("p_purchase", Some(&scores.p_purchase)),
    ];
    for (name, column) in columns {
        let Some(column) = column else { continue };
        if let Some(row) = column.iter().position(|value| !value.is_finite()) {
            let id = scores.customers.customer_id.value(row).to_owned();
            return Err(ErrorKind::NotFinite { customer: id, column: name, value: column[row] }.into());
        }
    }
    Ok(())
}
