//! The questions of scoring: mixtures over the stage a customer who is alive has reached of what one at a known stage does.

use super::filter::{Belief, Filter};
use super::process::Drifting;
use super::renewal::Renewal;
use super::{Drift, Past};
use crate::base::{Discounting, Error, Result};
use crate::customers::Customer;
use crate::model::{
    Counts, Dropout, Mixing, Outlook, Population, PosteriorMeans, Process, Scorer,
    counts::Coins,
    erlang::{Staged, Stages, buys},
    process::chances,
};

/// A customer today, who is alive.
struct Now {
    filter: Filter,
    stages: Stages,
    belief: Belief,
    silence: f64,
    /// `p` is Beta of these.
    leave: Option<(f64, f64)>,
}

/// One at a known stage.
enum One {
    Stays(Renewal),
    MayLeave(Staged),
}

impl One {
    fn expected(&self, within: f64) -> f64 {
        match self {
            One::Stays(one) => one.expected(within),
            One::MayLeave(one) => one.expected(within),
        }
    }

    fn discounted(&self, horizon: f64, discounting: Discounting) -> f64 {
        match self {
            One::Stays(one) => one.discounted(horizon, discounting),
            One::MayLeave(one) => one.discounted(horizon, discounting),
        }
    }

    fn pmf(&self, within: f64, n: u32) -> f64 {
        match self {
            One::Stays(one) => one.pmf(within, n),
            One::MayLeave(one) => one.pmf(within, n),
        }
    }

    fn buys(&self, between: (f64, f64)) -> f64 {
        match self {
            One::Stays(Renewal { k, behind, shape, scale }) => {
                buys((*k, *behind), (*shape, *scale), between, |_| 1.0)
            }
            One::MayLeave(one) => one.buys(between),
        }
    }

    /// The chance to be a customer still after some time, and that part of it in which it is.
    fn stays(&self, after: f64) -> f64 {
        match self {
            One::Stays(_) => 1.0,
            One::MayLeave(one) => one.stays(after),
        }
    }

    fn lifetime(&self, within: f64) -> f64 {
        match self {
            One::Stays(_) => within,
            One::MayLeave(one) => one.lifetime(within),
        }
    }
}

impl Now {
    /// What is believed of one at this stage: it has faded by the silence.
    fn at(&self, stage: u32) -> Belief {
        let Belief { shape, scale } = self.belief;
        self.filter.fades(Belief { shape: shape + f64::from(stage), scale }, self.silence)
    }

    /// The stages with their chances, and what is believed of one at each, as it is seen over a horizon.
    fn beliefs(&self, horizon: f64) -> impl Iterator<Item = (f64, u32, Belief)> + '_ {
        (0..self.filter.k).map(move |behind| {
            let belief = self.filter.fades(self.at(behind), 0.5 * horizon);
            (self.stages.chance(behind), behind, belief)
        })
    }

    fn mean(&self, horizon: f64, of: impl Fn(&One) -> f64) -> f64 {
        let k = self.filter.k;
        let one = |(chance, behind, Belief { shape, scale })| {
            let one = match self.leave {
                None => One::Stays(Renewal { k, behind, shape, scale }),
                Some((a, b)) => One::MayLeave(Staged { k, behind, shape, scale, a, b }),
            };
            chance * of(&one)
        };
        self.beliefs(horizon).filter(|(chance, ..)| *chance > 0.0).map(one).sum()
    }
}

impl Drift {
    /// `None` of a customer whose purchases are not known.
    fn now(&self, customer: &Customer) -> Option<Now> {
        if !self.knows(customer) {
            return None;
        }
        let (filter, silence) = (self.filter(), (customer.t - self.past.last).max(0.0));
        let Belief { shape, scale } = self.past.belief;
        let stages = filter.stages_at(&self.past.belief, silence);
        let belief = Belief { shape, scale: scale + silence };
        Some(Now { filter, stages, belief, silence, leave: self.leaves_with() })
    }

    /// The chance to leave of the customer, who is alive: one more toss than purchases was well.
    fn leaves_with(&self) -> Option<(f64, f64)> {
        let leave = self.leave?;
        Drift::steady((self.r, self.alpha), leave).leaves_with(self.past.x)
    }

    fn answer(&self, customer: &Customer, of: impl FnOnce(Now) -> f64) -> f64 {
        self.now(customer).map_or(f64::NAN, of)
    }

    pub fn admits(&self, customer: &Customer, name: &str) -> Result<(), String> {
        if self.knows(customer) {
            return Ok(());
        }
        Err(format!(
            "{} repeat purchases, and {name} has to know when each of them was: score the purchase log, or a summary \
             made of it with clv summarize --purchase-times",
            customer.x
        ))
    }

    /// 1 where nobody leaves: who has gone is one whose rate has become small.
    pub fn p_alive(&self, customer: &Customer) -> f64 {
        match self.leave {
            None => 1.0,
            Some(_) if !self.knows(customer) => f64::NAN,
            Some(leave) => 1.0 / (1.0 + self.ln_odds_left(leave, self.ln_silence(customer)).exp()),
        }
    }

    fn p_left(&self, customer: &Customer) -> f64 {
        let odds = |leave| self.ln_odds_left(leave, self.ln_silence(customer));
        self.leave.map_or(0.0, |leave| 1.0 / (1.0 + (-odds(leave)).exp()))
    }

    /// As the filter says: the belief of today goes on.
    pub fn p_alive_after(&self, customer: &Customer, ahead: f64) -> f64 {
        if self.leave.is_none() {
            return 1.0;
        }
        self.p_alive(customer) * self.answer(customer, |now| now.mean(0.0, |one| one.stays(ahead)))
    }

    /// All of it where nobody leaves.
    pub fn expected_lifetime(&self, customer: &Customer, horizon: f64) -> f64 {
        if self.leave.is_none() {
            return horizon;
        }
        let alive = self.p_alive(customer);
        if alive == 0.0 {
            return 0.0;
        }
        alive * self.answer(customer, |now| now.mean(0.0, |one| one.lifetime(horizon)))
    }

    pub fn expected_if_alive(&self, customer: &Customer, horizon: f64) -> f64 {
        self.answer(customer, |now| now.mean(horizon, |one| one.expected(horizon)))
    }

    pub fn discounted_if_alive(&self, customer: &Customer, horizon: f64, discounting: Discounting) -> f64 {
        self.answer(customer, |now| now.mean(horizon, |one| one.discounted(horizon, discounting)))
    }

    pub fn finite_without_end(&self) -> bool {
        self.leave.is_some_and(|(a, _)| a > 1.0)
    }

    /// With who has left, of a chance of one who is alive.
    fn with_left(&self, customer: &Customer, n: u32, if_alive: f64) -> f64 {
        let left = if n == 0 { self.p_left(customer) } else { 0.0 };
        (self.p_alive(customer) * if_alive + left).clamp(0.0, 1.0)
    }

    pub fn purchases_pmf(&self, customer: &Customer, horizon: f64, n: u32) -> f64 {
        let if_alive = |now: Now| now.mean(horizon, |one| one.pmf(horizon, n));
        self.answer(customer, |now| self.with_left(customer, n, if_alive(now)))
    }

    /// As the filter says: the next gap goes on at the rate of today.
    pub fn none_within(&self, customer: &Customer, ahead: f64) -> f64 {
        let if_alive = |now: Now| now.mean(0.0, |one| one.pmf(ahead, 0));
        self.answer(customer, |now| self.with_left(customer, 0, if_alive(now)))
    }

    /// At one rate, as purchases within a horizon are: that of the belief that has faded to the middle of what is looked at.
    pub fn buys_if_alive(&self, customer: &Customer, between: (f64, f64)) -> f64 {
        self.answer(customer, |now| now.mean(between.0 + between.1, |one| one.buys(between)))
    }

    pub fn counts_if_alive(&self, customer: &Customer, horizon: f64) -> Vec<Box<dyn Counts>> {
        let (stages, leave) = (f64::from(self.k), self.leaves_with());
        let line = |(behind, belief): (u32, Belief)| -> Box<dyn Counts> {
            let (behind, Belief { shape, scale }) = (f64::from(behind), belief);
            Box::new(Coins { stages, behind, shape, scale, leave, horizon })
        };
        match self.now(customer) {
            Some(now) => now.beliefs(horizon).map(|(_, behind, belief)| line((behind, belief))).collect(),
            None => {
                let nothing = Belief { shape: f64::NAN, scale: f64::NAN };
                (0..self.k).map(|behind| line((behind, nothing))).collect()
            }
        }
    }

    pub fn stage_chances(&self, customer: &Customer, chances: &mut Vec<f64>) {
        let now = self.now(customer);
        chances
            .extend((0..self.k).map(|stage| now.as_ref().map_or(f64::NAN, |now| now.stages.chance(stage))));
    }

    pub fn posterior_means(&self, customer: &Customer) -> PosteriorMeans {
        let Some(now) = self.now(customer) else {
            return PosteriorMeans { rate: f64::NAN, dropout: f64::NAN };
        };
        let stages = now.beliefs(0.0).map(|(chance, _, belief)| chance * (belief.shape / belief.scale));
        let (alive, left) = (self.p_alive(customer), self.p_left(customer));
        let (rate, then) = (stages.sum::<f64>(), self.past.belief);
        let dropout = self.leave.map_or(0.0, |(a, b)| (a + left) / (a + b + f64::from(self.past.x) + 1.0));
        let of_stages = alive * rate + if left > 0.0 { left * (then.shape / then.scale) } else { 0.0 };
        PosteriorMeans { rate: of_stages / f64::from(self.k), dropout }
    }

    /// The longer the silence, the more stages are behind, and the more has faded.
    pub fn recency_matters_if_alive(&self) -> bool {
        true
    }

    /// Of new customers.
    pub fn population(&self) -> Population {
        let dropout = self.leave.map(|(a, b)| Dropout::Chance(Mixing::Beta { a, b }));
        Population { rate: Mixing::Gamma { shape: self.r, rate: self.alpha }, dropout }
    }

    /// Whoever's purchases this model knows.
    pub fn expected_purchases_new(&self, horizon: f64) -> f64 {
        let new = self.of_new();
        new.p_alive(&Customer::NEW) * new.expected_if_alive(&Customer::NEW, horizon)
    }

    pub fn purchases_pmf_new(&self, horizon: f64, n: u32) -> f64 {
        self.of_new().purchases_pmf(&Customer::NEW, horizon, n)
    }

    pub fn scorer(&self, horizon: f64, discounting: Discounting) -> Box<dyn Scorer> {
        Box::new(DriftScorer { model: *self, horizon, discounting })
    }

    pub fn process(&self) -> Result<Box<dyn Process>> {
        let begun = vec![(1.0, Past::none(self.k, self.r, self.alpha).belief)];
        let leave = self.leave.map(|(a, b)| chances(a, b)).transpose()?;
        Ok(Box::new(Drifting::new(self.filter(), begun, leave, true)?))
    }

    pub fn future_if_alive(&self, customer: &Customer) -> Result<Box<dyn Process>> {
        let Some(now) = self.now(customer) else {
            let words = self.admits(customer, "it").err().unwrap_or_default();
            return Err(Error::model("a model of drifting rates", words));
        };
        let begun = (0..self.k).map(|stage| (now.stages.chance(stage), now.at(stage))).collect();
        let leave = now.leave.map(|(a, b)| chances(a, b)).transpose()?;
        Ok(Box::new(Drifting::new(self.filter(), begun, leave, false)?))
    }
}

/// Customers share no work: each has a past of its own.
struct DriftScorer {
    model: Drift,
    horizon: f64,
    discounting: Discounting,
}

impl Scorer for DriftScorer {
    fn outlook(&mut self, customer: &Customer) -> Outlook {
        let (purchases, discounted) = self.if_alive(customer);
        Outlook::new(self.model.p_alive(customer), purchases, discounted)
    }

    fn look(&mut self, horizon: f64, discounting: Discounting) {
        (self.horizon, self.discounting) = (horizon, discounting);
    }

    fn if_alive(&mut self, customer: &Customer) -> (f64, f64) {
        let purchases = self.model.expected_if_alive(customer, self.horizon);
        (purchases, self.model.discounted_if_alive(customer, self.horizon, self.discounting))
    }
}
