//! Draws of the filter itself: each gap from what is believed before it, which is then learned from; after each purchase a coin
//! may say that it was the last.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Beta, Distribution, Gamma};

use super::filter::{Belief, Filter};
use crate::base::Result;
use crate::model::process::{Process, rates};

/// From some time on; the weight of each number of stages behind, and what is believed with it.
pub(super) struct Drifting {
    pub filter: Filter,
    pub begun: Vec<(f64, Belief)>,
    /// Chance to leave at a purchase; `None`: nobody leaves.
    pub leave: Option<Beta<f64>>,
    /// Is the coin thrown at the beginning, too?
    pub at_once: bool,
}

impl Drifting {
    /// # Errors
    /// If no random numbers can be drawn at these parameters.
    pub fn new(
        filter: Filter,
        begun: Vec<(f64, Belief)>,
        leave: Option<Beta<f64>>,
        at_once: bool,
    ) -> Result<Self> {
        begun.iter().try_for_each(|(_, belief)| rates(belief.shape, belief.scale).map(|_| ()))?;
        Ok(Drifting { filter, begun, leave, at_once })
    }

    fn begin(&self, rng: &mut ChaCha8Rng) -> (u32, Belief) {
        let (mut left, mut stage) = (rng.random::<f64>(), 0);
        for (i, (weight, _)) in self.begun.iter().enumerate() {
            left -= weight;
            stage = i;
            if left < 0.0 {
                break;
            }
        }
        (stage as u32, self.begun[stage].1)
    }
}

/// The time of so many stages of a customer of whom this is believed; infinite where it cannot be drawn.
fn gap(rng: &mut ChaCha8Rng, stages: f64, Belief { shape, scale }: Belief) -> f64 {
    let drawn = |shape: f64, scale: f64, rng: &mut ChaCha8Rng| {
        Gamma::new(shape, scale).map_or(f64::NAN, |gamma| gamma.sample(rng))
    };
    let rate = drawn(shape, scale.recip(), rng);
    let time = drawn(stages, 1.0, rng) / rate;
    if time.is_nan() { f64::INFINITY } else { time }
}

impl Process for Drifting {
    fn bundles(&self, rng: &mut ChaCha8Rng, until: f64, most: f64, ages: &mut Vec<f64>) -> f64 {
        let stages = f64::from(self.filter.k);
        let (behind, mut belief) = self.begin(rng);
        let leave = self.leave.map_or(0.0, |leave| leave.sample(rng));
        let leaves = |purchases: f64, rng: &mut ChaCha8Rng| {
            leave > 0.0 && rng.random::<f64>() < -(purchases * (-leave).ln_1p()).exp_m1()
        };
        if self.at_once && leaves(1.0, rng) {
            return 1.0;
        }
        // Of the busiest so many purchases make one step; whoever leaves has hardly more than ten times the mean ahead.
        let mean = (belief.shape / belief.scale / stages * until).min(10.0 / leave);
        let together = (mean / most).ceil().clamp(1.0, 1e300).max(1.0);
        let mut ahead = together * stages - f64::from(behind);
        let mut age = 0.0;
        loop {
            let gap = gap(rng, ahead, belief);
            age += gap;
            if !(age <= until && age < f64::INFINITY) {
                return together;
            }
            ages.push(age);
            if leaves(together, rng) {
                return together;
            }
            belief.shape += ahead;
            belief.scale += gap;
            belief = self.filter.fades(belief, gap);
            ahead = together * stages;
            if ages.len() as f64 > 16.0 * most {
                return together;
            }
        }
    }
}
