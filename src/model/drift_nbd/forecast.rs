//! The questions of scoring: mixtures over the stage a customer has reached of what one at a known stage does.

use std::sync::Arc;

use super::DriftNbd;
use super::filter::{Belief, Filter};
use super::process::Drifting;
use super::renewal::Renewal;
use crate::base::{Discounting, Error, Result};
use crate::customers::Customer;
use crate::model::{
    Attrition, Counts, Mixing, Model, Outlook, Population, PosteriorMeans, Process, Scorer, counts::Coins,
    erlang::Stages,
};

/// A customer today.
struct Now {
    filter: Filter,
    stages: Stages,
    belief: Belief,
    silence: f64,
}

impl Now {
    /// What is believed of one at this stage: it has faded by the silence.
    fn at(&self, stage: u32) -> Belief {
        let Belief { shape, scale } = self.belief;
        self.filter.fades(Belief { shape: shape + f64::from(stage), scale }, self.silence)
    }

    /// The stages with their chances, and the purchases of one at each, as they are seen over a horizon.
    fn over(&self, horizon: f64) -> impl Iterator<Item = (f64, Renewal)> + '_ {
        let k = self.filter.k;
        (0..k).map(move |behind| {
            let Belief { shape, scale } = self.filter.fades(self.at(behind), 0.5 * horizon);
            (self.stages.chance(behind), Renewal { k, behind, shape, scale })
        })
    }

    fn mean(&self, horizon: f64, of: impl Fn(&Renewal) -> f64) -> f64 {
        self.over(horizon).filter(|(chance, _)| *chance > 0.0).map(|(chance, one)| chance * of(&one)).sum()
    }
}

impl DriftNbd {
    /// `None` of a customer whose purchases are not known.
    fn now(&self, customer: &Customer) -> Option<Now> {
        if !self.knows(customer) {
            return None;
        }
        let (filter, silence) = (self.filter(), (customer.t - self.past.last).max(0.0));
        let Belief { shape, scale } = self.past.belief;
        let stages = filter.stages_at(&self.past.belief, silence);
        Some(Now { filter, stages, belief: Belief { shape, scale: scale + silence }, silence })
    }

    fn answer(&self, customer: &Customer, of: impl FnOnce(Now) -> f64) -> f64 {
        self.now(customer).map_or(f64::NAN, of)
    }
}

impl Attrition for DriftNbd {
    fn admits(&self, customer: &Customer) -> Result<(), String> {
        if self.knows(customer) {
            return Ok(());
        }
        Err(format!(
            "{} repeat purchases, and drift-nbd has to know when each of them was: score the purchase log, or a summary \
             made of it with clv summarize --purchase-times",
            customer.x
        ))
    }

    /// 1: nobody leaves; who has gone is one whose rate has become small.
    fn p_alive(&self, _: &Customer) -> f64 {
        1.0
    }

    /// 1.
    fn p_alive_after(&self, _: &Customer, _: f64) -> f64 {
        1.0
    }

    /// All of it.
    fn expected_lifetime(&self, _: &Customer, horizon: f64) -> f64 {
        horizon
    }

    fn expected_if_alive(&self, customer: &Customer, horizon: f64) -> f64 {
        self.answer(customer, |now| now.mean(horizon, |one| one.expected(horizon)))
    }

    fn discounted_if_alive(&self, customer: &Customer, horizon: f64, discounting: Discounting) -> f64 {
        self.answer(customer, |now| now.mean(horizon, |one| one.discounted(horizon, discounting)))
    }

    /// Nobody ever leaves.
    fn finite_without_end(&self) -> bool {
        false
    }

    fn purchases_pmf(&self, customer: &Customer, horizon: f64, n: u32) -> f64 {
        self.answer(customer, |now| now.mean(horizon, |one| one.pmf(horizon, n)).clamp(0.0, 1.0))
    }

    /// As the filter says: the next gap goes on at the rate of today.
    fn none_within(&self, customer: &Customer, ahead: f64) -> f64 {
        self.answer(customer, |now| now.mean(0.0, |one| one.pmf(ahead, 0)).clamp(0.0, 1.0))
    }

    fn counts_if_alive(&self, customer: &Customer, horizon: f64) -> Vec<Box<dyn Counts>> {
        let line = |one: Renewal| -> Box<dyn Counts> {
            let Renewal { k, behind, shape, scale } = one;
            let (stages, behind) = (f64::from(k), f64::from(behind));
            Box::new(Coins { stages, behind, shape, scale, leave: None, horizon })
        };
        match self.now(customer) {
            Some(now) => now.over(horizon).map(|(_, one)| line(one)).collect(),
            None => {
                let (shape, scale) = (f64::NAN, f64::NAN);
                (0..self.k).map(|behind| line(Renewal { k: self.k, behind, shape, scale })).collect()
            }
        }
    }

    fn stage_chances(&self, customer: &Customer, chances: &mut Vec<f64>) {
        let now = self.now(customer);
        chances
            .extend((0..self.k).map(|stage| now.as_ref().map_or(f64::NAN, |now| now.stages.chance(stage))));
    }

    fn posterior_means(&self, customer: &Customer) -> PosteriorMeans {
        let rate = |one: &Renewal| one.shape / one.scale / f64::from(self.k);
        PosteriorMeans { rate: self.answer(customer, |now| now.mean(0.0, rate)), dropout: 0.0 }
    }

    /// Of new customers.
    fn population(&self) -> Population {
        Population { rate: Mixing::Gamma { shape: self.r, rate: self.alpha }, dropout: None }
    }

    /// Whoever's purchases this model knows.
    fn expected_purchases_new(&self, horizon: f64) -> f64 {
        self.of_new().expected_purchases(&Customer::NEW, horizon)
    }

    fn purchases_pmf_new(&self, horizon: f64, n: u32) -> f64 {
        self.of_new().purchases_pmf(&Customer::NEW, horizon, n)
    }

    fn scorer(&self, horizon: f64, discounting: Discounting) -> Box<dyn Scorer> {
        Box::new(DriftScorer { model: *self, horizon, discounting })
    }

    fn process(&self) -> Result<Box<dyn Process>> {
        Ok(Box::new(Drifting::new(self.filter(), vec![(1.0, self.of_new().past.belief)])?))
    }

    fn future_if_alive(&self, customer: &Customer) -> Result<Box<dyn Process>> {
        let Some(now) = self.now(customer) else {
            let words = self.admits(customer).err().unwrap_or_default();
            return Err(Error::model(Self::NAME, words));
        };
        let begun = (0..self.k).map(|stage| (now.stages.chance(stage), now.at(stage))).collect();
        Ok(Box::new(Drifting::new(self.filter(), begun)?))
    }

    fn of_purchases(&self, ages: &[f64]) -> Option<Arc<dyn Attrition>> {
        Some(Arc::new(self.after(ages)))
    }
}

/// Customers share no work: each has a past of its own.
struct DriftScorer {
    model: DriftNbd,
    horizon: f64,
    discounting: Discounting,
}

impl Scorer for DriftScorer {
    fn outlook(&mut self, customer: &Customer) -> Outlook {
        let (purchases, discounted) = self.if_alive(customer);
        Outlook::new(1.0, purchases, discounted)
    }

    fn look(&mut self, horizon: f64, discounting: Discounting) {
        (self.horizon, self.discounting) = (horizon, discounting);
    }

    fn if_alive(&mut self, customer: &Customer) -> (f64, f64) {
        let purchases = self.model.expected_if_alive(customer, self.horizon);
        (purchases, self.model.discounted_if_alive(customer, self.horizon, self.discounting))
    }
}
