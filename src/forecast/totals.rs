//! What the scores of all customers add up to, and how value is spread over customers; gathered
//! while scores stream by, in memory that does not grow with customers.

use std::collections::BTreeMap;

use arrow_array::RecordBatch;

use super::path::Paths;
use crate::base::{Duration, Grain, Progress, Result, Unit};
use crate::fitted::ClvModel;
use crate::forecast::{self, Gathered, GroupSums, ScoreBatch, ScoreOptions};
use crate::history::{Summary, SummaryBatch, SummaryMeta, first_grain};

/// Sums over customers.
#[derive(Debug, Clone, Default)]
pub struct Totals {
    /// Customers.
    pub customers: u64,
    /// Customers with no repeat purchase.
    pub one_time: u64,
    /// Sum of P(alive): how many are expected to be customers still.
    pub alive: f64,
    /// Sum of P(at least one purchase within the horizon): how many are expected to buy.
    pub buyers: f64,
    /// Expected purchases of all; `None` if they are not finite.
    pub purchases: Option<f64>,
    /// Value of all; `None` without a spend model.
    pub value: Option<f64>,
    /// The same by group, with what their intervals need; under `None` those of all.
    pub groups: BTreeMap<Option<String>, GroupSums>,
    /// Customers of groups that the fit of a model with groups has not seen, by group.
    pub unseen: BTreeMap<String, u64>,
    /// How long before the end of these customers' observation the model was fitted \[days\], and how many of them came since.
    pub since_fit: Option<(f64, u64)>,
    /// Customers and value by narrow classes of value.
    classes: BTreeMap<i32, (u64, f64)>,
}

/// A fit of this age is old: it warns, and so does the monitor.
pub const OLD: Duration = Duration { count: 12.0, unit: Unit::Month };

/// Classes of value are this narrow, relatively; shares are interpolated within one.
const CLASS: f64 = 1e-3;
/// The class of values that are zero or too small to have a logarithm.
const NOTHING: i32 = i32::MIN;

/// Scores all customers of a summary, hands each batch on as a table, and adds up.
///
/// # Errors
/// What [`forecast::score`] and `sink` give, or if `progress` says stop.
pub fn score_into(
    model: &ClvModel,
    summary: &Summary,
    options: &ScoreOptions,
    progress: &dyn Progress,
    mut sink: impl FnMut(RecordBatch) -> Result<()>,
) -> Result<Totals> {
    let mut few = options.interval.map(|_| Gathered::few(model, summary, options)).transpose()?;
    let scores = forecast::score(model, summary, options)?;
    let mut paths = Paths::new(model, summary, options)?;
    let schema = forecast::schema(options);
    let mut totals = Totals::default();
    progress.stage("scoring customers", None);
    for batch in scores {
        progress.check()?;
        let batch = batch?;
        totals.add(&batch);
        totals.count_unseen(model, &batch.customers, &summary.meta);
        totals.count_newer(model, &batch.customers, &summary.meta);
        few.as_mut().map_or(Ok(()), |few| few.add(&batch.customers))?;
        progress.advance(batch.customers.len() as u64);
        sink(match &mut paths {
            Some(paths) => paths.table(batch)?,
            None => batch.into_table(&schema),
        })?;
    }
    if let Some(few) = few {
        few.spread(&mut totals.groups, progress)?;
    }
    Ok(totals)
}

impl Totals {
    /// Adds a batch.
    pub fn add(&mut self, scores: &ScoreBatch) {
        for (name, sums) in &scores.groups {
            match self.groups.get_mut(name) {
                Some(known) => known.merge(sums),
                None => drop(self.groups.insert(name.clone(), sums.clone())),
            }
        }
        self.customers += scores.customers.len() as u64;
        self.one_time += scores.customers.frequency.values().iter().filter(|x| **x == 0).count() as u64;
        self.alive += scores.p_alive.iter().sum::<f64>();
        self.buyers += scores.p_purchase.iter().sum::<f64>();
        if let Some(purchases) = &scores.expected_purchases {
            *self.purchases.get_or_insert(0.0) += purchases.iter().sum::<f64>();
        }
        if let Some(clv) = &scores.clv {
            *self.value.get_or_insert(0.0) += clv.iter().sum::<f64>();
            clv.iter().for_each(|value| self.class(*value));
        }
    }

    fn count_unseen(&mut self, model: &ClvModel, customers: &SummaryBatch, meta: &SummaryMeta) {
        let Some(groups) = model.groups() else { return };
        let place = meta.attributes.iter().position(|attribute| *attribute == groups.covariate.name);
        let values = place.into_iter().flat_map(|place| customers.attributes[place].iter().flatten());
        for value in values.filter(|value| !groups.knows(value)) {
            *self.unseen.entry(value.to_owned()).or_default() += 1;
        }
    }

    /// Counts who came after the fit, if it is older than what is known of these customers.
    fn count_newer(&mut self, model: &ClvModel, customers: &SummaryBatch, meta: &SummaryMeta) {
        let (Some(fitted), Some(end)) = (model.observed_until, meta.observed_until) else { return };
        let days = f64::from(first_grain(Grain::Day, end) - first_grain(Grain::Day, fitted));
        if days > 0.0 {
            // Ages are whole days, in a unit that may not divide them.
            let unit = meta.unit.days();
            let newer = customers.t.values().iter().filter(|t| (**t * unit).round() < days).count() as u64;
            self.since_fit.get_or_insert((days, 0)).1 += newer;
        }
    }

    fn class(&mut self, value: f64) {
        let class = if value > f64::MIN_POSITIVE { (value.ln() / CLASS).floor() as i32 } else { NOTHING };
        let (count, sum) = self.classes.entry(class).or_default();
        *count += 1;
        *sum += value;
    }

    /// Share of all value held by the most valuable `share` of customers (0.2 for the top 20 %).
    pub fn value_share(&self, share: f64) -> Option<f64> {
        let total = self.value.filter(|total| *total > 0.0)?;
        let mut wanted = share * self.customers as f64;
        let mut held = 0.0;
        for (count, sum) in self.classes.values().rev() {
            let taken = wanted.min(*count as f64);
            held += sum * taken / *count as f64;
            wanted -= taken;
            if wanted <= 0.0 {
                break;
            }
        }
        Some(held / total)
    }
}
