//! The customer base in classes: how likely customers are still there, and how those hold out who came at
//! the same time. Gathered while scores stream by, in memory that does not grow with customers.

use std::collections::BTreeMap;

use crate::base::{Progress, Result, Unit};
use crate::fitted::ClvModel;
use crate::forecast::{self, Gathered, ScoreBatch, ScoreOptions, Totals};
use crate::history::Summary;

/// Repeat customers whose P(alive) lies in the same tenth.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Band {
    /// How many.
    pub customers: u64,
    /// What they have spent on repeat purchases so far; `None` without amounts.
    pub spent: Option<f64>,
    /// Their value to come; `None` without a spend model.
    pub value: Option<f64>,
}

/// Customers of like age.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct AgeClass {
    /// How many.
    pub customers: u64,
    /// How many of them are expected to be customers still.
    pub alive: f64,
    /// Their value to come; `None` without a spend model.
    pub value: Option<f64>,
}

/// A customer base in classes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Profile {
    /// Repeat customers by tenths of P(alive), the lowest first.
    pub bands: [Band; 10],
    /// All customers by whole months (of 30.4375 days) since the first purchase.
    pub ages: BTreeMap<u32, AgeClass>,
    /// Customers by repeat purchases.
    pub frequencies: BTreeMap<u32, u64>,
    /// The age of the oldest customer \[months\].
    pub oldest: f64,
}

/// Scores all customers, and gives what they add up to and their classes. Intervals, if they are asked for, are those
/// of totals only.
///
/// # Errors
/// See [`forecast::score`].
pub fn read(
    model: &ClvModel,
    summary: &Summary,
    scores: &ScoreOptions,
    progress: &dyn Progress,
) -> Result<(Totals, Profile)> {
    let (mut totals, mut profile) = (Totals::default(), Profile::default());
    let mut gathered = scores.interval.map(|_| Gathered::new(model, summary, scores)).transpose()?;
    let plain = ScoreOptions { interval: None, ..scores.clone() };
    progress.stage("scoring customers", None);
    for batch in forecast::score(model, summary, &plain)? {
        progress.check()?;
        let batch = batch?;
        progress.advance(batch.customers.len() as u64);
        totals.add(&batch);
        profile.add(&batch, summary.meta.unit);
        gathered.as_mut().map_or(Ok(()), |gathered| gathered.add(&batch.customers))?;
    }
    if let Some(gathered) = gathered {
        gathered.spread(&mut totals.groups, progress)?;
    }
    Ok((totals, profile))
}

impl Profile {
    /// Adds a batch whose ages are in this unit.
    pub fn add(&mut self, scores: &ScoreBatch, unit: Unit) {
        let month = Unit::Month.days() / unit.days();
        let customers = &scores.customers;
        for row in 0..customers.len() {
            let (x, age) = (customers.frequency.value(row), customers.t.value(row) / month);
            let (alive, value) = (scores.p_alive[row], scores.clv.as_ref().map(|clv| clv[row]));
            let class = self.ages.entry(age.floor() as u32).or_default();
            class.customers += 1;
            class.alive += alive;
            add(&mut class.value, value);
            *self.frequencies.entry(x).or_default() += 1;
            self.oldest = self.oldest.max(age);
            if x > 0 {
                let band = &mut self.bands[((10.0 * alive) as usize).min(9)];
                band.customers += 1;
                let mean = customers.monetary_value.as_ref().map(|mean| mean.value(row));
                add(&mut band.spent, mean.map(|mean| f64::from(x) * mean));
                add(&mut band.value, value);
            }
        }
    }

    /// The most repeat purchases but for one customer in a thousand, who has more.
    pub fn usual_most(&self) -> u32 {
        let mut above = self.frequencies.values().sum::<u64>() / 1000;
        for (x, count) in self.frequencies.iter().rev() {
            match above.checked_sub(*count) {
                Some(rest) => above = rest,
                None => return *x,
            }
        }
        0
    }
}

impl Profile {
    /// The last class of a histogram of repeat purchases that shows these customers.
    pub fn frequency_classes(&self) -> u32 {
        self.usual_most().clamp(5, 12)
    }
}

fn add(sum: &mut Option<f64>, term: Option<f64>) {
    if let Some(term) = term {
        *sum.get_or_insert(0.0) += term;
    }
}
