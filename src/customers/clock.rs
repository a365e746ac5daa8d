//! From a summary's unit and dates to what a model counts in: the only place where units are scaled.

use std::sync::Arc;

use jiff::civil::Date;

use crate::base::{Discounting, Grain, Unit};
use crate::customers::{Customer, Intensity};
use crate::history::{SummaryBatch, SummaryMeta, first_grain, grain_start};

/// The time of a summary's customers as a model counts it.
#[derive(Debug, Clone, PartialEq)]
pub struct Clock {
    /// The summary's unit in the model's.
    time: f64,
    /// The model's unit in that of intervals.
    days: f64,
    /// The summary's unit.
    unit: Unit,
    grain: Grain,
    until: Option<Date>,
    /// Rates that change with age and date, if they do, and the end of observation as they count days.
    intensity: Option<(Arc<Intensity>, f64)>,
    /// Of models that each have rates of their own: the end of observation as these count days.
    ages: Option<f64>,
}

impl Clock {
    /// For a model in this unit; `opportunities` says whether it counts these one by one. A summary that does not say
    /// its unit is in the model's.
    ///
    /// Intervals are worked out in days, so that the same customers have the same futures whatever the unit of their
    /// summary and of their model; opportunities are counted, and stay.
    pub fn new(meta: &SummaryMeta, unit: Unit, opportunities: bool) -> Self {
        let own = meta.unit_under(unit);
        Clock {
            time: if own == unit { 1.0 } else { own.days() / unit.days() },
            days: if opportunities { 1.0 } else { unit.days() },
            unit: own,
            grain: meta.grain.unwrap_or_default(),
            until: meta.observed_until,
            intensity: None,
            ages: None,
        }
    }

    /// The same with rates that change with age and date. Of a summary that does not say until when it goes it is taken to
    /// go as far as what they were estimated from.
    pub fn with_intensity(self, intensity: Option<&Arc<Intensity>>) -> Self {
        let intensity = intensity.map(|found| (found.clone(), self.days_after(found.parts().end)));
        Clock { intensity, ..self }
    }

    /// The same for models that each have rates of their own, estimated until this date: customers are told apart by their
    /// ages.
    pub fn with_ages(self, end: Option<Date>) -> Self {
        Clock { ages: end.map(|end| self.days_after(end)), ..self }
    }

    /// From this date to the end of observation.
    fn days_after(&self, end: Date) -> f64 {
        self.until.and_then(|until| until.since(end).ok()).map_or(0.0, |span| f64::from(span.get_days()))
    }

    /// The end of observation as models that each have rates of their own count days.
    pub fn ages(&self) -> Option<f64> {
        self.ages
    }

    /// A customer in the model's unit.
    pub fn history(&self, batch: &SummaryBatch, row: usize) -> Customer {
        Customer::of(batch, row).scaled(self.time)
    }

    /// A customer in the unit of intervals, to nine digits.
    pub fn canonical(&self, batch: &SummaryBatch, row: usize) -> Customer {
        let scaled = Customer::of(batch, row).scaled(self.time * self.days);
        Customer { t_x: rounded(scaled.t_x), t: rounded(scaled.t), ..scaled }
    }

    /// The age of a customer in days.
    pub fn days_of(&self, batch: &SummaryBatch, row: usize) -> f64 {
        batch.t.value(row) * self.unit.days()
    }

    /// What tells a customer's exposure to come from that of others: the age, in days, to nine digits; nothing where rates
    /// do not change.
    pub fn age(&self, batch: &SummaryBatch, row: usize) -> Option<f64> {
        let changes = self.intensity.is_some() || self.ages.is_some();
        changes.then(|| rounded(batch.t.value(row) * self.time * self.days))
    }

    /// The ages of a customer at the repeat purchases, in the model's unit.
    pub fn purchase_times(&self, batch: &SummaryBatch, row: usize) -> Vec<f64> {
        batch.purchase_times(row).iter().map(|age| age * self.time).collect()
    }

    /// When customers are seen, in days from the end of the observation that rates were estimated from; 0 where they do not
    /// change.
    pub fn now(&self) -> f64 {
        self.intensity.as_ref().map(|(_, now)| *now).or(self.ages).unwrap_or(0.0)
    }

    /// When customers of this age \[days\] were born, and when they are seen, with what rates do: in days from the end of the
    /// observation that the rates were estimated from.
    pub fn born(&self, age: f64) -> Option<(&Intensity, (f64, f64))> {
        self.intensity.as_ref().map(|(intensity, now)| (&**intensity, (now - age, *now)))
    }

    /// A length of the model's time in the unit of intervals, to nine digits.
    pub fn canonical_length(&self, length: f64) -> f64 {
        rounded(length * self.days)
    }

    /// Discounting by the model's time in the unit of intervals.
    pub fn canonical_discounting(&self, discounting: Discounting) -> Discounting {
        match discounting {
            Discounting::Continuous { delta } => {
                Discounting::Continuous { delta: rounded(delta / self.days) }
            }
            Discounting::EndOfStep { d, step } => {
                Discounting::EndOfStep { d, step: rounded(step * self.days) }
            }
        }
    }

    /// What the model's unit is in that of intervals.
    pub fn days(&self) -> f64 {
        self.days
    }

    /// The date on which a customer was first seen: the first day of the grain of the first purchase.
    pub fn first_seen(&self, batch: &SummaryBatch, row: usize) -> Date {
        let age = batch.t.value(row);
        let last = first_grain(self.grain, self.until.unwrap_or_default())
            + if self.grain == Grain::Hour { 23 } else { 0 };
        grain_start(self.grain, last - (age / self.grain.in_units(1, self.unit)).round() as i32)
    }
}

/// A number to some nine digits: what differs by less is the same written in another unit.
pub(crate) fn rounded(time: f64) -> f64 {
    f64::from_bits((time.to_bits() + (1 << 23)) & !((1 << 24) - 1))
}
