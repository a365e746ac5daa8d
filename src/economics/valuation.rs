//! Values of today's customers, added up by group, by cohort and by month ahead, under the estimate and
//! under each side of each direction of its uncertainty.
//!
//! A customer's value is `clv` as [`crate::score`] has it. Months ahead count from the end of observation;
//! expected revenue of a month is the growth of expected purchases within it times the expected amount.

use rayon::prelude::*;

use super::base::Base;
use crate::clv_model::ClvModel;
use crate::error::Result;
use crate::family::PurchaseModel;
use crate::model::{Customer, Discounting, GammaGamma, Outlook, Scorer};
use crate::progress::Progress;
use crate::score::draws::{self, Draw};
use crate::units::Unit;

/// Months ahead that are told apart, at most.
const MOST_MONTHS: usize = 60;

/// How far to look.
#[derive(Debug, Clone)]
pub(super) struct Outreach {
    pub discounting: Discounting,
    /// [units]
    pub horizon: f64,
    /// Ends of the months ahead [units]; the last is the horizon, unless that is beyond [`MOST_MONTHS`].
    pub ends: Vec<f64>,
}

impl Outreach {
    pub fn new(horizon: f64, discounting: Discounting, unit: Unit) -> Self {
        let month = Unit::Month.days() / unit.days();
        let months = horizon / month;
        let whole = (months + 1e-9).floor().min(MOST_MONTHS as f64) as usize;
        let mut ends: Vec<f64> = (1..=whole).map(|m| m as f64 * month).collect();
        if (months - whole as f64).abs() <= 1e-9 {
            ends.pop();
        }
        if months <= MOST_MONTHS as f64 {
            ends.push(horizon);
        }
        Outreach { discounting, horizon, ends }
    }
}

/// What customers add up to under one set of parameters.
#[derive(Debug, Clone, Default)]
pub(super) struct Sums {
    pub value: f64,
    /// By level of the first grouping.
    pub group: Vec<f64>,
    /// By month of first purchase, from the first on.
    pub cohort: Vec<f64>,
    /// Revenue by month ahead.
    pub revenue: Vec<f64>,
    /// Revenue within the horizon, undiscounted; infinite if it is.
    pub undiscounted: f64,
    /// Discounted margin by month ahead.
    pub discounted: Vec<f64>,
    /// Expected customers at the end of each month ahead.
    pub alive: Vec<f64>,
}

/// Customer by customer, under the estimate.
#[derive(Debug, Clone, Default)]
pub(super) struct Values {
    pub clv: Vec<f64>,
    pub p_alive: Vec<f64>,
    pub purchases: Vec<f64>,
    pub spend: Vec<f64>,
}

/// All sums.
pub(super) struct Valuation {
    pub at: Sums,
    pub sides: Vec<[Sums; 2]>,
    pub values: Values,
    /// The purchase model of each class of customers.
    pub models: Vec<PurchaseModel>,
    /// The first month of `cohort`.
    pub first_cohort: i32,
}

/// The purchase models of all classes under one draw.
pub(super) fn models(model: &ClvModel, base: &Base, draw: &Draw) -> Result<Vec<PurchaseModel>> {
    let one = |columns: &Vec<f64>| {
        let params = match &model.covariates {
            Some(covariates) => covariates.with(&draw.coefficients).params(&draw.params, columns),
            None => draw.params.clone(),
        };
        PurchaseModel::new(model.purchase.name, &params)
    };
    base.classes.iter().map(one).collect()
}

impl Valuation {
    /// Values all customers.
    ///
    /// # Errors
    /// If a parameter on one of the sides is out of its domain, or `progress` says stop.
    pub fn new(model: &ClvModel, base: &Base, outreach: &Outreach, progress: &dyn Progress) -> Result<Self> {
        let (at, directions) = draws::directions(model);
        let spend = model.spend.expect("checked when customers were read");
        let adder = Adder::new(base, outreach, &spend);
        let estimate = models(model, base, &at)?;
        // Directions of spend need no expectation anew: they are added up together with the estimate.
        let paid = directions.iter().filter(|d| !d.purchase).flat_map(|d| &d.sides);
        let spends: Vec<GammaGamma> = paid.map(|side| side.spend.unwrap_or(spend)).collect();
        let moved = directions.iter().filter(|d| d.purchase).flat_map(|d| &d.sides);
        let moved = moved.map(|side| models(model, base, side)).collect::<Result<Vec<_>>>()?;
        progress.stage("valuing customers", Some(moved.len() as u64 + 1));
        let ((mut first, values), rest) = rayon::join(
            || adder.add(&estimate, &spends, true),
            || {
                let one = |models: &Vec<PurchaseModel>| {
                    let sums = adder.add(models, &[], false).0.swap_remove(0);
                    progress.advance(1);
                    sums
                };
                moved.par_iter().map(one).collect::<Vec<Sums>>()
            },
        );
        progress.check()?;
        let at = first.remove(0);
        let mut sides = rest.into_iter().chain(first);
        let mut pairs = Vec::new();
        while let (Some(plus), Some(minus)) = (sides.next(), sides.next()) {
            pairs.push([plus, minus]);
        }
        Ok(Valuation { at, sides: pairs, values, models: estimate, first_cohort: adder.first_cohort })
    }
}

/// Adds customers up.
struct Adder<'a> {
    base: &'a Base,
    outreach: &'a Outreach,
    spend: &'a GammaGamma,
    first_cohort: i32,
    cohorts: usize,
    groups: usize,
}

/// Calculators of one class of customers.
struct Calculators {
    months: Vec<Box<dyn Scorer>>,
    /// At the horizon, if the last month does not end there.
    horizon: Option<Box<dyn Scorer>>,
    counts: bool,
}

impl<'a> Adder<'a> {
    fn new(base: &'a Base, outreach: &'a Outreach, spend: &'a GammaGamma) -> Self {
        let (first, last) = base.born.iter().fold((i32::MAX, i32::MIN), |(a, b), m| (a.min(*m), b.max(*m)));
        let groups = base.by.first().map_or(0, |by| by.levels.len());
        let cohorts = (last - first + 1).max(0) as usize;
        Adder { base, outreach, spend, first_cohort: first, cohorts, groups }
    }

    /// Discounting takes most of the time, and is asked for by month only under the estimate.
    fn calculators(&self, model: &PurchaseModel, by_month: bool) -> Calculators {
        let Outreach { discounting, horizon, ends } = self.outreach;
        let monthly = if by_month { *discounting } else { Discounting::Continuous { delta: 0.0 } };
        let apart = !by_month || ends.last() != Some(horizon);
        Calculators {
            months: ends.iter().map(|end| model.scorer(*end, monthly)).collect(),
            horizon: apart.then(|| model.scorer(*horizon, *discounting)),
            counts: horizon.is_finite() || model.finite_without_end(),
        }
    }

    fn empty(&self) -> Sums {
        let months = vec![0.0; self.outreach.ends.len()];
        Sums {
            group: vec![0.0; self.groups],
            cohort: vec![0.0; self.cohorts],
            revenue: months.clone(),
            discounted: months.clone(),
            alive: months,
            ..Sums::default()
        }
    }

    /// Sums under these purchase models, with the estimated amounts and with each other spend model.
    fn add(&self, models: &[PurchaseModel], spends: &[GammaGamma], keep: bool) -> (Vec<Sums>, Values) {
        let mut calculators: Vec<Calculators> =
            models.iter().map(|model| self.calculators(model, keep)).collect();
        let mut all = vec![self.empty(); 1 + spends.len()];
        let mut values = Values::default();
        for i in 0..self.base.len() {
            let (customer, class) = (&self.base.customers[i], self.base.class[i] as usize);
            let (outlooks, purchases) = calculators[class].outlooks(customer);
            let Some(last) = outlooks.last() else { continue };
            let expected = self.base.spend(i, self.spend);
            self.one(i, expected, &outlooks, purchases, &mut all[0]);
            for (spend, sums) in spends.iter().zip(&mut all[1..]) {
                // A side of the spend model without a mean says nothing.
                let other = self.base.spend(i, spend);
                let amount = if other.is_finite() && other > 0.0 { other } else { expected };
                self.one(i, amount, &outlooks, purchases, sums);
            }
            if keep {
                for (alive, end) in all[0].alive.iter_mut().zip(&self.outreach.ends) {
                    *alive += models[class].p_alive_after(customer, *end);
                }
                values.clv.push(self.base.margin[i] * expected * last.discounted);
                values.p_alive.push(last.p_alive);
                values.purchases.push(purchases);
                values.spend.push(expected);
            }
        }
        (all, values)
    }

    /// Adds one customer who is expected to pay this amount a purchase.
    fn one(&self, i: usize, amount: f64, outlooks: &[Outlook], purchases: f64, sums: &mut Sums) {
        let margin = self.base.margin[i];
        let value = outlooks.last().map_or(0.0, |last| margin * amount * last.discounted);
        sums.value += value;
        if let Some(by) = self.base.by.first() {
            sums.group[by.of[i] as usize] += value;
        }
        sums.cohort[(self.base.born[i] - self.first_cohort) as usize] += value;
        sums.undiscounted += amount * purchases;
        let mut before = (0.0, 0.0);
        for (m, outlook) in outlooks.iter().take(sums.revenue.len()).enumerate() {
            sums.revenue[m] += amount * (outlook.purchases - before.0);
            sums.discounted[m] += margin * amount * (outlook.discounted - before.1);
            before = (outlook.purchases, outlook.discounted);
        }
    }
}

impl Calculators {
    /// At the end of each month, then at the horizon if that is apart; and purchases within the horizon.
    fn outlooks(&mut self, customer: &Customer) -> (Vec<Outlook>, f64) {
        let mut all: Vec<Outlook> = self.months.iter_mut().map(|month| month.outlook(customer)).collect();
        all.extend(self.horizon.as_mut().map(|horizon| horizon.outlook(customer)));
        let within = all.last().map_or(0.0, |last| last.purchases);
        (all, if self.counts { within } else { f64::INFINITY })
    }
}

/// Customer by customer: value within `horizon`, and purchases within `ahead`, which may differ.
///
/// # Errors
/// If a parameter is out of its domain.
pub(super) fn values(
    model: &ClvModel,
    base: &Base,
    horizon: f64,
    ahead: f64,
    discounting: Discounting,
) -> Result<(Values, Vec<PurchaseModel>)> {
    let spend = model.spend.expect("checked when customers were read");
    let models = models(model, base, &draws::directions(model).0)?;
    let scorers = |horizon: f64| -> Vec<Box<dyn Scorer>> {
        models.iter().map(|model| model.scorer(horizon, discounting)).collect()
    };
    let (mut far, mut near) = (scorers(horizon), scorers(ahead));
    let mut values = Values::default();
    for i in 0..base.len() {
        let class = base.class[i] as usize;
        let (value, soon) = (far[class].outlook(&base.customers[i]), near[class].outlook(&base.customers[i]));
        let amount = base.spend(i, &spend);
        values.clv.push(base.margin[i] * amount * value.discounted);
        values.p_alive.push(value.p_alive);
        values.purchases.push(soon.purchases);
        values.spend.push(amount);
    }
    Ok((values, models))
}
