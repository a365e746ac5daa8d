//! Forecasts for many customers: the same numbers as one by one, bit for bit, with the tables that
//! depend on `x` alone or on `T` alone kept.

use std::sync::{Arc, PoisonError};

use rustc_hash::FxHashMap;

use super::BetaGeometric;
use crate::base::Discounting;
use crate::customers::{Customer, Path};
use crate::model::{
    Along, Outlook, Scorer, Tables,
    keep::{RESULTS, TABLES, make_room},
    weights::Both,
};

/// See [`Attrition::scorer`](crate::model::Attrition::scorer).
pub(in crate::model) struct BetaGeometricScorer {
    model: BetaGeometric,
    horizon: f64,
    discounting: Discounting,
    /// Where customers come in exposure.
    path: Option<Arc<Path>>,
    tables: Arc<Tables>,
    by_t: FxHashMap<u64, Both>,
    results: FxHashMap<(u32, u64), (f64, f64)>,
}

impl BetaGeometricScorer {
    pub fn new(model: BetaGeometric, horizon: f64, discounting: Discounting) -> Self {
        let (by_t, results) = (FxHashMap::default(), FxHashMap::default());
        let tables = Arc::default();
        BetaGeometricScorer { model, horizon, discounting, path: None, tables, by_t, results }
    }

    /// The same for customers in exposure.
    pub fn along(self, along: Along) -> Self {
        BetaGeometricScorer { path: Some(along.path), tables: along.tables, ..self }
    }

    fn compute(&mut self, x: u32, t: f64) -> (f64, f64) {
        let BetaGeometricScorer { model, horizon, discounting, path, by_t, .. } = self;
        make_room(by_t, TABLES);
        let both = by_t.entry(t.to_bits());
        let both = both.or_insert_with(|| Both::new(model.alpha + t, path.as_ref(), *horizon, *discounting));
        let table = self.tables.survivals.table(x, TABLES, || model.survival(x));
        let mut survival = table.lock().unwrap_or_else(PoisonError::into_inner);
        let shape = model.shape(x);
        let expected = if *horizon < f64::INFINITY {
            shape * survival.dot(&mut both.expected)
        } else {
            model.expected_for_ever(x)
        };
        let discounted = both.discounted.as_mut().map(|weights| shape * survival.dot(weights));
        (expected, discounted.unwrap_or(expected))
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
