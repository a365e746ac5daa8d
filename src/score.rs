//! Scoring: a fitted model and a summary give one row a customer, streamed.
//!
//! Expected purchases depend on a customer's `x` and `T` only, once it is known to be alive, so they
//! are worked out once for all customers who share both (see [`Scorer`]). Batches are scored side by
//! side and leave in the order they came in; memory does not grow with customers.

use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use rayon::prelude::*;

use crate::clv_model::ClvModel;
use crate::error::{Error, ErrorKind, Result};
use crate::model::{Customer, Discounting, GammaGamma, Model, Scorer, Spend, SpendRow};
use crate::summary::{Summary, SummaryBatch};
use crate::units::Horizon;
use crate::value::ValueOptions;

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
}

/// The columns of a table of scores.
pub fn schema() -> SchemaRef {
    let number = |name: &str| Field::new(name, DataType::Float64, true);
    Arc::new(Schema::new(vec![
        Field::new("customer_id", DataType::Utf8, false),
        Field::new("frequency", DataType::UInt32, false),
        number("recency"),
        number("T"),
        number("monetary_value"),
        number("p_alive"),
        number("expected_purchases"),
        number("expected_spend"),
        number("clv"),
    ]))
}

impl ScoreBatch {
    /// As a table; columns without values are null.
    pub fn into_table(self) -> RecordBatch {
        let n = self.customers.len();
        let column = |values: Option<Vec<f64>>| -> ArrayRef {
            match values {
                Some(values) => Arc::new(Float64Array::from(values)),
                None => Arc::new(Float64Array::new_null(n)),
            }
        };
        let customers = self.customers;
        let money = customers.monetary_value.unwrap_or_else(|| Float64Array::new_null(n));
        let columns: Vec<ArrayRef> = vec![
            Arc::new(customers.customer_id),
            Arc::new(customers.frequency),
            Arc::new(customers.recency),
            Arc::new(customers.t),
            Arc::new(money),
            Arc::new(Float64Array::from(self.p_alive)),
            column(self.expected_purchases),
            column(self.expected_spend),
            column(self.clv),
        ];
        RecordBatch::try_new(schema(), columns).expect("all columns have the customers' length")
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
    options: &ValueOptions,
) -> Result<impl Iterator<Item = Result<ScoreBatch>> + 'a> {
    let question = Question::new(model, summary, options)?;
    let lanes = rayon::current_num_threads().max(1);
    let mut scorers: Vec<Lane> = (0..lanes).map(|_| question.lane()).collect();
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

/// What is asked of the model, in the model's unit.
struct Question<'a> {
    model: &'a ClvModel,
    /// The summary's unit in the model's.
    time: f64,
    margin: f64,
    horizon: f64,
    value_horizon: f64,
    discounting: Discounting,
    /// Are expected purchases without end finite?
    counts: bool,
}

/// One calculator of expectations a thread; the second only where value looks elsewhere than counts.
struct Lane {
    purchases: Box<dyn Scorer>,
    value: Option<Box<dyn Scorer>>,
}

impl<'a> Question<'a> {
    fn new(model: &'a ClvModel, summary: &Summary, options: &ValueOptions) -> Result<Self> {
        let options = options.checked()?;
        if let Some(spend) = model.spend.filter(|spend| spend.q <= 1.0) {
            let message = format!(
                "q = {} gives the population no finite mean: a value needs q > 1. Score without a spend model, \
                 or fit one with clv fit, which sees to it",
                spend.q
            );
            return Err(Error::model(GammaGamma::NAME, message));
        }
        let from = summary.meta.unit;
        let question = Question {
            model,
            time: if from == model.unit { 1.0 } else { from.days() / model.unit.days() },
            margin: options.margin,
            horizon: options.horizon.in_units(model.unit),
            value_horizon: options.value_horizon(model.unit),
            discounting: options.discounting(model.unit),
            counts: options.horizon != Horizon::Infinite || model.purchase.finite_without_end(),
        };
        let undiscounted = matches!(
            question.discounting,
            Discounting::Continuous { delta: 0.0 } | Discounting::EndOfStep { d: 0.0, .. }
        );
        if !question.counts && undiscounted {
            let message = format!(
                "'inf' has no finite answer here: under this {} model the purchases expected without end and \
                 without discounting are infinite. Use a finite horizon or a discount rate",
                model.purchase.name
            );
            return Err(Error::option("--horizon", message));
        }
        Ok(question)
    }

    fn lane(&self) -> Lane {
        let purchase = &self.model.purchase;
        let value = self.value_horizon != self.horizon;
        Lane {
            purchases: purchase.scorer(self.horizon, self.discounting),
            value: value.then(|| purchase.scorer(self.value_horizon, self.discounting)),
        }
    }

    /// Can the model speak of this customer?
    fn admit(&self, customers: &SummaryBatch, row: usize, customer: &Customer) -> Result<()> {
        self.model.purchase.admits(customer).map_err(|words| {
            let id = customers.customer_id.value(row);
            Error::model(self.model.purchase.name, format!("customer '{id}': {words}"))
        })
    }

    fn answer(&self, customers: SummaryBatch, lane: &mut Lane) -> Result<ScoreBatch> {
        let n = customers.len();
        let (mut p_alive, mut expected) = (Vec::with_capacity(n), Vec::with_capacity(n));
        let mut present = Vec::with_capacity(n);
        for i in 0..n {
            let customer = Customer {
                x: customers.frequency.value(i),
                t_x: customers.recency.value(i) * self.time,
                t: customers.t.value(i) * self.time,
            };
            self.admit(&customers, i, &customer)?;
            let outlook = lane.purchases.outlook(&customer);
            let discounted = match &mut lane.value {
                Some(value) => value.outlook(&customer).discounted,
                None => outlook.discounted,
            };
            p_alive.push(outlook.p_alive);
            expected.push(outlook.purchases);
            present.push(discounted);
        }
        let spend = self.model.spend.as_ref().filter(|_| customers.monetary_value.is_some());
        let expected_spend = spend.map(|spend| expected_spend(spend, &customers));
        let value = |(pv, spend): (&f64, &f64)| self.margin * pv * spend;
        let clv = expected_spend.as_ref().map(|spend| present.iter().zip(spend).map(value).collect());
        let scores = ScoreBatch {
            customers,
            p_alive,
            expected_purchases: self.counts.then_some(expected),
            expected_spend,
            clv,
        };
        check_finite(&scores)?;
        Ok(scores)
    }
}

fn expected_spend(spend: &impl Spend, customers: &SummaryBatch) -> Vec<f64> {
    let means = customers.monetary_value.as_ref().expect("asked for only with amounts").values();
    let population = spend.expected_spend(&SpendRow { x: 0, mean: 0.0 });
    let one = |(x, mean): (&u32, &f64)| match *x {
        0 => population,
        x if *mean > 0.0 => spend.expected_spend(&SpendRow { x, mean: *mean }),
        _ => population,
    };
    customers.frequency.values().iter().zip(means).map(one).collect()
}

/// The last line of defence: no value that is not a number leaves.
fn check_finite(scores: &ScoreBatch) -> Result<()> {
    let columns = [
        ("p_alive", Some(&scores.p_alive)),
        ("expected_purchases", scores.expected_purchases.as_ref()),
        ("expected_spend", scores.expected_spend.as_ref()),
        ("clv", scores.clv.as_ref()),
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
