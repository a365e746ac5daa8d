//! Forecasts for many customers: the same numbers as one by one, bit for bit, with the tables that
//! depend on `x` alone or on `T` alone kept.

use rustc_hash::FxHashMap;

use super::BetaGeometric;
use super::survival::Survival;
use crate::base::Discounting;
use crate::customers::Customer;
use crate::model::{
    Outlook, Scorer,
    keep::{RESULTS, TABLES, make_room},
    weights::Weights,
};

/// See [`Attrition::scorer`](crate::model::Attrition::scorer).
pub(in crate::model) struct BetaGeometricScorer {
    model: BetaGeometric,
    horizon: f64,
    discounting: Discounting,
    by_x: FxHashMap<u32, Survival>,
    by_t: FxHashMap<u64, Both>,
    results: FxHashMap<(u32, u64), (f64, f64)>,
}

struct Both {
    expected: Weights,
    discounted: Weights,
}

impl BetaGeometricScorer {
    pub fn new(model: BetaGeometric, horizon: f64, discounting: Discounting) -> Self {
        let (by_x, by_t, results) = (FxHashMap::default(), FxHashMap::default(), FxHashMap::default());
        BetaGeometricScorer { model, horizon, discounting, by_x, by_t, results }
    }

    fn compute(&mut self, x: u32, t: f64) -> (f64, f64) {
        let (model, horizon, discounting) = (self.model, self.horizon, self.discounting);
        make_room(&mut self.by_x, TABLES);
        make_room(&mut self.by_t, TABLES);
        let weights = self.by_t.entry(t.to_bits()).or_insert_with(|| {
            let scale = model.alpha + t;
            let expected = Weights::undiscounted(scale, horizon);
            Both { expected, discounted: Weights::new(scale, horizon, discounting) }
        });
        let survival = self.by_x.entry(x).or_insert_with(|| model.survival(x));
        let shape = model.shape(x);
        let expected = if horizon < f64::INFINITY {
            shape * survival.dot(&mut weights.expected)
        } else {
            model.expected_for_ever(x)
        };
        if !discounting.is_any() {
            return (expected, expected);
        }
        (expected, shape * survival.dot(&mut weights.discounted))
    }
}

impl Scorer for BetaGeometricScorer {
    fn outlook(&mut self, customer: &Customer) -> Outlook {
        let (purchases, discounted) = self.if_alive(customer);
        Outlook::new(self.model.p_alive(customer), purchases, discounted)
    }

    fn look(&mut self, horizon: f64, discounting: Discounting) {
        (self.horizon, self.discounting) = (horizon, discounting);
        self.by_t.clear();
        self.results.clear();
    }

    fn if_alive(&mut self, customer: &Customer) -> (f64, f64) {
        let key = (customer.x, customer.t.to_bits());
        if let Some(known) = self.results.get(&key) {
            return *known;
        }
        let result = self.compute(customer.x, customer.t);
        make_room(&mut self.results, RESULTS);
        self.results.insert(key, result);
        result
    }
}
