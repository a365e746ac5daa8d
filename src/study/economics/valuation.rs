//! Values of today's customers, added up by group, by cohort and by month ahead, under the estimate and
//! under draws of the parameters, the same that intervals of scores are made of.
//!
//! A customer's value is `clv` as [`crate::forecast`] has it. Months ahead count from the end of observation;
//! expected revenue of a month is the growth of expected purchases within it times the expected amount. Nothing
//! of this needs customers one by one: purchases depend on the history, and the expected amount is a line in the
//! mean amount so far, so that sums over those who share their history need their number and their mean ([`Cells`]).

use rayon::prelude::*;

use super::alive;
use super::base::Base;
use super::cells::{Cell, Cells};
use super::uncertain::{Uncertain, shared_factors};
use crate::base::{Discounting, Progress, Result, Unit};
use crate::customers::Age;
use crate::fitted::{
    ClvModel, PurchaseModel, SpendModel,
    draws::{self, Draw},
};
use crate::model::Scorer;

/// Months ahead that are told apart, at most.
const MOST_MONTHS: usize = 60;

/// How far to look.
#[derive(Debug, Clone)]
pub(super) struct Outreach {
    pub discounting: Discounting,
    /// \[units\]
    pub horizon: f64,
    /// Ends of the months ahead \[units\]; the last is the horizon, unless that is beyond [`MOST_MONTHS`].
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
    /// Discounted margin by month ahead; only under the estimate.
    pub discounted: Vec<f64>,
    /// Expected customers at the end of each month ahead; only under the estimate.
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
    /// Under each draw of the parameters; none without intervals.
    pub drawn: Vec<Sums>,
    pub values: Values,
    /// The purchase model of each class of customers.
    pub models: Vec<PurchaseModel>,
    /// The first month of `cohort`.
    pub first_cohort: i32,
}

/// The purchase models of all classes under one draw.
pub(super) fn models(model: &ClvModel, base: &Base, draw: &Draw) -> Result<Vec<PurchaseModel>> {
    let own = |columns: &Vec<f64>| {
        let purchase = model.purchase.with(&draw.params_of(model, columns))?;
        Ok(base.ahead(model, (purchase, draw.rates.as_deref()), columns))
    };
    base.classes.iter().map(own).collect()
}

impl Valuation {
    /// Values all customers, under the estimate and under draws of the parameters.
    ///
    /// # Errors
    /// If a drawn parameter is out of its domain, or `progress` says stop.
    pub fn new(
        model: &ClvModel,
        base: &Base,
        outreach: &Outreach,
        draws: &[Draw],
        progress: &dyn Progress,
    ) -> Result<Self> {
        let spend = model.spend.expect("checked when customers were read");
        let adder = Adder::new(base, outreach, &spend);
        let estimate = models(model, base, &draws::estimate(model))?;
        progress.stage("valuing customers", Some(draws.len() as u64 + 1));
        let one = |draw: &Draw| {
            progress.check()?;
            let sums = adder.add(&models(model, base, draw)?, &draw.spend.unwrap_or(spend), false);
            progress.advance(1);
            Ok(sums)
        };
        let ((at, values), drawn) = rayon::join(
            || (adder.add(&estimate, &spend, true), adder.values(&estimate)),
            || draws.par_iter().map(one).collect::<Result<Vec<Sums>>>(),
        );
        progress.check()?;
        let weeks = outreach.horizon * model.unit.days() / Unit::Week.days();
        let drawn = drawn.map(|drawn| shared(drawn, model.shared_variance_within(weeks)));
        Ok(Valuation { at, drawn: drawn?, values, models: estimate, first_cohort: adder.first_cohort })
    }

    /// A figure that these sums have, with its draws.
    pub fn figure(&self, part: impl Fn(&Sums) -> f64) -> Uncertain {
        Uncertain::drawn(part(&self.at), self.drawn.iter().map(&part).collect())
    }
}

/// Draws with what all customers share, of this variance relative to the square of a total.
fn shared(mut drawn: Vec<Sums>, variance: f64) -> Vec<Sums> {
    let factors = shared_factors(variance, drawn.len());
    drawn.iter_mut().zip(factors).for_each(|(sums, factor)| sums.scale(factor));
    drawn
}

impl Sums {
    fn scale(&mut self, factor: f64) {
        let lists = [&mut self.group, &mut self.cohort, &mut self.revenue];
        let all = lists.into_iter().flatten().chain([&mut self.value, &mut self.undiscounted]);
        all.for_each(|sum| *sum *= factor);
    }
}

/// Adds customers up.
struct Adder<'a> {
    base: &'a Base,
    outreach: &'a Outreach,
    spend: &'a SpendModel,
    cells: Cells,
    first_cohort: i32,
    cohorts: usize,
    groups: usize,
}

/// What is expected of a customer of one age who is alive.
struct Ahead {
    /// Purchases, and the same discounted, until the end of each month; discounted ones are right only under
    /// the estimate.
    months: Vec<(f64, f64)>,
    /// The same until the horizon.
    horizon: (f64, f64),
}

impl<'a> Adder<'a> {
    fn new(base: &'a Base, outreach: &'a Outreach, spend: &'a SpendModel) -> Self {
        let (first, last) = base.born.iter().fold((i32::MAX, i32::MIN), |(a, b), m| (a.min(*m), b.max(*m)));
        let groups = base.by.first().map_or(0, |by| by.levels.len());
        let cohorts = (last - first + 1).max(0) as usize;
        Adder { base, outreach, spend, cells: Cells::new(base), first_cohort: first, cohorts, groups }
    }

    /// What is expected of each age. Horizon by horizon, so that what does not depend on it is worked out once.
    /// Discounting takes most of the time, and is asked for by month only under the estimate.
    fn ahead(&self, models: &[PurchaseModel], by_month: bool) -> Vec<Ahead> {
        let Outreach { discounting, horizon, ends } = self.outreach;
        let monthly = if by_month { *discounting } else { Discounting::Continuous { delta: 0.0 } };
        let mut scorers: Vec<Box<dyn Scorer>> =
            models.iter().map(|model| model.scorer(*horizon, *discounting)).collect();
        let ages = &self.base.histories.ages;
        let new = |age: &Age| {
            let class = age.class as usize;
            let (purchases, discounted) = scorers[class].if_alive(&age.customer);
            let counts = horizon.is_finite() || models[class].finite_without_end();
            let purchases = if counts { purchases } else { f64::INFINITY };
            Ahead { months: Vec::with_capacity(ends.len()), horizon: (purchases, discounted) }
        };
        let mut all: Vec<Ahead> = ages.iter().map(new).collect();
        for end in ends {
            scorers.iter_mut().for_each(|scorer| scorer.look(*end, monthly));
            for (age, ahead) in ages.iter().zip(&mut all) {
                ahead.months.push(scorers[age.class as usize].if_alive(&age.customer));
            }
        }
        all
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

    /// Sums under these purchase models and this spend model.
    fn add(&self, models: &[PurchaseModel], spend: &SpendModel, by_month: bool) -> Sums {
        let mut sums = self.empty();
        let histories = &self.base.histories;
        let mut next = 0;
        for (a, ahead) in self.ahead(models, by_month).iter().enumerate() {
            let mut money = (0.0, 0.0);
            while let Some(history) = histories.distinct.get(next).filter(|h| h.age as usize == a) {
                let alive = models[history.class as usize].p_alive(&history.customer);
                for cell in self.cells.of(next) {
                    let (margin, amount) = self.money(cell, spend);
                    self.value(cell, margin * alive * ahead.horizon.1, &mut sums);
                    money = (money.0 + alive * margin, money.1 + alive * amount);
                }
                next += 1;
            }
            ahead.add(money.0, money.1, &mut sums);
        }
        if by_month {
            sums.alive = self.outreach.ends.iter().map(|end| self.alive(models, *end)).collect();
        }
        sums
    }

    /// Margin and amount of a purchase of each customer of a cell, added up.
    fn money(&self, cell: &Cell, spend: &SpendModel) -> (f64, f64) {
        let amount = |mean: f64| {
            let own = cell.expected(mean, spend);
            // Parameters without a mean say nothing.
            if own.is_finite() && own > 0.0 { own } else { cell.expected(mean, self.spend) }
        };
        (cell.margin * amount(cell.mean_by_margin), cell.count * amount(cell.mean))
    }

    /// Adds the value of a cell.
    fn value(&self, cell: &Cell, value: f64, sums: &mut Sums) {
        sums.value += value;
        if let Some(sum) = sums.group.get_mut(cell.group as usize) {
            *sum += value;
        }
        sums.cohort[(cell.born - self.first_cohort) as usize] += value;
    }

    /// Customers expected at a time ahead.
    fn alive(&self, models: &[PurchaseModel], ahead: f64) -> f64 {
        let histories = &self.base.histories;
        let (alive, stays) = (alive::p_alive(histories, models), alive::stays(histories, models, ahead));
        histories.total(|h, history| alive[h] * stays[history.age as usize])
    }

    /// Customer by customer: value and purchases within the horizon.
    fn values(&self, models: &[PurchaseModel]) -> Values {
        let Outreach { horizon, discounting, .. } = *self.outreach;
        let mut values = of_customers(models, self.base, self.spend, (horizon, horizon), discounting);
        if !horizon.is_finite() && !models.iter().all(|model| model.finite_without_end()) {
            values.purchases.fill(f64::INFINITY);
        }
        values
    }
}

impl Ahead {
    /// Adds customers of this age: margin and amount of a purchase, each times P(alive).
    fn add(&self, margin: f64, amount: f64, sums: &mut Sums) {
        sums.undiscounted += amount * self.horizon.0;
        let mut before = (0.0, 0.0);
        for (m, month) in self.months.iter().enumerate() {
            sums.revenue[m] += amount * (month.0 - before.0);
            sums.discounted[m] += margin * (month.1 - before.1);
            before = *month;
        }
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
    let models = models(model, base, &draws::estimate(model))?;
    Ok((of_customers(&models, base, &spend, (horizon, ahead), discounting), models))
}

fn of_customers(
    models: &[PurchaseModel],
    base: &Base,
    spend: &SpendModel,
    (horizon, ahead): (f64, f64),
    discounting: Discounting,
) -> Values {
    let scorers = |horizon: f64| -> Vec<Box<dyn Scorer>> {
        models.iter().map(|model| model.scorer(horizon, discounting)).collect()
    };
    let (mut far, mut near) = (scorers(horizon), (ahead != horizon).then(|| scorers(ahead)));
    let if_alive = |age: &Age| {
        let class = age.class as usize;
        let far = far[class].if_alive(&age.customer);
        (far.1, near.as_mut().map_or(far.0, |near| near[class].if_alive(&age.customer).0))
    };
    let by_age: Vec<(f64, f64)> = base.histories.ages.iter().map(if_alive).collect();
    let alive = alive::p_alive(&base.histories, models);
    let mut values = Values::default();
    for i in 0..base.len() {
        let history = base.histories.of[i] as usize;
        let (discounted, purchases) = by_age[base.histories.distinct[history].age as usize];
        let amount = base.spend(i, spend);
        values.clv.push(base.margin[i] * amount * (alive[history] * discounted));
        values.p_alive.push(alive[history]);
        values.purchases.push(alive[history] * purchases);
        values.spend.push(amount);
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is shared moves all sums of a draw alike, keeps the mean, and has the variance it is said to have.
    #[test]
    fn what_is_shared_is_as_wide_as_said() {
        let one = Sums { value: 2.0, group: vec![1.0], revenue: vec![4.0], ..Sums::default() };
        let drawn = shared(vec![one; 400], 0.04);
        let mean = drawn.iter().map(|sums| sums.value / 2.0).sum::<f64>() / 400.0;
        let variance = drawn.iter().map(|sums| (sums.value / 2.0 - mean).powi(2)).sum::<f64>() / 400.0;
        assert!((mean - 1.0).abs() < 2e-3 && (variance / 0.04 - 1.0).abs() < 0.05, "{mean} {variance}");
        assert!(drawn.iter().all(|sums| sums.revenue[0] == 4.0 * sums.group[0]));
        assert!(shared(vec![Sums { value: 2.0, ..Sums::default() }], 0.0)[0].value == 2.0);
    }
}
