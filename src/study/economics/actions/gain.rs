//! What contacts bring: customer by customer under the estimate, and how far that is known.

use rayon::prelude::*;

use super::{Action, Choice, whole_days};
use crate::base::{Discounting, Progress, Result, Unit};
use crate::customers::Age;
use crate::fitted::{ClvModel, PurchaseModel, SpendModel, draws::Draw};
use crate::model::Scorer;
use crate::study::economics::base::Base;
use crate::study::economics::uncertain::interval;
use crate::study::economics::{alive, valuation};

/// What gains are worked out from.
pub(super) struct Gains<'a> {
    pub base: &'a Base,
    /// \[units\]
    pub horizon: f64,
    pub discounting: Discounting,
    pub uplift: f64,
    pub actions: &'a [Action],
}

/// Under one set of parameters.
pub(super) struct Under {
    /// What a contact brings, customer by customer.
    pub gain: Vec<f64>,
    /// P(a purchase within the horizon).
    pub buys: Vec<f64>,
}

impl Gains<'_> {
    pub fn under(&self, models: &[PurchaseModel], spend: &SpendModel) -> Under {
        let base = self.base;
        let alive = alive::p_alive(&base.histories, models);
        // A scorer shares work between ages.
        let mut scorers: Vec<Box<dyn Scorer>> =
            models.iter().map(|model| model.scorer(self.horizon, self.discounting)).collect();
        let of_age = |age: &Age| {
            let (model, customer) = (&models[age.class as usize], &age.customer);
            let p_alive = model.p_alive(customer);
            let buys = 1.0 - model.purchases_pmf(customer, self.horizon, 0);
            let discounted = scorers[age.class as usize].if_alive(customer).1;
            (discounted, if p_alive > 0.0 { (buys / p_alive).clamp(0.0, 1.0) } else { 0.0 })
        };
        let ahead: Vec<(f64, f64)> = base.histories.ages.iter().map(of_age).collect();
        let one = |i: usize| {
            let history = base.histories.of[i] as usize;
            let (discounted, buys) = ahead[base.histories.distinct[history].age as usize];
            let (p, money) = (alive[history] * buys, base.margin[i] * base.spend(i, spend));
            let gain = match self.actions[i] {
                Action::Upsell => self.uplift * p * money,
                _ => moved(p, self.uplift) * money * alive[history] * discounted,
            };
            (gain, p)
        };
        let (gain, buys) = (0..base.len()).into_par_iter().map(one).unzip();
        Under { gain, buys }
    }

    /// The same under each of these draws.
    pub fn spread(
        &self,
        model: &ClvModel,
        drawn: &[Draw],
        choice: &Choice,
        progress: &dyn Progress,
    ) -> Result<Spread> {
        let spend = model.spend.expect("checked when customers were read");
        let mut spread = Spread { moments: vec![(0.0, 0.0); self.base.len()], totals: Vec::new() };
        progress.stage("how far gains are known", Some(drawn.len() as u64));
        let under = |draw: &Draw| -> Result<Vec<f64>> {
            progress.check()?;
            let models = valuation::models(model, self.base, draw)?;
            let own = draw.spend.filter(|own| own.without_mean().is_none()).unwrap_or(spend);
            let gain = self.under(&models, &own).gain;
            progress.advance(1);
            Ok(gain)
        };
        // Side by side, and added up in their order.
        for some in drawn.chunks(rayon::current_num_threads().max(1)) {
            for gain in some.par_iter().map(under).collect::<Result<Vec<_>>>()? {
                spread.add(&gain, choice);
            }
        }
        Ok(spread)
    }
}

/// By how much of itself a value grows when the odds of a purchase do: `(p' − p) / p`, finite at 0.
fn moved(p: f64, uplift: f64) -> f64 {
    let more = (0.5 + uplift) / (0.5 - uplift) - 1.0;
    more * (1.0 - p) / (1.0 + more * p)
}

impl Under {
    /// In how many days half of those customers of each age have bought who buy within the horizon at all; `None` of those
    /// who do not.
    pub fn days(
        &self,
        base: &Base,
        models: &[PurchaseModel],
        (horizon, unit): (f64, Unit),
    ) -> Vec<Option<usize>> {
        base.histories.each_age(models, |model, customer| {
            let within = |days: usize| 1.0 - model.purchases_pmf(customer, days as f64 / unit.days(), 0);
            let half = 0.5 * (1.0 - model.purchases_pmf(customer, horizon, 0));
            let (mut low, mut high) = (0, whole_days(horizon, unit));
            while high - low > 1 {
                let middle = (low + high) / 2;
                if within(middle) >= half { high = middle } else { low = middle }
            }
            (half > 0.0).then_some(high)
        })
    }
}

/// Gains over draws.
pub(super) struct Spread {
    /// Sums of logarithms and of their squares, customer by customer.
    moments: Vec<(f64, f64)>,
    /// What all contacts bring, draw by draw.
    totals: Vec<f64>,
}

impl Spread {
    fn add(&mut self, gain: &[f64], choice: &Choice) {
        self.moments.par_iter_mut().zip(gain).for_each(|((sum, square), gain)| {
            let log = gain.max(f64::MIN_POSITIVE).ln();
            (*sum, *square) = (*sum + log, *square + log * log);
        });
        self.totals
            .push(gain.iter().enumerate().filter(|(i, _)| choice.is_contact(*i)).map(|(_, gain)| gain).sum());
    }

    /// Of one customer: log-normal with the moments of the draws.
    pub fn interval(&self, i: usize, probability: f64) -> (f64, f64) {
        let (n, (sum, square)) = (self.totals.len() as f64, self.moments[i]);
        let mean = sum / n;
        let far = normal_quantile(0.5 + 0.5 * probability) * (square / n - mean * mean).max(0.0).sqrt();
        ((mean - far).exp(), (mean + far).exp())
    }

    /// Of all contacts.
    pub fn total(&self, probability: f64) -> Option<(f64, f64)> {
        interval(&self.totals, probability)
    }
}

/// The quantile of the standard normal distribution.
pub(super) fn normal_quantile(probability: f64) -> f64 {
    -std::f64::consts::SQRT_2 * statrs::function::erf::erfc_inv(2.0 * probability)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One whose chance is even gains the uplift itself: 0.05 of 0.5 is a tenth of the value. Who buys for sure gains
    /// nothing. Own arithmetic.
    #[test]
    fn odds_move_the_undecided() {
        assert!((moved(0.5, 0.05) - 0.1).abs() < 1e-12);
        assert_eq!(moved(1.0, 0.05), 0.0);
        // p = 0.2: odds 0.25 times 11/9 are 0.30556, a chance of 0.234043.
        assert!((moved(0.2, 0.05) - (0.234_042_553_191_489_4 / 0.2 - 1.0)).abs() < 1e-12);
    }
}
