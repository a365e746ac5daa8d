//! Forecasts for many customers: the same numbers as one by one, bit for bit. What is expected from
//! each stage depends on `x` and `T` alone and is kept; how long a customer has been silent says only
//! how likely the stages are.

use rustc_hash::FxHashMap;

use super::Erlang;
use super::renewal::Renewals;
use crate::model::keep::{RESULTS, TABLES, make_room};
use crate::model::weights::Weights;
use crate::model::{Customer, Discounting, Outlook, Scorer};

/// See [`Attrition::scorer`](crate::model::Attrition::scorer).
pub(super) struct ErlangScorer {
    model: Erlang,
    horizon: f64,
    discounting: Discounting,
    /// By `x` and the size of the first panel.
    by_x: FxHashMap<(u32, usize), Renewals>,
    by_t: FxHashMap<u64, Weights>,
    results: FxHashMap<(u32, u64), ByStageOf>,
}

/// What is expected from each stage, and its present value if discounted.
struct ByStageOf {
    expected: Box<[f64]>,
    discounted: Option<Box<[f64]>>,
}

impl ErlangScorer {
    pub fn new(model: Erlang, horizon: f64, discounting: Discounting) -> Self {
        let (by_x, by_t, results) = (FxHashMap::default(), FxHashMap::default(), FxHashMap::default());
        ErlangScorer { model, horizon, discounting, by_x, by_t, results }
    }

    fn compute(&mut self, x: u32, t: f64) -> ByStageOf {
        let (model, k) = (self.model, self.model.k as usize);
        let expected = model.expected_by_stage(x, t, self.horizon)[..k].into();
        let discounted = self.discounting.is_any().then(|| self.discounted(x, t)[..k].into());
        ByStageOf { expected, discounted }
    }

    fn discounted(&mut self, x: u32, t: f64) -> super::renewal::ByStage {
        let (model, horizon, discounting) = (self.model, self.horizon, self.discounting);
        // Tables of many stages are large.
        make_room(&mut self.by_x, TABLES / self.model.k as usize);
        make_room(&mut self.by_t, TABLES / self.model.k as usize);
        let weights = self.by_t.entry(t.to_bits()).or_insert_with(|| {
            let scale = model.alpha + t;
            Weights::new(scale, horizon, discounting)
        });
        let panels = model.panels(x, weights);
        let renewals =
            self.by_x.entry((x, panels.level())).or_insert_with(|| Renewals::new(model, x, panels));
        renewals.dot(weights)
    }
}

impl Scorer for ErlangScorer {
    fn outlook(&mut self, customer: &Customer) -> Outlook {
        let p_alive = self.model.p_alive(customer);
        if self.horizon == 0.0 {
            return Outlook::new(p_alive, 0.0, 0.0);
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
        Outlook::new(p_alive, expected, discounted)
    }
}
