//! Means over origins, and paired differences of forecasts.

use super::metrics::{Metric, Values};
use super::resample::Estimate;
use super::{Difference, Entrant, Origin, Pooled};

/// Figures with the intervals of their replicates.
pub(super) fn estimates(values: &Values, replicates: &[Values]) -> [Estimate; Metric::COUNT] {
    std::array::from_fn(|at| Estimate::new(values[at], replicates.iter().map(|values| values[at])))
}

/// Means over origins, figure by figure and replicate by replicate.
pub(super) fn pool(origins: &[Origin]) -> Vec<Pooled> {
    let Some(first) = origins.first() else { return Vec::new() };
    let pool = |name: &'static str| -> Option<Pooled> {
        let found = origins.iter().map(|origin| origin.entrants.iter().find(|e| e.name == name));
        let found: Vec<&Entrant> = found.collect::<Option<_>>()?;
        let mean =
            |of: &dyn Fn(&Entrant) -> f64| found.iter().map(|e| of(e)).sum::<f64>() / found.len() as f64;
        let values: Values = std::array::from_fn(|at| mean(&|e| e.values[at].value));
        let count = found[0].replicates.len();
        let replicate = |r: usize| -> Values { std::array::from_fn(|at| mean(&|e| e.replicates[r][at])) };
        let replicates: Vec<Values> = (0..count).map(replicate).collect();
        let values = estimates(&values, &replicates);
        Some(Pooled { name, baseline: found[0].baseline, values, replicates })
    };
    first.entrants.iter().filter_map(|entrant| pool(entrant.name)).collect()
}

/// All pairs of forecasts.
pub(super) fn differences(pooled: &[Pooled]) -> Vec<Difference> {
    let mut all = Vec::new();
    for (at, first) in pooled.iter().enumerate() {
        for second in &pooled[at + 1..] {
            let values = Metric::ALL.map(|metric| {
                let loss = |values: &Values| metric.loss(values[metric as usize]);
                let own = |e: &Pooled| metric.loss(e.values[metric as usize].value);
                let pairs = first.replicates.iter().zip(&second.replicates);
                Estimate::new(own(first) - own(second), pairs.map(|(a, b)| loss(a) - loss(b)))
            });
            all.push(Difference { first: first.name, second: second.name, values });
        }
    }
    all
}

impl Difference {
    /// The difference of one figure.
    pub fn of(&self, metric: Metric) -> Estimate {
        self.values[metric as usize]
    }

    /// The same difference, the other way round.
    pub(super) fn turned(&self) -> Difference {
        let turn = |e: Estimate| Estimate { value: -e.value, lower: -e.upper, upper: -e.lower };
        Difference { first: self.second, second: self.first, values: self.values.map(turn) }
    }
}
