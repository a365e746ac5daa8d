//! Forecasts for many customers: the same numbers as one by one, bit for bit. What is expected from
//! each stage depends on `x` and `T` alone and is kept; how long a customer has been silent says only
//! how likely the stages are.

use rustc_hash::FxHashMap;

use super::Erlang;
use super::renewal::Renewals;
use crate::base::Discounting;
use crate::customers::Customer;
use crate::model::{
    Outlook, Scorer,
    keep::{RESULTS, TABLE_BYTES, TABLES, make_room},
    weights::Weights,
};

/// See [`Attrition::scorer`](crate::model::Attrition::scorer).
pub(super) struct ErlangScorer {
    model: Erlang,
    horizon: f64,
    discounting: Discounting,
    /// By `x` and the size of the first panel.
    by_x: FxHashMap<(u32, usize), Renewals>,
    by_t: FxHashMap<u64, Both>,
    results: FxHashMap<(u32, u64), ByStageOf>,
    /// Bytes that `by_x` may take, and takes.
    most: usize,
    bytes: usize,
}

struct Both {
    expected: Weights,
    discounted: Weights,
}

/// What is expected from each stage, and its present value if discounted.
struct ByStageOf {
    expected: Box<[f64]>,
    discounted: Option<Box<[f64]>>,
}

impl ErlangScorer {
    pub fn new(model: Erlang, horizon: f64, discounting: Discounting) -> Self {
        let (by_x, by_t, results) = (FxHashMap::default(), FxHashMap::default(), FxHashMap::default());
        ErlangScorer { model, horizon, discounting, by_x, by_t, results, most: TABLE_BYTES, bytes: 0 }
    }

    fn compute(&mut self, x: u32, t: f64) -> ByStageOf {
        let (model, k) = (self.model, self.model.k as usize);
        // Tables of many stages are large.
        if self.bytes > self.most {
            self.by_x.clear();
            self.bytes = 0;
        }
        make_room(&mut self.by_t, TABLES / k);
        let (scale, horizon, discounting) = (model.alpha + t, self.horizon, self.discounting);
        let Both { expected, discounted } = self.by_t.entry(t.to_bits()).or_insert_with(|| Both {
            expected: Weights::undiscounted(scale, horizon),
            discounted: Weights::new(scale, horizon, discounting),
        });
        let (by_x, bytes) = (&mut self.by_x, &mut self.bytes);
        let mut integrated = |weights: &mut Weights| {
            let panels = model.panels(x, weights);
            let renewals = by_x.entry((x, panels.level()));
            let renewals = renewals.or_insert_with(|| Renewals::new(model, x, panels));
            let before = renewals.bytes();
            let by_stage = renewals.dot(weights);
            *bytes += renewals.bytes() - before;
            by_stage
        };
        let by_sums = model.expected_by_sums(x, t, horizon);
        let expected = by_sums.unwrap_or_else(|| integrated(expected))[..k].into();
        let discounted = discounting.is_any().then(|| integrated(discounted)[..k].into());
        ByStageOf { expected, discounted }
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
