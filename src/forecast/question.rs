//! What is asked of a model about each customer, and the calculators that answer it.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rustc_hash::FxHashMap;

use super::ahead::{Ahead, Basis, Future};
use super::extra::{ExtraScorer, OfBuying};
use super::interval::{self, IntervalOf, OneCustomer};
use super::simulated::{DrawnModels, Reach};
use super::{ExtraColumn, GroupSums, IntervalOptions, Intervals, ScoreBatch, ScoreOptions, check_finite};
use crate::base::{Discounting, Error, Horizon, Result};
use crate::customers::{Customer, SpendRow, key, rounded};
use crate::fitted::draws::{self, Draw, Points};
use crate::fitted::{ClvModel, PurchaseModel, SpendModel, View};
use crate::history::{Summary, SummaryBatch, SummaryMeta};
use crate::model::Scorer;
use crate::params::{ParamSpec, within_reach};

/// What is asked of the model, in the model's unit.
pub(super) struct Question<'a> {
    pub view: View<'a>,
    pub margin: f64,
    horizon: f64,
    value_horizon: f64,
    discounting: Discounting,
    /// Are expected purchases without end finite?
    pub counts: bool,
    /// Has the summary amounts?
    pub money: bool,
    columns: Vec<ExtraColumn>,
    observed_until: Option<Date>,
    interval: Option<IntervalOptions>,
    /// Draws of the parameters, where intervals of means are wanted.
    pub draws: Vec<Draw>,
    /// What the parameters may be instead of the estimates.
    pub points: Points,
    /// Does nothing say how sure the parameters are? Then there are no intervals.
    pub open: bool,
    /// Where the attribute of the groups is.
    pub by: Option<usize>,
    /// Bytes of tables that each thread may keep.
    pub tables: usize,
}

/// What a thread keeps from customer to customer.
#[derive(Default)]
pub(super) struct Lane {
    /// A calculator for each combination of covariates; without covariates there is one.
    by_columns: FxHashMap<Vec<u64>, Calculator>,
    /// Histories asked about since calculators forgot.
    asked: usize,
}

/// Forecasts of customers who share their covariates.
struct Calculator {
    model: PurchaseModel,
    purchases: Box<dyn Scorer>,
    /// Only where value looks elsewhere than counts.
    value: Option<Box<dyn Scorer>>,
    buying: OfBuying,
    extra: Vec<ExtraScorer>,
    /// For intervals.
    ahead: Option<Ahead>,
    /// The models of all draws of the parameters, for intervals of means.
    drawn: Option<DrawnModels>,
}

/// Histories that a thread asks models about before it looks how much they keep.
pub(super) const REMEMBERED: usize = 128;
/// Bytes of tables of single ages that are kept, at most, over all combinations.
const TABLES: u64 = 512 << 20;

/// Combinations of covariates whose calculators are kept, at most.
const COMBINATIONS: usize = 1024;
/// The same where they have scorers for each draw of the parameters: some 100 kB each.
const DRAWN_COMBINATIONS: usize = 64;

impl<'a> Question<'a> {
    pub fn new(model: &'a ClvModel, summary: &Summary, scores: &ScoreOptions) -> Result<Self> {
        let options = model.value_options(scores.value.checked()?)?;
        model.knows_days(summary.meta.observed_until, &options.horizon)?;
        ExtraColumn::check(&scores.columns, &summary.meta)?;
        let view = View::new(model, &summary.meta, scores.unseen)?.looking(&options.horizon);
        if let Some((spend, words)) = model.spend.and_then(|spend| Some((spend, spend.without_mean()?))) {
            let repair = "Score without a spend model, or fit one with clv fit, which sees to it";
            return Err(Error::model(spend.name(), format!("{words}. {repair}")));
        }
        let horizon = options.horizon;
        let question = Question {
            view,
            margin: options.margin,
            horizon: options.horizon.in_units(model.unit),
            value_horizon: options.value_horizon(model.unit),
            discounting: options.discounting(model.unit),
            counts: options.horizon != Horizon::Infinite || model.purchase.finite_without_end(),
            money: summary.meta.has_money,
            columns: ExtraColumn::beyond(&scores.columns).collect(),
            observed_until: summary.meta.observed_until,
            interval: scores.interval.map(IntervalOptions::checked).transpose()?,
            draws: scores
                .interval
                .filter(|options| options.of_mean)
                .map_or(Vec::new(), |options| draws::draw(model, draws::DRAWS, options.seed)),
            points: scores.interval.map_or(Points::default(), |options| Points {
                shared: match options.of {
                    IntervalOf::Past => model.shared_variance(&horizon),
                    IntervalOf::Model => 0.0,
                },
                ..draws::points(model, options.seed)
            }),
            open: scores.interval.is_some() && draws::open(model).is_some(),
            tables: (scores.memory.map_or(TABLES, |memory| TABLES.min(memory / 2)) as usize)
                / rayon::current_num_threads().max(1),
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
                model.purchase.name()
            );
            return Err(Error::option("--horizon", message));
        }
        Ok(question)
    }

    pub fn seed(&self) -> u64 {
        self.interval.map_or(0, |interval| interval.seed)
    }

    /// The model that answers.
    pub fn model(&self) -> &'a ClvModel {
        self.view.model
    }

    /// In the unit of intervals.
    pub fn reach(&self) -> Reach {
        let clock = &self.view.clock;
        Reach {
            horizon: clock.canonical_length(self.horizon),
            value_horizon: clock.canonical_length(self.value_horizon),
            discounting: clock.canonical_discounting(self.discounting),
        }
    }

    /// The model of one draw for customers with these covariates, in the unit of intervals.
    pub fn under(&self, draw: &Draw, columns: &[f64]) -> Result<PurchaseModel> {
        let purchase = &self.model().purchase;
        let days = self.view.clock.days();
        let scaled = |(spec, value): (&ParamSpec, &f64)| {
            within_reach(rounded(within_reach(spec.scale.factor(days, 1.0) * value)))
        };
        let params = draw.params_of(self.model(), columns);
        let params: Vec<f64> = purchase.specs().iter().zip(&params).map(scaled).collect();
        let own = (purchase.with(&params)?, &draw.coefficients[..]);
        Ok(self.view.of_columns(own, draw.rates.as_deref(), columns, true))
    }

    /// The models of all draws for customers with these covariates.
    pub fn drawn(&self, columns: &[f64]) -> Result<DrawnModels> {
        let models = self.draws.iter().map(|draw| self.under(draw, columns)).collect::<Result<Vec<_>>>()?;
        Ok(DrawnModels::new(models, &self.reach()))
    }

    /// What is ahead of customers with these covariates.
    pub fn ahead(&self, columns: &[f64]) -> Result<Ahead> {
        let centre = self.under(&draws::estimate(self.model()), columns)?;
        let points = self.points.purchase.iter().map(|point| self.under(point, columns));
        Ok(Ahead::new(centre, points.collect::<Result<_>>()?))
    }

    /// What its distributions need.
    pub fn basis(&self) -> Basis<'_> {
        let spend = self.model().spend.as_ref().filter(|_| self.money);
        Basis { points: &self.points, spend, reach: self.reach() }
    }

    /// The calculator for customers with these covariates.
    fn calculator(&self, columns: &[f64]) -> Result<Calculator> {
        let model = self.view.model_of(columns)?;
        let value = self.value_horizon != self.horizon;
        Ok(Calculator {
            purchases: model.scorer(self.horizon, self.discounting),
            value: value.then(|| model.scorer(self.value_horizon, self.discounting)),
            buying: OfBuying::new(self.horizon),
            extra: self.columns.iter().map(|column| ExtraScorer::new(*column, self.horizon)).collect(),
            ahead: self.interval.is_some().then(|| self.ahead(columns)).transpose()?,
            drawn: (!self.draws.is_empty()).then(|| self.drawn(columns)).transpose()?,
            model,
        })
    }

    pub fn answer(&self, customers: SummaryBatch, lane: &mut Lane) -> Result<ScoreBatch> {
        let n = customers.len();
        let (mut p_alive, mut expected) = (Vec::with_capacity(n), Vec::with_capacity(n));
        let (mut present, mut buying) = (Vec::with_capacity(n), Vec::with_capacity(n));
        let mut extra: Vec<_> = self.columns.iter().map(|column| (*column, Vec::with_capacity(n))).collect();
        for i in 0..n {
            let customer = self.view.history(&customers, i)?;
            let columns = self.view.columns(&customers, i)?;
            let calculator = lane.calculator(self, &columns)?;
            let outlook = calculator.purchases.outlook(&customer);
            let discounted = match &mut calculator.value {
                Some(value) => value.outlook(&customer).discounted,
                None => outlook.discounted,
            };
            p_alive.push(outlook.p_alive);
            expected.push(outlook.purchases);
            present.push(discounted);
            buying.push(calculator.buying.value(&calculator.model, &customer, outlook.p_alive));
            for (scorer, (_, values)) in calculator.extra.iter_mut().zip(&mut extra) {
                values.push(scorer.value(&calculator.model, &customer));
            }
        }
        for (column, values) in &mut extra {
            column.in_output_units(values, self.model().unit);
        }
        let spend = self.model().spend.as_ref().filter(|_| customers.monetary_value.is_some());
        let expected_spend = spend.map(|spend| expected_spend(spend, &customers));
        let value = |(pv, spend): (&f64, &f64)| self.margin * pv * spend;
        let clv = expected_spend.as_ref().map(|spend| present.iter().zip(spend).map(value).collect());
        let raw = expected.clone();
        let expected = self.counts.then_some(expected);
        let clv: Option<Vec<f64>> = clv;
        let who = (&p_alive[..], &buying[..]);
        let mut groups = interval::groups(&customers, self.by, who, expected.as_deref(), clv.as_deref());
        let intervals = match &self.interval {
            Some(options) => {
                let exact = (&raw[..], &present[..], expected_spend.as_deref());
                Some(self.intervals(&customers, exact, options, lane, &mut groups)?)
            }
            None => None,
        };
        let scores = ScoreBatch {
            customers,
            p_alive,
            expected_purchases: expected,
            expected_spend,
            clv,
            p_purchase: buying,
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
    /// The intervals of a batch, given what is expected of its customers; its groups get what theirs need.
    fn intervals(
        &self,
        customers: &SummaryBatch,
        (purchases, present, expected_spend): (&[f64], &[f64], Option<&[f64]>),
        options: &IntervalOptions,
        lane: &mut Lane,
        groups: &mut BTreeMap<Option<String>, GroupSums>,
    ) -> Result<Intervals> {
        let (counts, value) = (self.counts && !self.open, expected_spend.is_some() && !self.open);
        let mut intervals = Intervals::new(counts, value, options);
        if self.open {
            return Ok(intervals);
        }
        let mut all = groups.remove(&None).unwrap_or_default();
        let basis = self.basis();
        let order = self.order(customers)?;
        let mut known: Option<(Vec<u64>, Customer, bool, Future)> = None;
        for i in order.iter().copied() {
            let customer = self.view.clock.canonical(customers, i);
            let row = spend_row(customers, i);
            let columns = self.view.columns(customers, i)?;
            if lane.make_room(&basis.reach, self.tables) {
                known = None;
            }
            let calculator = lane.calculator(self, &columns)?;
            let ahead = calculator.ahead.as_mut().expect("made where intervals are asked for");
            let class = key(&columns);
            let again = |(own, other, spends, _): &(Vec<u64>, Customer, bool, Future)| {
                *own == class && *other == customer && *spends == row.spends()
            };
            if !known.as_ref().is_some_and(again) {
                let future = ahead.future(&customer, row.spends(), &basis, options.probability);
                known = Some((class, customer, row.spends(), future));
            }
            let future = &known.as_ref().expect("it has just been put there").3;
            let one = OneCustomer {
                future,
                ahead,
                basis: &basis,
                exact: (purchases[i], present[i]),
                outlooks: calculator.drawn.as_mut().map(|drawn| drawn.outlooks(&customer)),
                draws: &self.draws,
                row,
                margin: self.margin,
                spend: expected_spend.map_or(0.0, |spend| spend[i]),
            };
            let name = self.by.map(|by| Some(customers.attributes[by].value(i).to_owned()));
            let mut own: Vec<&mut GroupSums> = vec![&mut all];
            own.extend(name.and_then(|name| groups.get_mut(&name)));
            intervals.add(&one, options, &mut own);
        }
        groups.insert(None, all);
        intervals.sort_back(&order);
        Ok(intervals)
    }

    /// Customers who share covariates, age and history one after the other, so that what is worked out for them need
    /// not be kept for long.
    fn order(&self, customers: &SummaryBatch) -> Result<Vec<usize>> {
        let place = |i: usize| {
            let Customer { x, t_x, t } = Customer::of(customers, i);
            (t.to_bits(), x, t_x.to_bits(), i)
        };
        // Customers of one age share how rates change with it.
        if self.model().effects.is_none() {
            let mut order: Vec<_> = (0..customers.len()).map(place).collect();
            order.sort_unstable();
            return Ok(order.into_iter().map(|(.., i)| i).collect());
        }
        let mut order = Vec::with_capacity(customers.len());
        for i in 0..customers.len() {
            order.push((key(&self.view.columns(customers, i)?), place(i)));
        }
        order.sort_unstable();
        Ok(order.into_iter().map(|(_, (.., i))| i).collect())
    }
}

/// Where an attribute is.
fn attribute(name: &str, meta: &SummaryMeta) -> Result<usize> {
    meta.attributes
        .iter()
        .position(|attribute| attribute == name)
        .ok_or_else(|| Error::option("--by", format!("the customers have no attribute '{name}'")))
}

impl Lane {
    /// Forgets what was worked out for single ages, once they are many, whatever the combinations of covariates, and says
    /// whether it did. Customers come in order of their ages, so there is little to remember.
    fn make_room(&mut self, reach: &Reach, tables: usize) -> bool {
        self.asked += 1;
        if !self.asked.is_multiple_of(REMEMBERED) {
            return false;
        }
        let kept = |calculator: &Calculator| calculator.ahead.as_ref().map_or(0, Ahead::bytes);
        let too_much = self.by_columns.values().map(kept).sum::<usize>() > tables;
        self.by_columns.values_mut().for_each(|calculator| {
            calculator.drawn.iter_mut().for_each(|drawn| drawn.forget(reach));
            if too_much {
                calculator.ahead.iter_mut().for_each(Ahead::forget);
            }
        });
        too_much
    }

    fn calculator(&mut self, question: &Question, columns: &[f64]) -> Result<&mut Calculator> {
        let key = key(columns);
        if !self.by_columns.contains_key(&key) {
            let most = if question.interval.is_some() { DRAWN_COMBINATIONS } else { COMBINATIONS };
            if self.by_columns.len() >= most {
                self.by_columns.clear();
            }
            self.by_columns.insert(key.clone(), question.calculator(columns)?);
        }
        Ok(self.by_columns.get_mut(&key).expect("it has just been put there"))
    }
}

/// What is to be learned of a customer's amounts.
pub(super) fn spend_row(customers: &SummaryBatch, row: usize) -> SpendRow {
    let mean = customers.monetary_value.as_ref().map_or(0.0, |mean| mean.value(row));
    SpendRow::of(customers.frequency.value(row), mean)
}

fn expected_spend(spend: &SpendModel, customers: &SummaryBatch) -> Vec<f64> {
    let means = customers.monetary_value.as_ref().expect("asked for only with amounts").values();
    let population = spend.population_mean();
    let one = |(x, mean): (&u32, &f64)| match SpendRow::of(*x, *mean) {
        row if row.spends() => spend.expected_spend(&row),
        _ => population,
    };
    customers.frequency.values().iter().zip(means).map(one).collect()
}
