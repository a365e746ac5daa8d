//! What chance does to totals: variance of what single customers will spend, relative to what is expected.
//!
//! Futures are drawn, under the estimated parameters, for a sample of customers taken with probability
//! proportional to their value (systematically, so the same for equal input): with `v_i` the value of a
//! customer and `V` that of all, `V/n Σ var_i / v_i` estimates the variance of the total without bias.

use rand::distr::Distribution;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::base::Base;
use super::valuation::{Outreach, Valuation};
use crate::base::Result;
use crate::fitted::SpendModel;
use crate::forecast::MOST_PURCHASES;
use crate::model::Amounts;

/// Customers sampled.
const SAMPLE: usize = 400;
/// Futures of each.
const FUTURES: usize = 100;

/// Variance of totals over what is expected of them.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Dispersion {
    /// Of the discounted margin within the horizon.
    pub value: f64,
    /// Of the revenue of each month ahead.
    pub revenue: Vec<f64>,
}

/// Draws futures and compares.
///
/// # Errors
/// If no random numbers can be drawn at these parameters.
pub(super) fn dispersion(
    base: &Base,
    valuation: &Valuation,
    outreach: &Outreach,
    spend: &SpendModel,
    seed: u64,
) -> Result<Dispersion> {
    let total = valuation.at.value;
    let mut found = Dispersion { value: 0.0, revenue: vec![0.0; outreach.ends.len()] };
    let chosen = sample(&valuation.values.clv, total);
    for (k, &i) in chosen.iter().enumerate() {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(1_000_000 + k as u64);
        let future = Future::new(base, valuation, i, spend)?;
        let mut value = Moments::default();
        let mut revenue = vec![Moments::default(); outreach.ends.len()];
        for _ in 0..FUTURES {
            let (worth, months) = future.draw(outreach, &mut rng);
            value.add(worth);
            revenue.iter_mut().zip(months).for_each(|(moments, month)| moments.add(month));
        }
        let weight = 1.0 / (valuation.values.clv[i] * chosen.len() as f64);
        found.value += weight * value.variance();
        let sums = found.revenue.iter_mut().zip(&revenue);
        sums.for_each(|(sum, month)| *sum += weight * total * month.variance());
    }
    let expected = found.revenue.iter_mut().zip(&valuation.at.revenue);
    expected.for_each(|(sum, expected)| *sum = if *expected > 0.0 { *sum / expected } else { 0.0 });
    Ok(found)
}

/// Customers at even steps of the sum of values.
fn sample(values: &[f64], total: f64) -> Vec<usize> {
    let step = total / SAMPLE as f64;
    let (mut sum, mut next, mut chosen) = (0.0, 0.5 * step, Vec::new());
    for (i, value) in values.iter().enumerate() {
        sum += value;
        while sum > next && *value > 0.0 && step > 0.0 {
            chosen.push(i);
            next += step;
        }
    }
    chosen
}

/// The futures of one customer.
struct Future {
    p_alive: f64,
    process: Box<dyn crate::model::Process>,
    amounts: Amounts,
    /// What they scale with.
    unit: f64,
    margin: f64,
}

impl Future {
    fn new(base: &Base, valuation: &Valuation, i: usize, spend: &SpendModel) -> Result<Self> {
        let row = base.spend_row(i);
        let model = &valuation.models[base.history(i).class as usize];
        Ok(Future {
            p_alive: valuation.values.p_alive[i],
            process: model.future_if_alive(&base.customers[i])?,
            amounts: spend.amounts(row.x)?,
            unit: spend.unit(row.spent()),
            margin: base.margin[i],
        })
    }

    /// Discounted margin within the horizon, and revenue by month.
    fn draw(&self, outreach: &Outreach, rng: &mut ChaCha8Rng) -> (f64, Vec<f64>) {
        let mut months = vec![0.0; outreach.ends.len()];
        let mut ages = Vec::new();
        let mut together = 1.0;
        if rng.random::<f64>() < self.p_alive {
            together = self.process.bundles(rng, self.until(outreach), MOST_PURCHASES, &mut ages);
        }
        let nu = self.amounts.nu(rng);
        let each = self.amounts.bundle(together).unwrap_or(self.amounts.one());
        let mut worth = 0.0;
        for age in ages {
            let amount = self.unit * each.sample(rng) / nu;
            worth += self.margin * amount * outreach.discounting.factor(age, outreach.horizon);
            let month = outreach.ends.partition_point(|end| *end < age);
            months.iter_mut().skip(month).take(1).for_each(|sum| *sum += amount);
        }
        (worth, months)
    }

    /// Without end: to where the last told month is far behind and money counts little.
    fn until(&self, outreach: &Outreach) -> f64 {
        let far = outreach.ends.last().map_or(0.0, |end| 5.0 * end);
        outreach.horizon.min(far)
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Moments {
    n: f64,
    mean: f64,
    squares: f64,
}

impl Moments {
    fn add(&mut self, value: f64) {
        self.n += 1.0;
        let apart = value - self.mean;
        self.mean += apart / self.n;
        self.squares += apart * (value - self.mean);
    }

    fn variance(&self) -> f64 {
        self.squares / (self.n - 1.0)
    }
}
