//! Customer equity: what today's customers are worth, by group and cohort, and the revenue they and those to
//! come will bring month by month.
//!
//! ```text
//! equity            = Σ over customers of clv
//! revenue of month m = Σ amount_i (E[Y_i(m)] − E[Y_i(m − 1)])        undiscounted, margin 1
//! a planned customer acquired in month i (in its middle, on average) brings the first purchase then, and
//! repeats at ages 0 to H − (i − 1/2) months, discounted to today
//! ```
//!
//! Intervals hold the parameters and chance. What no model here knows is not in them: seasons, campaigns,
//! prices, a recession.

use jiff::civil::Date;

use super::chance::Dispersion;
use super::newcomers::{Newcomer, Worth, mixed};
use super::uncertain::{Figure, Normals, with_chance};
use super::valuation::{Outreach, Sums, Valuation};
use crate::base::{Discounting, Unit};
use crate::customers::Customer;
use crate::model::Attrition;

/// The value of customers first seen in one month.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CohortEquity {
    /// Month of the first purchase, since 1970-01.
    pub month: i32,
    /// How many there were.
    pub customers: u64,
    /// What they are worth from today on.
    pub value: Figure,
}

/// Expected revenue of one month ahead.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MonthAhead {
    /// 1, 2, ... months after the end of observation.
    pub month: usize,
    /// The date it ends on.
    pub until: Date,
    /// Of today's customers.
    pub base: Figure,
    /// Of customers that are planned to be acquired.
    pub planned: f64,
    /// Both.
    pub total: Figure,
}

/// Customers to be acquired, of one group.
#[derive(Debug, Clone, PartialEq)]
pub struct Planned {
    /// The group.
    pub group: String,
    /// New customers a month.
    pub per_month: f64,
    /// For so many months.
    pub months: usize,
    /// Present value of their margin within the horizon, first purchases included.
    pub value: Figure,
    /// Present value of what acquiring them costs; `None` if their CAC is not known.
    pub cost: Option<f64>,
}

/// Value of the customer base.
#[derive(Debug, Clone, PartialEq)]
pub struct Equity {
    /// Customers.
    pub customers: u64,
    /// Of all.
    pub value: Figure,
    /// Revenue within the horizon, not discounted, before margin; infinite if it is.
    pub undiscounted: f64,
    /// By group.
    pub groups: Vec<Figure>,
    /// By month of first purchase.
    pub cohorts: Vec<CohortEquity>,
    /// Month by month.
    pub months: Vec<MonthAhead>,
    /// Undiscounted revenue within the horizon but after these months; 0 if there is none.
    pub later: f64,
    /// Planned acquisitions by group.
    pub planned: Vec<Planned>,
}

/// Settings of intervals.
#[derive(Debug, Clone, Copy)]
pub(super) struct Draws {
    pub draws: usize,
    pub probability: f64,
    pub seed: u64,
}

/// Draws of one part of all sums, with chance.
fn drawn(
    valuation: &Valuation,
    part: impl Fn(&Sums) -> f64,
    dispersion: f64,
    how: &Draws,
    stream: u64,
) -> Vec<f64> {
    let expected = valuation.figure(part).draws(&Normals::new(how.draws, 0, how.seed, 0));
    with_chance(&expected, dispersion, how.seed, stream)
}

/// The plan of one group, and what it brings.
pub(super) struct PlannedGroup {
    pub planned: Planned,
    /// Revenue by month ahead.
    pub revenue: Vec<Worth>,
}

impl Equity {
    /// From the valuation of today's customers and the plans.
    pub(super) fn new(
        valuation: &Valuation,
        born: &[i32],
        dispersion: &Dispersion,
        plans: Vec<PlannedGroup>,
        end: Date,
        how: &Draws,
    ) -> Self {
        let at = &valuation.at;
        let figure = |part: &dyn Fn(&Sums) -> f64, stream: u64| {
            let draws = drawn(valuation, part, dispersion.value, how, stream);
            Figure::of(part(at), &draws, how.probability)
        };
        let mut counts = vec![0; at.cohort.len()];
        born.iter().for_each(|month| counts[(month - valuation.first_cohort) as usize] += 1);
        let cohort = |(k, customers): (usize, u64)| CohortEquity {
            month: valuation.first_cohort + k as i32,
            customers,
            value: figure(&|sums| sums.cohort[k], 20_000 + k as u64),
        };
        let month = |m: usize| {
            let base =
                drawn(valuation, |sums| sums.revenue[m], dispersion.revenue[m], how, 30_000 + m as u64);
            let planned: f64 = plans.iter().map(|plan| plan.revenue[m].0).sum();
            let mut total = base.clone();
            for plan in &plans {
                total.iter_mut().zip(&plan.revenue[m].1).for_each(|(sum, more)| *sum += more);
            }
            MonthAhead {
                month: m + 1,
                until: month_end(end, m + 1),
                base: Figure::of(at.revenue[m], &base, how.probability),
                planned,
                total: Figure::of(at.revenue[m] + planned, &total, how.probability),
            }
        };
        let told: f64 = at.revenue.iter().sum();
        let later = at.undiscounted - told;
        Equity {
            customers: born.len() as u64,
            value: figure(&|sums| sums.value, 10_000),
            undiscounted: at.undiscounted,
            groups: (0..at.group.len()).map(|g| figure(&|sums| sums.group[g], 11_000 + g as u64)).collect(),
            cohorts: counts.into_iter().enumerate().filter(|(_, n)| *n > 0).map(cohort).collect(),
            months: (0..at.revenue.len()).map(month).collect(),
            later: if later > 1e-9 * at.undiscounted { later } else { 0.0 },
            planned: plans.into_iter().map(|plan| plan.planned).collect(),
        }
    }
}

/// The date so many months of 365.25/12 days after another.
fn month_end(end: Date, months: usize) -> Date {
    end.saturating_add(jiff::Span::new().days((months as f64 * Unit::Month.days()).round() as i64))
}

/// A plan: so many new customers of a group, or of all, a month.
pub(super) struct Plan<'a> {
    pub group: &'a str,
    /// The kinds of customers it consists of, by how many a month.
    pub kinds: Vec<(f64, &'a Newcomer)>,
    pub cac: Option<f64>,
    pub unit: Unit,
}

impl Plan<'_> {
    /// What it brings over all months ahead.
    pub fn over(&self, outreach: &Outreach, probability: f64) -> PlannedGroup {
        let month = Unit::Month.days() / self.unit.days();
        let months = outreach.ends.len();
        let discount = |m: usize| match outreach.discounting {
            Discounting::Continuous { delta } => (-delta * (m as f64 + 0.5) * month).exp(),
            other => other.factor((m as f64 + 0.5) * month, outreach.horizon),
        };
        let first_weight: f64 = (0..months).map(discount).sum();
        let per_month: f64 = self.kinds.iter().map(|(per_month, _)| per_month).sum();
        // Month by month in revenue, and last the value in margin.
        let of_kind = |(_, kind): &(f64, &Newcomer)| -> Vec<Worth> {
            let expected = kind.expectations(|model| planned_expectations(model, outreach, month));
            let worth = |(k, others): (usize, &Worth)| {
                let (firsts, kept) = if k == months { (first_weight, kind.margin) } else { (1.0, 1.0) };
                let draws = others.1.iter().zip(kind.first.1.iter().zip(&kind.spend.1));
                let draws = draws.map(|(others, (first, spend))| kept * (firsts * first + spend * others));
                (kept * (firsts * kind.first.0 + kind.spend.0 * others.0), draws.collect())
            };
            expected.iter().enumerate().map(worth).collect()
        };
        let all: Vec<Vec<Worth>> = self.kinds.iter().map(of_kind).collect();
        let sum = |k: usize| mixed(self.kinds.iter().zip(&all).map(|((n, _), worths)| (*n, &worths[k])));
        let (value, draws) = sum(months);
        PlannedGroup {
            planned: Planned {
                group: self.group.to_owned(),
                per_month,
                months,
                value: Figure::of(value, &draws, probability),
                cost: self.cac.map(|cac| cac * per_month * first_weight),
            },
            revenue: (0..months).map(sum).collect(),
        }
    }
}

/// Repeat purchases, per planned customer a month: those in each month ahead, of all acquired until then; and last
/// the discounted sum of all of them within the horizon.
fn planned_expectations(model: &dyn Attrition, outreach: &Outreach, month: f64) -> Vec<f64> {
    let months = outreach.ends.len();
    let new = &Customer::NEW;
    let until: Vec<f64> =
        (0..months).map(|m| model.expected_purchases(new, (m as f64 + 0.5) * month)).collect();
    // In month m all acquired in months 0..=m buy: the increments of their ages telescope.
    let mut all = until;
    let discounted = (0..months).map(|m| {
        let acquired = (m as f64 + 0.5) * month;
        let left = outreach.horizon - acquired;
        if left <= 0.0 {
            return 0.0;
        }
        let factor = outreach.discounting.factor(acquired, outreach.horizon);
        factor * model.expected_discounted(new, left, outreach.discounting)
    });
    all.push(discounted.sum());
    all
}
