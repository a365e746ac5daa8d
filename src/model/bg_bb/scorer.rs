//! Forecasts for many customers: the same numbers as one by one, bit for bit. What is ahead of a customer
//! depends on `n` but for the chance to buy, and a history that was seen before is not worked out again.

use rustc_hash::FxHashMap;

use super::BgBb;
use crate::base::Discounting;
use crate::customers::Customer;
use crate::model::{
    Attrition, Outlook, Scorer,
    keep::{RESULTS, TABLES, make_room},
};

/// See [`Attrition::scorer`].
pub(super) struct BgBbScorer {
    model: BgBb,
    horizon: f64,
    discounting: Discounting,
    /// By `n`: the expected opportunities ahead, and the same discounted.
    ahead: FxHashMap<u64, (f64, f64)>,
    /// By history.
    results: FxHashMap<(u32, u64, u64), Outlook>,
}

impl BgBbScorer {
    pub fn new(model: BgBb, horizon: f64, discounting: Discounting) -> Self {
        let (ahead, results) = (FxHashMap::default(), FxHashMap::default());
        BgBbScorer { model, horizon, discounting, ahead, results }
    }
}

impl Scorer for BgBbScorer {
    fn outlook(&mut self, customer: &Customer) -> Outlook {
        let key = (customer.x, customer.t_x.to_bits(), customer.t.to_bits());
        if let Some(known) = self.results.get(&key) {
            return *known;
        }
        let (purchases, discounted) = self.if_alive(customer);
        let outlook = Outlook::new(self.model.p_alive(customer), purchases, discounted);
        make_room(&mut self.results, RESULTS);
        self.results.insert(key, outlook);
        outlook
    }

    fn look(&mut self, horizon: f64, discounting: Discounting) {
        (self.horizon, self.discounting) = (horizon, discounting);
        self.ahead.clear();
        self.results.clear();
    }

    fn if_alive(&mut self, customer: &Customer) -> (f64, f64) {
        let (model, horizon, discounting) = (self.model, self.horizon, self.discounting);
        make_room(&mut self.ahead, TABLES);
        let n = customer.t;
        let (stays, discounted) = *self.ahead.entry(n.to_bits()).or_insert_with(|| {
            let discounted = model.discounted_lifetime_if_alive(n, horizon, discounting);
            (model.lifetime_if_alive(n, horizon), discounted)
        });
        let buys = model.chance_to_buy(customer);
        (buys * stays, buys * discounted)
    }
}
