//! Forecasts: sums over the stage a customer may have reached.

use super::renewal::{ByStage, Panels, Renewals};
use super::scorer::ErlangScorer;
use super::{Erlang, MOST, Staged};
use crate::base::{Discounting, Result};
use crate::customers::Customer;
use crate::model::{
    Along, Counts, Dropout, Mixing, Population, PosteriorMeans, Process, Scorer,
    counts::Coins,
    process::{Leaving, Resuming, chances, rates},
    weights::Weights,
};

impl Erlang {
    pub fn finite_without_end(&self) -> bool {
        self.without_stages().finite_without_end()
    }

    /// Panels for forecasts of one who is alive.
    pub(super) fn panels(&self, x: u32, weights: &Weights) -> Panels {
        Panels::new(self.k, self.shape(x), weights)
    }

    /// Expected purchases of a customer who is alive, from each stage, if they need no integral.
    pub(super) fn expected_by_sums(&self, x: u32, t: f64, horizon: f64) -> Option<ByStage> {
        if horizon == f64::INFINITY {
            return Some([self.without_stages().expected_for_ever(x); MOST]);
        }
        self.expected_soon(x, horizon / (self.alpha + t))
    }

    fn integrated(&self, x: u32, mut weights: Weights) -> ByStage {
        Renewals::new(*self, x, self.panels(x, &weights)).dot(&mut weights)
    }

    pub fn expected_if_alive(&self, customer: &Customer, horizon: f64) -> f64 {
        if horizon == 0.0 {
            return 0.0;
        }
        let Customer { x, t, .. } = *customer;
        let by_sums = self.expected_by_sums(x, t, horizon);
        let by_stage =
            by_sums.unwrap_or_else(|| self.integrated(x, Weights::undiscounted(self.alpha + t, horizon)));
        self.stages_of(customer).mean(&by_stage)
    }

    pub fn discounted_if_alive(&self, customer: &Customer, horizon: f64, discounting: Discounting) -> f64 {
        if !discounting.is_any() || horizon == 0.0 {
            return self.expected_if_alive(customer, horizon);
        }
        let Customer { x, t, .. } = *customer;
        let weights = Weights::new(self.alpha + t, horizon, discounting);
        self.stages_of(customer).mean(&self.integrated(x, weights))
    }

    /// The approximation of the paper and of BTYDplus: the formula of the model without stages, whose
    /// rates are those of purchases, for the exact chance to be alive.
    pub fn expected_purchases_btydplus(&self, customer: &Customer, horizon: f64) -> f64 {
        self.p_alive(customer) * self.without_stages().expected_if_alive(customer, horizon)
    }

    pub fn p_alive_after(&self, customer: &Customer, ahead: f64) -> f64 {
        let s = ahead / (self.alpha + customer.t);
        self.p_alive(customer) * self.stays_for(customer.x, &self.stages_of(customer), s)
    }

    pub fn expected_lifetime(&self, customer: &Customer, horizon: f64) -> f64 {
        let alive = self.p_alive(customer);
        if alive == 0.0 || horizon == 0.0 {
            return 0.0;
        }
        let (x, scale, stages) = (customer.x, self.alpha + customer.t, self.stages_of(customer));
        if horizon < f64::INFINITY {
            let mut weights = Weights::undiscounted(scale, horizon);
            return alive * scale * self.stays_in_all(x, &stages, &mut weights);
        }
        let (shape, purchases) = (self.shape(x), self.without_stages().expected_for_ever(x));
        if shape <= 1.0 || purchases == f64::INFINITY {
            return f64::INFINITY;
        }
        // The mean number of stages left, and of 1/λ.
        let from = |j: usize| (self.stages() * purchases - j as f64) / (shape + j as f64 - 1.0);
        alive * scale * stages.mean(&std::array::from_fn::<f64, MOST, _>(from))
    }

    /// The longer the silence, the more stages towards the next purchase are behind.
    pub fn recency_matters_if_alive(&self) -> bool {
        self.k > 1
    }

    /// Purchases come `k` times as rarely as stages.
    pub fn population(&self) -> Population {
        Population {
            rate: Mixing::Gamma { shape: self.r, rate: self.stages() * self.alpha },
            dropout: Some(Dropout::Chance(Mixing::Beta { a: self.a, b: self.b })),
        }
    }

    pub fn posterior_means(&self, customer: &Customer) -> PosteriorMeans {
        let leaving = self.without_stages();
        let (alive, shape) = (self.p_alive(customer), self.shape(customer.x));
        let left = 1.0 - alive;
        let shapes: ByStage = std::array::from_fn(|j| shape + j as f64);
        let shape_alive = self.stages_of(customer).mean(&shapes);
        let stage_rate =
            alive * shape_alive / (self.alpha + customer.t) + left * shape / (self.alpha + customer.t_x);
        let both = self.a + leaving.big_b(customer.x);
        PosteriorMeans { rate: stage_rate / self.stages(), dropout: (self.a + left) / both }
    }

    /// One of `x` purchases and this age who is alive at a stage.
    pub(super) fn staged(&self, x: u32, t: f64, behind: u32) -> Staged {
        let (shape, scale) = (self.shape(x) + f64::from(behind), self.alpha + t);
        Staged { k: self.k, behind, shape, scale, a: self.a, b: self.without_stages().big_b(x) }
    }

    pub fn purchases_pmf(&self, customer: &Customer, horizon: f64, n: u32) -> f64 {
        let from = |j: usize| match j < self.k as usize {
            true => self.staged(customer.x, customer.t, j as u32).pmf(horizon, n),
            false => 0.0,
        };
        let by_stage: ByStage = std::array::from_fn(from);
        let if_alive = self.stages_of(customer).mean(&by_stage);
        let alive = self.p_alive(customer) * if_alive;
        if n > 0 {
            return alive.clamp(0.0, 1.0);
        }
        let left = 1.0 / (1.0 + (-self.ln_odds_left(customer)).exp());
        (alive + left).clamp(0.0, 1.0)
    }

    pub fn buys_if_alive(&self, customer: &Customer, between: (f64, f64)) -> f64 {
        let from = |j: usize| match j < self.k as usize {
            true => self.staged(customer.x, customer.t, j as u32).buys(between),
            false => 0.0,
        };
        self.stages_of(customer).mean(&std::array::from_fn::<f64, MOST, _>(from))
    }

    pub fn counts_if_alive(&self, customer: &Customer, horizon: f64) -> Vec<Box<dyn Counts>> {
        let from = |j: u32| -> Box<dyn Counts> {
            Box::new(Coins {
                stages: self.stages(),
                behind: f64::from(j),
                shape: self.shape(customer.x) + f64::from(j),
                scale: self.alpha + customer.t,
                leave: self.without_stages().leaves_with(customer.x),
                horizon,
            })
        };
        (0..self.k).map(from).collect()
    }

    pub fn stage_chances(&self, customer: &Customer, chances: &mut Vec<f64>) {
        let stages = self.stages_of(customer);
        chances.extend((0..self.k).map(|j| stages.chance(j)));
    }

    pub fn scorer(&self, horizon: f64, discounting: Discounting) -> Box<dyn Scorer> {
        Box::new(ErlangScorer::new(*self, horizon, discounting))
    }

    pub fn scorer_along(
        &self,
        along: &Along,
        horizon: f64,
        discounting: Discounting,
    ) -> Option<Box<dyn Scorer>> {
        let scorer = ErlangScorer::new(*self, horizon, discounting);
        matches!(discounting, Discounting::Continuous { .. })
            .then(|| Box::new(scorer.along(along.clone())) as Box<dyn Scorer>)
    }

    pub fn process(&self) -> Result<Box<dyn Process>> {
        Ok(Box::new(Leaving {
            rate: rates(self.r, self.alpha)?,
            stages: self.k,
            leave: Some(chances(self.a, self.b)?),
            after_first: self.coin > 0.0,
        }))
    }

    pub fn future_if_alive(&self, customer: &Customer) -> Result<Box<dyn Process>> {
        let (shape, scale) = (self.shape(customer.x), self.alpha + customer.t);
        let stages = self.stages_of(customer);
        let begun = (0..self.k).map(|j| Ok((stages.chance(j), rates(shape + f64::from(j), scale)?)));
        let leave = chances(self.a, self.without_stages().big_b(customer.x))?;
        Ok(Box::new(Resuming { begun: begun.collect::<Result<_>>()?, leave }))
    }
}
