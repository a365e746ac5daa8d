//! What is asked of a model about each customer, and the calculators that answer it.

use jiff::civil::Date;
use rustc_hash::FxHashMap;

use super::extra::ExtraScorer;
use super::{ExtraColumn, ScoreBatch, ScoreOptions, check_finite};
use crate::clv_model::ClvModel;
use crate::covariates::UnseenLevel;
use crate::error::{Error, Result};
use crate::family::PurchaseModel;
use crate::model::{Customer, Discounting, GammaGamma, Model, Scorer, Spend, SpendRow};
use crate::summary::{Summary, SummaryBatch};
use crate::units::Horizon;

/// What is asked of the model, in the model's unit.
pub(super) struct Question<'a> {
    model: &'a ClvModel,
    /// The summary's unit in the model's.
    time: f64,
    margin: f64,
    horizon: f64,
    value_horizon: f64,
    discounting: Discounting,
    /// Are expected purchases without end finite?
    counts: bool,
    columns: Vec<ExtraColumn>,
    unseen: UnseenLevel,
    /// Where the model's covariates are among the summary's attributes.
    attributes: Vec<usize>,
    observed_until: Option<Date>,
}

/// What a thread keeps from customer to customer.
#[derive(Default)]
pub(super) struct Lane {
    /// A calculator for each combination of covariates; without covariates there is one.
    by_columns: FxHashMap<Vec<u64>, Calculator>,
}

/// Forecasts of customers who share their covariates.
struct Calculator {
    model: PurchaseModel,
    purchases: Box<dyn Scorer>,
    /// Only where value looks elsewhere than counts.
    value: Option<Box<dyn Scorer>>,
    extra: Vec<ExtraScorer>,
}

/// Combinations of covariates whose calculators are kept, at most.
const COMBINATIONS: usize = 1024;

impl<'a> Question<'a> {
    pub fn new(model: &'a ClvModel, summary: &Summary, scores: &ScoreOptions) -> Result<Self> {
        let options = scores.value.checked()?;
        ExtraColumn::check(&scores.columns, &summary.meta)?;
        let covariates = model.covariates.as_ref();
        let attributes = covariates.map(|c| c.places(&summary.meta)).transpose()?.unwrap_or_default();
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
            columns: scores.columns.clone(),
            unseen: scores.unseen,
            attributes,
            observed_until: summary.meta.observed_until,
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

    /// The calculator for customers with these covariates.
    fn calculator(&self, columns: &[f64]) -> Result<Calculator> {
        let base = &self.model.purchase;
        let model = match &self.model.covariates {
            Some(covariates) => PurchaseModel::new(base.name, &covariates.params(&base.params, columns))?,
            None => base.clone(),
        };
        let value = self.value_horizon != self.horizon;
        Ok(Calculator {
            purchases: model.scorer(self.horizon, self.discounting),
            value: value.then(|| model.scorer(self.value_horizon, self.discounting)),
            extra: self.columns.iter().map(|column| ExtraScorer::new(*column, self.horizon)).collect(),
            model,
        })
    }

    /// The columns of a customer's covariates.
    fn covariates(&self, customers: &SummaryBatch, row: usize) -> Result<Vec<f64>> {
        let Some(covariates) = &self.model.covariates else { return Ok(Vec::new()) };
        let values: Vec<&str> = self.attributes.iter().map(|a| customers.attributes[*a].value(row)).collect();
        covariates.encode(&values, self.unseen).map_err(|words| {
            let id = customers.customer_id.value(row);
            let message = format!(
                "customer '{id}': {words}. Use --unseen-level reference to take the reference instead"
            );
            Error::model(self.model.purchase.name, message)
        })
    }

    /// Can the model speak of this customer?
    fn admit(&self, customers: &SummaryBatch, row: usize, customer: &Customer) -> Result<()> {
        self.model.purchase.admits(customer).map_err(|words| {
            let id = customers.customer_id.value(row);
            Error::model(self.model.purchase.name, format!("customer '{id}': {words}"))
        })
    }

    pub fn answer(&self, customers: SummaryBatch, lane: &mut Lane) -> Result<ScoreBatch> {
        let n = customers.len();
        let (mut p_alive, mut expected) = (Vec::with_capacity(n), Vec::with_capacity(n));
        let mut present = Vec::with_capacity(n);
        let mut extra: Vec<_> = self.columns.iter().map(|column| (*column, Vec::with_capacity(n))).collect();
        for i in 0..n {
            let own = customers.customer(i);
            let customer = Customer { t_x: own.t_x * self.time, t: own.t * self.time, ..own };
            self.admit(&customers, i, &customer)?;
            let columns = self.covariates(&customers, i)?;
            let calculator = lane.calculator(self, &columns)?;
            let outlook = calculator.purchases.outlook(&customer);
            let discounted = match &mut calculator.value {
                Some(value) => value.outlook(&customer).discounted,
                None => outlook.discounted,
            };
            p_alive.push(outlook.p_alive);
            expected.push(outlook.purchases);
            present.push(discounted);
            for (scorer, (_, values)) in calculator.extra.iter_mut().zip(&mut extra) {
                values.push(scorer.value(&calculator.model, &customer));
            }
        }
        for (column, values) in &mut extra {
            column.in_output_units(values, self.model.unit);
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
            extra,
            observed_until: self.observed_until,
        };
        check_finite(&scores)?;
        Ok(scores)
    }
}

impl Lane {
    fn calculator(&mut self, question: &Question, columns: &[f64]) -> Result<&mut Calculator> {
        let key: Vec<u64> = columns.iter().map(|value| value.to_bits()).collect();
        if !self.by_columns.contains_key(&key) {
            if self.by_columns.len() >= COMBINATIONS {
                self.by_columns.clear();
            }
            self.by_columns.insert(key.clone(), question.calculator(columns)?);
        }
        Ok(self.by_columns.get_mut(&key).expect("it has just been put there"))
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
