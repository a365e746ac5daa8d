//! Forecasts for many customers: the same numbers as one by one, bit for bit. The time left depends
//! on `T` alone, P(alive) on the whole history, which many customers share.

use rustc_hash::FxHashMap;

use super::forecast::{discounted_time_left, time_left};
use super::{BuyingLifetime, Lifetime};
use crate::base::Discounting;
use crate::customers::Customer;
use crate::model::{
    Outlook, Scorer,
    keep::{RESULTS, TABLES, make_room},
};

/// See [`Attrition::scorer`](crate::model::Attrition::scorer).
pub(super) struct LifetimeScorer<L> {
    model: BuyingLifetime<L>,
    horizon: f64,
    discounting: Discounting,
    /// Time left, and the same discounted.
    by_t: FxHashMap<u64, (f64, f64)>,
    alive: FxHashMap<(u32, u64, u64), f64>,
}

impl<L: Lifetime> LifetimeScorer<L> {
    pub fn new(model: BuyingLifetime<L>, horizon: f64, discounting: Discounting) -> Self {
        LifetimeScorer {
            model,
            horizon,
            discounting,
            by_t: FxHashMap::default(),
            alive: FxHashMap::default(),
        }
    }
}

impl<L: Lifetime> Scorer for LifetimeScorer<L> {
    fn outlook(&mut self, customer: &Customer) -> Outlook {
        let (purchases, discounted) = self.if_alive(customer);
        make_room(&mut self.alive, RESULTS);
        let history = (customer.x, customer.t_x.to_bits(), customer.t.to_bits());
        let model = &self.model;
        let alive = *self.alive.entry(history).or_insert_with(|| model.p_alive(customer));
        Outlook::new(alive, purchases, discounted)
    }

    fn look(&mut self, horizon: f64, discounting: Discounting) {
        (self.horizon, self.discounting) = (horizon, discounting);
        self.by_t.clear();
    }

    fn if_alive(&mut self, customer: &Customer) -> (f64, f64) {
        let (model, horizon, discounting) = (&self.model, self.horizon, self.discounting);
        make_room(&mut self.by_t, TABLES);
        let (time, discounted) = *self.by_t.entry(customer.t.to_bits()).or_insert_with(|| {
            let rest = model.lifetime.aged(customer.t);
            (time_left(&rest, horizon), discounted_time_left(&rest, horizon, discounting))
        });
        let rate = model.rate_if_alive(customer);
        (rate * time, rate * discounted)
    }
}
