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
//! parameters and means are uncertain, not what chance does to one customer. Where customers are grouped, all are
//! the mean over the groups, weighted by customers, figure by figure and draw by draw ([`super::newcomers`]).

use rayon::prelude::*;

use super::newcomers::{Newcomer, Newcomers, Worth, mixed};
use super::uncertain::{Figure, interval};
use crate::base::{Discounting, Unit};
use crate::customers::Customer;
use crate::model::Attrition;

/// What is asked of new customers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terms {
    /// [model's units], may be infinite.
    pub horizon: f64,
    pub discounting: Discounting,
    pub unit: Unit,
    /// Months of the curve.
    pub months: usize,
    pub probability: f64,
    pub draws: usize,
    /// Variance of what all customers share, relative to the square of a total.
    pub shared: f64,
    pub seed: u64,
    pub target_ratio: f64,
    /// \[months\]
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
    /// P(LTV < CAC): that a new customer costs more than it brings; not a number without intervals.
    pub p_loss: f64,
    /// Payback without discounting.
    pub payback: Payback,
    /// Payback with it.
    pub discounted_payback: Payback,
    /// P(paid back, undiscounted, within the wanted time); not a number without intervals.
    pub p_payback: f64,
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

/// Figures of new customers with the draws behind them.
#[derive(Default)]
struct Worths {
    first: Worth,
    spend: Worth,
    purchases: Worth,
    discounted_purchases: Worth,
    ltv: Worth,
    /// Margin by the wanted payback.
    at_target: Worth,
    /// Margin month by month, plain and discounted.
    margin: Vec<Worth>,
    discounted: Vec<Worth>,
    survival: Vec<f64>,
}

impl Worths {
    fn new(newcomer: &Newcomer, terms: &Terms) -> Self {
        let mut expected = newcomer.expectations(|model| expectations(model, terms));
        let (first, spend, margin) = (&newcomer.first, &newcomer.spend, newcomer.margin);
        // Margin on the first purchase and on an expected number of others.
        let worth = |others: &Worth| -> Worth {
            let draws = others.1.iter().zip(first.1.iter().zip(&spend.1));
            let draws = draws.map(|(others, (first, spend))| margin * (first + spend * others));
            (margin * (first.0 + spend.0 * others.0), draws.collect())
        };
        let paid = || worth(&(0.0, vec![0.0; first.1.len()]));
        let curve = |kind: usize| {
            let months = (0..terms.months).map(|m| worth(&expected[2 * m + kind]));
            [paid()].into_iter().chain(months).collect()
        };
        let month = Unit::Month.days() / terms.unit.days();
        let n = 2 * terms.months;
        Worths {
            margin: curve(0),
            discounted: curve(1),
            ltv: worth(&expected[n + 1]),
            at_target: worth(&expected[n + 2]),
            survival: (0..=terms.months).map(|m| newcomer.survival(m as f64 * month)).collect(),
            first: first.clone(),
            spend: spend.clone(),
            discounted_purchases: std::mem::take(&mut expected[n + 1]),
            purchases: std::mem::take(&mut expected[n]),
        }
    }

    /// The mean of several kinds.
    fn mixed(kinds: &[(f64, &Worths)]) -> Self {
        let mix =
            |of: &dyn Fn(&Worths) -> &Worth| mixed(kinds.iter().map(|(share, kind)| (*share, of(kind))));
        let months = kinds.first().map_or(0, |(_, kind)| kind.survival.len());
        let survival = |m: usize| kinds.iter().map(|(share, kind)| share * kind.survival[m]).sum::<f64>();
        Worths {
            first: mix(&|kind| &kind.first),
            spend: mix(&|kind| &kind.spend),
            purchases: mix(&|kind| &kind.purchases),
            discounted_purchases: mix(&|kind| &kind.discounted_purchases),
            ltv: mix(&|kind| &kind.ltv),
            at_target: mix(&|kind| &kind.at_target),
            margin: (0..months).map(|m| mix(&|kind| &kind.margin[m])).collect(),
            discounted: (0..months).map(|m| mix(&|kind| &kind.discounted[m])).collect(),
            survival: (0..months).map(survival).collect(),
        }
    }

    fn figures(&self, terms: &Terms) -> NewCustomer {
        let figure = |(value, draws): &Worth| Figure::of(*value, draws, terms.probability);
        let point = |m: usize| CurvePoint {
            month: m,
            margin: figure(&self.margin[m]),
            discounted: figure(&self.discounted[m]),
            survival: self.survival[m],
        };
        let share = self.ltv.1.iter().map(|ltv| ltv / terms.target_ratio).collect();
        NewCustomer {
            first_purchase: figure(&self.first),
            mean_amount: figure(&self.spend),
            purchases: figure(&self.purchases),
            discounted_purchases: self.discounted_purchases.0,
            ltv: figure(&self.ltv),
            curve: (0..=terms.months).map(point).collect(),
            most_for_ratio: figure(&(self.ltv.0 / terms.target_ratio, share)),
            most_for_payback: figure(&self.at_target),
        }
    }
}

/// New customers of a group or of all, with all draws behind them.
pub(super) struct Prospect {
    pub figures: NewCustomer,
    worths: Worths,
}

impl Prospect {
    fn new(worths: Worths, terms: &Terms) -> Self {
        Prospect { figures: worths.figures(terms), worths }
    }

    /// Those of all, and of each group.
    pub fn of(newcomers: &Newcomers, terms: &Terms) -> (Prospect, Vec<Prospect>) {
        let kinds: Vec<(f64, Worths)> =
            newcomers.kinds().par_iter().map(|kind| (kind.share, Worths::new(kind, terms))).collect();
        let mut kinds = kinds;
        if !newcomers.are_grouped() {
            let all = kinds.pop().map(|(_, worths)| worths).unwrap_or_default();
            return (Prospect::new(all, terms), Vec::new());
        }
        let shares: Vec<(f64, &Worths)> = kinds.iter().map(|(share, worths)| (*share, worths)).collect();
        let all = Prospect::new(Worths::mixed(&shares), terms);
        (all, kinds.into_iter().map(|(_, worths)| Prospect::new(worths, terms)).collect())
    }

    /// Against what customers cost.
    pub fn against(&self, cac: f64, terms: &Terms) -> AgainstCost {
        let ratios: Vec<f64> = self.worths.ltv.1.iter().map(|ltv| ltv / cac).collect();
        let reached = |values: &[f64], least: f64| {
            // Without draws it is not known.
            values.iter().filter(|value| **value >= least).count() as f64 / values.len() as f64
        };
        let curve = |of: fn(&CurvePoint) -> f64| self.figures.curve.iter().map(of).collect::<Vec<f64>>();
        AgainstCost {
            cac,
            ratio: Figure::of(self.figures.ltv.value / cac, &ratios, terms.probability),
            p_ratio: reached(&ratios, terms.target_ratio),
            p_loss: 1.0 - reached(&ratios, 1.0),
            payback: payback(&curve(|p| p.margin.value), &self.worths.margin, cac, terms.probability),
            discounted_payback: payback(
                &curve(|p| p.discounted.value),
                &self.worths.discounted,
                cac,
                terms.probability,
            ),
            p_payback: reached(&self.worths.at_target.1, cac),
        }
    }
}

/// The first month in which a curve has reached the cost, and its interval over draws.
fn payback(curve: &[f64], points: &[Worth], cac: f64, probability: f64) -> Payback {
    let n = points.first().map_or(0, |point| point.1.len());
    let month = |d: usize| points.iter().position(|point| point.1[d] >= cac);
    let months: Vec<f64> = (0..n).map(|d| month(d).map_or(f64::INFINITY, |m| m as f64)).collect();
    let whole = |bound: f64| bound.is_finite().then_some(bound as usize);
    Payback {
        month: curve.iter().position(|margin| *margin >= cac),
        interval: interval(&months, probability).map(|(low, high)| (whole(low), whole(high))),
    }
}
