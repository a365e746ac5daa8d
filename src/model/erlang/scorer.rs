//! Forecasts for many customers: the same numbers as one by one, bit for bit. What is expected from
//! each stage depends on `x` and `T` alone and is kept; how long a customer has been silent says only
//! how likely the stages are.

use std::sync::{Arc, PoisonError};

use rustc_hash::FxHashMap;

use super::{Erlang, Renewals};
use crate::base::Discounting;
use crate::customers::{Customer, Path};
use crate::model::{
    Along, Outlook, Scorer, Tables,
    keep::{RESULTS, TABLE_BYTES, TABLES, make_room},
    weights::{Both, Weights},
};

/// See [`Attrition::scorer`](crate::model::Attrition::scorer).
pub(super) struct ErlangScorer {
    model: Erlang,
    horizon: f64,
    discounting: Discounting,
    /// Where customers come in exposure.
    path: Option<Arc<Path>>,
    /// By `x` and the size of the first panel.
    tables: Arc<Tables>,
    by_t: FxHashMap<u64, Both>,
    results: FxHashMap<(u32, u64), ByStageOf>,
    /// Bytes that tables may take.
    most: usize,
}

/// What is expected from each stage, and its present value if discounted.
struct ByStageOf {
    expected: Box<[f64]>,
    discounted: Option<Box<[f64]>>,
}

impl ErlangScorer {
    pub fn new(model: Erlang, horizon: f64, discounting: Discounting) -> Self {
        let (by_t, results, tables) = (FxHashMap::default(), FxHashMap::default(), Arc::default());
        ErlangScorer { model, horizon, discounting, path: None, tables, by_t, results, most: TABLE_BYTES }
    }

    /// The same for customers in exposure.
    pub fn along(self, along: Along) -> Self {
        ErlangScorer { path: Some(along.path), tables: along.tables, ..self }
    }

    fn compute(&mut self, x: u32, t: f64) -> ByStageOf {
        let ErlangScorer { model, horizon, discounting, path, by_t, .. } = self;
        let (k, shelf) = (model.k as usize, &self.tables.renewals);
        // Tables of many stages are large.
        shelf.keep_within(self.most);
        make_room(by_t, TABLES / k);
        let both = by_t.entry(t.to_bits());
        let Both { ahead, expected, discounted } =
            both.or_insert_with(|| Both::new(model.alpha + t, path.as_ref(), *horizon, *discounting));
        let integrated = |weights: &mut Weights| -> Box<[f64]> {
            let panels = model.panels(x, weights);
            let table = shelf.table((x, panels.level()), usize::MAX, || Renewals::new(*model, x, panels));
            let mut renewals = table.lock().unwrap_or_else(PoisonError::into_inner);
            let before = renewals.bytes();
            let by_stage = renewals.dot(weights);
            shelf.grew(renewals.bytes() - before);
            by_stage[..k].into()
        };
        let by_sums = model.expected_by_sums(x, t, *ahead);
        let purchases = by_sums.map_or_else(|| integrated(expected), |by_stage| by_stage[..k].into());
        ByStageOf { expected: purchases, discounted: discounted.as_mut().map(integrated) }
    }
}

impl Scorer for ErlangScorer {
    fn outlook(&mut self, customer: &Customer) -> Outlook {
        let (expected, discounted) = self.if_alive(customer);
        Outlook::new(self.model.p_alive(customer), expected, discounted)
    }

    fn share_memory(&mut self, n: usize) {
        self.most = TABLE_BYTES / n;
    }

    fn look(&mut self, horizon: f64, discounting: Discounting) {
        (self.horizon, self.discounting) = (horizon, discounting);
        self.by_t.clear();
        self.results.clear();
    }

    fn if_alive(&mut self, customer: &Customer) -> (f64, f64) {
        if self.horizon == 0.0 {
            return (0.0, 0.0);
        }
        let key = (customer.x, customer.t.to_bits());
        if !self.results.contains_key(&key) {
            let result = self.compute(customer.x, customer.t);
            make_room(&mut self.results, RESULTS / self.model.k as usize);
            self.results.insert(key, result);
        }
        let known = &self.results[&key];
        let stages = self.model.stages_of(customer);
        let expected = stages.mean(&known.expected);
        let discounted = known.discounted.as_ref().map_or(expected, |by_stage| stages.mean(by_stage));
        (expected, discounted)
    }
}
