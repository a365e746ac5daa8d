//! What is asked of a model about each customer, and the calculators that answer it.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rustc_hash::FxHashMap;

use super::draws::{self, Draw};
use super::extra::ExtraScorer;
use super::interval::{self, OneCustomer};
use super::simulated::{DrawnModels, Futures, Reach};
use super::{ExtraColumn, GroupSums, IntervalOptions, Intervals, ScoreBatch, ScoreOptions, check_finite};
use crate::clv_model::ClvModel;
use crate::covariates::UnseenLevel;
use crate::error::{Error, Result};
use crate::family::PurchaseModel;
use crate::model::{Customer, Discounting, GammaGamma, Model, Scorer, Spend, SpendRow};
use crate::summary::{Summary, SummaryBatch, SummaryMeta};
use crate::units::Horizon;

/// What is asked of the model, in the model's unit.
pub(super) struct Question<'a> {
    pub model: &'a ClvModel,
    /// The summary's unit in the model's.
    pub time: f64,
    pub margin: f64,
    horizon: f64,
    value_horizon: f64,
    discounting: Discounting,
    /// Are expected purchases without end finite?
    pub counts: bool,
    /// Has the summary amounts?
    pub money: bool,
    columns: Vec<ExtraColumn>,
    unseen: UnseenLevel,
    /// Where the model's covariates are among the summary's attributes.
    attributes: Vec<usize>,
    observed_until: Option<Date>,
    interval: Option<IntervalOptions>,
    pub draws: Vec<Draw>,
    /// Where the attribute of the groups is.
    pub by: Option<usize>,
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
    /// The models of all draws of the parameters, and the futures of histories, for intervals.
    drawn: Option<DrawnModels>,
    futures: FxHashMap<(u32, u64, u64, bool), Futures>,
}

/// Combinations of covariates whose calculators are kept, at most.
const COMBINATIONS: usize = 1024;
/// Histories whose futures are kept, at most: some 20 kB each.
const HISTORIES: usize = 1024;

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
            money: summary.meta.has_money,
            columns: scores.columns.clone(),
            unseen: scores.unseen,
            attributes,
            observed_until: summary.meta.observed_until,
            interval: scores.interval.map(IntervalOptions::checked).transpose()?,
            draws: scores
                .interval
                .map_or(Vec::new(), |options| draws::draw(model, draws::DRAWS, options.seed)),
            by: scores.by.as_deref().map(|name| attribute(name, &summary.meta)).transpose()?,
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

    pub fn reach(&self) -> Reach {
        let seed = self.interval.map_or(0, |interval| interval.seed);
        let (horizon, value_horizon) = (self.horizon, self.value_horizon);
        Reach { horizon, value_horizon, discounting: self.discounting, seed }
    }

    /// The models of all draws for customers with these covariates.
    pub fn drawn(&self, columns: &[f64]) -> Result<DrawnModels> {
        let model = |draw: &Draw| {
            let params = match &self.model.covariates {
                Some(covariates) => covariates.with(&draw.coefficients).params(&draw.params, columns),
                None => draw.params.clone(),
            };
            PurchaseModel::new(self.model.purchase.name, &params)
        };
        let models = self.draws.iter().map(model).collect::<Result<Vec<_>>>()?;
        Ok(DrawnModels::new(models, &self.draws, &self.reach()))
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
            drawn: self.interval.is_some().then(|| self.drawn(columns)).transpose()?,
            futures: FxHashMap::default(),
            model,
        })
    }

    /// The columns of a customer's covariates.
    pub fn covariates(&self, customers: &SummaryBatch, row: usize) -> Result<Vec<f64>> {
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
            let customer = customers.customer(i).scaled(self.time);
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
        let expected = self.counts.then_some(expected);
        let clv: Option<Vec<f64>> = clv;
        let mut groups = interval::groups(&customers, self.by, &p_alive, expected.as_deref(), clv.as_deref());
        let intervals = match &self.interval {
            Some(options) => {
                Some(self.intervals(&customers, expected_spend.as_deref(), options, lane, &mut groups)?)
            }
            None => None,
        };
        let scores = ScoreBatch {
            customers,
            p_alive,
            expected_purchases: expected,
            expected_spend,
            clv,
            extra,
            intervals,
            groups,
            observed_until: self.observed_until,
        };
        check_finite(&scores)?;
        Ok(scores)
    }
}

impl Question<'_> {
    /// The intervals of a batch; its groups get what theirs need.
    fn intervals(
        &self,
        customers: &SummaryBatch,
        expected_spend: Option<&[f64]>,
        options: &IntervalOptions,
        lane: &mut Lane,
        groups: &mut BTreeMap<Option<String>, GroupSums>,
    ) -> Result<Intervals> {
        let mut intervals = Intervals::new(self.counts, expected_spend.is_some(), options);
        let mut all = groups.remove(&None).unwrap_or_default();
        for i in 0..customers.len() {
            let customer = customers.customer(i).scaled(self.time);
            let mean = customers.monetary_value.as_ref().map_or(0.0, |mean| mean.value(i));
            let spends = customer.x > 0 && mean > 0.0;
            let row = SpendRow { x: if spends { customer.x } else { 0 }, mean };
            let columns = self.covariates(customers, i)?;
            let futures = lane.calculator(self, &columns)?.futures(&customer, spends, &self.reach())?;
            let one = OneCustomer {
                futures,
                draws: &self.draws,
                row,
                spent: if spends { f64::from(customer.x) * mean } else { 0.0 },
                margin: self.margin,
                spend: expected_spend.map_or(0.0, |spend| spend[i]),
            };
            let name = self.by.map(|by| Some(customers.attributes[by].value(i).to_owned()));
            let mut own: Vec<&mut GroupSums> = vec![&mut all];
            own.extend(name.and_then(|name| groups.get_mut(&name)));
            intervals.add(&one, options, &mut own);
        }
        groups.insert(None, all);
        Ok(intervals)
    }
}

/// Where an attribute is.
fn attribute(name: &str, meta: &SummaryMeta) -> Result<usize> {
    meta.attributes
        .iter()
        .position(|attribute| attribute == name)
        .ok_or_else(|| Error::option("--by", format!("the customers have no attribute '{name}'")))
}

impl Calculator {
    fn futures(&mut self, customer: &Customer, spends: bool, reach: &Reach) -> Result<&Futures> {
        let drawn = self.drawn.as_mut().expect("made where intervals are asked for");
        let key = (customer.x, customer.t_x.to_bits(), customer.t.to_bits(), spends);
        if !self.futures.contains_key(&key) {
            if self.futures.len() >= HISTORIES {
                self.futures.clear();
            }
            self.futures.insert(key, drawn.futures(customer, spends, reach)?);
        }
        Ok(&self.futures[&key])
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
