//! Acquisition: what new customers cost, what they are worth, and when they have paid for themselves.
//!
//! ```text
//! CAC               = cost / new customers                     of months for which there are costs
//! LTV               = margin · (first purchase + mean amount · ∫ (0, H] e^(-delta t) dE[Y(t)])
//! C(m)              = margin · (first purchase + mean amount · E[Y(m)])       of a new customer, age m months
//! payback           = the first m with C(m) >= CAC; discounted: with the discounted sum
//! most one may pay  = LTV / wanted ratio;  C(wanted payback)
//! ```
//!
//! A new customer has bought once and nothing is known of what comes: `x = 0, T = 0`. LTV holds the
//! first purchase, which a customer's `clv` does not. Intervals are of the expectation: how far the group's
//! parameters and means are uncertain, not what chance does to one customer.

use super::groups::GroupModel;
use super::uncertain::{Beside, Figure, Normals, interval};
use crate::model::{Attrition, Customer, Discounting};
use crate::units::Unit;

/// What is asked of new customers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terms {
    pub margin: f64,
    /// [model's units], may be infinite.
    pub horizon: f64,
    pub discounting: Discounting,
    pub unit: Unit,
    /// Months of the curve.
    pub months: usize,
    pub probability: f64,
    pub draws: usize,
    pub seed: u64,
    pub target_ratio: f64,
    /// [months]
    pub target_payback: f64,
}

/// A point of the curve of a new customer's cumulative margin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CurvePoint {
    /// Age \[months\].
    pub month: usize,
    /// Margin so far, the first purchase included.
    pub margin: Figure,
    /// The same, discounted to the first purchase.
    pub discounted: Figure,
    /// Probability of still being a customer.
    pub survival: f64,
}

/// What a new customer of a group is expected to bring.
#[derive(Debug, Clone, PartialEq)]
pub struct NewCustomer {
    /// Amount of the first purchase (revenue).
    pub first_purchase: Figure,
    /// Mean amount of a repeat purchase (revenue).
    pub mean_amount: Figure,
    /// Repeat purchases within the horizon; infinite if they are.
    pub purchases: Figure,
    /// The same, discounted.
    pub discounted_purchases: f64,
    /// Lifetime value: margin on the first purchase and on discounted repeat purchases.
    pub ltv: Figure,
    /// Month by month.
    pub curve: Vec<CurvePoint>,
    /// The most one may pay for the wanted ratio of LTV to CAC.
    pub most_for_ratio: Figure,
    /// The most one may pay to have it back, undiscounted, within the wanted time.
    pub most_for_payback: Figure,
}

/// When the margin has paid the cost.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Payback {
    /// The first month; `None`: not within the curve.
    pub month: Option<usize>,
    /// Its interval; `None` as a bound: not within the curve.
    pub interval: Option<(Option<usize>, Option<usize>)>,
}

/// Cost against value.
#[derive(Debug, Clone, PartialEq)]
pub struct AgainstCost {
    /// Cost of acquisition per new customer.
    pub cac: f64,
    /// LTV / CAC; infinite if they cost nothing.
    pub ratio: Figure,
    /// P(LTV / CAC >= the wanted ratio); not a number without intervals.
    pub p_ratio: f64,
    /// Payback without discounting.
    pub payback: Payback,
    /// Payback with it.
    pub discounted_payback: Payback,
    /// P(paid back, undiscounted, within the wanted time); not a number without intervals.
    pub p_payback: f64,
}

/// A group's new customers with all draws behind them.
pub(super) struct Prospect {
    pub figures: NewCustomer,
    ltv: Vec<f64>,
    /// Draws of the curve, month by month.
    margin: Vec<Vec<f64>>,
    discounted: Vec<Vec<f64>>,
    at_target: Vec<f64>,
}

/// Expected purchases of a new customer: at each month plain and discounted, at the horizon plain and discounted,
/// and at the wanted payback.
fn expectations(model: &dyn Attrition, terms: &Terms) -> Vec<f64> {
    let month = Unit::Month.days() / terms.unit.days();
    let new = &Customer::NEW;
    let at = |age: f64| {
        let outlook = model.scorer(age, terms.discounting).outlook(new);
        [outlook.purchases, outlook.discounted]
    };
    let mut all: Vec<f64> = (1..=terms.months).flat_map(|m| at(m as f64 * month)).collect();
    let finite = terms.horizon.is_finite() || model.finite_without_end();
    all.push(if finite { model.expected_purchases(new, terms.horizon) } else { f64::INFINITY });
    all.push(model.expected_discounted(new, terms.horizon, terms.discounting));
    all.push(model.expected_purchases(new, terms.target_payback * month));
    all
}

/// A figure in money, and its draws.
type Worth = (f64, Vec<f64>);

/// What a group's figures are made of.
struct Drawn<'a> {
    group: &'a GroupModel,
    terms: &'a Terms,
    /// Expectations at the estimate, and beside it.
    at: Vec<f64>,
    beside: Beside<Vec<f64>>,
    normals: Normals,
    first: Vec<f64>,
    spend: Vec<f64>,
}

impl<'a> Drawn<'a> {
    fn new(group: &'a GroupModel, terms: &'a Terms, stream: u64) -> Self {
        let beside = match terms.draws {
            0 => Beside::Draws(Vec::new()),
            _ => group.beside.map(|model| expectations(&**model, terms)),
        };
        let normals = Normals::new(terms.draws, group.directions(), terms.seed, stream);
        Drawn {
            at: expectations(&*group.purchase, terms),
            beside,
            first: group.first.draws(&normals),
            spend: group.spend.draws(&normals),
            normals,
            group,
            terms,
        }
    }

    /// Draws of one expectation.
    fn expectation(&self, k: usize) -> Vec<f64> {
        self.beside.figure(self.at[k], |expected| expected[k]).draws(&self.normals)
    }

    /// Margin on the first purchase.
    fn paid(&self) -> Worth {
        let margin = self.terms.margin;
        (margin * self.group.first.value, self.first.iter().map(|first| margin * first).collect())
    }

    /// Margin on the first purchase and on an expectation of repeat purchases.
    fn worth(&self, k: usize) -> Worth {
        let margin = self.terms.margin;
        let value = margin * (self.group.first.value + self.group.spend.value * self.at[k]);
        let (draws, parts) = (self.expectation(k), self.first.iter().zip(&self.spend));
        (value, draws.iter().zip(parts).map(|(e, (f, s))| margin * (f + s * e)).collect())
    }

    /// The curve by month, plain (0) or discounted (1).
    fn curve(&self, kind: usize) -> Vec<Worth> {
        let months = (0..self.terms.months).map(|m| self.worth(2 * m + kind));
        [self.paid()].into_iter().chain(months).collect()
    }

    fn figure(&self, (value, draws): &Worth) -> Figure {
        Figure::of(*value, draws, self.terms.probability)
    }
}

impl Prospect {
    pub fn new(group: &GroupModel, terms: &Terms, stream: u64) -> Self {
        let drawn = Drawn::new(group, terms, stream);
        let (plain, discounted) = (drawn.curve(0), drawn.curve(1));
        let n = 2 * terms.months;
        let (ltv, target) = (drawn.worth(n + 1), drawn.worth(n + 2));
        let month = Unit::Month.days() / terms.unit.days();
        let point = |m: usize| CurvePoint {
            month: m,
            margin: drawn.figure(&plain[m]),
            discounted: drawn.figure(&discounted[m]),
            survival: group.purchase.p_alive_after(&Customer::NEW, m as f64 * month),
        };
        let share = ltv.1.iter().map(|ltv| ltv / terms.target_ratio).collect();
        let figures = NewCustomer {
            first_purchase: Figure::of(group.first.value, &drawn.first, terms.probability),
            mean_amount: Figure::of(group.spend.value, &drawn.spend, terms.probability),
            purchases: Figure::of(drawn.at[n], &drawn.expectation(n), terms.probability),
            discounted_purchases: drawn.at[n + 1],
            ltv: drawn.figure(&ltv),
            curve: (0..=terms.months).map(point).collect(),
            most_for_ratio: drawn.figure(&(ltv.0 / terms.target_ratio, share)),
            most_for_payback: drawn.figure(&target),
        };
        let draws = |points: Vec<Worth>| points.into_iter().map(|(_, draws)| draws).collect();
        Prospect {
            figures,
            ltv: ltv.1,
            margin: draws(plain),
            discounted: draws(discounted),
            at_target: target.1,
        }
    }

    /// Against what customers cost.
    pub fn against(&self, cac: f64, terms: &Terms) -> AgainstCost {
        let ratios: Vec<f64> = self.ltv.iter().map(|ltv| ltv / cac).collect();
        let reached = |values: &[f64], least: f64| {
            // Without draws it is not known.
            values.iter().filter(|value| **value >= least).count() as f64 / values.len() as f64
        };
        let curve = |of: fn(&CurvePoint) -> f64| self.figures.curve.iter().map(of).collect::<Vec<f64>>();
        AgainstCost {
            cac,
            ratio: Figure::of(self.figures.ltv.value / cac, &ratios, terms.probability),
            p_ratio: reached(&ratios, terms.target_ratio),
            payback: payback(&curve(|p| p.margin.value), &self.margin, cac, terms.probability),
            discounted_payback: payback(
                &curve(|p| p.discounted.value),
                &self.discounted,
                cac,
                terms.probability,
            ),
            p_payback: reached(&self.at_target, cac),
        }
    }
}

/// The first month in which a curve has reached the cost, and its interval over draws.
fn payback(curve: &[f64], draws: &[Vec<f64>], cac: f64, probability: f64) -> Payback {
    let n = draws.first().map_or(0, Vec::len);
    let month = |d: usize| draws.iter().position(|point| point[d] >= cac);
    let months: Vec<f64> = (0..n).map(|d| month(d).map_or(f64::INFINITY, |m| m as f64)).collect();
    let whole = |bound: f64| bound.is_finite().then_some(bound as usize);
    Payback {
        month: curve.iter().position(|margin| *margin >= cac),
        interval: interval(&months, probability).map(|(low, high)| (whole(low), whole(high))),
    }
}
