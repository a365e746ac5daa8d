//! New customers of all and of each group, with the groups held to all.
//!
//! Groups are fitted apart and drawn to each other, all customers as one. With `w_g` the share of a group in the
//! customers, what groups show is brought to what all show by one factor for all groups, so that
//!
//! ```text
//! Σ w_g first purchase_g = first purchase,    Σ w_g mean amount_g = mean amount,    Σ w_g E_g(H) = E(H)
//! ```
//!
//! (without end: the discounted purchases), at the estimate and at each draw. What is made of several of these or
//! is no mean, as LTV, the curve of margins, what one may pay, a plan, survival, is, of all, the mean over the groups:
//!
//! ```text
//! LTV = Σ w_g LTV_g = Σ w_g margin_g (first purchase_g + mean amount_g · discounted purchases_g)
//! ```
//!
//! which is not the product of the means where groups that buy more often also pay more, or have another margin.

use rayon::prelude::*;

use super::acquisition::Terms;
use super::groups::GroupModel;
use super::uncertain::{Beside, Normals, shared_factors};
use crate::customers::Customer;
use crate::model::Attrition;

/// A figure and its draws.
pub(super) type Worth = (f64, Vec<f64>);

/// New customers of one kind: of a group, or of all.
pub(super) struct Newcomer {
    model: GroupModel,
    /// Share of revenue kept.
    pub margin: f64,
    /// Share of all customers.
    pub share: f64,
    normals: Normals,
    /// Amount of the first purchase.
    pub first: Worth,
    /// Mean amount of the others.
    pub spend: Worth,
    /// By what expected purchases are multiplied.
    busy: Worth,
}

/// A group before it is held to all.
pub(super) struct Kind {
    pub model: GroupModel,
    pub margin: f64,
    pub customers: f64,
}

impl Newcomer {
    fn new(kind: Kind, share: f64, terms: &Terms, stream: u64) -> Self {
        let Kind { model, margin, .. } = kind;
        let normals = Normals::new(terms.draws, model.directions(), terms.seed, stream);
        Newcomer {
            first: (model.first.value, model.first.draws(&normals)),
            spend: (model.spend.value, model.spend.draws(&normals)),
            busy: (1.0, vec![1.0; terms.draws]),
            model,
            margin,
            share,
            normals,
        }
    }

    /// Expected numbers of purchases.
    pub fn expectations(&self, of: impl Fn(&dyn Attrition) -> Vec<f64>) -> Vec<Worth> {
        let at = of(&*self.model.purchase);
        let beside = match self.busy.1.len() {
            0 => Beside::Draws(Vec::new()),
            _ => self.model.beside.map(|model| of(&**model)),
        };
        let one = |(k, value): (usize, &f64)| {
            let draws = beside.figure(*value, |expected| expected[k]).draws(&self.normals);
            (self.busy.0 * value, draws.iter().zip(&self.busy.1).map(|(draw, busy)| draw * busy).collect())
        };
        at.iter().enumerate().map(one).collect()
    }

    /// Probability of still being a customer at an age.
    pub fn survival(&self, age: f64) -> f64 {
        self.model.purchase.p_alive_after(&Customer::NEW, age)
    }

    /// Probability of a second purchase up to an age.
    pub fn p_repeat(&self, age: f64) -> f64 {
        1.0 - self.model.purchase.purchases_pmf(&Customer::NEW, age, 0)
    }
}

/// All of them.
pub(super) struct Newcomers {
    /// All customers as one group.
    all: Newcomer,
    /// The groups, held to that; none without them.
    groups: Vec<Newcomer>,
}

/// Number of the first stream of random numbers.
const STREAM: u64 = 100;

impl Newcomers {
    pub fn new(all: Kind, groups: Vec<Kind>, terms: &Terms) -> Self {
        let customers = all.customers;
        let mut all = Newcomer::new(all, 1.0, terms, STREAM);
        // Groups follow, since they are held to all.
        all.busy.1 = shared_factors(terms.shared, terms.draws);
        let one = |(g, kind): (usize, Kind)| {
            let share = kind.customers / customers;
            Newcomer::new(kind, share, terms, STREAM + 1 + g as u64)
        };
        let mut groups: Vec<Newcomer> = groups.into_par_iter().enumerate().map(one).collect();
        let shares: Vec<f64> = groups.iter().map(|group| group.share).collect();
        let wanted =
            |newcomer: &Newcomer| newcomer.expectations(|model| vec![within(model, terms)]).remove(0);
        let expected: Vec<Worth> = groups.par_iter().map(wanted).collect();
        let firsts = factor(&all.first, groups.iter().map(|group| &group.first), &shares);
        let spends = factor(&all.spend, groups.iter().map(|group| &group.spend), &shares);
        let busy = factor(&wanted(&all), expected.iter(), &shares);
        for group in &mut groups {
            group.first = times(&group.first, &firsts);
            group.spend = times(&group.spend, &spends);
            group.busy = busy.clone();
        }
        Newcomers { all, groups }
    }

    /// Are there groups?
    pub fn are_grouped(&self) -> bool {
        !self.groups.is_empty()
    }

    /// What all consist of: the groups, or one kind.
    pub fn kinds(&self) -> &[Newcomer] {
        if self.groups.is_empty() { std::slice::from_ref(&self.all) } else { &self.groups }
    }

    /// One group.
    pub fn group(&self, g: usize) -> &Newcomer {
        &self.groups[g]
    }

    /// A mean over all.
    pub fn mean(&self, of: impl Fn(&Newcomer) -> f64) -> f64 {
        self.kinds().iter().map(|kind| kind.share * of(kind)).sum()
    }
}

/// The number of purchases in which groups are held to all.
fn within(model: &dyn Attrition, terms: &Terms) -> f64 {
    match terms.horizon.is_finite() {
        true => model.expected_purchases(&Customer::NEW, terms.horizon),
        false => model.expected_discounted(&Customer::NEW, terms.horizon, terms.discounting),
    }
}

/// By what groups are to be multiplied for their mean to be that of all; 1 where no factor does it.
fn factor<'a>(all: &Worth, groups: impl Iterator<Item = &'a Worth>, shares: &[f64]) -> Worth {
    let means = mixed(shares.iter().copied().zip(groups));
    let one = |all: f64, mean: f64| Some(all / mean).filter(|f| f.is_finite() && *f > 0.0).unwrap_or(1.0);
    (one(all.0, means.0), all.1.iter().zip(&means.1).map(|(all, mean)| one(*all, *mean)).collect())
}

fn times(worth: &Worth, factor: &Worth) -> Worth {
    (worth.0 * factor.0, worth.1.iter().zip(&factor.1).map(|(a, b)| a * b).collect())
}

/// The weighted sum of figures, draw by draw.
pub(super) fn mixed<'a>(parts: impl Iterator<Item = (f64, &'a Worth)>) -> Worth {
    let mut sum: Worth = (0.0, Vec::new());
    for (weight, part) in parts {
        sum.0 += weight * part.0;
        sum.1.resize(part.1.len(), 0.0);
        sum.1.iter_mut().zip(&part.1).for_each(|(sum, draw)| *sum += weight * draw);
    }
    sum
}
