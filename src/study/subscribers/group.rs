//! What a new subscriber of a group is worth: its plans, how they renew there, and what that brings.

use super::cells::{Cell, Cells};
use super::in_months;
use crate::base::Unit;
use crate::contracts::BookModel;
use crate::model::{Contract, ContractTable};
use crate::study::economics::{AgainstCost, CurvePoint, EconomicsOptions, Figure, Payback};

/// What is asked of new subscribers.
pub(super) struct Terms {
    /// \[months\], may be infinite.
    horizon: f64,
    /// Of money, per day.
    day: f64,
    margin: f64,
    /// Months of the curve.
    months: usize,
    probability: Option<f64>,
    target_ratio: f64,
    /// \[months\]
    target_payback: f64,
}

impl Terms {
    pub fn new(options: &EconomicsOptions) -> Self {
        Terms {
            horizon: in_months(options.value.horizon),
            day: options.value.discount.continuous(Unit::Day),
            margin: options.value.margin,
            months: options.curve_months(),
            probability: options.interval,
            target_ratio: options.target_ratio,
            target_payback: options.target_payback.in_units(Unit::Month),
        }
    }

    fn figure(&self, value: f64, draws: &[f64]) -> Figure {
        match self.probability {
            Some(probability) => Figure::of(value, draws, probability),
            None => Figure::plain(value),
        }
    }
}

/// What a new subscriber is expected to bring.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NewSubscriber {
    /// Contracts that have begun so far.
    pub contracts: f64,
    /// Mean monthly recurring revenue of one that begins.
    pub mrr: f64,
    /// Chance to be there after twelve months.
    pub after_a_year: Figure,
    /// The same as it was seen (Kaplan-Meier), where it was.
    pub seen_after_a_year: Option<f64>,
    /// Margin on payments within the horizon, discounted.
    pub ltv: Figure,
    /// The same without end; `None` where it is infinite.
    pub ltv_without_end: Option<Figure>,
    /// Month by month.
    pub curve: Vec<CurvePoint>,
    /// The most one may pay for the wanted ratio of LTV to CAC.
    pub most_for_ratio: Figure,
    /// The most one may pay to have it back, undiscounted, within the wanted time.
    pub most_for_payback: Figure,
    /// Draws of LTV, of the year, and of the curve, plain and discounted: what figures rest on.
    draws: Vec<Draw>,
}

/// What follows from one set of parameters.
#[derive(Debug, Clone, PartialEq, Default)]
struct Draw {
    year: f64,
    ltv: f64,
    without_end: f64,
    payback: f64,
    plain: Vec<f64>,
    discounted: Vec<f64>,
    alive: Vec<f64>,
}

impl Draw {
    fn add(&mut self, other: &Draw, weight: f64) {
        let sum = |a: &mut Vec<f64>, b: &[f64]| {
            a.resize(b.len(), 0.0);
            a.iter_mut().zip(b).for_each(|(a, b)| *a += weight * b);
        };
        self.year += weight * other.year;
        self.ltv += weight * other.ltv;
        self.without_end += weight * other.without_end;
        self.payback += weight * other.payback;
        sum(&mut self.plain, &other.plain);
        sum(&mut self.discounted, &other.discounted);
        sum(&mut self.alive, &other.alive);
    }
}

/// A group of contracts.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SubscriberGroup {
    /// Its name; empty of all.
    pub name: String,
    /// Customers who were ever won.
    pub customers: u64,
    /// Contracts that are paid today.
    pub contracts: u64,
    /// Their MRR.
    pub mrr: f64,
    /// Of payments: contracts whose payment is late by less than the grace; they are none of `contracts`.
    pub due: u64,
    /// How many of them are expected to be there.
    pub due_expected: f64,
    /// Their MRR, were they all there; none of `mrr`.
    pub due_mrr: f64,
    /// Of `mrr` and `due_mrr`, what is not expected to be there at the horizon.
    pub at_risk: f64,
    /// Margin x present value of renewals within the horizon.
    pub equity: f64,
    /// The same of all renewals to come.
    pub remaining: f64,
    /// What a new one brings.
    pub new: NewSubscriber,
    /// What was paid for customers, in months for which that is known.
    pub cost: Option<f64>,
    /// Customers who were won in these.
    pub costed: u64,
    /// Cost against value; `None` without costs, or if nobody was won in their months.
    pub against: Option<AgainstCost>,
}

impl SubscriberGroup {
    pub(super) fn new(name: &str, place: usize, cells: &Cells, terms: &Terms) -> Self {
        let own = &cells.of[place];
        let contracts: f64 = own.iter().map(|cell| cell.contracts).sum();
        let weight = |cell: &Cell| cell.contracts / contracts.max(1.0);
        let mut new = NewSubscriber {
            contracts,
            mrr: own.iter().map(|cell| weight(cell) * cell.price / months_of(cells.model, cell.plan)).sum(),
            seen_after_a_year: seen_after_a_year(cells.model, &cells.tables[place]),
            ..NewSubscriber::default()
        };
        let n = own.iter().map(|cell| cell.draws.len()).min().unwrap_or(0);
        let mut estimate = Draw::default();
        let mut draws = vec![Draw::default(); if terms.probability.is_some() { n } else { 0 }];
        for cell in own.iter().filter(|cell| cell.contracts > 0.0) {
            let worth = |params: &[f64]| worth(cells.model, cell, params, terms);
            estimate.add(&worth(&cell.params), weight(cell));
            for (draw, params) in draws.iter_mut().zip(&cell.draws) {
                draw.add(&worth(params), weight(cell));
            }
        }
        new.fill(&estimate, draws, terms);
        SubscriberGroup { name: name.to_owned(), new, ..SubscriberGroup::default() }
    }
}

impl NewSubscriber {
    fn fill(&mut self, estimate: &Draw, draws: Vec<Draw>, terms: &Terms) {
        let figure =
            |of: &dyn Fn(&Draw) -> f64| terms.figure(of(estimate), &draws.iter().map(of).collect::<Vec<_>>());
        self.after_a_year = figure(&|draw| draw.year);
        self.ltv = figure(&|draw| draw.ltv);
        self.ltv_without_end = estimate.without_end.is_finite().then(|| figure(&|draw| draw.without_end));
        self.most_for_ratio = figure(&|draw| draw.ltv / terms.target_ratio);
        self.most_for_payback = figure(&|draw| draw.payback);
        let point = |month: usize| CurvePoint {
            month,
            margin: figure(&|draw| draw.plain[month]),
            discounted: figure(&|draw| draw.discounted[month]),
            survival: estimate.alive[month],
        };
        self.curve = (0..estimate.plain.len()).map(point).collect();
        self.draws = draws;
    }

    fn estimate(&self) -> Draw {
        Draw {
            year: self.after_a_year.value,
            ltv: self.ltv.value,
            without_end: self.ltv_without_end.map_or(f64::INFINITY, |figure| figure.value),
            payback: self.most_for_payback.value,
            plain: self.curve.iter().map(|point| point.margin.value).collect(),
            discounted: self.curve.iter().map(|point| point.discounted.value).collect(),
            alive: self.curve.iter().map(|point| point.survival).collect(),
        }
    }
}

fn months_of(model: &BookModel, plan: usize) -> f64 {
    model.plans[plan].plan.cycle.months()
}

/// What one contract of a plan brings under these parameters.
fn worth(model: &BookModel, cell: &Cell, params: &[f64], terms: &Terms) -> Draw {
    let contract = model.contract(cell.plan, params);
    let length = months_of(model, cell.plan);
    let period = terms.day * model.plans[cell.plan].plan.cycle.days();
    let price = terms.margin * cell.price;
    let d = period.exp_m1();
    let mut draw = Draw {
        year: survival_at(&*contract, length, 12.0),
        without_end: price * contract.periods_from_now(0, d),
        ..Draw::default()
    };
    let finite = if terms.horizon.is_finite() { terms.horizon } else { 0.0 };
    let furthest = (terms.months as f64).max(finite).max(terms.target_payback);
    let (mut plain, mut discounted) = (0.0, 0.0);
    let mut stays = 1.0;
    let mut k = 0;
    while f64::from(k) * length <= furthest + ROUNDING {
        let age = f64::from(k) * length;
        while (draw.plain.len() as f64) < age - ROUNDING && draw.plain.len() <= terms.months {
            draw.push(plain, discounted);
        }
        if k > 0 {
            stays *= contract.retention(k);
        }
        let (paid, now) = (price * stays, (-period * f64::from(k)).exp());
        (plain, discounted) = (plain + paid, discounted + paid * now);
        if age < terms.horizon - ROUNDING {
            draw.ltv = discounted;
        }
        if age <= terms.target_payback + ROUNDING {
            draw.payback = plain;
        }
        k += 1;
    }
    while draw.plain.len() <= terms.months {
        draw.push(plain, discounted);
    }
    draw.alive = (0..=terms.months).map(|month| survival_at(&*contract, length, month as f64)).collect();
    if terms.horizon.is_infinite() {
        draw.ltv = draw.without_end;
    }
    draw
}

/// Months are whole but for rounding.
const ROUNDING: f64 = 1e-9;

impl Draw {
    fn push(&mut self, plain: f64, discounted: f64) {
        self.plain.push(plain);
        self.discounted.push(discounted);
    }
}

/// Chance of a new contract to be there so many months on.
fn survival_at(contract: &dyn Contract, length: f64, months: f64) -> f64 {
    contract.survival((months / length + ROUNDING).floor() as u32)
}

/// The share of contracts that were seen to stay a year, by Kaplan-Meier within each plan; weighted by contracts. `None` where no
/// plan was seen so long.
fn seen_after_a_year(model: &BookModel, tables: &[(usize, ContractTable)]) -> Option<f64> {
    let (mut sum, mut all) = (0.0, 0.0);
    for (plan, table) in tables.iter().filter(|(_, table)| table.customers > 0.0) {
        let periods = (12.0 / months_of(model, *plan) + ROUNDING).floor() as usize;
        let renewals = table.renewals();
        if periods == 0 || renewals.len() < periods || renewals[periods - 1].0 == 0.0 {
            continue;
        }
        let share: f64 = renewals[..periods].iter().map(|(due, kept)| kept / due).product();
        (sum, all) = (sum + table.customers * share, all + table.customers);
    }
    (all > 0.0).then(|| sum / all)
}

/// All groups together: means weighted by new contracts, draw by draw.
pub(super) fn weighted(groups: &[SubscriberGroup], terms: &Terms) -> SubscriberGroup {
    if let [one] = groups {
        return SubscriberGroup { name: String::new(), ..one.clone() };
    }
    let contracts: f64 = groups.iter().map(|group| group.new.contracts).sum();
    let weight = |group: &SubscriberGroup| group.new.contracts / contracts.max(1.0);
    let mut estimate = Draw::default();
    let n = groups.iter().map(|group| group.new.draws.len()).min().unwrap_or(0);
    let mut draws = vec![Draw::default(); n];
    let mut all = SubscriberGroup::default();
    for group in groups {
        estimate.add(&group.new.estimate(), weight(group));
        draws.iter_mut().zip(&group.new.draws).for_each(|(sum, own)| sum.add(own, weight(group)));
        all.customers += group.customers;
        all.contracts += group.contracts;
        all.mrr += group.mrr;
        all.due += group.due;
        all.due_expected += group.due_expected;
        all.due_mrr += group.due_mrr;
        all.at_risk += group.at_risk;
        all.equity += group.equity;
        all.remaining += group.remaining;
        all.new.contracts += group.new.contracts;
        all.new.mrr += weight(group) * group.new.mrr;
        if let Some(cost) = group.cost {
            *all.cost.get_or_insert(0.0) += cost;
            all.costed += group.costed;
        }
    }
    let seen = groups.iter().filter_map(|group| Some((group.new.contracts, group.new.seen_after_a_year?)));
    let (sum, of) = seen.fold((0.0, 0.0), |(sum, of), (n, share)| (sum + n * share, of + n));
    all.new.seen_after_a_year = (of > 0.0).then(|| sum / of);
    all.new.fill(&estimate, draws, terms);
    all
}

/// What was paid against what comes of it.
pub(super) fn against(group: &SubscriberGroup, terms: &Terms) -> Option<AgainstCost> {
    let cost = group.cost.filter(|_| group.costed > 0)?;
    let cac = cost / group.costed as f64;
    let new = &group.new;
    let share = |of: &dyn Fn(&Draw) -> bool| match new.draws.len() {
        0 => f64::NAN,
        n => new.draws.iter().filter(|draw| of(draw)).count() as f64 / n as f64,
    };
    let ratios: Vec<f64> = new.draws.iter().map(|draw| draw.ltv / cac).collect();
    let reached = |curve: &[f64]| curve.iter().position(|margin| *margin >= cac);
    let estimate = new.estimate();
    let payback = |of: &dyn Fn(&Draw) -> Option<usize>| {
        let mut months: Vec<Option<usize>> = new.draws.iter().map(of).collect();
        months.sort_by_key(|month| month.unwrap_or(usize::MAX));
        let interval = terms.probability.filter(|_| !months.is_empty()).map(|probability| {
            let tail = 0.5 * (1.0 - probability);
            let at = |p: f64| months[(p * (months.len() - 1) as f64).round() as usize];
            (at(tail), at(1.0 - tail))
        });
        Payback { month: of(&estimate), interval }
    };
    Some(AgainstCost {
        cac,
        ratio: terms.figure(new.ltv.value / cac, &ratios),
        p_ratio: share(&|draw| draw.ltv / cac >= terms.target_ratio),
        p_loss: share(&|draw| draw.ltv < cac),
        payback: payback(&|draw| reached(&draw.plain)),
        discounted_payback: payback(&|draw| reached(&draw.discounted)),
        p_payback: share(&|draw| draw.payback >= cac),
    })
}
