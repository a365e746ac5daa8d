//! The weighted average of what several models say of the same customers: a linear opinion pool of predictive
//! distributions (Stone 1961; Gneiting & Ranjan 2013).
//!
//! With weights `w_k` that add up to 1, and `h` what is known of a customer,
//! ```text
//! P(event | h) = Σ_k w_k P_k(event | h),        P(alive | h) = Σ_k w_k p_k(h)
//! given alive:   Σ_k w_k p_k(h) E_k(· | h, alive) / Σ_k w_k p_k(h)
//! ```
//! Weights do not move with `h`: they say how well forecasts did, not which model a customer belongs to. Of a customer who
//! is alive the models' stages are stages of the mixture, so that everything built on
//! [`Counts`] and their stages holds for it as for one model.

use std::sync::Arc;

use rand_chacha::ChaCha8Rng;

use super::{Attrition, Counts, Outlook, Population, PosteriorMeans, Process, Scorer};
use crate::base::{Discounting, Result};
use crate::customers::Customer;

/// Several models with weights.
#[derive(Debug, Clone)]
pub struct Mixture {
    /// Weights, which are positive and add up to 1, and models.
    parts: Vec<(f64, Arc<dyn Attrition>)>,
}

impl Mixture {
    /// Of these; weights are scaled to add up to 1.
    ///
    /// # Panics
    /// If there is no model, or no positive weight.
    pub fn new(parts: Vec<(f64, Arc<dyn Attrition>)>) -> Self {
        let all: f64 = parts.iter().map(|(weight, _)| weight).sum();
        assert!(all > 0.0, "a mixture needs weights");
        Mixture { parts: parts.into_iter().map(|(weight, model)| (weight / all, model)).collect() }
    }

    fn mean(&self, of: impl Fn(&dyn Attrition) -> f64) -> f64 {
        self.parts.iter().map(|(weight, model)| weight * of(&**model)).sum()
    }

    /// The mean over customers who are alive.
    fn mean_if_alive(&self, customer: &Customer, of: impl Fn(&dyn Attrition) -> f64) -> f64 {
        let (mut sum, mut all) = (0.0, 0.0);
        for (weight, model) in &self.parts {
            let alive = weight * model.p_alive(customer);
            // Who has left does nothing, however much one who is alive would without end.
            if alive > 0.0 {
                sum += alive * of(&**model);
                all += alive;
            }
        }
        if all > 0.0 { sum / all } else { 0.0 }
    }
}

impl Attrition for Mixture {
    fn admits(&self, customer: &Customer) -> Result<(), String> {
        self.parts.iter().try_for_each(|(_, model)| model.admits(customer))
    }

    fn p_alive(&self, customer: &Customer) -> f64 {
        self.mean(|model| model.p_alive(customer))
    }

    fn p_alive_after(&self, customer: &Customer, ahead: f64) -> f64 {
        self.mean(|model| model.p_alive_after(customer, ahead))
    }

    fn expected_lifetime(&self, customer: &Customer, horizon: f64) -> f64 {
        self.mean(|model| model.expected_lifetime(customer, horizon))
    }

    fn expected_if_alive(&self, customer: &Customer, horizon: f64) -> f64 {
        self.mean_if_alive(customer, |model| model.expected_if_alive(customer, horizon))
    }

    fn discounted_if_alive(&self, customer: &Customer, horizon: f64, discounting: Discounting) -> f64 {
        self.mean_if_alive(customer, |model| model.discounted_if_alive(customer, horizon, discounting))
    }

    fn finite_without_end(&self) -> bool {
        self.parts.iter().all(|(_, model)| model.finite_without_end())
    }

    fn purchases_pmf(&self, customer: &Customer, horizon: f64, n: u32) -> f64 {
        self.mean(|model| model.purchases_pmf(customer, horizon, n))
    }

    fn buys_if_alive(&self, customer: &Customer, between: (f64, f64)) -> f64 {
        self.mean_if_alive(customer, |model| model.buys_if_alive(customer, between))
    }

    fn counts_if_alive(&self, customer: &Customer, horizon: f64) -> Vec<Box<dyn Counts>> {
        self.parts.iter().flat_map(|(_, model)| model.counts_if_alive(customer, horizon)).collect()
    }

    fn stage_chances(&self, customer: &Customer, chances: &mut Vec<f64>) {
        let alive = self.parts.iter().map(|(weight, model)| weight * model.p_alive(customer));
        let alive: Vec<f64> = alive.collect();
        let all: f64 = alive.iter().sum();
        for ((weight, model), alive) in self.parts.iter().zip(alive) {
            let own = if all > 0.0 { alive / all } else { *weight };
            let from = chances.len();
            model.stage_chances(customer, chances);
            chances[from..].iter_mut().for_each(|chance| *chance *= own);
        }
    }

    /// The rate is the mean over the models; the propensity to leave means another thing in each, so there is none of
    /// all.
    fn posterior_means(&self, customer: &Customer) -> PosteriorMeans {
        let rate = self.mean_if_alive(customer, |model| model.posterior_means(customer).rate);
        PosteriorMeans { rate, dropout: f64::NAN }
    }

    fn recency_matters_if_alive(&self) -> bool {
        true
    }

    /// That of the model with the largest weight.
    fn population(&self) -> Population {
        let largest = self.parts.iter().reduce(|a, b| if b.0 > a.0 { b } else { a });
        largest.expect("a mixture has models").1.population()
    }

    fn scorer(&self, horizon: f64, discounting: Discounting) -> Box<dyn Scorer> {
        let parts = self.parts.iter();
        let parts = parts.map(|(weight, model)| (*weight, model.scorer(horizon, discounting)));
        let mut scorer = MixtureScorer { parts: parts.collect() };
        scorer.share_memory(1);
        Box::new(scorer)
    }

    fn of_purchases(&self, ages: &[f64]) -> Option<Arc<dyn Attrition>> {
        let own: Vec<_> = self.parts.iter().map(|(_, model)| model.of_purchases(ages)).collect();
        own.iter().any(Option::is_some).then(|| {
            let parts = self.parts.iter().zip(own);
            let one = |((weight, model), own): (&(f64, Arc<dyn Attrition>), Option<_>)| {
                (*weight, own.unwrap_or_else(|| model.clone()))
            };
            Arc::new(Mixture { parts: parts.map(one).collect() }) as Arc<dyn Attrition>
        })
    }

    fn process(&self) -> Result<Box<dyn Process>> {
        let parts = self.parts.iter().map(|(weight, model)| Ok((*weight, model.process()?)));
        Ok(Box::new(OneOf { parts: parts.collect::<Result<_>>()? }))
    }

    fn future_if_alive(&self, customer: &Customer) -> Result<Box<dyn Process>> {
        Ok(self.future(customer)?.1)
    }

    fn future(&self, customer: &Customer) -> Result<(f64, Box<dyn Process>)> {
        let alive = self.parts.iter().map(|(weight, model)| (weight * model.p_alive(customer), model));
        let parts = alive.filter(|(alive, _)| *alive > 0.0);
        let parts = parts.map(|(alive, model)| Ok((alive, model.future_if_alive(customer)?)));
        let parts: Vec<_> = parts.collect::<Result<_>>()?;
        Ok((parts.iter().map(|(alive, _)| alive).sum(), Box::new(OneOf { parts })))
    }
}

struct MixtureScorer {
    parts: Vec<(f64, Box<dyn Scorer>)>,
}

impl Scorer for MixtureScorer {
    fn outlook(&mut self, customer: &Customer) -> Outlook {
        let mut all = Outlook { p_alive: 0.0, purchases: 0.0, discounted: 0.0 };
        for (weight, scorer) in &mut self.parts {
            let own = scorer.outlook(customer);
            all.p_alive += *weight * own.p_alive;
            if own.p_alive > 0.0 {
                all.purchases += *weight * own.purchases;
                all.discounted += *weight * own.discounted;
            }
        }
        all
    }

    fn look(&mut self, horizon: f64, discounting: Discounting) {
        self.parts.iter_mut().for_each(|(_, scorer)| scorer.look(horizon, discounting));
    }

    fn share_memory(&mut self, n: usize) {
        let parts = self.parts.len();
        self.parts.iter_mut().for_each(|(_, scorer)| scorer.share_memory(n.saturating_mul(parts)));
    }

    fn if_alive(&mut self, customer: &Customer) -> (f64, f64) {
        let Outlook { p_alive, purchases, discounted } = self.outlook(customer);
        if p_alive > 0.0 { (purchases / p_alive, discounted / p_alive) } else { (0.0, 0.0) }
    }
}

/// Draws a model, then a customer of it.
struct OneOf {
    /// Weights, which need not add up to 1.
    parts: Vec<(f64, Box<dyn Process>)>,
}

impl Process for OneOf {
    fn bundles(&self, rng: &mut ChaCha8Rng, until: f64, most: f64, ages: &mut Vec<f64>) -> f64 {
        use rand::RngExt;
        let all: f64 = self.parts.iter().map(|(weight, _)| weight).sum();
        let mut left = all * rng.random::<f64>();
        for (weight, process) in &self.parts {
            left -= weight;
            if left < 0.0 {
                return process.bundles(rng, until, most, ages);
            }
        }
        self.parts.last().map_or(1.0, |(_, process)| process.bundles(rng, until, most, ages))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{BgCnbd, CountTable, MbgNbd, ParetoNbd};

    const WEIGHTS: [f64; 3] = [0.5, 0.3, 0.2];

    fn models() -> [Arc<dyn Attrition>; 3] {
        [
            Arc::new(MbgNbd { r: 0.6, alpha: 5.0, a: 0.6, b: 2.4 }),
            Arc::new(ParetoNbd { r: 0.55, alpha: 10.6, s: 0.61, beta: 11.7 }),
            Arc::new(BgCnbd { r: 0.9, alpha: 4.0, a: 0.8, b: 2.4, k: 2 }),
        ]
    }

    fn mixture() -> Mixture {
        Mixture::new(WEIGHTS.map(|weight| 10.0 * weight).into_iter().zip(models()).collect())
    }

    fn sum(of: impl Fn(&dyn Attrition) -> f64) -> f64 {
        WEIGHTS.iter().zip(models()).map(|(weight, model)| weight * of(&*model)).sum()
    }

    #[track_caller]
    fn close(found: f64, exact: f64) {
        assert!((found - exact).abs() <= 1e-12 * exact.abs(), "{found} not {exact}");
    }

    const CUSTOMERS: [Customer; 3] = [
        Customer { x: 3, t_x: 20.0, t: 31.0 },
        Customer { x: 0, t_x: 0.0, t: 31.0 },
        Customer { x: 7, t_x: 30.0, t: 31.0 },
    ];

    /// Whatever is asked without "if alive" is the weighted sum, by questions and by scorers.
    #[test]
    fn averages_are_weighted_sums() {
        let mixture = mixture();
        let discounting = Discounting::Continuous { delta: 0.003 };
        let mut scorer = mixture.scorer(26.0, discounting);
        for customer in &CUSTOMERS {
            close(mixture.p_alive(customer), sum(|model| model.p_alive(customer)));
            close(mixture.p_alive_after(customer, 9.0), sum(|model| model.p_alive_after(customer, 9.0)));
            close(
                mixture.expected_lifetime(customer, 50.0),
                sum(|model| model.expected_lifetime(customer, 50.0)),
            );
            let purchases = sum(|model| model.expected_purchases(customer, 26.0));
            let discounted = sum(|model| model.expected_discounted(customer, 26.0, discounting));
            close(mixture.expected_purchases(customer, 26.0), purchases);
            close(mixture.expected_discounted(customer, 26.0, discounting), discounted);
            let outlook = scorer.outlook(customer);
            close(outlook.purchases, purchases);
            close(outlook.discounted, discounted);
            close(scorer.if_alive(customer).0 * outlook.p_alive, purchases);
        }
    }

    /// Tables of those alive, weighed by stages, are the distribution of the weighted sum.
    #[test]
    fn stages_make_up_the_distribution() {
        let mixture = mixture();
        for customer in &CUSTOMERS {
            let table = CountTable::new(&mixture.counts_if_alive(customer, 26.0));
            let mut stages = Vec::new();
            mixture.stage_chances(customer, &mut stages);
            assert!((stages.iter().sum::<f64>() - 1.0).abs() < 1e-12 && stages.len() == table.over.len());
            let (alive, mut below) = (mixture.p_alive(customer), 0.0);
            for n in 0..12 {
                below += sum(|model| model.purchases_pmf(customer, 26.0, n));
                let over: f64 =
                    stages.iter().zip(&table.over).map(|(stage, line)| stage * line[n as usize]).sum();
                assert!((alive * over - (1.0 - below)).abs() < 1e-9, "{n}: {} {}", alive * over, 1.0 - below);
            }
        }
    }

    /// Drawn futures of who is alive have the expected number of purchases.
    #[test]
    fn futures_are_of_the_models_it_may_be() {
        use rand::SeedableRng;
        let mixture = mixture();
        for customer in &CUSTOMERS {
            let process = mixture.future_if_alive(customer).unwrap();
            let (n, mut rng, mut ages) = (20_000, ChaCha8Rng::seed_from_u64(8), Vec::new());
            let counts: Vec<f64> = (0..n)
                .map(|_| {
                    ages.clear();
                    process.repeats(&mut rng, 26.0, &mut ages);
                    ages.len() as f64
                })
                .collect();
            let mean = counts.iter().sum::<f64>() / f64::from(n);
            let variance = counts.iter().map(|count| (count - mean).powi(2)).sum::<f64>() / f64::from(n);
            let expected = mixture.expected_if_alive(customer, 26.0);
            let error = (variance / f64::from(n)).sqrt();
            assert!((mean - expected).abs() < 4.5 * error, "{customer:?}: {mean} {expected}");
        }
    }
}
